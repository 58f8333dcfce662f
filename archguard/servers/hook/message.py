"""The texts for agents: what is wrong, where, why, and what to do instead, in few words.

The names and texts in them come from the project. They are data, also where they read like commands: characters that
control a terminal are escaped, and long lines are cut.
"""

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from archguard.servers.hook.event import Message

MOST_VIOLATIONS: "Final" = 5
"""An agent fixes the first ones first; more take room from what the user asked for."""
MOST_CHARACTERS: "Final" = 2000
"""In all: about 500 tokens, and less than any host cuts off."""
_LONGEST_LINE: "Final" = 400
"""So that one violation with three fixes always fits."""
_MOST_FIXES: "Final" = 3


def denial(violations: "Sequence[Message]", weakenings: "Sequence[str]" = ()) -> str:
    """Why an edit is not made: `violations` that it would bring, and `weakenings` of the contracts."""
    end = (
        "Make the edit in another way, such as fix 1. Leave the contracts, the baseline and ignores as they are: "
        "only the team changes those."
    )
    title = f"archguard: this edit would break {_contracts(violations)}, and was not made."
    return _joined(title, [*_entries(violations), *map(_line, weakenings)], end)


def weakening(weakenings: "Sequence[str]", *, is_asked: bool) -> str:
    """What an edit takes away from the contracts, for the user who decides, or for an agent that may not do it."""
    end = (
        "Allow it only if the team wants this."
        if is_asked
        else "It was not made: only a person decides this. Tell the user what you would change, and why."
    )
    return _joined("archguard: this edit would weaken the architecture contracts.", [*map(_line, weakenings)], end)


def on_disk(violations: "Sequence[Message]", weakenings: "Sequence[str]" = ()) -> str:
    """What is wrong with the files now, for an agent that has written them."""
    done = [f"has broken {_contracts(violations)}"] if violations else []
    done += ["has weakened the architecture contracts"] if weakenings else []
    end = "Fix it, such as by fix 1, without a change of contracts, baseline or ignores. " if violations else ""
    end += "Undo what weakens the contracts, unless the user has agreed to it. " if weakenings else ""
    title = f"archguard: this session {' and '.join(done)}."
    entries = [*_entries(violations), *map(_line, weakenings)]
    return _joined(title, entries, f"{end}If that is not possible, tell the user why.")


def remaining(violations: "Sequence[Message]", weakenings: "Sequence[str]" = ()) -> str:
    """One line for the user about what an agent has left behind."""
    found = [f"{_place(violation)} [{violation['contract']}]" for violation in violations] + [*weakenings]
    more = len(found) - MOST_VIOLATIONS
    shown = ", ".join(found[:MOST_VIOLATIONS])
    return _line(f"archguard: of this session remain: {shown}{f' and {more} more' if more > 0 else ''}")


def fault(what: str, hint: str = "") -> str:
    """One line for the user: archguard could not look at an edit, and why."""
    return _line(f"archguard: nothing was checked, {what}{f'; {hint}' if hint else ''}")


def unchecked(problems: "Sequence[Message]") -> str:
    """One line for the user: what could not be checked about an edit."""
    first, more = problems[0], len(problems) - 1
    rest = f" and {more} more" if more else ""
    return _line(f"archguard: this edit could not be checked: {sentence(first)}{rest}")


def sentence(problem: "Message") -> str:
    """A problem in one line: place, sentence and hint."""
    hint = f"; {problem['hint']}" if problem.get("hint") else ""
    return f"{_place(problem)}: {problem['message']}{hint}"


def _contracts(violations: "Sequence[Message]") -> str:
    names = [*dict.fromkeys(str(violation["contract"]) for violation in violations)]
    return f"the contract {names[0]}" if len(names) == 1 else f"{len(names)} contracts"


def _joined(title: str, entries: "Sequence[str]", end: str) -> str:
    """The numbered entries between title and end; as many as fit, but at least one."""
    title = _line(title)
    room = MOST_CHARACTERS - len(title) - len(end) - len("\n\n\n... and 10000 more\n\n")
    shown: list[str] = []
    for number, entry in enumerate(entries[:MOST_VIOLATIONS], start=1):
        text = f"{number}. {entry}"
        if shown and len(text) > room:
            break
        shown.append(text[:room])
        room -= len(text) + 1
    more = len(entries) - len(shown)
    return "\n".join([title, "", *shown, *([f"... and {more} more"] if more else []), "", end])


def _entries(violations: "Sequence[Message]") -> "Iterator[str]":
    """Each violation with its advice, unless the one before has the same."""
    before: list[str] = []
    for violation in violations:
        lines = _advice(violation)
        head = f"{_place(violation)} [{violation['contract']}] {violation['message']}"
        yield "\n".join(map(_line, [head, *(lines if lines != before else [])]))
        before = lines


def _advice(violation: "Message") -> list[str]:
    """The team's reason and numbered fixes."""
    reason = [f"   Why: {violation['reason']}"] if violation["reason"] else []
    return reason + [f"   Fix {number}: {fix}" for number, fix in enumerate(violation["fix"][:_MOST_FIXES], start=1)]


def _place(found: "Message") -> str:
    """Path, line and column, as far as they are known."""
    parts = (found.get("path"), found.get("line"), found.get("column"))
    return ":".join(str(part) for part in parts if part) or "archguard.yaml"


def _line(text: str) -> str:
    """`text` on one line that is not too long, without characters that control a terminal."""
    plain = "".join(each if each.isprintable() else " " if each.isspace() else ascii(each)[1:-1] for each in text)
    return plain if len(plain) <= _LONGEST_LINE else f"{plain[: _LONGEST_LINE - 3]}..."
