"""Who may reach whom, and over what: every marked line of these monorepos must be found, and no other."""

import pytest
from marks import check_marked, found_in
from project import Project

from archguard.model import Confidence, OutcomeStatus, Severity

SERVICES = """
version: 1
project: {source_roots: [libs], packages: [shared]}
services:
  orders:
    {root: services/orders, packages: [app], hosts: orders, tables: "order*", topics: "orders.*", public: app.client}
  payments:
    root: services/payments
    packages: [app, payments_client]
    hosts: [payments, "payments.shop.internal", api.shop.com/payments, PAYMENTS_URL]
    tables: ["payment*", billing.*]
    topics: ["payments.*", charge]
    public: [payments_client, app.events]
contracts:
  - id: boundaries
    kind: services
    unused_permissions: ignore
    policy:
"""
ALWAYS = {
    "services/orders/app/__init__.py": "",
    "services/orders/app/models.py": "",
    "services/orders/app/client.py": "",
    "services/payments/app/__init__.py": "",
    "services/payments/app/models.py": "class Payment: ...\n",
    "services/payments/app/events.py": "class Paid: ...\n",
    "services/payments/payments_client/__init__.py": "from payments_client.http import charge\n",
    "services/payments/payments_client/http.py": "def charge(): ...\n",
    "libs/shared/__init__.py": "",
}
NOTHING = SERVICES + "      payments: []\n"
FIRST = "services/orders/app/api.py"

