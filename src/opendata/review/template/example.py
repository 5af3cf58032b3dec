"""The filled example: values that the schema gives as examples, else ones that it would take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opendata.extract.standard import naming_field
from opendata.package import Field, Package, Resource
from opendata.package.contract import PRIVATE
from opendata.review.template.plan import Block, Entry
from opendata.review.template.validation import choices, sample_of

Value = str | int | float | None


def example_rows(package: Package, block: Block, year: int) -> tuple[tuple[Value, ...], ...]:
    """The rows of a block's example, a value an entry; a form has one."""
    given = [_moved(package, one, year) for one in block.entries]
    several = (one.field for one in block.entries if one.field)
    is_free = not any(PRIVATE + "examples" in one.descriptor for one in several)
    across = [at for at, one in enumerate(block.entries) if one.is_across]
    counts = (len(texts) for at, texts in enumerate(given) if at not in across)
    count = 1 if block.is_form else max(counts, default=1) or 1
    return tuple(
        tuple(
            _across(package, entry, row * len(across) + across.index(at))
            if at in across
            else _value(entry, given[at], row, year, is_free=is_free)
            for at, entry in enumerate(block.entries)
        )
        for row in range(count)
    )


def _moved(package: Package, entry: Entry, year: int) -> tuple[str, ...]:
    """An entry's examples; the package's own years moved so that the first of them all is the
    form's: the plan of the example then lasts as long as its figures."""
    given = _given(package, entry)
    if entry.field is None or not _example_years(entry.field):
        return given
    first = min(one for r in package.read for f in r.fields for one in _example_years(f))
    return tuple(str(int(one) + year - first) if one.isdigit() else one for one in given)


def _example_years(field: Field) -> tuple[int, ...]:
    """The fiscal years among a field's own examples."""
    given = field.descriptor.get(PRIVATE + "examples") or ()
    is_year = field.reading == "fiscal_year"
    return tuple(int(one) for one in given if is_year and str(one).isdigit())


def _given(package: Package, entry: Entry) -> tuple[str, ...]:
    """The examples that the schema gives: its own for us, else the standard's one."""
    if entry.field is None:
        return ()
    several = entry.field.descriptor.get(PRIVATE + "examples")
    if several is not None:
        return tuple("" if one is None else str(one) for one in several)
    one = entry.field.descriptor.get("example")
    if one is not None:
        return (str(one),)
    key = entry.reference
    if key is None or entry.resource is None or key.resource == entry.resource.name:
        return ()
    return _names(package, package.resource(key.resource))


def _names(package: Package, resource: Resource) -> tuple[str, ...]:
    named = naming_field(resource)
    if named is None:
        return ()
    given = named.descriptor.get(PRIVATE + "examples") or [
        named.descriptor.get("example") or _text(named.title)
    ]
    return (str(given[-1]),)


def _text(title: str) -> str:
    return f"{title}の例"


def _value(entry: Entry, given: Sequence[str], row: int, year: int, *, is_free: bool) -> Value:
    """One value: a given one; else, where nobody has chosen the table's examples (`is_free`) or a
    value is required, one that the schema takes."""
    field = entry.field
    if field is None:
        return None
    if given:
        return _typed(entry, given[row] if row < len(given) else given[-1])
    if entry.reference is not None or not (is_free or entry.is_required):
        return None
    if listed := choices(entry):
        return listed[row % len(listed)]
    limits = field.constraints
    if field.reading == "fiscal_year":
        low, high = limits.get("minimum", year), limits.get("maximum", year)
        return int(min(max(year, low), high))
    if field.type == "year":
        return int(_within(str(year), limits))
    if field.is_day:
        return _within(f"{year}-04-01", limits) if field.type == "date" else f"{year}年4月1日"
    if field.is_figure:
        return _number(limits, row)
    if not entry.is_required:
        return None
    sample = sample_of(str(limits.get("pattern", ""))) or _text(field.title)
    return sample.ljust(limits.get("minLength", 0), "。")[: limits.get("maxLength")]


def _within(text: str, limits: Mapping[str, Any]) -> str:
    """A date or a year that its bounds allow: they are written alike."""
    low, high = (str(limits.get(one, text)) for one in ("minimum", "maximum"))
    return min(max(text, low), high)


def _number(limits: Mapping[str, float], row: int) -> float:
    low = limits.get("minimum", limits.get("exclusiveMinimum", 0) + 1)
    return min(low + row, limits.get("maximum", low + row))


def _typed(entry: Entry, text: str) -> Value:
    field = entry.field
    if not text or field is None:
        return None
    if field.is_figure and not field.enum:
        try:
            return int(text) if text.lstrip("-").isdigit() else float(text)
        except ValueError:
            return text
    return text


def _across(package: Package, entry: Entry, at: int) -> Value:
    """A figure of the example; the schema's own go on from each row to the next."""
    given = _given(package, entry)
    if given:
        return _typed(entry, given[at] if at < len(given) else "")
    return 100 + 10 * at
