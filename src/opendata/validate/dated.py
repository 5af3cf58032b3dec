"""Numbers and names that a spreadsheet turned into dates: 1-1 typed, the first of January kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from opendata.errors import Problem, problem
from opendata.extract.standard import naming_field
from opendata.package import Resource
from opendata.validate.records import Columns
from opendata.workbook import Sheet, Workbook, address

_NUMBER = "number"
_YEAR = re.compile(r"\d{4}|年|'?\d\d$")
"""What shows that a date is told with its year: then nobody typed month and day alone."""


def check_dated(workbook: Workbook, tables: Mapping[str, Columns]) -> Iterator[Problem]:
    """One problem for each cell that holds a date where a record's number or name should stand.

    What was typed is proposed where it can be told: a date shown as month and day, or one that the
    numbers below it continue (1-1 above 1-1-2).
    """
    dates = {place: found for sheet in workbook.sheets for place, found in _dates(sheet)}
    for columns in tables.values() if dates else ():
        for name in _naming(columns.resource):
            for row, place in enumerate(columns.places[name]):
                if place in dates and columns.values[name][row] is not None:
                    day, shown = dates[place]
                    typed = _typed(day, shown, columns, name)
                    where = columns.place(row, name)
                    field = columns.resource.field(name).title
                    yield problem(
                        "date-for-text", where, value=shown, suggestion=typed, field=field
                    )


def _naming(resource: Resource) -> list[str]:
    """The fields by which people know a record."""
    named = naming_field(resource)
    number = resource.field(_NUMBER) if resource.has(_NUMBER) else None
    return [one.name for one in (named, number) if one and one.reading in ("text", "name")]


def _dates(sheet: Sheet) -> Iterator[tuple[str, tuple[date, str]]]:
    for row, values in enumerate(sheet.rows):
        for column, value in enumerate(values):
            if isinstance(value, date):
                shown = sheet.texts.get((row, column)) or sheet.looks.get((row, column))
                day = value.date() if isinstance(value, datetime) else value
                yield f"{sheet.name}!{address(row, column)}", (day, shown or day.isoformat())


def _typed(day: date, shown: str, columns: Columns, name: str) -> str | None:
    typed = f"{day.month}-{day.day}"
    is_begun = any(one and one.startswith(f"{typed}-") for one in columns.values[name])
    return typed if is_begun or not _YEAR.search(shown) else None
