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
_DATES = ("yyyy/m/d", '[$-411]ggge"年"m"月"d"日"', '[$-411]ge"."m')


def write_table(folder: Path, rows: int = 20_000, columns: int = 50) -> None:
    """One sheet of a million cells, nearly all of them bare figures in six number formats."""
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


def write_register(folder: Path, rows: int = 50_000) -> None:
    """One sheet of a million cells as a department keeps its register, 20 columns wide.

    By column: a padded number; names of policies merged over 1 to 5 rows; 7 of text, some from
    short lists and some free; 3 dates, two of them in eras; 7 of figures in number formats; a sum
    of the figures of the row as a formula with its stored result. Every cell is framed, one row in
    a hundred is hidden, and so is a column.
    """
    chance = random.Random(1)
    with xlsxwriter.Workbook(folder / "register.xlsx", {"constant_memory": False}) as book:
        sheet = book.add_worksheet("登録簿")
        text, padded, plain, era, month, *figures = (
            book.add_format({"border": 1, "num_format": code})
            for code in ("General", "0000", *_DATES, *_FIGURES)
        )
        sheet.write_row(0, 0, [f"項目{number + 1}" for number in range(20)], text)
        sheet.set_column(8, 8, None, None, {"hidden": True})
        until = 0
        for row in range(1, rows):
            if row > until:
                until = min(row + chance.randrange(5), rows - 1)
                if until > row:
                    sheet.merge_range(row, 1, until, 1, _words(chance, 3), text)
                else:
                    sheet.write(row, 1, _words(chance, 3), text)
            if chance.random() < 0.01:
                sheet.set_row(row, None, None, {"hidden": True})
            sheet.write(row, 0, row, padded)
            for column in (2, 3, 4, 5):
                sheet.write(row, column, chance.choice(_WORDS), text)
            for column in (6, 7, 8):
                sheet.write(row, column, _words(chance, column - 2), text)
            for column, form in ((9, plain), (10, era), (11, month)):
                sheet.write(row, column, 43_000 + chance.randrange(3_000), form)
            amounts = [round(chance.random() * 10_000, chance.randrange(3)) for _ in range(7)]
            for column, amount in enumerate(amounts, 12):
                sheet.write(row, column, amount, figures[column % len(figures)])
            sheet.write_formula(row, 19, f"=SUM(M{row + 1}:S{row + 1})", figures[0], sum(amounts))


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
