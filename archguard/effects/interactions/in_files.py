"""Find the interactions between services that the code of files shows, each file by itself: all but the imports.

What is found in a file is kept from run to run while it is right (`codebase/file_tasks.py`). Only what several files of
a service say about the same address is compared as a whole, in `remote_calls.reported`.
"""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import TypeAlias

from archguard.codebase import Codebase, Source
from archguard.codebase.file_results import Inputs
from archguard.codebase.file_tasks import map_files
from archguard.dataclass import dataclass
from archguard.effects.catalogue.catalogue import semantic_model
from archguard.effects.interactions.interaction import Channel, Interaction, ServiceMap
from archguard.effects.interactions.messages import Messages
from archguard.effects.interactions.remote_calls import Places, RemoteCalls, reported
from archguard.effects.interactions.tables import Tables
from archguard.semantics import scan_program

_Channels: TypeAlias = tuple[Channel, ...]


@dataclass(frozen=True)
class _Found:
    """What is found in one file."""

    places: tuple[tuple[str, Places], ...]
    """The addresses of other services, by the service that the file belongs to: mostly one."""
    others: tuple[Interaction, ...]
    """Messages, and uses of tables."""


def interactions_in_files(
    codebase: Codebase, services: ServiceMap, channels: Collection[Channel]
) -> Iterator[Interaction]:
    """Yield the interactions over `channels`, service by service."""
    chosen = tuple(channel for channel in Channel if channel in channels and channel is not Channel.IMPORT)
    scan_program(codebase)  # before the workers need it
    query, start = f"interactions over {', '.join(chosen)}", partial(_finder, chosen)
    inputs = Inputs(services.of_module, services.modules)
    found = map_files(codebase, query, start, services.owners, inputs, _shown) if chosen else {}
    for caller, modules in services.modules.items():
        files = [found[module] for module in sorted(modules & found.keys())]
        yield from reported(places for file in files for name, places in file.places if name == caller)
        for file in files:
            yield from file.others


def _finder(channels: _Channels, codebase: Codebase) -> Callable[[Source], _Found]:
    """The function that finds the interactions in one file, in a worker."""
    model, services = semantic_model(codebase), ServiceMap(codebase)

    def find(source: Source) -> _Found:
        remote = (
            (caller, RemoteCalls(model, services, caller, channels)) for caller in services.of_module(source.module)
        )
        others = list[Interaction]()
        if Channel.QUEUE in channels:
            others += Messages(model, services, source).interactions()
        if Channel.TABLE in channels:
            others += Tables(model, services, source).interactions()
        return _Found(tuple((caller, calls.of(source)) for caller, calls in remote), tuple(others))

    return find


def _shown(found: _Found) -> Iterator[str]:
    return (path for _, places in found.places for path in places.paths)
