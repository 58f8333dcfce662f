"""What `access` is told, and how it reports: lists, optional guards, roles, what is unknown, faults of the contract."""

import json

import pytest
from project import Project

from archguard.model import Confidence, Severity, Violation

AUTH = """
from fastapi import HTTPException


def current_user(): raise HTTPException(401)
def require_admin(): raise HTTPException(403)
def wrapper(public=False):
    def check(): ...
    return check
"""
APP = """
from fastapi import Depends, FastAPI
from shop.auth import current_user, require_admin, wrapper

app = FastAPI()

@app.get("/orders/{id}")
def show(id: int, user=Depends(current_user)): ...

@app.get("/health")
def health(): ...

@app.post("/hooks/{partner}/paid")
def paid(partner: str): ...

@app.get("/admin/users")
def users(admin=Depends(require_admin)): ...

@app.get("/admin/logs")
def logs(user=Depends(current_user)): ...
"""


@pytest.fixture
def shop(project: Project) -> Project:
    """A shop with two open routes."""
    project.write_all({"shop/__init__.py": "", "shop/auth.py": AUTH, "shop/app.py": APP})
    return project


def contract(project: Project, keys: str, guards: str = "shop.auth.current_user, shop.auth.require_admin") -> None:
    project.configure(f"""
        version: 1
        project: {{packages: [shop]}}
        contracts:
          - {{id: guarded, kind: access, guards: [{guards}], {keys}}}
    """)


def violations(project: Project) -> list[Violation]:
    report = project.check()
    assert not report.problems, report.problems
    return [found for found in report.violations if found.confidence is not Confidence.POSSIBLE]


def errors(project: Project) -> str:
    run = project.call("check")
    assert run.returncode == 2
    return run.stderr + run.stdout


def test_a_violation_names_method_path_and_handler_and_says_how_to_end_it(shop: Project) -> None:
    contract(shop, "public: [GET /health]")
    (found,) = violations(shop)
    assert found.message == "`POST /hooks/{partner}/paid` (shop.app.paid) is not guarded"
    assert (found.location.path, found.location.line) == ("shop/app.py", 14)
    assert found.fix == (
        "guard it with shop.auth.current_user",
        "list it in `public`: {route: POST /hooks/{partner}/paid, reason: ...}",
    )


@pytest.mark.parametrize(
    "entry",
    [
        "POST /hooks/**",
        "POST /hooks/*/paid",
        "POST /hooks/{name}/paid",
        "POST /hooks/<str:name>/paid",
        "/hooks/**",
        "ANY /hooks/{x}/paid",
    ],
)
def test_a_public_route_may_be_written_in_any_notation(shop: Project, entry: str) -> None:
    contract(shop, f'public: [GET /health, {{route: "{entry}", reason: signed}}]')
    assert not violations(shop)


@pytest.mark.parametrize("entry", ["GET /hooks/**", "POST /hooks/*", "POST /hook/**", "POST /hooks/{a}/paid/{b}"])
def test_an_entry_with_another_method_or_path_does_not_match(shop: Project, entry: str) -> None:
    contract(shop, f'stale: ignore, public: [GET /health, "{entry}"]')
    assert len(violations(shop)) == 1


def test_a_public_route_may_be_named_by_its_handler(shop: Project) -> None:
    contract(shop, "public: [GET /health, {handler: shop.app.paid, reason: signed}]")
    assert not violations(shop)


def test_an_entry_that_matches_no_route_or_a_guarded_one_is_stale(shop: Project) -> None:
    contract(shop, 'public: [GET /health, "POST /hooks/**", GET /gone, "GET /orders/{id}"]')
    stale = violations(shop)
    assert [found.message for found in stale] == [
        "`public` lists GET /gone, which is no route",
        "`public` lists GET /orders/{id}, which is guarded",
    ]
    assert {found.severity for found in stale} == {Severity.WARNING}


def test_a_role_asks_for_one_of_its_guards(shop: Project) -> None:
    contract(shop, 'public: [GET /health, "POST /hooks/**"], roles: {"/admin/**": shop.auth.require_admin}')
    (found,) = violations(shop)
    assert found.message == "`GET /admin/logs` (shop.app.logs) is guarded, but not by shop.auth.require_admin"
    assert found.rule == "roles"


