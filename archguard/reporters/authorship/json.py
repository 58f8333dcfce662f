"""The trend by authorship as JSON, `version: 1`: `authorship_schema` describes it."""

from typing import Final

from archguard.model import AuthorshipTrend, Commit, GroupFigures, OpenViolations
from archguard.model.serialization import Key, Schema, layout, object_schema
from archguard.reporters import envelope

_VERSION: Final = 1

FIGURES: Final = (
    *("group", "changes", "code_changes", "changed_lines"),
    *("violations_introduced", "introduced_per_thousand_lines", "violations_removed", "removed_per_thousand_lines"),
    *("ignores_added", "ignores_removed", "baseline_added", "baseline_removed", "cycles_opened", "cycles_closed"),
    *("fixed", "still_open", "median_days_to_fix", "lines_observed", "lines_rewritten", "churn"),
)
"""The keys of a group."""

_TREND: Final = layout(
    AuthorshipTrend,
    *("project", "first", "last", "groups", "points", "notes"),
    types={
        Commit: layout(Commit, Key("commit", "id"), "day", "tags"),
        GroupFigures: layout(GroupFigures, *FIGURES),
        OpenViolations: layout(
            OpenViolations, Key("commit", "commit.id"), "commit.day", "gap", Key("open_violations", "counts")
        ),
    },
)


def render(trend: AuthorshipTrend) -> str:
    """The figures of each group, and the open violations at each commit, as JSON in ASCII."""
    return envelope.render(_VERSION, _TREND.write(trend))


def authorship_schema() -> Schema:
    """The JSON Schema (2020-12) of what `render` writes."""
    schema = _TREND.schema()
    return envelope.schema("authorship", _VERSION, object_schema(schema["description"], schema["properties"]))
