"""Following names from where they are used to what they stand for."""

import ast
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import NamedTuple, TypeAlias, TypeVarTuple, Unpack

from archguard.codebase.facts import Binding, Position, Scope
from archguard.codebase.facts.keeping import kept_name
from archguard.codebase.facts.narrowing import target_name
from archguard.codebase.facts.scopes import ITEM, How
from archguard.codebase.names.annotations import Annotations, provided
from archguard.codebase.names.asking import Answers, Asking
from archguard.codebase.names.files import Files
from archguard.codebase.names.handed import Handed
from archguard.codebase.names.keeping import Keeping, Kept
from archguard.codebase.names.library import Library
from archguard.codebase.names.lookup import Lookup, Origins
from archguard.codebase.names.mappings import Mappings, looked_up
from archguard.codebase.names.members import Members, decorator_names, first_parameter
from archguard.codebase.names.reading import Readable
from archguard.codebase.names.results import Results
from archguard.codebase.names.stack import QUESTIONS, on_fresh_stack
from archguard.codebase.names.texts import Text, Texts
from archguard.codebase.names.values import (
    UNKNOWN,
    Instance,
    Outside,
    OwnClass,
    OwnFunction,
    Value,
    Values,
    dotted,
    instance,
    objects,
    union,
)

_Arguments = TypeVarTuple("_Arguments")
_Key: TypeAlias = tuple[int, object]
"""A question: which of the tables of answers it belongs to, and its subject there."""
_NONE = sys.maxsize
"""The place, among the questions that are open, of one that is not there."""
_TYPES = {
    ast.JoinedStr: "builtins.str",
    ast.Compare: "builtins.bool",
    ast.Dict: "builtins.dict",
    ast.DictComp: "builtins.dict",
    ast.ListComp: "builtins.list",
    ast.SetComp: "builtins.set",
    ast.GeneratorExp: "collections.abc.Iterator",
}


class _Passing(NamedTuple):
    """An answer, to the question at `depth`, that lacks what one further out says, which is still open."""

    depth: int
    open: int
    answer: Values


@dataclass(eq=False)
class _Cycle:
    """Questions that lead back to each other."""

    members: frozenset[_Key]
    open: int
    """How many of them are open."""


