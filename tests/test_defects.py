"""The practice workbooks' planted defects: each told at its cell, by its code, with its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from opendata.errors import Problem
from opendata.japanese import squash
from tests.test_practice import LAYOUTS, Book, book


class Told(NamedTuple):
    """A planted defect, and how much of it is told: at its cell, by its code, with what to write.

    `remedy` is None where the truth gives none.
    """

    book: str
    code: str
    cell: str
    is_at_cell: bool
    is_coded: bool
    remedy: bool | None

    @property
    def line(self) -> str:
        marks = ("yes" if one else "NO" for one in (self.is_at_cell, self.is_coded))
        remedy = {None: "", True: "yes", False: "NO"}[self.remedy]
        return "{:6} {:20} {:24} {:8} {:5} {}".format(
            self.book[:3], self.code, self.cell, *marks, remedy
        )


def problems(one: Book) -> tuple[Problem, ...]:
    return (*one.extracted.problems, *one.result.problems)


def read(shared: Path, layout: Path) -> Book:
    return book(shared / "workbooks" / "practice", layout)


def told(shared: Path) -> Iterator[Told]:
    for layout in LAYOUTS:
        one = read(shared, layout)
        for defect in one.truth["defects"]:
            at = [
                each
                for each in problems(one)
                if (each.place.sheet, each.place.cell) == (defect["sheet"], defect["cell"])
            ]
            coded = [each for each in at if each.code == defect["what"]]
            wanted = defect["suggestion"]
            given = {squash(each.suggestion or "") for each in coded}
            remedy = None if wanted is None else squash(wanted) in given
            yield Told(layout.stem, defect["what"], defect["cell"], bool(at), bool(coded), remedy)


def others(one: Book) -> list[Problem]:
    """The problems that are no planted defect."""
    planted = {(each["sheet"], each["cell"]) for each in one.truth["defects"]}
    return [each for each in problems(one) if (each.place.sheet, each.place.cell) not in planted]


def test_planted_defects_are_told_where_they_are(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every = [*told(shared)]
    remedies = [one.remedy for one in every if one.remedy is not None]
    lines = [f"{'book':6} {'code':20} {'cell':24} {'at cell':8} {'code':5} remedy"]
    lines += [one.line for one in every]
    lines += [f"{sum(one.is_coded for one in every)} of {len(every)} told by code at their cell"]
    lines += [f"{sum(remedies)} of {len(remedies)} remedies as they should be", "", "others:"]
    for layout in LAYOUTS:
        one = read(shared, layout)
        kind = "" if one.truth["defects"] else "clean"
        found = [f"{each.code} {each.place.cell}" for each in others(one)]
        lines.append(f"{layout.stem:32} {kind:6} {len(found):3} {', '.join(found)[:110]}")
    with capsys.disabled():
        print("", *lines, sep="\n")

    assert sum(one.is_coded for one in every) >= 0.95 * len(every)
    assert sum(remedies) >= 0.85 * len(remedies)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: str(one.stem))
def test_a_clean_book_raises_no_alarm(shared: Path, layout: Path) -> None:
    one = read(shared, layout)
    if not one.truth["defects"]:
        found = [(each.code, each.place.cell) for each in problems(one)]
        assert len(found) <= 0.02 * len(one.truth["records"]), found
