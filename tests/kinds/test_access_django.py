"""Which routes of Django, Django REST framework and Litestar `access` finds unguarded."""

import pytest
from marks import check_marked
from project import Project

from archguard.model import Severity

CONFIGURATION = """
version: 1
project: {packages: [shop]}
contracts:
  - id: guarded
    kind: access
    guards: [shop.auth.StaffMixin, shop.auth.IsCustomer, shop.auth.staff_only]
    public: [{route: ANY /, reason: the front page}]
    stale: ignore
"""
AUTH = """
from django.contrib.auth.mixins import AccessMixin
from rest_framework.permissions import BasePermission, IsAuthenticated


class StaffMixin(AccessMixin):
    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_staff:
            return self.handle_no_permission()
        return super().dispatch(request, *args, **kwargs)


def staff_only(function):
    return function


class IsCustomer(BasePermission):
    def has_permission(self, request, view):
        return bool(request.user)


class IsOwner(BasePermission):
    def has_object_permission(self, request, view, obj):
        return obj.owner == request.user


class IsMember(IsAuthenticated):
    def has_object_permission(self, request, view, obj):
        return True


class IsAnyone(IsAuthenticated):
    def has_permission(self, request, view):
        return True
"""
SETTINGS = """
ROOT_URLCONF = "shop.urls"
MIDDLEWARE = ["django.contrib.auth.middleware.AuthenticationMiddleware"]
"""
URLS = """
from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import include, path
from django.views.generic import TemplateView


class Home(TemplateView):
    pass


class Account(LoginRequiredMixin, TemplateView):
    pass


urlpatterns = [
    path("", Home.as_view()),
    path("account/", Account.as_view()),
    path("orders/", include("shop.orders")),
]
"""
VIEWS = {
    "functions: decorators of frameworks and of the project, at the function and in the urlconf": """
from django.contrib.auth.decorators import login_required, user_passes_test
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_protect
from shop.auth import staff_only

@login_required
def index(request): ...

@staff_only
def staff(request): ...

@csrf_protect
def protected(request): ...  # !

def wrapped(request): ...

def report(request): ...  # !

checked = user_passes_test(lambda user: user.is_staff)(wrapped)

urlpatterns = [
    path("", index),
    path("staff/", staff),
    path("protected/", protected),
    path("wrapped/", login_required(wrapped)),
    path("checked/", checked),
    re_path(r"^report/(?P<year>[0-9]{4})/$", report),
]
""",
    "class decorators that name a method, also one that a generic view defines": """
from django.contrib.auth.decorators import login_required
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from django.views.generic import FormView, ListView

@method_decorator(decorator=login_required(), name="get")
class Index(ListView): ...

@method_decorator(login_required, name="get")
class Edit(FormView): ...  # !

@method_decorator(login_required, name="post")
@method_decorator(login_required, name="get")
@method_decorator(login_required, name="put")
class Both(FormView): ...

@method_decorator(csrf_protect, name="get")
class Protected(ListView): ...  # !

urlpatterns = [
    path("", Index.as_view()), path("edit/", Edit.as_view()), path("both/", Both.as_view()),
    path("protected/", Protected.as_view()),
]
""",
    "classes: mixins, in the order of method resolution": """
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.urls import path
from django.views.generic import DetailView, ListView, TemplateView
from shop.auth import StaffMixin

class Index(LoginRequiredMixin, ListView): ...

class Late(ListView, LoginRequiredMixin): ...  # !

class Base(StaffMixin, TemplateView): ...

class Inherits(Base): ...

class Joined(DetailView): ...  # !

class Guarded(PermissionRequiredMixin, TemplateView): ...

class Both(Joined, Guarded): ...

class Shadowing(TemplateView):
    def dispatch(self, request, *args, **kwargs):
        return self.render()

class Shadowed(Shadowing, LoginRequiredMixin): ...  # !

urlpatterns = [
    path("", Index.as_view()),
    path("late/", Late.as_view()),
    path("inherits/", Inherits.as_view()),
    path("joined/", Joined.as_view()),
    path("both/", Both.as_view()),
    path("shadowed/", Shadowed.as_view()),
]
""",
    "classes: decorators by `method_decorator`, on the class, on `dispatch` and on one method": """
from django.contrib.auth.decorators import login_required
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

@method_decorator([never_cache, login_required], name="dispatch")
class Listed(View):
    def get(self, request): ...

class Dispatching(View):
    @method_decorator(login_required)
    def dispatch(self, *args, **kwargs):
        return super().dispatch(*args, **kwargs)

class Single(View):
    @method_decorator(login_required)
    def get(self, request): ...

    def post(self, request): ...  # !

@method_decorator(never_cache, name="dispatch")
class Cached(View): ...  # !

urlpatterns = [
    path("listed/", Listed.as_view()),
    path("dispatching/", Dispatching.as_view()),
    path("single/", Single.as_view()),
    path("cached/", Cached.as_view()),
]
""",
    "generic views that the urlconf names, and lists that are joined": """
from django.urls import path
from django.views.generic import RedirectView
from django.contrib.auth.views import LoginView, PasswordChangeView

more = [
    path("more/", RedirectView.as_view(url="/")),  # !
]
urlpatterns = [
    path("login/", LoginView.as_view()),  # !
    path("password/", PasswordChangeView.as_view()),
]
urlpatterns += more
""",
    "a urlconf that nothing includes": """
urlpatterns = []
# file: shop/forgotten.py
from django.urls import path

def dead(request): ...

urlpatterns = [path("dead/", dead)]
""",
}
API = {
    "the default of the settings, and what replaces it": """
from django.urls import path
from rest_framework.decorators import api_view, permission_classes
from rest_framework.generics import ListCreateAPIView
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.views import APIView
from typing import List

class Default(APIView):
    def get(self, request): ...

class Empty(APIView):
    permission_classes: List = []

    def get(self, request): ...  # !

class Readable(APIView):
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get(self, request): ...  # !

    def post(self, request): ...

class Opened(Default):  # !
    permission_classes = (AllowAny,)

class Generic(ListCreateAPIView): ...

@api_view(["GET"])
def function(request): ...

@api_view(["POST"])
@permission_classes([AllowAny])
def opened(request): ...  # !

urlpatterns = [
    path("default/", Default.as_view()),
    path("empty/", Empty.as_view()),
    path("readable/", Readable.as_view()),
    path("opened/", Opened.as_view()),
    path("generic/", Generic.as_view()),
    path("function/", function),
    path("other/", opened),
]
""",
    "permissions of the project: by inheritance, by combination, and for objects only": """
from django.urls import path
from rest_framework.permissions import AllowAny, IsAdminUser, IsAuthenticated
from rest_framework.views import APIView
from shop.auth import IsAnyone, IsCustomer, IsMember, IsOwner

class View(APIView):
    def get(self, request): ...

class Customers(View):
    permission_classes = [IsCustomer]

class Owners(View):  # !
    permission_classes = [IsOwner]

class Members(View):
    permission_classes = [IsMember]

class Anyone(View):  # !
    permission_classes = [IsAnyone]

class Either(View):
    permission_classes = [IsAdminUser | IsCustomer]

class EitherOpen(View):  # !
    permission_classes = [IsAdminUser | AllowAny]

class Both(View):
    permission_classes = [IsAuthenticated & IsOwner]

class Negated(View):  # !
    permission_classes = [~IsAuthenticated]

views = [Customers, Owners, Members, Anyone, Either, EitherOpen, Both, Negated]
urlpatterns = [
    path("a/", Customers.as_view()), path("b/", Owners.as_view()), path("c/", Members.as_view()),
    path("d/", Anyone.as_view()), path("e/", Either.as_view()), path("f/", EitherOpen.as_view()),
    path("g/", Both.as_view()), path("h/", Negated.as_view()),
]
""",
    "view sets: actions, routers, and `get_permissions`": """
from django.urls import include, path
from rest_framework import routers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAdminUser

class Orders(viewsets.ModelViewSet):
    @action(detail=True, methods=["post"], permission_classes=[AllowAny])
    def pay(self, request, pk): ...  # !

    @pay.mapping.delete
    def refund(self, request, pk): ...  # !

    @action(detail=False)
    def recent(self, request): ...

class Items(viewsets.ReadOnlyModelViewSet):  # !
    def get_permissions(self):
        if self.action == "list":
            return [AllowAny()]
        return [IsAdminUser()]

class Adding(viewsets.ReadOnlyModelViewSet):
    def get_permissions(self):
        permissions = super().get_permissions()
        if self.action == "retrieve":
            permissions.append(IsAdminUser())
        return permissions

class Base(viewsets.GenericViewSet):
    permission_classes = []

    @action(detail=False)
    def report(self, request): ...

    @action(detail=False)
    def chart(self, request): ...

class Derived(Base):  # !
    def chart(self, request): ...

router = routers.DefaultRouter(trailing_slash=False)
router.register("orders", Orders)
router.register("items", Items)
router.register("adding", Adding)
router.register("derived", Derived)
urlpatterns = [path("", include(router.urls)), path("one/", Orders.as_view({"get": "list"}))]
""",
}


