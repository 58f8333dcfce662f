"""Compare two configurations: contracts that are gone or ask for less, what they ignore, and which code is read.

A contract is found again by its id; one that is gone, by its content under a new id. Where a contract is declared, its
order and its form do not matter, and neither does a pack that is no longer extended if its contracts are still there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from archguard.codebase.modules.discovery import find_modules
from archguard.config import Config
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.history.weakening.change import Difference
from archguard.history.weakening.layerings import layer_differences
from archguard.history.weakening.selection import Selection
from archguard.history.weakening.values import Comparison
from archguard.kinds import Contract, Ignore, Layers
from archguard.model import About, Direction, GuardChange, Location

PROJECT = "project"
"""The subject of changes that are about all contracts."""
_APART = frozenset({"ignore"})


@dataclass(frozen=True)
class ConfigurationChanges:
    """The changes from the configuration before to the one after."""

    selection: Selection

    def all(self) -> Iterator[GuardChange]:
        """Every change, in no order."""
        for old, new in self.pairs:
            yield from self._contract(old, new)
        yield from map(self._gone, self._unpaired(self.selection.before, [old for old, _ in self.pairs]))
        yield from map(self._added, self._unpaired(self.selection.after, [new for _, new in self.pairs]))
        yield from self._project()
        yield from self._code()
        yield from self._services()

    @cached_property
    def pairs(self) -> tuple[tuple[Contract, Contract], ...]:
        """Each contract before with the one after that has its id, or else its content."""
        after = {contract.id: contract for contract in self.selection.after.contracts}
        same = [(old, after[old.id]) for old in self.selection.before.contracts if old.id in after]
        gone = self._unpaired(self.selection.before, [old for old, _ in same])
        added = self._unpaired(self.selection.after, [new for _, new in same])
        for old in gone:
            # Taken out when found, so that of two equal contracts each has its own partner.
            if new := next((new for new in added if self._is_renamed(old, new)), None):
                same.append((old, new))
                added.remove(new)
        return tuple(same)

    @property
    def renamed(self) -> Mapping[str, str]:
        """The ids of contracts before -> their new ids."""
        return {old.id: new.id for old, new in self.pairs if old.id != new.id}

    @property
    def _comparison(self) -> Comparison:
        return Comparison(self.selection)

    @staticmethod
    def _unpaired(config: Config, paired: list[Contract]) -> list[Contract]:
        return [contract for contract in config.contracts if contract not in paired]

    def _is_renamed(self, old: Contract, new: Contract) -> bool:
        return type(old) is type(new) and old.ignore == new.ignore and not any(self._differences(old, new))

    def _contract(self, old: Contract, new: Contract) -> Iterator[GuardChange]:
        if type(old) is not type(new):
            text = f"contract {new.id} is of kind {new.kind} instead of {old.kind}: judge it"
            yield self._change(new.id, Direction.UNKNOWN, text, self._place(self.selection.after, new.id))
            return
        one, other = self._effective(old, self.selection.before), self._effective(new, self.selection.after)
        for found in self._differences(one, other):
            yield self._told(new.id, found)
        yield from self._ignores(old, new)

    def _differences(self, old: Contract, new: Contract) -> Iterator[Difference]:
        """The differences between two contracts of the same kind, but for what they ignore."""
        yield from self._comparison.fields(old, new, leave_out=_APART)
        if isinstance(old, Layers) and isinstance(new, Layers):
            yield from layer_differences(old, new, self.selection)

    @staticmethod
    def _effective(contract: Contract, config: Config) -> Contract:
        """`contract` with the setting of the project where it has none of its own."""
        of_project = config.project.type_checking_imports
        return replace(contract, type_checking_imports=contract.type_checking_imports or of_project)

    def _told(self, contract: str, found: Difference) -> GuardChange:
        how = {Direction.WEAKER: "is weaker", Direction.STRONGER: "is stricter", Direction.UNKNOWN: "is changed"}
        text = f"contract {contract} {how[found.direction]}: {found.text}"
        return self._change(contract, found.direction, text, self._place(self.selection.after, contract))

    def _gone(self, contract: Contract) -> GuardChange:
        origin = self.selection.before.origins.get(("contracts", contract.id))
        pack = f" of the pack {origin.document.path.stem}" if origin and origin.shipped else ""
        text = f"contract {contract.id}{pack} is gone: {contract.sentence}"
        return self._change(contract.id, Direction.WEAKER, text, self._place(self.selection.before, contract.id))

    def _added(self, contract: Contract) -> GuardChange:
        text = f"contract {contract.id} is new: {contract.sentence}"
        return self._change(contract.id, Direction.STRONGER, text, self._place(self.selection.after, contract.id))

    def _ignores(self, old: Contract, new: Contract) -> Iterator[GuardChange]:
        before = {str(ignore.import_): ignore for ignore in old.ignore}
        after = {str(ignore.import_): ignore for ignore in new.ignore}
        for name in sorted(after.keys() - before.keys()):
            if more := self._more_imports(old, after[name]):
                yield self._ignore(new, after[name], Direction.WEAKER, f"also ignores {name} ({more})")
        for name in sorted(before.keys() - after.keys()):
            yield self._ignore(new, before[name], Direction.STRONGER, f"does not ignore {name} any more")
        for name in sorted(after.keys() & before.keys()):
            yield from self._kept_ignore(new, before[name], after[name])

    def _more_imports(self, old: Contract, ignore: Ignore) -> str:
        """What `ignore` matches beyond the ignores of `old`; "" if that is nothing."""
        matched = self.selection.new_imports(ignore.import_)
        if not matched:
            return "no import yet"
        # By the imports, not by the patterns: an entry with another pattern may ignore nothing more than before.
        known = frozenset().union(*(self.selection.old_imports(one.import_) for one in old.ignore))
        more = len(matched - known)
        return f"{more} import{'s' if more > 1 else ''}" if more else ""

    def _kept_ignore(self, new: Contract, old: Ignore, now: Ignore) -> Iterator[GuardChange]:
        # No date is for ever, which is later than any.
        if (old.expires or date.max) != (now.expires or date.max):
            is_longer = (now.expires or date.max) > (old.expires or date.max)
            until = f"until {now.expires}" if now.expires else "for ever"
            text = f"ignores {now.import_} {until} instead of {f'until {old.expires}' if old.expires else 'for ever'}"
            yield self._ignore(new, now, Direction.WEAKER if is_longer else Direction.STRONGER, text)
        leave_out = frozenset({"expires"})
        for found in self._comparison.fields(old, now, f"ignore {now.import_}", leave_out):
            yield self._told(new.id, found)

    def _ignore(self, contract: Contract, ignore: Ignore, direction: Direction, text: str) -> GuardChange:
        return GuardChange(
            subject=contract.id,
            about=About.IGNORE,
            direction=direction,
            message=f"contract {contract.id} {text}",
            location=self._place_of_ignore(contract, ignore) or self._place(self.selection.after, contract.id),
            has_reason=bool(ignore.reason),
        )

    def _place_of_ignore(self, contract: Contract, ignore: Ignore) -> Location | None:
        if ignore not in contract.ignore:
            return None
        index = contract.ignore.index(ignore)
        config, name = self.selection.after, f"{contract.id} {index}"
        if ("ignore", name) in config.origins:
            return config.error("", "ignore", name).location
        return config.error("", "contracts", contract.id, ("ignore", index)).location

    def _project(self) -> Iterator[GuardChange]:
        old, new = self.selection.before.project, self.selection.after.project
        found = [*self._comparison.excluded("exclude", old.exclude, new.exclude)]
        found += self._comparison.fields(old, new, "", frozenset({"exclude"}))
        for difference in found:
            yield self._of_project(difference)

    def _of_project(self, found: Difference) -> GuardChange:
        place = self._place(self.selection.after, "", PROJECT) or _first_file(self.selection.after)
        return self._change(PROJECT, found.direction, f"project: {found.text}", place, About.PROJECT)

    def _services(self) -> Iterator[GuardChange]:
        before, after = self.selection.before.services, self.selection.after.services
        for name in sorted(before.keys() - after.keys()):
            yield self._of_project(Difference(Direction.WEAKER, f"service {name} is gone"))
        for name in sorted(before.keys() & after.keys()):
            for found in self._comparison.fields(before[name], after[name], f"services.{name}"):
                yield self._of_project(found)

    def _code(self) -> Iterator[GuardChange]:
        """Files that the configuration before would read in the code of today, and that are not read any more."""
        # The settings that decide it rarely change, and finding all files twice is slow.
        if _location(self.selection.before) == _location(self.selection.after):
            return
        config = self.selection.after
        try:
            then = self._files(replace(self.selection.before, root=config.root))
        except ExceptionGroup as group:
            # Only what is wrong with the old configuration is expected, such as a package that is gone; any other error
            # is a fault of ours.
            if group.split(ArchguardError)[1]:
                raise
            yield self._of_project(Difference(Direction.UNKNOWN, "where the code is changed: judge it"))
            return
        now = self._files(config)
        for names, direction in ((then - now, Direction.WEAKER), (now - then, Direction.STRONGER)):
            if names:
                verb = "does not read" if direction is Direction.WEAKER else "also reads"
                more = f" and {len(names) - 1} more files" if len(names) > 1 else ""
                yield self._of_project(Difference(direction, f"it {verb} {min(names)}{more}"))

    def _files(self, config: Config) -> frozenset[str]:
        # `exclude` is compared on its own, with words that name the pattern.
        project = replace(config.project, exclude=())
        return frozenset(it.display_path for it in find_modules(config.root, project, config.services).sources.values())

    @staticmethod
    def _change(
        subject: str, direction: Direction, text: str, place: Location | None, about: About = About.CONTRACT
    ) -> GuardChange:
        return GuardChange(subject=subject, about=about, direction=direction, message=text, location=place)

    @staticmethod
    def _place(config: Config, name: str, section: str = "contracts") -> Location | None:
        return config.error("", section, name).location


def _location(config: Config) -> object:
    """What decides which code is read."""
    services = {name: (one.root, one.packages, one.modules) for name, one in config.services.items()}
    return config.project.source_roots, config.project.packages, services


def _first_file(config: Config) -> Location | None:
    return Location(Path(config.files[0]).name) if config.files else None
