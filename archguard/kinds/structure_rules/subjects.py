"""What rules of `structure` speak of: the modules, classes, functions and calls of a codebase."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, partial
from sys import stdlib_module_names

from archguard.codebase import Codebase, Reachability, Source, SourceError
from archguard.codebase.facts import Call, ClassDefinition, FunctionDefinition, Reference
from archguard.codebase.facts.definitions import definitions
from archguard.codebase.scopes.scopes import BindingKind, Scope
from archguard.effects import semantic_model
from archguard.kinds.structure_rules.arguments import resolved
from archguard.kinds.structure_rules.name_forms import Spelling, plain, spelled
from archguard.model import Location
from archguard.semantics import ClassType, InstanceType, SemanticModel


class Sort(StrEnum):
    """What a rule can be about."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    CALL = "call"

    @property
    def plural(self) -> str:
        """`classes`."""
        return f"{self}{'es' if self is Sort.CLASS else 's'}"


@dataclass(frozen=True, eq=False)
class Subject:
    """A module, a class, a function or a call."""

    sort: Sort
    name: str
    """Dotted, with the module; of a call, that of the function in which it stands."""
    source: Source
    scope: Scope
    location: Location
    definition: ClassDefinition | FunctionDefinition | None = None
    call: Spelling | None = None

    @property
    def module(self) -> str:
        """The module in which it is."""
        return self.source.module

    @property
    def simple_name(self) -> str:
        """The name of its file without `.py`, or that of its definition."""
        return self.source.path.stem if self.sort is Sort.MODULE else self.name.rpartition(".")[2]

    @property
    def symbol(self) -> str:
        """Its name in the module."""
        return "" if self.sort is Sort.MODULE else self.name.removeprefix(self.module + ".")

    @property
    def size(self) -> int:
        """How many lines it has."""
        try:
            return self.definition.size if self.definition else len(self.source.lines)
        except SourceError:
            return 0

    @property
    def only_collects(self) -> bool:
        """Whether it is an `__init__.py` that defines nothing."""
        if self.sort is not Sort.MODULE or not self.source.is_package:
            return False
        names = (name for name, _ in own_names(self.scope) if not _is_special(name))
        return not any(names) and not self.scope.children


class StructureFacts:
    """The definitions and calls of `codebase`; each file is read when the first rule asks for it."""

    def __init__(self, codebase: Codebase) -> None:
        self.codebase = codebase
        self._definitions: dict[str, tuple[Subject, ...]] = {}
        self._calls: dict[str, tuple[Subject, ...]] = {}
        self._holding: dict[tuple[frozenset[str], bool], frozenset[str]] = {}

    @cached_property
    def names(self) -> SemanticModel:
        """What the names of the code stand for."""
        return semantic_model(self.codebase)

    @cached_property
    def packages(self) -> frozenset[str]:
        """The names of all top-level packages that are known."""
        own = map(plain, self.codebase.modules)
        library = self.names.library
        known = (*own, *self.codebase.imports.externals, *library.returns, *library.bases, *library.names)
        return stdlib_module_names | {name.partition(".")[0].removesuffix("()") for name in known}

    def holding(self, texts: frozenset[str], *, directly: bool) -> frozenset[str]:
        """The modules whose files hold one of `texts`; unless `directly`, also those that import one, near or far."""
        key = (texts, directly)
        if key not in self._holding:
            signs = [text.encode() for text in texts]
            found = [source.module for source in self.codebase.sources.values() if _holds(source, signs)]
            reached = Reachability(self.codebase.imports, dict.fromkeys(found, 1), {})
            self._holding[key] = frozenset(found if directly else reached.closure)
        return self._holding[key]

    def module(self, module: str) -> Subject:
        """The module itself."""
        source = self.codebase.sources[module]
        return Subject(Sort.MODULE, module, source, self.names.scope(module), Location(source.display_path))

    def definitions(self, module: str) -> tuple[Subject, ...]:
        """The classes and functions of `module`, at any depth."""
        if module not in self._definitions:
            source = self.codebase.sources[module]
            found = definitions(self.names.scope(module), source)
            self._definitions[module] = tuple(_subject(definition, source) for definition in found)
        return self._definitions[module]

    def calls(self, module: str) -> tuple[Subject, ...]:
        """The calls of `module`."""
        if module not in self._calls:
            self._calls[module] = tuple(self.calls_in(self.module(module)))
        return self._calls[module]

    def inside(self, subject: Subject) -> tuple[Subject, ...]:
        """`subject`, if it is a class or function, and the classes and functions in it."""
        scopes = {id(scope) for scope in subject.scope.walk()}
        return tuple(found for found in self.definitions(subject.module) if id(found.scope) in scopes)

    def calls_in(self, subject: Subject) -> Iterator[Subject]:
        """The calls in `subject`."""
        for call in Call.within(subject.scope, subject.source):
            mention = Reference(call.callee, call.location, call.node, call.at)
            yield Subject(
                Sort.CALL, call.caller, subject.source, subject.scope, call.location, call=self.spelled(mention)
            )

    def spelled(self, reference: Reference) -> Spelling:
        """What `mention` stands for."""
        values = self.names.infer(reference.named, reference.at)
        return spelled(reference.name, values, reference, partial(resolved, self.names, reference))

    def classes(self, reference: Reference) -> tuple[ClassType, ...]:
        """The classes of the project that `mention`, or what it makes, is one of."""
        values = (*self.names.infer(reference.named, reference.at), *self.names.infer(reference.node, reference.at))
        classes = (value.of if isinstance(value, InstanceType) else value for value in values)
        return tuple(dict.fromkeys(found for found in classes if isinstance(found, ClassType)))


def own_names(scope: Scope) -> Iterator[tuple[str, ast.AST]]:
    """The names that `scope` itself gives, not by imports, each with where it is given first."""
    for name, bindings in scope.bindings.items():
        if first := next((binding for binding in bindings if binding.kind is not BindingKind.IMPORTED), None):
            yield name, first.node if hasattr(first.node, "lineno") else first.annotation or first.node


def line_of(source: Source, line: int, column: int = 1) -> Location:
    """One line of `source`, so that what stands below it is not meant."""
    length = len(source.lines[line - 1]) if line <= len(source.lines) else 0
    return Location(source.display_path, line, column, line, max(length, column) + 1)


def _subject(definition: ClassDefinition | FunctionDefinition, source: Source) -> Subject:
    sort = Sort.CLASS if isinstance(definition, ClassDefinition) else Sort.FUNCTION
    place = line_of(source, definition.location.line, definition.location.column)
    return Subject(sort, definition.name, source, definition.scope, place, definition)


def _holds(source: Source, signs: list[bytes]) -> bool:
    """A look at the bytes. A file that cannot be read may hold anything, and what is not ASCII has several forms."""
    try:
        content = source.content
    except SourceError:
        return True
    return any(sign in content for sign in signs) or not all(sign.isascii() for sign in signs)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
