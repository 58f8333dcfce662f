"""An inferred type depends on what decided it: results are kept for as long as that says the same."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from project import Project

from archguard.codebase import Codebase, Source
from archguard.codebase.facts import Call
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import ScopeFact
from archguard.incremental.dependencies import DependencyRecorder, Fact, facts_in
from archguard.semantics import ExternalModels, FileIndex, SemanticModel
from archguard.semantics.program_facts import ProgramFacts, is_app_wide

LIBRARY = ExternalModels(returns={"acme.connect()": "acme.Connection"})


def sources(folder: Path, files: Mapping[str, str]) -> dict[str, Source]:
    """The modules of a project."""
    found = {}
    for module, text in files.items():
        path = folder / f"{module.replace('::', '_')}.py"
        path.write_text(text)
        found[module] = Source(module, str(path), path.name)
    return found


def read_for_last_call(folder: Path, files: Mapping[str, str]) -> tuple[tuple[str, ...], set[Fact]]:
    """What the last call of the first module calls, and what was read to find out; scopes by their module."""
    recorder = DependencyRecorder()
    model = SemanticModel(
        FileIndex(sources(folder, files), recorder=recorder),
        LIBRARY,
        importers={"other": ["main"]},
        state_writers=lambda: {"pool": ("other",)},
    )
    main = next(iter(files))
    with recorder.root() as frame:
        calls = sorted(Call.within(model.scope(main), model.files.source(main)), key=lambda call: call.location)
        found = model.callees(calls[-1].node, calls[-1].at)
    return found, {_plain(fact) for fact in facts_in(frame)}


def _plain(fact: Fact) -> Fact:
    return (fact.scope.module.name, fact.reading, fact.name) if isinstance(fact, ScopeFact) else fact


@pytest.mark.parametrize(
    ("main", "other", "expected"),
    [
        pytest.param(
            "import other\nother.client.run()\n",
            "import acme\nclient = acme.connect()\n",
            ("other", Reading.NAME, "client"),
            id="the binding of a name",
        ),
        pytest.param(
            "import other\nother.get().run()\n",
            "import acme\ndef get():\n    return acme.connect()\n",
            ("other", Reading.RESULTS, ""),
            id="what a function returns",
        ),
        pytest.param(
            "import other\nother.get().run()\n",
            "import acme\ndef get():\n    return g.db\ndef start():\n    g.db = acme.connect()\n",
            ("other", Reading.ATTRIBUTE, ("g", "db")),
            id="what a function stores on another object",
        ),
        pytest.param(
            "import other\nother.Repo().db.run()\n",
            "import acme\nclass Repo:\n    def start(self):\n        self.db = acme.connect()\n",
            ("other", Reading.SELF_STORES, "db"),
            id="what a method stores on self",
        ),
        pytest.param(
            "import other\nother.client.run()\n",
            "import acme\nclient = acme.connect()\n",
            ("is module", "other", True),
            id="which modules there are",
        ),
        pytest.param(
            "import other\nother.client.run()\n",
            "import acme\nclient = acme.connect()\n",
            ("is package", "acme", False),
            id="which packages there are",
        ),
        pytest.param(
            "import other\nother.client.run()\n",
            "import acme\nclient = acme.connect()\n",
            ("services of package", "acme", ()),
            id="which services have a package",
        ),
        pytest.param(
            "def f(app):\n    app.state.pool.run()\n",
            "import acme\ndef start(app):\n    app.state.pool = acme.connect()\n",
            ("other", Reading.APP_STATE, "pool"),
            id="what is stored as application state",
        ),
        pytest.param(
            "def f(app):\n    app.state.pool.run()\n",
            "import acme\ndef start(app):\n    app.state.pool = acme.connect()\n",
            ("app state writers", "pool", ("other",)),
            id="which modules store application state",
        ),
    ],
)
def test_a_type_depends_on(tmp_path: Path, main: str, other: str, expected: Fact) -> None:
    called, facts = read_for_last_call(tmp_path, {"main": main, "other": other})

    assert called == ("acme.Connection.run",)
    assert expected in facts


CALLED = {
    "other": "def use(x):\n    x.run()\n",
    "main": "import acme\nfrom other import use\nuse(acme.connect())\n",
}


@pytest.mark.parametrize(
    "expected", [("callers", "other", ("main",)), ("main", Reading.CALLS, "use"), ("other", Reading.CALLS, "use")]
)
def test_the_type_of_a_parameter_depends_on_the_calls(tmp_path: Path, expected: Fact) -> None:
    called, facts = read_for_last_call(tmp_path, CALLED)

    assert called == ("acme.Connection.run",)
    assert expected in facts


def test_a_caller_depends_on_the_called_function_even_if_it_does_not_call_it(tmp_path: Path) -> None:
    called, facts = read_for_last_call(tmp_path, {**CALLED, "main": "import other\n"})

    assert called == ()
    assert ("main", Reading.CALLS, "use") in facts


def test_a_label_of_a_model_depends_on_the_models_of_its_app(tmp_path: Path) -> None:
    recorder = DependencyRecorder()
    files = FileIndex(sources(tmp_path, {"shop.orders.models": "", "m": ""}), recorder=recorder)

    with recorder.root() as frame:
        found = SemanticModel(files).resolver.django_models("orders", "m")

    assert found == ("shop.orders.models",)
    assert facts_in(frame) == {("models of app", ("", "orders"), found)}


SETS = 'from reads import app\napp.config["TOPIC"] = "paid"\n'
STORES = "def start(app):\n    app.state.pool = 1\n"


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("x = 1\n", "x = 2\n", False),
        ("x = 1\n", SETS, True),
        (SETS, "x = 1\n", True),
        (SETS, f"{SETS}x = 1\n", False),
        ("x = 1\n", STORES, True),
        (STORES, STORES.replace("pool", "queue"), True),
        (STORES, STORES.replace("1", "2"), False),
    ],
)
def test_an_edit_matters_everywhere_if_it_is_about_the_application(
    tmp_path: Path, before: str, now: str, *, expected: bool
) -> None:
    (tmp_path / "now").mkdir()
    old, new = sources(tmp_path, {"a": before}), sources(tmp_path / "now", {"a": now})

    assert is_app_wide(old, new, ["a"]) is expected
    assert is_app_wide({}, new, ["a"]) is True


@pytest.fixture
def codebase(project: Project) -> Codebase:
    project.write_all({"shop/__init__.py": "", "shop/db.py": STORES, "shop/api.py": f"import shop.db\n{SETS}"})
    return project.codebase()


@pytest.mark.parametrize(
    ("about", "answer", "other"),
    [
        (("callers", "shop.db"), ("shop.api",), ()),
        (("app state writers", "pool"), ("shop.db",), ()),
        (("configuring modules", ""), ("shop.api",), ("shop.api", "shop.db")),
        (("configuring modules", "billing"), (), ("shop.api",)),
        (("is module", "shop.db"), True, False),
        (("is package", "shop.api"), True, False),
        (("is package", "acme"), False, True),
        (("services of package", "acme"), (), ("billing",)),
        (("models of app", ("", "shop")), (), ("shop.models",)),
    ],
)
def test_a_fact_about_the_program_holds_as_long_as_its_answer_is_the_same(
    codebase: Codebase, about: tuple[str, object], answer: object, other: object
) -> None:
    facts = ProgramFacts(codebase, {"shop"})

    assert [facts.holds((*about, answer)), facts.holds((*about, other))] == [True, False]


def test_what_names_mean_is_the_same_while_no_module_comes_or_goes(codebase: Codebase) -> None:
    assert ProgramFacts(codebase, codebase.sources.keys()).holds(("is module", "nothing", True))


def test_what_is_no_fact_about_a_program_is_an_error(codebase: Codebase) -> None:
    with pytest.raises(ValueError, match="no fact about a program"):
        ProgramFacts(codebase, {"shop"}).holds(1)
