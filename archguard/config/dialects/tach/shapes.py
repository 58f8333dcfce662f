"""The schema of `tach.toml` and `tach.domain.toml`, and the validation of documents against it."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final, TypeAlias

from archguard.config.config import did_you_mean
from archguard.config.document import Document, Keys
from archguard.dataclass import dataclass
from archguard.errors import ConfigError


@dataclass(frozen=True)
class Table:
    """A table with known keys, some of which are required."""

    keys: Mapping[str, "Shape"]
    required: tuple[str, ...] = ()
    """Alternatives of which one key is required, each written `path or paths`."""


@dataclass(frozen=True)
class Many:
    """A list."""

    of: "Shape"


@dataclass(frozen=True)
class Either:
    """A string, or its long form as a table."""

    table: Table


@dataclass(frozen=True)
class Word:
    """One of a few values."""

    words: tuple[str | bool, ...]


Shape: TypeAlias = Table | Many | Either | Word | type

_FLAG: Final = Word((True, False))
_TEXTS: Final = Many(str)
_DEPENDENCIES: Final = Many(Either(Table({"path": str, "deprecated": _FLAG}, ("path",))))
_ABOUT_MODULES: Final[dict[str, Shape]] = {
    "depends_on": _DEPENDENCIES,
    "cannot_depend_on": _DEPENDENCIES,
    "depends_on_external": _TEXTS,
    "cannot_depend_on_external": _TEXTS,
    "layer": str,
    "visibility": _TEXTS,
    "utility": _FLAG,
    "strict": _FLAG,
    "unchecked": _FLAG,
}
_MODULES: Final = Many(Table({"path": str, "paths": _TEXTS, **_ABOUT_MODULES}, ("path or paths",)))
_INTERFACES: Final = Many(
    Table(
        {
            "expose": _TEXTS,
            "from": _TEXTS,
            "visibility": _TEXTS,
            "data_types": Word(("all", "primitive")),
            "exclusive": _FLAG,
        },
        ("expose",),
    )
)
_RULE: Final = Word(("error", "warn", "off"))
PROJECT: Final = Table(
    {
        "modules": _MODULES,
        "interfaces": _INTERFACES,
        "layers": Many(Either(Table({"name": str, "closed": _FLAG}, ("name",)))),
        "exclude": _TEXTS,
        "source_roots": _TEXTS,
        "exact": _FLAG,
        "ignore_type_checking_imports": _FLAG,
        "include_string_imports": _FLAG,
        "forbid_circular_dependencies": _FLAG,
        "layers_explicit_depends_on": _FLAG,
        "respect_gitignore": Word((True, False, "if_git_repo")),
        "root_module": Word(("allow", "forbid", "ignore", "dependenciesonly")),
        "rules": Table(
            {
                "unused_ignore_directives": _RULE,
                "require_ignore_directive_reasons": _RULE,
                "local_imports": _RULE,
            }
        ),
        "external": Table({"exclude": _TEXTS, "rename": _TEXTS}),
        "cache": dict,
        "map": dict,
        "plugins": dict,
    }
)
DOMAIN: Final = Table({"root": Table(_ABOUT_MODULES), "modules": _MODULES, "interfaces": _INTERFACES})


@dataclass
class Validator:
    """Validates `document` against a schema; `valid_parts` collects the `faults`."""

    document: Document
    faults: list[ConfigError] = field(default_factory=list)

    def valid_parts(self, shape: Table) -> dict[str, Any]:
        """The valid parts of the document, so that they can be translated."""
        valid_parts: dict[str, Any] = self._valid_part(self.document.data, shape, ())
        return valid_parts

    def _valid_part(self, value: Any, shape: Shape, keys: Keys) -> Any:
        """The valid parts of `value`; None if there are none."""
        match shape:
            case Either(table):
                return value if isinstance(value, str) else self._table(value, table, keys, "a text or a table")
            case Table():
                return self._table(value, shape, keys, "a table")
            case Many(of) if isinstance(value, list):
                items = [self._valid_part(item, of, (*keys, index)) for index, item in enumerate(value)]
                return [item for item in items if item is not None]
            case Word(words) if isinstance(value, str | bool) and value in words:
                return value
            case type() if isinstance(value, shape):
                return value
        return self._wrong(keys, f"has to be {_named(shape)}")

    def _table(self, value: Any, shape: Table, keys: Keys, named: str) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            self._wrong(keys, f"has to be {named}")
            return None
        for key in sorted(value.keys() - shape.keys.keys()):
            hint = did_you_mean(key, sorted(shape.keys))
            self.faults.append(self.document.error(f"tach knows no key `{key}` here", (*keys, key), hint))
        found = {key: self._valid_part(value[key], shape.keys[key], (*keys, key)) for key in value if key in shape.keys}
        lacking = [words for words in shape.required if not any(key in value for key in words.split(" or "))]
        for words in lacking:
            self.faults.append(self.document.error(f"there is no `{words.replace(' or ', '` or `')}` here", keys))
        right = {key: item for key, item in found.items() if item is not None}
        return None if any(not right.keys() & set(words.split(" or ")) for words in shape.required) else right

    def _wrong(self, keys: Keys, message: str) -> None:
        name = next((key for key in reversed(keys) if isinstance(key, str)), "")
        inside = "each of " if keys and not isinstance(keys[-1], str) else ""
        self.faults.append(self.document.error(f"{inside}`{name}` {message}", keys))


def _named(shape: Shape) -> str:
    match shape:
        case Many():
            return "a list"
        case Word(words):
            return " or ".join(str(word).lower() if isinstance(word, bool) else f"'{word}'" for word in words)
    return "a text" if shape is str else "a table"
