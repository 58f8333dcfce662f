"""How routes are put together in helpers, subclasses of routers, lists and prefixes, and which of them are open."""

from collections.abc import Mapping

import pytest
from project import Project

from archguard.model import Confidence

CONFIGURATION = """
version: 1
project: {packages: [shop]}
contracts:
  - id: guarded
    kind: access
    guards: [shop.auth.login_required]
    middleware: [shop.auth.load_shop, shop.auth.ask_for_login]
    max_unknown: 9
    stale: ignore
"""
AUTH = """
from flask import abort, request, session


def login_required(function):
    return function


def load_shop(endpoint, values):
    if endpoint == "shop.about":
        return
    key = values.pop("key", None)
    if key and key not in session:
        abort(401)


def ask_for_login():
    path = request.path
    if path.startswith("/open"):
        return None
    if (name := request.endpoint) == "shop.prices" or name in ("shop.help",):
        return None
    if "key" in request.view_args and "token" in session:
        return None
    abort(401)
"""
VIEWS = """
from shop.auth import login_required


def orders(): ...


@login_required
def account(): ...


def basket(key): ...
"""


def unguarded(project: Project, files: Mapping[str, str]) -> list[str]:
    """The routes that are certainly not guarded, without their handlers, and a `?` for each that is unknown."""
    project.write_all({"shop/__init__.py": "", "shop/auth.py": AUTH, "shop/views.py": VIEWS, **files})
    project.configure(CONFIGURATION)
    report = project.check()
    assert not report.problems, report.problems
    return sorted(
        "?" if found.confidence is Confidence.POSSIBLE else found.symbol.rpartition(" ")[0]
        for found in report.violations
    )


FLASK = """
from flask import Blueprint, Flask
from shop.auth import {hook}
from shop.views import account, basket, orders

shop = Blueprint("shop", __name__)
shop.{method}({hook})


@shop.route("/about")
def about(): ...


@shop.route("/open/prices")
def open_prices(): ...


@shop.route("/prices")
def prices(): ...


@shop.route("/help")
def help(): ...


@shop.route("/orders")
def list_orders(): ...


@shop.route("/shops/<key>/orders")
def shop_orders(key): ...


app = Flask(__name__)
app.register_blueprint(shop)
"""


def test_a_preprocessor_of_url_values_guards_the_routes_with_the_value_that_it_asks_for(project: Project) -> None:
    code = FLASK.format(hook="load_shop", method="url_value_preprocessor")

    found = unguarded(project, {"shop/app.py": code})

    assert found == ["GET /about", "GET /help", "GET /open/prices", "GET /orders", "GET /prices"]


def test_what_a_hook_lets_pass_may_be_held_in_variables(project: Project) -> None:
    code = FLASK.format(hook="ask_for_login", method="before_request")

    assert unguarded(project, {"shop/app.py": code}) == ["GET /help", "GET /open/prices", "GET /prices"]


def test_a_helper_registers_for_each_call_what_that_call_passes(project: Project) -> None:
    code = """
from flask import Blueprint, Flask
from shop.views import account, basket, orders


def add(target, paths, view, methods=("GET",)):
    for path in paths:
        target.add_url_rule(path, view_func=view)


def mount(app, blueprint, prefix):
    app.register_blueprint(blueprint, url_prefix=prefix)


front, office = Blueprint("front", __name__), Blueprint("office", __name__)
add(front, ["/orders", "/all-orders"], orders)
add(front, ["/account"], account)
add(office, paths=["/baskets"], view=basket)
app = Flask(__name__)
mount(app, front, "/front")
mount(app, prefix="/office", blueprint=office)
"""

    assert unguarded(project, {"shop/app.py": code}) == [
        "GET /front/all-orders",
        "GET /front/orders",
        "GET /office/baskets",
    ]


def test_a_name_that_is_changed_does_not_stand_for_what_is_passed(project: Project) -> None:
    code = """
from flask import Flask
from shop.views import account, orders


def add(app, path, view):
    path = "/v1" + path
    app.add_url_rule(path, view_func=view)


def mount(app, paths, view):
    for path in paths:
        app.add_url_rule(path, view_func=view)


app = Flask(__name__)
add(app, "/orders", orders)
add(app, "/account", account)
mount(app, [], orders)
for path, view in [("/more", orders), ("/others", account)]:
    path = path.upper()
    app.add_url_rule(path, view_func=view)
"""
    project.write_all({"shop/__init__.py": "", "shop/auth.py": AUTH, "shop/views.py": VIEWS, "shop/app.py": code})
    project.configure(CONFIGURATION)

    found = sorted({violation.symbol.rpartition(" ")[0] for violation in project.check().violations})

    assert found == ["GET /v1{?}", "GET {?}"]


