"""Parcels and their labels."""

from uuid import UUID

from telemetry import get_logger

from app.gateways import print_label
from app.repositories import insert_shipment

logger = get_logger("shipping")


def ship(order_id: UUID) -> str:
    """Have a parcel labelled and collected."""
    label = print_label(order_id)
    insert_shipment(order_id, label)
    logger.info("order %s leaves as %s", order_id, label)
    return label
