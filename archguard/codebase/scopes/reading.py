"""What a result may have read of a file, so that it depends on it."""

from enum import StrEnum


class Reading(StrEnum):
    """What is read of a scope; `fingerprints.fingerprint` says what a change of it is."""

    HEADER = "header"
    """Its decorators, parameters and bases."""
    NAME = "name"
    """The bindings of one name."""
    NAMES = "names"
    """All bindings."""
    ATTRIBUTE = "attribute"
    """The stores to one attribute of one name, anywhere in the module."""
    SELF_STORES = "self stores"
    """The stores to one attribute of any name, in the methods of a class."""
    APP_STATE = "app state"
    """The stores to one entry of application state, anywhere in the module."""
    IMPORTS = "imports"
    """Whether it imports one package, or from it."""
    STARS = "stars"
    """Its star imports."""
    RESULTS = "results"
    """What it returns and yields."""
    CALLS = "calls"
    """The calls of one name, anywhere in the module."""
    MENTIONS = "mentions"
    """Where one name is read, or imported under another name, anywhere in the module."""
    TEXT = "text"
    """All of it but the bodies of the classes and functions inside."""
    LINES = "lines"
    """The lines of its calls, for whoever tells them."""
    NESTED = "nested"
    """Which scopes are inside."""
    CLASSES = "classes"
    """The headers of all classes in the module, if one name stands anywhere in it."""
    STATEMENTS = "statements"
    """The import statements of the module, with their places."""
    ADDITIONS = "additions"
    """What `+=` adds to one name, in the scope and in all scopes inside."""

    __hash__ = str.__hash__  # that of `Enum` is Python code, and hundreds of thousands of readings are looked up
