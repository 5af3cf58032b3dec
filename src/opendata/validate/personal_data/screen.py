"""Personal data stops at the door: all that a file holds is screened, nothing found is repeated."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from opendata.errors import Place, Problem, Text, problem
from opendata.validate.personal_data.headings import under_headings
from opendata.validate.personal_data.kinds import NAME, NUMBER, personal_data
from opendata.workbook import Sheet, Workbook, address, own_length

MASK = "●●●"
"""Stands where personal data stood."""


def screen(workbook: Workbook, published: Collection[str]) -> list[Problem]:
    """All that looks like personal data: cells, hidden ones too, comments, document properties.

    `published` are the cells that are, as `<sheet>!<A1>`: a hit there is an error, elsewhere a
    warning. Comments and properties never are. The value of a problem is masked: what was found
    never leaves the file.
    """
    hits = [hit for sheet in workbook.sheets for hit in _screen_sheet(sheet, published)]
    return [*hits, *_screen_properties(workbook)]


def _screen_sheet(sheet: Sheet, published: Collection[str]) -> Iterator[Problem]:
    headings = under_headings(sheet)
    for row, cells in enumerate(sheet.rows):
        for column, value in enumerate(cells):
            if isinstance(value, bool) or not isinstance(value, (str, int, float)):
                continue
            beside = headings.get((row, column), ())
            if kinds := _of_value(value, beside, is_dressed=(row, column) in sheet.looks):
                cell = address(row, column)
                is_published = f"{sheet.name}!{cell}" in published
                yield _hit(sheet, cell, kinds, str(value), is_published=is_published)
    for (row, column), told in sorted(sheet.comments.items()):
        comment = told[: own_length(told)]  # the rest is what a review has said before
        if kinds := personal_data(comment):
            yield _hit(sheet, address(row, column), kinds, comment, is_published=False)


def _of_value(
    value: str | int | float, beside: Collection[Text], *, is_dressed: bool
) -> tuple[Text, ...]:
    """The kinds of personal data in a value. A figure with separators or a round one is a sum."""
    if isinstance(value, str):
        return personal_data(value, beside)
    if abs(value) >= 1e15 or value != int(value):
        return ()
    digits = str(int(value))
    if not beside:
        return () if is_dressed or digits.endswith("000") else personal_data(digits)
    # Where a number is typed as a figure, its leading zero is lost.
    return personal_data(digits, beside) or personal_data("0" + digits, beside)


def _screen_properties(workbook: Workbook) -> Iterator[Problem]:
    """One problem for each kind found, naming all properties that show it."""
    found: dict[Text, list[Text]] = {}
    texts: dict[Text, list[str]] = {}
    for name, text in workbook.properties.items():
        for kind in personal_data(text, (NAME,) if name in _PEOPLE else ()):
            found.setdefault(kind, []).append(_PROPERTIES.get(name, Text(name, name)))
            texts.setdefault(kind, []).append(text)
    for kind, names in found.items():
        yield problem(
            "personal-data-in-properties",
            Place(),
            value=MASK,
            asked=(kind.en, *texts[kind]),
            kind=kind,
            property=Text("、".join(one.ja for one in names), ", ".join(one.en for one in names)),
        )


def _hit(
    sheet: Sheet, cell: str, kinds: Sequence[Text], text: str, *, is_published: bool
) -> Problem:
    """One problem for a cell. Whoever answers it has been told of everything in the cell; that a
    個人番号 may be published is no question. Programs break and end lines in their own ways: that
    makes no other question."""
    told = Text("、".join(one.ja for one in kinds), ", ".join(one.en for one in kinds))
    return problem(
        "personal-data",
        Place(sheet=sheet.name or None, cell=cell),
        value=MASK,
        severity="error" if is_published else "warning",
        asked=None if NUMBER in kinds else (told.en, " ".join(text.split())),
        kind=told,
    )


_PEOPLE = frozenset({"creator", "lastModifiedBy", "manager"})
_PROPERTIES = {
    "creator": Text("作成者", "author"),
    "lastModifiedBy": Text("最終更新者", "last modified by"),
    "manager": Text("管理者", "manager"),
    "title": Text("タイトル", "title"),
    "subject": Text("件名", "subject"),
    "description": Text("コメント", "comments"),
    "keywords": Text("キーワード", "keywords"),
    "category": Text("分類", "category"),
    "company": Text("会社", "company"),
}
