"""The labels of a form nobody has described: a text, and the value beside or behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.extract.draft.cells import quotable, shows_figure
from opendata.extract.draft.headings import LEVELS, VALUES, bare, heading, says, years_in
from opendata.extract.grid import Cell, Grid
from opendata.extract.parts import with_era
from opendata.japanese import squash

LONGEST_LABEL = 24
_BRACKETS = re.compile(r"[()\[\]]")
OF_INDICATOR = ("name", "unit", "definition", "data_source")


@dataclass
class LabelGuess:
    """A label, its value, what it says of the plan or the indicator, and that in the layout's
    words."""

    cell: Cell
    value: Cell
    spec: dict[str, Any]
    role: str

    @property
    def is_of_plan(self) -> bool:
        return self.role.startswith("plans.")


def plan_labels(grid: Grid, lines: Sequence[Cell]) -> list[LabelGuess]:
    """Labels of a plan with a value beside them, and 計画期間：平成20年度から in one cell."""
    found: list[LabelGuess] = []
    used: set[tuple[int, int]] = set()
    seen: set[str] = set()
    for cell in lines:
        if (cell.row, cell.column) in used:
            continue
        label = _inline(cell) or _beside(grid, cell)
        if label is None or label.role in seen - {"ignore"}:
            continue
        seen.add(label.role)
        used.add((label.value.row, label.value.column))
        found.append(label)
    beside = sum(one.cell is not one.value for one in found)
    return [one for one in found if one.cell is one.value or beside >= 2]


def _inline(cell: Cell) -> LabelGuess | None:
    head, colon, rest = cell.shown.replace("：", ":").partition(":")
    role = says(bare(head), "labels") if colon and rest.strip() else None
    if role in ("plans.period", "vision") and len(head) < 20:
        spec = {"label": squash(head), "value": "inline", **_feeds(role)}
        return LabelGuess(cell, cell, spec, role)
    return None


def _beside(grid: Grid, cell: Cell) -> LabelGuess | None:
    if len(cell.shown) > LONGEST_LABEL:
        return None
    whole = _BRACKETS.sub("", squash(cell.shown))
    role = says(whole, "labels") or says(bare(cell.shown), "labels")
    value = right_of(grid, cell)
    if role is None or value is None:
        return None
    if says(bare(value.shown), "labels") is not None and len(value.shown) < 16:
        return None
    return LabelGuess(cell, value, {"label": quotable(squash(cell.shown)), **_feeds(role)}, role)


def right_of(grid: Grid, cell: Cell) -> Cell | None:
    """The cell that begins directly right of a cell, in its first row."""
    span = grid.span(cell)
    value = grid.cell(span.top, span.right + 1)
    return value if value is not None and value.row == cell.row else None


def _feeds(role: str) -> dict[str, Any]:
    if role == "ignore":
        return {}
    if role in (*LEVELS, "vision"):
        return {"to": "policy_nodes.title", "set": {"level": role}}
    if role == "plans.period":
        years = ("start_fiscal_year", "end_fiscal_year", "period_years")
        return {"split": "period", "to": [f"plans.{one}" for one in years]}
    return {"to": role}


def settle_labels(labels: Mapping[str, Sequence[LabelGuess]]) -> None:
    """The plan is told of on one sheet; on the others the same labels tell of something else.

    `labels` are those of each sheet, by its name.
    """
    of_plan = [name for name, found in labels.items() if any(one.is_of_plan for one in found)]
    titled = [name for name, found in labels.items() if _names(found, "plans.title")]
    told = titled[0] if titled else ""
    if len(of_plan) == 1 and not any(_names(labels[of_plan[0]], level) for level in LEVELS[2:]):
        told = told or of_plan[0]
    for name, found in labels.items():
        lowest = next((level for level in reversed(LEVELS) if _names(found, level)), None)
        for one in found if name != told else ():
            if one.is_of_plan:
                _take_from_plan(one, lowest)


def _names(labels: Sequence[LabelGuess], role: str) -> bool:
    return any(one.role == role for one in labels)


def _take_from_plan(one: LabelGuess, level: str | None) -> None:
    """Let a label say nothing of the plan; the department beside a part of it is that part's."""
    value = {"value": "inline"} if one.cell is one.value else {}
    one.spec = {"label": one.spec["label"], **value}
    if one.role == "plans.department" and level:
        one.spec |= {"to": "policy_nodes.department", "set": {"level": level}}
    one.role = "department" if one.role == "plans.department" else "ignore"


def indicator_labels(
    grid: Grid, lines: Sequence[Cell], known: Sequence[LabelGuess], *, is_card: bool = False
) -> list[LabelGuess]:
    """The labels of a form that tells of one indicator: 指標名, 単位, 基準値（R2）, 実績（R3）.

    None where it tells of several: which unit is whose is then not told. `is_card` where a table of
    its values stands below.
    """
    used = {(cell.row, cell.column) for one in known for cell in (one.cell, one.value)}
    found: list[LabelGuess] = []
    for cell in lines:
        label = None if (cell.row, cell.column) in used else _of_indicator(grid, cell)
        if label is None:
            continue
        if label.role in OF_INDICATOR and _names(found, label.role):
            return []
        used.add((label.value.row, label.value.column))
        found.append(label)
    found.sort(key=lambda one: one.role in VALUES)
    has_values = any(one.role in VALUES for one in found)
    return found if (has_values or is_card) and _names(found, "name") else []


def cards_of_labels(
    grid: Grid, lines: Sequence[Cell], known: Sequence[LabelGuess]
) -> list[list[LabelGuess]]:
    """The labels of several indicators one below the other; each begins with its name."""
    starts = [cell.row for cell in lines if heading(cell.shown).role == "name"]
    starts = [row for row in starts if _is_named(grid, lines, row)]
    if len(starts) < 2 or len(set(starts)) < len(starts):
        return []
    ends = [*starts[1:], grid.height]
    cards = [
        indicator_labels(grid, [one for one in lines if start <= one.row < end], known)
        for start, end in zip(starts, ends, strict=True)
    ]
    return cards if all(cards) else []


def _is_named(grid: Grid, lines: Sequence[Cell], row: int) -> bool:
    labels = (_of_indicator(grid, cell) for cell in lines if cell.row == row)
    return any(one is not None and one.role == "name" for one in labels)


def _year_of(grid: Grid, label: Cell, value: Cell) -> dict[str, str]:
    """Where the year of a value stands: with its label, in its own cell or in the one beside."""
    if years := years_in(label.shown):
        return {"fiscal_year": with_era(years[0])}
    if years_in(value.shown):
        return {"fiscal_year": "$cell"}
    beside = right_of(grid, value)
    named = heading(beside.shown) if beside else None
    return {"fiscal_year": "$beside"} if named and named.is_year else {}


def _of_indicator(grid: Grid, cell: Cell) -> LabelGuess | None:
    said = heading(cell.shown) if len(cell.shown) <= LONGEST_LABEL else None
    value = right_of(grid, cell)
    if said is None or not said.role or value is None or heading(value.shown).role:
        return None
    spec: dict[str, Any] = {"label": quotable(squash(cell.shown))}
    if said.role in OF_INDICATOR:
        required = {"required": True} if said.role == "name" else {}
        spec |= {"to": f"indicators.{said.role}", **required}
    elif said.role in VALUES and shows_figure(value.shown):
        spec |= {"to": "indicator_values.value"}
        spec["set"] = {"value_type": said.role, **_year_of(grid, cell, value)}
    else:
        return None
    return LabelGuess(cell, value, spec, said.role)
