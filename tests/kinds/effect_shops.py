"""A shop for contracts of kind `effects`: sessions, models of three mappers, clients, tasks, and helpers over them."""

from collections.abc import Mapping

from marks import Places, check_marked
from project import Project

SHOP: Mapping[str, str] = {
    "shop/__init__.py": "",
    "shop/rows.py": """
from sqlalchemy.orm import DeclarativeBase


class Order(DeclarativeBase):
    __tablename__ = "orders"
""",
    "shop/models.py": """
from django.db import models


class Label(models.Model):
    name = models.TextField()


class Book(models.Model):
    title = models.TextField()
    labels = models.ManyToManyField(Label)
""",
    "shop/entities.py": """
from tortoise import fields
from tortoise.models import Model


class Role(Model):
    name = fields.TextField()


class Member(Model):
    name = fields.TextField()
    roles = fields.ManyToManyField("models.Role")
""",
    "shop/store.py": """
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.rows import Order


def load(db: Session, key: int) -> Order:
    return db.get(Order, key)


def store(db: Session, order: Order, commit: bool = True) -> None:
    db.add(order)
    db.flush()
    if commit:
        db.commit()


def describe(order: Order) -> str:
    return f"order {order}"


class Orders:
    def __init__(self, session: Session) -> None:
        self.session = session

    def find(self, key: int) -> Order:
        return self.session.get(Order, key)

    def get(self, key: int) -> Order:
        return self.find(key)
""",
    "shop/mail.py": """
import smtplib


def send(address: str) -> None:
    smtplib.SMTP("localhost").sendmail("shop", address, "hello")
""",
    "shop/tasks.py": """
from celery import shared_task


@shared_task
def ship(order: int) -> None: ...
""",
    "shop/files.py": """
def read_template(name: str) -> str:
    with open(name) as file:
        return file.read()


def render(name: str) -> str:
    return read_template(name).upper()
""",
}


def check_effects(project: Project, text: str, rule: str) -> tuple[Places, Places]:
    """What is found in `shop/service.py` (further files follow `# file: path`), and what is marked."""
    configuration = f"""
version: 1
project: {{packages: [shop]}}
contracts:
  - id: effects
    kind: effects
    rules: [{rule}]
"""
    return check_marked(project, text, configuration, "shop/service.py", SHOP)
