"""Forms: a label cell, and the value beside, below, above or behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from opendata.errors import Place, Problem, problem
from opendata.extract.grid import Cell, Grid, matches_any
from opendata.extract.layout import Form, Label
from opendata.extract.parts import named, parts, together, year_in
from opendata.extract.records import Raw, Records, raw
from opendata.extract.sentence import constants, fill, find_titles, has_gap
from opendata.extract.slots import in_words

REACH = 12
"""How many columns to the right of its label a value may stand on a sheet without merged cells."""


@dataclass(frozen=True)
class FoundLabel:
    """A label of the layout, its cell, and its value at its position."""

    label: Label
    cell: Cell
    value: Raw
    at: tuple[int, int]

    @property
    def text(self) -> str:
        """The label as the sheet writes it, without a value in the same cell."""
        is_inline = self.at == (self.cell.row, self.cell.column)
        return self.label.label[0] if is_inline else self.cell.shown


@dataclass(frozen=True)
class FoundForm:
    """A form found on a sheet."""

    block: Form
    grid: Grid
    labels: tuple[FoundLabel, ...]
    titles: Mapping[str, Raw]
    """What the titles say, by the gap it stands in."""
    title_cells: tuple[Cell, ...]
    rows: range
    """The rows among which this copy of the form stands."""

    @property
    def cells(self) -> Iterator[tuple[int, int]]:
        """The positions that the form has read."""
        yield from self.own
        yield from ((cell.row, cell.column) for cell in self.title_cells)

    @property
    def own(self) -> Iterator[tuple[int, int]]:
        """The positions that nothing else can be read from; a title may say more than one thing."""
        for found in self.labels:
            yield found.cell.row, found.cell.column
            yield found.at
            if "$beside" in found.label.set.values():
                yield _beside_value(self.grid, found)

    @property
    def mapped(self) -> Iterator[tuple[int, int]]:
        """The positions whose values are read."""
        return (one.at for one in self.labels if one.label.to)

    @property
    def score(self) -> int:
        return len(self.labels)


def find_form(
    block: Form, grid: Grid, taken: set[tuple[int, int]], start: int = 0
) -> FoundForm | list[str]:
    """Find the form's labels on a sheet from a row on; where required ones are missing, return
    their texts. A form that repeats ends where its first required label comes again.
    """
    others = [text for label in block.form for text in label.label]
    rows = _rows_of_copy(block, grid, taken, start)
    taken = taken | {(row, column) for row, column in _outside(grid, rows)}
    found = [one for label in block.form for one in _find_labels(label, grid, taken, others)]
    labels = [one.label for one in found]
    missing = [one.label[0] for one in block.form if one.required and one not in labels]
    if missing or not found:
        return missing or [block.form[0].label[0]]
    corner = min(one.cell.row for one in found), max(one.at[1] for one in found)
    return FoundForm(block, grid, tuple(found), *find_titles(block.titles, grid, corner), rows)


def _rows_of_copy(block: Form, grid: Grid, taken: set[tuple[int, int]], start: int) -> range:
    """The rows in which the next copy of a form stands: all of them unless it repeats below."""
    anchor = next((label for label in block.form if label.required), None)
    if not block.repeat or anchor is None:
        return range(start, grid.height)
    cells = grid.find(anchor.label)
    free = [one.row for one in cells if (one.row, one.column) not in taken and one.row >= start]
    first = next(iter(free), start)
    end = next((row for row in free if row > first), grid.height)
    return range(first if start else 0, end)


def _outside(grid: Grid, rows: range) -> Iterator[tuple[int, int]]:
    if len(rows) < grid.height:
        yield from ((c.row, c.column) for c in grid.filled() if c.row not in rows)


def _find_labels(
    label: Label, grid: Grid, taken: set[tuple[int, int]], others: Sequence[str]
) -> Iterator[FoundLabel]:
    """The label's cell; of a label that is only ignored, every alternative's cell."""
    alternatives = [label] if label.to else [_only(label, text) for text in label.label]
    for one in alternatives:
        found = _find_label(one, grid, taken, others)
        if found is not None:
            yield replace(found, label=label)


def _only(label: Label, text: str) -> Label:
    return label.model_copy(update={"label": (text,)})


def _find_label(
    label: Label, grid: Grid, taken: set[tuple[int, int]], others: Sequence[str]
) -> FoundLabel | None:
    def is_free(cell: Cell) -> bool:
        at = (cell.row, cell.column)
        return at not in taken and not grid.is_hidden(*at)

    found = [one for text in label.label if has_gap(text) for one in _sentences(label, text, grid)]
    if label.value != "inline":
        found += [_beside(grid, cell, label, others) for cell in grid.find(label.label)]
    for cell in grid.with_colon:
        head, rest = _split_colon(cell.shown)
        if (rest or label.value == "inline") and matches_any(head, label.label):
            found.append(FoundLabel(label, cell, raw(cell, rest), (cell.row, cell.column)))
    free = [one for one in found if is_free(one.cell)]
    return min(free, key=lambda one: (one.cell.row, one.cell.column), default=None)


def _sentences(label: Label, template: str, grid: Grid) -> Iterator[FoundLabel]:
    """The cells that are the label's sentence, with what stands in its gap."""
    for cell in grid.sentences:
        if filled := fill(template, cell.shown):
            value = raw(cell, next(iter(filled.values())))
            yield FoundLabel(label, cell, value, (cell.row, cell.column))


