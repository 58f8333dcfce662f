"""Which files are modules, and what they are called."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.machinery import PathFinder
from operator import attrgetter
from pathlib import Path

from archguard.codebase.project import Project, Service
from archguard.codebase.source import Source
from archguard.errors import ArchguardError
from archguard.model import Location, Problem, Severity
from archguard.snapshot.journal import is_file, is_folder

_NO_CODE = {"node_modules", "__pycache__", "site-packages", "build", "dist", "venv", "env"}


_UNREAD = {
    ".pyi": "is a stub",
    ".pyx": "is Cython",
    ".pyw": "is read on Windows only",
    ".so": "is compiled",
    ".pyd": "is compiled",
}
"""Files that are, or speak for, modules of Python, though archguard does not read them."""
_MODULES = (".py", *_UNREAD)
_NAME = attrgetter("name")


class PackageNotFoundError(ArchguardError):
    """A package, a source root or a service's folder that is not there; `keys` lead to it in the configuration."""

    def __init__(self, message: str, hint: str = "", keys: tuple[str | int, ...] = ()) -> None:
        super().__init__(message, hint)
        self.keys = keys


@dataclass(frozen=True)
class Portion:
    """One folder (or file) that holds modules of the top-level package `package`, as grimp wants to be told."""

    service: str
    package: str
    directory: Path
    sources: tuple[Source, ...]
    namespaces: frozenset[str]
    """Packages without an `__init__.py`, as names without the service."""
    unread: frozenset[str] = frozenset()
    """Modules that are there as a stub, or compiled, only; as names without the service."""
    doubled: frozenset[str] = frozenset()
    """Packages with a file of their name beside them, as names without the service."""


@dataclass(frozen=True)
class Modules:
    """Every module below the source roots, and what was passed over on the way."""

    portions: tuple[Portion, ...]
    problems: tuple[Problem, ...]
    excluded: frozenset[str]
    """The modules that `exclude` leaves out."""

    @property
    def sources(self) -> dict[str, Source]:
        """The file of each module, by the module's name."""
        return {source.module: source for portion in self.portions for source in portion.sources}

    @property
    def doubled(self) -> frozenset[str]:
        """The packages with a file of their name beside them, which Python passes over."""
        return frozenset(qualify(portion.service, name) for portion in self.portions for name in portion.doubled)

    @property
    def namespaces(self) -> frozenset[str]:
        """The packages that have no file."""
        return frozenset(qualify(portion.service, name) for portion in self.portions for name in portion.namespaces)

    @property
    def unread(self) -> frozenset[str]:
        """The modules that are stubs, or compiled: they can be imported, but what they import is not known."""
        return frozenset(qualify(portion.service, name) for portion in self.portions for name in portion.unread)


def qualify(service: str, module: str) -> str:
    """`module` as reports name it: `service::module`, or as it is outside of services."""
    return f"{service}::{module}" if service else module


def find_modules(root: Path, project: Project, services: Mapping[str, Service]) -> Modules:
    """Every module of `project` and of each service that has a root of its own, in the order of their names.

    Raises:
        ExceptionGroup[PackageNotFoundError]: all of what is not there.
    """
    walk = _Walk(root)
    rooted = {name: service for name, service in services.items() if service.root}
    if project.source_roots or project.packages or not rooted:
        walk.enter("", project.source_roots, project.packages)
    for name, service in sorted(rooted.items()):
        walk.enter(name, (service.root,), service.packages)
    if walk.errors:
        raise ExceptionGroup("packages", walk.errors)
    return _without(walk, project)


def _without(walk: "_Walk", project: Project) -> Modules:
    if not project.exclude:
        return Modules(
            tuple(portion for portion in walk.portions if portion.sources), tuple(walk.problems), frozenset()
        )

    def kept(module: str) -> bool:
        return not any(pattern.unit(module) for pattern in project.exclude)

    portions = (
        replace(
            portion,
            sources=tuple(source for source in portion.sources if kept(source.module)),
            namespaces=frozenset(name for name in portion.namespaces if kept(qualify(portion.service, name))),
            unread=frozenset(name for name in portion.unread if kept(qualify(portion.service, name))),
        )
        for portion in walk.portions
    )
    modules = {source.module for portion in walk.portions for source in portion.sources}
    excluded = frozenset(module for module in modules if not kept(module))
    return Modules(tuple(portion for portion in portions if portion.sources), tuple(walk.problems), excluded)


