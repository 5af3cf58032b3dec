"""The rules of level 2: values that a program can take as they are."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from opendata.japanese import squash
from opendata.validate.machine_readability.figures import (
    figure_columns,
    is_code,
    is_range,
    miswritten,
)
from opendata.validate.machine_readability.found import Book, Check, Find, at_ranges, by_page
from opendata.validate.machine_readability.places import Place
from opendata.validate.machine_readability.tables import Column, TableArea, is_total
from opendata.workbook import Value

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
        texts = (one for one in column.texts if not (is_code(column) and _is_allowed(one)))
        wrong = {text: kind for text in texts if (kind := miswritten(text, is_text=is_text))}
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


def _is_allowed(text: str) -> bool:
    """Whether a code may be written so: as a text of digits, with a hyphen."""
    return is_range(text) or miswritten(text, is_text=False) == "figure-as-text"


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
        if not filled[0, at] or _is_repeated(table, at):
            continue
        above = True
        for row in range(len(filled)):
            if filled[row, at]:
                above = not is_total(sheet[table.body + row][table.left : table.right + 1])
            elif rows[row] and above and filled[row, whole]:
                cells = sheet[table.body + row][table.left : table.right + 1]
                if not is_total(cells) and not filled[row, :at].any():
                    yield table.body + row, table.left + at


def _is_repeated(table: TableArea, at: int) -> bool:
    """Whether a column says the same again in the next row somewhere: then blanks are blanks."""
    rows = table.page.sheet.rows[table.body : table.bottom + 1]
    told = (row[table.left + at] for row in rows)
    return any(a is not None and a == b and not _is_ditto(a) for a, b in pairwise(told))


def _is_ditto(value: Value) -> bool:
    return isinstance(value, str) and value.strip() in _DITTO


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
        alone = [one for one in named if whole[tuple(map(squash, one.path))] == 1]
        is_split = not _is_told_by_one_row(table, alone)
        for one in named:
            if whole[tuple(map(squash, one.path))] > 1:
                same[table.page.name].append(table.place(one))
            elif is_split and last[squash(one.heading)] > 1:
                split[table.page.name].append(table.place(one))
    return [*by_page("same-heading", book, same), *by_page("split-heading", book, split)]


def _is_told_by_one_row(table: TableArea, columns: Sequence[Column]) -> bool:
    """Whether one of the header rows alone tells all columns apart."""
    for row in range(table.top, table.body):
        texts = {squash(table.page.heading(row, one.at)) for one in columns}
        if len(texts) == len(columns) and "" not in texts:
            return True
    return False


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
