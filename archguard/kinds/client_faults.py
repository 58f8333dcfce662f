"""Errors in declared clients: names that are not valid, and names that the project does not define."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from archguard.codebase import Codebase
from archguard.effects.catalogue.client import Client
from archguard.kinds.contract import ContractError
from archguard.model.names import self_and_parents, top_package

_DOTTED = re.compile(r"(?:[\w-]+::)?[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_METHOD = re.compile(r"\*|[^\W\d]\w*(?:\.[^\W\d]\w*)*")


def client_faults(
    codebase: Codebase, clients: Mapping[str, Client], channels: tuple[str, ...]
) -> Iterator[ContractError]:
    """Yield the errors in the clients of a contract whose kind supports `channels`."""
    for channel, client in clients.items():
        if channel not in channels:
            close = get_close_matches(channel, channels, 1)
            hint = f"did you mean '{close[0]}'?" if close else f"one of {', '.join(channels)}"
            yield ContractError(f"there is no channel '{channel}'", hint=hint, keys=("clients", channel), at_key=True)
        elif client == Client():
            yield ContractError("the client says nothing", "clients", "give its `modules`", ("clients", channel))
        yield from _name_faults(codebase, channel, client)


def _name_faults(codebase: Codebase, channel: str, client: Client) -> Iterator[ContractError]:
    for key in ("modules", "functions", "methods", "orm_bases", "timeouts"):
        for index, name in enumerate(getattr(client, key)):
            keys = ("clients", channel, key, index if isinstance(getattr(client, key), tuple) else name)
            if fault := name_fault(codebase, name, is_module=key in ("modules", "timeouts")):
                yield ContractError(fault[0], hint=fault[1], keys=keys, at_key=keys[-1] == name)
    for cls, methods in client.methods.items():
        wrong = [method for method in methods if not _METHOD.fullmatch(method)]
        if wrong or not methods:
            message = f"'{wrong[0]}' is no name of a method" if wrong else f"{cls} has no methods whose call counts"
            yield ContractError(message, hint="write `*` for every one", keys=("clients", channel, "methods", cls))


def name_fault(codebase: Codebase, name: str, *, is_module: bool) -> tuple[str, str] | None:
    """The message and the hint about an invalid name of a module, function or class."""
    if not _DOTTED.fullmatch(name):
        hint = "a module stands for all below it" if "*" in name else ""
        return f"'{name}' can be no name in the code", hint
    if not is_module and "." not in name:
        return f"'{name}' has no module in front of it", f"write its full name: `package.{name}`"
    if _is_missing(codebase, name):
        close = get_close_matches(name, sorted(codebase.modules), 1)
        return f"the project has no '{name}'", f"did you mean '{close[0]}'?" if close else ""
    return None


def _is_missing(codebase: Codebase, name: str) -> bool:
    """Whether `name` begins with a module of the project that does not bind the next segment."""
    holder = next((outer for outer in self_and_parents(name) if outer in codebase.modules), "")
    rest = name.removeprefix(holder).removeprefix(".")
    if not holder or not rest or codebase.reexports is None:
        return False
    return not codebase.reexports.binds(holder, top_package(rest))
