"""From tach's words to archguard's: all of it, or the faults that are in the way."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from archguard.config.config import did_you_mean
from archguard.config.dialects.tach.contracts import Contracts, Data
from archguard.config.dialects.tach.ignores import Ignored, ignored
from archguard.config.dialects.tach.layout import Layout
from archguard.config.dialects.tach.options import INTERFACE_KEYS, MODULE_KEYS, ROOT, Table
from archguard.config.dialects.tach.permissions import cycle, hidden
from archguard.config.dialects.tach.plan import Plan
from archguard.config.document import Document, Keys, parse_toml, read_text
from archguard.errors import ConfigError
from archguard.model import Location

_SILENT: Final = {"cache", "map"}
"""Keys that do not matter to a check."""
_KNOWN: Final = _SILENT | {
    "modules",
    "interfaces",
    "layers",
    "exclude",
    "source_roots",
    "exact",
    "ignore_type_checking_imports",
    "forbid_circular_dependencies",
    "layers_explicit_depends_on",
    "respect_gitignore",
    "root_module",
    "rules",
    "external",
}
_UNSAYABLE: Final = {"include_string_imports", "plugins"}
_DOMAIN: Final = {"root", "modules", "interfaces"}


def translate(path: Path, shown: str) -> Document:
    """The configuration in `path`, and in the domains below it, as a document in archguard's language.

    Raises:
        ExceptionGroup[ConfigError]: all that tach would not accept, or that archguard cannot say.
    """
    document = parse_toml(path, shown, read_text(path, shown))
    translation = _Translation(document.below("tool", "tach") if path.name == "pyproject.toml" else document)
    data = translation.data()
    if translation.faults:
        raise ExceptionGroup(shown, translation.faults)
    places = dict(translation.places(data))
    return Document(path, shown, document.text, data, places, places, tuple(translation.notes()))


@dataclass
class _Translation:
    document: Document
    faults: list[ConfigError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.options: Table = self.document.data
        self.layout = Layout(self.document.path.parent, self.options, self.faults)
        self.plan = Plan(self.layout)

    def data(self) -> Data:
        """All of it; nothing if there are faults."""
        self.faults.extend(self._unknown())
        self.faults.extend(() if self.faults else self._refused())
        if self.faults:
            return {}
        contracts = [self._with_imports(contract) for contract in Contracts(self.plan, self.comments)]
        components = self.plan.components(frozenset(_texts(contracts)))
        return {
            "version": 1,
            "project": self._project(),
            **({"components": components} if components else {}),
            "contracts": contracts,
        }

    def places(self, data: Data) -> Iterator[tuple[Keys, Location]]:
        """Where each contract comes from."""
        yield (), Location(self.document.shown)
        for index, contract in enumerate(data["contracts"]):
            yield ("contracts", index), self._find(_subject(contract))

    def notes(self) -> Iterator[ConfigError]:
        """What is passed over."""
        if self.options.get("exact"):
            yield self._error("archguard does not look for declared dependencies that are unused", "exact")
        if any(entry.get("data_types", "all") != "all" for table in self._tables for entry in _interfaces(table)):
            yield self._error("archguard does not look at the types of what an interface exposes", "data_types")
        for path in self.plan.missing:
            yield self._error(f"there is no module '{path}', so tach passes it over", path)
        if self.comments and self.options.get("rules", {}).get("unused_ignore_directives") == "error":
            yield self._error("archguard does not look for unused tach-ignore comments", "unused_ignore_directives")

    @cached_property
    def comments(self) -> tuple[Ignored, ...]:
        """What the comments `tach-ignore` are about."""
        known = self.layout.looked_at
        files = (self.layout.sources[name] for name in sorted(known & self.layout.sources.keys()))
        return tuple(ignored(files, known))

    @property
    def _tables(self) -> list[Table]:
        return [document.data for document in self._documents]

    @property
    def _documents(self) -> list[Document]:
        return [self.document, *self.layout.domains.values()]

    def _unknown(self) -> Iterator[ConfigError]:
        """Keys that tach, or archguard, does not know."""
        yield from self._strangers(self.options, _KNOWN | _UNSAYABLE)
        for key in sorted(_UNSAYABLE):
            if self.options.get(key):
                yield self._error(f"archguard cannot say tach's `{key}`", key)
        for document in self.layout.domains.values():
            yield from self._strangers(document.data, _DOMAIN)
        for table in self._tables:
            yield from self._strangers_inside(table)

    def _strangers_inside(self, table: Table) -> Iterator[ConfigError]:
        for entry in table.get("modules", ()):
            yield from self._strangers(entry, MODULE_KEYS)
            if entry.get("strict"):
                yield self._error(
                    "archguard cannot say tach's `strict`", "strict", "list what is exposed: [[interfaces]]"
                )
        for entry in _interfaces(table):
            yield from self._strangers(entry, INTERFACE_KEYS)
            yield from (fault for name in entry.get("expose", ()) if (fault := self._misspelt(name)))

    def _strangers(self, table: Table, known: Collection[str]) -> Iterator[ConfigError]:
        for key in table.keys() - known:
            yield self._error(f"tach knows no key `{key}` here", key, did_you_mean(key, sorted(known)))

    def _misspelt(self, name: str) -> ConfigError | None:
        try:
            re.compile(name)
        except re.error as error:
            return self._error(f"'{name}' is no regular expression: {error}", name)
        return None

    def _refused(self) -> Iterator[ConfigError]:
        """What tach refuses."""
        modules = tuple(self.plan.modules.values())
        yield from (self._error(f"the module '{path}' is there twice", path) for path in self.plan.twice)
        known = list(self.plan.layering.names)
        for module in modules:
            if module.layer and module.layer not in known:
                yield self._error(
                    f"there is no layer '{module.layer}'", module.layer, did_you_mean(module.layer, known)
                )
        for one, other in hidden(modules):
            yield self._error(f"'{one}' depends on '{other}', which is not visible to it", one)
        if self.options.get("forbid_circular_dependencies") and (around := cycle(modules)):
            yield self._error(f"declared dependencies go round in a circle: {', '.join(around)}", around[0])
        yield from self._refused_root()
        yield from self._unexplained()

    def _refused_root(self) -> Iterator[ConfigError]:
        treatment = self.options.get("root_module", "ignore")
        used = any(ROOT in (module.depends_on or ()) for module in self.plan.declared)
        declared = any(module.path == ROOT for module in self.plan.declared)
        if used and treatment in ("forbid", "dependenciesonly"):
            yield self._error(f"nothing may depend on {ROOT}", ROOT)
        elif declared and treatment == "forbid":
            yield self._error(f"{ROOT} is forbidden, but configured", ROOT)

    def _unexplained(self) -> Iterator[ConfigError]:
        rule = "require_ignore_directive_reasons"
        if self.options.get("rules", {}).get(rule) == "error":
            for comment in self.comments:
                if not comment.reason:
                    yield ConfigError(
                        "the tach-ignore has no reason", f"tach.toml asks for one: `{rule}`", comment.location
                    )

    def _project(self) -> Data:
        project: Data = {"source_roots": list(self.layout.roots), "reexports": "keep"}
        if not self.plan.root_counts:
            project["packages"] = sorted(self.plan.packages)
        if exclude := self.plan.exclude():
            project["exclude"] = exclude
        if self.options.get("ignore_type_checking_imports", True) or not self._local_imports_count:
            project["type_checking_imports"] = "exclude"
        return project

    def _with_imports(self, contract: Data) -> Data:
        return contract | {
            "exclude_imports": ["dynamic", *([] if self._local_imports_count else ["local", "optional"])]
        }

    @property
    def _local_imports_count(self) -> bool:
        """Whether imports that do not stand at the top level of a file are held to it, in functions or in `try`."""
        return bool(self.options.get("rules", {}).get("local_imports", "error") == "error")

    def _error(self, message: str, at: str, hint: str = "") -> ConfigError:
        place = self._find(at)
        lines = {document.shown: document.line(place.line) for document in self._documents}
        return ConfigError(message, hint, place, lines[place.path])

    def _find(self, text: str) -> Location:
        """Where `text` stands: as a key at the top, else as a whole word."""
        found = (place for document in self._documents for place in _places(document, text))
        return next(found, Location(self.document.shown))


def _places(document: Document, text: str) -> Iterator[Location]:
    if (text,) in document.places:
        yield document.places[text,]
    whole = re.compile(rf"(?<![\w.-]){re.escape(text)}(?![\w.-])")
    for number, line in enumerate(document.text.splitlines(), start=1):
        if text and (found := whole.search(line)):
            yield Location(document.shown, number, found.start() + 1)


def _interfaces(table: Table) -> list[Table]:
    return list(table.get("interfaces", ()))


def _subject(contract: Data) -> str:
    """The module that a contract is about, or the key that it comes from."""
    subject = contract.get("modules", "")
    return subject if isinstance(subject, str) else str(contract["kind"])


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield key
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
