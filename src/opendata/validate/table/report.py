"""What is said of one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


class TableError(NamedTuple):
    """One error of a table in frictionless's words. Row numbers count the header as 1."""

    type: str
    row_number: int | None
    field_name: str | None
    note: str

    def to_json(self) -> dict[str, str | int | None]:
        return {
            "type": self.type,
            "rowNumber": self.row_number,
            "fieldName": self.field_name,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class TableReport:
    """The verdict on one table: its errors, all of them, and how many rows were read."""

    rows: int
    errors: tuple[TableError, ...]

    @property
    def is_valid(self) -> bool:
        return not self.errors

    def to_json(self) -> dict[str, Any]:
        errors = [error.to_json() for error in self.errors]
        return {"valid": self.is_valid, "rows": self.rows, "errors": errors}


class Unreadable(Exception):
    """A source of which no row, or no further row, can be read; the errors say why."""

    def __init__(self, *errors: TableError) -> None:
        super().__init__(*errors)
        self.errors = errors

    @classmethod
    def because(cls, kind: str, reason: object) -> Unreadable:
        return cls(TableError(kind, None, None, str(reason)))
