"""One worksheet part of an xlsx package: its cells, and what stands around them.

It is read with byte patterns for the way every common program writes it; a sheet written
differently is first rewritten in that way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree import ElementTree as ET

from opendata.errors import UnreadableWorkbook
from opendata.workbook.markup import integer, local, parse_xml, refuse_declarations, written_text
from opendata.workbook.shown import iso_moment
from opendata.workbook.strings import Strings, text_of, unstruck
from opendata.workbook.styles import Place, Styles
from opendata.workbook.types import Limits, Range, Value, address

_AT_ONCE = 1 << 20
"""So many bytes of a sheet are taken apart at a time."""
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3}+)([0-9]{1,7}+)"(?: s="([0-9]{1,5}+)")?+(?: t="([A-Za-z]++)")?+>'
    rb"(<f[^>]*+(?<=/)>|<f[^>]*+>[^<]*+</f>)?+"
    rb'(?:<v(?: xml:space="preserve")?+>([^<]*+)</v>|(<is>.*?</is>)|<v ?/>)?+</c>',
    re.S,
)
"""A cell with content, as every common program writes it."""
_Cell = tuple[bytes, bytes, bytes, bytes, bytes, bytes, bytes]
_PLAIN_INLINE = re.compile(rb'<is><t(?: xml:space="preserve")?>([^<]*)</t></is>')
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_ROW_NUMBER = re.compile(rb'<row [^>]*?\br="([0-9]{1,7})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"|\b(?:ht|width)="0(?:\.0*)?"')
_COLUMN = re.compile(rb"<col ([^>]*)>")
_NUMBERED = re.compile(rb'\b(min|max)="([0-9]{1,7})"')
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


@dataclass
class Worksheet:
    """What one part says. `styles` are those of the cells of `rows`, as far as told."""

    rows: list[list[Value]] = field(default_factory=list)
    styles: list[list[bytes]] = field(default_factory=list)
    merged: tuple[Range, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    uncalculated: frozenset[Place] = frozenset()
    texts: dict[Place, str] = field(default_factory=dict)

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0


def read_worksheet(data: bytes, strings: Strings, styles: Styles, limits: Limits) -> Worksheet:
    """Read one part. Raises UnreadableWorkbook: too-many-cells, unsafe-xml, damaged-file."""
    refuse_declarations(data)
    cells = _Cells(strings, styles, limits)
    if b":c>" in data or cells.take(data) != data.count(b"</c>"):
        data = _rewritten(data)
        cells = _Cells(strings, styles, limits)
        if cells.take(data) != data.count(b"</c>"):
            raise UnreadableWorkbook("damaged-file", reason="an impossible cell")
    sheet = cells.sheet()
    if b' hidden="' in data and data.count(b"<row ") != data.count(b'<row r="'):
        data = _rewritten(data)
    begin, end = data.find(b"<sheetData"), data.rfind(b"</sheetData>")
    sheet.hidden_rows = frozenset(_hidden_rows(data, len(sheet.rows)))
    sheet.hidden_columns = frozenset(_hidden_columns(data[: max(begin, 0)], sheet.width))
    sheet.merged = tuple(_merged(data, max(end, 0)))
    return sheet


def too_many(bottom: int, right: int, limits: Limits) -> UnreadableWorkbook:
    """The error for a sheet that reaches too far."""
    return UnreadableWorkbook(
        "too-many-cells", cell=address(bottom, right), limit=f"{limits.cells:,}"
    )


def place_of(reference: str) -> Place | None:
    """The 0-based place of an A1 reference."""
    match = _PLACE.fullmatch(reference)
    return (int(match[2]) - 1, _COLUMNS[match[1].upper().encode()]) if match else None


# --- cells --------------------------------------------------------------------------------------


class _Columns(dict[bytes, int]):
    """The 0-based column of every name asked for."""

    def __missing__(self, letters: bytes) -> int:
        number = 0
        for letter in letters:
            number = number * 26 + letter - 64
        self[letters] = number - 1
        return number - 1


_COLUMNS = _Columns()


class _Cells:
    """Puts cells at their places, and refuses before more room is made than is allowed."""

    def __init__(self, strings: Strings, styles: Styles, limits: Limits) -> None:
        self._strings, self._styles, self._limits = strings, styles, limits
        self._rows: dict[int, tuple[list[Value], list[bytes]]] = {}
        self._gaps = 0
        self._uncalculated: set[Place] = set()
        self._texts: dict[Place, str] = {}

    def take(self, data: bytes) -> int:
        """Read all cells that are written the usual way; how many those are."""
        start = found = 0
        while start < len(data):
            end = data.find(b"</row>", start + _AT_ONCE) if len(data) - start > _AT_ONCE else -1
            end = len(data) if end < 0 else end
            cells = _CELL.findall(data, start, end)
            self._put(cells)
            found += len(cells)
            start = end
        return found

    def _put(self, cells: list[_Cell]) -> None:
        last = b""
        row: list[Value] = []
        row_styles: list[bytes] = []
        put, put_style, end = row.append, row_styles.append, 0
        texts, unstruck_texts = self._strings.texts, self._strings.unstruck
        moments, columns = self._styles.moments, _COLUMNS
        for letters, number, style, kind, formula, written, inline in cells:
            value: Value
            if written and not kind:
                value = float(written)
                if style in moments:
                    value = self._styles.moment(value, style)
            elif written and kind == b"s":
                value = texts[int(written)]
                if unstruck_texts and int(written) in unstruck_texts:
                    self._texts[int(number) - 1, columns[letters]] = unstruck_texts[int(written)]
            elif written or formula or inline:
                place = (int(number) - 1, columns[letters])
                value = self._special(place, style, kind, formula, written, inline)
            else:
                continue
            if number != last:
                last = number
                row, row_styles = self._rows.setdefault(int(number) - 1, ([], []))
                put, put_style, end = row.append, row_styles.append, len(row)
            if (column := columns[letters]) != end:
                if column < end:
                    row[column], row_styles[column] = value, style
                    continue
                self._gap(row, row_styles, int(number) - 1, column)
            put(value)
            put_style(style)
            end = column + 1

    def _gap(self, row: list[Value], styles: list[bytes], number: int, column: int) -> None:
        """Leave cells of a row empty; all rows together may not leave more than a book may have."""
        gap = column - len(row)
        self._gaps += gap
        if self._gaps > self._limits.cells:
            raise too_many(number, column, self._limits)
        row += [None] * gap
        styles += [b""] * gap

    def _special(
        self,
        place: Place,
        style: bytes,
        kind: bytes,
        formula: bytes,
        written: bytes,
        inline: bytes,
    ) -> Value:
        """The value of a cell that is neither a bare number nor a shared string."""
        if inline:
            return self._inline(place, inline)
        if not written:
            if formula and kind != b"str":
                self._uncalculated.add(place)
            return None
        if kind == b"n":
            number = float(written)
            return self._styles.moment(number, style) if style in self._styles.moments else number
        if kind == b"b":
            return written.strip() in (b"1", b"true")
        text = written_text(written.decode())
        return iso_moment(text) if kind == b"d" else text or None

    def _inline(self, place: Place, inline: bytes) -> str | None:
        if plain := _PLAIN_INLINE.fullmatch(inline):
            return written_text(plain[1].decode()) or None
        item = parse_xml(inline)
        if (left := unstruck(item)) is not None:
            self._texts[place] = left
        return text_of(item) or None

    def sheet(self) -> Worksheet:
        """The sheet of all cells taken, its rows equally long."""
        width = max(map(len, (row for row, _ in self._rows.values())), default=0)
        height = max(self._rows, default=-1) + 1
        if height * width > self._limits.cells:
            raise too_many(height - 1, width - 1, self._limits)
        if height > 1 << 20:
            raise UnreadableWorkbook("damaged-file", reason="an impossible row")
        rows: list[list[Value]] = []
        styles: list[list[bytes]] = []
        for number in range(height):
            row, row_styles = self._rows.get(number) or ([], [])
            if len(row) < width:
                row += [None] * (width - len(row))
            rows.append(row)
            styles.append(row_styles)
        return Worksheet(
            rows, styles, uncalculated=frozenset(self._uncalculated), texts=self._texts
        )


# --- around the cells ---------------------------------------------------------------------------


def _hidden_rows(data: bytes, height: int) -> Iterator[int]:
    """The rows within the table that are hidden, by a mark or by having no height."""
    if b'zeroHeight="' in data[: max(data.find(b"<sheetData"), 0)]:
        yield from _unlisted_rows(data, height)
    for mark in (b' hidden="', b' ht="0'):
        at = data.find(mark)
        while at >= 0:
            tag = data[data.rfind(b"<", 0, at) : data.find(b">", at)]
            if (
                _HIDDEN.search(tag)
                and (number := _ROW_NUMBER.match(tag))
                and int(number[1]) <= height
            ):
                yield int(number[1]) - 1
            at = data.find(mark, at + 1)


def _unlisted_rows(data: bytes, height: int) -> Iterator[int]:
    """Where rows are hidden by default: those that the sheet does not list."""
    if re.search(rb'zeroHeight="(?:1|true)"', data[: data.find(b"<sheetData")]):
        yield from set(range(height)) - {int(one) - 1 for one in _ROW_NUMBER.findall(data)}


def _hidden_columns(head: bytes, width: int) -> Iterator[int]:
    for attributes in _COLUMN.findall(head):
        if _HIDDEN.search(attributes):
            ends = dict(_NUMBERED.findall(attributes))
            first, last = int(ends.get(b"min", 0)), int(ends.get(b"max", 0))
            yield from range(max(first - 1, 0), min(last, width))


def _merged(data: bytes, start: int) -> Iterator[Range]:
    for left, top, right, bottom in _MERGED.findall(data, start):
        yield Range(int(top) - 1, _COLUMNS[left], int(bottom) - 1, _COLUMNS[right])


# --- sheets written in other ways ---------------------------------------------------------------

_ATTRIBUTES = {
    "c": ("r", "s", "t"),
    "row": ("r", "hidden", "ht"),
    "col": ("min", "max", "hidden", "width"),
    "mergeCell": ("ref",),
    "sheetFormatPr": ("zeroHeight",),
}


def _rewritten(data: bytes) -> bytes:
    """The cells, rows, columns and merged ranges of a sheet in the usual way, places filled in."""
    out = ["<worksheet>"]
    row, column = 0, 0
    filled = formula = ""
    inside = False
    try:
        events = ET.iterparse(BytesIO(data), ("start", "end"))  # noqa: S314 - nothing declared
        for event, element in events:
            name = local(element.tag)
            if event == "start":
                if name == "sheetData":
                    inside = True
                    out.append("<sheetData>")
                elif name == "row" and inside:
                    row, column = integer(element.get("r")) or row + 1, 0
                    element.set("r", str(row))
                    out.append(f"<row{_attributes(element, 'row')}>")
                elif name == "c" and inside:
                    place = place_of(element.get("r") or address(max(row - 1, 0), column))
                    if place is None or place[0] < 0:
                        raise UnreadableWorkbook("damaged-file", reason="an impossible address")
                    column = place[1] + 1
                    element.set("r", address(*place))
                elif name in ("col", "mergeCell", "sheetFormatPr") and not inside:
                    out.append(f"<{name}{_attributes(element, name)}/>")
                continue
            if name == "sheetData":
                inside = False
                out.append("</sheetData>")
            elif name == "row" and inside:
                out.append("</row>")
            elif name == "c" and inside:
                if formula or filled:
                    out.append(f"<c{_attributes(element, 'c')}>{formula}{filled}</c>")
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
    return "".join(out).encode("utf-8", "surrogatepass")


def _attributes(element: ET.Element, name: str) -> str:
    return "".join(
        f' {key}="{_escaped(value)}"' for key in _ATTRIBUTES[name] if (value := element.get(key))
    )


def _inline(element: ET.Element) -> str:
    for one in element.iter():
        one.tag = local(one.tag)
        one.tail = None
    return ET.tostring(element, encoding="unicode")


def _escaped(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )
