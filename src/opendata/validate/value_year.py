"""Years written behind a value, in its own cell: they should be the year the value is given for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opendata.errors import Problem, problem
from opendata.japanese import FiscalYear, find_fiscal_years, fold
from opendata.validate.records import Columns

_BRACKETS = re.compile(r"\(([^()]*)\)")
_OTHERWISE = re.compile("比|より|から|まで|以降|以前|累計|~|対")
"""What is compared with a year, or summed up to one, may well be of another."""
NEAR = 10
"""A bare (2022) is a year where it is at most this many away from that of the value."""


def check_value_years(columns: Columns) -> Iterator[Problem]:
    """The values whose cell names another fiscal year than the one they are published for."""
    fields = columns.resource.fields
    years = [one.name for one in fields if one.reading == "fiscal_year"]
    values = [one.name for one in fields if one.reading == "quantity"]
    told: set[str | None] = set()
    for name in values if years else ():
        for row, text in enumerate(columns.texts[name]):
            year, cell = columns.values[years[0]][row], columns.places[name][row]
            if not text or not year or cell in told or cell == columns.places[years[0]][row]:
                continue
            written = _written(text, int(year))
            if written is not None and written.year != int(year):
                told.add(cell)
                place = columns.place(row, name)
                asked = (text, written.year, year)
                yield problem(
                    "value-year-mismatch",
                    place,
                    value=text,
                    asked=asked,
                    written_year=written.year,
                    year=year,
                )


def _written(text: str, year: int) -> FiscalYear | None:
    """The one year that the brackets in a text name: 1250（R4）."""
    found: list[FiscalYear] = []
    for match in _BRACKETS.finditer(fold(text).text):
        if not _OTHERWISE.search(match[1]):
            found += (one for one in find_fiscal_years(match[1]) if _is_year(one, year))
    return found[0] if len({one.year for one in found}) == 1 else None


def _is_year(found: FiscalYear, year: int) -> bool:
    return bool(found.era) or "年" in found.text or abs(found.year - year) <= NEAR
