"""Random edits of random files, the same ones each time: a statement in a function, an import, a parameter."""

import ast
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Final, TypeAlias

EDITS: Final = ("body", "import", "parameter")

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Edit:
    """An edited file."""

    file: Path
    kind: str
    """One of `EDITS`."""
    text: str
    """What the file holds then."""


def random_edits(
    files: Sequence[Path], importable: Sequence[str], kinds: Sequence[str] = EDITS, seed: int = 7
) -> Iterator[Edit]:
    """Edits without end, the kinds in turn. An edit of imports adds one of the modules `importable`."""
    chosen = random.Random(seed)  # noqa: S311  # nobody is to be surprised
    for kind in cycle(kinds):
        edit = None
        while edit is None:
            edit = _edit(chosen, chosen.choice(files), kind, importable)
        yield edit


def _edit(chosen: random.Random, file: Path, kind: str, importable: Sequence[str]) -> Edit | None:
    """An edit of `file`; None if it has no function to edit, or would be no Python any more."""
    try:
        text = file.read_text(encoding="utf-8")
        functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, _Function) and _has_block(node)]
    except (SyntaxError, UnicodeDecodeError):
        return None
    if not functions:
        return None
    lines, function = text.split("\n"), chosen.choice(functions)
    if kind == "import":
        lines.append(f"import {chosen.choice(importable)}")
    elif kind == "body":
        last = function.body[-1]
        lines.insert(_first_line(last), f"{' ' * last.col_offset}print(1)")
    else:
        lines[function.lineno - 1 : _first_line(function.body[0])] = [_with_parameter(function)]
    edited = "\n".join(lines)
    return Edit(file, kind, edited) if _is_python(edited) else None


def _has_block(function: _Function) -> bool:
    return function.body[0].lineno > function.lineno


def _first_line(statement: ast.stmt) -> int:
    """The index of the line in which `statement`, or its first decorator, starts."""
    return min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))]) - 1


def _with_parameter(function: _Function) -> str:
    """The line with `def`, with one more parameter."""
    function.args.kwonlyargs.append(ast.arg("added_by_an_edit"))
    function.args.kw_defaults.append(ast.Constant(None))
    head = type(function)(**{**vars(function), "body": [ast.Pass()], "decorator_list": []})
    return " " * function.col_offset + ast.unparse(head).splitlines()[0]


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
