"""The table `shipments`."""

from os import environ
from uuid import UUID

import psycopg


def insert_shipment(order_id: UUID, label: str) -> None:
    """Keep a shipment."""
    with psycopg.connect(environ["SHIPPING_DATABASE"]) as connection:
        connection.execute("INSERT INTO shipments (order_id, label) VALUES (%s, %s)", (order_id, label))
