"""Where objects are kept."""

from shop.repositories.orders import OrderRepository
from shop.repositories.products import ProductRepository

__all__ = ["OrderRepository", "ProductRepository"]
