"""`diagram`: what its reference page does not show."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project import Project, broken

from archguard.kinds.diagram_parsers import DrawingError, ParsedDiagram, read_drawing

MERMAID = {
    "an arrow": ("a --> b", "a>b"),
    "a chain": ("a --> b --> c", "a>b b>c"),
    "several at once": ("a & b --> c & d", "a>c a>d b>c b>d"),
    "a long arrow": ("a -----> b", "a>b"),
    "a dotted arrow": ("a -.-> b", "a>b"),
    "a long dotted arrow": ("a -...-> b", "a>b"),
    "a thick arrow": ("a ==> b", "a>b"),
    "a circle and a cross": ("a --o b\nb --x c", "a>b b>c"),
    "both ways": ("a <--> b", "a>b b>a"),
    "both ways with circles": ("a o--o b", "a>b b>a"),
    "no spaces": ("a-->b", "a>b"),
    "a label between bars": ("a -->|uses, or so| b", "a>b"),
    "a label in the line": ("a -- uses --> b", "a>b"),
    "a label in a thick line": ("a == uses ==> b", "a>b"),
    "a label in a dotted line": ("a -. uses .-> b", "a>b"),
    "a label with an arrow in quotes": ('a -->|"b --> c"| d', "a>d"),
    "an arrow with a name": ("a e1@--> b", "a>b"),
    "an invisible line": ("a ~~~ b", ""),
    "an arrow at itself": ("a --> a", ""),
    "several on a line": ("a --> b; b --> c;", "a>b b>c"),
    "a comment": ("%% a --> c\na --> b %% b --> c", "a>b"),
    "classes and styles": (
        "classDef x fill:#f9f\na:::x --> b\nclass a,b x\nstyle a fill:#bbb\nlinkStyle 0 stroke:#f00",
        "a>b",
    ),
    "clicks": ('a --> b\nclick a "https://example.com" _blank', "a>b"),
    "titles for screen readers": ("accTitle: a --> c\naccDescr {\n  a --> d\n}\na --> b", "a>b"),
    "names that are words of the language": ("style --> click", "style>click"),
    "a hyphen in a name": ("a-1 --> b-2", "a-1>b-2"),
    "dots in names": ("shop.a --> shop.b", "shop.a>shop.b"),
    "a subgraph": ("subgraph x\n  direction LR\n  a\n  b\nend\nx --> c", "a>c b>c"),
    "subgraphs in subgraphs": ("subgraph x\nsubgraph y [Why]\na\nend\nb\nend\nc --> x", "c>a c>b"),
    "an empty subgraph": ("subgraph x\nend\nx --> c", "x>c"),
    "a box that is named before its subgraph": ("x --> c\nsubgraph x\na\nend", "a>c"),
}

SHAPES = {
    "a[Label]": "Label",
    'a["Label"]': "Label",
    'a["Label (old) [x]"]': "Label (old) [x]",
    "a(Label)": "Label",
    "a([Label])": "Label",
    "a[[Label]]": "Label",
    "a[(Label)]": "Label",
    "a((Label))": "Label",
    "a(((Label)))": "Label",
    "a{Label}": "Label",
    "a{{Label}}": "Label",
    "a[/Label/]": "Label",
    "a[\\Label/]": "Label",
    "a>Label]": "Label",
    'a@{ shape: cyl, label: "Label" }': "Label",
    "a@{ shape: cyl }": "a",
    'a["`Label`"]': "Label",
    'a["Two<br/>lines"]': "Two lines",
    'a["Two\n  lines"]': "Two lines",
    'a["#quot;A#quot; #35;1"]': '"A" #1',
}

PLANTUML = {
    "an arrow": ("[a] --> [b]", "a>b"),
    "names alone": ("a --> b", "a>b"),
    "backwards": ("a <-- b", "b>a"),
    "both ways": ("a <--> b", "a>b b>a"),
    "dotted": ("a ..> b", "a>b"),
    "no spaces": ("a..>b", "a>b"),
    "short": ("a -> b", "a>b"),
    "with a direction": ("a -left-> b\nb -d-> c", "a>b b>c"),
    "with a colour": ("a -[#red,dashed]-> b", "a>b"),
    "a triangle": ("a --|> b\na <|.. c", "a>b c>a"),
    "with a label": ("a --> b : uses --> c", "a>b"),
    "with numbers": ('a "1" --> "many" b', "a>b"),
    "an alias": ('component "A thing" as a\na --> b', "a>b"),
    "an alias the other way round": ('component a as "A thing"\na --> b', "a>b"),
    "a label for an alias": ("[A thing] as a\n[A thing] --> b", "a>b"),
    "an interface": ('() "Asking" as a\na --> b', "a>b"),
    "other shapes": ("database a\nqueue b #LightBlue\n:Customer: as c\nc --> a\na --> b", "c>a a>b"),
    "a package": ('package "All" as all {\n[a]\n[b]\n}\nall --> c', "a>c b>c"),
    "packages in packages": ("package x {\nnode y {\n[a]\n}\n[b]\n}\nc --> x", "c>a c>b"),
    "comments": ("' a --> c\n/' a --> d\n'/\na --> b", "a>b"),
    "looks": (
        "skinparam component {\n  Style uml2\n}\ntitle a --> c\nhide stereotype\nleft to right direction\na --> b",
        "a>b",
    ),
    "notes": ("a --> b\nnote left of a : a --> c\nnote right of b\n a --> d\nend note", "a>b"),
    "marks": ("@startuml name\na --> b\n@enduml", "a>b"),
    "a longer description": ("component a [\n a --> c\n]\na --> b", "a>b"),
}

WRONG = [
    ("x.mmd", "sequenceDiagram\n  a->>b: hello\n", 1, 1, "is no flowchart"),
    ("x.mmd", "flowchart TD\n  a --- b\n", 2, 5, "a line without a head does not say who imports whom"),
    ("x.mmd", "flowchart TD\n  a --> b c\n", 2, 11, "an arrow, or the end of the line, should stand here"),
    ("x.mmd", "flowchart TD\n  a --> \n", 2, 9, "a box should stand here"),
    ("x.mmd", "flowchart TD\n  a[b --> c\n", 2, 4, "an arrow, or the end of the line, should stand here"),
    ("x.mmd", "flowchart TD\n  subgraph x\n  a --> b\n", 2, 3, "the subgraph x has no `end`"),
    ("x.mmd", "flowchart TD\n  a --> b\n  end\n", 3, 3, "there is no subgraph to end"),
    ("x.mmd", "\n\nflowchart TD\n  ((a)) --> b\n", 4, 3, "a box should stand here"),
    ("x.puml", "@startuml\na -- b\n", 2, 3, "a line without a head does not say who imports whom"),
    ("x.puml", "!include other.puml\na --> b\n", 1, 1, "a component should stand here"),
    ("x.puml", "package x {\na --> b\n", 1, 1, "x is not closed with }"),
    ("x.puml", "a --> b\n}\n", 2, 1, "there is nothing to close"),
    ("x.puml", "a --> b then c\n", 1, 9, "an arrow, or the end of the line, should stand here"),
    (
        "x.puml",
        "package x <<shop.x>> {\n[a]\n}\n",
        1,
        1,
        "x stands for what is inside of it, not for modules of its own",
    ),
    ("x.md", "# Page\n", 1, 1, "shows no drawing"),
    ("x.md", "```mermaid\ngraph\n```\n\n```plantuml\n```\n", 1, 1, "shows 2 drawings, at the lines 1, 5"),
    (
        "x.md",
        "# Page\n\n```mermaid\ngraph TD\n  a --- b\n```\n",
        5,
        5,
        "a line without a head does not say who imports whom",
    ),
    ("x.png", "a", 1, 1, "is no drawing"),
    ("gone/x.mmd", "", 1, 1, "cannot be read: No such file or directory"),
]


def read(folder: Path, name: str, text: str) -> ParsedDiagram:
    (folder / "drawing").mkdir(exist_ok=True)
    if text:
        (folder / "drawing" / name).write_text(text, encoding="utf-8")
    return read_drawing(folder / "drawing" / name, name)


def faults(folder: Path, name: str, text: str) -> list[DrawingError]:
    try:
        read(folder, name, text)
    except ExceptionGroup as group:
        return [error for error in group.exceptions if isinstance(error, DrawingError)]
    return []


def arrows(drawing: ParsedDiagram) -> list[str]:
    return sorted(f"{arrow.source}>{arrow.target}" for arrow in drawing.arrows)


@pytest.mark.parametrize("name", MERMAID)
def test_a_flowchart_is_understood(tmp_path: Path, name: str) -> None:
    text, expected = MERMAID[name]

    assert arrows(read(tmp_path, "x.mmd", f"flowchart TD\n{text}\n")) == sorted(expected.split())


@pytest.mark.parametrize("shape", SHAPES)
def test_a_box_of_any_shape_has_its_label(tmp_path: Path, shape: str) -> None:
    drawing = read(tmp_path, "x.mmd", f"graph LR\n  {shape} --> b\n")

    assert [(box.name, box.label) for box in drawing.boxes] == [("a", SHAPES[shape]), ("b", "b")]
    assert arrows(drawing) == ["a>b"]


@pytest.mark.parametrize("name", PLANTUML)
def test_a_component_diagram_is_understood(tmp_path: Path, name: str) -> None:
    text, expected = PLANTUML[name]

    assert arrows(read(tmp_path, "x.puml", text)) == sorted(expected.split())


@pytest.mark.parametrize(("name", "text", "line", "column", "says"), WRONG)
def test_what_is_not_understood_has_a_place(  # noqa: PLR0913
    *, tmp_path: Path, name: str, text: str, line: int, column: int, says: str
) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        read(tmp_path, name, text)

    (error,) = raised.value.exceptions
    assert isinstance(error, DrawingError)
    assert error.location
    assert (error.message, error.location.line, error.location.column) == (says, line, column)


def test_everything_that_is_not_understood_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        read(tmp_path, "x.mmd", "graph\n a --- b\n a --> b\n b ->> c\n")

    assert [
        error.location.line for error in raised.value.exceptions if isinstance(error, DrawingError) and error.location
    ] == [2, 4]


@given(text=st.text(alphabet="ab -=.<>xo&|[](){}\"\n;%:@~^!'/\\", max_size=60))
def test_any_text_is_a_drawing_or_an_error_with_a_place(tmp_path: Path, text: str) -> None:
    for name, header in (("x.mmd", "graph TD\n"), ("x.puml", "@startuml\n"), ("x.md", "")):
        assert all(error.location for error in faults(tmp_path, name, f"{header}{text}\n"))


@given(drawn=st.sets(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"))), data=st.data())
def test_the_same_drawing_in_any_hand_is_the_same(
    *, drawn: set[tuple[str, str]], data: st.DataObject, tmp_path: Path
) -> None:
    lines = st.sampled_from(["{} --> {}", "{}==>{}", "{}[one] -.->|two| {}(three)", "{} -- four --> {}"])
    other = st.sampled_from(["{} --> {}", "[{}] -[#red]-> [{}] : one", "{} .up.|> {}"])
    mermaid = "".join(f"  {data.draw(lines).format(*pair)}\n" for pair in sorted(drawn))
    plantuml = "".join(f"{data.draw(other).format(*pair)}\n" for pair in sorted(drawn))

    expected = sorted(f"{one}>{two}" for one, two in drawn if one != two)

    assert arrows(read(tmp_path, "x.mmd", f"graph TD\n{mermaid}")) == expected
    assert arrows(read(tmp_path, "x.puml", f"@startuml\n{plantuml}")) == expected


SHOP = {f"shop/{name}.py": "" for name in ("__init__", "web", "orders/__init__", "orders/prices", "stock", "tools")}


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all(
        SHOP | {"shop/web.py": "import shop.orders.prices\n", "shop/orders/prices.py": "import shop.stock\n"}
    )
    project.configure("contracts: [{id: drawn, kind: diagram, diagram: docs/shop.mmd}]\n")
    return project


@pytest.mark.parametrize(
    ("drawing", "found"),
    [
        ("shop.web --> shop.orders --> shop.stock", []),
        ("shop.web --> shop.orders\nshop.stock", [("shop.orders.prices", "shop.stock", 1)]),
        ("shop.web\nshop.stock", []),
        ("subgraph shop\nweb --> orders --> stock\nend", []),
        ("web --> o[orders<br>and prices] --> stock", []),
        (
            "subgraph shop\nsubgraph orders\nprices\nend\nweb --> orders\nstock\nend",
            [("shop.orders.prices", "shop.stock", 1)],
        ),
        ("w[shop.web] --> o[shop.orders.prices]\no --> rest[shop]", []),
        ("w[shop.web] --> rest[shop]", []),
        ("shop.orders --> shop", [("shop.web", "shop.orders.prices", 1)]),
    ],
)
def test_the_code_has_the_arrows_that_are_drawn(shop: Project, drawing: str, found: list[tuple[str, str, int]]) -> None:
    shop.write("docs/shop.mmd", f"graph TD\n{drawing}\n")

    report = shop.check()

    assert not report.problems
    assert broken(report) == found


@pytest.mark.parametrize(
    ("drawing", "place", "says"),
    [
        ("shop.web --> shop.oders", "docs/shop.mmd:2:14", "the box 'shop.oders' is neither a component nor a module"),
        (
            "shop.web --> b[Big Thing!]",
            "docs/shop.mmd:2:14",
            "the box 'Big Thing!' is neither a component nor a module",
        ),
        ("shop.web --> b[shop.web]", "docs/shop.mmd:2:14", "the boxes 'shop.web' and 'shop.web' are the same modules"),
        ("shop.web", "archguard.yaml:1:49", "can never apply: there is only one box"),
        ("", "archguard.yaml:1:49", "can never apply: there is no box"),
    ],
)
def test_a_drawing_that_is_not_about_the_code_is_an_error(shop: Project, drawing: str, place: str, says: str) -> None:
    shop.write("docs/shop.mmd", f"graph TD\n{drawing}\n")

    checked = shop.call("check")

    assert checked.returncode == 2
    assert f"{place}: error: {says}" in checked.stdout


def test_a_page_that_shows_the_drawing_is_the_rule(shop: Project) -> None:
    shop.configure("contracts: [{id: drawn, kind: diagram, diagram: ARCHITECTURE.md, strict: true}]\n")
    shop.write("ARCHITECTURE.md", "# Shop\n\n```mermaid\ngraph TD\n  shop.web --> shop.stock\n```\n\nThat is all.\n")

    report = shop.check()

    assert [str(found.location) for found in report.violations] == ["ARCHITECTURE.md:5:12"]


def test_packages_from_outside_may_be_drawn(shop: Project) -> None:
    shop.write("shop/web.py", "import sqlite3\n")
    shop.write("docs/shop.mmd", "graph TD\n  shop.web\n  shop.orders --> db[(sqlite3)]\n")

    report = shop.check()

    assert broken(report) == [("shop.web", "sqlite3", 1)]


@pytest.mark.parametrize(
    ("stereotype", "kept"), [("..orders..", True), ("shop.orders", True), ("shop..prices", True), ("..web..", False)]
)
def test_stereotypes_name_modules_as_those_of_archunit(*, shop: Project, stereotype: str, kept: bool) -> None:
    shop.configure("contracts: [{id: drawn, kind: diagram, diagram: shop.puml}]\n")
    shop.write(
        "shop.puml", f"[One] <<{stereotype}>> as one\n[Stock] <<decoration>> <<shop.stock>> as two\none --> two\n"
    )
    shop.write("shop/orders/prices.py", "import shop.stock\n")
    shop.write("shop/stock.py", "import shop.web\n")

    assert shop.check().passed == kept


def test_commands_that_answer_questions_do_without_a_drawing_that_is_not_there(shop: Project) -> None:
    for command in (["explain", "drawn"], ["where", "shop.web"], ["why", "shop.web", "shop.stock"]):
        answered = shop.call(*command)

        assert "Traceback" not in answered.stderr
