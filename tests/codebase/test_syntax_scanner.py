"""The one-pass scanner accepts only what `ast` accepts, finds the same imports, and is in doubt about the rest."""

import ast
import sys
import sysconfig
import time
import warnings
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archguard.codebase.imports import syntax_scanner

Found = tuple[int, int, str, tuple[str, ...], str]


def _as_python() -> ModuleType:
    """The scanner as plain Python, whether or not it is compiled."""
    file = Path(syntax_scanner.__file__).parent / "syntax_scanner.py"
    loader = SourceFileLoader("syntax_scanner_as_python", str(file))
    spec = spec_from_loader(loader.name, loader)
    assert spec
    module = module_from_spec(spec)
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


PLAIN = _as_python()
SCANNERS = [PLAIN, syntax_scanner] if syntax_scanner.is_compiled() else [PLAIN]
both = pytest.mark.parametrize("scanner", SCANNERS, ids=lambda module: "python" if module is PLAIN else "compiled")
compiled_only = pytest.mark.skipif(not syntax_scanner.is_compiled(), reason="the scanner is not compiled")


def scanned(scanner: ModuleType, content: bytes) -> list[Found] | None:
    """What the scanner finds, with the text of each statement in place of its offsets; None if it is in doubt."""
    found = scanner.scan(content)
    if found is None:
        return None
    return [(*one[:4], content[one[4] : one[5]].decode()) for one in found.imports]


