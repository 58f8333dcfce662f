"""Structure rules about shared state, exact exceptions and fallbacks."""

import pytest
from project import Project


def found(project: Project, rule: str, text: str) -> list[str]:
    """`line sentence` of each violation of `rule` in the module `shop.orders`."""
    project.configure(f"project: {{packages: [shop]}}\ncontracts: [{{id: shape, kind: structure, rules: [{rule}]}}]")
    project.write_all({"shop/__init__.py": "", "shop/orders.py": text})
    report = project.check()
    assert not report.problems, [problem.message for problem in report.problems]
    return [f"{one.location.line} {one.message}" for one in report.violations]


MODULES = "{must_not: {define: {be: mutable}}}"
CLASSES = '{classes: "*", must_not: {define: {be: mutable}}}'


@pytest.mark.parametrize(
    "change",
    [
        "cache['x'] = 1",
        "cache['x'] += 1",
        "del cache['x']",
        "cache.update(x=1)",
        "cache.setdefault('x', 1)",
        "first, cache['x'] = 1, 2",
        "[cache.pop(key) for key in ()]",
        "(lambda: cache.clear())()",
        "global cache; cache = {}",
    ],
)
def test_a_variable_that_a_function_changes_is_mutable_state(project: Project, change: str) -> None:
    text = f"cache = {{}}\n\ndef place():\n    {change}\n"
    assert found(project, MODULES, text) == ["1 shop.orders must not define cache, which shop.orders.place changes"]


@pytest.mark.parametrize("value", ["[]", "set()", "defaultdict(list)", "deque()", "[one for one in ()]", "dict(x=1)"])
def test_containers_of_the_standard_library_are_changed_by_their_methods(project: Project, value: str) -> None:
    text = f"from collections import defaultdict, deque\nseen = {value}\n\ndef place():\n    seen.clear()\n"
    assert found(project, MODULES, text) == ["2 shop.orders must not define seen, which shop.orders.place changes"]


def test_a_counter_that_a_function_assigns_is_mutable_state(project: Project) -> None:
    text = "count = 0\n\ndef place():\n    global count\n    count += 1\n"
    assert found(project, MODULES, text) == ["1 shop.orders must not define count, which shop.orders.place changes"]


@pytest.mark.parametrize(
    "text",
    [
        "cache = {}\n\ndef place():\n    return cache['x']\n",
        "cache = {}\ncache['x'] = 1\n",
        "cache = {}\n\ndef place():\n    cache = {}\n    cache['x'] = 1\n",
        "cache = {}\n\ndef place(cache):\n    cache['x'] = 1\n",
        "cache = {}\n\ndef place():\n    cache = 1\n",
        "cache = {}\n\ndef place():\n    def inner():\n        cache['x'] = 1\n    cache = {}\n    return inner\n",
        "queue = make()\n\ndef place():\n    queue.clear()\n",
        "names = ()\n\ndef place():\n    names.index(1)\n",
        "import shop.other as cache\n\ndef place():\n    cache['x'] = 1\n",
    ],
)
def test_what_no_function_changes_is_no_mutable_state(project: Project, text: str) -> None:
    assert found(project, MODULES, text) == []


def test_a_variable_of_a_class_is_shared_by_its_instances(project: Project) -> None:
    text = """
class Orders:
    seen = set()
    own = []

    def __init__(self):
        self.own = []

    def place(self):
        self.seen.add(1)
        self.own.append(1)

    @classmethod
    def reset(cls):
        cls.other["x"] = 1

    other = {}

def clear():
    Orders.last["x"] = 1

class Last:
    last = {}
"""
    assert found(project, CLASSES, text) == [
        "3 shop.orders.Orders must not define seen, which shop.orders.Orders.place changes",
        "17 shop.orders.Orders must not define other, which shop.orders.Orders.reset changes",
    ]


def test_a_variable_of_a_class_can_be_changed_by_the_name_of_the_class(project: Project) -> None:
    text = "class Orders:\n    last = {}\n\ndef clear():\n    Orders.last['x'] = 1\n"
    assert found(project, CLASSES, text) == [
        "2 shop.orders.Orders must not define last, which shop.orders.clear changes"
    ]


