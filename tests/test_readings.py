"""From written text to values, and from values to records with ids that stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.japanese import read_quantity
from opendata.package import Field
from opendata.validate import Validation
from opendata.validate.readings import Reading, read
from opendata.validate.records import read_records
from opendata.validate.schema import check_schema
from opendata.workbook import Sheet
from opendata.workbook import read as workbook_of
from tests.builders import (
    codes,
    extracted,
    found,
    one,
    package,
    rows,
    sheet,
    validated,
    workbook,
    xlsx,
)


def field(name: str) -> Field:
    table, _, column = name.partition(".")
    return package().resource(table).field(column)


# --- labels --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("indicators.kind", "成果指標", "outcome"),
        ("indicators.kind", " 成果\n指標 ", "outcome"),
        ("indicators.kind", "outcome", "outcome"),
        ("policy_nodes.stage", "導入・適用", "introduction"),
        ("policy_nodes.stage", "導入･適用", "introduction"),
        ("plans.plan_type", "個別計画", "sector_plan"),
        ("indicator_values.value_type", "現状値", "baseline"),
        ("indicator_values.value_type", "基準値", "baseline"),
        ("indicator_values.value_type", "策定時", "baseline"),
        ("indicator_values.value_type", "中間目標値", "midterm_target"),
        ("indicator_values.value_type", "計画値", "target"),
        ("indicator_values.value_type", "実績", "actual"),
        ("indicator_values.value_type", "直近値", "actual"),
        ("indicator_values.value_type", "見込み", "forecast"),
    ],
)
def test_labels_and_their_synonyms(name: str, text: str, value: str) -> None:
    assert read(text, field(name)) == Reading(value)


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("成果指漂", "成果指標"),
        ("成果指", "成果指標"),
        ("成果指標値", "成果指標"),
        ("活 動指標値", "活動指標"),
        ("指標", None),
        ("成果", None),
        ("効果指漂", None),
        ("△", None),
    ],
)
def test_a_label_one_edit_away_is_proposed(text: str, suggestion: str | None) -> None:
    reading = read(text, field("indicators.kind"))

    assert reading.value is None
    (finding,) = reading.findings
    assert (finding.code, finding.suggestion) == ("unknown-label", suggestion)
    assert finding.details["allowed"] == ("活動指標", "成果指標")


def test_two_labels_as_near_as_each_other_are_not_guessed_between() -> None:
    two = Field(
        {
            "name": "x",
            "categories": [{"value": "a", "label": "甲乙"}, {"value": "b", "label": "甲丙"}],
            "constraints": {"enum": ["a", "b"]},
        }
    )
    (finding,) = read("甲丁", two).findings
    assert finding.suggestion is None


# --- years, numbers, flags, dates ----------------------------------------------------------------

YEAR, VALUE = "plans.end_fiscal_year", "indicator_values.value"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("令和7年度", "2025"),
        ("令和７年度（2025年度）", "2025"),
        ("R7", "2025"),
        ("H21", "2009"),
        ("平成31年度", "2019"),
        ("令和元年度", "2019"),
        ("昭和64年度", "1989"),
        ("2025", "2025"),
        ("2019（R1）", "2019"),
        ("平成30年度末まで", "2018"),
    ],
)
def test_fiscal_years(text: str, value: str) -> None:
    assert read(text, field(YEAR)) == Reading(value)


def test_a_year_that_contradicts_itself_names_both_readings() -> None:
    (finding,) = read("令和７年度（2026年度）", field(YEAR)).findings
    assert finding.code == "era-year-mismatch"
    assert finding.suggestion == "令和７年度（2025年度）"
    assert finding.details == {
        "written": "令和７年度（2026年度）",
        "era_year": 2025,
        "western_year": 2026,
    }


def test_a_year_that_never_existed_is_read_and_reported() -> None:
    reading = read("平成34年度(2022年度)", field(YEAR))
    assert reading.value == "2022"
    (finding,) = reading.findings
    assert (finding.code, finding.suggestion) == ("era-year-never-existed", "令和4年度(2022年度)")


@pytest.mark.parametrize("text", ["来年度", "未定", "12", "3年間", "2025年度から2026年度"])
def test_what_is_no_year(text: str) -> None:
    assert codes_of(read(text, field(YEAR))) == ["not-a-year"]


def codes_of(reading: Reading) -> list[str]:
    return [finding.code for finding in reading.findings]


@pytest.mark.parametrize(
    ("text", "value", "siblings"),
    [
        ("43.8", "43.8", "eq normal"),
        ("1,234", "1234", "eq normal"),
        ("１２．５", "12.5", "eq normal"),
        ("▲3", "-3", "eq normal"),
        ("△1.5", "-1.5", "eq normal"),
        ("50.0", "50", "eq normal"),
        ("0", "0", "eq normal"),
        ("80以上", "80", "ge normal"),
        ("30以下", "30", "le normal"),
        ("約100", "100", "approx normal"),
        ("1200", "1200", "eq normal"),
        ("-", None, " missing"),
        ("－", None, " missing"),
        ("…", None, " missing"),
        ("集計中", None, " not_yet"),
        ("x", None, " suppressed"),
        ("対象外", None, " not_applicable"),
    ],
)
def test_values(text: str, value: str | None, siblings: str) -> None:
    reading = read(text, field(VALUE))
    assert reading.findings == ()
    assert reading.value == value
    comparator, status = siblings.split(" ")
    assert reading.siblings.get("comparator", "") == comparator
    assert reading.siblings["status"] == status
    assert reading.siblings["raw"] == text


def test_a_range_has_two_ends_and_no_value() -> None:
    reading = read("10～20", field(VALUE))
    assert reading.value is None
    assert reading.siblings == {
        "comparator": "range",
        "value_low": "10",
        "value_high": "20",
        "status": "normal",
        "raw": "10～20",
    }


def test_what_is_no_number_keeps_its_words() -> None:
    reading = read("三割ほど増", field(VALUE))
    assert codes_of(reading) == ["not-a-number"]
    assert reading.siblings == {"status": "normal", "raw": "三割ほど増"}


@given(st.decimals(-(10**9), 10**9, places=3))
def test_a_plain_number_is_itself(number: Any) -> None:
    reading = read(str(number), field(VALUE))
    assert reading.value is not None
    assert float(reading.value) == float(number)
    assert "E" not in reading.value.upper()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("○", "true"),
        ("◯", "true"),
        ("✓", "true"),
        ("×", "false"),
        ("－", "false"),
        ("重点", "true"),
    ],
)
def test_flags(text: str, value: str) -> None:
    assert read(text, field("policy_nodes.is_priority")) == Reading(value)


def test_what_is_neither_yes_nor_no() -> None:
    assert codes_of(read("△", field("policy_nodes.is_priority"))) == ["not-a-flag"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("平成22年3月", "2010-03"),
        ("2020年2月", "2020-02"),
        ("令和4年4月1日", "2022-04-01"),
        ("2022-04-01", "2022-04-01"),
        ("令和４年", "2022"),
    ],
)
def test_dates(text: str, value: str) -> None:
    assert read(text, field("plans.adopted")) == Reading(value)


@pytest.mark.parametrize("text", ["2025年2月30日", "春ごろ"])
def test_what_is_no_date(text: str) -> None:
    assert codes_of(read(text, field("plans.adopted"))) == ["not-a-date"]


@pytest.mark.parametrize(
    ("text", "value"), [("４年間", "4"), ("5年", "5"), ("5か年", "5"), ("12件", "12"), ("３", "3")]
)
def test_counts(text: str, value: str) -> None:
    assert read(text, field("plans.period_years")).value == value


@given(st.text(max_size=12))
def test_any_text_is_read_or_reported(text: str) -> None:
    for name in (YEAR, VALUE, "plans.adopted", "plans.title", "indicators.kind"):
        reading = read(text, field(name))
        if reading.value is None and text.strip() and name != VALUE:
            assert reading.findings or not reading.value


# --- records -------------------------------------------------------------------------------------

PLAN = """
slugs: {情報計画: joho}
blocks:
  - form:
      - {label: 計画名, to: plans.title, required: true}
      - {label: 計画期間, split: period, to: [plans.start_fiscal_year, plans.end_fiscal_year,
         plans.period_years]}
