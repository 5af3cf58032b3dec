"""Fiscal years (April to March), in every form a clerk writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from opendata.japanese.era import Era, era_of_year, find_era, read_small_number
from opendata.japanese.text import Folded, fold, wide_like

FIRST_YEAR, LAST_YEAR = 1868, 2199


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """A fiscal year as written. Where era and western year disagree, the era is believed."""

    year: int
    text: str
    era_reading: int | None = None
    western_reading: int | None = None
    era: str | None = None
    """The era it was written in, or inherited: 平成."""
    never_existed: bool = False
    """The era ended before that year: 平成34年度."""
    suggestion: str | None = None
    """The same text with the wrong part corrected; None where nothing is wrong."""
    western_suggestion: str | None = None
    """The same text with its era year corrected, should the western year be right."""
    month: int | None = None
    """The calendar month, where a date was written rather than a year."""

    @property
    def disagrees(self) -> bool:
        """Whether an era year and a western year were both written, and differ."""
        return (
            self.era_reading is not None
            and self.western_reading is not None
            and self.era_reading != self.western_reading
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A year or date found in a folded text, at [start, end) of the copy."""

    start: int
    end: int
    calendar_year: int
    month: int | None
    day: int | None
    said_fiscal: bool
    """年度 was written."""
    fiscal_year: FiscalYear


# --- the grammar: a year is an era year, a western year, or one with the other in brackets -------

_N = r"(?:元|[0-9]{1,2}|[〇一二三四五六七八九十]{1,3})"
_NOT_A_YEAR = (
    r"(?!\s*(?:[かケヵヶカ箇個]\s*年|年\s*[間目後前生来史]|年\s*(?:以上|以内|ごと|毎|ぶり|未満)))"
)
_LONG_ERA = re.compile(rf"(?P<era>明治|大正|昭和|平成|令和)\s*(?P<n>{_N}){_NOT_A_YEAR}(?![0-9])")
_SHORT_ERA = re.compile(
    r"(?<![A-Za-z0-9])(?P<era>[MTSHRmtshr])\.?[ \u3000]?(?P<n>元|[0-9]{1,2})(?![0-9A-Za-z%])"
)
_WESTERN = re.compile(
    r"(?<![0-9.,])(?:西暦\s*|FY\s*|fy\s*)?(?P<w>(?:1[89]|20|21)[0-9]{2})"
    r"(?![0-9]|,[0-9]{3}|\.[0-9]*[^0-9.月]|年間)"
)
_SHORT_WESTERN = re.compile(r"(?<![A-Za-z0-9])'(?P<s>[0-9]{2})(?![0-9A-Za-z])")
_BARE = re.compile(rf"(?<![0-9.,第])(?P<n>{_N}){_NOT_A_YEAR}(?![0-9]|,[0-9]|\.[0-9])")
_SUFFIX = re.compile(r"\s*(?:年\s*度|年(?!\s*[間目])|度(?=\s*(?:末|$)))")
_SUFFIX_BEHIND = re.compile(r"\s*(?:年\s*度?|度)")
_OPEN = re.compile(r"\s*[(\[【/・=]\s*|[ \t]*\n[ \t]*")
_CLOSE = re.compile(r"\s*[)\]】]")
_MONTH = re.compile(
    r"\s*(?P<m>1[0-2]|0?[1-9])\s*月(?!\s*[分期間])"
    r"(?:\s*(?P<d>3[01]|[12][0-9]|0?[1-9])\s*日(?!\s*間))?"
)
_DOTTED = re.compile(
    r"(?P<sep>[./-])(?P<m>1[0-2]|0?[1-9])(?![0-9])"
    r"(?:(?P=sep)(?P<d>3[01]|[12][0-9]|0?[1-9])(?![0-9]))?(?P<g>月?)"
)
_VALUE_WORD = r"(?:実績|目標|計画|見込|現状|基準|推計|予測|策定|中間|最終|時点|末)"
_YEAR_BEHIND = re.compile(
    rf"\s*(?:年|{_VALUE_WORD})|\s*[(\[【]\s*[明大昭平令MTSHR]|[-/.][0-9]{{1,2}}[-/.][0-9]"
)
_APART_BEFORE = re.compile(rf"(?:^|[\s(\[【:~/、,■◆●◇□○★☆▼▽]|{_VALUE_WORD}値?)$")
_APART_BEHIND = re.compile(r"\s*(?:$|[)\]】~/]|-\s*[0-9])")
_AFTER_YEAR = re.compile(r"\s*(?:年度末|年度|年末|年|末|[)\]】~、。,・\s]|$)")
_RANGE = re.compile(r"\s*(?:~|-|から|より|→|,|、|・)\s*(?:翌|同)?$")


