"""Match the path and method of a request to endpoints, segment by segment.

A literal segment of the request fits the same literal, or a parameter whose converter it satisfies. A hole fits a
parameter; against a literal it is only possible, and so is a hole that may stand for several segments. The names of
parameters never matter. A path that is all catch-all (`/{path:path}`) serves a single page application or a proxy, and
makes no request fit.
"""

import re
from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum
from functools import cache

from archguard.dataclass import dataclass
from archguard.effects.api.endpoints import ANY, UNKNOWN_PART, Endpoint
from archguard.effects.api.templates import Template

_PARAMETER = re.compile(r"\{(?P<name>[^{}:]*)(?::(?P<converter>[^{}]*))?\}")
_REGEX = re.compile(r"[*+?\[\]()\\|^$]")
"""What a path has only if it is a regular expression: it may match any number of segments."""
_CONVERTERS: Mapping[str, str] = {
    "int": r"-?\d+",
    "integer": r"-?\d+",
    "float": r"-?\d+(?:\.\d+)?",
    "number": r"-?\d+(?:\.\d+)?",
    "uuid": r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}",
    "slug": r"[-\w]+",
}
_PROXY_METHODS = 4
"""An endpoint that takes any rest of the path by so many methods is a proxy for another service."""


class Fit(IntEnum):
    """How well a path fits an endpoint."""

    NO = 0
    POSSIBLE = 1
    """If holes have certain values."""
    YES = 2


class Verdict(StrEnum):
    """What is known of a request."""

    FITS = "fits"
    NO_PATH = "path"
    NO_METHOD = "method"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Match:
    """The verdict on a request, with the endpoints that it is about."""

    verdict: Verdict
    endpoints: tuple[Endpoint, ...] = ()
    """What it fits; what has the path, for a wrong method; what it may be, for an unknown one."""
    differs_in_slash: bool = False
    """Whether it fits but for a slash at the end."""


def match(method: str, path: Template, endpoints: Iterable[Endpoint]) -> Match:
    """Find the endpoints among `endpoints` that a request of `path` by `method` reaches."""
    offered = tuple(endpoints)
    fits = {endpoint: fit(path, endpoint.path) for endpoint in offered if not is_catch_all(endpoint.path)}
    sure = _most_literal(endpoint for endpoint, how in fits.items() if how is Fit.YES)
    served = tuple(endpoint for endpoint in sure if takes(endpoint, method))
    if served:
        # Frameworks redirect from one to the other, or answer 404: it fits, and is remarked on.
        same_slash = tuple(it for it in served if not _differs_in_slash(path, it.path))
        return Match(Verdict.FITS, same_slash or served, differs_in_slash=not same_slash)
    possible = tuple(it for it, how in fits.items() if how is Fit.POSSIBLE and takes(it, method))
    proxies = tuple(it for it in offered if _is_proxy(it, offered) and (it in sure or is_catch_all(it.path)))
    has_unknown_part = any(UNKNOWN_PART in it.path for it in possible)
    if proxies or has_unknown_part or (possible and not sure):
        return Match(Verdict.UNKNOWN, possible or proxies)
    return Match(Verdict.NO_METHOD, sure) if sure else Match(Verdict.NO_PATH)


def takes(endpoint: Endpoint, method: str) -> bool:
    """Whether `endpoint` answers `method`; frameworks answer HEAD like GET, and OPTIONS themselves."""
    same = {"HEAD": ("HEAD", "GET")}.get(method, (method,))
    return endpoint.method in (ANY, *same) or (method == "OPTIONS" and endpoint.method != "WEBSOCKET")


def fit(path: Template, pattern: str) -> Fit:
    """How well `path` fits the path `pattern` of an endpoint; slashes at the end do not count."""
    requested, offered = path.segments(), segments(pattern)
    exact = _fit_in_order(requested, offered)
    if exact is not Fit.NO:
        return exact
    return Fit.POSSIBLE if _may_span(requested, offered) else Fit.NO


def segments(pattern: str) -> tuple[str, ...]:
    """The parts between slashes of the path of an endpoint; a slash in a converter does not separate."""
    return tuple(part for part in re.split(r"/(?![^{]*\})", pattern) if part)


def is_catch_all(pattern: str) -> bool:
    """Whether the path has no literal part, and a parameter that takes several segments."""
    parts = segments(pattern)
    return any(map(_is_rest, parts)) and all(_PARAMETER.fullmatch(part) for part in parts)


