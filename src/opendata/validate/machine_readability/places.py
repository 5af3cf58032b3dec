"""Many cells as few ranges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from opendata.workbook import Range, address

Place = tuple[int, int]
SHOWN = 20
"""So many ranges of one violation are told; the count tells of all."""
_LOOKED_AT = 5_000
"""So many cells are joined to ranges."""


def ranges_of(places: Iterable[Place]) -> tuple[str, ...]:
    """The first cells in A1 form: runs down a column, and such runs side by side, joined."""
    runs: list[Range] = []
    for column, row in sorted((column, row) for row, column in islice(places, _LOOKED_AT)):
        if runs and runs[-1].left == column and runs[-1].bottom >= row - 1:
            runs[-1] = runs[-1]._replace(bottom=row)
        else:
            runs.append(Range(row, column, row, column))
    open_blocks: dict[tuple[int, int], int] = {}
    blocks: list[Range] = []
    for run in runs:
        at = open_blocks.get((run.top, run.bottom))
        if at is not None and blocks[at].right == run.left - 1:
            blocks[at] = blocks[at]._replace(right=run.left)
        else:
            open_blocks[run.top, run.bottom] = len(blocks)
            blocks.append(run)
    return told(sorted(blocks))


def told(ranges: Sequence[Range]) -> tuple[str, ...]:
    """The first ranges in A1 form."""
    return tuple(a1(one) for one in ranges[:SHOWN])


def a1(one: Range) -> str:
    """A range in A1 form."""
    first, last = address(one.top, one.left), address(one.bottom, one.right)
    return first if first == last else f"{first}:{last}"


def lines(numbers: Iterable[int], *, columns: bool) -> tuple[str, ...]:
    """Rows (`5:7`) or columns (`C:D`), neighbours joined."""
    runs: list[tuple[int, int]] = []
    for one in sorted(numbers):
        if runs and runs[-1][1] == one - 1:
            runs[-1] = (runs[-1][0], one)
        else:
            runs.append((one, one))
    if columns:
        return tuple(f"{_letters(a)}:{_letters(b)}" for a, b in runs[:SHOWN])
    return tuple(f"{a + 1}:{b + 1}" for a, b in runs[:SHOWN])


def _letters(column: int) -> str:
    return address(0, column)[:-1]
