"""The payments service."""

from decimal import Decimal
from uuid import UUID

from shop.gateways.client import open_client
from shop.gateways.prices import PricesGateway
from shop.settings import settings


class PaymentsGateway:
    """Takes the money."""

    def __init__(self, url: str) -> None:
        self._client = open_client(url)

    def charge(self, customer_id: UUID, order_id: UUID, amount: Decimal) -> None:
        """Charge the customer once for an order, however often it is asked."""
        fee = PricesGateway(settings().prices_url).price_of("card-payment")
        body = {"customer": str(customer_id), "amount": str(amount + fee)}
        response = self._client.put(f"/charges/{order_id}", json=body)
        response.raise_for_status()
