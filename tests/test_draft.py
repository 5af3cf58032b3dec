"""Drafts: layouts proposed for workbooks that nobody has described."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from typer.testing import CliRunner

from opendata.cli.commands import app
from opendata.errors import PackageError, Problem, UnreadableWorkbook
from opendata.extract import Extract, extract, read_layout
from opendata.extract.draft import Draft, draft
from opendata.japanese import squash
from opendata.package import load
from opendata.pipeline import check, load_settings
from opendata.pipeline.submission import Drafting, Received, examine_submission
from opendata.review import picture
from opendata.validate import validate
from opendata.workbook import Limits, Workbook, read
from tests.builders import (
    DX,
    INBOX,
    NISHITOKYO,
    PACKAGE,
    REGISTER,
    SAGAMIHARA,
    SHIMOTSUKE,
    codes,
    package,
    rows,
    sheet,
    workbook,
    xlsx,
)
from tests.drawn_plans import drawn

FLOOR, LEAST = 0.95, 0.8
"""The least F1 over all books, and of any one."""


class Value(NamedTuple):
    """What is scored."""

    indicator: str
    value_type: str | None
    fiscal_year: int | None
    value: float | None
    place: str


def drafted(book: Workbook, code: str = "132012") -> tuple[Draft, Extract]:
    proposal = draft(book, package())
    assert proposal.layout is not None, codes(proposal.problems)
    constants = {"plans.municipality_code": code}
    return proposal, extract(book, package(), [proposal.layout], constants)


def values_of(book: Workbook) -> set[Value]:
    """The values that a draft alone reads from a book."""
    return read_by_draft(book)[0]


def read_by_draft(book: Workbook) -> tuple[set[Value], list[Problem]]:
    """The values that a draft alone reads from a book, and what is then said of it."""
    proposal = draft(book, package())
    if proposal.layout is None:
        return set(), [*proposal.problems]
    constants = {"plans.municipality_code": "132012"}
    read_with = extract(book, package(), [proposal.layout], constants)
    validation = validate(read_with, book, package())
    dataset = validation.dataset
    names = {one["indicator_id"]: one["name"] for one in dataset.tables["indicators"].to_pylist()}
    records = dataset.tables["indicator_values"].to_pylist()
    places = dataset.cells["indicator_values"].to_pylist()
    found = set()
    for record, place in zip(records, places, strict=True):
        at = place["value"] or place["raw"] or place["status"]
        name = squash(names.get(record["indicator_id"]) or "")
        value = record["value_low"] if record["comparator"] == "range" else record["value"]
        if at:
            kind, year = record["value_type"], record["fiscal_year"]
            found.add(Value(name, kind, year, value, at))
    return found, [*read_with.problems, *validation.problems]


def truth_of(document: dict[str, Any]) -> set[Value]:
    return {
        Value(
            squash(one["indicator"]),
            one["value_type"],
            one["fiscal_year"],
            None if one["value"] is None else float(one["value"]),
            f"{one['sheet'] or ''}!{one['cell']}",
        )
        for one in document["records"]
    }


@pytest.fixture
def practice(shared: Path) -> Iterator[tuple[str, Workbook, set[Value]]]:
    folder = shared / "workbooks/practice"

    def books() -> Iterator[tuple[str, Workbook, set[Value]]]:
        for path in sorted(folder.glob("*.truth.json")):
            truth = json.loads(path.read_text(encoding="utf-8"))
            content = (folder / truth["file"]).read_bytes()
            yield truth["file"], read(truth["file"], content), truth_of(truth)

    return books()


def test_drafts_alone_read_the_practice_books(
    practice: Iterator[tuple[str, Workbook, set[Value]]], capsys: pytest.CaptureFixture[str]
) -> None:
    lines: list[str] = []
    scores: dict[str, float] = {}
    hits = found_all = true_all = 0
    for name, book, truth in practice:
        found = values_of(book)
        right = len(found & truth)
        scores[name] = 2 * right / (len(found) + len(truth))
        lines.append(f"{name:36} found {len(found):4} of {len(truth):4}  F1 {scores[name]:.3f}")
        hits, found_all, true_all = hits + right, found_all + len(found), true_all + len(truth)
    overall = 2 * hits / (found_all + true_all)
    with capsys.disabled():
        print("", *lines, f"{'all books':36} F1 {overall:.3f}", sep="\n")
    assert overall >= FLOOR
    assert min(scores.values()) >= LEAST


@pytest.mark.parametrize("folder", ["cities", "hard"])
def test_what_is_no_plan_is_refused(shared: Path, folder: str) -> None:
    forced = []
    for path in sorted((shared / "workbooks" / folder).iterdir()):
        if path.stat().st_size > 700_000:
            continue
        try:
            book = read(path.name, path.read_bytes())
        except UnreadableWorkbook:
            continue
        proposal = draft(book, package())
        if proposal.layout is not None or codes(proposal.problems) != ["not-a-plan"]:
            forced.append(path.name)
    assert forced == []


@pytest.mark.parametrize(
    ("place", "texts"),
    [
        (SAGAMIHARA, {"基本目標", "施策", "取組", "指標", "単位"}),
        (NISHITOKYO, {"重点取組", "指標", "単位", "指標の種類", "実績値/$year"}),
        (REGISTER, {"計画名", "計画期間", "基本方針"}),
        (DX, {"計画名", "基本方針", "取組", "具体的な内容"}),
        (SHIMOTSUKE, {"計画名", "No.", "基本方針", "施策"}),
    ],
)
def test_the_examples_are_drafted(place: str, texts: set[str]) -> None:
    path = INBOX / place
    proposal, found = drafted(read(path.name, path.read_bytes()))

    parts = [
        part
        for block in proposal.document["blocks"]
        for part in block.get("table", block.get("form"))
    ]
    fed = {part.get("header", part.get("label")) for part in parts if "to" in part}
    last = {text.rpartition("/")[2] for text in fed}
    assert texts <= fed | last
    assert found.texts["plans"].num_rows == 1
    assert found.texts["policy_nodes"].num_rows > 1


KPI = sheet(
    r"""
    | 見本市総合計画　指標の進捗 |        |      |           |            |        |           |
    | 照会先 090-0000-1234       |        |      |           |            |        |           |
    |                            |        |      |           |            |        |           |
    | 施策                       | 指標   | 単位 | 基準値\n(R2) | 実績    | <      | 目標値\n(R7) |
    | ^                          | ^      | ^    | ^         | 令和3年度  | 4年度  | ^         |
    | 窓口の改善                 | 満足度 | %    | 40        | 42         | 45.5   | 50        |
    | ^                          | 来庁者 | 人   | 1200      | 1250       | 集計中 | 1500以上  |
    | 合計                       |        |      | 1240      | 1292       | 45.5   | 1550      |
    """
)


def test_every_column_has_a_confidence_and_reasons() -> None:
    proposal, found = drafted(workbook(KPI))

    assert all(0 < one.confidence <= 1 and one.reasons for one in proposal.guesses)
    lines = proposal.source.splitlines()
    parts = [at for at, line in enumerate(lines) if line.strip().startswith("- {")]
    assert parts and all("確からしさ" in lines[at - 1] for at in parts)
    assert rows(found.texts["plans"], "title") == [("見本市総合計画",)]
    assert rows(found.texts["indicator_values"], "value_type fiscal_year value") == [
        ("baseline", "R2", "40"),
        ("actual", "令和3年度", "42"),
        ("actual", "令和4年度", "45.5"),
        ("target", "R7", "50"),
        ("baseline", "R2", "1200"),
        ("actual", "令和3年度", "1250"),
        ("actual", "令和4年度", "集計中"),
        ("target", "R7", "1500以上"),
    ]


def test_the_proposal_is_a_layout() -> None:
    proposal, _ = drafted(workbook(KPI))

    document = yaml.safe_load(proposal.source)
    assert document == proposal.document
    assert read_layout(package(), "draft", document) == proposal.layout
    assert "090-0000-1234" not in proposal.source


def test_a_layout_of_no_plan_is_titled_by_its_file_without_the_ending() -> None:
    drawn = sheet("| 指標 | 単位 | 目標値(R6) |\n| 来館 | 人 | 50 |\n| 貸出 | 冊 | 60 |")
    book = replace(workbook(drawn), name="評価シート.xlsx")
    assert draft(book, package(), "評価シート.xlsx").document["title"] == "評価シート"


def test_rows_of_targets_and_actuals() -> None:
    drawn = sheet(
        """
        | 見本市DX計画の進捗 |      |      |      |      |
        | KPI     | 単位 | 区分 | R5   | R6   |
        | 申請数  | 件   | 目標 | 100  | 120  |
        | ^       | ^    | 実績 | 90   | 130  |
        """
    )
    _, found = drafted(workbook(drawn))

    assert rows(found.texts["indicator_values"], "value_type fiscal_year value") == [
        ("目標", "R5", "100"),
        ("目標", "R6", "120"),
        ("実績", "R5", "90"),
        ("実績", "R6", "130"),
    ]


DRAWN = 60
"""How many sheets of the grammar are drawn: some ten seconds."""


def test_drafts_read_whatever_the_grammar_draws() -> None:
    scores: dict[int, float] = {}
    false: list[str] = []
    for number in range(DRAWN):
        shape, book, told = drawn(number)
        values, problems = read_by_draft(book)
        found = {tuple(one) for one in values}
        right = len(found & {tuple(one) for one in told})
        scores[number] = 2 * right / (len(found) + len(told))
        false += [f"{number} {shape} {one.code}" for one in problems if one.severity != "notice"]
    least = sorted(scores, key=lambda number: scores[number])[:5]
    assert sum(scores.values()) / DRAWN >= FLOOR, {number: scores[number] for number in least}
    assert false == []


UNSEEN = {
    "years in words of every kind": (
        r"""
        | № | 指標 | 単位 | 現状(R2) | 2021年度(実績) | 令和4年度\n実績値 | R5末実績 | 目標(R7) |
        | 1    | 満足度 | %    | 40 | 41 | 42 | 43 | 50 |
        | 2    | 来庁者 | 人   | 10 | 11 | 12 | 13 | 15 |
        """,
        "満足度 baseline 2020 40, 満足度 actual 2021 41, 満足度 actual 2022 42,"
        "満足度 actual 2023 43,"
        "満足度 target 2025 50, 来庁者 baseline 2020 10, 来庁者 actual 2021 11,"
        "来庁者 actual 2022 12, 来庁者 actual 2023 13, 来庁者 target 2025 15",
    ),
    "plans and actuals below bands of years": (
        """
        | 基本目標 | 施策     | 成果指標名 | 単位 | 令和4年度 | <      | 令和8年度 |
        | ^        | ^        | ^          | ^    | 計画値    | 実績値 | 目標値    |
        | 1 安心   | (1) 防災 | 訓練回数   | 回   | 3         | 2      | 4         |
        | ^        | (2) 防犯 | 犯罪件数   | 件   | 30        | 32     | 20        |
        """,
        "訓練回数 target 2022 3, 訓練回数 actual 2022 2, 訓練回数 target 2026 4,"
        "犯罪件数 target 2022 30, 犯罪件数 actual 2022 32, 犯罪件数 target 2026 20",
    ),
    "no heading says 指標 but 項目": (
        """
        | 見本市子どもプラン 数値目標一覧 |  |  |  |  |
        | 項目     | 計画策定時（平成30年度） | 直近の実績（令和4年度） | 目標（R6） | 担当課 |
        | 待機児童 | 10人  | 2人   | 0人   | 保育課   |
        | 相談件数 | 120件 | 150件 | 200件 | 子育て課 |
        """,
        "待機児童 baseline 2018 10, 待機児童 actual 2022 2, 待機児童 target 2024 0,"
        "相談件数 baseline 2018 120, 相談件数 actual 2022 150, 相談件数 target 2024 200",
    ),
    "a block for every year": (
        """
        | 見本市環境計画 進捗 |    |      |      |
        |                     |    |      |      |
        | ■令和4年度          |    |      |      |
        | 指標   | 単位 | 目標 | 実績 |
        | 排出量 | t    | 100  | 110  |
        |                     |    |      |      |
        | ■令和5年度          |    |      |      |
        | 指標   | 単位 | 目標 | 実績 |
        | 排出量 | t    | 90   | 95   |
        """,
        "排出量 target 2022 100, 排出量 actual 2022 110,"
        "排出量 target 2023 90, 排出量 actual 2023 95",
    ),
    "years in a column of their own": (
        """
        | 見本市総合計画 |      |        |        |        |
        | 指標名 | 年度 | 目標値 | 実績値 | 達成率 |
        | 満足度 | R3   | 40     | 41     | 102%   |
        | ^      | R4   | 42     | 41     | 98%    |
        """,
        "満足度 target 2021 40, 満足度 actual 2021 41, "
        "満足度 target 2022 42, 満足度 actual 2022 41",
    ),
    "a form of one indicator": (
        """
        | 見本市総合計画 施策評価シート | <  | <            | <      |
        | 施策名       | 窓口の改善 | 担当課       | 市民課 |
        | 指標名       | 満足度     | 単位         | %      |
        | 基準値（R2） | 40         | 目標値（R7） | 50     |
        | 実績値（R3） | 41         | 実績値（R4） | 43     |
        """,
        "満足度 baseline 2020 40, 満足度 target 2025 50, "
        "満足度 actual 2021 41, 満足度 actual 2022 43",
    ),
    "years down and a target below": (
        """
        | 見本市水道ビジョン   |               |                |
        | 年度                 | 有収率（％）  | 給水人口（人） |
        | 平成30年度           | 90.1          | 1000           |
        | 令和元年度           | 90.5          | 990            |
        | 目標値（令和7年度）  | 93            | 950            |
        """,
        "有収率 actual 2018 90.1, 給水人口 actual 2018 1000, 有収率 actual 2019 90.5,"
        "給水人口 actual 2019 990, 有収率 target 2025 93, 給水人口 target 2025 950",
    ),
    "years down with targets, whatever the title": (
        """
        | 年度     | ごみ排出量 | リサイクル率 |
        |          | （ｔ）     | （％）       |
        | 令和4年度 | 120       | 23           |
        | 令和5年度 | 118       | 24           |
        | 目標（R10） | 100     | 30           |
        """,
        "ごみ排出量 actual 2022 120, リサイクル率 actual 2022 23, ごみ排出量 actual 2023 118,"
        "リサイクル率 actual 2023 24, ごみ排出量 target 2028 100, リサイクル率 target 2028 30",
    ),
    "the kind of value in brackets behind a year": (
        """
        | 見本市防災計画 |   |   |   |   |
        | 指標   | 単位 | 令和4年度末（当初） | 令和6年度末 | 令和7年度（見込） |
        | 備蓄数 | 箱   | 10 | 12 | 15 |
        | 訓練   | 回   | 3  | 4  | 5  |
        """,
        "備蓄数 baseline 2022 10, 備蓄数 actual 2024 12, 備蓄数 forecast 2025 15,"
        "訓練 baseline 2022 3, 訓練 actual 2024 4, 訓練 forecast 2025 5",
    ),
    "sums below one heading over two columns": (
        """
        | 見本市温暖化対策計画 |        |         |            |         |
        | 部門       | <      | 2020(R2) | 2022(R4)速報値 | 2030(R12)目標 |
        | エネルギー | 産業   | 10  | 9  | 5  |
        | ^          | 家庭   | 20  | 18 | 11 |
        | ^          | 小　計 | 30  | 27 | 16 |
        | 合　計     | <      | 30  | 27 | 16 |
        """,
        "産業 actual 2020 10, 産業 actual 2022 9, 産業 target 2030 5,"
        "家庭 actual 2020 20, 家庭 actual 2022 18, 家庭 target 2030 11",
    ),
    "the month of the first value in a column of its own": (
        """
        | 見本市未来都市計画 |  |  |  |  |
        | KPI    | 単位 | 当初値 | 当初値の年月 | 2030年度目標値 |
        | 宿泊者 | 人   | 318    | 2020年3月    | 450            |
        | 講座   | 回   | 41     | 2020年12月   | 60             |
        """,
        "宿泊者 baseline 2019 318, 宿泊者 target 2030 450,"
        "講座 baseline 2020 41, 講座 target 2030 60",
    ),
    "years told by how far they are from the form's own": (
        """
        | 評価表 |  |  |  |  |  |  |  |  |
        | 評価対象年度 | < | 令和5年度 |  |  |  |  |  |  |
        | 指標（基準年度：令和元年度　最終目標年度：令和8年度） | < | < | < | < | < | < | < | < |
        | 指標名 | < | 単位 | 区分 | 基準値 | 前々年度 | 前年度 | 評価年度 | 最終目標 |
        | ① | 貸出 | 冊 | 目標 | 10 | 20 | 21 | 22 | 30 |
        | ^ | ^    | ^  | 実績 | ^  | 19 | 20 | 24 | ^  |
        | ② | 来館 | 人 | 目標 | 50 | 60 | 61 | 62 | 70 |
        | ^ | ^    | ^  | 実績 | ^  | 59 | 60 | 64 | ^  |
        """,
        "貸出 baseline 2019 10, 貸出 target 2021 20, 貸出 target 2022 21, 貸出 target 2023 22,"
        "貸出 actual 2021 19, 貸出 actual 2022 20, 貸出 actual 2023 24, 貸出 target 2026 30,"
        "来館 baseline 2019 50, 来館 target 2021 60, 来館 target 2022 61, 来館 target 2023 62,"
        "来館 actual 2021 59, 来館 actual 2022 60, 来館 actual 2023 64, 来館 target 2026 70",
    ),
    "how content people are with the plan's parts": (
        """
        | 市民意識調査　施策の満足度の推移 |            |      |      |
        | 単位：％（「満足」の合計）       |            |      |      |
        | 分野 | 施策       | 令和4年度 | 令和6年度 |
        | 福祉 | 健康づくり | 36        | 37        |
        | 福祉 | 地域医療   | 45        | 46        |
        """,
        "健康づくり actual 2022 36, 健康づくり actual 2024 37,"
        "地域医療 actual 2022 45, 地域医療 actual 2024 46",
    ),
    "words of everyday": (
        """
        | 取り組み項目 | ものさし     | めざす値 2028 | いまの値 2024 | 達成見込み |
        | 窓口改善     | 待ち時間(分) | 5             | 12            | ○         |
        | 電子申請     | 件数(件)     | 3,000件       | 1200          | △         |
        """,
        "待ち時間 target 2028 5, 待ち時間 baseline 2024 12,"
        "件数 target 2028 3000, 件数 baseline 2024 1200",
    ),
    "what a form tells right below its table": (
        """
        | 事務事業評価シート |            |        |        |        |
        | 事業名             | 図書館運営 |        | 担当課 | 図書館 |
        | 施策名             | 生涯学習   |        |        |        |
        | 指標名             | 単位       | R4実績 | R5実績 | R6目標 |
        | 貸出冊数           | 冊         | 1000   | 1100   | 1200   |
        | 評価               | A          |        |        |        |
        | 今後の方向性       | 拡充       |        |        |        |
        """,
        "貸出冊数 actual 2022 1000, 貸出冊数 actual 2023 1100, 貸出冊数 target 2024 1200",
    ),
}


@pytest.mark.parametrize(("drawn", "told"), UNSEEN.values(), ids=UNSEEN)
def test_other_shapes(drawn: str, told: str) -> None:
    found = {
        f"{one.indicator} {one.value_type} {one.fiscal_year} {one.value:g}"
        for one in values_of(workbook(sheet(drawn)))
        if one.value is not None
    }
    assert found == {one.strip() for one in told.split(",")}


def test_a_form_tells_the_plan_from_top_to_bottom_in_any_order() -> None:
    drawn = UNSEEN["what a form tells right below its table"][0]
    _, found = drafted(workbook(sheet(drawn)))
    told = rows(found.texts["policy_nodes"], "level title")
    assert told == [("measure", "生涯学習"), ("project", "図書館運営")]
    assert rows(found.texts["indicators"], "name") == [("貸出冊数",)]


def test_hidden_columns_and_sheets_are_not_drafted() -> None:
    drawn = sheet(
        """
        | 指標   | 単位 | 目標値(R6) | 目標値(R7) |
        | 満足度 | %    | 50         | 60         |
        """,
        hidden="C",
    )
    _, found = drafted(workbook(drawn))
    assert rows(found.texts["indicator_values"], "fiscal_year value") == [("R7", "60")]


@pytest.mark.parametrize(
    "drawn",
    [
        "| 町名 | 世帯数 | 人口 | 男 | 女 |\n| 本町 | 120 | 300 | 140 | 160 |",
        "| 年度 | 調定額 | 収入額 |\n| 令和4年度 | 100 | 98 |\n| 5年度 | 110 | 109 |",
        "| 項目 | 令和3年度 | 令和4年度 |\n| 歳入 | 100 | 110 |\n| 歳出 | 90 | 95 |",
        "| 大分類 | 中分類 | 小分類 |\n| くらし | ごみ | 収集日 |\n| 防災 | 避難 | 避難所 |",
        "| 分野 | 事業名 | 補助額 |\n| 福祉 | 見守り | 100 |\n| 教育 | 見学 | 50 |",
        "| 氏名 | 会派 | 当選回数 |\n| 山田 | 市民 | 3 |\n| 鈴木 | 無所属 | 1 |",
        "| 分野 | 施策 | R3 | R4 |\n| 福祉 | 見守り | 10 | 11 |\n| 教育 | 見学 | 5 | 6 |",
        "| 区分 | 令和3年度 | 令和4年度 |\n| 市民税 | 100 | 110 |\n| 固定資産税 | 200 | 210 |",
    ],
)
def test_other_tables_are_refused(drawn: str) -> None:
    proposal = draft(workbook(sheet(drawn)), package())
    assert (proposal.layout, codes(proposal.problems)) == (None, ["not-a-plan"])


def test_the_picture_tells_in_words_and_masks_personal_data() -> None:
    drawn = sheet(
        """
        | 指標            | 単位 | 目標値(R7) | 備考          |
        | <b>満足度</b>   | %    | 60         | 090-0000-1234 |
        | 来庁者          | 人   | 70         |               |
        |                 |      |            |               |
        | 照会先 mado@example.jp |  |         |               |
        """
    )
    book = workbook(drawn)
    page = picture(draft(book, package()), book, "ja").decode()

    assert "090-0000-1234" not in page and "mado@example.jp" not in page
    assert "●●●" in page
    assert "&lt;b&gt;満足度" in page and "<b>満足度" not in page
    assert re.search(r'<td class="as-aim"><span class="as"><span lang="ja">目標値</span>', page)
    assert "http:" not in page and "https:" not in page


def received(content: bytes, *, reads_drafts: bool) -> Received:
    when = datetime(2026, 4, 1, tzinfo=UTC)
    drafting: Drafting = "read" if reads_drafts else "propose"
    return Received(
        "表.xlsx", content, "0" * 64, "municipal-plans", "132012", when, drafting=drafting
    )


@pytest.mark.parametrize("reads_drafts", [True, False])
def test_a_run_never_publishes_from_a_draft(*, reads_drafts: bool) -> None:
    outcome = examine_submission(
        received(xlsx(KPI), reads_drafts=reads_drafts), load(PACKAGE), {}, Limits()
    )

    assert outcome.status == "rejected"
    assert outcome.drafted is reads_drafts
    assert (outcome.dataset is not None) is reads_drafts
    told = "drafted-layout" if reads_drafts else "draftable-layout"
    assert told in codes(outcome.problems)
    assert {"unknown-layout", "nearly-known-layout"} & set(codes(outcome.problems))


def test_check_reads_with_a_draft_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "指標.xlsx"
    path.write_bytes(xlsx(KPI))
    now = datetime(2026, 4, 1, tzinfo=UTC)

    with_draft = check(load_settings(), [path], now=now).to_json()["files"][0]
    without = check(load_settings(), [path], now=now, draft=False).to_json()["files"][0]

    assert with_draft["drafted"] is True
    assert with_draft["records"]["indicator_values"] == 8
    assert without["drafted"] is False
    assert without["records"] == {}


def test_an_operator_accepts_a_draft_and_the_form_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PACKAGE, tmp_path / "datapackages/municipal-plans")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENDATA_PACKAGES_FOLDER", str(tmp_path / "datapackages"))
    path = tmp_path / "指標.xlsx"
    path.write_bytes(xlsx(KPI))
    now = datetime(2026, 4, 1, tzinfo=UTC)

    drawn, written = tmp_path / "図.html", tmp_path / "案.yaml"
    told = CliRunner().invoke(
        app, ["draft", str(path), "-o", str(written), "--picture", str(drawn)]
    )
    accepted = CliRunner().invoke(app, ["draft", str(path), "--accept"])
    again = CliRunner().invoke(app, ["draft", str(path), "--accept"])
    after = check(load_settings(), [path], now=now).to_json()["files"][0]

    assert (told.exit_code, accepted.exit_code) == (0, 0)
    assert again.exit_code != 0
    assert yaml.safe_load(written.read_text(encoding="utf-8"))["blocks"]
    assert drawn.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert (after["layout"], after["drafted"]) == ("指標", False)
    assert after["records"]["indicator_values"] == 8


def test_the_command_refuses_what_is_no_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "人口.csv"
    path.write_text("町名,世帯数,人口\n本町,120,300\n栄町,90,200\n", encoding="utf-8")

    refused = CliRunner().invoke(app, ["draft", str(path), "--json"])

    assert refused.exit_code == 1
    told = json.loads(refused.stdout)
    assert told["layout"] is None
    assert [one["code"] for one in told["problems"]] == ["not-a-plan"]


@pytest.mark.parametrize("limit", [("MEMORY_MEGABYTES", "400"), ("SECONDS", "1")])
def test_a_file_that_costs_too_much_ends_in_a_sentence(
    shared: Path, limit: tuple[str, str]
) -> None:
    book = shared / "workbooks" / "cities" / "Melnus__FY2015-settlementcard.xlsx"
    told = subprocess.run(
        [Path(sys.executable).parent / "opendata", "draft", book],
        env={**os.environ, f"OPENDATA_LIMITS__{limit[0]}": limit[1]},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert told.returncode == 1
    assert len(told.stderr.splitlines()) == 1


def told_plan(title: str, indicator: str, years: str = "R2 R7") -> Workbook:
    """A book of one plan; its headings are everybody's."""
    now, then = years.split()
    drawn = f"""
        | {title} | | | | | |
        | 基本目標 | 施策名 | 指標名 | 単位 | 現状値（{now}） | 目標値（{then}） |
        | 1 にぎわい | 1-1 環境 | {indicator} | 人 | 100 | 200 |
        """
    return workbook(sheet(drawn))


