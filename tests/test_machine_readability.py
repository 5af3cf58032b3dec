"""The 30 rules for machine readability: for each that is judged a sheet that breaks it and one that
does not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill

from opendata.extract import HeaderRows
from opendata.validate.machine_readability import Readability, judge, kinds, mean, rules, worst
from opendata.workbook import Range, Sheet, Value, Workbook, read
from tests.builders import sheet, workbook

Rows = list[Sequence[Value]]
SHARED = Path(__file__).parents[1] / "../shared/workbooks"
GOOD = """
| 市町村名 | 年度   | 区分 | 利用者数（人） | 備考 |
| 甲市     | 2023年度 | 新規 | 120 | なし |
| 甲市     | 2024年度 | 継続 | 130 | なし |
| 乙市     | 2023年度 | 新規 | 90  | あり |
| 乙市     | 2024年度 | 継続 | 95  | なし |
| 丙市     | 2023年度 | 新規 | 40  | あり |
| 丙市     | 2024年度 | 継続 | 45  | なし |
"""
"""What breaks no rule."""


def judged(*sheets: Sheet, form: Any = "xlsx") -> Readability:
    found = judge(Workbook(f"表.{form}", form, sheets))
    assert found is not None
    return found


def where(found: Readability, rule: str) -> dict[str, tuple[str, ...]]:
    """The places of a rule's violations on the first sheet, by kind."""
    return {one.kind: one.places[0].ranges for one in found.violations if one.rule == rule}


def grid(rows: Sequence[Sequence[Value]], **more: Any) -> Sheet:
    return Sheet("表", rows, **more)


def with_cell(at: str, text: Value, **more: Any) -> Sheet:
    """The good sheet with another value in a cell."""
    rows = [[*row] for row in sheet(GOOD).rows]
    rows[int(at[1:]) - 1][ord(at[0]) - 65] = text
    return grid(rows, **more)


BAD: dict[str, tuple[Sheet, dict[str, tuple[str, ...]]]] = {
    "L1-02": (
        sheet(GOOD + "| | | | | |\n| | | | | |\n" + GOOD.strip()),
        {"several-tables": ("A1:E7", "A10:E16")},
    ),
    "L1-03": (
        sheet(GOOD.replace("| 乙市     | 2023", "| | | | | |\n| 乙市     | 2023")),
        {"blank-rows": ("4:4",)},
    ),
    "L1-04": (sheet(GOOD + "| | | | | |\n| ※ 速報値 | | | | |"), {"outside-text": ("A9",)}),
    "L1-05": (with_cell("D1", None), {"no-heading": ("D1",)}),
    "L1-06": (with_cell("C3", "継　続"), {"spaced-letters": ("C3",)}),
    "L1-07": (with_cell("E3", "甲、乙、丙"), {"listed-items": ("E3",)}),
    "L1-08": (with_cell("E3", "①あり"), {"platform-character": ("E3",)}),
    "L1-10": (sheet(GOOD, objects=(Range(1, 1, 3, 3),)), {"object": ("B2:D4",)}),
    "L1-11": (sheet(GOOD, struck=frozenset({(2, 3)})), {"struck-out": ("D3",)}),
    "L1-12": (sheet(GOOD.replace("| 甲市     | 2024", "| ^     | 2024")), {"merged": ("A2:A3",)}),
    "L1-13": (sheet(GOOD, hidden="5 6 C"), {"hidden-rows": ("5:6",), "hidden-columns": ("C:C",)}),
    "L2-01": (with_cell("D4", "90人"), {"figure-with-words": ("D4",)}),
    "L2-02": (with_cell("A3", "〃"), {"ditto": ("A3",)}),
    "L2-03": (with_cell("E1", "区分"), {"same-heading": ("C1", "E1")}),
    "L2-04": (with_cell("C5", "継 続"), {"variant": ("C5",)}),
    "L2-05": (with_cell("C5", "その他（試行）"), {"other-with-details": ("C5",)}),
    "L2-06": (sheet(GOOD, formulas=(Range(1, 3, 4, 3),)), {"formula": ("D2:D5",)}),
    "L3-01": (sheet(GOOD, at="A3"), {"starts-below": ("A1:E2",)}),
    "L3-03": (with_cell("D4", "…"), {"unexplained-sign": ("D4",)}),
    "L3-04": (with_cell("D1", "利用"), {"no-unit": ("D1",)}),
    "L3-05": (with_cell("B4", "令和5年度"), {"era-only": ("B4",)}),
    "L3-06": (with_cell("A4", "乙"), {"short-area": ("A4",)}),
    "L3-09": (
        sheet(
            """
            | 名称       | 2022年度 | 2023年度 | 2024年度 |
            | 人数（人） | 1 | 2 | 3 |
            | 件数（件） | 4 | 5 | 7 |
            """
        ),
        {"years-across": ("B1:D1",)},
    ),
}


