"""The TOML files of facts and word lists: each fits its schema, says nothing twice, and says nothing in vain.

`ARCHGUARD_WRITE_PAGES=1 pytest tests/test_catalogue.py` writes the schemas anew, from the dataclasses and docstrings,
and sorts the lists of the clients.
"""

import json
import os
import re
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest
from jsonschema import Draft202012Validator
from project import Project

from archguard.config import AssistantMarks
from archguard.config.pydantic_binding import json_schema
from archguard.effects import CHANNELS, Client
from archguard.effects.api.clients import MessageClient, RequestClient
from archguard.effects.api.offers import ImplicitRoutes
from archguard.effects.aws import Aws
from archguard.effects.catalogue.catalogue import load_catalogue
from archguard.effects.catalogue.conventions import Conventions, load_conventions
from archguard.effects.catalogue.execution import ExecutionFacts
from archguard.effects.catalogue.failures import Failures
from archguard.effects.catalogue.guards import GuardFacts
from archguard.effects.catalogue.mutation import Mutation
from archguard.effects.catalogue.operations import OperationFacts, load_operations
from archguard.effects.catalogue.retries import Retries
from archguard.effects.catalogue.routes import Registration, RouteFacts
from archguard.kinds.distributions import Packages
from archguard.onboarding.agents import Host
from archguard.onboarding.topics import TopicText
from archguard.onboarding.usual_names import UsualNames
from archguard.semantics.known_names import KnownNames

PACKAGE = Path(__file__).parents[1] / "archguard"
CATALOGUE = PACKAGE / "effects/catalogue"
AGENTS = PACKAGE / "onboarding/agents"
WRITING = bool(os.environ.get("ARCHGUARD_WRITE_PAGES"))
WIDTH = 120
_LIST = re.compile(r"^(?P<key>[^#\n=]+) = \[(?P<items>[^\[\]#]*)\]$", re.MULTILINE)
MODEL_FIELDS = {"returns", "bases"}
"""The keys of a table that says what calls return, and nothing about effects."""


@dataclass(frozen=True)
class Kind:
    """A kind of file: its schema, the type that it is bound to, and the files."""

    schema: Path
    type_: Any
    files: tuple[Path, ...]
    of_tables: bool = False
    """Whether a file is a mapping to instances of the type."""

    def generated(self) -> dict[str, Any]:
        """The schema of a file, from the dataclasses and their docstrings."""
        schema = json_schema(self.type_)
        definitions = schema.pop("$defs", {})
        if self.of_tables:
            definitions[self.type_.__name__] = schema
            schema = {"additionalProperties": {"$ref": f"#/$defs/{self.type_.__name__}"}, "type": "object"}
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "$defs": definitions}
        written: dict[str, Any] = _as_written_in_toml(whole)
        return written


