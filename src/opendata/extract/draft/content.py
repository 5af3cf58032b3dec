"""What stands below the headings: it confirms or corrects what they were taken for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from opendata.errors import Text
from opendata.extract.draft.cells import is_figure
from opendata.extract.draft.guess import Guess, TableGuess
from opendata.extract.draft.headings import (
    LEVELS,
    VALUES,
    YEARS_OF,
    bare,
    says,
    value_type,
    years_in,
)
from opendata.extract.slots import DITTO
from opendata.japanese import split_number, squash, tidy

SAMPLE = 60
"""How many rows of a table are looked at to tell what its columns hold."""
_BARE_NUMBER = re.compile(r"[0-9A-Z.,()-]{1,8}")
_BARE_YEAR = re.compile(r"[0-9]{1,2}|(?:19|20)[0-9]{2}")
_STACKED = re.compile(
    r"上段?[:：は(（]*([^:：()（）\s、,]+)[)）]?.{0,3}下段?[:：は(（]*([^:：()（）\s、,]+)"
)
_SAYS_INDICATOR = re.compile("指標|KPI|目標")
_ONCE = (*LEVELS, "unit", "department", "progress", "definition", "data_source", "kind")


@dataclass(frozen=True)
class Content:
    """The texts of a column's filled cells, and how many of them are figures."""

    texts: tuple[str, ...]
    figures: int

    @property
    def filled(self) -> int:
        return len(self.texts)

    @property
    def is_figures(self) -> bool:
        return self.filled > 0 and self.figures * 2 >= self.filled

    @property
    def is_flags(self) -> bool:
        return all(len(text) <= 2 for text in self.texts)

    @property
    def is_numbered(self) -> bool:
        """Whether most texts begin with a number of their own."""
        counted = Counter(split_number(text)[0] is not None for text in self.texts)
        return counted[True] > counted[False]

    @property
    def is_numbers(self) -> bool:
        """Whether most texts are nothing but a number: 1-1, A."""
        numbers = [text for text in self.texts if _BARE_NUMBER.fullmatch(squash(text))]
        return len(numbers) * 2 > self.filled

    @property
    def is_years(self) -> bool:
        era: str | None = None
        right = 0
        for text in self.texts:
            years = years_in(text, era)
            era = years[0].era or era if years else era
            right += bool(years or _BARE_YEAR.fullmatch(text))
        dittos = sum(squash(text) in DITTO for text in self.texts)
        return right > 0 and (right + dittos) * 2 >= self.filled

    def names_years(self, era: str | None) -> bool:
        """Whether most cells name a year among other things."""
        named = sum(bool(years_in(text, era)) for text in self.texts)
        return named * 2 > self.filled


def content(table: TableGuess, column: int, width: int = 1) -> Content:
    """What stands in a column, row by row; a cell merged over rows once."""
    texts: list[str] = []
    figures = 0
    for row in table.rows[:SAMPLE]:
        for at in range(column, column + width):
            cell = table.grid.cell(row, at)
            if cell is None or cell.column != at or row in table.grid.sheet.hidden_rows:
                continue
            if cell.row != row and texts:
                continue
            texts.append(tidy(cell.shown))
            figures += is_figure(cell)
    return Content(tuple(texts), figures)


def is_indented(table: TableGuess, guess: Guess) -> bool:
    """Whether the texts of a column stand at different depths: in columns, or behind spaces."""
    depths: Counter[tuple[int, int, int]] = Counter()
    for row in table.rows[:SAMPLE]:
        for column in range(guess.column, guess.column + guess.width):
            cell = table.grid.cell(row, column)
            if cell is not None and (cell.row, cell.column) == (row, column):
                spaces = len(cell.text) - len(cell.text.lstrip())
                depths[column, table.grid.indent(row, column), spaces] += 1
    return len(depths) > 1


def is_told_once(table: TableGuess, level: int, column: int) -> bool:
    """Whether a column says one thing of each of the plan's parts that stand in `level`."""
    said: dict[str, set[str]] = {}
    part = above = ""
    for row in table.records:
        naming, telling = table.grid.cell(row, level), table.grid.cell(row, column)
        part = naming.place if naming and squash(naming.shown) not in DITTO else part
        if telling is not None:
            above = above if squash(telling.shown) in DITTO else squash(telling.shown)
            said.setdefault(part, set()).add(above)
    return all(len(one) == 1 for one in said.values())


