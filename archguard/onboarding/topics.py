"""What each step of `init` is about, in words for people who meet the topic for the first time."""

from collections.abc import Mapping
from typing import Final

from archguard.codebase.package_data import load_package_tables
from archguard.dataclass import dataclass
from archguard.onboarding.step import Topic


@dataclass(frozen=True, kw_only=True)
class TopicText:
    """The texts of a step."""

    question: str
    """What the step asks."""
    explanation: str
    """What the contracts mean, how they are judged, and what it is to adopt them; shown for `?`."""


TOPICS: Final[Mapping[Topic, TopicText]] = {
    Topic(name.replace("-", " ")): text
    for name, text in load_package_tables(TopicText, "archguard.onboarding", "topics.toml").items()
}
"""The texts by topic."""
