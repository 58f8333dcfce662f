"""Relative module names made absolute."""


def absolute(module: str, level: int, package: str) -> str:
    """`module` after `level` dots as an absolute name; "" if that leads out of the top-level package."""
    if level == 0:
        return module
    parents = package.split(".") if package else []
    if level > len(parents):
        return ""
    return ".".join(parents[: len(parents) - level + 1] + ([module] if module else []))
