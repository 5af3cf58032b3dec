"""An invented city's plan, written into the blank workbook as a department would: what is pictured
of plans and indicators."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from opendata.pipeline.settings import Settings
from opendata.pipeline.templates import make_template

CODE, NAME = "099996", "例市"
TITLE = "第2期例市デジタル化推進計画"
Rows = list[list[Any]]

PLAN: list[Any] = [
    *(TITLE, "個別計画", "例市総合計画", "例市デジタル化推進計画", 2021, 2025, 2024),
    *("総務部情報政策課", "2021年3月"),
]
NODES: Rows = [
    ["目標", "1", "暮らしが便利なまち"],
    ["施策", "1-1", "行かなくてよい窓口", "暮らしが便利なまち", "○", None, "市民部市民課"],
    ["施策", "1-2", "待たなくてよい窓口", "暮らしが便利なまち", None, None, "市民部市民課"],
    ["目標", "2", "誰も取り残さないまち"],
    ["施策", "2-1", "学べる場をふやす", "誰も取り残さないまち", None, None, "生涯学習課"],
]
YEARS = (2020, 2021, 2022, 2023, 2024, 2025, 2023, 2025)
"""Of the columns for values: a baseline, five actuals, a midterm target and a target."""
INDICATORS: Rows = [
    ["行かなくてよい窓口", "オンライン申請の割合", "成果指標", "%", "増加", "×",
     "申請の総件数に占めるオンライン申請の割合", "申請システムの集計",
     18.5, 22.4, 31, 42.6, 51.8, None, 40, 60],
    ["行かなくてよい窓口", "オンラインでできる手続", "活動指標", "件", "増加", "○", None, None,
     42, 68, 115, 160, 204, None, 120, 200],
    ["待たなくてよい窓口", "窓口での待ち時間", "成果指標", "分", "減少", "×",
     "受付から手続きの開始までの平均時間", "窓口受付システムの集計",
     24, 23, "集計中", 21.5, 20, None, 18, 12],
    ["待たなくてよい窓口", "窓口の満足度", "成果指標", "%", "維持", "×", None, "来庁者アンケート",
     91, 92, 90.5, 91.2, 93, None, 90, 90],
    ["学べる場をふやす", "スマートフォン講座の受講者", "活動指標", "人", "増加", "×", None, None,
     120, 96, 150, 110, 104, None, 200, 300],
]  # fmt: skip
PROGRESS: Rows = [
    ["行かなくてよい窓口", 2023, "A", "順調", None],
    ["行かなくてよい窓口", 2024, "A", "完了", "対象の手続きを44件ふやした"],
    ["待たなくてよい窓口", 2024, "B", "遅れ", "予約の仕組みの導入がおくれている"],
    ["学べる場をふやす", 2024, "C", "検討中", None],
]


def write(settings: Settings, path: Path) -> None:
    """The blank workbook, filled in."""
    make_template(settings, "municipal-plans", path, today=date(2021, 4, 1), year=2021)
    book = openpyxl.load_workbook(path)
    _down(book["計画"], 4, 3, PLAN)
    for name, first, rows in (
        ("施策体系", 5, NODES),
        ("指標", 6, INDICATORS),
        ("進捗", 5, PROGRESS),
    ):
        for row, values in enumerate(rows, first):
            _across(book[name], row, 1, values)
    _across(book["指標"], 5, 9, YEARS)
    book.save(path)


def _down(sheet: Any, row: int, column: int, values: Any) -> None:
    for at, value in enumerate(values, row):
        sheet.cell(at, column).value = value


def _across(sheet: Any, row: int, column: int, values: Any) -> None:
    for at, value in enumerate(values, column):
        if value is not None:
            sheet.cell(row, at).value = value
