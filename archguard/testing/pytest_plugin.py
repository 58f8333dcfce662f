"""`pytest --archguard`: a test for each contract.

Pytest loads the plugin in every run. So without the option it reads no files, and imports nothing of archguard.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from archguard.config import Config
    from archguard.model import Report


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option and the ini values."""
    group = parser.getgroup("archguard", "architecture contracts")
    group.addoption("--archguard", action="store_true", help="check each architecture contract as a test")
    parser.addini(
        "archguard_config", "configuration files, by default those that are found from the rootdir upwards", "paths"
    )
    parser.addini("archguard_baseline", "the file of known violations, by default archguard-baseline.yaml", "string")


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add a test for each contract, and one for problems that made the check incomplete."""
    if config.getoption("--archguard"):
        items.extend(_Contracts.from_parent(session, name="archguard", path=config.rootpath).collect())


class _Contracts(pytest.Collector):
    """The contracts of the project; the code is read once, by the first test that runs."""

    def collect(self) -> Iterator[pytest.Item]:
        self.configuration = _configuration(self.config)
        for contract in self.configuration.contracts:
            yield _ContractItem.from_parent(self, name=contract.id)
        yield _ProblemsItem.from_parent(self, name="problems")

    @property
    def report(self) -> "Report":
        """The report on all contracts, after the baseline."""
        if not hasattr(self, "_report"):
            named = self.config.getini("archguard_baseline")
            self._report = _check(self.configuration, self.config.rootpath / named if named else None)
        return self._report


def _configuration(config: pytest.Config) -> "Config":
    from archguard.config import find_configuration, read_config  # noqa: PLC0415  # only with the option

    try:
        named = config.getini("archguard_config")
        root, files = (config.rootpath, named) if named else find_configuration(config.rootpath)
        return read_config(files, root)
    except Exception as error:  # noqa: BLE001  # pytest shows a message instead of a traceback
        raise pytest.UsageError(_message(error)) from None


def _check(config: "Config", baseline: Path | None) -> "Report":
    from archguard.checking import check  # noqa: PLC0415  # only with the option
    from archguard.checking.details import with_details  # noqa: PLC0415
    from archguard.config import read  # noqa: PLC0415
    from archguard.history import with_baseline  # noqa: PLC0415

    codebase = read(config)
    report = with_baseline(check(config, codebase=codebase), config, codebase, baseline)
    return with_details(report, config, codebase)


class _BrokenError(Exception):
    """The failure of a contract's test; its text is what the command line would print."""


class _Item(pytest.Item):
    parent: _Contracts

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """Only the message of archguard; there is no test code to show."""
        del args
        return _message(excinfo.value) if isinstance(excinfo.value, Exception) else super().repr_failure(excinfo)


class _ContractItem(_Item):
    """Passes if the contract is kept."""

    def runtest(self) -> None:
        from archguard.reporters.text import plain, violation_lines  # noqa: PLC0415  # only with the option

        report = self.parent.report
        failing = [violation for violation in report.failing() if violation.contract == self.name]
        if failing:
            raise _BrokenError("\n".join(plain(violation_lines(violation)) for violation in failing))
        if any(outcome.status == "error" for outcome in report.outcomes if outcome.id == self.name):
            raise _BrokenError("could not be checked: see the test `problems`")

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The location and the name of the test."""
        return self.config.rootpath, None, f"contract {self.name}"


class _ProblemsItem(_Item):
    """Passes if everything could be checked."""

    def runtest(self) -> None:
        from archguard.reporters.text import plain, problem_lines  # noqa: PLC0415  # only with the option

        report = self.parent.report
        if not report.complete:
            raise _BrokenError("\n".join(plain(problem_lines(problem)) for problem in report.problems))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The location and the name of the test."""
        return self.config.rootpath, None, "archguard could look at everything"


def _message(error: BaseException) -> str:
    from archguard.errors import ArchguardError  # noqa: PLC0415  # only with the option
    from archguard.reporters.text import plain, problem_lines  # noqa: PLC0415  # only with the option

    if isinstance(error, ExceptionGroup):
        return "\n".join(map(_message, error.exceptions))
    if isinstance(error, ArchguardError):
        return plain(problem_lines(error.problem("configuration")))
    return str(error)
