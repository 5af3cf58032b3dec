"""A file's bytes as a workbook: its cells, merged ranges, hidden parts, shown texts, comments."""

from typing import TYPE_CHECKING

from opendata import opened

if TYPE_CHECKING:
    from opendata.workbook.figure import figure_told
    from opendata.workbook.reading import read
    from opendata.workbook.types import (
        RESULTS_FILLS,
        RESULTS_RULE,
        RESULTS_SHEET,
        Format,
        Limits,
        Range,
        Sheet,
        Value,
        Visibility,
        Workbook,
        address,
        own_length,
    )

__all__ = [
    "RESULTS_FILLS",
    "RESULTS_RULE",
    "RESULTS_SHEET",
    "Format",
    "Limits",
    "Range",
    "Sheet",
    "Value",
    "Visibility",
    "Workbook",
    "address",
    "figure_told",
    "own_length",
    "read",
]

__getattr__ = opened(
    __name__,
    {
        "figure": "figure_told",
        "reading": "read",
        "types": "RESULTS_FILLS RESULTS_RULE RESULTS_SHEET Format Limits Range Sheet Value "
        "Visibility Workbook address own_length",
    },
)
