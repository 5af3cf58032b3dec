"""What the titles of a workbook say of its plan: the name, the period, the department."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from opendata.extract.draft.content import content
from opendata.extract.draft.headings import LONGEST, bare, says, vocabulary, years_in
from opendata.extract.draft.sheet import SheetGuess
from opendata.extract.grid import Cell
from opendata.extract.parts import with_era
from opendata.japanese import read_period, squash, tidy

LONGEST_TITLE = 90
Position = tuple[str, int, int]
_TITLE = re.compile(
    r"^.*(?:計画|戦略|ビジョン|プラン|構想|大綱|方針)(?![課部係室期年値種])(?:[0-9０-９]{2,4}|《[^》]*》|[）)])?"
)
_LAST_BRACKETS = re.compile(
    r"[（(]([^（(）)]*[~～〜から-][^（(）)]*(?:[（(][^）)]*[）)][^（(）)]*)*)[）)]\s*$"
)


@dataclass
class PlanGuess:
    """What the titles say, as constants of the layout, and the cells that say it."""

    title: str | None
    constants: dict[str, str] = field(default_factory=dict)
    taken: dict[Position, str] = field(default_factory=dict)


def find_title(sheets: Sequence[SheetGuess]) -> str | None:
    """The plan's name as the workbook's titles write it."""
    titles = (_title_in(tidy(cell.shown)) for one in sheets for cell in one.lines)
    return next((one for one in titles if one), None)


def _title_in(shown: str) -> str | None:
    """The plan's name within a line."""
    if len(shown) > LONGEST_TITLE or says(squash(shown), "plan") is None:
        return None
    parts = [one.lstrip("（(【") for one in re.split(r"[\s　]+|[「『＜<:：]", shown)]
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        found = _TITLE.match(part)
        if found is None or len(found[0]) <= 4:
            continue
        name = found[0]
        more = _TITLE.match(following)
        if more and name == part:
            name = shown[shown.find(name) :].partition(more[0])[0] + more[0]
        closing, opening = (name.count(a) + name.count(b) for a, b in ("）)", "（("))
        return name.rstrip("）)") if closing > opening else name
    return None


def read_plan(sheets: Sequence[SheetGuess], title: str | None) -> PlanGuess:
    """What the lines around the tables say of the plan, where no label does."""
    plan = PlanGuess(title)
    roles = {label.role for one in sheets for label in one.labels}
    if "plans.title" not in roles:
        names = _titles_in_tables(sheets)
        plan.constants["plans.title"] = next(names, None) or title or _first_text(sheets)
    for one in sheets:
        for cell in one.lines:
            _read_line(cell, plan, roles)
    return plan


def _titles_in_tables(sheets: Sequence[SheetGuess]) -> Iterator[str]:
    """The plan's name where a column says the same one in every row."""
    for table in (table for one in sheets for table in one.tables):
        for guess in table.of("plan"):
            texts = set(content(table, guess.column).texts)
            if len(texts) == 1:
                yield texts.pop()


def _first_text(sheets: Sequence[SheetGuess]) -> str:
    shown = (cell.shown for one in sheets for cell in one.lines)
    return tidy(next((one for one in shown if 4 < len(one) <= LONGEST), "計画名"))


def _read_line(cell: Cell, plan: PlanGuess, roles: set[str]) -> None:
    at = (cell.sheet, cell.row, cell.column)
    shown = tidy(cell.shown)
    if plan.title and plan.title in shown:
        plan.taken.setdefault(at, "title")
    if len(shown) > LONGEST_TITLE:
        return
    period = read_period(_in_brackets(shown)) if years_in(shown) else None
    if period and "plans.start_fiscal_year" not in plan.constants and _is_about_plan(shown, plan):
        plan.taken[at] = "period"
        if not roles & {"plans.period", "plans.start_fiscal_year"}:
            plan.constants["plans.start_fiscal_year"] = period.start.text
            plan.constants["plans.end_fiscal_year"] = with_era(period.end)
    elif is_department(shown):
        plan.taken[at] = "department"
        if "plans.department" not in roles:
            plan.constants.setdefault("plans.department", shown)


def _is_about_plan(shown: str, plan: PlanGuess) -> bool:
    """Whether a line with a period tells the plan's own."""
    if "期間" in shown or (plan.title and plan.title in shown):
        return True
    head = bare(re.split("[:：]", shown)[0])[:8].strip("(")
    return says(head, "labels") == "plans.period"


def is_department(shown: str) -> bool:
    """Whether a line is nothing but the name of a department."""
    line = shown.replace("　", "").replace(" ", "")
    known = re.fullmatch(vocabulary()["department_line"], line)
    return bool(known) and says(bare(shown), "labels") is None


def _in_brackets(text: str) -> str:
    """The part of a title that a period stands in."""
    inner = _LAST_BRACKETS.search(text)
    return inner[1] if inner and years_in(inner[1]) else text.strip("（）()")
