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
"""What was read: where, and what was asked."""


class Frame(list["Fact | Frame"]):
    """What a computation has read, and the frames of the memoized results that it has used.

    Compared by identity: looking frames up by `id` instead would raise an audit event each time.
    """

    __slots__ = ()
    __hash__ = object.__hash__  # type: ignore[assignment]  # a list has none
    __eq__ = object.__eq__


_SHORT: Final = 4
"""Frames up to this length are copied into the frame that uses them: most have one or two facts, and the walk over a
frame costs more than that."""


class DependencyRecorder:
    """Records what the computations of one process read."""

    __slots__ = ("frame", "is_recording")

    def __init__(self, *, is_recording: bool = True) -> None:
        self.is_recording = is_recording
        """Whether anything is recorded; if not, every frame stays empty."""
        self.frame = Frame()
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
            self.frame = Frame()
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
        self.frame = Frame()

    @contextmanager
    def root(self) -> Iterator[Frame]:
        """Record what the body of the `with` statement reads, as part of no other computation."""
        outer, self.frame = self.frame, Frame()
        try:
            yield self.frame
        finally:
            self.frame = outer

    def computation(self) -> "_Computation":
        """Record what the body of the `with` statement reads; the frame is whole when it ends."""
        return _Computation(self)


class _Computation:
    """A computation as a context manager; a class, since a generator takes three times as long."""

    __slots__ = ("outer", "recorder")

    def __init__(self, recorder: DependencyRecorder) -> None:
        self.recorder = recorder

    def __enter__(self) -> Frame:
        self.outer = self.recorder.begin()
        return self.recorder.frame

    def __exit__(self, *error: object) -> None:
        self.recorder.end(self.outer)


class Validity:
    """Which results hold: those that reach no fact that does not."""

    __slots__ = ("_holds", "_is_valid", "_known", "_valid")

    def __init__(self, holds: Callable[[Fact], bool], is_valid: Callable[[Frame], bool] = lambda _: False) -> None:
        """Judge by whether a fact `holds`; a frame that `is_valid` is known to reach none that does not."""
        self._holds = holds
        self._is_valid = is_valid
        self._known: dict[Fact, bool] = {}
        self._valid = set[Frame]()
        """The frames that reach nothing else."""

    def __call__(self, frame: Frame) -> bool:
        """Whether all that can be reached from `frame` holds."""
        seen, waiting = {frame}, [frame]
        while waiting:
            for item in waiting.pop():
                if type(item) is not Frame:
                    if not self._holds_now(item):
                        return False
                elif item not in seen and item not in self._valid and not self._is_valid(item):
                    seen.add(item)
                    waiting.append(item)
        # Frames may form cycles, so that one is valid only together with all that it reaches: either the whole walk
        # succeeds, or nothing is known of any of them.
        self._valid |= seen
        return True

    def _holds_now(self, fact: Fact) -> bool:
        if fact not in self._known:
            self._known[fact] = self._holds(fact)
        return self._known[fact]


def facts_in(frame: Frame) -> set[Fact]:
    """All facts that can be reached from `frame`."""
    found = set[Fact]()
    seen, waiting = {frame}, [frame]
    while waiting:
        for item in waiting.pop():
            if type(item) is not Frame:
                found.add(item)
            elif item not in seen:
                seen.add(item)
                waiting.append(item)
    return found
