"""The HTTP requests of a project: each with its method, its target and the keys of its body.

How it works: a client call (`session.post(url)`, `func(url)` for a function taken from a mapping) is evaluated in the
function around it. If its method, its base or a part of its path is a parameter, that function is a wrapper: the
request is evaluated again for each of its call sites, level by level, and reported at the outermost call at which
method and path are concrete. A parameter that call sites fill with ids only leaves the path concrete. The body may be
known further out still, so that its own place is kept.

Limits: `_MAX_WRAPPERS` levels. Cost: one evaluation for each client call and call site of its wrappers.
"""

import ast
from collections.abc import Iterator
from dataclasses import replace

from archguard.codebase import Source
from archguard.codebase.modules.namespace import is_test
from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.api.bodies import Bodies, Body, BodyKeys
from archguard.effects.api.callers import Callers, overridden_request
from archguard.effects.api.clients import (
    GET,
    PUBLISH,
    SendingCall,
    client_class,
    client_packages,
    sending_call,
    sending_words,
)
from archguard.effects.api.evaluator import NO_CALL, TemplateEvaluator
from archguard.effects.api.frames import Arguments, Frame, Placed, arguments, frame_of, implicit_count
from archguard.effects.api.targets import Target, Targets
from archguard.effects.api.templates import Alternatives, Hole, Template, either, joined, unknown
from archguard.effects.tracing import has_any
from archguard.model import Location
from archguard.semantics import SemanticModel, Type, qualified_name
from archguard.semantics.recorded import recorded

_MAX_WRAPPERS = 6
"""How many levels of wrappers are followed: labelled projects have up to four."""


@dataclass(frozen=True)
class Request:
    """One request that a call site may send."""

    method: str
    target: Target
    is_certain: bool = True
    """Whether the code can send it; not if several choices are combined that may depend on each other."""


@dataclass(frozen=True)
class PlacedBody:
    """A body, at the call that passes it."""

    body: BodyKeys
    location: Location
    module: str


@dataclass(frozen=True)
class RequestSite:
    """A call that sends requests: one, or one of several."""

    location: Location
    module: str
    symbol: str
    """The client call, and the wrappers around it."""
    requests: tuple[Request, ...] = ()
    """Empty if method, service or path cannot be resolved."""
    bodies: tuple[PlacedBody, ...] = ()
    """The bodies, each a possible one; several places pass them if they come through a wrapper."""
    has_unknown_body: bool = False
    is_outside: bool = False
    """Whether every URL leads to a host of no service."""
    is_partial: bool = False
    """Whether it may send others, to a service that is not known or outside."""


@dataclass(frozen=True)
class _Variants:
    requests: tuple[Request, ...]
    needs: tuple[Binding, ...]
    """The parameters without which method or target are not concrete."""
    bases: tuple[Binding, ...]
    """Those of them that are only the base of a URL whose path is concrete."""
    is_outside: bool
    is_partial: bool
    body: Placed | None
    is_encoded: bool
    """Whether the client encodes the body as JSON."""
    forwarded: tuple[Binding, ...]
    """`**kwargs` in which the body may be."""


