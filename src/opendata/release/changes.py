"""What changed between two versions: in the rows, and in the schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import pyarrow as pa

from opendata.errors import Text, sentence
from opendata.package import Resource
from opendata.release.tables import Column, key_text, pc, text

CHANGES = pa.schema(
    [(name, pa.string()) for name in ("table", "key", "field", "before", "after", "change")]
)


class Level(IntEnum):
    """Which part of the version number a change moves."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


def bump(version: str, level: Level) -> str:
    """The version that follows: `bump("1.2.3", Level.MINOR)` is `1.3.0`."""
    major, minor, patch = (int(part) for part in version.split("."))
    if level is Level.MAJOR:
        return f"{major + 1}.0.0"
    if level is Level.MINOR:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def diff(
    old: Mapping[str, pa.Table], new: Mapping[str, pa.Table], package: Iterable[Resource]
) -> pa.Table:
    """The rows added, removed and changed, as a table of `changes.csv`'s columns.

    One line per added or removed row (its `field` is null), one per corrected value with `before`
    and `after` as written in CSV. Tables that the package no longer has, and fields that stand in
    one version only, are left to `schema_changes`. Sorted by table in the package's order,
    then by key, then by field.
    """
    pieces = [CHANGES.empty_table()]
    for resource in package:
        after = new[resource.name]
        before = old.get(resource.name, after.slice(0, 0))
        pieces.append(_table_diff(resource.name, resource.primary_key, before, after))
    return pa.concat_tables(pieces).combine_chunks()


def _table_diff(name: str, key: Sequence[str], old: pa.Table, new: pa.Table) -> pa.Table:
    old, new = _alike(key, old, new), _alike(key, new, old)
    pairs = _paired(key, old, new)
    added = pairs.filter(pc.is_null(pairs.column("old")))
    removed = pairs.filter(pc.is_null(pairs.column("new")))
    both = pairs.filter(pc.and_(pc.is_valid(pairs.column("old")), pc.is_valid(pairs.column("new"))))
    pieces = [
        _lines(name, new.take(added.column("new")), key, "added"),
        _lines(name, old.take(removed.column("old")), key, "removed"),
    ]
    old, new = old.take(both.column("old")), new.take(both.column("new"))
    for position, field in enumerate(new.column_names):
        if field in old.column_names and field not in key:
            before, after = old.column(field), new.column(field)
            if before.type != after.type:
                before, after = text(before), text(after)
            changed = _differs(before, after)
            if pc.any(changed).as_py():
                pieces.append(
                    _lines(
                        name,
                        new.filter(changed),
                        key,
                        "changed",
                        field=(position, field),
                        before=text(before.filter(changed)),
                        after=text(after.filter(changed)),
                    )
                )
    # Sorted by the key's own types: fiscal year 9 stands before 10.
    order: list[tuple[str, Any]] = [
        *((f"key {n}", "ascending") for n in range(len(key))),
        ("position", "ascending"),
    ]
    table = pa.concat_tables(pieces, promote_options="permissive").sort_by(order)
    return table.select(CHANGES.names).cast(CHANGES)


def _alike(key: Sequence[str], table: pa.Table, other: pa.Table) -> pa.Table:
    """The table with those parts of its key as text that are of another type in the other one."""
    for at, field in enumerate(table.schema):
        is_other = field.name in other.column_names and other.field(field.name).type != field.type
        if field.name in key and is_other:
            table = table.set_column(at, field.name, text(table.column(field.name)))
    return table


def _paired(key: Sequence[str], old: pa.Table, new: pa.Table) -> pa.Table:
    """Row numbers `old` and `new` of the rows that have the same key; null where there is none."""

    def keyed(table: pa.Table, side: str) -> pa.Table:
        rows = pa.array(range(table.num_rows), pa.int64())
        columns = {
            name: pc.fill_null(text(table.column(name)), "")  # a join never finds null equal
            for name in key
            if name in table.column_names
        }
        missing: Any = pa.repeat(pa.scalar("", pa.string()), table.num_rows)
        return pa.table({name: columns.get(name, missing) for name in key} | {side: rows})

    joined = keyed(old, "old").join(keyed(new, "new"), list(key), join_type="full outer")
    return joined.select(["old", "new"]).sort_by([("new", "ascending"), ("old", "ascending")])


