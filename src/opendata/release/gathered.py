"""What many submissions say, put together: one table each, however many files there are.

A table of a few rows takes Arrow as long as one of thousands, and more memory than its rows. So
parts are added to large tables as they come, and need not be kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from opendata.package import Package, Resource
from opendata.release.model import Part, Source
from opendata.release.tables import pc, schema

BATCH = 256
"""How many parts are held as they came before they become rows of the large tables."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one table, whose fields have the types of its schema: for each the cells its
    values were read in (`<sheet>!<A1>`, of the same shape), and which part (int32) it is of."""

    table: pa.Table
    cells: pa.Table
    part: pa.Array[Any]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the parts of a version say. `parts` are sorted by file and source, and so are the rows;
    `rows` has every table of the package."""

    package: Package
    parts: tuple[Source, ...]
    rows: Mapping[str, Rows]


def gather(package: Package, parts: Iterable[Part]) -> Gathered:
    """Put parts together as they come. What comes of it does not depend on their order."""
    sources: list[Source] = []
    heaps = {resource.name: _Heap(resource) for resource in package}
    for number, part in enumerate(parts):
        sources.append(Source(part.file, part.source, part.dataset.readability))
        for heap in heaps.values():
            heap.add(number, part)
    order = sorted(range(len(sources)), key=lambda number: sources[number][:2])
    ranks = pc.sort_indices(pa.array(order, pa.int64())).cast(pa.int32())
    return Gathered(
        package,
        tuple(sources[number] for number in order),
        {name: heap.rows(ranks) for name, heap in heaps.items()},
    )


class _Heap:
    """The rows of one table, as they come."""

    def __init__(self, resource: Resource) -> None:
        self.name = resource.name
        self.schema = schema(resource)
        self.places = pa.schema([(name, pa.string()) for name in self.schema.names])
        self.tables = [self.schema.empty_table()]
        self.cells = [self.places.empty_table()]
        self.counts: list[tuple[int, int]] = []

    def add(self, number: int, part: Part) -> None:
        table = part.dataset.tables.get(self.name)
        if table is None or not table.num_rows:
            return
        names = self.schema.names
        self.tables.append(table.select(names).cast(self.schema))
        self.cells.append(part.dataset.cells[self.name].select(names).cast(self.places))
        self.counts.append((number, table.num_rows))
        if len(self.tables) > BATCH:
            self.tables, self.cells = [_joined(self.tables)], [_joined(self.cells)]

    def rows(self, ranks: pa.Array[Any]) -> Rows:
        """The rows sorted by the ranks of their parts; those of a part as they came."""
        numbers = np.repeat(*np.array(self.counts or [(0, 0)], np.int64).T)
        part = ranks.take(pa.array(numbers))
        order = pc.sort_indices(part)
        table, cells = _joined(self.tables), _joined(self.cells)
        return Rows(table.take(order), cells.take(order), part.take(order))


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).combine_chunks()
