"""What the configuration says of the code as a whole: where it is, and which parts of it have names."""

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from archguard.codebase.coercion import Shorthand
from archguard.codebase.modules.pattern import Names, Patterns, SomePatterns
from archguard.codebase.strictness import Weaker
from archguard.dataclass import dataclass
from archguard.model import Severity


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How much of the code the contracts must look at."""

    unassigned: Annotated[Severity | Literal["ignore"], Weaker.LATER] = "ignore"
    """How a module that no contract looks at is reported."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """Where the code is, and which of it is looked at."""

    source_roots: Annotated[Names, Weaker.CODE] = ()
    """Folders that hold top-level packages, relative to the configuration; by default `src` if it has any, else `.`."""
    packages: Annotated[Names, Weaker.CODE] = ()
    """Top-level packages (or modules) to look at; by default every one below the source roots."""
    exclude: Annotated[Patterns, Weaker.LARGER] = ()
    """Modules that are left out, with all below them."""
    excluded_imports: Annotated[Literal["nearest", "top-level"], Weaker.ANY] = "nearest"
    """What an import of an excluded module counts for: the nearest package around it, or the top-level one."""
    type_checking_imports: Annotated[Literal["include", "exclude"], Weaker.LATER] = "include"
    """Whether imports under `if TYPE_CHECKING:` count; a contract may say otherwise."""
    reexports: Annotated[Literal["follow", "keep"], Weaker.ANY] = "follow"
    """Whether `from package import name` counts as an import of the module that defines `name`, or of the package."""
    vacuous_contracts: Annotated[Literal["error", "warning"], Weaker.LATER] = "error"
    """How a contract that no code could ever break is reported."""
    coverage: Annotated[Coverage, Weaker.PARTS] = field(default_factory=Coverage)
    """How much of the code the contracts must look at."""


@dataclass(frozen=True, kw_only=True)
class Component(Shorthand):
    """A named set of modules."""

    modules: Annotated[SomePatterns, Weaker.ANY]
    """Patterns; a module belongs to the component if any of them matches."""
    except_: Annotated[Patterns, Weaker.ANY] = ()
    """Modules that are left out of it again."""
    description: Annotated[str, Weaker.NEVER] = ""
    """What the component is for; shown by `explain` and in diagrams."""

    @classmethod
    def expand(cls, short: object) -> Mapping[str, object]:
        """Its modules alone."""
        return {"modules": short}


@dataclass(frozen=True, kw_only=True)
class Service:
    """A part of the repository that is deployed by itself; its modules are written `name::module`."""

    root: Annotated[str, Weaker.CODE] = ""
    """Its source root, relative to the configuration."""
    packages: Annotated[Names, Weaker.CODE] = ()
    """Its top-level packages (or modules); by default every one below its root."""
    modules: Annotated[Patterns, Weaker.CODE] = ()
    """Its modules, when it shares a source root with others."""
    hosts: Annotated[Names, Weaker.SMALLER] = ()
    """The hosts that it answers on."""
    tables: Annotated[Names, Weaker.SMALLER] = ()
    """The database tables that it owns; `*` stands for any text."""
    topics: Annotated[Names, Weaker.SMALLER] = ()
    """The topics, queues and task names that it consumes; `*` stands for any text."""
    public: Annotated[Patterns, Weaker.LARGER] = ()
    """The modules that other services may import."""