@pytest.mark.parametrize("code", VIEWS.values(), ids=VIEWS)
def test_a_view_is_guarded_or_found(project: Project, code: str) -> None:
    always = {"shop/__init__.py": "", "shop/auth.py": AUTH, "shop/settings.py": SETTINGS, "shop/urls.py": URLS}
    found, marked = check_marked(project, code, CONFIGURATION, "shop/orders.py", always)
    assert found == marked


@pytest.mark.parametrize("code", API.values(), ids=API)
def test_a_view_of_the_rest_framework_is_guarded_or_found(project: Project, code: str) -> None:
    settings = f"""{SETTINGS}
from shop.defaults import PERMISSIONS
PERMISSIONS += ["rest_framework.permissions.IsAuthenticated"]
REST_FRAMEWORK = {{"DEFAULT_PERMISSION_CLASSES": PERMISSIONS}}
"""
    always = {
        "shop/__init__.py": "",
        "shop/auth.py": AUTH,
        "shop/defaults.py": "PERMISSIONS = []\n",
        "shop/settings.py": settings,
        "shop/urls.py": URLS,
    }
    found, marked = check_marked(project, code, CONFIGURATION, "shop/orders.py", always)
    assert found == marked


def test_without_a_default_a_view_of_the_rest_framework_is_open(project: Project) -> None:
    code = """
from django.urls import path
from rest_framework.views import APIView

class Orders(APIView):
    def get(self, request): ...  # !

urlpatterns = [path("", Orders.as_view())]
"""
    always = {"shop/__init__.py": "", "shop/auth.py": AUTH, "shop/settings.py": SETTINGS, "shop/urls.py": URLS}
    found, marked = check_marked(project, code, CONFIGURATION, "shop/orders.py", always)
    assert found == marked


