"""The project's own classes that are derived from a client, and so are a door to it for everyone else."""

from collections.abc import Iterator

from archguard.effects.client_calls import ClientCall
from archguard.semantics import ClassType, ExternalMember, InstanceType, SemanticModel


def inherited_from(model: SemanticModel, call: ClientCall) -> Iterator[tuple[str, str]]:
    """The module of each own class whose inherited method `use` calls, and the class from which it has the method."""
    for callee in model.infer(call.access.callee, call.path.at):
        if isinstance(callee, ExternalMember):
            cls = callee.receiver.of if isinstance(callee.receiver, InstanceType) else callee.receiver
            if isinstance(cls, ClassType):
                yield cls.scope.module.name, callee.base
