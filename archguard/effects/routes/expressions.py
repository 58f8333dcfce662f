"""Which objects, elements and arguments an expression evaluates to.

How it works: the semantic model infers types, but two routers have the same type. An `Allocation` is the call that
constructs an object, with the class of `self` that keeps it and the call of the factory that returns it; expressions
are followed to their allocations through names, attributes, returns and arguments at call sites.

Limits: `_MAX_DEPTH` steps for one expression, which also ends cycles; assembly code passes a router through three or
four functions. Arguments by `*args` are not followed, nor dictionaries in local variables under computed keys.

Cost: one pass over the bytes of all files for each name of a function whose parameter holds a router.
"""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import TypeAlias

from archguard.codebase import Codebase, SourceError
from archguard.codebase.facts.executed_nodes import executed_statements
from archguard.codebase.file_results import ANYWHERE
from archguard.codebase.modules.namespace import is_test
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import Binding, BindingKind, Position, Scope, walk
from archguard.dataclass import dataclass
from archguard.effects.catalogue.routes import Family, Places, route_facts
from archguard.effects.routes.hierarchy import Hierarchy
from archguard.effects.routes.route import UNKNOWN_PART
from archguard.model.names import last_part, parent_name, parts_of
from archguard.semantics import (
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    ModuleType,
    SemanticModel,
    Type,
    Types,
)
from archguard.semantics.bindings import attribute_bindings
from archguard.semantics.recorded import recorded

Placed: TypeAlias = tuple[ast.expr, Position]
"""An expression, and where it is evaluated."""

_MAX_DEPTH = 14
_MAX_HELPERS = 3
"""Helpers that pass a router on to each other until one mounts it."""
_SAME_OBJECT = frozenset({"router", "app", "blueprint", "api"})
"""Attributes of an application that stand for it where the project does not define them: `app.router.add_get`."""
_PROPERTIES = frozenset({"property", "cached_property"})
_LISTING = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "cast", "chain"})


@dataclass(frozen=True)
class Allocation:
    """An object that holds routes, by the call that constructs it."""

    call: ast.Call
    at: Position
    cls: str
    """The class of the framework: `fastapi.APIRouter`."""
    family: Family
    project_cls: ClassType | None = None
    """The subclass in the project whose constructor is called."""
    owner: ClassType | None = None
    """The class of the object that keeps it on `self`."""
    factory: ast.Call | None = None
    """The call of the function that constructs and returns it."""
    any_of: ClassType | None = None
    """If given, it stands for every object of this class: `self` in a method of a router class."""

    @property
    def is_application(self) -> bool:
        """Whether it is an application, and not a router that has to be mounted."""
        return self.family.is_application(self.cls)

    @property
    def name(self) -> str:
        """The qualified name of the scope that constructs it."""
        return self.at.scope.name


def served_modules(codebase: Codebase) -> tuple[str, ...]:
    """The modules that can serve requests: all but tests, sorted."""
    return tuple(name for name in sorted(codebase.sources) if not is_test(name))


