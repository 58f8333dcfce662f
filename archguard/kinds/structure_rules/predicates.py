"""Predicates on headers: name, base classes, decorators, modifiers, size. Each yields the evidence for it."""

from collections.abc import Callable, Iterator, Mapping

from archguard.codebase.facts import ClassDefinition, FunctionDefinition
from archguard.codebase.facts.body_size import branches, statements
from archguard.kinds.structure_rules.evidence import Evidence, best
from archguard.kinds.structure_rules.glob import Glob
from archguard.kinds.structure_rules.shape import Modifier, Size, counted
from archguard.kinds.structure_rules.subjects import Sort, StructureFacts, Subject, own_names
from archguard.kinds.structure_rules.type_queries import bases


def named(_facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """The subject, if its name matches one of `globs`."""
    matching = (glob for glob in globs if glob.names(subject.simple_name, subject.name))
    if glob := next(matching, None):
        yield Evidence.of(subject, str(glob), str(glob))


def inherits(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """The subject, if it derives from a class that matches `globs`."""
    definition = subject.definition
    if isinstance(definition, ClassDefinition) and (found := best(facts, globs, bases(facts, definition))):
        yield Evidence.of(subject, str(found.spelling), str(found.glob), found.confidence)


def decorated_with(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """Each of its decorators that matches `globs`."""
    for reference in subject.definition.decorators if subject.definition else ():
        if found := best(facts, globs, (facts.spelled(reference),)):
            yield Evidence.of(subject, str(found.spelling), str(found.glob), found.confidence)


def is_(_facts: StructureFacts, subject: Subject, modifiers: tuple[Modifier, ...]) -> Iterator[Evidence]:
    """Each of `modifiers` that the subject has."""
    for modifier in modifiers:
        if _TESTS[modifier](subject):
            yield Evidence.of(subject, modifier.phrase, modifier.phrase)


def exceeds(_facts: StructureFacts, subject: Subject, size: Size) -> Iterator[Evidence]:
    """Each measure of `size` that the subject exceeds."""
    for measure, limit in size.limits():
        if (found := _MEASURES[measure](subject)) > limit:
            yield Evidence.of(subject, f"{counted(limit, measure)}: it has {found}", measure)


def _is_async(subject: Subject) -> bool:
    return isinstance(subject.definition, FunctionDefinition) and subject.definition.is_async


def _is_method(subject: Subject) -> bool:
    return isinstance(subject.definition, FunctionDefinition) and subject.definition.is_method


def _is_private(subject: Subject) -> bool:
    return subject.simple_name.startswith("_") and not subject.simple_name.endswith("__")


_TESTS: Mapping[Modifier, Callable[[Subject], bool]] = {
    Modifier.CLASS: lambda subject: subject.sort is Sort.CLASS,
    Modifier.FUNCTION: lambda subject: subject.sort is Sort.FUNCTION,
    Modifier.METHOD: _is_method,
    Modifier.ASYNC: _is_async,
    Modifier.TOP_LEVEL: lambda subject: subject.definition is not None and subject.definition.owner is None,
    Modifier.PUBLIC: lambda subject: not subject.simple_name.startswith("_"),
    Modifier.PRIVATE: _is_private,
    Modifier.MUTABLE: lambda _subject: False,  # that is said of variables only
}


def _parameters(subject: Subject) -> int:
    definition = subject.definition
    if not isinstance(definition, FunctionDefinition):
        return 0
    bound = definition.is_method and "staticmethod" not in {decorator.name for decorator in definition.decorators}
    return max(len(definition.parameters) - bound, 0)


def _members(subject: Subject) -> int:
    return sum(not name.startswith("_") for name, _ in own_names(subject.scope))


_MEASURES: Mapping[str, Callable[[Subject], int]] = {
    "lines": lambda subject: subject.size,
    "parameters": _parameters,
    "members": _members,
    "branches": lambda subject: branches(subject.scope.node),
    "statements": lambda subject: statements(subject.scope.node),
}
