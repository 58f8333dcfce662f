"""What is known of packages outside of the project: what comes out of their functions, attributes and methods."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from archguard.codebase.memoization import memoized

_CONVENTION = re.compile(r"(?P<package>\w+)\.\*\((?P<parameter>[a-z_]\w*)\)")
_OWNER = "().__owner__"


@dataclass(frozen=True, eq=False)
class ExternalModels:
    """Names outside of the project, and what they lead to.

    `gives` says what an attribute is, or (with `()` behind the name) what a call returns:
    `sqlite3.connect(): sqlite3.Connection`, `flask_sqlalchemy.SQLAlchemy.session: sqlalchemy.orm.Session`.
    A result is a class (an object of it is meant), or one of

    - `type[X]`: the class X itself
    - `self`: an object like the one that was asked
    - `item`: what it holds, as in `list[Order]`
    - `argument`: the first argument; `X[argument]`: an X that holds objects of the class that is the first argument
    - `X[item]`: an X that holds the same; `X[some.Class]`: an X that holds objects of that class
    - `self.Meta.model`: an object of the class that the one that was asked names there; `type[self.Meta.model]`: this
      class itself
    - several of these, parted by ` or `: the first of which something is known
    - `X[result]`: an X that holds what calling the first argument gives

    Some keys are patterns: `Class.*` is every attribute of the class that is not known better, `*.objects` an attribute
    of any class that is not known, `*.models.*.objects` the same where the class comes from a module called `models`.
    Others say more than what is taken or called: `django.db.models.*Field().__owner__` what a class derives from that
    has such a field in its body, if its bases are not known; `Class.update(0)` what the first argument of a method is
    that the project overrides; `django.*(request)` what an argument of that name is in files that import the package.
    """

    returns: Mapping[str, str] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)
    """The class that another one extends, as far as it matters: `sqlmodel.Session: sqlalchemy.orm.Session`."""
    names: frozenset[str] = frozenset()
    """Further names that other spellings are to be recognized as."""

    @memoized
    def canonical(self, name: str) -> str:
        """The usual spelling of `name`: `asyncpg.Connection` for `asyncpg.connection.Connection`."""
        if name in self._known:
            return name
        package, last = name.partition(".")[0], name.rpartition(".")[2]
        return self._spellings.get((package, last), name)

    def result(self, name: str) -> str:
        """What calling `name` gives, or ""."""
        return self._given(name, "()")

    def member(self, name: str) -> str:
        """What the attribute `name` is, or ""."""
        return self._given(name, "")

    def of_any_class(self, name: str) -> str:
        """What the attribute `name` of a class is that is not known (`*.objects: django.db.models.Manager`), or ""."""
        cls, _, attribute = name.rpartition(".")
        is_class = cls.rpartition(".")[2][:1].isupper() and cls not in self._known
        return self._of_any("*", attribute) if is_class else ""

    def of_any_model(self, name: str) -> str:
        """What the attribute `name` of a class is that is not known, and comes from a module called `models`, or ""."""
        cls, _, attribute = name.rpartition(".")
        *modules, last = cls.split(".")
        is_model = "models" in modules and last[:1].isupper() and cls not in self._known
        return self._of_any("*.models.*", attribute) if is_model else ""

    def _of_any(self, cls: str, attribute: str) -> str:
        """`deleted_objects` is what `*_objects` is."""
        beginning, _, last = attribute.rpartition("_")
        return self.returns.get(f"{cls}.{attribute}") or (beginning and self.returns.get(f"{cls}.*_{last}")) or ""

    @memoized
    def owner(self, name: str) -> str:
        """The class that those derive from which have a `name()` in their bodies, or ""."""
        return next((cls for pattern, cls in self._owners if fnmatchcase(name, pattern)), "")

    def knows_package(self, name: str) -> bool:
        """Whether anything is said of the package that `name` is in."""
        return name.partition(".")[0] in self._packages

    def knows(self, name: str) -> bool:
        """Whether anything is said of the attribute or method `name`."""
        return bool(self.member(name) or self.result(name)) or name in self.names

    @memoized
    def ancestry(self, name: str) -> tuple[str, ...]:
        """The class `name` and the classes that it extends."""
        lineage = [self.canonical(name)]
        while (base := self.bases.get(lineage[-1])) and base not in lineage:
            lineage.append(base)
        return tuple(lineage)

    @memoized
    def _given(self, name: str, suffix: str) -> str:
        name = self.canonical(name)
        if found := self.returns.get(name + suffix):
            return found
        owner, _, last = name.rpartition(".")
        for ancestor in self.ancestry(owner):
            if found := self.returns.get(f"{ancestor}.{last}{suffix}") or self._given_by_any(ancestor, last, suffix):
                return found
        return self._given_through_any(owner, last, suffix)

    def _given_through_any(self, owner: str, name: str, suffix: str) -> str:
        """What `name` of every attribute gives: `django.db.models.Model.*.filter(): django.db.models.QuerySet`."""
        found = (self.returns.get(f"{cls}.*.{name}{suffix}") for cls in self.ancestry(owner.rpartition(".")[0]))
        return next(filter(None, found), "")

    def _given_by_any(self, cls: str, name: str, suffix: str) -> str:
        """What every attribute gives (`pymongo.MongoClient.*: pymongo.database.Database`) that is no known method."""
        if name.startswith(("__", "get_")):
            return ""  # `get_for_id` of a manager gives no query set
        if not suffix and (f"{cls}.{name}()" in self.returns or f"{cls}.{name}" in self.names):
            return ""
        column = self.returns.get(f"{cls}.*_id{suffix}", "") if name.endswith("_id") else ""
        return column or self.returns.get(f"{cls}.*{suffix}", "")

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._classes())

    @memoized
    def passed(self, cls: str, method: str, place: int) -> str:
        """What a library that calls `method`, of a class derived from `cls`, passes at `place`, or ""."""
        found = (self.returns.get(f"{ancestor}.{method}({place})") for ancestor in self.ancestry(cls))
        return next(filter(None, found), "")

    @cached_property
    def conventions(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """By the name of a parameter: what it is in files that import from a package, and that package."""
        found: dict[str, list[tuple[str, str]]] = {}
        for key, spec in sorted(self.returns.items(), reverse=True):
            if match := _CONVENTION.fullmatch(key):
                found.setdefault(match["parameter"], []).append((match["package"], spec))
        return {name: tuple(specs) for name, specs in found.items()}

    @cached_property
    def _owners(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (key.removesuffix(_OWNER), cls) for key, cls in sorted(self.returns.items()) if key.endswith(_OWNER)
        )

    @cached_property
    def _packages(self) -> frozenset[str]:
        return frozenset(name.partition(".")[0] for name in self._known)

    @cached_property
    def _spellings(self) -> Mapping[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for name in sorted(self._known):
            last = name.rpartition(".")[2]
            if last[:1].isupper():
                found.setdefault((name.partition(".")[0], last), name)
        return found

    def _classes(self) -> Iterable[str]:
        yield from self.names
        yield from self.bases
        yield from self.bases.values()
        for key, result in self.returns.items():
            name = key.removesuffix("()")
            yield from (name, name.rpartition(".")[0]) if "." in name else (name,)
            yield from re.findall(r"[A-Za-z_][\w.]*\.\w+", result)
