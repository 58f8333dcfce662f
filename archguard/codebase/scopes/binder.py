"""Reads a file into its scopes: statement by statement, in the order in which they run."""

import ast
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from archguard.codebase.scopes.access_paths import LINKS, accesses_in, path_nodes
from archguard.codebase.scopes.app_state_names import app_state_name
from archguard.codebase.scopes.narrowing import narrowings
from archguard.codebase.scopes.scopes import (
    ITEM,
    AccessPath,
    Binding,
    BindingKind,
    Branch,
    Comprehension,
    Narrowing,
    Position,
    Scope,
    ScopeNode,
)
from archguard.codebase.syntax.relative_names import absolute
from archguard.codebase.syntax.source import Source


def read_scope(source: Source) -> Scope:
    """The scope of the whole file.

    Raises:
        SourceError: the file cannot be read or parsed.
    """
    scope = Scope(source.tree, source.module)
    _Reader(source.package, scope).read(source.tree.body)
    return scope


class _Reader:
    """Walks the statements of one scope, and starts another reader for each scope inside."""

    def __init__(self, package: str, scope: Scope) -> None:
        self.package = package
        self.scope = scope
        self.block = scope.block
        self.narrowing: Narrowing | None = None
        self.place = Position(scope, self.block, 0)

    def read(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def here(self) -> Position:
        """The same place as before, until a name is bound or a branch is taken."""
        if self.place.block is not self.block or self.place.narrowing is not self.narrowing:
            self.place = Position(self.scope, self.block, self.place.order, self.narrowing)
        return self.place

    def _narrow(self, test: ast.expr, *, holds: bool) -> None:
        """What comes now comes where `test` holds, or where it does not."""
        for target, classes, told in narrowings(test, holds=holds):
            self.narrowing = Narrowing(target, classes, told, self.place.order, self.narrowing)

    def _assert(self, node: ast.Assert) -> None:
        self._parts(node)
        self._narrow(node.test, holds=True)

    def _conditional(self, node: ast.IfExp) -> None:
        self._expression(node.test)
        outside = self.narrowing
        for part, holds in ((node.body, True), (node.orelse, False)):
            self._narrow(node.test, holds=holds)
            self._expression(part)
            self.narrowing = outside

    def _boolean(self, node: ast.BoolOp) -> None:
        outside = self.narrowing
        for part in node.values:
            self._expression(part)
            self._narrow(part, holds=isinstance(node.op, ast.And))
        self.narrowing = outside

    def _statement(self, node: ast.stmt) -> None:
        _STATEMENTS.get(type(node), _Reader._parts)(self, node)

    def _assign(self, node: ast.Assign) -> None:
        self._expression(node.value)
        for target in node.targets:
            self._bind(target, BindingKind.ASSIGNED, node.value)

    def _augmented(self, node: ast.AugAssign) -> None:
        self._expression(node.value)

    def _expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring, or nothing at all
            self._expression(node.value)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self._expression(item.context_expr)
            if item.optional_vars:
                self._bind(item.optional_vars, BindingKind.ENTERED, item.context_expr)
        self.read(node.body)

    def _while(self, node: ast.While) -> None:
        self._expression(node.test)
        outside = self.narrowing
        self._narrow(node.test, holds=True)
        self._branches(node, node.body)
        self.narrowing = outside
        self._branches(node, node.orelse)

    def _return(self, node: ast.Return) -> None:
        if node.value:
            self._expression(node.value)
            self.scope.returns.append((node.value, self.here()))

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self._bind(target, BindingKind.OPAQUE, node)

    def _outer(self, node: ast.Global | ast.Nonlocal) -> None:
        self.scope.nonlocals |= dict.fromkeys(node.names, type(node).__name__.lower())

    def _type_alias(self, node: Any) -> None:
        """`type X = ...` of Python 3.12."""
        self._add(Binding(BindingKind.ASSIGNED, node.name.id, node.value, self.here()))

    def _annotated(self, node: ast.AnnAssign) -> None:
        self._expression(node.annotation)
        if node.value:
            self._expression(node.value)
        self._bind(node.target, BindingKind.ASSIGNED, node.value or ast.Constant(...), annotation=node.annotation)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self._expression(node.iter)
        outside = self._in_block(node)
        self._bind(node.target, BindingKind.ITERATED, node.iter)
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
                self._add(Binding(BindingKind.OPAQUE, handler.name, handler, self.here()))
            self.read(handler.body)
            self.block = outside
        self.read(node.finalbody)

    def _match(self, node: ast.Match) -> None:
        self._expression(node.subject)
        for case in node.cases:
            outside = self._in_block(node)
            for name in _captured(case.pattern):
                self._add(Binding(BindingKind.OPAQUE, name, case.pattern, self.here()))
            if case.guard:
                self._expression(case.guard)
            self.read(case.body)
            self.block = outside

    def _if(self, node: ast.If) -> None:
        """One `elif` after the other, since there may be hundreds."""
        outside, known, left = self.block, self.narrowing, list[tuple[ast.expr, bool]]()
        while True:
            self._expression(node.test)
            around, so_far = self.block, self.narrowing
            self._narrow(node.test, holds=True)
            self._branches(node, node.body)
            self.narrowing = so_far
            self._narrow(node.test, holds=False)
            self.block = Branch(around, node)
            left += [(node.test, False)] if _leaves(node.body) else []
            match node.orelse:
                case [ast.If() as node]:
                    continue
            self.read(node.orelse)
            left += [(node.test, True)] if _leaves(node.orelse) and so_far is known else []
            self.block, self.narrowing = outside, known
            for test, holds in left:
                self._narrow(test, holds=holds)
            return

    def _branches(self, node: ast.stmt, *branches: list[ast.stmt]) -> None:
        for branch in branches:
            outside = self._in_block(node)
            self.read(branch)
            self.block = outside

    def _in_block(self, group: ast.AST) -> Branch:
        outside = self.block
        self.block = Branch(outside, group)
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
                self.scope.star_imports.append(imported[0])
            else:
                self._add(Binding(BindingKind.IMPORTED, name, node, self.here(), imported=imported))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for outside in (*node.decorator_list, *_outside(node.args), *filter(None, [node.returns])):
            self._expression(outside)
        at = self.here()
        self._add(Binding(BindingKind.DEFINED, node.name, node, at))
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
            self._add(
                Binding(BindingKind.PARAMETER, arg.arg, arg, self.here(), arg.annotation, default=defaults.get(arg))
            )
        for arg in filter(None, (arguments.vararg, arguments.kwarg)):
            self._add(Binding(BindingKind.OPAQUE, arg.arg, arg, self.here()))

    def _class(self, node: ast.ClassDef) -> None:
        for outside in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self._expression(outside)
        at = self.here()
        self._add(Binding(BindingKind.DEFINED, node.name, node, at))
        self._child(node, node.name, at).read(node.body)

    def _child(self, node: ScopeNode, name: str, at: Position) -> "_Reader":
        scope = Scope(node, f"{self.scope.name}.{name}" if name else self.scope.name, at)
        self.scope.children.append(scope)
        return _Reader(self.package, scope)

    def _bind(
        self,
        target: ast.expr,
        how: BindingKind,
        value: ast.AST,
        path: tuple[int, ...] = (),
        annotation: ast.expr | None = None,
    ) -> None:
        if kept := app_state_name(target):
            self.scope.app_state.setdefault(kept, []).append(Binding(how, kept, value, self.here(), annotation, path))
        match target:
            case ast.Name(id=name):
                self._add(Binding(how, name, value, self.here(), annotation, path))
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for index, part in enumerate(parts):
                    self._bind(part, how, value, (*path, index))
            case ast.Starred(value=inner):
                self._bind(inner, BindingKind.OPAQUE, value)
            case ast.Attribute(value=ast.Name(id=base), attr=name):
                self._expression(target.value)
                binding = Binding(how, name, value, self.here(), annotation, path)
                self.scope.attributes.setdefault((base, name), []).append(binding)
            case ast.Subscript(value=ast.Name(id=base) | ast.Attribute(attr=base), slice=key):
                self._parts(target)
                binding = Binding(how, base, value, self.here(), annotation, path, key=key)
                self.scope.attributes.setdefault((base, ITEM), []).append(binding)
            case _:
                self._parts(target)

    def _add(self, binding: Binding) -> None:
        self.scope.bindings.setdefault(binding.name, []).append(binding)
        self._go_on()

    def _go_on(self) -> None:
        """What comes now comes after a name was bound."""
        self.place = Position(self.scope, self.block, self.place.order + 1, self.narrowing)

    def _expression(self, node: ast.expr) -> None:
        if type(node) is not ast.Name:  # nothing is done with a name alone
            _EXPRESSIONS.get(type(node), _Reader._parts)(self, node)

    def _constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.scope.strings.append((node, self.here()))

    def _walrus(self, node: ast.NamedExpr) -> None:
        self._expression(node.value)
        self._bind_outside_of_comprehensions(node.target.id, node.value)

    def _yield(self, node: ast.Yield) -> None:
        if node.value:
            self._expression(node.value)
            self.scope.yields.append((node.value, self.here()))

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
        *parts, beginning = path_nodes(node)
        for link in parts:
            if type(link) is ast.Call:
                self.scope.calls += 1
                for argument in link.args:
                    self._expression(argument)
                for keyword in link.keywords:
                    self._expression(keyword.value)
            elif type(link) is ast.Subscript:
                self._expression(link.slice)
        self._expression(beginning)
        self.scope.access_paths.append(AccessPath(accesses_in(parts), self.here()))

    def _lambda(self, node: ast.Lambda) -> None:
        for outside in _outside(node.args):
            self._expression(outside)
        reader = self._child(node, "", self.here())
        reader.parameters(node.args)
        reader._expression(node.body)
        reader.scope.returns.append((node.body, reader.here()))

    def _comprehension(self, node: Comprehension) -> None:
        self._expression(node.generators[0].iter)
        reader = self._child(node, "", self.here())
        for index, generator in enumerate(node.generators):
            if index:
                reader._expression(generator.iter)
            reader._bind(generator.target, BindingKind.ITERATED, generator.iter)
            for test in generator.ifs:
                reader._expression(test)
                reader._narrow(test, holds=True)
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for result in results:
            reader._expression(result)
        self._go_on()  # it may have bound names here

    def _bind_outside_of_comprehensions(self, name: str, value: ast.expr) -> None:
        scope, at = self.scope, self.here()
        while isinstance(scope.node, Comprehension) and scope.at:
            at = scope.at
            scope = at.scope
        scope.bindings.setdefault(name, []).append(Binding(BindingKind.ASSIGNED, name, value, at))
        self._go_on()


def _outside(arguments: ast.arguments) -> Iterator[ast.expr]:
    """What belongs to the scope around the function: defaults and annotations."""
    yield from arguments.defaults
    yield from filter(None, arguments.kw_defaults)
    for arg in (*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg):
        if arg and arg.annotation:
            yield arg.annotation


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that are parts of `node`; those of keywords are their values."""
    for name in node._fields:
        value = getattr(node, name)
        if isinstance(value, ast.expr):
            yield value
        elif type(value) is list:
            for item in value:
                if isinstance(item, ast.expr):
                    yield item
                elif isinstance(item, ast.keyword):
                    yield item.value


def _leaves(statements: list[ast.stmt]) -> bool:
    """Whether what comes after `statements` is not run after them."""
    return bool(statements) and isinstance(statements[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


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


_STATEMENTS: dict[type[ast.AST], Callable[[_Reader, Any], None]] = {
    ast.FunctionDef: _Reader._function,
    ast.AsyncFunctionDef: _Reader._function,
    ast.ClassDef: _Reader._class,
    ast.Import: _Reader._import,
    ast.ImportFrom: _Reader._import,
    ast.Assign: _Reader._assign,
    ast.AnnAssign: _Reader._annotated,
    ast.AugAssign: _Reader._augmented,
    ast.For: _Reader._for,
    ast.AsyncFor: _Reader._for,
    ast.With: _Reader._with,
    ast.AsyncWith: _Reader._with,
    ast.If: _Reader._if,
    ast.While: _Reader._while,
    ast.Try: _Reader._try,
    ast.TryStar: _Reader._try,
    ast.Match: _Reader._match,
    ast.Return: _Reader._return,
    ast.Assert: _Reader._assert,
    ast.Expr: _Reader._expr,
    ast.Delete: _Reader._delete,
    ast.Global: _Reader._outer,
    ast.Nonlocal: _Reader._outer,
}
"""How each kind of statement is read; of all others, the expressions in them."""

if sys.version_info >= (3, 12):
    _STATEMENTS[ast.TypeAlias] = _Reader._type_alias
_EXPRESSIONS: Mapping[type[ast.AST], Callable[[_Reader, Any], None]] = {
    ast.Constant: _Reader._constant,
    **dict.fromkeys((ast.JoinedStr, ast.BinOp), _Reader._text),
    **dict.fromkeys(LINKS, _Reader._chain),
    ast.Lambda: _Reader._lambda,
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), _Reader._comprehension),
    ast.NamedExpr: _Reader._walrus,
    ast.Yield: _Reader._yield,
    ast.IfExp: _Reader._conditional,
    ast.BoolOp: _Reader._boolean,
}
"""How each kind of expression is read; of all others, their parts."""
