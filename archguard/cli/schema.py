"""`archguard schema`: print the JSON Schema, for completion and validation in editors."""

import json

import click

from archguard.config.schema import config_schema
from archguard.reporters.json_schema import report_schema


@click.command("schema")
@click.argument("of", type=click.Choice(["config", "report"]), default="config")
def command(of: str) -> None:
    """Print the JSON Schema of the configuration, or of the JSON report.

    With the first line `# yaml-language-server: $schema=archguard.schema.json`, editors complete an archguard.yaml.
    """
    click.echo(json.dumps(config_schema() if of == "config" else report_schema(), indent=2))
