"""One sample report that every format renders, one that tries to break them, and the golden files."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from archguard.model import (
    Checked,
    Confidence,
    Location,
    Outcome,
    OutcomeStatus,
    Problem,
    Report,
    Severity,
    Step,
    Summary,
    Violation,
    ViolationStatus,
)
from archguard.reporters import tool_info

GOLDEN = Path(__file__).parent / "golden"
NASTY = (
    "a\nb\r\nc\t| <b>&amp;\"' ]]> \x00\x1b[31m\x7f 😀 100% \\ [red] :warning: "
    "`x` ${y} %0A%25%AZP25 ##[z] ::w:: </script> --> \u2028 \udcff \u202e é"
)

LAYERS = "Business rules stay testable without HTTP or SQL."


@pytest.fixture(autouse=True)
def fixed_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """The golden files outlive releases."""
    monkeypatch.setattr(tool_info, "version", lambda: "1.2.3")


@pytest.fixture
def report() -> Report:
    """Kept, broken and unchecked contracts; new and known violations; problems with and without a place."""
    return Report(
        outcomes=(
            Outcome("layered", "layers", LAYERS, OutcomeStatus.BROKEN, Checked(12, 34), 3),
            Outcome("no-sql", "database", "", OutcomeStatus.BROKEN, Checked(9, 20, 41), 2),
            Outcome("apart", "independence", "Teams release alone.", OutcomeStatus.KEPT, Checked(12, 34), 0),
            Outcome("outbound", "gateway", "", OutcomeStatus.ERROR, Checked(), 0),
        ),
        violations=(
            direct(),
            indirect(),
            replace(direct(), importer="shop.web.api", status=ViolationStatus.KNOWN),
            call(),
            replace(call(), confidence=Confidence.POSSIBLE, severity=Severity.WARNING, importer="orders::app.api"),
        ),
        problems=(
            Problem(
                severity=Severity.ERROR,
                code="syntax",
                message="is not valid Python: invalid syntax",
                location=Location("shop/broken.py", 3, 9),
                excerpt="def sell(:",
                hint="write the parameters, or none",
            ),
            Problem(severity=Severity.WARNING, code="unmatched-ignore", message="an ignore of layered matches nothing"),
        ),
        summary=Summary(
            modules=14, imports=57, files=13, calls=41, unassigned=("shop.a", "shop.b", "shop.c"), seconds=0.4217
        ),
    )


def direct() -> Violation:
    """One import, in one file."""
    return Violation(
        contract="layered",
        kind="layers",
        message="shop.api must not import shop.repositories directly",
        location=Location("shop/api.py", 4, 1, 4, 38),
        importer="shop.api",
        imported="shop.repositories",
        chain=(Step("shop.api", "shop.repositories", "shop/api.py", 4),),
        reason=LAYERS,
        fix=("call a function of shop.services instead", "move the query to shop.services"),
    )


def indirect() -> Violation:
    """A chain over two files."""
    return Violation(
        contract="layered",
        kind="layers",
        message="shop.models must not reach shop.services",
        location=Location("shop/models.py", 2, 1),
        importer="shop.models",
        imported="shop.helpers",
        symbol="shop.services",
        chain=(
            Step("shop.models", "shop.helpers", "shop/models.py", 2),
            Step("shop.helpers", "shop.services", "shop/helpers.py", 7),
        ),
        reason=LAYERS,
    )


def call() -> Violation:
    """A call, which has no chain."""
    return Violation(
        contract="no-sql",
        kind="database",
        message="shop.api must not call Session.execute",
        location=Location("shop/api.py", 19, 5, 20, 6),
        importer="shop.api",
        symbol="sqlalchemy.orm.Session.execute",
        fix=("move the call to shop.repositories",),
        confidence=Confidence.LIKELY,
    )


@pytest.fixture
def nasty() -> Report:
    """Every text in it is one that some format would stumble over."""
    violation = Violation(
        contract=NASTY,
        kind=NASTY,
        message=NASTY,
        location=Location(f"{NASTY}/x.py", 1, 1, 1, 2),
        importer=NASTY,
        imported=NASTY,
        symbol=NASTY,
        chain=(Step(NASTY, NASTY, NASTY, 1),),
        reason=NASTY,
        fix=(NASTY, NASTY),
    )
    location = Location(NASTY, 1, 3, 1, 5)
    return Report(
        outcomes=(Outcome(NASTY, NASTY, NASTY, OutcomeStatus.BROKEN, Checked(1, 1, 1), 2),),
        violations=(violation, replace(violation, status=ViolationStatus.KNOWN)),
        problems=(
            Problem(severity=Severity.ERROR, code=NASTY, message=NASTY, hint=NASTY, excerpt=NASTY, location=location),
        ),
        summary=Summary(unassigned=(NASTY,)),
    )


@pytest.fixture
def empty() -> Report:
    """Nothing was asked for."""
    return Report()


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare with a golden file; `ARCHGUARD_WRITE_GOLDEN=1 pytest tests/reporters` writes them anew."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if os.environ.get("ARCHGUARD_WRITE_GOLDEN"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text + "\n", encoding="utf-8", newline="\n")
        assert text + "\n" == file.read_bytes().decode()

    return compare
