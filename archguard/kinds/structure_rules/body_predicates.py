"""Predicates on bodies and signatures: take, return, raise, catch, call, fall_back. Each yields the evidence for it."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from archguard.codebase.facts import Call, Catch, FunctionDefinition, Raise, Reference
from archguard.codebase.facts.executed_nodes import executed_nodes
from archguard.codebase.scopes.scopes import Scope
from archguard.kinds.structure_rules.evidence import Evidence, best
from archguard.kinds.structure_rules.except_clauses import reacts, without
from archguard.kinds.structure_rules.glob import Glob
from archguard.kinds.structure_rules.name_forms import Spelling, spelled
from archguard.kinds.structure_rules.shape import Caught, Raised
from archguard.kinds.structure_rules.subjects import Sort, StructureFacts, Subject, line_of
from archguard.kinds.structure_rules.type_queries import called_functions, called_modules, exceptions, returned, taken
from archguard.semantics import ExternalSymbol, qualified_name

_MISSING_KEY = frozenset({"BaseException", "Exception", "KeyError", "LookupError"})
"""What a clause catches if it catches a missing key."""
_MAX_CALLS_DEEP = 3
"""How many calls of the project's functions are followed to one that a rule asks for, as `effects` does by default."""


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


def calls_in_turn(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> bool:
    """Whether a function of the project that the subject calls, or one that this calls, has such a call."""
    return _delegates(facts, subject, globs, _MAX_CALLS_DEEP)


def _delegates(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...], depth: int) -> bool:
    called = _called_subjects(facts, subject) if depth else ()
    return any(any(calls(facts, each, globs)) or _delegates(facts, each, globs, depth - 1) for each in called)


def _called_subjects(facts: StructureFacts, subject: Subject) -> tuple[Subject, ...]:
    """The functions of the project that the subject calls."""
    found = (
        facts.definition(function.scope.module.name, function.scope.name, getattr(function.scope.node, "lineno", 0))
        for call in Call.within(subject.scope, subject.source)
        for function in called_functions(facts, call)
    )
    return tuple(dict.fromkeys(each for each in found if each and each.scope is not subject.scope))


def falls_back(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """Each call that matches `globs` and whose missing result gives way to a literal; `x[key]` is `x.get(key)`."""
    yield from _caught_fallbacks(facts, subject, globs)
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


def _caught_fallbacks(facts: StructureFacts, subject: Subject, globs: tuple[Glob, ...]) -> Iterator[Evidence]:
    """Each `value = os.environ[key]` in a `try` that assigns a literal if the key is missing."""
    for scope in subject.scope.walk():
        nodes = executed_nodes(ast.iter_child_nodes(scope.node))
        for read in (read for node in nodes if isinstance(node, ast.Try) for read in _reads_with_fallback(node)):
            owner = tuple(map(qualified_name, facts.names.infer(read.value, scope.end)))
            names = tuple(ExternalSymbol(f"{name}.get") for name in owner)
            if found := best(facts, globs, (spelled(f"{ast.unparse(read.value)}.get", names),)):
                place = line_of(subject.source, read.lineno, read.col_offset + 1)
                what = ast.unparse(read)
                yield Evidence(scope.name, what, place, str(found.spelling), str(found.glob), found.confidence)


def _reads_with_fallback(node: ast.Try) -> Iterator[ast.Subscript]:
    """The items that `node` reads, if a clause for missing keys gives the same name a literal, or returns one."""
    for handler in (handler for handler in node.handlers if _catches_missing_keys(handler)):
        for result in handler.body:
            match result:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_value(value):
                    yield from (read for given, read in _reads(node.body) if given == name)
                case ast.Return(value=ast.expr() as value) if _is_value(value):
                    yield from (read for given, read in _reads(node.body) if not given)


def _catches_missing_keys(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(node is None or ast.unparse(node) in _MISSING_KEY for node in caught)


def _reads(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.Subscript]]:
    """The items that are read into a name, each with the name, or that are returned, with ""."""
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield from ((name, read) for read in ast.walk(value) if isinstance(read, ast.Subscript))
            case ast.Return(value=ast.expr() as value):
                yield from (("", read) for read in ast.walk(value) if isinstance(read, ast.Subscript))


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
