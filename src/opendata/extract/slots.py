"""The records of one row of a table: which cells belong together, and what hangs on what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from opendata.extract.grid import Cell, Grid
from opendata.extract.header import FoundColumn, FoundTable
from opendata.extract.layout import Row
from opendata.extract.parts import named, parts, together, with_era, year_in
from opendata.extract.records import Raw, Records, raw
from opendata.extract.sentence import constants
from opendata.extract.years import Years
from opendata.japanese import find_fiscal_years, read_fiscal_year, squash, tidy
from opendata.package import Package

_NODES = "policy_nodes"
DITTO = frozenset({"〃", "同上", "〟", "々", "''", '"', "′′", "“", "”", "仝"})
WIDEST = 100
"""A step to the next column is wider than any indentation within one."""


@dataclass
class Slot:
    """A record in the making; it hangs on the slots in `above`, else on what stands left of it."""

    table: str
    role: str
    values: dict[str, Raw]
    above: tuple[Slot, ...] = ()
    is_written: bool = False
    repeats: bool = False
    is_made: bool = False
    """Whether a `set` makes it: then it hangs on what cells say, not on its like on the left."""
    depth: int | None = None
    """How deep its text is indented below others, where that says what it hangs on."""


@dataclass
class Memory:
    """What stood above in each column: for 〃, for blanks filled down, for eras and indents."""

    above: dict[int, Cell] = field(default_factory=dict)
    open: dict[int, Cell] = field(default_factory=dict)
    years: dict[int, Years] = field(default_factory=dict)
    indents: list[int] = field(default_factory=list)
    trail: list[tuple[str, int]] = field(default_factory=list)
    """The records that the indented ones hang on, outermost first: table and row."""

    def value(self, grid: Grid, one: FoundColumn, row: int) -> Raw | None:
        """The value of a column in a row, its own or that of above; None where it is blank."""
        cell = grid.cell(row, one.column)
        if cell is not None and squash(cell.shown) in DITTO:
            cell = self.above.get(one.column)
        if cell is not None:
            if self.open.get(one.column) != cell:
                self.open = {at: kept for at, kept in self.open.items() if at <= one.column}
            self.above[one.column] = self.open[one.column] = cell
            return raw(cell)
        if one.spec.fill == "down" and one.column in self.open:
            return raw(self.open[one.column])
        return None

    def year(self, value: Raw, column: int, era: str | None) -> Raw:
        """A year's text with the era that the years above it are written in: 令和元年度, ２."""
        text = tidy(value.text)
        year = self.years.setdefault(column, Years(era)).read(text)
        if year is None or not year.era:
            return value
        known = read_fiscal_year(text) or next(iter(find_fiscal_years(text)), None)
        return value if known and known.year == year.year else value.part(with_era(year))

    def depth(self, text: str, steps: int, columns: int = 0) -> int:
        """How many of the texts above stand further out, one in the other.

        A text is indented by the `columns` between it and its heading's first, by `steps` of its
        cell's alignment and by the spaces before it; a step is as wide as a full-width space.
        """
        spaces = text[: len(text) - len(text.lstrip())]
        indent = 2 * (WIDEST * columns + steps)
        indent += sum(2 if one == "\u3000" else 1 for one in spaces)
        self.indents = [one for one in self.indents if one < indent] + [indent]
        return len(self.indents) - 1


def read_slots(
    found: FoundTable, row: int, role: str, memory: Memory, package: Package
) -> list[Slot]:
    """The records of one sheet row, those that others hang on first.

    A record is there when a cell of it is filled; its blank cells then have a place, too.
    """
    making = _Making(found, row, role, memory, package)
    for one in found.columns:
        if one.spec.to:
            making.read(one)
    shared = _shared(making.slots)
    slots = [slot for key, slot in making.slots.items() if key not in shared]
    _call_for_owners(slots, package)
    return [slot for slot in slots if slot.is_written]


def _call_for_owners(slots: Sequence[Slot], package: Package) -> None:
    """A record that must belong to one of another table calls for it, even if that one is blank:
    what it lacks is then reported at its own cells."""
    for slot in reversed(slots):
        if slot.is_written and not slot.role:
            resource = package.resource(slot.table)
            needed = {key.resource for key in resource.foreign_keys if resource.requires(key.field)}
            needed -= {slot.table, *(one.table for one in slot.above)}
            for owner in slots:
                owner.is_written |= owner.table in needed and not owner.is_made


