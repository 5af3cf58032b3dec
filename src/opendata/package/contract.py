"""What a data package promises: its resources, their fields and keys, its layouts and rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from opendata.errors import Message, Severity, Text

PRIVATE = "opendata:"
"""Properties under this prefix are read by the pipeline and never published."""
READINGS = frozenset(
    {"text", "name", "unit", "fiscal_year", "date", "flag", "number", "integer", "quantity"}
)
"""The ways in which a written cell becomes a value."""
TYPES: Mapping[str, str] = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "flag",
    "date": "date",
    "year": "date",
}
"""The types of Table Schema that the pipeline makes values of, and how a cell becomes one where the
field does not say. A year is one of the calendar."""
FREQUENCIES = frozenset({"daily", "weekly", "monthly", "quarterly", "annual", "irregular"})
"""What a package's `accrualPeriodicity` may be: how often it is published."""
THEMES = frozenset(
    [
        "AGRI",
        "ECON",
        "EDUC",
        "ENER",
        "ENVI",
        "GOVE",
        "HEAL",
        "INTR",
        "JUST",
        "REGI",
        "SOCI",
        "TECH",
        "TRAN",
    ]
)
"""What a package's `themes` may name: the European data themes."""
FoundBy = Literal["query", "reading", "records", "sheet", "screening"]
"""Who finds what breaks a rule: a query of the rule's own over the typed tables, or a part of the
house: reading a cell, making records of readings, looking over the sheets as they stand, screening
for personal data."""


@dataclass(frozen=True, slots=True)
class IdForm:
    """How an id is made: `{field}` places, for the records whose fields are as in `when`."""

    form: str
    when: Mapping[str, str] = field(default_factory=dict)

    def is_for(self, record: Mapping[str, str | None]) -> bool:
        return all(record.get(name) == value for name, value in self.when.items())


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `descriptor` is its Table Schema field descriptor as written."""

    descriptor: Mapping[str, Any]
    is_published: bool = True

    @property
    def name(self) -> str:
        return str(self.descriptor["name"])

    @property
    def title(self) -> str:
        return str(self.descriptor.get("title", self.name))

    @property
    def type(self) -> str:
        return str(self.descriptor.get("type", "string"))

    @property
    def reading(self) -> str:
        """How a written cell becomes this field's value: what the field says, or as its type is."""
        return str(self.descriptor.get(PRIVATE + "read", TYPES.get(self.type, "text")))

    @property
    def is_day(self) -> bool:
        """Whether its values are dates: days, or where they are texts, months or years, too."""
        return self.reading == "date" and self.type != "year"

    @property
    def is_figure(self) -> bool:
        """Whether its values are numbers, years included."""
        return self.type in ("integer", "number", "year")

    @property
    def id_forms(self) -> tuple[IdForm, ...]:
        """The forms of which the first that can be filled makes this field's value."""
        forms = self.descriptor.get(PRIVATE + "id", ())
        return tuple(IdForm(one) if isinstance(one, str) else IdForm(**one) for one in forms)

    @property
    def enum(self) -> tuple[str, ...]:
        """The allowed values; empty where any value goes."""
        return tuple(self.constraints.get("enum", ()))

    @property
    def labels(self) -> Mapping[str, str]:
        """From the Japanese label of a category, and other labels for it, to its value."""
        categories = self.descriptor.get("categories", ())
        others = self.descriptor.get(PRIVATE + "synonyms", {})
        named = {str(one["label"]): str(one["value"]) for one in categories}
        return {**named, **others}

    @property
    def constraints(self) -> Mapping[str, Any]:
        constraints: Mapping[str, Any] = self.descriptor.get("constraints", {})
        return constraints


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A field that refers to another resource's key."""

    field: str
    resource: str
    reference: str


@dataclass(frozen=True, slots=True)
class Resource:
    """One table of the package. `descriptor` is as written in `datapackage.yaml`."""

    descriptor: Mapping[str, Any]
    fields: tuple[Field, ...]
    """The published fields in order, then those that are only checked."""
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]

    @property
    def name(self) -> str:
        return str(self.descriptor["name"])

    @property
    def title(self) -> str:
        return str(self.descriptor.get("title", self.name))

    @property
    def is_derived(self) -> bool:
        """Whether the table is computed from the others and never read from a workbook."""
        return bool(self.descriptor.get(PRIVATE + "derived", False))

    @property
    def is_single(self) -> bool:
        """Whether a workbook tells of one record of it, to which all else there belongs."""
        return bool(self.descriptor.get(PRIVATE + "single", False))

    @property
    def published(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.is_published)

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)

    def requires(self, name: str) -> bool:
        """Whether a field must have a value."""
        return bool(self.field(name).constraints.get("required", False))

    def has(self, name: str) -> bool:
        return any(field.name == name for field in self.fields)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its words, how bad it is to break it, what finds that, and examples of both kinds.

    A query's columns: `row` (0-based row of `table`), optionally `field`, `at` (the A1 name of
    another cell of the same sheet), `suggestion`, and any others, which fill the message's places.
    Nothing returned, nothing wrong. A rule that asks may return `was`: the key of the record of the
    last release that this one may be.
    """

    message: Message
    found_by: FoundBy
    severity: Severity | None
    """What the package says of its severity; None where it leaves that to who finds it."""
    is_off: bool = False
    table: str = ""
    field: str = ""
    query: str = ""
    asks: bool = False
    """Whether the record waits for an answer: until a person says that it is right, it stays as it
    was last published."""
    question: Text | None = None
    """What a yes or a no answers, where it is not whether the value is right as it is."""
    note: tuple[str, str] | None = None
    """The table and the text field that take the reason of that answer: of the record, or of what
    refers to it."""
    holds_in_doubt: bool = False
    """Whether the query's hits count in rows in which an error was found while reading, too."""
    examples: tuple[Mapping[str, Any], ...] = ()

    @property
    def code(self) -> str:
        return self.message.code


@dataclass(frozen=True, slots=True)
class Package:
    """One contract. `fingerprint` changes when anything in its folder does."""

    name: str
    descriptor: Mapping[str, Any]
    resources: tuple[Resource, ...]
    layouts: Mapping[str, Mapping[str, Any]]
    """Layout documents by stem, unparsed: their language belongs to `extract`."""
    rules: tuple[Rule, ...]
    fingerprint: str

    def resource(self, name: str) -> Resource:
        """The resource of that name. Raises KeyError."""
        for resource in self.resources:
            if resource.name == name:
                return resource
        raise KeyError(name)

    @property
    def read(self) -> tuple[Resource, ...]:
        """The resources that are read from workbooks, in descriptor order."""
        return tuple(one for one in self.resources if not one.is_derived)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)


def published(descriptor: Any) -> Any:
    """A copy of a descriptor without what is private to the pipeline."""
    if isinstance(descriptor, Mapping):
        return {
            key: published(value)
            for key, value in descriptor.items()
            if not str(key).startswith(PRIVATE)
        }
    if isinstance(descriptor, (list, tuple)):
        return [published(value) for value in descriptor]
    return descriptor