"""
TREE = (
    PLAN
    + """
  - table:
      - {header: 目標, split: number, to: [policy_nodes.number, policy_nodes.title],
         set: {level: goal}, fill: down}
      - {header: 施策, split: number, to: [policy_nodes.number, policy_nodes.title],
         set: {level: measure}, fill: down}
      - {header: 番号, to: policy_nodes.number, set: {level: initiative}, required: false}
      - {header: 取組, to: policy_nodes.title, set: {level: initiative}}
"""
)
VALUES = (
    PLAN
    + """
  - table:
      - {header: 施策, split: number, to: [policy_nodes.number, policy_nodes.title],
         set: {level: measure}, fill: down, required: false}
      - {header: 指標, to: indicators.name}
      - {header: 単位, to: indicators.unit, required: false}
      - {header: 方向, to: indicators.direction, required: false}
      - header: [現状値, 目標値, 実績値]
        to: indicator_values.value
        set: {value_type: $header, fiscal_year: $year}
"""
)
HEAD = "| 計画名 | 情報計画 |\n| | |\n"


def drawn(head: str, *lines: str) -> Sheet:
    return sheet(HEAD + "\n".join((head, *lines)))


TREE_HEAD = "| 目標 | 施策 | 番号 | 取組 |"
TREE_ROWS = (
    "| 目標1　便利 | 施策1-1　窓口 | 1 | 予約 |",
    "| 目標1　便利 | 施策1-1　窓口 | 2 | 電子 |",
    "| 目標1　便利 | 施策1-2　広報 | 3 | 地図 |",
    "| 目標2　活力 | 商店          | 4 | 祭り |",
)


def ids(read: Validation, table: str = "policy_nodes", name: str = "title") -> dict[str, str]:
    key = package().resource(table).primary_key[0]
    return {row[0]: row[1] for row in rows(read.dataset.tables[table], f"{name} {key}")}


def test_numbered_records_have_their_number_as_id() -> None:
    read = validated(drawn(TREE_HEAD, *TREE_ROWS), TREE)

    assert read.problems == ()
    made = ids(read)
    assert {title: made[title] for title in ("便利", "窓口", "電子", "広報", "地図")} == {
        "便利": "141500-joho-1",
        "窓口": "141500-joho-1-1",
        "電子": "141500-joho-1-1-2",
        "広報": "141500-joho-1-2",
        "地図": "141500-joho-1-2-3",
    }
    assert made["祭り"].startswith(made["商店"] + "-")
    assert rows(read.dataset.tables["policy_nodes"], "title parent_node_id position") == [
        ("便利", None, 1),
        ("窓口", made["便利"], 1),
        ("予約", made["窓口"], 1),
        ("電子", made["窓口"], 2),
        ("広報", made["便利"], 2),
        ("地図", made["広報"], 1),
        ("活力", None, 2),
        ("商店", made["活力"], 1),
        ("祭り", made["商店"], 1),
    ]


def test_a_plan_without_a_short_name_has_a_digest_of_its_title() -> None:
    read = validated(drawn(TREE_HEAD, *TREE_ROWS), TREE.replace("情報計画: joho", "別計画: x"))
    (plan_id,) = ids(read, "plans").values()
    assert plan_id == "141500-271175f5"


@given(st.permutations(TREE_ROWS), st.booleans())
def test_ids_stay_when_rows_move_or_come(order: Sequence[str], more: bool) -> None:
    def made(*lines: str) -> dict[str | None, str | None]:
        tables, _ = read_records(
            extracted(drawn(TREE_HEAD, *lines), TREE, code="141500"), package()
        )
        nodes = tables["policy_nodes"].values
        return dict(zip(nodes["title"], nodes["node_id"], strict=True))

    before = made(*TREE_ROWS)
    assert None not in before.values()
    after = made(*(["| 目標2　活力 | 観光 | 5 | 案内 |"] if more else []), *order)

    assert {title: after[title] for title in before} == before


def test_indicator_ids_stay_when_widths_spaces_and_values_change() -> None:
    head = "| 施策 | 指標 | 単位 | 目標値(R7) |"
    first = validated(drawn(head, "| 施策1-1　窓口 | 満足度（％） | % | 50 |"), VALUES)
    again = validated(
        drawn(head, "| 別 | 別 | 人 | 1 |", "| 施策１－１ 窓　口 | 満足度(%) | ％ | 55 |"), VALUES
    )
    (before,) = ids(first, "indicators", "name").values()
    assert before in ids(again, "indicators", "name").values()


def test_records_of_several_sheets_are_one() -> None:
    """The same measure on two sheets: what one leaves blank the other fills."""
    two = (
        TREE.replace("- table:", "- sheet: [体系]\n    table:")
        + """
  - sheet: [担当]
    table:
      - {header: 目標, split: number, to: [policy_nodes.number, policy_nodes.title],
         set: {level: goal}}
      - {header: 担当課, to: policy_nodes.department, set: {level: goal}}