@dataclass
class _Making:
    """The slots of one row, while its columns are read from left to right."""

    found: FoundTable
    row: int
    role: str
    memory: Memory
    package: Package
    slots: dict[object, Slot] = field(default_factory=dict)
    owners: dict[str, object] = field(default_factory=dict)
    """The key of the slot on the left to which a column's records belong, by table."""

    def read(self, one: FoundColumn) -> None:
        """Put a column's cell into the slot it belongs to, and into those this one hangs on."""
        table = one.spec.to[0].partition(".")[0]
        if one.spec.indent:
            self._read_indented(one, table)
            return
        if self._is_text_across(one):
            return
        value = _value(self.found, one, self.row, self.memory, self.package)
        given = _by_table(
            constants(one.spec.set, words_of(self.found, one, value, self.row)), table
        )
        own = given.pop(table, {})
        if one.spec.stacked:
            own["value_type"] = Raw(one.spec.stacked[self._step() % len(one.spec.stacked)])
        role = "-".join(part for part in (self.role, "across" if one.spec.role else "") if part)
        upper = self._upper(given, role, value is not None)
        slot = self._slot(table, own, upper, role)
        target = one.spec.to[0].partition(".")[2]
        if target == "value" and value is not None and _says(slot, target):
            # Two columns with the same heading: each value counts, for others to hold together.
            slot = self.slots[one.column] = Slot(table, role, dict(own), upper)
        slot.is_written |= value is not None
        slot.repeats |= one.spec.repeats
        if value is None:
            value = Raw(one.spec.blank or "", self.found.grid.place(self.row, one.column))
        if one.spec.named:
            value = named(one.hit.shown, value)
        for target, part in parts(one.spec.to, one.spec.split, value):
            name = target.partition(".")[2]
            before = slot.values.get(name)
            if not value.text and _says(slot, name):
                continue  # a blank cell takes nothing back
            slot.values[name] = together(before, part, is_named=one.spec.named)

    def _step(self) -> int:
        """How many rows below the first of its indicator a row stands."""
        named = (c for c in self.found.columns if c.spec.to[:1] == ("indicators.name",))
        column = next((one.column for one in named), self.found.left)
        for row in range(self.row, self.found.bottom, -1):
            if (cell := self.found.grid.cell(row, column)) is not None:
                return self.row - cell.row
        return 0

    def _read_indented(self, one: FoundColumn, table: str) -> None:
        """Put every text of a hierarchy into a slot of its own, as deep as it is indented.

        Where the column names indicators, the last text of a row with values is one; the others
        are parts of the plan.
        """
        cells = list(_cells_under(self.found.grid, one, self.row))
        for cell in cells:
            steps = self.found.grid.indent(cell.row, cell.column)
            depth = self.memory.depth(cell.text, steps, cell.column - one.column)
            is_node = table == _NODES or cell is not cells[-1] or not self._has_values()
            level = one.spec.indent[min(depth, len(one.spec.indent) - 1)]
            own = {"level": Raw(level)} if is_node else constants(one.spec.set, {})
            slot = self._slot(_NODES if is_node else table, own, (), self.role)
            slot.is_written, slot.depth = True, depth
            targets = (f"{_NODES}.title",) if is_node and table != _NODES else one.spec.to
            text = raw(cell).part(cell.text.strip())
            for target, part in parts(targets, one.spec.split if len(targets) > 1 else None, text):
                slot.values[target.partition(".")[2]] = part

    def _has_values(self) -> bool:
        columns = (one for one in self.found.columns if one.spec.to)
        values = [one for one in columns if one.spec.to[0] == "indicator_values.value"]
        filled = (one for one in values if self.found.grid.cell(self.row, one.column))
        return any(not self._is_text_across(one) for one in filled)

    def _is_text_across(self, one: FoundColumn) -> bool:
        """Whether an indented text lies over the column, too."""
        cell = self.found.grid.cell(self.row, one.column)
        indented = {other.column for other in self.found.columns if other.spec.indent}
        return cell is not None and cell.column < one.column and cell.column in indented

    def _upper(
        self, given: Mapping[str, dict[str, Raw]], role: str, is_written: bool
    ) -> tuple[Slot, ...]:
        """The slots that a `set` makes in other tables, each below those before it."""
        upper: tuple[Slot, ...] = ()
        for table, values in given.items():
            places = tuple(one.place for one in values.values())
            key = (table, _texts(values), places, tuple(map(id, upper)))
            slot = self.slots.setdefault(("above", key), Slot(table, role, values, upper))
            slot.is_made = True
            slot.is_written |= is_written
            upper = (*upper, slot)
        return upper

    def _slot(self, table: str, own: Mapping[str, Raw], upper: tuple[Slot, ...], role: str) -> Slot:
        """The slot of a table with these constants, below these slots and the owner on the left."""
        owner = self.owners.get(_owner(self.package, table))
        key = (table, _texts(own), tuple(map(id, upper)), owner)
        if own or table not in self.owners:
            self.owners[table] = key
        return self.slots.setdefault(key, Slot(table, role, dict(own), upper))


def _cells_under(grid: Grid, one: FoundColumn, row: int) -> Iterator[Cell]:
    """The cells that begin in a row below a heading, from left to right."""
    for column in one.steps:
        cell = grid.cell(row, column)
        if cell is not None and (cell.row, cell.column) == (row, column):
            yield cell


