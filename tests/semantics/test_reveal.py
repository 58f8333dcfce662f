"""The pages in `reveal/` show what inference finds; each of their sections runs as a test.

A section (`## Heading`) is a small project. A line with a path in backticks names the file that the next Python block
holds; a block without one is `main.py`. A comment reveals what is inferred for the statement that ends on its line:

    session = sessionmaker()()  # reveal: sqlalchemy.orm.Session

- behind an expression: the types of the expression
- behind an assignment: the types of the target, after the assignment
- `# reveal: "..."`, with a quote: the string that it evaluates to, with `{}` for each unknown part

An instance shows as its class, with type arguments in brackets, and alternatives are separated by `|`. Other types have
angle brackets: `<class shop.Order>`, `<function shop.place>`, `<method shop.Order.pay>`, `<module shop.db>`,
`<symbol requests.get>` for a name from outside of the project, `<member requests.Session.get>` for an attribute of an
instance of such a class. `Unknown` means that nothing is known. `ARCHGUARD_WRITE_PAGES=1` writes the reveals anew.

How it works: in a copy of the page's files, the runner passes each revealed expression to `reveal_type`, which nothing
defines. The positions of these calls are the positions at which it asks.
"""

import ast
import io
import os
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import pytest

from archguard.codebase import read_codebase
from archguard.effects import semantic_model
from archguard.semantics import (
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    ModuleType,
    SemanticModel,
    Type,
    Types,
)

PAGES = Path(__file__).parent / "reveal"
WRITING = bool(os.environ.get("ARCHGUARD_WRITE_PAGES"))
TOPICS = {
    "annotations",
    "application-state",
    "arguments",
    "attributes",
    "calls",
    "containers",
    "cycles",
    "dependency-providers",
    "django",
    "generic-functions",
    "imports",
    "narrowing",
    "scopes",
    "strings",
}

_SECTION = re.compile(r"^(?=## )", re.MULTILINE)
_BLOCK = re.compile(r"(?:^`(?P<path>[^`\n]+)`\n\n?)?^```python\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_REVEAL = "# reveal: "


@dataclass(frozen=True)
class Reveal:
    """A `# reveal:` comment: its line and column in a block, and the statement before it."""

    line: int
    column: int
    text: str
    statement: ast.Expr | ast.Assign | ast.AnnAssign


def sections(page: str) -> list[str]:
    """The sections of a page; the first is what stands before the first heading."""
    return _SECTION.split(page)


def headings() -> Iterator[tuple[str, int]]:
    """Each section with code: the name of its page and its index there."""
    for page in sorted(PAGES.glob("*.md")):
        texts = sections(page.read_text(encoding="utf-8"))
        yield from ((page.stem, index) for index, text in enumerate(texts) if "```" in text)


def _title(page: str, index: int) -> str:
    heading = sections((PAGES / f"{page}.md").read_text(encoding="utf-8"))[index].partition("\n")[0]
    return f"{page}: {heading.removeprefix('## ')}"


@pytest.mark.parametrize(("page", "index"), [pytest.param(*found, id=_title(*found)) for found in headings()])
def test_a_section_reveals_what_it_says(page: str, index: int, tmp_path: Path) -> None:
    file = PAGES / f"{page}.md"
    before = sections(file.read_text(encoding="utf-8"))

    after = [*before[:index], revealed(before[index], tmp_path), *before[index + 1 :]]

    if WRITING:
        file.write_text("".join(after), encoding="utf-8")
    elif after != before:
        lines = ("".join(texts).splitlines() for texts in (before, after))
        pytest.fail("\n".join(unified_diff(*lines, f"{file} (written)", "inferred", n=2, lineterm="")), pytrace=False)


def test_there_is_a_page_for_each_topic() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == TOPICS


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_every_reveal_of_a_page_is_checked(topic: str) -> None:
    page = (PAGES / f"{topic}.md").read_text(encoding="utf-8")

    assert sum(len(reveals(block["text"])) for block in _BLOCK.finditer(page)) == page.count(_REVEAL)


def test_a_wrong_reveal_is_replaced_by_what_is_inferred(tmp_path: Path) -> None:
    section = '## A\n\n```python\nx = 1  # reveal: {}\n(\n    x\n)  # reveal: builtins.int\n"a"  # reveal: ""\n```\n'

    assert revealed(section.format("builtins.str"), tmp_path) == section.format("builtins.int").replace('""', '"a"')


def test_a_reveal_with_no_statement_before_it_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="line 2: no expression or assignment ends here: `return x"):
        revealed("## A\n\n```python\ndef f(x):\n    return x  # reveal: Unknown\n```\n", tmp_path)