class Expressions:
    """Follows expressions of a code base."""

    def __init__(self, codebase: Codebase, model: SemanticModel) -> None:
        self.codebase = codebase
        self.model = model
        self.hierarchy = Hierarchy(model)
        self.facts = route_facts()
        self._calls: dict[str, dict[str, list[tuple[ast.Call, Position]]]] = {}
        self._adding = set[tuple[Scope, str]]()

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """The modules that can serve requests: all but tests, sorted."""
        return served_modules(self.codebase)

    # Objects

    def allocations(
        self, node: ast.expr, at: Position, owner: ClassType | None = None, depth: int = _MAX_DEPTH
    ) -> tuple[Allocation, ...]:
        """The objects with routes that `node` can evaluate to; `owner` is the class of `self` there."""
        if depth == 0:
            return ()
        found = self._allocations(node, at, owner, depth - 1)
        return tuple(dict.fromkeys(found))

    def _allocations(  # noqa: C901, PLR0912  # one case for each form of expression
        self, node: ast.expr, at: Position, owner: ClassType | None, depth: int
    ) -> Iterator[Allocation]:
        match node:
            case ast.Call():
                yield from self._of_call(node, at, owner, depth)
            case ast.Name(id=name):
                for origin in self.model.resolve(name, at):
                    if isinstance(origin, Binding):
                        # `self` of another scope is another object.
                        yield from self._of_binding(origin, owner if origin.at.scope is at.scope else None, depth)
            case ast.Attribute():
                yield from self._of_attribute(node, at, owner, depth)
            case ast.Subscript():
                for entry, position in (self.model.mappings.lookup(node, at) or ((), ()))[0]:
                    yield from self.allocations(entry, position, None, depth)
                for entry, position, holder in self._entries(node, at, owner, depth):
                    yield from self.allocations(entry, position, holder, depth)
            case ast.IfExp(body=one, orelse=other):
                yield from self.allocations(one, at, owner, depth)
                yield from self.allocations(other, at, owner, depth)
            case ast.BoolOp(values=values):
                for value in values:
                    yield from self.allocations(value, at, owner, depth)
            case ast.Await(value=value) | ast.NamedExpr(value=value):
                yield from self.allocations(value, at, owner, depth)
            case ast.Constant(value=str(path)) if parent_name(path) in self.codebase.sources:
                # `api.add_router("/orders", "shop.orders.router")`
                for origin in self.model.resolver.resolve_in_module(parent_name(path), last_part(path)):
                    if isinstance(origin, Binding):
                        yield from self._of_binding(origin, None, depth)

    def _entries(
        self, node: ast.Subscript, at: Position, owner: ClassType | None, depth: int
    ) -> Iterator[tuple[ast.expr, Position, ClassType | None]]:
        """What `self.versions[key]` may be, if that is a property or an attribute: the entry of that key, else any."""
        for literal, place, holder in self._dictionaries(node.value, at, owner, depth):
            pairs = [(key, value) for key, value in zip(literal.keys, literal.values, strict=True) if key is not None]
            same = [value for key, value in pairs if ast.unparse(key) == ast.unparse(node.slice)]
            yield from ((value, place, holder) for value in same or [value for _, value in pairs])

    def _dictionaries(
        self, node: ast.expr, at: Position, owner: ClassType | None, depth: int
    ) -> Iterator[tuple[ast.Dict, Position, ClassType | None]]:
        match node:
            case ast.Dict():
                yield node, at, owner
            case ast.Attribute(value=value, attr=attr) if depth:
                for inner in self.types(value, at, owner):
                    cls = inner.of if isinstance(inner, InstanceType) else inner
                    holder = cls if isinstance(cls, ClassType) else None
                    for binding in attribute_bindings(self.model, inner, attr):
                        for found, place in self._results(binding):
                            yield from self._dictionaries(found, place, holder, depth - 1)

    def _results(self, binding: Binding) -> Iterator[Placed]:
        """What a binding is assigned; of a property, what it returns."""
        if binding.kind is BindingKind.DEFINED:
            scope = self.model.files.scope_of(binding.node, binding.at)
            yield from scope.returns if scope else ()
        elif binding.kind is BindingKind.ASSIGNED and isinstance(binding.node, ast.expr):
            yield _unpacked(binding.node, binding.path), binding.at

    def _of_call(self, node: ast.Call, at: Position, owner: ClassType | None, depth: int) -> Iterator[Allocation]:
        if isinstance(node.func, ast.Name) and node.func.id == "cast" and len(node.args) > 1:
            yield from self.allocations(node.args[1], at, owner, depth)
            return
        for value in self.types(node.func, at, owner):
            if allocation := self._constructed(node, at, value):
                yield allocation
            elif isinstance(value, FunctionType):
                yield from self._returned(node, value, depth)

    def _constructed(self, node: ast.Call, at: Position, cls: Type) -> Allocation | None:
        if isinstance(cls, ExternalSymbol) and (family := self.facts.family(cls.name)):
            return Allocation(node, at, cls.name, family)
        if isinstance(cls, ClassType) and (base := self.framework_base(cls)):
            return Allocation(node, at, *base, cls)
        return None

    def framework_base(self, cls: ClassType) -> tuple[str, Family] | None:
        """The base class of a class of the project whose instances hold routes, with the facts on it."""
        for base in self.hierarchy.mro(cls):
            if isinstance(base, ExternalSymbol) and (family := self.facts.family(base.name)):
                return base.name, family
        return None

    def _returned(self, call: ast.Call, function: FunctionType, depth: int) -> Iterator[Allocation]:
        """What a call of `function` returns; objects that it constructs are told apart by the call."""
        receiver = function.receiver.of if isinstance(function.receiver, InstanceType) else function.receiver
        owner = receiver if isinstance(receiver, ClassType) else None
        for node, at in (*function.scope.returns, *function.scope.yields):
            for found in self.allocations(node, at, owner, depth):
                is_own = _is_inside(found.at.scope, function.scope)
                # `make_router()` called twice gives two routers from one constructor call.
                yield replace(found, factory=call) if is_own and not found.owner else found

    def _of_binding(self, binding: Binding, owner: ClassType | None, depth: int) -> Iterator[Allocation]:
        match binding:
            case Binding(kind=BindingKind.PARAMETER):
                for node, at in self.passed(binding):
                    yield from self.allocations(node, at, None, depth)
            case Binding(kind=BindingKind.ITERATED, node=ast.expr() as node):
                for element, at in self.elements(node, binding.at)[0]:
                    yield from self.allocations(_unpacked(element, binding.path), at, None, depth)
            case Binding(kind=BindingKind.ASSIGNED | BindingKind.ENTERED, node=ast.expr() as node):
                yield from self.allocations(_unpacked(node, binding.path), binding.at, owner, depth)

    def _of_attribute(
        self, node: ast.Attribute, at: Position, owner: ClassType | None, depth: int
    ) -> Iterator[Allocation]:
        known = False
        for value in self.types(node.value, at, owner):
            cls = value.of if isinstance(value, InstanceType) else value
            holder = cls if isinstance(cls, ClassType) else None
            for binding in attribute_bindings(self.model, value, node.attr):
                known = True
                if binding.kind is BindingKind.DEFINED:  # a property
                    for result, position in self._results(binding):
                        yield from self.allocations(result, position, holder, depth)
                    continue
                for found in self._of_binding(binding, holder, depth):
                    in_class = holder is not None and found.at.scope.parent is not None
                    yield replace(found, owner=found.owner or holder) if in_class else found
        if not known and node.attr in _SAME_OBJECT:
            yield from self.allocations(node.value, at, owner, depth)
        elif not known:
            for binding in at.scope.module.attributes.get((_name(node.value), node.attr), ()):
                yield from self._of_binding(binding, None, depth)

    def types(self, node: ast.expr, at: Position, owner: ClassType | None = None) -> tuple[Type, ...]:
        """The types of `node`, with `self` as an instance of `owner`."""
        if owner is not None:
            match node:
                case ast.Name(id=name) if name == "self" and _is_inside_class(at.scope):
                    return (InstanceType(owner),)
                case ast.Attribute(value=value, attr=attr):
                    values = self.types(value, at, owner)
                    held = [found for inner in values for found in attribute_types(self.model, inner, attr)]
                    if held:
                        return tuple(dict.fromkeys(held))
        return self.model.infer(node, at)

    # Arguments

    def argument(self, call: ast.Call, at: Position, places: Places, name: str = "") -> Placed | None:
        """The argument that `call` has at one of `places`, also in a dictionary that it unpacks."""
        del name
        for place in places:
            if isinstance(place, int):
                leading = call.args[: place + 1]
                if len(leading) > place and not any(isinstance(item, ast.Starred) for item in leading):
                    return leading[place], at
            elif found := self.keyword(call, at, place):
                return found
        return None

    def keyword(
        self, call: ast.Call, at: Position, name: str, passed: Mapping[str, Placed] = MappingProxyType({})
    ) -> Placed | None:
        """The keyword argument `name` of `call`, also in a dictionary that it unpacks.

        `passed` is what the function around it is called with.
        """
        for keyword in call.keywords:
            if keyword.arg == name:
                return keyword.value, at
        for keyword in call.keywords:
            if keyword.arg is None and (found := self._entry(keyword.value, at, name, passed)):
                return found
        return None

    def _entry(
        self, mapping: ast.expr, at: Position, key: str, passed: Mapping[str, Placed], depth: int = 4
    ) -> Placed | None:
        match mapping:
            case ast.Dict(keys=keys, values=values):
                for name, value in zip(keys, values, strict=True):
                    if isinstance(name, ast.Constant) and name.value == key:
                        return value, at
                unpacked = [value for name, value in zip(keys, values, strict=True) if name is None]
                entries = (self._entry(value, at, key, passed, depth - 1) for value in unpacked if depth)
                return next(filter(None, entries), None)
            case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
                return next(((item.value, at) for item in keywords if item.arg == key), None)
            case ast.Name(id=name) if name in passed and depth:
                return self._entry(*passed[name], key, {}, depth - 1)
            case ast.Name() if depth:
                for binding in self.assigned(mapping, at):
                    if isinstance(binding.node, ast.expr) and (
                        found := self._entry(binding.node, binding.at, key, passed, depth - 1)
                    ):
                        return found
        return None

    def constructor_argument(self, allocation: Allocation, places: Places) -> tuple[Placed, ...]:
        """What the constructor of an object is given, by the call and by `super().__init__` in the project's classes.

        Both count: a class that adds a dependency of its own usually adds it to those that it is given.
        """
        found = self.argument(allocation.call, allocation.at, places)
        calls = self._super_calls(allocation.project_cls) if allocation.project_cls else ()
        inner = [self.argument(call, at, places) for call, at in calls]
        # `super().__init__(dependencies=dependencies)` only passes on what the call has already given.
        own = [placed for placed in inner if placed and not _is_parameter(placed, allocation.project_cls)]
        return (*own, *((found,) if found else ()))

    def _super_calls(self, cls: ClassType) -> Iterator[tuple[ast.Call, Position]]:
        for base in self.hierarchy.mro(cls):
            for scope in base.scope.children if isinstance(base, ClassType) else ():
                if getattr(scope.node, "name", "") == "__init__":
                    for path in scope.access_paths:
                        for access in path.accesses:
                            if access.call and access.name == "__init__":
                                yield access.call, path.at

    def passed(self, parameter: Binding) -> Iterator[Placed]:
        """The arguments that call sites pass for `parameter`, in all modules that can serve requests."""
        function = parameter.at.scope
        for call, at, implicit in self._call_sites(function):
            if found := self._passed_at(function, parameter.name, call, at, implicit):
                yield found
        if function.name.endswith(".__init__") and parameter.name:
            yield from self._passed_by_subclasses(function, parameter.name)

    def sites(self, node: ast.expr, at: Position, depth: int = _MAX_HELPERS) -> Iterator[Mapping[str, Placed]]:
        """If `node` is a parameter of the function around it: what each call site passes, by parameter.

        What a helper passes on to another one is what its own call sites pass. `**options` is a dictionary.
        """
        function = at.scope
        if not isinstance(function.node, ast.FunctionDef | ast.AsyncFunctionDef) or not depth:
            return
        names = _parameter_names(function)
        if not isinstance(node, ast.Name) or node.id not in names or function.node.name == "__init__":
            return
        several, rest = function.node.args.vararg, function.node.args.kwarg
        for call, place, implicit in self._call_sites(function):
            found = {name: self._passed_at(function, name, call, place, implicit) for name in names}
            passed = {name: placed for name, placed in found.items() if placed}
            if several:
                leading = len(function.node.args.posonlyargs) + len(function.node.args.args) - implicit
                passed[several.arg] = (ast.Tuple(call.args[leading:]), place)
            if rest:
                others = [keyword for keyword in call.keywords if keyword.arg not in names]
                passed[rest.arg] = (ast.Call(ast.Name("dict"), [], others), place)
            yield from self._passed_on(passed, passed.get(node.id), depth - 1)

    def _passed_on(
        self, passed: Mapping[str, Placed], receiver: Placed | None, depth: int
    ) -> Iterator[Mapping[str, Placed]]:
        outer = list(self.sites(*receiver, depth)) if receiver else []
        for above in outer:
            yield {name: next(iter(self.substituted(*placed, above)), placed) for name, placed in passed.items()}
        if not outer:
            yield passed

    def returned_calls(self, call: ast.Call, at: Position) -> Iterator[tuple[ast.Call, Position, Mapping[str, Placed]]]:
        """The calls that a function of the project returns, each with what `call` passes for its parameters."""
        for value in self.types(call.func, at):
            if isinstance(value, FunctionType):
                implicit, names = int(value.receiver is not None), _parameter_names(value.scope)
                passed = {name: self._passed_at(value.scope, name, call, at, implicit) for name in names}
                arguments = {name: placed for name, placed in passed.items() if placed}
                yield from (
                    (node, place, arguments) for node, place in value.scope.returns if isinstance(node, ast.Call)
                )

    def rows(self, call: ast.Call, at: Position) -> Iterator[Mapping[str, Placed]]:
        """If `call` stands in a loop over a known list: what each element gives to the names of the loop.

        Nothing if the elements are not all known, or if the call takes names of several loops.
        """
        owner = call.func.value if isinstance(call.func, ast.Attribute) else call.func
        loops = dict[int, Binding]()
        for node in (owner, *call.args, *(keyword.value for keyword in call.keywords)):
            for origin in self.model.resolve(node.id, at) if isinstance(node, ast.Name) else ():
                if isinstance(origin, Binding) and origin.kind is BindingKind.ITERATED:
                    loops[id(origin.node)] = origin
        if len(loops) == 1:
            (loop,) = loops.values()
            yield from self._rows_of(loop, at.scope)

    def _rows_of(self, loop: Binding, scope: Scope) -> Iterator[Mapping[str, Placed]]:
        elements, complete = self._loop_elements(loop.node, loop.at) if isinstance(loop.node, ast.expr) else ([], False)
        bound = [binding for found in scope.bindings.values() for binding in found if binding.node is loop.node]
        is_table = all(_has_path(element, binding.path) for element, _ in elements for binding in bound)
        for element, place in elements if complete and is_table else ():
            yield {binding.name: (_unpacked(element, binding.path), place) for binding in bound}

    def _loop_elements(self, node: ast.expr, at: Position) -> tuple[list[Placed], bool]:
        """The elements that a loop over `node` runs through; pairs for the items of a dictionary."""
        match node:
            case ast.Call(func=ast.Attribute(value=mapping, attr="items"), args=[]):
                found = [mapping, *(binding.node for binding in self.assigned(mapping, at))]
                literals = [literal for literal in found if isinstance(literal, ast.Dict)]
                pairs = zip(literals[0].keys, literals[0].values, strict=True) if len(literals) == 1 else ()
                rows: list[Placed] = [(ast.Tuple([key, value]), at) for key, value in pairs if key is not None]
                return rows, bool(rows) and len(rows) == len(literals[0].keys)
        return self.elements(node, at)

    def substituted(self, node: ast.expr, at: Position, passed: Mapping[str, Placed]) -> list[Placed]:
        """`node`, with a parameter replaced by what is `passed` for it, and an element of one by its elements."""
        if not isinstance(node, ast.Name) or not passed:
            return [(node, at)]
        for origin in self.model.resolve(node.id, at):
            match origin:
                case Binding(kind=BindingKind.PARAMETER | BindingKind.ITERATED, name=name) if name in passed:
                    return [passed[name]]
                case Binding(kind=BindingKind.ITERATED, node=ast.Name(id=name), path=()) if name in passed:
                    return self.elements(*passed[name])[0]
        return [(node, at)]

    def _call_sites(self, function: Scope) -> Iterator[tuple[ast.Call, Position, int]]:
        """The calls of `function`, each with the number of parameters that it passes implicitly."""
        if not isinstance(function.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        *_, outer, name = parts_of(function.name)
        for call, at in self.calls(outer if name == "__init__" else name):
            for callee in self.model.infer(call.func, at):
                if _is_call_of(callee, function):
                    is_bound = isinstance(callee, ClassType) or getattr(callee, "receiver", None) is not None
                    yield call, at, int(is_bound)
                    break

    def _passed_at(self, function: Scope, parameter: str, call: ast.Call, at: Position, implicit: int) -> Placed | None:
        arguments = getattr(function.node, "args", None)
        leading = [item.arg for item in (*arguments.posonlyargs, *arguments.args)] if arguments else []
        places: list[int | str] = [parameter]
        if parameter in leading[implicit:]:
            places.append(leading[implicit:].index(parameter))
        return self.argument(call, at, tuple(places))

    def _passed_by_subclasses(self, function: Scope, name: str) -> Iterator[Placed]:
        """What constructor calls of subclasses pass by the same keyword to an inherited `__init__`."""
        cls = function.parent
        for call, at in self._constructor_calls(cls) if cls else ():
            if found := self.keyword(call, at, name):
                yield found

    def _constructor_calls(self, cls: Scope) -> Iterator[tuple[ast.Call, Position]]:
        name = last_part(cls.name)
        self.model.files.recorder.read((ANYWHERE, Reading.CLASSES, name))
        for module in self.modules:
            if name.encode() in self._content(module):
                self.model.scope(module).read_whole()
                for calls in self._calls_in(module).values():
                    for call, at in calls:
                        for value in self.model.infer(call.func, at) if isinstance(call.func, ast.Name) else ():
                            if isinstance(value, ClassType) and value.scope is not cls and self._inherits(value, cls):
                                yield call, at

    def _inherits(self, cls: ClassType, base: Scope) -> bool:
        return any(isinstance(item, ClassType) and item.scope is base for item in self.hierarchy.mro(cls))

    @recorded
    def calls(self, name: str) -> tuple[tuple[ast.Call, Position], ...]:
        """Every call of something called `name`, in the order of modules."""
        self.model.files.recorder.read((ANYWHERE, Reading.CALLS, name))
        word = f"{name}".encode()
        modules = (module for module in self.modules if word in self._content(module))
        return tuple(call for module in modules for call in self._calls_in(module).get(name, ()))

    def _content(self, module: str) -> bytes:
        try:
            return self.codebase.sources[module].content
        except SourceError:
            return b""

    def _calls_in(self, module: str) -> dict[str, list[tuple[ast.Call, Position]]]:
        if module not in self._calls:
            found: dict[str, list[tuple[ast.Call, Position]]] = {}
            for scope in walk(self.model.scope(module)):  # whoever uses them has recorded it
                for path in scope.contents.access_paths:
                    for access in path.accesses:
                        if access.call and access.name:
                            found.setdefault(access.name, []).append((access.call, path.at))
            self._calls[module] = found
        return self._calls[module]

    # Lists

    def elements(  # noqa: C901, PLR0911, PLR0912  # one case for each form of expression
        self, node: ast.expr, at: Position, owner: ClassType | None = None, depth: int = _MAX_DEPTH
    ) -> tuple[list[Placed], bool]:
        """The elements of the list that `node` evaluates to, and whether these are all.

        A part that cannot be followed is an `ast.Starred` of its expression.
        """
        if depth == 0:
            return [], False
        match node:
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return self._all_elements([self._element(part, at, owner, depth) for part in parts])
            case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
                return self._all_elements([self.elements(side, at, owner, depth - 1) for side in (left, right)])
            case ast.IfExp(body=one, orelse=other):
                return self._all_elements([self.elements(side, at, owner, depth - 1) for side in (one, other)])
            case ast.BoolOp(values=values):
                return self._all_elements([self.elements(value, at, owner, depth - 1) for value in values])
            case ast.Constant(value=None):
                return [], True
            case ast.ListComp(elt=part, generators=[ast.comprehension(iter=source, target=ast.Name(id=name)), *_]):
                # `[router for router in ROUTERS if ...]`: at most the same elements.
                if isinstance(part, ast.Name) and part.id == name:
                    return self.elements(source, at, owner, depth - 1)
                inner = self.model.files.scope_of(node, at)
                return ([(part, inner.end)] if inner else []), False
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in _LISTING and arguments:
                return self.elements(arguments[-1 if name == "cast" else 0], at, owner, depth - 1)
            case ast.Call(func=ast.Attribute(value=inner, attr="copy" | "values")):
                return self.elements(inner, at, owner, depth - 1)
            case ast.Dict(values=values):
                # Routers kept in a dictionary, and mounted in a loop over its values.
                return [(value, at) for value in values], True
            case ast.Call(func=func):
                results = [
                    self.elements(result, position, owner, depth - 1)
                    for value in self.types(func, at, owner)
                    if isinstance(value, FunctionType)
                    for result, position in (*value.scope.returns, *value.scope.yields)
                ]
                return self._all_elements(results) if results else ([(ast.Starred(node), at)], False)
            case ast.Name() | ast.Attribute():
                return self._named_elements(node, at, owner, depth)
        return [(ast.Starred(node), at)], False

    def _element(self, part: ast.expr, at: Position, owner: ClassType | None, depth: int) -> tuple[list[Placed], bool]:
        if isinstance(part, ast.Starred):
            return self.elements(part.value, at, owner, depth - 1)
        return [(part, at)], True

    def _all_elements(self, parts: Iterable[tuple[list[Placed], bool]]) -> tuple[list[Placed], bool]:
        found, complete = list[Placed](), True
        for elements, is_complete in parts:
            found += elements
            complete = complete and is_complete
        return found, complete

    def _named_elements(
        self, node: ast.Name | ast.Attribute, at: Position, owner: ClassType | None, depth: int
    ) -> tuple[list[Placed], bool]:
        bindings = self.assigned(node, at, owner)
        if not bindings:
            return [(ast.Starred(node), at)], False
        parts = list[tuple[list[Placed], bool]]()
        for binding in bindings:
            if binding.kind is BindingKind.PARAMETER:
                given = list(self.passed(binding))
                parts += [self.elements(value, position, None, depth - 1) for value, position in given] or [([], False)]
                if binding.default is not None and not given:
                    parts[-1] = self.elements(binding.default, at, None, depth - 1)
            elif isinstance(binding.node, ast.expr):
                parts.append(self.elements(_unpacked(binding.node, binding.path), binding.at, owner, depth - 1))
                # A list may be extended where it is defined, and where it is imported.
                places = {binding.at.scope.module: binding.at, at.scope.module: at}
                parts += [part for place in places.values() for part in self._added_elements(node, place, owner, depth)]
        return self._all_elements(parts)

    def _added_elements(
        self, node: ast.Name | ast.Attribute, at: Position, owner: ClassType | None, depth: int
    ) -> list[tuple[list[Placed], bool]]:
        """What `x += [...]`, `x.append(...)` and `x.extend(...)` add to a list where it is defined."""
        name = node.id if isinstance(node, ast.Name) else node.attr
        list_of = (at.scope.module, name)
        # What is added may be a list of that name again, to which the same is added: once is enough, and each time
        # would take exponential time.
        if list_of in self._adding:
            return []
        self._adding.add(list_of)
        try:
            added = self._additions(at.scope.module).get(name, ())
            return [self._element(element, position, owner, depth) for element, position in added]
        finally:
            self._adding.discard(list_of)

    @recorded
    def _additions(self, module: Scope) -> dict[str, list[Placed]]:
        found: dict[str, list[Placed]] = {}
        for scope in module.walk():
            for statement in executed_statements(ast.iter_child_nodes(scope.node)):
                if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add | ast.BitOr):
                    # `urlpatterns += more` adds the elements of `more`.
                    added: ast.expr = ast.Starred(statement.value)
                    found.setdefault(_name(statement.target), []).append((added, scope.end))
            for path in scope.access_paths:
                for access in path.accesses:
                    if access.call and access.owner is not None and access.call.args:
                        if access.name in ("append", "insert"):
                            found.setdefault(access.owner_name, []).append((access.call.args[-1], path.at))
                        elif access.name == "extend":
                            found.setdefault(access.owner_name, []).append((ast.Starred(access.call.args[0]), path.at))
        return found

    def assigned(self, node: ast.expr, at: Position, owner: ClassType | None = None) -> list[Binding]:
        """The bindings of the project that a name or an attribute resolves to, but for definitions."""
        match node:
            case ast.Name(id=name):
                found: Sequence[Binding] = [
                    origin for origin in self.model.resolve(name, at) if isinstance(origin, Binding)
                ]
            case ast.Attribute(value=value, attr=attr):
                found = [
                    binding
                    for inner in self.types(value, at, owner)
                    for binding in attribute_bindings(self.model, inner, attr)
                ]
            case _:
                found = []
        return [binding for binding in found if binding.kind is not BindingKind.DEFINED]

    # Texts

    def text(self, placed: Placed | None, allocation: Allocation | None = None) -> str:
        """The string at `placed`, with `UNKNOWN_PART` for what cannot be evaluated; "" if there is none."""
        if placed is None:
            return ""
        node, at = placed
        if isinstance(node, ast.Constant) and node.value is None:
            return ""
        if allocation and allocation.factory and isinstance(node, ast.Name):
            for binding in self.assigned(node, at):
                if binding.kind is BindingKind.PARAMETER and (given := self._given(binding, allocation.factory)):
                    return self.text((given, at))
        value = self.model.string_value(node, at)
        return value.filled(UNKNOWN_PART)

    def text_with(self, placed: Placed | None, passed: Mapping[str, Placed]) -> str:
        """The string at `placed` in a function that is called with `passed`."""
        if placed is None or not passed:
            return self.text(placed)
        node, at = placed
        if isinstance(node, ast.Name) and node.id not in passed:
            local = [binding for binding in at.scope.bindings.get(node.id, ()) if isinstance(binding.node, ast.expr)]
            if len(local) == 1 and local[0].kind is BindingKind.ASSIGNED and not local[0].path:
                return self.text_with((local[0].node, local[0].at), passed)  # type: ignore[arg-type]
        texts = {name: value for name, given in passed.items() if (value := self.text(given))}
        return self.text((_Substitution(texts).visit(deepcopy(node)), at))

    def _given(self, parameter: Binding, call: ast.Call) -> ast.expr | None:
        function = parameter.at.scope.node
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            return None
        names = [item.arg for item in function.args.args]
        for keyword in call.keywords:
            if keyword.arg == parameter.name:
                return keyword.value
        index = names.index(parameter.name) if parameter.name in names else len(call.args)
        return call.args[index] if index < len(call.args) else None

    def texts(self, placed: Placed | None) -> tuple[str, ...]:
        """The strings in the list at `placed`, or the string itself."""
        if placed is None:
            return ()
        node, at = placed
        value = self.model.string_value(node, at)
        if value.complete:
            return (value.beginning,)
        found, _ = self.elements(node, at)
        values = (self.model.string_value(element, position) for element, position in found)
        return tuple(value.beginning for value in values if value.complete)

    def modules_of(self, values: Collection[Type]) -> Iterator[str]:
        """The modules among `values`."""
        yield from (value.name for value in values if isinstance(value, ModuleType))


