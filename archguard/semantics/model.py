"""Type inference for the expressions of a project, behind one door: `SemanticModel`.

How it works: inference runs on demand and executes nothing. A file is parsed when the first query needs it. Scopes
(`codebase/scopes/`) tell which bindings may reach a use of a name, the `Resolver` follows imports to a definition, and
`Inference` delegates to the part for the form of code: expressions, bindings, parameters, annotations, attributes,
calls. A package outside of the project is not read: its classes and functions are symbols, whose behaviour
`ExternalModels` describes. What inference finds is shown page by page in `tests/semantics/reveal/`.

Lattice: a value is a union of types (`Types`, a tuple without duplicates); the empty union `UNKNOWN` is the bottom.
Branches and alternatives join by `union`. Unknown never widens to "any type": a check sees only types that were found,
so that it may miss a violation, and does not invent one. `None` is not a type.

Cycles: a query that is active gives UNKNOWN to those that it needs. No result depends on the order of the queries
(`queries.py`).

Limits, each with the reason for its number:
- Type arguments nest 4 levels (`types._MAX_NESTING`): functions that wrap each other's results in tuples double the
  size of a type at each step.
- Arguments flow from at most 20 importing modules (`argument_flow._MOST_IMPORTERS`): all of them would be parsed for
  one parameter, and code that more modules import deserves annotations.
- Strings are followed 12 levels (`string_values._MAX_DEPTH`), which ends cycles and bounds work that can double at each
  level; no measurement is recorded for the number.
- Mappings are followed 8 levels (`mappings._MAX_DEPTH`): twice what configurations nest.
- Queries nest without a limit, by 30 in each thread (`fresh_stack.QUERIES_PER_THREAD`): a query takes five to ten of
  Python's thousand frames.
- Not modelled: back edges of loops, `nonlocal`, `yield from`, results of decorators, `*args` and `**kwargs`, `setattr`,
  `getattr` with a name that is not constant.

Cost: time and memory are linear in the expressions that queries reach, outside of cycles; each is evaluated once. A
member of a cycle is evaluated again for each entry into the cycle. Strings and mappings are not memoized. To infer
every call of Django (883 modules, 35,500 calls) takes as long as to parse its files and bind their names: 3.5 s each.
"""

import ast
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.incremental.memos import Memo
from archguard.semantics.app_config import ByService, ConfigStatements
from archguard.semantics.app_state import AppState, StateWriters
from archguard.semantics.external_models import ExternalModels
from archguard.semantics.index import FileIndex
from archguard.semantics.inference import Inference, Program
from archguard.semantics.queries import QueryEngine
from archguard.semantics.resolver import Origins, Resolver
from archguard.semantics.string_values import StringEvaluator, StringValue
from archguard.semantics.types import ClassType, ExternalSymbol, ModuleType, Type, Types, qualified_name


class SemanticModel:
    """Infers types and resolves names in `files`, each parsed when a query first needs it; executes nothing.

    Narrower questions go to its parts: `files` has sources and scopes, `resolver` finds modules, `library` describes
    packages outside, `mappings` looks entries up by their keys, `argument_flow` tells whose call sites count.
    """

    def __init__(  # noqa: PLR0913  # what a project consists of
        self,
        files: FileIndex,
        library: ExternalModels = ExternalModels(),  # noqa: B008  # frozen
        importers: Mapping[str, Collection[str]] = MappingProxyType({}),
        state_writers: Callable[[], StateWriters] = dict,
        configuring: Callable[[], ByService] = dict,
        memo: Callable[[str], Memo[Any]] | None = None,
    ) -> None:
        self.memo = memo or (lambda _: Memo[Any](files.recorder))
        """The memo for a sort of question about it."""
        program = Program(
            files,
            library,
            importers,
            Resolver(files),
            AppState(files, state_writers),
            ConfigStatements(files, configuring, self.memo("configuration")),
            QueryEngine(files.recorder),
        )
        self._inference = Inference(program, self.memo)
        self.files = files
        self.library = library
        self.resolver = program.resolver
        self.mappings = self._inference.mappings
        self.argument_flow = self._inference.argument_flow
        self._strings = StringEvaluator(self._inference, self.mappings)

    def scope(self, module: str) -> Scope:
        """The scope of `module`, built from as much of its file as can be parsed."""
        return self.files.scope(module)

    def resolve(self, name: str, at: Position) -> Origins:
        """Resolve `name` at `at` to its bindings or external symbols, through all imports of the project."""
        return self.resolver.resolve(name, at)

    def infer(self, node: ast.expr, at: Position) -> Types:
        """Infer the types of the expression `node` at `at`; empty if nothing is known."""
        return self._inference.infer(node, at)

    def infer_annotation(self, node: ast.expr, at: Position) -> Types:
        """Infer the instances that the annotation `node` describes."""
        return self._inference.infer_annotation(node, at)

    def infer_origin(self, origin: Binding | ExternalSymbol | ModuleType) -> Types:
        """Infer the types of a name that resolves to `origin`: of a parameter, say, or what a module exports."""
        return self._inference.infer_origin(origin)

    def callees(self, node: ast.Call, at: Position) -> tuple[str, ...]:
        """The qualified names of the possible callees: `requests.get`, `sqlalchemy.orm.Session.execute`."""
        return tuple(dict.fromkeys(qualified_name(value) for value in self.infer(node.func, at)))

    def return_types(self, callee: Type, node: ast.Call | None, at: Position | None) -> Types:
        """Infer the types that a call of `callee` returns; `node` at `at` is the call, if there is one."""
        return self._inference.return_types(callee, node, at)

    def string_value(self, node: ast.expr, at: Position) -> StringValue:
        """The string that `node` evaluates to; parts that cannot be evaluated are None."""
        return self._strings.string_value(node, at)

    def mro(self, cls: ClassType) -> tuple[ClassType | ExternalSymbol, ...]:
        """The method resolution order of `cls`: itself and all its bases, those of the project first."""
        return self._inference.mro(cls)

    def definition(self, cls: ClassType, name: str) -> tuple[ClassType | ExternalSymbol, list[Binding]] | None:
        """The class that defines `name` for `cls`, with its bindings; else the first external base, without bindings.

        None if no class of the project defines it and no base is external.
        """
        return self._inference.definition(cls, name)
