"""The matrix as JSON: like a diagram, with nodes in the order of the rows, and with the blocks."""

import json

from archguard.diagrams.json import data
from archguard.diagrams.matrix.matrix import Matrix
from archguard.model.log import inert_json


def render(matrix: Matrix) -> str:
    """The nodes in order, the arrows between them, and the first and last index of each block."""
    return inert_json(json.dumps({**data(matrix), "blocks": matrix.blocks}, indent=2))
