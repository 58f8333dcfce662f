"""A project that stays in memory, as the disk is at each request.

The configuration is read again when a file or folder that was consulted for it has changed, the code when a source file
has (`Session.refresh`): each is one comparison of fingerprints where nothing has. Nothing is read before the first
request. If the configuration or the code cannot be read, each request says so, until it can.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from archguard.checking.session import DraftResult, Session
from archguard.config import Config, find_configuration, read_config
from archguard.history import with_baseline
from archguard.history.git import commit_of, renames
from archguard.history.matching import moved_modules, with_known
from archguard.history.since import violations_at
from archguard.incremental.input_recorder import recording_into
from archguard.incremental.recorded_inputs import RecordedInputs
from archguard.model import Identity, Report

_MOST_REVISIONS: Final = 8
"""Commits whose violations are remembered: each session of an agent compares with the one at which it began."""


class Workspace:
    """The project around a folder. For one thread."""

    def __init__(self, folder: Path, config: Sequence[Path] = ()) -> None:
        """Read nothing yet.

        Args:
            folder: The configuration is looked for from here upwards.
            config: The configuration files, if they are named.
        """
        self.folder = folder
        self._named = tuple(path.resolve() for path in config)
        self._inputs = RecordedInputs()
        self._session: Session | None = None
        self._earlier: dict[str, Mapping[Identity, int]] = {}
        """The violations of commits under the configuration of the session."""

    def session(self) -> Session:
        """The project as it is on disk now.

        Raises:
            ConfigError: there is no configuration.
            ExceptionGroup[ArchguardError]: the configuration, or a package that it names, cannot be read.
        """
        if self._session is None or not self._inputs.holds():
            self._session, inputs = None, RecordedInputs()
            self._earlier.clear()
            with recording_into(inputs):
                config = self._config()
            self._session, self._inputs = Session(config), inputs
        else:
            self._session.refresh()
        return self._session

    def check(self, drafts: Mapping[Path, str | bytes | None]) -> DraftResult:
        """What `drafts` change, see `Session.check`; paths that are not absolute start from the configuration's folder.

        Raises:
            ConfigError: there is no configuration.
            ExceptionGroup[ArchguardError]: the configuration, or a package that it names, cannot be read.
        """
        return self.session().check(drafts)

    def report(self) -> tuple[Report, Session]:
        """What the contracts find on disk, with the violations as known that the baseline lists; and the project.

        Raises:
            ConfigError: there is no configuration.
            ExceptionGroup[ArchguardError]: the configuration, the baseline or a package cannot be read.
        """
        session = self.session()
        return with_baseline(session.report, session.config, session.codebase, None), session

    def report_since(self, revision: str) -> tuple[Report, Session]:
        """`report`, with the violations as known that the code had at `revision` under the contracts of today.

        The code of a revision is checked once for as long as the configuration stays the same.

        Raises:
            GitError: there is no such revision here.
            ConfigError: there is no configuration.
            ExceptionGroup[ArchguardError]: the configuration, the baseline or a package cannot be read.
        """
        report, session = self.report()
        root, commit = session.config.root, commit_of(session.config.root, revision)
        if commit not in self._earlier:
            if len(self._earlier) >= _MOST_REVISIONS:
                self._earlier.clear()
            self._earlier[commit] = violations_at(session.config, commit)
        moved = moved_modules(session.codebase, renames(root, commit))
        return with_known(report, self._earlier[commit], moved), session

    def _config(self) -> Config:
        if self._named:
            return read_config(self._named, self._named[0].parent)
        root, files = find_configuration(self.folder)
        return read_config(files, root)
