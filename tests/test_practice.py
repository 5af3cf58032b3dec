"""The practice workbooks, each carried through a layout of its own and held to its truth."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from opendata.extract import Extract, Layout, extract, read_layout, read_layouts
from opendata.japanese import find_fiscal_years, read_fiscal_year, read_quantity, squash
from opendata.validate import Validation, validate
from opendata.workbook import Range, Sheet, read
from opendata.workbook import Value as Cell
from tests.builders import ROOT, package

LAYOUTS = sorted((ROOT / "tests" / "practice_layouts").glob("*.yaml"))
CODE = "141500"
"""A municipality for books of cities that there are not."""


class Value(NamedTuple):
    """One value of a book; names are compared without spaces and widths."""

    indicator: str
    unit: str
    value_type: str
    fiscal_year: int | None
    value: float | None
    upper: float | None
    comparator: str
    status: str
    place: str


class Label(NamedTuple):
    """One progress label of a book."""

    fiscal_year: int | None
    label: str
    place: str


class Score(NamedTuple):
    """How many of what was expected was found, and how much else."""

    expected: int
    found: int
    right: int

    @property
    def f1(self) -> float:
        return 2 * self.right / ((self.expected + self.found) or 1)

    @property
    def told(self) -> str:
        precision, recall = self.right / (self.found or 1), self.right / (self.expected or 1)
        return f"{precision:9.3f} {recall:6.3f} {self.f1:6.3f}"


class Book(NamedTuple):
    """One workbook as its layout reads it."""

    extracted: Extract
    result: Validation
    truth: dict[str, Any]


@cache
def form(layout: Path) -> Layout:
    document = yaml.safe_load(layout.read_text(encoding="utf-8"))
    return read_layout(package(), layout.stem, document)


@cache
def book(folder: Path, layout: Path, down: int = 0, right: int = 0) -> Book:
    """A book read with its layout; `down` and `right` move everything on its sheets."""
    path = next(one for one in folder.glob(f"{layout.stem}.*") if one.suffix != ".json")
    truth = json.loads((folder / f"{layout.stem}.truth.json").read_text(encoding="utf-8"))
    whole = read(path.name, path.read_bytes())
    whole = replace(whole, sheets=tuple(moved(one, down, right) for one in whole.sheets))
    found = extract(whole, package(), [form(layout)], {"plans.municipality_code": CODE})
    return Book(found, validate(found, whole, package()), truth)


def moved(sheet: Sheet, down: int, right: int) -> Sheet:
    """The same sheet with empty rows above and empty columns on its left."""

    def at(cell: tuple[int, int]) -> tuple[int, int]:
        return cell[0] + down, cell[1] + right

    width = right + max(map(len, sheet.rows), default=0)
    above: list[list[Cell]] = [[None] * width for _ in range(down)]
    return replace(
        sheet,
        rows=[*above, *([*[None] * right, *row] for row in sheet.rows)],
        merged=tuple(
            Range(*at((one.top, one.left)), *at((one.bottom, one.right))) for one in sheet.merged
        ),
        hidden_rows=frozenset(row + down for row in sheet.hidden_rows),
        hidden_columns=frozenset(column + right for column in sheet.hidden_columns),
        texts={at(cell): text for cell, text in sheet.texts.items()},
        looks={at(cell): text for cell, text in sheet.looks.items()},
        comments={at(cell): text for cell, text in sheet.comments.items()},
        uncalculated=frozenset(at(cell) for cell in sheet.uncalculated),
        struck=frozenset(at(cell) for cell in sheet.struck),
    )


def expected_values(truth: dict[str, Any]) -> Counter[Value]:
    return Counter(
        Value(
            squash(one["indicator"]),
            squash(one["unit"] or ""),
            one["value_type"],
            one["fiscal_year"],
            one["value"],
            one.get("value_max"),
            one["comparator"] or "eq",
            one["status"],
            f"{one['sheet'] or ''}!{one['cell']}",
        )
        for one in truth["records"]
    )


def found_values(one: Book) -> Iterator[Value]:
    tables, cells = one.result.dataset.tables, one.result.dataset.cells
    indicators = {row["indicator_id"]: row for row in tables["indicators"].to_pylist()}
    other_unit = {
        f"{each.place.sheet or ''}!{each.place.cell}"
        for each in one.result.problems
        if each.code == "unit-mismatch"
    }
    rows = tables["indicator_values"].to_pylist()
    for row, place in zip(rows, cells["indicator_values"]["raw"].to_pylist(), strict=True):
        indicator = indicators.get(row["indicator_id"], {})
        unit = indicator.get("unit")
        if place in other_unit and (quantity := read_quantity(row["raw"])):
            unit = quantity.unit
        is_range = row["comparator"] == "range"
        yield Value(
            squash(indicator.get("name") or ""),
            squash(unit or ""),
            row["value_type"],
            row["fiscal_year"],
            row["value_low"] if is_range else row["value"],
            row["value_high"] if is_range else None,
            row["comparator"] or "eq",
            row["status"],
            str(place),
        )


def expected_labels(truth: dict[str, Any]) -> Counter[Label]:
    return Counter(
        Label(one["fiscal_year"], squash(one["label"]), f"{one['sheet'] or ''}!{one['cell']}")
        for one in truth.get("progress", ())
    )


def found_labels(one: Book) -> Iterator[Label]:
    """The ratings, and those further ones that the note tells by name (今後の方向性：拡充)."""
    table, places = one.extracted.texts["progress"], one.extracted.places["progress"]
    for row, place in zip(table.to_pylist(), places.to_pylist(), strict=True):
        written = row["fiscal_year"] or ""
        year = read_fiscal_year(written) or next(iter(find_fiscal_years(written)), None)
        told = {"rating": row["rating"], "note": (row["note"] or "").partition("：")[2]}
        for name, text in told.items():
            if text:
                yield Label(year.year if year else None, squash(text), str(place[name]))


def score(expected: Counter[Any], found: Counter[Any]) -> Score:
    return Score(expected.total(), found.total(), (expected & found).total())


def told(expected: Counter[Any], found: Counter[Any]) -> str:
    lines = [f"- {one}" for one in sorted(expected - found, key=str)]
    return "\n".join([*lines, *(f"+ {one}" for one in sorted(found - expected, key=str))])


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: str(one.stem))
def test_a_book_is_read_as_it_is_meant(shared: Path, layout: Path) -> None:
    one = book(shared / "workbooks" / "practice", layout)
    assert one.extracted.layout is not None, [each.message.en for each in one.extracted.problems]
    expected, found = expected_values(one.truth), Counter(found_values(one))
    assert score(expected, found).f1 == 1, told(expected, found)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: str(one.stem))
def test_its_progress_is_read_as_it_is_meant(shared: Path, layout: Path) -> None:
    one = book(shared / "workbooks" / "practice", layout)
    expected, found = expected_labels(one.truth), Counter(found_labels(one))
    assert expected == found, told(expected, found)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: str(one.stem))
def test_no_cell_of_it_contradicts_another(shared: Path, layout: Path) -> None:
    one = book(shared / "workbooks" / "practice", layout)
    assert "conflicting-value" not in {each.code for each in one.result.problems}
    progress = one.result.dataset.tables["progress"].to_pylist()
    rated = {(each["node_id"], each["fiscal_year"]) for each in progress}
    assert len(rated) == len(progress)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: str(one.stem))
def test_nothing_of_it_is_left_over(shared: Path, layout: Path) -> None:
    one = book(shared / "workbooks" / "practice", layout)
    left = [each for each in one.extracted.problems if each.code.startswith("unmapped")]
    assert [(each.code, each.place.cell, each.value) for each in left] == []


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: str(one.stem))
def test_it_may_stand_anywhere_on_its_sheets(shared: Path, layout: Path) -> None:
    folder = shared / "workbooks" / "practice"
    one = Counter(each._replace(place="") for each in found_values(book(folder, layout)))
    far = Counter(each._replace(place="") for each in found_values(book(folder, layout, 4, 2)))
    assert one == far, told(one, far)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: str(one.stem))
def test_of_all_layouts_its_own_is_taken(shared: Path, layout: Path) -> None:
    folder = shared / "workbooks" / "practice"
    path = next(one for one in folder.glob(f"{layout.stem}.*") if one.suffix != ".json")
    forms = [form(one) for one in LAYOUTS]
    found = extract(
        read(path.name, path.read_bytes()), package(), [*forms, *read_layouts(package())]
    )
    assert found.layout is not None
    assert found.layout.name == layout.stem


def test_the_table(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{'':32} values  precision recall     f1"]
    for layout in LAYOUTS:
        one = book(shared / "workbooks" / "practice", layout)
        scored = score(expected_values(one.truth), Counter(found_values(one)))
        lines.append(f"{layout.stem:32} {scored.expected:6} {scored.told}")
    with capsys.disabled():
        print("", *lines, sep="\n")
    assert len(LAYOUTS) == 14
