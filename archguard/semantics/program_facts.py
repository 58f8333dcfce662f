"""Whether the facts about the whole program that a computation has read are as they were: its modules and importers."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from archguard.codebase.codebase import Codebase
from archguard.codebase.file_tasks import scan_files
from archguard.codebase.memoization import memoized
from archguard.incremental.dependencies import Fact
from archguard.model.names import service_of
from archguard.semantics.app_config import configures
from archguard.semantics.app_state import app_state_writers
from archguard.semantics.argument_flow import tracked_callers
from archguard.semantics.module_names import ModuleNames


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
                return self._configuring_modules.get(service, ()) == answer
            case str(sort), about, answer:
                return self._has_same_names or self._names.answer((sort, about)) == answer
        raise ValueError(f"no fact about a program: {fact}")

    @memoized
    def _tracked_callers(self, module: str) -> tuple[str, ...] | None:
        return tracked_callers(module, self.codebase.every_import.importers)

    @cached_property
    def _has_same_names(self) -> bool:
        return self.codebase.sources.keys() == self.before

    @cached_property
    def _names(self) -> ModuleNames:
        return ModuleNames(self.codebase.sources)

    @cached_property
    def _configuring_modules(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for module in sorted(scan_files(self.codebase, "configures an application", configures)):
            service = service_of(module)
            found[service] = (*found.get(service, ()), module)
        return found
