"""L1-11: what is told by colours and strokes alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress

from opendata.validate.machine_readability.found import Book, Find, at_cells, at_ranges
from opendata.validate.machine_readability.places import Place
from opendata.validate.machine_readability.tables import Page, TableArea, is_total
from opendata.workbook import Range

FEW = 3
"""Up to a third of the rows may be coloured to tell something; more are decoration."""
Row = tuple[int, Sequence[str]]
"""The number of a row and the colours of its cells, empty where they are plain."""
Said = dict[tuple[int, str], list[str]]
_ADDRESS = re.compile(r"\s*(?:https?://|mailto:|www\.|[\w.+-]+@[\w-]+\.)", re.A)
"""What a spreadsheet colours by itself: a link."""


def no_colours(book: Book) -> Sequence[Find] | None:
    """Single cells and single rows in a colour that neither headings nor whole columns have, and
    what is struck out."""
    if not book.tables:
        return None
    return [one for page in book.pages for one in _found(page)]


def _found(page: Page) -> Iterator[Find]:
    cells: list[Place] = []
    rows: list[Range] = []
    for table in page.tables:
        body = list(_body(table))
        if any(any(inks) for _, inks in body):
            decoration = _decoration(table, body)
            said = _said(table, body)
            apart = _cells(table, body, decoration)
            cells.extend(one for one in apart if not _is_told(table, said, one))
            rows.extend(_rows(table, body, decoration))
    yield from at_cells("coloured-cell", page, cells)
    yield from at_ranges("coloured-row", page, rows)
    struck = (place for place in sorted(page.sheet.struck) if _is_in_body(page, place))
    yield from at_cells("struck-out", page, [*struck])


def _is_in_body(page: Page, place: Place) -> bool:
    row, column = place
    return any(
        one.body <= row <= one.bottom and one.left <= column <= one.right for one in page.tables
    )


def _body(table: TableArea) -> Iterator[Row]:
    yield from _inked(table, range(table.body, table.bottom + 1))


def _inked(table: TableArea, rows: range) -> Iterator[Row]:
    inks = table.page.sheet.inks or ()
    for row in rows:
        if row < len(inks):
            line = inks[row][table.left : table.right + 1]
            yield row, [*line, *[""] * (table.right + 1 - table.left - len(line))]


def _decoration(table: TableArea, body: Sequence[Row]) -> frozenset[str]:
    """The colours that headings have, or most cells of a column."""
    headings = (ink for _, inks in _inked(table, range(table.top, table.body)) for ink in inks)
    columns = zip(*(inks for _, inks in body), strict=True)
    return frozenset({*headings, *(Counter(one).most_common(1)[0][0] for one in columns), ""})


def _cells(table: TableArea, body: Sequence[Row], decoration: frozenset[str]) -> Iterator[Place]:
    """Filled cells set apart from the rest of their row, too."""
    merged = {(one.top, one.left) for one in table.page.sheet.merged}
    for row, inks in body:
        apart = [at for at, ink in enumerate(inks) if ink not in decoration]
        own = _own(table, row) if apart else []
        if apart and len(apart) * 2 <= max(sum(own), 1):
            yield from (
                (row, table.left + at)
                for at in apart
                if own[at] and (row, table.left + at) not in merged
            )


def _said(table: TableArea, body: Sequence[Row]) -> Said:
    """What the texts of a table look like: the colours of each, by its column."""
    said: Said = {}
    for row, inks in body:
        cells = table.page.sheet.rows[row][table.left : table.right + 1]
        for at, (value, ink) in enumerate(zip(cells, inks, strict=True), table.left):
            if isinstance(value, str):
                said.setdefault((at, value), []).append(ink)
    return said


def _is_told(table: TableArea, said: Said, place: Place) -> bool:
    """Whether a text says itself what its colour does: an address of the web, or a word that has
    that colour wherever it stands in its column."""
    row, column = place
    text = table.page.sheet.rows[row][column]
    if not isinstance(text, str):
        return False
    inks = said[column, text]
    return bool(_ADDRESS.match(text)) or (len(inks) > 1 and len({*inks}) == 1)


def _rows(table: TableArea, body: Sequence[Row], decoration: frozenset[str]) -> Iterator[Range]:
    """Records in one colour that few others have; sums and headings between records are none."""
    by_ink: dict[str, list[int]] = {}
    for row, inks in body:
        if decoration.issuperset(inks):
            continue
        own = _own(table, row)
        told = set(compress(inks, own))
        if len(told) == 1 and sum(own) > 2 and not told & decoration:
            cells = table.page.sheet.rows[row][table.left : table.right + 1]
            if not is_total(cells):
                by_ink.setdefault(told.pop(), []).append(row)
    for rows in by_ink.values():
        if len(rows) * FEW <= len(body) and not _are_named(table, rows):
            yield from (Range(row, table.left, row, table.right) for row in rows)


def _are_named(table: TableArea, rows: Sequence[int]) -> bool:
    """Whether rows have a word in common that no other row has, so that it says what they are."""
    if len(rows) < 2:
        return False
    sheet = table.page.sheet.rows
    named = {(at, text) for at, text in enumerate(sheet[rows[0]]) if isinstance(text, str)}
    for row in range(table.body, table.bottom + 1):
        cells = {*enumerate(sheet[row])}
        named = named & cells if row in rows else named - cells
    return bool(named)


def _own(table: TableArea, row: int) -> list[bool]:
    """Which cells of a row hold something."""
    own: list[bool] = table.page.own[row, table.left : table.right + 1].tolist()
    return own
