"""Find the layout that fits a workbook, and read the workbook with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa

from opendata.errors import Place, Problem, Text, problem
from opendata.extract.form import FoundForm, blanks, find_form, read_form
from opendata.extract.grid import Cell, Grid, matches, matches_any
from opendata.extract.header import NOTES, FoundTable, find_table
from opendata.extract.layout import Block, Form, Layout, Table
from opendata.extract.legend import legends
from opendata.extract.records import Origin, Raw, Records
from opendata.extract.table import read_table, rows_below
from opendata.japanese import Status, bare_name, read_signs, squash, tidy
from opendata.package import Package
from opendata.workbook import RESULTS_SHEET, Workbook, address

Position = tuple[int, int]
NEAR = 0.5
"""The share of a layout's required texts from which on a workbook is held to be meant as it."""


@dataclass(frozen=True)
class Extract:
    """What a workbook says, as text.

    `texts[table]` has a string column per field of the resource (those only checked included);
    `places[table]` has the same shape and says where each was read (`<sheet>!<A1>`, null where the
    layout said it). `links[table][field]` is the row of the referenced table that a foreign key
    points at. `<table>_totals` holds the total and ratio rows. `layout` is None where none fits.
    """

    layout: Layout | None
    texts: Mapping[str, pa.Table]
    places: Mapping[str, pa.Table]
    links: Mapping[str, Mapping[str, pa.Array[Any]]]
    wholes: Mapping[str, str]
    """The whole text of the cells that were split, by place."""
    problems: tuple[Problem, ...]
    signs: Mapping[str, Mapping[str, Status]] = field(default_factory=dict)
    """What signs mean, by the name of their sheet: squashed as its notes explain them, and as
    written where the layout does."""
    legends: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    """The labels of the legends of each sheet, squashed."""
    headings: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What the sheet itself calls a field (`table.field`), by column (`<sheet>!C`) or, of a form,
    by cell (`<sheet>!C4`)."""
    headers: tuple[HeaderRows, ...] = ()
    """The header rows of the tables that were read."""
    ignored_sheets: tuple[str, ...] = ()
    """The sheets that the layout ignores by name."""

    def heading(self, place: Place) -> str | None:
        """What the sheet itself calls the field of a place, where it was found by a heading."""
        cell, name = f"{place.sheet or ''}!{place.cell or ''}", f"{place.table}.{place.field}"
        column = cell.rstrip("0123456789")
        return self.headings.get((cell, name)) or self.headings.get((column, name))


class HeaderRows(NamedTuple):
    """Where the header of a table stands on a sheet: its rows and columns, 0-based, both ends
    included."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int


class _Miss(NamedTuple):
    """Headings that a block lacks on the sheet that comes nearest to it."""

    sheet: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class _Fit:
    """A layout held against a workbook: its blocks where they were found, or what is missing."""

    layout: Layout
    blocks: tuple[FoundForm | FoundTable, ...]
    missing: tuple[_Miss, ...]
    nearness: float
    """The share of its required labels and headers that were found; none of another plan's."""

    @property
    def score(self) -> int:
        return sum(block.score for block in self.blocks)


def extract(
    workbook: Workbook,
    package: Package,
    layouts: Sequence[Layout],
    constants: Mapping[str, str] | None = None,
) -> Extract:
    """Read a workbook with the layout of `layouts` that fits it best.

    `constants` are values by `table.field` that come from outside the file (its municipality).
    The problems carry sheet and cell; their file is for the caller to fill in.
    """
    submitted = (sheet for sheet in workbook.sheets if sheet.name != RESULTS_SHEET)
    grids = tuple(Grid(sheet) for sheet in submitted)
    visible = tuple(grid for grid in grids if grid.sheet.visibility == "visible")
    records = Records(package)
    fits = [_fit(layout, visible) for layout in layouts]
    fitting = [fit for fit in fits if not fit.missing]
    if not fitting:
        unknown = _hidden(layouts, grids) or _unknown(fits, workbook)
        return Extract(None, *records.to_arrow(), wholes={}, problems=(unknown,))
    best = max(fitting, key=lambda fit: fit.score)
    problems = _read(best, visible, records, constants or {})
    if not records.is_written:
        nothing = problem("nothing-filled-in", Place(sheet=_first_block(best)))
        return Extract(best.layout, *Records(package).to_arrow(), wholes={}, problems=(nothing,))
    problems.extend(_hidden_sheets(grids, best))
    signs = {grid.name: _signs(grid, best) | best.layout.signs for grid in visible}
    explained = {grid.name: legends(grid) for grid in visible}
    return Extract(
        best.layout,
        *records.to_arrow(),
        records.wholes,
        tuple(problems),
        signs,
        explained,
        _headings(best.blocks),
        tuple(_header_rows(one) for one in best.blocks if isinstance(one, FoundTable)),
        tuple(one.name for one in grids if matches_any(one.name, best.layout.ignore_sheets)),
    )


