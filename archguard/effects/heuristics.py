"""Score a method call whose receiver type is unknown, by the names of the method and its owner.

How it works: the last word of the owner's name selects a family of methods (`db_session` the one of `session`). A
method of the family is LIKELY, one that other objects have as well (`session.get`) is POSSIBLE, or LIKELY if a
second name confirms it (`db.session.get`). Names that only a database has (`fetchrow`) are POSSIBLE with any owner.

`may_hold_guesses` runs the same rules on the bytes of a file, to avoid parsing most files. Apart from `_LOOKBACK_BYTES`
it must accept every file in which `score` finds something; it may accept more. The results per name are cached: files
repeat the same few names.
"""

import ast
import re
from collections.abc import Mapping
from functools import cache

from archguard.codebase.scopes.access_paths import Access
from archguard.model import Confidence

_SESSION = frozenset(
    [
        "execute",
        "exec",
        "scalar",
        "scalars",
        "query",
        "add",
        "add_all",
        "flush",
        "commit",
        "rollback",
        "refresh",
        "merge",
        "expunge",
        "begin_nested",
        "stream_scalars",
        "bulk_save_objects",
        "bulk_insert_mappings",
        "bulk_update_mappings",
        "get_one",
    ]
)
_CONNECTION = frozenset(
    [
        "execute",
        "executemany",
        "executescript",
        "exec_driver_sql",
        "fetch",
        "fetchrow",
        "fetchval",
        "cursor",
        "commit",
        "rollback",
        "scalar",
        "scalars",
    ]
)
_CURSOR = frozenset(
    ["execute", "executemany", "executescript", "callproc", "fetchone", "fetchmany", "fetchall", "copy_expert"]
)
_COLLECTION = frozenset(
    [
        "find_one",
        "find_one_and_update",
        "find_one_and_delete",
        "insert_one",
        "insert_many",
        "update_one",
        "update_many",
        "delete_one",
        "delete_many",
        "count_documents",
        "replace_one",
        "bulk_write",
    ]
)
_DATABASE = (_SESSION | _CONNECTION | {"fetch_all", "fetch_one", "fetch_val", "execute_many"}) - {"merge", "fetch"}
_FAMILIES: Mapping[str, frozenset[str]] = {
    "session": _SESSION,
    "sess": _SESSION,
    "connection": _CONNECTION,
    "conn": _CONNECTION,
    "cursor": _CURSOR,
    "cur": _CURSOR,
    "crsr": _CURSOR,
    "db": _DATABASE,
    "database": _DATABASE,
    "collection": _COLLECTION,
    "engine": frozenset({"execute", "raw_connection"}),
    "elasticsearch": frozenset({"index", "search", "delete", "get", "bulk", "count", "update"}),
    "pool": frozenset({"fetch", "fetchrow", "fetchval", "executemany"}),
}
"""By the head of the owner's name: methods that are likely a database call."""
_AMBIGUOUS: Mapping[str, frozenset[str]] = {
    "session": frozenset({"get", "delete", "begin", "close", "connection"}),
    "conn": frozenset({"close", "transaction", "prepare"}),
    "db": frozenset({"get", "delete", "query", "find", "insert", "update", "select", "close", "connect"}),
    "connection": frozenset({"close", "transaction", "prepare"}),
    "cursor": frozenset({"close"}),
    "engine": frozenset({"connect", "begin"}),
    "pool": frozenset({"acquire", "execute", "connection", "getconn"}),
}
"""By the head of the owner's name: methods that other objects with such names have as well; possible only."""
_DISTINCTIVE = _COLLECTION | frozenset(
    [
        "executemany",
        "executescript",
        "exec_driver_sql",
        "fetchone",
        "fetchmany",
        "fetchall",
        "fetchrow",
        "fetchval",
        "bulk_save_objects",
        "scalar_one",
        "scalar_one_or_none",
        "bulk_insert_mappings",
        "select_related",
        "prefetch_related",
        "select_for_update",
        "get_or_create",
        "update_or_create",
        "refresh_from_db",
        "execute_values",
    ]
)
"""Methods that hardly anything but a database has: possible with any owner."""
_QUERYSET = frozenset(
    [
        "all",
        "filter",
        "exclude",
        "get",
        "create",
        "get_or_create",
        "update_or_create",
        "bulk_create",
        "update",
        "delete",
        "count",
        "exists",
        "first",
        "last",
        "order_by",
        "aggregate",
        "annotate",
        "values",
        "values_list",
        "select_related",
        "prefetch_related",
        "add",
        "remove",
        "clear",
    ]
)
TERMINAL_QUERY_METHODS = frozenset(
    [
        "get",
        "create",
        "get_or_create",
        "update_or_create",
        "bulk_create",
        "update",
        "delete",
        "count",
        "exists",
        "first",
        "last",
        "one",
        "one_or_none",
        "scalar",
        "aggregate",
        "paginate",
        "get_or_404",
        "first_or_404",
    ]
)
"""Methods that return a row or a number. `all` is none of them: in Django it returns another query."""
_REFINING_QUERY_METHODS = frozenset(
    [
        "all",
        "filter",
        "filter_by",
        "exclude",
        "order_by",
        "annotate",
        "values",
        "values_list",
        "select_related",
        "prefetch_related",
        "join",
        "outerjoin",
        "limit",
        "offset",
        "group_by",
        "having",
        "options",
        "with_entities",
        "distinct",
        "only",
        "defer",
    ]
)
QUERY_METHODS = _REFINING_QUERY_METHODS | TERMINAL_QUERY_METHODS
"""Methods of a query: those that refine it, and those that execute it."""
BROKER_METHODS = frozenset(
    [
        "basic_publish",
        "basic_consume",
        "basic_ack",
        "basic_nack",
        "basic_reject",
        "basic_qos",
        "queue_declare",
        "queue_bind",
        "exchange_declare",
    ]
)
"""Methods that only the channel of a broker has: the channel that a callback receives has no type."""
_RELATED_SET_METHODS = _QUERYSET - {"get", "add", "remove", "clear", "update", "count", "delete"}
_QUERY_OWNERS: Mapping[str, frozenset[str]] = {
    "objects": _QUERYSET,
    "query": frozenset({"filter_by", "get_or_404", "first_or_404", "order_by", "with_entities", "join"}),
    "queryset": _QUERYSET - {"get", "update", "add", "remove", "clear", "create"},
    "get_queryset": _QUERYSET,
    "qs": _QUERYSET - {"get", "update", "add", "remove", "clear", "create", "values", "count"},
}
"""Owners that are managers or query sets, with their methods: `Order.objects.filter(...)`, `user.order_set.all()`."""
_ROW_METHODS = frozenset({"save", "asave", "delete", "adelete", "refresh_from_db", "arefresh_from_db"})
"""Methods of `request.user`: where it has one of these, it is a model instance."""
_QUERYSET_SUFFIXES = ("_qs", "queryset")
"""Suffixes of the names of query sets. `qs` without an underscore is none: it may be the result of `parse_qs`."""
_QUERYSET_SUFFIXES_BYTES = tuple(ending.encode() for ending in _QUERYSET_SUFFIXES)
_CLASS_QUERY_METHODS = _QUERY_OWNERS["query"] | {"filter", "all", "first", "get", "count", "one", "one_or_none"}
"""Methods of `cls.query`."""
_NON_CLIENT_WORDS = frozenset(
    [
        "store",
        "storage",
        "service",
        "manager",
        "repo",
        "repository",
        "cache",
        "registry",
        "handler",
        "provider",
        "middleware",
        "crud",
        "gateway",
        "controller",
        "usecase",
        "ids",
        "names",
    ]
)
"""Last words of names that wrap a client without being one: `session_store`."""
_QUALIFIERS = frozenset(
    [
        *("async", "sync", "local", "global", "new", "old", "main", "other", "primary", "replica", "master", "slave"),
        *("read", "write", "readonly", "ro", "rw", "source", "target", "src", "dst", "obj", "object", "instance"),
        *("maker", "factory", "cls", "class", "ctx", "context", "a", "b", "x", "y", ""),
    ]
)
"""Trailing words that only qualify a name: `session_ro` is a session."""
_REQUEST_PATHS = (["request"], ["req"], ["websocket"])
"""Owners of `session` that are web requests: their session stores data of a visitor."""
_ALL_METHODS = _DISTINCTIVE.union(
    _QUERYSET, _CLASS_QUERY_METHODS, _ROW_METHODS, *_FAMILIES.values(), *_AMBIGUOUS.values(), *_QUERY_OWNERS.values()
)
"""Every method that can score, with the right owner."""
_CAMEL_CASE_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
NON_DATABASE_OWNER = re.compile(
    r"http|requests|aio|client|web|boto|browser|login|chat|user|tf|keras|spark|ssh|tmux|cookie"
)
"""In names of owners that belong to something else: `http_session`, `ssh_connection`."""
_METHOD_ACCESS = re.compile(rf"\.\s*({'|'.join(sorted(_ALL_METHODS))})\b".encode())
_OWNER_PATH = re.compile(rb"(?<![\w.])(?:(\w+)\s*\.\s*)*(\w+)\s*$")
_WORD = re.compile(rb"\w+")
_OWNER_HINT = re.compile("|".join(sorted({*_FAMILIES, *_QUERY_OWNERS, "set", "qs", "user"})).encode())
"""Matches in every lower-cased owner name that can score; most names fail here, before the slower rules."""
_LOOKBACK_BYTES = 1000
"""How many bytes before a method the prefilter searches for its owner, if the owner is not on the same line.

The limit keeps the scan of a file linear. A call chain whose owner stands further back is missed.
"""


