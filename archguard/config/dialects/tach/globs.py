"""The wildcards of tach: gitignore patterns for paths, and globs for modules.

A glob is translated to a regular expression once and memoized.
"""

import re
from dataclasses import field
from functools import cache, cached_property
from pathlib import Path

from archguard.codebase import Expression, ExpressionError
from archguard.dataclass import dataclass
from archguard.incremental.fingerprint import content
from archguard.incremental.input_recorder import is_file

_WILD = re.compile(r"(?<!\\)[*?\[\]{}]")


def is_glob(text: str) -> bool:
    """Whether `text` has wildcards."""
    return bool(_WILD.search(text))


@dataclass(frozen=True)
class ModuleGlob:
    """A module path with or without wildcards: `libs.*`, `libs.**`, `libs.a`."""

    text: str

    def matches(self, module: str) -> bool:
        """Whether it matches `module`."""
        return _matches(self._path, module.replace(".", "/")) if is_glob(self.text) else self.text == module

    @property
    def _path(self) -> str:
        path = self.text.replace(".", "/")
        # `libs.**` of tach matches `libs` itself, which the same glob for paths does not.
        return path.removesuffix("/**") + "{,/**}" if path.endswith("/**") else path


def matches_text(glob: str, text: str) -> bool:
    """Whether `glob` matches `text`; its `*` also matches dots."""
    return _matches(glob, text)


def is_wrong(glob: str) -> bool:
    """Whether its wildcards are invalid, such as `[z-a]`; it matches nothing then."""
    return _expression(glob) is None


@dataclass
class PathRules:
    """The rules of `exclude` and of all `.gitignore` files for the paths below `root`."""

    root: Path
    exclude: tuple[str, ...]
    ignores: bool
    """Whether `.gitignore` counts."""
    _rules: dict[str, list["_Rule"]] = field(default_factory=dict)
    _folders: dict[str, str] = field(default_factory=dict)
    """Memoized: the topmost excluded folder for each folder, which most files share."""

    def topmost(self, path: str) -> str:
        """The topmost excluded folder above the file `path`; `path` if only it is excluded; "" if neither is."""
        above = self._topmost_folder(path.rpartition("/")[0])
        return above or (path if self._is_out(path, is_folder=False) else "")

    def _topmost_folder(self, folder: str) -> str:
        if folder and folder not in self._folders:
            above = self._topmost_folder(folder.rpartition("/")[0])
            self._folders[folder] = above or (folder if self._is_out(folder, is_folder=True) else "")
        return self._folders.get(folder, "")

    def _is_out(self, path: str, *, is_folder: bool) -> bool:
        # `exclude` of tach has no order: unlike in a `.gitignore`, a later negation brings nothing back.
        if any(rule.matches(path, is_folder=is_folder) and not rule.includes for rule in self._own):
            return True
        found = [
            rule
            for folder in _above(path)
            for rule in self._rules_in(folder)
            if rule.matches(path.removeprefix(f"{folder}/"), is_folder=is_folder)
        ]
        # As in git, the last rule that matches wins, and files of inner folders come after those of outer ones.
        return bool(found) and not found[-1].includes

    @cached_property
    def _own(self) -> list["_Rule"]:
        return [_Rule.of(text) for text in self.exclude]

    def _rules_in(self, folder: str) -> list["_Rule"]:
        if folder not in self._rules:
            file = self.root / folder / ".gitignore"
            lines = content(str(file)).decode(errors="replace").splitlines() if _counts(self, file) else []
            self._rules[folder] = [_Rule.of(line) for line in lines if line.strip() and not line.startswith("#")]
        return self._rules[folder]


def _above(path: str) -> list[str]:
    """The folders above `path`, from the root ("") downwards."""
    steps = path.split("/")
    return ["/".join(steps[:depth]) for depth in range(len(steps))]


def _counts(rules: PathRules, file: Path) -> bool:
    return rules.ignores and is_file(file)


@dataclass(frozen=True)
class _Rule:
    """A line of a `.gitignore`."""

    glob: str
    includes: bool
    """Whether it is a negation (`!`), which includes what earlier rules exclude."""
    folders_only: bool

    @classmethod
    def of(cls, line: str) -> "_Rule":
        text = line.strip()
        includes, text = text.startswith("!"), text.removeprefix("!")
        folders_only, text = text.endswith("/"), text.rstrip("/")
        # As in git: a slash at the beginning or in the middle ties the pattern to the folder of its file; one at the
        # end, which is cut above, does not.
        anchored = "/" in text
        text = text.lstrip("/") if anchored else f"**/{text}"
        return cls(text, includes, folders_only)

    def matches(self, path: str, *, is_folder: bool) -> bool:
        return (is_folder or not self.folders_only) and _matches(self.glob, path)


_PIECES = re.compile(
    r"(?P<start>^\*\*/)|(?P<middle>/\*\*/)|(?P<end>/\*\*(?=[,}]|$))|(?P<all>^\*\*$)|(?P<stars>\*+)|(?P<one>\?)"
    r"|\[(?P<not>[!^]?)(?P<set>[^\]]+)\]|(?P<open>\{)|(?P<close>\})|(?P<comma>,)|\\(?P<escaped>.)|(?P<text>.)",
    re.DOTALL,
)


def _matches(glob: str, text: str) -> bool:
    expression = _expression(glob)
    return expression is not None and expression.matches(text)


@cache
def _expression(glob: str) -> Expression | None:
    try:
        return Expression.parse(_regex(glob))
    except ExpressionError:
        return None


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
