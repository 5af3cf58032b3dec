"""The package's rules: queries over the typed tables that return what breaks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from opendata.errors import PackageError, Place, Problem, problem
from opendata.extract import ROLE, TOTALS
from opendata.package import Package, Resource, Rule
from opendata.validate.records import Columns
from opendata.validate.typed import typed

LAST = "last_"
"""Prefix of a table as the last release has it; such a table is empty before the first release."""
WRITTEN = "written_"
"""Prefix of a table as its cells are written: a dash that is read as nothing is no blank cell."""


def check_rules(
    tables: Mapping[str, Columns], package: Package, last: Mapping[str, pa.Table]
) -> list[Problem]:
    """Run every rule of the package. A rule's tables have a `row` column that counts from 0."""
    with duckdb.connect(config={"enable_external_access": "false", "threads": "1"}) as database:
        for name, columns in tables.items():
            database.register(name, _with_rows(columns, is_total=name.endswith(TOTALS)))
            database.register(WRITTEN + name, _written(columns))
        for resource in package:
            known = last.get(resource.name)
            database.register(LAST + resource.name, _empty(resource) if known is None else known)
        return [hit for rule in _queries(package) for hit in _hits(rule, tables, database)]


def _queries(package: Package) -> Iterator[Rule]:
    return (one for one in package.rules if one.query and not one.is_off)


def _with_rows(columns: Columns, *, is_total: bool) -> pa.Table:
    table = typed(columns, columns.resource.fields, relaxed=is_total)
    if is_total:
        table = table.append_column(ROLE, pa.array(columns.values[ROLE], pa.string()))
    return table.append_column("row", pa.array(range(len(columns)), pa.int64()))


def _written(columns: Columns) -> pa.Table:
    blank: list[str | None] = [None] * len(columns)
    texts = {one.name: columns.texts.get(one.name, blank) for one in columns.resource.fields}
    table = pa.table({name: pa.array(text, pa.string()) for name, text in texts.items()})
    return table.append_column("row", pa.array(range(len(columns)), pa.int64()))


def _empty(resource: Resource) -> pa.Table:
    none = Columns(resource, {one.name: [] for one in resource.published}, {})
    return typed(none, resource.published)


def _hits(
    rule: Rule, tables: Mapping[str, Columns], database: duckdb.DuckDBPyConnection
) -> list[Problem]:
    try:
        answer = database.sql(rule.query)
        names, rows = answer.columns, answer.fetchall()
    except duckdb.Error as error:
        raise PackageError("broken-rule", rule=rule.code, reason=str(error)) from error
    if "row" not in names:
        raise PackageError("broken-rule", rule=rule.code, reason="the query gives no column row")
    columns = tables[rule.table]
    base = tables[rule.table.removesuffix(TOTALS)]
    if base is not columns and base.doubtful:
        return []
    hits: dict[Place, Problem] = {}
    for row in rows:
        found = dict(zip(names, row, strict=True))
        if found["row"] not in columns.doubtful:
            hit = _hit(rule, found, columns)
            hits.setdefault(hit.place, hit)
    return list(hits.values())


def _hit(rule: Rule, answer: dict[str, Any], columns: Columns) -> Problem:
    row = answer.pop("row")
    name = answer.pop("field", None) or rule.field
    suggestion = answer.pop("suggestion", None)
    value = answer.pop("value", columns.written(row, name))
    details: dict[str, Any] = {key: _text(one) for key, one in answer.items() if one is not None}
    return problem(
        rule.message,
        columns.place(row, name),
        value=None if value is None else _text(value),
        suggestion=None if suggestion is None else _text(suggestion),
        asked=_asked(columns, row, name) if rule.message.severity == "warning" else None,
        **details,
    )


def _asked(columns: Columns, row: int, name: str) -> list[object]:
    """What a warning asks about: this value of this record, wherever it stands."""
    names = [*columns.resource.primary_key, name]
    return [columns.resource.name, *(columns.values[one][row] for one in names)]


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
