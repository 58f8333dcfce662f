"""A method of a mixin is evaluated for the class that it is mixed into, with everything that the project knows."""

import ast
from pathlib import Path

import pytest

from archguard.codebase import Source
from archguard.semantics import ExternalModels, FileIndex, SemanticModel, qualified_name

MIXIN = """
class Mixin:
    def from_state(self, request):
        return self.registry.lookup(request.app["pool"])

    def from_argument(self, session):
        return self.registry.lookup(session)
"""
START = """
import acme


def start(app):
    app["pool"] = acme.connect()
"""
ORDERS = """
import acme
from shop.mixin import Mixin


class Orders(Mixin, acme.Base):
    registry = acme.Registry()


orders = Orders()
from_state = orders.from_state(None)
from_argument = orders.from_argument(acme.connect())
"""


@pytest.mark.parametrize("name", ["from_state", "from_argument"])
def test_a_mixin_knows_application_state_and_arguments_of_other_modules(name: str, tmp_path: Path) -> None:
    sources = {}
    for module, text in {"shop.mixin": MIXIN, "shop.start": START, "shop.orders": ORDERS}.items():
        file = tmp_path / f"{module}.py"
        file.write_text(text)
        sources[module] = Source(module, str(file), file.name)
    library = ExternalModels({"acme.connect()": "acme.Connection", "acme.Registry.lookup()": "argument"})
    model = SemanticModel(
        FileIndex(sources), library, {"shop.mixin": ["shop.orders"]}, lambda: {"pool": ["shop.start"]}
    )

    types = model.infer(ast.Name(name), model.scope("shop.orders").end)

    assert [qualified_name(type_) for type_ in types] == ["acme.Connection"]