@pytest.mark.parametrize("rule", BAD)
def test_a_broken_rule_is_found_where_it_is_broken(rule: str) -> None:
    broken, places = BAD[rule]
    assert where(judged(broken), rule) == places


@pytest.mark.parametrize("form", ["xlsx", "ods", "csv"])
def test_nothing_is_found_where_nothing_is_wrong(form: Any) -> None:
    found = judged(sheet(GOOD), form=form)
    assert not found.violations
    assert found.scores == {"1": 100, "2": 100, "3": 100}
    assert set(found.judged) == {
        one.id
        for one in rules().values()
        if not one.unjudged and (one.formats is None or form in one.formats)
    }


CSV = {
    "L1-14": (
        grid([["名称", "備考"], ["甲", "上\n下"], ["乙", "なし"]]),
        {"break-in-field": ("B2",)},
    ),
    "L1-15": (
        grid([["名称", "備考", None], ["甲", "赤", "青"], ["乙", "なし", None]]),
        {"more-fields": ("2:2",)},
    ),
}


@pytest.mark.parametrize("rule", CSV)
def test_the_rules_for_csv(rule: str) -> None:
    broken, places = CSV[rule]
    assert where(judged(broken, form="csv"), rule) == places
    assert rule not in judged(broken).judged


def test_every_rule_is_judged_here_or_says_why_not() -> None:
    unjudged = {one.id for one in rules().values() if one.unjudged}
    assert len(rules()) == 30
    assert unjudged | {"L1-01"} | BAD.keys() | CSV.keys() == rules().keys()
    assert not unjudged & (BAD.keys() | CSV.keys())
    shown = [text for kind in kinds().values() for text in (*kind.found, *kind.remedy)]
    assert all(shown)


def test_the_documentation_says_of_every_rule_what_is_judged() -> None:
    page = (Path(__file__).parents[1] / "docs/quality.md").read_text("utf-8")
    for one in rules().values():
        assert (f"**{one.id}**" if one.unjudged else f"| {one.id} |") in page


def test_an_old_format_takes_all_points_of_its_level() -> None:
    found = judged(sheet(GOOD), form="xls")
    assert found.score(1) == 0
    assert [one.kind for one in found.violations] == ["old-format"]


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("E3", "道路、公園の整備を進めるため、関係課と協議した。"),
        ("E3", "本町二丁目　中央公園"),
        ("E3", "延べ床面積 1,200㎡"),
        ("D3", None),
        ("D3", 1234567),
        ("B3", "令和6年度（2024年度）"),
        ("A4", "合計"),
        ("C3", "新規（拡充）"),
        ("E3", "10～20歳"),
    ],
)
def test_ordinary_cells_break_no_rule(at: str, text: Value) -> None:
    assert judged(with_cell(at, text)).counts == {}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("１２０", "figure-as-text"),
        ("120", "figure-as-text"),
        ("1,200", "figure-with-words"),
        ("▲3", "figure-with-words"),
        ("約120", "figure-with-words"),
        ("120※1", "figure-with-words"),
        ("12.5％", "figure-with-words"),
    ],
)
def test_figures_that_are_no_numbers(text: str, kind: str) -> None:
    assert where(judged(with_cell("D4", text)), "L2-01") == {kind: ("D4",)}


@pytest.mark.parametrize("text", ["なし\nあり", "甲\n乙\n丙", "・甲\n・乙", "10人\n20人"])
def test_values_that_are_listed_line_by_line(text: str) -> None:
    assert where(judged(with_cell("E3", text)), "L1-07") == {"listed-lines": ("E3",)}


@pytest.mark.parametrize(
    ("usual", "other", "is_variant"),
    [
        ("取組済", "取組済み", True),
        ("見直し", "見直", True),
        ("○", "〇", True),
        ("ABC", "ａｂｃ", True),
        ("実施する", "実施しない", False),
        ("実施済", "未実施", False),
        ("○", "◎", False),
    ],
)
def test_choices_that_are_the_same(usual: str, other: str, is_variant: bool) -> None:
    rows = [["名称", "状況"], *([f"行{at}", usual if at else other] for at in range(8))]
    assert ("L2-04" in judged(grid(rows)).counts) == is_variant


