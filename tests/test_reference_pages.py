"""The reference pages run: their projects are written down, checked, and compared with the output that they show.

A page is read section by section. A block with a title is a file, ```` ```python title="shop/api.py" ````; what stands
before the first heading of the second level is part of every section. A block that begins with `$ archguard check` is
run, and shows its output without the summary. The indented lines of violations, and the line of each contract, may be
left out altogether. The tables between `<!-- keys: ... -->` and `<!-- end -->` are those of the docstrings, and
so are the keys of JSON documents in `<!-- document: ... -->`, and the arguments and answers of MCP tools in
`<!-- tool: ... -->`.
Code hosts do not show titles: the name of a file stands above its block as well, in the text or on a line of its own.
`ARCHGUARD_WRITE_PAGES=1 pytest tests/test_reference_pages.py` writes outputs, tables and such lines anew.
"""

import os
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from archguard.cli import COMMANDS, main
from archguard.cli.schema import SCHEMAS
from archguard.config.schema import config_schema
from archguard.kinds import kinds
from archguard.servers.mcp import TOOLS, Tool

DOCS = Path(__file__).parents[1] / "docs"
WRITING = bool(os.environ.get("ARCHGUARD_WRITE_PAGES"))

_BLOCK = re.compile(r"^```(?P<form>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(
    r"(?<=<!-- )(?P<sort>keys|command|document|tool): (?P<name>[\w-]+) -->\n.*?(?=<!-- end -->)", re.DOTALL
)
_FENCE = re.compile(r"^`{3,}")
_TITLED = re.compile(r'^```\w+ title="([^"]+)"$')
_SECTION = re.compile(r"^(?=## )", re.MULTILINE)
_COMMAND = "$ archguard check"
_SOURCE = re.compile(r" +\d+ \| ")
_OUTCOME = re.compile(r"(kept|BROKEN|ERROR) ")

