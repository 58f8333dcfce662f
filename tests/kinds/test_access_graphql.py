"""Which resolvers of Strawberry, Graphene and Ariadne `access` finds unguarded, and through what it sees a guard."""

from textwrap import dedent

import pytest
from marks import check_marked
from project import Project

CONFIGURATION = """
version: 1
project: {packages: [shop]}
contracts:
  - id: guarded
    kind: access
    guards: [shop.auth.IsAuthenticated, shop.auth.current_user, shop.auth.signed_in]
    public:
      - {route: /graphql, reason: each resolver decides}
      - {route: "QUERY /graphql/health", reason: probes}
    stale: ignore
"""
AUTH = """
from functools import wraps

from fastapi import Depends, HTTPException
from strawberry.permission import BasePermission


def current_user(token: str):
    raise HTTPException(401)


def signed_in(function):
    @wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner


class IsAuthenticated(BasePermission):
    def has_permission(self, source, info, **kwargs):
        return info.context.user is not None


class IsAdmin(IsAuthenticated):
    def has_permission(self, source, info, **kwargs):
        return super().has_permission(source, info) and info.context.user.admin


class IsPolite(BasePermission):
    def has_permission(self, source, info, **kwargs):
        return True
"""
STRAWBERRY = """
import strawberry
from fastapi import FastAPI
from strawberry.fastapi import GraphQLRouter

from shop.schema import schema

app = FastAPI()
app.include_router(GraphQLRouter(schema), prefix="/graphql")
"""
IN_STRAWBERRY = {
    "a method with a permission, one without, and one that is public": """
import strawberry
from shop.auth import IsAuthenticated


@strawberry.type
class Query:
    @strawberry.field(permission_classes=[IsAuthenticated])
    def orders(self) -> list[str]: ...

    @strawberry.field
    def prices(self) -> list[str]: ...  # !

    @strawberry.field()
    def health(self) -> str: ...

    def helper(self): ...


schema = strawberry.Schema(query=Query)
""",
    "a subclass of a guard, and a permission that asks for nothing": """
import strawberry
from shop.auth import IsAdmin, IsPolite


@strawberry.type
class Query:
    @strawberry.field(permission_classes=[IsAdmin])
    def orders(self) -> list[str]: ...

    @strawberry.field(permission_classes=[IsPolite])
    def prices(self) -> list[str]: ...  # !

    @strawberry.field(permission_classes=[])
    def stock(self) -> list[str]: ...  # !


schema = strawberry.Schema(Query)
""",
    "mutations and subscriptions": """
import strawberry
from shop.auth import IsAuthenticated


@strawberry.type
class Query:
    @strawberry.field
    def health(self) -> str: ...


@strawberry.type
class Mutation:
    @strawberry.mutation(permission_classes=[IsAuthenticated])
    def place(self) -> str: ...

    @strawberry.mutation
    def pay(self) -> str: ...  # !


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self): ...  # !


schema = strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription)
""",
    "fields with resolvers elsewhere": """
import strawberry
from shop.auth import IsAuthenticated, signed_in


def orders(): ...  # !


def prices(): ...


@signed_in
def stock(): ...


@strawberry.type
class Query:
    name: str
    orders: list[str] = strawberry.field(resolver=orders)
    prices: list[str] = strawberry.field(resolver=prices, permission_classes=[IsAuthenticated])
    stock: list[str] = strawberry.field(resolver=stock)


schema = strawberry.Schema(query=Query)
""",
    "root types that inherit, and types that are merged": """
import strawberry
from strawberry.tools import merge_types
from shop.auth import IsAuthenticated


@strawberry.type
class Base:
    @strawberry.field
    def prices(self) -> str: ...  # !

    @strawberry.field
    def orders(self) -> str: ...


@strawberry.type
class Orders(Base):
    @strawberry.field(permission_classes=[IsAuthenticated])
    def orders(self) -> str: ...


@strawberry.type
class Stock:
    @strawberry.field
    def stock(self) -> str: ...  # !


Query = merge_types("Query", (Orders, Stock))
schema = strawberry.Schema(query=Query)
""",
    "a permission in an extension, and a field of the project": """
from functools import partial

import strawberry
from strawberry.permission import PermissionExtension
from shop.auth import IsAuthenticated

guarded = partial(strawberry.field, permission_classes=[IsAuthenticated])
plain = partial(strawberry.field, description="what everyone sees")


@strawberry.type
class Query:
    @strawberry.field(extensions=[PermissionExtension(permissions=[IsAuthenticated()])])
    def orders(self) -> str: ...

    @guarded()
    def prices(self) -> str: ...

    @plain()
    def stock(self) -> str: ...  # !


schema = strawberry.Schema(query=Query)
""",
    "a decorator below the field and one above it": """
import strawberry
from shop.auth import signed_in


@strawberry.type
class Query:
    @strawberry.field
    @signed_in
    def orders(self) -> str: ...

    @signed_in
    @strawberry.field
    def prices(self) -> str: ...  # !


schema = strawberry.Schema(query=Query)
""",
    "types that are no root types": """
import strawberry
from shop.auth import IsAuthenticated


@strawberry.type
class Order:
    @strawberry.field
    def total(self) -> int: ...


@strawberry.type
class Query:
    @strawberry.field(permission_classes=[IsAuthenticated])
    def orders(self) -> list[Order]: ...


schema = strawberry.Schema(query=Query)
""",
}


