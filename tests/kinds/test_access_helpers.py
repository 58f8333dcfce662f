"""Routes, guards and applications that functions of the project make: what `list_routes` tells of each."""

from collections.abc import Mapping

import pytest
from project import Project

from archguard.inspection.routes import list_routes

CONFIGURATION = """
version: 1
project: {packages: [shop]}
contracts:
  - id: guarded
    kind: access
    guards: [shop.auth.current_user, shop.auth.login_required, shop.auth.KeyAuth]
    middleware: shop.auth.ask_for_login
"""
AUTH = """
class KeyAuth:
    def authenticate(self, request, key): ...


def current_user(request): ...


def page(size=10): ...


def login_required(function):
    return function


async def ask_for_login(request, handler):
    if "user" not in request:
        raise PermissionError
    return await handler(request)
"""


def protections(project: Project, files: Mapping[str, str]) -> dict[str, str]:
    """How each route is guarded, by method and path."""
    project.write_all({"shop/__init__.py": "", "shop/auth.py": AUTH, **files})
    project.configure(CONFIGURATION)
    items = list_routes(project.config(), project.codebase())
    return {f"{item.method} {item.path}": item.protection for item in items}


def test_a_function_may_return_a_dependency(project: Project) -> None:
    code = """
from typing import Annotated
from fastapi import Depends, FastAPI, Query
from shop.auth import current_user, page

def needs(role=None):
    return Depends(current_user)

def sized(size):
    return Depends(page)

def either(strict):
    if strict:
        return Depends(current_user)
    return Depends(page)

User = Annotated[dict, needs()]
app = FastAPI()

@app.get("/default")
def default(user=needs("staff")): ...

@app.get("/annotated")
def annotated(user: User): ...

@app.get("/listed", dependencies=[needs("staff")])
def listed(): ...

@app.get("/other")
def other(items=sized(5), word=Query("")): ...

@app.get("/either")
def may_be_either(user=either(True)): ...
"""

    assert protections(project, {"shop/app.py": code}) == {
        "GET /default": "guarded",
        "GET /annotated": "guarded",
        "GET /listed": "guarded",
        "GET /other": "none",
        "GET /either": "none",
    }


def test_dependencies_in_a_circle_come_to_an_end(project: Project) -> None:
    code = """
from fastapi import Depends, FastAPI
from shop.auth import current_user

def first(found=Depends(second), user=Depends(current_user)): ...
def second(found=Depends(first)): ...
def lonely(found=Depends(lonely)): ...

app = FastAPI()

@app.get("/first")
def by_first(found=Depends(first)): ...

@app.get("/second")
def by_second(found=Depends(second)): ...

@app.get("/lonely")
def by_lonely(found=Depends(lonely)): ...
"""

    assert protections(project, {"shop/app.py": code}) == {
        "GET /first": "guarded",
        "GET /second": "guarded",
        "GET /lonely": "none",
    }


BLUEPRINTS = """
from flask import Blueprint
from shop.auth import login_required

orders, account = Blueprint("orders", __name__), Blueprint("account", __name__)
VERSION = 1
NAME = None


@orders.get("/orders")
def list_orders(): ...


@account.get("/account")
@login_required
def show_account(): ...
"""


def test_a_helper_mounts_each_router_of_the_list_that_it_is_passed(project: Project) -> None:
    code = """
from flask import Flask
from shop.views import NAME, VERSION, account, orders

def mount_all(app, blueprints, name):
    for blueprint in blueprints:
        app.register_blueprint(blueprint, url_prefix=f"/v{VERSION}/{NAME}")

app = Flask(__name__)
mount_all(app, (orders, account), "shop")
"""

    assert protections(project, {"shop/views.py": BLUEPRINTS, "shop/app.py": code}) == {
        "GET /v1/{?}/orders": "none",
        "GET /v1/{?}/account": "guarded",
    }


