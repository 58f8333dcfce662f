"""Translate an import-linter configuration to archguard's language.

import-linter itself parses and validates it (`importlinter.api.read_configuration`, and the classes of its contract
types), so that the options have exactly the meaning that they have there.
https://import-linter.readthedocs.io/ describes the types and their options.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from archguard.codebase import Project
from archguard.codebase.modules.discovery import find_modules
from archguard.config.config import did_you_mean
from archguard.config.dialects.import_linter_places import Places, places_of
from archguard.config.document import Document, Keys, read_text, tools_in
from archguard.dataclass import dataclass
from archguard.errors import ConfigError
from archguard.incremental.input_recorder import is_file
from archguard.model import Location
from archguard.model.names import is_at_or_below, is_dotted_name, self_and_parents

_Options: TypeAlias = Mapping[str, Any]
_SESSION: Final = {"root_packages", "include_external_packages", "exclude_type_checking_imports"}
_IGNORED: Final = {"show_timings", "cache_dir"}
_COMMON: Final = ("id", "name", "type")
_SEVERITIES: Final = {"none": "ignore", "warn": "warning", "error": "error"}
_NESTED: Final = ("contain other layers", "contain each other in a layer")
"""Messages of import-linter 2.17 and later on nested layers, which archguard still accepts as older versions did."""
_USUAL_ROOTS: Final = (".", "src")
_DEPTHS: Final = ("*", "*/*", "*/*/*")


def recognizes(path: Path) -> bool:
    """Whether `path` has import-linter's options; a TOML file with a table `tool.archguard` belongs to archguard."""
    text = read_text(path, path.name)
    if path.suffix != ".toml":
        return bool(re.search(r"^\[importlinter\]", text, re.MULTILINE))
    try:
        tools = tools_in(text)
    except ValueError:
        return False
    return "importlinter" in tools and "archguard" not in tools


def translate(path: Path, shown: str) -> Document:
    """Translate the configuration in `path` to a document in archguard's language.

    Its faults are what import-linter would reject or archguard cannot express; contracts with faults are left out.

    Raises:
        ExceptionGroup[ConfigError]: import-linter cannot read it.
    """
    text = read_text(path, shown)
    return _Translation(path, shown, text, places_of(path, shown, text)).document()


