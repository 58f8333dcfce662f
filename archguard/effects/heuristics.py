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
from archguard.effects.catalogue.conventions import load_conventions
from archguard.model import Confidence

_NAMES = load_conventions().database
_QUERIES = load_conventions().queries
_FAMILIES: Mapping[str, frozenset[str]] = {
    name: methods for head, methods in _NAMES.methods.items() for name in (head, *sorted(_NAMES.synonyms.get(head, ())))
}
"""By the head of the owner's name: methods that are likely a database call."""
_COLLECTION = _NAMES.methods["collection"]
_DISTINCTIVE = _COLLECTION | _NAMES.distinctive
"""Methods that hardly anything but a database has: possible with any owner."""
TERMINAL_QUERY_METHODS = _QUERIES.terminal
"""Methods that return a row or a number."""
QUERY_METHODS = _QUERIES.refining | TERMINAL_QUERY_METHODS
"""Methods of a query: those that refine it, and those that execute it."""
_QUERY_OWNERS: Mapping[str, frozenset[str]] = {
    "query": _QUERIES.query,
    **{owner: _QUERIES.query_set - shared for owner, shared in _QUERIES.query_set_owners.items() if owner != "set"},
}
"""Owners that are managers or query sets, with their methods: `Order.objects.filter(...)`."""
_RELATED_SET_METHODS = _QUERIES.query_set - _QUERIES.query_set_owners["set"]
"""Methods of a relation: `user.order_set.all()`."""
_QUERYSET_SUFFIXES = ("_qs", "queryset")
"""Suffixes of the names of query sets. `qs` without an underscore is none: it may be the result of `parse_qs`."""
_QUERYSET_SUFFIXES_BYTES = tuple(ending.encode() for ending in _QUERYSET_SUFFIXES)
_CLASS_QUERY_METHODS = _QUERIES.query | _QUERIES.class_query
"""Methods of `cls.query`."""
_QUALIFIERS = _NAMES.qualifiers | {""}  # `session_`, to keep clear of a keyword, is a session
_ALL_METHODS = _DISTINCTIVE.union(
    _QUERIES.query_set,
    _CLASS_QUERY_METHODS,
    _NAMES.row,
    *_FAMILIES.values(),
    *_NAMES.ambiguous.values(),
    *_QUERY_OWNERS.values(),
)
"""Every method that can score, with the right owner."""
_CAMEL_CASE_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
NON_DATABASE_OWNER = re.compile("|".join(sorted(_NAMES.non_database_owners)))
"""In names of owners that belong to something else: `http_session`, `ssh_connection`."""
_METHOD_ACCESS = re.compile(rf"\.\s*({'|'.join(sorted(_ALL_METHODS))})\b".encode())
_OWNER_PATH = re.compile(rb"(?<![\w.])(?:(\w+)\s*\.\s*)*(\w+)\s*$")
_WORD = re.compile(rb"\w+")
_OWNER_HINT = re.compile("|".join(sorted({*_FAMILIES, *_QUERY_OWNERS, "set", "qs", "user"})).encode())
"""Matches in every lower-cased owner name that can score; most names fail here, before the slower rules."""
_LOOKBACK_BYTES = 1000
"""How many bytes before a method the prefilter searches for its owner, if the owner is not on the same line.

The limit keeps the scan of a file linear. A call chain whose owner stands further back is missed, in a file that
nothing else selects. On Redash and Healthchecks, 0, 100, 300, 1,000 and 5,000 give the same findings of `database`.
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
    # A dict as the first argument of `find_one` or `insert_many` is a document; hardly any other API looks like that.
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
    return _CAMEL_CASE_BOUNDARY.sub("_", name).lower().rpartition("_")[2] in _NAMES.non_client_words


@cache
def _score_path(verb: str, owner_path: tuple[str, ...], *, of_item: bool) -> Confidence | None:
    name, *outer = (_CAMEL_CASE_BOUNDARY.sub("_", word).lower().strip("_") for word in owner_path)
    query_owner = "queryset" if name.endswith(("_qs", "_queryset")) else name
    if query_owner in _QUERY_OWNERS or (name.endswith("_set") and outer):
        of_class = name == "query" and outer in (["cls"], ["model"])
        likely = _CLASS_QUERY_METHODS if of_class else _QUERY_OWNERS.get(query_owner, _RELATED_SET_METHODS)
        return Confidence.LIKELY if verb in likely else None
    is_of_user = verb in _NAMES.row and name == "user" and not _NAMES.user_owners.isdisjoint(outer[:1])
    if is_of_user or (verb in _COLLECTION and (of_item or _belongs_to_database(outer))):
        return Confidence.LIKELY
    families = [word for word in _FAMILIES if _is_named_like(name, word)]
    if families and not NON_DATABASE_OWNER.search(name):
        ambiguous = [family for family in families if verb in _NAMES.ambiguous.get(family, ())]
        if name == "session" and not _NAMES.session_owners.isdisjoint(outer[:1]) and (ambiguous or verb == "flush"):
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
    return words[-1] not in _NAMES.non_client_words and not {word, f"db{word}"}.isdisjoint(candidates)


def _belongs_to_database(outer: list[str]) -> bool:
    return any(_is_named_like(name, word) for name in outer for word in _NAMES.collection_owners)