def test_names_tell_which_mutable_state_is_meant(project: Project) -> None:
    text = "_cache = {}\nstate = {}\n\ndef place():\n    _cache['x'] = state['x'] = 1\n"
    named = found(project, '{must_not: {define: {named: "st*", be: mutable}}}', text)
    public = found(project, "{must_not: {define: {be: [mutable, public]}}}", text)
    private = found(project, "{must_not: {define: {be: [mutable, private]}}}", text)
    assert named == public == ["2 shop.orders must not define state, which shop.orders.place changes"]
    assert private == ["1 shop.orders must not define _cache, which shop.orders.place changes"]


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ("from shop.orders import cache\n\ndef run():\n    cache['x'] = 1\n", True),
        ("from shop.orders import cache as c\n\ndef run():\n    c.update(x=1)\n", True),
        ("from shop import orders\n\ndef run():\n    orders.cache['x'] = 1\n", True),
        ("from shop import orders\n\ndef run():\n    orders.cache = {}\n", True),
        ("import shop.orders\n\ndef run():\n    shop.orders.cache.clear()\n", True),
        ("from shop.orders import cache\n\ncache['x'] = 1\n", False),
        ("from shop.orders import cache\n\ndef run():\n    return cache['x']\n", False),
        ("from shop.orders import cache\n\ndef run(cache):\n    cache['x'] = 1\n", False),
        ("from shop import orders\n\ndef run(it):\n    it.cache['x'] = orders\n", False),
    ],
)
def test_a_function_of_another_module_changes_a_variable_as_well(
    project: Project, change: str, *, is_found: bool
) -> None:
    project.write("shop/jobs.py", change)
    lines = found(project, "{modules: shop.orders, must_not: {define: {be: mutable}}}", "cache = {}\n")
    expected = ["1 shop.orders must not define cache, which shop.jobs.run changes"]
    assert lines == (expected if is_found else [])


def test_a_function_of_another_module_changes_a_variable_of_a_class(project: Project) -> None:
    project.write("shop/jobs.py", "from shop.orders import Orders\n\ndef run():\n    Orders.seen.append(1)\n")
    assert found(project, CLASSES, "class Orders:\n    seen = []\n") == [
        "2 shop.orders.Orders must not define seen, which shop.jobs.run changes"
    ]


def test_what_a_test_changes_is_no_mutable_state(project: Project) -> None:
    project.write("shop/tests/test_orders.py", "from shop.orders import cache\n\ndef test():\n    cache.clear()\n")
    assert found(project, "{modules: shop.orders, must_not: {define: {be: mutable}}}", "cache = {}\n") == []


def test_a_function_cannot_be_mutable(project: Project) -> None:
    project.configure(
        "project: {packages: [shop]}\n"
        'contracts: [{id: shape, kind: structure, rules: [{functions: "*", must_not: {be: mutable}}]}]'
    )
    project.write_all({"shop/__init__.py": "def place(): ...\n"})
    assert [problem.message for problem in project.check().problems] == ["`be: mutable` cannot be said of functions"]


RAISES = """
class Failed(ValueError): ...

def place(number):
    if number:
        raise ValueError("x")
    raise Failed
"""


def test_an_exception_that_is_meant_exactly_leaves_alone_those_that_derive_from_it(project: Project) -> None:
    exactly = found(project, "{must_not: {raise: {exceptions: ValueError, exactly: true}}}", RAISES)
    derived = found(project, "{must_not: {raise: ValueError}}", RAISES)
    assert exactly == ["6 shop.orders.place must not raise ValueError itself"]
    assert [line.partition(" ")[0] for line in derived] == ["6", "7"]


FALL_BACK = "{must_not: {fall_back: [os.getenv, os.environ.get]}}"


