"""Every use of a client in a module: calls, methods that are only taken, queries that are built or begun."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from archguard.codebase import Source, remembering
from archguard.codebase.facts import Binding, Chain, Position, Scope, Step
from archguard.codebase.facts.scopes import How as Origin
from archguard.codebase.facts.steps import links, steps
from archguard.codebase.names import Instance, Member, Names, Outside, OwnClass, OwnFunction, Value, Values, dotted
from archguard.kinds.clients.catalogue import Catalogue, is_unlisted
from archguard.kinds.clients.guesses import ENDING_QUERIES, OF_QUERIES, OTHER_SESSIONS, guess
from archguard.kinds.clients.references import References, elements
from archguard.model import Confidence, Location

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
_CHOSEN = Instance(Outside("builtins.getattr"))
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


class How(StrEnum):
    """What is done with a client."""

    CALL = "call"
    BUILD = "build"
    """A query is built, and not yet run."""
    TAKE = "take"
    """A method is taken without being called: `run = session.execute`."""
    QUERY = "query"
    """The way to the stored objects of a model: `Order.objects`, `Order.query`."""


_Found: TypeAlias = tuple[How, str, Confidence]


@dataclass(frozen=True)
class Use:
    """A client is used at `location`."""

    how: How
    symbol: str
    """What is used: `sqlalchemy.orm.Session.execute`."""
    location: Location
    confidence: Confidence
    chain: Chain = field(compare=False, repr=False)
    step: Step = field(compare=False, repr=False)

    @property
    def verb(self) -> str:
        """The last name of what is used: `execute`."""
        return self.symbol.rpartition(".")[2]


@dataclass(frozen=True)
class Uses:
    """Finds uses of what `catalogue` lists."""

    names: Names
    catalogue: Catalogue
    guessing: bool = False
    """Whether a receiver that nothing is known of is judged by what it is called."""
    telling: frozenset[str] = frozenset()
    """Methods that say by themselves what they are of: `basic_ack`."""
    _touching: dict[int, bool] = field(default_factory=dict)
    _meeting: set[int] = field(default_factory=set)
    _begun: dict[int, bool] = field(default_factory=dict)
    _referring: dict[int, References] = field(default_factory=dict)
    _told: dict[int, frozenset[tuple[str, ...]]] = field(default_factory=dict)

    def of(self, source: Source) -> Iterator[Use]:
        """Every use in `source`, several of them where one expression goes on and on."""
        for scope in self.names.scope(source.module).everything():
            yield from self._in_scope(scope, source)

    def _in_scope(self, scope: Scope, source: Source) -> Iterator[Use]:
        references = self._references(scope.module)
        calls = (step.call for chain in scope.chains for step in chain.steps if step.call)
        handed = {id(node) for call in calls for node in elements(call) if references.may_be(node)}
        decorators = {id(node) for child in scope.children for node in getattr(child.node, "decorator_list", ())}
        for chain in scope.chains:
            for step in chain.steps:
                found = self._called(step, chain.at) if step.call else self._named(step, chain.at)
                if id(step.node) in decorators:
                    found = found or self._decorating(step, chain.at)
                if found:
                    how, symbol, confidence = found
                    yield Use(how, symbol, source.location(step.node), confidence, chain, step)
                if step.call and not (step.last and id(step.call) in handed):
                    yield from self._handed(step, step.call, chain, source, references)

    def _handed(
        self, step: Step, call: ast.Call, chain: Chain, source: Source, references: References
    ) -> Iterator[Use]:
        """Functions that something else will call: `asyncio.to_thread(requests.get, url)`."""
        handed = [node for node in elements(call) if references.may_be(node)]
        if not handed or any(_INSPECTING.match(dotted(callee)) for callee in self.names.value(call.func, chain.at)):
            return
        for node in handed:
            for symbol in self._functions(node, chain.at):
                made = steps(links(node))[-1] if isinstance(node, ast.Call) else self._maker(step, symbol, chain.at)
                yield Use(How.TAKE, symbol, source.location(node), Confidence.CERTAIN, chain, made)
                break

    def _functions(self, node: ast.expr, at: Position) -> Iterator[str]:
        """The functions, and not the classes, among what `node` stands for whose call is an access."""
        for value in self.names.value(node, at):
            found = self._function(value.name) if isinstance(value, Outside) else None
            if found and found[0] is How.CALL and not found[1].rpartition(".")[2][:1].isupper():
                yield found[1]

    def _maker(self, step: Step, symbol: str, at: Position) -> Step:
        """`step`, less its arguments if what it gives is the same function: a `partial` is called with more of them."""
        is_same = symbol in self._functions(step.node, at)
        return Step(step.node, None, step.name, step.owner, step.last) if is_same else step

    def _references(self, module: Scope) -> References:
        """Where `module` may refer to a function whose call is an access."""
        if id(module) not in self._referring:
            self._referring[id(module)] = References.of(module, self.catalogue.function_words, self.names)
        return self._referring[id(module)]

    def _called(self, step: Step, at: Position) -> _Found | None:
        callees = self.names.value(step.callee, at)
        if step.owner is None and callees and isinstance(callees[0], Member) and self.names.is_taken(step.name, at):
            return None  # it is told where it is taken
        if chosen := self._chosen(step.callee, callees, at):
            return chosen
        for callee in callees:
            if found := self._callee(callee, step):
                return found
        if any(not self._is_vague(callee) for callee in callees):
            return None
        if not callees and step.owner and self.names.value(step.owner, at):
            return None
        return self._guessed(step, at)

    def _decorating(self, step: Step, at: Position) -> _Found | None:
        """A function that is called by `@transaction.atomic`."""
        names = (value.name for value in self.names.value(step.node, at) if isinstance(value, Outside))
        return next(filter(None, map(self._function, names)), None)

    def _chosen(self, node: ast.expr, callees: Values, at: Position) -> _Found | None:
        """A function or method that is chosen while the code runs: `getattr(requests, method)(url)`."""
        match node:
            case ast.Call(func=ast.Name(id="getattr"), args=[owner, name, *_]) if not isinstance(name, ast.Constant):
                names = (dotted(value) for value in self.names.value(owner, at) if self._offers(value))
                return next(((How.CALL, f"{name}.*", Confidence.LIKELY) for name in names), None)
            case ast.Name(id=name) if _CHOSEN in callees:
                bindings = (origin for origin in self.names.origins(name, at) if isinstance(origin, Binding))
                chosen = (
                    self._chosen(found.node, (), found.at) for found in bindings if isinstance(found.node, ast.Call)
                )
                return next(filter(None, chosen), None)
        return None

    def _offers(self, value: Value) -> bool:
        """Whether `value` is a module of a client, or an object whose methods are accesses."""
        match value:
            case Outside(name=name):
                return name in self.catalogue.modules
            case Instance(of=Outside(name=name)):
                return self.catalogue.receiver(self.names.library, name)
        return False

    def _is_vague(self, callee: Value) -> bool:
        """Whether only the way to it is known, as with `request.app.state.pool.fetch`, or where it comes from."""
        if isinstance(callee, Member) and is_unlisted(callee.base) and not OTHER_SESSIONS.search(callee.base.lower()):
            return not isinstance(callee.receiver, OwnClass) and not isinstance(callee.receiver.of, OwnClass)
        match callee:
            case Member(receiver=Instance(of=cls), base=base):
                is_way = base != cls.name or bool(_WAY.search(base.partition("(")[0]))
                return is_way and not isinstance(cls, OwnClass)
            case Outside(name=name):
                return name.count(".") > 1 and not self.catalogue.imported(name) and name.rpartition(".")[2].islower()
        return False

    def _callee(self, callee: Value, step: Step) -> _Found | None:
        match callee:
            case Outside(name=name):
                return self._function(name)
            case Instance(of=cls) if self._method(cls, "__call__"):
                return How.CALL, f"{cls.name}.__call__", Confidence.CERTAIN
            case Member():
                return self._of_receiver(callee, step)
            case OwnFunction(receiver=receiver) if receiver and self._stores(callee, receiver):
                return How.CALL, callee.name, Confidence.CERTAIN
            case OwnFunction() | OwnClass() if listed := self._listed(callee):
                return How.CALL, listed, Confidence.CERTAIN
        return None

    def _listed(self, callee: OwnFunction | OwnClass) -> str:
        """The name under which a contract lists what the project defines as a function or method of a client, or ""."""
        if not self.catalogue.homes:
            return ""
        name = callee.name.rpartition("::")[2]
        if self.catalogue.is_own_call(name):
            return name
        receiver = callee.receiver if isinstance(callee, OwnFunction) else None
        cls = receiver.of if isinstance(receiver, Instance) else receiver
        method = name.rpartition(".")[2]
        for base in self.names.lineage(cls) if isinstance(cls, OwnClass) else ():
            if self.catalogue.is_own_method(base.name.rpartition("::")[2], method):
                return f"{base.name.rpartition('::')[2]}.{method}"
        return ""

    def _function(self, name: str) -> _Found | None:
        canonical = self.names.library.canonical(name)
        if self.catalogue.builds(canonical):
            return How.BUILD, canonical, Confidence.CERTAIN
        if self.catalogue.is_call(canonical) or self._class_method(canonical):
            return How.CALL, canonical, Confidence.CERTAIN
        return None

    def _class_method(self, name: str) -> bool:
        """`django.contrib.auth.models.User.save`, or a method of a receiver that is called on the class."""
        cls, _, method = name.rpartition(".")
        return bool(cls) and self.catalogue.method(self.names.library, cls, method)

    def _is_method(self, member: Member, step: Step) -> bool:
        """Whether `member` is a method, so that taking it is no look at what a client or a query has or is."""
        found = self._of_receiver(member, step)
        if found is None or found[0] is not How.CALL:
            return False
        listed = self.catalogue.lists(self.names.library, member.base, member.name)
        return listed or found[2] is not Confidence.CERTAIN or bool(_DEED.match(member.name))

    def _of_receiver(self, member: Member, step: Step) -> _Found | None:
        return (
            self._member(member.base, member.name)
            or self._related(member, step)
            or self._told_by_manager_only(member, step)
        )

    def _member(self, base: str, name: str) -> _Found | None:
        library = self.names.library
        if self.catalogue.method(library, base, name):
            return How.CALL, f"{base}.{name}", Confidence.CERTAIN
        if self.catalogue.undescribed(base) and name in self.catalogue.verbs and not self._is_of_answer(base, name):
            return How.CALL, f"{base}.{name}", Confidence.CERTAIN
        if self.catalogue.builds(library.canonical(base)):
            return How.BUILD, f"{base}.{name}", Confidence.CERTAIN
        return None

    def _told_by_manager_only(self, member: Member, step: Step) -> _Found | None:
        """A method that no library has, of a manager whose class is not seen: `LogEntry.objects.log_create()`."""
        match member.receiver:
            case Instance(of=Outside(name=name)) if name.endswith("Manager") and self.catalogue.receiver(
                self.names.library, name
            ):
                is_own = step.call and not member.name.startswith("_") and name == member.base
                if is_own and not self.catalogue.is_inert(self.names.library, name, member.name):
                    return How.CALL, dotted(member), Confidence.LIKELY
        return None

    def _is_of_answer(self, base: str, name: str) -> bool:
        """Whether `name` is asked of the mapping or list that a call has given: `client.fetch().get("files")`."""
        calls = ((call[1], base[: call.end(1)]) for call in _CALLED.finditer(base))
        return name in _OF_ANSWERS and any(
            verb in self.catalogue.verbs and not self.catalogue.is_call(path) for verb, path in calls
        )

    def _related(self, member: Member, step: Step) -> _Found | None:
        """What is asked of the other side of a relation, or of a manager that a class from outside has added."""
        cls, _, relation = member.base.rpartition(".")
        if member.name not in _OF_RELATIONS or "(" in member.base or relation.startswith("_"):
            return None
        if self.catalogue.model(self.names.library, member.base):
            return None  # the model itself is asked
        if member.name in _BY_KEYWORDS and step.call and step.call.args:
            return None
        if member.name == "get" and step.call and step.call.args and isinstance(step.call.args[0], ast.Constant):
            return None  # `order.extra.get("color")` is about a mapping
        is_far = member.name not in _OF_DATA and self._model_bases(member.receiver)
        is_model = is_far or self.catalogue.model(self.names.library, cls)
        return (How.CALL, dotted(member), Confidence.LIKELY) if is_model else None

    def _method(self, cls: Outside | OwnClass, name: str) -> bool:
        return isinstance(cls, Outside) and self.catalogue.method(self.names.library, cls.name, name)

    def _stores(self, method: OwnFunction, receiver: Instance | OwnClass) -> bool:
        """Whether `method`, which the project has written, is how its models are stored: `save` of a mixin, say."""
        name = method.name.rpartition(".")[2]
        if not _ACTIVE.match(name):
            return False
        if not (bases := self._model_bases(receiver)):
            return self._writes_row(name, receiver) and self._touches(method)
        return any(self.catalogue.method(self.names.library, base, name) for base in bases) or self._touches(method)

    def _writes_row(self, name: str, receiver: Instance | OwnClass) -> bool:
        """Whether what `receiver` derives from writes a row of a model by that method: `save` of a form of a model.

        What else is derived from a client is a door to it, so its own methods are not the client's.
        """
        cls = receiver.of if isinstance(receiver, Instance) else receiver
        lineage = self.names.lineage(cls) if isinstance(cls, OwnClass) else ()
        bases = (base.name for base in lineage if isinstance(base, Outside))
        results = (self.names.library.result(f"{base}.{name}") for base in bases if self._method(Outside(base), name))
        return any(result.startswith("self.Meta.") for result in results)

    def _touches(self, function: OwnFunction) -> bool:
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
        for inner in scope.everything():
            for chain in inner.chains:
                yield any(step.call and self._called(step, chain.at) for step in chain.steps)

    def _model_bases(self, owner: Value) -> tuple[str, ...]:
        """The classes from outside that make `owner` a model."""
        match owner:
            case Instance(of=cls):
                return self._model_bases(cls)
            case OwnClass():
                lineage = self.names.lineage(owner)
                return tuple(base.name for base in lineage if isinstance(base, Outside) and self._is_model(base))
            case Outside(name=name) if self._is_model(owner):
                return (name,)
        return ()

    def _is_model(self, cls: Outside) -> bool:
        return self.catalogue.model(self.names.library, cls.name)

    def _named(self, step: Step, at: Position) -> _Found | None:
        """An attribute that is taken, and not called."""
        if not self._may_be_told(step.name):
            return None
        values = self.names.value(step.node, at)
        taken = [value for value in values if isinstance(value, Member) and self._is_method(value, step)]
        if taken and step.last:
            return How.TAKE, dotted(taken[0]), Confidence.CERTAIN
        if any(map(self._asks, values)):
            return self._query(step, at)
        is_known = any(not self._is_vague(value) for value in values)
        if step.last and not is_known and (values or not (step.owner and self.names.value(step.owner, at))):
            guessed = self._guessed(step, at)
            return (How.TAKE, *guessed[1:]) if guessed else None
        return None

    @remembering
    def _may_be_told(self, name: str) -> bool:
        """Whether anything can be told of an attribute of that name that is not called."""
        named = name in self.catalogue.verbs or name in _OF_RELATIONS or name in self.telling
        return self.guessing or self.catalogue.has_models or named or bool(_DEED.match(name))

    def _query(self, step: Step, at: Position) -> _Found | None:
        every = self.names.value(step.owner, at) if step.owner else ()
        owners = [owner for owner in every if self._model_bases(owner) and not self._computes(owner, step.name)]
        return (How.QUERY, f"{dotted(owners[0])}.{step.name}", Confidence.CERTAIN) if owners else None

    def _computes(self, owner: Value, name: str) -> bool:
        """Whether the project has written what `owner.name` gives: a property is as good as a method."""
        cls = owner.of if isinstance(owner, Instance) else owner
        found = self.names.definition(cls, name) if isinstance(cls, OwnClass) else None
        return found is not None and any(binding.how is Origin.DEFINED for binding in found[1])

    def _asks(self, value: Value) -> bool:
        """Whether `value` is a manager or a query."""
        match value:
            case Instance(of=Outside(name=name)):
                known = self.catalogue.receiver(self.names.library, name)
                return known and name.endswith(("Manager", "QuerySet", "Query"))
            case Instance(of=OwnClass() as cls):
                return any(self._asks(Instance(base)) for base in self.names.lineage(cls) if isinstance(base, Outside))
        return False

    def _guessed(self, step: Step, at: Position) -> _Found | None:
        if step.call and step.owner_name and step.name in self.telling:
            return How.CALL, f"{step.owner_name}.{step.name}", Confidence.LIKELY
        if not self.guessing or not step.owner_name:
            return None
        confidence = guess(self._aliased(step, at)) or (Confidence.LIKELY if _is_of_manager(step) else None)
        if step.name in OF_QUERIES and self._is_guessed_query(step.owner, at):
            confidence = Confidence.LIKELY
        if confidence is Confidence.POSSIBLE and step.owner_path in self._told_owners(at.scope):
            confidence = Confidence.LIKELY
        return (How.CALL, f"{step.owner_name}.{step.name}", confidence) if confidence else None

    def _aliased(self, step: Step, at: Position) -> Step:
        """`step` with `request.session` for the name that it was given to: a visitor's session goes by any name."""
        origins = self.names.origins(step.owner.id, at) if isinstance(step.owner, ast.Name) else ()
        match origins:
            case [Binding(how=Origin.ASSIGNED, node=ast.Attribute(attr="session") as node, path=())]:
                return Step(step.node, step.call, step.name, node, step.last)
        return step

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
            if self._begun.get(id(found)) or any(guess(step) is Confidence.LIKELY for step in asking):
                self._begun[id(binding)] = True
            waiting += (other for step in asking for other in self._assigned_calls(step.owner, found.at))
        if not waiting and id(binding) not in self._begun:
            self._begun.update(dict.fromkeys(seen, False))
        return self._begun.get(id(binding), False)

    def _assigned_calls(self, node: ast.expr | None, at: Position) -> Iterator[Binding]:
        """Where the name `node` is given what a call gives."""
        for origin in self.names.origins(node.id, at) if isinstance(node, ast.Name) else ():
            match origin:
                case Binding(how=Origin.ASSIGNED, node=ast.Call(), path=()):
                    yield origin

    def _told_owners(self, scope: Scope) -> frozenset[tuple[str, ...]]:
        """What `scope` does something with that only a database does: `session.commit()` tells of `session.get`."""
        if id(scope) not in self._told:
            steps = (step for chain in scope.chains for step in chain.steps if step.call)
            self._told[id(scope)] = frozenset(step.owner_path for step in steps if guess(step) is Confidence.LIKELY)
        return self._told[id(scope)]


def _asking(node: ast.AST) -> list[Step]:
    """The calls in `node` that make or narrow a query; none if one of them ends it."""
    calls = [step for step in steps(links(node)) if step.call] if isinstance(node, ast.expr) else []
    if not ENDING_QUERIES.isdisjoint(step.name for step in calls):
        return []
    return [step for step in calls if step.name in OF_QUERIES | {"query"}]


def _is_of_manager(step: Step) -> bool:
    """Whether it is a method with a name of its own, of the `objects` of a class: `LogEntry.objects.log_create()`."""
    owner, cls, *_ = (*step.owner_path, "", "")
    is_manager = owner == "objects" and cls[:1].isupper() and not cls.isupper()
    return is_manager and step.call is not None and step.name not in _OF_ANSWERS and not step.name.startswith("_")
