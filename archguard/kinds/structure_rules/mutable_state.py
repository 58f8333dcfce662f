"""Variables of modules and classes that functions change: state that every caller shares.

A function changes a variable if it assigns to it as `global`, or to an item of it (`cache[key] = value`, `del`, `+=`),
or calls a method such as `append` of a list, dictionary, set or another container of the standard library. A variable
of a class is changed through the class or an instance (`cls.seen.add(...)`), unless a method gives each instance its
own.

Functions of other files count as well: those of the modules that import the one with the variable, and name it there.
What a module does at its top level, once, is no change, nor is what a test does.
Cost: one walk over the functions of the file; for each variable that none of them changes, a search for its name in the
files that import the module, and a walk over those that hold it.
"""

import ast
from collections.abc import Iterator
from itertools import chain

from archguard.codebase.facts.executed_nodes import executed_nodes
from archguard.codebase.file_results import ANYWHERE
from archguard.codebase.modules.namespace import is_test
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import Binding, BindingKind, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.mutation import load_mutation
from archguard.effects.tracing import content_of
from archguard.kinds.structure_rules.subjects import Sort, StructureFacts, Subject, own_names
from archguard.model.names import last_part
from archguard.semantics import ClassType, ExternalSymbol, InstanceType, ModuleType, Type

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Change:
    """A function changes a variable, or what it holds."""

    function: str
    """The qualified name of the function."""
    target: ast.expr
    """The variable, as the function names it."""
    scope: Scope
    by_method: bool = False
    """Whether it calls a method, which changes only some types."""


def mutable_variables(facts: StructureFacts, subject: Subject) -> Iterator[tuple[str, ast.AST, str]]:
    """Each variable of a module or class that some function changes: its name, its first binding, and the function."""
    changes = [change for scope in _functions(subject.scope.module) for change in _changes(scope)]
    for name, node in own_names(subject.scope):
        if name in _definitions(subject.scope) or (subject.sort is Sort.CLASS and _is_own(subject.scope, name)):
            continue
        is_container = _is_container(facts, subject.scope, name)
        own = (change for change in changes if _names(change, subject, name))
        for change in chain(own, _changes_elsewhere(facts, subject, name)):
            # `settings.update()` of an object that is no container may do anything; an assignment is a change whatever
            # the type.
            if is_container or not change.by_method:
                yield name, node, change.function
                break


def _functions(scope: Scope) -> Iterator[Scope]:
    return (inner for inner in scope.walk() if isinstance(inner.node, _FUNCTIONS))


def _definitions(scope: Scope) -> frozenset[str]:
    """The classes and functions in `scope`, which are no variables."""
    return frozenset(last_part(child.name) for child in scope.children)


def _is_own(scope: Scope, name: str) -> bool:
    """Whether a method of the class gives each instance its own: `self.name = ...`."""
    return any(function.stored(_receiver(function), name) for function in _functions(scope) if _receiver(function))


def _is_container(facts: StructureFacts, scope: Scope, name: str) -> bool:
    types = load_mutation().types
    values = (value for binding in scope.named(name) for value in facts.names.infer_origin(binding))
    classes = (value.of for value in values if isinstance(value, InstanceType))
    return any(isinstance(one, ExternalSymbol) and one.name.removesuffix("()") in types for one in classes)


def _changes_elsewhere(facts: StructureFacts, subject: Subject, name: str) -> Iterator[Change]:
    """The changes of the variable `name` of `subject` by functions of the modules that import its module."""
    model, sources = facts.names, facts.codebase.sources
    model.files.recorder.read((ANYWHERE, Reading.MENTIONS, name))
    for importer in sorted(facts.codebase.every_import.importers.get(subject.module, ())):
        # Parsing is what costs: most importers do not even contain the name.
        if is_test(importer) or name.encode() not in content_of(sources[importer]):
            continue
        for scope in _functions(model.scope(importer)):
            scope.read(Reading.TEXT)
            for change in (*_changes(scope), *_attribute_stores(scope)):
                if _refers(facts, change, subject, name):
                    yield change


def _attribute_stores(scope: Scope) -> Iterator[Change]:
    """`module.count = 1` and `module.count += 1`, which change a variable of another module."""
    for node in executed_nodes(ast.iter_child_nodes(scope.node)):
        match node:
            case ast.Assign(targets=targets):
                yield from (
                    Change(scope.name, target, scope) for target in targets if isinstance(target, ast.Attribute)
                )
            case ast.AugAssign(target=ast.Attribute() as target):
                yield Change(scope.name, target, scope)


def _refers(facts: StructureFacts, change: Change, subject: Subject, name: str) -> bool:
    """Whether the target of `change`, in another module, is the variable `name` of `subject`."""
    match change.target:
        case ast.Name(id=written):
            origins = facts.names.resolve(written, change.scope.end)
            bound = (origin for origin in origins if isinstance(origin, Binding))
            return any(origin.name == name and origin.at.scope is subject.scope for origin in bound)
        case ast.Attribute(value=owner, attr=attribute) if attribute == name:
            owners = facts.names.infer(owner, change.scope.end)
            return any(_is_subject(value, subject) for value in owners)
    return False


def _is_subject(value: Type, subject: Subject) -> bool:
    match value:
        case ModuleType(name=module):
            return subject.sort is Sort.MODULE and module == subject.module
        case ClassType(scope=scope):
            return scope is subject.scope
    return False


def _changes(scope: Scope) -> Iterator[Change]:
    for node in executed_nodes(ast.iter_child_nodes(scope.node)):
        match node:
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                yield from (change for target in targets for change in _stores(scope, target))
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
                yield from _stores(scope, target)
            case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in load_mutation().methods:
                yield Change(scope.name, value, scope, by_method=True)


def _stores(scope: Scope, target: ast.expr) -> Iterator[Change]:
    match target:
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            yield from (change for part in parts for change in _stores(scope, part))
        case ast.Starred(value=value):
            yield from _stores(scope, value)
        case ast.Subscript(value=value):
            yield Change(scope.name, value, scope)
        case ast.Name(id=name) if scope.is_nonlocal(name):
            yield Change(scope.name, target, scope)


def _names(change: Change, subject: Subject, name: str) -> bool:
    """Whether the target of `change` is the variable `name` of `subject`."""
    match change.target:
        case ast.Name(id=written) if subject.sort is Sort.MODULE:
            return written == name and _binder(change.scope, written) is subject.scope
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute) if subject.sort is Sort.CLASS:
            is_method = change.scope.parent is subject.scope and owner == _receiver(change.scope)
            is_class = owner == subject.simple_name and _binder(change.scope, owner) is subject.scope.parent
            return attribute == name and (is_method or is_class)
    return False


def _receiver(function: Scope) -> str:
    """The first parameter: `self`, or `cls`."""
    arguments = getattr(function.node, "args", None)
    parameters = [*arguments.posonlyargs, *arguments.args] if arguments else []
    return parameters[0].arg if parameters else ""


def _binder(scope: Scope, name: str) -> Scope | None:
    """The scope whose variable `name` is in a function."""
    inner: Scope | None = scope
    while inner is not None:
        is_visible = inner is scope or not inner.is_class
        bindings = inner.named(name) if is_visible and not inner.is_nonlocal(name) else []
        if any(binding.kind is not BindingKind.IMPORTED for binding in bindings):
            return inner
        inner = inner.parent
    return None
