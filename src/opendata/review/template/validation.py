"""What Excel checks while a cell is filled in, from what the schema says of its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from opendata.errors import Text
from opendata.errors.catalogue import Language
from opendata.extract.layout import Label
from opendata.extract.standard import naming_field
from opendata.package import Field
from opendata.review.template import words
from opendata.review.template.plan import ROWS, Block, Entry, place_of_names, referred

FLAGS = ("○", "×")
INLINE = 255
"""The most characters of a list that is kept in the cell's own validation."""
_FAR = 10**12
_YEARS = 1868, 2200
_DAYS = date(1900, 1, 1), date(2199, 12, 31)


def choices(entry: Entry) -> tuple[str, ...]:
    """What may be chosen in an entry; nothing where its text is free.

    Of the words for one category, the first that the contract gives.
    """
    part, field = entry.part, entry.field
    if isinstance(part, Label) and part.words:
        return tuple(part.words)
    if field is None or entry.reference is not None:
        return ()
    if field.enum:
        labels: dict[str, str] = {}
        for label, value in field.labels.items():
            labels.setdefault(value, label)
        return tuple(str(labels.get(str(one), one)) for one in field.enum)
    if field.reading == "flag":
        return FLAGS
    return ("true", "false") if field.type == "boolean" else ()


def fits_inline(texts: Sequence[str]) -> bool:
    """Whether a list can be kept in a validation; a longer one needs a sheet."""
    joined = ",".join(texts)
    return len(joined) <= INLINE and not any("," in one or '"' in one for one in texts)


def validation(
    block: Block, at: int, blocks: Sequence[Block], lists: Mapping[tuple[str, ...], str]
) -> dict[str, Any] | None:
    """The validation of an entry's cells, in the words of xlsxwriter; None where anything goes."""
    entry = block.entries[at]
    listed = choices(entry)
    if listed:
        inline = list(listed) if fits_inline(listed) else lists[listed]
        return {"validate": "list", "source": inline, **_stop(words.NOT_LISTED, words.CHOOSE)}
    if entry.reference is not None:
        source = _names(block, at, blocks)
        told = _stop(words.NOT_LISTED, words.CHOOSE)
        return {"validate": "list", "source": source, **told} if source else None
    if entry.field is None:
        return None
    return next(_ranges(block, at, entry.field), None)


def _stop(title: Text, text: Text) -> dict[str, Any]:
    return {"error_title": title, "error_message": text}


def _names(block: Block, at: int, blocks: Sequence[Block]) -> str | None:
    """The cells that hold the names to choose from; of the own table, those in the rows above."""
    entry = block.entries[at]
    key = entry.reference
    owner = referred(entry, blocks)
    found = place_of_names(blocks, owner) if owner else None
    if found is None or key is None or entry.resource is None:
        return None
    sheet, row, column, _ = found
    letter = xl_col_to_name(column)
    if key.resource == entry.resource.name:
        return f"=${letter}${row + 1}:${letter}{row + 1}"
    quoted = sheet.replace("'", "''")
    return f"='{quoted}'!${letter}${row + 1}:${letter}${row + ROWS}"


def _ranges(block: Block, at: int, field: Field) -> Iterator[dict[str, Any]]:
    """The validations that a field's constraints ask for, the most telling first."""
    limits = field.constraints
    low, high = limits.get("minimum"), limits.get("maximum")
    if field.reading == "date":
        first, last = _DAYS
        yield _between("date", first, last)
    elif field.reading == "fiscal_year":
        earliest, latest = (low or _YEARS[0]), (high or _YEARS[1])
        start = _start(block, at, field)
        from_ = f"=MAX({earliest},{start})" if start else earliest
        yield _between("integer", from_, latest)
    elif field.type in ("integer", "number"):
        kind = "integer" if field.type == "integer" else "decimal"
        over, under = limits.get("exclusiveMinimum"), limits.get("exclusiveMaximum")
        told = {"error_type": "warning"} if field.reading == "quantity" else {}
        if low is None and high is None and over is not None and under is None:
            rule = _compared(kind, ">", over)
        elif low is None and high is None and under is not None and over is None:
            rule = _compared(kind, "<", under)
        elif low is not None and high is None:
            rule = _compared(kind, ">=", low)
        elif high is not None and low is None:
            rule = _compared(kind, "<=", high)
        else:
            rule = _between(kind, -_FAR if low is None else low, _FAR if high is None else high)
        if told:
            rule["error_message"] = words.MEANT
        yield {**rule, **told}
    shortest, longest = limits.get("minLength"), limits.get("maxLength")
    if longest is not None:
        yield _between("length", shortest or 0, longest)
    elif shortest is not None:
        yield _compared("length", ">=", shortest)
    yield from _format(block, at, field)
    yield from _once(block, at, field)


def _between(kind: str, low: Any, high: Any) -> dict[str, Any]:
    given = {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
    return {**given, "error_title": words.OUT_OF_RANGE}


def _compared(kind: str, criteria: str, value: Any) -> dict[str, Any]:
    return {
        "validate": kind,
        "criteria": criteria,
        "value": value,
        "error_title": words.OUT_OF_RANGE,
    }


def _format(block: Block, at: int, field: Field) -> Iterator[dict[str, Any]]:
    """The way in which an address of the web or of mail begins, or what stands in it."""
    cell = xl_rowcol_to_cell(*block.position(at))
    formulas = {
        "uri": f'OR(LEFT({cell},7)="http://",LEFT({cell},8)="https://")',
        "email": f'ISNUMBER(FIND("@",{cell}))',
    }
    if (formula := formulas.get(str(field.descriptor.get("format")))) is not None:
        rule = {"validate": "custom", "value": f'=AND({formula},ISERROR(FIND(" ",{cell})))'}
        yield {**rule, "error_title": words.OUT_OF_RANGE}


def _start(block: Block, at: int, field: Field) -> str | None:
    """The cell of the year with which a period begins that ends here: start_… of end_…"""
    if not field.name.startswith("end_"):
        return None
    wanted = "start_" + field.name.removeprefix("end_")
    for other, entry in enumerate(block.entries):
        is_own = entry.resource is block.entries[at].resource
        if is_own and entry.field and entry.field.name == wanted:
            row, column = block.position(other)
            return str(xl_rowcol_to_cell(row, column, row_abs=block.is_form, col_abs=True))
    return None


def _once(block: Block, at: int, field: Field) -> Iterator[dict[str, Any]]:
    """That a text stands in one row only: refused where it must, asked where it should."""
    entry = block.entries[at]
    if block.is_form or entry.resource is None:
        return
    is_key = entry.resource.primary_key == (field.name,) or field.constraints.get("unique")
    if not is_key and naming_field(entry.resource) != field:
        return
    row, column = block.position(at)
    letter = xl_col_to_name(column)
    cells = f"${letter}${row + 1}:${letter}${block.last + 1}"
    yield {
        "validate": "custom",
        "value": f"=SUMPRODUCT(--EXACT({cells},{letter}{row + 1}))<=1",
        "error_title": words.OUT_OF_RANGE,
        "error_message": words.TWICE_REFUSED if is_key else words.TWICE,
        "error_type": "stop" if is_key else "warning",
    }


def in_language(rule: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """A validation with its texts in one language."""
    return {
        name: value.in_(language) if isinstance(value, Text) else value
        for name, value in rule.items()
    }
