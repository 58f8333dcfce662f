"""A diagram that archguard draws of the code is a rule that the code keeps, arrow by arrow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_graphs import Code, codes

from archguard.checking import check
from archguard.config import Config, read
from archguard.diagrams import renderer
from archguard.inspection.diagram_request import draw
from archguard.kinds import Diagram


@given(code=codes(), form=st.sampled_from([("mermaid", "mmd"), ("plantuml", "puml")]), depth=st.integers(1, 3))
def test_a_diagram_is_kept_by_the_code_that_it_was_drawn_of(
    *, code: Code, form: tuple[str, str], depth: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("drawn")
    code.write(folder)
    config = Config(root=folder)
    codebase = read(config)
    drawn = draw(config, codebase, check(config, codebase=codebase), "packages", depth=depth, limit=None)
    file = folder / f"drawing.{form[1]}"
    file.write_text(str(renderer(form[0])(drawn)))

    rule = Diagram(id="drawn", diagram=file.name, strict=True)

    if len(drawn.nodes) > 1:
        assert [fault for fault in rule.validate(codebase) if fault.cause] == []
        assert list(rule.check(codebase)) == []
