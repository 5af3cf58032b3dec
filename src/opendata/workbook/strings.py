"""The texts of an xlsx package: plain, in runs of their own look, and partly struck out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from opendata.errors import UnreadableWorkbook
from opendata.workbook.markup import (
    YES,
    local,
    parse_xml,
    refuse_declarations,
    unescaped,
    written_text,
)

_PLAIN = re.compile(r'<si><t(?: xml:space="preserve")?+(?:>([^<]*+)</t>|/>)</si>')


@dataclass
class Strings:
    """The shared strings in order, and by number what is left of those struck out in part."""

    texts: list[str | None] = field(default_factory=list)
    unstruck: dict[int, str] = field(default_factory=dict)


def read_strings(data: bytes) -> Strings:
    """The shared strings of a part. An empty one is None."""
    if not data:
        return Strings()
    refuse_declarations(data)
    try:
        found = [] if b"<si/>" in data else _PLAIN.findall(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableWorkbook("damaged-file", reason=str(error)) from error
    if found and len(found) == data.count(b"<si") == data.count(b"</si>"):
        if b"&" in data or b"_x" in data or b"\r" in data:
            found = [*map(written_text, found)]
        return Strings([one or None for one in found])
    strings = Strings()
    for item in parse_xml(data):
        if local(item.tag) != "si":
            continue
        if (left := unstruck(item)) is not None:
            strings.unstruck[len(strings.texts)] = left
        strings.texts.append(text_of(item) or None)
    return strings


def text_of(item: ET.Element) -> str:
    """The text of a string; how to pronounce it is no part of it."""
    pieces: list[str] = []
    for one in item:
        name = local(one.tag)
        if name == "t":
            pieces.append(one.text or "")
        elif name == "r":
            pieces += [text.text or "" for text in one if local(text.tag) == "t"]
    return unescaped("".join(pieces))


def unstruck(item: ET.Element) -> str | None:
    """The text of a string without its struck-out runs; None where no run, or every run, is."""
    kept: list[str] = []
    dropped = False
    for run in item:
        if local(run.tag) != "r":
            continue
        text = "".join(one.text or "" for one in run if local(one.tag) == "t")
        if any(local(one.tag) == "rPr" and is_struck(one) for one in run):
            dropped = dropped or bool(text.strip())
        else:
            kept.append(text)
    text = unescaped("".join(kept)).strip()
    return text if dropped and text else None


def is_struck(font: ET.Element) -> bool:
    """Whether a font, or the properties of a run, strike its text out."""
    return any(local(one.tag) == "strike" and one.get("val", "1") in YES for one in font)
