"""`# archguard: ignore[contract] reason`, on a line or above it."""

import pytest
from project import Project


@pytest.fixture
def noted(shop: Project) -> "Noted":
    return Noted(shop)


class Noted:
    """The shop with another text for its controllers."""

    def __init__(self, shop: Project) -> None:
        self.shop = shop

    def check(self, text: str) -> tuple[int, list[str], int]:
        """How many violations are left, the codes of the problems, and how many violations were suppressed."""
        self.shop.write("shop/controllers.py", text)
        report = self.shop.check()
        return len(report.violations), [problem.code for problem in report.problems], report.summary.suppressed


def test_a_comment_on_the_line_covers_it(noted: Noted) -> None:
    assert noted.check("from shop import repositories  # archguard: ignore[layered] SHOP-1\n") == (0, [], 1)


def test_a_comment_above_covers_the_next_line_of_code(noted: Noted) -> None:
    text = "# archguard: ignore[layered] SHOP-1\n# and more words\n\nfrom shop import repositories\n"

    assert noted.check(text) == (0, [], 1)


def test_a_comment_inside_of_a_statement_covers_the_statement(noted: Noted) -> None:
    text = "from shop import (\n    repositories,  # archguard: ignore[layered] SHOP-1\n)\n"

    assert noted.check(text) == (0, [], 1)


def test_one_comment_may_name_several_contracts(noted: Noted) -> None:
    config = noted.shop.root / "archguard.yaml"
    config.write_text(
        config.read_text() + "  - {id: two, kind: protected, modules: shop.repositories, interface: [.api]}\n"
    )

    assert noted.check("from shop import repositories  # archguard: ignore[layered, two] SHOP-1\n") == (0, [], 2)


def test_without_a_reason_it_covers_nothing(noted: Noted) -> None:
    assert noted.check("from shop import repositories  # archguard: ignore[layered]\n") == (1, ["suppression"], 0)


def test_without_a_contract_it_covers_nothing(noted: Noted) -> None:
    assert noted.check("from shop import repositories  # archguard: ignore because\n") == (1, ["suppression"], 0)


def test_an_unknown_contract_is_an_error_with_a_hint(noted: Noted) -> None:
    noted.check("from shop import repositories  # archguard: ignore[layerd] SHOP-1\n")

    checked = noted.shop.run("check")

    assert checked.returncode == 2
    assert "shop/controllers.py:1:32: error: there is no contract 'layerd' to ignore" in checked.stdout
    assert "did you mean 'layered'?" in checked.stdout


def test_one_that_covers_nothing_is_reported(noted: Noted) -> None:
    assert noted.check("import os  # archguard: ignore[layered] SHOP-1\n") == (0, ["unused-ignore"], 0)


def test_one_for_a_contract_that_is_not_checked_is_not_called_unused(noted: Noted) -> None:
    config = noted.shop.root / "archguard.yaml"
    config.write_text(config.read_text() + "  - {id: two, kind: acyclic, children_of: shop}\n")
    noted.shop.write("shop/controllers.py", "import os  # archguard: ignore[layered] SHOP-1\n")

    assert not noted.shop.check("two").problems


def test_a_string_is_no_comment(noted: Noted) -> None:
    text = "x = '# archguard: ignore[layered] SHOP-1'; from shop import repositories\n"

    assert noted.check(text) == (1, [], 0)


def test_a_comment_on_another_line_covers_nothing(noted: Noted) -> None:
    text = "from shop import repositories\nimport os  # archguard: ignore[layered] SHOP-1\n"

    assert noted.check(text) == (1, ["unused-ignore"], 0)


def test_a_placeholder_is_no_reason(noted: Noted) -> None:
    left = "from shop import repositories  # archguard: ignore[layered] <reason>\n"
    filled = "from shop import repositories  # archguard: ignore[layered] <reason> is SHOP-1\n"

    assert noted.check(left) == (1, ["suppression"], 0)
    assert noted.check(filled) == (0, [], 1)
