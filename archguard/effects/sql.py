"""Recognize SQL in strings, and find its tables and whether it writes.

How it works: a regular expression matches the beginning of a statement, and the text must have upper-case keywords or
punctuation, to reject English that begins with "select". sqlglot parses the tables if it is installed; otherwise, and
for dialects that sqlglot cannot parse, regular expressions find them.

Limits: texts over `_MAX_LENGTH` characters are not analyzed. Cost: results of parsing are cached (`lru_cache`).
"""

import re
from functools import lru_cache

from archguard.dataclass import dataclass
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
_STATEMENT_START = re.compile(
    rb"""(?ix)["'] \s* (?=[-/acdgimprstuw][-*aeilnpr])  # rejects most strings by two characters
        (?: /\* | -- | select\s+ (?: [^"']*? \sfrom\b | \d | \w+\( | @@ | distinct )
      | insert\s+ (?: or\s+\w+\s+ | ignore\s+ )? into\b | replace\s+into\b | update\s+\S+\s+ (?: \w+\s+ )? set\b
      | delete\s+from\b | merge\s+into\b | truncate\s | with\s+ (?: recursive\s+ )? \w+\s+as\b
      | (?: create | alter | drop )\s+ (?: \w+\s+ )* (?: table | view | index | schema | sequence | trigger | function
          | type | extension | database )\b
      | (?: grant | revoke )\s | pragma\s | call\s+ [\w.]+ \( | (?-i: SELECT | INSERT | UPDATE | DELETE | WITH )\b )"""
)
_CERTAIN_STATEMENT_START = re.compile(
    rb"""["']\s*(?:SELECT\s[^"']*?\sFROM\b|INSERT\s+(?:OR\s+\w+\s+)?INTO\b|UPDATE\s+\S+\s+SET\b|DELETE\s+FROM\b)"""
)
_UPPERCASE_KEYWORD = re.compile(
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
_CTE = re.compile(r"(?:\bwith\s+(?:recursive\s+)?|,\s*)(\w+)\s*(?:\([^)]*\)\s*)?as\s*(?:\w+\s+)*\(", re.IGNORECASE)
_READS = re.compile(r"\s*(?:select|pragma)\b", re.IGNORECASE)
_MAX_LENGTH = 20_000
"""In characters; bounds the time for one text: sqlglot takes 0.2 to 0.3 s for 20,000 characters, and grows with them.

The longest of the 270,000 strings in Django and five public back ends has 4,118.
"""
_PLACEHOLDER = "archguard_hole"
"""Stands for the unknown parts of a text: a valid identifier, so that the rest parses."""


def may_hold_sql(content: bytes) -> bool:
    """Whether a string in a file with this content may begin an SQL statement."""
    return bool(_STATEMENT_START.search(content))


def holds_sql(content: bytes) -> bool:
    """Whether a string in a file with this content is certainly SQL, so that importers of the file may use it."""
    return bool(_CERTAIN_STATEMENT_START.search(content))


@dataclass(frozen=True)
class Sql:
    """An SQL statement."""

    tables: tuple[str, ...]
    """Its tables, sorted, in lower case; tables with a name that is not known are left out."""
    writes: bool
    qualified: tuple[str, ...] = ()
    """The same tables, with their schemas where the statement has them."""


def sql_in(text: StringValue) -> Sql | None:
    """The SQL statement in `text`; None if it is not SQL."""
    # Unknown parts are filled in, as an f-string with a table name is SQL all the same.
    filled = text.filled(_PLACEHOLDER)
    if not text or len(filled) > _MAX_LENGTH or not _STATEMENT.match(filled):
        return None
    if not _UPPERCASE_KEYWORD.search(filled) and not _PUNCTUATION.search(filled):
        return None
    return _parse(filled)


@lru_cache(maxsize=1024)
def _parse(text: str) -> Sql | None:
    """Parse with sqlglot; with regular expressions if it is not installed or does not know the dialect."""
    try:
        import logging  # noqa: PLC0415  # 3 ms, and sqlglot needs it, too

        import sqlglot  # noqa: PLC0415  # optional, and only where there may be SQL
        from sqlglot import exp  # noqa: PLC0415
    except ImportError:
        return _scan(text)
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it would warn of unknown dialects, which is no problem here
    try:
        statements = [found for found in sqlglot.parse(_without_placeholders(text)) if found]
    # Dialects differ, and the text may be half a statement with its other half in a variable.
    except sqlglot.errors.SqlglotError:
        return _scan(text)
    # `WITH recent AS (...) SELECT ... FROM recent`: sqlglot has `recent` among the tables.
    aliases = {cte.alias.lower() for found in statements for cte in found.find_all(exp.CTE)}
    tables = (table for found in statements for table in found.find_all(exp.Table))
    names = {".".join(part.name for part in table.parts).lower() for table in tables}
    return _sql(names - aliases, writes=not all(isinstance(found, exp.Query) for found in statements))


def _without_placeholders(text: str) -> str:
    """`text` with `?` for `%s` and `%(name)s`, which are not SQL."""
    return re.sub(r"%\(\w+\)s|%s", "?", text)


def _scan(text: str) -> Sql | None:
    plain = _QUOTED.sub("''", text)
    lists = (name for found in _TABLES.findall(plain) for name in _ALIAS.sub("", found).split(","))
    names = {re.sub(r"[\"`\s]", "", name).lower() for name in lists}
    return _sql(names - {name.lower() for name in _CTE.findall(plain)}, writes=not _READS.match(text))


def _sql(names: set[str], *, writes: bool) -> Sql:
    known = sorted(name for name in names if name and _PLACEHOLDER not in name)
    return Sql(tuple(sorted({name.rpartition(".")[2] for name in known})), writes, tuple(known))
