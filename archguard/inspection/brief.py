"""A page about a module, a component, a change or the project: what is allowed there, why, and what to follow.

What may be imported is found out by trial (`trial.py`) with the contracts about imports; those that look into files are
listed with their sentences. Each component, or package outside of all components, is tried with three of its modules
(`_TRIED`), since contracts mostly treat a component as one; what holds of some of them only is told as such. Of the
project as a whole, all pairs are tried at once, and only what an import breaks by itself counts.

Limits: a page is to be read before a small edit, so every list is cut (`_CONTRACTS`, `_GROUPS`, `_FEW`), and what is
left out is counted. Cost: two checks of imports.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import product
from typing import Final, TypeAlias

from archguard.codebase import Codebase, ImportPattern, Pattern
from archguard.codebase.edits import added_source, with_edits
from archguard.config import Config, read
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.history.changes import changed_modules
from archguard.inspection.exemplary import Example, exemplary_modules
from archguard.inspection.ignores import Exemption, exemptions
from archguard.inspection.module_file import find_module_file
from archguard.inspection.module_lookup import Named, contracts_about, find_place, groups_of
from archguard.inspection.purpose import purpose_of
from archguard.inspection.trial import about_imports, try_imports
from archguard.kinds import Contract
from archguard.model import Report, Violation

_TRIED: Final = 3
_CONTRACTS: Final = 12
_GROUPS: Final = 25
_FEW: Final = 5

_Pair: TypeAlias = tuple[str, str]
_Denied: TypeAlias = Mapping[_Pair, Collection[str]]


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A component or package that must not be imported, or must not import."""

    name: str
    """Its name."""
    contracts: tuple[str, ...]
    """The contracts that say so."""
    in_part: bool
    """Whether it holds of some of its tried modules only."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A contract that looks at the modules of the page."""

    id: str
    """Its id."""
    kind: str
    """Its kind."""
    sentence: str
    """What it asks, in plain words."""
    reason: str
    """Why the team wants it."""
    violations: int
    """How many violations the modules of the page have."""
    fixes: tuple[str, ...]
    """Ways out, for whoever breaks it."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A component or package of the project or change, and what it must not import."""

    name: str
    """Its name."""
    purpose: str
    """What it is for."""
    modules: int
    """How many of its modules the page is about."""
    members: tuple[str, ...]
    """The first of them, if the page is on a change."""
    must_not_use: tuple[Refused, ...]
    """What it must not import."""


@dataclass(frozen=True, kw_only=True)
class Brief:
    """The page."""

    name: str
    """The module, the component, the change, or the project."""
    path: str
    """The file of a single module."""
    is_new: bool
    """Whether that file is still to be written."""
    modules: int
    """The number of modules that the page is about."""
    components: tuple[str, ...]
    """The components that they belong to."""
    purpose: str
    """What it is for."""
    parts: tuple[Part, ...]
    """The components or packages of a project or change."""
    may_use: tuple[str, ...]
    """The components and packages that it may import."""
    must_not_use: tuple[Refused, ...]
    """Those that it must not import."""
    may_be_used_by: tuple[str, ...]
    """Those that may import it."""
    must_not_be_used_by: tuple[Refused, ...]
    """Those that must not import it."""
    examples: tuple[Example, ...]
    """Modules to follow."""
    contracts: tuple[Rule, ...]
    """The contracts that check it, or name it."""
    exemptions: tuple[Exemption, ...]
    """What contracts overlook there."""
    violations: tuple[Violation, ...]
    """The violations that it has."""
    left_out: Mapping[str, int]
    """How many items each list is short of, if any."""


def brief(config: Config, codebase: Codebase, report: Report, name: str = "") -> Brief:
    """The page about `name`, a module, package, path (also of a file to be written) or component; "" is the project.

    Raises:
        ArchguardError: there is no such thing, or it is outside of the project.
    """
    if not name:
        return _Page(config, codebase, report).of_many(config.root.name, codebase.modules, named=0)
    try:
        named = find_place(config, codebase, name)
    except ArchguardError:
        return _brief_of_new(config, codebase, report, name)
    return _Page(config, codebase, report).about(named.name, _with_submodules(codebase, named, name))


def _with_submodules(codebase: Codebase, named: Named, name: str) -> frozenset[str]:
    """The modules of the page: of a package all below it, unless its file was named."""
    is_package = named.name in named.modules and not name.endswith(".py")
    return codebase.members((Pattern(named.name),)) if is_package else named.modules