def _value(
    found: FoundTable, one: FoundColumn, row: int, memory: Memory, package: Package
) -> Raw | None:
    """What a cell says, in the words of the layout; None where it is blank."""
    value = memory.value(found.grid, one, row)
    if value is not None and one.spec.words:
        value = in_words(value, one.spec.words)
    table, _, name = one.spec.to[0].partition(".")
    if value is not None and package.resource(table).field(name).reading == "fiscal_year":
        value = memory.year(value, one.column, found.block.era)
    return value


def in_words(value: Raw, words: Mapping[str, str]) -> Raw | None:
    """The value as the layout translates it; None where it is a word for a blank."""
    known = {squash(word): meaning for word, meaning in words.items()}
    meaning = known.get(squash(value.text))
    if meaning is None:
        return value
    return value.part(meaning) if meaning else None


def _beside(found: FoundTable, one: FoundColumn, row: int) -> Raw | None:
    """The year in the cell right of a value."""
    cell = found.grid.cell(row, one.column + 1) if "$beside" in one.spec.set.values() else None
    return year_in(raw(cell), found.block.era) if cell else None


def words_of(
    found: FoundTable, one: FoundColumn, value: Raw | None, row: int
) -> Mapping[str, Raw | None]:
    """What the words of a `set` stand for in a cell."""
    return {
        "$header": one.heading,
        "$band": one.band,
        "$year": one.year or _no_year(found, one),
        "$unit": one.unit,
        "$text": value,
        "$beside": _beside(found, one, row),
        "$cell": year_in(value, found.block.era) if value else None,
        **{f"$title.{gap}": text for gap, text in found.titles.items()},
    }


def _no_year(found: FoundTable, one: FoundColumn) -> Raw:
    """What stands where a column's heading should name its year: beside the others' years, else
    the heading itself."""
    for row in found.year_rows:
        cell = found.grid.cell(row, one.column)
        if cell is None and row > one.hit.row:
            return Raw("", found.grid.place(row, one.column), one.hit.shown)
        if cell is not None and cell.place != one.hit.place and cell.column == one.column:
            return raw(cell)
    return Raw("", one.hit.place, one.hit.shown)


def _by_table(values: Mapping[str, Raw], own: str) -> dict[str, dict[str, Raw]]:
    """The constants by the table they belong to: `indicators.name` beside `value_type`."""
    tables: dict[str, dict[str, Raw]] = {}
    for name, value in values.items():
        table, _, field_name = name.rpartition(".")
        tables.setdefault(table or own, {})[field_name] = value
    return tables


def _says(slot: Slot, name: str) -> bool:
    """Whether a cell that is not blank has fed a field of the slot already."""
    known = slot.values.get(name)
    return known is not None and known.place is not None and bool(known.text)


def _texts(values: Mapping[str, Raw]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, one.text) for name, one in values.items()))


def _owner(package: Package, table: str) -> str:
    """The table whose records this one's are a part of: their key holds a key of its."""
    resource = package.resource(table)
    keys = (key for key in resource.foreign_keys if key.field in resource.primary_key)
    return next((key.resource for key in keys), "")


def _shared(slots: dict[object, Slot]) -> set[object]:
    """Values without a `set` beside slots of the same table with one belong to each of those."""
    plain = {key for key in slots if isinstance(key, tuple) and not any(key[1:3])}
    shared: set[object] = set()
    for key in plain:
        others = [one for k, one in slots.items() if k != key and one.table == slots[key].table]
        if others:
            shared.add(key)
            for one in others:
                one.values.update({**slots[key].values, **one.values})
                one.is_written |= slots[key].is_written and not one.repeats
    return shared


def add_slots(
    slots: Sequence[Slot],
    others: Sequence[Row],
    above: Mapping[str, int],
    memory: Memory,
    records: Records,
) -> None:
    """Put the records of a row below those in `above`; `others` say what kind of row it is."""
    near = dict(above) | dict(memory.trail)
    cells = dict(near)
    rows: dict[int, int] = {}
    for slot in slots:
        for name, text in _overriding(others, slot):
            slot.values[name] = Raw(text)
        own = {one.table: rows[id(one)] for one in slot.above if id(one) in rows}
        left = {**(cells if slot.is_made else near), **own}
        if slot.depth is not None:
            memory.trail = memory.trail[: slot.depth]
            left = dict(above) | dict(memory.trail)
        added = records.add(slot.table, slot.values, {} if slot.role else left, slot.role)
        if slot.role:
            continue
        near[slot.table] = rows[id(slot)] = added
        if not slot.is_made:
            cells[slot.table] = added
        if slot.depth is not None:
            memory.trail.append((slot.table, added))


def _overriding(others: Sequence[Row], slot: Slot) -> Iterator[tuple[str, str]]:
    for other in others:
        for target, text in other.set.items():
            table, _, name = target.rpartition(".")
            if name in slot.values and table in ("", slot.table):
                yield name, text
