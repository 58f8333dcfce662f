"""Subclasses of a client that the project defines: their methods give everyone else access to it."""

from collections.abc import Iterator

from archguard.effects.client_calls import ClientCall
from archguard.semantics import ClassType, ExternalMember, InstanceType, SemanticModel


def inherited_from(model: SemanticModel, call: ClientCall) -> Iterator[tuple[str, str]]:
    """Yield the own classes whose inherited client method `call` calls: (module of the class, external base class)."""
    for callee in model.infer(call.access.callee, call.path.at):
        if isinstance(callee, ExternalMember):
            cls = callee.receiver.of if isinstance(callee.receiver, InstanceType) else callee.receiver
            if isinstance(cls, ClassType):
                yield cls.scope.module.name, callee.base
