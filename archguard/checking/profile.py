"""Measure how the time of a check is spent."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field

from archguard.dataclass import dataclass


@dataclass
class Profile:
    """The seconds of each stage, in the order in which they began."""

    stages: dict[str, float] = field(default_factory=dict)
    begun: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """The seconds since it was created."""
        return time.perf_counter() - self.begun

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure the time in the context; times under the same name add up."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0.0) + time.perf_counter() - begun

    def render(self) -> str:
        """A line for each stage: its seconds, and its share of the total."""
        total = sum(self.stages.values())
        lines = [f"{seconds:9.3f} s {seconds / total:6.1%}  {name}" for name, seconds in self.stages.items()]
        return "\n".join((*lines, f"{total:9.3f} s 100.0%  in all"))
