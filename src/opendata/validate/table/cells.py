"""What each cell of a column is: its value and what is wrong with it, every text read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from opendata.errors import OpendataError
from opendata.validate.table.report import Unreadable
from opendata.validate.table.schema import CONSTRAINTS, Field
from opendata.validate.table.values import ValueReader, value_reader

Notes = tuple[tuple[str, str], ...]
"""Pairs of an error's type and its note."""
Cell = tuple[Any, Notes]
"""A value, None where there is none, and the notes on it."""
Check = Callable[[Any], bool]
Noted = tuple[Check, tuple[str, str]]
"""A check, and the note where it fails."""

TYPE, CONSTRAINT = "type-error", "constraint-error"
_KEPT = 200_000
"""How many distinct texts of a column are remembered at once."""
_V2 = "https://datapackage.org/profiles/2.0/tableschema.json"


class Memory(dict[str | None, Cell]):
    """The cells of one field by their texts; `memory[text]` reads a text it has not met."""

    def __init__(self, field: Field, *, is_strict: bool = False) -> None:
        super().__init__()
        self.field = field
        read, value = _reader(field)
        stricter = _strict_checks(field, value) if is_strict else ()
        self.is_stricter = bool(stricter)
        self.read = _stricter(read, stricter) if stricter else read

    def __missing__(self, text: str | None) -> Cell:
        cell = self.read(text)
        if not _is_nan(cell[0]):  # it equals nothing, so that each must be one of its own
            if len(self) >= _KEPT:
                self.clear()
            self[text] = cell
        return cell

    def cell(self, content: Any) -> Cell:
        """The cell of a text, or of a value as Parquet files hold them."""
        return self[content] if content is None or type(content) is str else self.read(content)


def _reader(field: Field) -> tuple[Callable[[Any], Cell], ValueReader | None]:
    value = value_reader(field.descriptor)
    try:
        return (_foreign(field) if value is None else _native(field, value)), value
    except re.error as error:
        reason = f'the pattern of "{field.name}": {error}'
        raise OpendataError("broken-schema", path="schema", reason=reason) from error


def _native(field: Field, read: ValueReader) -> Callable[[Any], Cell]:
    missing = field.missing
    unlike = ((TYPE, f'type is "{field.type}/{field.format}"'),)
    checks = tuple(_checks(field, read))
    empty: Cell = (None, _failed(checks, None))

    def cell(content: Any) -> Cell:
        if content is None or str(content) in missing:
            return empty
        value = read(content)
        if value is None:
            return None, unlike
        return value, _failed(checks, value)

    return cell


def _failed(checks: Sequence[Noted], value: Any) -> Notes:
    return tuple(note for check, note in checks if not _holds(check, value))


def _holds(check: Check, value: Any) -> bool:
    """What cannot be compared with a bound, as a time without a zone, is not within it."""
    try:
        return check(value)
    except (TypeError, ArithmeticError):
        return False


def _checks(field: Field, read: ValueReader) -> Iterator[Noted]:
    for name in CONSTRAINTS[field.type]:
        limit = field.constraints.get(name)
        if limit is not None:
            note = f'constraint "{name}" is "{limit}"'
            yield _CHECKS[name](limit, read), (CONSTRAINT, note)


def _required(limit: Any, _: ValueReader) -> Check:
    return lambda value: not limit or value is not None


def _min_length(limit: Any, _: ValueReader) -> Check:
    return lambda value: value is None or len(value) >= limit


def _max_length(limit: Any, _: ValueReader) -> Check:
    return lambda value: value is None or len(value) <= limit


def _matches(limit: Any, _: ValueReader) -> Check:
    match = re.compile(f"^{limit}$").match
    return lambda value: value is None or match(value) is not None


def _one_of(limit: Any, read: ValueReader) -> Check:
    allowed = [read(one) for one in limit]
    return lambda value: value is None or value in allowed


def _minimum(limit: Any, read: ValueReader) -> Check:
    bound = read(limit)
    return lambda value: value is None or (value == value and value >= bound)


def _maximum(limit: Any, read: ValueReader) -> Check:
    bound = read(limit)
    return lambda value: value is None or (value == value and value <= bound)


def _above(limit: Any, read: ValueReader) -> Check:
    bound = read(limit)
    return lambda value: value is None or (value == value and value > bound)


def _below(limit: Any, read: ValueReader) -> Check:
    bound = read(limit)
    return lambda value: value is None or (value == value and value < bound)


_CHECKS: Mapping[str, Callable[[Any, ValueReader], Check]] = {
    "required": _required,
    "minLength": _min_length,
    "maxLength": _max_length,
    "pattern": _matches,
    "enum": _one_of,
    "minimum": _minimum,
    "maximum": _maximum,
    "exclusiveMinimum": _above,
    "exclusiveMaximum": _below,
}


def _foreign(field: Field) -> Callable[[Any], Cell]:
    """A field that frictionless reads for us: e-mail, WKT, GeoJSON, durations and their like."""
    from frictionless import FrictionlessException, Schema

    descriptor = {**field.descriptor, "missingValues": sorted(field.missing)}
    constraints = dict(field.constraints)
    constraints.pop("jsonSchema", None)
    descriptor["constraints"] = constraints
    schema = Schema.from_descriptor({"$schema": _V2, "fields": [descriptor]})
    try:
        read = schema.fields[0].create_cell_reader()
    except FrictionlessException as error:  # a package for this format is not installed
        raise Unreadable.because(error.error.type, error.error.note) from error

    unlike = ((TYPE, f'type is "{field.type}/{field.format}"'),)

    def cell(content: Any) -> Cell:
        try:
            value, notes = read(content)
        except (TypeError, ValueError, ArithmeticError):  # frictionless would end here
            return None, unlike
        kinds = {"type": TYPE}
        return value, tuple(
            (kinds.get(name, CONSTRAINT), note) for name, note in (notes or {}).items()
        )

    return cell


def _is_nan(value: Any) -> bool:
    return value.is_nan() if isinstance(value, Decimal) else value != value


def _strict_checks(field: Field, value: ValueReader | None) -> tuple[Noted, ...]:
    """What Data Package v2 asks of a value beyond what frictionless looks at."""
    return (*_categories(field, value), *_json_schema(field))


def _stricter(read: Callable[[Any], Cell], checks: Sequence[Noted]) -> Callable[[Any], Cell]:
    def cell(content: Any) -> Cell:
        found, notes = read(content)
        if found is None:
            return found, notes
        return found, (*notes, *_failed(checks, found))

    return cell


def _categories(field: Field, read: ValueReader | None) -> Iterator[Noted]:
    if field.categories and read is not None and field.constraints.get("enum") is None:
        listed = list(field.categories)
        note = (CONSTRAINT, f'constraint "categories" is "{listed}"')
        yield _one_of(listed, read), note


def _json_schema(field: Field) -> Iterator[Noted]:
    wanted = field.constraints.get("jsonSchema")
    if wanted is not None:
        from jsonschema.validators import validator_for

        judge = validator_for(wanted)(wanted)
        yield judge.is_valid, (CONSTRAINT, f'constraint "jsonSchema" is "{wanted}"')
