"""The rules of level 3: tables that can be put together with others."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from opendata.japanese import FiscalYear, find_fiscal_years, is_unit, read_signs, squash
from opendata.validate.machine_readability.figures import (
    figure_columns,
    is_code,
    is_sign,
    tells_years,
)
from opendata.validate.machine_readability.found import Book, Check, Find, at_ranges, by_page
from opendata.validate.machine_readability.places import Place
from opendata.validate.machine_readability.tables import (
    Column,
    Page,
    TableArea,
    are_running,
    is_year,
)
from opendata.workbook import Range, Value

DEEP = 3
"""So many header rows are too many."""
ACROSS = 3
"""So many years beside each other are a table laid across."""
_NUMBERED = re.compile(r"(\S*[^\s0-9])[ _(-]*[0-9]{1,2}[)]?")
_NUMBERED_ACROSS = 4
_UNIT_HEAD = re.compile(r"単位")
_BRACKET = re.compile(r"[(\[【<〈]([^()\[\]【】<>〈〉]{1,16})[)\]】>〉]")
_LONGEST_CAPTION = 30
_MOST_TEXTS = 200
"""So many different texts tell what a column holds."""
_LOOKED_AT = 50
"""So many cells of a column are asked for their unit."""
_WITH_UNIT = re.compile(r"[0-9０-９]\s*[^\s0-9０-９.,)）]")
_COUNTS = re.compile(
    r"数$|数[(※]|人口|金額|費$|額$|価格|面積|延長|距離|重量|率$|割合|比$|比率|構成比|年齢|年数|日数|回数|指数"
    r"|順位|点$|点数|得点|偏差|(?:男|女)性?$|計$|総数|緯度|経度|標高|%|％|世帯$|件$|人$|円$"
    r"|total$|population$|count$|number ?of|amount$|rate$|ratio$|percent|(?:fe)?male$"
    r"|(?:wo)?m[ae]n[0-9]*$|households?$",
    re.I,
)
_WESTERN = re.compile(r"(?:18|19|20)[0-9]{2}")
_WITHOUT_ERA = re.compile(r"[0-9]{1,2}年度?")
_YEAR_HEAD = re.compile(r"\S{0,4}年度(?:【.{1,6}】)?")
_REMARK = re.compile(r"\s*[※*＊]")
_LONGEST_YEAR = 40
_LONGEST_ERA = 64
"""The years of 昭和."""
_BARE = re.compile(
    r"['’‘`´][0-9]{2}年?度?|(?:元|[0-9]{1,2})年度(?:末|分)?(?:\(?(?:実績|目標|予算|決算|見込)[値額]?\)?)?"
)
_AREA = "都道府県|市区町村|区市町村|市町村|自治体|団体"
_AREA_HEAD = re.compile(rf"(?:所在)?(?:{_AREA})(?:名|名称|の名称)?")
_AREA_CODE = re.compile(r"コード|番号|code", re.I)
_ENDING = re.compile(
    r"[都道府県市区町村郡]$|組合$|連合$|計$|総数|平均|全国|その他|不明|国|県内|県外|市外|市内"
)
_PREFECTURES = """
青森 岩手 宮城 秋田 山形 福島 茨城 栃木 群馬 埼玉 千葉 東京 神奈川 新潟 富山 石川 福井 山梨 長野
岐阜 静岡 愛知 三重 滋賀 京都 大阪 兵庫 奈良 和歌山 鳥取 島根 岡山 広島 山口 徳島 香川 愛媛 高知
福岡 佐賀 長崎 熊本 大分 宮崎 鹿児島 沖縄
"""
PREFECTURES = frozenset(_PREFECTURES.split())


def from_the_first_row(book: Book) -> Sequence[Find]:
    """L3-01."""
    found: list[Find] = []
    for page in book.pages:
        if not page.filled.any():
            continue
        if not any(not one.is_form for one in page.tables):
            if not book.lists:
                found.append(Find("no-table", page.name, (), 1))
            continue
        first = page.tables[0]
        if first.top > 0:
            above = [Range(0, 0, first.top - 1, max(first.right, 0))]
            found.extend(at_ranges("starts-below", page, above))
        deep = [
            one.range._replace(bottom=one.body - 1)
            for one in page.tables
            if one.body - one.top >= DEEP and not one.is_form
        ]
        found.extend(at_ranges("deep-header", page, deep))
    return found


def signs_explained(book: Book) -> Sequence[Find] | None:
    """L3-03: signs in columns of figures that no text of the file explains."""
    found: dict[str, list[Place]] = defaultdict(list)
    explained: set[str] = set()
    for page in book.pages:
        explained |= _explained(page)
    judged = False
    for table, column in figure_columns(book):
        if is_code(column):
            continue
        judged = True
        if not column.numbers and book.workbook.format != "csv":
            continue
        wrong = dict.fromkeys(
            one for one in column.texts if is_sign(one) and squash(one).casefold() not in explained
        )
        for row in column.rows_with(wrong) if wrong else ():
            found[table.page.name].append((table.body + row, column.at))
    return list(by_page("unexplained-sign", book, found)) if judged else None


_SIGN = r"[「『\"'“(]?(?:[^\w\s「」『』\"'“”()（）、,，・/／]{1,3}|[xX×ｘＸー]|na|n/a)[」』\"'”)]?"
_BETWEEN = r"\s*(?:[、,，・/／]|又は|または|及び|および|や|と)?\s*"
_EXPLAINS = re.compile(
    rf"(?P<signs>{_SIGN}(?:{_BETWEEN}{_SIGN}){{0,5}})\s*(?:等|など)?の?\s*"
    r"(?:は|:|：|=|＝|…|・・・|印|とは|記号|の?箇所|→|(?:と|で|により)[しす表示記])",
    re.I,
)
_MAY_EXPLAIN = re.compile("[は:：=＝…→とで]|印|記号|箇所|により")
_ONE_SIGN = re.compile(r"[^\w\s「」『』\"'“”()（）、,，・/／]{1,3}|[xX×ｘＸー]|na|n/a", re.I)


def _explained(page: Page) -> set[str]:
    """The signs that the texts of a sheet explain: 「-」「…」等は該当なし."""
    found: set[str] = set()
    for row in page.sheet.rows:
        for value in row:
            if value.__class__ is str and 3 < len(text := str(value)) < 400:
                if not _MAY_EXPLAIN.search(text):
                    continue
                found |= {squash(one).casefold() for one in read_signs(text)}
                for told in _EXPLAINS.finditer(text):
                    signs = (*_ONE_SIGN.findall(told["signs"]), *told["signs"])  # ※-は: alone, too
                    found |= {squash(one).casefold() for one in signs}
    return found


def units(book: Book) -> Sequence[Find] | None:
    """L3-04: columns of figures, but codes and years, for which no unit is told."""
    found: dict[str, list[Place]] = defaultdict(list)
    judged = False
    told = {page.name: _tells_unit(page) for page in book.pages}
    rows = {id(table): _has_units_in_rows(table) for table in book.tables}
    for table, column in figure_columns(book):
        if (
            table.is_form
            or is_code(column)
            or not column.path
            or are_running(column.values)
            or _is_answer(column)
        ):
            continue
        judged = True
        if told[table.page.name] or rows[id(table)] or _has_unit(column):
            continue
        if _is_told_by_cells(table, column):
            continue
        found[table.page.name].append(table.place(column))
    return list(by_page("no-unit", book, found)) if judged else None


def _tells_unit(page: Page) -> bool:
    """Whether a line outside the tables, or a heading, tells the unit: （単位：千円）, （人）."""
    rows = page.sheet.rows
    for one in page.parts.outside:
        for row in rows[one.top : one.bottom + 1]:
            if any(isinstance(value, str) and _tells_of_all(value) for value in row):
                return True
    return any(
        "単位" in head for table in page.tables for one in table.columns for head in one.path
    )


def _tells_of_all(text: str) -> bool:
    return "単位" in text or (len(text) <= _LONGEST_CAPTION and _in_brackets(squash(text)))


def _in_brackets(plain: str) -> bool:
    return any(
        all(map(is_unit, re.split("[、,・]", one))) for one in _BRACKET.findall(plain) if one
    )


def _has_units_in_rows(table: TableArea) -> bool:
    """Whether the rows tell their units, in a column of units or in brackets behind their names;
    not all do, for one may stand for those below it."""
    for one in table.columns:
        texts = [*islice(one.texts, _MOST_TEXTS)]
        if texts and sum(map(_tells, texts)) * 4 >= len(texts):
            return True
    return False


def _tells(text: str) -> bool:
    plain = squash(text)
    if len(plain) > 60:
        return False
    brackets = _BRACKET.findall(plain)
    return is_unit(plain) or any(is_unit(one) or "単位" in one for one in brackets)


def _has_unit(column: Column) -> bool:
    for head in map(squash, column.path):
        brackets = _BRACKET.findall(head)
        if any(is_unit(one) or "単位" in one for one in brackets) or is_unit(head):
            return True
        if _COUNTS.search(head):
            return True
    return False


def _is_told_by_cells(table: TableArea, column: Column) -> bool:
    """Whether the cells tell the unit themselves, in their text or by their number format."""
    told_rows = (row for row, value in enumerate(column.values) if _says_something(value))
    rows = [*islice(told_rows, _LOOKED_AT)]
    shown = table.page.sheet.texts
    told = 0
    for row in rows:
        text = shown.get((table.body + row, column.at)) or column.values[row]
        told += isinstance(text, str) and _WITH_UNIT.search(text) is not None
    return told * 2 >= len(rows)


def _says_something(value: Value) -> bool:
    return value is not None and not (isinstance(value, str) and is_sign(value))


def _is_answer(column: Column) -> bool:
    """Whether the figures are the numbers of choices: few small ones, again and again."""
    known = {one for one in column.values if one is not None}
    if len(column.values) < 20 or len(known) > 11:
        return False
    return all(isinstance(one, (int, float)) and one in range(11) for one in known)


def years(book: Book) -> Sequence[Find] | None:
    """L3-05: headings that name years, and columns of years."""
    if not book.tables:
        return None
    found: dict[str, dict[str, dict[Place, None]]] = defaultdict(lambda: defaultdict(dict))
    judged = False
    for table, place, kind in _times(book):
        judged = True
        if kind:
            found[kind][table.page.name][place] = None
    if not judged:
        return None
    return [
        one
        for kind in ("era-only", "bare-year")
        for one in by_page(kind, book, {name: [*at] for name, at in found[kind].items()})
    ]


def _times(book: Book) -> Iterable[tuple[TableArea, Place, str | None]]:
    """Where years stand, each with what is wrong with it."""
    for table, column in book.columns:
        if table.body > table.top and not table.is_form and column.filled:
            kinds = [_year_kind(text) for _, text in column.headings]
            # A year that the same heading names in another row tells of all of it.
            is_western = any(_WESTERN.search(squash(one)) for one in column.path)
            for (place, text), kind in zip(column.headings, kinds, strict=True):
                if kind or is_year(text):
                    yield table, place, None if is_western else kind
        if _is_time_column(column):
            for row, kind in _years_in(column):
                yield table, (table.body + row, column.at), kind


def _years_in(column: Column) -> Iterable[tuple[int, str | None]]:
    """The rows whose cells name years, and how."""
    is_bare = _has_bare_numbers(column)
    goes_on = tells_years(column) and any(_year_kind(one) == "era-only" for one in column.texts)
    for row, value in enumerate(column.values):
        if is_bare and _is_short_number(value):
            yield row, "bare-year"
        elif goes_on and isinstance(value, str) and _WITHOUT_ERA.fullmatch(squash(value)):
            yield row, "bare-year"  # 2年 below 令和元年
        elif isinstance(value, str) and not _REMARK.match(value):
            kind = _year_kind(value)
            if kind or is_year(value):
                yield row, kind


@lru_cache(maxsize=16_384)
def _year_kind(text: str) -> str | None:
    """What is missing from a year as it is written: the western year, or the era, too."""
    if len(text) > _LONGEST_YEAR:
        return None
    plain = squash(text)
    if _WESTERN.search(plain):
        return None
    if _BARE.fullmatch(plain):
        return "bare-year"
    return "era-only" if any(map(_is_by_era, find_fiscal_years(plain))) else None


def _is_by_era(year: FiscalYear) -> bool:
    return year.era_reading is not None and not year.text[:1].islower()


def _is_time_column(column: Column) -> bool:
    texts = [one for one in islice(column.texts, _MOST_TEXTS) if not _REMARK.match(one)]
    years = sum(map(is_year, texts))
    if tells_years(column):
        return years * 4 > len(texts) > 0 or _has_bare_numbers(column)
    return years * 2 > len(texts) and sum(column.texts.values()) > 1


def _has_bare_numbers(column: Column) -> bool:
    """Whether years stand below 年度 as 5, 6, 7 alone."""
    is_named = tells_years(column) and any(map(_YEAR_HEAD.fullmatch, map(squash, column.path)))
    numbers = [one for one in column.values if isinstance(one, (int, float))] if is_named else []
    return is_named and all(map(_is_short_number, numbers))


def _is_short_number(value: Value) -> bool:
    """Whether a cell holds the number of an era's year and no more."""
    if isinstance(value, str):
        plain = squash(value)
        return plain.isdecimal() and len(plain) < 3 and int(plain) > 0
    return isinstance(value, (int, float)) and value in range(1, _LONGEST_ERA + 1)


