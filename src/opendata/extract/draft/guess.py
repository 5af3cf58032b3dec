"""What a draft takes things for: the columns, and the tables they make."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from opendata.errors import Text
from opendata.extract.draft.headings import LEVELS
from opendata.extract.grid import Cell, Grid

_OF_PLAN = re.compile("施策|取り?組|目標|方針|政策|戦略")


@dataclass(frozen=True)
class Guess:
    """What one column is taken for: `role` of the vocabulary, its year, how sure, and why."""

    sheet: str
    column: int
    path: tuple[Cell, ...]
    role: str
    words: str
    value_type: str | None = None
    kind: str | None = None
    has_year: bool = False
    year: str | None = None
    """A fiscal year that stands elsewhere on the sheet, or whose era does."""
    parts: tuple[str, ...] = ()
    """The header's path in the layout's words."""
    confidence: float = 0.0
    reasons: tuple[Text, ...] = ()

    stacked: tuple[str, ...] = ()
    """The kinds of values in the rows of one indicator, from top to bottom."""
    width: int = 1
    """How many columns the heading is merged over."""

    @property
    def is_value(self) -> bool:
        return self.role == "value"


@dataclass
class TableGuess:
    """A table: its rows, its columns, and the rows that are no records."""

    grid: Grid
    top: int
    bottom: int
    rows: list[int]
    columns: list[Guess]
    gap: int = 1
    ignored_rows: dict[int, str] = field(default_factory=dict)
    """Row and the text that names it."""
    lines: dict[int, str] = field(default_factory=dict)
    """Rows that are one text across the table, and the heading under which it begins."""
    repeats: bool = False
    """Whether its header stands several times side by side."""
    is_indented: bool = False
    """Whether the names hang on what stands further out above them."""
    era: str | None = None
    """The era of years written without one, where the lines above the table name it."""
    other_rows: dict[str, str] = field(default_factory=dict)
    """Where years stand one below the other: the rows that are no actuals, and what they are."""
    has_name: bool = False
    """Whether a heading says in so many words that here stand indicators."""

    def of(self, *roles: str) -> list[Guess]:
        return [one for one in self.columns if one.role in roles]

    @property
    def records(self) -> list[int]:
        """The visible rows that are records."""
        hidden = self.grid.sheet.hidden_rows
        skipped = hidden | self.ignored_rows.keys() | self.lines.keys()
        return [row for row in self.rows if row not in skipped]

    @property
    def is_card(self) -> bool:
        """Whether it holds the values of one indicator, which is named above it."""
        has_values = len(self.of("value")) >= 2 and self.of("row_kind", "year")
        return bool(has_values) and not self.of("name", "crossed")

    @property
    def names_parts(self) -> bool:
        """Whether its values are told of a plan's parts: 施策 | 令和4年度 | 令和6年度."""
        return any(_OF_PLAN.search(one.words) for one in self.of("name"))

    @property
    def is_strong(self) -> bool:
        """Whether the table is one of indicators or of a plan's parts without asking the sheet."""
        values = {one.value_type for one in self.of("value")}
        if self.of("crossed"):
            return "target" in self.other_rows.values()
        if self.has_name and values:
            return True
        if self.of("name", "row_kind") and values & {"target", "baseline", "midterm_target"}:
            return True
        levels = self.of(*LEVELS)
        of_plan = any(_OF_PLAN.search(one.words) for one in levels)
        return len({one.role for one in levels}) >= 2 and of_plan
