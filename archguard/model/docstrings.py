"""The docstrings of the attributes of a class: of its fields, and of its properties.

Python keeps no docstring of a field, so the source of the class is parsed. That takes a millisecond per class: for
schemas and documentation only.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache, cached_property
from itertools import pairwise


def describe(class_: type, attribute: str) -> str:
    """The docstring of a field or property in one line, also if a base class declares it; "" if there is none."""
    found = inspect.getattr_static(class_, attribute, None)
    if isinstance(found, property | cached_property):
        return _line(found.__doc__ or "")
    return next((texts[attribute] for base in class_.__mro__ if attribute in (texts := _field_docstrings(base))), "")


@cache
def _field_docstrings(class_: type) -> dict[str, str]:
    if class_ is object:
        return {}
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(class_))).body
    return dict(_documented(tree.body)) if isinstance(tree, ast.ClassDef) else {}


def _documented(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for statement, following in pairwise(body):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, _line(text)


def _line(docstring: str) -> str:
    """The first paragraph of a docstring, in one line."""
    return " ".join(inspect.cleandoc(docstring).partition("\n\n")[0].split())