@dataclass(slots=True)
class _Atom:
    """One written year: an era year or a western year, with its suffix."""

    start: int
    end: int
    era: Era | None
    number: int
    number_at: tuple[int, int]
    era_at: tuple[int, int] | None = None
    suffix: str = ""
    short: bool = False
    bare: bool = False

    @property
    def year(self) -> int:
        if self.era is not None:
            return self.era.base + self.number
        return 2000 + self.number if self.short else self.number


def read_fiscal_year(
    text: str | int | float | date | None, era: str | None = None
) -> FiscalYear | None:
    """The fiscal year that a whole cell is, in any written form; None where it is anything else.

    `era` (令和, R) is the one to inherit: 26年度 in a table of 平成 years. A bare small number is a
    year only then. A date belongs to the fiscal year it lies in.
    """
    if text is None or isinstance(text, bool):
        return None
    if isinstance(text, date):
        return _of_date(text)
    if isinstance(text, (int, float)):
        if not 0 < text <= LAST_YEAR or text != int(text):
            return None
        text = str(int(text))
    folded = fold(text)
    before = _BEFORE.match(folded.text)
    start = before.end() if before else 0
    found = next(_matches(folded, find_era(era) if era else None, whole=True), None)
    if found is None or found.start != start or not _BEHIND.fullmatch(folded.text, found.end):
        return None
    return _with_text(found, folded)


_BEFORE = re.compile(r"[\s(\[【<]*")
_BEHIND = re.compile(r"\s*(?:末|初|中|当初|頃|まで)?\s*(?:現在|時点)?[\s)\]】>]*")


def find_fiscal_years(text: str, era: str | None = None) -> tuple[FiscalYear, ...]:
    """All fiscal years (and dates) inside a running text, in order.

    An era written before is inherited within the text: 平成20年度から23年度 is 2008 and 2011.
    """
    return tuple(one.fiscal_year for one in find_years(fold(text), era))


def find_years(folded: Folded, era: str | None = None) -> tuple[Found, ...]:
    """All years and dates of a folded text, with their places."""
    return tuple(_matches(folded, find_era(era) if era else None, whole=False))


def _of_date(day: date) -> FiscalYear:
    written = day.date() if isinstance(day, datetime) else day
    return FiscalYear(written.year - (written.month < 4), written.isoformat(), month=written.month)


def _with_text(found: Found, folded: Folded) -> FiscalYear:
    """The year with the whole cell as its text."""
    year = found.fiscal_year
    start, end = folded.place(found.start, found.end)

    def whole(suggestion: str | None) -> str | None:
        return suggestion and folded.source[:start] + suggestion + folded.source[end:]

    return replace(
        year,
        text=folded.source,
        suggestion=whole(year.suggestion),
        western_suggestion=whole(year.western_suggestion),
    )


def _matches(folded: Folded, era: Era | None, *, whole: bool) -> Iterator[Found]:
    text = folded.text
    position = 0
    century: int | None = None
    previous_end: int | None = None
    for start in _starts(text):
        if start < position:
            continue
        follows = previous_end is not None and bool(_RANGE.fullmatch(text, previous_end, start))
        first = _atom(text, start, era, century, whole=whole, follows=follows)
        if first is None:
            continue
        found = _complete(folded, first, whole=whole)
        yield found
        position = previous_end = found.end
        if first.era is not None:
            era, century = first.era, None
        elif not first.short:
            century = first.number // 100 * 100
        if found.fiscal_year.era is not None:
            era = find_era(found.fiscal_year.era)


_START = re.compile(
    r"明治|大正|昭和|平成|令和|(?<![A-Za-z0-9])[MTSHRmtshr](?=\.?[ \u3000]?[0-9元])|'(?=[0-9]{2})"
    r"|西暦|FY|fy|(?<![0-9])[0-9]|(?<![〇一二三四五六七八九十])[元一二三四五六七八九十]"
)


def _starts(text: str) -> Iterator[int]:
    for match in _START.finditer(text):
        yield match.start()


