"""Rules that cannot do what they are for: they contradict themselves, say nothing, or speak of nothing there is."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import product

from archguard.codebase.facts import FunctionDefinition
from archguard.kinds.breakability import always_inside, never_inside
from archguard.kinds.structure_rules.evidence import best
from archguard.kinds.structure_rules.glob import Glob
from archguard.kinds.structure_rules.rule import Rule
from archguard.kinds.structure_rules.shape import Criteria, Demand, Modifier, Size
from archguard.kinds.structure_rules.subjects import Sort, StructureFacts
from archguard.kinds.structure_rules.type_queries import taken
from archguard.kinds.structure_rules.vocabulary import BoundPredicate, bound_predicates, texts

_ANYWHERE = frozenset({Modifier.TOP_LEVEL, Modifier.PUBLIC, Modifier.PRIVATE})
_ADJECTIVES = {
    Sort.CLASS: _ANYWHERE | {Modifier.CLASS},
    Sort.FUNCTION: _ANYWHERE | {Modifier.FUNCTION, Modifier.METHOD, Modifier.ASYNC},
}
_ALWAYS = {Sort.CLASS: [(Modifier.CLASS,)], Sort.FUNCTION: [(Modifier.FUNCTION,)]}
"""What everything of a sort is."""
_MEASURES = {
    Sort.MODULE: {"lines", "members"},
    Sort.CLASS: {"lines", "members"},
    Sort.FUNCTION: {"lines", "parameters"},
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a rule, at the keys in it that are to blame."""

    message: str
    keys: tuple[str, ...] = ()
    hint: str = ""


def faults(rule: Rule, facts: StructureFacts) -> Iterator[Fault]:
    """What keeps `rule` from ever applying; whether it speaks of anything is asked only if nothing else is wrong."""
    in_itself = [
        *_selectors(rule),
        *_demands(rule),
        *_words(rule),
        *_limits(rule),
        *_contradictions(rule),
        *_captures(rule),
    ]
    yield from in_itself or (*_places(rule, facts), *_nobody(rule, facts), *_parameters(rule, facts))


def _selectors(rule: Rule) -> Iterator[Fault]:
    given = {"classes": rule.classes is not None, "functions": rule.functions is not None, "calls": bool(rule.calls)}
    names = [name for name, is_given in given.items() if is_given]
    for name in names[1:]:
        yield Fault(f"is about `{names[0]}` and about `{name}`", (name,), "make two rules of it")


def _demands(rule: Rule) -> Iterator[Fault]:
    if not bound_predicates(rule.must or Demand()) and not bound_predicates(rule.must_not or Demand()):
        yield Fault("asks for nothing and forbids nothing", (), "say what `must` be, or what `must_not`")


def _words(rule: Rule) -> Iterator[Fault]:
    for section, trait in _traits(rule):
        if unfit := _unfit(trait, rule.sort):
            yield Fault(f"{unfit} cannot be said of {rule.sort.plural}", (section, trait.key.rstrip("_")))


def _unfit(trait: BoundPredicate, sort: Sort) -> str:
    """What of `trait` means nothing for what is a `sort`, or ""."""
    if sort not in trait.predicate.sorts:
        return f"`{trait.key.rstrip('_')}`"
    match trait.value:
        case (Modifier() as adjective,) if adjective not in _ADJECTIVES[sort]:
            return f"`be: {adjective}`"
        case Size() as size if measure := next((name for name, _ in size.limits() if name not in _MEASURES[sort]), ""):
            return f"`{measure}`"
    return ""


def _traits(rule: Rule) -> Iterator[tuple[str, BoundPredicate]]:
    """All that it says, each with the key under which it does."""
    sections: dict[str, Criteria | None] = {
        "classes": rule.classes,
        "functions": rule.functions,
        "must": rule.must,
        "must_not": rule.must_not,
    }
    for section, look in sections.items():
        yield from ((section, trait) for trait in bound_predicates(look or Demand()))


def _limits(rule: Rule) -> Iterator[Fault]:
    for section, trait in _traits(rule):
        for measure, limit in trait.value.limits() if isinstance(trait.value, Size) else ():
            if limit < 0:
                yield Fault(f"`{measure}: {limit}` is no limit: nothing has less", (section, trait.key, measure))


