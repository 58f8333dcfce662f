"""A baseline beside the cases by which ArchUnit and dependency-cruiser specify theirs, told anew for archguard.

ArchUnit's `FreezingArchRule` has 24 cases, its line matcher 12 rows, and the softening of known violations in
dependency-cruiser 15. Where archguard decides otherwise, a test says so:

- a check never writes, so nothing freezes or thaws by itself; `archguard baseline` and `--prune` do it;
- what counts as the same is fixed (names and counts), so there is no matcher to plug in, and none to get wrong;
- a known violation keeps its severity and just does not fail, so there is no level to soften it to.
"""

import json
from dataclasses import dataclass

import pytest
from project import Project

from archguard.history import Baseline, apply_baseline, baseline_of
from archguard.model import Report

RULE = """\
contracts:
  - id: layered
    kind: forbidden
    modules: shop.web
    must_not_import: shop.db
"""
FILES = {"shop/__init__.py": "", "shop/db/__init__.py": "", "shop/db/orders.py": "", "shop/db/users.py": ""}


@pytest.fixture
def shop(project: Project) -> Project:
    """Web pages that import the database once."""
    project.write_all({**FILES, "shop/web.py": "import shop.db.orders\n"})
    project.configure(RULE)
    return project


def _statuses(project: Project, *arguments: str) -> list[tuple[str, str]]:
    report = json.loads(project.call("check", "--format", "json", *arguments).stdout)
    return [(it["imported"], it["status"]) for it in report["violations"]]


