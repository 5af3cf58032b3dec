"""How values are said on a page, in Japanese and in English. Names and units stay as published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any

from opendata.catalogue.model import Language
from opendata.japanese.era import era_of_year

JAPAN = timezone(timedelta(hours=9))
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_NORTH_TO_SOUTH = """
北海道 Hokkaido 青森県 Aomori 岩手県 Iwate 宮城県 Miyagi 秋田県 Akita 山形県 Yamagata
福島県 Fukushima 茨城県 Ibaraki 栃木県 Tochigi 群馬県 Gunma 埼玉県 Saitama 千葉県 Chiba
東京都 Tokyo 神奈川県 Kanagawa 新潟県 Niigata 富山県 Toyama 石川県 Ishikawa 福井県 Fukui
山梨県 Yamanashi 長野県 Nagano 岐阜県 Gifu 静岡県 Shizuoka 愛知県 Aichi 三重県 Mie
滋賀県 Shiga 京都府 Kyoto 大阪府 Osaka 兵庫県 Hyogo 奈良県 Nara 和歌山県 Wakayama
鳥取県 Tottori 島根県 Shimane 岡山県 Okayama 広島県 Hiroshima 山口県 Yamaguchi 徳島県 Tokushima
香川県 Kagawa 愛媛県 Ehime 高知県 Kochi 福岡県 Fukuoka 佐賀県 Saga 長崎県 Nagasaki
熊本県 Kumamoto 大分県 Oita 宮崎県 Miyazaki 鹿児島県 Kagoshima 沖縄県 Okinawa
"""
PREFECTURES: Mapping[Language, tuple[str, ...]] = {
    "ja": tuple(_NORTH_TO_SOUTH.split()[::2]),
    "en": tuple(_NORTH_TO_SOUTH.split()[1::2]),
}
"""In the order of their codes: 01 is 北海道."""

_ERAS = {"明治": "Meiji", "大正": "Taisho", "昭和": "Showa", "平成": "Heisei", "令和": "Reiwa"}
_SCALES: Mapping[Language, tuple[tuple[float, str], ...]] = {
    "ja": ((1e16, "京"), (1e12, "兆"), (1e8, "億"), (1e4, "万")),
    "en": ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k")),
}
_FINEST = 6
"""So many decimals what is computed is published with."""


def prefecture(code: str, language: Language = "ja") -> str | None:
    """The prefecture of a municipality's code; None where there is none of that number."""
    number = int(code[:2]) if code[:2].isascii() and code[:2].isdecimal() else 0
    return PREFECTURES[language][number - 1] if 1 <= number <= 47 else None


def place(code: str, places: Mapping[str, str], language: Language = "ja") -> str:
    """The name of a municipality, or its prefecture and code where the name is not known."""
    if code in places:
        return places[code]
    found = prefecture(code, language)
    return f"{found} {code}" if found else code


def day(stamp: str, language: Language = "ja") -> str:
    """The day in Japan of a UTC time stamp, or a day itself: 2026年11月20日, 20 November 2026."""
    moment = datetime.fromisoformat(stamp)
    if moment.tzinfo is not None:
        moment = moment.astimezone(JAPAN)
    if language == "en":
        return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
    return f"{moment.year}年{moment.month}月{moment.day}日"


def date_in_japan(stamp: str) -> str:
    """The date in Japan of a UTC time stamp: 2026-11-20."""
    return datetime.fromisoformat(stamp).astimezone(JAPAN).date().isoformat()


def era_year(year: int, language: Language = "ja") -> str:
    """令和元, 平成26; Reiwa 1, Heisei 26."""
    era = era_of_year(year)
    number = year - era.base
    if number < 1:  # before the first era we know
        return str(year)
    if language == "en":
        return f"{_ERAS[era.name]} {number}"
    return f"{era.name}{'元' if number == 1 else number}"


def fiscal_year(year: int, language: Language = "ja") -> str:
    """2014年度（平成26年度）, FY2014 (Heisei 26)."""
    era = era_year(year, language)
    return f"FY{year} ({era})" if language == "en" else f"{year}年度（{era}年度）"


