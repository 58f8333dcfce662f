"""The page about a module, a component, a change or the project."""

import json
from pathlib import Path

import pytest
from project import Project
from repository import commit, git

from archguard.checking.session import Session
from archguard.errors import ArchguardError
from archguard.inspection.brief import Brief, Refused, brief, brief_of_change
from archguard.inspection.brief_page import MOST, render


def page(shop: Project, name: str = "") -> Brief:
    session = Session(shop.config())
    return brief(session.config, session.codebase, session.report, name)


def test_a_module_is_told_with_its_component_and_what_it_may_use(shop: Project) -> None:
    found = page(shop, "shop.services.ordering")
    assert found.components == ("services",)
    assert found.path == "shop/services/ordering.py"
    assert found.may_use == ("services", "repositories", "gateways", "shop", "shop.db")
    assert found.must_not_use == (Refused(name="controllers", contracts=("layered",), in_part=False),)
    assert found.may_be_used_by == ("controllers", "services", "gateways", "shop", "shop.db")
    assert found.must_not_be_used_by == (Refused(name="repositories", contracts=("layered",), in_part=False),)


def test_what_a_module_imports_today_against_a_contract_is_not_allowed(shop: Project) -> None:
    found = page(shop, "shop.controllers.admin")
    assert [it.name for it in found.must_not_use] == ["repositories"]
    assert [it.contract for it in found.violations] == ["through-services"]


def test_what_holds_of_some_modules_of_a_component_only_is_told_so(shop: Project) -> None:
    text = (shop.root / "archguard.yaml").read_text()
    rule = "  - {id: frozen, kind: forbidden, modules: services, must_not_import: shop.gateways.payments}\n"
    shop.configure(text + "    " + rule if text.startswith("\n    ") else text + rule)
    found = page(shop, "services")
    assert Refused(name="gateways", contracts=("frozen",), in_part=True) in found.must_not_use


@pytest.mark.parametrize("name", ["shop/services/refunds.py", "shop.services.refunds"])
def test_a_file_that_is_still_to_be_written_has_the_page_of_its_place(shop: Project, name: str) -> None:
    found = page(shop, name)
    assert (found.name, found.path, found.is_new) == ("shop.services.refunds", "shop/services/refunds.py", True)
    assert found.components == ("services",)
    assert [it.name for it in found.must_not_use] == ["controllers"]
    assert not (shop.root / "shop/services/refunds.py").exists()


def test_contracts_are_told_with_sentence_reason_and_the_way_out(shop: Project) -> None:
    rules = {rule.id: rule for rule in page(shop, "shop.services.ordering").contracts}
    assert list(rules) == ["layered", "queries", "outside", "names"]
    assert rules["queries"].sentence == "Only repositories, shop.db reach a database."
    assert rules["queries"].reason == "One place for queries."
    assert rules["queries"].fixes == ("move it to repositories, shop.db, and call that from here",)
    assert rules["layered"].fixes[0].startswith("move what shop.")


def test_a_component_has_a_page(shop: Project) -> None:
    found = page(shop, "controllers")
    assert (found.name, found.modules, found.purpose) == ("controllers", 4, "requests in and responses out")
    assert [it.name for it in found.must_not_use] == ["repositories"]


@pytest.mark.parametrize("name", ["shop.controllers", "shop/controllers", "shop/controllers/"])
def test_a_package_is_told_with_all_below_it(shop: Project, name: str) -> None:
    found = page(shop, name)
    assert (found.name, found.path, found.modules) == ("shop.controllers", "", 4)
    assert found.examples[0].module == "shop.controllers.baskets"


def test_the_file_of_a_package_is_told_by_itself(shop: Project) -> None:
    found = page(shop, "shop/controllers/__init__.py")
    assert (found.path, found.modules) == ("shop/controllers/__init__.py", 1)


