"""The scopes of a file: what each binds to names, in which order, and which expressions stand in it."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from archguard.codebase.facts.imports import absolute
from archguard.codebase.source import Source

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
ScopeNode: TypeAlias = (
    ast.Module | ast.ClassDef | FunctionNode | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
)
_Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_LINKS = frozenset({ast.Call, ast.Attribute, ast.Subscript, ast.Await})


class How(StrEnum):
    """How a name gets its value."""

    ASSIGNED = "assigned"
    ITERATED = "iterated"
    ENTERED = "entered"
    """By `with ... as`."""
    PARAMETER = "parameter"
    IMPORTED = "imported"
    DEFINED = "defined"
    """By `class` or `def`."""
    OPAQUE = "opaque"
    """By `del`, `except ... as`, or a pattern of `match`."""


@dataclass(frozen=True, eq=False)
class Block:
    """Statements that run together; `group` is the statement whose branch they are."""

    parent: "Block | None" = None
    group: ast.AST | None = None

    def within(self) -> Iterator["Block"]:
        """This block and those around it, the nearest first."""
        block: Block | None = self
        while block:
            yield block
            block = block.parent


@dataclass(frozen=True, eq=False)
class Position:
    """A place in the order in which a scope runs."""

    scope: "Scope"
    block: Block
    order: int

    def sees(self, other: "Position") -> bool:
        """Whether what happens at `other`, in the same scope, can have happened before."""
        return other.order < self.order and not self._excludes(other)

    def follows(self, other: "Position") -> bool:
        """Whether what happens at `other` has happened before, whichever branches were taken."""
        return any(block is other.block for block in self.block.within())

    def _excludes(self, other: "Position") -> bool:
        own = {id(block.group): block for block in self.block.within() if block.group}
        return any(own.get(id(block.group), block) is not block for block in other.block.within() if block.group)


@dataclass(frozen=True, eq=False)
class Binding:
    """`name` gets a value at `at`."""

    how: How
    name: str
    node: ast.AST
    """The expression that is assigned, iterated or entered; the parameter; the `class` or `def`; the `import`."""
    at: Position
    annotation: ast.expr | None = None
    path: tuple[int, ...] = ()
    """Which element of the value, where a tuple is unpacked; -1 is some element."""
    imported: tuple[str, str] = ("", "")
    """The module, and the name in it or ""; absolute, without the service."""
    default: ast.expr | None = None
    """What the parameter is by default."""


@dataclass(frozen=True, eq=False)
class Step:
    """One thing that is done in a chain: an attribute that is taken, or a call."""

    node: ast.expr
    call: ast.Call | None
    """The call, if it is one."""
    name: str
    """The attribute that is taken or called; the function that is called; "" if it has no name."""
    owner: ast.expr | None
    """What the attribute is of."""
    last: bool
    """Whether nothing more is done with it."""

    @property
    def callee(self) -> ast.expr:
        """What is called; the attribute itself if it is not called."""
        return self.call.func if self.call else self.node

    @property
    def owner_name(self) -> str:
        """The last name of what the attribute is of: `session` for `self.session.execute`."""
        return _last_name(self.owner) if self.owner is not None else ""

    @property
    def owner_path(self) -> tuple[str, ...]:
        """The last names of what the attribute is of, the nearest first: `session`, `db` for `db.session.add`."""
        names, node = [self.owner_name], self.owner
        while node is not None and not isinstance(node, ast.Attribute):
            node = _inner(node)
        return (*names, _last_name(node.value)) if node is not None else tuple(names)


@dataclass(frozen=True, eq=False)
class Chain:
    """A whole expression like `session.query(Order).all()`: a beginning, and what is done with it step by step."""

    top: ast.expr
    at: Position

    def steps(self) -> tuple[ast.expr, ...]:
        """Its parts, the beginning first: `session`, `session.query`, `session.query(Order)`, ..."""
        steps = [self.top]
        while (inner := _inner(steps[-1])) is not None:
            steps.append(inner)
        return tuple(reversed(steps))

    def parts(self) -> Iterator[Step]:
        """What is done in it, in order: every call, and every attribute that is not called."""
        steps = self.steps()
        for step, following in zip(steps, (*steps[1:], None), strict=True):
            match step:
                case ast.Call(func=ast.Attribute(value=owner, attr=name)):
                    yield Step(step, step, name, owner, following is None)
                case ast.Call(func=func):
                    yield Step(step, step, func.id if isinstance(func, ast.Name) else "", None, following is None)
                case ast.Attribute(value=owner, attr=name) if not isinstance(following, ast.Call):
                    yield Step(step, None, name, owner, following is None)


@dataclass(eq=False)
class Scope:
    """A module, class, function or comprehension."""

    node: ScopeNode
    name: str
    """Dotted, with the module: `shop.orders.Orders.place`."""
    at: Position | None = None
    """Where it stands in the scope around it; None for a module."""
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    attributes: dict[tuple[str, str], list[Binding]] = field(default_factory=dict)
    """What is assigned to attributes of names: `self.session = ...` is at ("self", "session")."""
    outer: dict[str, str] = field(default_factory=dict)
    """The names that are declared `global` or `nonlocal`."""
    stars: list[str] = field(default_factory=list)
    """The modules whose names are all imported."""
    returns: list[tuple[ast.expr, Position]] = field(default_factory=list)
    yields: list[tuple[ast.expr, Position]] = field(default_factory=list)
    chains: list[Chain] = field(default_factory=list)
    strings: list[tuple[ast.expr, Position]] = field(default_factory=list)
    """The string literals, f-strings and concatenations, each as a whole."""
    calls: int = 0
    """How many calls stand in it, without those in scopes inside."""
    children: list["Scope"] = field(default_factory=list)
    block: Block = field(default_factory=Block)

    @property
    def parent(self) -> "Scope | None":
        """The scope around it."""
        return self.at.scope if self.at else None

    @property
    def module(self) -> "Scope":
        """The scope of the module in which it stands."""
        scope = self
        while scope.parent:
            scope = scope.parent
        return scope

    @property
    def end(self) -> Position:
        """The place after everything in it."""
        return Position(self, self.block, 1 << 60)

    def everything(self) -> Iterator["Scope"]:
        """This scope and all scopes in it, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.everything()

    @classmethod
    def extract(cls, source: Source) -> "Scope":
        """The scope of the whole file.

        Raises:
            SourceError: the file cannot be read or parsed.
        """
        scope = cls(source.tree, source.module)
        _Reader(source.package, scope).read(source.tree.body)
        return scope


