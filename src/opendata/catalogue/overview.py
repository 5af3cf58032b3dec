"""All municipalities at a glance, from columns: how the indicators of each plan and goal stand, and
which indicators of several municipalities measure the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute

from opendata.catalogue.addresses import kind_of
from opendata.catalogue.model import Current
from opendata.catalogue.places import has_plans
from opendata.catalogue.tables import FIELDS, completed

pc: Any = pyarrow.compute
"""Untyped: its stubs refuse much of what it takes."""

_PARTS = """
create temp view newest as
    select indicator_id, arg_max(coalesce(judgement, ''), fiscal_year) as judgement,
        arg_max(struct_pack(rate := achievement_rate, baseline, target), fiscal_year) as said,
        max(fiscal_year) as year
    from indicator_progress group by indicator_id;
create temp view told as  -- actual values that say how much; whether one of them is one number
    select indicator_id, bool_or(value is not null and coalesce(comparator, 'eq') = 'eq') as is_one
    from indicator_values
    where value_type = 'actual'
        and (value is not null or (value_low is not null and value_high is not null))
    group by indicator_id;
create temp view judged as
    select indicators.*, said.rate as rate, newest.year as judged_year, case
        when newest.judgement in ('achieved', 'on_track', 'behind', 'reversed')
            then newest.judgement
        when newest.judgement is null and told.is_one is null then 'none'
        else 'unknown' end as verdict, case
        when verdict <> 'unknown' then null  -- else as in verdict.CAUSES
        when newest.judgement is null then if(told.is_one, 'other', 'actual')
        when said.target is null then 'target'
        when direction is null then 'direction'
        when direction <> 'maintain' and said.baseline is null then 'baseline'
        else 'other' end as cause
    from indicators
    left join newest using (indicator_id) left join told using (indicator_id);
"""

_COUNTS = """
select verdict, cause, count(*) as number from judged group by all order by all
"""

_GOALS = """
with recursive up as (
    select node_id, node_id as reached, 0 as depth from policy_nodes
    union all
    select up.node_id, above.node_id, up.depth + 1
    from up
    join policy_nodes as here on here.node_id = up.reached and here.level <> 'goal'
    join policy_nodes as above on above.node_id = here.parent_node_id
        and above.plan_id = here.plan_id
    where up.depth < 20  -- whatever leads in a circle
),
goal_of as (select node_id, arg_max(reached, depth) as goal from up group by node_id),
counted as (
    select judged.plan_id, goal_of.goal, verdict, cause, count(*) as number
    from judged left join goal_of using (node_id)
    group by all
)
select plans.municipality_code as code, plans.plan_id, plans.title as plan,
    plans.start_fiscal_year as start, plans.end_fiscal_year as last,
    goals.title as goal, goals.number as goal_number, counted.verdict, counted.cause, counted.number
from plans left join counted using (plan_id)
left join policy_nodes as goals on goals.node_id = counted.goal
order by code, plans.start_fiscal_year nulls last, plans.plan_id, goals.position nulls last,
    goals.node_id, counted.verdict, counted.cause
"""

_ALIKE = """
with figures as (
    select * from indicator_values
    where value is not null or (value_low is not null and value_high is not null)
),
actuals as (
    select indicator_id, arg_max(figures, fiscal_year) as actual
    from figures where value_type = 'actual' group by indicator_id
),
targets as (  -- as verdict.final_target
    select indicator_id, arg_max(
        indicator_values,
        struct_pack(
            says := value is not null or (value_low is not null and value_high is not null),
            year := fiscal_year)
    ) as target
    from indicator_values where value_type = 'target' group by indicator_id
)
select kinds.kind, plans.municipality_code as code, plans.title as plan, judged.indicator_id,
    judged.name, judged.unit, judged.direction, judged.verdict, judged.rate, judged.judged_year,
    actuals.actual, targets.target
