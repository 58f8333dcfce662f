"""Configurations of tach, which run as they are and can be migrated, to the verdict of tach itself."""

import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from project import Project

from archguard.config.dialects import tach

SHOP = {
    "shop/__init__.py": "",
    "shop/web.py": "from shop.orders import place\nimport shop.db\n",
    "shop/orders/__init__.py": "from shop.db import read\n",
    "shop/orders/prices.py": "from ..db import write\n",
    "shop/db.py": "",
    "shop/tools.py": "",
    "scripts/report.py": "import shop.db\nimport shop.web\n",
}


@dataclass(frozen=True)
class Case:
    """What tach.toml says, where tach finds errors in the shop with these files, and what becomes of it."""

    config: str
    errors: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


def modules(*entries: str) -> str:
    return "".join(f"[[modules]]\n{entry}\n" for entry in entries)


WEB, ORDERS, DB = 'path = "shop.web"', 'path = "shop.orders"', 'path = "shop.db"'
NO_DB = modules(f'{WEB}\ndepends_on = ["shop.orders"]', ORDERS, DB)
IN_LAYERS = modules(*(f'{module}\nlayer = "{layer}"' for module, layer in [(WEB, "top"), (ORDERS, "mid"), (DB, "low")]))
READING = '[[interfaces]]\nexpose = ["read.*"]\nfrom = ["shop.db"]\n'

