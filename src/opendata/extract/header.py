"""Where a table stands: its header of one or more rows, found by its texts, and its extent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from opendata.extract.grid import Cell, Grid, matches, matches_any
from opendata.extract.layout import Column, Line, Table
from opendata.extract.parts import with_era
from opendata.extract.records import Raw, raw
from opendata.extract.sentence import find_titles, title_lines
from opendata.extract.years import Years
from opendata.japanese import (
    find_fiscal_years,
    fold,
    is_unit,
    read_fiscal_year,
    split_unit,
    tidy,
)

HEADER_ROWS = 6
"""The most rows a header may have."""
MOST_ANCHORS = 200
"""The most rows in which a header is looked for: its texts may stand in the data, too."""
NOTES = ("※*", "(注)*", "注)*", "注:*", "(備考)*", "*資料:*", "*出典:*")
"""A row that starts like this is a note under the table."""


@dataclass(frozen=True)
class FoundColumn:
    """A column of the sheet, the layout's column it is, and its header from top to bottom."""

    spec: Column
    column: int
    path: tuple[Cell, ...]
    hit: Cell
    """The cell of the header that the layout's text names."""
    heading: Raw
    """What `$header` stands for: the layout's own word, or the cell's where the layout leaves it
    open (`*`)."""
    band: Raw | None
    """The text above it: 利用者 over 男."""
    year: Raw | None
    """The year that the header names, its era written out."""
    unit: Raw | None
    """The unit in the header's brackets."""
    steps: range
    """The columns among which its text may stand: of a hierarchy, all below its one heading."""


@dataclass(frozen=True)
class FoundTable:
    """A table found on a sheet: its header rows and the columns by position."""

    block: Table
    grid: Grid
    top: int
    bottom: int
    columns: tuple[FoundColumn, ...]
    reach: range
    """The columns among which the table may stand."""
    lines: tuple[tuple[int, Line], ...]
    """The rows that are one text across the table, by the column in which they begin."""
    titles: Mapping[str, Raw]
    """What the titles say, by the gap it stands in."""
    title_cells: tuple[Cell, ...]

    @cached_property
    def area(self) -> range:
        """The columns of the table: those mapped, and what stands unbroken beside them."""
        left, right = self.left, self.right
        while left > self.reach.start and path_at(self.grid, self.top, self.bottom, left - 1):
            left -= 1
        while right + 1 in self.reach and path_at(self.grid, self.top, self.bottom, right + 1):
            right += 1
        return range(left, right + 1)

    @cached_property
    def rows(self) -> tuple[int, ...]:
        """The filled rows below the header, down to where the table ends."""
        rows: list[int] = []
        blank = 0
        for row in range(self.bottom + 1, self.grid.height):
            first = next((cell for c in self.area if (cell := self.grid.cell(row, c))), None)
            if first is None:
                blank += 1
                if blank >= self.block.gap:
                    break
                continue
            blank = 0
            ignored = self.block.rows.ignore
            if matches_any(first.shown, NOTES) and not matches_any(first.shown, ignored):
                break
            rows.append(row)
        return tuple(rows)

    @cached_property
    def year_rows(self) -> frozenset[int]:
        """The rows of the header in which its columns name their years."""
        named = ((one.path, one.year.place) for one in self.columns if one.year)
        return frozenset(c.row for path, place in named for c in path if c.place == place)

    @property
    def labels(self) -> Iterator[str]:
        """The headings of columns that hold no figures."""
        for one in self.columns:
            if one.spec.to and not one.spec.repeats and not one.spec.to[0].endswith(".value"):
                yield tidy(one.hit.shown)

    @property
    def left(self) -> int:
        return min(one.column for one in self.columns)

    @property
    def right(self) -> int:
        return max(one.steps[-1] for one in self.columns)

    @property
    def score(self) -> int:
        return len(self.columns)

    @property
    def cells(self) -> Iterator[tuple[int, int]]:
        """The positions that the table covers, its header and titles included."""
        yield from self.own
        yield from ((cell.row, cell.column) for cell in self.title_cells)

    @property
    def own(self) -> Iterator[tuple[int, int]]:
        """The positions that nothing else can be read from; a title may say more than one thing."""
        for row in (*range(self.top, self.bottom + 1), *self.rows):
            for column in self.area:
                yield row, column

    @property
    def mapped(self) -> Iterator[tuple[int, int]]:
        """The positions below the header whose values are read."""
        for row in self.rows:
            for one in self.columns:
                if one.spec.to:
                    yield from ((row, column) for column in one.steps)


def find_table(block: Table, grid: Grid, taken: set[tuple[int, int]]) -> FoundTable | list[str]:
    """Find the table's header on a sheet; where required columns are missing, return their texts.

    Of all places, the first with the header complete; else the texts that the best place lacks.
    """
    required = [_Required(one, grid) for one in block.table if one.required]
    missing = [one.text for one in required]
    titles = {(cell.row, cell.column) for cell in title_lines(block.titles, grid, block.era)}
    anchors = sorted({at for one in required for at in one.anchors} - taken - titles)
    for anchor in islice(dict.fromkeys(row for row, _ in anchors), MOST_ANCHORS):
        for top in range(anchor, max(anchor - HEADER_ROWS, -1), -1):
            found = _header_at(block, grid, required, top, anchor, taken)
            if isinstance(found, FoundTable):
                return found
            if len(found) < len(missing):
                missing = found
            if not _band_above(grid, top):
                break
    return missing


