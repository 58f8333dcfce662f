"""Views as tables: one file a format."""

from archguard.diagrams.matrix.matrix import Cell, Matrix, partitioned

__all__ = ["Cell", "Matrix", "partitioned"]
