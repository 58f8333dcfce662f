"""What is written in YAML (or TOML) arrives as it was written, and nothing of it ends in a crash."""

from typing import Any

import pytest
from project import Project, broken

from archguard.config import read_document
from archguard.errors import ConfigError

CODE = {"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": ""}
FORBIDDEN = "contracts: [{id: x, kind: forbidden, modules: shop.a, must_not_import: shop.b}]\n"


def data(project: Project, text: str | bytes) -> Any:
    return read_document(project.write("x.yaml", text), "x.yaml").data


def fault(project: Project, text: str | bytes, name: str = "x.yaml") -> ConfigError:
    with pytest.raises(ExceptionGroup) as raised:
        read_document(project.write(name, text), name)
    error = raised.value.exceptions[0]
    assert isinstance(error, ConfigError)
    return error


@pytest.mark.parametrize(
    "text", ["NO", "no", "on", "off", "yes", "Y", "1.10", "0o17", "017", "1_000", "2027-03-01", ".5", "12:30"]
)
def test_what_older_yaml_takes_for_something_else_stays_text(project: Project, text: str) -> None:
    assert data(project, f"a: {text}\n") == {"a": text}


def test_what_json_knows_is_what_it_is(project: Project) -> None:
    text = "{a: true, b: false, c: null, d: , e: ~, f: -12, g: '12', h: \"true\", i: [1, []], j: {}}\n"

    assert data(project, text) == {
        "a": True, "b": False, "c": None, "d": None, "e": None, "f": -12, "g": "12", "h": "true", "i": [1, []], "j": {},
    }  # fmt: skip


def test_texts_of_several_lines_are_joined_as_yaml_says(project: Project) -> None:
    assert data(project, "a: |\n  one\n  two\nb: >\n  one\n  two\n") == {"a": "one\ntwo\n", "b": "one two\n"}


def test_anchors_and_merged_mappings_are_followed(project: Project) -> None:
    text = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\none: {<<: *b, y: 5}\ntwo: {<<: [*b, *m]}\nthree: *b\n"

    read = data(project, text)

    assert (read["one"], read["two"], read["three"]) == ({"x": 1, "y": 5}, {"x": 1, "y": 2, "z": 4}, {"x": 1, "y": 2})


def test_a_value_that_was_merged_has_the_place_where_it_was_written(project: Project) -> None:
    project.write_all(CODE)
    project.configure("""\
        contracts:
          - &base {id: x, kind: forbidden, modules: shop.a, must_not_import: shop.nowhere}
          - {<<: *base, id: y}
    """)

    places = [str(problem.location) for problem in project.check().problems]

    assert places == ["archguard.yaml:2:70"] * len(places)


WRONG = {
    "a sequence that does not end": ("a: [b\n", "1:4", "is not YAML: while parsing a flow sequence, did not find"),
    "a tab for indentation": ("a:\n\t- b\n", "2:1", "is not YAML: while scanning for the next token, found character"),
    "two documents": ("a: 1\n---\nb: 2\n", "2:1", "is not YAML: expected a single document in the stream, but found"),
    "an alias of nothing": ("a: *b\n", "1:4", "is not YAML: found undefined alias"),
    "a control character": ("a: \x07\n", "1:4", "is not YAML: control characters are not allowed"),
    "half a character": ('a: "\\ud800"\n', "1:7", "is not YAML: while parsing a quoted scalar, found invalid Unicode"),
    "an alias of itself": ("a: &a [*a]\n", "1:4", "an alias leads back to where it stands"),
    "an alias of what is around it": ("a: &a {b: {c: *a}}\n", "1:4", "an alias leads back to where it stands"),
    "a mapping merged with itself": ("a: &a {<<: *a}\n", "1:4", "an alias leads back to where it stands"),
    "a merge of no mapping": ("a: {<<: 3}\n", "1:9", "only mappings can be merged"),
    "a key that is a list": ("? [a]\n: b\n", "1:3", "a key must be a word"),
    "a key that is nothing": ("? \n: b\n", "1:2", "a key must be a word"),
    "a tag": ("a: !thing b\n", "1:4", "the tag '!thing' means nothing here"),
    "a tag that would run code": ("a: !!python/name:os.system\n", "1:4", "the tag 'tag:yaml.org,2002:python/name:os"),
    "the same key twice": ("a: 1\nb: 2\na: 3\n", "3:1", "`a` stands twice in one mapping"),
    "the same key twice, once in quotes": ("a: 1\n'a': 2\n", "2:1", "`a` stands twice in one mapping"),
    "a billion laughs": (
        "a: &a [x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{new}: &{new} [{','.join([f'*{old}'] * 8)}]\n" for old, new in zip("abcdefghi", "bcdefghij", strict=True)
        ),
        "1:",
        "aliases repeat more than anybody means to write",
    ),
    "a nest of lists": ("a: " + "[" * 200_000, "1:", "is not meant to be nested so deeply"),
    "a nest of mappings": ("a: " + "{b: " * 2_000 + "}" * 2_000, "1:400", "is not meant to be nested so deeply"),
    "a nest of items": ("- " * 200_000 + "x\n", "1:201", "is not meant to be nested so deeply"),
    "a nest of indented items": (
        "".join(f"{' ' * depth}a:\n" for depth in range(600)),
        "1:1",
        "is not meant to be nested so deeply",
    ),
    "latin-1": (b"# caf\xe9\n", "1:1", "cannot be read: 'utf-8' codec can't decode byte 0xe9"),
    "UTF-16": ("version: 1\n".encode("utf-16"), "1:1", "cannot be read: 'utf-8' codec can't decode byte"),
}


