"""Tables with a year a row and an indicator a column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from opendata.errors import Text
from opendata.extract.draft.content import content, row_kind
from opendata.extract.draft.guess import Guess, TableGuess
from opendata.extract.draft.header import era_above, header_columns, header_end
from opendata.extract.draft.headings import LEVELS, VALUES, bare, heading, value_type, years_in
from opendata.extract.draft.rows import data_rows
from opendata.extract.grid import Cell, Grid
from opendata.japanese import tidy

_OTHER_HEADINGS = frozenset({"区分", "項目", "種別"})
_BRACKETS = re.compile(r"[（(][^（()）]*[）)]")


def crosstab_at(grid: Grid, top: int, cells: Sequence[Cell]) -> TableGuess | None:
    """The table that begins with this row of cells, if its years stand one below the other."""
    first = heading(cells[0].shown)
    if first.role != "year" and first.words not in _OTHER_HEADINGS:
        return None
    said = [heading(one.shown) for one in cells[1:]]
    if {one.role for one in said} & {"name", *LEVELS} or sum(one.is_year for one in said) > 1:
        return None
    bottom = header_end(grid, top, cells)
    columns = header_columns(grid, top, bottom)
    rows, gap = data_rows(grid, bottom, [one.column for one in columns])
    table = TableGuess(grid, top, bottom, rows, [], gap, era=era_above(grid, top))
    years = _mark_rows(table, cells[0].column)
    fewest = 2 if first.role == "year" else 3
    if years < fewest or years * 2 < len(rows):
        return None
    table.columns = [_column(table, one, cells[0].column) for one in columns]
    return table if table.of("crossed") else None


def _mark_rows(table: TableGuess, column: int) -> int:
    """Mark the rows that are no years, and those of targets. Returns the number of years."""
    era: str | None = None
    years = 0
    for row in table.rows:
        cell = table.grid.cell(row, column)
        if cell is None:
            continue
        found = years_in(cell.shown, era)
        era = found[0].era or era if found else era
        said = heading(cell.shown, era)
        kind = value_type(said.words) if said.words else "actual"
        if not found or (kind is None and not said.is_year):
            table.ignored_rows[row] = tidy(cell.shown)
            continue
        years += 1
        if kind not in (None, "actual"):
            table.other_rows[tidy(cell.shown)] = str(kind)
    return years


def _column(table: TableGuess, guess: Guess, first: int) -> Guess:
    """The column of the years, one of figures, or one that is not read."""
    if guess.column == first:
        reason = Text("年度が縦に並ぶ", "years stand one below the other")
        return replace(guess, role="year", confidence=0.9, reasons=(reason,))
    if (kinds := row_kind(guess, content(table, guess.column))).role == "row_kind":
        return kinds
    is_unread = guess.role in ("money", "derived", "note")
    if is_unread or not content(table, guess.column).is_figures:
        return replace(guess, confidence=0.7)
    reason = Text("年度ごとの数値の列", "a column of figures, one a year")
    kind = heading(guess.path[-1].shown).role
    if kind in VALUES and len(guess.parts) > 1:
        return replace(guess, role="crossed", value_type=kind, confidence=0.7, reasons=(reason,))
    named = next((one for one in reversed(guess.path) if bare(one.shown)), guess.path[-1])
    words = tidy(_BRACKETS.sub("", named.shown)).replace(" ", "")
    above = [one for one in guess.parts[:-1] if one != "$year"]
    return replace(
        guess,
        role="crossed",
        words=words,
        parts=(*above, words.replace("/", "*")),
        confidence=0.7,
        reasons=(reason,),
        value_type=None,
    )
