"""Figures as clerks write them: signs, words, comparators, ranges and units."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from opendata.japanese.text import Folded, fold, squash

Comparator = Literal["eq", "ge", "le", "approx", "range"]
Status = Literal[
    "normal", "provisional", "revised", "missing", "not_yet", "not_applicable", "suppressed"
]


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a value cell says.

    `value` is the figure in the unit written behind it, None where the cell says only why there is
    none (`status`); for a range it is None and `low` and `high` are its ends. `strict` tells 超
    from 以上 (both ge) and 未満 from 以下 (both le).
    """

    value: Decimal | None
    comparator: Comparator = "eq"
    low: Decimal | None = None
    high: Decimal | None = None
    status: Status = "normal"
    unit: str | None = None
    strict: bool = False
    note: str | None = None
    """What stands around the figure: (改修休館), 基準年度比, 累計."""

    def in_unit(self, unit: str | None) -> Quantity:
        """The same quantity in a column's unit: 98万人 in 人 is 980000; unchanged if unrelated.

        A bare 万 counts what the column counts: 3万 is 30000 in 人 and in 万人 3. In no unit (an
        empty text) it is written out.
        """
        if unit is None or self.unit is None or self.unit == unit:
            return self if self.unit or not unit else replace(self, unit=unit)
        factor = _factor(self.unit, unit)
        if factor is None:
            return self

        def scaled(number: Decimal | None) -> Decimal | None:
            return None if number is None else _plain(number * factor)

        return replace(
            self,
            value=scaled(self.value),
            low=scaled(self.low),
            high=scaled(self.high),
            unit=unit,
        )


# --- signs and words ----------------------------------------------------------------------------

_SIGN_WORDS: Mapping[Status, str] = {
    "missing": """~ ※ * ** *** / \\ na n/a n.a. n.a nd n.d. ・・・ ‥ 不明 不詳 欠測 欠損
        なし 無し 無 未把握 未調査 未実施 調査未実施 未計測 把握できず""",
    "suppressed": "x χ 秘 秘匿 ㊙ 非公表 非公開",
}
_SIGNS = {word: status for status, words in _SIGN_WORDS.items() for word in words.split()}
_NOT_YET = re.compile(
    r"集計(?:中|前|待ち)|未集計|調査中|公[表開]予定|未公[表開]|公[表開](?:待ち|前)|未確定|確定(?:待ち|前|予定)|確認中|精査中"
    r"|算[定出]中|測定中|計測中|今後公[表開]|判明|決算前|作業中|予定$|検証中|速報待ち|把握予定|調査予定|(?<!目標)未定|検討中"
)
_NOTHING = re.compile(
    r"(?:実績|数値|データ|資料|記録|調査|回答|統計)(?:値|結果)?が?(?:なし|無し|ない)|把握して?い?(?:ない|おらず)"
)
_NOT_APPLICABLE = re.compile(
    r"設定(?:し(?:ない|ていない|ておらず)|せず|なし|無し)|未設定|(?:算定|評価|調査|集計|目標)?対象外|非該当|該当(?:なし|無し|せず)"
    r"|休止|休館|中止|廃止|事業(?:終了|完了|なし)|終了|皆[増減]|目標なし|適用(?:なし|外)|統合"
)
_QUALITATIVE = re.compile(
    r"(?:現状|現在|基準(?:値|年)?|前年度?|現状値|直近値)?(?:の|を|より|から|に?比べ?て?|と?比較?し?て?)?"
    r"(?:数値の?|水準の?|割合の?|値の?)?"
    r"(?:増加?|減少?|維持|向上|改善|低減|低下|削減|縮減|縮小|拡大|上昇|上回る|下回る|推進|充実|継続|増やす|減らす|上げる|下げる|同[水程]準?度?|以上|以下"
    r"|[↑↓→↗↘])"
    r"(?:[・又は,、もしくは或いは]*(?:増加?|維持|向上|改善|拡大|減少?))?(?:傾向)?(?:させる|する|を?目指す|に努める|を?図る|していく|へ|化)?"
)
_CHANGE = re.compile(
    r"対?前(?:々?年度?|期|回|月|四半期)(?:同期|同月)?(?:対?比|実績比|より|から|[にと]比べ?て?|[にと]比較し?て?)(?![△▲▴▵∆-]).*"
    r"|[^0-9]{0,12}(?:[0-9]{1,4}年?度?(?:の?(?:実績|現状|水準))?値?(?:対?比|より|から|に対し?て?|に比べ?て?)[^0-9]{0,6})?"
    r"(?:[0-9][0-9,.]*[^0-9]{0,6}[~-])?[0-9][0-9,.]*[^0-9]{0,8}?(?<![にへでと])"
    r"(?:増(?:加|員|設|進)?|減(?:少|員)?|削減|低減|縮減|縮小|拡大|上昇|低下|向上|改善|抑制|アップ|ダウン|up|down"
    r"|増やす|減らす|上げる|下げる|増える|減る)"
    r"(?:させる|する|を?(?:目指す|目標とする|図る))?",
    re.I | re.S,
)
"""A figure by how much something becomes more or less; 50人に増加 says how much it is then. A
figure below zero (基準年度比▲15%) is the value of an indicator that measures change."""
_STATUS_MARKS: tuple[tuple[re.Pattern[str], Status], ...] = (
    (re.compile(r"速報|暫定|仮(?:集計|値)|概数|見込み?値?$|集計中|未確定"), "provisional"),
    (re.compile(r"訂正|修正|改定|改訂|遡及"), "revised"),
)

