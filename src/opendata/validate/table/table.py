"""One table against its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from opendata.errors import OpendataError, UsageError
from opendata.validate.table.batches import ArrowBatches, PythonBatches
from opendata.validate.table.blocks import Odd
from opendata.validate.table.delimited import Delimited, open_delimited
from opendata.validate.table.header import header_errors, match_fields
from opendata.validate.table.judge import TableJudge
from opendata.validate.table.outside import judge_outside, resource_name
from opendata.validate.table.parquet import ParquetBatches, open_parquet
from opendata.validate.table.report import TableError, TableReport, Unreadable
from opendata.validate.table.rows import Lookup, RowJudge, read_lookup
from opendata.validate.table.schema import TableSchema, read_schema

_DELIMITED = frozenset({".csv", ".tsv"})
_PARQUET = frozenset({".parquet", ".parq"})


def validate_table(
    table: Path | str,
    schema: Path | str | Mapping[str, Any],
    *,
    like_frictionless: bool = True,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> TableReport:
    """Hold a CSV or Parquet file against a Table Schema (a JSON or YAML file, or a descriptor).

    The errors are those of `frictionless validate`, without a limit on their number. Without
    `like_frictionless` what Data Package v2 asks for beyond that is enforced as well. Encoding and
    delimiter are found in the file unless they are given. Raises OpendataError where a file is
    missing or the schema is no schema, UsageError for a delimiter that is not one ASCII character.
    """
    table = Path(table)
    schema = Path(schema) if isinstance(schema, str) else schema
    if delimiter is not None and not (len(delimiter) == 1 and delimiter.isascii()):
        raise UsageError("bad-delimiter", value=delimiter)
    if not table.is_file():
        raise OpendataError("file-not-found", path=str(table))
    contract = read_schema(schema, like_frictionless=like_frictionless)
    try:
        return _report(table, contract, encoding, delimiter)
    except Unreadable as stop:
        return TableReport(0, stop.errors)


def _report(
    table: Path, schema: TableSchema, encoding: str | None, delimiter: str | None
) -> TableReport:
    kind = table.suffix.lower()
    if kind in _DELIMITED and schema.fields:
        return _judge(open_delimited(table, encoding, delimiter), schema)
    is_ours = kind in _PARQUET and schema.fields and not schema.foreign_keys
    opened = open_parquet(table) if is_ours else None
    return _judge_parquet(*opened, schema) if opened else judge_outside(table, schema)


def _judge(source: Delimited, schema: TableSchema) -> TableReport:
    lookup = _lookup(source, schema)
    fields = match_fields(source.labels, schema)
    head = tuple(_head_errors(source, schema))
    is_empty_missing = all("" in field.missing for field in fields)
    try:
        batches = ArrowBatches(source, len(fields), minds_empty_lines=not is_empty_missing)
        found = _judge_by(TableJudge(fields, schema, lookup), batches)
    except Odd:
        found = _judge_by(TableJudge(fields, schema, lookup), PythonBatches(source, len(fields)))
    return TableReport(found.rows, (*head, *found.errors))


def _judge_parquet(
    batches: ParquetBatches, labels: tuple[str, ...], schema: TableSchema
) -> TableReport:
    fields = match_fields(labels, schema)
    errors = tuple(header_errors(labels, schema))
    found = _judge_by(TableJudge(fields, schema, {}), batches)
    return TableReport(found.rows, (*errors, *found.errors))


def _judge_by(
    judge: TableJudge, batches: ArrowBatches | ParquetBatches | PythonBatches
) -> TableReport:
    stop = []
    try:
        for batch in batches.read(judge.indexed):
            judge.take(batch)
    except Unreadable as error:
        stop = [*error.errors]
    return TableReport(judge.rows, (*judge.errors(batches.rows), *stop))


def _head_errors(source: Delimited, schema: TableSchema) -> Iterator[TableError]:
    if source.is_empty:
        yield TableError("source-error", None, None, "the source is empty")
    yield from header_errors(source.labels, schema)


def _lookup(source: Delimited, schema: TableSchema) -> Lookup:
    """What stands in the table's own reference fields; a table alone has no others."""
    found = {}
    for key in schema.foreign_keys:
        if key.resource and key.resource != resource_name(source.path):
            note = 'package is required for foreign keys to other resources: "{fk}"'
            raise Unreadable.because("resource-error", note)
        if schema.flaws:
            raise Unreadable(*schema.flaws)
        fields = match_fields(source.labels, schema)
        found[key] = read_lookup(key, fields, (row for _, row in source.rows()))
    return found


def validate_tables(
    tables: Mapping[str, Sequence[Sequence[str]]], schemas: Mapping[str, TableSchema]
) -> Iterator[tuple[str, TableError]]:
    """Hold the tables of one package against their schemas, foreign keys between them included.

    Every table is its labels, then its rows. Gives the table's name with each error.
    """
    for name, schema in schemas.items():
        labels, *rows = tables[name]
        lookup = {
            key: read_lookup(key, match_fields(tables[other][0], schemas[other]), tables[other][1:])
            for key in schema.foreign_keys
            if (other := key.resource or name) in tables
        }
        judge = RowJudge(match_fields(labels, schema), schema, lookup)
        yield from ((name, error) for error in header_errors(labels, schema))
        for number, row in enumerate(rows, 2):
            yield from ((name, error) for error in judge.judge(number, row))
