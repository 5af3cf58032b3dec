"""Holds a table of bench.values against its rules, with the tool that is named.

`python -m bench.judging TOOL TABLE.csv SCHEMA.json`; every tool reads the file, checks the same
rules and prints how many faults it found. Prints nothing but its name where it is not installed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.values import COMPARATORS, ID, KEY, NAMES, STATUSES, TYPES

_REQUIRED = ("indicator_id", "value_type", "fiscal_year", "series", "status")


def opendata(table: str, schema: str) -> None:
    from opendata.cli import main

    sys.argv = ["opendata", "validate", table, "--schema", schema, "--json"]
    main()


def frictionless(table: str, schema: str) -> None:
    from frictionless import __main__ as program

    options = ("--schema", schema, "--json", "--trusted", "--limit-errors", "1000000000")
    sys.argv = ["frictionless", "validate", table, *options]
    program.console()  # type: ignore[attr-defined]


def pyarrow(table: str, _: str) -> int:
    """The bare parse: types guessed, nothing checked."""
    from pyarrow import csv

    return 0 * csv.read_csv(table).num_rows


def polars(table: str, _: str) -> int:
    import polars as pl

    col = pl.col
    value = col("value").cast(pl.Float64, strict=False)
    year = col("fiscal_year").cast(pl.Int32, strict=False)
    series = col("series").cast(pl.Int64, strict=False)
    day = col("updated").str.to_date("%Y-%m-%d", strict=False)
    faults = [
        *(col(name).is_null() for name in _REQUIRED),
        ~col("indicator_id").str.contains(f"^{ID}$"),
        col("indicator_id").str.len_chars() > 40,
        ~col("value_type").is_in(TYPES),
        col("fiscal_year").is_not_null() & (year.is_null() | ~year.is_between(1950, 2100)),
        col("series").is_not_null() & (series.is_null() | (series < 1)),
        col("value").is_not_null() & (value.is_null() | ~value.is_between(0, 1000000)),
        ~col("comparator").is_in(COMPARATORS),
        ~col("status").is_in(STATUSES),
        ~col("raw").str.len_chars().is_between(1, 60),
        col("updated").is_not_null() & (day.is_null() | (day < pl.date(2015, 1, 1))),
        col("note").str.len_chars() > 200,
        pl.struct(*KEY).is_first_distinct().not_(),
    ]
    counts = [fault.fill_null(False).sum().alias(str(at)) for at, fault in enumerate(faults)]
    texts = dict.fromkeys(NAMES, pl.String)
    found = pl.scan_csv(table, schema_overrides=texts).select(*counts).collect()
    return int(sum(found.row(0)))


def duckdb(table: str, _: str) -> int:
    import duckdb

    def listed(values: tuple[str, ...]) -> str:
        return ", ".join(f"'{one}'" for one in values)

    rules = [
        *(f"{name} IS NULL" for name in _REQUIRED),
        f"NOT regexp_full_match(indicator_id, '{ID}')",
        "length(indicator_id) > 40",
        f"value_type NOT IN ({listed(TYPES)})",
        _outside("fiscal_year", "INT", "NOT BETWEEN 1950 AND 2100"),
        _outside("series", "BIGINT", "< 1"),
        _outside("value", "DOUBLE", "NOT BETWEEN 0 AND 1000000"),
        f"comparator NOT IN ({listed(COMPARATORS)})",
        f"status NOT IN ({listed(STATUSES)})",
        "length(raw) NOT BETWEEN 1 AND 60",
        "coalesce(try_strptime(updated, '%Y-%m-%d') < DATE '2015-01-01', updated IS NOT NULL)",
        "length(note) > 200",
    ]
    counts = " + ".join(f"count(*) FILTER (WHERE {rule})" for rule in rules)
    source = f"read_csv('{table}', all_varchar = true)"
    key = ", ".join(KEY)
    repeated = f"SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM t GROUP BY {key})"
    query = f"WITH t AS MATERIALIZED (FROM {source}) SELECT ({repeated}) + {counts} FROM t"
    relation: Any = duckdb.sql(query)
    return int(relation.fetchall()[0][0])


def _outside(name: str, kind: str, bounds: str) -> str:
    """Neither missing nor, as a value of that type, within its bounds."""
    return f"coalesce(TRY_CAST({name} AS {kind}) {bounds}, {name} IS NOT NULL)"


def _typed(table: str) -> Any:
    """The table with the types of its fields; what is none of its type is missing."""
    import polars as pl

    frame = pl.read_csv(table, schema_overrides=dict.fromkeys(NAMES, pl.String))
    return frame.with_columns(
        pl.col("value").cast(pl.Float64, strict=False),
        pl.col("fiscal_year").cast(pl.Int64, strict=False),
        pl.col("series").cast(pl.Int64, strict=False),
        pl.col("updated").str.to_date("%Y-%m-%d", strict=False),
    )


def pandera(table: str, _: str) -> int:
    from datetime import date

    import pandera.polars as pa

    check, column = pa.Check, pa.Column
    rules = {
        "indicator_id": column(str, [check.str_matches(f"^{ID}$"), check.str_length(0, 40)]),
        "value_type": column(str, check.isin(TYPES)),
        "fiscal_year": column(int, check.in_range(1950, 2100)),
        "series": column(int, check.ge(1)),
        "value": column(float, check.in_range(0, 1000000), nullable=True),
        "comparator": column(str, check.isin(COMPARATORS), nullable=True),
        "status": column(str, check.isin(STATUSES)),
        "raw": column(str, check.str_length(1, 60), nullable=True),
        "updated": column(date, check.ge(date(2015, 1, 1)), nullable=True),
        "note": column(str, check.str_length(0, 200), nullable=True),
    }
    schema = pa.DataFrameSchema(rules, unique=list(KEY))
    try:
        schema.validate(_typed(table), lazy=True)
    except pa.errors.SchemaErrors as error:
        return len(error.failure_cases)
    return 0


def pointblank(table: str, _: str) -> int:
    import pointblank as pb

    plan = (
        pb.Validate(_typed(table))
        .col_vals_not_null(list(_REQUIRED))
        .col_vals_regex("indicator_id", f"^{ID}$")
        .col_vals_expr(_no_longer("indicator_id", 40))
        .col_vals_in_set("value_type", list(TYPES))
        .col_vals_between("fiscal_year", 1950, 2100)
        .col_vals_ge("series", 1)
        .col_vals_between("value", 0, 1000000, na_pass=True)
        .col_vals_in_set("comparator", list(COMPARATORS))
        .col_vals_in_set("status", list(STATUSES))
        .col_vals_expr(_no_longer("raw", 60))
        .col_vals_ge("updated", "2015-01-01", na_pass=True)
        .col_vals_expr(_no_longer("note", 200))
        .rows_distinct(columns_subset=list(KEY))
    )
    failed: Any = plan.interrogate().n_failed()
    return int(sum(failed.values()))


def _no_longer(name: str, count: int) -> Any:
    import polars as pl

    return pl.col(name).is_null() | (pl.col(name).str.len_chars() <= count)


TOOLS: dict[str, Callable[[str, str], int | None]] = {
    one.__name__: one
    for one in (opendata, frictionless, pyarrow, polars, duckdb, pandera, pointblank)
}

if __name__ == "__main__":
    name, *paths = sys.argv[1:]
    try:
        print(TOOLS[name](str(Path(paths[0])), str(Path(paths[1]))))
    except SystemExit as end:  # ours says by its status that the table is not valid
        sys.exit(0 if end.code in (0, 1) else end.code)
