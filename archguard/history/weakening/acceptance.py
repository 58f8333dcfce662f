"""Which weakenings are accepted, in the configuration or in a commit message, and why.

An acceptance holds for the change that adds it: one that the configuration had before accepts nothing, so that no
contract stays open for ever.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from archguard.config import Config
from archguard.model import GuardChange

TRAILER: Final = "Archguard-Accept"
"""The trailer of a commit message: `Archguard-Accept: <contract> <reason>`."""
_TRAILER: Final = re.compile(
    rf"^{TRAILER}:[ \t]*(?P<contract>\S+)[ \t]+(?P<reason>\S.*)$", re.MULTILINE | re.IGNORECASE
)


def with_acceptances(
    changes: Iterable[GuardChange], before: Config, after: Config, messages: Iterable[str]
) -> Iterator[GuardChange]:
    """`changes`, each with the reason for which it is accepted.

    Args:
        changes: What a change does to the guard.
        before: The configuration before.
        after: The configuration after.
        messages: The messages of the commits of the change.
    """
    reasons = {found["contract"]: found["reason"].strip() for text in messages for found in _TRAILER.finditer(text)}
    reasons |= {entry.contract: entry.reason for entry in after.accepted if entry not in before.accepted}
    for change in changes:
        yield replace(change, accepted=reasons.get(change.subject, "")) if change.is_weakening else change
