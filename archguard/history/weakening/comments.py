"""Compare the comments that ignore violations, before and after a change.

A comment is found again in steps: in the same file with the same reason, in the same file at the same line of code, and
in any file with the same reason at the same line of code, which is code that moved. What is left is new.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final

from archguard.codebase import Codebase, Source, SourceError
from archguard.codebase.facts import Directive
from archguard.dataclass import dataclass
from archguard.model import About, Direction, GuardChange, Location


@dataclass(frozen=True, order=True)
class IgnoreComment:
    """A comment that makes one contract ignore a line."""

    contract: str
    path: str
    code: str
    """The code of the line that it is about, without white space around it."""
    reason: str
    location: Location


_STEPS: Final[tuple[Callable[[IgnoreComment], Hashable], ...]] = (
    lambda it: (it.contract, it.path, it.reason, it.code),
    lambda it: (it.contract, it.path, it.reason),
    lambda it: (it.contract, it.path, it.code),
    lambda it: (it.contract, it.reason, it.code),
)


def ignore_comments(codebase: Codebase) -> tuple[IgnoreComment, ...]:
    """Every comment that ignores violations, once for each contract that it names."""
    return tuple(
        comment
        for source in sorted(codebase.sources.values(), key=lambda source: source.display_path)
        for comment in _comments(source)
    )


def _comments(source: Source) -> Iterator[IgnoreComment]:
    """The comments in one file; none if it cannot be read, which the code base reports."""
    with suppress(SourceError):
        for found in Directive.extract(source):
            for contract in found.contracts if found.verb == "ignore" else ():
                yield IgnoreComment(contract, source.display_path, _code(source, found), found.reason, found.location)


def comments_in(texts: Mapping[str, str]) -> tuple[IgnoreComment, ...]:
    """The same for files that need not be on disk: `texts` has their texts by path."""
    sources = (
        Source("", path, path).with_content(text.encode("utf-8", "surrogatepass")) for path, text in texts.items()
    )
    return tuple(comment for source in sources for comment in _comments(source))


def comment_changes(
    before: Iterable[IgnoreComment],
    after: Iterable[IgnoreComment],
    contracts: Mapping[str, str],
    new_contracts: Collection[str],
    paths: Mapping[str, str],
) -> Iterator[GuardChange]:
    """A change for each comment that is new, and for each that is gone.

    Args:
        before: The comments before.
        after: The comments after.
        contracts: The ids of contracts before -> their new ids.
        new_contracts: Contracts that are new: what the code broke before is no weakening of them.
        paths: The files before -> their new names.
    """
    old = [_moved(comment, contracts, paths) for comment in sorted(before)]
    new = sorted(after)
    for step in _STEPS:
        old, new = _unmatched(old, new, step)
    for comment in (comment for comment in new if comment.contract not in new_contracts):
        why = f": {comment.reason}" if comment.reason else ", without a reason"
        yield _change(comment, Direction.WEAKER, f"a comment is new that ignores {comment.contract}{why}")
    for comment in old:
        yield _change(comment, Direction.STRONGER, f"a comment is gone that ignored {comment.contract}")


def _code(source: Source, found: Directive) -> str:
    """The line of code that the comment is about, without comments and white space around it."""
    return source.lines[found.line - 1].partition("#")[0].strip()


def _moved(comment: IgnoreComment, contracts: Mapping[str, str], paths: Mapping[str, str]) -> IgnoreComment:
    contract, path = contracts.get(comment.contract, comment.contract), paths.get(comment.path, comment.path)
    return IgnoreComment(contract, path, comment.code, comment.reason, comment.location)


def _unmatched(
    old: list[IgnoreComment], new: list[IgnoreComment], key: Callable[[IgnoreComment], Hashable]
) -> tuple[list[IgnoreComment], list[IgnoreComment]]:
    """Those of `old` and of `new` that have no partner with the same key among the others."""
    left = Counter(map(key, old))
    remaining = []
    for comment in new:
        if left[key(comment)]:
            left[key(comment)] -= 1
        else:
            remaining.append(comment)
    gone = []
    for comment in reversed(old):
        if left[key(comment)]:
            left[key(comment)] -= 1
            gone.append(comment)
    return gone[::-1], remaining


def _change(comment: IgnoreComment, direction: Direction, text: str) -> GuardChange:
    return GuardChange(
        subject=comment.contract,
        about=About.IGNORE,
        direction=direction,
        message=text,
        location=comment.location,
        has_reason=bool(comment.reason),
    )
