"""One worksheet part of an xlsx package: its cells, and what stands around them.

It is read with byte patterns for the way every common program writes it; a sheet written
differently is first rewritten in that way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree import ElementTree as ET

from opendata.errors import UnreadableWorkbook
from opendata.workbook.markup import integer, local, parse_xml, refuse_declarations, written_text
from opendata.workbook.shown import iso_moment
from opendata.workbook.strings import Strings, text_of, unstruck
from opendata.workbook.styles import Place, Styles
from opendata.workbook.types import Limits, Range, Value, address

_AT_ONCE = 1 << 16
"""So many bytes of a sheet are taken apart at a time."""
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3}+)([0-9]{1,7}+)"([^>]*+)(?<!/)>'
    rb"(?:(?:<v>|<f[^>]*+(?:(?<=/)>|>[^<]*+</f>)<v>)([^<]*+)</v>|(.*?))</c>",
    re.S,
)
"""A cell with content: column, row, attributes, and the value's text or else the whole content."""
_Cell = tuple[bytes, bytes, bytes, bytes, bytes]
_ATTRIBUTES_OF_CELL = re.compile(rb'(?: [a-z]+="[0-9A-Za-z]*+")*+')
_ATTRIBUTE = re.compile(rb' ([a-z]+)="([0-9A-Za-z]*)"')
_CONTENT = re.compile(
    rb"(<f[^>]*+(?:(?<=/)>|>[^<]*+</f>))?+"
    rb'(?:<v(?: xml:space="preserve")?+>([^<]*+)</v>|(<is>.*?</is>)|<v ?/>)?+',
    re.S,
)
"""What stands in the cells whose value is not simply there: formula, value, inline text."""
_PREFIXED = re.compile(rb":c>")
_HIDING = re.compile(rb' hidden="| ht="0')
_PLAIN_INLINE = re.compile(rb'<is><t(?: xml:space="preserve")?>([^<]*)</t></is>')
_FORMULA = re.compile(rb'<c r="([A-Z]{1,3}+)([0-9]{1,7}+)"[^>]*+><f[ />]')
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
    formulas: tuple[Range, ...] = ()

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0


def read_worksheet(data: bytes, strings: Strings, heads: Heads, limits: Limits) -> Worksheet:
    """Read one part. Raises UnreadableWorkbook: too-many-cells, unsafe-xml, damaged-file."""
    refuse_declarations(data)
    try:
        return _read(data, _Cells(strings, heads, limits))
    except _UnusualError:
        data = _rewritten(data)
    try:
        return _read(data, _Cells(strings, heads, limits))
    except _UnusualError as error:
        raise UnreadableWorkbook("damaged-file", reason="an impossible cell") from error


class _UnusualError(Exception):
    """A sheet is not written the way every common program writes it."""


def _read(data: bytes, cells: _Cells) -> Worksheet:
    cells.take(data)
    sheet = cells.sheet()
    begin, end = max(data.find(b"<sheetData"), 0), max(data.rfind(b"</sheetData>"), 0)
    sheet.hidden_rows = frozenset(_hidden_rows(data, begin, len(sheet.rows)))
    sheet.hidden_columns = frozenset(_hidden_columns(data[:begin], sheet.width))
    sheet.merged = tuple(_merged(data, end))
    if b"<f" in data:
        found = _FORMULA.findall(data)
        sheet.formulas = joined((int(row) - 1, _COLUMNS[letters]) for letters, row in found)
    return sheet


def joined(places: Iterable[Place]) -> tuple[Range, ...]:
    """Places told row by row, those below each other as one range."""
    open_runs: dict[int, tuple[int, int]] = {}
    closed: list[Range] = []
    for row, column in places:
        top, bottom = open_runs.get(column, (row, row))
        if row > bottom + 1 or row < bottom:
            closed.append(Range(top, column, bottom, column))
            top = row
        open_runs[column] = (top, row)
    rest = (Range(top, column, bottom, column) for column, (top, bottom) in open_runs.items())
    return tuple(sorted([*closed, *rest]))


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


_Head = tuple[Callable[[bytes], Value] | None, bytes]
"""How the text of a value is read, and the style; None where it is the number of a string."""


class Heads(dict[bytes, _Head]):
    """What the attributes of cells say. A workbook has few different ones: each is read once."""

    def __init__(self, styles: Styles) -> None:
        super().__init__()
        self._styles = styles

    def __missing__(self, written: bytes) -> _Head:
        if not _ATTRIBUTES_OF_CELL.fullmatch(written):
            raise _UnusualError
        attributes: dict[bytes, bytes] = dict(_ATTRIBUTE.findall(written))
        style, kind = attributes.get(b"s", b""), attributes.get(b"t", b"n")
        head = self[written] = (self._reader(kind, style), style)
        return head

    def _reader(self, kind: bytes, style: bytes) -> Callable[[bytes], Value] | None:
        styles = self._styles
        if kind == b"n" and style in styles.moments:
            return lambda written: styles.moment(float(written), style)
        return _READERS.get(kind, _text)


