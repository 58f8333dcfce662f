"""The configuration of an application: `app.config["TOPIC"]`, whichever module of the service sets it.

Flask, Quart and Sanic read it from a class or module (`config.from_object(Config)`), from arguments
(`config.from_mapping(TOPIC=...)`, `config.update(...)`), or entry by entry. A regex finds the files with such a
statement, once a run; they are parsed when an entry is looked up.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TypeAlias

from archguard.codebase.codebase import Codebase
from archguard.codebase.file_tasks import scan_files
from archguard.codebase.scopes.scopes import ITEM, Binding, BindingKind, Position, Scope
from archguard.codebase.syntax.source import Source, SourceError
from archguard.codebase.worker_pool import broadcast
from archguard.incremental.memos import Memo
from archguard.model.names import service_of, split_last
from archguard.semantics.bindings import attribute_bindings
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.index import FileIndex
from archguard.semantics.known_names import KNOWN_NAMES
from archguard.semantics.types import ClassType, InstanceType, ModuleType

_NAMES = KNOWN_NAMES.app_config
_CONFIGURING = re.compile(
    rf"config\s*(?:\.\s*(?:{'|'.join(sorted(_NAMES.from_object | _NAMES.from_arguments))})\s*\(|\[)".encode()
)

ByService: TypeAlias = Mapping[str, tuple[str, ...]]
"""The modules that may configure the application of a service, sorted."""
_Entries: TypeAlias = list[tuple[ast.expr, Position]]
_Calls: TypeAlias = list[tuple[str, ast.Call, Position]]
_Statements: TypeAlias = tuple[tuple[Mapping[str, _Entries], _Calls], ...]
"""For each scope: what is stored under a key, and the calls of methods of a configuration, with their names."""


class ConfigStatements:
    """The statements that configure applications; shared by all evaluations of a project."""

    def __init__(self, files: FileIndex, configuring: Callable[[], ByService], memo: Memo[_Statements]) -> None:
        self._files = files
        self._configuring = configuring
        self._memo = memo

    def of(self, service: str) -> Iterator[tuple[Mapping[str, _Entries], _Calls]]:
        """Those in the modules of `service`, scope by scope."""
        modules = self._configuring().get(service, ())
        self._files.recorder.read(("configuring modules", service, modules))
        for module in modules:
            if module in self._files.own:
                yield from self._in_module(module)

    def _in_module(self, module: str) -> _Statements:
        found = self._memo.get(module)
        return self._memo.compute(module, partial(self._read, module)) if found is None else found

    def _read(self, module: str) -> _Statements:
        return tuple(filter(any, map(_statements_in, self._files.scope(module).walk())))


class AppConfig:
    """Finds the values that an application's configuration is set to."""

    def __init__(self, evaluator: Evaluator, statements: ConfigStatements) -> None:
        self.evaluator = evaluator
        self.statements = statements

    def entries(self, application: ast.expr, key: str, at: Position) -> _Entries:
        """The expressions that `application.config[key]` is set to; empty if no statement sets it."""
        owners = self.evaluator.infer(application, at)
        if any(isinstance(owner, ModuleType | ClassType) or _is_project_instance(owner) for owner in owners):
            return []
        return [*self._service_entries(service_of(at.scope.module.name), key)]

    def _service_entries(self, service: str, key: str) -> Iterator[tuple[ast.expr, Position]]:
        for stored, calls in self.statements.of(service):
            yield from stored.get(key, ())
            for method, call, at in calls:
                yield from self._call_entries(method, call, key, at)

    def _call_entries(self, method: str, call: ast.Call, key: str, at: Position) -> Iterator[tuple[ast.expr, Position]]:
        if method in _NAMES.from_object and call.args:
            for binding in self._object_bindings(call.args[0], key, at):
                if binding.kind is BindingKind.ASSIGNED and isinstance(binding.node, ast.expr):
                    yield binding.node, binding.at
        elif method in _NAMES.from_arguments:
            yield from ((keyword.value, at) for keyword in call.keywords if keyword.arg == key)
            for argument in call.args:
                if isinstance(argument, ast.Dict):
                    pairs = zip(argument.keys, argument.values, strict=True)
                    yield from ((value, at) for name, value in pairs if getattr(name, "value", None) == key)

    def _object_bindings(self, node: ast.expr, key: str, at: Position) -> Iterator[Binding]:
        """The bindings of `key` in the class or module that `node` is, or whose qualified name it is."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            module, name = split_last(node.value)
            importer = at.scope.module.name
            values = (
                self.evaluator.infer_export(self.evaluator.resolver.find_module(module, importer), name)
                if module
                else ()
            )
            if named := self.evaluator.resolver.find_module(node.value, importer):
                values = (*values, ModuleType(named))
        else:
            values = self.evaluator.infer(node, at)
        for value in values:
            yield from attribute_bindings(self.evaluator, value, key)


@broadcast
def configuring_modules(codebase: Codebase) -> ByService:
    """The modules that may configure an application, found in the bytes of every file on the first call."""
    return by_service(scan_files(codebase, "configures an application", configures))


def by_service(modules: Iterable[str]) -> ByService:
    """`modules` by their service, sorted."""
    found: dict[str, tuple[str, ...]] = {}
    for module in sorted(modules):
        service = service_of(module)
        found[service] = (*found.get(service, ()), module)
    return found


def _statements_in(scope: Scope) -> tuple[Mapping[str, _Entries], _Calls]:
    stored: dict[str, _Entries] = {}
    for binding in scope.attributes.get(("config", ITEM), ()):
        if (
            isinstance(binding.key, ast.Constant)
            and isinstance(binding.key.value, str)
            and isinstance(binding.node, ast.expr)
        ):
            stored.setdefault(binding.key.value, []).append((binding.node, binding.at))
    accesses = ((access, path.at) for path in scope.access_paths for access in path.accesses)
    return stored, [
        (access.name, access.call, at) for access, at in accesses if access.call and access.owner_name == "config"
    ]


def configures(source: Source) -> bool:
    """Whether a file may configure an application."""
    try:
        return bool(_CONFIGURING.search(source.content))
    except SourceError:
        return False  # reported when imports are extracted


def _is_project_instance(value: object) -> bool:
    return isinstance(value, InstanceType) and isinstance(value.of, ClassType)
