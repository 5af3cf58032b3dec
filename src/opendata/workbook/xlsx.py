"""What an xlsx package says beyond its values: hidden parts, shown texts, comments, formulas.

The sheets are read with byte patterns for the way every common program writes them; a sheet
written differently is first rewritten in that way.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree import ElementTree as ET

from opendata.errors import UnreadableWorkbook
from opendata.workbook.styles import Styles, format_code
from opendata.workbook.types import Limits, address
from opendata.workbook.zipped import Parts

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_YES = ("1", "true", "on")


@dataclass
class SheetPart:
    """What one sheet's part says beyond its values. Places are 0-based (row, column)."""

    bottom: int = -1
    right: int = -1
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    styled: list[tuple[int, int, int]] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: frozenset[tuple[int, int]] = frozenset()
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    comments: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass
class Package:
    """The sheets of a package by name, and its styles."""

    sheets: dict[str, SheetPart]
    styles: Styles


_UNIQUE_COUNT = re.compile(rb"uniqueCount\s*=\s*[\"']\s*\+?([0-9]+)")


def check_announced(parts: Parts) -> None:
    """Refuse an archive that announces more strings than it can hold, for which room is made."""
    for name in parts.names():
        if name.endswith("sharedstrings.xml"):
            data = parts.read(name)
            if any(int(count) > len(data) for count in _UNIQUE_COUNT.findall(data)):
                raise UnreadableWorkbook("damaged-file", reason="an impossible number of strings")


def main_folder(parts: Parts) -> str:
    """The folder of the workbook part, with its slash: `xl/`."""
    for kind, path in _targets(parts, "").values():
        if kind.endswith("/officeDocument"):
            return path[: path.rfind("/") + 1]
    return "xl/"


def read_package(parts: Parts, limits: Limits) -> Package:
    """Read everything but the values. Raises UnreadableWorkbook: too-many-cells, unsafe-xml."""
    folder = main_folder(parts)
    book = _xml(parts, f"{folder}workbook.xml")
    targets = _targets(parts, f"{folder}workbook.xml")
    paths: dict[str, str] = {}
    for sheet in book.iter():
        if _local(sheet.tag) == "sheet" and (target := targets.get(_relation(sheet))):
            paths[sheet.get("name", "")] = target[1]
    styles = _styles(_xml(parts, f"{folder}styles.xml"), book)
    struck_strings = _struck_strings(parts.read(f"{folder}sharedStrings.xml"))
    by_path: dict[str, SheetPart] = {}
    total = 0
    for name in parts.names():
        data = parts.read(name)
        if b"sheetData" not in data:
            continue
        part = _sheet(data, styles, struck_strings, limits)
        total += (part.bottom + 1) * (part.right + 1)
        if total > limits.cells:
            raise too_many(part.bottom, part.right, limits)
        part.comments = _comments(parts, name)
        by_path[name] = part
        parts.forget(name)
    return Package(
        {sheet: by_path[path] for sheet, path in paths.items() if path in by_path}, styles
    )


def too_many(bottom: int, right: int, limits: Limits) -> UnreadableWorkbook:
    """The error for a sheet that reaches too far."""
    return UnreadableWorkbook(
        "too-many-cells", cell=address(bottom, right), limit=f"{limits.cells:,}"
    )


# --- XML ----------------------------------------------------------------------------------------


def parse_xml(data: bytes) -> ET.Element:
    """Parse a part. Declared entities are refused: no office program writes any."""
    refuse_declarations(data)
    try:
        return ET.fromstring(data)  # noqa: S314 - nothing declared
    except ET.ParseError as error:
        raise UnreadableWorkbook("damaged-file", reason=str(error)) from error