def _text(written: bytes) -> str | None:
    return written_text(written.decode()) or None


_READERS: Mapping[bytes, Callable[[bytes], Value] | None] = {
    b"n": float,
    b"s": None,
    b"b": lambda written: written.strip() in (b"1", b"true"),
    b"d": lambda written: iso_moment(written_text(written.decode())),
}
_NO_CONTENT = (b"", b"<v/>", b"<v />")


class _Cells:
    """Puts cells at their places, and refuses before more room is made than is allowed."""

    def __init__(self, strings: Strings, heads: Heads, limits: Limits) -> None:
        self._strings, self._heads, self._limits = strings, heads, limits
        self._rows: dict[int, tuple[list[Value], list[bytes]]] = {}
        self._width = self._room = 0
        self._uncalculated: set[Place] = set()
        self._texts: dict[Place, str] = {}

    def take(self, data: bytes) -> None:
        """Read all cells. Raises _UnusualError where one is not written the usual way."""
        start = found = 0
        while start < len(data):
            end = data.find(b"</row>", start + _AT_ONCE) if len(data) - start > _AT_ONCE else -1
            end = len(data) if end < 0 else end
            cells = _CELL.findall(data, start, end)
            self._put(cells)
            if self._strings.unstruck:
                self._note_unstruck(cells)
            found += len(cells)
            start = end
        if found != data.count(b"</c>") or _PREFIXED.search(data):
            raise _UnusualError

    def _put(self, cells: list[_Cell]) -> None:
        """Every cell of a workbook passes here: what can be asked less often stands elsewhere."""
        last = b""
        row: list[Value] = []
        row_styles: list[bytes] = []
        heads, columns, texts = self._heads, _COLUMNS, self._strings.texts
        for letters, number, head, written, content in cells:
            value: Value
            read, style = heads[head]
            column = columns[letters]
            if not written:
                if content in _NO_CONTENT:
                    continue
                value = self._special((int(number) - 1, column), head, content)
            elif read is None:
                value = texts[int(written)]
            else:
                value = read(written)
            if number != last:
                last = number
                row, row_styles = self._row(int(number) - 1)
            try:
                row[column], row_styles[column] = value, style
            except IndexError:
                self._widen(row, row_styles, int(number) - 1, column)
                row[column], row_styles[column] = value, style

    def _row(self, number: int) -> tuple[list[Value], list[bytes]]:
        """The values and styles of a row, a new one as wide as the widest until now."""
        found = self._rows.get(number)
        if found is None:
            self._make_room(self._width, number, self._width - 1)
            found = self._rows[number] = ([None] * self._width, [b""] * self._width)
        return found

    def _widen(self, row: list[Value], styles: list[bytes], number: int, column: int) -> None:
        """Make a row reach to a column."""
        gap = column + 1 - len(row)
        self._make_room(gap, number, column)
        row += [None] * gap
        styles += [b""] * gap
        self._width = max(self._width, len(row))

    def _make_room(self, count: int, number: int, column: int) -> None:
        self._room += count
        if self._room > self._limits.cells:
            raise too_many(number, column, self._limits)

    def _special(self, place: Place, head: bytes, content: bytes) -> Value:
        """The value of a cell whose value does not simply stand there."""
        if not (match := _CONTENT.fullmatch(content)):
            raise _UnusualError
        formula, written, inline = match.groups()
        if inline:
            return self._inline(place, inline)
        if written:
            read, _ = self._heads[head]
            return self._strings.texts[int(written)] if read is None else read(written)
        if formula and b' t="str"' not in head:
            self._uncalculated.add(place)
        return None

    def _inline(self, place: Place, inline: bytes) -> str | None:
        if plain := _PLAIN_INLINE.fullmatch(inline):
            return written_text(plain[1].decode()) or None
        item = parse_xml(inline)
        if (left := unstruck(item)) is not None:
            self._texts[place] = left
        return text_of(item) or None

    def _note_unstruck(self, cells: list[_Cell]) -> None:
        """Keep what is left of the shared strings that are struck out in part."""
        for letters, number, head, written, _ in cells:
            if written and self._heads[head][0] is None:
                left = self._strings.unstruck.get(int(written))
                if left is not None:
                    self._texts[int(number) - 1, _COLUMNS[letters]] = left

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


def _hidden_rows(data: bytes, begin: int, height: int) -> Iterator[int]:
    """The rows within the table that are hidden, by a mark or by having no height."""
    if b'zeroHeight="' in data[:begin]:
        yield from _unlisted_rows(data, height)
    for mark in _HIDING.finditer(data, begin):
        at = mark.start()
        tag = data[data.rfind(b"<", 0, at) : data.find(b">", at)]
        if tag.startswith(b"<row ") and _HIDDEN.search(tag):
            if not (number := _ROW_NUMBER.match(tag)):
                raise _UnusualError
            if int(number[1]) <= height:
                yield int(number[1]) - 1


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
