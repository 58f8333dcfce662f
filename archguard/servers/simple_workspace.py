"""A project in memory, read anew when it is asked for."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from archguard.checking.session import DraftResult, Session
from archguard.config import find_configuration, read_config
from archguard.history import with_baseline
from archguard.model import Report


class Workspace:
    """A project that stays in memory."""

    def __init__(self, folder: Path, config: Sequence[Path] = ()) -> None:
        self._folder = folder
        self._config = tuple(config)
        self._session: Session | None = None

    def session(self) -> Session:
        """The session, as it was when the first request came."""
        if self._session is None:
            root, files = (self._config[0].parent, self._config) if self._config else find_configuration(self._folder)
            self._session = Session(read_config(files, root))
        return self._session

    def check(self, drafts: Mapping[Path, str | bytes | None]) -> DraftResult:
        """What `drafts` change."""
        return self.session().check(drafts)

    def report(self) -> Report:
        """What is on disk."""
        session = self.session()
        return with_baseline(session.report, session.config, session.codebase)