@dataclass
class _Translation:
    path: Path
    shown: str
    text: str
    locations: Places
    places: dict[Keys, Location] = field(default_factory=dict)
    faults: list[ConfigError] = field(default_factory=list)
    notes: list[ConfigError] = field(default_factory=list)

    def document(self) -> Document:
        """Translate the whole configuration."""
        options = self._read()
        if self.faults:
            raise ExceptionGroup(self.shown, self.faults)
        self.session: _Options = options["session_options"]
        self.packages = _many(self.session.get("root_packages", ()))
        contracts = options["contracts_options"]
        for name in sorted(self.session.keys() - _SESSION - _IGNORED - {"contract_types"}):
            self.notes.append(self._error(f"import-linter's `{name}` is passed over", self.locations.session(name)))
        if not contracts:
            self._fault("there are no contracts", self.locations.session())
        ids = _ids(contracts)
        translated = [
            contract
            for index, contract_options in enumerate(contracts)
            if (contract := self._contract(contract_options, index, ids[index]))
        ]
        data: dict[str, Any] = {"version": 1, "project": self._project(), "contracts": translated}
        self._record_project_places(data["project"])
        self.places[("contracts",)] = self.locations.session()  # without it, `Document.error` stops at the top level
        notes, faults = tuple(self.notes), tuple(self.faults)
        return Document(self.path, self.shown, self.text, data, self.places, self.places, notes, faults)

    def _read(self) -> Mapping[str, Any]:
        from importlinter.api import read_configuration  # noqa: PLC0415  # importing it takes 150 ms

        try:
            read: Mapping[str, Any] = read_configuration(str(self.path))
        except Exception as error:  # noqa: BLE001  # it does not check types: any exception is caused by the file
            detail = f"{type(error).__name__}: {error}" if isinstance(error, TypeError | AttributeError) else str(error)
            self._fault(f"import-linter cannot read it: {detail}", self.locations.fault(error))
            return {"session_options": {}, "contracts_options": []}
        return read

    def _project(self) -> dict[str, Any]:
        project: dict[str, Any] = {"packages": self.packages, "reexports": "keep", "vacuous_contracts": "warning"}
        if roots := self._source_roots():
            project = {"source_roots": roots, **project}
        if _is_on(self.session.get("exclude_type_checking_imports")):
            project["type_checking_imports"] = "exclude"
        if unseen := self._ignored_modules(roots):
            project |= {"exclude": unseen, "excluded_imports": "top-level"}
        return project

    def _source_roots(self) -> list[str]:
        """The source roots of the root packages; [] if archguard finds them by default.

        import-linter finds them on `sys.path`, which is unknown here.
        """
        found = {name: self._folders_of(name) for name in self.packages}
        for name, folders in found.items():
            if len(folders) > 1 and not set(folders) & set(_USUAL_ROOTS):
                message = f"package '{name}' is in several folders: {', '.join(folders)}"
                self._fault(message, self.locations.session("root_packages", name), "keep the configuration beside one")
        roots = [folders[0] for folders in found.values() if folders]
        stray = "src" in roots and is_file(self.path.parent / "src" / "__init__.py")  # then `src` is a package itself
        return list(dict.fromkeys(roots)) if stray or set(roots) - set(_USUAL_ROOTS) else []

    def _folders_of(self, package: str) -> list[str]:
        """The folders of the project that contain the regular package `package`, at the least depth that has any."""
        inside = f"{package.replace('.', '/')}/__init__.py"
        root = self.path.parent
        usual = [folder for folder in _USUAL_ROOTS if is_file(root / folder / inside)]
        if usual or not is_dotted_name(package):
            return usual
        for depth in _DEPTHS:
            places = (place.relative_to(root) for place in sorted(root.glob(f"{depth}/{inside}")))
            folders = [place.parents[package.count(".") + 1] for place in places]
            if found := [folder.as_posix() for folder in folders if _may_be_root(root, folder)]:
                return found
        return []

    def _ignored_modules(self, roots: list[str]) -> list[str]:
        """What import-linter ignores in regular packages: folders without `__init__.py`, stubs, compiled files."""
        project = Project(packages=tuple(self.packages), source_roots=tuple(roots))
        try:
            modules = find_modules(self.path.parent, project, {})
        except ExceptionGroup:
            return []  # reported when the code is read
        regular = modules.sources.keys()
        passed_over = modules.namespaces | modules.opaque
        inside = {name for name in passed_over if any(parent in regular for parent in self_and_parents(name)[1:])}
        return sorted(name for name in inside if not inside.intersection(self_and_parents(name)[1:]))

    def _contract(self, options: _Options, index: int, id_: str) -> dict[str, Any] | None:
        type_ = str(options.get("type", ""))
        own = [str(text).partition(":")[0] for text in _many(self.session.get("contract_types", ()))]
        if type_ not in _TYPES or type_ in own:
            mine = ", which is one of your own" if type_ in own else ""
            message = f"archguard cannot say import-linter's contract type '{type_}'{mine}"
            self._fault(message, self.locations.contract(index, "type"), did_you_mean(type_, list(_TYPES)))
            return None
        if ":" in str(options.get("id", "")):
            self._fault("import-linter knows no ids with a colon", self.locations.contract(index, "id"))
        if "name" not in options:
            self._fault("the contract has no `name`", self.locations.contract(index))
        kind = _TYPES[type_]
        before = len(self.faults)
        self._check_options(options, type_, index)
        if len(self.faults) > before:
            return None
        contract = self._common(options, id_) | kind.fields(options)
        if not contract.get("private_in", True):
            contract["private_in"] = self.packages  # the default of import-linter
        self._check_externals(options, type_, index)
        self._record_places(options, index, kind)
        return contract

    def _common(self, options: _Options, id_: str) -> dict[str, Any]:
        common: dict[str, Any] = {"id": id_}
        guidance = options.get("broken_contract_guidance")
        common["reason"] = " ".join(_many(guidance)) if guidance else str(options.get("name", ""))
        common["exclude_imports"] = ["dynamic"]
        alerting = str(options.get("unmatched_ignore_imports_alerting", "")).strip() or "error"
        if ignored := [_ignore(text, _SEVERITIES[alerting]) for text in _many(options.get("ignore_imports", ()))]:
            common["ignore"] = ignored
        return common

    def _check_options(self, options: _Options, type_: str, index: int) -> None:
        """Report options that import-linter rejects, and wildcards that it takes literally, but archguard would not."""
        for option, message in _rejected_options(type_, options, self.session).items():
            place = self.locations.contract(index, option)
            known = sorted({*_TYPES[type_].options.values(), *_COMMON, *_OPTIONS})
            if message.startswith("Unrecognized option."):
                self._fault(f"unknown option `{option}` of contract type {type_}", place, did_you_mean(option, known))
            elif not any(words in message for words in _NESTED):
                self._fault(f"import-linter refuses `{option}`: {message}", place)
        for option in _LITERAL:
            for text in _many(options.get(option, ())):
                if "*" in text:
                    place = self.locations.contract(index, option, text)
                    self._fault(f"'{text}' has a wildcard, which import-linter knows none of in `{option}`", place)
        for text in set(_many(options.get("ancestors", ()))) & set(_many(options.get("skip_descendants", ()))):
            self._fault(f"'{text}' is an ancestor, too", self.locations.contract(index, "skip_descendants", text))

    def _check_externals(self, options: _Options, type_: str, index: int) -> None:
        names = _many(options.get("forbidden_modules", ())) if type_ == "forbidden" else []
        outside = [name for name in names if not name.startswith("*") and not _is_inside(name, self.packages)]
        if outside and not _is_on(self.session.get("include_external_packages")):
            self._fault(
                f"'{outside[0]}' is outside of {', '.join(self.packages)}",
                self.locations.contract(index, "forbidden_modules", outside[0]),
                "say `include_external_packages = True`",
            )

    def _record_places(self, options: _Options, index: int, kind: "_Type") -> None:
        """Record the location of each value of the contract."""
        keys = ("contracts", index)
        self.places[keys] = self.places[*keys, "id"] = self.locations.contract(index)
        self.places[*keys, "kind"] = self.locations.contract(index, "type")
        for key, option in {**kind.options, **_EVERYWHERE}.items():
            self.places[*keys, key] = self.locations.contract(index, option)
            for position, text in enumerate(_many(options.get(option, ()))):
                self.places[*keys, key, position] = self.locations.contract(index, option, text)

    def _record_project_places(self, project: Mapping[str, Any]) -> None:
        self.places[("project",)] = self.locations.session()
        for key in project:
            self.places["project", key] = self.locations.session("root_packages")
        for position, name in enumerate(self.packages):
            self.places["project", "packages", position] = self.locations.session("root_packages", name)

    def _fault(self, message: str, place: Location, hint: str = "") -> None:
        self.faults.append(self._error(message, place, hint))

    def _error(self, message: str, place: Location, hint: str = "") -> ConfigError:
        return ConfigError(message, hint, place, Document(self.path, self.shown, self.text, None).line(place.line))


