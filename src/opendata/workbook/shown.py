"""Number formats: what a cell shows for its value.

Percent signs, leading zeros, words around the figure, thousands left out, and era dates change
what it says (`shower`); separators, rounding and the signs of negative figures only how it looks
(`looker`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from opendata.workbook.types import Value

Shower = Callable[[Value], str | None]
Moment = Literal["date", "elapsed"]
_FROM_1900, _FIRST_MONTHS, _FROM_1904 = map(
    datetime.combine, (date(1899, 12, 30), date(1899, 12, 31), date(1904, 1, 1)), (time(),) * 3
)

BUILT_IN: Mapping[int, str] = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    14: "yyyy/m/d",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    27: '[$-411]ge"."m"."d',
    28: '[$-411]ggge"年"m"月"d"日"',
    29: '[$-411]ggge"年"m"月"d"日"',
    30: "m/d/yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"時"mm"分"',
    33: 'h"時"mm"分"ss"秒"',
    34: 'yyyy"年"m"月"',
    35: 'm"月"d"日"',
    36: '[$-411]ge"."m"."d',
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    49: "@",
    50: '[$-411]ge"."m"."d',
    51: '[$-411]ggge"年"m"月"d"日"',
    52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"',
    54: '[$-411]ggge"年"m"月"d"日"',
    55: 'yyyy"年"m"月"',
    56: 'm"月"d"日"',
    57: '[$-411]ge"."m"."d',
    58: '[$-411]ggge"年"m"月"d"日"',
}
"""The formats that files name by number alone, as a Japanese Excel shows them."""

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")
_NUMERALS: Mapping[str, Callable[[str], str]] = {
    "DBNum1": lambda text: re.sub(r"[0-9]+", lambda found: _in_kanji(found[0]), text),
    "DBNum3": lambda text: text.translate(_WIDE),
}
"""The ways of writing figures that a format can ask for; the legal ones (壱) are not here."""

_ERAS = (
    (date(2019, 5, 1), "令和", "R"),
    (date(1989, 1, 8), "平成", "H"),
    (date(1926, 12, 25), "昭和", "S"),
    (date(1912, 7, 30), "大正", "T"),
    (date(1868, 1, 25), "明治", "M"),
)
_WEEKDAYS = "月火水木金土日"
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|!(?P<forced>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/標準)|(?P<ampm>AM/PM|A/P|午前/午後)"
    r"|(?P<power>[Ee][+-]0+)|(?P<date>[Gg]+|e+|r+|[Yy]+|[Mm]+|[Dd]+|[Aa]{3,4}|[Hh]+|[Ss]+)"
    r"|(?P<digits>[0#?][0#?,.]*|\.[0#?]+)|(?P<percent>%)"
    r"|(?P<text>@)|(?P<other>.)",
    re.S,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?[0-9.]+)$")
_MATTERS = re.compile(r"[^\s\d()（）\-‐－―△▲▴▵+＋.,、/:：$¥￥\\~～'_*]")


@dataclass(frozen=True)
class _Section:
    """One of the sections of a format that a semicolon parts: its tokens as (kind, text)."""

    tokens: tuple[tuple[str, str], ...]
    condition: tuple[str, float] | None
    japanese: bool

    @cached_property
    def is_date(self) -> bool:
        figures = any(kind == "digits" and text[0] != "." for kind, text in self.tokens)
        return not figures and any(kind == "date" for kind, _ in self.tokens)

    @cached_property
    def numerals(self) -> Callable[[str], str] | None:
        """How the figures are written, where not in plain digits."""
        return next((_NUMERALS[text] for kind, text in self.tokens if kind == "numerals"), None)

    @cached_property
    def is_words(self) -> bool:
        """Whether it shows the same words for every number: a dash for zero."""
        kinds = {kind for kind, _ in self.tokens} - {"numerals"}
        return kinds == {"literal"}

    @cached_property
    def is_parted(self) -> bool:
        """Whether signs stand between the digits: 000-0000, and 0!.0, for ten thousands."""
        groups = [text for kind, text in self.tokens if kind == "digits"]
        return (
            len(groups) > 1
            and all(set(one) <= set("0#,") for one in groups)
            and not any(
                kind in ("power", "general", "percent", "elapsed", "date")
                for kind, _ in self.tokens
            )
            and not any(kind == "literal" and text == "/" for kind, text in self.tokens)
        )

    @cached_property
    def is_scientific(self) -> bool:
        """Whether it shows a figure and a power of ten: 0.00E+00."""
        return [kind for kind, _ in self.tokens if kind != "literal"] == ["digits", "power"]

    @cached_property
    def is_fraction(self) -> bool:
        """Whether it shows a whole number and a fraction, or one alone: # ?/?, ?/8."""
        shape = "".join("0" if kind == "digits" else text for kind, text in self.tokens)
        return re.fullmatch(r"(0 +)?0/(0|[1-9][0-9]*0?) *", shape) is not None

    @cached_property
    def is_number(self) -> bool:
        """Whether it shows one number in a way that is understood here."""
        numbers = [text for kind, text in self.tokens if kind in ("digits", "general")]
        odd = any(kind in ("power", "elapsed") for kind, _ in self.tokens)
        return len(numbers) == 1 and not odd

    @cached_property
    def matters(self) -> bool:
        """Whether it changes what a figure says."""
        return self.is_parted or (
            self.is_number
            and any(
                kind == "percent"
                or (kind == "literal" and _MATTERS.search(text) is not None)
                or (kind == "digits" and self._is_padded_or_cut(text))
                for kind, text in self.tokens
            )
        )

    @staticmethod
    def _is_padded_or_cut(pattern: str) -> bool:
        read = _read_pattern(pattern)
        return read.least > 1 or read.thousands > 0

    @cached_property
    def around(self) -> tuple[str, str]:
        """The words before and behind the number."""
        before, behind, seen = "", "", False
        for kind, text in self.tokens:
            if kind in ("digits", "general"):
                seen = True
            elif kind in ("literal", "percent"):
                before, behind = (before, behind + text) if seen else (before + text, behind)
        return before.lstrip(), behind.rstrip()

    @cached_property
    def percents(self) -> int:
        return sum(kind == "percent" for kind, _ in self.tokens)

    @cached_property
    def pattern(self) -> _Pattern | None:
        """How the digits stand; None for General."""
        return next((_read_pattern(text) for kind, text in self.tokens if kind == "digits"), None)


