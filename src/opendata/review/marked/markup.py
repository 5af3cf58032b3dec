"""XML changed by offsets: what is not named stays byte for byte.

Parts are never written anew. Elements are found where they stand, and edits (start, end, new
bytes) are spliced in. Text that goes into a part is ASCII with character references, so that it
is right in whatever encoding the part declares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_TAG = re.compile(
    rb"<(?:!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>"
    rb"|(?P<close>/?)(?P<name>[^\s/>!?]+)(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>)",
    re.S,
)
_ATTRIBUTE = re.compile(rb"\s([^\s=/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Unpatchable(Exception):
    """A part is not built as this room knows how to change."""


class Edit(NamedTuple):
    """The bytes from `start` to `end` become `new`."""

    start: int
    end: int
    new: bytes


@dataclass(frozen=True, slots=True)
class Element:
    """Where an element stands: `start`, `inner`, `inner_end` and `end` are offsets of its start
    tag, of what is in it, of its end tag, and of what follows it."""

    name: bytes
    start: int
    inner: int
    inner_end: int
    end: int

    @property
    def local(self) -> bytes:
        """The name without its prefix."""
        return self.name.rpartition(b":")[2]

    @property
    def prefix(self) -> bytes:
        """The prefix with its colon; empty where there is none."""
        return self.name[: -len(self.local)]

    def tag(self, data: bytes) -> bytes:
        """Its start tag."""
        return data[self.start : self.inner]


def root(data: bytes) -> Element:
    """The outermost element. Raises Unpatchable."""
    return next(_elements(data, 0, len(data)), None) or _fail("no root element")


def children(data: bytes, parent: Element) -> Iterator[Element]:
    """The elements directly in another, in order. Raises Unpatchable."""
    return _elements(data, parent.inner, parent.inner_end)


def child(data: bytes, parent: Element, local: bytes) -> Element | None:
    """The first child of a name."""
    return next((one for one in children(data, parent) if one.local == local), None)


def _elements(data: bytes, start: int, end: int) -> Iterator[Element]:
    depth = 0
    name, opened, inner = b"", 0, 0
    for match in _TAG.finditer(data, start, end):
        if match["name"] is None:
            continue
        if match["close"]:
            depth -= 1
            if depth < 0:
                _fail("an end tag too many")
            if depth == 0:
                yield Element(name, opened, inner, match.start(), match.end())
        elif data[match.end() - 2 : match.end() - 1] == b"/":
            if depth == 0:
                at = match.end()
                yield Element(match["name"], match.start(), at, at, at)
        else:
            if depth == 0:
                name, opened, inner = match["name"], match.start(), match.end()
            depth += 1
    if depth:
        _fail("an element without its end")


def _fail(reason: str) -> Element:
    raise Unpatchable(reason)


# --- attributes ---------------------------------------------------------------------------------


def attribute(tag: bytes, name: bytes) -> bytes | None:
    """The value of an attribute as it is written, or None."""
    for match in _ATTRIBUTE.finditer(tag):
        if match[1] == name:
            return match[2] if match[2] is not None else match[3]
    return None


def integer(tag: bytes, name: bytes, default: int = 0) -> int:
    """The value of an attribute as a number."""
    value = (attribute(tag, name) or b"").strip()
    return int(value) if value.isdigit() else default


def with_attribute(tag: bytes, name: bytes, value: bytes | None) -> bytes:
    """A start tag with an attribute set to a value, or without it."""
    for match in _ATTRIBUTE.finditer(tag):
        if match[1] == name:
            new = b"" if value is None else b' %s="%s"' % (name, value)
            return tag[: match.start()] + new + tag[match.end() :]
    if value is None:
        return tag
    close = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:close].rstrip() + b' %s="%s"' % (name, value) + tag[close:]


def namespaces(tag: bytes) -> dict[bytes, bytes]:
    """What a start tag declares: prefix with its colon (or nothing) to namespace."""
    found = {}
    for match in _ATTRIBUTE.finditer(tag):
        if match[1] == b"xmlns" or match[1].startswith(b"xmlns:"):
            prefix = match[1][6:]
            found[prefix + b":" if prefix else b""] = match[2] if match[2] is not None else match[3]
    return found


# --- edits --------------------------------------------------------------------------------------


def grown(
    data: bytes,
    element: Element,
    *,
    first: bytes = b"",
    last: bytes = b"",
    tag: bytes | None = None,
) -> list[Edit]:
    """The edits that put something in front of and behind what an element holds."""
    tag = tag or element.tag(data)
    if element.inner == element.end:  # <a/>
        opened = tag[:-2].rstrip() + b">" if tag.endswith(b"/>") else tag
        new = opened + first + last + b"</" + element.name + b">"
        return [Edit(element.start, element.end, new)]
    edits = [Edit(element.start, element.inner, tag + first)]
    if last:
        edits.append(Edit(element.inner_end, element.inner_end, last))
    return edits


def spliced(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The part with its edits. Raises Unpatchable where two of them overlap."""
    return b"".join(pieces(data, sorted(edits, key=lambda one: (one.start, one.end))))


def pieces(data: bytes, edits: Sequence[Edit]) -> Iterator[bytes | memoryview]:
    """The same in pieces, for edits in order."""
    view, at = memoryview(data), 0
    for edit in edits:
        if edit.start < at:
            raise Unpatchable("edits that overlap")
        yield view[at : edit.start]
        yield edit.new
        at = edit.end
    yield view[at:]


# --- text ---------------------------------------------------------------------------------------


def legal(text: str, limit: int = 32_000) -> str:
    """Text that a cell may hold: letters that XML has not are replaced, the rest is cut."""
    return _UNFIT.sub("\ufffd", text[:limit])


def escaped(text: str) -> bytes:
    """Text as it stands in XML, between tags or in double quotes."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace('"', "&quot;").replace("\r", "&#13;")
    return text.encode("ascii", "xmlcharrefreplace")
