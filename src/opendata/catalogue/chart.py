"""An indicator's values as a picture: where everything stands, for a template to draw as SVG.

Across, places are in percent of the width; up and down, in em of the text: so the picture is as
wide as its page, and its words as large as the reader has set them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise

from opendata.catalogue.model import Language
from opendata.catalogue.series import Years, left_out
from opendata.catalogue.texts import say
from opendata.catalogue.verdict import Row, has_figure, path
from opendata.catalogue.words import era_year, no_value, quantity, short

TOP, BOTTOM, HEIGHT = 2.6, 15.0, 18.2
"""Where the largest and the smallest value stand, and how high the picture is, in em."""
LEFT, RIGHT = 15.0, 92.0
"""Where the first and the last year stand, in percent."""
NARROW, WIDE = 20.0, 32.0
"""How many em a picture is wide on a phone, and at least on a larger screen: what has room on a
phone has room everywhere, and some words are shown only where there is more."""
LABELS, YEARS = 9, 6
WORD = 9.5
"""So many em the word for a missing value may be wide."""
ARROW = 1.3
"""So many em the arrow of a bound is long."""
DONE = ("baseline", "actual")
TARGETS = ("midterm_target", "target")
_FIRST = ("actual", "target", "baseline", "midterm_target", "forecast")
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Tick:
    """A year or a value on its axis; `at` in percent or em. `below` is the year in its era. `only`
    says where it is shown: `narrow` or `wide`, else everywhere."""

    text: str
    at: float
    below: str = ""
    only: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One value: its type, its place, and `value`, the number that it stands for. A range has two
    ends; `bound` is `ge` or `le` where the value is the least or the most that is meant."""

    kind: str
    year: int
    value: float
    x: float
    y: float
    bound: str | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """From one mark to another: `planned`, on which expected values lie, or `done`, from one actual
    value to the next."""

    kind: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Label:
    """Words: the value of a mark, or why there is none (`gap`); `only` as of a `Tick`."""

    kind: str
    text: str
    x: float
    y: float
    anchor: str
    only: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture."""

    values: tuple[Tick, ...]
    years: tuple[Tick, ...]
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]
    has_zero: bool
    """Whether zero lies on the axis of the values."""
    foot: float
    """How much lower than elsewhere the years stand, in em: below the arrow of a bound."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The types of values that are drawn."""
        return tuple(dict.fromkeys(one.kind for one in self.marks))

    @property
    def has_path(self) -> bool:
        return any(one.kind == "planned" for one in self.lines)

    @property
    def has_targets_between(self) -> bool:
        """Whether there are targets that the path does not lead to."""
        return self.has_path and sum(one.kind in TARGETS for one in self.marks) > 1


