"""Small projects with a tach.toml: drawn by hypothesis, given to archguard and to tach alike."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from tach import extension
from tach.errors import TachError
from tach.parsing import parse_project_config

from archguard.checking import check
from archguard.config import read_config
from archguard.model import Report, Severity

Place = tuple[str, int]

MODULES = ("app", "app.a", "app.a.x", "app.a.y", "app.b", "app.b.x", "app.c", "lib", "lib.d")
_TESTS = "app.b.tests.helpers"
"""Excluded, or in no module of its own."""
_FORMS = (
    "import {module}",
    "from {package} import {last}",
    "from {module} import {name}",
    "from {module} import *",
    "def local():\n    from {module} import {name}",
    "if TYPE_CHECKING:\n    import {module}",
    "import {module}  # tach-ignore(known)",
    "# tach-ignore\nimport {module}",
    "from {module} import {name}  # tach-ignore {name}",
)
_NAMES = ("get", "get_all", "Order")


@dataclass(frozen=True)
class TachProject:
    """Files by their paths, and what tach.toml says of them."""

    files: dict[str, str]
    config: dict[str, Any]

    def __repr__(self) -> str:
        files = (f"--- {path}\n{text}" for path, text in self.files.items() if text)
        return "\n".join((toml(self.config), *files))

    def write(self, folder: Path) -> None:
        """All of it, below `folder`."""
        for path, text in (self.files | {"tach.toml": toml(self.config)}).items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)


def toml(config: dict[str, Any]) -> str:
    """`config` as TOML: tables in lists last, as TOML wants it."""
    plain = {key: value for key, value in config.items() if not _is_tables(value) and not isinstance(value, dict)}
    lines = [f"{key} = {_inline(value)}" for key, value in plain.items()]
    for key, value in config.items():
        if isinstance(value, dict):
            lines += [f"[{key}]", toml(value)]
        for table in value if _is_tables(value) else ():
            lines += [f"[[{key}]]", toml(table)]
    return "\n".join(lines) + "\n"


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and len(item) != 1 for item in value)


def _inline(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key} = {_inline(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value)


@st.composite
def tach_projects(draw: st.DrawFn) -> TachProject:
    """Nine modules in two packages, with up to four imports each, and most of what tach.toml can say."""
    files = {_file(module): draw(_imports(module)) for module in (*MODULES, _TESTS)} | {"app/b/tests/__init__.py": ""}
    paths = draw(st.lists(st.sampled_from(MODULES), min_size=2, max_size=6, unique=True))
    layers = draw(st.sampled_from([[], ["top", "middle", "low"], ["top", {"name": "middle", "closed": True}, "low"]]))
    modules = [draw(_module(path, paths, bool(layers))) for path in paths]
    config = {
        "modules": modules,
        "interfaces": draw(st.lists(_interfaces(paths), max_size=2)),
        **({"layers": layers} if layers else {}),
        **draw(_flags()),
    }
    return TachProject(files, config)


def _file(module: str) -> str:
    inner = any(other.startswith(f"{module}.") for other in MODULES)
    return module.replace(".", "/") + ("/__init__.py" if inner else ".py")


@st.composite
def _imports(draw: st.DrawFn, module: str) -> str:
    """Imports of others, each once: archguard takes a `tach-ignore` to be about all imports of that module."""
    others = [other for other in (*MODULES, _TESTS) if other != module]
    chosen = draw(st.lists(st.sampled_from(others), max_size=4, unique_by=_owner))
    forms, names = {False: st.sampled_from(_FORMS), True: st.just(_FORMS[0])}, st.sampled_from(_NAMES)
    return "".join(_statement(draw(forms[other == _TESTS]), other, draw(names)) for other in chosen)


def _owner(module: str) -> str:
    return module.removesuffix(".tests.helpers")


def _statement(form: str, module: str, name: str) -> str:
    package, _, last = module.rpartition(".")
    if not package:
        form = "import {module}" if "{package}" in form else form
    return form.format(module=module, package=package, last=last, name=name) + "\n"


@st.composite
def _module(draw: st.DrawFn, path: str, paths: list[str], layered: bool) -> dict[str, Any]:  # noqa: FBT001
    others = [other for other in paths if other != path]
    some = st.lists(st.sampled_from([*others, *(f"{other}.**" for other in others)]), max_size=3, unique=True)
    deprecated = st.builds(lambda name: {"path": name, "deprecated": True}, st.sampled_from(others))
    optional = {
        "depends_on": st.one_of(some, st.tuples(some, deprecated).map(lambda pair: [*pair[0], pair[1]])),
        "cannot_depend_on": some,
        "utility": st.just(value=True),
        "unchecked": st.just(value=True),
        "visibility": st.lists(st.sampled_from([*others, "app.*", "app.**"]), max_size=3, unique=True),
    }
    if layered:
        optional["layer"] = st.sampled_from(["top", "middle", "low"])
    chosen = draw(st.sets(st.sampled_from(["depends_on", "depends_on", "layer", *optional]), max_size=3))
    return {"path": path, **{key: draw(optional[key]) for key in sorted(chosen) if key in optional}}


def _interfaces(paths: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    expose = st.lists(st.sampled_from(["get", "get.*", "x", "x.*", ".*", "Order"]), max_size=2, unique=True)
    return st.fixed_dictionaries(
        {"expose": expose},
        optional={
            "from": st.lists(st.sampled_from([*paths, "app.*", ".*"]), min_size=1, max_size=2, unique=True),
            "visibility": st.lists(st.sampled_from(paths), max_size=2, unique=True),
            "exclusive": st.just(value=True),
        },
    )


def _flags() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "root_module": st.sampled_from(["allow", "forbid", "ignore", "dependenciesonly"]),
            "ignore_type_checking_imports": st.booleans(),
            "forbid_circular_dependencies": st.booleans(),
            "layers_explicit_depends_on": st.booleans(),
            "exclude": st.sampled_from([["**/tests"], ["app/b/tests"]]),
            "rules": st.fixed_dictionaries({"local_imports": st.sampled_from(["error", "off"])}),
        },
    )


def tach_says(folder: Path) -> set[Place] | str:
    """Where tach finds errors; or why it does not look."""
    try:
        config = parse_project_config(folder)
        found = extension.check(folder, config, dependencies=True, interfaces=True)
    except (TachError, ValueError, TypeError) as error:
        return str(error)
    errors = [one for one in found if one.is_error()]
    if any(one.is_configuration() for one in errors):
        return "; ".join(one.to_string() for one in errors)
    return {(one.pyfile_path() or "", one.pyline_number() or 0) for one in errors}


def archguard_says(folder: Path, file: str = "tach.toml") -> set[Place] | str:
    """The same of archguard."""
    try:
        report: Report = check(read_config([folder / file], folder))
    except ExceptionGroup as group:
        return "; ".join(map(str, group.exceptions))
    faults = [problem.message for problem in report.problems if problem.severity is Severity.ERROR]
    found = {(one.location.path, one.location.line) for one in report.violations if one.severity is Severity.ERROR}
    return "; ".join(faults) if faults else found
