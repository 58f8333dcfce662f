"""The modules and interfaces of `tach.toml` and `tach.domain.toml`, with resolved paths."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

from archguard.dataclass import dataclass

ROOT: Final = "<root>"
_DOMAIN_ROOT: Final = "<domain_root>"

Table: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Module:
    """A module of tach: a path with everything below it that is not a declared module itself."""

    path: str
    depends_on: tuple[str, ...] | None = None
    deprecated: tuple[str, ...] = ()
    """The dependencies of `depends_on` that are deprecated."""
    cannot_depend_on: tuple[str, ...] = ()
    depends_on_external: tuple[str, ...] | None = None
    cannot_depend_on_external: tuple[str, ...] = ()
    layer: str = ""
    visibility: tuple[str, ...] | None = None
    utility: bool = False
    unchecked: bool = False
    glob: str = ""
    """The path with wildcards that it was expanded from, or ""."""


@dataclass(frozen=True, kw_only=True)
class Interface:
    """The public names of modules."""

    expose: tuple[str, ...]
    from_: tuple[str, ...]
    visibility: tuple[str, ...] | None
    exclusive: bool


def modules_of(table: Table, domain: str = "") -> Iterator[Module]:
    """The modules declared in `table`, in order; those of a domain with full paths."""
    if domain and "root" in table:
        yield _module(table["root"], domain, domain)
    for entry in table.get("modules", ()):
        for path in entry.get("paths", [entry.get("path", "")]):
            yield _module(entry, f"{domain}.{path}" if domain else str(path), domain)


def _module(entry: Table, path: str, domain: str) -> Module:
    depends = entry.get("depends_on")
    dependencies = [item if isinstance(item, dict) else {"path": item} for item in depends or ()]
    external = entry.get("depends_on_external")
    return Module(
        path=path,
        depends_on=None if depends is None else tuple(resolved(item["path"], domain) for item in dependencies),
        deprecated=tuple(resolved(item["path"], domain) for item in dependencies if item.get("deprecated")),
        cannot_depend_on=tuple(
            resolved(item["path"] if isinstance(item, dict) else item, domain)
            for item in entry.get("cannot_depend_on") or ()
        ),
        depends_on_external=None if external is None else tuple(external),
        cannot_depend_on_external=tuple(entry.get("cannot_depend_on_external") or ()),
        layer=entry.get("layer", ""),
        visibility=_all_resolved(entry.get("visibility"), domain),
        utility=bool(entry.get("utility")),
        unchecked=bool(entry.get("unchecked")),
    )


def interfaces_of(table: Table, domain: str = "") -> Iterator[Interface]:
    """The interfaces declared in `table`, in order."""
    for entry in table.get("interfaces", ()):
        yield Interface(
            expose=tuple(entry["expose"]),
            from_=tuple(_from(name, domain) for name in entry.get("from", (".*",))),
            visibility=_all_resolved(entry.get("visibility"), domain),
            exclusive=bool(entry.get("exclusive")),
        )


def resolved(path: str, domain: str) -> str:
    """The full path of `path` in `domain`; `//a.b` is a full path already."""
    if not domain:
        return path
    if path == _DOMAIN_ROOT:
        return domain
    return path.removeprefix("//") if path.startswith("//") else f"{domain}.{path}"


def found(module: Module, path: str) -> Module:
    """A copy of `module`, which has wildcards, for one matching `path`."""
    return replace(module, path=path, glob=module.path)


def _all_resolved(paths: list[str] | None, domain: str) -> tuple[str, ...] | None:
    return None if paths is None else tuple(resolved(path, domain) for path in paths)


def _from(name: str, domain: str) -> str:
    if not domain:
        return name
    return domain if name == _DOMAIN_ROOT else f"{domain}.{name}"
