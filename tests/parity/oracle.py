"""What frictionless says of a table, what we say, and where the two differ."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from frictionless import Field, FrictionlessException, Report, Resource, Schema, system

from opendata.errors import OpendataError
from opendata.validate import validate_table

Said = tuple[str, int | None, str | None, str]
"""One error: type, row number, field name, note."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`judged`: the errors and how many rows were read; `refused`: the schema is none;
    `fell`: the validator itself breaks on what it was given, or does with the first value."""

    kind: Literal["judged", "refused", "fell"]
    errors: Counter[Said] = field(default_factory=Counter)
    rows: int = 0
    reason: str = ""


Judge = Callable[[Path, Path], Verdict]


def frictionless_says(table: Path, schema: Path) -> Verdict:
    """The verdict of `frictionless validate TABLE --schema SCHEMA`, without a limit on errors."""
    with warnings.catch_warnings(), system.use_context(trusted=True):
        warnings.simplefilter("ignore")
        try:
            contract = Schema.from_descriptor(str(schema))
            unusable = [one for field in contract.fields for one in _unusable(field)]
        except FrictionlessException as error:
            return Verdict("refused", reason=str(error))
        except Exception as error:  # noqa: BLE001  # whatever makes it fall is an answer
            return Verdict("fell", reason=repr(error))
        if unusable:
            return Verdict("fell", reason=", ".join(unusable))
        try:
            # By its path, as the command does: a descriptor would be held to the version of the
            # resource around it and not to its own.
            report = Resource(path=str(table), schema=str(schema)).validate(limit_errors=0)
        except Exception as error:  # noqa: BLE001
            return Verdict("fell", reason=repr(error))
    return _verdict(report)


def _unusable(field: Field) -> Iterator[str]:
    """Bounds that are no value of their field's type: frictionless falls at the first value."""
    for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        bound = field.constraints.get(name)
        if bound is not None and field.create_value_reader()(bound) is None:
            yield f'{field.name}: constraint "{name}" is "{bound}"'
    re.compile("^{}$".format(field.constraints.get("pattern", "")))


def _verdict(report: Report) -> Verdict:
    found = [*report.errors, *(one for task in report.tasks for one in task.errors)]
    errors = Counter(
        (
            str(one.type),
            getattr(one, "row_number", None),
            getattr(one, "field_name", None),
            str(one.note),
        )
        for one in found
    )
    rows = sum(int(task.stats.get("rows") or 0) for task in report.tasks)
    return Verdict("judged", errors, rows)


def we_say(table: Path, schema: Path) -> Verdict:
    """The verdict of `opendata validate`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            report = validate_table(table, schema)
        except OpendataError as error:
            return Verdict("refused", reason=str(error))
        except Exception as error:  # noqa: BLE001  # never expected, and then it is a difference
            return Verdict("fell", reason=repr(error))
    errors = Counter((one.type, one.row_number, one.field_name, one.note) for one in report.errors)
    return Verdict("judged", errors, report.rows)


def difference(theirs: Verdict, ours: Verdict) -> str | None:
    """What differs, in a line or more; None where nothing does.

    Where frictionless falls there is nothing to agree with, and any verdict of ours will do;
    but we never fall.
    """
    if ours.kind == "fell":
        return f"frictionless: {theirs.kind} {theirs.reason}\nwe fell: {ours.reason}"
    if theirs.kind == "fell":
        return None
    if theirs.kind != ours.kind:
        return f"frictionless: {theirs.kind} {theirs.reason}\nwe: {ours.kind} {ours.reason}"
    missing, surplus = theirs.errors - ours.errors, ours.errors - theirs.errors
    lines = [f"only frictionless, {n} times: {one}" for one, n in missing.items()]
    lines += [f"only we, {n} times: {one}" for one, n in surplus.items()]
    if theirs.rows != ours.rows:
        lines.append(f"rows: frictionless {theirs.rows}, we {ours.rows}")
    return "\n".join(lines) or None
