"""The engine, and the session of a request."""

from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from shop.settings import settings

engine = create_engine(settings().database_url, pool_pre_ping=True)
SessionLocal = sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """The base of all tables."""


def get_session() -> Iterator[Session]:
    """A session that is committed if the request succeeds."""
    with SessionLocal.begin() as session:
        yield session
