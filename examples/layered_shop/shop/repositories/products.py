"""Products in the database."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop.domain.product import Product
from shop.repositories.tables import ProductRow


class ProductRepository:
    """Keeps products."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, sku: str) -> Product | None:
        """The product of that number."""
        row = self._session.get(ProductRow, sku)
        return _product(row) if row else None

    def named_like(self, query: str) -> list[Product]:
        """Products in stock whose names hold `query`."""
        statement = select(ProductRow).where(ProductRow.stock > 0, ProductRow.name.icontains(query, autoescape=True))
        return [_product(row) for row in self._session.scalars(statement.order_by(ProductRow.name))]

    def take(self, sku: str, quantity: int) -> Product | None:
        """Take `quantity` off the shelf, or nothing if there are fewer."""
        taken = (
            update(ProductRow)
            .where(ProductRow.sku == sku, ProductRow.stock >= quantity)
            .values(stock=ProductRow.stock - quantity)
            .returning(ProductRow)
        )
        row = self._session.scalars(taken).one_or_none()
        return _product(row) if row else None

    def save(self, product: Product) -> Product:
        """Keep what has changed about a product."""
        statement = update(ProductRow).where(ProductRow.sku == product.sku)
        self._session.execute(statement.values(name=product.name, price=product.price))
        return product


def _product(row: ProductRow) -> Product:
    return Product(sku=row.sku, name=row.name, price=row.price)