@dataclass(frozen=True, eq=False)
class Requests:
    """Finds the requests in the code of `callers`."""

    model: SemanticModel
    callers: Callers
    evaluator: TemplateEvaluator
    targets: Targets

    def of(self, source: Source) -> Iterator[RequestSite]:
        """Yield the call sites of the client calls in `source`, also those in other modules, each once."""
        if is_test(source.module):
            return
        for name, calls in self.callers.calls_in(source).items():
            for call, at in calls:
                if self._may_request(name, call, at, source):
                    yield from self._sites(call, at, None, 0)

    def _may_request(self, name: str, call: ast.Call, at: Position, source: Source) -> bool:
        """Whether it is a client call; a name that is no verb may be bound to one where a client is imported."""
        # Names first: nearly all calls are ruled out without inferring a type.
        if name not in sending_words() and not (
            isinstance(call.func, ast.Name | ast.Call | ast.Subscript) and has_any(source, client_packages())
        ):
            return False
        func = call.func
        match func:
            case ast.Call(func=ast.Name(id="getattr"), args=[owner, *_]):  # the name of the method may be an argument
                func = ast.Attribute(value=owner, attr="get", ctx=ast.Load())
        types = self._types(func, at)
        if any(overridden_request(self.model, value) for value in types):
            return False  # found as a call of the method `request` of its class
        return any(map(sending_call, map(qualified_name, types)))

    def _types(self, func: ast.expr, at: Position) -> tuple[Type, ...]:
        return self.model.infer(func, at) or self.evaluator.callees(func, at, None)[0]

    def _sites(self, call: ast.Call, at: Position, frame: Frame | None, depth: int) -> Iterator[RequestSite]:
        found = self._variants(call, at, frame)
        # `get(f"{self.base}/orders")`: which service it is depends on the caller, what is called there does not. So it
        # is one request in this place, and not one for each caller.
        if found.needs and set(found.needs) <= set(found.bases):
            found = self._with_bases_of_callers(call, at, frame, found, depth)
        elif found.needs and depth < _MAX_WRAPPERS:
            sites = self._outer_frames(found.needs[0].at.scope, frame)
            for outer in sites:
                yield from self._sites(call, at, outer, depth + 1)
            if sites:
                return
            if not frame_of(frame, found.needs[0].at.scope):
                # Nobody calls the wrapper: its parameters have their defaults, or stay unknown.
                yield from self._sites(call, at, _extended(frame, _without_call(found.needs[0].at.scope)), depth + 1)
                return
        yield self._site(call, at, frame, found, depth)

    def _with_bases_of_callers(
        self, call: ast.Call, at: Position, frame: Frame | None, found: _Variants, depth: int
    ) -> _Variants:
        """`found` with the requests below each base URL that call sites pass: path and method are concrete here."""
        frames = self._outer_frames(found.needs[0].at.scope, frame) if depth < _MAX_WRAPPERS else []
        requests, outside, is_partial = list(found.requests), list[bool](), found.is_partial
        for outer in frames:
            inner = self._variants(call, at, outer)
            if inner.needs and set(inner.needs) <= set(inner.bases):
                inner = self._with_bases_of_callers(call, at, outer, inner, depth + 1)
            requests += inner.requests
            outside.append(inner.is_outside)
            is_partial = is_partial or inner.is_partial or not inner.requests
        distinct = tuple(dict.fromkeys(requests))
        if len(distinct) > 1:
            distinct = tuple(dict.fromkeys(replace(request, is_certain=False) for request in distinct))
        return replace(
            found,
            requests=distinct,
            is_outside=bool(outside) and all(outside),
            is_partial=is_partial and bool(distinct),
        )

    def _outer_frames(self, function: Scope, frame: Frame | None) -> list[Frame]:
        """`frame` inside of each call of `function`; none if it is already followed."""
        if frame_of(frame, function):
            return []
        return [
            _extended(
                frame,
                Frame(
                    function, site.call, site.at, implicit_count(site.callee), getattr(site.callee, "receiver", None)
                ),
            )
            for site in self.callers.of(function)
        ]

    def _site(self, call: ast.Call, at: Position, frame: Frame | None, found: _Variants, depth: int) -> RequestSite:
        place = _place(call, at, frame)
        bodies = tuple(self._bodies(call, at, frame, found, depth)) if found.requests else ()
        return RequestSite(
            location=self._location(place),
            module=place.at.scope.module.name,
            symbol=" -> ".join(_chain(call, frame)),
            requests=tuple(dict.fromkeys(map(_without_parameters, found.requests))),
            bodies=tuple(dict.fromkeys(body for body in bodies if body)),
            has_unknown_body=None in bodies,
            is_outside=found.is_outside,
            is_partial=found.is_partial,
        )

    def _location(self, placed: Placed) -> Location:
        return self.model.files.source(placed.at.scope.module.name).location(placed.node)

    def _bodies(
        self, call: ast.Call, at: Position, frame: Frame | None, found: _Variants, depth: int
    ) -> Iterator[PlacedBody | None]:
        """The bodies of the request, at the call sites that pass them; None for one that is not known."""
        values = Bodies(self.model).of(found.body, is_encoded=found.is_encoded) if found.body else found.forwarded[:1]
        for value in values:
            if isinstance(value, Body):
                place = _place_within(call, at, frame, value.at)
                yield PlacedBody(value.as_keys, self._location(place), place.at.scope.module.name)
            elif isinstance(value, Binding) and depth < _MAX_WRAPPERS:
                for outer in self._outer_frames(value.at.scope, frame):
                    yield from self._bodies(call, at, outer, self._variants(call, at, outer), depth + 1)
            else:
                yield None

    def _variants(self, call: ast.Call, at: Position, frame: Frame | None) -> _Variants:
        """What `call` requests in the calls of `frame`."""
        types, parameter = self.evaluator.callees(call.func, at, frame)
        specs = [spec for name in dict.fromkeys(map(qualified_name, types)) if (spec := sending_call(name))]
        passed = arguments(self.model, call, at, frame)
        needs = [parameter] if parameter else []
        found, hosts, bases, targets = list[Request](), list[bool](), list[Binding](), set[bool]()
        for spec in specs if not parameter else ():
            urls = self._urls(spec, call, at, frame)
            methods = self._methods(spec, call, at, frame)
            needs += self._needs(urls, methods, is_message=spec.method == PUBLISH)
            bases += _bases(urls)
            # Which method goes with which URL is decided together in the code, and not known here: each pair is only
            # possible.
            both = len(urls) > 1 and len(methods) > 1
            for url in urls:
                target = self.targets.of_topic(url) if spec.method == PUBLISH else self.targets.of(url)
                hosts.append(target is None and url.after_host() is not None)
                targets.add(target is not None)
                found += (
                    Request(method.text.upper(), target, is_certain=url.is_certain and method.is_certain and not both)
                    for method in methods
                    if target and method.text and method.text.isalpha()
                )
        found_bodies = (_body_argument(spec, passed) for spec in specs if not _has_arguments(spec, passed))
        body, is_encoded = next((found for found in found_bodies if found[0]), (None, False))
        has_urls = [isinstance(passed.get(spec.target_position, *spec.target), Placed) for spec in specs]
        if not all(has_urls) or not specs:
            needs += [parameter for parameter in passed.forwarded if not frame_of(frame, parameter.at.scope)]
        return _Variants(
            requests=tuple(dict.fromkeys(found)),
            needs=tuple(dict.fromkeys(needs)),
            bases=tuple(bases),
            is_outside=bool(hosts) and all(hosts),
            is_partial=len(targets) > 1,
            body=body,
            is_encoded=is_encoded,
            forwarded=passed.forwarded,
        )

    def _methods(self, spec: SendingCall, call: ast.Call, at: Position, frame: Frame | None) -> Alternatives:
        if spec.method:
            return (Template.of(spec.method),)
        passed = arguments(self.model, call, at, frame)
        found = passed.get(spec.method_position, "method")
        if isinstance(found, Placed):
            return self.evaluator.evaluate(*found)
        has_body = isinstance(passed.get(spec.body_position, *spec.json, *spec.body), Placed)
        return (Template.of("POST" if has_body else GET),) if spec.is_default_get else unknown()

    def _urls(self, spec: SendingCall, call: ast.Call, at: Position, frame: Frame | None) -> Alternatives:
        found = arguments(self.model, call, at, frame).get(spec.target_position, *spec.target)
        if not isinstance(found, Placed):
            return unknown()
        urls = self.evaluator.evaluate(*found)
        if spec.method == PUBLISH:
            return self._with_kind(urls, spec, call, at, frame)
        if all(url.after_host() for url in urls):
            return urls
        # A method may be passed to what calls it: `breaker.call(self.client.get, path)`.
        called = self.evaluator.follow(Placed(call.func, at, frame))
        if called is None or not isinstance(called.node, ast.Attribute):
            return urls
        return self._with_base(urls, called.node.value, called.at, called.frame)

    def _with_kind(
        self, topics: Alternatives, spec: SendingCall, call: ast.Call, at: Position, frame: Frame | None
    ) -> Alternatives:
        """`topics` with the kind of the message behind a `#`, where properties of the message say it."""
        found = arguments(self.model, call, at, frame).get(spec.kind_position, *spec.kind)
        made = self.evaluator.follow(found) if isinstance(found, Placed) else None
        if not made or not isinstance(made.node, ast.Call):
            return topics
        kind = arguments(self.model, made.node, made.at, made.frame).get(0, *spec.kind_names)
        if not isinstance(kind, Placed):
            return topics
        return joined(topics, (Template.of("#"),), self.evaluator.evaluate(*kind))

    def _with_base(self, urls: Alternatives, client: ast.expr, at: Position, frame: Frame | None) -> Alternatives:
        """`urls` below the base URL of `client`."""
        bases = list[Alternatives]()
        for placed, owner in self.evaluator.creation(client, at, frame):
            call = placed.node
            names = map(qualified_name, self.model.infer(call.func, placed.at)) if isinstance(call, ast.Call) else ()
            facts = next(filter(None, map(client_class, names)), None)
            if not facts or not isinstance(call, ast.Call):
                continue
            base = arguments(self.model, call, placed.at, placed.frame).get(facts.base_position, *facts.base)
            values = self.evaluator.of_attribute(base, owner) if isinstance(base, Placed) else ()
            bases.append(
                either(*(_below(value, url, resolves=facts.resolves) for value in values for url in urls))
                if values
                else urls
            )
        return either(*bases) if bases else urls

    def _needs(self, urls: Alternatives, methods: Alternatives, *, is_message: bool) -> Iterator[Binding]:
        """The parameters that must be filled to know base, path and method."""
        for method in methods:
            yield from method.parameters
        for url in urls:
            if is_message:
                yield from url.parameters
                continue
            path = url.without_query()
            first = path.first_hole
            for hole in path.holes:
                if hole.parameter and (hole is first or self._is_path_argument(hole.parameter)):
                    yield hole.parameter

    @recorded
    def _is_path_argument(self, parameter: Binding) -> bool:
        """Whether call sites pass parts of a path for `parameter`, and not ids: every one passes some literal text."""
        return self._gets_paths(parameter, ())

    def _gets_paths(self, parameter: Binding, below: tuple[Binding, ...]) -> bool:
        is_followed = parameter not in below and len(below) < _MAX_WRAPPERS  # functions may call themselves
        frames = self._outer_frames(parameter.at.scope, None) if is_followed else []
        values = [self.evaluator.parameter(parameter, frame) for frame in frames]
        given = [value for value in values if value]
        if not given:
            return False
        has_slash = any(
            "/" in part for value in given for template in value for part in template.parts if isinstance(part, str)
        )
        return has_slash or all(
            any(_names_a_path(template) for template in value)
            or any(self._gets_paths(inner, (*below, parameter)) for template in value for inner in template.parameters)
            for value in given
        )


