"""The eras, and kanji numerals as far as years need them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Era:
    """An era: year n of it is the western year `base` + n; `last` is its last year, if it ended."""

    name: str
    letter: str
    base: int
    last: int | None


ERAS = (
    Era("明治", "M", 1867, 45),
    Era("大正", "T", 1911, 15),
    Era("昭和", "S", 1925, 64),
    Era("平成", "H", 1988, 31),
    Era("令和", "R", 2018, None),
)
_BY_NAME = {name: era for era in ERAS for name in (era.name, era.letter, era.letter.lower())}
_KANJI = {kanji: digit for digit, kanji in enumerate("〇一二三四五六七八九")} | {"零": 0}


def find_era(name: str) -> Era | None:
    """The era of a name (令和) or letter (R, r)."""
    return _BY_NAME.get(name)


def era_of_year(year: int) -> Era:
    """The newest era that a fiscal year belongs to: 2019 is 令和元年度."""
    return next((era for era in reversed(ERAS) if year > era.base), ERAS[0])


def read_small_number(text: str) -> int | None:
    """A number below 100 in ASCII digits or kanji; 元 is 1. None where it is none or zero."""
    if text == "元":
        return 1
    if text.isascii() and text.isdigit():
        return int(text) or None
    if not text:
        return None
    if "十" not in text:
        if not all(character in _KANJI for character in text):
            return None
        return int("".join(str(_KANJI[character]) for character in text)) or None
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1 or any(c not in _KANJI for c in tens + ones):
        return None
    return (_KANJI[tens] if tens else 1) * 10 + (_KANJI[ones] if ones else 0)
