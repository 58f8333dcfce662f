"""Serialize a whole report, to render it again with other counts of imports when a recorded result is replayed."""

import json
from collections.abc import Sequence
from dataclasses import replace

from archguard.model import Outcome, Report
from archguard.model.serialization import codec, to_plain
from archguard.reporters import reporter


def keep(report: Report) -> str:
    """Serialize every field of the report, since any format may need it; the `json` format omits some."""
    return json.dumps(to_plain(report), separators=(",", ":"))


def rerender(text: str, formats: Sequence[str], added: Sequence[int]) -> list[str]:
    """Render the report serialized in `text` in each of `formats`.

    Args:
        text: The result of `keep`.
        formats: The names of reporters.
        added: The increase of the counts of imports: in total, then for each contract.
    """
    report = read(text)
    summary = replace(report.summary, imports=report.summary.imports + added[0])
    outcomes = tuple(map(_with_imports, report.outcomes, added[1:]))
    return [reporter(name)(replace(report, summary=summary, outcomes=outcomes)) + "\n" for name in formats]


def read(text: str) -> Report:
    """Deserialize the result of `keep`."""
    report: Report = codec(Report).read(json.loads(text), "report")
    return report


def _with_imports(outcome: Outcome, added: int) -> Outcome:
    return replace(outcome, checked=replace(outcome.checked, imports=outcome.checked.imports + added))
