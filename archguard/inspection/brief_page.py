"""Write a `Brief` as Markdown: one page, of at most 8,000 characters."""

from collections.abc import Iterable, Iterator
from typing import Final

from archguard.inspection.brief import Brief, Part, Refused, Rule
from archguard.inspection.exemplary import Example
from archguard.inspection.ignores import Exemption
from archguard.model import Violation
from archguard.reporters.markdown import code, escaped
from archguard.reporters.phrases import because, counted, one_line, sentence

MOST: Final = 8_000
"""The most characters of a page: two thousand tokens, of which an agent can afford one before an edit."""
_SENTENCE: Final = 240
"""The most characters of a sentence: a contract that lists a hundred modules is still recognized."""


def render(brief: Brief) -> str:
    """The page; what does not fit is left out at its end, and said to be."""
    sections = {
        "Components": _parts(brief.parts),
        "Imports": _imports(brief),
        "Modules to follow": map(_example, brief.examples),
        "Contracts": _contracts(brief),
        "Violations today": map(_violation, brief.violations),
        "Overlooked": map(_exemption, brief.exemptions),
    }
    blocks = [_head(brief)]
    for title, lines in sections.items():
        if text := "\n".join(lines):
            blocks.append(f"## {title}\n\n{text}")
    if brief.left_out:
        blocks.append(f"Left out: {', '.join(f'{count} {name}' for name, count in brief.left_out.items())}.")
    return _cut("\n\n".join(blocks))


def _cut(text: str) -> str:
    if len(text) <= MOST:
        return text
    end = "\n\nThe rest is left out: ask about a part of it."
    return text[: text.rindex("\n", 0, MOST - len(end))] + end


def _head(brief: Brief) -> str:
    lines = [f"# {code(brief.name)}"]
    facts = [
        f"{code(brief.path)}{' (still to be written)' if brief.is_new else ''}" if brief.path else "",
        "" if brief.path else counted(brief.modules, "module"),
        f"component {', '.join(map(code, brief.components))}" if brief.components and not brief.parts else "",
    ]
    lines.append(", ".join(filter(None, facts)) + ".")
    if brief.purpose:
        lines.append(_short(brief.purpose))
    return "\n\n".join(lines)


def _parts(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        purpose = f": {_short(part.purpose)}" if part.purpose else ""
        yield f"- {code(part.name)} ({counted(part.modules, 'module')}){purpose}"
        if part.members:
            yield f"  changed: {_names(part.members)}{' and more' if part.modules > len(part.members) else ''}"
        if part.must_not_use:
            yield f"  must not import {_refused(part.must_not_use)}"


def _imports(brief: Brief) -> Iterator[str]:
    names = {
        "may import": _names(brief.may_use),
        "must not import": _refused(brief.must_not_use),
        "may be imported by": _names(brief.may_be_used_by),
        "must not be imported by": _refused(brief.must_not_be_used_by),
    }
    yield from (f"- {phrase} {found}" for phrase, found in names.items() if found)


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(code, names))


def _refused(refused: Iterable[Refused]) -> str:
    return ", ".join(
        f"{code(it.name)} ({'in part; ' if it.in_part else ''}{', '.join(map(escaped, it.contracts))})"
        for it in refused
    )


def _example(example: Example) -> str:
    imports = f" imports {_names(example.imports)}" if example.imports else ""
    return f"- {code(example.module)} in {code(example.path)}{imports}"


def _contracts(brief: Brief) -> Iterator[str]:
    if not brief.contracts:
        yield "No contract looks at it."
    for rule in brief.contracts:
        yield from _contract(rule)


def _contract(rule: Rule) -> Iterator[str]:
    broken = f" ({counted(rule.violations, 'violation')} here)" if rule.violations else ""
    yield f"- **{escaped(rule.id)}** ({escaped(rule.kind)}): {_short(rule.sentence)}{broken}"
    if reason := because(rule.reason):
        yield f"  *{_short(reason)}*"
    yield from (f"  {number}. {_short(fix)}" for number, fix in enumerate(rule.fixes, start=1))


def _violation(violation: Violation) -> str:
    return f"- {code(str(violation.location))} {escaped(violation.contract)}: {_short(sentence(violation))}"


def _exemption(exemption: Exemption) -> str:
    what = code(exemption.imports or str(exemption.location))
    reason = f": {_short(exemption.reason)}" if exemption.reason else ""
    return f"- {', '.join(map(escaped, exemption.contracts))}: {what}{reason}"


def _short(text: str) -> str:
    """`text` in Markdown, cut after a word."""
    line = one_line(text)
    return escaped(line if len(line) <= _SENTENCE else f"{line[:_SENTENCE].rpartition(' ')[0]} …")
