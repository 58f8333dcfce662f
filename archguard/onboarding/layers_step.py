"""Propose components and their layers.

How it works: a shipped pack that the code fits gives both. Otherwise the roles that repeat in features (`orders.views`,
`users.views`) are components, in the order that the fewest imports go against, and the parts of the code base have an
order of their own.

Limits: roles that more than 15% of the imports between them go against are left out, one after the other.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from archguard.codebase import Codebase, Component, Pattern
from archguard.dataclass import dataclass
from archguard.onboarding.layer_order import Counts, Level, best_order, count_imports, upwards
from archguard.onboarding.pack_matcher import Fit, repeated_roles
from archguard.onboarding.parts import MAX_SHARE_AGAINST, PartsOrder, find_orders, omits_most_parts
from archguard.onboarding.proposal import ProposedContract
from archguard.onboarding.step import Step, Topic
from archguard.reporters.phrases import counted, some


@dataclass(frozen=True)
class Structure:
    """The components, their layers, and the pack that they come from."""

    components: Step
    layers: Step
    pack_kinds: frozenset[str] = field(default_factory=frozenset)
    """The kinds of the contracts in the pack."""


def find_structure(codebase: Codebase, fit: Fit | None) -> Structure:
    """Infer components and layers; of the pack that the code fits, if there is one."""
    if fit:
        return _of_pack(codebase, fit)
    roles = _RoleOrder.of(codebase)
    id_ = "parts" if roles.components else "layered"
    orders = () if codebase.services else tuple(find_orders(codebase, roles.components, id_))
    if roles.components:
        orders = tuple(it if it.is_informative else replace(it, contract=None, components={}) for it in orders)
    named = {name: component for order in orders for name, component in order.components.items()}
    components = {**roles.components, **named}
    contracts = (*roles.contracts, *(order.contract for order in orders if order.contract))
    why_not = tuple(order.why_not for order in orders if order.why_not)
    return Structure(
        _components_step(codebase, components),
        Step(topic=Topic.LAYERS, saw=tuple(map(_said, contracts)), contracts=contracts, not_proposed=why_not),
    )


def _of_pack(codebase: Codebase, fit: Fit) -> Structure:
    repeats = any(not pattern.literal for component in fit.components.values() for pattern in component.modules)
    is_partial = not codebase.services and (repeats or omits_most_parts(codebase, fit.components))
    orders = tuple(find_orders(codebase, fit.components, "parts")) if is_partial else ()
    kept: tuple[PartsOrder, ...] = tuple(order for order in orders if order.is_informative)
    named = {name: component for order in kept for name, component in order.components.items()}
    saw = f"the code fits the pack {fit.pack}"
    components = _components_step(codebase, {**fit.components, **named})
    contracts = tuple(order.contract for order in kept if order.contract)
    return Structure(
        replace(components, extends=(f"archguard:{fit.pack}",), saw=(saw, *components.saw)),
        Step(topic=Topic.LAYERS, saw=(f"the layers of {fit.pack}", *map(_said, contracts)), contracts=contracts),
        fit.kinds,
    )


def _components_step(codebase: Codebase, components: Mapping[str, Component]) -> Step:
    saw = tuple(
        f"{name}: {counted(len(_members(codebase, it)), 'module')} in {some(list(map(str, it.modules)))}"
        for name, it in components.items()
    )
    why = () if components else ("components: the parts are called by their own names",)
    return Step(topic=Topic.COMPONENTS, saw=saw, components=components, not_proposed=why)


def _members(codebase: Codebase, component: Component) -> frozenset[str]:
    return codebase.members(component.modules) - codebase.members(component.except_)


def _said(contract: ProposedContract) -> str:
    within = contract.keys.get("within", "")
    return f"{within + ': ' if within else ''}{' > '.join(contract.keys['layers'])}"


@dataclass(frozen=True)
class _RoleOrder:
    """The roles that repeat in features, with their order."""

    components: Mapping[str, Component]
    levels: tuple[Level, ...] = ()
    counts: Counts = field(default_factory=dict)

    @classmethod
    def of(cls, codebase: Codebase) -> "_RoleOrder":
        """The roles in an order that few imports go against; those that fit worst are left out."""
        components = dict(repeated_roles(codebase))
        while len(components) > 1:
            named = replace(codebase, components=components)
            counts = count_imports(codebase.imports, {name: named.members((Pattern(name),)) for name in components})
            levels = best_order(components, counts)
            is_flat = len(levels) < 2 or any(level.tangled for level in levels)  # noqa: PLR2004  # one above one
            if not is_flat and upwards(levels, counts) <= MAX_SHARE_AGAINST * sum(counts.values()):
                ordered = [name for level in levels for name in level.names]
                return cls({name: components[name] for name in ordered}, levels, counts)
            del components[_worst(components, counts)]
        return cls({})

    @property
    def contracts(self) -> tuple[ProposedContract, ...]:
        """The order as a contract."""
        if not self.components:
            return ()
        against, total = upwards(self.levels, self.counts), sum(self.counts.values())
        keys: dict[str, Any] = {
            "id": "layered",
            "kind": "layers",
            "reason": "What the code does must work from a request, a command and a task alike.",
            "layers": [" | ".join(level.names) for level in self.levels],
        }
        comment = f"The usual layers inside of each part ({against or 'none'} of {total} imports against them)."
        return (ProposedContract(comment, keys, "import", "against the layers"),)


def _worst(components: Mapping[str, Component], counts: Counts) -> str:
    """The role whose imports with others go both ways most; of none, the last one."""
    mutual = Counter[str]()
    for (one, other), count in counts.items():
        mutual[one] += min(count, counts.get((other, one), 0))
    return max(components, key=lambda name: mutual[name])
