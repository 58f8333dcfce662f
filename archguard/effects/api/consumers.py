"""The topics that files consume.

A consumer that tells kinds of messages apart by a property of the message (`content_type == "order_paid"`) takes only
these: its endpoints have the path `TOPIC#KIND`. Kinds are the literals of a service that are compared with a name of
that property.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from archguard.codebase import Source
from archguard.codebase.imports.dynamic import Naming, nodes_that_may_name
from archguard.codebase.modules.namespace import is_test
from archguard.codebase.scopes.scopes import Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.api.callers import Callers
from archguard.effects.api.clients import consuming_call, consuming_words, kind_names, task_decorators
from archguard.effects.api.evaluator import TemplateEvaluator
from archguard.effects.api.frames import Placed, arguments
from archguard.effects.routes.route import ScopePlace
from archguard.effects.tracing import has_any
from archguard.model import Location
from archguard.model.names import last_part, plain_name
from archguard.semantics import SemanticModel, qualified_name


class Consumed(NamedTuple):
    """A topic that is consumed, or a task that can be sent."""

    topic: str
    location: Location
    function: ScopePlace | None = None
    """The function that is called with the message, or with its fields."""
    is_task: bool = False


@dataclass(frozen=True)
class Consumers:
    """Finds what files consume."""

    model: SemanticModel
    callers: Callers
    evaluator: TemplateEvaluator

    def topics(self, source: Source) -> Iterator[Consumed]:
        """The topics that `source` consumes, and the tasks that it declares."""
        for word in sorted(consuming_words() & self.callers.calls_in(source).keys()):
            for call, at in self.callers.calls_in(source)[word]:
                function = ScopePlace.of(_decorated(call, at))
                yield from (Consumed(topic, source.location(call), function) for topic in self._topics(call, at))
        if any(has_any(source, (f"{last_part(name)}",)) for name in task_decorators()):
            yield from self._tasks(source)

    def _tasks(self, source: Source) -> Iterator[Consumed]:
        for scope in self.model.scope(source.module).walk():
            at = scope.at or scope.end
            for node in getattr(scope.node, "decorator_list", ()):
                func = node.func if isinstance(node, ast.Call) else node
                names = (self.model.library.canonical(qualified_name(value)) for value in self.model.infer(func, at))
                if not task_decorators().isdisjoint(names):
                    place = source.location(scope.node) if isinstance(scope.node, ast.stmt) else source.location(node)
                    yield Consumed(self._task_name(node, at, scope), place, ScopePlace.of(scope), is_task=True)

    def _task_name(self, decorator: ast.expr, at: Position, function: Scope) -> str:
        keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
        given = (self.model.string_value(item.value, at) for item in keywords if item.arg == "name")
        named = next((text.beginning for text in given if text.complete), "")
        return named or plain_name(function.name)

    def _topics(self, call: ast.Call, at: Position) -> Iterator[str]:
        facts = next(filter(None, map(consuming_call, self.model.callees(call, at))), None)
        if not facts:
            return
        passed = arguments(self.model, call, at, None)
        named = passed.get(-1, *facts.keywords)
        nodes = [*passed.positional[facts.position :], *([named] if isinstance(named, Placed) else [])]
        for placed in nodes:
            elements = placed.node.elts if isinstance(placed.node, ast.List | ast.Tuple) else [placed.node]
            for element in elements:
                for template in self.evaluator.evaluate(element, placed.at):
                    if template.text:
                        yield template.text

    def kinds(self, source: Source) -> Iterator[str]:
        """The kinds of messages that `source` tells apart."""
        names = kind_names()
        tree = self.model.scope(source.module).whole
        is_empty = not getattr(tree, "body", ())  # also that of a file that cannot be decoded, which has no lines
        if is_empty or is_test(source.module) or not has_any(source, tuple(sorted(names))):
            return
        for node in nodes_that_may_name(tree, Naming.of(source, names)):
            match node:
                case ast.Compare(left=left, ops=[ast.Eq() | ast.In()], comparators=[right]):
                    yield from _compared(left, right)
                    yield from _compared(right, left)
                case ast.Match(subject=subject, cases=cases) if _is_kind(subject):
                    yield from (text for case in cases for text in _texts_in(case.pattern))


def _decorated(call: ast.Call, at: Position) -> Scope | None:
    """The function that `call` decorates."""
    functions = (child for child in at.scope.children if not child.is_class)
    return next((child for child in functions if call in getattr(child.node, "decorator_list", ())), None)


def _compared(name: ast.expr, value: ast.expr) -> Iterator[str]:
    if _is_kind(name):
        yield from _texts_in(value)


def _is_kind(node: ast.expr) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in kind_names()
    return False


def _texts_in(node: ast.AST) -> Iterator[str]:
    yield from (part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))
