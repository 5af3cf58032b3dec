"""Which of its two years a heading means, where era year and western year disagree."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from opendata.errors import Problem

if TYPE_CHECKING:
    from opendata.validate.records import Columns

_A1 = re.compile(r"([A-Z]+)([0-9]+)")


@dataclass(frozen=True, slots=True)
class _Heading:
    """A cell that names the year of some records."""

    cell: str
    rows: tuple[int, ...]
    series: frozenset[tuple[str | None, ...]]
    """What its records are besides their year."""
    year: int | None


def settle_years(columns: Columns, problems: list[Problem]) -> None:
    """Let the other headings decide between the two years of one; where they do not, nothing is
    proposed for it and its records have no year, so that none of them stands for another."""
    for name in {name for name, _ in columns.either} & {*columns.resource.primary_key}:
        headings = [*_headings(columns, name)]
        certain = [one for one in headings if (name, one.cell) not in columns.either]
        for heading in headings:
            either = columns.either.get((name, heading.cell), {})
            others = [one for one in certain if _lie_in_line(one.cell, heading.cell)]
            if not either or not others:
                continue
            year = _meant(heading, either, certain, others)
            _settle(columns, name, heading, year)
            _propose(problems, columns, name, heading.cell, None if year is None else either[year])


def _headings(columns: Columns, name: str) -> Iterator[_Heading]:
    besides = [one for one in columns.resource.primary_key if one != name]
    rows: dict[str, list[int]] = {}
    for row, cell in enumerate(columns.places[name]):
        if cell:
            rows.setdefault(cell, []).append(row)
    for cell, of_cell in rows.items():
        series = {tuple(columns.values[one][row] for one in besides) for row in of_cell}
        year = columns.values[name][of_cell[0]]
        yield _Heading(cell, tuple(of_cell), frozenset(series), int(year) if year else None)


def _meant(
    heading: _Heading,
    either: Collection[int],
    certain: Sequence[_Heading],
    others: Sequence[_Heading],
) -> int | None:
    """The one year that no other heading has and that goes on with those beside it; where none
    stands beside it, the one that is taken of a text alone (the era's)."""
    series = [one for one in certain if one.series & heading.series]
    taken = {one.year for one in series or others}
    free = [year for year in either if year not in taken]
    line = {one.cell: one.year for one in series if one in others and one.year is not None}
    lines = {year: _in_order({**line, heading.cell: year}) for year in free}
    fitting = [year for year in free if _goes_on(lines[year])]
    if len(fitting) > 1 and not line:
        return heading.year
    if len(fitting) > 1:
        fitting = [year for year in fitting if len(line) > 1 and _is_even(lines[year])]
    return fitting[0] if len(fitting) == 1 else None


def _in_order(line: Mapping[str, int]) -> list[int]:
    """The years as they stand from left to right or from top to bottom."""
    return [line[cell] for cell in sorted(line, key=_position)]


def _goes_on(years: Sequence[int]) -> bool:
    steps = [after - before for before, after in pairwise(years)]
    return all(one > 0 for one in steps) or all(one < 0 for one in steps)


def _is_even(years: Sequence[int]) -> bool:
    return len({after - before for before, after in pairwise(years)}) == 1


def _settle(columns: Columns, name: str, heading: _Heading, year: int | None) -> None:
    for row in heading.rows:
        columns.values[name][row] = None if year is None else str(year)
        if year is None:
            columns.refused.add((row, name))


def _propose(
    problems: list[Problem], columns: Columns, name: str, cell: str, text: str | None
) -> None:
    sheet, _, address = cell.rpartition("!")
    for at, one in enumerate(problems):
        place = one.place
        if one.code != "era-year-mismatch" or (place.sheet or "", place.cell) != (sheet, address):
            continue
        if (place.table, place.field) == (columns.resource.name, name):
            problems[at] = replace(one, suggestion=text)


def _lie_in_line(one: str, other: str) -> bool:
    """Whether two cells lie in one row or one column of one sheet."""
    sheet, row, column = _position(one)
    there, *at = _position(other)
    return one != other and sheet == there and (row == at[0] or column == at[1])


def _position(cell: str) -> tuple[str, int, int]:
    sheet, _, address = cell.rpartition("!")
    found = _A1.fullmatch(address)
    column = 0
    for letter in found[1] if found else "":
        column = 26 * column + ord(letter) - ord("A") + 1
    return sheet, int(found[2]) if found else 0, column
