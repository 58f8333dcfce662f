"""How a module reaches a database: by imports, calls, SQL, models, and parameters."""

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property, partial

from archguard.codebase import Import, Source, ancestry, remembering
from archguard.codebase.facts import Chain, FunctionDefinition, Position, Scope, Step
from archguard.codebase.facts.definitions import definitions
from archguard.codebase.names import Instance, Member, Names, Outside, OwnClass, OwnFunction, Value, Values, provided
from archguard.kinds.clients import Catalogue, How, Use, Uses, is_unlisted
from archguard.kinds.clients.sql import Sql, sql_in
from archguard.kinds.reaching import aws
from archguard.kinds.reaching.doors import doors_of
from archguard.model import Confidence, Location

_GIVEN_SQL = re.compile(
    r"exec|query|sql|fetch|run|raw|select|read|iterate|cursor|db|statement|rows?$|^(?:all|one|first)$"
)
_REPOSITORY = re.compile(r"(?:Repository|Service|CRUD|Crud|DAO|Dao)$")
_NOT_GIVEN_SQL = re.compile(
    r"log|print|debug|info|warn|error|exception|critical|write|append|join|format|match|parse|assert"
)


class Way(StrEnum):
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
class Access:
    """A way to a database at `location`."""

    way: Way
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
    chain: Chain | None = None
    """The expression in which it stands."""