def _split_colon(text: str) -> tuple[str, str]:
    head, rest = re.split("[：:]", text, maxsplit=1)
    return head, rest.strip()


def _beside(grid: Grid, cell: Cell, label: Label, others: Sequence[str]) -> FoundLabel:
    span = grid.span(cell)
    row, column = {
        "right": (span.top, span.right + 1),
        "left": (span.top, span.left - 1),
        "below": (span.bottom + 1, span.left),
        "above": (span.top - 1, span.left),
    }[label.value]
    value = grid.cell(row, column)
    if value is None and label.value == "right" and not grid.sheet.merged:
        value = _next_filled(grid, row, column, others)
    if value is None:
        place = grid.place(row, column) if min(row, column) >= 0 else None
        return FoundLabel(label, cell, Raw("", place), (row, column))
    return FoundLabel(label, cell, raw(value), (value.row, value.column))


def _next_filled(grid: Grid, row: int, column: int, others: Sequence[str]) -> Cell | None:
    """The next filled cell of a row unless it is another label.

    For sheets without merged cells only: saved as CSV, a merged box is a row of blank cells.
    """
    for at in range(column + 1, min(column + REACH, grid.width)):
        value = grid.cell(row, at)
        if value is not None:
            return None if matches_any(value.shown, others) else value
    return None


def blanks(found: FoundForm, records: Records) -> Iterator[Problem]:
    """The required labels whose value is blank; what the schema itself requires is its business."""
    for one in found.labels:
        if not one.label.required or not one.label.to or one.value.text.strip():
            continue
        table, _, field = one.label.to[0].partition(".")
        if not records.package.resource(table).requires(field):
            sheet, _, cell = (one.value.place or "!").rpartition("!")
            place = Place(sheet=sheet or None, cell=cell, table=table, field=field)
            yield problem("missing-value", place, field=one.label.label[0])


def _beside_value(grid: Grid, one: FoundLabel) -> tuple[int, int]:
    cell = grid.cell(*one.at)
    return one.at[0], (grid.span(cell).right if cell else one.at[1]) + 1


def _years_at(grid: Grid, one: FoundLabel) -> dict[str, Raw | None]:
    """The year in a value's own cell, and the one in the cell beside it."""
    beside = grid.cell(*_beside_value(grid, one))
    return {"$cell": year_in(one.value), "$beside": year_in(raw(beside)) if beside else None}


def read_form(found: FoundForm, records: Records) -> None:
    """Put the form's values into records: one record a table and set of constants."""
    said: dict[str, Raw | None] = {f"$title.{gap}": t for gap, t in found.titles.items()}
    groups: dict[tuple[str, tuple[tuple[str, Raw], ...]], dict[str, Raw]] = {}
    written: set[tuple[str, tuple[tuple[str, Raw], ...]]] = set()
    for one in found.labels:
        words = said | _years_at(found.grid, one)
        given = tuple(sorted(constants(one.label.set, words).items(), key=lambda item: item[0]))
        whole = in_words(one.value, one.label.words) or one.value.part("")
        if one.label.named:
            whole = named(one.text, whole)
        for target, value in parts(one.label.to, one.label.split, whole):
            table, _, field = target.partition(".")
            fields = groups.setdefault((table, given), {})
            fields[field] = together(fields.get(field), value, is_named=one.label.named)
            if value.text.strip():
                written.add((table, given))
    for (table, given), values in groups.items():
        if (table, given) in written:
            records.context[table] = records.add(table, dict(given) | values)
        elif not given:
            records.blank.setdefault(table, values)
