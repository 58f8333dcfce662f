"""`where_should`: where code belongs that needs certain imports and calls."""

from collections.abc import Iterator
from typing import ClassVar

from archguard.dataclass import dataclass
from archguard.inspection.placement import CodePlace, Needs, Placement, where_should
from archguard.reporters.phrases import because, counted, one_line
from archguard.reporters.text import plain, problem_lines
from archguard.servers.mcp.tool import Answer, Tool
from archguard.servers.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class WhereShould(Tool):
    """Find the packages where new code may be written that needs certain imports and calls, the most fitting first.

    All architecture contracts accept the code there. Call it before you create a module, class or function, when it is
    not clear which layer or component it belongs to.
    """

    id: ClassVar[str] = "where_should"
    title: ClassVar[str] = "Find a place for code"
    answers: ClassVar[type] = Placement

    imports: tuple[str, ...] = ()
    """Modules of the project, names in them, or libraries that the code imports."""
    calls: tuple[str, ...] = ()
    """Qualified names of the functions and methods that it calls: `requests.get`, `sqlalchemy.orm.Session.execute`."""
    name: str = ""
    """The name of its module, class or function, since contracts may say where what is called so belongs."""

    def answer(self, workspace: Workspace) -> Answer:
        """The packages, with reasons."""
        needs = Needs(imports=self.imports, calls=self.calls, name=self.name)
        found = where_should(workspace.session(), needs)
        return Answer("\n".join(_lines(found)), found)


def _lines(found: Placement) -> Iterator[str]:
    some = f"{found.accepted} of {counted(found.tried, 'package')}"
    rest = f" (of {found.packages} in all)" if found.packages > found.tried else ""
    yield f"{some}{rest} accept it" if found.places else f"none of {counted(found.tried, 'package')}{rest} accepts it"
    for number, place in enumerate(found.places, start=1):
        yield from _place(number, place)
    for refusal in found.refusals:
        where = f"{counted(refusal.packages, 'package')}, such as {', '.join(refusal.examples)}"
        yield one_line(f"{refusal.contract} ({refusal.kind}) refuses it in {where}: {refusal.message}")
        if reason := because(refusal.reason):
            yield f"    {reason}"
    yield from (plain(problem_lines(problem)) for problem in found.problems)


def _place(number: int, place: CodePlace) -> Iterator[str]:
    component = f", component {place.component}" if place.component else ""
    what = f"a new file such as {place.path}" if place.is_new else f"the existing module {place.path}"
    yield one_line(f"{number}. {place.name or 'the top level'}{component}: {what}")
    yield from (f"    {one_line(reason)}" for reason in place.reasons)
    yield from (f"    but {one_line(condition)}" for condition in place.conditions)
