"""Find the source roots if the configuration names none, and the top-level packages in a root.

Python resolves a name to the first regular package or module of that name on its path; only without one, to plain
folders (https://peps.python.org/pep-0420/#specification). Two habits of real repositories need
more than the names of folders: a distribution in a folder of its own name (`shop/shop/__init__.py` beside
`shop/setup.py`), where the outer folder is on the path, and a `src/__init__.py` that nobody imports by. In both, the
import statements of the project decide.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from archguard.codebase.modules.folders import Listing, has_no_text, holds_python, native, printable, readable
from archguard.dataclass import dataclass
from archguard.incremental.fingerprint import content
from archguard.incremental.input_recorder import is_file, is_folder, record_full_scan
from archguard.model import Severity
from archguard.model.names import ModuleName, parts_of, top_package

if TYPE_CHECKING:
    import os

_GENERATED_FOLDERS: Final = frozenset({"node_modules", "__pycache__", "build", "dist", "venv", "env"})
"""Folders with generated copies of the code (`build/lib`) or third-party code."""
_ENVIRONMENT_FOLDERS: Final = frozenset({"bin", "include", "lib", "lib64", "share", "Include", "Lib", "Scripts"})
"""The folders of a virtual environment."""
_MOST_READ: Final = 5_000
"""Files to search for an import at most; mostly the first file decides."""


class PassedOver(NamedTuple):
    """A file or folder beside the packages that is not read, as a problem to report."""

    severity: Severity
    code: str
    message: str
    path: Path
    hint: str = ""


@dataclass(frozen=True)
class TopLevel:
    """The packages and modules in a source root."""

    names: tuple[str, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()

    @classmethod
    def of(cls, folder: Path) -> "TopLevel":
        """Those in `folder`. Scripts that cannot be imported (`run-me.py`) count: they import others."""
        if not is_folder(folder):
            return cls()
        try:
            listing = Listing.of(str(folder))
        except OSError as error:
            return cls((), (PassedOver(Severity.ERROR, "unreadable", f"cannot be read: {error.strerror}", folder),))
        entries = [*map(_folder, listing.folders), *map(_file, listing.files), *map(no_file, listing.others)]
        names = sorted({entry for entry in entries if isinstance(entry, str)})
        return cls(tuple(names), tuple(entry for entry in entries if isinstance(entry, PassedOver)))


@dataclass(frozen=True)
class Roots:
    """The source roots of a project."""

    named: tuple[Path, ...]
    """The configured roots, or the usual one."""
    implied: tuple[Path, ...] = ()
    """Further roots in them: folders with a distribution of their own name."""
    passed_over: tuple[PassedOver, ...] = field(default=())

    @classmethod
    def usual(cls, root: Path, packages: Collection[ModuleName]) -> "Roots":
        """`src` if it has packages and is not a package itself, else `root`.

        Args:
            root: The folder of the project.
            packages: The configured top-level packages; all, if empty.
        """
        source = root / "src"
        found, stray = root, False
        if is_folder(source) and (names := TopLevel.of(source).names):
            stray = is_file(source / "__init__.py")
            # Some projects have a `src/__init__.py` by mistake, which no import uses; in others, `src` is the package.
            found = source if not stray or _is_stray(root, source, names) else root
        tops = {top_package(name) for name in packages} or TopLevel.of(found).names
        implied = [inner for name in sorted(tops) for inner in _distributions(found, name)]
        unused = [_unused_init(source)] if stray and found == source else []
        return cls((found,), tuple(implied), tuple(unused))

    @property
    def folders(self) -> tuple[Path, ...]:
        """All roots."""
        return (*self.named, *self.implied)


def place_of(folder: Path, package: ModuleName) -> Path | None:
    """The folder or file of `package` in the source root `folder`; None if there is none."""
    place = folder.joinpath(*parts_of(native(package)))
    if is_file(place / "__init__.py"):
        return place
    module = place.with_name(f"{place.name}.py")
    if is_file(module):
        return module
    return place if is_folder(place) and holds_python(place) else None


def is_regular(place: Path) -> bool:
    """Whether `place` is a module, or a package with an `__init__.py`."""
    return is_file(place) or is_file(place / "__init__.py")


def no_file(entry: "os.DirEntry[str]") -> PassedOver:
    """The problem of a pipe or a device with the name of a module."""
    is_file(entry.path)  # recorded as an input: a replay is invalid once it is a file
    try:
        content(entry.path)
        why = "it has just been changed"
    except OSError as error:
        why = error.strerror or str(error)
    return PassedOver(Severity.ERROR, "unreadable", f"cannot be read: {why}", Path(entry.path))


def nameless(path: Path) -> PassedOver:
    """The problem of a file or folder whose name is not UTF-8."""
    message = f"{readable(path.name)!a} is not text in UTF-8, so that nobody knows which module it is"
    return PassedOver(Severity.ERROR, "not-a-module", message, path, "rename it")


def _folder(entry: "os.DirEntry[str]") -> str | PassedOver | None:
    folder, name = Path(entry.path), readable(entry.name)
    if is_file(folder / "__init__.py") and name.isidentifier():
        return name
    if is_file(folder / "pyvenv.cfg"):
        return _environment(folder)
    if name in _GENERATED_FOLDERS:
        return _generated_folder(folder)
    if not holds_python(folder):
        return None
    if name.isidentifier():
        return name
    return nameless(folder) if has_no_text(name) else not_a_package(folder)


def _file(entry: "os.DirEntry[str]") -> str | PassedOver | None:
    name = readable(entry.name).removesuffix(".py")
    if has_no_text(name):
        return nameless(Path(entry.path))
    return None if "." in name else name


def not_a_package(folder: Path) -> PassedOver:
    """The problem of a folder with code that no import statement can name."""
    message = f"'{printable(folder.name)}' cannot be imported; the files below it were not read"
    return PassedOver(Severity.INFO, "not-a-package", message, folder)


def _generated_folder(folder: Path) -> PassedOver | None:
    """The problem of a folder like `build`, if it has code; `node_modules` is too large to search below its top."""
    if not (bool(_files_in(folder)) if folder.name == "node_modules" else holds_python(folder)):
        return None
    message = f"'{folder.name}' has no __init__.py and the name of a folder that tools fill; it was not read"
    return PassedOver(Severity.INFO, "not-read", message, folder, "name it under `project: packages` to have it read")


def _environment(folder: Path) -> PassedOver | None:
    """The problem of a virtual environment with other code in it; None if there is none."""
    try:
        inner = Listing.of(str(folder))
    except OSError as error:
        return PassedOver(Severity.ERROR, "unreadable", f"cannot be read: {error.strerror}", folder)
    if not inner.files and not any(
        holds_python(Path(entry.path)) for entry in inner.folders if entry.name not in _ENVIRONMENT_FOLDERS
    ):
        return None
    message = f"'{printable(folder.name)}' is a virtual environment; the code beside its libraries was not read"
    return PassedOver(Severity.INFO, "not-read", message, folder, "name it under `project: packages` to have it read")


def _files_in(folder: Path) -> Iterable["os.DirEntry[str]"]:
    try:
        return Listing.of(str(folder)).files
    except OSError:
        return ()


def _is_stray(root: Path, source: Path, names: Iterable[str]) -> bool:
    """Whether `src/__init__.py` is not used: no import starts with `src`, and some import in it omits `src`."""
    if _imports(root, "src"):
        return False
    return any(_imports(source, name) for name in names)


def _unused_init(source: Path) -> PassedOver:
    message = "was not read: the code imports what is beside it by other names than `src.…`"
    hint = "take it away, or import by `src.…`"
    return PassedOver(Severity.INFO, "not-read", message, source / "__init__.py", hint)


def _distributions(root: Path, name: str) -> Iterator[Path]:
    """The root of the distribution `name`, unless imports show that the outer folder is the package."""
    outer = root / native(name)
    if not is_folder(outer) or is_regular(outer) or is_file(outer.with_name(f"{outer.name}.py")):
        return
    # A repository of several distributions: `orders/orders/__init__.py`. The imports tell whether `orders.orders` is
    # one name or two folders.
    for inner, dotted in ((outer, f"{name}.{name}"), (outer / "src", f"{name}.src.{name}")):
        if is_file(inner / outer.name / "__init__.py") and not _imports(root, dotted):
            yield inner


def _imports(folder: Path, name: str) -> bool:
    """Whether a file below `folder` imports `name`, or something in it, by that name."""
    form = re.compile(rf"^[ \t]*(?:from|import)[ \t]+{re.escape(name)}\b".encode(), re.MULTILINE)
    return any(form.search(text) for text in _texts(folder))


def _texts(folder: Path) -> Iterator[bytes]:
    left, waiting = _MOST_READ, [str(folder)]
    while waiting and left > 0:
        try:
            listing = Listing.of(waiting.pop())
        except OSError:
            continue
        for entry in listing.files[:left]:
            left -= 1
            record_full_scan(entry.path)  # an edit of its imports may change the source roots
            try:
                yield content(entry.path, most=1 << 20)
            except OSError:  # reported where the module is read
                continue
        waiting.extend(entry.path for entry in reversed(listing.folders) if not entry.is_symlink())
