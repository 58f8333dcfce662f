"""Small import graphs: drawn by hypothesis, given to archguard and to import-linter alike."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grimp
from hypothesis import strategies as st
from importlinter import configuration
from importlinter.domain.contract import Contract as LinterContract

from archguard.codebase import Codebase, ImportGraph, Pattern, Source, Target
from archguard.kinds import Contract
from archguard.kinds.contract import ContractError
from archguard.model import Violation

configuration.configure()  # import-linter's contracts ask it for a clock

ROOT = "app"
OUTSIDE = "outside"
SESSION = {"root_packages": [ROOT], "include_external_packages": "True"}

Edge = tuple[str, str]


@dataclass(frozen=True)
class Code:
    """Modules and the imports among them, each at a line of its own."""

    modules: frozenset[str]
    edges: frozenset[Edge]

    def __repr__(self) -> str:
        edges = ", ".join(f"{importer} -> {imported}" for importer, imported in sorted(self.edges))
        return f"{' '.join(sorted(self.modules))}; {edges}"

    def lines(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """The lines of the imports, as archguard's graph has them."""
        lines: dict[str, dict[str, tuple[int, ...]]] = {module: {} for module in sorted(self.modules)}
        for importer, imported in sorted(self.edges):
            lines[importer][imported] = (len(lines[importer]) + 1,)
        return lines

    def codebase(self) -> Codebase:
        """For archguard. There are no files, so a place is a line only."""
        sources = {name: Source(name, "/nowhere", f"{name}.py") for name in sorted(self.modules)}
        return Codebase(sources=sources, imports=ImportGraph(self.modules, self.lines()))

    def graph(self) -> grimp.ImportGraph:
        """For import-linter."""
        graph = grimp.ImportGraph()
        for module in sorted(self.modules):
            graph.add_module(module)
        graph.add_module(OUTSIDE, is_squashed=True)
        for importer, imports in self.lines().items():
            for imported, (line,) in imports.items():
                graph.add_import(importer=importer, imported=imported, line_number=line, line_contents="import")
        return graph

    def below(self, module: str) -> frozenset[str]:
        """`module`, with all modules below it."""
        return frozenset(name for name in self.modules | {OUTSIDE} if f"{name}.".startswith(f"{module}."))

    def children(self, package: str) -> list[str]:
        """The modules right below `package`."""
        depth = package.count(".") + 1
        return sorted(name for name in self.below(package) if name.count(".") == depth)

    def reach(self, starts: Collection[str], closed: Collection[str] = ()) -> set[str]:
        """What `starts` import, directly or through modules that are not in `closed`."""
        found: set[str] = set()
        waiting = list(starts)
        while waiting:
            module = waiting.pop()
            for importer, imported in self.edges:
                if importer == module and imported not in found:
                    found.add(imported)
                    if imported not in closed:
                        waiting.append(imported)
        return found

    def write(self, folder: Path, order: Iterable[str] | None = None) -> None:
        """The modules as files below `folder`; every one of them is a package."""
        for module in order or sorted(self.modules):
            file = folder / module.replace(".", "/") / "__init__.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("".join(f"import {imported}\n" for imported in self.lines()[module]))


_NAMES = [f"{ROOT}.{a}{b}{c}" for a in "abcd" for b in ("", ".x", ".y") for c in (("", ".p", ".q") if b else ("",))]


@st.composite
def codes(draw: st.DrawFn) -> Code:
    """Up to a dozen modules, three levels deep, and imports among them and to one package outside."""
    chosen = draw(st.sets(st.sampled_from(_NAMES), min_size=3, max_size=8))
    modules = {parent for name in chosen for parent in _ancestors(name)}
    ordered = sorted(modules)
    edge = st.tuples(st.sampled_from(ordered), st.sampled_from([*ordered, OUTSIDE]))
    edges = draw(st.sets(edge.filter(lambda pair: pair[0] != pair[1]), min_size=min(8, len(modules)), max_size=18))
    return Code(frozenset(modules), frozenset(edges))


def _ancestors(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def patterns(names: Iterable[str]) -> tuple[Pattern, ...]:
    """Names as archguard's contracts have them."""
    return tuple(map(Pattern, names))


def targets(names: Iterable[str]) -> tuple[Target, ...]:
    """Names that may be outside."""
    return tuple(map(Target, names))


def violations(contract: Contract, code: Code) -> list[Violation]:
    """What archguard finds."""
    return list(contract.check(code.codebase()))


def faults(contract: Contract, code: Code) -> list[ContractError]:
    """Why archguard would not check it."""
    return list(contract.validate(code.codebase()))


def is_kept_by_linter(kind: type[LinterContract], options: Mapping[str, Any], code: Code) -> bool:
    """What import-linter finds."""
    said = {name: str(value) if isinstance(value, bool) else value for name, value in options.items()}
    contract = kind(name="contract", session_options=SESSION, contract_options={"name": "contract", **said})
    contract.validate()
    return bool(contract.check(code.graph(), verbose=False).kept)


def identities(found: Iterable[Violation]) -> set[tuple[str, str, str]]:
    """What tells violations apart."""
    return {(violation.importer, violation.imported, violation.symbol) for violation in found}
