"""What Excel checks while a cell is filled in, from what the schema says of its field."""

from __future__ import annotations

import re
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
LONGEST_FORMULA = 255
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
    return ()


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
    if field.is_day:
        first, last = (_day(one, far) for one, far in zip((low, high), _DAYS, strict=True))
        yield _between("date", first, last)
    elif field.reading == "date":
        yield _between("integer", int(low or _YEARS[0]), int(high or _YEARS[1]))
    elif field.reading == "fiscal_year":
        earliest, latest = (low or _YEARS[0]), (high or _YEARS[1])
        start = _start(block, at, field)
        from_ = f"=MAX({earliest},{start})" if start else earliest
        yield _between("integer", from_, latest)
    elif field.is_figure:
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
    yield from _texts(block, at, field)


def _day(bound: str | None, far: date) -> date:
    """The bound of a date; `far` where it has none, or one of a month or a year."""
    try:
        return far if bound is None else date.fromisoformat(bound)
    except ValueError:
        return far


def _texts(block: Block, at: int, field: Field) -> Iterator[dict[str, Any]]:
    """How long a text is; where more is asked of it, all of that in one formula."""
    cell = xl_rowcol_to_cell(*block.position(at))
    shortest, longest = (field.constraints.get(one) for one in ("minLength", "maxLength"))
    told = words.OUT_OF_RANGE
    formulas = [*_formats(cell, field)]
    if once := _once(block, at, field):
        formulas.append(once)
        told = words.TWICE_REFUSED
    if formulas:
        formulas.extend([f"LEN({cell})>={shortest}"] if shortest is not None else [])
        formulas.extend([f"LEN({cell})<={longest}"] if longest is not None else [])
        while len(formula := f"=AND({','.join(formulas)})") > LONGEST_FORMULA:
            formulas.pop(0)
        yield {"validate": "custom", "value": formula, **_stop(words.OUT_OF_RANGE, told)}
    elif longest is not None:
        yield _between("length", shortest or 0, longest)
    elif shortest is not None:
        yield _compared("length", ">=", shortest)
    elif (alone := _should_be_alone(block, at, field)) is not None:
        rule = {"validate": "custom", "value": f"={alone}", "error_type": "warning"}
        yield {**rule, **_stop(words.OUT_OF_RANGE, words.TWICE)}


def _should_be_alone(block: Block, at: int, field: Field) -> str | None:
    """A formula that a name stands in one row only, or a number once below what stands above it."""
    resource = block.entries[at].resource
    if block.is_form or resource is None:
        return None
    if naming_field(resource) == field:
        return _alone(block, at)
    forms = [form.form for one in resource.fields for form in one.id_forms]
    above = next((n for n, one in enumerate(block.entries) if one.refers_above), None)
    if above is None or not any(f"{{{field.name}:local}}" in form for form in forms):
        return None
    own, upper = (_column(block, one) for one in (at, above))
    return f"SUMPRODUCT(({own[0]}={own[1]})*({upper[0]}={upper[1]}))<=1"


def _formats(cell: str, field: Field) -> Iterator[str]:
    """Formulas for the way in which a text is written, where a formula can tell."""
    formulas = {
        "uri": f'OR(LEFT({cell},7)="http://",LEFT({cell},8)="https://"),ISERROR(FIND(" ",{cell}))',
        "email": f'ISNUMBER(FIND("@",{cell},2)),ISERROR(FIND(" ",{cell}))',
    }
    if (formula := formulas.get(str(field.descriptor.get("format")))) is not None:
        yield formula
    pattern = field.constraints.get("pattern")
    if pattern and field.reading == "text" and (written := formula_of(str(pattern), cell)):
        yield written


_PIECE = re.compile(
    r"(?P<digits>\[0-9\]|\\d)(?:\{(?P<count>\d+)\})?|(?P<literal>[^\\\[\](){}?*+.|^$\"])"
)


def formula_of(pattern: str, cell: str) -> str | None:
    """A formula that a cell has the form of a pattern of digits and fixed characters
    (`F-[0-9]{3}`); None for a pattern that says more."""
    pieces = _pieces(pattern)
    if not pieces:
        return None
    parts, at = [], 1
    for text, digits in pieces:
        part = f"MID({cell},{at},{digits or 1})"
        parts.append(f'TEXT(--{part},"{"0" * digits}")={part}' if digits else f'{part}="{text}"')
        at += digits or 1
    return ",".join([f"LEN({cell})={at - 1}", *parts])


def sample_of(pattern: str) -> str:
    """A text of the form of such a pattern; empty for one that says more."""
    return "".join(text or "1".zfill(digits) for text, digits in _pieces(pattern))


def _pieces(pattern: str) -> tuple[tuple[str, int], ...]:
    """A pattern as fixed characters and numbers of digits; empty where it says more."""
    pieces, start = [], 0
    pattern = pattern.removeprefix("^").removesuffix("$")
    while start < len(pattern):
        piece = _PIECE.match(pattern, start)
        if piece is None:
            return ()
        pieces.append((piece["literal"] or "", int(piece["count"] or 1) if piece["digits"] else 0))
        start = piece.end()
    return tuple(pieces)


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


def _once(block: Block, at: int, field: Field) -> str | None:
    """A formula that a text stands in one row only, where it has to."""
    resource = block.entries[at].resource
    is_key = resource is not None and resource.primary_key == (field.name,)
    if block.is_form or not (is_key or field.constraints.get("unique")):
        return None
    return _alone(block, at)


def _alone(block: Block, at: int) -> str:
    cells, cell = _column(block, at)
    return f"SUMPRODUCT(--EXACT({cells},{cell}))<=1"


def twice(block: Block, at: int) -> str | None:
    """A formula that another row has the same key as the first, for the columns of a key that
    several fields make up; no single validation can say that."""
    resource = block.entries[at].resource
    fields = [one.field.name if one.field else "" for one in block.entries]
    if block.is_form or resource is None or len(resource.primary_key) < 2:
        return None
    keys = [n for n, name in enumerate(fields) if name in resource.primary_key]
    if at not in keys or len(keys) < 2:
        return None
    columns = [_column(block, one) for one in keys]
    same = "*".join(f"({cells}=${cell})" for cells, cell in columns)
    filled = ",".join(f'${cell}<>""' for _, cell in columns)
    return f"=AND({filled},SUMPRODUCT({same})>1)"


def _column(block: Block, at: int) -> tuple[str, str]:
    """The cells of a column that are held to the schema, and the first of them."""
    row, column = block.position(at)
    letter = xl_col_to_name(column)
    return f"${letter}${row + 1}:${letter}${block.last + 1}", f"{letter}{row + 1}"


def in_language(rule: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """A validation with its texts in one language."""
    return {
        name: value.in_(language) if isinstance(value, Text) else value
        for name, value in rule.items()
    }
