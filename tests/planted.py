"""Defects planted by chance into workbooks that are read well, as clerks make them.

A workbook is changed at one cell, as if somebody had typed there; where values, units, names and
years stand is known from what was read of it before.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from opendata.extract import Extract, Layout, extract
from opendata.japanese import read_quantity
from opendata.review.causes import position
from opendata.validate import Validation, rated, validate
from opendata.workbook import Sheet, Value, Workbook, address
from tests.builders import package

CODE = "141500"
ERAS = ((2018, "令和", "R"), (1988, "平成", "H"))


class Change(NamedTuple):
    """One cell with another value; what is to be told of it, and what to propose if anything."""

    sheet: str
    cell: str
    value: Value
    code: str
    proposal: str | None = None


class Reading(NamedTuple):
    """A workbook as its layout reads it."""

    workbook: Workbook
    layout: Layout
    extracted: Extract
    result: Validation

    @property
    def told(self) -> dict[tuple[str, str | None, str | None], str | None]:
        """What is told, by code, sheet and cell, and what is proposed there."""
        found = (*rated(self.extracted.problems, package()), *self.result.problems)
        return {(one.code, one.place.sheet, one.place.cell): one.suggestion for one in found}


def reading(workbook: Workbook, layout: Layout) -> Reading:
    found = extract(workbook, package(), [layout], {"plans.municipality_code": CODE})
    return Reading(workbook, layout, found, validate(found, workbook, package()))


def changed(workbook: Workbook, change: Change) -> Workbook:
    """The workbook with something else typed into a cell."""
    return replace(
        workbook,
        sheets=tuple(
            _typed(one, change) if one.name == change.sheet else one for one in workbook.sheets
        ),
    )


def _typed(sheet: Sheet, change: Change) -> Sheet:
    at = position(change.cell)
    assert at is not None
    row, column = at
    rows = [list(one) for one in sheet.rows]
    rows += [[None] * len(rows[0]) for _ in range(row + 1 - len(rows))]
    rows[row][column] = change.value
    texts = {where: text for where, text in sheet.texts.items() if where != at}
    looks = {where: text for where, text in sheet.looks.items() if where != at}
    return replace(sheet, rows=rows, texts=texts, looks=looks)


def _text(one: Reading, place: str) -> tuple[str, str, str]:
    """The sheet, the cell and the text of a place (`<sheet>!<A1>`)."""
    sheet, _, cell = place.rpartition("!")
    found = next(each for each in one.workbook.sheets if each.name == sheet)
    row, column = position(cell) or (0, 0)
    value = found.texts.get((row, column), found.rows[row][column])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return sheet, cell, "" if value is None else str(value)


def _places(one: Reading, table: str, field: str) -> list[tuple[dict[str, object], str]]:
    """The records of a table, and where a field of them stands; a cell once."""
    rows = one.result.dataset.tables[table].to_pylist()
    places = one.result.dataset.cells[table].column(field).to_pylist()
    found = {place: row for row, place in zip(rows, places, strict=True) if place}
    return [(row, place) for place, row in found.items()]


# --- what clerks do ------------------------------------------------------------------------------


def slips(one: Reading) -> Iterator[Change]:
    """A figure with a letter for a digit, two points, or a stray letter."""
    for row, place in _places(one, "indicator_values", "value"):
        sheet, cell, text = _text(one, place)
        if row["value"] is None or not re.fullmatch(r"-?\d+(\.\d+)?", text):
            continue
        for letter, digit in ("O0", "o0", "l1", "I1", "Ｏ0"):
            if digit in text and len(text) > 1 and not (letter == "l" and text.endswith("1")):
                slip = text.replace(digit, letter, 1)
                yield Change(sheet, cell, slip, "not-a-number", text)
        if "." in text:
            yield Change(sheet, cell, text.replace(".", ".."), "not-a-number", text)
            yield Change(sheet, cell, text + ".1", "not-a-number")
        yield Change(sheet, cell, "three hundred", "not-a-number")
        yield Change(sheet, cell, text[:1] + "q" + text[1:], "not-a-number")
        yield Change(sheet, cell, "未入力です", "not-a-number")


def lost_units(one: Reading) -> Iterator[Change]:
    """A unit's own cell left empty."""
    spoken = {
        row["indicator_id"]
        for row in one.result.dataset.tables["indicator_values"].to_pylist()
        if (quantity := read_quantity(row["raw"])) and quantity.unit
    }
    ditto = any("〃" in row for sheet in one.workbook.sheets for row in sheet.rows)
    for row, place in _places(one, "indicators", "unit"):
        sheet, cell, text = _text(one, place)
        if row["unit"] == text and row["indicator_id"] not in spoken and not ditto:
            yield Change(sheet, cell, None, "missing-unit")


def wrong_labels(one: Reading) -> Iterator[Change]:
    """A label mistyped, or of no meaning on this sheet."""
    for field in ("kind", "direction"):
        for _, place in _places(one, "indicators", field):
            sheet, cell, text = _text(one, place)
            if len(text) == 4:
                yield Change(sheet, cell, text[:2] + "指票", "unknown-label", text)
                yield Change(sheet, cell, text[:3], "unknown-label", text)