KANKO = "ほしぞら市観光振興計画（令和6年度～令和10年度）成果指標一覧"


@pytest.mark.parametrize(
    "other",
    [
        "うみべ市教育大綱（令和3年度～令和7年度）数値目標",
        "うみべ市観光振興計画（令和6年度～令和10年度）成果指標一覧",
        "ほしぞら市観光振興計画（令和11年度～令和15年度）成果指標一覧",
        "指標の一覧",
    ],
)
def test_an_accepted_draft_never_names_another_plan(other: str) -> None:
    accepted, own = drafted(told_plan(KANKO, "観光客数"))
    of_other = told_plan(other, "正答率")
    found = extract(of_other, package(), [accepted.layout] if accepted.layout else [])

    assert rows(own.texts["plans"], "title start_fiscal_year end_fiscal_year") == [
        ("ほしぞら市観光振興計画", "令和6年度", "令和10年度")
    ]
    assert (found.layout, codes(found.problems)) == (None, ["unknown-layout"])
    proposal, read_alone = drafted(of_other, "141500")
    both = [one.layout for one in (accepted, proposal) if one.layout]
    chosen = extract(of_other, package(), both)
    assert chosen.layout == proposal.layout
    assert rows(read_alone.texts["plans"], "title")[0][0] in other


@pytest.mark.parametrize(
    "title", [KANKO, f"令和7年度{KANKO}", KANKO.replace("一覧", "一覧 令和7年度版")]
)
def test_an_accepted_draft_reads_the_file_of_the_next_year(title: str) -> None:
    accepted, _ = drafted(told_plan(title.replace("令和7年度", "令和6年度", 1), "観光客数"))
    assert accepted.layout is not None
    found = extract(told_plan(title, "観光客数", "R3 R8"), package(), [accepted.layout])

    assert rows(found.texts["plans"], "title") == [("ほしぞら市観光振興計画",)]
    assert rows(found.texts["indicator_values"], "fiscal_year value") == [
        ("R3", "100"),
        ("R8", "200"),
    ]


