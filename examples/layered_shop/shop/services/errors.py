"""What can go wrong in the shop, in the shop's own words."""


class ShopError(Exception):
    """Something that the customer should know."""


class NotInStockError(ShopError):
    """There are fewer on the shelf than were ordered."""

    def __init__(self, sku: str) -> None:
        super().__init__(f"{sku} is not in stock")


class UnknownOrderError(ShopError):
    """There is no such order."""


class UnknownProductError(ShopError):
    """There is no such product."""