NAMES = """
| 事業名 | 件数（件） | 区分 |
| 開栓、検針、収納事務 | 1 | 新規 |
| 除雪 | 2 | 継続 |
| 道路、公園、広場の清掃 | 3 | 継続 |
"""


def test_names_in_which_things_are_listed_are_one_value() -> None:
    assert "L1-07" not in judged(sheet(NAMES)).counts


@pytest.mark.parametrize(
    "text", ["総務課、税務課、市民課", "赤,あお,きいろ", "除雪、検針、窓口の案内"]
)
def test_values_that_are_listed_in_one_cell(text: str) -> None:
    listed = sheet(NAMES.replace("開栓、検針、収納事務", text))
    assert where(judged(listed), "L1-07") == {"listed-items": ("A2",)}


@pytest.mark.parametrize(
    ("text", "is_broken"),
    [
        ("120（15%）", True),
        ("10→20", True),
        ("2号認定（3歳以上）", False),
        ("２年(2020)", False),
        ("2024（R6）", False),
        ("94,148（休館）", False),
        ("94,148\n(改修休館)", False),
    ],
)
def test_two_figures_in_one_cell(text: str, is_broken: bool) -> None:
    assert ("L1-07" in judged(with_cell("E3", text)).counts) == is_broken


@pytest.mark.parametrize("text", ["80～90", "80〜90人", "80人から90人"])
def test_a_range_among_figures_is_two_of_them_and_no_number(text: str) -> None:
    found = judged(with_cell("D4", text))
    assert where(found, "L1-07") == {"two-figures": ("D4",)}
    assert where(found, "L2-01") == {"figure-with-words": ("D4",)}


@pytest.mark.parametrize(
    ("text", "is_broken"), [("1,030 1,003", True), ("80人　90人", True), ("10 000", False)]
)
def test_two_figures_side_by_side(text: str, is_broken: bool) -> None:
    found = where(judged(with_cell("D4", text)), "L1-07")
    assert found == ({"two-figures": ("D4",)} if is_broken else {})


def test_numbers_with_a_hyphen_are_no_range() -> None:
    rows: Rows = [["番号", "名称"], *[[f"1-{at}", f"行{at}"] for at in range(2, 9)]]
    assert not judged(grid(rows)).counts.keys() & {"L1-07", "L2-01"}


@pytest.mark.parametrize("text", ["95万9千人", "80％以上", "1億2,000万円", "５人程度"])
def test_figures_as_clerks_write_them_are_no_numbers(text: str) -> None:
    assert where(judged(with_cell("D4", text)), "L2-01") == {"figure-with-words": ("D4",)}


def test_a_form_has_no_columns_of_figures() -> None:
    found = judged(
        sheet(
            """
            | 担当 | 土木課 | < | 整理番号 | 0210 | < |
            | 係   | 除雪係 | < | 内線     | 2211 | < |
            | 課長 | 乙     | < | 郵便     | 0301 | < |
            """
        )
    )
    assert "L2-01" not in found.counts


def test_a_form_drawn_on_squared_paper_is_no_table() -> None:
    rows: Rows = [
        ["人口", 120, None, "面積", 30, None, None],
        ["世帯", None, 40, None, "産業", 5, None],
    ] * 4
    spans = ((1, 2), (4, 6)), ((0, 1), (2, 3), (5, 6))
    even, odd = spans
    merged = [Range(at, a, at, b) for at in range(8) for a, b in (odd if at % 2 else even)]
    merged += [Range(7, 3, 7, 4)]
    found = judged(grid(rows, merged=tuple(merged)))
    assert found.counts.keys() == {"L1-12", "L3-01"}
    assert where(found, "L3-01") == {"no-table": ()}


def test_headings_over_merged_columns_end_where_records_begin() -> None:
    found = judged(
        sheet(
            """
            | 区分     | <  | 指標名 | 2023年度 | <    |
            | ^        | ^  | ^      | 目標（人） | 実績（人） |
            | 活動指標 | あ | 訓練   | 1    | 2    |
            | ^        | い | 研修   | 6    | 4    |
            """
        )
    )
    assert "L3-01" not in found.counts


def test_one_header_row_that_tells_the_columns_apart_is_enough() -> None:
    found = judged(
        sheet(
            """
            | 区分 | 利用者 | <      | 貸出 |
            | ^    | 入館者数 | 利用者数 | 冊数 |
            | ^    | （人） | （人） | （冊） |
            | 甲   | 1    | 2    | 3    |
            | 乙   | 5    | 6    | 7    |
            """
        )
    )
    assert "L2-03" not in found.counts


@pytest.mark.parametrize(
    "note",
    [
        "※「-」「…」等は未実施を示す。",
        "※ -、…は該当なし",
        "注）「－」又は「…」の箇所は調査していない",
        "-：該当なし　…：不詳",
        "※－は未実施。…は休止",
        "※調査のない年度は「…」とし、「―」で示したものは中止",
    ],
)
@pytest.mark.parametrize("sign", ["-", "―", "－", "…"])
def test_notes_that_explain_several_signs(note: str, sign: str) -> None:
    drawn = sheet(GOOD.replace("| 90 ", f"| {sign} ") + f"| | | | | |\n| {note} | | | | |")
    assert "L3-03" not in judged(drawn).counts


def test_a_heading_over_several_columns_leaves_the_others_to_their_own_row() -> None:
    found = judged(
        sheet(
            """
            | 区分 | <  | 2023年度 | 2024年度 |
            | ^    | ^  | 実績（人） | 実績（人） |
            | 甲   | あ | 1    | 2    |
            | 乙   | い | 5    | 6    |
            """
        )
    )
    assert where(found, "L2-03") == {"same-heading": ("A1:B1",)}


@pytest.mark.parametrize(("head", "is_empty"), [("項目", False), ("項目1", True), ("3", True)])
def test_headings_that_say_nothing(head: str, is_empty: bool) -> None:
    assert ("L1-05" in judged(with_cell("A1", head)).counts) == is_empty


def test_units_behind_the_names_of_rows_stand_for_those_below_them() -> None:
    rows: Rows = [
        ["指標", "策定時", "目標"],
        ["受診率（％）", 40, 60],
        ["検診", None, None],
        ["胃がん", 10, 20],
        ["肺がん", 18, 30],
    ]
    assert "L3-04" not in judged(grid(rows)).counts
    rows[1] = ["受診", 40, 60]
    assert where(judged(grid(rows)), "L3-04") == {"no-unit": ("B1:C1",)}


def test_signs_among_numbers_of_rows_need_no_explanation() -> None:
    named: Rows = [[at, f"行{at}"] for at in range(1, 6)]
    rows: Rows = [["№", "名称"], *named, ["―", "終了"]]
    assert "L3-03" not in judged(grid(rows)).counts
    figures: Rows = [["人数（人）", "名称"], *rows[1:]]
    assert where(judged(grid(figures)), "L3-03") == {"unexplained-sign": ("A7",)}


@pytest.mark.parametrize("head", ["年度【必須】", "年度（西暦）", "コード※1", "住所"])
def test_remarks_in_a_heading_make_no_figures_of_years_and_codes(head: str) -> None:
    rows: Rows = [["名称", head], ["甲", 2023], ["乙", 2024], ["丙", 2024]]
    assert "L3-04" not in judged(grid(rows)).counts


def test_a_heading_that_names_one_year_stands_above_figures() -> None:
    rows: Rows = [["名称", "令和5年度", "令和6年度"], ["甲", 1, "２"], ["乙", 3, 4], ["丙", 5, 6]]
    found = judged(grid(rows))
    assert where(found, "L2-01") == {"figure-as-text": ("C2",)}
    assert where(found, "L3-04") == {"no-unit": ("B1:C1",)}


@pytest.mark.parametrize("line", ["（人）", "【利用】（千円）", "（人、％）"])
def test_a_unit_in_brackets_above_the_table_is_told(line: str) -> None:
    above = sheet(f"| {line} | | | |\n| | | | |\n" + GOOD.strip().replace("利用者数（人）", "利用"))
    assert "L3-04" not in judged(above).counts


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("現状値（H21）", "era-only"),
        ("R5実績", "era-only"),
        ("Ｒ元年度", "era-only"),
        ("達成率（R5実績/目標）", "era-only"),
        ("７年度", "bare-year"),
        ("’22", "bare-year"),
        ("現状値（2009年度）", None),
        ("2023(R5)", None),
        ("H1N1型", None),
        ("年度", None),
        ("5年平均", None),
    ],
)
def test_headings_that_name_a_year(head: str, kind: str | None) -> None:
    found = where(judged(with_cell("D1", head)), "L3-05")
    assert found == ({kind: ("D1",)} if kind else {})


def test_a_year_is_told_where_its_heading_stands() -> None:
    found = judged(
        sheet(
            """
            | 区分 | 令和5年度  | <          | 目標（H30） | 年度 |
            | ^    | 目標（件） | 実績（件） | ^           | ７年度 |
            | 甲   | 1    | 2    | 3    | 4    |
            | 乙   | 5    | 6    | 7    | 8    |
            """
        )
    )
    assert where(found, "L3-05") == {"era-only": ("B1", "D1"), "bare-year": ("E2",)}


def test_years_that_go_on_without_their_era() -> None:
    rows: list[list[Value]] = [
        ["年　度", "人数（人）"],
        ["令和元年度", 1],
        ["２", 2],
        ["３", 3],
        [4, 5],
    ]
    found = where(judged(grid(rows)), "L3-05")
    assert found == {"era-only": ("A2",), "bare-year": ("A3:A5",)}


def test_calendar_years_that_go_on_without_their_era() -> None:
    rows: Rows = [
        ["年", "人数（人）"],
        ["平成30年", 1],
        ["令和元年", 2],
        ["２年", 2],
        ["３年(2021)", 3],
    ]
    found = where(judged(grid(rows)), "L3-05")
    assert found == {"era-only": ("A2:A3",), "bare-year": ("A4",)}
    rows = [["期間", "人数（人）"], ["２年", 1], ["３年", 2], ["５年", 2]]
    assert "L3-05" not in judged(grid(rows)).counts


def test_a_remark_that_names_a_year_is_no_column_of_years() -> None:
    assert "L3-05" not in judged(with_cell("E3", "※令和5年度は見込み")).counts
    rows: Rows = [
        ["名称", "備考"],
        *[[f"行{at}", "※令和5年度は見込み" if at == 3 else None] for at in range(6)],
    ]
    assert "L3-05" not in judged(grid(rows)).counts


def test_the_label_of_a_forms_last_row_is_no_note() -> None:
    form: Rows = [
        ["計画名【必須】", "甲計画", "※ 必須"],
        ["期間", "2024年度まで", "※ 西暦"],
        ["備考", "なし", None],
    ]
    assert "L1-04" not in judged(grid(form)).counts
    noted: Rows = [
        ["名称", "区分", "件数（件）"],
        ["甲", "あ", 1],
        ["乙", "い", 2],
        ["備考：速報値", None, None],
    ]
    assert where(judged(grid(noted)), "L1-04") == {"outside-text": ("A4",)}


def test_a_column_set_apart_belongs_to_its_table_where_a_blank_row_crosses_both() -> None:
    found = judged(
        sheet(
            """
            | 名称 | 2023年 | 2024年 | | 参考 |
            | ^    | 転入（人） | 転入（人） | | 転出（人） |
            |      |    |    | |   |
            | 甲   | 1  | 2  | | 3 |
            | 乙   | 2  | 4  | | 4 |
            | 丙   | 5  | 6  | | 6 |
            """
        )
    )
    assert "L1-04" not in found.counts
    assert where(found, "L1-03").keys() == {"blank-rows", "blank-columns"}


def test_records_that_begin_with_days_have_no_headings() -> None:
    rows: Rows = [[date(2024, 4, at), f"行{at}"] for at in range(1, 6)]
    assert where(judged(grid(rows)), "L1-05") == {"no-headings": ("A1:B1",)}


def test_two_tables_side_by_side() -> None:
    found = judged(
        sheet(
            """
            | 名称 | 人数（人） | | 区分 | 件数（件） |
            | 甲   | 1          | | あ   | 4          |
            | 乙   | 2          | | い   | 5          |
            """
        )
    )
    assert where(found, "L1-02") == {"several-tables": ("A1:B3", "D1:E3")}


@pytest.mark.parametrize("sign", ["5", "－"])
def test_figures_set_apart_from_their_names_are_no_table_of_their_own(sign: str) -> None:
    found = judged(
        sheet(
            f"""
            | 名称 | 2023年 | <      | | 2024年 | <      |
            |      | 人（人） | 件（件） | | 人（人） | 件（件） |
            | 甲   | 1      | 2      | | 3      | 4      |
            | 乙   | 5      | 6      | | 7      | {sign} |
            | 丙   | 8      | 9      | | 10     | 12     |
            """
        )
    )
    assert "L1-02" not in found.counts
    assert where(found, "L1-03") == {"blank-columns": ("D:D",)}


