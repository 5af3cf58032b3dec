"""The Excel edition: the same values under Japanese headings, with a sheet that explains them."""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import xlsxwriter

from opendata.package import Package, Resource

SHEET_ROWS = 1_048_576
BATCH_ROWS = 4096
MEASURED_ROWS = 500
"""How many rows decide how wide a column is."""
CELL_CHARACTERS = 32_767
ABOUT = "説明"
ABOUT_WIDTHS = (20.0, 24.0, 26.0, 8.0, 60.0, 50.0)
LINE_POINTS = 18.75
NO_TIME = datetime(1980, 1, 1)  # noqa: DTZ001 - the first day that a ZIP file can name
TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数値",
    "boolean": "真偽",
    "date": "日付",
    "year": "年",
}


def to_excel(
    package: Package,
    tables: Mapping[str, pa.Table],
    descriptor: Mapping[str, Any],
) -> bytes:
    """One workbook with a sheet per table behind the sheet 説明.

    Text is always written as text: a value that begins with `=` must not become a formula, nor
    `092169` a number.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            # Row by row through a file: as objects, cells take a hundred times their size.
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            "default_format_properties": {"font_name": "Yu Gothic", "font_size": 11},
        },
    )
    book.set_properties(
        {
            "title": str(descriptor.get("title", package.name)),
            "author": _publisher(descriptor),
            "comments": f"{package.name} {descriptor['version']}",
            # Otherwise the clock would stand in the file: the same version, the same bytes.
            "created": NO_TIME,
        }
    )
    styles = {
        "head": book.add_format(
            {"bold": True, "bg_color": "#E6ECF5", "bottom": 1, "text_wrap": True, "valign": "top"}
        ),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "label": book.add_format({"bold": True, "valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    about = book.add_worksheet(ABOUT)
    sheets: dict[str, str] = {}
    for resource in package:
        table = tables[resource.name]
        if table.num_rows >= SHEET_ROWS:
            continue
        name = _sheet_name(resource.title, {ABOUT, *sheets.values()})
        sheets[resource.name] = name
        _write_table(book.add_worksheet(name), resource, table, styles)
    _write_about(about, package, tables, descriptor, sheets, styles)
    book.close()
    return out.getvalue()


def _publisher(descriptor: Mapping[str, Any]) -> str:
    return ", ".join(str(one["title"]) for one in descriptor.get("contributors", ()))


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that Excel takes: at most 31 characters, none of `[]:*?/\\`, each once."""
    base = re.sub(r"[\[\]:*?/\\]", "_", title).strip("'")[:31] or "Sheet"
    name, number = base, 1
    while name.casefold() in {one.casefold() for one in taken}:
        number += 1
        name = f"{base[: 30 - len(str(number))]}_{number}"
    return name


def _write_table(
    sheet: Any, resource: Resource, table: pa.Table, styles: Mapping[str, Any]
) -> None:
    fields = resource.published
    for column, field in enumerate(fields):
        sheet.write_string(0, column, field.title, styles["head"])
        first = table.column(field.name).slice(0, MEASURED_ROWS).to_pylist()
        sheet.set_column(column, column, _width(field.title, first))
    names = [field.name for field in fields]
    row = 0
    for batch in table.select(names).to_batches(max_chunksize=BATCH_ROWS):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            row += 1
            for column, value in enumerate(values):
                _write(sheet, row, column, value, styles)
    sheet.freeze_panes(1, len(resource.primary_key) if len(resource.primary_key) < 3 else 1)
    sheet.autofilter(0, 0, max(table.num_rows, 1), len(fields) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write(sheet: Any, row: int, column: int, value: Any, styles: Mapping[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)) and math.isfinite(value):
        sheet.write_number(row, column, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, styles["date"])
    else:
        sheet.write_string(row, column, _fitting(str(value)))


def _fitting(value: str) -> str:
    if len(value) <= CELL_CHARACTERS:
        return value
    note = "…（続きは CSV にあります）"
    return value[: CELL_CHARACTERS - len(note)] + note


def _width(title: str, values: Sequence[Any]) -> float:
    longest = max((_columns(str(value)) for value in values if value is not None), default=0)
    return min(max(longest, _columns(title) + 3, 8) + 1, 60)


def _columns(value: str) -> int:
    """How many narrow characters wide the longest line is."""
    return max(
        (
            sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in line)
            for line in value[:200].splitlines()
        ),
        default=0,
    )


def _height(*cells: tuple[str, float]) -> float:
    """The height in points of a row of wrapped texts in columns of these widths."""
    return LINE_POINTS * max(
        math.ceil((_columns(text) or 1) * 1.1 / width) for text, width in cells
    )


def _write_about(
    sheet: Any,
    package: Package,
    tables: Mapping[str, pa.Table],
    descriptor: Mapping[str, Any],
    sheets: Mapping[str, str],
    styles: Mapping[str, Any],
) -> None:
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for column, width in enumerate(ABOUT_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, str(descriptor.get("title", package.name)), styles["title"])
    licences = "、".join(
        " ".join(str(one[part]) for part in ("title", "path") if part in one)
        for one in descriptor.get("licenses", ())
    )
    facts = [
        ("説明", str(descriptor.get("description", ""))),
        ("版", str(descriptor["version"])),
        ("公開者", _publisher(descriptor)),
        ("ライセンス", licences),
        *(("もとの資料", str(one["title"])) for one in descriptor.get("sources", ())),
        ("空のセル", "値がないことを表します。0 ではありません。"),
        ("英字の値", "actual のような英字の値の意味は、下の「値の意味」にあります。"),
    ]
    row = 2
    for label, value in facts:
        sheet.write_string(row, 0, label, styles["label"])
        sheet.merge_range(row, 1, row, len(ABOUT_WIDTHS) - 1, "", styles["wrap"])
        sheet.write_string(row, 1, value, styles["wrap"])
        sheet.set_row(row, _height((value, sum(ABOUT_WIDTHS[1:]))))
        row += 1
    row += 1
    heads = ("シート", "項目", "CSV での名前", "型", "意味", "値の意味")
    for column, head in enumerate(heads):
        sheet.write_string(row, column, head, styles["head"])
    row += 1
    for resource in package:
        count = tables[resource.name].num_rows
        sheet_name = sheets.get(resource.name)
        words = f"{resource.descriptor.get('description', '')}（{count:,}行）".strip()
        if sheet_name is None:
            words += " 行が多いため、この表はここにありません。CSV か Parquet をお使いください。"
        sheet.write_string(row, 0, sheet_name or resource.title, styles["label"])
        sheet.write_string(row, 2, resource.name)
        sheet.write_string(row, 4, words, styles["wrap"])
        sheet.set_row(row, _height((words, ABOUT_WIDTHS[4])))
        row += 1
        for field in resource.published:
            categories = field.descriptor.get("categories", ())
            meanings = "、".join(f"{one['value']} {one['label']}" for one in categories)
            cells = (
                sheet_name or resource.title,
                field.title,
                field.name,
                TYPES.get(field.type, field.type),
                str(field.descriptor.get("description", "")),
                meanings,
            )
            for column, value in enumerate(cells):
                sheet.write_string(row, column, value, styles["wrap"])
            sheet.set_row(row, _height(*zip(cells, ABOUT_WIDTHS, strict=True)))
            row += 1
