"""What the shop's clients send and get."""

from decimal import Decimal
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from shop.domain.order import Order
from shop.domain.product import Product


class LineIn(BaseModel):
    """So many of one product."""

    sku: str
    quantity: int = Field(ge=1, le=99)


class OrderIn(BaseModel):
    """A basket."""

    customer_id: UUID
    lines: list[LineIn] = Field(min_length=1)

    def quantities(self) -> dict[str, int]:
        """How many of each product."""
        return {line.sku: line.quantity for line in self.lines}


class OrderOut(BaseModel):
    """An order as its customer sees it."""

    id: UUID
    total: Decimal
    paid: bool

    @classmethod
    def of(cls, order: Order) -> Self:
        """`order` for its customer."""
        return cls(id=order.id, total=order.total, paid=order.paid)


class ProductOut(BaseModel):
    """A product on the shelf."""

    sku: str
    name: str
    price: Decimal

    @classmethod
    def of(cls, product: Product) -> Self:
        """`product` for anyone."""
        return cls(sku=product.sku, name=product.name, price=product.price)
