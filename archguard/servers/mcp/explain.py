"""`explain`: what a contract asks and why, or what a violation is and how to fix it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import ClassVar, Final

from archguard.checking.details import details
from archguard.dataclass import dataclass
from archguard.inspection.explain import Explanation, explain, find_violations, is_fingerprint, render
from archguard.model import Violation
from archguard.reporters.text import plain, violation_lines
from archguard.servers.mcp.tool import Answer, Tool
from archguard.servers.workspace import Workspace

_MOST: Final = 20
"""The most members, edges, exemptions and violations of an answer; the counts tell how many there are."""
_MODULES: Final = 10
"""The most modules that are named for each member of a contract."""


@dataclass(frozen=True, kw_only=True)
class ContractAnswer:
    """A contract, and the violations that were asked about."""

    contract: Explanation
    """The contract, with at most 20 members, edges and exemptions, and 10 modules of each member."""
    violations: tuple[Violation, ...]
    """The violations with the fingerprint, at most 20; empty if a contract was asked about."""
    left_out: int
    """How many members, edges, exemptions and violations are not listed."""


@dataclass(frozen=True, kw_only=True)
class Explain(Tool):
    """Explain an architecture contract by its id, or a violation by its fingerprint.

    Of a contract: what it asks, why the team wants it, of which modules, and what it overlooks. Of a violation: where
    it is, the chain of imports, and how to fix it, with the contract that it breaks.
    """

    id: ClassVar[str] = "explain"
    title: ClassVar[str] = "Explain a contract or violation"
    answers: ClassVar[type] = ContractAnswer

    subject: str
    """The id of a contract, or the fingerprint of a violation: 16 hexadecimal digits."""

    def answer(self, workspace: Workspace) -> Answer:
        """The explanation."""
        report, session = workspace.report()
        ids = [contract.id for contract in session.config.contracts]
        is_violation = self.subject not in ids and is_fingerprint(self.subject)
        violations = find_violations(report, self.subject) if is_violation else ()
        contract = violations[0].contract if violations else self.subject
        whole = explain(session.config, session.codebase, contract, report)
        shown = _shortened(whole)
        found = ContractAnswer(
            contract=shown,
            violations=tuple(details(violations[:_MOST], session.config, session.codebase)),
            left_out=_size(whole) - _size(shown) + len(violations[_MOST:]),
        )
        return Answer("\n".join(_lines(found)), found)


def _shortened(whole: Explanation) -> Explanation:
    return replace(
        whole,
        members=tuple(replace(member, modules=member.modules[:_MODULES]) for member in whole.members[:_MOST]),
        edges=whole.edges[:_MOST],
        exemptions=whole.exemptions[:_MOST],
    )


def _size(explanation: Explanation) -> int:
    return len(explanation.members) + len(explanation.edges) + len(explanation.exemptions)


def _lines(found: ContractAnswer) -> Iterator[str]:
    yield from (plain(violation_lines(violation)) for violation in found.violations)
    if found.violations:
        yield ""
    yield render(found.contract, date.today())  # noqa: DTZ011  # the local date of the user
    if found.left_out:
        yield f"Left out: {found.left_out} members, edges, exemptions or violations."
