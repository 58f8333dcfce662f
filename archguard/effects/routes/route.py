"""Routes, and the checks that run before their handlers.

The unit is mount x method x handler: a router that is included twice gives each of its routes twice. A `Check` is
whatever runs before a handler and may refuse a request, at any level; which checks are guards is decided by
`guards.GuardSet`, from the facts on frameworks and the names that a contract lists.
"""

import re
from dataclasses import field
from enum import StrEnum
from typing import NamedTuple

from archguard.codebase.scopes.fingerprints import scope_paths
from archguard.codebase.scopes.scopes import Scope
from archguard.dataclass import dataclass
from archguard.model import Location
from archguard.model.names import service_of, top_package
from archguard.semantics import ClassType, SemanticModel

ANY = "ANY"
"""The method of a route whose handler takes all methods, or decides itself."""
UNKNOWN_PART = "{?}"
"""What stands in a path for a part that cannot be evaluated."""
PATH_REASON = "a part of its path cannot be evaluated"
"""Why a route is incomplete whose checks are all known."""


class ScopePlace(NamedTuple):
    """Where a function or class of the project is."""

    module: str
    path: str
    """Its path in the module, as `scope_paths` has it."""

    @classmethod
    def of(cls, scope: Scope | None) -> "ScopePlace | None":
        """The place of `scope`."""
        return cls(scope.module.name, scope_paths(scope.module)[scope]) if scope else None

    def scope(self, model: SemanticModel) -> Scope:
        """The scope there."""
        return next(scope for scope, path in scope_paths(model.scope(self.module)).items() if path == self.path)


class Level(StrEnum):
    """Where a check is declared."""

    PARAMETER = "parameter"
    DECORATOR = "decorator"
    ROUTE = "route"
    CLASS = "class"
    ROUTER = "router"
    INCLUDE = "include"
    HOOK = "hook"
    MIDDLEWARE = "middleware"
    APPLICATION = "application"
    DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Check:
    """Something that runs before a handler: a dependency, decorator, hook, middleware, permission class or mixin."""

    names: tuple[str, ...]
    """The qualified names it is known by: its definition, what it overrides, and the variables that hold it."""
    level: Level
    location: Location
    arguments: tuple[tuple[str, str], ...] = ()
    """The arguments of the call that made it, by parameter, as source text: `("public", "True")`."""
    inner: tuple["Check", ...] = ()
    """What it runs in turn: its own dependencies and decorators, the classes that it inherits from."""
    alternatives: tuple["Check", ...] = ()
    """If given, it passes a request that one of these passes: `IsAdmin | ReadOnly`."""
    methods: frozenset[str] | None = None
    """The methods that it applies to; None for all."""
    has_unknown: bool = False
    """Whether a part of it cannot be resolved."""

    @property
    def name(self) -> str:
        """The first of its names; "" if nothing is known."""
        return self.names[0] if self.names else ""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one path, served by one handler, with everything that runs before it."""

    method: str
    """`GET`, `POST` ..., `WEBSOCKET`, `RPC`, or `ANY`."""
    path: str
    """The whole path with all prefixes; parameters are `{name}` or `{name:converter}`."""
    template: str
    """The whole path as the framework writes it: `/orders/<int:id>`."""
    handler: str
    """The qualified name of the function, method or class that serves it."""
    module: str
    """The module that declares the handler; of a handler from outside, the one that registers it."""
    location: Location
    """The handler's declaration with its decorators; of a handler from outside, the registration."""
    registration: Location | None = None
    """Where it is registered, if that is elsewhere."""
    framework: str = ""
    application: str = ""
    """The qualified name of the application or urlconf that it belongs to; "" if unknown."""
    endpoint: str = ""
    """The name by which the framework knows it: Flask's `orders.show`."""
    checks: tuple[Check, ...] = ()
    """All that runs before the handler, from the handler outwards."""
    exemptions: tuple[tuple[str, str], ...] = ()
    """The checks in front of others that let it pass, each with a sentence that says why."""
    unknown: tuple[str, ...] = ()
    """What could not be resolved: a prefix, a router, a base class, a list of checks. Empty if all is known."""
    scope: Scope | None = field(default=None, compare=False, repr=False)
    """The scope of the function that serves it, while the table is assembled; afterwards see `function`."""
    owner: ClassType | None = field(default=None, compare=False, repr=False)
    """The class whose instance serves it, while the table is assembled; afterwards see `cls`."""
    function: ScopePlace | None = field(default=None, compare=False, repr=False)
    """The function that serves it; None if it is not in the project."""
    cls: ScopePlace | None = field(default=None, compare=False, repr=False)
    """The class whose instance serves it, if there is one."""

    @property
    def unresolved_checks(self) -> tuple[str, ...]:
        """Why it cannot be told what runs before its handler; empty if it can. An unknown path does not matter here."""
        found = [reason for reason in self.unknown if reason != PATH_REASON]
        lost = [f"the check at {check.location} cannot be resolved" for check in self.checks if check.has_unknown]
        return (*found, *lost)

    @property
    def service(self) -> str:
        """The service of its module; the top package outside of services."""
        return service_of(self.module) or top_package(self.module)

    @property
    def converters(self) -> tuple[tuple[str, str], ...]:
        """The parameters in its path, each with its converter or ""."""
        return tuple((found["name"], found["converter"] or "") for found in _PARAMETER.finditer(self.path))


