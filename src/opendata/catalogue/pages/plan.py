"""The page of a plan: what it is, what came before and after it, how far everything in it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.catalogue import addresses
from opendata.catalogue.gone import Ended
from opendata.catalogue.municipality import LEVELS, Indicator, Lineage, Node, Plan
from opendata.catalogue.pages.ended import of_plan
from opendata.catalogue.pages.setting import Setting
from opendata.catalogue.rendering import render
from opendata.catalogue.verdict import Row, Share, shares
from opendata.japanese import squash
from opendata.release import Files

NAMED = 100
"""So many indicators search engines are told of."""
OPEN = 60
"""With more goals and measures than that, each of the topmost is folded."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One goal: how many items got each rating, and the same as (left, width) in percent."""

    goal: str
    counts: tuple[int | None, ...]
    widths: tuple[tuple[float, float], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A plan's evaluation: goals by ratings, the most frequent rating first."""

    ratings: tuple[str, ...]
    rows: tuple[Evaluated, ...]


def plan_page(setting: Setting, plan: Plan, lineage: Lineage, ended: Sequence[Ended]) -> Files:
    """The page in both languages. `ended` is what the municipality publishes no longer."""
    nodes = [*plan.all_nodes()]
    levels = Counter(str(one.row["level"]) for one in nodes)
    return render(
        setting.site,
        addresses.plan_page(setting.code, plan.id),
        "plan.html",
        _linked(setting, plan),
        code=setting.code,
        plan=plan,
        lineage=lineage,
        ended=of_plan(ended, plan.id),
        ended_named={squash(one.title): one for one in ended if one.table == "plans" and one.title},
        squash=lambda _: squash,
        place_page=addresses.place_page(setting.code),
        folder=addresses.place_folder(setting.code),
        v=setting.voices.__getitem__,
        levels=sorted(levels.items(), key=lambda one: _rank(one[0])),
        shares=shares_of(plan.indicators),
        shares_of=lambda _: shares_below,
        is_open=len(nodes) <= OPEN,
        homepage=_web(plan.row["landing_page"]),
        evaluation=_evaluation(plan.evaluations, nodes),
        is_extended=is_extended(plan.row),
    )


def counted(indicators: Sequence[Indicator]) -> Mapping[str, int]:
    """How many indicators stand how."""
    return Counter(one.verdict.judgement for one in indicators)


def shares_of(indicators: Sequence[Indicator]) -> Sequence[Share]:
    """How they stand, as parts of one bar; nothing where there are none."""
    causes = Counter(one.verdict.cause for one in indicators if one.verdict.cause)
    return shares(counted(indicators), causes) if indicators else ()


def shares_below(node: Node) -> Sequence[Share]:
    """How the indicators of a node and of everything below it stand; nothing where it has none."""
    return shares_of([one for below in _with_all_below(node) for one in below.indicators])


def is_extended(plan: Row) -> bool:
    """Whether its period was revised."""
    original, end = plan["original_end_fiscal_year"], plan["end_fiscal_year"]
    return original is not None and end is not None and original != end


def _with_all_below(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.children


def _rank(level: str) -> tuple[int, str]:
    return (LEVELS.index(level) if level in LEVELS else len(LEVELS), level)


def _web(address: str | None) -> str | None:
    """Only what a browser opens as a page: anybody may have written anything."""
    return address if address and address.startswith(("https://", "http://")) else None


def _linked(setting: Setting, plan: Plan) -> Mapping[str, Any]:
    start, end = plan.row["start_fiscal_year"], plan.row["end_fiscal_year"]
    period, number = setting.voices["ja"].period(start, end), len(plan.indicators)
    return setting.linked(
        addresses.plan_page(setting.code, plan.id),
        f"{plan.title}（{setting.place}）",
        f"{setting.place}「{plan.title}」（{period}）の施策体系と{number}の指標の達成状況。",
        [(one.name, one.unit) for one in plan.indicators[:NAMED]],
        (start, end) if start is not None and end is not None and start <= end else None,
    )


def _names(node: Row) -> tuple[str, str]:
    title = node["title"] or ""
    return (title, f"{node['number'] or ''}{title}")


def _evaluation(rows: Sequence[Row], nodes: Sequence[Node]) -> Evaluation | None:
    """The goals in the plan's own order; last those that are not among its nodes."""
    places = {squash(name): at for at, one in enumerate(nodes) for name in _names(one.row)}
    totals: dict[str, int] = defaultdict(int)
    goals: dict[str, dict[str, int | None]] = defaultdict(dict)
    for row in rows:
        totals[row["rating"]] += row["item_count"] or 0
        goals[row["goal"]][row["rating"]] = row["item_count"]
    ratings = sorted(totals, key=lambda rating: (-totals[rating], rating))
    found = []
    for goal in sorted(goals, key=lambda one: places.get(squash(one or ""), len(nodes))):
        counts = goals[goal]
        total = sum(count or 0 for count in counts.values())
        left, widths = 0.0, []
        for rating in ratings:
            width = (counts.get(rating) or 0) / (total or 1) * 100
            widths.append((round(left, 2), round(width, 2)))
            left += width
        numbers = tuple(counts.get(rating) for rating in ratings)
        found.append(Evaluated(goal, numbers, tuple(widths), total))
    return Evaluation(tuple(ratings), tuple(found)) if found else None
