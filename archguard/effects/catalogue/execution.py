"""How code is executed: what blocks, what hands a callable to a thread, what opens a transaction, what consumes lazily.

The facts are in `execution.toml`. `load_execution` parses it once per process.
"""

from collections.abc import Mapping
from dataclasses import field
from functools import cache

from archguard.codebase import memoized
from archguard.codebase.package_data import load_package_data
from archguard.dataclass import dataclass
from archguard.effects.catalogue.conventions import Words
from archguard.model.names import last_part, parent_name, self_and_parents, split_last
from archguard.semantics import ExternalModels


@dataclass(frozen=True, kw_only=True)
class Blocking:
    """What of the standard library blocks the thread that calls it."""

    functions: Words = frozenset()
    """Functions and classes, by their qualified names."""
    methods: Mapping[str, Words] = field(default_factory=dict)
    """Methods, by class."""


@dataclass(frozen=True, kw_only=True)
class Possible:
    """What may access a file, and may block nothing all the same."""

    functions: Words
    """Functions and classes, by their qualified names."""
    methods: Words
    """Methods of paths."""


@dataclass(frozen=True, kw_only=True)
class Memoization:
    """What runs a function once for the same arguments."""

    decorators: Words
    """Decorators, by their last names."""


@dataclass(frozen=True, kw_only=True)
class Threads:
    """What runs a callable in a thread or another process."""

    functions: Words
    """Functions that are passed it first, by their qualified names."""
    methods: Words
    """Methods and functions that are passed it first, by their last names."""
    second: Words
    """Methods that are passed it as the second argument, by their last names."""
    keywords: Words
    """Keywords under which `classes` are passed it."""
    classes: Words
    """Classes whose instances run it: `threading.Thread`."""
    executors: Words
    """Classes all of whose methods are passed it first."""
    wrappers: Words
    """Functions and decorators that return a wrapper of it, by their last names."""


@dataclass(frozen=True, kw_only=True)
class Coroutines:
    """What awaits or schedules coroutines."""

    consumers: Words
    """Functions that are passed coroutines, by their last names."""


@dataclass(frozen=True, kw_only=True)
class Iteration:
    """What iterates over its arguments."""

    mapping: Words
    """Functions that call their first argument once per element."""
    mapping_methods: Words
    """Methods that do so, by their last names."""
    keyed: Words
    """Functions that call their argument `key` once per element."""
    consumers: Words
    """Functions that iterate over their arguments, and by that execute a lazy query or a generator."""
    methods: Words
    """Methods of built-in containers that do so."""


@dataclass(frozen=True, kw_only=True)
class Transactions:
    """What opens a transaction."""

    functions: Words
    """Context managers, decorators and methods, by their qualified names."""
    methods: Words
    """Methods of clients of databases, by their last names."""
    instances: Words
    """Classes whose instances are a transaction as a context manager."""


@dataclass(frozen=True, kw_only=True)
class Asynchronous:
    """Clients whose calls are awaited."""

    packages: Words
    """Packages, modules, classes and methods."""
    words: Words
    """Parts of qualified names."""
    django_prefix: tuple[str, ...]
    """Where a method with `a` before its name is the asynchronous form of another one."""
    synchronous: Words
    """Methods there whose names begin with `a`, and are not the asynchronous form of another one."""


@dataclass(frozen=True, kw_only=True)
class Relations:
    """Attributes of rows that are other rows, which are loaded when they are read."""

    fields: Words
    """Fields whose value is another row, which is loaded when an attribute of it is read."""
    awaited: Words
    """Fields whose value is awaited, which loads the row."""
    loaders: Words
    """Methods of a query that load relations, or rows without them."""
    known: Words
    """Attributes of a related row that are known without loading it."""
    eager: Words
    """Values of `lazy` of SQLAlchemy's `relationship` that load it with the row, or never."""


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """Tasks that are sent to a worker."""

    send: Words
    """Methods that send a task of the project, or what is composed of tasks."""
    signatures: Words
    """Methods that make a signature of a task, which is sent later."""
    compositions: Words
    """Results of functions that compose signatures: `celery.group()`."""


@dataclass(frozen=True, kw_only=True)
class ExecutionFacts:
    """The file `execution.toml`."""

    blocking: Mapping[str, Blocking]
    """What of the standard library blocks, by channel: `file`, `process`, `sleep`."""
    possible: Possible
    memoization: Memoization
    threads: Threads
    coroutines: Coroutines
    iteration: Iteration
    transactions: Transactions
    asynchronous: Asynchronous
    relations: Relations
    queue: Tasks


