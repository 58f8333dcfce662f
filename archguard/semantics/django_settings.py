"""The definitions behind `django.conf.settings.NAME`, without running the project.

Settings are the modules called `settings`, and those in a package of that name. Modules for development and tests count
only if no other one defines the name, since they replace what production uses.
"""

import re
from collections.abc import Iterator

from archguard.codebase.scopes.scopes import Binding
from archguard.model.names import last_part, service_of
from archguard.semantics.index import FileIndex

SETTINGS_OBJECT = "django.conf.settings"
_SIDE = re.compile(r"(?:^|[._])(?:dev|devel|development|local|tests?|testing|ci|debug)(?:$|[._])")


def setting_bindings(files: FileIndex, name: str, importer: str) -> tuple[Binding, ...]:
    """The bindings of the setting `name` that the module `importer` reads; those of one service only."""
    service = service_of(importer)
    modules = (module for module in files.settings_modules if service_of(module) == service)
    found = [(module, binding) for module in modules for binding in _bound(files, module, name)]
    main = [binding for module, binding in found if not _SIDE.search(last_part(module))]
    return tuple(main or (binding for _, binding in found))


def _bound(files: FileIndex, module: str, name: str) -> Iterator[Binding]:
    yield from files.scope(module).bindings.get(name, [])[-1:]
