"""What a review must not repeat: the values of cells that hold personal data."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from opendata.errors import Problem, Text
from opendata.review.causes import position
from opendata.review.shown import sheet_of, shown
from opendata.workbook.types import Sheet, Workbook

MASK = "●●●"
PERSONAL = "personal-data"
_SHORTEST = 4
"""Shorter values are hidden in their own cell, but not looked for elsewhere: `1` is everywhere."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Which cells to hide, and which words wherever they stand.

    `words` lists the words by their first letters, longest first.
    """

    cells: frozenset[tuple[str, int, int]]
    sheets: frozenset[str]
    words: Mapping[str, tuple[str, ...]]

    def hides(self, sheet: str, row: int, column: int) -> bool:
        """Whether a cell must not be shown."""
        return sheet in self.sheets or (sheet, row, column) in self.cells

    def text(self, text: str) -> str:
        """The text without any of the hidden words."""
        if not self.words:
            return text
        parts: list[str] = []
        at = 0
        while at < len(text):
            for word in self.words.get(text[at : at + _SHORTEST], ()):
                if text.startswith(word, at):
                    parts.append(MASK)
                    at += len(word)
                    break
            else:
                parts.append(text[at])
                at += 1
        return "".join(parts)

    def both(self, text: Text) -> Text:
        """The same for both languages."""
        return Text(self.text(text.ja), self.text(text.en))

    def problem(self, problem: Problem, workbook: Workbook | None) -> Problem:
        """The problem as it may be told."""
        if not self.cells and not self.sheets:
            return problem
        at, sheet = position(problem.place.cell), sheet_of(workbook, problem.place)
        name = sheet.name if sheet else problem.place.sheet or ""
        hidden = name in self.sheets or (at is not None and self.hides(name, *at))
        if hidden and problem.code != PERSONAL:
            # Another rule quotes the same cell, whole or in parts, so none of its words is kept.
            return replace(
                problem,
                value=MASK if problem.value else problem.value,
                suggestion=None,
                message=Text(
                    f"{problem.title.ja}（個人に関する情報があるセルのため、値は伏せています）。",
                    f"{problem.title.en} (the value is masked: the cell holds personal data).",
                ),
                remedy=Text("このセルの値を確かめてください。", "Check the value of this cell."),
            )
        return replace(
            problem,
            value=None if problem.value is None else self.text(problem.value),
            suggestion=None if problem.suggestion is None else self.text(problem.suggestion),
            message=self.both(problem.message),
            remedy=self.both(problem.remedy),
        )


def mask_of(workbook: Workbook | None, problems: Iterable[Problem]) -> Mask:
    """Find what the personal-data problems of a workbook ask to hide."""
    hidden: set[tuple[str, int, int]] = set()
    whole: set[str] = set()
    words: set[str] = set()
    for one in problems:
        if one.code != PERSONAL:
            continue
        at, sheet = position(one.place.cell), sheet_of(workbook, one.place)
        name = sheet.name if sheet else one.place.sheet or ""
        if at is None:
            whole.add(name)
            continue
        hidden.add((name, *at))
        if sheet:
            for cell in _merged_with(sheet, at):
                hidden.add((name, *cell))
                words.update(_forms(shown(sheet, *cell), sheet, cell))
    by_start: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        by_start.setdefault(word[:_SHORTEST], []).append(word)
    return Mask(
        frozenset(hidden),
        frozenset(whole),
        {start: tuple(same) for start, same in by_start.items()},
    )


def _merged_with(sheet: Sheet, at: tuple[int, int]) -> list[tuple[int, int]]:
    row, column = at
    for top, left, bottom, right in sheet.merged:
        if top <= row <= bottom and left <= column <= right:
            return [(top, left), at]
    return [at]


def _forms(text: str, sheet: Sheet, cell: tuple[int, int]) -> Iterable[str]:
    """The ways in which a cell's value may be quoted."""
    row, column = cell
    values = sheet.rows[row] if row < len(sheet.rows) else ()
    plain = "" if column >= len(values) or values[column] is None else str(values[column])
    for form in (text, plain):
        for same in (form, form.strip(), unicodedata.normalize("NFKC", form).strip()):
            if len(same) >= _SHORTEST:
                yield same
