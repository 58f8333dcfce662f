"""What the results denote that the models of libraries describe: placeholders, type arguments, alternatives."""

from pathlib import Path

import pytest

from archguard.codebase import Source
from archguard.semantics import ExternalModels, FileIndex, InstanceType, SemanticModel, Type, Types
from archguard.semantics.types import qualified_name

CODE = """
import acme
class Own: ...
class Form(acme.Box):
    class Meta:
        model = Own
def make() -> acme.Made: ...
def use(box: acme.Box[acme.Key, acme.Row], one: acme.Box[acme.Row], plain: acme.Box):
    {}
"""


@pytest.mark.parametrize(
    ("spec", "call", "expected"),
    [
        ("acme.Row", "box.get()", "acme.Row"),
        ("type[acme.Row]", "box.get()", "<acme.Row>"),
        ("self", "box.get()", "acme.Box[acme.Key, acme.Row]"),
        ("self", "Form.get()", "m.Form"),
        ("item", "box.get()", "acme.Row"),
        ("item", "plain.get()", ""),
        ("key", "box.get()", "acme.Key"),
        ("key", "one.get()", ""),
        ("argument", "box.get(1)", "builtins.int"),
        ("argument", "box.get()", ""),
        ("object", "box.get(Own)", "m.Own"),
        ("object", "box.get('Own')", "m.Own"),
        ("object", "box.get(one)", "acme.Row"),
        ("object", "box.get(1)", ""),
        ("result", "box.get(make)", "acme.Made"),
        ("result", "box.get()", ""),
        ("acme.List[item]", "box.get()", "acme.List[acme.Row]"),
        ("acme.List[acme.Row]", "plain.get()", "acme.List[acme.Row]"),
        ("acme.Dict[key, item]", "box.get()", "acme.Dict[acme.Key, acme.Row]"),
        ("item or acme.Other", "box.get()", "acme.Row"),
        ("item or acme.Other", "plain.get()", "acme.Other"),
        ("self.Meta.model", "Form().get()", "m.Own"),
        ("self.Meta.model", "box.get()", ""),
        ("type[self.Meta.model]", "Form().get()", "<m.Own>"),
    ],
)
def test_a_spec_denotes_types_for_a_receiver_and_a_call(tmp_path: Path, spec: str, call: str, expected: str) -> None:
    (tmp_path / "m.py").write_text(CODE.format(call))
    files = FileIndex({"m": Source("m", str(tmp_path / "m.py"), "m.py")})
    model = SemanticModel(files, ExternalModels(returns={"acme.Box.get()": spec}))
    *_, use = model.scope("m").walk()
    (path,) = (path for path in use.access_paths if path.accesses[-1].name == "get")
    assert path.accesses[-1].call

    assert shown(model.infer(path.accesses[-1].call, path.at)) == expected


def shown(found: Types) -> str:
    return " | ".join(map(_shown, found))


def _shown(value: Type) -> str:
    if not isinstance(value, InstanceType):
        return f"<{qualified_name(value)}>"
    items = ", ".join(map(shown, value.items))
    return f"{value.of.name}[{items}]" if items else value.of.name
