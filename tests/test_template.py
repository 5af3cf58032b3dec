"""Templates: what is filled in without error validates without error."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from opendata.errors import UsageError
from opendata.errors.catalogue import Language
from opendata.extract import standard_layout
from opendata.extract.standard import EXAMPLE, GUIDE
from opendata.package import Package, load
from opendata.pipeline import load_settings, make_template
from opendata.pipeline.submission import Outcome, Received, examine_submission
from opendata.review.template import blank
from opendata.review.template.example import example_rows
from opendata.review.template.plan import plan
from opendata.review.template.validation import formula_of
from opendata.validate.readings import read
from opendata.workbook import Limits
from tests.builders import package
from tests.filler import Filler, choices

ASKED = {"kind-stage-mismatch", "value-jump", "period-mismatch", "missing-value", "total-mismatch"}
"""What nobody but the person who fills it in can know."""
NOW = datetime(2026, 4, 1, tzinfo=UTC)
SHEETS = ["計画", "施策体系", "指標", "進捗", "評価の集計"]


def outcome(content: bytes, contract: Package | None = None) -> Outcome:
    contract = contract or package()
    received = Received("様式.xlsx", content, "0" * 64, contract.name, "132012", NOW)
    return examine_submission(received, contract, {}, Limits())


def form(contract: Package | None = None, language: Language = "ja") -> bytes:
    return _own_form(language) if contract is None else drawn(contract, language)


@cache
def _own_form(language: Language) -> bytes:
    return drawn(package(), language)


def drawn(contract: Package, language: Language) -> bytes:
    layout = standard_layout(contract)
    assert layout is not None
    return blank(contract, layout, year=2024, language=language)


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


def test_a_filled_template_breaks_no_rule_of_readability_but_those_of_its_drawing() -> None:
    book = fill_in(form())
    write_form(book["計画"], 備考="改定した。", 担当部署="情報課")
    write(book["指標"], "体系", "窓口", "窓口", "便利なまち")
    write(book["指標"], "指標名", "待ち時間", "利用者", "満足度")
    write(book["指標"], "単位", "分", "人", "点")
    write(book["指標"], "現状値", 25, 3000, 3.2)
    write(book["指標"], "目標値", 15, 4000, 4)
    write(book["進捗"], "体系", "窓口", "窓口", "便利なまち")
    write(book["進捗"], "年度", 2024, 2025, 2025)
    write(book["進捗"], "評価", "A", "B", "A")
    found = outcome(saved(book)).readability
    assert found is not None
    assert found.counts.keys() == {"L1-04", "L1-12", "L3-01", "L3-09"}
    assert found.scores == {"1": 85, "2": 100, "3": 0}
    judged = {place.sheet: place.ranges for one in found.violations for place in one.places
              if one.kind == "outside-text"}  # fmt: skip
    assert judged["計画"] == ("A1:A2",)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_filled_in_at_random_within_the_validations_has_no_errors(seed: int) -> None:
    book = Filler(opened(form()), random.Random(seed)).fill()
    start = book["計画"]["C8"].value or 2024
    for cell in book["指標"][5]:  # the years of the figures, beside the plan's
        if isinstance(cell.value, int):
            cell.value += start - 2024
    found = outcome(saved(book))
    assert [one for one in found.problems if one.severity == "error"] == []
    assert {one.code for one in found.problems} <= ASKED, codes(found)
    assert (found.status, found.layout) == ("accepted", "template")
    assert min(found.records[one] for one in ("plans", "policy_nodes", "indicators")) > 0


@pytest.mark.parametrize("seed", [1, 2])
def test_a_package_that_nobody_thought_of_has_its_own_template(seed: int, tmp_path: Path) -> None:
    contract = facilities(tmp_path)
    book = Filler(opened(form(contract)), random.Random(seed)).fill()
    found = outcome(saved(book), contract)
    assert (found.status, codes(found)) == ("accepted", [])
    assert found.dataset is not None
    rows = {name: table.to_pylist() for name, table in found.dataset.tables.items()}
    known = {one["facility_id"] for one in rows["facilities"]}
    assert {one["facility_id"] for one in rows["usage"]} <= known
    assert len(rows["facilities"]) == len(rows["usage"]) == 8
    assert {one["municipality_code"] for one in rows["facilities"]} == {"132012"}


def facilities(folder: Path) -> Package:
    """A package with every kind of field, and no layout."""
    (folder / "datapackage.yaml").write_text(FACILITIES, encoding="utf-8")
    return load(folder)


FACILITIES = """
name: facilities
title: 公共施設（一覧）/ 2026
resources:
  - name: facilities
    title: 施設
    schema:
      primaryKey: [facility_id]
      missingValues: [""]
      fields:
        - {name: facility_id, title: 施設番号, type: string, example: F-0001,
           constraints: {required: true, pattern: "F-[0-9]{4}"}}
        - {name: municipality_code, title: 自治体コード, type: string}
        - {name: name, title: 施設名, type: string,
           constraints: {required: true, minLength: 2, maxLength: 30}}
        - name: kind
          title: 種別
          type: string
          categories: [{value: a, label: "図書館, 分館"}, {value: b, label: '公民館"大"'}]
          constraints: {required: true, enum: [a, b]}
        - {name: rank, title: 区分/等級, type: integer, opendata:read: integer,
           constraints: {enum: [1, 2, 3]}}
        - {name: capacity, title: 定員（人）, type: integer, opendata:read: integer,
           constraints: {minimum: 1, maximum: 5000}}
        - {name: lat, title: 緯度, type: number, opendata:read: number,
           constraints: {minimum: 20, maximum: 46}}
        - {name: area, title: 面積, type: number, constraints: {minimum: 0}}
        - {name: opened, title: 開設日, type: string, opendata:read: date}
        - {name: renewed, title: 改修日, type: date,
           constraints: {minimum: 1950-04-01, maximum: 2030-12-31}}
        - {name: built, title: 建築年, type: year, constraints: {minimum: 1900, maximum: 2040}}
        - {name: is_free, title: 無料, type: boolean, opendata:read: flag}
        - {name: has_ramp, title: スロープ, type: boolean}
        - {name: url, title: URL, type: string, format: uri}
        - {name: shape, title: 形, type: string, constraints: {enum: [円, 三角, 四角]}}
        - {name: postal, title: 番地, type: string, constraints: {pattern: "[0-9]{3}-[0-9]{4}"}}
        - {name: start_year, title: 利用開始, type: integer, opendata:read: fiscal_year}
        - {name: end_year, title: 利用終了, type: integer, opendata:read: fiscal_year}
  - name: usage
    title: 利用状況
    schema:
      primaryKey: [facility_id, fiscal_year]
      missingValues: [""]
      foreignKeys:
        - {fields: [facility_id], reference: {resource: facilities, fields: [facility_id]}}
      fields:
        - {name: facility_id, title: 施設ID, type: string, constraints: {required: true}}
        - {name: fiscal_year, title: 年度, type: integer, opendata:read: fiscal_year,
           constraints: {required: true, minimum: 1950, maximum: 2050}}
        - {name: visitors, title: 利用者数, type: integer, opendata:read: integer,
           constraints: {minimum: 0}}
