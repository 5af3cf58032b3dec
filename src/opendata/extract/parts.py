"""One written text, the fields it feeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opendata.extract.layout import Split
from opendata.extract.records import Raw
from opendata.japanese import (
    FiscalYear,
    find_fiscal_years,
    read_fiscal_year,
    read_period,
    split_number,
    split_unit,
    squash,
    tidy,
)

_OPENING = ("(", "（", "[", "【")


def parts(targets: Sequence[str], split: Split | None, value: Raw) -> Iterator[tuple[str, Raw]]:
    """Give each target its part of the text: the whole of it unless the layout splits it.

    `number`: a number as written, then the rest (`施策1-1 簡単で…`). `period`: first fiscal year,
    last fiscal year, stated number of years. `unit`: a name and the unit in brackets behind it. A
    part that is not there feeds nothing; a period that cannot be read goes whole to its first
    field, where it is reported.
    """
    texts: Sequence[str | None]
    if not value.text.strip():
        yield from ((target, value.part("")) for target in targets)
        return
    if split == "number":
        texts = split_number(tidy(value.text))
    elif split == "unit":
        texts = split_unit(value.text)
    elif split == "period":
        period = read_period(value.text)
        if period is None:
            texts = [value.text, None, None]
        else:
            years = None if period.years is None else str(period.years)
            texts = [period.start.text, with_era(period.end), years]
    else:
        texts = [value.text] * len(targets)
    for target, text in zip(targets, texts, strict=False):
        if text:
            yield target, value.part(text)


def named(heading: str, value: Raw) -> Raw:
    """A text behind its heading: 今後の方向性：拡充. A blank stays one."""
    text = tidy(value.text)
    return value.part(f"{squash(heading)}：{text}" if text else "")


def together(before: Raw | None, value: Raw, *, is_named: bool) -> Raw:
    """The text of a field that several cells feed by name; its place is that of the first."""
    if before is None or not is_named or not before.text:
        return value
    return before.part(f"{before.text}／{value.text}") if value.text else before


def year_in(value: Raw, era: str | None = None) -> Raw | None:
    """The year that a cell names among other things: 122経営体（26年度）."""
    found = find_fiscal_years(tidy(value.text), era)
    return value.part(with_era(found[0])) if found else None


def with_era(year: FiscalYear) -> str:
    """The year's text, its inherited era written out: `23年度` behind 平成20年度 is 平成23年度."""
    if year.era and read_fiscal_year(year.text) is None:
        return year.era + (year.text[1:-1] if year.text[:1] in _OPENING else year.text)
    return year.text
