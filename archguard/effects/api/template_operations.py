"""Operations on strings that are known in part: strip, case, `urljoin`, the parts of a URL."""

from collections.abc import Iterator

from archguard.effects.api.templates import Alternatives, Hole, Template, either, joined


def format_fields(text: str) -> Iterator[tuple[str, bool]]:
    """The literals of a format string, and the names or numbers of its fields; True for a literal."""
    index = 0
    rest = text
    while "{" in rest:
        before, _, after = rest.partition("{")
        name, _, rest = after.partition("}")
        yield before, True
        key = name.partition(":")[0].partition("!")[0].partition(".")[0].partition("[")[0]
        if not key:
            key, index = str(index), index + 1
        yield key, False
    yield rest, True


def begins_with_text(value: Template, length: int) -> bool:
    """Whether the first `length` characters are known."""
    first = value.parts[0] if value.parts else ""
    return isinstance(first, str) and len(first) >= length


def is_query(value: Template) -> bool:
    """Whether `value`, added to a URL, changes only its query."""
    first = value.parts[0] if value.parts else "?"
    return isinstance(first, str) and first[:1] in ("?", "&")


def known_first(*sides: Alternatives) -> Alternatives:
    """The values of `a or b`: a setting without a value of its own gives way to the default."""
    known = [side for side in sides if any(template.has_text or template.parameters for template in side)]
    return either(*known) if known else next(filter(None, sides), ())


def stripped(values: Alternatives, method: str) -> Alternatives:
    """Without slashes and spaces at the ends that `method` strips."""
    found = []
    for value in values:
        parts = list(value.parts)
        if parts and method in ("strip", "rstrip") and isinstance(parts[-1], str):
            parts[-1] = parts[-1].rstrip("/ \n")
        if parts and method in ("strip", "lstrip") and isinstance(parts[0], str):
            parts[0] = parts[0].lstrip("/ \n")
        found.append(Template.of(*parts, is_certain=value.is_certain))
    return tuple(dict.fromkeys(found))


def cased(values: Alternatives, method: str) -> Alternatives:
    """In upper or lower case, as `method` says."""
    change = str.upper if method == "upper" else str.lower
    return tuple(
        Template.of(
            *(change(part) if isinstance(part, str) else part for part in value.parts), is_certain=value.is_certain
        )
        for value in values
    )


def url_joined(base: Alternatives, path: Alternatives) -> Alternatives:
    """`urljoin`: a path that begins with a slash replaces that of the base, another one its last segment."""
    found = []
    for one in base:
        for other in path:
            first = other.parts[0] if other.parts else ""
            if isinstance(first, str) and "//" in first[:10]:
                found.append(other)
            elif isinstance(first, str) and first.startswith("/"):
                found.append(Template.of(*_origin(one).parts, *other.parts))
            else:
                found.append(Template.of(*_folder(one).parts, *other.parts))
    return either(tuple(found))


def _origin(url: Template) -> Template:
    """Scheme and host of `url`; a base that is a hole as a whole stays one."""
    parsed = url.after_host()
    if parsed:
        return Template.of(parsed[0])
    return Template.of(*url.parts[: 1 if url.parts and isinstance(url.parts[0], Hole) else 2])


def _folder(url: Template) -> Template:
    """`url` up to its last slash; the host alone has the path `/`."""
    last = url.parts[-1] if url.parts else ""
    if not isinstance(last, str):
        return Template.of(*url.parts, "/")
    parsed = url.after_host()
    if parsed and not parsed[1].parts:
        return Template.of(*url.parts, "/")
    return Template.of(*url.parts[:-1], last[: last.rfind("/") + 1])


def url_component(values: Alternatives, part: str) -> Alternatives:
    """The scheme, host or path of the URLs `values`; of a base that is a hole, the hole is host and scheme."""
    found = []
    for value in values:
        parsed = value.after_host()
        if parsed:
            scheme, _, host = parsed[0].partition("//")
            found.append(
                {
                    "scheme": Template.of(scheme.rstrip(":")),
                    "netloc": Template.of(host),
                    "path": parsed[1].without_query(),
                }[part]
            )
        elif value.parts and isinstance(value.parts[0], Hole):
            rest = Template.of(*value.parts[1:]).without_query()
            found.append({"scheme": Template.of(), "netloc": Template.of(value.parts[0]), "path": rest}[part])
        else:
            found.append({"scheme": Template.of(), "netloc": Template.of(), "path": value.without_query()}[part])
    return either(tuple(found))


def unparsed(scheme: Alternatives, host: Alternatives, path: Alternatives) -> Alternatives:
    """`urlunparse` of scheme, host and path."""
    separator = (Template.of("://") if any(value.parts for value in scheme) else Template.of(),)
    return joined(scheme, separator, host, path)
