"""What contracts see in the code; files that are looked at one by one are shared out among the processors."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Final

from archguard.checking.profile import Profile
from archguard.codebase import Codebase, Source, SourceError
from archguard.codebase.sharing import shared
from archguard.kinds import Contract
from archguard.kinds.filewise import FilewiseContract
from archguard.model import Problem, Violation

_WORTH: Final = 100
"""How many files are worth a process."""


@dataclass(frozen=True)
class Look:
    """What a contract has seen."""

    violations: tuple[Violation, ...]
    problems: tuple[Problem, ...]
    """The files that this Python cannot parse."""
    calls: int
    """How many calls it has looked at."""


@dataclass(frozen=True)
class Task:
    """A contract with the code as it sees it."""

    contract: Contract
    seen: Codebase
    problems: tuple[Problem, ...]
    """What is wrong with it, though not so much that nothing can be seen."""
    profile: Profile
    """Where to note how long it takes."""

    @cached_property
    def parsed(self) -> frozenset[str]:
        """The modules whose files are parsed for it."""
        with self.profile.stage(self._stage):
            return self.contract.parsed(self.seen)

    def whole(self) -> Look:
        """What it sees in the code."""
        problems = tuple(_unparsed(self.seen.files(self.parsed)))
        with self.profile.stage(self._stage):
            return Look(_distinct(self.contract.check(self.seen)), problems, self.contract.checked(self.seen).calls)

    def part(self, contract: FilewiseContract, modules: Collection[str]) -> Look:
        """What it sees, as the `contract` that it is, in the files of `modules`."""
        files = self.seen.files(self.parsed.intersection(modules))
        with self.profile.stage(self._stage):
            violations = tuple(contract.look(self.seen, files))
            return Look(violations, tuple(_unparsed(files)), contract.calls(self.seen, files))

    @property
    def _stage(self) -> str:
        return f"contract {self.contract.id}"


def look(tasks: Sequence[Task]) -> list[Look]:
    """What the contract of each of `tasks` sees."""
    filewise = [(task, task.contract) for task in tasks if isinstance(task.contract, FilewiseContract)]
    files = sorted(frozenset[str]().union(*(task.parsed for task, _ in filewise)))

    def look_at(share: Sequence[str]) -> list[Look]:
        return [task.part(contract, share) for task, contract in filewise]

    parts = zip(*shared(look_at, files, _WORTH, native=False), strict=True)
    seen = {contract.id: _together(looks) for (_, contract), looks in zip(filewise, parts, strict=True)}
    return [seen.get(task.contract.id) or task.whole() for task in tasks]


def _together(looks: Sequence[Look]) -> Look:
    return Look(
        _distinct(chain.from_iterable(look.violations for look in looks)),
        tuple(chain.from_iterable(look.problems for look in looks)),
        sum(look.calls for look in looks),
    )


def _distinct(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Each once: sets of modules may overlap, and then a contract finds the same thing for two of them."""
    first: dict[tuple[object, ...], Violation] = {}
    for violation in violations:
        first.setdefault(violation.sort_key[:-1], violation)  # the wording does not tell them apart
    return tuple(first.values())


def _unparsed(files: Iterable[Source]) -> Iterator[Problem]:
    """What is wrong with those of `files` that this Python cannot parse."""
    for source in files:
        try:
            source.tree  # noqa: B018  # asked for its error
        except SourceError as error:
            yield error.problem("syntax")
