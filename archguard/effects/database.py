"""Find the database effects of a module: imports, calls, SQL, models and parameters.

Limits: SQL counts where the callee is unresolved or a function of the project, or, if its name suggests it, in a
library that neither Python nor the catalogue has. Calls of listed clients are reported as calls; SQL that is passed to
the standard library (`re.sub`, `json.dumps`) is only text.
"""

import ast
import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from functools import cache, cached_property, partial

from archguard.codebase import Import, Source
from archguard.codebase.facts import FunctionDefinition
from archguard.codebase.facts.definitions import definitions
from archguard.codebase.scopes.access_paths import Access
from archguard.codebase.scopes.scopes import AccessPath, Position, Scope
from archguard.dataclass import dataclass
from archguard.effects import aws
from archguard.effects.catalogue.catalogue import Catalogue, is_unknown_library
from archguard.effects.catalogue.conventions import load_conventions
from archguard.effects.client_calls import CallKind, ClientCall, ClientCallFinder
from archguard.effects.sql import Sql, sql_in
from archguard.effects.subclasses import inherited_from
from archguard.model import Confidence, Location
from archguard.model.names import self_and_parents
from archguard.semantics import (
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    SemanticModel,
    Type,
    Types,
    is_method_alias,
    provided,
)
from archguard.semantics.recorded import recorded

_NAMES = load_conventions().sql
_SQL_CALL_NAME = re.compile(
    rf"{'|'.join(sorted(_NAMES.callee_parts))}"
    rf"|(?:{'|'.join(sorted(_NAMES.callee_endings))})$|^(?:{'|'.join(sorted(_NAMES.callee_names))})$"
)
"""Names of callables that suggest that their argument is SQL to be executed."""
_NON_SQL_CALL_NAME = re.compile("|".join(sorted(_NAMES.text_callee_parts)))
"""Names of callables that take any text."""
_REPOSITORY_SUFFIXES = tuple(load_conventions().models.repository_suffixes)


class EffectKind(StrEnum):
    """How code reaches a database."""

    IMPORT = "import"
    OWN_IMPORT = "own import"
    """The import of a client object or a model from another module of the project."""
    CALL = "call"
    BUILD = "build"
    TAKE = "take"
    QUERY = "query"
    READ = "read"
    """An SQL statement that reads."""
    WRITE = "write"
    PARAMETER = "parameter"


@dataclass(frozen=True)
class DatabaseEffect:
    """A database effect at `location`."""

    kind: EffectKind
    symbol: str
    """The qualified name of what is imported, called or referenced; the tables of SQL."""
    location: Location
    confidence: Confidence = Confidence.CERTAIN
    verb: str = ""
    """The method that is called."""
    imported: str = ""
    """The module that an import names."""
    what: str = ""
    """What the symbol is, for messages: `a sqlalchemy.orm.Session`."""
    chain: AccessPath | None = None
    """The access path that contains it."""


