"""The register of corrections: published values that a later version changed or took back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from opendata.reader.csv import read_csv
from opendata.release.tables import pc

COLUMNS = ("version", "table", "key", "field", "before", "after", "change", "reason")
CORRECTIONS = pa.schema([(name, pa.string()) for name in COLUMNS])
NOTE = "note"
"""The field in which a department explains a row."""

Reason = str | Mapping[str, str] | None
"""Why a version was made: one reason for all of it (a rollback's), or by the place of each file
that was withdrawn for good (`municipal-plans/141500/x.xlsx`) why."""


def corrections(
    before: pa.Table | None,
    changes: pa.Table,
    version: str,
    reason: Reason,
    origins: pa.Table | None = None,
) -> pa.Table:
    """The register as it was, with what the `changes` of this version correct.

    A value that was published and is another now, or that went with its row, is a correction; what
    was missing and has come is none. Its reason is that of a rollback, or for a row that went with
    a withdrawn file (as `origins`, the lineage of the version before, tells) that of the
    withdrawal, else the note of its row where that came with it, else null: nobody has said.
    """
    change = changes.column("change")
    was_published = pc.is_valid(changes.column("before"))
    is_one = pc.or_(
        pc.equal(change, "removed"), pc.and_(pc.equal(change, "changed"), was_published)
    )
    lines = changes.filter(is_one)
    count = lines.num_rows
    if isinstance(reason, str):
        reasons: Any = pa.repeat(pa.scalar(reason, pa.string()), count)
    else:
        reasons = pc.coalesce(_withdrawn(lines, reason or {}, origins), _notes(changes, lines))
    columns: dict[str, Any] = {name: lines.column(name) for name in lines.column_names} | {
        "version": pa.repeat(pa.scalar(version, pa.string()), count),
        "reason": reasons,
    }
    new = pa.table({name: columns[name] for name in COLUMNS}, schema=CORRECTIONS)
    return pa.concat_tables([before, new]) if before is not None else new


def reasons_of(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Why a version was made, each reason once, as the state keeps it of a release."""
    reason: Reason = entry.get("reason")
    if isinstance(reason, str):
        return (reason,)
    return tuple(dict.fromkeys((reason or {}).values()))


def withdrawn_of(entry: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """By reason the files that a version left out because they were withdrawn for good."""
    reason: Reason = entry.get("reason")
    found: dict[str, tuple[str, ...]] = {}
    for file, why in reason.items() if isinstance(reason, Mapping) else ():
        found[why] = (*found.get(why, ()), file)
    return found


def _notes(changes: pa.Table, lines: pa.Table) -> Any:
    """Per line the note that its row got in the same version; null where there is none."""
    notes = changes.filter(
        pc.and_(pc.equal(changes.column("field"), NOTE), pc.is_valid(changes.column("after")))
    )
    if not notes.num_rows:
        return pa.nulls(lines.num_rows, pa.string())
    return notes.column("after").take(pc.index_in(_rows(lines), _rows(notes)))


def _withdrawn(lines: pa.Table, reasons: Mapping[str, str], origins: pa.Table | None) -> Any:
    """Per line why its row was taken back with a file; null where it was not."""
    if origins is None or not reasons:
        return pa.nulls(lines.num_rows, pa.string())
    gone = origins.filter(pc.is_in(origins.column("file"), pa.array([*reasons], pa.string())))
    told = pa.array([reasons[str(one)] for one in gone.column("file").to_pylist()], pa.string())
    found = told.take(pc.index_in(_rows(lines), _rows(gone)))
    is_removed = pc.equal(lines.column("change"), "removed").combine_chunks()
    return pc.if_else(is_removed, found, pa.scalar(None, pa.string()))


def _rows(lines: pa.Table) -> Any:
    return pc.binary_join_element_wise(
        lines.column("table"), pc.fill_null(lines.column("key"), ""), "\n"
    ).combine_chunks()


def read_corrections(content: bytes | None) -> pa.Table:
    """The register as published; empty where a version has none. Raises pa.ArrowException."""
    if content is None:
        return CORRECTIONS.empty_table()
    return read_csv(content, CORRECTIONS)