def test_a_helper_passes_its_options_on_to_another_one(project: Project) -> None:
    code = """
from fastapi import APIRouter, Depends, FastAPI
from plugins import reports
from shop.auth import current_user

orders, prices = APIRouter(), APIRouter()

@orders.get("/orders")
def list_orders(): ...

@prices.get("/prices")
def list_prices(): ...

def include(app, router, **options):
    app.include_router(router, **{**options, "prefix": "/api"})

def include_tagged(target, child, tag, **options):
    include(target, child, tags=[tag], **options)

def include_guarded(target, child):
    include(target, child, dependencies=[Depends(current_user)])

app = FastAPI()
include_guarded(app, orders)
include_tagged(app, prices, "prices")
include_guarded(app, reports)
"""

    assert protections(project, {"shop/app.py": code}) == {
        "GET /api/orders": "guarded",
        "GET /api/prices": "none",
        "? /api": "unknown",
    }


AIOHTTP = """
from aiohttp import web
from shop.auth import ask_for_login

async def orders(request): ...
async def all_orders(request): ...
async def health(request): ...


class Server:
    def __init__(self):
        self.root = web.Application(middlewares=[ask_for_login])
        self.admin = web.Application()
        self.probes = web.Application()

    @property
    def applications(self):
        return {"root": self.root, "admin": self.admin}

    def load(self, names):
        for name in names:
            self.register(self.applications[name])
        self.root.add_subapp("/admin", self.applications["admin"])
        self.probes.add_routes([web.get("/health", health), web.get("/pong", self.answer)])

    def register(self, app):
        app.add_routes([
            web.get("/orders", orders if app is self.root else all_orders),
            web.get("/ping", self.answer),
        ])
"""


def test_applications_may_be_taken_from_a_dictionary(project: Project) -> None:
    assert protections(project, {"shop/app.py": AIOHTTP}) == {
        "GET /orders": "guarded",
        "GET /admin/orders": "guarded",
        "GET /admin/ping": "guarded",
        "GET /health": "none",
        # Its handler is not known; on `root` the middleware stands before it all the same.
        "GET /ping": "guarded",
        "GET /pong": "unknown",
    }


PLUGIN = """
from fastapi import Depends, FastAPI
from shop.auth import current_user

def load(app: FastAPI):
    @app.get("/orders")
    def list_orders(): ...

    @app.get("/account", dependencies=[Depends(current_user)])
    def show_account(): ...
"""
GUARDED_APP = """
from fastapi import Depends, FastAPI
from shop.auth import current_user

app = FastAPI(dependencies=[Depends(current_user)])
"""
OPEN_APP = """
from fastapi import FastAPI

app = FastAPI()
"""


@pytest.mark.parametrize(
    ("applications", "orders"),
    [
        # With one application it can only be that one; of several, some guard.
        ({"shop/app.py": GUARDED_APP}, "guarded"),
        ({"shop/app.py": OPEN_APP}, "none"),
        ({}, "none"),
        ({"shop/app.py": GUARDED_APP, "shop/probes.py": OPEN_APP}, "unknown"),
        ({"shop/app.py": OPEN_APP, "shop/probes.py": OPEN_APP}, "none"),
    ],
)
def test_an_application_that_cannot_be_found_is_one_that_there_is(
    project: Project, applications: dict[str, str], orders: str
) -> None:
    found = protections(project, {"shop/plugin.py": PLUGIN, **applications})

    assert found == {"GET /orders": orders, "GET /account": "guarded"}


def test_an_application_that_only_serves_files_has_no_routes(project: Project) -> None:
    code = """
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles
from other import Pages

class Files(StaticFiles): ...
class Other(Pages): ...

app = FastAPI()
app.mount("/files", Files(directory="files"))
app.mount("/other", Other())
"""

    assert protections(project, {"shop/app.py": code}) == {"? /other": "unknown"}


def test_a_route_of_connexion_is_unknown(project: Project) -> None:
    code = """
import connexion

app = connexion.App(__name__)
app.add_api("shop.yaml")

@app.route("/health")
def health(): ...
"""

    assert protections(project, {"shop/app.py": code}) == {"? ?": "unknown", "GET /health": "none"}