@pytest.mark.parametrize(("text", "place", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_read_has_a_place(project: Project, text: str | bytes, place: str, message: str) -> None:
    error = fault(project, text)

    assert error.message.startswith(message)
    assert error.location is not None
    assert f"{error.location.line}:{error.location.column}".startswith(place)


def test_every_key_that_stands_twice_is_reported(project: Project) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        data(project, "a: 1\na: 2\nb: {c: 1, c: 2}\n")

    assert [str(error) for error in raised.value.exceptions] == [f"`{key}` stands twice in one mapping" for key in "ac"]


@pytest.mark.parametrize("text", ["null\n", "- a\n", "shop\n", "3\n"])
def test_a_file_that_is_no_mapping_is_a_fault(project: Project, text: str) -> None:
    project.configure(text)

    with pytest.raises(ExceptionGroup) as raised:
        project.config()

    assert [str(error) for error in raised.value.exceptions] == ["a configuration is a mapping of keys"]


def test_a_number_of_thousands_of_digits_is_a_text(project: Project) -> None:
    assert data(project, f"a: {'9' * 5000}\n") == {"a": "9" * 5000}


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"---\n", b"%YAML 1.2\n---\n", b"# caf\xc3\xa9\n"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_marks_and_line_ends_make_no_difference(project: Project, start: bytes, end: bytes) -> None:
    project.write_all(CODE)
    project.write("archguard.yaml", (start + FORBIDDEN.encode()).replace(b"\n", end))

    assert broken(project.check()) == [("shop.a", "shop.b", 1)]


def test_a_place_counts_characters(project: Project) -> None:
    project.write_all(CODE)
    project.configure("contracts: [{id: größe, reason: 😀, knd: x}]\n")

    with pytest.raises(ExceptionGroup) as raised:
        project.config()

    (error,) = raised.value.exceptions
    assert isinstance(error, ConfigError)
    assert str(error.location) == "archguard.yaml:1:13"


def test_a_long_file_is_read_in_no_time(project: Project) -> None:
    components = "".join(f"  c{number}: [shop.a, shop.b]\n" for number in range(2000))

    assert len(data(project, "components:\n" + components)["components"]) == 2000


TOML = """\
[tool.archguard.components]
upper = "shop.a"
lower = ["shop.b"]

[[tool.archguard.contracts]]
id = "first"
kind = "layers"
layers = ["lower", "upper"]

[[tool.archguard.contracts]]
id = "second"
kind = "forbidden"
modules = "shop.a"
must_not_import = "shop.b"
"""


def test_pyproject_says_the_same(project: Project) -> None:
    project.write_all({**CODE, "pyproject.toml": TOML})

    report = project.check()

    assert [(violation.contract, violation.importer) for violation in report.violations] == [
        ("first", "shop.a"),
        ("second", "shop.a"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('kind = "layers"', 'knd = "layers"', 5, "the contract has no `kind`"),
        ("must_not_import", "must_not_imprt", 14, "unknown key `must_not_imprt`"),
        ('"shop.b"\n', '"shop.bb"\n', 14, "'shop.bb' matches no module"),
        ('id = "second"', "id = 3.5", 11, ""),
        ('lower = ["shop.b"]', 'lower = ["shop.zz"]', 3, "component 'lower' has no modules"),
    ],
)
def test_a_fault_in_pyproject_has_its_line(project: Project, old: str, new: str, line: int, message: str) -> None:
    project.write_all({**CODE, "pyproject.toml": TOML.replace(old, new)})

    run = project.call("check")

    if message:
        assert run.returncode == 2
        assert f"pyproject.toml:{line}:" in run.stdout + run.stderr
        assert message in run.stdout + run.stderr
    else:
        assert run.returncode == 1


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[tool.archguard]\na = \n", "2:5"),
        ("[tool.archguard]\nx = 1\nx = 2\n", "3:6"),
        ("\x00[tool.archguard]\n", "1:1"),
    ],
)
def test_broken_toml_has_a_place(project: Project, text: str, place: str) -> None:
    error = fault(project, text, "pyproject.toml")

    assert str(error.location) == f"pyproject.toml:{place}"