FORBIDDEN = {
    "an import of what is published": """
from payments_client import charge  # !
""",
    "an import of another service's own package through its path": """
from services.payments.app import models  # !
""",
    "an import by the last part of the path": """
import payments.app.models  # !
""",
    "an import in a function": """
def view():
    from payments_client.http import charge  # !
""",
    "an import through a shared library": """
from shared import pay  # !
# file: libs/shared/pay.py
import payments_client
""",
    "an import through two shared modules": """
import shared.one  # !
# file: libs/shared/one.py
import shared.two
# file: libs/shared/two.py
from payments_client.http import charge
""",
    "a request to another service's host": """
import requests
requests.get("http://payments/charge")  # !
requests.post("http://payments:8000/charge", timeout=3)  # !
requests.get("http://payments.shop.internal/charge")  # !
""",
    "a request to a prefix of a shared host": """
import httpx
httpx.get("https://api.shop.com/payments/1")  # !
httpx.get("https://api.shop.com/catalogue/1")
""",
    "a request by a constant of another module": """
import httpx
from app import settings


def view():
    return httpx.get(f"{settings.PAYMENTS}/charge")  # !
# file: services/orders/app/settings.py
PAYMENTS = "http://payments:8000"
""",
    "a request by the default of a setting": """
import os
import httpx

BASE = os.environ.get("BASE", "http://payments")


def view():
    return httpx.get(BASE + "/charge")  # !
""",
    "a request by a setting that is put in later": """
import os
import httpx

BASE = os.environ["PAYMENTS_URL"]


def view():
    return httpx.get(f"{BASE}/charge")  # !
""",
    "a request by a field of the settings": """
import httpx
from app.settings import settings


def view():
    return httpx.get(f"{settings.payments_url}/charge")  # !
# file: services/orders/app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    payments_url: str


settings = Settings()
""",
    "a request by a setting that an object keeps": """
import httpx
from app.settings import settings


class Client:
    def __init__(self):
        self.base = settings.payments_url

    def load(self):
        return httpx.get(f"{self.base}/charge")  # !


class Other:
    base = settings.payments_url

    def load(self, base=settings.payments_url):
        httpx.get(self.base + "/charge")  # !
        httpx.get(base + "/charge")  # !
# file: services/orders/app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    payments_url: str


settings = Settings()
""",
    "a request by what makes an address of a setting": """
import httpx
from app.settings import settings


class Client:
    def _url(self, path):
        return settings.payments_url + path

    def load(self):
        httpx.get(self._url("/charge"))  # !
        httpx.get(settings.charges)  # !
        httpx.get(settings.orders_url)
# file: services/orders/app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    orders_url: str
    payments_url: str

    @property
    def charges(self):
        return f"{self.payments_url}/charges"


settings = Settings()
""",
    "a client with another service's host as its base": """
import httpx

client = httpx.AsyncClient(base_url="http://payments")  # !
""",
    "a setting that is handed to a client of the project's own": """
from app.settings import settings
from app.wire import Api

api = Api(settings.PAYMENTS_URL)  # !
other = Api(settings.payments_url.rstrip("/"))  # !
third = Api(settings.orders_url)
# file: services/orders/app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    orders_url: str


settings = Settings()
# file: services/orders/app/wire.py
class Api:
    def __init__(self, base): ...
""",
    "a setting that is another service's address by default": """
from app.settings import settings
from app.wire import Api

api = Api(settings.payments_url)  # !
# file: services/orders/app/settings.py
class Settings:
    payments_url: str = "http://payments"


settings = Settings()
# file: services/orders/app/wire.py
class Api:
    def __init__(self, base): ...
""",
    "an address that no known client calls": """
from app.wire import call

URL = "http://payments/charge"


def view():
    return call(URL)  # !
# file: services/orders/app/wire.py
def call(url): ...
""",
    "an address that nothing of the project is called with": """
import wire

URL = "http://payments/charge"  # !
wire.call(URL)
""",
    "an address that is completed in several places": """
from app.wire import call

BASE = "http://payments"


def view():
    call(BASE + "/charge")  # !
    call(f"{BASE}/refund")  # !
    url = "{}/void".format(BASE)
    call(url)  # !
# file: services/orders/app/wire.py
def call(url): ...
""",
    "an address that a module hands to a function of the project": """
from app.wire import Api

api = Api("http://payments/charge")  # !
# file: services/orders/app/wire.py
import httpx


class Api:
    def __init__(self, base): ...


httpx.get("http://payments/charge/1")  # !
""",
    "a setting that is something else by default": """
from app.settings import settings
from app.wire import Api

api = Api(settings.payments_url)  # !
# file: services/orders/app/settings.py
class Settings:
    payments_url: str = "http://localhost:9"


settings = Settings()
# file: services/orders/app/wire.py
class Api:
    def __init__(self, base): ...
""",
    "a call with a setting beside one through a function of the project": """
import httpx
from app.settings import settings
from app.wire import call


def view():
    httpx.get(settings.payments_url + "/charge")  # !
    call(settings.payments_url)  # !
# file: services/orders/app/settings.py
import os


class Settings:
    payments_url = os.environ["PAYMENTS_URL"]


settings = Settings()
# file: services/orders/app/wire.py
def call(url): ...
""",
    "a setting or a constant, on the line before the call": """
import os

import httpx

DEFAULT = "http://payments"


def view():
    url = os.getenv("PAYMENTS_URL") or DEFAULT
    httpx.get("%s/charge" % url)  # !
""",
    "a setting from the configuration of an application": """
import os

import httpx
from flask import Flask, current_app

app = Flask(__name__)
app.config["PAYMENTS_URL"] = os.environ.get("PAYMENTS_URL")


def view():
    httpx.get(current_app.config["PAYMENTS_URL"] + "/charge")  # !
""",
    "topics of an application's configuration": """
from flask import current_app
from kafka import KafkaProducer

producer = KafkaProducer()


def view():
    producer.send(current_app.config["ASKED"], b"1")  # !
    producer.send(current_app.config.get("VOIDED"), b"1")  # !
    producer.send(current_app.config.get("PLACED"), b"1")
    producer.send(current_app.config["GIVEN"], b"1")  # !
    producer.send(current_app.config["NAMED"], b"1")  # !
# file: services/orders/app/main.py
from flask import Flask


def make():
    app = Flask(__name__)
    app.config.from_object("app.settings.Config")
    app.config.from_mapping(GIVEN="payments.given")
    app.config["NAMED"] = "payments.named"
    return app
# file: services/orders/app/settings.py
import os


class Base:
    ASKED = os.getenv("ASKED", "payments.asked")
    PLACED = "orders.placed"


class Config(Base):
    VOIDED: str = "payments.voided"
""",
    "topics in a mapping": """
from kafka import KafkaProducer

TOPICS = {"paid": "payments.paid", "placed": "orders.placed"}
producer = KafkaProducer()


def view():
    producer.send(TOPICS["paid"], b"1")  # !
    producer.send(TOPICS["placed"], b"1")
    producer.send(TOPICS.get("voided", "payments.voided"), b"1")  # !
""",
    "a channel of gRPC": """
import grpc

channel = grpc.insecure_channel("payments:50051")  # !
""",
    "a proxy of nameko": """
from nameko.rpc import RpcProxy


class Orders:
    payments = RpcProxy("payments")  # !
    stock = RpcProxy("stock")
""",
    "a task that is sent by its name": """
from celery import Celery

app = Celery()


def view():
    app.send_task("payments.charge", args=[1])  # !
    app.send_task("orders.place", args=[1])
""",
    "a message to a topic": """
from kafka import KafkaProducer

TOPIC = "payments.requested"
producer = KafkaProducer()


def view():
    producer.send(TOPIC, b"1")  # !
    producer.send("orders.placed", b"1")
    producer.send("stock.changed", b"1")
""",
    "a message by something of the project's own": """
def view(bus):
    bus.publish("payments.requested", {})  # !
    bus.publish(topic="charge")  # !
    bus.log("charge")
""",
    "a message by a function of the project's own": """
from enum import Enum


class Topics(Enum):
    REQUESTED = "payments.requested"


def view(bus, stream):
    bus.publish_event("payments.requested", {})  # !
    bus.dispatch_event(name=Topics.REQUESTED.value)  # !
    bus.enqueue_job("payments.requested")  # !
    stream.xadd("payments.requested", {})  # !
    bus.send_invoice("charge")
    bus.send_email("payments.requested")
    bus.emit_metric("payments.requested")
    bus.send_static_file("payments.html")
    bus.sends("payments.requested")
""",
    "a queue that is bound to another service's topic": """
import aio_pika


async def view(queue: aio_pika.Queue, exchange: aio_pika.Exchange, log):
    await queue.bind(exchange, routing_key="payments.requested")  # !
    log.bind(event="payments.requested")
""",
    "a routing key": """
import pika


def view(channel: pika.adapters.blocking_connection.BlockingChannel):
    channel.basic_publish(exchange="", routing_key="payments.requested", body=b"")  # !
""",
    "SQL that reads another service's table": """
def view(cursor):
    cursor.execute("SELECT * FROM payments WHERE id = %s", (1,))  # !
    cursor.execute("SELECT * FROM orders WHERE id = %s", (1,))
""",
    "SQL that joins another service's table": """
QUERY = (
    "SELECT o.id, p.amount "  # !
    "FROM orders o "
    "JOIN payments p ON p.order_id = o.id"
)
""",
    "SQL in a constant": """
QUERY = "UPDATE payments SET amount = 0 WHERE id = 1"  # !
""",
    "SQL in another schema": """
from sqlalchemy import text


def view(session):
    session.execute(text("DELETE FROM billing.invoices WHERE id = 1"))  # !
""",
    "a model of another service's table": """
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase): ...


class Payment(Base):
    __tablename__ = "payments"  # !


class Order(Base):
    __tablename__ = "orders"
""",
    "a table of another service": """
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table

payments = Table("payments", MetaData())  # !
orders = Table("orders", MetaData(), Column("payment", Integer, ForeignKey("payments.id")))  # !
""",
    "a foreign key however it is written": """
from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlmodel import Field

ONE = ForeignKey(column="payments.id")  # !
TWO = ForeignKeyConstraint(["payment"], ["payments.id"])  # !
THREE = ForeignKeyConstraint(["order"], refcolumns=["orders.id"])
FOUR = Field(None, foreign_key="payments.id")  # !
""",
    "a table of another schema": """
from sqlalchemy import MetaData, Table, table
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase): ...


class Invoice(Base):
    __tablename__ = "invoices"  # !
    __table_args__ = {"schema": "billing"}


class Line(Base):
    __tablename__ = "lines"  # !
    __table_args__ = (None, {"schema": "billing"})


class Own(Base):
    __tablename__ = "invoices"
    __table_args__ = {"schema": "orders"}


letters = Table("letters", MetaData(), schema="billing")  # !
payments = table("payments")  # !
""",
    "a migration of another service's table": """
from alembic import op


def upgrade():
    op.add_column("payments", None)  # !
    op.alter_column("orders", "number")
    op.drop_column("letters", "paid", schema="billing")  # !
""",
    "a relation to a model of Django by its name": """
from django.db import models


class Order(models.Model):
    payment = models.ForeignKey("payments.Payment", on_delete=models.CASCADE)  # !
    others = models.ManyToManyField(to="payments.Payment")  # !
    parent = models.ForeignKey("self", on_delete=models.CASCADE)
    stock = models.OneToOneField("stock.Item", on_delete=models.CASCADE)
""",
    "a model of Django": """
from django.db import models


class Payment(models.Model):
    class Meta:
        db_table = "payments"  # !
        managed = False


class Order(models.Model):
    class Meta:
        db_table = "orders"
""",
    "a model of SQLModel by its name": """
from sqlmodel import SQLModel


class Payment(SQLModel, table=True):  # !
    id: int


class PaymentIn(SQLModel):
    id: int
""",
}
TRAPS = {
    "the same package in both services": """
from app import models
from app.models import Order
import app.client
# file: services/orders/app/models.py
class Order: ...
""",
    "a shared library that knows no service": """
import shared
""",
    "one's own host": """
import requests
requests.get("http://orders/orders/1")
""",
    "a host that belongs to nobody": """
import requests
requests.get("https://api.stripe.com/v1/charges")
requests.get("http://payments.stripe.com/v1/charges")
requests.get("http://my-payments/charge")
""",
    "a path that only begins like another service's": """
import requests
requests.get("https://api.shop.com/payments-archive/1")
""",
    "an attribute that is called like another service's setting": """
def view(order, page):
    page.links.append(order.payments_url)
""",
    "a host in a docstring": '''
def view():
    """Formerly http://payments/charge."""
''',
    "a sentence about payments": """
def view(log):
    log.info("select a plan from payments page")
    print("update your payments, and set a reminder")
    return "delete from the payments folder"
""",
    "a word that is also a topic": """
def view(price):
    print("charge")
    return price.get("charge"), {"charge": 1}["charge"]
""",
    "a table whose name only holds another's": """
def view(cursor):
    cursor.execute("SELECT * FROM repayments WHERE id = 1")
    cursor.execute("SELECT payments FROM orders")
""",
    "a class that is called like another service's": """
class Payment:
    __slots__ = ("payments",)
    table = "payments"
""",
    "a name that another service uses too": """
payments = []
payments_client = None
""",
    "a query of a common table expression": """
def view(cursor):
    cursor.execute("SELECT id FROM orders WHERE note = 'from payments'")
""",
    "a database and a broker on a host that is called like a service": """
DATABASE = "postgresql+psycopg2://orders@payments:5432/orders"
BROKER = "amqp://guest@payments:5672/"
""",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_the_policy_does_not_allow_is_found(name: str, project: Project) -> None:
    found, marked = check_marked(project, FORBIDDEN[name], NOTHING, FIRST, ALWAYS)

    assert found == marked


@pytest.mark.parametrize("name", TRAPS)
def test_what_stays_at_home_is_left_alone(name: str, project: Project) -> None:
    found, _ = check_marked(project, TRAPS[name], NOTHING, FIRST, ALWAYS)

    assert found == []


def test_a_violation_names_both_services(project: Project) -> None:
    project.write_all({**ALWAYS, FIRST: "import payments_client\n"})
    project.configure(NOTHING)

    (found,) = project.check().violations

    assert found.message == ("orders::app.api must not import payments::payments_client: orders may not call payments")
    assert (found.importer, found.imported) == ("orders::app.api", "payments::payments_client")
    assert found.service == "orders"


@pytest.mark.parametrize(
    ("policy", "lines"),
    [
        ("orders: payments", [3]),
        ("orders: [payments]", [3]),
        ("orders: {may_call: [payments]}", [3]),
        ("orders: {may_call: '*'}", [3]),
        ("orders: {may_call: 'pay*', channels: [import]}", [3]),
        ("orders: {may_call: payments, channels: http}", [1, 2, 3]),
        ("orders: {may_call: payments, through: payments.models}", [1, 2]),
        ("orders: {may_call: payments, through: app.models}", [1, 2]),
        ("orders: {may_call: payments, through: 'payments::app.models'}", [1, 2]),
        ("orders: {may_call: payments, through: [payments.models, payments_client, payments.events]}", []),
        ("orders: [{may_call: payments, channels: http}, {may_call: payments, channels: import}]", [3]),
        ("'*': payments", [3]),
        ("'ord*': payments", [3]),
        ("'pay*': '*'", [1, 2, 3]),
        ("'*': {may_call: payments, channels: http}, orders: {may_call: payments, channels: import}", [3]),
        ("payments: [orders]", [1, 2, 3]),
        ("", [1, 2, 3]),
    ],
)
def test_a_permission_is_for_what_it_says(policy: str, lines: list[int], project: Project) -> None:
    imports = "from payments_client import charge\nfrom payments.app.events import Paid\nimport payments.app.models\n"
    project.write_all({**ALWAYS, FIRST: imports})
    project.configure(SERVICES.replace("policy:", f"policy: {{{policy}}}"))

    report = project.check()

    assert not report.problems
    assert [line for _, line in found_in(report)] == lines


def test_a_name_that_a_published_module_passes_on_is_published(project: Project) -> None:
    project.write_all(
        {
            **ALWAYS,
            "services/payments/app/events.py": "from app.models import Payment as Paid\n",
            "services/shipping/app/api.py": "",
            "services/shipping/desk.py": "from payments_client import charge\nfrom events_of_payments import Paid\n",
            "services/payments/events_of_payments.py": "from app.models import Payment as Paid\n",
        }
    )
    project.configure(
        """
        version: 1
        services:
          shipping: {root: services/shipping, packages: [desk]}
          payments:
            {root: services/payments, packages: [app, payments_client, events_of_payments], public: events_of_payments}
        contracts:
          - {id: boundaries, kind: services, policy: {shipping: payments}}
        """
    )

    assert [line for _, line in found_in(project.check())] == [1]


SHARED = """
version: 1
services:
  orders: {root: services/orders, packages: [app]}
  payments: {root: services/payments, packages: [app], topics: order.created, hosts: api, tables: rates}
  shipping: {root: services/shipping, packages: [app], topics: order.created, hosts: api, tables: rates}
contracts:
  - {id: boundaries, kind: services, unused_permissions: error, policy: {%s}}
"""
OVER = "channels: [http, queue, table]"
REACHING = {
    "a topic": "from kafka import KafkaProducer\nKafkaProducer().send('order.created', b'')\n",
    "a host": "import httpx\nhttpx.get('http://api/orders')\n",
    "a table": "# of rates\nRATES = 'SELECT * FROM rates'\n",
}


@pytest.mark.parametrize("code", REACHING.values(), ids=REACHING)
@pytest.mark.parametrize(
    ("policy", "lines"),
    [
        ("", [2]),
        (f"orders: {{may_call: payments, {OVER}}}", []),
        (f"orders: {{may_call: shipping, {OVER}}}", []),
        (f"orders: {{may_call: [payments, shipping], {OVER}}}", []),
    ],
)
def test_what_several_services_have_may_be_reached_by_those_that_may_reach_one_of_them(
    policy: str, lines: list[int], code: str, project: Project
) -> None:
    everywhere = {f"services/{name}/app/own.py": code for name in ("payments", "shipping")}
    project.write_all({**everywhere, FIRST: code})
    project.configure(SHARED % policy)

    assert found_in(project.check()) == [(FIRST, line) for line in lines]


def test_tables_are_out_of_bounds_unless_the_permission_says_so(project: Project) -> None:
    project.write_all({**ALWAYS, FIRST: 'QUERY = "SELECT * FROM payments"\n'})

    project.configure(SERVICES + "      orders: payments\n")
    assert [found.message for found in project.check().violations] == [
        "orders::app.api must not read the table payments: orders may reach payments over import, http, rpc, queue only"
    ]

    project.configure(SERVICES + "      orders: {may_call: payments, channels: table}\n")
    assert project.check().passed


def test_packages_of_one_root_are_services_too(project: Project) -> None:
    project.write_all(
        {
            "shop/orders/api.py": (
                "from shop.payments import client\nfrom shop.payments.models import Payment\nimport shop.common\n"
            ),
            "shop/payments/client.py": "",
            "shop/payments/models.py": "class Payment: ...\n",
            "shop/common.py": "",
        }
    )
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        services:
          orders: {modules: shop.orders}
          payments: {modules: shop.payments}
        contracts:
          - {id: boundaries, kind: services, policy: {orders: {may_call: payments, through: payments.client}}}
        """
    )

    (found,) = project.check().violations

    assert found.location.line == 2
    assert found.message == (
        "shop.orders.api must not import shop.payments.models: payments offers orders payments.client only"
    )


def test_only_the_ways_that_are_asked_for_are_looked_at(project: Project) -> None:
    project.write_all({**ALWAYS, FIRST: "import payments_client\nQUERY = 'SELECT * FROM payments'\n"})

    project.configure(NOTHING.replace("kind: services", "kind: services\n    channels: table"))

    assert found_in(project.check()) == [(FIRST, 2)]


def test_a_permission_that_nobody_uses_is_a_warning(project: Project) -> None:
    project.write_all(ALWAYS)
    project.configure(SERVICES.replace("ignore\n", "warning\n") + "      orders: payments\n")

    report = project.check()

    (found,) = report.violations
    assert found.severity is Severity.WARNING
    assert found.message == "orders may call payments, but no code of orders does"
    assert (found.importer, found.imported) == ("orders::app", "payments")


def test_a_permission_for_many_services_is_used_by_any_of_them(project: Project) -> None:
    project.write_all({**ALWAYS, FIRST: "import payments_client\n"})
    configuration = SERVICES.replace("ignore\n", "warning\n")

    project.configure(configuration + "      '*': payments\n")
    assert not project.check().violations

    project.configure(configuration + "      '*': [payments, orders]\n")
    (found,) = project.check().violations
    assert found.message == "* may call orders, but no code of * does"


@pytest.mark.parametrize(
    ("way", "line"),
    [
        ("import", "import payments_client"),
        ("http", "import httpx\nhttpx.get('http://payments/1')"),
        ("rpc", "import grpc\ngrpc.insecure_channel('payments:50051')"),
        ("queue", "def view(bus):\n    bus.publish('payments.requested')"),
        ("table", "QUERY = 'SELECT * FROM payments'"),
    ],
)
def test_a_permission_is_used_over_any_way_that_it_allows(way: str, line: str, project: Project) -> None:
    project.write_all({**ALWAYS, FIRST: line + "\n"})
    policy = f"      orders: {{may_call: payments, channels: {way}}}\n"
    project.configure(SERVICES.replace("unused_permissions: ignore", "unused_permissions: error") + policy)

    assert project.check().passed


@pytest.mark.parametrize(
    ("policy", "message", "hint"),
    [
        ("ordesr: payments", "there is no service 'ordesr'", "did you mean 'orders'?"),
        ("orders: paymets", "there is no service 'paymets'", "did you mean 'payments'?"),
        ("orders: warehouse", "there is no service 'warehouse'", "there is: orders, payments"),
        ("'odr*': payments", "there is no service 'odr*'", "there is: orders, payments"),
        ("orders: 'pym*'", "there is no service 'pym*'", "there is: orders, payments"),
        ("orders: {may_call: payments, through: payments.clients}", "'payments.clients' is no module of payments", ""),
        ("orders: {may_call: payments, through: 'payments.-'}", "'payments.-' is no module of payments", ""),
        ("orders: orders", "orders may always call itself", ""),
        (
            "orders: {may_call: payments, through: payments.events, channels: http}",
            "`through` is about imports, which are not among `channels`",
            "",
        ),
    ],
)
def test_a_policy_that_leads_nowhere_is_an_error(policy: str, message: str, hint: str, project: Project) -> None:
    project.write_all(ALWAYS)
    project.configure(SERVICES.replace("policy:", f"policy: {{{policy}}}"))

    report = project.check()

    assert [outcome.status for outcome in report.outcomes] == [OutcomeStatus.ERROR]
    assert (report.problems[0].message, report.problems[0].hint) == (message, hint)
    assert all(problem.location and problem.location.line >= 5 for problem in report.problems)


@pytest.mark.parametrize(
    ("policy", "blamed"),
    [
        ("ordesr: payments", "ordesr"),
        ("orders: paymets", "paymets"),
        ("orders: [payments, paymets]", "paymets"),
        ("orders: {may_call: paymets}", "paymets"),
        ("orders: {may_call: [payments, paymets]}", "paymets"),
        ("orders: [payments, {may_call: [payments, paymets]}]", "paymets"),
        ("orders: {may_call: payments, through: [payments_client, payments.clients]}", "payments.clients"),
    ],
)
def test_a_fault_points_at_what_is_wrong_in_the_policy(policy: str, blamed: str, project: Project) -> None:
    project.write_all(ALWAYS)
    project.configure(SERVICES.replace("policy:", f"policy: {{{policy}}}"))

    (problem,) = project.check().problems

    assert problem.location
    assert problem.excerpt[problem.location.column - 1 :].startswith(blamed)


def test_a_policy_without_services_is_an_error(project: Project) -> None:
    project.write("shop/api.py")
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        contracts: [{id: boundaries, kind: services, policy: {orders: payments}}]
        """
    )

    assert "there are no services" in project.check().problems[0].message


