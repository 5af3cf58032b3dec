"""A published file as a DataFrame whose columns have the types of their fields."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from opendata.reader.csv import read_csv
from opendata.reader.types import ARROW_TYPES

_NULLABLE = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


def frame(content: bytes, file_format: str, schema: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of a file (`csv` or `parquet`) under a Table Schema.

    Whole numbers and years are Int64, truth values boolean, both with <NA> where nothing is known;
    numbers float64; dates datetime64; categories categorical, in their order where they have one;
    all else text. Raises pa.ArrowException, or ValueError where a field is not in the file.
    """
    fields = {str(one["name"]): one for one in schema["fields"]}
    types = {
        name: ARROW_TYPES.get(one.get("type", ""), pa.string()) for name, one in fields.items()
    }
    table = (
        pq.read_table(io.BytesIO(content), columns=[*fields])
        if file_format == "parquet"
        else read_csv(content, pa.schema([*types.items()]))
    )
    if missing := [name for name in fields if name not in table.column_names]:
        raise ValueError(f"no column {', '.join(missing)}")
    found = table.replace_schema_metadata(None).to_pandas(
        types_mapper=_NULLABLE.get, date_as_object=False
    )
    for name, one in fields.items():
        if "categories" in one:
            found[name] = _categorical(found[name], one)
    return found


def labels(field: Mapping[str, Any]) -> dict[Any, str]:
    """What a field's categories are called, by their values."""
    return {
        one["value"]: str(one["label"])
        for one in field.get("categories", ())
        if isinstance(one, Mapping) and "label" in one
    }


def _categorical(column: pd.Series[Any], field: Mapping[str, Any]) -> pd.Series[Any]:
    """With the field's categories, unless a value is none of them: nothing may get lost."""
    values = [one["value"] if isinstance(one, Mapping) else one for one in field["categories"]]
    if not column.dropna().isin(values).all():
        return column
    is_ordered = bool(field.get("categoriesOrdered", False))
    return column.astype(pd.CategoricalDtype(values, ordered=is_ordered))