@pytest.mark.parametrize(("head", "names"), [("年度", (2022, 2023, 2024)), ("番号", (1, 2, 3))])
def test_years_and_numbers_name_the_rows_of_a_second_table(
    head: str, names: tuple[int, ...]
) -> None:
    rows: Rows = [[head, "人数（人）", None, head, "件数（件）"]]
    rows += [[name, at * 7, None, name, at * 5] for at, name in enumerate(names)]
    assert where(judged(grid(rows)), "L1-02") == {"several-tables": ("A1:B4", "D1:E4")}


def test_a_blank_column_breaks_a_table() -> None:
    found = judged(
        sheet(
            """
            | 名称 | 区分 | | 人数（人） |
            | 甲   | あ   | | 1          |
            | 乙   | い   | | 2          |
            | 丙   | あ   | | 3          |
            """
        )
    )
    assert where(found, "L1-03") == {"blank-columns": ("C:C",)}


@pytest.mark.parametrize("text", ["R5", "Ｒ５", "平成31年度", "H30.3"])
def test_years_of_an_era_alone(text: str) -> None:
    assert "L3-05" in judged(with_cell("B4", text)).counts


def test_a_year_without_era_is_told_as_that() -> None:
    assert where(judged(with_cell("B4", "5年度")), "L3-05") == {"bare-year": ("B4",)}


def test_a_sign_that_a_note_explains_is_no_riddle() -> None:
    explained = sheet(
        GOOD.replace("| 90 ", "| … ") + "| | | | | |\n| 注）「…」は調査していないもの。 | | | | |"
    )
    assert "L3-03" not in judged(explained).counts


def test_a_unit_may_stand_above_the_table_or_in_a_column() -> None:
    above = sheet(
        "| | | |（単位：人）|\n| | | | |\n" + GOOD.strip().replace("利用者数（人）", "利用")
    )
    beside = sheet(
        GOOD.replace("備考", "単位")
        .replace("なし", "人")
        .replace("あり", "人")
        .replace("利用者数（人）", "利用")
    )
    assert "L3-04" not in judged(above).counts
    assert "L3-04" not in judged(beside).counts


def test_codes_years_and_numbers_of_rows_need_no_unit() -> None:
    found = judged(
        sheet(
            """
            | No. | 団体コード | 年度 | 名称 |
            | 1   | 132012 | 2023 | 甲 |
            | 2   | 132012 | 2024 | 乙 |
            """
        )
    )
    assert "L3-04" not in found.judged


def test_headings_over_several_rows() -> None:
    found = judged(
        sheet(
            """
            | 区分 | 2023年度 | <      | 2024年度 | <      |
            | ^    | 目標（件） | 実績（件） | 目標（件） | 実績（件） |
            | 甲   | 1    | 2    | 3    | 4    |
            | 乙   | 5    | 6    | 7    | 8    |
            """
        )
    )
    assert where(found, "L2-03") == {"split-heading": ("B2:E2",)}
    assert found.counts["L1-12"] == 3
    assert "L3-01" not in found.counts


def test_a_blank_that_stands_for_the_value_above() -> None:
    found = judged(
        sheet(
            """
            | 目標 | 施策 | 件数（件） |
            | 甲   | あ   | 1 |
            |      | い   | 2 |
            | 乙   | う   | 3 |
            |      | え   | 4 |
            | 合計 |      | 10 |
            """
        )
    )
    assert where(found, "L2-02") == {"left-blank": ("A3", "A5")}


def test_blanks_are_blanks_where_the_same_is_repeated_elsewhere() -> None:
    found = judged(
        sheet(
            """
            | 目標 | 施策 | 件数（件） |
            | 甲   | あ   | 1 |
            | 甲   | い   | 2 |
            |      | う   | 3 |
            | 乙   | え   | 4 |
            """
        )
    )
    assert "L2-02" not in found.counts


def test_a_form_has_no_row_of_headings() -> None:
    form = sheet("| 事業名 |\n| 除雪 |\n| |\n| 担当 |\n| 土木課 |")
    assert where(judged(form), "L3-01") == {"no-table": ()}


def test_labels_beside_their_values_are_no_headings() -> None:
    found = judged(
        sheet(
            """
            | 計画名 | 情報化計画 | <  | 期間 | 平成26年度まで | < |
            | 担当   | 情報課     | <  | 期間 | 平成27年度まで | < |
            | 備考   | なし       | <  | 担当 | 情報課         | < |
            """
        )
    )
    assert found.counts.keys() == {"L1-12", "L3-01"}
    assert where(found, "L3-01") == {"no-table": ()}