def brief_of_change(config: Config, codebase: Codebase, report: Report, revision: str) -> Brief:
    """The page about the modules that changed since `revision` of git, committed or not.

    Raises:
        GitError: there is no such revision here.
    """
    changed = changed_modules(codebase, revision)
    return _Page(config, codebase, report).of_many(f"changes since {revision}", changed, named=_FEW)


def _brief_of_new(config: Config, codebase: Codebase, report: Report, name: str) -> Brief:
    file = find_module_file(codebase, name)
    if not file.is_new:
        return brief(config, codebase, report, file.module)
    drafted = _with_new_file(config, codebase, str(file.path))
    module = next((it for it, source in drafted.sources.items() if source.file == str(file.path)), None)
    if module is None:
        raise ArchguardError(f"'{name}' is no module of the project, so that no contract looks at it")
    return replace(_Page(config, drafted, report).of(module, frozenset({module})), is_new=True)


def _with_new_file(config: Config, codebase: Codebase, path: str) -> Codebase:
    """`codebase` with an empty file, unless it is excluded; read again if the file is not beside other modules."""
    source = added_source(codebase, path)
    if source is None or any(pattern.unit(source.module) for pattern in config.project.exclude):
        return read(config, drafts={path: b""})
    return with_edits(codebase, [source.with_content(b"")]) or read(config, drafts={path: b""})


class _Page:
    """Collects what a page has."""

    def __init__(self, config: Config, codebase: Codebase, report: Report) -> None:
        self._config, self._codebase, self._report = config, codebase, report
        self._files = frozenset(codebase.sources)
        self._groups = groups_of(config, codebase)
        self._members = _by_group(self._groups, codebase.sources)
        self._exemptions = exemptions(config, codebase)
        self._trial: list[Violation] = []

    def about(self, name: str, modules: frozenset[str]) -> Brief:
        """The page about a module, package or component; one that has all modules is the project."""
        return self.of_many(name, modules, named=0) if modules >= self._files else self.of(name, modules)

    def of(self, name: str, modules: frozenset[str]) -> Brief:
        """The page about some modules of the project."""
        groups = {self._groups[module] for module in modules}
        near = frozenset(module for group in groups for module in self._members.get(group, ()))
        # A module is no example for itself; in a package, its own modules are the best ones.
        candidates = near - modules if len(modules) == 1 else near
        commented = {exemption.location.path for exemption in self._exemptions if not exemption.imports}
        examples = exemplary_modules(self._codebase, candidates, self._groups, self._report, commented)
        sample = _sampled(modules & self._files or modules)
        others = {group: _sampled(set(members) - set(sample)) for group, members in self._shown_groups.items()}
        tried = [module for members in others.values() for module in members]
        outgoing = self._denied([*product(sample, tried)])
        incoming = self._denied([*product(tried, sample)])
        may_use, must_not_use = _split(others, {it: _union(outgoing, product(sample, [it])) for it in tried})
        used_by, not_used_by = _split(others, {it: _union(incoming, product([it], sample)) for it in tried})
        single = name if len(modules) == 1 else ""
        return replace(
            self._page(name, modules),
            path=self._codebase.display_path(single),
            purpose=purpose_of(self._config, self._codebase, name),
            may_use=may_use,
            must_not_use=must_not_use,
            may_be_used_by=used_by,
            must_not_be_used_by=not_used_by,
            examples=examples,
        )

    def of_many(self, name: str, modules: frozenset[str], *, named: int) -> Brief:
        """The page about the components that `modules` belong to, which names the first `named` of each."""
        inside = _by_group(self._groups, modules & self._files)
        parts = {group: members for group, members in self._shown_groups.items() if group in inside}
        others = {group: _sampled(members) for group, members in self._shown_groups.items()}
        pairs = [
            (one, other)
            for part in parts
            for group, members in others.items()
            for one, other in product(others[part], members)
            if group != part
        ]
        denied = self._denied(pairs, direct=True)
        page = self._page(name, modules)
        return replace(
            page,
            parts=tuple(self._part(part, inside[part], inside[part][:named], others, denied) for part in parts),
            left_out=_counts({**page.left_out, "parts": len(inside) - len(parts)}),
        )

    def _part(
        self, name: str, inside: list[str], named: list[str], others: Mapping[str, list[str]], denied: _Denied
    ) -> Part:
        foreign = {group: members for group, members in others.items() if group != name}
        tried = [module for members in foreign.values() for module in members]
        _, must_not_use = _split(foreign, {it: _union(denied, product(others[name], [it])) for it in tried})
        return Part(
            name=name,
            purpose=purpose_of(self._config, self._codebase, name),
            modules=len(inside),
            members=tuple(named),
            must_not_use=must_not_use,
        )

    def _page(self, name: str, modules: frozenset[str]) -> Brief:
        """What all pages have."""
        contracts = contracts_about(self._config, self._codebase, modules)
        violations = [it for it in self._report.violations if it.importer in modules]
        paths = frozenset(map(self._codebase.display_path, modules))
        overlooked = [it for it in self._exemptions if self._is_about(it, modules, paths)]
        groups = len(self._members) - len(self._shown_groups)
        components = [it for it in self._config.components if modules & self._codebase.members((Pattern(it),))]
        return Brief(
            name=name,
            path="",
            is_new=False,
            modules=len(modules & self._files),
            components=tuple(components),
            purpose="",
            parts=(),
            may_use=(),
            must_not_use=(),
            may_be_used_by=(),
            must_not_be_used_by=(),
            examples=(),
            contracts=tuple(self._rule(it, violations) for it in contracts[:_CONTRACTS]),
            exemptions=tuple(overlooked[:_FEW]),
            violations=tuple(violations[:_FEW]),
            left_out=_counts(
                {
                    "groups": groups,
                    "contracts": len(contracts) - _CONTRACTS,
                    "exemptions": len(overlooked) - _FEW,
                    "violations": len(violations) - _FEW,
                }
            ),
        )

    def _rule(self, contract: Contract, violations: Sequence[Violation]) -> Rule:
        own = [violation for violation in violations if violation.contract == contract.id]
        known = (it for it in (*own, *self._trial, *self._report.violations) if it.contract == contract.id)
        fixes = contract.usual_fixes or next((violation.fix for violation in known), ())
        return Rule(
            id=contract.id,
            kind=contract.kind,
            sentence=contract.sentence,
            reason=contract.reason,
            violations=len(own),
            fixes=fixes,
        )

    def _is_about(self, exemption: Exemption, modules: frozenset[str], paths: frozenset[str]) -> bool:
        if exemption.imports:
            importer = ImportPattern.parse(exemption.imports).importer
            return not modules.isdisjoint(self._codebase.members((importer,)))
        return exemption.location.path in paths

    @cached_property
    def _shown_groups(self) -> Mapping[str, list[str]]:
        """The largest groups with their modules, in the order of the configuration, then of names."""
        largest = sorted(self._members, key=lambda it: (-len(self._members[it]), it))[:_GROUPS]
        components = list(self._config.components)
        order = {name: index for index, name in enumerate(components)}
        names = sorted(largest, key=lambda it: (order.get(it, len(order)), it))
        return {name: self._members[name] for name in names}

    def _denied(self, pairs: Sequence[_Pair], *, direct: bool = False) -> _Denied:
        """The contracts that deny each of `pairs`, all tried at once; only what an import breaks by itself if `direct`.

        Violations that are there today deny as well.
        """
        wanted, denied = frozenset(pairs), dict[_Pair, set[str]]()
        config = about_imports(self._config)
        for violation in try_imports(config, self._codebase, pairs).violations if config.contracts else ():
            pair = violation.importer, violation.imported
            # Of many imports at once, one may break a contract only together with another that is tried.
            if pair in wanted and not (direct and len(violation.chain) > 1):
                denied.setdefault(pair, set()).add(violation.contract)
                self._trial.append(violation)
        return denied


