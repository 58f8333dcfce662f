"""Names are followed to what they stand for."""

from pathlib import Path

import pytest

from archguard.codebase import Source
from archguard.codebase.facts import Call
from archguard.semantics import ExternalModels, FileIndex, SemanticModel, StringValue

LIBRARY = ExternalModels(
    returns={
        "acme.connect()": "acme.Connection",
        "acme.Connection.cursor()": "acme.Cursor",
        "acme.Table.first()": "item",
    },
    bases={"acme.Pooled": "acme.Connection"},
)


def names_of(folder: Path, **files: str) -> SemanticModel:
    """The names of a project with these modules; `__` in a keyword stands for a dot."""
    sources = {}
    for key, text in files.items():
        module = key.replace("__", ".")
        path = folder / f"{module.replace('.', '_')}.py"
        path.write_text(text)
        sources[module] = Source(module, str(path), path.name)
    return SemanticModel(FileIndex(sources), LIBRARY)


def last_call(names: SemanticModel, module: str) -> tuple[str, ...]:
    """What the last call of the module can call."""
    calls = sorted(Call.within(names.scope(module), names.files.source(module)), key=lambda call: call.location)
    return names.callees(calls[-1].node, calls[-1].at)


def call_of(names: SemanticModel, callee: str) -> Call:
    """The first call of `callee` in the module `m`."""
    return next(call for call in Call.within(names.scope("m"), names.files.source("m")) if call.callee == callee)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import acme\nacme.connect()", "acme.connect"),
        ("import acme as a\na.connect()", "acme.connect"),
        ("from acme import connect as c\nc()", "acme.connect"),
        ("import acme\nx = acme.connect()\nx.run()", "acme.Connection.run"),
        ("import acme\nx = acme.connect().cursor()\nx.run()", "acme.Cursor.run"),
        ("from acme import Pooled\nx = Pooled().cursor()\nx.run()", "acme.Cursor.run"),
        ("import acme\ndef f(x: acme.Table[acme.Row]):\n    y = x.first()\n    y.run()", "acme.Row.run"),
        ("import acme\nx: acme.Connection\nx.run()", "acme.Connection.run"),
        ("import acme\ndef f(*, x: 'acme.Connection'):\n    x.run()", "acme.Connection.run"),
        ("import acme\nclass A:\n    def f(self) -> 'acme.Cursor': ...\nx = A().f()\nx.run()", "acme.Cursor.run"),
        (
            "from typing import Self\nclass A:\n    def f(self) -> Self: ...\n    def g(self): ...\nx = A().f()\nx.g()",
            "m.A.g",
        ),
        ("len('x')", "builtins.len"),
        ("'x'.join([])", "builtins.str.join"),
        ("x = unknown()\nx.run()", ""),
    ],
)
def test_a_call_is_followed_to_its_callee(tmp_path: Path, text: str, expected: str) -> None:
    names = names_of(tmp_path, m=text)

    assert last_call(names, "m") == ((expected,) if expected else ())


def test_names_are_followed_through_packages_that_pass_them_on(tmp_path: Path) -> None:
    names = names_of(
        tmp_path,
        shop="from shop.api import make as make_it",
        shop__api="from .db import *",
        shop__db="import acme\n\n\ndef make():\n    return acme.connect()\n",
        main="import shop\nx = shop.make_it()\nx.run()\n",
    )

    assert last_call(names, "main") == ("acme.Connection.run",)


def test_names_that_lead_round_in_a_circle_are_unknown(tmp_path: Path) -> None:
    names = names_of(tmp_path, a="from b import x\nx.run()", b="from a import x")

    assert last_call(names, "a") == ()


def test_only_the_modules_are_read_that_a_name_leads_to(tmp_path: Path) -> None:
    names = names_of(tmp_path, a="from b import x\nimport c\nx.run()", b="import acme\nx = acme.connect()", c="1")
    (tmp_path / "c.py").unlink()

    assert last_call(names, "a") == ("acme.Connection.run",)


def test_what_cannot_be_parsed_hides_nothing_else(tmp_path: Path) -> None:
    names = names_of(tmp_path, a="import acme\n\ndef f(:\n    pass\n\nx = acme.connect()\nx.run()\n")

    assert last_call(names, "a") == ("acme.Connection.run",)


