"""Columns of figures: which ones are, and what stands in their cells beside bare numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from opendata.japanese import Quantity, find_fiscal_years, fold, is_unit, read_quantity, squash
from opendata.validate.machine_readability.found import Book
from opendata.validate.machine_readability.tables import Column, TableArea, is_year

_FIGURE = re.compile(
    r"(?P<sign>[約±+]|▲|△|▼|-)?\s*(?P<digits>[0-9][0-9,]*(?:\.[0-9]+)?)\s*(?P<rest>\S.{0,14})?"
)
_MAY_BE_FIGURE = re.compile(r"[\s約±+＋▲△▼−－-]*[0-9０-９]")
_LONGEST = 30
_NOTE = re.compile(r"[(\[].*[)\]]|[※*＊#]+[0-9]*\)?|[pr]")
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_CODE = re.compile(
    r"コード|番号|№|no\.?$|^no|id$|^id|^#|cd$|電話|tel|fax|郵便|〒|code|階層|版|区分|分類|記号"
    r"|緯度|経度|lat(?:itude)?$|lon(?:gitude)?$|lng$|住所$|所在地$|number$",
    re.I,
)
_REMARK = re.compile(r"【[^】]{1,12}】|[(\[][^)\]]{1,12}[)\]]|[※*]+[0-9]*$")
"""What stands beside the name in a heading: 年度【必須】, コード（6桁）, 番号※1."""
_YEARS = re.compile(r"年度?$|年月日?$|日付$|期間$|時期$|年齢区分|^\w{0,10}(?:year|date)s?$", re.I)
_BETWEEN = re.compile("[~～〜∼]|から|より")
_NO_SIGN = re.compile(r"[0-9０-９ぁ-んァ-ヶ一-鿿%％‰]|\S{6}")


def figure_columns(book: Book) -> Sequence[tuple[TableArea, Column]]:
    """The columns that hold figures, whatever stands around these; a form, where labels stand
    beside their values, has none."""
    if "figures" not in book.known:
        book.known["figures"] = [*_figure_columns(book)]
    return book.known["figures"]


def _figure_columns(book: Book) -> Iterable[tuple[TableArea, Column]]:
    for table, column in book.columns:
        if table.body == table.top or not column.filled or table.is_form:
            continue
        signs = sum(count for text, count in column.texts.items() if is_sign(text))
        shown = sum(count for text, count in column.texts.items() if is_figure(text))
        told = column.filled - signs - _blank(column)
        if told > 0 and (column.numbers + shown) * 2 > told:
            yield table, column


def _blank(column: Column) -> int:
    return column.filled - sum(column.texts.values()) - column.numbers


def is_code(column: Column) -> bool:
    """Whether what looks like figures are codes, numbers of rows or years."""
    names = {name for one in column.path for name in (squash(one), _bare(one))}
    return any(map(_CODE.search, names)) or tells_years(column)


def tells_years(column: Column) -> bool:
    """Whether years or dates stand below a heading (年度, 開始時期), not the figures of one year
    (令和6年度 below 年度)."""
    names = [_bare(one) for one in column.path]
    is_named = any(map(_YEARS.search, names))
    return is_named and not any(is_year(one) or find_fiscal_years(one) for one in names)


def _bare(heading: str) -> str:
    """A heading without remarks."""
    return _REMARK.sub("", squash(heading))


def is_figure(text: str) -> bool:
    """Whether a text is a figure, with a unit or note at most; words, years, codes are none."""
    if _match(text):
        return True
    quantity = _quantity(text)
    return quantity is not None and quantity.value is not None


def is_range(text: str) -> bool:
    """Whether a text says from which figure to which: 600～800; 1-2 may be a number of its own."""
    quantity = _quantity(text) if _BETWEEN.search(text) else None
    return quantity is not None and quantity.comparator == "range"


def miswritten(text: str, *, is_text: bool) -> str | None:
    """How a figure among figures is written wrongly; in a CSV file all are texts."""
    match = _match(text)
    if match is None:
        return "figure-with-words" if is_figure(text) or is_range(text) else None
    if _PLAIN.fullmatch(text.strip()):
        return None if is_text or text.strip().startswith("0") else "figure-as-text"
    if fold(text).text.strip() == match["digits"] and "," not in match["digits"]:
        return "figure-as-text"  # wide digits
    return "figure-with-words"


@lru_cache(maxsize=65_536)
def _match(text: str) -> re.Match[str] | None:
    """The parts of a figure with a unit or note at most."""
    if not _may_be_figure(text):
        return None
    match = _FIGURE.fullmatch(fold(text).text.strip())
    if match is None or not match["rest"]:
        return match
    rest = match["rest"].strip()
    unit = _NOTE.sub("", rest).strip()
    is_plain = not unit or is_unit(unit) or unit in ("以上", "以下", "未満", "超", "程度", "余り")
    return match if is_plain else None


@lru_cache(maxsize=65_536)
def _quantity(text: str) -> Quantity | None:
    """The figure or the range that a text says, of nothing or of a unit: 95万9千人, 80％以上."""
    if not _may_be_figure(text):
        return None
    found = read_quantity(text)
    if found is None or (found.value is None and found.comparator != "range"):
        return None
    return found if found.unit is None or is_unit(found.unit) else None


def _may_be_figure(text: str) -> bool:
    if len(text) > _LONGEST or not _MAY_BE_FIGURE.match(text):
        return False
    return (text.isascii() and text.isdigit() and len(text) != 4) or not is_year(text)


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
