"""Which proposals are sure enough to be written into the cells."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from opendata.errors import Place, Problem
from opendata.japanese import squash
from opendata.review.shown import shown
from opendata.workbook import Sheet, Workbook

CERTAIN = frozenset(
    {"era-year-mismatch", "era-year-never-existed", "not-a-number", "unknown-label"}
)
"""Problems of how one cell is written. What follows from other cells (a total, a name used before)
is no certain proposal: which of them is wrong, only the steward knows."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")


class Spot(NamedTuple):
    """A cell by the name of its sheet and its 0-based row and column."""

    sheet: str
    row: int
    column: int


def proposals(
    problems: Iterable[Problem],
    spots: Mapping[Place, Spot],
    workbook: Workbook,
    numeric: Collection[tuple[str, str]],
) -> dict[Spot, str | float]:
    """The new values of cells, where they are certain.

    An error, whose cell holds nothing but what was found, and of whose cell nothing else is
    proposed. Fields in `numeric` (table, field) get numbers, unless a number format would show
    them as something else.
    """
    sheets = {one.name: one for one in workbook.sheets}
    found: dict[Spot, set[str | float]] = {}
    for one in problems:
        spot = spots.get(one.place)
        if spot is None or one.suggestion is None or one.code not in CERTAIN:
            continue
        sheet = sheets[spot.sheet]
        if one.severity != "error" or one.subject is not None or not _is_all(one, sheet, spot):
            continue
        is_numeric = (one.place.table, one.place.field) in numeric
        found.setdefault(spot, set()).add(_value(one.suggestion, sheet, spot, is_numeric))
    return {spot: values.pop() for spot, values in found.items() if len(values) == 1}


def _is_all(one: Problem, sheet: Sheet, spot: Spot) -> bool:
    """Whether the cell holds what was found and nothing else."""
    return squash(shown(sheet, spot.row, spot.column)) == squash(one.value or "")


def _value(suggestion: str, sheet: Sheet, spot: Spot, is_numeric: bool) -> str | float:
    is_plain = _NUMBER.fullmatch(suggestion) is not None
    if not (is_numeric and is_plain) or (spot.row, spot.column) in sheet.texts:
        return _broken(suggestion, shown(sheet, spot.row, spot.column))
    return float(suggestion) if "." in suggestion else int(suggestion)


def _broken(text: str, before: str) -> str:
    """The text with the line breaks that the cell has, where they can be told."""
    if len(text) != len(before):
        return text
    return "".join(
        "\n" if was == "\n" and one == " " else one for one, was in zip(text, before, strict=True)
    )
