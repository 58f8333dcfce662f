"""The matrix as a page: one file that needs no network, in which a cell tells what is behind it."""

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

from archguard.diagrams import style
from archguard.diagrams.csp import embedded, fingerprint
from archguard.diagrams.labels import plain
from archguard.diagrams.matrix import svg
from archguard.diagrams.matrix.matrix import Cell, Matrix
from archguard.diagrams.matrix.wording import cell_text


def render(matrix: Matrix) -> str:
    """The page, with its picture, its style, its script and its data inside."""
    look, script = _asset("page.css"), _asset("page.js")
    styles = " ".join(map(fingerprint, (look, style.dark())))
    return _asset("page.html").format(
        policy=f"default-src 'none'; style-src {styles}; script-src {fingerprint(script)}",
        title=escape(plain(matrix.title)),
        style=look,
        picture=svg.render(matrix),
        data=embedded({"source": matrix.source, "cells": [_cell(matrix, cell) for cell in matrix.cells]}),
        script=script,
    )


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _cell(matrix: Matrix, cell: Cell) -> Mapping[str, Any]:
    lines = [line for arrow in cell.arrows for line in arrow.lines]
    return {
        "row": cell.row,
        "column": cell.column,
        "told": cell_text(matrix, cell),
        "broken": [plain(it.message) for arrow in cell.arrows for it in arrow.violations],
        "lines": [[plain(it.importer), plain(it.imported), it.path, it.line] for it in lines],
        "more": cell.count - len(lines),
    }
