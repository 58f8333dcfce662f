"""After an edit of one file, what is found in another is found anew if, and only if, it depends on what was edited."""

from collections.abc import Mapping

import pytest
from project import Project

from archguard.checking import check
from archguard.checking.kept_run import KeptRun
from archguard.codebase import Codebase
from archguard.config import read
from archguard.incremental.dependencies import DependencyRecorder

CONTRACTS = """
    version: 1
    project: {packages: [shop]}
    contracts:
      - {id: data, kind: database, modules: shop}
"""
SESSION = "from sqlalchemy.orm import Session\n"
USE = "from shop import other\n\ndef use(x):\n"


WRAPPED = """
    version: 1
    project: {packages: [shop]}
    contracts:
      - {id: resilient, kind: gateway, require: {wrapped_in: tenacity.retry}}
"""
FETCH = "import requests\n\ndef fetch(url):\n    return requests.get(url)\n"
CALLER = "from tenacity import retry\nfrom shop.user import fetch\n\n@retry\ndef stock():\n    fetch('http://stock')\n"


def rechecked(
    project: Project, before: Mapping[str, str], after: Mapping[str, str], contracts: str = CONTRACTS
) -> tuple[set[str], set[str]]:
    """The modules with other findings after an edit, and those that were checked again for it."""
    project.configure(contracts)
    project.write_all({"shop/__init__.py": "", **before})
    config = project.config()
    base = read(config)
    base.results.recorder = DependencyRecorder()
    old = check(config, codebase=base).violations
    kept = KeptRun.of(base)
    project.write_all(after)
    now = read(config)
    assert kept.give(
        now, [module for module, source in now.sources.items() if _has_changed(base, module, source.content)]
    )
    new = check(config, codebase=now).violations
    assert new == check(config).violations
    again = {result.module for batch in now.results.batches for result in batch.results}
    return {violation.importer for violation in {*old} ^ {*new}}, again


def _has_changed(base: Codebase, module: str, content: bytes) -> bool:
    return module not in base.sources or base.sources[module].content != content


