"""Naming conventions: what names suggest where no type is known; the words themselves are in `conventions.toml`.

`load_conventions` parses the file once per process, where a check of calls first needs it.
"""

from collections.abc import Mapping
from functools import cache
from typing import TypeAlias

from archguard.codebase.package_data import load_package_data
from archguard.dataclass import dataclass

Words: TypeAlias = frozenset[str]


@dataclass(frozen=True, kw_only=True)
class DatabaseNames:
    """Names of what is probably a database, and of its methods."""

    methods: Mapping[str, Words]
    """By the head of the owner's name (`session` for `db_session`): methods that are likely a database call."""
    synonyms: Mapping[str, Words]
    """By the head of an owner's name: other heads with the same methods."""
    ambiguous: Mapping[str, Words]
    """By the head of the owner's name: methods that other objects with such names have as well; possible only."""
    distinctive: Words
    """Methods that hardly anything but a database has: possible with any owner."""
    row: Words
    """Methods of a model instance."""
    non_client_words: Words
    """Last words of names that wrap a client without being one: `session_store`."""
    qualifiers: Words
    """Trailing words that only qualify a name: `session_ro` is a session."""
    non_database_owners: Words
    """Parts of the names of owners that belong to something else: `http_session`, `ssh_connection`."""
    session_owners: Words
    """Owners of a `session` that is no database session, but stores data of a visitor: `request.session`."""
    collection_owners: Words
    """Owners of collections: `mongo.orders.find_one()`."""
    user_owners: Words
    """Owners of a `user` that is a model instance, if it is called by a method of one: `request.user.save()`."""


@dataclass(frozen=True, kw_only=True)
class QueryNames:
    """Names of queries and query sets, and of their methods."""

    query_set: Words
    """Methods of managers and query sets: `Order.objects.filter(...)`."""
    query_set_owners: Mapping[str, Words]
    """Names of managers and query sets, with those of their methods that other objects with the name have as well.

    `set` is the name of a relation, `user.order_set`.
    """
    query: Words
    """Methods of an attribute `query`."""
    class_query: Words
    """Further methods of `cls.query`."""
    class_suffixes: Words
    """Endings of the names of manager and query classes."""
    terminal: Words
    """Methods that execute a query, and return a row or a number."""
    refining: Words
    """Methods of a query that return another query."""


@dataclass(frozen=True, kw_only=True)
class ModelNames:
    """Names of methods of models and relations."""

    persistence_verbs: Words
    """First words of methods by which a model persists itself: `save`, `save_or_update`, `soft_delete`."""
    relation_methods: Words
    """Methods of a related manager or query set: `author.books.filter(...)`."""
    keyword_only_methods: Words
    """Relation methods that take no positional arguments: `order.name.count(".")` is a method of a string."""
    ambiguous_methods: Words
    """Relation methods that strings, lists and mappings have as well: they count on a direct attribute of a model only.

    On `author.profile.settings`, whose type is unknown, they would be mostly false positives.
    """
    repository_suffixes: Words
    """Endings of the names of the classes that libraries provide as bases of repositories."""


@dataclass(frozen=True, kw_only=True)
class CallNames:
    """Names of methods and functions of any kind."""

    container_methods: Words
    """Methods of mappings and lists: what a call of an undescribed client returns may be one of these."""
    action_verbs: Words
    """First words of the names of actions.

    If the catalogue lists all methods of a client (`*`), an attribute that is not called counts as a method only if
    its name begins with one: others may be plain properties.
    """
    inspecting_functions: Words
    """Functions that inspect or wrap a function argument without calling it."""
    inspecting_modules: Words
    """Modules all of whose functions do so."""
    calling_builtins: Words
    """The functions of `builtins` that call their argument."""
    wrappers: Words
    """Functions that return a wrapper of their argument; a call of one is a reference to that argument."""