def revealed(section: str, folder: Path) -> str:
    """The text of `section`, with each reveal replaced by what is inferred."""
    blocks = {block["path"] or "main.py": block for block in _BLOCK.finditer(section)}
    for path, block in blocks.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(instrumented(block["text"]), encoding="utf-8")
    model = semantic_model(read_codebase(folder))
    for path, block in reversed(blocks.items()):
        text = answered(block["text"], inferred(model, module_name(path), reveals(block["text"])))
        section = section[: block.start("text")] + text + section[block.end("text") :]
    return section


def module_name(path: str) -> str:
    """The module that the file at `path` is: `shop` for `shop/__init__.py`."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def reveals(text: str) -> list[Reveal]:
    """The reveals in a Python block.

    Raises:
        ValueError: a comment does not stand behind an expression or an assignment.
    """
    statements = {
        node.end_lineno: node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign)
    }
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and token.string.startswith(_REVEAL):
            line, column = token.start
            if line not in statements:
                raise ValueError(f"line {line}: no expression or assignment ends here: `{token.line.strip()}`")
            found.append(Reveal(line, column, token.string.removeprefix(_REVEAL), statements[line]))
    return found


def instrumented(text: str) -> str:
    """`text` with a call of `reveal_type` for each reveal, on the same line."""
    lines = text.splitlines(keepends=True)
    for reveal in reversed(reveals(text)):
        statement = reveal.statement
        end = reveal.line - 1, statement.end_col_offset or 0
        if isinstance(statement, ast.Expr):
            _insert(lines, *end, ")")
            _insert(lines, statement.lineno - 1, statement.col_offset, "reveal_type(")
        else:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            _insert(lines, *end, f"; reveal_type({ast.unparse(target)})")
    return "".join(lines)


def _insert(lines: list[str], line: int, column: int, text: str) -> None:
    content = lines[line].encode()  # columns of syntax trees count bytes
    lines[line] = (content[:column] + text.encode() + content[column:]).decode()


def inferred(model: SemanticModel, module: str, reveals: list[Reveal]) -> Mapping[int, str]:
    """What is inferred for each reveal of `module`, by line."""
    calls = {
        access.call.end_lineno: (access.call.args[0], path.at)
        for scope in model.scope(module).walk()
        for path in scope.access_paths
        for access in path.accesses
        if access.call and access.name == "reveal_type"
    }
    return {
        reveal.line: f'"{model.string_value(*calls[reveal.line]).filled("{}")}"'
        if reveal.text.startswith('"')
        else shown(model.infer(*calls[reveal.line]))
        for reveal in reveals
    }


def answered(text: str, answers: Mapping[int, str]) -> str:
    """`text` with the `answers`, by line, in its reveals."""
    lines = text.splitlines(keepends=True)
    for reveal in reveals(text):
        lines[reveal.line - 1] = f"{lines[reveal.line - 1][: reveal.column]}{_REVEAL}{answers[reveal.line]}\n"
    return "".join(lines)


def shown(types: Types) -> str:
    """A union as pages write it."""
    return " | ".join(map(_shown, types)) or "Unknown"


def _shown(value: Type) -> str:  # noqa: PLR0911  # one case for each type
    match value:
        case InstanceType(of=cls, items=()):
            return cls.name
        case InstanceType(of=cls, items=items):
            return f"{cls.name}[{', '.join(map(shown, items))}]"
        case ClassType(name=name):
            return f"<class {name}>"
        case FunctionType(name=name, receiver=receiver):
            return f"<{'method' if receiver else 'function'} {name}>"
        case ModuleType(name=name):
            return f"<module {name}>"
        case ExternalSymbol(name=name):
            return f"<symbol {name}>"
        case ExternalMember(base=base, name=name):
            return f"<member {base}.{name}>"
