"""`check --since` fails for a change that weakens the guard, unless somebody accepts it with a reason."""

import pytest
from project import Project
from repository import commit, git

RULE = "contracts: [{{id: layered, kind: forbidden, modules: {modules}, must_not_import: shop.db{more}}}]\n"


@pytest.fixture
def shop(project: Project) -> Project:
    """A shop on a branch, whose contract holds."""
    git(project, "init", "--quiet", "--initial-branch=main")
    project.write_all({"shop/__init__.py": "", "shop/db.py": "", "shop/web.py": "", "shop/cart.py": ""})
    project.write("archguard.yaml", RULE.format(modules="[shop.web, shop.cart]", more=""))
    commit(project)
    git(project, "switch", "--quiet", "--create", "feature")
    return project


def weaken(shop: Project, more: str = "") -> None:
    """Let the contract check one module less."""
    shop.write("archguard.yaml", RULE.format(modules="shop.web", more="") + more)


def test_a_contract_that_is_weaker_fails_with_the_ways_to_go_on(shop: Project) -> None:
    weaken(shop)

    checked = shop.call("check", "--since-merge-base", "main")

    assert checked.returncode == 1
    assert checked.stdout.startswith(
        "archguard.yaml:1:13: error: contract layered is weaker: `modules` does not cover shop.cart any more"
        " [weakened-contracts]\n"
        "    = why: a contract that lets more code pass is a decision, which somebody answers for\n"
        "    = help: take the change back\n"
        "    = or: accept it: `accepted: [{contract: layered, reason: ...}]` in archguard.yaml, or"
        " `Archguard-Accept: layered <reason>` in the commit message\n"
    )
    assert "BROKEN  weakened-contracts (weakening): 1 violation (1 new, 0 known)" in checked.stdout


def test_without_a_revision_to_compare_with_there_is_nothing_to_tell(shop: Project) -> None:
    weaken(shop)

    assert shop.call("check").returncode == 0


def test_a_violation_does_not_pass_by_weakening_the_contract(shop: Project) -> None:
    shop.write("shop/cart.py", "import shop.db\n")
    weaken(shop)

    assert shop.call("check", "--since", "main").returncode == 1


def test_the_configuration_accepts_it_with_a_reason(shop: Project) -> None:
    weaken(shop, "accepted: [{contract: layered, reason: carts move to the database}]\n")

    checked = shop.call("check", "--since", "main")

    assert checked.returncode == 0
    assert "kept    weakened-contracts (weakening): 1 violation (0 new, 1 known)" in checked.stdout


def test_an_acceptance_without_a_reason_is_an_error(shop: Project) -> None:
    weaken(shop, "accepted: [{contract: layered, reason: ''}]\n")

    checked = shop.call("check", "--since", "main")

    assert checked.returncode == 2
    assert "the acceptance has no reason" in checked.stderr


def test_an_acceptance_of_an_earlier_change_accepts_nothing_more(shop: Project) -> None:
    accepted = "accepted: [{contract: layered, reason: carts move to the database}]\n"
    shop.write("archguard.yaml", RULE.format(modules="[shop.web, shop.cart]", more="") + accepted)
    commit(shop)
    weaken(shop, accepted)

    assert shop.call("check", "--since", "HEAD").returncode == 1


def test_a_commit_message_accepts_it_with_a_reason(shop: Project) -> None:
    weaken(shop)
    commit(shop, "Let carts read\n\nArchguard-Accept: layered carts move to the database\n")

    assert shop.call("check", "--since-merge-base", "main").returncode == 0


@pytest.mark.parametrize(
    "message", ["Archguard-Accept: layered", "Archguard-Accept: other it is better", "Says Archguard-Accept: layered x"]
)
def test_a_commit_message_without_a_reason_or_about_another_contract_accepts_nothing(
    shop: Project, message: str
) -> None:
    weaken(shop)
    commit(shop, f"Let carts read\n\n{message}\n")

    assert shop.call("check", "--since-merge-base", "main").returncode == 1


def test_a_commit_before_the_change_accepts_nothing(shop: Project) -> None:
    commit(shop, "Something else\n\nArchguard-Accept: layered because it was\n")
    weaken(shop)

    assert shop.call("check", "--since", "HEAD").returncode == 1


