"""Charges, each made once."""

from uuid import UUID

from payments_client.signing import is_signed
from telemetry import get_logger

from app.repositories import find_charge, insert_charge

logger = get_logger("payments")


def charge(order_id: UUID, customer_id: UUID, amount: int, signature: str) -> bool:
    """Charge `amount`, unless it has been done for that order."""
    if not is_signed(str(order_id), signature):
        logger.warning("a charge for %s is not signed", order_id)
        return False
    if not find_charge(order_id):
        insert_charge(order_id, customer_id, amount)
    return True
