"""The suppliers' price list."""

from decimal import Decimal

from shop.gateways.client import open_client


class PricesGateway:
    """Knows what suppliers ask for."""

    def __init__(self, url: str) -> None:
        self._client = open_client(url)

    def price_of(self, sku: str) -> Decimal:
        """Today's price of a product."""
        response = self._client.get("/prices", params={"sku": sku})
        response.raise_for_status()
        return Decimal(response.json()["price"])
