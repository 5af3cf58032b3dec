"""Small pictures as coordinates; the template draws them as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 168.0, 60.0, 10.0


@dataclass(frozen=True, slots=True)
class Mark:
    """One value: where it stands and what it is (`baseline`, `target`, `actual`, …)."""

    x: float
    y: float
    kind: str


@dataclass(frozen=True, slots=True)
class Course:
    """An indicator's way: planned (baseline to targets) and actual."""

    marks: tuple[Mark, ...]
    planned: str
    actual: str


def course(values: Sequence[tuple[str, int, float]]) -> Course | None:
    """The picture of (value type, fiscal year, value); None where there are not two to connect."""
    if len(values) < 2:
        return None
    years = [year for _, year, _ in values]
    numbers = [value for _, _, value in values]
    low, high = min(numbers), max(numbers)

    def place(kind: str, year: int, value: float) -> Mark:
        across = (year - min(years)) / ((max(years) - min(years)) or 1)
        up = (value - low) / ((high - low) or 1) if high > low else 0.5
        return Mark(
            round(MARGIN + across * (WIDTH - 2 * MARGIN), 1),
            round(HEIGHT - MARGIN - up * (HEIGHT - 2 * MARGIN), 1),
            kind,
        )

    ordered = sorted(values, key=lambda one: (one[1], one[0]))
    marks = tuple(place(*one) for one in ordered)
    planned = [one for one in marks if one.kind in ("baseline", "midterm_target", "target")]
    done = [one for one in marks if one.kind in ("baseline", "actual")]
    has_actual = any(one.kind == "actual" for one in marks)
    return Course(marks, _points(planned), _points(done) if has_actual else "")


def _points(marks: Sequence[Mark]) -> str:
    return " ".join(f"{one.x:g},{one.y:g}" for one in marks)


@dataclass(frozen=True, slots=True)
class Bar:
    """A plan's years on the common axis, in percent; `extended` is where a later revision began."""

    left: float
    width: float
    extended: float | None


def bar(
    first: int, last: int, start: int | None, end: int | None, original_end: int | None
) -> Bar | None:
    """The years from `start` to the end of `end` on an axis from `first` to the end of `last`."""
    if start is None or end is None or end < start:
        return None
    span = last + 1 - first
    left = (start - first) / span * 100
    width = (end + 1 - start) / span * 100
    extended = None
    if original_end is not None and start <= original_end < end:
        extended = round(left + (original_end + 1 - start) / span * 100, 2)
    return Bar(round(left, 2), round(width, 2), extended)
