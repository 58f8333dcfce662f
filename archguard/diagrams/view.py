"""The values of a diagram: nodes, the arrows between them, and the code behind each arrow."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import StrEnum

from archguard.codebase import Codebase
from archguard.dataclass import dataclass
from archguard.model import Violation, ViolationStatus


class NodeKind(StrEnum):
    """What a node represents."""

    COMPONENT = "component"
    PACKAGE = "package"
    MODULE = "module"
    SERVICE = "service"
    EXTERNAL = "external"
    """A package outside of the project."""
    REST = "rest"
    """Several nodes that were folded into one: "12 more"."""


def is_known(violations: Iterable[Violation]) -> bool:
    """Whether the baseline lists all of `violations`, and there are any."""
    statuses = {violation.status for violation in violations}
    return statuses == {ViolationStatus.KNOWN}


class Channel(StrEnum):
    """How one node depends on another."""

    IMPORT = "import"
    HTTP = "http"
    RPC = "rpc"
    QUEUE = "queue"
    TABLE = "table"


class Change(StrEnum):
    """What became of a node or an arrow, in a picture of two revisions."""

    NEW = "new"
    GONE = "gone"
    TOUCHED = "touched"
    """A node that is the same, with an arrow that is not."""
    SAME = "same"


@dataclass(frozen=True, kw_only=True)
class Group:
    """A frame around nodes: their package, or their layer."""

    name: str
    """Unique among the groups."""
    label: str
    parent: str = ""
    """The name of the group that it stands in; "" for none."""
    layer: int | None = None
    """The index of the layer, 0 at the top; None if the group is not a layer."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A set of modules."""

    name: str
    """Unique among the nodes."""
    label: str
    kind: NodeKind
    group: str = ""
    """The name of the group that it stands in; "" for none."""
    modules: int = 0
    path: str = ""
    """The file of the topmost module, relative to the project's root; "" if there is none."""
    description: str = ""
    is_focus: bool = False
    """Whether it is the subject of the view."""
    violations: tuple[Violation, ...] = ()
    """Violations inside of the node, which are on no arrow."""
    change: Change | None = None
    """What became of it; None in a picture of one revision."""

    @property
    def is_known(self) -> bool:
        """Whether there are violations inside, and the baseline lists all of them."""
        return is_known(self.violations)


@dataclass(frozen=True, order=True)
class Line:
    """A line of code behind an arrow: `importer` imports or calls `imported` at `path`:`line`."""

    importer: str
    imported: str
    """The module; over other channels than imports, what the code names: a URL, a topic, a table."""
    path: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """The node `source` depends on `target`, by imports or over another channel."""

    source: str
    target: str
    count: int
    """The number of imports, or of lines of code; 0 if it is not to be shown."""
    broken: int = 0
    """How many of them break contracts."""
    known: int = 0
    """How many of these only in ways that the baseline lists."""
    lines: tuple[Line, ...]
    """These lines, those that break contracts first; only the first ones if there are very many."""
    channel: Channel = Channel.IMPORT
    violations: tuple[Violation, ...] = ()
    is_cyclic: bool = False
    """Whether it is part of a cycle."""
    closes_cycle: bool = False
    """Whether it is in the feedback arc set: without these arrows, there is no cycle."""
    is_type_checking: bool = False
    """Whether all of its imports are under `if TYPE_CHECKING:`."""
    change: Change | None = None
    """What became of it; None in a picture of one revision."""
    grown: int = 0
    """How many lines it has more than before, in a picture of two revisions; negative for fewer."""

    @property
    def contracts(self) -> tuple[str, ...]:
        """The ids of the contracts that it breaks, sorted."""
        return tuple(sorted({violation.contract for violation in self.violations}))

    @property
    def is_known(self) -> bool:
        """Whether it breaks contracts, and only in ways that the baseline lists."""
        return is_known(self.violations)


@dataclass(frozen=True, kw_only=True)
class Code:
    """The code of a view, for interactive formats that show the inside of nodes."""

    codebase: Codebase
    modules: Mapping[str, frozenset[str]]
    """The modules of each node."""


@dataclass(frozen=True, kw_only=True)
class View:
    """A picture of the code, independent of the output format. Everything is sorted."""

    title: str
    description: str = ""
    """A sentence about what is shown; "" if the title suffices."""
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...] = ()
    groups: tuple[Group, ...] = ()
    """The groups, parents before their children."""
    notes: tuple[str, ...] = ()
    """Sentences about what is left out, and why."""
    is_sideways: bool = False
    """Whether the layout goes from left to right instead of from top to bottom."""
    keeps_arrows: bool = False
    """Whether arrows are never left out: a table has room for all, and a view of cycles is about its arrows."""
    is_complete: bool = False
    """Whether the user requested everything: no format leaves out or folds anything, whatever the size."""
    code: Code | None = field(default=None, repr=False, compare=False)
    source: str = ""
    """The URL template of source files, with `{path}` and `{line}`; "" if it is not known."""

    @property
    def is_around(self) -> bool:
        """Whether there is a subject in the middle, between its importers and what it imports."""
        return any(node.is_focus for node in self.nodes)

    @property
    def layers(self) -> tuple[Group, ...]:
        """The groups that are layers, from top to bottom."""
        return tuple(sorted((group for group in self.groups if group.layer is not None), key=lambda it: it.layer or 0))

    def members(self, group: str) -> tuple[Node, ...]:
        """The nodes directly in `group`, without those of nested groups; "" for nodes without a group."""
        return tuple(node for node in self.nodes if node.group == group)