def _inner(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.Call(func=inner):
            return inner
        case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Await(value=inner):
            return inner
    return None


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    inner = _inner(node)
    return _last_name(inner) if inner is not None else ""


class _Reader:
    """Walks the statements of one scope, and starts another reader for each scope inside."""

    def __init__(self, package: str, scope: Scope) -> None:
        self.package = package
        self.scope = scope
        self.block = scope.block
        self.order = 0

    def read(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def here(self) -> Position:
        self.order += 1
        return Position(self.scope, self.block, self.order)

    def _statement(self, node: ast.stmt) -> None:  # noqa: C901, PLR0912  # one case for each kind of statement
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node)
            case ast.ClassDef():
                self._class(node)
            case ast.Import() | ast.ImportFrom():
                self._import(node)
            case ast.Assign():
                self._expression(node.value)
                for target in node.targets:
                    self._bind(target, How.ASSIGNED, node.value)
            case ast.AnnAssign():
                self._annotated(node)
            case ast.AugAssign():
                self._expression(node.value)
            case ast.For() | ast.AsyncFor():
                self._for(node)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    self._expression(item.context_expr)
                    if item.optional_vars:
                        self._bind(item.optional_vars, How.ENTERED, item.context_expr)
                self.read(node.body)
            case ast.If():
                self._if(node)
            case ast.While():
                self._expression(node.test)
                self._branches(node, node.body, node.orelse)
            case ast.Try() | ast.TryStar():
                self._try(node)
            case ast.Match():
                self._match(node)
            case ast.Return(value=ast.expr() as value):
                self._expression(value)
                self.scope.returns.append((value, self.here()))
            case ast.Expr(value=ast.Constant()):
                return  # a docstring, or nothing at all
            case ast.Delete():
                for target in node.targets:
                    self._bind(target, How.OPAQUE, node)
            case ast.Global() | ast.Nonlocal():
                self.scope.outer |= dict.fromkeys(node.names, type(node).__name__.lower())
            case _:
                self._others(node)

    def _others(self, node: ast.AST) -> None:
        name = getattr(node, "name", None)
        if type(node).__name__ == "TypeAlias" and isinstance(name, ast.Name):  # `type X = ...` of Python 3.12
            self._add(Binding(How.ASSIGNED, name.id, node.value, self.here()))  # type: ignore[attr-defined]
            return
        self._parts(node)

    def _annotated(self, node: ast.AnnAssign) -> None:
        self._expression(node.annotation)
        if node.value:
            self._expression(node.value)
        self._bind(node.target, How.ASSIGNED, node.value or ast.Constant(...), annotation=node.annotation)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self._expression(node.iter)
        outside = self._in_block(node)
        self._bind(node.target, How.ITERATED, node.iter)
        self.read(node.body)
        self.block = outside
        self.read(node.orelse)

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        self.read([*node.body, *node.orelse])
        for handler in node.handlers:
            if handler.type:
                self._expression(handler.type)
            outside = self._in_block(handler)
            if handler.name:
                self._add(Binding(How.OPAQUE, handler.name, handler, self.here()))
            self.read(handler.body)
            self.block = outside
        self.read(node.finalbody)

    def _match(self, node: ast.Match) -> None:
        self._expression(node.subject)
        for case in node.cases:
            outside = self._in_block(node)
            for name in _captured(case.pattern):
                self._add(Binding(How.OPAQUE, name, case.pattern, self.here()))
            if case.guard:
                self._expression(case.guard)
            self.read(case.body)
            self.block = outside

    def _if(self, node: ast.If) -> None:
        """One `elif` after the other, since there may be hundreds."""
        outside = self.block
        while True:
            self._expression(node.test)
            around = self.block
            self._branches(node, node.body)
            self.block = Block(around, node)
            match node.orelse:
                case [ast.If() as node]:
                    continue
            self.read(node.orelse)
            self.block = outside
            return

    def _branches(self, node: ast.stmt, *branches: list[ast.stmt]) -> None:
        for branch in branches:
            outside = self._in_block(node)
            self.read(branch)
            self.block = outside

    def _in_block(self, group: ast.AST) -> Block:
        outside = self.block
        self.block = Block(outside, group)
        return outside

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                name = alias.asname or alias.name.partition(".")[0]
                imported = (alias.name if alias.asname else name, "")
            else:
                module = absolute(node.module or "", node.level, self.package)
                name, imported = alias.asname or alias.name, (module, alias.name)
            if name == "*":
                self.scope.stars.append(imported[0])
            else:
                self._add(Binding(How.IMPORTED, name, node, self.here(), imported=imported))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for outside in (*node.decorator_list, *_outside(node.args), *filter(None, [node.returns])):
            self._expression(outside)
        at = self.here()
        self._add(Binding(How.DEFINED, node.name, node, at))
        reader = self._child(node, node.name, at)
        reader.parameters(node.args)
        reader.read(node.body)

    def parameters(self, arguments: ast.arguments) -> None:
        """Bind the parameters of the function that is read."""
        places = [*arguments.posonlyargs, *arguments.args]
        defaults = dict(zip(reversed(places), reversed(arguments.defaults), strict=False))
        defaults |= {
            arg: default for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default
        }
        for arg in (*places, *arguments.kwonlyargs):
            self._add(Binding(How.PARAMETER, arg.arg, arg, self.here(), arg.annotation, default=defaults.get(arg)))
        for arg in filter(None, (arguments.vararg, arguments.kwarg)):
            self._add(Binding(How.OPAQUE, arg.arg, arg, self.here()))

    def _class(self, node: ast.ClassDef) -> None:
        for outside in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self._expression(outside)
        at = self.here()
        self._add(Binding(How.DEFINED, node.name, node, at))
        self._child(node, node.name, at).read(node.body)

    def _child(self, node: ScopeNode, name: str, at: Position) -> "_Reader":
        scope = Scope(node, f"{self.scope.name}.{name}" if name else self.scope.name, at)
        self.scope.children.append(scope)
        return _Reader(self.package, scope)

    def _bind(
        self,
        target: ast.expr,
        how: How,
        value: ast.AST,
        path: tuple[int, ...] = (),
        annotation: ast.expr | None = None,
    ) -> None:
        match target:
            case ast.Name(id=name):
                self._add(Binding(how, name, value, self.here(), annotation, path))
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for index, part in enumerate(parts):
                    self._bind(part, how, value, (*path, index))
            case ast.Starred(value=inner):
                self._bind(inner, How.OPAQUE, value)
            case ast.Attribute(value=ast.Name(id=base), attr=name):
                self._expression(target.value)
                binding = Binding(how, name, value, self.here(), annotation, path)
                self.scope.attributes.setdefault((base, name), []).append(binding)
            case _:
                self._others(target)

    def _add(self, binding: Binding) -> None:
        self.scope.bindings.setdefault(binding.name, []).append(binding)

    def _expression(self, node: ast.expr) -> None:
        kind = type(node)
        if kind is ast.Name or (kind is ast.Constant and not isinstance(node.value, str)):  # type: ignore[attr-defined]
            return
        if kind in _LINKS:
            self._chain(node)
        elif kind is ast.Constant or kind is ast.JoinedStr or kind is ast.BinOp:
            self._text(node)
        else:
            self._rare(node)

    def _rare(self, node: ast.expr) -> None:
        match node:
            case ast.Lambda():
                self._lambda(node)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node)
            case ast.NamedExpr(target=target, value=value):
                self._expression(value)
                self._bind_outside_of_comprehensions(target.id, value)
            case ast.Yield(value=ast.expr() as value):
                self._expression(value)
                self.scope.yields.append((value, self.here()))
            case _:
                self._parts(node)

    def _parts(self, node: ast.AST) -> None:
        for child in _expressions(node):
            self._expression(child)

    def _text(self, node: ast.expr) -> None:
        operands = list(_operands(node))
        if any(isinstance(part, ast.JoinedStr) or _is_text(part) for part in operands):
            self.scope.strings.append((node, self.here()))
        for part in operands:
            if isinstance(part, ast.JoinedStr | ast.BinOp):
                self._parts(part)
            elif not isinstance(part, ast.Constant):
                self._expression(part)

    def _chain(self, node: ast.expr) -> None:
        link: ast.expr | None = node
        while link is not None and type(link) in _LINKS:
            match link:
                case ast.Call(args=arguments, keywords=keywords):
                    self.scope.calls += 1
                    for argument in arguments:
                        self._expression(argument)
                    for keyword in keywords:
                        self._expression(keyword.value)
                case ast.Subscript(slice=index):
                    self._expression(index)
            link = _inner(link)
        if link is not None and not isinstance(link, ast.Name):
            self._expression(link)
        self.scope.chains.append(Chain(node, self.here()))

    def _lambda(self, node: ast.Lambda) -> None:
        for outside in _outside(node.args):
            self._expression(outside)
        reader = self._child(node, "", self.here())
        reader.parameters(node.args)
        reader._expression(node.body)
        reader.scope.returns.append((node.body, reader.here()))

    def _comprehension(self, node: _Comprehension) -> None:
        self._expression(node.generators[0].iter)
        reader = self._child(node, "", self.here())
        for index, generator in enumerate(node.generators):
            if index:
                reader._expression(generator.iter)
            reader._bind(generator.target, How.ITERATED, generator.iter)
            for test in generator.ifs:
                reader._expression(test)
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for result in results:
            reader._expression(result)

    def _bind_outside_of_comprehensions(self, name: str, value: ast.expr) -> None:
        scope, at = self.scope, self.here()
        while isinstance(scope.node, _Comprehension) and scope.at:
            at = scope.at
            scope = at.scope
        scope.bindings.setdefault(name, []).append(Binding(How.ASSIGNED, name, value, at))


def _outside(arguments: ast.arguments) -> Iterator[ast.expr]:
    """What belongs to the scope around the function: defaults and annotations."""
    yield from arguments.defaults
    yield from filter(None, arguments.kw_defaults)
    for arg in (*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg):
        if arg and arg.annotation:
            yield arg.annotation


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that are parts of `node`; those of keywords are their values."""
    for value in vars(node).values():
        if isinstance(value, ast.expr):
            yield value
        elif type(value) is list:
            for item in value:
                if isinstance(item, ast.expr):
                    yield item
                elif isinstance(item, ast.keyword):
                    yield item.value


def _captured(pattern: ast.pattern) -> Iterator[str]:
    for node in ast.walk(pattern):
        match node:
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield name


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _operands(node: ast.expr) -> Iterator[ast.expr]:
    """The operands of a chain of `+` and `%`, however long."""
    stack = [node]
    while stack:
        match stack.pop():
            case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
                stack += [right, left]
            case operand:
                yield operand
