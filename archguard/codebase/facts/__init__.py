"""What one file says, a fact a file. The only door to `ast`."""

from archguard.codebase.facts.imports import Import, ImportTrait

__all__ = ["Import", "ImportTrait"]
