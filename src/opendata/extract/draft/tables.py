"""The tables of a sheet nobody has described."""

from __future__ import annotations

from collections.abc import Sequence

from opendata.extract.draft.cells import MOST_COLUMNS, MOST_ROWS, own_cells
from opendata.extract.draft.content import settle
from opendata.extract.draft.crosstab import crosstab_at
from opendata.extract.draft.guess import Guess, TableGuess
from opendata.extract.draft.header import (
    era_above,
    header_columns,
    header_end,
    header_top,
    is_header_row,
    is_plan_row,
)
from opendata.extract.draft.headings import LEVELS
from opendata.extract.draft.rows import data_rows, mark_ignored
from opendata.extract.draft.years import date_relative
from opendata.extract.grid import Grid

FARTHEST = 300
"""How many rows below the last table the next one may begin."""


def find_tables(grid: Grid, *, of_plan: bool = False) -> list[TableGuess]:
    """The tables of a sheet from top to bottom. `of_plan` where the sheet is known to be a plan's:
    one column of its parts then makes a table.
    """
    found: list[TableGuess] = []
    row = last = 0
    while row < min(grid.height, last + FARTHEST, MOST_ROWS):
        table = None if row in grid.sheet.hidden_rows else _table_at(grid, row, of_plan)
        if table is None:
            row += 1
            continue
        found.append(table)
        last = row = max([table.bottom, *table.rows]) + 1
    return found


def _period(columns: Sequence[Guess]) -> int:
    """After how many columns the header begins again; all of them where it does not."""
    texts = [tuple(cell.shown for cell in one.path) for one in columns]
    for count in range(2, len(texts) // 2 + 1):
        if texts == texts[:count] * (len(texts) // count):
            return count
    return len(texts)


def _table_at(grid: Grid, top: int, of_plan: bool) -> TableGuess | None:
    if not any(isinstance(value, str) for value in grid.sheet.rows[top][:MOST_COLUMNS]):
        return None
    cells = own_cells(grid, top)
    if len(cells) < 2:
        return None
    if (table := crosstab_at(grid, top, cells)) is not None:
        return table
    if not (is_header_row(cells) or (of_plan and is_plan_row(grid, cells))):
        return None
    bottom = header_end(grid, top, cells)
    top = header_top(grid, top, cells)
    columns = header_columns(grid, top, bottom)
    rows, gap = data_rows(grid, bottom, [one.column for one in columns])
    if not rows:
        return None
    table = TableGuess(grid, top, bottom, rows, columns, gap, era=era_above(grid, top))
    table.columns = columns[: _period(columns)]
    table.repeats = len(table.columns) < len(columns)
    date_relative(table)
    settle(table)
    mark_ignored(table)
    levels = {one.role for one in table.of(*LEVELS)}
    is_useful = table.of("value") and table.of("name")
    return table if is_useful or table.is_card or len(levels) >= 2 - of_plan else None
