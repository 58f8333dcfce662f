"""Contracts as assertions, for any test framework.

    architecture().layers("controllers", "services", "repositories", closed=True).assert_kept()
    modules("shop.*.api").must_not_import("sqlalchemy")
    classes("*Repository").must_reside_in("shop.*.repositories")
    must_keep(Forbidden(id="no-sql", modules=..., must_not_import=...))

They build the same contracts as the YAML, and fail with what the command line would print.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar, Unpack

from archguard.checking import check
from archguard.checking.details import with_details
from archguard.codebase import Codebase, Pattern
from archguard.config import Config, bound_contract, find_configuration, make_contract, read, read_config
from archguard.dataclass import dataclass
from archguard.errors import ConfigError, problems_of
from archguard.history import with_baseline
from archguard.kinds import Contract
from archguard.model import Report
from archguard.reporters import text
from archguard.testing.keywords import (
    AcyclicKeywords,
    ContractKeywords,
    DemandKeywords,
    ForbiddenKeywords,
    IndependenceKeywords,
    Layer,
    LayersKeywords,
    ProtectedKeywords,
)

_T = TypeVar("_T")


def architecture(root: str | Path | None = None) -> "Architecture":
    """The code in the folder `root`, by default the working directory.

    If there is a configuration in it or above it, its components can be used by name.

    Raises:
        AssertionError: the configuration has faults; the message lists all of them.
    """
    __tracebackhide__ = True
    start = Path(root or Path.cwd()).resolve()
    try:
        folder, files = find_configuration(start)
    except ConfigError:
        return Architecture(Config(root=start))
    return Architecture(_without_faults(lambda: read_config(files, folder)))


@dataclass(frozen=True)
class Architecture:
    """The code of a project, with the components of its configuration."""

    config: Config

    def layers(self, *layers: Layer, **keys: Unpack[LayersKeywords]) -> "Rule":
        """`layers` from top to bottom: each may import those below it, and none those above."""
        __tracebackhide__ = True
        return self.rule("layers", layers=layers, **keys)

    def independent(self, *modules: str, **keys: Unpack[IndependenceKeywords]) -> "Rule":
        """None of `modules` imports another one, not even through modules outside, unless `indirect=False`."""
        __tracebackhide__ = True
        return self.rule("independence", modules=modules, **keys)

    def acyclic(self, *packages: str, **keys: Unpack[AcyclicKeywords]) -> "Rule":
        """The children of `packages`, and theirs in turn down to `depth`, form no import cycles."""
        __tracebackhide__ = True
        return self.rule("acyclic", children_of=packages, **keys)

    def rule(self, kind: str, **keys: object) -> "Rule":
        """The contract of any `kind`, with the `keys` that the YAML would have.

        Raises:
            AssertionError: the contract has faults; the message lists all of them.
        """
        __tracebackhide__ = True
        return Rule(self, _without_faults(lambda: make_contract(kind, **keys)))

    def modules(self, *patterns: str) -> "Modules":
        """The modules that match `patterns`, to assert what they must do."""
        return Modules(self, patterns)

    def classes(self, *names: str) -> "Definitions":
        """The classes whose names match one of `names`, to assert what they must do."""
        return Definitions(self, "classes", names)

    def functions(self, *names: str) -> "Definitions":
        """The functions whose names match one of `names`, to assert what they must do."""
        return Definitions(self, "functions", names)

    def must_keep(self, *contracts: Contract) -> None:
        """Fail unless every one of `contracts` is kept. Their fields take the values of YAML: `modules="shop.web"`.

        Raises:
            AssertionError: what the command line would print.
        """
        __tracebackhide__ = True
        bound = _without_faults(lambda: tuple(map(bound_contract, contracts)))
        _assert_passed(self.report(*bound))

    def report(self, *contracts: Contract) -> Report:
        """The report on `contracts` alone. Those of the configuration are known too, since comments may name them.

        Raises:
            AssertionError: the code cannot be read; the message says why.
        """
        __tracebackhide__ = True
        ids = {contract.id for contract in contracts}
        others = (contract for contract in self.config.contracts if contract.id not in ids)
        report = _without_faults(lambda: self._report(contracts, others, ids))
        # Whether other modules are covered is no question of these contracts.
        return replace(report, summary=replace(report.summary, unassigned=()))

    def _report(self, contracts: Iterable[Contract], others: Iterable[Contract], ids: Collection[str]) -> Report:
        config = replace(self.config, contracts=(*others, *contracts))
        codebase = read(config)
        return with_details(check(config, ids, codebase), config, codebase)

    def assert_kept(self) -> None:
        """Fail unless every contract of the configuration is kept, apart from violations in the baseline.

        Raises:
            AssertionError: what the command line would print.
        """
        __tracebackhide__ = True
        _assert_passed(_without_faults(self._report_after_baseline))

    def _report_after_baseline(self) -> Report:
        codebase: Codebase = read(self.config)
        report = with_baseline(check(self.config, codebase=codebase), self.config, codebase)
        return with_details(report, self.config, codebase)


@dataclass(frozen=True)
class Rule:
    """A contract on the code of an architecture."""

    architecture: Architecture
    contract: Contract

    @cached_property
    def report(self) -> Report:
        """The report on this contract alone."""
        __tracebackhide__ = True
        return self.architecture.report(self.contract)

    def assert_kept(self) -> None:
        """Fail unless the contract is kept.

        Raises:
            AssertionError: what the command line would print.
        """
        __tracebackhide__ = True
        _assert_passed(self.architecture.report(self.contract))


@dataclass(frozen=True)
class Modules:
    """Modules to make assertions about. Each `must` method checks at once."""

    architecture: Architecture
    patterns: tuple[str, ...]

    def must_not_import(self, *targets: str, indirect: bool = True, **keys: Unpack[ForbiddenKeywords]) -> None:
        """None of them imports one of `targets`, neither itself nor through other modules, however many.

        With `indirect=False` only the imports count that they write themselves. `targets` may be modules of the project
        and packages from outside; the modules below those that are named belong to them.
        """
        __tracebackhide__ = True
        rule = self.architecture.rule(
            "forbidden", modules=self.patterns, must_not_import=targets, indirect=indirect, **keys
        )
        rule.assert_kept()

    def must_only_be_imported_by(self, *importers: str, **keys: Unpack[ProtectedKeywords]) -> None:
        """Nobody but `importers` and they themselves import them. Only imports that a module writes itself count."""
        __tracebackhide__ = True
        self.architecture.rule("protected", modules=self.patterns, only_imported_by=importers, **keys).assert_kept()

    def must_be_independent(self, **keys: Unpack[IndependenceKeywords]) -> None:
        """None of them imports another one, not even through modules outside, unless `indirect=False`."""
        __tracebackhide__ = True
        self.architecture.rule("independence", modules=self.patterns, **keys).assert_kept()

    def must_be_acyclic(self, **keys: Unpack[AcyclicKeywords]) -> None:
        """They form no import cycles; of a single package, the siblings in it and below form none."""
        __tracebackhide__ = True
        is_package = len(self.patterns) == 1 and Pattern(self.patterns[0]).literal
        key = "children_of" if is_package else "modules"
        self.architecture.rule("acyclic", **{key: self.patterns}, **keys).assert_kept()

    def must_only_use(self, *packages: str, **keys: Unpack[ContractKeywords]) -> None:
        """They import nothing from outside but `packages`. Only imports that they write themselves count."""
        __tracebackhide__ = True
        self.architecture.rule("external", modules=self.patterns, allow=packages, **keys).assert_kept()

    def must_not_use(self, *packages: str, **keys: Unpack[ContractKeywords]) -> None:
        """They import none of `packages` from outside. Only imports that they write themselves count."""
        __tracebackhide__ = True
        self.architecture.rule("external", modules=self.patterns, deny=packages, **keys).assert_kept()


@dataclass(frozen=True)
class Definitions:
    """Classes or functions to make assertions about. Each `must` method checks at once."""

    architecture: Architecture
    selector: str
    names: tuple[str, ...]

    def must_reside_in(self, *modules: str) -> None:
        """All of them are in `modules`."""
        __tracebackhide__ = True
        self._rule("must", {"reside_in": modules}).assert_kept()

    def must(self, **demands: Unpack[DemandKeywords]) -> None:
        """All of them meet the `demands`, which are the keys of `must` in a contract of kind `structure`."""
        __tracebackhide__ = True
        self._rule("must", demands).assert_kept()

    def must_not(self, **demands: Unpack[DemandKeywords]) -> None:
        """None of them meets the `demands`, which are the keys of `must_not` in a contract of kind `structure`."""
        __tracebackhide__ = True
        self._rule("must_not", demands).assert_kept()

    def _rule(self, verb: str, demands: Mapping[str, object]) -> Rule:
        __tracebackhide__ = True
        shape = {key.rstrip("_"): value for key, value in demands.items()}
        return self.architecture.rule("structure", rules=[{self.selector: name, verb: shape} for name in self.names])


def modules(*patterns: str) -> Modules:
    """The modules that match `patterns`, in the working directory."""
    __tracebackhide__ = True
    return _here(Path.cwd()).modules(*patterns)


def classes(*names: str) -> Definitions:
    """The classes whose names match one of `names`, in the working directory."""
    __tracebackhide__ = True
    return _here(Path.cwd()).classes(*names)


def functions(*names: str) -> Definitions:
    """The functions whose names match one of `names`, in the working directory."""
    __tracebackhide__ = True
    return _here(Path.cwd()).functions(*names)


def must_keep(*contracts: Contract) -> None:
    """Fail unless the code in the working directory keeps every one of `contracts`.

    Raises:
        AssertionError: what the command line would print.
    """
    __tracebackhide__ = True
    _here(Path.cwd()).must_keep(*contracts)


@cache
def _here(folder: Path) -> Architecture:
    __tracebackhide__ = True
    return architecture(folder)


def _without_faults(make: Callable[[], _T]) -> _T:
    """What `make` returns.

    `__tracebackhide__` here and in every caller makes pytest show the test and the message, and no line of archguard.

    Raises:
        AssertionError: faults that the user can fix; the message lists all of them as the command line does.
    """
    __tracebackhide__ = True
    try:
        return make()
    except Exception as error:
        problems = problems_of(error)
        if not problems:
            raise  # a fault in archguard, whose traceback is needed
    raise AssertionError("\n" + "\n".join(text.plain(text.problem_lines(problem)) for problem in problems))


def _assert_passed(report: Report) -> None:
    __tracebackhide__ = True
    if not report.passed:
        raise AssertionError("\n" + text.render(report))
