"""Units, names and sentences with gaps."""

from __future__ import annotations

import pytest

from opendata.extract.sentence import fill
from opendata.japanese import bare_name, is_unit, read_quantity, split_unit
from tests.builders import found, rows, sheet, validated


@pytest.mark.parametrize(
    "text",
    [
        "人",
        "千円",
        "百万円",
        "件/年",
        "人/年",
        "ｇ/人・日",
        "t-CO2",
        "千t-CO2",
        "㎡/人",
        "円/m3",
        "％",
        "‰",
        "か所",
        "ヶ所",
        "人口10万対",
        "人日",
        "TEU",
        "経営体",
        "延べ人",
    ],
)
def test_a_unit(text: str) -> None:
    assert is_unit(text)


@pytest.mark.parametrize(
    "text",
    [
        "男性",
        "累計",
        "年間",
        "延べ",
        "収益的収支分",
        "アライグマ",
        "ＳＰＭ",
        "3歳以上",
        "農業後継者含む",
    ],
)
def test_no_unit(text: str) -> None:
    assert not is_unit(text)


@pytest.mark.parametrize(
    ("text", "name", "unit"),
    [
        ("委員総数（人）", "委員総数", "人"),
        ("水源利用率(%)", "水源利用率", "%"),
        ("繰入金比率（収益的収支分）(%)", "繰入金比率（収益的収支分）", "%"),
        ("事業数\n（事業）", "事業数", "事業"),
        ("売上（単位：千円）※2", "売上", "千円"),
        ("悪性新生物（人口10万対）", "悪性新生物", "人口10万対"),
        ("多量飲酒者の割合（男性）", "多量飲酒者の割合（男性）", None),
        ("（人）", "", "人"),
        ("来館者数", "来館者数", None),
    ],
)
def test_a_name_with_its_unit(text: str, name: str, unit: str | None) -> None:
    assert split_unit(text) == (name, unit)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("○耕作放棄地の面積", "耕作放棄地の面積"),
        ("・来館者数", "来館者数"),
        ("設置戸数（累計）※1", "設置戸数（累計）"),
        ("設置戸数（※2）", "設置戸数"),
        ("時間外保育事業\n（延長保育）", "時間外保育事業（延長保育）"),
        ("CO2\nemission", "CO2\nemission"),
        ("○", "○"),
        ("※1", "※1"),
        ("面積10m2", "面積10m2"),
    ],
)
def test_a_bare_name(text: str, name: str) -> None:
    assert bare_name(text) == name


@pytest.mark.parametrize(
    ("template", "text", "gaps"),
    [
        ("$text　進捗管理表", "情報計画　進捗管理表", {"text": "情報計画"}),
        ("$text KPI進捗管理表", "戦略　ＫＰＩ 進捗管理表", {"text": "戦略"}),
        ("*（$year実績）", "令和６年度　評価（令和５年度 実績）", {"year": "令和５年度"}),
        ("*（$year実績）", "評価（今年の実績）", None),
        (
            "表３　$text　単位：$unit",
            "表３ 相談件数　　単位：件",
            {"text": "相談件数", "unit": "件"},
        ),
        ("表３　$text", "表４　相談件数", None),
    ],
)
def test_a_sentence_with_gaps(template: str, text: str, gaps: dict[str, str] | None) -> None:
    assert fill(template, text) == gaps


SIGNED = """
    set: {plans.title: 計画}
    signs: {―: not_applicable}
    blocks:
      - table:
          - {header: 指標, to: indicators.name}
          - {header: 単位, to: indicators.unit}
          - {header: 評価, to: policy_nodes.title, set: {level: goal}, required: false}
          - header: $year
            to: indicator_values.value
            set: {value_type: 実績, fiscal_year: $year}
"""


def test_signs_mean_what_the_notes_of_their_sheet_say() -> None:
    result = validated(
        sheet("""
            | 指標   | 単位  | R3 | R4 | R5 | R6 |
            | 来館者 | （人） | ▲  | －  | ―  | 7人 |
            | ※「▲」は事業中止を示す。 | | | | | |
        """),
        SIGNED,
    )

    table = result.dataset.tables["indicator_values"]
    assert rows(table, "fiscal_year status") == [
        (2021, "not_applicable"),
        (2022, "missing"),
        (2023, "not_applicable"),
        (2024, "normal"),
    ]
    assert result.dataset.tables["indicators"].column("unit").to_pylist() == ["人"]


