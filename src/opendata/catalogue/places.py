"""The tables of plans and indicators, apart by municipality: what a section of the site is of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute

from opendata.catalogue.model import Current

pc: Any = pyarrow.compute
"""Untyped: its stubs refuse much of what it takes."""

PLANS = "plans"
OWNERS = {
    "policy_nodes": ("plan_id", PLANS),
    "indicators": ("plan_id", PLANS),
    "evaluation_counts": ("plan_id", PLANS),
    "progress": ("node_id", "policy_nodes"),
    "indicator_values": ("indicator_id", "indicators"),
    "indicator_progress": ("indicator_id", "indicators"),
}
"""Each table by the field that leads to the table whose rows are a place's, whose key has the same
name. Every table comes after the one it is led to."""
DEMANDED = ("plans", "indicators", "indicator_values")
_KEY = r"(?s)^(?P<indicator_id>.*)\|(?P<value_type>[^|]*)\|(?P<fiscal_year>[^|]*)$"
_SHOWN = ("indicator_id", "value_type", "fiscal_year", "how", "sha256", "file", "sheet", "cell")


@dataclass(frozen=True, slots=True)
class Place:
    """One municipality's rows of a package's tables, in the order of their keys.

    `cells` says for every value of an indicator where it comes from: `indicator_id`, `value_type`,
    `fiscal_year` (text), `how`, `sha256`, `file`, `sheet`, `cell`. `corrections` are the lines of
    the register about it, with an `indicator_id`.
    """

    package: str
    code: str
    tables: Mapping[str, pa.Table]
    cells: pa.Table

    @property
    def digest(self) -> str:
        """Of all that is in it."""
        sink = hashlib.sha256(self.package.encode())
        for name, table in [*sorted(self.tables.items()), ("", self.cells)]:
            sink.update(f"\n{name} {table.schema}\n".encode())
            sink.update(_serialized(table))
        return sink.hexdigest()


def has_plans(current: Current) -> bool:
    """Whether a package's tables are those of plans and their indicators."""
    return all(name in current.tables for name in DEMANDED)


def places(current: Current) -> Iterator[Place]:
    """The municipalities of a package that has plans, by their codes; each time those of one are
    in memory beside the tables themselves."""
    tables = {name: current.tables[name] for name in (PLANS, *OWNERS) if name in current.tables}
    codes = {PLANS: tables[PLANS].column("municipality_code").combine_chunks()}
    for name, (field, owner) in OWNERS.items():
        if name in tables and owner in codes:
            ids = tables[owner].column(field).combine_chunks()
            found = pc.index_in(tables[name].column(field).combine_chunks(), ids)
            codes[name] = codes[owner].take(found)
    cells = _cells(current.cells)
    ids = tables["indicators"].column("indicator_id").combine_chunks()
    of_cells = codes["indicators"].take(
        pc.index_in(cells.column("indicator_id").combine_chunks(), ids)
    )
    apart = {name: _apart(tables[name], codes[name]) for name in codes}
    cells_apart = _apart(cells, of_cells)
    empty = {name: table.slice(0, 0) for name, table in tables.items()}
    for code in sorted(apart[PLANS]):
        own = {name: apart[name].get(code, empty[name]) for name in apart}
        yield Place(current.name, code, own, cells_apart.get(code, cells.slice(0, 0)))


def _cells(lineage: pa.Table | None) -> pa.Table:
    """The cells of the values of indicators."""
    if lineage is None:
        return pa.table({name: pa.array([], pa.string()) for name in _SHOWN})
    is_value = pc.and_(
        pc.equal(lineage.column("table"), "indicator_values"),
        pc.equal(lineage.column("field"), "value"),
    )
    lines = lineage.filter(is_value)
    key = pc.extract_regex(lines.column("key"), _KEY)
    columns = {name: pc.struct_field(key, name) for name in _SHOWN[:3]}
    columns |= {name: lines.column(name) for name in _SHOWN[3:]}
    return pa.table(columns).combine_chunks()


def _apart(table: pa.Table, codes: Any) -> dict[str, pa.Table]:
    """A table's rows by place, in the order they have; rows of no place are in none."""
    order = pc.sort_indices(codes)
    table, codes = table.take(order).combine_chunks(), codes.take(order)
    counted: Sequence[Mapping[str, Any]] = pc.value_counts(codes).to_pylist()
    found, start = {}, 0
    for one in counted:
        if one["values"] is not None:
            found[str(one["values"])] = table.slice(start, one["counts"])
        start += one["counts"]
    return found


def _serialized(table: pa.Table) -> memoryview:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())
