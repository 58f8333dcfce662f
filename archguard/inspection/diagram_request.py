"""Resolve a request for a diagram: the name of a view, and the name of its subject."""

from dataclasses import replace

from archguard.checking.presence import require_code
from archguard.codebase import Codebase
from archguard.config import Config, did_you_mean
from archguard.diagrams import NEEDING_A_SUBJECT, Request, View, draw_view
from archguard.diagrams.simplify import NODES, thinned
from archguard.diagrams.view_builder import reduced
from archguard.errors import ArchguardError
from archguard.inspection.module_lookup import find_named
from archguard.model import Report


def draw(  # noqa: PLR0913  # the options of the command
    config: Config,
    codebase: Codebase,
    report: Report,
    view: str | None = None,
    subject: str | None = None,
    *,
    depth: int | None = None,
    limit: int | None = NODES,
    reduce: bool = False,
    whole: bool = False,
) -> View:
    """Draw the view `view`; the default depends on what the configuration defines.

    Args:
        config: The contracts.
        codebase: The code.
        report: The violations to highlight.
        view: One of `VIEWS`.
        subject: The contract, module, component or service that the view is about, if it needs one.
        depth: The depth of packages, or the distance from the subject.
        limit: The maximum number of nodes; None for no limit.
        reduce: Whether to leave out arrows that longer paths imply.
        whole: Whether to keep all arrows, for a format that selects which of them it shows.

    Raises:
        ArchguardError: the subject is missing, unknown or not expected; or there is nothing to draw.
    """
    require_code(codebase)
    request = Request(codebase=codebase, contracts=config.contracts, report=report, depth=depth, limit=limit)
    name = view or request.main_view
    drawn = replace(draw_view(name, _with_subject(config, request, name, subject)), is_complete=limit is None)
    drawn = reduced(drawn) if reduce else drawn
    return drawn if whole else thinned(drawn)


def _with_subject(config: Config, request: Request, view: str, subject: str | None) -> Request:
    if view not in NEEDING_A_SUBJECT:
        if subject is not None:
            raise ArchguardError(f"the view of {view} is not about '{subject}'", f"`--view focus {subject}` is")
        return request
    if subject is None:
        expected = "the id of a contract" if view == "contract" else "a module, a component or a service"
        raise ArchguardError(f"the view {view} needs to know of what", f"name {expected}: `--view {view} NAME`")
    if view == "contract":
        known = [contract.id for contract in config.contracts]
        if subject not in known:
            raise ArchguardError(f"there is no contract '{subject}'", did_you_mean(subject, known))
        return replace(request, subject=subject)
    named = find_named(config, request.codebase, subject)
    return replace(request, subject=named.name, modules=named.modules)
