"""Whether the facts about the whole program that a computation has read are as they were: its modules and importers."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property

from archguard.codebase.codebase import Codebase
from archguard.codebase.syntax.source import Source
from archguard.dataclass import dataclass
from archguard.incremental.dependencies import Fact
from archguard.semantics.app_config import configures, configuring_modules
from archguard.semantics.app_state import app_state_writers, names_stored
from archguard.semantics.argument_flow import tracked_callers
from archguard.semantics.module_names import ModuleNames


def scan_program(codebase: Codebase) -> None:
    """Search all files for what inference looks up anywhere: once, before workers need it, each for itself."""
    app_state_writers(codebase)
    configuring_modules(codebase)


def is_app_wide(before: Mapping[str, Source], now: Mapping[str, Source], changed: Iterable[str]) -> bool:
    """Whether the stores of application state, or the statements that configure an application, may have changed."""
    return any(_app_wide_statements(before.get(name)) != _app_wide_statements(now.get(name)) for name in changed)


def _app_wide_statements(source: Source | None) -> object:
    return source and (names_stored(source), configures(source))


@dataclass(frozen=True)
class ProgramFacts:
    """The facts of `codebase`."""

    codebase: Codebase
    before: AbstractSet[str]
    """The modules that there were when the facts were read."""

    def holds(self, fact: Fact) -> bool:
        """Whether `fact`, which ends with the answer that was read, still holds."""
        match fact:
            case "callers", str(module), answer:
                return self._tracked_callers(module) == answer
            case "app state writers", str(name), answer:
                return tuple(app_state_writers(self.codebase).get(name, ())) == answer
            case "configuring modules", str(service), answer:
                return configuring_modules(self.codebase).get(service, ()) == answer
            case str(sort), about, answer:
                return self._has_same_names or self._names.answer((sort, about)) == answer
        raise ValueError(f"no fact about a program: {fact}")

    def _tracked_callers(self, module: str) -> tuple[str, ...] | None:
        known = self.codebase.memo.setdefault("tracked callers", {})
        if module not in known:
            known[module] = tracked_callers(module, self.codebase.every_import.importers)
        found: tuple[str, ...] | None = known[module]
        return found

    @cached_property
    def _has_same_names(self) -> bool:
        return self.codebase.sources.keys() == self.before

    @cached_property
    def _names(self) -> ModuleNames:
        return ModuleNames(self.codebase.sources)
