"""Edits are put into the import graph without reading the other files, wherever these import the same as before."""

from pathlib import Path

import pytest
from project import Project

from archguard import Codebase
from archguard.codebase.edits import added_source, with_edits
from archguard.config import read

FILES = {
    "shop/__init__.py": "from shop.orders import Order, place\n",
    "shop/orders.py": "class Order: ...\n\ndef place(): ...\n",
    "shop/db.py": "",
    "shop/api.py": "from shop import Order\nfrom shop import jobs\n",
    "shop/all.py": "from shop.db import *\nfrom shop import *\n",
}


@pytest.fixture
def base(project: Project) -> Codebase:
    project.configure("project: {packages: [shop], exclude: [shop.migrations]}\ncontracts: []")
    project.write_all(FILES)
    project.write("shop/migrations/__init__.py", "")
    return read(project.config())


def edited(base: Codebase, file: str, text: str) -> Codebase | None:
    """The code after the edit; what the short way gives is what reading all files gives."""
    path = str(base.root / file)
    module = next((one for one in base.sources.values() if one.file == path), None) or added_source(base, path)
    assert module is not None
    found = with_edits(base, [module.with_content(text.encode())])
    if found is not None:
        project = Project(base.root)
        whole = read(project.config(), drafts={path: text.encode()})
        assert found.imports == whole.imports
        assert found.sources.keys() == whole.sources.keys()
    return found


def test_the_imports_of_an_edited_module_are_the_new_ones(base: Codebase) -> None:
    now = edited(base, "shop/db.py", "from shop import place\nimport sqlalchemy\n")
    assert now is not None
    assert set(now.imports.imported_by("shop.db")) == {"shop.orders", "sqlalchemy"}


def test_an_import_of_an_excluded_module_counts_for_the_package_around_it(base: Codebase) -> None:
    now = edited(base, "shop/db.py", "from shop.migrations import first\n")
    assert now is not None
    assert set(now.imports.imported_by("shop.db")) == {"shop"}


def test_a_new_module_is_imported_by_those_that_named_it_before(base: Codebase) -> None:
    assert set(base.imports.imported_by("shop.api")) == {"shop", "shop.orders"}
    now = edited(base, "shop/jobs.py", "from shop import Order\n")
    assert now is not None
    assert set(now.imports.imported_by("shop.api")) == {"shop.jobs", "shop.orders"}
    assert set(now.imports.imported_by("shop.jobs")) == {"shop.orders"}


@pytest.mark.parametrize("name", ["place", "Order"])
def test_a_new_module_with_a_name_of_its_package_takes_a_scan(base: Codebase, name: str) -> None:
    assert edited(base, f"shop/{name}.py", "") is None


def test_a_package_that_re_exports_more_is_an_edit_like_others(base: Codebase) -> None:
    now = edited(base, "shop/__init__.py", "from shop.orders import Order, place\nfrom shop.db import session\n")
    assert now is not None
    assert set(now.imports.imported_by("shop")) == {"shop.db", "shop.orders"}


def test_a_package_that_re_exports_a_name_from_elsewhere_takes_a_scan(base: Codebase) -> None:
    assert edited(base, "shop/__init__.py", "from shop.db import Order\nfrom shop.orders import place\n") is None


def test_a_name_that_nobody_imports_may_come_from_elsewhere(base: Codebase) -> None:
    (base.root / "shop/all.py").write_text("")
    now = edited(read(Project(base.root).config()), "shop/__init__.py", "from shop.orders import Order\n")
    assert now is not None


STAR = "from shop.orders import *\n"


def test_a_module_whose_names_are_imported_by_a_star_may_not_bind_others_that_are_imported(base: Codebase) -> None:
    (base.root / "shop/__init__.py").write_text(STAR)
    starred = read(Project(base.root).config())
    more = "class Order: ...\n\ndef place(): ...\n\nmore = 1\n"
    now = edited(starred, "shop/orders.py", more)
    assert now is not None
    assert now.results.names != starred.results.names
    assert edited(starred, "shop/orders.py", "class Order: ...\n\ndef place(): return 1\n") is not None
    assert edited(base, "shop/orders.py", more) is not None
    (base.root / "shop/api.py").write_text("from shop import more\n")
    assert edited(read(Project(base.root).config()), "shop/orders.py", more) is None


def test_what_was_edited_before_is_known_to_a_later_edit(base: Codebase) -> None:
    (base.root / "shop/__init__.py").write_text(STAR)
    draft = base.sources["shop.orders"].with_content(b"class Order: ...\n\ndef place(): ...\n\ndef more(): ...\n")
    first = with_edits(base, [draft])
    assert first is not None
    then = with_edits(first, [base.sources["shop"].with_content(STAR.encode())])
    assert then is not None
    importing = then.sources["shop.db"].with_content(b"from shop import more\n")
    last = with_edits(then, [importing])
    assert last is not None
    assert set(last.imports.imported_by("shop.db")) == {"shop.orders"}


@pytest.mark.parametrize(
    "file", ["shop/new/__init__.py", "shop/new/api.py", "elsewhere/api.py", "shop/not-a-name.py", "shop/notes.txt"]
)
def test_only_a_module_beside_others_is_added_without_a_scan(base: Codebase, file: str) -> None:
    assert added_source(base, str(base.root / file)) is None


def test_a_file_that_is_there_and_no_module_is_not_added(base: Codebase) -> None:
    path = base.root / "shop/link.py"
    path.symlink_to("nowhere")
    assert added_source(base, str(path)) is None
    assert added_source(base, str(Path("shop/api.py"))) is None
