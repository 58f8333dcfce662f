"""Find the modules of a project: which files are modules, and their qualified names."""

import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field, replace
from importlib.machinery import PathFinder
from itertools import accumulate
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
from archguard.codebase.modules.pattern import Pattern
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
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.incremental.input_recorder import is_file, is_folder, real_path
from archguard.model import Location, Problem, Severity
from archguard.model.names import ModuleName, parent_name, parts_of, qualify

_UNREAD = {
    ".pyi": "is a stub",
    ".pyx": "is Cython",
    ".pyw": "is read on Windows only",
    ".so": "is compiled",
    ".pyd": "is compiled",
}
"""Suffixes of files that are modules, or stubs of modules, but that archguard does not read."""
_MODULES = (".py", *_UNREAD)


class PackageNotFoundError(ArchguardError):
    """A package, source root or service folder that does not exist; `keys` is its path in the configuration."""

    def __init__(self, message: str, hint: str = "", keys: tuple[str | int, ...] = ()) -> None:
        super().__init__(message, hint)
        self.keys = keys


@dataclass(frozen=True)
class PackageRoot:
    """A folder (or file) with modules of the top-level package `package`, in the form that grimp needs."""

    service: str
    package: ModuleName
    directory: Path
    sources: tuple[Source, ...]
    namespaces: frozenset[str]
    """Packages without an `__init__.py`, by names without the service."""
    shown: str = ""
    """The displayed path of the folder."""
    opaque: Mapping[str, str] = field(default_factory=dict)
    """Modules that exist only as a stub or compiled: names without the service, and displayed paths."""
    shadowed: frozenset[str] = frozenset()
    """Packages with a module of the same name beside them, by names without the service."""

    @property
    def folders(self) -> dict[str, str]:
        """The displayed path of each package without an `__init__.py`."""
        below = {name: name.removeprefix(self.package).replace(".", "/") for name in self.namespaces}
        return {name: f"{self.shown}{path}".removeprefix("./") for name, path in below.items()}


@dataclass(frozen=True)
class Modules:
    """Every module below the source roots, and the problems found on the way."""

    package_roots: tuple[PackageRoot, ...]
    problems: tuple[Problem, ...]
    excluded: frozenset[ModuleName]
    """The modules that `exclude` matches."""

    @property
    def sources(self) -> dict[ModuleName, Source]:
        """The source of each module, by qualified name."""
        return {source.module: source for portion in self.package_roots for source in portion.sources}

    def with_drafts(self, drafts: Mapping[str, bytes | None], exclude: Collection[Pattern]) -> "Modules":
        """The modules with `drafts`, by path, in place of their files; None removes a file, and a new path adds one.

        A path that is no module of the project, or is in `exclude`, adds nothing: `sources` has no such file.
        """
        known = {source.file for portion in self.package_roots for source in portion.sources}
        new = {path: text for path, text in drafts.items() if text is not None and path not in known}
        roots = (_with_new(_with_edited(portion, drafts), new, exclude) for portion in self.package_roots)
        return replace(self, package_roots=tuple(portion for portion in roots if portion.sources))

    @property
    def shadowed(self) -> frozenset[str]:
        """The packages with a module of the same name beside them, which Python ignores."""
        return frozenset(qualify(portion.service, name) for portion in self.package_roots for name in portion.shadowed)

    @property
    def namespaces(self) -> frozenset[str]:
        """The packages that have no file."""
        return frozenset(
            qualify(portion.service, name) for portion in self.package_roots for name in portion.namespaces
        )

    @property
    def opaque(self) -> frozenset[str]:
        """The modules that are stubs, or compiled: they can be imported, but their own imports are unknown."""
        return frozenset(qualify(portion.service, name) for portion in self.package_roots for name in portion.opaque)

    @property
    def places(self) -> dict[str, str]:
        """The displayed path of each module without a source: a folder without `__init__.py`, or a stub."""
        return {
            qualify(portion.service, name): path
            for portion in reversed(self.package_roots)  # the first of several folders wins
            for name, path in [*portion.folders.items(), *portion.opaque.items()]
        }


def _with_edited(portion: PackageRoot, drafts: Mapping[str, bytes | None]) -> PackageRoot:
    texts = {source: drafts.get(source.file) for source in portion.sources if source.file in drafts}
    kept = (source for source in portion.sources if source not in texts or texts[source] is not None)
    edited = (source.with_content(text) if (text := texts.get(source)) is not None else source for source in kept)
    return replace(portion, sources=tuple(edited))