def has_blanks(table: TableGuess, column: int) -> bool:
    """Whether cells of a column are blank in rows that are records."""
    return any(table.grid.cell(row, column) is None for row in table.records)


def _numbers_apart(table: TableGuess) -> None:
    """Part the numbers (①) from the names where one heading is merged over both columns."""
    columns: list[Guess] = []
    for one in table.columns:
        if one.role == "name" and one.width > 1:
            first, second = (content(table, one.column + at) for at in (0, 1))
            if first.is_numbers and second.filled >= first.filled and not second.is_numbers:
                columns.append(replace(one, role="number", width=1, confidence=0.7))
                one = replace(one, column=one.column + 1, width=one.width - 1)
        columns.append(one)
    table.columns = columns


def settle(table: TableGuess) -> None:
    """Hold the headings' roles against what stands below them."""
    _numbers_apart(table)
    contents = {
        one.column: content(table, one.column, 1 if one.is_value else one.width)
        for one in table.columns
    }
    table.columns = [_held(one, contents[one.column]) for one in table.columns]
    table.columns = [row_kind(one, contents[one.column]) for one in table.columns]
    if table.of("row_kind"):
        table.columns = [_without_kind(one) for one in table.columns]
    _later_baselines(table)
    _stacked(table)
    table.has_name = any(_SAYS_INDICATOR.search(one.words) for one in table.of("name"))
    _name(table, contents)
    _one_name(table, contents)
    for role in _ONCE:
        _one_each(table, role)
    names = table.of("name")
    table.is_indented = len(names) == 1 and is_indented(table, names[0])


def _held(one: Guess, held: Content) -> Guess:
    """A column whose heading and content agree, or what the content says it is instead."""
    figures = Text(
        f"値の{held.figures}／{held.filled}が数値",
        f"{held.figures} of {held.filled} values are figures",
    )
    if one.is_value:
        return _held_value(one, held, figures)
    if one.role == "goal" and held.is_figures and one.words in ("目標", "目標値"):
        return replace(one, role="value", value_type="target", reasons=(*one.reasons, figures))
    if one.role in (*LEVELS, "name") and held.is_numbers:
        return replace(one, role="number", confidence=0.5, reasons=(*one.reasons, figures))
    if one.role == "priority" and not held.is_flags:
        return replace(one, role="initiative")
    if one.role == "year" or one.role in YEARS_OF:
        return _held_year(one, held, figures)
    return one


def _held_year(one: Guess, held: Content, figures: Text) -> Guess:
    """A column of years; under a heading like 基準年度 there may be its figures as well."""
    if held.is_years:
        reason = Text("行ごとの年度", "the year of each row")
        return replace(one, confidence=0.8, reasons=(*one.reasons, reason))
    if held.is_figures and one.role in YEARS_OF:
        reasons = (*one.reasons, figures)
        return replace(one, role="value", value_type=YEARS_OF[one.role], reasons=reasons)
    return replace(one, role="unknown", confidence=0.4)


def _held_value(one: Guess, held: Content, figures: Text) -> Guess:
    if held.is_figures or not held.filled:
        sure = one.confidence if held.filled else 0.6
        return replace(one, confidence=sure, reasons=(*one.reasons, figures))
    words = Text("中身が文章", "it holds words")
    if one.words and one.value_type == "target" and not one.has_year:
        return replace(one, role="goal", value_type=None, reasons=(*one.reasons, words))
    return replace(one, role="unknown", confidence=0.4, reasons=(*one.reasons, words))


def row_kind(one: Guess, held: Content) -> Guess:
    """A column whose cells name kinds of values (目標, 実績) decides them row by row."""
    if one.role in (*VALUES, "value", "unit", "number") or not held.texts:
        return one
    if says(bare(held.texts[0]), "kinds") is not None:
        reason = Text("活動指標か成果指標かが書かれている", "it tells activity from outcome")
        return replace(one, role="kind", reasons=(reason,), confidence=0.9)
    named = [value_type(text) for text in held.texts]
    if len({kind for kind in named if kind}) >= 2 and sum(map(bool, named)) * 2 > len(named):
        reason = Text("目標・実績などの行の種類", "its cells tell targets from actuals")
        return replace(one, role="row_kind", reasons=(reason,), confidence=0.9)
    return one