class _Required:
    """A column that the table must have, and where its header's texts stand on the sheet."""

    def __init__(self, spec: Column, grid: Grid) -> None:
        self.spec = spec
        self.text = spec.header[0]
        cells = grid.find(_parts(spec))
        self.anchors = {(cell.row, cell.column) for cell in cells}
        spans = (grid.span(cell) for cell in cells)
        self._rows = {row for span in spans for row in range(span.top, span.bottom + 1)}
        self._is_known = bool(_parts(spec))

    def may_be(self, top: int, bottom: int) -> bool:
        """Whether the column can be in a header of these rows."""
        return not self._is_known or not self._rows.isdisjoint(range(top, bottom + 1))


def _parts(spec: Column) -> list[str]:
    """The texts of a column's headers that can be looked for."""
    texts = [part for header in spec.header for part in header.split("/")]
    return [one for one in texts if one not in ("*", "$year", "$unit")]


def _band_above(grid: Grid, top: int) -> bool:
    """Whether the row above could belong to the header: more than one filled cell."""
    return top > 0 and len({c.place for c in grid.filled(top - 1, top - 1)}) > 1


def _header_at(
    block: Table,
    grid: Grid,
    required: Sequence[_Required],
    top: int,
    anchor: int,
    taken: set[tuple[int, int]],
) -> FoundTable | list[str]:
    best = [one.text for one in required]
    for bottom in range(anchor, min(top + HEADER_ROWS, grid.height)):
        missing = [one.text for one in required if not one.may_be(top, bottom)]
        if not missing:
            columns, reach = _match_columns(block, grid, top, bottom, taken)
            named = {id(one.spec) for one in columns}
            missing = [one.text for one in required if id(one.spec) not in named]
            if not missing:
                full = max(grid.span(one.hit).bottom for one in columns)
                if full > bottom:
                    columns, reach = _match_columns(block, grid, top, full, taken)
                return _found(block, grid, top, max(full, bottom), columns, reach)
        if len(missing) < len(best):
            best = missing
    return best


def _found(
    block: Table,
    grid: Grid,
    top: int,
    bottom: int,
    columns: Sequence[FoundColumn],
    reach: range,
) -> FoundTable:
    corner = top, columns[-1].column
    titles, cells = find_titles(block.titles, grid, corner, block.era)
    lines = tuple(_lines(block, grid, top, bottom, reach))
    return FoundTable(block, grid, top, bottom, tuple(columns), reach, lines, titles, cells)


def _lines(
    block: Table, grid: Grid, top: int, bottom: int, reach: range
) -> Iterator[tuple[int, Line]]:
    for line in block.lines:
        for column in reach:
            path = path_at(grid, top, bottom, column)
            if any(matches_any(cell.shown, line.under) for cell in path):
                yield column, line
                break


def _match_columns(
    block: Table, grid: Grid, top: int, bottom: int, taken: set[tuple[int, int]]
) -> tuple[list[FoundColumn], range]:
    """The columns of a table, and those among which it may stand: a block that repeats stands
    right of what was taken, and ends where its first header comes again."""
    rows = range(top, bottom + 1)
    start = 0
    if block.repeat:
        known = (c for c in range(grid.width) if any((row, c) in taken for row in rows))
        start = max(known, default=-1) + 1
    found = _columns_from(block, grid, top, bottom, start)
    end = _next_block(found, grid, top, bottom) if block.repeat else grid.width + 1
    reach = range(start, end)
    return [one for one in found if one.column in reach], reach


def _next_block(found: Sequence[FoundColumn], grid: Grid, top: int, bottom: int) -> int:
    """Where the first header of a block that repeats comes again on the same rows."""
    end = grid.width + 1
    if not found or found[0].spec.repeats:
        return end
    for column in range(found[0].column + 1, grid.width):
        hits = hits_of(found[0].spec, path_at(grid, top, bottom, column), None)
        if hits and hits[-1][1].column == column:
            return column
    return end


def _columns_from(block: Table, grid: Grid, top: int, bottom: int, start: int) -> list[FoundColumn]:
    found: list[FoundColumn] = []
    used: set[int] = set()
    years = Years(block.era)
    for column in range(start, grid.width):
        path = path_at(grid, top, bottom, column)
        if not path:
            continue
        year = _header_year(path, years)
        if column in grid.sheet.hidden_columns:
            continue
        for spec in block.table:
            if id(spec) in used and not spec.repeats:
                continue
            hits = hits_of(spec, path, year)
            if not hits:
                continue
            hit = hits[-1][1]
            if hit.column != column and spec.repeats == (hit is path[-1]):
                continue  # below a band of which this is not the first, or beside its value
            used.add(id(spec))
            unit = _header_unit(path)
            heading = _heading(hits, "$unit" in spec.set.values())
            band = _band_text(path, heading, "$unit" in spec.set.values())
            steps = _steps(spec, grid, top, bottom, column)
            found.append(FoundColumn(spec, column, path, hit, heading, band, year, unit, steps))
            break
    return found


