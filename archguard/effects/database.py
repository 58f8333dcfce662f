"""How a module reaches a database: by imports, calls, SQL, models, and parameters."""

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property, partial

from archguard.codebase import Import, Source, memoized, self_and_parents
from archguard.codebase.facts import FunctionDefinition
from archguard.codebase.facts.definitions import definitions
from archguard.codebase.scopes.access_paths import Access
from archguard.codebase.scopes.scopes import AccessPath, Position, Scope
from archguard.effects import aws
from archguard.effects.catalogue.catalogue import Catalogue, is_unknown_library
from archguard.effects.client_calls import CallKind, ClientCall, ClientCallFinder
from archguard.effects.sql import Sql, sql_in
from archguard.effects.subclasses import inherited_from
from archguard.model import Confidence, Location
from archguard.semantics import (
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    SemanticModel,
    Type,
    Types,
    provided,
)

_GIVEN_SQL = re.compile(
    r"exec|query|sql|fetch|run|raw|select|read|iterate|cursor|db|statement|rows?$|^(?:all|one|first)$"
)
_REPOSITORY = re.compile(r"(?:Repository|Service|CRUD|Crud|DAO|Dao)$")
_NOT_GIVEN_SQL = re.compile(
    r"log|print|debug|info|warn|error|exception|critical|write|append|join|format|match|parse|assert"
)


class EffectKind(StrEnum):
    """How a database is reached."""

    IMPORT = "import"
    OWN_IMPORT = "own import"
    """Of something that another module of the project has from a client, or a model."""
    CALL = "call"
    BUILD = "build"
    TAKE = "take"
    QUERY = "query"
    READ = "read"
    """By SQL in a string."""
    WRITE = "write"
    PARAMETER = "parameter"


@dataclass(frozen=True)
class DatabaseEffect:
    """A way to a database at `location`."""

    kind: EffectKind
    symbol: str
    """What is imported, called or taken; the tables of SQL."""
    location: Location
    confidence: Confidence = Confidence.CERTAIN
    verb: str = ""
    """The method that is called."""
    imported: str = ""
    """The module that an import names."""
    what: str = ""
    """What the symbol is, in a few words."""
    chain: AccessPath | None = None
    """The expression in which it stands."""


