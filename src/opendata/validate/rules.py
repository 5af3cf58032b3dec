"""The package's rules: queries over the typed tables that return what breaks them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pyarrow as pa

from opendata.errors import PackageError, Problem, problem, subject
from opendata.extract import ROLE, TOTALS
from opendata.package import Package, Resource, Rule
from opendata.validate.database import connected
from opendata.validate.records import Columns
from opendata.validate.typed import typed

LAST = "last_"
"""Prefix of a table as the last release has it; such a table is empty before the first release."""
WRITTEN = "written"
"""The column that holds, by field, the whole text of the cell that a value was read from."""
SAID = "said"
"""The column that holds, by field, the part of that text which was read."""
CELL = "cell"
"""The column that holds, by field, where that is: `sheet`, `name` (A1), `line`, `column`."""
LEGENDS = "legends"
"""The labels that the notes of a sheet explain: `sheet`, `legend` (its number there), `label`."""
_LEGEND: Mapping[str, pa.DataType] = {
    "sheet": pa.string(),
    "legend": pa.int64(),
    "label": pa.string(),
}
_SHUT_IN = {"enable_external_access": "false", "temp_directory": "", "memory_limit": "1GB"}
"""A query reads the tables and nothing else, and what it cannot hold in memory goes nowhere."""
_RUN: set[str] = set()
"""The queries that this process has run to their end."""
_WORD = re.compile(r"\w+")
_A1 = re.compile(r"([A-Z]+)([0-9]+)")
_PLACE = pa.struct(
    [("sheet", pa.string()), ("name", pa.string()), ("line", pa.int64()), ("column", pa.int64())]
)


@dataclass(frozen=True, slots=True)
class Hit:
    """What breaks a rule: the problem, and the row (0-based) of the rule's table."""

    problem: Problem
    rule: Rule
    row: int
    was: str | None = None
    """The key of the record of the last release that this one may be."""


def check_rules(
    tables: Mapping[str, Columns],
    package: Package,
    last: Mapping[str, pa.Table],
    legends: Mapping[str, Sequence[Sequence[str]]] | None = None,
) -> list[Hit]:
    """Run every rule of the package. `legends` are those of the sheets, by name.

    A query's tables have a column `row` that counts from 0.
    """
    # Where there is no row, none can be wrong: what a query says is not asked then, only once
    # whether it says anything.
    rules = [one for one in _queries(package) if len(tables[one.table]) or one.query not in _RUN]
    asked = {word for one in rules for word in _WORD.findall(one.query.lower())}
    with connected(**_SHUT_IN) as database:
        for name in asked & tables.keys():
            table = _with_rows(tables[name], is_total=name.endswith(TOTALS))
            database.register(name, table)
        for resource in package:
            if LAST + resource.name in asked:
                known = last.get(resource.name)
                table = _empty(resource) if known is None else known
                database.register(LAST + resource.name, table)
        if LEGENDS in asked:
            database.register(LEGENDS, _legends(legends or {}))
        hits = [hit for rule in rules for hit in _hits(rule, tables, database)]
    _RUN.update(one.query for one in rules)
    return hits


def _queries(package: Package) -> Iterator[Rule]:
    return (one for one in package.rules if one.query and not one.is_off)


def _with_rows(columns: Columns, *, is_total: bool) -> pa.Table:
    """A table with what rules may ask besides its values."""
    table = typed(columns, columns.resource.fields, relaxed=is_total)
    if is_total:
        table = table.append_column(ROLE, pa.array(columns.values[ROLE], pa.string()))
    nothing = [None] * len(columns)
    names = [one.name for one in columns.resource.fields]
    for title, texts in ((WRITTEN, columns.texts), (SAID, columns.said)):
        arrays = [pa.array(texts.get(name, nothing), pa.string()) for name in names]
        table = table.append_column(title, pa.StructArray.from_arrays(arrays, names))
    cells = [_cells(columns.places.get(name, nothing)) for name in names]
    table = table.append_column(CELL, pa.StructArray.from_arrays(cells, names))
    return table.append_column("row", pa.array(range(len(columns)), pa.int64()))


def _legends(legends: Mapping[str, Sequence[Sequence[str]]]) -> pa.Table:
    rows = [
        {"sheet": sheet, "legend": number, "label": label}
        for sheet, known in legends.items()
        for number, labels in enumerate(known)
        for label in labels
    ]
    return pa.Table.from_pylist(rows, pa.schema(_LEGEND))


def _cells(places: Sequence[str | None]) -> pa.Array[Any]:
    """Places in parts; each is taken apart once."""
    known = pa.array(places, pa.string()).dictionary_encode()
    parts = pa.array([_cell(one) for one in known.dictionary.to_pylist()], _PLACE)
    return parts.take(known.indices)


def _cell(place: str | None) -> dict[str, str | int] | None:
    """`<sheet>!<A1>` in parts, its row and column counted from 1."""
    sheet, _, name = (place or "").rpartition("!")
    found = _A1.fullmatch(name)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return {"sheet": sheet, "name": name, "line": int(found[2]), "column": column}


def _empty(resource: Resource) -> pa.Table:
    none = Columns(resource, {one.name: [] for one in resource.published}, {})
    return typed(none, resource.published)


def _hits(
    rule: Rule, tables: Mapping[str, Columns], database: duckdb.DuckDBPyConnection
) -> list[Hit]:
    try:
        answer = database.execute(rule.query)
        names, rows = [one[0] for one in answer.description or ()], answer.fetchall()
    except duckdb.Error as error:
        raise PackageError("broken-rule", rule=rule.code, reason=str(error)) from error
    if "row" not in names:
        raise PackageError("broken-rule", rule=rule.code, reason="the query gives no column row")
    columns = tables[rule.table]
    if "was" in names and (not rule.asks or len(columns.resource.primary_key) != 1):
        reason = "was is for a rule that asks, of a table whose key is one field"
        raise PackageError("broken-rule", rule=rule.code, reason=reason)
    base = tables[rule.table.removesuffix(TOTALS)]
    if base is not columns and base.doubtful:
        return []
    hits: dict[object, Hit] = {}
    for row in rows:
        found = dict(zip(names, row, strict=True))
        if rule.holds_in_doubt or found["row"] not in columns.doubtful:
            hit = _hit(rule, found, columns)
            # One cell may hold several records: each of them waits for its own answer.
            hits.setdefault(hit.row if rule.asks else hit.problem.place, hit)
    return list(hits.values())


def _hit(rule: Rule, answer: dict[str, Any], columns: Columns) -> Hit:
    row, was = answer.pop("row"), answer.pop("was", None)
    name = answer.pop("field", None) or rule.field
    suggestion = answer.pop("suggestion", None)
    place = columns.place(row, name)
    if (cell := answer.pop("at", None)) is not None:
        place = replace(place, cell=cell)
    value = answer.pop("value", columns.written(row, name))
    details: dict[str, Any] = {key: _text(one) for key, one in answer.items() if one is not None}
    found = problem(
        rule.message,
        place,
        value=None if value is None else _text(value),
        suggestion=None if suggestion is None else _text(suggestion),
        **details,
    )
    if rule.message.severity == "warning":
        asked = rule.field if rule.asks else name
        subject = subject_of(rule, columns, row, asked)
        found = replace(found, subject=subject, question=rule.question)
    return Hit(found, rule, row, was)


def subject_of(rule: Rule, columns: Columns, row: int, name: str) -> str:
    """What a warning asks about: this value of this record, wherever it stands."""
    names = [*columns.resource.primary_key, name]
    return subject(rule.code, columns.resource.name, *(columns.values[one][row] for one in names))


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
