"""The faults of a configuration while it is being written.

They are those that `check` reports, of the texts in the editor: the configuration is loaded with them in place of the
files, and validated against the code. The code itself is checked with the configuration on disk, until it is saved.
Cost: the code is read once for each version of the configuration.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from archguard.config import Document as Parsed
from archguard.config import component_faults, contract_faults, find_configuration, read, read_config
from archguard.config.read_document import read_faulty_document
from archguard.errors import ArchguardError, ConfigError, ConfigRemark
from archguard.model import Problem, Severity
from archguard.servers.lsp.documents import Document, lines_of


def draft_problems(folder: Path, drafts: Mapping[Path, str]) -> tuple[Problem, ...]:
    """What is wrong with the configuration around `folder`, with `drafts` in place of some of its files."""
    texts = {path: "\n".join(lines_of(text.removeprefix("\ufeff"))) for path, text in drafts.items()}
    try:
        root, files = find_configuration(folder)
        config = read_config(files, root, texts)
        codebase = read(config)
    except (ArchguardError, ExceptionGroup) as error:
        return problems_of(error)
    found = [contract_faults(config, codebase, contract) for contract in config.contracts]
    faults = [fault for one in found for fault in one.errors]
    notes = [note for one in found for note in one.notes]
    return (
        *(fault.problem("configuration") for fault in (*component_faults(config, codebase), *faults)),
        *(_note(note) for note in (*config.notes, *notes)),
    )


def parsed(document: Document) -> Parsed | None:
    """The text of a configuration file in the editor as data with places; None if it cannot be parsed for now."""
    text = "\n".join(lines_of(document.text))
    try:
        found = read_faulty_document(document.path, document.path.name, text)
    except ExceptionGroup:
        return None
    found = found.below("tool", "archguard") if document.path.name == "pyproject.toml" else found
    return found if isinstance(found.data, dict) else None


def problems_of(error: Exception) -> tuple[Problem, ...]:
    """The problems in `error`.

    Raises:
        Exception: it is a fault of archguard, or contains one.
    """
    return tuple(_problems(error))


def _problems(error: Exception) -> Iterator[Problem]:
    match error:
        case ArchguardError():
            yield error.problem("configuration")
        case ExceptionGroup():
            for each in error.exceptions:
                yield from _problems(each)
        case _:
            raise error


def _note(note: ConfigError) -> Problem:
    severity = Severity.INFO if isinstance(note, ConfigRemark) else Severity.WARNING
    return replace(note.problem("configuration"), severity=severity)
