"""Drawings of an architecture as text: one file a language. What is not understood is an error, never skipped."""

from archguard.kinds.diagram_parsers.drawing import Arrow, Box, ParsedDiagram
from archguard.kinds.diagram_parsers.reading import read_drawing
from archguard.kinds.diagram_parsers.scanner import DrawingError

__all__ = ["Arrow", "Box", "DrawingError", "ParsedDiagram", "read_drawing"]