CHANNEL_FILES = tuple(CATALOGUE / f"{channel}.toml" for channel in CHANNELS)
KINDS = (
    Kind(CATALOGUE / "client.schema.json", Client, (*CHANNEL_FILES, CATALOGUE / "python.toml"), of_tables=True),
    Kind(CATALOGUE / "aws.schema.json", Aws, (CATALOGUE / "aws.toml",)),
    Kind(CATALOGUE / "conventions.schema.json", Conventions, (CATALOGUE / "conventions.toml",)),
    Kind(CATALOGUE / "operations.schema.json", OperationFacts, (CATALOGUE / "operations.toml",)),
    Kind(CATALOGUE / "execution.schema.json", ExecutionFacts, (CATALOGUE / "execution.toml",)),
    Kind(CATALOGUE / "failures.schema.json", Failures, (CATALOGUE / "failures.toml",)),
    Kind(CATALOGUE / "retries.schema.json", Retries, (CATALOGUE / "retries.toml",)),
    Kind(CATALOGUE / "mutation.schema.json", Mutation, (CATALOGUE / "mutation.toml",)),
    Kind(CATALOGUE / "routes.schema.json", RouteFacts, (CATALOGUE / "routes.toml",)),
    Kind(CATALOGUE / "guards.schema.json", GuardFacts, (CATALOGUE / "guards.toml",)),
    Kind(CATALOGUE / "http_requests.schema.json", RequestClient, (CATALOGUE / "http_requests.toml",), of_tables=True),
    Kind(CATALOGUE / "message_calls.schema.json", MessageClient, (CATALOGUE / "message_calls.toml",), of_tables=True),
    Kind(
        CATALOGUE / "implicit_routes.schema.json", ImplicitRoutes, (CATALOGUE / "implicit_routes.toml",), of_tables=True
    ),
    Kind(PACKAGE / "semantics/known_names.schema.json", KnownNames, (PACKAGE / "semantics/known_names.toml",)),
    Kind(PACKAGE / "onboarding/usual_names.schema.json", UsualNames, (PACKAGE / "onboarding/usual_names.toml",)),
    Kind(PACKAGE / "onboarding/topics.schema.json", TopicText, (PACKAGE / "onboarding/topics.toml",), of_tables=True),
    Kind(AGENTS / "hosts.schema.json", Host, (AGENTS / "hosts.toml",), of_tables=True),
    Kind(
        PACKAGE / "history/authorship/assistants.schema.json",
        AssistantMarks,
        (PACKAGE / "history/authorship/assistants.toml",),
    ),
    Kind(PACKAGE / "kinds/distributions.schema.json", Packages, (PACKAGE / "kinds/distributions.toml",)),
)
FILES = [(kind, file) for kind in KINDS for file in kind.files]
WORD_LISTS = [(kind, file) for kind, file in FILES if not kind.of_tables]
CLIENTS = [
    pytest.param(file.stem, name, table, id=f"{file.stem} {name}")
    for file in CHANNEL_FILES
    for name, table in tomllib.loads(file.read_text(encoding="utf-8")).items()
]


def _as_written_in_toml(schema: Any) -> Any:
    """`schema` without the short forms of YAML, and with lists that hold nothing twice.

    A choice of types without a list among them is no short form, and stays.
    """
    if isinstance(schema, list):
        return [_as_written_in_toml(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    branches = [branch for branch in schema.get("anyOf", ()) if branch.get("type") != "null"]  # TOML has no null
    lists = [branch for branch in branches if branch.get("type") == "array"]
    chosen = lists or (branches if len(branches) == 1 else [])
    schema = {key: value for key, value in schema.items() if key != "anyOf" or not chosen} | (chosen or [{}])[0]
    unique = {"uniqueItems": True} if schema.get("type") == "array" else {}
    return {key: _as_written_in_toml(value) for key, value in schema.items() if not _is_left_out(key, value)} | unique


def _is_left_out(key: str, value: Any) -> bool:
    """Whether it says nothing more: a title repeats the name of the key, and a file need not repeat a default.

    A key of a file that is called so has a mapping as its value.
    """
    return key in ("default", "title") and not isinstance(value, dict)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.schema.name)
def test_a_schema_says_what_the_dataclasses_and_their_docstrings_say(kind: Kind) -> None:
    generated = json.dumps(kind.generated(), indent=2) + "\n"

    if WRITING:
        kind.schema.write_text(generated, encoding="utf-8")

    assert kind.schema.read_text(encoding="utf-8") == generated


@pytest.mark.parametrize(("kind", "file"), FILES, ids=lambda value: value.stem if isinstance(value, Path) else "")
def test_a_file_names_its_schema_in_the_first_line_and_fits_it(kind: Kind, file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    faults = [fault.message for fault in Draft202012Validator(kind.generated()).iter_errors(tomllib.loads(text))]

    assert faults == []
    assert text.splitlines()[0] == f"#:schema ./{kind.schema.name}"


def test_every_file_of_facts_is_tested_here() -> None:
    assert {*PACKAGE.rglob("*.toml")} == {file for _, file in FILES}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('[acme]\nmoduls = ["acme"]', "'moduls' was unexpected"),
        ('[acme]\nmodules = "acme"', "'acme' is not of type 'array'"),
        ('[acme]\nmodules = ["acme", "acme"]', "['acme', 'acme'] has non-unique elements"),
        ('[acme]\ntimeouts."acme" = { position = "first" }', "'first' is not of type 'integer'"),
    ],
)
def test_a_mistake_in_a_client_is_a_fault_of_the_schema(content: str, fault: str) -> None:
    faults = Draft202012Validator(KINDS[0].generated()).iter_errors(tomllib.loads(content))

    assert [found.message for found in faults if fault in found.message]


