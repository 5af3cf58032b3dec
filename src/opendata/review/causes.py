"""The same thing wrong in many cells is told once: problems by cause, cells by sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from opendata.errors import Place, Problem, Severity, Text
from opendata.workbook.types import address

RANK = {"error": 0, "warning": 1, "notice": 2}
_A1 = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence, true of one or many places: the problems that say it."""

    problems: tuple[Problem, ...]

    @property
    def problem(self) -> Problem:
        """The first of them."""
        return self.problems[0]

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it is said, as often as it is."""
        return tuple(one.place for one in self.problems)


@dataclass(frozen=True, slots=True)
class Cause:
    """All problems of one code and severity."""

    code: str
    severity: Severity
    title: Text
    findings: tuple[Finding, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one sheet, neighbours joined: `("F12", "F14:F20")`."""

    sheet: str | None
    ranges: tuple[str, ...]


def causes(problems: Iterable[Problem]) -> tuple[Cause, ...]:
    """Group problems by cause: errors first, then in the order in which they were found."""
    grouped: dict[tuple[Severity, str], dict[tuple[object, ...], list[Problem]]] = {}
    for one in problems:
        told = (one.message.ja, one.remedy.ja, one.value, one.suggestion)
        grouped.setdefault((one.severity, one.code), {}).setdefault(told, []).append(one)
    found = [
        Cause(
            code,
            severity,
            next(iter(findings.values()))[0].title,
            tuple(Finding(tuple(same)) for same in findings.values()),
            sum(map(len, findings.values())),
        )
        for (severity, code), findings in grouped.items()
    ]
    return tuple(sorted(found, key=lambda cause: RANK[cause.severity]))


def position(cell: str | None) -> tuple[int, int] | None:
    """The 0-based row and column of an A1 address; None where it is none."""
    match = _A1.fullmatch(cell or "")
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def cells(places: Iterable[Place]) -> tuple[Cells, ...]:
    """The cells of some places by sheet, runs down a column joined."""
    by_sheet: dict[str | None, set[tuple[int, int]]] = {}
    for place in places:
        at = position(place.cell)
        if at is not None:
            by_sheet.setdefault(place.sheet, set()).add((at[1], at[0]))
    return tuple(Cells(sheet, tuple(_runs(where))) for sheet, where in by_sheet.items())


def _runs(where: set[tuple[int, int]]) -> Iterable[str]:
    numbered = enumerate(sorted(where))
    for _, run in groupby(numbered, key=lambda one: (one[1][0], one[1][1] - one[0])):
        members = [at for _, at in run]
        (column, top), (_, bottom) = members[0], members[-1]
        first = address(top, column)
        yield first if top == bottom else f"{first}:{address(bottom, column)}"
