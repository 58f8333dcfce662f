"""Whether a module may import another one, where the importing module may not exist yet.

The answer is what `check` would say: the import is appended to the text of the importing file, or to an empty one, and
this draft is checked against all contracts. Cost: one check of a draft (`Session.check`).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from archguard.checking.session import Session
from archguard.codebase import Codebase, Pattern, SourceError
from archguard.config import Config, did_you_mean
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.inspection.module_file import ModuleFile, find_module_file
from archguard.model import Problem, Severity, Violation
from archguard.model.names import is_dotted_name, plain_name, self_and_parents, split_last


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Whether `importer` may import `imported`."""

    importer: str
    """The importing module."""
    path: str
    """Its file, relative to the configuration."""
    is_new: bool
    """Whether the file is still to be written."""
    imported: str
    """What is imported."""
    statements: tuple[str, ...]
    """The import statements that were tried."""
    allowed: bool
    """Whether the import breaks no contract, and could be checked."""
    denials: tuple[Violation, ...]
    """The violations that the import brings, or that it has today."""
    problems: tuple[Problem, ...]
    """What could not be checked because of it."""


def may_import(session: Session, importer: str, imported: str) -> Permission:
    """Whether `importer`, a module or file that exists or not, may import `imported`.

    Args:
        session: The project.
        importer: A module or a path.
        imported: A module, a name in one, a file, a component, or a package from outside of the project.

    Raises:
        ArchguardError: one of them is unknown, or cannot be read.
    """
    codebase = session.codebase
    file = find_module_file(codebase, importer)
    statements = tuple(import_statements(session.config, codebase, imported))
    added = "\n".join(("", *statements, "")).encode()
    result = session.check({file.path: (b"" if file.is_new else _content(codebase, file)) + added})
    targets = _targets(session.config, codebase, imported)
    known = [found for found in result.unchanged if found.importer == file.module and found.imported in targets]
    errors = any(problem.severity is Severity.ERROR for problem in result.problems)
    return Permission(
        importer=file.module,
        path=shown_path(codebase, file.path),
        is_new=file.is_new,
        imported=imported,
        statements=statements,
        allowed=not (result.new or known or errors or _is_no_module(result.problems)),
        denials=result.new or tuple(known),
        problems=result.problems,
    )


def import_statements(config: Config, codebase: Codebase, name: str) -> Iterator[str]:
    """The statements that import `name`: a module, a name in one, a file, a component or a package from outside.

    Raises:
        ArchguardError: there is no such module in the project, or `name` cannot be imported.
    """
    if name.endswith(".py"):
        name = find_module_file(codebase, name).module
    if name in config.components and name not in codebase.modules:
        yield from (f"import {plain_name(module)}" for module in codebase.anchors(Pattern(name)))
    else:
        yield import_statement(codebase, name)


def import_statement(codebase: Codebase, name: str) -> str:
    """The statement that imports `name`: `import shop.orders` or `from shop.orders import Order`.

    Of a package from outside, nothing is known but its name: what begins with a capital is taken for a class in it.

    Raises:
        ArchguardError: the project has no such module, or `name` cannot be imported.
    """
    plain = plain_name(name)
    if not is_dotted_name(plain):
        raise ArchguardError(f"'{name}' cannot be imported", "write a module with dots, such as `shop.orders`")
    modules = {plain_name(module) for module in codebase.modules}
    holder, member = split_last(plain)
    if plain in modules:
        return f"import {plain}"
    if holder in modules and _binds(codebase, holder, member):
        return f"from {holder} import {member}"
    if not modules.isdisjoint(self_and_parents(plain)):
        raise ArchguardError(f"there is no module or name '{name}' in the project", did_you_mean(name, sorted(modules)))
    return f"from {holder} import {member}" if holder and member[:1].isupper() else f"import {plain}"


def shown_path(codebase: Codebase, path: Path) -> str:
    """`path` relative to the configuration, if it is below it."""
    root = codebase.root.absolute()
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _binds(codebase: Codebase, holder: str, member: str) -> bool:
    holders = [module for module in codebase.modules if plain_name(module) == holder]
    return codebase.reexports is not None and any(codebase.reexports.binds(module, member) for module in holders)


def _content(codebase: Codebase, file: ModuleFile) -> bytes:
    try:
        return codebase.sources[file.module].content
    except SourceError as error:
        raise ArchguardError(f"'{shown_path(codebase, file.path)}' cannot be read: {error}") from None


def _targets(config: Config, codebase: Codebase, imported: str) -> frozenset[str]:
    """What violations call the imported thing: modules of the project, or the nearest known package from outside."""
    if imported in config.components:
        return codebase.members((Pattern(imported),))
    name = find_module_file(codebase, imported).module if imported.endswith(".py") else imported
    origins = codebase.reexports.origins(name) if codebase.reexports else ()
    outer = [it for it in self_and_parents(name) if it in codebase.modules or it in codebase.imports.externals]
    return frozenset((*origins, *outer[:1]))


def _is_no_module(problems: Iterable[Problem]) -> bool:
    return any(problem.code == "no-module" for problem in problems)
