"""The code of a tach project: the modules that tach checks, and the domain files in their folders."""

from collections.abc import Mapping
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path

from archguard.codebase import Project, Source
from archguard.codebase.modules.discovery import Modules, find_modules
from archguard.config.dialects.tach.globs import PathRules, is_glob
from archguard.config.dialects.tach.options import Table
from archguard.config.dialects.tach.shapes import DOMAIN, Validator
from archguard.config.document import Document, is_configuration_file
from archguard.config.read_document import read_document
from archguard.dataclass import dataclass
from archguard.errors import ConfigError
from archguard.incremental.input_recorder import is_folder, is_there

_MARKS = ("pyproject.toml", "setup.py", "requirements.txt")


@dataclass
class Layout:
    """The files below `root` as `options` select them."""

    root: Path
    options: Table
    faults: list[ConfigError] = field(default_factory=list)

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The source roots, with wildcards expanded."""
        given = self.options.get("source_roots", ["."])
        found = [self._folders(root) if is_glob(root) else [root] for root in given]
        return tuple(dict.fromkeys(Path(root).as_posix() for roots in found for root in roots))

    def _folders(self, glob: str) -> list[str]:
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.glob(glob) if is_folder(path))

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Every module below the source roots."""
        return self._modules.sources

    @cached_property
    def _modules(self) -> Modules:
        try:
            return find_modules(self.root, Project(source_roots=self.roots), {})
        except ExceptionGroup as group:
            self.faults.extend(error for error in group.exceptions if isinstance(error, ConfigError))
            self.faults.extend(
                ConfigError(str(error)) for error in group.exceptions if not isinstance(error, ConfigError)
            )
            return Modules((), (), frozenset())

    @cached_property
    def excluded(self) -> Mapping[str, str]:
        """The modules that tach excludes, each with the topmost excluded package around it."""
        ignores = self.options.get("respect_gitignore", True) is not False
        rules = PathRules(self.root, tuple(self.options.get("exclude", ())), ignores)
        topmost = {name: rules.topmost(source.display_path) for name, source in self.sources.items()}
        return {name: self.name(path) for name, path in topmost.items() if path}

    @cached_property
    def checked(self) -> frozenset[str]:
        """The modules that tach checks."""
        return frozenset(self.sources.keys() - self.excluded.keys()) | self._modules.opaque

    @cached_property
    def domains(self) -> Mapping[str, Document]:
        """The `tach.domain.toml` files by the module path of their package."""
        folders = {self.sources[name].path.parent for name in self.checked & self.sources.keys()}
        files = sorted(filter(is_configuration_file, (folder / "tach.domain.toml" for folder in folders)))
        return {self.name(self._shown(file.parent)): self._document(file) for file in files}

    def is_there(self, path: str) -> bool:
        """Whether a folder or file for the module `path` exists."""
        place = path.replace(".", "/")
        folders = [self.root / root for root in self.roots]
        found = (folder / f"{place}{suffix}" for folder in folders for suffix in ("", ".pyi", ".py"))
        return any(is_there(path) for path in found)

    def name(self, path: str) -> str:
        """The module path of the file or folder `path`."""
        root = self._root_of(path)
        inside = path if root == "." else path.removeprefix(f"{root}/")
        return inside.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def package(self, module: str) -> str:
        """The nearest folder, from the source root of `module` upwards, with the build files of a distribution."""
        root = Path(
            self._root_of(self.sources[module].display_path if module in self.sources else module.replace(".", "/"))
        )
        above = dict.fromkeys((root, *root.parents))
        marked = (folder for folder in above if any(is_there(self.root / folder / mark) for mark in _MARKS))
        return next(marked, Path()).as_posix()

    def _root_of(self, path: str) -> str:
        around = [root for root in self.roots if root == "." or path.startswith(f"{root}/")]
        return max(around, key=len, default=".")

    def _shown(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _document(self, file: Path) -> Document:
        try:
            document = read_document(file, self._shown(file))
        except ExceptionGroup as group:
            self.faults.extend(error for error in group.exceptions if isinstance(error, ConfigError))
            return Document(file, self._shown(file), "", {})
        validator = Validator(document)
        valid_parts = validator.valid_parts(DOMAIN)
        self.faults.extend(validator.faults)
        return replace(document, data=valid_parts)
