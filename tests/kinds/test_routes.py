"""The route table: paths in one notation, and what a route tells of itself."""

import re

import pytest
from project import Project

from archguard.effects.catalogue.guards import known_guards
from archguard.effects.catalogue.routes import route_facts
from archguard.effects.routes import Level, Route, find_route_table, find_routes
from archguard.effects.routes.route import joined, normalized


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/orders/<int:id>", "/orders/{id:int}"),
        ("/orders/<id>", "/orders/{id}"),
        ("/orders/<string(length=2):code>", "/orders/{code}"),
        ("/orders/{id}", "/orders/{id}"),
        ("/files/{path:path}", "/files/{path:path}"),
        ("/orders/{id:uuid}", "/orders/{id:uuid}"),
        (r"/orders/{id:\d+}", "/orders/{id}"),
        ("orders/", "/orders/"),
        (r"^orders/(?P<pk>[^/.]+)/$", "/orders/{pk}/"),
        (r"/orders/([0-9]+)/items/(?P<item>\w+(?:-\w+)?)", "/orders/{}/items/{item}"),
        (r"/robots\.txt", "/robots\\.txt"),
        (r"^robots\.txt$", "/robots.txt"),
    ],
)
def test_a_path_is_told_in_one_notation(template: str, path: str) -> None:
    assert normalized(template) == path


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        (("/api", "/orders"), "/api/orders"),
        (("/api/", "/orders/"), "/api/orders/"),
        (("/api", ""), "/api"),
        (("", "/orders"), "/orders"),
        (("", ""), "/"),
    ],
)
def test_prefixes_are_joined_by_one_slash(parts: tuple[str, ...], path: str) -> None:
    assert joined(*parts) == path


APP = """
from fastapi import APIRouter, Depends, FastAPI

def current_user(): ...
def version_of(name): ...

router = APIRouter(prefix="/orders")

@router.get("/{id}", dependencies=[Depends(current_user)])
def show(id: int): ...

app = FastAPI()
app.include_router(router, prefix="/v1")
app.include_router(router, prefix="/v2")
app.include_router(router, prefix=version_of("latest"))
"""


def routes_of(project: Project, code: str, path: str = "shop/app.py") -> tuple[Route, ...]:
    project.write_all({"shop/__init__.py": "", path: code})
    return find_routes(project.codebase())


def test_a_router_gives_its_routes_for_each_mount(project: Project) -> None:
    found = routes_of(project, APP)
    assert [route.path for route in found] == ["/v1/orders/{id}", "/v2/orders/{id}", "/{?}/orders/{id}"]
    assert [bool(route.unknown) for route in found] == [False, False, True]


def test_a_route_tells_where_it_stands_and_what_runs_before_it(project: Project) -> None:
    route = routes_of(project, APP)[0]
    assert (route.method, route.handler, route.module) == ("GET", "shop.app.show", "shop.app")
    assert (route.location.line, route.location.end_line) == (10, 10)
    assert route.registration is not None
    assert route.registration.line == 9
    assert route.framework == "fastapi"
    assert route.service == "shop"
    assert route.function is not None
    assert [(check.name, check.level) for check in route.checks] == [("shop.app.current_user", Level.ROUTE)]


def test_a_route_of_flask_has_an_endpoint_and_converters(project: Project) -> None:
    code = """
from flask import Blueprint, Flask

orders = Blueprint("orders", __name__, url_prefix="/orders")
app = Flask(__name__)
app.register_blueprint(orders, url_prefix="/v2/orders")

@orders.route("/<int:id>", methods=["GET", "DELETE"])
def one(id): ...
"""
    found = routes_of(project, code)
    assert [(route.method, route.path) for route in found] == [
        ("DELETE", "/v2/orders/{id:int}"),
        ("GET", "/v2/orders/{id:int}"),
    ]
    assert found[0].template == "/v2/orders/<int:id>"
    assert found[0].endpoint == "orders.one"
    assert found[0].converters == (("id", "int"),)


def test_a_path_that_a_factory_takes_is_known_for_each_call(project: Project) -> None:
    code = """
from fastapi import APIRouter, FastAPI

def router_for(prefix):
    router = APIRouter(prefix=prefix)

    @router.get("/all")
    def all(): ...

    return router

app = FastAPI()
app.include_router(router_for("/orders"))
app.include_router(router_for(prefix="/items"))
"""
    assert [route.path for route in routes_of(project, code)] == ["/items/all", "/orders/all"]


def test_a_router_without_an_application_keeps_its_own_prefix(project: Project) -> None:
    code = """
from fastapi import APIRouter

router = APIRouter(prefix="/orders")

@router.get("/all")
def all(): ...
"""
    assert [route.path for route in routes_of(project, code)] == ["/orders/all"]


def test_routers_in_a_loop_over_modules_are_mounted(project: Project) -> None:
    router = (
        "from flask import Blueprint\n\nblueprint = Blueprint('{0}', __name__)\n\n\n"
        "@blueprint.get('/{0}')\ndef {0}(): ...\n"
    )
    project.write_all(
        {
            "shop/views/__init__.py": "from . import items, orders\n\nMODULES = (items, orders)\n",
            "shop/views/items.py": router.format("items"),
            "shop/views/orders.py": router.format("orders"),
        }
    )
    code = """
from flask import Flask
from shop.views import MODULES

app = Flask(__name__)
for module in MODULES:
    app.register_blueprint(module.blueprint, url_prefix="/api")
"""
    assert [route.path for route in routes_of(project, code)] == ["/api/items", "/api/orders"]


def test_nested_urlconfs_of_django_join_their_paths(project: Project) -> None:
    project.write(
        "shop/orders.py", "from django.urls import path\ndef show(r): ...\nurlpatterns = [path('<int:pk>/', show)]\n"
    )
    code = """
from django.urls import include, path, re_path

urlpatterns = [
    path("api/", include([path("orders/", include("shop.orders"))])),
    re_path(r"^old/", include("shop.orders")),
]
"""
    assert [route.path for route in routes_of(project, code, "shop/urls.py")] == [
        "/api/orders/{pk:int}/",
        "/old/{pk:int}/",
    ]


def test_what_comes_from_outside_is_part_of_the_table(project: Project) -> None:
    urls = 'from django.urls import include, path\n\nurlpatterns = [path("pay/", include("pay.urls"))]\n'
    project.write_all({"shop/__init__.py": "", "shop/urls.py": urls})
    table = find_route_table(project.codebase())
    assert [(found.path, found.what) for found in table.unresolved] == [
        ("/pay/", "includes the urlconf pay.urls, which is outside of the project"),
    ]


def test_the_table_does_not_depend_on_the_order_of_files(project: Project) -> None:
    first = routes_of(project, APP)
    project.write("shop/aaa.py", "from shop.app import app\n")
    assert find_routes(project.codebase()) == first


def test_the_facts_on_frameworks_name_classes_and_functions() -> None:
    name = re.compile(r"[a-z_]\w*(?:\.\w+)+")
    facts, guards = route_facts(), known_guards()
    for family in facts.families.values():
        assert all(name.fullmatch(cls) for cls in family.applications | family.routers)
    assert all(name.fullmatch(cls) for cls in (*facts.entries.routes, *facts.entries.mounts))
    assert guards.guards
    assert not guards.guards & guards.unsafe_only
