"""The base class of all contracts, and the functions that walk over the patterns in them."""

import re
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from inspect import cleandoc, getmro
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from archguard.codebase import (
    Codebase,
    ImportPattern,
    ImportTrait,
    Link,
    Pattern,
    Patterns,
    ReachabilityRule,
    Shorthand,
    Target,
)
from archguard.codebase.strictness import Weaker
from archguard.errors import ArchguardError
from archguard.model import Checked, Confidence, Location, Severity, Violation

_T = TypeVar("_T")


class ContractError(ValueError):
    """The fields of a contract do not fit together; the message says how.

    `field` is the faulty key. `keys` is the path to a nested value, or to the key itself with `at_key`. A `cause` has a
    location of its own, for example in a diagram file.
    """

    def __init__(  # noqa: PLR0913  # the parts of an error message
        self,
        message: str,
        field: str = "",
        hint: str = "",
        keys: tuple[str | int, ...] = (),
        cause: ArchguardError | None = None,
        *,
        at_key: bool = False,
    ) -> None:
        super().__init__(message)
        self.keys = keys or ((field,) if field else ())
        self.hint = hint
        self.at_key = at_key
        self.cause = cause


class VacuousError(ContractError):
    """No code could ever break the contract; the message says why."""

    def __init__(self, message: str, field: str = "", hint: str = "") -> None:
        super().__init__(f"can never apply: {message}", field, hint)


@dataclass(frozen=True, kw_only=True)
class Ignore(Shorthand):
    """Imports that a contract overlooks."""

    import_: Annotated[ImportPattern, Weaker.NEVER]
    """The imports, written `importer -> imported`."""
    reason: Annotated[str, Weaker.NEVER] = ""
    """Why they are overlooked: a ticket, say."""
    expires: Annotated[date | None, Weaker.ANY] = None
    """The day from which the ignore no longer holds."""
    unmatched: Annotated[Severity | Literal["ignore"], Weaker.LATER] = Severity.ERROR
    """How an ignore that matches no import is reported."""

    @classmethod
    def expand(cls, short: object) -> Mapping[str, object]:
        """The imports alone."""
        return {"import": short}


