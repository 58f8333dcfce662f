"""Rules that can never apply: they contradict themselves, require nothing, or select nothing.

Faults in the rule itself come first. Only a rule without them is matched against the code, since the messages about
the code would repeat the same mistake in other words.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import product

from archguard.codebase.facts import FunctionDefinition
from archguard.dataclass import dataclass
from archguard.kinds.breakability import always_inside, never_inside
from archguard.kinds.structure_rules.evidence import best
from archguard.kinds.structure_rules.glob import Glob
from archguard.kinds.structure_rules.rule import Rule
from archguard.kinds.structure_rules.shape import Criteria, Demand, Modifier, Size
from archguard.kinds.structure_rules.subjects import Sort, StructureFacts
from archguard.kinds.structure_rules.type_queries import taken
from archguard.kinds.structure_rules.vocabulary import BoundPredicate, bound_predicates, texts

_ANYWHERE = frozenset({Modifier.TOP_LEVEL, Modifier.PUBLIC, Modifier.PRIVATE})
_MODIFIERS = {
    Sort.CLASS: _ANYWHERE | {Modifier.CLASS},
    Sort.FUNCTION: _ANYWHERE | {Modifier.FUNCTION, Modifier.METHOD, Modifier.ASYNC},
}
_ALWAYS = {Sort.CLASS: [(Modifier.CLASS,)], Sort.FUNCTION: [(Modifier.FUNCTION,)]}
"""The modifiers that every subject of a sort has."""
_MEASURES = {
    Sort.MODULE: {"lines", "members", "statements"},
    Sort.CLASS: {"lines", "members", "statements"},
    Sort.FUNCTION: {"lines", "parameters", "branches", "statements"},
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a rule, and the path of keys in it that is faulty."""

    message: str
    keys: tuple[str, ...] = ()
    hint: str = ""


def faults(rule: Rule, facts: StructureFacts) -> Iterator[Fault]:
    """What keeps `rule` from ever applying; whether it selects anything is checked only if nothing else is wrong."""
    in_rule = [
        *_selectors(rule),
        *_demands(rule),
        *_unfit_keys(rule),
        *_limits(rule),
        *_contradictions(rule),
        *_captures(rule),
    ]
    # `or` on a list: the second part is not even computed if the first has something.
    yield from in_rule or (*_locations(rule, facts), *_no_subjects(rule, facts), *_parameter_names(rule, facts))


def _selectors(rule: Rule) -> Iterator[Fault]:
    given = {"classes": rule.classes is not None, "functions": rule.functions is not None, "calls": bool(rule.calls)}
    names = [name for name, is_given in given.items() if is_given]
    for name in names[1:]:
        yield Fault(f"is about `{names[0]}` and about `{name}`", (name,), "make two rules of it")


def _demands(rule: Rule) -> Iterator[Fault]:
    if not bound_predicates(rule.must or Demand()) and not bound_predicates(rule.must_not or Demand()):
        yield Fault("asks for nothing and forbids nothing", (), "say what `must` be, or what `must_not`")


def _unfit_keys(rule: Rule) -> Iterator[Fault]:
    for section, predicate in _predicates(rule):
        if unfit := _unfit(predicate, rule.sort):
            yield Fault(f"{unfit} cannot be said of {rule.sort.plural}", (section, predicate.key.rstrip("_")))


def _unfit(predicate: BoundPredicate, sort: Sort) -> str:
    """The key or value of `predicate` that does not apply to subjects of `sort`; "" if all do."""
    if sort not in predicate.predicate.sorts:
        return f"`{predicate.key.rstrip('_')}`"
    match predicate.value:
        case (Modifier() as modifier,) if modifier not in _MODIFIERS[sort]:
            return f"`be: {modifier}`"
        case Size() as size if measure := next((name for name, _ in size.limits() if name not in _MEASURES[sort]), ""):
            return f"`{measure}`"
    return ""


def _predicates(rule: Rule) -> Iterator[tuple[str, BoundPredicate]]:
    """All predicates in the rule, each with the section that contains it."""
    sections: dict[str, Criteria | None] = {
        "classes": rule.classes,
        "functions": rule.functions,
        "must": rule.must,
        "must_not": rule.must_not,
    }
    for section, criteria in sections.items():
        yield from ((section, predicate) for predicate in bound_predicates(criteria or Demand()))


def _limits(rule: Rule) -> Iterator[Fault]:
    for section, predicate in _predicates(rule):
        for measure, limit in predicate.value.limits() if isinstance(predicate.value, Size) else ():
            if limit < 0:
                yield Fault(f"`{measure}: {limit}` is no limit: nothing has less", (section, predicate.key, measure))


def _contradictions(rule: Rule) -> Iterator[Fault]:
    """Predicates that the selector, or the other demand, already decides.

    Of several names one is enough. So the second predicate is decided only if it contains all names of the first.
    """
    selector, must, must_not = rule.selector, rule.must or Demand(), rule.must_not or Demand()
    for key, value in _repeated(must, must_not):
        yield Fault(f"asks for `{key}: {value}` and forbids it", ("must_not", key))
    for section, verb, demand in (("must", "asks for", must), ("must_not", "forbids", must_not)):
        for key, value in _repeated(selector, demand):
            yield Fault(f"{verb} `{key}: {value}`, by which it selects", (section, key))
    for predicate in bound_predicates(must):
        if any(text.strip("*") == "" for text in texts(predicate.value)) and predicate.key == "named":
            yield Fault("can never be broken: `*` is any name", ("must", "named"))
        if predicate.value in _ALWAYS.get(rule.sort, ()):
            yield Fault(f"can never be broken: all {rule.sort.plural} are {predicate.object}", ("must", predicate.key))


