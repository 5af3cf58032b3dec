"""What stands where on a template: the blocks of a layout on sheets, their headings and cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from opendata.extract.layout import Column, Form, Label, Layout, Table
from opendata.extract.standard import naming_field
from opendata.package import Field, ForeignKey, Package, Resource

TITLE, GUIDANCE, TOP = 0, 1, 3
"""The rows of a sheet's title, of its one line of guidance, and of the first block's headings."""
MARK, LABEL, VALUE, NOTE = range(4)
"""The columns of a form."""
ROWS = 1000
"""How many rows of a table choose from lists and are held to ranges."""
_NEARBY: tuple[tuple[str, Sequence[int]], ...] = (
    ("baseline", (-1,)),
    ("actual", (0, 1, 2, 3, 4)),
    ("midterm_target", (2,)),
    ("target", (4,)),
)
"""The figures that a plan of five years is asked for: kinds of values, and years from its first."""


@dataclass(frozen=True)
class Entry:
    """A place to write: a form's value, or a column."""

    part: Label | Column
    resource: Resource | None
    field: Field | None
    """The field that is written; None where a text feeds several, or none."""
    heads: tuple[str, ...]
    """Its heading, from top to bottom."""
    year: int | None = None
    """The year in the last row of its heading, which may be written over."""
    kinds: tuple[str, ...] = ()
    """What may stand in the first row of its heading instead."""

    @property
    def is_required(self) -> bool:
        """Whether the schema or the layout wants a value."""
        if isinstance(self.part, Label) and self.part.required and self.part.to:
            return True
        if self.resource is None or self.field is None or self.is_across:
            return False
        return self.resource.requires(self.field.name)

    @property
    def is_across(self) -> bool:
        """Whether it is one of several columns for the same field."""
        return isinstance(self.part, Column) and self.part.repeats

    @property
    def title(self) -> str:
        return self.heads[0]

    @property
    def reference(self) -> ForeignKey | None:
        """What the field refers to, where it does."""
        keys = self.resource.foreign_keys if self.resource and self.field else ()
        return next((one for one in keys if self.field and one.field == self.field.name), None)

    @property
    def refers_above(self) -> bool:
        """Whether it names another record of its own table."""
        key = self.reference
        return key is not None and self.resource is not None and key.resource == self.resource.name


@dataclass(frozen=True)
class Block:
    """A form or a table on its sheet. Rows and columns count from 0."""

    sheet: str
    top: int
    entries: tuple[Entry, ...]
    is_form: bool

    @property
    def depth(self) -> int:
        """How many rows the headings of a table take."""
        return max(len(one.heads) + (one.year is not None) for one in self.entries)

    @property
    def first(self) -> int:
        """The first row to write in."""
        return self.top if self.is_form else self.top + self.depth

    @property
    def last(self) -> int:
        """The last row that is held to what the schema says."""
        return self.top + len(self.entries) - 1 if self.is_form else self.first + ROWS - 1

    @property
    def resource(self) -> Resource | None:
        """The table that most of it is about."""
        return next((one.resource for one in self.entries if one.resource), None)

    def position(self, at: int) -> tuple[int, int]:
        """The first cell of an entry."""
        return (self.top + at, VALUE) if self.is_form else (self.first, at)


def plan(package: Package, layout: Layout, year: int) -> tuple[Block, ...]:
    """The blocks of a layout, each on its sheet; forms above tables where they share one."""
    blocks: list[Block] = []
    below: dict[str, int] = {}
    for one in sorted(layout.blocks, key=lambda block: isinstance(block, Table)):
        sheet = _sheet(one, layout)
        entries = tuple(_entries(package, one, year))
        if not entries:
            continue
        top = below.get(sheet, TOP)
        block = Block(sheet, top, entries, isinstance(one, Form))
        below[sheet] = block.top + len(entries) + 3 if block.is_form else block.first + ROWS + 3
        blocks.append(block)
    order = list(dict.fromkeys(_sheet(one, layout) for one in layout.blocks))
    return tuple(sorted(blocks, key=lambda block: order.index(block.sheet)))


def _sheet(block: Form | Table, layout: Layout) -> str:
    name = block.sheet[0].replace("*", "") or layout.title
    return re.sub(r"[\[\]:*?/\\']", "_", name)[:31]


def _entries(package: Package, block: Form | Table, year: int) -> Iterator[Entry]:
    for label in block.form if isinstance(block, Form) else ():
        if label.to or label.required:
            yield replace(_entry(package, label), heads=(_heading(label.label[0]),))
    for column in block.table if isinstance(block, Table) else ():
        if column.to or column.required:
            yield from _columns(_entry(package, column), column, year)


def _entry(package: Package, part: Label | Column) -> Entry:
    resource, field = None, None
    if part.to:
        table, _, name = part.to[0].partition(".")
        resource = package.resource(table)
        is_one = len(part.to) == 1 and not part.split and not part.words
        field = resource.field(name) if is_one else None
    return Entry(part, resource, field, ())


def _columns(entry: Entry, column: Column, year: int) -> Iterator[Entry]:
    """The columns that one of a layout stands for: of figures by year one a kind and year."""
    path = [_heading(one) for one in column.header[0].split("/")]
    heads = tuple(one for one in path if one != "$year")
    if "$year" not in (*path, *column.set.values()):
        yield replace(entry, heads=heads)
        return
    kinds = _kinds(entry, column)
    if not kinds:
        for at in dict(_NEARBY).get(_kind(entry, column), range(5)):
            yield replace(entry, heads=heads, year=year + at)
        return
    usual = [(kinds[one], at) for one, years in _NEARBY if one in kinds for at in years]
    for label, at in usual or [(label, 0) for label in kinds.values()]:
        yield replace(entry, heads=(label,), year=year + at, kinds=tuple(kinds.values()))


def _kinds(entry: Entry, column: Column) -> Mapping[str, str]:
    """The kinds of values that a column's headings tell, and the word for each."""
    name = next((name for name, text in column.set.items() if text == "$header"), None)
    if entry.resource is None or name is None:
        return {}
    known = entry.resource.field(name)
    kinds: dict[str, str] = {}
    for header in column.header:
        value = known.labels.get(header, header)
        if value in known.enum:
            kinds.setdefault(value, header)
    return kinds


def _kind(entry: Entry, column: Column) -> str:
    """The kind of values that a column holds by itself."""
    keys = entry.resource.primary_key if entry.resource else ()
    for name, text in column.set.items():
        if entry.resource and name in keys and (known := entry.resource.field(name)).enum:
            return known.labels.get(text, text)
    return ""


def _heading(text: str) -> str:
    return text.replace("*", "")


def place_of_names(blocks: Sequence[Block], resource: Resource) -> tuple[str, int, int, str] | None:
    """Where the names of a table's records are written: sheet, first row, column and heading."""
    named = naming_field(resource)
    for block in (one for one in blocks if not one.is_form):
        for at, entry in enumerate(block.entries):
            if named and entry.field == named and entry.resource is resource:
                return (block.sheet, *block.position(at), entry.title)
    return None


def referred(entry: Entry, blocks: Sequence[Block]) -> Resource | None:
    """The table whose records an entry names, where it is filled in on the same workbook."""
    key = entry.reference
    every = (one.resource for block in blocks for one in block.entries)
    return next((one for one in every if one and key and one.name == key.resource), None)
