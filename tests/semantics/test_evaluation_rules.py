"""Rules of Python by which names are followed: scopes, stars, mappings, places, arguments, tests of classes."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from archguard.codebase import Source
from archguard.codebase.facts import Call
from archguard.semantics import ExternalModels, FileIndex, SemanticModel

LIBRARY = ExternalModels(returns={"acme.connect()": "acme.Connection", "acme.pool()": "acme.Pool"})


def names_of(folder: Path, files: Mapping[str, str], importers: Mapping[str, list[str]] | None = None) -> SemanticModel:
    """The names of a project with these modules, as far as `importers` are known."""
    for module, text in files.items():
        (folder / f"{module}.py").write_text(text)
    sources = {module: Source(module, str(folder / f"{module}.py"), f"{module}.py") for module in files}
    return SemanticModel(FileIndex(sources), LIBRARY, importers or {})


def runs(names: SemanticModel, module: str = "m") -> list[tuple[str, ...]]:
    """What each call of something's `run` in `module` can call, in the order of the lines."""
    calls = sorted(Call.within(names.scope(module), names.files.source(module)), key=lambda call: call.location)
    return [names.callees(call.node, call.at) for call in calls if call.callee.endswith("run")]


CONNECTION = ("acme.Connection.run",)
POOL = ("acme.Pool.run",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "x = acme.connect()\nclass A:\n    x = acme.pool()\n    def f(self):\n        x.run()\n",
            [CONNECTION],
            id="methods do not see the names of the class body",
        ),
        pytest.param(
            "class A:\n    x = acme.pool()\n    y = [x.run() for _ in x]\n    x.run()\n",
            [(), POOL],
            id="nor do the comprehensions in it, but its own statements do",
        ),
        pytest.param(
            "x = acme.connect()\nclass A:\n    x.run()\nx = acme.pool()\n",
            [CONNECTION],
            id="a class body sees a name of the module as it is where the class stands",
        ),
        pytest.param(
            "x = acme.connect()\ndef f():\n    x.run()\nx = acme.pool()\n",
            [POOL],
            id="a function sees it as it is at the end",
        ),
        pytest.param(
            "x: dict[acme.Pool, acme.Connection] = {}\nfor y in x:\n    y.run()\nx[1].run()\nx.run()\n",
            [POOL, CONNECTION, ("builtins.dict.run",)],
            id="iterating a mapping gives its keys",
        ),
        pytest.param(
            "x = (acme.pool(), acme.connect())\nx[0].run()\nx[1].run()\nx[-1].run()\nx[-2].run()\nx[2].run()\n",
            [POOL, CONNECTION, CONNECTION, POOL, ()],
            id="a negative place counts from the end",
        ),
        pytest.param(
            "def f(a, b):\n    b.run()\nx = []\nf(*x, acme.connect())\n",
            [()],
            id="what stands after a star is handed to nobody knows which parameter",
        ),
        pytest.param(
            "def f(a, b):\n    b.run()\nx = []\nf(1, acme.connect(), *x)\n",
            [CONNECTION],
            id="what stands before it is",
        ),
    ],
)
def test_names_are_followed_as_python_does(text: str, expected: list[tuple[str, ...]], tmp_path: Path) -> None:
    assert runs(names_of(tmp_path, {"m": f"import acme\n{text}"})) == expected


def test_stars_give_public_names_only(tmp_path: Path) -> None:
    kept = "import acme\nx = acme.connect()\n_x = acme.pool()\n"

    names = names_of(tmp_path, {"m": "from kept import *\nx.run()\n_x.run()\n", "kept": kept})

    assert runs(names) == [CONNECTION, ()]


@pytest.mark.parametrize("first", ["a", "b", "c"])
def test_modules_that_import_each_other_give_the_same_whichever_is_asked_first(first: str, tmp_path: Path) -> None:
    files = {
        "a": "from b import *\nx.run()\n",
        "b": "from c import *\nfrom a import *\nx.run()\n",
        "c": "from a import *\nfrom kept import *\nx.run()\n",
        "kept": "import acme\nx = acme.connect()\n",
    }
    names = names_of(tmp_path, files)

    found = {module: runs(names, module) for module in (first, "a", "b", "c")}

    assert found == {"a": [CONNECTION], "b": [CONNECTION], "c": [CONNECTION]}