class _Pattern(NamedTuple):
    """The digits of a format, like #,##0.0 or 0000."""

    step: Decimal
    least: int
    optional: int
    grouped: bool
    thousands: int


def _read_pattern(text: str) -> _Pattern:
    """Commas behind the last digit, or right before the point, are thousands left out.

    ? leaves a space for a digit.
    """
    whole, _, decimals = text.replace("?", "#").partition(".")
    kept, places = whole.rstrip(","), decimals.rstrip(",")
    thousands = len(whole) - len(kept) + len(decimals) - len(places)
    whole, decimals = kept, places.replace(",", "")
    return _Pattern(
        Decimal(1).scaleb(-len(decimals)),
        whole.count("0"),
        len(decimals) - len(decimals.rstrip("#")),
        "," in whole,
        thousands,
    )


def moment_of(code: str) -> Moment | None:
    """Whether a number in this format is a date or time, or a length of time; None for a figure."""
    first = _sections(code)[0]
    if any(kind == "elapsed" for kind, _ in first.tokens):
        return "elapsed"
    return "date" if first.is_date else None


@lru_cache(maxsize=4096)
def shower(code: str) -> Shower | None:
    """What turns a value into the text its format shows; None where the format does not matter."""
    sections = _sections(code)
    if not sections:
        return None
    if any(section.is_date for section in sections):
        return _date_shower(sections[0]) if _date_matters(sections[0]) else None
    words = _around_text(sections)
    if words is not None:
        before, behind = words
        return lambda value: (
            f"{before}{value}{behind}"
            if isinstance(value, str)
            else _number(sections, value, looks=False)
        )
    if not any(section.matters for section in sections):
        return None
    return lambda value: _number(sections, value, looks=False)


def _around_text(sections: tuple[_Section, ...]) -> tuple[str, str] | None:
    """The words that a format puts around a text; None where it puts none."""
    section = sections[3] if len(sections) > 3 else sections[-1]
    if sum(kind == "text" for kind, _ in section.tokens) != 1:
        return None
    at = [kind for kind, _ in section.tokens].index("text")
    before, behind = (
        "".join(text for kind, text in tokens if kind == "literal")
        for tokens in (section.tokens[:at], section.tokens[at + 1 :])
    )
    return (before, behind) if before.strip() or behind.strip() else None


