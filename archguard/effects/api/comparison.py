"""Compare requests with what their providers offer: path, method, the slash at the end, the fields of the body.

Several requests of one call site are alternatives. One that cannot be resolved says nothing. A finding needs one that
the code can certainly send and that does not fit, or that none of them fits.
"""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from fnmatch import fnmatchcase

from archguard.dataclass import dataclass
from archguard.effects.api.body_models import BodyModels
from archguard.effects.api.clients import PUBLISH
from archguard.effects.api.endpoints import CONSUME, BodyModel, Endpoint, Offer
from archguard.effects.api.matching import Match, Verdict, match
from archguard.effects.api.requests import PlacedBody, Request, RequestSite
from archguard.effects.api.templates import Template


class Fault(StrEnum):
    """What does not fit."""

    PATH = "path"
    METHOD = "method"
    SLASH = "slash"
    MISSING_FIELD = "missing field"
    UNKNOWN_FIELD = "unknown field"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Mismatch:
    """A request, or its body, that does not fit what the provider offers."""

    fault: Fault
    request: Request
    endpoints: tuple[Endpoint, ...] = ()
    """What has the path, for a wrong method; what takes the body; for a path that there is not, similar ones."""
    body: PlacedBody | None = None
    model: BodyModel | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Compares requests with `offers`."""

    offers: Mapping[str, Offer]
    body_models: BodyModels

    def of(self, site: RequestSite) -> tuple[tuple[Mismatch, ...], tuple[Endpoint, ...], bool]:
        """The mismatches of `site`, the endpoints that it reaches or may reach, and whether something is unknown."""
        matches = [(request, self._match(request)) for request in site.requests]
        known = [(request, found) for request, found in matches if found.verdict is not Verdict.UNKNOWN]
        reached = tuple(endpoint for _, found in matches for endpoint in found.endpoints)
        wrong = [(request, found) for request, found in known if found.verdict is not Verdict.FITS]
        certain = [(request, found) for request, found in wrong if request.is_certain]
        # None of the alternatives fits, so that whichever the code sends is wrong; unless there are others.
        if len(wrong) == len(matches) and wrong and not site.is_partial:
            certain = certain or wrong[:1]
        if certain:
            return tuple(self._mismatch(*item) for item in certain), reached, False
        fitting = [(request, found) for request, found in known if found.verdict is Verdict.FITS]
        faults = (*self._slashes(fitting, matches), *self._fields(site, fitting, matches))
        return faults, reached, not known

    def _match(self, request: Request) -> Match:
        """The best match among the services that may answer: one that has the route is enough."""
        offers = [self.offers[name] for name in request.target.services if name in self.offers]
        is_message = request.method == PUBLISH
        offered = (endpoint for offer in offers for endpoint in offer.endpoints)
        endpoints = [endpoint for endpoint in offered if (endpoint.method == CONSUME) is is_message]
        if is_message:
            return _match_topic(request.target.path, endpoints)
        if not endpoints or not _is_known(request.target.path):
            return Match(Verdict.UNKNOWN)
        found = match(request.method, request.target.path, endpoints)
        is_open = any(_may_be_below(request.target.path, path) for offer in offers for path in offer.unresolved)
        # The routes of the provider are not all known: one that is not seen may be what is called.
        if found.verdict is not Verdict.FITS and (is_open or _may_be_implicit(request.target.path, endpoints)):
            return Match(Verdict.UNKNOWN, found.endpoints)
        return found

    def _mismatch(self, request: Request, found: Match) -> Mismatch:
        if found.verdict is Verdict.NO_METHOD:
            return Mismatch(Fault.METHOD, request, found.endpoints)
        return Mismatch(Fault.PATH, request, tuple(self._similar(request)))

    def _similar(self, request: Request) -> Iterator[Endpoint]:
        """The endpoint whose path is most like that of `request`."""
        offered = {
            endpoint.path: endpoint
            for name in request.target.services
            for endpoint in (self.offers[name].endpoints if name in self.offers else ())
            if not endpoint.is_implicit
        }
        yield from (offered[path] for path in get_close_matches(str(request.target.path), sorted(offered), 1, 0.7))

    def _slashes(
        self, fitting: list[tuple[Request, Match]], matches: list[tuple[Request, Match]]
    ) -> Iterator[Mismatch]:
        if fitting and len(fitting) == len(matches) and all(found.differs_in_slash for _, found in fitting):
            request, found = fitting[0]
            yield Mismatch(Fault.SLASH, request, found.endpoints[:1])

    def _fields(
        self, site: RequestSite, fitting: list[tuple[Request, Match]], matches: list[tuple[Request, Match]]
    ) -> Iterator[Mismatch]:
        """The bodies that no request of `site` takes; each is judged where it stands."""
        # Which body goes with which request is not known; while some request is in doubt, so is what takes the body.
        if len(fitting) != len(matches):
            return
        places = {body.location for body in site.bodies}
        for place in sorted(places):
            bodies = [body for body in site.bodies if body.location == place]
            results = [list(self._body_faults(request, found, body)) for request, found in fitting for body in bodies]
            if results and all(results):
                yield from results[0]

    def _body_faults(self, request: Request, found: Match, placed: PlacedBody) -> Iterator[Mismatch]:
        endpoint = found.endpoints[0]
        model = self.body_models.of(endpoint)
        body = placed.body
        if not model or model.is_list != body.is_list:
            return
        missing = sorted(model.required - body.keys - body.optional)
        unknown = sorted((body.keys | body.optional) - model.required - model.optional)
        if missing:
            yield Mismatch(Fault.MISSING_FIELD, request, (endpoint,), placed, model, tuple(missing))
        is_open = model.extra == "allow" or (endpoint.method == CONSUME and model.extra != "forbid")
        if unknown and not is_open:  # consumers of events take what they know
            yield Mismatch(Fault.UNKNOWN_FIELD, request, (endpoint,), placed, model, tuple(unknown))


def consumers_of(topic: Template, offers: Iterable[Offer]) -> tuple[str, ...]:
    """The services whose code consumes `topic`, or declares a task of that name."""
    return tuple(
        offer.service
        for offer in offers
        if _match_topic(topic, [it for it in offer.endpoints if it.method == CONSUME]).verdict is Verdict.FITS
    )


def _match_topic(topic: Template, consumed: list[Endpoint]) -> Match:
    """The consumers of `topic`, of which it may match a pattern: `orders.*`."""
    if topic.text is None or not consumed:
        return Match(Verdict.UNKNOWN)
    name, _, kind = topic.text.partition("#")
    # AMQP's patterns: `#` stands for any number of words.
    same = [it for it in consumed if fnmatchcase(name, it.path.partition("#")[0].replace("#", "*"))]
    kinds = {it.path.partition("#")[2] for it in same} - {""}
    served = [it for it in same if not kind or not kinds or it.path.partition("#")[2] == kind]
    return Match(Verdict.FITS, tuple(served)) if served else Match(Verdict.NO_PATH)


def uncalled(offers: Iterable[Offer], reached: frozenset[Endpoint]) -> Iterator[Endpoint]:
    """Yield the endpoints that no request reaches or may reach."""
    for offer in offers:
        yield from (endpoint for endpoint in offer.endpoints if endpoint not in reached and not endpoint.is_implicit)


def _is_known(path: Template) -> bool:
    """Whether a segment of `path` is known: one of holes alone could be anything."""
    found = path.segments()
    return not found or any(segment.has_text for segment in found)


def _may_be_implicit(path: Template, endpoints: list[Endpoint]) -> bool:
    """Whether `path` ends as a route that a framework makes: an application may have moved it."""
    last = path.segments()[-1:]
    return any(last and last[0].text == it.path.rpartition("/")[2] for it in endpoints if it.is_implicit)


def _may_be_below(path: Template, prefix: str) -> bool:
    """Whether `path` may be below `prefix`, whose parameters may have any value."""
    first = path.parts[0] if path.parts else ""
    known = prefix.split("{", maxsplit=1)[0].rstrip("/")
    return not known or (isinstance(first, str) and (first.startswith(known) or known.startswith(first)))