def _without_parameters(request: Request) -> Request:
    """`request` as a result that is kept: no longer tied to the parameters of functions."""
    target = request.target
    return replace(request, target=replace(target, path=target.path.without_parameters()))


def _names_a_path(value: Template) -> bool:
    """Whether a part of `value` is a text that is no number."""
    return any(isinstance(part, str) and not part.isdigit() for part in value.parts)


def _has_arguments(spec: SendingCall, passed: Arguments) -> bool:
    """Whether positional arguments are sent beside the message, which then does not have all fields."""
    found = passed.get(spec.arguments_position, *spec.arguments) if spec.arguments else None
    is_empty = isinstance(found, Placed) and isinstance(found.node, ast.List | ast.Tuple) and not found.node.elts
    return isinstance(found, Placed) and not is_empty


def _body_argument(spec: SendingCall, passed: Arguments) -> tuple[Placed | None, bool]:
    """The argument with the body, and whether the client encodes it as JSON."""
    for names, is_encoded in ((spec.json, True), (spec.body, False)):
        position = spec.body_position if names and (not is_encoded or not spec.body) else -1
        found = passed.get(position, *names)
        if isinstance(found, Placed):
            return found, is_encoded
    return None, False


def _bases(urls: Alternatives) -> Iterator[Binding]:
    """The parameters that are the base of a URL with a path behind it."""
    for url in urls:
        first = url.first_hole
        rest = Template.of(*url.parts[url.parts.index(first) + 1 :]).without_query() if first else Template()
        if first and first.parameter and any(segment.has_text for segment in rest.segments()):
            yield first.parameter


