"""What is known of how web frameworks declare routes, from `routes.toml`.

Classes are compared by their package and last name, since frameworks export the same class from several modules:
`fastapi.routing.APIRouter` is `fastapi.APIRouter`.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import field
from functools import cache, cached_property
from typing import TypeAlias

from archguard.codebase.package_data import load_package_data
from archguard.dataclass import dataclass
from archguard.effects.catalogue.conventions import Words
from archguard.model.names import last_part, split_last, top_package

Places: TypeAlias = tuple[int | str, ...]
"""Where a call has an argument: its index, and its keywords."""

_PATH_OF_VERBS: Places = (0, "path", "rule", "uri")
"""Where methods that are named after an HTTP method have the path, in any framework."""


def short(name: str) -> tuple[str, str]:
    """The package and the last part of a qualified name, by which classes of frameworks are compared."""
    return top_package(name), last_part(name)


def is_one_of(name: str, names: Words) -> bool:
    """Whether `names` has `name`, in any spelling."""
    return short(name) in short_names(names)


@dataclass(frozen=True, kw_only=True)
class Registration:
    """How a call registers a handler."""

    path: Places
    """Where the call has the path: an index, and keywords."""
    handler: Places = ()
    """Where it has the handler; empty for a decorator."""
    method: Places = ()
    """Where it names the HTTP method."""
    methods: tuple[str, ...]
    """The methods without the keyword `methods`."""


@dataclass(frozen=True, kw_only=True)
class Mount:
    """How a call mounts a router."""

    child: Places
    """Where the call has the router: an index, and keywords."""
    prefix: Places = ()
    """Where it has the prefix."""
    replaces: bool = False
    """Whether the prefix takes the place of the router's own."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FamilyFacts:
    """Frameworks that register routes on objects in the same way."""

    applications: Words
    """The classes of applications."""
    routers: Words
    """The classes of objects that have routes and are mounted."""
    prefix: Places
    """Where the constructor takes a prefix: an index, and keywords."""
    checks: tuple[str, ...]
    """Keywords of the constructor, of a mount and of a registration that list what runs before a handler."""
    verbs: Words
    """Methods that register a handler for the HTTP method they are named after, and take the path first."""
    registrations: Mapping[str, Registration]
    """Further methods that register a handler."""
    mounts: Mapping[str, Mount]
    """Methods that mount a router."""
    attachments: Mapping[str, Places] = field(default_factory=dict)
    """Classes whose constructor takes the application or router that gets their routes, with the place of it."""
    hooks: Words = frozenset()
    """Decorators and methods whose function runs before every handler of the object."""
    application_hooks: Words = frozenset()
    """Those whose function runs before every handler of the application."""
    middleware: Words = frozenset()
    """Methods that add a middleware."""
    middleware_decorators: Words = frozenset()
    """Decorators whose function becomes a middleware."""
    middlewares: tuple[str, ...] = ("middleware",)
    """Keywords of the constructor that list middleware."""
    entries: tuple[str, ...] = ()
    """Keywords of the constructor that list routes."""
    untracked: Words = frozenset()
    """Methods that return something else on which routes are registered, which is not followed."""
    inherits_checks: bool = True
    """Whether the checks of an object add to those of what mounts it; else they replace them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Family(FamilyFacts):
    """The facts on a family of frameworks, with its name."""

    name: str

    @cached_property
    def words(self) -> Words:
        """All names of methods that matter."""
        named = (*self.verbs, *self.registrations, *self.mounts, *self.hooks, *self.application_hooks)
        return frozenset((*named, *self.middleware, *self.middleware_decorators, *self.untracked))

    def is_application(self, cls: str) -> bool:
        """Whether instances of `cls` are applications."""
        return is_one_of(cls, self.applications)

    def registration(self, method: str) -> Registration | None:
        """How `method` registers a handler."""
        if method in self.registrations:
            return self.registrations[method]
        return Registration(path=_PATH_OF_VERBS, methods=(method.upper(),)) if method in self.verbs else None

    def attachment(self, cls: str) -> Places:
        """Where the constructor of `cls` takes the object that gets its routes; empty if it takes none."""
        return next((places for name, places in self.attachments.items() if short(name) == short(cls)), ())


@dataclass(frozen=True, kw_only=True)
class Entries:
    """Calls that describe an entry in a list of routes, by the name of the function or class."""

    routes: Mapping[str, Registration]
    """Those that describe a route."""
    mounts: Mapping[str, Mount]
    """Those that describe a router below a prefix."""

    @cached_property
    def by_short_name(self) -> Mapping[tuple[str, str], Registration | Mount]:
        """All of them, by package and last name."""
        entries: dict[str, Registration | Mount] = {**self.routes, **self.mounts}
        return {short(name): entry for name, entry in entries.items()}


@dataclass(frozen=True, kw_only=True)
class HandlerClasses:
    """Classes that have to do with handlers."""

    tornado_handlers: Words
    """Base classes of Tornado's handlers."""
    tornado_rules: Words
    """What describes a rule in a list of Tornado's routes."""
    controllers: Words
    """Base classes of Litestar's controllers."""


@dataclass(frozen=True, kw_only=True)
class LitestarFacts:
    """Facts on Litestar."""

    handlers: Mapping[str, tuple[str, ...]]
    """The decorators of handlers, with the HTTP methods that they register."""


@dataclass(frozen=True, kw_only=True)
class NamekoFacts:
    """Facts on nameko."""

    http: Words
    """Decorators of methods that serve a path."""
    procedures: Words
    """Decorators of methods that other services call by a proxy."""
    proxies: Words
    """Classes whose instances have the procedures of the service that they are given as methods."""
    cluster_proxies: Words
    """Classes whose attributes are such instances, by the names of the services."""
    calls: Words
    """Methods of a procedure that call it."""


