"""Which folders and files a search for modules reads, and what it says of those that it does not."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from project import Project, broken

from archguard.codebase import Codebase, read_codebase
from archguard.codebase import Project as Code
from archguard.codebase.modules.discovery import PackageNotFoundError
from archguard.codebase.modules.folders import MOST_LINKED

SHOP = {"shop/__init__.py": "", "shop/api.py": "import shop.db\n", "shop/db.py": ""}
PROTECTED = "contracts: [{id: c, kind: protected, modules: shop.db, only_imported_by: shop.api}]\n"


def told(codebase: Codebase) -> dict[str, tuple[str, str]]:
    """The severity and the code of what is said of each path."""
    return {str(it.location and it.location.path): (it.severity.value, it.code) for it in codebase.problems}


def modules(project: Project, **code: object) -> list[str]:
    """The modules of the project that are read."""
    return sorted(read_codebase(project.root, Code(**code)).sources)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["build", "dist", "env", "venv", "node_modules"])
def test_a_package_with_the_name_of_a_folder_that_tools_fill_is_read(project: Project, name: str) -> None:
    project.write_all({**SHOP, f"{name}/__init__.py": "", f"{name}/steps.py": "import shop.db\n"})
    project.configure(PROTECTED)

    assert broken(project.check()) == [(f"{name}.steps", "shop.db", 1)]


@pytest.mark.parametrize("name", ["build", "dist", "env", "venv", "node_modules"])
def test_a_plain_folder_of_such_a_name_is_told_of_and_read_if_it_is_named(project: Project, name: str) -> None:
    project.write_all({**SHOP, f"{name}/steps.py": "import shop.db\n"})

    assert told(read_codebase(project.root)) == {name: ("info", "not-read")}
    assert modules(project, packages=(name,)) == [f"{name}.steps"]


def test_nothing_is_said_of_such_a_folder_without_code(project: Project) -> None:
    project.write_all({**SHOP, "build/lib/page.html": "", "dist/shop.whl": ""})

    assert told(read_codebase(project.root)) == {}


def test_a_virtual_environment_is_no_code(project: Project) -> None:
    project.write_all({**SHOP, "python/pyvenv.cfg": "", "python/lib/python3.11/site-packages/x.py": ""})
    project.write("python/bin/activate_this.py")

    assert modules(project) == ["shop", "shop.api", "shop.db"]
    assert told(read_codebase(project.root)) == {}


def test_code_beside_the_libraries_of_a_virtual_environment_is_told_of(project: Project) -> None:
    project.write_all({**SHOP, "python/pyvenv.cfg": "", "python/handlers/x.py": ""})

    assert told(read_codebase(project.root)) == {"python": ("info", "not-read")}


def test_a_package_does_not_hide_behind_the_mark_of_a_virtual_environment(project: Project) -> None:
    project.write_all({**SHOP, "shop/pyvenv.cfg": ""})

    assert modules(project) == ["shop", "shop.api", "shop.db"]


def test_a_folder_at_the_top_that_cannot_be_imported_is_told_of(project: Project) -> None:
    project.write_all({**SHOP, "my-scripts/deep/load.py": "import shop.db\n", "my-pages/a.html": ""})

    assert told(read_codebase(project.root)) == {"my-scripts": ("info", "not-a-package")}


def test_a_link_in_a_folder_without_other_code_is_read(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    code = tmp_path_factory.mktemp("code")
    (code / "v.py").write_text("import shop.db\n")
    project.write_all(SHOP)
    project.configure(PROTECTED)
    (project.root / "plugins").mkdir()
    (project.root / "plugins/v1").symlink_to(code)

    assert broken(project.check()) == [("plugins.v1.v", "shop.db", 1)]


def test_what_is_behind_a_link_has_both_names(project: Project) -> None:
    project.write_all({**SHOP, "shop/v2/__init__.py": "", "shop/v2/api.py": ""})
    (project.root / "shop/latest").symlink_to("v2")

    assert {"shop.v2.api", "shop.latest.api"} < set(modules(project))


@pytest.mark.parametrize("target", [".", "..", "../.."])
def test_a_link_to_a_folder_around_it_is_told_of(project: Project, target: str) -> None:
    project.write_all(SHOP)
    (project.root / "shop/again").symlink_to(target)

    codebase = read_codebase(project.root)

    assert sorted(codebase.sources) == ["shop", "shop.api", "shop.db"]
    assert told(codebase) == {"shop/again": ("info", "link-cycle")}


def test_folders_that_all_hold_links_to_each_other_are_read_in_a_moment(project: Project) -> None:
    names = [f"p{number}" for number in range(12)]
    project.write_all({**SHOP, **{f"shop/{name}/__init__.py": "import shop.db\n" for name in names}})
    for one in names:
        for other in names:
            (project.root / "shop" / one / f"to_{other}").symlink_to(f"../{other}")

    begun = time.monotonic()
    found = set(modules(project))

    assert time.monotonic() - begun < 10
    assert {"shop.p0", "shop.p0.to_p1", "shop.p11.to_p0"} < found
    assert not any(module.count("to_") > 1 for module in found)


def test_a_link_that_leads_to_too_many_folders_is_an_error(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    many = tmp_path_factory.mktemp("many")
    for number in range(MOST_LINKED + 1):
        (many / f"f{number}").mkdir()
    project.write_all(SHOP)
    (project.root / "shop/many").symlink_to(many)
    (project.root / "shop/more").symlink_to(many)

    assert told(read_codebase(project.root))["shop/more"] == ("error", "too-many-links")


@pytest.mark.parametrize("place", ["shop/x.py", "x.py", "plain/x.py"])
@pytest.mark.parametrize("sort", ["pipe", "socket", "device", "link to nothing"])
def test_what_has_the_name_of_a_module_and_is_no_file_is_an_error(project: Project, place: str, sort: str) -> None:
    project.write_all(SHOP)
    path = project.root / place
    path.parent.mkdir(exist_ok=True)
    if sort == "pipe":
        os.mkfifo(path)
    elif sort == "socket":
        os.chdir(path.parent)  # an address has a hundred characters
        socket.socket(socket.AF_UNIX).bind(path.name)
    else:
        path.symlink_to("/dev/zero" if sort == "device" else "nowhere")

    assert told(read_codebase(project.root)) == {place: ("error", "unreadable")}


def test_a_name_that_is_no_text_is_an_error(project: Project) -> None:
    project.write_all(SHOP)
    Path(os.fsdecode(os.fsencode(project.root) + b"/shop/caf\xe9.py")).write_text("import shop.db\n")

    assert told(read_codebase(project.root)) == {"shop/caf\\udce9.py": ("error", "not-a-module")}


def test_the_name_of_a_module_is_utf_8_in_every_locale(project: Project) -> None:
    project.write_all({**SHOP, "shop/müll.py": "import shop.db\n", "größe/a.py": "import shop.db\n"})
    project.configure(PROTECTED)

    run = subprocess.run(
        [sys.executable, "-m", "archguard", "check", "--no-cache", "shop/müll.py"],
        cwd=project.root,
        env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PATH": os.environ["PATH"]},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert run.returncode == 1, run.stderr
    assert "shop/müll.py:1:8: error: shop.müll must not import shop.db" in run.stdout
    assert "größe" not in run.stdout.partition("kept")[0]


def test_a_regular_package_in_a_later_root_wins_over_a_plain_folder(project: Project) -> None:
    project.write_all({"shop/setup.py": "", "shop/shop/__init__.py": "", "shop/shop/api.py": ""})

    assert modules(project, source_roots=(".", "shop"), packages=("shop",)) == ["shop", "shop.api"]


def test_the_first_of_two_regular_packages_wins(project: Project) -> None:
    project.write_all({"a/shop/__init__.py": "", "a/shop/x.py": "", "b/shop/__init__.py": "", "b/shop/y.py": ""})

    codebase = read_codebase(project.root, Code(source_roots=("b", "a")))

    assert sorted(codebase.sources) == ["shop", "shop.y"]
    assert told(codebase) == {"a/shop": ("error", "duplicate-package")}


def test_plain_folders_of_one_name_are_one_package_in_which_the_first_root_wins(project: Project) -> None:
    project.write_all({"a/shop/x.py": "import os\n", "b/shop/x.py": "import sys\n", "b/shop/y.py": ""})

    codebase = read_codebase(project.root, Code(source_roots=("a", "b")))

    assert {name: source.display_path for name, source in codebase.sources.items()} == {
        "shop.x": "a/shop/x.py",
        "shop.y": "b/shop/y.py",
    }
    assert told(codebase) == {"b/shop/x.py": ("warning", "shadowed-module")}


def test_a_module_wins_over_a_plain_folder_of_its_name(project: Project) -> None:
    project.write_all({"shop.py": "", "shop/x.py": ""})

    codebase = read_codebase(project.root)

    assert sorted(codebase.sources) == ["shop"]
    assert told(codebase) == {"shop": ("info", "shadowed-folder")}


@pytest.mark.parametrize("inner", ["", "src/"])
@pytest.mark.parametrize("packages", [(), ("shop", "stock")])
def test_a_distribution_in_a_folder_of_its_own_name_is_a_source_root(
    project: Project, inner: str, packages: tuple[str, ...]
) -> None:
    project.write_all(
        {
            "shop/setup.py": "",
            f"shop/{inner}shop/__init__.py": "",
            f"shop/{inner}shop/api.py": "from stock.models import Item\n",
            "stock/setup.py": "",
            f"stock/{inner}stock/__init__.py": "",
            f"stock/{inner}stock/models.py": "",
        }
    )

    codebase = read_codebase(project.root, Code(packages=packages))

    assert codebase.imports.imported_by("shop.api").keys() == {"stock.models"}
    assert not [problem for problem in codebase.problems if problem.severity.value == "error"]


def test_imports_by_the_outer_folder_keep_it_a_package(project: Project) -> None:
    project.write_all(
        {"shop/run.py": "import shop.shop.api\n", "shop/shop/__init__.py": "", "shop/shop/api.py": "", "app.py": ""}
    )

    assert modules(project) == ["app", "shop.run", "shop.shop", "shop.shop.api"]


@pytest.mark.parametrize("packages", [(), ("app",)])
def test_an_init_in_src_by_which_nothing_is_imported_makes_no_package(
    project: Project, packages: tuple[str, ...]
) -> None:
    project.write_all(
        {"src/__init__.py": "", "src/app/__init__.py": "", "src/app/a.py": "from app import b\n", "src/app/b.py": ""}
    )

    codebase = read_codebase(project.root, Code(packages=packages))

    assert sorted(codebase.sources) == ["app", "app.a", "app.b"]
    assert told(codebase) == {"src/__init__.py": ("info", "not-read")}


@pytest.mark.parametrize("text", ["from src.app import b\n", "from . import b\n"])
def test_a_src_that_is_imported_or_in_which_all_is_relative_is_a_package(project: Project, text: str) -> None:
    project.write_all({"src/__init__.py": "", "src/app/__init__.py": "", "src/app/a.py": text, "src/app/b.py": ""})

    assert modules(project) == ["src", "src.app", "src.app.a", "src.app.b"]


def test_a_package_that_is_named_is_found_in_a_src_that_is_a_package(project: Project) -> None:
    project.write_all({"src/__init__.py": "", "src/app/__init__.py": "", "src/app/a.py": "from . import b\n"})

    assert modules(project, packages=("app",)) == ["app", "app.a"]


def test_a_package_that_is_nowhere_is_an_error(project: Project) -> None:
    project.write_all(SHOP)

    with pytest.raises(ExceptionGroup) as raised:
        modules(project, packages=("stock",))

    assert [type(error) for error in raised.value.exceptions] == [PackageNotFoundError]


def test_what_has_no_source_has_the_path_of_its_stub_or_folder(project: Project) -> None:
    project.write_all({"shop/__init__.py": "import shop.fast\n", "shop/fast.pyi": "", "shop/plain/deep/a.py": ""})

    codebase = read_codebase(project.root)

    assert {module: codebase.display_path(module) for module in codebase.modules} == {
        "shop": "shop/__init__.py",
        "shop.fast": "shop/fast.pyi",
        "shop.plain": "shop/plain",
        "shop.plain.deep": "shop/plain/deep",
        "shop.plain.deep.a": "shop/plain/deep/a.py",
    }


def test_every_violation_about_a_stub_has_a_path(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/web.py": "", "shop/core.py": "", "shop/fast.pyi": ""})
    project.configure("contracts: [{id: c, kind: layers, within: shop, layers: [web, core], exhaustive: true}]\n")

    assert [violation.location.path for violation in project.check().violations] == ["shop/fast.pyi"]


@pytest.mark.parametrize("name", ["fast.pyi", "fast.cpython-311-x86_64-linux-gnu.so"])
def test_import_linter_knows_no_module_without_a_source(project: Project, name: str) -> None:
    project.write_all(
        {
            "shop/__init__.py": "",
            "shop/core.py": "from shop.fast import f\n",
            f"shop/{name}": "",
            ".importlinter": "[importlinter]\nroot_package = shop\n\n[importlinter:contract:a]\nname = A\n"
            "type = independence\nmodules =\n    shop.*\n",
        }
    )

    assert project.check().violations == ()