from judged
join kinds on kinds.name = judged.name and kinds.unit is not distinct from judged.unit
join plans using (plan_id)
left join actuals using (indicator_id)
left join targets using (indicator_id)
order by kinds.kind, code, judged.indicator_id
"""


@dataclass(frozen=True)
class Goal:
    """A goal of a plan and how its indicators stand, by verdict; `title` is None for those of no
    goal."""

    title: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True)
class PlanLine:
    """A plan, its goals and how its indicators stand."""

    id: str
    title: str
    start: int | None
    end: int | None
    goals: Sequence[Goal]
    counts: Mapping[str, int]
    causes: Mapping[str, int]
    """Of those that cannot be judged, how many for which of `verdict.CAUSES`."""


@dataclass(frozen=True)
class PlaceLine:
    """A municipality and its plans."""

    code: str
    plans: Sequence[PlanLine]
    counts: Mapping[str, int]
    causes: Mapping[str, int]

    @property
    def indicators(self) -> int:
        return sum(self.counts.values())


def place_lines(datasets: Sequence[Current]) -> list[PlaceLine]:
    """Every municipality that has plans, by their codes."""
    found: dict[str, list[PlanLine]] = {}
    for current in datasets:
        if has_plans(current):
            with _asking(current) as database:
                rows = database.sql(_GOALS).to_arrow_table()
            for code, plan in _plan_lines(rows.to_pylist()):
                found.setdefault(code, []).append(plan)
    return [
        PlaceLine(
            code,
            plans,
            summed(one.counts for one in plans),
            summed(one.causes for one in plans),
        )
        for code, plans in sorted(found.items())
    ]


def counted(current: Current) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """How many indicators of a package that has plans stand how, by verdict; and of those that
    cannot be judged, how many for which of `verdict.CAUSES`."""
    with _asking(current) as database:
        rows = database.sql(_COUNTS).to_arrow_table().to_pylist()
    return (
        summed({one["verdict"]: one["number"]} for one in rows),
        summed({one["cause"]: one["number"]} for one in rows if one["cause"]),
    )


def _plan_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, PlanLine]]:
    plans: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        plans.setdefault(row["plan_id"], []).append(row)
    for id_, own in plans.items():
        goals: dict[str | None, dict[str, int]] = {}
        for row in own:
            if row["verdict"] is not None:
                parts = (row["goal_number"], row["goal"])
                title = " ".join(part for part in parts if part) or None
                counts = goals.setdefault(title, {})
                counts[row["verdict"]] = counts.get(row["verdict"], 0) + row["number"]
        lines = [Goal(title, counts) for title, counts in goals.items()]
        first = own[0]
        total = summed(one.counts for one in lines)
        causes = summed({row["cause"]: row["number"]} for row in own if row["cause"])
        yield (
            first["code"],
            PlanLine(id_, first["plan"], first["start"], first["last"], lines, total, causes),
        )


def summed(all_counts: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    """Numbers by what they count, added up."""
    total: dict[str, int] = {}
    for counts in all_counts:
        for verdict, number in counts.items():
            total[verdict] = total.get(verdict, 0) + number
    return total


@dataclass(frozen=True)
class Alike:
    """The indicators of which several municipalities have the same kind: a row each, by kind and
    municipality, with `actual` and `target` as rows of `indicator_values`."""

    rows: pa.Table
    starts: Mapping[str, tuple[int, int]]
    """By kind, where its rows begin and how many there are."""
    kinds_of: Mapping[str, frozenset[str]]
    """By municipality, the kinds that it has."""

    def of(self, kind: str) -> pa.Table:
        return self.rows.slice(*self.starts[kind])


def alike(datasets: Sequence[Current]) -> Alike:
    """The indicators that can be compared across municipalities."""
    pieces = []
    for current in datasets:
        if has_plans(current):
            with _asking(current) as database:
                database.register("kinds", _kinds(current.tables["indicators"]))
                pieces.append(database.sql(_ALIKE).to_arrow_table())
    if not pieces:
        return Alike(pa.table({"kind": pa.array([], pa.string())}), {}, {})
    rows = pa.concat_tables(pieces).combine_chunks()
    rows = rows.take(pc.sort_indices(rows, [("kind", "ascending"), ("code", "ascending")]))
    spread = rows.group_by("kind").aggregate([("code", "count_distinct")])
    several = spread.filter(pc.greater(spread.column("code_count_distinct"), 1)).column("kind")
    rows = rows.filter(pc.is_in(rows.column("kind"), several.combine_chunks())).combine_chunks()
    starts, start = {}, 0
    for one in pc.value_counts(rows.column("kind")).to_pylist():
        starts[one["values"]] = (start, one["counts"])
        start += one["counts"]
    kinds_of: dict[str, set[str]] = {}
    for one in rows.group_by(["code", "kind"]).aggregate([]).to_pylist():
        kinds_of.setdefault(one["code"], set()).add(one["kind"])
    return Alike(rows, starts, {code: frozenset(kinds) for code, kinds in kinds_of.items()})


def _kinds(indicators: pa.Table) -> pa.Table:
    """The kind of every name and unit that there is."""
    known = completed("indicators", indicators).select(["name", "unit"])
    rows = known.group_by(["name", "unit"]).aggregate([]).to_pylist()
    kinds = [kind_of(one["name"] or "", one["unit"]) for one in rows]
    texts = {name: pa.array([one[name] for one in rows], pa.string()) for name in ("name", "unit")}
    return pa.table({**texts, "kind": pa.array(kinds, pa.string())})


@contextmanager
def _asking(current: Current) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": "1"}) as database:
        # On a long query it would draw into the one document that `--json` promises.
        database.execute("set enable_progress_bar = false")
        for name in FIELDS:
            database.register(name, completed(name, current.tables.get(name)))
        database.execute(_PARTS)
        yield database
