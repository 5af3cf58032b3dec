"""Sheets drawn as text, and what the rooms make of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import yaml
from openpyxl.utils import range_boundaries

from opendata.errors import Problem
from opendata.extract import Extract, Layout, extract, read_layout
from opendata.package import Package, load
from opendata.pipeline.guard import Worker
from opendata.validate import Validation, validate
from opendata.workbook import Range, Sheet, Value, Workbook

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "datapackages" / "municipal-plans"
INBOX = PACKAGE / "examples" / "inbox"
SAGAMIHARA = "municipal-plans/141500/情報マネジメント推進計画_進捗管理.xlsx"
NISHITOKYO = "municipal-plans/132292/地域情報化方針_KPI管理シート.xlsx"
REGISTER = "municipal-plans/132012/八王子市情報化計画_登録票.xlsx"
DX = "municipal-plans/132012/八王子市DX推進計画_取組一覧.xlsx"
SHIMOTSUKE = "municipal-plans/092169/地域情報化計画_施策一覧.xlsx"

Rows = list[tuple[Any, ...]]


@cache
def package() -> Package:
    """The contract `municipal-plans`."""
    return load(PACKAGE)


# --- drawing -------------------------------------------------------------------------------------


def sheet(drawn: str, name: str = "表", *, at: str = "A1", hidden: str = "", **more: Any) -> Sheet:
    """A sheet drawn as text, a line a row:

        | 目標 | 施策 | 件数 |
        | 甲   | あ   | 12   |
        | ^    | い   | '12  |
        | 合計 | <    | 24   |

    `^` is merged with the cell above, `<` with the one to its left; 12 is a number, '12 a text;
    `\\n` breaks a line; `> 12` is indented by the cell's alignment, `>> 12` twice; nothing is an
    empty cell. `at` is where the drawing's top left stands.
    `hidden` names rows and columns that are hidden: "5 C".
    """
    lines = [line.strip() for line in drawn.strip().splitlines()]
    texts = [[part.strip() for part in line.strip("|").split("|")] for line in lines]
    left, top, _, _ = (int(one or 1) for one in range_boundaries(at))
    width = max(map(len, texts)) + left - 1
    rows: list[list[Value]] = [[None] * width for _ in range(len(texts) + top - 1)]
    spans: dict[tuple[int, int], Range] = {}
    origin: dict[tuple[int, int], tuple[int, int]] = {}
    indents: dict[tuple[int, int], int] = {}
    for row, line in enumerate(texts, start=top - 1):
        for column, text in enumerate(line, start=left - 1):
            if text in ("^", "<"):
                above = (row - 1, column) if text == "^" else (row, column - 1)
                first = origin.get(above, above)
                known = spans.get(first, Range(*first, *first))
                spans[first] = Range(*first, max(known.bottom, row), max(known.right, column))
                origin[row, column] = first
            else:
                bare = text.lstrip(">")
                if bare != text:
                    indents[row, column] = len(text) - len(bare)
                rows[row][column] = _value(bare.strip(" ") if bare != text else text)
    return Sheet(
        name,
        rows,
        merged=tuple(spans.values()),
        indents=indents,
        hidden_rows=frozenset(int(one) - 1 for one in hidden.split() if one.isdigit()),
        hidden_columns=frozenset(
            int(range_boundaries(f"{one}1")[0] or 1) - 1
            for one in hidden.split()
            if not one.isdigit()
        ),
        **more,
    )


def _value(text: str) -> Value:
    if not text:
        return None
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d+\.\d+", text):
        return float(text)
    return text.removeprefix("'").replace("\\n", "\n")


def workbook(*sheets: Sheet, name: str = "計画.xlsx") -> Workbook:
    return Workbook(name, "xlsx", sheets)


def xlsx(*sheets: Sheet) -> bytes:
    """The sheets as an xlsx file."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for one in sheets:
        page = book.create_sheet(one.name)
        for row, cells in enumerate(one.rows, start=1):
            for column, value in enumerate(cells, start=1):
                if value is not None:
                    page.cell(row, column).value = value
        for span in one.merged:
            page.merge_cells(None, span.top + 1, span.left + 1, span.bottom + 1, span.right + 1)
        for row in one.hidden_rows:
            page.row_dimensions[row + 1].hidden = True
        if one.visibility != "visible":
            page.sheet_state = "hidden"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def edited(content: bytes, sheet: str | None = None, /, **cells: object) -> bytes:
    """The workbook with cells of a sheet (the first) rewritten: `edited(content, E4="令和…")`."""
    book = openpyxl.load_workbook(BytesIO(content), rich_text=True)  # keeps what is struck out
    page = book[sheet] if sheet else book.worksheets[0]
    for address, value in cells.items():
        page[address].value = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


# --- through the rooms ---------------------------------------------------------------------------


def layout(source: str, name: str = "様式") -> Layout:
    """A layout of `municipal-plans` from its YAML; a title is added where it has none."""
    return read_layout(package(), name, {"title": name, **yaml.safe_load(source)})


def extracted(book: Workbook | Sheet, *sources: str | Layout, code: str | None = None) -> Extract:
    """The workbook (or one sheet) read with these layouts; `code` is the municipality's."""
    layouts = [layout(one) if isinstance(one, str) else one for one in sources]
    constants = {"plans.municipality_code": code} if code else {}
    whole = book if isinstance(book, Workbook) else workbook(book)
    return extract(whole, package(), layouts, constants)


def validated(
    book: Workbook | Sheet,
    *sources: str | Layout,
    code: str = "141500",
    last: Mapping[str, pa.Table] | None = None,
) -> Validation:
    """The workbook read and validated; the problems are those of both rooms."""
    whole = book if isinstance(book, Workbook) else workbook(book)
    found = extracted(whole, *sources, code=code)
    result = validate(found, whole, package(), last)
    return replace(result, problems=(*found.problems, *result.problems))


# --- looking -------------------------------------------------------------------------------------


def rows(table: pa.Table, fields: str) -> Rows:
    """The table's whole rows, as tuples of some fields: `rows(table, "number title")`."""
    return list(zip(*(table.column(name).to_pylist() for name in fields.split()), strict=True))


def found(problems: Iterable[Problem], *leave_out: str) -> list[tuple[str, str | None]]:
    """The problems as code and place, those of some codes left out."""
    return [
        (one.code, f"{one.place.sheet or ''}!{one.place.cell or ''}")
        for one in problems
        if one.code not in leave_out
    ]


def codes(problems: Iterable[Problem]) -> list[str]:
    return [one.code for one in problems]


def one(problems: Sequence[Problem], code: str) -> Problem:
    """The only problem of that code."""
    (only,) = (each for each in problems if each.code == code)
    return only


def table_of(drawn: str) -> list[dict[str, str | None]]:
    """A drawn table with a header as rows: what `| a | b |` and `| 1 |  |` say."""
    lines = [line.strip() for line in drawn.strip().splitlines()]
    head, *body = ([part.strip() for part in line.strip("|").split("|")] for line in lines)
    return [
        {name: part or None for name, part in zip(head, line, strict=True)}
        for line in body
        if not set("".join(line)) <= set("-: ")
    ]


class Lasting(Worker):
    """A worker whose process is kept for the next pass: to start one takes longer than a pass.

    Put it in the place of `guard.Worker`, for passes with one worker only.
    """

    def end(self) -> None:
        if self._process is None or self._process.poll() is not None:
            super().end()
