"""Reading a table: its rows become records, what it leaves out becomes problems."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from opendata.errors import Place, Problem, Text, problem
from opendata.extract.grid import Cell, matches_any
from opendata.extract.header import NOTES, FoundColumn, FoundTable, hits_of, path_at
from opendata.extract.layout import Line, Row
from opendata.extract.parts import parts
from opendata.extract.records import Records, raw
from opendata.extract.sentence import constants
from opendata.extract.slots import DITTO, Memory, add_slots, read_slots, words_of
from opendata.japanese import find_fiscal_years, read_fiscal_year, squash, tidy
from opendata.workbook import address


def read_table(found: FoundTable, records: Records) -> list[Problem]:
    """Read the table's rows into records. Returns what is wrong with the table itself."""
    memory, lines, hidden = Memory(), _Lines(), _Hidden(found)
    problems = list(_unmapped_columns(found))
    problems.extend(_hidden_columns(found))
    again = {one.column: cell for one, cell in _doubled(found)}
    problems.extend(_told_again(found, cell) for cell in again.values())
    found = replace(found, columns=tuple(c for c in found.columns if c.column not in again))
    for row in found.rows:
        if row in found.grid.sheet.hidden_rows:
            problems.extend(_hidden_row(found, row))
            hidden.skip(row)
            continue
        role = _row_role(found, row)
        if role == "ignore" or _is_header_again(found, row):
            continue
        if line := _line_at(found, row):
            lines.add(*line, records)
            continue
        lines.close(found, row)
        problems.extend(hidden.passed(row, memory))
        slots = read_slots(found, row, role, memory, records.package)
        add_slots(slots, _others(found, row), lines.above, memory, records)
    return problems


def _doubled(found: FoundTable) -> Iterator[tuple[FoundColumn, Cell]]:
    """The columns whose headings say the same as one on their left, though their values are
    others, with the cell in which they say it. A column that repeats its values is no mistake."""
    first: dict[object, FoundColumn] = {}
    for one in found.columns:
        year = read_fiscal_year(one.year.text) if one.year else None
        if one.year is None or year is None or year.disagrees:
            continue  # a year that is wrong by itself is told as that
        if not one.spec.repeats or one.spec.role or _is_told_below(one):
            continue
        other = first.setdefault(_said_by(found, one), one)
        if other is not one and _differ(found, other, one):
            place = one.year.place
            yield one, next((cell for cell in one.path if cell.place == place), one.hit)


def _is_told_below(one: FoundColumn) -> bool:
    return not {"$cell", "$beside", "$text"}.isdisjoint(one.spec.set.values())


def _said_by(found: FoundTable, one: FoundColumn) -> object:
    """What a column's heading says of its values, years as numbers."""
    said = constants(one.spec.set, words_of(found, one, None, found.bottom))
    year = one.year.text if one.year else ""
    known = read_fiscal_year(year)
    texts = {name: known.year if known and r.text == year else r.text for name, r in said.items()}
    return one.spec.to, tuple(sorted(texts.items(), key=lambda item: item[0]))


def _differ(found: FoundTable, one: FoundColumn, other: FoundColumn) -> bool:
    """Whether two columns say something else in a row, and nowhere the same."""
    pairs = [
        (squash(a.shown), squash(b.shown))
        for row in found.rows
        if (a := found.grid.cell(row, one.column)) and (b := found.grid.cell(row, other.column))
    ]
    return bool(pairs) and all(a != b for a, b in pairs)


def _told_again(found: FoundTable, cell: Cell) -> Problem:
    place = Place(sheet=found.grid.name or None, cell=cell.address)
    return problem("doubled-heading", place, value=tidy(cell.shown))


def _is_header_again(found: FoundTable, row: int) -> bool:
    """Whether a row repeats a row of the header, as for printing on every page."""
    again = 0
    for column in found.area:
        cell = found.grid.cell(row, column)
        if cell is None or cell.row != row or cell.column != column:
            continue
        path = path_at(found.grid, found.top, found.bottom, column)
        if squash(cell.shown) not in {squash(one.shown) for one in path}:
            return False
        again += 1
    return again > 1


def _row_role(found: FoundTable, row: int) -> str:
    rules = found.block.rows
    texts = _texts(found, row)
    for role, patterns in (
        ("total", rules.total),
        ("ratio", rules.ratio),
        ("ignore", rules.ignore),
    ):
        if any(matches_any(text, patterns) for text in texts):
            return role
    return ""