def _with_new(portion: PackageRoot, new: Mapping[str, bytes], exclude: Collection[Pattern]) -> PackageRoot:
    """`portion` with the modules of files that do not exist yet, and the packages around them."""
    names = {path: name for path in new if (name := _new_module(portion, Path(path)))}
    added = {
        name: Source(qualify(portion.service, name), path, _shown(portion, Path(path))).with_content(new[path])
        for path, name in names.items()
        if not any(pattern.unit(qualify(portion.service, name)) for pattern in exclude)
    }
    sources = (*portion.sources, *added.values())
    modules = {source.module for source in sources}
    outer = (accumulate(parts_of(name)[:-1], "{}.{}".format) for name in added)
    around = frozenset[str]().union(*outer)
    namespaces = frozenset(name for name in around if qualify(portion.service, name) not in modules)
    return replace(portion, sources=sources, namespaces=portion.namespaces | namespaces)


def _new_module(portion: PackageRoot, path: Path) -> str:
    """The module, without its service, of a file that does not exist yet; "" if it would be none of the package."""
    if path.suffix != ".py" or not path.is_relative_to(portion.directory):
        return ""
    inside = path.relative_to(portion.directory)
    parts = inside.parts[:-1] if inside.name == "__init__.py" else inside.with_suffix("").parts
    return ".".join((portion.package, *parts)) if all(map(str.isidentifier, parts)) else ""


def _shown(portion: PackageRoot, path: Path) -> str:
    return f"{portion.shown}/{path.relative_to(portion.directory).as_posix()}".removeprefix("./")


def find_modules(root: Path, project: Project, services: Mapping[str, Service]) -> Modules:
    """Find every module of `project` and of each service that has a root of its own, in the order of their names.

    Raises:
        ExceptionGroup[PackageNotFoundError]: all packages and folders that do not exist.
    """
    walk = _ModuleFinder(root)
    rooted = {name: service for name, service in services.items() if service.root}
    if project.source_roots or project.packages or not rooted:
        walk.enter("", project.source_roots, project.packages)
    for name, service in sorted(rooted.items()):
        walk.enter(name, (service.root,), service.packages)
    if walk.errors:
        raise ExceptionGroup("packages", walk.errors)
    return _without(walk, project)


def _without(walk: "_ModuleFinder", project: Project) -> Modules:
    if not project.exclude:
        return Modules(
            tuple(portion for portion in walk.portions if portion.sources), tuple(walk.problems), frozenset()
        )

    def is_included(module: ModuleName) -> bool:
        return not any(pattern.unit(module) for pattern in project.exclude)

    portions = (
        replace(
            portion,
            sources=tuple(source for source in portion.sources if is_included(source.module)),
            namespaces=frozenset(name for name in portion.namespaces if is_included(qualify(portion.service, name))),
            opaque={name: path for name, path in portion.opaque.items() if is_included(qualify(portion.service, name))},
        )
        for portion in walk.portions
    )
    found = Modules(tuple(walk.portions), (), frozenset())
    modules = found.sources.keys() | found.opaque
    excluded = frozenset(module for module in modules if not is_included(module))
    return Modules(tuple(portion for portion in portions if portion.sources), tuple(walk.problems), excluded)


