"""The table of predicates: for each key of a shape how it is evaluated, and the words that messages use for it."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from archguard.codebase import Pattern
from archguard.dataclass import dataclass
from archguard.kinds.structure_rules import body_predicates, predicates
from archguard.kinds.structure_rules.evidence import Evidence, surest, weaker
from archguard.kinds.structure_rules.except_clauses import without
from archguard.kinds.structure_rules.mutable_state import mutable_variables
from archguard.kinds.structure_rules.shape import Caught, Criteria, Modifier, Part, Raised, Size, counted
from archguard.kinds.structure_rules.subjects import Sort, StructureFacts, Subject, line_of, own_names
from archguard.model import Confidence


@dataclass(frozen=True)
class Predicate:
    """The meaning of a key of a shape."""

    verb: str
    """The words after "must" in a message."""
    sorts: frozenset[Sort]
    """The sorts of subjects that it applies to."""
    find: Callable[[StructureFacts, Subject, Any], Iterator[Evidence]]
    mend: str
    """The fix if it is required and does not hold; `{}` is the required value."""
    fix: str
    """The fix if it is forbidden and holds."""
    holds_in_turn: Callable[[StructureFacts, Subject, Any], bool] | None = None
    """Whether it holds, where it is required, for what the subject calls."""


@dataclass(frozen=True)
class BoundPredicate:
    """A predicate, and the value that a rule gives to its key."""

    key: str
    value: Any

    @property
    def predicate(self) -> Predicate:
        """The predicate of the key."""
        return PREDICATES[self.key]

    @property
    def object(self) -> str:
        """The object of the verb in messages."""
        return " or ".join(texts(self.value))

    @property
    def text(self) -> str:
        """The words after "must" in a message: `raise HTTPException`."""
        return f"{self.predicate.verb} {self.object}"

    def evidence(self, facts: StructureFacts, subject: Subject) -> Iterator[Evidence]:
        """Where it holds for `subject`."""
        return self.predicate.find(facts, subject, self.value)

    def confidence(self, facts: StructureFacts, subject: Subject) -> Confidence | None:
        """The confidence that it holds for `subject`, or None if it does not."""
        return surest(evidence.confidence for evidence in self.evidence(facts, subject))


def is_met(predicate: BoundPredicate, facts: StructureFacts, subject: Subject) -> bool:
    """Whether `subject` meets the required `predicate`, itself or by what it calls."""
    in_turn = predicate.predicate.holds_in_turn
    return bool(predicate.confidence(facts, subject)) or bool(in_turn and in_turn(facts, subject, predicate.value))


def bound_predicates(criteria: Criteria) -> tuple[BoundPredicate, ...]:
    """All predicates of `criteria`, each of which must hold."""
    given = [(key, getattr(criteria, key, None)) for key in PREDICATES]
    return tuple(predicate for key, value in given if value for predicate in _split(key, value))


def confidence(criteria: Criteria, facts: StructureFacts, subject: Subject) -> Confidence | None:
    """The confidence that `subject` meets all of `criteria`, or None if it does not."""
    lowest = Confidence.CERTAIN
    for predicate in bound_predicates(criteria):
        found = predicate.confidence(facts, subject)
        if found is None:
            return None
        lowest = weaker(lowest, found)
    return lowest


def texts(value: Any) -> Iterator[str]:
    """The parts of `value` as messages name them."""
    match value:
        case Size():
            yield from (counted(limit, measure) for measure, limit in value.limits())
        case Modifier():
            yield value.phrase
        case Part():
            yield _text_of_part(value)
        case Caught(unless=()) | Raised(exactly=False):
            yield from texts(value.exceptions)
        case Raised():
            yield f"{' or '.join(texts(value.exceptions))} itself"
        case Caught():
            yield f"{' or '.join(texts(value.exceptions))} {without(value.unless)}"
        case tuple():
            yield from (text for item in value for text in texts(item))
        case _:
            yield str(value)


def _text_of_part(part: Part) -> str:
    names = " or ".join(map(str, part.named)) or "something"
    shape = ", ".join(predicate.text for predicate in bound_predicates(replace(part, named=())))
    return f"{names} ({shape})" if shape else names


def _split(key: str, value: Any) -> Iterator[BoundPredicate]:
    """Modifiers and measures must each hold; of several names, one is enough."""
    match value:
        case Size():
            yield from (BoundPredicate(key, Size(**{measure: limit})) for measure, limit in value.limits())
        case (Modifier(), *_):
            yield from (BoundPredicate(key, (modifier,)) for modifier in value)
        case _:
            yield BoundPredicate(key, value)


def _defines(facts: StructureFacts, subject: Subject, parts: tuple[Part, ...]) -> Iterator[Evidence]:
    """Each definition directly in the subject that meets one of `parts`."""
    definitions = [found for found in facts.definitions(subject.module) if found.scope.parent is subject.scope]
    for definition in definitions:
        matching = [(part, found) for part in parts if (found := confidence(part, facts, definition))]
        if highest := surest(found for _, found in matching):
            part = " or ".join(_text_of_part(part) for part, _ in matching)
            name, place, symbol = definition.simple_name, definition.location, definition.symbol
            yield Evidence(subject.name, name, place, symbol, part, highest)
    classes_and_functions = {definition.simple_name for definition in definitions}
    yield from _mutable_variables(facts, subject, [part for part in parts if Modifier.MUTABLE in part.be])
    for evidence in _variables(subject, parts):
        if evidence.what not in classes_and_functions:
            yield evidence


def _variables(subject: Subject, parts: tuple[Part, ...]) -> Iterator[Evidence]:
    """The variables in the subject that match one of `parts`; only `named` applies to a variable."""
    named = [part for part in parts if not bound_predicates(replace(part, named=()))]
    for name, node in own_names(subject.scope):
        full = f"{subject.name}.{name}"
        if part := next((part for part in named if any(glob.names(name, full) for glob in part.named)), None):
            yield _variable(subject, node, name, name, part)


def _variable(subject: Subject, node: ast.AST, name: str, what: str, part: Part) -> Evidence:
    """The evidence for the variable `name` of the subject, which is first bound at `node`."""
    symbol = f"{subject.name}.{name}".removeprefix(subject.module + ".")
    return Evidence(
        subject.name, what, line_of(subject.source, getattr(node, "lineno", 1)), symbol, _text_of_part(part)
    )


def _mutable_variables(facts: StructureFacts, subject: Subject, parts: Sequence[Part]) -> Iterator[Evidence]:
    """The variables that some function changes, if they match one of `parts`."""
    for name, node, function in mutable_variables(facts, subject) if parts else ():
        full = f"{subject.name}.{name}"
        if part := next((part for part in parts if _is_variable(part, name, full)), None):
            yield _variable(subject, node, name, f"{name}, which {function} changes", part)


def _is_variable(part: Part, name: str, full: str) -> bool:
    """Whether `part` describes the variable `name`: of the other keys, only names and modifiers of names apply."""
    is_private = name.startswith("_")
    modifiers = {Modifier.MUTABLE, Modifier.PRIVATE if is_private else Modifier.PUBLIC}
    applies = not bound_predicates(replace(part, named=(), be=())) and modifiers.issuperset(part.be)
    return applies and (not part.named or any(glob.names(name, full) for glob in part.named))


def _resides_in(facts: StructureFacts, subject: Subject, patterns: tuple[Pattern, ...]) -> Iterator[Evidence]:
    """Each of `patterns` that matches the module of the subject."""
    for pattern in patterns:
        if subject.module in facts.codebase.members((pattern,)):
            yield Evidence.of(subject, str(pattern), str(pattern))


def _has(facts: StructureFacts, subject: Subject, patterns: tuple[Pattern, ...]) -> Iterator[Evidence]:
    """Each of `patterns` that matches some module."""
    for pattern in patterns:
        if facts.codebase.units(pattern):
            yield Evidence.of(subject, str(pattern), str(pattern))


_MODULES = frozenset({Sort.MODULE})
_CLASSES = frozenset({Sort.CLASS})
_DEFINITIONS = frozenset({Sort.CLASS, Sort.FUNCTION})
_ALL = _MODULES | _DEFINITIONS

PREDICATES: Mapping[str, Predicate] = {
    "named": Predicate("be named", _ALL, predicates.named, "rename it so that it matches {}", "rename it"),
    "inherit": Predicate(
        "inherit", _CLASSES, predicates.inherits, "derive it from {}", "derive it from something else"
    ),
    "decorated_with": Predicate(
        "be decorated with", _DEFINITIONS, predicates.decorated_with, "decorate it with {}", "take the decorator off"
    ),
    "be": Predicate(
        "be", _DEFINITIONS, predicates.is_, "make it {}", "change that, or move it to where that is allowed"
    ),
    "take": Predicate(
        "take", _ALL, body_predicates.takes, "give it a parameter of type {}", "hand it only what it needs of that"
    ),
    "return_": Predicate(
        "return", _ALL, body_predicates.returns, "have it return {}", "return a value of its own layer"
    ),
    "raise_": Predicate(
        "raise",
        _ALL,
        body_predicates.raises,
        "have it raise {}",
        "raise an exception of its own layer, for its callers to translate",
    ),
    "catch": Predicate(
        "catch", _ALL, body_predicates.catches, "have it catch {}", "let it pass, or catch something narrower"
    ),
    "call": Predicate(
        "call",
        _ALL,
        body_predicates.calls,
        "have it call {}",
        "be given the result, or move the call to where it is allowed",
        body_predicates.calls_in_turn,
    ),
    "fall_back": Predicate(
        "fall back to a literal for",
        _ALL,
        body_predicates.falls_back,
        "give it a value for when {} is missing",
        "read what must be there (`os.environ['KEY']`), so that a deployment without it fails at its start",
    ),
    "define": Predicate("define", _MODULES | _CLASSES, _defines, "define {} in it", "move it to where it is allowed"),
    "exceed": Predicate(
        "exceed", _ALL, predicates.exceeds, "name what is meant to be small under `except`", "split it"
    ),
    "reside_in": Predicate("reside in", _ALL | {Sort.CALL}, _resides_in, "move it to {}", "move it elsewhere"),
    "have": Predicate("have", _MODULES, _has, "add {}", "remove the other module"),
}
"""Every key of a shape, in the order in which messages list them."""
