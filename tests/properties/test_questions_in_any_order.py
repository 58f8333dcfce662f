"""What names stand for does not depend on what was asked before, however long the chains and cycles are."""

from collections.abc import Iterable
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archguard.codebase import Source
from archguard.codebase.facts import Call
from archguard.semantics import ExternalModels, FileIndex, SemanticModel

LIBRARY = ExternalModels(
    returns={
        "acme.connect()": "acme.Connection",
        "acme.Connection.cursor()": "acme.Cursor",
        "acme.Cursor.connection": "acme.Connection",
        "acme.Cursor.rows()": "builtins.list[acme.Row]",
    }
)
BODIES = (
    "return {other}(x)",
    "return {other}(x).cursor()",
    "return {other}(x).connection",
    "return {other}(x) if x else {third}(x).cursor()",
    "return {other}(x) or acme.connect()",
    "{other}(acme.connect())\n    return x",
    "{other}(x)\n    return {third}",
    "return [{other}(x)][0]",
    "return {other_class}(x).held",
    "return {other_class}(x).ask()",
    "return {other_class}",
    "for row in {other}(x): return row\n    return {third}(x).rows()",
    "with {other}(x) as y: return y",
)
CLASSES = (
    "class {name}({third_class}):\n    def __init__(self, x):\n        self.held = {other}(x)\n",
    "class {name}({other}(1)):\n    def ask(self): return self.held\n",
    "class {name}({third_class}):\n    def ask(self): return {other}(self)\n",
    "class {name}({other_class}):\n    pass\n",
    "class {name}:\n    held = {other}(1)\n    def ask(self): return self.held.cursor()\n",
)


@st.composite
def projects(draw: st.DrawFn) -> dict[str, str]:
    """Three modules of functions and classes that use each other at random."""
    count = draw(st.integers(2, 9))
    every = [
        (f"f{number}", f"C{number}", number % 3, draw(st.sampled_from(BODIES)), draw(st.sampled_from(CLASSES)))
        for number in range(count)
    ]
    modules = [
        "import acme\n" + "".join(f"from m{home} import {f}, {c}\n" for f, c, home, *_ in every if home != own)
        for own in range(3)
    ]
    numbers = st.integers(0, count - 1)
    for function, cls, own, body, definition in every:
        other, third, fourth = draw(numbers), draw(numbers), draw(numbers)
        names = {
            "name": cls,
            "other": f"f{other}",
            "third": f"f{third}",
            "other_class": f"C{other}",
            "third_class": f"C{fourth}",
        }
        modules[own] += f"\n\ndef {function}(x):\n    {body.format(**names)}\n\n\n{definition.format(**names)}\n"
        modules[own] += f"\n\n{function}(acme.connect()).run()\n{cls}(1).held.run()\n{cls}(1).ask().run()\n"
    return {f"m{own}": text for own, text in enumerate(modules)}


def names_of(folder: Path, files: dict[str, str]) -> SemanticModel:
    """The names of the project, each module of which imports each other one."""
    for module, text in files.items():
        (folder / f"{module}.py").write_text(text)
    sources = {module: Source(module, str(folder / f"{module}.py"), f"{module}.py") for module in files}
    return SemanticModel(FileIndex(sources), LIBRARY, {module: sorted(files) for module in files})


def callees(
    names: SemanticModel, modules: Iterable[str], step: int = 1
) -> dict[tuple[str, object, str], tuple[str, ...]]:
    """What every call of `modules` can call, asked in this order, or in each module from below."""
    found = {}
    for module in modules:
        for call in [*Call.within(names.scope(module), names.files.source(module))][::step]:
            found[module, call.location, call.callee] = names.callees(call.node, call.at)
    return found


@settings(deadline=None, max_examples=300)
@given(files=projects())
def test_no_order_of_questions_changes_an_answer(files: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        once = callees(names_of(Path(folder), files), sorted(files))
        backwards = callees(names_of(Path(folder), files), sorted(files, reverse=True), -1)
        alone = [callees(names_of(Path(folder), files), [module]) for module in files]

    assert once == backwards
    assert once == {call: found for one in alone for call, found in one.items()}


def chain(length: int, *, closed: bool) -> dict[str, str]:
    """Functions, each in a module of its own, that give what the next one gives; `closed` leads back to the first."""
    last = "c0.f0(x) or acme.connect()" if closed else "acme.connect()"
    steps = [f"c{number + 1}.f{number + 1}(x)" for number in range(length - 1)]
    imports = [f"import c{number + 1}\n" for number in range(length - 1)]
    return {
        f"c{number}": f"{before}\n\ndef f{number}(x):\n    return {step}\n\n\nf{number}(1).run()\n"
        for number, (before, step) in enumerate(zip([*imports, "import acme, c0\n"], [*steps, last], strict=True))
    }


@pytest.mark.parametrize("length", [5, 70, 400])
def test_long_chains_and_cycles_are_followed_from_wherever_they_are_asked_about(length: int, tmp_path: Path) -> None:
    every = [f"c{number}" for number in range(length)]
    orders = (every, every[::-1], every[length // 2 :])

    for modules, closed in product(orders, (False, True)):
        names = names_of(tmp_path, chain(length, closed=closed))
        asked = callees(names, modules[:: max(1, length // 50)])

        assert {found for call, found in asked.items() if call[2].endswith(".run")} == {("acme.Connection.run",)}


def test_long_chains_of_names_bases_and_modules_are_followed(tmp_path: Path) -> None:
    length = 400
    files = {f"p{number}": f"from p{number + 1} import *\nfrom p{number + 1} import x" for number in range(length)}
    bases = "".join(f"class C{number + 1}(C{number}): ...\n" for number in range(length))
    files[f"p{length}"] = f"import acme\nx = acme.connect()\nclass C0(acme.Connection): ...\n{bases}"
    files["main"] = f"from p0 import x, C{length}\nx.run()\nC{length}().run()\n"

    asked = callees(names_of(tmp_path, files), ["main"])

    assert {name for found in asked.values() for name in found} == {"acme.Connection.run", f"p{length}.C{length}"}
