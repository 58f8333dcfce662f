"""The base class of the tools, and the reading of their arguments.

A tool is to the protocol what a kind of contract is to YAML: its fields are the arguments of a call, the docstrings
below them their descriptions, and the schema follows from both.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import MISSING, fields
from inspect import cleandoc
from typing import Any, ClassVar, NamedTuple, get_origin, get_type_hints

from archguard.config import did_you_mean
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.model.docstrings import describe
from archguard.model.serialization import Codec, Schema, codec, layout, object_schema
from archguard.reporters import json as json_report
from archguard.servers.workspace import Workspace


class Answer(NamedTuple):
    """What a tool answers."""

    text: str
    """For a reader."""
    value: Any
    """The same as a dataclass, of the tool's type `answers`."""


@dataclass(frozen=True, kw_only=True)
class Tool(ABC):
    """A question about the project; an object has the arguments of one call."""

    id: ClassVar[str]
    """The name by which clients call it."""
    title: ClassVar[str]
    """The name that people see."""
    answers: ClassVar[type]
    """The dataclass that it answers with."""

    @abstractmethod
    def answer(self, workspace: Workspace) -> Answer:
        """The answer. It changes nothing on disk.

        Raises:
            ArchguardError: the arguments fit nothing in the project.
            ExceptionGroup[ArchguardError]: the project cannot be read.
        """

    @classmethod
    def description(cls) -> str:
        """What the tool is for, and when to call it."""
        return cleandoc(cls.__doc__ or "")

    @classmethod
    def input_schema(cls) -> Schema:
        """The JSON Schema of the arguments."""
        hints = get_type_hints(cls)
        properties = {it.name: codec(hints[it.name]).schema() | _description(cls, it.name) for it in fields(cls)}
        return object_schema(f"The arguments of {cls.id}.", properties, cls._optional())

    @classmethod
    def output_schema(cls) -> Schema:
        """The JSON Schema of the structured answer."""
        return answer_codec(cls.answers).schema()

    @classmethod
    def bind(cls, arguments: Mapping[str, Any]) -> "Tool":
        """The tool with `arguments`.

        Raises:
            ArchguardError: one is missing, unknown or of another type.
        """
        known = [it.name for it in fields(cls)]
        if unknown := [name for name in arguments if name not in known]:
            raise ArchguardError(f"{cls.id} has no argument '{unknown[0]}'", did_you_mean(unknown[0], known))
        if missing := [name for name in known if name not in arguments and name not in cls._optional()]:
            raise ArchguardError(f"{cls.id} needs the argument '{missing[0]}'", describe(cls, missing[0]))
        hints = get_type_hints(cls)
        try:
            values = {
                name: codec(hints[name]).read(_parsed(value, hints[name]), name) for name, value in arguments.items()
            }
        except KeyError as error:
            raise ArchguardError(f"an item in the arguments of {cls.id} lacks {error}") from None
        except (TypeError, ValueError) as error:
            raise ArchguardError(f"an argument of {cls.id} does not fit: {error}", "see the tool's schema") from None
        return cls(**values)

    @classmethod
    def _optional(cls) -> list[str]:
        return [it.name for it in fields(cls) if it.default is not MISSING]


def answer_codec(answers: type) -> Codec:
    """How an answer is written: all of its fields, with violations and problems as in the JSON report."""
    return layout(answers, *(it.name for it in fields(answers)), types=json_report.layouts())


def _description(tool: type[Tool], argument: str) -> Schema:
    return {"description": describe(tool, argument)}


def _parsed(value: object, hint: object) -> object:
    """`value`, or the list in it: some clients send lists as JSON in a string."""
    if isinstance(value, str) and get_origin(hint) is tuple:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