CASES = {
    "depends_on": Case(NO_DB, ["shop/web.py:2"]),
    "no depends_on": Case(modules(WEB, ORDERS, DB)),
    "depends_on with wildcards": Case(modules(f'{WEB}\ndepends_on = ["shop.*"]', ORDERS, DB)),
    "a deprecated dependency": Case(
        modules(f'{WEB}\ndepends_on = ["shop.orders", {{path = "shop.db", deprecated = true}}]', ORDERS, DB)
    ),
    "cannot_depend_on": Case(modules(f'{WEB}\ncannot_depend_on = ["shop.db"]', DB), ["shop/web.py:2"]),
    "a utility": Case(modules(f'{WEB}\ndepends_on = ["shop.orders"]', ORDERS, f"{DB}\nutility = true")),
    "unchecked": Case(modules(f"{WEB}\ndepends_on = []\nunchecked = true", ORDERS, DB)),
    "several paths": Case(
        modules('paths = ["shop.web", "shop.orders"]\ndepends_on = []', DB),
        ["shop/orders/__init__.py:1", "shop/orders/prices.py:1", "shop/web.py:1", "shop/web.py:2"],
    ),
    "modules by wildcards": Case(
        modules('path = "shop.*"\ndepends_on = []'),
        ["shop/orders/__init__.py:1", "shop/orders/prices.py:1", "shop/web.py:1", "shop/web.py:2"],
    ),
    "a module inside of another": Case(
        modules(f"{ORDERS}\ndepends_on = []", 'path = "shop.orders.prices"', f"{DB}\n"), ["shop/orders/__init__.py:1"]
    ),
    "layers": Case(
        f'layers = ["low", "mid", "top"]\n{IN_LAYERS}',
        ["shop/orders/__init__.py:1", "shop/orders/prices.py:1", "shop/web.py:1", "shop/web.py:2"],
    ),
    "layers the right way round": Case(f'layers = ["top", "mid", "low"]\n{IN_LAYERS}'),
    "a closed layer": Case(f'layers = ["top", {{name = "mid", closed = true}}, "low"]\n{IN_LAYERS}', ["shop/web.py:2"]),
    "layers that must be declared": Case(
        'layers = ["top", "low"]\nlayers_explicit_depends_on = true\n'
        + modules(f'{WEB}\nlayer = "top"\ndepends_on = []', f'{DB}\nlayer = "low"'),
        ["shop/web.py:2"],
    ),
    "one layer": Case(
        'layers = ["all"]\n' + modules(f'{WEB}\nlayer = "all"\ndepends_on = []', f'{DB}\nlayer = "all"'),
        ["shop/web.py:2"],
    ),
    "an interface": Case(modules(WEB, ORDERS, DB) + READING, ["shop/orders/prices.py:1"]),
    "an interface for some": Case(modules(WEB, ORDERS, DB) + f'{READING}visibility = ["shop.web"]\n'),
    "an interface for anyone": Case(
        modules(WEB, ORDERS, DB) + '[[interfaces]]\nexpose = ["place"]\n',
        ["shop/orders/__init__.py:1", "shop/orders/prices.py:1"],
    ),
    "an exclusive interface": Case(
        modules(WEB, ORDERS, DB)
        + READING
        + '[[interfaces]]\nexpose = ["write"]\nfrom = ["shop.db"]\nvisibility = ["shop.orders"]\nexclusive = true\n',
        ["shop/orders/__init__.py:1"],
    ),
    "an interface and a star": Case(
        modules(WEB, DB) + READING, ["shop/web.py:1"], {"shop/web.py": "from shop.db import *\n"}
    ),
    "an interface and a module": Case(modules(WEB, DB) + READING, [], {"shop/web.py": "from shop import db\n"}),
    "visibility": Case(modules(f'{WEB}\ndepends_on = ["shop.db"]', f'{DB}\nvisibility = ["shop.*"]')),
    "the rest of the code": Case(
        f'root_module = "allow"\n{modules(DB)}',
        ["scripts/report.py:1", "shop/orders/__init__.py:1", "shop/orders/prices.py:1", "shop/web.py:2"],
    ),
    "an import of the rest": Case(
        'root_module = "allow"\n' + modules('path = "<root>"', f"{DB}\ndepends_on = []"),
        ["shop/db.py:1"],
        {"shop/db.py": "import shop.tools\n"},
    ),
    "an import of the rest that is ignored": Case(
        modules(f"{DB}\ndepends_on = []", WEB), [], {"shop/db.py": "import shop.tools\n"}
    ),
    "circles that are not declared": Case(
        "forbid_circular_dependencies = true\n" + modules(f'{WEB}\ndepends_on = ["shop.db", "shop.orders"]', DB, ORDERS)
    ),
    "a comment": Case(NO_DB, [], {"shop/web.py": "import shop.db  # tach-ignore(until Monday)\n"}),
    "a comment above": Case(NO_DB, [], {"shop/web.py": "# tach-ignore\nimport shop.db\n"}),
    "a comment that names a module": Case(NO_DB, [], {"shop/web.py": "import shop.db  # tach-ignore shop.db\n"}),
    "a comment on another module": Case(
        NO_DB, ["shop/web.py:1"], {"shop/web.py": "import shop.db  # tach-ignore shop.orders\n"}
    ),
    "a comment on one of two names": Case(
        modules(WEB, DB) + READING,
        [],
        {"shop/web.py": "from shop.db import read\nfrom shop.db import write  # tach-ignore\n"},
    ),
    "comments with reasons": Case(
        f'{NO_DB}[rules]\nrequire_ignore_directive_reasons = "error"\n',
        [],
        {"shop/web.py": "import shop.db  # tach-ignore(until Monday)\n"},
    ),
    "exclude": Case(f'exclude = ["**/web.py"]\n{NO_DB}'),
    "a folder that is excluded": Case(
        f'exclude = ["scripts"]\nroot_module = "allow"\n{modules(DB)}' + modules('path = "<root>"\ndepends_on = []'),
        ["shop/orders/__init__.py:1", "shop/orders/prices.py:1", "shop/web.py:2"],
    ),
    ".gitignore": Case(NO_DB, [], {".gitignore": "web.py\n"}),
    ".gitignore that does not count": Case(
        f"respect_gitignore = false\n{NO_DB}", ["shop/web.py:2"], {".gitignore": "web.py\n"}
    ),
    "type-checking imports": Case(
        NO_DB, [], {"shop/web.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.db\n"}
    ),
    "type-checking imports that count": Case(
        f"ignore_type_checking_imports = false\n{NO_DB}",
        ["shop/web.py:3"],
        {"shop/web.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.db\n"},
    ),
    "imports in functions": Case(NO_DB, ["shop/web.py:2"], {"shop/web.py": "def show():\n    import shop.db\n"}),
    "imports in functions that do not count": Case(
        f'{NO_DB}[rules]\nlocal_imports = "off"\n', [], {"shop/web.py": "def show():\n    import shop.db\n"}
    ),
    "imports by name": Case(
        NO_DB, [], {"shop/web.py": "from importlib import import_module\nimport_module('shop.db')\n"}
    ),
    "a name that a package passes on": Case(
        modules(f"{WEB}\ndepends_on = []", 'path = "shop.orders.prices"'),
        [],
        {
            "shop/orders/__init__.py": "from shop.orders.prices import total\n",
            "shop/web.py": "from shop.orders import total\n",
        },
    ),
    "a domain": Case(
        modules(f'{WEB}\ndepends_on = ["shop.orders"]'),
        ["shop/orders/prices.py:1"],
        {
            "shop/orders/tach.domain.toml": (
                '[root]\ndepends_on = ["//shop.web"]\n[[modules]]\npath = "prices"\ndepends_on = ["<domain_root>"]\n'
            ),
            "shop/orders/prices.py": "import shop.web\nimport shop.orders\n",
        },
    ),
    "source roots": Case(
        'source_roots = ["src", "lib*"]\n' + modules('path = "app"\ndepends_on = []', 'path = "base"'),
        ["src/app.py:1"],
        {"src/app.py": "import base\n", "library/base.py": ""},
    ),
    "several distributions": Case(
        'source_roots = ["one", "two"]\n' + modules('path = "app"\ndepends_on = []', 'path = "base"'),
        [],
        {"one/app.py": "import base\n", "two/base.py": "", "one/pyproject.toml": "[project]\nname = 'one'\n"},
    ),
    "a closed layer without modules": Case(
        'layers = ["top", {name = "mid", closed = true}, "low"]\n'
        + modules(f'{WEB}\nlayer = "top"', f"{ORDERS}\ndepends_on = []", f'{DB}\nlayer = "low"'),
        ["shop/orders/__init__.py:1", "shop/orders/prices.py:1", "shop/web.py:2"],
    ),
    "an open layer without modules": Case(
        'layers = ["top", "mid", "low"]\n' + modules(f'{WEB}\nlayer = "top"', f'{DB}\nlayer = "low"'),
    ),
    "a module that is not there": Case(modules('path = "shop.gone"', f"{WEB}\ndepends_on = []", DB), ["shop/web.py:2"]),
}

