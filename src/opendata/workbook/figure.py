"""The figure that a shown text tells, where it is another one than the value of its cell.

Number formats leave out thousands (1,235 for 1234567), put a point into them (123.5 for 1234567,
in 万) or show a hundredfold (12.5%). Who reads the sheet reads that figure, in the unit beside it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

_FIGURE = re.compile(
    r"(?<![\d/:])(?<!\d-)(?:\d[\d,]*+(?:\.\d++)?+|\.\d++)(?:E[+-]?\d++)?+(?![-/:]\d)"
)
"""One figure; the parts of 12-34, 1/2 and 9:05 are none."""
_PERCENT = ("%", "％")
_MINUS = "-−－△▲▴▵"
_MARKS = f" \u3000¥￥\\$+'(（{_MINUS}"
_HALF = Decimal("0.500001")
"""A little more than half a step: a value is stored in binary."""


@lru_cache(maxsize=65_536)
def figure_told(value: float, shown: str) -> str | None:
    """What a reader takes from the shown text: `-1,235千円` where `△¥1,235千円` is shown.

    None where the text tells the value itself, rounded or not, or no figure at all.
    """
    found = list(_FIGURE.finditer(shown))
    percent = next((one for one in found if _is_percent(one)), None)
    if percent is not None:
        return _told(value, percent)
    number = abs(Decimal(format(value, ".15g")))
    if not number.is_finite() or any(_is_rounded(number, one[0]) for one in found):
        return None
    scaled = next((one for one in found if _is_scaled(number, one[0])), None)
    return None if scaled is None else _told(value, scaled)


def _is_percent(found: re.Match[str]) -> bool:
    return found.string[found.end() :].lstrip().startswith(_PERCENT)


def _is_rounded(number: Decimal, written: str) -> bool:
    """Whether the written figure is the number but for places that are not shown."""
    figure = Decimal(written.replace(",", ""))
    step = Decimal(1).scaleb(int(figure.as_tuple().exponent))
    return abs(number - figure) <= step * _HALF


def _is_scaled(number: Decimal, written: str) -> bool:
    """Whether the written figure is a tenth, a hundredth, a thousandth… of the number."""
    return any(_is_rounded(number.scaleb(-places), written) for places in range(1, 16))


def _told(value: float, found: re.Match[str]) -> str:
    """The figure with the words around it and a plain sign; brackets and red ink say minus, too."""
    before, behind = found.string[: found.start()], found.string[found.end() :]
    if before.rstrip().endswith(("(", "（")):
        behind = re.sub("[)）]", "", behind, count=1)
    words = before.strip(_MARKS)
    marks = before.replace(words, "", 1) if words else before
    is_negative = (value < 0 or any(one in _MINUS for one in marks)) and found[0].strip("0.,")
    figure = format(Decimal(found[0].replace(",", "")), "f") if "E" in found[0] else found[0]
    return f"{'-' if is_negative else ''}{words}{figure}{behind.rstrip()}"