def test_hundreds_of_branches_are_no_trouble(tmp_path: Path) -> None:
    branches = "if a == 0:\n    pass\n" + "".join(f"elif a == {number}:\n    pass\n" for number in range(900))

    names = names_of(tmp_path, m=f"import acme\na = 1\n{branches}\nacme.connect()\n")

    assert last_call(names, "m") == ("acme.connect",)


def test_hundreds_of_names_of_names_are_no_trouble(tmp_path: Path) -> None:
    names = "\n".join(f"x{number + 1} = x{number}" for number in range(900))

    assert last_call(names_of(tmp_path, m=f"import acme\nx0 = acme\n{names}\nx900.connect()\n"), "m") == (
        "acme.connect",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from acme import connect\nx = connect()\nx.run()", "acme.Connection.run"),
        ("import acme\nx = acme.connect()\nx.run()", "acme.Connection.run"),
        ("from acme import *\nx = connect()\nx.run()", "acme.Connection.run"),
        ("from acme import orders\norders.run()", "acme.orders.run"),
        ("import acme.orders\nacme.orders.run()", "acme.orders.run"),
        ("from acme import *\nlen()", "builtins.len"),
    ],
)
def test_a_library_is_not_hidden_by_a_folder_of_its_name(tmp_path: Path, text: str, expected: str) -> None:
    names = names_of(tmp_path, m=text, acme__orders="def run(): ...\n")

    assert last_call(names, "m") == (expected,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'a' 'b'", "ab"),
        ("'a' + 'b' + 'c'", "abc"),
        ("f'a{x}c'", "a?c"),
        ("f'a{B}c'", "abc"),
        ("'a%sc' % x", "a?c"),
        ("'a{}c'.format(x)", "a?c"),
        ("'a{name}c'.format(name=x)", "a?c"),
        ("A + B", "ab"),
        ("other.C", "c"),
        ("Settings().url", "http://x"),
        ("' a '.strip()", " a "),
        ("environ.get('X', 'a')", "a"),
        ("environ.get('X') or 'a'", "a"),
        ("getenv('X', default='a')", "a"),
        ("env.str('X', default='a')", "a"),
        ("env.str('X')", "?"),
        ("Settings().payments", "http://payments"),
        ("Settings().stock", "http://stock"),
        ("Settings().key", "?"),
        ("'{}/x'.format(B)", "b/x"),
        ("'{1}/{0}/{name:>3}/{x.y}'.format(A, B, name=other.C)", "b/a/c/?"),
        ("'{}{}'.format(*x, B)", "??"),
        ("x.format(B)", "?"),
        ("'%s/x' % B", "b/x"),
        ("'%s/%s/%s' % (A, x, B)", "a/?/b"),
        ("'%(b)s/%(x)d' % {'b': B, 'x': x}", "b/?"),
        ("(x + '%s') % B", "??"),
        ("str(B)", "b"),
        ("str(x, 'utf-8')", "?"),
        ("httpx.URL(B)", "b"),
        ("B or A", "b"),
        ("x or B", "b"),
        ("x and B", "?"),
        ("x if x else B", "b"),
        ("urljoin('http://b/c/', 'x')", "http://b/c/x"),
        ("urljoin('http://b/c/', f'/x/{x}')", "http://b/x/?"),
        ("urljoin('http://b', x)", "http://b/?"),
        ("urljoin(x, '/y')", "?"),
        ("urljoin('http://[b', '/y')", ""),
        ("x", "?"),
    ],
)
def test_texts_are_put_together(tmp_path: Path, text: str, expected: str) -> None:
    before = "from os import environ\nimport other\nA = 'a'\nB = 'b'\n\nclass Settings:\n    url: str = 'http://x'\n"
    before += (
        "    payments: str = Field('http://payments')\n    stock: str = Field(default='http://stock', alias='s')\n"
    )
    before += "    key: str = Field(..., alias='key')\n\n"
    names = names_of(tmp_path, m=f"{before}def f(x):\n    print({text})\n", other="C = 'c'")
    call = call_of(names, "print")

    assert names.string_value(call.arguments[0], call.at).filled("?") == expected


