"""import-linter's configuration, in archguard's language.

Read by import-linter itself (`importlinter.api.read_configuration`), so that it means what import-linter takes it to
mean. https://import-linter.readthedocs.io/ describes the contract types and their options.
"""

import configparser
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from archguard.codebase import Project
from archguard.codebase.modules import find_modules
from archguard.codebase.view import ancestry
from archguard.config.config import did_you_mean
from archguard.config.document import Document, Keys, read_text, tools_in
from archguard.errors import ConfigError
from archguard.model import Location

FILES: Final = (".importlinter", "setup.cfg", "pyproject.toml")

_Options: TypeAlias = Mapping[str, Any]
_SESSION: Final = {"root_packages", "include_external_packages", "exclude_type_checking_imports"}
_YAML: Final = (".yaml", ".yml")
_IGNORED: Final = {"show_timings", "cache_dir"}
_COMMON: Final = {
    "id",
    "name",
    "type",
    "ignore_imports",
    "unmatched_ignore_imports_alerting",
    "broken_contract_guidance",
}
_SEVERITIES: Final = {"none": "ignore", "warn": "warning", "error": "error"}


def recognizes(path: Path) -> bool:
    """Whether import-linter would find its options in `path`; TOML that holds archguard's own is not meant for it."""
    text = read_text(path, path.name)
    if path.suffix != ".toml":
        return path.suffix not in _YAML and bool(re.search(r"^\[importlinter\]", text, re.MULTILINE))
    try:
        tools = tools_in(text)
    except ValueError:
        return False
    return "importlinter" in tools and "archguard" not in tools


def translate(path: Path, shown: str) -> Document:
    """The configuration in `path` as a document in archguard's language.

    Raises:
        ExceptionGroup[ConfigError]: all that import-linter would not accept, or that archguard cannot say.
    """
    translation = _Translation(path, shown, read_text(path, shown))
    document = translation.document()
    if translation.faults:
        raise ExceptionGroup(shown, translation.faults)
    return document


@dataclass
class _Translation:
    path: Path
    shown: str
    text: str
    places: dict[Keys, Location] = field(default_factory=dict)
    faults: list[ConfigError] = field(default_factory=list)
    notes: list[ConfigError] = field(default_factory=list)

    def document(self) -> Document:
        """All of it."""
        options = self._read()
        session = options["session_options"]
        packages = _many(session.get("root_packages", ()))
        for name in sorted(session.keys() - _SESSION - _IGNORED):
            self.notes.append(self._error(f"import-linter's `{name}` is passed over", name))
        if not options["contracts_options"]:
            self._fault("there are no contracts", "importlinter")
        contracts = [
            contract
            for index, contract_options in enumerate(options["contracts_options"])
            if (contract := self._contract(contract_options, index, session))
        ]
        data = {"version": 1, "project": self._project(session, packages), "contracts": contracts}
        return Document(self.path, self.shown, self.text, data, self.places, self.places, tuple(self.notes))

    def _read(self) -> Mapping[str, Any]:
        from importlinter.api import read_configuration  # noqa: PLC0415  # 150 ms that other configurations need not wait for

        try:
            read: Mapping[str, Any] = read_configuration(str(self.path))
        except (configparser.Error, KeyError, ValueError, OSError, RecursionError) as error:
            self._fault(f"import-linter cannot read it: {error}", "")
            return {"session_options": {}, "contracts_options": []}
        return read

    def _project(self, session: _Options, packages: list[str]) -> dict[str, Any]:
        project: dict[str, Any] = {"packages": packages, "reexports": "keep", "pointless_contracts": "warning"}
        if _is_true(session.get("exclude_type_checking_imports")):
            project["type_checking_imports"] = "exclude"
        if unseen := self._unseen(packages):
            project |= {"exclude": unseen, "imports_of_excluded": "top-level"}
        return project

    def _unseen(self, packages: list[str]) -> list[str]:
        """What import-linter passes over in regular packages: folders without `__init__.py`, stubs, compiled files."""
        try:
            modules = find_modules(self.path.parent, Project(packages=tuple(packages)), {})
        except ExceptionGroup:
            return []  # said when the code is read
        regular = modules.sources.keys()
        passed_over = modules.namespaces | modules.unread
        inside = {name for name in passed_over if any(parent in regular for parent in ancestry(name)[1:])}
        return sorted(name for name in inside if not inside.intersection(ancestry(name)[1:]))

    def _contract(self, options: _Options, index: int, session: _Options) -> dict[str, Any] | None:
        type_ = str(options.get("type", ""))
        if type_ not in _TYPES:
            self._fault(
                f"archguard cannot say import-linter's contract type '{type_}'",
                type_,
                did_you_mean(type_, list(_TYPES)),
            )
            return None
        known, fields = _TYPES[type_]
        for name in options.keys() - known - _COMMON:
            self._fault(
                f"unknown option `{name}` of contract type {type_}", name, did_you_mean(name, sorted(known | _COMMON))
            )
        contract = self._common(options) | fields(options)
        self._require(options, type_, session, contract)
        self._remember(contract, ("contracts", index), self._line(str(options.get("id") or options.get("name", ""))))
        return contract

    def _common(self, options: _Options) -> dict[str, Any]:
        name = str(options.get("name", ""))
        common: dict[str, Any] = {"id": str(options.get("id") or _slug(name))}
        guidance = options.get("broken_contract_guidance")
        common["reason"] = " ".join(_many(guidance)) if guidance else name
        common["exclude_imports"] = ["dynamic"]
        severity = _SEVERITIES.get(str(options.get("unmatched_ignore_imports_alerting", "error")).lower(), "error")
        if ignored := [_ignore(text, severity) for text in _many(options.get("ignore_imports", ()))]:
            common["ignore"] = ignored
        return common

    def _require(self, options: _Options, type_: str, session: _Options, contract: _Options) -> None:
        """What import-linter requires beyond the form."""
        if _is_true(options.get("exhaustive")) and not options.get("containers"):
            self._fault("`exhaustive` needs `containers`", "exhaustive")
        packages = _many(session.get("root_packages", ()))
        outside = [name for name in contract.get("must_not_import", ()) if not _is_inside(name, packages)]
        if type_ == "forbidden" and outside and not _is_true(session.get("include_external_packages")):
            self._fault(
                f"'{outside[0]}' is outside of {', '.join(packages)}",
                outside[0],
                "say `include_external_packages = True`",
            )

    def _remember(self, value: Any, keys: Keys, line: int) -> None:
        """Where each text of the contract stands: at its first occurrence from `line` on."""
        self.places[keys] = self._place(line, 0)
        for key, item in (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        ):
            self._remember(item, (*keys, key), line)
        if isinstance(value, str):
            found = self._find(_original(value), line)
            self.places[keys] = found or self.places[keys]

    def _line(self, name: str) -> int:
        place = self._find(name, 0)
        return place.line - 1 if place else 0

    def _find(self, text: str, start: int) -> Location | None:
        for number, line in enumerate(self.text.splitlines()[start:], start):
            if text and text in line:
                return self._place(number, line.index(text))
        return None

    def _place(self, line: int, column: int) -> Location:
        return Location(self.shown, line + 1, column + 1)

    def _fault(self, message: str, at: str, hint: str = "") -> None:
        self.faults.append(self._error(message, at, hint))

    def _error(self, message: str, at: str, hint: str = "") -> ConfigError:
        place = self._find(at, 0) or Location(self.shown)
        excerpt = Document(self.path, self.shown, self.text, None).line(place.line)
        return ConfigError(message, hint, place, excerpt)


