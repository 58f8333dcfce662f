"""Where the time of a check goes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Profile:
    """The seconds of each stage, in the order in which they began."""

    stages: dict[str, float] = field(default_factory=dict)
    begun: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """Since it was begun."""
        return time.perf_counter() - self.begun

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what is done meanwhile; once more under the same name is added."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0.0) + time.perf_counter() - begun

    def render(self) -> str:
        """A line for each stage: its seconds, and which part of the whole that is."""
        whole = sum(self.stages.values())
        lines = [f"{seconds:9.3f} s {seconds / whole:6.1%}  {name}" for name, seconds in self.stages.items()]
        return "\n".join((*lines, f"{whole:9.3f} s 100.0%  in all"))