@dataclass(frozen=True, kw_only=True)
class DjangoFacts:
    """Facts on Django and its packages."""

    path: Words
    """Functions that describe a route by a path."""
    re_path: Words
    """Functions that describe a route by a regular expression."""
    include: Words
    """Functions that include another urlconf."""
    patterns: Words
    """Functions that return the routes that they are passed."""
    no_routes: Words
    """Functions that return routes of files, which are left out."""
    urlconfs: Mapping[str, str]
    """Urlconfs and sites of packages, with what guards them; "" if nothing does, or nothing has to."""
    open_views: Words
    """Views that ask no permission, whatever the default is."""
    open_packages: Words
    """Packages of which a base class has no guard, unless it is listed as one."""
    generics: Mapping[str, tuple[str, ...]]
    """By generic view: the HTTP methods that it handles."""


@dataclass(frozen=True, kw_only=True)
class GraphqlFacts:
    """Facts on libraries for GraphQL."""

    schemas: Words
    """Classes whose arguments are the root types of a schema."""
    operations: Mapping[str, str]
    """By argument of a schema, in their order: the method of the routes that the fields of the root type are."""
    fields: Words
    """Decorators and calls that declare a field with a resolver."""
    field_packages: tuple[str, ...]
    """How the packages begin that declare fields by attributes, with resolvers in methods beside them."""
    guard_arguments: tuple[str, ...]
    """The arguments of such declarations that list what must permit a request."""
    mutation_methods: tuple[str, ...]
    """The methods by which a class mutates."""
    objects: Mapping[str, str]
    """Classes to whose instances resolvers are bound, with the method of the routes that these are."""
    object: str
    """The class of such objects for any type, whose first argument is the name of the type."""
    binders: Words
    """The methods of these objects that bind a function to a field."""
    views: Words
    """What serves a schema under a path."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """How a router of Django REST framework serves an action of a view set."""

    method: str
    """The HTTP method."""
    detail: bool
    """Whether the path is that of one object."""


@dataclass(frozen=True, kw_only=True)
class ViewSetFacts:
    """What the base classes of views and view sets of Django REST framework add."""

    mixins: Mapping[str, Words]
    """By base class of a view set: the actions that it adds."""
    actions: Mapping[str, Action]
    """The standard actions."""
    generics: Mapping[str, tuple[str, ...]]
    """By generic view: the HTTP methods that it handles."""


@dataclass(frozen=True, kw_only=True)
class Declarations:
    """What else declares an entry point: tasks, consumers, remote procedures, routes that are not followed."""

    methods: Mapping[str, Words]
    """By class: the methods that do."""
    functions: Words
    """Functions, decorators and classes that do."""
    indirect: Words
    """Classes of applications whose routes are registered on another object, and whose methods are something else."""


@dataclass(frozen=True, kw_only=True)
class RouteFacts:
    """The file `routes.toml`."""

    families: Mapping[str, FamilyFacts]
    """Frameworks that register routes on objects, by the name that a route gives as its framework."""
    entries: Entries
    classes: HandlerClasses
    litestar: LitestarFacts
    nameko: NamekoFacts
    django: DjangoFacts
    viewsets: ViewSetFacts
    graphql: GraphqlFacts
    declarations: Declarations

    @cached_property
    def named_families(self) -> tuple[Family, ...]:
        """The families, each with its name."""
        return tuple(Family(name=name, **vars(facts)) for name, facts in self.families.items())

    def family(self, name: str) -> Family | None:
        """The family of the class `name`, if its objects hold routes."""
        return self._family_by_class.get(short(name))

    @cached_property
    def _family_by_class(self) -> Mapping[tuple[str, str], Family]:
        families = self.named_families
        return {short(cls): family for family in families for cls in family.applications | family.routers}

    def declares(self, name: str) -> bool:
        """Whether a call of `name`, or a decorator of that name, declares an entry point: a route, a task ..."""
        owner, last = split_last(name)
        classes = (owner, ".".join(short(owner)))
        is_method = any(last in self._declaring_methods.get(cls, ()) for cls in classes)
        return is_method or name in self._declaring_functions

    @cached_property
    def declaring_words(self) -> Words:
        """The methods that register a handler, of the frameworks whose applications are often passed untyped."""
        families = (self.families["fastapi"], self.families["flask"])
        return frozenset(word for family in families for word in (*family.verbs, *family.registrations))

    @cached_property
    def _declaring_methods(self) -> Mapping[str, Words]:
        """By class, in full and by package and last name: the methods that declare entry points."""
        found = defaultdict[str, set[str]](set)
        for family in self.named_families:
            for cls in (family.applications | family.routers | family.attachments.keys()) - self.declarations.indirect:
                found[".".join(short(cls))].update((*family.verbs, *family.registrations))
        for cls, words in self.declarations.methods.items():
            found[cls].update(words)
        return {cls: frozenset(words) for cls, words in found.items()}

    @cached_property
    def _declaring_functions(self) -> Words:
        handlers = (
            f"{module}.{name}" for module in ("litestar", "litestar.handlers") for name in self.litestar.handlers
        )
        urls = self.django.path | self.django.re_path
        return frozenset((*self.declarations.functions, *self.entries.routes, *handlers, *urls))

    def entry(self, name: str) -> Registration | Mount | None:
        """How a call of `name` describes an entry in a list of routes."""
        return self.entries.by_short_name.get(short(name))


@cache
def route_facts() -> RouteFacts:
    """The facts, read once per process."""
    return load_package_data(RouteFacts, "archguard.effects.catalogue", "routes.toml")


@cache
def short_names(names: Words) -> frozenset[tuple[str, str]]:
    """Classes by their package and last name."""
    return frozenset(map(short, names))