def areas(book: Book) -> Sequence[Find] | None:
    """L3-06: columns of prefectures or municipalities, in tables without their codes."""
    found: dict[str, list[Place]] = defaultdict(list)
    judged = False
    for table in book.lists:
        heads = [squash(one.heading) for one in table.columns]
        has_code = any(re.search(_AREA, one) and _AREA_CODE.search(one) for one in heads)
        for one, head in zip(table.columns, heads, strict=True):
            is_named = _AREA_HEAD.fullmatch(head) is not None
            known = sum(n for text, n in one.texts.items() if _is_prefecture(text))
            count = sum(one.texts.values())
            if not count or not (is_named or known * 2 > count > 2):
                continue
            judged = True
            if has_code:
                continue
            wrong = {text: None for text in one.texts if _is_short(text, is_named=is_named)}
            for row in one.rows_with(wrong) if wrong else ():
                found[table.page.name].append((table.body + row, one.at))
    return list(by_page("short-area", book, found)) if judged else None


def _is_prefecture(text: str) -> bool:
    if len(text) > 8:
        return False
    plain = squash(text)
    return plain in PREFECTURES or plain.rstrip("都府県") in PREFECTURES or plain == "北海道"


def _is_short(text: str, *, is_named: bool) -> bool:
    plain = squash(text)
    if plain in PREFECTURES:
        return True
    return is_named and len(plain) <= 8 and not _ENDING.search(plain) and not plain.isascii()


