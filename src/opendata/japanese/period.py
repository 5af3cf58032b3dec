"""Periods of plans and their durations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from opendata.japanese.era import read_small_number
from opendata.japanese.fiscal_year import FiscalYear, Found, find_years
from opendata.japanese.text import fold

_BETWEEN = re.compile(
    r"\s*(?:度|末)?\s*(?:の?(?:期?首|初め|当初))?\s*(?:から|より|~|-|→|⇒|至)\s*[(\[]?\s*(?:至|翌)?\s*"
)
_N = r"(?P<n>[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_COUNT = r"\s*[かケヵヶカ箇個ｹ]\s*年"
_WHOLE_DURATION = re.compile(rf"[\s(\[]*{_N}(?:{_COUNT}|\s*年)\s*(?:間|計画)?[\s)\]]*")
_DURATION = re.compile(rf"(?<![0-9.第十]){_N}(?:{_COUNT}\s*(?:間|計画)?|\s*年\s*間)(?!\s*延長)")
_FROM = re.compile(r"\s*(?:から|より|を初年度とする|以降の?|~)[^0-9一二三四五六七八九十]{0,6}")


@dataclass(frozen=True, slots=True)
class Period:
    """A span of fiscal years, both included, as written; `years` is the duration it states."""

    text: str
    start: FiscalYear
    end: FiscalYear
    years: int | None = None

    @property
    def length(self) -> int:
        """How many fiscal years it really spans."""
        return self.end.year - self.start.year + 1

    @property
    def disagrees(self) -> bool:
        """Whether the stated duration is not the real one."""
        return self.years is not None and self.years != self.length

    @property
    def suggestion(self) -> str | None:
        """The text with wrong years corrected; None where they are right."""
        if self.start.suggestion is None and self.end.suggestion is None:
            return None
        text = self.text
        if self.start.suggestion is not None:
            text = text.replace(self.start.text, self.start.suggestion, 1)
        if self.end.suggestion is not None:
            head, _, rest = text.rpartition(self.end.text)
            text = head + self.end.suggestion + rest
        return text


def read_period(text: str, era: str | None = None) -> Period | None:
    """The first period in a text, or None: 平成22年度～平成26年度, R4-R7, 令和4年度から4年間."""
    folded = fold(text)
    found = find_years(folded, era)
    for first, last in pairwise(found):
        if _BETWEEN.fullmatch(folded.text, first.end, last.start):
            years = _stated(folded.text[last.end :], folded.text[: first.start])
            return Period(
                folded.written(first.start, last.end), first.fiscal_year, last.fiscal_year, years
            )
    for first in found:
        if first.month is None and (period := _by_duration(folded.text, first)):
            return Period(folded.written(first.start, period[1]), first.fiscal_year, *period[0])
    return None


def read_duration(text: str) -> int | None:
    """The years of a duration (the whole cell, or the first one in it): ５年間, 4ヶ年, (5年間)."""
    folded = fold(text).text
    match = _WHOLE_DURATION.fullmatch(folded) or _DURATION.search(folded)
    return read_small_number(match["n"]) if match else None


def _stated(behind: str, before: str) -> int | None:
    match = _DURATION.search(behind) or _DURATION.search(before)
    return read_small_number(match["n"]) if match else None


def _by_duration(text: str, first: Found) -> tuple[tuple[FiscalYear, int], int] | None:
    """The end of a period that says only its first year and how long it is."""
    link = _FROM.match(text, first.end)
    duration = _DURATION.match(text, link.end()) if link else None
    years = read_small_number(duration["n"]) if duration else None
    if duration is None or years is None:
        return None
    start = first.fiscal_year
    end = FiscalYear(start.year + years - 1, duration[0], era=start.era)
    return (end, years), duration.end()
