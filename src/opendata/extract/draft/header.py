"""The header of a table nobody has described: its rows, and what they alone say of each column."""

from __future__ import annotations

from collections.abc import Sequence

from opendata.errors import Text
from opendata.extract.draft.cells import MOST_COLUMNS, is_figure, own_cells
from opendata.extract.draft.guess import Guess
from opendata.extract.draft.headings import (
    LEVELS,
    LONGEST,
    VALUES,
    YEAR_OF,
    YEARS_OF,
    Heading,
    bare,
    heading,
    says,
    years_in,
)
from opendata.extract.grid import Cell, Grid, matches
from opendata.extract.header import path_at
from opendata.extract.parts import with_era
from opendata.japanese import FiscalYear, squash

HEADER_ROWS = 5
FARTHEST = 60
"""How many rows above an era is looked for."""
_SIDE_ROLES = frozenset({"money", "derived", "note", "department", "unit", "number"})
"""Words that head columns of any table."""
_SUB_ROLES = VALUES | YEARS_OF.keys() | {"name", "unit", "derived", "value", "year"}
_UNREAD = ("money", "derived", "note")


def is_header_row(cells: Sequence[Cell]) -> bool:
    """Whether a row of cells reads like headings: known words or years, and hardly a figure."""
    era: str | None = None
    known = figures = texts = 0
    roles: set[str] = set()
    for cell in cells:
        one = heading(cell.shown, era)
        if one.has_year:
            era = years_in(cell.shown, era)[0].era or era
        if one.is_year or one.role:
            known += 1
            roles.add("year" if one.is_year else str(one.role))
        elif is_figure(cell):
            figures += 1
        else:
            texts += 1
    if figures * 5 > len(cells) or len(roles) + (known > 2) < 2:
        return False
    return bool(roles - _SIDE_ROLES) and known * 2 >= known + texts


def is_plan_row(grid: Grid, cells: Sequence[Cell]) -> bool:
    """Whether the few short words of a row head columns of a plan's parts: 区分, 基本方針."""
    if not all(isinstance(one.value, str) and len(bare(one.shown)) <= 8 for one in cells):
        return False
    below = own_cells(grid, max(grid.span(one).bottom for one in cells) + 1)
    longer = any(len(one.shown) > 8 for one in below)
    return longer and any(heading(one.shown).role in LEVELS for one in cells)


def header_end(grid: Grid, top: int, cells: Sequence[Cell]) -> int:
    """The last row of the header that begins with these cells."""
    bottom = max(grid.span(one).bottom for one in cells)
    limit = min(top + HEADER_ROWS, grid.height) - 1
    bottom = min(bottom, limit)
    while bottom < limit and (below := own_cells(grid, bottom + 1)):
        if not _continues(cells, below) or _repeats(cells, below):
            break
        bottom = max(bottom + 1, *(min(grid.span(one).bottom, limit) for one in below))
    return bottom


def header_top(grid: Grid, row: int, cells: Sequence[Cell]) -> int:
    """The first row of the header to which a row of headings belongs: bands stand above it."""
    first, last = cells[0].column, cells[-1].column
    covering = (grid.cell(row, column) for column in range(max(first - 3, 0), last + 1))
    bottom = header_end(grid, row, cells)
    top = min(o.row for o in (*covering, cells[0]) if o and grid.span(o).bottom <= bottom)
    while top > 0 and row - top < HEADER_ROWS - 2 and _is_band(grid, top - 1, cells):
        top -= 1
    return top


def _is_band(grid: Grid, row: int, cells: Sequence[Cell]) -> bool:
    """Whether a row of texts fills the blanks that the headings below it leave."""
    own = own_cells(grid, row)
    if len(own) < 2 or any(is_figure(one) or len(one.shown) > LONGEST for one in own):
        return False
    below = cells[0].row
    data = own_cells(grid, header_end(grid, below, cells) + 1)
    blank = {one.column for one in data if grid.cell(below, one.column) is None}
    return any(one.column in blank for one in own)


def _continues(cells: Sequence[Cell], below: Sequence[Cell]) -> bool:
    """Whether a row below headings holds headings, too; under the first of them stand only data."""
    era: str | None = None
    known = 0
    for one in below:
        years = years_in(one.shown, era)
        era = years[0].era or era if years else era
        known += _is_sub_heading(one, era)
    if known == len(below):
        return True
    is_apart = below[0].column > cells[0].column
    return is_apart and known * 2 >= len(below) and not any(is_figure(one) for one in below)


def _repeats(cells: Sequence[Cell], below: Sequence[Cell]) -> bool:
    return len(below) > 1 and [one.shown for one in cells] == [one.shown for one in below]


def _is_sub_heading(cell: Cell, era: str | None) -> bool:
    """Whether a cell below a header belongs to it: a year, a kind of value, a unit in brackets."""
    shown = squash(cell.shown)
    if shown.startswith("(") and shown.endswith(")"):
        return True
    if isinstance(cell.value, (int, float)) and not 1900 < float(cell.value) < 2100:
        return False
    one = heading(cell.shown, era)
    return one.is_year or one.role in _SUB_ROLES


