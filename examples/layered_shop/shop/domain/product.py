"""Products."""

from dataclasses import dataclass, replace
from decimal import Decimal


@dataclass(frozen=True)
class Product:
    """Something that the shop sells."""

    sku: str
    name: str
    price: Decimal

    def at_price(self, price: Decimal) -> "Product":
        """The same product at another price."""
        return replace(self, price=price)
