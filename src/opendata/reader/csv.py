"""CSV as we publish it, read."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.csv


def read_csv(content: bytes, schema: pa.Schema) -> pa.Table:
    """A table from our CSV: the columns of the schema, null where a field is empty. Raises
    pa.ArrowException."""
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
