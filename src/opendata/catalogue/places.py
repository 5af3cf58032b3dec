"""The tables of plans and indicators, apart by municipality: what a section of the site is of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute

from opendata.catalogue.gone import Ended, ended
from opendata.catalogue.model import ORIGINS, Current
from opendata.catalogue.tables import completed

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
DEMANDED: Mapping[str, Sequence[str]] = {
    "plans": ("plan_id", "municipality_code", "title"),
    "indicators": ("indicator_id", "plan_id", "name"),
    "indicator_values": ("indicator_id", "value_type", "fiscal_year", "value"),
}
"""The tables and fields without which there is nothing to show."""
OPTIONAL: Mapping[str, Sequence[str]] = {
    "policy_nodes": ("node_id", "plan_id", "level", "title"),
    "progress": ("node_id", "fiscal_year", "rating"),
    "evaluation_counts": ("plan_id", "goal", "rating", "item_count"),
    "indicator_progress": (
        *("indicator_id", "fiscal_year", "baseline", "target", "actual"),
        *("achievement_rate", "expected", "judgement"),
    ),
}
"""Tables that are shown where they are there with these fields."""
_WHOLE = frozenset({"fiscal_year", "item_count"})
_NUMBERS = frozenset({"value", "baseline", "target", "actual", "achievement_rate", "expected"})
_KEY = r"(?s)^(?P<indicator_id>.*)\|(?P<value_type>[^|]*)\|(?P<fiscal_year>[^|]*)$"
_SHOWN = ("indicator_id", "value_type", "fiscal_year", "how", "sha256", "file", "sheet", "cell")
_CORRECTED = (
    *("indicator_id", "value_type", "fiscal_year"),
    *("version", "field", "before", "after", "change", "reason"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One municipality's rows of a package's tables, in the order of their keys.

    `cells` says for every value of an indicator where it comes from: `indicator_id`, `value_type`,
    `fiscal_year` (text), `how`, `sha256`, `file`, `sheet`, `cell`. `corrections` are the lines of
    the register about those values: the same three, `version`, `field`, `before`, `after`, `change`
    and `reason`. `ended` are the plans and indicators that were published and are no more.
    """

    package: str
    code: str
    tables: Mapping[str, pa.Table]
    cells: pa.Table
    corrections: pa.Table
    ended: Sequence[Ended]

    @property
    def digest(self) -> str:
        """Of all that is in it."""
        sink = hashlib.sha256(self.package.encode())
        more = (self.cells, self.corrections)
        for name, table in [*sorted(self.tables.items()), *(("", one) for one in more)]:
            sink.update(f"\n{name} {table.schema}\n".encode())
            sink.update(serialized(table))
        sink.update(repr(self.ended).encode())
        return sink.hexdigest()


def has_plans(current: Current) -> bool:
    """Whether a package's tables are those of plans and their indicators."""
    return all(_has(current.tables.get(name), fields) for name, fields in DEMANDED.items())


def shown_tables(current: Current) -> dict[str, pa.Table]:
    """The tables of a package that has plans, as far as they can be shown: those that have the
    fields by which they are known."""
    known = {**DEMANDED, **OPTIONAL}
    return {
        name: current.tables[name]
        for name in (PLANS, *OWNERS)
        if _has(current.tables.get(name), known[name])
    }


def places(current: Current) -> Iterator[Place]:
    """The municipalities of a package that has plans, or had, by their codes; each time those of
    one are in memory beside the tables themselves."""
    tables = shown_tables(current)
    codes = _codes(tables)
    cells, corrected = _cells(current.cells), _corrections(current.corrections)
    apart = {name: _apart(tables[name], codes[name]) for name in codes}
    owned = codes["indicators"], tables["indicators"].column("indicator_id").combine_chunks()
    cells_apart = _apart(cells, _of(cells, *owned))
    corrected_apart = _apart(corrected, _of(corrected, *owned))
    ended_apart: dict[str, list[Ended]] = {}
    for one in ended(current):
        if one.code is not None:
            ended_apart.setdefault(one.code, []).append(one)
    empty = {name: table.slice(0, 0) for name, table in tables.items()}
    for code in sorted({*apart[PLANS], *ended_apart}):
        yield Place(
            current.name,
            code,
            {name: apart[name].get(code, empty[name]) for name in apart},
            cells_apart.get(code, cells.slice(0, 0)),
            corrected_apart.get(code, corrected.slice(0, 0)),
            ended_apart.get(code, ()),
        )