def test_a_note_on_ratings_says_nothing_of_figures() -> None:
    result = validated(
        sheet("""
            | 指標   | 単位 | R3 | 評価 |
            | 来館者 | 人   | －  | Ａ  |
            | ※評価　Ａ：順調　－：評価対象外 | | | |
        """),
        SIGNED,
    )

    assert rows(result.dataset.tables["indicator_values"], "status") == [("missing",)]


def test_a_cell_may_write_only_what_its_unit_counts() -> None:
    result = validated(
        sheet("""
            | 指標   | 単位  | R3  | R4    |
            | 就農者 | 人/年 | 7人 | ▲15% |
        """),
        SIGNED,
    )

    assert [one for one in found(result.problems) if one[0] == "unit-mismatch"] == [
        ("unit-mismatch", "表!D2")
    ]


def test_two_years_in_one_header_that_disagree() -> None:
    result = validated(
        sheet("""
            | 指標   | 単位 | 平成28年度 | 平成29年度 |
            | ^      | ^    | (2016)     | (2016)     |
            | 来館者 | 人   | '1         | '2         |
        """),
        SIGNED,
    )

    assert rows(result.dataset.tables["indicator_values"], "fiscal_year") == [(2016,), (2017,)]
    (wrong,) = (one for one in result.problems if one.code == "era-year-mismatch")
    assert (wrong.place.cell, wrong.value, wrong.suggestion) == ("D2", "(2016)", "(2017)")


@pytest.mark.parametrize(
    ("headings", "cell", "proposed"),
    [
        ("2022（R4） 2023（R6） 2024（R6） 2025（R7）", "D1", "2023（R5）"),
        ("2022（R4） 2024（R5） 2024（R6） 2025（R7）", "D1", "2023（R5）"),
        ("2025（R7） 2024（R6） 2023（R6） 2022（R4）", "E1", "2023（R5）"),
        ("2022（R4） 2023（R5） 2024（R6） 2025（R8）", "F1", "2025（R7）"),
        ("2017（H29） 2018（H30） 2019（H30） 2020（R2）", "E1", "2019（R1）"),
        ("令和4年度 令和5年度（2034） 令和6年度 令和7年度", "D1", "令和5年度（2023）"),
        ("2022（R4） 2022（R6） 2024（R6） 2025（R7）", "D1", None),
        ("2022（R4） 2023（R6） 2025（R7） 2026（R8）", "D1", None),
    ],
)
def test_the_other_headings_decide_between_two_years(
    headings: str, cell: str, proposed: str | None
) -> None:
    """And none of the figures below is held against those below another heading."""
    result = validated(
        sheet(f"""
            | 指標   | 単位 | {" | ".join(headings.split())} |
            | 来館者 | 人   | 1 | 2 | 3 | 4 |
        """),
        SIGNED,
    )

    (wrong,) = (one for one in result.problems if one.severity == "error")
    assert (wrong.code, wrong.place.cell, wrong.suggestion) == ("era-year-mismatch", cell, proposed)


@pytest.mark.parametrize("mark", ["？", "?", "！", "？？", "…", "；", "★", "＋", "＝", "→", "人？"])
def test_a_mark_behind_a_figure_is_no_unit(mark: str) -> None:
    """It is told at its own cell, with the figure that may be meant, and nothing is written."""
    result = validated(
        sheet(f"""
            | 指標   | 単位 | R3        | R4 |
            | 来館者 |      | 0.24{mark} | 12 |
        """),
        SIGNED,
    )

    (wrong,) = (one for one in result.problems if one.severity == "error")
    assert (wrong.code, wrong.place.cell, wrong.suggestion) == ("not-a-number", "C2", None)
    assert f"「0.24{'人' * mark.count('人')}」" in wrong.remedy.ja
    assert result.dataset.tables["indicators"].column("unit").to_pylist() == [None]


@pytest.mark.parametrize(
    "unit", ["人", "㎡", "t-CO2", "℃", "%", "¥", "件/年", "ポイント", "km²", "か所"]
)
def test_what_units_are_made_of_is_read_behind_a_figure(unit: str) -> None:
    quantity = read_quantity(f"12{unit}")
    assert quantity is not None
    assert quantity.unit == unit


def test_a_blank_cell_is_named_by_the_heading_above_it() -> None:
    result = validated(
        sheet("""
            | 重点取組※ | 単位 | R3 |
            | 来館者    | 人   | 1  |
            |           | 人   | 2  |
        """),
        SIGNED.replace("header: 指標", "header: 重点取組"),
    )

    (wrong,) = (one for one in result.problems if one.code == "missing-value")
    assert wrong.place.cell == "A3"
    assert "「重点取組」" in wrong.message.ja