def _contradictions(rule: Rule) -> Iterator[Fault]:
    """Of several names one will do, so only if all that is said first is said again the second is settled by it."""
    selector, must, must_not = rule.selector, rule.must or Demand(), rule.must_not or Demand()
    for key, value in _said_again(must, must_not):
        yield Fault(f"asks for `{key}: {value}` and forbids it", ("must_not", key))
    for section, verb, demand in (("must", "asks for", must), ("must_not", "forbids", must_not)):
        for key, value in _said_again(selector, demand):
            yield Fault(f"{verb} `{key}: {value}`, by which it selects", (section, key))
    for trait in bound_predicates(must):
        if any(text.strip("*") == "" for text in texts(trait.value)) and trait.key == "named":
            yield Fault("can never be broken: `*` is any name", ("must", "named"))
        if trait.value in _ALWAYS.get(rule.sort, ()):
            yield Fault(f"can never be broken: all {rule.sort.plural} are {trait.object}", ("must", trait.key))


def _said_again(first: Criteria, second: Criteria) -> Iterator[tuple[str, str]]:
    """What `second` says in other or the same words as `first`, by its key."""
    for one, other in product(bound_predicates(first), bound_predicates(second)):
        again = set(texts(one.value))
        if one.key == other.key and again <= set(texts(other.value)):
            yield one.key.rstrip("_"), " or ".join(sorted(again))


def _captures(rule: Rule) -> Iterator[Fault]:
    """Names in angle brackets for which nothing is put in: each would mean any module."""
    known = {"module"}.union(*(pattern.captures for pattern in rule.modules))
    hint = f"there is: {', '.join(f'<{name}>' for name in sorted(known))}"
    for section, demand in (("must", rule.must), ("must_not", rule.must_not)):
        for key in ("reside_in", "have"):
            for pattern in getattr(demand, key, ()):
                for name in sorted(pattern.captures - known):
                    yield Fault(f"`modules` has no <{name}>", (section, key), hint)


def _places(rule: Rule, facts: StructureFacts) -> Iterator[Fault]:
    """Demands on the place that every module meets, or none, whatever modules there will be."""
    codebase = facts.codebase
    if rule.except_ and always_inside(codebase, rule.modules, rule.except_):
        yield Fault("looks at no module: all are under `except`", ("except",))
        return
    for section, demand in (("must", rule.must), ("must_not", rule.must_not)):
        patterns = demand.reside_in if demand else ()
        if not patterns or any(pattern.captures for pattern in patterns):
            continue
        is_inside = always_inside(codebase, rule.modules, patterns)
        if is_inside or never_inside(codebase, rule.modules, patterns):
            kept = is_inside == (section == "must")
            where = " or ".join(map(str, patterns))
            verdict = "can never be broken" if kept else "can never be kept"
            how = "every" if is_inside else "no"
            yield Fault(f"{verdict}: {how} module that it looks at is in {where}", (section, "reside_in"))


def _nobody(rule: Rule, facts: StructureFacts) -> Iterator[Fault]:
    """A `must` that is about nothing that there is."""
    subjects = (subject for subject, _ in rule.subjects(facts) if not subject.only_collects)
    if not bound_predicates(rule.must or Demand()) or next(subjects, None):
        return
    key = rule.sort.plural
    wanted = " or ".join(map(str, rule.calls)) or ", ".join(_said(trait) for trait in bound_predicates(rule.selector))
    which = f" that matches `{wanted}`" if wanted else ""
    yield Fault(f"matches nothing: there is no {rule.sort}{which}", (key,), _close(rule, facts))


def _parameters(rule: Rule, facts: StructureFacts) -> Iterator[Fault]:
    """Names under `take` that parameters have, and no type: `take` is about types."""
    for section, trait in _traits(rule):
        for glob in trait.value if trait.key == "take" else ():
            if glob.text.isidentifier() and glob.text.islower() and _is_parameter_only(rule, facts, glob):
                hint = "write the type: `Session`, not `session`"
                yield Fault(f"'{glob}' is the name of a parameter, and no type", (section, "take"), hint)


def _is_parameter_only(rule: Rule, facts: StructureFacts, glob: Glob) -> bool:
    """Whether some parameter is called like that, and none has a type that `glob` means."""
    found = [
        (definition, parameter)
        for module in sorted(rule.modules_with_subjects(facts))
        for subject in facts.definitions(module)
        if isinstance(definition := subject.definition, FunctionDefinition)
        for parameter in definition.parameters
    ]
    return any(parameter.name == glob.text for _, parameter in found) and not any(
        best(facts, (glob,), taken(facts, definition, parameter)) for definition, parameter in found
    )


def _said(trait: BoundPredicate) -> str:
    return trait.object if trait.key == "named" else f"{trait.key.rstrip('_')}: {trait.object}"


def _close(rule: Rule, facts: StructureFacts) -> str:
    """A name that there is, for one that was misspelt."""
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