def _header_rows(table: FoundTable) -> HeaderRows:
    columns = table.area
    return HeaderRows(table.grid.name, table.top, columns.start, table.bottom, columns.stop - 1)


def _headings(blocks: Sequence[FoundForm | FoundTable]) -> dict[tuple[str, str], str]:
    """What the sheet calls the fields; of two tables in one column that differ, neither."""
    told: dict[tuple[str, str], set[str]] = {}
    for block in blocks:
        if isinstance(block, FoundForm):
            cells = [(one.value.place or "", one.label.to, one.text) for one in block.labels]
        else:
            cells = [
                (f"{block.grid.name}!{address(0, one.column)[:-1]}", one.spec.to, one.hit.shown)
                for one in block.columns
                if one.year is None
            ]
        for cell, targets, text in cells:
            for target in targets:
                told.setdefault((cell, target), set()).add(bare_name(tidy(text)).rstrip(":："))
    return {key: texts.pop() for key, texts in told.items() if len(texts) == 1}


def _first_block(fit: _Fit) -> str | None:
    return next((block.grid.name or None for block in fit.blocks), None)


def _signs(grid: Grid, fit: _Fit) -> dict[str, Status]:
    """The signs of values that the notes of a sheet explain: not those of its ratings."""
    tables = (one for one in fit.blocks if isinstance(one, FoundTable) and one.grid is grid)
    others = [f"※{text}*" for table in tables for text in table.labels]
    signs: dict[str, Status] = {}
    for cell in grid.filled():
        if not isinstance(cell.value, str) or matches_any(cell.shown, others):
            continue
        if matches_any(cell.shown, NOTES):
            signs |= read_signs(cell.shown)
    return signs


def _fit(layout: Layout, grids: Sequence[Grid]) -> _Fit:
    """Find every block. Tables first: a form's labels are looked for outside of them."""
    if lacking := _lacking(layout, grids):
        return _Fit(layout, (), (_Miss("", lacking),), 0)
    taken: dict[str, set[Position]] = {grid.name: set() for grid in grids}
    found: dict[int, list[FoundForm | FoundTable]] = {}
    missing: list[_Miss] = []
    required = absent = 0
    order = sorted(enumerate(layout.blocks), key=lambda one: isinstance(one[1], Form))
    for index, block in order:
        found[index], nearest = _find(block, grids, taken)
        is_optional = isinstance(block, Table) and block.optional
        wanted = 0 if is_optional else _required(block)
        required += wanted
        if wanted and not found[index]:
            absent += len(nearest.texts) if nearest else wanted
            missing.append(nearest or _Miss("", (f"シート「{block.sheet[0]}」",)))
    blocks = tuple(one for index in sorted(found) for one in found[index])
    return _Fit(layout, blocks, tuple(missing), 1 - absent / max(required, 1))


def _lacking(layout: Layout, grids: Sequence[Grid]) -> tuple[str, ...]:
    """The texts without which the workbook is not the layout's, and which no sheet shows."""
    shown = [cell.shown for grid in grids for cell in grid.sentences]
    return tuple(text for text in layout.requires if not any(matches(one, text) for one in shown))


def _find(
    block: Block, grids: Sequence[Grid], taken: dict[str, set[Position]]
) -> tuple[list[FoundForm | FoundTable], _Miss | None]:
    """Where a block stands: once, unless it repeats; else what the nearest sheet lacks."""
    found: list[FoundForm | FoundTable] = []
    nearest: _Miss | None = None
    for grid in grids:
        if not _is_meant(block, grid):
            continue
        start = 0
        while start == 0 or start < grid.height:
            result = _find_once(block, grid, taken[grid.name], start)
            if isinstance(result, list):
                if nearest is None or len(result) < len(nearest.texts):
                    nearest = _Miss(grid.name, tuple(result))
                break
            found.append(result)
            taken[grid.name] |= set(result.own)
            if not block.repeat:
                return found, None
            if isinstance(result, FoundForm):
                start = result.rows.stop
    return found, nearest


