"""A proposed configuration, and its rendering as YAML with a comment for each block."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from textwrap import wrap
from typing import Any, Final

from archguard.config.yaml_document import write_yaml_line
from archguard.dataclass import dataclass

_WIDTH: Final = 120
_HEAD: Final = """\
# yaml-language-server: $schema=archguard.schema.json
# Proposed by `archguard init` from what the code does today: keep what you would defend, and say why in your own words.
# `archguard schema > archguard.schema.json` lets editors complete it; `archguard explain ID` tells of a contract.
version: 1
"""


@dataclass(frozen=True)
class ProposedContract:
    """A contract in the form of the configuration, and a comment on the evidence for it."""

    comment: str
    keys: Mapping[str, Any]
    subject: str = "violation"
    """What its violations are, in the singular: `access`."""
    where: str = ""
    """Which of them break it: `outside of crud`."""

    @property
    def id(self) -> str:
        """The id of the contract."""
        return str(self.keys["id"])

    def cost(self, violations: int) -> str:
        """What adopting it means for code that breaks it so many times."""
        plural = f"{self.subject}es" if self.subject.endswith("s") else f"{self.subject}s"
        what = f"{violations} {self.subject if violations == 1 else plural} {self.where}".rstrip()
        return f"{what}: 0 new after adopting" if violations else f"no {self.subject} {self.where}".rstrip()

    def render(self) -> str:
        """Its text in the configuration."""
        comment = "".join(f"  # {line}\n" for line in wrap(self.comment, _WIDTH - 4))
        lines = "".join(_entry(name, value, 4) for name, value in self.keys.items())
        return f"{comment}  - {lines[4:]}"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The parts of a proposed configuration."""

    project: Mapping[str, Any]
    extends: tuple[str, ...] = ()
    components: Mapping[str, Any] = field(default_factory=dict)
    services: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    contracts: tuple[ProposedContract, ...] = ()

    def render(self) -> str:
        """The text of the configuration."""
        blocks = [_HEAD, *self._extends(), *self._project(), *self._components(), *self._services(), *self._contracts()]
        return "\n".join(blocks)

    def _extends(self) -> Iterator[str]:
        for name in self.extends:
            pack = name.removeprefix("archguard:")
            yield f"# A pack that the code fits: `archguard packs {pack}` prints its contracts."
        if self.extends:
            yield f"extends: {write_yaml_line(list(self.extends))}\n"

    def _project(self) -> Iterator[str]:
        if self.project:
            yield "# Where the code is" + (
                "; tests, migrations and the like are left out." if "exclude" in self.project else "."
            )
            yield "project:"
            yield "".join(_entry(name, value, 2) for name, value in self.project.items())

    def _components(self) -> Iterator[str]:
        if self.components:
            yield "# Sets of modules by the names that contracts use; a module stands for all below it."
            yield "components:"
            yield "".join(_entry(name, value, 2) for name, value in self.components.items())

    def _services(self) -> Iterator[str]:
        if self.services:
            yield "# What is deployed by itself; a module of a service is written `service::module`."
            yield "services:"
            yield "".join(_entry(name, value, 2) for name, value in self.services.items())

    def _contracts(self) -> Iterator[str]:
        if self.contracts:
            yield "contracts:"
            yield "\n".join(contract.render() for contract in self.contracts)


def _entry(name: str, value: Any, indent: int) -> str:
    """`name: value` on one line, or on several if it is too long; layers are always listed line by line."""
    margin = " " * indent
    line = f"{margin}{write_yaml_line(name)}: {write_yaml_line(value)}\n"
    if len(line) <= _WIDTH and name != "layers":
        return line
    match value:
        case list():
            return f"{margin}{name}:\n" + "".join(f"{margin}  - {write_yaml_line(item)}\n" for item in value)
        case dict():
            return f"{margin}{name}:\n" + "".join(_entry(key, item, indent + 2) for key, item in value.items())
    return line
