"""A workbook held against all rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from opendata.extract import HeaderRows
from opendata.validate.machine_readability import level1, level2, level3
from opendata.validate.machine_readability.found import Book, Find
from opendata.validate.machine_readability.model import Places, Readability, Violation
from opendata.validate.machine_readability.rules import rules
from opendata.workbook import Workbook

SHEETS = 10
"""On so many sheets the places are told."""
MOST_CELLS = 2_000_000
"""A workbook with more cells is not judged."""
CHECKS = {**level1.CHECKS, **level2.CHECKS, **level3.CHECKS}


def judge(
    workbook: Workbook, headers: Sequence[HeaderRows] = (), ignored: Collection[str] = ()
) -> Readability | None:
    """How machine-readable a workbook is; `headers` are those that a layout found in it, `ignored`
    the sheets that it is not meant to read.

    Only visible sheets are judged, and none that a review added. None where there are too many
    cells to look through, or nothing is left to judge.
    """
    book = Book(workbook, tuple(headers), frozenset(ignored))
    if not book.pages:
        return None
    sheets = (page.sheet.rows for page in book.pages)
    if sum(len(rows) * len(rows[0]) for rows in sheets if rows) > MOST_CELLS:
        return None
    judged: list[str] = []
    found: list[Find] = []
    for one in rules().values():
        if one.unjudged or (one.formats is not None and workbook.format not in one.formats):
            continue
        broken = CHECKS[one.id](book)
        if broken is not None:
            judged.append(one.id)
            found.extend(broken)
    return Readability(tuple(judged), tuple(_together(found)))


def _together(found: Iterable[Find]) -> Iterator[Violation]:
    """What was found on all sheets, once for every way of breaking a rule."""
    by_kind: dict[str, list[Find]] = {}
    for one in found:
        by_kind.setdefault(one.kind, []).append(one)
    for kind, same in by_kind.items():
        sheets = {one.sheet: Places(one.sheet, one.ranges) for one in reversed(same)}
        places = tuple(reversed(sheets.values()))
        count = sum(one.count for one in same)
        yield Violation(kind, count, len(sheets), places[:SHEETS])
