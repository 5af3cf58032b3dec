"""A piece of a sheet, drawn around one cell, with the headings that say what the cell is of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from opendata.errors import Severity
from opendata.japanese import read_quantity
from opendata.review.privacy import MASK, Mask
from opendata.review.shown import clean, shown
from opendata.workbook.types import Range, Sheet, Value, address

ROWS_ABOVE, ROWS_BELOW, COLUMNS_ASIDE = 3, 2, 2
HEADINGS = 3
"""How many rows of a table's head are drawn, where they stand further up."""

_TEXT = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A row or column: its number or letters. `is_apart` where visible ones before it are left
    out."""

    index: int
    label: str
    is_hidden: bool
    is_here: bool
    is_apart: bool = False


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
    """Draw the visible neighbours of a cell, and before them the head of its column and the name of
    its row. `marks` are the cells of this sheet with problems."""
    last = max(len(sheet.rows) - 1, row)
    rows = _visible(row, sheet.hidden_rows, last, ROWS_ABOVE, ROWS_BELOW)
    width = max((len(sheet.rows[at]) for at in rows if at < len(sheet.rows)), default=0)
    last = max(width - 1, column)
    columns = _visible(column, sheet.hidden_columns, last, COLUMNS_ASIDE, COLUMNS_ASIDE)
    rows = [*_heads(sheet, row, column, rows[0]), *rows]
    columns = [*_names(sheet, row, columns[0]), *columns]
    merges = [one for one in sheet.merged if _meets(one, rows, columns)]
    return Drawing(
        tuple(_lines(columns, sheet.hidden_columns, column, is_row=False)),
        tuple(
            (line, tuple(_cells(sheet, at, rows, columns, (row, column), merges, mask, marks)))
            for at, line in zip(
                rows, _lines(rows, sheet.hidden_rows, row, is_row=True), strict=True
            )
        ),
    )


def _lines(
    indices: Sequence[int], hidden: frozenset[int], here: int, *, is_row: bool
) -> Iterator[Line]:
    before = -1
    for at in indices:
        label = str(at + 1) if is_row else address(0, at)[:-1]
        left_out = set(range(before + 1, at)) - hidden
        yield Line(at, label, at in hidden, at == here, bool(left_out) and before >= 0)
        before = at


def _heads(sheet: Sheet, row: int, column: int, first: int) -> list[int]:
    """The rows above `first` in which the cell's table says what its column is.

    A table begins below an empty row. Of its head the rows count down to the first one in which
    the column has a cell of its own: 実績値 across years, then 令和4年度.
    """
    top = row
    while top and any(one is not None for one in _row(sheet, top - 1)):
        top -= 1
    heads: list[int] = []
    for at in range(top, first):
        merge = next((one for one in sheet.merged if _holds(one, at, column)), None)
        origin = (merge.top, merge.left) if merge else (at, column)
        if at in sheet.hidden_rows or origin[0] < at or not shown(sheet, *origin):
            continue
        heads.append(at)
        if len(heads) == HEADINGS or merge is None or merge.left == merge.right:
            break
    return heads


def _names(sheet: Sheet, row: int, first: int) -> list[int]:
    """The column left of `first` that names the row: the longest text there that is no figure."""
    texts = {
        at: one
        for at, one in enumerate(_row(sheet, row)[:first])
        if isinstance(one, str) and at not in sheet.hidden_columns and read_quantity(one) is None
    }
    return [max(texts, key=lambda at: len(texts[at]))] if texts else []


def _row(sheet: Sheet, row: int) -> Sequence[Value]:
    return sheet.rows[row] if row < len(sheet.rows) else ()


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
        text = sheet.looks.get(top_left) or shown(sheet, *top_left)
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
    values = _row(sheet, row)
    value = values[column] if column < len(values) else None
    return isinstance(value, int | float) and not isinstance(value, bool)