@pytest.mark.parametrize("code", IN_STRAWBERRY.values(), ids=IN_STRAWBERRY)
def test_a_field_of_strawberry_is_guarded_or_found(project: Project, code: str) -> None:
    always = {"shop/auth.py": AUTH, "shop/app.py": STRAWBERRY}
    found, marked = check_marked(project, code, CONFIGURATION, "shop/schema.py", always)
    assert found == marked


GUARDED_SCHEMA = """
import strawberry


@strawberry.type
class Query:
    @strawberry.field
    def orders(self) -> str: ...{}


schema = strawberry.Schema(query=Query)
"""


@pytest.mark.parametrize(
    ("mounted", "is_guarded"),
    [
        ("app.include_router(GraphQLRouter(schema), prefix='/graphql', dependencies=[Depends(current_user)])", True),
        ("app.include_router(GraphQLRouter(schema, dependencies=[Depends(current_user)]), prefix='/graphql')", True),
        ("app.include_router(GraphQLRouter(schema, context_getter=context), prefix='/graphql')", True),
        ("app.include_router(GraphQLRouter(schema, context_getter=plain), prefix='/graphql')", False),
        ("app.mount('/graphql', GraphQL(schema))", False),
    ],
)
def test_what_stands_in_front_of_the_view_guards_its_resolvers(
    project: Project, mounted: str, *, is_guarded: bool
) -> None:
    app = f"""
from fastapi import Depends, FastAPI
from strawberry.asgi import GraphQL
from strawberry.fastapi import GraphQLRouter

from shop.auth import current_user
from shop.schema import schema


def context(user=Depends(current_user)): ...


def plain(): ...


app = FastAPI()
{mounted}


@app.get("/me")
def me(user=Depends(current_user)): ...
"""
    code = GUARDED_SCHEMA.format("" if is_guarded else "  # !")
    found, marked = check_marked(
        project, code, CONFIGURATION, "shop/schema.py", {"shop/auth.py": AUTH, "shop/app.py": app}
    )
    assert found == marked


