"""One municipality's plans, goals and indicators as rows that know each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from opendata.catalogue.places import Place
from opendata.catalogue.tables import completed
from opendata.catalogue.verdict import (
    JUDGEMENTS,
    Row,
    Verdict,
    against_target,
    final_target,
    first_baseline,
    newest_actual,
    verdict_of,
)
from opendata.japanese import squash

VALUE_TYPES = ("baseline", "midterm_target", "target", "actual", "forecast")
DEEPEST = 12
"""So many levels are shown one below another; what is deeper stands side by side."""
LEVELS = ("vision", "goal", "policy", "measure", "initiative", "project")


@dataclass(frozen=True)
class Indicator:
    """An indicator with its values, by fiscal year and type; its `progress`, by year; where each
    value was read; and what was corrected."""

    row: Row
    values: Sequence[Row]
    progress: Sequence[Row]
    cells: Mapping[tuple[str, str], Row]
    """By value type and fiscal year (text)."""
    corrections: Sequence[Row]

    @property
    def id(self) -> str:
        return str(self.row["indicator_id"])

    @property
    def name(self) -> str:
        return str(self.row["name"])

    @property
    def unit(self) -> str | None:
        unit: str | None = self.row["unit"]
        return unit

    @cached_property
    def verdict(self) -> Verdict:
        return verdict_of(self.row, self.values, self.progress)

    @cached_property
    def actual(self) -> Row | None:
        """The newest that there is."""
        return newest_actual(self.values)

    @cached_property
    def target(self) -> Row | None:
        """The last that there is."""
        return final_target(self.values)

    @cached_property
    def baseline(self) -> Row | None:
        """The first that there is."""
        return first_baseline(self.values)

    @cached_property
    def against(self) -> tuple[str, Decimal] | None:
        """Where the newest actual lies as the target is written (`verdict.against_target`); only
        where nothing was judged, for a judgement says more."""
        if self.verdict.judgement in JUDGEMENTS or self.actual is None or self.target is None:
            return None
        return against_target(self.actual, self.target)

    def cell(self, value: Row) -> Row | None:
        return self.cells.get((str(value["value_type"]), str(value["fiscal_year"])))


@dataclass(frozen=True)
class Node:
    """A goal, measure or initiative: its ratings by year, its indicators, what is below it."""

    row: Row
    ratings: Sequence[Row]
    indicators: Sequence[Indicator]
    children: Sequence[Node]


@dataclass(frozen=True)
class Plan:
    """A plan: the `nodes` at its top, all of its indicators and its counted evaluations."""

    row: Row
    nodes: Sequence[Node]
    indicators: Sequence[Indicator]
    evaluations: Sequence[Row]

    @property
    def id(self) -> str:
        return str(self.row["plan_id"])

    @property
    def title(self) -> str:
        return str(self.row["title"])

    @cached_property
    def loose(self) -> Sequence[Indicator]:
        """The indicators that belong to the plan itself, or to nothing that there is."""
        placed = {one.id for node in self.all_nodes() for one in node.indicators}
        return [one for one in self.indicators if one.id not in placed]

    def all_nodes(self) -> Iterator[Node]:
        """Every node, each before those below it."""
        waiting = [*reversed(self.nodes)]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)


@dataclass(frozen=True)
class Lineage:
    """What a plan comes from and what came of it: titles as written, with the plans that bear them
    where they are published."""

    parent: tuple[str, Plan | None] | None
    predecessor: tuple[str, Plan | None] | None
    successors: Sequence[Plan]
    below: Sequence[Plan]

    def __bool__(self) -> bool:
        return bool(self.parent or self.predecessor or self.successors or self.below)


@dataclass(frozen=True)
class Municipality:
    """Everything that is published of a municipality, its plans oldest first."""

    code: str
    plans: Sequence[Plan]

    @classmethod
    def of(cls, place: Place) -> Municipality:
        rows = {name: completed(name, table).to_pylist() for name, table in place.tables.items()}
        values, progress = _by(rows, "indicator_values"), _by(rows, "indicator_progress")
        cells: dict[str, dict[tuple[str, str], Row]] = defaultdict(dict)
        for one in place.cells.to_pylist():
            cells[one["indicator_id"]][one["value_type"], one["fiscal_year"]] = one
        corrected: dict[str, list[Row]] = defaultdict(list)
        for one in place.corrections.to_pylist():
            corrected[one["indicator_id"]].append(one)
        indicators: dict[str, list[Indicator]] = defaultdict(list)
        for row in rows["indicators"]:
            id_ = row["indicator_id"]
            indicators[row["plan_id"]].append(
                Indicator(
                    row,
                    sorted(values.get(id_, ()), key=_order_of_value),
                    sorted(progress.get(id_, ()), key=lambda one: int(one["fiscal_year"])),
                    cells.get(id_, {}),
                    corrected.get(id_, ()),
                )
            )
        nodes, ratings = _by(rows, "policy_nodes", "plan_id"), _by(rows, "progress", "node_id")
        counted = _by(rows, "evaluation_counts", "plan_id")
        plans = [
            Plan(
                row,
                _tree(nodes.get(row["plan_id"], ()), ratings, indicators[row["plan_id"]]),
                indicators[row["plan_id"]],
                counted.get(row["plan_id"], ()),
            )
            for row in sorted(rows["plans"], key=_age)
        ]
        return cls(place.code, plans)

    @cached_property
    def _titled(self) -> Mapping[str, Sequence[Plan]]:
        """Plans by their titles, the oldest first: each new one may bear the name of the last."""
        found: dict[str, list[Plan]] = defaultdict(list)
        for plan in self.plans:
            found[squash(plan.title)].append(plan)
        return found

    def lineage(self, plan: Plan) -> Lineage:
        """The plan's relatives among the municipality's plans, known by their titles."""
        return Lineage(
            self._named("parent_plan", plan),
            self._named("predecessor_plan", plan),
            [one for one in self.plans if self._leads_to(one, "predecessor_plan", plan)],
            [one for one in self.plans if self._leads_to(one, "parent_plan", plan)],
        )

    def _named(self, field: str, plan: Plan) -> tuple[str, Plan | None] | None:
        """The plan that another one names: of several, the newest that is older than that."""
        title: str | None = plan.row[field]
        if not title:
            return None
        named = self._titled.get(squash(title), ())
        same = [one for one in named if one is not plan]
        older = [one for one in same if _age(one.row) < _age(plan.row)]
        if older or not named:
            return (title, older[-1] if older else None)
        later = [one for one in same if not self._comes_from(one, field, plan)]
        return (title, later[-1]) if later else None  # nothing comes from itself

    def _comes_from(self, plan: Plan, field: str, other: Plan) -> bool:
        """Whether the titles that plans name lead from one to another."""
        waiting, seen = [plan], {plan.id}
        while waiting:
            title = waiting.pop().row[field]
            for one in self._titled.get(squash(title), ()) if title else ():
                if one is other:
                    return True
                if one.id not in seen:
                    seen.add(one.id)
                    waiting.append(one)
        return False

    def _leads_to(self, plan: Plan, field: str, other: Plan) -> bool:
        named = self._named(field, plan)
        return named is not None and named[1] is other


def _by(
    rows: Mapping[str, Sequence[Row]], table: str, field: str = "indicator_id"
) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows.get(table, ()):
        found[row[field]].append(row)
    return found


def _age(plan: Row) -> tuple[int, str]:
    return (plan["start_fiscal_year"] or 9999, plan["plan_id"])


def _order_of_value(row: Row) -> tuple[int, int]:
    kind = row["value_type"]
    return (
        int(row["fiscal_year"]),
        VALUE_TYPES.index(kind) if kind in VALUE_TYPES else len(VALUE_TYPES),
    )


def _order_of_node(node: Row) -> tuple[int, int, str]:
    level = LEVELS.index(node["level"]) if node["level"] in LEVELS else len(LEVELS)
    return (level, node["position"] or 0, node["node_id"])


def _tree(
    rows: Sequence[Row], ratings: Mapping[str, Sequence[Row]], indicators: Sequence[Indicator]
) -> list[Node]:
    """The nodes below their parents; at the top those without one, or in a circle of parents."""
    parents = {row["node_id"]: row["parent_node_id"] for row in rows}
    measured: dict[str, list[Indicator]] = defaultdict(list)
    for one in indicators:
        measured[str(one.row["node_id"])].append(one)
    below: dict[str | None, list[Row]] = defaultdict(list)
    tops = _tops(parents)
    for row in sorted(rows, key=_order_of_node):
        below[None if row["node_id"] in tops else row["parent_node_id"]].append(row)

    def grown(parent: str | None, depth: int) -> list[Node]:
        rows = below.get(parent, []) if depth < DEEPEST else _all_below(parent, below)
        return [
            Node(
                row,
                sorted(ratings.get(row["node_id"], ()), key=lambda one: int(one["fiscal_year"])),
                measured.get(row["node_id"], ()),
                grown(row["node_id"], depth + 1) if depth < DEEPEST else (),
            )
            for row in rows
        ]

    return grown(None, 1)


def _all_below(parent: str | None, below: Mapping[str | None, Sequence[Row]]) -> list[Row]:
    found, waiting = [], [*reversed(below.get(parent, ()))]
    while waiting:
        row = waiting.pop()
        found.append(row)
        waiting += reversed(below.get(row["node_id"], ()))
    return found


def _tops(parents: Mapping[str, str | None]) -> set[str]:
    """What nothing is above; of a circle, every member."""
    tops = {node for node, parent in parents.items() if parent not in parents}
    settled = set(tops)
    for node in parents:
        path: dict[str, None] = {}
        at: str | None = node
        while at is not None and at not in settled and at not in path:
            path[at] = None
            at = parents[at]
        if at in path:
            chain = [*path]
            tops.update(chain[chain.index(at) :])
        settled.update(path)
    return tops
