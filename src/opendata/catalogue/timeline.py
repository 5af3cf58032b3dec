"""Plans on one axis of fiscal years, in percent; a template draws them as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from opendata.catalogue.verdict import Row

TICKS = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """A plan's years on the common axis, in percent; `extended` is where a later revision began."""

    left: float
    width: float
    extended: float | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """`ticks` are years with their places in percent, `bars` the plans' in their order: None for
    one without a period."""

    ticks: tuple[tuple[int, float], ...]
    bars: tuple[Bar | None, ...]


def timeline(plans: Sequence[Row]) -> Timeline | None:
    """Of rows of `plans`; None where none of them has a period."""
    periods = [one for one in plans if _has_period(one)]
    if not periods:
        return None
    first = min(one["start_fiscal_year"] for one in periods)
    last = max(one["end_fiscal_year"] for one in periods)
    return Timeline(_ticks(first, last), tuple(_bar(first, last, one) for one in plans))


def _has_period(plan: Row) -> bool:
    start, end = plan["start_fiscal_year"], plan["end_fiscal_year"]
    return start is not None and end is not None and start <= end


def _ticks(first: int, last: int) -> tuple[tuple[int, float], ...]:
    span = last + 1 - first
    step = next(step for step in _steps() if span / step <= TICKS)
    years = range(math.ceil(first / step) * step, last + 1, step)
    return tuple((year, round((year - first) / span * 100, 2)) for year in years)


def _steps() -> Sequence[int]:
    return [step * 10**zeros for zeros in range(19) for step in (1, 2, 5)]


def _bar(first: int, last: int, plan: Row) -> Bar | None:
    """The years from the plan's first to the end of its last."""
    if not _has_period(plan):
        return None
    start, end = plan["start_fiscal_year"], plan["end_fiscal_year"]
    original, span = plan["original_end_fiscal_year"], last + 1 - first
    extended = None
    if original is not None and start <= original < end:
        extended = round((original + 1 - first) / span * 100, 2)
    return Bar(
        round((start - first) / span * 100, 2), round((end + 1 - start) / span * 100, 2), extended
    )
