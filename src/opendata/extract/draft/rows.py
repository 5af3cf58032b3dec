"""The rows below a header: how far the table goes, and which of them are no records."""

from __future__ import annotations

from collections.abc import Sequence

from opendata.extract.draft.cells import is_figure, is_private, own_cells, quotable, shows_figure
from opendata.extract.draft.guess import Guess, TableGuess
from opendata.extract.draft.header import is_header_row
from opendata.extract.draft.headings import LEVELS, bare, heading, says
from opendata.extract.grid import Cell, Grid, matches
from opendata.japanese import squash, tidy

NOTE_STARTS = ("※", "注", "(注", "資料", "出典", "〈資料", "<資料", "(備考", "*")
LONGEST_LINE = 60
"""A longer text across the table is a remark."""
_REMARKS = ("progress", "note", "department")
"""What a form tells below its table of indicators."""
MOST_BLANKS = 2
"""The most blank rows that a table goes on behind."""


def data_rows(grid: Grid, bottom: int, columns: Sequence[int]) -> tuple[list[int], int]:
    """The rows of the table and the number of blank rows that does not end it."""
    rows: list[int] = []
    gap, blank = 1, 0
    for row in range(bottom + 1, grid.height):
        cells = [one for at in columns if (one := grid.cell(row, at)) is not None]
        if not cells:
            blank += 1
            if blank > MOST_BLANKS:
                break
            continue
        if squash(cells[0].shown).startswith(NOTE_STARTS) and cells[0].row == row:
            break
        own = own_cells(grid, row)
        if blank and not _goes_on(own) and not _is_group(grid, row, own):
            break
        if rows and _is_next_header(own):
            break
        gap = max(gap, blank + 1)
        blank = 0
        rows.append(row)
    return rows, gap


def _is_next_header(own: Sequence[Cell]) -> bool:
    """Whether a row heads another table: it has headings and no figure but years."""
    figures = (one for one in own if is_figure(one) and not heading(one.shown).is_year)
    return len(own) > 1 and next(figures, None) is None and is_header_row(own)


def _is_group(grid: Grid, row: int, own: Sequence[Cell]) -> bool:
    """Whether a row behind a blank one is one text, and one of figures stands below it."""
    return len(own) == 1 and isinstance(own[0].value, str) and _goes_on(own_cells(grid, row + 1))


def _goes_on(own: Sequence[Cell]) -> bool:
    """Whether a row behind a blank one is one of figures."""
    figures = sum(shows_figure(one.shown) for one in own)
    return figures >= 2 and figures * 3 >= len(own) and not is_header_row(own)


def mark_ignored(table: TableGuess) -> None:
    """Mark the rows that are no records: totals and averages, headings between rows, legends."""
    values = {one.column for one in table.columns if one.is_value}
    naming = table.of("name", *LEVELS, "row_kind")
    names = {one.column + at for one in naming for at in range(one.width)}
    for row in table.rows:
        own = own_cells(table.grid, row)
        over = [
            cell for at in sorted(names) if (cell := table.grid.cell(row, at)) and cell not in own
        ]
        if (total := _total([*over, *own], names)) is not None:
            table.ignored_rows[row] = tidy(total.shown)
        elif _is_remark(own):
            table.ignored_rows[row] = tidy(own[0].shown)
        elif (line := _line(table.grid, own, values)) is not None:
            _mark_line(table, row, own, line)


def _mark_line(table: TableGuess, row: int, own: Sequence[Cell], line: Cell) -> None:
    """A line is a part of the plan to which the rows below belong, if a layout can tell it."""
    if table.is_indented and any(_is_under(one, line.column) for one in table.of("name")):
        return
    heading = next((one for one in table.columns if _is_under(one, line.column)), None)
    is_last = own[-1] is line and heading is not None and not heading.is_value
    if heading is None or not is_last or len(line.shown) > LONGEST_LINE:
        table.ignored_rows[row] = tidy(line.shown)
    else:
        table.lines[row] = "/".join(heading.parts)


def _is_remark(own: Sequence[Cell]) -> bool:
    """Whether a row is a label of the form with its text, right below the table: 評価 | A."""
    if len(own) != 2 or any(is_figure(one) for one in own):
        return False
    words = bare(own[0].shown)
    return heading(own[0].shown).role in _REMARKS or says(words, "labels") == "ignore"


def _is_under(heading: Guess, column: int) -> bool:
    return heading.column <= column < heading.column + heading.width


def _total(own: Sequence[Cell], names: set[int]) -> Cell | None:
    """The cell that says that its row is a total."""
    saying = [one for one in own if says(bare(one.shown), "totals") is not None]
    leading = [one for one in own[:1] if one in saying and not isinstance(one.value, (int, float))]
    return next(iter([*leading, *(one for one in reversed(saying) if one.column in names)]), None)


def _line(grid: Grid, own: Sequence[Cell], values: set[int]) -> Cell | None:
    """The text of a row that has no values, but one text across the table."""
    if not values or not own or any(one.column in values for one in own):
        return None
    is_across = any(grid.span(one).right - one.column >= 2 for one in own)
    if len(own) > 1 and not is_across:
        return None
    longest = max(own, key=lambda one: len(one.shown))
    return longest if longest.column <= min(values) else None


def row_patterns(table: TableGuess) -> list[str]:
    """The texts that name the rows that are no records, unless a record bears the same."""
    records = [
        cell.shown
        for row in table.rows
        if row not in table.ignored_rows and row not in table.lines
        for cell in own_cells(table.grid, row)
        if isinstance(cell.value, str)
    ]
    found = []
    for text in dict.fromkeys(table.ignored_rows.values()):
        if is_private(text):
            continue
        short = bare(text) if says(bare(text), "totals") is not None else ""
        for wanted in (short, quotable(squash(text))):
            if wanted and matches(text, wanted) and not any(matches(r, wanted) for r in records):
                found.append(wanted)
                break
    return list(dict.fromkeys(found))
