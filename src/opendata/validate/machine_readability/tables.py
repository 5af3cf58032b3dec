"""Where the tables of a sheet stand, seen without any layout: blocks of filled cells, their header
rows and their columns.

A layout that reads the workbook knows better where headers are; what it knows is taken as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from opendata.extract import HeaderRows
from opendata.japanese import find_fiscal_years, is_unit, squash
from opendata.validate.machine_readability.places import Place
from opendata.workbook import Range, Sheet, Value

Filled = npt.NDArray[Any]
MOST_BLOCKS = 400
"""A sheet that falls into more pieces is no set of tables."""
MOST_SPANS = 400
CROSSING = 4
"""So many merged cells that cross others are no oversight."""
HEADER_ROWS = 6
LONGEST_BAND = 12
"""A longer text above headings is a caption."""
_NOTE = re.compile(r"[\s　]*(?:※|＊|\*|[(（]?注|備考|資料|出典|出所|凡例|[(（]?単位)")
_LABEL = re.compile(r"(?:備考|資料|出典|出所|凡例)(?:【.{1,6}】)?")
"""A word that begins a note and stands alone is the label of a row."""
_DIGITS = re.compile(r"[-−－▲△]?[0-9０-９][0-9０-９,，.．]*")
_MAY_BE_YEAR = re.compile("年|月|^[MTSHRＭＴＳＨＲ]|(?:18|19|20|１８|１９|２０)[0-9０-９]{2}")
_TOTAL = re.compile(
    r".{0,6}(?:合計|総計|小計|累計|平均)|計|総数|再掲.{0,4}|.{0,8}(?:割合|構成比|比率)(?:[(\[].{1,4}[)\]])?"
    r"|(?:(?:sub|grand|system|overall)[ -]?)?totals?|average|mean",
    re.I,
)
"""What names a row of sums, or of the shares that are computed from it."""
_SHORT_YEAR = re.compile(
    r"[MTSHRＭＴＳＨＲ]?[0-9０-９元]{1,2}(?:年度?)?|[0-9０-９]{1,2}月(?:末|分)?"
)


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading in every header row, and what its body holds."""

    at: int
    headings: tuple[tuple[Place, str], ...]
    """The cell and the text of every heading above it, from top to bottom."""
    values: Sequence[Value]
    """The body from top to bottom; what lies under a merged cell is None."""

    @cached_property
    def path(self) -> tuple[str, ...]:
        """The texts of its headings, from top to bottom."""
        return tuple(text for _, text in self.headings)

    @property
    def heading(self) -> str:
        """The heading nearest to the data."""
        return self.path[-1] if self.path else ""

    @cached_property
    def texts(self) -> Counter[str]:
        """The texts and how often each stands there."""
        return Counter(one for one in self.values if one.__class__ is str and one.strip())

    @cached_property
    def numbers(self) -> int:
        """How many cells hold a number."""
        return sum(
            count for kind, count in Counter(map(type, self.values)).items() if kind in (int, float)
        )

    @cached_property
    def filled(self) -> int:
        return len(self.values) - self.values.count(None)

    def rows_with(self, wanted: Mapping[str, object]) -> Iterator[int]:
        """The rows, from the top of the body, whose text is one of these."""
        for row, value in enumerate(self.values):
            if value.__class__ is str and value in wanted:
                yield row


@dataclass(frozen=True)
class TableArea:
    """A table: rows `top` to `bottom` and columns `left` to `right` (0-based, both included). Its
    body begins at row `body`, at `top` where no header was found."""

    page: Page
    top: int
    body: int
    bottom: int
    left: int
    right: int

    @property
    def range(self) -> Range:
        return Range(self.top, self.left, self.bottom, self.right)

    @cached_property
    def is_form(self) -> bool:
        """Whether it is labels beside their values rather than records below headings: most rows
        with cells merged sideways, and texts only or another grid in every row."""
        if any(self.top <= one.top <= self.bottom for one in self.page.headers):
            return False
        wide = [
            one
            for one in self.page.sheet.merged
            if one.left < one.right
            and self.left <= one.left <= self.right
            and self.top <= one.top <= self.bottom
        ]
        rows = self.bottom - self.top + 1
        is_grown = len({one.top for one in wide}) * 5 >= rows * 3
        return is_grown and (not any(one.numbers for one in self.columns) or _cross(wide))

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        rows = self.page.sheet.rows[self.body : self.bottom + 1]
        return tuple(
            Column(at, self.page.headings(self.top, self.body, at), [row[at] for row in rows])
            for at in range(self.left, self.right + 1)
        )

    def place(self, column: Column) -> Place:
        """Where the heading nearest to the data stands: in the first row of merged cells."""
        return (column.headings[-1][0][0] if column.headings else self.body - 1), column.at


