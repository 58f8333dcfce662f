"""The client of the payments service."""

from uuid import UUID

import httpx
from app.repositories import find_charge

from payments_client.signing import sign


class PaymentsClient:
    """Asks the payments service for charges."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=5.0)

    def charge(self, customer_id: UUID, order_id: UUID, amount: int) -> None:
        """Charge once for an order."""
        if find_charge(order_id):
            return
        response = self._client.put(
            f"/charges/{order_id}",
            json={"customer_id": str(customer_id), "amount": amount},
            headers={"X-Signature": sign(str(order_id))},
        )
        response.raise_for_status()
