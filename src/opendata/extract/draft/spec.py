"""A column as the layout language writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from opendata.errors import Text
from opendata.extract.draft.cells import own_cells
from opendata.extract.draft.content import content, has_blanks, is_told_once
from opendata.extract.draft.guess import Guess, TableGuess
from opendata.extract.draft.headings import LEVELS, YEARS_OF, value_type, years_in
from opendata.extract.draft.years import year_elsewhere
from opendata.extract.parts import with_era
from opendata.japanese import tidy

Spec = dict[str, Any]
_OTHER_WORDS = {
    "actual": "実績値",
    "target": "目標値",
    "baseline": "現状値",
    "midterm_target": "中間値",
    "forecast": "見込",
}
"""The same kinds of values in other words: they keep the values of a row's second indicator apart
from those of its first."""
_PLAIN_KINDS = frozenset({*_OTHER_WORDS.values(), "目標", "実績", "基準値"})
"""The kinds of values that need no translation."""
_UNIT_LINE = re.compile(r"単位[:：]\s*([^()（）\s]+)")


@dataclass
class Specs:
    """The columns of a table in the layout language; one that feeds nothing is ignored by name."""

    table: TableGuess
    unit: str | None = field(init=False)
    kinds: list[str | None] = field(init=False)

    def __post_init__(self) -> None:
        self.unit = _stated_unit(self.table)
        self.kinds = [one.kind for one in self.table.of("name")]

    def of(self, guess: Guess) -> tuple[Spec, Guess]:
        """What a column says beside its header, and the guess with the reasons found on the way."""
        if guess.is_value:
            return self._value(guess)
        spec = self._spec(guess)
        role = guess.role if spec or guess.role == "unknown" else "ignored"
        return spec, replace(guess, role=role)

    def _spec(self, guess: Guess) -> Spec:
        role = guess.role
        if role == "name":
            return self._name(guess)
        if role in ("unit", "kind", "definition", "data_source"):
            return self._of_indicator(guess)
        if role == "row_kind":
            return {"to": "indicator_values.value_type"} | self._words(guess)
        if role == "year":
            return {"to": "indicator_values.fiscal_year"} | self._filled(guess)
        if role == "crossed":
            name = "$band" if guess.value_type else "$header"
            given = {"indicators.name": name, "indicators.unit": "$unit"}
            kind = {"value_type": guess.value_type or "actual"}
            kind = {} if self.table.of("row_kind") else kind
            return {"to": "indicator_values.value", "set": given | kind}
        if self._is_year_of_values(role):
            return {"to": "indicator_values.fiscal_year", "set": {"value_type": YEARS_OF[role]}}
        return self._of_plan(guess)

    @property
    def _by_kind(self) -> bool:
        """Whether a row tells of two indicators of different kinds."""
        return len(set(self.kinds)) > 1

    def _is_year_of_values(self, role: str) -> bool:
        values = {one.value_type for one in self.table.of("value")}
        return role in YEARS_OF and YEARS_OF[role] in values

    def _kind(self, guess: Guess) -> Spec:
        return {"kind": guess.kind} if guess.kind and guess.kind in self.kinds else {}

    def _filled(self, guess: Guess) -> Spec:
        return {"fill": "down"} if has_blanks(self.table, guess.column) else {}

    def _name(self, guess: Guess) -> Spec:
        more = self._kind(guess) | ({"unit": self.unit} if self.unit else {})
        spec: Spec = {"to": "indicators.name"}
        if not self.table.of("unit") and not self.unit:
            spec = {"split": "unit", "to": ["indicators.name", "indicators.unit"]}
        if self.table.is_indented:
            levels = [one for one in LEVELS if not self.table.of(one)]
            return spec | {"indent": levels[-3:]} | ({"set": more} if more else {})
        return spec | ({"set": more} if more else {}) | self._filled_of_rows(guess)

    def _filled_of_rows(self, guess: Guess) -> Spec:
        """Blank cells mean what stands above where an indicator has several rows."""
        several = self.table.of("row_kind", "year") or any(o.stacked for o in self.table.columns)
        return self._filled(guess) if several else {}

    def _of_indicator(self, guess: Guess) -> Spec:
        own = self._kind(guess) if self._by_kind else {}
        filled = self._filled_of_rows(guess)
        filled = filled if guess.role in ("unit", "kind") else {}
        return {"to": f"indicators.{guess.role}"} | ({"set": own} if own else {}) | filled

    def _words(self, guess: Guess) -> Spec:
        """What the form's own words for kinds of values mean."""
        texts = dict.fromkeys(content(self.table, guess.column).texts)
        meant = {text: kind for text in texts if (kind := value_type(text))}
        return {"words": meant} if meant.keys() - _PLAIN_KINDS else {}

    def _of_plan(self, guess: Guess) -> Spec:
        """A column that tells of the plan's parts."""
        role = guess.role
        if role in LEVELS:
            return self._level(guess)
        if role == "number" and not self.table.of("value"):
            right = [one for one in self.table.of(*LEVELS) if one.column > guess.column]
            return _node("number", right[0].role) if right else {}
        lowest = self.table.of(*LEVELS)[-1:]
        if not lowest or not is_told_once(self.table, lowest[0].column, guess.column):
            return {}  # of an indicator: the schema has no such field
        if role in ("department", "stage"):
            return _node(role, lowest[0].role)
        if role == "priority":
            return _node("is_priority", lowest[0].role) | {"blank": "×"}
        if role == "progress":
            year = "$year" if guess.has_year else guess.year or _latest(self.table)
            return {"to": "progress.rating", "set": {"fiscal_year": year}} if year else {}
        return {}

    def _level(self, guess: Guess) -> Spec:
        spec = _node("title", guess.role)
        if content(self.table, guess.column).is_numbered:
            spec |= {"split": "number", "to": ["policy_nodes.number", "policy_nodes.title"]}
        return spec | self._filled(guess)

    def _value(self, guess: Guess) -> tuple[Spec, Guess]:
        given: dict[str, str] = {}
        if guess.value_type:
            is_second = self._by_kind and guess.kind not in (None, self.kinds[0])
            given["value_type"] = _OTHER_WORDS[guess.value_type] if is_second else guess.value_type
        elif not self.table.of("row_kind") and not guess.stacked:
            given["value_type"] = "actual"
        if guess.has_year:
            given["fiscal_year"] = "$year"
        elif not self._has_year_column(guess):
            guess = self._dated(guess)
            given |= {"fiscal_year": guess.year} if guess.year else {}
        spec: Spec = {"to": "indicator_values.value"} | ({"set": given} if given else {})
        return spec | ({"stacked": list(guess.stacked)} if guess.stacked else {}), guess

    def _has_year_column(self, guess: Guess) -> bool:
        """Whether a column of the table gives the year of these values."""
        if self.table.of("year"):
            return True
        return any(YEARS_OF[one.role] == guess.value_type for one in self.table.of(*YEARS_OF))

    def _dated(self, guess: Guess) -> Guess:
        """A column of values whose heading names no year: with the year that stands elsewhere."""
        table = self.table
        if content(table, guess.column).names_years(table.era):
            reason = Text("年度は値のセルの中", "the year stands in the value's cell")
            return replace(guess, year="$cell", reasons=(*guess.reasons, reason))
        if guess.width > 1 and content(table, guess.column + 1).is_years:
            reason = Text("年度は値の右のセル", "the year stands beside the value")
            return replace(guess, year="$beside", reasons=(*guess.reasons, reason))
        if year := guess.year or year_elsewhere(table, guess):
            reason = Text(f"年度は見出しの外から（{year}）", f"the year stands elsewhere ({year})")
            reasons = (*guess.reasons, reason)
            return replace(guess, year=year, confidence=0.6, reasons=reasons)
        # looked for in the heading all the same: there a review asks for it
        reason = Text("年度がどこにも書かれていない", "no year is written anywhere")
        return replace(guess, year="$year", confidence=0.5, reasons=(*guess.reasons, reason))


def _node(name: str, level: str) -> Spec:
    return {"to": f"policy_nodes.{name}", "set": {"level": level}}


def _stated_unit(table: TableGuess) -> str | None:
    """The unit that a line directly above the table states for all of it."""
    if table.of("unit"):
        return None
    for row in range(table.top, max(table.top - 3, -1), -1):
        for cell in own_cells(table.grid, row):
            stated = _UNIT_LINE.search(tidy(cell.shown))
            if stated:
                return stated[1]
    return None


def _latest(table: TableGuess) -> str | None:
    """The year of the last actual values: what a progress label speaks of."""
    dated = [
        one for one in table.of("value") if one.value_type in ("actual", None) and one.has_year
    ]
    if not dated:
        return None
    era: str | None = None
    for column in table.columns:
        for cell in column.path:
            if found := years_in(cell.shown, era):
                era = found[0].era or era
                if column.column == dated[-1].column:
                    return with_era(found[0])
    return None