class Names(Asking):
    """What the expressions of `files` stand for. They are read as names lead to them; nothing is run."""

    def __init__(
        self,
        files: Files,
        library: Library = Library(),  # noqa: B008  # frozen
        importers: Mapping[str, Collection[str]] = MappingProxyType({}),
        kept: Callable[[], Kept] = dict,
    ) -> None:
        self.library = library
        self._files = files
        self._lookup = Lookup(files)
        self._keeping = Keeping(files, kept)
        self._annotations = Annotations(self)
        self._members = Members(self)
        self._results = Results(self)
        self._mappings = Mappings(self, files)
        self._texts = Texts(self, self._mappings)
        self._handed = Handed(self, files, importers)
        self._values: Answers = {}
        self._annotated: Answers = {}
        self._called: Answers = {}
        self._bindings: Answers = {}
        self._exported: Answers = {}
        self._asked: dict[_Key, int] = {}
        self._open = _NONE
        self._passing: dict[_Key, _Passing] = {}
        self._cycles: dict[_Key, _Cycle] = {}
        self._cyclic: dict[_Key, Values] = {}
        self._heirs: dict[int, _Heir] = {}

    def scope(self, module: str) -> Scope:
        """The scope of `module`: as much of its file as can be parsed."""
        return self._files.scope(module)

    def source(self, module: str) -> Readable:
        """The file of `module`, read once: as much of it as can be parsed."""
        return self._files.source(module)

    def calls(self, module: str) -> int:
        """How many calls stand in `module`."""
        return sum(scope.calls for scope in self.scope(module).everything())

    def is_taken(self, name: str, at: Position) -> bool:
        """Whether `name` is what the same file has taken from something else: `run = session.execute`."""
        return any(
            isinstance(origin, Binding)
            and isinstance(origin.node, ast.Attribute)
            and origin.at.scope.module is at.scope.module
            for origin in self.origins(name, at)
        )

    def exported(self, module: str, name: str) -> Values:
        """What `from module import name` gives."""
        key = (module, name)
        known = self._exported.get(key)
        return self.once(self._exported, key, self._export, module, name) if known is None else known

    def _export(self, module: str, name: str) -> Values:
        return union(*map(self._members.value_of, self.module_origins(module, name)))

    def value(self, node: ast.expr, at: Position) -> Values:
        """What the expression `node` stands for at `at`."""
        known = self._values.get(node)
        return self.once(self._values, node, self._infer, node, at) if known is None else known

    def callees(self, node: ast.Call, at: Position) -> tuple[str, ...]:
        """The dotted names of what `node` can call: `requests.get`, `sqlalchemy.orm.Session.execute`."""
        return tuple(dict.fromkeys(dotted(value) for value in self.value(node.func, at)))

    def text(self, node: ast.expr, at: Position) -> Text:
        """The text that `node` makes, as far as it is known."""
        return self._texts.text(node, at)

    def entries(self, node: ast.expr, at: Position) -> tuple[tuple[ast.expr, Position], ...]:
        """The expressions that `topics["paid"]` or `topics.get("paid")` can give; none if that is not known."""
        asked = looked_up(node)
        return tuple(self._mappings.entries(asked[0], asked[1], at) or ()) if asked else ()

    def lineage(self, cls: OwnClass) -> tuple[OwnClass | Outside, ...]:
        """`cls` and all classes that it derives from."""
        return self._members.lineage(cls)

    def annotated(self, node: ast.expr, at: Position) -> Values:
        """The objects that the annotation `node` speaks of."""
        known = self._annotated.get(node)
        return self.once(self._annotated, node, self._annotations.objects, node, at) if known is None else known

    def attribute(self, owner: Value, name: str) -> Values:
        """What `owner.name` is."""
        return self._members.attribute(owner, name)

    def definition(self, cls: OwnClass, name: str) -> tuple[OwnClass | Outside, list[Binding]] | None:
        """The class from which `cls` has `name`, with the bindings there; the first one outside if none of its own."""
        return self._members.definition(cls, name)

    def called(self, callee: Value, node: ast.Call | None, at: Position | None) -> Values:
        """What calling `callee` gives."""
        if isinstance(callee, OwnFunction):
            subject = callee.scope.node
            known = self._called.get(subject)
            if known is None:
                known = self.once(self._called, subject, self._results.called, callee, node, at)
            if not known and (heir := self._heir(callee)):
                return heir.called(callee, node, at)
            return self._results.received(known, callee.receiver) if known and callee.receiver else known
        return self._results.called(callee, node, at)

    def given(
        self, spec: str, receiver: Instance | OwnClass | None, node: ast.Call | None, at: Position | None
    ) -> Values:
        """What the library means by `spec`."""
        return self._results.given(spec, receiver, node, at)

    def origins(self, name: str, at: Position) -> Origins:
        """Where `name` comes from at `at`, through all imports of the project."""
        return self._lookup.origins(name, at)

    def module_origins(self, module: str, name: str) -> Origins:
        """Where `name` of the module `module` comes from."""
        return self._lookup.module_origins(module, name)

    def find(self, module: str, importer: str, name: str = "") -> str:
        """The module of the project that `importer` means by `module`, where it takes `name` from it, or ""."""
        return self._lookup.find(module, importer, name)

    def models(self, app: str, importer: str) -> tuple[str, ...]:
        """The modules with the models of `app`, as Django labels it, or of the app of `importer`."""
        return self._lookup.models(app, importer)

    def scope_of(self, node: ast.AST, at: Position) -> Scope | None:
        """The scope of the class or function `node` that is defined at `at`."""
        return self._files.scope_of(node, at)

    def bound(self, binding: Binding) -> Values:
        """What `binding` gives its name."""
        known = self._bindings.get(binding)
        return self.once(self._bindings, binding, self._bound, binding) if known is None else known

    def hears_of(self, module: str) -> bool:
        """Whether functions of `module` are known to be handed what other modules call them with."""
        return self._handed.hears_of(module)

    def origin_value(self, origin: Binding | Outside) -> Values:
        """What a name from `origin` stands for."""
        return self._members.value_of(origin)

    def once(
        self,
        answers: Answers,
        subject: object,
        answer: Callable[[Unpack[_Arguments]], Values],
        *arguments: *_Arguments,
    ) -> Values:
        """Answer a question that has not been answered yet, or is just being answered.

        No answer depends on what was asked before. An answer that leads back to a question that is still open lacks
        what that one will say: it is kept only until that one is answered. And what closes a cycle is kept, but not
        used while another question of the cycle is open: asked first, that one would have found this one unanswered.
        """
        key = (id(answers), subject)
        if (place := self._asked.get(key)) is not None:
            self._open = min(self._open, place)
            return UNKNOWN
        if self._passing and (passing := self._passing.get(key)):
            self._open = min(self._open, passing.open)
            return passing.answer
        cycle = self._cycles.get(key)
        if cycle and not cycle.open and (known := self._cyclic.get(key)) is not None:
            return known
        return self._ask(answers, key, partial(answer, *arguments))

    def _ask(self, answers: Answers, key: _Key, answer: Callable[[], Values]) -> Values:
        depth, outer = len(self._asked), self._open
        self._open = _NONE
        self._begin(key)
        try:
            found = on_fresh_stack(answer) if depth % QUESTIONS == QUESTIONS - 1 else answer()
        finally:
            self._end(key)
        if self._open < depth:
            self._passing[key] = _Passing(depth, self._open, found)
        elif self._open == depth:
            self._open = _NONE
            self._close(depth, key)
            self._cyclic[key] = found
        else:
            answers[key[1]] = found
        self._open = min(self._open, outer)
        return found

    def _begin(self, key: _Key) -> None:
        self._asked[key] = len(self._asked)
        if cycle := self._cycles.get(key):
            cycle.open += 1

    def _end(self, key: _Key) -> None:
        del self._asked[key]
        if cycle := self._cycles.get(key):
            cycle.open -= 1

    def _close(self, depth: int, key: _Key) -> None:
        """Forget what was answered while the question `key` at `depth` was open: it is in one cycle with that."""
        members = {key}
        while self._passing:
            other, passing = self._passing.popitem()
            if passing.depth <= depth:
                self._passing[other] = passing
                break
            members.add(other)
        known = {cycle for member in members if (cycle := self._cycles.get(member))}
        whole = frozenset(members).union(*(cycle.members for cycle in known))
        if whole != next(iter(known), _Cycle(frozenset(), 0)).members:
            cycle = _Cycle(whole, sum(member in self._asked for member in whole))
            self._cycles |= dict.fromkeys(whole, cycle)

    def _infer(self, node: ast.expr, at: Position) -> Values:
        entry = self._entry(node, at)
        return self._inferred(node, at) if entry is None else entry

    def _entry(self, node: ast.expr, at: Position) -> Values | None:
        """`topics["paid"]` and `topics.get("paid")`, where the entries of the mapping are known."""
        asked = looked_up(node)
        entries = self._mappings.entries(asked[0], asked[1], at) if asked else None
        if not asked or entries is None:
            return None
        default = [(value, at) for value in asked[2]]
        return union(*(self.value(value, place) for value, place in (*entries, *default)))

    def _inferred(self, node: ast.expr, at: Position) -> Values:  # noqa: PLR0911  # one case for each expression
        match node:
            case ast.Name(id=name):
                origins = self.origins(name, at)
                found = union(*map(self._members.value_of, origins))
                return self._narrowed(name, origins, found, at) if at.narrowing else found
            case ast.Attribute(value=owner, attr=name):
                found = (
                    self._assigned(node, at)
                    or self._kept(node, at)
                    or union(*(self.attribute(value, name) for value in self.value(owner, at)))
                )
                return self._narrowed(target_name(node), (), found, at) if at.narrowing else found
            case ast.Call(func=func):
                return union(*(self.called(callee, node, at) for callee in self.value(func, at)))
            case (
                ast.Await(value=inner)
                | ast.NamedExpr(value=inner)
                | ast.Starred(value=inner)
                | ast.Subscript(value=inner, slice=ast.Slice())
            ):
                return self.value(inner, at)
            case ast.IfExp(body=one, orelse=other):
                return union(self.value(one, at), self.value(other, at))
            case ast.BoolOp(values=parts):
                return union(*(self.value(part, at) for part in parts))
            case ast.Subscript(value=holder, slice=index):
                return (
                    self._kept(node, at)
                    or union(*(self._results.element(value, _place(index)) for value in self.value(holder, at)))
                    or self._put(holder, at)
                )
            case ast.BinOp():
                return self._operated(node, at)
            case ast.Lambda():
                scope = self.scope_of(node, at)
                return (OwnFunction(scope.name, scope),) if scope else UNKNOWN
        return self._literal(node, at)

    def _operated(self, node: ast.BinOp, at: Position) -> Values:
        match node.op:
            case ast.BitOr() | ast.BitAnd():
                return self.value(node.left, at)
            case ast.Div():
                sides = (union(*map(self._results.divided, self.value(side, at))) for side in (node.left, node.right))
                return next(filter(None, sides), UNKNOWN)
        return UNKNOWN

    def _narrowed(self, target: str, origins: Origins, found: Values, at: Position) -> Values:
        """What is left of `found` after the tests that `target` has passed since it was bound last."""
        orders = [origin.at.order for origin in origins if isinstance(origin, Binding) and origin.at.scope is at.scope]
        test, tests = at.narrowing, []
        while test:
            if test.target == target and all(order < test.order for order in orders):
                tests.append(test)
            test = test.before
        for test in reversed(tests):
            found = self._results.narrowed(found, self._classes(test.classes, at), holds=test.holds)
        return found

    def _classes(self, node: ast.expr, at: Position) -> Values:
        """The classes that `isinstance` is given: one, several in a tuple, or a union."""
        match node:
            case ast.Tuple(elts=parts):
                return union(*(self._classes(part, at) for part in parts))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return union(self._classes(left, at), self._classes(right, at))
        return self.value(node, at)

    def _literal(self, node: ast.expr, at: Position) -> Values:  # noqa: PLR0911  # one case for each form
        match node:
            case ast.Constant(value=constant):
                if constant is None or constant is ...:
                    return UNKNOWN
                return (instance(f"builtins.{type(constant).__name__}"),)
            case ast.List(elts=parts) | ast.Set(elts=parts):
                return (instance("builtins.list", union(*(self.value(part, at) for part in parts))),)
            case ast.Tuple(elts=parts):
                return (instance("builtins.tuple", *(self.value(part, at) for part in parts)),)
            case ast.Dict(values=parts):
                return (instance("builtins.dict", UNKNOWN, union(*(self.value(part, at) for part in parts))),)
            case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part):
                inner = self.scope_of(node, at)
                items = self.value(part, inner.end) if inner else UNKNOWN
                return (instance(_TYPES[type(node)], items),)
            case _ if type(node) in _TYPES:
                return (instance(_TYPES[type(node)]),)
        return UNKNOWN

    def _assigned(self, node: ast.Attribute, at: Position) -> Values:
        """`g.db`, where some function of the file says `g.db = connect()`."""
        if not isinstance(node.value, ast.Name):
            return UNKNOWN
        name = node.value.id
        attributes = at.scope.attributes if name in at.scope.bindings else self._files.attributes(at.scope)
        return union(*(self.bound(binding) for binding in attributes.get((name, node.attr), [])))

    def _kept(self, node: ast.expr, at: Position) -> Values:
        """`request.app["pool"]`, where some module says `app["pool"] = create_pool()`."""
        name = kept_name(node)
        return union(*map(self.bound, self._keeping.bindings(name, at.scope))) if name else UNKNOWN

    def _put(self, holder: ast.expr, at: Position) -> Values:
        """`clients[key]`, where some function of the file says `clients[key] = connect()`."""
        match holder:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return union(*map(self.bound, self._files.attributes(at.scope).get((name, ITEM), [])))
        return UNKNOWN

    def _bound(self, binding: Binding) -> Values:  # noqa: PLR0911  # one case for each way to bind
        match binding:
            case Binding(how=How.DEFINED):
                return self._defined(binding)
            case Binding(how=How.PARAMETER):
                return self._parameter(binding)
            case Binding(how=How.OPAQUE):
                return UNKNOWN
            case Binding(annotation=ast.expr() as annotation) if found := self.annotated(annotation, binding.at):
                return found
            case Binding(node=ast.Tuple(elts=parts), how=How.ASSIGNED, path=(first, *rest)) if first < len(parts):
                return self._unpacked(self.value(parts[first], binding.at), tuple(rest))
            case Binding(node=ast.expr() as node):
                return self._unpacked(self._taken(binding.how, self.value(node, binding.at)), binding.path)
        return UNKNOWN

    def _defined(self, binding: Binding) -> Values:
        scope = self.scope_of(binding.node, binding.at)
        if not scope:
            return UNKNOWN
        if isinstance(scope.node, ast.ClassDef):
            return (OwnClass(scope.name, scope),)
        return (OwnFunction(scope.name, scope),)

    def _taken(self, how: How, values: Values) -> Values:
        if how is How.ENTERED:
            return union(*map(self._results.entered, values))
        if how is How.ITERATED:
            return union(*map(self._results.iterated, values))
        return values

    def _unpacked(self, values: Values, path: tuple[int, ...]) -> Values:
        for index in path:
            values = union(*(self._results.element(value, index) for value in values))
        return values

    def _parameter(self, binding: Binding) -> Values:
        scope = binding.at.scope
        outside = scope.at or scope.end
        if isinstance(outside.scope.node, ast.ClassDef) and binding.name == first_parameter(scope):
            return self._receiver(scope, outside.scope)
        if binding.annotation and (found := self.annotated(binding.annotation, outside)):
            return found
        if binding.default and (found := provided(self, binding.default, outside)):
            return found
        default = self.value(binding.default, outside) if binding.default else UNKNOWN
        return default or self._handed.value(binding) or self._passed_by_library(binding, scope)

    def _passed_by_library(self, parameter: Binding, function: Scope) -> Values:
        """What a library that calls `function` passes: a `request`, the row that a serializer updates."""
        method = getattr(function.node, "name", "")
        if (outer := function.parent) and isinstance(outer.node, ast.ClassDef):
            cls, place = OwnClass(outer.name, outer), _position_of(function.node, parameter.name)
            bases = [base.name for base in self.lineage(cls) if isinstance(base, Outside)]
            specs = (self.library.passed(base, method, place) for base in bases)
            if spec := next(filter(None, specs), ""):
                return self.given(spec, Instance(cls), None, None)
        return self._passed_by_convention(parameter.name, function.module)

    def _passed_by_convention(self, name: str, module: Scope) -> Values:
        """What a parameter called `name` is in every file that imports from a package: Django's `request`."""
        specs = self.library.conventions.get(name)
        packages = _imported_packages(module) if specs else frozenset[str]()
        spec = next((spec for package, spec in specs or () if package in packages), "")
        return self.given(spec, None, None, None) if spec else UNKNOWN

    def _heir(self, method: OwnFunction) -> "_Heir | None":
        """The names in `method` as its receiver has it, if that is of a class that adds something to a plain mixin."""
        cls = method.receiver.of if isinstance(method.receiver, Instance) else method.receiver
        outer = method.scope.parent
        if not isinstance(cls, OwnClass) or not outer or outer is cls.scope or not isinstance(outer.node, ast.ClassDef):
            return None
        if self._extends_library(OwnClass(outer.name, outer)) or not self._extends_library(cls):
            return None
        if id(cls.scope) not in self._heirs:
            self._heirs[id(cls.scope)] = _Heir(self, cls)
        return self._heirs[id(cls.scope)]

    def _extends_library(self, cls: OwnClass) -> bool:
        return any(isinstance(base, Outside) for base in self.lineage(cls))

    def _receiver(self, method: Scope, scope: Scope) -> Values:
        """What `self` or `cls` is."""
        return self._receiver_of(method, OwnClass(scope.name, scope))

    def _receiver_of(self, method: Scope, cls: OwnClass) -> Values:
        name = getattr(method.node, "name", "")
        if name in ("__new__", "__init_subclass__") or "classmethod" in decorator_names(method):
            return (cls,)
        return objects((cls,))