def _atom(
    text: str, start: int, era: Era | None, century: int | None, *, whole: bool, follows: bool
) -> _Atom | None:
    """The year that begins here. A bare small number needs an era (or century) to inherit."""
    atom: _Atom | None = None
    if match := _LONG_ERA.match(text, start) or _SHORT_ERA.match(text, start):
        written = match["era"]
        if len(written) == 1 and not whole and written not in "SHR":
            return None
        number = read_small_number(match["n"])
        found_era = find_era(written)
        if number is None or found_era is None:
            return None
        atom = _Atom(start, match.end(), found_era, number, match.span("n"), match.span("era"))
    elif match := _WESTERN.match(text, start):
        year = int(match["w"])
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return None
        atom = _Atom(start, match.end(), None, year, match.span("w"))
        if not whole and not follows and not _plausible(text, match):
            return None
    elif match := _SHORT_WESTERN.match(text, start):
        atom = _Atom(start, match.end(), None, int(match["s"]), match.span("s"), short=True)
    elif (era is not None or century is not None) and (match := _BARE.match(text, start)):
        return _bare_atom(text, match, era, century, whole=whole, follows=follows)
    if atom is None:
        return None
    return _take_suffix(text, atom)


def _plausible(text: str, match: re.Match[str]) -> bool:
    """Whether four digits in a running text are a year: 2022年度, (2016), 2019～; not 戦略2010."""
    behind = match.end()
    if match[0] != match["w"] or _YEAR_BEHIND.match(text, behind):
        return True
    stands_apart = _APART_BEFORE.search(text, 0, match.start()) is not None
    return stands_apart and _APART_BEHIND.match(text, behind) is not None


def _bare_atom(
    text: str,
    match: re.Match[str],
    era: Era | None,
    century: int | None,
    *,
    whole: bool,
    follows: bool,
) -> _Atom | None:
    number = read_small_number(match["n"])
    if number is None:
        return None
    after = text[match.end() :]
    said = re.match(r"\s*年\s*度", after) or re.match(r"\s*年\s*(?:1[0-2]|0?[1-9])\s*月", after)
    if not (said or whole or (follows and _AFTER_YEAR.match(after))):
        return None
    if century is not None:
        if len(match["n"]) != 2 or not match["n"].isascii():
            return None
        atom = _Atom(match.start(), match.end(), None, century + number, match.span("n"), bare=True)
    else:
        atom = _Atom(match.start(), match.end(), era, number, match.span("n"), bare=True)
    return _take_suffix(text, atom)


def _take_suffix(text: str, atom: _Atom) -> _Atom:
    if match := _SUFFIX.match(text, atom.end):
        atom.suffix = match[0].strip()
        atom.end = match.end()
    return atom


def _complete(folded: Folded, first: _Atom, *, whole: bool) -> Found:
    """Add the other reading in brackets, the suffix behind it, and a month and day."""
    text = folded.text
    end, suffix = first.end, first.suffix
    month, day, end = _month(text, end, first, whole=whole)
    second: _Atom | None = None
    if month is None:
        second, end, suffix = _other_reading(text, first)
        if second is not None:
            month, day, end = _month(text, end, second, whole=whole)
    atoms = (first,) if second is None else (first, second)
    by_era = next((atom for atom in atoms if atom.era is not None), None)
    western = next((atom for atom in atoms if atom.era is None), None)
    believed = by_era or western or first
    calendar_year = believed.year
    said_fiscal = any("度" in part for part in (suffix, *(atom.suffix for atom in atoms)))
    year = calendar_year - (month is not None and month < 4 and not said_fiscal)
    text_start, text_end = folded.place(first.start, end)
    never = by_era is not None and by_era.era is not None and _never(by_era.era, by_era.number)
    return Found(
        first.start,
        end,
        calendar_year,
        month,
        day,
        said_fiscal,
        FiscalYear(
            year,
            folded.source[text_start:text_end],
            by_era.year if by_era else None,
            western.year if western else None,
            by_era.era.name if by_era and by_era.era else None,
            never,
            _suggestion(folded, by_era, western, text_start, text_end),
            _western_suggestion(folded, by_era, western, text_start, text_end),
            month,
        ),
    )


