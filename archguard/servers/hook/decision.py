"""Decide about an event: what the daemon finds, and what this session has been told already.

Before a tool runs, the files that it would write are checked as drafts. What would bring a violation is denied, what
would weaken contracts, baseline or hooks is for the user to decide, anything else gets no answer.

Afterwards, and when the agent wants to stop, the files on disk are checked, since a shell writes files too. What counts
is what the session has brought: violations that the code did not have at the commit that was checked out when the
session first called; without git, those that the baseline does not list. The agent is told once about each of them, and
once kept from stopping. A comparison with that commit checks the code of that commit: it is made only if there are
violations on disk about which the session does not know yet whether it has brought them. What has been taken from the
contracts and the baseline of that commit is told in the same way.
"""

import os
import sys

from archguard.servers.hook import guard, message, tools
from archguard.servers.hook.event import AFTER, BEFORE, START, STOP

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from archguard.servers.hook.event import Event, Message
    from archguard.servers.hook.hosts.host import Host
    from archguard.servers.hook.projects import Projects
    from archguard.servers.hook.session_state import ProjectState, SessionState

_IGNORE_FAULT: "Final" = "suppression"
"""The code of the problem that a comment has which ignores a violation without a reason."""


class UnansweredError(Exception):
    """archguard could not find out what was asked; the message is for the user."""


class Decider:
    """Decides about the events of one session."""

    def __init__(self, host: "Host", projects: "Projects", state: "SessionState") -> None:
        self._host = host
        self._projects = projects
        self._state = state

    def answer(self, event: "Event") -> "Message | None":
        """What the host is answered; None to let it go on."""
        if event.folder:
            self._remember(event.folder)
        answers = {START: self._start, BEFORE: self._before, AFTER: self._after, STOP: self._stop}
        try:
            return answers[event.moment](event)
        except UnansweredError as error:
            return self._told_once(str(error))

    def _start(self, event: "Event") -> None:
        """Have the project read while the user and the agent still talk: the first edit then waits less."""
        del event
        for root in self._state.roots():
            self._projects.begin_reading(root)

    def _before(self, event: "Event") -> "Message | None":
        drafts = tools.drafts(event)
        found, errors = _Findings(), []
        found.weakenings += guard.weakenings(drafts, self._projects.root)
        for root, group in self._by_project(drafts):
            try:
                self._check(root, group, found)
            except UnansweredError as error:  # what another project answers counts all the same
                errors.append(error)
        if found.violations:
            return self._host.denied(event, message.denial(found.violations, found.weakenings))
        if found.weakenings:
            return self._host.asked(event, message.weakening(found.weakenings, is_asked=self._host.can_ask))
        if errors:
            raise errors[0]
        return self._told(message.unchecked(found.problems)) if found.problems else None

    def _by_project(self, drafts: "tools.Drafts") -> "Iterator[tuple[str, tools.Drafts]]":
        """The drafts of each project that contracts may look at."""
        groups: dict[str, tools.Drafts] = {}
        for path, text in drafts.items():
            if path.endswith(".py") or guard.may_hold_contracts(path):
                root = self._remember(path)
                if root:
                    groups.setdefault(root, {})[_below(root, path)] = text
        yield from groups.items()

    def _check(self, root: str, drafts: "tools.Drafts", found: "_Findings") -> None:
        """Add to `found` what `drafts` of the project in `root` would bring."""
        code = {path: text for path, text in drafts.items() if path.endswith(".py")}
        if code:
            answer = self._ask(root, {"method": "check", "drafts": code})
            found.violations += filter(_fails, answer["new"])
            found.take_problems(answer["problems"])
        if len(code) < len(drafts):
            others = {path: text for path, text in drafts.items() if path not in code}
            found.weakenings += self._ask(root, {"method": "weakening", "drafts": others})["weakenings"]

    def _after(self, event: "Event") -> "Message | None":
        fresh = _Findings()
        for state, found in self._brought():
            fresh.add(found.not_in(state.noted))
        return self._host.noted(event, message.on_disk(fresh.violations, fresh.weakenings)) if fresh.any else None

    def _stop(self, event: "Event") -> "Message | None":
        left, fresh = _Findings(), _Findings()
        for state, found in self._brought():
            left.add(found)
            if self._state.is_kept and not event.is_repeated_stop:
                fresh.add(found.not_in(state.blocked))
        if fresh.any:
            return self._host.blocked(event, message.on_disk(fresh.violations, fresh.weakenings))
        return self._told(message.remaining(left.violations, left.weakenings)) if left.any else None

    def _brought(self) -> "Iterator[tuple[ProjectState, _Findings]]":
        """What the session has brought to the files on disk, in each of its projects."""
        for root in self._state.roots():
            state, found = self._state.project(root, self._projects.head), _Findings()
            found.violations += self._brought_to(root, state)
            if state.base:
                found.weakenings += self._ask(root, {"method": "weakening", "since": state.base})["weakenings"]
            yield state, found

    def _brought_to(self, root: str, state: "ProjectState") -> "list[Message]":
        violations = _failing(self._ask(root, {"method": "report"}))
        if not state.base:
            return violations
        if _is_explained(violations, state):
            return _without_known(violations, state)
        report = self._ask(root, {"method": "report", "since": state.base})
        state.known.update(_counts([each for each in report["violations"] if each["status"] == "known"]))
        state.brought.update(_counts(_failing(report)))
        return _failing(report)

    def _remember(self, path: str) -> str:
        """The folder of the project that `path` belongs to, which becomes one of the session; "" if there is none."""
        root = self._projects.root(path)
        if root:
            self._state.project(root, self._projects.head)
        return root

    def _ask(self, root: str, request: "Message") -> "Message":
        answer = self._projects.ask(root, request)
        if "error" in answer:
            raise UnansweredError(message.fault(answer["error"]["message"], answer["error"].get("hint", "")))
        return answer

    def _told(self, text: str) -> "Message | None":
        """Tell the user, in the form of the host or on stderr."""
        told = self._host.told(text)
        if told is None:
            sys.stderr.write(f"{text}\n")
        return told

    def _told_once(self, text: str) -> "Message | None":
        """Tell the user, unless they have been told in this session: each edit would repeat it."""
        return self._told(text) if self._state.is_new_fault(text) else None


