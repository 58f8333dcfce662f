"""Match regular expressions from a configuration in bounded time.

`re` backtracks, which can take years for an expression like `(a+)+b`. So `re` matches only expressions with few
backtracking paths. Any other one is compiled to an automaton (Thompson, "Regular Expression Search Algorithm", CACM
1968) that reads each character of a name once: the time is linear in the length of the name times the number of states,
and transitions between sets of states are memoized. Expressions that no automaton can match (look-around, group
references, flags) are left to `re` up to a higher bound, and rejected beyond it. Both use the parse tree of `re`, so an
expression has the same meaning in both.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from functools import cache, cached_property
from importlib import import_module
from typing import Any, Final, TypeAlias

from archguard.dataclass import dataclass

_PARSER: Final[Any] = import_module("re._parser")  # private, and the same from Python 3.11 on

_MOST_REPEATED: Final = 2_000
"""States that counted repetitions (`x{1000}`) add to those that each character of the expression needs."""
_FEW_PATHS: Final = 512
"""Backtracking paths up to which `re` is used though an automaton could match too, at twenty times the cost: those of
one repetition such as `.*`."""
_MAX_PATHS: Final = 100_000
"""Backtracking paths of `re` at most: some milliseconds. Two repetitions such as `.*` have 65,000."""
_LONG_NAME: Final = 256
"""Assumed number of repetitions for an unbounded one: the length of a long name."""
_MAX_MEMOIZED_SETS: Final = 10_000
"""Sets of states that are memoized at a time."""

_Test: TypeAlias = Callable[[str], bool]


class ExpressionError(ValueError):
    """The text is not a regular expression, or one that may take too long; the message says which."""


class _NotRegularError(Exception):
    """The expression is not regular: no automaton can match it."""


@dataclass(frozen=True)
class Expression:
    """A regular expression that matches whole names."""

    text: str

    @classmethod
    def parse(cls, text: str) -> "Expression":
        """The expression `text`.

        Raises:
            ExpressionError: it is invalid, or could take too long.
        """
        expression = cls(text)
        expression._matcher  # noqa: B018  # compiles the expression, and raises
        return expression

    def matches(self, name: str) -> bool:
        """Whether the expression matches the whole of `name`."""
        return self._matcher(name)

    @cached_property
    def _matcher(self) -> _Test:
        return _matcher(self.text)


@cache
def _matcher(text: str) -> _Test:
    try:
        compiled = re.compile(text)
        tree = _PARSER.parse(text)
        ways = _path_count(tree)
        automaton = _automaton(text, tree) if ways > _FEW_PATHS else None
        if not automaton and ways > _MAX_PATHS:
            raise ExpressionError(
                f"'{text}' may take too long: with look-around, references or flags, write at most two repetitions"
            )
        return automaton or (lambda name: bool(compiled.fullmatch(name)))
    except (re.error, OverflowError) as error:
        raise ExpressionError(f"'{text}' is no regular expression: {error}") from None
    except RecursionError:
        raise ExpressionError(f"'{text[:40]}...' is not meant to be nested so deeply") from None


def _automaton(text: str, tree: Any) -> _Test | None:
    if tree.state.flags & ~re.UNICODE:
        return None
    automaton = _Automaton(most=_MOST_REPEATED + 2 * len(text))
    try:
        automaton.first = automaton.sequence(tree, automaton.state())
    except _NotRegularError:
        return None
    return automaton.matches


def _path_count(items: Iterable[Any]) -> int:
    """An upper bound for the backtracking paths of `re` for `items` from one position."""
    ways = 1
    for kind, value in items:
        ways = min(ways * _path_count_of(str(kind), value), _MAX_PATHS + 1)
    return ways


def _path_count_of(kind: str, value: Any) -> int:
    match kind:
        case "BRANCH":
            return sum(map(_path_count, value[1]))
        case "SUBPATTERN" | "ASSERT" | "ASSERT_NOT":
            return _path_count(value[-1])
        case "ATOMIC_GROUP":
            return _path_count(value)
        case "GROUPREF_EXISTS":
            return sum(map(_path_count, filter(None, value[1:])))
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, body = value
            times, each = min(int(most), int(least) + _LONG_NAME), _path_count(body)
            return times - int(least) + 1 if each == 1 else min(each ** min(times, 20), _MAX_PATHS + 1)
    return 1


@dataclass
class _Automaton:
    """A nondeterministic automaton. A state reads one character or has empty transitions. State 0 is accepting."""

    most: int
    """The maximal number of states."""
    first: int = 0
    tests: dict[int, tuple[_Test, int]] = field(default_factory=dict)
    """The test for the character that a state reads, and the next state."""
    onward: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """The empty transitions of a state."""
    edges: dict[int, str] = field(default_factory=dict)
    """The states whose empty transitions need the `start` or the `end` of a name."""
    size: int = 0
    steps: dict[tuple[frozenset[int], str], frozenset[int]] = field(default_factory=dict)

    def matches(self, name: str) -> bool:
        """Whether the automaton accepts the whole of `name`."""
        states = self._closure({self.first}, {"start"})
        for character in name:
            states = self._step(states, character)
            if not states:
                return False
        return 0 in self._closure(states, {"end"} if name else {"start", "end"})

    def _step(self, states: frozenset[int], character: str) -> frozenset[int]:
        key = (states, character)
        if key not in self.steps:
            if len(self.steps) >= _MAX_MEMOIZED_SETS:
                self.steps.clear()
            tests = [self.tests[state] for state in states if state in self.tests]
            self.steps[key] = self._closure({after for test, after in tests if test(character)}, set())
        return self.steps[key]

    def _closure(self, states: Iterable[int], at: set[str]) -> frozenset[int]:
        """`states` and all states that empty transitions reach; `at` says which edges of the name are here."""
        found, queue = set(states), list(states)
        while queue:
            state = queue.pop()
            if self.edges.get(state, "") not in {"", *at}:
                continue
            new = set(self.onward.get(state, ())) - found
            found |= new
            queue.extend(new)
        return frozenset(found)

    def state(self, *onward: int) -> int:
        """A new state with empty transitions to others."""
        if self.size >= self.most:
            raise ExpressionError(f"a regular expression repeats more than {_MOST_REPEATED} times what is in it")
        number, self.size = self.size, self.size + 1
        self.onward[number] = onward
        return number

    def sequence(self, items: Iterable[Any], after: int) -> int:
        """The state from which `items` lead to the state `after`; built from the last item to the first."""
        for kind, value in reversed(list(items)):
            after = self._item(str(kind), value, after)
        return after

    def _item(self, kind: str, value: Any, after: int) -> int:
        match kind:
            case "BRANCH":
                return self.state(*[self.sequence(branch, after) for branch in value[1]])
            case "SUBPATTERN" if not value[1] and not value[2]:
                return self.sequence(value[3], after)
            case "MAX_REPEAT" | "MIN_REPEAT":
                return self._repeated(int(value[0]), value[1], value[2], after)
            case "AT" if str(value) in _EDGES:
                state = self.state(after)
                self.edges[state] = _EDGES[str(value)]
                return state
        state = self.state()
        self.tests[state] = (_test(kind, value), after)
        return state

    def _repeated(self, least: int, most: Any, body: Any, after: int) -> int:
        if most is _PARSER.MAXREPEAT:
            loop = self.state()
            self.onward[loop] = (self.sequence(body, loop), after)
            start = loop
        else:
            start = after
            for _ in range(int(most) - least):
                start = self.state(self.sequence(body, start), after)
        for _ in range(least):
            start = self.sequence(body, start)
        return start


_EDGES: Final = {"AT_BEGINNING": "start", "AT_BEGINNING_STRING": "start", "AT_END": "end", "AT_END_STRING": "end"}

_CATEGORIES: Final[dict[str, _Test]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda character: character.isalnum() or character == "_",
}


def _test(kind: str, value: Any) -> _Test:
    """The test for the characters that an item of an expression matches."""
    match kind:
        case "LITERAL":
            return chr(value).__eq__
        case "NOT_LITERAL":
            return chr(value).__ne__
        case "ANY":
            return "\n".__ne__
        case "IN":
            return _member(list(_tests(value)), negated=str(value[0][0]) == "NEGATE")
    raise _NotRegularError


def _tests(items: Iterable[Any]) -> Iterator[_Test]:
    for kind, value in items:
        match str(kind):
            case "RANGE":
                low, high = map(chr, value)
                yield lambda character, low=low, high=high: low <= character <= high  # type: ignore[misc]  # bound now
            case "CATEGORY":
                plain = _CATEGORIES[str(value).replace("NOT_", "")]
                yield _member([plain], negated="NOT_" in str(value))
            case "LITERAL":
                yield chr(value).__eq__


def _member(tests: list[_Test], *, negated: bool) -> _Test:
    return lambda character: any(test(character) for test in tests) is not negated