REFUSED = {
    "a circle": (
        "forbid_circular_dependencies = true\n"
        + modules(f'{WEB}\ndepends_on = ["shop.db"]', f'{DB}\ndepends_on = ["shop.web"]'),
        "declared dependencies go round in a circle: shop.db, shop.web",
    ),
    "a hidden dependency": (
        modules(f'{WEB}\ndepends_on = ["shop.db"]', f"{DB}\nvisibility = []"),
        "'shop.web' depends on 'shop.db', which is not visible to it",
    ),
    "a module twice": (modules(WEB, f"{WEB}\ndepends_on = []"), "the module 'shop.web' is there twice"),
    "an unknown layer": (
        'layers = ["top", "low"]\n' + modules(f'{WEB}\nlayer = "topp"', f'{DB}\nlayer = "low"'),
        "there is no layer 'topp'",
    ),
    "a forbidden root": (
        'root_module = "forbid"\n' + modules('path = "<root>"\ndepends_on = []', DB),
        "<root> is forbidden, but configured",
    ),
    "a dependency on a forbidden root": (
        'root_module = "forbid"\n' + modules(f'{DB}\ndepends_on = ["<root>"]'),
        "nothing may depend on <root>",
    ),
    "an unknown key": (modules(f"{WEB}\ndepend_on = []"), "tach knows no key `depend_on` here"),
    "no TOML": ("[[modules]\n", "is not TOML"),
}