def _steps(spec: Column, grid: Grid, top: int, bottom: int, column: int) -> range:
    """The columns below the one heading of a hierarchy: merged with it, or without their own."""
    end = column + 1
    if spec.indent:
        here = path_at(grid, top, bottom, column)
        while end < grid.width and path_at(grid, top, bottom, end) in ((), here):
            end += 1
    return range(column, end)


def path_at(grid: Grid, top: int, bottom: int, column: int) -> tuple[Cell, ...]:
    path: list[Cell] = []
    for row in range(top, bottom + 1):
        cell = grid.cell(row, column) or _band(grid, row, bottom, column)
        if cell is not None and (not path or path[-1].place != cell.place):
            path.append(cell)
    return tuple(path)


def _band(grid: Grid, row: int, bottom: int, column: int) -> Cell | None:
    """The band over a column on a sheet without merged cells, where its text stands left of it.

    Saved as CSV, a heading over several columns is one filled cell and blank ones to its right.
    """
    below = range(row + 1, bottom + 1)
    if grid.sheet.merged or not any(grid.cell(one, column) for one in below):
        return None
    for left in range(column - 1, -1, -1):
        cell = grid.cell(row, left)
        if not any(grid.cell(one, left) for one in below):
            return None
        if cell is not None:
            return cell
    return None


def hits_of(spec: Column, path: tuple[Cell, ...], year: Raw | None) -> list[tuple[str, Cell]]:
    """The texts of the column's header and the cells of the path that they name; empty if not all.

    A later cell is preferred: a title above the table may say the same.
    """
    for header in spec.header:
        hits: list[tuple[str, Cell]] = []
        cells = list(path)
        for wanted in reversed(header.split("/")):
            while cells and not _names(wanted, cells[-1], year):
                cells.pop()
            if not cells:
                break
            hits.insert(0, (wanted, cells.pop()))
        else:
            return hits
    return []


def _names(wanted: str, cell: Cell, year: Raw | None) -> bool:
    if wanted == "$year":
        return year is not None and year.place == cell.place
    if wanted == "$unit":
        return _bracketed_unit(cell) is not None
    return matches(cell.shown, wanted)


def _heading(hits: Sequence[tuple[str, Cell]], without_unit: bool) -> Raw:
    named = (one for one in reversed(hits) if one[0] not in ("$year", "$unit"))
    wanted, cell = next(named, hits[-1])
    if "*" not in wanted and wanted != "$year":
        return raw(cell, wanted)
    text = _without_year(cell)
    return raw(cell, split_unit(text)[0] if without_unit else text)


def _band_text(path: Sequence[Cell], heading: Raw, without_unit: bool) -> Raw | None:
    """The text that stands above a heading in the header; None where it is at the top."""
    above = None
    for cell in path:
        if cell.place == heading.place:
            if above is None:
                return None
            return raw(above, split_unit(above.shown)[0] if without_unit else None)
        above = cell
    return None


def _header_unit(path: Sequence[Cell]) -> Raw | None:
    """The unit in the header's brackets, or in a row of its own; nearest to the data first."""
    for cell in reversed(path):
        unit = _bracketed_unit(cell) or split_unit(cell.shown)[1]
        if unit is not None:
            return raw(cell, unit)
    return None


def _bracketed_unit(cell: Cell) -> str | None:
    """The unit that is all a header cell says: （人）, 千円."""
    text = tidy(cell.shown)
    inner = text[1:-1].strip() if fold(text[:1]).text in ("(", "[") else text
    return inner if is_unit(inner) else None


def _header_year(path: Sequence[Cell], years: Years) -> Raw | None:
    """The year the header names, nearest to the data first; `26年度` takes the era before it."""
    for at in range(len(path) - 1, -1, -1):
        year = years.read(_both_readings(path, at))
        if year is not None:
            return raw(path[at], with_era(year))
    return None


def _both_readings(path: Sequence[Cell], at: int) -> str:
    """A header cell's text; of a western year below an era year, both: 平成29年度(2017)."""
    text = tidy(path[at].shown)
    above = tidy(path[at - 1].shown) if at else ""
    here, there = read_fiscal_year(text), read_fiscal_year(above)
    if here is None or there is None or here.era or not there.era:
        return text
    return above + (text if fold(text[:1]).text == "(" else f"({text})")


def _without_year(cell: Cell) -> str:
    """A header's words without the year in brackets behind them."""
    text = tidy(cell.shown)
    for year in find_fiscal_years(text):
        for left, right in ("()", "（）", "[]"):
            text = text.replace(f"{left}{year.text}{right}", "")
    return text.strip()
