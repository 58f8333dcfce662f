"""What a method of a client does: reads, writes, commits, builds a lazy query, or nothing.

The facts are in `operations.toml`, by class. A method is looked up in the class of the receiver and its bases, then in
the entries whose key is a pattern (`*Cursor*`), then by its name alone: the catalogue has decided before that the
receiver is a client. Cost: one parse per process; lookups are memoized.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache, cached_property
from typing import Literal

from archguard.codebase import memoized
from archguard.codebase.package_data import load_package_data
from archguard.dataclass import dataclass
from archguard.effects.catalogue.conventions import Words, load_conventions
from archguard.model.names import last_part, split_last
from archguard.semantics import ExternalModels


class Operation(StrEnum):
    """What a call does to the outside."""

    READ = "read"
    WRITE = "write"
    STATEMENT = "statement"
    """Reads or writes: the statement that it is passed decides."""
    COMMIT = "commit"
    ROLLBACK = "rollback"
    BEGIN = "begin"
    """Opens a transaction."""
    LAZY = "lazy"
    """Builds a query that is executed where it is consumed."""
    NOTHING = "nothing"
    SEND = "send"
    """Sends a request, a message or a command to something other than a database."""
    ACCESS = "access"
    """Reads or writes a file, waits, or runs a process."""


@dataclass(frozen=True, kw_only=True)
class Lists:
    """Methods or functions by what they do; `*` is every other one."""

    read: Words = frozenset()
    """Asks the database."""
    write: Words = frozenset()
    """Changes the database."""
    statement: Words = frozenset()
    """Reads or writes, by the statement that is passed."""
    commit: Words = frozenset()
    """Ends a transaction, and keeps what it has changed."""
    rollback: Words = frozenset()
    """Ends a transaction, and drops what it has changed."""
    begin: Words = frozenset()
    """Opens a transaction."""
    lazy: Words = frozenset()
    """Builds a query that is executed where it is consumed."""
    nothing: Words = frozenset()
    """Stays in the process."""

    @cached_property
    def by_operation(self) -> Mapping[Operation, Words]:
        """The lists by what they say."""
        return {
            Operation.READ: self.read,
            Operation.WRITE: self.write,
            Operation.STATEMENT: self.statement,
            Operation.COMMIT: self.commit,
            Operation.ROLLBACK: self.rollback,
            Operation.BEGIN: self.begin,
            Operation.LAZY: self.lazy,
            Operation.NOTHING: self.nothing,
        }


@dataclass(frozen=True, kw_only=True)
class ClassOperations(Lists):
    """What the methods of a class do."""

    same_as: str = ""
    """The class whose lists it shares."""
    relation: str = ""
    """The class that the relations of a model behave like."""
    consumed_by: Literal["", "iteration", "await"] = ""
    """What executes an instance, which is a lazy query: `iteration`, also by `len`, `in` or its truth, or `await`."""


@dataclass(frozen=True, kw_only=True)
class FunctionOperations(Lists):
    """What functions and classes do when they are called."""

    connecting: Words = frozenset()
    """Classes whose instances connect when they are made, if they are told where to."""


@dataclass(frozen=True, kw_only=True)
class NameOperations(Lists):
    """What methods of a database client without an entry do, by their names."""

    local: Words = frozenset()
    """Methods and functions of clients of other channels that send nothing."""


@dataclass(frozen=True, kw_only=True)
class OperationFacts:
    """The file `operations.toml`."""

    classes: Mapping[str, ClassOperations]
    """By class, or by a pattern for the names of classes: `*Cursor*`."""
    functions: FunctionOperations
    """Functions, by their qualified names."""
    names: NameOperations
    """Methods of classes without an entry."""


@dataclass(frozen=True, eq=False)
class Operations:
    """The operations of methods, by class."""

    facts: OperationFacts

    @memoized
    def of_function(self, name: str) -> Operation:
        """What a call of the database function or class `name` does."""
        listed = _listed(self.facts.functions, name)
        if listed is None and last_part(name)[:1].isupper():
            return Operation.NOTHING  # the constructor of a client connects when it is used
        return listed or self.of_name(last_part(name))

    @memoized
    def of_method(self, library: ExternalModels, cls: str, name: str) -> Operation:
        """What a call of the method `name` of an instance of `cls`, a client of a database, does."""
        for entry in self._entries_of(library, cls):
            if found := _listed(entry, name):
                return found
        return self.of_name(name)

    @memoized
    def of_name(self, name: str) -> Operation:
        """What a method called `name` of a database client without an entry does."""
        if found := _listed(self.facts.names, name):
            return found
        words = load_conventions().operations
        if name in words.transaction:
            return Operation.NOTHING
        return Operation.WRITE if name in words.write else Operation.READ

    @memoized
    def is_local(self, library: ExternalModels, symbol: str) -> bool:
        """Whether the function or method `symbol` of a client that is no database sends nothing when it is called."""
        cls, name = split_last(symbol)
        if symbol in self.facts.functions.nothing:
            return True
        listed = (_listed(entry, name) for entry in self._entries_of(library, cls))
        return name in self.facts.names.local or Operation.NOTHING in listed

    def connects(self, cls: str) -> bool:
        """Whether an instance of `cls` connects when it is made with arguments."""
        return cls in self.facts.functions.connecting

    @memoized
    def consumed_by(self, library: ExternalModels, cls: str) -> str:
        """How a lazy query of class `cls` is executed, `iteration` or `await`; "" if `cls` is no lazy query."""
        return next(filter(None, (entry.consumed_by for entry in self._entries_of(library, cls))), "")

    def _entries_of(self, library: ExternalModels, cls: str) -> Iterator[ClassOperations]:
        """The entries of `cls` and its bases, of the relation that it is of a model, and of patterns that match it."""
        classes = self.facts.classes
        for ancestor in library.ancestry(cls):
            if ancestor in classes:
                yield self._shared(classes[ancestor])
        owner, relation = split_last(cls)
        for ancestor in library.ancestry(owner) if relation.isidentifier() else ():
            if ancestor in classes and (manager := classes[ancestor].relation):
                yield classes[manager]
        for pattern, entry in classes.items():
            if "*" in pattern and fnmatchcase(cls, pattern):
                yield entry

    def _shared(self, entry: ClassOperations) -> ClassOperations:
        return self._shared(self.facts.classes[entry.same_as]) if entry.same_as else entry


@cache
def load_operations() -> Operations:
    """The operations of the catalogue; read once."""
    return Operations(load_package_data(OperationFacts, "archguard.effects.catalogue", "operations.toml"))


def _listed(entry: Lists, name: str) -> Operation | None:
    """The operation under which `entry` lists `name`, else the one that lists every method."""
    exact = (operation for operation, words in entry.by_operation.items() if name in words)
    others = (operation for operation, words in entry.by_operation.items() if "*" in words)
    return next(exact, None) or next(others, None)