def together(places: Sequence[Place]) -> Place:
    """What several packages hold of one municipality as if it were one, named as the first."""
    if len(places) == 1:
        return places[0]
    names = dict.fromkeys(name for one in places for name in one.tables)
    return Place(
        places[0].package,
        places[0].code,
        {
            name: pa.concat_tables([completed(name, one.tables.get(name)) for one in places])
            for name in names
        },
        pa.concat_tables([one.cells for one in places]),
        pa.concat_tables([one.corrections for one in places]),
        [line for one in places for line in one.ended],
    )


def _has(table: pa.Table | None, fields: Sequence[str]) -> bool:
    if table is None or not {*fields} <= {*table.column_names}:
        return False
    return all(_is_of_its_type(name, table.schema.field(name).type) for name in fields)


def _is_of_its_type(name: str, kind: pa.DataType) -> bool:
    if name in _WHOLE:
        return pa.types.is_integer(kind)
    if name in _NUMBERS:
        return pa.types.is_integer(kind) or pa.types.is_floating(kind)
    return pa.types.is_string(kind)


def _codes(tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """Per table the municipality of each of its rows."""
    codes: dict[str, Any] = {PLANS: tables[PLANS].column("municipality_code").combine_chunks()}
    for name, (field, owner) in OWNERS.items():
        if name in tables and owner in codes:
            ids = tables[owner].column(field).combine_chunks()
            found = pc.index_in(tables[name].column(field).combine_chunks(), ids)
            codes[name] = codes[owner].take(found)
    return codes


def _of(lines: pa.Table, codes: Any, ids: Any) -> Any:
    """Per line the municipality of its indicator."""
    return codes.take(pc.index_in(lines.column("indicator_id").combine_chunks(), ids))


def _cells(lineage: pa.Table | None) -> pa.Table:
    """The cells of the values of indicators: where no figure stands, that of what is written."""
    if lineage is None:
        return pa.table({name: pa.array([], pa.string()) for name in _SHOWN})
    wanted = [pc.is_in(lineage.column(name), pa.array([*one])) for name, one in ORIGINS.items()]
    lines = lineage.filter(pc.and_(*wanted))
    figures = lines.filter(pc.equal(lines.column("field"), "value"))
    texts = lines.filter(pc.equal(lines.column("field"), "raw"))
    is_alone = pc.invert(pc.is_in(texts.column("key"), figures.column("key").combine_chunks()))
    lines = pa.concat_tables([figures, texts.filter(is_alone)])
    columns = _key_of(lines) | {name: lines.column(name) for name in _SHOWN[3:]}
    return pa.table(columns).combine_chunks()


def _corrections(register: pa.Table | None) -> pa.Table:
    """The lines of the register that are about values of indicators."""
    if register is None:
        return pa.table({name: pa.array([], pa.string()) for name in _CORRECTED})
    lines = register.filter(pc.equal(register.column("table"), "indicator_values"))
    columns = _key_of(lines) | {name: lines.column(name) for name in _CORRECTED[3:]}
    return pa.table(columns).combine_chunks()


def _key_of(lines: pa.Table) -> dict[str, Any]:
    """The parts of the keys of values, as texts."""
    key = pc.extract_regex(lines.column("key"), _KEY)
    return {name: pc.struct_field(key, name) for name in _SHOWN[:3]}


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


def serialized(table: pa.Table) -> memoryview:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())