def test_a_package_without_a_file_has_a_page_too(project: Project) -> None:
    project.write_all({"shop/cart/api.py": "import lib\n", "lib/__init__.py": ""})
    project.configure("contracts: [{id: apart, kind: forbidden, modules: lib, must_not_import: shop}]")
    assert page(project, "shop").modules == 1
    assert page(project, "shop.cart").may_use == ("lib",)
    assert [it.name for it in page(project, "lib").must_not_use] == ["shop.cart"]


def test_the_only_top_level_package_is_the_project(shop: Project) -> None:
    assert page(shop, "shop").parts == page(shop).parts


def test_the_project_is_told_by_components_with_what_they_must_not_use(shop: Project) -> None:
    found = page(shop)
    parts = {part.name: part for part in found.parts}
    assert list(parts) == ["controllers", "services", "repositories", "gateways", "shop", "shop.db"]
    assert parts["controllers"].must_not_use == (
        Refused(name="repositories", contracts=("through-services",), in_part=False),
    )
    assert [it.name for it in parts["repositories"].must_not_use] == ["controllers", "services"]
    assert parts["services"].purpose == "What the shop does."
    assert parts["gateways"].must_not_use == ()


def test_what_is_overlooked_there_is_told(shop: Project) -> None:
    shop.write(
        "shop/controllers/admin.py",
        "from shop.repositories import orders  # archguard: ignore[through-services] until the report is a service\n",
    )
    assert [it.reason for it in page(shop, "controllers").exemptions] == ["until the report is a service"]
    assert page(shop, "services").exemptions == ()


def test_an_ignored_import_is_told_where_its_importer_is(shop: Project) -> None:
    text = (shop.root / "archguard.yaml").read_text()
    ignore = (
        "indirect: false\n    ignore: [{import: shop.controllers.admin -> shop.repositories.orders, reason: old}]\n"
    )
    shop.write("archguard.yaml", text.replace("indirect: false\n", ignore))
    assert [it.reason for it in page(shop, "shop.controllers.admin").exemptions] == ["old"]
    assert page(shop, "shop.controllers.orders").exemptions == ()


@pytest.mark.parametrize("name", ["shop.nowhere.deep", "shop/services/none.txt", "../other.py", "docs"])
def test_what_is_no_module_of_the_project_is_an_error_or_the_page_of_its_place(shop: Project, name: str) -> None:
    if name == "shop.nowhere.deep":
        assert page(shop, name).path == "shop/nowhere/deep.py"
    else:
        with pytest.raises(ArchguardError):
            page(shop, name)


def test_lists_are_cut_and_what_is_left_out_is_counted(shop: Project) -> None:
    text = (shop.root / "archguard.yaml").read_text()
    more = "".join(f"  - {{id: c{n}, kind: external, modules: services, deny: lib{n}}}\n" for n in range(9))
    shop.write("archguard.yaml", text + more)
    assert len(page(shop, "services").contracts) == 12
    assert page(shop, "services").left_out == {"contracts": 1}
    assert "Left out: 1 contracts." in render(page(shop, "services"))


def test_as_many_contracts_as_the_page_shows_leave_nothing_out(shop: Project) -> None:
    text = (shop.root / "archguard.yaml").read_text()
    more = "".join(f"  - {{id: c{n}, kind: external, modules: services, deny: lib{n}}}\n" for n in range(8))
    shop.write("archguard.yaml", text + more)
    assert len(page(shop, "services").contracts) == 12
    assert page(shop, "services").left_out == {}


def test_a_page_is_never_longer_than_its_limit(shop: Project) -> None:
    text = (shop.root / "archguard.yaml").read_text()
    names = ", ".join(f"library_with_a_long_name_{n}" for n in range(100))
    reason = "because " * 200
    more = "".join(
        f"  - {{id: {'c' * 400}{n}, kind: external, modules: services, deny: [{names}], reason: {reason}}}\n"
        for n in range(12)
    )
    shop.write("archguard.yaml", text.replace("contracts:\n", "contracts:\n" + more))
    shown = render(page(shop, "services"))
    assert len(shown) <= MOST
    assert shown.endswith("The rest is left out: ask about a part of it.")