def may_hold_guesses(content: bytes) -> bool:
    """Whether `score` can find a database call in a file with this content."""
    return any(_may_match(found[1], content, found.start()) for found in _METHOD_ACCESS.finditer(content))


def _may_match(verb: bytes, content: bytes, end: int) -> bool:
    """Whether `verb` can score with an owner that is written before `end`."""
    before = content[content.rfind(b"\n", 0, end) + 1 : end]
    if path := _OWNER_PATH.search(before):
        outer, name = path.groups()
        return _may_score(verb, name, outer or b"")
    before = content[max(0, end - _LOOKBACK_BYTES) : end]
    if _may_score(verb, b"anything", b"db"):
        return True
    return bool(_OWNER_HINT.search(before.lower())) and any(
        _may_score(verb, word, outer) for word in set(_WORD.findall(before)) for outer in (b"", b"db")
    )


@cache
def _may_score(verb: bytes, owner: bytes, outer: bytes) -> bool:
    name = verb.decode()
    if name == "update" and owner.endswith(_QUERYSET_SUFFIXES_BYTES):
        return True
    if name not in _DISTINCTIVE and not _OWNER_HINT.search(owner.lower()):
        return False  # rejects most names before the slower rules
    path = tuple(name.decode(errors="replace") for name in (owner, outer) if name)
    return any(_score_path(name, path, of_item=of_item) is not None for of_item in (False, True))


