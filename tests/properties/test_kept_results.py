"""Results that are kept across edits are those of a run from nothing, whatever is edited, and in whichever order."""

import random
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import attrgetter
from pathlib import Path

import pytest
from kept_runs import assert_kept_results_hold
from project import Project

from archguard.checking import check
from archguard.checking.session import Session
from archguard.model import Violation

CONTRACTS = """
version: 1
project: {packages: [shop]}
contracts:
  - {id: data, kind: database, modules: shop, detect: [imports, calls, sql, models], check_parameters: true}
  - {id: data-in-few, kind: database, allowed_in: [shop.m0, shop.m1]}
  - {id: out, kind: gateway, modules: shop, require: [timeout], hosts: [api.shop.com]}
  - {id: routes, kind: gateway, routes_in: shop.m2}
  - id: effects
    kind: effects
    max_unresolved: 50
    rules:
      - {in: loop, must_not: [query, commit, http]}
      - {functions: {be: async}, must_not: blocking}
      - {must_not: [query, commit, http], except: shop.m1}
  - id: shapes
    kind: structure
    rules:
      - {functions: "f*", must_not: {call: "requests.*"}}
      - {classes: "C*", must_not: {inherit: "*Session"}}
      - {must_not: {define: {be: mutable}}}
      - {functions: "f*", must_not: {call: [shop.m0, shop.m3]}}
"""
MODULES = [f"m{number}" for number in range(6)]
NAMES = [f"{kind}{number}" for kind in ("f", "C", "g") for number in range(3)]
HEAD = "import requests\nimport sqlalchemy\nfrom sqlalchemy.orm import Session\nfrom fastapi import FastAPI, Depends\n"


METHODS = "    @property\n    def z(self):\n        return self.y\n    def method(self):\n        return self.z"


