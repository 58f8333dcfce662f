"""Architecture contracts for Python: the whole public API."""
