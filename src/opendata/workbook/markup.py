"""The XML inside workbooks, read with suspicion."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree as ET

from opendata.errors import UnreadableWorkbook

YES = ("1", "true", "on")
_ROOT = re.compile(rb"<[A-Za-z_]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NO_NAME = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)")


def parse_xml(data: bytes) -> ET.Element:
    """Parse a part. Raises UnreadableWorkbook: unsafe-xml, damaged-file."""
    refuse_declarations(data)
    try:
        return ET.fromstring(data)  # noqa: S314 - nothing declared
    except ET.ParseError as error:
        raise UnreadableWorkbook("damaged-file", reason=str(error)) from error


def refuse_declarations(data: bytes) -> None:
    """Raise UnreadableWorkbook (unsafe-xml) where a part declares entities, in any encoding.

    No office program declares any. They can only stand before the first element.
    """
    if b"\0" in data[:8]:
        raise UnreadableWorkbook("damaged-file", reason="a part that is not UTF-8")
    root = _ROOT.search(data)
    if data.find(b"<!", 0, root.start() if root else len(data)) >= 0 and (
        b"<!DOCTYPE" in data or b"<!ENTITY" in data
    ):
        raise UnreadableWorkbook("unsafe-xml")


def local(tag: object) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def integer(text: str | None) -> int:
    """A number as attributes write it; 0 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() else 0


def written_text(text: str) -> str:
    """The text of an element's content as it stands in the file."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        if _NO_NAME.search(text):
            raise UnreadableWorkbook("damaged-file", reason="an unknown entity")
        text = unescape(text)
    return unescaped(text) if "_x" in text else text


def unescaped(text: str) -> str:
    """The text with the characters that XML cannot hold, which Excel writes as _x000D_."""
    return _ESCAPED.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return match[0] if 0xD800 <= number < 0xE000 else chr(number)