@pytest.mark.parametrize(
    "read",
    [
        "os.getenv('KEY') or 'x'",
        "os.getenv('KEY', 'x')",
        "os.environ.get('KEY', default=5)",
        "os.environ.get('KEY') or os.environ.get('OLD') or ''",
        "getenv('KEY') or f'{1}'",
        "int(os.getenv('KEY', '-1'))",
    ],
)
def test_a_literal_in_place_of_a_missing_setting_is_a_fallback(project: Project, read: str) -> None:
    lines = found(project, FALL_BACK, f"import os\nfrom os import getenv\n\nkey = {read}\n")
    assert lines[0].startswith("4 shop.orders must not fall back to a literal for ")
    assert lines[0].endswith("getenv('KEY')") or lines[0].endswith("os.environ.get('KEY')")


@pytest.mark.parametrize(
    "read",
    [
        "os.getenv('KEY')",
        "os.getenv('KEY', None)",
        "os.getenv('KEY') or None",
        "os.getenv('KEY') or find()",
        "os.getenv('KEY') and 'x'",
        "os.environ['KEY']",
        "settings.get('KEY', 'x')",
        "'x' or os.getenv('KEY')",
    ],
)
def test_what_fails_without_the_setting_is_no_fallback(project: Project, read: str) -> None:
    assert found(project, FALL_BACK, f"import os\nsettings = {{}}\n\nkey = {read}\n") == []


CAUGHT = """import os
from os import environ

def read(settings):
    try:
        key = {read}
    except {caught}:
        key = {value}
    return key
"""


@pytest.mark.parametrize(
    ("read", "caught", "value", "is_found"),
    [
        ("os.environ['KEY']", "KeyError", "'x'", True),
        ("environ['KEY']", "KeyError", "'x'", True),
        ("int(os.environ['KEY'])", "(KeyError, ValueError)", "5", True),
        ("os.environ['KEY']", "Exception", "'x'", True),
        ("os.environ['KEY']", "ValueError", "'x'", False),
        ("os.environ['KEY']", "KeyError", "None", False),
        ("os.environ['KEY']", "KeyError", "find()", False),
        ("settings['KEY']", "KeyError", "'x'", False),
    ],
)
def test_a_literal_where_a_key_is_missing_is_a_fallback(
    project: Project, read: str, caught: str, value: str, *, is_found: bool
) -> None:
    lines = found(project, FALL_BACK, CAUGHT.format(read=read, caught=caught, value=value))
    expected = "must not fall back to a literal for"
    assert [expected in line for line in lines] == ([True] if is_found else [])


def test_a_literal_that_is_returned_where_a_key_is_missing_is_a_fallback(project: Project) -> None:
    read = "try:\n        return os.environ['KEY']\n    except KeyError:\n        return 'x'\n"
    text = f"import os\n\ndef key():\n    {read}"
    assert found(project, FALL_BACK, text) == [
        "5 shop.orders.key must not fall back to a literal for os.environ['KEY']"
    ]


DELEGATES = """
from shop import services

def {name}():
    {body}

def helper():
    return second()

def second():
    return services.place()

def fourth():
    return third()

def third():
    return helper()

def plain():
    return 1

def itself():
    return itself()
"""


@pytest.mark.parametrize(
    ("body", "delegates"),
    [
        ("return services.place()", True),
        ("return helper()", True),
        ("return third()", True),
        ("return fourth()", False),
        ("return plain()", False),
        ("return itself()", False),
        ("return helper", False),
    ],
)
def test_a_controller_may_delegate_through_its_helpers(project: Project, body: str, *, delegates: bool) -> None:
    project.write("shop/services.py", "def place(): ...\n")
    lines = found(project, "{functions: show, must: {call: shop.services}}", DELEGATES.format(name="show", body=body))
    assert bool(lines) is not delegates


def test_what_must_not_be_called_is_found_where_it_is_called_alone(project: Project) -> None:
    project.write("shop/services.py", "def place(): ...\n")
    text = DELEGATES.format(name="show", body="return helper()")
    assert found(project, "{functions: show, must_not: {call: shop.services}}", text) == []
