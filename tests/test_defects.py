"""The practice workbooks' planted defects: each told at its cell, by its code, with its remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from opendata.errors import Problem
from opendata.extract import extract, read_layouts
from opendata.japanese import squash
from opendata.workbook import read as read_workbook
from tests.builders import INBOX, package
from tests.planted import KINDS, Reading, changed, planted, reading
from tests.test_practice import LAYOUTS, Book, book, form


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
            remedy = None if wanted is None else any(_puts(each, wanted) for each in coded)
            yield Told(layout.stem, defect["what"], defect["cell"], bool(at), bool(coded), remedy)


def _puts(found: Problem, wanted: str) -> bool:
    """Whether what is proposed for the cell is what the truth gives, or all of the cell's text with
    that in it and nothing else changed: 令和6年度 (2024) where the truth says 2024."""
    given, was, wanted = (squash(one or "") for one in (found.suggestion, found.value, wanted))
    before, _, after = given.partition(wanted)
    return given == wanted or (
        wanted in given and wanted not in was and was.startswith(before) and was.endswith(after)
    )


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
    assert sum(remedies) >= 0.9 * len(remedies)


def test_clean_books_raise_no_alarm(shared: Path) -> None:
    clean = [
        one for one in (read(shared, layout) for layout in LAYOUTS) if not one.truth["defects"]
    ]
    alarms = [(each.code, each.place) for one in clean for each in problems(one)]
    assert len(clean) >= 4
    assert len(alarms) <= 0.02 * sum(len(one.truth["records"]) for one in clean), alarms


# --- defects planted by chance -------------------------------------------------------------------


def books(shared: Path) -> Iterator[tuple[str, Reading]]:
    """The practice workbooks and the examples, each as its layout reads it."""
    for layout in LAYOUTS:
        (path,) = (
            one
            for one in shared.joinpath("workbooks", "practice").glob(f"{layout.stem}.*")
            if one.suffix != ".json"
        )
        yield layout.stem, reading(read_workbook(path.name, path.read_bytes()), form(layout))
    forms = {one.name: one for one in read_layouts(package())}
    for path in sorted(INBOX.rglob("*.xlsx")):
        book = read_workbook(path.name, path.read_bytes())
        found = extract(book, package(), [*forms.values()])
        assert found.layout is not None
        yield path.stem, reading(book, forms[found.layout.name])


def test_defects_planted_by_chance_are_told(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of every kind in every book: told at its cell, by its code, nothing told elsewhere."""
    scores: dict[str, Counter[str]] = {}
    missed: list[str] = []
    for name, one in books(shared):
        before = one.told
        for kind, change in planted(one, name, each=1):
            after = reading(changed(one.workbook, change), one.layout).told
            new = {at: given for at, given in after.items() if at not in before}
            key = (change.code, change.sheet or None, change.cell)
            elsewhere = [at for at in new if at[1:] != key[1:]]
            score = scores.setdefault(kind, Counter())
            score.update(planted=1, told=key in new, elsewhere=len(elsewhere))
            if change.proposal is not None:
                score.update(proposals=1, right=new.get(key) == change.proposal)
            if key not in new or elsewhere:
                missed.append(f"{name} {kind} {change.cell} {change.value!r}: {elsewhere}")
    columns = ("planted", "told", "elsewhere", "proposals", "right")
    total: Counter[str] = sum(scores.values(), Counter())
    lines = [("", *columns), *((kind, *(one[c] for c in columns)) for kind, one in scores.items())]
    with capsys.disabled():
        print()
        for line in (*lines, ("all", *(total[one] for one in columns))):
            print("{:16}{:>9}{:>9}{:>11}{:>11}{:>7}".format(*line))
        print(*missed, sep="\n")

    assert len(scores) == len(KINDS)
    assert total["planted"] >= 60
    assert total["told"] >= 0.95 * total["planted"]
    assert total["elsewhere"] <= 0.02 * total["planted"]
    assert total["right"] >= 0.9 * total["proposals"]
