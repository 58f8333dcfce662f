"""Unpickle values of archguard's own classes, and of no others.

Stored results are authenticated, so that only this user can have written them. Even so, a pickle can name any function
to be called; this one may name classes only, and only those of archguard and the containers below. So nothing that is
read is executed, apart from the constructors of these classes.
"""

import io
import pickle
from pathlib import Path
from typing import Any, Final

from archguard.incremental.places import Places

_PATHS: Final = ("pathlib", "pathlib._local")
"""Where paths say that they are defined; the second is that of Python 3.13."""
_CONTAINERS: Final = frozenset(
    {("builtins", "set"), ("builtins", "frozenset")}
    | {(module, name) for module in _PATHS for name in ("PosixPath", "WindowsPath")}
)
"""With the literals that pickle knows by itself, all that archguard's values contain."""


class _Pickler(pickle.Pickler):
    """Writes paths as `Places` stores them."""

    def __init__(self, file: io.BytesIO, places: Places) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._places = places

    def persistent_id(self, value: object) -> str | None:
        """How a path is stored; None for other values, which are pickled."""
        return self._places.stored(str(value)) if isinstance(value, Path) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, content: bytes, places: Places | None) -> None:
        super().__init__(io.BytesIO(content))
        self._places = places

    def persistent_load(self, stored: str) -> Path:
        """The path that was stored.

        Raises:
            pickle.UnpicklingError: it was stored without `Places`.
        """
        if self._places is None:
            raise pickle.UnpicklingError("a path of an unknown place")
        return Path(self._places.restored(stored))

    def find_class(self, module: str, name: str) -> Any:
        """The class `name` of `module`.

        Raises:
            pickle.UnpicklingError: it is no class, or not one of archguard's.
        """
        if (module, name) in _CONTAINERS or module.startswith("archguard."):
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not allowed")


def pickled(value: object, places: Places) -> bytes:
    """The pickle of `value`, with its paths relative to `places`."""
    file = io.BytesIO()
    _Pickler(file, places).dump(value)
    return file.getvalue()


def unpickled(content: bytes, places: Places | None = None) -> Any:
    """The value that `content` is the pickle of; `places` if it was written with some.

    Raises:
        pickle.UnpicklingError: it names anything but classes of archguard.
    """
    return _Unpickler(content, places).load()