def test_the_command_writes_markdown_or_json(shop: Project) -> None:
    run = shop.call("context", "shop/services/ordering.py")
    assert run.returncode == 0
    assert run.stdout == (
        "# `shop.services.ordering`\n"
        "\n"
        "`shop/services/ordering.py`, component `services`.\n"
        "\n"
        "## Imports\n"
        "\n"
        "- may import `services`, `repositories`, `gateways`, `shop`, `shop.db`\n"
        "- must not import `controllers` (layered)\n"
        "- may be imported by `controllers`, `services`, `gateways`, `shop`, `shop.db`\n"
        "- must not be imported by `repositories` (layered)\n"
        "\n"
        "## Contracts\n"
        "\n"
        "- **layered** (layers): Each of controllers, services, repositories may import those below it, "
        "never those above.\n"
        "  *because Rules are tested without a database.*\n"
        "  1. move what shop.services.ordering needs from shop.controllers to a module that it may import\n"
        "  2. inject it: a module that may import both passes it to shop.services.ordering\n"
        "- **queries** (database): Only repositories, shop.db reach a database.\n"
        "  *because One place for queries.*\n"
        "  1. move it to repositories, shop.db, and call that from here\n"
        "- **outside** (gateway): Only gateways reach outside. Every request has its timeout.\n"
        "  1. move it to gateways, and call that from here\n"
        "- **names** (structure): A rule says what modules, classes and functions must be, and what not.\n"
    )
    data = json.loads(shop.call("context", "services", "--format", "json").stdout)
    assert [it["name"] for it in data["must_not_use"]] == ["controllers"]


def test_the_page_on_a_change_is_about_what_is_new_or_edited_since(shop: Project) -> None:
    (shop.root / ".git").rmdir()
    git(shop, "init", "--quiet", "--initial-branch=main")
    commit(shop)
    assert render(_change(shop)).startswith("# `changes since HEAD`\n\n0 modules.\n")
    shop.write("shop/services/refunds.py", "import shop.db\n")
    shop.write("shop/db.py", "from sqlalchemy.orm import Session as Session\n")
    found = _change(shop)
    assert [(part.name, part.members) for part in found.parts] == [
        ("services", ("shop.services.refunds",)),
        ("shop.db", ("shop.db",)),
    ]
    assert found.modules == 2
    assert "changed: `shop.services.refunds`" in shop.call("context", "--since", "HEAD").stdout


def _change(shop: Project) -> Brief:
    session = Session(shop.config())
    return brief_of_change(session.config, session.codebase, session.report, "HEAD")


def test_a_revision_that_does_not_exist_is_an_error(shop: Project) -> None:
    run = shop.call("context", "--since", "nowhere")
    assert run.returncode == 2
    assert "there is no revision 'nowhere' here" in run.stderr


def test_a_path_and_a_change_are_two_pages(shop: Project) -> None:
    assert shop.call("context", "shop.db", "--since", "HEAD").returncode == 2


def test_a_page_of_a_session_leaves_what_it_knows_as_it_was(session: Session) -> None:
    before = session.check({Path("shop/db.py"): "import shop.services.ordering\n"})
    brief(session.config, session.codebase, session.report, "shop.db")
    brief(session.config, session.codebase, session.report)
    assert session.check({Path("shop/db.py"): "import shop.services.ordering\n"}) == before


def test_imports_between_services_are_tried_though_their_calls_are_not(project: Project) -> None:
    project.write_all({f"{name}/app/api.py": "" for name in ("orders", "payments", "stock")})
    project.configure(
        """
        services: {orders: {root: orders}, payments: {root: payments}, stock: {root: stock, public: app.api}}
        contracts: [{id: apart, kind: services, policy: {orders: [stock]}}]
        """
    )
    found = page(project, "orders::app.api")
    assert [it.name for it in found.must_not_use] == ["payments"]
    assert "stock" in found.may_use