def _others(found: FoundTable, row: int) -> list[Row]:
    texts = _texts(found, row)
    rules = found.block.rows.other
    return [rule for rule in rules if any(matches_any(text, rule.row) for text in texts)]


def _texts(found: FoundTable, row: int) -> list[str]:
    """The texts that stand in a row; one that is merged over rows stands in each of them."""
    cells = (cell for column in found.area if (cell := found.grid.cell(row, column)))
    return [cell.shown for cell in cells if isinstance(cell.value, str)]


def _line_at(found: FoundTable, row: int) -> tuple[int, Line, Cell] | None:
    """The line that a row is: one text under its header, and nothing to the right of it."""
    for column, line in found.lines:
        cell = found.grid.cell(row, column)
        if cell is None or (cell.row, cell.column) != (row, column):
            continue
        beyond = (found.grid.cell(row, c) for c in found.area if c > column)
        if isinstance(cell.value, str) and all(one in (None, cell) for one in beyond):
            return column, line, cell
    return None


@dataclass
class _Hidden:
    """The cells of hidden rows that a blank or 〃 further down may mean, by column."""

    found: FoundTable
    cells: dict[int, Cell] = field(default_factory=dict)

    def skip(self, row: int) -> None:
        """Remember what a hidden row holds of its own."""
        for column, cell in self._cells(row):
            if cell is not None and cell.row == row and squash(cell.shown) not in DITTO:
                self.cells[column] = cell

    def passed(self, row: int, memory: Memory) -> Iterator[Problem]:
        """The cells of a visible row that are filled from above a hidden cell which differs.

        Told once for each hidden cell; what a row writes itself ends the hidden ones before it.
        """
        grid = self.found.grid
        for column, cell in self._cells(row):
            if cell is not None and squash(cell.shown) not in DITTO:
                self.cells = {at: kept for at, kept in self.cells.items() if at < column}
                continue
            filler = (memory.above if cell else memory.open).get(column)
            if column not in self.cells or filler is None:
                continue
            hidden = self.cells.pop(column)
            if squash(hidden.shown) != squash(filler.shown):
                yield problem(
                    "filled-past-hidden",
                    Place(sheet=grid.name or None, cell=address(row, column)),
                    value=filler.shown,
                    filler_cell=filler.address,
                    hidden_cell=hidden.address,
                )

    def _cells(self, row: int) -> Iterator[tuple[int, Cell | None]]:
        """The cells of the columns that are read; blank ones only where they are filled."""
        for one in self.found.columns:
            if one.spec.to:
                cell = self.found.grid.cell(row, one.column)
                if cell is not None or one.spec.fill == "down":
                    yield one.column, cell


@dataclass
class _Lines:
    """The lines that stand above a row, by the column in which they begin."""

    open: dict[int, tuple[str, int]] = field(default_factory=dict)

    @property
    def above(self) -> dict[str, int]:
        return {table: row for _, (table, row) in sorted(self.open.items())}

    def add(self, column: int, line: Line, cell: Cell, records: Records) -> None:
        """Begin a line; it ends those that begin where it does, or right of it."""
        self.open = {at: one for at, one in self.open.items() if at < column}
        if not line.to:
            return
        values = constants(line.set, {})
        for target, part in parts(line.to, line.split, raw(cell)):
            values[target.partition(".")[2]] = part
        table = line.to[0].partition(".")[0]
        self.open[column] = table, records.add(table, values, self.above)

    def close(self, found: FoundTable, row: int) -> None:
        """End the lines that have something new left of them: a number of its own."""
        for column in [*self.open]:
            left = (found.grid.cell(row, c) for c in found.area if c < column)
            if any(cell is not None and cell.row == row for cell in left):
                del self.open[column]


def _unmapped_columns(found: FoundTable) -> Iterator[Problem]:
    """The columns with data that the layout neither maps nor ignores by name.

    A column under a band may have no heading of its own: its place is then the blank cell.
    """
    grid = found.grid
    mapped = {column for one in found.columns for column in one.steps}
    mapped |= {one.column + 1 for one in found.columns if "$beside" in one.spec.set.values()}
    for column in found.area:
        path = path_at(grid, found.top, found.bottom, column)
        if column in mapped or not path or column in grid.sheet.hidden_columns:
            continue
        if any(one.spec.to == () and hits_of(one.spec, path, None) for one in found.columns):
            continue
        if any(matches_any(cell.shown, found.block.ignore) for cell in path):
            continue
        if grid.span(path[-1]).bottom > found.bottom:
            continue  # what stands beside the table, over its rows
        own = [cell for cell in path if cell.column == column]
        if not own and not _has_data(found, column):
            continue
        if (kind := _unknown_kind(found, own)) is not None and _has_figures(found, column):
            yield _figures_lost(found, kind)
            continue
        header = tidy((own or path)[-1].shown)
        cell = own[-1].address if own else address(found.bottom, column)
        place = Place(sheet=grid.name or None, cell=cell)
        yield problem("unmapped-column", place, value=header if own else None, header=header)


