"""The workbooks that readers are measured on, made anew for every run."""

from __future__ import annotations

import random
from pathlib import Path

import xlsxwriter

FORMS = 40
"""Departments fill in forms that were handed out: so many different ones, each many times."""

_WORDS = (
    *("施策", "事業", "市民", "満足度", "窓口", "申請", "整備", "推進", "計画", "情報"),
    *("達成", "割合", "件数", "利用", "図書館", "防災", "子育て", "健康", "環境", "観光"),
)
_HEADINGS = ("番号", "施策", "指標", "単位", "令和５年度", "令和６年度", "令和７年度", "備考")
_FIGURES = ("#,##0", "0.0%", '#,##0;"△ "#,##0', "0.0", '#,##0"人"', "#,##0,")


def write_table(folder: Path, rows: int = 20_000, columns: int = 50) -> None:
    """One sheet of a million cells: names and units, figures with number formats, some hidden."""
    with xlsxwriter.Workbook(folder / "table.xlsx", {"constant_memory": False}) as book:
        sheet = book.add_worksheet("一覧")
        formats = [book.add_format({"num_format": code}) for code in _FIGURES]
        sheet.merge_range(0, 0, 0, 9, "指標一覧")
        sheet.set_column(7, 7, None, None, {"hidden": True})
        for row in range(1, rows):
            if row % 500 == 0:
                sheet.set_row(row, None, None, {"hidden": True})
            sheet.write(row, 0, f"指標{row}")
            sheet.write(row, 1, "％")
            for column in range(2, columns):
                sheet.write(row, column, row + column / 8, formats[column % len(formats)])


def write_books(folder: Path, count: int = 2_000) -> None:
    """Small books as departments keep them: a few sheets with a title, a head, 20 to 60 rows."""
    for number in range(count):
        form = random.Random(number % FORMS)
        _write_book(folder / f"{number:04}.xlsx", form, random.Random(number))


def _write_book(path: Path, form: random.Random, chance: random.Random) -> None:
    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        size = form.choice((9, 10, 11, 12))
        colour = f"#{form.randrange(0xCCCCCC, 0xFFFFFF):06X}"
        title = book.add_format({"bold": True, "font_size": size + 3})
        head = book.add_format({"bold": True, "border": 1, "bg_color": colour, "text_wrap": True})
        text = book.add_format({"border": 1, "font_size": size, "text_wrap": True})
        padded = book.add_format({"border": 1, "num_format": "0000"})
        era = book.add_format({"num_format": '[$-411]ggge"年"m"月"d"日"'})
        figures = [book.add_format({"border": 1, "num_format": code}) for code in _FIGURES]
        for number in range(form.randint(2, 4)):
            sheet = book.add_worksheet(f"様式{number + 1}")
            sheet.merge_range(0, 0, 0, 7, f"令和７年度　{_words(chance, 3)}調書", title)
            sheet.write(1, 6, 45_383 + chance.randrange(300), era)
            sheet.write_row(2, 0, _HEADINGS, head)
            last = 2 + chance.randint(20, 60)
            row = 3
            while row <= last:
                until = min(row + chance.randrange(4), last)
                if until > row:
                    sheet.merge_range(row, 1, until, 1, _words(chance, 2), text)
                else:
                    sheet.write(row, 1, _words(chance, 2), text)
                for one in range(row, until + 1):
                    sheet.write(one, 0, one - 2, padded)
                    sheet.write(one, 2, _words(chance, 3), text)
                    sheet.write(one, 3, chance.choice(("％", "人", "件", "千円")), text)
                    figure = chance.choice(figures)
                    for column in (4, 5, 6):
                        sheet.write(one, column, round(chance.random() * 1_000, 2), figure)
                    sheet.write(one, 7, _words(chance, 5) if chance.random() < 0.3 else None, text)
                    if chance.random() < 0.04:
                        sheet.set_row(one, None, None, {"hidden": True})
                row = until + 1
            if chance.random() < 0.4:
                sheet.write_comment(4, 4, "確定値を確認中")


def _words(chance: random.Random, count: int) -> str:
    return "".join(chance.sample(_WORDS, count))
