"""Which routes of FastAPI and Starlette `access` finds unguarded, and through what it sees a guard."""

import pytest
from marks import check_marked
from project import Project

CONFIGURATION = """
version: 1
project: {packages: [shop]}
contracts:
  - id: guarded
    kind: access
    guards: [shop.auth.current_user, shop.auth.RoleChecker, shop.auth.session_user, shop.auth.refuse_strangers]
    middleware: shop.auth.AuthMiddleware
    optional_guards: [shop.auth.current_user_or_none]
    public: [{route: GET /health, reason: probes}]
    optional: [{route: GET /greeting, reason: says the name if there is one}]
    max_unknown: 9
"""
AUTH = """
from fastapi import Depends, HTTPException
from fastapi.security import HTTPBearer
from fastapi_users import FastAPIUsers

bearer = HTTPBearer(auto_error=False)
accounts = FastAPIUsers()
session_user = accounts.current_user(active=True)


def current_user(token=Depends(bearer)):
    if token is None:
        raise HTTPException(401)
    return token


def current_user_or_none(token=Depends(bearer)):
    return token


def authorized_user(*scopes):
    def check(user=Depends(current_user)):
        return user
    return check


def require_verified_mail():
    pass


class RoleChecker:
    def __init__(self, role):
        self.role = role

    def __call__(self, request):
        raise HTTPException(403)


class AuthMiddleware:
    def __init__(self, app):
        self.app = app


def refuse_strangers(request):
    raise HTTPException(401)
"""
APP = """
from fastapi import FastAPI
from shop.orders import router

app = FastAPI()
app.include_router(router, prefix="/orders")


@app.get("/health")
def health(): ...
"""
CASES = {
    "a guard in a parameter, and a route without one": """
from fastapi import APIRouter, Depends
from shop.auth import current_user

router = APIRouter()

@router.get("/{id}")
def show(id: int, user=Depends(current_user)): ...

@router.post("/")
def place(order: dict): ...  # !
""",
    "a guard in `Annotated`, by an alias, a renamed import and the class of the annotation": """
from typing import Annotated
from fastapi import APIRouter, Depends as Needs, Security
from shop.auth import current_user as who, RoleChecker

User = Annotated[dict, Needs(who)]
Admin = Annotated[User, Security(RoleChecker("admin"))]
router = APIRouter()

@router.get("/alias")
def alias(user: User): ...

@router.get("/nested")
def nested(user: Admin): ...

@router.get("/class")
def by_class(checker: Annotated[RoleChecker, Needs()]): ...

@router.get("/text")
def text(user: "User"): ...

@router.get("/other")
def other(user: Annotated[dict, "no dependency"]): ...  # !
""",
    "a guard that a dependency depends on, through factories and variables": """
from fastapi import APIRouter, Depends
from shop.auth import authorized_user, current_user, session_user

def tenant(user=Depends(current_user)): ...
def limit(tenant=Depends(tenant)): ...
def page(size: int = 10): ...
needs_scope = authorized_user("orders")

router = APIRouter()

@router.get("/chain", dependencies=[Depends(limit)])
def chain(): ...

@router.get("/factory")
def factory(user=Depends(needs_scope)): ...

@router.get("/variable")
def variable(user=Depends(session_user)): ...

@router.get("/page")
def paged(page=Depends(page)): ...  # !
""",
    "a name that sounds like authentication, a scheme that verifies nothing, and a guard that is only named": """
from fastapi import APIRouter, Depends
from shop.auth import bearer, current_user, require_verified_mail

router = APIRouter()

@router.get("/a", dependencies=[Depends(require_verified_mail)])
def verified(): ...  # !

@router.get("/b")
def scheme(token=Depends(bearer)): ...  # !

@router.get("/c")
def named(user=current_user): ...  # !
""",
    "a check in the body": """
from fastapi import APIRouter
from shop.auth import current_user

router = APIRouter()

@router.get("/")
def body(token: str):  # !
    current_user(token)
""",
    "an optional guard": """
from fastapi import APIRouter, Depends
from shop.auth import current_user, current_user_or_none

router = APIRouter()

@router.get("/optional")
def optional(user=Depends(current_user_or_none)): ...  # !

@router.get("/both")
def both(user=Depends(current_user_or_none), other=Depends(current_user)): ...
""",
    "a guard on the router": """
from fastapi import APIRouter, Depends
from shop.auth import current_user

router = APIRouter(dependencies=[Depends(current_user)])

@router.get("/")
def index(): ...
""",
    "a list of dependencies in a variable, and one that is joined": """
from fastapi import APIRouter, Depends
from shop.auth import current_user

def log(): ...
COMMON = [Depends(log)]
GUARDS = [*COMMON, Depends(current_user)]
router = APIRouter()

@router.get("/guards", dependencies=GUARDS)
def guards(): ...

@router.get("/sum", dependencies=COMMON + [Depends(current_user)])
def joined(): ...

@router.get("/common", dependencies=COMMON)
def common(): ...  # !
""",
    "a router class whose own constructor has the guard": """
from fastapi import APIRouter, Depends
from shop.auth import current_user

class GuardedRouter(APIRouter):
    def __init__(self, **kwargs):
        super().__init__(dependencies=[Depends(current_user)], **kwargs)

class PlainRouter(APIRouter):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

router = APIRouter()
guarded = GuardedRouter(prefix="/guarded")
plain = PlainRouter(prefix="/plain")

@guarded.get("/")
def inside(): ...

@plain.get("/")
def outside(): ...  # !

router.include_router(guarded)
router.include_router(plain)
""",
    "a router that is included twice, once without a guard": """
from fastapi import APIRouter, Depends
from shop.auth import current_user

router = APIRouter()
reports = APIRouter()

@reports.get("/")
def report(): ...  # !

router.include_router(reports, prefix="/v1")
router.include_router(reports, prefix="/v2", dependencies=[Depends(current_user)])
""",
    "a router that every include guards": """
from fastapi import APIRouter, Depends
from shop.auth import current_user

router = APIRouter()
reports = APIRouter()

@reports.get("/")
def report(): ...

for version in ("/v1", "/v2"):
    router.include_router(reports, prefix=version, dependencies=[Depends(current_user)])
""",
    "a router that nothing includes": """
from fastapi import APIRouter

router = APIRouter()
forgotten = APIRouter()

@forgotten.get("/")
def dead(): ...
""",
    "a decorator of the project that depends on the order": """
import functools
from fastapi import APIRouter
from shop.auth import refuse_strangers

def guarded(function):
    @refuse_strangers
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper

router = APIRouter()

@router.get("/below")
@guarded
def below(): ...

@guarded
@router.get("/above")
def above(): ...  # !
""",
    "a route that a call registers": """
from fastapi import APIRouter, Depends
from shop.auth import current_user

router = APIRouter()

def show(): ...  # !
def place(user=Depends(current_user)): ...
def drop(): ...

router.add_api_route("/show", show, methods=["GET"])
router.add_api_route("/place", place, methods=["POST"])
router.add_api_route("/drop", drop, methods=["DELETE"], dependencies=[Depends(current_user)])
""",
    "a websocket": """
from fastapi import APIRouter, Depends
from shop.auth import current_user

router = APIRouter()

@router.websocket("/ws")
async def open_socket(socket): ...  # !

@router.websocket("/guarded")
async def guarded_socket(socket, user=Depends(current_user)): ...
""",
    "a class of routes: closures on a router that `self` keeps": """
from fastapi import APIRouter, Depends
from shop.auth import current_user

class Base:
    def __init__(self):
        self.router = APIRouter()
        self.set_limits()
        self.add_routes()

    def set_limits(self):
        def limit(user=Depends(current_user)): ...
        self.limit = limit

    def get_router(self):
        return self.router

class Orders(Base):
    def add_routes(self):
        @self.router.get("/limited", dependencies=[Depends(self.limit)])
        def limited(): ...

        @self.router.get("/open")
        def unlimited(): ...  # !

class Items(Base):
    def add_routes(self):
        @self.router.get("/items")
        def items(user=Depends(current_user)): ...

router = APIRouter()
router.include_router(Orders().get_router())
router.include_router(Items().get_router())
""",
    "a class-based view": """
from fastapi import APIRouter, Depends
from fastapi_utils.cbv import cbv
from shop.auth import current_user

router = APIRouter()

@cbv(router)
class Orders:
    user: dict = Depends(current_user)

    @router.get("/")
    def index(self): ...

@cbv(router)
class Items:
    @router.get("/items")
    def items(self): ...  # !
""",
    "a class-based view that takes its guard in its constructor, from a base class, or from neither": """
from typing import Annotated
from fastapi import APIRouter, Depends
from shop.auth import current_user
from shop.views import controller

router = APIRouter()

@controller(router)
class Orders:
    def __init__(self, user=Depends(current_user)): ...

    @router.get("/")
    def index(self): ...

class Guarded:
    user: Annotated[dict, Depends(current_user)]

@controller(router)
class Items(Guarded):
    @router.get("/items")
    def items(self): ...

@controller(router)
class Replaced(Guarded):
    user: dict = None

    @router.get("/replaced")
    def replaced(self): ...  # !

@controller(router)
class Bare:
    user = Depends(current_user)

    @router.get("/bare")
    def bare(self): ...  # !

class Plain:
    user: dict = Depends(current_user)

    @router.get("/plain")
    def plain(): ...  # !
# file: shop/views.py
def controller(router):
    return lambda cls: cls
""",
}
APPLICATIONS = {
    "a guard on the application": """
from fastapi import Depends, FastAPI
from shop.auth import current_user

app = FastAPI(dependencies=[Depends(current_user)])

@app.get("/orders")
def orders(): ...
""",
    "a middleware that guards, and a mounted application that it stands in front of": """
from fastapi import FastAPI
from shop.auth import AuthMiddleware

app = FastAPI()
inner = FastAPI()
app.add_middleware(AuthMiddleware)
app.mount("/inner", inner)

@app.get("/orders")
def orders(): ...

@inner.get("/items")
def items(): ...
""",
    "a mounted application, which has none of the dependencies of the outer one": """
from fastapi import Depends, FastAPI
from shop.auth import current_user

app = FastAPI()
admin = FastAPI(dependencies=[Depends(current_user)])
tools = FastAPI()
app.mount("/admin", admin)
app.mount("/tools", tools)

@admin.get("/users")
def users(): ...

@tools.get("/run")
def run(): ...  # !
""",
    "an application that a factory makes and a function fills": """
from fastapi import APIRouter, Depends, FastAPI
from shop.auth import current_user

def orders_router():
    router = APIRouter()

    @router.get("/orders")
    def orders(): ...

    @router.get("/mine")
    def mine(user=Depends(current_user)): ...

    return router

def register(app: FastAPI):
    app.include_router(orders_router(), dependencies=[Depends(current_user)])

def create_app():
    app = FastAPI()
    register(app)

    @app.get("/open")
    def open_route(): ...  # !

    return app
""",
    "a middleware with paths that it lets pass": """
from fastapi import FastAPI
from fastapi.responses import JSONResponse

OPEN = ["/login", "/docs"]
app = FastAPI()

@app.middleware("http")
async def authenticate(request, call_next):
    if request.url.path in OPEN or request.url.path.startswith("/static/"):
        return await call_next(request)
    if "authorization" not in request.headers:
        return JSONResponse({}, 401)
    return await call_next(request)

@app.post("/login")
def login(): ...  # !

@app.get("/static/{name}")
def static(name): ...  # !

@app.get("/orders")
def orders(): ...
""",
    "routes of Starlette in a list": """
from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.endpoints import HTTPEndpoint
from starlette.routing import Mount, Route, WebSocketRoute

@requires("authenticated")
async def orders(request): ...

async def items(request): ...  # !

class Users(HTTPEndpoint):
    @requires("admin")
    async def get(self, request): ...

    async def post(self, request): ...  # !

async def socket(websocket): ...  # !

app = Starlette(routes=[
    Route("/orders", orders),
    Mount("/api", routes=[Route("/items", items, methods=["POST"]), Route("/users", Users)]),
    WebSocketRoute("/ws", socket),
])
""",
    "a graph of GraphQL is one route": """
from fastapi import Depends, FastAPI
from shop.auth import current_user
from strawberry.fastapi import GraphQLRouter

app = FastAPI()
app.include_router(GraphQLRouter(None), prefix="/open")  # !
app.include_router(GraphQLRouter(None), prefix="/graph", dependencies=[Depends(current_user)])
app.include_router(GraphQLRouter(None, dependencies=[Depends(current_user)]), prefix="/own")
""",
    "a handler that a factory returns": """
from fastapi import Depends, FastAPI
from shop.auth import current_user

def page(name):
    def show(): ...  # !
    return show

def private(name):
    def show(user=Depends(current_user)): ...
    return show

app = FastAPI()
app.add_api_route("/page", page("index"))
app.add_api_route("/private", private("index"))
""",
    "routes of tests": """
from fastapi import Depends, FastAPI
from shop.auth import current_user

app = FastAPI()

@app.get("/orders")
def orders(user=Depends(current_user)): ...
# file: shop/tests/test_app.py
from fastapi import FastAPI

app = FastAPI()

@app.get("/fake")
def fake(): ...
""",
}


