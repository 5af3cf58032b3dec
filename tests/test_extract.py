"""A drawn sheet in, whole rows out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opendata.extract import Extract
from opendata.extract.sentence import fill
from opendata.extract.years import Years
from opendata.workbook import RESULTS_SHEET, Visibility
from tests.builders import codes, extracted, found, one, rows, sheet, validated, workbook

TREE = """
blocks:
  - table:
      - {header: 目標, split: number, to: [policy_nodes.number, policy_nodes.title],
         set: {level: goal}, fill: down}
      - {header: 施策, to: policy_nodes.title, set: {level: measure}, fill: down}
      - {header: 取組, to: policy_nodes.title, set: {level: initiative}}
      - {header: 重点, to: policy_nodes.is_priority, set: {level: initiative}, blank: ×,
         required: false}
"""
VALUES = """
blocks:
  - table:
      - {header: [指標, 指標名], to: indicators.name}
      - {header: 単位, to: indicators.unit, required: false}
      - header: [現状値, 中間値, 目標値, 実績値, "実績/$year"]
        to: indicator_values.value
        set: {value_type: $header, fiscal_year: $year}
"""
COUNTS = """
blocks:
  - table:
      - {header: 目標, to: evaluation_counts.goal}
      - {header: 件数, to: evaluation_counts.item_count, set: {rating: 件数}, role: total,
         required: false}
      - {header: 取組状況/*, to: evaluation_counts.item_count, set: {rating: $header}}
    rows: {total: [合計, 計], ratio: ["*割合*"], ignore: [参考*]}
"""
FORM = """
blocks:
  - form:
      - {label: 計画名, to: plans.title, required: true}
      - {label: [所管課, 所管], to: plans.department}
      - {label: 備考, to: plans.note, value: below}
      - {label: ビジョン, to: policy_nodes.title, set: {level: vision}, value: inline}
      - {label: 印刷日}
"""


def nodes(extract: Extract, fields: str = "level number title") -> list[tuple[str | None, ...]]:
    return rows(extract.texts["policy_nodes"], fields)


def values(extract: Extract) -> list[tuple[str | None, ...]]:
    return rows(extract.texts["indicator_values"], "value_type fiscal_year value")


# --- hierarchies ---------------------------------------------------------------------------------


def test_a_hierarchy_of_merged_cells() -> None:
    read = extracted(
        sheet(
            """
            | 目標       | 施策 | 取組 | 重点 |
            | 目標1　便利 | 窓口 | 予約 | ○    |
            | ^          | ^    | 電子 |      |
            | ^          | 広報 | 地図 | 〇   |
            | 目標2　活力 | 商店 | 祭り |      |
            """
        ),
        TREE,
    )

    assert read.problems == ()
    assert nodes(read, "level number title is_priority") == [
        ("goal", "1", "便利", None),
        ("measure", None, "窓口", None),
        ("initiative", None, "予約", "○"),
        ("initiative", None, "電子", "×"),
        ("measure", None, "広報", None),
        ("initiative", None, "地図", "〇"),
        ("goal", "2", "活力", None),
        ("measure", None, "商店", None),
        ("initiative", None, "祭り", "×"),
    ]
    # Each hangs on the record above it: 予約 and 電子 on 窓口 (row 1), 祭り on 商店 (row 7).
    assert read.links["policy_nodes"]["parent_node_id"].to_pylist() == [
        *(None, 0, 1, 1, 0, 4, None, 6, 7)
    ]
    assert rows(read.places["policy_nodes"], "title is_priority") == [
        ("表!A2", None),
        ("表!B2", None),
        ("表!C2", "表!D2"),
        ("表!C3", "表!D3"),
        ("表!B4", None),
        ("表!C4", "表!D4"),
        ("表!A5", None),
        ("表!B5", None),
        ("表!C5", "表!D5"),
    ]


def test_a_hierarchy_filled_down_is_the_merged_one() -> None:
    drawn = """
        | 目標 | 施策 | 取組 |
        | 便利 | 窓口 | 予約 |
        | {0}  | {0}  | 電子 |
        | {0}  | 広報 | 地図 |
        | 活力 | 商店 | 祭り |
        """
    merged, blank = (extracted(sheet(drawn.format(mark)), TREE) for mark in ("^", ""))
    ditto = extracted(sheet(drawn.format("〃")), TREE)

    assert nodes(merged) == nodes(blank) == nodes(ditto)
    assert [title for _, _, title in nodes(blank)] == [
        *("便利", "窓口", "予約", "電子", "広報", "地図", "活力", "商店", "祭り")
    ]


def test_a_filled_down_column_ends_with_its_parent() -> None:
    """活力 has no 施策: its 取組 hangs on the goal, not on another goal's measure."""
    read = extracted(
        sheet(
            """
            | 目標 | 施策 | 取組 |
            | 便利 | 窓口 | 予約 |
            | 活力 |      | 祭り |
            """
        ),
        TREE,
    )

    assert nodes(read, "level title") == [
        ("goal", "便利"),
        ("measure", "窓口"),
        ("initiative", "予約"),
        ("goal", "活力"),
        ("initiative", "祭り"),
    ]
    assert read.links["policy_nodes"]["parent_node_id"].to_pylist() == [None, 0, 1, None, 3]


@pytest.mark.parametrize("mark", ["〃", "同上", "″", "々", "'''", '"'])
def test_ditto_marks(mark: str) -> None:
    read = extracted(
        sheet(
            f"""
            | 指標   | 単位   | 目標値(R7) |
            | 来館者 | 人     | 12         |
            | 貸出   | {mark} | 34         |
            """
        ),
        VALUES,
    )

    assert rows(read.texts["indicators"], "name unit") == [("来館者", "人"), ("貸出", "人")]
    assert rows(read.places["indicators"], "unit") == [("表!B2",), ("表!B2",)]


# --- headers -------------------------------------------------------------------------------------


def test_headers_of_several_rows_with_bands_and_years() -> None:
    """Years stand in the band, in the heading or in brackets; 26年度 takes its era from before."""
    read = extracted(
        sheet(
            """
            | 指標 | 単位 | 現状値\\n(H21) | 実績       | <    | 目標値 |
            | ^    | ^    | ^             | 平成25年度 | 26年度 | （2019（R1）） |
            | 満足 | %    | 43.8          | 45         | 46.5 | 50 |
            """
        ),
        VALUES,
    )

    assert read.problems == ()
    assert values(read) == [
        ("現状値", "H21", "43.8"),
        ("実績", "平成25年度", "45"),
        ("実績", "平成26年度", "46.5"),
        ("目標値", "2019（R1）", "50"),
    ]
    assert rows(read.places["indicator_values"], "value value_type fiscal_year") == [
        ("表!C3", "表!C1", "表!C1"),
        ("表!D3", "表!D1", "表!D2"),
        ("表!E3", "表!D1", "表!E2"),
        ("表!F3", "表!F1", "表!F2"),
    ]


@pytest.mark.parametrize(
    ("first", "second", "years"),
    [
        ("平成25年度", "26年度", ["平成25年度", "平成26年度"]),
        ("H25", "26", ["H25", "平成26"]),
        ("H30年度", "R1年度", ["H30年度", "R1年度"]),
        ("2019\\n（R1）", "2020\\n（R2）", ["2019 （R1）", "2020 （R2）"]),
        ("令和元年度", "２年度", ["令和元年度", "令和２年度"]),
        ("令和５年度（2023）", "６年度（2024）", ["令和５年度（2023）", "令和６年度（2024）"]),
        ("2023", "2024", ["2023", "2024"]),
        ("R5実績", "R6実績", ["R5", "R6"]),
    ],
)
def test_years_above_a_column(first: str, second: str, years: list[str]) -> None:
    read = extracted(
        sheet(
            f"""
            | 指標 | 実績    | <        |
            | ^    | {first} | {second} |
            | 満足 | 1       | 2        |
            """
        ),
        VALUES,
    )

    assert [year for _, year, _ in values(read)] == years


def test_a_hidden_column_still_lends_its_era() -> None:
    read = extracted(
        sheet(
            """
            | 指標 | 実績       | <      |
            | ^    | 平成25年度 | 26年度 |
            | 満足 | 1          | 2      |
            """,
            hidden="B",
        ),
        VALUES,
    )

    assert values(read) == [("実績", "平成26年度", "2")]


def test_widths_spaces_and_line_breaks_of_a_header_do_not_count() -> None:
    read = extracted(
        sheet(
            """
            | 指　標 | 単\\n位 | 目標値（Ｒ７） |
            | 満足   | ％     | 50             |
            """
        ),
        VALUES,
    )

    assert rows(read.texts["indicators"], "name unit") == [("満足", "％")]
    assert values(read) == [("目標値", "Ｒ７", "50")]


def test_a_table_may_start_anywhere() -> None:
    read = extracted(
        sheet(
            """
            | 指標 | 単位 | 目標値(R7) |
            | 満足 | %    | 50         |
            """,
            at="C5",
        ),
        VALUES,
    )

    assert read.problems == ()
    assert rows(read.places["indicators"], "name unit") == [("表!C6", "表!D6")]
    assert rows(read.places["indicator_values"], "value fiscal_year") == [("表!E6", "表!E5")]


@pytest.mark.parametrize(
    "title",
    ["| 施策 |      |      |", "| 取組 | <    | <    |", "| 目標 | 施策 |      |"],
)
def test_a_header_text_in_the_title_above_is_no_header(title: str) -> None:
    read = extracted(
        sheet(
            f"""
            {title}
            |      |      |      |
            | 目標 | 施策 | 取組 |
            | 便利 | 窓口 | 予約 |
            """
        ),
        TREE,
    )

    assert nodes(read, "level title") == [
        ("goal", "便利"),
        ("measure", "窓口"),
        ("initiative", "予約"),
    ]
    assert rows(read.places["policy_nodes"], "title") == [("表!A4",), ("表!B4",), ("表!C4",)]


def test_a_header_that_stands_twice_is_read_once_and_the_other_reported() -> None:
    read = extracted(
        sheet(
            """
            | 指標 | 単位 | 単位 | 目標値(R7) |
            | 満足 | %    | 割   | 50         |
            """
        ),
        VALUES,
    )

    assert rows(read.texts["indicators"], "name unit") == [("満足", "%")]
    assert found(read.problems) == [("unmapped-column", "表!C1")]


def test_an_unmapped_column_is_reported_and_an_ignored_one_is_not() -> None:
    drawn = """
        | 指標 | 単位 | 担当者メモ | 目標値(R7) |
        | 満足 | %    | 要確認     | 50         |
        """
    read = extracted(sheet(drawn), VALUES)
    assert found(read.problems) == [("unmapped-column", "表!C1")]
    assert one(read.problems, "unmapped-column").value == "担当者メモ"

    quiet = VALUES + "    ignore: [担当者*]\n"
    assert extracted(sheet(drawn), quiet).problems == ()


# --- rows ----------------------------------------------------------------------------------------


def test_total_and_ratio_rows_are_kept_apart() -> None:
    read = extracted(
        sheet(
            """
            | 目標     | 件数 | 取組状況 | <    |
            | ^        | ^    | 完了     | 検討 |
            | 便利     | 3    | 2        | 1    |
            | 活力     | 1    | 0        | 1    |
            | 参考：国 | 9    | 9        | 9    |
            | 合　計   | 4    | 2        | 2    |
            | 割合(%)  |      | 50.0     | 50.0 |
            """
        ),
        COUNTS,
    )

    assert read.problems == ()
    assert rows(read.texts["evaluation_counts"], "goal rating item_count") == [
        ("便利", "完了", "2"),
        ("便利", "検討", "1"),
        ("活力", "完了", "0"),
        ("活力", "検討", "1"),
    ]
    assert rows(read.texts["evaluation_counts_totals"], "role goal rating item_count") == [
        ("across", "便利", "件数", "3"),
        ("across", "活力", "件数", "1"),
        ("total-across", "合　計", "件数", "4"),
        ("total", "合　計", "完了", "2"),
        ("total", "合　計", "検討", "2"),
        ("ratio-across", "割合(%)", "件数", ""),
        ("ratio", "割合(%)", "完了", "50"),
        ("ratio", "割合(%)", "検討", "50"),
    ]


@pytest.mark.parametrize("note", ["※要確認", "（注）速報値", "注）速報値", "資料：統計課"])
def test_notes_under_a_table_are_no_rows(note: str) -> None:
    drawn = """
        | 指標 | 単位 | 目標値(R7) |
        | 満足 | %    | 50         |
        | {}   | <    | <          |
        """
    read = extracted(sheet(drawn.format(note)), VALUES)

    assert rows(read.texts["indicators"], "name") == [("満足",)]
    assert read.problems == ()


def test_a_header_repeated_for_printing_is_no_record_and_ends_nothing() -> None:
    read = extracted(
        sheet(
            """
            | 指標 | 単位 | 実績       | <      |
            | ^    | ^    | 平成25年度 | 26年度 |
            | 満足 | %    | 1          | 2      |
            | 指標 | 単位 | 実績       | <      |
            | ^    | ^    | 平成25年度 | 26年度 |
            | 利用 | 人   | 3          | 4      |
            """
        ),
        VALUES,
    )

    assert read.problems == ()
    assert rows(read.texts["indicators"], "name unit") == [("満足", "%"), ("利用", "人")]
    assert [value for _, _, value in values(read)] == ["1", "2", "3", "4"]


def test_a_blank_row_ends_a_table_and_what_follows_is_reported() -> None:
    drawn = """
        | 指標 | 単位 | 目標値(R7) |
        | 満足 | %    | 50         |
        |      |      |            |
        | 利用 | 人   | 60         |
        """
    read = extracted(sheet(drawn), VALUES)
    assert rows(read.texts["indicators"], "name") == [("満足",)]
    assert found(read.problems) == [
        ("interrupted-table", "表!A4"),
        ("unmapped-text", "表!A4"),
        ("unmapped-text", "表!B4"),
        ("unmapped-text", "表!C4"),
    ]

    wide = extracted(sheet(drawn), VALUES + "    gap: 2\n")
    assert rows(wide.texts["indicators"], "name") == [("満足",), ("利用",)]
    assert wide.problems == ()


def test_numbers_as_text_stay_as_written() -> None:
    read = extracted(
        sheet(
            """
            | 指標 | 目標値(R5) | 目標値(R6) | 目標値(R7) | 目標値(R8) |
            | 満足 | '12        | １２．５   | 1,234      | 12         |
            """
        ),
        VALUES,
    )

    assert [value for _, _, value in values(read)] == ["12", "１２．５", "1,234", "12"]


def test_two_tables_on_one_sheet() -> None:
    both = TREE + VALUES.replace("blocks:\n", "")
    side = sheet(
        """
        | 目標 | 施策 | 取組 |  | 指標 | 単位 | 目標値(R7) |
        | 便利 | 窓口 | 予約 |  | 満足 | %    | 50         |
        | 活力 | 商店 | 祭り |  |      |      |            |
        """
    )
    stacked = sheet(
        """
        | 目標 | 施策 | 取組       |
        | 便利 | 窓口 | 予約       |
        | 活力 | 商店 | 祭り       |
        |      |      |            |
        | 指標 | 単位 | 目標値(R7) |
        | 満足 | %    | 50         |
        """
    )

    for drawn in (side, stacked):
        read = extracted(drawn, both)
        assert read.problems == ()
        assert [title for _, title in nodes(read, "level title")] == [
            *("便利", "窓口", "予約", "活力", "商店", "祭り")
        ]
        assert rows(read.texts["indicators"], "name unit") == [("満足", "%")]
        assert values(read) == [("目標値", "R7", "50")]


# --- forms ---------------------------------------------------------------------------------------


def test_a_form_with_values_to_the_right_below_and_in_the_label() -> None:
    read = extracted(
        sheet(
            """
            | 計画登録票                | <      | <        |
            | 計画名                    | <      | 情報計画 |
            | 所管                      | <      | 情報課   |
            | 備考                      |        |          |
            | 毎年見直す                |        |          |
            | ビジョン：誰もが使えるまち | <      | <        |
            | 印刷日                    | 4月1日 |          |
            """
        ),
        FORM + "ignore: [計画登録票]",
    )

    assert read.problems == ()
    assert rows(read.texts["plans"], "title department note") == [
        ("情報計画", "情報課", "毎年見直す")
    ]
    assert rows(read.places["plans"], "title department note") == [("表!C2", "表!C3", "表!A5")]
    assert nodes(read, "level title") == [("vision", "誰もが使えるまち")]
    assert rows(read.places["policy_nodes"], "title") == [("表!A6",)]


def test_a_blank_value_of_a_form_has_a_place() -> None:
    """So that what is missing can be pointed at."""
    read = extracted(
        sheet(
            """
            | 計画名 | 情報計画 |
            | 所管課 |          |
            """
        ),
        FORM,
    )

    assert rows(read.texts["plans"], "title department") == [("情報計画", "")]
    assert rows(read.places["plans"], "department") == [("表!B2",)]


def test_what_a_form_does_not_know_is_reported() -> None:
    read = extracted(
        sheet(
            """
            | 計画名 | 情報計画 |
            | 予算額 | 100      |
            | ※速報 |          |
            """
        ),
        FORM,
    )

    assert found(read.problems) == [("unmapped-text", "表!A2"), ("unmapped-text", "表!B2")]
    assert [each.value for each in read.problems] == ["予算額", "100"]


def test_the_form_names_the_plan_of_every_record() -> None:
    both = FORM + VALUES.replace("blocks:\n", "")
    read = extracted(
        sheet(
            """
            | 計画名 | 情報計画 |            |
            |        |          |            |
            | 指標   | 単位     | 目標値(R7) |
            | 満足   | %        | 50         |
            """
        ),
        both,
    )

    assert read.links["indicators"]["plan_id"].to_pylist() == [0]
    assert read.links["indicator_values"]["indicator_id"].to_pylist() == [0]


# --- what is hidden ------------------------------------------------------------------------------

STALE = """
    | 指標 | 単位 | 実績値(R5) | 目標値(R7) |
    | 満足 | %    | 45         | 50         |
    | 旧値 | 人   | 99         | 98         |
    | 利用 | 人   | 46         | 60         |
    """


def test_a_hidden_column_with_figures_is_never_read() -> None:
    read = extracted(sheet(STALE, hidden="C"), VALUES)

    assert values(read) == [("目標値", "R7", each) for each in ("50", "98", "60")]
    assert found(read.problems) == [("stale-hidden-data", "表!C1")]
    assert "列 C" in one(read.problems, "stale-hidden-data").message.ja


def test_a_hidden_row_with_figures_is_never_read() -> None:
    read = extracted(sheet(STALE, hidden="3"), VALUES)

    assert rows(read.texts["indicators"], "name") == [("満足",), ("利用",)]
    assert "99" not in [value for _, _, value in values(read)]
    assert found(read.problems) == [("stale-hidden-data", "表!A3")]
    told = one(read.problems, "stale-hidden-data").message.ja
    assert "行 3" in told
    assert "公開するデータには入りません" in told


@pytest.mark.parametrize("visibility", ["hidden", "very_hidden"])
def test_a_hidden_sheet_with_figures_is_never_read(visibility: Visibility) -> None:
    old = replace(sheet(STALE, "旧"), visibility=visibility)
    for book in (workbook(sheet(STALE), old), workbook(old, sheet(STALE))):
        read = extracted(book, VALUES)
        assert len(read.texts["indicators"]) == 3
        assert {place.split("!")[0] for (place,) in rows(read.places["indicators"], "name")} == {
            "表"
        }
        assert found(read.problems) == [("stale-hidden-data", "旧!A1")]


def test_hidden_text_without_figures_is_no_stale_data() -> None:
    drawn = STALE.replace("99", "予備").replace("98", "予備")
    assert extracted(sheet(drawn, hidden="3"), VALUES).problems == ()


def test_hidden_required_columns_are_missing() -> None:
    read = extracted(sheet(STALE, hidden="A"), VALUES)

    assert read.layout is None
    assert codes(read.problems) == ["nearly-known-layout"]


# --- which layout --------------------------------------------------------------------------------


def test_a_renamed_header_is_named() -> None:
    read = extracted(
        sheet(
            """
            | 目標 | 事業群 | 取組 |
            | 便利 | 窓口   | 予約 |
            """
        ),
        TREE,
        COUNTS,
    )

    assert read.layout is None
    assert [table.num_rows for table in read.texts.values()] == [0] * len(read.texts)
    problem = one(read.problems, "nearly-known-layout")
    assert problem.message.ja == "様式「様式」に似ていますが、見出し「施策」が見つかりません。"
    assert problem.place.sheet == "表"


def test_a_missing_sheet_is_named() -> None:
    two = """
    blocks:
      - sheet: [概要]
        form:
          - {label: 計画名, to: plans.title, required: true}
          - {label: 所管課, to: plans.department, required: true}
      - sheet: ["*指標*"]
        table:
          - {header: 指標, to: indicators.name}
          - {header: 単位, to: indicators.unit}
    """
    drawn = sheet(
        """
        | 計画名 | 情報計画 |
        | 所管課 | 情報課   |
        """,
        "概要",
    )
    listed = sheet("| 指標 | 単位 |\n| 満足 | % |", "一覧")

    read = extracted(workbook(drawn, listed), two)
    assert "指標" in one(read.problems, "nearly-known-layout").message.ja

    assert extracted(workbook(drawn, replace(listed, name="指標一覧")), two).problems == ()


def test_nothing_known_is_an_unknown_layout() -> None:
    read = extracted(
        sheet(
            """
            | 品名 | 数量 |
            | 鉛筆 | 12   |
            """
        ),
        TREE,
        VALUES,
        FORM,
    )

    assert read.layout is None
    assert found(read.problems) == [("unknown-layout", "表!")]


def test_an_unknown_layout_is_told_of_the_submission_not_of_our_sheet_in_it() -> None:
    read = extracted(
        workbook(sheet("| 内容 |", RESULTS_SHEET), sheet("| 品名 | 数量 |\n| 鉛筆 | 12 |")), TREE
    )

    assert found(read.problems) == [("unknown-layout", "表!")]


def test_the_layout_that_explains_most_is_taken() -> None:
    from tests.builders import layout

    drawn = sheet(
        """
        | 目標 | 施策 | 取組 | 重点 |
        | 便利 | 窓口 | 予約 | ○    |
        """
    )
    poor = layout("blocks: [{table: [{header: 取組, to: policy_nodes.title}]}]", "poor")
    rich = layout(TREE, "rich")

    for order in ((poor, rich), (rich, poor)):
        read = extracted(drawn, *order)
        assert read.layout is not None and read.layout.name == "rich"


def test_a_sheet_nobody_knows_is_reported_once_and_an_ignored_one_never() -> None:
    memo = sheet("| 作業メモ | 12 |\n| 予備 | 34 |", "作業")
    book = workbook(sheet(STALE), memo)

    read = extracted(book, VALUES)
    assert found(read.problems) == [("unmapped-sheet", "作業!A1")]
    assert extracted(book, VALUES + "ignore_sheets: [作業*]").problems == ()


def test_the_sheet_of_a_review_is_no_part_of_a_submission() -> None:
    review = sheet(STALE.replace("満足", "前回"), RESULTS_SHEET)

    read = extracted(workbook(review, sheet(STALE)), VALUES)
    assert rows(read.texts["indicators"], "name") == [("満足",), ("旧値",), ("利用",)]
    assert read.problems == ()


@pytest.mark.parametrize(
    ("written", "years"),
    [
        ("平成30年度 元年度 2年度 3", [2018, 2019, 2020, 2021]),
        ("H30 31 2 3", [2018, 2019, 2020, 2021]),
        ("令和元年度 2 2023年度 6年度", [2019, 2020, 2023, 2024]),
        ("平成29年度 28年度 27年度", [2017, 2016, 2015]),
        ("昭和63年度 元年度 2年度", [1988, 1989, 1990]),
        ("平成30年度 5年度", [2018, 1993]),
        ("26 27", [None, None]),
    ],
)
def test_a_year_takes_its_era_from_those_before_it(written: str, years: list[int | None]) -> None:
    before = Years()
    read = [before.read(text) for text in written.split()]
    assert [one.year if one else None for one in read] == years


@pytest.mark.parametrize(
    ("template", "text", "said"),
    [
        ("表*　$text（単位：$unit）", "表１　来館者（単位：人）", {"text": "来館者", "unit": "人"}),
        ("表*　$text", "表１ 年間 来館者", {"text": "年間 来館者"}),
        ("表*　$text", "表１来館者", None),
        ("表　$text", "表来館者", {"text": "来館者"}),
        ("*（$year　$text）", "進捗（令和５年度 実績）", {"year": "令和５年度", "text": "実績"}),
    ],
)
def test_a_sentence_with_gaps(template: str, text: str, said: dict[str, str] | None) -> None:
    assert fill(template, text) == said


def test_a_note_between_the_rows_ends_the_table_unless_it_is_ignored_by_name() -> None:
    drawn = sheet("""
        | 施策 | 担当   |
        | 窓口 | 市民課 |
        | ※参考 |       |
        | 広報 | 広報課 |
    """)
    source = """
        blocks:
          - table:
              - {header: 施策, to: policy_nodes.title, set: {level: measure}}
              - {header: 担当, to: policy_nodes.department, set: {level: measure}}
    """
    ended = extracted(drawn, source)
    assert rows(ended.texts["policy_nodes"], "title") == [("窓口",)]
    assert "interrupted-table" in codes(ended.problems)

    whole = extracted(drawn, f'{source.rstrip()}\n            rows: {{ignore: ["※*"]}}\n')
    assert rows(whole.texts["policy_nodes"], "title") == [("窓口",), ("広報",)]
    assert whole.problems == ()


def test_an_indented_text_hangs_on_what_stands_further_out() -> None:
    result = validated(
        sheet("""
            | 体系       | 指標 | R5 |
            | 便利なまち |      |    |
            | '　窓口    | 件数 | 1  |
            |            | 時間 | 2  |
            | '　　予約  | 件数 | 3  |
            | 安全なまち | 件数 | 4  |
        """),
        """
        set: {plans.title: 計画}
        blocks:
          - table:
              - {header: 体系, to: policy_nodes.title, indent: [goal, measure]}
              - {header: 指標, to: indicators.name}
              - header: R5
                to: indicator_values.value
                set: {value_type: 実績, fiscal_year: $year}
        """,
    )

    nodes = result.dataset.tables["policy_nodes"].to_pylist()
    titles = {one["node_id"]: one["title"] for one in nodes}
    assert [(one["title"], one["level"], titles.get(one["parent_node_id"])) for one in nodes] == [
        ("便利なまち", "goal", None),
        ("窓口", "measure", "便利なまち"),
        ("予約", "measure", "窓口"),
        ("安全なまち", "goal", None),
    ]
    indicators = result.dataset.tables["indicators"].to_pylist()
    assert [(one["name"], titles[one["node_id"]]) for one in indicators] == [
        ("件数", "窓口"),
        ("時間", "窓口"),
        ("件数", "予約"),
        ("件数", "安全なまち"),
    ]


def test_a_block_for_every_year_below_its_title() -> None:
    read = extracted(
        sheet("""
            | 令和4年度 |      |      |
            | 指標      | 目標 | 実績 |
            | 来館者    | 10   | 9    |
            |           |      |      |
            | 5年度     |      |      |
            | 指標      | 目標 | 実績 |
            | 来館者    | 12   | 13   |
        """),
        """
        blocks:
          - repeat: true
            era: 令和
            titles: ["$year"]
            table:
              - {header: 指標, to: indicators.name}
              - header: [目標, 実績]
                to: indicator_values.value
                set: {value_type: $header, fiscal_year: $title.year}
        """,
    )

    assert read.problems == ()
    assert rows(read.texts["indicator_values"], "fiscal_year value_type value") == [
        ("令和4年度", "目標", "10"),
        ("令和4年度", "実績", "9"),
        ("令和5年度", "目標", "12"),
        ("令和5年度", "実績", "13"),
    ]


def test_bands_make_groups_beside_each_other() -> None:
    result = validated(
        sheet("""
            | 年度   | 利用者 | <  | 登録者 | <  |
            | ^      | 男     | 女 | 男     | 女 |
            | 令和４ | 1      | 2  | 3      | 4  |
            | '５    | 5      | 6  | 7      | 8  |
        """),
        """
        set: {plans.title: 計画}
        blocks:
          - table:
              - {header: 年度, to: indicator_values.fiscal_year}
              - header: "*/*"
                to: indicator_values.value
                set:
                  policy_nodes.title: $band
                  policy_nodes.level: measure
                  indicators.name: $header
                  value_type: 実績
        """,
    )

    nodes = result.dataset.tables["policy_nodes"]
    assert rows(nodes, "title parent_node_id") == [("利用者", None), ("登録者", None)]
    titles = {one["node_id"]: one["title"] for one in nodes.to_pylist()}
    names = {
        one["indicator_id"]: (titles[one["node_id"]], one["name"])
        for one in result.dataset.tables["indicators"].to_pylist()
    }
    values = rows(result.dataset.tables["indicator_values"], "indicator_id fiscal_year value")
    assert [(*names[one], year, value) for one, year, value in values] == [
        ("利用者", "男", 2022, 1),
        ("利用者", "女", 2022, 2),
        ("登録者", "男", 2022, 3),
        ("登録者", "女", 2022, 4),
        ("利用者", "男", 2023, 5),
        ("利用者", "女", 2023, 6),
        ("登録者", "男", 2023, 7),
        ("登録者", "女", 2023, 8),
    ]


@pytest.mark.parametrize("gap", ["|      ", ""], ids=["apart", "side by side"])
def test_blocks_that_stand_beside_each_other(gap: str) -> None:
    read = extracted(
        sheet(f"""
            | 表　利用 |      |    {gap}| 表　蔵書 |     |    |
            | 区分     | R4   | R5 {gap}| 区分     | R4  | R5 |
            | 来館者   | 1    | 2  {gap}| 図書     | 5   | 6  |
            | 登録者   | 3    | 4  {gap}|          |     |    |
        """),
        """
        blocks:
          - repeat: true
            titles: [表　$text]
            table:
              - {header: 区分, to: indicators.name, set: {definition: $title.text}}
              - header: $year
                to: indicator_values.value
                set: {value_type: 実績, fiscal_year: $year}
        """,
    )

    assert read.problems == ()
    assert rows(read.texts["indicators"], "definition name") == [
        ("利用", "来館者"),
        ("利用", "登録者"),
        ("蔵書", "図書"),
    ]
    assert rows(read.texts["indicator_values"], "fiscal_year value") == [
        ("R4", "1"),
        ("R5", "2"),
        ("R4", "3"),
        ("R5", "4"),
        ("R4", "5"),
        ("R5", "6"),
    ]
