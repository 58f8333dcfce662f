"""`/products`."""

from fastapi import APIRouter

from shop.controllers.schemas import ProductOut
from shop.dependencies import CatalogueDep

router = APIRouter(prefix="/products", tags=["products"])


@router.get("")
def list_products(catalogue: CatalogueDep, query: str = "") -> list[ProductOut]:
    """What can be ordered now."""
    return [ProductOut.of(product) for product in catalogue.search(query)]


@router.post("/{sku}/reprice")
def reprice(sku: str, catalogue: CatalogueDep) -> ProductOut:
    """Take over today's price of the supplier."""
    return ProductOut.of(catalogue.reprice(sku))