@pytest.mark.parametrize("code", CASES.values(), ids=CASES)
def test_a_route_is_guarded_or_found(project: Project, code: str) -> None:
    always = {"shop/__init__.py": "", "shop/auth.py": AUTH, "shop/app.py": f"{APP}{_GUARDED_ROUTE}"}
    found, marked = check_marked(project, code, CONFIGURATION, "shop/orders.py", always)
    assert found == marked


@pytest.mark.parametrize("code", APPLICATIONS.values(), ids=APPLICATIONS)
def test_an_application_guards_what_it_holds(project: Project, code: str) -> None:
    configuration = CONFIGURATION.replace("max_unknown: 9", "stale: ignore").replace(
        "middleware: shop.auth.AuthMiddleware", "middleware: [shop.auth.AuthMiddleware, shop.app.authenticate]"
    )
    if "def authenticate" not in code:
        configuration = configuration.replace(", shop.app.authenticate", "")
    found, marked = check_marked(
        project, code, configuration, "shop/app.py", {"shop/__init__.py": "", "shop/auth.py": AUTH}
    )
    assert found == marked


_GUARDED_ROUTE = """

from fastapi import Depends
from shop.auth import current_user, current_user_or_none


@app.get("/me")
def me(user=Depends(current_user)): ...


@app.get("/greeting")
def greeting(user=Depends(current_user_or_none)): ...
"""
