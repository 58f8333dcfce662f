"""The products, and what they cost."""

from decimal import Decimal

import requests

from shop.domain.product import Product
from shop.repositories import ProductRepository
from shop.services.errors import UnknownProductError
from shop.settings import settings


class CachedProductRepository(ProductRepository):
    """Remembers what it has found."""

    _found: dict[str, Product] = {}

    def get(self, sku: str) -> Product | None:
        """The product of that number."""
        if sku not in self._found and (product := super().get(sku)):
            self._found[sku] = product
        return self._found.get(sku)


class Catalogue:
    """Knows every product."""

    def __init__(self, products: ProductRepository) -> None:
        self._products = products

    def search(self, query: str) -> list[Product]:
        """Products on the shelf whose names hold `query`."""
        return self._products.named_like(query)

    def bestsellers(self) -> list[str]:
        """The numbers of the ten products that are ordered most."""
        connection = self._products._session.connection()
        statement = "SELECT sku FROM order_lines GROUP BY sku ORDER BY sum(quantity) DESC LIMIT 10"
        return [sku for (sku,) in connection.exec_driver_sql(statement)]

    def reprice(self, sku: str) -> Product:
        """Take over the supplier's price.

        Raises:
            UnknownProductError: the shop does not have that product.
        """
        product = self._products.get(sku)
        if product is None:
            raise UnknownProductError(sku)
        response = requests.get(f"{settings().prices_url}/prices", params={"sku": sku})
        return self._products.save(product.at_price(Decimal(response.json()["price"])))
