"""The table of an indicator's values: a row for each year, a column for each type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from opendata.catalogue.municipality import VALUE_TYPES
from opendata.catalogue.series import left_out
from opendata.catalogue.verdict import Row

_MAIN = ("actual", "target")
"""The columns that a reader looks for first, in the table of the years."""


@dataclass(frozen=True, slots=True)
class YearLine:
    """The values of a year by their type. `is_blank` says that an actual value is left out, maybe
    of several years up to `last`."""

    first: int
    last: int
    values: Mapping[str, Row]
    is_blank: bool


def types_of(values: Sequence[Row]) -> list[str]:
    """The types of the values that there are, in their order."""
    used = dict.fromkeys(str(one["value_type"]) for one in values)
    return [one for one in VALUE_TYPES if one in used] + [
        one for one in used if one not in VALUE_TYPES
    ]


def kinds_of(values: Sequence[Row]) -> list[str]:
    """The columns: the types of the values, those first that a reader looks for first."""
    return sorted(types_of(values), key=_rank)


def _rank(kind: str) -> int:
    return _MAIN.index(kind) if kind in _MAIN else len(_MAIN)


def year_lines(values: Sequence[Row]) -> list[YearLine]:
    """By year, the newest first; also the years for which an actual value is awaited in vain."""
    found: dict[int, dict[str, Row]] = {}
    for one in values:
        found.setdefault(int(one["fiscal_year"]), {})[one["value_type"]] = one
    blank = left_out(values)
    lines = [
        YearLine(year, year, own, any(first <= year <= last for first, last in blank))
        for year, own in found.items()
    ]
    for first, last in blank:
        known = sorted(year for year in found if first <= year <= last)
        for before, after in pairwise((first - 1, *known, last + 1)):
            if after - before > 1:
                lines.append(YearLine(before + 1, after - 1, {}, is_blank=True))
    return sorted(lines, key=lambda one: one.first, reverse=True)