def test_the_login_middleware_guards_all_views_but_those_that_opt_out(project: Project) -> None:
    code = """
from django.contrib.auth.decorators import login_not_required
from django.urls import path

def index(request): ...

@login_not_required
def about(request): ...  # !

urlpatterns = [path("", index), path("about/", about)]
"""
    settings = f'{SETTINGS}MIDDLEWARE += ["django.contrib.auth.middleware.LoginRequiredMiddleware"]\n'
    always = {"shop/__init__.py": "", "shop/auth.py": AUTH, "shop/settings.py": settings, "shop/urls.py": URLS}
    found, marked = check_marked(project, code, CONFIGURATION, "shop/orders.py", always)
    assert found == marked


LITESTAR = """
version: 1
project: {packages: [shop]}
contracts:
  - {id: guarded, kind: access, guards: [shop.auth.is_customer, shop.auth.backend], stale: ignore}
"""
LITESTAR_AUTH = """
from litestar.security.jwt import JWTAuth


def is_customer(connection, handler): ...
def provide_user(request): ...


backend = JWTAuth[dict](retrieve_user_handler=None, token_secret="", exclude=["^/login", "^/shops/(open|closed)"])
"""
LITESTAR_CASES = {
    "guards at every layer": """
from litestar import Controller, Litestar, Router, get, post
from shop.auth import is_customer

@get("/", guards=[is_customer])
async def index() -> str: ...

@get("/plain")
async def plain() -> str: ...  # !

class Orders(Controller):
    path = "/orders"
    guards = [is_customer]

    @get()
    async def all(self) -> list: ...

class Items(Controller):
    path = "/items"

    @get(["/", "/all"])
    async def all(self) -> list: ...  # !

    @post("/", guards=[is_customer])
    async def add(self) -> None: ...

@get("/inside")
async def inside() -> str: ...

router = Router("/api", route_handlers=[inside], guards=[is_customer])
app = Litestar(route_handlers=[index, plain, Orders, Items, router])
""",
    "a security backend with patterns and an opt-out": """
from litestar import Litestar, get, post
from shop.auth import backend

@get("/orders")
async def orders() -> list: ...

@post("/login")
async def login() -> None: ...  # !

@get("/shops/open")
async def shop_list() -> list: ...  # !

@get("/help", exclude_from_auth=True)
async def opted_out() -> str: ...  # !

app = Litestar([orders, login, shop_list, opted_out], on_app_init=[backend.on_app_init])
""",
    "a plugin that adds handlers and installs the backend": """
from litestar import Controller, Litestar, get
from litestar.config.app import AppConfig
from shop.auth import backend

class Orders(Controller):
    path = "/orders"

    @get("/")
    async def all(self) -> list: ...

    @get("/help", opt={"exclude_from_auth": True})
    async def help(self) -> str: ...  # !

class Plugin:
    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        self.add(app_config, handlers=[Orders])
        return backend.on_app_init(app_config)

    def add(self, app_config, handlers):
        app_config.route_handlers.extend(handlers)

app = Litestar(plugins=[Plugin()])
""",
}


