"""What a heading says: its role, by the words that plans and KPI tables are written in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from opendata.japanese import FiscalYear, find_fiscal_years, read_fiscal_year, squash, tidy

VALUES = frozenset({"baseline", "midterm_target", "target", "actual", "forecast"})
LEVELS = ("goal", "policy", "measure", "initiative", "project")
YEARS_OF = {
    "baseline_year": "baseline",
    "midterm_year": "midterm_target",
    "target_year": "target",
    "actual_year": "actual",
    "forecast_year": "forecast",
}
YEAR_OF = {kind: role for role, kind in YEARS_OF.items()}
LONGEST = 60
"""A longer text is no heading."""

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|<[^<>]*>")
_FOOTNOTE = re.compile(r"[※*][0-9]*$")
_LEADING = re.compile(r"^(?:[①-⑳○◯●・■◆◎]|\([0-9]{1,2}\)|[0-9]{1,2}[.、])+")
_AFTER_YEAR = re.compile(r"^(?:年?度?末(?:時点|現在)?の?|時点の?|現在の?)(?=.)")
_LAST_YEAR = {"令和": 20, "平成": 31, "昭和": 64}


class Heading(NamedTuple):
    """A heading's words without brackets and years, what they mean, and whether it names a year."""

    words: str
    role: str | None
    has_year: bool
    is_year: bool
    """Whether it says nothing but a year."""


@cache
def vocabulary() -> Mapping[str, Any]:
    """The words, as data."""
    source = files("opendata.extract.draft").joinpath("vocabulary.yaml").read_text("utf-8")
    return yaml.safe_load(source)  # type: ignore[no-any-return]


@cache
def _patterns(*path: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    words: Any = vocabulary()
    for part in path:
        words = words[part]
    groups = words.items() if isinstance(words, dict) else [("", words)]
    return tuple(
        (name, re.compile("|".join(f"(?:{one})" for one in group))) for name, group in groups
    )


def says(text: str, *path: str) -> str | None:
    """The group of words that the whole text belongs to; `""` where the list has no groups."""
    return next((name for name, one in _patterns(*path) if one.fullmatch(text)), None)


@lru_cache(maxsize=16384)
def bare(text: str) -> str:
    """A heading's words: narrow, without spaces, brackets, footnote marks and leading numbers."""
    leading = _LEADING.sub("", tidy(text))
    words = squash(leading)
    while (shorter := _BRACKETS.sub("", words)) != words:
        words = shorter
    return _FOOTNOTE.sub("", words).strip(":：")


@lru_cache(maxsize=16384)
def years_in(text: str, era: str | None = None) -> tuple[FiscalYear, ...]:
    """The fiscal years that a heading names."""
    shown = tidy(text)
    if not any(one.isdigit() or one == "元" for one in shown):
        return ()
    found = tuple(find_fiscal_years(shown, era))
    if era and (year := read_fiscal_year(shown, era)) and (not found or year.era):
        number = squash(shown)
        if not number.isdigit() or int(number) <= _LAST_YEAR.get(era, 0):
            found = (year,)
    return found


@lru_cache(maxsize=16384)
def heading(text: str, era: str | None = None) -> Heading:
    """What a heading says."""
    if len(text) > LONGEST:
        return Heading("", None, has_year=False, is_year=False)
    words = bare(text)
    years = years_in(text, era)
    without = words
    for year in years:
        for written in (squash(year.text), bare(year.text)):
            without = without.replace(written, "") if written else without
    without = without.strip("()（）・/／:：")
    if years:
        without = _AFTER_YEAR.sub("", without)
    is_year = bool(years) and says(without, "bare_years") is not None
    if is_year or not without:
        mark = next((one for one in _marks(text) if value_type(one)), None)
        if mark is not None:
            return Heading(mark, value_type(mark), bool(years), is_year=False)
    role = None if is_year else says(without, "headings") if without else None
    return Heading(without, role, bool(years), is_year)


def _marks(text: str) -> list[str]:
    """What stands in a heading's brackets: 令和6年度（見込）."""
    return [one[1:-1] for one in _BRACKETS.findall(squash(text)) if len(one) > 2]


def value_type(text: str) -> str | None:
    """The kind of value that a row's label names: 目標, ②確保方策, 実績."""
    role = says(bare(text), "headings")
    return role if role in VALUES else None
