"""Dates: a day, a month or a year, in eras or western years."""

from __future__ import annotations

import re
from datetime import date, datetime

from opendata.japanese.fiscal_year import find_years
from opendata.japanese.text import fold

_ISO_MONTH = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])")
"""As we publish months; only in a date it is no period of years."""
_MONTH = re.compile(r"年\s*([0-9]{1,3})\s*月")


def read_date(text: str | date | None) -> str | None:
    """The first date in a text as an ISO date, month or year: 平成22年3月 is 2010-03.

    A fiscal year is no date. None where there is no date, or none that exists (2月30日).
    """
    if text is None:
        return None
    if isinstance(text, date):
        return (text.date() if isinstance(text, datetime) else text).isoformat()
    folded = fold(text)
    if any(not 1 <= int(month) <= 12 for month in _MONTH.findall(folded.text)):
        return None
    if written := _ISO_MONTH.fullmatch(folded.text.strip()):
        return "-".join(written.groups())
    found = find_years(folded)
    dates = [one for one in found if one.month is not None]
    if not dates:
        years = [one for one in found if not one.said_fiscal]
        return str(years[0].calendar_year) if years else None
    year, month, day = dates[0].calendar_year, dates[0].month, dates[0].day
    if day is None:
        return f"{year:04}-{month:02}"
    try:
        return date(year, month or 1, day).isoformat()
    except ValueError:
        return None
