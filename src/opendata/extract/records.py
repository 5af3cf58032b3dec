"""Raw named values on their way out of a workbook, kept column by column.

A record is a row number of its table. A record's links say which record of another table (or of its
own) stands above it: they follow the foreign keys of the package, so that ids can be filled in once
the values are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa

from opendata.extract.grid import Cell
from opendata.package import Package, Resource
from opendata.package.contract import PRIVATE

TOTALS = "_totals"
"""Suffix of the table that holds a table's total and ratio rows: checked, never published."""
ROLE = "role"
"""The extra column of a totals table: `total`, `ratio` (its rows), `across` (row totals)."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A value as written. `place` is `<sheet>!<A1>` of its cell, None where the layout said it.

    `whole` is all that the cell shows, of which `text` may be a part. A blank cell that the layout
    maps is an empty text: what is missing has a place, too.
    """

    text: str
    place: str | None = None
    whole: str = ""

    def part(self, text: str) -> Raw:
        """A part of the same cell."""
        return Raw(text, self.place, self.whole)


def raw(cell: Cell, text: str | None = None) -> Raw:
    """The value of a cell, or a part of its text."""
    return Raw(cell.text if text is None else text, cell.place, cell.shown)


@dataclass
class RecordTable:
    """The records of one table; lists of equal length."""

    resource: Resource
    values: dict[str, list[str | None]] = field(init=False)
    places: dict[str, list[str | None]] = field(init=False)
    links: dict[str, list[int | None]] = field(init=False)
    roles: list[str] = field(init=False, default_factory=list)
    _known: dict[object, int] = field(init=False, default_factory=dict)
    _series: dict[object, tuple[int, int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.values = {one.name: [] for one in self.resource.fields}
        self.places = {one.name: [] for one in self.resource.fields}
        self.links = {key.field: [] for key in self.resource.foreign_keys}

    def __len__(self) -> int:
        return len(self.roles)

    def add(
        self,
        values: Mapping[str, Raw],
        links: Mapping[str, int],
        role: str = "",
        origin: Origin | None = None,
    ) -> int:
        """Append a record and return its row; the same cells again are the same record.

        Where a record that stands twice would be asked about, so are the same texts in another
        copy of one repeated block (`origin`): one block a year tells of one indicator every year.
        """
        if origin and PRIVATE + "repeats" in self.resource.descriptor:
            texts = tuple(sorted((name, one.text) for name, one in values.items()))
            series = (origin.block, texts, tuple(sorted(links.items())), role)
            copy, row = self._series.setdefault(series, (origin.copy, len(self.roles)))
            if copy != origin.copy:
                return row
        known = (tuple(sorted((name, one.place, one.text) for name, one in values.items())), role)
        identity = (known, tuple(sorted(links.items())))
        if identity in self._known:
            return self._known[identity]
        for name in self.values:
            one = values.get(name)
            self.values[name].append(one.text if one else None)
            self.places[name].append(one.place if one else None)
        for name in self.links:
            self.links[name].append(links.get(name))
        self.roles.append(role)
        row = self._known[identity] = len(self.roles) - 1
        return row


class Origin(NamedTuple):
    """The copy of a block that repeats from which records come."""

    block: int
    copy: int


@dataclass
class Records:
    """All records of one workbook, and the records that a form names for everything after it."""

    package: Package
    tables: dict[str, RecordTable] = field(init=False)
    context: dict[str, int] = field(init=False, default_factory=dict)
    wholes: dict[str, str] = field(init=False, default_factory=dict)
    defaults: dict[str, Mapping[str, Raw]] = field(init=False, default_factory=dict)
    """What every record of a table says, where the workbook says nothing."""
    blank: dict[str, Mapping[str, Raw]] = field(init=False, default_factory=dict)
    """What forms on which nothing is written could tell of a table, and where."""
    origin: Origin | None = None
    """The repeated block that is being read."""

    def __post_init__(self) -> None:
        self.tables = {}
        for resource in self.package.read:
            self.tables[resource.name] = RecordTable(resource)
            self.tables[resource.name + TOTALS] = RecordTable(resource)

    @property
    def is_written(self) -> bool:
        """Whether any cell said anything."""
        return any(
            place and text and text.strip()
            for table in self.tables.values()
            for name in table.values
            for place, text in zip(table.places[name], table.values[name], strict=True)
        )

    def add(
        self,
        table: str,
        values: Mapping[str, Raw],
        above: Mapping[str, int] | None = None,
        role: str = "",
    ) -> int:
        """Add a record below the records in `above` (by table) and the workbook's own context."""
        resource = self.package.resource(table)
        links: dict[str, int] = {}
        for key in resource.foreign_keys:
            if key.field in values:
                continue
            near = (above or {}).get(key.resource)
            if near is None and (key.resource == table or resource.requires(key.field)):
                near = self.context.get(key.resource)
            if near is not None:
                links[key.field] = near
        values = {**self.defaults.get(table, {}), **values}
        for value in values.values():
            if value.place and value.text != value.whole:
                self.wholes[value.place] = value.whole
        return self.tables[table + (TOTALS if role else "")].add(values, links, role, self.origin)

    def to_arrow(
        self,
    ) -> tuple[dict[str, pa.Table], dict[str, pa.Table], dict[str, dict[str, pa.Array[Any]]]]:
        """Raw texts, places and links by table name; totals tables carry the `role` column too."""
        texts: dict[str, pa.Table] = {}
        places: dict[str, pa.Table] = {}
        links: dict[str, dict[str, pa.Array[Any]]] = {}
        for name, one in self.tables.items():
            columns = {key: pa.array(value, pa.string()) for key, value in one.values.items()}
            if name.endswith(TOTALS):
                columns[ROLE] = pa.array(one.roles, pa.string())
            texts[name] = pa.table(columns)
            places[name] = pa.table({k: pa.array(v, pa.string()) for k, v in one.places.items()})
            links[name] = {k: pa.array(v, pa.int64()) for k, v in one.links.items()}
        return texts, places, links