def _repeated(first: Criteria, second: Criteria) -> Iterator[tuple[str, str]]:
    """The keys and values of `first` that `second` repeats."""
    for one, other in product(bound_predicates(first), bound_predicates(second)):
        repeated = set(texts(one.value))
        # Not the other way round: `must: named: [*A, *B]` with a selector `named: *A` says nothing new, but a selector
        # with both leaves something to ask.
        if one.key == other.key and repeated <= set(texts(other.value)):
            yield one.key.rstrip("_"), " or ".join(sorted(repeated))


def _captures(rule: Rule) -> Iterator[Fault]:
    """Captures in demands that `modules` does not bind: each would match any module."""
    known = {"module"}.union(*(pattern.captures for pattern in rule.modules))
    hint = f"there is: {', '.join(f'<{name}>' for name in sorted(known))}"
    for section, demand in (("must", rule.must), ("must_not", rule.must_not)):
        for key in ("reside_in", "have"):
            for pattern in getattr(demand, key, ()):
                for name in sorted(pattern.captures - known):
                    yield Fault(f"`modules` has no <{name}>", (section, key), hint)


def _locations(rule: Rule, facts: StructureFacts) -> Iterator[Fault]:
    """`reside_in` that every possible module meets, or none."""
    codebase = facts.codebase
    if rule.except_ and always_inside(codebase, rule.modules, rule.except_):
        yield Fault("looks at no module: all are under `except`", ("except",))
        return
    for section, demand in (("must", rule.must), ("must_not", rule.must_not)):
        patterns = demand.reside_in if demand else ()
        # With a capture, the place is another for each module.
        if not patterns or any(pattern.captures for pattern in patterns):
            continue
        is_inside = always_inside(codebase, rule.modules, patterns)
        if is_inside or never_inside(codebase, rule.modules, patterns):
            always_met = is_inside == (section == "must")
            where = " or ".join(map(str, patterns))
            verdict = "can never be broken" if always_met else "can never be kept"
            how = "every" if is_inside else "no"
            yield Fault(f"{verdict}: {how} module that it looks at is in {where}", (section, "reside_in"))


def _no_subjects(rule: Rule, facts: StructureFacts) -> Iterator[Fault]:
    """A `must` without any subject in the code; a `must_not` may be about what should not appear."""
    subjects = (subject for subject, _ in rule.subjects(facts) if not subject.only_collects)
    if not bound_predicates(rule.must or Demand()) or next(subjects, None):
        return
    key = rule.sort.plural
    wanted = " or ".join(map(str, rule.calls)) or ", ".join(map(_selector_text, bound_predicates(rule.selector)))
    which = f" that matches `{wanted}`" if wanted else ""
    yield Fault(f"matches nothing: there is no {rule.sort}{which}", (key,), _did_you_mean(rule, facts))


def _parameter_names(rule: Rule, facts: StructureFacts) -> Iterator[Fault]:
    """Globs under `take` that are names of parameters and of no type: `take` is about types."""
    for section, predicate in _predicates(rule):
        for glob in predicate.value if predicate.key == "take" else ():
            # `int` and `str` are lower case as well; that is why it also looks whether any type has the name.
            if glob.text.isidentifier() and glob.text.islower() and _is_parameter_only(rule, facts, glob):
                hint = "write the type: `Session`, not `session`"
                yield Fault(f"'{glob}' is the name of a parameter, and no type", (section, "take"), hint)


def _is_parameter_only(rule: Rule, facts: StructureFacts, glob: Glob) -> bool:
    """Whether some parameter has that name, and none has a type that matches `glob`."""
    parameters = [
        (definition, parameter)
        for module in sorted(rule.modules_with_subjects(facts))
        for subject in facts.definitions(module)
        if isinstance(definition := subject.definition, FunctionDefinition)
        for parameter in definition.parameters
    ]
    return any(parameter.name == glob.text for _, parameter in parameters) and not any(
        best(facts, (glob,), taken(facts, definition, parameter)) for definition, parameter in parameters
    )


def _selector_text(predicate: BoundPredicate) -> str:
    return predicate.object if predicate.key == "named" else f"{predicate.key.rstrip('_')}: {predicate.object}"


def _did_you_mean(rule: Rule, facts: StructureFacts) -> str:
    """The hint for a misspelt name; 0.6 is the default cutoff of difflib."""
    known = [
        subject.simple_name
        for module in sorted(rule.scope(facts.codebase) & facts.codebase.sources.keys())
        for subject in facts.definitions(module)
        if subject.sort is rule.sort
    ]
    for glob in rule.selector.named:
        if close := get_close_matches(glob.literal, known, 1, 0.6):
            return f"did you mean '{close[0]}'?"
    return ""
