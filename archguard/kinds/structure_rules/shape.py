"""The YAML keys by which rules of `structure` select, require and forbid: the same keys for all three."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, TypeAlias

from archguard.codebase import OneOrMany, SomePatterns
from archguard.codebase.coercion import ShortFor
from archguard.codebase.strictness import Weaker
from archguard.dataclass import dataclass
from archguard.kinds.structure_rules.glob import Globs


class Modifier(StrEnum):
    """What a class or a function can be."""

    CLASS = "class"
    FUNCTION = "function"
    METHOD = "method"
    """A function that stands in a class."""
    ASYNC = "async"
    TOP_LEVEL = "top_level"
    """Not inside of another class or function."""
    PUBLIC = "public"
    """Without an underscore in front."""
    PRIVATE = "private"
    """With an underscore in front; names such as `__init__` are neither."""
    MUTABLE = "mutable"
    """A variable, under `define`: a function of the file assigns it, or changes the list, dictionary or set in it."""

    @property
    def phrase(self) -> str:
        """The form that a message uses."""
        if self is Modifier.TOP_LEVEL:
            return "at the top level"
        return f"a {self}" if self in (Modifier.CLASS, Modifier.FUNCTION, Modifier.METHOD) else str(self)


class Reaction(StrEnum):
    """What an `except` clause can do so that the exception is not lost."""

    RAISE = "raise"
    LOG = "log"


@dataclass(frozen=True, kw_only=True)
class Caught:
    """Exceptions that an `except` clause catches."""

    exceptions: Annotated[Globs, Weaker.SMALLER]
    """Their names, and classes that they derive from; a bare `except:` catches `BaseException`."""
    unless: Annotated[tuple[Reaction, ...], OneOrMany(empty=False), Weaker.LARGER] = ()
    """Clauses that do not count: `raise`, those that raise this or another exception; `log`, those that log."""


@dataclass(frozen=True, kw_only=True)
class Raised:
    """Exceptions that are raised."""

    exceptions: Annotated[Globs, Weaker.SMALLER]
    """Their names, and classes that they derive from, except `Exception` and `BaseException`."""
    exactly: Annotated[bool, Weaker.LARGER] = False
    """Whether only these classes themselves count, and none that derives from them."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """Measures that can be exceeded."""

    lines: Annotated[int | None, Weaker.LARGER_OR_EMPTY] = None
    """Lines of a module, a class or a function, its decorators and its docstring included."""
    parameters: Annotated[int | None, Weaker.LARGER_OR_EMPTY] = None
    """Parameters of a function, without `self` or `cls`."""
    members: Annotated[int | None, Weaker.LARGER_OR_EMPTY] = None
    """Public names that a module or a class defines."""
    branches: Annotated[int | None, Weaker.LARGER_OR_EMPTY] = None
    """Branches of a function, without nested ones: each `if`, `elif`, `else`, `for`, `while`, `except` and `case`."""
    statements: Annotated[int | None, Weaker.LARGER_OR_EMPTY] = None
    """Statements of a module, a class or a function, nested ones included; docstrings are none."""

    def limits(self) -> Iterator[tuple[str, int]]:
        """The measures that are given."""
        for measure in ("lines", "parameters", "members", "branches", "statements"):
            limit: int | None = getattr(self, measure)
            if limit is not None:
                yield measure, limit


def counted(limit: int, measure: str) -> str:
    """`1 line`, `2 lines`, `1 branch`."""
    singular = measure.removesuffix("es") if measure.endswith("ches") else measure.removesuffix("s")
    return f"{limit} {singular if limit == 1 else measure}"


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """What a module, a class or a function looks like. All keys that are given must hold; of several names, one."""

    named: Annotated[Globs, Weaker.SMALLER] = ()
    """Names: of classes and functions; of modules that of the file, without `.py`."""
    inherit: Annotated[Globs, Weaker.SMALLER] = ()
    """Classes: base classes, also those of bases in other files."""
    decorated_with: Annotated[Globs, Weaker.SMALLER] = ()
    """Classes, functions: decorators; with brackets, their arguments too: `dataclass(*frozen=True*)`."""
    be: Annotated[tuple[Modifier, ...], OneOrMany(empty=False), Weaker.ANY] = ()
    """Classes, functions: `class`, `function`, `method`, `async`, `top_level`, `public` or `private`; several: all.
    Variables, under `define`: `mutable`."""
    take: Annotated[Globs, Weaker.SMALLER] = ()
    """Types of parameters, also inside of others: `Session` in `list[Session]`, behind an alias, or as what one derives
    from."""
    return_: Annotated[Globs, Weaker.SMALLER] = ()
    """Types that are returned, likewise: those of the annotation, or else those that the `return` statements show."""
    raise_: Annotated[Raised | None, ShortFor("exceptions"), Weaker.PARTS] = None
    """Exceptions that are raised, and classes that they derive from, except `Exception` and `BaseException`; or a
    mapping with `exactly`."""
    catch: Annotated[Caught | None, ShortFor("exceptions"), Weaker.PARTS] = None
    """Exceptions that are caught, likewise; a bare `except:` catches `BaseException`; or a mapping with `unless`."""
    call: Annotated[Globs, Weaker.SMALLER] = ()
    """Functions, methods and classes that are called; with brackets, their arguments too: `open(*'w'*)`; the name of a
    component or a module stands for all that is defined in it."""
    fall_back: Annotated[Globs, Weaker.SMALLER] = ()
    """Calls whose missing result gives way to a literal: `os.getenv("KEY") or "x"`, `os.environ.get("KEY", "x")`, or
    `os.environ["KEY"]` in a `try` that catches the missing key."""
    exceed: Annotated[Size | None, Weaker.PARTS] = None
    """Sizes: `lines`, `parameters`, `members`, `branches` or `statements`."""


@dataclass(frozen=True, kw_only=True)
class Part(Criteria):
    """Something that stands directly in a module or a class; a name alone stands for `named`."""


@dataclass(frozen=True, kw_only=True)
class Shape(Criteria):
    """How a module, a class or a function looks, and what is in it; a name alone stands for `named`."""

    define: Annotated[tuple[Annotated[Part, ShortFor("named")], ...], OneOrMany(empty=False), Weaker.ANY] = ()
    """Modules, classes: what stands directly in them, imports left out; a name, or the other keys of this table."""


Selector: TypeAlias = Annotated[Shape, ShortFor("named")]


@dataclass(frozen=True, kw_only=True)
class Demand(Shape):
    """What a rule asks for, or forbids."""

    reside_in: Annotated[SomePatterns, Weaker.SMALLER] = ()
    """The modules where it stands; may use `<name>` of `modules`."""
    have: Annotated[SomePatterns, Weaker.SMALLER] = ()
    """Modules: other modules that there are for each, such as `tests.**.test_<module>`; `<module>` is its last name."""
