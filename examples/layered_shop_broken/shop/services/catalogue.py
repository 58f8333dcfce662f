"""The products, and what they cost."""

from decimal import Decimal

import httpx

from shop.domain.product import Product
from shop.repositories import ProductRepository
from shop.services.errors import UnknownProductError
from shop.settings import settings


class Catalogue:
    """Knows every product."""

    def __init__(self, products: ProductRepository) -> None:
        self._products = products

    def search(self, query: str) -> list[Product]:
        """Products on the shelf whose names hold `query`."""
        return self._products.named_like(query)

    def reprice(self, sku: str) -> Product:
        """Take over the supplier's price.

        Raises:
            UnknownProductError: the shop does not have that product.
        """
        product = self._products.get(sku)
        if product is None:
            raise UnknownProductError(sku)
        response = httpx.get(f"{settings().prices_url}/prices", params={"sku": sku})
        return self._products.save(product.at_price(Decimal(response.json()["price"])))
