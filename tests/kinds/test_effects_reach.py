"""Effects are found wherever a call may lead to them: a body that no rule can be broken in is not read."""

import pytest
from effect_shops import SHOP
from project import Project

from archguard.effects.call_effects import CallEffects
from archguard.effects.table import effect_table
from archguard.model import Confidence

_HTTP = frozenset({"http"})
_SEND = "import requests\n\n\ndef send(order=None):\n    requests.post('https://a.example')\n\n\n"


def symbols(project: Project, text: str, rule: str) -> list[str]:
    """What the violations of `rule` in `text` call, by line."""
    project.write_all(SHOP)
    project.write("shop/service.py", text)
    project.configure(
        f"""
        version: 1
        project: {{packages: [shop]}}
        contracts:
          - {{id: effects, kind: effects, rules: [{rule}]}}
        """
    )
    found = [it for it in project.check().violations if it.importer == "shop.service"]
    return [it.symbol.rpartition(".")[2] for it in sorted(found, key=lambda it: it.location.line)]


@pytest.mark.parametrize(
    "body",
    [
        "send()",
        "list(map(send, orders))",
        "sorted(orders, key=send)",
        "run(send)",
        "run(lambda: send())",
        "for order in sends(): pass",
        "pending = sends()\n    for order in pending: pass",
        "Mailer().remind()",
        "hand_on(send)",
    ],
)
def test_a_request_is_found_through(project: Project, body: str) -> None:
    text = f"""{_SEND}def run(job):
    job()


def hand_on(job):
    run(job)


def sends():
    yield send()


class Reminder:
    def remind(self):
        self.act()

    def act(self):
        pass


class Mailer(Reminder):
    def act(self):
        send()


def serve(orders):
    {body}
"""

    assert symbols(project, text, "{functions: serve, must_not: http}")


@pytest.mark.parametrize(
    "body", ["run(len)", "sends()", "sorted(orders, key=len)", "Reminder().remind()", "list(map(str, orders))"]
)
def test_no_request_is_found_in(project: Project, body: str) -> None:
    text = f"""{_SEND}def run(job):
    job()


def sends():
    yield send()


class Reminder:
    def remind(self):
        self.act()

    def act(self):
        pass


def serve(orders):
    {body}
"""

    assert not symbols(project, text, "{functions: serve, must_not: http}")


def test_a_query_counts_in_the_loops_around_both_what_builds_it_and_what_consumes_it(project: Project) -> None:
    text = """
from shop.models import Book


def after(keys):
    for key in keys:
        books = Book.objects.filter(pk=key)
    return list(books)


def refined(keys):
    books = Book.objects.all()
    for key in keys:
        books = books.exclude(pk=key)
    return list(books)


def inside(keys):
    for key in keys:
        books = Book.objects.all()
        for other in keys:
            books = books.exclude(pk=other)
        print(list(books))


def before(keys):
    books = Book.objects.all()
    for key in keys:
        for book in books:
            print(book)


def around(keys):
    for key in keys:
        if Book.objects.filter(pk=key):
            print(key)
"""

    assert symbols(project, text, "{in: loop, must_not: query}") == ["list", "filter"]


def test_whether_a_function_may_reach_a_channel_is_told_without_its_body(project: Project) -> None:
    project.write_all(SHOP)
    project.write(
        "shop/service.py",
        f"{_SEND}def two():\n    one()\n\n\ndef one():\n    send()\n\n\ndef none(orders):\n    orders.sort(key=len)\n",
    )
    codebase = project.codebase()
    table = effect_table(codebase, {})

    def reaching(depth: int) -> set[str]:
        functions = table.functions(codebase.sources["shop.service"])
        effects = CallEffects(table, depth)
        return {scope.name for scope in functions if effects.may_reach(scope, _HTTP)}

    assert reaching(0) == {"shop.service.send"}
    assert reaching(1) == {"shop.service.send", "shop.service.one"}
    assert reaching(2) == {"shop.service.send", "shop.service.one", "shop.service.two"}


def test_calls_in_annotations_and_messages_are_not_counted_as_unresolved(project: Project) -> None:
    project.write_all(SHOP)
    project.write(
        "shop/service.py",
        """
def place(order: unknown.kind(1), flag=[unknown.text(x) for x in ()]) -> unknown.kind(2):
    amount: unknown.kind(3) = 1
    assert amount, [unknown.text(x) for x in order]
    return unknown.run(order)
""",
    )
    codebase = project.codebase()

    assert effect_table(codebase, {}).unresolved(codebase.sources["shop.service"]) == 2


def test_a_condition_narrows_the_receiver_of_a_call_in_it_before_its_truth_is_asked_for(project: Project) -> None:
    project.write_all(SHOP)
    project.write(
        "shop/service.py",
        "def whole(amounts):\n"
        "    for amount in amounts:\n"
        "        if not (isinstance(amount, float) and amount.is_integer()):\n"
        "            return False\n",
    )
    codebase = project.codebase()
    table, source = effect_table(codebase, {}), codebase.sources["shop.service"]

    bodies = [table.body(function) for function in table.functions(source)]

    assert bodies
    assert table.unresolved(source) == 0


def test_an_alternative_that_has_an_effect_a_call_deeper_than_is_followed_has_it_as_well(project: Project) -> None:
    text = """
from sqlalchemy.orm import Session, sessionmaker


class Link:
    def __init__(self, session: Session):
        self.session = session

    def load(self, key):
        return self.session.get(key)

    def close(self, key):
        return self.session.get(key)


class Pool:
    def __init__(self):
        self.make = sessionmaker()

    def load(self, key):
        return Link(self.make()).load(key)

    def close(self, key):
        print(key)


pool = Pool()


def load(key, link: Link | None = None):
    return (link or pool).load(key)


def close(key, link: Link | None = None):
    return (link or pool).close(key)


def run(keys):
    for key in keys:
        load(key)
        close(key)
"""
    project.write_all(SHOP)
    project.write("shop/service.py", text)
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        contracts:
          - {id: effects, kind: effects, depth: 2, rules: [{in: loop, must_not: query}]}
        """
    )
    violations = {found.symbol: found.confidence for found in project.check().violations}

    assert violations == {"shop.service.load": Confidence.CERTAIN, "shop.service.close": Confidence.POSSIBLE}
