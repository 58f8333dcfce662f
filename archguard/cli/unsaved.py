"""The report on a text that is not saved yet: `archguard check --stdin-filename`."""

import os
from collections.abc import Collection
from pathlib import Path

from archguard.checking import check, within_paths
from archguard.checking.details import with_details
from archguard.checking.drafts import draft_texts
from archguard.cli.configuration import configuration
from archguard.cli.progress import progress
from archguard.config import read
from archguard.history import with_baseline
from archguard.model import Report
from archguard.model.serialization import codec
from archguard.servers.client import ask
from archguard.servers.unsaved import SECONDS_TO_ANSWER


def unsaved_report(
    file: Path, text: bytes, config: tuple[Path, ...], baseline: Path | None, only: Collection[str]
) -> Report:
    """What is in `file` if `text` is saved in it; all other files are as they are on disk.

    Args:
        file: The file, which need not exist.
        text: Its new content.
        config: The configuration files; by default they are looked for from the working directory upwards.
        baseline: The file of known violations, if it is not the default one.
        only: The ids of the contracts to check; by default all of them.

    Raises:
        ExceptionGroup[ArchguardError]: the configuration or the code cannot be read, or the file is no part of it.
    """
    path = Path(os.path.abspath(file))  # noqa: PTH100  # unlike `Path.resolve`, keeps links
    with progress("reading the code"):
        read_config = configuration(config)
        codebase = read(read_config, drafts=draft_texts(read_config.root, {path: text}))
        report = with_baseline(check(read_config, only, codebase), read_config, codebase, baseline)
    return with_details(within_paths(report, codebase, [path]), read_config, codebase)


def unsaved_report_of_daemon(file: Path, text: bytes, config: tuple[Path, ...], baseline: Path | None) -> Report | None:
    """The same of all contracts, from the process that keeps the project in memory.

    None if it does not run, or if it cannot answer: then `unsaved_report` says why.
    """
    path = os.path.abspath(file)  # noqa: PTH100  # the same
    try:
        request = {"method": "preview", "drafts": {path: text.decode()}}
    except UnicodeDecodeError:  # a message is JSON; Python reads other encodings, too
        return None
    if baseline:
        request["baseline"] = str(baseline.absolute())
    answer = ask(str(Path.cwd()), request, start=False, timeout=SECONDS_TO_ANSWER, config=[*map(str, config)])
    if not answer or "report" not in answer:
        return None
    report: Report = codec(Report).read(answer["report"], "report")
    return report
