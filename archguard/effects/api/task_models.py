"""The arguments that tasks of workers take, as the fields of a body: `send_task("charge", kwargs={"amount": 3})`.

Required is a parameter without a default; any other keyword is an error, unless the task takes `**kwargs`.
"""

import ast

from archguard.codebase.scopes.scopes import Scope
from archguard.dataclass import dataclass
from archguard.effects.api.class_bodies import decorators, is_true
from archguard.effects.api.endpoints import BodyModel
from archguard.semantics import SemanticModel


@dataclass(frozen=True)
class TaskModels:
    """Finds the models in the signatures of tasks."""

    model: SemanticModel

    def of(self, scope: Scope) -> BodyModel | None:
        """What the function with this scope takes by keyword; None if it is wrapped by further decorators."""
        node = scope.node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or len(decorators(scope)) > 1:
            return None
        arguments = node.args
        positional = [parameter.arg for parameter in (*arguments.posonlyargs, *arguments.args)]
        positional = positional[1:] if _is_bound(node) else positional
        with_default = positional[len(positional) - len(arguments.defaults) :] if arguments.defaults else []
        keyword_only = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        required = {name for name in positional if name not in with_default}
        required |= {parameter.arg for parameter, default in keyword_only if default is None}
        known = {*positional, *(parameter.arg for parameter in arguments.kwonlyargs)}
        location = self.model.files.source(scope.module.name).location(node)
        extra = "allow" if arguments.kwarg else "forbid"
        return BodyModel(
            name=node.name,
            location=location,
            required=frozenset(required),
            optional=frozenset(known - required),
            extra=extra,
        )


def _is_bound(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a decorator passes the task itself as the first parameter: `@app.task(bind=True)`."""
    calls = (node for node in function.decorator_list if isinstance(node, ast.Call))
    return any(keyword.arg == "bind" and is_true(keyword.value) for call in calls for keyword in call.keywords)
