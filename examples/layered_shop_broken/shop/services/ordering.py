"""Orders: from the basket to the payment."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import HTTPException

from shop.domain.order import Order, OrderLine
from shop.gateways.payments import PaymentsGateway
from shop.repositories import OrderRepository, ProductRepository
from shop.services.errors import NotInStockError


class Ordering:
    """Takes orders."""

    def __init__(self, orders: OrderRepository, products: ProductRepository, payments: PaymentsGateway) -> None:
        self._orders = orders
        self._products = products
        self._payments = payments

    def place(self, customer_id: UUID, quantities: Mapping[str, int]) -> Order:
        """Reserve, charge and keep an order.

        Raises:
            NotInStockError: there are too few of a product.
        """
        order = Order(customer_id=customer_id, lines=tuple(self._line(*item) for item in quantities.items()))
        self._payments.charge(customer_id, order.id, order.total)
        return self._orders.add(order.with_payment())

    def find(self, order_id: UUID) -> Order:
        """One order.

        Raises:
            HTTPException: there is none of that id.
        """
        order = self._orders.get(order_id)
        if order is None:
            raise HTTPException(status_code=404)
        return order

    def _line(self, sku: str, quantity: int) -> OrderLine:
        product = self._products.take(sku, quantity)
        if product is None:
            raise NotInStockError(sku)
        return product.in_a_line(quantity)