def _unknown_kind(found: FoundTable, own: Sequence[Cell]) -> Cell | None:
    """The heading that nobody knows over a year, where others say there what their figures are."""
    if len(own) < 2 or own[-1].row not in found.year_rows or not _kinds(found):
        return None
    return own[-2] if find_fiscal_years(tidy(own[-1].shown)) else None


def _kinds(found: FoundTable) -> list[str]:
    """The headings that tell the kind of a column's figures."""
    specs = (one for one in found.block.table if "$header" in one.set.values())
    every = (text.rpartition("/")[2] for one in specs for text in one.header)
    return [text for text in dict.fromkeys(every) if "*" not in text and "$" not in text]


def _has_figures(found: FoundTable, column: int) -> bool:
    cells = (found.grid.cell(row, column) for row in found.rows)
    return any(c is not None and isinstance(c.value, (int, float)) for c in cells)


def _figures_lost(found: FoundTable, heading: Cell) -> Problem:
    place = Place(sheet=found.grid.name or None, cell=heading.address)
    header = tidy(heading.shown)
    allowed = tuple(_kinds(found))
    return problem("unknown-figures", place, value=header, header=header, allowed=allowed)


def _has_data(found: FoundTable, column: int) -> bool:
    cells = (found.grid.cell(row, column) for row in found.rows)
    return any(cell is not None and cell.column == column for cell in cells)


def _hidden_row(found: FoundTable, row: int) -> Iterator[Problem]:
    cells = [c for column in found.area if (c := found.grid.cell(row, column)) and c.row == row]
    if any(isinstance(cell.value, (int, float)) for cell in cells):
        place = Place(sheet=found.grid.name or None, cell=_naming(found, cells).address)
        yield problem("stale-hidden-data", place, what=Text(f"行 {row + 1}", f"row {row + 1}"))


def _naming(found: FoundTable, cells: Sequence[Cell]) -> Cell:
    """The cell of a row that names it: of its first table's names, the innermost."""
    names: dict[str, Cell] = {}
    for cell in cells:
        spec = next((one.spec for one in found.columns if one.column == cell.column), None)
        for target in spec.to if spec else ():
            table, _, field_name = target.partition(".")
            if field_name in ("title", "name"):
                names[table] = cell
    return next(iter(names.values()), cells[0])


def _hidden_columns(found: FoundTable) -> Iterator[Problem]:
    """The hidden columns that hold figures, or that the layout would map."""
    every = [*range(found.top, found.bottom + 1), *found.rows]
    for column in found.area:
        if column not in found.grid.sheet.hidden_columns:
            continue
        cells = [c for row in every if (c := found.grid.cell(row, column)) and c.column == column]
        path = path_at(found.grid, found.top, found.bottom, column)
        is_wanted = any(one.to and hits_of(one, path, None) for one in found.block.table)
        if cells and (is_wanted or any(isinstance(one.value, (int, float)) for one in cells)):
            own = (one for one in cells if found.grid.span(one).right == column)
            place = Place(sheet=found.grid.name or None, cell=next(own, cells[0]).address)
            letters = address(0, column).rstrip("1")
            what = Text(f"列 {letters}", f"column {letters}")
            yield problem("stale-hidden-data", place, what=what)


def rows_below(found: FoundTable, taken: Collection[tuple[int, int]]) -> Iterator[Problem]:
    """Where a blank row seems to cut the table: a row below it that fills most of its columns.

    `taken` are the positions that other blocks of the sheet have read.
    """
    columns = [one.column for one in found.columns if one.spec.to]
    last = max((row for row, _ in found.cells), default=found.bottom)
    for row in range(last + 1, found.grid.height):
        cells = [found.grid.cell(row, column) for column in columns]
        filled = {one.place for one in cells if one is not None and one.row == row}
        first = next((one for one in cells if one is not None), None)
        if first is None or any((row, column) in taken for column in columns):
            continue
        if matches_any(first.shown, NOTES) or len(filled) < 2 or 2 * len(filled) <= len(columns):
            continue
        yield problem("interrupted-table", Place(sheet=found.grid.name or None, cell=first.address))
        return
