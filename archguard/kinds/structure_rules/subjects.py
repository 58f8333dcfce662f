"""The subjects of rules of `structure`: the modules, classes, functions and calls of a codebase."""

import ast
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property, partial
from sys import stdlib_module_names

from archguard.codebase import Codebase, Pattern, Reachability, Source, SourceError
from archguard.codebase.facts import Call, ClassDefinition, FunctionDefinition, Reference
from archguard.codebase.facts.definitions import definitions
from archguard.codebase.file_tasks import scan_files
from archguard.codebase.scopes.scopes import BindingKind, Scope
from archguard.dataclass import dataclass
from archguard.effects import semantic_model
from archguard.incremental.fingerprint import digest_of
from archguard.kinds.structure_rules.arguments import resolved
from archguard.kinds.structure_rules.name_forms import Spelling, spelled
from archguard.model import Location
from archguard.model.names import is_dotted_name, last_part, plain_name, self_and_parents, top_package
from archguard.semantics import ClassType, InstanceType, SemanticModel


class Sort(StrEnum):
    """What a rule can select."""

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
    """The qualified name; of a call, that of the function that contains it."""
    source: Source
    scope: Scope
    location: Location
    definition: ClassDefinition | FunctionDefinition | None = None
    call: Spelling | None = None

    @property
    def module(self) -> str:
        """The module that contains it."""
        return self.source.module

    @property
    def simple_name(self) -> str:
        """The name of its file without `.py`, or that of its definition."""
        return self.source.path.stem if self.sort is Sort.MODULE else last_part(self.name)

    @property
    def symbol(self) -> str:
        """Its name relative to the module."""
        return "" if self.sort is Sort.MODULE else self.name.removeprefix(self.module + ".")

    @property
    def size(self) -> int:
        """The number of its lines."""
        try:
            return self.definition.size if self.definition else len(self.source.lines)
        except SourceError:
            return 0

    @property
    def only_collects(self) -> bool:
        """Whether it is an `__init__.py` that defines nothing, but may re-export names."""
        if self.sort is not Sort.MODULE or not self.source.is_package:
            return False
        names = (name for name, _ in own_names(self.scope) if not _is_special(name))
        return not any(names) and not self.scope.children


class StructureFacts:
    """The definitions and calls of `codebase`, computed and memoized per module when the first rule needs them."""

    def __init__(self, codebase: Codebase) -> None:
        self.codebase = codebase
        self._definitions: dict[str, tuple[Subject, ...]] = {}
        self._definitions_by_place: dict[str, dict[tuple[str, int], Subject]] = {}
        self._calls: dict[str, tuple[Subject, ...]] = {}
        self.subject_modules: dict[int, frozenset[str]] = {}
        """The modules that can contain subjects, by the identity of the rule: each file asks for them."""
        self._named: dict[str, frozenset[str]] = {}
        self._containing: dict[tuple[frozenset[str], bool], frozenset[str]] = {}

    @cached_property
    def names(self) -> SemanticModel:
        """The semantic model, which resolves the names in the code."""
        return semantic_model(self.codebase)

    @cached_property
    def packages(self) -> frozenset[str]:
        """The names of all known top-level packages: of the project, its imports, the library models and Python."""
        own = map(plain_name, self.codebase.modules)
        library = self.names.library
        known = (*own, *self.codebase.imports.externals, *library.returns, *library.bases, *library.names)
        return stdlib_module_names | {top_package(name).removesuffix("()") for name in known}

    def containing(self, texts: frozenset[str], *, directly: bool) -> frozenset[str]:
        """The modules whose files contain one of `texts`; unless `directly`, also those that import one transitively.

        A name can be renamed on import, but only by a module that reaches the file that contains it.
        """
        key = (texts, directly)
        if key not in self._containing:
            markers = [text.encode() for text in texts]
            query = f"contains {digest_of(sorted(texts))}"
            found = scan_files(self.codebase, query, partial(_may_contain, markers))
            reachability = Reachability(self.codebase.imports, dict.fromkeys(found, 1), {})
            self._containing[key] = frozenset(found if directly else reachability.closure)
        return self._containing[key]

    def module_of(self, name: str) -> str:
        """The module that defines the class or function with the qualified name `name`."""
        return next(parent for parent in self_and_parents(name) if parent in self.codebase.sources)

    def modules_named(self, text: str) -> frozenset[str]:
        """The modules of the component, service or module with the name `text`; none if there is no such name."""
        if text not in self._named:
            is_part = text in self.codebase.components or text in self.codebase.services
            known = is_part or is_dotted_name(text)
            self._named[text] = self.codebase.members((Pattern.parse(text),)) if known else frozenset()
        return self._named[text]

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

    def definition(self, module: str, name: str, line: int) -> Subject | None:
        """The class or function `name` of `module` whose `class` or `def` is in `line`; None if there is none."""
        if module not in self._definitions_by_place:
            places = ((found.name, getattr(found.scope.node, "lineno", 0), found) for found in self.definitions(module))
            self._definitions_by_place[module] = {(name, line): found for name, line, found in places}
        return self._definitions_by_place[module].get((name, line))

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
            reference = Reference(call.callee, call.location, call.node, call.at)
            yield Subject(
                Sort.CALL, call.caller, subject.source, subject.scope, call.location, call=self.spelled(reference)
            )

    def spelled(self, reference: Reference) -> Spelling:
        """`reference` with the qualified names that it resolves to."""
        values = self.names.infer(reference.named, reference.at)
        return spelled(reference.name, values, reference, partial(resolved, self.names, reference))

    def classes(self, reference: Reference) -> tuple[ClassType, ...]:
        """The classes of the project that `reference` resolves to, or of which its call makes an instance."""
        values = (*self.names.infer(reference.named, reference.at), *self.names.infer(reference.node, reference.at))
        classes = (value.of if isinstance(value, InstanceType) else value for value in values)
        return tuple(dict.fromkeys(found for found in classes if isinstance(found, ClassType)))


def own_names(scope: Scope) -> Iterator[tuple[str, ast.AST]]:
    """The names that `scope` binds other than by imports, each with its first binding."""
    for name, bindings in scope.bindings.items():
        if first := next((binding for binding in bindings if binding.kind is not BindingKind.IMPORTED), None):
            yield name, first.node if hasattr(first.node, "lineno") else first.annotation or first.node


def line_of(source: Source, line: int, column: int = 1) -> Location:
    """One line of `source`, not the whole statement: a comment further below must not suppress the violation."""
    length = len(source.lines[line - 1]) if line <= len(source.lines) else 0
    return Location(source.display_path, line, column, line, max(length, column) + 1)


def _subject(definition: ClassDefinition | FunctionDefinition, source: Source) -> Subject:
    sort = Sort.CLASS if isinstance(definition, ClassDefinition) else Sort.FUNCTION
    place = line_of(source, definition.location.line, definition.location.column)
    return Subject(sort, definition.name, source, definition.scope, place, definition)


def _may_contain(markers: list[bytes], source: Source) -> bool:
    """Search the bytes. An unreadable file may contain anything, and names that are not ASCII have several forms."""
    try:
        content = source.content
    except SourceError:
        return True
    return any(marker in content for marker in markers) or not all(marker.isascii() for marker in markers)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