def is_guessed(name: str) -> bool:
    """Whether a method called `name` can score."""
    return name in _ALL_METHODS


def score(access: Access) -> Confidence | None:
    """How likely `access` is a database call; None without any evidence."""
    if access.name not in _ALL_METHODS:
        return None
    if access.name in _COLLECTION and _has_document_argument(access) and not _has_non_client_word(access.owner_name):
        return Confidence.LIKELY
    if access.name == "update" and access.owner_name.endswith(_QUERYSET_SUFFIXES) and _has_only_keywords(access):
        return Confidence.LIKELY
    match access.owner:
        case ast.Subscript(slice=ast.Constant(value=str(key))) if key.isidentifier() and access.name not in _COLLECTION:
            return _score_path(access.name, (key, *access.owner_path), of_item=False) or _score_path(
                access.name, access.owner_path, of_item=True
            )
    return _score_path(access.name, access.owner_path, of_item=isinstance(access.owner, ast.Subscript))


def _has_document_argument(access: Access) -> bool:
    """Whether the first argument is a dict, as in queries of documents: `find_one({"name": name})`."""
    return access.call is not None and any(isinstance(argument, ast.Dict) for argument in access.call.args[:1])


def _has_only_keywords(access: Access) -> bool:
    """Whether all arguments are keywords: `order_qs.update(paid=True)`, unlike the `update` of a mapping."""
    return access.call is not None and not access.call.args and bool(access.call.keywords)


