"""What changed lately: the versions of all datasets, and the newest changes line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from opendata.catalogue import metadata
from opendata.catalogue.model import Current, Language, Site
from opendata.catalogue.releases import Version, newest, titles, versions
from opendata.catalogue.rendering import render
from opendata.release import Files

VERSIONS = 100
LINES = 50
"""How many versions, and of each dataset how many lines, stand on the page."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """A dataset's newest version: the first of the `lines` of its changes, what became of the
    schema in words, and the newest of all corrections. `tables` and `fields` have the Japanese
    names of tables and of their fields."""

    titles: Mapping[Language, str]
    version: Version
    lines: Sequence[Row]
    count: int
    schema: Sequence[Mapping[str, str]]
    corrections: Sequence[Row]
    corrected: int
    tables: Mapping[str, str]
    fields: Mapping[tuple[str, str], str]


def render_changes(site: Site, datasets: Sequence[Current]) -> Files:
    """The page of changes."""
    return render(
        site,
        "changes/index",
        "changes.html",
        linked=metadata.in_brief(datasets, site),
        versions=newest(datasets, VERSIONS),
        count=sum(len(one.history) for one in datasets),
        datasets=[_changed(one) for one in datasets],
    )


def _changed(current: Current) -> Changed:
    resources = current.descriptor["resources"]
    version = versions(current)[0]
    return Changed(
        titles=titles(current.descriptor),
        version=version,
        # Of the first version everything is new: its lines say nothing that the tables do not.
        lines=() if version.is_first else _first(current.changes),
        count=current.changes.num_rows if current.changes is not None else 0,
        schema=[one["words"] for one in current.descriptor.get("schemaChanges", ())],
        corrections=_first(_newest_first(current.corrections)),
        corrected=current.corrections.num_rows if current.corrections is not None else 0,
        tables={one["name"]: str(one.get("title", one["name"])) for one in resources},
        fields={
            (one["name"], field["name"]): str(field.get("title", field["name"]))
            for one in resources
            for field in one["schema"]["fields"]
        },
    )


def _first(table: pa.Table | None) -> Sequence[Row]:
    return table.slice(0, LINES).to_pylist() if table is not None else ()


def _newest_first(table: pa.Table | None) -> pa.Table | None:
    """The register grows at its end."""
    if table is None:
        return None
    return table.take(pa.array(range(table.num_rows - 1, -1, -1)[:LINES], pa.int64()))
