"""Translate a whole tach project, or collect the faults that prevent it."""

import re
from collections.abc import Iterator
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from archguard.codebase import Expression, ExpressionError
from archguard.config.config import did_you_mean
from archguard.config.dialects.tach.contracts import Contracts, Data
from archguard.config.dialects.tach.globs import is_wrong
from archguard.config.dialects.tach.ignores import Ignored, ignored
from archguard.config.dialects.tach.layout import Layout
from archguard.config.dialects.tach.options import ROOT, Table
from archguard.config.dialects.tach.permissions import cycle, hidden
from archguard.config.dialects.tach.plan import Plan
from archguard.config.dialects.tach.shapes import PROJECT, Validator
from archguard.config.document import Document, Keys, parse_toml, read_text
from archguard.dataclass import dataclass
from archguard.errors import ConfigError
from archguard.model import Location

_UNSUPPORTED: Final = ("include_string_imports", "plugins")


def translate(path: Path, shown: str) -> Document:
    """Translate the configuration in `path` and its domains to a document in archguard's language.

    Raises:
        ExceptionGroup[ConfigError]: what tach would reject, or what archguard cannot express.
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
        validator = Validator(self.document)
        self.options: Table = validator.valid_parts(PROJECT)
        self.faults.extend(validator.faults)
        self.layout = Layout(self.document.path.parent, self.options, self.faults)
        self.plan = Plan(self.layout)

    def data(self) -> Data:
        """The translated configuration; {} if there are faults."""
        self.faults.extend(self._unsupported())
        self.faults.extend(self._rejected())
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
        """The location that each contract was translated from."""
        yield (), Location(self.document.shown)
        yield ("project",), Location(self.document.shown)
        yield ("project", "source_roots"), self._find("source_roots")
        yield ("project", "exclude"), self._find("exclude")
        yield (
            ("contracts",),
            self._find("modules"),
        )  # `Document.error` follows keys from the top: a missing level would hide those below
        for index, contract in enumerate(data["contracts"]):
            yield ("contracts", index), self._find(_subject(contract, data.get("components", {})))

    def notes(self) -> Iterator[ConfigError]:
        """Notes on settings that are ignored."""
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
        """The imports with `tach-ignore` comments."""
        known = self.layout.checked
        files = (self.layout.sources[name] for name in sorted(known & self.layout.sources.keys()))
        return tuple(ignored(files, known))

    @property
    def _tables(self) -> list[Table]:
        return [self.options, *(document.data for document in self.layout.domains.values())]

    @property
    def _documents(self) -> list[Document]:
        return [self.document, *self.layout.domains.values()]

    def _unsupported(self) -> Iterator[ConfigError]:
        """Settings that archguard does not support, and invalid wildcards and expressions."""
        for key in _UNSUPPORTED:
            if self.options.get(key):
                yield self._error(f"archguard cannot say tach's `{key}`", key)
        modules = (path for module in self.plan.declared for path in (module.path, *(module.depends_on or ())))
        for glob in dict.fromkeys((*self.options.get("exclude", ()), *modules)):
            if is_wrong(glob):
                yield self._error(f"'{glob}' has wildcards that mean nothing", glob)
        for table in self._tables:
            yield from self._unsupported_in(table)

    def _unsupported_in(self, table: Table) -> Iterator[ConfigError]:
        if any(entry.get("strict") for entry in table.get("modules", ())):
            yield self._error("archguard cannot say tach's `strict`", "strict", "list what is exposed: [[interfaces]]")
        for entry in _interfaces(table):
            names = (*entry["expose"], *entry.get("from", ()))
            yield from (fault for name in names if (fault := self._invalid_expression(name)))

    def _invalid_expression(self, name: str) -> ConfigError | None:
        try:
            Expression.parse(name)
        except ExpressionError as error:
            return self._error(str(error), name)
        return None

    def _rejected(self) -> Iterator[ConfigError]:
        """Faults that tach itself rejects."""
        modules = tuple(self.plan.modules.values())
        yield from (self._error(f"the module '{path}' is there twice", path) for path in self.plan.duplicates)
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
        yield from self._rejected_root()
        yield from self._missing_reasons()

    def _rejected_root(self) -> Iterator[ConfigError]:
        treatment = self.options.get("root_module", "ignore")
        used = any(ROOT in (module.depends_on or ()) for module in self.plan.declared)
        declared = any(module.path == ROOT for module in self.plan.declared)
        if used and treatment in ("forbid", "dependenciesonly"):
            yield self._error(f"nothing may depend on {ROOT}", ROOT)
        elif declared and treatment == "forbid":
            yield self._error(f"{ROOT} is forbidden, but configured", ROOT)

    def _missing_reasons(self) -> Iterator[ConfigError]:
        rule = "require_ignore_directive_reasons"
        if self.options.get("rules", {}).get(rule) == "error":
            for comment in self.comments:
                if not comment.reason:
                    yield ConfigError(
                        "the tach-ignore has no reason", f"tach.toml asks for one: `{rule}`", comment.location
                    )

    def _project(self) -> Data:
        project: Data = {"source_roots": list(self.layout.roots), "reexports": "keep", "vacuous_contracts": "warning"}
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
        """Whether imports below the top level of a file, in functions or `try`, are checked too."""
        return bool(self.options.get("rules", {}).get("local_imports", "error") == "error")

    def _error(self, message: str, at: str, hint: str = "") -> ConfigError:
        place = self._find(at)
        lines = {document.shown: document.line(place.line) for document in self._documents}
        return ConfigError(message, hint, place, lines[place.path])

    def _find(self, text: str) -> Location:
        """The location of `text`: a declared module, else a top-level key, else a whole word."""
        if text in self._declarations:
            return self._declarations[text]
        found = (place for document in self._documents for place in _places(document, text))
        return next(found, Location(self.document.shown))

    @cached_property
    def _declarations(self) -> dict[str, Location]:
        """The declaration of each module; names in domains are relative, and may have wildcards."""
        domains = [("", self.document), *self.layout.domains.items()]
        written = dict(pair for domain, document in reversed(domains) for pair in _declared(document, domain))
        found = {path: written[module.glob] for path, module in self.plan.modules.items() if module.glob in written}
        return found | written


def _declared(document: Document, domain: str) -> Iterator[tuple[str, Location]]:
    """The modules that `document` declares, with locations; in reverse order, so that the first of a name wins."""
    entries = document.data.get("modules")
    for index, entry in reversed(list(enumerate(entries if isinstance(entries, list) else ()))):
        table = entry if isinstance(entry, dict) else {}
        key = "paths" if isinstance(table.get("paths"), list) else "path"
        place = document.places.get(("modules", index, key)) or document.places["modules", index]
        for path in map(str, table["paths"] if key == "paths" else [table.get("path", "")]):
            column = document.line(place.line).find(path) + 1
            full = f"{domain}.{path}" if domain else path
            yield full, Location(place.path, place.line, column or place.column)


def _places(document: Document, text: str) -> Iterator[Location]:
    if (text,) in document.places:
        yield document.places[text,]
    whole = re.compile(rf"(?<![\w.-]){re.escape(text)}(?![\w.-])")
    for number, line in enumerate(document.text.splitlines(), start=1):
        if text and (found := whole.search(line)):
            yield Location(document.shown, number, found.start() + 1)


def _interfaces(table: Table) -> list[Table]:
    return list(table.get("interfaces", ()))


def _subject(contract: Data, components: Data) -> str:
    """The first module that a contract applies to, or the key that it comes from."""
    about = contract.get("modules") or list(contract.get("may_import", ()))
    first = about if isinstance(about, str) else next(iter(about), "layers")
    parts = components.get(first, {}).get("modules", first)
    return parts if isinstance(parts, str) else ROOT


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
