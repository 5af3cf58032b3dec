"""The state of all plans in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow.compute

from opendata.catalogue.model import Current
from opendata.catalogue.overview import counted
from opendata.catalogue.places import has_plans
from opendata.catalogue.verdict import Share, shares

pc: Any = pyarrow.compute
"""Untyped: its stubs refuse much of what it takes."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many municipalities, plans, indicators and values there are, and how the indicators
    stand, each as it was judged for its newest year."""

    places: int
    plans: int
    indicators: int
    values: int
    shares: tuple[Share, ...]


def standing(current: Current) -> Standing | None:
    """The state of the plans in a package's tables; None where it holds no plan."""
    if not has_plans(current) or not current.tables["plans"].num_rows:
        return None
    tables = current.tables
    return Standing(
        places=pc.count_distinct(tables["plans"].column("municipality_code")).as_py(),
        plans=tables["plans"].num_rows,
        indicators=tables["indicators"].num_rows,
        values=pc.sum(pc.is_valid(tables["indicator_values"].column("value"))).as_py() or 0,
        shares=shares(*counted(current)),
    )