def test_a_blueprint_that_an_unknown_application_mounts_has_its_routes(project: Project) -> None:
    code = """
from flask import Blueprint
from shop.views import account, orders


def load(app):
    shop = Blueprint("shop", __name__)
    shop.add_url_rule("/orders", view_func=orders)
    shop.add_url_rule("/account", view_func=account)
    app.register_blueprint(shop, url_prefix="/shop")
    app.register_error_handler(404, orders)
"""
    other = """
from flask import Flask

app = Flask(__name__)


@app.get("/health")
def health(): ...
"""

    assert unguarded(project, {"shop/plugin.py": code, "shop/app.py": other}) == ["GET /health", "GET /shop/orders"]


ROUTER = """
from starlette.routing import Router


class Pages(Router):
    def __init__(self, prefix=""):
        self.prefix = prefix
        super().__init__()

    def get(self, path):
        def decorator(function):
            async def wrapped(request):
                return await function(request)
            self.add_route(self.prefix + path, wrapped, methods=["GET"])
            return function
        return decorator

    def include_router(self, router, prefix=""):
        self.mount(self.prefix + prefix, app=router)
"""
PAGES = """
from starlette.applications import Starlette
from starlette.authentication import requires
from shop.router import Pages

pages = Pages()


@pages.get("/orders")
async def orders(request): ...


@pages.get("/account")
@requires("authenticated")
async def account(request): ...


def routes():
    everything = Pages()
    everything.include_router(pages, prefix="/shop")
    return everything.routes


"""


def test_a_router_of_the_project_may_replace_how_routes_are_registered(project: Project) -> None:
    code = f"{PAGES}app = Starlette(routes=routes())\n"

    assert unguarded(project, {"shop/router.py": ROUTER, "shop/app.py": code}) == ["GET /shop/orders"]


def test_a_router_of_the_project_may_mount_others_in_methods_of_its_own(project: Project) -> None:
    code = """
from flask import Flask
from flask_smorest import Api, Blueprint
from shop.views import account, orders

shop = Blueprint("shop", __name__)
shop.add_url_rule("/orders", view_func=orders)
shop.add_url_rule("/account", view_func=account)


class Pages(Api):
    def init_app(self, app):
        super().init_app(app)
        self.register_blueprint(shop)


app = Flask(__name__)
pages = Pages()
pages.init_app(app)
"""

    assert unguarded(project, {"shop/app.py": code}) == ["GET /orders"]


def test_the_routes_of_a_router_may_be_part_of_a_list(project: Project) -> None:
    code = f"""{PAGES}
from starlette.routing import Mount, Route
app = Starlette(routes=[Route("/health", orders), Mount("/v1", routes=[*pages.routes])])
"""

    assert unguarded(project, {"shop/router.py": ROUTER, "shop/app.py": code}) == ["GET /health", "GET /v1/orders"]


@pytest.mark.parametrize("routes", ["load()", "[Route('/health', orders), *load()]"])
def test_routes_that_cannot_be_resolved_are_unknown(project: Project, routes: str) -> None:
    code = f"""{PAGES}
from plugins import load
from starlette.routing import Route
app = Starlette(routes={routes})
"""

    assert "?" in unguarded(project, {"shop/router.py": ROUTER, "shop/app.py": code})


VIEW_SETS = """
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.viewsets import ViewSet


class Orders(ViewSet):
    def get_permissions(self):
        if (action := self.action) in ["create"]:
            return []
        if action == "destroy":
            return [AllowAny()]
        return [IsAuthenticated()]

    def list(self, request): ...

    def create(self, request): ...

    def destroy(self, request, pk): ...


class Lines(ViewSet):
    def get_permissions(self):
        name = self.action
        name = self.kwargs.get("as", name)
        return [AllowAny()] if name == "list" else [IsAuthenticated()]

    def retrieve(self, request, order_pk, pk): ...
"""


def test_permissions_may_depend_on_a_variable_and_a_router_may_have_no_prefix(project: Project) -> None:
    urls = """
from django.urls import include, path
from rest_framework_nested.routers import NestedSimpleRouter, SimpleRouter
from shop.views import Lines, Orders

router = SimpleRouter()
router.register("", Orders)
lines = NestedSimpleRouter(router, "", lookup="order")
lines.register("lines", Lines)
urlpatterns = [path("orders/", include(router.urls)), path("orders/", include(lines.urls))]
"""
    settings = 'ROOT_URLCONF = "shop.urls"\n'

    found = unguarded(project, {"shop/views.py": VIEW_SETS, "shop/urls.py": urls, "shop/settings.py": settings})

    assert found == [
        "DELETE /orders/{pk}/",
        "GET /orders/{order_pk}/lines/{pk}/",  # a variable that is assigned twice is not known
        "POST /orders/",
    ]


