"""The code bases that are measured, and what each tool is asked about them."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

_LARGE: Final = 10_000
_PER_PACKAGE: Final = 20
"""Generated modules in a package."""


@dataclass(frozen=True)
class CodeBase:
    """A wheel of the package index or generated modules, and the layers that every tool is asked about."""

    package: str
    requirement: str
    """What pip is asked for; "" if the modules are generated."""
    layers: tuple[str, ...]
    """From the top down."""
    parts: tuple[str, str]
    """Two packages that are taken for services."""
    size: int = 0
    """How many modules are generated."""
    guard: str = "company_auth.signed_in"
    """What guards routes, in the generated modules; "" if the code has none that archguard knows."""

    @property
    def has_calls(self) -> bool:
        """Whether contracts about calls are measured: large generated code would be the same module many times."""
        return self.size < _LARGE

    def modules(self, names: Sequence[str]) -> list[str]:
        """Names below the package, as modules."""
        return [f"{self.package}.{name}" for name in names]


_LAYERS: Final = ("web", "services", "domain", "storage")
CODE_BASES: Final = (
    CodeBase("generated_60", "", _LAYERS, ("web", "storage"), 60),
    CodeBase(
        "django",
        "django",
        ("contrib", "views", "db", "utils"),
        ("contrib.auth", "contrib.admin"),
        guard="django.contrib.auth.decorators.login_required",
    ),
    CodeBase("sympy", "sympy", ("physics", "solvers", "core", "utilities"), ("physics", "plotting"), guard=""),
    CodeBase(
        "homeassistant",
        "homeassistant==2024.3.0",
        ("components", "helpers", "core"),
        ("auth", "util"),
        guard="",
    ),
    *(CodeBase(f"generated_{size}", "", _LAYERS, ("web", "storage"), size) for size in (10_000, 50_000)),
)


def write(base: CodeBase, folder: Path, download: Callable[[str, Path], None]) -> None:
    """Write the modules of `base` into `folder`; `download` fetches the wheel of a requirement into a folder."""
    if base.size:
        _generate(base, folder)
        return
    wheels = folder.parent / "wheels" / base.package
    if not [*wheels.glob("*.whl")]:
        download(base.requirement, wheels)
    for wheel in wheels.glob("*.whl"):
        ZipFile(wheel).extractall(folder)


def _generate(base: CodeBase, folder: Path) -> None:
    """Modules that import five others of their layer or below; the same ones each time."""
    chosen = random.Random(base.size)  # noqa: S311  # nobody is to be surprised
    modules: list[str] = []
    for layer in reversed(base.layers):
        for number in range(base.size // len(base.layers)):
            module = f"{base.package}.{layer}.p{number // _PER_PACKAGE}.m{number % _PER_PACKAGE}"
            imported = chosen.sample(modules, min(5, len(modules)))
            file = folder.joinpath(*module.split(".")).with_suffix(".py")
            if number % _PER_PACKAGE == 0:
                file.parent.mkdir(parents=True, exist_ok=True)
                (file.parent / "__init__.py").touch()
            file.write_text(_module(layer, imported), encoding="utf-8")
            modules.append(module)
        (folder / base.package / layer / "__init__.py").touch()
    (folder / base.package / "__init__.py").touch()


_STORED: Final = """

def stored(session: Session, number: int) -> object:
    return session.get(Worker, number)
"""
_FETCHED: Final = """

def fetched(number: int) -> object:
    return requests.get(f"https://partner.example/{number}", timeout=3).json()
"""
_SHOWN: Final = """

router = APIRouter()


@router.get("/numbers/{number}", dependencies=[Depends(signed_in)])
def shown(number: int) -> int:
    return work(number)