PAGES = sorted(
    path.relative_to(DOCS).as_posix()
    for path in DOCS.rglob("*.md")
    if f"\n{_COMMAND}" in path.read_text(encoding="utf-8")
    and 'title="' in path.read_text(encoding="utf-8")
    and "<!-- run -->" not in path.read_text(encoding="utf-8")  # those show all that is printed: test_shown_reports.py
)
TABLES = sorted(
    path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if _TABLE.search(path.read_text(encoding="utf-8"))
)
WITH_FILES = sorted(
    path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if 'title="' in path.read_text(encoding="utf-8")
)
SCHEMA = config_schema()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_what_its_projects_give(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    runs = [run for run in _runs(text, tmp_path) if run]

    results = [(shown, _output(command, folder, monkeypatch, capsys)) for command, folder, shown in runs]

    if WRITING:
        _write_outputs(page, results)
    else:
        assert [shown for shown, _ in results] == [_like(shown, output) for shown, output in results]
    assert results


@pytest.mark.parametrize("page", WITH_FILES)
def test_a_page_says_above_a_block_which_file_it_is(page: str) -> None:
    path = DOCS / page
    text = path.read_text(encoding="utf-8")

    expected = _with_names(text)

    if WRITING:
        path.write_text(expected, encoding="utf-8")
    else:
        assert text == expected


@pytest.mark.parametrize("page", TABLES)
def test_a_page_lists_the_keys_that_there_are(page: str) -> None:
    path = DOCS / page
    text = path.read_text(encoding="utf-8")

    expected = _TABLE.sub(_filled, text)

    if WRITING:
        path.write_text(expected, encoding="utf-8")
    else:
        assert text == expected


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_kind_has_a_page_with_its_keys_and_an_example_of_each(kind: str) -> None:
    text = (DOCS / "reference/contracts" / f"{kind}.md").read_text(encoding="utf-8")

    assert f"<!-- keys: {kind} -->" in text
    assert _own_keys(kind) - _used_keys(text, kind) == set()


def test_every_contract_that_a_page_shows_broken_is_also_shown_kept() -> None:
    for kind in sorted(kinds()):
        text = (DOCS / "reference/contracts" / f"{kind}.md").read_text(encoding="utf-8")

        assert re.search(rf"^kept +\S+ \({kind}\)", text, re.MULTILINE), kind
        assert re.search(rf"^BROKEN +\S+ \({kind}\)", text, re.MULTILINE), kind


@pytest.mark.parametrize("name", ["File", "Project", "Component", "Service", "contract", "Ignore"])
def test_what_every_configuration_may_say_is_listed(name: str) -> None:
    assert f"<!-- keys: {name} -->" in (DOCS / "reference/configuration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_listed_with_its_options(name: str) -> None:
    assert f"<!-- command: {name} -->" in (DOCS / "reference/command-line.md").read_text(encoding="utf-8")


def _filled(table: re.Match[str]) -> str:
    rows = {"keys": _key_table, "command": _option_table, "document": _document_table, "tool": _tool_table}[
        table["sort"]
    ]
    return f"{table['sort']}: {table['name']} -->\n{rows(table['name'])}"


def _with_names(text: str) -> str:
    """The page with the name of each file above its block."""
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        titled = _TITLED.match(line)
        if titled and not fence and f"`{titled[1]}`" not in _paragraph_above(lines):
            lines += [*([""] if lines[-1] else []), f"`{titled[1]}`", ""]
        if (marks := _FENCE.match(line)) and (not fence or line == fence):
            fence = "" if fence else marks[0]
        lines.append(line)
    return "\n".join(lines)


def _paragraph_above(lines: list[str]) -> str:
    """The paragraph that ends the lines; "" if a block of code does."""
    text = "\n".join(lines).rstrip("\n").rpartition("\n\n")[2]
    return "" if text.endswith("```") else text


def _runs(text: str, root: Path) -> Iterator[tuple[str, Path, str]]:
    """The command, the folder to run it in, and the output that is shown, for each run of a page."""
    intro, *sections = _SECTION.split(text)
    for number, section in enumerate(sections):
        folder = root / str(number)
        for block in _BLOCK.finditer(intro + section):
            if block["title"]:
                file = folder / block["title"]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block["text"], encoding="utf-8")
            elif block["text"].startswith(_COMMAND):
                command, _, shown = block["text"].partition("\n")
                run = root / f"{number}-{block.start()}"
                run.symlink_to(_copy(folder, run.with_name(run.name + "-files")))
                yield command, run.resolve(), shown


def _copy(folder: Path, copy: Path) -> Path:
    """The files as they are at that point of the page."""
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        target = copy / file.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    (copy / ".git").mkdir()
    return copy


def _output(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command prints, without the summary."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", shlex.split(command.removeprefix("$ ")))
    with pytest.raises(SystemExit):
        main()
    printed = capsys.readouterr()
    return re.split(r"^Looked at ", printed.err + printed.out, flags=re.MULTILINE)[0].strip("\n") + "\n"


def _like(shown: str, output: str) -> str:
    """`output`, with the sorts of lines only that are shown."""
    lines = output.splitlines()
    if not re.search(r"^ {4}", shown, re.MULTILINE):
        lines = [line for line in lines if not line.startswith("    ") and not _SOURCE.match(line)]
    if not _OUTCOME.match(shown) and not any(_OUTCOME.match(line) for line in shown.splitlines()):
        lines = [line for line in lines if not _OUTCOME.match(line)]
    return re.sub(r"\n{2,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _write_outputs(page: str, results: list[tuple[str, str]]) -> None:
    path = DOCS / page
    left = iter(results)

    def written(block: re.Match[str]) -> str:
        if block["title"] or not block["text"].startswith(_COMMAND):
            return block[0]
        shown, output = next(left)
        return f"```{block['form']}\n{block['text'].partition(chr(10))[0]}\n{_like(shown or 'kept ', output)}```"

    path.write_text(_BLOCK.sub(written, path.read_text(encoding="utf-8")), encoding="utf-8")


def _own_keys(kind: str) -> set[str]:
    return set(_properties(kind))


def _used_keys(text: str, kind: str) -> set[str]:
    """The keys of the contracts of that kind in a page's configurations."""
    blocks = [block["text"] for block in _BLOCK.finditer(text) if (block["title"] or "").endswith(".yaml")]
    contracts = [contract for block in blocks for contract in yaml.safe_load(block).get("contracts", ())]
    return {key for contract in contracts if contract.get("kind") == kind for key in contract}


def _properties(name: str) -> dict[str, Any]:
    """The keys of a kind that it does not share with all others, or those of another part of a configuration."""
    common = set.intersection(*(set(SCHEMA["$defs"][f"contract-{kind}"]["properties"]) for kind in kinds()))
    keys = dict(_schema(name)["properties"])
    if name == "contract":
        keys["kind"] = {"type": "string", "description": "Which kind of contract it is."}
        return {key: value for key, value in keys.items() if key in common}
    return {key: value for key, value in keys.items() if key not in common} if name in kinds() else keys


def _schema(name: str) -> dict[str, Any]:
    """The schema of a kind, of what all kinds share, of a whole file, or of another part of it."""
    names = {"contract": "contract-layers", **{kind: f"contract-{kind}" for kind in kinds()}}
    definition: dict[str, Any] = SCHEMA if name == "File" else SCHEMA["$defs"][names.get(name, name)]
    return definition


def _key_table(name: str) -> str:
    needed = _schema(name).get("required", ())
    rows = [
        f"| `{key}` | {_value(schema)} | {'required' if key in needed else _default(schema)} | {_sentence(schema)} |"
        for key, schema in _properties(name).items()
    ]
    return "\n".join(["| Key | Value | Default | Meaning |", "|---|---|---|---|", *rows, ""])


def _option_table(name: str) -> str:
    """The arguments and options of a command."""
    command: click.Command = import_module(f"archguard.cli.{name}").command
    context = click.Context(command, info_name=name)
    rows = []
    for parameter in command.get_params(context):
        if isinstance(parameter, click.Argument):
            rows.append((parameter.make_metavar(context), ""))
        elif "--help" not in parameter.opts and (record := parameter.get_help_record(context)):
            rows.append((record[0], " ".join(record[1].split())))
    usage = " ".join(["archguard", name, *command.collect_usage_pieces(context)])
    lines = [f"| `{option.replace('|', chr(92) + '|')}` | {meaning} |" for option, meaning in rows if meaning]
    return "\n".join([f"`{usage}`", "", "| Option | Meaning |", "|---|---|", *lines, ""])


def _document_table(name: str) -> str:
    """Every key of a JSON document, those of nested objects by their path."""
    schema = SCHEMAS[name]()
    rows = [f"| `{path}` | {_value(part)} | {_sentence(part)} |" for path, part in _paths(schema, "")]
    return "\n".join(["| Key | Value | Meaning |", "|---|---|---|", *rows, ""])


def _tool_table(name: str) -> str:
    """The arguments of an MCP tool, and the keys of its structured answer; a violation has those of the JSON report."""
    tool = next(tool for tool in TOOLS if tool.id == name)
    schema = tool.input_schema()
    arguments = [
        f"| `{key}` | {_value(part)} | {'required' if key in schema['required'] else ''} | {_sentence(part)} |"
        for key, part in _paths(schema, "")
    ]
    answers = [
        f"| `{path}` | {_value(part)} | {_sentence(part)} |"
        for path, part in _paths(tool.output_schema(), "")
        if not re.match(r"(new|denials|violations|problems)\[\]\.", path)
    ]
    head = ["| Argument | Value | | Meaning |", "|---|---|---|---|"]
    return "\n".join(
        [tool.description(), "", *head, *arguments, "", "| Answer | Value | Meaning |", "|---|---|---|", *answers, ""]
    )


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.id)
def test_every_tool_of_the_mcp_server_is_listed(tool: type[Tool]) -> None:
    assert f"<!-- tool: {tool.id} -->" in (DOCS / "reference/mcp.md").read_text(encoding="utf-8")


def _paths(schema: dict[str, Any], before: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, part in schema["properties"].items():
        yield f"{before}{key}", part
        inside = part.get("items", part)
        if "properties" in inside and key in schema["required"]:  # optional objects have the keys of another one
            yield from _paths(inside, f"{before}{key}{'[]' * ('items' in part)}.")


def _value(schema: dict[str, Any]) -> str:
    """The sort of value in words; a list that may be given as one item is that item or a list."""
    if "$ref" in schema:
        target = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
        return _value(target) if {"enum", "anyOf"} & target.keys() else "mapping"
    if "enum" in schema:
        return " or ".join(f"`{item}`" for item in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "anyOf" in schema:
        sorts = [_value(option) for option in schema["anyOf"] if option.get("type") != "null"]
        return " or ".join(dict.fromkeys(sorts))
    sorts_of_json = {
        "array": "list",
        "object": "mapping",
        "boolean": "`true` or `false`",
        "string": "text",
        "integer": "number",
        "number": "number",
    }
    if isinstance(type_ := schema.get("type", ""), list):  # or null
        return " or ".join(_value({**schema, "type": each}) if each != "null" else "`null`" for each in type_)
    return "a date" if schema.get("format") == "date" else sorts_of_json.get(type_, "text")


def _default(schema: dict[str, Any]) -> str:
    match schema.get("default"):
        case None | [] | {} | "":
            return ""
        case bool() as truth:
            return f"`{str(truth).lower()}`"
        case dict():
            return ""
        case value:
            return f"`{value}`"


def _sentence(schema: dict[str, Any]) -> str:
    description = schema.get("description", "")
    if "$ref" in schema and not description:
        description = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]["description"]
    return " ".join(description.split()).replace("|", "\\|")
