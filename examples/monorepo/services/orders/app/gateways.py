"""The services that orders need."""

from os import environ
from uuid import UUID

import httpx
from payments_client.client import PaymentsClient

_shipping = httpx.Client(base_url=environ.get("SHIPPING_URL", "http://shipping"), timeout=2.0)


def charge(customer_id: UUID, order_id: UUID, amount: int) -> None:
    """Have an order paid."""
    PaymentsClient(environ.get("PAYMENTS_URL", "http://payments")).charge(customer_id, order_id, amount)


def request_shipment(order_id: UUID) -> None:
    """Have an order sent."""
    _shipping.post("/shipments", json={"order_id": str(order_id)}).raise_for_status()
