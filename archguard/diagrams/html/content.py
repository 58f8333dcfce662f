"""The data of an interactive page: all modules and imports of a view, in a compact encoding."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, groupby, pairwise
from typing import Any, Final

from archguard.codebase import ImportTrait, Link
from archguard.dataclass import dataclass
from archguard.diagrams.labels import plain
from archguard.diagrams.simplify import ARROWS_PER_NODE, FEW_ARROWS, NODES, thinned
from archguard.diagrams.view import Arrow, Channel, Line, View
from archguard.model import Violation

_TYPES: Final = frozenset({ImportTrait.TYPE_CHECKING})


def content(view: View) -> Mapping[str, Any]:
    """The whole view; nodes, modules, imports and violations refer to each other by index instead of by name.

    A node has the modules from `first` up to, not including, `last`. `links` has one list per importing module: its
    index, followed by pairs of an imported module and a line; `typing` counts these pairs. `drawn` has one entry per
    arrow of the static picture of the same view: both nodes, the channel, whether it is part of a cycle, whether it
    closes one, and whether the picture shows it.
    """
    return _Content(view).data()


@dataclass(frozen=True)
class _Content:
    view: View

    def data(self) -> Mapping[str, Any]:
        view = self.view
        return {
            "title": plain(view.title),
            "notes": [plain(note) for note in (view.description, *view.notes) if note],
            "limit": None if view.is_complete else NODES,
            "fewArrows": FEW_ARROWS,
            "arrowsPerNode": ARROWS_PER_NODE,
            "drawn": list(self._drawn()),
            "source": view.source,
            "groups": [
                {"name": it.name, "label": plain(it.label), "parent": it.parent, "layer": it.layer}
                for it in view.groups
            ],
            "nodes": list(self._nodes()),
            "modules": [[name, self._file(name)] for name in self.modules],
            "links": [
                [self.modules[importer], *(number for it in links for number in (self.modules[it.imported], it.line))]
                for importer, links in groupby(self.links, key=lambda it: it.importer)
            ],
            "typing": self._typing(),
            "arrows": [self._contact(arrow) for arrow in self.contacts],
            "violations": [self._violation(it) for it in self.violations],
        }

    def _drawn(self) -> Iterator[tuple[int, int, Channel, bool, bool, bool]]:
        view = thinned(self.view)
        shown = {(it.source, it.target, it.channel) for it in view.arrows}
        for it in self.view.arrows:
            is_shown = (it.source, it.target, it.channel) in shown
            ends = self.nodes[it.source], self.nodes[it.target]
            yield *ends, it.channel, it.is_cyclic, it.closes_cycle, is_shown

    @cached_property
    def members(self) -> Sequence[Sequence[str]]:
        """The modules of each node: those with a file or an importer, and external ones."""
        if not (code := self.view.code):
            return [() for _ in self.view.nodes]
        imports = code.codebase.imports
        idle = code.codebase.modules - code.codebase.sources.keys() - imports.importers.keys()
        return [sorted(code.modules[node.name] - idle) for node in self.view.nodes]

    @cached_property
    def modules(self) -> Mapping[str, int]:
        names = (name for names in self.members for name in names)
        return {name: number for number, name in enumerate(names)}

    def _file(self, module: str) -> str | None:
        """The path of `module`; None if it is external."""
        codebase = self.view.code.codebase if self.view.code else None
        return codebase.display_path(module) if codebase and module in codebase.modules else None

    @cached_property
    def nodes(self) -> Mapping[str, int]:
        return {node.name: number for number, node in enumerate(self.view.nodes)}

    @cached_property
    def links(self) -> Mapping[Link, int]:
        """The imports inside of nodes, and those behind arrows."""
        return {link: number for number, link in enumerate(self._links())}

    def _links(self) -> Iterator[Link]:
        drawn = {(arrow.source, arrow.target) for arrow in self.view.arrows}
        owners = {name: node.name for node, names in zip(self.view.nodes, self.members, strict=True) for name in names}
        for link in self.view.code.codebase.imports.links() if self.view.code else ():
            ends = owners.get(link.importer), owners.get(link.imported)
            if None not in ends and (ends[0] == ends[1] or ends in drawn):
                yield link

    def _typing(self) -> list[int]:
        """The imports that type checkers alone follow."""
        code = self.view.code
        return [at for link, at in self.links.items() if code and code.codebase.traits(link, _TYPES) & _TYPES]

    def _nodes(self) -> Iterator[Mapping[str, Any]]:
        ends = pairwise(accumulate(map(len, self.members), initial=0))
        for node, (first, last) in zip(self.view.nodes, ends, strict=True):
            yield {
                "name": node.name,
                "label": plain(node.label),
                "kind": node.kind,
                "group": node.group,
                "description": plain(node.description),
                "file": node.path,
                "focus": node.is_focus,
                "first": first,
                "last": last,
            }

    @cached_property
    def contacts(self) -> Sequence[Arrow]:
        """The arrows that need an entry of their own, since `links` has no import of them."""
        return [it for it in self.view.arrows if not self.view.code or it.channel is not Channel.IMPORT]

    def _contact(self, arrow: Arrow) -> Mapping[str, Any]:
        return {
            "source": self.nodes[arrow.source],
            "target": self.nodes[arrow.target],
            "channel": arrow.channel,
            "count": arrow.count,
            "broken": arrow.broken,
            "known": arrow.known,
            "lines": [_line(line) for line in arrow.lines],
            "violations": [self.violations[it] for it in arrow.violations],
        }

    @cached_property
    def violations(self) -> Mapping[Violation, int]:
        on_arrows = (it for arrow in self.view.arrows for it in arrow.violations)
        return {it: number for number, it in enumerate(dict.fromkeys((*on_arrows, *self.owners)))}

    @cached_property
    def owners(self) -> Mapping[Violation, int]:
        """The node of each violation that is on no arrow."""
        return {it: number for number, node in enumerate(self.view.nodes) for it in node.violations}

    @cached_property
    def on_contacts(self) -> frozenset[Violation]:
        return frozenset(it for arrow in self.contacts for it in arrow.violations)

    def _violation(self, violation: Violation) -> Mapping[str, Any]:
        """A violation with its cause: an import, else an interaction, else a module or a node."""
        first = violation.chain[0] if violation.chain else None
        return {
            "contract": plain(violation.contract),
            "severity": violation.severity,
            "status": violation.status,
            "message": plain(violation.message),
            "reason": plain(violation.reason),
            "fix": [plain(fix) for fix in violation.fix],
            "path": violation.location.path,
            "line": violation.location.line,
            "column": violation.location.column,
            "chain": [[plain(it.importer), plain(it.imported), it.path, it.line] for it in violation.chain],
            "link": self.links.get(Link(first.importer, first.imported, first.line)) if first else None,
            "isOnContact": violation in self.on_contacts,
            "module": self.modules.get(violation.importer),
            "node": self.owners.get(violation),
        }


def _line(line: Line) -> Mapping[str, Any]:
    return {"importer": plain(line.importer), "imported": plain(line.imported), "path": line.path, "line": line.line}