@dataclass
class _Substitution(ast.NodeTransformer):
    """Replaces names by strings."""

    texts: Mapping[str, str]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """`node`, or the string that it stands for."""
        return ast.Constant(self.texts[node.id]) if node.id in self.texts else node


def exported_types(model: SemanticModel, module: str, name: str) -> Types:
    """The types of `name` in `from module import name`."""
    origins = model.resolver.resolve_in_module(module, name)
    return tuple(dict.fromkeys(value for origin in origins for value in model.infer_origin(origin)))


def attribute_types(model: SemanticModel, owner: Type, name: str) -> Types:
    """The types of `owner.name`, with methods bound to their receiver."""
    match owner:
        case ModuleType(name=module):
            return exported_types(model, module, name)
        case ClassType() | InstanceType(of=ClassType()):
            cls = owner if isinstance(owner, ClassType) else owner.of
            found = model.definition(cls, name) if isinstance(cls, ClassType) else None
            if found and isinstance(found[0], ExternalSymbol):
                return (ExternalMember(owner, found[0].name, name),)
            values = (value for binding in (found[1] if found else ()) for value in model.infer_origin(binding))
            return tuple(dict.fromkeys(bound for value in values for bound in _bound(model, value, owner)))
        case InstanceType(of=ExternalSymbol(name=outer)):
            return (ExternalMember(owner, outer, name),)
        case ExternalSymbol(name=outer):
            return (ExternalSymbol(f"{outer}.{name}"),)
    return ()


