"""The semantic model stays narrow, and its text tells the limits as they are."""

import ast
import inspect
from pathlib import Path

from archguard import semantics
from archguard.codebase import Source
from archguard.semantics import (
    ClassType,
    FileIndex,
    SemanticModel,
    argument_flow,
    fresh_stack,
    mappings,
    model,
    string_values,
    types,
)

METHODS = [name for name, _ in inspect.getmembers(SemanticModel, callable) if not name.startswith("_")]


def test_the_semantic_model_has_at_most_ten_public_methods() -> None:
    assert len(METHODS) <= 10


def test_the_package_describes_each_of_them() -> None:
    assert [name for name in METHODS if f"- `{name}(" not in (semantics.__doc__ or "")] == []


def test_the_documented_limits_are_those_of_the_code() -> None:
    text = model.__doc__ or ""

    assert f"nest {types._MAX_NESTING} levels" in text
    assert f"at most {argument_flow._MOST_IMPORTERS} importing modules" in text
    assert f"Strings are followed {string_values._MAX_DEPTH} levels" in text
    assert f"Mappings are followed {mappings._MAX_DEPTH} levels" in text
    assert f"by {fresh_stack.QUERIES_PER_THREAD} in each thread" in text


SHOP = """
import acme
class Table(acme.Base):
    name = "orders"
    def first(self) -> acme.Row: ...
class Orders(Table): ...
"""


def test_the_semantic_model_tells_what_a_class_is_and_has(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    asked = SemanticModel(FileIndex({"shop": Source("shop", str(tmp_path / "shop.py"), "shop.py")}))
    at = asked.scope("shop").end
    (origin,) = asked.resolve("Orders", at)
    (orders,) = asked.infer_origin(origin)
    assert isinstance(orders, ClassType)

    (instance,) = asked.infer_annotation(ast.Name("Orders"), at)
    (table, bindings), (base, none) = (asked.definition(orders, name) or ("", []) for name in ("name", "absent"))
    (first,) = asked.infer(ast.parse("Orders().first", mode="eval").body, at)

    assert asked.return_types(orders, None, None) == (instance,)
    assert [cls.name for cls in asked.mro(orders)] == ["shop.Orders", "shop.Table", "acme.Base"]
    assert (getattr(table, "name", ""), len(bindings)) == ("shop.Table", 1)
    assert (getattr(base, "name", ""), none) == ("acme.Base", [])
    assert [types.qualified_name(value) for value in asked.return_types(first, None, None)] == ["acme.Row"]
