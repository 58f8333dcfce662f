"""A project that stays in memory, as the disk is at each request.

The configuration is read again when a file or folder that was consulted for it has changed, the code when a source file
has (`Session.refresh`): each is one comparison of fingerprints where nothing has. Nothing is read before the first
request. If the configuration or the code cannot be read, each request says so, until it can.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from archguard.checking.session import DraftResult, Session
from archguard.config import Config, find_configuration, read_config
from archguard.history import with_baseline
from archguard.incremental.input_recorder import recording_into
from archguard.incremental.recorded_inputs import RecordedInputs
from archguard.model import Report


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

    def session(self) -> Session:
        """The project as it is on disk now.

        Raises:
            ConfigError: there is no configuration.
            ExceptionGroup[ArchguardError]: the configuration, or a package that it names, cannot be read.
        """
        if self._session is None or not self._inputs.holds():
            self._session, inputs = None, RecordedInputs()
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

    def report(self) -> Report:
        """What the contracts find on disk; violations that the baseline lists are known.

        Raises:
            ConfigError: there is no configuration.
            ExceptionGroup[ArchguardError]: the configuration, the baseline or a package cannot be read.
        """
        session = self.session()
        return with_baseline(session.report, session.config, session.codebase, None)

    def _config(self) -> Config:
        if self._named:
            return read_config(self._named, self._named[0].parent)
        root, files = find_configuration(self.folder)
        return read_config(files, root)
