"""Which functions a call site may run."""

from pathlib import Path

import pytest

from archguard.codebase import Source
from archguard.codebase.facts import Call
from archguard.semantics import FileIndex, SemanticModel
from archguard.semantics.call_graph import argument_of, callee_types, functions_of, parameter_of
from archguard.semantics.types import ClassType, FunctionType, Type


def model_of(folder: Path, text: str) -> SemanticModel:
    path = folder / "m.py"
    path.write_text(text)
    return SemanticModel(FileIndex({"m": Source("m", str(path), path.name)}))


def defined(model: SemanticModel, name: str) -> list[Type]:
    origins = model.resolve(name, model.scope("m").end)
    return [value for origin in origins for value in model.infer_origin(origin)]


def last_call(model: SemanticModel) -> Call:
    return max(Call.within(model.scope("m"), model.files.source("m")), key=lambda call: call.location)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(): ...\nf()", ["m.f"]),
        ("class A:\n    def __init__(self): ...\nA()", ["m.A.__init__"]),
        ("class A:\n    def __call__(self): ...\na = A()\na()", ["m.A.__call__"]),
        ("class A:\n    def f(self): ...\nclass B(A): ...\nB().f()", ["m.A.f"]),
        ("from functools import partial\ndef f(x): ...\ng = partial(f, 1)\ng()", ["m.f"]),
        ("def f(): ...\ndef g(): ...\nh = f if input() else g\nh()", ["m.f", "m.g"]),
        ("import os\nos.getcwd()", []),
    ],
)
def test_a_call_runs_the_functions_of_its_callee(tmp_path: Path, text: str, expected: list[str]) -> None:
    model = model_of(tmp_path, text)
    call = last_call(model)

    found = [
        function.name
        for value in callee_types(model, call.node.func, call.at)
        for function in functions_of(model, value)
    ]

    assert found == expected


def test_a_method_of_self_is_that_of_the_receiver(tmp_path: Path) -> None:
    model = model_of(
        tmp_path,
        "class A:\n    def g(self): ...\n    def f(self):\n        self.g()\nclass B(A):\n    def g(self): ...\nB\n",
    )
    (receiver,) = defined(model, "B")
    call = last_call(model)
    assert isinstance(receiver, ClassType)

    known = callee_types(model, call.node.func, call.at, receiver)
    unknown = callee_types(model, call.node.func, call.at)

    assert [value.name for value in known if isinstance(value, FunctionType)] == ["m.B.g"]
    assert [value.name for value in unknown if isinstance(value, FunctionType)] == ["m.A.g"]


def test_super_in_a_mixin_is_what_follows_it(tmp_path: Path) -> None:
    model = model_of(
        tmp_path,
        "class Base:\n    def save(self): ...\n"
        "class Mixin:\n    def save(self):\n        super().save()\n"
        "class Row(Mixin, Base): ...\n",
    )
    (receiver,) = defined(model, "Row")
    call = next(
        call for call in Call.within(model.scope("m"), model.files.source("m")) if call.callee == "super().save"
    )
    assert isinstance(receiver, ClassType)

    found = callee_types(model, call.node.func, call.at, receiver)

    assert [value.name for value in found if isinstance(value, FunctionType)] == ["m.Base.save"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [("f(1, True)", "True"), ("f(1, flag=False)", "False"), ("f(1)", "None"), ("f(*a)", ""), ("f(1, **k)", "")],
)
def test_the_argument_of_a_parameter_is_passed_or_its_default(tmp_path: Path, call: str, expected: str) -> None:
    model = model_of(tmp_path, f"def f(x, flag=None): ...\na, k = [], {{}}\n{call}\n")
    (function,) = defined(model, "f")
    assert isinstance(function, FunctionType)

    found = argument_of(function, last_call(model).node, "flag")

    assert (repr(getattr(found, "value", "")) if found else "") == expected


def test_a_parameter_is_told_from_a_name_that_replaces_it(tmp_path: Path) -> None:
    model = model_of(tmp_path, "def f(act):\n    act()\n    act = print\n    act()\n")
    first, second = sorted(Call.within(model.scope("m"), model.files.source("m")), key=lambda call: call.location)

    assert parameter_of(model, first.node.func, first.at) == "act"
    assert parameter_of(model, second.node.func, second.at) == ""