@dataclass(frozen=True, kw_only=True)
class OperationNames:
    """Methods of databases by what they do; others read."""

    transaction: Words
    """Methods that control transactions."""
    write: Words
    """Methods that write."""


@dataclass(frozen=True, kw_only=True)
class SqlNames:
    """Names of callables that take SQL, or take any text."""

    callee_parts: Words
    """Parts of names that suggest that the argument is SQL to be executed."""
    callee_endings: Words
    """Endings of such names."""
    callee_names: Words
    """Such names as a whole."""
    text_callee_parts: Words
    """Parts of the names of callables that take any text: SQL in a log message reaches no database."""


@dataclass(frozen=True, kw_only=True)
class MessageNames:
    """Names of functions that send and receive messages and tasks."""

    verbs: Words
    """First words of functions that send or receive messages, with any owner: `publish`, `publish_event`."""
    functions: Words
    """Such functions by their whole names."""
    other_objects: Words
    """Words after the verb that say that no broker is meant: `send_email`."""
    consuming_parts: Words
    """Parts of the names of functions that receive messages."""
    broker_methods: Words
    """Methods that only the channel of a broker has."""
    send_methods: Words
    """Methods that send a task, or create a message to be sent."""
    topic_keywords: Words
    """Parameters that name a topic or a queue, in lower case."""


@dataclass(frozen=True, kw_only=True)
class AddressNames:
    """Names of addresses, of what takes them, and of what holds them."""

    schemes: Words
    """Schemes of the URLs of other systems."""
    keywords: Words
    """Parameters of clients that are an address."""
    second_argument_methods: Words
    """Methods whose second argument is the address."""
    local_hosts: Words
    """Names of this machine."""
    namespace_domains: Words
    """Domains of examples and of namespaces, which identify something and are never called."""
    namespace_prefixes: Words
    """First parts of the hosts of namespaces."""
    in_process_packages: Words
    """HTTP clients that can call an application in the same process."""
    in_process_clients: Words
    """The classes of those clients."""
    in_process_transports: Words
    """The classes of their transports that do so."""
    non_request_methods: Words
    """Methods of HTTP clients that send no request, and so need no timeout."""
    settings_parts: Words
    """Parts of the names of objects and modules that hold settings."""
    settings_last_words: Words
    """Last words of such names."""


@dataclass(frozen=True, kw_only=True)
class ColumnArgument:
    """The argument that names a column."""

    position: int
    """Its index, from 0."""
    keyword: str
    """Its keyword."""


@dataclass(frozen=True, kw_only=True)
class TableNames:
    """Names of what declares and uses tables."""

    options: Words
    """Options of a model's `Meta` that name its table."""
    sqlalchemy_packages: Words
    """The packages whose foreign keys name a column: `ForeignKey("payments.id")`."""
    functions: Mapping[str, Words]
    """Functions whose first argument is the name of a table, with the packages that have them."""
    relations: Words
    """Fields of Django's models that refer to another model."""
    column_arguments: Mapping[str, ColumnArgument]
    """By function of SQLAlchemy: the argument that names the referenced column."""


@dataclass(frozen=True, kw_only=True)
class Conventions:
    """All naming conventions."""

    database: DatabaseNames
    """Names of what is probably a database, and of its methods."""
    queries: QueryNames
    """Names of queries and query sets, and of their methods."""
    models: ModelNames
    """Names of methods of models and relations."""
    calls: CallNames
    """Names of methods and functions of any kind."""
    operations: OperationNames
    """Methods of databases by what they do; others read."""
    sql: SqlNames
    """Names of callables that take SQL, or take any text."""
    messages: MessageNames
    """Names of functions that send and receive messages and tasks."""
    addresses: AddressNames
    """Names of addresses, of what takes them, and of what holds them."""
    tables: TableNames
    """Names of what declares and uses tables."""


@cache
def load_conventions() -> Conventions:
    """The naming conventions."""
    return load_package_data(Conventions, "archguard.effects.catalogue", "conventions.toml")
