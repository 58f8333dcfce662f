"""Mails to customers."""

import logging

from shop.domain.order import Order
from shop.services import wording

logger = logging.getLogger(__name__)


def order_placed(order: Order) -> None:
    """Tell the customer that the order has arrived."""
    logger.info("mail to %s: %s", order.customer_id, wording.confirmation(order))