def test_a_narrowing_is_told_and_fails_nothing(shop: Project) -> None:
    shop.write("archguard.yaml", RULE.format(modules="[shop.web, shop.cart, shop.db]", more=""))

    checked = shop.call("check", "--since", "HEAD")

    assert checked.returncode == 0
    assert "info: contract layered is stricter: `modules` also covers shop.db\n" in checked.stdout


def test_paths_do_not_hide_it(shop: Project) -> None:
    weaken(shop)

    assert shop.call("check", "shop/web.py", "--since", "main").returncode == 1


def test_the_contracts_that_are_asked_for_are_those_that_are_compared(shop: Project) -> None:
    other = "contracts: [{id: other, kind: external, modules: shop, deny: requests}]\n"
    shop.write("contracts/other.yaml", other)
    commit(shop)
    weaken(shop)

    assert shop.call("check", "--since", "HEAD", "--contract", "other").returncode == 0
    assert shop.call("check", "--since", "HEAD", "--contract", "layered").returncode == 1


def test_a_baseline_and_a_comment_are_part_of_it(shop: Project) -> None:
    shop.write("shop/web.py", "import shop.db  # archguard: ignore[layered] for now\n")
    shop.write("shop/cart.py", "import shop.db\n")
    assert shop.call("baseline").returncode == 0

    checked = shop.call("check", "--since", "main")

    assert checked.returncode == 1
    assert "the baseline takes 1 violation more of layered as known [weakened-contracts]" in checked.stdout
    assert (
        "shop/web.py:1:17: error: a comment is new that ignores layered: for now [weakened-contracts]" in checked.stdout
    )


def test_the_first_configuration_weakens_nothing(shop: Project) -> None:
    git(shop, "rm", "--quiet", "archguard.yaml")
    commit(shop, "Without contracts")
    shop.write("archguard.yaml", RULE.format(modules="shop.web", more=""))
    shop.write("shop/web.py", "import shop.db  # archguard: ignore[layered] for now\n")

    assert shop.call("check", "--since", "HEAD").returncode == 0


def test_a_configuration_that_could_not_be_read_has_to_be_judged(shop: Project) -> None:
    shop.write("archguard.yaml", "contracts: [{id: layered, kind: forbiden}]\n")
    commit(shop)
    weaken(shop)

    checked = shop.call("check", "--since", "HEAD")
    assert checked.returncode == 1
    assert "the configuration before cannot be read" in checked.stdout

    weaken(shop, "accepted: [{contract: project, reason: it was broken}]\n")
    assert shop.call("check", "--since", "HEAD").returncode == 0


def test_a_module_that_is_renamed_with_its_pattern_is_no_weakening(shop: Project) -> None:
    shop.write("shop/cart.py", "\n".join(f"x{number} = {number}" for number in range(20)))
    commit(shop)
    git(shop, "mv", "shop/cart.py", "shop/basket.py")
    shop.write("archguard.yaml", RULE.format(modules="[shop.web, shop.basket]", more=""))

    checked = shop.call("check", "--since", "HEAD")

    assert (checked.returncode, "weakened" in checked.stdout) == (0, False)


def test_a_configuration_that_extends_a_file_outside_of_its_folder_is_compared_with_it(shop: Project) -> None:
    app = Project(shop.root / "apps/web")
    app.write_all({"web/__init__.py": "", "web/views.py": "", "web/db.py": ""})
    app.write("archguard.yaml", "extends: ../../rules/web.yaml\n")
    rule = "contracts: [{id: web, kind: forbidden, modules: [web.views, web], must_not_import: web.db}]\n"
    shop.write("rules/web.yaml", rule.replace("[web.views, web]", "[web.views, web.db]").replace("web.db}", "os}"))
    commit(shop)
    assert app.call("check", "--since", "HEAD").returncode == 0

    shop.write("rules/web.yaml", rule.replace("[web.views, web]", "web.views").replace("web.db}", "os}"))
    checked = app.call("check", "--since", "HEAD")

    assert checked.returncode == 1
    assert "contract web is weaker: `modules` does not cover web.db any more [weakened-contracts]" in checked.stdout


def test_a_named_configuration_is_compared_with_itself_at_the_revision(shop: Project) -> None:
    shop.write("rules.yml", RULE.format(modules="[shop.web, shop.cart]", more=""))
    commit(shop)
    shop.write("rules.yml", RULE.format(modules="shop.web", more=""))

    assert shop.call("check", "--config", "rules.yml", "--since", "HEAD").returncode == 1
    assert shop.call("check", "--since", "HEAD").returncode == 0
