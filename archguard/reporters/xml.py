"""Serialize a tree of elements, for the XML formats."""

from xml.etree.ElementTree import Element, indent, tostring


def document(root: Element) -> str:
    """Serialize `root` as an XML document; its texts come from `phrases`, without characters that XML forbids."""
    indent(root)
    text = tostring(root, encoding="unicode").replace("##", "#&#35;")  # else a CI system executes `##vso[...]`
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'
