"""Predicates on bodies and signatures: take, return, raise, catch, call, fall_back. Each yields the evidence for it."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace

from archguard.codebase.facts import Catch, FunctionDefinition, Raise, Reference
from archguard.codebase.scopes.scopes import Scope
from archguard.kinds.structure_rules.evidence import Evidence, best
from archguard.kinds.structure_rules.except_clauses import reacts, without
from archguard.kinds.structure_rules.glob import Glob
from archguard.kinds.structure_rules.name_forms import Spelling
from archguard.kinds.structure_rules.shape import Caught, Raised
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


def raises(facts: StructureFacts, subject: Subject, raised: Raised) -> Iterator[Evidence]:
    """Each `raise` of an exception that matches `raised`."""
    for found in Raise.within(subject.scope, subject.source):
        if not raised.exactly:
            yield from _exception_evidence(facts, subject, raised.exceptions, found.raiser, found.exception)
        elif same := best(facts, raised.exceptions, [facts.spelled(found.exception)]):
            place = line_of(subject.source, found.exception.location.line, found.exception.location.column)
            name = str(same.spelling)
            yield Evidence(found.raiser, f"{name} itself", place, name, f"{same.glob} itself", same.confidence)


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


def falls_back(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """Each call that matches `globs` and whose missing result gives way to a literal."""
    replaced = _replaced(subject.scope)
    for call in facts.calls_in(subject):
        node = call.call.reference.node if call.call and call.call.reference else None
        if not isinstance(node, ast.Call) or not (id(node) in replaced or _has_default(node)):
            continue
        if found := best(facts, globs, (call.call,) if call.call else ()):
            name = f"{call.call}({ast.unparse(node.args[0])})" if node.args else f"{call.call}()"
            yield Evidence(call.name, name, call.location, name, str(found.glob), found.confidence)


def _replaced(scope: Scope) -> frozenset[int]:
    """The nodes that stand before `or` and a literal, by identity."""
    operations = (node for node in ast.walk(scope.node) if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or))
    return frozenset(id(one) for node in operations if _is_value(node.values[-1]) for one in node.values[:-1])


def _has_default(call: ast.Call) -> bool:
    """Whether a literal is the second argument, or `default`."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == "default"]
    return any(map(_is_value, (*call.args[1:2], *named)))


def _is_value(node: ast.expr) -> bool:
    """Whether `node` is a literal other than None."""
    try:
        return ast.literal_eval(node) is not None
    except (ValueError, TypeError, SyntaxError, RecursionError):
        return isinstance(node, ast.JoinedStr)


def _part_of(facts: StructureFacts, callee: Spelling, parts: Mapping[Glob, frozenset[str]]) -> Glob | None:
    """The first of `parts` that defines `callee`."""
    modules = called_modules(facts, callee) if parts else frozenset()
    return next((glob for glob, members in parts.items() if members & modules), None)
