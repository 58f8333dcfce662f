"""The architecture as a Markdown page: components, services, packages, a diagram, contracts, and exceptions."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final

from archguard.codebase import Codebase, Pattern
from archguard.config import Config
from archguard.diagrams import View, renderer
from archguard.diagrams.simplify import FEW_ARROWS
from archguard.diagrams.view import NodeKind
from archguard.errors import ArchguardError
from archguard.history.baseline_file import NAME
from archguard.inspection.diagram_request import draw
from archguard.inspection.ignores import Exemption, exemptions
from archguard.inspection.purpose import purpose_of_module
from archguard.kinds.contract import listed
from archguard.model import Report, ViolationStatus
from archguard.reporters.markdown import code, escaped, inline
from archguard.reporters.phrases import counted

BEGIN = "<!-- archguard docs: begin -->"
END = "<!-- archguard docs: end -->"

_OF_CODE: Final = (NodeKind.PACKAGE, NodeKind.MODULE)
_PART: Final = re.compile(r"(?P<fence>`+)(?P<code>[^`]+)(?P=fence)|(?P<space>\s+)|(?P<text>[^`\s]+|`)")
_HINT = f"put {BEGIN} and {END} on lines of their own where the generated part belongs"


def render(config: Config, codebase: Codebase, report: Report) -> str:
    """The generated part of the page."""
    view = _view(config, codebase, report)
    sections = {
        "Components": _components(config, codebase),
        "Services": _services(config, codebase),
        "Packages": _packages(view, codebase),
        "Diagram": _diagram(view),
        "Contracts": _contracts(config),
        "Exceptions": _exceptions(config, codebase, report),
    }
    texts = {title: "\n".join(lines) for title, lines in sections.items()}
    return "\n\n".join(f"## {title}\n\n{text}" for title, text in texts.items() if text)


def put(generated: str, page: str | None) -> str:
    """`page` with `generated` between the markers; a new page if there is none yet.

    Raises:
        ArchguardError: the page does not have exactly one of each marker, in this order.
    """
    part = f"{BEGIN}\n\n{generated}\n\n{END}"
    if page is None:
        return f"# Architecture\n\n{part}\n"
    if (page.count(BEGIN), page.count(END)) != (1, 1) or page.index(BEGIN) > page.index(END):
        raise ArchguardError("the page does not say where the generated part belongs", _HINT)
    before, _, rest = page.partition(BEGIN)
    return before + part + rest.partition(END)[2]


def _components(config: Config, codebase: Codebase) -> Iterator[str]:
    if config.components:
        yield "| Component | Modules | Is | What it is for |"
        yield "|---|---:|---|---|"
    for name, component in config.components.items():
        exclusion = f" except {_coded(component.except_)}" if component.except_ else ""
        patterns = f"{_coded(component.modules)}{exclusion}"
        yield f"| {escaped(name)} | {_size(codebase, name)} | {patterns} | {_prose(component.description)} |"


def _services(config: Config, codebase: Codebase) -> Iterator[str]:
    if config.services:
        yield "| Service | Modules | Is |"
        yield "|---|---:|---|"
    for name, service in config.services.items():
        place = code(service.root) if service.root else _coded(service.modules)
        yield f"| {escaped(name)} | {_size(codebase, name)} | {place} |"


def _size(codebase: Codebase, name: str) -> int:
    return len(codebase.members((Pattern(name),)) & codebase.sources.keys())


def _coded(patterns: tuple[Pattern, ...]) -> str:
    return ", ".join(code(pattern.text) for pattern in patterns)


def _contracts(config: Config) -> Iterator[str]:
    for contract in config.contracts:
        yield f"- **{escaped(contract.id)}** ({escaped(contract.kind)}): {escaped(contract.sentence)}"
        if contract.reason.strip():
            yield f"  *{escaped(contract.reason)}*"


def _view(config: Config, codebase: Codebase, report: Report) -> View:
    """The diagram without numbers: the page changes with the architecture, not with every import.

    If there are more arrows than a reader can follow, those that longer paths imply are left out.
    """
    whole = draw(config, codebase, report, whole=True)
    view = draw(config, codebase, report, reduce=len(whole.arrows) > FEW_ARROWS)
    arrows = tuple(arrow if arrow.broken else replace(arrow, count=0) for arrow in view.arrows)
    return replace(view, nodes=tuple(replace(node, modules=0) for node in view.nodes), arrows=arrows)


def _packages(view: View, codebase: Codebase) -> Iterator[str]:
    """What the boxes of the diagram are for, from the docstrings of their modules; layers from top to bottom."""
    layers = {node.name: layer.layer or 0 for layer in view.layers for node in view.members(layer.name)}
    nodes = sorted(view.nodes, key=lambda node: (layers.get(node.name, len(layers)), node.name))
    purposes = {node.name: purpose_of_module(codebase, node.name) for node in nodes if node.kind in _OF_CODE}
    if any(purposes.values()):
        yield "| Package | What it is for |"
        yield "|---|---|"
    for name, purpose in purposes.items():
        if purpose:
            yield f"| {code(name)} | {_prose(purpose)} |"


def _prose(text: str) -> str:
    """`text` for a cell of a table, with all Markdown escaped but the code that it has in backticks."""
    return "".join(_part(part) for part in _PART.finditer(text.strip()))


def _part(part: re.Match[str]) -> str:
    if part["code"]:
        return code(part["code"]).replace("|", "\\|")
    return inline(part["text"]) if part["text"] else " "


def _diagram(view: View) -> Iterator[str]:
    yield "```mermaid"
    yield str(renderer("mermaid")(view))
    yield "```"


def _exceptions(config: Config, codebase: Codebase, report: Report) -> Iterator[str]:
    found = exemptions(config, codebase)
    yield from (_entry(exemption) for exemption in found if exemption.imports)
    comments = [exemption for exemption in found if not exemption.imports]
    for path, in_file in groupby(comments, key=lambda exemption: exemption.location.path):
        yield f"- {counted(len(list(in_file)), 'comment')} in {code(path)}"
    known = Counter(it.contract for it in report.violations if it.status is ViolationStatus.KNOWN)
    for contract, count in sorted(known.items()):
        yield f"- **{escaped(contract)}**: {counted(count, 'known violation')} in {code(NAME)}"
    if not found and not known:
        yield "None."


def _entry(exemption: Exemption) -> str:
    ends = f" (until {exemption.expires})" if exemption.expires else ""
    reason = f": {escaped(exemption.reason)}" if exemption.reason else ""
    return f"- **{escaped(listed(exemption.contracts))}**: {code(exemption.imports)}{reason}{ends}"