@dataclass(frozen=True)
class DatabaseEffects:
    """Finds the effects of the clients in `catalogue`."""

    model: SemanticModel
    catalogue: Catalogue
    client_modules: frozenset[str]
    """The modules that can export a client."""
    use_heuristics: bool = False
    aws_channels: Collection[str] = ()
    """The channels whose AWS services count as effects."""
    allowed: frozenset[str] = frozenset()
    """The modules whose repositories every module may use, including the methods that they inherit from a library."""
    deriving: bool = False
    """Whether instances of the project's own subclasses of a client count as clients."""

    def imports(self, source: Source) -> Iterator[DatabaseEffect]:
        """Yield imports of clients, from libraries or from other modules of the project."""
        text = self.model.files.source(source.module)
        for found in Import.extract(text, partial(self._imports_client, source.module)):
            if own := self.model.resolver.find_module(found.module, source.module, found.name):
                yield _own_import(found, own, self._describe_client(own, found.name))
            else:
                client = self.catalogue.imported(found.target)
                module = found.module if client in self_and_parents(found.module) else client
                yield DatabaseEffect(EffectKind.IMPORT, "", found.location, imported=module)

    def models(self, source: Source) -> Iterator[DatabaseEffect]:
        """Yield imports of the project's models."""
        text = self.model.files.source(source.module)
        for found in Import.extract(text, partial(self._imports_model, source.module)):
            own = self.model.resolver.find_module(found.module, source.module, found.name)
            yield _own_import(found, own, self._describe_model(own, found.name))

    def calls(self, source: Source) -> Iterator[DatabaseEffect]:
        """Yield calls of clients, queries that are built or started, and references to methods."""
        for call in self._call_finder.of(source):
            if aws.is_aws(call) and aws.channel_of(self.model, call) not in self.aws_channels:
                continue
            if not self._is_allowed_repository(call):
                yield DatabaseEffect(
                    _EFFECT_KINDS[call.kind], call.symbol, call.location, call.confidence, call.verb, chain=call.path
                )

    def statements(self, source: Source) -> Iterator[DatabaseEffect]:
        """Yield SQL statements that are passed to a call."""
        for scope in self.model.scope(source.module).walk():
            for path in scope.access_paths:
                for access in path.accesses:
                    if found := self._statement(access, path.at):
                        sql, confidence = found
                        kind, location = (
                            (EffectKind.WRITE if sql.writes else EffectKind.READ),
                            source.location(access.node),
                        )
                        yield DatabaseEffect(kind, ", ".join(sql.tables), location, confidence, kind.value, chain=path)

    def parameters(self, source: Source) -> Iterator[DatabaseEffect]:
        """Yield parameters that are clients: sessions, connections and the like."""
        for definition in definitions(self.model.scope(source.module), source):
            if isinstance(definition, FunctionDefinition):
                yield from self._parameters(definition)

    def _is_allowed_repository(self, call: ClientCall) -> bool:
        """Whether `call` is of a method that an allowed repository inherits from a repository class of a library."""
        inherited = inherited_from(self.model, call) if self.allowed else ()
        return any(module in self.allowed and base.endswith(_REPOSITORY_SUFFIXES) for module, base in inherited)

    def _imports_client(self, importer: str, module: str, name: str) -> bool:
        """Whether importing `name` from `module` imports a client."""
        if own := self.model.resolver.find_module(module, importer, name):
            return own in self.client_modules and bool(self._describe_client(own, name))
        return bool(self.catalogue.imported(f"{module}.{name}"))

    def _imports_model(self, importer: str, module: str, name: str) -> bool:
        own = self.model.resolver.find_module(module, importer, name)
        return bool(own and self._describe_model(own, name))

    @recorded
    def _describe_client(self, own: str, name: str) -> str:
        """A description of the client that the module `own` exports as `name`; "" if it is none."""
        return next(filter(None, map(self._describe, self._exported(own, name))), "")

    @recorded
    def _describe_model(self, own: str, name: str) -> str:
        """A description of the model that the module `own` exports as `name`; "" if it is none."""
        return "a model" if any(map(self._is_model, self._exported(own, name))) else ""

    def _exported(self, own: str, name: str) -> Types:
        origins = self.model.resolver.resolve_in_module(own, name) if name not in ("", "*") else ()
        return tuple(value for origin in origins for value in self.model.infer_origin(origin))

    def _describe(self, value: Type) -> str:
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
        """Whether a subclass of `cls` is a client as well, and not a model, form or repository."""
        derived = self.catalogue.receiver(self.model.library, cls) and bool(self.catalogue.imported(cls))
        return derived and not self._is_base(cls) and not cls.endswith(_REPOSITORY_SUFFIXES)

    def _statement(self, access: Access, at: Position) -> tuple[Sql, Confidence] | None:
        if not access.call or not _may_take_sql(access.name):
            return None
        callees = self.model.infer(access.callee, at)
        is_guessed = _suggests_sql(access.name)
        if any(not _may_be_driver(callee, is_guessed=is_guessed) for callee in callees):
            return None  # a listed client, which `calls` reports, or a function that takes any text
        if not callees and access.owner is None and is_method_alias(self.model, access.name, at):
            return None  # `run = session.exec` is reported where it is bound
        # The statement comes first, or second behind a connection or cursor; what follows are its parameters.
        arguments = [*access.call.args[:2], *(keyword.value for keyword in access.call.keywords)]
        found = next((sql for argument in arguments if (sql := sql_in(self.model.string_value(argument, at)))), None)
        return (found, Confidence.LIKELY if is_guessed else Confidence.POSSIBLE) if found else None

    def _parameters(self, definition: FunctionDefinition) -> Iterator[DatabaseEffect]:
        at = definition.scope.at or definition.scope.end
        for parameter in definition.parameters:
            for value in self._parameter_types(parameter.node, definition.scope, at):
                if what := self._describe(value):
                    yield DatabaseEffect(
                        EffectKind.PARAMETER, f"{definition.name}({parameter.name})", parameter.location, what=what
                    )
                    break

    def _parameter_types(self, parameter: ast.arg, function: Scope, at: Position) -> Types:
        """The type of a parameter by its annotation, or by a provider as its default: `Depends(get_session)`."""
        if parameter.annotation and (found := self.model.infer_annotation(parameter.annotation, at)):
            return found
        defaults = (bound.default for bound in function.named(parameter.arg) if bound.node is parameter)
        return next((provided(self.model, default, at) for default in defaults if default), ())

    @cached_property
    def _call_finder(self) -> ClientCallFinder:
        aws_clients = aws.clients().clients if self.aws_channels else ()
        return ClientCallFinder(self.model, Catalogue((*self.catalogue.clients, *aws_clients)), self.use_heuristics)


def _own_import(found: Import, own: str, what: str) -> DatabaseEffect:
    return DatabaseEffect(EffectKind.OWN_IMPORT, f"{own}.{found.name}", found.location, imported=own, what=what)


_EFFECT_KINDS = {
    CallKind.CALL: EffectKind.CALL,
    CallKind.BUILD: EffectKind.BUILD,
    CallKind.TAKE: EffectKind.TAKE,
    CallKind.QUERY: EffectKind.QUERY,
}


def _may_be_driver(callee: Type, *, is_guessed: bool) -> bool:
    """Whether SQL that is passed to `callee` may reach a database.

    A callee of a library that is not listed must have a name that suggests it (`is_guessed`).
    """
    match callee:
        case FunctionType() | ClassType():
            return True
        case ExternalSymbol(name=name) | ExternalMember(base=name):
            return is_guessed and is_unknown_library(name)
    return False


@cache
def _suggests_sql(name: str) -> bool:
    """Whether a callable of this name probably takes SQL; cached, as `_may_take_sql`."""
    return bool(_SQL_CALL_NAME.search(name.lower()))


@cache
def _may_take_sql(name: str) -> bool:
    """Whether a callable of this name may take SQL; cached, because files repeat the same names."""
    return not _NON_SQL_CALL_NAME.search(name.lower())
