"""Living with known violations: `archguard baseline`, and what `archguard check` makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project import Project
from repository import commit, git

from archguard.history import Baseline, apply_baseline, baseline_of, prune, render_baseline
from archguard.model import Location, Outcome, OutcomeStatus, Report, Violation
from archguard.model.report import Checked


def test_a_baseline_makes_what_is_there_known(shop: Project) -> None:
    assert shop.run("check").returncode == 1

    written = shop.run("baseline")

    assert written.returncode == 0, written.stderr
    checked = shop.run("check")
    assert checked.returncode == 0
    assert "1 violation (0 new, 1 known)" in checked.stdout


def test_a_moved_line_stays_known(shop: Project) -> None:
    shop.run("baseline")

    shop.write("shop/controllers.py", "import os\n\n\nfrom shop import repositories\n")

    assert shop.run("check").returncode == 0


def test_a_reworded_reason_stays_known(shop: Project) -> None:
    shop.run("baseline")

    config = (shop.root / "archguard.yaml").read_text()
    shop.write("archguard.yaml", config + "    reason: Because we said so.\n")

    assert shop.run("check").returncode == 0


def test_a_second_import_of_the_same_module_is_new(shop: Project) -> None:
    shop.run("baseline")

    shop.write("shop/controllers.py", "from shop import repositories\nimport shop.repositories\n")

    checked = shop.run("check")
    assert checked.returncode == 1
    assert "2 violations (1 new, 1 known)" in checked.stdout


def test_a_renamed_file_is_followed(shop: Project) -> None:
    shop.write("shop/controllers.py", "from shop import repositories\n" + "x = 1\n" * 20)
    shop.run("baseline")
    commit(shop)

    git(shop, "mv", "shop/controllers.py", "shop/handlers.py")
    shop.configure((shop.root / "archguard.yaml").read_text().replace("shop.controllers", "shop.handlers"))

    assert shop.run("check").returncode == 0


def test_a_moved_package_is_followed(project: Project) -> None:
    git(project, "init", "--quiet", "--initial-branch=main")
    project.write_all({"src/shop/__init__.py": "", "src/shop/db.py": "", "src/shop/web/__init__.py": ""})
    project.write("src/shop/web/orders.py", "import shop.db\n" + "x = 1\n" * 20)
    rule = "contracts: [{{id: db, kind: forbidden, modules: shop.{0}, must_not_import: shop.db}}]\n"
    project.configure(rule.format("web"))
    project.run("baseline")
    commit(project)

    git(project, "mv", "src/shop/web", "src/shop/api")
    project.configure(rule.format("api"))

    assert project.run("check").returncode == 0


def test_what_is_fixed_is_reported_and_fails_only_when_strict(shop: Project) -> None:
    shop.run("baseline")

    shop.write("shop/controllers.py", "")

    assert shop.run("check").returncode == 0
    assert "which is fixed" in shop.run("check").stdout
    assert shop.run("check", "--strict-baseline").returncode == 1


def test_pruning_takes_out_what_is_fixed_and_adds_nothing(shop: Project) -> None:
    shop.run("baseline")
    shop.write("shop/controllers.py", "")
    shop.write("shop/controllers2.py", "import shop.repositories\n")
    shop.configure((shop.root / "archguard.yaml").read_text().replace("shop.controllers", "shop.controllers2"))

    assert shop.run("baseline", "--prune").returncode == 0

    assert "controllers" not in (shop.root / "archguard-baseline.yaml").read_text()
    assert shop.run("check", "--strict-baseline").returncode == 1


def test_growth_is_refused_unless_it_is_allowed(shop: Project) -> None:
    shop.run("baseline")
    before = (shop.root / "archguard-baseline.yaml").read_text()
    shop.write("shop/controllers.py", "import shop.repositories\nimport shop.repositories\n")

    refused = shop.run("baseline")

    assert refused.returncode == 2
    assert "would grow by 1" in refused.stderr
    assert (shop.root / "archguard-baseline.yaml").read_text() == before
    assert shop.run("baseline", "--allow-growth").returncode == 0
    assert shop.run("check").returncode == 0


def test_notes_on_an_entry_outlive_rewriting(shop: Project) -> None:
    shop.run("baseline")
    file = shop.root / "archguard-baseline.yaml"
    noted = file.read_text().replace(
        "imported: shop.repositories}", "imported: shop.repositories, reason: SHOP-1, owner: ada}"
    )
    file.write_text(noted)

    shop.run("baseline")

    assert file.read_text() == noted


@pytest.fixture
def expired(shop: Project) -> Project:
    """A shop whose only entry has expired."""
    shop.run("baseline")
    file = shop.root / "archguard-baseline.yaml"
    file.write_text(file.read_text().replace("shop.repositories}", "shop.repositories, expires: 2020-01-01}"))
    return shop


def test_an_expired_entry_counts_as_new_and_says_so(expired: Project) -> None:
    checked = expired.run("check")

    assert checked.returncode == 1
    assert "1 violation (1 new, 0 known)" in checked.stdout
    told = "shop.controllers -> shop.repositories of layered until 2020-01-01, so it counts as new"
    assert f"the baseline lists {told}" in checked.stdout


def test_an_expired_entry_that_is_fixed_is_stale_like_any_other(expired: Project) -> None:
    expired.write("shop/controllers.py", "")

    checked = expired.run("check", "--strict-baseline")

    assert checked.returncode == 1
    assert "which is fixed" in checked.stdout
    assert "2020-01-01" not in checked.stdout


def test_pruning_keeps_what_has_expired_and_is_still_there(expired: Project) -> None:
    before = (expired.root / "archguard-baseline.yaml").read_text()

    expired.run("baseline", "--prune")

    assert (expired.root / "archguard-baseline.yaml").read_text() == before


@pytest.mark.parametrize("arguments", [(), ("--prune",)], ids=["written anew", "pruned"])
def test_notes_follow_a_renamed_file_and_it_is_no_growth(shop: Project, arguments: tuple[str, ...]) -> None:
    shop.write("shop/controllers.py", "from shop import repositories\n" + "x = 1\n" * 20)
    shop.run("baseline")
    file = shop.root / "archguard-baseline.yaml"
    file.write_text(file.read_text().replace("shop.repositories}", "shop.repositories, owner: ada}"))
    commit(shop)
    git(shop, "mv", "shop/controllers.py", "shop/handlers.py")
    shop.configure((shop.root / "archguard.yaml").read_text().replace("shop.controllers", "shop.handlers"))

    written = shop.run("baseline", *arguments)

    assert written.returncode == 0, written.stderr
    assert "{importer: shop.handlers, imported: shop.repositories, owner: ada}" in file.read_text()


def test_checking_never_writes(shop: Project) -> None:
    shop.run("baseline")
    shop.write("shop/controllers.py", "")
    before = {path: path.read_bytes() for path in shop.root.glob("*.yaml")}

    shop.run("check", "--strict-baseline")

    assert {path: path.read_bytes() for path in shop.root.glob("*.yaml")} == before


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("<<<<<<< HEAD\nversion: 1\n=======\nversion: 1\n>>>>>>> main\n", "is not YAML"),
        ("version: 1\ncontracts:\n  layered:\n    kind: forbidden\n    violations:\n      - {imprter: a}\n", "imprter"),
        ("version: 1\ncontracts: []\n", "contracts"),
        ("version: 2\n", "version"),
        (
            (
                "contracts:\n  layered:\n    kind: forbidden\n    violations:\n"
                "      - {importer: a, imported: b}\n      - {importer: a, imported: b, count: 2}\n"
            ),
            "archguard-baseline.yaml:6:9: error: the same is listed above",
        ),
        ("- 1\n", "archguard-baseline.yaml"),
    ],
)
def test_a_damaged_baseline_is_an_error_with_a_line(shop: Project, damage: str, says: str) -> None:
    shop.write("archguard-baseline.yaml", damage)

    checked = shop.run("check")

    assert checked.returncode == 2
    assert says in checked.stderr
    assert "archguard-baseline.yaml:" in checked.stderr
    assert "Traceback" not in checked.stderr


def test_a_baseline_that_was_named_must_be_there(shop: Project) -> None:
    checked = shop.run("check", "--baseline", "nowhere.yaml")

    assert checked.returncode == 2
    assert "there is no baseline 'nowhere.yaml'" in checked.stderr


def test_cycles_keep_their_direction(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": "import shop.a\n"})
    project.configure("contracts: [{id: round, kind: acyclic, children_of: shop}]\n")

    project.run("baseline")

    written = (project.root / "archguard-baseline.yaml").read_text()
    assert "{importer: shop.a, imported: shop.b}" in written
    assert "{importer: shop.b, imported: shop.a}" in written


_NAMES = st.sampled_from(["shop.a", "shop.b", "shop.c", "shop.\u00e9", "orders::app", "a: b", "#", "true"])


@st.composite
def _reports(draw: st.DrawFn) -> Report:
    found = draw(st.lists(st.tuples(st.sampled_from(["one", "two"]), _NAMES, _NAMES), max_size=12))
    violations = tuple(
        Violation(
            contract=contract,
            kind="forbidden",
            message=f"{importer} must not import {imported}",
            location=Location("shop/a.py", line),
            importer=importer,
            imported=imported,
        )
        for line, (contract, importer, imported) in enumerate(found, 1)
    )
    outcomes = tuple(Outcome(name, "forbidden", "", OutcomeStatus.KEPT, Checked(), 0) for name in ("one", "two"))
    return Report(outcomes=outcomes).with_violations(violations)


@given(_reports())
def test_what_was_written_is_known(report: Report) -> None:
    assert apply_baseline(report, baseline_of(report, Baseline())).passed


@given(_reports(), _reports())
def test_any_violation_that_was_not_written_fails(before: Report, after: Report) -> None:
    known = baseline_of(before, Baseline())

    more = {entry: found.count for entry, found in baseline_of(after, Baseline()).entries.items()}
    less = {entry: found.count for entry, found in known.entries.items()}
    grown = any(count > less.get(entry, 0) for entry, count in more.items())

    assert apply_baseline(after, known).passed is not grown


@given(_reports(), _reports())
def test_pruning_twice_is_pruning_once(before: Report, after: Report) -> None:
    once = prune(baseline_of(before, Baseline()), after, {})

    assert render_baseline(prune(once, after, {})) == render_baseline(once)


def test_what_is_reached_in_the_end_is_followed_when_it_moves(project: Project) -> None:
    git(project, "init", "--quiet", "--initial-branch=main")
    project.write_all({"shop/__init__.py": "", "shop/web.py": "import shop.helpers\n"})
    project.write("shop/helpers.py", "import shop.db\n")
    project.write("shop/db.py", "x = 1\n" * 20)
    rule = "contracts: [{{id: db, kind: forbidden, modules: shop.web, must_not_import: shop.{0}}}]\n"
    project.configure(rule.format("db"))
    project.run("baseline")
    assert "symbol: shop.db" in (project.root / "archguard-baseline.yaml").read_text()
    commit(project)

    git(project, "mv", "shop/db.py", "shop/store.py")
    project.write("shop/helpers.py", "import shop.store\n")
    project.configure(rule.format("store"))

    checked = project.run("check", "--strict-baseline")
    assert checked.returncode == 0, checked.stdout
    assert "1 violation (0 new, 1 known)" in checked.stdout


def test_a_renamed_contract_is_told_with_its_likely_new_name(shop: Project) -> None:
    shop.call("baseline")
    shop.configure((shop.root / "archguard.yaml").read_text().replace("layered", "apart"))

    checked = shop.call("check")

    assert checked.returncode == 1
    assert "the baseline lists 1 violation of 'layered', which is no contract here" in checked.stdout
    assert "if 'apart' is its new name, call it that in the baseline too" in checked.stdout
    file = shop.root / "archguard-baseline.yaml"
    file.write_text(file.read_text().replace("layered", "apart"))
    assert shop.call("check", "--strict-baseline").returncode == 0


def test_a_contract_that_is_gone_is_told_too_and_its_name_is_not_guessed(shop: Project) -> None:
    shop.call("baseline")
    rules = "{id: a, kind: forbidden, modules: shop.controllers, must_not_import: shop.repositories}"
    shop.configure(f"contracts: [{rules}, {rules.replace('id: a', 'id: b')}]\n")

    checked = shop.call("check")

    assert "of 'layered', which is no contract here" in checked.stdout
    assert "new name" not in checked.stdout
    shop.write("shop/controllers.py", "")
    assert shop.call("check").returncode == 0
    assert shop.call("check", "--strict-baseline").returncode == 1
    shop.call("baseline", "--prune")
    assert shop.call("check", "--strict-baseline").returncode == 0


def test_checking_some_contracts_says_nothing_of_the_others(shop: Project) -> None:
    shop.configure(
        (shop.root / "archguard.yaml").read_text() + "  - {id: a, kind: external, modules: shop, deny: os}\n"
    )
    shop.call("baseline")

    assert "no contract here" not in shop.call("check", "--contract", "a").stdout