class _Walk:
    """Collects portions, and remembers what it could not use."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.portions: list[Portion] = []
        self.problems: list[Problem] = []
        self.errors: list[PackageNotFoundError] = []
        self.unread: list[Path] = []

    def enter(self, service: str, source_roots: Iterable[str], packages: Iterable[str]) -> None:
        """Collect `packages`, or all that there are, below `source_roots`, or below those that are found."""
        named = [self.root / name for name in source_roots]
        for index, folder in enumerate(named):
            if not is_folder(folder):
                keys = ("services", service, "root") if service else ("project", "source_roots", index)
                message = f"source root '{self._shown(folder)}' is not a folder"
                self.errors.append(PackageNotFoundError(message, keys=keys))
        if not all(map(is_folder, named)):
            return  # what is to be below it can only be missing
        roots = named or _usual_roots(self.root)
        for index, name in enumerate(packages or sorted({name for folder in roots for name in _top_level(folder)})):
            places = [place for folder in roots if (place := _place(folder, name))]
            self._enter_package(service, name, places or self._unusual_places(service, name, index, roots, named))

    def _unusual_places(self, service: str, name: str, index: int, roots: list[Path], named: list[Path]) -> list[Path]:
        """Where a package is that is not below the roots: beside `src`, or installed."""
        place = None if named else _place(self.root, name)
        places = [place] if place else [] if service else _installed(name)
        if not places:
            known = [known for folder in roots for known in _top_level(folder)]
            hint = _found_elsewhere(self.root, name, known, "say `root: {}`" if service else "add `source_roots: [{}]`")
            keys = ("services", service, "packages", index) if service else ("project", "packages", index)
            self.errors.append(PackageNotFoundError(f"package '{name}' is not there", hint, keys))
        return places

    def _enter_package(self, service: str, name: str, places: list[Path]) -> None:
        regular = [place for place in places if is_file(place) or is_file(place / "__init__.py")]
        for place in regular[:1] or places:
            self.portions.append(self._portion(service, name, place))
        for place in regular[1:]:
            self._pass_over(
                Severity.ERROR,
                "duplicate-package",
                f"there is a second package '{name}', which was not read",
                place,
                "declare the two under `services:`, each with its root",
            )

    def _portion(self, service: str, package: str, place: Path) -> Portion:
        if is_file(place):
            return Portion(
                service, package, place.with_suffix(""), (self._source(service, package, place),), frozenset()
            )
        files, before, shown = {}, len(self.unread), self._shown(place)
        doubled = {package} if is_file(place.with_name(f"{place.name}.py")) else set()
        for path in self._files(str(place), ()):
            below = path.removeprefix(str(place)).replace(os.sep, "/")
            module = f"{package}{below.removesuffix('.py').replace('/', '.')}".removesuffix(".__init__")
            if module in files:
                doubled.add(module)
                self._shadowed(module, Path(path))
            elif "." in (name := below.rpartition("/")[2]).removesuffix(".py"):
                message = f"'{name}' has a dot too many to be a module"
                self._pass_over(Severity.WARNING, "not-a-module", message, Path(path))
            elif not name.isprintable() or any(mark in name for mark in "<>*:"):
                message = f"{name!a} has a character that nothing can name a module by"
                self._pass_over(Severity.WARNING, "not-a-module", message, Path(path).parent)
            else:
                files[module] = Source(qualify(service, module), path, f"{shown}{below}".removeprefix("./"))
        parents = {parent for module in files for parent in _parents(module) if len(parent) >= len(package)}
        unread = {_unread_name(package, path.relative_to(place)) for path in self.unread[before:]}
        known = frozenset(parents - files.keys())
        unread -= files.keys() | known
        return Portion(service, package, place, tuple(files.values()), known, frozenset(unread), frozenset(doubled))

    def _files(self, folder: str, above: tuple[str, ...], *, linked: bool = False) -> Iterator[str]:
        """The modules of `folder`; a package's folder comes before a file of the same name, as Python has it."""
        if linked and os.path.realpath(folder) in map(os.path.realpath, above):
            self._pass_over(Severity.INFO, "link-cycle", "a cycle of links was not followed again", Path(folder))
            return
        try:
            folders, files = _listed(folder)
        except OSError as error:
            self._pass_over(Severity.ERROR, "unreadable", f"cannot be read: {error.strerror}", Path(folder))
            return
        for entry in folders:
            yield from self._files_below(entry, (*above, folder), linked=linked or entry.is_symlink())
        for entry in files:
            if entry.name.endswith(".py"):
                yield entry.path
            elif (path := Path(entry.path)).suffix in _UNREAD:
                self.unread.append(path)
                self._pass_over(Severity.INFO, "not-read", f"{_UNREAD[path.suffix]}: what it imports is not seen", path)

    def _files_below(self, folder: os.DirEntry[str], above: tuple[str, ...], *, linked: bool) -> Iterator[str]:
        if folder.name.isidentifier():
            yield from self._files(folder.path, above, linked=linked)
        elif next(Path(folder).rglob("*.py"), None):
            self._pass_over(
                Severity.INFO,
                "not-a-package",
                f"'{folder.name}' cannot be imported; the files below it were not read",
                Path(folder),
            )

    def _shadowed(self, module: str, path: Path) -> None:
        message = f"module '{module}' stands twice; Python takes the package, so this file was not read"
        self._pass_over(Severity.WARNING, "shadowed-module", message, path, "rename or remove one of the two")

    def _source(self, service: str, module: str, path: Path) -> Source:
        return Source(qualify(service, module), str(path), self._shown(path))

    def _shown(self, path: Path) -> str:
        return Path(os.path.relpath(path, self.root)).as_posix()

    def _pass_over(self, severity: Severity, code: str, message: str, path: Path, hint: str = "") -> None:
        self.problems.append(
            Problem(severity=severity, code=code, message=message, location=Location(self._shown(path)), hint=hint)
        )


