"""CSV on the Web: what a CSV's columns are, for programs that look for it beside the file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from opendata.release.licences import licence_of

SUFFIX = "-metadata.json"
"""What the name of a CSV's metadata adds to that of the CSV."""
GROUP = "csv-metadata.json"
"""The metadata of all CSVs of a folder: where the keys between them stand."""
MEDIA_TYPE = "application/csvm+json"

_TYPES = {
    "integer": "integer",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "year": "gYear",
}
"""By Table Schema type; any other is text."""
_SPECIAL = re.compile(r"[\\.^$|?*+(){}\[\]]")


def table_document(descriptor: Mapping[str, Any], resource: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of one CSV of a version: `<name>.csv-metadata.json`.

    Keys that lead to other tables stand in `group_document` only: they mean nothing where those
    tables are not described. A key that may be empty stands in neither: CSVW demands that every
    row leads somewhere.
    """
    return _heading() | _table(resource, own_keys_only=True) | _rights(descriptor)


def group_document(
    descriptor: Mapping[str, Any], resources: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The metadata of all CSVs of a version, with the keys from one to another."""
    return {
        **_heading(),
        **_words(descriptor),
        **_rights(descriptor),
        "tables": [_table(one, own_keys_only=False) for one in resources],
    }


def _heading() -> dict[str, Any]:
    return {"@context": ["http://www.w3.org/ns/csvw", {"@language": "ja"}]}


def _words(described: Mapping[str, Any]) -> dict[str, Any]:
    parts = {"dc:title": described.get("title"), "dc:description": described.get("description")}
    return {name: value for name, value in parts.items() if value}


def _rights(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """The publisher, and the licence where it has an address."""
    publisher = {"schema:name": str(descriptor["contributors"][0]["title"])}
    found: dict[str, Any] = {"dc:publisher": publisher}
    licence = licence_of(descriptor)
    return found | ({"dc:license": {"@id": licence.iri}} if licence and licence.iri else {})


def _table(resource: Mapping[str, Any], *, own_keys_only: bool) -> dict[str, Any]:
    schema = resource["schema"]
    keyed = schema.get("primaryKey", ())
    filled = {
        str(one["name"])
        for one in schema["fields"]
        if one["name"] in keyed or one.get("constraints", {}).get("required")
    }
    columns = [
        _column(one, schema.get("missingValues", [""]), str(one["name"]) in filled)
        for one in schema["fields"]
    ]
    described: dict[str, Any] = {"columns": columns}
    if keyed:
        described["primaryKey"] = list(keyed)
    keys = [
        {
            "columnReference": list(key["fields"]),
            "reference": {
                "resource": f"{key['reference']['resource'] or resource['name']}.csv",
                "columnReference": list(key["reference"]["fields"]),
            },
        }
        for key in schema.get("foreignKeys", ())
        if filled.issuperset(key["fields"])
        and (not own_keys_only or key["reference"]["resource"] in ("", resource["name"]))
    ]
    if keys:
        described["foreignKeys"] = keys
    return {"url": str(resource["path"]), **_words(resource), "tableSchema": described}


def _column(field: Mapping[str, Any], missing: Sequence[str], is_filled: bool) -> dict[str, Any]:
    name = str(field["name"])
    titles = {"und": name, "ja": str(field["title"])} if "title" in field else name
    column = {"name": name, "titles": titles, "datatype": _datatype(field)}
    if field.get("description"):
        column["dc:description"] = str(field["description"])
    if isinstance(field.get("unit"), str):  # else another table's field tells it
        column["schema:unitText"] = field["unit"]
    if is_filled:
        column["required"] = True
    if list(missing) != [""]:
        column["null"] = list(missing)
    return column


def _datatype(field: Mapping[str, Any]) -> Any:
    """The type with what the field's values are held to, as far as CSVW can say it."""
    base = _TYPES.get(str(field.get("type", "string")), "string")
    constraints = field.get("constraints", {})
    found: dict[str, Any] = {"base": base}
    if base == "string":
        if "enum" in constraints:
            found["format"] = "|".join(
                _SPECIAL.sub(r"\\\g<0>", str(x)) for x in constraints["enum"]
            )
        elif "pattern" in constraints:
            found["format"] = str(constraints["pattern"])
        limits = {"minLength": "minLength", "maxLength": "maxLength"}
    elif base == "boolean":
        limits = {}
    else:
        limits = {"minimum": "minimum", "maximum": "maximum"}
    found |= {ours: constraints[theirs] for theirs, ours in limits.items() if theirs in constraints}
    return found if len(found) > 1 else base
