"""The kinds of personal data, and how a text shows that it holds one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from opendata.errors import Text
from opendata.validate.personal_data.names import holds_full_name, is_name, names_with_role

MAIL = Text("メールアドレス", "a mail address")
PHONE = Text("電話番号", "a telephone number")
NUMBER = Text("個人番号（マイナンバー）", "an individual number (My Number)")
NAME = Text("氏名", "a personal name")
ACCOUNT = Text("口座番号", "a bank account")
INSURED = Text("被保険者番号", "the number of an insured person")

HEADINGS: Mapping[Text, re.Pattern[str]] = {
    kind: re.compile(words)
    for kind, words in {
        NAME: r"(?:.{0,4}担当者|責任者|記入者|記載者|作成者|入力者|回答者|報告者|申請者|代表者"
        r"|所有者|世帯主|保護者|受給者)(?:の?(?:氏?名|名前))?|氏名|お?名前|フリガナ|ふりがな",
        PHONE: r"電話(?:番号)?|tel|(?:緊急)?連絡先|携帯(?:電話)?(?:番号)?|内線|fax(?:番号)?",
        NUMBER: r"個人番号|マイナンバー",
        ACCOUNT: r"(?:振込先?|預金|貯金|振替)?口座(?:番号|情報)?|振込先|口座名義|記号番号",
        INSURED: r"(?:介護保険|国民健康保険|国保|後期高齢者医療)?(?:の|・)?"
        r"被保険者証?(?:の|記号|・)*番号|(?:保険証|受給者証?)の?番号",
    }.items()
}
"""The words beside which a text is of a kind: whole cells, spaces and brackets left out."""

_DASHES = str.maketrans("－‐‑‒–—―−ー", "-" * 9)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\d-])(?:(?:\(0\d{1,4}\)[- ]?|0\d{1,4}[-. (]{1,2}|\(?\+81\)?[- ]?\d{1,2}[- ])"
    r"\d{1,4}[-. )]{1,2}\d{3,4}|0[5789]0\d{8})(?![\d-])"
)
_WORD_PHONE = re.compile(
    r"(?:tel|電話(?:番号)?|連絡先|携帯(?:電話)?|fax|内線)[ :.]*(0\d{9,10})(?!\d)", re.I
)
_BARE_PHONE = re.compile(r"0\d{9,10}")
_TWELVE = re.compile(r"(?<![\d.])(\d{4}[- ]?\d{4}[- ]?\d{4})(?!\d)")
_ACCOUNT = re.compile(
    r"(?:普通|当座|貯蓄)(?:預金)?(?:口座)?(?:番号)?[ :(]{0,2}(?:no\.?)?\d{6,8}(?!\d)"
    r"|口座(?:番号[ :(]{0,2}|[ :(]{1,2})\d{6,8}(?!\d)"
    r"|記号[ :]{0,2}\d{5}[ ,、]*番号[ :]{0,2}\d{1,8}(?!\d)"
)
_INSURED = re.compile(
    r"(?:被保険者証?|保険証|受給者証?)(?:の|記号|・)*番号[ :(]{0,2}\d{6,12}(?!\d)"
)
_NAMED = re.compile(
    r"(?:担当者名?|氏名|記入者|作成者|責任者|お?名前|申請者|世帯主|保護者)(?:[ ]?[:(][ ]?|[ ])"
    r"([^\d:,、。※()]{2,12})"
)
_IN_CHARGE = re.compile(r"担当(?:[ ]?[:(][ ]?|[ ])([^\d:,、。※()]{3,12})")
_ROLED = re.compile(
    r"(?:主任|主事|主査|係長|課長|部長|課長補佐|技師|主幹)[ ]"
    r"([一-龥々]{1,4} [一-龥々ぁ-んァ-ヶー]{1,4})(?=$|[ (、。])"
)
_FEW, _MANY = 6, 9
"""Fewer digits make no account; fewer make neither a telephone number nor anything longer."""


def personal_data(text: str, beside: Collection[Text] = ()) -> tuple[Text, ...]:
    """The kinds of personal data that the text holds.

    `beside` are the kinds whose headings stand beside or above the text's cell: a name or a bare
    number is only told by them.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    digits = sum(one.isdigit() for one in plain)
    found = [MAIL] if "@" in plain and _MAIL.search(plain.translate(_DASHES)) else []
    if digits >= _MANY:
        found += _numbered(plain.translate(_DASHES), beside)
    if digits >= _FEW and not found and (kind := _with_its_word(plain, beside)):
        found.append(kind)
    if _is_named(plain, beside) or (found and holds_full_name(plain)):
        found.append(NAME)
    return tuple(found)


def _numbered(plain: str, beside: Collection[Text]) -> list[Text]:
    found = []
    is_bare = PHONE in beside and _BARE_PHONE.fullmatch(plain)
    if (
        is_bare
        or _WORD_PHONE.search(plain)
        or any(_is_phone(hit[0]) for hit in _PHONE.finditer(plain))
    ):
        found.append(PHONE)
    twelve = [re.sub(r"\D", "", hit[0]) for hit in _TWELVE.finditer(plain)]
    if twelve and (NUMBER in beside or any(is_individual_number(one) for one in twelve)):
        found.append(NUMBER)
    return found


def _is_phone(written: str) -> bool:
    """Ten digits, or eleven of a mobile; 01-02-003 is the number of a project."""
    digits = re.sub(r"\D", "", written.replace("+81", "0"))
    return len(digits) == 10 or (len(digits) == 11 and digits[:3] in {"050", "070", "080", "090"})


def _with_its_word(plain: str, beside: Collection[Text]) -> Text | None:
    low = plain.lower()
    is_number = re.fullmatch(r"[\d -]{6,20}", plain) is not None
    if _ACCOUNT.search(low) or (ACCOUNT in beside and is_number):
        return ACCOUNT
    if _INSURED.search(low) or (INSURED in beside and is_number):
        return INSURED
    return None


def _is_named(plain: str, beside: Collection[Text]) -> bool:
    if NAME in beside and len(plain) <= 20 and is_name(plain):
        return True
    if any(is_name(hit[1].strip()) for hit in _NAMED.finditer(plain)):
        return True
    if any(is_name(hit[1].strip()) for hit in _IN_CHARGE.finditer(plain)):
        return True
    return names_with_role(plain) or any(is_name(hit[1]) for hit in _ROLED.finditer(plain))


def is_individual_number(digits: str) -> bool:
    """Whether twelve digits carry the check digit of a 個人番号 (one random number in ten does)."""
    if len(digits) != 12 or not digits.isascii() or not digits.isdigit():
        return False
    total = sum(
        int(digit) * (place + 1 if place <= 6 else place - 5)
        for place, digit in enumerate(reversed(digits[:11]), start=1)
    )
    rest = total % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)