def _is_meant(block: Block, grid: Grid) -> bool:
    """Whether a block is looked for on a sheet: by the sheet's name, or by what it is titled."""
    is_named = any(s == "*" for s in block.sheet) or matches_any(grid.name, block.sheet)
    return is_named or bool(block.titled and grid.find(block.titled))


def _find_once(
    block: Block, grid: Grid, taken: set[Position], start: int
) -> FoundForm | FoundTable | list[str]:
    if isinstance(block, Form):
        return find_form(block, grid, taken, start)
    return find_table(block, grid, taken)


def _required(block: Form | Table) -> int:
    """How many labels or headers the block cannot do without."""
    parts = block.form if isinstance(block, Form) else block.table
    return sum(part.required for part in parts)


def _read(
    fit: _Fit, grids: Sequence[Grid], records: Records, constants: Mapping[str, str]
) -> list[Problem]:
    problems: list[Problem] = []
    covered: dict[str, set[Position]] = {grid.name: set() for grid in grids}
    forms = [block for block in fit.blocks if isinstance(block, FoundForm)]
    for form in (one for one in forms if not one.block.repeat):
        read_form(form, records)
    _add_constants(fit.layout, records, constants)
    contexts = {grid.name: _contexts(grid, forms, records) for grid in grids}
    tables = [block for block in fit.blocks if isinstance(block, FoundTable)]
    for copy, table in enumerate(tables):
        near = [one for top, one in contexts[table.grid.name] if top <= table.top]
        records.context = dict(near[-1])
        records.origin = Origin(id(table.block), copy) if table.block.repeat else None
        problems.extend(read_table(table, records))
        problems.extend(_uncalculated(table))
    for form in forms:
        problems.extend(blanks(form, records))
        problems.extend(_uncalculated(form))
    for block in fit.blocks:
        covered[block.grid.name] |= set(block.cells)
    for table in tables:
        problems.extend(rows_below(table, covered[table.grid.name]))
    for grid in grids:
        problems.extend(_under_merged_cells(grid))
        problems.extend(_unmapped(grid, covered[grid.name], fit))
    return problems


def _contexts(
    grid: Grid, forms: Sequence[FoundForm], records: Records
) -> list[tuple[int, dict[str, int]]]:
    """What the tables of a sheet belong to, from which row on: the workbook's forms, and its own;
    of those that stand there several times the nearest above."""
    before = records.context
    own = [form for form in forms if form.block.repeat and form.grid is grid]
    copies = [form for form in own if len(form.rows) < grid.height]
    records.context = dict(before)
    for form in (one for one in own if one not in copies):
        read_form(form, records)
    contexts = [(0, dict(records.context))]
    for form in sorted(copies, key=lambda one: one.rows.start):
        records.context = dict(contexts[0][1])
        read_form(form, records)
        contexts.append((form.rows.start, records.context))
    records.context = before
    return contexts


def _under_merged_cells(grid: Grid) -> list[Problem]:
    """What other programs left under merged cells, where Excel shows nothing."""
    what = Text("結合セルの下", "under a merged cell")
    return [
        problem("stale-hidden-data", Place(sheet=grid.name or None, cell=address(*at)), what=what)
        for at in sorted(grid.covered())
    ]


def _uncalculated(block: FoundForm | FoundTable) -> list[Problem]:
    """The formulas among the cells that are read whose results the file does not hold."""
    sheet = block.grid.sheet
    return [
        problem("formula-not-calculated", Place(sheet=sheet.name or None, cell=address(*at)))
        for at in sorted(sheet.uncalculated.intersection(block.mapped))
    ]


def _add_constants(layout: Layout, records: Records, constants: Mapping[str, str]) -> None:
    """Fill what the forms left blank in the records that everything hangs on."""
    by_table: dict[str, dict[str, Raw]] = {}
    for target, text in {**layout.set, **constants}.items():
        table, _, field = target.partition(".")
        by_table.setdefault(table, {})[field] = Raw(text)
    for table, values in by_table.items():
        row = records.context.get(table)
        if row is None and any(target.startswith(f"{table}.") for target in layout.fed()):
            records.defaults[table] = values
            continue
        if row is None:
            known = {**records.blank.get(table, {}), **values}
            records.context[table] = records.add(table, known)
            continue
        columns = records.tables[table].values
        for name, value in values.items():
            if columns[name][row] is None:
                columns[name][row] = value.text
    row = records.context.get("plans")
    if row is not None:
        columns = records.tables["plans"].values
        titles = {squash(title): slug for title, slug in layout.slugs.items()}
        if layout.slugs and columns["slug"][row] is None:
            columns["slug"][row] = titles.get(squash(columns["title"][row] or ""))