class TestFreezing:
    """What ArchUnit's FreezingArchRule is held to."""

    def test_a_known_violation_reads_as_it_did_before(self, shop: Project) -> None:
        before = shop.check().violations[0]

        known = apply_baseline(shop.check(), baseline_of(shop.check(), Baseline())).violations[0]

        assert (known.message, known.location, known.fix) == (before.message, before.location, before.fix)

    def test_the_report_says_how_many_are_known(self, shop: Project) -> None:
        shop.call("baseline")

        assert "1 violation (0 new, 1 known)" in shop.call("check").stdout

    @pytest.mark.parametrize("words", ["reason: Pages show, they do not ask.", "severity: warning"])
    def test_a_contract_may_be_reworded(self, shop: Project, words: str) -> None:
        shop.call("baseline")

        shop.configure(f"{RULE}    {words}\n")

        assert _statuses(shop) == [("shop.db.orders", "known")]

    def test_a_contract_that_is_called_otherwise_is_another_contract(self, shop: Project) -> None:
        shop.call("baseline")

        shop.configure(RULE.replace("layered", "pages"))

        assert _statuses(shop) == [("shop.db.orders", "new")]

    def test_the_reason_is_told_for_what_is_new_beside_what_is_known(self, shop: Project) -> None:
        shop.configure(f"{RULE}    reason: Pages show, they do not ask.\n")
        shop.call("baseline")

        shop.write("shop/web.py", "import shop.db.orders\nimport shop.db.users\n")

        assert "Pages show, they do not ask." in shop.call("check").stdout

    def test_the_first_baseline_takes_all_there_is(self, shop: Project) -> None:
        shop.write("shop/web.py", "import shop.db.orders\nimport shop.db.users\n")

        written = shop.call("baseline")

        assert "2 violations known" in written.stderr
        assert shop.call("check").returncode == 0

    def test_the_first_check_does_not_write_a_baseline(self, shop: Project) -> None:
        assert shop.call("check").returncode == 1

        assert not (shop.root / "archguard-baseline.yaml").exists()
        assert shop.call("check").returncode == 1

    def test_checking_again_and_again_passes(self, shop: Project) -> None:
        shop.call("baseline")

        assert [shop.call("check").returncode for _ in range(3)] == [0, 0, 0]

    def test_only_what_was_added_fails(self, shop: Project) -> None:
        shop.call("baseline")

        shop.write("shop/web.py", "import shop.db.orders\nimport shop.db.users\n")

        assert _statuses(shop) == [("shop.db.orders", "known"), ("shop.db.users", "new")]
        assert shop.call("check").returncode == 1

    def test_what_is_known_can_be_written_anew_where_that_is_allowed(self, shop: Project) -> None:
        shop.call("baseline")
        shop.write("shop/web.py", "import shop.db.users\n")

        assert shop.call("baseline").returncode == 2
        assert shop.call("baseline", "--allow-growth").returncode == 0

        assert _statuses(shop) == [("shop.db.users", "known")]

    def test_of_two_in_one_statement_only_the_new_one_is_reported_as_new(self, shop: Project) -> None:
        shop.call("baseline")

        shop.write("shop/web.py", "import shop.db.orders, shop.db.users\n")

        assert _statuses(shop) == [("shop.db.orders", "known"), ("shop.db.users", "new")]

    def test_what_has_gone_is_told_and_is_allowed_until_somebody_prunes(self, shop: Project) -> None:
        shop.call("baseline")
        shop.write("shop/web.py", "")

        told = shop.call("check")
        pruned = shop.call("baseline", "--prune")
        shop.write("shop/web.py", "import shop.db.orders\n")

        assert told.returncode == 0
        assert "the baseline lists shop.web -> shop.db.orders of layered, which is fixed" in told.stdout
        assert pruned.returncode == 0
        assert _statuses(shop) == [("shop.db.orders", "new")]

    def test_the_same_violation_more_often_is_new(self, shop: Project) -> None:
        shop.call("baseline")

        shop.write("shop/web.py", "import shop.db.orders\nfrom shop.db import orders\n")

        assert _statuses(shop) == [("shop.db.orders", "known"), ("shop.db.orders", "new")]

    def test_the_same_violation_less_often_leaves_no_room_after_pruning(self, shop: Project) -> None:
        shop.write("shop/web.py", "import shop.db.orders\nfrom shop.db import orders\n")
        shop.call("baseline")
        shop.write("shop/web.py", "import shop.db.orders\n")
        shop.call("baseline", "--prune")

        shop.write("shop/web.py", "import shop.db.orders\nfrom shop.db import orders\n")

        assert [status for _, status in _statuses(shop)] == ["known", "new"]

    def test_the_file_is_in_the_usual_place_or_where_it_is_said_to_be(self, shop: Project) -> None:
        shop.call("baseline", "--baseline", "known.yaml")

        assert not (shop.root / "archguard-baseline.yaml").exists()
        assert shop.call("check").returncode == 1
        assert shop.call("check", "--baseline", "known.yaml").returncode == 0

    def test_the_file_may_have_any_name_in_any_folder(self, shop: Project) -> None:
        (shop.root / "quality").mkdir()

        shop.call("baseline", "--baseline", "quality/debt-2024.yaml")

        assert shop.call("check", "--baseline", "quality/debt-2024.yaml").returncode == 0

    def test_a_folder_is_no_baseline(self, shop: Project) -> None:
        (shop.root / "archguard-baseline.yaml").mkdir()

        checked = shop.call("check")

        assert checked.returncode == 2
        assert "archguard-baseline.yaml" in checked.stderr

    def test_pruning_needs_something_to_prune(self, shop: Project) -> None:
        pruned = shop.call("baseline", "--prune")

        assert pruned.returncode == 2
        assert "there is no baseline to prune" in pruned.stderr
        assert not (shop.root / "archguard-baseline.yaml").exists()

    def test_pruning_is_possible_where_growth_is_not(self, shop: Project) -> None:
        shop.call("baseline")
        shop.write("shop/web.py", "import shop.db.users\n")

        assert shop.call("baseline").returncode == 2
        assert shop.call("baseline", "--prune").returncode == 0

        assert _statuses(shop) == [("shop.db.users", "new")]

    def test_a_contract_that_comes_later_starts_with_nothing_known(self, shop: Project) -> None:
        shop.call("baseline")

        shop.configure(RULE + RULE.replace("contracts:\n", "").replace("layered", "later"))

        assert _statuses(shop) == [("shop.db.orders", "new"), ("shop.db.orders", "known")]
        assert "would grow by 1" in shop.call("baseline").stderr

    def test_a_check_leaves_the_file_as_it_is_even_where_less_is_left(self, shop: Project) -> None:
        shop.call("baseline")
        before = (shop.root / "archguard-baseline.yaml").read_bytes()
        shop.write("shop/web.py", "")

        shop.call("check", "--strict-baseline")

        assert (shop.root / "archguard-baseline.yaml").read_bytes() == before

    def test_what_is_ignored_is_not_written(self, shop: Project) -> None:
        shop.configure(f"{RULE}    ignore: [{{import: shop.web -> shop.db.users, reason: SHOP-1}}]\n")
        line = "import shop.db  # archguard: ignore[layered] SHOP-2\n"
        shop.write("shop/web.py", f"import shop.db.orders\nimport shop.db.users\n{line}")

        shop.call("baseline")

        written = (shop.root / "archguard-baseline.yaml").read_text()
        assert "shop.db.orders" in written
        assert written.count("importer:") == 1


@dataclass(frozen=True)
class Row:
    """Two states of a file."""

    before: str
    after: str
    statuses: tuple[str, ...]


