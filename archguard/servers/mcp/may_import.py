"""`may_import`: whether a module may import another one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, Final

from archguard.dataclass import dataclass
from archguard.inspection.may_import import Permission, may_import
from archguard.reporters.phrases import one_line
from archguard.reporters.text import plain, problem_lines, violation_lines
from archguard.servers.mcp.tool import Answer, Tool
from archguard.servers.workspace import Workspace

_MOST: Final = 20
"""The most denials of an answer: one is enough not to import it."""


@dataclass(frozen=True, kw_only=True)
class MayImport(Tool):
    """Tell whether a module may import another one, by all architecture contracts, with the reason if not.

    The importing module need not exist yet. Call it before you add an import between parts of the project, or of a
    library.
    """

    id: ClassVar[str] = "may_import"
    title: ClassVar[str] = "Ask whether an import is allowed"
    answers: ClassVar[type] = Permission

    importer: str
    """The importing module (`shop.orders.api`) or file, which need not exist yet."""
    imported: str
    """A module, a name in one (`shop.orders.Order`), a component, or a library."""

    def answer(self, workspace: Workspace) -> Answer:
        """The permission, or the denials."""
        found = may_import(workspace.session(), self.importer, self.imported)
        found = replace(found, denials=found.denials[:_MOST], problems=found.problems[:_MOST])
        return Answer("\n".join(_lines(found)), found)


def _lines(found: Permission) -> Iterator[str]:
    may = "may" if found.allowed else "must not" if found.denials else "cannot be told whether it may"
    new = " (still to be written)" if found.is_new else ""
    yield one_line(f"{found.importer}{new} {may} import {found.imported}")
    yield from (plain(violation_lines(violation)) for violation in found.denials)
    yield from (plain(problem_lines(problem)) for problem in found.problems)