def parsed(content: bytes) -> list[Found] | None:
    """What `ast` finds, in file order; None if it finds a syntax error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    lines = content.split(b"\n")
    return sorted((_found(node, lines) for node in _imports(tree)), key=lambda found: found[0])


def _found(node: ast.Import | ast.ImportFrom, lines: list[bytes]) -> Found:
    names = tuple(alias.name for alias in node.names)
    own = lines[node.lineno - 1 : node.end_lineno]
    own[-1] = own[-1][: node.end_col_offset]
    text = b"\n".join(own)[node.col_offset :].decode()
    if isinstance(node, ast.Import):
        return node.lineno, 0, "", names, text
    return node.lineno, node.level, node.module or "", names, text


def _imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports, those of one line in file order."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


def assert_agrees(scanner: ModuleType, content: bytes) -> None:
    found = scanned(scanner, content)
    assert found is None or found == parsed(content), content.decode()


def test_the_source_is_not_taken_for_the_compiled_scanner() -> None:
    assert PLAIN.is_compiled() is False


@both
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("import a", [(1, 0, "", ("a",), "import a")]),
        ("import a.b as c, d  # e\n", [(1, 0, "", ("a.b", "d"), "import a.b as c, d")]),
        ("from ..a.b import c as d, e\n", [(1, 2, "a.b", ("c", "e"), "from ..a.b import c as d, e")]),
        ("from .... import a\n", [(1, 4, "", ("a",), "from .... import a")]),
        ("from a import *\n", [(1, 0, "a", ("*",), "from a import *")]),
        (
            "from a import (\n    b,  # )\n    c,\n)\n",
            [(1, 0, "a", ("b", "c"), "from a import (\n    b,  # )\n    c,\n)")],
        ),
        ("x = 1; import a; import b\n", [(1, 0, "", ("a",), "import a"), (1, 0, "", ("b",), "import b")]),
        ("'''\nimport a\n'''\nimport b\n", [(4, 0, "", ("b",), "import b")]),
        ("x = [\n    1,\n]\nimport a\n", [(4, 0, "", ("a",), "import a")]),
        ("x = 1 + \\\n    2\nimport a\n", [(3, 0, "", ("a",), "import a")]),
        ("x = 'a\\\nb'\nimport a\n", [(3, 0, "", ("a",), "import a")]),
        ("def f():\n    import a\n", [(2, 0, "", ("a",), "import a")]),
        ("def f(): import a\nimport b\n", [(1, 0, "", ("a",), "import a"), (2, 0, "", ("b",), "import b")]),
        ("class A:\n    import a\n", [(2, 0, "", ("a",), "import a")]),
        (
            "if a:\n    import b\nelif c: import d\nelse:\n    import e\n",
            [(2, 0, "", ("b",), "import b"), (3, 0, "", ("d",), "import d"), (5, 0, "", ("e",), "import e")],
        ),
        (
            "try:\n    import a\nexcept E:\n    def f():\n        import b\n",
            [(2, 0, "", ("a",), "import a"), (5, 0, "", ("b",), "import b")],
        ),
        ("with a:\n    import b\n", [(2, 0, "", ("b",), "import b")]),
    ],
)
def test_an_import_is_found_with_its_line_and_names(scanner: ModuleType, text: str, expected: list[Found]) -> None:
    assert scanned(scanner, text.encode()) == expected == parsed(text.encode())


@both
@pytest.mark.parametrize(
    "text",
    [
        "# -*- coding: utf-8 -*-\nx = 'ä'\n",
        "\n\n# coding: latin-1\n",  # a declaration stands in the first two lines
        "x = f'{a!r:>{width}} {b[0]} {{}} {c=}'\n",
        "x = f'{\", \".join(a)}' 'b'\n",
        'x = f"""{\n    a\n}"""\n',
        "x = 0x_1F + 1_000 + 1e5 + .5 + 1.j + 0o7 + 0b1 + 00\n",
        "x = lambda a, /, b=1, *c, d, **e: (yield)\n",
        "with (open(a) as b, open(c) as d):\n    pass\n",
        "with (a), b: pass\n",
        "a, *b = c = yield\n",
        "a.b: int = 1, *c\n",
        "x = [a async for b, c in d if e if not f]\n",
        "x = {**a, b: c}, {*a, b}, {a: b for a in c}, a[1:2, ::3, ...]\n",
        "f(*a, b=1, *c, **d)\n",
        "f(a for b in c)\n",
        "x = (a for b in c), (a async for b in c)\n",
        "async def f(a: int, *, b: str = '') -> None:\n    async with a as b: await c\n",
        "@a.b(c)\n# d\nclass A(B, metaclass=C): pass\n",
        "for a, *b in c, *d: break\nelse: pass\n",
        "if (a := b) and not c is not d: pass\n",
        "try: pass\nexcept (A, B) as c: raise D from c\nelse: pass\nfinally: pass\n",
        "del a.b, c[d],\nglobal e\nassert f, g\nreturn\n",
        "match = case = type = 1\nmatch[type].case(match)\n",
    ],
)
def test_most_syntax_is_certain(scanner: ModuleType, text: str) -> None:
    assert scanned(scanner, text.encode()) == parsed(text.encode()) == []


@both
@pytest.mark.parametrize(
    "content",
    [
        "import ä\n".encode(),
        b"import a\r\n",
        b"import a\r",
        b"\x0cimport a\n",
        b"import a\0\n",
        b"\xef\xbb\xbfimport a\n",
        b"# coding: latin-1\nimport a\n",
        b"# coding: utf-7\nimport a\n",
        b"#!/bin/sh\n# vim: set fileencoding=cp1252 :\n",
        b"#" * 2_000 + b" coding: latin-1\n",
        b"x = '\xff'\n",
        b"if a:\n\timport b\n",
        b"\\\nimport a\n",
        b"import a \\",
        b"import a . b\n",
        b"import a.\\\nb\n",
        b"lazy import a\n",
        b"match a:\n    case 1: import b\n",
        b"type A = int\n",
        b"def f[T](): import a\n",
        b"class A[T]: import a\n",
        b"try: import a\nexcept* E: pass\n",
        b"except A, B: pass\n",
        b"try: pass\nexcept A, B: pass\n",
        b"x = f'{a['b']}'\n",
        b"x = f'{\"it's\"}'\n",
        b'x = f"{a["b"]}"\n',
        b"x = f'{a # b\n}'\n",
        b"x = f'{\n a}'\n",
        b"x = f'{a:\\x20}'\n",
        b"x = f'{a:\"}'\n",
        b"x = f'{a:{{}'\n",
        b"x = t'{a}'\n",
        b"x = f'{lambda a: b}'\n",
        b"x = '\\N{DASH}'\n",
        b"x = '\\U0001F40D'\n",
        b"x = '\\x0'\n",
        b"x = '\\xg0'\n",
        b"x = '\\x0g'\n",
        b"x = '\\u000g'\n",
        b"x = b'' ''\n",
        b"__debug__ = 1\n",
        b"x = 0777\n",
        b"x = 1__0\n",
        b"x = 1_\n",
        b"x = 1_a\n",
        b"x = 1._5\n",
        b"x = 1e_5\n",
        b"x = 0x\n",
        b"x = 0x_\n",
        b"x = 0x__1\n",
        b"x = 0b2\n",
        b"x = 0o8\n",
        b"x = 1or 2\n",
        b"print 'a'\n",
        b"x = = 1\n",
        b"import a b\n",
        b"from a import b,\n",
        b"from a import ()\n",
        b"import *\n",
        b"f(a=1, b)\n",
        b"f(a for b in c, d)\n",
        b"f(a for b in c d)\n",
        b"x = (*a for a in b)\n",
        b"f() = 1\n",
        b"def f(a=1, b): pass\n",
        b"def f(*): pass\n",
        b"if a:\nimport b\n",
        b"if a:\n    import b\n  import c\n",
        b"  import a\n",
        b"x = (\n",
        b"x = )\n",
        b"x = (]\n",
        b"x = '\n",
        b"x = '''\nimport a\n",
        b"a = 1 if b\n",
        b"a + not b\n",
        b"<<<<<<< HEAD\nimport a\n=======\nimport b\n>>>>>>> x\n",
        b"else: pass\n",
        b"@a\nimport b\n",
    ],
)
def test_what_is_rare_or_no_python_is_in_doubt(scanner: ModuleType, content: bytes) -> None:
    assert scanned(scanner, content) is None


@both
@pytest.mark.parametrize(
    ("shallow", "deep"),
    [
        (b"x = " + b"(" * 40 + b")" * 40, b"x = " + b"(" * 41 + b")" * 41),
        (
            b"if a:\n b\n" + b"".join(b" " * n + b"if a:\n" for n in range(40)) + b" " * 40 + b"pass\n",
            b"if a:\n b\n" + b"".join(b" " * n + b"if a:\n" for n in range(41)) + b" " * 41 + b"pass\n",
        ),
        (b"x = 1" + b"0" * 999, b"x = 1" + b"0" * 1000),
    ],
    ids=["parentheses", "blocks", "digits"],
)
def test_what_is_nested_too_deeply_is_in_doubt(scanner: ModuleType, shallow: bytes, deep: bytes) -> None:
    assert scanned(scanner, shallow) == []
    assert scanned(scanner, deep) is None


@both
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("importlib.import_module(a)", True),
        ("f'{__import__(a)}'", True),
        ("from importlib import import_module", True),
        ("'import_module'", False),
        ("1  # __import__", False),
        ("my_import_module", False),
    ],
)
def test_a_dynamic_import_is_told_from_its_name_in_a_text(scanner: ModuleType, text: str, expected: bool) -> None:  # noqa: FBT001
    assert scanner.scan(text.encode()).names_loader is expected


PIECES = (
    "import a\n", "from . import b\n", "from ..a import (b, c as d)\n", "if a:\n",
    "if not a.b:\n", "else:\n", "elif a:\n", "def f(a, /, b=1, *, c):\n", "async def f():\n",
    "class A(B):\n", "try:\n", "except A as b:\n", "finally:\n", "with (a as b, c):\n", "with a, b as c:\n",
    "for a, *b in c:\n", "while a:\n", "match a:\n", "case 1:\n", "    ", "        ", "\n", "pass\n", "; ", "a",
    "b.c", "1", "'x'", "b'x'", "f'{a}'", 'f"{a!r:>{b}}"', "f'{", "'''", '"', "'", "(", ")", "[", "]", "{", "}", ",",
    ":", ".", "=", ":=", "==", "*", "**", "-", "->", "@", "!", "{{", "}}", "#", "\\", "\\\n", "yield", "await",
    "lambda a:", " not ", " in ", " is ", " if ", " else ", " for x in y", " as z", "return ", "del ", "raise ",
    "lazy ", "global x", "assert ", "print a", "type A = b", "0x", "1_0", "e5", "\t", "\x0c", "\r", "ä",
    "\\x4",
)  # fmt: skip


@both
@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_made_up_files_agree_with_ast(scanner: ModuleType, text: str) -> None:
    assert_agrees(scanner, text.encode())


OWN_FILES = sorted(Path(syntax_scanner.__file__).parents[2].rglob("*.py"))


@both
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(OWN_FILES), st.data())
def test_files_with_a_few_changes_agree_with_ast(scanner: ModuleType, file: Path, data: st.DataObject) -> None:
    text = file.read_text("utf-8")[:3_000].rpartition("\n")[0] + "\n"
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.sampled_from((0, 0, 1, 2, 5)))
        text = text[:start] + data.draw(st.sampled_from(("", *PIECES))) + text[end:]
    assert_agrees(scanner, text.encode())


def _standard_library() -> list[Path]:
    found = Path(sysconfig.get_path("stdlib")).rglob("*.py")
    return sorted(file for file in found if {"site-packages", "test", "tests"}.isdisjoint(file.parts))


@both
def test_the_standard_library_agrees_with_ast(scanner: ModuleType) -> None:
    files = _standard_library()
    if scanner is PLAIN:  # forty times slower
        files = files[::40]
    certain = 0
    for file in files:
        content = file.read_bytes()
        found = scanned(scanner, content)
        assert found is None or found == parsed(content), file
        certain += found is not None

    assert certain > 0.8 * len(files)


@compiled_only
def test_compiled_it_finds_the_same_as_in_python() -> None:
    for file in OWN_FILES[::4]:
        content = file.read_bytes()
        assert syntax_scanner.scan(content) == PLAIN.scan(content), "python scripts/build_extension.py"


@compiled_only
@pytest.mark.parametrize(
    "piece",
    [
        b"'", b'"', b"'''", b'"""', b"f'", b"f'{", b"(", b"[", b"{", b")", b"x=", b"x.", b"x,", b"\\\n", b"\\", b"#",
        b" ", b"not ", b"-", b"lambda:", b"a if b else ", b"if a:\n", b"elif a:\n", b"import a;", b"from a import (",
        b"a,\n", b"with (", b"with (a):\n ", b"@a\n", b"\n", b"1", b"_", b"import a,", b'x = f\'{f"{a}"}\'\n',
        b"try:pass\nexcept A:pass\n",
    ],
)  # fmt: skip
def test_hostile_files_take_time_that_grows_with_their_size(piece: bytes) -> None:
    def seconds(size: int) -> float:
        content = piece * (size // len(piece))
        start = time.process_time()
        syntax_scanner.scan(content)
        return time.process_time() - start

    assert seconds(8 << 20) < 2 + 20 * seconds(1 << 20)