@dataclass(frozen=True, kw_only=True)
class Unresolved:
    """Routes that are registered, but cannot be told: a router from a factory, a urlconf from outside."""

    what: str
    """A phrase with the reason: `includes the urlconf of dbsettings.urls, which is outside of the project`."""
    module: str
    location: Location
    path: str = ""
    """The path below which they are, as far as it is known."""


@dataclass(frozen=True)
class RouteTable:
    """Every route of a code base, and what could not be resolved."""

    routes: tuple[Route, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    loose: tuple[Unresolved, ...] = ()
    """Exclusions that may let more routes pass than they seem to: patterns that are not anchored."""
    modules: tuple[str, ...] = ()
    """The modules that may declare routes: without tests, and without files that name no framework."""


_PARAMETER = re.compile(r"\{(?P<name>\w*)(?::(?P<converter>[^{}]*))?\}")
_ANGLES = re.compile(r"(?<!\?P)(?<!\?)<(?:(?P<converter>[A-Za-z_]\w*)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_GROUP = re.compile(r"\(\?P<(?P<name>\w+)>")
_ESCAPED = re.compile(r"\\([.\-/_])")


def normalized(template: str) -> str:
    """`template`, in the notation of any framework, with parameters as `{name}` or `{name:converter}`."""
    text = _ANGLES.sub(lambda match: _braces(match["name"], match["converter"] or ""), template)
    text = _without_groups(text) if _is_regex(text) else text
    text = _PARAMETER.sub(lambda match: _braces(match["name"], match["converter"] or ""), text)
    return text if text.startswith(("/", UNKNOWN_PART)) else f"/{text}"


def _is_regex(template: str) -> bool:
    return bool(_GROUP.search(template)) or template.endswith(("$", "\\Z")) or "(" in template or "^" in template


def _braces(name: str, converter: str) -> str:
    named = {"string": "", "str": "", "default": ""}.get(converter, converter)
    return f"{{{name}:{named}}}" if re.fullmatch(r"[a-z_]\w*", named) else f"{{{name}}}"


def _without_groups(regex: str) -> str:
    """A regular expression with its groups as parameters, without anchors and escapes."""
    found, index = [], 0
    text = regex.replace("^", "").removesuffix("\\Z").removesuffix("$").removesuffix("/?")
    while index < len(text):
        if text[index] == "\\" and index + 1 < len(text):
            found.append(text[index : index + 2])
            index += 2
        elif text[index] == "(":
            end = _group_end(text, index)
            name = _GROUP.match(text, index)
            if not text.startswith(("(?!", "(?=", "(?<"), index):
                found.append(f"{{{name['name'] if name else ''}}}")
            index = end
        else:
            found.append(text[index])
            index += 1
    return _ESCAPED.sub(r"\1", "".join(found))


def _group_end(text: str, start: int) -> int:
    """The index behind the group that opens at `start`, with its repetition."""
    depth, index, in_class = 0, start, False
    while index < len(text):
        character = text[index]
        if character == "\\":
            index += 1
        elif character in "[]":
            in_class = character == "["
        elif not in_class and character in "()":
            depth += 1 if character == "(" else -1
            if depth == 0:
                break
        index += 1
    index += 1
    while index < len(text) and text[index] in "?*+":
        index += 1
    return index


def joined(*parts: str) -> str:
    """The parts of a path in one: each begins with one slash, empty parts add nothing."""
    path = ""
    for part in parts:
        if part:
            path = f"{path.rstrip('/')}/{part.lstrip('/')}" if path or not part.startswith("/") else part
    return path or "/"
