"""Which routes of Flask, its extensions and other routers `access` finds unguarded."""

import pytest
from marks import check_marked
from project import Project

CONFIGURATION = """
version: 1
project: {packages: [shop]}
contracts:
  - id: guarded
    kind: access
    guards: [shop.auth.login_required, shop.auth.Guard.required]
    middleware: [shop.auth.require_login, shop.auth.check_token, shop.auth.check_method]
    public: [{route: GET /health, reason: probes}]
    stale: ignore
"""
AUTH = """
from functools import wraps
from flask import abort, g, redirect, request
from werkzeug.exceptions import Unauthorized

OPEN = ["main.index", "static"]


def login_required(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        if not g.user:
            abort(401)
        return function(*args, **kwargs)
    return wrapper


def staff_only(function):
    @wraps(function)
    @login_required
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


def count_calls(function):
    return function


class Guard:
    def required(self, role=None):
        def decorator(function):
            return function
        return decorator


guard = Guard()


def require_login():
    if request.endpoint not in OPEN and not g.user:
        return redirect("/login")


def check_token():
    if request.headers.get("token") != "x":
        abort(403)


def check_method():
    match request.method:
        case "OPTIONS":
            return None
        case _:
            raise Unauthorized


def load_user():
    g.user = None
"""
APP = """
from flask import Flask
from shop.auth import login_required
from shop.orders import blueprint

app = Flask(__name__)
app.register_blueprint(blueprint, url_prefix="/orders")


@app.route("/health")
def health(): ...


@app.route("/me")
@login_required
def me(): ...
"""
CASES = {
    "a decorator below the route, above it, and none": """
from flask import Blueprint
from shop.auth import count_calls, login_required

blueprint = Blueprint("orders", __name__)

@blueprint.route("/")
@login_required
def index(): ...

@login_required
@blueprint.route("/above")
def above(): ...  # !

@blueprint.get("/counted")
@count_calls
def counted(): ...  # !
""",
    "a decorator that applies a guard, one of an object, and one with arguments": """
from flask import Blueprint
from shop.auth import guard, staff_only
from flask_login import login_required as flask_login_required
from flask_jwt_extended import jwt_required

blueprint = Blueprint("orders", __name__)

@blueprint.route("/staff")
@staff_only
def staff(): ...

@blueprint.route("/role")
@guard.required(role="admin")
def role(): ...

@blueprint.route("/library")
@flask_login_required
def library(): ...

@blueprint.route("/token")
@jwt_required()
def token(): ...

@blueprint.route("/maybe")
@jwt_required(optional=True)
def maybe(): ...  # !
""",
    "a hook of the blueprint that guards": """
from flask import Blueprint
from shop.auth import check_token

blueprint = Blueprint("orders", __name__)
blueprint.before_request(check_token)

@blueprint.route("/")
def index(): ...
""",
    "a hook that guards nothing, and one that calls a guard": """
from flask import Blueprint
from flask_jwt_extended import verify_jwt_in_request
from shop.auth import load_user

blueprint = Blueprint("orders", __name__)
inner = Blueprint("inner", __name__)
blueprint.register_blueprint(inner, url_prefix="/inner")

@blueprint.before_request
def prepare():
    load_user()

@inner.before_request
def verify():
    verify_jwt_in_request()

@blueprint.route("/")
def index(): ...  # !

@inner.route("/")
def inside(): ...
""",
    "a method view: guards stand on single methods or on the class": """
from flask import Blueprint
from flask.views import MethodView, View
from shop.auth import login_required

blueprint = Blueprint("orders", __name__)

class Orders(MethodView):
    @login_required
    def get(self): ...

    def post(self): ...  # !

class Items(MethodView):
    decorators = [login_required]

    def get(self): ...

class Page(View):  # !
    def dispatch_request(self): ...

blueprint.add_url_rule("/list", view_func=Orders.as_view("orders"))
blueprint.add_url_rule("/items", view_func=Items.as_view("items"))
blueprint.add_url_rule("/wrapped", view_func=login_required(Page.as_view("wrapped")))
blueprint.add_url_rule("/page", view_func=Page.as_view("page"))
""",
    "a class that overrides the decorators of its base": """
from flask import Blueprint
from flask.views import MethodView
from shop.auth import login_required

blueprint = Blueprint("orders", __name__)

class Guarded(MethodView):
    decorators = [login_required]

class Orders(Guarded):
    def get(self): ...

class Open(Guarded):
    decorators = []

    def get(self): ...  # !

blueprint.add_url_rule("/orders", view_func=Orders.as_view("orders"))
blueprint.add_url_rule("/open", view_func=Open.as_view("open"))
""",
    "resources of flask-restx": """
from flask import Blueprint
from flask_restx import Api, Namespace, Resource
from shop.auth import login_required

blueprint = Blueprint("orders", __name__)
api = Api(blueprint)
items = Namespace("items")
api.add_namespace(items, path="/items")

@items.route("/", "/all")
class Items(Resource):
    method_decorators = {"post": [login_required]}

    def get(self): ...  # !

    def post(self): ...

@items.route("/<int:id>")
class Item(Resource):
    @login_required
    def get(self, id): ...
""",
    "resources of flask-smorest": """
from flask.views import MethodView
from flask_smorest import Blueprint
from shop.auth import guard

blueprint = Blueprint("orders", __name__)

@blueprint.route("/")
class Orders(MethodView):
    @guard.required()
    @blueprint.response(200)
    def get(self): ...

    @blueprint.response(201)
    def post(self): ...  # !
""",
    "a resource of flask-restful that a call registers": """
from flask import Blueprint
from flask_restful import Api, Resource
from shop.auth import login_required

blueprint = Blueprint("orders", __name__)
api = Api(blueprint)

class Orders(Resource):
    method_decorators = [login_required]

    def get(self): ...

class Items(Resource):
    def get(self): ...  # !

api.add_resource(Orders, "/orders")
api.add_resource(Items, "/items")
""",
    "blueprints that functions make": """
from flask import Blueprint
from shop.auth import login_required

def make():
    view = Blueprint("orders", __name__)

    @view.route("/")
    @login_required
    def index(): ...

    @view.route("/open")
    def show(): ...  # !

    return view

blueprint = make()
""",
}
APPLICATIONS = {
    "a hook of the application with endpoints that it lets pass": """
from flask import Blueprint, Flask
from shop.auth import require_login

app = Flask(__name__)
app.before_request(require_login)
main = Blueprint("main", __name__)
app.register_blueprint(main)

@main.route("/")
def index(): ...  # !

@main.route("/orders")
def orders(): ...
""",
    "a hook that decides by `match`": """
from flask import Flask
from shop.auth import check_method

app = Flask(__name__)
app.before_request(check_method)

@app.route("/orders")
def orders(): ...
""",
    "a hook that a blueprint puts on the whole application": """
from flask import Blueprint, Flask
from shop.auth import check_token

app = Flask(__name__)
main = Blueprint("main", __name__)
app.register_blueprint(main)
main.before_app_request(check_token)

@app.route("/orders")
def orders(): ...
""",
    "aiohttp: tables, calls, views and a middleware of a subapplication": """
from aiohttp import web
from shop.auth import login_required

routes = web.RouteTableDef()

@web.middleware
async def authenticate(request, handler):
    if "token" not in request.headers:
        raise web.HTTPUnauthorized()
    return await handler(request)

@routes.get("/table")
async def table(request): ...  # !

@login_required
async def guarded(request): ...

async def listed(request): ...  # !

async def inside(request): ...

class Orders(web.View):
    @login_required
    async def get(self): ...

    async def post(self): ...  # !

app = web.Application()
sub = web.Application(middlewares=[authenticate])
app.add_routes(routes)
app.router.add_get("/guarded", guarded)
app.add_routes([web.post("/listed", listed), web.view("/orders", Orders)])
sub.router.add_route("GET", "/inside", inside)
app.add_subapp("/sub", sub)
""",
    "Sanic and Quart": """
from quart import Quart
from sanic import Blueprint, Sanic
from shop.auth import login_required

app = Sanic("shop")
orders = Blueprint("orders", url_prefix="/orders")
app.blueprint(orders)
other = Quart(__name__)

@orders.get("/")
@login_required
async def index(request): ...

@orders.post("/")
async def place(request): ...  # !

@other.websocket("/ws")
async def socket(): ...  # !
""",
    "gRPC: servicers behind interceptors, and without": """
import grpc
from shop import orders_pb2_grpc
from shop.auth import login_required, check_token

class Orders(orders_pb2_grpc.OrdersServicer):
    def Place(self, request, context): ...

class Items(orders_pb2_grpc.ItemsServicer):
    def List(self, request, context): ...  # !

    @login_required
    def Get(self, request, context): ...

guarded = grpc.server(None, interceptors=[check_token])
plain = grpc.server(None)
orders_pb2_grpc.add_OrdersServicer_to_server(Orders(), guarded)
orders_pb2_grpc.add_ItemsServicer_to_server(Items(), plain)
""",
    "Tornado: tables, methods, aliases of methods and inherited ones": """
from tornado import web
from tornado.web import RequestHandler, authenticated

class Base(RequestHandler):
    def get(self): ...

class Orders(RequestHandler):
    @authenticated
    def get(self): ...

    head = get

    def post(self): ...  # !

class Inherits(Base):  # !
    pass

class Overrides(Base):
    @web.authenticated
    def get(self): ...

orders = [(r"/orders/(?P<id>[0-9]+)", Orders)]
app = web.Application(orders + [web.url(r"/a", Inherits), (r"/b", Overrides)])
""",
}


@pytest.mark.parametrize("code", CASES.values(), ids=CASES)
def test_a_route_is_guarded_or_found(project: Project, code: str) -> None:
    always = {"shop/__init__.py": "", "shop/auth.py": AUTH, "shop/app.py": APP}
    found, marked = check_marked(project, code, CONFIGURATION, "shop/orders.py", always)
    assert found == marked


@pytest.mark.parametrize("code", APPLICATIONS.values(), ids=APPLICATIONS)
def test_an_application_guards_what_it_holds(project: Project, code: str) -> None:
    configuration = CONFIGURATION
    if "def authenticate" in code:
        configuration = CONFIGURATION.replace("check_method]", "check_method, shop.app.authenticate]")
    found, marked = check_marked(
        project, code, configuration, "shop/app.py", {"shop/__init__.py": "", "shop/auth.py": AUTH}
    )
    assert found == marked