def refuse_declarations(data: bytes) -> None:
    """Raise UnreadableWorkbook (unsafe-xml) where a part declares entities, in any encoding."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UnreadableWorkbook("unsafe-xml")
    if b"\0" in data[:8]:
        raise UnreadableWorkbook("damaged-file", reason="a part that is not UTF-8")


def _xml(parts: Parts, name: str) -> ET.Element:
    data = parts.read(name)
    return parse_xml(data) if data else ET.Element("none")


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _relation(element: ET.Element) -> str:
    found = element.get(_RELATION)
    if found is not None:
        return found
    return next((value for key, value in element.items() if key.endswith("}id")), "")


def _targets(parts: Parts, name: str) -> dict[str, tuple[str, str]]:
    """The relations of a part: id to (type, path in lower case)."""
    folder, slash, file = name.rpartition("/")
    found: dict[str, tuple[str, str]] = {}
    for relation in _xml(parts, f"{folder}{slash}_rels/{file}.rels"):
        target = relation.get("Target", "")
        if target.startswith("/"):
            path = target.lstrip("/")
        else:
            path = posixpath.normpath(f"{folder}{slash}{target}")
        found[relation.get("Id", "")] = (relation.get("Type", ""), path.lower())
    return found


# --- styles, strings, comments ------------------------------------------------------------------


def _styles(sheet: ET.Element, book: ET.Element) -> Styles:
    styles = Styles(
        from_1904=any(
            _local(one.tag) == "workbookPr" and one.get("date1904", "") in _YES
            for one in book.iter()
        )
    )
    codes: dict[int, str] = {}
    struck_fonts: set[int] = set()
    for child in sheet:
        kind = _local(child.tag)
        if kind == "numFmts":
            for one in child:
                codes[_integer(one.get("numFmtId"))] = one.get("formatCode", "")
        elif kind == "fonts":
            struck_fonts = {index for index, font in enumerate(child) if _is_struck(font)}
        elif kind == "cellXfs":
            for index, one in enumerate(child):
                code = format_code(_integer(one.get("numFmtId")), codes)
                struck = _integer(one.get("fontId")) in struck_fonts
                styles.add(index, code, struck=struck, indent=_indent(one))
    return styles


def _indent(style: ET.Element) -> int:
    """How far a style indents its texts from the left."""
    for one in style:
        if _local(one.tag) == "alignment" and one.get("horizontal") in (None, "general", "left"):
            return _integer(one.get("indent"))
    return 0


def _is_struck(font: ET.Element) -> bool:
    return any(_local(one.tag) == "strike" and one.get("val", "1") in _YES for one in font)


def _integer(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _struck_strings(data: bytes) -> dict[int, str]:
    """The shared strings that are struck out in part: what is left of each."""
    refuse_declarations(data)
    if b"strike" not in data:
        return {}
    left: dict[int, str] = {}
    for index, item in enumerate(parse_xml(data)):
        text = _unstruck(item)
        if text is not None:
            left[index] = text
    return left


def _unstruck(item: ET.Element) -> str | None:
    """The text of a string without its struck-out runs; None where no run, or every run, is."""
    kept: list[str] = []
    dropped = False
    for run in item:
        if _local(run.tag) != "r":
            continue
        text = "".join(one.text or "" for one in run if _local(one.tag) == "t")
        if any(_local(one.tag) == "rPr" and _is_struck(one) for one in run):
            dropped = dropped or bool(text.strip())
        else:
            kept.append(text)
    text = "".join(kept).strip()
    return text if dropped and text else None


def _comments(parts: Parts, sheet: str) -> dict[tuple[int, int], str]:
    comments: dict[tuple[int, int], str] = {}
    for kind, path in _targets(parts, sheet).values():
        if not kind.endswith("/comments"):
            continue
        for one in _xml(parts, path).iter():
            if _local(one.tag) == "comment" and (place := _place(one.get("ref", ""))):
                comments[place] = "".join(
                    text.text or "" for text in one.iter() if _local(text.tag) == "t"
                )
    return comments


_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def _place(reference: str) -> tuple[int, int] | None:
    match = _REFERENCE.fullmatch(reference)
    return (int(match[2]) - 1, _column(match[1].upper().encode())) if match else None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


# --- sheets -------------------------------------------------------------------------------------

_ODD_CELL = re.compile(rb"<c[\t\r\n/>]")
_PREFIXED_CELL = re.compile(rb":c[ \t\r\n/>]")
_MARKS_OF_HIDDEN = (b'hidden="1"', b'hidden="true"', b' ht="0', b' width="0')
_ROW_NUMBER = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
_LETTERS = re.compile(rb'<c r="([A-Z]{1,3})[0-9]')
_ROW = re.compile(rb'<row r="([0-9]{1,7})"([^>]*)>')
_COLUMN = re.compile(rb"<col ([^>]*)>")
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"|\bht="0(?:\.0*)?"|\bwidth="0(?:\.0*)?"')
_NUMBERED = re.compile(rb'\b(min|max)="([0-9]{1,7})"')
_FILLED = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>(?!</c>)')
_FORMULA = rb"(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)"
_ERROR = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*? t="e"[^>]*>' + _FORMULA + rb"?<v>([^<]*)</v>"
)
_NO_RESULT = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"([^>]*)>' + _FORMULA + rb"(?:<v ?/>|<v></v>)?</c>"
)
_SHARED = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*? t="s"[^>]*><v>([0-9]+)</v>')
_INLINE = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*? t="inlineStr"[^>]*>(<is>.*?</is>)', re.S
)


def _sheet(
    data: bytes, styles: Styles, struck_strings: dict[int, str], limits: Limits
) -> SheetPart:
    refuse_declarations(data)
    count = data.count(b"<c ")
    if count > 4 * limits.cells:
        raise UnreadableWorkbook("too-many-cells", cell="—", limit=f"{limits.cells:,}")
    numbers = _ROW_NUMBER.findall(data)
    if len(numbers) != count or _ODD_CELL.search(data) or _PREFIXED_CELL.search(data):
        data = _rewritten(data)
        numbers = _ROW_NUMBER.findall(data)
    part = SheetPart()
    part.bottom = max(map(int, set(numbers)), default=0) - 1
    part.right = max(map(_column, set(_LETTERS.findall(data))), default=-1)
    if (part.bottom + 1) * (part.right + 1) > limits.cells // 2:
        _bound(data, part)
    if any(mark in data for mark in _MARKS_OF_HIDDEN):
        part.hidden_rows = frozenset(_hidden_rows(data, part.bottom))
        part.hidden_columns = frozenset(_hidden_columns(data, part.right))
    if notable := styles.notable(count):
        wanted = b"|".join(b"%d" % style for style in sorted(notable))
        pattern = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})" s="(' + wanted + rb')"[^>]*(?<!/)>')
        part.styled = [
            (int(row) - 1, _column(letters), int(style))
            for letters, row, style in pattern.findall(data)
        ]
    if b' t="e"' in data:
        part.errors = {
            (int(row) - 1, _column(letters)): text.decode("utf-8", "replace")
            for letters, row, text in _ERROR.findall(data)
        }
    if b"<f" in data:
        part.uncalculated = frozenset(
            (int(row) - 1, _column(letters))
            for letters, row, attributes in _NO_RESULT.findall(data)
            if b't="str"' not in attributes
        )
    if struck_strings:
        for letters, row, index in _SHARED.findall(data):
            if (text := struck_strings.get(int(index))) is not None:
                part.texts[int(row) - 1, _column(letters)] = text
    if b"<strike" in data:
        for letters, row, item in _INLINE.findall(data):
            if (text := _unstruck(parse_xml(item))) is not None:
                part.texts[int(row) - 1, _column(letters)] = text
    return part


def _bound(data: bytes, part: SheetPart) -> None:
    """The bounds of the filled cells alone: a format may run far beyond the table."""
    rows: set[bytes] = set()
    columns: set[bytes] = set()
    for match in _FILLED.finditer(_rewritten(data)):
        columns.add(match[1])
        rows.add(match[2])
    part.bottom = max(map(int, rows), default=0) - 1
    part.right = max(map(_column, columns), default=-1)


def _hidden_rows(data: bytes, bottom: int) -> Iterator[int]:
    if data.count(b"<row ") != data.count(b'<row r="'):
        data = _rewritten(data)
    for number, attributes in _ROW.findall(data):
        if int(number) - 1 <= bottom and _HIDDEN.search(attributes):
            yield int(number) - 1


def _hidden_columns(data: bytes, right: int) -> Iterator[int]:
    for attributes in _COLUMN.findall(data[: data.find(b"sheetData")]):
        if _HIDDEN.search(attributes):
            ends = dict(_NUMBERED.findall(attributes))
            first, last = int(ends.get(b"min", 0)), int(ends.get(b"max", 0))
            yield from range(max(first - 1, 0), min(last, right + 1))


_ATTRIBUTES = {
    "c": ("r", "s", "t"),
    "row": ("r", "hidden", "ht"),
    "col": ("min", "max", "hidden", "width"),
}


def _rewritten(data: bytes) -> bytes:
    """The cells, rows and columns of a sheet, written the usual way, places filled in."""
    out = ["<worksheet>"]
    row, column = 0, 0
    filled = formula = ""
    inside = False
    try:
        events = ET.iterparse(BytesIO(data), ("start", "end"))  # noqa: S314 - nothing declared
        for event, element in events:
            name = _local(element.tag)
            if event == "start":
                if name == "sheetData":
                    inside = True
                    out.append("<sheetData>")
                elif name == "row" and inside:
                    row, column = _integer(element.get("r")) or row + 1, 0
                    element.set("r", str(row))
                    out.append(f"<row{_written(element, 'row')}>")
                elif name == "c" and inside:
                    place = _place(element.get("r") or address(max(row - 1, 0), column))
                    if place is None:
                        raise UnreadableWorkbook("damaged-file", reason="an impossible address")
                    column = place[1] + 1
                    element.set("r", address(*place))
                elif name == "col" and not inside:
                    out.append(f"<col{_written(element, 'col')}/>")
                continue
            if name == "sheetData":
                inside = False
                out.append("</sheetData>")
            elif name == "row" and inside:
                out.append("</row>")
            elif name == "c" and inside:
                out.append(_cell(element, filled, formula))
                filled = formula = ""
            elif name == "v" and element.text:
                filled = f"<v>{_escaped(element.text)}</v>"
            elif name == "is":
                filled = _inline(element)
            elif name == "f":
                formula = "<f/>"
            if name in ("c", "row") or not inside:
                element.clear()
    except ET.ParseError as error:
        raise UnreadableWorkbook("damaged-file", reason=str(error)) from error
    out.append("</worksheet>")
    return "".join(out).encode()


def _written(element: ET.Element, name: str) -> str:
    return "".join(
        f' {key}="{_escaped(value)}"'
        for key in _ATTRIBUTES[name]
        if (value := element.get(key)) is not None
    )


def _cell(element: ET.Element, filled: str, formula: str) -> str:
    start = f"<c{_written(element, 'c')}"
    return f"{start}>{formula}{filled}</c>" if filled or formula else f"{start} />"


def _inline(element: ET.Element) -> str:
    for one in element.iter():
        one.tag = _local(one.tag)
    return ET.tostring(element, encoding="unicode")


def _escaped(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )
