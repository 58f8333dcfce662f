"""Definitions that a qualified name means: of functions inside of functions, and through re-exports."""

from collections.abc import Iterator

from archguard.codebase import Codebase
from archguard.codebase.scopes.scopes import Scope
from archguard.effects.catalogue.catalogue import semantic_model
from archguard.effects.routes.expressions import attribute_types, exported_types
from archguard.model.names import last_part, parts_of
from archguard.semantics import ClassType, InstanceType, SemanticModel, Types, qualified_name


def definitions_of(codebase: Codebase, name: str) -> tuple[str, ...]:
    """The qualified names of what `name` means in the project; empty if it means nothing there."""
    found = [scope.name for scope in scopes_named(codebase, name)]
    model = semantic_model(codebase)
    for module, path in _splits(codebase, name):
        values = exported_types(model, module, path[0]) if path else ()
        found += _attributes(model, values, path[1:])
        if path and not found and path[0] in model.scope(module).bindings:
            found.append(name)
    return tuple(dict.fromkeys(found))


def scopes_named(codebase: Codebase, name: str) -> tuple[Scope, ...]:
    """The scopes of functions and classes with that qualified name, those inside of functions included."""
    model = semantic_model(codebase)
    found = list[Scope]()
    for module, path in _splits(codebase, name):
        scopes = [model.scope(module)]
        for part in path:
            scopes = [child for scope in scopes for child in scope.children if last_part(child.name) == part]
        found += scopes if path else []
    return tuple(found)


def _splits(codebase: Codebase, name: str) -> Iterator[tuple[str, list[str]]]:
    """The longest module that `name` begins with, in each service, and the names behind it."""
    parts = parts_of(name)
    for length in range(len(parts), 0, -1):
        candidate = ".".join(parts[:length])
        modules = [candidate] if candidate in codebase.sources else []
        if codebase.services and "::" not in name:
            modules += [module for module in sorted(codebase.sources) if module.endswith(f"::{candidate}")]
        for module in modules:
            yield module, parts[length:]
        if modules:
            return


def _attributes(model: SemanticModel, values: Types, path: list[str]) -> list[str]:
    for part in path:
        values = tuple(inner for value in values for inner in attribute_types(model, value, part))
    return [qualified_name(value) for value in values if not _is_plain_instance(values)]


def _is_plain_instance(values: Types) -> bool:
    """Whether it is a variable that holds an object: its class is no name of the object."""
    return all(isinstance(value, InstanceType) and not isinstance(value, ClassType) for value in values)
