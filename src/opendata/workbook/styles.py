"""The cell styles of an xlsx or xls workbook, reduced to what changes the meaning of a cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from opendata.workbook.shown import BUILT_IN, Shower, from_serial, is_era_date, looker, shower
from opendata.workbook.types import Value

LOOKED_AT = 100_000
"""How a figure merely looks is told in sheets of up to so many cells: forms, not data tables."""


@dataclass
class Shown:
    """What the styled cells of a sheet show, by 0-based (row, column)."""

    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    looks: dict[tuple[int, int], str] = field(default_factory=dict)
    struck: set[tuple[int, int]] = field(default_factory=set)
    indents: dict[tuple[int, int], int] = field(default_factory=dict)


@dataclass
class Styles:
    """By style number: how its values are shown, which are era dates, which are struck out, how
    far its texts are indented."""

    showers: dict[int, Shower] = field(default_factory=dict)
    lookers: dict[int, Shower] = field(default_factory=dict)
    era_dates: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)
    indents: dict[int, int] = field(default_factory=dict)
    from_1904: bool = False

    def add(self, number: int, code: str, *, struck: bool, indent: int = 0) -> None:
        """Note one style with its format code."""
        if (found := shower(code)) is not None:
            self.showers[number] = found
        if (found := looker(code)) is not None:
            self.lookers[number] = found
        if is_era_date(code):
            self.era_dates.add(number)
        if struck:
            self.struck.add(number)
        if indent:
            self.indents[number] = indent

    def notable(self, cells: int) -> set[int]:
        """The styles whose cells need a look, in a sheet of so many cells."""
        found = self.struck | self.showers.keys() | self.era_dates
        return found | self.lookers.keys() | self.indents.keys() if cells <= LOOKED_AT else found

    def apply(self, rows: list[list[Value]], styled: Iterable[tuple[int, int, int]]) -> Shown:
        """What cells show; a day number with an era format is turned into its date."""
        shown = Shown()
        for row, column, style in styled:
            if row >= len(rows) or column >= len(rows[row]):
                continue
            value = rows[row][column]
            if value is None:
                continue
            if style in self.struck:
                shown.struck.add((row, column))
            if style in self.indents and isinstance(value, str):
                shown.indents[row, column] = self.indents[style]
            if isinstance(value, bool) or not isinstance(value, (int, float, date, datetime)):
                continue
            if style in self.era_dates and isinstance(value, (int, float)):
                value = from_serial(value, from_1904=self.from_1904)
                if value is None:
                    continue
                rows[row][column] = value
            if (show := self.showers.get(style)) and (text := show(value)):
                shown.texts[row, column] = text
            elif (look := self.lookers.get(style)) and (text := look(value)):
                shown.looks[row, column] = text
        return shown


def format_code(number: int, codes: dict[int, str]) -> str:
    """The code of a number format, own or built in."""
    return codes.get(number) or BUILT_IN.get(number, "General")
