"""Classify the methods of databases: read, write or transaction control."""

from archguard.effects.catalogue.conventions import load_conventions

_OPERATIONS = load_conventions().operations
SORTS = ("read", "transaction", "write", "build")


def sort_of(verb: str) -> str:
    """`read`, `write` or `transaction`; methods that are not listed read."""
    if verb in _OPERATIONS.transaction:
        return "transaction"
    return "write" if verb in _OPERATIONS.write else "read"