@dataclass(frozen=True)
class Page:
    """One sheet with its tables and what stands outside of them."""

    sheet: Sheet
    headers: tuple[HeaderRows, ...] = ()
    """The header rows that a layout found on this sheet."""
    _origin: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.sheet.name

    @cached_property
    def own(self) -> Filled:
        """Which cells hold something."""
        rows = self.sheet.rows
        if not rows:
            return np.zeros((0, 0), bool)
        return np.array(
            [
                [one is not None and not (isinstance(one, str) and one.isspace()) for one in row]
                for row in rows
            ],
            bool,
        )

    @cached_property
    def filled(self) -> Filled:
        """Which cells show something, merged ranges as a whole."""
        filled = self.own.copy()
        left = filled.size
        for merged in self.sheet.merged:
            area = filled[merged.top : merged.bottom + 1, merged.left : merged.right + 1]
            left -= area.size  # ranges that overlap are no program's
            if left < 0:
                break
            if area.size:
                area[:] = area[0, 0]
        return filled

    @cached_property
    def _masters(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Of the cells in header rows that lie under a merged one, the cell that shows its text."""
        width = self.filled.shape[1]
        found: dict[tuple[int, int], tuple[int, int]] = {}
        rows = sorted({row for one in self.tables for row in range(one.top, one.body)})
        room = 4 * width * len(rows)
        for merged in self.sheet.merged:
            first = bisect_left(rows, merged.top)
            for row in rows[first : bisect_left(rows, merged.bottom + 1)]:
                for column in range(merged.left, min(merged.right, width - 1) + 1):
                    found[row, column] = (merged.top, merged.left)
                room -= merged.right - merged.left
            if room < 0:  # ranges that overlap are no program's
                break
        return found

    def headings(self, top: int, body: int, column: int) -> tuple[tuple[Place, str], ...]:
        """The headings above a column with their cells, each once; empty where there is none."""
        found: dict[Place, str] = {}
        for row in range(top, body):
            at, value = self._shown_at(row, column)
            if is_filled(value):
                found[at] = _shown(value)
        return tuple(found.items())

    def heading(self, row: int, column: int) -> str:
        """What a row of headings shows above a column; empty where nothing."""
        _, value = self._shown_at(row, column)
        return _shown(value) if is_filled(value) else ""

    def _shown_at(self, row: int, column: int) -> tuple[Place, Value]:
        at = self._masters.get((row, column), (row, column))
        return at, self.sheet.rows[at[0]][at[1]]

    @cached_property
    def parts(self) -> Parts:
        return _Finder(self).parts()

    @property
    def tables(self) -> tuple[TableArea, ...]:
        return self.parts.tables


@dataclass(frozen=True)
class Parts:
    """What a sheet is made of: its tables, the texts outside of them, and the blank rows and
    columns by which one table is broken."""

    tables: tuple[TableArea, ...]
    outside: tuple[Range, ...]
    blank_rows: tuple[Range, ...]
    blank_columns: tuple[Range, ...]


class _Finder:
    """Takes a sheet apart along its blank rows and columns."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._filled = page.filled
        self._merged: dict[int, list[Range]] = {}
        for one in page.sheet.merged:
            self._merged.setdefault(one.top, []).append(one)

    def parts(self) -> Parts:
        blocks = [*self._blocks(Range(0, 0, *(one - 1 for one in self._filled.shape)))]
        tables: list[TableArea] = []
        outside: list[Range] = []
        rows: list[Range] = []
        columns: list[Range] = []
        for block in blocks:
            found, beside = self._tables_in(block)
            if tables and not found and self._is_column_of(tables[-1], block):
                gap = Range(block.top, tables[-1].right + 1, block.bottom, block.left - 1)
                columns.append(gap)
                tables[-1] = replace(tables[-1], right=block.right)
                continue
            if tables and not found and _lies_in(tables[-1], block):
                continue
            outside.extend(beside)
            for one in found:
                between = self._continues(tables[-1], one) if tables else None
                if between is None:
                    tables.append(one)
                    continue
                (rows if between.bottom < one.top else columns).append(between)
                tables[-1] = self._joined(tables[-1], one)
        return Parts(tuple(tables), tuple(outside), tuple(rows), tuple(columns))

    def _is_column_of(self, table: TableArea, block: Range) -> bool:
        """Whether a single column stands beside a table, row for row."""
        is_aligned = table.top <= block.top <= table.body and block.bottom == table.bottom
        return block.left == block.right and is_aligned and block.left == table.right + 2

    def _joined(self, one: TableArea, other: TableArea) -> TableArea:
        return self._area(
            min(one.top, other.top),
            max(one.body, other.body) if one.body > one.bottom else one.body,
            max(one.bottom, other.bottom),
            min(one.left, other.left),
            max(one.right, other.right),
        )

    def _area(self, top: int, body: int, bottom: int, left: int, right: int) -> TableArea:
        return TableArea(self._page, top, body, bottom, left, right)

    def _blocks(self, within: Range, depth: int = 0) -> Iterator[Range]:
        """The blocks of filled cells, cut along blank rows, then columns, then rows again."""
        area = self._filled[within.top : within.bottom + 1, within.left : within.right + 1]
        for top, bottom in _runs(np.atleast_1d(area.any(axis=1))):
            band = area[top : bottom + 1]
            cuts = _runs(np.atleast_1d(band.any(axis=0)))
            for left, right in cuts:
                block = Range(
                    within.top + top, within.left + left, within.top + bottom, within.left + right
                )
                if len(cuts) > 1 and depth < 3:
                    yield from self._blocks(block, depth + 1)
                else:
                    yield block

    def _tables_in(self, block: Range) -> tuple[list[TableArea], list[Range]]:
        """The tables of a block, and the lines of text above, below and between them."""
        widths = self._widths(block)
        if block.right == block.left or sum(one > 1 for one in widths) < 2:
            return [], [block]
        top, bottom = block.top, block.bottom
        known = [
            one
            for one in self._page.headers
            if block.top <= one.top <= block.bottom
            and one.left <= block.right
            and one.right >= block.left
        ]
        outside: list[Range] = []
        first = min((one.top for one in known), default=None)
        while top < bottom and top != first and self._is_line(block, top, widths):
            top += 1
        if top > block.top:
            outside.append(block._replace(bottom=top - 1))
        while bottom > top and self._is_note(block, bottom, widths):
            bottom -= 1
        if bottom < block.bottom:
            outside.append(block._replace(top=bottom + 1))
        starts = sorted({top, *(one.top for one in known if one.top > top)})
        ends = [*(one - 1 for one in starts[1:]), bottom]
        by_top = {one.top: one.bottom for one in known}
        tables = []
        for start, end in zip(starts, ends, strict=True):
            if start == end and start not in by_top:  # one line above headings that are known
                outside.append(block._replace(top=start, bottom=end))
                continue
            columns = self._extent(block, start, end)
            body = by_top[start] + 1 if start in by_top else self._body(start, end, *columns)
            while (beside := self._beside(start, body, end, *columns)) is not None:
                outside.append(beside)
                columns = (
                    columns[0],
                    self._extent(block._replace(right=beside.left - 1), start, end)[1],
                )
            tables.append(self._area(start, min(body, end + 1), end, *columns))
        return tables, outside

    def _beside(self, top: int, body: int, bottom: int, left: int, right: int) -> Range | None:
        """A last column without heading in which stands one text only: a note beside the table."""
        column = self._filled[top : bottom + 1, right]
        if right - left < 2 or bottom - body < 1 or column.sum() != 1 or column[: body - top].any():
            return None
        row = top + int(np.flatnonzero(column)[0])
        is_text = isinstance(self._page.sheet.rows[row][right], str)
        return Range(row, right, row, right) if is_text else None

    def _extent(self, block: Range, top: int, bottom: int) -> tuple[int, int]:
        area = self._filled[top : bottom + 1, block.left : block.right + 1].any(axis=0)
        at = np.flatnonzero(area)
        return block.left + int(at[0]), block.left + int(at[-1])

    def _widths(self, block: Range) -> Sequence[int]:
        """How many cells of each row hold something of their own."""
        area = self._page.own[block.top : block.bottom + 1, block.left : block.right + 1]
        widths: list[int] = area.sum(axis=1).tolist()
        return widths

    def _is_line(self, block: Range, row: int, widths: Sequence[int]) -> bool:
        """Whether a row above a table is a title, a unit or a remark, not a band over headings."""
        filled = self._filled[row, block.left : block.right + 1]
        at = np.flatnonzero(filled)
        if not at.size or not widths[row - block.top]:  # all of it lies under a merged cell
            return True
        own = widths[row - block.top]
        below = max(widths[row - block.top + 1 : row - block.top + 1 + HEADER_ROWS], default=0)
        cells = self._page.sheet.rows[row][block.left : block.right + 1]
        told = [one for one in cells if is_filled(one)]
        if not any(isinstance(one, str) for one in told):
            return False
        if all(isinstance(one, str) and _NOTE.match(one) for one in told):
            return True
        if own == 1:
            is_band = 1 < at.size < filled.size - 1 and at[0] > 0
            return not is_band and below >= 1
        if own > 2 or below < 3 * own:
            return False
        is_caption = at[0] == 0 and len(str(told[0])) > LONGEST_BAND
        return is_caption or at.size * 4 <= filled.size

    def _is_note(self, block: Range, row: int, widths: Sequence[int]) -> bool:
        """Whether a row at the end of a block is a note under the table."""
        cells = self._page.sheet.rows[row][block.left : block.right + 1]
        first = next((one for one in cells if one is not None), None)
        if not isinstance(first, str) or _LABEL.fullmatch(squash(first)):
            return False
        return (widths[row - block.top] <= 2 and bool(_NOTE.match(first))) or (
            widths[row - block.top] == 1 and block.right - block.left > 1 and len(first) > 25
        )

    def _body(self, top: int, bottom: int, left: int, right: int) -> int:
        """The first row of the body: below the header, which may take several rows; `top` where the
        first row reads like data."""
        rows = self._page.sheet.rows
        if not _is_heading_row(rows[top][left : right + 1]) or self._begins_with_days(top, left):
            return top
        body = top + 1
        row = top
        while row < body and body - top < HEADER_ROWS:
            for span in self._merged.get(row, ()):
                if left <= span.left <= right:
                    is_band = self._has_headings_below(span, bottom, left, right)
                    body = max(body, min(span.bottom + 1 + is_band, top + HEADER_ROWS))
            row += 1
        while body <= bottom and body - top < HEADER_ROWS:
            cells = [rows[row][left : right + 1] for row in range(body, min(body + 3, bottom + 1))]
            if not (
                _is_sub_heading_row(cells[0], rows[top][left : right + 1])
                or _heads_figures(cells[0], cells[1:])
            ):
                break
            body += 1
        return min(body, bottom + 1) if bottom > top else body

    def _begins_with_days(self, top: int, left: int) -> bool:
        """Whether a first column holds days from its first row on: records, no headings."""
        below = self._page.sheet.rows[top : top + 3]
        return len(below) > 1 and all(isinstance(row[left], date) for row in below)

    def _has_headings_below(self, band: Range, bottom: int, left: int, right: int) -> bool:
        """Whether headings of their own stand below a heading that spans several columns, and no
        record of the table, which reads like data further on."""
        if band.right == band.left or band.bottom >= bottom:
            return False
        row = self._page.sheet.rows[band.bottom + 1]
        told = [one for one in row[band.left : band.right + 1] if is_filled(one)]
        others = (*row[left : band.left], *row[band.right + 1 : right + 1])
        is_record = any(_is_number(one) and not is_year(one) for one in others)
        return len(told) > 1 and all(map(_is_heading, told)) and not is_record

    def _goes_on(self, above: TableArea, below: TableArea) -> bool:
        """Whether the first row of a block reads like the body of the table above it."""
        if any(one.top == below.top for one in self._page.headers):
            return False
        if below.body == below.top or above.body > above.bottom:
            return below.body == below.top
        rows = self._page.sheet.rows
        columns = range(below.left, below.right + 1)
        body = rows[above.body : above.bottom + 1][:HEADER_ROWS]
        figures = [at for at in columns if any(_is_number(row[at]) for row in body)]
        if figures:
            return any(_is_number(rows[below.top][at]) for at in figures)
        is_plain = below.body - below.top == 1 and below.top - above.bottom == 2
        return is_plain and not set(self._heads(below)) & set(self._heads(above))

    def _stands_alone(self, table: TableArea) -> bool:
        """Whether a block names its rows itself, in its first column, and has figures for them."""
        rows = self._page.sheet.rows[table.body : table.bottom + 1]
        names = [row[table.left] for row in rows]
        if not all(isinstance(one, str) and not _is_number(one) for one in names):
            return False
        figures = range(table.left + 1, table.right + 1)
        return len({*names}) == len(names) and any(
            all(row[at] is None or _is_number(row[at]) for row in rows) for at in figures
        )

    def _lacks_names(self, table: TableArea) -> bool:
        """Whether a block holds figures alone, whose rows only the block beside it names."""
        rows = self._page.sheet.rows[table.body : table.bottom + 1]
        first = [row[table.left] for row in rows if row[table.left] is not None]
        if not first or table.body == table.top or all(map(is_year, first)) or are_running(first):
            return False
        cells = (one for row in rows for one in row[table.left : table.right + 1])
        return all(one is None or _is_number(one) or _is_mark(one) for one in cells)

    def _heads(self, table: TableArea) -> Iterator[str]:
        """The texts in the last header row."""
        row = self._page.sheet.rows[max(table.body - 1, table.top)]
        told = (one for one in row[table.left : table.right + 1] if is_filled(one))
        return (squash(str(one)) for one in told if table.body > table.top)

    def _continues(self, above: TableArea, below: TableArea) -> Range | None:
        """The gap between two blocks that are one table; None where they are two."""
        if below.top > above.bottom:
            gap = Range(above.bottom + 1, below.left, below.top - 1, below.right)
            common = min(above.right, below.right) - max(above.left, below.left) + 1
            whole = max(above.right, below.right) - min(above.left, below.left) + 1
            is_same = common == whole or (above.body > above.bottom and common * 2 > whole)
            is_blank = not self._filled[
                gap.top : gap.bottom + 1, below.left : below.right + 1
            ].any()
            is_near = gap.bottom - gap.top < 2 and is_same and is_blank
            return gap if is_near and self._goes_on(above, below) else None
        if below.left > above.right and above.bottom == below.bottom:
            gap = Range(above.top, above.right + 1, above.bottom, below.left - 1)
            if gap.right - gap.left >= 2:
                return None
            if self._lacks_names(below) and not self._lacks_names(above):
                return gap
            if (above.top, above.body) != (below.top, below.body):
                return None
            if self._stands_alone(above) and self._stands_alone(below):
                return None
            texts = set(self._heads(above))
            again = any(one in texts for one in self._heads(below))
            return None if again else gap
        return None


def _cross(merged: Iterable[Range]) -> bool:
    """Whether merged cells begin or end in the midst of others, again and again, as in forms drawn
    on squared paper; in a table they keep to its columns, or span several of them."""
    spans = sorted({(one.left, one.right) for one in merged})[:MOST_SPANS]
    crossing = sum(a < c <= b < d for at, (a, b) in enumerate(spans) for c, d in spans[at + 1 :])
    return crossing >= CROSSING


def _lies_in(table: TableArea, block: Range) -> bool:
    """Whether a block is a part of a table that was put together from the blocks around it."""
    is_below = table.top <= block.top and block.bottom <= table.bottom
    return is_below and table.left <= block.left and block.right <= table.right


def is_filled(value: object) -> bool:
    """Whether a cell shows something."""
    return value is not None and not (isinstance(value, str) and value.isspace())


def is_total(cells: Iterable[object]) -> bool:
    """Whether a row holds sums of others."""
    return any(isinstance(one, str) and _TOTAL.fullmatch(squash(one)) for one in cells)


def _runs(marks: Filled) -> list[tuple[int, int]]:
    """The stretches of marks that are set, ends included; of very many the last is the rest."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], marks.view(np.int8), [0]))))
    runs = [(int(start), int(end) - 1) for start, end in edges.reshape(-1, 2)[:MOST_BLOCKS]]
    if len(edges) > 2 * MOST_BLOCKS:
        runs[-1] = (runs[-1][0], int(edges[-1]) - 1)
    return runs


def _is_heading_row(cells: Sequence[Value]) -> bool:
    """Whether a row reads like headings: texts and years, hardly a figure."""
    told = [one for one in cells if one is not None]
    heads = sum(_is_heading(one) for one in told)
    return bool(told) and heads * 5 >= len(told) * 3


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) or (
        isinstance(value, str) and _DIGITS.fullmatch(value.strip()) is not None
    )


def are_running(values: Sequence[Value]) -> bool:
    """Whether figures only number their rows."""
    numbers = [one for one in values if isinstance(one, (int, float))]
    return len(numbers) > 2 and all(b - a == 1 for a, b in pairwise(numbers))


def _is_mark(value: Value) -> bool:
    """Whether a sign stands in the place of a figure."""
    return isinstance(value, str) and not any(map(str.isalnum, value))


def _is_heading(value: Value) -> bool:
    if isinstance(value, str):
        return not _DIGITS.fullmatch(value.strip()) or is_year(value)
    return is_year(value)


def _is_sub_heading_row(cells: Sequence[Value], above: Sequence[Value]) -> bool:
    """Whether a row below the first of a header belongs to it: years, units, or kinds of values
    below headings that leave the first columns to it."""
    told = [one for one in cells if one is not None]
    if not told:
        return False
    if all(is_year(one) or (isinstance(one, str) and _is_bracketed(one)) for one in told):
        return True
    texts = [one for one in told if isinstance(one, str)]
    is_apart = cells[0] is None and above[0] is not None
    gaps = sum(one is None for one in above)
    return len(texts) == len(told) > 1 and is_apart and gaps > 0 and max(map(len, texts)) <= 20


def _heads_figures(cells: Sequence[Value], below: Sequence[Sequence[Value]]) -> bool:
    """Whether words stand in a row, and figures in most of its columns in the two rows below it."""
    told = [at for at, one in enumerate(cells) if is_filled(one)]
    if len(below) < 2 or len(told) < 3:
        return False
    heads = sum(_is_word(cells[at]) and _are_figures([row[at] for row in below]) for at in told)
    return heads * 2 >= len(told) and not any(_is_number(cells[at]) for at in told)


def _are_figures(values: Sequence[Value]) -> bool:
    """Whether there are figures and nothing else."""
    told = [one for one in values if is_filled(one)]
    return bool(told) and all(map(_is_number, told))


def _is_word(value: Value) -> bool:
    return isinstance(value, str) and len(value) > 1 and any(one.isalpha() for one in value)


def _is_bracketed(text: str) -> bool:
    plain = squash(text)
    return (plain.startswith("(") and plain.endswith(")")) or (is_unit(plain) and len(plain) < 8)


def is_year(value: Value) -> bool:
    """Whether a heading names a year or a month: 2024, 令和6年度, R6, 4月."""
    if isinstance(value, bool):
        return False
    if isinstance(value, (int, float)):
        return 1900 <= value <= 2100 and float(value).is_integer()
    if isinstance(value, str):
        return _is_year_text(value)
    return value is not None


@lru_cache(maxsize=16_384)
def _is_year_text(text: str) -> bool:
    if len(text) > 40 or not _MAY_BE_YEAR.search(text):
        return False
    plain = squash(text)
    if len(plain) > 20:
        return False
    if _SHORT_YEAR.fullmatch(plain) and not plain.isdigit():
        return True
    years = find_fiscal_years(plain)
    return bool(years) and sum(len(squash(one.text)) for one in years) * 2 >= len(plain)


def _shown(value: Value) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