def chart(rows: Sequence[Row], language: Language, *, with_path: bool = True) -> Chart | None:
    """The picture of rows of `indicator_values`, by year; None where none of them has a figure.
    Without `with_path` no expected values are drawn: nothing is judged by them."""
    drawn = [one for one in rows if has_figure(one) and all(map(math.isfinite, _ends(one)))]
    if not drawn:
        return None
    years = sorted({int(one["fiscal_year"]) for one in rows})
    scale = _Scale.of([end for one in drawn for end in _ends(one)])
    marks = [_mark(one, years, scale) for one in drawn]
    missing = [one for one in rows if not has_figure(one)]
    blank = left_out(rows)
    planned = _planned(rows, years, scale) if with_path else ()
    lines = (*planned, *_done(missing, blank, marks))
    # The unit stands once, above the axis.
    written = [
        (mark, quantity(row, None, language)) for mark, row in zip(marks, drawn, strict=True)
    ]
    ticks = tuple(Tick(short(float(one), language), scale.place(one)) for one in scale.ticks)
    return Chart(
        values=ticks,
        years=tuple(_years(years, language)),
        lines=lines,
        marks=tuple(marks),
        labels=tuple(_labels(written, lines, ticks, _silent(missing, blank, language), years)),
        has_zero=scale.ticks[0] <= 0 <= scale.ticks[-1],
        foot=0.9 if any(one.bound == "le" and one.y > BOTTOM - ARROW for one in marks) else 0.0,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Round numbers around the values. Decimal: no number is too large or too close to another."""

    ticks: tuple[Decimal, ...]

    @classmethod
    def of(cls, numbers: Sequence[float]) -> _Scale:
        low, high = Decimal(repr(min(numbers))), Decimal(repr(max(numbers)))
        if 0 <= low <= high - low or low == high > 0:
            low = Decimal(0)
        elif high <= 0 and (-high <= high - low or low == high):
            high = Decimal(0)
        if low == high:
            high = low + 1
        step = _step((high - low) / 4)
        first = (low / step).to_integral_value(ROUND_FLOOR)
        last = (high / step).to_integral_value(ROUND_CEILING)
        return cls(tuple((first + number) * step for number in range(int(last - first) + 1)))

    def place(self, value: float | Decimal) -> float:
        exact = value if isinstance(value, Decimal) else Decimal(repr(value))
        share = (exact - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])
        return round(BOTTOM - float(share) * (BOTTOM - TOP), 2)


def _step(rough: Decimal) -> Decimal:
    """The next round number: 1, 2, 2.5 or 5 with zeros."""
    power = Decimal(1).scaleb(rough.adjusted())
    return next(step * power for step in _STEPS if step * power >= rough)


def _ends(row: Row) -> tuple[float, ...]:
    """The number of a row, or the two ends of its range."""
    if row["value"] is not None:
        return (float(row["value"]),)
    return (float(row["value_low"]), float(row["value_high"]))


def _across(year: float, years: Sequence[int]) -> float:
    if len(years) == 1:
        return (LEFT + RIGHT) / 2
    share = (year - years[0]) / (years[-1] - years[0])
    return round(LEFT + share * (RIGHT - LEFT), 2)


def _years(years: Sequence[int], language: Language) -> Iterator[Tick]:
    """The years on their axis: as many as have room on a phone, and on a larger screen."""
    narrow, wide = _shown(years, YEARS), _shown(years, int(YEARS * WIDE / NARROW))
    for year in sorted({*narrow, *wide}):
        only = "" if year in narrow and year in wide else "narrow" if year in narrow else "wide"
        yield Tick(str(year), _across(year, years), era_year(year, language), only)


def _shown(years: Sequence[int], room: int) -> list[int]:
    """As many years as have room; the last one always, for it is most often that of the target."""
    if len(years) <= room:
        span = (years[-1] - years[0]) or 1
        found = [years[-1]]
        for year in reversed(years[:-1]):
            if (found[0] - year) / span >= 1 / room:
                found.insert(0, year)
        return found
    step = math.ceil((years[-1] - years[0]) / (room - 1))
    return [*range(years[-1], years[0] - 1, -step)][::-1]


def _mark(row: Row, years: Sequence[int], scale: _Scale) -> Mark:
    low, *high = _ends(row)
    year = int(row["fiscal_year"])
    return Mark(
        row["value_type"],
        year,
        low,
        _across(year, years),
        scale.place(low),
        row["comparator"] if row["comparator"] in ("ge", "le") else None,
        scale.place(high[0]) if high else None,
    )


def _planned(rows: Sequence[Row], years: Sequence[int], scale: _Scale) -> Iterator[Line]:
    """The straight line that expected values are computed from, and nothing else: targets of years
    between may lie beside it."""
    ends = path(rows)
    if ends is not None:
        (x1, y1), (x2, y2) = (
            (_across(int(one["fiscal_year"]), years), scale.place(float(one["value"])))
            for one in ends
        )
        yield Line("planned", x1, y1, x2, y2)


def _done(missing: Sequence[Row], blank: Sequence[Years], marks: Sequence[Mark]) -> Iterator[Line]:
    """From each actual value to the next, unless one lies between them that is missing or of a year
    that is left out."""
    gaps = [int(one["fiscal_year"]) for one in missing if one["value_type"] == "actual"]
    gaps += [first for first, _ in blank]
    own = [one for one in marks if one.kind in DONE and one.until is None]
    if all(one.kind == "baseline" for one in own):
        return
    for before, after in pairwise(own):
        if not any(before.year < year < after.year for year in gaps):
            yield Line("done", before.x, before.y, after.x, after.y)


Silent = tuple[float, str]
"""A year and why there is no figure."""


def _silent(missing: Sequence[Row], blank: Sequence[Years], language: Language) -> Sequence[Silent]:
    """Where no figure is, in words; of several years that are left out in the middle of them."""
    said = [(float(one["fiscal_year"]), no_value(one, language)) for one in missing]
    words = str(say(language)("indicator.not_given"))
    said += [((first + last) / 2, words) for first, last in blank]
    return [*dict.fromkeys(said)]


def _labels(
    written: Sequence[tuple[Mark, str]],
    lines: Sequence[Line],
    ticks: Sequence[Tick],
    silent: Sequence[Silent],
    years: Sequence[int],
) -> Iterator[Label]:
    """The values in words as far as there is room, the newest of each type first; then why there is
    no figure; then other values, and those that have room on a larger screen only."""
    marks = [mark for mark, _ in written]
    newest = {one.kind: one for one in marks}
    pairs = sorted(written, key=lambda pair: _worth(pair[0]))
    pairs.sort(key=lambda pair: newest[pair[0].kind] is not pair[0])
    first, others = pairs[: len(newest)], pairs[len(newest) : LABELS]
    paper = _Paper(NARROW, marks, lines, ticks)
    crowded = [pair for pair in first if not paper.has_room_for(*pair)]
    for year, text in silent:
        paper.say_nothing(_across(year, years), text)
    crowded += [pair for pair in others if not paper.has_room_for(*pair)]
    yield from paper.labels
    wide = _Paper(WIDE, marks, lines, ticks, paper.labels)
    for pair in crowded:
        wide.has_room_for(*pair)
    yield from (replace(one, only="wide") for one in wide.labels[len(paper.labels) :])


def _worth(mark: Mark) -> tuple[int, int]:
    kind = _FIRST.index(mark.kind) if mark.kind in _FIRST else len(_FIRST)
    return (kind, -mark.year)


Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in em."""


class _Paper:
    """A picture so many em wide: the labels it has, and where there is room for another."""

    def __init__(
        self,
        width: float,
        marks: Sequence[Mark],
        lines: Sequence[Line],
        ticks: Sequence[Tick],
        labels: Sequence[Label] = (),
    ) -> None:
        self.labels = [*labels]
        self._width = width
        self._lines = lines
        self._taken = [*map(self._around, marks), *map(self._box, labels)]
        self._taken += [(0.0, one.at - 1.2, _width(one.text), one.at) for one in ticks]

    def has_room_for(self, mark: Mark, text: str) -> bool:
        """Write the words of a value beside its mark; rather on no line."""
        free = [one for one in _candidates(mark, text) if self._is_free(self._box(one))]
        if not free:
            return False
        self._write(next((one for one in free if not self._is_crossed(one)), free[0]))
        return True

    def say_nothing(self, x: float, text: str) -> None:
        """Write why there is no figure above its year on the axis; a dash where there is no room
        for the word."""
        short_text = text if _width(text) <= WORD else f"{text[:9]}…"
        lines = [_gap(short_text, x, level) for level in range(6)]
        self._write(next((one for one in lines if self._is_free(self._box(one))), _gap("—", x, 0)))

    def _write(self, label: Label) -> None:
        self.labels.append(label)
        self._taken.append(self._box(label))

    def _em(self, percent: float) -> float:
        return percent / 100 * self._width

    def _around(self, mark: Mark) -> Box:
        ends = (mark.y, mark.y if mark.until is None else mark.until)
        x, arrow = self._em(mark.x), ARROW - 0.5
        return (
            x - 0.5,
            min(ends) - 0.5 - (arrow if mark.bound == "ge" else 0),
            x + 0.5,
            max(ends) + 0.5 + (arrow if mark.bound == "le" else 0),
        )

    def _box(self, label: Label) -> Box:
        width, x = _width(label.text), self._em(label.x)
        left = {"start": x, "middle": x - width / 2, "end": x - width}[label.anchor]
        return (left, label.y - 0.9, left + width, label.y + 0.2)

    def _is_free(self, box: Box) -> bool:
        left, top, right, bottom = box
        if top < 0.2 or bottom > BOTTOM or left < 0 or right > self._width:
            return False
        return all(
            right <= other[0] or left >= other[2] or bottom <= other[1] or top >= other[3]
            for other in self._taken
        )

    def _is_crossed(self, label: Label) -> bool:
        left, top, right, bottom = self._box(label)
        for line in self._lines:
            x1, x2 = self._em(line.x1), self._em(line.x2)
            start, end = max(left, x1), min(right, x2)
            if start <= end and x1 < x2:
                slope = (line.y2 - line.y1) / (x2 - x1)
                ys = (line.y1 + (start - x1) * slope, line.y1 + (end - x1) * slope)
                if min(ys) <= bottom and max(ys) >= top:
                    return True
        return False


def _candidates(mark: Mark, text: str) -> Iterator[Label]:
    """Above the mark or its arrow, below, and a line farther off; in the middle or to a side."""
    top = min(mark.y, mark.until if mark.until is not None else mark.y)
    above = top - (ARROW if mark.bound == "ge" else 0.5)
    below = mark.y + (ARROW if mark.bound == "le" else 0.5)
    best = _anchor(mark.x)
    anchors = [best, *(one for one in ("middle", "end", "start") if one != best)]
    for y in (above - 0.4, below + 1.2, above - 1.5, below + 2.3):
        for anchor in anchors:
            yield Label(mark.kind, text, mark.x, round(y, 2), anchor)


def _gap(text: str, x: float, level: int) -> Label:
    return Label("gap", text, x, round(BOTTOM - 0.4 - 1.15 * level, 2), _anchor(x))


def _anchor(x: float) -> str:
    """Words at the sides end there; others stand in the middle of their place."""
    return "start" if x < LEFT + 5 else "end" if x > RIGHT - 12 else "middle"


def _width(text: str) -> float:
    """About how many em a text is wide."""
    return sum(0.6 if ord(one) < 0x2000 else 1.0 for one in text) * 0.85
