"""`archguard schema`: print the JSON Schema, for completion and validation in editors."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import click

from archguard.config.schema import config_schema
from archguard.reporters.authorship.json import authorship_schema
from archguard.reporters.json import report_schema
from archguard.reporters.metrics.json import metrics_schema
from archguard.reporters.review.json import review_schema
from archguard.reporters.trend.json import trend_schema

SCHEMAS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "config": config_schema,
    "report": report_schema,
    "metrics": metrics_schema,
    "trend": trend_schema,
    "authorship": authorship_schema,
    "review": review_schema,
}


@click.command("schema")
@click.argument("of", type=click.Choice(list(SCHEMAS)), default="config")
def command(of: str) -> None:
    """Print the JSON Schema of the configuration, or of what `check`, `metrics`, `trend` or `review` write as JSON.

    `authorship` is what `trend --by-authorship` writes.

    With the first line `# yaml-language-server: $schema=archguard.schema.json`, editors complete an archguard.yaml.
    """
    click.echo(json.dumps(SCHEMAS[of](), indent=2))
