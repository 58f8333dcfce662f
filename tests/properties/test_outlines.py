"""Files of one outline are the same to whoever asks about imports."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archguard.codebase import Source, SourceError
from archguard.codebase.facts import Directive
from archguard.codebase.imports.extract import Import
from archguard.codebase.scopes.binder import read_scope
from archguard.incremental.interface_hash import interface_hash

PARTS = st.sampled_from(
    [
        "import a\n",
        "import a, b as c\n",
        "from .x import y\n",
        "from z import (\n    q,\n)\n",
        "from w import *\n",
        '"é"; import a\n',
        '"ee"; import a\n',
        "x = 1\n",
        "x = 2\n",
        "'''\n",
        "# note\n",
        "\n",
        "def f():\n    return 1\n",
        "def f():\n    return [1, 2]\n",
        "def f():\n    return (1,\n    2)\n",
        "def f():\n    '''\n",
        "def f(x=(y := 1)):\n    pass\n",
        "def f():\n    global z\n    z = 1\n",
        "def f():\n    import a\n",
        "def f():\n    if TYPE_CHECKING:\n        import a\n",
        "def f():\n    if CHECKING:\n        import a\n",
        "class C:\n    x = 1\n",
        "class C:\n    y = 1\n    z = 1\n",
        "class C:\n    def f(self):\n        from b import c\n",
        "if TYPE_CHECKING:\n    import a\n",
        "if not TYPE_CHECKING:\n    import a\n",
        "if x:\n    import a\nelse:\n    import b\n",
        "try:\n    import a\nexcept ImportError:\n    a = None\n",
        "try:\n    import a\nexcept ValueError:\n    a = None\n",
        "with suppress(ImportError):\n    import a\n",
        "match x:\n    case 1:\n        import a\n    case y:\n        pass\n",
        "__all__ = ['x']\n",
        "def __getattr__(name):\n    import a\n",
        "x = __import__('a')\n",
        "# archguard: ignore[a] b\n",
        "import a\r",
        "\f",
    ]
)
FILES = st.lists(PARTS, min_size=1, max_size=4).map("".join)


def seen(text: str, folder: Path) -> object:
    """All that is asked about imports; None of a file that cannot be parsed."""
    file = folder / "m.py"
    file.write_bytes(text.encode())
    source = Source("shop.m", str(file), "m.py")
    try:
        scope = read_scope(source)
        imports = tuple(Import.extract(source))
    except SourceError:
        return None
    return imports, sorted(scope.bindings), scope.star_imports, tuple(Directive.extract(source))


@settings(max_examples=60)
@given(files=st.lists(FILES, min_size=2, max_size=40))
def test_files_of_one_outline_have_the_same_imports_and_names(files: list[str], tmp_path: Path) -> None:
    by_outline = {text: interface_hash(text.encode()) for text in files}

    for one, other in pairwise(sorted(by_outline, key=by_outline.__getitem__)):
        if by_outline[one] and by_outline[one] == by_outline[other]:
            assert seen(one, tmp_path) == seen(other, tmp_path) != None  # noqa: E711  # of three things


BEFORE = """\
import a


class C(a.B):
    def f(self):
        return 1


def g(x):
    if x:
        import b
    return 2
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return 1", "return [a.f(i) for i in range(9)]"),
        ("return 2", "# more to say\n    y = 2\n    return y"),
        ("return 1", '"""Says what it does."""'),
        ("import a\n\n", "import a\n# between\n"),
    ],
)
def test_what_functions_do_is_not_in_it(old: str, new: str) -> None:
    assert interface_hash(BEFORE.replace(old, new).encode()) == interface_hash(BEFORE.encode()) != ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return 1", "return (1,\n            1)"),  # the import below moves
        ("import a", "import c"),
        ("if x", "if TYPE_CHECKING"),
        ("class C", "class D"),
        ("import b", "y = 1"),
        ("return 2", "return TYPE_CHECKING"),
        ("return 2", "global C; return 2"),
        ("return 2", "return ("),
        ("return 2", "return __import__('c')"),
        ("return 2", "# archguard: ignore[x] y"),
    ],
)
def test_what_others_see_is_in_it(old: str, new: str) -> None:
    assert interface_hash(BEFORE.replace(old, new).encode()) != interface_hash(BEFORE.encode())
