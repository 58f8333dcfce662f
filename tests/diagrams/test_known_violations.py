"""What the baseline lists is drawn apart from what is new, in every format, with a legend."""

import json
import re

import pytest
from drawn import arrow, view
from project import Project

from archguard.checking import check
from archguard.diagrams import Arrow, View, renderer, style
from archguard.diagrams.labels import label
from archguard.history import with_baseline
from archguard.inspection.diagram_request import draw

COLOURED = ["dot", "mermaid", "plantuml", "d2", "c4"]


def judged(project: Project) -> View:
    """The view by the report that the command takes: with the baseline, if there is one."""
    config, codebase = project.config(), project.codebase()
    return draw(config, codebase, with_baseline(check(config, codebase=codebase), config, codebase, None))


@pytest.fixture
def accepted(shop: Project) -> Project:
    """The shop with all of its violations in the baseline, and no new ones."""
    shop.call("baseline")
    return shop


def colours(text: str) -> set[str]:
    return {colour for colour in (style.RED, style.KNOWN) if colour.removeprefix("#") in text.lower()}


@pytest.mark.parametrize("format_", COLOURED)
def test_without_a_baseline_everything_is_new(shop: Project, format_: str) -> None:
    text = str(renderer(format_)(judged(shop)))

    assert style.RED in text
    assert "known violation" not in text


@pytest.mark.parametrize("format_", [it for it in COLOURED if it != "c4"])
def test_known_violations_have_a_colour_of_their_own(accepted: Project, format_: str) -> None:
    text = str(renderer(format_)(judged(accepted)))

    assert colours(text) == {style.KNOWN}
    assert "known violation, in the baseline" in text


def test_c4_tags_known_violations(accepted: Project) -> None:
    text = str(renderer("c4")(judged(accepted)))

    assert '$tags="known+cycle"' in text
    assert '$tags="broken' not in text


@pytest.mark.parametrize("format_", COLOURED)
def test_what_is_new_beside_what_is_known_is_red(accepted: Project, format_: str) -> None:
    accepted.write("shop/services/prices.py", "from shop.controllers import orders\n")

    text = str(renderer(format_)(judged(accepted)))

    assert colours(text) == {style.RED, style.KNOWN}
    assert "breaks a contract" in text
    assert "known violation" in text


def test_an_arrow_with_both_is_red_and_counts_both(accepted: Project) -> None:
    accepted.write("shop/repositories/users.py", "from shop.services import prices\nfrom shop.models import item\n")

    drawn = judged(accepted)

    found = arrow(drawn, "repositories", "services")
    assert (found.count, found.broken, found.known, found.is_known) == (2, 2, 1, False)


@pytest.mark.parametrize(
    ("broken", "known", "says"),
    [(0, 0, "9"), (3, 0, "3 of 9"), (3, 3, "3 of 9"), (3, 1, "2 + 1 known of 9"), (9, 0, "9"), (9, 1, "9")],
)
def test_a_number_on_an_arrow_tells_known_from_new_where_there_are_both(broken: int, known: int, says: str) -> None:
    assert label(Arrow(source="a", target="b", count=9, broken=broken, known=known, lines=())) == says


def test_json_counts_known_violations(accepted: Project) -> None:
    data = json.loads(str(renderer("json")(judged(accepted))))

    (found,) = [it for it in data["arrows"] if it["violations"]]
    assert (found["broken"], found["known"]) == (1, 1)


def test_nodes_tell_known_violations_from_new_ones(accepted: Project) -> None:
    assert "2 known violations" in str(renderer("mermaid")(judged(accepted)))
    assert "2 violations" in str(renderer("mermaid")(view(accepted)))  # by a report without the baseline


@pytest.mark.usefixtures("drawn_by")
def test_a_picture_has_a_sample_of_each_look_in_its_legend(accepted: Project) -> None:
    picture = str(renderer("svg")(judged(accepted)))

    samples = re.findall(r'fill="(#\w+)"[^>]*>(?:\N{EM DASH}|&#8212;|&#45; &#45; &#45;|- - -)<', picture)
    assert samples[:2] == [style.ARROW, style.KNOWN]
