"""Which cells stand beside or below a heading that announces personal data."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping

from opendata.errors import Text
from opendata.validate.personal_data.kinds import HEADINGS
from opendata.workbook import Sheet

Cell = tuple[int, int]
_LONGEST = 16
_TO_THE_RIGHT = 3
_BLANKS = 3
"""So many blank cells below one another end a column."""
_ORNAMENT = re.compile(r"[\s()【】\[\]<>〈〉:・※*]+")


def under_headings(sheet: Sheet) -> Mapping[Cell, set[Text]]:
    """The kinds of personal data that headings announce for a cell, by 0-based (row, column)."""
    found: defaultdict[Cell, set[Text]] = defaultdict(set)
    ends = {(one.top, one.left): (one.bottom, one.right) for one in sheet.merged}
    headings = {
        (row, column): kind
        for row, cells in enumerate(sheet.rows)
        for column, value in enumerate(cells)
        if isinstance(value, str) and (kind := _kind(value)) is not None
    }
    for (row, column), kind in headings.items():
        bottom, right = ends.get((row, column), (row, column))
        for cell in (*_beside(sheet, row, right), *_below(sheet, bottom, column)):
            if cell not in headings:
                found[cell].add(kind)
    return found


def _kind(text: str) -> Text | None:
    if len(text) > _LONGEST:
        return None
    plain = _ORNAMENT.sub("", unicodedata.normalize("NFKC", text)).lower()
    return next((kind for kind, words in HEADINGS.items() if words.fullmatch(plain)), None)


def _beside(sheet: Sheet, row: int, right: int) -> Iterator[Cell]:
    cells = sheet.rows[row]
    for column in range(right + 1, min(right + 1 + _TO_THE_RIGHT, len(cells))):
        if cells[column] is not None:
            yield row, column
            return


def _below(sheet: Sheet, bottom: int, column: int) -> Iterator[Cell]:
    blanks = 0
    for row in range(bottom + 1, len(sheet.rows)):
        if sheet.rows[row][column] is not None:
            blanks = 0
            yield row, column
        elif (blanks := blanks + 1) == _BLANKS:
            return
