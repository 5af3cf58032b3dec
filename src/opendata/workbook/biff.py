"""What an xls workbook stream says beyond its values: bounds, hidden parts, formats, errors."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from opendata.errors import UnreadableWorkbook
from opendata.workbook.objects import MOST_OBJECTS
from opendata.workbook.styles import Styles, format_code
from opendata.workbook.types import Limits, Range
from opendata.workbook.worksheet import too_many

_BOF, _EOF, _FILEPASS, _BOUNDSHEET = 0x0809, 0x000A, 0x002F, 0x0085
_FONT, _FORMAT, _XF, _DATEMODE = 0x0031, 0x041E, 0x00E0, 0x0022
_DIMENSIONS, _ROW, _COLINFO, _MULRK, _BOOLERR, _FORMULA = (
    0x0200,
    0x0208,
    0x007D,
    0x00BD,
    0x0205,
    0x0006,
)
_NOTE, _OBJ, _TXO, _CONTINUE, _DRAWING = 0x001C, 0x005D, 0x01B6, 0x003C, 0x00EC
_NO_OBJECTS = (0x14, 0x19)
"""Kinds of objects that are none to a reader: the arrows of lists and filters, comments."""
_ANCHOR = b"\x10\xf0\x12\x00\x00\x00"
_CELLS = {0x0203, 0x00FD, 0x027E, _FORMULA, 0x0206, 0x0406, 0x0204, _BOOLERR, 0x00D6}
_FORMULAS = (_FORMULA, 0x0206, 0x0406)
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


@dataclass
class Sheet:
    """One sheet of the stream. Places are 0-based (row, column)."""

    bottom: int = -1
    right: int = -1
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    styled: dict[tuple[int, int], int] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: list[tuple[int, int]] = field(default_factory=list)
    objects: list[Range] = field(default_factory=list)

    def style_rows(self, rows: Sequence[Sequence[object]]) -> list[list[int]]:
        """The style numbers of the cells of these rows."""
        styles = [[0] * len(row) for row in rows]
        for (row, column), style in self.styled.items():
            if row < len(styles) and column < len(styles[row]):
                styles[row][column] = style
        return styles


@dataclass
class Book:
    """The sheets of a stream by name, and their styles."""

    sheets: dict[str, Sheet]
    styles: Styles
    very_hidden: frozenset[str]


def read_book(stream: bytes, limits: Limits) -> Book:
    """Walk the records. Raises UnreadableWorkbook: password-protected, too-many-cells, damaged."""
    styles = Styles()
    codes: dict[int, str] = {}
    struck_fonts: list[bool] = []
    formats: list[tuple[int, int, int]] = []
    starts: dict[str, int] = {}
    very_hidden: set[str] = set()
    wide = True
    for kind, body, _ in _records(stream, 0):
        if kind == _BOF:
            wide = body[:2] == b"\x00\x06"
        elif kind == _EOF:
            break
        elif kind == _FILEPASS:
            raise UnreadableWorkbook("password-protected")
        elif kind == _BOUNDSHEET and len(body) > 7:
            name = _string(body, 6, wide=wide, long=False)
            starts[name] = struct.unpack_from("<I", body)[0]
            if body[4] & 0x03 == 2:
                very_hidden.add(name)
        elif kind == _FONT and len(body) > 4:
            struck_fonts.append(bool(body[2] & 0x08))
        elif kind == _FORMAT and len(body) > 3:
            codes[struct.unpack_from("<H", body)[0]] = _string(body, 2, wide=wide, long=wide)
        elif kind == _XF and len(body) >= 4:
            formats.append((*struct.unpack_from("<HH", body), _indent(body) if wide else 0))
        elif kind == _DATEMODE:
            styles.from_1904 = body[:1] == b"\x01"
    for number, (font, code, indent) in enumerate(formats):
        # Font 4 does not exist: indexes from 5 on count one less.
        place = font - (font > 4)
        struck = place < len(struck_fonts) and struck_fonts[place]
        styles.add(number, format_code(code, codes), struck=struck, indent=indent)
    sheets = {name: _sheet(stream, start, limits) for name, start in starts.items()}
    return Book(sheets, styles, frozenset(very_hidden))


def _indent(style: bytes) -> int:
    """How far a style indents its texts from the left."""
    is_left = len(style) > 8 and style[6] & 0x07 <= 1
    return style[8] & 0x0F if is_left else 0


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes, int]]:
    at = start
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length], at
        at += 4 + length


def _sheet(stream: bytes, start: int, limits: Limits) -> Sheet:
    sheet = Sheet()
    depth = 0
    objects: dict[int, str] = {}
    notes: list[tuple[int, int, int]] = []
    current, text_left = 0, -1
    anchor = Range(0, 0, 0, 0)
    for kind, body, _ in _records(stream, start):
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                break
        elif kind == _DIMENSIONS:
            _check_dimensions(body, limits)
        elif depth > 1 and kind not in (_OBJ, _TXO, _CONTINUE):
            continue
        elif kind in _CELLS and len(body) >= 6:
            row, column, style = struct.unpack_from("<HHH", body)
            _fill(sheet, row, column, limits)
            sheet.styled[row, column] = style
            if kind in _FORMULAS:
                sheet.formulas.append((row, column))
            if (error := _error(kind, body)) is not None:
                sheet.errors[row, column] = error
        elif kind == _MULRK and len(body) >= 12:
            row, first = struct.unpack_from("<HH", body)
            last = first + (len(body) - 6) // 6 - 1
            _fill(sheet, row, last, limits)
            for offset, column in enumerate(range(first, last + 1)):
                sheet.styled[row, column] = struct.unpack_from("<H", body, 4 + 6 * offset)[0]
        elif kind == _ROW and len(body) >= 16:
            if body[12] & 0x20:
                sheet.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _COLINFO and len(body) >= 10:
            first, last = struct.unpack_from("<HH", body)
            if body[8] & 0x01:
                sheet.hidden_columns.update(range(first, min(last, 16383) + 1))
        elif kind == _DRAWING:
            anchor = _anchored(body, anchor)
        elif kind == _OBJ and len(body) >= 8:
            sort, current = struct.unpack_from("<HH", body, 4)
            if depth == 1 and sort not in _NO_OBJECTS and len(sheet.objects) < MOST_OBJECTS:
                sheet.objects.append(anchor)
        elif kind == _TXO:
            text_left = current
        elif kind == _CONTINUE and text_left >= 0:
            objects[text_left] = _continued(body)
            text_left = -1
        elif kind == _NOTE and len(body) >= 8:
            row, column, _flags, number = struct.unpack_from("<HHHH", body)
            notes.append((row, column, number))
    sheet.comments = {
        (row, column): objects[number] for row, column, number in notes if number in objects
    }
    sheet.hidden_columns = {column for column in sheet.hidden_columns if column <= sheet.right}
    sheet.hidden_rows = {row for row in sheet.hidden_rows if row <= sheet.bottom}
    return sheet


def _anchored(body: bytes, before: Range) -> Range:
    """The cells over which the object lies that a drawing record is about; it is the next one."""
    at = body.rfind(_ANCHOR)
    if at < 0 or len(body) < at + 24:
        return before
    left, _, top, _, right, _, bottom = struct.unpack_from("<7H", body, at + 8)
    return Range(top, left, max(top, bottom), max(left, right))


def _check_dimensions(body: bytes, limits: Limits) -> None:
    """Refuse a sheet that announces more than a sheet can have: room would be made for it."""
    if len(body) not in (10, 14):
        return
    top, bottom, left, right = struct.unpack_from("<IIHH" if len(body) == 14 else "<HHHH", body)
    left = 0 if left > 255 or right < left else left
    rows, columns = (bottom - top) % 2**32, (right - left) % 2**32
    if bottom and right and rows * columns > max(limits.cells, 65_536 * 256):
        raise UnreadableWorkbook("damaged-file", reason="impossible dimensions")


def _fill(sheet: Sheet, row: int, column: int, limits: Limits) -> None:
    if row > sheet.bottom or column > sheet.right:
        sheet.bottom, sheet.right = max(sheet.bottom, row), max(sheet.right, column)
        if (sheet.bottom + 1) * (sheet.right + 1) > limits.cells:
            raise too_many(sheet.bottom, sheet.right, limits)


def _error(kind: int, body: bytes) -> str | None:
    """The error a cell holds, which the values themselves do not tell."""
    if kind == _BOOLERR and len(body) >= 8 and body[7]:
        return _ERRORS.get(body[6], "#N/A")
    if kind == _FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
        return _ERRORS.get(body[8], "#N/A")
    return None


def _string(body: bytes, at: int, *, wide: bool, long: bool) -> str:
    """A string with its length (one byte or two) before it; BIFF8 adds one that says the width."""
    length = struct.unpack_from("<H", body, at)[0] if long else body[at]
    at += 2 if long else 1
    if not wide:
        return body[at : at + length].decode("cp932", "replace")
    if at < len(body) and body[at] & 0x01:
        return body[at + 1 : at + 1 + 2 * length].decode("utf-16-le", "replace")
    return body[at + 1 : at + 1 + length].decode("latin-1")


def _continued(body: bytes) -> str:
    if body[:1] == b"\x01":
        return body[1:].decode("utf-16-le", "replace")
    return body[1:].decode("latin-1")