def _differs(before: Column, after: Column) -> Column:
    unequal = pc.fill_null(pc.not_equal(before, after), False)
    return pc.or_(unequal, pc.xor(pc.is_null(before), pc.is_null(after)))


def _lines(
    name: str,
    rows: pa.Table,
    key: Sequence[str],
    change: str,
    field: tuple[int, str] = (-1, ""),
    before: Column | None = None,
    after: Column | None = None,
) -> pa.Table:
    count = rows.num_rows
    empty, nothing = pa.nulls(count, pa.string()), pa.nulls(count)

    def same(value: str) -> pa.Array[Any]:
        return pa.repeat(pa.scalar(value or None, pa.string()), count)

    columns: dict[str, Any] = {
        "table": same(name),
        "key": key_text(rows, key),
        "field": same(field[1]),
        "before": empty if before is None else before,
        "after": empty if after is None else after,
        "change": same(change),
        "position": pa.repeat(pa.scalar(field[0], pa.int64()), count),
    }
    for number, part in enumerate(key):
        columns[f"key {number}"] = rows.column(part) if part in rows.column_names else nothing
    return pa.table(columns)


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One difference between two schemas; `field` is empty where the whole table is meant, and
    `table` where their order is. `change` is added, removed or changed."""

    level: Level
    table: str
    field: str
    before: Any
    after: Any
    change: str

    def to_json(self) -> dict[str, Any]:
        """The change as a descriptor tells it: as data and in words."""
        return {
            "table": self.table or None,
            "field": self.field or None,
            "change": self.change,
            "level": self.level.name.lower(),
            "before": self.before,
            "after": self.after,
            "words": self.words()._asdict(),
        }

    def words(self) -> Text:
        """The change in a sentence."""
        if self.change != "changed":
            name = _COME_OR_GONE[self.change, bool(self.field)]
            return sentence(name, table=self.table, field=self.field)
        if not self.table:
            return sentence(
                "schema-tables-ordered", before=", ".join(self.before), after=", ".join(self.after)
            )
        if isinstance(self.before, list):
            before, after = ", ".join(self.before), ", ".join(self.after)
            return sentence("schema-fields-ordered", table=self.table, before=before, after=after)
        name = "schema-field-changed" if self.field else "schema-table-changed"
        found = Text(*[_told(self.before, self.after)] * 2)
        return sentence(name, table=self.table, field=self.field, changes=found)


_COME_OR_GONE = {
    ("added", False): "schema-table-added",
    ("added", True): "schema-field-added",
    ("removed", False): "schema-table-removed",
    ("removed", True): "schema-field-removed",
}


def _told(before: Mapping[str, Any], after: Mapping[str, Any], within: str = "") -> str:
    """`type: "string" → "number", constraints.minimum: 0 → 1`"""
    told = []
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if isinstance(old or {}, Mapping) and isinstance(new or {}, Mapping):
            told.append(_told(old or {}, new or {}, f"{within}{name}."))
        elif old != new:
            told.append(f"{within}{name}: {_json(old)} → {_json(new)}")
    return ", ".join(told)


def schema_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[SchemaChange, ...]:
    """The differences between two descriptors' resources, their fields and constraints.

    MAJOR: renamed (removed and added), removed, reordered, tightened. MINOR: added or loosened.
    PATCH: words.
    """
    before = {one["name"]: one for one in old["resources"]}
    after = {one["name"]: one for one in new["resources"]}
    found: list[SchemaChange] = []
    kept = [name for name in before if name in after]
    if kept != [name for name in after if name in before]:
        found.append(SchemaChange(Level.MAJOR, "", "", list(before), list(after), "changed"))
    found.extend(
        SchemaChange(Level.MAJOR, name, "", None, None, "removed")
        for name in before
        if name not in after
    )
    for name, resource in after.items():
        if name not in before:
            found.append(SchemaChange(Level.MINOR, name, "", None, None, "added"))
        else:
            found.extend(_table_schema_changes(name, before[name]["schema"], resource["schema"]))
    return tuple(found)


def _table_schema_changes(
    table: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[SchemaChange]:
    before = {one["name"]: one for one in old["fields"]}
    after = {one["name"]: one for one in new["fields"]}
    kept = [name for name in before if name in after]
    # A field put between others moves those behind it, for whoever reads by position.
    if kept != list(after)[: len(kept)]:
        yield SchemaChange(Level.MAJOR, table, "", list(before), list(after), "changed")
    for name in before:
        if name not in after:
            yield SchemaChange(Level.MAJOR, table, name, None, None, "removed")
    for name, field in after.items():
        if name not in before:
            yield SchemaChange(Level.MINOR, table, name, None, None, "added")
        elif field != before[name]:
            yield _changed(_field_level(before[name], field), table, name, before[name], field)
    rest_before = {key: value for key, value in old.items() if key != "fields"}
    rest_after = {key: value for key, value in new.items() if key != "fields"}
    if rest_before != rest_after:
        level = Level.MAJOR if _keys_tightened(rest_before, rest_after) else Level.MINOR
        yield _changed(level, table, "", rest_before, rest_after)


def _changed(
    level: Level, table: str, field: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> SchemaChange:
    """Only the properties that differ."""
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    before = {name: old[name] for name in names if name in old}
    after = {name: new[name] for name in names if name in new}
    return SchemaChange(level, table, field, before, after, "changed")


WORDS = ("title", "description", "example", "categories", "rdfType", "unit")


def _field_level(old: Mapping[str, Any], new: Mapping[str, Any]) -> Level:
    level = Level.PATCH
    for name in {*old, *new} - {"constraints", *WORDS}:
        if old.get(name) != new.get(name):
            return Level.MAJOR
    before, after = old.get("constraints", {}), new.get("constraints", {})
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            if _tightened(name, before.get(name), after.get(name)):
                return Level.MAJOR
            level = Level.MINOR
    return level


def _tightened(constraint: str, old: Any, new: Any) -> bool:
    """Whether values that were allowed no longer are, as far as can be told."""
    if constraint in ("required", "unique"):
        return bool(new) and not old
    if new is None:
        return False
    if old is None:
        return True
    if constraint == "enum":
        return not set(old) <= set(new)
    try:
        if constraint in ("minimum", "exclusiveMinimum", "minLength"):
            return bool(new > old)
        if constraint in ("maximum", "exclusiveMaximum", "maxLength"):
            return bool(new < old)
    except TypeError:  # 0 and "0": who knows
        return True
    return True


def _keys_tightened(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    for name in ("primaryKey", "missingValues", "fieldsMatch"):
        if old.get(name) != new.get(name):
            return True
    for name in ("foreignKeys", "uniqueKeys"):
        if any(key not in old.get(name, ()) for key in new.get(name, ())):
            return True
    return False


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def schema_lines(changes: Sequence[SchemaChange]) -> pa.Table:
    """Schema changes as lines of `changes.csv`: their `key` is null, their kind is its own."""
    return pa.Table.from_pylist(
        [
            {
                "table": one.table or None,
                "key": None,
                "field": one.field or None,
                "before": None if one.before is None else _json(one.before),
                "after": None if one.after is None else _json(one.after),
                "change": f"schema-{one.change}",
            }
            for one in changes
        ],
        schema=CHANGES,
    )


def row_level(changes: pa.Table) -> Level:
    """MINOR where rows came or went, PATCH where values were corrected."""
    if changes.num_rows == 0:
        return Level.NONE
    corrected = pc.all(pc.equal(changes.column("change"), "changed")).as_py()
    return Level.PATCH if corrected else Level.MINOR


def counted(changes: pa.Table) -> dict[str, dict[str, int]]:
    """By table how many rows were added, removed and changed, and how many values were."""
    rows = changes.filter(pc.invert(pc.starts_with(changes.column("change"), "schema-")))
    lines = rows.group_by(["table", "key", "change"]).aggregate([([], "count_all")])
    found = lines.group_by(["table", "change"]).aggregate([([], "count_all"), ("count_all", "sum")])
    counts: dict[str, dict[str, int]] = {}
    for one in found.to_pylist():
        table = counts.setdefault(one["table"], dict.fromkeys(("added", "removed", "changed"), 0))
        table[one["change"]] = one["count_all"]
        if one["change"] == "changed":
            table["values"] = one["count_all_sum"]
    return {name: {"values": 0, **one} for name, one in counts.items()}
