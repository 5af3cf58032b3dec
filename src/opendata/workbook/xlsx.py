"""An xlsx package: which parts are its sheets, and its styles, texts and comments."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree as ET

from opendata.errors import UnreadableWorkbook
from opendata.workbook.ink import fill_ink, font_ink, inked
from opendata.workbook.markup import YES, integer, local, parse_xml, refuse_declarations, unescaped
from opendata.workbook.objects import drawn
from opendata.workbook.strings import is_struck, read_strings
from opendata.workbook.styles import Place, Styles, format_code
from opendata.workbook.types import Limits, Range, Visibility
from opendata.workbook.worksheet import Heads, Worksheet, place_of, read_worksheet, too_many
from opendata.workbook.zipped import Parts

_VISIBILITY: dict[str, Visibility] = {"hidden": "hidden", "veryHidden": "very_hidden"}
_KEPT_BYTES = 1 << 14
"""Parts that are the same in many workbooks are read once if they are no longer than this."""
_KEPT_STYLES_BYTES = 1 << 17
_SECTIONS = (b"numFmts", b"fonts", b"fills", b"cellXfs")


@dataclass(frozen=True)
class Part:
    """One sheet of a package: its name, its state, its part, its comments."""

    name: str
    visibility: Visibility
    sheet: Worksheet
    comments: dict[Place, str]
    objects: tuple[Range, ...] = ()


def main_folder(parts: Parts) -> str:
    """The folder of the workbook part, with its slash: `xl/`."""
    for kind, path in _targets(parts, "").values():
        if kind.endswith("/officeDocument"):
            return path[: path.rfind("/") + 1]
    return "xl/"


def read_sheets(parts: Parts, folder: str, limits: Limits) -> tuple[Styles, list[Part]]:
    """The styles and the sheets of the package whose workbook lies in a folder, in order.

    Raises UnreadableWorkbook: too-many-cells, too-many-sheets, unsafe-xml, damaged-file.
    """
    name = f"{folder}workbook.xml"
    book, targets = _xml(parts, name), _targets(parts, name)
    by_kind = {kind.rpartition("/")[2]: path for kind, path in targets.values()}
    from_1904 = any(
        one.get("date1904", "") in YES for one in book if local(one.tag) == "workbookPr"
    )
    styles = _styles(parts.read(by_kind.get("styles", "")), from_1904=from_1904)
    strings = read_strings(parts.read(by_kind.get("sharedStrings", "")))
    worksheets = list(_worksheets(book, targets))
    if len(worksheets) > limits.sheets:
        raise UnreadableWorkbook(
            "too-many-sheets", found=f"{len(worksheets):,}", limit=f"{limits.sheets:,}"
        )
    found: list[Part] = []
    heads = Heads(styles)
    room = 0
    for element, path in worksheets:
        if path not in parts:
            raise UnreadableWorkbook("damaged-file", reason="a sheet is missing")
        sheet = read_worksheet(parts.read(path), strings, heads, limits)
        parts.forget(path)
        room += len(sheet.rows) * sheet.width
        if room > limits.cells:
            raise too_many(len(sheet.rows) - 1, sheet.width - 1, limits)
        state = _VISIBILITY.get(element.get("state", ""), "visible")
        name = element.get("name", "")
        found.append(Part(name, state, sheet, _comments(parts, path), _objects(parts, path)))
    return styles, found


def _worksheets(
    book: ET.Element, targets: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[ET.Element, str]]:
    """The sheets of the workbook that have cells, each with the path of its part."""
    for element in book.iter():
        if local(element.tag) == "sheet":
            relation = next((value for key, value in element.items() if key.endswith("}id")), "")
            kind, path = targets.get(relation, ("", ""))
            if kind.endswith("/worksheet"):
                yield element, path


# --- XML ----------------------------------------------------------------------------------------


def _xml(parts: Parts, name: str) -> ET.Element:
    data = parts.read(name)
    return parse_xml(data) if data else ET.Element("none")


def _targets(parts: Parts, name: str) -> Mapping[str, tuple[str, str]]:
    """The relations of a part: id to (type, path in lower case)."""
    folder, slash, file = name.rpartition("/")
    data = parts.read(f"{folder}{slash}_rels/{file}.rels")
    if not data:
        return {}
    return (_kept_relations if len(data) < _KEPT_BYTES else _relations)(data, f"{folder}{slash}")


def _relations(data: bytes, folder: str) -> Mapping[str, tuple[str, str]]:
    """The relations that a part of a folder has."""
    found: dict[str, tuple[str, str]] = {}
    for relation in parse_xml(data):
        target = relation.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else f"{folder}{target}"
        if "./" in path:
            path = posixpath.normpath(path)
        found[relation.get("Id", "")] = (relation.get("Type", ""), path.lower())
    return found


_kept_relations = lru_cache(maxsize=256)(_relations)


# --- styles, strings, comments ------------------------------------------------------------------


def _styles(data: bytes, *, from_1904: bool) -> Styles:
    """The styles of a part. Workbooks made from one form share theirs: those are kept."""
    if len(data) > _KEPT_STYLES_BYTES:
        return _read_styles(data, from_1904=from_1904)
    return _kept_styles(data, from_1904=from_1904)


def _read_styles(data: bytes, *, from_1904: bool) -> Styles:
    refuse_declarations(data)
    styles = Styles(from_1904=from_1904)
    codes: dict[int, str] = {}
    struck: set[str] = set()
    fonts: list[str] = []
    fills: list[str] = []
    for child in _style_sections(data):
        kind = local(child.tag)
        if kind == "numFmts":
            codes = {integer(one.get("numFmtId")): one.get("formatCode", "") for one in child}
        elif kind == "fonts":
            struck = {str(index) for index, font in enumerate(child) if is_struck(font)}
            fonts = [font_ink(one) for one in child]
        elif kind == "fills":
            fills = [fill_ink(one) for one in child]
        elif kind == "cellXfs":
            for index, one in enumerate(child):
                code = format_code(integer(one.get("numFmtId")), codes)
                is_struck_out = one.get("fontId") in struck
                ink = inked(fonts, one.get("fontId")) + inked(fills, one.get("fillId"))
                for name in (b"%d" % index,) if index else (b"0", b""):
                    styles.add(name, code, struck=is_struck_out, indent=_indent(one), ink=ink)
    return styles


def _style_sections(data: bytes) -> ET.Element:
    """The number formats, fonts and cell styles: the rest of the part is not parsed if possible."""
    sections = [_section(data, name) for name in _SECTIONS if b"<%s" % name in data]
    if b"<cellXfs" in data and all(sections):
        declared = data[: data.find(b"?>") + 2] if data.startswith(b"<?xml") else b""
        try:
            return ET.fromstring(declared + b"<styles>" + b"".join(sections) + b"</styles>")  # noqa: S314 - nothing declared
        except ET.ParseError:  # a prefix that the part declares elsewhere
            pass
    return parse_xml(data) if data else ET.Element("none")


def _section(data: bytes, name: bytes) -> bytes:
    """An element of a part with its content; empty where it has no end."""
    begin, end = data.find(b"<%s" % name), data.find(b"</%s>" % name)
    return data[begin : end + len(name) + 3] if begin < end else b""


def _indent(style: ET.Element) -> int:
    """How far a style indents its texts from the left."""
    for one in style:
        if local(one.tag) == "alignment" and one.get("horizontal") in (None, "general", "left"):
            return integer(one.get("indent"))
    return 0


_kept_styles = lru_cache(maxsize=64)(_read_styles)


def _comments(parts: Parts, sheet: str) -> dict[Place, str]:
    comments: dict[Place, str] = {}
    for kind, path in _targets(parts, sheet).values():
        if not kind.endswith("/comments"):
            continue
        for one in _xml(parts, path).iter():
            if local(one.tag) == "comment" and (place := place_of(one.get("ref", ""))):
                text = "".join(each.text or "" for each in one.iter() if local(each.tag) == "t")
                comments[place] = unescaped(text)
    return comments


def _objects(parts: Parts, sheet: str) -> tuple[Range, ...]:
    """What lies over the cells of a sheet."""
    targets = _targets(parts, sheet).values()
    drawings = (parts.read(path) for kind, path in targets if kind.endswith("/drawing"))
    return tuple(one for data in drawings for one in drawn(data))