def test_a_year_column_that_is_added_is_read_by_the_accepted_draft() -> None:
    drawn = r"""
        | 見本市総合計画　指標の進捗（令和6年度評価） |  |  |  |  |  |
        | 施策       | 指標   | 単位 | 基準値\n(R2) | 実績      | <     | 目標値\n(R9) |
        | ^          | ^      | ^    | ^            | 令和5年度 | 6年度 | ^            |
        | 窓口の改善 | 満足度 | %    | 40           | 42        | 45    | 50           |
        """
    later = r"""
        | 見本市総合計画　指標の進捗（令和7年度評価） |  |  |  |  |  |  |
        | 施策       | 指標   | 単位 | 基準値\n(R2) | 実績      | <     | <     | 目標値\n(R9) |
        | ^          | ^      | ^    | ^            | 令和5年度 | 6年度 | 7年度 | ^            |
        | 窓口の改善 | 満足度 | %    | 40           | 42        | 45    | 47    | 50           |
        """
    accepted, _ = drafted(workbook(sheet(drawn)))
    assert accepted.layout is not None
    found = extract(workbook(sheet(later)), package(), [accepted.layout])
    assert ("令和7年度", "47") in rows(found.texts["indicator_values"], "fiscal_year value")


def test_the_year_of_a_title_is_not_given_to_the_file_of_the_next_year() -> None:
    drawn = """
        | 見本市総合計画 指標一覧 |      |      |
        | 令和5年度実績 |      |      |
        | 指標 | 単位 | 目標 | 実績 |
        | 満足度 | % | 40 | 42 |
        """
    accepted, own = drafted(workbook(sheet(drawn)))
    assert accepted.layout is not None
    assert ("actual", "令和5年度") in rows(own.texts["indicator_values"], "value_type fiscal_year")
    later = workbook(sheet(drawn.replace("令和5年度", "令和6年度")))
    assert codes(extract(later, package(), [accepted.layout]).problems) == ["unknown-layout"]


def test_drafted_tables_require_the_indicator_and_a_value() -> None:
    proposal, _ = drafted(told_plan(KANKO, "観光客数"))
    (block,) = proposal.document["blocks"]
    required = str([one.get("to") for one in block["table"] if one.get("required", True)])
    assert "indicators.name" in required and "indicator_values.value" in required


@pytest.mark.parametrize("requires", ["", ["観光計画", " "], "*$year*"])
def test_a_mistake_in_required_texts_is_told(requires: object) -> None:
    proposal, _ = drafted(told_plan(KANKO, "観光客数"))
    with pytest.raises(PackageError) as caught:
        read_layout(package(), "kanko", {**proposal.document, "requires": requires})
    assert "requires" in caught.value.sentence()[0]
