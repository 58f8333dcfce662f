"""The table `payments`."""

from os import environ
from uuid import UUID

import psycopg


def find_charge(order_id: UUID) -> bool:
    """Whether an order has been charged."""
    with psycopg.connect(environ["PAYMENTS_DATABASE"]) as connection:
        found = connection.execute("SELECT 1 FROM payments WHERE order_id = %s", (order_id,))
        return found.fetchone() is not None


def insert_charge(order_id: UUID, customer_id: UUID, amount: int) -> None:
    """Keep a charge."""
    with psycopg.connect(environ["PAYMENTS_DATABASE"]) as connection:
        connection.execute(
            "INSERT INTO payments (order_id, customer_id, amount) VALUES (%s, %s, %s)", (order_id, customer_id, amount)
        )
