"""Drawings of an architecture as text: one file a language. What is not understood is an error, never skipped."""

from archguard.kinds.drawings.drawing import Arrow, Box, ParsedDiagram
from archguard.kinds.drawings.reading import read_drawing
from archguard.kinds.drawings.scanner import DrawingError

__all__ = ["Arrow", "Box", "DrawingError", "ParsedDiagram", "read_drawing"]
