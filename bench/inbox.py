"""An inbox full of submissions, made anew for every run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

PACKAGE = "municipal-plans"
INDICATORS = 10
"""In each workbook, as many initiatives, and three values of each."""

_WEIGHTS = (6, 5, 4, 3, 2)
_HEADINGS = ("No.", "重点取組の段階", "重点取組", "指標の種類", "指標", "単位")
_BASELINE = "現状値（令和４年度）"


def fill(inbox: Path, count: int) -> None:
    """Write `count` workbooks, each with a plan of its own, six to a municipality."""
    six_times = (code for code in codes() for _ in range(6))
    for number, code in zip(range(count), six_times, strict=False):
        folder = inbox / PACKAGE / code
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / f"計画{number:05}.xlsx", number)


def write(path: Path, number: int, first: int = 100) -> None:
    """One workbook: a plan of its own, its indicators from `first` upwards."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("KPI管理シート")
        sheet.write_column(0, 0, ("名称", "計画の種別", "対象期間", "担当課"))
        period = "令和５年度～令和９年度"
        sheet.write_column(0, 1, (f"情報化計画第{number}号", "個別計画", period, "情報政策課"))
        for column, heading in enumerate((*_HEADINGS, _BASELINE)):
            sheet.merge_range(5, column, 6, column, heading)
        sheet.merge_range(5, 7, 5, 8, "実績")
        sheet.write_row(6, 7, ("令和５年度", "令和６年度"))
        for row in range(INDICATORS):
            name = f"取組{number}-{row}"
            head = (row + 1, "導入・適用", name, "成果指標", f"{name}の件数", "件")
            sheet.write_row(7 + row, 0, (*head, first + row, first + row + 3, first + row + 5))


def codes() -> Iterator[str]:
    """Municipality codes with their check digits, prefecture by prefecture."""
    for prefecture in range(1, 48):
        for town in range(200, 240):
            digits = f"{prefecture:02}{town}"
            weighed = sum(int(digit) * by for digit, by in zip(digits, _WEIGHTS, strict=True))
            yield f"{digits}{(11 - weighed % 11) % 10}"
