"""What `api` finds in messages, tasks and remote procedures that the code of another service takes."""

import pytest
from marks import check_marked
from project import Project

SERVICES = """
version: 1
services:
  orders: {root: orders, packages: [orders]}
  billing: {root: billing, packages: [billing]}
contracts:
  - id: apis-fit
    kind: api
    over: services
"""
BILLING = """
from celery import Celery, shared_task
from faststream.rabbit import RabbitBroker
from pydantic import BaseModel, ConfigDict

app = Celery("billing")
broker = RabbitBroker("amqp://")


class OrderPlaced(BaseModel):
    order: int
    note: str = ""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    order: int


@app.task(name="billing.charge")
def charge(amount: int, currency: str = "EUR", *, urgent=False): ...


@shared_task(bind=True)
def refund(self, amount): ...


@app.task
def anything(**options): ...


@broker.subscriber("orders.placed")
async def placed(message: OrderPlaced): ...


@broker.subscriber("orders.strict")
async def strict(message: Strict): ...


@broker.subscriber("orders.raw")
async def raw(message): ...
"""
MESSAGES = {
    "a task by its name, with its arguments by keyword": """
from celery import Celery
app = Celery("orders")
app.send_task("billing.charge", kwargs={"amount": 3})
app.send_task("billing.charge", kwargs={"amount": 3, "currency": "EUR", "urgent": True})
app.send_task("billing.charge", kwargs={"currency": "EUR"})  # !
app.send_task("billing.charge", kwargs={"amount": 3, "colour": "red"})  # !
app.signature("billing.charge", kwargs={"colour": "red", "amount": 3})  # !
""",
    "a task whose arguments are positional as well, or not known": """
from celery import Celery
app = Celery("orders")
def send(options):
    app.send_task("billing.charge", [3], {"currency": "EUR"})
    app.send_task("billing.charge", args=[3], kwargs={"currency": "EUR"})
    app.send_task("billing.charge", args=[], kwargs={"currency": "EUR"})  # !
    app.send_task("billing.charge", kwargs=options)
    app.send_task("billing.charge", kwargs={**options})
    app.send_task("billing.charge")
""",
    "a task without a name of its own, bound, or with any arguments": """
from celery import Celery
app = Celery("orders")
app.send_task("billing.tasks.refund", kwargs={"amount": 3})
app.send_task("billing.tasks.refund", kwargs={"self": 3})  # !
app.send_task("billing.tasks.anything", kwargs={"whatever": 3})
""",
    "a task that there is not is unknown: a worker elsewhere may have it": """
from celery import Celery
app = Celery("orders")
app.send_task("billing.chrge", kwargs={"amount": 3})
""",
    "a task through a wrapper": """
from celery import Celery
app = Celery("orders")
def send(name, **arguments):
    app.send_task(name, kwargs=arguments)
def enqueue(name, arguments):
    app.send_task(name, kwargs=arguments)
enqueue("billing.charge", {"amount": 3})
enqueue("billing.charge", {"sum": 3})  # !
""",
    "a message against the model of its consumer": """
from faststream.rabbit import RabbitBroker
broker = RabbitBroker("amqp://")
async def place(data):
    await broker.publish({"order": 3}, "orders.placed")
    await broker.publish({"order": 3, "more": 4}, "orders.placed")
    await broker.publish({"note": "x"}, "orders.placed")  # !
    await broker.publish({"order": 3, "more": 4}, "orders.strict")  # !
    await broker.publish({"anything": 3}, "orders.raw")
    await broker.publish({"anything": 3}, "orders.elsewhere")
    await broker.publish(data, "orders.placed")
""",
}


@pytest.mark.parametrize("text", MESSAGES.values(), ids=MESSAGES)
def test_a_message_fits_what_its_consumer_takes_or_is_found(project: Project, text: str) -> None:
    always = {"billing/billing/__init__.py": "", "billing/billing/tasks.py": BILLING, "orders/orders/__init__.py": ""}
    found, marked = check_marked(project, text, SERVICES, "orders/orders/send.py", always)
    assert found == marked


SERVICER = """
from concurrent import futures

import grpc
from pb import payments_pb2_grpc


class Payments(payments_pb2_grpc.PaymentsServicer):
    def Charge(self, request, context): ...


server = grpc.server(futures.ThreadPoolExecutor())
payments_pb2_grpc.add_PaymentsServicer_to_server(Payments(), server)
"""


def test_without_a_proto_file_calls_of_stubs_are_compared_with_the_servicer(project: Project) -> None:
    text = """
import grpc
from pb import payments_pb2_grpc, other_pb2_grpc
stub = payments_pb2_grpc.PaymentsStub(grpc.insecure_channel("payments:50051"))
stub.Charge(None)
stub.Pay(None)  # !
other_pb2_grpc.OtherStub(grpc.insecure_channel("other:50051")).Pay(None)
"""
    always = {"billing/billing/__init__.py": "", "billing/billing/server.py": SERVICER}
    found, marked = check_marked(project, text, SERVICES, "orders/orders/send.py", always)

    assert found == marked
    (violation,) = project.check().violations
    assert violation.message == (
        "orders::orders.send must not call Payments/Pay: billing/billing/server.py declares no such procedure"
    )


def test_a_task_that_nobody_sends_is_listed_on_demand(project: Project) -> None:
    project.write_all({"billing/billing/__init__.py": "", "billing/billing/tasks.py": BILLING})
    project.write("orders/orders/__init__.py", "")
    project.write(
        "orders/orders/send.py",
        'from celery import Celery\nCelery("orders").send_task("billing.charge", kwargs={"amount": 3})\n',
    )
    project.configure(SERVICES + "    uncalled: info\n")

    uncalled = {found.symbol for found in project.check().violations if found.rule == "uncalled"}
    assert "CONSUME billing.tasks.refund" in uncalled
    assert "CONSUME billing.charge" not in uncalled