def test_a_form_above_a_table_is_no_second_table() -> None:
    found = judged(
        sheet(
            """
            | 計画名 | 情報化計画 | <      |
            | 担当   | 情報課     | <      |
            |        |            |        |
            | 一覧   |            |        |
            | 名称   | 人数（人） | 件数（件） |
            | 甲     | 1          | 2      |
            | 乙     | 3          | 5      |
            """
        )
    )
    assert where(found, "L1-04") == {"outside-text": ("A4",), "beside-form": ("A1:C2",)}
    assert not found.counts.keys() & {"L1-02", "L1-03"}


def test_a_rule_costs_once_however_many_cells_break_it() -> None:
    one = judged(with_cell("E3", "①"))
    rows = [[*row] for row in sheet(GOOD).rows]
    for row in rows[1:]:
        row[4] = "①"
    many = judged(grid(rows))
    assert (one.score(1), many.score(1)) == (90, 90)
    assert (one.counts, many.counts) == ({"L1-08": 1}, {"L1-08": 6})
    assert where(many, "L1-08") == {"platform-character": ("E2:E7",)}


def test_scores_of_several_files() -> None:
    good, bad = judged(sheet(GOOD)), judged(with_cell("D4", "90人"))
    assert (bad.score(2), mean([good, bad], 2), worst([good, bad], 2)) == (0, 50.0, 0)
    assert mean([], 1) is None


def test_it_is_kept_as_json_without_what_stands_in_the_cells() -> None:
    found = judged(with_cell("E3", "山田太郎　　090-0000-0000"), sheet(GOOD, "別"))
    kept = json.dumps(found.to_json(), ensure_ascii=False)
    assert Readability.from_json(json.loads(kept)) == found
    assert "山田" not in kept


def test_hidden_sheets_and_the_reviews_own_sheet_are_not_judged() -> None:
    wrong = sheet(GOOD.replace("なし", "①"), "確認結果")
    hidden = sheet(GOOD.replace("なし", "①"), "控", visibility="hidden")
    assert not judged(sheet(GOOD), wrong, hidden).violations


def test_sheets_that_a_layout_ignores_are_not_judged() -> None:
    told = sheet(GOOD.replace("なし", "①"), "記入のしかた")
    found = judge(workbook(sheet(GOOD), told), ignored=["記入のしかた"])
    assert found is not None and not found.violations
    assert judge(workbook(told), ignored=["記入のしかた"]) is None


def test_a_line_of_notes_above_the_headings_is_no_table() -> None:
    noted = sheet("| ※ 必須 | ※ 西暦 | ※ 一覧から | ※ 数字 | ※ 自由 |\n" + GOOD.strip())
    found = judged(noted)
    assert where(found, "L1-04") == {"outside-text": ("A1:E1",)}
    assert found.counts.keys() == {"L1-04", "L3-01"}


def test_the_headings_that_a_layout_knows_are_taken_as_they_are() -> None:
    drawn = sheet(
        """
        | 甲 | 乙 | 丙 |
        | 区分 | 対象 | 状況 |
        | あ | い | う |
        | え | お | か |
        """
    )
    found = judge(workbook(drawn), [HeaderRows("表", 1, 0, 1, 2)])
    assert found is not None
    assert where(found, "L1-04") == {"outside-text": ("A1:C1",)}


def test_many_places_are_told_as_few_ranges_and_counted_all() -> None:
    rows = [
        ["名称", "印"],
        *[[f"行{at}", "①" if at % 2 else "×"] for at in range(4000)],
    ]
    (one,) = [one for one in judged(grid(rows)).violations if one.rule == "L1-08"]
    assert one.count == 2000
    assert len(one.places[0].ranges) == 20


def test_sheets_made_to_be_costly_end() -> None:
    wide = tuple(Range(0, 0, 299, 99) for _ in range(3000))
    judged(grid([["あ"] * 100 for _ in range(300)], merged=wide))
    judged(grid([[1 if (row + at) % 2 else None for at in range(40)] for row in range(2000)]))
    judged(grid([["あ、" * 15_000, " " * 30_000 + "x", "（1" * 10_000]] * 3))
    assert judge(Workbook("大.csv", "csv", (Sheet("", [["1"] * 1001] * 2000),))) is None


# --- read from real files ------------------------------------------------------------------------


