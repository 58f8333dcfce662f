"""Hash what contracts about imports depend on in a file: files with the same interface hash give the same report.

The hash covers every statement outside of functions and classes, their headers, every `global`, and every import
statement with its source lines, its position and the branches around it. It leaves out all else in the bodies of
functions and classes, comments, and the positions of other statements. In doubt it covers too much, not too little.

A file with a dynamic import, a module-level `__getattr__`, a comment for archguard or a syntax error has no
hash. Cost: one parse per file; so only files that are being edited get one.
"""

import ast
import warnings
from collections.abc import Iterator

from archguard.incremental.fingerprint import content_digest

NEEDS_FULL_SCAN = frozenset((b"archguard:", b"import_module", b"__import__", b"def __getattr__", b"\f"))
"""A full scan searches files for these words, in comments and strings too, so a syntax tree is not enough."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def interface_hash(content: bytes) -> str:
    """A digest; "" if the file needs a full scan."""
    tree = parsed(content)
    try:
        return _digest("\n".join(_parts(tree, content.splitlines()))) if tree else ""
    except RecursionError:
        return ""


def parsed(content: bytes) -> ast.Module | None:
    """The syntax tree of a file; None if it needs a full scan."""
    if any(word in content for word in NEEDS_FULL_SCAN) or b"\r" in content.replace(b"\r\n", b""):
        return None
    try:
        content.decode("utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's own warnings about the code
            return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _parts(tree: ast.Module, lines: list[bytes]) -> Iterator[str]:
    # Contracts may exclude imports below it, and the word is searched in the whole file.
    yield str(any(b"TYPE_CHECKING" in line for line in lines))
    stack: list[tuple[ast.AST, str, bool]] = [(tree, "", False)]
    while stack:
        node, branches, in_definition = stack.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            own = lines[node.lineno - 1 : node.end_lineno]
            yield f"{branches} {ast.dump(node, include_attributes=True)} {own}"
        elif isinstance(node, ast.Global) or not in_definition:
            yield f"{branches} {_header(node)}"
        if blocks := [*_blocks(node)]:
            is_definition = isinstance(node, _DEFINITIONS)
            # The name of a function does not matter to the imports in it, but the condition of an `if` around them
            # does.
            header = type(node).__name__ if is_definition else _header(node)
            for name, block in blocks:
                inner_branches = _digest(f"{branches} {header} {name}")
                stack.extend((child, inner_branches, in_definition or is_definition) for child in block)


def _blocks(node: ast.AST) -> Iterator[tuple[str, list[ast.AST]]]:
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield name, block


def _header(node: ast.AST) -> str:
    """A dump of the statement `node` without the statements nested in it."""
    blocks = {name for name, _ in _blocks(node)}
    fields = ((name, value) for name, value in ast.iter_fields(node) if name not in blocks)
    return f"{type(node).__name__}({', '.join(f'{name}={_dump(value)}' for name, value in fields)})"


def _dump(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_dump, value))}]"
    return ast.dump(value) if isinstance(value, ast.AST) else repr(value)


def _digest(text: str) -> str:
    return content_digest(text.encode("utf-8", "surrogatepass"))
