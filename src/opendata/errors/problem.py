"""Problems: what is wrong with a workbook, as values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from opendata.errors.catalogue import Language, Message, Severity, Text, message

__all__ = ["Place", "Problem", "Severity", "has_errors", "problem", "subject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a problem is: as much of it as is known. `cell` is in A1 form."""

    file: str = ""
    sheet: str | None = None
    cell: str | None = None
    table: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, with its place, what was found and, where possible, what to put there."""

    code: str
    severity: Severity
    place: Place
    value: str | None
    suggestion: str | None
    title: Text
    message: Text
    remedy: Text
    subject: str | None = None
    """A digest of what is asked, where a person may answer that it is right as it is: whoever
    answers once is not asked again."""
    question: Text | None = None
    """What is asked, where it is not whether the value is right as it is."""
    holds: Literal["last", "nothing"] | None = None
    """What is published of the record that is asked about until somebody answers: what the last
    release says of it, or nothing where it says nothing. None where it is published at once."""

    def to_json(self, language: Language = "ja") -> dict[str, str | None]:
        """The problem in the form the command line contract gives it."""
        place = self.place
        return {
            "file": place.file,
            "sheet": place.sheet,
            "cell": place.cell,
            "table": place.table,
            "field": place.field,
            "code": self.code,
            "severity": self.severity,
            "value": self.value,
            "message": f"{self.message.in_(language)} {self.remedy.in_(language)}".strip(),
            "suggestion": self.suggestion,
        }


def problem(
    code: str | Message,
    place: Place,
    *,
    value: str | None = None,
    suggestion: str | None = None,
    severity: Severity | None = None,
    asked: Iterable[object] | None = None,
    **details: Any,
) -> Problem:
    """Make a problem from a message of the catalogue (or of a package's own rules).

    `severity` overrides the catalogue's. `asked` is what a person is asked about, where they may
    answer that it is right: the same things, the same question. `details`, together with the
    place's parts, `value` and `suggestion`, fill the message.
    """
    entry = message(code) if isinstance(code, str) else code
    filled: dict[str, object] = {
        name: part
        for name, part in (
            ("file", place.file),
            ("sheet", place.sheet),
            ("cell", place.cell),
            ("table", place.table),
            ("field", place.field),
            ("value", value),
            ("suggestion", suggestion),
        )
        if part is not None
    }
    filled |= details
    said, remedy = entry.fill(filled)
    return Problem(
        entry.code,
        severity or entry.severity,
        place,
        value,
        suggestion,
        entry.title,
        said,
        remedy,
        None if asked is None else subject(entry.code, *asked),
    )


def subject(*asked: object) -> str:
    """The digest by which a question is known again. It is of letters alone: it stands on a sheet
    that is screened for numbers of people."""
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16].translate(_LETTERS)


_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of the problems keeps the data from being published."""
    return any(one.severity == "error" for one in problems)
