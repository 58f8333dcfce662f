"""What `except` clauses do with the exceptions that they catch: raise, log, or neither.

A clause raises if its body contains a `raise`, or a call that never returns: `sys.exit`, `flask.abort`, a function of
the project that is annotated `NoReturn`. It logs if its body calls a logging library, or a method such as `error` of
something that is named like a logger. One such statement is enough, also under a condition: which way is taken when is
not decided.

A function of the project that is passed the exception (`self.report(error)`) does for the clause what its own body
does. It is followed only then, and one call deep: any other function may raise and log for reasons of its own.

Cost: the calls of the scope are listed once per clause.
"""

import ast
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from archguard.codebase import Source
from archguard.codebase.facts import Call, Catch
from archguard.codebase.facts.calls import written
from archguard.codebase.facts.executed_nodes import executed_nodes
from archguard.codebase.scopes.scopes import Scope
from archguard.effects.catalogue.failures import load_failures
from archguard.kinds.structure_rules.shape import Reaction
from archguard.kinds.structure_rules.subjects import StructureFacts
from archguard.kinds.structure_rules.type_queries import called_functions
from archguard.model.names import last_part, parts_of, split_last, top_package
from archguard.semantics import FunctionType

_GERUNDS = {Reaction.RAISE: "raising", Reaction.LOG: "logging"}
_NEVER_RETURNS = frozenset({"NoReturn", "Never"})


def without(reactions: Iterable[Reaction]) -> str:
    """The words of a message: `without raising or logging`."""
    return f"without {' or '.join(_GERUNDS[reaction] for reaction in reactions)}"


def reacts(facts: StructureFacts, source: Source, catch: Catch, reactions: Collection[Reaction]) -> bool:
    """Whether the clause of `catch` does one of `reactions`."""
    nodes = list(executed_nodes(catch.handler.body))
    return any(_reacts(facts, nodes, _calls(catch.scope, source, nodes), reaction, catch) for reaction in reactions)


def _reacts(
    facts: StructureFacts, nodes: list[ast.AST], calls: list[Call], reaction: Reaction, catch: Catch | None
) -> bool:
    """Whether `nodes`, which make `calls`, do `reaction`; functions are followed for the clause `catch` alone."""
    if reaction is Reaction.RAISE and any(isinstance(node, ast.Raise) for node in nodes):
        return True
    test = _never_returns if reaction is Reaction.RAISE else _logs
    return any(test(facts, call) or (catch and _is_done_by_callee(facts, call, reaction, catch)) for call in calls)


def _calls(scope: Scope, source: Source, nodes: list[ast.AST]) -> list[Call]:
    wanted = {id(node) for node in nodes if isinstance(node, ast.Call)}
    return [call for call in Call.within(scope, source) if id(call.node) in wanted] if wanted else []


def _logs(facts: StructureFacts, call: Call) -> bool:
    """Whether `call` is one of a logging library, or of something that is named like a logger."""
    known = load_failures().logging
    owner, method = split_last(call.callee)
    if method in known.methods and any(_is_logger(segment) for segment in parts_of(owner)):
        return True
    callees = facts.names.callees(call.node, call.at)
    if any(name in known.functions for name in callees) or (not callees and call.callee in known.unresolved):
        return True
    packages = {top_package(name) for name in callees if last_part(name) in known.methods}
    return not packages.isdisjoint(known.packages)


def _is_logger(segment: str) -> bool:
    """Whether `segment` of a dotted name is called like a logger: `logger`, `LOG`, `get_logger()`, `audit_log`."""
    word = segment.removesuffix("()").lower().rpartition("_")[2]
    return any(fnmatchcase(word, glob) for glob in load_failures().logging.receivers)


def _never_returns(facts: StructureFacts, call: Call) -> bool:
    callees = facts.names.callees(call.node, call.at)
    if any(name in load_failures().raising.functions for name in callees):
        return True
    return any(_is_no_return(function) for function in called_functions(facts, call))


def _is_no_return(function: FunctionType) -> bool:
    annotation = getattr(function.scope.node, "returns", None)
    return annotation is not None and last_part(written(annotation)) in _NEVER_RETURNS


def _is_done_by_callee(facts: StructureFacts, call: Call, reaction: Reaction, catch: Catch) -> bool:
    """Whether `call` passes the exception to a function of the project that does `reaction` in its body."""
    arguments = (*call.arguments, *call.keywords.values())
    if not catch.handler.name or catch.handler.name not in {written(argument) for argument in arguments}:
        return False
    return any(_does(facts, function, reaction) for function in called_functions(facts, call))


def _does(facts: StructureFacts, function: FunctionType, reaction: Reaction) -> bool:
    source = facts.module(facts.module_of(function.name)).source  # reading the module records that it is used
    nodes = list(executed_nodes(ast.iter_child_nodes(function.scope.node)))
    return _reacts(facts, nodes, _calls(function.scope, source, nodes), reaction, None)