def test_a_module_has_one_service(project: Project) -> None:
    project.write_all({"shop/orders/api.py": "", "shop/payments/api.py": ""})
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        services:
          everything: {modules: shop}
          payments: {modules: shop.payments}
        contracts: [{id: boundaries, kind: services, policy: {}}]
        """
    )

    messages = [problem.message for problem in project.check().problems]

    assert messages == ["shop.payments belongs to everything and payments; a module has one service"]


def test_what_is_known_by_its_name_alone_is_likely(project: Project) -> None:
    project.write_all({**ALWAYS, FIRST: "def view(bus):\n    bus.publish('payments.requested')\n"})
    project.configure(NOTHING)

    assert [found.confidence for found in project.check().violations] == [Confidence.LIKELY]


@pytest.mark.parametrize(
    ("line", "deed"),
    [
        ("bus.publish_event('payments.requested')", "send to"),
        ("bus.subscribe('payments.requested')", "consume"),
        ("bus.basic_consume('payments.requested')", "consume"),
        ("AIOKafkaConsumer('payments.requested')", "consume"),
    ],
)
def test_it_is_told_which_way_messages_go(line: str, deed: str, project: Project) -> None:
    project.write_all({**ALWAYS, FIRST: f"from aiokafka import AIOKafkaConsumer\n\n\ndef view(bus):\n    {line}\n"})
    project.configure(NOTHING)

    messages = [found.message for found in project.check().violations]

    assert messages == [f"orders::app.api must not {deed} payments.requested: orders may not call payments"]


def test_hosts_outside_are_looked_at_where_they_are_listed(project: Project) -> None:
    calls = (
        "import requests\n"
        "requests.get('https://api.stripe.com/v1')\n"
        "requests.get('https://api.partner.com/v1')\n"
        "requests.get('http://orders/1')\n"
    )
    project.write_all({**ALWAYS, FIRST: calls, "services/payments/app/models.py": calls})
    project.configure(
        SERVICES.replace("unused_permissions", "external_hosts: {orders: api.stripe.com}\n    unused_permissions")
        + "      payments: orders\n"
    )

    (found,) = project.check().violations

    assert found.location.line == 3
    assert found.message == (
        "orders::app.api must not call https://api.partner.com/v1: orders may reach api.stripe.com outside"
    )


def test_an_address_that_is_called_is_not_reported_twice(project: Project) -> None:
    project.write_all({**ALWAYS, FIRST: "import httpx\nhttpx.get('http://payments/charges?limit=10')\n"})
    project.configure(NOTHING)

    (found,) = project.check().violations

    assert found.message == "orders::app.api must not call http://payments/charges: orders may not call payments"


@pytest.mark.parametrize(
    "kind", ["independence, modules: [orders, payments]", "forbidden, modules: orders, must_not_import: payments"]
)
def test_contracts_about_imports_know_services_by_their_folders(kind: str, project: Project) -> None:
    project.write_all({**ALWAYS, FIRST: "from services.payments.app import models\n"})
    project.configure(SERVICES.partition("contracts:")[0] + f"contracts: [{{id: apart, kind: {kind}}}]\n")

    assert found_in(project.check()) == [(FIRST, 1)]


def test_hosts_outside_are_listed_for_many_services_at_once(project: Project) -> None:
    calls = "import requests\nrequests.get('https://api.stripe.com')\nrequests.get('https://api.partner.com')\n"
    project.write_all({**ALWAYS, FIRST: calls, "services/payments/app/models.py": calls})
    hosts = "external_hosts: {'*': api.stripe.com, orders: api.partner.com}\n    unused_permissions"
    project.configure(SERVICES.replace("unused_permissions", hosts) + "      payments: orders\n")

    assert found_in(project.check()) == [("services/payments/app/models.py", 3)]