# --- numbers ------------------------------------------------------------------------------------

_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
_SIGN = r"[△▲▴▵∆+±-]|マイナス|プラス"


def _signed(name: str = "") -> str:
    """The pattern of one number with its sign, its groups named after it."""
    return rf"(?P<{name}sign>{_SIGN})?\s*(?P<{name}number>{_NUMBER})"


_MAGNITUDES = {
    "十": 1,
    "百": 2,
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "億": 8,
    "十億": 9,
    "百億": 10,
    "千億": 11,
    "兆": 12,
}
_MAGNITUDE = r"(?:[十百千]?[万億兆]|百|千)"
_COMPOUND = re.compile(
    rf"(?P<sign>{_SIGN})?(?P<first>[0-9,]+(?:{_MAGNITUDE}))(?P<parts>(?:[0-9,]+{_MAGNITUDE})*)"
    r"(?P<last>[0-9,]+)?(?=[^0-9.,]|$)"
)
_PART = re.compile(rf"(?P<number>[0-9,]+)(?P<magnitude>{_MAGNITUDE})")
_UNIT = (
    r"(?:[^\d\s,.()（）~△▲※]|(?<=[mMc㎝㎞k])[23]|(?<=CO)2|(?<=/)10(?=万)"
    r"|(?<=[・/])\d(?=[人日年件]))"
)
_UNITS = rf"{_UNIT}{{1,14}}?"
_BEFORE = (
    r"(?P<before>(?:[^\d\s]{0,8}?(?:[0-9]{1,4}|元)?(?:年度?)?比[:：]?\s*)?"
    r"(?:(?:約|およそ|おおよそ|おおむね|概ね|概|ほぼ|凡そ|推計|推定|延べ|延|累計|計|合計|総計|通算|累積|年間|年"
    r"|毎年度?|各年度?|月|月間|毎月|毎日|最大|最低|全|各|目標|実績|単年度?|見込み?|計画期間中?|期間中?)[:：]?\s*){0,3})"
)
_APPROX_BEFORE = re.compile(r"約|およそ|おおよそ|おおむね|概|ほぼ|凡そ|推計|推定")
_AFTER = (
    r"(?P<after>以上|以下|以内|未満|超|を?超過|を?超える|を?超え|を?上回る|を?下回る|程度|前後|内外|ほど|程|弱|強|余り?|あまり"
    r"|台|より多い|より少ない|より(?:大きい|大|小さい|小|高い|低い)|~|↑|↓)?"
)
_TRAIL = (
    r"(?P<trail>(?:\s+|を?維持(?:する|し続ける)?|を?達成|を?目指す|を?確保|とする|の維持|にする"
    r"|(?:まで)?に?(?:増加|減少|削減|低減|抑制|拡大|向上)|の?(?:増加?|減少?|削減|低減|縮減|増やす|減らす)"
    r"|を継続|\([^()]*\)|\[[^\[\]]*\]|※.*|\*+[0-9]*|注[0-9]*\)?|[pr]"
    r"|\n(?!\s*[△▲-]?[0-9](?![^\n]*年))[^\n]*|見込み?|予定){0,8})"
)
_ONE = re.compile(
    rf"(?:(?P<mark>[pr])(?=[0-9.△▲-])|※[0-9]*\s+|※(?=[0-9])|\*\s*)?{_BEFORE}{_signed()}"
    rf"\s*(?P<unit>{_UNITS})??\s*{_AFTER}{_TRAIL}",
    re.S,
)
_RANGE = re.compile(
    rf"{_BEFORE}{_signed('low')}\s*(?P<lowunit>{_UNITS})??\s*(?P<link>~|-|から|以上|超)\s*"
    rf"{_signed('high')}\s*(?P<unit>{_UNITS})??\s*(?P<after>程度|以下|未満|以内)?{_TRAIL}",
    re.S,
)
_UP_TO = re.compile(rf"~\s*{_signed()}\s*(?P<unit>{_UNITS})?{_TRAIL}", re.S)
_LONGEST = 120
"""A longer text is a sentence, even if there are figures in it."""
_ASCII_NUMBER = re.compile(rf"-?(?:{_NUMBER})")
_GE = {"以上", "~", "↑", "強", "余", "余り", "あまり"}
_STRICT_GE = {
    *("超", "超過", "を超過", "超える", "を超える", "を超え", "超え", "を上回る", "上回る"),
    *("より多い", "より大きい", "より大", "より高い"),
}
_LE = {"以下", "以内", "↓", "弱"}
_STRICT_LE = {"未満", "を下回る", "下回る", "より少ない", "より小さい", "より小", "より低い"}
_SENTENCE = re.compile(r"[をがはにへ。、]|する|です|ます|から|まで|以上|以下|未満")
_NO_UNIT = re.compile(r"[OolI|〇○◯]+(?![A-Za-z])|[²³¹⁰-⁹₀-₉①-⑳½¼¾]")
_JOIN_UNITS = "/・･.-'’·×*^[("
_IN_UNITS = "%‰‱°℃℉′″)]" + _JOIN_UNITS
_CATEGORIES_OF_UNITS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "Sc", "Mn"}
_COMPARED = re.compile(r"\s*(?P<sign>>=|=>|<=|=<|[≧≥>≦≤<])\s*(?=[0-9△▲+-])")