def _has_non_client_word(name: str) -> bool:
    return _CAMEL_CASE_BOUNDARY.sub("_", name).lower().rpartition("_")[2] in _NON_CLIENT_WORDS


@cache
def _score_path(verb: str, owner_path: tuple[str, ...], *, of_item: bool) -> Confidence | None:
    name, *outer = (_CAMEL_CASE_BOUNDARY.sub("_", word).lower().strip("_") for word in owner_path)
    query_owner = "queryset" if name.endswith(("_qs", "_queryset")) else name
    if query_owner in _QUERY_OWNERS or (name.endswith("_set") and outer):
        of_class = name == "query" and outer in (["cls"], ["model"])
        likely = _CLASS_QUERY_METHODS if of_class else _QUERY_OWNERS.get(query_owner, _RELATED_SET_METHODS)
        return Confidence.LIKELY if verb in likely else None
    is_of_user = verb in _ROW_METHODS and name == "user" and outer[:1] in (["request"], ["req"])
    if is_of_user or (verb in _COLLECTION and (of_item or _belongs_to_database(outer))):
        return Confidence.LIKELY
    families = [word for word in _FAMILIES if _is_named_like(name, word)]
    if families and not NON_DATABASE_OWNER.search(name):
        ambiguous = [family for family in families if verb in _AMBIGUOUS.get(family, ())]
        if name == "session" and outer[:1] in _REQUEST_PATHS and (ambiguous or verb == "flush"):
            return None  # `request.session`: the session of a web request
        if verb in _FAMILIES[families[0]] or (
            ambiguous and (_belongs_to_db(outer) or _is_confirmed_by_db(ambiguous, families))
        ):
            return Confidence.LIKELY
        if ambiguous:
            return Confidence.POSSIBLE
    return Confidence.POSSIBLE if verb in _DISTINCTIVE else None


def _belongs_to_db(outer: list[str]) -> bool:
    return bool(outer) and _is_named_like(outer[0], "db")


def _is_confirmed_by_db(ambiguous: list[str], families: list[str]) -> bool:
    """Whether `db` confirms another family in the name: `db_pool`; a `pool` alone may be one of threads."""
    return "db" in families and ambiguous != ["db"]


def _is_named_like(name: str, word: str) -> bool:
    """Whether `word` is the head of `name`: of `session`, `db_session`, `get_session` and `session_2`.

    Not of `obsession` or `session_store`. In `session_buffer` the word only qualifies the head, so it does not count;
    but `db` counts at any place, because names such as `db_handle` are databases.
    """
    words = name.split("_")
    while len(words) > 1 and (words[-1] in _QUALIFIERS or words[-1].isdigit()):
        words.pop()
    candidates = words if word in ("db", "database") else words[-1:]
    return words[-1] not in _NON_CLIENT_WORDS and not {word, f"db{word}"}.isdisjoint(candidates)


def _belongs_to_database(outer: list[str]) -> bool:
    return any(_is_named_like(name, word) for name in outer for word in ("db", "database", "mongo", "mongodb"))
