"""The Table Schema's verdict on the records of a package, as problems of their cells."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from opendata.errors import Place, Problem, Text, problem
from opendata.errors.catalogue import Message, message, sentences
from opendata.japanese import tidy
from opendata.package import Package
from opendata.package.contract import published
from opendata.validate.records import Columns
from opendata.validate.references import names_of
from opendata.validate.table import TableError, read_schema, validate_tables
from opendata.validate.table.schema import TableSchema

_CODES = frozenset({"type-error", "constraint-error", "foreign-key", "unique-error"})


def check_schema(tables: Mapping[str, Columns], package: Package) -> list[Problem]:
    """Hold the records against the package's schemas as Data Package v2 means them, keys and
    foreign keys included."""
    schemas = {
        one.name: _schema(json.dumps(published(one.descriptor["schema"]))) for one in package.read
    }
    rows = {one.name: _rows(tables[one.name]) for one in package.read}
    found = (
        _problem(_with_field(error, tables[name]), tables[name], tables)
        for name, error in validate_tables(rows, schemas)
    )
    return [one for one in found if one is not None]


@lru_cache(maxsize=256)
def _schema(descriptor: str) -> TableSchema:
    """The schema of a descriptor's JSON; read once for all files that are held against it."""
    return read_schema(json.loads(descriptor), like_frictionless=False)


def _rows(columns: Columns) -> list[list[str]]:
    """The published fields' names, then their values, row by row."""
    names = [one.name for one in columns.resource.published]
    rows = zip(*(columns.values[name] for name in names), strict=True)
    return [names, *([value or "" for value in row] for row in rows)]


def _problem(error: TableError, columns: Columns, tables: Mapping[str, Columns]) -> Problem | None:
    """The error as a problem of the cell it comes from; None where reading it was the error."""
    if error.row_number is None:
        return problem("schema-error", Place(table=columns.resource.name), reason=error.note)
    row = error.row_number - 2
    name = error.field_name
    value = columns.values[name][row] if name in columns.values else None
    if _is_consequence(name, row, columns):
        return None
    if error.type == "constraint-error" and name and value is None:
        return _missing(row, name, columns)
    if error.type == "primary-key":
        return _key(row, error.note, columns)
    place = columns.place(row, name)
    title = columns.resource.field(name).title if name else columns.resource.title
    code = error.type if error.type in _CODES else "schema-error"
    note = error.note
    owner = _referred(name, columns, tables)
    return problem(
        code,
        place,
        value=columns.written(row, name) if name else None,
        suggestion=_near(value, name, columns, owner) if owner and code == "foreign-key" else None,
        field=title,
        constraint=_constraint(note),
        reason=note,
        reference=owner.resource.title if owner else note,
    )


_SAME_AS = re.compile(r"\bat position (\d+)$")


def _key(row: int, note: str, columns: Columns) -> Problem:
    """A row that nothing tells from an earlier one, or of whose key a part is missing."""
    parts = columns.resource.primary_key
    empty = next((one for one in parts if columns.values[one][row] is None), None)
    if empty is not None:
        return _missing(row, empty, columns)
    same = _SAME_AS.search(note)
    earlier = int(same[1]) - 2 if same else row
    # where they stand apart: both may be told of by one heading
    apart = (name for name, cells in columns.places.items() if cells[row] != cells[earlier])
    where = next(apart, None)
    other = columns.place(earlier, where)
    return problem(
        "primary-key",
        columns.place(row, where),
        key=tuple(columns.resource.field(one).title for one in parts),
        other_cell=" ".join(filter(None, (other.sheet, other.cell))),
    )


def _missing(row: int, name: str, columns: Columns) -> Problem:
    """A value that has to be there, and where it was looked for: in a heading that names no year,
    in a cell of its own, or, where the layout knows of none, in all of the row."""
    place, field = columns.place(row, name), columns.resource.field(name)
    heading = tidy(columns.texts[name][row] or "") if field.reading == "fiscal_year" else ""
    if heading:
        entry = _worded("heading-without-year", "heading-without-year-remedy")
        return problem(entry, place, value=heading, field=field.title)
    is_somewhere = name in columns.places and columns.places[name][row] is not None
    if not is_somewhere:
        entry = _worded("written-nowhere", "written-nowhere-remedy")
        return problem(entry, place, field=field.title)
    return problem("missing-value", place, field=columns.called(place) or field.title)


def _worded(text: str, remedy: str) -> Message:
    """The message on a missing value in the words of a case of its own, two sentences."""
    told = sentences()
    return replace(message("missing-value"), text=told[text], remedy=told[remedy])


_REFERRING = re.compile(r'^for "(\w+)": ')


def _with_field(error: TableError, columns: Columns) -> TableError:
    """A reference that leads nowhere, with the field that frictionless names in its note only."""
    found = _REFERRING.match(error.note) if error.type == "foreign-key" else None
    known = found and columns.resource.has(found[1])
    return error._replace(field_name=found[1]) if found and known else error


def _is_consequence(name: str | None, row: int, columns: Columns) -> bool:
    """Whether a field, or a part of the key, lacks its value for a reason that is reported."""
    names = columns.resource.primary_key if name is None else (name,)
    return any((row, one) in columns.refused for one in names)


def _referred(name: str | None, columns: Columns, tables: Mapping[str, Columns]) -> Columns | None:
    """The table that a field refers to."""
    keys = (one for one in columns.resource.foreign_keys if one.field == name)
    return next((tables[one.resource] for one in keys), None)


def _near(text: str | None, name: str | None, columns: Columns, owner: Columns) -> str | None:
    """The one record that a reference comes near to, as it is called; None where several do."""
    keys = (one for one in columns.resource.foreign_keys if one.field == name)
    reference = next((one.reference for one in keys), None)
    return names_of(owner.resource, owner.values, reference).near(text) if text else None


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
