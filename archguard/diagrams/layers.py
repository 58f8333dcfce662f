"""Layers as bands: assign nodes to the levels of a `layers` contract."""

from dataclasses import replace

from archguard.codebase import Codebase
from archguard.diagrams.node_selection import Outline, Part
from archguard.diagrams.view import Group
from archguard.kinds import Layers


def layered(codebase: Codebase, outline: Outline, contract: Layers | None) -> Outline:
    """Add a group for each layer of `contract`, with the nodes whose modules are all in that layer."""
    levels = contract.levels(codebase) if contract else ()
    places = {module: level for level, units in enumerate(levels) for unit in units.values() for module in unit}
    found = {
        it.node.name: {places.get(module) for module in it.modules & codebase.sources.keys()} for it in outline.parts
    }
    own = {name: next(iter(level)) for name, level in found.items() if len(level) == 1 and None not in level}
    groups = (
        Group(name=f"layer {level}", label=", ".join(units), layer=level)
        for level, units in enumerate(levels)
        if level in own.values()
    )
    parts = tuple(_placed(it, own.get(it.node.name)) for it in outline.parts)
    return replace(outline, parts=parts, groups=(*groups, *outline.groups)) if own else outline


def _placed(it: Part, level: int | None) -> Part:
    return it if level is None else replace(it, node=replace(it.node, group=f"layer {level}"))
