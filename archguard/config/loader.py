"""Load configuration files, resolve `extends`, and merge everything into one `Config`.

How it works: a depth-first walk. A file's `extends` are loaded before the file itself, so that its own entries override
inherited ones; any other second declaration of an entry is a fault. Each top-level key of a file is bound separately,
so that a fault in one key does not hide faults in the others. If there are faults, the valid parts are still validated
against the code (`validation.py`), so that one run reports every fault; this is skipped when the faulty part decides
which code is read.

Cost: a file is parsed once, however many files extend it. Only a faulty configuration reads the code at this point.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType
from typing import Any

from archguard.config.binding import ErrorCollector, File, IgnoreOf, bind_contract
from archguard.config.config import Accepted, AssistantMarks, Config, Origin, did_you_mean
from archguard.config.dialects import dialect_of, files_beside
from archguard.config.discovery import unread_contracts
from archguard.config.document import Document, Keys
from archguard.config.load_codebase import read
from archguard.config.packs import find_pack
from archguard.config.read_document import read_faulty_document
from archguard.config.validation import faults_in_code
from archguard.dataclass import dataclass
from archguard.effects.catalogue.client import CHANNELS
from archguard.errors import ConfigError
from archguard.incremental.input_recorder import is_file
from archguard.kinds import Contract, Ignore
from archguard.model import Location


def read_config(paths: Iterable[Path] | str, root: Path, drafts: Mapping[Path, str] = MappingProxyType({})) -> Config:
    """Load the configuration files `paths` and every file that they extend, or a configuration from its text.

    Args:
        paths: YAML files, or a `pyproject.toml` with a table `tool.archguard`; or a text in YAML, which may be indented
            as a whole. What a text `extends` is relative to `root`.
        root: The folder to which source roots and reported paths are relative.
        drafts: Texts to read in place of YAML and TOML files, by absolute path.

    Raises:
        ExceptionGroup[ConfigError]: all faults of all files, sorted by location.
    """
    if isinstance(paths, str):
        text = root / _TEXT
        config = read_config((text,), root, {**drafts, _absolute(text): dedent(paths)})
        return replace(config, files=tuple(path for path in config.files if path != text))
    loader, given = _Loader(root, drafts), tuple(paths)
    for path in given:
        loader.read(path, ())
    loader.report_foreign_configurations(given)
    loader.check_ignores()
    if not all(path.suffix.lower() in (".yaml", ".yml") for path in given):
        loader.notes.extend(unread_contracts(root, loader.files))
    if loader.faults.errors:
        raise ExceptionGroup("configuration", sorted([*loader.faults.errors, *loader.faults_in_code()], key=_sort_key))
    return loader.config()


_TEXT = "<text>.yaml"
"""The path that messages show for a text; no file."""


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  # keeps links


@dataclass
class _Loader:
    """The state of one load. Extended files are loaded first, so that the file that extends them overrides them."""

    root: Path
    drafts: Mapping[Path, str]
    faults: ErrorCollector = field(default_factory=ErrorCollector)
    values: dict[tuple[str, str], Any] = field(default_factory=dict)
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict)
    inherited: set[tuple[str, str]] = field(default_factory=set)
    """The entries that come from an extended file, and that the extending file may override."""
    ignores: list[tuple[IgnoreOf, Origin]] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    notes: list[ConfigError] = field(default_factory=list)
    extended: set[Path] = field(default_factory=set)
    """The resolved paths of extended files; each is loaded only once."""
    lost: set[str] = field(default_factory=set)
    """The top-level keys with faults, and the files that could not be parsed."""
    unbound: set[str] = field(default_factory=set)
    """The names of components and services that could not be bound."""

    def read(self, path: Path, extending: tuple[Path, ...], *, shipped: bool = False) -> None:
        """Load `path`; `extending` is the chain of files that extend it, to detect cycles."""
        try:
            document = self._document(path)
        except ExceptionGroup as group:
            self.faults.errors.extend(error for error in group.exceptions if isinstance(error, ConfigError))
            self.lost.add(str(path))
            return
        self.files.append(path)
        self.notes.extend(document.notes)
        self.faults.errors.extend(document.faults)
        if not isinstance(document.data, dict):
            hint = "to read a file, give its path as a `Path`" if path.name == _TEXT else ""
            self.faults.errors.append(document.error("a configuration is a mapping of keys", (), hint))
            return
        file = self._bind(document)
        self._extend(document, file, (*extending, path.resolve()))
        self._add_entries(document, file, extended=bool(extending), shipped=shipped)

    def report_foreign_configurations(self, paths: tuple[Path, ...]) -> None:
        """Add a note for each configuration of another tool beside the loaded one; several loaded ones are a fault."""
        foreign = [(path, dialect) for path in paths if (dialect := dialect_of(path))]
        for path, dialect in foreign[1:]:
            message = f"{dialect.name} checks each of its files by itself, and so does archguard"
            place = Location(self._display_path(path))
            self.faults.errors.append(ConfigError(message, "name one with `--config`", place))
        if len(foreign) == 1:
            read, own = foreign[0]
            shown = self._display_path(read)
            for other, dialect in files_beside(read):
                if (other, dialect) != (read, own):
                    message = f"{shown} of {own.name} is read, and what this file says for {dialect.name} is not"
                    hint = f"to read it, say `--config {self._display_path(other)}`"
                    self.notes.append(ConfigError(message, hint, Location(self._display_path(other))))

    def check_ignores(self) -> None:
        """Check that each top-level `ignore` entry names an existing contract."""
        known = [name for section, name in self.origins if section == "contracts"]
        for ignore, origin in self.ignores:
            if ignore.contract not in known:
                hint = did_you_mean(ignore.contract, known)
                self.faults.errors.append(
                    origin.error(f"there is no contract '{ignore.contract}'", ("contract",), hint)
                )

    def faults_in_code(self) -> Iterator[ConfigError]:
        """Validate the parts of a faulty configuration that could be bound against the code."""
        if self.lost - _INDEPENDENT_KEYS:
            return  # a faulty `project` or `services`: which code to read is unknown
        config = self.config()
        try:
            codebase = read(config)
        except ExceptionGroup as group:
            yield from (error for error in group.exceptions if isinstance(error, ConfigError))
        else:
            yield from faults_in_code(config, codebase, self.unbound)

    def config(self) -> Config:
        """Merge everything that was loaded into one `Config`."""
        contracts = tuple(value for (section, _), value in self.values.items() if section == "contracts")
        return Config(
            root=self.root,
            project=self.values.get(("project", ""), File().project),
            components=self._section("components"),
            services=self._section("services"),
            contracts=tuple(self._with_clients(self._with_ignores(contract)) for contract in contracts),
            accepted=tuple(self.accepted),
            assistants=self.values.get(("assistants", ""), AssistantMarks()),
            origins=self.origins,
            files=tuple(self.files),
            notes=tuple(self.notes),
        )

    def _display_path(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name

    def _document(self, path: Path) -> Document:
        shown = self._display_path(path)
        if dialect := dialect_of(path):
            return dialect.translate(path, shown)
        draft = self.drafts.get(_absolute(path))
        document = read_faulty_document(path, shown, draft, self.root)
        return document.below("tool", "archguard") if path.name == "pyproject.toml" else document

    def _bind(self, document: Document) -> File:
        """Bind each top-level key separately, so that every fault is found; leave out what cannot be bound."""
        bound = File()
        for key, value in document.data.items():
            if value is not None:
                part = self.faults.bind(File, document, (), {key: value})
                part = part or self._bind_valid_items(document, key, value)
                bound = replace(bound, **{key: getattr(part, key)}) if part else bound
        return bound

    def _bind_valid_items(self, document: Document, key: str, value: Any) -> File | None:
        """Bind the valid items of a faulty top-level key, so that they can be validated too."""
        self.lost.add(key if key in _FILE_KEYS else _closest(key))
        match value:
            case dict() if key == "project":
                return self._bind_valid_project_keys(document, value)
            case dict() if key in ("components", "services"):
                good = {name: item for name, item in value.items() if _is_valid(document, {key: {name: item}})}
                self.unbound.update(value.keys() - good.keys())
                return ErrorCollector().bind(File, document, (), {key: good})
            case list() if key == "ignore":
                right = [item for item in value if _is_valid(document, {key: [item]})]
                return ErrorCollector().bind(File, document, (), {key: right})
        return None

    def _bind_valid_project_keys(self, document: Document, value: dict[str, Any]) -> File | None:
        """Bind the valid keys of `project`; it counts as lost only if a faulty key decides which code is read."""
        good = {key: item for key, item in value.items() if _is_valid(document, {"project": {key: item}})}
        if not {_closest(key, _LOCATION_KEYS) for key in value.keys() - good.keys()} & {*_LOCATION_KEYS}:
            self.lost.discard("project")
        return ErrorCollector().bind(File, document, (), {"project": good})

    def _extend(self, document: Document, file: File, chain: tuple[Path, ...]) -> None:
        for index, name in enumerate(file.extends):
            try:
                path, shipped = self._extended_path(document, name)
            except ConfigError as error:
                self._fault(document, error.message, ("extends", index), error.hint)
                continue
            # A chain, not a set of all files: two files may extend a third one.
            if path.resolve() in chain:
                self._fault(
                    document, f"`extends` goes round in a circle: '{name}' extends this file", ("extends", index)
                )
            elif path.resolve() not in self.extended:
                self.extended.add(path.resolve())
                self.read(path, chain, shipped=shipped)

    def _extended_path(self, document: Document, name: str) -> tuple[Path, bool]:
        if name.startswith("archguard:"):
            return find_pack(name.removeprefix("archguard:")), True
        path = document.path.parent / name
        if not is_file(path):
            raise ConfigError(f"there is no file '{name}'", "packs are written 'archguard:name'")
        return path, False

    def _add_entries(self, document: Document, file: File, *, extended: bool, shipped: bool) -> None:
        for section in ("components", "services", "clients"):
            for name, value in getattr(file, section).items():
                if section == "clients" and name not in CHANNELS:
                    message = f"there is no channel '{name}'"
                    error = document.error(message, (section, name), did_you_mean(name, list(CHANNELS)), at_key=True)
                    self.faults.errors.append(error)
                    continue
                self._add_entry((section, name), value, Origin(document, (section, name), shipped), extended=extended)
        for section in ("project", "assistants"):
            if section in document.data:
                value, origin = getattr(file, section), Origin(document, (section,), shipped)
                self._add_entry((section, ""), value, origin, extended=extended)
        contracts = document.data.get("contracts")
        for index, item in enumerate(contracts if isinstance(contracts, list) else ()):
            if not isinstance(item, dict):
                continue  # reported when the key `contracts` was bound
            keys = ("contracts", index)
            origin = Origin(document, keys, shipped)
            if contract := bind_contract(self.faults, document, keys, item):
                self._add_entry(("contracts", contract.id), contract, origin, extended=extended)
            # It cannot be bound, but it is there: otherwise `ignore` entries for it would be faults, too.
            elif isinstance(id_ := item.get("id"), str):
                self._register(("contracts", id_), origin)
        self.accepted.extend(file.accepted)
        self.ignores.extend((ignore, Origin(document, ("ignore", index))) for index, ignore in enumerate(file.ignore))

    def _with_clients(self, contract: Contract) -> Contract:
        """Add the top-level `clients` to `contract`, for each channel that it has and does not configure itself."""
        clients = {channel: client for (section, channel), client in self.values.items() if section == "clients"}
        own = getattr(contract, "clients", None)
        known = getattr(contract, "client_channels", tuple(clients))
        clients = {channel: client for channel, client in clients.items() if channel in known}
        changed: dict[str, Any] = {} if own is None or not clients else {"clients": clients | dict(own)}
        return replace(contract, **changed)

    def _add_entry(self, name: tuple[str, str], value: Any, origin: Origin, *, extended: bool) -> None:
        if not self._register(name, origin):
            return
        self.values[name] = value
        if extended:
            self.inherited.add(name)
        else:
            self.inherited.discard(name)

    def _register(self, name: tuple[str, str], origin: Origin) -> bool:
        """Register `name` at `origin`, whether its value is valid or not; report a fault if it is declared already."""
        if name in self.origins and name not in self.inherited:
            place = self.origins[name].error("").location
            what = f"'{name[1]}'" if name[1] else f"`{name[0]}`"
            self.faults.errors.append(origin.error(f"{what} is declared twice", (), f"first at {place}"))
            return False
        self.origins[name] = origin
        return True

    def _section(self, section: str) -> Mapping[str, Any]:
        return {name: value for (group, name), value in self.values.items() if group == section}

    def _with_ignores(self, contract: Contract) -> Contract:
        ignores = [*contract.ignore]
        for ignore, origin in self.ignores:
            if ignore.contract == contract.id:
                self.origins["ignore", f"{contract.id} {len(ignores)}"] = origin
                entry = {item.name: getattr(ignore, item.name) for item in fields(Ignore)}
                ignores.append(Ignore(**entry))
        return replace(contract, ignore=tuple(ignores))

    def _fault(self, document: Document, message: str, keys: Keys, hint: str = "") -> None:
        self.faults.errors.append(document.error(message, keys, hint))


_FILE_KEYS = [item.name for item in fields(File)]
_INDEPENDENT_KEYS = {"accepted", "assistants", "components", "contracts", "ignore", "version", ""}
"""Top-level keys that do not decide which code is read; "" is an unknown key that resembles none."""
_LOCATION_KEYS = ("source_roots", "packages")


def _closest(key: str, known: Sequence[str] = tuple(_FILE_KEYS)) -> str:
    """The known key that is most similar to a misspelt one; "" if none is similar."""
    return next(iter(get_close_matches(str(key), known, 1, 0.6)), "")


def _sort_key(error: ConfigError) -> tuple[str, int, int]:
    place = error.location or Location("")
    return place.path, place.line, place.column


def _is_valid(document: Document, value: Mapping[str, Any]) -> bool:
    return ErrorCollector().bind(File, document, (), value) is not None