def _place(index: ast.expr) -> int | None:
    """The number in brackets, which may be negative; None if it is not known."""
    match index:
        case ast.Constant(value=int(number)):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
    return None


class _Heir(Names):
    """Names in the classes that `cls` extends, where `self` is an object of `cls`.

    A mixin says nothing of the `cls.query` that it asks: it has it from the model that it is mixed into. Everything
    outside of those classes is asked of the `around` names, which also keep which questions are open, so that answers
    that lead back are handled across both.
    """

    def __init__(self, around: Names, cls: OwnClass) -> None:
        super().__init__(around._files, around.library)  # the same class
        self._lookup, self._keeping, self._handed = around._lookup, around._keeping, around._handed
        self._around = around
        self._cls = cls
        self._inside = frozenset(id(base.scope) for base in around.lineage(cls) if isinstance(base, OwnClass))

    def value(self, node: ast.expr, at: Position) -> Values:
        return super().value(node, at) if self._is_inside(at.scope) else self._around.value(node, at)

    def annotated(self, node: ast.expr, at: Position) -> Values:
        return self._around.annotated(node, at)

    def bound(self, binding: Binding) -> Values:
        return super().bound(binding) if self._is_inside(binding.at.scope) else self._around.bound(binding)

    def exported(self, module: str, name: str) -> Values:
        return self._around.exported(module, name)

    def lineage(self, cls: OwnClass) -> tuple[OwnClass | Outside, ...]:
        return self._around.lineage(cls)

    def definition(self, cls: OwnClass, name: str) -> tuple[OwnClass | Outside, list[Binding]] | None:
        return self._around.definition(cls, name)

    def called(self, callee: Value, node: ast.Call | None, at: Position | None) -> Values:
        is_elsewhere = isinstance(callee, OwnFunction) and not (
            callee.receiver in (self._cls, Instance(self._cls)) and self._is_inside(callee.scope)
        )
        return self._around.called(callee, node, at) if is_elsewhere else super().called(callee, node, at)

    def once(
        self,
        answers: Answers,
        subject: object,
        answer: Callable[[Unpack[_Arguments]], Values],
        *arguments: *_Arguments,
    ) -> Values:
        return self._around.once(answers, subject, answer, *arguments)

    def _heir(self, method: OwnFunction) -> None:
        """None: this is the one."""

    def _receiver(self, method: Scope, scope: Scope) -> Values:
        return self._receiver_of(method, self._cls) if id(scope) in self._inside else super()._receiver(method, scope)

    def _is_inside(self, scope: Scope) -> bool:
        """Whether `scope` is in a method of one of the classes."""
        while scope.parent and not isinstance(scope.node, ast.ClassDef):
            scope = scope.parent
        return id(scope) in self._inside


def _position_of(function: ast.AST, name: str) -> int:
    """Which argument of a method its parameter `name` is, not counting `self`; -1 if none."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return -1
    names = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)][1:]
    return names.index(name) if name in names else -1


def _imported_packages(module: Scope) -> frozenset[str]:
    """The top-level packages that names of `module` come from."""
    bindings = (binding for bound in module.bindings.values() for binding in bound)
    return frozenset(binding.imported[0].partition(".")[0] for binding in bindings if binding.imported[0])
