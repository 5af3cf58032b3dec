"""A published version taken apart again into what each source file contributed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from opendata.package import Package, Resource
from opendata.release.model import Part
from opendata.release.tables import key_text, pc, schema
from opendata.validate.dataset import Dataset

Source = tuple[str, str]
"""The SHA-256 of a file and its place."""


def split(package: Package, tables: Mapping[str, pa.Table], lineage: pa.Table) -> list[Part]:
    """The parts of which `lineage` says that the tables were made, sorted by file and source.

    A value remembers the cell it was read in; what was made or computed remembers none, as when it
    was made. A row of which nothing is told is nobody's.
    """
    rows: dict[Source, dict[str, tuple[pa.Table, pa.Table]]] = {}
    for resource in package:
        lines = lineage.filter(pc.equal(lineage.column("table"), resource.name))
        for source, table, cells in _by_source(resource, tables[resource.name], lines):
            rows.setdefault(source, {})[resource.name] = table, cells
    return [
        Part(sha256, file, _dataset(package, rows[sha256, file]))
        for sha256, file in sorted(rows, key=lambda one: (one[1], one[0]))
    ]


def _by_source(
    resource: Resource, table: pa.Table, lines: pa.Table
) -> Iterator[tuple[Source, pa.Table, pa.Table]]:
    sources: dict[str, Source] = {}
    places: dict[tuple[str, str], str] = {}
    for line in lines.to_pylist():
        sources.setdefault(line["key"], (line["sha256"], line["file"]))
        if line["how"] == "read":
            places[line["key"], line["field"]] = f"{line['sheet'] or ''}!{line['cell']}"
    keys: list[str] = key_text(table, resource.primary_key).to_pylist()
    for source in dict.fromkeys(sources.values()):
        rows = [row for row, key in enumerate(keys) if sources.get(key) == source]
        if rows:
            cells: dict[str, Any] = {
                name: pa.array([places.get((keys[row], name)) for row in rows], pa.string())
                for name in table.column_names
            }
            yield source, table.take(pa.array(rows, pa.int64())), pa.table(cells)


def _dataset(package: Package, rows: Mapping[str, tuple[pa.Table, pa.Table]]) -> Dataset:
    tables, cells = {}, {}
    for resource in package:
        empty = schema(resource).empty_table()
        nowhere = pa.schema([(name, pa.string()) for name in empty.column_names]).empty_table()
        tables[resource.name], cells[resource.name] = rows.get(resource.name, (empty, nowhere))
    return Dataset(tables, cells)