def literal_count(pattern: str) -> int:
    """How many of the segments of `pattern` are literal."""
    return sum(not _PARAMETER.search(part) for part in segments(pattern))


def _most_literal(endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    """The endpoints, those with the most literal segments first: frameworks prefer them, or want them first."""
    return tuple(sorted(endpoints, key=lambda endpoint: -literal_count(endpoint.path)))


def _is_proxy(endpoint: Endpoint, endpoints: tuple[Endpoint, ...]) -> bool:
    """Whether `endpoint` takes any rest of a path by many methods."""
    if not any(map(_is_rest, segments(endpoint.path))):
        return False
    methods = {other.method for other in endpoints if other.path == endpoint.path and other.handler == endpoint.handler}
    return ANY in methods or len(methods) >= _PROXY_METHODS


def _differs_in_slash(path: Template, pattern: str) -> bool:
    if not path.parts or not isinstance(path.parts[-1], str):
        return False
    return path.has_trailing_slash != (pattern.endswith("/") and bool(segments(pattern)))


def _fit_in_order(requested: tuple[Template, ...], offered: tuple[str, ...]) -> Fit:
    """The weakest fit of the pairs of segments; a parameter that takes several segments takes one or more."""
    best = Fit.YES
    for index, part in enumerate(offered):
        if _is_rest(part):
            rests = (
                _fit_in_order(requested[end:], offered[index + 1 :]) for end in range(index + 1, len(requested) + 1)
            )
            return min(best, max(rests, default=Fit.NO))
        if part == UNKNOWN_PART or _REGEX.search(_PARAMETER.sub("", part)):
            rests = (_fit_in_order(requested[end:], offered[index + 1 :]) for end in range(index, len(requested) + 1))
            return min(best, Fit.POSSIBLE, max(rests, default=Fit.NO))
        if index >= len(requested):
            return Fit.NO
        best = min(best, _fit_segment(requested[index], part))
        if best is Fit.NO:
            return best
    return best if len(requested) == len(offered) else Fit.NO


def _fit_segment(requested: Template, part: str) -> Fit:
    if requested.text is not None:
        return Fit.YES if _pattern(part).fullmatch(requested.text) else Fit.NO
    if _PARAMETER.fullmatch(part):
        return _fit_parameter(requested, part)
    if _PARAMETER.search(part):
        return Fit.POSSIBLE
    if not _regex_of(requested).fullmatch(part):
        return Fit.NO
    return Fit.YES if all(hole.fits_all for hole in requested.holes) else Fit.POSSIBLE


def _fit_parameter(requested: Template, part: str) -> Fit:
    """A hole may have any value, but what stands beside it must satisfy the converter of a number."""
    found = _PARAMETER.fullmatch(part)
    converter = (found["converter"] or "") if found else ""
    known = "".join(text for text in requested.parts if isinstance(text, str))
    return Fit.NO if converter in ("int", "integer") and known and not known.isdigit() else Fit.YES


def _may_span(requested: tuple[Template, ...], offered: tuple[str, ...]) -> bool:
    """Whether the paths fit if a hole stands for several segments."""
    if not any(segment.text is None for segment in requested):
        return False

    @cache
    def fits(left: int, right: int) -> bool:
        if left == len(requested):
            return right == len(offered) or (right + 1 == len(offered) and offered[right] == UNKNOWN_PART)
        segment = requested[left]
        if segment.text is None and not segment.has_text:
            return any(fits(left + 1, end) for end in range(right + 1, len(offered) + 1))
        if right == len(offered):
            return False
        return _fit_segment(segment, offered[right]) is not Fit.NO and fits(left + 1, right + 1)

    return fits(0, 0)


def _is_rest(part: str) -> bool:
    """Whether `part` is a parameter that takes several segments."""
    return any(_converter_of(found) in ("path", "rest", ".*", ".+") for found in _PARAMETER.finditer(part))


def _converter_of(found: re.Match[str]) -> str:
    return (found["converter"] or "").partition("(")[0]


@cache
def _pattern(part: str) -> re.Pattern[str]:
    """The values that the segment `part` takes."""
    regex, end = "", 0
    for found in _PARAMETER.finditer(part):
        regex += re.escape(part[end : found.start()]) + f"(?:{_CONVERTERS.get(_converter_of(found), '[^/]+')})"
        end = found.end()
    return re.compile(regex + re.escape(part[end:]))


def _regex_of(segment: Template) -> re.Pattern[str]:
    return re.compile("".join(re.escape(part) if isinstance(part, str) else ".*" for part in segment.parts))
