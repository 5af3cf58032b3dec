"""The Table Schema's verdict, as frictionless gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opendata.errors import OpendataError, Place, Problem, Text, problem
from opendata.package import Package
from opendata.package.contract import published
from opendata.validate.records import Columns

_NO_LIMIT = 10**9
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_CODES = frozenset({"type-error", "constraint-error", "primary-key", "foreign-key", "unique-error"})


@dataclass(frozen=True, slots=True)
class TableError:
    """One error of a table in frictionless's words. Row numbers count the header as 1."""

    type: str
    row_number: int | None
    field_name: str | None
    note: str

    def to_json(self) -> dict[str, str | int | None]:
        return {
            "type": self.type,
            "rowNumber": self.row_number,
            "fieldName": self.field_name,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class TableReport:
    """The verdict on one table: its errors, all of them, and how many rows were read."""

    rows: int
    errors: tuple[TableError, ...]

    @property
    def is_valid(self) -> bool:
        return not self.errors

    def to_json(self) -> dict[str, Any]:
        errors = [error.to_json() for error in self.errors]
        return {"valid": self.is_valid, "rows": self.rows, "errors": errors}


def validate_table(table: Path, schema: Path) -> TableReport:
    """Hold a CSV file against a Table Schema (a JSON or YAML file).

    The errors are those of `frictionless validate`, without a limit on their number. Raises
    OpendataError where either file is missing or the schema is no schema.
    """
    from frictionless import FrictionlessException, Resource, Schema, system

    for path in (table, schema):
        if not path.is_file():
            raise OpendataError("file-not-found", path=str(path))
    try:
        with system.use_context(trusted=True):
            contract = Schema.from_descriptor(str(schema))
            report = Resource(path=str(table), schema=contract).validate(limit_errors=_NO_LIMIT)
    except (FrictionlessException, OSError, UnicodeDecodeError, ValueError) as error:
        raise OpendataError("schema-error", path=str(schema), reason=str(error)) from error
    rows = sum(int(task.stats.get("rows") or 0) for task in report.tasks)
    return TableReport(rows, tuple(_table_error(one) for one in _all_errors(report)))


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


def check_schema(tables: Mapping[str, Columns], package: Package) -> list[Problem]:
    """Hold the records against the package's schemas, keys and foreign keys included."""
    from frictionless import Package as Judge
    from frictionless import Resource, Schema

    filled = [one for one in package.read if len(tables[one.name])]
    referenced = {key.resource for one in filled for key in one.foreign_keys}
    resources = []
    for resource in package.read:
        if resource not in filled and resource.name not in referenced:
            continue  # an empty table has no errors, and the judge is slow
        columns = tables[resource.name]
        names = [one.name for one in resource.published]
        rows = zip(*(columns.values[name] for name in names), strict=True)
        data = [names, *([value or "" for value in row] for row in rows)]
        descriptor = {"$schema": _PROFILE, **published(resource.descriptor["schema"])}
        resources.append(
            Resource(name=resource.name, data=data, schema=Schema.from_descriptor(descriptor))
        )
    report = Judge(resources=resources).validate(limit_errors=_NO_LIMIT)
    found = (
        _problem(_table_error(error), tables[task.name])
        for task in report.tasks
        for error in task.errors
    )
    return [one for one in found if one is not None]


def _problem(error: TableError, columns: Columns) -> Problem | None:
    """The error as a problem of the cell it comes from; None where reading it was the error."""
    if error.row_number is None:
        return problem("schema-error", Place(table=columns.resource.name), reason=error.note)
    row = error.row_number - 2
    name = error.field_name
    value = columns.values[name][row] if name in columns.values else None
    is_missing = error.type == "constraint-error" and value is None
    if _is_consequence(name, row, columns):
        return None
    place = columns.place(row, name)
    title = columns.resource.field(name).title if name else columns.resource.title
    if is_missing:
        return problem("missing-value", place, field=title)
    keys = "、".join(columns.resource.field(one).title for one in columns.resource.primary_key)
    code = error.type if error.type in _CODES else "schema-error"
    note = error.note
    return problem(
        code,
        place,
        value=columns.written(row, name) if name else None,
        field=title,
        constraint=_constraint(note),
        reason=note,
        key=keys,
        reference=note,
    )


def _is_consequence(name: str | None, row: int, columns: Columns) -> bool:
    """Whether a field, or a part of the key, lacks its value for a reason that is reported."""
    names = columns.resource.primary_key if name is None else (name,)
    return any((row, one) in columns.refused for one in names)


_BOUND = re.compile(r'constraint "(\w+)" is "(.*)"', re.DOTALL)
_WORDS = {
    "minimum": "{}以上であること",
    "maximum": "{}以下であること",
    "minLength": "{}文字以上であること",
    "maxLength": "{}文字以内であること",
    "pattern": "決まった書き方（{}）であること",
    "enum": "決められた言葉（{}）のどれかであること",
    "unique": "ほかの行と重ならないこと",
    "required": "空でないこと",
}


def _constraint(note: str) -> Text:
    """A constraint in words, from frictionless's own note."""
    found = _BOUND.match(note)
    if found is None or found[1] not in _WORDS:
        return Text(note, note)
    return Text(_WORDS[found[1]].format(found[2]), f"{found[1]}: {found[2]}")
