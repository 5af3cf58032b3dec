"""Templates: what is filled in without error validates without error."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from opendata.extract import standard_layout
from opendata.package import Package
from opendata.pipeline.submission import Outcome, Received, examine_submission
from opendata.review.template import blank
from opendata.workbook import Limits
from tests.builders import package
from tests.filler import Filler

ASKED = {"kind-stage-mismatch", "value-jump", "period-mismatch", "missing-value", "total-mismatch"}
"""What nobody but the person who fills it in can know."""
NOW = datetime(2026, 4, 1, tzinfo=UTC)
SHEETS = ["計画", "施策体系", "指標", "進捗", "評価の集計"]


def outcome(content: bytes, contract: Package | None = None) -> Outcome:
    contract = contract or package()
    received = Received("様式.xlsx", content, "0" * 64, contract.name, "132012", NOW)
    return examine_submission(received, contract, {}, Limits())


@cache
def form(contract: Package | None = None, language: str = "ja") -> bytes:
    contract = contract or package()
    layout = standard_layout(contract)
    assert layout is not None
    return blank(contract, layout, year=2024, language=language)  # type: ignore[arg-type]


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content))


def saved(book: openpyxl.Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def codes(found: Outcome) -> list[tuple[str, str | None, str | None]]:
    return [(one.code, one.place.sheet, one.place.cell) for one in found.problems]


def cells_below(sheet: Worksheet, heading: str) -> Iterator[Any]:
    """The cells of a column, from the first to write in."""
    head = next(
        cell
        for row in sheet.iter_rows(max_row=8)
        for cell in row
        if isinstance(cell.value, str) and cell.value.split("【")[0] == heading
    )
    merged = [one.max_row for one in sheet.merged_cells.ranges if one.min_row == head.row]
    row = max(merged, default=head.row) + 1
    while True:
        yield sheet.cell(row, head.column)
        row += 1


def write(sheet: Worksheet, heading: str, *values: Any) -> None:
    for cell, value in zip(cells_below(sheet, heading), values, strict=False):
        cell.value = value


def write_form(sheet: Worksheet, **values: Any) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and (name := cell.value.split("【")[0]) in values:
                sheet.cell(cell.row, cell.column + 1).value = values.pop(name)
    assert not values


def fill_in(content: bytes) -> openpyxl.Workbook:
    book = opened(content)
    write_form(book["計画"], 計画名="情報計画", 計画の種別="個別計画", 開始年度=2024, 終了年度=2028)
    write(book["施策体系"], "階層", "目標", "施策")
    write(book["施策体系"], "番号", "1", "1-1")
    write(book["施策体系"], "名称", "便利なまち", "窓口")
    write(book["施策体系"], "上位の体系", None, "便利なまち")
    write(book["指標"], "体系", "窓口")
    write(book["指標"], "指標名", "待ち時間")
    write(book["指標"], "単位", "分")
    write(book["指標"], "現状値", 25)
    write(book["指標"], "目標値", "約15")
    write(book["進捗"], "体系", "窓口")
    write(book["進捗"], "年度", 2024)
    write(book["進捗"], "評価", "A")
    return book


def test_a_filled_template_is_read_with_its_own_layout_value_by_value() -> None:
    found = outcome(saved(fill_in(form())))
    assert (found.status, found.layout, codes(found)) == ("accepted", "template", [])
    assert found.dataset is not None
    tables = {name: table.to_pylist() for name, table in found.dataset.tables.items()}
    (plan,) = tables["plans"]
    assert (plan["title"], plan["plan_type"]) == ("情報計画", "sector_plan")
    assert (plan["municipality_code"], plan["end_fiscal_year"]) == ("132012", 2028)
    goal, measure = tables["policy_nodes"]
    assert measure["parent_node_id"] == goal["node_id"] == f"{plan['plan_id']}-1"
    assert measure["node_id"] == f"{plan['plan_id']}-1-1"
    (indicator,) = tables["indicators"]
    assert (indicator["plan_id"], indicator["node_id"]) == (plan["plan_id"], measure["node_id"])
    values = [(v["value_type"], v["fiscal_year"], v["value"], v["comparator"])
              for v in tables["indicator_values"] if v["value"] is not None]  # fmt: skip
    assert values == [("baseline", 2023, 25.0, "eq"), ("target", 2028, 15.0, "approx")]
    assert [one["node_id"] for one in tables["progress"]] == [measure["node_id"]]
    cells = found.dataset.cells
    assert cells["plans"].column("title").to_pylist() == ["計画!C4"]
    assert cells["policy_nodes"].column("parent_node_id").to_pylist()[1] == "施策体系!D6"


@pytest.mark.parametrize("seed", range(6))
def test_what_is_filled_in_at_random_within_the_validations_has_no_errors(seed: int) -> None:
    book = Filler(opened(form()), random.Random(seed)).fill()
    start = book["計画"]["C8"].value
    for cell in book["指標"][5]:  # the years of the figures, within the plan's
        if isinstance(cell.value, int):
            cell.value += start - 2024
    found = outcome(saved(book))
    assert [one for one in found.problems if one.severity == "error"] == []
    assert {one.code for one in found.problems} <= ASKED, codes(found)
    assert found.status == "accepted"