@dataclass(frozen=True, kw_only=True)
class Contract(ABC):
    """A rule about the code. The fields of a kind are its YAML keys, the docstrings below them its documentation."""

    kind: ClassVar[str]
    """The name of the kind in YAML."""
    cut_by_comments: ClassVar[bool] = False
    """Whether an import that a comment overlooks is none for the other violations either, like one under `ignore`."""

    checks_by_file: ClassVar[bool] = False
    """Whether it finds something in files one by one, in parallel, which is kept from run to run while it is right."""

    id: Annotated[str, Weaker.NEVER]
    """The name of the contract, unique in the project; `ignore[id]` and `--contract id` use it."""
    reason: Annotated[str, Weaker.NEVER] = ""
    """Why the team wants it; shown with every violation."""
    severity: Annotated[Severity, Weaker.LATER] = Severity.ERROR
    """How much a violation weighs."""
    type_checking_imports: Annotated[Literal["include", "exclude"] | None, Weaker.LATER] = None
    """Whether imports under `if TYPE_CHECKING:` count; the project's setting by default."""
    exclude_imports: Annotated[tuple[ImportTrait, ...], Weaker.LARGER] = ()
    """Sorts of imports that do not count."""
    ignore: Annotated[tuple[Ignore, ...], Weaker.LARGER] = ()
    """Imports that are overlooked, each written `importer -> imported`, or as a mapping with a reason."""

    @property
    def sentence(self) -> str:
        """The rule in plain words: the kind's docstring, with the contract's values in place of its keys."""
        description = cleandoc(type(self).__doc__ or self.kind).partition("\n\n")[0].replace("\n", " ")
        return re.sub(r"`(\w+)`", lambda key: listed(getattr(self, key[1], ())) or key[1], description)

    @property
    def usual_fixes(self) -> tuple[str, ...]:
        """How to fix its violations, as far as that is the same for all of them."""
        return ()

    @property
    def allowed_places(self) -> Patterns:
        """The modules in which all that it forbids elsewhere is allowed; () if it names none."""
        return ()

    def denies_package(self, codebase: Codebase, package: str) -> bool:
        """Whether its modules must not import `package`, a name from outside that the code imports, because of it."""
        del codebase, package
        return False

    @property
    def is_built_in(self) -> bool:
        """Whether archguard has the kind itself. What a contract of a plug-in reads is not known."""
        return type(self).__module__.startswith("archguard.")

    @abstractmethod
    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield every violation in `codebase`."""

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield what makes the contract invalid or vacuous; `config` checks for all kinds that patterns match."""
        del codebase
        yield from ()

    def units(self, codebase: Codebase) -> Mapping[str, frozenset[str]]:
        """The sets of modules that the contract distinguishes, by name; packages outside of the project included."""
        externals = codebase.imports.externals
        found: dict[str, frozenset[str]] = {}
        for _, pattern in self.patterns(codebase):
            external = codebase.matching(pattern, externals) if isinstance(pattern, Target) else frozenset()
            found |= codebase.units(pattern) or ({pattern.text: external} if external else {})
        return found

    def patterns(self, codebase: Codebase) -> Iterator[tuple[tuple[str | int, ...], Pattern]]:
        """The patterns that must match something in `codebase`, each with its path of keys."""
        del codebase
        yield from patterns_of(self)

    def coverage(self, codebase: Codebase) -> Checked:
        """How many modules and imports of `codebase` the contract checks."""
        modules = self.scope(codebase)
        return Checked(modules=len(modules), imports=codebase.imports.count(modules))

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules that the contract checks: by default all that its patterns match."""
        return codebase.members(pattern for _, pattern in self.patterns(codebase))

    def modules_to_parse(self, codebase: Codebase) -> frozenset[str]:
        """The modules whose files it must parse. A file that fails to parse is reported, and `check` leaves it out."""
        del codebase
        return frozenset()

    def reachability_rules(self, codebase: Codebase) -> Sequence[ReachabilityRule] | None:
        """The rules that fully decide which imports break it; None if imports matter to it in other ways, too.

        They let an incremental check prove that an edit of imports cannot change the report.
        """
        del codebase
        return None

    def import_inputs(self, codebase: Codebase) -> Hashable:
        """What decides, beside the imports, which imports break it; None if its violations are not kept as a whole.

        If they are, they must depend on the import graph, on statements that `codebase` looks up, and on this alone.
        """
        del codebase
        return None

    def violation(  # noqa: PLR0913  # the parts of a violation that differ from case to case
        self,
        message: str,
        location: Location,
        importer: str,
        imported: str = "",
        *,
        symbol: str = "",
        rule: str = "",
        chain: tuple[Any, ...] = (),
        cut: tuple[Any, ...] = (),
        fix: tuple[str, ...] = (),
        confidence: Confidence = Confidence.CERTAIN,
    ) -> Violation:
        """A violation of this contract, with its id, kind, reason and severity."""
        return Violation(
            contract=self.id,
            kind=self.kind,
            message=message,
            location=location,
            importer=importer,
            imported=imported,
            symbol=symbol,
            rule=rule,
            chain=chain,
            cut=cut,
            reason=self.reason,
            fix=fix,
            severity=self.severity,
            confidence=confidence,
        )

    def import_violation(self, codebase: Codebase, link: Link, message: str, fix: tuple[str, ...]) -> Violation:
        """A violation that consists of one import."""
        return self.violation(
            message,
            codebase.location(link),
            link.importer,
            link.imported,
            chain=(codebase.step(link),),
            fix=fix,
        )


def listed(values: object) -> str:
    """`a, b` for a tuple of names, patterns and the like; "" for anything else."""
    return ", ".join(map(str, values)) if isinstance(values, tuple) and all(map(_has_text_form, values)) else ""


def _has_text_form(value: object) -> bool:
    return not is_dataclass(value) or any("__str__" in vars(cls) for cls in getmro(type(value))[:-1])


def patterns_of(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Pattern]]:
    """Every pattern in a contract with its path of keys, except those under `ignore`."""
    match value:
        case Pattern():
            yield path, value
        case Ignore():
            return
        case tuple():
            for index, item in enumerate(value):
                yield from patterns_of(item, (*path, index))
        case Mapping():
            for key, item in value.items():
                yield from patterns_of(item, (*path, key))
        case _ if is_dataclass(value):
            for item in fields(value):
                yield from patterns_of(getattr(value, item.name), (*path, item.name.rstrip("_")))


def bindings(codebase: Codebase, patterns: Iterable[Pattern]) -> tuple[Mapping[str, str], ...]:
    """Every combination of values that the captures of `patterns` take; a single empty one if nothing captures."""
    capturing = [pattern for pattern in patterns if pattern.captures]
    if not capturing:
        return ({},)
    found = {tuple(sorted(pattern.bindings(module).items())) for pattern in capturing for module in codebase.modules}
    return tuple(dict(values) for values in sorted(found) if values)


def bound(value: _T, values: Mapping[str, str]) -> _T:
    """`value` (a contract, or a part of one) with the captures in its patterns replaced by `values`."""
    match value:
        case _ if not values:
            return value
        case Pattern():
            return value.bound(values)
        case tuple():
            return tuple(bound(item, values) for item in value)  # type: ignore[return-value]  # a tuple of the same
        case _ if is_dataclass(value) and not isinstance(value, type):
            changed = {item.name: bound(getattr(value, item.name), values) for item in fields(value)}
            return replace(value, **changed)
    return value
