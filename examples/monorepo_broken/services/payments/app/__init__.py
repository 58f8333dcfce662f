"""Takes money."""
