"""The table `orders`."""

from os import environ
from uuid import UUID

import psycopg


def insert_order(order_id: UUID, customer_id: UUID, amount: int) -> None:
    """Keep an order."""
    with psycopg.connect(environ["ORDERS_DATABASE"]) as connection:
        connection.execute(
            "INSERT INTO orders (id, customer_id, amount) VALUES (%s, %s, %s)", (order_id, customer_id, amount)
        )
