"""Orders in the database."""

from uuid import UUID

from sqlalchemy.orm import Session

from shop import notifications
from shop.domain.order import Order, OrderLine
from shop.domain.product import Product
from shop.repositories.tables import OrderLineRow, OrderRow


class OrderRepository:
    """Keeps orders."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, order: Order) -> Order:
        """Keep a new order."""
        lines = [OrderLineRow(sku=line.product.sku, quantity=line.quantity, price=line.price) for line in order.lines]
        self._session.add(OrderRow(id=order.id, customer_id=order.customer_id, paid=order.paid, lines=lines))
        self._session.commit()
        notifications.order_placed(order)
        return order

    def get(self, order_id: UUID) -> Order | None:
        """The order of that id."""
        row = self._session.get(OrderRow, order_id)
        return _order(row) if row else None


def _order(row: OrderRow) -> Order:
    lines = tuple(OrderLine(_product(line), line.quantity, line.price) for line in row.lines)
    return Order(id=row.id, customer_id=row.customer_id, lines=lines, paid=row.paid)


def _product(row: OrderLineRow) -> Product:
    return Product(sku=row.sku, name=row.sku, price=row.price)
