"""Each format: what it shows, and that programs which read it can."""

import json
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from drawn import view
from project import Project
from tools import LAYOUT_PROGRAMS, PURE, needs_dot, needs_pure

from archguard.diagrams import FORMATS, format_of, renderer

PAGE = Path(__file__).parents[2] / "docs/reference/diagrams.md"


def text_of(project: Project, format_: str, *asked: str) -> str:
    drawn = renderer(format_)(view(project, *asked))
    assert isinstance(drawn, str)
    return drawn


@pytest.mark.parametrize("format_", ["mermaid", "dot", "d2", "plantuml", "c4", "json"])
def test_the_same_code_gives_the_same_bytes(shop: Project, format_: str) -> None:
    runs = {shop.run("diagram", "--format", format_, PYTHONHASHSEED=seed).stdout for seed in ("1", "2", "3")}

    assert len(runs) == 1


@pytest.mark.usefixtures("drawn_by")
def test_a_picture_shows_names_counts_and_violations(shop: Project) -> None:
    picture = ET.fromstring(text_of(shop, "svg"))  # noqa: S314  # ours

    words = [word.strip() for word in picture.itertext()]
    assert {"shop: components", "controllers", "3 modules", "1 violation", "2"} <= set(words)
    legend = ["imports, and how many", "breaks a contract", "closes a cycle", "for type checkers only"]
    assert [word for word in words if word in legend] == legend


@pytest.mark.usefixtures("drawn_by")
def test_a_picture_is_dark_where_people_want_it_dark(shop: Project) -> None:
    picture = text_of(shop, "svg")

    (dark,) = re.findall(r"<style>@media \(prefers-color-scheme: dark\)\{(.*)\}</style>", picture)
    used = set(re.findall(r'(?:fill|stroke)="(#\w+)"', picture.partition("</style>")[2]))
    assert all(f'[fill="{colour}"]' in dark for colour in used & {"#ffffff", "#0f172a", "#dbeafe"})
    assert {"#ffffff", "#0f172a", "#dbeafe"} <= used


@pytest.mark.usefixtures("drawn_by")
def test_a_png_is_twice_as_fine_as_a_screen(shop: Project) -> None:
    drawn = renderer("png")(view(shop))

    assert isinstance(drawn, bytes)
    assert drawn.startswith(b"\x89PNG")
    width = ET.fromstring(text_of(shop, "svg")).attrib["width"].removesuffix("pt")  # noqa: S314  # ours
    assert int.from_bytes(drawn[16:20]) == pytest.approx(int(width) * 192 / 72, abs=3)


@needs_dot
def test_dot_draws_pdf(shop: Project) -> None:
    drawn = renderer("pdf")(view(shop))

    assert isinstance(drawn, bytes)
    assert drawn.startswith(b"%PDF")


@needs_pure
def test_graphviz_pure_knows_how_wide_text_is(shop: Project) -> None:
    run = subprocess.run([str(PURE), "-Tsvg"], input=text_of(shop, "dot"), capture_output=True, text=True, check=True)

    assert "metrics" not in run.stderr  # "no hard-coded metrics for ..., falling back to Times": text would not fit
    assert 'font-family="Arial"' in run.stdout


def test_a_picture_names_a_font_for_those_who_lack_the_first_one(shop: Project, drawn_by: str) -> None:
    fonts = set(re.findall(r'font-family="([^"]*)"', text_of(shop, "svg")))

    assert fonts == {"Helvetica,Arial,sans-serif"}, drawn_by


def _heights(program: str, text: str) -> dict[str, float]:
    """How high each node lies."""
    plain = subprocess.run([program, "-Tplain"], input=text, capture_output=True, text=True, check=True)
    nodes = [line.split() for line in plain.stdout.splitlines() if line.startswith("node")]
    return {name.strip('"'): float(y) for _, name, _, y, *_ in nodes}


@pytest.mark.parametrize("program", LAYOUT_PROGRAMS)
def test_layers_lie_below_each_other(shop: Project, program: str) -> None:
    heights = _heights(program, text_of(shop, "dot"))

    assert heights["controllers"] > heights["services"] > heights["repositories"]


@pytest.mark.parametrize("program", LAYOUT_PROGRAMS)
def test_siblings_of_a_layer_lie_beside_each_other(shop: Project, program: str) -> None:
    shop.configure("contracts: [{id: own, kind: layers, layers: ['shop.services | shop.models', shop.repositories]}]")

    heights = _heights(program, text_of(shop, "dot"))

    assert heights["shop.services"] == heights["shop.models"] > heights["shop.repositories"]