class _ModuleFinder:
    """Collects package roots, and problems with files that it could not use."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.portions: list[PackageRoot] = []
        self.problems: list[Problem] = []
        self.errors: list[PackageNotFoundError] = []
        self.unread: list[Path] = []

    def enter(self, service: str, source_roots: Iterable[str], packages: Iterable[ModuleName]) -> None:
        """Collect `packages` (all, if empty) below `source_roots` (the usual ones, if empty)."""
        named = [self.root / native(name) for name in source_roots]
        for index, folder in enumerate(named):
            if not is_folder(folder):
                keys = ("services", service, "root") if service else ("project", "source_roots", index)
                message = f"source root '{self._display_path(folder)}' is not a folder"
                self.errors.append(PackageNotFoundError(message, keys=keys))
        if not all(map(is_folder, named)):
            return  # its packages would be reported as missing too
        packages = tuple(packages)
        roots = Roots(tuple(named)) if named else Roots.usual(self.root, packages)
        self._report_all(roots.passed_over)
        for index, name in enumerate(packages or self._all_in(roots)):
            places = [place for folder in roots.folders if (place := place_of(folder, name))]
            places = places or self._unusual_places(service, name, index, roots, is_named=bool(named))
            self._enter_package(service, name, places, roots)

    def _all_in(self, roots: Roots) -> list[str]:
        """The names of all top-level packages and modules below `roots`; reports what is ignored there."""
        found = [TopLevel.of(folder) for folder in roots.folders]
        for each in found:
            self._report_all(each.passed_over)
        unused = {"__init__"} if roots.passed_over else set()
        return sorted({name for each in found for name in each.names} - unused)

    def _unusual_places(self, service: str, name: str, index: int, roots: Roots, *, is_named: bool) -> list[Path]:
        """The places of a package outside of the roots: beside `src`, in a `src` that is a package, or installed."""
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
        """Read the first regular package or module among `places`; if there is none, all plain folders (PEP 420)."""
        regular = [place for place in places if is_regular(place)]
        taken: set[str] = set()
        for place in regular[:1] or places:
            portion = self._without(self._package_root(service, name, place), taken)
            taken.update(source.module for source in portion.sources)
            self.portions.append(portion)
        for place in regular[1:]:
            self._report_all(
                [_duplicate_package(name, place, is_implied=any(map(place.is_relative_to, roots.implied)))]
            )
        self._report_all(
            _ignored_folder(name, place, regular[0]) for place in places if regular and place not in regular
        )
        if regular and is_file(place := regular[0]) and (folder := place.with_suffix("")) not in places:
            self._report_all(
                [_ignored_folder(name, folder, place)] if is_folder(folder) and holds_python(folder) else ()
            )

    def _without(self, package_root: PackageRoot, taken: Collection[str]) -> PackageRoot:
        """`package_root` without the modules of an earlier source root, which Python finds first."""
        for source in package_root.sources if taken else ():
            if source.module in taken:
                self._shadowed(source.module, Path(source.file))
        return replace(package_root, sources=tuple(one for one in package_root.sources if one.module not in taken))

    def _package_root(self, service: str, package: ModuleName, place: Path) -> PackageRoot:
        if is_file(place):
            source = self._source(service, package, place)
            return PackageRoot(
                service, package, place.with_suffix(""), (source,), frozenset(), self._display_path(place)
            )
        files, before, shown = {}, len(self.unread), self._display_path(place)
        shadowed_names = {package} if is_file(place.with_name(f"{place.name}.py")) else set()
        for path in self._modules_below(str(place)):
            below = readable(path.removeprefix(str(place)).replace(os.sep, "/"))
            module = f"{package}{below.removesuffix('.py').replace('/', '.')}".removesuffix(".__init__")
            if module in files:
                shadowed_names.add(module)
                self._shadowed(module, Path(path))
            elif "." in (name := below.rpartition("/")[2]).removesuffix(".py"):
                message = f"'{name}' has a dot too many to be a module"
                self._report(Severity.WARNING, "not-a-module", message, Path(path))
            elif has_no_text(name):
                self._report_all([nameless(Path(path))])
            elif not name.isprintable() or any(mark in name for mark in "<>*:"):
                message = f"{name!a} has a character that nothing can name a module by"
                self._report(Severity.WARNING, "not-a-module", message, Path(path).parent)
            else:
                files[module] = Source(qualify(service, module), path, f"{shown}{below}".removeprefix("./"))
        # `a.b` is a package if there is `a.b.c`, though no file says so (PEP 420); what is above the package itself is
        # not this project's.
        parents = {parent for module in files for parent in _parents(module) if len(parent) >= len(package)}
        known = frozenset(parents - files.keys())
        unread = {
            _unread_name(package, path.relative_to(place)): self._display_path(path) for path in self.unread[before:]
        }
        unread = {name: path for name, path in unread.items() if name not in files and name not in known}
        return PackageRoot(
            service, package, place, tuple(files.values()), known, shown, unread, frozenset(shadowed_names)
        )

    def _modules_below(self, place: str) -> Iterable[str]:
        """The files of modules in `place`; a package before a module of the same name, like Python's import."""
        links = Links(self._report_link)
        top = real_path(place)
        found = [*self._files(place, top, links)]
        for link, target in links.followed():
            if links.behind > MOST_LINKED:
                message = f"links lead to more than {MOST_LINKED} folders, which were not all read"
                hint = "name the packages that are meant under `project: packages`, or take the link away"
                self._report_all([PassedOver(Severity.ERROR, "too-many-links", message, Path(link), hint)])
                break
            found += self._files_below(link, target, links, is_behind=True)
        return sorted(found, key=_in_order) if links.behind else found

    def _files(self, folder: str, real: str, links: Links, *, is_behind: bool = False) -> Iterator[str]:
        """The files of modules in `folder`; adds its symbolic links to `links`."""
        # By the real path: two links to one folder lead to the same modules, which are read once.
        links.read.add(real)
        links.behind += is_behind
        try:
            listing = Listing.of(folder, _MODULES)
        except OSError as error:
            self._report(Severity.ERROR, "unreadable", f"cannot be read: {error.strerror}", Path(folder))
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
                self._add_unread(Path(entry.path))
        self._report_all(no_file(entry) for entry in listing.others if entry.name.endswith(".py"))

    def _files_below(self, folder: str, real: str, links: Links, *, is_behind: bool) -> Iterator[str]:
        name = readable(os.path.basename(folder))  # noqa: PTH119  # a path for each folder takes its time
        if name.isidentifier():
            yield from self._files(folder, real, links, is_behind=is_behind)
        elif holds_python(Path(folder)):
            self._report_all([nameless(Path(folder)) if has_no_text(name) else not_a_package(Path(folder))])

    def _add_unread(self, path: Path) -> None:
        self.unread.append(path)
        self._report(Severity.INFO, "not-read", f"{_UNREAD[path.suffix]}: what it imports is not seen", path)

    def _shadowed(self, module: ModuleName, path: Path) -> None:
        message = f"module '{module}' stands twice; Python takes the package, so this file was not read"
        self._report(Severity.WARNING, "shadowed-module", message, path, "rename or remove one of the two")

    def _source(self, service: str, module: ModuleName, path: Path) -> Source:
        return Source(qualify(service, module), str(path), self._display_path(path))

    def _display_path(self, path: Path) -> str:
        return printable(Path(os.path.relpath(path, self.root)).as_posix())

    def _report_link(self, link: str, why: str) -> None:
        self._report(Severity.INFO, "link-cycle", why, Path(link))

    def _report_all(self, passed_over: Iterable[PassedOver]) -> None:
        for each in passed_over:
            self._report(*each)

    def _report(self, severity: Severity, code: str, message: str, path: Path, hint: str = "") -> None:
        self.problems.append(
            Problem(
                severity=severity, code=code, message=message, location=Location(self._display_path(path)), hint=hint
            )
        )


