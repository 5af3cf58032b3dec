"""The fields of the tables of plans that pages show; packages of others may lack some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

_TEXTS: Mapping[str, Sequence[str]] = {
    "plans": (
        *("plan_id", "municipality_code", "title", "plan_type", "parent_plan", "predecessor_plan"),
        *("department", "adopted", "landing_page", "note"),
    ),
    "policy_nodes": (
        *("node_id", "plan_id", "parent_node_id", "level", "number", "title", "stage"),
        "department",
    ),
    "indicators": (
        *("indicator_id", "plan_id", "node_id", "name", "kind", "unit", "direction"),
        *("definition", "data_source"),
    ),
    "indicator_values": ("indicator_id", "value_type", "comparator", "status", "raw", "note"),
    "progress": ("node_id", "rating", "rating_class", "note"),
    "evaluation_counts": ("plan_id", "goal", "rating"),
    "indicator_progress": ("indicator_id", "judgement"),
}
_OTHERS: Mapping[str, Mapping[str, pa.DataType]] = {
    "plans": dict.fromkeys(
        ("start_fiscal_year", "end_fiscal_year", "original_end_fiscal_year"), pa.int64()
    ),
    "policy_nodes": {"position": pa.int64(), "is_priority": pa.bool_()},
    "indicators": {"is_cumulative": pa.bool_()},
    "indicator_values": {"fiscal_year": pa.int64()}
    | dict.fromkeys(("value", "value_low", "value_high"), pa.float64()),
    "progress": {"fiscal_year": pa.int64()},
    "evaluation_counts": {"item_count": pa.int64()},
    "indicator_progress": {"fiscal_year": pa.int64()}
    | dict.fromkeys(("baseline", "target", "actual", "achievement_rate", "expected"), pa.float64()),
}
FIELDS: Mapping[str, pa.Schema] = {
    name: pa.schema([*((one, pa.string()) for one in texts), *_OTHERS[name].items()])
    for name, texts in _TEXTS.items()
}
"""By table, what its columns are to be."""


def completed(name: str, table: pa.Table | None) -> pa.Table:
    """A table with just the columns that are shown: null where it does not have them, or not as
    what they are to be. Rows of no year are left out: they cannot be shown."""
    schema = FIELDS[name]
    if table is None:
        return schema.empty_table()
    columns = [_column(table, field) for field in schema]
    found = pa.Table.from_arrays(columns, schema=schema)
    if "fiscal_year" in schema.names:
        found = found.filter(found.column("fiscal_year").is_valid())
    return found


def _column(table: pa.Table, field: Any) -> Any:
    if field.name in table.column_names:
        try:
            return table.column(field.name).cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            pass  # of another package: lists where texts are awaited, texts where numbers are
    return pa.repeat(pa.scalar(None, field.type), table.num_rows)
