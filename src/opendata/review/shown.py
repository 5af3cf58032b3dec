"""How a cell's value looks."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from opendata.errors import Place
from opendata.workbook.types import Sheet, Value, Workbook

_JAPAN = timezone(timedelta(hours=9))

# Control characters, changes of writing direction, lone surrogates and non-characters.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)


def sheet_of(workbook: Workbook | None, place: Place) -> Sheet | None:
    """The sheet a place names; a workbook's only sheet where it names none."""
    sheets = workbook.sheets if workbook else ()
    named = [one for one in sheets if one.name == (place.sheet or "")]
    if not named and place.sheet is None and len(sheets) == 1:
        return sheets[0]
    return named[0] if named else None


def shown(sheet: Sheet, row: int, column: int) -> str:
    """The text of a cell as the clerk sees it; empty outside the sheet."""
    if (row, column) in sheet.texts:
        return sheet.texts[row, column]
    values = sheet.rows[row] if row < len(sheet.rows) else ()
    return written(values[column]) if column < len(values) else ""


def written(value: Value) -> str:
    """A value in plain text: `12` for 12.0, ISO dates."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime) and not any((value.hour, value.minute, value.second)):
        value = value.date()
    return value.isoformat(" ") if isinstance(value, datetime) else _iso(value)


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def clean(text: str, limit: int) -> str:
    """Text fit for a page: not endless, without letters that are invisible or steer other text."""
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text[:limit] + "…" * (len(text) > limit))


def in_japan(moment: datetime) -> datetime:
    """The moment on a steward's clock; Japan has one, and no summer time."""
    return moment.astimezone(_JAPAN)