def test_dot_shows_weight_cycles_types_and_violations(shop: Project) -> None:
    arrows = [line for line in text_of(shop, "dot").splitlines() if "label=" in line and "->" in line]

    one, there, back, types = (
        next(line for line in arrows if line.lstrip().startswith(start) and ("dir=" in line) == turned)
        for start, turned in [
            ("controllers -> services", False),
            ("services -> repositories", False),
            ("services -> repositories", True),
            ('services -> "shop.models"', False),
        ]
    )
    assert "penwidth=1.3" in one
    assert "style=solid" in there
    assert 'color="#dc2626"' in back
    assert "style=dashed" in back
    assert "style=dotted" in types


def test_channels_are_told_apart(services: Project) -> None:
    arrows = [line for line in text_of(services, "dot").splitlines() if "orders -> payments" in line]

    assert len({re.search(r'color="(#\w+)"', line)[1] for line in arrows}) == 3  # type: ignore[index]
    assert len({re.search(r"arrowhead=(\w+)", line)[1] for line in arrows}) == 3  # type: ignore[index]
    assert [re.search("HTTP|QUEUE|TABLE", line)[0] for line in arrows] == ["HTTP", "QUEUE", "TABLE"]  # type: ignore[index]


def test_mermaid_is_a_flowchart(services: Project) -> None:
    text = text_of(services, "mermaid")

    title = "orders, payments: services (red: breaks a contract; blue: HTTP; orange: queue)"
    assert text.startswith(f'---\ntitle: "{title}"\n---\nflowchart TB\n')
    assert '  n2("<b>orders</b><br><small>2 modules</small>")' in text
    assert "  n2 -->|HTTP 1| n3" in text
    assert "stroke:#dc2626" in text


def test_d2_puts_nodes_into_their_frames(shop: Project) -> None:
    text = text_of(shop, "d2", "cycles")

    assert re.search(r"^n1 -> n2: \"1\"|^g1\.n1 -> g1\.n2: \"1\"", text, re.MULTILINE)


def test_plantuml_is_a_component_diagram(shop: Project) -> None:
    lines = text_of(shop, "plantuml").splitlines()

    assert (lines[0], lines[-1]) == ("@startuml", "@enduml")
    assert 'component "<b>controllers</b>\\n2 modules" as n1 #dbeafe;line:60a5fa;text:0f172a' in lines
    assert "n2 -[#dc2626,dashed,thickness=1.0]-> n3 : 1" in lines


def test_c4_says_what_components_do(shop: Project) -> None:
    lines = text_of(shop, "c4").splitlines()

    assert 'Component(n1, "controllers", "2 modules", "what the shop answers with")' in lines
    assert 'Rel(n2, n3, "imports", "1", $tags="broken+cycle")' in lines


def test_c4_has_services_as_containers(services: Project) -> None:
    lines = text_of(services, "c4").splitlines()

    assert 'Container(n2, "orders", "2 modules", "")' in lines
    assert 'Rel(n2, n3, "calls", "HTTP 1")' in lines


def test_json_has_the_fields_that_its_page_lists(shop: Project) -> None:
    data = json.loads(text_of(shop, "json"))
    rows = re.findall(r"^\| `(?P<of>\w+)\[\]` \| (?P<fields>.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    listed = {of: re.findall(r"`(\w+)(?:\[\])?`", re.sub(r"\([^)]*\)", "", fields)) for of, fields in rows}
    found = {
        "groups": data["groups"][0],
        "nodes": data["nodes"][0],
        "arrows": data["arrows"][0],
        "lines": data["arrows"][0]["lines"][0],
        "violations": next(it["violations"][0] for it in data["arrows"] if it["violations"]),
    }
    assert {of: list(item) for of, item in found.items()} == {of: listed[of] for of in found}
    assert list(data) == ["version", "title", "description", "notes", "groups", "nodes", "arrows"]
    assert data["version"] == 1


@pytest.mark.parametrize("format_", FORMATS)
def test_the_ends_of_files_say_the_format(format_: str) -> None:
    assert all(format_of(Path(f"a.b{end}")) == format_ for end in FORMATS[format_])
    assert f"| `{format_}` |" in PAGE.read_text(encoding="utf-8")