@pytest.mark.parametrize("code", LITESTAR_CASES.values(), ids=LITESTAR_CASES)
def test_a_handler_of_litestar_is_guarded_or_found(project: Project, code: str) -> None:
    always = {"shop/__init__.py": "", "shop/auth.py": LITESTAR_AUTH}
    found, marked = check_marked(project, code, LITESTAR, "shop/app.py", always)
    assert found == marked


def test_a_pattern_of_litestar_is_searched_anywhere_and_one_without_an_anchor_is_a_warning(project: Project) -> None:
    code = """
from litestar import Litestar, get
from shop.auth import backend

@get("/shops/open")
async def shops() -> list: ...  # !

@get("/orders")
async def orders() -> list: ...

app = Litestar([shops, orders], on_app_init=[backend.on_app_init])
"""
    auth = LITESTAR_AUTH.replace("^/shops/(open|closed)", "/open")
    project.write_all({"shop/__init__.py": "", "shop/auth.py": auth, "shop/app.py": code})
    project.configure(LITESTAR)
    found = {violation.rule: violation for violation in project.check().violations}
    assert found[""].message.endswith("the pattern `/open`, which is not anchored, takes it out of shop.auth.backend")
    assert found["exclude"].severity is Severity.WARNING
    assert found["exclude"].location.path == "shop/auth.py"


def test_a_middleware_of_the_project_guards_all_views_but_the_paths_that_it_lets_pass(project: Project) -> None:
    code = """
from django.urls import path

def index(request): ...

def login(request): ...  # !

def export(request, name): ...  # !

urlpatterns = [path("", index), path("login/", login), path("export/<str:name>/", export)]
"""
    middleware = """
from django.conf import settings
from django.shortcuts import redirect

OPEN = ("/orders/login/",)


class LoginMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path in OPEN or request.path.startswith("/orders/export/"):
            return self.get_response(request)
        if not request.user.is_authenticated:
            return redirect("/orders/login/")
        return self.get_response(request)
"""
    always = {
        "shop/__init__.py": "",
        "shop/auth.py": AUTH,
        "shop/middleware.py": middleware,
        "shop/settings.py": f'{SETTINGS}MIDDLEWARE += ["shop.middleware.LoginMiddleware"]\n',
        "shop/urls.py": URLS,
    }
    configuration = f"{CONFIGURATION}    middleware: shop.middleware.LoginMiddleware\n"
    found, marked = check_marked(project, code, configuration, "shop/orders.py", always)
    assert found == marked
