"""What a method call probably is when nothing is known of its receiver but what it is called."""

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
_DOUBTFUL: Mapping[str, frozenset[str]] = {
    "session": frozenset({"get", "delete", "begin", "close", "connection"}),
    "conn": frozenset({"close", "transaction", "prepare"}),
    "db": frozenset({"get", "delete", "query", "find", "insert", "update", "select", "close", "connect"}),
    "connection": frozenset({"close", "transaction", "prepare"}),
    "cursor": frozenset({"close"}),
    "engine": frozenset({"connect", "begin"}),
    "pool": frozenset({"acquire", "execute", "connection", "getconn"}),
}
_TELLING = _COLLECTION | frozenset(
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
ENDING_QUERIES = frozenset(
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
"""What gives a row or a number; `all` gives another query in Django."""
_NARROWING = frozenset(
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
OF_QUERIES = _NARROWING | ENDING_QUERIES
"""What is done with a query: it is made narrower, and asked."""
OF_BROKERS = frozenset(
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
"""What only a channel of a broker is told: the one that a callback is handed has no type."""
_OF_SETS = _QUERYSET - {"get", "add", "remove", "clear", "update", "count", "delete"}
_QUERIES: Mapping[str, frozenset[str]] = {
    "objects": _QUERYSET,
    "query": frozenset({"filter_by", "get_or_404", "first_or_404", "order_by", "with_entities", "join"}),
    "queryset": _QUERYSET - {"get", "update", "add", "remove", "clear", "create"},
    "get_queryset": _QUERYSET,
    "qs": _QUERYSET - {"get", "update", "add", "remove", "clear", "create", "values", "count"},
}
"""What objects of models are asked by: `Order.objects.filter(...)`, `user.order_set.all()`."""
_OF_ROWS = frozenset({"save", "asave", "delete", "adelete", "refresh_from_db", "arefresh_from_db"})
"""What the user of a request is told, who is a row wherever one can be told so."""
_OF_QUERY_SETS = ("_qs", "queryset")
"""How the names of query sets end; `qs` alone may be what `parse_qs` gives."""
_OF_QUERY_SETS_BYTES = tuple(ending.encode() for ending in _OF_QUERY_SETS)
_OF_CLASSES = _QUERIES["query"] | {"filter", "all", "first", "get", "count", "one", "one_or_none"}
"""What `cls.query` is asked."""
_KEEPERS = frozenset(
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
"""What deals with sessions and the like, and is none."""
_APART = frozenset(
    [
        *("async", "sync", "local", "global", "new", "old", "main", "other", "primary", "replica", "master", "slave"),
        *("read", "write", "readonly", "ro", "rw", "source", "target", "src", "dst", "obj", "object", "instance"),
        *("maker", "factory", "cls", "class", "ctx", "context", "a", "b", "x", "y", ""),
    ]
)
"""What tells several sessions apart: `session_ro` is one, too."""
_VISITS = (["request"], ["req"], ["websocket"])
_ALL = _TELLING.union(_QUERYSET, _OF_CLASSES, _OF_ROWS, *_FAMILIES.values(), *_DOUBTFUL.values(), *_QUERIES.values())
"""The methods of which any is a sign of a database, with the right owner."""
_BEND = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
OTHER_SESSIONS = re.compile(r"http|requests|aio|client|web|boto|browser|login|chat|user|tf|keras|spark|ssh|tmux|cookie")
_TAKEN = re.compile(rf"\.\s*({'|'.join(sorted(_ALL))})\b".encode())
_PATH = re.compile(rb"(?<![\w.])(?:(\w+)\s*\.\s*)*(\w+)\s*$")
_WORD = re.compile(rb"\w+")
_HINT = re.compile("|".join(sorted({*_FAMILIES, *_QUERIES, "set", "qs", "user"})).encode())
"""What is in every name that tells of a database, in small letters."""
_NEAR = 1000
"""How far back the name of an owner is looked for, in bytes."""


def may_hold_guesses(content: bytes) -> bool:
    """Whether something in a file with this content can be guessed to be an access to a database."""
    return any(_may_be_guessed(found[1], content, found.start()) for found in _TAKEN.finditer(content))


def _may_be_guessed(verb: bytes, content: bytes, end: int) -> bool:
    """Whether `verb` can be an access, of an owner that is written before `end`."""
    before = content[content.rfind(b"\n", 0, end) + 1 : end]
    if path := _PATH.search(before):
        outer, name = path.groups()
        return _can_be(verb, name, outer or b"")
    before = content[max(0, end - _NEAR) : end]
    if _can_be(verb, b"anything", b"db"):
        return True
    return bool(_HINT.search(before.lower())) and any(
        _can_be(verb, word, outer) for word in set(_WORD.findall(before)) for outer in (b"", b"db")
    )


@cache
def _can_be(verb: bytes, owner: bytes, outer: bytes) -> bool:
    name = verb.decode()
    if name == "update" and owner.endswith(_OF_QUERY_SETS_BYTES):
        return True
    if name not in _TELLING and not _HINT.search(owner.lower()):
        return False  # most are told apart by this
    path = tuple(name.decode(errors="replace") for name in (owner, outer) if name)
    return any(_guessed(name, path, of_item=of_item) is not None for of_item in (False, True))


def is_guessed(name: str) -> bool:
    """Whether a method called `name` can be a sign of a database."""
    return name in _ALL


def score(access: Access) -> Confidence | None:
    """How likely `step` is an access to a database; None if nothing speaks for it."""
    if access.name not in _ALL:
        return None
    if access.name in _COLLECTION and _asks_by_mapping(access) and not _is_keeper(access.owner_name):
        return Confidence.LIKELY
    if access.name == "update" and access.owner_name.endswith(_OF_QUERY_SETS) and _asks_by_keywords(access):
        return Confidence.LIKELY
    match access.owner:
        case ast.Subscript(slice=ast.Constant(value=str(key))) if key.isidentifier() and access.name not in _COLLECTION:
            return _guessed(access.name, (key, *access.owner_path), of_item=False) or _guessed(
                access.name, access.owner_path, of_item=True
            )
    return _guessed(access.name, access.owner_path, of_item=isinstance(access.owner, ast.Subscript))


def _asks_by_mapping(access: Access) -> bool:
    """Whether it is told what to find as documents are: `find_one({"name": name})`."""
    return access.call is not None and any(isinstance(argument, ast.Dict) for argument in access.call.args[:1])


def _asks_by_keywords(access: Access) -> bool:
    """Whether it is told what to change as rows are: `order_qs.update(paid=True)`, not as mappings are."""
    return access.call is not None and not access.call.args and bool(access.call.keywords)


def _is_keeper(name: str) -> bool:
    return _BEND.sub("_", name).lower().rpartition("_")[2] in _KEEPERS


@cache
def _guessed(verb: str, owner_path: tuple[str, ...], *, of_item: bool) -> Confidence | None:
    name, *outer = (_BEND.sub("_", word).lower().strip("_") for word in owner_path)
    kept = "queryset" if name.endswith(("_qs", "_queryset")) else name
    if kept in _QUERIES or (name.endswith("_set") and outer):
        of_class = name == "query" and outer in (["cls"], ["model"])
        likely = _OF_CLASSES if of_class else _QUERIES.get(kept, _OF_SETS)
        return Confidence.LIKELY if verb in likely else None
    is_of_user = verb in _OF_ROWS and name == "user" and outer[:1] in (["request"], ["req"])
    if is_of_user or (verb in _COLLECTION and (of_item or _is_of_database(outer))):
        return Confidence.LIKELY
    families = [word for word in _FAMILIES if _is_called(name, word)]
    if families and not OTHER_SESSIONS.search(name):
        doubtful = [family for family in families if verb in _DOUBTFUL.get(family, ())]
        if name == "session" and outer[:1] in _VISITS and (doubtful or verb == "flush"):
            return None  # what is remembered of a visitor
        if verb in _FAMILIES[families[0]] or (doubtful and (_is_of_db(outer) or _names_two(doubtful, families))):
            return Confidence.LIKELY
        if doubtful:
            return Confidence.POSSIBLE
    return Confidence.POSSIBLE if verb in _TELLING else None


def _is_of_db(outer: list[str]) -> bool:
    return bool(outer) and _is_called(outer[0], "db")


def _names_two(doubtful: list[str], families: list[str]) -> bool:
    """Whether a name says twice what it is: `db_pool`, where `pool` alone may be one of threads."""
    return "db" in families and doubtful != ["db"]


def _is_called(name: str, word: str) -> bool:
    """`session` is, and so are `db_session`, `getSession` and `session_2`; `obsession` and `session_store` are not.

    What only begins like one is something of it, `session_buffer`; but what begins with `db` is of a database.
    """
    words = name.split("_")
    while len(words) > 1 and (words[-1] in _APART or words[-1].isdigit()):
        words.pop()
    places = words if word in ("db", "database") else words[-1:]
    return words[-1] not in _KEEPERS and not {word, f"db{word}"}.isdisjoint(places)


def _is_of_database(outer: list[str]) -> bool:
    return any(_is_called(name, word) for name in outer for word in ("db", "database", "mongo", "mongodb"))
