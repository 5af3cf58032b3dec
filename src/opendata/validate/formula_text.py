"""Published text that a spreadsheet would run as a formula when it opens the CSV."""

from __future__ import annotations

import re
from collections.abc import Mapping

from opendata.errors import Problem, problem, sentence
from opendata.validate.records import Columns

_FORMULA = re.compile(r"[=+@\t\r]|-(?=[^\s\d.,-])|-(?=\d[\d.,]*[^\d.,%\s])")
"""A sign before a plain figure (-3.5, +2%) or alone (-) is no formula, nor is a dash before a
space (- 項目)."""
_FIGURE = re.compile(r"[+-][\d.,]+\s*%?")


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet that is given this text would calculate it."""
    return _FORMULA.match(text) is not None and _FIGURE.fullmatch(text) is None


def published_reason(reason: str) -> str:
    """A reason as it is published: in one line, and never what a spreadsheet would calculate."""
    line = " ".join(reason.split())
    return sentence("reason", reason=line).ja if is_formula_like(line) else line


def check_formula_text(tables: Mapping[str, Columns]) -> list[Problem]:
    """Tell of such texts, once for each cell. The values themselves are published unchanged."""
    found: dict[object, Problem] = {}
    for columns in tables.values():
        for field in columns.resource.published:
            if field.type != "string":
                continue
            for row, value in enumerate(columns.values[field.name]):
                if value is not None and is_formula_like(value):
                    place = columns.place(row, field.name)
                    key = (place.sheet, place.cell)
                    found.setdefault(key, problem("formula-like-text", place, value=value))
    return list(found.values())
