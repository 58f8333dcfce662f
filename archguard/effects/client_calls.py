"""Find the client calls of a module: calls, references to methods, queries that are built or started.

How it works: for each access path of each scope, infer the type of the callee and match it against the catalogue.
Functions that are passed as arguments count as well, because something else calls them: `to_thread(requests.get, url)`.
If the type is unknown and `use_heuristics` is set, the names of the method and its owner decide (`heuristics.score`).

Limits: a method of the project's own models counts only if its name suggests persistence, and its body uses a client
or its base class has the same method in the catalogue; other methods of the project are reported at their own calls.

Cost: one type inference per call; attributes that are not called are inferred only if their name can match.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from enum import StrEnum
from typing import TypeAlias

from archguard.codebase import Source, memoized
from archguard.codebase.scopes.access_paths import Access, accesses_in, path_nodes
from archguard.codebase.scopes.scopes import AccessPath, Binding, Position, Scope
from archguard.codebase.scopes.scopes import BindingKind as Origin
from archguard.dataclass import dataclass
from archguard.effects.catalogue.catalogue import Catalogue, is_unknown_library
from archguard.effects.catalogue.conventions import load_conventions
from archguard.effects.heuristics import NON_DATABASE_OWNER, QUERY_METHODS, TERMINAL_QUERY_METHODS, score
from archguard.effects.references import References, elements
from archguard.incremental.dependencies import Frame
from archguard.model import Confidence, Location
from archguard.model.names import last_part, plain_name, split_last
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
    qualified_name,
)
from archguard.semantics.recorded import recorded

_MODELS = load_conventions().models
_NAMES = load_conventions().calls
_QUERY_CLASS_SUFFIXES = tuple(load_conventions().queries.class_suffixes)


def _first_word(verbs: frozenset[str], optional_prefix: str = "") -> re.Pattern[str]:
    """Matches names whose first word is one of `verbs`."""
    return re.compile(rf"{optional_prefix}(?:{'|'.join(sorted(verbs))})(?:_|$)")


_PERSISTENCE_METHOD = _first_word(_MODELS.persistence_verbs, "(?:soft_)?")
_ACTION_NAME = _first_word(_NAMES.action_verbs)
_INSPECTS_ARGUMENT = re.compile(
    rf"(?:{'|'.join(map(re.escape, sorted(_NAMES.inspecting_functions)))})$"
    rf"|(?!builtins\.(?:{'|'.join(sorted(_NAMES.calling_builtins))})$)"
    rf"(?:{'|'.join(map(re.escape, sorted(_NAMES.inspecting_modules)))})\."
)
"""Callees that inspect or wrap a function argument without calling it."""
_CALL_SEGMENT = re.compile(r"\.(\w+)\(\)")
_DYNAMIC_ATTRIBUTE = InstanceType(ExternalSymbol("builtins.getattr"))
"""The type of `getattr(owner, name)` if the name is not known."""
_ATTRIBUTE_PATH = re.compile(r"\.[A-Z]\w*\.\w+\.\w")
"""A path from a class through its attributes: `starlette.requests.Request.app.state.pool.acquire`."""


def is_verb(name: str, known: Catalogue) -> bool:
    """Whether a call of something in the catalogue `known`, or of a model, can have the last name `name`."""
    return (
        not known.words.isdisjoint({name, "*"})
        or name in _MODELS.relation_methods
        or bool(_PERSISTENCE_METHOD.match(name))
    )


class CallKind(StrEnum):
    """How code uses a client."""

    CALL = "call"
    BUILD = "build"
    """A query is built and not yet executed."""
    TAKE = "take"
    """A method is referenced and not called: `run = session.execute`."""
    QUERY = "query"
    """A manager or query of a model is accessed: `Order.objects`, `Order.query`."""


_Match: TypeAlias = tuple[CallKind, str, Confidence]


@dataclass(frozen=True)
class ClientCall:
    """A use of a client at `location`."""

    kind: CallKind
    symbol: str
    """The qualified name of what is used: `sqlalchemy.orm.Session.execute`."""
    location: Location
    confidence: Confidence
    path: AccessPath = field(compare=False, repr=False)
    access: Access = field(compare=False, repr=False)

    @property
    def verb(self) -> str:
        """The last part of `symbol`: `execute`."""
        return last_part(self.symbol)

    @property
    def creates_instance(self) -> bool:
        """Whether a class is called, judged by its name: `httpx.Client`."""
        return self.verb[:1].isupper()


@dataclass(frozen=True)
class ClientCallFinder:
    """Finds the uses of what `catalogue` lists."""

    model: SemanticModel
    catalogue: Catalogue
    use_heuristics: bool = False
    """Whether the names decide where the type of a receiver is unknown."""
    unambiguous: frozenset[str] = frozenset()
    """Methods whose name alone identifies a client: `basic_ack`."""
    _client_use_memo: dict[int, tuple[bool, Frame]] = field(default_factory=dict)
    _in_progress: dict[int, Frame] = field(default_factory=dict)
    _query_binding_memo: dict[int, tuple[bool, Frame]] = field(default_factory=dict)

    def of(self, source: Source) -> Iterator[ClientCall]:
        """Yield every use in `source`; one access path can yield several."""
        for scope in self.model.scope(source.module).walk():
            yield from self._in_scope(scope, source)

    def _in_scope(self, scope: Scope, source: Source) -> Iterator[ClientCall]:
        references = self._references(scope.module)
        calls = (access.call for path in scope.access_paths for access in path.accesses if access.call)
        passed = {id(call): [node for node in elements(call) if references.may_be(node)] for call in calls}
        passed_on = {id(node) for nodes in passed.values() for node in nodes}
        decorators = {id(node) for child in scope.children for node in getattr(child.node, "decorator_list", ())}
        for path in scope.access_paths:
            for access in path.accesses:
                found = self._match_call(access, path.at) if access.call else self._match_attribute(access, path.at)
                if id(access.node) in decorators:
                    found = found or self._match_decorator(access, path.at)
                if found:
                    kind, symbol, confidence = found
                    yield ClientCall(kind, symbol, source.location(access.node), confidence, path, access)
                arguments = passed[id(access.call)] if access.call else ()
                if arguments and not (access.last and id(access.call) in passed_on):
                    yield from self._passed_functions(access, arguments, path, source)

    def _passed_functions(
        self, access: Access, passed: Sequence[ast.expr], path: AccessPath, source: Source
    ) -> Iterator[ClientCall]:
        """Client functions that a call is `passed`, which calls them: `asyncio.to_thread(requests.get, url)`."""
        callees = self.model.infer(access.callee, path.at)
        if any(_INSPECTS_ARGUMENT.match(qualified_name(callee)) for callee in callees):
            return
        for node in passed:
            for symbol in self._client_functions(node, path.at):
                wrapper = (
                    accesses_in(path_nodes(node))[-1]
                    if isinstance(node, ast.Call)
                    else self._wrapping_access(access, symbol, path.at)
                )
                yield ClientCall(CallKind.TAKE, symbol, source.location(node), Confidence.CERTAIN, path, wrapper)
                break

    def _client_functions(self, node: ast.expr, at: Position) -> Iterator[str]:
        """The client functions, without classes, that `node` can resolve to."""
        for value in self.model.infer(node, at):
            found = self._match_function(value.name) if isinstance(value, ExternalSymbol) else None
            if found and found[0] is CallKind.CALL and not last_part(found[1])[:1].isupper():
                yield found[1]

    def _wrapping_access(self, access: Access, symbol: str, at: Position) -> Access:
        """`access`, without its call if that returns the same function.

        The arguments of a `partial` are only some of those of the later call, so they are not checked as such.
        """
        is_same = symbol in self._client_functions(access.node, at)
        return Access(access.node, None, access.name, access.owner, access.last) if is_same else access

    @recorded
    def _references(self, module: Scope) -> References:
        """The names in `module` that may refer to a client function."""
        return References.of(module, self.catalogue.function_words, self.model.resolver)

    def _match_call(self, access: Access, at: Position) -> _Match | None:
        callees = self.model.infer(access.callee, at)
        if (
            access.owner is None
            and callees
            and isinstance(callees[0], ExternalMember)
            and is_method_alias(self.model, access.name, at)
        ):
            return None  # reported where the method is referenced
        if chosen := self._match_dynamic(access.callee, callees, at):
            return chosen
        for callee in callees:
            if found := self.match(callee, access):
                kind, symbol, confidence = found
                return kind, symbol, Confidence.POSSIBLE if self.may_be_container(callees) else confidence
        # The type is known, and it is no client: names must not outvote it.
        if any(not self._is_imprecise(callee) for callee in callees):
            return None
        # The receiver is known, and has no such attribute as far as its models tell.
        if not callees and access.owner and self.model.infer(access.owner, at):
            return None
        return self._match_heuristic(access, at)

    def _match_decorator(self, access: Access, at: Position) -> _Match | None:
        """A client function that is applied as a decorator: `@transaction.atomic`."""
        names = (value.name for value in self.model.infer(access.node, at) if isinstance(value, ExternalSymbol))
        return next(filter(None, map(self._match_function, names)), None)

    def _match_dynamic(self, node: ast.expr, callees: Types, at: Position) -> _Match | None:
        """A function or method that is selected at run time: `getattr(requests, method)(url)`."""
        match node:
            case ast.Call(func=ast.Name(id="getattr"), args=[owner, name, *_]) if not isinstance(name, ast.Constant):
                names = (
                    qualified_name(value) for value in self.model.infer(owner, at) if self._has_client_methods(value)
                )
                return next(((CallKind.CALL, f"{name}.*", Confidence.LIKELY) for name in names), None)
            case ast.Name(id=name) if _DYNAMIC_ATTRIBUTE in callees:
                bindings = (origin for origin in self.model.resolve(name, at) if isinstance(origin, Binding))
                chosen = (
                    self._match_dynamic(found.node, (), found.at)
                    for found in bindings
                    if isinstance(found.node, ast.Call)
                )
                return next(filter(None, chosen), None)
        return None

    def _has_client_methods(self, value: Type) -> bool:
        """Whether `value` is the module of a client, or an instance with methods in the catalogue."""
        match value:
            case ExternalSymbol(name=name):
                return name in self.catalogue.modules
            case InstanceType(of=ExternalSymbol(name=name)):
                return self.catalogue.receiver(self.model.library, name)
        return False

    def _is_imprecise(self, callee: Type) -> bool:
        """Whether the inferred type says only where the callee comes from: `request.app.state.pool.fetch`.

        Such a type does not rule out a client, so the heuristics still apply.
        """
        if (
            isinstance(callee, ExternalMember)
            and is_unknown_library(callee.base)
            and not NON_DATABASE_OWNER.search(callee.base.lower())
        ):
            return not isinstance(callee.receiver, ClassType) and not isinstance(callee.receiver.of, ClassType)
        match callee:
            case ExternalMember(receiver=InstanceType(of=cls), base=base):
                is_attribute_path = base != cls.name or bool(_ATTRIBUTE_PATH.search(base.partition("(")[0]))
                return is_attribute_path and not isinstance(cls, ClassType)
            case ExternalSymbol(name=name):
                return name.count(".") > 1 and not self.catalogue.imported(name) and last_part(name).islower()
        return False

    def match(self, callee: Type, access: Access) -> _Match | None:
        """The kind, the qualified name and the confidence of the use that a call of `callee` is; None if it is none."""
        match callee:
            case ExternalSymbol(name=name):
                return self._match_function(name)
            case InstanceType(of=cls) if self._is_catalogue_method(cls, "__call__"):
                return CallKind.CALL, f"{cls.name}.__call__", Confidence.CERTAIN
            case ExternalMember():
                return self._match_receiver(callee, access)
            case FunctionType(receiver=receiver) if receiver and self._is_persistence_method(callee, receiver):
                return CallKind.CALL, callee.name, Confidence.CERTAIN
            case FunctionType() | ClassType() if listed := self.listed_name(callee):
                return CallKind.CALL, listed, Confidence.CERTAIN
        return None

    def may_be_container(self, callees: Types) -> bool:
        """Whether one of `callees` is a method of a built-in mapping or list: `get` of a dict, or of a client.

        A method that those do not have tells that the receiver is none.
        """
        return any(
            isinstance(callee, ExternalMember)
            and callee.base.startswith("builtins.")
            and callee.name in _NAMES.container_methods
            for callee in callees
        )

    def listed_name(self, callee: FunctionType | ClassType) -> str:
        """The name under which a contract lists `callee`, which the project defines, as a client; "" if none does."""
        if not self.catalogue.definition_modules:
            return ""
        name = plain_name(callee.name)
        if self.catalogue.is_own_call(name):
            return name
        receiver = callee.receiver if isinstance(callee, FunctionType) else None
        cls = receiver.of if isinstance(receiver, InstanceType) else receiver
        if not isinstance(cls, ClassType):
            return ""
        method = last_part(name)
        bases = (base for base in self._listed_bases(cls) if self.catalogue.is_own_method(base, method))
        return next((f"{base}.{method}" for base in bases), "")

    @recorded
    def _listed_bases(self, cls: ClassType) -> tuple[str, ...]:
        """The classes in the method resolution order of `cls` of which the catalogue lists methods."""
        names = (plain_name(base.name) for base in self.model.mro(cls))
        return tuple(filter(self.catalogue.has_own_methods, names))

    def _match_function(self, name: str) -> _Match | None:
        canonical = self.model.library.canonical(name)
        if self.catalogue.builds(canonical):
            return CallKind.BUILD, canonical, Confidence.CERTAIN
        if self.catalogue.is_call(canonical) or self._is_class_method(canonical):
            return CallKind.CALL, canonical, Confidence.CERTAIN
        return None

    def _is_class_method(self, name: str) -> bool:
        """Whether `name` is a client method that is called on its class: `django.contrib.auth.models.User.save`."""
        cls, method = split_last(name)
        return bool(cls) and self.catalogue.method(self.model.library, cls, method)

    def _is_client_method(self, member: ExternalMember, access: Access) -> bool:
        """Whether `member` is a client method rather than a plain attribute of a client or query."""
        found = self._match_receiver(member, access)
        if found is None or found[0] is not CallKind.CALL:
            return False
        listed = self.catalogue.lists(self.model.library, member.base, member.name)
        return listed or found[2] is not Confidence.CERTAIN or bool(_ACTION_NAME.match(member.name))

    def _match_receiver(self, member: ExternalMember, access: Access) -> _Match | None:
        return (
            self._match_member(member.base, member.name)
            or self._match_relation(member, access)
            or self._match_custom_manager(member, access)
        )

    def _match_member(self, base: str, name: str) -> _Match | None:
        library = self.model.library
        if self.catalogue.method(library, base, name):
            return CallKind.CALL, f"{base}.{name}", Confidence.CERTAIN
        if (
            self.catalogue.undescribed(base)
            and name in self.catalogue.verbs
            and not self._is_container_method(base, name)
        ):
            return CallKind.CALL, f"{base}.{name}", Confidence.CERTAIN
        if self.catalogue.builds(library.canonical(base)):
            return CallKind.BUILD, f"{base}.{name}", Confidence.CERTAIN
        return None

    def _match_custom_manager(self, member: ExternalMember, access: Access) -> _Match | None:
        """A custom method of a manager whose class is not in the project: `LogEntry.objects.log_create()`."""
        match member.receiver:
            case InstanceType(of=ExternalSymbol(name=name)) if name.endswith("Manager") and self.catalogue.receiver(
                self.model.library, name
            ):
                is_own_method = access.call and not member.name.startswith("_") and name == member.base
                if is_own_method and not self.catalogue.is_excluded(self.model.library, name, member.name):
                    return CallKind.CALL, qualified_name(member), Confidence.LIKELY
        return None

    def _is_container_method(self, base: str, name: str) -> bool:
        """Whether `name` is a method of a mapping or list that a client returned: `client.fetch().get("files")`."""
        calls = ((call[1], base[: call.end(1)]) for call in _CALL_SEGMENT.finditer(base))
        return name in _NAMES.container_methods and any(
            verb in self.catalogue.verbs and not self.catalogue.is_call(path) for verb, path in calls
        )

    def _match_relation(self, member: ExternalMember, access: Access) -> _Match | None:
        """A method of a relation, or of a manager that an external base class defines."""
        cls, relation = split_last(member.base)
        if member.name not in _MODELS.relation_methods or "(" in member.base or relation.startswith("_"):
            return None
        if self.catalogue.model(self.model.library, member.base):
            return None  # a method of the model itself, not of a relation
        if member.name in _MODELS.keyword_only_methods and access.call and access.call.args:
            return None
        if member.name == "get" and access.call and _gets_item(access.call):
            return None  # a method of a mapping
        is_model_attribute = member.name not in _MODELS.ambiguous_methods and self._model_bases(member.receiver)
        is_model = is_model_attribute or self.catalogue.model(self.model.library, cls)
        return (CallKind.CALL, qualified_name(member), Confidence.LIKELY) if is_model else None

    def _is_catalogue_method(self, cls: ExternalSymbol | ClassType, name: str) -> bool:
        return isinstance(cls, ExternalSymbol) and self.catalogue.method(self.model.library, cls.name, name)

    def _is_persistence_method(self, method: FunctionType, receiver: InstanceType | ClassType) -> bool:
        """Whether `method`, defined by the project, persists a model: the `save` of a mixin, for example."""
        name = last_part(method.name)
        if not _PERSISTENCE_METHOD.match(name):
            return False
        if not (bases := self._model_bases(receiver)):
            return self._writes_row(name, receiver) and self._uses_client(method)
        return any(self.catalogue.method(self.model.library, base, name) for base in bases) or self._uses_client(method)

    def _writes_row(self, name: str, receiver: InstanceType | ClassType) -> bool:
        """Whether a base class of `receiver` writes a row of a model by this method: `save` of a model form.

        Other subclasses of a client encapsulate it, so the methods that they define are not methods of the client.
        """
        cls = receiver.of if isinstance(receiver, InstanceType) else receiver
        ancestors = self.model.mro(cls) if isinstance(cls, ClassType) else ()
        bases = (base.name for base in ancestors if isinstance(base, ExternalSymbol))
        results = (
            self.model.library.result(f"{base}.{name}")
            for base in bases
            if self._is_catalogue_method(ExternalSymbol(base), name)
        )
        return any(result.startswith("self.Meta.") for result in results)

    def _uses_client(self, function: FunctionType) -> bool:
        """Whether `function` uses a client, directly or by a method of a model that it calls.

        A recursive call counts as "does not" while its function is in progress. So a negative result is final only for
        the outermost function, and then for all that were visited: none of them is memoized as negative earlier.
        """
        key, recorder = id(function.scope), self.model.files.recorder
        if key in self._client_use_memo:
            known, frame = self._client_use_memo[key]
            recorder.use(frame)
            return known
        # Recursion: the answer of the outermost call decides for all that are under way.
        if key in self._in_progress:
            recorder.use_open(self._in_progress[key])
            return False
        is_first = not self._in_progress
        with recorder.computation() as frame:
            self._in_progress[key] = frame
            found = any(self._client_calls_in(function.scope))
        if found:
            self._client_use_memo[key] = True, frame
        elif is_first:
            # None that was visited uses a client, or the outermost would have found it; they all depend on what it has
            # read.
            self._client_use_memo.update((visited, (False, frame)) for visited in self._in_progress)
        if is_first:
            self._in_progress.clear()
        return found

    def _client_calls_in(self, scope: Scope) -> Iterator[bool]:
        for inner in scope.walk():
            for path in inner.access_paths:
                yield any(access.call and self._match_call(access, path.at) for access in path.accesses)

    def _model_bases(self, owner: Type) -> tuple[str, ...]:
        """The external base classes that make `owner` a model."""
        match owner:
            case InstanceType(of=cls):
                return self._model_bases(cls)
            case ClassType():
                ancestors = self.model.mro(owner)
                return tuple(
                    base.name for base in ancestors if isinstance(base, ExternalSymbol) and self._is_model(base)
                )
            case ExternalSymbol(name=name) if self._is_model(owner):
                return (name,)
        return ()

    def _is_model(self, cls: ExternalSymbol) -> bool:
        return self.catalogue.model(self.model.library, cls.name)

    def _match_attribute(self, access: Access, at: Position) -> _Match | None:
        """Match an attribute that is not called."""
        if not self._may_match_attribute(access.name):
            return None
        values = self.model.infer(access.node, at)
        methods = [
            value for value in values if isinstance(value, ExternalMember) and self._is_client_method(value, access)
        ]
        if methods and access.last:
            return CallKind.TAKE, qualified_name(methods[0]), Confidence.CERTAIN
        if any(map(self._is_manager_or_query, values)):
            return self._match_query(access, at)
        is_known = any(not self._is_imprecise(value) for value in values)
        if access.last and not is_known and (values or not (access.owner and self.model.infer(access.owner, at))):
            guessed = self._match_heuristic(access, at)
            return (CallKind.TAKE, *guessed[1:]) if guessed else None
        return None

    @memoized
    def _may_match_attribute(self, name: str) -> bool:
        """Whether an attribute of this name that is not called can match; avoids an inference for most attributes."""
        named = name in self.catalogue.verbs or name in _MODELS.relation_methods or name in self.unambiguous
        return self.use_heuristics or self.catalogue.has_models or named or bool(_ACTION_NAME.match(name))

    def _match_query(self, access: Access, at: Position) -> _Match | None:
        owner_types = self.model.infer(access.owner, at) if access.owner else ()
        owners = [
            owner
            for owner in owner_types
            if self._model_bases(owner) and not self._is_defined_in_project(owner, access.name)
        ]
        return (CallKind.QUERY, f"{qualified_name(owners[0])}.{access.name}", Confidence.CERTAIN) if owners else None

    def _is_defined_in_project(self, owner: Type, name: str) -> bool:
        """Whether the project defines `owner.name` by a function: a property encapsulates a client like a method."""
        cls = owner.of if isinstance(owner, InstanceType) else owner
        found = self.model.definition(cls, name) if isinstance(cls, ClassType) else None
        return found is not None and any(binding.kind is Origin.DEFINED for binding in found[1])

    def _is_manager_or_query(self, value: Type) -> bool:
        """Whether `value` is an instance of a manager or query class."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name)):
                known = self.catalogue.receiver(self.model.library, name)
                return known and name.endswith(_QUERY_CLASS_SUFFIXES)
            case InstanceType(of=ClassType() as cls):
                return any(
                    self._is_manager_or_query(InstanceType(base))
                    for base in self.model.mro(cls)
                    if isinstance(base, ExternalSymbol)
                )
        return False

    def _match_heuristic(self, access: Access, at: Position) -> _Match | None:
        if access.call and access.owner_name and access.name in self.unambiguous:
            return CallKind.CALL, f"{access.owner_name}.{access.name}", Confidence.LIKELY
        if not self.use_heuristics or not access.owner_name:
            return None
        confidence = score(self._resolve_session_alias(access, at)) or (
            Confidence.LIKELY if _is_manager_call(access) else None
        )
        if access.name in QUERY_METHODS and self._is_likely_query(access.owner, at):
            confidence = Confidence.LIKELY
        if confidence is Confidence.POSSIBLE and access.owner_path in self._likely_owners(at.scope):
            confidence = Confidence.LIKELY
        return (CallKind.CALL, f"{access.owner_name}.{access.name}", confidence) if confidence else None

    def _resolve_session_alias(self, access: Access, at: Position) -> Access:
        """`access` with its owner replaced by `request.session` if it is an alias of that.

        The session of a web request is no database session, whatever the alias is called.
        """
        origins = self.model.resolve(access.owner.id, at) if isinstance(access.owner, ast.Name) else ()
        match origins:
            case [Binding(kind=Origin.ASSIGNED, node=ast.Attribute(attr="session") as node, path=())]:
                # `session = request.session` in a view, and then `session.get(...)`: scored as `request.session.get`.
                return Access(access.node, access.call, access.name, node, access.last)
        return access

    def _is_likely_query(self, node: ast.expr | None, at: Position) -> bool:
        """Whether `node` is a name bound to a likely query: `orders = db.query(Order)`."""
        return any(self._is_query_binding(binding) for binding in self._assigned_calls(node, at))

    def _is_query_binding(self, binding: Binding) -> bool:
        """Whether `binding` binds a likely query, also one refined over several statements; memoized per binding."""
        recorder = self.model.files.recorder
        with recorder.computation() as frame:
            seen, waiting, is_query = set[int](), [binding], False
            while waiting and not is_query:
                found = waiting.pop()
                known, known_frame = self._query_binding_memo.get(id(found), (None, Frame()))
                recorder.use(known_frame)
                if id(found) in seen or known is False:
                    continue
                seen.add(id(found))
                calls = _query_calls(found.node)
                is_query = known or any(score(access) is Confidence.LIKELY for access in calls)
                waiting += (other for access in calls for other in self._assigned_calls(access.owner, found.at))
        # Whatever leads to a query is one; if there is none, nothing that was visited leads to one.
        self._query_binding_memo.update((key, (is_query, frame)) for key in ([id(binding)] if is_query else seen))
        return is_query

    def _assigned_calls(self, node: ast.expr | None, at: Position) -> Iterator[Binding]:
        """The bindings of the name `node` to the result of a call."""
        for origin in self.model.resolve(node.id, at) if isinstance(node, ast.Name) else ():
            match origin:
                case Binding(kind=Origin.ASSIGNED, node=ast.Call(), path=()):
                    yield origin

    @recorded
    def _likely_owners(self, scope: Scope) -> frozenset[tuple[str, ...]]:
        """The owners with a likely database call in `scope`.

        Their ambiguous calls are likely as well: `session.commit()` is evidence for `session.get()`.
        """
        calls = (access for path in scope.access_paths for access in path.accesses if access.call)
        return frozenset(access.owner_path for access in calls if score(access) is Confidence.LIKELY)


def _gets_item(call: ast.Call) -> bool:
    """Whether the arguments of a call of `get` are a key: `order.extra.get("color")`, `order.extra.get(name, 0)`."""
    match call.args:
        case [ast.Constant()] | [_, _]:
            return True
    return False


def _query_calls(node: ast.AST) -> list[Access]:
    """The calls in `node` that create or refine a query; none if one of them is terminal."""
    calls = [access for access in accesses_in(path_nodes(node)) if access.call] if isinstance(node, ast.expr) else []
    if not TERMINAL_QUERY_METHODS.isdisjoint(access.name for access in calls):
        return []
    return [access for access in calls if access.name in QUERY_METHODS | {"query"}]


def _is_manager_call(access: Access) -> bool:
    """Whether it is a custom method of the `objects` of a class: `LogEntry.objects.log_create()`."""
    owner, cls, *_ = (*access.owner_path, "", "")
    is_manager = owner == "objects" and cls[:1].isupper() and not cls.isupper()
    return (
        is_manager
        and access.call is not None
        and access.name not in _NAMES.container_methods
        and not access.name.startswith("_")
    )