def test_an_argument_makes_a_guard_optional_where_the_contract_says_so(shop: Project) -> None:
    shop.write(
        "shop/app.py",
        """
from fastapi import Depends, FastAPI
from shop.auth import wrapper

app = FastAPI()

@app.get("/a")
def a(user=Depends(wrapper())): ...

@app.get("/b")
def b(user=Depends(wrapper(public=True))): ...
""",
    )
    contract(shop, "optional_guards: ['shop.auth.wrapper(public=True)']", "shop.auth.wrapper")
    (found,) = violations(shop)
    assert found.rule == "optional"
    assert "GET /b" in found.message
    contract(shop, "optional_guards: ['shop.auth.wrapper(public=True)'], optional: [GET /b]", "shop.auth.wrapper")
    assert not violations(shop)


def test_the_default_of_an_argument_counts_where_a_call_does_not_pass_it(shop: Project) -> None:
    shop.write("shop/auth.py", AUTH.replace("public=False", "public=True"))
    shop.write(
        "shop/app.py",
        """
from fastapi import Depends, FastAPI
from shop.auth import wrapper

app = FastAPI()

@app.get("/a")
def a(user=Depends(wrapper())): ...

@app.get("/b")
def b(user=Depends(wrapper(public=False))): ...
""",
    )
    contract(shop, "optional_guards: ['shop.auth.wrapper(public=True)']", "shop.auth.wrapper")
    assert [found.symbol[:6] for found in violations(shop)] == ["GET /a"]


def test_a_guard_is_optional_by_an_element_of_a_collection_or_a_positional_argument(shop: Project) -> None:
    shop.write("shop/auth.py", AUTH + "\n\ndef subjects(allowed, scopes=()):\n    return current_user\n")
    shop.write(
        "shop/app.py",
        """
from fastapi import Depends, FastAPI
from shop.auth import subjects

app = FastAPI()

@app.get("/a")
def a(user=Depends(subjects({User}))): ...

@app.get("/b")
def b(user=Depends(subjects(allowed={User, Anonymous}))): ...

@app.get("/c")
def c(user=Depends(subjects({Anonymous}))): ...
""",
    )
    contract(shop, "optional_guards: ['shop.auth.subjects(allowed=Anonymous)']", "shop.auth.subjects")
    assert [found.symbol[:6] for found in violations(shop)] == ["GET /b", "GET /c"]


def test_a_function_that_guards_in_the_body_is_told_and_may_be_listed(shop: Project) -> None:
    shop.write("shop/app.py", APP + '\n\n@app.get("/body")\ndef body():\n    current_user()\n')
    contract(shop, 'public: [GET /health, "POST /hooks/**"]')
    (found,) = violations(shop)
    assert any("body_guards" in fix for fix in found.fix)
    contract(shop, 'public: [GET /health, "POST /hooks/**"], body_guards: [shop.auth.current_user]')
    assert not violations(shop)


def test_a_guard_may_be_named_where_it_is_exported(shop: Project) -> None:
    shop.write("shop/security.py", "from shop.auth import current_user, require_admin\n")
    contract(shop, 'public: [GET /health, "POST /hooks/**"]', "shop.security.current_user, shop.security.require_admin")
    assert not violations(shop)


def test_without_any_guard_there_is_one_error_and_not_a_violation_for_each_route(shop: Project) -> None:
    shop.write("shop/other.py", "def nothing(): ...\n")
    contract(shop, "public: [GET /health]", "shop.other.nothing")
    assert "no guard is found on any of 5 routes" in errors(shop)


@pytest.mark.parametrize(("listed", "is_told"), [("GET /health, GET /**", True), ("GET /health", False)])
def test_without_any_guard_a_route_that_is_not_listed_is_told_if_most_are(
    shop: Project, listed: str, *, is_told: bool
) -> None:
    shop.write("shop/other.py", "def nothing(): ...\n")
    contract(shop, f"public: [{listed}]", "shop.other.nothing")
    if is_told:
        assert [found.symbol for found in violations(shop)] == ["POST /hooks/{partner}/paid shop.app.paid"]
    else:
        assert "no guard is found on any of 5 routes" in errors(shop)


def test_a_guard_that_does_not_exist_is_an_error_with_a_suggestion(shop: Project) -> None:
    contract(shop, "public: [GET /health]", "shop.auth.curent_user")
    told = errors(shop)
    assert "nothing is called 'shop.auth.curent_user'" in told
    assert "did you mean 'shop.auth.current_user'?" in told


