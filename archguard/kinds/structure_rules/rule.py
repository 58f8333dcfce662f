"""One rule of `structure`: the subjects that it selects, and what it requires or forbids of them."""

from collections.abc import Iterator
from typing import Annotated

from archguard.codebase import Codebase, Patterns
from archguard.codebase.strictness import Weaker
from archguard.dataclass import dataclass
from archguard.effects.tracing import has_any
from archguard.kinds.contract import bound
from archguard.kinds.structure_rules.breach import Breach
from archguard.kinds.structure_rules.evidence import best, weaker
from archguard.kinds.structure_rules.glob import Globs
from archguard.kinds.structure_rules.shape import Demand, Modifier, Selector, Shape
from archguard.kinds.structure_rules.subjects import Sort, StructureFacts, Subject
from archguard.kinds.structure_rules.vocabulary import bound_predicates, confidence, is_met
from archguard.model import Confidence
from archguard.model.names import last_part


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What all modules, classes, functions or calls of a sort must or must not."""

    modules: Annotated[Patterns, Weaker.SMALLER_NOT_EMPTY] = ()
    """The modules that it looks at, all by default; without `classes`, `functions` or `calls` it is about them."""
    except_: Annotated[Patterns, Weaker.LARGER] = ()
    """Modules that it passes over."""
    classes: Annotated[Selector | None, Weaker.ANY] = None
    """The rule is about classes: their names, or keys of a shape."""
    functions: Annotated[Selector | None, Weaker.ANY] = None
    """The rule is about functions and methods: their names, or keys of a shape."""
    calls: Annotated[Globs, Weaker.SMALLER] = ()
    """The rule is about calls of these functions, methods or classes."""
    must: Annotated[Demand | None, Weaker.ANY] = None
    """What each of them must do, be or have: all of it."""
    must_not: Annotated[Demand | None, Weaker.PARTS] = None
    """What each of them must not do, be or have: none of it."""
    reason: Annotated[str, Weaker.NEVER] = ""
    """Why; shown instead of the contract's reason."""

    @property
    def sort(self) -> Sort:
        """What the rule selects: modules, classes, functions or calls."""
        if self.calls:
            return Sort.CALL
        if self.functions is not None:
            return Sort.FUNCTION
        return Sort.MODULE if self.classes is None else Sort.CLASS

    @property
    def about(self) -> str:
        """What the rule selects, in words that stay the same when rules are added or moved: `functions named get_*`.

        The identity of a baseline entry contains it, so it must not contain the index of the rule.
        """
        wanted = [f"of {' or '.join(map(str, self.calls))}"] if self.calls else []
        wanted += [predicate.text.removeprefix("be ") for predicate in bound_predicates(self.selector)]
        return " ".join((self.sort.plural, *wanted))

    @property
    def selector(self) -> Shape:
        """The criteria that select classes or functions."""
        return next((given for given in (self.classes, self.functions) if given is not None), Shape())

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules that the rule checks."""
        modules = codebase.members(self.modules) if self.modules else codebase.modules
        return modules - codebase.members(self.except_)

    def modules_with_subjects(self, facts: StructureFacts) -> frozenset[str]:
        """The modules that can contain subjects; a search of the bytes excludes the others without parsing them."""
        if id(self) not in facts.subject_modules:
            scope = self.scope(facts.codebase) & facts.codebase.sources.keys()
            # A call may be of a function under another name (`import ... as`), so that importers of a file with the
            # text count, too.
            near = facts.containing(self._markers, directly=not self.calls) if self._markers else scope
            facts.subject_modules[id(self)] = scope & near
        return facts.subject_modules[id(self)]

    def subjects(self, facts: StructureFacts) -> Iterator[tuple[Subject, Confidence]]:
        """The subjects that the rule selects, each with its confidence."""
        for module in sorted(self.modules_with_subjects(facts)):
            yield from self.subjects_in(facts, module)

    def subjects_in(self, facts: StructureFacts, module: str) -> Iterator[tuple[Subject, Confidence]]:
        """The subjects in `module`, each with its confidence."""
        for subject in self._candidates(facts, module):
            if confidence := self._selects(facts, subject):
                yield subject, confidence

    def breaches(self, facts: StructureFacts, module: str) -> Iterator[Breach]:
        """Every required predicate in `module` that does not hold, and all evidence for forbidden ones."""
        for subject, selection in self.subjects_in(facts, module):
            for predicate in () if subject.only_collects else bound_predicates(self._demanded(self.must, subject)):
                if not is_met(predicate, facts, subject):
                    yield Breach(subject, predicate, None, selection)
            for predicate in bound_predicates(self._demanded(self.must_not, subject)):
                for evidence in predicate.evidence(facts, subject):
                    yield Breach(subject, predicate, evidence, weaker(selection, evidence.confidence))

    @property
    def looks_at_calls(self) -> bool:
        """Whether the rule checks call sites."""
        criteria = (self.selector, self.must, self.must_not)
        return self.sort is Sort.CALL or any(given is not None and given.call for given in criteria)

    def called_parts(self, facts: StructureFacts) -> Iterator[frozenset[str]]:
        """The modules of each component or module that the rule names under `call`."""
        shapes = [given for given in (self.selector, self.must, self.must_not) if given is not None]
        for criteria in (*shapes, *(part for shape in shapes for part in shape.define)):
            yield from (facts.modules_named(glob.text) for glob in criteria.call)

    def _candidates(self, facts: StructureFacts, module: str) -> tuple[Subject, ...]:
        match self.sort:
            case Sort.MODULE:
                return (facts.module(module),)
            case Sort.CALL:
                return facts.calls(module)
        if Modifier.ASYNC in self.selector.be and not has_any(facts.codebase.sources[module], ("async",)):
            return ()  # most files define nothing asynchronous, and what a file defines takes long to describe
        return tuple(subject for subject in facts.definitions(module) if subject.sort is self.sort)

    def _selects(self, facts: StructureFacts, subject: Subject) -> Confidence | None:
        if subject.call:
            found = best(facts, self.calls, (subject.call,))
            return found.confidence if found else None
        return confidence(self.selector, facts, subject)

    @property
    def _markers(self) -> frozenset[str]:
        """Texts of which a file must contain one: a class `*Repository` is in a file that contains `Repository`.

        Empty if some glob has no literal text, for then any file may contain a subject.
        """
        texts = frozenset(glob.literal for glob in self.calls or self.selector.named)
        return texts if all(texts) else frozenset()

    def _demanded(self, demand: Demand | None, subject: Subject) -> Demand:
        """`demand` with `<name>` replaced by its value at `subject`."""
        matching = (pattern.bindings(subject.module) for pattern in self.modules)
        values = {"module": last_part(subject.module)} | next(filter(None, matching), {})
        return bound(demand or Demand(), values)
