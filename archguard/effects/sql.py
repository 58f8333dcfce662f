"""Whether a text is SQL, and what it does to which tables."""

import logging
import re
from dataclasses import dataclass
from functools import lru_cache

from archguard.semantics import StringValue

_STATEMENT = re.compile(
    r"""\s*(?:/\*.*?\*/\s*|--[^\n]*\n\s*)*(?:
        select\b.+?\bfrom\b | select\s+(?:\d+|\w+\(.*\)|@@\w+|distinct\b)
      | insert\s+(?:or\s+\w+\s+|ignore\s+)?into\b | replace\s+into\b | update\s+(?:only\s+)?[\w."`\[\]{}$]+\s.*?\bset\b
      | delete\s+from\b | merge\s+into\b | truncate\s+(?:table\s+)?[\w."]+\s*(?:;|\Z|cascade|restart)
      | with\s+(?:recursive\s+)?\w+\s*(?:\([^)]*\)\s*)?as\s*(?:not\s+materialized\s*|materialized\s*)?\(
      | (?:create|alter|drop)\s+(?:or\s+replace\s+|temp(?:orary)?\s+|unique\s+|virtual\s+)*
        (?:table|view|index|schema|sequence|trigger|function|type|extension|database|materialized\s+view)\b
      | (?:grant|revoke)\s.+\bon\b | pragma\s+\w+ | call\s+[\w.]+\s*\((?!.*\)\s*yield\b)
    )""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_BEGINNING = re.compile(
    rb"""(?ix)["'] \s* (?=[-/acdgimprstuw][-*aeilnpr])  # which tells most strings apart
        (?: /\* | -- | select\s+ (?: [^"']*? \sfrom\b | \d | \w+\( | @@ | distinct )
      | insert\s+ (?: or\s+\w+\s+ | ignore\s+ )? into\b | replace\s+into\b | update\s+\S+\s+ (?: \w+\s+ )? set\b
      | delete\s+from\b | merge\s+into\b | truncate\s | with\s+ (?: recursive\s+ )? \w+\s+as\b
      | (?: create | alter | drop )\s+ (?: \w+\s+ )* (?: table | view | index | schema | sequence | trigger | function
          | type | extension | database )\b
      | (?: grant | revoke )\s | pragma\s | call\s+ [\w.]+ \( | (?-i: SELECT | INSERT | UPDATE | DELETE | WITH )\b )"""
)
_WHOLE_BEGINNING = re.compile(
    rb"""["']\s*(?:SELECT\s[^"']*?\sFROM\b|INSERT\s+(?:OR\s+\w+\s+)?INTO\b|UPDATE\s+\S+\s+SET\b|DELETE\s+FROM\b)"""
)
_SHOUTED = re.compile(
    r"\b(?:SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|INTO|SET|WITH|TABLE|CREATE|ALTER|DROP|PRAGMA|CALL)\b"
)
_PUNCTUATION = re.compile(r"\*|[=<>]|;\s*$|\(|,|%s|\?|:\w+|\$\d|\bjoin\b.+\bon\b", re.IGNORECASE | re.DOTALL)
_TABLES = re.compile(
    r"""\b(?:from|join|into|update|table)\s+(?:only\s+|if\s+(?:not\s+)?exists\s+)?
    ([\w.\"`]+(?:(?:\s+(?:as\s+)?\w+)?\s*,\s*[\w.\"`]+)*)""",
    re.IGNORECASE | re.VERBOSE,
)
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_ALIAS = re.compile(r"(?<=\S)\s+(?:as\s+)?\w+(?=\s*(?:,|$))", re.IGNORECASE)
_COMMON = re.compile(r"(?:\bwith\s+(?:recursive\s+)?|,\s*)(\w+)\s*(?:\([^)]*\)\s*)?as\s*(?:\w+\s+)*\(", re.IGNORECASE)
_READS = re.compile(r"\s*(?:select|pragma)\b", re.IGNORECASE)
_LONGEST = 20_000
_HOLE = "archguard_hole"


def may_hold_sql(content: bytes) -> bool:
    """Whether a string in a file with this content can begin a statement of SQL."""
    return bool(_BEGINNING.search(content))


def holds_sql(content: bytes) -> bool:
    """Whether a string in a file with this content is SQL beyond doubt, which other files may use."""
    return bool(_WHOLE_BEGINNING.search(content))


@dataclass(frozen=True)
class Sql:
    """A statement of SQL."""

    tables: tuple[str, ...]
    """The tables that it names, sorted, in small letters; a table whose name is put in later is left out."""
    writes: bool
    qualified: tuple[str, ...] = ()
    """The same tables, with their schemas where they are written."""


def sql_in(text: StringValue) -> Sql | None:
    """The statement that `text` is, or None; English that begins with "select" is none."""
    filled = text.filled(_HOLE)
    if not text or len(filled) > _LONGEST or not _STATEMENT.match(filled):
        return None
    if not _SHOUTED.search(filled) and not _PUNCTUATION.search(filled):
        return None
    return _parsed(filled)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Sql | None:
    """By sqlglot if it is installed; a dialect that it does not know is taken for SQL as well."""
    try:
        import sqlglot  # noqa: PLC0415  # optional, and only where there may be SQL
        from sqlglot import exp  # noqa: PLC0415
    except ImportError:
        return _scanned(text)
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # a dialect that it does not know is no news to the user
    try:
        statements = [found for found in sqlglot.parse(_without_placeholders(text)) if found]
    except sqlglot.errors.SqlglotError:
        return _scanned(text)
    aliases = {cte.alias.lower() for found in statements for cte in found.find_all(exp.CTE)}
    tables = (table for found in statements for table in found.find_all(exp.Table))
    names = {".".join(part.name for part in table.parts).lower() for table in tables}
    return _sql(names - aliases, writes=not all(isinstance(found, exp.Query) for found in statements))


def _without_placeholders(text: str) -> str:
    """`%s` and `%(name)s` are no SQL to a parser."""
    return re.sub(r"%\(\w+\)s|%s", "?", text)


def _scanned(text: str) -> Sql | None:
    plain = _QUOTED.sub("''", text)
    lists = (name for found in _TABLES.findall(plain) for name in _ALIAS.sub("", found).split(","))
    names = {re.sub(r"[\"`\s]", "", name).lower() for name in lists}
    return _sql(names - {name.lower() for name in _COMMON.findall(plain)}, writes=not _READS.match(text))


def _sql(names: set[str], *, writes: bool) -> Sql:
    known = sorted(name for name in names if name and _HOLE not in name)
    return Sql(tuple(sorted({name.rpartition(".")[2] for name in known})), writes, tuple(known))