def test_a_code_base_without_routes_is_an_error(project: Project) -> None:
    project.write("shop/__init__.py", "def current_user(): ...\n")
    contract(project, "stale: warning", "shop.current_user")
    assert "no module declares a route" in errors(project)


@pytest.mark.parametrize("entry", ["{reason: x}", "{route: GET /, handler: shop.app.paid}"])
def test_an_entry_is_either_a_route_or_a_handler(shop: Project, entry: str) -> None:
    contract(shop, f"public: [{entry}]")
    assert "needs either `route` or `handler`" in errors(shop)


def test_what_cannot_be_resolved_is_listed_and_limited(shop: Project) -> None:
    shop.write("shop/app.py", f"{APP}\nfrom partner.web import make_router\napp.include_router(make_router())\n")
    contract(shop, 'public: [GET /health, "POST /hooks/**"]')
    report = shop.check()
    unknown = [found for found in report.violations if found.rule == "unknown"]
    assert [found.confidence for found in unknown] == [Confidence.POSSIBLE]
    assert "make_router()" in unknown[0].message
    assert [found.rule for found in violations(shop)] == ["max_unknown"]
    contract(shop, 'max_unknown: 1, public: [GET /health, "POST /hooks/**"]')
    assert not violations(shop)


def test_a_dependency_in_a_file_that_cannot_be_parsed_is_unknown_and_no_violation(shop: Project) -> None:
    contract(shop, 'max_unknown: 9, public: [GET /health, "POST /hooks/**"]', "shop.auth.require_admin")
    shop.write("shop/auth.py", AUTH.replace("def current_user():", "def current_user(:"))
    report = shop.check()
    assert report.problems
    assert not [found for found in report.violations if found.confidence is not Confidence.POSSIBLE]
    assert {found.rule for found in report.violations} == {"unknown"}


def test_modules_limit_the_handlers_that_are_checked(shop: Project) -> None:
    shop.write("shop/tools.py", "from shop.app import app\n\n@app.get('/tools')\ndef tools(): ...\n")
    contract(shop, "modules: shop.tools")
    assert "no guard is found" in errors(shop)
    contract(shop, 'modules: shop.app, public: [GET /health, "POST /hooks/**"]')
    assert not violations(shop)


def test_preflight_requests_need_no_guard(shop: Project) -> None:
    shop.write("shop/app.py", APP + '\n\n@app.options("/orders")\ndef preflight(): ...\n')
    contract(shop, 'public: [GET /health, "POST /hooks/**"]')
    assert not violations(shop)


def test_the_result_does_not_depend_on_the_order_of_contracts_and_files(shop: Project) -> None:
    contract(shop, "stale: ignore, public: [GET /health]")
    first = shop.check().violations
    shop.write("shop/aaa.py", "import shop.app\n")
    assert shop.check().violations == first


def test_the_routes_are_listed_as_text_json_and_markdown(shop: Project) -> None:
    contract(shop, "public: [GET /health]")
    text = shop.call("list", "routes").stdout
    assert "GET   /orders/{id}           shop.app.show    shop.auth.current_user (parameter)" in text
    assert text.endswith("5 routes: 3 guarded, 2 not guarded.\n")
    rows = json.loads(shop.call("list", "routes", "--format", "json").stdout)
    assert [row["path"] for row in rows if row["protection"] == "none"] == ["/health", "/hooks/{partner}/paid"]
    table = shop.call("list", "routes", "--format", "markdown").stdout
    assert "| GET | `/health` | `shop.app.health` | none |" in table


def test_other_lists_have_no_markdown(shop: Project) -> None:
    contract(shop, "public: [GET /health]")
    assert shop.call("list", "modules", "--format", "markdown").returncode == 2


def test_a_project_without_a_contract_of_the_kind_lists_its_routes_all_the_same(shop: Project) -> None:
    shop.configure("""
        version: 1
        project: {packages: [shop]}
        contracts:
          - {id: cycles, kind: acyclic, children_of: shop}
    """)
    assert "5 routes: 5 not guarded." in shop.call("list", "routes").stdout


@pytest.mark.parametrize("guard", ["current user", "shop.auth.wrapper(public)"])
def test_a_guard_that_is_not_written_as_a_name_is_an_error(shop: Project, guard: str) -> None:
    contract(shop, "public: [GET /health]", f"'{guard}'")
    assert f"'{guard}'" in errors(shop)
