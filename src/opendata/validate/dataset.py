"""A submission's typed tables, each value remembering its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from opendata.errors import Problem


@dataclass(frozen=True)
class Dataset:
    """Typed tables of one submission.

    `tables[name]` has the published fields of the resource in order, with Arrow types of their
    Table Schema types (string: string, integer: int64, number: float64, boolean: bool_).
    `cells[name]` has the same shape and string columns: where each value was read, as
    `<sheet>!<A1>` (`!A1` for CSV), null where it was made by the pipeline (ids, derived values).
    """

    tables: Mapping[str, pa.Table]
    cells: Mapping[str, pa.Table]


@dataclass(frozen=True)
class Validation:
    """What a submission says and everything that is wrong with it."""

    dataset: Dataset
    problems: tuple[Problem, ...]
