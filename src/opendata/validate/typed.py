"""Lexical values to Arrow types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from opendata.package import Field
from opendata.reader.types import ARROW_TYPES
from opendata.validate.records import Columns

ARROW: Mapping[str, pa.DataType] = {"string": pa.string(), **ARROW_TYPES}
"""The Arrow type of each of the contract's types."""

_CAST: Mapping[str, Callable[[str], Any]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": lambda text: text == "true",
    "date": date.fromisoformat,
    "year": int,
}


def typed(columns: Columns, fields: Sequence[Field], *, relaxed: bool = False) -> pa.Table:
    """The fields of a table as Arrow columns; a value that does not fit its type is null.

    With `relaxed`, integers are numbers: total and ratio rows hold percentages beside counts.
    """
    arrays = {}
    for field in fields:
        type_ = "number" if relaxed and field.type == "integer" else field.type
        values = [_cast(value, type_) for value in columns.values[field.name]]
        arrays[field.name] = pa.array(values, ARROW[type_])
    return pa.table(arrays)


def _cast(value: str | None, type_: str) -> Any:
    if value is None:
        return None
    try:
        return _CAST[type_](value)
    except ValueError:
        return None


def places(columns: Columns, table: pa.Table) -> pa.Table:
    """Where the values of a typed table were read, in its shape; null where there is no value."""
    arrays = {}
    for name in table.column_names:
        found = pa.array(columns.places[name], pa.string())
        missing = pa.array(pc.is_null(table.column(name)).to_pylist(), pa.bool_())
        arrays[name] = pc.if_else(missing, pa.scalar(None, pa.string()), found)
    return pa.table(arrays)
