"""The derived table `indicator_progress`: how far each actual value is from baseline to target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from opendata.validate.database import connected

_PARTS = """
create temp view usable as  -- never a range or a bound, a text or a missing value
    select indicator_id, value_type, fiscal_year, value
    from indicator_values
    where value is not null and status in ('normal', 'provisional', 'revised')
      and coalesce(comparator, 'eq') = 'eq';
create temp view base as
    select indicator_id, min(fiscal_year) as year, arg_min(value, fiscal_year) as value
    from usable where value_type = 'baseline' group by indicator_id;
create temp view goal as
    select indicator_id, max(fiscal_year) as year, arg_max(value, fiscal_year) as value
    from usable where value_type = 'target' group by indicator_id;
create temp view actuals as
    select indicator_id, fiscal_year, value from usable where value_type = 'actual';
"""

_QUERY = """
select actuals.indicator_id, actuals.fiscal_year, base.value as baseline, goal.value as target,
    actuals.value as actual, indicators.direction, base.year as base_year, goal.year as goal_year
from actuals
join indicators using (indicator_id)
left join base using (indicator_id)
left join goal using (indicator_id)
order by all
"""

_CELLS = """
with origins as (
    select actuals.indicator_id, actuals.fiscal_year, used.position, used.value_type, used.year
    from actuals
    left join base using (indicator_id)
    left join goal using (indicator_id),
    lateral (values (1, 'baseline', base.year), (2, 'target', goal.year),
        (3, 'actual', actuals.fiscal_year)) as used(position, value_type, year)
)
select origins.indicator_id, origins.fiscal_year, origins.value_type as used, cells.cell
from origins
join cells on cells.cell is not null and cells.indicator_id = origins.indicator_id
    and cells.value_type = origins.value_type and cells.fiscal_year = origins.year
order by origins.indicator_id, origins.fiscal_year, origins.position
"""

_COLUMNS: Mapping[str, pa.DataType] = {
    "indicator_id": pa.string(),
    "fiscal_year": pa.int64(),
    "baseline": pa.float64(),
    "target": pa.float64(),
    "actual": pa.float64(),
    "achievement_rate": pa.float64(),
    "expected": pa.float64(),
    "judgement": pa.string(),
}
SCHEMA: pa.Schema = pa.schema(_COLUMNS)


def indicator_progress(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Achievement of every actual value.

    `achievement_rate` is a ratio (1 = target reached). Up and down: the way gone from the baseline
    over the way to the target, which exists only where the target lies in that direction. Maintain:
    actual over target, at most 1. Without a direction, or where target equals baseline, it is not
    computed. `expected` lies on the straight line from the baseline's year to the target's.
    """
    known = {name: tables[name] for name in ("indicators", "indicator_values")}
    with _asking(known) as database:
        rows = database.sql(_QUERY).to_arrow_table().to_pylist()
    return pa.Table.from_pylist([_progress(row) for row in rows], schema=SCHEMA)


def progress_cells(values: pa.Table, cells: pa.ChunkedArray[Any]) -> pa.Table:
    """The cells that each row of `indicator_progress` is computed from.

    A line each: `indicator_id`, `fiscal_year`, `used` (baseline, target or actual) and `cell`, in
    this order. `values` are `indicator_values`, `cells` where the value of each was read.
    """
    key = values.select(["indicator_id", "value_type", "fiscal_year"])
    known = {"indicator_values": values, "cells": key.append_column("cell", cells)}
    with _asking(known) as database:
        found: pa.Table = database.sql(_CELLS).to_arrow_table()
    return found


@contextmanager
def _asking(tables: Mapping[str, pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
    with connected() as database:
        # On a long query it would draw into the one document that `--json` promises.
        database.execute("set enable_progress_bar = false")
        for name, table in tables.items():
            database.register(name, table)
        database.execute(_PARTS)
        yield database


def _progress(row: Mapping[str, Any]) -> dict[str, Any]:
    rate = _rate(row)
    expected = _expected(row)
    kept = ("indicator_id", "fiscal_year", "baseline", "target", "actual")
    return {
        **{name: row[name] for name in kept},
        "achievement_rate": None if rate is None else round(rate, 6),
        "expected": None if expected is None else round(expected, 6),
        "judgement": _judgement(row, rate, expected),
    }


def _rate(row: Mapping[str, Any]) -> float | None:
    baseline, target, actual = row["baseline"], row["target"], row["actual"]
    if target is None:
        return None
    if row["direction"] == "maintain":
        return None if target <= 0 else min(actual / target, 1.0)
    if baseline is None or row["direction"] is None or target == baseline:
        return None
    if (target > baseline) != (row["direction"] == "up"):
        return None
    return float((actual - baseline) / (target - baseline))


def _expected(row: Mapping[str, Any]) -> float | None:
    baseline, target = row["baseline"], row["target"]
    start, end = row["base_year"], row["goal_year"]
    if None in (baseline, target, start, end, row["fiscal_year"]):
        return None
    if end <= start or target == baseline:
        return None
    share = min(max((row["fiscal_year"] - start) / (end - start), 0.0), 1.0)
    return float(baseline + (target - baseline) * share)


def _judgement(row: Mapping[str, Any], rate: float | None, expected: float | None) -> str:
    if rate is None:
        return "unknown"
    if rate >= 1:
        return "achieved"
    if row["direction"] == "maintain":
        return "behind"
    if rate < 0:
        return "reversed"
    if expected is None:
        return "unknown"
    ahead = row["actual"] >= expected if row["direction"] == "up" else row["actual"] <= expected
    return "on_track" if ahead else "behind"
