"""The bindings that a name or an attribute resolves to, and names of methods."""

import ast
from pathlib import Path

import pytest

from archguard.codebase import Source
from archguard.codebase.facts import Call
from archguard.semantics import ExternalModels, FileIndex, SemanticModel, bindings, is_method_alias

OTHER = "class Repo:\n    table = 1\n    def find(self): ...\n\nrepo = Repo()\nimport os\n"


def model_of(folder: Path, **files: str) -> SemanticModel:
    """The model of a project with these modules."""
    sources = {}
    for module, text in files.items():
        path = folder / f"{module}.py"
        path.write_text(text)
        sources[module] = Source(module, str(path), path.name)
    return SemanticModel(FileIndex(sources), ExternalModels())


def last_call(model: SemanticModel, module: str) -> Call:
    """The last call of `module`."""
    return max(Call.within(model.scope(module), model.files.source(module)), key=lambda call: call.location)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import other\nother.repo()", ["other:5"]),
        ("from other import Repo\nRepo.find()", ["other:3"]),
        ("from other import repo\nrepo.find()", ["other:3"]),
        ("from other import repo\nrepo.table()", ["other:2"]),
        ("from other import repo\nrepo.nothing()", []),
        ("from other import repo as r\nr()", ["other:5"]),
        ("import other\nother.os()", []),
        ("import other\nother()", []),
        ("import requests\nrequests.get()", []),
        ("x = 1\nif y:\n    x = 2\nx()", ["main:1", "main:3"]),
        ("(lambda: 1)()", []),
    ],
)
def test_a_name_or_attribute_stands_for_bindings(tmp_path: Path, text: str, expected: list[str]) -> None:
    model = model_of(tmp_path, main=text, other=OTHER)
    call = last_call(model, "main")

    found = [
        f"{binding.at.scope.module.name}:{binding.node.lineno}"
        for binding in bindings(model, call.node.func, call.at)
        if binding.node
    ]

    assert sorted(found) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("run = session.execute\nrun()", True),
        ("if x:\n    run = session.execute\nelse:\n    def run(): ...\nrun()", True),
        ("run = execute\nrun()", False),
        ("def run(): ...\nrun()", False),
        ("from other import run\nrun()", False),
        ("import run\nrun()", False),
        ("run()", False),
    ],
)
def test_a_method_by_a_name_is_told_in_its_own_file(tmp_path: Path, text: str, *, expected: bool) -> None:
    model = model_of(tmp_path, main=text, other="run = session.execute\n")
    call = last_call(model, "main")
    assert isinstance(call.node.func, ast.Name)

    assert is_method_alias(model, "run", call.at) is expected