def _bound(model: SemanticModel, value: Type, owner: ClassType | InstanceType) -> Types:
    if not isinstance(value, FunctionType) or not isinstance(getattr(value.scope.parent, "node", None), ast.ClassDef):
        return (value,)
    decorators = {_name(node) for node in getattr(value.scope.node, "decorator_list", ())}
    method = FunctionType(value.name, value.scope, None if "staticmethod" in decorators else owner)
    return model.return_types(method, None, value.scope.end) if decorators & _PROPERTIES else (method,)


def _parameter_names(function: Scope) -> list[str]:
    arguments = getattr(function.node, "args", None)
    groups = (arguments.posonlyargs, arguments.args, arguments.kwonlyargs) if arguments else ()
    return [item.arg for group in groups for item in group]


def _unpacked(node: ast.expr, path: tuple[int, ...]) -> ast.expr:
    for index in path:
        if isinstance(node, ast.Tuple | ast.List) and 0 <= index < len(node.elts):
            node = node.elts[index]
    return node


def _has_path(node: ast.expr, path: tuple[int, ...]) -> bool:
    """Whether `node` is written out as far as `path` leads into it."""
    for index in path:
        if not isinstance(node, ast.Tuple | ast.List) or not 0 <= index < len(node.elts):
            return False
        node = node.elts[index]
    return True


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _is_inside(scope: Scope | None, outer: Scope) -> bool:
    while scope is not None:
        if scope is outer:
            return True
        scope = scope.parent
    return False


def _is_inside_class(scope: Scope | None) -> bool:
    while scope is not None:
        if isinstance(scope.node, ast.ClassDef):
            return True
        scope = scope.parent
    return False


def _is_parameter(placed: Placed, cls: ClassType | None) -> bool:
    """Whether an argument is a parameter of a constructor, passed on."""
    node, at = placed
    bound = at.scope.bindings.get(node.id, []) if isinstance(node, ast.Name) and cls else []
    return any(binding.kind is BindingKind.PARAMETER for binding in bound)


def _is_call_of(callee: Type, function: Scope) -> bool:
    match callee:
        case FunctionType(scope=scope):
            return scope is function
        case ClassType(scope=scope):
            return scope is function.parent
    return False
