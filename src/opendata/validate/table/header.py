"""The labels of a table against the fields of its schema, under every `fieldsMatch`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opendata.validate.table.report import TableError, Unreadable
from opendata.validate.table.schema import Field, TableSchema

_MAY_HAVE_MORE = {"subset", "partial"}
_MAY_HAVE_LESS = {"superset", "partial"}


def match_fields(labels: Sequence[str], schema: TableSchema) -> tuple[Field, ...]:
    """The field of every column, in the table's order.

    By position under `exact`, by name otherwise; a column without a field gets one that takes
    anything. Raises Unreadable where labels that are matched by name are not unique.
    """
    if not labels:
        return schema.fields
    is_exact = schema.fields_match == "exact"
    if not is_exact and len(set(labels)) != len(labels):
        note = (
            f'matching fields by name ("fieldsMatch": "{schema.fields_match}") '
            "requires unique labels in the header"
        )
        raise Unreadable.because("error", note)
    found = [_partner(position, label, schema) for position, label in enumerate(labels)]
    names = _distinct(one.name if one else label for one, label in zip(found, labels, strict=True))
    return tuple(
        one or Field({"name": name, "type": "any"}) for one, name in zip(found, names, strict=True)
    )


def _partner(position: int, label: str, schema: TableSchema) -> Field | None:
    if schema.fields_match == "exact":
        return schema.fields[position] if position < len(schema.fields) else None
    return next((one for one in schema.fields if one.name == label), None)


def _distinct(names: Iterator[str]) -> list[str]:
    """The names, a repeated one with the first free number from 2 behind it."""
    used: list[str] = []
    for name in names:
        free, number = name, 2
        while free in used:
            free, number = f"{name}{number}", number + 1
        used.append(free)
    return used


def header_errors(labels: Sequence[str], schema: TableSchema) -> Iterator[TableError]:
    """What the labels lack, have too many of, or call otherwise than the schema does."""
    if not labels:
        return
    match = schema.fields_match
    partners = [_partner(position, label, schema) for position, label in enumerate(labels)]
    if match not in _MAY_HAVE_MORE:
        yield from (_error("extra-label", "") for one in partners if one is None)
    if match == "partial" and schema.fields and not any(partners):
        yield TableError("unmatched-header", None, None, "")
    for field in _unmatched(labels, schema):
        if match not in _MAY_HAVE_LESS or schema.is_needed(field):
            yield _error("missing-label", field.name)
    if match == "exact":
        yield from _label_errors(labels, schema)


def _unmatched(labels: Sequence[str], schema: TableSchema) -> Sequence[Field]:
    if schema.fields_match == "exact":
        return schema.fields[len(labels) :]
    return [field for field in schema.fields if field.name not in labels]


def _label_errors(labels: Sequence[str], schema: TableSchema) -> Iterator[TableError]:
    for position, (field, label) in enumerate(zip(schema.fields, labels, strict=False)):
        earlier = [str(at) for at, seen in enumerate(labels[:position], 1) if seen == label]
        if not label:
            yield _error("blank-label", field.name)
        elif earlier:
            yield _error("duplicate-label", field.name, f'at position "{", ".join(earlier)}"')
        elif label != field.name:
            yield _error("incorrect-label", field.name)


def _error(kind: str, field_name: str, note: str = "") -> TableError:
    return TableError(kind, None, field_name, note)
