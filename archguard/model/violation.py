"""A violation: one place where the code breaks a contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from archguard.model.location import Location
from archguard.model.names import ModuleName, QualifiedName, service_of

Identity: TypeAlias = tuple[str, str, str, str, str, str]
"""Contract, kind, rule, importer, imported, symbol."""


class Severity(StrEnum):
    """The severity of a finding; `--fail-on` sets the least one that fails a run."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Confidence(StrEnum):
    """The confidence of a finding; a `possible` one never fails a run."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class ViolationStatus(StrEnum):
    """Whether the baseline lists a violation."""

    NEW = "new"
    KNOWN = "known"


@dataclass(frozen=True, order=True)
class Step:
    """One import of a chain: `importer` imports `imported` at `path`:`line`."""

    importer: ModuleName
    """The importing module."""
    imported: QualifiedName
    """The imported module."""
    path: str
    """The file of the import."""
    line: int
    """The line of the import, counted from 1; 0 if unknown."""


@dataclass(frozen=True, kw_only=True)
class Violation:
    """`importer` breaks the contract at `location`, by what it imports or by what it does."""

    contract: str
    """The id of the contract."""
    kind: str
    """The kind of the contract."""
    message: str
    """What is wrong, as a sentence."""
    location: Location
    """Where the code breaks the contract."""
    importer: ModuleName
    """The module that breaks the contract."""
    imported: QualifiedName = ""
    """The module that it imports; "" if the violation is not about an import."""
    rule: str = ""
    """Which rule of the contract is broken; "" where the contract has only one."""
    symbol: str = ""
    """The name that is used, or the final target of an indirect import."""
    chain: tuple[Step, ...] = ()
    """The imports that lead to the violation, in order."""
    cut: tuple[Step, ...] = ()
    """Of a cycle, the fewest imports without which it is gone, with all cycles that share an import with it; the first
    five."""
    reason: str = ""
    """The reason that the contract gives; may be empty."""
    fix: tuple[str, ...] = ()
    """Ways to fix it."""
    severity: Severity = Severity.ERROR
    """The severity that the contract gives its violations."""
    confidence: Confidence = Confidence.CERTAIN
    """How certain it is; a `possible` violation never fails a run."""
    status: ViolationStatus = ViolationStatus.NEW
    """Whether the baseline lists it."""
    excerpt: str = ""
    """The line of source at `location`, as it was checked; "" if it is not known, or if the baseline lists the
    violation."""

    @property
    def service(self) -> str:
        """The service of the importer; "" outside of services."""
        return service_of(self.importer)

    @property
    def identity(self) -> Identity:
        """The names that stay the same when lines move and messages change."""
        return self.contract, self.kind, self.rule, self.importer, self.imported, self.symbol

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits, hashed from names only: stable when code moves or messages change."""
        from hashlib import sha256  # noqa: PLC0415  # 3 ms to load OpenSSL, for a few formats

        return sha256("\0".join(self.identity).encode(errors="surrogatepass")).hexdigest()[:16]

    @cached_property
    def sort_key(self) -> tuple[object, ...]:
        """Sort by contract, then location, then names; memoized, as a run sorts and compares violations again."""
        place = self.location
        where = (
            place.path,
            place.line,
            place.column,
            place.end_line,
            place.end_column,
        )  # compared in C, unlike `Location`
        return (self.contract, where, self.importer, self.imported, self.symbol, self.rule, self.message)

    def __getstate__(self) -> Mapping[str, object]:
        """What `pickle` stores: the fields, and not the memoized key."""
        return {name: value for name, value in vars(self).items() if name != "sort_key"}