def _unmapped(grid: Grid, covered: set[Position], fit: _Fit) -> list[Problem]:
    """What stands on a sheet and was neither read nor ignored by name."""
    layout = fit.layout
    if matches_any(grid.name or "*", layout.ignore_sheets):
        return []
    left = [
        cell
        for cell in grid.filled()
        if (cell.row, cell.column) not in covered
        and not grid.is_hidden(cell.row, cell.column)
        and not matches_any(cell.shown, NOTES)
        and not matches_any(cell.shown, layout.ignore)
    ]
    if not covered and left:
        place = Place(sheet=grid.name or None, cell=left[0].address)
        if known := _known_sheet(grid, fit):
            return [problem("unread-sheet", place, value=grid.name or None, expected=known)]
        return [problem("unmapped-sheet", place, value=grid.name or None)]
    return [
        problem(
            "unmapped-text", Place(sheet=cell.sheet or None, cell=cell.address), value=_short(cell)
        )
        for cell in left
    ]


def _known_sheet(grid: Grid, fit: _Fit) -> str | None:
    """The name of the form's own sheet that an unread one must be: titled like it, or with all
    headings of a table that no other sheet has. What it says must not be lost without a word."""
    for block in fit.layout.blocks:
        is_titled = bool(block.titled and grid.find(block.titled))
        if is_titled or _is_lost(block, grid, fit):
            return block.sheet[0]
    return None


def _is_lost(block: Block, grid: Grid, fit: _Fit) -> bool:
    """Whether a table that no sheet was read for stands on this one, with something in it."""
    if "*" in block.sheet or any(one.block is block for one in fit.blocks):
        return False
    found = _find_once(block, grid, set(), 0)
    return isinstance(found, FoundTable) and bool(found.rows)


def _short(cell: Cell) -> str:
    text = tidy(cell.shown)
    return text if len(text) <= 60 else text[:59] + "…"


def _hidden_sheets(grids: Sequence[Grid], fit: _Fit) -> list[Problem]:
    problems, layout = [], fit.layout
    for grid in grids:
        if grid.sheet.visibility == "visible" or matches_any(grid.name, layout.ignore_sheets):
            continue
        cells = list(grid.filled())
        if any(_is_lost(block, grid, fit) for block in layout.blocks):
            problems.append(problem("hidden-sheet", Place(sheet=grid.name or None)))
        elif any(isinstance(cell.value, (int, float)) for cell in cells):
            place = Place(sheet=grid.name or None, cell=_first_of_table(cells).address)
            what = Text(f"シート「{grid.name}」", f'the sheet "{grid.name}"')
            problems.append(problem("stale-hidden-data", place, what=what))
    return problems


def _first_of_table(cells: Sequence[Cell]) -> Cell:
    """The first cell of the first row with more than one: what stands above is a title."""
    rows = Counter(cell.row for cell in cells)
    return next((cell for cell in cells if rows[cell.row] > 1), cells[0])


def _hidden(layouts: Sequence[Layout], grids: Sequence[Grid]) -> Problem | None:
    """A hidden sheet without which no layout fits."""
    for layout in layouts:
        fit = _fit(layout, grids)
        hidden = [one.grid.name for one in fit.blocks if one.grid.sheet.visibility != "visible"]
        if not fit.missing and hidden:
            return problem("hidden-sheet", Place(sheet=hidden[0]))
    return None


def _unknown(fits: Sequence[_Fit], workbook: Workbook) -> Problem:
    """Say which layout came nearest and what it misses."""
    names = [one.name for one in workbook.sheets if one.visibility == "visible"]
    sheet = next((one for one in names if one != RESULTS_SHEET), "")
    near = max(fits, key=lambda fit: (fit.nearness, fit.score), default=None)
    if near is None or near.nearness < NEAR:
        return problem("unknown-layout", Place(sheet=sheet or None))
    return problem(
        "nearly-known-layout",
        Place(sheet=near.missing[0].sheet or sheet or None),
        layout=near.layout.title,
        missing=tuple(dict.fromkeys(text for miss in near.missing for text in miss.texts)),
    )
