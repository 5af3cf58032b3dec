"""Cells that are struck out as a whole and are published all the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from opendata.errors import Place, Problem, problem
from opendata.extract.grid import Grid
from opendata.workbook import Sheet, Workbook


def check_struck(workbook: Workbook, published: Collection[str]) -> Iterator[Problem]:
    """One problem for each of the `published` cells (`<sheet>!<A1>`) that is struck out.

    Strike-through may mean deleted or, on a plan's progress sheet, done: only a person knows.
    """
    for sheet in workbook.sheets:
        yield from _check_sheet(sheet, published)


def _check_sheet(sheet: Sheet, published: Collection[str]) -> Iterator[Problem]:
    grid = Grid(sheet)
    for row, column in sorted(sheet.struck):
        cell = grid.cell(row, column)
        if cell is not None and cell.place in published:
            place = Place(sheet=sheet.name or None, cell=cell.address)
            asked = (cell.place, cell.shown)
            yield problem("struck-out", place, value=cell.shown, asked=asked)
