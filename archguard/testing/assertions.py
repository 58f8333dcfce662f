"""Contracts as assertions, for any test framework.

    architecture().layers("controllers", "services", "repositories", closed=True).assert_kept()
    modules("shop.*.api").must_not_import("sqlalchemy")
    classes("*Repository").must_reside_in("shop.*.repositories")
    must_keep(Forbidden(id="no-sql", modules=..., must_not_import=...))

They build the same contracts as the YAML, and fail with what the command line would print.
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from archguard.checking import check
from archguard.codebase import Pattern
from archguard.config import Config, bound_contract, find_configuration, make_contract, read, read_config
from archguard.errors import ConfigError
from archguard.history import with_baseline
from archguard.kinds import Contract
from archguard.model import Report
from archguard.reporters import text


def architecture(root: str | Path | None = None) -> "Architecture":
    """The code in the folder `root`, by default the one where the process runs.

    If there is a configuration in it or above it, its components have their names here too.

    Raises:
        ExceptionGroup[ConfigError]: every fault in the configuration.
    """
    start = Path(root or Path.cwd()).resolve()
    try:
        folder, files = find_configuration(start)
    except ConfigError:
        return Architecture(Config(root=start))
    return Architecture(read_config(files, folder))


@dataclass(frozen=True)
class Architecture:
    """Code, and the names that a configuration gives to its parts."""

    config: Config

    def layers(self, *layers: Any, **keys: Any) -> "Rule":
        """`layers` from top to bottom: each may import those below it."""
        return self.rule("layers", layers=layers, **keys)

    def independent(self, *modules: str, **keys: Any) -> "Rule":
        """None of `modules` imports another one."""
        return self.rule("independence", modules=modules, **keys)

    def acyclic(self, *packages: str, **keys: Any) -> "Rule":
        """The children of `packages`, and theirs in turn, import each other in no circle."""
        return self.rule("acyclic", children_of=packages, **keys)

    def rule(self, kind: str, **keys: Any) -> "Rule":
        """The contract of `kind` with the `keys` that the YAML would have.

        Raises:
            ExceptionGroup[ConfigError]: every fault in it.
        """
        return Rule(self, make_contract(kind, **keys))

    def modules(self, *patterns: str) -> "Modules":
        """The modules that `patterns` mean, to say what they must do."""
        return Modules(self, patterns)

    def classes(self, *names: str) -> "Definitions":
        """The classes whose names match one of `names`, to say what they must do."""
        return Definitions(self, "classes", names)

    def functions(self, *names: str) -> "Definitions":
        """The functions whose names match one of `names`, to say what they must do."""
        return Definitions(self, "functions", names)

    def must_keep(self, *contracts: Contract) -> None:
        """Fail unless every one of `contracts` is kept. Their fields take what the YAML would: `modules="shop.web"`.

        Raises:
            AssertionError: what the command line would print.
            ExceptionGroup[ConfigError]: every fault in a contract.
        """
        _assert_passed(self.report(*map(bound_contract, contracts)))

    def report(self, *contracts: Contract) -> Report:
        """The report on `contracts` alone; comments in the code may speak of those of the configuration as well."""
        ids = {contract.id for contract in contracts}
        others = (contract for contract in self.config.contracts if contract.id not in ids)
        return check(replace(self.config, contracts=(*others, *contracts)), ids)

    def assert_kept(self) -> None:
        """Fail unless every contract of the configuration is kept, the baseline apart.

        Raises:
            AssertionError: what the command line would print.
        """
        codebase = read(self.config)
        _assert_passed(with_baseline(check(self.config, codebase=codebase), self.config, codebase))


@dataclass(frozen=True)
class Rule:
    """A contract about some code."""

    architecture: Architecture
    contract: Contract

    @cached_property
    def report(self) -> Report:
        """The report on this contract alone."""
        return self.architecture.report(self.contract)

    def assert_kept(self) -> None:
        """Fail unless the contract is kept.

        Raises:
            AssertionError: what the command line would print.
        """
        _assert_passed(self.report)


@dataclass(frozen=True)
class Modules:
    """Modules that something is said of. Every `must` fails at once if it does not hold."""

    architecture: Architecture
    patterns: tuple[str, ...]

    def must_not_import(self, *targets: str, **keys: Any) -> None:
        """None of them imports one of `targets`, not even through others."""
        self._assert("forbidden", modules=self.patterns, must_not_import=targets, **keys)

    def must_only_be_imported_by(self, *importers: str, **keys: Any) -> None:
        """Nobody but `importers` imports them."""
        self._assert("protected", modules=self.patterns, only_imported_by=importers, **keys)

    def must_be_independent(self, **keys: Any) -> None:
        """None of them imports another one."""
        self._assert("independence", modules=self.patterns, **keys)

    def must_be_acyclic(self, **keys: Any) -> None:
        """They import each other in no circle; if they are a single package, the siblings in it and below do not."""
        is_package = len(self.patterns) == 1 and Pattern(self.patterns[0]).literal
        whose = "children_of" if is_package else "modules"
        self._assert("acyclic", **{whose: self.patterns}, **keys)

    def must_only_use(self, *packages: str, **keys: Any) -> None:
        """They import nothing from outside but `packages`."""
        self._assert("external", modules=self.patterns, allow=packages, **keys)

    def must_not_use(self, *packages: str, **keys: Any) -> None:
        """They import none of `packages` from outside."""
        self._assert("external", modules=self.patterns, deny=packages, **keys)

    def _assert(self, kind: str, **keys: Any) -> None:
        self.architecture.rule(kind, **keys).assert_kept()


@dataclass(frozen=True)
class Definitions:
    """Classes or functions that something is said of. Every `must` fails at once if it does not hold."""

    architecture: Architecture
    selector: str
    names: tuple[str, ...]

    def must_reside_in(self, *modules: str) -> None:
        """All of them are in `modules`."""
        self.must(reside_in=modules)

    def must(self, **shape: Any) -> None:
        """All of them have the `shape` that a rule of kind `structure` would ask for under `must`."""
        self._assert(must=shape)

    def must_not(self, **shape: Any) -> None:
        """None of them has the `shape` that a rule of kind `structure` would forbid under `must_not`."""
        self._assert(must_not=shape)

    def _assert(self, **what: Any) -> None:
        rules = [{self.selector: name, **what} for name in self.names]
        self.architecture.rule("structure", rules=rules).assert_kept()


def modules(*patterns: str) -> Modules:
    """The modules that `patterns` mean, in the code where the process runs."""
    return _here(Path.cwd()).modules(*patterns)


def classes(*names: str) -> Definitions:
    """The classes whose names match one of `names`, in the code where the process runs."""
    return _here(Path.cwd()).classes(*names)


def functions(*names: str) -> Definitions:
    """The functions whose names match one of `names`, in the code where the process runs."""
    return _here(Path.cwd()).functions(*names)


def must_keep(*contracts: Contract) -> None:
    """Fail unless the code where the process runs keeps every one of `contracts`.

    Raises:
        AssertionError: what the command line would print.
    """
    _here(Path.cwd()).must_keep(*contracts)


@cache
def _here(folder: Path) -> Architecture:
    return architecture(folder)


def _assert_passed(report: Report) -> None:
    if not report.passed:
        raise AssertionError("\n" + text.render(report))