def _may_be_root(root: Path, folder: Path) -> bool:
    """Whether `folder` is neither a package nor hidden."""
    return not is_file(root / folder / "__init__.py") and not any(part.startswith(".") for part in folder.parts)


def _rejected_options(type_: str, options: _Options, session: _Options) -> Mapping[str, str]:
    """The faults that the class of the contract type reports, by option."""
    from importlinter.contracts import (  # noqa: PLC0415  # slow to import, like its reader
        acyclic_siblings,
        forbidden,
        independence,
        layers,
        private_modules,
        protected,
    )
    from importlinter.domain.contract import InvalidContractOptions  # noqa: PLC0415  # the same

    classes: dict[str, Any] = {
        "layers": layers.LayersContract,
        "forbidden": forbidden.ForbiddenContract,
        "independence": independence.IndependenceContract,
        "protected": protected.ProtectedContract,
        "private_modules": private_modules.PrivateModulesContract,
        "acyclic_siblings": acyclic_siblings.AcyclicSiblingsContract,
    }
    try:
        classes[type_](name=str(options.get("name", "")), session_options=dict(session), contract_options=dict(options))
    except InvalidContractOptions as error:
        return error.errors
    except Exception as error:  # noqa: BLE001  # it does not check types: any exception is caused by an option
        return {"type": f"a value is neither a text nor a list of texts ({error})"}
    return {}


