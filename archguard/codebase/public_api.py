"""The public interface of a package: which of its modules and names others may import."""

import ast
from collections.abc import Iterator

from archguard.codebase import Codebase, Expression, Import, Link, Pattern, Source, SourceError
from archguard.dataclass import dataclass
from archguard.model.names import ModuleName, plain_name, qualify, service_of


@dataclass(frozen=True)
class Interface:
    """The modules and names that anyone may import."""

    modules: tuple[Pattern, ...] = ()
    """Modules with their submodules, or names in modules."""
    exact: frozenset[str] = frozenset()
    """Modules without their submodules."""
    names: frozenset[str] = frozenset()
    """Names in modules, resolved to where they are defined."""
    expressions: tuple[Expression, ...] = ()
    """Regular expressions for the qualified names of modules, or of names in modules."""

    @classmethod
    def of(cls, codebase: Codebase, unit: str, entries: tuple[str, ...]) -> "Interface":
        """The interface of `unit` that a contract's `entries` describe."""
        relative = tuple(f"{unit}{entry}" for entry in entries if entry.startswith(".") and entry != ".")
        absolute = tuple(entry for entry in entries if entry[0] not in "./" and entry != "__all__")
        return cls(
            modules=tuple(map(Pattern, (*relative, *absolute))),
            exact=frozenset({unit} if "." in entries else ()),
            names=frozenset(_names_in_all(codebase, unit) if "__all__" in entries else ()),
            expressions=tuple(Expression(entry.strip("/")) for entry in entries if entry.startswith("/")),
        )

    def is_everything(self, unit: str) -> bool:
        """Whether all of `unit` is public, including names added later. Tested with names that nobody writes."""
        probes = (unit, f"{unit}.made_up_9", f"{unit}._made.__up", f"{unit}.*")
        return any(pattern.unit(unit) for pattern in self.modules) or any(
            all(expression.matches(plain_name(name)) for name in probes) for expression in self.expressions
        )

    def offers(self, codebase: Codebase, link: Link) -> bool:
        """Whether every name that the statement of `link` imports is public."""
        return not self.missing(codebase, link)

    def missing(self, codebase: Codebase, link: Link) -> tuple[Import | None, ...]:
        """The names in the statement of `link` that are not public; None for a statement that cannot be parsed."""
        if link.imported in self.exact or any(pattern.unit(link.imported) for pattern in self.modules):
            return ()
        named = codebase.named(link)
        if not named:
            return () if self._is_public(link.imported) else (None,)
        service = service_of(link.imported)
        return tuple(found for found in named if not self._is_public(qualify(service, found.named)))

    def _is_public(self, named: str) -> bool:
        plain = plain_name(named)
        return (
            named in self.names
            or any(pattern.unit(named) for pattern in self.modules)
            or any(expression.matches(plain) for expression in self.expressions)
        )


def _names_in_all(codebase: Codebase, package: ModuleName) -> Iterator[str]:
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
