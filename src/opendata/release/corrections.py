"""The register of corrections: published values that a later version changed or took back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from opendata.release.formats import read_csv
from opendata.release.tables import pc

COLUMNS = ("version", "table", "key", "field", "before", "after", "change", "reason")
CORRECTIONS = pa.schema([(name, pa.string()) for name in COLUMNS])
NOTE = "note"
"""The field in which a department explains a row."""


def corrections(
    before: pa.Table | None, changes: pa.Table, version: str, reason: str | None
) -> pa.Table:
    """The register as it was, with what the `changes` of this version correct.

    A value that was published and is another now, or that went with its row, is a correction; what
    was missing and has come is none. Its reason is `reason` (that of a rollback), else the note of
    its row where that came with it, else null: nobody has said.
    """
    change = changes.column("change")
    was_published = pc.is_valid(changes.column("before"))
    is_one = pc.or_(
        pc.equal(change, "removed"), pc.and_(pc.equal(change, "changed"), was_published)
    )
    lines = changes.filter(is_one)
    count = lines.num_rows
    given: Any = pa.repeat(pa.scalar(reason, pa.string()), count)
    columns: dict[str, Any] = {name: lines.column(name) for name in lines.column_names} | {
        "version": pa.repeat(pa.scalar(version, pa.string()), count),
        "reason": given if reason else _notes(changes, lines),
    }
    new = pa.table({name: columns[name] for name in COLUMNS}, schema=CORRECTIONS)
    return pa.concat_tables([before, new]) if before is not None else new


def _notes(changes: pa.Table, lines: pa.Table) -> Any:
    """Per line the note that its row got in the same version; null where there is none."""
    notes = changes.filter(
        pc.and_(pc.equal(changes.column("field"), NOTE), pc.is_valid(changes.column("after")))
    )
    if not notes.num_rows:
        return pa.nulls(lines.num_rows, pa.string())
    return notes.column("after").take(pc.index_in(_rows(lines), _rows(notes)))


def _rows(lines: pa.Table) -> Any:
    return pc.binary_join_element_wise(
        lines.column("table"), pc.fill_null(lines.column("key"), ""), "\n"
    ).combine_chunks()


def read_corrections(content: bytes | None) -> pa.Table:
    """The register as published; empty where a version has none. Raises pa.ArrowException."""
    if content is None:
        return CORRECTIONS.empty_table()
    return read_csv(content, CORRECTIONS)


CORRECTIONS_SCHEMA: Mapping[str, Any] = {
    "fields": [
        {
            "name": "version",
            "title": "訂正した版",
            "type": "string",
            "constraints": {"required": True},
        },
        {"name": "table", "title": "表", "type": "string", "constraints": {"required": True}},
        {
            "name": "key",
            "title": "行の主キー",
            "type": "string",
            "description": "主キーの値を「|」でつないだもの。",
        },
        {
            "name": "field",
            "title": "項目",
            "type": "string",
            "description": "空なら、行の全体（取り下げた行）。",
        },
        {"name": "before", "title": "訂正前", "type": "string"},
        {"name": "after", "title": "訂正後", "type": "string"},
        {
            "name": "change",
            "title": "訂正の種類",
            "type": "string",
            "categories": [
                {"value": "changed", "label": "変更"},
                {"value": "removed", "label": "取り下げ"},
            ],
            "constraints": {"required": True, "enum": ["changed", "removed"]},
        },
        {
            "name": "reason",
            "title": "理由",
            "type": "string",
            "description": "差し戻し（rollback）の理由、または値とともに書かれた備考。"
            "空なら、理由が示されていない。",
        },
    ],
    "missingValues": [""],
}
