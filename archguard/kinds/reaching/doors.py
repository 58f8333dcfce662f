"""The project's own classes that are derived from a client, and so are a door to it for everyone else."""

from collections.abc import Iterator

from archguard.codebase.names import Instance, Member, Names, OwnClass
from archguard.kinds.clients import Use


def doors_of(names: Names, use: Use) -> Iterator[tuple[str, str]]:
    """The module of each own class whose inherited method `use` calls, and the class from which it has the method."""
    for callee in names.value(use.step.callee, use.chain.at):
        if isinstance(callee, Member):
            cls = callee.receiver.of if isinstance(callee.receiver, Instance) else callee.receiver
            if isinstance(cls, OwnClass):
                yield cls.scope.module.name, callee.base
