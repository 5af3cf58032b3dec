"""A submission's typed tables, each value remembering its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from opendata.errors import Problem
from opendata.validate.answers import Answer
from opendata.validate.machine_readability.model import Readability


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
    held: Mapping[str, pa.Table] = field(default_factory=dict)
    """By table, the keys (the fields of its primary key) of records that somebody has been asked
    about: they and what refers to them are published as the last release has them, or not at
    all."""
    readability: Readability | None = None
    """How machine-readable the workbook is; None where it was not judged."""


@dataclass(frozen=True)
class Validation:
    """What a submission says and everything that is wrong with it."""

    dataset: Dataset
    problems: tuple[Problem, ...]
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """The answers that it was read with, and what they were found to mean."""
