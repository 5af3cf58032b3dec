"""How the errors went up or down, as a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opendata.review.department import Pass

WIDTH, HEIGHT = 640, 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 14, 32


@dataclass(frozen=True, slots=True)
class Chart:
    """A line of errors over passes, in the units of an SVG of WIDTH by HEIGHT. `ticks` are figures
    and their heights."""

    points: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[int, float], ...]
    passes: tuple[Pass, ...]

    @property
    def line(self) -> str:
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)

    @property
    def area(self) -> str:
        """The line closed along the ground."""
        ground = HEIGHT - _BOTTOM
        return f"{self.points[0][0]:g},{ground} {self.line} {self.points[-1][0]:g},{ground}"

    @property
    def first(self) -> Pass:
        return self.passes[0]

    @property
    def last(self) -> Pass:
        return self.passes[-1]


def chart(passes: Sequence[Pass]) -> Chart | None:
    """The drawing of some passes, oldest first; None where there is nothing to compare."""
    if len(passes) < 2:
        return None
    step = (WIDTH - _LEFT - _RIGHT) / (len(passes) - 1)
    top = _round_up(max(one.errors for one in passes))

    def height(value: int) -> float:
        return round(HEIGHT - _BOTTOM - value / top * (HEIGHT - _TOP - _BOTTOM), 1)

    points = tuple(
        (round(_LEFT + number * step, 1), height(one.errors)) for number, one in enumerate(passes)
    )
    figures = (0, top // 2, top) if top > 1 else (0, 1)
    return Chart(points, tuple((one, height(one)) for one in figures), tuple(passes))


def _round_up(most: int) -> int:
    """The next even figure of one digit and zeros: 7 → 8, 23 → 40, 400 → 400."""
    unit = 10 ** (len(str(most)) - 1) if most > 9 else 1
    digit = -(-most // unit)
    return max(1, digit + (digit % 2 if digit > 1 else 0)) * unit