def _book() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in sheet(GOOD).rows:
        book.worksheets[0].append([*row])
    return book


def _judged(book: openpyxl.Workbook) -> Readability:
    out = BytesIO()
    book.save(out)
    found = judge(read("表.xlsx", out.getvalue()))
    assert found is not None
    return found


def test_formulas_and_colours_are_read_from_a_workbook() -> None:
    book = _book()
    page = book.worksheets[0]
    page["D3"] = "=D2+10"
    page["D4"].fill = PatternFill("solid", fgColor="FFFFFF00")
    page["D5"].font = Font(color="FFFF0000")
    page["D6"].fill = PatternFill("solid", fgColor="FFFFC7CE")  # a review's own mark
    found = _judged(book)
    assert where(found, "L2-06") == {"formula": ("D3",)}
    assert where(found, "L1-11") == {"coloured-cell": ("D4:D5",)}


def test_stripes_and_coloured_headings_are_decoration() -> None:
    book = _book()
    for at, row in enumerate(book.worksheets[0].iter_rows()):
        for cell in row:
            if at % 2 == 0:
                cell.fill = PatternFill("solid", fgColor="FFDDEBF7")
    assert _judged(book).counts == {}


def test_few_coloured_rows_tell_something_and_totals_do_not() -> None:
    book = _book()
    for name in ("合計", "Grand Total"):
        book.worksheets[0].append([name, "2024年度", "継続", 520, "なし"])
    for row in (3, 8, 9):
        for cell in book.worksheets[0][row]:
            cell.fill = PatternFill("solid", fgColor="FFFFFF00")
    assert where(_judged(book), "L1-11") == {"coloured-row": ("A3:E3",)}


def test_colours_that_only_repeat_what_a_cell_says_are_decoration() -> None:
    book = _book()
    page = book.worksheets[0]
    grey = Font(color="FF7F7F7F")
    for at in (2, 5):
        page[f"E{at}"] = "前年比"
        page[f"E{at}"].font = grey
    page["E3"] = "https://www.city.example.jp/a"
    page["E3"].font = Font(color="FF0563C1")
    assert "L1-11" not in _judged(book).counts
    page["E6"] = "前年比"
    assert where(_judged(book), "L1-11") == {"coloured-cell": ("E2", "E5")}


def test_coloured_rows_that_say_in_words_what_they_are() -> None:
    book = _book()
    page = book.worksheets[0]
    for row in (3, 6):
        page[f"E{row}"] = "目標"
        for cell in page[row]:
            cell.fill = PatternFill("solid", fgColor="FFFFFF00")
    assert "L1-11" not in _judged(book).counts
    page["E3"] = "なし"
    assert where(_judged(book), "L1-11") == {"coloured-row": ("A3:E3", "A6:E6")}


def test_charts_lie_over_cells() -> None:
    from openpyxl.chart import BarChart

    book = _book()
    book.worksheets[0].add_chart(BarChart(), "G2")
    found = _judged(book)
    assert found.counts == {"L1-10": 1}
    assert where(found, "L1-10") == {"object": ("G2",)}


PRACTICE = {
    "p01_joho_management_seika.xlsx": {"L1-04", "L1-06", "L1-12", "L3-01"},
    "p02_sogosenryaku_kpi.xlsx": {"L1-13", "L2-01", "L2-06", "L3-01", "L3-09"},
    "p05_danjo_shihyo_sheet.xlsx": {"L1-02", "L2-01", "L2-02", "L3-05"},
    "p06_kosodate_ryo_mikomi.csv": {"L1-02", "L1-14", "L2-01", "L3-05"},
    "p07_nogyo_sinchoku.xls": {"L1-01", "L1-12", "L2-01"},
    "p10_opendata_kpi.csv": {"L3-09"},
    "p13_kanko_shihyo.xlsx": {"L1-11", "L2-01", "L2-06", "L3-01", "L3-09"},
}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared workbooks are not here")
@pytest.mark.parametrize("name", PRACTICE)
def test_workbooks_as_clerks_make_them(name: str) -> None:
    found = judge(read(name, (SHARED / "practice" / name).read_bytes()))
    assert found is not None
    assert PRACTICE[name] <= found.counts.keys()
    if name.startswith("p10"):
        assert found.scores == {"1": 100, "2": 100, "3": 90}


def test_the_drawn_workbook_helper_judges_too() -> None:
    assert judge(workbook(sheet(GOOD))) == judged(sheet(GOOD))
