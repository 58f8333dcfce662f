"""Scan the imports of files with grimp. The only module that imports grimp.

grimp's own `build_graph` looks packages up in `sys.path`, silently drops folders without `__init__.py`, knows only one
package of a name, and stops at the first file that it cannot parse. Its scanner has none of these limits, so archguard
finds the modules itself and passes them to `grimp.application.scanning`. The scanner resolves an import to the deepest
module that it knows, or else to the top-level package. So names to distinguish that are no modules of the graph
(`google.cloud.storage`, a re-exported name, an excluded module) are passed to it as modules too.
"""

import os
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TypeAlias

from grimp.application.ports.modulefinder import FoundPackage, ModuleFile
from grimp.application.scanning import scan_imports
from grimp.domain.valueobjects import DirectImport, Module
from grimp.exceptions import SourceSyntaxError

from archguard.codebase.modules.discovery import PackageRoot
from archguard.codebase.modules.namespace import ServiceNamespace
from archguard.codebase.syntax.source import Source
from archguard.dataclass import dataclass
from archguard.model.names import ModuleName, is_below, plain_name

os.environ.setdefault("RUST_MIN_STACK", str(64 << 20))  # grimp parses by recursion; an overflow kills the process


GrimpImport: TypeAlias = DirectImport


class UnscannableError(Exception):
    """grimp cannot read one of the files."""


@dataclass(frozen=True)
class GrimpScanner:
    """grimp's scanner, with the packages and names that it has to know."""

    view: ServiceNamespace
    externals: Collection[ModuleName]
    inside: Collection[ModuleName]
    """Names in packages of the project to pass as modules, though they are none."""

    def scan(self, sources: Sequence[Source]) -> list[set[GrimpImport]]:
        """The imports of each of `sources`.

        Raises:
            UnscannableError: one of the files cannot be read or parsed.
        """
        files = [_module_file(plain_name(source.module)) for source in sources]
        try:
            imports = scan_imports(
                files,
                found_packages=self._packages,
                include_external_packages=True,
                exclude_type_checking_imports=False,
            )
        except (SourceSyntaxError, UnicodeError, OSError) as error:
            raise UnscannableError(str(error)) from None
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # a panic in Rust; not a subclass of Exception
                raise
            raise UnscannableError(str(error)) from None
        return [imports[file] for file in files]

    @cached_property
    def _packages(self) -> set[FoundPackage]:
        own = {_found_package(portion, self._inside_of(portion)) for portion in self.view.package_roots}
        return own | {_external_package(name) for name in self.externals}

    def _inside_of(self, package_root: PackageRoot) -> list[str]:
        return [name for name in self.inside if is_below(name, package_root.package)]


def _found_package(package_root: PackageRoot, inside: Collection[ModuleName]) -> FoundPackage:
    modules = [plain_name(source.module) for source in package_root.sources]
    return FoundPackage(
        name=package_root.package,
        directory=str(package_root.directory),
        module_files=frozenset(map(_module_file, (*modules, *package_root.opaque, *inside))),
        namespace_packages=package_root.namespaces,
    )


def _external_package(name: str) -> FoundPackage:
    files = frozenset({_module_file(name)})
    return FoundPackage(name=name, directory="", module_files=files, namespace_packages=frozenset())


def _module_file(module: ModuleName) -> ModuleFile:
    return ModuleFile(module=Module(module), mtime=0.0)