@lru_cache(maxsize=4096)
def looker(code: str) -> Shower | None:
    """What turns a value into the text it looks like; None for General and for texts."""
    sections = _sections(code)
    if any(kind == "elapsed" for kind, _ in sections[0].tokens):
        return lambda value: _elapsed(sections[0], value)
    if any(section.is_date for section in sections):
        return _date_shower(sections[0]) if sections[0].is_date else None
    if not any(kind in ("digits", "literal") for section in sections for kind, _ in section.tokens):
        return None
    return lambda value: _number(sections, value, looks=True)


@lru_cache(maxsize=4096)
def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[_Section] = []
    tokens: list[tuple[str, str]] = []
    condition: tuple[str, float] | None = None
    japanese = False
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match[match.lastgroup or 0]
        if kind == "other" and text == ";":
            sections.append(_Section(tuple(tokens), condition, japanese))
            tokens, condition, japanese = [], None, False
        elif kind == "bracket":
            if found := _CONDITION.match(text):
                condition = (found[1], float(found[2]))
            elif text in _NUMERALS:
                tokens.append(("numerals", text))
            elif re.fullmatch(r"[hms]+", text, re.I):
                tokens.append(("elapsed", text))
            elif text.startswith("$"):
                symbol, _, locale = text[1:].partition("-")
                japanese = japanese or locale.upper().endswith("411") or "ja" in locale.lower()
                if symbol:
                    tokens.append(("literal", symbol))
        elif kind in ("quoted", "escaped", "forced", "other"):
            tokens.append(("literal", text))
        elif kind:
            tokens.append((kind, text.lower() if kind == "date" else text))
    sections.append(_Section(tuple(tokens), condition, japanese))
    return tuple(sections)


# --- numbers ------------------------------------------------------------------------------------


def _number(sections: tuple[_Section, ...], value: Value, *, looks: bool) -> str | None:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    section, absolute = _choose(sections, value)
    if section is None:
        return None
    if looks and section.is_words:
        return "".join(text for kind, text in section.tokens if kind == "literal").strip() or None
    number = Decimal(format(value, ".15g"))
    if absolute:
        number = abs(number)
    if looks and section.is_fraction:
        return _fraction(section, number)
    if looks and section.is_scientific:
        return _scientific(section, number)
    if not (section.matters or (looks and section.is_number)):
        return None
    if section.is_parted:
        return _parted(section, number)
    if section.percents:
        number = number.scaleb(2 * section.percents)
    digits = _general(number) if section.pattern is None else _digits(section.pattern, number)
    if section.numerals:
        digits = section.numerals(digits)
    before, behind = section.around
    sign = "-" if number < 0 and digits.strip("0.,") else ""
    return f"{sign}{before}{digits}{behind}"


def _parted(section: _Section, number: Decimal) -> str:
    """The digits dealt out to the places of the format, from the right."""
    patterns = [_read_pattern(text) for kind, text in section.tokens if kind == "digits"]
    number = number.scaleb(-3 * sum(one.thousands for one in patterns))
    left = str(abs(number).quantize(Decimal(1), ROUND_HALF_UP))
    pieces: list[str] = []
    for kind, text in reversed(section.tokens):
        if kind == "digits":
            pattern, places = patterns.pop(), len(text.replace(",", ""))
            here, left = (left[-places:], left[:-places]) if patterns else (left, "")
            here = here.zfill(pattern.least)
            pieces.append(format(int(here), ",") if pattern.grouped and here else here)
        elif kind == "literal":
            pieces.append(text)
    return "-" * (number < 0) + "".join(reversed(pieces)).strip()


def _scientific(section: _Section, number: Decimal) -> str:
    """A figure below ten and its power of ten: 1.23E+06."""
    before, behind = section.around
    power = next(text for kind, text in section.tokens if kind == "power")
    pattern = section.pattern or _read_pattern("0")
    exponent = number.adjusted() if number else 0
    figure = number.scaleb(-exponent).quantize(pattern.step, ROUND_HALF_UP)
    if abs(figure) >= 10:
        figure, exponent = figure / 10, exponent + 1
    sign = "-" if exponent < 0 else "+" * ("+" in power)
    tail = f"E{sign}{abs(exponent):0{power.count('0')}}"
    return f"{'-' if number < 0 else ''}{before}{_digits(pattern, figure)}{tail}{behind}"