@pytest.mark.parametrize(
    ("place", "faults"), [("[0, 'path']", []), ("[0.5]", ["0.5 is not valid under any of the given schemas"])]
)
def test_the_place_of_an_argument_is_an_index_or_a_keyword(place: str, faults: list[str]) -> None:
    schema = Kind(Path(), Registration, ()).generated()

    found = Draft202012Validator(schema).iter_errors(tomllib.loads(f"path = {place}\nmethods = ['GET']"))

    assert [fault.message for fault in found] == faults


@pytest.mark.parametrize(("channel", "name", "table"), CLIENTS)
def test_a_client_says_what_it_is_imported_as_or_which_calls_count(
    channel: str, name: str, table: Mapping[str, Any]
) -> None:
    assert table.keys() - MODEL_FIELDS - {"exclude", "timeouts"}, f"{name} is in no channel, although in {channel}.toml"


def test_no_two_clients_have_the_same_name() -> None:
    # A name twice in one file is an error of TOML itself.
    for file in CHANNEL_FILES:
        text = file.read_text(encoding="utf-8")
        assert len(re.findall(r"^\[", text, re.MULTILINE)) == len(tomllib.loads(text)), file.name


@pytest.mark.parametrize(("channel", "name", "table"), CLIENTS)
def test_a_timeout_is_one_of_a_client_beside_it(channel: str, name: str, table: Mapping[str, Any]) -> None:
    known = (*table.get("modules", ()), *table.get("functions", ()))

    assert [key for key in table.get("timeouts", {}) if key not in known] == [], (channel, name)


