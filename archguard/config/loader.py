"""From files to one `Config`: what extends what, and what stands in several of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from archguard.config.binding import ErrorCollector, File, IgnoreOf, bind_contract
from archguard.config.config import Config, Origin, did_you_mean
from archguard.config.dialects import dialect_of, files_beside
from archguard.config.discovery import unread_contracts
from archguard.config.document import Document, Keys, read_faulty_document
from archguard.config.load_codebase import read
from archguard.config.packs import find_pack
from archguard.config.validation import faults_in_code
from archguard.effects.catalogue.client import CHANNELS
from archguard.errors import ConfigError
from archguard.incremental.input_recorder import is_file
from archguard.kinds import Contract, Ignore
from archguard.model import Location


def read_config(paths: Iterable[Path], root: Path) -> Config:
    """The configuration in the files `paths`, and in those that they extend.

    Args:
        paths: YAML files, or a `pyproject.toml` with a table `tool.archguard`.
        root: The folder that source roots and reported paths start from.

    Raises:
        ExceptionGroup[ConfigError]: every fault in every file.
    """
    reading, named = _Reading(root), tuple(paths)
    for path in named:
        reading.read(path, ())
    reading.look_for_others(named)
    reading.match_ignores()
    if not all(path.suffix.lower() in (".yaml", ".yml") for path in named):
        reading.notes.extend(unread_contracts(root, reading.files))
    if reading.faults.errors:
        raise ExceptionGroup("configuration", sorted([*reading.faults.errors, *reading.faults_in_code()], key=_place))
    return reading.config()


@dataclass
class _Reading:
    """What has been read so far. What a file extends is read before the file, so that the file comes out on top."""

    root: Path
    faults: ErrorCollector = field(default_factory=ErrorCollector)
    values: dict[tuple[str, str], Any] = field(default_factory=dict)
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict)
    base: set[tuple[str, str]] = field(default_factory=set)
    """What comes from an extended file, and may be said anew."""
    ignores: list[tuple[IgnoreOf, Origin]] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    notes: list[ConfigError] = field(default_factory=list)
    extended: set[Path] = field(default_factory=set)
    """The files that others extend, each of which is read once."""
    lost: set[str] = field(default_factory=set)
    """The top-level keys, and the files, that have faults as a whole."""
    unbound: set[str] = field(default_factory=set)
    """The names of components that have faults."""

    def read(self, path: Path, extending: tuple[Path, ...], *, shipped: bool = False) -> None:
        """Read `path`, which the files `extending` led to."""
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
            self.faults.errors.append(document.error("a configuration is a mapping of keys"))
            return
        file = self._bind(document)
        self._extend(document, file, (*extending, path.resolve()))
        self._take(document, file, extended=bool(extending), shipped=shipped)

    def look_for_others(self, paths: tuple[Path, ...]) -> None:
        """Tell of files of other tools beside the one that is read; a fault where several are to be read at once."""
        foreign = [(path, dialect) for path in paths if (dialect := dialect_of(path))]
        for path, dialect in foreign[1:]:
            message = f"{dialect.name} checks each of its files by itself, and so does archguard"
            self.faults.errors.append(ConfigError(message, "name one with `--config`", Location(self._shown(path))))
        if len(foreign) == 1:
            read, own = foreign[0]
            for other, dialect in files_beside(read):
                if (other, dialect) != (read, own):
                    message = (
                        f"{self._shown(read)} of {own.name} is read, and what this file says for {dialect.name} is not"
                    )
                    hint = f"to read it, say `--config {self._shown(other)}`"
                    self.notes.append(ConfigError(message, hint, Location(self._shown(other))))

    def match_ignores(self) -> None:
        """Find the contract of each ignore that stands apart from it."""
        known = [name for section, name in self.origins if section == "contracts"]
        for ignore, origin in self.ignores:
            if ignore.contract not in known:
                hint = did_you_mean(ignore.contract, known)
                self.faults.errors.append(
                    origin.error(f"there is no contract '{ignore.contract}'", ("contract",), hint)
                )

    def faults_in_code(self) -> Iterator[ConfigError]:
        """The faults that only show with the code, in what could be read of a faulty configuration."""
        if self.lost - _APART:
            return  # then nobody knows which code is meant
        config = self.config()
        try:
            codebase = read(config)
        except ExceptionGroup as group:
            yield from (error for error in group.exceptions if isinstance(error, ConfigError))
        else:
            yield from faults_in_code(config, codebase, self.unbound)

    def config(self) -> Config:
        """All that was read, as one."""
        contracts = tuple(value for (section, _), value in self.values.items() if section == "contracts")
        return Config(
            root=self.root,
            project=self.values.get(("project", ""), File().project),
            components=self._section("components"),
            services=self._section("services"),
            contracts=tuple(self._with_clients(self._with_ignores(contract)) for contract in contracts),
            origins=self.origins,
            files=tuple(self.files),
            notes=tuple(self.notes),
        )

    def _shown(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name

    def _document(self, path: Path) -> Document:
        shown = self._shown(path)
        if dialect := dialect_of(path):
            return dialect.translate(path, shown)
        document = read_faulty_document(path, shown)
        return document.below("tool", "archguard") if path.name == "pyproject.toml" else document

    def _bind(self, document: Document) -> File:
        """The file without what is wrong in it: each top-level key is bound by itself, so that every fault is found."""
        bound = File()
        for key, value in document.data.items():
            if value is not None:
                part = self.faults.bind(File, document, (), {key: value}) or self._saved(document, key, value)
                bound = replace(bound, **{key: getattr(part, key)}) if part else bound
        return bound

    def _saved(self, document: Document, key: str, value: Any) -> File | None:
        """What is right of a faulty part, so that it is looked at too."""
        self.lost.add(key if key in _KEYS else _closest(key))
        match value:
            case dict() if key == "project":
                return self._saved_project(document, value)
            case dict() if key in ("components", "services"):
                good = {name: item for name, item in value.items() if _is_right(document, {key: {name: item}})}
                self.unbound.update(value.keys() - good.keys())
                return ErrorCollector().bind(File, document, (), {key: good})
            case list() if key == "ignore":
                right = [item for item in value if _is_right(document, {key: [item]})]
                return ErrorCollector().bind(File, document, (), {key: right})
        return None

    def _saved_project(self, document: Document, value: dict[str, Any]) -> File | None:
        """What is right of `project`; lost only if it is not known any more which code is meant."""
        good = {key: item for key, item in value.items() if _is_right(document, {"project": {key: item}})}
        if not {_closest(key, _WHERE) for key in value.keys() - good.keys()} & {*_WHERE}:
            self.lost.discard("project")
        return ErrorCollector().bind(File, document, (), {"project": good})

    def _extend(self, document: Document, file: File, chain: tuple[Path, ...]) -> None:
        for index, name in enumerate(file.extends):
            try:
                path, shipped = self._extended(document, name)
            except ConfigError as error:
                self._fault(document, error.message, ("extends", index), error.hint)
                continue
            if path.resolve() in chain:
                self._fault(
                    document, f"`extends` goes round in a circle: '{name}' extends this file", ("extends", index)
                )
            elif path.resolve() not in self.extended:
                self.extended.add(path.resolve())
                self.read(path, chain, shipped=shipped)

    def _extended(self, document: Document, name: str) -> tuple[Path, bool]:
        if name.startswith("archguard:"):
            return find_pack(name.removeprefix("archguard:")), True
        path = document.path.parent / name
        if not is_file(path):
            raise ConfigError(f"there is no file '{name}'", "packs are written 'archguard:name'")
        return path, False

    def _take(self, document: Document, file: File, *, extended: bool, shipped: bool) -> None:
        for section in ("components", "services", "clients"):
            for name, value in getattr(file, section).items():
                if section == "clients" and name not in CHANNELS:
                    message = f"there is no channel '{name}'"
                    error = document.error(message, (section, name), did_you_mean(name, list(CHANNELS)), at_key=True)
                    self.faults.errors.append(error)
                    continue
                self._put((section, name), value, Origin(document, (section, name), shipped), extended=extended)
        if "project" in document.data:
            self._put(("project", ""), file.project, Origin(document, ("project",), shipped), extended=extended)
        contracts = document.data.get("contracts")
        for index, item in enumerate(contracts if isinstance(contracts, list) else ()):
            if not isinstance(item, dict):
                continue  # said of the key as a whole
            keys = ("contracts", index)
            origin = Origin(document, keys, shipped)
            if contract := bind_contract(self.faults, document, keys, item):
                self._put(("contracts", contract.id), contract, origin, extended=extended)
            elif isinstance(id_ := item.get("id"), str):
                self._claim(("contracts", id_), origin)
        self.ignores.extend((ignore, Origin(document, ("ignore", index))) for index, ignore in enumerate(file.ignore))

    def _with_clients(self, contract: Contract) -> Contract:
        """`contract` with the clients that are declared for all, where it does not declare its own."""
        clients = {channel: client for (section, channel), client in self.values.items() if section == "clients"}
        own = getattr(contract, "clients", None)
        known = getattr(contract, "client_channels", tuple(clients))
        clients = {channel: client for channel, client in clients.items() if channel in known}
        changed: dict[str, Any] = {} if own is None or not clients else {"clients": clients | dict(own)}
        return replace(contract, **changed)

    def _put(self, name: tuple[str, str], value: Any, origin: Origin, *, extended: bool) -> None:
        if not self._claim(name, origin):
            return
        self.values[name] = value
        if extended:
            self.base.add(name)
        else:
            self.base.discard(name)

    def _claim(self, name: tuple[str, str], origin: Origin) -> bool:
        """Take `name` for what stands at `origin`, be it right or not; a fault if something else has it."""
        if name in self.origins and name not in self.base:
            place = self.origins[name].error("").location
            what = f"'{name[1]}'" if name[1] else "`project`"
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
                said = {item.name: getattr(ignore, item.name) for item in fields(Ignore)}
                ignores.append(Ignore(**said))
        return replace(contract, ignore=tuple(ignores))

    def _fault(self, document: Document, message: str, keys: Keys, hint: str = "") -> None:
        self.faults.errors.append(document.error(message, keys, hint))


_KEYS = [item.name for item in fields(File)]
_APART = {"components", "contracts", "ignore", "version", ""}
"""Top-level keys without which it is known which code is meant; and any other word."""
_WHERE = ("source_roots", "packages")


def _closest(key: str, known: Sequence[str] = tuple(_KEYS)) -> str:
    """The key that a misspelt one may have been meant to be; "" if none is like it."""
    return next(iter(get_close_matches(str(key), known, 1, 0.6)), "")


def _place(error: ConfigError) -> tuple[str, int, int]:
    place = error.location or Location("")
    return place.path, place.line, place.column


def _is_right(document: Document, value: Mapping[str, Any]) -> bool:
    return ErrorCollector().bind(File, document, (), value) is not None
