"""`archguard review`: the architecture of a change on one page, and whether it may be merged.

A story: a shop with three changes, one that is harmless, one with new dependencies, one that weakens a contract. The
pages are golden files; `ARCHGUARD_WRITE_GOLDEN=1 pytest tests/history` writes them anew.
"""

import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
from project import Project
from repository import commit, git

from archguard.reporters import tool_info
from archguard.reporters.review.json import review_schema

GOLDEN = Path(__file__).parent / "golden"
PICTURE = Path(__file__).parents[2] / "docs/images/review.svg"

CONFIG = """\
version: 1
project: {packages: [shop]}
components:
  web: shop.web
  orders: shop.orders
  billing: shop.billing
  database: shop.db
  shared: shop.shared
contracts:
  - id: layered
    kind: layers
    reason: the web can be replaced
    layers: [web, "orders | billing", database, shared]
  - id: outbound
    kind: gateway
    allowed_in: shop.billing.clients
    require: timeout
  - id: guarded
    kind: access
    guards: shop.web.auth.current_user
"""

SHOP = {
    "archguard.yaml": CONFIG,
    "shop/__init__.py": "",
    "shop/shared.py": "def now():\n    return 1\n\n\nFORMAT = '%Y'\nZONE = 'UTC'\n",
    "shop/db.py": "from shop.shared import now\n\n\ndef rows():\n    return [now()]\n",
    "shop/orders/__init__.py": "",
    "shop/orders/service.py": "from shop.db import rows\n\n\ndef orders():\n    return rows()\n",
    "shop/billing/__init__.py": "",
    "shop/billing/service.py": (
        "from shop.billing.clients import charge\nfrom shop.db import rows\n\n\ndef invoice():\n    charge(rows())\n"
    ),
    "shop/billing/clients.py": (
        "import requests\n\n\ndef charge(rows):\n"
        "    requests.post('https://api.pay.example/v1/charges', json=rows, timeout=5)\n"
    ),
    "shop/web/__init__.py": "",
    "shop/web/auth.py": (
        "from fastapi import Header, HTTPException\n\n\ndef current_user(token: str = Header()):\n"
        "    if not token:\n        raise HTTPException(401)\n"
    ),
    "shop/web/app.py": """\
from fastapi import Depends, FastAPI

from shop.billing.service import invoice
from shop.orders.service import orders
from shop.web.auth import current_user

app = FastAPI()


@app.get("/orders", dependencies=[Depends(current_user)])
def list_orders():
    return orders()


@app.post("/invoices", dependencies=[Depends(current_user)])
def create_invoice():
    return invoice()
""",
}


@pytest.fixture
def shop(project: Project) -> Project:
    """The shop on a branch."""
    git(project, "init", "--quiet", "--initial-branch=main")
    project.write_all(SHOP)
    commit(project)
    git(project, "switch", "--quiet", "--create", "feature")
    return project


def replace_in(project: Project, path: str, old: str, new: str) -> None:
    """Edit a file."""
    text = (project.root / path).read_text(encoding="utf-8")
    assert old in text
    project.write(path, text.replace(old, new))


def be_harmless(shop: Project) -> None:
    """Another body."""
    replace_in(shop, "shop/db.py", "[now()]", "[now(), now()]")


def depend(shop: Project) -> None:
    """Orders send invoices and messages, billing needs no database, a component is new, a module is renamed."""
    shop.write(
        "shop/orders/service.py",
        "import boto3\n\nfrom shop.billing.service import invoice\nfrom shop.db import rows\n\n\n"
        "def orders():\n    invoice()\n"
        "    boto3.client('sqs').send_message(QueueUrl='orders-created', MessageBody='{}')\n    return rows()\n",
    )
    shop.write(
        "shop/billing/service.py", "from shop.billing.clients import charge\n\n\ndef invoice():\n    charge([])\n"
    )
    shop.write("shop/reports/__init__.py", "")
    shop.write("shop/reports/service.py", "from shop.db import rows\n\nQUERY = 'SELECT id FROM reports_daily'\n")
    replace_in(shop, "shop/web/app.py", "import orders\n", "import orders\nfrom shop.reports import service\n")
    replace_in(shop, "shop/web/app.py", '"/invoices", dependencies=[Depends(current_user)]', '"/invoices"')
    replace_in(shop, "shop/db.py", "shop.shared", "shop.common")
    git(shop, "mv", "shop/shared.py", "shop/common.py")
    replace_in(shop, "archguard.yaml", "shared: shop.shared", "shared: shop.common\n  reports: shop.reports")
    replace_in(shop, "archguard.yaml", "orders | billing", "orders | billing | reports")


