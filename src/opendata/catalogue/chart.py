"""An indicator's values as a picture: where everything stands, for a template to draw as SVG.

Across, places are in percent of the width; up and down, in em of the text: so the picture is as
wide as its page, and its words as large as the reader has set them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise

from opendata.catalogue.model import Language
from opendata.catalogue.verdict import Row, has_figure
from opendata.catalogue.words import era_year, no_value, quantity, short

TOP, BOTTOM, HEIGHT = 2.6, 15.0, 18.2
"""Where the largest and the smallest value stand, and how high the picture is, in em."""
LEFT, RIGHT = 15.0, 92.0
"""Where the first and the last year stand, in percent."""
NARROW = 20.0
"""How many em a phone is wide: words that have room there have room everywhere."""
LABELS, YEARS = 9, 6
WORD = 9.5
"""So many em the word for a missing value may be wide."""
PLANNED = ("baseline", "midterm_target", "target")
DONE = ("baseline", "actual")
_FIRST = ("target", "actual", "baseline", "midterm_target", "forecast")
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Tick:
    """A year or a value on its axis; `at` in percent or em. `below` is the year in its era."""

    text: str
    at: float
    below: str = ""


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
    """From one mark to the next: `planned` or `done`."""

    kind: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Label:
    """Words: the value of a mark, or why there is none (`gap`)."""

    kind: str
    text: str
    x: float
    y: float
    anchor: str


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

    @property
    def kinds(self) -> tuple[str, ...]:
        """The types of values that are drawn."""
        return tuple(dict.fromkeys(one.kind for one in self.marks))


def chart(rows: Sequence[Row], unit: str | None, language: Language) -> Chart | None:
    """The picture of rows of `indicator_values`, by year; None where none of them has a figure."""
    drawn = [one for one in rows if has_figure(one) and all(map(math.isfinite, _ends(one)))]
    if not drawn:
        return None
    years = sorted({int(one["fiscal_year"]) for one in rows})
    scale = _Scale.of([end for one in drawn for end in _ends(one)])
    marks = [_mark(one, years, scale) for one in drawn]
    missing = [one for one in rows if not has_figure(one)]
    gaps = tuple(_gaps(missing, years, marks, language))
    return Chart(
        values=tuple(Tick(short(float(one), language), scale.place(one)) for one in scale.ticks),
        years=tuple(
            Tick(str(year), _across(year, years), era_year(year, language))
            for year in _shown(years)
        ),
        lines=(*_lines(rows, marks, "planned", PLANNED), *_lines(rows, marks, "done", DONE)),
        marks=tuple(marks),
        labels=(*gaps, *_labels(drawn, marks, gaps, unit, language)),
        has_zero=scale.ticks[0] <= 0 <= scale.ticks[-1],
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


def _across(year: int, years: Sequence[int]) -> float:
    if len(years) == 1:
        return (LEFT + RIGHT) / 2
    share = (year - years[0]) / (years[-1] - years[0])
    return round(LEFT + share * (RIGHT - LEFT), 2)


def _shown(years: Sequence[int]) -> list[int]:
    """As many years as have room; the last one always, for it is most often that of the target."""
    if len(years) <= YEARS:
        span = (years[-1] - years[0]) or 1
        room = [years[-1]]
        for year in reversed(years[:-1]):
            if (room[0] - year) / span >= 1 / YEARS:
                room.insert(0, year)
        return room
    step = math.ceil((years[-1] - years[0]) / (YEARS - 1))
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


def _lines(
    rows: Sequence[Row], marks: Sequence[Mark], kind: str, types: Sequence[str]
) -> Iterator[Line]:
    """From each value of some types to the next, unless one that is missing lies between them."""
    gaps = {
        int(one["fiscal_year"])
        for one in rows
        if one["value_type"] == types[-1] and not has_figure(one)
    }
    own = [one for one in marks if one.kind in types and one.until is None]
    if all(one.kind == "baseline" for one in own):
        return
    for before, after in pairwise(own):
        if not any(before.year < year < after.year for year in gaps):
            yield Line(kind, before.x, before.y, after.x, after.y)


def _labels(
    rows: Sequence[Row],
    marks: Sequence[Mark],
    gaps: Sequence[Label],
    unit: str | None,
    language: Language,
) -> Iterator[Label]:
    """The values in words, as far as there is room: the ends first, then the newest."""
    taken = [*map(_around, marks), *map(_box, gaps)]
    pairs = sorted(zip(marks, rows, strict=True), key=lambda pair: _worth(pair[0]))
    newest = {one.kind: one for one in marks}
    pairs.sort(key=lambda pair: newest[pair[0].kind] is not pair[0])
    for mark, row in pairs[:LABELS]:
        text = quantity(row, unit, language)
        if _width(text) > NARROW / 2:
            text = quantity(row, None, language)
        for label in _candidates(mark, text):
            box = _box(label)
            if _is_free(box, taken):
                taken.append(box)
                yield label
                break


def _worth(mark: Mark) -> tuple[int, int]:
    kind = _FIRST.index(mark.kind) if mark.kind in _FIRST else len(_FIRST)
    return (kind, -mark.year)


def _candidates(mark: Mark, text: str) -> Iterator[Label]:
    top = min(mark.y, mark.until if mark.until is not None else mark.y)
    for y in (top - 0.9, mark.y + 1.7, top - 2.0, mark.y + 2.8):
        yield Label(mark.kind, text, mark.x, round(y, 2), _anchor(mark.x))


def _gaps(
    rows: Sequence[Row], years: Sequence[int], marks: Sequence[Mark], language: Language
) -> Iterator[Label]:
    """Why there is no figure, above its year on the axis; where there is no room for the word, a
    dash."""
    taken = [_around(one) for one in marks]
    said = dict.fromkeys((int(one["fiscal_year"]), no_value(one, language)) for one in rows)
    for year, text in said:
        x = _across(year, years)
        short_text = text if _width(text) <= WORD else f"{text[:9]}…"
        lines = [_gap(short_text, x, level) for level in range(6)]
        label = next((one for one in lines if _is_free(_box(one), taken)), _gap("—", x, 0))
        taken.append(_box(label))
        yield label


def _gap(text: str, x: float, level: int) -> Label:
    return Label("gap", text, x, round(BOTTOM - 0.4 - 1.15 * level, 2), _anchor(x))


def _anchor(x: float) -> str:
    """Words at the sides end there; others stand in the middle of their place."""
    return "start" if x < LEFT + 5 else "end" if x > RIGHT - 12 else "middle"


def _around(mark: Mark) -> tuple[float, float, float, float]:
    return (_em(mark.x) - 0.5, mark.y - 0.5, _em(mark.x) + 0.5, mark.y + 0.5)


def _em(percent: float) -> float:
    return percent / 100 * NARROW


def _width(text: str) -> float:
    """About how many em a text is wide."""
    return sum(0.6 if ord(one) < 0x2000 else 1.0 for one in text) * 0.85


def _box(label: Label) -> tuple[float, float, float, float]:
    width, x = _width(label.text), _em(label.x)
    left = {"start": x, "middle": x - width / 2, "end": x - width}[label.anchor]
    return (left, label.y - 0.9, left + width, label.y + 0.2)


def _is_free(
    box: tuple[float, float, float, float], taken: Sequence[tuple[float, float, float, float]]
) -> bool:
    left, top, right, bottom = box
    if top < 0.2 or bottom > BOTTOM or left < 0 or right > NARROW:
        return False
    return all(
        right <= other[0] or left >= other[2] or bottom <= other[1] or top >= other[3]
        for other in taken
    )
