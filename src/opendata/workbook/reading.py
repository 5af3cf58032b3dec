"""Bytes to cells: find out what a file is, prove that it is safe to open, read it."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from opendata.errors import UnreadableWorkbook
from opendata.workbook import biff, delimited, kind, ods, properties, xlsx
from opendata.workbook.ink import Inks
from opendata.workbook.ole import Container
from opendata.workbook.styles import Place, Shown, Styles
from opendata.workbook.types import Limits, Range, Sheet, Value, Visibility, Workbook
from opendata.workbook.worksheet import joined, too_many
from opendata.workbook.zipped import open_parts


def read(name: str, content: bytes, limits: Limits | None = None) -> Workbook:
    """Read a file as a workbook: its cells, uninterpreted.

    What the file is, its content decides before its name does. Whatever arrives, the only
    exception is UnreadableWorkbook: empty-file, not-a-spreadsheet, unsupported-format,
    damaged-file, password-protected, too-large, zip-bomb, unsafe-xml, too-many-cells,
    too-many-sheets, too-costly, undecodable-text, unclosed-quote, no-cells.
    """
    limits = limits or Limits()
    if len(content) > limits.file_bytes:
        raise UnreadableWorkbook(
            "too-large", found=_megabytes(len(content)), limit=_megabytes(limits.file_bytes)
        )
    try:
        with _without_collecting():
            book = _read(name, content, limits)
    except (UnreadableWorkbook, KeyboardInterrupt, SystemExit):
        raise
    except MemoryError as error:
        raise UnreadableWorkbook(
            "too-costly",
            memory=f"{limits.memory_bytes / 2**20:,.0f} MB",
            seconds=f"{limits.seconds:g}",
        ) from error
    except BaseException as error:  # a panic inside calamine is no Exception
        raise UnreadableWorkbook("damaged-file", reason=str(error)[:200]) from error
    if not any(_is_filled(sheet) for sheet in book.sheets):
        raise UnreadableWorkbook("no-cells")
    return book


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Cells make no cycles, and looking for them again and again costs a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(name: str, content: bytes, limits: Limits) -> Workbook:
    sort = kind.kind_of(name, content)
    if sort == "text":
        return _read_text(name, content, limits)
    if sort == "ole":
        return _read_xls(name, content, limits)
    parts = open_parts(content, limits)
    folder = xlsx.main_folder(parts)
    form = kind.zip_format(parts, folder)
    if form == "ods":
        tables = ods.read_tables(parts.read("content.xml"), limits)
        sheets = tuple(_ods_sheets(content, tables, limits))
    else:
        styles, found = xlsx.read_sheets(parts, folder, limits)
        sheets = tuple(_xlsx_sheet(styles, part) for part in found)
    return Workbook(name, form, sheets, properties.of_archive(parts))


def _read_text(name: str, content: bytes, limits: Limits) -> Workbook:
    text = delimited.decode(content)
    if not kind.is_named_as_text(name) and not delimited.looks_like_table(text):
        raise UnreadableWorkbook("not-a-spreadsheet", kind="TXT")
    records = delimited.records(text, name)
    width = max((len(record) for record in records), default=0)
    if width * len(records) > limits.cells:
        raise too_many(len(records) - 1, width - 1, limits)
    rows: list[list[Value]] = []
    for record in records:
        row: list[Value] = [field or None for field in record]
        rows.append(row + [None] * (width - len(record)))
    return Workbook(name, "csv", (Sheet("", rows),))


def _read_xls(name: str, content: bytes, limits: Limits) -> Workbook:
    container = Container(content)
    book, *_ = [biff.read_book(one, limits) for one in kind.xls_streams(container)]
    sheets = tuple(_xls_sheets(content, book, limits))
    return Workbook(name, "xls", sheets, properties.of_container(container))


def _xls_sheets(content: bytes, book: biff.Book, limits: Limits) -> Iterable[Sheet]:
    for sheet, visibility, rows in _grids(content, book.sheets, limits):
        part = book.sheets.get(sheet.name, biff.Sheet())
        _put_errors(rows, part.errors)
        styles = part.style_rows(rows)
        for row, line in zip(rows, styles, strict=False):
            for column, style in enumerate(line):
                value = row[column]
                if style in book.styles.moments and isinstance(value, (int, float)):
                    row[column] = book.styles.moment(value, style)
        yield Sheet(
            sheet.name,
            rows,
            "very_hidden" if sheet.name in book.very_hidden else visibility,
            _merged(sheet),
            frozenset(part.hidden_rows),
            frozenset(part.hidden_columns),
            Shown(rows, styles, book.styles.codes, {}),
            Shown(rows, styles, book.styles.texts, {}),
            Shown(rows, styles, book.styles.looks, {}),
            part.comments,
            struck=book.styles.struck_out(rows, styles),
            indents=book.styles.indented(rows, styles),
            formulas=joined(sorted(part.formulas)),
            objects=tuple(part.objects),
        )


def _xlsx_sheet(styles: Styles, part: xlsx.Part) -> Sheet:
    sheet = part.sheet
    return Sheet(
        part.name,
        sheet.rows,
        part.visibility,
        sheet.merged,
        sheet.hidden_rows,
        sheet.hidden_columns,
        Shown(sheet.rows, sheet.styles, styles.codes, {}),
        Shown(sheet.rows, sheet.styles, styles.texts, sheet.texts),
        Shown(sheet.rows, sheet.styles, styles.looks, {}),
        part.comments,
        sheet.uncalculated,
        styles.struck_out(sheet.rows, sheet.styles),
        styles.indented(sheet.rows, sheet.styles),
        sheet.formulas,
        part.objects,
        Inks(sheet.styles, styles.inks),
    )


def _ods_sheets(content: bytes, tables: Mapping[str, ods.Table], limits: Limits) -> Iterable[Sheet]:
    for sheet, visibility, rows in _grids(content, tables, limits):
        table = tables.get(sheet.name, ods.Table(sheet.name))
        _put_errors(rows, table.errors)
        for (row, column), truth in table.truths.items():
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = truth
        yield Sheet(
            sheet.name,
            rows,
            visibility,
            tuple(table.merged),
            frozenset(row for row in table.hidden_rows if row <= table.bottom),
            frozenset(one for one in table.hidden_columns if one <= table.right),
            texts=table.texts,
            looks=table.looks,
            comments=table.comments,
            formulas=tuple(table.formulas),
            objects=tuple(table.objects),
        )


def _put_errors(rows: list[list[Value]], errors: Mapping[Place, str]) -> None:
    for (row, column), error in errors.items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column] is None:
            rows[row][column] = error


def _grids(
    content: bytes, known: Mapping[str, object], limits: Limits
) -> Iterable[tuple[CalamineSheet, Visibility, list[list[Value]]]]:
    """The worksheets in order, each with its visibility and its cells from A1 on."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    worksheets = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    if len(worksheets) > limits.sheets:
        raise UnreadableWorkbook(
            "too-many-sheets", found=f"{len(worksheets):,}", limit=f"{limits.sheets:,}"
        )
    for one in worksheets:
        sheet = book.get_sheet_by_name(one.name)
        rows: list[list[Value]] = [
            [None if value == "" else value for value in row] if "" in row else [*row]
            for row in sheet.to_python(skip_empty_area=False)
        ]
        yield sheet, _visibility(one.visible), rows


def _visibility(found: SheetVisibleEnum) -> Visibility:
    if found == SheetVisibleEnum.Visible:
        return "visible"
    return "hidden" if found == SheetVisibleEnum.Hidden else "very_hidden"


def _merged(sheet: CalamineSheet) -> tuple[Range, ...]:
    ranges = sheet.merged_cell_ranges or ()
    return tuple(Range(top, left, bottom, right) for (top, left), (bottom, right) in ranges)


def _is_filled(sheet: Sheet) -> bool:
    return any(
        value is not None and not (isinstance(value, str) and not value.strip())
        for row in sheet.rows
        for value in row
    ) or bool(sheet.uncalculated)


def _megabytes(count: int) -> str:
    return f"{count / 2**20:,.1f} MB"