def test_a_view_that_a_function_outside_of_the_project_returns_is_unknown(project: Project) -> None:
    urls = """
from django.urls import path
from django.utils.module_loading import import_string
from django.views.generic import TemplateView
from shop.views import account

urlpatterns = [
    path("account/", account),
    path("plugin/", import_string("plugins.view")),
    path("about/", TemplateView.as_view(template_name="about.html")),
]
"""

    found = unguarded(project, {"shop/urls.py": urls, "shop/settings.py": 'ROOT_URLCONF = "shop.urls"\n'})

    assert found == ["?", "ANY /about/"]


def test_services_of_nameko_serve_paths_and_procedures(project: Project) -> None:
    code = """
from nameko.rpc import rpc
from nameko.web.handlers import HttpRequestHandler, http
from shop.auth import login_required


class Handler(HttpRequestHandler):
    mapped_errors = {}


serve = Handler.decorator


class Base:
    @http("GET", "/health")
    def health(self, request): ...


class Shop(Base):
    name = "shop"

    @http("GET, POST", "/orders/<int:key>")
    def order(self, request, key): ...

    @serve("DELETE", "/orders", expected_exceptions=ValueError)
    def delete(self, request): ...

    @login_required
    @http("GET", "/account")
    def account(self, request): ...

    @rpc
    def total(self): ...

    @login_required
    @rpc(expected_exceptions=ValueError)
    def charge(self): ...

    def helper(self): ...


class NoService:
    @http("GET", "/nowhere")
    def nowhere(self, request): ...
"""

    assert unguarded(project, {"shop/service.py": code}) == [
        "DELETE /orders",
        "GET /health",
        "GET /orders/{key:int}",
        "POST /orders/{key:int}",
        "RPC /shop/total",
    ]


def test_a_loop_over_a_table_registers_each_row(project: Project) -> None:
    code = """
from aiohttp import web
from shop.views import account, basket, orders

TABLE = [("GET", "/orders", orders), ("POST", "/baskets", basket), ("GET", "/account", account)]
PATHS = {"/more": orders, "/others": account}
app = web.Application()
for method, path, handler in TABLE:
    app.router.add_route(method, path, handler)
for path, handler in PATHS.items():
    app.router.add_get(path, handler)
"""
    found = unguarded(project, {"shop/app.py": code})

    assert found == ["GET /more", "GET /orders", "POST /baskets"]


def test_a_loop_over_routers_mounts_each_below_its_prefix(project: Project) -> None:
    code = """
from fastapi import APIRouter, Depends, FastAPI
from shop.auth import login_required

one, two, three = APIRouter(), APIRouter(), APIRouter()
get = three.get


@one.get("/orders")
def orders(): ...


@two.get("/orders", dependencies=[Depends(login_required)])
def guarded(): ...


@get("/prices")
def prices(): ...


app = FastAPI()
for prefix, router in {"/one": one, "/two": two}.items():
    app.include_router(router, prefix=prefix)
for router in (one, three):
    app.include_router(router, prefix="/all")
"""

    assert unguarded(project, {"shop/app.py": code}) == ["GET /all/orders", "GET /all/prices", "GET /one/orders"]


def test_a_loop_over_what_is_not_known_gives_unknown_routes(project: Project) -> None:
    code = """
from flask import Flask
from plugins import table
from shop.views import account, orders

app = Flask(__name__)
app.add_url_rule("/account", view_func=account)
for path in table():
    app.add_url_rule(path, view_func=orders)
for path, view in [("/orders", orders), *table()]:
    app.add_url_rule(path, view_func=view)
"""
    project.write_all({"shop/__init__.py": "", "shop/auth.py": AUTH, "shop/views.py": VIEWS, "shop/app.py": code})
    project.configure(CONFIGURATION)

    found = {violation.symbol.rpartition(" ")[0] for violation in project.check().violations}

    assert found == {"GET {?}"}


def test_routes_may_be_added_to_the_list_of_a_router(project: Project) -> None:
    code = """
from fastapi import FastAPI
from plugins import route
from starlette.routing import Route
from shop.views import account, basket, orders

app = FastAPI()
app.router.routes.append(Route("/orders", orders))
app.router.routes.extend([Route("/account", account), Route("/basket", basket)])
app.routes.insert(0, route)
names = {"routes": []}
names["routes"].append(Route("/nowhere", orders))
"""

    assert unguarded(project, {"shop/app.py": code}) == ["?", "GET /basket", "GET /orders"]


def test_resources_of_aiohttp_are_unknown(project: Project) -> None:
    code = """
from aiohttp import web
from shop.views import account, orders

app = web.Application()
app.router.add_get("/account", account)
app.router.add_resource("/orders").add_route("GET", orders)
"""

    assert unguarded(project, {"shop/app.py": code}) == ["?"]
