"""The derived table `indicator_progress`, case by case."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.validate.progress import SCHEMA, _progress, indicator_progress
from opendata.validate.typed import ARROW
from tests.builders import package

Row = dict[str, Any]


def tables(direction: str | None, *values: Row) -> dict[str, pa.Table]:
    """One indicator `i` and its values; what a value does not say is null, its status normal."""
    return {
        "indicators": _table("indicators", [{"indicator_id": "i", "direction": direction}]),
        "indicator_values": _table(
            "indicator_values", [{"indicator_id": "i", "status": "normal"} | one for one in values]
        ),
    }


def _table(name: str, rows: list[Row]) -> pa.Table:
    fields = package().resource(name).published
    return pa.table(
        {one.name: pa.array([row.get(one.name) for row in rows], ARROW[one.type]) for one in fields}
    )


def value(kind: str, year: int, number: float | None, **more: Any) -> Row:
    return {"value_type": kind, "fiscal_year": year, "value": number, **more}


def progress(direction: str | None, *values: Row) -> list[Row]:
    found: list[Row] = indicator_progress(tables(direction, *values)).to_pylist()
    return found


BASE, GOAL = value("baseline", 2020, 40), value("target", 2024, 60)
DOWN_BASE, DOWN_GOAL = value("baseline", 2020, 60), value("target", 2024, 40)
EVEN_BASE, EVEN_GOAL = value("baseline", 2020, 95), value("target", 2024, 90)


@pytest.mark.parametrize(
    ("direction", "base", "goal", "year", "actual", "rate", "expected", "judgement"),
    [
        # up: from 40 in 2020 to 60 in 2024, so 50 is due in 2022
        ("up", BASE, GOAL, 2022, 50, 0.5, 50, "on_track"),
        ("up", BASE, GOAL, 2022, 52, 0.6, 50, "on_track"),
        ("up", BASE, GOAL, 2022, 48, 0.4, 50, "behind"),
        ("up", BASE, GOAL, 2022, 60, 1.0, 50, "achieved"),
        ("up", BASE, GOAL, 2022, 70, 1.5, 50, "achieved"),
        ("up", BASE, GOAL, 2022, 40, 0.0, 50, "behind"),
        ("up", BASE, GOAL, 2022, 38, -0.1, 50, "reversed"),
        ("up", BASE, GOAL, 2024, 59, 0.95, 60, "behind"),
        ("up", BASE, GOAL, 2025, 61, 1.05, 60, "achieved"),
        ("up", BASE, GOAL, 2019, 41, 0.05, 40, "on_track"),
        # down: from 60 to 40
        ("down", DOWN_BASE, DOWN_GOAL, 2022, 50, 0.5, 50, "on_track"),
        ("down", DOWN_BASE, DOWN_GOAL, 2022, 48, 0.6, 50, "on_track"),
        ("down", DOWN_BASE, DOWN_GOAL, 2022, 52, 0.4, 50, "behind"),
        ("down", DOWN_BASE, DOWN_GOAL, 2022, 40, 1.0, 50, "achieved"),
        ("down", DOWN_BASE, DOWN_GOAL, 2022, 30, 1.5, 50, "achieved"),
        ("down", DOWN_BASE, DOWN_GOAL, 2022, 62, -0.1, 50, "reversed"),
        # a target that lies the other way cannot be reached in the direction: nothing is computed
        ("up", DOWN_BASE, DOWN_GOAL, 2022, 50, None, 50, "unknown"),
        ("down", BASE, GOAL, 2022, 50, None, 50, "unknown"),
        # maintain: at least the target
        ("maintain", EVEN_BASE, EVEN_GOAL, 2022, 90, 1.0, 92.5, "achieved"),
        ("maintain", EVEN_BASE, EVEN_GOAL, 2022, 99, 1.0, 92.5, "achieved"),
        ("maintain", EVEN_BASE, EVEN_GOAL, 2022, 81, 0.9, 92.5, "behind"),
        ("maintain", None, EVEN_GOAL, 2022, 81, 0.9, None, "behind"),
        # no direction, no baseline, no target
        (None, BASE, GOAL, 2022, 50, None, 50, "unknown"),
        ("up", None, GOAL, 2022, 50, None, None, "unknown"),
        ("up", BASE, None, 2022, 50, None, None, "unknown"),
        ("maintain", EVEN_BASE, None, 2022, 90, None, None, "unknown"),
        # target = baseline: there is no way to go
        ("up", BASE, value("target", 2024, 40), 2022, 50, None, None, "unknown"),
        ("down", BASE, value("target", 2024, 40), 2022, 30, None, None, "unknown"),
        ("maintain", EVEN_BASE, value("target", 2024, 95), 2022, 95, 1.0, None, "achieved"),
        # a target that is zero
        ("down", DOWN_BASE, value("target", 2024, 0), 2022, 30, 0.5, 30, "on_track"),
        ("maintain", None, value("target", 2024, 0), 2022, 0, None, None, "unknown"),
        # both in one year: nothing is expected in between
        ("up", BASE, value("target", 2020, 60), 2020, 50, 0.5, None, "unknown"),
    ],
)
def test_progress(
    direction: str | None,
    base: Row | None,
    goal: Row | None,
    year: int,
    actual: float,
    rate: float | None,
    expected: float | None,
    judgement: str,
) -> None:
    given_values = [one for one in (base, goal, value("actual", year, actual)) if one]
    assert progress(direction, *given_values) == [
        {
            "indicator_id": "i",
            "fiscal_year": year,
            "baseline": base["value"] if base else None,
            "target": goal["value"] if goal else None,
            "actual": actual,
            "achievement_rate": rate,
            "expected": expected,
            "judgement": judgement,
        }
    ]


@pytest.mark.parametrize(
    "goal",
    [
        value("target", 2024, None, comparator="range", value_low=55, value_high=65),
        value("target", 2024, 60, comparator="range", value_low=55, value_high=65),
        value("target", 2024, 60, comparator="approx"),
        value("target", 2024, 60, comparator="ge"),
        value("target", 2024, 60, comparator="le"),
        value("target", 2024, None, status="not_applicable", raw="増やす"),
        value("target", 2024, None, status="missing"),
        value("target", 2024, 60, status="suppressed"),
        value("midterm_target", 2024, 60),
        value("forecast", 2024, 60),
    ],
)
def test_nothing_is_computed_from_a_range_a_bound_a_text_or_a_missing_target(goal: Row) -> None:
    (row,) = progress("up", BASE, goal, value("actual", 2022, 50))
    assert (row["target"], row["achievement_rate"], row["judgement"]) == (None, None, "unknown")


@pytest.mark.parametrize(
    "actual",
    [
        value("actual", 2022, None, status="not_yet"),
        value("actual", 2022, None, status="missing", raw="-"),
        value("actual", 2022, 50, comparator="approx"),
        value("actual", 2022, None, comparator="range", value_low=45, value_high=55),
    ],
)
def test_what_is_no_actual_figure_has_no_progress(actual: Row) -> None:
    assert progress("up", BASE, GOAL, actual) == []


@pytest.mark.parametrize("status", ["provisional", "revised"])
def test_provisional_and_revised_figures_count(status: str) -> None:
    (row,) = progress("up", BASE, GOAL, value("actual", 2022, 50, status=status))
    assert row["judgement"] == "on_track"


def test_the_first_baseline_and_the_last_target_count_and_every_actual_has_a_row() -> None:
    rows = progress(
        "up",
        value("baseline", 2021, 45),
        value("baseline", 2019, 40),
        value("target", 2022, 50),
        value("target", 2024, 60),
        value("actual", 2021, 45),
        value("actual", 2020, 44),
    )
    assert [(row["fiscal_year"], row["baseline"], row["target"]) for row in rows] == [
        (2020, 40, 60),
        (2021, 40, 60),
    ]
    assert [row["expected"] for row in rows] == [44, 48]
    assert [row["judgement"] for row in rows] == ["on_track", "behind"]


def test_nothing_in_nothing_out() -> None:
    none = indicator_progress(tables("up"))
    assert none.schema == SCHEMA
    assert none.num_rows == 0


def test_the_columns_are_those_of_the_package() -> None:
    fields = package().resource("indicator_progress").published
    assert [(one.name, one.type) for one in SCHEMA] == [
        (one.name, ARROW[one.type]) for one in fields
    ]


numbers = st.floats(-1e9, 1e9).map(lambda number: round(number, 3))


@given(numbers, numbers, numbers, st.sampled_from(["up", "down"]), st.integers(2015, 2030))
def test_up_and_down_are_mirror_images(
    base: float, goal: float, actual: float, direction: str, year: int
) -> None:
    def judged(sign: int, way: str) -> tuple[Any, Any]:
        row = _progress(
            {
                "indicator_id": "i",
                "fiscal_year": year,
                "direction": way,
                "baseline": sign * base,
                "target": sign * goal,
                "actual": sign * actual,
                "base_year": 2020,
                "goal_year": 2024,
            }
        )
        return row["achievement_rate"], row["judgement"]

    other = {"up": "down", "down": "up"}[direction]
    rate, judgement = judged(1, direction)
    assert judged(-1, other) == (rate, judgement)
    if rate is None:
        assert judgement == "unknown"
    elif rate > 1:
        assert judgement == "achieved"
    elif rate < 0:
        assert judgement == "reversed"
    elif 0 < rate < 1:
        assert judgement in ("on_track", "behind")
