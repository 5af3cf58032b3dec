"""Tables in formats that this house does not read itself: frictionless is asked for its verdict."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opendata.errors import OpendataError
from opendata.validate.table.report import TableError, TableReport
from opendata.validate.table.schema import TableSchema

_NO_LIMIT = 10**9


def judge_outside(table: Path, schema: TableSchema) -> TableReport:
    """frictionless's report on a file of any format it knows.

    Raises OpendataError where it takes the file for no table, which it would call valid unread,
    and where it falls over what it holds.
    """
    from frictionless import Resource, system

    with system.use_context(trusted=True), tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        # From a file of its own: else it is held to the version of the resource around it.
        json.dump(schema.descriptor, file, default=str)
        file.flush()
        resource = Resource(path=str(table), schema=file.name)
        try:
            report = resource.validate(limit_errors=_NO_LIMIT)
        except Exception as error:  # values that it cannot compare, or cannot keep as keys
            raise OpendataError("not-judged", path=str(table), reason=str(error)) from error
    if resource.datatype != "table":
        raise OpendataError("not-a-table", path=str(table))
    rows = sum(int(task.stats.get("rows") or 0) for task in report.tasks)
    return TableReport(rows, tuple(map(_table_error, _all_errors(report))))


def resource_name(table: Path) -> str:
    """The name frictionless gives to a file, by which a foreign key may call its own table."""
    from frictionless import Resource

    return str(Resource(path=str(table)).name)


def _all_errors(report: Any) -> Iterator[Any]:
    yield from report.errors
    for task in report.tasks:
        yield from task.errors


def _table_error(error: Any) -> TableError:
    return TableError(
        type=str(error.type),
        row_number=getattr(error, "row_number", None),
        field_name=getattr(error, "field_name", None),
        note=str(error.note),
    )
