"""What `gateway` accepts as a wrapper of a request, and for which requests it asks for one."""

from textwrap import dedent

import pytest
from marks import check_marked
from project import Project

CONTRACT = """
version: 1
project: {packages: [shop]}
contracts:
  - id: resilient
    kind: gateway
    require: {wrapped_in: [tenacity.retry, tenacity.Retrying, tenacity.AsyncRetrying, urllib3.util.Retry, shop.net]}
"""
NET = """
from functools import wraps

import requests
from tenacity import retry, stop_after_attempt

policy = retry(stop=stop_after_attempt(3))


def resilient(function):
    @wraps(function)
    def inner(*args):
        return function(*args)
    return inner


def attempts(function, *args):
    return function(*args)


class Transport: ...


class ResilientSession(requests.Session): ...
"""
CODE = {
    "a request without a wrapper": """
import requests


def stock():
    return requests.get("http://stock")  # !
""",
    "a decorator, with and without a call, through an alias": """
import requests
import tenacity as again
from tenacity import retry as repeated


@repeated
def stock():
    return requests.get("http://stock")


@again.retry(stop=again.stop_after_attempt(3))
async def price():
    return requests.get("http://price")
""",
    "a decorator of the same name from elsewhere": """
import requests
from flows import retry


@retry
def stock():
    return requests.get("http://stock")  # !
""",
    "another decorator of tenacity's package": """
import requests
import tenacity


@tenacity.before_log
def stock():
    return requests.get("http://stock")  # !
""",
    "a decorator of the project, and a policy that it keeps": """
import requests
from shop.net import policy, resilient as safe


@safe
def stock():
    return requests.get("http://stock")


@policy
def price():
    return requests.get("http://price")
""",
    "a decorator that is made from a listed one": """
import requests
from tenacity import retry

often = retry(reraise=True)
rarely = dict(reraise=True)


@often
def stock():
    return requests.get("http://stock")


@rarely
def price():
    return requests.get("http://price")  # !
""",
    "a decorated method, and one beside it": """
import requests
from tenacity import retry


class Client:
    def __init__(self):
        self.session = requests.Session()

    @retry
    def stock(self):
        return self.session.get("http://stock")

    def price(self):
        return self.session.get("http://price")  # !
""",
    "a decorated class": """
import requests
from shop.net import resilient


@resilient
class Client:
    def stock(self):
        return requests.get("http://stock")
""",
    "a function inside of a decorated one": """
import requests
from tenacity import retry


@retry
def stock(keys):
    def one(key):
        return requests.get(key)
    return [one(key) for key in keys]
""",
    "a request in the decorator's own arguments": """
import requests
from tenacity import retry


@retry(requests.get("http://policy"))  # !
def stock(): ...
""",
    "a client's function that is passed to a wrapper, and to something else": """
import asyncio

import requests
from functools import partial
from shop.net import attempts

attempts(requests.get, "http://stock")
attempts(partial(requests.get, "http://stock"))
asyncio.to_thread(requests.get, "http://stock")  # !
""",
    "a result that is passed to a wrapper": """
import requests
from shop.net import attempts

attempts(requests.get("http://stock"))  # !
""",
    "a lambda that is passed to a wrapper, and to something else": """
import requests
from shop.net import attempts

attempts(lambda: requests.get("http://stock"))
sorted([], key=lambda url: requests.get(url))  # !
""",
    "a function that is passed to a wrapper by name": """
import requests
from shop.net import attempts


def stock():
    return requests.get("http://stock")


def price():
    return requests.get("http://price")  # !


attempts(stock)
print(price)
""",
    "an instance that is called": """
import requests
from tenacity import Retrying

retrying = Retrying(reraise=True)
retrying(requests.get, "http://stock")
Retrying()(lambda: requests.get("http://stock"))
""",
    "a loop over attempts, and what comes after it": """
import requests
from tenacity import AsyncRetrying, Retrying


def stock():
    for attempt in Retrying():
        with attempt:
            answer = requests.get("http://stock")
    requests.get("http://log")  # !
    return answer


async def price():
    async for attempt in AsyncRetrying():
        with attempt:
            return requests.get("http://price")
""",
    "a loop over something else, and the request that makes the attempts": """
import requests
from tenacity import Retrying


def stock(keys):
    for key in keys:
        requests.get(key)  # !
    for attempt in Retrying(requests.get("http://policy")):  # !
        pass
""",
    "a client that is a wrapper": """
import requests
from shop.net import ResilientSession


class Payments(ResilientSession):
    def charge(self):
        return self.post("http://payments")


resilient = ResilientSession()
plain = requests.Session()
resilient.get("http://stock")
plain.get("http://stock")  # !
""",
    "a client with a transport that is a wrapper": """
import httpx
from shop.net import Transport

safe = httpx.Client(transport=Transport())
plain = httpx.Client(transport=httpx.HTTPTransport())
safe.get("http://stock")
plain.get("http://stock")  # !
""",
    "an adapter with retries, mounted on one of two sessions": """
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

adapter = HTTPAdapter(max_retries=Retry(3))
safe = requests.Session()
safe.mount("http://", adapter)
plain = requests.Session()
plain.mount("http://", HTTPAdapter())
safe.get("http://stock")
plain.get("http://stock")  # !
""",
    "a session that a function makes and mounts an adapter on": """
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry


def make():
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=Retry(3)))
    return session


make().get("http://stock")
""",
    "a helper that decorated functions call, and they alone": """
import requests
from tenacity import retry


def fetch(url):
    return requests.get(url)


@retry
def stock():
    return fetch("http://stock")


@retry
def price():
    return [fetch(url) for url in ("http://price", "http://tax")]
""",
    "a helper that one function calls without a decorator": """
import requests
from tenacity import retry


def fetch(url):
    return requests.get(url)  # !


@retry
def stock():
    return fetch("http://stock")


def price():
    return fetch("http://price")
""",
    "a helper that nobody calls, and one that only calls itself": """
import requests


def fetch(url):
    return requests.get(url)  # !


def again(url):
    requests.get(url)  # !
    return again(url)
""",
    "a helper that decorated functions of other modules call": """
import requests


def fetch(url):
    return requests.get(url)
# file: shop/stock.py
from tenacity import retry

from shop.views import fetch


@retry
def stock():
    return fetch("http://stock")
# file: shop/price.py
import tenacity

from shop import views


@tenacity.retry
def price():
    return views.fetch("http://price")
""",
    "a helper that another module calls without a decorator": """
import requests
from tenacity import retry


def fetch(url):
    return requests.get(url)  # !


@retry
def stock():
    return fetch("http://stock")
# file: shop/price.py
from shop.views import fetch

fetch("http://price")
""",
    "a helper that is passed on, stored, or imported under another name": """
import requests
from tenacity import retry


def fetch(url):
    return requests.get(url)  # !


def load(url):
    return requests.get(url)  # !


def read(url):
    return requests.get(url)  # !


@retry
def stock():
    return fetch("http://stock"), load("http://stock"), read("http://stock")


TABLE = {"stock": load}
print(map(fetch, []))
# file: shop/price.py
from shop.views import read as get

get("http://price")
""",
    "a helper of a helper, and one that is too far away": """
import requests
from tenacity import retry


def first(url):
    return requests.get(url)


def second(url):
    return first(url)


def third(url):
    return second(url)


@retry
def stock():
    return third("http://stock")


def far(url):
    return requests.get(url)  # !


def farther(url):
    return far(url)


def farthest(url):
    return farther(url)


def beyond(url):
    return farthest(url)


@retry
def price():
    return beyond("http://price")
""",
    "a method that decorated methods call on themselves": """
import requests
from tenacity import retry


class Client:
    def _get(self, url):
        return requests.get(url)

    def _post(self, url):
        return requests.post(url)  # !

    @retry
    def stock(self):
        self._post("http://stock")
        return self._get("http://stock")


def place(client):
    client._post("http://orders")
""",
    "a method that is called through the class that it overrides": """
import requests
from tenacity import retry


class Partner:
    def send(self): ...


class Payments(Partner):
    def send(self):
        return requests.get("http://payments")  # !

    @retry
    def charge(self):
        return self.send()


def notify(partner: Partner):
    partner.send()
""",
    "a function around the helper's definition": """
import requests
from tenacity import retry


def sync():
    def one(url):
        return requests.get(url)
    return [one(url) for url in ("http://stock", "http://price")]


@retry
def nightly():
    sync()
""",
    "a task that a decorated function also calls": """
import requests
from celery import shared_task
from tenacity import retry


@shared_task
def sync():
    return requests.get("http://stock")  # !


@retry
def stock():
    sync()
""",
    "clients that are created and closed": """
import boto3
import httpx

queue = boto3.client("sqs")
client = httpx.Client()
client.close()
queue.send_message(QueueUrl="orders")  # !
""",
}


