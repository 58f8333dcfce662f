"""The products, and what they cost."""

from shop.domain.product import Product
from shop.gateways.prices import PricesGateway
from shop.repositories import ProductRepository
from shop.services.errors import UnknownProductError


class Catalogue:
    """Knows every product."""

    def __init__(self, products: ProductRepository, prices: PricesGateway) -> None:
        self._products = products
        self._prices = prices

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
        return self._products.save(product.at_price(self._prices.price_of(sku)))