def strange_ratings(one: Reading) -> Iterator[Change]:
    """A rating that the sheet's legend does not explain."""
    for _, place in _places(one, "progress", "rating"):
        sheet, cell, text = _text(one, place)
        if re.fullmatch(r"[A-DＡ-Ｄ]|[A-C]-\d|[◎○△×]", text):
            yield Change(sheet, cell, "Ｘ" if text > "z" else "X", "unknown-label")


def wrong_years(one: Reading) -> Iterator[Change]:
    """A year in a heading: of two calendars that disagree, or of an era that had ended."""
    for row, place in _places(one, "indicator_values", "fiscal_year"):
        sheet, cell, text = _text(one, place)
        year = row["fiscal_year"]
        assert isinstance(year, int)
        for base, era, _ in ERAS:
            written = re.search(rf"{era}({year - base})年度", text)
            if written is None:
                continue
            other, whole = f"{written[0]}({year + 1})", f"{written[0]}({year})"
            if "(" in text or "（" in text:
                continue
            yield Change(sheet, cell, text.replace(written[0], other), "era-year-mismatch",
                         text.replace(written[0], whole))  # fmt: skip
            if era == "令和":
                gone = text.replace(written[0], f"平成{year - 1988}年度")
                yield Change(sheet, cell, gone, "era-year-never-existed", text)


def repeated_names(one: Reading) -> Iterator[Change]:
    """An indicator's name written once more, over the next one's of the same unit."""
    found = _places(one, "indicators", "name")
    for (first, _), (second, place) in pairwise(found):
        same = all(first[name] == second[name] for name in ("node_id", "unit", "plan_id"))
        sheet, cell, text = _text(one, place)
        if same and text == second["name"]:
            yield Change(sheet, cell, str(first["name"]), "duplicate-indicator")


def lost_values(one: Reading) -> Iterator[Change]:
    """One value left out where those of its year and the year before it are all there."""
    years: dict[str, set[int]] = {}
    values: list[tuple[str, str]] = []
    tables, cells = one.result.dataset.tables, one.result.dataset.cells
    told = {f"{sheet or ''}!{cell}" for _, sheet, cell in one.told}
    for row, place in zip(
        tables["indicator_values"].to_pylist(),
        cells["indicator_values"].to_pylist(),
        strict=True,
    ):
        head, held = place["fiscal_year"] or "", place["value"] or ""
        (line, column), (_, across) = _at(held), _at(head)
        if row["value_type"] == "actual" and column == across and head not in told:
            years.setdefault(head, set()).add(line)
            values.append((head, held))
    lanes = set().union(*years.values())
    for head, held in values if len(years) >= 3 and len(lanes) >= 4 else ():
        sheet, _, cell = held.rpartition("!")
        top, column = _at(head)
        if column and years[head] == years.get(f"{sheet}!{address(top, column - 1)}") == lanes:
            yield Change(sheet, cell, None, "missing-value")


def _at(place: str) -> tuple[int, int]:
    return position(place.rpartition("!")[2]) or (-1, -1)


def early_targets(one: Reading) -> Iterator[Change]:
    """The year of a heading of targets before that of the baseline."""
    rows = one.result.dataset.tables["indicator_values"].to_pylist()
    based = {
        row["indicator_id"]: row["fiscal_year"] for row in rows if row["value_type"] == "baseline"
    }
    for row, place in _places(one, "indicator_values", "fiscal_year"):
        sheet, cell, text = _text(one, place)
        first, year = based.get(row["indicator_id"]), row["fiscal_year"]
        if row["value_type"] != "target" or first is None or not isinstance(year, int):
            continue
        for base, era, letter in ERAS:
            for name in (era, letter):
                told = re.fullmatch(rf"(\D*){name}{year - base}(\D*)", text)
                if told and first - 3 > base:
                    early = f"{told[1]}{name}{first - 3 - base}{told[2]}"
                    yield Change(sheet, cell, early, "target-before-baseline")


def personal_notes(one: Reading) -> Iterator[Change]:
    """Somebody's name and number noted below everything else."""
    for sheet in one.workbook.sheets:
        if sheet.visibility != "visible" or not sheet.rows:
            continue
        for text in (
            "担当：山田太郎 090-1234-5678",
            "問合せ先 kikaku.taro@city.example.jp",
            "連絡先 03-1234-5678 佐藤花子",
        ):
            yield Change(sheet.name, address(len(sheet.rows) + 1, 0), text, "personal-data")


KINDS: tuple[Callable[[Reading], Iterator[Change]], ...] = (
    slips,
    lost_units,
    wrong_labels,
    strange_ratings,
    wrong_years,
    repeated_names,
    lost_values,
    early_targets,
    personal_notes,
)


def planted(one: Reading, seed: str, each: int) -> Iterator[tuple[str, Change]]:
    """Some changes of every kind, with its name, chosen by chance but always the same."""
    for kind in KINDS:
        found = [*kind(one)]
        chance = random.Random(f"{seed} {kind.__name__}")
        for change in chance.sample(found, min(each, len(found))):
            yield kind.__name__, change
