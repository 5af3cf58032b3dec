"""A Parquet file as batches, with the values frictionless would see in it.

It reads Parquet through pandas, row by row. There a column of integers with a null is one of
floats, and so is every integer in a table of nothing but figures some of which are floats.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from opendata.validate.table.arrays import Array, Numbers, buffer, mask
from opendata.validate.table.batches import Batch, Row

_ROWS = 1 << 16
_FIRST = 2
"""The number of the first row: the names of the columns are the first record."""


class ParquetBatches:
    """The rows of a Parquet file; `labels` are the names of its columns."""

    def __init__(self, path: Path, types: Sequence[pa.DataType]) -> None:
        self._path = path
        self._types = types

    def read(self, _: Sequence[bool]) -> Iterator[Batch]:
        """All rows."""
        from pyarrow import parquet

        first = _FIRST
        with parquet.ParquetFile(self._path) as file:
            for batch in file.iter_batches(_ROWS, use_threads=False):
                columns = [_seen(*pair) for pair in zip(batch.columns, self._types, strict=True)]
                yield Batch(first, self._as_rows(columns))
                first += batch.num_rows

    def _as_rows(self, columns: list[Array]) -> list[Array]:
        """In a row of nothing but texts and what is missing, NaN is missing too; elsewhere it is
        a figure."""
        floats = [pa.types.is_float64(kind) for kind in self._types]
        texts = [mask(pc.is_valid(one)) for one in columns if pa.types.is_string(one.type)]
        if not texts or not any(floats):
            return columns
        lacking = [
            pc.is_nan(column) if is_float else pc.is_null(column)
            for column, is_float in zip(columns, floats, strict=True)
            if not pa.types.is_string(column.type)
        ]
        only_texts = np.logical_and.reduce([mask(one) for one in lacking])
        only_texts &= np.logical_or.reduce(texts)
        if not only_texts.any():
            return columns
        return [
            _without(column, only_texts) if is_float else column
            for column, is_float in zip(columns, floats, strict=True)
        ]

    def rows(self, numbers: Numbers) -> Iterator[Row]:
        """The rows of these numbers, in their order."""
        for batch in self.read(()):
            yield from batch.rows(np.flatnonzero(np.isin(batch.numbers, numbers)))


def open_parquet(path: Path) -> tuple[ParquetBatches, tuple[str, ...]] | None:
    """The file's rows and labels; None where only pandas knows what it holds: an index,
    dictionaries, zones, lists, columns of the same name, figures of unlike widths."""
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            nulls = _columns_with_nulls(file.metadata)
    except (pa.ArrowException, OSError):
        return None
    names = schema.names
    has_index = b"pandas" in (schema.metadata or {})
    if has_index or not names or len(set(names)) < len(names):
        return None
    types = _types(schema.types, [name in nulls for name in names])
    if types is None:
        return None
    return ParquetBatches(path, types), tuple(name.strip() for name in names)


def _columns_with_nulls(metadata: Any) -> set[str]:
    """The columns that have nulls, or may have."""
    found = set()
    for group in range(metadata.num_row_groups):
        for at in range(metadata.num_columns):
            column = metadata.row_group(group).column(at)
            known = column.statistics
            if known is None or not known.has_null_count or known.null_count:
                found.add(column.path_in_schema)
    return found


def _types(types: Sequence[pa.DataType], have_nulls: Sequence[bool]) -> list[pa.DataType] | None:
    """What each column is to pandas; None where that is not told here."""
    seen = [_type(one, nulls) for one, nulls in zip(types, have_nulls, strict=True)]
    known = [one for one in seen if one is not None]
    if len(known) < len(seen):
        return None
    if all(pa.types.is_floating(one) or pa.types.is_integer(one) for one in known):
        if any(pa.types.is_floating(one) for one in known):
            return [pa.float64()] * len(known)
        return known if len(set(known)) == 1 else None
    return known


def _type(kind: pa.DataType, has_nulls: bool) -> pa.DataType | None:
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    is_figure = pa.types.is_integer(kind) or pa.types.is_float64(kind)
    if is_text:
        return pa.string()
    if is_figure and has_nulls:
        return pa.float64()
    is_other = pa.types.is_boolean(kind) or pa.types.is_date32(kind) or pa.types.is_decimal(kind)
    return kind if is_figure or is_other else None


def _without(column: Array, missing: Numbers) -> Array:
    """The figures but those at which nothing stands."""
    kept = buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(column.type, len(column), [kept, column.buffers()[1]])


def _seen(column: Array, kind: pa.DataType) -> Array:
    if pa.types.is_float64(kind):
        figures: Array = pc.cast(column, kind, safe=False)
        return pc.fill_null(figures, float("nan"))
    return column if column.type == kind else pc.cast(column, kind)