NINJA = """
from django.urls import path
from ninja import NinjaAPI, Router
from shop.auth import KeyAuth

KEYS = [KeyAuth(), KeyAuth()]
api = NinjaAPI(auth=KEYS)
orders, prices, reports = Router(), Router(auth=None), Router()
api.add_router("/orders", "shop.orders.router")
api.add_router("/prices", prices)
api.add_router("/guarded-prices", prices, auth=KeyAuth())
api.add_router("/reports", reports, auth=None)
urls = api.urls


@api.get("/health", auth=None)
def health(request): ...


@api.get("/either", auth=[KeyAuth(), lambda request: True])
def either(request): ...


@prices.get("/")
def list_prices(request): ...


@reports.get("/")
def list_reports(request): ...


@reports.get("/own", auth=KeyAuth())
def own_reports(request): ...


urlpatterns = [path("api/", urls)]
"""
NINJA_ORDERS = """
from ninja import Router

router = Router()


@router.get("/")
def list_orders(request): ...


@router.get("/open", auth=None)
def open_orders(request): ...
"""


def test_the_nearest_authentication_of_django_ninja_replaces_all_others(project: Project) -> None:
    assert protections(project, {"shop/api.py": NINJA, "shop/orders.py": NINJA_ORDERS}) == {
        "GET /api/health": "none",
        "GET /api/either": "none",
        "GET /api/orders/": "guarded",
        "GET /api/orders/open": "none",
        "GET /api/prices/": "none",
        "GET /api/guarded-prices/": "guarded",
        "GET /api/reports/": "none",
        "GET /api/reports/own": "guarded",
    }


def test_a_guard_is_named_and_not_what_applies_it(project: Project) -> None:
    code = """
from django.contrib.auth.decorators import login_required
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from rest_framework.permissions import IsAdminUser, IsAuthenticated
from rest_framework.views import APIView

@method_decorator(login_required, name="dispatch")
class Orders(View):
    def get(self, request): ...

class Account(APIView):
    permission_classes = [IsAdminUser | IsAuthenticated]
    def get(self, request): ...

urlpatterns = [path("orders", Orders.as_view()), path("account", Account.as_view())]
"""
    project.write_all({"shop/__init__.py": "", "shop/auth.py": AUTH, "shop/urls.py": code})
    project.configure(CONFIGURATION)

    assert [item.guards for item in list_routes(project.config(), project.codebase())] == [
        ("rest_framework.permissions.IsAdminUser | rest_framework.permissions.IsAuthenticated (class)",),
        ("django.contrib.auth.decorators.login_required (class)",),
    ]


def test_functions_may_make_the_patterns_of_a_urlconf(project: Project) -> None:
    code = """
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_required
from django.urls import path, re_path
from other import Site

def slashed(route, view, name=None):
    pattern = "^{}/?$".format(route)
    return re_path(pattern, view, name=name)

def named(word):
    return path(f"{word}/heartbeat", orders)

def orders(request): ...

@login_required
def account(request): ...

class Office(AdminSite): ...
class Unknown(Site): ...

office, unknown = Office(), Unknown()
urlpatterns = [
    slashed("orders", orders),
    slashed(view=account, route="account"),
    path("error", lambda request: orders(request)),
    path("office/", office.urls),
    path("other/", unknown.urls),
]
urlpatterns += [named(word) for word in load()]
"""

    assert protections(project, {"shop/urls.py": code}) == {
        "ANY /orders": "none",
        "ANY /account": "guarded",
        "ANY /error": "none",
        "ANY /{?}/heartbeat": "none",
        "? /other/": "unknown",
    }


def test_a_router_that_is_known_by_its_type_only_may_be_any_that_nothing_mounts(project: Project) -> None:
    code = """
from importlib.metadata import entry_points
from fastapi import APIRouter, Depends, FastAPI
from shop.auth import current_user

orders, account = APIRouter(prefix="/orders"), APIRouter(prefix="/account", dependencies=[Depends(current_user)])

@orders.get("")
def list_orders(): ...

@account.get("")
def show_account(): ...

app = FastAPI()
"""
    mounting = """
loaded: dict[str, APIRouter] = {}
for entry in entry_points(group="shop"):
    loaded[entry.name] = entry.load()
for name, router in loaded.items():
    app.include_router(router)
"""

    assert protections(project, {"shop/app.py": code}) == {}
    assert protections(project, {"shop/app.py": code + mounting}) == {
        "GET /orders": "unknown",
        "GET /account": "guarded",
        "? ?": "unknown",
    }


def test_a_urlconf_may_be_a_pair_of_patterns_and_namespace_in_a_variable(project: Project) -> None:
    code = """
from django.urls import include, path

def orders(request): ...

front = ([path("orders", orders)], "front")
urlpatterns = [path("shop/", include(front)), path("direct/", include(([path("orders", orders)], "direct")))]
"""

    assert protections(project, {"shop/urls.py": code}) == {"ANY /shop/orders": "none", "ANY /direct/orders": "none"}


