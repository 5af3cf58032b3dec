"""What the titles of a workbook say of its plan: the name, the period, the department."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from opendata.extract.draft.cells import is_private
from opendata.extract.draft.content import content
from opendata.extract.draft.headings import LONGEST, bare, says, vocabulary, years_in
from opendata.extract.draft.sheet import SheetGuess
from opendata.extract.grid import Cell, matches
from opendata.extract.parts import with_era
from opendata.japanese import Period, read_period, squash, tidy

LEAST_TITLE, LONGEST_TITLE = 5, 90
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
    requires: list[str] = field(default_factory=list)
    """The texts that the constants were taken from: without them they are another plan's."""

    def state(self, text: str, shown: str | None = None, **values: str) -> None:
        """Take constants of the plan from a text that a cell shows, wholly or among other words."""
        self.constants |= {f"plans.{name}": value for name, value in values.items()}
        wanted = f"*{squash(text)}*"
        if wanted not in self.requires and matches(text if shown is None else shown, wanted):
            self.requires.append(wanted)


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
        if found is None or len(found[0]) < LEAST_TITLE:
            continue
        name = found[0]
        more = _TITLE.match(following)
        if more and name == part:
            name = shown[shown.find(name) :].partition(more[0])[0] + more[0]
        name = _without_year(name)
        closing, opening = (name.count(a) + name.count(b) for a, b in ("）)", "（("))
        return name.rstrip("）)") if closing > opening else name
    return None


def _without_year(name: str) -> str:
    """The plan's name without the fiscal year of a report that stands before it."""
    years = years_in(name)
    rest = name.removeprefix(years[0].text) if years else name
    return rest if len(rest) > LEAST_TITLE else name


def read_plan(sheets: Sequence[SheetGuess], title: str | None) -> PlanGuess:
    """What the lines around the tables say of the plan, where no label does."""
    plan = PlanGuess(title)
    roles = {label.role for one in sheets for label in one.labels}
    if "plans.title" not in roles:
        names = _titles_in_tables(sheets)
        named = next(names, None) or title or _first_text(sheets)
        if named:
            plan.state(named, title=named)
        else:
            plan.constants["plans.title"] = "計画名"
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


def _first_text(sheets: Sequence[SheetGuess]) -> str | None:
    shown = (cell.shown for one in sheets for cell in one.lines)
    return next((tidy(one) for one in shown if 4 < len(one) <= LONGEST), None)


def _read_line(cell: Cell, plan: PlanGuess, roles: set[str]) -> None:
    at = (cell.sheet, cell.row, cell.column)
    shown = tidy(cell.shown)
    if plan.title and plan.title in shown:
        plan.taken.setdefault(at, "title")
    if len(shown) > LONGEST_TITLE:
        return
    told = _in_brackets(shown)
    period = read_period(told) if years_in(shown) else None
    if period and "plans.start_fiscal_year" not in plan.constants and _is_about_plan(shown, plan):
        plan.taken[at] = "period"
        if not roles & {"plans.period", "plans.start_fiscal_year"}:
            years = {"start": period.start.text, "end": with_era(period.end)}
            plan.state(
                _of_years(told, period),
                shown,
                **{f"{one}_fiscal_year": year for one, year in years.items()},
            )
    elif is_department(shown):
        plan.taken[at] = "department"
        if "plans.department" not in roles and "plans.department" not in plan.constants:
            plan.state(shown, department=shown)


def _of_years(told: str, period: Period) -> str:
    """The part of a line from the first year of a period to the last: what is the plan's own."""
    end = told.rfind(period.end.text)
    start = told.rfind(period.start.text, 0, end) if end > 0 else -1
    return told[start : end + len(period.end.text)] if start >= 0 else told


def require_years(sheets: Sequence[SheetGuess], plan: PlanGuess) -> None:
    """Require the lines that columns without a year in their heading have theirs from: in next
    year's file they tell of another."""
    tables = [table for one in sheets for table in one.tables]
    needed = {guess.year for table in tables for guess in table.columns if not guess.has_year}
    for shown in (tidy(cell.shown) for one in sheets for cell in one.lines):
        named = years_in(shown) if len(shown) <= LONGEST else ()
        if len(named) == 1 and with_era(named[0]) in needed and not is_private(squash(shown)):
            plan.state(shown)


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
