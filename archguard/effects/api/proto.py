"""Read proto files: the methods of services, and the fields of messages.

Only what is needed is parsed: comments and strings are dropped, then `package`, `message`, `service`, `rpc` and fields
are read with their blocks. Generated `_pb2` modules do not count: they may be older than the file.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import NoReturn

from archguard.codebase.syntax.source import MOST_BYTES
from archguard.dataclass import dataclass
from archguard.effects.api.endpoints import SpecificationError
from archguard.incremental.fingerprint import content
from archguard.model import Location

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_BLOCK = re.compile(r"\b(message|service|enum|oneof|extend)\s+([\w.]+)\s*\{")
_RPC = re.compile(r"\brpc\s+(\w+)\s*\(\s*(?:stream\s+)?([\w.]+)\s*\)\s*returns\s*\(\s*(?:stream\s+)?([\w.]+)\s*\)")
_FIELD = re.compile(
    r"^\s*(?:(?:repeated|optional|required)\s+)?(?:map\s*<[^>]*>|[\w.]+)\s+(\w+)\s*=\s*\d+", re.MULTILINE
)
_SKIPPED = frozenset([".git", ".venv", "venv", "node_modules", "__pycache__", ".tox", "site-packages"])


@dataclass(frozen=True)
class Rpc:
    """A remote procedure."""

    package: str
    service: str
    name: str
    request: str
    """The message that it takes, as written."""
    response: str
    location: Location

    def __str__(self) -> str:
        """The procedure as gRPC names it: `shop.Payments/Charge`."""
        return f"{self.package}.{self.service}/{self.name}" if self.package else f"{self.service}/{self.name}"


@dataclass(frozen=True)
class ProtoFile:
    """What one proto file declares."""

    path: str
    package: str
    rpcs: tuple[Rpc, ...]
    services: tuple[str, ...]
    messages: Mapping[str, frozenset[str]] = field(hash=False)
    """The fields of each message, by its name with those of the messages around it: `Order.Line`."""

    @property
    def stem(self) -> str:
        """The name without its ending: the module `payments_pb2` is made from `payments.proto`."""
        return Path(self.path).stem


def read_proto(text: str, path: str) -> ProtoFile:
    """Parse `text`, the content of the file `path`."""
    plain = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    found = _PACKAGE.search(plain)
    package = found[1] if found else ""
    messages: dict[str, frozenset[str]] = {}
    rpcs, services = list[Rpc](), list[str]()
    for kind, name, start, end in _blocks(plain, 0, len(plain), ""):
        if kind == "message":
            messages[name] = frozenset(_FIELD.findall(_without_inner_messages(plain[start:end])))
        elif kind == "service":
            services.append(name)
            rpcs += _rpcs(plain, (start, end), package, name, path)
    return ProtoFile(path, package, tuple(rpcs), tuple(services), messages)


def find_protos(root: Path, folder: str) -> tuple[ProtoFile, ...]:
    """The proto files below `folder`, a path relative to `root`.

    Raises:
        SpecificationError: a file or folder cannot be read.
    """
    found = []
    for where, folders, files in os.walk(root / folder, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted(files):
            if name.endswith(".proto"):
                path = Path(where, name)
                found.append(read_proto(_text(path), path.relative_to(root).as_posix()))
    return tuple(found)


def _text(path: Path) -> str:
    try:
        return content(str(path), MOST_BYTES).decode("utf-8", errors="replace")
    except OSError as error:
        _unreadable(error)


def _unreadable(error: OSError) -> NoReturn:
    raise SpecificationError(f"cannot read {error.filename}: {error.strerror}") from error


def _rpcs(text: str, block: tuple[int, int], package: str, service: str, path: str) -> Iterator[Rpc]:
    for found in _RPC.finditer(text, *block):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        yield Rpc(package, service, found[1], found[2], found[3], Location(path, line, column))


def _blocks(text: str, start: int, end: int, outer: str) -> Iterator[tuple[str, str, int, int]]:
    """The blocks between `start` and `end`, those inside of messages too: kind, name, begin and end of the content."""
    position = start
    while found := _BLOCK.search(text, position, end):
        close = _closing(text, found.end(), end)
        name = f"{outer}.{found[2]}" if outer else found[2]
        yield found[1], name, found.end(), close
        if found[1] == "message":
            yield from _blocks(text, found.end(), close, name)
        position = close


def _closing(text: str, start: int, end: int) -> int:
    depth = 1
    for found in re.compile(r"[{}]").finditer(text, start, end):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    return end


def _without_inner_messages(text: str) -> str:
    """`text` without nested messages and enums; fields of a `oneof` belong to the message."""
    kept, position = "", 0
    while found := _BLOCK.search(text, position):
        close = _closing(text, found.end(), len(text))
        kept += text[position : found.start()]
        if found[1] == "oneof":
            kept += text[found.end() : close]
        position = close + 1
    return kept + text[position:]
