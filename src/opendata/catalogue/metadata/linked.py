"""Statements about things, written as JSON-LD and as Turtle: the same graph in both."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opendata.errors import Text

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

Node = dict[str, Any]
"""What is said of one thing, as JSON-LD writes it: `@id` (a `safe` one; none for what only stands
inside another node), `@type`, and properties with prefixes. A value is a text, a `literal`, a
`reference`, a node or a list of them."""

_UNSAFE = re.compile(r'[\x00-\x20<>"{}|^`\\]')


def reference(iri: str) -> Node:
    """A thing by its address."""
    return {"@id": safe(iri)}


def safe(iri: str) -> str:
    """An address in which nothing stands that no address may hold."""
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", iri)


def literal(value: object, kind: str) -> Node:
    """A value with its type, `xsd:date`."""
    return {"@type": kind, "@value": str(value)}


def words(text: Text) -> list[Node]:
    """The same words in both languages."""
    return [
        {"@language": language, "@value": said}
        for language, said in (("ja", text.ja), ("en", text.en))
    ]


def json_ld(nodes: Sequence[Node]) -> bytes:
    """The nodes as a JSON-LD document; addresses without a scheme are relative to it."""
    document = {"@context": PREFIXES, "@graph": list(nodes)}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def turtle(nodes: Sequence[Node]) -> bytes:
    """The nodes as Turtle; addresses without a scheme are relative to the document."""
    lines = [f"@prefix {name}: <{iri}> ." for name, iri in PREFIXES.items()]
    for node in nodes:
        lines += ["", f"{_iri(node['@id'])}\n  " + " ;\n  ".join(_said(node)) + " ."]
    return ("\n".join(lines) + "\n").encode()


def _said(node: Mapping[str, Any]) -> Iterator[str]:
    """A node's statements without their subject."""
    if "@type" in node:
        yield f"a {node['@type']}"
    for name, value in node.items():
        if not name.startswith("@"):
            values = value if isinstance(value, list) else [value]
            yield f"{name} " + ", ".join(_object(one) for one in values)


def _object(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if "@value" in value:
        kind = f"@{value['@language']}" if "@language" in value else f"^^{value['@type']}"
        return _text(value["@value"]) + kind
    if "@id" in value:
        return _iri(value["@id"])
    return f"[ {' ; '.join(_said(value))} ]"


def _iri(iri: str) -> str:
    return f"<{iri}>"


def _text(text: str) -> str:
    # Turtle escapes what JSON escapes, and in the same way.
    return json.dumps(text, ensure_ascii=False)
