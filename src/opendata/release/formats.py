"""One table as CSV and as Parquet."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import and_
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from opendata.release.tables import LINEAGE, Column, pc, text

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
    order: list[tuple[str, Literal["ascending"]]] = [(name, "ascending") for name in key]
    sorting = pq.SortingColumn.from_ordering(table.schema, order) if order else None
    return _parquet([table], table.schema, metadata, sorting_columns=sorting)


def lineage_to_parquet(pieces: Iterable[pa.Table], metadata: Mapping[str, str]) -> bytes:
    """A lineage as it comes, a row group for each field: a reader passes over those that it does
    not look for."""
    return _parquet(
        pieces,
        LINEAGE,
        metadata,
        # Every field tells the same keys, in their order: each as what it adds to the one before.
        use_dictionary=[name for name in LINEAGE.names if name != "key"],
        column_encoding={"key": "DELTA_BYTE_ARRAY"},
    )


def _parquet(
    pieces: Iterable[pa.Table], schema: pa.Schema, metadata: Mapping[str, str], **options: Any
) -> bytes:
    out = io.BytesIO()
    with pq.ParquetWriter(
        out,
        schema.remove_metadata(),
        compression="zstd",
        # Arrow's own copy of the schema says nothing that Parquet's types do not.
        store_schema=False,
        write_page_index=True,
        **options,
    ) as writer:
        for piece in pieces:
            writer.write_table(piece.replace_schema_metadata(None))
        writer.add_key_value_metadata({**metadata})
    return out.getvalue()


def read_parquet(content: bytes, where: Mapping[str, Sequence[str]] | None = None) -> pa.Table:
    """The table of a Parquet file, without its metadata: of its rows all, or those `where` every
    column named has one of the texts given. Raises pa.ArrowException."""
    wanted = [
        pc.field(name).isin(pa.array(values, pa.string())) for name, values in (where or {}).items()
    ]
    filters = reduce(and_, wanted) if wanted else None
    return pq.read_table(io.BytesIO(content), filters=filters).replace_schema_metadata(None)