"""


def test_every_value_of_every_list_is_one_that_the_reading_knows() -> None:
    book = opened(form())
    tried = 0
    for heading, sheet, field in (
        ("階層", "施策体系", "level"),
        ("重点", "施策体系", "is_priority"),
        ("段階", "施策体系", "stage"),
        ("指標の種類", "指標", "kind"),
        ("望ましい方向", "指標", "direction"),
        ("累計", "指標", "is_cumulative"),
        ("評価の区分", "進捗", "rating_class"),
    ):
        first = next(cells_below(book[sheet], heading))
        rules = book[sheet].data_validations.dataValidation
        (rule,) = (one for one in rules if first.coordinate in one.sqref)
        offered = choices(book, book[sheet], rule, first.coordinate)
        resource = next(one for one in package() if one.title == sheet)
        read_as = [read(str(one), resource.field(field)).value for one in offered]
        assert None not in read_as
        known = resource.field(field).enum or ("true", "false")
        assert sorted(map(str, read_as)) == sorted(known)
        tried += 1
    assert tried == 7


def test_an_untouched_template_is_told_in_one_sentence() -> None:
    found = outcome(form())
    assert [one.code for one in found.problems] == ["nothing-filled-in"]
    assert (found.status, found.layout) == ("rejected", "template")
    assert "まだ何も記入されていません" in found.problems[0].message.ja


@pytest.mark.parametrize("year", [2019, 2024, 2026])
def test_the_example_is_not_read_and_would_be_valid(year: int, tmp_path: Path) -> None:
    for contract in (package(), facilities(tmp_path)):
        layout = standard_layout(contract)
        assert layout is not None
        book = opened(blank(contract, layout, year=year, language="ja"))
        for block in plan(contract, layout, year):
            for below, row in enumerate(example_rows(contract, block, year)):
                for at, value in enumerate(row):
                    top, left = block.position(at)
                    cell = book[block.sheet].cell(top + 1 + below, left + 1)
                    cell.value = value
        found = outcome(saved(book), contract)
        assert (found.status, codes(found)) == ("accepted", [])
        assert min(found.records.values()) >= 1


def test_rows_may_be_sorted_left_blank_and_written_below_the_prepared_ones() -> None:
    book = fill_in(form())
    sheet = book["施策体系"]
    moved = [(sheet.cell(5, column).value, column) for column in range(1, 8)]
    for value, column in moved:  # the goal far below the measure that names it
        sheet.cell(5, column).value = None
        sheet.cell(1500, column).value = value
    found = outcome(saved(book))
    assert (found.status, codes(found)) == ("accepted", [])
    assert found.dataset is not None
    parents = dict(
        zip(*(found.dataset.tables["policy_nodes"].column(one).to_pylist()
              for one in ("title", "parent_node_id")), strict=True)
    )  # fmt: skip
    assert parents["便利なまち"] is None
    assert parents["窓口"].endswith("-1")


def test_a_sheet_that_is_not_needed_may_be_deleted_and_the_others_moved() -> None:
    book = fill_in(form())
    del book["評価の集計"], book["進捗"], book[EXAMPLE], book[GUIDE]
    book.move_sheet("指標", -2)
    found = outcome(saved(book))
    assert (found.status, codes(found)) == ("accepted", [])


def test_years_and_kinds_in_the_headings_may_be_written_over() -> None:
    book = fill_in(form())
    sheet = book["指標"]
    head = next(cell for cell in sheet[4] if cell.value == "中間値")
    head.value, sheet.cell(5, head.column).value = "見込", 2031
    sheet.cell(6, head.column).value = 12
    found = outcome(saved(book))
    assert found.dataset is not None
    values = found.dataset.tables["indicator_values"].to_pylist()
    told = [(one["value_type"], one["fiscal_year"]) for one in values if one["value"] == 12]
    assert told == [("forecast", 2031)]


@pytest.mark.parametrize(
    ("written", "code"),
    [("窓囗", "foreign-key"), ("窓口", None), ("1-1", None), ("1-1　窓口", None)],
)
def test_a_reference_is_a_name_a_number_or_both(written: str, code: str | None) -> None:
    book = fill_in(form())
    write(book["進捗"], "体系", written)
    found = outcome(saved(book))
    expected = [] if code is None else [(code, "進捗", "A5")]
    assert [one for one in codes(found) if one[0] == code] == expected
    assert found.status == ("rejected" if code else "accepted")
    if code:
        assert all("窓囗" in one.message.ja for one in found.problems if one.code == code)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("書かない窓口", "書かない窓口の導入"), ("書かない窓囗の導入", "書かない窓口の導入"),
     ("窓口", None), ("第2期 道づくりの計画", None), ("だれも知らない", None)],
)  # fmt: skip
def test_a_reference_that_leads_nowhere_is_told_with_the_name_it_must_mean(
    written: str, meant: str | None
) -> None:
    book = fill_in(form())
    write(book["施策体系"], "階層", *["施策"] * 5)
    write(book["施策体系"], "番号", *"12345")
    titles = "書かない窓口の導入", "待たない窓口", "道", "第1期 道づくりの計画", "第3期 道づくり"
    write(book["施策体系"], "名称", *titles)
    write(book["施策体系"], "上位の体系", None, None)
    write(book["指標"], "体系", "道")
    write(book["進捗"], "体系", written)
    (told,) = outcome(saved(book)).problems
    assert (told.code, told.place.cell, told.suggestion) == ("foreign-key", "A5", meant)
    assert "「施策体系」" in told.message.ja and "policy_nodes" not in told.message.ja


def test_a_plan_without_its_name_is_one_error_at_the_cell() -> None:
    book = fill_in(form())
    book["計画"]["C4"].value = None
    assert codes(outcome(saved(book))) == [("missing-value", "計画", "C4")]
    for row in range(4, 16):
        book["計画"].cell(row, 3).value = None
    assert codes(outcome(saved(book))) == [("missing-value", "計画", "C4")]


def headings(book: openpyxl.Workbook, kind: str) -> list[Any]:
    return [cell for cell in book["指標"][4] if cell.value == kind]


def test_a_heading_without_a_year_is_told_where_the_year_should_stand() -> None:
    book = fill_in(form())
    sheet = book["指標"]
    one, other = (cell.column for cell in headings(book, "実績値")[:2])
    sheet.cell(5, one).value, sheet.cell(6, one).value = None, 7
    sheet.cell(5, other).value, sheet.cell(6, other).value = "来年度", 8
    found = outcome(saved(book))
    where = sheet.cell(5, one).coordinate, sheet.cell(5, other).coordinate
    assert sorted(codes(found), key=str) == [
        ("missing-value", "指標", where[0]), ("not-a-year", "指標", where[1]),
    ]  # fmt: skip


def test_two_columns_of_one_year_are_one_error_at_the_second_heading() -> None:
    book = fill_in(form())
    sheet = book["指標"]
    one, other = (cell.column for cell in headings(book, "実績値")[:2])
    write(sheet, "体系", "窓口", "窓口")
    write(sheet, "指標名", "待ち時間", "件数")
    write(sheet, "単位", "分", "件")
    sheet.cell(5, other).value = f"{sheet.cell(5, one).value}年度"
    sheet.cell(6, one).value, sheet.cell(6, other).value, sheet.cell(7, one).value = 7, 8, 9
    assert codes(outcome(saved(book))) == [
        ("doubled-heading", "指標", sheet.cell(5, other).coordinate)
    ]
    sheet.cell(6, other).value = 7
    found = outcome(saved(book))
    assert (found.status, codes(found)) == ("accepted", [])
    assert found.dataset is not None
    values = found.dataset.tables["indicator_values"].to_pylist()
    assert sorted(v["value"] for v in values if v["value_type"] == "actual" and v["value"]) == [
        7,
        9,
    ]


def test_figures_under_a_heading_that_nobody_knows_are_not_lost_without_a_word() -> None:
    book = fill_in(form())
    head = headings(book, "目標値")[-1]
    head.value = "最終目標"
    assert [one[0] for one in codes(outcome(saved(book)))] == ["unmapped-column"]
    book["指標"].cell(6, head.column).value = 15
    found = outcome(saved(book))
    assert (found.status, codes(found)) == (
        "rejected", [("unknown-figures", "指標", head.coordinate)]
    )  # fmt: skip
    assert "「最終目標」" in found.problems[0].message.ja
    assert "目標値" in found.problems[0].message.ja


@pytest.mark.parametrize(
    ("shape", "below", "typed"),
    [('m"月"d"日"', "2", "1-2"), ("yyyy/m/d", "1-2-1", "1-2"), ("yyyy/m/d", "2", None),
     ("mmm-yy", "2", None)],
)  # fmt: skip
def test_a_number_that_became_a_date_is_told_with_what_was_typed(
    shape: str, below: str, typed: str | None
) -> None:
    book = fill_in(form())
    write(book["施策体系"], "階層", "目標", "施策", "取組")
    write(book["施策体系"], "番号", "1", date(2026, 1, 2), below)
    write(book["施策体系"], "名称", "便利なまち", "窓口", "待たない")
    cell = [*zip(range(2), cells_below(book["施策体系"], "番号"), strict=False)][1][1]
    cell.number_format = shape
    found = outcome(saved(book))
    (told,) = found.problems
    assert (told.code, told.place.cell, told.suggestion) == ("date-for-text", "B6", typed)
    assert found.status == "rejected"


def test_two_records_of_a_name_cannot_be_told_apart_by_it() -> None:
    book = fill_in(form())
    write(book["施策体系"], "階層", "目標", "施策", "施策")
    write(book["施策体系"], "番号", "1", "1-1", "1-2")
    write(book["施策体系"], "名称", "便利なまち", "窓口", "窓口")
    write(book["施策体系"], "上位の体系", None, "便利なまち", "便利なまち")
    write(book["指標"], "体系", "1-2 窓口")
    found = outcome(saved(book))
    assert codes(found) == [("ambiguous-reference", "進捗", "A5")]


def test_nobody_stands_above_themselves() -> None:
    book = fill_in(form())
    write(book["施策体系"], "上位の体系", "窓口", "便利なまち")
    found = outcome(saved(book))
    told = [one for one in codes(found) if one[0] == "circular-reference"]
    assert told == [
        ("circular-reference", "施策体系", "D6"),
        ("circular-reference", "施策体系", "D5"),
    ]
    assert found.status == "rejected"


def test_only_headings_are_locked_and_what_hinders_is_allowed() -> None:
    book = opened(form())
    assert book.sheetnames[0] == GUIDE and EXAMPLE in book.sheetnames
    for name in SHEETS:
        sheet = book[name]
        rights = sheet.protection
        assert rights.sheet and rights.password is None
        for right in ("insertRows", "deleteRows", "insertColumns", "sort", "autoFilter",
                      "formatCells", "formatColumns", "formatRows", "selectLockedCells",
                      "objects", "scenarios"):  # fmt: skip
            assert getattr(rights, right) is False
        locked = [
            cell for row in sheet.iter_rows() for cell in row
            if cell.protection.locked and cell.value is None
            and not any(cell.coordinate in one for one in sheet.merged_cells.ranges)
        ]  # fmt: skip
        assert [one.coordinate for one in locked if one.has_style] == []
        for letter in ("A", "C"):
            assert sheet.column_dimensions[letter].protection.locked is False
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.freeze_panes is not None
    assert book["指標"].print_title_rows == "$3:$5"


def test_what_is_required_is_marked_in_words() -> None:
    assert "計画名【必須】" in [one.value for one in opened(form())["計画"]["B"]]
    english = opened(form(language="en"))
    assert "計画名(required)" in [one.value for one in english["計画"]["B"]]
    assert "Required" in str(english["計画"]["D4"].value)
    found = outcome(saved(fill_english(english)))
    assert (found.status, found.layout) == ("accepted", "template")


def fill_english(book: openpyxl.Workbook) -> openpyxl.Workbook:
    book["計画"]["C4"].value = "情報計画"
    return book


def test_the_same_form_has_the_same_bytes_and_no_formula_in_a_cell() -> None:
    assert drawn(package(), "ja") == form()
    with zipfile.ZipFile(BytesIO(form())) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in archive.read(name)


def test_a_template_that_comes_back_with_marks_keeps_its_validations() -> None:
    book = fill_in(form())
    write(book["指標"], "体系", "どこにもない施策")
    content = saved(book)
    found = outcome(content)
    assert found.status == "rejected"
    checked = opened(next(one for name, one in found.review.items() if ".checked." in name))
    for name in SHEETS:
        before = opened(content)[name].data_validations.dataValidation
        after = checked[name].data_validations.dataValidation
        assert [(one.type, str(one.sqref), one.formula1) for one in after] == [
            (one.type, str(one.sqref), one.formula1) for one in before
        ]
        assert checked[name].protection.sheet
    mended = fill_in(form())
    assert outcome(saved(mended)).status == "accepted"


def test_a_passed_over_layout_says_why_and_a_named_one_is_drawn(tmp_path: Path) -> None:
    settings = load_settings()
    made = make_template(
        settings,
        "municipal-plans",
        tmp_path / "KPI.xlsx",
        today=date(2026, 3, 31),
        layout="kpi-management-sheet",
    )
    (sheet,) = opened(made.read_bytes()).worksheets
    years = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int)]
    assert set(years) == {2024, 2025, 2026, 2027, 2028, 2029}  # 2025 lasts until March
    found = outcome(saved(fill_in_kpis(sheet)))
    assert (found.status, found.layout, codes(found)) == ("accepted", "kpi-management-sheet", [])
    assert found.records["indicator_values"] == 1
    for name, code in (("goal-measure-initiative", "no-template"), ("nope", "unknown-form")):
        with pytest.raises(UsageError) as told:
            make_template(
                settings,
                "municipal-plans",
                tmp_path / "x.xlsx",
                today=date(2026, 4, 1),
                layout=name,
            )
        assert told.value.code == code
    assert [one.name for one in tmp_path.iterdir()] == ["KPI.xlsx"]


def fill_in_kpis(sheet: Worksheet) -> openpyxl.Workbook:
    write_form(sheet, 名称="情報方針", 対象期間="令和7年度～令和11年度")
    texts: dict[str, Any] = {
        "No.": "1",
        "重点取組": "窓口",
        "指標": "待ち時間",
        "単位": "分",
        "現状値": 25,
    }
    (row,) = (cell.row for cell in sheet["A"] if cell.value == "No.")
    for cell in sheet[row]:
        if str(cell.value) in texts:
            sheet.cell(row + 2, cell.column).value = texts[str(cell.value)]
    book = sheet.parent
    assert isinstance(book, openpyxl.Workbook)
    return book


@pytest.mark.parametrize(
    ("package_name", "path", "code"),
    [
        ("municipal-plan", "a.xlsx", "no-such-package"),
        ("municipal-plans", "a.xls", "not-an-xlsx-name"),
        ("municipal-plans", "nowhere/a.xlsx", "file-not-found"),
        ("municipal-plans", "there.xlsx", "file-exists"),
    ],
)
def test_what_cannot_be_written_is_told_and_nothing_is_lost(
    package_name: str, path: str, code: str, tmp_path: Path
) -> None:
    there = tmp_path / "there.xlsx"
    there.write_bytes(b"mine")
    with pytest.raises(UsageError) as told:
        make_template(load_settings(), package_name, tmp_path / path, today=date(2026, 4, 1))
    assert told.value.code == code
    assert there.read_bytes() == b"mine"
    make_template(load_settings(), "municipal-plans", there, today=date(2026, 4, 1), replace=True)
    assert there.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("pattern", "formula"),
    [
        ("F[0-9]{3}", 'LEN(A1)=4,MID(A1,1,1)="F",TEXT(--MID(A1,2,3),"000")=MID(A1,2,3)'),
        ("^[0-9]$", 'LEN(A1)=1,TEXT(--MID(A1,1,1),"0")=MID(A1,1,1)'),
        ("[0-9]+", None),
        ("a|b", None),
        ("(x)?", None),
        ("[a-z]{2}", None),
    ],
)  # fmt: skip
def test_a_pattern_is_held_to_where_a_formula_can_say_it(pattern: str, formula: str | None) -> None:
    assert formula_of(pattern, "A1") == formula


def test_a_sheet_is_known_by_its_title_where_its_name_was_changed() -> None:
    book = fill_in(form())
    book["指標"].title, book["計画"].title = "KPI", "R6"
    found = outcome(saved(book))
    assert (found.status, codes(found)) == ("accepted", [])
    assert (found.records["plans"], found.records["indicators"]) == (1, 1)


@pytest.mark.parametrize("name", ["指標", "進捗"])
def test_a_sheet_of_the_form_is_never_left_unread_without_an_error(name: str) -> None:
    book = fill_in(form())
    book[name]["A1"].value, book[name].title = "私の表", "KPI"
    found = outcome(saved(book))
    assert found.status == "rejected"
    assert codes(found)[0] == ("unread-sheet", "KPI", "A1")
    assert f"「{name}」" in found.problems[0].message.ja
    book = fill_in(form())
    book.copy_worksheet(book[name]).title = f"{name} (2)"
    found = outcome(saved(book))
    assert ("unread-sheet", f"{name} (2)") in [one[:2] for one in codes(found)]
    book = fill_in(form())
    book[name].sheet_state = "hidden"
    found = outcome(saved(book))
    assert ("hidden-sheet", name, None) in codes(found) and found.status == "rejected"
    book = fill_in(form())
    book["評価の集計"].sheet_state = "hidden"  # there is nothing on it
    assert outcome(saved(book)).status == "accepted"
    book = fill_in(form())
    book.create_sheet("作業用")["A1"].value = "めも"
    assert [(*one[:2],) for one in codes(outcome(saved(book)))] == [("unmapped-sheet", "作業用")]
