"""Predicates on bodies and signatures: take, return, raise, catch, call. Each yields the evidence for it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from archguard.codebase.facts import Catch, FunctionDefinition, Raise, Reference
from archguard.kinds.structure_rules.evidence import Evidence, best
from archguard.kinds.structure_rules.except_clauses import reacts, without
from archguard.kinds.structure_rules.glob import Glob
from archguard.kinds.structure_rules.name_forms import Spelling
from archguard.kinds.structure_rules.shape import Caught
from archguard.kinds.structure_rules.subjects import Sort, StructureFacts, Subject, line_of
from archguard.kinds.structure_rules.type_queries import called_modules, exceptions, returned, taken


def takes(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """Each parameter whose type matches `globs`, of the subject or of the functions in it."""
    for function, definition in _functions(facts, subject):
        for parameter in definition.parameters:
            if found := best(facts, globs, taken(facts, definition, parameter)):
                what, glob = f"{found.spelling} ({parameter.name})", str(found.glob)
                yield Evidence(function.name, what, parameter.location, function.symbol, glob, found.confidence)


def returns(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """The subject, or each function in it, that returns a type that matches `globs`."""
    for function, definition in _functions(facts, subject):
        if found := best(facts, globs, returned(facts, definition)):
            yield Evidence.of(function, str(found.spelling), str(found.glob), found.confidence)


def _functions(facts: StructureFacts, subject: Subject) -> Iterator[tuple[Subject, FunctionDefinition]]:
    """`subject` if it is a function, else the functions in it."""
    for found in (subject,) if subject.sort is Sort.FUNCTION else facts.inside(subject):
        if isinstance(found.definition, FunctionDefinition):
            yield found, found.definition


def raises(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """Each `raise` of an exception that matches `globs`."""
    for found in Raise.within(subject.scope, subject.source):
        yield from _exception_evidence(facts, subject, globs, found.raiser, found.exception)


def catches(facts: StructureFacts, subject: Subject, caught: Caught) -> Iterator[Evidence]:
    """Each `except` of an exception that matches `caught`, unless the clause reacts as that says."""
    for found in Catch.within(subject.scope, subject.source):
        for evidence in _exception_evidence(facts, subject, caught.exceptions, found.catcher, found.exception):
            if not caught.unless:
                yield evidence
            elif not reacts(facts, subject.source, found, caught.unless):
                lost = without(caught.unless)
                yield replace(evidence, what=f"{evidence.what} {lost}", matched_by=f"{evidence.matched_by} {lost}")


def _exception_evidence(
    facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...], who: str, exception: Reference
) -> Iterator[Evidence]:
    spellings = list(exceptions(facts, exception))
    if found := best(facts, globs, spellings):
        name, matched = str(spellings[0]), str(found.spelling)
        place = line_of(subject.source, exception.location.line, exception.location.column)
        what = name if matched == name else f"{name}, which is a {matched}"
        yield Evidence(who, what, place, name, str(found.glob), found.confidence)


def calls(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """Each call site whose callee matches `globs`, or is defined in the component or module that one of them names."""
    parts = {glob: modules for glob in globs if (modules := facts.modules_named(glob.text))}
    names = tuple(glob for glob in globs if glob not in parts)
    for call in facts.calls_in(subject):
        if not call.call:
            continue
        name = str(call.call)
        if found := best(facts, names, (call.call,)):
            yield Evidence(call.name, name, call.location, name, str(found.glob), found.confidence)
        elif part := _part_of(facts, call.call, parts):
            yield Evidence(call.name, name, call.location, name, str(part))


def _part_of(facts: StructureFacts, callee: Spelling, parts: Mapping[Glob, frozenset[str]]) -> Glob | None:
    """The first of `parts` that defines `callee`."""
    modules = called_modules(facts, callee) if parts else frozenset()
    return next((glob for glob, members in parts.items() if members & modules), None)
