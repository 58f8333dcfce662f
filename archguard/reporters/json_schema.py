"""The JSON Schema of the JSON report, for programs that read it."""

from enum import StrEnum
from typing import Any

from archguard.model import Confidence, OutcomeStatus, Severity, ViolationStatus

_Schema = dict[str, Any]  # a schema is JSON, and JSON is Any


def report_schema() -> _Schema:
    """The JSON Schema (2020-12) of what `json.render` writes; every report has exactly these keys."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "archguard report, version 1",
        **_object(
            "Every violation of every contract, with what was looked at.",
            version={"const": 1, "description": "Goes up when a reader would have to change."},
            tool=_object("Who wrote it.", name={"const": "archguard"}, version=_text("As installed.")),
            passed=_flag("Whether everything was looked at and nothing fails the run: its exit code is 0."),
            complete=_flag("Whether everything that was asked for could be looked at."),
            fail_on=_choice("The least severity of a new violation that fails the run.", Severity),
            strict_baseline=_flag("Whether it fails the run too if the baseline lists what is fixed."),
            contracts=_list("The verdict on each contract, in the order of the configuration.", _contract()),
            violations=_list("Every place where the code breaks a contract, sorted.", _violation()),
            problems=_list("What kept archguard from looking, or what the user should know.", _problem()),
            summary=_summary(),
        ),
    }


def _contract() -> _Schema:
    return _object(
        "The verdict on one contract.",
        id=_text("Its name in the configuration."),
        kind=_text("Such as `layers`."),
        reason=_text("The team's own words; may be empty."),
        status=_choice(
            "`broken` says that a violation of it fails the run, `error` that it could not be checked.", OutcomeStatus
        ),
        checked=_object(
            "How much of the code it looked at.",
            modules=_number("How many modules."),
            imports=_number("How many imports."),
            calls=_number("How many calls."),
        ),
        violations=_number("How many violations it has, known ones among them."),
    )


def _violation() -> _Schema:
    return _object(
        "One place where the code breaks a contract.",
        contract=_text("The id of the contract."),
        kind=_text("The kind of the contract."),
        severity=_choice("How much it weighs.", Severity),
        status=_choice("Whether the baseline lists it.", ViolationStatus),
        message=_text("What is wrong, as a sentence."),
        path=_text("The file, from the project's root, with `/` between its parts."),
        line=_position("Counted from 1."),
        column=_position("Counted from 1, in characters."),
        end_line=_or_null(_position("The last line, if known.")),
        end_column=_or_null(_position("The column after the last character, if known.")),
        service=_text("The service whose code it is; empty outside of services."),
        importer=_text("The module that breaks the contract."),
        imported=_text("The module that it imports; empty where it is not about an import."),
        symbol=_text("The name that is used, or what is reached in the end; may be empty."),
        rule=_text("Which rule of the contract is broken; empty where it has only one."),
        chain=_list("The imports that lead there, the first one first.", _step()),
        reason=_text("The contract's reason; may be empty."),
        fix=_list("Ways to mend it.", {"type": "string"}),
        fingerprint={
            "type": "string",
            "pattern": "^[0-9a-f]{16}$",
            "description": "Stays when lines move or words change; equal where the same names meet twice.",
        },
        confidence=_choice("How sure it is; a `possible` one never fails a run.", Confidence),
    )


def _step() -> _Schema:
    return _object(
        "One import of a chain.",
        importer=_text("Who imports."),
        imported=_text("What is imported."),
        path=_text("The file of the import."),
        line=_number("Its line, counted from 1; 0 if it is not known."),
    )


def _problem() -> _Schema:
    return _object(
        "Something that kept archguard from looking, or that the user should know.",
        severity=_choice("An `error` makes the report incomplete.", Severity),
        code=_text("A short name for the sort of problem, such as `syntax`."),
        message=_text("What is wrong."),
        path=_or_null(_text("The file, if it is about one.")),
        line=_or_null(_position("Counted from 1.")),
        column=_or_null(_position("Counted from 1, in characters.")),
        hint=_text("How to mend it; may be empty."),
    )


def _summary() -> _Schema:
    return _object(
        "The size of what was looked at.",
        modules=_number("How many modules."),
        imports=_number("How many imports."),
        files=_number("How many files."),
        calls=_number("How many calls."),
        unassigned=_list("The modules that no contract looks at.", {"type": "string"}),
        new=_number("How many violations the baseline does not list."),
        known=_number("How many violations the baseline lists."),
        fixed=_number("How many violations there were at the revision compared with, and are no more."),
        suppressed=_number("How many violations comments in the code asked to overlook."),
        seconds={"type": "number", "minimum": 0, "description": "How long it took; the only value that changes."},
    )


def _object(description: str, **properties: _Schema) -> _Schema:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(description: str, items: _Schema) -> _Schema:
    return {"description": description, "type": "array", "items": items}


def _text(description: str) -> _Schema:
    return {"description": description, "type": "string"}


def _flag(description: str) -> _Schema:
    return {"description": description, "type": "boolean"}


def _number(description: str) -> _Schema:
    return {"description": description, "type": "integer", "minimum": 0}


def _position(description: str) -> _Schema:
    return {"description": description, "type": "integer", "minimum": 1}


def _choice(description: str, of: type[StrEnum]) -> _Schema:
    return {"description": description, "enum": [member.value for member in of]}


def _or_null(schema: _Schema) -> _Schema:
    return {**schema, "type": [schema["type"], "null"]}