GRAPHENE_URLS = """
from django.urls import path
from graphene_django.views import GraphQLView

from shop.schema import schema

urlpatterns = [path("graphql", GraphQLView.as_view(graphiql=True, schema=schema))]
"""
IN_GRAPHENE = {
    "fields with resolvers, and mutations": """
import graphene
from graphql_jwt.decorators import login_required
from shop.auth import signed_in


class Place(graphene.Mutation):
    class Arguments:
        name = graphene.String()

    ok = graphene.Boolean()

    @login_required
    def mutate(self, info, name): ...


class Pay(graphene.Mutation):
    def mutate(self, info): ...  # !


class Orders(graphene.ObjectType):
    my_orders = graphene.List(graphene.String)
    prices = graphene.List(graphene.String)

    @signed_in
    def resolve_my_orders(self, info): ...

    def resolve_prices(self, info): ...  # !


class Query(Orders, graphene.ObjectType):
    health = graphene.String()

    def resolve_health(self, info): ...


class Mutation(graphene.ObjectType):
    place = Place.Field()
    pay = Pay.Field()


schema = graphene.Schema(query=Query, mutation=Mutation)
""",
    "fields and mutations of the project's own classes": """
import graphene
from graphql_jwt.decorators import login_required


class BaseField(graphene.Field): ...


class BaseMutation(graphene.Mutation):
    def mutate(self, info): ...


class GuardedMutation(graphene.Mutation):
    @login_required
    def mutate(self, info): ...


class Pay(BaseMutation):  # !
    ok = graphene.Boolean()


class Place(GuardedMutation):
    ok = graphene.Boolean()


class Query(graphene.ObjectType):
    prices = BaseField(graphene.String)

    def resolve_prices(self, info): ...  # !


class Mutation(graphene.ObjectType):
    pay = Pay.Field()
    place = Place.Field()


schema = graphene.Schema(query=Query, mutation=Mutation)
""",
    "a field without a resolver of its own": """
import graphene
from graphene_django import DjangoListField
from graphql_jwt.decorators import login_required
from shop.types import OrderType


class Query(graphene.ObjectType):  # !
    orders = DjangoListField(OrderType)
    me = graphene.String()

    @login_required
    def resolve_me(self, info): ...


schema = graphene.Schema(query=Query)
# file: shop/types.py
import graphene


class OrderType(graphene.ObjectType):
    total = graphene.Int()
""",
}


@pytest.mark.parametrize("code", IN_GRAPHENE.values(), ids=IN_GRAPHENE)
def test_a_field_of_graphene_is_guarded_or_found(project: Project, code: str) -> None:
    always = {"shop/auth.py": AUTH, "shop/urls.py": GRAPHENE_URLS}
    configuration = CONFIGURATION.replace("{route: /graphql,", "{route: graphql,")
    found, marked = check_marked(project, code, configuration, "shop/schema.py", always)
    assert found == marked


def test_a_resolver_of_ariadne_is_guarded_or_found(project: Project) -> None:
    code = """
from ariadne import MutationType, ObjectType, QueryType, make_executable_schema
from ariadne.asgi import GraphQL
from starlette.applications import Starlette
from starlette.routing import Mount

from shop.auth import signed_in

query = QueryType()
mutation = MutationType()
root = ObjectType("Query")
order = ObjectType("Order")


@query.field("orders")
@signed_in
def orders(*_): ...


@query.field("prices")
def prices(*_): ...  # !


@signed_in
@mutation.field("place")
def place(*_): ...  # !


@root.field("stock")
def stock(*_): ...  # !


@order.field("total")
def total(*_): ...


def pay(*_): ...  # !


mutation.set_field("pay", pay)
mutation.set_field("refund", signed_in(pay))
schema = make_executable_schema("", query, mutation)
app = Starlette(routes=[Mount("/graphql", GraphQL(schema))])
"""
    found, marked = check_marked(project, code, CONFIGURATION, "shop/schema.py", {"shop/auth.py": AUTH})
    assert found == marked


def test_resolvers_are_listed_with_their_operation_and_name_in_the_schema(project: Project) -> None:
    project.write("shop/auth.py", AUTH)
    project.write("shop/app.py", STRAWBERRY)
    project.write(
        "shop/schema.py",
        dedent(
            """
            import strawberry
            from shop.auth import IsAuthenticated


            @strawberry.type
            class Query:
                @strawberry.field(permission_classes=[IsAuthenticated])
                def my_orders(self) -> str: ...

                @strawberry.field(name="cost")
                def prices(self) -> str: ...


            schema = strawberry.Schema(query=Query)
            """
        ),
    )
    project.configure(CONFIGURATION)

    listed = project.run("list", "routes").stdout
    assert "QUERY  /graphql/myOrders" in listed
    assert "QUERY  /graphql/cost" in listed


def test_without_a_view_it_is_unknown_what_guards_a_resolver(project: Project) -> None:
    project.write("shop/auth.py", AUTH)
    project.write("shop/schema.py", GUARDED_SCHEMA.format(""))
    project.write(
        "shop/app.py",
        "from fastapi import Depends, FastAPI\nfrom shop.auth import current_user\n\napp = FastAPI()\n\n\n"
        "@app.get('/me')\ndef me(user=Depends(current_user)): ...\n",
    )
    project.configure(CONFIGURATION)

    messages = [found.message for found in project.check().violations]
    assert (
        "`QUERY /orders` (shop.schema.Query.orders) may not be guarded: what serves its schema is not found" in messages
    )