"""
    )
    tree = sheet(HEAD + "\n".join((TREE_HEAD, *TREE_ROWS)), "体系")
    offices = sheet("| 目標 | 担当課 |\n| 目標1　便利 | 情報課 |\n| 目標2　活力 | 商工課 |", "担当")
    read = validated(workbook(tree, offices), two)

    assert read.problems == ()
    goals = [
        row for row in rows(read.dataset.tables["policy_nodes"], "level title department") if row[2]
    ]
    assert goals == [("goal", "便利", "情報課"), ("goal", "活力", "商工課")]
    assert rows(read.dataset.cells["policy_nodes"], "title department")[0] == (
        "体系!A4",
        "担当!B2",
    )


def test_two_values_for_one_thing_are_a_conflict() -> None:
    read = validated(
        drawn(
            "| 指標 | 単位 | 目標値(R7) | 目標値(令和7年度) |",
            "| 満足 | % | 50 | 55 |",
            "| 利用 | 人 | 60 | 60 |",
        ),
        VALUES,
    )

    conflict = one(read.problems, "conflicting-value")
    assert (conflict.place.cell, conflict.value) == ("D4", "55")
    assert "「50」" in conflict.message.ja and "表 C4" in conflict.message.ja
    assert len(read.problems) == 1


def test_an_indicator_written_twice() -> None:
    read = validated(
        drawn(
            "| 指標 | 単位 | 目標値(R7) |",
            "| 満足 | % | 50 |",
            "| 満　足 | % | 50 |",
        ),
        VALUES,
    )

    (double,) = [each for each in read.problems if each.code == "duplicate-indicator"]
    assert (double.place.cell, double.value) == ("A5", "満 足")
    assert "A4" in double.message.ja


def test_everything_wrong_is_told_at_once_each_at_its_cell() -> None:
    read = validated(
        drawn(
            "| 指標 | 単位 | 方向 | 現状値(R5) | 目標値(R7) |",
            "| 満足 | % | 増加 | 三割ほど増 | 50 |",
            "| 利用 | 人 | 増化 | 40 | 50 |",
            "|  | 人 | 減少 | 40 | 50 |",
            "| 来場 |  | 維持 | 40 | 50 |",
        ),
        VALUES,
    )

    assert sorted(found(read.problems)) == [
        ("missing-unit", "表!B7"),
        ("missing-value", "表!A6"),
        ("not-a-number", "表!D4"),
        ("unknown-label", "表!C5"),
    ]
    assert one(read.problems, "unknown-label").suggestion == "増加"
    assert "「指標」" in one(read.problems, "missing-value").message.ja


def test_a_heading_without_a_year_is_told_once_and_done_as_told_it_is_read() -> None:
    def judged(heading: str) -> Validation:
        return validated(
            drawn(f"| 指標 | 単位 | {heading} |", "| 満足 | % | 50 |", "| 利用 | 人 | 40 |"), VALUES
        )

    told = judged("目標値")
    asked = [each for each in told.problems if each.code == "missing-value"]
    assert {(each.place.cell, each.value) for each in asked} == {("C3", "目標値")}
    (words,) = {each.message.ja for each in asked}
    assert words.startswith("見出し「目標値」に年度がないため")
    (example,) = {found for each in asked for found in re.findall("例：(.+)）。", each.remedy.ja)}

    for heading in (example, "目標値(R9)", "令和9年度目標値"):
        done = judged(heading)
        assert codes(done.problems) == []
        assert rows(done.dataset.tables["indicator_values"], "fiscal_year value") == [
            (2027, 50), (2027, 40),
        ]  # fmt: skip


def test_what_no_cell_has_room_for_is_told_so() -> None:
    source = VALUES.replace("fiscal_year: $year", "status: normal")
    read = validated(drawn("| 指標 | 単位 | 目標値 |", "| 満足 | % | 50 |"), source)

    missing = one(read.problems, "missing-value")
    assert (missing.place.cell, missing.value) == ("C3", None)
    assert "空になっています" not in missing.message.ja
    assert "「年度」" in missing.message.ja


def test_rows_of_one_key_name_each_other_and_a_missing_part_is_told_once() -> None:
    read = extracted(
        drawn("| 指標 | 単位 | 目標値(R9) |", "| 満足 | % | 50 |", "| 利用 | 人 | 40 |"),
        VALUES,
        code="141500",
    )
    tables, _ = read_records(read, package())
    values = tables["indicator_values"]
    for columns in (values.values, values.places, values.texts, values.said):
        for column in columns.values():
            column.append(column[0])
    values.places["value"][2] = "表!C9"
    double = one(check_schema(tables, package()), "primary-key")
    assert double.place.cell == "C9"
    assert "セル 表 C4 の行と同じです" in double.message.ja
    assert "cell 表 C4" in double.message.en

    for row in (0, 2):
        values.values["fiscal_year"][row] = None
    assert set(codes(check_schema(tables, package()))) == {"missing-value"}


def test_a_value_that_is_missing_is_not_zero() -> None:
    read = validated(
        drawn(
            "| 指標 | 単位 | 現状値(R5) | 実績値(R6) | 目標値(R7) |",
            "| 満足 | % | - | 0 |  |",
        ),
        VALUES,
    )

    assert rows(
        read.dataset.tables["indicator_values"],
        "value_type fiscal_year value comparator status raw",
    ) == [
        ("baseline", 2023, None, None, "missing", "-"),
        ("actual", 2024, 0.0, "eq", "normal", "0"),
    ]


@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [
        ("人", "98万人", 980000),
        ("人", "98人", 98),
        ("万人", "980,000人", 98),
        ("千円", "1億2千万円", 120000),
        ("％", "12.5%", 12.5),
        ("人", "95万9千人", 959000),
        ("世帯", "5千", 5000),
        ("世帯", "1.5億", 150000000),
        ("世帯", "3万5千", 35000),
        ("件", "2百万", 2000000),
        ("千円", "5千", 5),
        ("百万円", "3億", 300),
        ("人/年", "2万人", 20000),
    ],
)
def test_a_value_is_put_into_the_unit_of_its_indicator(unit: str, text: str, value: float) -> None:
    read = validated(drawn("| 指標 | 単位 | 実績値(R6) |", f"| 来場 | {unit} | {text} |"), VALUES)

    assert read.problems == ()
    assert rows(read.dataset.tables["indicator_values"], "value raw") == [(value, text)]
    assert rows(read.dataset.tables["indicators"], "unit") == [(unit,)]


def test_a_figure_without_any_unit_is_written_out() -> None:
    read = validated(drawn("| 指標 | 単位 | 実績値(R6) |", "| 来場 |  | 5千 |"), VALUES)

    assert rows(read.dataset.tables["indicator_values"], "value") == [(5000,)]
    assert rows(read.dataset.tables["indicators"], "unit") == [(None,)]


@pytest.mark.parametrize(
    ("unit", "text", "low", "high"),
    [
        ("人", "約2万〜3万人", 20000, 30000),
        ("万人", "2万〜3万", 2, 3),
        ("人", "9千〜1万人", 9000, 10000),
        ("人", "2〜3万人", 20000, 30000),
        ("世帯", "1千〜2万", 1000, 20000),
    ],
)
def test_both_ends_of_a_range_are_put_into_the_unit_of_their_indicator(
    unit: str, text: str, low: float, high: float
) -> None:
    read = validated(drawn("| 指標 | 単位 | 実績値(R6) |", f"| 来場 | {unit} | {text} |"), VALUES)

    assert read.problems == ()
    values = read.dataset.tables["indicator_values"]
    assert rows(values, "value_low value_high comparator") == [(low, high, "range")]


@pytest.mark.parametrize(
    ("unit", "text"),
    [("円", "98万人"), ("世帯", "約2万〜3万人"), ("人", "▲15%"), ("t", "5kg"), ("％", "5円")],
)
def test_a_figure_in_a_unit_that_contradicts_its_indicators_is_refused(
    unit: str, text: str
) -> None:
    read = validated(drawn("| 指標 | 単位 | 実績値(R6) |", f"| 来場 | {unit} | {text} |"), VALUES)

    mismatch = one(read.problems, "unit-mismatch")
    assert (mismatch.place.cell, mismatch.severity) == ("C4", "error")


@pytest.mark.parametrize(
    ("unit", "text"),
    [("回", "5件"), ("名", "5人"), ("千t-CO2", "基準年度比▲15%"), ("円", "5円/m3")],
)
def test_a_figure_that_may_be_meant_so_is_asked_about(unit: str, text: str) -> None:
    read = validated(drawn("| 指標 | 単位 | 実績値(R6) |", f"| 来場 | {unit} | {text} |"), VALUES)

    assert one(read.problems, "unit-mismatch").severity == "warning"


@pytest.mark.parametrize(("unit", "text"), [("t-CO2", "5t"), ("人/年", "7人"), ("ｋＷ", "5kW")])
def test_a_figure_may_write_its_unit_in_short(unit: str, text: str) -> None:
    read = validated(drawn("| 指標 | 単位 | 実績値(R6) |", f"| 来場 | {unit} | {text} |"), VALUES)

    assert read.problems == ()


def test_a_unit_in_the_value_is_the_indicators_where_it_has_none() -> None:
    read = validated(drawn("| 指標 | 単位 | 実績値(R6) |", "| 来場 |  | 98万人 |"), VALUES)

    assert read.problems == ()
    assert rows(read.dataset.tables["indicators"], "unit") == [("万人",)]
    assert rows(read.dataset.cells["indicators"], "unit") == [("表!C4",)]
    assert rows(read.dataset.tables["indicator_values"], "value") == [(98,)]


def test_a_unit_that_has_nothing_to_do_with_the_indicators_is_reported() -> None:
    read = validated(drawn("| 指標 | 単位 | 実績値(R6) |", "| 来場 | 世帯 | 98人 |"), VALUES)

    mismatch = one(read.problems, "unit-mismatch")
    assert (mismatch.place.cell, mismatch.severity) == ("C4", "warning")
    assert "「人」" in mismatch.message.ja and "「世帯」" in mismatch.message.ja


def test_a_period_that_cannot_be_read_is_reported_where_it_stands() -> None:
    read = validated(sheet("| 計画名 | 情報計画 |\n| 計画期間 | 当分の間 |"), PLAN)
    assert found(read.problems) == [("not-a-year", "表!B2")]


def test_a_period_with_a_wrong_year_is_corrected_as_a_whole() -> None:
    read = validated(
        sheet("| 計画名 | 情報計画 |\n| 計画期間 | 令和4年度（2022年度）～令和7年度（2026年度） |"),
        PLAN,
    )

    (mismatch,) = read.problems
    assert mismatch.code == "era-year-mismatch"
    assert mismatch.value == "令和4年度（2022年度）～令和7年度（2026年度）"
    assert mismatch.suggestion == "令和4年度（2022年度）～令和7年度（2025年度）"


def test_where_each_value_was_read() -> None:
    read = validated(drawn("| 指標 | 単位 | 実績値(R6) |", "| 来場 | 人 | 98 |"), VALUES)

    assert rows(read.dataset.cells["indicators"], "indicator_id plan_id name unit") == [
        (None, None, "表!A4", "表!B4")
    ]
    assert rows(
        read.dataset.cells["indicator_values"], "value_type fiscal_year value status raw"
    ) == [("表!C3", "表!C3", "表!C4", "表!C4", "表!C4")]


def test_codes_are_never_told_twice_for_one_cell() -> None:
    """A heading with a wrong year stands above many values: it is one mistake."""
    read = validated(
        drawn(
            "| 指標 | 単位 | 目標値（令和７年度（2026年度）） |",
            "| 満足 | % | 50 |",
            "| 利用 | 人 | 60 |",
        ),
        VALUES,
    )
    assert codes(read.problems) == ["era-year-mismatch"]
    assert read.problems[0].place.cell == "C3"


@pytest.mark.parametrize("nothing", ["－", "-", "なし", "（無し）"])
def test_that_there_is_no_unit_can_be_said(nothing: str) -> None:
    read = validated(drawn("| 指標 | 単位 | 実績値(R6) |", f"| 来場 | {nothing} | 98 |"), VALUES)

    assert read.problems == ()
    assert rows(read.dataset.tables["indicators"], "unit") == [(None,)]


@pytest.mark.parametrize(
    ("unit", "value", "number_format", "published", "raw"),
    [
        ("千円", 1234567, "#,##0,", 1235, "1,235"),
        ("百万円", 1234567890, '#,##0,,"百万円"', 1235, "1,235百万円"),
        ("円", 1234567, '#,##0,"千円"', 1235000, "1,235千円"),
        ("万円", 12345678, "#,##0!.0,", 1234.6, "1,234.6"),
        ("千円", -1234567, "#,##0,_);(#,##0,)", -1235, "(1,235)"),
        ("千円", 1234567, "¥#,##0,", 1235, "¥1,235"),
        ("円", 1234567, "0.00E+00", 1234567, "1.23E+06"),
        ("時間", 1.5, "# ?/?", 1.5, "1 1/2"),
        ("円", 1234567.4, "#,##0", 1234567.4, "1,234,567"),
        ("件", 0, "#", 0, "0"),
    ],
)
def test_a_scaled_figure_is_published_as_it_is_shown(
    unit: str, value: float, number_format: str, published: float, raw: str
) -> None:
    """The thousands that a number format leaves out are in the unit beside it."""
    book = openpyxl.load_workbook(
        BytesIO(xlsx(drawn("| 指標 | 単位 | 目標値(R8) |", f"| 歳入 | {unit} | {value} |")))
    )
    book.worksheets[0]["C4"].number_format = number_format
    out = BytesIO()
    book.save(out)
    result = validated(workbook_of("計画.xlsx", out.getvalue()), VALUES)

    assert rows(result.dataset.tables["indicator_values"], "value raw") == [(published, raw)]
    assert codes(result.problems) == []


@pytest.mark.parametrize("truth", [True, False])
def test_a_truth_is_no_figure(truth: bool) -> None:
    drawing = drawn("| 指標 | 単位 | 目標値(R8) |", "| 歳入 | 円 | 1 |")
    filled = [list(row) for row in drawing.rows]
    filled[3][2] = truth
    result = validated(replace(drawing, rows=filled), VALUES)

    assert one(result.problems, "not-a-number").value == str(truth).upper()


@pytest.mark.parametrize(
    "text",
    ["1250（R4）", "1250\n(令和４年度)", "1,250（2022）", "1250人(令和5年3月)", "約1250（R4実績）"],
)
def test_a_year_in_the_values_own_cell_that_is_not_its_columns_is_asked_about(text: str) -> None:
    book = sheet(HEAD + "| 指標 | 単位 | 実績値(R6) |\n| 来場 | 人 | x |")
    (*above, last) = book.rows
    read = validated(replace(book, rows=(*above, (*last[:2], text))), VALUES)

    (asked,) = read.problems
    assert (asked.code, asked.severity, asked.place.cell) == (
        "value-year-mismatch",
        "warning",
        "C4",
    )
    assert asked.subject is not None
    assert "2022" in asked.message.ja and "2024" in asked.message.ja
    assert rows(read.dataset.tables["indicator_values"], "value fiscal_year") == [(1250, 2024)]


@pytest.mark.parametrize(
    "text",
    [
        "1250（R6）",
        "1250（令和6年度）",
        "1250（R3比）",
        "1250（R2～R6累計）",
        "1250（1980）",
        "1250（注1）",
    ],
)
def test_a_year_in_the_values_own_cell_that_is_its_columns_is_not(text: str) -> None:
    read = validated(drawn("| 指標 | 単位 | 実績値(R6) |", f"| 来場 | 人 | {text} |"), VALUES)

    assert read.problems == ()


@pytest.mark.parametrize(
    "text",
    ["前年度比5%増", "前年比＋3％", "10.5ポイント増", "現状より5%増加", "5〜10%減", "R3比5割削減"],
)
def test_a_change_is_not_published_as_a_level(text: str) -> None:
    read = validated(drawn("| 指標 | 単位 | 目標値(R6) |", f"| 来場 | ％ | {text} |"), VALUES)

    values = read.dataset.tables["indicator_values"]
    assert read.problems == ()
    assert rows(values, "value value_low value_high comparator status raw") == [
        (None, None, None, None, "not_applicable", text)
    ]


def test_an_error_of_excel_is_no_missing_value() -> None:
    for text in ("#N/A", "#DIV/0!", "#REF!"):
        read = validated(drawn("| 指標 | 単位 | 実績値(R6) |", f"| 来場 | ％ | {text} |"), VALUES)
        assert found(read.problems) == [("not-a-number", "表!C4")]


def test_the_word_that_the_remedy_proposes_says_not_yet() -> None:
    read = validated(drawn("| 指標 | 単位 | 実績値(R6) |", "| 来場 | ％ | 約三割 |"), VALUES)

    proposed = re.findall("「(.*?)」", one(read.problems, "not-a-number").remedy.ja)
    statuses = [quantity.status for text in proposed if (quantity := read_quantity(text))]
    assert statuses == ["missing", "not_yet"]


def test_a_struck_out_cell_is_asked_about_where_it_is_published() -> None:
    drawing = (
        HEAD
        + "| 指標 | 単位 | 実績値(R6) | 備考 |\n| 来場 | 人 | 98 | 略 |\n| 登録 | 人 | 7 | 略 |"
    )
    ignoring = VALUES + "      - {header: 備考}\n"
    read = validated(sheet(drawing, struck=frozenset({(3, 2), (4, 0), (3, 3)})), ignoring)

    asked = [one for one in read.problems if one.code == "struck-out"]
    assert [(each.place.cell, each.value) for each in asked] == [("C4", "98"), ("A5", "登録")]
    assert {each.severity for each in asked} == {"warning"}
    assert len({each.subject for each in asked} - {None}) == 2


FILLED = (
    HEAD
    + """| 施策 | 指標 | 単位 | 実績値(R6) |
