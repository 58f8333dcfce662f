"""`/products`."""

from fastapi import APIRouter

from shop.controllers.schemas import ProductOut
from shop.dependencies import CatalogueDep, SessionDep
from shop.repositories import ProductRepository

router = APIRouter(prefix="/products", tags=["products"])


@router.get("")
def list_products(session: SessionDep, query: str = "") -> list[ProductOut]:
    """What can be ordered now."""
    products = ProductRepository(session)
    return [ProductOut.of(products.get(found.sku) or found) for found in products.named_like(query)]


@router.post("/{sku}/reprice")
def reprice(sku: str, catalogue: CatalogueDep) -> ProductOut:
    """Take over today's price of the supplier."""
    return ProductOut.of(catalogue.reprice(sku))
