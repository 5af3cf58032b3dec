"""How an indicator stands: its newest judgement, and how that was computed, with the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from opendata.catalogue.words import exact, in_words, minus

Row = Mapping[str, Any]
JUDGEMENTS = ("achieved", "on_track", "behind", "reversed")
NOT_JUDGED, NO_ACTUAL = "unknown", "none"
VERDICTS = (*JUDGEMENTS, NOT_JUDGED, NO_ACTUAL)
"""How an indicator can stand, the best first; then those that cannot be judged, and those that have
no actual value yet."""
_CAUSES: Mapping[str, str] = {
    "no_direction": "direction",
    "no_target": "target",
    "target_is_not_one_number": "target",
    "target_is_in_words": "target",
    "no_baseline": "baseline",
    "baseline_is_not_one_number": "baseline",
    "baseline_is_in_words": "baseline",
    "actual_is_not_one_number": "actual",
}
CAUSES = ("direction", "target", "baseline", "actual", "other")
"""Why indicators cannot be judged, in a few kinds: no direction is stated; the target, the baseline
or the actual value is not there or not one number; the numbers do not fit together."""
_USABLE = frozenset({"normal", "provisional", "revised"})


@dataclass(frozen=True, slots=True)
class Formula:
    """A computation with its numbers: `kind` names it in words, `written` is (32 − 10.5) ÷ 39.5."""

    kind: str
    written: str
    result: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The newest judgement, or why there is none (the name of a text)."""

    judgement: str
    row: Row | None
    reason: str | None = None

    @property
    def cause(self) -> str | None:
        """The kind of reason, one of `CAUSES`, where there was something to judge."""
        if self.judgement != NOT_JUDGED or self.reason is None:
            return None
        return _CAUSES.get(self.reason, "other")


def verdict_of(indicator: Row, values: Sequence[Row], progress: Sequence[Row]) -> Verdict:
    """How an indicator stands by its newest row of `indicator_progress`. `values` are its rows of
    `indicator_values`, `progress` those of `indicator_progress`."""
    newest = max(progress, key=_year, default=None)
    if newest is None:
        reason = _why_no_progress(values)
        return Verdict(NO_ACTUAL if reason == "no_actual" else NOT_JUDGED, None, reason)
    judgement = str(newest["judgement"])
    if judgement not in JUDGEMENTS:
        return Verdict(NOT_JUDGED, newest, _why_not_judged(indicator, values, newest))
    return Verdict(judgement, newest)


def newest_actual(values: Sequence[Row]) -> Row | None:
    """The newest actual value that says how much."""
    return max(
        (one for one in values if one["value_type"] == "actual" and has_figure(one)),
        key=_year,
        default=None,
    )


def final_target(values: Sequence[Row]) -> Row | None:
    """The target that everything is held to: the latest that says how much, else the latest."""
    return max(
        (one for one in values if one["value_type"] == "target"),
        key=lambda row: (has_figure(row), _year(row)),
        default=None,
    )


def path(values: Sequence[Row]) -> tuple[Row, Row] | None:
    """The ends of the straight line on which expected values lie: the first baseline and the last
    target that are computed with; None where they are in no order, or no way lies between them."""
    usable = [one for one in values if is_usable(one)]
    starts = [one for one in usable if one["value_type"] == "baseline"]
    ends = [one for one in usable if one["value_type"] == "target"]
    if not starts or not ends:
        return None
    start, end = min(starts, key=_year), max(ends, key=_year)
    is_a_way = _year(end) > _year(start) and start["value"] != end["value"]
    return (start, end) if is_a_way else None


def _year(row: Row) -> int:
    return int(row["fiscal_year"])


def first_baseline(values: Sequence[Row]) -> Row | None:
    """The value that everything starts from: the earliest that says how much."""
    return min(
        (one for one in values if one["value_type"] == "baseline" and has_figure(one)),
        key=_year,
        default=None,
    )


def has_figure(row: Row) -> bool:
    """Whether a row says how much: a number, or the two ends of a range."""
    return row["value"] is not None or None not in (row["value_low"], row["value_high"])


def is_usable(row: Row) -> bool:
    """Whether a row is computed with: one number, and no bound, range or estimate."""
    return (
        row["value"] is not None
        and row["status"] in _USABLE
        and (row["comparator"] or "eq") == "eq"
    )


def achievement(indicator: Row, row: Row) -> Formula | None:
    """How a row's achievement was computed; None where it was not, or not in this way."""
    published, direction = row["achievement_rate"], indicator["direction"]
    baseline, target, actual = row["baseline"], row["target"], row["actual"]
    if published is None or target is None or actual is None:
        return None
    if direction == "maintain":
        found = _ratio("maintain", actual, target)
    elif baseline is None or target == baseline:
        return None
    elif direction == "down":
        written = f"({_minus(baseline, actual)}) ÷ ({_minus(baseline, target)})"
        found = Formula("down", written, (baseline - actual) / (baseline - target))
    else:
        written = f"({_minus(actual, baseline)}) ÷ ({_minus(target, baseline)})"
        found = Formula("up", written, (actual - baseline) / (target - baseline))
    return found if found and round(found.result, 6) == round(published, 6) else None


