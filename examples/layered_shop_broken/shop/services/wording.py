"""What the shop writes to its customers."""

from shop.domain.order import Order


def confirmation(order: Order) -> str:
    """The text of the mail that confirms an order."""
    return f"Thank you! You have ordered {len(order.lines)} products for {order.total} EUR."
