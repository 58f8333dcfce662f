"""Record what a computation reads, so that its result can be kept for as long as that says the same.

How it works (verifying traces, in the terms of Mokhov, Mitchell and Peyton Jones: Build Systems à la Carte, 2018): what
a computation reads is appended to the current frame. A memoized computation has a frame of its own, which is appended
to the frame of whoever uses the result, the first time and each further time. So the frames form a graph, and a result
depends on all that can be reached from its frame. Results that depend on each other in a cycle reach the same facts.

A fact says where something was read and what was asked; whoever keeps results compares what it says in two versions of
the code. Cost: one list per memoized computation, and one walk over the frames for each result that is kept.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

Fact: TypeAlias = Hashable
"""What was read: where, and what was asked. No list, which would be taken for a frame."""
Frame: TypeAlias = "list[Fact | Frame]"
"""What a computation has read, and the frames of the memoized results that it has used."""

_SHORT: Final = 4
"""Frames up to this length are copied into the frame that uses them: most have one or two facts, and the walk over a
frame costs more than that."""


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
        if len(frame) > _SHORT:
            self.frame.append(frame)
        else:
            self.frame += frame

    def use_open(self, frame: Frame) -> None:
        """Record that the running computation uses one that has not ended: the two depend on each other."""
        if self.is_recording:
            self.frame.append(frame)

    def begin(self) -> Frame:
        """Begin a computation; returns the frame around it, for `end`."""
        outer = self.frame
        if self.is_recording:
            self.frame = []
        return outer

    def end(self, outer: Frame) -> Frame:
        """End the computation that `begin` has begun, and use its result in the one around it; returns its frame."""
        # If nothing is recorded, `begin` has left the frame as it was, and both are the same.
        frame, self.frame = self.frame, outer
        if frame is not outer:
            self.use(frame)
        return frame

    def forget(self) -> None:
        """Drop what was read outside of any computation; nobody keeps a result of it."""
        self.frame = []

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


class Validity:
    """Which results still hold: those that reach no fact that does not."""

    __slots__ = ("_known", "_valid", "holds")

    def __init__(self, holds: Callable[[Fact], bool]) -> None:
        self.holds = holds
        """Whether a fact still says what it said."""
        self._known: dict[Fact, bool] = {}
        self._valid = set[int]()
        """The frames that reach nothing else, by identity: results that hold keep them alive."""

    def __call__(self, frame: Frame) -> bool:
        """Whether all that can be reached from `frame` holds."""
        seen, waiting = {id(frame)}, [frame]
        while waiting:
            for item in waiting.pop():
                if type(item) is not list:
                    if not self._holds(item):  # type: ignore[arg-type]  # not a list, so a fact
                        return False
                elif id(item) not in seen and id(item) not in self._valid:
                    seen.add(id(item))
                    waiting.append(item)
        # Frames may form cycles, so that one is valid only together with all that it reaches: either the whole walk
        # succeeds, or nothing is known of any of them.
        self._valid |= seen
        return True

    def _holds(self, fact: Fact) -> bool:
        if fact not in self._known:
            self._known[fact] = self.holds(fact)
        return self._known[fact]


def facts_in(frame: Frame) -> set[Fact]:
    """All facts that can be reached from `frame`."""
    found = set[Fact]()
    seen = {id(frame)}
    waiting = [frame]
    while waiting:
        for item in waiting.pop():
            if type(item) is not list:
                found.add(item)  # type: ignore[arg-type]  # not a list, so a fact
            elif id(item) not in seen:
                seen.add(id(item))
                waiting.append(item)
    return found
