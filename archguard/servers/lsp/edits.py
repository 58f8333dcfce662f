"""Edits of Python files, each proven by parsing the file afterwards; None where an edit cannot be made so.

A comment leaves the syntax tree as it is, and an import that is removed leaves all others as they are.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final

from archguard.codebase import Import, Source, SourceError
from archguard.codebase.facts import Directive
from archguard.dataclass import dataclass
from archguard.model import Location
from archguard.servers.lsp.documents import LINE_END, encoded

REASON: Final = "<reason>"
"""What the author has to write: until then, a comment with it overlooks nothing."""
_COMMENT: Final = re.compile(r"\s*#\s*archguard:\s*ignore\b.*")


@dataclass(frozen=True)
class Edit:
    """The text that replaces what is at a location, which has an end."""

    location: Location
    text: str

    def applied(self, text: str) -> str:
        """`text` after the edit."""
        starts = [0, *(end.end() for end in LINE_END.finditer(text)), len(text)]
        place = self.location
        start = starts[min(place.line, len(starts)) - 1] + place.column - 1
        end = starts[min(place.end_line, len(starts)) - 1] + place.end_column - 1
        return text[:start] + self.text + text[end:]


def ignoring(source: Source, line: int, contract: str, *, is_whole_file: bool) -> Edit | None:
    """A comment above `line`, or at its end, that overlooks `contract` there once it has a reason.

    Args:
        source: The file.
        line: The line of the violation.
        contract: The id of the contract.
        is_whole_file: Whether the violation is about the module, and so stays at the first line.
    """
    if not 0 < line <= len(source.lines):
        return None
    text = source.lines[line - 1]
    comment = f"# archguard: ignore[{contract}] {REASON}"
    indent = text[: len(text) - len(text.lstrip())]
    above = Edit(Location("", line, 1, line, 1), f"{indent}{comment}{_line_end(source)}")
    at_end = Edit(Location("", line, len(text) + 1, line, len(text) + 1), f"  {comment}")
    candidates = ((above, line + 1), (at_end, line))[is_whole_file:]
    return next((edit for edit, covered in candidates if _overlooks(source, edit, contract, covered)), None)


def without_comment(source: Source, line: int) -> Edit | None:
    """The file without the comment for archguard at `line`."""
    text = source.lines[line - 1] if 0 < line <= len(source.lines) else ""
    found = _COMMENT.search(text)
    if not found:
        return None
    is_alone = not text[: found.start()].strip() and line < len(source.lines)
    end = Location("", line, 1, line + 1, 1) if is_alone else Location("", line, found.start() + 1, line, len(text) + 1)
    edit = Edit(end, "")
    return edit if _is_same_code(source, edit) else None


def without_unused_import(source: Source, found: Import) -> Edit | None:
    """The file without an import whose name stands nowhere else in it; not in a package, which may re-export it."""
    if source.is_package or not found.alias or _uses(source, found):
        return None
    return next((edit for edit in _removals(source, found) if _leaves_others(source, edit, found)), None)


def importing_from(source: Source, found: Import, module: str) -> Edit | None:
    """The file with `from module import name` in place of the only name that a statement imports."""
    if not found.name or found.name == "*":
        return None
    statement = _statement(source, found)
    if not isinstance(statement, ast.ImportFrom) or len(statement.names) != 1:
        return None
    alias = f" as {statement.names[0].asname}" if statement.names[0].asname else ""
    edit = Edit(source.location(statement), f"from {module} import {found.name}{alias}")
    return edit if _tree(source, edit) else None


def _overlooks(source: Source, edit: Edit, contract: str, line: int) -> bool:
    """Whether the code is the same afterwards, and has a comment for `contract` that applies to `line`."""
    directives = Directive.extract(_edited(source, edit))
    return _is_same_code(source, edit) and any(
        directive.line == line and contract in directive.contracts for directive in directives
    )


def _is_same_code(source: Source, edit: Edit) -> bool:
    after = _tree(source, edit)
    return after is not None and ast.dump(after) == ast.dump(source.tree)


def _leaves_others(source: Source, edit: Edit, found: Import) -> bool:
    """Whether the file has the same imports afterwards but for `found`, and no other statement is gone."""
    after = _tree(source, edit)
    if after is None or _statements(after) < _statements(source.tree) - 1:
        return False
    imports = [(it.module, it.name, it.alias) for it in Import.extract(_edited(source, edit))]
    return imports == [(it.module, it.name, it.alias) for it in Import.extract(source) if it != found]


def _statements(tree: ast.Module) -> int:
    return sum(isinstance(node, ast.stmt) for node in ast.walk(tree))


def _uses(source: Source, found: Import) -> bool:
    """Whether the imported name stands anywhere else, if only in a string: an annotation or `__all__`."""
    name = re.compile(rf"(?<!\w){re.escape(found.alias)}(?!\w)")
    own = found.name_location
    lines = list(source.lines)
    if len(name.findall(lines[own.line - 1][own.column - 1 : own.end_column - 1])) > 1:
        return True  # `from a import b as b` says that others import it from here
    last = lines[own.end_line - 1]
    lines[own.line - 1 : own.end_line] = [lines[own.line - 1][: own.column - 1] + " " + last[own.end_column - 1 :]]
    text = "\n".join(lines)
    module = re.compile(rf"(?<!\w)from[\s\\]+{re.escape(found.module)}[\s\\]+import\b") if found.name else None
    return bool(name.search(module.sub(" ", text) if module else text))


def _removals(source: Source, found: Import) -> Iterator[Edit]:
    statement = _statement(source, found)
    if statement is None:
        return
    whole = source.location(statement)
    if len(statement.names) == 1:
        yield Edit(Location("", whole.line, 1, whole.end_line + 1, 1), "")
        yield Edit(whole, "pass")  # the only statement of a block, or one of several on a line
        return
    names = [source.location(alias) for alias in statement.names]
    index = names.index(found.name_location)
    own = names[index]
    if index + 1 < len(names):
        after = names[index + 1]
        yield Edit(Location("", own.line, own.column, after.line, after.column), "")
    else:
        before = names[index - 1]
        yield Edit(Location("", before.end_line, before.end_column, own.end_line, own.end_column), "")


def _statement(source: Source, found: Import) -> ast.Import | ast.ImportFrom | None:
    """The statement of an import; None for one by a function."""
    statements = (node for node in ast.walk(source.tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return next((node for node in statements if _has(source, node.names, found)), None)


def _has(source: Source, names: Iterable[ast.alias], found: Import) -> bool:
    return any(source.location(alias) == found.name_location for alias in names)


def _tree(source: Source, edit: Edit) -> ast.Module | None:
    try:
        return _edited(source, edit).tree
    except SourceError:
        return None


def _edited(source: Source, edit: Edit) -> Source:
    return source.with_content(encoded(edit.applied(source.text)))


def _line_end(source: Source) -> str:
    found = LINE_END.search(source.text)
    return found.group() if found else "\n"
