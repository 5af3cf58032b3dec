"""Tables with a year a row and an indicator a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from opendata.errors import Text
from opendata.extract.draft.content import content, row_kind
from opendata.extract.draft.guess import Guess, TableGuess
from opendata.extract.draft.header import era_above, header_columns, header_end
from opendata.extract.draft.headings import (
    LEVELS,
    VALUES,
    bare,
    heading,
    says,
    value_type,
    years_in,
)
from opendata.extract.draft.rows import data_rows
from opendata.extract.grid import Cell, Grid, matches
from opendata.japanese import split_unit, squash, tidy

_OTHER_HEADINGS = frozenset({"区分", "項目", "種別"})


def crosstab_at(grid: Grid, top: int, cells: Sequence[Cell]) -> TableGuess | None:
    """The table that begins with this row of cells, if its years stand one below the other."""
    at = next((n for n, one in enumerate(cells[:3]) if heading(one.shown).role == "year"), 0)
    first = heading(cells[at].shown)
    if first.role != "year" and first.words not in _OTHER_HEADINGS:
        return None
    said = [heading(one.shown) for one in cells[at + 1 :]]
    names = {heading(cells[0].shown).role, *(one.role for one in said)} & {"name"}
    levels = {one.role for one in said} & {*LEVELS}
    if names or levels or sum(one.is_year for one in said) > 1:
        return None
    bottom = header_end(grid, top, cells)
    columns = header_columns(grid, top, bottom)
    rows, gap = data_rows(grid, bottom, [one.column for one in columns])
    table = TableGuess(grid, top, bottom, rows, [], gap, era=era_above(grid, top))
    years = _mark_rows(table, cells[at].column)
    fewest = 2 if first.role == "year" else 3
    if years < fewest or years * 2 < len(rows):
        return None
    table.columns = [_column(table, one, cells[at].column) for one in columns]
    return table if table.of("crossed") and not table.of("name") else None


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
        left = (table.grid.cell(row, at) for at in range(column))
        total = next(
            (one for one in left if one and says(bare(one.shown), "totals") is not None), None
        )
        if total is not None:
            table.ignored_rows[row] = tidy(total.shown)
            years += bool(found)
            continue
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
    if guess.column < first:
        return _group(table, guess)
    is_unread = guess.role in ("money", "derived", "note")
    if is_unread or not content(table, guess.column).is_figures:
        return replace(guess, confidence=0.7)
    reason = Text("年度ごとの数値の列", "a column of figures, one a year")
    kind = heading(guess.path[-1].shown).role
    if kind in VALUES and len(guess.parts) > 1:
        return replace(guess, role="crossed", value_type=kind, confidence=0.7, reasons=(reason,))
    named = next((one for one in reversed(guess.path) if bare(one.shown)), guess.path[-1])
    words = squash(split_unit(named.shown)[0])
    words = words if matches(named.shown, words) else words + "*"
    unit = () if named is guess.path[-1] else ("$unit",)
    bands = guess.path[: guess.path.index(named)]
    above = [squash(one.shown).replace("/", "*") for one in bands if bare(one.shown)]
    return replace(
        guess,
        role="crossed",
        words=words,
        parts=(*above, words.replace("/", "*"), *unit),
        confidence=0.7,
        reasons=(reason,),
        value_type=None,
    )


def _group(table: TableGuess, guess: Guess) -> Guess:
    """A column left of the years: what the figures are told of, a part of the plan."""
    if guess.role in LEVELS or content(table, guess.column).is_figures:
        return guess
    reason = Text("年度の左にあり、行をまとめる", "it stands left of the years and groups the rows")
    return replace(guess, role="measure", confidence=0.6, reasons=(*guess.reasons, reason))
