"""Small shops whose views must not reach the database; what must be found is marked with `# !`."""

import re
from collections.abc import Mapping

from project import Project

from archguard.model import Confidence, Report

SHOP: Mapping[str, str] = {
    "shop/__init__.py": "",
    "shop/db/__init__.py": """
from shop.db.base import Base as Base
from shop.db.sessions import AsyncSessionDep, SessionDep, get_session, open_session, transaction
""",
    "shop/db/base.py": """
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass
""",
    "shop/db/sessions.py": """
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine("sqlite://")
SessionLocal = sessionmaker(bind=engine)


def get_session():
    with SessionLocal() as session:
        yield session


def open_session() -> Session:
    return SessionLocal()


@contextmanager
def transaction():
    session = SessionLocal()
    yield session
    session.commit()


class WithSession:
    def __init__(self) -> None:
        self.session = SessionLocal()


SessionDep = Annotated[Session, Depends(get_session)]
AsyncSessionDep = Annotated["AsyncSession", Depends()]
""",
    "shop/models.py": """
from shop.db import Base


class Order(Base):
    __tablename__ = "orders"
""",
    "shop/repositories.py": """
from sqlalchemy.orm import Session

from shop.models import Order


class OrderRepository:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, key: int) -> Order:
        return self.session.get(Order, key)

    def execute(self, statement: str) -> list[Order]: ...
    def filter(self, **terms: str) -> list[Order]: ...
    def add(self, order: Order) -> None: ...
    def delete(self, order: Order) -> None: ...
    def commit(self) -> None: ...
    def query(self, *terms: str) -> list[Order]: ...


def create_order(*, session: Session, name: str) -> Order: ...
def get_repository() -> OrderRepository: ...
""",
}
CONTRACT = """
version: 1
project: {packages: [shop]}
contracts:
  - {id: database, kind: database, allowed_in: [shop.db, shop.models, shop.repositories]}
"""


def check_views(project: Project, text: str) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """What is found in a shop with these views (further files follow `# file: path`), and what is marked."""
    files = _files(text)
    project.write_all(dict(SHOP) | files)
    project.configure(CONTRACT)
    report = project.check()
    assert not report.problems
    return found_in(report), [
        (path, number)
        for path, content in sorted(files.items())
        for number, line in enumerate(content.splitlines(), 1)
        if line.endswith("# !")
    ]


def found_in(report: Report) -> list[tuple[str, int]]:
    """The lines that fail a run, each once."""
    sure = (found for found in report.violations if found.confidence is not Confidence.POSSIBLE)
    return sorted({(found.location.path, found.location.line) for found in sure})


def _files(text: str) -> dict[str, str]:
    first, *others = re.split(r"^# file: (\S+)\n", text.lstrip("\n"), flags=re.MULTILINE)
    return {"shop/views.py": first} | dict(zip(others[::2], others[1::2], strict=True))