SAME, OTHER = ("known",), ("new",)
ROWS = {
    "nothing is nothing": Row("", "", ()),
    "the same is the same": Row("import shop.db.orders", "import shop.db.orders", SAME),
    "a name that only begins the same is another": Row("import shop.db.orders", "import shop.db.orders2", OTHER),
    "the line does not matter": Row("import shop.db.orders", "\n\nx = 1\nimport shop.db.orders", SAME),
    "a number in a name matters": Row("import shop.db.v1", "import shop.db.v2", OTHER),
    "a package is not what is in it": Row("import shop.db.orders", "import shop.db", OTHER),
    "the function around it does not matter": Row(
        "def one():\n    import shop.db.orders", "class A:\n    def two_3(self):\n        import shop.db.orders", SAME
    ),
    "another module is another": Row("import shop.db.orders", "import shop.db.users", OTHER),
    "what was one may become two others": Row(
        "import shop.db.orders", "import shop.db.users\nimport shop.db.v1", ("new", "new")
    ),
    "the local name does not matter": Row("import shop.db.orders as one", "import shop.db.orders as two", SAME),
    "the way of importing does not matter": Row("import shop.db.orders", "from .db import orders", SAME),
    "one that goes makes room for one that comes": Row(  # a limit of counting: they cannot be told apart
        "import shop.db.orders\ndef ask(): ...", "def ask():\n    import shop.db.orders", SAME
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_names_tell_violations_apart_and_nothing_else_does(shop: Project, row: Row) -> None:
    shop.write_all({"shop/db/orders2.py": "", "shop/db/v1.py": "", "shop/db/v2.py": ""})
    shop.write("shop/web.py", row.before + "\n")
    shop.call("baseline")

    shop.write("shop/web.py", row.after + "\n")

    assert tuple(status for _, status in _statuses(shop)) == row.statuses


class TestKnownViolations:
    """What dependency-cruiser's softening of known violations is held to."""

    def test_nothing_known_of_nothing_is_nothing(self) -> None:
        assert apply_baseline(Report(outcomes=()), Baseline()).violations == ()

    def test_code_that_keeps_its_contracts_is_left_alone(self, shop: Project) -> None:
        shop.call("baseline")
        shop.write("shop/web.py", "import json\n")

        assert _statuses(shop) == []

    def test_what_nobody_knows_is_left_alone(self, shop: Project) -> None:
        shop.write("archguard-baseline.yaml", "version: 1\ncontracts: {}\n")

        assert _statuses(shop) == [("shop.db.orders", "new")]

    def test_the_same_import_is_not_known_to_another_contract(self, shop: Project) -> None:
        shop.call("baseline")
        written = (shop.root / "archguard-baseline.yaml").read_text()

        shop.write("archguard-baseline.yaml", written.replace("layered:", "other:"))

        assert _statuses(shop) == [("shop.db.orders", "new")]

    def test_another_import_is_not_known_to_the_same_contract(self, shop: Project) -> None:
        shop.call("baseline")
        written = (shop.root / "archguard-baseline.yaml").read_text()

        shop.write("archguard-baseline.yaml", written.replace("shop.db.orders", "shop.db.users"))

        assert _statuses(shop) == [("shop.db.orders", "new")]

    def test_a_known_one_keeps_its_severity_and_does_not_fail(self, shop: Project) -> None:
        shop.call("baseline")

        report = json.loads(shop.call("check", "--format", "json").stdout)

        assert [(it["severity"], it["status"]) for it in report["violations"]] == [("error", "known")]
        assert report["summary"]["new"] == 0

    def test_what_is_reached_over_others_is_known_by_both_ends(self, shop: Project) -> None:
        shop.write_all({"shop/web.py": "import shop.service\n", "shop/service.py": "import shop.db.orders\n"})
        shop.call("baseline")
        before = [status for _, status in _statuses(shop)]

        shop.write("shop/service.py", "x = 1\n\nfrom shop.db import orders\n")

        assert set(before) == {"known"}
        assert [status for _, status in _statuses(shop)] == before

    def test_what_fits_a_limit_no_more_is_known_while_the_unit_is_the_same(self, project: Project) -> None:
        project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b, shop.c\n"})
        project.write_all({"shop/b.py": "", "shop/c.py": ""})
        project.configure(
            "contracts: [{id: calm, kind: metrics, modules: [shop.a, shop.b, shop.c], max: {efferent: 1}}]\n"
        )
        fails = project.call("check").returncode
        project.call("baseline")

        project.write("shop/a.py", "import shop.c\nimport shop.b\n")

        assert fails == 1
        assert project.call("check").returncode == 0

    def test_a_cycle_is_known_wherever_it_is_entered(self, project: Project) -> None:
        ring = {"a": "b", "b": "c", "c": "a"}
        project.write("shop/__init__.py")
        project.write_all({f"shop/{name}.py": f"import shop.{other}\n" for name, other in ring.items()})
        project.configure("contracts: [{id: round, kind: acyclic, children_of: shop}]\n")
        project.call("baseline")

        project.write("shop/main.py", "import shop.b\n")

        assert {status for _, status in _statuses(project)} == {"known"}

    def test_a_cycle_the_other_way_round_is_new(self, project: Project) -> None:
        project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": "import shop.c\n"})
        project.write("shop/c.py", "import shop.a\n")
        project.configure("contracts: [{id: round, kind: acyclic, children_of: shop}]\n")
        project.call("baseline")

        project.write_all({"shop/a.py": "import shop.c\n", "shop/c.py": "import shop.b\n"})
        project.write("shop/b.py", "import shop.a\n")

        assert {status for _, status in _statuses(project)} == {"new"}

    def test_a_module_that_imports_itself_breaks_nothing(self, project: Project) -> None:
        project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.a\n", "shop/b.py": ""})
        project.configure("contracts: [{id: round, kind: acyclic, children_of: shop}]\n")

        assert _statuses(project) == []
