"""Which files are modules, and what they are called."""

import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib.machinery import PathFinder
from pathlib import Path

from archguard.codebase.modules.folders import (
    MOST_LINKED,
    Links,
    Listing,
    has_no_text,
    holds_python,
    native,
    printable,
    readable,
)
from archguard.codebase.modules.project import Project, Service
from archguard.codebase.modules.roots import (
    PassedOver,
    Roots,
    TopLevel,
    is_regular,
    nameless,
    no_file,
    not_a_package,
    place_of,
)
from archguard.codebase.syntax.source import Source
from archguard.errors import ArchguardError
from archguard.incremental.input_recorder import is_file, is_folder, real_path
from archguard.model import Location, Problem, Severity

_UNREAD = {
    ".pyi": "is a stub",
    ".pyx": "is Cython",
    ".pyw": "is read on Windows only",
    ".so": "is compiled",
    ".pyd": "is compiled",
}
"""Files that are, or speak for, modules of Python, though archguard does not read them."""
_MODULES = (".py", *_UNREAD)


class PackageNotFoundError(ArchguardError):
    """A package, a source root or a service's folder that is not there; `keys` lead to it in the configuration."""

    def __init__(self, message: str, hint: str = "", keys: tuple[str | int, ...] = ()) -> None:
        super().__init__(message, hint)
        self.keys = keys


@dataclass(frozen=True)
class PackageRoot:
    """One folder (or file) that holds modules of the top-level package `package`, as grimp wants to be told."""

    service: str
    package: str
    directory: Path
    sources: tuple[Source, ...]
    namespaces: frozenset[str]
    """Packages without an `__init__.py`, as names without the service."""
    shown: str = ""
    """The folder as reports show it."""
    opaque: Mapping[str, str] = field(default_factory=dict)
    """Modules that are there as a stub, or compiled, only: names without the service, and the files."""
    shadowed: frozenset[str] = frozenset()
    """Packages with a file of their name beside them, as names without the service."""

    @property
    def folders(self) -> dict[str, str]:
        """The folder of each package without an `__init__.py`, as reports show it."""
        below = {name: name.removeprefix(self.package).replace(".", "/") for name in self.namespaces}
        return {name: f"{self.shown}{path}".removeprefix("./") for name, path in below.items()}


@dataclass(frozen=True)
class Modules:
    """Every module below the source roots, and what was passed over on the way."""

    package_roots: tuple[PackageRoot, ...]
    problems: tuple[Problem, ...]
    excluded: frozenset[str]
    """The modules that `exclude` leaves out."""

    @property
    def sources(self) -> dict[str, Source]:
        """The file of each module, by the module's name."""
        return {source.module: source for portion in self.package_roots for source in portion.sources}

    @property
    def shadowed(self) -> frozenset[str]:
        """The packages with a file of their name beside them, which Python passes over."""
        return frozenset(qualify(portion.service, name) for portion in self.package_roots for name in portion.shadowed)

    @property
    def namespaces(self) -> frozenset[str]:
        """The packages that have no file."""
        return frozenset(
            qualify(portion.service, name) for portion in self.package_roots for name in portion.namespaces
        )

    @property
    def opaque(self) -> frozenset[str]:
        """The modules that are stubs, or compiled: they can be imported, but what they import is not known."""
        return frozenset(qualify(portion.service, name) for portion in self.package_roots for name in portion.opaque)

    @property
    def places(self) -> dict[str, str]:
        """What reports show as the path of a module that has no source: a folder without `__init__.py`, or a stub."""
        return {
            qualify(portion.service, name): path
            for portion in reversed(self.package_roots)  # of several folders the first is shown
            for name, path in [*portion.folders.items(), *portion.opaque.items()]
        }


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
            opaque={name: path for name, path in portion.opaque.items() if kept(qualify(portion.service, name))},
        )
        for portion in walk.portions
    )
    found = Modules(tuple(walk.portions), (), frozenset())
    modules = found.sources.keys() | found.opaque
    excluded = frozenset(module for module in modules if not kept(module))
    return Modules(tuple(portion for portion in portions if portion.sources), tuple(walk.problems), excluded)


