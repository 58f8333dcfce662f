"""Parsers for diagrams as text, one file per language. Unknown syntax is an error and never skipped."""

from archguard.kinds.diagram_parsers.drawing import Arrow, Box, ParsedDiagram
from archguard.kinds.diagram_parsers.reading import read_drawing
from archguard.kinds.diagram_parsers.scanner import DrawingError

__all__ = ["Arrow", "Box", "DrawingError", "ParsedDiagram", "read_drawing"]
