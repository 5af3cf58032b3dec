"""A Table Schema: what it asks of a table, and whether it is one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from opendata.errors import OpendataError
from opendata.validate.table.report import TableError
from opendata.validate.table.values import value_reader

Descriptor = Mapping[str, Any]

_ORDERED = ("required", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum")
_SIZED = ("required", "minLength", "maxLength", "enum")
CONSTRAINTS: Mapping[str, tuple[str, ...]] = {
    "any": ("required", "enum"),
    "string": ("required", "minLength", "maxLength", "pattern", "enum"),
    "boolean": ("required", "enum"),
    "array": _SIZED,
    "object": _SIZED,
    **dict.fromkeys(
        ("integer", "number", "date", "datetime", "time", "year", "yearmonth"), _ORDERED
    ),
}
"""The constraints of each type in the order in which they are held against a value."""

_BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
MATCHES = ("exact", "equal", "subset", "superset", "partial")
_V2 = "https://datapackage.org/profiles/2.0/tableschema.json"
_V2_FIELD = ("categories", "categoriesOrdered")
_TEXTS = ("title", "description", "rdfType", "format", "decimalChar", "groupChar")
_FLAGS = ("bareNumber", "floatNumber")
_LISTS_OF_TEXTS = ("trueValues", "falseValues", "missingValues")


@dataclass(frozen=True, slots=True)
class Field:
    """One column as the schema describes it. `missing` are the texts that say there is no value."""

    descriptor: Descriptor
    missing: frozenset[str] = frozenset({""})

    @property
    def name(self) -> str:
        return str(self.descriptor["name"])

    @property
    def type(self) -> str:
        return str(self.descriptor.get("type") or "string")

    @property
    def format(self) -> str:
        return str(self.descriptor.get("format", "default"))

    @property
    def constraints(self) -> Mapping[str, Any]:
        constraints: Mapping[str, Any] = self.descriptor.get("constraints", {})
        return constraints

    @property
    def is_required(self) -> bool:
        return bool(self.constraints.get("required", False))

    @property
    def is_unique(self) -> bool:
        return bool(self.constraints.get("unique"))

    @property
    def categories(self) -> tuple[Any, ...]:
        """The values of the field's categories (Data Package v2); empty where it has none."""
        listed = self.descriptor.get("categories") or ()
        return tuple(one["value"] if isinstance(one, Mapping) else one for one in listed)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Fields whose values stand in the `reference` fields of a resource ("": of their own)."""

    fields: tuple[str, ...]
    resource: str
    reference: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A schema that holds together. With `is_strict`, what Data Package v2 asks for and
    frictionless leaves undone is held against the table as well."""

    fields: tuple[Field, ...]
    fields_match: str = "exact"
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    is_strict: bool = False
    descriptor: Descriptor = field(default_factory=dict)
    """As frictionless is told of it."""
    flaws: tuple[TableError, ...] = ()
    """What frictionless says of it when a foreign key refers to the table itself."""

    def is_needed(self, one: Field) -> bool:
        """Whether a table must have the field even where the schema lets fields be left out."""
        return one.is_required or one.name in self.primary_key


def read_schema(source: Path | Descriptor, *, like_frictionless: bool = True) -> TableSchema:
    """The schema of a descriptor or of its JSON or YAML file.

    Raises OpendataError `file-not-found`, or `broken-schema` where it is no valid Table Schema.
    """
    name = str(source) if isinstance(source, Path) else "schema"
    descriptor = _load(source) if isinstance(source, Path) else source
    if not isinstance(descriptor, Mapping):
        raise OpendataError("broken-schema", path=name, reason="it is not an object")
    known = descriptor if like_frictionless else _without_v2(descriptor)
    if not _is_plain(known):
        _ask_frictionless(known, name)
    schema = _schema(descriptor, known, is_strict=not like_frictionless)
    return replace(schema, flaws=_flaws(known)) if like_frictionless else schema


def _load(path: Path) -> Any:
    if not path.is_file():
        raise OpendataError("file-not-found", path=str(path))
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix.lower() in {".yaml", ".yml"}:
            import yaml

            return yaml.safe_load(text)
        return json.loads(text)
    except (OSError, ValueError) as error:
        raise OpendataError("broken-schema", path=str(path), reason=str(error)) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "yaml":
            raise
        raise OpendataError("broken-schema", path=str(path), reason=str(error)) from error


def _schema(descriptor: Descriptor, known: Descriptor, *, is_strict: bool) -> TableSchema:
    everywhere = descriptor.get("missingValues", [""])
    fields = tuple(
        Field(
            _as_read(one, is_strict=is_strict),
            _missing(one.get("missingValues", everywhere)),
        )
        for one in descriptor["fields"]
    )
    return TableSchema(
        fields,
        descriptor.get("fieldsMatch", "exact"),
        _names(descriptor.get("primaryKey", ())),
        tuple(map(_names, descriptor.get("uniqueKeys", ()))) if is_strict else (),
        tuple(_foreign_key(one) for one in descriptor.get("foreignKeys", ())),
        is_strict,
        known,
    )


def _as_read(descriptor: Descriptor, *, is_strict: bool) -> Descriptor:
    """A field's descriptor as it is meant: frictionless knows no groups in integers."""
    form = str(descriptor.get("format", "default")).removeprefix("fmt:")
    kind = descriptor.get("type") or "string"
    unknown = {"groupChar"} if kind == "integer" and not is_strict else set()
    known = {key: value for key, value in descriptor.items() if key not in unknown}
    return {**known, "type": kind, "format": form}


