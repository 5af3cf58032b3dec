"""A block of the layout in the making, with a comment for each of its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.extract.draft.cells import quotable
from opendata.extract.draft.guess import Guess, TableGuess
from opendata.extract.draft.headings import LEVELS, VALUES, says
from opendata.extract.draft.labels import OF_INDICATOR, LabelGuess
from opendata.extract.draft.rows import row_patterns
from opendata.extract.draft.sheet import SheetGuess
from opendata.extract.draft.spec import Spec, Specs
from opendata.extract.grid import Grid
from opendata.japanese import squash, tidy

ESSENTIAL = ("name", "row_kind", "year")


@dataclass(frozen=True)
class Block:
    """A block's document, a comment for each of its labels or columns, and its title."""

    document: Mapping[str, Any]
    comments: tuple[str, ...]
    title: str

    @property
    def is_form(self) -> bool:
        return "form" in self.document

    @property
    def is_required(self) -> bool:
        """Whether it has a label or column that a sheet must have."""
        if self.is_form:
            return any(part.get("required", False) for part in self.document["form"])
        return any(part.get("required", True) for part in self.document["table"])


def blocks_of(sheets: Sequence[SheetGuess]) -> list[Block]:
    """The blocks of all sheets. The guesses of the tables gain the reasons found on the way."""
    blocks: list[Block] = []
    for one in sheets:
        named = {} if len(sheets) == 1 else {"sheet": one.grid.name}
        if one.labels:
            tells_plan = any(label.is_of_plan for label in one.labels)
            blocks.append(_form(one.grid, one.labels, named, repeat=not tells_plan))
        if one.cards:
            labels = {str(label.spec["label"]): label for card in one.cards for label in card}
            ordered = sorted(labels.values(), key=lambda one: one.role != "name")
            blocks.append(_form(one.grid, ordered, named, repeat=True))
        blocks.extend(_table(table, named) for table in one.tables)
    return _together(blocks)


def _together(blocks: Sequence[Block]) -> list[Block]:
    """Blocks that look the same on several sheets, or several times on one, as one that repeats."""
    found: dict[str, Block] = {}
    for one in blocks:
        look = str({key: part for key, part in one.document.items() if key not in _OF_COPY})
        found[look] = _with_copy(found[look], one) if look in found else one
    return list(found.values())


_OF_COPY = ("sheet", "repeat", "rows")
"""What may differ between the copies of a block."""


def _with_copy(one: Block, copy: Block) -> Block:
    """A block that stands where either of two stands."""
    document = {**one.document, "repeat": True}
    sheets = dict.fromkeys([*_listed(one, "sheet"), *_listed(copy, "sheet")])
    if sheets:
        document["sheet"] = next(iter(sheets)) if len(sheets) == 1 else list(sheets)
    rows: dict[str, list[Any]] = {}
    for part in (one.document.get("rows", {}), copy.document.get("rows", {})):
        for key, texts in part.items():
            known = rows.setdefault(key, [])
            known.extend(text for text in texts if text not in known)
    return Block(document | ({"rows": rows} if rows else {}), one.comments, one.title)


def _listed(block: Block, key: str) -> list[Any]:
    value = block.document.get(key, [])
    return value if isinstance(value, list) else [value]


def _form(
    grid: Grid, labels: Sequence[LabelGuess], named: Mapping[str, str], *, repeat: bool
) -> Block:
    ordered = sorted(labels, key=_depth)
    told = (f"{one.cell.address}「{tidy(one.cell.shown)[:20]}」" for one in ordered)
    comments = tuple(f"確からしさ 0.80: {one}" for one in told)
    repeated = {"repeat": True} if repeat else {}
    document = {**named, **repeated, "form": [one.spec for one in ordered]}
    return Block(document, comments, f"{grid.name or 'CSV'} 見出しと値")


def _depth(label: LabelGuess) -> int:
    """How deep in the plan a label tells of something: what a layout names first is the parent."""
    level = label.spec.get("set", {}).get("level")
    if level in LEVELS:
        return LEVELS.index(level)
    if label.role == "name":
        return len(LEVELS)
    return len(LEVELS) + 1 if label.role in (*VALUES, *OF_INDICATOR) else -1