| 甲 | 来場 | 人 | 1 |
| 乙 | 登録 | 人 | 2 |
| {} | 利用 | 人 | 3 |
| | 相談 | 人 | 4 |"""
)


@pytest.mark.parametrize("blank", ["", "〃"])
def test_a_blank_is_not_silently_filled_from_above_a_hidden_row(blank: str) -> None:
    read = validated(sheet(FILLED.format(blank), hidden="5"), VALUES)
    (told,) = (one for one in read.problems if one.code == "filled-past-hidden")
    assert (told.place.cell, told.value, told.severity) == ("A6", "甲", "error")
    assert "A5" in told.message.ja


@pytest.mark.parametrize(("own", "hidden"), [("丙", "5"), ("乙", "5"), ("", ""), ("", "7")])
def test_a_hidden_row_that_fills_nothing_is_not_told_of(own: str, hidden: str) -> None:
    read = validated(sheet(FILLED.format(own), hidden=hidden), VALUES)
    assert "filled-past-hidden" not in codes(read.problems)


def test_a_hidden_row_that_says_the_same_is_not_told_of() -> None:
    drawing = FILLED.format("").replace("乙", "甲")
    read = validated(sheet(drawing, hidden="5"), VALUES)
    assert "filled-past-hidden" not in codes(read.problems)


# --- one heading twice ---------------------------------------------------------------------------

ACROSS = """
blocks:
  - form: [{label: 計画名, to: plans.title}]
  - table:
      - {header: 年度, to: indicator_values.fiscal_year}
      - header: "*/$unit"
        to: indicator_values.value
        set: {indicators.name: $header, indicators.unit: $unit, value_type: actual}
"""


def test_two_columns_of_one_heading_are_told_and_none_is_lost() -> None:
    """The second 来館者数 was 利用者数 once; that its values differ is told once."""
    drawn = """
        | 計画名 | 読書計画 |          |
        |        |          |          |
        | 年度   | 来館者数 | 来館者数 |
        |        | （人）   | （人）   |
        | R4     | 4012     | 2105     |
        | R5     | 3998     | {}       |
    """
    told = validated(sheet(drawn.format("2210")), ACROSS)
    assert found(told.problems) == [("duplicate-indicator", "表!C3")]
    assert told.problems[0].severity == "error"

    assert codes(validated(sheet(drawn.format("")), ACROSS).problems) == ["duplicate-indicator"]


@pytest.mark.parametrize(("text", "code"), [("3q", "not-a-number"), ("3t", "unit-mismatch")])
def test_a_stray_letter_is_no_unit(text: str, code: str) -> None:
    drawn = f"| 計画名 | 読書計画 |\n| | |\n| 年度 | 来館者数 |\n| | （人） |\n| R4 | {text} |"
    assert codes(validated(sheet(drawn), ACROSS).problems) == [code]
