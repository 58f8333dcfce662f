"""The binder: builds the scopes of a file in one pass over its syntax tree, in the order in which statements run.

It records bindings, access paths and strings with their `Position`, and resolves nothing. Bodies of functions are
visited where they are defined; the resolver accounts for their running later. Chains of attributes, `+` and `elif`
are visited without recursion, since a chain may be longer than Python's recursion limit. Cost: linear in the tree.
"""

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
    ScopeContents,
    ScopeNode,
)
from archguard.codebase.syntax.relative_names import absolute
from archguard.codebase.syntax.source import Source
from archguard.incremental.dependencies import DependencyRecorder
from archguard.model.names import ModuleName, top_package


def read_scope(source: Source, recorder: DependencyRecorder | None = None) -> Scope:
    """Build the scope of the module, with all scopes inside; `recorder` records what is read of them.

    Raises:
        SourceError: the file cannot be read or parsed.
    """
    scope = Scope(source.tree, source.module, None, recorder or DependencyRecorder(is_recording=False))
    _Binder(source.package, scope).read(source.tree.body)
    return scope


class _Binder:
    """Visits the statements of one scope, and creates another binder for each scope inside."""

    def __init__(self, package: ModuleName, scope: Scope) -> None:
        self.package = package
        self.scope = scope
        self.block = scope.block
        self.narrowing: Narrowing | None = None
        self.position = Position(scope, self.block, 0)

    def read(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def here(self) -> Position:
        """The current position; the same object until a name is bound or a branch is entered."""
        # Shared, for memory: hundreds of expressions stand between two bindings, and a scope keeps a position for each.
        if self.position.block is not self.block or self.position.narrowing is not self.narrowing:
            self.position = Position(self.scope, self.block, self.position.order, self.narrowing)
        return self.position

    def _narrow(self, test: ast.expr, *, holds: bool) -> None:
        """Narrow what follows by `test`, which holds there, or does not."""
        for target, classes, is_instance in narrowings(test, holds=holds):
            self.narrowing = Narrowing(target, classes, is_instance, self.position.order, self.narrowing)

    def _assert(self, node: ast.Assert) -> None:
        self._expression(node.test)
        self._unsearched(filter(None, [node.msg]))
        self._narrow(node.test, holds=True)

    def _if_expression(self, node: ast.IfExp) -> None:
        self._expression(node.test)
        outer = self.narrowing
        # Python evaluates the test first, then one of the two parts, though `x if test else y` is written in another
        # order.
        for part, holds in ((node.body, True), (node.orelse, False)):
            self._narrow(node.test, holds=holds)
            self._expression(part)
            self.narrowing = outer

    def _bool_op(self, node: ast.BoolOp) -> None:
        outer = self.narrowing
        for part in node.values:
            self._expression(part)
            # The next operand of `and` is evaluated only if this one was true, that of `or` only if it was false.
            self._narrow(part, holds=isinstance(node.op, ast.And))
        self.narrowing = outer

    def _statement(self, node: ast.stmt) -> None:
        _STATEMENTS.get(type(node), _Binder._subexpressions)(self, node)

    def _assign(self, node: ast.Assign) -> None:
        self._expression(node.value)
        for target in node.targets:
            self._bind(target, BindingKind.ASSIGNED, node.value)

    def _aug_assign(self, node: ast.AugAssign) -> None:
        self._expression(node.value)

    def _expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring, or a statement without effect
            self._expression(node.value)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self._expression(item.context_expr)
            if item.optional_vars:
                self._bind(item.optional_vars, BindingKind.ENTERED, item.context_expr)
        self.read(node.body)

    def _while(self, node: ast.While) -> None:
        self.scope.contents.has_loop = True
        self._expression(node.test)
        outer = self.narrowing
        self._narrow(node.test, holds=True)
        self._branches(node, node.body)
        self.narrowing = outer
        self._branches(node, node.orelse)

    def _return(self, node: ast.Return) -> None:
        if node.value:
            self._expression(node.value)
            self.scope.contents.returns.append((node.value, self.here()))

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self._bind(target, BindingKind.OPAQUE, node)

    def _global_or_nonlocal(self, node: ast.Global | ast.Nonlocal) -> None:
        self.scope.contents.nonlocals |= dict.fromkeys(node.names, type(node).__name__.lower())

    def _type_alias(self, node: Any) -> None:
        """`type X = ...` of Python 3.12."""
        self._add(Binding(BindingKind.ASSIGNED, node.name.id, node.value, self.here()))

    def _ann_assign(self, node: ast.AnnAssign) -> None:
        self._unsearched([node.annotation])
        if node.value:
            self._expression(node.value)
        self._bind(node.target, BindingKind.ASSIGNED, node.value or ast.Constant(...), annotation=node.annotation)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self.scope.contents.has_loop = True
        self._expression(node.iter)
        outer = self._enter_branch(node)
        self._bind(node.target, BindingKind.ITERATED, node.iter)
        self.read(node.body)
        self.block = outer
        self.read(node.orelse)

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        # In the block of the statement itself: what the body binds reaches what follows, as if nothing had been raised.
        # A handler is a branch, since it may or may not run.
        self.read([*node.body, *node.orelse])
        for handler in node.handlers:
            if handler.type:
                self._unsearched([handler.type])
            outer = self._enter_branch(handler)
            if handler.name:
                self._add(Binding(BindingKind.OPAQUE, handler.name, handler, self.here()))
            self.read(handler.body)
            self.block = outer
        self.read(node.finalbody)

    def _match(self, node: ast.Match) -> None:
        self._expression(node.subject)
        for case in node.cases:
            outer = self._enter_branch(node)
            for name in _captured_names(case.pattern):
                self._add(Binding(BindingKind.OPAQUE, name, case.pattern, self.here()))
            if case.guard:
                self._expression(case.guard)
            self.read(case.body)
            self.block = outer

    def _if(self, node: ast.If) -> None:
        """Visit `elif` in a loop, since there may be hundreds.

        After the statement, the test of each branch that ends in `return`, `raise` or the like has failed.
        """
        outer, initial, implied = self.block, self.narrowing, list[tuple[ast.expr, bool]]()
        while True:
            self._expression(node.test)
            enclosing, before_test = self.block, self.narrowing
            self._narrow(node.test, holds=True)
            self._branches(node, node.body)
            self.narrowing = before_test
            self._narrow(node.test, holds=False)
            self.block = Branch(enclosing, node)
            # `if not isinstance(order, Order): return` narrows all that follows.
            implied += [(node.test, False)] if _ends_flow(node.body) else []
            match node.orelse:
                case [ast.If() as node]:
                    continue
            self.read(node.orelse)
            # Only of the first test: after `elif`, the `else` branch says nothing of which branch was taken instead.
            implied += [(node.test, True)] if _ends_flow(node.orelse) and before_test is initial else []
            self.block, self.narrowing = outer, initial
            for test, holds in implied:
                self._narrow(test, holds=holds)
            return

    def _branches(self, node: ast.stmt, *branches: list[ast.stmt]) -> None:
        for branch in branches:
            outer = self._enter_branch(node)
            self.read(branch)
            self.block = outer

    def _enter_branch(self, group: ast.AST) -> Branch:
        outer = self.block
        self.block = Branch(outer, group)
        return outer

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                name = alias.asname or top_package(alias.name)
                # `import a.b` binds `a`, `import a.b as c` binds `c` to `a.b`.
                imported = (alias.name if alias.asname else name, "")
            else:
                module = absolute(node.module or "", node.level, self.package)
                name, imported = alias.asname or alias.name, (module, alias.name)
            if name == "*":
                self.scope.contents.star_imports.append(imported[0])
            else:
                self._add(Binding(BindingKind.IMPORTED, name, node, self.here(), imported=imported))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        # They are evaluated where the function is defined, once, in the scope around it.
        for expression in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            self._expression(expression)
        self._unsearched((*_annotations(node.args), *filter(None, [node.returns])))
        at = self.here()
        self._add(Binding(BindingKind.DEFINED, node.name, node, at))
        reader = self._child(node, node.name, at)
        reader.parameters(node.args)
        reader.read(node.body)

    def parameters(self, arguments: ast.arguments) -> None:
        """Bind the parameters of the function that this binder visits."""
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults = dict(zip(reversed(positional), reversed(arguments.defaults), strict=False))
        defaults |= {
            arg: default for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default
        }
        for arg in (*positional, *arguments.kwonlyargs):
            self._add(
                Binding(BindingKind.PARAMETER, arg.arg, arg, self.here(), arg.annotation, default=defaults.get(arg))
            )
        for arg in filter(None, (arguments.vararg, arguments.kwarg)):
            self._add(Binding(BindingKind.OPAQUE, arg.arg, arg, self.here()))

    def _class(self, node: ast.ClassDef) -> None:
        for expression in (*node.decorator_list, *node.bases):
            self._expression(expression)
        self._unsearched(keyword.value for keyword in node.keywords)
        at = self.here()
        self._add(Binding(BindingKind.DEFINED, node.name, node, at))
        self._child(node, node.name, at).read(node.body)

    def _child(self, node: ScopeNode, name: str, at: Position) -> "_Binder":
        scope = Scope(node, f"{self.scope.name}.{name}" if name else self.scope.name, at, self.scope.recorder)
        self.scope.contents.children.append(scope)
        return _Binder(self.package, scope)

    def _bind(
        self,
        target: ast.expr,
        kind: BindingKind,
        value: ast.AST,
        path: tuple[int, ...] = (),
        annotation: ast.expr | None = None,
    ) -> None:
        if state := app_state_name(target):
            self.scope.contents.app_state.setdefault(state, []).append(
                Binding(kind, state, value, self.here(), annotation, path)
            )
        match target:
            case ast.Name(id=name):
                self._add(Binding(kind, name, value, self.here(), annotation, path))
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for index, part in enumerate(parts):
                    self._bind(part, kind, value, (*path, index))
            # `*rest` is a list of an unknown part of the value.
            case ast.Starred(value=inner):
                self._bind(inner, BindingKind.OPAQUE, value)
            # The object is read before the attribute is stored: `self.session.info = ...` uses `self.session`.
            case ast.Attribute(value=ast.Name(id=base), attr=name):
                self._expression(target.value)
                binding = Binding(kind, name, value, self.here(), annotation, path)
                self.scope.contents.attributes.setdefault((base, name), []).append(binding)
            case ast.Subscript(value=ast.Name(id=base) | ast.Attribute(attr=base), slice=key):
                self._subexpressions(target)
                binding = Binding(kind, base, value, self.here(), annotation, path, key=key)
                self.scope.contents.attributes.setdefault((base, ITEM), []).append(binding)
            case _:
                self._subexpressions(target)

    def _add(self, binding: Binding) -> None:
        self.scope.contents.bindings.setdefault(binding.name, []).append(binding)
        self._advance()

    def _advance(self) -> None:
        """Start a new position: a name was bound."""
        self.position = Position(self.scope, self.block, self.position.order + 1, self.narrowing)

    def _expression(self, node: ast.expr) -> None:
        if type(node) is not ast.Name:  # a bare name contains no access, string or scope
            _EXPRESSIONS.get(type(node), _Binder._subexpressions)(self, node)

    def _unsearched(self, nodes: Iterable[ast.expr]) -> None:
        """Visit expressions in which no effects are looked for, such as annotations."""
        contents = self.scope.contents
        paths, children = len(contents.access_paths), len(contents.children)
        for node in nodes:
            self._expression(node)
        if len(contents.access_paths) > paths or len(contents.children) > children:
            _mark_unsearched(contents, paths, children)

    def _constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.scope.contents.strings.append((node, self.here()))

    def _named_expression(self, node: ast.NamedExpr) -> None:
        self._expression(node.value)
        self._bind_walrus(node.target.id, node.value)

    def _yield(self, node: ast.Yield) -> None:
        self.scope.contents.is_generator = True
        if node.value:
            self._expression(node.value)
            self.scope.contents.yields.append((node.value, self.here()))

    def _yield_from(self, node: ast.YieldFrom) -> None:
        self.scope.contents.is_generator = True
        self._expression(node.value)

    def _subexpressions(self, node: ast.AST) -> None:
        for child in _child_expressions(node):
            self._expression(child)

    def _string(self, node: ast.expr) -> None:
        operands = list(_operands(node))
        if any(isinstance(part, ast.JoinedStr) or _is_string(part) for part in operands):
            self.scope.contents.strings.append((node, self.here()))
        for part in operands:
            if isinstance(part, ast.JoinedStr | ast.BinOp):
                self._subexpressions(part)
            elif not isinstance(part, ast.Constant):
                self._expression(part)

    def _access_path(self, node: ast.expr) -> None:
        *links, start = path_nodes(node)
        for link in links:
            if type(link) is ast.Call:
                self.scope.contents.calls += 1
                for argument in link.args:
                    self._expression(argument)
                for keyword in link.keywords:
                    self._expression(keyword.value)
            elif type(link) is ast.Subscript:
                self._expression(link.slice)
        self._expression(start)
        self.scope.contents.access_paths.append(AccessPath(accesses_in(links), self.here()))

    def _lambda(self, node: ast.Lambda) -> None:
        for expression in node.args.defaults:
            self._expression(expression)
        self._unsearched(filter(None, node.args.kw_defaults))
        reader = self._child(node, "", self.here())
        reader.parameters(node.args)
        reader._expression(node.body)
        reader.scope.contents.returns.append((node.body, reader.here()))

    def _comprehension(self, node: Comprehension) -> None:
        self.scope.contents.has_loop = True
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
        self._advance()  # `:=` inside may have bound names in this scope

    def _bind_walrus(self, name: str, value: ast.expr) -> None:
        """Bind the target of `:=` in the nearest scope that is no comprehension, as Python does."""
        scope, at = self.scope, self.here()
        # PEP 572: the target outlives the comprehension, unlike its loop variables.
        while isinstance(scope.syntax, Comprehension) and scope.at:
            at = scope.at
            scope = at.scope
        scope.contents.bindings.setdefault(name, []).append(Binding(BindingKind.ASSIGNED, name, value, at))
        self._advance()


def _mark_unsearched(contents: ScopeContents, paths: int = 0, children: int = 0) -> None:
    """Mark the calls in the access paths from number `paths` on, and in the comprehensions from `children` on."""
    accesses = (access for path in contents.access_paths[paths:] for access in path.accesses)
    contents.unsearched.update(id(access.call) for access in accesses if access.call)
    for child in contents.children[children:]:
        if isinstance(child.syntax, Comprehension):
            _mark_unsearched(child.contents)


def _annotations(arguments: ast.arguments) -> Iterator[ast.expr]:
    """The annotations of the parameters of a function."""
    for arg in (*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg):
        if arg and arg.annotation:
            yield arg.annotation


def _child_expressions(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions directly below `node`; of a keyword argument, its value."""
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


def _ends_flow(statements: list[ast.stmt]) -> bool:
    """Whether control never continues after `statements`, judged by the last one."""
    return bool(statements) and isinstance(statements[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


def _captured_names(pattern: ast.pattern) -> Iterator[str]:
    for node in ast.walk(pattern):
        match node:
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield name


def _is_string(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _operands(node: ast.expr) -> Iterator[ast.expr]:
    """The operands of a chain of `+` and `%`, without recursion: a chain may exceed its limit."""
    stack = [node]
    while stack:
        match stack.pop():
            case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
                stack += [right, left]
            case operand:
                yield operand


_STATEMENTS: dict[type[ast.AST], Callable[[_Binder, Any], None]] = {
    ast.FunctionDef: _Binder._function,
    ast.AsyncFunctionDef: _Binder._function,
    ast.ClassDef: _Binder._class,
    ast.Import: _Binder._import,
    ast.ImportFrom: _Binder._import,
    ast.Assign: _Binder._assign,
    ast.AnnAssign: _Binder._ann_assign,
    ast.AugAssign: _Binder._aug_assign,
    ast.For: _Binder._for,
    ast.AsyncFor: _Binder._for,
    ast.With: _Binder._with,
    ast.AsyncWith: _Binder._with,
    ast.If: _Binder._if,
    ast.While: _Binder._while,
    ast.Try: _Binder._try,
    ast.TryStar: _Binder._try,
    ast.Match: _Binder._match,
    ast.Return: _Binder._return,
    ast.Assert: _Binder._assert,
    ast.Expr: _Binder._expr,
    ast.Delete: _Binder._delete,
    ast.Global: _Binder._global_or_nonlocal,
    ast.Nonlocal: _Binder._global_or_nonlocal,
}
"""The visitor of each type of statement; of all others, only the expressions are visited."""

if sys.version_info >= (3, 12):
    _STATEMENTS[ast.TypeAlias] = _Binder._type_alias
_EXPRESSIONS: Mapping[type[ast.AST], Callable[[_Binder, Any], None]] = {
    ast.Constant: _Binder._constant,
    **dict.fromkeys((ast.JoinedStr, ast.BinOp), _Binder._string),
    **dict.fromkeys(LINKS, _Binder._access_path),
    ast.Lambda: _Binder._lambda,
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), _Binder._comprehension),
    ast.NamedExpr: _Binder._named_expression,
    ast.Yield: _Binder._yield,
    ast.YieldFrom: _Binder._yield_from,
    ast.IfExp: _Binder._if_expression,
    ast.BoolOp: _Binder._bool_op,
}
"""The visitor of each type of expression; of all others, the subexpressions are visited."""
