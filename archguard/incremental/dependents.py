"""The memoized answers that depend on a fact, so that an edit leads to what it outdates, and all else is left alone.

How it works: the frames of answers (`dependencies.py`) are a graph from results to facts. `Dependents` has its edges
reversed: from the place of a fact, such as a module, to the frames that contain one, and from a frame to those that use
it. What depends on an edit is all that can be reached from its places.

Cost: each frame is added once, and takes an entry and one number for each use. Looking up an edit takes as long as it
outdates frames; comparing the facts of each answer instead takes as long as there are answers.
"""

from collections.abc import Callable, Collection, Hashable, Iterable

from archguard.incremental.dependencies import Fact, Frame


class Dependents:
    """Which frames reach a fact. A frame that has been added stays in memory until it is dropped."""

    def __init__(self, place: Callable[[Fact], Hashable]) -> None:
        self._place = place
        """What is edited as one: where a fact was read, or the fact itself."""
        self._frames: dict[int, Frame] = {}
        self._users: dict[int, list[int]] = {}
        self._readers: dict[Hashable, list[int]] = {}

    @property
    def places(self) -> Collection[Hashable]:
        """The places of all facts."""
        return self._readers.keys()

    def __contains__(self, frame: Frame) -> bool:
        return id(frame) in self._frames

    def add(self, frame: Frame) -> None:
        """Add `frame` and all that it uses; they must be whole."""
        waiting = [frame]
        while waiting:
            user = waiting.pop()
            if id(user) in self._frames:
                continue
            self._frames[id(user)] = user
            facts = set[Hashable]()
            for item in user:
                if type(item) is list:
                    self._users.setdefault(id(item), []).append(id(user))
                    waiting.append(item)
                else:
                    facts.add(self._place(item))  # type: ignore[arg-type]  # not a list, so a fact
            for place in facts:
                self._readers.setdefault(place, []).append(id(user))

    def on(self, places: Iterable[Hashable]) -> set[int]:
        """The identities of the frames that reach a fact of one of `places`."""
        found = set[int]()
        waiting = [self._readers.get(place, ()) for place in places]
        while waiting:
            for frame in waiting.pop():
                if frame not in found and frame in self._frames:  # dropped frames are not taken out of the lists
                    found.add(frame)
                    waiting.append(self._users.get(frame, ()))
        return found

    def drop(self, frames: Iterable[int]) -> None:
        """Forget `frames`, given by their identities.

        A later frame may get the identity of one of them, and then seems to depend on what that has read: it is
        outdated too often, and never too rarely.
        """
        for frame in frames:
            self._frames.pop(frame, None)
            self._users.pop(frame, None)
