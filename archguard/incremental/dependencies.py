"""Record what a computation reads, so that its result can be kept for as long as that says the same.

How it works (verifying traces, in the terms of Mokhov, Mitchell and Peyton Jones: Build Systems à la Carte, 2018): what
a computation reads is appended to the current frame. A memoized computation has a frame of its own, which is appended
to the frame of whoever uses the result, the first time and each further time. So the frames form a graph, and a result
depends on all that can be reached from its frame. Results that depend on each other in a cycle reach the same facts.

A fact is a tuple that says where something was read and what was asked; whoever keeps results compares what it says in
two versions of the code. Cost: one list per memoized computation, one tuple per read, and one walk for each result that
is kept.
"""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

Fact: TypeAlias = tuple[Hashable, ...]
"""What was read: where, and what was asked."""
Frame: TypeAlias = "list[Fact | Frame]"
"""What a computation has read, and the frames of the memoized results that it has used."""


class DependencyRecorder:
    """Records what the computations of one process read."""

    __slots__ = ("frame", "is_recording")

    def __init__(self, *, is_recording: bool = True) -> None:
        self.is_recording = is_recording
        """Whether anything is recorded; if not, every frame stays empty."""
        self.frame: Frame = []
        """The frame of the computation that is running."""

    def read(self, fact: Fact) -> None:
        """Record that the running computation depends on `fact`."""
        if self.is_recording:
            self.frame.append(fact)

    def use(self, frame: Frame) -> None:
        """Record that the running computation uses a result that was memoized with `frame`."""
        if frame or self.is_recording:
            self.frame.append(frame)

    def begin(self) -> Frame:
        """Begin a computation; returns the frame around it, for `end`."""
        outer = self.frame
        if self.is_recording:
            self.frame = []
        return outer

    def end(self, outer: Frame) -> Frame:
        """End the computation that `begin` has begun, and use its result in the one around it; returns its frame."""
        frame, self.frame = self.frame, outer
        if frame is not outer:
            outer.append(frame)
        return frame

    @contextmanager
    def root(self) -> Iterator[Frame]:
        """Record what the body of the `with` statement reads, as part of no other computation."""
        outer, self.frame = self.frame, []
        try:
            yield self.frame
        finally:
            self.frame = outer

    @contextmanager
    def computation(self) -> Iterator[Frame]:
        """Record what the body of the `with` statement reads; the frame is whole when it ends."""
        outer = self.begin()
        frame = self.frame
        try:
            yield frame
        finally:
            self.end(outer)


def facts_in(frame: Frame) -> set[Fact]:
    """All facts that can be reached from `frame`."""
    found = set[Fact]()
    seen = {id(frame)}
    waiting = [frame]
    while waiting:
        for item in waiting.pop():
            if type(item) is tuple:
                found.add(item)
            elif id(item) not in seen:
                seen.add(id(item))
                waiting.append(item)  # type: ignore[arg-type]  # not a tuple, so a frame
    return found