@pytest.mark.parametrize("modules", [["a", "b", "c"], ["c", "b", "a"]], ids=["from a", "from c"])
def test_nothing_is_kept_of_an_import_that_leads_back_to_where_it_was_asked_from(
    modules: list[str], tmp_path: Path
) -> None:
    files = {
        "a": "if 1:\n    from b import x\nelse:\n    from kept import x\nx.run()\n",
        "b": "import acme\nif 1:\n    from a import x\nelse:\n    x = acme.pool()\nx.run()\n",
        "c": "from a import x as y\nfrom b import x\nx.run()\ny.run()\n",
        "kept": "import acme\nx = acme.connect()\n",
    }
    names = names_of(tmp_path, files)

    assert [{*callees} for module in modules for callees in runs(names, module)] == [{*CONNECTION, *POOL}] * 4


@pytest.mark.parametrize(("importing", "expected"), [(20, [CONNECTION]), (21, [()])])
def test_a_function_that_up_to_twenty_modules_import_is_known_by_its_calls(
    importing: int, expected: list[tuple[str, ...]], tmp_path: Path
) -> None:
    users = [f"user{number}" for number in range(importing)]
    files = {"m": "def f(x):\n    x.run()\n"}
    files |= dict.fromkeys(users, "import acme\nfrom m import f\nf(acme.connect())\n")

    names = names_of(tmp_path, files, {"m": users})

    assert runs(names) == expected
    assert names.argument_flow.has_tracked_callers("m") is (expected == [CONNECTION])


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("if isinstance(x, acme.Pool):\n        x.run()", [POOL]),
        ("if not isinstance(x, acme.Pool):\n        x.run()", [CONNECTION]),
        ("if isinstance(x, acme.Pool):\n        return\n    x.run()", [CONNECTION]),
        ("if isinstance(x, acme.Pool):\n        x = acme.connect()\n        x.run()", [CONNECTION]),
        ("if y and isinstance(x, acme.Pool):\n        pass\n    else:\n        x.run()", [(*CONNECTION, *POOL)]),
        ("if y or isinstance(x, acme.Pool):\n        x.run()", [(*CONNECTION, *POOL)]),
        ("if y or isinstance(x, acme.Pool):\n        pass\n    else:\n        x.run()", [CONNECTION]),
        ("isinstance(x, acme.Pool) and x.run()", [POOL]),
        ("isinstance(x, acme.Pool) or x.run()", [CONNECTION]),
        ("x.run() if isinstance(x, acme.Pool) else x.run()", [POOL, CONNECTION]),
        ("assert isinstance(x, (acme.Pool, int))\n    x.run()", [POOL]),
        ("assert isinstance(x, unknown)\n    x.run()", [(*CONNECTION, *POOL)]),
        ("while isinstance(x, acme.Pool):\n        x.run()", [POOL]),
        ("if isinstance(y, acme.Pool):\n        x.run()\n        y.run()", [(*CONNECTION, *POOL), POOL]),
    ],
)
def test_a_test_of_the_class_tells_what_a_name_is(test: str, expected: list[tuple[str, ...]], tmp_path: Path) -> None:
    text = f"import acme\ndef f(x: acme.Connection | acme.Pool, y):\n    {test}\n"

    assert runs(names_of(tmp_path, {"m": text})) == expected


def test_functions_that_wrap_what_others_give_are_followed_in_no_time(tmp_path: Path) -> None:
    steps = "".join(
        f"def f{number}(x): return (f{number - 1}(x), [f{number - 1}(x)]) if x else (f{number - 1}(x), x)\n"
        for number in range(1, 60)
    )

    names = names_of(
        tmp_path, {"m": f"import acme\ndef f0(x): return acme.connect()\n{steps}f2(1)[0][0].run()\nf59(1).run()\n"}
    )

    assert runs(names) == [CONNECTION, ("builtins.tuple.run",)]