UNSAID = {
    "include_string_imports": (
        f"include_string_imports = true\n{NO_DB}",
        "archguard cannot say tach's `include_string_imports`",
    ),
    "plugins": (f'{NO_DB}[plugins.django]\nsettings_module = "a"\n', "archguard cannot say tach's `plugins`"),
    "strict": (modules(f"{WEB}\nstrict = true", DB), "archguard cannot say tach's `strict`"),
    "no modules": ("modules = []\n", "there are no contracts"),
}


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all(SHOP)
    return project


def _oracle(project: Project) -> tuple[int, list[str]]:
    """The exit code of tach itself, and where it finds errors."""
    command = [str(Path(sys.executable).with_name("tach")), "check"]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
    places = re.findall(r"\[FAIL\] (\S+:\d+)", done.stdout + done.stderr)
    return done.returncode, sorted(set(places))


def _verdict(project: Project) -> tuple[int, list[str]]:
    checked = project.call("check", "--format", "json")
    assert checked.stdout, checked.stderr
    found = json.loads(checked.stdout)["violations"]
    places = {f"{violation['path']}:{violation['line']}" for violation in found if violation["severity"] == "error"}
    return checked.returncode, sorted(places)


@pytest.mark.parametrize("name", CASES)
def test_a_configuration_has_the_verdict_of_tach_as_it_is_and_migrated(shop: Project, name: str) -> None:
    case = CASES[name]
    shop.write_all(case.files | {"tach.toml": case.config})

    as_it_is = _verdict(shop)
    migrated = shop.call("migrate", "tach.toml")
    shop.write("archguard.yaml", migrated.stdout)

    assert as_it_is == (int(bool(case.errors)), case.errors)
    assert _verdict(shop) == as_it_is, migrated.stdout
    assert _oracle(shop) == as_it_is


@pytest.mark.parametrize("name", REFUSED)
def test_what_tach_refuses_is_an_error_with_a_place(shop: Project, name: str) -> None:
    config, says = REFUSED[name]
    shop.write("tach.toml", config)

    checked = shop.call("check")

    assert checked.returncode == 2
    assert re.search(rf"tach\.toml:\d+:\d+: error: {re.escape(says)}", checked.stderr), checked.stderr
    assert _oracle(shop)[0] == 1


@pytest.mark.parametrize("name", UNSAID)
def test_what_cannot_be_said_is_an_error_that_names_it(shop: Project, name: str) -> None:
    config, says = UNSAID[name]
    shop.write("tach.toml", config)

    checked = shop.call("check")

    assert checked.returncode == 2
    assert re.search(rf"tach\.toml:\d+:\d+: error: {re.escape(says)}", checked.stdout + checked.stderr)


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (
            f"exact = true\n{NO_DB}",
            "tach.toml:1:1: warning: archguard does not look for declared dependencies that are unused",
        ),
        (
            modules(WEB, DB) + f'{READING}data_types = "primitive"\n',
            "warning: archguard does not look at the types of what an interface exposes",
        ),
        (modules('path = "shop.gone"', WEB, DB), "tach.toml:2:9: warning: there is no module 'shop.gone'"),
    ],
)
def test_what_is_passed_over_is_a_warning(shop: Project, config: str, says: str) -> None:
    shop.write("tach.toml", config)

    checked = shop.call("check")

    assert says in checked.stdout + checked.stderr


