"""What rows are called that a list of changes names by their keys, and where they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute

from opendata.catalogue.addresses import indicator_page, plan_page
from opendata.catalogue.labels import Labels, labels_of
from opendata.catalogue.model import Current
from opendata.catalogue.places import PLANS, has_plans, shown_tables
from opendata.catalogue.rendering import file_name
from opendata.release.tables import CODE, key_text

pc: Any = pyarrow.compute
"""Untyped: its stubs refuse much of what it takes."""

NAMES = ("title", "name")
"""The fields of which the first that a table has says what its rows are called."""
_LEADING = {
    PLANS: (PLANS, "plan_id"),
    "policy_nodes": ("policy_nodes", "node_id"),
    "indicators": ("indicators", "indicator_id"),
    "indicator_values": ("indicators", "indicator_id"),
    "indicator_progress": ("indicators", "indicator_id"),
    "progress": ("policy_nodes", "node_id"),
    "evaluation_counts": (PLANS, "plan_id"),
}
"""By table of plans, the table whose row its rows are about, and that row's id: the first part of
their key."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Named:
    """A row: what it is called (empty where nobody can say), the page that shows it (a path without
    its ending) with the place on it, and what else tells it from its like."""

    name: str = ""
    path: str = ""
    part: str = ""
    more: tuple[str, ...] = ()


def named(current: Current, lines: Iterable[Row]) -> Mapping[tuple[str, str], Named]:
    """By table and key the rows of these lines of changes, as far as they are still there or it is
    remembered how they stood at last."""
    wanted: dict[str, list[str]] = {}
    for one in lines:
        wanted.setdefault(str(one["table"]), []).append(str(one["key"]))
    naming = _Naming(current)
    return {
        (table, key): found
        for table, keys in wanted.items()
        for key, found in naming.of(table, keys)
    }


class _Naming:
    def __init__(self, current: Current) -> None:
        self.current = current
        self.plans = shown_tables(current) if has_plans(current) else {}
        self.labels: Labels = labels_of(current.descriptor)
        self.keys = {
            str(one["name"]): _key(one["schema"]) for one in current.descriptor["resources"]
        }

    def of(self, table: str, keys: Sequence[str]) -> Iterable[tuple[str, Named]]:
        if table in self.plans and table in _LEADING and self.keys.get(table):
            return self._about_plans(table, keys)
        return self._by_itself(table, keys)

    def _about_plans(self, table: str, keys: Sequence[str]) -> Iterable[tuple[str, Named]]:
        owner, id_ = _LEADING[table]
        if owner not in self.plans:
            return
        split = {key: key.split("|") for key in keys}
        rows = self._rows(owner, id_, {parts[0] for parts in split.values()})
        for key, parts in split.items():
            if row := rows.get(parts[0]):
                rest = zip(self.keys[table][1:], parts[1:], strict=False)
                more = tuple(self._said(table, field, value) for field, value in rest)
                path, part = self._page(owner, row)
                yield key, Named(_name(row), path, part, more)

    def _rows(self, table: str, id_: str, ids: Iterable[str]) -> Mapping[str, Row]:
        """The rows of these ids, and of those that are no more how they stood at last."""
        known, wanted = self.plans[table], {*ids}
        found = known.filter(pc.is_in(known.column(id_), pa.array([*wanted], pa.string())))
        gone = (one for rows in self.current.gone.values() for one in rows.get(table, ()))
        last = {str(one[id_]): one for one in gone if str(one[id_]) in wanted}
        return last | {str(one[id_]): one for one in found.to_pylist()}

    def _page(self, owner: str, row: Row) -> tuple[str, str]:
        plan = self._rows(PLANS, "plan_id", [str(row["plan_id"])]).get(str(row["plan_id"]))
        if plan is None:
            return "", ""
        code = str(plan[CODE])
        if owner == "indicators":
            return indicator_page(code, str(row["indicator_id"])), ""
        part = f"n-{file_name(row['node_id'])}" if owner == "policy_nodes" else ""
        return plan_page(code, str(row["plan_id"])), part

    def _said(self, table: str, field: str, value: str) -> str:
        if field == "fiscal_year":
            return f"{value}年度"
        return self.labels.get((table, field), {}).get(value, value)

    def _by_itself(self, table: str, keys: Sequence[str]) -> Iterable[tuple[str, Named]]:
        """The row's own name, where a field that is no part of its key says one."""
        rows, key = self.current.tables.get(table), self.keys.get(table, ())
        field = next((one for one in NAMES if rows is not None and one in rows.column_names), None)
        if rows is None or field is None or field in key:
            return
        texts = key_text(rows, key)
        at = pc.is_in(texts, pa.array([*keys], pa.string()))
        for one, name in zip(
            texts.filter(at).to_pylist(), rows.column(field).filter(at).to_pylist(), strict=True
        ):
            if name:
                yield one, Named(str(name), more=(one.replace("|", " "),))


def _key(schema: Mapping[str, Any]) -> tuple[str, ...]:
    key = schema.get("primaryKey", ())
    return (key,) if isinstance(key, str) else tuple(map(str, key))


def _name(row: Row) -> str:
    return str(next((row[one] for one in NAMES if row.get(one)), ""))