class Writer:
    """Makes up modules whose findings depend on each other."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # the same modules for each seed

    def value(self) -> str:
        """An expression: a client, something that may give one, or neither."""
        if not self.random.randrange(8):
            return f"({self.value()} if x else {self.value()})"
        return self.random.choice(
            [
                "sqlalchemy.create_engine('x')",
                "Session()",
                "requests.Session()",
                "None",
                "[Session()]",
                "x",
                f"{self.called()}",
                f"{self.called()}.y",
                f"{self.called()}.method()",
                f"{self.random.choice(NAMES)}",
                f"{self.random.choice(MODULES)}.{self.random.choice(NAMES)}",
                f"app.state.{self.random.choice(['one', 'two'])}",
            ]
        )

    def called(self) -> str:
        return f"{self.random.choice(NAMES)}({self.random.choice(['', 'Session()', 'requests', 'x'])})"

    def use(self) -> str:
        return self.random.choice(
            [
                f"{self.value()}.execute('delete')",
                f"{self.value()}.get('https://api.{self.random.choice(['shop', 'other'])}.com')",
                f"for each in {self.value()}: each.commit()",
                f"app.state.{self.random.choice(['one', 'two'])} = {self.value()}",
                f"global g0; g0 = {self.value()}",
                f"assert isinstance(x, {self.random.choice(['Session', 'C0', 'str'])})",
                f"x = {self.value()}",
                "pass",
            ]
        )

    def definition(self) -> str:
        """A definition or an import, whose meaning may depend on other modules."""
        name, number = self.random.choice(MODULES), self.random.randrange(3)
        body = "\n".join(f"    {self.use()}" for _ in range(self.random.randrange(1, 3)))
        base = self.random.choice(["", "(C0)", "(C1)", "(Session)", f"({name}.C2)"])
        annotation = self.random.choice(["", ": Session", ": C1", ": 'C2'", f" = Depends(f{number})"])
        return self.random.choice(
            [
                f"from shop import {name}",
                f"from shop.{name} import {self.random.choice(NAMES)}",
                f"from shop.{name} import *",
                f"g{number} = {self.value()}",
                f"if g1:\n    g{number} = {self.value()}\nelse:\n    g{number} = {self.value()}",
                f"def f{number}(x{annotation}):\n{body}\n    return {self.value()}",
                f"async def f{number}(x=None):\n{body}\n    yield {self.value()}",
                f"class C{number}{base}:\n    y = {self.value()}\n    def method(self):\n        return {self.value()}",
                f"class C{number}{base}:\n    def __init__(self, x{annotation}):\n        self.y = x\n{METHODS}",
                "app = FastAPI()",
                f"import importlib\nimportlib.import_module('shop.{name}')",
                f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop import {name}",
                f"@app.get('/{number}')\ndef route{number}(x{annotation}):\n{body}",
            ]
        )

    def module(self) -> list[str]:
        return [self.definition() for _ in range(self.random.randrange(3, 9))]

    def edits(self, modules: dict[str, list[str]]) -> Iterator[None]:
        """Edit `modules` again and again, in place."""
        while True:
            name = self.random.choice([*MODULES, "__init__"])
            definitions = modules.setdefault(name, self.module())
            at = self.random.randrange(len(definitions) + 1)
            match self.random.randrange(10):
                case 0:
                    del modules[name]
                case 1:
                    self.random.shuffle(definitions)
                case 2:
                    definitions[at:at] = ["def broken(:"]
                case 3 | 4:
                    definitions[at:at] = [self.definition()]
                case 5:
                    del definitions[at : at + 1]
                case _:
                    definitions[at : at + 1] = [self.definition()]
            yield


def written(folder: Path, modules: dict[str, list[str]]) -> None:
    package = folder / "shop"
    package.mkdir(exist_ok=True)
    for name in (*MODULES, "__init__"):
        file = package / f"{name}.py"
        if name in modules:
            file.write_text(texts(modules)[name])
        else:
            file.unlink(missing_ok=True)


@pytest.mark.parametrize("seed", range(24))
def test_kept_results_are_those_of_a_run_from_nothing_after_any_sequence_of_edits(project: Project, seed: int) -> None:
    project.configure(CONTRACTS)
    writer = Writer(seed)
    modules = {name: writer.module() for name in MODULES} | {"__init__": ["from shop.m3 import f0, C1"]}
    written(project.root, modules)
    edits = (written(project.root, modules) for _ in islice(writer.edits(modules), 5))
    assert_kept_results_hold(project, edits, attrgetter("violations"))


@pytest.mark.parametrize("seed", range(8))
def test_the_command_line_reports_after_edits_what_it_reports_without_a_cache(project: Project, seed: int) -> None:
    layers = "  - {id: layered, kind: layers, layers: [shop.m0, shop.m1 | shop.m2, shop.m3]}\n"
    project.configure(CONTRACTS + layers)
    writer = Writer(1000 + seed)
    modules = {name: writer.module() for name in MODULES} | {"__init__": ["from shop.m3 import f0, C1"]}
    edits = writer.edits(modules)
    for _ in range(7):
        written(project.root, modules)
        kept, new = (run("check", "--format", "json") for run in (project.ask, project.call))
        assert (kept.returncode, timeless(kept.stdout)) == (new.returncode, timeless(new.stdout))
        next(edits)


@pytest.mark.parametrize("seed", range(12))
def test_a_session_finds_what_a_run_from_nothing_finds_after_each_refresh_and_in_each_draft(
    project: Project, seed: int
) -> None:
    imports = """
  - {id: layered, kind: layers, layers: [shop.m0, shop.m1 | shop.m2, shop.m3]}
  - {id: rings, kind: acyclic, children_of: shop}
"""
    project.configure(CONTRACTS + imports)
    writer = Writer(2000 + seed)
    modules = {name: writer.module() for name in MODULES} | {"__init__": ["from shop.m3 import f0, C1"]}
    written(project.root, modules)
    edits = writer.edits(modules)
    session = Session(project.config())
    for _ in range(6):
        before = texts(modules)
        next(edits)
        drafts = {project.root / "shop" / f"{name}.py": text for name, text in texts(modules).items()}
        drafts |= {project.root / "shop" / f"{name}.py": None for name in before.keys() - modules.keys()}
        changed = {path: text for path, text in drafts.items() if before.get(path.stem) != text}
        found = session.check(changed)
        written(project.root, modules)
        new = check(session.config)
        assert sorted_identities((*found.unchanged, *found.new)) == sorted_identities(new.violations)
        session.refresh()
        assert session.report.violations == new.violations
        assert session.report.problems == new.problems
        assert Session(session.config).report.violations == new.violations  # from the stored results of the first one


def texts(modules: dict[str, list[str]]) -> dict[str, str]:
    return {name: HEAD + "\n".join(lines) + "\n" for name, lines in modules.items()}


def sorted_identities(violations: Iterable[Violation]) -> list[object]:
    return sorted((found.identity, found.location) for found in violations)


def timeless(report: str) -> str:
    return re.sub(r'"seconds": [\d.]+', "", report)