def period(start: int | None, end: int | None, language: Language = "ja") -> str:
    """2010〜2016年度（平成22〜28年度）; what is not known is left open."""
    if start is None and end is None:
        return "no period stated" if language == "en" else "期間の記載なし"
    if start is None or end is None:
        known = fiscal_year(start if start is not None else end or 0, language)
        if language == "en":
            return f"from {known}" if end is None else f"until {known}"
        return f"{known}から" if end is None else f"{known}まで"
    if start == end:
        return fiscal_year(start, language)
    first, last = era_of_year(start), era_of_year(end)
    until = era_year(end, language)
    if first == last:
        until = until.split()[-1] if language == "en" else until.removeprefix(last.name)
    since = era_year(start, language)
    if language == "en":
        return f"FY{start}–{end} ({since} – {until})"
    return f"{start}〜{end}年度（{since}〜{until}年度）"


@lru_cache(maxsize=65536)  # a page says the same number five times, in each of two languages
def figure(value: float | Decimal) -> str:
    """A number as people write it, in full: 1,234.5."""
    text = f"{Decimal(f'{value:.15g}'):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def exact(value: float) -> str:
    """A number with every digit that it is made of: what is computed with it comes out the same."""
    text = f"{Decimal(repr(float(value))):,f}".removesuffix(".0")
    return "0" if text == "-0" else text


def minus(left: float, right: float) -> Decimal:
    """The difference of two numbers as they are written: 67.4 less 60 is 7.4, though computers
    store neither 67.4 nor 7.4."""
    return Decimal(repr(float(left))) - Decimal(repr(float(right)))


def computed(value: float, known: Sequence[float]) -> str:
    """A number that was computed from known ones, with one decimal more than these have: of 10.5
    and 60 comes 53.86. More where it would look the same as one of them and is not."""
    decimals = max((_decimals(one) for one in known), default=0) + 1
    while decimals < _FINEST and any(round(value, decimals) == one != value for one in known):
        decimals += 1
    return figure(round(value, decimals))


def _decimals(value: float) -> int:
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def short(value: float, language: Language = "ja") -> str:
    """A round number on an axis: 25万, 1.5億; 250k, 150M."""
    for size_, word in _SCALES[language]:
        if abs(value) >= max(size_, 100_000):
            return f"{figure(value / size_)}{word}"
    return figure(value)


def percent(ratio: float) -> str:
    """A ratio in percent, with one digit behind the point where there is one: 54.4%. Less than the
    whole is never said to be the whole."""
    rounded = round(ratio * 100, 1)
    return f"{figure(99.9 if rounded == 100 and ratio < 1 else rounded)}%"


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


NO_VALUE: Mapping[Language, Mapping[str, str]] = {
    "ja": {
        "missing": "値なし",
        "not_yet": "未公表",
        "not_applicable": "対象外",
        "suppressed": "秘匿",
    },
    "en": {
        "missing": "no value",
        "not_yet": "not yet published",
        "not_applicable": "not applicable",
        "suppressed": "withheld",
    },
}
"""What a status says of a value that is not there."""

_FORMS: Mapping[Language, Mapping[str, str]] = {
    "ja": {"ge": "{}以上", "le": "{}以下", "approx": "約{}"},
    "en": {"ge": "at least {}", "le": "at most {}", "approx": "about {}"},
}


def no_value(row: Mapping[str, Any], language: Language = "ja") -> str:
    """Why a row of `indicator_values` has no figure: the words that stand in its place, else what
    its status says."""
    known = NO_VALUE[language]
    if (words := in_words(row)) is not None:
        return f"“{words}”" if language == "en" else f"「{words}」"
    return known.get(row["status"]) or str(row["raw"] or known["missing"])


def in_words(row: Mapping[str, Any]) -> str | None:
    """What is written in words where a number could stand (上昇, 休止); None where it is a sign
    (―), or says only that the figure is not there yet, withheld or unknown."""
    raw = row["raw"]
    if row["value"] is not None or row["status"] != "not_applicable" or not raw:
        return None
    return str(raw) if any(one.isalnum() and one not in "ーｰ" for one in raw) else None


def quantity(row: Mapping[str, Any], unit: str | None, language: Language = "ja") -> str:
    """A row of `indicator_values` in words; what is missing is said to be missing, never 0."""
    end = unit or ""
    if row["comparator"] == "range" and None not in (row["value_low"], row["value_high"]):
        wave = "–" if language == "en" else "〜"
        return f"{figure(row['value_low'])}{wave}{figure(row['value_high'])}{end}"
    if row["value"] is None:
        return no_value(row, language)
    number = f"{figure(row['value'])}{end}"
    return _FORMS[language].get(row["comparator"], "{}").format(number)
