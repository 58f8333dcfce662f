"""What a module, a class or a function does: what it takes, returns, raises, catches and calls."""

from collections.abc import Iterator

from archguard.codebase.facts import Catch, FunctionDefinition, Raise, Reference
from archguard.kinds.structure_rules.evidence import Evidence, best
from archguard.kinds.structure_rules.glob import Glob
from archguard.kinds.structure_rules.subjects import Sort, StructureFacts, Subject, line_of
from archguard.kinds.structure_rules.type_queries import exceptions, returned, taken


def takes(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """Each parameter whose type `globs` mean, of it or of the functions in it."""
    for function, definition in _functions(facts, subject):
        for parameter in definition.parameters:
            if found := best(facts, globs, taken(facts, definition, parameter)):
                what, glob = f"{found.spelling} ({parameter.name})", str(found.glob)
                yield Evidence(function.name, what, parameter.location, function.symbol, glob, found.confidence)


def returns(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """That it returns a type that `globs` mean, or that a function in it does."""
    for function, definition in _functions(facts, subject):
        if found := best(facts, globs, returned(facts, definition)):
            yield Evidence.of(function, str(found.spelling), str(found.glob), found.confidence)


def _functions(facts: StructureFacts, subject: Subject) -> Iterator[tuple[Subject, FunctionDefinition]]:
    """`subject` if it is a function, and else those in it."""
    for found in (subject,) if subject.sort is Sort.FUNCTION else facts.inside(subject):
        if isinstance(found.definition, FunctionDefinition):
            yield found, found.definition


def raises(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """Each `raise` of an exception that `globs` mean."""
    for found in Raise.within(subject.scope, subject.source):
        yield from _exceptional(facts, subject, globs, found.raiser, found.exception)


def catches(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """Each `except` of an exception that `globs` mean."""
    for found in Catch.within(subject.scope, subject.source):
        yield from _exceptional(facts, subject, globs, found.catcher, found.exception)


def _exceptional(
    facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...], who: str, exception: Reference
) -> Iterator[Evidence]:
    spellings = list(exceptions(facts, exception))
    if found := best(facts, globs, spellings):
        name, meant = str(spellings[0]), str(found.spelling)
        place = line_of(subject.source, exception.location.line, exception.location.column)
        what = name if meant == name else f"{name}, which is a {meant}"
        yield Evidence(who, what, place, name, str(found.glob), found.confidence)


def calls(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """Each call of what `globs` mean."""
    for call in facts.calls_in(subject):
        if call.call and (found := best(facts, globs, (call.call,))):
            name, glob = str(call.call), str(found.glob)
            yield Evidence(call.name, name, call.location, name, glob, found.confidence)
