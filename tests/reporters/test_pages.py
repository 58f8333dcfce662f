from pathlib import Path

from archguard import reporters
from archguard.model import Report

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_has_a_section_for_each_format() -> None:
    page = (DOCS / "reference" / "formats.md").read_text(encoding="utf-8")

    sections = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    assert sections == [*reporters.BUILT_IN, "Metrics and trend as JSON", "Formats of your own"]


def test_the_example_of_a_format_works(report: Report) -> None:
    page = (DOCS / "reference" / "formats.md").read_text(encoding="utf-8")
    example = page.partition("```python\n")[2].partition("```")[0]

    names: dict[str, reporters.Reporter] = {}
    exec(example, names)  # noqa: S102 -- the example is ours

    assert names["render"](report) == "3"
