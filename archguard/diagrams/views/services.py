"""The services, and how they reach each other."""

from collections.abc import Iterator

from archguard.diagrams.drawing import draw
from archguard.diagrams.parts import Outline, loose, package_depth, packages, part
from archguard.diagrams.view import NodeKind, View
from archguard.diagrams.views.request import Request
from archguard.errors import ArchguardError
from archguard.kinds.contacts import Contact, Territory, Way, find_contacts


def view(request: Request) -> View:
    """The services and what they share, with an arrow for each way in which one reaches another.

    Raises:
        ArchguardError: there are no services.
    """
    codebase = request.codebase
    if not codebase.services:
        raise ArchguardError("there are no services to draw", "declare them under `services:`, or use --view packages")
    territory = Territory(codebase)
    services = (part(codebase, name, unit, NodeKind.SERVICE) for name, unit in territory.modules.items())
    shared, _ = packages(codebase, codebase.modules - territory.owners.keys(), package_depth(codebase) - 1)
    outline = Outline(title=f"{request.project}: services", parts=(*services, *loose(codebase, shared)))
    return request.thinned(draw(codebase, request.report, outline, _contacts(request, territory)))


def _contacts(request: Request, territory: Territory) -> Iterator[Contact]:
    """All that is no import of a module, which is drawn anyway; an import by the path in the repository is none."""
    for contact in find_contacts(request.codebase, territory, {}, tuple(Way)):
        if contact.way is not Way.IMPORT or _is_by_path(request, contact):
            yield contact


def _is_by_path(request: Request, contact: Contact) -> bool:
    return all(step.imported not in request.codebase.modules for step in contact.chain[:1])
