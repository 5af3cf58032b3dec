"""The description of every document of the API (OpenAPI 3.1, whose schemas are JSON Schema)."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from opendata.catalogue.api import writing
from opendata.catalogue.api.writing import Links
from opendata.catalogue.model import Current, Site
from opendata.catalogue.places import OWNERS, PLANS, has_plans

Schema = dict[str, Any]
NESTED = {
    PLANS: (),
    "policy_nodes": ("plan_id",),
    "evaluation_counts": ("plan_id",),
    "progress": ("node_id",),
    "indicators": (),
    "indicator_values": ("indicator_id",),
    "indicator_progress": ("indicator_id",),
}
"""The tables whose rows stand in documents, and the fields that what they stand in says."""
_TYPES = {"integer": "integer", "year": "integer", "number": "number", "boolean": "boolean"}
_BOUNDS = ("minimum", "maximum", "enum")


def description(site: Site, datasets: Sequence[Current]) -> bytes:
    """api/openapi.json."""
    document = copy.deepcopy(_template())
    document["info"]["title"] = f"{site.publisher.name} オープンデータ"
    contact = {"name": site.publisher.name, "email": site.publisher.email}
    document["info"]["contact"] = writing.known(contact)
    document["servers"] = [{"url": Links(site, writing.OPENAPI).to(writing.ROOT)}]
    document["components"]["schemas"] |= {
        f"{name}_row": _row(name, [*_schemas(name, datasets)]) for name in (PLANS, *OWNERS)
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


@cache
def _template() -> Schema:
    source = files("opendata.catalogue.api").joinpath("openapi.yaml").read_text(encoding="utf-8")
    template: Schema = yaml.safe_load(source)
    return template


def _schemas(name: str, datasets: Sequence[Current]) -> Iterator[Mapping[str, Any]]:
    """The Table Schemas under which datasets publish a table of that name."""
    for current in datasets:
        if has_plans(current):
            for resource in current.descriptor["resources"]:
                if resource["name"] == name:
                    yield resource["schema"]


def _row(name: str, schemas: Sequence[Mapping[str, Any]]) -> Schema:
    """What a row of a table is: one of its datasets' descriptions."""
    rows = [_described(one, NESTED[name]) for one in schemas]
    if len(rows) == 1:
        return rows[0]
    return {"type": "object", "anyOf": rows} if rows else {"type": "object"}


def _described(schema: Mapping[str, Any], without: Sequence[str]) -> Schema:
    fields = [one for one in schema["fields"] if one["name"] not in without]
    required = [one["name"] for one in fields if one.get("constraints", {}).get("required")]
    row: Schema = {"type": "object", "properties": {one["name"]: _value(one) for one in fields}}
    return row | ({"required": required} if required else {})


def _value(field: Mapping[str, Any]) -> Schema:
    constraints = field.get("constraints", {})
    described: Schema = {
        "type": _TYPES.get(field["type"], "string"),
        **{name: field[name] for name in ("title", "description") if name in field},
        **{name: constraints[name] for name in _BOUNDS if name in constraints},
    }
    return described | ({"format": "date"} if field["type"] == "date" else {})
