"""What stands in brackets behind a name is compared with the arguments of the call."""

import pytest
from project import Project

from archguard.kinds.structure_rules import Glob


def lines(project: Project, pattern: str, code: str, **files: str) -> list[int]:
    project.write_all({"shop/__init__.py": "", "shop/api.py": code})
    project.write_all({f"shop/{name}.py": text for name, text in files.items()})
    project.configure("")
    project.write(
        "archguard.yaml",
        f"contracts:\n- id: s\n  kind: structure\n  rules:\n  - must_not:\n      call: >-\n        {pattern}\n",
    )
    report = project.check()
    assert report.complete, report.problems
    return [it.location.line for it in report.violations]


@pytest.mark.parametrize(
    ("pattern", "call", "is_found"),
    [
        ("f(*origins=['*']*)", 'f(1, origins=["*"])', True),
        ("f(*origins=['*']*)", 'f(1, origins=["a"])', True),
        ("f(*origins=['*']*)", "f(1, origins=())", False),
        ("f(origins=[])", "f(origins=[])", True),
        ("f(x[0])", "f(x[0])", True),
        ("f(x[0])", "f(x0)", False),
        ("f(*'[wa]'*)", "f('w')", False),
        ('f(*"w"*)', "f(1, 'w')", True),
        ('f(["a","b"])', "f(['a', 'b'])", True),
        ("f(a,b = 2)", "f(a, b=2)", True),
        ("f(a?)", "f(ab)", True),
        ("f(a?)", "f(abc)", False),
        ("f(a.b)", "f(axb)", False),
        ("f()", "f()", True),
        ("f( )", "f()", True),
        ("f()", "f(1)", False),
        ("f()", "f(*rest)", False),
        ("f()", "f(**rest)", False),
        ("f", "f(1)", True),
        ("f(*)", "f()", True),
        ("f(*)", "f(1)", True),
    ],
)
def test_arguments_are_compared_as_the_code_writes_them(
    project: Project,
    pattern: str,
    call: str,
    is_found: bool,  # noqa: FBT001
) -> None:
    assert bool(lines(project, pattern, f"{call}\n")) is is_found


@pytest.mark.parametrize(
    "code",
    [
        "PATH = '/admin'\nf(base + PATH)\n",
        "PATH = '/admin'\nf(url=f'{base}{PATH}')\n",
        "from shop.paths import PATH\nf(base + PATH)\n",
        "from shop import paths\nf(paths.PATH)\n",
        "PATH = '/'.join(names)\nf('/ad' + 'min')\n",
    ],
)
def test_texts_are_seen_where_they_are_known(project: Project, code: str) -> None:
    assert lines(project, "f(*/admin*)", code, paths="PATH = '/admin'\n")


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("ORIGINS = ['*']\nf(origins=ORIGINS)\n", True),
        ("ALL = ['*']\nORIGINS = ALL\nf(origins=ORIGINS)\n", True),
        ("def g(origins):\n    f(origins=origins)\n", False),
        ("ORIGINS = ['*']\nf(origins=ORIGINS + rest)\n", False),
    ],
)
def test_literals_are_seen_where_a_name_stands_for_one(project: Project, code: str, is_found: bool) -> None:  # noqa: FBT001
    assert bool(lines(project, "f(origins=['*'])", code)) is is_found


def test_a_flag_is_seen_behind_its_name(project: Project) -> None:
    assert lines(project, "f(*verify=False*)", "VERIFY = False\nf(1, verify=VERIFY)\n") == [2]


def test_what_is_written_counts_too(project: Project) -> None:
    assert lines(project, "f(PATH)", "PATH = '/admin'\nf(PATH)\n") == [2]


@pytest.mark.parametrize("text", ["list[Session]", "Optional[shop.models.Order]", "dict[str]"])
def test_a_generic_type_is_no_pattern_of_names(text: str) -> None:
    with pytest.raises(ValueError, match="square brackets are sets of characters"):
        Glob.parse(text)


@pytest.mark.parametrize("text", ["[!_]*", "get_[abc]", "*[A-Z]", "[A-Z]*Repository", "Row[12]"])
def test_sets_of_characters_stay_patterns_of_names(text: str) -> None:
    assert Glob.parse(text).text == text
