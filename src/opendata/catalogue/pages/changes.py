"""What changed lately: the versions of all datasets, and the newest changes line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute

from opendata.catalogue import metadata
from opendata.catalogue.labels import Labels, labels_of
from opendata.catalogue.model import Current, Language, Site
from opendata.catalogue.naming import Named, named
from opendata.catalogue.releases import Version, newest, titles, versions
from opendata.catalogue.rendering import render
from opendata.release import Files

pc: Any = pyarrow.compute
"""Untyped: its stubs refuse much of what it takes."""

VERSIONS = 30
LINES = 15
ROWS = 3
"""How many versions, of each dataset how many lines, and of a line how many rows stand on the page;
its files have all."""
READ = 5_000
"""Of how many changes the lines are made."""
DERIVED = "indicator_progress"
"""The table that is computed from the others: what changed in it stands last."""
VALUE, WRITTEN = "value", "raw"
"""The fields of a value of an indicator and of how it is written: they change together."""
_APART = ("version", "table", "change", "reason")
"""What rows that came or went have in common to stand in one line."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A value that changed, or rows of a table that came or went together: `count` changes. `row`
    is what they have in common, `keys` are those of the first of them."""

    row: Row
    keys: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A dataset's newest version: the first `lines` of its changes, what became of the
    schema in words, and the newest of all corrections, each with how many there are and how many of
    them the lines tell. `tables` and `fields` have the Japanese names of tables and of their
    fields."""

    titles: Mapping[Language, str]
    version: Version
    lines: Sequence[Line]
    count: int
    schema: Sequence[Mapping[str, str]]
    corrections: Sequence[Line]
    corrected: int
    tables: Mapping[str, str]
    fields: Mapping[tuple[str, str], str]
    rows: Mapping[tuple[str, str], Named]
    """By table and key what rows are called."""
    labels: Labels
    """What their values are called."""


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
    # Of the first version everything is new: its lines say nothing that the tables do not.
    lines = [] if version.is_first else _lines(_derived_last(current.changes))
    corrections = _lines(_newest_first(current.corrections))
    told = ({**one.row, "key": key} for one in (*lines, *corrections) for key in one.keys)
    return Changed(
        titles=titles(current.descriptor),
        version=version,
        lines=lines,
        count=current.changes.num_rows if current.changes is not None else 0,
        schema=[one["words"] for one in current.descriptor.get("schemaChanges", ())],
        corrections=corrections,
        corrected=current.corrections.num_rows if current.corrections is not None else 0,
        tables={one["name"]: str(one.get("title", one["name"])) for one in resources},
        fields={
            (one["name"], field["name"]): str(field.get("title", field["name"]))
            for one in resources
            for field in one["schema"]["fields"]
        },
        rows=named(current, told),
        labels=labels_of(current.descriptor),
    )


def _lines(table: pa.Table | None) -> list[Line]:
    """The first lines that the changes make."""
    if table is None:
        return []
    together: dict[tuple[Any, ...], list[Row]] = {}
    for row in table.slice(0, READ).to_pylist():
        together.setdefault(_apart(row), []).append(row)
    counts = _counts(table)
    return [
        Line(
            # Of a value and how it is written the value is told.
            next((one for one in rows if one["field"] != WRITTEN), rows[0]),
            tuple(dict.fromkeys(str(one["key"]) for one in rows[:ROWS])),
            counts.get(apart, len(rows)),
        )
        for apart, rows in list(together.items())[:LINES]
    ]


def _apart(row: Row) -> tuple[Any, ...]:
    common = tuple(row.get(name) for name in _APART)
    if row["field"] is None:
        return common
    return (*common, row["key"], VALUE if row["field"] == WRITTEN else row["field"])


def _counts(table: pa.Table) -> Mapping[tuple[Any, ...], int]:
    """How many rows came or went together."""
    known = [name for name in _APART if name in table.column_names]
    rows = table.filter(pc.is_null(table.column("field")))
    counted = rows.group_by(known).aggregate([("key", "count")]).to_pylist()
    return {tuple(one.get(name) for name in _APART): one["key_count"] for one in counted}


def _derived_last(table: pa.Table | None) -> pa.Table | None:
    """What was read before what is computed from it."""
    if table is None:
        return None
    is_derived = pc.equal(table.column("table"), DERIVED)
    return pa.concat_tables([table.filter(pc.invert(is_derived)), table.filter(is_derived)])


def _newest_first(table: pa.Table | None) -> pa.Table | None:
    """The register grows at its end; within a version it keeps the order of the tables."""
    if table is None:
        return None
    pieces = [table.slice(0, 0), *_by_version(table)]
    return pa.concat_tables([pieces[0], *reversed(pieces[1:])])


def _by_version(table: pa.Table) -> Iterator[pa.Table]:
    column = table.column("version").combine_chunks()
    start = 0
    for end in pc.run_end_encode(column).run_ends.to_pylist():
        yield table.slice(start, end - start)
        start = end