def _ratio(kind: str, actual: float, target: float) -> Formula | None:
    if target <= 0:
        return None
    written = f"{_number(actual)} ÷ {_number(target)}"
    if actual > target:
        return Formula(f"{kind}_above", written, 1.0)
    return Formula(kind, written, actual / target)


def expectation(values: Sequence[Row], row: Row) -> Formula | None:
    """How a row's expected value was computed: on the straight line from the first baseline to the
    last target; None where it was not, or not in this way."""
    ends = path(values)
    baseline, target, published = row["baseline"], row["target"], row["expected"]
    if None in (baseline, target, published) or ends is None:
        return None
    start, end, year = _year(ends[0]), _year(ends[1]), _year(row)
    if year >= end or year <= start:
        is_over = year >= end
        found = Formula("after" if is_over else "before", "", target if is_over else baseline)
    else:
        way = f"({_minus(target, baseline)}) × ({year} − {start}) ÷ ({end} − {start})"
        result = baseline + (target - baseline) * ((year - start) / (end - start))
        found = Formula("line", f"{_number(baseline)} + {way}", result)
    return found if round(found.result, 6) == round(published, 6) else None


def against_target(actual: Row, target: Row) -> tuple[str, Decimal] | None:
    """Where an actual value lies as the target is written, without judging it: the name of a text
    (`met`, `not_met`, `same`, `above`, `below`) and how far it is off, exactly."""
    value, goal = actual["value"], target["value"]
    if value is None or not is_usable(actual):
        return None
    if target["comparator"] == "range" and None not in (target["value_low"], target["value_high"]):
        is_met = target["value_low"] <= value <= target["value_high"]
        return ("met" if is_met else "not_met", Decimal(0))
    if goal is None:
        return None
    off = abs(minus(value, goal))
    if target["comparator"] in ("ge", "le"):
        is_met = value >= goal if target["comparator"] == "ge" else value <= goal
        return ("met" if is_met else "not_met", off)
    if value == goal:
        return ("same", off)
    return ("above" if value > goal else "below", off)


def is_reached(actual: Row, target: Row, direction: str | None) -> bool | None:
    """Whether an actual value reaches a target, as that is written or else in the wanted direction;
    None where that cannot be said."""
    found = against_target(actual, target)
    if found is None or found[0] in ("met", "not_met", "same"):
        return None if found is None else found[0] != "not_met"
    if direction is None:
        return None
    return found[0] == ("below" if direction == "down" else "above")


def _why_no_progress(values: Sequence[Row]) -> str:
    own = [one for one in values if one["value_type"] == "actual" and has_figure(one)]
    if not own:
        return "no_actual"
    is_one = any(one["value"] is not None and (one["comparator"] or "eq") == "eq" for one in own)
    return "not_computed" if is_one else "actual_is_not_one_number"


def _why_not_judged(indicator: Row, values: Sequence[Row], row: Row) -> str:
    """The name of the text that says why; in the order in which the numbers are needed."""
    direction, baseline, target = indicator["direction"], row["baseline"], row["target"]
    if target is None:
        return _why_no_number("target", values)
    if direction is None:
        return "no_direction"
    if direction == "maintain":
        return "target_is_not_positive"
    if baseline is None:
        return _why_no_number("baseline", values)
    if target == baseline:
        return "target_is_baseline"
    if (target > baseline) != (direction == "up"):
        return "target_lies_elsewhere"
    return "no_path"


def _why_no_number(kind: str, values: Sequence[Row]) -> str:
    own = [one for one in values if one["value_type"] == kind]
    if any(map(has_figure, own)):
        return f"{kind}_is_not_one_number"
    return f"{kind}_is_in_words" if any(map(in_words, own)) else f"no_{kind}"


def _minus(left: float, right: float) -> str:
    return f"{_number(left)} − {_number(right)}"


def _number(value: float) -> str:
    written = exact(value)
    return f"({written})" if value < 0 else written


@dataclass(frozen=True, slots=True)
class Share:
    """How many indicators stand so; `left` and `width` say where on a bar, in percent. Of those
    that cannot be judged, `causes` says how many for which of the `CAUSES`."""

    judgement: str
    count: int
    left: float
    width: float
    causes: tuple[tuple[str, int], ...] = ()


def shares(counts: Mapping[str, int], causes: Mapping[str, int] | None = None) -> tuple[Share, ...]:
    """Numbers by verdict as parts of one bar, the best first; `causes` are numbers by `CAUSES`."""
    told = [(one, (causes or {}).get(one, 0)) for one in CAUSES]
    told.sort(key=lambda pair: -pair[1])
    whole = sum(counts.get(name, 0) for name in VERDICTS)
    found, left = [], 0.0
    for name in VERDICTS:
        count = counts.get(name, 0)
        width = count / whole * 100 if whole else 0.0
        why = tuple(one for one in told if one[1]) if name == NOT_JUDGED else ()
        found.append(Share(name, count, round(left, 3), round(width, 3), why))
        left += width
    return tuple(found)
