"""The rules of level 3: tables that can be put together with others."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, pairwise

from opendata.japanese import is_unit, read_signs, squash
from opendata.validate.machine_readability.found import Book, Check, Find, at_ranges, by_page
from opendata.validate.machine_readability.level2 import (
    figure_columns,
    is_code,
    is_sign,
    is_year_heading,
)
from opendata.validate.machine_readability.places import Place
from opendata.validate.machine_readability.tables import Column, Page, TableArea, is_year
from opendata.workbook import Range

DEEP = 3
"""So many header rows are too many."""
ACROSS = 3
"""So many years beside each other are a table laid across."""
_NUMBERED = re.compile(r"(\S*[^\s0-9])[ _(-]*[0-9]{1,2}[)]?")
_NUMBERED_ACROSS = 4
_UNIT_HEAD = re.compile(r"単位")
_BRACKET = re.compile(r"[(\[【<〈]([^()\[\]【】<>〈〉]{1,16})[)\]】>〉]")
_MOST_TEXTS = 200
"""So many different texts tell what a column holds."""
_LOOKED_AT = 50
"""So many cells of a column are asked for their unit."""
_WITH_UNIT = re.compile(r"[0-9０-９]\s*[^\s0-9０-９.,)）]")
_COUNTS = re.compile(
    r"数$|数[(※]|人口|金額|費$|額$|価格|面積|延長|距離|重量|率$|割合|比$|比率|構成比|年齢|年数|日数|回数|指数"
    r"|順位|点$|点数|得点|偏差|(?:男|女)性?$|計$|総数|緯度|経度|標高|%|％|世帯$|件$|人$|円$"
)
_ERA = re.compile(
    r"(?:明治|大正|昭和|平成|令和|(?<![A-Za-z])[MTSHR](?=[0-9]{1,2}(?:\.|年|[/-][0-9]|$)))"
    r"\s*(?:元|[0-9]{1,2})?"
)
_WESTERN = re.compile(r"(?:18|19|20)[0-9]{2}")
_BARE = re.compile(r"(?:元|[0-9]{1,2})年度(?:末|分)?(?:\(?(?:実績|目標|予算|決算|見込)[値額]?\)?)?")
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
        judged = True
        if not column.numbers and book.workbook.format != "csv":
            continue
        wrong = dict.fromkeys(
            one for one in column.texts if is_sign(one) and squash(one) not in explained
        )
        for row in column.rows_with(wrong) if wrong else ():
            found[table.page.name].append((table.body + row, column.at))
    return list(by_page("unexplained-sign", book, found)) if judged else None


_MAY_EXPLAIN = re.compile("[は:：=＝…]|印の")
_EXPLAINS = re.compile(
    r"[「『\"'“(]?(?P<sign>[^\w\s「」『』\"'“”]{1,3}|[xX×ｘ]|na|n/a)[」』\"'”)]?\s*"
    r"(?:は|:|：|=|＝|…|・・・|印は|とは|印|の箇所)",
    re.I,
)


def _explained(page: Page) -> set[str]:
    """The signs that the texts of a sheet explain: 「-」は該当なし."""
    found: set[str] = set()
    for row in page.sheet.rows:
        for value in row:
            if value.__class__ is str and 3 < len(text := str(value)) < 400:
                if not _MAY_EXPLAIN.search(text):
                    continue
                found |= {squash(one) for one in read_signs(text)}
                found |= {squash(one["sign"]) for one in _EXPLAINS.finditer(text)}
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
            or _is_running(column)
            or _is_answer(column)
        ):
            continue
        judged = True
        if told[table.page.name] or rows[id(table)] or _has_unit(column):
            continue
        if _is_told_by_cells(table, column):
            continue
        found[table.page.name].append((table.body - 1, column.at))
    return list(by_page("no-unit", book, found)) if judged else None


def _tells_unit(page: Page) -> bool:
    """Whether a line outside the tables, or a heading, tells the unit: （単位：千円）."""
    rows = page.sheet.rows
    for one in page.parts.outside:
        for row in rows[one.top : one.bottom + 1]:
            if any(isinstance(value, str) and "単位" in value for value in row):
                return True
    return any(
        "単位" in head for table in page.tables for one in table.columns for head in one.path
    )


def _has_units_in_rows(table: TableArea) -> bool:
    """Whether the rows tell their units, in a column of units or in brackets behind their names."""
    for one in table.columns:
        texts = [*islice(one.texts, _MOST_TEXTS)]
        if texts and sum(map(_tells, texts)) * 2 >= len(texts):
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
    rows = [row for row, value in enumerate(column.values) if value is not None][:_LOOKED_AT]
    shown = table.page.sheet.texts
    told = 0
    for row in rows:
        text = shown.get((table.body + row, column.at)) or column.values[row]
        told += isinstance(text, str) and not is_sign(text) and _WITH_UNIT.search(text) is not None
    return told * 2 >= len(rows)


def _is_running(column: Column) -> bool:
    """Whether the figures only number the rows."""
    values = [one for one in column.values if isinstance(one, (int, float))]
    return len(values) > 2 and all(b - a == 1 for a, b in pairwise(values))


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
    era: dict[str, list[Place]] = defaultdict(list)
    bare: dict[str, list[Place]] = defaultdict(list)
    judged = False
    for table, place, text in _times(book):
        judged = True
        plain = squash(text)
        if _WESTERN.search(plain):
            continue
        if _ERA.search(plain):
            era[table.page.name].append(place)
        elif _BARE.fullmatch(plain):
            bare[table.page.name].append(place)
    if not judged:
        return None
    return [*by_page("era-only", book, era), *by_page("bare-year", book, bare)]


def _times(book: Book) -> Iterable[tuple[TableArea, Place, str]]:
    for table, column in book.columns:
        if table.body > table.top and column.path and not table.is_form:
            named = [one for one in column.path if is_year(one)]
            if named and column.filled:
                # A year that the same heading names in another row tells of all of it.
                yield table, (table.body - 1, column.at), " ".join(column.path)
        if _is_time_column(column):
            for row, value in enumerate(column.values):
                if isinstance(value, str) and is_year(value):
                    yield table, (table.body + row, column.at), value


def _is_time_column(column: Column) -> bool:
    texts = [*islice(column.texts, _MOST_TEXTS)]
    years = sum(map(is_year, texts))
    heads = any(is_year_heading(squash(one)) for one in column.path)
    return years * 2 > len(texts) or (heads and years * 4 > len(texts) > 0)


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
