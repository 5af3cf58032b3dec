"""Texts with gaps: `表３　$text　（単位：$unit）` says what stands where on a title line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from opendata.extract.grid import Cell, Grid
from opendata.extract.parts import with_era
from opendata.extract.records import Raw, raw
from opendata.japanese import Folded, find_fiscal_years, fold, read_fiscal_year

GAPS = {"$text": r"(?P<text>.+?)", "$unit": r"(?P<unit>[^()]+?)", "$year": r"(?P<year>.+?)"}
_OPEN = {**GAPS, "*": ".*?"}
_PIECES = re.compile(r"\$text|\$unit|\$year|\*|.", re.S)


def has_gap(template: str) -> bool:
    """Whether a layout's text has a gap that is filled by what the sheet says."""
    return any(gap in template for gap in GAPS)


def fill(template: str, text: str, era: str | None = None) -> dict[str, str] | None:
    """What stands in the gaps of a text, by their names; None where the text is another one."""
    folded = fold(text)
    match = _pattern(template).fullmatch(folded.text.rstrip())
    if match is None:
        return None
    filled = {name: _written(folded, match, name) for name in match.groupdict()}
    if "year" in filled:
        year = _year(filled["year"], era)
        if year is None:
            return None
        filled["year"] = year
    return filled


def _written(folded: Folded, match: re.Match[str], name: str) -> str:
    return folded.written(*match.span(name)).strip()


def _year(text: str, era: str | None) -> str | None:
    """The year that a text names, its era written out."""
    found = read_fiscal_year(text, era) or next(iter(find_fiscal_years(text, era)), None)
    return with_era(found) if found else None


@lru_cache(maxsize=4096)
def _pattern(template: str) -> re.Pattern[str]:
    """Spaces, line breaks and widths do not count, as everywhere in layouts; but a space between
    two gaps, which alone tells them apart (`表*　$text`), has to be there."""
    pattern, before, is_apart = r"\s*", "", False
    for one in _PIECES.findall(fold(template).text):
        if one.isspace():
            is_apart = True
            continue
        if before:
            both_open = before in _OPEN and one in _OPEN
            pattern += r"\s+" if both_open and is_apart else r"\s*"
        pattern += _OPEN.get(one) or re.escape(one)
        before, is_apart = one, False
    return re.compile(pattern + r"\s*", re.S)


def find_titles(
    templates: Sequence[str], grid: Grid, corner: tuple[int, int], era: str | None = None
) -> tuple[dict[str, Raw], tuple[Cell, ...]]:
    """What the titles of a block say: of each, the nearest above it, else the first.

    `corner` is the block's top right: what stands right of it may be the title of its neighbour.

    Where two titles have the same gap, the one nearest to the block fills it.
    """
    top, right = corner
    nearest: list[tuple[Cell, dict[str, str]]] = []
    for template in templates:
        fitting = [
            (c, filled)
            for c in grid.sentences
            if (filled := fill(template, c.shown, era)) is not None
        ]
        above = [one for one in fitting if one[0].row < top]
        own = [one for one in above if one[0].column <= right]
        nearest.extend(own[-1:] or above[-1:] or fitting[:1])
    said: dict[str, Raw] = {}
    for cell, gaps in sorted(nearest, key=lambda one: (one[0].row >= top, -one[0].row)):
        for gap, text in gaps.items():
            said.setdefault(gap, raw(cell, text))
    return said, tuple(cell for cell, _ in nearest)


def title_lines(templates: Sequence[str], grid: Grid, era: str | None = None) -> Iterator[Cell]:
    """The titles that have a row for themselves: no header, though they may read like one."""
    for cell in grid.sentences:
        if any(fill(one, cell.shown, era) is not None for one in templates):
            beside = {one.place for one in grid.filled(cell.row, cell.row)}
            if beside == {cell.place}:
                yield cell


def constants(given: Mapping[str, str], words: Mapping[str, Raw | None]) -> dict[str, Raw]:
    """The values of a `set`: `words` says what each `$word` stands for here, None for nothing."""
    values: dict[str, Raw] = {}
    for name, text in given.items():
        if not text.startswith("$"):
            values[name] = Raw(text)
        elif (found := words.get(text)) is not None:
            values[name] = found
    return values