@dataclass(frozen=True)
class Accesses:
    """Finds accesses to what `catalogue` lists."""

    names: Names
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

    def imports(self, source: Source) -> Iterator[Access]:
        """Imports of clients, and of what other modules of the project have from them."""
        for found in Import.extract(self.names.source(source.module), partial(self._tells, source.module)):
            if own := self.names.find(found.module, source.module, found.name):
                yield _own_import(found, own, self._client(own, found.name))
            else:
                client = self.catalogue.imported(found.target)
                module = found.module if client in ancestry(found.module) else client
                yield Access(Way.IMPORT, "", found.location, imported=module)

    def models(self, source: Source) -> Iterator[Access]:
        """Imports of the project's models."""
        for found in Import.extract(self.names.source(source.module), partial(self._is_of_model, source.module)):
            own = self.names.find(found.module, source.module, found.name)
            yield _own_import(found, own, self._model(own, found.name))

    def calls(self, source: Source) -> Iterator[Access]:
        """Calls of clients, queries that are built or begun, methods that are taken."""
        for use in self._uses.of(source):
            if aws.is_aws(use) and aws.channel_of(self.names, use) not in self.of_aws:
                continue
            if not self._is_repository(use):
                yield Access(_WAYS[use.how], use.symbol, use.location, use.confidence, use.verb, chain=use.chain)

    def statements(self, source: Source) -> Iterator[Access]:
        """SQL that is given to a call."""
        for scope in self.names.scope(source.module).everything():
            for chain in scope.chains:
                for step in chain.steps:
                    if found := self._statement(step, chain.at):
                        sql, confidence = found
                        way, location = (Way.WRITE if sql.writes else Way.READ), source.location(step.node)
                        yield Access(way, ", ".join(sql.tables), location, confidence, way.value, chain=chain)

    def parameters(self, source: Source) -> Iterator[Access]:
        """Parameters that are sessions, connections and the like."""
        for definition in definitions(self.names.scope(source.module), source):
            if isinstance(definition, FunctionDefinition):
                yield from self._parameters(definition)

    def _is_repository(self, use: Use) -> bool:
        """Whether a method is called that an allowed repository of the project has from a repository of a library."""
        doors = doors_of(self.names, use) if self.allowed else ()
        return any(module in self.allowed and _REPOSITORY.search(base) for module, base in doors)

    def _tells(self, importer: str, module: str, name: str) -> bool:
        """Whether the import of `name` from `module` is one of a client."""
        if own := self.names.find(module, importer, name):
            return own in self.holding and bool(self._client(own, name))
        return bool(self.catalogue.imported(f"{module}.{name}"))

    def _is_of_model(self, importer: str, module: str, name: str) -> bool:
        own = self.names.find(module, importer, name)
        return bool(own and self._model(own, name))

    @remembering
    def _client(self, own: str, name: str) -> str:
        """Which client the module `own` has under `name`, in a few words; "" if none."""
        return next(filter(None, map(self._passed_on, self._exported(own, name))), "")

    @remembering
    def _model(self, own: str, name: str) -> str:
        """Whether `own` has a model under `name`, in a few words; "" if not."""
        return "a model" if any(map(self._is_model, self._exported(own, name))) else ""

    def _exported(self, own: str, name: str) -> Values:
        return self.names.exported(own, name) if name not in ("", "*") else ()

    def _passed_on(self, value: Value) -> str:
        match value:
            case Instance(of=Outside(name=name)) if self._is_client(name):
                return f"a {name}"
            case Instance(of=OwnClass() as cls) if self.deriving:
                bases = (base.name for base in self.names.lineage(cls) if isinstance(base, Outside))
                return next((f"a {name}" for name in bases if self._is_derived_from(name)), "")
            case Outside(name=name) if self.catalogue.imported(name) and not self._is_base(name):
                return f"which is {name}"
        return ""

    def _is_model(self, value: Value) -> bool:
        bases = self.names.lineage(value) if isinstance(value, OwnClass) else ()
        return any(self._is_base(base.name) for base in bases if isinstance(base, Outside))

    def _is_base(self, cls: str) -> bool:
        return self.catalogue.model(self.names.library, cls)

    def _is_client(self, cls: str) -> bool:
        return self.catalogue.receiver(self.names.library, cls) or self.catalogue.undescribed(cls)

    def _is_derived_from(self, cls: str) -> bool:
        """Whether what is derived from `cls` is a client too, and no model, form or repository."""
        derived = self.catalogue.receiver(self.names.library, cls) and bool(self.catalogue.imported(cls))
        return derived and not self._is_base(cls) and not _REPOSITORY.search(cls)

    def _statement(self, step: Step, at: Position) -> tuple[Sql, Confidence] | None:
        if not step.call or not _may_be_given_sql(step.name):
            return None
        callees = self.names.value(step.callee, at)
        is_guessed = bool(_GIVEN_SQL.search(step.name.lower()))
        if any(not _may_be_driver(callee, is_guessed=is_guessed) for callee in callees):
            return None  # a client, which is found by its calls, or something else that takes any text
        if not callees and step.owner is None and self.names.is_taken(step.name, at):
            return None  # `run = session.exec` is told where it stands
        arguments = [*step.call.args[:2], *(keyword.value for keyword in step.call.keywords)]
        found = next((sql for argument in arguments if (sql := sql_in(self.names.text(argument, at)))), None)
        return (found, Confidence.LIKELY if is_guessed else Confidence.POSSIBLE) if found else None

    def _parameters(self, definition: FunctionDefinition) -> Iterator[Access]:
        at = definition.scope.at or definition.scope.end
        for parameter in definition.parameters:
            for value in self._declared(parameter.node, definition.scope, at):
                if what := self._passed_on(value):
                    yield Access(Way.PARAMETER, f"{definition.name}({parameter.name})", parameter.location, what=what)
                    break

    def _declared(self, parameter: ast.arg, function: Scope, at: Position) -> Values:
        """What a parameter is by its annotation, or by the provider that is its default: `Depends(get_session)`."""
        if parameter.annotation and (found := self.names.annotated(parameter.annotation, at)):
            return found
        defaults = (bound.default for bound in function.bindings.get(parameter.arg, ()) if bound.node is parameter)
        return next((provided(self.names, default, at) for default in defaults if default), ())

    @cached_property
    def _uses(self) -> Uses:
        more = aws.clients().clients if self.of_aws else ()
        return Uses(self.names, Catalogue((*self.catalogue.clients, *more)), self.guessing)


def _own_import(found: Import, own: str, what: str) -> Access:
    return Access(Way.OWN_IMPORT, f"{own}.{found.name}", found.location, imported=own, what=what)


_WAYS = {How.CALL: Way.CALL, How.BUILD: Way.BUILD, How.TAKE: Way.TAKE, How.QUERY: Way.QUERY}


def _may_be_driver(callee: Value, *, is_guessed: bool) -> bool:
    """Whether SQL that is given to `callee` tells of a database; of an unlisted library if it `is_guessed` by name."""
    match callee:
        case OwnFunction() | OwnClass():
            return True
        case Outside(name=name) | Member(base=name):
            return is_guessed and is_unlisted(name)
    return False


@cache
def _may_be_given_sql(name: str) -> bool:
    """Whether a call of something of this name may be given SQL; files have the same names over and over."""
    return not _NOT_GIVEN_SQL.search(name.lower())
