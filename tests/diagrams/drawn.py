"""Short words for what a view has."""

from project import Project

from archguard.checking import check
from archguard.diagrams import Arrow, Node, View
from archguard.diagrams.simplify import NODES
from archguard.inspection.diagram_request import draw


def view(  # noqa: PLR0913
    project: Project,
    name: str | None = None,
    subject: str | None = None,
    *,
    depth: int | None = None,
    limit: int | None = NODES,
    reduce: bool = False,
) -> View:
    """The view as the command makes it."""
    config, codebase = project.config(), project.codebase()
    report = check(config, codebase=codebase)
    return draw(config, codebase, report, name, subject, depth=depth, limit=limit, reduce=reduce)


def pairs(drawn: View) -> list[tuple[str, str]]:
    """The ends of all arrows."""
    return [(arrow.source, arrow.target) for arrow in drawn.arrows]


def arrow(drawn: View, source: str, target: str, channel: str = "import") -> Arrow:
    """The one arrow between two nodes."""
    (found,) = [it for it in drawn.arrows if (it.source, it.target, it.channel) == (source, target, channel)]
    return found


def node(drawn: View, name: str) -> Node:
    """The node of that name."""
    (found,) = [it for it in drawn.nodes if it.name == name]
    return found