def _table(table: TableGuess, named: Mapping[str, str]) -> Block:
    columns = _columns(table)
    columns.sort(key=lambda one: _generality(one[0]))
    document: dict[str, Any] = {**named, "table": [spec for spec, _ in columns]}
    if table.repeats:
        document["repeat"] = True
    if lines := _lines(table):
        document["lines"] = lines
    if rows := _rows(table):
        document["rows"] = rows
    if table.era and any(one.year == "$cell" for one in table.columns):
        document["era"] = table.era
    if table.gap > 1:
        document["gap"] = table.gap
    first, last = table.columns[0], table.rows[-1] + 1
    name = table.grid.name or "CSV"
    title = f"{name} {table.top + 1}～{last}行目（{first.path[-1].address}から）"
    return Block(document, tuple(comment for _, comment in columns), title)


def _columns(table: TableGuess) -> list[tuple[Spec, str]]:
    """The columns with their comments; those that a layout cannot tell apart once."""
    found: list[tuple[Spec, str]] = []
    specs = Specs(table)
    required: set[bool] = set()
    deepest = _deepest(table)
    for index, guess in enumerate(table.columns):
        is_deepest = guess is deepest
        spec, guess = specs.of(guess)
        table.columns[index] = guess
        parts = guess.parts if "to" in spec else tuple(p for p in guess.parts if p != "$year")
        named = {"header": "/".join(parts or guess.parts), **spec}
        tells_values = guess.is_value or guess.role == "crossed"
        is_first = (tells_values and True not in required) or (
            guess.role in LEVELS and not required
        )
        if "to" in spec and (guess.role in ESSENTIAL or is_first or is_deepest):
            required.add(tells_values)
        else:
            named["required"] = False
        if not any(_same(named, one) for one, _ in found):
            found.append((named, _comment(guess)))
    return found


def _deepest(table: TableGuess) -> Guess | None:
    """The column of values without which the header would seem to end above its last row."""
    spans = (table.grid.span(one.path[-1]).bottom for one in table.of(*ESSENTIAL))
    if max(spans, default=table.bottom) >= table.bottom:
        return None
    values = table.of("value", "crossed")
    return next((one for one in values if one.path[-1].row == table.bottom), None)


def _same(one: Spec, other: Spec) -> bool:
    """Whether two columns differ in nothing but whether they are required."""
    return {**one, "required": 0} == {**other, "required": 0}


def _generality(spec: Spec) -> tuple[int, bool]:
    """Longer paths first: a column is taken by the first header that names it."""
    header = spec["header"]
    return -header.count("/"), header.endswith("$year")


def _comment(guess: Guess) -> str:
    reasons = "、".join(one.ja for one in guess.reasons)
    return f"確からしさ {guess.confidence:.2f}: {guess.path[-1].address} {reasons}"


def _lines(table: TableGuess) -> list[dict[str, Any]]:
    """The lines across the table, one for each heading under which they begin."""
    levels = [one.role for one in table.of(*LEVELS)]
    free = LEVELS[: LEVELS.index(levels[0])] if levels else LEVELS
    under = list(dict.fromkeys(table.lines.values()))
    given = [*free[-len(under) :], *["project"] * len(under)]
    return [
        {"under": one, "to": "policy_nodes.title", "set": {"level": level}}
        for one, level in zip(under, given, strict=False)
    ]


def _rows(table: TableGuess) -> dict[str, Any]:
    """The rows that are no records, and those whose values are of another kind."""
    known = row_patterns(table)
    totals = [one for one in known if says(one, "sums") is not None]
    ignored = [one for one in known if one not in totals]
    others = [
        {"row": quotable(squash(text)), "set": {"value_type": kind}}
        for text, kind in table.other_rows.items()
    ]
    rows = {"ignore": ignored, "total": totals, "other": others}
    return {name: texts for name, texts in rows.items() if texts}