@pytest.mark.parametrize(
    ("use", "before", "after"),
    [
        pytest.param(
            "    other.client.execute(x)\n",
            "client = None\n",
            SESSION + "client = Session()\n",
            id="the binding of a name",
        ),
        pytest.param(
            "    other.make().execute(x)\n",
            SESSION + "def make():\n    return None\n",
            SESSION + "def make():\n    return Session()\n",
            id="what a function returns",
        ),
        pytest.param(
            "    other.make().execute(x)\n",
            SESSION + "def make() -> str:\n    return load()\n",
            SESSION + "def make() -> Session:\n    return load()\n",
            id="the annotation of a function",
        ),
        pytest.param(
            "    other.Repo().execute(x)\n",
            SESSION + "class Repo(dict):\n    pass\n",
            SESSION + "class Repo(Session):\n    pass\n",
            id="the bases of a class",
        ),
        pytest.param(
            "    other.Repo().session.execute(x)\n",
            SESSION + "class Repo:\n    def start(self):\n        self.session = 1\n",
            SESSION + "class Repo:\n    def start(self):\n        self.session = Session()\n",
            id="what a method stores on self",
        ),
        pytest.param(
            "    other.get().execute(x)\n",
            SESSION + "def get():\n    return g.db\ndef start():\n    g.db = 1\n",
            SESSION + "def get():\n    return g.db\ndef start():\n    g.db = Session()\n",
            id="what a function stores on another object",
        ),
        pytest.param(
            "    x.app.state.pool.execute(x)\n",
            SESSION + "def start(app):\n    app.state.pool = 1\n",
            SESSION + "def start(app):\n    app.state.pool = Session()\n",
            id="application state",
        ),
        pytest.param(
            "    other.Session().execute(x)\n",
            "from json import *\n",
            "from sqlalchemy.orm import *\n",
            id="a star import",
        ),
        pytest.param(
            "    other.get(x).execute(x)\n",
            SESSION + "def get(value):\n    value = Session()\n    value = 1\n    return value\n",
            SESSION + "def get(value):\n    value = 1\n    value = Session()\n    return value\n",
            id="which of several bindings a use sees",
        ),
        pytest.param(
            "    other.get(x).execute(x)\n",
            SESSION + "def get(value):\n    value = either(Session)\n    return value\n",
            SESSION + "def get(value):\n    value = either(Session)\n    assert isinstance(value, Session)\n"
            "    return value\n",
            id="a test that narrows a type",
        ),
        pytest.param(
            "    other.get(x).execute(x)\n",
            SESSION + "def get(value):\n    print(value := Session())\n    value = 1\n    return value\n",
            SESSION + "def get(value):\n    value = 1\n    print(value := Session())\n    return value\n",
            id="which of several bindings a use sees, one of them in an expression",
        ),
        pytest.param(
            "    other.get(x).execute(x)\n",
            SESSION + "def get(value):\n    value = either(Session)\n    if not isinstance(value, Session):\n"
            "        return 1\n    return value\n",
            SESSION + "def get(value):\n    value = either(Session)\n    if not isinstance(value, Session):\n"
            "        return 1\n        log(x)\n    return value\n",
            id="whether a block ends with a return",
        ),
    ],
)
def test_a_module_is_checked_again_if_what_it_reads_of_another_one_has_changed(
    project: Project, use: str, before: str, after: str
) -> None:
    changed, again = rechecked(project, {"shop/user.py": USE + use, "shop/other.py": before}, {"shop/other.py": after})
    assert "shop.user" in changed
    assert again == {"shop.user", "shop.other"}


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(SESSION + "def make():\n    print(1)\n    return Session()\n", id="a call in the body"),
        pytest.param(SESSION + "def make():\n    more = 1\n    return Session()\n", id="a local variable"),
        pytest.param(SESSION + "def new():\n    pass\ndef make():\n    return Session()\n", id="a function above"),
        pytest.param(SESSION + "\n\n# a comment\ndef make():\n    return Session()\n", id="lines that move"),
    ],
)
def test_a_module_is_not_checked_again_if_what_it_reads_of_another_one_says_the_same(
    project: Project, after: str
) -> None:
    files = {
        "shop/user.py": USE + "    other.make().execute(x)\n",
        "shop/other.py": SESSION + "def make():\n    return Session()\n",
    }
    _, again = rechecked(project, files, {"shop/other.py": after})
    assert again == {"shop.other"}