@dataclass(frozen=True, eq=False)
class Execution:
    """Answers about the facts."""

    facts: ExecutionFacts

    @memoized
    def blocking_function(self, name: str) -> str:
        """The channel of the standard library's function `name` that blocks, or ""."""
        return next((channel for channel, facts in self.facts.blocking.items() if name in facts.functions), "")

    @memoized
    def blocking_method(self, library: ExternalModels, cls: str, name: str) -> str:
        """The channel of the method `name` of the standard library's class `cls` that blocks, or ""."""
        for channel, facts in self.facts.blocking.items():
            if any(name in facts.methods.get(ancestor, ()) for ancestor in library.ancestry(cls)):
                return channel
        return ""

    def only_possibly_blocks(self, symbol: str) -> bool:
        """Whether `symbol` may access a file, and may block nothing all the same."""
        facts = self.facts.possible
        owner, last = split_last(symbol)
        return symbol in facts.functions or (owner.startswith("pathlib.") and last in facts.methods)

    def memoizes(self, decorator: str) -> bool:
        """Whether a decorator of that name runs the function once for the same arguments."""
        return decorator in self.facts.memoization.decorators

    @memoized
    def is_asynchronous(self, symbol: str) -> bool:
        """Whether calls of `symbol` are awaited: `asyncpg.Pool.fetch`, `httpx.AsyncClient.get`."""
        facts = self.facts.asynchronous
        if not {*self_and_parents(symbol)}.isdisjoint(facts.packages):
            return True
        last = last_part(symbol)
        # Django's rule for names: `aget`, `acreate`; some names begin with an `a` of their own (`annotate`, `all`).
        is_django = last.startswith("a") and symbol.startswith(facts.django_prefix)
        return (is_django and last not in facts.synchronous) or any(word in symbol.lower() for word in facts.words)

    @memoized
    def may_pass(self, callee: str, method: str) -> bool:
        """Whether `callee`, whose last name is `method`, may call one of its arguments."""
        runs = self.thread_argument(callee, method) >= 0 or bool(self.thread_keywords(callee))
        return runs or self.maps(callee, method) or self.takes_key(callee)

    def thread_argument(self, callee: str, method: str) -> int:
        """The index of the callable that `callee`, whose last name is `method`, runs in a thread; -1 if it does not."""
        facts = self.facts.threads
        owner = parent_name(callee)
        if callee in facts.functions or method in facts.methods or owner in facts.executors:
            return 0
        # `loop.run_in_executor(executor, function)`: the callable comes second.
        return 1 if method in facts.second else -1

    def thread_keywords(self, callee: str) -> tuple[str, ...]:
        """The keywords under which `callee` takes a callable to run in a thread: `Thread(target=...)`."""
        facts = self.facts.threads
        return tuple(sorted(facts.keywords)) if callee in facts.classes else ()

    def is_thread_wrapper(self, name: str) -> bool:
        """Whether a function called `name` returns a wrapper that runs its argument in a thread."""
        return name in self.facts.threads.wrappers

    def awaits_arguments(self, name: str) -> bool:
        """Whether a function called `name` awaits or schedules the coroutines that it is passed."""
        return name in self.facts.coroutines.consumers

    def maps(self, callee: str, method: str) -> bool:
        """Whether `callee` calls its first argument once per element."""
        facts = self.facts.iteration
        return callee in facts.mapping or method in facts.mapping_methods

    def takes_key(self, callee: str) -> bool:
        """Whether `callee` calls its argument `key` once per element."""
        return callee in self.facts.iteration.keyed

    @memoized
    def consumes(self, callee: str) -> bool:
        """Whether `callee` iterates over its arguments."""
        facts = self.facts.iteration
        return callee in facts.consumers or (
            # `builtins.str.join`, a method of a built-in type; `builtins.list` is a function.
            callee.startswith("builtins.") and callee.count(".") > 1 and last_part(callee) in facts.methods
        )

    @memoized
    def opens_transaction(self, callee: str) -> bool:
        """Whether a call of `callee` opens a transaction."""
        facts = self.facts.transactions
        return callee in facts.functions

    def may_open_transaction(self, name: str) -> bool:
        """Whether a method called `name` of a database client opens a transaction."""
        return name in self.facts.transactions.methods

    def is_transaction(self, cls: str) -> bool:
        """Whether an instance of `cls` is a transaction as a context manager."""
        return cls in self.facts.transactions.instances

    def is_relation(self, field: str) -> bool:
        """Whether the value of a `field` of a model is another row, which is loaded when it is read."""
        return field in self.facts.relations.fields

    def is_awaited_relation(self, field: str) -> bool:
        """Whether the value of a `field` of a model is another row, which is loaded when it is awaited."""
        return field in self.facts.relations.awaited

    def loads_relations(self, method: str) -> bool:
        """Whether a method of a query decides how relations are loaded."""
        return method in self.facts.relations.loaders

    def is_known_of_relation(self, attribute: str) -> bool:
        """Whether an attribute of a related row is known without loading that."""
        return attribute in self.facts.relations.known

    def is_eager(self, lazy: object) -> bool:
        """Whether the argument `lazy` of a relationship loads it with the row, or never."""
        return lazy in self.facts.relations.eager or lazy is False

    def sends_task(self, name: str) -> bool:
        """Whether a method called `name` of a task of the project sends it to a worker."""
        return name in self.facts.queue.send

    def makes_signature(self, name: str) -> bool:
        """Whether a method called `name` of a task makes a signature of it, which is sent later."""
        return name in self.facts.queue.signatures

    def is_composition(self, name: str) -> bool:
        """Whether an instance of `name` is composed of signatures of tasks."""
        return name in self.facts.queue.compositions


@cache
def load_execution() -> Execution:
    """The facts of the catalogue; read once."""
    return Execution(load_package_data(ExecutionFacts, "archguard.effects.catalogue", "execution.toml"))
