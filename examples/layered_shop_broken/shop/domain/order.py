"""Orders."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID, uuid4

from shop.domain.product import Product


@dataclass(frozen=True)
class OrderLine:
    """So many of one product, at the price of that day."""

    product: Product
    quantity: int
    price: Decimal

    @property
    def total(self) -> Decimal:
        """What the line costs."""
        return self.quantity * self.price


@dataclass(frozen=True)
class Order:
    """What a customer wants to have."""

    customer_id: UUID
    lines: tuple[OrderLine, ...]
    paid: bool = False
    id: UUID = field(default_factory=uuid4)

    @property
    def total(self) -> Decimal:
        """What the order costs."""
        return sum((line.total for line in self.lines), Decimal())

    def with_payment(self) -> "Order":
        """The same order, paid."""
        return replace(self, paid=True)