@pytest.mark.parametrize("code", CODE.values(), ids=CODE)
def test_requests_without_a_wrapper_are_found_and_no_others(project: Project, code: str) -> None:
    found, expected = check_marked(project, code, CONTRACT, "shop/views.py", {"shop/net.py": NET})

    assert [place for place in found if place[0] == "shop/views.py"] == expected


def require(project: Project, requirement: str, code: str, **keys: str) -> list[tuple[str, int]]:
    """The rules and lines of the violations in `code` if `requirement` is asked."""
    more = "".join(f", {key}: {value}" for key, value in keys.items())
    project.write("shop/views.py", dedent(code).lstrip())
    project.configure(f"""
version: 1
project: {{packages: [shop]}}
contracts:
  - {{id: resilient, kind: gateway, require: {requirement}{more}}}
""")
    report = project.check()
    assert not report.problems, report.problems
    return [(found.rule, found.location.line) for found in report.violations]


def test_a_circuit_breaker_covers_what_it_decorates_calls_and_has_entered(project: Project) -> None:
    code = """
        import pybreaker
        import requests

        breaker = pybreaker.CircuitBreaker(fail_max=5)


        @breaker
        def stock():
            return requests.get("http://stock")


        def price():
            with breaker.calling():
                requests.get("http://price")
            breaker.call(requests.get, "http://price")
            return requests.get("http://price")
        """

    assert require(project, "{breaker: pybreaker.CircuitBreaker}", code) == [
        ("require breaker pybreaker.CircuitBreaker", 16)
    ]
    assert require(project, "{breaker: shop.views.breaker}", code) == [("require breaker shop.views.breaker", 16)]