"""
_EFFECTS: Final = {
    "web": ("from company_auth import signed_in\nfrom fastapi import APIRouter, Depends\n", _SHOWN),
    "storage": ("from sqlalchemy.orm import Session\n", _STORED),
    "services": ("import requests\n", _FETCHED),
}
"""What the modules of a layer import and do with the outside."""


def _module(layer: str, imported: Sequence[str]) -> str:
    client, effect = _EFFECTS.get(layer, ("", ""))
    imports = "".join(f"from {module} import work as {module.replace('.', '_')}\n" for module in imported)
    calls = "".join(f"    total += {module.replace('.', '_')}(number)\n" for module in imported)
    methods = "".join(f"\n    def step_{n}(self, value: int) -> int:\n        return value + {n}\n" for n in range(8))
    work = f'def work(number: int) -> int:\n    """What others call."""\n    total = number\n{calls}    return total\n'
    return f'"""A module among many."""\n\nimport os\n{client}{imports}\n\n{work}\n\nclass Worker:\n{methods}{effect}'


# What the tools are asked


def configure(base: CodeBase, folder: Path) -> None:
    """Write the configurations of all tools into `folder`."""
    layers = base.modules(base.layers)
    (folder / ".importlinter").write_text(_import_linter(base, layers), encoding="utf-8")
    (folder / "tach.toml").write_text(_tach(base, layers), encoding="utf-8")
    (folder / "pyproject.toml").write_text(_inwards(layers), encoding="utf-8")
    (folder / "parts.mmd").write_text(f"flowchart TD\n  {layers[0]} --> {layers[-1]}\n", encoding="utf-8")
    layered = {"kind": "layers", "layers": layers}
    calls = [{"kind": kind, "modules": base.package} for kind in ("database", "gateway")]
    parts = {name: {"modules": name, "hosts": f"{name}.internal"} for name in base.modules(base.parts)}
    _write_contracts(base, folder / "imports.yaml", [layered])
    _write_contracts(base, folder / "calls.yaml", calls)
    _write_contracts(base, folder / "all.yaml", [layered, *calls, *_others(base, layers)], services=parts)


def _write_contracts(base: CodeBase, file: Path, contracts: Sequence[dict[str, Any]], **more: object) -> None:
    # JSON is YAML, and the standard library writes it.
    named = [{"id": f"the-{contract['kind']}", **contract} for contract in contracts]
    config = {"version": 1, "project": {"packages": [base.package]}, **more, "contracts": named}
    file.write_text(json.dumps(config), encoding="utf-8")


def _others(base: CodeBase, layers: Sequence[str]) -> list[dict[str, Any]]:
    """A contract of each kind that is neither about layers nor about the database or gateways."""
    parts = base.modules(base.parts)
    access = [{"kind": "access", "guards": [base.guard]}] if base.guard else []
    effects = [
        {"in": "loop", "must_not": ["query", "commit", "http"]},
        {"functions": {"be": "async"}, "must_not": ["blocking"]},
        {"in": "transaction", "must_not": ["http", "queue", "email"]},
    ]
    return [
        {"kind": "effects", "rules": effects},
        {"kind": "structure", "rules": [{"functions": {"be": "async"}, "must_not": {"call": ["time.sleep"]}}]},
        {"kind": "services", "policy": {part: [] for part in parts}},
        {"kind": "api", "over": "services"},
        *access,
        {"kind": "forbidden", "modules": layers[-1], "must_not_import": layers[0]},
        {"kind": "independence", "modules": parts},
        {"kind": "protected", "modules": layers[-1], "only_imported_by": [layers[-2]]},
        {"kind": "acyclic", "children_of": base.package},
        {"kind": "external", "modules": layers[-1], "deny": ["requests"]},
        {"kind": "metrics", "modules": f"{base.package}.*", "max": {"afferent": 500}},
        {"kind": "diagram", "diagram": "parts.mmd"},
    ]


def _import_linter(base: CodeBase, layers: Sequence[str]) -> str:
    listed = "\n".join(f"    {module}" for module in layers)
    contract = f"[importlinter:contract:layered]\nname = layered\ntype = layers\nlayers =\n{listed}\n"
    return f"[importlinter]\nroot_package = {base.package}\n\n{contract}"


def _tach(base: CodeBase, layers: Sequence[str]) -> str:
    modules = "".join(
        f'[[modules]]\npath = "{module}"\nlayer = "{layer}"\n'
        for module, layer in zip(layers, base.layers, strict=True)
    )
    return f'source_roots = ["."]\nlayers = {json.dumps(base.layers)}\n{modules}'


def _inwards(layers: Sequence[str]) -> str:
    listed = "".join(
        f'[[tool.inwards.layers]]\nname = "{module}"\nmodules = ["{module}"]\n' for module in reversed(layers)
    )
    return f"[tool.inwards]\n{listed}"
