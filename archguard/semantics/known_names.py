"""Names that inference knows: annotations, decorators and functions of Python and of frameworks.

The names themselves are in `known_names.toml`. What the classes of libraries return is data of `effects/catalogue/`,
which gives it to the semantic model as `ExternalModels`.
"""

from typing import TypeAlias

from archguard.codebase.package_data import load_package_data
from archguard.dataclass import dataclass

Words: TypeAlias = frozenset[str]


@dataclass(frozen=True, kw_only=True)
class AnnotationNames:
    """Names in annotations, by their last part."""

    transparent: Words
    """What stands for its argument: `Optional[Session]` for a `Session`."""
    uninformative: Words
    """What says nothing about an instance."""
    typing_modules: Words
    """The modules that define those."""
    providers: Words
    """Functions and markers that inject what their argument returns: `Depends(get_session)`."""
    yielding: Words
    """What yields its argument, to a `for` or a `with`."""


@dataclass(frozen=True, kw_only=True)
class ClassNames:
    """Names of base classes and decorators."""

    transparent_bases: Words
    """Base classes without attributes that matter: a class that extends them is known all the same."""
    property_decorators: Words
    """Decorators that make an attribute of a method, by their last part."""
    context_manager_decorators: Words
    """Decorators that make a context manager of a generator, by their last part."""


@dataclass(frozen=True, kw_only=True)
class StringNames:
    """Functions and methods whose result is a string that is known if an argument is."""

    preserving_methods: Words
    """Methods that return their receiver, apart from case, whitespace and encoding; `replace` approximately."""
    preserving_functions: Words
    """Functions that return their only positional argument, changed in case or indentation at most, or wrapped."""
    default_second: Words
    """Functions that return their second argument, or the keyword `default`, if a setting is missing."""
    default_keyword: Words
    """Further functions with a keyword `default`."""


@dataclass(frozen=True, kw_only=True)
class AppConfigNames:
    """Methods of the `config` of an application."""

    from_object: Words
    """Methods that read a class or a module."""
    from_arguments: Words
    """Methods that read keywords or a mapping."""


@dataclass(frozen=True, kw_only=True)
class FunctionNames:
    """Functions of the standard library."""

    iterating: Words
    """Functions that return what they iterate over, one by one, in groups or put through a function."""


@dataclass(frozen=True, kw_only=True)
class KnownNames:
    """All names that inference knows."""

    annotations: AnnotationNames
    """Names in annotations, by their last part."""
    classes: ClassNames
    """Names of base classes and decorators."""
    strings: StringNames
    """Functions and methods whose result is a string that is known if an argument is."""
    app_config: AppConfigNames
    """Methods of the `config` of an application."""
    functions: FunctionNames
    """Functions of the standard library."""


KNOWN_NAMES = load_package_data(KnownNames, "archguard.semantics", "known_names.toml")
"""Loaded with the semantic model, which no check of imports alone imports."""