def _listed(folder: str) -> tuple[list["os.DirEntry[str]"], list["os.DirEntry[str]"]]:
    """The folders in `folder` that may be packages, and the files in it that may be modules, by their names."""
    folders, files = [], []
    for entry in os.scandir(folder):
        if entry.name.startswith(".") or entry.name == "__pycache__":
            continue
        if _is_folder(entry):
            folders.append(entry)
        elif entry.name.endswith(_MODULES):
            files.append(entry)
    return sorted(folders, key=_NAME), sorted(files, key=_NAME)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _usual_roots(root: Path) -> list[Path]:
    source = root / "src"
    if is_folder(source) and not is_file(source / "__init__.py") and _top_level(source):
        return [source]
    return [root]


def _top_level(folder: Path) -> list[str]:
    """The packages and files of Python in `folder`; a script that nobody can import may import others."""
    if not is_folder(folder):
        return []
    return sorted({Path(entry).stem for entry in os.scandir(folder) if _may_be_module(Path(entry))})


def _may_be_module(path: Path) -> bool:
    return (path.name.isidentifier() or (path.suffix == ".py" and "." not in path.stem)) and _holds_python(path)


def _holds_python(path: Path) -> bool:
    if path.suffix == ".py":
        return not is_folder(path)
    if not is_folder(path) or path.name in _NO_CODE or is_file(path / "pyvenv.cfg"):
        return False
    return is_file(path / "__init__.py") or next(path.rglob("*.py"), None) is not None


def _place(folder: Path, package: str) -> Path | None:
    place = folder.joinpath(*package.split("."))
    if is_folder(place) and _holds_python(place):
        return place
    module = place.with_name(place.name + ".py")
    return module if is_file(module) else None


def _installed(package: str) -> list[Path]:
    """Where Python itself would find `package`. Looks at the folders only: nothing is imported."""
    path: list[str] | None = list(sys.path)
    for name in package.split("."):
        spec = PathFinder.find_spec(name, path)
        if spec is None:
            return []
        path = list(spec.submodule_search_locations) if spec.submodule_search_locations is not None else None
        if path is None:
            return [Path(spec.origin)] if spec.origin and spec.origin.endswith(".py") else []
    return [Path(place) for place in path or ()]


def _found_elsewhere(root: Path, package: str, known: list[str], advice: str) -> str:
    """A hint for a package that is not where it was looked for; `advice` is to be given with the folder."""
    for depth in ("*", "*/*", "*/*/*"):
        for place in sorted(root.glob(f"{depth}/{package.replace('.', '/')}")):
            if _holds_python(place) and not place.relative_to(root).as_posix().startswith("."):
                folder = place.relative_to(root).parents[len(package.split(".")) - 1].as_posix()
                return f"it is below '{folder}': {advice.format(folder)}"
    close = get_close_matches(package, known, 1)
    return f"did you mean '{close[0]}'?" if close else f"there is: {', '.join(known) or 'no package at all'}"


def _unread_name(package: str, path: Path) -> str:
    """The module in a stub or a compiled file; `fast.cpython-312-x86_64-linux-gnu.so` is `fast`."""
    return ".".join((package, *path.parent.parts, path.name.partition(".")[0])).removesuffix(".__init__")


def _parents(module: str) -> Iterator[str]:
    while module := module.rpartition(".")[0]:
        yield module
