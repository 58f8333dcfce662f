"""A tour of the places where an import can hide: each is seen at its line, or reported as not seen."""

import unicodedata

import pytest
from project import Project

from archguard.codebase import Codebase, Link
from archguard.codebase.imports import import_scanner


@pytest.fixture(params=[False, True], ids=["by grimp", "in one pass"], autouse=True)
def _scanner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads the files at first: grimp, or the scanner that is compiled in a release."""
    monkeypatch.setattr(import_scanner, "is_compiled", lambda: request.param)


IN_STATEMENTS = {
    "a plain import": ("import shop.hidden\n", 1),
    "a plain import with an alias": ("import shop.hidden as h\n", 1),
    "one of several modules": ("import os, sys, shop.hidden as h, json\n", 1),
    "spaces around the dots": ("import shop . hidden\n", 1),
    "a module by from": ("from shop import hidden\n", 1),
    "a name in the module": ("from shop.hidden import thing as other\n", 1),
    "an attribute that is no module": ("import shop.hidden.nothing\n", 1),
    "a star": ("from shop.hidden import *\n", 1),
    "a dot": ("from . import hidden\n", 1),
    "a dot and a module": ("from .hidden import thing\n", 1),
    "a dot without a space": ("from.hidden import thing\n", 1),
    "parentheses over lines": ("from shop import (\n    other,  # not this one\n    hidden,\n)\n", 1),
    "a continued line": ("import \\\n    shop.hidden\n", 1),
    "a line continued twice": ("from shop \\\n    import \\\n    hidden\n", 1),
    "behind a semicolon": ("x = 1; y = 2; import shop.hidden\n", 1),
    "behind a string of several lines": ("x = '''\n\n'''; import shop.hidden\n", 3),
    "below a docstring that speaks of another": ('"""\nimport shop.other\n"""\nimport shop.hidden\n', 4),
    "below __future__": ("from __future__ import annotations\nimport shop.hidden\n", 2),
    "the last line, which has no end": ("x = 1\nimport shop.hidden", 2),
    "an alias that is no ASCII": ("import shop.hidden as größe\n", 1),
    "letters that Python takes for others": ("import shop.\N{MATHEMATICAL BOLD SMALL H}idden\n", 1),
    "a module that is called lazy": ("lazy = 1\nimport shop.hidden\n", 2),
}

IN_BLOCKS = {
    "if": ("if len('x'):\n    import shop.hidden\n", 2),
    "if on one line": ("if len('x'): import shop.hidden\n", 1),
    "else on one line": ("if len('x'): pass\nelse: from shop import hidden\n", 2),
    "elif": ("if len('x'):\n    pass\nelif len('y'):\n    import shop.hidden\n", 4),
    "if 0": ("if 0:\n    import shop.hidden\n", 2),
    "a class": ("class A:\n    import shop.hidden\n", 2),
    "a function": ("def f():\n    import shop.hidden\n", 2),
    "a function on one line": ("def f(): import shop.hidden\n", 1),
    "a class in a function in a function": ("def f():\n  def g():\n    class A:\n      import shop.hidden\n", 4),
    "an asynchronous function": (
        "async def f():\n  async with x:\n    async for y in z:\n      import shop.hidden\n",
        4,
    ),
    "a __getattr__ of a module": ("def __getattr__(name):\n    from shop import hidden\n    return hidden\n", 2),
    "match": ("match 1:\n    case 2:\n        pass\n    case _:\n        import shop.hidden\n", 5),
    "try": ("try:\n    import shop.hidden\nexcept ImportError:\n    pass\n", 2),
    "except": ("try:\n    import json\nexcept ImportError:\n    import shop.hidden\n", 4),
    "except star": ("try:\n    import json\nexcept* OSError:\n    import shop.hidden\n", 4),
    "the else of try": ("try:\n    pass\nexcept OSError:\n    pass\nelse:\n    import shop.hidden\n", 6),
    "finally": ("try:\n    import json\nfinally:\n    import shop.hidden\n", 4),
    "with": ("with open('x') as f:\n    import shop.hidden\n", 2),
    "with in parentheses": ("with (open('x') as f, open('y') as g):\n    import shop.hidden\n", 2),
    "for": ("for x in ():\n    import shop.hidden\n", 2),
    "the else of for": ("for x in ():\n    pass\nelse:\n    import shop.hidden\n", 4),
    "while": ("while False:\n    import shop.hidden\n", 2),
    "the else of while": ("while False:\n    pass\nelse:\n    import shop.hidden\n", 4),
    "behind a return": ("def f():\n    return 1\n    import shop.hidden\n", 3),
    "behind the end of the program": ("raise SystemExit\nimport shop.hidden\n", 2),
    "sixty blocks deep": ("".join(f"{' ' * n}if x:\n" for n in range(60)) + " " * 60 + "import shop.hidden\n", 61),
    "TYPE_CHECKING": ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.hidden\n", 3),
    "not TYPE_CHECKING": ("import typing\nif not typing.TYPE_CHECKING:\n    pass\nelse:\n    import shop.hidden\n", 5),
}

IN_CALLS = {
    "import_module": ("import importlib\nimportlib.import_module('shop.hidden')\n", 2),
    "import_module of a literal in two pieces": ("import importlib\nimportlib.import_module('shop.' 'hidden')\n", 2),
    "import_module with a dot": ("import importlib\nimportlib.import_module('.hidden', 'shop')\n", 2),
    "import_module with package": ("import importlib\nimportlib.import_module('.hidden', package='shop')\n", 2),
    "import_module with __package__": ("import importlib\nimportlib.import_module('.hidden', __package__)\n", 2),
    "import_module by keyword": ("import importlib\nimportlib.import_module(name='shop.hidden')\n", 2),
    "import_module by another name": ("from importlib import import_module as load\nload('shop.hidden')\n", 2),
    "import_module in a decorator": (
        "import importlib\n@use(importlib.import_module('shop.hidden'))\ndef use(): ...\n",
        2,
    ),
    "import_module in a text": ('import importlib\nf"""\n{importlib.import_module("shop.hidden")}"""\n', 3),
    "importlib by another name": ("import importlib as il\nil.import_module('shop.hidden')\n", 2),
    "importlib.__import__": ("import importlib\nimportlib.__import__('shop.hidden')\n", 2),
    "__import__": ("__import__('shop.hidden')\n", 1),
    "__import__ with a list": ("__import__('shop', fromlist=['hidden'])\n", 1),
    "__import__ with a level": ("__import__('hidden', globals(), locals(), [], 1)\n", 1),
    "a lambda in a decorator": ("@(lambda f: __import__('shop.hidden') and f)\ndef f(): ...\n", 1),
    "a default": ("def f(x=__import__('shop.hidden')): ...\n", 1),
    "an annotation": ("def f() -> __import__('shop.hidden').T: ...\n", 1),
    "a base class": ("class A(__import__('shop.hidden').B): ...\n", 1),
    "a comprehension": ("f = [__import__('shop.hidden') for _ in ()]\n", 1),
    "an f-string": ("f'{__import__(\"shop.hidden\")}'\n", 1),
    "a condition": ("if (m := __import__('shop.hidden')):\n    pass\n", 1),
}

IN_NEWER_PYTHON = {
    "PEP 695, a type": ("type X[T] = list[T]\nimport shop.hidden\n", 2),
    "PEP 695, a function": ("def f[T](x: T) -> T:\n    import shop.hidden\n", 2),
    "PEP 696, a default of a type": ("class A[T = int]:\n    import shop.hidden\n", 2),
    "PEP 701, a string in a string": ('x = f"{f"{1}"}"\nimport shop.hidden\n', 2),
    "PEP 750, a template": ("x = t'{1}'\nimport shop.hidden\n", 2),
    "PEP 758, exceptions without parentheses": ("try:\n  pass\nexcept OSError, KeyError:\n  import shop.hidden\n", 4),
    "PEP 810, lazy import": ("lazy import shop.hidden\n", 1),
    "PEP 810, lazy from": ("x = 1\nlazy from shop import hidden\n", 2),
}

IN_BYTES = {
    "a byte order mark": (b"\xef\xbb\xbfimport shop.hidden\n", 1),
    "line ends of Windows": (b"x = 1\r\nimport shop.hidden\r\n", 2),
    "line ends of old Macs": (b"x = 1\r\rdef f():\r  import shop.hidden\r", 4),
    "line ends of all three": (b"x = 1\r\ny = 2\rz = 3\nimport shop.hidden\n", 4),
    "a tab": (b"if x:\n\timport shop.hidden\n", 2),
    "a form feed on a line of its own": (b"x = 1\n\x0c\nimport shop.hidden\n", 3),
    "a form feed before it": (b"\x0cimport shop.hidden\n", 1),
    "separators that only str.splitlines counts": ("x = 'a\x0b\x1c\u2028\x85'\nimport shop.hidden\n".encode(), 2),
    "an encoding that grimp does not know": (b"# coding: utf-7\nimport shop.hidden\n", 2),
    "an encoding by its lesser name": (b"# -*- coding: utf -*-\nfrom shop import hidden\n", 2),
    "latin-1": (b"# -*- coding: latin-1 -*-\nx = '\xe9'\nimport shop.hidden\n", 3),
    "cp1252, as vim says it": (b"#!python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\nimport shop.hidden\n", 4),
    "Shift JIS, where a second byte looks like a backslash": (
        "# coding: shift_jis\nx = 'ソ'\nimport shop.hidden\n".encode("shift_jis"),
        3,
    ),
}

SEEN = IN_STATEMENTS | IN_BLOCKS | IN_CALLS | IN_NEWER_PYTHON | IN_BYTES

NOT_SEEN = {
    "a name that is computed": ("import importlib\nimportlib.import_module(f'shop.{x}')\n", "dynamic-import", 2),
    "a name that is a constant": ("N = 'shop.hidden'\n__import__(N)\n", "dynamic-import", 2),
    "a package that is computed": (
        "from importlib import import_module\nimport_module('.a', p)\n",
        "dynamic-import",
        2,
    ),
    "names that are computed": ("__import__('shop', fromlist=names)\n", "dynamic-import", 1),
    "__import__ by another name": ("load = __import__\nload('shop.hidden')\n", "dynamic-import", 1),
    "import_module as an argument": ("import importlib\nmap(importlib.import_module, xs)\n", "dynamic-import", 2),
    "Python 2": ("print 'x'\nimport shop.hidden\n", "syntax", 1),
    "IPython": ("x = 1\n%load_ext y\nimport shop.hidden\n", "syntax", 2),
    "half a statement": ("import shop.hidden\nfrom shop import (\n", "syntax", 2),
    "NUL": (b"x = 1\n\x00\nimport shop.hidden\n", "syntax", 1),
    "bytes that are no UTF-8": (b"x = '\xff'\nimport shop.hidden\n", "syntax", 1),
    "UTF-16": ("import shop.hidden\n".encode("utf-16"), "syntax", 1),
    "an encoding that nobody knows": (b"# coding: klingon\nimport shop.hidden\n", "syntax", 1),
}


@pytest.mark.parametrize(("text", "line"), SEEN.values(), ids=SEEN)
def test_an_import_is_seen_at_its_line(project: Project, text: str | bytes, line: int) -> None:
    project.write_all({"shop/__init__.py": "", "shop/hidden.py": "", "shop/other.py": "", "shop/a.py": text})

    codebase = project.codebase()

    assert codebase.imports.imported_by("shop.a").get("shop.hidden") == (line,)
    assert not codebase.problems
    assert codebase.location(Link("shop.a", "shop.hidden", line)).line == line


@pytest.mark.parametrize(("text", "code", "line"), NOT_SEEN.values(), ids=NOT_SEEN)
def test_an_import_that_is_not_seen_is_reported(project: Project, text: str | bytes, code: str, line: int) -> None:
    project.write_all({"shop/__init__.py": "", "shop/hidden.py": "", "shop/a.py": text})

    (problem,) = project.codebase().problems

    assert problem.location is not None
    assert (problem.code, problem.location.path, problem.location.line) == (code, "shop/a.py", line)
    assert str(project.root) not in problem.message


def test_another_name_of_another_function_imports_nothing(project: Project) -> None:
    text = "from importlib import import_module as load\nfrom x import y as z\nz('shop.hidden')\nload('shop.other')\n"
    project.write_all({"shop/hidden.py": "", "shop/other.py": "", "shop/a.py": text})

    assert edges(project.codebase()) == ["shop.a importlib 1", "shop.a shop.other 4", "shop.a x 2"]


def test_a_file_that_cannot_be_parsed_does_not_stop_the_others(project: Project) -> None:
    project.write_all(
        {"shop/__init__.py": "", "shop/a.py": "def (:\n", "shop/b.py": "import shop.c\n", "shop/c.py": ""}
    )

    codebase = project.codebase()

    assert [problem.code for problem in codebase.problems] == ["syntax"]
    assert edges(codebase) == ["shop.b shop.c 1"]


LAYOUTS: dict[str, tuple[dict[str, str], list[str]]] = {
    "a relative import in a package": (
        {"shop/sub/__init__.py": "from . import a\nfrom .. import b\n", "shop/sub/a.py": "", "shop/b.py": ""},
        ["shop.sub shop.b 2", "shop.sub shop.sub.a 1"],
    ),
    "a relative import whose dots stand apart": (
        {"shop/sub/__init__.py": "from . . import b\n", "shop/b.py": ""},
        ["shop.sub shop.b 1"],
    ),
    "a relative call with the package of others": (
        {"tools/a.py": "import importlib\nimportlib.import_module('.hidden', 'shop')\n", "shop/hidden.py": ""},
        ["tools.a importlib 1", "tools.a shop.hidden 2"],
    ),
    "a namespace package": (
        {"space/a/x.py": "import space.b.y\n", "space/b/y.py": ""},
        ["space.a.x space.b.y 1"],
    ),
    "a folder without __init__.py in a package": (
        {"shop/sub/deep/a.py": "from ...b import c\nfrom . import d\n", "shop/sub/deep/d.py": "", "shop/b.py": ""},
        ["shop.sub.deep.a shop.b 1", "shop.sub.deep.a shop.sub.deep.d 2"],
    ),
    "__main__": ({"shop/__main__.py": "from .b import main\n", "shop/b.py": ""}, ["shop.__main__ shop.b 1"]),
    "a script beside the package": ({"manage.py": "import shop.b\n", "shop/b.py": ""}, ["manage shop.b 1"]),
    "a script that nobody can import": (
        {"run-shop.py": "import shop.b\n", "shop/my-script.py": "import shop.b\n", "shop/b.py": ""},
        ["run-shop shop.b 1", "shop.my-script shop.b 1"],
    ),
    "a module called like a keyword": (
        {"shop/class.py": "import shop.b\n", "shop/lambda/x.py": "import shop.b\n", "shop/b.py": ""},
        ["shop.class shop.b 1", "shop.lambda.x shop.b 1"],
    ),
    "a module called like one of the standard library": (
        {"shop/json.py": "import json\n", "shop/a.py": "from . import json\nimport json\n"},
        ["shop.a json 2", "shop.a shop.json 1", "shop.json json 1"],
    ),
    "a top-level module called like one of the standard library": (
        {"json.py": "import shop.b\n", "shop/b.py": "", "shop/a.py": "import json\n"},
        ["json shop.b 1", "shop.a json 1"],
    ),
    "names that differ in their case": (
        {"shop/Orders.py": "", "shop/a.py": "import shop.Orders\nimport shop.orders\n"},
        ["shop.a shop 2", "shop.a shop.Orders 1"],
    ),
    "names that are no ASCII": (
        {"größe/maß.py": "from größe import b\n", "größe/b.py": ""},
        ["größe.maß größe.b 1"],
    ),
    "a module and an attribute of one name": (
        {"shop/__init__.py": "thing = 1\n", "shop/thing.py": "", "shop/a.py": "from shop import thing\n"},
        ["shop.a shop.thing 1"],
    ),
    "tests beside src, which are not the code": (
        {"src/shop/a.py": "import shop.b\n", "src/shop/b.py": "", "tests/test_a.py": "import shop.a\n"},
        ["shop.a shop.b 1"],
    ),
}


@pytest.mark.parametrize(("files", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_an_import_is_seen_whatever_the_layout(project: Project, files: dict[str, str], expected: list[str]) -> None:
    project.write_all(files)

    codebase = project.codebase()

    assert edges(codebase) == expected
    assert not codebase.problems


def edges(codebase: Codebase) -> list[str]:
    """Every import as `importer imported line`."""
    return [f"{link.importer} {link.imported} {link.line}" for link in codebase.imports.links()]


WEB = "import json\nfrom shop import Orders\n"

PASSED_ON = {
    "by two names": ("from shop.orders import Repo as Orders\n", "from .repositories import Repository as Repo\n"),
    "by a star": ("from shop.orders import *\n", "from .repositories import Repository as Orders\n"),
    "by a star of a star": ("from .orders import *\n", "from .repositories import *\n"),
    "as a module": ("import shop.orders.repositories as Orders\n", ""),
    "lazily": ("def __getattr__(name):\n    from .orders.repositories import Orders\n    return Orders\n", ""),
    "in a try": ("try:\n    from .orders.repositories import Orders\nexcept ImportError:\n    Orders = None\n", ""),
}


@pytest.mark.parametrize(("package", "subpackage"), PASSED_ON.values(), ids=PASSED_ON)
def test_a_name_that_packages_pass_on_leads_to_its_module(project: Project, package: str, subpackage: str) -> None:
    project.write_all({"shop/__init__.py": package, "shop/orders/__init__.py": subpackage, "shop/web.py": WEB})
    project.write("shop/orders/repositories.py", "class Repository: ...\nclass Orders: ...\n")

    codebase = project.codebase()

    assert codebase.imports.imported_by("shop.web") == {"json": (1,), "shop.orders.repositories": (2,)}


def test_a_name_that_comes_from_one_of_two_modules_leads_to_both(project: Project) -> None:
    project.write_all({"shop/fast.py": "Orders = 1\n", "shop/slow.py": "Orders = 1\n", "shop/web.py": WEB})
    project.write("shop/__init__.py", "if x:\n    from .fast import Orders\nelse:\n    from .slow import Orders\n")

    codebase = project.codebase()

    assert sorted(codebase.imports.imported_by("shop.web")) == ["json", "shop.fast", "shop.slow"]


def test_a_class_of_a_package_is_its_own_though_a_function_imports_one_of_that_name(project: Project) -> None:
    project.write_all({"shop/settings.py": "class Orders: ...\n", "shop/web.py": WEB})
    project.write("shop/__init__.py", "class Orders: ...\ndef f():\n    from shop.settings import Orders\n")

    codebase = project.codebase()

    assert sorted(codebase.imports.imported_by("shop.web")) == ["json", "shop"]


def test_a_class_of_a_package_is_its_own_though_a_star_brings_one_of_that_name(project: Project) -> None:
    project.write_all({"shop/settings.py": "class Orders: ...\n", "shop/web.py": WEB})
    project.write("shop/__init__.py", "from shop.settings import *\nclass Orders: ...\n")

    codebase = project.codebase()

    assert sorted(codebase.imports.imported_by("shop.web")) == ["json", "shop"]


def test_names_that_go_round_in_a_circle_stay_with_the_package(project: Project) -> None:
    project.write_all({"shop/__init__.py": "from shop.a import X\n", "shop/web.py": "from shop import X\n"})
    project.write("shop/a/__init__.py", "from shop import X\n")

    assert edges(project.codebase()) == ["shop shop.a 1", "shop.a shop 1", "shop.web shop 1"]


@pytest.mark.parametrize(
    ("path", "statement"),
    [
        ("shop/a.py", "from .. import outside"),
        ("shop/a.py", "from . . import outside"),
        ("shop/a.py", "from .\\\n..b import outside"),
        ("shop/a.py", "__import__('x', level=2)"),
        ("shop/__init__.py", "from ..other import x"),
        ("tool.py", "from . import x"),
    ],
)
def test_an_import_that_leaves_the_package_is_reported_and_the_others_are_seen(
    project: Project, path: str, statement: str
) -> None:
    project.write_all({"shop/b.py": "", path: f"import os\n{statement}\nimport shop.b\n"})

    codebase = project.codebase()

    (problem,) = codebase.problems
    assert problem.location is not None
    assert (problem.code, problem.location.path, problem.location.line) == ("relative-import", path, 2)
    assert {link.imported for link in codebase.imports.links()} == {"os", "shop.b"}


@pytest.mark.parametrize(
    ("path", "code", "place"),
    [
        ("shop/a.pyi", "not-read", "shop/a.pyi"),
        ("shop/a.cpython-311-x86_64-linux-gnu.so", "not-read", "shop/a.cpython-311-x86_64-linux-gnu.so"),
        ("shop/a.pyx", "not-read", "shop/a.pyx"),
        ("shop/a.b.py", "not-a-module", "shop/a.b.py"),
        ("shop/my-folder/a.py", "not-a-package", "shop/my-folder"),
        ("shop/twice.py", "shadowed-module", "shop/twice.py"),
    ],
)
def test_a_file_that_is_passed_over_is_reported(project: Project, path: str, code: str, place: str) -> None:
    project.write_all({"shop/__init__.py": "", "shop/twice/__init__.py": "", path: "import shop.hidden\n"})

    (problem,) = project.codebase().problems

    assert problem.location is not None
    assert (problem.code, problem.location.path) == (code, place)


def test_a_name_that_is_composed_otherwise_is_read_as_the_file_system_has_it(project: Project) -> None:
    name = unicodedata.normalize("NFD", "café")
    project.write_all({f"shop/{name}.py": "import shop.b\n", "shop/b.py": ""})

    assert edges(project.codebase()) == [f"shop.{name} shop.b 1"]


def test_two_services_with_the_same_package_import_their_own(project: Project) -> None:
    project.write_all({f"{name}/app/{file}": "" for name in ("one", "two") for file in ("__init__.py", "b.py")})
    project.write("one/app/a.py", "import app.b\nfrom .b import c\n")
    project.configure("services: {one: {root: one}, two: {root: two}}\n")

    assert edges(project.codebase()) == ["one::app.a one::app.b 1", "one::app.a one::app.b 2"]


def test_an_import_of_what_is_left_out_is_one_of_the_nearest_package_around_it(project: Project) -> None:
    project.write_all(
        {f"shop/{name}.py": "" for name in ("__init__", "db/__init__", "db/tests/__init__", "db/tests/rows")}
    )
    project.write("shop/web.py", "from shop.db.tests.rows import row\nimport shop.db.tests\n")
    project.configure("project: {exclude: ['**.tests']}\ncontracts: [{id: x, kind: acyclic, children_of: shop}]\n")

    imports = project.codebase().imports

    assert imports.imported_by("shop.web") == {"shop.db": (1, 2)}


@pytest.mark.parametrize("package", ["shop/twice", "shop"])
def test_a_package_is_read_and_not_the_file_of_its_name_beside_it(package: str, project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/hidden.py": "", "shop/other.py": ""})
    project.write(f"{package}/__init__.py", "import shop.hidden\n")
    project.write(f"{package}.py", "import shop.other\n")
    project.configure("project: {packages: [shop]}\n")

    assert edges(project.codebase()) == [f"{package.replace('/', '.')} shop.hidden 1"]
