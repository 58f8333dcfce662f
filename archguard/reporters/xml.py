"""What the XML formats share: a document that parsers take, whatever text users put into it."""

import re
from xml.etree.ElementTree import Element, indent, tostring

from archguard.reporters import wording

# https://www.w3.org/TR/xml/#charsets allows these nowhere, not even escaped.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def document(root: Element) -> str:
    """The element as a document of its own, its text cleaned of what XML cannot hold."""
    for element in root.iter():
        element.text = _clean(element.text) if element.text else element.text
        element.attrib.update({name: _clean(value) for name, value in element.attrib.items()})
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}'


def _clean(text: str) -> str:
    return _FORBIDDEN.sub(" ", wording.printable(text))
