"""Arguments of calls through several levels of wrappers: which expression a parameter stands for at a call site.

A frame is one call of a function of the project. The frames of a request lead from the function around the client call
to the outermost call site that is considered. `*args` and `**kwargs` that a wrapper passes on are followed.
"""

import ast
from collections.abc import Iterator
from dataclasses import field
from enum import Enum
from typing import NamedTuple, TypeAlias

from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.dataclass import dataclass
from archguard.semantics import ClassType, FunctionType, InstanceType, SemanticModel


@dataclass(frozen=True, eq=False)
class Frame:
    """A call of the function `scope`, made at `at` inside of the call `outer`."""

    scope: Scope
    call: ast.Call
    at: Position
    implicit: int = 0
    """How many leading parameters the call does not pass: 1 for `self`."""
    receiver: InstanceType | ClassType | None = None
    outer: "Frame | None" = None

    def chain(self) -> Iterator["Frame"]:
        """This frame and those around it."""
        frame: Frame | None = self
        while frame:
            yield frame
            frame = frame.outer


class Placed(NamedTuple):
    """An expression, where it stands, and the frame in which it is evaluated."""

    node: ast.expr
    at: Position
    frame: Frame | None


class NoArgument(Enum):
    """Why a call gives no expression for a parameter."""

    DEFAULT = "default"
    """The call does not pass it."""
    HIDDEN = "hidden"
    """It may be in a `*` or `**` that cannot be followed."""


Argument: TypeAlias = Placed | NoArgument


@dataclass(frozen=True)
class Arguments:
    """The arguments of a call, with those that `*` and `**` pass on."""

    positional: tuple[Placed, ...]
    keywords: dict[str, Placed] = field(hash=False)
    hides_positional: bool = False
    hides_keywords: bool = False
    forwarded: tuple[Binding, ...] = ()
    """The `*args` and `**kwargs` of functions without a frame: a call site may tell more."""

    def get(self, position: int, *names: str) -> Argument:
        """The argument at `position` (-1: only by name), or under one of `names`."""
        if found := next((self.keywords[name] for name in names if name in self.keywords), None):
            return found
        if 0 <= position < len(self.positional):
            return self.positional[position]
        is_hidden = self.hides_keywords or (position >= 0 and self.hides_positional)
        return NoArgument.HIDDEN if is_hidden else NoArgument.DEFAULT


def frame_of(frame: Frame | None, scope: Scope) -> Frame | None:
    """The innermost call of the function `scope` in the chain of `frame`."""
    return next((found for found in frame.chain() if found.scope is scope), None) if frame else None


def arguments(model: SemanticModel, call: ast.Call, at: Position, frame: Frame | None) -> Arguments:
    """The arguments of `call`, evaluated in `frame`."""
    positional, keywords = list[Placed](), dict[str, Placed]()
    hides_positional = hides_keywords = False
    forwarded = list[Binding]()
    for argument in call.args:
        if not isinstance(argument, ast.Starred):
            if not hides_positional:
                positional.append(Placed(argument, at, frame))
        elif isinstance(argument.value, ast.List | ast.Tuple) and not hides_positional:
            positional += (Placed(element, at, frame) for element in argument.value.elts)
        elif inner := _forwarding_frame(model, argument.value, at, frame):
            passed = arguments(model, inner.call, inner.at, inner.outer)
            # `*args` holds what is left after the parameters that have names.
            positional += passed.positional[_named_count(inner) :]
            hides_positional |= passed.hides_positional
            forwarded += passed.forwarded
        else:
            hides_positional = True
            forwarded += _variadic_parameters(model, argument.value, at)
    for keyword in call.keywords:
        if keyword.arg:
            keywords[keyword.arg] = Placed(keyword.value, at, frame)
        elif isinstance(keyword.value, ast.Dict) and all(isinstance(key, ast.Constant) for key in keyword.value.keys):
            pairs = zip(keyword.value.keys, keyword.value.values, strict=True)
            keywords |= {
                str(key.value): Placed(value, at, frame) for key, value in pairs if isinstance(key, ast.Constant)
            }
        elif inner := _forwarding_frame(model, keyword.value, at, frame):
            passed = arguments(model, inner.call, inner.at, inner.outer)
            named = _names(inner.scope.node)
            # And `**kwargs` what no parameter has the name of.
            keywords |= {name: value for name, value in passed.keywords.items() if name not in named}
            hides_keywords |= passed.hides_keywords
            forwarded += passed.forwarded
        else:
            hides_keywords = True
            forwarded += _variadic_parameters(model, keyword.value, at)
    return Arguments(tuple(positional), keywords, hides_positional, hides_keywords, tuple(forwarded))


def argument_of(model: SemanticModel, frame: Frame, name: str) -> Argument:
    """What the call of `frame` passes for the parameter `name` of its function."""
    function = frame.scope.node
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return NoArgument.HIDDEN
    names = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)]
    position = names.index(name) - frame.implicit if name in names else -1
    return arguments(model, frame.call, frame.at, frame.outer).get(position, name)


def implicit_count(callee: FunctionType | ClassType) -> int:
    """How many leading parameters a call of `callee` does not pass."""
    return int(isinstance(callee, ClassType) or callee.receiver is not None)


def _forwarding_frame(model: SemanticModel, node: ast.expr, at: Position, frame: Frame | None) -> Frame | None:
    """The frame of the function whose `*args` or `**kwargs` the expression `node` is."""
    for parameter in _variadic_parameters(model, node, at):
        if found := frame_of(frame, parameter.at.scope):
            return found
    return None


def _variadic_parameters(model: SemanticModel, node: ast.expr, at: Position) -> tuple[Binding, ...]:
    origins = model.resolve(node.id, at) if isinstance(node, ast.Name) else ()
    return tuple(origin for origin in origins if isinstance(origin, Binding) and _is_variadic(origin))


def _is_variadic(parameter: Binding) -> bool:
    """Whether it is `*args` or `**kwargs`, which the binder does not record as parameters: they have no value."""
    function = parameter.at.scope.node
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return False
    variadic = (function.args.vararg, function.args.kwarg)
    return any(argument is not None and argument.arg == parameter.name for argument in variadic)


def _named_count(frame: Frame) -> int:
    """How many positional arguments of the call of `frame` have a parameter of their own."""
    function = frame.scope.node
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return 0
    return max(0, len(function.args.posonlyargs) + len(function.args.args) - frame.implicit)


def _names(function: ast.AST) -> frozenset[str]:
    """The parameters that can be passed by name."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return frozenset()
    return frozenset(parameter.arg for parameter in (*function.args.args, *function.args.kwonlyargs))
