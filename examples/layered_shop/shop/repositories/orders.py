"""Orders in the database."""

from uuid import UUID

from sqlalchemy.orm import Session

from shop.domain.order import Order, OrderLine
from shop.repositories.tables import OrderLineRow, OrderRow


class OrderRepository:
    """Keeps orders."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, order: Order) -> Order:
        """Keep a new order."""
        lines = [OrderLineRow(sku=line.sku, quantity=line.quantity, price=line.price) for line in order.lines]
        self._session.add(OrderRow(id=order.id, customer_id=order.customer_id, paid=order.paid, lines=lines))
        self._session.flush()
        return order

    def get(self, order_id: UUID) -> Order | None:
        """The order of that id."""
        row = self._session.get(OrderRow, order_id)
        return _order(row) if row else None


def _order(row: OrderRow) -> Order:
    lines = tuple(OrderLine(sku=line.sku, quantity=line.quantity, price=line.price) for line in row.lines)
    return Order(id=row.id, customer_id=row.customer_id, lines=lines, paid=row.paid)
