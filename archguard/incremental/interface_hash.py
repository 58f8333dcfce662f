"""What contracts about imports can see of a file: two files of one outline give the same report.

It holds too much rather than too little: all that a file does when it is imported, and every import statement with its
lines, its place and the branches around it. A file that may import dynamically, or that speaks to archguard, has none.
What is left out is what functions and methods do, and where all that stands which is no import.
"""

import ast
import warnings
from collections.abc import Iterator

ALL_OF_IT = (b"archguard:", b"import_module", b"__import__", b"def __getattr__", b"\f")
"""A file with one of these is looked at as a whole, by words rather than by what they mean."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def interface_hash(content: bytes) -> str:
    """A digest; "" where a file has to be looked at as a whole."""
    tree = parsed(content)
    try:
        return _digest("\n".join(_parts(tree, content.splitlines()))) if tree else ""
    except RecursionError:
        return ""


def parsed(content: bytes) -> ast.Module | None:
    """The statements of a file; None where it has to be looked at as a whole."""
    if any(word in content for word in ALL_OF_IT) or b"\r" in content.replace(b"\r\n", b""):
        return None
    try:
        content.decode("utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's, about the code
            return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _parts(tree: ast.Module, lines: list[bytes]) -> Iterator[str]:
    yield str(any(b"TYPE_CHECKING" in line for line in lines))
    waiting: list[tuple[ast.AST, str, bool]] = [(tree, "", False)]
    while waiting:
        node, around, is_inside = waiting.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            own = lines[node.lineno - 1 : node.end_lineno]
            yield f"{around} {ast.dump(node, include_attributes=True)} {own}"
        elif isinstance(node, ast.Global) or not is_inside:
            yield f"{around} {_told(node)}"
        if blocks := [*_blocks(node)]:
            is_definition = isinstance(node, _DEFINITIONS)
            told = type(node).__name__ if is_definition else _told(node)
            for name, block in blocks:
                inner = _digest(f"{around} {told} {name}")
                waiting.extend((child, inner, is_inside or is_definition) for child in block)


def _blocks(node: ast.AST) -> Iterator[tuple[str, list[ast.AST]]]:
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield name, block


def _told(node: ast.AST) -> str:
    """The statement `node` without the statements in it."""
    blocks = {name for name, _ in _blocks(node)}
    fields = ((name, value) for name, value in ast.iter_fields(node) if name not in blocks)
    return f"{type(node).__name__}({', '.join(f'{name}={_dump(value)}' for name, value in fields)})"


def _dump(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_dump, value))}]"
    return ast.dump(value) if isinstance(value, ast.AST) else repr(value)


def _digest(text: str) -> str:
    from hashlib import blake2b  # 5 ms, and few files are ever edited

    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
