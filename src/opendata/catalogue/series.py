"""The years for which an indicator's actual values are awaited, and those that are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from opendata.catalogue.verdict import Row

Years = tuple[int, int]
"""The first and the last."""


def left_out(rows: Sequence[Row]) -> list[Years]:
    """The years between actual values for which there should be another and is no row.

    How many years lie between two of them is told by the others: of 2018, 2019 and 2021 one is left
    out, of 2018, 2021 and 2024 none. `rows` are those of `indicator_values`; a row that says that
    there is no value leaves out nothing.
    """
    years = sorted({int(one["fiscal_year"]) for one in rows if one["value_type"] == "actual"})
    starts = [int(one["fiscal_year"]) for one in rows if one["value_type"] == "baseline"]
    step = _step(sorted({*years, *[one for one in starts if years and one < years[0]][:1]}))
    if step is None:
        return []
    return [
        (before + step, max(range(before + step, after, step)))
        for before, after in pairwise(years)
        if after - before > step
    ]


def _step(years: Sequence[int]) -> int | None:
    """After how many years the next value most often comes; None where too few tell."""
    found = Counter(after - before for before, after in pairwise(years))
    if not found:
        return None
    step = min(found, key=lambda one: (-found[one], one))
    return step if found[step] > 1 or step == 1 else None
