"""Models of external packages: the types of their functions, attributes and methods, as data from the catalogue.

A lookup tries the exact name, then the class and each of its bases, by key and by wildcard (`Class.*`), then wildcards
for attributes of attributes (`Class.*.name`). Names are compared in canonical spelling, since the same class is often
exported from several modules. Cost: lookups are memoized by name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from fnmatch import fnmatchcase
from functools import cached_property

from archguard.codebase.memoization import memoized
from archguard.dataclass import dataclass
from archguard.model.names import last_part, parent_name, parts_of, split_last, top_package

_CONVENTION = re.compile(r"(?P<package>\w+)\.\*\((?P<parameter>[a-z_]\w*)\)")
_FIELD_OWNER = "().__owner__"


@dataclass(frozen=True, eq=False)
class ExternalModels:
    """External names and the types that they evaluate to.

    `returns` maps an attribute to its type, or (with `()` behind the name) a callable to the type of its result:
    `sqlite3.connect(): sqlite3.Connection`, `flask_sqlalchemy.SQLAlchemy.session: sqlalchemy.orm.Session`.
    A result is a class (denoting an instance of it), or one of

    - `type[X]`: the class X itself
    - `self`: an instance like the receiver
    - `item`: the last type argument of the receiver: an `Order` for `list[Order]`; `key`: the first of two
    - `argument`: the first argument; `object`: an instance of the class that is the first argument
    - `result`: the result of calling the first argument
    - `X[item]`, `X[argument]`, `X[object]`, `X[result]`, `X[some.Class]`: an X with that type argument; `X[key, item]`
    - `self.Meta.model`: an instance of the class that the receiver names there; `type[self.Meta.model]`: the class;
      `X[self.Meta.model]`: an X of these, unknown if the receiver names none
    - `settings.AUTH_USER_MODEL`: an instance of the model whose label this setting of Django is; `type[...]`: the class
    - several of these, separated by ` or `: the first that is not unknown

    Some keys are patterns: `Class.*` is every attribute of the class without a key of its own, `*.objects` an attribute
    of any class that is not modelled, `*.models.*.objects` the same if the class comes from a module called `models`.
    Others describe neither attributes nor calls: `django.db.models.*Field().__owner__` is the base of a class with such
    a field in its body, if its bases are unknown; `Class.update(0)` is the first argument that the library passes to a
    method that the project overrides; `django.*(request)` is a parameter of that name in files that import the package.
    """

    returns: Mapping[str, str] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)
    """The class that another one extends, as far as it matters: `sqlmodel.Session: sqlalchemy.orm.Session`."""
    names: frozenset[str] = frozenset()
    """Further names that other spellings are to be recognized as."""

    @memoized
    def canonical(self, name: str) -> str:
        """The modelled spelling of `name`: `asyncpg.Connection` for `asyncpg.connection.Connection`."""
        if name in self._known_names:
            return name
        package, last = top_package(name), last_part(name)
        return self._spellings.get((package, last), name)

    def result(self, name: str) -> str:
        """The spec of the result of calling `name`, or ""."""
        return self._lookup(name, "()")

    def member(self, name: str) -> str:
        """The spec of the attribute `name`, or ""."""
        return self._lookup(name, "")

    def of_any_class(self, name: str) -> str:
        """The spec of an attribute of a class without a model (`*.objects: django.db.models.Manager`), or ""."""
        cls, attribute = split_last(name)
        is_class = last_part(cls)[:1].isupper() and cls not in self._known_names
        return self._wildcard_attribute("*", attribute) if is_class else ""

    def of_any_model(self, name: str) -> str:
        """As `of_any_class`, if the class comes from a module called `models`: the keys `*.models.*.objects`."""
        cls, attribute = split_last(name)
        *modules, last = parts_of(cls)
        is_model = "models" in modules and last[:1].isupper() and cls not in self._known_names
        return self._wildcard_attribute("*.models.*", attribute) if is_model else ""

    def _wildcard_attribute(self, cls: str, attribute: str) -> str:
        """The spec of `cls.attribute`, else of its suffix: `*_objects` for `deleted_objects`."""
        prefix, _, last = attribute.rpartition("_")
        return self.returns.get(f"{cls}.{attribute}") or (prefix and self.returns.get(f"{cls}.*_{last}")) or ""

    @memoized
    def owner(self, name: str) -> str:
        """The base that a class has if its body contains a field `x = name()`, or ""."""
        return next((cls for pattern, cls in self._field_owners if fnmatchcase(name, pattern)), "")

    def knows_package(self, name: str) -> bool:
        """Whether there is a model of anything in the package of `name`."""
        return top_package(name) in self._packages

    def knows(self, name: str) -> bool:
        """Whether there is a model of the attribute or method `name`."""
        return bool(self.member(name) or self.result(name)) or name in self.names

    @memoized
    def ancestry(self, name: str) -> tuple[str, ...]:
        """The class `name` and its modelled bases, the nearest first."""
        lineage = [self.canonical(name)]
        while (base := self.bases.get(lineage[-1])) and base not in lineage:
            lineage.append(base)
        return tuple(lineage)

    @memoized
    def _lookup(self, name: str, suffix: str) -> str:
        name = self.canonical(name)
        if found := self.returns.get(name + suffix):
            return found
        owner, last = split_last(name)
        for ancestor in self.ancestry(owner):
            if found := self.returns.get(f"{ancestor}.{last}{suffix}") or self._class_wildcard(ancestor, last, suffix):
                return found
        return self._nested_wildcard(owner, last, suffix)

    def _nested_wildcard(self, owner: str, name: str, suffix: str) -> str:
        """The spec of `name` on any attribute: `django.db.models.Model.*.filter(): django.db.models.QuerySet`."""
        found = (self.returns.get(f"{cls}.*.{name}{suffix}") for cls in self.ancestry(parent_name(owner)))
        return next(filter(None, found), "")

    def _class_wildcard(self, cls: str, name: str, suffix: str) -> str:
        """The spec of all attributes (`pymongo.MongoClient.*: pymongo.database.Database`) but the modelled methods."""
        if name.startswith(("__", "get_")):
            return ""  # `get_for_id` of a manager returns no query set
        if not suffix and (f"{cls}.{name}()" in self.returns or f"{cls}.{name}" in self.names):
            return ""
        column = self.returns.get(f"{cls}.*_id{suffix}", "") if name.endswith("_id") else ""
        return column or self.returns.get(f"{cls}.*{suffix}", "")

    @cached_property
    def _known_names(self) -> frozenset[str]:
        return frozenset(self._all_names())

    @memoized
    def passed(self, cls: str, method: str, place: int) -> str:
        """The spec of the argument that a library passes at index `place` when it calls `cls.method`, or ""."""
        found = (self.returns.get(f"{ancestor}.{method}({place})") for ancestor in self.ancestry(cls))
        return next(filter(None, found), "")

    @cached_property
    def conventions(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """By parameter name: pairs of a package and the spec that the parameter has in files that import it."""
        found: dict[str, list[tuple[str, str]]] = {}
        for key, spec in sorted(self.returns.items(), reverse=True):
            if match := _CONVENTION.fullmatch(key):
                found.setdefault(match["parameter"], []).append((match["package"], spec))
        return {name: tuple(specs) for name, specs in found.items()}

    @cached_property
    def _field_owners(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (key.removesuffix(_FIELD_OWNER), cls)
            for key, cls in sorted(self.returns.items())
            if key.endswith(_FIELD_OWNER)
        )

    @cached_property
    def _packages(self) -> frozenset[str]:
        return frozenset(top_package(name) for name in self._known_names)

    @cached_property
    def _spellings(self) -> Mapping[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for name in sorted(self._known_names):
            last = last_part(name)
            if last[:1].isupper():
                found.setdefault((top_package(name), last), name)
        return found

    def _all_names(self) -> Iterable[str]:
        yield from self.names
        yield from self.bases
        yield from self.bases.values()
        for key, result in self.returns.items():
            name = key.removesuffix("()")
            yield from (name, parent_name(name)) if "." in name else (name,)
            yield from re.findall(r"[A-Za-z_][\w.]*\.\w+", result)