def test_the_body_of_a_wrapper_covers_its_own_requests(project: Project) -> None:
    code = """
        import requests


        def fetch(url):
            for _ in range(3):
                try:
                    return requests.get(url)
                except requests.ConnectionError:
                    continue


        class Client:
            def get(self, url):
                return requests.get(url)


        def fetch_once(url):
            return requests.get(url)
        """

    assert require(project, "{wrapped_in: [shop.views.fetch, shop.views.Client]}", code) == [
        ("require wrapped_in shop.views.fetch, shop.views.Client", 18)
    ]


def test_a_change_of_a_wrapper_in_another_module_is_noticed(project: Project) -> None:
    project.write("shop/net.py", "from tenacity import retry\npolicy = retry(reraise=True)\n")
    code = """
        import requests
        from shop.net import policy


        @policy
        def stock():
            return requests.get("http://stock")
        """
    assert require(project, "{wrapped_in: tenacity.retry}", code) == []

    project.write("shop/net.py", "policy = dict(reraise=True)\n")
    assert require(project, "{wrapped_in: tenacity.retry}", code) == [("require wrapped_in tenacity.retry", 7)]


CALLS = """
    import httpx
    import pika
    import requests

    payments = httpx.Client(base_url="https://payments.partner.com")


    def place(connection: pika.BlockingConnection, unknown):
        requests.get("https://payments.partner.com/charges")
        payments.get("/charges")
        requests.get("https://stock.partner.com")
        requests.get(unknown)
        connection.channel().basic_publish("", "orders", b"")
    """


def test_each_requirement_is_reported_by_its_own_rule(project: Project) -> None:
    found = require(project, "[timeout, {wrapped_in: tenacity.retry}, {breaker: pybreaker.CircuitBreaker}]", CALLS)

    wrapped_in, breaker = "require wrapped_in tenacity.retry", "require breaker pybreaker.CircuitBreaker"
    assert {rule for rule, line in found if line == 9} == {"require timeout", wrapped_in, breaker}
    assert {rule for rule, line in found if line == 10} == {wrapped_in, breaker}


