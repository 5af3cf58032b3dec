"""How values are said on a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from opendata.catalogue.model import Language
from opendata.japanese.era import era_of_year

JAPAN = timezone(timedelta(hours=9))
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_NORTH_TO_SOUTH = """
北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県
東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県
滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県
徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県
"""
PREFECTURES = tuple(_NORTH_TO_SOUTH.split())
"""In the order of their codes: 01 is 北海道."""


def place(code: str, places: Mapping[str, str]) -> str:
    """The name of a municipality, or its prefecture and code where the name is not known."""
    if code in places:
        return places[code]
    number = int(code[:2]) if code[:2].isdecimal() else 0
    return f"{PREFECTURES[number - 1]} {code}" if 1 <= number <= 47 else code


def day(stamp: str, language: Language = "ja") -> str:
    """The day in Japan of a UTC time stamp: 2026年11月20日, 20 November 2026."""
    moment = datetime.fromisoformat(stamp).astimezone(JAPAN)
    if language == "en":
        return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
    return f"{moment.year}年{moment.month}月{moment.day}日"


def era_year(year: int) -> str:
    """令和元, 平成26."""
    era = era_of_year(year)
    number = year - era.base
    return f"{era.name}{'元' if number == 1 else number}"


def fiscal_year(year: int) -> str:
    """2014年度（平成26年度）."""
    return f"{year}年度（{era_year(year)}年度）"


def period(start: int | None, end: int | None) -> str:
    """2010〜2016年度（平成22〜28年度）; what is not known is left open."""
    if start is None and end is None:
        return "期間の記載なし"
    if start is None or end is None:
        return f"{fiscal_year(start)}から" if start is not None else f"{fiscal_year(end or 0)}まで"
    if start == end:
        return fiscal_year(start)
    first, last = era_of_year(start), era_of_year(end)
    until = era_year(end).removeprefix(last.name) if first == last else era_year(end)
    return f"{start}〜{end}年度（{era_year(start)}〜{until}年度）"


def figure(value: float) -> str:
    """A number as people write it: 1,234.5."""
    return f"{value:,.10g}"


def size(count: int) -> str:
    """A file's size: 820 B, 12.3 kB, 4.5 MB."""
    if count < 1000:
        return f"{count} B"
    number = float(count)
    for unit in ("kB", "MB", "GB"):
        number /= 1000
        if number < 1000:
            return f"{number:.3g} {unit}"
    return f"{number:.0f} GB"


NO_VALUE = {
    "missing": "値なし",
    "not_yet": "未公表",
    "not_applicable": "対象外",
    "suppressed": "秘匿",
}
"""What a status says of a value that is not there."""


def quantity(row: Mapping[str, Any], unit: str | None) -> str:
    """A row of `indicator_values` in words; what is missing is said to be missing, never 0."""
    end = unit or ""
    if row["comparator"] == "range" and None not in (row["value_low"], row["value_high"]):
        return f"{figure(row['value_low'])}〜{figure(row['value_high'])}{end}"
    if row["value"] is None:
        return NO_VALUE.get(row["status"]) or str(row["raw"] or "値なし")
    number = f"{figure(row['value'])}{end}"
    forms = {"ge": f"{number}以上", "le": f"{number}以下", "approx": f"約{number}"}
    return forms.get(row["comparator"], number)
