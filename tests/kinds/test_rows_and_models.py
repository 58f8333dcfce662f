"""What is known of models, and where their rows come from: lines that reach the database are marked with `# !`."""

import pytest
from marks import check_marked
from project import Project

CONTRACT = """
version: 1
project: {packages: [shop]}
contracts:
  - {id: db, kind: database, modules: shop.views, detect: [calls, sql]}
"""
DJANGO = {
    "shop/__init__.py": "",
    "shop/models.py": """
from django.db import models


class Customer(models.Model):
    name = models.CharField(max_length=9)


class Order(models.Model):
    customer = models.ForeignKey(Customer, related_name="orders", on_delete=models.CASCADE)
    extra = models.JSONField()


class Address(models.Model):
    customer = models.OneToOneField("Customer", related_name="address", on_delete=models.CASCADE)
""",
}
ROWS = {
    "a mixin that asks the manager of whatever inherits it": """
from shop.crates import Crate, Pallet


def view(key):
    crate = Crate.find(key)
    crate.discard()
    crate.delete()  # !
    for each in Crate.active():
        each.save()  # !
    crate.fresh.save()  # !
    pallet = Pallet.find(key)
    pallet.delete()
# file: shop/finding.py
class Finding:
    @classmethod
    def find(cls, key):
        return cls.rows().get(pk=key)

    @classmethod
    def active(cls):
        return cls.rows().filter(active=True)

    @classmethod
    def rows(cls):
        return cls.objects.all()

    @property
    def fresh(self):
        return type(self).find(self.pk)
# file: shop/crates.py
from django.db import models

from shop.finding import Finding


class Crate(Finding, models.Model):
    def discard(self): ...


class Shelf:
    def all(self):
        return self

    def get(self, pk): ...


class Pallet(Finding):
    objects = Shelf()

    def delete(self): ...
""",
    "an answer of a mixin that leads back to itself": """
from shop.crates import Crate


def view(key):
    Crate.one(key).delete()  # !
# file: shop/crates.py
from django.db import models


class Going:
    @classmethod
    def one(cls, key):
        return cls.objects.get(pk=key) or cls.other(key)

    @classmethod
    def other(cls, key):
        return cls.one(key)


class Crate(Going, models.Model):
    pass
""",
    "a model whose bases nobody knows": """
from shop.crates import Box, Crate


def view(key, boxes: list[Box]):
    crate = Crate.objects.get(pk=key)  # !
    crate.save()  # !
    Crate.archived_objects.filter(pk=key)  # !
    for each in Crate.archived_objects.all():  # !
        each.delete()  # !
    for box in boxes:
        box.save()
# file: shop/crates.py
from django import forms
from django.db import models
from archive_kit.models import Archived
from box_kit import Packed


class Crate(Archived):
    weight = models.IntegerField()


class Box(Packed):
    weight = forms.IntegerField()
""",
    "a model of a package that nobody knows": """
from trail_kit.models import Entry
from trail_kit import Entry as Other
from scenes import Scene


def view(thing, key):
    Entry.objects.write(thing)  # !
    Other.objects.write(thing)  # !
    entry = Entry.objects.get(pk=key)  # !
    entry.save()  # !
    Scene.objects.append(thing)
    thing.objects.paint()
""",
    "methods of managers that only their models have": """
from django.contrib.auth.models import User
from django.db.models import Manager

from shop.models import Order


def view(mail, orders: Manager):
    User.objects.create_user(mail)  # !
    orders.model(extra={})
    orders.get_queryset()
    orders.paid()  # !
    Order.objects.paid()  # !
""",
    "what reverse relations give": """
from shop.models import Customer


def view(customer: Customer, key):
    order = customer.orders.get(pk=key)  # !
    order.save()  # !
    for each in customer.order_set.filter(pk=key):  # !
        each.delete()  # !
    customer.address.save()  # !
    created, is_new = customer.orders.get_or_create(pk=key)  # !
    created.save()  # !
    customer.orders.get("color")
""",
    "keys of a row": """
from shop.models import Order


def view(order: Order, key):
    order.extra.get("color")
    order.other.get("color", "red")
    order.customer.note.count(".")
""",
    "lists of what is no model": """
from shop.drafts import Draft


def view(draft: Draft):
    for each in draft.orders:
        each.save()
    draft.orders.clear()
    draft.address.save()
# file: shop/drafts.py
class Line:
    def save(self): ...


class Draft:
    def __init__(self):
        self.orders: list[Line] = []
        self.address = Line()
""",
    "forms of models, and other forms": """
from django import forms
from django.contrib.auth.forms import PasswordChangeForm, UserCreationForm
from django.views.generic import CreateView

from shop.models import Order


class OrderForm(forms.ModelForm):
    class Meta:
        model = Order

    def mark(self):
        self.instance.extra = {}
        self.instance.save()  # !
        self.instance.extra.get("color")


class Checked(OrderForm):
    def save(self, commit=True):
        return super().save(commit)  # !


class Note(forms.Form):
    def save(self):
        return self


class Search(forms.ModelForm):
    def save(self):
        return 1


class JoinForm(UserCreationForm):
    def keep(self):
        self.save().save()  # !


class Passwords(PasswordChangeForm):
    def mark(self):
        self.user.save()  # !


class New(CreateView):
    def form_valid(self, form):
        row = form.save(commit=False)  # !
        row.save()  # !


def view(request):
    order = OrderForm(request.POST).save()  # !
    order.save()  # !
    Checked(request.POST).save()  # !
    Note(request.POST).save()
    Search(request.POST).save()
""",
    "serializers of models, and other serializers": """
from rest_framework import serializers
from rest_framework.viewsets import ModelViewSet

from shop.models import Order


class OrderSerializer(serializers.ModelSerializer):
    class Meta:
        model = Order

    def update(self, row, validated_data):
        row.save()  # !
        row.extra.get("color")
        return row


class Ping(serializers.Serializer):
    def create(self, validated_data):
        return validated_data

    def update(self, row, validated_data):
        return row.save()


class Orders(ModelViewSet):
    serializer_class = OrderSerializer
    queryset = Order.objects.all()  # !

    def perform_create(self, serializer):
        serializer.save()  # !

    def perform_destroy(self, row):
        row.delete()  # !


    def create(self, request):
        self.get_serializer_class()(data=request.data).save()  # !
        self.get_serializer(data=request.data).instance.save()  # !


class Pings(ModelViewSet):
    serializer_class = Ping

    def perform_create(self, serializer):
        serializer.save()


def view(request):
    OrderSerializer(data=request.data).save().save()  # !
    Ping(data=request.data).save()
""",
    "the user of a request": """
from django.views.generic import TemplateView
from rest_framework.views import APIView


def view(request):
    user = request.user
    user.save()  # !
    return user.get_full_name(), request.user.is_staff


class Page(TemplateView):
    def get(self, request):
        who = self.request.user
        who.save()  # !


class Rename(APIView):
    def post(self, anything):
        anything.user.save()  # !
""",
    "the user of some request, in a file without a framework": """
def view(request, other):
    request.user.save()  # !
    request.user.get_full_name()
    user = request.user
    user.save()
    other.user.save()
""",
    "changes of what is called a query set": """
def view(order_qs, options, qs):
    order_qs.update(paid=True)  # !
    order_qs.update({"paid": True})
    options.update(paid=True)
    qs.update(paid=True)
""",
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_are_followed_to_where_they_are_stored(name: str, project: Project) -> None:
    found, marked = check_marked(project, ROWS[name], CONTRACT, "shop/views.py", DJANGO)

    assert found == marked


TORTOISE = {
    "relations without annotations": """
from shop.crates import Card, Crate


async def view(crate: Crate, card: Card, label):
    await crate.labels.add(label)  # !
    for each in await crate.labels.filter(name="x"):  # !
        await each.save()  # !
    await crate.owner.save()  # !
    await crate.update_from_dict({"name": "x"}).save()  # !
    await crate.update_from_dict({"name": "x"})
    card.labels.add(label)
    card.update_from_dict({"name": "x"}).save()
# file: shop/crates.py
from tortoise import fields, models


class Label(models.Model):
    name = fields.CharField(max_length=9)


class Crate(models.Model):
    labels = fields.ManyToManyField("models.Label")
    owner = fields.ForeignKeyField("app.Unseen")


class Card:
    def __init__(self):
        self.labels = set()

    def update_from_dict(self, values):
        return self

    def save(self): ...
""",
    "relations with annotations": """
from tortoise import fields
from tortoise.models import Model


class Label(Model):
    crates: fields.ReverseRelation["Crate"]


class Crate(Model):
    label: fields.ForeignKeyRelation[Label] = fields.ForeignKeyField("models.Label", related_name="crates")


async def view(crate: Crate, label: Label):
    await crate.label.save()  # !
    async for each in label.crates:
        await each.save()  # !
    last = await label.crates.filter(name="x").first()  # !
    await last.delete()  # !
""",
    "back references of peewee": """
import peewee


class Customer(peewee.Model):
    name = peewee.CharField()


class Order(peewee.Model):
    customer = peewee.ForeignKeyField(Customer, backref="orders")


def view(customer: Customer):
    for order in customer.orders:
        order.delete_instance()  # !
    for order in customer.orders.where(Order.customer == 1):  # !
        order.save()  # !
    return customer.name.count("x")
""",
    "a mixin of models of flask": """
from shop.orders import Item, Order


def view(key):
    order = Order.by_key(key)
    order.discard()
    order.delete()  # !
    for each in Order.everything():
        each.update(paid=True)  # !
    item = Item.query.get(key)  # !
    item.order.delete()  # !
# file: shop/orders.py
from company.storage import Base
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, Integer

db = SQLAlchemy()


class Stored:
    @classmethod
    def by_key(cls, key):
        return db.session.query(cls).get(key)

    @classmethod
    def everything(cls):
        return cls.query.all()

    def discard(self):
        self.gone = True


class Order(Stored, db.Model):
    items = db.relationship("Item", backref="order")


class Item(Base):
    key = Column(Integer)
""",
    "the class of a model in an attribute": """
from typing import Generic, Type, TypeVar

from tortoise.models import Model

M = TypeVar("M", bound=Model)


class Crud(Generic[M]):
    def __init__(self, model: Type[M]):
        self.model = model

    async def touch(self, key):
        row = await self.model.get(id=key)  # !
        await row.save()  # !
        rows = await self.model.filter(id=key)  # !
        await rows[0].delete()  # !
""",
    "sessions of document databases": """
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import MongoClient


async def view(client: AsyncIOMotorClient, other: MongoClient):
    async with await client.start_session() as session:  # !
        session.start_transaction()  # !
        await session.commit_transaction()  # !
    with other.start_session() as session:  # !
        session.abort_transaction()  # !
    return session.session_id
""",
    "repositories of services of a library": """
from advanced_alchemy.extensions.litestar import repository, service


class Order: ...


class Orders(service.SQLAlchemyAsyncRepositoryService[Order]):
    class Repo(repository.SQLAlchemyAsyncRepository[Order]):
        model_type = Order

        async def cheap(self):
            return 1

    repository_type = Repo

    async def view(self):
        await self.repository.list()  # !
        await self.repository.session.commit()  # !
        await self.repository.cheap()


class Shelf:
    def list(self): ...


class Own:
    def __init__(self):
        self.repository = Shelf()

    def view(self):
        return self.repository.list()
""",
    "options and drivers": """
from asyncpgsa import PG
from prisma import Prisma
from sqlalchemy import false
from sqlalchemy.orm import defer, relationship, undefer, with_expression


async def view(pg: PG):
    defer("a")  # !
    undefer("a")  # !
    with_expression("a", 1)  # !
    relationship("a")
    false()
    async with pg.transaction() as connection:  # !
        await connection.execute("x")  # !
    prisma = Prisma()  # !
    await prisma.order.find_many()  # !
    async with prisma.tx() as inside:  # !
        await inside.order.delete(where={})  # !
""",
}


@pytest.mark.parametrize("name", TORTOISE)
def test_libraries_other_than_django_are_described(name: str, project: Project) -> None:
    found, marked = check_marked(project, TORTOISE[name], CONTRACT, "shop/views.py", {"shop/__init__.py": ""})

    assert found == marked


OUTBOUND = """
version: 1
project: {packages: [shop]}
contracts:
  - {id: outbound, kind: gateway, modules: shop.views}
"""
ANSWERS = {
    "the answer of a request that an API has built": """
from shop.drive import drive


def view():
    answer = drive().files().list(q="x").execute()  # !
    return answer.get("files", []), [each.get("id") for each in answer.get("files")]
# file: shop/drive.py
from googleapiclient.discovery import build


def drive():
    return build("drive", "v3")
""",
    "the answer of a chain": """
from shop.chains import chain, model, words  # !


def view(name):
    answer = chain.run({"name": name})  # !
    answer.additional_kwargs.get("call", {}).get("arguments")
    model.invoke(name).response_metadata.get("usage")  # !
    return words.format(name=name), words.invoke(name)
# file: shop/chains.py
from langchain.chains import LLMChain
from langchain.prompts import PromptTemplate
from langchain_openai import ChatOpenAI

words = PromptTemplate(template="Hi {name}")
model = ChatOpenAI()
chain = LLMChain(llm=model, prompt=words)
""",
    "the answer of a provider": """
from shop.provider import client  # !


def view(text):
    answer = client.chat.completions.create(messages=[text])  # !
    return answer.choices[0].message.content, answer.model_dump().get("usage"), answer.usage
# file: shop/provider.py
from openai import OpenAI

client = OpenAI()
""",
    "older functions of a provider": """
import openai  # !


def view(text):
    openai.api_key = text
    openai.Embedding.create(input=text)  # !
    openai.Audio.transcribe("x", text)  # !
    openai.chat.completions.create(messages=[text])  # !
""",
    "the answer of a library of which little is known": """
from pugnacious import thing
from asks import Session  # !


def view(path):
    answer = Session(path).request("GET", path)  # !
    return answer.headers.get("x"), answer.get("files"), answer.json().get("x")
""",
    "words that another module keeps": """
from shop.words import GREETING, PARSER


def view():
    return GREETING.format(name="y"), PARSER.parse("z")
# file: shop/words.py
from langchain.output_parsers import JsonParser
from langchain.prompts import PromptTemplate

GREETING = PromptTemplate(template="Hi {name}")
PARSER = JsonParser()
""",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_not_taken_for_its_client(name: str, project: Project) -> None:
    always = {"shop/__init__.py": ""}
    found, marked = check_marked(project, ANSWERS[name], OUTBOUND, "shop/views.py", always)

    assert found == marked
