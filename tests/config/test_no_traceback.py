"""Whatever stands in a configuration, the exit code is 0, 1 or 2: a user never sees a traceback."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from project import Project

from archguard.kinds import kinds

CODE = {
    "shop/__init__.py": "from .a import A\n",
    "shop/a.py": "import shop.b\nimport requests\n",
    "shop/b.py": "import importlib\nimportlib.import_module('shop.c')\n",
    "shop/c.py": "from shop import A\n",
    "services/orders/app/__init__.py": "",
    "services/orders/app/api.py": "import app\n",
}
_WORDS = [
    *(
        "shop",
        "shop.a",
        "shop.*",
        "**.b",
        "shop.<x>",
        "shop.<x>.<x>",
        "orders::app",
        "*",
        "**",
        "a | b",
        "(shop.a)",
        "->",
    ),
    *(
        "shop.a -> shop.b",
        "requests",
        "stdlib",
        "error",
        "ignore",
        "true",
        "NO",
        "1",
        "-1",
        "2027-01-01",
        "9" * 30,
        "",
        " ",
    ),
    *(
        "archguard:layered",
        "archguard.yaml",
        ".",
        "..",
        "/",
        "::",
        "a::b::c",
        "<",
        "[",
        "\N{SNOWMAN}",
        "shop..a",
        "__all__",
    ),
    *(".api", "services/orders", "imports", "calls", "dynamic", "import", "text", "null", "~", "é\u0301", "\u202e"),
]
_KEYS = [
    *(
        "version",
        "extends",
        "project",
        "components",
        "services",
        "contracts",
        "ignore",
        "id",
        "kind",
        "modules",
        "layers",
    ),
    *("must_not_import", "only_imported_by", "interface", "children_of", "depth", "skip", "allow", "deny", "within"),
    *("exhaustive", "exhaustive_except", "closed", "indirect", "may_import", "via", "except_via", "as_packages"),
    *("optional", "independent", "reason", "severity", "expires", "unmatched", "contract", "import", "exclude_imports"),
    *(
        "packages",
        "source_roots",
        "exclude",
        "reexports",
        "coverage",
        "unassigned",
        "root",
        "hosts",
        "public",
        "tables",
    ),
    *("type_checking_imports", "description", "policy", "rules", "detect", "channels", "may_call", "require", "<<"),
]

scalars = st.sampled_from(_WORDS) | st.integers(-3, 10**20) | st.booleans() | st.none() | st.floats(allow_nan=False)
structures = st.recursive(
    scalars | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS + _WORDS), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("shop"))
    (project.root / ".git").mkdir()
    project.write_all(CODE)
    return project


def outcome(project: Project, content: str | bytes, name: str = "archguard.yaml") -> tuple[int, str]:
    """The exit code of `archguard check`, and all that it says."""
    for other in ("archguard.yaml", "pyproject.toml", ".importlinter"):
        (project.root / other).unlink(missing_ok=True)
    project.write(name, content)
    run = project.call("check")
    return run.returncode, run.stdout + run.stderr


def in_yaml(value: Any) -> str:
    """`value` as YAML that no text of it can break, since JSON is YAML."""
    return json.dumps(value)


@given(text=st.text(st.sampled_from("abkindshop.*:-[]{}&!|>'\"#%@`\t\n \\,?0<=~\x85\u2028é😀"), max_size=60))
@example(text="? - - ? a\n")
@example(text="&a [*a, *b]")
@example(text="'")
@example(text="%YAML 9.9\n--- a")
def test_any_text(shop: Project, text: str) -> None:
    code, said = outcome(shop, text.encode(errors="surrogatepass"))

    assert code in (0, 1, 2), said


@given(content=st.binary(max_size=40))
def test_any_bytes(shop: Project, content: bytes) -> None:
    code, said = outcome(shop, content)

    assert code in (0, 1, 2), said


@given(value=structures)
def test_any_structure(shop: Project, value: Any) -> None:
    code, said = outcome(shop, in_yaml(value))

    assert code in (0, 1, 2), said


@given(key=st.sampled_from(["version", "extends", "project", "components", "services", "ignore"]), value=structures)
def test_anything_at_each_key(shop: Project, key: str, value: Any) -> None:
    contract = {"id": "x", "kind": "forbidden", "modules": "shop.a", "must_not_import": "shop.b"}

    code, said = outcome(shop, in_yaml({key: value, "contracts": [contract]}))

    assert code in (0, 1, 2), said


@settings(max_examples=150)
@given(kind=st.sampled_from(sorted(kinds())), data=st.data())
def test_anything_at_each_key_of_each_kind(shop: Project, kind: str, data: st.DataObject) -> None:
    keys = [name.rstrip("_") for name in kinds()[kind].__dataclass_fields__ if not name.startswith("_")]
    contract: dict[str, Any] = {"modules": "shop.*", "must_not_import": "shop.b", "layers": ["shop.a", "shop.b"]}
    contract = {key: value for key, value in contract.items() if key in keys}
    contract |= {"id": "x", "kind": kind} | {
        data.draw(st.sampled_from(keys)): data.draw(structures) for _ in range(data.draw(st.integers(1, 2)))
    }
    services = {"orders": {"root": "services/orders"}} if data.draw(st.booleans()) else {}

    code, said = outcome(shop, in_yaml({"contracts": [contract], "services": services}))

    assert code in (0, 1, 2), said


@given(value=st.dictionaries(st.sampled_from(_KEYS), scalars | st.lists(scalars, max_size=3), max_size=5))
def test_any_yaml_that_is_written_out_in_blocks(shop: Project, value: Any) -> None:
    code, said = outcome(shop, yaml.safe_dump({"contracts": [value]}))

    assert code in (0, 1, 2), said


@given(text=st.text(st.sampled_from("[]=\"'\n.,{}# abtoolarchguard01"), max_size=40))
def test_any_toml(shop: Project, text: str) -> None:
    code, said = outcome(shop, "[tool.archguard]\n" + text, "pyproject.toml")

    assert code in (0, 1, 2), said


@given(text=st.text(st.sampled_from("[]=:\n .,|()*->#%importlinter_contract"), max_size=60))
@example(
    text="root_package = shop\n[importlinter:contract:x]\nname=x\ntype=acyclic_siblings\nancestors=shop\ndepth=x\n"
)
@example(text="root_package = shop\n[importlinter:contract:x]\nname=x\ntype=layers\nlayers=\n")
@example(text="root_package = shop\n[importlinter:contract:x]\ntype=forbidden\n")
@example(text="root_packages =\n")
def test_any_configuration_of_import_linter(shop: Project, text: str) -> None:
    code, said = outcome(shop, "[importlinter]\n" + text, ".importlinter")

    assert code in (0, 1, 2), said


ODD_FILES = {
    "a link that leads nowhere": (None, "cannot be read: No such file or directory"),
    "a copy.py": ("import sqlite3\n", ""),
    "a*.py": ("import sqlite3\n", "'a*.py' has a character that nothing can name a module by"),
    os.fsdecode(b"\xff.py"): ("import sqlite3\n", "'\\udcff.py' is not text in UTF-8"),
}


@pytest.mark.parametrize(("name", "says"), [(name, says) for name, (_, says) in ODD_FILES.items()], ids=ascii)
def test_a_file_with_an_odd_name(project: Project, name: str, says: str) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import sqlite3\n", "shop/b/__init__.py": ""})
    text = ODD_FILES[name][0]
    if text is None:
        (project.root / "shop/b/nothing.py").symlink_to("nowhere.py")
    else:
        (project.root / "shop/b" / name).write_text(text, encoding="utf-8")
    project.configure(
        "contracts: [{id: c, kind: acyclic, reason: r, children_of: shop}, {id: g, kind: gateway, modules: shop},"
        " {id: d, kind: database, modules: shop}]\nproject: {packages: [shop]}\n"
    )

    run = project.call("check")

    assert run.returncode in (1, 2)
    assert "Traceback" not in run.stderr
    assert "fault in archguard" not in run.stderr
    assert says in run.stdout + run.stderr


def test_a_file_that_is_a_folder(project: Project) -> None:
    (project.root / "archguard.yaml").mkdir()

    run = project.call("check", "--config", "archguard.yaml")

    assert run.returncode == 2
    assert "Traceback" not in run.stderr


def test_a_link_that_leads_nowhere(project: Project) -> None:
    (project.root / "base.yaml").symlink_to(Path("nowhere.yaml"))
    project.configure("extends: base.yaml\n")

    run = project.call("check")

    assert run.returncode == 2
    assert "there is no file 'base.yaml'" in run.stderr
