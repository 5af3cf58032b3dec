"""The state of all plans in a few numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute

from opendata.catalogue.model import Current
from opendata.catalogue.places import has_plans
from opendata.catalogue.verdict import JUDGEMENTS, NO_ACTUAL, NOT_JUDGED, Share, shares

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
    indicators = tables["indicators"].num_rows
    judged = _judged(tables.get("indicator_progress"))
    return Standing(
        places=pc.count_distinct(tables["plans"].column("municipality_code")).as_py(),
        plans=tables["plans"].num_rows,
        indicators=indicators,
        values=pc.sum(pc.is_valid(tables["indicator_values"].column("value"))).as_py() or 0,
        shares=shares({**judged, NO_ACTUAL: max(indicators - sum(judged.values()), 0)}),
    )


def _judged(progress: pa.Table | None) -> Mapping[str, int]:
    """How many indicators were judged how, each for its newest year."""
    if progress is None or not progress.num_rows:
        return {}
    newest = progress.group_by("indicator_id").aggregate([("fiscal_year", "max")])
    newest = newest.rename_columns({"fiscal_year_max": "fiscal_year"})
    found = newest.join(
        progress.select(["indicator_id", "fiscal_year", "judgement"]),
        ["indicator_id", "fiscal_year"],
    )
    counts = pc.value_counts(found.column("judgement")).to_pylist()
    judged: dict[str, int] = {}
    for one in counts:
        name = one["values"] if one["values"] in JUDGEMENTS else NOT_JUDGED
        judged[name] = judged.get(name, 0) + int(one["counts"])
    return judged
