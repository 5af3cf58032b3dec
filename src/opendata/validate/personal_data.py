"""Personal data stops at the door: every cell is screened, nothing found is ever repeated."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator

from opendata.errors import Place, Problem, Text, problem
from opendata.workbook import Sheet, Workbook, address

MAIL = Text("メールアドレス", "a mail address")
PHONE = Text("電話番号", "a telephone number")
NUMBER = Text("個人番号（マイナンバー）", "an individual number (My Number)")

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\d-])(0\d{1,4}[-(]\d{1,4}[-)]\d{3,4}|0[5789]0\d{8})(?![\d-])")
_TWELVE = re.compile(r"(?<![\d.])(\d{4}[- ]?\d{4}[- ]?\d{4})(?!\d)")
_DASHES = str.maketrans("－‐–—−ー", "------")


def screen(workbook: Workbook, published: Collection[str]) -> list[Problem]:
    """Every cell and comment that looks like personal data; an error where it is published.

    `published` are the cells that are, as `<sheet>!<A1>`; comments never are.

    The value of the problem is masked: what was found never leaves the cell.
    """
    return [hit for sheet in workbook.sheets for hit in _screen_sheet(sheet, published)]


def _screen_sheet(sheet: Sheet, published: Collection[str]) -> Iterator[Problem]:
    for row, cells in enumerate(sheet.rows):
        for column, value in enumerate(cells):
            if isinstance(value, bool) or not isinstance(value, (str, int, float)):
                continue
            kind = personal_data(_text(value))
            if kind is not None:
                cell = address(row, column)
                yield _hit(sheet, cell, kind, is_published=f"{sheet.name}!{cell}" in published)
    for (row, column), comment in sorted(sheet.comments.items()):
        kind = personal_data(comment)
        if kind is not None:
            yield _hit(sheet, address(row, column), kind, is_published=False)


def _hit(sheet: Sheet, cell: str, kind: Text, *, is_published: bool) -> Problem:
    return problem(
        "personal-data",
        Place(sheet=sheet.name or None, cell=cell),
        value="●●●",
        severity="error" if is_published else "warning",
        kind=kind,
    )


def _text(value: str | int | float) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else ""
    return str(value)


def personal_data(text: str) -> Text | None:
    """What kind of personal data the text holds, or None."""
    if not any(one in text for one in "@＠") and sum(one.isdigit() for one in text) < 9:
        return None
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    if _MAIL.search(plain):
        return MAIL
    if _PHONE.search(plain):
        return PHONE
    if any(is_individual_number(re.sub(r"\D", "", hit[0])) for hit in _TWELVE.finditer(plain)):
        return NUMBER
    return None


def is_individual_number(digits: str) -> bool:
    """Whether twelve digits carry the check digit of a 個人番号 (one random number in ten does)."""
    if len(digits) != 12 or not digits.isascii() or not digits.isdigit():
        return False
    total = sum(
        int(digit) * (place + 1 if place <= 6 else place - 5)
        for place, digit in enumerate(reversed(digits[:11]), start=1)
    )
    rest = total % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)
