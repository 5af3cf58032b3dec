"""What a citizen reads first: each municipality's plans, their goals and their indicators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.catalogue.drawing import Bar, Course, bar, course
from opendata.catalogue.model import Current
from opendata.catalogue.words import era_year, fiscal_year, period, place, quantity

TABLES = (
    "plans",
    "policy_nodes",
    "indicators",
    "indicator_values",
    "indicator_progress",
    "evaluation_counts",
)
VALUE_TYPES = ("baseline", "midterm_target", "target", "actual", "forecast")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an indicator in words, with its fiscal year in both counts."""

    text: str
    year: str
    era: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator: its values by type (of several years the newest), and how it stands."""

    name: str
    about: str
    values: Mapping[str, Value]
    judgement: str | None
    judgement_label: str | None
    rate: str | None
    picture: Course | None
    told: str
    """The picture in words."""


@dataclass(frozen=True, slots=True)
class Node:
    """A goal, measure or initiative with what stands below it."""

    number: str
    title: str
    level: str
    is_priority: bool
    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One goal: how many items got each rating, and the same as (left, width) in percent."""

    goal: str
    counts: tuple[int | None, ...]
    shares: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A plan's evaluation: goals by ratings, the most frequent rating first."""

    ratings: tuple[str, ...]
    rows: tuple[Evaluated, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as the page shows it."""

    plan_id: str
    title: str
    kind: str | None
    period: str
    extended: str | None
    bar: Bar | None
    facts: tuple[tuple[str, str], ...]
    nodes: tuple[Node, ...]
    counts: tuple[tuple[str, int], ...]
    """Levels with the number of nodes (目標 3, 施策 6), then 指標."""
    indicators: tuple[Indicator, ...]
    value_types: tuple[tuple[str, str], ...]
    """The value types that any of the indicators has, with their labels."""
    evaluation: Evaluation | None


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality and its plans, oldest first."""

    code: str
    name: str
    plans: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """All plans of a package on one axis of fiscal years."""

    places: tuple[Place, ...]
    ticks: tuple[tuple[int, float], ...]
    """Years with their place on the axis in percent."""
    plan_count: int
    indicator_count: int

    @property
    def has_extended(self) -> bool:
        bars = (plan.bar for place in self.places for plan in place.plans)
        return any(bar is not None and bar.extended is not None for bar in bars)


def overview(current: Current, places: Mapping[str, str]) -> Overview | None:
    """The plans in a package's tables; None where it has no such tables or no plan."""
    if any(name not in current.tables for name in TABLES):
        return None
    rows = {name: current.tables[name].to_pylist() for name in TABLES}
    if not rows["plans"]:
        return None
    labels = _labels(current.descriptor)
    years = [
        year
        for plan in rows["plans"]
        for year in (plan["start_fiscal_year"], plan["end_fiscal_year"])
        if year is not None
    ]
    axis = (min(years), max(years)) if years else (0, 0)
    nodes, indicators = _by(rows["policy_nodes"], "plan_id"), _by(rows["indicators"], "plan_id")
    values = _by(rows["indicator_values"], "indicator_id")
    progress = _by(rows["indicator_progress"], "indicator_id")
    evaluations = _by(rows["evaluation_counts"], "plan_id")
    municipalities = [
        Place(
            code,
            place(code, places),
            tuple(
                _plan(
                    plan,
                    nodes[plan["plan_id"]],
                    [
                        _indicator(one, values[one["indicator_id"]], progress, labels)
                        for one in indicators[plan["plan_id"]]
                    ],
                    _evaluation(evaluations[plan["plan_id"]]),
                    axis,
                    labels,
                )
                for plan in sorted(own, key=_age)
            ),
        )
        for code, own in sorted(_by(rows["plans"], "municipality_code").items())
    ]
    return Overview(
        places=tuple(municipalities),
        ticks=_ticks(axis) if years else (),
        plan_count=len(rows["plans"]),
        indicator_count=len(rows["indicators"]),
    )


Labels = Mapping[tuple[str, str], Mapping[str, str]]


def _labels(descriptor: Mapping[str, Any]) -> Labels:
    """By table and field: from a category's value to its label."""
    return {
        (resource["name"], field["name"]): {
            str(one["value"]): str(one["label"]) for one in field.get("categories", ())
        }
        for resource in descriptor["resources"]
        for field in resource["schema"]["fields"]
    }


def _label(labels: Labels, table: str, field: str, value: str | None) -> str | None:
    return None if value is None else labels.get((table, field), {}).get(value, value)


def _by(rows: Sequence[Row], field: str) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[str(row[field])].append(row)
    return found


def _age(plan: Row) -> tuple[int, str]:
    return (plan["start_fiscal_year"] or 9999, plan["plan_id"])


def _ticks(axis: tuple[int, int]) -> tuple[tuple[int, float], ...]:
    first, last = axis
    span = last + 1 - first
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if span / step <= 8)
    years = range(-(-first // step) * step, last + 1, step)
    return tuple((year, round((year - first) / span * 100, 2)) for year in years)


def _plan(
    plan: Row,
    nodes: Sequence[Row],
    indicators: Sequence[Indicator],
    evaluation: Evaluation | None,
    axis: tuple[int, int],
    labels: Labels,
) -> Plan:
    start, end = plan["start_fiscal_year"], plan["end_fiscal_year"]
    original = plan["original_end_fiscal_year"]
    is_extended = original is not None and end is not None and original != end
    facts = [
        (label, str(plan[field]))
        for field, label in (
            ("department", "担当部署"),
            ("adopted", "策定時期"),
            ("parent_plan", "上位計画"),
            ("predecessor_plan", "前計画"),
            ("note", "備考"),
        )
        if plan[field]
    ]
    levels: dict[str, int] = {}
    for node in sorted(nodes, key=_order):
        label = _label(labels, "policy_nodes", "level", node["level"]) or ""
        levels[label] = levels.get(label, 0) + 1
    counts = [*levels.items()]
    if indicators:
        counts.append(("指標", len(indicators)))
    used = {kind for one in indicators for kind in one.values}
    return Plan(
        plan_id=plan["plan_id"],
        title=plan["title"],
        kind=_label(labels, "plans", "plan_type", plan["plan_type"]),
        period=period(start, end),
        extended=f"当初は{fiscal_year(original)}まで" if is_extended else None,
        bar=bar(*axis, start, end, original),
        facts=tuple(facts),
        nodes=_tree(nodes, labels),
        counts=tuple(counts),
        indicators=tuple(indicators),
        value_types=tuple(
            (kind, _label(labels, "indicator_values", "value_type", kind) or kind)
            for kind in VALUE_TYPES
            if kind in used
        ),
        evaluation=evaluation,
    )


def _evaluation(rows: Sequence[Row]) -> Evaluation | None:
    totals: dict[str, int] = defaultdict(int)
    for row in rows:
        totals[row["rating"]] += row["item_count"] or 0
    ratings = sorted(totals, key=lambda rating: (-totals[rating], rating))
    found = []
    for goal, own in sorted(_by(rows, "goal").items()):
        counts = {row["rating"]: row["item_count"] for row in own}
        total = sum(count or 0 for count in counts.values())
        left, shares = 0.0, []
        for rating in ratings:
            width = (counts.get(rating) or 0) / (total or 1) * 100
            shares.append((round(left, 2), round(width, 2)))
            left += width
        numbers = tuple(counts.get(rating) for rating in ratings)
        found.append(Evaluated(goal, numbers, tuple(shares)))
    return Evaluation(tuple(ratings), tuple(found), sum(totals.values())) if found else None


LEVELS = ("vision", "goal", "policy", "measure", "initiative", "project")


def _order(node: Row) -> tuple[int, int, str]:
    level = LEVELS.index(node["level"]) if node["level"] in LEVELS else len(LEVELS)
    return (level, node["position"] or 0, node["node_id"])


def _tree(nodes: Sequence[Row], labels: Labels) -> tuple[Node, ...]:
    """The nodes below their parents; at the top those without one, or in a circle of parents."""
    parents = {node["node_id"]: node["parent_node_id"] for node in nodes}

    def is_top(node_id: str) -> bool:
        seen = {node_id}
        parent = parents[node_id]
        if parent not in parents:
            return True
        while parent in parents and parent not in seen:
            seen.add(parent)
            parent = parents[parent]
        return bool(parent == node_id)

    below: dict[str | None, list[Row]] = defaultdict(list)
    for node in sorted(nodes, key=_order):
        below[None if is_top(node["node_id"]) else node["parent_node_id"]].append(node)

    def grown(parent: str | None) -> tuple[Node, ...]:
        return tuple(
            Node(
                number=node["number"] or "",
                title=node["title"],
                level=_label(labels, "policy_nodes", "level", node["level"]) or "",
                is_priority=bool(node["is_priority"]),
                children=grown(node["node_id"]),
            )
            for node in below[parent]
        )

    return grown(None)


def _indicator(
    indicator: Row, rows: Sequence[Row], progress: Mapping[str, Sequence[Row]], labels: Labels
) -> Indicator:
    unit = indicator["unit"]
    values: dict[str, Value] = {}
    points: list[tuple[str, int, float]] = []
    told: list[str] = []
    for row in sorted(rows, key=lambda row: (row["fiscal_year"], row["value_type"])):
        kind, year = row["value_type"], row["fiscal_year"]
        words = quantity(row, unit)
        values[kind] = Value(words, f"{year}年度", f"{era_year(year)}年度")
        label = _label(labels, "indicator_values", "value_type", kind)
        told.append(f"{year}年度の{label} {words}")
        if row["value"] is not None:
            points.append((kind, year, row["value"]))
    standing = max(
        progress.get(indicator["indicator_id"], ()),
        key=lambda row: int(row["fiscal_year"]),
        default=None,
    )
    rate = None if standing is None else standing["achievement_rate"]
    judgement = None if standing is None else standing["judgement"]
    if judgement == "unknown":
        judgement = None
    about = (
        _label(labels, "indicators", "kind", indicator["kind"]),
        f"単位 {unit}" if unit and not values else None,
        indicator["definition"],
    )
    return Indicator(
        name=indicator["name"],
        about="、".join(part for part in about if part),
        values=values,
        judgement=judgement,
        judgement_label=_label(labels, "indicator_progress", "judgement", judgement),
        rate=None if rate is None else f"{rate:.0%}",
        picture=course(points),
        told=f"{indicator['name']}。{'、'.join(told)}",
    )
