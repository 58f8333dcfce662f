"""Whether a module may import another one is what `check` says after the import is really written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project import Project

from archguard.checking import check
from archguard.checking.session import Session
from archguard.inspection.may_import import may_import
from archguard.inspection.placement import Needs, draft_text, where_should
from archguard.model import Report, new_violations

CONTRACTS = """
    version: 1
    project: {packages: [shop]}
    components: {top: shop.a, middle: shop.b, bottom: shop.c}
    contracts:
      - {id: layered, kind: layers, layers: [top, middle, bottom]}
      - {id: apart, kind: independence, modules: [shop.a.one, shop.a.two]}
      - {id: kept, kind: protected, modules: shop.c.two, only_imported_by: middle}
      - {id: rounds, kind: acyclic, children_of: shop.b}
      - {id: plain, kind: external, modules: bottom, allow: stdlib}
      - {id: data, kind: database, allowed_in: middle}
      - {id: out, kind: gateway, allowed_in: [shop.a.one, shop.d], require: timeout}
      - {id: size, kind: metrics, modules: shop.*, max: {largest_tangle: 2}}
"""
FILES = {
    "shop/__init__.py": "",
    "shop/a/__init__.py": "",
    "shop/a/one.py": "from shop.b import one\n",
    "shop/a/two.py": "from shop.c import two\n",
    "shop/b/__init__.py": "from shop.b.one import run\n",
    "shop/b/one.py": "import shop.b.two\nfrom shop.c import two\n\ndef run(): ...\n",
    "shop/b/two.py": "import sqlalchemy\n",
    "shop/c/__init__.py": "",
    "shop/c/one.py": "import json\n",
    "shop/c/two.py": "",
    "shop/d.py": "import requests\n",
}
MODULES = [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in FILES]
NEW = ["shop.a.new", "shop.b.new", "shop.c.new", "shop.new", "shop.b.deep.new"]
OUTSIDE = ["sqlalchemy", "requests", "json", "made_up", "sqlalchemy.orm.Session"]
CALLS = ["requests.get", "httpx.Client.get", "sqlalchemy.orm.Session.execute", "shop.b.one.run", "open"]


@pytest.fixture
def session(project: Project) -> Session:
    project.write_all(FILES)
    project.configure(CONTRACTS)
    return Session(project.config())


@given(importer=st.sampled_from([*MODULES, *NEW]), imported=st.sampled_from([*MODULES, "shop.b.run", *OUTSIDE]))
def test_an_import_is_allowed_exactly_if_writing_it_breaks_nothing(
    project: Project, session: Session, importer: str, imported: str
) -> None:
    found = may_import(session, importer, imported)
    before, after = written(project, found.path, "\n".join(("", *found.statements, "")))
    brought = tuple(new_violations(before, after))
    there = [it for it in before.violations if it.importer == importer and it.imported == imported]
    assert found.allowed == (not brought and not there)
    if brought:
        assert [it.sort_key for it in found.denials] == [it.sort_key for it in brought]


@given(
    imports=st.lists(st.sampled_from([*MODULES, *OUTSIDE]), max_size=2, unique=True),
    calls=st.lists(st.sampled_from(CALLS), max_size=2, unique=True),
)
def test_a_package_is_proposed_only_if_writing_the_code_there_breaks_nothing_but_what_is_told(
    project: Project, session: Session, imports: list[str], calls: list[str]
) -> None:
    needs = Needs(imports=tuple(imports), calls=tuple(calls), name="new")
    found = where_should(session, needs)
    proposed = {place.path: len(place.conditions) for place in found.places if place.is_new}
    for folder in ("shop", "shop/a", "shop/b", "shop/c"):
        path = f"{folder}/new.py"
        before, after = written(project, path, draft_text(session.codebase, needs))
        brought = tuple(new_violations(before, after))
        refusing = [violation for violation in brought if not violation.rule.startswith("require ")]
        assert (path in proposed) == (not refusing)
        assert proposed.get(path, len(brought)) == len(brought)


def written(project: Project, path: str, added: str) -> tuple[Report, Report]:
    """The reports before and after `added` is really appended to the file."""
    before = check(project.config())
    file = Path(project.root, path)
    content = file.read_bytes() if file.exists() else None
    project.write(path, (content or b"").decode() + added)
    try:
        return before, check(project.config())
    finally:
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)
