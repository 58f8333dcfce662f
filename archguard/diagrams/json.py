"""A diagram as JSON; `docs/reference/diagrams.md` describes the format."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from archguard.diagrams.view import Arrow, Group, Line, Node, View
from archguard.model import Violation
from archguard.model.log import inert_json

VERSION: Final = 1


def render(view: View) -> str:
    """The nodes, groups and arrows of `view`, with the code behind each arrow."""
    return inert_json(json.dumps(data(view), indent=2))


def data(view: View) -> Mapping[str, Any]:
    """The same as plain values."""
    return {
        "version": VERSION,
        "title": view.title,
        "description": view.description,
        "notes": view.notes,
        "groups": [_group(group) for group in view.groups],
        "nodes": [_node(node) for node in view.nodes],
        "arrows": [_arrow(arrow) for arrow in view.arrows],
    }


def _group(group: Group) -> Mapping[str, Any]:
    return asdict(group)


def _node(node: Node) -> Mapping[str, Any]:
    return {
        "name": node.name,
        "label": node.label,
        "kind": node.kind,
        "group": node.group,
        "modules": node.modules,
        "path": node.path,
        "description": node.description,
        "is_focus": node.is_focus,
        "violations": [_violation(violation) for violation in node.violations],
    }


def _arrow(arrow: Arrow) -> Mapping[str, Any]:
    return {
        "source": arrow.source,
        "target": arrow.target,
        "channel": arrow.channel,
        "count": arrow.count,
        "broken": arrow.broken,
        "known": arrow.known,
        "is_cyclic": arrow.is_cyclic,
        "closes_cycle": arrow.closes_cycle,
        "is_type_checking": arrow.is_type_checking,
        "contracts": arrow.contracts,
        "violations": [_violation(violation) for violation in arrow.violations],
        "lines": [_line(line) for line in arrow.lines],
    }


def _line(line: Line) -> Mapping[str, Any]:
    return asdict(line)


def _violation(violation: Violation) -> Mapping[str, Any]:
    return {
        "contract": violation.contract,
        "severity": violation.severity,
        "status": violation.status,
        "message": violation.message,
        "path": violation.location.path,
        "line": violation.location.line,
        "fingerprint": violation.fingerprint,
    }
