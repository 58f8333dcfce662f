"""Orders: paid first, then shipped."""

from uuid import UUID, uuid4

from payments_client.signing import sign
from telemetry import get_logger

from app.gateways import charge, request_shipment
from app.repositories import insert_order

logger = get_logger("orders")


def place(customer_id: UUID, amount: int) -> UUID:
    """Keep an order, have it paid, and have it sent."""
    order_id = uuid4()
    insert_order(order_id, customer_id, amount)
    charge(customer_id, order_id, amount)
    request_shipment(order_id)
    logger.info("order %s is placed (%s)", order_id, sign(str(order_id)))
    return order_id