def _ids(contracts: Sequence[_Options]) -> list[str]:
    """An id for each contract: its own, or a slug of its name; equal slugs get a hash of the name and type as a suffix.

    Ids do not depend on the position, so that none is transferred to another contract when one is added or removed:
    ignores and baselines refer to them. Only contracts with the same name and type are numbered.
    """
    plain = [str(options.get("id") or _slug(str(options.get("name", "")))) for options in contracts]
    alike, ids = Counter(plain), list[str]()
    for id_, options in zip(plain, contracts, strict=True):
        identity = f"{options.get('name', '')}\0{options.get('type', '')}"
        own = options.get("id") or alike[id_] == 1
        ids.append(id_ if own else f"{id_}-{hashlib.sha256(identity.encode(errors='replace')).hexdigest()[:6]}")
    counts = Counter[str]()
    for position, options in enumerate(contracts):
        counts[ids[position]] += not options.get("id")
        if not options.get("id") and counts[ids[position]] > 1:
            ids[position] += f"-{counts[ids[position]]}"
    return ids


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


def _private_modules(options: _Options) -> dict[str, Any]:
    return {"kind": "protected", "private_in": _patterns(options.get("packages_with_private_modules", ()))}


def _acyclic_siblings(options: _Options) -> dict[str, Any]:
    return {
        "kind": "acyclic",
        "children_of": _patterns(options.get("ancestors", ())),
        "depth": int(options.get("depth", 10)),
        "with_init": False,
        "skip": _patterns(options.get("skip_descendants", ())),
    }


class _Type(NamedTuple):
    """A contract type of import-linter."""

    fields: Callable[[_Options], dict[str, Any]]
    options: Mapping[str, str]
    """The options by archguard's keys."""


_TYPES: Final[Mapping[str, _Type]] = {
    "layers": _Type(
        _layers,
        {
            "layers": "layers",
            "within": "containers",
            "exhaustive": "exhaustive",
            "exhaustive_except": "exhaustive_ignores",
        },
    ),
    "forbidden": _Type(
        _forbidden,
        {
            "modules": "source_modules",
            "must_not_import": "forbidden_modules",
            "indirect": "allow_indirect_imports",
            "as_packages": "as_packages",
        },
    ),
    "independence": _Type(_independence, {"modules": "modules"}),
    "protected": _Type(
        _protected,
        {"modules": "protected_modules", "only_imported_by": "allowed_importers", "as_packages": "as_packages"},
    ),
    "private_modules": _Type(_private_modules, {"private_in": "packages_with_private_modules"}),
    "acyclic_siblings": _Type(
        _acyclic_siblings, {"children_of": "ancestors", "depth": "depth", "skip": "skip_descendants"}
    ),
}
_EVERYWHERE: Final = {"reason": "broken_contract_guidance", "ignore": "ignore_imports"}
_OPTIONS: Final = (*_EVERYWHERE.values(), "unmatched_ignore_imports_alerting")
_LITERAL: Final = ("layers", "exhaustive_ignores")
"""Options in which import-linter takes a `*` literally, so that it matches nothing."""


def _many(value: Any) -> list[str]:
    values = [value] if isinstance(value, str) or not isinstance(value, Iterable) else value
    return [str(item).strip() for item in values if str(item).strip()]


def _is_true(value: Any) -> bool:
    return str(value).strip().lower() == "true"


def _is_on(value: Any) -> bool:
    """Whether an option of the session is on; there, import-linter treats `TRUE` as off."""
    return value in ("True", "true")


def _patterns(value: Any) -> list[str]:
    return [_pattern(text) for text in _many(value)]


def _pattern(text: str) -> str:
    """Translate `**`: one or more segments in import-linter; in archguard possibly none, except at the end."""
    return re.sub(r"\*\*\.", "*.**.", text)


def _ignore(text: str, severity: str) -> Any:
    imports = _pattern(text)
    return imports if severity == "error" else {"import": imports, "unmatched": severity}


def _is_inside(name: str, packages: Collection[str]) -> bool:
    return any(is_at_or_below(name, package) for package in packages)


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name.lower()).strip("-") or "contract"
