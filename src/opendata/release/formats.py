"""One table as CSV and as Parquet."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from opendata.release.tables import Column, pc, text

CHUNK_ROWS = 65_536


def to_csv(table: pa.Table) -> bytes:
    """UTF-8 without BOM, LF, RFC 4180; quotes only where needed; null is the empty field."""
    # pyarrow.csv quotes every text: readable, but larger, and unlike what people diff.
    out = io.BytesIO()
    header = pa.chunked_array([pa.array(table.column_names, pa.string())])
    out.write(",".join(str(name) for name in _quoted(header).to_pylist()).encode())
    out.write(b"\n")
    for start in range(0, table.num_rows, CHUNK_ROWS):
        chunk = table.slice(start, CHUNK_ROWS)
        columns = [_field(column) for column in chunk.columns]
        lines = pc.binary_join_element_wise(
            *columns, ",", null_handling="replace", null_replacement=""
        )
        out.write("\n".join(lines.to_pylist()).encode())
        out.write(b"\n")
    return out.getvalue()


def _field(column: Column) -> Column:
    return _quoted(column) if pa.types.is_string(column.type) else text(column)


def _quoted(column: Column) -> Column:
    special = pc.match_substring_regex(column, '[",\r\n]')
    if not pc.any(special).as_py():
        return column
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), column)


def to_parquet(table: pa.Table, key: Sequence[str], metadata: Mapping[str, str]) -> bytes:
    """zstd, the sort order declared, where each page of rows lies, so that a reader can load some
    rows of many; `metadata` in the file's key-value metadata."""
    out = io.BytesIO()
    order: list[tuple[str, Literal["ascending"]]] = [(name, "ascending") for name in key]
    with pq.ParquetWriter(
        out,
        table.schema.remove_metadata(),
        compression="zstd",
        # Arrow's own copy of the schema says nothing that Parquet's types do not.
        store_schema=False,
        write_page_index=True,
        sorting_columns=pq.SortingColumn.from_ordering(table.schema, order) if order else None,
    ) as writer:
        writer.write_table(table.replace_schema_metadata(None))
        writer.add_key_value_metadata({**metadata})
    return out.getvalue()


def read_csv(content: bytes, schema: pa.Schema) -> pa.Table:
    """A table from our CSV. Raises pa.ArrowException."""
    return pyarrow.csv.read_csv(
        io.BytesIO(content),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=schema,
            include_columns=schema.names,
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def read_parquet(content: bytes, where: Mapping[str, Sequence[str]] | None = None) -> pa.Table:
    """The table of a Parquet file, without its metadata: of its rows all, or those `where` every
    column named has one of the values given. Raises pa.ArrowException."""
    wanted: Any = [(name, "in", [*values]) for name, values in (where or {}).items()]
    table = pq.read_table(io.BytesIO(content), filters=wanted or None)
    return table.replace_schema_metadata(None)