def weaken(shop: Project) -> None:
    """Orders may reach outside, and no timeout is required."""
    replace_in(shop, "archguard.yaml", "allowed_in: shop.billing.clients", "allowed_in: [shop.billing.clients, orders]")
    replace_in(shop, "archguard.yaml", "    require: timeout\n", "")


STORY = {"harmless": (be_harmless, 0), "dependencies": (depend, 1), "weakened": (weaken, 1)}


@pytest.mark.parametrize("name", STORY)
@pytest.mark.parametrize(("format_", "ending"), [("text", "txt"), ("markdown", "md"), ("json", "json")])
def test_the_page_of_each_change_is_golden(
    shop: Project, name: str, format_: str, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool_info, "version", lambda: "1.2.3")
    change, code = STORY[name]
    change(shop)

    done = shop.call("review", "--since-merge-base", "main", "--format", format_)

    file = GOLDEN / f"{name}.{ending}"
    if os.environ.get("ARCHGUARD_WRITE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(done.stdout, encoding="utf-8", newline="\n")
    assert done.stdout == file.read_text(encoding="utf-8")
    assert done.returncode == code


def test_nothing_architectural_is_one_line(shop: Project) -> None:
    be_harmless(shop)

    assert shop.call("review", "--since", "main").stdout == (
        "Nothing architectural changed from main to the working tree.\n"
    )


@pytest.mark.parametrize("name", STORY)
def test_the_json_is_as_its_schema_says(shop: Project, name: str) -> None:
    STORY[name][0](shop)

    written = shop.call("review", "--since", "main", "--format", "json").stdout

    jsonschema.validate(json.loads(written), review_schema())


def test_the_picture_has_what_is_new_gone_and_broken(shop: Project) -> None:
    depend(shop)

    svg = shop.call("review", "--since", "main", "--format", "svg").stdout

    assert svg.count("stroke-dasharray") == 1  # billing -> database
    assert svg.count('stroke="#dc2626"') >= 2  # orders -> billing: the line and its head
    assert svg.count('stroke="#16a34a"') >= 4  # reports, and what leads there and from there
    assert re.search(r">\s*new<", svg)  # beside a green sample


def test_the_picture_in_the_documentation_is_that_of_the_story(shop: Project) -> None:
    depend(shop)

    svg = shop.call("review", "--since-merge-base", "main", "--format", "svg").stdout

    if os.environ.get("ARCHGUARD_WRITE_GOLDEN"):
        PICTURE.write_text(svg, encoding="utf-8", newline="\n")
    assert texts(PICTURE.read_text(encoding="utf-8")) == texts(svg)


def texts(svg: str) -> list[str]:
    """The words in a picture; where they stand depends on the version of Graphviz."""
    return sorted(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


def test_the_page_is_one_file_without_scripts_that_needs_no_network(shop: Project) -> None:
    depend(shop)

    shop.call("review", "--since", "main", "--format", "html:page.html")

    page = (shop.root / "page.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="http', page)
    assert page.count("<style>") == 1  # the policy allows no other


def test_several_formats_are_written_in_one_run(shop: Project) -> None:
    weaken(shop)

    done = shop.call("review", "--since", "main", "--format", "text", "--format", "markdown:page.md")

    assert "the change weakens contracts" in done.stdout
    assert (shop.root / "page.md").read_text(encoding="utf-8").startswith("## ❌ archguard")


def test_two_revisions_are_compared_whatever_is_in_the_working_tree(shop: Project) -> None:
    depend(shop)
    commit(shop)
    git(shop, "switch", "--quiet", "main")
    shop.write("shop/web/app.py", "not Python\n")

    done = shop.call("review", "--since", "main", "--at", "feature")

    assert done.returncode == 1
    assert done.stdout.startswith("shop: main to feature\n")
    assert "  + orders -> billing: 1 import, where there was none\n" in done.stdout


def test_a_change_that_only_removes_is_told_as_good(shop: Project) -> None:
    depend(shop)
    commit(shop)

    done = shop.call("review", "--since", "feature", "--at", "main")

    assert done.returncode == 0  # a layer less, but one whose modules are gone too
    assert "  = fixed: shop.orders.service must not import boto3 (outbound)\n" in done.stdout
    assert "  - component reports is gone\n" in done.stdout


def test_a_cycle_is_opened_and_closed(shop: Project) -> None:
    replace_in(shop, "archguard.yaml", 'layers: [web, "orders | billing", database, shared]', "layers: [web, database]")
    commit(shop)
    shop.write("shop/db.py", "import shop.orders.service\n\n\ndef rows():\n    return []\n")

    opened = shop.call("review", "--since", "HEAD").stdout
    assert "  ! a cycle of 2 components is opened: database, orders\n" in opened

    commit(shop)
    assert (
        "  = a cycle of 2 components is closed: database, orders\n"
        in shop.call("review", "--since", "HEAD", "--at", "HEAD~1").stdout
    )


def test_a_violation_that_the_baseline_takes_as_known_is_told_as_such(shop: Project) -> None:
    replace_in(shop, "shop/orders/service.py", "import rows\n", "import rows\nimport requests\n")
    shop.call("baseline")

    told = shop.call("review", "--since", "main").stdout

    assert (
        "  ~ known by the baseline now: shop/orders/service.py:2:8 shop.orders.service must not import requests" in told
    )
    assert "  ! archguard-baseline.yaml:1:1 the baseline takes 1 violation more of outbound as known\n" in told


def test_what_is_accepted_fails_nothing(shop: Project) -> None:
    weaken(shop)
    commit(shop, "Let orders call\n\nArchguard-Accept: outbound orders move to a service of their own\n")

    done = shop.call("review", "--since-merge-base", "main")

    assert done.returncode == 0
    assert "accepted: orders move to a service of their own" in done.stdout


def test_a_file_with_a_host_that_another_file_names_already_brings_none(shop: Project) -> None:
    shop.write("shop/billing/more.py", "ADDRESS = 'https://api.pay.example/v2'\n")

    assert "host" not in shop.call("review", "--since", "main").stdout


def test_without_a_revision_it_says_what_to_name(shop: Project) -> None:
    done = shop.call("review")

    assert done.returncode == 2
    assert "--since REV, or --since-merge-base BRANCH" in done.stderr


def test_a_baseline_that_is_not_there_is_an_error(shop: Project) -> None:
    done = shop.call("review", "--since", "main", "--baseline", "other.yaml")

    assert done.returncode == 2
    assert "there is no baseline" in done.stderr


def test_a_file_that_cannot_be_parsed_is_no_empty_review(shop: Project) -> None:
    shop.write("shop/db.py", "def rows(:\n")

    done = shop.call("review", "--since", "main")

    assert done.returncode == 2
    assert "could not look at everything" in done.stdout
    assert "shop/db.py:1" in done.stderr


def test_a_file_that_could_not_be_parsed_before_is_a_gap(shop: Project) -> None:
    shop.write("shop/db.py", "def rows(:\n")
    commit(shop)
    shop.write("shop/db.py", SHOP["shop/db.py"])

    told = shop.call("review", "--since", "HEAD").stdout

    assert "Not compared\n  ! before the change, shop/db.py:1:10: is not valid Python" in told


def test_an_unknown_format_is_an_error(shop: Project) -> None:
    done = shop.call("review", "--since", "main", "--format", "word")

    assert done.returncode == 2
    assert "there is no format 'word' of a review" in done.stderr


def test_a_service_that_was_not_there_before_is_new(project: Project) -> None:
    git(project, "init", "--quiet", "--initial-branch=main")
    project.write_all({"orders/app/__init__.py": "", "orders/app/main.py": ""})
    services = "services: {{orders: {{root: orders}}{more}}}\n"
    contract = "contracts: [{id: apart, kind: services, policy: {'*': []}, unused_permissions: ignore}]\n"
    project.write("archguard.yaml", services.format(more=", pay: {root: pay}") + contract)
    project.write_all({"pay/app/__init__.py": "", "pay/app/main.py": ""})
    commit(project)
    project.write("archguard.yaml", services.format(more=", pay: {root: pay}, mail: {root: mail}") + contract)
    project.write_all({"mail/app/__init__.py": "", "mail/app/main.py": ""})

    done = project.call("review", "--since", "HEAD")

    assert "  + component mail is new\n" in done.stdout
    assert done.returncode == 0
