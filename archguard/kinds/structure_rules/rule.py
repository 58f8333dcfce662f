"""One rule of `structure`: of whom it speaks, and what they must or must not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from archguard.codebase import STRICT, Codebase, Patterns
from archguard.kinds.contract import bound
from archguard.kinds.structure_rules.breach import Breach
from archguard.kinds.structure_rules.evidence import best, weaker
from archguard.kinds.structure_rules.glob import Globs
from archguard.kinds.structure_rules.shape import Demand, Selector, Shape
from archguard.kinds.structure_rules.subjects import Sort, StructureFacts, Subject
from archguard.kinds.structure_rules.vocabulary import bound_predicates, confidence
from archguard.model import Confidence


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What all modules, classes, functions or calls of a sort must or must not."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    modules: Patterns = ()
    """The modules that it looks at, all by default; without `classes`, `functions` or `calls` it is about them."""
    except_: Patterns = ()
    """Modules that it passes over."""
    classes: Selector | None = None
    """The rule is about classes: their names, or keys of a shape."""
    functions: Selector | None = None
    """The rule is about functions and methods: their names, or keys of a shape."""
    calls: Globs = ()
    """The rule is about calls of these functions, methods or classes."""
    must: Demand | None = None
    """What each of them must do, be or have: all of it."""
    must_not: Demand | None = None
    """What each of them must not do, be or have: none of it."""
    reason: str = ""
    """Why; shown instead of the contract's reason."""

    @property
    def sort(self) -> Sort:
        """What it is about."""
        if self.calls:
            return Sort.CALL
        if self.functions is not None:
            return Sort.FUNCTION
        return Sort.MODULE if self.classes is None else Sort.CLASS

    @property
    def about(self) -> str:
        """Of whom it speaks, in words that stay the same when rules are added or moved: `functions named get_*`."""
        wanted = [f"of {' or '.join(map(str, self.calls))}"] if self.calls else []
        wanted += [trait.text.removeprefix("be ") for trait in bound_predicates(self.selector)]
        return " ".join((self.sort.plural, *wanted))

    @property
    def selector(self) -> Shape:
        """What the classes or functions are selected by."""
        return next((given for given in (self.classes, self.functions) if given is not None), Shape())

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules that it looks at."""
        modules = codebase.members(self.modules) if self.modules else codebase.modules
        return modules - codebase.members(self.except_)

    def modules_with_subjects(self, facts: StructureFacts) -> frozenset[str]:
        """The modules that can hold what it is about."""
        scope = self.scope(facts.codebase) & facts.codebase.sources.keys()
        return scope & facts.holding(self._signs, directly=not self.calls) if self._signs else scope

    def subjects(self, facts: StructureFacts) -> Iterator[tuple[Subject, Confidence]]:
        """What it is about, each with how sure that is."""
        for module in sorted(self.modules_with_subjects(facts)):
            for subject in self._candidates(facts, module):
                if surely := self._selects(facts, subject):
                    yield subject, surely

    def breaches(self, facts: StructureFacts) -> Iterator[Breach]:
        """Every trait that is missing, and every trait that must not be."""
        for subject, surely in self.subjects(facts):
            for trait in () if subject.only_collects else bound_predicates(self._demanded(self.must, subject)):
                if not trait.confidence(facts, subject):
                    yield Breach(subject, trait, None, surely)
            for trait in bound_predicates(self._demanded(self.must_not, subject)):
                for evidence in trait.evidence(facts, subject):
                    yield Breach(subject, trait, evidence, weaker(surely, evidence.confidence))

    @property
    def looks_at_calls(self) -> bool:
        """Whether calls are among what it looks at."""
        looks = (self.selector, self.must, self.must_not)
        return self.sort is Sort.CALL or any(look is not None and look.call for look in looks)

    def _candidates(self, facts: StructureFacts, module: str) -> tuple[Subject, ...]:
        match self.sort:
            case Sort.MODULE:
                return (facts.module(module),)
            case Sort.CALL:
                return facts.calls(module)
        return tuple(subject for subject in facts.definitions(module) if subject.sort is self.sort)

    def _selects(self, facts: StructureFacts, subject: Subject) -> Confidence | None:
        if subject.call:
            found = best(facts, self.calls, (subject.call,))
            return found.confidence if found else None
        return confidence(self.selector, facts, subject)

    @property
    def _signs(self) -> frozenset[str]:
        """Texts of which a file must hold one: a class that is called `*Repository` stands where `Repository` does."""
        texts = frozenset(glob.literal for glob in self.calls or self.selector.named)
        return texts if all(texts) else frozenset()

    def _demanded(self, demand: Demand | None, subject: Subject) -> Demand:
        """`demand` with what `<name>` stands for at `subject`."""
        matching = (pattern.bindings(subject.module) for pattern in self.modules)
        values = {"module": subject.module.rpartition(".")[2]} | next(filter(None, matching), {})
        return bound(demand or Demand(), values)
