"""What the catalogue shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Current:
    """A package's current version: its `descriptor` as published, its `tables`, and the `history`
    of all its versions (`Release.entry`, oldest first)."""

    descriptor: Mapping[str, Any]
    history: Sequence[Mapping[str, Any]]
    tables: Mapping[str, pa.Table]

    @property
    def created(self) -> str:
        """When the version was committed (UTC, ISO 8601): its own files do not carry it."""
        return str(self.history[-1]["created"])
