"""Which classes count, and which of them are abstract."""

from pathlib import Path

import pytest

from archguard.codebase import Source
from archguard.codebase.facts import ClassCounts


@pytest.mark.parametrize(
    ("text", "every", "abstract"),
    [
        ("", 0, 0),
        ("class A: ...\nclass B(A): ...\nclass C[T]: ...\n", 3, 0),
        ("class A:\n    class Meta: ...\n", 1, 0),
        ('"""\nclass A: ...\n"""\nclass B: ...\n', 1, 0),
        ("text = '''\nclass A(ABC): ...\n'''\n", 0, 0),
        ("from abc import ABC\nclass A(ABC): ...\nclass B(A): ...\n", 2, 1),
        ("import abc\nclass A(abc.ABC): ...\n", 1, 1),
        ("import abc\nclass A(metaclass=abc.ABCMeta): ...\n", 1, 1),
        ("from typing import Protocol\nclass A(Protocol[int]): ...\n", 1, 1),
        ("from abc import abstractmethod\nclass A:\n    @abstractmethod\n    async def a(self): ...\n", 1, 1),
        ("import abc\nclass A:\n    @property\n    @abc.abstractmethod\n    def a(self): ...\n", 1, 1),
        ("class Abstract: ...\nclass ABCPlayer(Abstract): ...\n", 2, 0),
        ("ABC = 1\nclass A:\n    letters = ABC\n", 1, 0),
    ],
)
def test_classes_at_the_top_count(text: str, every: int, abstract: int, tmp_path: Path) -> None:
    file = tmp_path / "shop.py"
    file.write_text(text)

    assert ClassCounts.extract(Source("shop", str(file), "shop.py")) == ClassCounts(every, abstract)


def test_a_file_without_signs_is_not_parsed(tmp_path: Path) -> None:
    file = tmp_path / "shop.py"
    file.write_text("class A: ...\nthis is no Python\n")

    assert ClassCounts.extract(Source("shop", str(file), "shop.py")) == ClassCounts(1, 0)
