"""What a package offers to others, of what is in it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from archguard.codebase import Codebase, Expression, Import, Link, Pattern, Source, SourceError


@dataclass(frozen=True)
class Interface:
    """The modules and names that anyone may import."""

    modules: tuple[Pattern, ...] = ()
    """Modules, with what is below them, or names in modules."""
    exact: frozenset[str] = frozenset()
    """Modules, without what is below them."""
    names: frozenset[str] = frozenset()
    """Names in modules, resolved to where they are defined."""
    expressions: tuple[Expression, ...] = ()
    """What the full name of a module, or of a name in one, may look like."""

    @classmethod
    def of(cls, codebase: Codebase, unit: str, entries: tuple[str, ...]) -> "Interface":
        """The interface of `unit` that a contract's `entries` describe."""
        relative = tuple(f"{unit}{entry}" for entry in entries if entry.startswith(".") and entry != ".")
        absolute = tuple(entry for entry in entries if entry[0] not in "./" and entry != "__all__")
        return cls(
            modules=tuple(map(Pattern, (*relative, *absolute))),
            exact=frozenset({unit} if "." in entries else ()),
            names=frozenset(_listed(codebase, unit) if "__all__" in entries else ()),
            expressions=tuple(Expression(entry.strip("/")) for entry in entries if entry.startswith("/")),
        )

    def is_everything(self, unit: str) -> bool:
        """Whether all of `unit` is offered, whatever there will be in it."""
        made_up = (unit, f"{unit}.made_up_9", f"{unit}._made.__up", f"{unit}.*")
        return any(pattern.unit(unit) for pattern in self.modules) or any(
            all(expression.matches(name.rpartition("::")[2]) for name in made_up) for expression in self.expressions
        )

    def offers(self, codebase: Codebase, link: Link) -> bool:
        """Whether everything that `link` names keeps to the interface."""
        return not self.missing(codebase, link)

    def missing(self, codebase: Codebase, link: Link) -> tuple[Import | None, ...]:
        """Each name in the statement behind `link` that is not offered; None for a statement that nobody can parse."""
        if link.imported in self.exact or any(pattern.unit(link.imported) for pattern in self.modules):
            return ()
        named = codebase.named(link)
        if not named:
            return () if self._offers(link.imported) else (None,)
        service, mark, _ = link.imported.rpartition("::")
        return tuple(found for found in named if not self._offers(f"{service}{mark}{found.named}"))

    def _offers(self, named: str) -> bool:
        plain = named.rpartition("::")[2]
        return (
            named in self.names
            or any(pattern.unit(named) for pattern in self.modules)
            or any(expression.matches(plain) for expression in self.expressions)
        )


def _listed(codebase: Codebase, package: str) -> Iterator[str]:
    source = codebase.sources.get(package)
    return (f"{package}.{name}" for name in (*_all(source), "*")) if source else iter(())


def _all(source: Source) -> Iterator[str]:
    """The strings of every `__all__ = [...]` and `__all__ += [...]`."""
    try:
        body = source.tree.body
    except SourceError:
        return
    for statement in body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=value)
                | ast.AugAssign(target=ast.Name(id="__all__"), value=value)
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value)
            ):
                yield from (
                    node.value
                    for node in ast.walk(value)
                    if isinstance(node, ast.Constant) and isinstance(node.value, str)
                )