def test_two_requirements_of_a_sort_have_violations_of_their_own(project: Project) -> None:
    require(
        project,
        "[{wrapped_in: tenacity.retry}, {wrapped_in: shop.views.traced}]",
        """
        import requests


        def traced(function): ...


        def stock():
            return requests.get("http://stock")
        """,
    )

    one, other = project.check().violations
    assert one.identity != other.identity


def test_a_caller_that_is_added_without_a_wrapper_is_noticed(project: Project) -> None:
    project.write(
        "shop/stock.py",
        """
from tenacity import retry

from shop.views import fetch


@retry
def stock():
    return fetch("http://stock")
""",
    )
    code = """
        import requests


        def fetch(url):
            return requests.get(url)
        """
    assert require(project, "{wrapped_in: tenacity.retry}", code) == []

    project.write("shop/price.py", "from shop.views import fetch\nprint(map(fetch, ['http://price']))\n")
    assert require(project, "{wrapped_in: tenacity.retry}", code) == [("require wrapped_in tenacity.retry", 5)]


@pytest.mark.parametrize(
    ("requirement", "lines"),
    [
        ("{wrapped_in: tenacity.retry, hosts: payments.partner.com}", [9, 10]),
        ("{wrapped_in: tenacity.retry, hosts: ['*.partner.com']}", [9, 10, 11]),
        ("{wrapped_in: tenacity.retry, hosts: [payments.partner.com/refunds]}", []),
        ("{timeout: true, hosts: payments.partner.com}", [9]),
        ("{wrapped_in: tenacity.retry, channels: http}", [9, 10, 11, 12]),
        ("{wrapped_in: tenacity.retry, channels: queue}", [13]),
        ("{timeout: true, channels: queue}", []),
    ],
)
def test_a_requirement_is_about_its_channels_and_hosts_only(
    project: Project, requirement: str, lines: list[int]
) -> None:
    assert [line for _, line in require(project, requirement, CALLS)] == lines


def test_a_message_names_what_must_wrap_the_request(project: Project) -> None:
    require(project, "{wrapped_in: [tenacity.retry, tenacity.Retrying]}", "import requests\nrequests.get('x')\n")

    (found,) = project.check().violations
    assert found.message == "shop.views must not call requests.get outside of tenacity.retry or tenacity.Retrying"
    assert found.fix == ("decorate the function around it with tenacity.retry, or pass the function to that",)


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        ("{hosts: stock}", "needs one of `timeout`, `wrapped_in`, `breaker` and `idempotency_key`"),
        ("{timeout: true, breaker: a.b}", "needs one of `timeout`, `wrapped_in`, `breaker` and `idempotency_key`"),
        ("{wrapped_in: shop.net.resilent}", "the project has no 'shop.net.resilent'"),
        ("{wrapped_in: retry}", "'retry' has no module in front of it"),
        ("{wrapped_in: tenacity.retry, channels: rpc}", "the contract is not about 'rpc'"),
    ],
)
def test_a_requirement_that_cannot_be_met_or_missed_is_an_error(
    project: Project, requirement: str, message: str
) -> None:
    project.write_all({"shop/net.py": NET, "shop/views.py": "import requests\n"})
    project.configure(f"""
version: 1
project: {{packages: [shop]}}
contracts:
  - {{id: resilient, kind: gateway, channels: [http], require: {requirement}}}
""")

    report = project.check()
    assert any(message in str(problem) for problem in report.problems), report.problems


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        ("{wrapped_in: []}", "the list is empty, so that nothing would be checked"),
        ("{wrapped: tenacity.retry}", "unknown key `wrapped`"),
        (
            "retries",
            "'retries' is neither `timeout` nor `idempotency_key`, nor a mapping with `wrapped_in` or `breaker`",
        ),
    ],
)
def test_a_requirement_that_cannot_be_read_is_an_error(project: Project, requirement: str, message: str) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        require(project, requirement, "import requests\n")

    assert any(message in str(error) for error in raised.value.exceptions), raised.value.exceptions
