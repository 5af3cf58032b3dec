"""One sheet nobody has described: its tables, its labels, and the lines around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from opendata.extract.draft.cells import own_cells
from opendata.extract.draft.guess import TableGuess
from opendata.extract.draft.headings import bare, says
from opendata.extract.draft.labels import (
    LabelGuess,
    cards_of_labels,
    indicator_labels,
    plan_labels,
    settle_labels,
)
from opendata.extract.draft.tables import find_tables
from opendata.extract.grid import Cell, Grid

MOST_LINES = 400
"""How far down a sheet lines are looked for."""


@dataclass
class SheetGuess:
    """What a sheet was taken for."""

    grid: Grid
    tables: list[TableGuess]
    lines: list[Cell] = field(default_factory=list)
    """The text cells outside of the tables."""
    labels: list[LabelGuess] = field(default_factory=list)
    cards: list[list[LabelGuess]] = field(default_factory=list)
    """The labels of an indicator above each of the tables of its values."""

    @property
    def tells_title(self) -> bool:
        """Whether a label names the plan."""
        return any(one.role == "plans.title" for one in self.labels)

    @property
    def tells_measured(self) -> bool:
        """Whether a line says that here the plan's success is measured: 施策の満足度の推移."""
        return any(says(bare(one.shown), "measured") is not None for one in self.lines)

    @property
    def tells_indicator(self) -> bool:
        """Whether a label names an indicator."""
        return bool(self.cards) or any(one.role == "name" for one in self.labels)


def read_sheets(grids: Sequence[Grid]) -> list[SheetGuess]:
    """What the sheets of a workbook are taken for."""
    sheets = [SheetGuess(grid, find_tables(grid)) for grid in grids]
    for one in sheets:
        one.lines = _lines(one)
        one.labels = plan_labels(one.grid, one.lines)
    settle_labels({one.grid.name: one.labels for one in sheets})
    for one in sheets:
        _look_for_cards(one)
        _look_again(one)
    return sheets


def _lines(sheet: SheetGuess) -> list[Cell]:
    grid, tables = sheet.grid, sheet.tables
    inside = {row for one in tables for row in (*range(one.top, one.bottom + 1), *one.rows)}
    return [
        cell
        for row in range(min(grid.height, MOST_LINES))
        if row not in inside and row not in grid.sheet.hidden_rows
        for cell in own_cells(grid, row)
        if isinstance(cell.value, str)
    ]


def _look_for_cards(sheet: SheetGuess) -> None:
    """Find the labels above every table that names no indicator; one without any is no table."""
    kept: list[TableGuess] = []
    end = 0
    for table in sheet.tables:
        between = [one for one in sheet.lines if end <= one.row < table.top]
        end = max([table.bottom, *table.rows]) + 1
        if table.is_card:
            labels = indicator_labels(sheet.grid, between, sheet.labels, is_card=True)
            sheet.cards.extend([labels] if labels else [])
            kept.extend([table] if labels else [])
        else:
            kept.append(table)
    sheet.tables = kept


def _look_again(sheet: SheetGuess) -> None:
    """Look for what only a sheet that is known to be a plan's can hold, and for one indicator."""
    if not sheet.tables and sheet.tells_title:
        inside = {one.value.row for one in sheet.labels}
        tables = find_tables(sheet.grid, of_plan=True)
        sheet.tables = [one for one in tables if one.top not in inside]
    if not any(one.of("value", "crossed") for one in sheet.tables):
        rows = {row for one in sheet.tables for row in (one.top, *one.rows)}
        outside = [one for one in sheet.lines if one.row not in rows]
        labels = indicator_labels(sheet.grid, outside, sheet.labels)
        sheet.labels.extend(labels)
        sheet.cards.extend([] if labels else cards_of_labels(sheet.grid, outside, sheet.labels))
