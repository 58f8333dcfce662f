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


def count_unpaid() -> int:
    """How many orders nobody has paid for."""
    with psycopg.connect(environ["ORDERS_DATABASE"]) as connection:
        found = connection.execute(
            "SELECT count(*) FROM orders LEFT JOIN payments ON payments.order_id = orders.id WHERE payments.id IS NULL"
        )
        return found.fetchone()[0]
