"""Parts merged into the tables of a release, and the cell behind every value."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute

from opendata.package import Package, Resource
from opendata.release.model import Part

pc: Any = pyarrow.compute
"""Untyped: its stubs refuse much of what it takes (plain values, mixed arguments)."""

Column = Any
"""A pyarrow.ChunkedArray; untyped like the functions that take and make it."""

ARROW_TYPES: dict[str, pa.DataType] = {
    "integer": pa.int64(),
    "year": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}
"""By Table Schema type; any other is text."""

LINEAGE = pa.schema(
    [(name, pa.string()) for name in ("table", "key", "field", "sha256", "file", "sheet", "cell")]
)


def schema(resource: Resource) -> pa.Schema:
    """The Arrow schema of a published table."""
    return pa.schema(
        [(one.name, ARROW_TYPES.get(one.type, pa.string())) for one in resource.published]
    )


def merge(resource: Resource, parts: Sequence[Part]) -> pa.Table:
    """All parts' rows of one table, sorted by its key.

    Empty text and NaN become null: CSV cannot tell them apart, and every format must say the same.
    """
    wanted = schema(resource)
    tables = [
        part.dataset.tables[resource.name].select(wanted.names).cast(wanted)
        for part in parts
        if resource.name in part.dataset.tables
    ]
    table = pa.concat_tables(tables) if tables else wanted.empty_table()
    columns = [_without_blanks(table.column(name)) for name in wanted.names]
    table = pa.Table.from_arrays(columns, schema=wanted)
    return table.sort_by([(name, "ascending") for name in resource.primary_key]).combine_chunks()


def _without_blanks(column: Column) -> Column:
    if pa.types.is_string(column.type):
        blank = pc.equal(column, "")
    elif pa.types.is_floating(column.type):
        blank = pc.is_nan(column)
    else:
        return column
    return pc.if_else(pc.fill_null(blank, False), pa.scalar(None, column.type), column)


def text(column: Column) -> Column:
    """A column as it is written in CSV, before quoting; null stays null."""
    if pa.types.is_string(column.type):
        return column
    written = pc.cast(column, pa.string())
    return _in_full(written) if pa.types.is_floating(column.type) else written


def _in_full(written: Column) -> Column:
    """Figures without exponents: 2.4420760388e+10 is for machines, 24420760388 for everybody."""
    if not pc.any(pc.match_substring(written, "e")).as_py():
        return written
    texts = [
        format(Decimal(one), "f") if one is not None and "e" in one else one
        for one in written.to_pylist()
    ]
    return pa.chunked_array([pa.array(texts, pa.string())])


def key_text(table: pa.Table, key: Sequence[str]) -> Column:
    """The key of every row as text: its values joined by `|`."""
    parts = [text(table.column(name)) for name in key if name in table.column_names]
    if not parts:
        return pa.chunked_array([pa.array([""] * table.num_rows, pa.string())])
    return pc.binary_join_element_wise(*parts, "|", null_handling="replace", null_replacement="")


def lineage(package: Package, parts: Sequence[Part]) -> pa.Table:
    """For every published value that was read: its source file, sheet and cell.

    Sorted by table and field (in the package's order) and key. Values that the pipeline made (ids,
    derived values) have no line.
    """
    pieces = [LINEAGE.empty_table()]
    for resource in package:
        for field in resource.published:
            lines = [
                _lines(part, resource, field.name)
                for part in parts
                if resource.name in part.dataset.cells
            ]
            if lines:
                pieces.append(pa.concat_tables(lines).sort_by([("key", "ascending")]))
    return pa.concat_tables(pieces).combine_chunks()


def _lines(part: Part, resource: Resource, field: str) -> pa.Table:
    table = part.dataset.tables[resource.name]
    cells = part.dataset.cells[resource.name].column(field)
    # A sheet's name may hold "!", an address cannot.
    places = pc.extract_regex(pc.cast(cells, pa.string()), r"(?s)^(?P<sheet>.*)!(?P<cell>[^!]*)$")
    count = table.num_rows

    def same(value: str) -> pa.Array[Any]:
        return pa.repeat(pa.scalar(value, pa.string()), count)

    lines = pa.Table.from_arrays(
        [
            same(resource.name),
            key_text(table, resource.primary_key),
            same(field),
            same(part.source),
            same(part.file),
            pc.struct_field(places, "sheet"),
            pc.struct_field(places, "cell"),
        ],
        schema=LINEAGE,
    )
    return lines.filter(pc.is_valid(lines.column("cell")))
