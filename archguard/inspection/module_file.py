"""Find the file of a module by its name or path, also of one that is still to be written.

A file that does not exist yet gets its name from the folders around it: the deepest of them that holds modules already
says which package it is, and the rest of the path, or of the dotted name, follows. So source roots, services and
packages without an `__init__.py` need no rules of their own.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from archguard.codebase import Codebase
from archguard.config import did_you_mean
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.model.names import is_dotted_name, parent_name, parts_of, qualify, self_and_parents, split_service


@dataclass(frozen=True)
class ModuleFile:
    """A module of the project, and its file."""

    module: str
    path: Path
    """Its file, as an absolute path."""
    is_new: bool = False
    """Whether the file is still to be written."""


def find_module_file(codebase: Codebase, name: str) -> ModuleFile:
    """The module with the name or path `name`; relative paths start from the folder of the configuration.

    Raises:
        ArchguardError: `name` is outside of the project, is no name of a module, or has no package around it.
    """
    if _is_path(name):
        return _by_path(codebase, project_path(codebase, name))
    return _by_name(codebase, name)


def project_path(codebase: Codebase, name: str) -> Path:
    """The absolute path of the file `name` in the project.

    Raises:
        ArchguardError: it is below neither the folder of the configuration nor a folder of modules, by its own path or
            where links lead.
    """
    if "\0" in name:
        raise ArchguardError("a path has no NUL characters")
    path = Path(os.path.abspath(codebase.root / name))  # noqa: PTH100  # a module may be found by a link
    folders = [codebase.root.absolute(), *map(Path, packages_by_folder(codebase))]
    real = path.resolve()
    is_inside = any(map(path.is_relative_to, folders)) and any(real.is_relative_to(it.resolve()) for it in folders)
    if not is_inside:
        raise ArchguardError(f"'{name}' is outside of the project", f"name a file below {codebase.root}")
    return path


def packages_by_folder(codebase: Codebase) -> Mapping[str, str]:
    """The package of each folder that holds modules; `service::` or "" for a folder of top-level modules."""
    folders: dict[str, str] = {}
    for module, source in codebase.sources.items():
        service, name = split_service(module)
        package = name if source.is_package else parent_name(name)
        folders.setdefault(os.path.dirname(source.file), qualify(service, package))  # noqa: PTH120  # paths are text here
    return folders


def _is_path(name: str) -> bool:
    return name.endswith(".py") or "/" in name or os.sep in name


def _by_path(codebase: Codebase, path: Path) -> ModuleFile:
    for module, source in codebase.sources.items():
        if source.file == str(path):
            return ModuleFile(module, path)
    if path.is_dir():
        return _by_path(codebase, path / "__init__.py")
    if path.suffix != ".py":
        raise ArchguardError(f"'{path.name}' is no Python file", "name a file that ends in .py, or a module")
    return ModuleFile(_new_name(codebase, path), path, is_new=True)


def _new_name(codebase: Codebase, path: Path) -> str:
    names = path.parts[:-1] if path.name == "__init__.py" else path.with_suffix("").parts
    folders = packages_by_folder(codebase)
    for folder in path.parents:
        inner = names[len(folder.parts) :]
        if str(folder) in folders and all(map(str.isidentifier, inner)):
            return _joined(folders[str(folder)], inner)
    raise ArchguardError(
        f"'{path.name}' would be no module of the project there",
        "name a file in a folder with modules, with a name that can be imported",
    )


def _joined(package: str, inner: tuple[str, ...]) -> str:
    dot = "." if package and not package.endswith("::") and inner else ""
    return f"{package}{dot}{'.'.join(inner)}"


def _by_name(codebase: Codebase, name: str) -> ModuleFile:
    found = [module for module in codebase.sources if module == name or module.endswith(f"::{name}")]
    if len(found) == 1:
        return ModuleFile(found[0], Path(codebase.sources[found[0]].file))
    if found:
        raise ArchguardError(f"there are several modules '{name}'", f"say which: {', '.join(sorted(found))}")
    service, inner = split_service(name)
    if not is_dotted_name(inner):
        raise ArchguardError(f"'{name}' is no name of a module", "write it with dots, such as `shop.orders`")
    folders = {package: folder for folder, package in sorted(packages_by_folder(codebase).items(), reverse=True)}
    for parent in self_and_parents(inner):
        if (package := qualify(service, parent)) in folders:
            rest = parts_of(inner[len(parent) :].strip("."))
            below = [*rest[:-1], f"{rest[-1]}.py"] if rest != [""] else ["__init__.py"]
            return ModuleFile(name, Path(folders[package], *below), is_new=True)
    raise ArchguardError(f"there is no package around '{name}'", did_you_mean(name, sorted(codebase.modules)))