def test_a_comment_at_one_of_two_imports_does_not_hide_the_other(shop: Project) -> None:
    shop.write("tach.toml", NO_DB)
    shop.write("shop/web.py", "import shop.db  # tach-ignore\n\ndef show():\n    import shop.db\n")

    assert _verdict(shop) == (1, ["shop/web.py:1", "shop/web.py:4"])
    assert _oracle(shop) == (1, ["shop/web.py:4"])


def test_a_comment_without_a_reason_is_an_error_where_reasons_are_asked_for(shop: Project) -> None:
    shop.write("tach.toml", f'{NO_DB}[rules]\nrequire_ignore_directive_reasons = "error"\n')
    shop.write("shop/web.py", "import shop.db  # tach-ignore\n")

    checked = shop.call("check")

    assert checked.returncode == 2
    assert "shop/web.py:1:1: error: the tach-ignore has no reason" in checked.stderr
    assert _oracle(shop) == (1, ["shop/web.py:1"])


def test_a_fault_in_a_domain_has_its_place(shop: Project) -> None:
    shop.write("tach.toml", NO_DB)
    shop.write("shop/orders/tach.domain.toml", "[root]\n\n[[modules]]\npath = 'prices'\nlayr = 'low'\n")

    checked = shop.call("check")

    assert "shop/orders/tach.domain.toml:5:1: error: tach knows no key `layr` here" in checked.stderr


def test_packages_from_outside_are_those_that_check_external_asks_for(shop: Project) -> None:
    shop.write(
        "tach.toml", modules(f'{WEB}\ndepends_on_external = ["flask"]', f'{DB}\ncannot_depend_on_external = ["flask"]')
    )
    shop.write("shop/web.py", "import flask\nimport requests\nimport json\n")
    shop.write("shop/db.py", "import flask\n")

    assert _verdict(shop) == (1, ["shop/db.py:1", "shop/web.py:2"])


def test_a_deprecated_dependency_is_a_warning(shop: Project) -> None:
    shop.write("tach.toml", CASES["a deprecated dependency"].config)

    report = json.loads(shop.call("check", "--format", "json").stdout)

    assert [(found["severity"], found["path"], found["line"]) for found in report["violations"]] == [
        ("warning", "shop/web.py", 2)
    ]


def test_it_is_found_in_a_pyproject(shop: Project) -> None:
    shop.write(
        "pyproject.toml",
        '[[tool.tach.modules]]\npath = "shop.web"\ndepends_on = []\n[[tool.tach.modules]]\npath = "shop.db"\n',
    )

    assert _verdict(shop) == (1, ["shop/web.py:2"])


def test_no_sentence_says_that_a_module_may_import_one_of_a_layer_above(shop: Project) -> None:
    low = modules(f'{WEB}\nlayer = "top"', f'{ORDERS}\nlayer = "low"\ndepends_on = []', f"{DB}\ndepends_on = []")
    shop.write("tach.toml", f'layers = ["top", "low"]\n{low}')

    checked = shop.call("check")
    asked = shop.call("explain", "modules")

    assert "shop.orders may import none of them" in checked.stdout
    assert "shop.orders may import none of them" in asked.stdout
    assert "shop.orders may import shop.web" not in checked.stdout + asked.stdout + shop.call("migrate").stdout


def test_a_contract_stands_where_its_module_is_declared(shop: Project) -> None:
    shop.write("tach.toml", f"{NO_DB}{READING}")

    asked = [shop.call("explain", contract).stdout for contract in ("modules", "interface-of-shop.db")]

    assert "Defined at tach.toml:7." in asked[0]  # of the module that comes first by its name
    assert "Defined at tach.toml:7." in asked[1]


