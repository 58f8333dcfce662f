"""Which POST requests `gateway` takes for repeated, and what it takes for an idempotency key."""

import pytest
from marks import check_marked
from project import Project

from archguard.model import Severity

CONTRACT = """
version: 1
project: {packages: [shop]}
contracts:
  - id: resilient
    kind: gateway
    require: idempotency_key
"""
NET = """
from tenacity import retry


def resilient(function):
    @retry
    def inner(*args):
        return function(*args)
    return inner


def measured(function):
    return function
"""
CODE = {
    "a POST in a retry, and other methods": """
import requests
from tenacity import retry


@retry
def charge(order):
    requests.get("http://orders")
    requests.put("http://orders", json=order)
    requests.delete("http://orders")
    return requests.post("http://payments", json=order)  # !
""",
    "a POST that nothing repeats": """
import requests


def charge(order):
    return requests.post("http://payments", json=order)
""",
    "a key in a header, under its usual names": """
import httpx
import stamina


@stamina.retry(on=httpx.HTTPError, attempts=3)
def charge(client: httpx.Client, order, key):
    client.post("http://payments", json=order, headers={"Idempotency-Key": key})
    client.post("http://payments", json=order, headers={"x-idempotency-key": key})
    client.post("http://payments", json=order, headers={"X-Trace": key})  # !
""",
    "a key in the body, or as an argument": """
import requests
from tenacity import retry


@retry
def charge(key):
    requests.post("http://payments", json={"idempotency_key": key, "amount": 3})
    requests.post("http://payments", json={"amount": 3})  # !
""",
    "headers from a local name, with and without the key": """
import requests
from tenacity import retry


@retry
def charge(key):
    headers = {"Accept": "json"}
    headers["Idempotency-Key"] = key
    requests.post("http://payments", headers=headers)


@retry
def refund():
    headers = {"Accept": "json"}
    requests.post("http://payments", headers=headers)  # !
""",
    "headers that are not known, and expanded arguments": """
import requests
from tenacity import retry


@retry
def charge(headers, options, more):
    requests.post("http://payments", headers=headers)
    requests.post("http://payments", headers={**more})
    requests.post("http://payments", **options)
""",
    "the method as an argument": """
import requests
from tenacity import retry

METHOD = "post"


@retry
def charge(session: requests.Session, method):
    session.request("POST", "http://payments")  # !
    session.request(method=METHOD, url="http://payments")  # !
    session.request("GET", "http://payments")
    session.request(method, "http://payments")
""",
    "urlopen, with and without data": """
from urllib.request import urlopen

from tenacity import retry


@retry
def charge(order):
    urlopen("http://payments", data=order)  # !
    urlopen("http://payments")
""",
    "a loop over attempts": """
import requests
from tenacity import Retrying


def charge(order):
    for attempt in Retrying():
        with attempt:
            requests.post("http://payments", json=order)  # !
    requests.post("http://log", json=order)
""",
    "a function of a client that is handed to a retry": """
import requests
from tenacity import Retrying

Retrying()(requests.post, "http://payments")  # !
Retrying()(requests.get, "http://payments")
""",
    "a helper that is only called in a retry": """
import backoff
import requests


def send(order):
    return requests.post("http://payments", json=order)  # !


@backoff.on_exception(backoff.expo, requests.ConnectionError)
def charge(order):
    return send(order)
""",
    "an adapter whose policy covers POST, and one whose policy does not": """
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

every = requests.Session()
every.mount("https://", HTTPAdapter(max_retries=Retry(3, allowed_methods=None)))
some = requests.Session()
some.mount("https://", HTTPAdapter(max_retries=Retry(3, allowed_methods=["GET", "POST"])))
reads = requests.Session()
reads.mount("https://", HTTPAdapter(max_retries=Retry(3, allowed_methods={"GET"})))
usual = requests.Session()
usual.mount("https://", HTTPAdapter(max_retries=Retry(3)))
every.post("https://payments")  # !
some.post("https://payments")  # !
reads.post("https://payments")
usual.post("https://payments")
""",
    "a transport that repeats": """
import httpx
from httpx_retries import RetryTransport

safe = httpx.Client(transport=RetryTransport())
plain = httpx.Client(transport=httpx.HTTPTransport())
safe.post("https://payments")  # !
plain.post("https://payments")
""",
    "a decorator of the same name from elsewhere": """
import requests
from flows import retry


@retry
def charge(order):
    return requests.post("http://payments", json=order)
""",
}


@pytest.mark.parametrize("code", CODE.values(), ids=CODE)
def test_repeated_posts_without_a_key_are_found_and_no_others(project: Project, code: str) -> None:
    found, expected = check_marked(project, code, CONTRACT, "shop/views.py")

    assert found == expected


def test_a_wrapper_that_the_contract_asks_for_brings_the_warning_if_it_repeats(project: Project) -> None:
    code = """
import requests
from shop.net import measured, resilient


@resilient
def charge(order):
    return requests.post("http://payments", json=order)  # !


@measured
def notify(order):
    return requests.post("http://mails", json=order)
"""
    contract = CONTRACT.replace("idempotency_key", "{wrapped_in: [shop.net.resilient, shop.net.measured]}")
    found, expected = check_marked(project, code, contract, "shop/views.py", {"shop/net.py": NET})

    assert found == expected


def test_it_is_a_warning_and_said_once(project: Project) -> None:
    project.write(
        "shop/views.py",
        'import requests\nfrom tenacity import retry\n\n\n@retry\ndef charge():\n    requests.post("http://payments")\n',
    )
    project.configure(CONTRACT.replace("idempotency_key", "[idempotency_key, {wrapped_in: tenacity.retry}]"))

    (found,) = project.check().violations
    assert found.severity is Severity.WARNING
    assert found.rule == "require idempotency_key"
    assert found.message == "shop.views must not repeat requests.post without an idempotency key"


@pytest.mark.parametrize(
    ("requirement", "count"),
    [
        ("{idempotency_key: true, hosts: payments}", 1),
        ("{idempotency_key: true, hosts: stock}", 0),
        ("{idempotency_key: true, channels: http}", 1),
        ("{idempotency_key: true, channels: queue}", 0),
    ],
)
def test_it_is_about_the_channels_and_hosts_of_the_requirement(project: Project, requirement: str, count: int) -> None:
    project.write(
        "shop/views.py",
        'import requests\nfrom tenacity import retry\n\n\n@retry\ndef charge():\n    requests.post("http://payments")\n',
    )
    project.configure(CONTRACT.replace("idempotency_key", requirement))

    assert len(project.check().violations) == count
