"""A city's spreadsheets, published as open data. Rooms and their order: docs/architecture.md.

`opendata.read(url)` gives the tables of a published dataset as DataFrames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opendata.reader import read

__all__ = ["read"]


def __getattr__(name: str) -> Any:
    """`read`, loaded when it is asked for: commands need no pandas."""
    if name == "read":
        from opendata.reader import read

        return read
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