def _layers(options: _Options) -> dict[str, Any]:
    fields: dict[str, Any] = {"kind": "layers", "layers": _many(options.get("layers", ()))}
    if containers := _patterns(options.get("containers", ())):
        fields["within"] = containers
    if _is_true(options.get("exhaustive")):
        fields["exhaustive"] = True
        fields["exhaustive_except"] = _many(options.get("exhaustive_ignores", ()))
    return fields


def _forbidden(options: _Options) -> dict[str, Any]:
    return {
        "kind": "forbidden",
        "modules": _patterns(options.get("source_modules", ())),
        "must_not_import": _patterns(options.get("forbidden_modules", ())),
        "indirect": not _is_true(options.get("allow_indirect_imports")),
        "as_packages": _is_true(options.get("as_packages", "True")),
    }


def _independence(options: _Options) -> dict[str, Any]:
    return {"kind": "independence", "modules": _patterns(options.get("modules", ()))}


def _protected(options: _Options) -> dict[str, Any]:
    return {
        "kind": "protected",
        "modules": _patterns(options.get("protected_modules", ())),
        "only_imported_by": _patterns(options.get("allowed_importers", ())),
        "as_packages": _is_true(options.get("as_packages", "True")),
    }


def _acyclic_siblings(options: _Options) -> dict[str, Any]:
    return {
        "kind": "acyclic",
        "children_of": _patterns(options.get("ancestors", ())),
        "depth": options.get("depth", 10),
        "skip": _patterns(options.get("skip_descendants", ())),
    }


_TYPES: Final[Mapping[str, tuple[set[str], Callable[[_Options], dict[str, Any]]]]] = {
    "layers": ({"layers", "containers", "exhaustive", "exhaustive_ignores"}, _layers),
    "forbidden": ({"source_modules", "forbidden_modules", "allow_indirect_imports", "as_packages"}, _forbidden),
    "independence": ({"modules"}, _independence),
    "protected": ({"protected_modules", "allowed_importers", "as_packages"}, _protected),
    "acyclic_siblings": ({"ancestors", "depth", "skip_descendants"}, _acyclic_siblings),
}


def _many(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(item).strip() for item in value if str(item).strip()]


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _patterns(value: Any) -> list[str]:
    return [_pattern(text) for text in _many(value)]


def _pattern(text: str) -> str:
    """import-linter's `**` is one segment or more; archguard's may be none, except at the end."""
    return re.sub(r"\*\*\.", "*.**.", text)


def _original(text: str) -> str:
    return text.replace("*.**.", "**.")


def _ignore(text: str, severity: str) -> Any:
    imports = _pattern(text)
    return imports if severity == "error" else {"import": imports, "unmatched": severity}


def _is_inside(name: str, packages: Collection[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name.lower()).strip("-") or "contract"