def long_form(book: Book) -> Sequence[Find] | None:
    """L3-09."""
    tables = [one for one in book.lists if one.body > one.top]
    if not tables:
        return None
    years: dict[str, list[Range]] = defaultdict(list)
    numbered: dict[str, list[Range]] = defaultdict(list)
    for table in tables:
        across = [one.at for one in table.columns if any(is_year(head) for head in one.path)]
        named = {head for one in table.columns for head in one.path if is_year(head)}
        if len(named) >= ACROSS:
            span = Range(table.top, across[0], table.body - 1, across[-1])
            years[table.page.name].append(span)
        elif at := _numbered(table):
            numbered[table.page.name].append(Range(table.top, at[0], table.body - 1, at[-1]))
    return [
        one
        for page in book.pages
        for kind, found in (("years-across", years), ("numbered-across", numbered))
        for one in at_ranges(kind, page, found.get(page.name, []))
    ]


def _numbered(table: TableArea) -> list[int]:
    """The columns whose headings differ by a running number only."""
    stems = Counter[str]()
    by_stem: dict[str, list[int]] = defaultdict(list)
    for one in table.columns:
        match = _NUMBERED.fullmatch(squash(one.heading))
        if match and len(match[1]) > 1:
            stems[match[1]] += 1
            by_stem[match[1]].append(one.at)
    best = max(by_stem.values(), key=len, default=[])
    return best if len(best) >= _NUMBERED_ACROSS else []


CHECKS: Mapping[str, Check] = {
    "L3-01": from_the_first_row,
    "L3-03": signs_explained,
    "L3-04": units,
    "L3-05": years,
    "L3-06": areas,
    "L3-09": long_form,
}
