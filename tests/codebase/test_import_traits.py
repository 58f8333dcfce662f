"""What sets an import apart: whether it may fail, whether it is in a function."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from archguard.codebase.imports.extract import Import, ImportTrait
from archguard.codebase.syntax.source import Source, SourceError

NONE: frozenset[ImportTrait] = frozenset()
OPTIONAL = frozenset({ImportTrait.OPTIONAL})
LOCAL = frozenset({ImportTrait.LOCAL})
TYPE_CHECKING = frozenset({ImportTrait.TYPE_CHECKING})


def traits(folder: Path, text: str) -> list[frozenset[ImportTrait]]:
    """The traits of each import of `shop` in a module, in file order."""
    file = folder / "a.py"
    file.write_text(text)
    return [found.traits for found in Import.extract(Source("a", str(file), file.name)) if found.module == "shop"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("try:\n    import shop\nexcept ImportError:\n    pass\n", OPTIONAL),
        ("try:\n    import shop\nexcept (OSError, ModuleNotFoundError):\n    pass\n", OPTIONAL),
        ("try:\n    import shop\nexcept Exception:\n    pass\n", OPTIONAL),
        ("try:\n    import shop\nexcept BaseException:\n    pass\n", OPTIONAL),
        ("try:\n    import shop\nexcept:\n    pass\n", OPTIONAL),
        ("try:\n    import shop\nexcept builtins.ImportError:\n    pass\n", OPTIONAL),
        ("try:\n    import shop\nexcept OSError:\n    pass\nexcept ImportError:\n    pass\n", OPTIONAL),
        ("try:\n    import shop\nexcept* ImportError:\n    pass\n", OPTIONAL),
        ("try:\n    pass\nexcept ImportError:\n    import shop\n", OPTIONAL),
        ("try:\n    import shop\nexcept OSError:\n    pass\n", NONE),
        ("try:\n    import shop\nfinally:\n    pass\n", NONE),
        ("from contextlib import suppress\nwith suppress(ImportError):\n    import shop\n", OPTIONAL),
        ("import contextlib\nwith contextlib.suppress(OSError, ImportError):\n    import shop\n", OPTIONAL),
        ("with open(x), suppress(ImportError):\n    import shop\n", OPTIONAL),
        ("with suppress(OSError):\n    import shop\n", NONE),
        ("with raises(ImportError):\n    import shop\n", NONE),
        ("with suppress:\n    import shop\n", NONE),
        ("if TYPE_CHECKING:\n    import shop\n", TYPE_CHECKING),
        ("if typing.TYPE_CHECKING:\n    if x:\n        import shop\n", TYPE_CHECKING),
        ("if x:\n    pass\nelif TYPE_CHECKING:\n    import shop\n", TYPE_CHECKING),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    import shop\n", NONE),
        ("if not TYPE_CHECKING:\n    import shop\n", NONE),
        ("if not TYPE_CHECKING:\n    pass\nelse:\n    import shop\n", TYPE_CHECKING),
        ("if x:\n    import shop\n", NONE),
        ("def f():\n    import shop\n", LOCAL),
        ("async def f():\n    import shop\n", LOCAL),
        ("class A:\n    import shop\n", NONE),
        ("class A:\n    def f(self):\n        if x:\n            import shop\n", LOCAL),
        ("def f():\n    try:\n        import shop\n    except ImportError: ...\n", LOCAL | OPTIONAL),
    ],
)
def test_an_import_has_the_traits_of_the_blocks_around_it(
    tmp_path: Path, text: str, expected: frozenset[ImportTrait]
) -> None:
    assert traits(tmp_path, text) == [expected]


@pytest.mark.parametrize(("names", "is_too_many"), [(5_000, False), (5_001, True)])
def test_a_statement_with_more_than_five_thousand_names_is_an_error(
    tmp_path: Path,
    names: int,
    is_too_many: bool,  # noqa: FBT001
) -> None:
    text = f"from shop import {', '.join(f'n{number}' for number in range(names))}\n"

    with pytest.raises(SourceError, match="imports more than 5,000 names") if is_too_many else nullcontext():
        assert len(traits(tmp_path, text)) == names


def test_a_block_gives_its_trait_to_what_is_in_it_alone(tmp_path: Path) -> None:
    text = "import shop\ntry:\n    import shop\nexcept ImportError:\n    shop = None\nimport shop\n"

    assert traits(tmp_path, text) == [NONE, OPTIONAL, NONE]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(x=__import__('shop')): ...\n", NONE),
        ("@use(__import__('shop'))\ndef f(): ...\n", NONE),
        ("def f():\n    return __import__('shop')\n", LOCAL),
        ("f = lambda: __import__('shop')\n", LOCAL),
        ("f = lambda x=__import__('shop'): x\n", NONE),
    ],
)
def test_a_dynamic_import_is_local_where_it_runs_in_a_function(
    tmp_path: Path, text: str, expected: frozenset[ImportTrait]
) -> None:
    assert traits(tmp_path, text) == [expected | {ImportTrait.DYNAMIC}]
