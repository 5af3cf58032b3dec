"""What a cell says in the terms of its field's type: texts in, Python values out.

Every reader gives None for what is no value of its type. They agree with frictionless's in all
they accept, which is more than a stricter reader would: full-width digits, underscores, `NaN`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

ValueReader = Callable[[Any], Any]
_NO_FIGURE_AROUND = re.compile(r"((^[^-\d]*)|(\D*$))")
_TRUE = ("true", "True", "TRUE", "1")
_FALSE = ("false", "False", "FALSE", "0")


class YearMonth(NamedTuple):
    """A month of a year; written into notes as frictionless writes its own."""

    year: int
    month: int

    def __repr__(self) -> str:
        return f"yearmonth(year={self.year!r}, month={self.month!r})"


def _any(_: Mapping[str, Any]) -> ValueReader:
    return lambda cell: cell


def _string(_: Mapping[str, Any]) -> ValueReader:
    return lambda cell: cell if isinstance(cell, str) else None


def _integer(descriptor: Mapping[str, Any]) -> ValueReader:
    bare = descriptor.get("bareNumber", True)
    group = descriptor.get("groupChar", "")

    def read(cell: Any) -> int | None:
        if isinstance(cell, str):
            text = cell.strip()
            if not bare:
                text = _NO_FIGURE_AROUND.sub("", text)
            try:
                return int(text.replace(group, "") if group else text)
            except ValueError:
                return None
        if isinstance(cell, bool):
            return None
        if isinstance(cell, int):
            return cell
        if isinstance(cell, float) and cell.is_integer():
            return int(cell)
        if isinstance(cell, Decimal) and cell % 1 == 0:
            return int(cell)
        return None

    return read


def _number(descriptor: Mapping[str, Any]) -> ValueReader:
    is_float = descriptor.get("floatNumber", False)
    make, other = (float, Decimal) if is_float else (Decimal, float)
    prepare = _figures(descriptor)

    def read(cell: Any) -> Any:
        if isinstance(cell, str):
            text = prepare(cell.strip())
            try:
                return None if text is None else make(text)
            except (ValueError, ArithmeticError):
                return None
        if isinstance(cell, make):
            return cell
        if isinstance(cell, bool):
            return None
        if isinstance(cell, int):
            return cell
        if isinstance(cell, other):
            return float(cell) if is_float else Decimal(str(cell))
        return None

    return read


def _figures(descriptor: Mapping[str, Any]) -> Callable[[str], str | None]:
    """From a figure as the field writes it to one that Python reads; None where it cannot be."""
    if not {"bareNumber", "decimalChar", "groupChar"} & set(descriptor):
        return lambda text: text
    bare = descriptor.get("bareNumber", True)
    group, point = descriptor.get("groupChar", ""), descriptor.get("decimalChar", ".")

    def prepare(text: str) -> str | None:
        if not bare:
            text = _NO_FIGURE_AROUND.sub("", text)
        text = text.replace(group, "")
        if point != "." and "." in text:
            return None
        return text.replace(point, ".")

    return prepare


def _boolean(descriptor: Mapping[str, Any]) -> ValueReader:
    known = dict.fromkeys(descriptor.get("trueValues", _TRUE), True)
    known |= dict.fromkeys(descriptor.get("falseValues", _FALSE), False)

    def read(cell: Any) -> bool | None:
        if isinstance(cell, bool):
            return cell
        return known.get(cell) if isinstance(cell, str) else None

    return read


def _date(descriptor: Mapping[str, Any]) -> ValueReader:
    pattern = _pattern(descriptor) or "%Y-%m-%d"
    is_plain = (
        re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch if pattern == "%Y-%m-%d" else None
    )

    def read(cell: Any) -> date | None:
        if isinstance(cell, datetime):
            is_midnight = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
            return cell.date() if is_midnight else None
        if isinstance(cell, date):
            return cell
        try:
            if is_plain and is_plain(cell):  # most are, and strptime takes its time
                return date.fromisoformat(cell)
            return datetime.strptime(cell, pattern).date()  # noqa: DTZ007  # a day has no zone
        except (ValueError, TypeError):
            return None

    return read


def _datetime(descriptor: Mapping[str, Any]) -> ValueReader:
    pattern = _pattern(descriptor)

    def read(cell: Any) -> datetime | None:
        if isinstance(cell, datetime):
            return cell
        try:
            if pattern is not None:
                return datetime.strptime(cell, pattern)  # noqa: DTZ007  # as the pattern says
            is_full = cell[16] == ":" and len(cell) >= 19
            return _isoparse(cell) if is_full else None
        except (ValueError, TypeError, IndexError, OverflowError):
            return None

    return read


def _time(descriptor: Mapping[str, Any]) -> ValueReader:
    pattern = _pattern(descriptor)

    def read(cell: Any) -> time | None:
        if isinstance(cell, time):
            return cell
        try:
            if pattern is not None:
                return datetime.strptime(cell, pattern).timetz()  # noqa: DTZ007  # likewise
            is_full = cell[5] == ":" and len(cell) >= 8
            return _isoparse(f"2000-01-01T{cell}").timetz() if is_full else None
        except (ValueError, TypeError, IndexError, OverflowError):
            return None

    return read


def _pattern(descriptor: Mapping[str, Any]) -> str | None:
    """The field's own way of writing times; None for the standard's."""
    written = str(descriptor.get("format", "default"))
    return None if written == "default" else written


def _isoparse(text: str) -> datetime:
    from dateutil.parser import isoparse

    moment: datetime = isoparse(text)
    return moment


def _year(_: Mapping[str, Any]) -> ValueReader:
    def read(cell: Any) -> int | None:
        if not isinstance(cell, int):
            if not isinstance(cell, str) or len(cell) != 4:
                return None
            try:
                cell = int(cell)
            except ValueError:
                return None
        return cell if 0 <= cell <= 9999 else None

    return read


def _yearmonth(_: Mapping[str, Any]) -> ValueReader:
    def read(cell: Any) -> YearMonth | None:
        if isinstance(cell, (tuple, list)):
            return YearMonth(*cell) if len(cell) == 2 else None
        try:
            year, month = (int(part) for part in cell.split("-"))
        except (ValueError, AttributeError):
            return None
        return YearMonth(year, month) if 1 <= month <= 12 else None

    return read


def _json(kind: type) -> Callable[[Mapping[str, Any]], ValueReader]:
    def reader(_: Mapping[str, Any]) -> ValueReader:
        def read(cell: Any) -> Any:
            if isinstance(cell, str):
                try:
                    cell = json.loads(cell)
                except (ValueError, RecursionError):
                    return None
            if kind is list and isinstance(cell, tuple):
                cell = list(cell)
            return cell if isinstance(cell, kind) else None

        return read

    return reader


_READERS: Mapping[str, Callable[[Mapping[str, Any]], ValueReader]] = {
    "any": _any,
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "year": _year,
    "yearmonth": _yearmonth,
    "array": _json(list),
    "object": _json(dict),
}


def value_reader(descriptor: Mapping[str, Any]) -> ValueReader | None:
    """The reader of a field's cells by its descriptor; None for what only frictionless reads."""
    kind = descriptor.get("type", "string")
    form = descriptor.get("format", "default")
    has_forms = kind in {"date", "datetime", "time"} and form != "any"
    is_whole = "arrayItem" not in descriptor
    if kind not in _READERS or not is_whole or (form != "default" and not has_forms):
        return None
    return _READERS[kind](descriptor)
