"""A plain workbook of the cells of a file that is no xlsx package, or not one we can change."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from io import BytesIO

from opendata.review.marked.markup import escaped
from opendata.review.marked.sheet import written
from opendata.workbook import Sheet, Value, Workbook, address

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - cells have no time zone
_DAY = timedelta(days=1)
_FORMATS = ("General", "yyyy/mm/dd", "yyyy/mm/dd hh:mm:ss", "hh:mm:ss", "[h]:mm:ss")
_HIDDEN = {"visible": "", "hidden": ' state="hidden"', "very_hidden": ' state="veryHidden"'}


def rendering(workbook: Workbook, *, is_empty: bool = False) -> tuple[bytes, Mapping[str, str]]:
    """The workbook as a package, and from the names of its sheets to those they have there.

    `is_empty`: a package of one empty sheet, for a file that is too large to be copied.
    """
    names: dict[str, str] = {}
    for sheet in () if is_empty else workbook.sheets:
        names[sheet.name] = title(sheet.name, names.values())
    titles = list(names.values()) or [title("", ())]
    parts = dict(_frame(titles, workbook))
    for number, sheet in enumerate(() if is_empty else workbook.sheets, 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = b"".join(_sheet(sheet))
    if is_empty:
        empty = f'{_DECLARED}<worksheet xmlns="{_MAIN}"><sheetData/></worksheet>'
        parts["xl/worksheets/sheet1.xml"] = empty.encode()
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return out.getvalue(), names


def title(name: str, taken: Iterable[str]) -> str:
    """A sheet name that Excel takes and that is still free."""
    base = re.sub(r"[\\*?:/\[\]]", "_", name).strip("'")[:31] or "データ"
    known = {one.casefold() for one in taken}
    found, number = base, 1
    while found.casefold() in known:
        number += 1
        found = f"{base[:27]} ({number})"
    return found


def _frame(titles: list[str], workbook: Workbook) -> Iterator[tuple[str, bytes]]:
    """The parts around the sheets."""
    hidden = [_HIDDEN[one.visibility] for one in workbook.sheets]
    if all(hidden):
        hidden = [""] * len(titles)  # Excel opens no workbook without a sheet to see
    numbers = range(1, len(titles) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{one}.xml"'
        f' ContentType="{_SHEET_TYPE}worksheet+xml"/>'
        for one in numbers
    )
    yield (
        "[Content_Types].xml",
        (
            f'{_DECLARED}<Types xmlns="{_PACKAGE}content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}styles+xml"/>'
            f"{overrides}</Types>"
        ).encode(),
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    sheets = b"".join(
        b'<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>' % (escaped(name), at, state.encode(), at)
        for name, at, state in zip(titles, numbers, hidden, strict=False)
    )
    shown = hidden.index("")
    head = (
        f'{_DECLARED}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews>'
        f'<workbookView activeTab="{shown}"/></bookViews><sheets>'
    )
    yield "xl/workbook.xml", head.encode() + sheets + b"</sheets></workbook>"
    yield (
        "xl/_rels/workbook.xml.rels",
        _relations(
            [
                *(("worksheet", f"worksheets/sheet{one}.xml") for one in numbers),
                ("styles", "styles.xml"),
            ]
        ),
    )
    yield "xl/styles.xml", _styles()


def _relations(targets: list[tuple[str, str]]) -> bytes:
    listed = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, 1)
    )
    return (
        f'{_DECLARED}<Relationships xmlns="{_PACKAGE}relationships">{listed}</Relationships>'
    ).encode()


def _styles() -> bytes:
    codes = "".join(
        f'<numFmt numFmtId="{163 + at}" formatCode="{code}"/>'
        for at, code in enumerate(_FORMATS)
        if at
    )
    formats = "".join(
        f'<xf numFmtId="{163 + at if at else 0}" fontId="0" fillId="0" borderId="0"'
        f"{' applyNumberFormat=' + chr(34) + '1' + chr(34) if at else ''}/>"
        for at in range(len(_FORMATS))
    )
    return (
        f'{_DECLARED}<styleSheet xmlns="{_MAIN}"><numFmts count="{len(_FORMATS) - 1}">{codes}'
        '</numFmts><fonts count="1"><font><sz val="11"/><name val="Yu Gothic"/></font></fonts>'
        f'<cellXfs count="{len(_FORMATS)}">{formats}</cellXfs></styleSheet>'
    ).encode()


def _sheet(sheet: Sheet) -> Iterator[bytes]:
    yield f'{_DECLARED}<worksheet xmlns="{_MAIN}">'.encode()
    if sheet.hidden_columns:
        columns = "".join(
            f'<col min="{one + 1}" max="{one + 1}" width="9" hidden="1"/>'
            for one in sorted(sheet.hidden_columns)
        )
        yield f"<cols>{columns}</cols>".encode()
    yield b"<sheetData>"
    for row, values in enumerate(sheet.rows):
        cells = b"".join(
            _cell(row, column, value) for column, value in enumerate(values) if value is not None
        )
        is_hidden = row in sheet.hidden_rows
        if cells or is_hidden:
            yield b'<row r="%d"%s>' % (row + 1, b' hidden="1"' if is_hidden else b"")
            yield cells
            yield b"</row>"
    yield b"</sheetData>"
    if sheet.merged:
        merges = "".join(
            f'<mergeCell ref="{address(one.top, one.left)}:{address(one.bottom, one.right)}"/>'
            for one in sheet.merged
        )
        yield f'<mergeCells count="{len(sheet.merged)}">{merges}</mergeCells>'.encode()
    yield b"</worksheet>"


def _cell(row: int, column: int, value: Value) -> bytes:
    if isinstance(value, bool):
        return b'<c r="%s" t="b"><v>%d</v></c>' % (address(row, column).encode(), value)
    if isinstance(value, (int, float, str)):
        return written(b"", row, column, value, 0)
    number, style = _serial(value)
    if number < 0:  # before Excel's time
        return written(b"", row, column, str(value), 0)
    return written(b"", row, column, number, style)


def _serial(value: date | time | timedelta | None) -> tuple[float, int]:
    """A day or a time as the number a cell holds, and its format."""
    if isinstance(value, datetime):
        passed = value.replace(tzinfo=None) - _ZERO
        return passed / _DAY, 2 if passed % _DAY else 1
    if isinstance(value, date):
        return (datetime(value.year, value.month, value.day) - _ZERO) / _DAY, 1  # noqa: DTZ001
    if isinstance(value, time):
        passed = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
        return passed / _DAY, 3
    return (value or timedelta()) / _DAY, 4