def test_a_method_registers_for_each_call_what_that_call_passes(project: Project) -> None:
    code = """
from flask import Blueprint, Flask
from flask.views import MethodView
from shop.auth import login_required

class Orders(MethodView):
    def get(self): ...

class Account(MethodView):
    @login_required
    def get(self): ...

class Service:
    def __init__(self, app):
        self.app = app
        self.blueprint = Blueprint("api", __name__, url_prefix="/api")

    def add(self, resource, *paths, **options):
        view = resource.as_view(resource.__name__)
        for path in paths:
            self.blueprint.add_url_rule(path, view_func=view, **options)

    def register(self):
        self.app.register_blueprint(self.blueprint)

app = Flask(__name__)
service = Service(app)
service.add(Orders, "/orders", "/all-orders")
service.add(Account, "/account")
service.register()
"""

    assert protections(project, {"shop/app.py": code}) == {
        "GET /api/orders": "none",
        "GET /api/all-orders": "none",
        "GET /api/account": "guarded",
    }


MIDDLEWARE = """
import re
from shop.settings import OPEN

PATTERNS = [re.compile(pattern) for pattern in OPEN]
PRICES = re.compile(r"^/prices(?:/|$)")
NUMBERED = re.compile(r"^/items/[0-9]+$")


def ask_for_login(request, handler):
    path = request.path.lstrip("/")
    if any(pattern.match(path) for pattern in PATTERNS):
        return handler(request)
    if PRICES.match(request.path) or re.fullmatch("/help", request.path) is not None:
        return handler(request)
    if NUMBERED.match(request.path):
        return handler(request)
    if "user" not in request:
        raise PermissionError
    return handler(request)
"""


def test_a_middleware_may_let_pass_what_a_regular_expression_takes(project: Project) -> None:
    paths = [
        "/about",
        "/about-us",
        "/prices/new",
        "/priceless",
        "/help",
        "/help/me",
        "/orders/{number}",
        "/items/{number}",
    ]
    routes = "\n".join(f'app.router.add_get("{path}", serve)' for path in paths)
    code = f"""
from aiohttp import web
from shop.auth import ask_for_login

async def serve(request): ...

app = web.Application(middlewares=[ask_for_login])
{routes}
"""
    files = {
        "shop/auth.py": MIDDLEWARE,
        "shop/settings.py": 'OPEN = ["about$", "orders/[^/]+$"]\n',
        "shop/app.py": code,
    }
    found = protections(project, files)

    assert [route for route, protection in found.items() if protection == "none"] == [
        "GET /about",
        "GET /help",
        "GET /orders/{number}",
        "GET /prices/new",
    ]


def test_a_pattern_that_may_take_exponential_time_is_not_tried(project: Project) -> None:
    files = {
        "shop/auth.py": MIDDLEWARE,
        "shop/settings.py": 'OPEN = ["(a+)+$"]\n',
        "shop/app.py": f"""
from aiohttp import web
from shop.auth import ask_for_login

async def serve(request): ...

app = web.Application(middlewares=[ask_for_login])
app.router.add_get("/{"a" * 60}b", serve)
""",
    }

    assert list(protections(project, files).values()) == ["guarded"]


def test_lists_that_are_added_to_each_other_come_to_an_end(project: Project) -> None:
    additions = "\n".join(f"    handlers.extend(handlers_{number})" for number in range(8))
    more = "\n".join(f"handlers_{number} = [(r'/orders/{number}', Orders)]" for number in range(8))
    back = "\n".join(f"    handlers_{number} += handlers" for number in range(8))
    code = f"""
from tornado.web import Application, RequestHandler, authenticated

class Orders(RequestHandler):
    def get(self): ...

class Account(RequestHandler):
    @authenticated
    def get(self): ...

{more}

def make():
    handlers = [(r"/account", Account)]
    handlers.extend(handlers)
{additions}
{back}
    return Application(handlers)
"""

    found = protections(project, {"shop/app.py": code})

    assert found == {"GET /account": "guarded"} | {f"GET /orders/{number}": "none" for number in range(8)}