def _fraction(section: _Section, number: Decimal) -> str:
    """1 1/2: the nearest fraction whose denominator has as many digits as its places."""
    shape = "".join(text for _, text in section.tokens).strip()
    front, _, below = shape.partition("/")
    size = abs(Fraction(number))
    if below.isdigit() and int(below):
        below = below.strip()
        told = Fraction(round(size * int(below)), 1)
        over, under = int(told), int(below)
    else:
        near = size.limit_denominator(10 ** len(below) - 1)
        over, under = near.numerator, near.denominator
    whole, over = divmod(over, under) if " " in front else (0, over)
    part = f"{over}/{under}" if over else ""
    sign = "-" if number < 0 and (whole or over) else ""
    return sign + (" ".join(one for one in (str(whole) * (whole > 0), part) if one) or "0")


def _in_kanji(digits: str) -> str:
    """A number below 10,000 as 千二百三十四; digit for digit where it is larger or padded."""
    if len(digits) > 4 or (len(digits) > 1 and digits[0] == "0"):
        return digits.translate(_KANJI)
    names = zip(digits, ("千", "百", "十", "")[-len(digits) :], strict=True)
    text = "".join(
        ("" if one == "1" and name else one.translate(_KANJI)) + name
        for one, name in names
        if one != "0"
    )
    return text or "〇"


def _choose(sections: tuple[_Section, ...], value: float) -> tuple[_Section | None, bool]:
    """The section for a value, and whether the sign is the section's own business."""
    if any(section.condition for section in sections):
        for section in sections:
            if section.condition is None or _holds(section.condition, value):
                return section, section.condition is not None and _is_below_zero(section.condition)
        return None, False
    if len(sections) > 2 and value == 0:
        return sections[2], True
    if len(sections) > 1 and value < 0:
        return sections[1], True
    return sections[0], False


def _is_below_zero(condition: tuple[str, float]) -> bool:
    """Whether it holds for negative figures only: their sign is then the section's business."""
    sign, limit = condition
    return (sign == "<" and limit <= 0) or (sign in ("<=", "=") and limit < 0)


def _holds(condition: tuple[str, float], value: float) -> bool:
    sign, limit = condition
    return {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
        "=": value == limit,
        "<>": value != limit,
    }[sign]


def _digits(pattern: _Pattern, number: Decimal) -> str:
    """The digits of a number without its sign."""
    if pattern.thousands:
        number = number.scaleb(-3 * pattern.thousands)
    number = abs(number).quantize(pattern.step, ROUND_HALF_UP)
    text = format(number, ",f" if pattern.grouped else "f")
    if pattern.least == 1 and not pattern.optional:
        return text
    head, _, tail = text.partition(".")
    if pattern.optional:
        fixed = len(tail) - pattern.optional
        tail = tail[:fixed] + tail[fixed:].rstrip("0")
    if not pattern.grouped:
        head = head.zfill(pattern.least)
    if not pattern.least and head == "0" and tail:
        head = ""
    return f"{head}.{tail}" if tail else head


def _general(number: Decimal) -> str:
    return format(abs(number).normalize(), "f")


# --- dates --------------------------------------------------------------------------------------


def _date_shower(section: _Section) -> Shower:
    return lambda value: _date(section, value)


def _date_matters(section: _Section) -> bool:
    """Whether it shows eras, weekdays or Japanese words; the others are plain dates already."""
    eras = any(kind == "date" and text[0] in "ger" for kind, text in section.tokens)
    words = any(
        kind == "literal" and re.search(r"[^\x00-\x7f]", text) for kind, text in section.tokens
    )
    weekdays = any(kind == "date" and text[0] == "a" for kind, text in section.tokens)
    return section.is_date and (eras or words or weekdays)


def _date(section: _Section, value: Value) -> str | None:
    if isinstance(value, time):
        moment = datetime.combine(date(1900, 1, 1), value)
    elif isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, time())
    else:
        return None
    pieces: list[str] = []
    tokens = section.tokens
    if any(kind == "ampm" for kind, _ in tokens):
        noon = f"{moment:%p}"
        moment = moment.replace(hour=(moment.hour - 1) % 12 + 1)
    else:
        noon = ""
    era_named = section.japanese or any(kind == "date" and text[0] in "gr" for kind, text in tokens)
    for index, (kind, text) in enumerate(tokens):
        if kind == "literal":
            pieces.append(text)
        elif kind == "date":
            followed = tokens[index + 1][1] if index + 1 < len(tokens) else ""
            minutes = _means_minutes(tokens, index)
            piece = _date_part(text, moment, era_named, minutes, followed)
            if piece is None:
                return None
            pieces.append(piece)
        elif kind == "ampm":
            pieces.append({"AM": "午前", "PM": "午後"}[noon] if text == "午前/午後" else noon)
        elif kind == "digits" and text[0] == ".":
            pieces.append(f".{moment.microsecond:06}"[: len(text)])
        elif kind not in ("text", "numerals"):
            return None
    shown = "".join(pieces).strip()
    return section.numerals(shown) if section.numerals else shown


