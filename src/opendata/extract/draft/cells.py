"""The cells of a sheet as a reader meets them: row by row, and whether they show a figure."""

from __future__ import annotations

import re

from opendata.extract.draft.headings import bare
from opendata.extract.grid import Cell, Grid
from opendata.japanese import read_quantity, squash, tidy

MOST_ROWS, MOST_COLUMNS = 3000, 200
"""How far down and across headers are looked for."""
LONGEST_PATTERN = 40
_LONGEST_FIGURE = 30
_PRIVATE = re.compile(r"\d[\d-]{5,}\d")


def own_cells(grid: Grid, row: int) -> list[Cell]:
    """The visible cells that begin in a row."""
    if row >= grid.height:
        return []
    values = grid.sheet.rows[row][:MOST_COLUMNS]
    filled = (at for at, value in enumerate(values) if value is not None)
    found = (grid.cell(row, at) for at in filled if at not in grid.sheet.hidden_columns)
    cells = {(one.row, one.column): one for one in found if one is not None}
    return [one for (top, _), one in cells.items() if top == row]


def is_figure(cell: Cell) -> bool:
    """Whether a cell holds a number, or a text that shows one."""
    return isinstance(cell.value, (int, float)) or shows_figure(cell.shown)


def shows_figure(text: str) -> bool:
    """Whether a text holds a figure, a sign for a missing one, or a bound."""
    shown = tidy(text)
    quantity = read_quantity(shown) if len(shown) < _LONGEST_FIGURE else None
    if quantity is None or quantity.value is None:
        return quantity is not None
    words = bare(shown)
    return sum(one.isdigit() for one in words) * 3 >= len(words)


def is_private(text: str) -> bool:
    """Whether a text might hold a person's address or number: a layout must not repeat it."""
    return "@" in text or bool(_PRIVATE.search(squash(text)))


def quotable(text: str) -> str:
    """A text as a layout names it: the beginning of a long one."""
    return text if len(text) <= LONGEST_PATTERN else text[: LONGEST_PATTERN - 2] + "*"