def header_columns(grid: Grid, top: int, bottom: int) -> list[Guess]:
    """What the header rows alone say of each visible column."""
    found: list[Guess] = []
    era: str | None = None
    elsewhere = era_above(grid, top)
    for column in range(min(grid.width, MOST_COLUMNS)):
        path = path_at(grid, top, bottom, column)
        if not path:
            continue
        year_cell = next((one for one in reversed(path) if years_in(one.shown, era)), None)
        if year_cell is not None:
            era = years_in(year_cell.shown, era)[0].era or era
        if column in grid.sheet.hidden_columns or path[-1].column != column:
            continue
        if grid.span(path[-1]).bottom > bottom:
            continue  # what stands beside the table, over its rows
        found.append(_guess(grid, column, path, year_cell, era or elsewhere))
    return found


def era_above(grid: Grid, top: int) -> str | None:
    """The era of the first year that is named above the header."""
    years = (years_in(one.shown) for row in range(top) for one in own_cells(grid, row))
    return next((found[0].era for found in years if found and found[0].era), None)


def era_before(grid: Grid, row: int) -> str | None:
    """The era of the last year that is named above a row."""
    for above in range(row - 1, max(row - FARTHEST, -1), -1):
        for cell in own_cells(grid, above):
            if (found := years_in(cell.shown)) and found[0].era:
                return found[0].era
    return None


def _guess(
    grid: Grid, column: int, path: tuple[Cell, ...], year_cell: Cell | None, era: str | None
) -> Guess:
    """What the header alone says of a column."""
    headings = [heading(one.shown, era) for one in path]
    parts = _parts(path, headings, year_cell)
    role, value_type, reason = _role(headings)
    year = None
    written = [years[0] for one in path if (years := years_in(one.shown, era))]
    if len({one.year for one in written}) > 1 and (first := _in_era(written)) is not None:
        # The era is the office's own word; the western year beside it is a slip.
        at = next(one for one in path if first in years_in(one.shown, era))
        above = [one for one in parts if one != "$year"]
        parts = above or [_escaped(at.shown)]
        year, year_cell = with_era(first), None
        reason = Text(
            f"{reason.ja}（元号と西暦が合わないため元号の{year}）",
            f"{reason.en} (era and western year disagree: {year} is taken)",
        )
    elif year_cell is None and written:
        year = with_era(written[-1])
    return Guess(
        sheet=grid.name,
        column=column,
        path=path,
        role=role,
        words=next((one.words for one in reversed(headings) if one.words), ""),
        value_type=value_type,
        kind=next((o.words for o in headings[:-1] if says(o.words, "kinds") is not None), None),
        has_year=year_cell is not None,
        year=year,
        parts=tuple(parts) or (_escaped(path[-1].shown),),
        confidence=0.9 if any(one.role for one in headings) or year_cell else 0.3,
        reasons=(reason,),
        width=max(grid.span(path[-1]).right - column, 0) + 1,
    )


def _parts(path: Sequence[Cell], headings: Sequence[Heading], year_cell: Cell | None) -> list[str]:
    """The header's path as a layout names it."""
    parts: list[str] = []
    for cell, one in zip(path, headings, strict=True):
        if one.is_year and cell is year_cell:
            parts.append("$year")
        elif one.words and not one.is_year:
            parts.append(_pattern(cell, one))
    return parts


def _in_era(years: Sequence[FiscalYear]) -> FiscalYear | None:
    return next((one for one in years if one.era), None)


def _pattern(cell: Cell, one: Heading) -> str:
    """The heading as a layout names it."""
    marked = f"*({one.words})"
    tried = (_escaped(text) for text in (one.words, marked, bare(cell.shown), cell.shown))
    return next((text for text in tried if text and matches(cell.shown, text)), "*")


def _escaped(text: str) -> str:
    """A slash would part a path."""
    return squash(text).replace("/", "*")


def _role(headings: Sequence[Heading]) -> tuple[str, str | None, Text]:
    """The role of a column, the kind of its values, and the reason."""
    leaf = headings[-1]
    roles = [one.role for one in headings]
    words = "／".join(one.words for one in headings if one.words)
    said = Text(f"見出し「{words}」", f'the heading "{words}"')
    unread = next((role for role in _UNREAD if role in roles), None)
    if unread:
        return unread, None, said
    nearest = next((one for one in reversed(roles) if one), None)
    if leaf.is_year or leaf.has_year or not leaf.words:
        year = Text("見出しが年度", "the heading names a year")
        if nearest in VALUES:
            return "value", nearest, Text(f"{said.ja}と{year.ja}", f"{said.en}; {year.en}")
        if nearest in YEARS_OF:
            return "value", YEARS_OF[nearest], Text(f"{said.ja}と{year.ja}", said.en)
        if nearest == "progress":
            return "progress", None, said
        if leaf.is_year or (not leaf.words and any(one.is_year for one in headings)):
            return "value", "actual", year
    if leaf.role == "year":
        above = next((one for one in reversed(roles) if one in VALUES), None)
        return YEAR_OF.get(str(above), "year"), None, said
    if nearest in VALUES or nearest == "value":
        kinds = (one for one in reversed(roles) if one in VALUES)
        return "value", next(kinds, None), said
    return nearest or "unknown", None, said
