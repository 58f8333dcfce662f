"""`layers`: which layer is above which, and what each may import."""

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from itertools import combinations, product
from typing import Annotated, ClassVar

from archguard.codebase import Codebase, Pattern, Patterns, Reachability, ReachabilityRule, Shorthand, SomePatterns
from archguard.codebase.imports.reachability import ALL_BITS, find_forbidden_paths, labelled
from archguard.codebase.strictness import Weaker
from archguard.dataclass import dataclass
from archguard.kinds.contract import Contract, ContractError, VacuousError, listed
from archguard.kinds.import_paths import children, path_violation
from archguard.kinds.layering import LayerMatrix
from archguard.model import Location, Violation
from archguard.model.names import self_and_parents


@dataclass(frozen=True, kw_only=True)
class Layer(Shorthand):
    """One level of a layered architecture."""

    modules: Annotated[SomePatterns, Weaker.DENIALS]
    """What it consists of; inside of `within`, what is no component is named relative to each match of it."""
    optional: Annotated[bool | Patterns, Weaker.DENIALS] = False
    """Whether it, or which of its modules, may be missing."""
    independent: Annotated[bool, Weaker.DENIALS] = False
    """Whether its modules must not import each other."""

    @classmethod
    def expand(cls, short: object) -> Mapping[str, object]:
        """A name; `a | b` for independent modules, `a : b` if they may import each other, `(a)` for an optional one."""
        if not isinstance(short, str):
            raise ValueError("a layer is a name, 'a | b', 'a : b', or a mapping with `modules`")  # noqa: TRY004
        names = [name.strip() for name in re.split(r"\||(?<!:):(?!:)", short)]
        optional = [name[1:-1] for name in names if _is_optional(name)]
        modules = [name[1:-1] if _is_optional(name) else name for name in names]
        return {"modules": modules, "optional": optional, "independent": "|" in short}

    def may_lack(self, pattern: Pattern) -> bool:
        """Whether `pattern` may match nothing."""
        return self.optional if isinstance(self.optional, bool) else pattern in self.optional

    def __str__(self) -> str:
        return (" | " if self.independent else " : ").join(map(str, self.modules))


def _is_optional(name: str) -> bool:
    return name.startswith("(") and name.endswith(")")


