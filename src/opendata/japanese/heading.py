"""Numbered headings: 施策1-1　簡単で…, 【取組 10】…, (1)…, ① …, Ⅰ　…."""

from __future__ import annotations

import re
import unicodedata

from opendata.japanese.text import fold

_WORD = (
    r"(?:(?:基本|重点|個別|政策|施策|主要|具体的?|戦略|数値)?"
    r"(?:目標|方針|施策|政策|方向性?|戦略|プロジェクト|取組項目|取組方針|取組み?|取り組み|事業|指標|視点|課題|分野"
    r"|テーマ|アクション|プログラム|項目|柱)|施策の(?:方向性?|柱|展開)|政策の柱|大項目|中項目|小項目|KPI|No\.?|№)"
)
_CIRCLED = "[①-⑳㉑-㉟㊱-㊿❶-❿⓵-⓾⑴-⒇⒈-⒛]"
_ROMAN = r"(?:[Ⅰ-ⅿ]+|[IVX]{1,5}(?![A-Za-z]))"
_DIGITS = r"(?:[A-Z]\s*-?\s*)?[0-9]{1,3}(?:\s*[-.]\s*[0-9]{1,3})*(?![0-9])"
_ANY = rf"(?P<number>{_DIGITS}|{_ROMAN}|{_CIRCLED}|[A-Z](?![A-Za-z]))"
_COUNTERS = (
    r"(?:つ|[かヶケヵカ箇]所|年[度間後以前版生来代間]|年$|月|日[間以]|時間|歳|件|回[以程]|割|倍|%|万|億|円"
    r"|[0-9]|点[以満]|人[以あ1一当]|位|か年|ヶ年)"
)
_GAP = r"(?:\s*[:：.．、,)）]\s*(?![0-9])|\s+)"

_WITH_WORD = re.compile(
    rf"[(\[【<《〈「]?\s*{_WORD}\s*[(\[]?\s*{_ANY}\s*[)\]】>》〉」]?(?:{_GAP}|(?=$)|(?!{_COUNTERS}))"
)
_IN_BRACKETS = re.compile(
    rf"[(\[【<《〈]\s*(?P<number>{_DIGITS}|{_ROMAN}|{_CIRCLED}|[A-Z]|[ア-コ]|[一二三四五六七八九十])"
    r"\s*[)\]】>》〉]\s*"
)
_CIRCLED_FIRST = re.compile(rf"(?P<number>{_CIRCLED})\s*[.、:]?\s*")
_CHAPTER = re.compile(
    r"第\s*(?P<number>[0-9]{1,3}|[一二三四五六七八九十]{1,3})\s*[章節編部条項](?:\s*[:.、]\s*|\s+|$)"
)
_PLAIN = re.compile(
    rf"(?P<number>{_DIGITS})(?:\s*[.．、:)]\s*(?![0-9])|(?P<gap>[ \t]+)|[\u3000\n]\s*|$)"
)
_ROMAN_FIRST = re.compile(rf"(?P<number>{_ROMAN})(?:\s*[.．、:)]\s*|[\s\u3000]+|$)")
_LETTER_FIRST = re.compile(r"(?P<number>[A-Zア-コ])\s*[.．)]\s*")
_AFTER_SPACE = re.compile(
    r"つ|年[度間後以前版生来代]|月[末中か間]|日[間以]|時間|歳[以児未]|[かヶケヵカ箇]所|%|万人|億円|か年|ヶ年"
)


def split_number(text: str) -> tuple[str | None, str]:
    """The number of a heading, digits normalised, and the rest; (None, text) without a number.

    A title that merely begins with a figure (１７業務システム, 3つの…, 2020年版…) is not split.
    """
    written = text.strip()
    folded = fold(_keep_wide_spaces(written))
    for pattern in (
        _WITH_WORD,
        _IN_BRACKETS,
        _CIRCLED_FIRST,
        _CHAPTER,
        _PLAIN,
        _ROMAN_FIRST,
        _LETTER_FIRST,
    ):
        match = pattern.match(folded.text)
        if match is None:
            continue
        rest = folded.text[match.end() :]
        if pattern is _PLAIN and match["gap"] and _AFTER_SPACE.match(rest):
            continue
        start = folded.origin[match.end()] if rest else len(written)
        return _normal(match["number"]), written[start:].strip()
    return None, written


def _keep_wide_spaces(text: str) -> str:
    """Full-width spaces as line breaks, so that folding keeps them apart from narrow ones."""
    return text.replace("\u3000", "\n")


def _normal(number: str) -> str:
    """A number with narrow digits and hyphens and no spaces; Ⅰ stays Ⅰ, ① becomes 1."""
    number = re.sub(r"\s", "", number)
    if re.fullmatch(_CIRCLED, number):
        return str(int(unicodedata.numeric(number)))
    return number
