"""What is known of web frameworks, from `catalogue/routes.toml` and `catalogue/guards.toml`.

Classes are compared by their package and last name, since frameworks export the same class from several modules:
`fastapi.routing.APIRouter` is `fastapi.APIRouter`.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

Places: TypeAlias = tuple[int | str, ...]
"""Where a call has an argument: its index, and its keywords."""


def short(name: str) -> tuple[str, str]:
    """The package and the last part of a qualified name, by which classes of frameworks are compared."""
    return name.partition(".")[0], name.rpartition(".")[2]


@dataclass(frozen=True)
class Registration:
    """How a call registers a handler."""

    path: Places
    handler: Places = ()
    """Empty for a decorator."""
    method: Places = ()
    """Where the call names the HTTP method."""
    methods: tuple[str, ...] = ()
    """The methods without the keyword `methods`."""


@dataclass(frozen=True)
class Mount:
    """How a call mounts a router."""

    child: Places
    prefix: Places = ()
    replaces: bool = False
    """Whether the prefix takes the place of the router's own."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Family:
    """Frameworks that register routes on objects in the same way."""

    name: str
    applications: frozenset[tuple[str, str]]
    routers: frozenset[tuple[str, str]]
    prefix: Places
    checks: tuple[str, ...]
    registrations: Mapping[str, Registration]
    mounts: Mapping[str, Mount]
    attachments: Mapping[tuple[str, str], Places]
    hooks: frozenset[str]
    application_hooks: frozenset[str]
    middleware: frozenset[str]
    middleware_decorators: frozenset[str]
    middlewares: tuple[str, ...]
    """Keywords of the constructor that list middleware."""
    entries: tuple[str, ...]
    """Keywords of the constructor that list routes."""
    inherits_checks: bool
    """Whether the checks of an object add to those of what mounts it; else they replace them."""

    @property
    def words(self) -> frozenset[str]:
        """All names of methods that matter."""
        named = (*self.registrations, *self.mounts, *self.hooks, *self.application_hooks, *self.middleware)
        return frozenset((*named, *self.middleware_decorators))


@dataclass(frozen=True)
class RouteFacts:
    """The facts of `routes.toml`."""

    families: tuple[Family, ...]
    data: Mapping[str, Any]

    def family(self, name: str) -> Family | None:
        """The family of the class `name`, if its objects hold routes."""
        key = short(name)
        return next((family for family in self.families if key in family.applications | family.routers), None)

    def entry(self, name: str) -> Registration | Mount | None:
        """How a call of `name` describes an entry in a list of routes."""
        return _entries().get(short(name))

    def is_one_of(self, name: str, table: str, key: str) -> bool:
        """Whether the list `key` of `table` has `name`, in any spelling."""
        return short(name) in _shortened(tuple(self.data[table][key]))


@cache
def route_facts() -> RouteFacts:
    """The facts, read once per process."""
    data = _read("routes.toml")
    return RouteFacts(tuple(_family(name, table) for name, table in data["families"].items()), data)


@dataclass(frozen=True)
class GuardFacts:
    """The facts of `guards.toml`, by package and last name."""

    guards: frozenset[tuple[str, str]]
    unsafe_only: frozenset[tuple[str, str]]
    optional: Mapping[tuple[str, str], Mapping[str, str]]
    readers: frozenset[tuple[str, str]]


@cache
def guard_facts() -> GuardFacts:
    """The facts, read once per process."""
    data = _read("guards.toml")
    optional = {_guard_key(name): dict(arguments) for name, arguments in data["optional"].items()}
    return GuardFacts(
        frozenset(map(_guard_key, data["guards"])),
        frozenset(map(_guard_key, data["unsafe_only"])),
        optional,
        _shortened(tuple(data["readers"]["names"])),
    )


def guard_key(name: str) -> tuple[str, str]:
    """The package and the last names by which guards are compared: a method together with its class."""
    return _guard_key(name)


def _guard_key(name: str) -> tuple[str, str]:
    parts = name.split(".")
    owner = parts[-2] if len(parts) > 1 else ""
    is_method = owner[:1].isupper()
    return parts[0], ".".join(parts[-2:]) if is_method else parts[-1]


def _read(file: str) -> Mapping[str, Any]:
    return tomllib.loads(files("archguard.effects.catalogue").joinpath(file).read_text(encoding="utf-8"))


@cache
def _shortened(names: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    return frozenset(map(short, names))


@cache
def _entries() -> Mapping[tuple[str, str], Registration | Mount]:
    table = _read("routes.toml")["entries"]
    return {short(name): _mount(entry) if "child" in entry else _registration(entry) for name, entry in table.items()}


def _family(name: str, table: Mapping[str, Any]) -> Family:
    verbs = {verb: Registration((0, "path", "rule", "uri"), (), (), (verb.upper(),)) for verb in table["verbs"]}
    registrations = {key: _registration(entry) for key, entry in table["registrations"].items()}

    def words(key: str) -> frozenset[str]:
        return frozenset(table.get(key, ()))

    def classes(names: Iterable[str]) -> frozenset[tuple[str, str]]:
        return frozenset(map(short, names))

    return Family(
        name=name,
        applications=classes(table["applications"]),
        routers=classes(table["routers"]),
        prefix=tuple(table["prefix"]),
        checks=tuple(table["checks"]),
        registrations={**verbs, **registrations},
        mounts={key: _mount(entry) for key, entry in table["mounts"].items()},
        attachments={short(key): tuple(places) for key, places in table.get("attachments", {}).items()},
        hooks=words("hooks"),
        application_hooks=words("application_hooks"),
        middleware=words("middleware"),
        middleware_decorators=words("middleware_decorators"),
        middlewares=tuple(table.get("middlewares", ["middleware"])),
        entries=tuple(table.get("entries", ())),
        inherits_checks=table.get("inherits_checks", True),
    )


def _registration(entry: Mapping[str, Any]) -> Registration:
    return Registration(
        tuple(entry["path"]), tuple(entry.get("handler", ())), tuple(entry.get("method", ())), tuple(entry["methods"])
    )


def _mount(entry: Mapping[str, Any]) -> Mount:
    return Mount(tuple(entry["child"]), tuple(entry["prefix"]), entry.get("replaces", False))
