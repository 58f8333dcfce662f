"""What a diagram shows: nodes, the arrows between them, and what is behind each arrow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from archguard.codebase import Codebase
from archguard.model import Violation


class NodeKind(StrEnum):
    """What a node stands for."""

    COMPONENT = "component"
    PACKAGE = "package"
    MODULE = "module"
    SERVICE = "service"
    EXTERNAL = "external"
    """A package from outside of the project."""
    REST = "rest"
    """Several nodes that were folded into one: "12 more"."""


class Channel(StrEnum):
    """How one thing reaches another."""

    IMPORT = "import"
    HTTP = "http"
    RPC = "rpc"
    QUEUE = "queue"
    TABLE = "table"


@dataclass(frozen=True, kw_only=True)
class Group:
    """A frame around nodes: the package that they are in, or the layer."""

    name: str
    """Unique among the groups."""
    label: str
    parent: str = ""
    """The name of the group that it stands in; "" for none."""
    layer: int | None = None
    """Which layer it is, from 0 at the top; None for what is no layer."""


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
    """The file of the topmost module, relative to the project's root; "" if it has none."""
    description: str = ""
    is_focus: bool = False
    """Whether the view is about it."""
    violations: tuple[Violation, ...] = ()
    """Those inside of it, which are on no arrow."""


@dataclass(frozen=True, order=True)
class Line:
    """A line of code behind an arrow: `importer` imports `imported`, or reaches it in another way, at `path`:`line`."""

    importer: str
    imported: str
    """The module; over other channels than imports, what is named there: a URL, a topic, a table."""
    path: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """The node `source` imports `target`, or reaches it over another channel."""

    source: str
    target: str
    count: int
    """How many imports, or lines of code, do."""
    broken: int = 0
    """How many of those break contracts."""
    lines: tuple[Line, ...]
    """Those lines; of very many, the first ones, those that break contracts before others."""
    channel: Channel = Channel.IMPORT
    violations: tuple[Violation, ...] = ()
    is_cyclic: bool = False
    """Whether it is part of a cycle."""
    closes_cycle: bool = False
    """Whether it is one of the few arrows without which there would be no cycle."""
    is_type_checking: bool = False
    """Whether type checkers alone follow it: each import stands under `if TYPE_CHECKING:`."""

    @property
    def contracts(self) -> tuple[str, ...]:
        """The ids of the contracts that it breaks, sorted."""
        return tuple(sorted({violation.contract for violation in self.violations}))


@dataclass(frozen=True, kw_only=True)
class Code:
    """What a view was drawn from, for formats in which people look inside of its nodes."""

    codebase: Codebase
    modules: Mapping[str, frozenset[str]]
    """Those of each node."""


@dataclass(frozen=True, kw_only=True)
class View:
    """A picture of the code, whatever the format that it is written in. Everything is sorted."""

    title: str
    description: str = ""
    """A sentence about what is shown; "" where the title says enough."""
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...] = ()
    groups: tuple[Group, ...] = ()
    """Those above before those in them."""
    notes: tuple[str, ...] = ()
    """Sentences about what is not shown, and why."""
    is_sideways: bool = False
    """Whether it is drawn from left to right instead of from top to bottom."""
    keeps_arrows: bool = False
    """Whether no arrow is too light to be shown: a table has room for all, and of cycles the arrows are the point."""
    is_complete: bool = False
    """Whether everything was asked for: no format leaves out or folds anything, however much there is."""
    code: Code | None = field(default=None, repr=False, compare=False)
    source: str = ""
    """Where the code can be read: an address with `{path}` and `{line}` in it; "" if nobody knows."""

    @property
    def is_around(self) -> bool:
        """Whether something is in the middle, with what leads to it before it and what it leads to behind it."""
        return any(node.is_focus for node in self.nodes)

    @property
    def layers(self) -> tuple[Group, ...]:
        """The groups that are layers, to be drawn as bands from top to bottom."""
        return tuple(sorted((group for group in self.groups if group.layer is not None), key=lambda it: it.layer or 0))

    def members(self, group: str) -> tuple[Node, ...]:
        """The nodes that stand in the group of that name, not those in groups in it; "" for those in none."""
        return tuple(node for node in self.nodes if node.group == group)
