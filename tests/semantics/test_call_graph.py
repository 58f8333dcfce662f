"""Which functions a call site may run."""

from pathlib import Path

import pytest

from archguard.codebase import Source
from archguard.codebase.facts import Call
from archguard.semantics import FileIndex, SemanticModel
from archguard.semantics.call_graph import (
    argument_of,
    callee_types,
    functions_of,
    is_of_receiver,
    parameter_of,
    receiver_class,
)
from archguard.semantics.types import ClassType, ExternalMember, FunctionType, Type


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


@pytest.mark.parametrize(
    ("member", "functions", "receivers"),
    [
        ("def g(self): ...", ["m.B.g"], ["m.B"]),
        ("@staticmethod\n    def g(): ...", ["m.B.g"], [None]),
        ("@classmethod\n    def g(cls): ...", ["m.B.g"], ["m.B"]),
        ("g = print", [], []),
        ("@property\n    def g(self): return h", ["m.A.g"], ["m.A"]),  # what is called is its value
    ],
)
def test_a_method_has_the_receiver_that_the_caller_knows(
    tmp_path: Path, member: str, functions: list[str], receivers: list[str | None]
) -> None:
    text = f"def h(): ...\nclass A:\n    def g(self): ...\n    def f(self): self.g()\nclass B(A):\n    {member}\n"
    model = model_of(tmp_path, text)
    (receiver,) = defined(model, "B")
    call = last_call(model)
    assert isinstance(receiver, ClassType)

    found = callee_types(model, call.node.func, call.at, receiver)

    methods = [value for value in found if isinstance(value, FunctionType)]
    assert [method.name for method in methods] == functions
    assert [getattr(receiver_class(method), "name", None) for method in methods] == receivers


def test_a_method_that_no_class_of_the_project_has_is_of_the_first_base_outside(tmp_path: Path) -> None:
    model = model_of(
        tmp_path,
        "import acme, other\nclass A:\n    def f(self): self.g()\nclass B(A, acme.One, other.Two): ...\n",
    )
    (receiver,) = defined(model, "B")
    call = last_call(model)
    assert isinstance(receiver, ClassType)

    (found,) = callee_types(model, call.node.func, call.at, receiver)

    assert isinstance(found, ExternalMember)
    assert f"{found.base}.{found.name}" == "acme.One.g"


@pytest.mark.parametrize(
    ("callee", "expected"),
    [("self.run", True), ("super().run", True), ("other.run", False), ("run", False), ("self.part.run", False)],
)
def test_the_class_of_self_decides_what_is_called_on_self_and_super(
    tmp_path: Path,
    callee: str,
    expected: bool,  # noqa: FBT001
) -> None:
    model = model_of(tmp_path, f"class A(B):\n    def f(self, other):\n        {callee}()\n")
    call = next(call for call in Call.within(model.scope("m"), model.files.source("m")) if call.callee == callee)

    assert is_of_receiver(call.node.func, call.at) is expected


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
    ("parameters", "arguments", "expected"),
    [
        ("x, flag=None", "1, True", "True"),
        ("x, flag=None", "1, flag=False", "False"),
        ("x, flag=None", "1", "None"),
        ("x, flag=None", "*a", ""),
        ("x, flag=None", "1, True, *a", "True"),
        ("x, flag=None", "1, **k", ""),
        ("x, flag", "1", ""),
        ("flag=3, /, x=4", "", "3"),
        ("*, x=1, flag=2", "", "2"),
        ("x, *, flag=2", "1, 3", "2"),
        ("x, *, y, flag=2", "1, y=4", "2"),
        ("x, *, flag", "1, y=4", ""),
    ],
)
def test_the_argument_of_a_parameter_is_passed_or_its_default(
    tmp_path: Path, parameters: str, arguments: str, expected: str
) -> None:
    model = model_of(tmp_path, f"def f({parameters}): ...\na, k = [], {{}}\nf({arguments})\n")
    (function,) = defined(model, "f")
    assert isinstance(function, FunctionType)

    found = argument_of(function, last_call(model).node, "flag")

    assert (repr(getattr(found, "value", "")) if found else "") == expected


def test_a_call_of_a_method_does_not_pass_the_receiver(tmp_path: Path) -> None:
    model = model_of(tmp_path, "class A:\n    def f(self, flag=None): ...\nA().f(True)\n")
    call = last_call(model)
    (function,) = model.infer(call.node.func, call.at)
    assert isinstance(function, FunctionType)

    assert getattr(argument_of(function, call.node, "flag"), "value", "") is True


def test_a_parameter_is_told_from_a_name_that_replaces_it(tmp_path: Path) -> None:
    model = model_of(tmp_path, "def f(act):\n    act()\n    act = print\n    act()\n")
    first, second = sorted(Call.within(model.scope("m"), model.files.source("m")), key=lambda call: call.location)

    assert parameter_of(model, first.node.func, first.at) == "act"
    assert parameter_of(model, second.node.func, second.at) == ""
