"""The public API: `archguard` and `archguard.testing` hold all that a plug-in needs, and the reference page lists them.

`ARCHGUARD_WRITE_PAGES=1 pytest tests/test_public_api.py` writes what the names of the page mean anew.
"""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import signature
from itertools import pairwise
from pathlib import Path
from typing import Any, Unpack, get_args, get_origin, get_type_hints

import pytest
from project import Project

from archguard.kinds import Contract
from archguard.model.docstrings import describe
from archguard.testing.keywords import ContractKeywords

REFERENCE = Path(__file__).parents[1] / "docs/reference"
PAGES = {"archguard": REFERENCE / "python-api.md", "archguard.testing": REFERENCE / "testing-api.md"}
WRITING = bool(os.environ.get("ARCHGUARD_WRITE_PAGES"))
PUBLIC = tuple(PAGES)

_TABLE = re.compile(
    r"<!-- (?P<sort>api|methods|keywords): (?P<module>[\w.]+) -->\n(?P<rows>.*?)<!-- end -->", re.DOTALL
)
_NAME = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)

KIND = '''
"""A kind with a key of each type, a nested mapping and a check of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from archguard import Codebase, Confidence, Contract, ContractError, Link, OneOrMany, Patterns, SomeTargets, Violation


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """A module that may."""

    module: str
    """Its name."""


@dataclass(frozen=True, kw_only=True)
class Unloved(Contract):
    """None of `modules` imports `unloved`."""

    kind: ClassVar[str] = "unloved"

    modules: Patterns
    """The modules that are checked."""
    unloved: SomeTargets
    """What they must not import."""
    except_: Annotated[tuple[Exemption, ...], OneOrMany()] = ()
    """Modules that may."""

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error for each exemption that is no module."""
        for exemption in self.except_:
            if exemption.module not in codebase.modules:
                yield ContractError(f"there is no module '{exemption.module}'", "except")

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each import."""
        for module in sorted(codebase.members(self.modules) - {exemption.module for exemption in self.except_}):
            for link in self._unloved(codebase, module):
                yield self.import_violation(codebase, link, f"{module} must not import {link.imported}", ())

    def _unloved(self, codebase: Codebase, module: str) -> Iterator[Link]:
        imported = codebase.imports.imported_by(module)
        for name in sorted({name for pattern in self.unloved for name in codebase.matching(pattern, imported)}):
            yield from (Link(module, name, line) for line in imported[name])
'''
REPORTER = '''
"""A reporter that counts."""

from collections import Counter

from archguard import OutcomeStatus, Report, Severity, ViolationStatus, reporter


def render(report: Report) -> str:
    """How many violations of each severity are new, before the text of archguard."""
    new = Counter(it.severity for it in report.violations if it.status is ViolationStatus.NEW)
    broken = [outcome.id for outcome in report.outcomes if outcome.status is OutcomeStatus.BROKEN]
    counts = ", ".join(f"{severity} {new[severity]}" for severity in Severity)
    return f"{counts}; broken: {broken}\\n" + reporter("text")(report)
'''
TEST = """
from acme_archguard.unloved import Unloved
from archguard import Pattern, Target
from archguard.testing import must_keep


def test_nobody_imports_os():
    must_keep(Unloved(id="no-os", modules=(Pattern("shop"),), unloved=(Target("os"),)))
"""


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A distribution with a kind and a reporter; its folder, for PYTHONPATH."""
    site = tmp_path_factory.mktemp("site")
    for name, text in (("__init__", ""), ("unloved", KIND), ("counts", REPORTER)):
        file = site / f"acme_archguard/{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    metadata = site / "acme_archguard-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-archguard\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[archguard.kinds]\nunloved = acme_archguard.unloved:Unloved\n"
        "[archguard.reporters]\ncounts = acme_archguard.counts:render\n"
    )
    return str(site)


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all({"shop/__init__.py": "", "shop/good.py": "import json\n", "shop/bad.py": "import os\n"})
    project.configure("contracts: [{id: no-os, kind: unloved, modules: shop, unloved: os}]\n")
    return project


def test_a_plugin_of_public_names_alone_checks_and_reports(shop: Project, installed: str) -> None:
    run = shop.run("check", "--format", "counts", PYTHONPATH=installed)

    assert run.returncode == 1, run.stderr
    assert run.stdout.startswith("error 1, warning 0, info 0; broken: ['no-os']\n")
    assert "shop/bad.py:1:8: error: shop.bad must not import os [no-os]" in run.stdout


def test_its_nested_mappings_are_as_strict_as_built_in_ones(shop: Project, installed: str) -> None:
    shop.configure(
        "contracts:\n  - {id: no-os, kind: unloved, modules: shop, unloved: os, except: {module: shop.bad, modul: x}}\n"
    )

    run = shop.run("check", PYTHONPATH=installed)

    assert run.returncode == 2
    assert "unknown key `modul`" in run.stderr


def test_its_own_faults_have_a_place(shop: Project, installed: str) -> None:
    shop.configure("contracts:\n  - {id: no-os, kind: unloved, modules: shop, unloved: os, except: {module: shop.x}}\n")

    run = shop.run("check", PYTHONPATH=installed)

    assert run.returncode == 2
    assert "archguard.yaml:2:68: error: there is no module 'shop.x'" in run.stdout


def test_its_kind_can_be_tested(shop: Project, installed: str) -> None:
    shop.write("test_shop.py", TEST)

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=shop.root,
        env={**os.environ, "PYTHONPATH": installed},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1, run.stdout + run.stderr
    assert "shop.bad must not import os" in run.stdout


@pytest.mark.parametrize("source", [KIND, REPORTER, TEST])
def test_these_plugins_import_public_modules_only(source: str) -> None:
    imported = {node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}

    assert {name for name in imported if name and name.startswith("archguard")} <= set(PUBLIC)


@pytest.mark.parametrize("module", PUBLIC)
def test_the_reference_page_lists_every_public_name_once(module: str) -> None:
    text = PAGES[module].read_text(encoding="utf-8")
    tables = [table for table in _TABLE.finditer(text) if table["module"] == module]

    listed = [name for table in tables for name in _NAME.findall(table["rows"])]

    assert sorted(listed) == sorted(import_module(module).__all__)


@pytest.mark.parametrize("module", PUBLIC)
def test_the_reference_page_says_what_the_docstrings_say(module: str) -> None:
    text = PAGES[module].read_text(encoding="utf-8")

    expected = _TABLE.sub(_filled, text)

    if WRITING:
        PAGES[module].write_text(expected, encoding="utf-8")
    else:
        assert text == expected


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_name_can_be_imported(module: str) -> None:
    found = import_module(module)

    assert [name for name in found.__all__ if not hasattr(found, name)] == []


def test_a_name_that_is_not_public_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'ErrorCollector'"):
        _ = import_module("archguard").ErrorCollector


@pytest.mark.parametrize("name", ["Architecture", "Definitions", "Modules", "Rule"])
def test_every_class_of_assertions_has_a_table_of_its_methods(name: str) -> None:
    page = PAGES["archguard.testing"].read_text(encoding="utf-8")

    assert f"<!-- methods: archguard.testing.{name} -->" in page


def test_no_keyword_argument_of_an_assertion_is_of_any_type() -> None:
    found = [
        f"{name}: {parameter}"
        for class_ in ("Architecture", "Modules", "Definitions")
        for name, method in _methods(f"archguard.testing.{class_}")
        for parameter in signature(method).parameters.values()
        if parameter.annotation is Any or (parameter.annotation is parameter.empty and parameter.name != "self")
    ]

    assert found == []


def _filled(table: re.Match[str]) -> str:
    rows = {"api": _name_rows, "methods": _method_rows, "keywords": _keyword_rows}[table["sort"]](table)
    head = f"<!-- {table['sort']}: {table['module']} -->"
    return "\n".join([head, "| Name | Meaning |", "|---|---|", *rows, "<!-- end -->"])


def _name_rows(table: re.Match[str]) -> Iterator[str]:
    for name in _NAME.findall(table["rows"]):
        yield f"| `{name}` | {_meaning(table['module'], name)} |"


def _method_rows(table: re.Match[str]) -> Iterator[str]:
    """The public methods of a class with their arguments, those in a `TypedDict` too."""
    for name, method in _methods(table["module"]):
        shown = f"{name}({', '.join(_arguments(method))})" if callable(method) else name
        yield f"| `{shown}` | {_sentence((method if callable(method) else method.func).__doc__)} |"


def _methods(path: str) -> list[tuple[str, Any]]:
    module, _, name = path.rpartition(".")
    members = vars(getattr(import_module(module), name)).items()
    return [(key, it) for key, it in members if not key.startswith("_") and it.__doc__]


def _arguments(method: Any) -> Iterator[str]:
    for parameter in [*signature(method).parameters.values()][1:]:
        if parameter.kind is not parameter.VAR_KEYWORD:
            default = "" if parameter.default is parameter.empty else f"={parameter.default}"
            yield f"{'*' * (parameter.kind is parameter.VAR_POSITIONAL)}{parameter.name}{default}"
        elif get_origin(parameter.annotation) is Unpack:
            (keywords,) = get_args(parameter.annotation)
            yield from (key for key in get_type_hints(keywords) if key not in get_type_hints(ContractKeywords))
        else:
            yield "..."


def _keyword_rows(_table: re.Match[str]) -> Iterator[str]:
    """What every contract takes, as its fields say."""
    for name in get_type_hints(ContractKeywords):
        yield f"| `{name}` | {_sentence(describe(Contract, name))} |"


def _meaning(module: str, name: str) -> str:
    return _sentence(_below(name) or getattr(import_module(module), name).__doc__)


def _sentence(text: str) -> str:
    """The first paragraph, for a cell of a table."""
    return " ".join(text.partition("\n\n")[0].split()).replace("|", "\\|")


def _below(name: str) -> str:
    """The docstring below the definition of a type alias."""
    body = ast.parse((REFERENCE.parents[1] / "archguard/codebase/modules/pattern.py").read_text(encoding="utf-8")).body
    for statement, following in pairwise(body):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(id=found)), ast.Expr(value=ast.Constant(value=str(text))) if (
                found == name
            ):
                return text
    return ""