def _below(base: Template, url: Template, *, resolves: bool) -> Alternatives:
    """`url` below the base URL `base` of a client."""
    if url.after_host() or not base.parts or (isinstance(url.parts[0] if url.parts else "", Hole) and not base.parts):
        return (url,)
    if resolves and base.after_host() and url.parts and isinstance(url.parts[0], str) and url.parts[0].startswith("/"):
        origin = base.after_host()
        return (Template.of(origin[0] if origin else "", *url.parts, is_certain=base.is_certain and url.is_certain),)
    first = url.parts[0] if url.parts else ""
    below = Template.of(first.lstrip("/"), *url.parts[1:], is_certain=url.is_certain) if isinstance(first, str) else url
    return joined((_trimmed(base),), (Template.of("/"),), (below,))


def _trimmed(base: Template) -> Template:
    last = base.parts[-1]
    return (
        Template.of(*base.parts[:-1], last.rstrip("/"), is_certain=base.is_certain) if isinstance(last, str) else base
    )


def _extended(frame: Frame | None, outermost: Frame) -> Frame:
    """`frame` with `outermost` around it."""
    return replace(frame, outer=_extended(frame.outer, outermost)) if frame else outermost


def _without_call(function: Scope) -> Frame:
    """A call of `function` that passes nothing: defaults hold, and other parameters are unknown."""
    return Frame(function, NO_CALL, function.at or function.end)


def _place(call: ast.Call, at: Position, frame: Frame | None) -> Placed:
    """The outermost call that really stands in the code."""
    calls = (
        [Placed(inner.call, inner.at, inner.outer) for inner in frame.chain() if inner.call is not NO_CALL]
        if frame
        else []
    )
    return calls[-1] if calls else Placed(call, at, frame)


def _place_within(call: ast.Call, at: Position, frame: Frame | None, where: Position) -> Placed:
    """The outermost call in the function of `where`; the outermost of all if there is none."""
    calls = [Placed(call, at, frame)]
    calls += (
        (Placed(inner.call, inner.at, inner.outer) for inner in frame.chain() if inner.call is not NO_CALL)
        if frame
        else ()
    )
    inside = [placed for placed in calls if placed.at.scope is where.scope]
    return inside[-1] if inside else calls[-1]


def _chain(call: ast.Call, frame: Frame | None) -> Iterator[str]:
    """The callees, from the outermost call to the client call."""
    calls = [inner.call for inner in frame.chain() if inner.call is not NO_CALL] if frame else []
    yield from (ast.unparse(inner.func) for inner in reversed(calls))
    yield ast.unparse(call.func)
