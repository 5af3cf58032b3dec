"""What a rule's check gives: the places that break it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from opendata.extract import HeaderRows
from opendata.validate.machine_readability.places import Place, ranges_of, told
from opendata.validate.machine_readability.tables import Column, Page, TableArea
from opendata.workbook import RESULTS_SHEET, Range, Workbook


@dataclass(frozen=True)
class Book:
    """A workbook with its visible sheets taken apart."""

    workbook: Workbook
    headers: tuple[HeaderRows, ...] = ()
    ignored: frozenset[str] = frozenset()
    known: dict[str, list[tuple[TableArea, Column]]] = field(default_factory=dict)
    """Columns of some kind that more than one rule is about."""

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The visible sheets that the department filled in."""
        return tuple(
            Page(one, tuple(head for head in self.headers if head.sheet == one.name))
            for one in self.workbook.sheets
            if one.visibility == "visible" and one.name not in (RESULTS_SHEET, *self.ignored)
        )

    @cached_property
    def tables(self) -> tuple[TableArea, ...]:
        return tuple(one for page in self.pages for one in page.tables)

    @cached_property
    def lists(self) -> tuple[TableArea, ...]:
        """The tables with headings above their records."""
        return tuple(one for one in self.tables if not one.is_form)

    @cached_property
    def columns(self) -> tuple[tuple[TableArea, Column], ...]:
        """The columns of all tables."""
        return tuple((table, one) for table in self.tables for one in table.columns)


class Find(NamedTuple):
    """What breaks a rule on one sheet: the first places in A1 form, and how many there are."""

    kind: str
    sheet: str
    ranges: tuple[str, ...]
    count: int  # type: ignore[assignment]


Found = Iterator[Find]
Check = Callable[[Book], Sequence[Find] | None]
"""The ways in which a workbook breaks a rule; None where it has nothing that the rule is about."""


def at_cells(kind: str, page: Page, places: Collection[Place]) -> Found:
    """A violation of these cells, if there are any."""
    if places:
        yield Find(kind, page.name, ranges_of(places), len(places))


def at_ranges(kind: str, page: Page, ranges: Sequence[Range]) -> Found:
    """A violation of these ranges, each counted once, if there are any."""
    if ranges:
        yield Find(kind, page.name, told(ranges), len(ranges))


def by_page(kind: str, book: Book, places: dict[str, list[Place]]) -> Found:
    """Violations of cells, by the names of their sheets."""
    for page in book.pages:
        yield from at_cells(kind, page, places.get(page.name, ()))
