"""Evaluate expressions to the strings that they can have, with holes: URLs, paths, methods.

How it works: as `StringEvaluator`, but every value counts that may reach the expression (branches, defaults, entries of
mappings, the elements of a literal that a loop runs over), functions and properties of the project are evaluated with
the arguments of the call, and parameters by the frames of the wrappers around the client call. An attribute that the
constructor sets from its argument has the values of the calls of the class. A name whose value the contract states is
not followed.

Limits: `_MAX_DEPTH` steps, which end cycles, `MAX_ALTERNATIVES` values, and `_MAX_CONSTRUCTORS` calls of a class.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import field
from itertools import chain, takewhile

from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import Binding, BindingKind, Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.api.callers import Callers, receiver_class
from archguard.effects.api.frames import Frame, NoArgument, Placed, argument_of, arguments, frame_of, implicit_count
from archguard.effects.api.template_operations import (
    begins_with_text,
    cased,
    format_fields,
    is_query,
    known_first,
    stripped,
    unparsed,
    url_component,
    url_joined,
)
from archguard.effects.api.templates import Alternatives, Hole, Template, either, joined, literal, unknown
from archguard.effects.tracing import creation_sites
from archguard.model.names import last_part, plain_name
from archguard.semantics import (
    ClassType,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    ModuleType,
    SemanticModel,
    bindings,
)
from archguard.semantics.bindings import attribute_bindings
from archguard.semantics.types import Type

_MAX_DEPTH = 24
"""How many expressions, names and calls are followed: a request passes four wrappers, each with a method, a helper and
a join. The bound also ends cycles."""
_MAX_CONSTRUCTORS = 12
"""How many calls of a class tell what an attribute holds; a class with more is no client of one service."""
_SAME = frozenset(
    [
        "str",
        "quote",
        "quote_plus",
        "URL",
        "Url",
        "furl",
        "yarl",
        "AnyUrl",
        "AnyHttpUrl",
        "HttpUrl",
        "Field",
        "cast",
        "text",
    ]
)
"""Functions that return their last positional argument, quoted or wrapped."""
_SETTING_READERS = frozenset(
    ["get", "getenv", "config", "env", "pop", "setdefault", "get_env", "env_var", "str", "url"]
)
"""Functions that read a setting by its name, with a default as second argument."""
_PARSERS = {"urlparse": ("scheme", "netloc", "path"), "urlsplit": ("scheme", "netloc", "path")}
_PROPERTIES = frozenset(["property", "cached_property", "computed_field"])
_NONE: Alternatives = ()
"""The value None, which is no string; it is dropped among other alternatives."""


@dataclass(frozen=True, eq=False)
class TemplateEvaluator:
    """Evaluates expressions of the code that `model` knows."""

    model: SemanticModel
    callers: Callers
    settings: Mapping[str, str] = field(default_factory=dict)
    """What names hold that the code does not say: settings, attributes, parameters."""
    _augmented: dict[int, Mapping[str, list[ast.AugAssign]]] = field(default_factory=dict)

    def evaluate(self, node: ast.expr, at: Position, frame: Frame | None = None) -> Alternatives:
        """The strings that `node` can be, evaluated in the calls of `frame`."""
        return self._evaluate(node, at, frame, _MAX_DEPTH) or unknown()

    def callees(self, node: ast.expr, at: Position, frame: Frame | None) -> tuple[tuple[Type, ...], Binding | None]:
        """What the callee `node` can be, and the parameter that must be filled to know more."""
        return self._callees(node, at, frame, _MAX_DEPTH)

    def creation(self, node: ast.expr, at: Position, frame: Frame | None) -> Iterator[tuple[Placed, Type | None]]:
        """The calls that make the value of `node`, each with the class on whose attribute it is kept."""
        placed = self._followed(Placed(node, at, frame), _MAX_DEPTH)
        if isinstance(placed, Binding):
            return
        node, at, frame = placed
        owners = self._owners(node.value, at, frame) if isinstance(node, ast.Attribute) else ()
        owner = next((value for value in owners if receiver_class(value)), None)
        for call, place in creation_sites(self.model, node, at):
            yield Placed(call, place, frame), owner

    def follow(self, placed: Placed) -> Placed | None:
        """The expression that the name `placed` stands for, through assignments and arguments; None if not known."""
        found = self._followed(placed, _MAX_DEPTH)
        return found if isinstance(found, Placed) else None

    def parameter(self, parameter: Binding, frame: Frame) -> Alternatives:
        """What the call of `frame` passes for `parameter`; nothing if it passes None."""
        return self._parameter(parameter, frame, _MAX_DEPTH)

    def of_attribute(self, placed: Placed, owner: Type | None) -> Alternatives:
        """The strings that `placed` can be, where it makes an attribute of an instance of `owner`."""
        values = self.evaluate(*placed)
        if owner is None:
            return values
        return either(*(self._constructed(value, owner, placed.frame, _MAX_DEPTH) for value in values))

    def _callees(
        self, node: ast.expr, at: Position, frame: Frame | None, depth: int
    ) -> tuple[tuple[Type, ...], Binding | None]:
        placed = self._followed(Placed(node, at, frame), depth)
        if isinstance(placed, Binding):
            return (), placed
        node, at, frame = placed
        match node:
            case ast.Call(func=ast.Name(id="getattr"), args=[owner, name, *_]):
                names = self._evaluate(name, at, frame, depth - 1)
                parameters = [parameter for template in names for parameter in template.parameters]
                found = (
                    self.model.infer(ast.Attribute(value=owner, attr=template.text, ctx=ast.Load()), at)
                    for template in names
                    if template.text and template.text.isidentifier()
                )
                return tuple(chain.from_iterable(found)), parameters[0] if parameters else None
            case (
                ast.Subscript(value=mapping, slice=key)
                | ast.Call(func=ast.Attribute(value=mapping, attr="get"), args=[key, *_])
            ):
                keys = self._evaluate(key, at, frame, depth - 1)
                parameters = [parameter for template in keys for parameter in template.parameters]
                found_at = [entry for template in keys for entry in self._entries(mapping, template, at)]
                types = chain.from_iterable(self.model.infer(*entry) for entry in found_at)
                return tuple(types) or self.model.infer(node, at), parameters[0] if parameters else None
        return self.model.infer(node, at), None

    def _followed(self, placed: Placed, depth: int) -> Placed | Binding:
        """The expression that a name stands for, through arguments; the parameter, if no frame tells its argument."""
        node, at, frame = placed
        for origin in self.model.resolve(node.id, at) if isinstance(node, ast.Name) and depth else ():
            match origin:
                case Binding(kind=BindingKind.PARAMETER):
                    inner = frame_of(frame, origin.at.scope)
                    found = argument_of(self.model, inner, origin.name) if inner else None
                    if isinstance(found, Placed):
                        return self._followed(found, depth - 1)
                    return placed if inner else origin
                case Binding(kind=BindingKind.ASSIGNED, node=ast.expr() as value, path=()):
                    return self._followed(Placed(value, origin.at, frame), depth - 1)
        return placed

    def _entries(self, mapping: ast.expr, key: Template, at: Position) -> tuple[tuple[ast.expr, Position], ...]:
        if key.text is None:
            return ()
        return self.model.mappings.entries(
            ast.Subscript(value=mapping, slice=ast.Constant(key.text), ctx=ast.Load()), at
        )

    def _evaluate(  # noqa: C901, PLR0911, PLR0912  # one case a form
        self, node: ast.expr, at: Position, frame: Frame | None, depth: int
    ) -> Alternatives:
        if depth <= 0:
            return unknown()
        match node:
            case ast.Constant(value=None):
                return _NONE
            # Before `int`, of which `bool` is a subclass: `True` in a path is no text that a reader expects.
            case ast.Constant(value=bool()):
                return unknown()
            case ast.Constant(value=str() | int() as value):
                return literal(str(value))
            case ast.Constant(value=bytes() as value):
                return literal(value.decode(errors="replace"))
            case ast.JoinedStr(values=values):
                inner = (value.value if isinstance(value, ast.FormattedValue) else value for value in values)
                return self._joined(tuple(inner), at, frame, depth)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._joined((left, right), at, frame, depth)
            # `URL("http://a") / "b"` of yarl, furl and pathlib; exactly one slash stands between, whatever the sides
            # end and begin with.
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                base, path = (self._evaluate(side, at, frame, depth - 1) for side in (left, right))
                return joined(
                    stripped(base or unknown(), "rstrip"), literal("/"), stripped(path or unknown(), "lstrip")
                )
            case ast.BinOp(left=template, op=ast.Mod(), right=operand):
                return self._percent(template, operand, at, frame, depth)
            case ast.BoolOp(op=ast.Or(), values=sides):
                return known_first(*(self._evaluate(side, at, frame, depth - 1) for side in sides))
            # Where an `and` gives a usable string, it is the last operand; the others would be falsy.
            case ast.BoolOp(op=ast.And(), values=[*_, last]):
                return self._evaluate(last, at, frame, depth - 1)
            case ast.IfExp(test=test, body=one, orelse=other):
                # `path if path.startswith("/") else "/" + path`: without a look at the test, half of the paths would be
                # made up.
                holds = self._truth(test, at, frame, depth - 1)
                sides = [side for side, excluded in ((one, False), (other, True)) if holds is not excluded]
                return either(*(self._evaluate(side, at, frame, depth - 1) for side in sides)) if sides else unknown()
            case ast.NamedExpr(value=inner) | ast.Await(value=inner):
                return self._evaluate(inner, at, frame, depth)
            case ast.Call():
                return self._call(node, at, frame, depth)
            case ast.Name(id=name):
                # A contract may state `URL` or, where several modules have one, `config.URL`.
                module = last_part(plain_name(at.scope.module.name))
                return self._stated(name, f"{module}.{name}") or self._name(node, at, frame, depth)
            case ast.Attribute():
                return self._attribute(node, at, frame, depth)
            case ast.Subscript():
                return self._subscript(node, at, frame, depth)
        return unknown()

    def _stated(self, *names: str) -> Alternatives:
        """What the contract states that one of `names` holds; `*` in it is whatever the provider has there."""
        name = next((name for name in names if name in self.settings), None)
        if name is None:
            return _NONE
        first, *others = self.settings[name].split("*")
        pieces = (part for text in others for part in (Hole((name,), fits_all=True), text))
        return (Template.of(first, *pieces),)

    def _joined(self, nodes: tuple[ast.expr, ...], at: Position, frame: Frame | None, depth: int) -> Alternatives:
        return joined(*(self._evaluate(node, at, frame, depth - 1) or unknown() for node in nodes))

    def _percent(
        self, template: ast.expr, operand: ast.expr, at: Position, frame: Frame | None, depth: int
    ) -> Alternatives:
        """`"%s/orders/%d" % (base, number)`."""
        operands = operand.elts if isinstance(operand, ast.Tuple) else [operand]
        texts = self._evaluate(template, at, frame, depth - 1)
        if len(texts) != 1 or texts[0].text is None or isinstance(operand, ast.Dict):
            return unknown()
        # A template with other conversions, or `%%`, has another number of pieces, and stays unknown.
        pieces = texts[0].text.replace("%d", "%s").replace("%i", "%s").split("%s")
        if len(pieces) != len(operands) + 1:
            return unknown()
        values = [self._evaluate(node, at, frame, depth - 1) or unknown() for node in operands]
        return joined(literal(pieces[0]), *chain.from_iterable(zip(values, map(literal, pieces[1:]), strict=True)))

    def _name(self, node: ast.Name, at: Position, frame: Frame | None, depth: int) -> Alternatives:
        origins = self.model.resolve(node.id, at)
        if not origins:
            return unknown(node.id)
        # Nothing is known of a value of another library, but `from http import HTTPMethod` and the like name a method.
        if methods := [origin.name for origin in origins if isinstance(origin, ExternalSymbol)]:
            return _http_method(methods[0]) or unknown(node.id)
        values = [self._binding(origin, frame, depth - 1) for origin in origins if isinstance(origin, Binding)]
        found = [value for value in values if value]
        value = either(*found) if found else _NONE
        return self._with_additions(node, value, at, frame, depth) if value else value

    def _with_additions(
        self, node: ast.Name, value: Alternatives, at: Position, frame: Frame | None, depth: int
    ) -> Alternatives:
        """`value`, and what `url += "/items"` makes of it above `node` in the same function."""
        at.scope.read(Reading.ADDITIONS, node.id)
        for addition in self._additions(at.scope).get(node.id, ()):
            # By lines, which stands for order: an addition in a branch that is not taken makes the result uncertain,
            # not wrong.
            if addition.lineno < node.lineno:
                added = self._evaluate(addition.value, at, frame, depth - 1) or unknown()
                if not all(is_query(template) for template in added):
                    value = tuple(template.uncertain() for template in either(value, joined(value, added)))
        return value

    def _additions(self, scope: Scope) -> Mapping[str, list[ast.AugAssign]]:
        if id(scope) not in self._augmented:
            found: dict[str, list[ast.AugAssign]] = {}
            for node in ast.walk(scope.syntax):
                if (
                    isinstance(node, ast.AugAssign)
                    and isinstance(node.op, ast.Add)
                    and isinstance(node.target, ast.Name)
                ):
                    found.setdefault(node.target.id, []).append(node)
            self._augmented[id(scope)] = found
        return self._augmented[id(scope)]

    def _binding(self, binding: Binding, frame: Frame | None, depth: int) -> Alternatives:  # noqa: PLR0911  # one case a kind
        match binding:
            case Binding(node=ast.Constant(value=value)) if value is ...:  # annotated only
                return unknown(binding.name)
            case Binding(kind=BindingKind.PARAMETER):
                return self._parameter(binding, frame, depth)
            case Binding(kind=BindingKind.ASSIGNED, node=ast.expr() as node, path=()):
                return self._evaluate(node, binding.at, frame, depth)
            case Binding(kind=BindingKind.ASSIGNED, node=ast.expr() as node, path=(index,)):
                return self._element(node, index, binding, frame, depth)
            case Binding(kind=BindingKind.ITERATED, node=ast.expr() as node, path=path):
                return self._iterated(node, path, binding.at, frame, depth) or unknown(binding.name, *_names_in(node))
            case Binding(kind=BindingKind.ENTERED | BindingKind.ASSIGNED, node=ast.expr() as node):
                return unknown(binding.name, *_names_in(node))
        return unknown(binding.name)

    def _parameter(self, parameter: Binding, frame: Frame | None, depth: int) -> Alternatives:
        inner = frame_of(frame, parameter.at.scope)
        if not inner:
            return unknown(parameter.name, parameter=parameter)
        found = argument_of(self.model, inner, parameter.name)
        if isinstance(found, Placed):
            return self._evaluate(found.node, found.at, found.frame, depth)
        if found is NoArgument.DEFAULT and parameter.default:
            # A default is evaluated where the function is defined, outside of its body and of this call.
            return self._evaluate(parameter.default, parameter.at.scope.at or parameter.at, inner.outer, depth)
        return unknown(parameter.name)

    def _element(self, node: ast.expr, index: int, binding: Binding, frame: Frame | None, depth: int) -> Alternatives:
        """One element of a tuple that is unpacked: of a literal, of what a function returns, of a parsed URL."""
        match node:
            case ast.Tuple(elts=elements) | ast.List(elts=elements) if index < len(elements):
                return self._evaluate(elements[index], binding.at, frame, depth)
            case ast.Call(func=func, args=[url, *_]) if _last_name(func) in _PARSERS:
                parts = _PARSERS[_last_name(func)]
                value = self._evaluate(url, binding.at, frame, depth) or unknown()
                return url_component(value, parts[index]) if index < len(parts) else unknown(binding.name)
            case ast.Call():
                frames = self._call_frames(node, binding.at, frame)
                values = [
                    self._evaluate(returned.elts[index], place, inner, depth - 1)
                    for inner in frames
                    for returned, place in inner.scope.returns
                    if isinstance(returned, ast.Tuple) and index < len(returned.elts)
                ]
                return either(*filter(None, values)) if any(values) else unknown(binding.name)
        return unknown(binding.name)

    def _iterated(
        self, node: ast.expr, path: tuple[int, ...], at: Position, frame: Frame | None, depth: int
    ) -> Alternatives:
        """The elements of a literal that a loop runs over, also of the keys, values and items of a mapping."""
        names = [node.id] if isinstance(node, ast.Name) else [node.attr] if isinstance(node, ast.Attribute) else []
        if stated := self._stated(*names):
            return stated
        values = [
            self._evaluate(*element, depth - 1) for element in self._elements(Placed(node, at, frame), path, depth)
        ]
        return either(*filter(None, values)) if any(values) else _NONE

    def _elements(  # noqa: C901  # one case a form
        self, placed: Placed, path: tuple[int, ...], depth: int
    ) -> Iterator[Placed]:
        node, at, frame = placed
        match node:
            case _ if depth <= 0:
                return
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                for element in elements:
                    yield from _unpacked(Placed(element, at, frame), path)
            case ast.Dict(keys=keys) if not path:
                yield from (Placed(key, at, frame) for key in keys if key)
            case ast.Call(func=ast.Attribute(value=mapping, attr="items" | "values" | "keys" as method), args=[]):
                for entries, place in self._mappings(mapping, at, depth):
                    yield from (Placed(chosen, place, frame) for chosen in _viewed(entries, method, path))
            case ast.Call(
                func=ast.Name(id="iter" | "list" | "tuple" | "sorted" | "set" | "reversed"), args=[inner, *_]
            ):
                yield from self._elements(Placed(inner, at, frame), path, depth - 1)
            case ast.Name() | ast.Attribute():
                for binding in bindings(self.model, node, at):
                    match binding:
                        case Binding(kind=BindingKind.ASSIGNED, node=ast.expr() as value, path=()):
                            yield from self._elements(Placed(value, binding.at, frame), path, depth - 1)

    def _mappings(self, node: ast.expr, at: Position, depth: int) -> Iterator[tuple[ast.Dict, Position]]:
        match node:
            case ast.Dict():
                yield node, at
            case ast.Name() | ast.Attribute() if depth > 0:
                for binding in bindings(self.model, node, at):
                    if binding.kind is BindingKind.ASSIGNED and isinstance(binding.node, ast.expr):
                        yield from self._mappings(binding.node, binding.at, depth - 1)

    def _attribute(self, node: ast.Attribute, at: Position, frame: Frame | None, depth: int) -> Alternatives:
        owners = self._owners(node.value, at, frame)
        if stated := self._stated(*_attribute_names(self.model, owners, node.attr)):
            return stated
        # `Method.GET.value` of an enum. Only if all of it is known: `value` is also a usual name of a plain attribute.
        if node.attr == "value" and isinstance(node.value, ast.Attribute | ast.Name):
            member = self._evaluate(node.value, at, frame, depth - 1)
            if member and all(template.is_complete for template in member):
                return member
        if methods := [owner.name for owner in owners if isinstance(owner, ExternalSymbol)]:
            text = self.model.string_value(node, at)  # a setting of Django
            known = (
                (Template.of(*(Hole((node.attr,)) if part is None else part for part in text.parts)),) if text else ()
            )
            return _http_method(f"{methods[0]}.{node.attr}") or known or unknown(node.attr)
        values = [
            self._attribute_value(binding, owner, frame, depth - 1)
            for owner in owners
            for binding in attribute_bindings(self.model, owner, node.attr)
        ]
        # A dataclass has no constructor in its source: the fields are what calls of the class pass.
        values += [self._field(owner, node.attr, depth) for owner in owners if not any(values)]
        found = [value for value in values if value]
        return either(*found) if found else unknown(node.attr)

    def _owners(self, node: ast.expr, at: Position, frame: Frame | None) -> tuple[Type, ...]:
        """The types of `node`; of `self`, the class on which the wrapper was called."""
        if isinstance(node, ast.Name):
            for origin in self.model.resolve(node.id, at):
                if isinstance(origin, Binding) and origin.kind is BindingKind.PARAMETER:
                    inner = frame_of(frame, origin.at.scope)
                    if inner and inner.receiver and _is_first_parameter(origin):
                        return (self._called_on(inner, inner.receiver),)
                    argument = argument_of(self.model, inner, origin.name) if inner else None
                    if isinstance(argument, Placed):
                        return self._owners(*argument)
                    if not inner and _is_first_parameter(origin) and (receiver := self._receiver(origin, frame)):
                        return (receiver,)
        return self.model.infer(node, at)

    def _called_on(self, frame: Frame, receiver: InstanceType | ClassType) -> Type:
        """The object on which the call of `frame` is made: for `self.send()` in a base class, one of the subclass."""
        func, base = frame.call.func, receiver_class(receiver)
        is_own = isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and frame.outer
        for owner in self._owners(func.value, frame.at, frame.outer) if is_own else ():  # type: ignore[attr-defined]
            cls = receiver_class(owner)
            if cls and base in self.model.mro(cls):
                return owner
        return receiver

    def _receiver(self, parameter: Binding, frame: Frame | None) -> Type | None:
        """The object that `self` of a method is that a call in `frame` uses: one of that class, or of a subclass."""
        holder = parameter.at.scope.parent
        for inner in frame.chain() if frame else ():
            cls = receiver_class(inner.receiver)
            if cls and any(isinstance(base, ClassType) and base.scope is holder for base in self.model.mro(cls)):
                return inner.receiver
        return None

    def _attribute_value(self, binding: Binding, owner: Type, frame: Frame | None, depth: int) -> Alternatives:
        if binding.kind is BindingKind.DEFINED:
            scope = self.model.files.scope_of(binding.node, binding.at)
            if not scope or _PROPERTIES.isdisjoint(_decorators(scope.node)):
                return unknown(binding.name)
            receiver = owner if isinstance(owner, InstanceType | ClassType) else None
            return self._returns(Frame(scope, NO_CALL, binding.at, 1, receiver, frame), depth)
        values = self._binding(binding, frame, depth)
        return tuple(chain.from_iterable(self._constructed(value, owner, frame, depth) for value in values))

    def _constructed(self, value: Template, owner: Type, frame: Frame | None, depth: int) -> Alternatives:
        """`value` of an attribute, with what calls of the class pass in place of the constructor's parameter."""
        open_parameters = [parameter for parameter in value.parameters if not frame_of(frame, parameter.at.scope)]
        if not open_parameters or depth <= 0:
            return (value,)
        factors = [
            self._passed(part.parameter, part, owner, frame, depth)
            if isinstance(part, Hole) and part.parameter in open_parameters and part.parameter
            else (Template.of(part),)
            for part in value.parts
        ]
        return joined(*factors)

    def _passed(self, parameter: Binding, hole: Hole, owner: Type, frame: Frame | None, depth: int) -> Alternatives:
        """What the calls of the class pass for a parameter of its constructor; a hole if that is not known."""
        anything = unknown(*hole.names)
        function, cls = parameter.at.scope, receiver_class(owner)
        sites = self.callers.of(function) if function.name.endswith(".__init__") else ()
        sites = tuple(site for site in sites if not cls or self._makes(site.callee, site.at, cls))
        made = self._constructors(cls, frame) if cls else ()
        sites = tuple(site for site in sites if site.call in made) or sites
        if not sites or len(sites) > _MAX_CONSTRUCTORS:
            return self._default(parameter, depth) or anything
        frames = (Frame(function, site.call, site.at, implicit_count(site.callee), None, None) for site in sites)
        values = [self._parameter(parameter, inner, depth - 1) for inner in frames]
        found = either(*filter(None, values)) if any(values) else anything
        # What a call passes may be an attribute of yet another class. Two levels less, since each can have a dozen
        # calls.
        found = tuple(chain.from_iterable(self._constructed(value, owner, None, depth - 2) for value in found))
        # With two instances of a class, no call site tells which of them it has.
        return tuple(value.uncertain() for value in found) if len(found) > 1 else found

    def _constructors(self, cls: ClassType, frame: Frame | None) -> tuple[ast.Call, ...]:
        """The calls that make the instance of `cls` whose method the outermost call of `frame` calls: `self.client`."""
        calls = [inner for inner in frame.chain() if receiver_class(inner.receiver) == cls] if frame else []
        func = calls[-1].call.func if calls else None
        if not isinstance(func, ast.Attribute):
            return ()
        return tuple(call for call, _ in creation_sites(self.model, func.value, calls[-1].at))

    def _makes(self, callee: FunctionType | ClassType, at: Position, cls: ClassType) -> bool:
        """Whether the call makes an instance of `cls`: by the class itself, or by `super().__init__` of a base."""
        if isinstance(callee, ClassType):
            return callee == cls or callee in self.model.mro(cls)
        enclosing = at.scope.parent
        return any(isinstance(base, ClassType) and base.scope is enclosing for base in self.model.mro(cls))

    def _default(self, parameter: Binding, depth: int) -> Alternatives:
        if not parameter.default:
            return _NONE
        return self._evaluate(parameter.default, parameter.at.scope.at or parameter.at, None, depth - 1)

    def _field(self, owner: Type, name: str, depth: int) -> Alternatives:
        """What the calls of a class without a constructor of its own pass for the field `name`: of a dataclass, say."""
        cls = receiver_class(owner)
        if not cls or depth <= 0:
            return _NONE
        values = []
        for site in self.callers.of_class(cls)[:_MAX_CONSTRUCTORS]:
            found = arguments(self.model, site.call, site.at, None).get(-1, name)
            if isinstance(found, Placed):
                values.append(self._evaluate(*found, depth - 2))
        found_values = either(*filter(None, values)) if any(values) else _NONE
        return tuple(value.uncertain() for value in found_values) if len(found_values) > 1 else found_values

    def _subscript(self, node: ast.Subscript, at: Position, frame: Frame | None, depth: int) -> Alternatives:
        if isinstance(node.slice, ast.Slice):
            return self._sliced(node.value, node.slice, at, frame, depth)
        keys = self._evaluate(node.slice, at, frame, depth - 1)
        names = [template.text for template in keys if template.text]
        if stated := self._stated(*names):
            return stated
        entries = [entry for template in keys for entry in self._entries(node.value, template, at)]
        values = [self._evaluate(*entry, frame, depth - 1) for entry in entries]
        if any(values):
            return either(*filter(None, values))
        # Of an unknown key, any entry may be meant: all of the mapping, but none for certain.
        if len(names) == 0:
            elements = self._iterated(
                ast.Call(ast.Attribute(node.value, "values", ast.Load()), [], []), (), at, frame, depth
            )
            return tuple(value.uncertain() for value in elements) or unknown(*_names_in(node.value))
        return unknown(*names)

    def _sliced(self, node: ast.expr, part: ast.Slice, at: Position, frame: Frame | None, depth: int) -> Alternatives:
        values = self._evaluate(node, at, frame, depth - 1)
        match part.lower, part.upper:
            case ast.Constant(value=int(start)), None if start >= 0:
                sliced = [value.drop(start) for value in values if begins_with_text(value, start)]
                return tuple(sliced) if len(sliced) == len(values) else unknown()
        return unknown()

    def _call(self, node: ast.Call, at: Position, frame: Frame | None, depth: int) -> Alternatives:  # noqa: C901, PLR0911  # one case a function
        last = _last_name(node.func)
        match node:
            case ast.Call(func=ast.Attribute(value=template, attr="format")):
                return self._format(template, node, at, frame, depth)
            case ast.Call(func=ast.Attribute(value=text, attr="strip" | "rstrip" | "lstrip" as method), args=args) if (
                len(args) <= 1
            ):
                return stripped(self._evaluate(text, at, frame, depth - 1) or unknown(), method)
            case ast.Call(func=ast.Attribute(value=text, attr="upper" | "lower" as method), args=[]):
                return cased(self._evaluate(text, at, frame, depth - 1) or unknown(), method)
            case ast.Call(func=ast.Attribute(value=text, attr="encode" | "human_repr" | "unicode_string" | "decode")):
                return self._evaluate(text, at, frame, depth - 1)
            case ast.Call(func=ast.Attribute(value=separator, attr="join"), args=[parts]):
                return self._join(separator, Placed(parts, at, frame), depth)
            case ast.Call(args=[base, path]) if last == "urljoin":
                one, other = (self._evaluate(side, at, frame, depth - 1) or unknown() for side in (base, path))
                return url_joined(one, other)
            case ast.Call(args=[ast.Tuple(elts=[scheme, host, path, *_])]) if last in ("urlunparse", "urlunsplit"):
                pieces = [self._evaluate(part, at, frame, depth - 1) or unknown() for part in (scheme, host, path)]
                return unparsed(*pieces)
            case (
                ast.Call(
                    func=ast.Name(id="next" | "choice"), args=[ast.Call(func=ast.Name(id="iter"), args=[inner]), *_]
                )
                | ast.Call(func=ast.Name(id="next" | "choice"), args=[inner, *_])
                | ast.Call(func=ast.Attribute(attr="choice"), args=[inner, *_])
            ):
                return self._iterated(inner, (), at, frame, depth) or unknown(*_names_in(inner))
            # The name alone says what it does, also where the library cannot be resolved; but a function of the project
            # that is called `text` is followed instead.
            case ast.Call(args=[*_, inner]) if last in _SAME and not self._is_own(node, at):
                return self._evaluate(inner, at, frame, depth - 1)
        if frames := self._call_frames(node, at, frame):
            return self._result(node, frames, depth)
        return self._setting(node, last, at, frame, depth) or unknown(last)

    def _is_own(self, node: ast.Call, at: Position) -> bool:
        return any(isinstance(value, FunctionType) for value in self.model.infer(node.func, at))

    def _setting(self, node: ast.Call, last: str, at: Position, frame: Frame | None, depth: int) -> Alternatives:
        """`os.environ.get("PAYMENTS_URL", default)`; nothing for other calls."""
        defaults = [keyword.value for keyword in node.keywords if keyword.arg == "default"]
        match node.args:
            case [ast.Constant(value=str(key)), *rest] if last in _SETTING_READERS:
                if stated := self._stated(key):
                    return stated
                entries = [self._evaluate(*entry, frame, depth - 1) for entry in self.model.mappings.entries(node, at)]
                fallback = [self._evaluate(value, at, frame, depth - 1) for value in (*rest[:1], *defaults)]
                if any(entries):
                    return either(*filter(None, entries))
                # The default counts though production sets the variable: it is most often the path of the same service
                # on this machine.
                return next(filter(None, fallback), unknown(key))
            case [] if defaults and last in ("Field", "field"):
                return self._evaluate(defaults[0], at, frame, depth - 1)
        return _NONE

    def _result(self, node: ast.Call, frames: list[Frame], depth: int) -> Alternatives:
        """What the functions of the project return that `node` calls."""
        values = [self._returns(inner, depth - 1) for inner in frames]
        return either(*filter(None, values)) if any(values) else unknown(_last_name(node.func))

    def _call_frames(self, node: ast.Call, at: Position, frame: Frame | None) -> list[Frame]:
        callees = self._method(node.func, at, frame) or self.model.infer(node.func, at)
        return [
            Frame(callee.scope, node, at, implicit_count(callee), callee.receiver, frame)
            for callee in callees
            if isinstance(callee, FunctionType)
        ]

    def _method(self, func: ast.expr, at: Position, frame: Frame | None) -> tuple[Type, ...]:
        """The methods that `self.url(...)` calls, of the class on which the wrapper was called."""
        if not isinstance(func, ast.Attribute) or not frame:
            return ()
        found = []
        for owner in self._owners(func.value, at, frame):
            for binding in attribute_bindings(self.model, owner, func.attr) if receiver_class(owner) else ():
                scope = (
                    self.model.files.scope_of(binding.node, binding.at) if binding.kind is BindingKind.DEFINED else None
                )
                if scope and isinstance(owner, InstanceType | ClassType):
                    receiver = None if "staticmethod" in _decorators(scope.node) else owner
                    found.append(FunctionType(scope.name, scope, receiver))
        return tuple(found)

    def _returns(self, frame: Frame, depth: int) -> Alternatives:
        values = [self._evaluate(node, at, frame, depth - 1) for node, at in frame.scope.returns]
        return either(*filter(None, values)) if any(values) else _NONE

    def _format(
        self, template: ast.expr, node: ast.Call, at: Position, frame: Frame | None, depth: int
    ) -> Alternatives:
        texts = self._evaluate(template, at, frame, depth - 1)
        # Of several templates, each would need its own number of fields; `format` raises for a wrong one.
        if len(texts) != 1 or texts[0].text is None:
            return unknown()
        indexed = takewhile(lambda argument: not isinstance(argument, ast.Starred), node.args)
        values = {str(index): argument for index, argument in enumerate(indexed)}
        values |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        factors = [
            literal(part)
            if is_text
            else self._evaluate(values[part], at, frame, depth - 1) or unknown()
            if part in values
            else unknown(part)
            for part, is_text in format_fields(texts[0].text)
        ]
        return joined(*factors)

    def _join(self, separator: ast.expr, parts: Placed, depth: int) -> Alternatives:
        between = self._evaluate(separator, parts.at, parts.frame, depth - 1)
        elements = self._sequence(parts)
        if elements is None:
            return unknown()
        values = [self._evaluate(*element, depth - 1) or unknown() for element in elements]
        pairs = ((between if index else literal(""), value) for index, value in enumerate(values))
        return joined(*chain.from_iterable(pairs))

    def _sequence(self, parts: Placed) -> list[Placed] | None:
        """The elements of a literal, with those of `*parts` and `map(str, parts)` that a call passes; else None."""
        node, at, frame = parts
        match node:
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                found = list[Placed]()
                for element in elements:
                    is_starred = isinstance(element, ast.Starred)
                    inner = (
                        self._sequence(Placed(element.value, at, frame)) if isinstance(element, ast.Starred) else None
                    )
                    if is_starred and inner is None:
                        return None
                    found += inner if inner is not None else [Placed(element, at, frame)]
                return found
            case (
                ast.Call(func=ast.Name(id="map"), args=[_, inner])
                | ast.Call(func=ast.Name(id="list" | "tuple"), args=[inner])
            ):
                return self._sequence(Placed(inner, at, frame))
            case ast.GeneratorExp(elt=element, generators=[clause]) if _is_same(element, clause.target):
                # With a condition, it is not known which parts are left.
                return None if clause.ifs else self._sequence(Placed(clause.iter, at, frame))
            case ast.Name():
                passed = arguments(self.model, ast.Call(func=node, args=[ast.Starred(node)], keywords=[]), at, frame)
                return list(passed.positional) if not passed.hides_positional else None
        return None

    def _truth(self, test: ast.expr, at: Position, frame: Frame | None, depth: int) -> bool | None:
        """Whether `test` holds, as far as strings tell."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                holds = self._truth(inner, at, frame, depth)
                return None if holds is None else not holds
            case ast.Compare(
                left=ast.Subscript(value=text, slice=ast.Constant(value=0)),
                ops=[ast.Eq()],
                comparators=[ast.Constant(value=str(start))],
            ):
                return self._starts(text, start, at, frame, depth)
            case ast.Call(func=ast.Attribute(value=text, attr="startswith"), args=[ast.Constant(value=str(start))]):
                return self._starts(text, start, at, frame, depth)
        return None

    def _starts(self, text: ast.expr, start: str, at: Position, frame: Frame | None, depth: int) -> bool | None:
        firsts = [value.parts[:1] for value in self._evaluate(text, at, frame, depth - 1)]
        answers = {first[0].startswith(start) if first and isinstance(first[0], str) else None for first in firsts}
        return answers.pop() if len(answers) == 1 else None


NO_CALL = ast.Call(func=ast.Name(id="", ctx=ast.Load()), args=[], keywords=[])
"""The call of a property, or of a function without callers: it passes nothing."""


def _is_same(element: ast.expr, target: ast.expr) -> bool:
    """Whether `element` is the loop variable `target`, or a call with nothing else: `quote(part)`."""
    inner = element.args[0] if isinstance(element, ast.Call) and len(element.args) == 1 else element
    return isinstance(inner, ast.Name) and isinstance(target, ast.Name) and inner.id == target.id


def _viewed(entries: ast.Dict, method: str, path: tuple[int, ...]) -> Iterator[ast.expr]:
    """The keys or values of `entries` that a loop over `keys()`, `values()` or `items()` binds to one name."""
    for key, value in zip(entries.keys, entries.values, strict=True):
        chosen = {"keys": key, "values": value, "items": (key, value)[path[0]] if path[:1] in ((0,), (1,)) else None}
        if found := chosen[method]:
            yield found


def _unpacked(placed: Placed, path: tuple[int, ...]) -> Iterator[Placed]:
    node = placed.node
    for index in path:
        if not isinstance(node, ast.Tuple | ast.List) or not 0 <= index < len(node.elts):
            return
        node = node.elts[index]
    yield Placed(node, placed.at, placed.frame)


def _http_method(name: str) -> Alternatives:
    """`GET` for `http.HTTPMethod.GET`; nothing for other symbols."""
    last = last_part(name)
    return literal(last) if ".HTTPMethod." in f".{name}" else _NONE


def _attribute_names(model: SemanticModel, owners: tuple[Type, ...], attribute: str) -> Iterator[str]:
    """What a contract can call an attribute: `base_url`, `Client.base_url` of its class or a base, `config.URL`."""
    yield attribute
    for owner in owners:
        if cls := receiver_class(owner):
            ancestors = (last_part(base.name) for base in model.mro(cls))
            yield from (f"{name}.{attribute}" for name in ancestors)
        elif isinstance(owner, ModuleType):
            yield f"{last_part(plain_name(owner.name))}.{attribute}"


def _names_in(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name


def _is_first_parameter(parameter: Binding) -> bool:
    function = parameter.at.scope.node
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return names[:1] == [parameter.name]


def _decorators(node: ast.AST) -> frozenset[str]:
    decorators = getattr(node, "decorator_list", [])
    return frozenset(_last_name(item.func if isinstance(item, ast.Call) else item) for item in decorators)


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