class _Walk:
    """Collects portions, and remembers what it could not use."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.portions: list[PackageRoot] = []
        self.problems: list[Problem] = []
        self.errors: list[PackageNotFoundError] = []
        self.unread: list[Path] = []

    def enter(self, service: str, source_roots: Iterable[str], packages: Iterable[str]) -> None:
        """Collect `packages`, or all that there are, below `source_roots`, or below those that are found."""
        named = [self.root / native(name) for name in source_roots]
        for index, folder in enumerate(named):
            if not is_folder(folder):
                keys = ("services", service, "root") if service else ("project", "source_roots", index)
                message = f"source root '{self._shown(folder)}' is not a folder"
                self.errors.append(PackageNotFoundError(message, keys=keys))
        if not all(map(is_folder, named)):
            return  # what is to be below it can only be missing
        packages = tuple(packages)
        roots = Roots(tuple(named)) if named else Roots.usual(self.root, packages)
        self._tell(roots.passed_over)
        for index, name in enumerate(packages or self._all_in(roots)):
            places = [place for folder in roots.folders if (place := place_of(folder, name))]
            places = places or self._unusual_places(service, name, index, roots, is_named=bool(named))
            self._enter_package(service, name, places, roots)

    def _all_in(self, roots: Roots) -> list[str]:
        """The names of all packages and modules below `roots`; tells of what is passed over there."""
        found = [TopLevel.of(folder) for folder in roots.folders]
        for each in found:
            self._tell(each.passed_over)
        unused = {"__init__"} if roots.passed_over else set()
        return sorted({name for each in found for name in each.names} - unused)

    def _unusual_places(self, service: str, name: str, index: int, roots: Roots, *, is_named: bool) -> list[Path]:
        """Where a package is that is not below the roots: beside `src`, in a `src` that is a package, or installed."""
        usual = () if is_named else (self.root, self.root / "src")
        place = next(filter(None, (place_of(folder, name) for folder in usual)), None)
        places = [place] if place else [] if service else _installed(name)
        if not places:
            known = [known for folder in roots.folders for known in TopLevel.of(folder).names]
            hint = _found_elsewhere(self.root, name, known, "say `root: {}`" if service else "add `source_roots: [{}]`")
            keys = ("services", service, "packages", index) if service else ("project", "packages", index)
            self.errors.append(PackageNotFoundError(f"package '{name}' is not there", hint, keys))
        return places

    def _enter_package(self, service: str, name: str, places: list[Path], roots: Roots) -> None:
        """Read the first regular package or module among `places`, or else all the plain folders, as Python does."""
        regular = [place for place in places if is_regular(place)]
        taken: set[str] = set()
        for place in regular[:1] or places:
            portion = self._without(self._portion(service, name, place), taken)
            taken.update(source.module for source in portion.sources)
            self.portions.append(portion)
        for place in regular[1:]:
            self._tell([_second(name, place, is_implied=any(map(place.is_relative_to, roots.implied)))])
        self._tell(_plain_folder(name, place, regular[0]) for place in places if regular and place not in regular)
        if regular and is_file(place := regular[0]) and (folder := place.with_suffix("")) not in places:
            self._tell([_plain_folder(name, folder, place)] if is_folder(folder) and holds_python(folder) else ())

    def _without(self, package_root: PackageRoot, taken: Collection[str]) -> PackageRoot:
        """`portion` without what stands in an earlier source root, where Python finds it first."""
        for source in package_root.sources if taken else ():
            if source.module in taken:
                self._shadowed(source.module, Path(source.file))
        return replace(package_root, sources=tuple(one for one in package_root.sources if one.module not in taken))

    def _portion(self, service: str, package: str, place: Path) -> PackageRoot:
        if is_file(place):
            source = self._source(service, package, place)
            return PackageRoot(service, package, place.with_suffix(""), (source,), frozenset(), self._shown(place))
        files, before, shown = {}, len(self.unread), self._shown(place)
        doubled = {package} if is_file(place.with_name(f"{place.name}.py")) else set()
        for path in self._modules_below(str(place)):
            below = readable(path.removeprefix(str(place)).replace(os.sep, "/"))
            module = f"{package}{below.removesuffix('.py').replace('/', '.')}".removesuffix(".__init__")
            if module in files:
                doubled.add(module)
                self._shadowed(module, Path(path))
            elif "." in (name := below.rpartition("/")[2]).removesuffix(".py"):
                message = f"'{name}' has a dot too many to be a module"
                self._pass_over(Severity.WARNING, "not-a-module", message, Path(path))
            elif has_no_text(name):
                self._tell([nameless(Path(path))])
            elif not name.isprintable() or any(mark in name for mark in "<>*:"):
                message = f"{name!a} has a character that nothing can name a module by"
                self._pass_over(Severity.WARNING, "not-a-module", message, Path(path).parent)
            else:
                files[module] = Source(qualify(service, module), path, f"{shown}{below}".removeprefix("./"))
        parents = {parent for module in files for parent in _parents(module) if len(parent) >= len(package)}
        known = frozenset(parents - files.keys())
        unread = {_unread_name(package, path.relative_to(place)): self._shown(path) for path in self.unread[before:]}
        unread = {name: path for name, path in unread.items() if name not in files and name not in known}
        return PackageRoot(service, package, place, tuple(files.values()), known, shown, unread, frozenset(doubled))

    def _modules_below(self, place: str) -> Iterable[str]:
        """The modules of `place`; a package's folder comes before a file of the same name, as Python has it."""
        links = Links(self._tell_of_link)
        top = real_path(place)
        found = [*self._files(place, top, links)]
        for link, target in links.followed():
            if links.behind > MOST_LINKED:
                message = f"links lead to more than {MOST_LINKED} folders, which were not all read"
                hint = "name the packages that are meant under `project: packages`, or take the link away"
                self._tell([PassedOver(Severity.ERROR, "too-many-links", message, Path(link), hint)])
                break
            found += self._files_below(link, target, links, is_behind=True)
        return sorted(found, key=_in_order) if links.behind else found

    def _files(self, folder: str, real: str, links: Links, *, is_behind: bool = False) -> Iterator[str]:
        """The modules of `folder`; adds the links that are met in it."""
        links.read.add(real)
        links.behind += is_behind
        try:
            listing = Listing.of(folder, _MODULES)
        except OSError as error:
            self._pass_over(Severity.ERROR, "unreadable", f"cannot be read: {error.strerror}", Path(folder))
            return
        for entry in listing.folders:
            if entry.is_symlink():
                links.waiting.append((entry.path, real, is_behind))
            elif links.behind <= MOST_LINKED:
                yield from self._files_below(entry.path, f"{real}{os.sep}{entry.name}", links, is_behind=is_behind)
        for entry in listing.files:
            if entry.name.endswith(".py"):
                yield entry.path
            else:
                self._note_unread(Path(entry.path))
        self._tell(no_file(entry) for entry in listing.others if entry.name.endswith(".py"))

    def _files_below(self, folder: str, real: str, links: Links, *, is_behind: bool) -> Iterator[str]:
        name = readable(os.path.basename(folder))  # noqa: PTH119  # a path for each folder takes its time
        if name.isidentifier():
            yield from self._files(folder, real, links, is_behind=is_behind)
        elif holds_python(Path(folder)):
            self._tell([nameless(Path(folder)) if has_no_text(name) else not_a_package(Path(folder))])

    def _note_unread(self, path: Path) -> None:
        self.unread.append(path)
        self._pass_over(Severity.INFO, "not-read", f"{_UNREAD[path.suffix]}: what it imports is not seen", path)

    def _shadowed(self, module: str, path: Path) -> None:
        message = f"module '{module}' stands twice; Python takes the package, so this file was not read"
        self._pass_over(Severity.WARNING, "shadowed-module", message, path, "rename or remove one of the two")

    def _source(self, service: str, module: str, path: Path) -> Source:
        return Source(qualify(service, module), str(path), self._shown(path))

    def _shown(self, path: Path) -> str:
        return printable(Path(os.path.relpath(path, self.root)).as_posix())

    def _tell_of_link(self, link: str, why: str) -> None:
        self._pass_over(Severity.INFO, "link-cycle", why, Path(link))

    def _tell(self, passed_over: Iterable[PassedOver]) -> None:
        for each in passed_over:
            self._pass_over(*each)

    def _pass_over(self, severity: Severity, code: str, message: str, path: Path, hint: str = "") -> None:
        self.problems.append(
            Problem(severity=severity, code=code, message=message, location=Location(self._shown(path)), hint=hint)
        )


def _second(name: str, place: Path, *, is_implied: bool) -> PassedOver:
    """A second package of one name: a fault in the configuration, or one of the `setup.py` of several distributions."""
    message = f"there is a second package '{name}', which was not read"
    severity = Severity.INFO if is_implied else Severity.ERROR
    hint = "declare the two under `services:`, each with its root"
    return PassedOver(severity, "duplicate-package", message, place, hint)


def _plain_folder(name: str, folder: Path, regular: Path) -> PassedOver:
    """A folder without `__init__.py` of the same name as a package or module elsewhere, which Python takes."""
    message = f"'{name}' is the one in '{regular.parent.name}'; this folder without __init__.py was not read"
    return PassedOver(Severity.INFO, "shadowed-folder", message, folder, "rename one of the two")


def _in_order(path: str) -> list[tuple[bool, str]]:
    """Folders before files, each by their names."""
    *folders, file = Path(path).parts
    return [*((False, folder) for folder in folders), (True, file)]


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
            if is_folder(place) and holds_python(place) and not place.relative_to(root).as_posix().startswith("."):
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
