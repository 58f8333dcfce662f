"""What `archguard migrate` writes of another tool's configuration comes to the same as that configuration does."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from grimp.exceptions import GrimpException
from hypothesis import given, settings
from hypothesis import strategies as st
from import_graphs import OUTSIDE, ROOT, Code, codes, is_kept_by_linter
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.private_modules import PrivateModulesContract
from importlinter.contracts.protected import ProtectedContract
from importlinter.domain.contract import Contract as LinterContract
from importlinter.domain.contract import InvalidContractOptions
from importlinter.domain.helpers import MissingImport
from tach_projects import TachProject, archguard_says, tach_projects

from archguard.checking import check
from archguard.config import read_config
from archguard.config.dialects import DIALECTS
from archguard.config.yaml_document import write_yaml
from archguard.model import OutcomeStatus

_KINDS: dict[str, type[LinterContract]] = {
    kind.type_name: kind
    for kind in (
        AcyclicSiblingsContract,
        ForbiddenContract,
        IndependenceContract,
        LayersContract,
        PrivateModulesContract,
        ProtectedContract,
    )
}


def _private(name: str) -> str:
    """Some of the modules get private names, two of them one inside of the other."""
    return name.replace(".c", "._c").replace(".y", "._y").replace(".q", ".__q__")


@st.composite
def private_codes(draw: st.DrawFn) -> Code:
    code = draw(codes())
    edges = {(_private(importer), _private(imported)) for importer, imported in code.edges if imported != OUTSIDE}
    return Code(frozenset(map(_private, code.modules)), frozenset(edges))


@st.composite
def contracts(draw: st.DrawFn, code: Code) -> dict[str, Any]:
    """Any contract type with most of its options, now and then with names that match nothing."""
    names = st.sampled_from([*sorted(code.modules), f"{ROOT}.*", f"{ROOT}.**", f"{ROOT}.*.x", f"{ROOT}.**._y"])
    some = st.lists(names, min_size=1, max_size=3, unique=True)
    flag = st.sampled_from([{}, {"as_packages": "False"}, {"as_packages": "true"}])
    type_ = draw(st.sampled_from(sorted(_KINDS)))
    options: dict[str, Any] = {}
    match type_:
        case "forbidden":
            options = {"source_modules": draw(some), "forbidden_modules": draw(some), **draw(flag)}
            options |= draw(st.sampled_from([{}, {"allow_indirect_imports": "True"}]))
        case "independence":
            options = {"modules": draw(some)}
        case "protected":
            options = {"protected_modules": draw(some), "allowed_importers": draw(some), **draw(flag)}
        case "private_modules":
            options = draw(st.one_of(st.just({}), st.builds(lambda it: {"packages_with_private_modules": it}, some)))
        case "acyclic_siblings":
            options = {"ancestors": draw(some), "depth": str(draw(st.integers(0, 3)))}
            options |= draw(st.one_of(st.just({}), st.builds(lambda it: {"skip_descendants": it}, some)))
        case "layers":
            levels = ["(a) | (b)", "(_c)", "(x) : (_y)", "(d)"]
            options = {"layers": draw(st.permutations(levels)), "containers": draw(some)}
            options |= draw(st.sampled_from([{}, {"exhaustive": "True", "exhaustive_ignores": ["x", "p"]}]))
    ignored = st.sampled_from([f"{one} -> {other}" for one, other in sorted(code.edges)] + [f"{ROOT}.a -> {ROOT}.*"])
    alerting = st.sampled_from(["error", "warn", "none", ""])
    options["ignore_imports"] = draw(st.lists(ignored, max_size=2, unique=True)) or ""
    return {"type": type_, **options, "unmatched_ignore_imports_alerting": draw(alerting)}


@settings(derandomize=True, max_examples=120)
@given(data=st.data(), code=private_codes())
def test_a_configuration_of_import_linter(
    data: st.DataObject, code: Code, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("linter")
    code.write(folder)
    said = [data.draw(contracts(code)) for _ in range(2)]
    names = data.draw(st.sampled_from([("A, b", "A -> b"), ("same", "same"), ("", "...")]))
    (folder / "pyproject.toml").write_text(
        _toml([{"name": name, **one} for name, one in zip(names, said, strict=True)])
    )

    as_it_is = _outcome(folder, "pyproject.toml")
    migrated = _migrated(folder, "pyproject.toml")

    assert migrated is None or migrated == as_it_is
    for verdict, options in zip(as_it_is.values(), said, strict=False):
        expected = _says_linter(options, code)
        if expected is not None and verdict is not None:
            assert verdict == expected, options


def _toml(said: list[dict[str, Any]]) -> str:
    tables = ("".join(f"{key} = {json.dumps(value)}\n" for key, value in one.items()) for one in said)
    return f'[tool.importlinter]\nroot_package = "{ROOT}"\n' + "".join(
        f"[[tool.importlinter.contracts]]\n{table}" for table in tables
    )


def _outcome(folder: Path, file: str) -> dict[str, bool | None]:
    """Whether each contract is kept, by its id; None for one that could not be checked."""
    try:
        report = check(read_config([folder / file], folder))
    except ExceptionGroup:
        return {}
    verdicts = {OutcomeStatus.KEPT: True, OutcomeStatus.BROKEN: False}
    return {outcome.id: verdicts.get(outcome.status) for outcome in report.outcomes}


def _migrated(folder: Path, file: str) -> dict[str, bool | None] | None:
    """The same of what `migrate` writes; None if it writes nothing."""
    dialect = next(dialect for dialect in DIALECTS if dialect.recognizes(folder / file))
    try:
        document = dialect.translate(folder / file, file)
    except ExceptionGroup:
        return None
    data = document.data
    if document.faults:
        return None
    text = write_yaml(data)
    assert yaml.safe_load(text) == data
    assert "&id" not in text
    (folder / "archguard.yaml").write_text(text)
    return _outcome(folder, "archguard.yaml")


def _says_linter(options: dict[str, Any], code: Code) -> bool | None:
    fields = {key: value for key, value in options.items() if key != "type"}
    try:
        return is_kept_by_linter(_KINDS[options["type"]], fields, code)
    except (ValueError, GrimpException, InvalidContractOptions, MissingImport):
        return None


@settings(derandomize=True, max_examples=60)
@given(drawn=tach_projects())
def test_a_configuration_of_tach(drawn: TachProject, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tach")
    drawn.write(folder)
    as_it_is = archguard_says(folder)
    if isinstance(as_it_is, str):
        return

    (folder / "archguard.yaml").write_text(
        write_yaml(_dialect("tach").translate(folder / "tach.toml", "tach.toml").data)
    )

    assert archguard_says(folder, "archguard.yaml") == as_it_is


def _dialect(name: str) -> Any:
    return next(dialect for dialect in DIALECTS if dialect.name == name)