def _by_group(groups: Mapping[str, str], modules: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for module in sorted(modules):
        found.setdefault(groups[module], []).append(module)
    return found


def _sampled(modules: Collection[str]) -> list[str]:
    """All of `modules`, or an even sample of `_TRIED`."""
    ordered = sorted(modules)
    return ordered[:: -(-len(ordered) // _TRIED) or 1]


def _union(denied: _Denied, pairs: Iterable[_Pair]) -> frozenset[str]:
    return frozenset().union(*(denied.get(pair, ()) for pair in pairs))


def _split(
    groups: Mapping[str, Sequence[str]], denied: Mapping[str, Collection[str]]
) -> tuple[tuple[str, ...], tuple[Refused, ...]]:
    """The groups without a denial, and the others with the contracts that deny them."""
    allowed, refused = [], []
    for name, members in groups.items():
        contracts = sorted({contract for module in members for contract in denied[module]})
        if contracts:
            in_part = not all(denied[module] for module in members)
            refused.append(Refused(name=name, contracts=tuple(contracts), in_part=in_part))
        elif members:
            allowed.append(name)
    return tuple(allowed), tuple(refused)


def _counts(left_out: Mapping[str, int]) -> Mapping[str, int]:
    return {name: count for name, count in left_out.items() if count > 0}