def _other_reading(text: str, first: _Atom) -> tuple[_Atom | None, int, str]:
    """The other reading behind a year: 令和７年度（2026年度）, 2019（令和元）年度."""
    opening = _OPEN.match(text, first.end)
    if opening is None:
        return None, first.end, first.suffix
    second = _atom(text, opening.end(), None, None, whole=False, follows=True)
    if second is None:
        return None, first.end, first.suffix
    is_same = (second.era is None) == (first.era is None)
    if is_same and (first.era is None or first.year != second.year):
        return None, first.end, first.suffix
    end, suffix = second.end, first.suffix
    if "(" in opening[0] or "[" in opening[0] or "【" in opening[0]:
        closing = _CLOSE.match(text, end)
        if closing is None:
            return None, first.end, first.suffix
        end = closing.end()
        behind = _SUFFIX_BEHIND.match(text, end)
        if behind is not None and first.suffix in ("", "年"):
            end, suffix = behind.end(), behind[0]
    return second, end, suffix


def _month(text: str, end: int, atom: _Atom, *, whole: bool) -> tuple[int | None, int | None, int]:
    """The month and day behind a year: 年7月30日, .4.1, /7/30, -07-30."""
    if "度" in atom.suffix:
        return None, None, end
    if text[end - 1 : end] in ("年", ")", "]", "】"):
        match = _MONTH.match(text, end)
    else:
        match = _DOTTED.match(text, end)
        if match is not None and not _is_dotted_date(match, atom, whole=whole):
            match = None
    if match is None:
        return None, None, end
    day = match["d"]
    return int(match["m"]), int(day) if day else None, match.end()


def _is_dotted_date(match: re.Match[str], atom: _Atom, *, whole: bool) -> bool:
    """R5.4, R5.4.1, 2018-07-30 and 2018/7 are dates; R4-7 and (in a text) 2010-12 are not."""
    if match["d"]:
        return True
    if match["sep"] == "-":
        return whole and atom.era is None and len(match["m"]) == 2
    if match["sep"] == "/":
        return atom.era is None
    return atom.era is not None or bool(match["g"]) or (whole and len(match["m"]) == 2)


def _never(era: Era, number: int) -> bool:
    return era.last is not None and number > era.last


_Change = tuple[int, int, str]
"""From where to where a text is replaced, and by what."""


def _suggestion(
    folded: Folded, by_era: _Atom | None, western: _Atom | None, start: int, end: int
) -> str | None:
    """The text as it should have been written; None where nothing is wrong."""
    changes: list[_Change] = []
    if by_era is not None and by_era.era is not None and _never(by_era.era, by_era.number):
        changes += _era_changes(folded, by_era, by_era.year)
    if by_era is not None and western is not None and by_era.year != western.year:
        year = str(by_era.year)
        changes.append(_digits(folded, western.number_at, year[2:] if western.short else year))
    return _changed(folded, changes, start, end)


def _western_suggestion(
    folded: Folded, by_era: _Atom | None, western: _Atom | None, start: int, end: int
) -> str | None:
    """The text with the era year of its western year; None where they agree."""
    if by_era is None or western is None or by_era.year == western.year:
        return None
    changes = [*_era_changes(folded, by_era, western.year)]
    return _changed(folded, changes, start, end)


def _era_changes(folded: Folded, atom: _Atom, year: int) -> Iterator[_Change]:
    """What makes an era year the one of another western year."""
    era = era_of_year(year)
    yield _digits(folded, atom.number_at, str(year - era.base))
    if atom.era_at is not None and era is not atom.era:
        left, stop = folded.place(*atom.era_at)
        yield left, stop, _era_like(era, folded.source[left:stop])


def _changed(folded: Folded, changes: list[_Change], start: int, end: int) -> str | None:
    if not changes:
        return None
    text = folded.source
    for left, stop, new in sorted(changes, reverse=True):
        text = text[:left] + new + text[stop:]
        end += len(new) - (stop - left)
    return text[start:end]


def _era_like(era: Era, written: str) -> str:
    """The era as another one was written: its name, or a letter of the same width and case."""
    if len(written) > 1 or not written.isalpha() or unicodedata.east_asian_width(written) == "W":
        return era.name
    return wide_like(era.letter.lower() if written.islower() else era.letter, written)


def _digits(folded: Folded, place: tuple[int, int], digits: str) -> tuple[int, int, str]:
    left, stop = folded.place(*place)
    return left, stop, wide_like(digits, folded.source[left:stop])
