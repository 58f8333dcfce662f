"""The memoized answers that depend on a fact, so that an edit leads to what it outdates, and all else is left alone.

How it works: the frames of answers (`dependencies.py`) are a graph from results to facts. `Dependents` has its edges
reversed: from the place of a fact, such as a module, to the frames that contain one, and from a frame to those that use
it. What depends on an edit is all that can be reached from its places.

Cost: each frame is added once, and takes an entry and one number for each use. Looking up an edit takes as long as it
outdates frames; comparing the facts of each answer instead takes as long as there are answers.
"""

from collections.abc import Callable, Collection, Hashable, Iterable
from collections.abc import Set as AbstractSet

from archguard.incremental.dependencies import Fact, Frame


class Dependents:
    """Which frames reach a fact. A frame that has been added stays in memory until it is dropped."""

    def __init__(self, place: Callable[[Fact], Hashable]) -> None:
        self._place = place
        """What is edited as one: where a fact was read, or the fact itself."""
        self._users: dict[Frame, list[Frame]] = {}
        """All frames, each with those that use it."""
        self._readers: dict[Hashable, list[Frame]] = {}

    @property
    def places(self) -> Collection[Hashable]:
        """The places of all facts."""
        return self._readers.keys()

    def __contains__(self, frame: Frame) -> bool:
        return frame in self._users

    def add(self, frame: Frame) -> None:
        """Add `frame` and all that it uses; they must be whole."""
        if frame in self._users:
            return
        self._users[frame], waiting = [], [frame]
        while waiting:
            user = waiting.pop()
            facts = set[Hashable]()
            for item in user:
                if type(item) is not Frame:
                    facts.add(self._place(item))
                    continue
                if item not in self._users:
                    self._users[item] = []
                    waiting.append(item)
                self._users[item].append(user)
            for place in facts:
                self._readers.setdefault(place, []).append(user)

    def on(self, places: Iterable[Hashable]) -> set[Frame]:
        """The frames that reach a fact of one of `places`."""
        found = set[Frame]()
        waiting = [self._readers.get(place, ()) for place in places]
        while waiting:
            new = {frame for frame in waiting.pop() if frame not in found}
            found |= new
            waiting += (self._users[frame] for frame in new)
        return found

    def drop(self, frames: AbstractSet[Frame]) -> None:
        """Forget `frames`, and with each all that use it."""
        for frame in frames:
            del self._users[frame]
        for users in (*self._users.values(), *self._readers.values()):
            if not frames.isdisjoint(users):
                users[:] = [user for user in users if user not in frames]
