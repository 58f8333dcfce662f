"""What a module or component is for, in the words of its authors."""

import ast

from archguard.codebase import Codebase, Pattern, SourceError
from archguard.config import Config


def purpose_of_module(codebase: Codebase, module: str) -> str:
    """The first paragraph of the docstring of `module`; "" if it has none."""
    try:
        docstring = ast.get_docstring(codebase.sources[module].tree) if module in codebase.sources else ""
    except SourceError:  # an error only where a contract needs the file
        return ""
    return " ".join((docstring or "").partition("\n\n")[0].split())


def purpose_of(config: Config, codebase: Codebase, name: str) -> str:
    """The description of the component `name`; else the docstring of its package, or of the package `name`."""
    if name not in config.components:
        return purpose_of_module(codebase, name)
    packages = codebase.anchors(Pattern(name))
    return config.components[name].description or (
        purpose_of_module(codebase, packages[0]) if len(packages) == 1 else ""
    )
