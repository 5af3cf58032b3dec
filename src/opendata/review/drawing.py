"""A piece of a sheet, drawn around one cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from opendata.errors import Severity
from opendata.review.privacy import MASK, Mask
from opendata.review.shown import clean, shown
from opendata.workbook.types import Range, Sheet, address

ROWS_ABOVE, ROWS_BELOW, COLUMNS_ASIDE = 3, 2, 2
_TEXT = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A row or column: its number or letters."""

    index: int
    label: str
    is_hidden: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One drawn cell. `mark` is the severity of a problem in it, `is_here` the one told of."""

    text: str
    is_number: bool
    is_here: bool
    mark: Severity | None
    rowspan: int
    colspan: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Column headings, and every row with its number and cells."""

    columns: tuple[Line, ...]
    rows: tuple[tuple[Line, tuple[Cell, ...]], ...]


def draw(
    sheet: Sheet, row: int, column: int, mask: Mask, marks: Mapping[tuple[int, int], Severity]
) -> Drawing:
    """Draw the visible neighbours of a cell. `marks` are the cells of this sheet with problems."""
    last = max(len(sheet.rows) - 1, row)
    rows = _visible(row, sheet.hidden_rows, last, ROWS_ABOVE, ROWS_BELOW)
    width = max((len(sheet.rows[at]) for at in rows if at < len(sheet.rows)), default=0)
    last = max(width - 1, column)
    columns = _visible(column, sheet.hidden_columns, last, COLUMNS_ASIDE, COLUMNS_ASIDE)
    merges = [one for one in sheet.merged if _meets(one, rows, columns)]
    return Drawing(
        tuple(
            Line(at, address(0, at)[:-1], at in sheet.hidden_columns, at == column)
            for at in columns
        ),
        tuple(
            (
                Line(at, str(at + 1), at in sheet.hidden_rows, at == row),
                tuple(_cells(sheet, at, rows, columns, (row, column), merges, mask, marks)),
            )
            for at in rows
        ),
    )


def _visible(here: int, hidden: frozenset[int], last: int, before: int, after: int) -> list[int]:
    """The nearest visible indices before and after, and the one in question in any case."""
    ahead: list[int] = []
    at = here - 1
    while at >= 0 and len(ahead) < before:
        if at not in hidden:
            ahead.append(at)
        at -= 1
    behind: list[int] = []
    at = here + 1
    while at <= last and len(behind) < after:
        if at not in hidden:
            behind.append(at)
        at += 1
    return [*reversed(ahead), here, *behind]


def _meets(merge: Range, rows: list[int], columns: list[int]) -> bool:
    return (
        merge.top <= rows[-1]
        and merge.bottom >= rows[0]
        and merge.left <= columns[-1]
        and merge.right >= columns[0]
    )


def _cells(
    sheet: Sheet,
    row: int,
    rows: list[int],
    columns: list[int],
    here: tuple[int, int],
    merges: list[Range],
    mask: Mask,
    marks: Mapping[tuple[int, int], Severity],
) -> list[Cell]:
    drawn = []
    for column in columns:
        merge = next((one for one in merges if _holds(one, row, column)), None)
        if merge is None:
            area, tall, wide = [(row, column)], 1, 1
        else:
            inside_rows = [at for at in rows if merge.top <= at <= merge.bottom]
            inside_columns = [at for at in columns if merge.left <= at <= merge.right]
            if (row, column) != (inside_rows[0], inside_columns[0]):
                continue
            area = [(merge.top, merge.left)]
            area += [(r, c) for r in inside_rows for c in inside_columns]
            tall, wide = len(inside_rows), len(inside_columns)
        top_left = area[0]
        text = shown(sheet, *top_left)
        if any(mask.hides(sheet.name, *one) for one in area):
            text = MASK
        drawn.append(
            Cell(
                clean(mask.text(text), _TEXT),
                _is_number(sheet, *top_left),
                here in area,
                next((marks[one] for one in area if one in marks), None),
                tall,
                wide,
            )
        )
    return drawn


def _holds(merge: Range, row: int, column: int) -> bool:
    return merge.top <= row <= merge.bottom and merge.left <= column <= merge.right


def _is_number(sheet: Sheet, row: int, column: int) -> bool:
    values = sheet.rows[row] if row < len(sheet.rows) else ()
    value = values[column] if column < len(values) else None
    return isinstance(value, int | float) and not isinstance(value, bool)
