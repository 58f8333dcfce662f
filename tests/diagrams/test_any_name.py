"""Whatever things are called, each format stays what it is."""

import json
import re
import subprocess
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tools import LAYOUT_PROGRAMS

from archguard.diagrams import Arrow, Channel, Group, Node, NodeKind, View, c4, d2, dot, html, mermaid, plantuml
from archguard.diagrams import json as as_json
from archguard.diagrams.matrix import partitioned, svg
from archguard.diagrams.matrix import text as as_text

MARKUP = "\n\r\t\0<>&\"'`[]{}()#*_~$%\\:;,@!-+=|/.1 a😀\u2028\u202e\ud800"
TEXT = st.text(st.sampled_from(MARKUP) | st.characters(), min_size=1, max_size=12) | st.sampled_from(
    ["end", "]", "]]>", "-->", "%%{init: {}}%%", "${x}", "@enduml", "!include x", "}", "\\N", "&amp;", "#quot;", "<b>"]
)
KINDS, CHANNELS = st.sampled_from(NodeKind), st.sampled_from(Channel)
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def views(draw: st.DrawFn) -> View:
    """Nodes of any name, some of them in groups, and arrows among them."""
    names = draw(st.lists(TEXT, min_size=1, max_size=5, unique=True))
    layers = draw(st.lists(st.none() | st.just(0), max_size=2))
    groups = tuple(Group(name=f"{draw(TEXT)}{at}", label=draw(TEXT), layer=it) for at, it in enumerate(layers))
    homes = st.sampled_from(["", *(group.name for group in groups)])
    nodes = (
        Node(name=name, label=draw(TEXT), kind=draw(KINDS), group=draw(homes), description=draw(TEXT)) for name in names
    )
    ends = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names), CHANNELS), max_size=6, unique=True))
    arrows = (Arrow(source=one, target=other, count=1, lines=(), channel=channel) for one, other, channel in ends)
    notes = tuple(draw(st.lists(TEXT, max_size=1)))
    title, told = draw(TEXT), draw(TEXT)
    return View(title=title, description=told, nodes=tuple(nodes), arrows=tuple(arrows), groups=groups, notes=notes)


@pytest.mark.parametrize("program", LAYOUT_PROGRAMS)
@quick
@given(view=views())
def test_graphviz_reads_every_node_and_every_arrow(program: str, view: View) -> None:
    text = dot.render(view).encode()

    run = subprocess.run([program, "-Tjson"], input=text, capture_output=True, check=False, timeout=60)

    graph = json.loads(run.stdout.decode())
    nodes = [it for it in graph.get("objects", ()) if "bgcolor" not in it]  # which groups have
    arrows = [it for it in graph.get("edges", ()) if it.get("style") != "invis"]
    assert b"rror" not in run.stderr
    assert len(nodes) == len({dot.plain(node.name) for node in view.nodes})
    assert len(arrows) == len(view.arrows)


@quick
@given(view=views())
def test_mermaid_has_one_line_for_each_node_and_each_arrow(view: View) -> None:
    _, _, body = mermaid.render(view).partition("flowchart TB\n")

    lines = body.split("\n")
    string = r'"[^"\[\]{}|\n]*"'
    assert sum(bool(re.fullmatch(rf" *n\d+(\(\[|\{{\{{|\(|\[){string}(\]\)|\}}\}}|\)|\])", it)) for it in lines) == len(
        view.nodes
    )
    assert sum(bool(re.fullmatch(r" *n\d+ (-->|-\.->)\|[\w ]+\| n\d+", it)) for it in lines) == len(view.arrows)
    assert all(re.match(rf" *(%% |n\d|linkStyle |style |end$|subgraph g\d+\[{string}\]$)", it) for it in lines)


@quick
@given(view=views())
def test_d2_has_all_texts_in_quotes(view: View) -> None:
    text = d2.render(view)

    bare = re.sub(r'"(?:\\.|[^"\\])*"', "", text)
    assert re.fullmatch(r"[\w\s:;{}.>-]*", bare)
    assert "$" not in text.replace("\\$", "")


@quick
@given(view=views())
def test_plantuml_has_no_line_of_markup_that_is_not_ours(view: View) -> None:
    for text in (plantuml.render(view), c4.render(view)):
        assert text.count("@enduml") == 1
        assert re.findall(r"^!.*", text, re.MULTILINE) in ([], ["!include <C4/C4_Component>"])
        assert all(line.count('"') % 2 == 0 for line in text.split("\n"))


@quick
@given(view=views())
def test_the_matrix_has_each_node_once_a_row_and_once_a_column(view: View) -> None:
    drawn = partitioned(view)

    picture = ET.fromstring(svg.render(drawn))  # noqa: S314  # ours
    rows = as_text.render(drawn).split("\n\n")[1].split("\n")
    assert len(picture.findall(".//*[@class='label']")) == 4 * len(view.nodes)
    assert len(picture.findall(".//*[@class='cell']")) == len(drawn.cells)
    assert len(rows) == 1 + len(view.nodes)


@quick
@given(view=views())
def test_json_keeps_every_name(view: View) -> None:
    data = json.loads(as_json.render(view))

    assert [it["name"] for it in data["nodes"]] == [it.name for it in view.nodes]


@quick
@given(view=views())
def test_html_has_no_element_and_no_script_that_is_not_ours(view: View) -> None:
    page = html.render(view)

    (head, data, rest) = re.split(r'(?<=<script id="data" type="application/json">)([^<]*)(?=</script>)', page)
    told = json.loads(data)
    assert [it["name"] for it in told["nodes"]] == [it.name for it in view.nodes]
    assert len(told["arrows"]) == len(view.arrows)
    assert head.count("<") + rest.count("<") == html.render(View(title="", nodes=())).count("<")
    page.encode()