def test_a_fault_of_a_module_of_a_domain_stands_in_the_file_of_the_domain(shop: Project) -> None:
    shop.write("tach.toml", f'layers = ["top"]\n{NO_DB}')
    shop.write("shop/orders/tach.domain.toml", "[[modules]]\npath = 'prices'\nlayer = 'tip'\n")

    checked = shop.call("check")

    assert "shop/orders/tach.domain.toml:3:10: error: there is no layer 'tip'" in checked.stderr


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (f'exclude = ["[z-a]"]\n{NO_DB}', "tach.toml:1:13: error: '[z-a]' has wildcards that mean nothing"),
        (modules('path = "shop.[z-a]"'), "tach.toml:2:9: error: 'shop.[z-a]' has wildcards that mean nothing"),
        (
            NO_DB + '[[interfaces]]\nexpose = ["a"]\nfrom = ["("]\n',
            "tach.toml:10:10: error: '(' is no regular expression",
        ),
        (
            NO_DB + '[[interfaces]]\nexpose = ["(?!x)(a+)+b"]\n',
            "tach.toml:9:12: error: '(?!x)(a+)+b' may take too long",
        ),
    ],
)
def test_wildcards_and_expressions_without_a_meaning_are_errors_with_a_place(
    shop: Project, config: str, says: str
) -> None:
    shop.write("tach.toml", config)

    checked = shop.call("check")

    assert checked.returncode == 2
    assert says in checked.stderr


def test_globs_of_many_stars_are_read_in_no_time(project: Project) -> None:
    deep = "/".join(["a" * 30] * 8)
    project.write(f"{deep}/x.py")
    project.write("app/__init__.py")
    project.write("app/api.py", "import app.db\n")
    project.write("app/db.py")
    project.write(".gitignore", "*a" * 20 + "*b/**/**/**/**/x\n")
    project.write("tach.toml", 'exclude = ["**/*a*a*a*a*a*a*a*a*a*a*a*a*b/**/*y"]\n' + modules('path = "app.*"'))
    start = time.process_time()

    assert project.call("check").returncode == 0
    assert time.process_time() - start < 5


def test_many_modules_and_files_are_read_in_a_second(project: Project) -> None:
    for module in range(100):
        project.write_all({f"app/m{module}/f{number}.py": "" for number in range(20)})
        project.write(f"app/m{module}/__init__.py")
    project.write("app/__init__.py")
    entries = [f'path = "app.m{number}"\ndepends_on = ["app.m9*"]\nvisibility = ["app.*"]' for number in range(100)]
    project.write("tach.toml", f'exclude = ["**/tests", "docs", "**/*_test.py"]\n{modules(*entries)}')
    start = time.process_time()

    tach.translate(project.root / "tach.toml", "tach.toml")

    assert (
        time.process_time() - start < 3
    )  # half a second; each path was once compared with each glob for each of its folders


def test_every_fault_of_a_configuration_is_told_in_one_run_in_the_order_of_the_lines(shop: Project) -> None:
    shop.write(
        "tach.toml",
        'exclud = []\nlayers = ["top", 1]\nroot_module = "alow"\n'
        '[[modules]]\ndepends_on = []\n[[modules]]\npath = "shop.web"\nlayer = "tp"\nutility = "yes"\n'
        '[[interfaces]]\nfrom = ["("]\n[rules]\nlocal_imports = "of"\n',
    )

    checked = shop.call("check")
    told = [line for line in checked.stderr.splitlines() if line.startswith("tach.toml:")]

    assert checked.returncode == 2
    assert told == [
        "tach.toml:1:1: error: tach knows no key `exclud` here",
        "tach.toml:2:1: error: each of `layers` has to be a text or a table",
        "tach.toml:3:1: error: `root_module` has to be 'allow' or 'forbid' or 'ignore' or 'dependenciesonly'",
        "tach.toml:4:1: error: there is no `path` or `paths` here",
        "tach.toml:8:10: error: there is no layer 'tp'",
        "tach.toml:9:1: error: `utility` has to be true or false",
        "tach.toml:10:1: error: there is no `expose` here",
        "tach.toml:13:1: error: `local_imports` has to be 'error' or 'warn' or 'off'",
    ]
