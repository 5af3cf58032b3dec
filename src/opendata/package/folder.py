"""Reading a contract from its folder."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from opendata.errors import PackageError, Text
from opendata.package.contents import fingerprint
from opendata.package.contract import (
    FREQUENCIES,
    PRIVATE,
    READINGS,
    THEMES,
    TYPES,
    Field,
    ForeignKey,
    Package,
    Resource,
)
from opendata.package.document import read_document
from opendata.package.rule import read_rule

DESCRIPTOR = "datapackage.yaml"
DATED = {"date": {"date"}, "year": {"date", "fiscal_year", "integer"}}
"""The readings that make a value of these types."""


def load(folder: Path) -> Package:
    """Read the contract in `folder`. Raises PackageError where it is missing or broken."""
    descriptor = read_document(folder / DESCRIPTOR)
    try:
        resources = tuple(_resource(one) for one in descriptor["resources"])
        layouts = {one.stem: read_document(one) for one in sorted(folder.glob("layouts/*.yaml"))}
        rules = tuple(
            read_rule(one.stem, read_document(one), resources)
            for one in sorted(folder.glob("rules/*.yaml"))
        )
        package = Package(
            name=str(descriptor["name"]),
            descriptor=descriptor,
            resources=resources,
            layouts=layouts,
            rules=rules,
            fingerprint=fingerprint(folder),
        )
        _check_references(package)
        _check_fields(package, folder / DESCRIPTOR)
    except (KeyError, TypeError, AttributeError) as error:
        raise PackageError("broken-package", path=str(folder), reason=repr(error)) from error
    return package


def described(descriptor: Mapping[str, Any]) -> Package:
    """The contract that a published descriptor tells, as far as it does: the resources with a key.

    It can be compared and written again, but reads no workbook.
    """
    keyed = (one for one in descriptor["resources"] if "primaryKey" in one["schema"])
    return Package(
        name=str(descriptor["name"]),
        descriptor=descriptor,
        resources=tuple(_resource(one) for one in keyed),
        layouts={},
        rules=(),
        fingerprint="",
    )


def _resource(descriptor: Mapping[str, Any]) -> Resource:
    schema = descriptor["schema"]
    return Resource(
        descriptor=descriptor,
        fields=tuple(Field(one) for one in schema["fields"])
        + tuple(Field(one, is_published=False) for one in descriptor.get(PRIVATE + "checked", ())),
        primary_key=tuple(schema["primaryKey"]),
        foreign_keys=tuple(
            ForeignKey(
                field=key["fields"][0],
                resource=key["reference"]["resource"] or descriptor["name"],
                reference=key["reference"]["fields"][0],
            )
            for key in schema.get("foreignKeys", ())
        ),
    )


def _check_references(package: Package) -> None:
    frequency = package.descriptor.get("accrualPeriodicity", "irregular")
    if frequency not in FREQUENCIES:
        raise KeyError(f"accrualPeriodicity: {frequency}")
    if unknown := {*package.descriptor.get("themes", ())} - THEMES:
        raise KeyError(f"themes: {', '.join(sorted(map(str, unknown)))}")
    for resource in package:
        for name in resource.primary_key:
            resource.field(name)
        for key in resource.foreign_keys:
            resource.field(key.field)
            package.resource(key.resource).field(key.reference)


def _check_fields(package: Package, path: Path) -> None:
    """Raise PackageError, naming the field, where its type or its reading is none of ours."""
    for resource in package:
        for field in resource.fields:
            if (reason := _wrong(field)) is not None:
                named = f"{resource.name}.{field.name}: "
                reason = Text(named + reason.ja, named + reason.en)
                raise PackageError("broken-package", path=str(path), reason=reason)


def _wrong(field: Field) -> Text | None:
    if field.type not in TYPES:
        return _allowed("type", field.type, TYPES)
    if field.reading not in READINGS:
        return _allowed("opendata:read", field.reading, READINGS)
    if field.reading not in DATED.get(field.type, READINGS):
        of = f"type: {field.type} → opendata:read"
        return _allowed(of, field.reading, DATED[field.type])
    if field.type == "date" and field.descriptor.get("format", "default") != "default":
        return _allowed("type: date → format", str(field.descriptor["format"]), ["default"])
    return None


def _allowed(name: str, given: str, allowed: Collection[str]) -> Text:
    known = ", ".join(sorted(allowed))
    return Text(
        f"{name} の「{given}」は使えません。使えるのは {known} です。",
        f"{name} cannot be {given!r}; it can be {known}.",
    )
