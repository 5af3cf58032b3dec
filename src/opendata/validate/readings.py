"""From written text to a field's value: years, numbers, labels, flags.

A reading takes the text of a cell and gives the lexical value that the Table Schema expects, or
says what is wrong with it. Every distinct text of a field is read once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from opendata.errors import sentence
from opendata.japanese import (
    FiscalYear,
    Quantity,
    Status,
    bare_name,
    find_fiscal_years,
    fold,
    read_date,
    read_duration,
    read_fiscal_year,
    read_flag,
    read_quantity,
    split_mark,
    squash,
    suggest_number,
    tidy,
)
from opendata.package import Field


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of one text, its place still unknown: code, suggestion and message details."""

    code: str
    suggestion: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    either: Mapping[int, str] = field(default_factory=dict)
    """The years that a text names where they disagree, each with the text that says it alone."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as: the field's lexical value, values of sibling fields, findings."""

    value: str | None
    siblings: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def read(text: str, target: Field, signs: Mapping[str, Status] | None = None) -> Reading:
    """Read a cell's text as the field wants it; `signs` are those that its sheet explains."""
    if not text.strip():
        return Reading(None)
    if target.reading == "quantity" and signs:
        return _quantity_with(text, target, signs)
    return _READERS[target.reading](text, target)


def _text(text: str, target: Field) -> Reading:
    if target.enum:
        return _label(text, target)
    return Reading(tidy(text))


def _name(text: str, target: Field) -> Reading:
    return Reading(tidy(bare_name(text)))


_NONE = frozenset({"-", "なし", "無し", "無"})


def _unit(text: str, target: Field) -> Reading:
    """A unit without the brackets around it; a dash or なし says that there is none."""
    unit = tidy(text)
    if fold(unit).text[:1] in ("(", "[") and fold(unit).text[-1:] in (")", "]"):
        unit = unit[1:-1].strip()
    return Reading(None if squash(unit) in _NONE else unit)


def _label(text: str, target: Field) -> Reading:
    known = {squash(label): value for label, value in target.labels.items()}
    known |= {squash(value): value for value in target.enum}
    value = known.get(squash(text))
    if value is not None:
        return Reading(value)
    near = [label for label in target.labels if _one_edit_apart(squash(label), squash(text))]
    allowed = tuple(target.labels or target.enum)
    suggestion = near[0] if len(near) == 1 else None
    return Reading(None, findings=(Finding("unknown-label", suggestion, {"allowed": allowed}),))


def _one_edit_apart(one: str, other: str) -> bool:
    if one == other or abs(len(one) - len(other)) > 1:
        return one == other
    short, long = sorted((one, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]


def _fiscal_year(text: str, target: Field) -> Reading:
    year = read_fiscal_year(tidy(text))
    if year is None:
        years = find_fiscal_years(tidy(text))
        if len(years) != 1:
            return Reading(None, findings=(Finding("not-a-year"),))
        year = years[0]
    findings = []
    if year.disagrees:
        details = {
            "written": year.text,
            "era_year": year.era_reading,
            "western_year": year.western_reading,
        }
        findings.append(Finding("era-year-mismatch", year.suggestion, details, _either(year)))
    if year.never_existed:
        details = {"written": year.text, "year": year.year, "proper": year.suggestion}
        findings.append(Finding("era-year-never-existed", year.suggestion, details))
    return Reading(str(year.year), findings=tuple(findings))


def _either(year: FiscalYear) -> Mapping[int, str]:
    said = (
        (year.era_reading, year.suggestion),
        (year.western_reading, year.western_suggestion),
    )
    behind = year.year - (year.era_reading or year.year)  # the months before April
    return {one + behind: text for one, text in said if one is not None and text is not None}


def _date(text: str, target: Field) -> Reading:
    value = read_date(tidy(text))
    if value is None:
        return Reading(None, findings=(Finding("not-a-date"),))
    if target.type == "year":
        return Reading(value[:4])
    if target.type == "date" and len(value) < len("2025-03-31"):
        return Reading(None, findings=(Finding("day-missing"),))
    return Reading(value)


def _flag(text: str, target: Field) -> Reading:
    value = read_flag(text)
    if value is None:
        return Reading(None, findings=(Finding("not-a-flag"),))
    return Reading("true" if value else "false")


def _not_a_number(text: str) -> Reading:
    suggestion = suggest_number(text)
    marked = split_mark(text) if suggestion is None else None
    hint = sentence("figure-with-mark", figure=marked[0], mark=marked[1]) if marked else ""
    return Reading(None, findings=(Finding("not-a-number", suggestion, {"hint": hint}),))


def _number(text: str, target: Field) -> Reading:
    quantity = read_quantity(text)
    if quantity is None:
        return _not_a_number(text)
    return Reading(plain(quantity.value))


def _integer(text: str, target: Field) -> Reading:
    years = read_duration(text)
    if years is not None:
        return Reading(str(years))
    quantity = read_quantity(text)
    if quantity is None:
        return _not_a_number(text)
    if quantity.value is not None and quantity.value % 1:
        return Reading(None, findings=(Finding("not-a-whole-number"),))
    return Reading(plain(quantity.value))


def _quantity(text: str, target: Field) -> Reading:
    return _quantity_with(text, target, {})


def _quantity_with(text: str, target: Field, signs: Mapping[str, Status]) -> Reading:
    if (status := signs.get(text.strip())) is not None:
        return Reading(None, {"status": status, "raw": tidy(text)})
    quantity = read_quantity(text, signs)
    if quantity is None:
        return Reading(None, {"status": "normal", "raw": tidy(text)}, _not_a_number(text).findings)
    return Reading(plain(quantity.value), _siblings(quantity, text))


def _siblings(quantity: Quantity, text: str) -> dict[str, str]:
    parts = {
        "comparator": quantity.comparator if quantity.value is not None or quantity.low else None,
        "value_low": plain(quantity.low),
        "value_high": plain(quantity.high),
        "status": quantity.status,
        "raw": tidy(text),
        "unit": quantity.unit,
    }
    return {name: value for name, value in parts.items() if value}


def plain(value: Decimal | None) -> str | None:
    """A figure as Table Schema writes it: no exponent, no trailing zeros."""
    if value is None:
        return None
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


_READERS: Mapping[str, Callable[[str, Field], Reading]] = {
    "text": _text,
    "name": _name,
    "unit": _unit,
    "fiscal_year": _fiscal_year,
    "date": _date,
    "flag": _flag,
    "number": _number,
    "integer": _integer,
    "quantity": _quantity,
}