class _Findings:
    """What drafts would bring, or what a session has brought."""

    def __init__(self) -> None:
        self.violations: list[Message] = []
        self.weakenings: list[str] = []
        self.problems: list[Message] = []

    @property
    def any(self) -> bool:
        """Whether there is something to tell an agent."""
        return bool(self.violations or self.weakenings)

    def add(self, other: "_Findings") -> None:
        """Take in what another project has."""
        self.violations += other.violations
        self.weakenings += other.weakenings

    def not_in(self, told: list[str]) -> "_Findings":
        """What `told` does not list yet; `told` lists all of it afterwards, and nothing else."""
        new = _Findings()
        new.violations = [violation for violation in self.violations if violation["fingerprint"] not in told]
        new.weakenings = [sentence for sentence in self.weakenings if sentence not in told]
        told[:] = dict.fromkeys([*(violation["fingerprint"] for violation in self.violations), *self.weakenings])
        return new

    def take_problems(self, problems: "Sequence[Message]") -> None:
        """Take what could not be checked; a comment without the reason that it needs weakens the contracts."""
        for problem in problems:
            if problem["code"] == _IGNORE_FAULT and problem["severity"] == "error":
                self.weakenings.append(message.sentence(problem))
            elif problem["severity"] == "error":
                self.problems.append(problem)


def _below(root: str, path: str) -> str:
    """`path`, beginning with `root`, whose symbolic links are resolved; those below it stay, as in the code base."""
    above, rest = os.path.dirname(path), os.path.basename(path)
    while os.path.realpath(above) != root:
        if os.path.dirname(above) == above:  # a link leads into the project
            return os.path.realpath(path)
        above, rest = os.path.dirname(above), os.path.join(os.path.basename(above), rest)
    return os.path.join(root, rest)


def _fails(violation: "Message") -> bool:
    """Whether a violation fails a run; the baseline does not list it."""
    return bool(
        violation["severity"] == "error" and violation["confidence"] != "possible" and violation["status"] == "new"
    )


def _failing(report: "Message") -> "list[Message]":
    return [*filter(_fails, report["violations"])]


def _counts(violations: "Sequence[Message]") -> dict[str, int]:
    counts: dict[str, int] = {}
    for violation in violations:
        counts[violation["fingerprint"]] = counts.get(violation["fingerprint"], 0) + 1
    return counts


def _is_explained(violations: "Sequence[Message]", state: "ProjectState") -> bool:
    """Whether it is known of each of `violations` if the base has it."""
    found = _counts(violations)
    return all(number <= state.known.get(name, 0) + state.brought.get(name, 0) for name, number in found.items())


def _without_known(violations: "Sequence[Message]", state: "ProjectState") -> "list[Message]":
    """Those of `violations` that are more than the base has."""
    left = dict(state.known)
    more = []
    for violation in violations:
        name = violation["fingerprint"]
        left[name] = left.get(name, 0) - 1
        if left[name] < 0:
            more.append(violation)
    return more
