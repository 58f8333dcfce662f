"""Excerpts of files: what an answer depends on is kept, at its place, and the rest is not parsed."""

import ast

from archguard.codebase.imports.excerpts import bindings_only, statements_with
from archguard.codebase.imports.syntax_scanner import scan
from archguard.codebase.scopes.binder import read_scope
from archguard.codebase.syntax.source import Source

CODE = b'''\
"""A docstring that says load."""
import os, shop.db as db
from shop.orders import *
if os:
    x = 1
else:
    def y(): pass
@os.wraps
def decorated(): z = 1
async \tdef asynchronous(): inner = 1
class Order:
    field = 1
    def load(self): return load("shop")
a, (b, *c) = 1, (2, 3); d: int = 4; del d
for e in a: pass
with open(a) as f: pass
try: pass
except OSError as g: pass
'''


def starts_of(content: bytes) -> list[int]:
    scanned = scan(content)
    assert scanned
    return scanned.starts


def bound(content: bytes) -> tuple[set[str], list[str]]:
    scope = read_scope(Source("m", "m.py", "m.py").with_content(content))
    return set(scope.bindings), list(scope.star_imports)


def test_top_level_statements_start_where_ast_says() -> None:
    first = [min(it.lineno for it in (node, *getattr(node, "decorator_list", []))) for node in ast.parse(CODE).body]

    assert [CODE.count(b"\n", 0, start) + 1 for start in starts_of(CODE)] == [
        line for line in dict.fromkeys(first) if line
    ]


def test_statements_with_a_word_keep_their_lines() -> None:
    excerpt = statements_with([b"load"], CODE, starts_of(CODE))

    assert [line for line in excerpt.split(b"\n") if line] == [
        b'"""A docstring that says load."""',
        b"class Order:",
        b"    field = 1",
        b'    def load(self): return load("shop")',
    ]
    assert excerpt.split(b"\n").index(b"class Order:") == CODE.split(b"\n").index(b"class Order:")


def test_the_same_names_are_bound_without_bodies() -> None:
    excerpt = bindings_only(CODE, starts_of(CODE))

    assert bound(excerpt) == bound(CODE)
    assert b"field" not in excerpt


def test_a_header_may_bind_a_name_too() -> None:
    code = b"def f(a=(y := 1)): pass\n"

    assert bindings_only(code, starts_of(code)) == code
    assert bound(code)[0] == {"f", "y"}