def _duplicate_package(name: str, place: Path, *, is_implied: bool) -> PassedOver:
    """A second package of one name: an error of the configuration, or a common name in several distributions."""
    message = f"there is a second package '{name}', which was not read"
    severity = Severity.INFO if is_implied else Severity.ERROR
    hint = "declare the two under `services:`, each with its root"
    return PassedOver(severity, "duplicate-package", message, place, hint)


def _ignored_folder(name: str, folder: Path, regular: Path) -> PassedOver:
    """A folder without `__init__.py` with the name of a package or module elsewhere, which Python prefers."""
    message = f"'{name}' is the one in '{regular.parent.name}'; this folder without __init__.py was not read"
    return PassedOver(Severity.INFO, "shadowed-folder", message, folder, "rename one of the two")


def _in_order(path: str) -> list[tuple[bool, str]]:
    """Sort key: folders before files, each by name."""
    *folders, file = Path(path).parts
    return [*((False, folder) for folder in folders), (True, file)]


def _installed(package: ModuleName) -> list[Path]:
    """The places where Python would find `package`. Uses `PathFinder`, so nothing is imported."""
    # Of the environment that runs archguard: as import-linter does it, for projects that are installed and not in a
    # folder here.
    path: list[str] | None = list(sys.path)
    for name in parts_of(package):
        spec = PathFinder.find_spec(name, path)
        if spec is None:
            return []
        path = list(spec.submodule_search_locations) if spec.submodule_search_locations is not None else None
        if path is None:
            return [Path(spec.origin)] if spec.origin and spec.origin.endswith(".py") else []
    return [Path(place) for place in path or ()]


def _found_elsewhere(root: Path, package: ModuleName, known: list[str], advice: str) -> str:
    """A hint for a missing package; `advice` is formatted with the folder that has it."""
    from difflib import get_close_matches  # noqa: PLC0415  # faults only

    for depth in ("*", "*/*", "*/*/*"):
        for place in sorted(root.glob(f"{depth}/{package.replace('.', '/')}")):
            if is_folder(place) and holds_python(place) and not place.relative_to(root).as_posix().startswith("."):
                folder = place.relative_to(root).parents[len(parts_of(package)) - 1].as_posix()
                return f"it is below '{folder}': {advice.format(folder)}"
    close = get_close_matches(package, known, 1)
    return f"did you mean '{close[0]}'?" if close else f"there is: {', '.join(known) or 'no package at all'}"


def _unread_name(package: ModuleName, path: Path) -> str:
    """The module in a stub or a compiled file; `fast.cpython-312-x86_64-linux-gnu.so` is `fast`."""
    return ".".join((package, *path.parent.parts, path.name.partition(".")[0])).removesuffix(".__init__")


def _parents(module: ModuleName) -> Iterator[str]:
    while module := parent_name(module):
        yield module
