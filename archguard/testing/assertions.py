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
from archguard.checking.details import with_details
from archguard.codebase import Pattern
from archguard.config import Config, bound_contract, find_configuration, make_contract, read, read_config
from archguard.errors import ConfigError
from archguard.history import with_baseline
from archguard.kinds import Contract
from archguard.model import Report
from archguard.reporters import text


def architecture(root: str | Path | None = None) -> "Architecture":
    """The code in the folder `root`, by default the working directory.

    If there is a configuration in it or above it, its components can be used by name.

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
    """The code of a project, with the components of its configuration."""

    config: Config

    def layers(self, *layers: Any, **keys: Any) -> "Rule":
        """`layers` from top to bottom: each may import those below it."""
        return self.rule("layers", layers=layers, **keys)

    def independent(self, *modules: str, **keys: Any) -> "Rule":
        """None of `modules` imports another one."""
        return self.rule("independence", modules=modules, **keys)

    def acyclic(self, *packages: str, **keys: Any) -> "Rule":
        """The children of `packages`, and theirs in turn, form no import cycles."""
        return self.rule("acyclic", children_of=packages, **keys)

    def rule(self, kind: str, **keys: Any) -> "Rule":
        """The contract of `kind` with the `keys` that the YAML would have.

        Raises:
            ExceptionGroup[ConfigError]: every error in it.
        """
        return Rule(self, make_contract(kind, **keys))

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
            ExceptionGroup[ConfigError]: every fault in a contract.
        """
        _assert_passed(self.report(*map(bound_contract, contracts)))

    def report(self, *contracts: Contract) -> Report:
        """The report on `contracts` alone. Those of the configuration are known too, since comments may name them."""
        ids = {contract.id for contract in contracts}
        others = (contract for contract in self.config.contracts if contract.id not in ids)
        config = replace(self.config, contracts=(*others, *contracts))
        codebase = read(config)
        return with_details(check(config, ids, codebase), config, codebase)

    def assert_kept(self) -> None:
        """Fail unless every contract of the configuration is kept, apart from violations in the baseline.

        Raises:
            AssertionError: what the command line would print.
        """
        codebase = read(self.config)
        report = with_baseline(check(self.config, codebase=codebase), self.config, codebase)
        _assert_passed(with_details(report, self.config, codebase))


@dataclass(frozen=True)
class Rule:
    """A contract on the code of an architecture."""

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
    """Modules to make assertions about. Each `must` method checks at once."""

    architecture: Architecture
    patterns: tuple[str, ...]

    def must_not_import(self, *targets: str, **keys: Any) -> None:
        """None of them imports one of `targets`, directly or indirectly."""
        self._assert("forbidden", modules=self.patterns, must_not_import=targets, **keys)

    def must_only_be_imported_by(self, *importers: str, **keys: Any) -> None:
        """Nobody but `importers` imports them."""
        self._assert("protected", modules=self.patterns, only_imported_by=importers, **keys)

    def must_be_independent(self, **keys: Any) -> None:
        """None of them imports another one."""
        self._assert("independence", modules=self.patterns, **keys)

    def must_be_acyclic(self, **keys: Any) -> None:
        """They form no import cycles; of a single package, the siblings in it and below form none."""
        is_package = len(self.patterns) == 1 and Pattern(self.patterns[0]).literal
        key = "children_of" if is_package else "modules"
        self._assert("acyclic", **{key: self.patterns}, **keys)

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
    """Classes or functions to make assertions about. Each `must` method checks at once."""

    architecture: Architecture
    selector: str
    names: tuple[str, ...]

    def must_reside_in(self, *modules: str) -> None:
        """All of them are in `modules`."""
        self.must(reside_in=modules)

    def must(self, **shape: Any) -> None:
        """All of them have the `shape`, which takes the keys of `must` in a rule of kind `structure`."""
        self._assert(must=shape)

    def must_not(self, **shape: Any) -> None:
        """None of them has the `shape`, which takes the keys of `must_not` in a rule of kind `structure`."""
        self._assert(must_not=shape)

    def _assert(self, **what: Any) -> None:
        rules = [{self.selector: name, **what} for name in self.names]
        self.architecture.rule("structure", rules=rules).assert_kept()


def modules(*patterns: str) -> Modules:
    """The modules that match `patterns`, in the working directory."""
    return _here(Path.cwd()).modules(*patterns)


def classes(*names: str) -> Definitions:
    """The classes whose names match one of `names`, in the working directory."""
    return _here(Path.cwd()).classes(*names)


def functions(*names: str) -> Definitions:
    """The functions whose names match one of `names`, in the working directory."""
    return _here(Path.cwd()).functions(*names)


def must_keep(*contracts: Contract) -> None:
    """Fail unless the code in the working directory keeps every one of `contracts`.

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
