"""The rules of level 2: values that a program can take as they are."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from opendata.japanese import fold, is_unit, squash
from opendata.validate.machine_readability.found import Book, Check, Find, at_ranges, by_page
from opendata.validate.machine_readability.places import Place
from opendata.validate.machine_readability.tables import Column, TableArea, is_total, is_year

_FIGURE = re.compile(
    r"(?P<sign>[約±+]|▲|△|▼|-)?\s*(?P<digits>[0-9][0-9,]*(?:\.[0-9]+)?)\s*(?P<rest>\S.{0,14})?"
)
_MAY_BE_FIGURE = re.compile(r"[\s約±+＋▲△▼−－-]*[0-9０-９]")
_NOTE = re.compile(r"[(\[].*[)\]]|[※*＊#]+[0-9]*\)?|[pr]")
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_CODE = re.compile(
    r"コード|番号|№|no\.?$|^no|id$|^id|^#|cd$|電話|tel|fax|郵便|〒|code|階層|版|区分|分類|記号"
    r"|緯度|経度|lat(?:itude)?$|lon(?:gitude)?$|lng$",
    re.I,
)
_NO_SIGN = re.compile(r"[0-9０-９ぁ-んァ-ヶ一-鿿]|\S{6}")
_DITTO = frozenset({"〃", "々", "仝", "同上", "同左", "同右", "″", '"', "”", "´´", "同"})
_OTHER = re.compile(r"その他\s*(?:[(（\[［「:：、，,・]|\s)\s*\S.*")
_LONGEST_CHOICE = 20
_OKURIGANA = re.compile(r"(?<=[一-鿿])[みりしいきえけげび](?=[一-鿿]|$)")
"""What may be left out of a compound: 取り組み済み, 取組済."""
_CIRCLES = str.maketrans(dict.fromkeys("○〇◯⚪", "○") | dict.fromkeys("●⬤⚫", "●"))
_MARKS_AROUND = " .。、,・"


def figures(book: Book) -> Sequence[Find] | None:
    """L2-01: the columns of tables whose cells are figures for the greater part."""
    wordy: dict[str, list[Place]] = defaultdict(list)
    stored: dict[str, list[Place]] = defaultdict(list)
    is_text = book.workbook.format == "csv"
    judged = False
    for table, column in figure_columns(book):
        judged = True
        wrong = {text: kind for text in column.texts if (kind := _wrong(text, is_text=is_text))}
        if is_code(column):
            wrong = {text: kind for text, kind in wrong.items() if kind == "figure-with-words"}
        for row in column.rows_with(wrong) if wrong else ():
            kind = wrong[str(column.values[row])]
            found = wordy if kind == "figure-with-words" else stored
            found[table.page.name].append((table.body + row, column.at))
    if not judged:
        return None
    return [
        *by_page("figure-with-words", book, wordy),
        *by_page("figure-as-text", book, stored),
    ]


def figure_columns(book: Book) -> Sequence[tuple[TableArea, Column]]:
    """The columns that hold figures, whatever stands around these."""
    if "figures" not in book.known:
        book.known["figures"] = [*_figure_columns(book)]
    return book.known["figures"]


def _figure_columns(book: Book) -> Iterable[tuple[TableArea, Column]]:
    for table, column in book.columns:
        if table.body == table.top or not column.filled:
            continue
        signs = sum(count for text, count in column.texts.items() if is_sign(text))
        shown = sum(count for text, count in column.texts.items() if _figure(text))
        told = column.filled - signs - _blank(column)
        if told > 0 and (column.numbers + shown) * 2 > told:
            yield table, column


def _blank(column: Column) -> int:
    return column.filled - sum(column.texts.values()) - column.numbers


def is_code(column: Column) -> bool:
    """Whether what looks like figures are codes, numbers of rows or years."""
    return any(_CODE.search(one) or is_year_heading(one) for one in map(squash, column.path))


def is_year_heading(text: str) -> bool:
    """Whether a heading says that years or dates stand below it."""
    return bool(re.search(r"年度?$|年月日?$|日付$|期間$|時期$|年齢区分|year|date", text, re.I))


@lru_cache(maxsize=65_536)
def _figure(text: str) -> re.Match[str] | None:
    """The figure that a text is, with a unit or note at most; None for words, years, codes."""
    if len(text) > 30 or not _MAY_BE_FIGURE.match(text):
        return None
    if not (text.isascii() and text.isdigit() and len(text) != 4) and is_year(text):
        return None
    match = _FIGURE.fullmatch(fold(text).text.strip())
    if match is None or not match["rest"]:
        return match
    rest = match["rest"].strip()
    unit = _NOTE.sub("", rest).strip()
    is_plain = not unit or is_unit(unit) or unit in ("以上", "以下", "未満", "超", "程度", "余り")
    return match if is_plain else None


def _wrong(text: str, *, is_text: bool) -> str | None:
    """How a figure among figures is written wrongly; in a CSV file all are texts."""
    match = _figure(text)
    if match is None:
        return None
    if _PLAIN.fullmatch(text.strip()):
        return None if is_text or text.strip().startswith("0") else "figure-as-text"
    if fold(text).text.strip() == match["digits"] and "," not in match["digits"]:
        return "figure-as-text"  # wide digits
    return "figure-with-words"


@lru_cache(maxsize=16_384)
def is_sign(text: str) -> bool:
    """Whether a text stands where a figure is not there: -, …, x, ***, N/A."""
    if _NO_SIGN.search(text):
        return False
    plain = squash(text)
    return (
        0 < len(plain) <= 4
        and not any(one.isdigit() for one in plain)
        and (not any(one.isalpha() for one in plain) or plain.lower() in ("x", "χ", "na", "n/a"))
    )


def nothing_left_out(book: Book) -> Sequence[Find] | None:
    """L2-02."""
    if not book.tables:
        return None
    ditto: dict[str, list[Place]] = defaultdict(list)
    blank: dict[str, list[Place]] = defaultdict(list)
    for table, column in book.columns:
        wrong = dict.fromkeys(one for one in column.texts if one.strip() in _DITTO)
        for row in column.rows_with(wrong) if wrong else ():
            ditto[table.page.name].append((table.body + row, column.at))
    for table in book.lists:
        blank[table.page.name].extend(_left_blank(table))
    return [*by_page("ditto", book, ditto), *by_page("left-blank", book, blank)]


def _left_blank(table: TableArea) -> Iterable[Place]:
    """The blanks of the first columns under a value that stands for the rows below it, too: up to
    the first column that is filled in every row."""
    if table.body == table.top or table.bottom - table.body < 2:
        return
    filled = table.page.filled[table.body : table.bottom + 1, table.left : table.right + 1]
    rows = np.atleast_1d(filled.any(axis=1))
    whole = next((at for at in range(filled.shape[1]) if filled[rows, at].all()), None)
    if not whole or not filled[0, 0]:
        return
    sheet = table.page.sheet.rows
    for at in range(whole):
        if not filled[0, at]:
            continue
        above = True
        for row in range(len(filled)):
            if filled[row, at]:
                above = not is_total(sheet[table.body + row][table.left : table.right + 1])
            elif rows[row] and above and filled[row, whole]:
                cells = sheet[table.body + row][table.left : table.right + 1]
                if not is_total(cells) and not filled[row, :at].any():
                    yield table.body + row, table.left + at


def unique_headings(book: Book) -> Sequence[Find] | None:
    """L2-03."""
    tables = [one for one in book.lists if one.body > one.top]
    if not tables:
        return None
    same: dict[str, list[Place]] = defaultdict(list)
    split: dict[str, list[Place]] = defaultdict(list)
    for table in tables:
        named = [one for one in table.columns if one.path and one.filled]
        whole = Counter(tuple(map(squash, one.path)) for one in named)
        last = Counter(squash(one.heading) for one in named)
        for one in named:
            place = (table.body - 1, one.at)
            if whole[tuple(map(squash, one.path))] > 1:
                same[table.page.name].append(place)
            elif last[squash(one.heading)] > 1:
                split[table.page.name].append(place)
    return [*by_page("same-heading", book, same), *by_page("split-heading", book, split)]


def choice_columns(book: Book) -> Iterable[tuple[TableArea, Column]]:
    """The columns in which few short texts stand again and again."""
    for table, column in book.columns:
        count = sum(column.texts.values())
        is_few = len(column.texts) * 2 <= count + 1
        if (
            count >= 5
            and count == column.filled
            and is_few
            and max(map(len, column.texts)) <= 3 * _LONGEST_CHOICE
        ):
            yield table, column


def choices(book: Book) -> Sequence[Find] | None:
    """L2-04: texts that are the same but for width, spaces and similar signs."""
    found: dict[str, list[Place]] = defaultdict(list)
    judged = False
    for table, column in choice_columns(book):
        judged = True
        ways: dict[str, list[str]] = defaultdict(list)
        for text in column.texts:
            if len(text) <= _LONGEST_CHOICE:
                ways[_choice(text)].append(text)
        rare: dict[str, None] = {}
        for same in ways.values():
            usual = max(same, key=lambda one: (column.texts[one], one))
            rare |= dict.fromkeys(one for one in same if one != usual)
        for row in column.rows_with(rare) if rare else ():
            found[table.page.name].append((table.body + row, column.at))
    return list(by_page("variant", book, found)) if judged else None


def _choice(text: str) -> str:
    plain = _OKURIGANA.sub("", squash(text.translate(_CIRCLES)).casefold())
    return plain.strip(_MARKS_AROUND) or plain


def other_apart(book: Book) -> Sequence[Find] | None:
    """L2-05."""
    found: dict[str, list[Place]] = defaultdict(list)
    judged = False
    for table, column in book.columns:
        count = sum(column.texts.values())
        again = sum(number for number in column.texts.values() if number > 1)
        if count < 4 or again * 2 < count:
            continue
        judged = True
        wrong = dict.fromkeys(
            one
            for one in column.texts
            if one.lstrip().startswith("その他") and _OTHER.fullmatch(one.strip())
        )
        for row in column.rows_with(wrong) if wrong else ():
            found[table.page.name].append((table.body + row, column.at))
    return list(by_page("other-with-details", book, found)) if judged else None


def no_formulas(book: Book) -> Sequence[Find]:
    """L2-06."""
    found: list[Find] = []
    for page in book.pages:
        formulas = page.sheet.formulas
        count = sum((one.bottom - one.top + 1) * (one.right - one.left + 1) for one in formulas)
        by_column = sorted(formulas, key=lambda one: (one.left, one.top))
        whole = at_ranges("formula", page, by_column)
        found.extend(one._replace(count=count) for one in whole)
    return found


CHECKS: Mapping[str, Check] = {
    "L2-01": figures,
    "L2-02": nothing_left_out,
    "L2-03": unique_headings,
    "L2-04": choices,
    "L2-05": other_apart,
    "L2-06": no_formulas,
}
