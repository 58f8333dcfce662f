"""Every use of a client in a module: calls, methods that are only taken, queries that are built or begun."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from archguard.codebase import Source, memoized
from archguard.codebase.scopes.access_paths import Access, accesses_in, path_nodes
from archguard.codebase.scopes.scopes import AccessPath, Binding, Position, Scope
from archguard.codebase.scopes.scopes import BindingKind as Origin
from archguard.effects.catalogue.catalogue import Catalogue, is_unknown_library
from archguard.effects.heuristics import ENDING_QUERIES, OF_QUERIES, OTHER_SESSIONS, score
from archguard.effects.references import References, elements
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
    qualified_name,
)

_ACTIVE = re.compile(r"(?:soft_)?(?:save|delete|update|create|destroy|insert|upsert|refresh|persist|remove)(?:_|$)")
"""What models are usually told to do to themselves: `save`, `save_or_update`, `soft_delete`."""
_OF_RELATIONS = frozenset(
    [
        "all",
        "filter",
        "filter_by",
        "exclude",
        "order_by",
        "where",
        "create",
        "get",
        "get_or_create",
        "update_or_create",
        "bulk_create",
        "exists",
        "aggregate",
        "annotate",
        "values",
        "values_list",
        "select_related",
        "prefetch_related",
        "select_for_update",
        "select",
        "first",
        "last",
        "add",
        "set",
        "save",
        "delete",
        "count",
        "update",
        "remove",
        "clear",
        "distinct",
        "only",
        "defer",
        "in_bulk",
        "iterator",
        "latest",
        "earliest",
        "bulk_update",
        "aget",
        "acreate",
        "aget_or_create",
        "aupdate_or_create",
        "abulk_create",
        "abulk_update",
        "aupdate",
        "adelete",
        "acount",
        "aexists",
        "aaggregate",
        "afirst",
        "alast",
        "alatest",
        "aearliest",
        "ain_bulk",
        "aiterator",
        "aadd",
        "aset",
        "aremove",
        "aclear",
    ]
)
"""What the other side of a relation is asked: `author.books.filter(...)`."""
_BY_KEYWORDS = frozenset({"count", "update", "clear"})
"""What is told a relation without positional arguments: `order.name.count(".")` is about a text."""
_OF_DATA = _BY_KEYWORDS | {"remove"}
"""What texts, lists and mappings are asked, too: that `author.profile.settings` is a relation is too far fetched."""


_OF_ANSWERS = frozenset(
    [
        *("get", "keys", "values", "items", "update", "pop", "popitem", "setdefault", "clear", "copy"),
        *("append", "extend", "insert", "remove", "sort", "reverse", "index", "count"),
    ]
)
"""What mappings and lists are asked: the answer of a client of which little is known may be one."""
_CALLED = re.compile(r"\.(\w+)\(\)")
_CHOSEN = InstanceType(ExternalSymbol("builtins.getattr"))
"""What comes out of `getattr` with a name that is not known."""
_DEED = re.compile(
    r"(?:get|put|post|send|create|delete|update|modify|list|describe|publish|subscribe|unsubscribe|connect|disconnect|read"
    r"|write|fetch|find|query|search|select|insert|call|run|execute|invoke|upload|download|copy|generate|emit|push|pull"
    r"|ack|add|remove|open|close|start|stop|request|complete|commit|retrieve|load|save|batch|scan|receive|login|patch|set"
    r"|edit|answer|reply|forward|leave|join|cancel|confirm|capture|charge|refund|upsert|export|import)(?:_|$)"
)
"""What the methods of a client are called, all of whose methods are accesses: the rest may be what it has or is."""
_INSPECTING = re.compile(
    r"functools\.(?:wraps|update_wrapper)$|(?:inspect|typing|typing_extensions|logging|unittest\.mock)\."
    r"|builtins\.(?!(?:map|filter|sorted|min|max|iter)$)"
)
"""What looks at a function that it is handed, and does not call it."""
_WAY = re.compile(r"\.[A-Z]\w*\.\w+\.\w")
"""From a class through one of its attributes: `starlette.requests.Request.app.state.pool.acquire`."""


def is_verb(name: str, known: Catalogue) -> bool:
    """Whether a use of something `known`, or of a model, can have the last name `name`."""
    return not known.words.isdisjoint({name, "*"}) or name in _OF_RELATIONS or bool(_ACTIVE.match(name))


class CallKind(StrEnum):
    """What is done with a client."""

    CALL = "call"
    BUILD = "build"
    """A query is built, and not yet run."""
    TAKE = "take"
    """A method is taken without being called: `run = session.execute`."""
    QUERY = "query"
    """The way to the stored objects of a model: `Order.objects`, `Order.query`."""


_Found: TypeAlias = tuple[CallKind, str, Confidence]


@dataclass(frozen=True)
class ClientCall:
    """A client is used at `location`."""

    kind: CallKind
    symbol: str
    """What is used: `sqlalchemy.orm.Session.execute`."""
    location: Location
    confidence: Confidence
    path: AccessPath = field(compare=False, repr=False)
    access: Access = field(compare=False, repr=False)

    @property
    def verb(self) -> str:
        """The last name of what is used: `execute`."""
        return self.symbol.rpartition(".")[2]


@dataclass(frozen=True)
class ClientCallFinder:
    """Finds uses of what `catalogue` lists."""

    model: SemanticModel
    catalogue: Catalogue
    guessing: bool = False
    """Whether a receiver that nothing is known of is judged by what it is called."""
    unambiguous: frozenset[str] = frozenset()
    """Methods that say by themselves what they are of: `basic_ack`."""
    _touching: dict[int, bool] = field(default_factory=dict)
    _meeting: set[int] = field(default_factory=set)
    _begun: dict[int, bool] = field(default_factory=dict)
    _referring: dict[int, References] = field(default_factory=dict)
    _told: dict[int, frozenset[tuple[str, ...]]] = field(default_factory=dict)

    def of(self, source: Source) -> Iterator[ClientCall]:
        """Every use in `source`, several of them where one expression goes on and on."""
        for scope in self.model.scope(source.module).walk():
            yield from self._in_scope(scope, source)

    def _in_scope(self, scope: Scope, source: Source) -> Iterator[ClientCall]:
        references = self._references(scope.module)
        calls = (access.call for path in scope.access_paths for access in path.accesses if access.call)
        handed = {id(node) for call in calls for node in elements(call) if references.may_be(node)}
        decorators = {id(node) for child in scope.children for node in getattr(child.node, "decorator_list", ())}
        for path in scope.access_paths:
            for access in path.accesses:
                found = self._called(access, path.at) if access.call else self._named(access, path.at)
                if id(access.node) in decorators:
                    found = found or self._decorating(access, path.at)
                if found:
                    how, symbol, confidence = found
                    yield ClientCall(how, symbol, source.location(access.node), confidence, path, access)
                if access.call and not (access.last and id(access.call) in handed):
                    yield from self._handed(access, access.call, path, source, references)

    def _handed(
        self, access: Access, call: ast.Call, path: AccessPath, source: Source, references: References
    ) -> Iterator[ClientCall]:
        """Functions that something else will call: `asyncio.to_thread(requests.get, url)`."""
        handed = [node for node in elements(call) if references.may_be(node)]
        if not handed or any(
            _INSPECTING.match(qualified_name(callee)) for callee in self.model.infer(call.func, path.at)
        ):
            return
        for node in handed:
            for symbol in self._functions(node, path.at):
                made = (
                    accesses_in(path_nodes(node))[-1]
                    if isinstance(node, ast.Call)
                    else self._maker(access, symbol, path.at)
                )
                yield ClientCall(CallKind.TAKE, symbol, source.location(node), Confidence.CERTAIN, path, made)
                break

    def _functions(self, node: ast.expr, at: Position) -> Iterator[str]:
        """The functions, and not the classes, among what `node` stands for whose call is an access."""
        for value in self.model.infer(node, at):
            found = self._function(value.name) if isinstance(value, ExternalSymbol) else None
            if found and found[0] is CallKind.CALL and not found[1].rpartition(".")[2][:1].isupper():
                yield found[1]

    def _maker(self, access: Access, symbol: str, at: Position) -> Access:
        """`step`, less its arguments if what it gives is the same function: a `partial` is called with more of them."""
        is_same = symbol in self._functions(access.node, at)
        return Access(access.node, None, access.name, access.owner, access.last) if is_same else access

    def _references(self, module: Scope) -> References:
        """Where `module` may refer to a function whose call is an access."""
        if id(module) not in self._referring:
            self._referring[id(module)] = References.of(module, self.catalogue.function_words, self.model)
        return self._referring[id(module)]

    def _called(self, access: Access, at: Position) -> _Found | None:
        callees = self.model.infer(access.callee, at)
        if (
            access.owner is None
            and callees
            and isinstance(callees[0], ExternalMember)
            and self.model.is_method_alias(access.name, at)
        ):
            return None  # it is told where it is taken
        if chosen := self._chosen(access.callee, callees, at):
            return chosen
        for callee in callees:
            if found := self._callee(callee, access):
                return found
        if any(not self._is_vague(callee) for callee in callees):
            return None
        if not callees and access.owner and self.model.infer(access.owner, at):
            return None
        return self._guessed(access, at)

    def _decorating(self, access: Access, at: Position) -> _Found | None:
        """A function that is called by `@transaction.atomic`."""
        names = (value.name for value in self.model.infer(access.node, at) if isinstance(value, ExternalSymbol))
        return next(filter(None, map(self._function, names)), None)

    def _chosen(self, node: ast.expr, callees: Types, at: Position) -> _Found | None:
        """A function or method that is chosen while the code runs: `getattr(requests, method)(url)`."""
        match node:
            case ast.Call(func=ast.Name(id="getattr"), args=[owner, name, *_]) if not isinstance(name, ast.Constant):
                names = (qualified_name(value) for value in self.model.infer(owner, at) if self._offers(value))
                return next(((CallKind.CALL, f"{name}.*", Confidence.LIKELY) for name in names), None)
            case ast.Name(id=name) if _CHOSEN in callees:
                bindings = (origin for origin in self.model.resolve(name, at) if isinstance(origin, Binding))
                chosen = (
                    self._chosen(found.node, (), found.at) for found in bindings if isinstance(found.node, ast.Call)
                )
                return next(filter(None, chosen), None)
        return None

    def _offers(self, value: Type) -> bool:
        """Whether `value` is a module of a client, or an object whose methods are accesses."""
        match value:
            case ExternalSymbol(name=name):
                return name in self.catalogue.modules
            case InstanceType(of=ExternalSymbol(name=name)):
                return self.catalogue.receiver(self.model.library, name)
        return False

    def _is_vague(self, callee: Type) -> bool:
        """Whether only the way to it is known, as with `request.app.state.pool.fetch`, or where it comes from."""
        if (
            isinstance(callee, ExternalMember)
            and is_unknown_library(callee.base)
            and not OTHER_SESSIONS.search(callee.base.lower())
        ):
            return not isinstance(callee.receiver, ClassType) and not isinstance(callee.receiver.of, ClassType)
        match callee:
            case ExternalMember(receiver=InstanceType(of=cls), base=base):
                is_way = base != cls.name or bool(_WAY.search(base.partition("(")[0]))
                return is_way and not isinstance(cls, ClassType)
            case ExternalSymbol(name=name):
                return name.count(".") > 1 and not self.catalogue.imported(name) and name.rpartition(".")[2].islower()
        return False

    def _callee(self, callee: Type, access: Access) -> _Found | None:
        match callee:
            case ExternalSymbol(name=name):
                return self._function(name)
            case InstanceType(of=cls) if self._method(cls, "__call__"):
                return CallKind.CALL, f"{cls.name}.__call__", Confidence.CERTAIN
            case ExternalMember():
                return self._of_receiver(callee, access)
            case FunctionType(receiver=receiver) if receiver and self._stores(callee, receiver):
                return CallKind.CALL, callee.name, Confidence.CERTAIN
            case FunctionType() | ClassType() if listed := self._listed(callee):
                return CallKind.CALL, listed, Confidence.CERTAIN
        return None

    def _listed(self, callee: FunctionType | ClassType) -> str:
        """The name under which a contract lists what the project defines as a function or method of a client, or ""."""
        if not self.catalogue.homes:
            return ""
        name = callee.name.rpartition("::")[2]
        if self.catalogue.is_own_call(name):
            return name
        receiver = callee.receiver if isinstance(callee, FunctionType) else None
        cls = receiver.of if isinstance(receiver, InstanceType) else receiver
        method = name.rpartition(".")[2]
        for base in self.model.mro(cls) if isinstance(cls, ClassType) else ():
            if self.catalogue.is_own_method(base.name.rpartition("::")[2], method):
                return f"{base.name.rpartition('::')[2]}.{method}"
        return ""

    def _function(self, name: str) -> _Found | None:
        canonical = self.model.library.canonical(name)
        if self.catalogue.builds(canonical):
            return CallKind.BUILD, canonical, Confidence.CERTAIN
        if self.catalogue.is_call(canonical) or self._class_method(canonical):
            return CallKind.CALL, canonical, Confidence.CERTAIN
        return None

    def _class_method(self, name: str) -> bool:
        """`django.contrib.auth.models.User.save`, or a method of a receiver that is called on the class."""
        cls, _, method = name.rpartition(".")
        return bool(cls) and self.catalogue.method(self.model.library, cls, method)

    def _is_method(self, member: ExternalMember, access: Access) -> bool:
        """Whether `member` is a method, so that taking it is no look at what a client or a query has or is."""
        found = self._of_receiver(member, access)
        if found is None or found[0] is not CallKind.CALL:
            return False
        listed = self.catalogue.lists(self.model.library, member.base, member.name)
        return listed or found[2] is not Confidence.CERTAIN or bool(_DEED.match(member.name))

    def _of_receiver(self, member: ExternalMember, access: Access) -> _Found | None:
        return (
            self._member(member.base, member.name)
            or self._related(member, access)
            or self._told_by_manager_only(member, access)
        )

    def _member(self, base: str, name: str) -> _Found | None:
        library = self.model.library
        if self.catalogue.method(library, base, name):
            return CallKind.CALL, f"{base}.{name}", Confidence.CERTAIN
        if self.catalogue.undescribed(base) and name in self.catalogue.verbs and not self._is_of_answer(base, name):
            return CallKind.CALL, f"{base}.{name}", Confidence.CERTAIN
        if self.catalogue.builds(library.canonical(base)):
            return CallKind.BUILD, f"{base}.{name}", Confidence.CERTAIN
        return None

    def _told_by_manager_only(self, member: ExternalMember, access: Access) -> _Found | None:
        """A method that no library has, of a manager whose class is not seen: `LogEntry.objects.log_create()`."""
        match member.receiver:
            case InstanceType(of=ExternalSymbol(name=name)) if name.endswith("Manager") and self.catalogue.receiver(
                self.model.library, name
            ):
                is_own = access.call and not member.name.startswith("_") and name == member.base
                if is_own and not self.catalogue.is_inert(self.model.library, name, member.name):
                    return CallKind.CALL, qualified_name(member), Confidence.LIKELY
        return None

    def _is_of_answer(self, base: str, name: str) -> bool:
        """Whether `name` is asked of the mapping or list that a call has given: `client.fetch().get("files")`."""
        calls = ((call[1], base[: call.end(1)]) for call in _CALLED.finditer(base))
        return name in _OF_ANSWERS and any(
            verb in self.catalogue.verbs and not self.catalogue.is_call(path) for verb, path in calls
        )

    def _related(self, member: ExternalMember, access: Access) -> _Found | None:
        """What is asked of the other side of a relation, or of a manager that a class from outside has added."""
        cls, _, relation = member.base.rpartition(".")
        if member.name not in _OF_RELATIONS or "(" in member.base or relation.startswith("_"):
            return None
        if self.catalogue.model(self.model.library, member.base):
            return None  # the model itself is asked
        if member.name in _BY_KEYWORDS and access.call and access.call.args:
            return None
        if member.name == "get" and access.call and access.call.args and isinstance(access.call.args[0], ast.Constant):
            return None  # `order.extra.get("color")` is about a mapping
        is_far = member.name not in _OF_DATA and self._model_bases(member.receiver)
        is_model = is_far or self.catalogue.model(self.model.library, cls)
        return (CallKind.CALL, qualified_name(member), Confidence.LIKELY) if is_model else None

    def _method(self, cls: ExternalSymbol | ClassType, name: str) -> bool:
        return isinstance(cls, ExternalSymbol) and self.catalogue.method(self.model.library, cls.name, name)

    def _stores(self, method: FunctionType, receiver: InstanceType | ClassType) -> bool:
        """Whether `method`, which the project has written, is how its models are stored: `save` of a mixin, say."""
        name = method.name.rpartition(".")[2]
        if not _ACTIVE.match(name):
            return False
        if not (bases := self._model_bases(receiver)):
            return self._writes_row(name, receiver) and self._touches(method)
        return any(self.catalogue.method(self.model.library, base, name) for base in bases) or self._touches(method)

    def _writes_row(self, name: str, receiver: InstanceType | ClassType) -> bool:
        """Whether what `receiver` derives from writes a row of a model by that method: `save` of a form of a model.

        What else is derived from a client is a door to it, so its own methods are not the client's.
        """
        cls = receiver.of if isinstance(receiver, InstanceType) else receiver
        lineage = self.model.mro(cls) if isinstance(cls, ClassType) else ()
        bases = (base.name for base in lineage if isinstance(base, ExternalSymbol))
        results = (
            self.model.library.result(f"{base}.{name}") for base in bases if self._method(ExternalSymbol(base), name)
        )
        return any(result.startswith("self.Meta.") for result in results)

    def _touches(self, function: FunctionType) -> bool:
        """Whether `function` uses a client, or calls a method of a model that does.

        A method that is met again is taken for one that does not: so a "no" is certain only of the method that was
        asked about first, and then of all that were met.
        """
        key = id(function.scope)
        if key in self._touching:
            return self._touching[key]
        if key in self._meeting:
            return False
        is_first = not self._meeting
        self._meeting.add(key)
        if any(self._found_in(function.scope)):
            self._touching[key] = True
        elif is_first:
            self._touching.update(dict.fromkeys(self._meeting, False))
        if is_first:
            self._meeting.clear()
        return self._touching.get(key, False)

    def _found_in(self, scope: Scope) -> Iterator[bool]:
        for inner in scope.walk():
            for path in inner.access_paths:
                yield any(access.call and self._called(access, path.at) for access in path.accesses)

    def _model_bases(self, owner: Type) -> tuple[str, ...]:
        """The classes from outside that make `owner` a model."""
        match owner:
            case InstanceType(of=cls):
                return self._model_bases(cls)
            case ClassType():
                lineage = self.model.mro(owner)
                return tuple(base.name for base in lineage if isinstance(base, ExternalSymbol) and self._is_model(base))
            case ExternalSymbol(name=name) if self._is_model(owner):
                return (name,)
        return ()

    def _is_model(self, cls: ExternalSymbol) -> bool:
        return self.catalogue.model(self.model.library, cls.name)

    def _named(self, access: Access, at: Position) -> _Found | None:
        """An attribute that is taken, and not called."""
        if not self._may_be_told(access.name):
            return None
        values = self.model.infer(access.node, at)
        taken = [value for value in values if isinstance(value, ExternalMember) and self._is_method(value, access)]
        if taken and access.last:
            return CallKind.TAKE, qualified_name(taken[0]), Confidence.CERTAIN
        if any(map(self._asks, values)):
            return self._query(access, at)
        is_known = any(not self._is_vague(value) for value in values)
        if access.last and not is_known and (values or not (access.owner and self.model.infer(access.owner, at))):
            guessed = self._guessed(access, at)
            return (CallKind.TAKE, *guessed[1:]) if guessed else None
        return None

    @memoized
    def _may_be_told(self, name: str) -> bool:
        """Whether anything can be told of an attribute of that name that is not called."""
        named = name in self.catalogue.verbs or name in _OF_RELATIONS or name in self.unambiguous
        return self.guessing or self.catalogue.has_models or named or bool(_DEED.match(name))

    def _query(self, access: Access, at: Position) -> _Found | None:
        every = self.model.infer(access.owner, at) if access.owner else ()
        owners = [owner for owner in every if self._model_bases(owner) and not self._computes(owner, access.name)]
        return (CallKind.QUERY, f"{qualified_name(owners[0])}.{access.name}", Confidence.CERTAIN) if owners else None

    def _computes(self, owner: Type, name: str) -> bool:
        """Whether the project has written what `owner.name` gives: a property is as good as a method."""
        cls = owner.of if isinstance(owner, InstanceType) else owner
        found = self.model.definition(cls, name) if isinstance(cls, ClassType) else None
        return found is not None and any(binding.kind is Origin.DEFINED for binding in found[1])

    def _asks(self, value: Type) -> bool:
        """Whether `value` is a manager or a query."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name)):
                known = self.catalogue.receiver(self.model.library, name)
                return known and name.endswith(("Manager", "QuerySet", "Query"))
            case InstanceType(of=ClassType() as cls):
                return any(
                    self._asks(InstanceType(base)) for base in self.model.mro(cls) if isinstance(base, ExternalSymbol)
                )
        return False

    def _guessed(self, access: Access, at: Position) -> _Found | None:
        if access.call and access.owner_name and access.name in self.unambiguous:
            return CallKind.CALL, f"{access.owner_name}.{access.name}", Confidence.LIKELY
        if not self.guessing or not access.owner_name:
            return None
        confidence = score(self._aliased(access, at)) or (Confidence.LIKELY if _is_of_manager(access) else None)
        if access.name in OF_QUERIES and self._is_guessed_query(access.owner, at):
            confidence = Confidence.LIKELY
        if confidence is Confidence.POSSIBLE and access.owner_path in self._told_owners(at.scope):
            confidence = Confidence.LIKELY
        return (CallKind.CALL, f"{access.owner_name}.{access.name}", confidence) if confidence else None

    def _aliased(self, access: Access, at: Position) -> Access:
        """`step` with `request.session` for the name that it was given to: a visitor's session goes by any name."""
        origins = self.model.resolve(access.owner.id, at) if isinstance(access.owner, ast.Name) else ()
        match origins:
            case [Binding(kind=Origin.ASSIGNED, node=ast.Attribute(attr="session") as node, path=())]:
                return Access(access.node, access.call, access.name, node, access.last)
        return access

    def _is_guessed_query(self, node: ast.expr | None, at: Position) -> bool:
        """Whether `node` is a name that was given to what is probably a query: `orders = db.query(Order)`."""
        return any(self._begins_query(binding) for binding in self._assigned_calls(node, at))

    def _begins_query(self, binding: Binding) -> bool:
        """Whether what `binding` gives is probably a query, or made of one, over however many lines."""
        seen, waiting = set[int](), [binding]
        while waiting and not self._begun.get(id(binding)):
            found = waiting.pop()
            if id(found) in seen or self._begun.get(id(found)) is False:
                continue
            seen.add(id(found))
            asking = _asking(found.node)
            if self._begun.get(id(found)) or any(score(step) is Confidence.LIKELY for step in asking):
                self._begun[id(binding)] = True
            waiting += (other for step in asking for other in self._assigned_calls(step.owner, found.at))
        if not waiting and id(binding) not in self._begun:
            self._begun.update(dict.fromkeys(seen, False))
        return self._begun.get(id(binding), False)

    def _assigned_calls(self, node: ast.expr | None, at: Position) -> Iterator[Binding]:
        """Where the name `node` is given what a call gives."""
        for origin in self.model.resolve(node.id, at) if isinstance(node, ast.Name) else ():
            match origin:
                case Binding(kind=Origin.ASSIGNED, node=ast.Call(), path=()):
                    yield origin

    def _told_owners(self, scope: Scope) -> frozenset[tuple[str, ...]]:
        """What `scope` does something with that only a database does: `session.commit()` tells of `session.get`."""
        if id(scope) not in self._told:
            steps = (access for path in scope.access_paths for access in path.accesses if access.call)
            self._told[id(scope)] = frozenset(step.owner_path for step in steps if score(step) is Confidence.LIKELY)
        return self._told[id(scope)]


def _asking(node: ast.AST) -> list[Access]:
    """The calls in `node` that make or narrow a query; none if one of them ends it."""
    calls = [step for step in accesses_in(path_nodes(node)) if step.call] if isinstance(node, ast.expr) else []
    if not ENDING_QUERIES.isdisjoint(step.name for step in calls):
        return []
    return [step for step in calls if step.name in OF_QUERIES | {"query"}]


def _is_of_manager(access: Access) -> bool:
    """Whether it is a method with a name of its own, of the `objects` of a class: `LogEntry.objects.log_create()`."""
    owner, cls, *_ = (*access.owner_path, "", "")
    is_manager = owner == "objects" and cls[:1].isupper() and not cls.isupper()
    return is_manager and access.call is not None and access.name not in _OF_ANSWERS and not access.name.startswith("_")
