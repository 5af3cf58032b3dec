"""Personal names, which nothing but their neighbourhood tells from other words."""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files

_SURNAMES = frozenset(files(__package__).joinpath("surnames.txt").read_text("utf-8").split())
"""Frequent Japanese surnames: alone they say nothing, beside 担当者 they do."""
_LONGEST = max(map(len, _SURNAMES))

_ROLE = (
    r"(?:部長|次長|課長|室長|所長|係長|補佐|参事|主幹|主査|主任|主事|主席|技師|保健師|様|氏|さん)"
)
_KANJI, _GIVEN = r"[一-龥々〆ヶヵ]", r"[一-龥々ぁ-んァ-ヶー]"
_TITLED = re.compile(rf"(?:{_ROLE}[ :(]*)?(.+?)(?: *\(.*\)| *{_ROLE})?$")
_SPACED = re.compile(rf"({_KANJI}{{1,4}}) ({_GIVEN}{{1,4}})")
_WITHIN = re.compile(rf"(?<!{_KANJI})({_KANJI}{{1,4}}) {_GIVEN}{{1,4}}(?!{_KANJI})")
_BEFORE_ROLE = re.compile(rf"(?<!{_KANJI})({_KANJI}{{2,5}}?){_ROLE}(?!{_KANJI})")
_OFFICE = re.compile(
    r"[課係部局室班館園校会社市町村区県署院所組団]|センター|担当|事務|施設|計画|事業|対策"
)


def is_name(text: str) -> bool:
    """Whether a text standing under a heading such as 担当者 is a person's name.

    A family and a given name with a space between them, with or without a role (主任 山田 太郎);
    or words that begin with a frequent surname.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    found = _TITLED.match(plain)
    if found is None:
        return False
    name = found[1].strip()
    if _OFFICE.search(name):
        return False
    return _SPACED.fullmatch(name) is not None or _begins_with_surname(name)


def holds_full_name(text: str) -> bool:
    """Whether a frequent surname and a given name stand in a text, a space between them."""
    return any(hit[1] in _SURNAMES for hit in _WITHIN.finditer(text))


def names_with_role(text: str) -> bool:
    """Whether a frequent surname stands right before a role: 佐藤課長, 佐藤花子主任."""
    return any(_begins_with_surname(hit[1]) for hit in _BEFORE_ROLE.finditer(text))


def _begins_with_surname(name: str) -> bool:
    for length in range(min(_LONGEST, len(name)), 1, -1):
        if name[:length] in _SURNAMES:
            return re.fullmatch(rf"{_GIVEN}{{0,3}}", name[length:]) is not None
    return False