def _elapsed(section: _Section, value: Value) -> str | None:
    """A length of time: 30:05 for a day, six hours and five minutes."""
    if not isinstance(value, timedelta) or value < timedelta():
        return None
    seconds = round(value.total_seconds())
    pieces: list[str] = []
    for kind, text in section.tokens:
        one = text[0].lower()
        if kind == "elapsed":
            number = seconds // {"h": 3600, "m": 60, "s": 1}[one]
            pieces.append(str(number).zfill(len(text)))
        elif kind == "date" and one in "ms":
            pieces.append(str(seconds // {"m": 60, "s": 1}[one] % 60).zfill(len(text)))
        elif kind == "literal":
            pieces.append(text)
        else:
            return None
    return "".join(pieces).strip()


def _date_part(
    text: str, moment: datetime, era_named: bool, minutes: bool, followed: str
) -> str | None:
    letter, length = text[0], len(text)
    start, name, initial = _era(moment.date())
    if letter == "g":
        return {1: initial, 2: name[0]}.get(length, name)
    if letter in "er":
        year = moment.year - start.year + 1 if era_named else moment.year
        if letter == "r":
            return (initial if length == 1 else name) + f"{year:02}"
        if year == 1 and followed.startswith("年"):
            return "元"
        return f"{year:02}" if length > 1 else str(year)
    if letter == "y":
        return f"{moment.year % 100:02}" if length < 3 else str(moment.year)
    if letter == "m" and minutes:
        return f"{moment.minute:02}" if length > 1 else str(moment.minute)
    if letter == "m" and length > 2:
        return {3: f"{moment:%b}", 5: f"{moment:%B}"[0]}.get(length, f"{moment:%B}")
    if letter == "a":
        return _WEEKDAYS[moment.weekday()] + ("曜日" if length == 4 else "")
    if letter == "d" and length > 2:
        return f"{moment:%a}" if length == 3 else f"{moment:%A}"
    number = {"m": moment.month, "d": moment.day, "h": moment.hour, "s": moment.second}[letter]
    return f"{number:02}" if length > 1 else str(number)


def _means_minutes(tokens: tuple[tuple[str, str], ...], index: int) -> bool:
    """Whether an m stands behind hours or before seconds."""
    parts = [(at, text[0]) for at, (kind, text) in enumerate(tokens) if kind == "date"]
    here = next(at for at, (place, _) in enumerate(parts) if place == index)
    before = parts[here - 1][1] if here else ""
    behind = parts[here + 1][1] if here + 1 < len(parts) else ""
    return before == "h" or behind == "s"


def _era(day: date) -> tuple[date, str, str]:
    return next((era for era in _ERAS if day >= era[0]), _ERAS[-1])


def moment(number: float, kind: Moment, *, from_1904: bool) -> Value:
    """The moment that a spreadsheet's number is; the number where it is none that Excel knows."""
    if kind == "elapsed" and abs(number) < 2_958_466:
        return timedelta(milliseconds=round(number * 86_400_000))
    if kind == "date" and 0 <= number < 1 and round(number * 86_400_000) < 86_400_000:
        return (_FROM_1900 + timedelta(milliseconds=round(number * 86_400_000))).time()
    found = from_serial(number, from_1904=from_1904) if kind == "date" else None
    return number if found is None else found


def from_serial(serial: float, *, from_1904: bool) -> date | datetime | None:
    """The date of a spreadsheet's day number; None outside of what Excel knows."""
    if not 0 <= serial < 2_958_466 - 1_462 * from_1904:
        return None
    base = _FROM_1904 if from_1904 else _FROM_1900 if serial >= 60 else _FIRST_MONTHS
    if serial == int(serial):
        return (base + timedelta(days=int(serial))).date()
    found = base + timedelta(milliseconds=round(serial * 86_400_000))
    return found.date() if found.time() == time() else found


def iso_moment(text: str) -> Value:
    """The date or time of an ISO 8601 text; the text where it is none."""
    for kind in (date, time, datetime):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    return text
