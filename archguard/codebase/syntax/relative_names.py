"""Resolve relative module names."""

from archguard.model.names import ModuleName, parts_of


def absolute(module: ModuleName, level: int, package: ModuleName) -> str:
    """The absolute name of `module` after `level` dots in `package`; "" if it leaves the top-level package."""
    if level == 0:
        return module
    parents = parts_of(package) if package else []
    if level > len(parents):
        return ""
    return ".".join(parents[: len(parents) - level + 1] + ([module] if module else []))
