"""A layout proposed for a workbook, with the reasons beside it; or a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from opendata.errors import PackageError, Place, Problem, problem
from opendata.extract.draft.block import Block, blocks_of
from opendata.extract.draft.cells import MOST_ROWS, is_private, quotable
from opendata.extract.draft.guess import Guess, TableGuess
from opendata.extract.draft.headings import LEVELS, bare, heading, says
from opendata.extract.draft.labels import LabelGuess
from opendata.extract.draft.plan import (
    PlanGuess,
    Position,
    find_title,
    is_department,
    read_plan,
    require_years,
)
from opendata.extract.draft.sheet import SheetGuess, read_sheets
from opendata.extract.draft.writing import written
from opendata.extract.extract import extract
from opendata.extract.grid import Cell, Grid, matches_any
from opendata.extract.layout import Layout, read_layout
from opendata.japanese import squash, tidy
from opendata.package import Package
from opendata.workbook import RESULTS_SHEET, Workbook

MOST_SHEETS = 60
UNSURE = 0.5
_CAPTION = re.compile(r"^(表|図表?|\(?単位|【|■|◆|[ⅠⅡⅢⅣⅤ])")


@dataclass(frozen=True)
class Draft:
    """A proposed layout, or why there is none.

    `document` is the layout's YAML form, `source` the same with a confidence and reasons in
    comments. `guesses` are the columns; `taken` says of each cell what it was taken for.
    """

    layout: Layout | None
    document: Mapping[str, Any]
    source: str
    guesses: tuple[Guess, ...]
    taken: Mapping[Position, str]
    confidence: float
    problems: tuple[Problem, ...]


def draft(workbook: Workbook, package: Package, name: str = "draft") -> Draft:
    """Propose a layout for a workbook. One that is no plan and no table of indicators is refused:
    the draft then has no layout, and a problem says so. Only the beginning of long sheets is read.
    """
    sheets = tuple(replace(one, rows=one.rows[:MOST_ROWS]) for one in workbook.sheets)
    workbook = replace(workbook, sheets=sheets)
    visible = [one for one in workbook.sheets if one.visibility == "visible"]
    grids = [Grid(one) for one in visible if one.name != RESULTS_SHEET][:MOST_SHEETS]
    try:
        proposed = _propose(workbook, grids, package, name)
    except PackageError:  # not a package of plans, or a text that no layout can name
        proposed = None
    return proposed or _refused(grids)


def _refused(grids: Sequence[Grid]) -> Draft:
    sheet = grids[0].name if grids else ""
    refused = problem("not-a-plan", Place(sheet=sheet or None))
    return Draft(None, {}, "", (), {}, 0.0, (refused,))


def _propose(
    workbook: Workbook, grids: Sequence[Grid], package: Package, name: str
) -> Draft | None:
    sheets = read_sheets(grids)
    title = find_title(sheets)
    _keep_plans(sheets, title)
    if not any(one.tables or one.tells_indicator for one in sheets):
        return None
    plan = read_plan(sheets, title)
    proposed = blocks_of(sheets)
    require_years(sheets, plan)
    trial = _Trial(workbook, package, name, plan)
    blocks = trial.fitting(proposed)
    document = trial.document(blocks, list(_captions(sheets, plan)))
    read = extract(workbook, package, [read_layout(package, name, document)])
    if not blocks or not any(
        read.texts[one].num_rows for one in ("indicator_values", "policy_nodes")
    ):
        return None
    guesses = tuple(guess for one in sheets for table in one.tables for guess in table.columns)
    known = (one.confidence for one in guesses if one.role != "unknown")
    return Draft(
        layout=read.layout,
        document=document,
        source=written(document, [b.comments for b in blocks], [b.title for b in blocks]),
        guesses=guesses,
        taken=_taken(sheets) | plan.taken,
        confidence=min(known, default=UNSURE),
        problems=tuple(one for one in read.problems if one.code.startswith("unmapped-")),
    )


def _keep_plans(sheets: Sequence[SheetGuess], title: str | None) -> None:
    """Leave only tables of indicators and of a plan's parts.

    Years beside categories are any statistics, unless the workbook is about a plan.
    """
    is_strong = any(table.is_strong for one in sheets for table in one.tables)
    is_plan = is_strong or any(one.tells_title for one in sheets)
    for one in sheets:
        one.tables = [
            table
            for table in one.tables
            if table.is_strong
            or table.is_card
            or (table.names_parts and one.tells_measured)
            or (title and (is_plan or table.of("name", "crossed")))
        ]


@dataclass(frozen=True)
class _Trial:
    """Layouts in the making, tried on the workbook they are made from."""

    workbook: Workbook
    package: Package
    name: str
    plan: PlanGuess

    def document(self, blocks: Sequence[Block], ignored: Sequence[str] = ()) -> dict[str, Any]:
        """The layout of these blocks in its YAML form."""
        document: dict[str, Any] = {"title": self.plan.title or self.name}
        if self.plan.constants:
            document["set"] = dict(self.plan.constants)
        if self.plan.requires:
            document["requires"] = list(self.plan.requires)
        if ignored:
            document["ignore"] = list(ignored)
        return document | {"blocks": [one.document for one in blocks]}

    def fitting(self, blocks: Sequence[Block]) -> list[Block]:
        """The blocks that the workbook has when it is read with them."""
        if self._fits(blocks):
            return list(blocks)
        kept: list[Block] = []
        for one in blocks:
            if one.is_form or self._fits([*kept, one]):
                kept.append(one)
        return kept if self._fits(kept) else []

    def _fits(self, blocks: Sequence[Block]) -> bool:
        targets = str([one.document for one in blocks])
        feeds = any(one in targets for one in ("policy_nodes.", "indicator_values."))
        if not feeds or not any(one.is_required for one in blocks):
            return False
        layout = read_layout(self.package, self.name, self.document(blocks))
        return extract(self.workbook, self.package, [layout]).layout is not None


def _captions(sheets: Sequence[SheetGuess], plan: PlanGuess) -> Iterator[str]:
    """The lines that are plainly titles, departments or units. The rest stays to be looked at."""
    seen: set[str] = set()
    for one in sheets:
        every = (*one.labels, *(label for card in one.cards for label in card))
        labels = {at.place for label in every for at in (label.cell, label.value)}
        for cell in one.lines:
            wanted = quotable(squash(cell.shown))
            is_read = (cell.sheet, cell.row, cell.column) in plan.taken
            if cell.place in labels or wanted in seen or is_private(wanted):
                continue
            if not is_read and not _is_caption(cell, plan.title):
                continue
            if matches_any(cell.shown, [wanted]):
                seen.add(wanted)
                yield wanted


def _is_caption(cell: Cell, title: str | None) -> bool:
    shown = squash(cell.shown)
    is_title = bool(title) and squash(title or "") in shown
    is_heading = heading(shown).role == "name" or says(bare(shown), "kinds") is not None
    is_caption = bool(_CAPTION.match(tidy(cell.shown)))
    return is_title or is_caption or is_heading or is_department(shown)


def _taken(sheets: Sequence[SheetGuess]) -> dict[Position, str]:
    """What each cell was taken for."""
    taken: dict[Position, str] = {}
    for sheet in sheets:
        for table in sheet.tables:
            for guess in table.columns:
                taken.update(_taken_by(table, guess))
        for label in (*sheet.labels, *(one for card in sheet.cards for one in card)):
            taken.update(_taken_by_label(label))
    return taken


def _taken_by(table: TableGuess, guess: Guess) -> Iterator[tuple[Position, str]]:
    grid = table.grid
    role = guess.value_type or "value" if guess.is_value else guess.role
    for cell in guess.path:
        yield (grid.name, cell.row, cell.column), "header"
    records = set(table.records)
    for row in table.rows:
        below = grid.cell(row, guess.column)
        if below is not None and below.column == guess.column:
            yield (grid.name, below.row, below.column), role if row in records else "ignored"


def _taken_by_label(label: LabelGuess) -> Iterator[tuple[Position, str]]:
    yield (label.cell.sheet, label.cell.row, label.cell.column), "label"
    if label.value is not label.cell:
        of_field = label.role.partition(".")[2] or "ignored"
        role = label.role if label.role in LEVELS else of_field
        yield (label.value.sheet, label.value.row, label.value.column), role
