"""`archguard agents install` and `remove`: what changes in the files of a project.

Everything is computed before anything is written, so a file that cannot be parsed leaves all others as they are. There
is no record of what was installed: what is archguard's is known by what it is (`settings.py`), by its marks
(`marked_block.py`) or by its whole text (the skill). Instructions and the skill are shared by several hosts, and stay
until the last of these is removed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from json import loads
from pathlib import Path
from typing import Final, TypeVar

from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.model import Location
from archguard.onboarding.agents.edit_error import EditError
from archguard.onboarding.agents.hosts import Host, load_hosts
from archguard.onboarding.agents.marked_block import MarkedBlock
from archguard.onboarding.agents.project_files import Change, ProjectFiles
from archguard.onboarding.agents.settings import Entries
from archguard.onboarding.agents.toml_table import TomlTable

_IN_MARKDOWN: Final = MarkedBlock("<!-- archguard agents: begin -->", "<!-- archguard agents: end -->")
_SKILL: Final = "archguard/SKILL.md"

_T = TypeVar("_T")


@dataclass(frozen=True)
class Plan:
    """What install or remove changes."""

    changes: tuple[Change, ...]
    kept: tuple[str, ...] = ()
    """Files that are left although they are archguard's by their name: they were changed since."""


def install(root: Path, names: Iterable[str]) -> Plan:
    """Add what the hosts `names` need to the project at `root`.

    Raises:
        ArchguardError: a file leads out of the project, cannot be read or parsed, or has no place for what is added.
    """
    project = _Project(ProjectFiles(root.resolve()), load_hosts())
    kept = [path for name in names for path in project.install(name)]
    return Plan(project.files.changes(), tuple(dict.fromkeys(kept)))


def remove(root: Path, names: Collection[str]) -> Plan:
    """Take out of the project at `root` what install added for the hosts `names`.

    Raises:
        ArchguardError: a file leads out of the project, or cannot be read or parsed.
    """
    project = _Project(ProjectFiles(root.resolve()), load_hosts())
    for name in names:
        project.remove_settings(name)
    kept = [path for name in names for path in project.remove_texts(name)]
    return Plan(project.files.changes(), tuple(dict.fromkeys(kept)))


def installed(root: Path) -> tuple[str, ...]:
    """The names of the hosts for which anything is installed.

    Raises:
        ArchguardError: a file of settings leads out of the project, or cannot be read or parsed.
    """
    project = _Project(ProjectFiles(root.resolve()), load_hosts())
    return tuple(name for name in project.hosts if project.is_installed(name))


@dataclass(frozen=True)
class _Project:
    files: ProjectFiles
    hosts: Mapping[str, Host]

    def install(self, name: str) -> Iterator[str]:
        """Add all of a host; yield the files that are left as they are although they differ."""
        host = self.hosts[name]
        for path, content in host.settings.items():
            self._edit(path, self._settings(name, path, content).added_to)
        self._edit(host.instructions, lambda text: _IN_MARKDOWN.added_to(text, self._pointer))
        skill = f"{host.skills}/{_SKILL}"
        found = self.files.read(skill)
        if found is None:
            self.files.write(skill, self._skill)
        elif not self._is_skill(found):
            yield skill

    def remove_settings(self, name: str) -> None:
        """Take the entries of a host out of its settings."""
        for path, content in self.hosts[name].settings.items():
            self._edit(path, self._settings(name, path, content).removed_from)

    def remove_texts(self, name: str) -> Iterator[str]:
        """Take out instructions and skill unless another host reads them; yield the files that are left as they are."""
        host = self.hosts[name]
        others = [self.hosts[other] for other in self.hosts if other != name and self.is_installed(other)]
        instructions = self.files.real(host.instructions)
        if all(self.files.real(other.instructions) != instructions for other in others):
            self._edit(host.instructions, _IN_MARKDOWN.removed_from)
        skill = f"{host.skills}/{_SKILL}"
        if all(self.files.real(other.skills) != self.files.real(host.skills) for other in others):
            found = self.files.read(skill)
            if found is not None and not self._is_skill(found):
                yield skill
            else:
                self.files.write(skill, None)

    def is_installed(self, name: str) -> bool:
        """Whether anything of a host is in its settings."""
        return any(
            _located(path, self.files.read(path), self._settings(name, path, content).are_in)
            for path, content in self.hosts[name].settings.items()
        )

    def _edit(self, path: str, edit: Callable[[str | None], str | None]) -> None:
        text = self.files.read(path)
        self.files.write(path, _located(path, text, edit))

    def _settings(self, name: str, path: str, content: str) -> "Entries | TomlTable":
        if path.endswith(".toml"):
            return TomlTable(content)
        return Entries(loads(content), self.hosts[name].demanded, f"archguard hook {name}")

    def _is_skill(self, text: str) -> bool:
        """Whether `text` is the skill of this version; git may have checked it out with other line ends."""
        return text.replace("\r\n", "\n") == self._skill

    @cached_property
    def _pointer(self) -> str:
        return _package_text("pointer.md")

    @cached_property
    def _skill(self) -> str:
        return _package_text("skill.md")


def _located(path: str, text: str | None, edit: Callable[[str | None], _T]) -> _T:
    """The result of `edit` for `text`, the content of `path`.

    Raises:
        ArchguardError: `edit` fails.
    """
    try:
        return edit(text)
    except EditError as error:
        before = (text or "")[: error.offset]
        place = Location(path, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise ArchguardError(error.message, "mend the file; nothing was written", place) from None


def _package_text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
