"""The wildcards of tach: those of paths, as git has them, and those of modules."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from archguard.snapshot.journal import is_file
from archguard.snapshot.state import content

_WILD = re.compile(r"(?<!\\)[*?\[\]{}]")


def is_glob(text: str) -> bool:
    """Whether it has wildcards."""
    return bool(_WILD.search(text))


@dataclass(frozen=True)
class ModuleGlob:
    """`libs.*`, `libs.**`: the modules that a path with wildcards means, or the one that a path without any names."""

    text: str

    def matches(self, module: str) -> bool:
        """Whether it means `module`."""
        return bool(self._regex.fullmatch(module.replace(".", "/"))) if is_glob(self.text) else self.text == module

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        path = self.text.replace(".", "/")
        own_too = path.removesuffix("/**") + "{,/**}" if path.endswith("/**") else path
        return re.compile(_regex(own_too))


def matches_text(glob: str, text: str) -> bool:
    """Whether `text` looks like `glob`, of which `*` stands for dots too."""
    return bool(re.fullmatch(_regex(glob), text))


@dataclass
class PathRules:
    """What `exclude` and the files `.gitignore` say of the paths below `root`."""

    root: Path
    exclude: tuple[str, ...]
    ignores: bool
    """Whether `.gitignore` counts."""
    _rules: dict[PurePosixPath, list["_Rule"]] = field(default_factory=dict)

    def topmost(self, path: str) -> str:
        """`path` (of a file, relative to the root) or the folder above it that is left out first; "" if none is."""
        steps = [PurePosixPath(path), *PurePosixPath(path).parents][-2::-1]
        return next((str(step) for step in steps if self._is_out(step, is_folder=str(step) != path)), "")

    def _is_out(self, path: PurePosixPath, *, is_folder: bool) -> bool:
        own = [_Rule.of(text) for text in self.exclude]
        if any(rule.matches(path, is_folder=is_folder) and not rule.includes for rule in own):
            return True
        found = [
            rule
            for folder in path.parents[::-1]
            for rule in self._rules_in(folder)
            if rule.matches(path.relative_to(folder), is_folder=is_folder)
        ]
        return bool(found) and not found[-1].includes

    def _rules_in(self, folder: PurePosixPath) -> list["_Rule"]:
        if folder not in self._rules:
            file = self.root / folder / ".gitignore"
            lines = content(str(file)).decode(errors="replace").splitlines() if _counts(self, file) else []
            self._rules[folder] = [_Rule.of(line) for line in lines if line.strip() and not line.startswith("#")]
        return self._rules[folder]


def _counts(rules: PathRules, file: Path) -> bool:
    return rules.ignores and is_file(file)


@dataclass(frozen=True)
class _Rule:
    """A line of a `.gitignore`."""

    regex: re.Pattern[str]
    includes: bool
    """Whether it takes back what others leave out."""
    folders_only: bool

    @classmethod
    def of(cls, line: str) -> "_Rule":
        text = line.strip()
        includes, text = text.startswith("!"), text.removeprefix("!")
        folders_only, text = text.endswith("/"), text.rstrip("/")
        anchored = "/" in text
        text = text.lstrip("/") if anchored else f"**/{text}"
        return cls(re.compile(_regex(text)), includes, folders_only)

    def matches(self, path: PurePosixPath, *, is_folder: bool) -> bool:
        return (is_folder or not self.folders_only) and bool(self.regex.fullmatch(str(path)))


_PIECES = re.compile(
    r"(?P<start>^\*\*/)|(?P<middle>/\*\*/)|(?P<end>/\*\*(?=[,}]|$))|(?P<all>^\*\*$)|(?P<stars>\*+)|(?P<one>\?)"
    r"|\[(?P<not>[!^]?)(?P<set>[^\]]+)\]|(?P<open>\{)|(?P<close>\})|(?P<comma>,)|\\(?P<escaped>.)|(?P<text>.)",
    re.DOTALL,
)


def _regex(glob: str) -> str:
    depth, regex = 0, ""
    for piece in _PIECES.finditer(glob):
        depth += (piece.lastgroup == "open") - (piece.lastgroup == "close")
        regex += _piece(piece, depth)
    return regex


def _piece(piece: re.Match[str], depth: int) -> str:
    if piece["set"]:
        return f"[{'^' if piece['not'] else ''}{piece['set']}]"
    fixed = {
        "start": "(?:.*/)?",
        "middle": "/(?:.*/)?",
        "end": "/.*",
        "all": ".*",
        "stars": "[^/]*",
        "one": "[^/]",
        "open": "(?:",
        "close": ")",
        "comma": "|" if depth else ",",
    }
    return fixed.get(piece.lastgroup or "") or re.escape(piece["escaped"] or piece["text"])