def _stacked(table: TableGuess) -> None:
    """Where the header says what stands above and below in two rows an indicator: 上段：計画値."""
    texts = {tidy(cell.shown) for one in table.columns for cell in one.path}
    found = next((match for one in texts if (match := _STACKED.search(one))), None)
    kinds = tuple(value_type(one) for one in found.groups()) if found else ()
    names = [table.grid.cell(row, one.column) for one in table.of("name") for row in table.rows]
    has_pairs = sum(one is None or table.grid.span(one).bottom > one.row for one in names)
    if not kinds or None in kinds or has_pairs * 2 < len(names):
        return
    reason = Text("上段と下段の意味が見出しにある", "the header tells the upper row from the lower")
    for at, one in enumerate(table.columns):
        if one.is_value and one.value_type == "actual" and one.has_year:
            kept = tuple(str(kind) for kind in kinds)
            reasons = (*one.reasons, reason)
            table.columns[at] = replace(one, value_type=None, stacked=kept, reasons=reasons)


def _later_baselines(table: TableGuess) -> None:
    """Beside a value from when the plan was made, 現状 is what was reached since."""
    kinds = [one for one in table.of("value") if one.value_type == "baseline"]
    later = [one for one in kinds if one.words.startswith(("現状", "現況", "現在"))]
    if not later or len(later) == len(kinds):
        return
    reason = Text("ほかに策定時の値がある", "another column tells the value of the start")
    for one in later:
        at = table.columns.index(one)
        reasons = (*one.reasons, reason)
        table.columns[at] = replace(one, value_type="actual", reasons=reasons)


def _without_kind(one: Guess) -> Guess:
    """The column of a year whose kind of value the rows tell."""
    is_dated = one.has_year or one.year is not None
    is_plain = one.is_value and one.value_type in ("actual", "forecast") and is_dated
    return replace(one, value_type=None) if is_plain else one


def _name(table: TableGuess, contents: Mapping[int, Content]) -> None:
    """Where no heading says 指標, the column that names the rows does."""
    if table.of("name") or not table.of("value"):
        return
    first = min(one.column for one in table.of("value"))
    candidates = [
        one
        for one in table.of("unknown", *LEVELS)
        if one.column < first and _tells_rows_apart(contents[one.column])
    ]
    if not candidates:
        return
    chosen = next((one for one in candidates if one.role == "unknown"), candidates[-1])
    reason = Text(
        "ほかに指標名の欄がなく、行の名がここにある", "no heading says so; it names the rows"
    )
    at = table.columns.index(chosen)
    table.columns[at] = replace(
        chosen, role="name", confidence=0.6, reasons=(*chosen.reasons, reason)
    )


def _tells_rows_apart(held: Content) -> bool:
    different = len(set(held.texts)) * 3 >= held.filled * 2
    return held.filled > 0 and not held.is_figures and different


def _one_name(table: TableGuess, contents: Mapping[int, Content]) -> None:
    """Of several columns that may name the indicator, keep the likeliest."""
    names = table.of("name")
    if len(names) < 2 or len({one.kind for one in names}) > 1:
        return

    def likely(one: Guess) -> tuple[bool, int]:
        says_so = "指標" in one.words or "KPI" in one.words
        return says_so, len(set(contents[one.column].texts))

    best = max(names, key=likely)
    _demote(table, [one for one in names if one is not best])


def _one_each(table: TableGuess, role: str) -> None:
    """Of columns of a role that may stand once, keep the first; the others are not read."""
    same = table.of(role)
    if role in ("unit", "kind") and len({one.kind for one in table.of("name")}) > 1:
        return  # each kind of indicator has its own
    dated = [one for one in same if one.has_year]
    if role == "progress" and dated:
        _demote(table, [one for one in same if not one.has_year])
    else:
        _demote(table, same[1:])


def _demote(table: TableGuess, some: Sequence[Guess]) -> None:
    for one in some:
        reason = Text("同じ種類の欄がほかにある", "another column is taken for the same")
        at = table.columns.index(one)
        table.columns[at] = replace(
            one, role="unknown", confidence=0.4, reasons=(*one.reasons, reason)
        )