@pytest.mark.parametrize("body", ["    value = 1\n    value = Session()\n", "    assert isinstance(value, Session)\n"])
def test_a_call_between_the_bindings_of_a_name_is_nothing_that_a_use_depends_on(project: Project, body: str) -> None:
    files = {
        "shop/user.py": USE + "    other.make(x).execute(x)\n",
        "shop/other.py": SESSION + f"def make(value):\n{body}    return value\n",
    }
    after = SESSION + f"def make(value):\n    log(1)\n{body}    log(2)\n    return value\n"
    _, again = rechecked(project, files, {"shop/other.py": after})
    assert again == {"shop.other"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            {"shop/user.py": "def use(value):\n    value.execute('x')\n", "shop/other.py": ""},
            {"shop/other.py": SESSION + "from shop.user import use\nuse(Session())\n"},
            id="a call that passes an argument",
        ),
        pytest.param(
            {"shop/user.py": "def use(value):\n    value.execute('x')\n"},
            {"shop/new.py": SESSION + "from shop.user import use\nuse(Session())\n"},
            id="a new module that passes an argument",
        ),
        pytest.param(
            {"shop/user.py": "def use(request):\n    request.app.state.pool.execute('x')\n"},
            {"shop/new.py": SESSION + "app.state.pool = Session()\n"},
            id="a new module that stores application state",
        ),
        pytest.param(
            {"shop/user.py": "from shop import db\ndb.session.execute('x')\n", "shop/__init__.py": "db = None\n"},
            {"shop/db.py": SESSION + "session = Session()\n", "shop/__init__.py": ""},
            id="a new module in place of a name",
        ),
    ],
)
def test_a_module_is_checked_again_if_another_one_gives_it_something(
    project: Project, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    changed, again = rechecked(project, before, after)
    assert "shop.user" in changed & again


@pytest.mark.parametrize(
    "after",
    [
        pytest.param({"shop/other.py": CALLER.replace("@retry\n", "")}, id="the decorator of a caller"),
        pytest.param({"shop/other.py": CALLER + "\nfetch('http://price')\n"}, id="a further call"),
        pytest.param({"shop/new.py": "from shop.user import fetch\nfetch('http://price')\n"}, id="a call elsewhere"),
        pytest.param({"shop/new.py": "from shop.user import fetch\nprint(fetch)\n"}, id="a reference elsewhere"),
        pytest.param(
            {"shop/new.py": "from shop.user import fetch as get\nget('x')\n"}, id="an import as something else"
        ),
    ],
)
def test_a_request_is_checked_again_if_the_callers_of_its_function_change(
    project: Project, after: Mapping[str, str]
) -> None:
    changed, again = rechecked(project, {"shop/user.py": FETCH, "shop/other.py": CALLER}, after, WRAPPED)
    assert "shop.user" in changed & again


STATE = """
    version: 1
    project: {packages: [shop]}
    contracts:
      - id: state
        kind: structure
        rules:
          - {modules: shop.user, must_not: {define: {be: mutable}}}
          - {modules: shop.user, functions: show, must: {call: shop.services}}
"""
USER = "from shop.other import help\n\ncache = {}\n\ndef show():\n    help()\n"
SERVICES = "def place(): ...\n"
HELP = "from shop import services\n\ndef help():\n    services.place()\n"


@pytest.mark.parametrize(
    "after",
    [
        pytest.param({"shop/new.py": "from shop.user import cache\ndef f():\n    cache.clear()\n"}, id="a new change"),
        pytest.param({"shop/other.py": "def help():\n    return 1\n"}, id="a helper that delegates no longer"),
    ],
)
def test_a_module_is_checked_again_if_its_state_or_its_helpers_change_elsewhere(
    project: Project, after: Mapping[str, str]
) -> None:
    before = {"shop/user.py": USER, "shop/other.py": HELP, "shop/services.py": SERVICES}
    changed, again = rechecked(project, before, after, STATE)
    assert "shop.user" in changed & again


def test_a_new_module_leaves_the_others_as_they_are(project: Project) -> None:
    files = {"shop/user.py": USE + "    other.make().execute(x)\n", "shop/other.py": SESSION + "make = Session\n"}
    _, again = rechecked(project, files, {"shop/new.py": SESSION + "session = Session()\nsession.commit()\n"})
    assert again == {"shop.new"}


def test_an_edit_that_is_taken_back_changes_nothing(project: Project) -> None:
    files = {"shop/user.py": USE + "    other.make().execute(x)\n", "shop/other.py": SESSION + "make = Session\n"}
    project.configure(CONTRACTS)
    project.write_all({"shop/__init__.py": "", **files})
    config = project.config()
    base = read(config)
    base.results.recorder = DependencyRecorder()
    check(config, codebase=base)
    now = read(config)
    KeptRun.of(base).give(now, ["shop.other"])
    check(config, codebase=now)
    assert not now.results.batches


GATEWAY = """
    version: 1
    project: {packages: [shop]}
    contracts:
      - {id: out, kind: gateway, modules: shop}
"""
CLIENT = "import requests\n\nclient = requests.Session()\n"
IMPORTER = "import requests\n{}\n\ndef use():\n    return client.get('http://stock')\n"


@pytest.mark.parametrize(
    ("package", "imports", "depends"),
    [
        pytest.param("", "from shop.other import client", True, id="it imports from that module"),
        pytest.param(
            "from shop.other import client\n", "from shop.names import client", True, id="it imports from a package"
        ),
        pytest.param("", "from shop.third import client", False, id="it imports from another module"),
    ],
)
def test_a_file_is_checked_again_for_a_module_that_comes_to_have_a_client_if_it_imports_from_it(
    package: str, imports: str, *, depends: bool, project: Project
) -> None:
    before = {
        "shop/other.py": "client = None\n",
        "shop/names/__init__.py": package,
        "shop/third.py": "client = None\n",
        "shop/user.py": IMPORTER.format(imports),
    }

    others, again = rechecked(project, before, {"shop/other.py": CLIENT}, GATEWAY)

    assert ("shop.user" in others, "shop.user" in again) == (depends, depends)