# --- typing errors ------------------------------------------------------------------------------

_ALIKE = "0-9OoI|〇○◯"
_TYPED = re.compile(
    rf"(?P<head>[^{_ALIKE}li\n]{{0,6}}?)"
    rf"(?P<number>(?=[^0-9]*[0-9])[{_ALIKE}li](?:[{_ALIKE}li.,。、・\t ]*[{_ALIKE}.,。、・])?)"
    r"(?P<tail>[^0-9\n]*)"
)
_TYPOS = str.maketrans(
    {
        "O": "0",
        "o": "0",
        "〇": "0",
        "○": "0",
        "◯": "0",
        "l": "1",
        "I": "1",
        "|": "1",
        "i": "1",
        "。": ".",
        "・": ".",
        "．": ".",
        "、": ",",
        "､": ",",
        "｡": ".",
    }
)


def read_quantity(
    value: str | int | float | Decimal | None, signs: Mapping[str, Status] | None = None
) -> Quantity | None:
    """The quantity a cell states; None where it states none (then it is text, or a typing error).

    `signs` are the signs and words that the sheet's own notes explain (see `read_signs`); they go
    before the usual ones.
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (int, float, Decimal)):
        return _of_number(value)
    text = value.strip()
    if _ASCII_NUMBER.fullmatch(text):
        return Quantity(_decimal(text))
    if not text or len(text) > _LONGEST:
        return None
    if signs and (status := signs.get(squash(text))) is not None:
        return Quantity(None, status=status)
    return _of_text(fold(text))


def suggest_number(text: str) -> str | None:
    """The text with its mistyped number repaired: 1OO is 100, 2l.9％ is 21.9％.

    None where it is a number already, or where it is not certain which one was meant.
    """
    folded = fold(text.strip())
    match = _TYPED.fullmatch(folded.text)
    if match is None or read_quantity(text) is not None or re.search("[…‥]", text):
        return None
    number = _repaired(match["number"])
    if number is None:
        return None
    suggestion = folded.written(*match.span("head")) + number + folded.written(*match.span("tail"))
    quantity = read_quantity(suggestion)
    return suggestion if quantity is not None and quantity.value is not None else None


def _repaired(typed: str) -> str | None:
    """Digits for the letters and signs that look like them, misplaced separators gone."""
    number = re.sub(r"\s+", "", typed.translate(_TYPOS))
    number = re.sub(r"\.{2,}", ".", number)
    number = re.sub(r",{2,}", ",", number)
    number = re.sub(r"(?<=[0-9])[.,]+$", "", number)
    if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}", number):
        return number.replace(".", "")
    if re.fullmatch(_NUMBER, number):
        return number.replace(",", "")
    if re.fullmatch(r"[0-9][0-9,]*(?:\.[0-9]+)?", number) and not _decimal_comma(number):
        return number.replace(",", "")
    return None


def _decimal_comma(text: str) -> bool:
    """Whether the one comma may have been meant as a decimal point: 1,23."""
    return re.fullmatch(r"[0-9]+,[0-9]{1,2}", text) is not None


def _of_number(value: int | float | Decimal) -> Quantity | None:
    if isinstance(value, float):
        return Quantity(_plain(Decimal(format(value, ".15g")))) if math.isfinite(value) else None
    return Quantity(_plain(Decimal(value))) if Decimal(value).is_finite() else None


def _plain(number: Decimal) -> Decimal:
    """The same number without an exponent or trailing zeros: 1E+2 is 100, 43.80 is 43.8."""
    number = number.normalize()
    exponent = number.as_tuple().exponent
    return number.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else number


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _of_text(folded: Folded) -> Quantity | None:
    text = folded.text.strip()
    bare = re.sub(r"\s+", "", text)
    if (status := _sign(bare)) is not None:
        return Quantity(None, status=status)
    outside = re.sub(r"(?<=.)\([^()]*\)", "", bare)
    if outside != bare and _sign(outside) == "missing":
        said = _of_words(bare[len(outside) :])
        return Quantity(None, status=said or "missing", note=folded.source)
    if not re.fullmatch(r"[0-9].*[0-9]|[0-9]", outside) and len(outside) <= 20:
        words = _of_words(outside)
        if words is not None:
            return Quantity(None, status=words, note=folded.source)
    if _QUALITATIVE.fullmatch(outside):
        return Quantity(None, status="not_applicable", note=folded.source)
    if not re.search(r"[0-9]", text):
        return None
    if _says_change(text):
        return Quantity(None, status="not_applicable", note=folded.source)
    return _range(folded) or _compound(folded) or _one(folded) or _compared(folded)


def _says_change(text: str) -> bool:
    """Whether a text says by how much, not how much: 前年度比5%増. What stands in brackets or on
    a line of figures below another is a remark."""
    lines = re.sub(r"(?<=.)\([^()]*\)", "", text).split("\n")
    if len([line for line in lines if re.search("[0-9]", line)]) > 1:
        lines = lines[:1]
    return _CHANGE.fullmatch(re.sub(r"\s+", "", "".join(lines))) is not None


def _of_words(text: str) -> Status | None:
    """Why there is no figure, as far as the words say it."""
    if _NOT_YET.search(text):
        return "not_yet"
    if _NOTHING.search(text):
        return "missing"
    return "not_applicable" if _NOT_APPLICABLE.search(text) else None


def _sign(bare: str) -> Status | None:
    """The status of a sign or word standing alone, also in brackets."""
    inner = bare[1:-1] if bare[:1] in "([" and bare[-1:] in ")]" and len(bare) > 2 else bare
    if set(inner) <= {"…", "."} and ("…" in inner or len(inner) > 1):
        return "missing"
    if set(inner) == {"-"} or set(inner) == {"ー"}:
        return "missing"
    return _SIGNS.get(inner.lower()) or _SIGNS.get(bare.lower())


def _one(folded: Folded) -> Quantity | None:
    start = len(folded.text) - len(folded.text.lstrip())
    text = folded.text.rstrip()
    if text[start : start + 1] == "(" and text.endswith(")") and (inner := _bracketed(folded)):
        return inner
    match = _ONE.fullmatch(text, start)
    if match is None:
        if (match := _UP_TO.fullmatch(text, start)) is None:
            return None
        if (unit := _unit(folded, match)) is not None and _is_no_unit(unit):
            return None
        return Quantity(_number(match, ""), "le", unit=unit, note=_note(folded, match))
    unit = _unit(folded, match)
    if unit is not None and (_SENTENCE.search(unit) or _is_no_unit(unit)):
        return None
    after = match["after"] or ""
    comparator: Comparator = "eq"
    if after in _GE | _STRICT_GE:
        comparator = "ge"
    elif after in _LE | _STRICT_LE:
        comparator = "le"
    elif after or _APPROX_BEFORE.search(match["before"] or ""):
        comparator = "approx"
    number = _number(match, "")
    if match["sign"] == "±" and number != 0:
        return None
    return Quantity(
        number,
        comparator,
        status=_status(match["mark"], match["trail"] or ""),
        unit=unit,
        strict=after in _STRICT_GE | _STRICT_LE,
        note=_note(folded, match),
    )


def _bracketed(folded: Folded) -> Quantity | None:
    """A figure in brackets, which offices use for a part of the one above, never for minus."""
    inner = re.fullmatch(r"\s*\(([^()]*)\)\s*", folded.text)
    quantity = _of_text(fold(folded.written(*inner.span(1)))) if inner and inner[1] else None
    return None if quantity is None else replace(quantity, note=folded.source.strip())


def _compared(folded: Folded) -> Quantity | None:
    """A figure behind a sign of comparison: ≧80."""
    match = _COMPARED.match(folded.text)
    rest = _one(fold(folded.source[folded.origin[match.end()] :])) if match else None
    if match is None or rest is None or rest.comparator != "eq":
        return None
    sign = match["sign"]
    comparator: Comparator = "ge" if sign[0] in "≧≥>" or sign == "=>" else "le"
    return replace(rest, comparator=comparator, strict=sign in "<>")


def _range(folded: Folded) -> Quantity | None:
    start = len(folded.text) - len(folded.text.lstrip())
    match = _RANGE.fullmatch(folded.text.rstrip(), start)
    if match is None:
        return None
    low, high = _number(match, "low"), _number(match, "high")
    low_unit, unit = _unit(folded, match, "lowunit"), _unit(folded, match)
    if low_unit and unit and squash(low_unit) != squash(unit):
        if (factor := _factor(low_unit, unit)) is None:
            return None
        low = _plain(low * factor)
    if low >= high or (match["link"] == "-" and (match["lowunit"] or match["lowsign"])):
        return None
    unit = unit or low_unit
    if unit is not None and (_SENTENCE.search(unit) or _is_no_unit(unit)):
        return None
    return Quantity(
        None,
        "range",
        low,
        high,
        status=_status(None, match["trail"] or ""),
        unit=unit,
        strict=match["after"] == "未満",
        note=_note(folded, match),
    )


def _compound(folded: Folded) -> Quantity | None:
    """95万9千人: several magnitudes are added up; 670万人 with one stays 670 of the unit 万人."""
    compact = re.sub(r"\s+", "", folded.text)
    found = re.search(rf"[0-9][0-9,]*{_MAGNITUDE}[0-9]", compact)
    match = _COMPOUND.match(compact, found.start()) if found else None
    if match is None:
        return None
    total, power = Decimal(0), 99
    for part in _PART.finditer(match["first"] + match["parts"]):
        here = _MAGNITUDES[part["magnitude"]]
        if here >= power:
            return None
        power = here
        total += _decimal(part["number"]).scaleb(here)
    if match["last"]:
        total += _decimal(match["last"])
    return _one(fold(compact[: match.start()] + str(_plain(total)) + compact[match.end() :]))


def _number(match: re.Match[str], name: str) -> Decimal:
    number = _decimal(match[f"{name}number"])
    return (
        -number
        if (match[f"{name}sign"] or "") in "△▲▴▵∆-マイナス" and match[f"{name}sign"]
        else number
    )


def _is_no_unit(unit: str) -> bool:
    """Whether digits are meant, however wide they are typed (the Ｏ of 8Ｏ), or a mark: 70？."""
    forms = unit, fold(unit).text
    return any(_NO_UNIT.match(one) for one in forms) or not all(map(_may_be_unit, forms[1]))


def _may_be_unit(sign: str) -> bool:
    """Whether a sign occurs in units: letters, kanji, currencies, %, ℃ and what joins them."""
    return sign in _IN_UNITS or unicodedata.category(sign) in _CATEGORIES_OF_UNITS


def split_mark(text: str) -> tuple[str, str] | None:
    """A figure and the mark typed behind it that is no unit: 70？ is 70 and ？. None for others."""
    text = text.strip()
    figure = text
    while figure and not (
        _may_be_unit(last := fold(figure).text[-1:] or " ") and last not in _JOIN_UNITS
    ):
        figure = figure[:-1].rstrip()
    if figure == text or read_quantity(text) is not None:
        return None
    quantity = read_quantity(figure)
    if quantity is None or (quantity.value is None and quantity.low is None):
        return None
    return figure, text[len(figure) :].strip()


def _unit(folded: Folded, match: re.Match[str], name: str = "unit") -> str | None:
    start, end = match.span(name)
    return folded.written(start, end).strip() or None if start >= 0 else None


def _note(folded: Folded, match: re.Match[str]) -> str | None:
    parts = [
        folded.written(*match.span(name)).strip()
        for name in ("before", "trail")
        if name in match.re.groupindex and match[name]
    ]
    return " ".join(part for part in parts if part) or None


def _status(mark: str | None, trail: str) -> Status:
    if mark == "p" or re.match(r"\s*\(?p\b", trail):
        return "provisional"
    if mark == "r" or re.match(r"\s*\(?r\b", trail):
        return "revised"
    for pattern, status in _STATUS_MARKS:
        if pattern.search(re.sub(r"[()\[\]\s]", "", trail)):
            return status
    return "normal"


# --- units --------------------------------------------------------------------------------------

_UNIT_MAGNITUDE = re.compile(r"([十百千]?[万億兆]|百|千)?(.*)", re.S)


def _factor(unit: str, wanted: str) -> Decimal | None:
    """By what a figure in one unit is multiplied to stand in another: 万人 to 人 is 10000."""
    here, there = _UNIT_MAGNITUDE.fullmatch(squash(unit)), _UNIT_MAGNITUDE.fullmatch(squash(wanted))
    if here is None or there is None or here[2] not in ("", there[2], _head(there[2])):
        return None
    return Decimal(1).scaleb(_MAGNITUDES.get(here[1] or "", 0) - _MAGNITUDES.get(there[1] or "", 0))


def _head(unit: str) -> str:
    """What a unit counts: the 人 of 人/年."""
    return unit.partition("/")[0]


def is_scale(unit: str) -> bool:
    """Whether a unit only says how many: the 万 of 3万."""
    return squash(unit) in _MAGNITUDES


def scale_of(unit: str) -> str:
    """By how many its unit counts: the 万 of 万人, nothing of 人."""
    match = _UNIT_MAGNITUDE.fullmatch(squash(unit))
    return match[1] or "" if match else ""


# --- the notes of a sheet -----------------------------------------------------------------------

_SIGN_NOTE = re.compile(
    r"(?<![A-Za-z0-9])※?(?P<signs>(?:[「『\"'“(]?(?P<one>[-ー~△▲…・.*xX×pr/○◎]{1,3})[」』\"'”)]?[、,及びと]*)+?)"
    r"\s*(?:(?:とは|印は|は|…|:|=)[、,]?\s*(?P<words>[^。「『]*?)(?=[。、「『]|$)"
    r"|\s+(?P<word>\S{2,8})(?=\s|$))"
)
_SHOWN_AS = re.compile(
    r"(?P<words>[^。、「『]{2,20})[はを]\s*[「『](?P<sign>[^」』]{1,3})[」』]\s*(?:と|で|により|を)"
)
_QUOTED = re.compile(r"[「『\"'“(](?P<sign>[^」』\"'”)]{1,3})[」』\"'”)]")
_WORDS: tuple[tuple[re.Pattern[str], Status], ...] = (
    (re.compile(r"秘匿|非公表|公表し(?:ない|ていない)|少数のため"), "suppressed"),
    (re.compile(r"未公表|集計中|公表予定|調査中|未確定|未集計|未到来"), "not_yet"),
    (
        re.compile(
            r"対象外|設定し(?:ない|ていない)|設定なし|未設定|該当|中止|休止|廃止|終了|適用|算定(?:せず|不能|しない)"
        ),
        "not_applicable",
    ),
    (re.compile(r"速報|暫定"), "provisional"),
    (re.compile(r"訂正|改定|修正"), "revised"),
    (re.compile(r"不詳|不明|欠|なし|無し|ない|未調査|未実施|データ|把握|していない"), "missing"),
)


def read_signs(note: str) -> dict[str, Status]:
    """The signs that a sheet's note explains: 「…」は不詳、「▲」は事業中止 gives both, squashed."""
    folded = fold(note).text
    signs: dict[str, Status] = {}
    for match in _SHOWN_AS.finditer(folded):
        if (status := _meaning(match["words"])) is not None:
            signs[squash(match["sign"])] = status
    for match in _SIGN_NOTE.finditer(folded):
        if (status := _meaning(match["words"] or match["word"] or "")) is None:
            continue
        quoted = [one["sign"] for one in _QUOTED.finditer(match["signs"])] or [match["one"]]
        for sign in quoted:
            signs[squash(sign)] = status
    return signs


def _meaning(words: str) -> Status | None:
    return next((status for pattern, status in _WORDS if pattern.search(words)), None)
