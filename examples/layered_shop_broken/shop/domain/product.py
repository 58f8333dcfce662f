"""Products."""

from dataclasses import dataclass, replace
from decimal import Decimal

from pydantic import validate_call


@dataclass(frozen=True)
class Product:
    """Something that the shop sells."""

    sku: str
    name: str
    price: Decimal

    @validate_call
    def at_price(self, price: Decimal) -> "Product":
        """The same product at another price."""
        return replace(self, price=price)

    def in_a_line(self, quantity: int) -> "OrderLine":
        """So many of this product, at its price of today."""
        from shop.domain.order import OrderLine

        return OrderLine(self, quantity, self.price)