@pytest.mark.parametrize(
    ("form", "most"),
    [
        ("str({})", 11),
        ("httpx.URL({})", 11),
        ("({}).strip()", 11),
        ("({} or x)", 11),
        ("({} if x else x)", 11),
        ("(y := {})", 11),
        ("environ.get(x, {})", 11),
        ("Field(default={})", 11),
        ("{{'a': {}}}['a']", 11),
        ("'%s' % ({})", 5),  # two levels: the format, and what it is filled with
        ("'{{}}'.format({})", 5),
    ],
)
def test_each_form_of_an_expression_is_a_level_of_the_twelve_that_are_followed(
    tmp_path: Path, form: str, most: int
) -> None:
    def nested(levels: int) -> str:
        return form.format(nested(levels - 1)) if levels else "'a'"

    names = names_of(tmp_path, m=f"from os import environ\ndef f(x):\n    g({nested(most)}, {nested(most + 1)})\n")
    call = call_of(names, "g")

    assert [names.string_value(argument, call.at).filled("?") for argument in call.arguments] == ["a", "?"]


@pytest.mark.parametrize("order", [1, -1], ids=["from above", "from below"])
def test_functions_that_call_each_other_are_handed_the_same_in_either_order(order: int, tmp_path: Path) -> None:
    first = "def first(x):\n    second(x)\n    x.run()\n"
    second = "def second(x):\n    first(x)\n    x.run()\n"
    names = names_of(tmp_path, shop=f"import acme\n{first}{second}first(acme.connect())\n")
    calls = [
        call for call in Call.within(names.scope("shop"), names.files.source("shop")) if call.callee.endswith("run")
    ]

    callees = {names.callees(call.node, call.at) for call in calls[::order]}

    assert callees == {("acme.Connection.run",)}


@pytest.mark.parametrize(
    "alias",
    [
        "from typing import NewType\nfrom acme import Connection\nC = NewType('C', Connection)",
        "from typing import TypeVar\nfrom acme import Connection\nC = TypeVar('C', bound=Connection)",
        "from typing import TypeVar\nfrom acme import Connection\nC = TypeVar('C', Connection, Connection)",
    ],
)
def test_an_alias_that_a_call_creates_stands_for_its_type(tmp_path: Path, alias: str) -> None:
    names = names_of(tmp_path, m=f"{alias}\ndef f(x: C):\n    x.run()")

    assert last_call(names, "m") == ("acme.Connection.run",)


@pytest.mark.parametrize(
    ("attribute", "expected"), [("order_id", "acme.Key.run"), ("order", "acme.Row.run"), ("get_order", "")]
)
def test_a_column_of_a_model_is_told_from_a_relation_by_its_name(tmp_path: Path, attribute: str, expected: str) -> None:
    path = tmp_path / "m.py"
    path.write_text(f"import acme\ndef f(x: acme.Model):\n    x.{attribute}.run()")
    library = ExternalModels(returns={"acme.Model.*_id": "acme.Key", "acme.Model.*": "acme.Row"})

    names = SemanticModel(FileIndex({"m": Source("m", str(path), path.name)}), library)

    assert last_call(names, "m") == (expected or f"acme.Model.{attribute}.run",)


@pytest.mark.parametrize(
    ("store", "expected"),
    [
        ("self.x = acme.connect()", "acme.Connection.run"),
        ("other.x = acme.connect()", ""),
        ("self.y = acme.connect()", ""),
    ],
)
def test_an_attribute_is_what_a_method_stores_on_its_own_instance(tmp_path: Path, store: str, expected: str) -> None:
    names = names_of(
        tmp_path,
        m=f"import acme\nclass A:\n    def g(self, other):\n        {store}\n    def f(self):\n        self.x.run()",
    )

    assert last_call(names, "m") == ((expected,) if expected else ())


@pytest.mark.parametrize(
    ("returned", "expected"),
    [("acme.Cursor", "acme.Cursor.run"), ("type[acme.Cursor]", "acme.Cursor.run")],
)
def test_a_function_returns_the_class_that_its_model_names(tmp_path: Path, returned: str, expected: str) -> None:
    path = tmp_path / "m.py"
    path.write_text("import acme\nx = acme.make()\nx.run()")

    names = SemanticModel(
        FileIndex({"m": Source("m", str(path), path.name)}), ExternalModels(returns={"acme.make()": returned})
    )

    assert last_call(names, "m") == ((expected,) if expected else ())


@pytest.mark.parametrize(("parts", "expected"), [(("a", None), True), ((None,), False), ((), False), (("a",), True)])
def test_a_string_is_known_if_any_part_of_it_is(parts: tuple[str | None, ...], *, expected: bool) -> None:
    assert bool(StringValue(parts)) is expected
