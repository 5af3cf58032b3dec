"""A sheet as a clerk sees it: merged cells filled, texts shown, and a way to look for texts."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache

from opendata.japanese import find_fiscal_years, squash, tidy
from opendata.workbook import Range, Sheet, Value, address, figure_told

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_FOOTNOTE = re.compile(r"[※*]\d*$")


LONGEST_HEADING = 200
"""A longer text is no heading and no label."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell: where it is and what it holds. `row` and `column` are its top left."""

    sheet: str
    row: int
    column: int
    value: Value
    shown: str

    @property
    def address(self) -> str:
        return address(self.row, self.column)

    @property
    def place(self) -> str:
        return f"{self.sheet}!{self.address}"

    @property
    def text(self) -> str:
        """The exact text of the value: what is shown, but a number in full.

        Where the shown figure is another one than the number, it is what the cell says: a
        percentage, thousands without their last three digits.
        """
        value = self.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self.shown
        exact = plain(value)
        return exact if self.shown == exact else figure_told(value, self.shown) or exact


def plain(value: Value) -> str:
    """The shortest exact text of a value without a number format."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        whole_day = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if whole_day else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


@dataclass
class Grid:
    """One sheet with its merged cells filled in from their top left."""

    sheet: Sheet
    _origin: dict[tuple[int, int], tuple[int, int]] = field(init=False, default_factory=dict)
    _span: dict[tuple[int, int], Range] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for merged in self.sheet.merged:
            self._span[merged.top, merged.left] = merged
            bottom = min(merged.bottom, self.height - 1)
            for row in range(merged.top, bottom + 1):
                for column in range(merged.left, min(merged.right, self.width + 64) + 1):
                    self._origin[row, column] = (merged.top, merged.left)

    @property
    def name(self) -> str:
        return self.sheet.name

    @property
    def height(self) -> int:
        return len(self.sheet.rows)

    @cached_property
    def width(self) -> int:
        return max((len(row) for row in self.sheet.rows), default=0)

    @cached_property
    def _headings(self) -> dict[str, list[Cell]]:
        """The text cells by every form under which they may be known."""
        headings: dict[str, list[Cell]] = {}
        for cell in self.filled():
            if isinstance(cell.value, str) and len(cell.shown) <= LONGEST_HEADING:
                for form in _forms(cell.shown):
                    headings.setdefault(form, []).append(cell)
        return headings

    def find(self, patterns: Iterable[str]) -> list[Cell]:
        """The text cells that one of the layout's texts names, row by row."""
        found: dict[tuple[int, int], Cell] = {}
        for pattern in patterns:
            wanted = _pattern(pattern)
            for form in fnmatch.filter(self._headings, wanted) if "*" in wanted else [wanted]:
                for cell in self._headings.get(form, ()):
                    found[cell.row, cell.column] = cell
        return [found[at] for at in sorted(found)]

    @cached_property
    def sentences(self) -> tuple[Cell, ...]:
        """The visible text cells that are short enough to be a title."""
        return tuple(
            cell
            for cell in self.filled()
            if isinstance(cell.value, str)
            and len(cell.shown) <= LONGEST_HEADING
            and not self.is_hidden(cell.row, cell.column)
        )

    @cached_property
    def with_colon(self) -> tuple[Cell, ...]:
        """The text cells that hold a label and its value: `計画期間：平成20年度から`."""
        return tuple(
            cell
            for cell in self.filled()
            if isinstance(cell.value, str) and ("：" in cell.shown or ":" in cell.shown)
        )

    def cell(self, row: int, column: int) -> Cell | None:
        """The filled cell that covers this position, or None where there is nothing."""
        row, column = self._origin.get((row, column), (row, column))
        rows = self.sheet.rows
        if not (0 <= row < len(rows) and 0 <= column < len(rows[row])):
            return None
        value = rows[row][column]
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        at = (row, column)
        shown = self.sheet.texts.get(at) or self.sheet.looks.get(at) or plain(value)
        return Cell(self.sheet.name, row, column, value, shown)

    def place(self, row: int, column: int) -> str:
        """`<sheet>!<A1>` of a position: of the merged cell's top left where it lies in one."""
        return f"{self.name}!{address(*self._origin.get((row, column), (row, column)))}"

    def span(self, cell: Cell) -> Range:
        """The merged range that the cell fills; itself where it is not merged."""
        own = Range(cell.row, cell.column, cell.row, cell.column)
        return self._span.get((cell.row, cell.column), own)

    def filled(self, top: int = 0, bottom: int | None = None) -> Iterator[Cell]:
        """Every filled cell once, at its own place, row by row."""
        end = self.height if bottom is None else min(bottom + 1, self.height)
        for row in range(top, end):
            for column in range(len(self.sheet.rows[row])):
                if self._origin.get((row, column), (row, column)) == (row, column):
                    cell = self.cell(row, column)
                    if cell is not None:
                        yield cell

    def indent(self, row: int, column: int) -> int:
        """How many steps the cell that covers this position is indented by its alignment."""
        return self.sheet.indents.get(self._origin.get((row, column), (row, column)), 0)

    def covered(self) -> Iterator[tuple[int, int]]:
        """The filled positions that a merged cell lies over: nobody sees them."""
        rows = self.sheet.rows
        for (row, column), origin in self._origin.items():
            if (row, column) != origin and row < len(rows) and column < len(rows[row]):
                value = rows[row][column]
                if value is not None and value != rows[origin[0]][origin[1]]:
                    yield row, column

    def is_hidden(self, row: int, column: int) -> bool:
        return row in self.sheet.hidden_rows or column in self.sheet.hidden_columns


@lru_cache(maxsize=65536)
def _forms(text: str) -> frozenset[str]:
    """The forms under which a heading is known: as it is, without brackets, without its year."""
    whole = squash(text)
    bare = _FOOTNOTE.sub("", _without_brackets(whole))
    without_year = bare
    if any(one.isdigit() or one == "元" for one in text):
        for year in find_fiscal_years(tidy(text)):
            without_year = without_year.replace(squash(year.text), "")
    return frozenset(form.strip(":：") for form in (whole, bare, without_year) if form)


def _without_brackets(text: str) -> str:
    """The text without its brackets, from the innermost to the outermost."""
    while (shorter := _BRACKETED.sub("", text)) != text:
        text = shorter
    return text


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> str:
    return squash(pattern).strip(":：").replace("[", "[[]")


def matches(text: str, pattern: str) -> bool:
    """Whether a heading is the one the layout names: widths, spaces and brackets do not count."""
    if pattern == "$year":
        return bool(find_fiscal_years(tidy(text)))
    wanted = _pattern(pattern)
    return any(fnmatch.fnmatchcase(form, wanted) for form in _forms(text))


def matches_any(text: str, patterns: Iterable[str]) -> bool:
    return any(matches(text, pattern) for pattern in patterns)
