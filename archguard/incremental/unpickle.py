"""Unpickle values of archguard's own classes, and of no others.

Stored results are authenticated, so that only this user can have written them. Even so, a pickle can name any function
to be called; this one may name classes only, and only those of archguard and the containers below. So nothing that is
read is executed, apart from the constructors of these classes.
"""

import io
import pickle
from typing import Any, Final

_PATHS: Final = ("pathlib", "pathlib._local")
"""Where paths say that they are defined; the second is that of Python 3.13."""
_CONTAINERS: Final = frozenset(
    {("builtins", "set"), ("builtins", "frozenset")}
    | {(module, name) for module in _PATHS for name in ("PosixPath", "WindowsPath")}
)
"""With the literals that pickle knows by itself, all that archguard's values contain."""


class _Unpickler(pickle.Unpickler):
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


def unpickled(content: bytes) -> Any:
    """The value that `content` is the pickle of.

    Raises:
        pickle.UnpicklingError: it names anything but classes of archguard.
    """
    return _Unpickler(io.BytesIO(content)).load()
