"""The years of columns whose headings name none: they stand elsewhere on the sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from opendata.errors import Text
from opendata.extract.draft.cells import own_cells
from opendata.extract.draft.guess import Guess, TableGuess
from opendata.extract.draft.header import era_before
from opendata.extract.draft.headings import VALUES, YEARS_OF, bare, says, vocabulary, years_in
from opendata.extract.draft.labels import right_of
from opendata.extract.grid import Cell
from opendata.extract.parts import with_era
from opendata.japanese import FiscalYear, squash, tidy

MOST_LINES = 400
NEAR = 10
"""How many rows above a table the years of its columns may be told."""
_BREAKS = re.compile(r"[\s:：()（）、,;・]+")


def date_relative(table: TableGuess) -> None:
    """Date the columns 前年度 and 評価年度 by the year that the sheet is about, if it tells one."""
    found = {at: told for at, one in enumerate(table.columns) if (told := _relative(one))}
    about = _year_of_sheet(table) if any(offset for offset, _ in found.values()) else None
    for at, (offset, kind) in found.items() if about else ():
        year = f"{about.year + offset}年度" if about else None
        one = table.columns[at]
        reason = Text(f"見出し「{one.words}」", f'the heading "{one.words}"')
        table.columns[at] = replace(
            one, role="value", value_type=kind, year=year, confidence=0.7, reasons=(reason,)
        )


def _relative(one: Guess) -> tuple[int, str] | None:
    """By how many years a heading's words differ from the year a sheet is about, and their kind."""
    if one.has_year or one.year or one.role not in ("unknown", "year", "value"):
        return None
    for cell in reversed(one.path):
        words = bare(cell.shown)
        for offset, patterns in vocabulary()["relative"].items():
            match = re.match("|".join(f"(?:{pattern})" for pattern in patterns), words)
            kind = _kind(words[match.end() :], one) if match else None
            if kind:
                return int(offset), kind
    return None


def _kind(rest: str, one: Guess) -> str | None:
    """The kind of value that the words behind a relative year name; an actual without any."""
    role = says(rest.strip("のー"), "headings") if rest else one.value_type or "actual"
    return role if role in VALUES else None


def _year_of_sheet(table: TableGuess) -> FiscalYear | None:
    """The year that the form is about: 評価対象年度 | 令和5年度, or in one cell."""
    for row in range(table.top):
        for cell in own_cells(table.grid, row):
            head, _, rest = tidy(cell.shown).replace("：", ":").partition(":")
            if says(bare(head), "about") is None:
                continue
            beside = right_of(table.grid, cell)
            years = years_in(rest) or (years_in(beside.shown) if beside else ())
            if years:
                return years[0]
    return None


def year_elsewhere(table: TableGuess, guess: Guess) -> str | None:
    """The year that a note gives for a heading (※直近値は平成25年度), or that a title gives."""
    if told := _year_told(table, guess):
        return told
    dated = any(one.has_year for one in table.of("value"))
    if not dated and guess.value_type != "baseline" and "最終" not in guess.words:
        for row in range(table.top - 1, max(table.top - 4, -1), -1):
            named = _years_of_row(table, row)
            if len(named) == 1:
                return named.pop()
    return _year_noted(table, guess) or (
        _year_of_titles(table) if guess.value_type == "actual" else None
    )


def _years_of_row(table: TableGuess, row: int) -> set[str]:
    """The years that a line above the table names, in the era of those before it."""
    cells = own_cells(table.grid, row)
    era = era_before(table.grid, row)
    return {with_era(year) for one in cells for year in years_in(one.shown, era)}


def _year_noted(table: TableGuess, guess: Guess) -> str | None:
    """The year behind the heading's words in a note."""
    if len(guess.words) < 2:
        return None
    inside = {*range(table.top, table.bottom + 1), *table.rows}
    for row in range(min(table.grid.height, MOST_LINES)):
        for cell in () if row in inside else own_cells(table.grid, row):
            shown = tidy(cell.shown)
            if guess.words in squash(shown):
                years = years_in(shown[shown.find(guess.words[0]) :])
                if years:
                    return with_era(years[0])
    return None


def _year_of_titles(table: TableGuess) -> str | None:
    """The year of the nearest line above that names exactly one."""
    for row in range(table.top - 1, -1, -1):
        for cell in own_cells(table.grid, row):
            years = years_in(cell.shown)
            if len(years) == 1:
                return with_era(years[0])
    return None


def _year_told(table: TableGuess, guess: Guess) -> str | None:
    """The year that a line above tells for a kind of value: （基準年度：令和元年度）."""
    for row in range(table.top - 1, max(table.top - NEAR, -1), -1):
        for cell in own_cells(table.grid, row):
            for words, year in _told(cell):
                role = says(words, "headings")
                if role in YEARS_OF and YEARS_OF[role] == guess.value_type:
                    return with_era(year)
    return None


def _told(cell: Cell) -> Iterator[tuple[str, FiscalYear]]:
    """The years of a line, each with the words directly before it."""
    shown = tidy(cell.shown)
    start = 0
    for year in years_in(shown):
        at = shown.find(year.text, start)
        words = [one for one in _BREAKS.split(shown[start : max(at, start)]) if one]
        start = max(at, start) + len(year.text)
        if words:
            yield squash(words[-1]), year
