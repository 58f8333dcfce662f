"""What the XML formats share: how a tree of elements becomes a document."""

from xml.etree.ElementTree import Element, indent, tostring


def document(root: Element) -> str:
    """The element as a document of its own; `wording` has taken out of its text what XML cannot hold."""
    indent(root)
    text = tostring(root, encoding="unicode").replace("##", "#&#35;")  # else a CI system obeys `##vso[...]`
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'
