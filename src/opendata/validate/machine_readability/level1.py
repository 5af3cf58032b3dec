"""The rules of level 1: files and sheets that a program can take apart."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from opendata.japanese import is_unit
from opendata.validate.machine_readability.colour import no_colours
from opendata.validate.machine_readability.figures import figure_columns, is_code, is_range
from opendata.validate.machine_readability.found import (
    Book,
    Check,
    Find,
    Found,
    at_cells,
    at_ranges,
    by_page,
)
from opendata.validate.machine_readability.places import Place, lines
from opendata.validate.machine_readability.tables import (
    Column,
    Page,
    TableArea,
    is_filled,
    is_year,
)
from opendata.workbook import Range

_PLATFORM = re.compile(
    "[\u2160-\u217f\u2460-\u24ff\u3220-\u3247\u3250-\u32fe\u32ff\u3300-\u3357\u3371-\u337f"
    "\u33c7\u33cb\u33cd\u33da\u33e0-\u33ff\u2116\u2121\u213b\u222e\u2211\u221f\u22bf\ue000-\uf8ff]"
)
"""Circled and bracketed signs, Roman numerals, ligatures, private characters; measures that stand
for one word (㎡, ㎏) and characters of names are left alone."""
_SPACED = re.compile(r"[^\x00-\x7f](?:[ \u3000]+[^\x00-\x7f])+")
_SPACE = re.compile("[ \u3000\u00a0\n\r\t]")
_LONGEST_SPACED = 16
_SEVERAL = re.compile(r"(?<=\S)(?:[ \u00a0]{2,}|\u3000{2,}|\u3000 | \u3000)(?=\S)")
_ITEM = re.compile(r"[\s\u3000]*(?:[・･○●◎□■◆◇▪‐-]|[(（]?[0-9０-９]{1,2}[)）.．、]|[①-⑳])")
_PROSE = re.compile("[。]|(?:する|した|して|ます|である|こと)")
_LONGEST_PROSE = 40
_LONGEST_ITEM = 12
_MOST_TEXTS = 500
"""So many different texts of a column are held against each other."""
_DIVIDER = re.compile("[\n、,，;；(（→⇒]")
_COMMA = re.compile(r"[、;；\n]|(?<![0-9０-９])[,，]|[,，](?![0-9０-９]{3})")
"""What stands between items: no comma of thousands."""
_NUMBER = r"[-−▲△]?[0-9０-９][0-9０-９,，.．]*"
_TWO_FIGURES = re.compile(
    rf"\s*{_NUMBER}(?P<unit>[^\s0-9０-９()（）→⇒]{{0,3}})\s*"
    rf"(?:[(（]\s*{_NUMBER}[^\s0-9０-９()（）]{{0,3}}\s*[)）]|[→⇒]\s*{_NUMBER}\S{{0,3}})\s*"
)
_SIDE_BY_SIDE = re.compile(
    rf"(?![0-9]{{1,3}}(?:\s[0-9]{{3}})+$){_NUMBER}[^\s0-9０-９]{{0,3}}\s+{_NUMBER}[^\s0-9０-９]{{0,3}}"
)
_EMPTY_HEADING = re.compile(r"[0-9０-９]{1,3}|[A-Za-zＡ-Ｚａ-ｚ]|[^\w\s]{1,3}")
_UNNAMED = re.compile(r"(?:列|項目)[ _]?[0-9０-９]+|(?:column|field|unnamed:?)[ _]?[0-9]*", re.I)
_KNOWN_SIGNS = frozenset({"No", "№", "#", "%", "％", "Ｎｏ"})


def file_format(book: Book) -> Sequence[Find]:
    """L1-01: only formats that a program reads come this far; xls is one of the past."""
    return [Find("old-format", "", (), 1)] if book.workbook.format == "xls" else []


def one_table(book: Book) -> Sequence[Find] | None:
    """L1-02."""
    if not book.tables:
        return None
    several = (page for page in book.pages if len(_apart(page)) > 1)
    return [
        one
        for page in several
        for one in at_ranges("several-tables", page, [table.range for table in _apart(page)])
    ]


def _apart(page: Page) -> list[TableArea]:
    """The tables of a sheet; labels beside their values are none, nor is a single row."""
    return [
        one
        for one in page.tables
        if not one.is_form
        and one.bottom > one.top
        and (one.body > one.top or one.right - one.left > 1)
    ]


def unbroken(book: Book) -> Sequence[Find] | None:
    """L1-03."""
    if not book.tables:
        return None
    found: list[Find] = []
    for page in book.pages:
        parts = page.parts
        rows = [row for one in parts.blank_rows for row in range(one.top, one.bottom + 1)]
        if rows:
            found.append(Find("blank-rows", page.name, lines(rows, columns=False), len(rows)))
        columns = [at for one in parts.blank_columns for at in range(one.left, one.right + 1)]
        if columns:
            ranges = lines(columns, columns=True)
            found.append(Find("blank-columns", page.name, ranges, len(columns)))
        found.extend(at_ranges("header-again", page, [*_headers_again(page)]))
    return found


def _headers_again(page: Page) -> Iterable[Range]:
    for table in page.tables:
        if table.body == table.top or table.is_form or table.bottom - table.body > 200_000:
            continue
        rows = page.sheet.rows
        head = rows[table.body - 1][table.left : table.right + 1]
        if sum(map(is_filled, head)) < 3:
            continue
        for row in range(table.body, table.bottom + 1):
            if rows[row][table.left : table.right + 1] == head:
                yield Range(row, table.left, row, table.right)


def nothing_outside(book: Book) -> Sequence[Find] | None:
    """L1-04."""
    if not book.tables:
        return None
    return [one for page in book.pages if page.tables for one in _outside(page)]


def _outside(page: Page) -> Found:
    yield from at_cells("outside-text", page, [*_cells(page, page.parts.outside)])
    forms = [one.range for one in page.tables if one.is_form]
    if len(forms) < len(page.tables):
        yield from at_ranges("beside-form", page, forms)


def _cells(page: Page, ranges: Sequence[Range]) -> Iterable[Place]:
    rows = page.sheet.rows
    for one in ranges:
        for row in range(one.top, one.bottom + 1):
            for column in range(one.left, one.right + 1):
                if is_filled(rows[row][column]):
                    yield row, column


def headings(book: Book) -> Sequence[Find] | None:
    """L1-05."""
    if not book.lists:
        return None
    missing: dict[str, list[Place]] = defaultdict(list)
    empty: dict[str, list[Place]] = defaultdict(list)
    none: dict[str, list[Range]] = defaultdict(list)
    for table in book.lists:
        name = table.page.name
        if table.body == table.top:
            is_record = isinstance(table.page.sheet.rows[table.top][table.left], date)
            if table.right - table.left > 1 or is_record:
                none[name].append(table.range._replace(bottom=table.top))
            continue
        for one in table.columns:
            if not one.path and one.filled:
                missing[name].append((table.body - 1, one.at))
            elif one.path and _says_nothing(one.path):
                empty[name].append((table.body - 1, one.at))
    return [
        *by_page("no-heading", book, missing),
        *by_page("empty-heading", book, empty),
        *(
            one
            for page in book.pages
            for one in at_ranges("no-headings", page, none.get(page.name, []))
        ),
    ]


def _says_nothing(path: Sequence[str]) -> bool:
    return all(
        (_EMPTY_HEADING.fullmatch(one.strip()) or _UNNAMED.fullmatch(one.strip()))
        and one.strip() not in _KNOWN_SIGNS
        and not is_year(one)
        for one in path
    )


def plain_spaces(book: Book) -> Sequence[Find]:
    """L1-06."""
    found: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for page in book.pages:
        for row, column, kind in _said(page, _spaced, _heads(page)):
            found[kind][page.name].append((row, column))
    return [one for kind, places in found.items() for one in by_page(kind, book, places)]


def _spaced(text: str, is_heading: bool) -> str | None:
    if not _SPACE.search(text):
        return None
    stripped = text.strip()
    if _SPACED.fullmatch(stripped) and len(stripped) <= _LONGEST_SPACED:
        return "spaced-letters"
    if text[:1] in " \u3000\t" or text.rstrip("\r\n")[-1:] in " \u3000\t":
        return "space-around"
    if "\n" in stripped:
        if is_heading:
            return "line-break"
        if _listed(text) is None and len(stripped) <= _LONGEST_PROSE and "。" not in stripped:
            return "line-break"
    return "several-spaces" if _SEVERAL.search(stripped) else None


def _heads(page: Page) -> frozenset[int]:
    """The rows of headings."""
    return frozenset(row for one in page.tables for row in range(one.top, one.body))


def _said(
    page: Page, judge: Callable[[str, bool], str | None], heads: frozenset[int]
) -> Iterable[tuple[int, int, str]]:
    """The texts of a sheet that are found wrong. A text that stands often is judged once."""
    known: dict[tuple[str, bool], str | None] = {}
    for row, cells in enumerate(page.sheet.rows):
        is_heading = row in heads
        for column, value in enumerate(cells):
            if value.__class__ is str:
                key = (str(value), is_heading)
                if key not in known:
                    known[key] = judge(*key)
                if kind := known[key]:
                    yield row, column, kind


def one_value(book: Book) -> Sequence[Find] | None:
    """L1-07: in the bodies of tables."""
    if not book.tables:
        return None
    found: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for table, column in book.columns:
        wrong = {text: kind for text in column.texts if (kind := _several(text, column))}
        for row in column.rows_with(wrong) if wrong else ():
            kind = wrong[str(column.values[row])]
            found[kind][table.page.name].append((table.body + row, column.at))
    for table, column in figure_columns(book):
        texts = () if is_code(column) else filter(_are_figures, column.texts)
        several = {text: None for text in texts if not _several(text, column)}
        for row in column.rows_with(several) if several else ():
            found["two-figures"][table.page.name].append((table.body + row, column.at))
    return [one for kind, places in found.items() for one in by_page(kind, book, places)]


def _several(text: str, column: Column) -> str | None:
    if not _DIVIDER.search(text):
        return None
    if "\n" in text.strip() and (_listed(text) or _stand_apart(text.split("\n"), column)):
        return "listed-lines"
    if len(text) <= _LONGEST_PROSE and _are_two_figures(text):
        return "two-figures"
    items = _items(text)
    return "listed-items" if items and _is_list(text, items, column) else None


def _are_figures(text: str) -> bool:
    """Whether a text among figures is a range or two figures with a space between them; 10 000 is
    one."""
    return is_range(text) or (
        len(text) <= _LONGEST_PROSE and _SIDE_BY_SIDE.fullmatch(text.strip()) is not None
    )


def _are_two_figures(text: str) -> bool:
    """120（15%）, 10→20; a name that begins with a number (2号認定（3歳以上）) is none, nor is
    a year (2年（2020））."""
    match = _TWO_FIGURES.fullmatch(text)
    is_counted = match is not None and (not match["unit"] or is_unit(match["unit"]))
    return is_counted and not is_year(text)


def _stand_apart(parts: Iterable[str], column: Column) -> bool:
    """Whether each part of a text stands in the column by itself, too."""
    return all(one.strip() in column.texts for one in parts)


def _listed(text: str) -> str | None:
    """Whether the lines of a text are values of their own."""
    told = [one.strip() for one in text.splitlines() if one.strip()]
    if len(told) < 2:
        return None
    if sum(bool(_ITEM.match(one)) for one in told) >= 2:
        return "items"
    if len(told) > 2 and all(len(one) <= _LONGEST_ITEM and not _PROSE.search(one) for one in told):
        return "items"
    is_figures = all(any(c.isdigit() for c in one) and len(one) <= 20 for one in told)
    return "figures" if is_figures else None


def _items(text: str) -> Sequence[str]:
    """The three things or more, each a few letters, of which a text consists; none else."""
    if len(text) > 4 * _LONGEST_ITEM or _PROSE.search(text):
        return ()
    items = [one.strip() for one in _COMMA.split(text)]
    is_short = len(items) > 2 and all(0 < len(one) <= _LONGEST_ITEM for one in items)
    return items if is_short and not all(map(str.isdecimal, items)) else ()


def _is_list(text: str, items: Sequence[str], column: Column) -> bool:
    """Whether a text of items is a list of values rather than one name (検針、収納、督促の事務).

    No 、 stands between values, or they end alike or are equally long, as words of one kind are, or
    the column knows one of them from another cell.
    """
    if "、" not in text or len({one[-1] for one in items}) == 1 or len({*map(len, items)}) == 1:
        return True
    if len(column.texts) > _MOST_TEXTS:
        return False
    wanted = {*items}
    others = (part for text in column.texts for part in {*map(str.strip, _COMMA.split(text))})
    return any(count > 1 for one, count in Counter(others).items() if one in wanted)


def plain_characters(book: Book) -> Sequence[Find]:
    """L1-08."""
    return [
        one
        for page in book.pages
        for one in at_cells(
            "platform-character",
            page,
            [(row, column) for row, column, _ in _said(page, _platform, frozenset())],
        )
    ]


def _platform(text: str, _: bool) -> str | None:
    return "platform-character" if not text.isascii() and _PLATFORM.search(text) else None


def no_objects(book: Book) -> Sequence[Find]:
    """L1-10."""
    return [one for page in book.pages for one in at_ranges("object", page, [*page.sheet.objects])]


def not_merged(book: Book) -> Sequence[Find]:
    """L1-12."""
    return [
        one for page in book.pages for one in at_ranges("merged", page, sorted(page.sheet.merged))
    ]


def not_hidden(book: Book) -> Sequence[Find]:
    """L1-13."""
    found: list[Find] = []
    for page in book.pages:
        rows, columns = page.sheet.hidden_rows, page.sheet.hidden_columns
        if rows:
            ranges = lines(rows, columns=False)
            found.append(Find("hidden-rows", page.name, ranges, len(rows)))
        if columns:
            ranges = lines(columns, columns=True)
            found.append(Find("hidden-columns", page.name, ranges, len(columns)))
    return found


def one_line(book: Book) -> Sequence[Find]:
    """L1-14."""
    return [
        one
        for page in book.pages
        for one in at_cells("break-in-field", page, [*_texts_with(page, "\n")])
    ]


def _texts_with(page: Page, part: str) -> Iterable[Place]:
    for row, cells in enumerate(page.sheet.rows):
        for column, value in enumerate(cells):
            if isinstance(value, str) and part in value:
                yield row, column


def quoted(book: Book) -> Sequence[Find] | None:
    """L1-15: what stands beyond the last heading."""
    found: list[Find] = []
    if not book.tables:
        return None
    for table in book.tables:
        if table.body == table.top:
            continue
        last = max((one.at for one in table.columns if one.path), default=table.right)
        beyond = [
            row
            for row in range(table.body, table.bottom + 1)
            if any(map(is_filled, table.page.sheet.rows[row][last + 1 :]))
        ]
        if beyond:
            found.append(
                Find("more-fields", table.page.name, lines(beyond, columns=False), len(beyond))
            )
    return found


CHECKS: Mapping[str, Check] = {
    "L1-01": file_format,
    "L1-02": one_table,
    "L1-03": unbroken,
    "L1-04": nothing_outside,
    "L1-05": headings,
    "L1-06": plain_spaces,
    "L1-07": one_value,
    "L1-08": plain_characters,
    "L1-10": no_objects,
    "L1-11": no_colours,
    "L1-12": not_merged,
    "L1-13": not_hidden,
    "L1-14": one_line,
    "L1-15": quoted,
}