@pytest.mark.parametrize("file", CHANNEL_FILES, ids=lambda file: file.stem)
def test_the_lists_of_a_client_are_sorted(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    expected = _LIST.sub(lambda found: _written(found["key"], re.findall(r'"[^"]*"', found["items"])), text)

    if WRITING:
        file.write_text(expected, encoding="utf-8")

    assert file.read_text(encoding="utf-8") == expected
    assert text.count(" = [") == len(_LIST.findall(text))  # a comment stands before a list, not in it


@pytest.mark.parametrize(("kind", "file"), WORD_LISTS, ids=lambda value: value.stem if isinstance(value, Path) else "")
def test_the_words_of_a_list_are_sorted_unless_their_order_counts(kind: Kind, file: Path) -> None:
    content = tomllib.loads(file.read_text(encoding="utf-8"))

    lists = [(key, words) for key, words, type_ in _lists(kind.type_, content) if get_origin(type_) is frozenset]

    assert [key for key, words in lists if words != sorted(words)] == []
    assert lists


@pytest.mark.parametrize(("kind", "file"), WORD_LISTS, ids=lambda value: value.stem if isinstance(value, Path) else "")
def test_every_list_is_used(kind: Kind, file: Path) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    names = {field.name for type_ in _dataclasses(kind.type_) for field in fields(type_)}

    assert [name for name in sorted(names) if f".{name}" not in code] == [], file.name


@pytest.mark.parametrize("name", ["callee_parts", "text_callee_parts", "non_database_owners", "consuming_parts"])
def test_no_part_of_names_contains_another_one_of_its_list(name: str) -> None:
    conventions = load_conventions()
    sections = (conventions.sql, conventions.database, conventions.messages)
    parts = next(getattr(section, name) for section in sections if hasattr(section, name))

    assert [part for part in sorted(parts) if any(other != part and other in part for other in parts)] == []


def test_no_word_is_in_two_lists_of_which_one_implies_the_other() -> None:
    names, queries, models = (load_conventions().database, load_conventions().queries, load_conventions().models)

    assert names.synonyms.keys() <= names.methods.keys()
    assert names.distinctive.isdisjoint(names.methods["collection"])
    assert all(shared <= queries.query_set for shared in queries.query_set_owners.values())
    assert queries.class_query.isdisjoint(queries.query)
    assert queries.terminal.isdisjoint(queries.refining)
    assert models.keyword_only_methods <= models.ambiguous_methods <= models.relation_methods
    assert load_conventions().operations.transaction.isdisjoint(load_conventions().operations.write)


def test_every_class_with_operations_is_one_that_a_client_lists() -> None:
    catalogue = load_catalogue(CHANNELS)
    listed = {name for client in catalogue.clients for name in (*client.methods, *client.bases, *client.orm_bases)}
    classes = (name for name in load_operations().facts.classes if "*" not in name)

    assert [name for name in classes if name not in listed and not catalogue.undescribed(name)] == []


def test_the_client_of_the_development_page_has_ten_lines_fits_the_schema_and_is_found(project: Project) -> None:
    page = (PACKAGE.parent / "docs/development/add-a-client.md").read_text(encoding="utf-8")
    (entry,), (code,) = (
        re.findall(rf"^```{form}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL) for form in ("toml", "python")
    )
    (client,) = tomllib.loads(entry).values()
    contract = {"id": "none", "kind": "database", "modules": "shop"}
    project.write("shop/orders.py", code)
    project.configure(json.dumps({"clients": {"database": client}, "contracts": [contract]}))

    found = {violation.location.line for violation in project.check().failing()}

    assert sorted(found) == [number for number, line in enumerate(code.splitlines(), 1) if line.endswith("# !")]
    assert [*Draft202012Validator(KINDS[0].generated()).iter_errors(tomllib.loads(entry))] == []
    assert len(entry.splitlines()) == 10  # as the page says


def test_a_check_of_imports_alone_loads_no_facts(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/db.py": "import sqlalchemy\n", "shop/web.py": "import shop.db\n"})
    project.configure("contracts: [{id: apart, kind: forbidden, modules: shop.db, must_not_import: shop.web}]")

    done = project.run("check", PYTHONPROFILEIMPORTTIME="1")

    assert done.returncode == 0
    assert re.findall(r"archguard\.(?:codebase\.package_data|semantics|effects\.heuristics)\b", done.stderr) == []


def _written(key: str, items: list[str]) -> str:
    """The list as it is written: on one line, or on as few as there is space for."""
    line = f"{key} = [{', '.join(sorted(items))}]"
    lines = textwrap.wrap(f"{', '.join(sorted(items))},", 116, break_long_words=False, break_on_hyphens=False)
    return line if len(line) <= WIDTH else "\n".join((f"{key} = [", *(f"    {part}" for part in lines), "]"))


def _lists(type_: Any, value: Any, key: str = "") -> Iterator[tuple[str, list[str], Any]]:
    """The lists in `value`, each with its key and the type that it is bound to."""
    type_ = get_args(type_)[0] if get_origin(type_) is Annotated else type_
    if is_dataclass(type_):
        for field in fields(type_):
            yield from _lists(field.type, value.get(field.name, []), f"{key}.{field.name}")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _lists(get_args(type_)[1], item, f"{key}.{name}")
    elif isinstance(value, list):
        yield key, value, type_


def _dataclasses(type_: Any) -> Iterator[type]:
    """The dataclass `type_` and those that its fields refer to."""
    if is_dataclass(type_):
        yield type_  # type: ignore[misc]  # a class, not an instance
        for field in fields(type_):
            yield from _dataclasses(field.type)
    for argument in get_args(type_):
        yield from _dataclasses(argument)
