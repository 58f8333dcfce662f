from xml.etree import ElementTree as ET

from archguard.model import Report
from archguard.reporters import checkstyle


def parsed(report: Report) -> ET.Element:
    return ET.fromstring(checkstyle.render(report).encode())  # noqa: S314 -- archguard wrote it


def test_findings_stand_file_by_file_in_the_order_of_their_lines(report: Report) -> None:
    files = {file.get("name"): [error.get("line") for error in file] for file in parsed(report)}

    assert files == {".": ["1"], "shop/api.py": ["4", "19", "19"], "shop/broken.py": ["3"], "shop/models.py": ["2"]}


def test_an_error_holds_the_whole_message_and_names_its_contract(report: Report) -> None:
    (error,) = parsed(report).findall("file[@name='shop/models.py']/error")

    assert error.get("source") == "archguard.layered"
    assert error.get("severity") == "error"
    assert str(error.get("message")).splitlines()[1:3] == [
        "shop.models -> shop.helpers (shop/models.py:2)",
        "shop.helpers -> shop.services (shop/helpers.py:7)",
    ]


def test_known_violations_are_not_listed(nasty: Report) -> None:
    assert len(list(parsed(nasty).iter("error"))) == len(nasty.problems) + 1


def test_text_of_users_survives_as_text(nasty: Report) -> None:
    error = next(parsed(nasty).iter("error"))

    assert "<b>&amp;\"' ]]>" in str(error.get("message"))
    assert "😀 100% \\" in str(error.get("message"))