@dataclass(frozen=True, kw_only=True)
class Layers(Contract):
    """Each of `layers` may import those below it, never those above."""

    kind: ClassVar[str] = "layers"

    layers: Annotated[tuple[Layer, ...], Weaker.DENIALS] = ()
    """The layers from top to bottom: names, or mappings with `modules`, `optional` and `independent`."""
    may_import: Annotated[Mapping[Pattern, Patterns] | None, Weaker.DENIALS] = None
    """Instead of `layers`: what each of them may import; it is denied everything else that is named here."""
    closed: Annotated[bool, Weaker.DENIALS] = False
    """Whether a layer may import only the next one below: nobody skips a layer."""
    indirect: Annotated[bool, Weaker.SMALLER] = True
    """Whether an import counts that leads to a layer through modules that are in none."""
    within: Annotated[Patterns, Weaker.DENIALS] = ()
    """Packages that each have these layers; they are checked one by one."""
    exhaustive: Annotated[bool, Weaker.SMALLER] = False
    """Whether every module (with `within`, every child of it) must be in a layer."""
    exhaustive_except: Annotated[Patterns, Weaker.LARGER] = ()
    """Modules that need not be in a layer; with `within`, relative to it."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        if self.may_import is not None:
            rules = (f"{name} may import {listed(names) or 'none of them'}" for name, names in self.may_import.items())
            return "; ".join(rules) + "."
        skipping = ", and nobody skips one" if self.closed else ""
        inside = f"In {listed(self.within)}: each" if self.within else "Each"
        return f"{inside} of {listed(self.layers)} may import those below it, never those above{skipping}."

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each import of what the importer's layer may not import, direct or indirect."""
        for container in self._containers(codebase):
            yield from self._imports(codebase, self._matrix(codebase, container))
            if self.exhaustive:
                yield from self._unassigned(codebase, container)

    def import_inputs(self, codebase: Codebase) -> Hashable:
        """Nothing else."""
        del codebase
        return ()

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error for layers that overlap, for names that are no layer, and for fewer than two layers."""
        names = [str(pattern) for level in self._levels for pattern in level.modules]
        if bool(self.layers) == (self.may_import is not None):
            yield ContractError("needs one of `layers` and `may_import`", "may_import" if self.layers else "")
            return
        if not self.scope(codebase):
            yield VacuousError("none of its layers is there", self._key)
        elif not self.exhaustive and not self._complete_matrix.denied:
            why = "there is only one layer" if len(names) == 1 else "each of its layers may import all others"
            yield VacuousError(why, self._key)
        for name in sorted(name for name, count in Counter(names).items() if count > 1):
            yield ContractError(f"{name} is two layers", self._key)
        yield from self._unknown(names)
        yield from self._overlaps(codebase)

    def patterns(self, codebase: Codebase) -> Iterator[tuple[tuple[str | int, ...], Pattern]]:
        """The patterns that must match; those relative to `within` once for each match of it."""
        yield from ((("within", index), pattern) for index, pattern in enumerate(self.within))
        for index, level in enumerate(self._levels):
            path = ("layers", index) if self.layers else ("may_import",)
            for pattern, container in product(level.modules, self._containers(codebase)):
                if not level.may_lack(pattern):
                    yield path, self._absolute(codebase, pattern, container)

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules of the layers."""
        matrices = (self._matrix(codebase, container) for container in self._containers(codebase))
        return frozenset().union(*(unit for matrix in matrices for unit in matrix.units.values()))

    def reachability_rules(self, codebase: Codebase) -> list[ReachabilityRule]:
        """One for each match of `within`."""
        return [self._rule(codebase, self._matrix(codebase, container)) for container in self._containers(codebase)]

    def _unknown(self, names: list[str]) -> Iterator[ContractError]:
        for name in sorted({str(name) for allowed in (self.may_import or {}).values() for name in allowed}):
            if name not in names:
                close = get_close_matches(name, names, 1)
                hint = f"did you mean '{close[0]}'?" if close else f"there is: {', '.join(names)}"
                yield ContractError(f"'{name}' is none of the layers", "may_import", hint)

    def _overlaps(self, codebase: Codebase) -> Iterator[ContractError]:
        for container in self._containers(codebase):
            matrix = self._matrix(codebase, container)
            for one, other in combinations(matrix.units, 2):
                shared = sorted(matrix.units[one] & matrix.units[other])
                if shared and (self.may_import is not None or matrix.separates(one, other)):
                    yield ContractError(f"{shared[0]} is in two layers: {one} and {other}", self._key)

    @property
    def _key(self) -> str:
        return "layers" if self.layers else "may_import"

    @cached_property
    def _levels(self) -> tuple[Layer, ...]:
        return self.layers or tuple(Layer(modules=(pattern,)) for pattern in self.may_import or ())

    def units(self, codebase: Codebase) -> Mapping[str, frozenset[str]]:
        """The layers, and those of each match of `within`."""
        matrices = {container: self._matrix(codebase, container) for container in self._containers(codebase)}
        return {
            _unit_name(codebase, name, container): unit
            for container, matrix in matrices.items()
            for name, unit in matrix.units.items()
            if unit
        }

    def matrices(self, codebase: Codebase) -> tuple[LayerMatrix, ...]:
        """Which layers may import which: one matrix, or one for each match of `within`."""
        return tuple(self._matrix(codebase, container) for container in self._containers(codebase))

    def named(self, codebase: Codebase, name: str) -> frozenset[str]:
        """The modules of the layer `name`, in all packages that have it."""
        containers = self._containers(codebase)
        own = {pattern for level in self._levels for pattern in level.modules if pattern.text == name}
        return frozenset().union(*(self._members(codebase, it, container) for it in own for container in containers))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the layers, from top to bottom."""
        return tuple(pattern.text for level in self._levels for pattern in level.modules)

    def levels(self, codebase: Codebase) -> tuple[Mapping[str, frozenset[str]], ...]:
        """The units of each of `layers`, from top to bottom; none where `may_import` gives no order."""
        containers = self._containers(codebase)
        return tuple(
            {
                _unit_name(codebase, pattern.text, container): unit
                for container, pattern in product(containers, layer.modules)
                if (unit := self._members(codebase, pattern, container))
            }
            for layer in self.layers
        )

    def _containers(self, codebase: Codebase) -> list[str]:
        return (
            sorted({anchor for pattern in self.within for anchor in codebase.anchors(pattern)}) if self.within else [""]
        )

    def _absolute(self, codebase: Codebase, pattern: Pattern, container: str) -> Pattern:
        relative = container and pattern.text not in codebase.components
        return Pattern(f"{container}.{pattern}") if relative else pattern

    def _members(self, codebase: Codebase, pattern: Pattern, container: str) -> frozenset[str]:
        members = codebase.members((self._absolute(codebase, pattern, container),))
        return members & codebase.members((Pattern(container),)) if container else members

    @property
    def _complete_matrix(self) -> LayerMatrix:
        """The matrix as if each layer had a module: the contract itself may be vacuous, whatever is there today."""
        names = [[str(pattern) for pattern in level.modules] for level in self._levels]
        return self._matrix_of([{name: frozenset({name}) for name in level} for level in names])

    def _matrix(self, codebase: Codebase, container: str) -> LayerMatrix:
        return self._matrix_of(
            [
                {str(pattern): self._members(codebase, pattern, container) for pattern in level.modules}
                for level in self._levels
            ]
        )

    def _matrix_of(self, levels: list[dict[str, frozenset[str]]]) -> LayerMatrix:
        if self.may_import is not None:
            allowed = {str(name): frozenset(map(str, names)) for name, names in self.may_import.items()}
            return LayerMatrix.by_permission({name: unit for level in levels for name, unit in level.items()}, allowed)
        flags = [level.independent for level in self._levels]
        return LayerMatrix.by_order(list(zip(levels, flags, strict=True)), closed=self.closed)

    def _imports(self, codebase: Codebase, matrix: LayerMatrix) -> Iterator[Violation]:
        rule = self._rule(codebase, matrix)
        owners = {module: name for name, unit in matrix.units.items() for module in unit}
        names = list(matrix.units)
        for path in find_forbidden_paths(rule.reachability, rule.forbidden, indirect=self.indirect):
            importer, imported = owners[path.link.importer], names[path.position]
            yield path_violation(self, codebase, path, "must not import", imported, matrix.why(importer, imported))

    def _rule(self, codebase: Codebase, matrix: LayerMatrix) -> ReachabilityRule:
        labels = labelled(matrix.units.values())
        # Layers are barriers: what a lower layer imports is that layer's matter. So each import is reported once, where
        # it leaves its own layer.
        reachability = Reachability(codebase.imports, labels, dict.fromkeys(labels, ALL_BITS))
        forbidden = {module: matrix.forbidden_bits[name] for name, unit in matrix.units.items() for module in unit}
        return ReachabilityRule(reachability, forbidden, self.indirect)

    def _unassigned(self, codebase: Codebase, container: str) -> Iterator[Violation]:
        for module in self._candidates(codebase, container):
            yield self.violation(
                f"{module} is in none of the layers",
                Location(codebase.display_path(module)),
                module,
                rule="exhaustive",
                fix=("add it to a layer", "name it under `exhaustive_except`"),
            )

    def _candidates(self, codebase: Codebase, container: str) -> list[str]:
        """The children of the container that are in no layer; without a container, the topmost modules in no layer."""
        excepted = [self._absolute(codebase, pattern, container) for pattern in self.exhaustive_except]
        assigned = frozenset().union(*self._matrix(codebase, container).units.values()) | codebase.members(excepted)
        if container:
            return [child for child in children(codebase, Pattern(container)) if child not in assigned]
        parents = {parent for module in assigned for parent in self_and_parents(module)}
        # A package around a layer is in none, but its children are.
        unassigned = codebase.modules - assigned - parents
        return sorted(module for module in unassigned if not unassigned.intersection(self_and_parents(module)[1:]))


def _unit_name(codebase: Codebase, name: str, container: str) -> str:
    """The name of a layer that is unique among those of several containers."""
    relative = container and name not in codebase.components
    return f"{container}.{name}" if relative else f"{name} {container}".rstrip()
