"""A workbook as it is: its cells, uninterpreted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

Value = str | int | float | bool | date | datetime | time | timedelta | None
Format = Literal["xlsx", "xlsm", "xls", "ods", "csv"]
Visibility = Literal["visible", "hidden", "very_hidden"]


RESULTS_SHEET = "確認結果"
"""The sheet that a review adds to a steward's own workbook; it is no part of what they submit."""
RESULTS_FILLS: Mapping[str, str] = {
    "error": "FFFFC7CE",
    "warning": "FFFFEB9C",
    "changed": "FFBDD7EE",
}
"""The colours by which a review marks cells: they are no part of what is submitted either."""
RESULTS_RULE = "―― 確認結果 ――"
"""What the review's part of a comment begins with; it stands beneath the department's."""
_RULE = re.compile(r"―{1,4}\s{0,9}確認結果\s{0,9}―{1,4}")


def own_length(comment: str) -> int:
    """How much of a comment is the department's own: up to our part, whatever the programs that
    saved the workbook since have made of the spaces and lines around it."""
    found = _RULE.search(comment)
    return len(comment) if found is None else found.start()


class Range(NamedTuple):
    """A rectangle of cells, 0-based, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `rows[r][c]` is the value of the cell at 0-based row r, column c from A1.

    All rows are equally long. An empty cell is None, never an empty text; an error is its text
    (`#DIV/0!`). Merged, hidden and other places are 0-based too.
    """

    name: str
    rows: Sequence[Sequence[Value]]
    visibility: Visibility = "visible"
    merged: tuple[Range, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """The number formats of filled cells as the file writes them, where there is one."""
    texts: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """What the clerk sees, where it differs from the plain value: number formats that change what
    a figure says (0.125 shown as 12.5%, 1234567 as 1,235, dates in eras), and
    texts without their struck-out part."""
    looks: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """What the clerk sees, where a number format changes only the look: 5,000, ▲3, 50.0. To show,
    not to read."""
    comments: Mapping[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: frozenset[tuple[int, int]] = frozenset()
    """Formulas whose result is not stored in the file: their values are None."""
    struck: frozenset[tuple[int, int]] = frozenset()
    """Filled cells that are struck out as a whole."""
    indents: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """How many steps a text is indented by its alignment (Excel's button, not spaces)."""
    formulas: tuple[Range, ...] = ()
    """Where formulas stand: rectangles that do not overlap."""
    objects: tuple[Range, ...] = ()
    """Over which cells pictures, shapes, charts and text boxes lie; comments are none."""
    inks: Sequence[Sequence[str]] | None = None
    """By row and column, as far as told, how a cell is coloured, empty where it is plain; None
    where the format does not tell."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file's cells. A CSV file is a workbook of one sheet whose name is empty."""

    name: str
    format: Format
    sheets: tuple[Sheet, ...]
    properties: Mapping[str, str] = field(default_factory=dict)
    """What the file says of itself: creator, lastModifiedBy, manager, company, title, subject,
    description, keywords, category, and properties that its author named."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost. Every limit that is passed refuses the file."""

    file_bytes: int = 50 * 2**20
    expanded_bytes: int = 1 * 2**30
    expansion: int = 300
    entries: int = 5_000
    cells: int = 5_000_000
    sheets: int = 500
    seconds: float = 60.0
    memory_bytes: int = 3 * 2**30


def address(row: int, column: int) -> str:
    """The A1 form of a 0-based row and column."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