def _missing(entries: Sequence[Any]) -> frozenset[str]:
    """Missing values as texts; in v2 an entry may be an object with a label."""
    return frozenset(one["value"] if isinstance(one, Mapping) else one for one in entries)


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _foreign_key(descriptor: Descriptor) -> ForeignKey:
    reference = descriptor.get("reference", {})
    return ForeignKey(
        _names(descriptor.get("fields", ())),
        reference.get("resource", ""),
        _names(reference.get("fields", ())),
    )


# --- whether it is a schema: the plain ones we know, of all others frictionless is asked ---


def _ask_frictionless(descriptor: Descriptor, name: str) -> None:
    from frictionless import FrictionlessException, Schema

    try:
        reason = "; ".join(_unusable(Schema.from_descriptor(dict(descriptor)).fields))
    except FrictionlessException as error:
        reason = "; ".join(str(one.note) for one in error.to_errors()) or str(error)
        raise OpendataError("broken-schema", path=name, reason=reason) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise OpendataError("broken-schema", path=name, reason=str(error)) from error
    if reason:
        raise OpendataError("broken-schema", path=name, reason=reason)


def _unusable(fields: Sequence[Any]) -> Iterator[str]:
    """What would stop frictionless at the first value: patterns that are none, and bounds that
    are no values of their field."""
    for one in fields:
        for name in sorted(_BOUNDS & one.constraints.keys()):
            bound = one.constraints[name]
            if bound is not None and one.create_value_reader()(bound) is None:
                yield f'{one.name}: constraint "{name}" is "{bound}"'
        pattern = one.constraints.get("pattern", "")
        if not _compiles(pattern):
            yield f'{one.name}: constraint "pattern" is "{pattern}"'


def _flaws(descriptor: Descriptor) -> tuple[TableError, ...]:
    """What frictionless says when it copies a schema to look up the table's own keys: the copy no
    longer knows which version of the standard it is written in."""
    if not descriptor.get("foreignKeys") or "$schema" not in descriptor:
        return ()
    from frictionless import FrictionlessException, Schema

    try:
        Schema.from_descriptor({key: descriptor[key] for key in descriptor if key != "$schema"})
    except FrictionlessException as error:
        notes = ((str(one.type), str(one.note)) for one in error.to_errors())
        return tuple(TableError(kind, None, None, note) for kind, note in notes)
    return ()


def _without_v2(descriptor: Descriptor) -> dict[str, Any]:
    """The descriptor without what only v2 knows and frictionless refuses."""
    rest = {key: value for key, value in descriptor.items() if key != "uniqueKeys"}
    if isinstance(rest.get("fields"), Sequence):
        rest["fields"] = [_field_without_v2(one) for one in rest["fields"]]
    return {"$schema": _V2, **rest}


def _field_without_v2(descriptor: Any) -> Any:
    if not isinstance(descriptor, Mapping):
        return descriptor
    rest = {key: value for key, value in descriptor.items() if key not in _V2_FIELD}
    if rest.get("type") == "integer":
        rest.pop("groupChar", None)
    if isinstance(rest.get("constraints"), Mapping):
        others = rest["constraints"].items()
        rest["constraints"] = {key: value for key, value in others if key != "jsonSchema"}
    return rest


def _is_plain(descriptor: Descriptor) -> bool:
    """Whether the schema is surely valid and holds nothing but what this house reads itself."""
    fields = descriptor.get("fields")
    if not isinstance(fields, list) or not fields or {"name", "type"} & set(descriptor):
        return False
    is_v2 = descriptor.get("$schema") == _V2
    if ("$schema" in descriptor and not is_v2) or not all(
        _is_plain_field(f, is_v2) for f in fields
    ):
        return False
    names = [one["name"] for one in fields]
    key = descriptor.get("primaryKey", [])
    return (
        len(set(names)) == len(names)
        and _are_texts([key] if isinstance(key, str) else key)
        and set(_names(key)) <= set(names)
        and _are_texts(descriptor.get("missingValues", []))
        and _are_texts([descriptor.get(one, "") for one in ("title", "description")])
        and descriptor.get("fieldsMatch", "exact") in MATCHES
        and "foreignKeys" not in descriptor
    )


def _is_plain_field(one: Any, is_v2: bool) -> bool:
    if not isinstance(one, dict) or not isinstance(one.get("name"), str):
        return False
    return (
        one.get("type", "string") in CONSTRAINTS
        and not {"example", "required"} & set(one)
        and _are_texts([one.get(key, "") for key in _TEXTS])
        and all(isinstance(one.get(key, True), bool) for key in _FLAGS)
        and all(_are_texts(one.get(key, [])) for key in _LISTS_OF_TEXTS)
        and value_reader(one) is not None
        and isinstance(one.get("constraints", {}), dict)
        and all(
            _is_plain_constraint(one, name, value, is_v2)
            for name, value in one.get("constraints", {}).items()
        )
    )


def _is_plain_constraint(one: Descriptor, name: str, value: Any, is_v2: bool) -> bool:
    if name != "unique" and name not in CONSTRAINTS[one.get("type", "string")]:
        return False
    if name in {"required", "unique"}:
        return isinstance(value, bool)
    if name in {"minLength", "maxLength"}:
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "pattern":
        return isinstance(value, str) and _compiles(value)
    if name == "enum":
        return isinstance(value, list)
    reader = value_reader(one)
    is_bound = reader is not None and reader(value) is not None
    return is_bound and (is_v2 or not name.startswith("exclusive"))


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(one, str) for one in values)


def _compiles(pattern: str) -> bool:
    try:
        re.compile(f"^{pattern}$")
    except re.error:
        return False
    return True


def named(schema: TableSchema, names: Sequence[str]) -> Iterator[Field]:
    """The fields of these names, in the order of the names."""
    known = {one.name: one for one in schema.fields}
    return (known[name] for name in names if name in known)