@dataclass(frozen=True)
class DatabaseEffects:
    """Finds accesses to what `catalogue` lists."""

    model: SemanticModel
    catalogue: Catalogue
    holding: frozenset[str]
    """The modules that can have something from a client."""
    guessing: bool = False
    of_aws: Collection[str] = ()
    """The channels whose services of AWS count when they are called."""
    allowed: frozenset[str] = frozenset()
    """The modules whose repositories may be used by everyone, also where a library has written their methods."""
    deriving: bool = False
    """Whether objects of the project's own classes that are derived from a client are passed on as one."""

    def imports(self, source: Source) -> Iterator[DatabaseEffect]:
        """Imports of clients, and of what other modules of the project have from them."""
        for found in Import.extract(self.model.source(source.module), partial(self._tells, source.module)):
            if own := self.model.find_module(found.module, source.module, found.name):
                yield _own_import(found, own, self._client(own, found.name))
            else:
                client = self.catalogue.imported(found.target)
                module = found.module if client in self_and_parents(found.module) else client
                yield DatabaseEffect(EffectKind.IMPORT, "", found.location, imported=module)

    def models(self, source: Source) -> Iterator[DatabaseEffect]:
        """Imports of the project's models."""
        for found in Import.extract(self.model.source(source.module), partial(self._is_of_model, source.module)):
            own = self.model.find_module(found.module, source.module, found.name)
            yield _own_import(found, own, self._model(own, found.name))

    def calls(self, source: Source) -> Iterator[DatabaseEffect]:
        """Calls of clients, queries that are built or begun, methods that are taken."""
        for use in self._uses.of(source):
            if aws.is_aws(use) and aws.channel_of(self.model, use) not in self.of_aws:
                continue
            if not self._is_repository(use):
                yield DatabaseEffect(
                    _WAYS[use.kind], use.symbol, use.location, use.confidence, use.verb, chain=use.path
                )

    def statements(self, source: Source) -> Iterator[DatabaseEffect]:
        """SQL that is given to a call."""
        for scope in self.model.scope(source.module).walk():
            for path in scope.access_paths:
                for access in path.accesses:
                    if found := self._statement(access, path.at):
                        sql, confidence = found
                        way, location = (
                            (EffectKind.WRITE if sql.writes else EffectKind.READ),
                            source.location(access.node),
                        )
                        yield DatabaseEffect(way, ", ".join(sql.tables), location, confidence, way.value, chain=path)

    def parameters(self, source: Source) -> Iterator[DatabaseEffect]:
        """Parameters that are sessions, connections and the like."""
        for definition in definitions(self.model.scope(source.module), source):
            if isinstance(definition, FunctionDefinition):
                yield from self._parameters(definition)

    def _is_repository(self, call: ClientCall) -> bool:
        """Whether a method is called that an allowed repository of the project has from a repository of a library."""
        doors = inherited_from(self.model, call) if self.allowed else ()
        return any(module in self.allowed and _REPOSITORY.search(base) for module, base in doors)

    def _tells(self, importer: str, module: str, name: str) -> bool:
        """Whether the import of `name` from `module` is one of a client."""
        if own := self.model.find_module(module, importer, name):
            return own in self.holding and bool(self._client(own, name))
        return bool(self.catalogue.imported(f"{module}.{name}"))

    def _is_of_model(self, importer: str, module: str, name: str) -> bool:
        own = self.model.find_module(module, importer, name)
        return bool(own and self._model(own, name))

    @memoized
    def _client(self, own: str, name: str) -> str:
        """Which client the module `own` has under `name`, in a few words; "" if none."""
        return next(filter(None, map(self._passed_on, self._exported(own, name))), "")

    @memoized
    def _model(self, own: str, name: str) -> str:
        """Whether `own` has a model under `name`, in a few words; "" if not."""
        return "a model" if any(map(self._is_model, self._exported(own, name))) else ""

    def _exported(self, own: str, name: str) -> Types:
        return self.model.infer_export(own, name) if name not in ("", "*") else ()

    def _passed_on(self, value: Type) -> str:
        match value:
            case InstanceType(of=ExternalSymbol(name=name)) if self._is_client(name):
                return f"a {name}"
            case InstanceType(of=ClassType() as cls) if self.deriving:
                bases = (base.name for base in self.model.mro(cls) if isinstance(base, ExternalSymbol))
                return next((f"a {name}" for name in bases if self._is_derived_from(name)), "")
            case ExternalSymbol(name=name) if self.catalogue.imported(name) and not self._is_base(name):
                return f"which is {name}"
        return ""

    def _is_model(self, value: Type) -> bool:
        bases = self.model.mro(value) if isinstance(value, ClassType) else ()
        return any(self._is_base(base.name) for base in bases if isinstance(base, ExternalSymbol))

    def _is_base(self, cls: str) -> bool:
        return self.catalogue.model(self.model.library, cls)

    def _is_client(self, cls: str) -> bool:
        return self.catalogue.receiver(self.model.library, cls) or self.catalogue.undescribed(cls)

    def _is_derived_from(self, cls: str) -> bool:
        """Whether what is derived from `cls` is a client too, and no model, form or repository."""
        derived = self.catalogue.receiver(self.model.library, cls) and bool(self.catalogue.imported(cls))
        return derived and not self._is_base(cls) and not _REPOSITORY.search(cls)

    def _statement(self, access: Access, at: Position) -> tuple[Sql, Confidence] | None:
        if not access.call or not _may_be_given_sql(access.name):
            return None
        callees = self.model.infer(access.callee, at)
        is_guessed = bool(_GIVEN_SQL.search(access.name.lower()))
        if any(not _may_be_driver(callee, is_guessed=is_guessed) for callee in callees):
            return None  # a client, which is found by its calls, or something else that takes any text
        if not callees and access.owner is None and self.model.is_method_alias(access.name, at):
            return None  # `run = session.exec` is told where it stands
        arguments = [*access.call.args[:2], *(keyword.value for keyword in access.call.keywords)]
        found = next((sql for argument in arguments if (sql := sql_in(self.model.string_value(argument, at)))), None)
        return (found, Confidence.LIKELY if is_guessed else Confidence.POSSIBLE) if found else None

    def _parameters(self, definition: FunctionDefinition) -> Iterator[DatabaseEffect]:
        at = definition.scope.at or definition.scope.end
        for parameter in definition.parameters:
            for value in self._declared(parameter.node, definition.scope, at):
                if what := self._passed_on(value):
                    yield DatabaseEffect(
                        EffectKind.PARAMETER, f"{definition.name}({parameter.name})", parameter.location, what=what
                    )
                    break

    def _declared(self, parameter: ast.arg, function: Scope, at: Position) -> Types:
        """What a parameter is by its annotation, or by the provider that is its default: `Depends(get_session)`."""
        if parameter.annotation and (found := self.model.infer_annotation(parameter.annotation, at)):
            return found
        defaults = (bound.default for bound in function.bindings.get(parameter.arg, ()) if bound.node is parameter)
        return next((provided(self.model, default, at) for default in defaults if default), ())

    @cached_property
    def _uses(self) -> ClientCallFinder:
        more = aws.clients().clients if self.of_aws else ()
        return ClientCallFinder(self.model, Catalogue((*self.catalogue.clients, *more)), self.guessing)


def _own_import(found: Import, own: str, what: str) -> DatabaseEffect:
    return DatabaseEffect(EffectKind.OWN_IMPORT, f"{own}.{found.name}", found.location, imported=own, what=what)


_WAYS = {
    CallKind.CALL: EffectKind.CALL,
    CallKind.BUILD: EffectKind.BUILD,
    CallKind.TAKE: EffectKind.TAKE,
    CallKind.QUERY: EffectKind.QUERY,
}


def _may_be_driver(callee: Type, *, is_guessed: bool) -> bool:
    """Whether SQL that is given to `callee` tells of a database; of an unlisted library if it `is_guessed` by name."""
    match callee:
        case FunctionType() | ClassType():
            return True
        case ExternalSymbol(name=name) | ExternalMember(base=name):
            return is_guessed and is_unknown_library(name)
    return False


@cache
def _may_be_given_sql(name: str) -> bool:
    """Whether a call of something of this name may be given SQL; files have the same names over and over."""
    return not _NOT_GIVEN_SQL.search(name.lower())
