"""What differs from one environment to the next."""

from functools import cache
from os import environ
from typing import NamedTuple


class Settings(NamedTuple):
    """Where the shop finds what it needs."""

    database_url: str
    payments_url: str
    prices_url: str


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings(
        database_url=environ.get("DATABASE_URL", "postgresql+psycopg://localhost/shop"),
        payments_url=environ.get("PAYMENTS_URL", "https://payments.shop.internal"),
        prices_url=environ.get("PRICES_URL", "https://prices.shop.internal"),
    )
