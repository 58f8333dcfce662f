"""Resolve relative module names."""


def absolute(module: str, level: int, package: str) -> str:
    """The absolute name of `module` after `level` dots in `package`; "" if it leaves the top-level package."""
    if level == 0:
        return module
    parents = package.split(".") if package else []
    if level > len(parents):
        return ""
    return ".".join(parents[: len(parents) - level + 1] + ([module] if module else []))
