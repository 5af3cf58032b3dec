"""From what was found on the sheets to a layout that can be read, with the reasons beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from opendata.errors import PackageError, Place, Problem, Text, problem
from opendata.extract.draft.headings import (
    LEVELS,
    LONGEST,
    VALUES,
    YEARS_OF,
    bare,
    heading,
    says,
    value_type,
    vocabulary,
    years_in,
)
from opendata.extract.draft.tables import (
    Guess,
    TableGuess,
    find_tables,
    has_blanks,
    is_numbered,
    own_cells,
    read_figure,
    texts_of,
)
from opendata.extract.draft.writing import written
from opendata.extract.extract import Extract, extract
from opendata.extract.grid import Cell, Grid, matches, matches_any
from opendata.extract.layout import Column, Layout, Table, read_layout
from opendata.extract.parts import with_era
from opendata.japanese import read_period, squash, tidy
from opendata.package import Package
from opendata.workbook import RESULTS_SHEET, Workbook

MOST_SHEETS = 60
_KNOWS_WORDS = "words" in Column.model_fields
_KNOWS_ERA = "era" in Table.model_fields
"""What the layout language can say."""
_OTHER_WORDS = {
    "actual": "実績値",
    "target": "目標値",
    "baseline": "現状値",
    "midterm_target": "中間値",
    "forecast": "見込",
}
"""The same kinds of values in other words: they keep the values of a row's second indicator apart
from those of its first."""
_TITLE = re.compile(
    r"^.*(?:計画|戦略|ビジョン|プラン|構想|大綱|方針)(?![課部係室期年値種])(?:[0-9０-９]{2,4}|《[^》]*》|[）)])?"
)
_UNIT_LINE = re.compile(r"単位[:：]\s*([^)）\s]+)")

Position = tuple[str, int, int]


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


@dataclass
class _Block:
    """A block of the layout in the making: its document, and a comment for each of its parts."""

    document: dict[str, Any]
    comments: list[str]
    title: str
    sheet: str


@dataclass
class _Label:
    cell: Cell
    value: Cell
    spec: dict[str, Any]
    role: str


def draft(workbook: Workbook, package: Package, name: str = "draft") -> Draft:
    """Propose a layout for a workbook. One that is no plan and no table of indicators is refused:
    the draft then has no layout, and a problem says so.
    """
    sheets = [one for one in workbook.sheets if one.visibility == "visible"]
    grids = [Grid(one) for one in sheets if one.name != RESULTS_SHEET][:MOST_SHEETS]
    try:
        return _draft(workbook, grids, package, name)
    except PackageError:  # not a package of plans, or a text that no layout can name
        return _refused(grids)


def _draft(workbook: Workbook, grids: list[Grid], package: Package, name: str) -> Draft:
    tables = {grid.name: find_tables(grid) for grid in grids}
    lines = {grid.name: _lines(grid, tables[grid.name]) for grid in grids}
    labels = _settled({grid.name: _labels(grid, lines[grid.name]) for grid in grids})
    for grid in grids:
        if not tables[grid.name] and any(one.role == "plans.title" for one in labels[grid.name]):
            inside = {one.value.row for one in labels[grid.name]}
            found_here = find_tables(grid, of_plan=True)
            tables[grid.name] = [one for one in found_here if one.top not in inside]
        if not any(one.of("value", "crossed") for one in tables[grid.name]):
            rows = {row for one in tables[grid.name] for row in (one.top, *one.rows)}
            outside = [one for one in lines[grid.name] if one.row not in rows]
            labels[grid.name].extend(_indicator(grid, outside, labels[grid.name]))
    title = _title(grids, lines)
    _judge(tables, labels, title)
    kept = [one for grid in grids for one in tables[grid.name]]
    if not kept and not any(one.role == "name" for found in labels.values() for one in found):
        return _refused(grids)
    constants, found = _plan(grids, lines, labels, title, kept)
    blocks: list[_Block] = []
    alone = len(grids) == 1
    for grid in grids:
        if labels[grid.name]:
            blocks.append(_form(grid, labels[grid.name], alone))
        blocks.extend(
            _table(one, alone) for one in tables[grid.name] if _KNOWS_WORDS or not one.of("crossed")
        )
    blocks = _fitting(blocks, constants, workbook, package, name)
    if not blocks:
        return _refused(grids)
    read_by_form = {
        (cell.row, cell.column, cell.sheet)
        for found_labels in labels.values()
        for one in found_labels
        for cell in (one.cell, one.value)
    }
    others = {
        sheet: [one for one in cells if (one.row, one.column, one.sheet) not in read_by_form]
        for sheet, cells in lines.items()
    }
    document = _document(blocks, constants, others, title, name)
    layout = read_layout(package, name, document)
    read = extract(workbook, package, [layout])
    if not any(read.texts[one].num_rows for one in ("indicator_values", "policy_nodes")):
        return _refused(grids)
    guesses = tuple(guess for table in kept for guess in table.columns)
    confidence = min((one.confidence for one in guesses if one.role != "unknown"), default=0.5)
    source = written(document, [one.comments for one in blocks], [one.title for one in blocks])
    taken = _taken(kept, labels) | found
    return Draft(layout, document, source, guesses, taken, confidence, _told(read, grids))


def _told(read: Extract, grids: Sequence[Grid]) -> tuple[Problem, ...]:
    """What the draft itself leaves open."""
    return tuple(one for one in read.problems if one.code.startswith("unmapped-"))


def _refused(grids: Sequence[Grid]) -> Draft:
    sheet = grids[0].name if grids else ""
    refused = problem("not-a-plan", Place(sheet=sheet or None))
    return Draft(None, {}, "", (), {}, 0.0, (refused,))


def _judge(
    tables: dict[str, list[TableGuess]], labels: Mapping[str, Sequence[_Label]], title: str | None
) -> None:
    """Leave only tables of indicators and of a plan's parts.

    Years beside categories are any statistics, unless the workbook is about a plan.
    """
    every = [one for found in tables.values() for one in found]
    strong = any(one.is_strong for one in every)
    is_form = any(label.role == "plans.title" for found in labels.values() for label in found)
    for name, found in tables.items():
        tables[name] = [
            one
            for one in found
            if one.is_strong
            or ((strong or is_form) and title)
            or (title and one.of("name", "crossed"))
        ]


# --- the lines around the tables -----------------------------------------------------------------


def _lines(grid: Grid, tables: Sequence[TableGuess]) -> list[Cell]:
    """The text cells outside of the tables."""
    inside = {row for one in tables for row in (*range(one.top, one.bottom + 1), *one.rows)}
    return [
        cell
        for row in range(min(grid.height, 400))
        if row not in inside and row not in grid.sheet.hidden_rows
        for cell in own_cells(grid, row)
        if isinstance(cell.value, str)
    ]


def _labels(grid: Grid, lines: Sequence[Cell]) -> list[_Label]:
    """Label cells with a value beside them, and 計画期間：平成20年度から in one cell."""
    found: list[_Label] = []
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


def _settled(labels: dict[str, list[_Label]]) -> dict[str, list[_Label]]:
    """The plan is told of on one sheet; on the others the same labels tell of something else."""
    of_plan = {
        name: [one for one in found if one.role.startswith("plans.")]
        for name, found in labels.items()
    }
    titled = [
        name for name, found in of_plan.items() if any(o.role == "plans.title" for o in found)
    ]
    told = (titled or [name for name, found in of_plan.items() if found] or [""])[0]
    if told and any(one.role == "project" for one in labels[told]) and told not in titled:
        told = ""
    for name, found in labels.items():
        if name == told:
            continue
        is_project = any(one.role == "project" for one in found)
        for one in found:
            if not one.role.startswith("plans."):
                continue
            value = {"value": "inline"} if one.cell is one.value else {}
            one.spec = {"label": one.spec["label"], **value}
            if one.role == "plans.department" and is_project:
                one.spec |= {"to": "policy_nodes.department", "set": {"level": "project"}}
            one.role = "department" if one.role == "plans.department" else "ignore"
    return labels


def _indicator(grid: Grid, lines: Sequence[Cell], known: Sequence[_Label]) -> list[_Label]:
    """The labels of a form that tells of one indicator: 指標名, 単位, 基準値（R2）, 実績（R3）."""
    used = {(cell.row, cell.column) for one in known for cell in (one.cell, one.value)}
    found: list[_Label] = []
    seen: set[str] = set()
    for cell in lines:
        if (cell.row, cell.column) in used or len(cell.shown) > 24:
            continue
        said = heading(cell.shown)
        span = grid.span(cell)
        value = grid.cell(span.top, span.right + 1)
        if value is None or value.row != cell.row or heading(value.shown).role or not said.role:
            continue
        spec: dict[str, Any] = {"label": _quotable(squash(cell.shown))}
        if said.role in ("name", "unit", "definition", "data_source"):
            if said.role in seen:
                return []  # several indicators on one form: which unit is whose is not told
            spec |= {"to": f"indicators.{said.role}"}
            if said.role == "name":
                spec["required"] = True
        elif said.role in VALUES and read_figure(value.shown) and said.has_year:
            year = with_era(years_in(cell.shown)[0])
            constants = {"value_type": said.role, "fiscal_year": year}
            spec |= {"to": "indicator_values.value", "set": constants}
        elif said.role in VALUES and read_figure(value.shown):
            spec |= {"to": "indicator_values.value", "set": {"value_type": said.role}}
        else:
            continue
        seen.add(said.role)
        used.add((value.row, value.column))
        found.append(_Label(cell, value, spec, said.role))
    found.sort(key=lambda one: one.role in VALUES)
    return found if "name" in seen and seen & VALUES else []


def _inline(cell: Cell) -> _Label | None:
    head, colon, rest = cell.shown.replace("：", ":").partition(":")
    role = says(bare(head), "labels") if colon and rest.strip() else None
    if role in ("plans.period", "vision") and len(head) < 20:
        spec = {"label": squash(head), "value": "inline", **_feeds(role)}
        return _Label(cell, cell, spec, role)
    return None


def _beside(grid: Grid, cell: Cell) -> _Label | None:
    if len(cell.shown) > 24:
        return None
    whole = re.sub(r"[()\[\]]", "", squash(cell.shown))
    role = says(whole, "labels") or says(bare(cell.shown), "labels")
    span = grid.span(cell)
    value = grid.cell(span.top, span.right + 1)
    if role is None or value is None or value.row != cell.row:
        return None
    if says(bare(value.shown), "labels") is not None and len(value.shown) < 16:
        return None
    return _Label(cell, value, {"label": _quotable(squash(cell.shown)), **_feeds(role)}, role)


def _feeds(role: str) -> dict[str, Any]:
    if role == "ignore":
        return {}
    if role in (*LEVELS, "vision"):
        return {"to": "policy_nodes.title", "set": {"level": role}}
    if role == "plans.period":
        years = ("start_fiscal_year", "end_fiscal_year", "period_years")
        return {"split": "period", "to": [f"plans.{one}" for one in years]}
    return {"to": role}


def _title(grids: Sequence[Grid], lines: Mapping[str, Sequence[Cell]]) -> str | None:
    """The plan's name as the workbook's titles write it."""
    for grid in grids:
        for cell in lines[grid.name]:
            shown = tidy(cell.shown)
            if len(shown) > 90 or says(squash(shown), "plan") is None:
                continue
            parts = [one.lstrip("（(【") for one in re.split(r"[\s　]+|[「『＜<:：]", shown)]
            for at, part in enumerate(parts):
                found = _TITLE.match(part)
                if found and len(found[0]) > 4:
                    name = found[0]
                    more = _TITLE.match(parts[at + 1]) if at + 1 < len(parts) else None
                    if more and name == part:
                        name = shown[shown.find(name) :].partition(more[0])[0] + more[0]
                    closing = name.count("）") + name.count(")")
                    opening = name.count("（") + name.count("(")
                    return name.rstrip("）)") if closing > opening else name
    return None


def _plan(
    grids: Sequence[Grid],
    lines: Mapping[str, Sequence[Cell]],
    labels: Mapping[str, Sequence[_Label]],
    title: str | None,
    tables: Sequence[TableGuess],
) -> tuple[dict[str, str], dict[Position, str]]:
    """What the titles say of the plan, as constants; and the cells that said it."""
    roles = {one.role for found in labels.values() for one in found}
    constants: dict[str, str] = {}
    found: dict[Position, str] = {}
    for table in tables:
        for guess in table.of("plan"):
            texts = set(texts_of(table, guess.column))
            if len(texts) == 1:
                constants["plans.title"] = texts.pop()
    if "plans.title" not in roles and "plans.title" not in constants:
        constants["plans.title"] = title or tidy(_first_text(lines, grids))
    for grid in grids:
        for cell in lines[grid.name]:
            at = (cell.sheet, cell.row, cell.column)
            shown = tidy(cell.shown)
            if title and title in shown:
                found.setdefault(at, "title")
            if len(shown) > 90:
                continue
            period = read_period(_in_brackets(shown)) if years_in(shown) else None
            is_period = says(bare(re.split("[:：]", shown)[0])[:8].strip("("), "labels")
            about = "期間" in shown or is_period == "plans.period" or (title and title in shown)
            if period is not None and about and "plans.start_fiscal_year" not in constants:
                found[at] = "period"
                if "plans.period" not in roles and "plans.start_fiscal_year" not in roles:
                    constants["plans.start_fiscal_year"] = period.start.text
                    constants["plans.end_fiscal_year"] = with_era(period.end)
            elif says(bare(shown), "labels") is None and re.fullmatch(
                vocabulary()["department_line"], shown.replace("　", "").replace(" ", "")
            ):
                if "plans.department" not in roles | constants.keys():
                    constants["plans.department"] = shown
                found[at] = "department"
    return constants, found


def _first_text(lines: Mapping[str, Sequence[Cell]], grids: Sequence[Grid]) -> str:
    for grid in grids:
        for cell in lines[grid.name]:
            if 4 < len(cell.shown) <= LONGEST:
                return cell.shown
    return "計画名"


def _in_brackets(text: str) -> str:
    """The part of a title that a period stands in."""
    inner = re.search(
        r"[（(]([^（(）)]*[~～〜から-][^（(）)]*(?:[（(][^）)]*[）)][^（(）)]*)*)[）)]\s*$", text
    )
    return inner[1] if inner and years_in(inner[1]) else text.strip("（）()")


# --- blocks --------------------------------------------------------------------------------------


def _quotable(text: str) -> str:
    return text if len(text) <= 40 else text[:38] + "*"


def _form(grid: Grid, labels: Sequence[_Label], alone: bool) -> _Block:
    document: dict[str, Any] = {} if alone else {"sheet": grid.name}
    document["form"] = [one.spec for one in labels]
    comments = [f"確からしさ 0.8: {one.cell.address}「{_short(one.cell)}」" for one in labels]
    return _Block(document, comments, "見出しと値", grid.name)


def _short(cell: Cell) -> str:
    return tidy(cell.shown)[:20]


def _table(table: TableGuess, alone: bool) -> _Block:
    grid = table.grid
    document: dict[str, Any] = {} if alone else {"sheet": grid.name}
    specs: list[dict[str, Any]] = []
    comments: list[str] = []
    required = False
    unit = _unit_of(table)
    for index, guess in enumerate(table.columns):
        spec, more = _spec(table, guess, unit)
        table.columns[index] = more
        named = {"header": "/".join(guess.parts), **spec}
        essential = guess.role in ("name", "row_kind", "year") or (
            not required and (guess.is_value or guess.role in (*LEVELS, "crossed"))
        )
        if "to" not in spec or not essential:
            named["required"] = False
        else:
            required = True
        if named in specs or any(_same(named, one) for one in specs):
            continue
        specs.append(named)
        comments.append(_comment(more))
    order = sorted(range(len(specs)), key=lambda at: _generality(specs[at]))
    document["table"] = [specs[at] for at in order]
    ignored = _row_patterns(table)
    if ignored:
        document["rows"] = {"ignore": ignored}
    if table.other_rows:
        others = [
            {"row": _quotable(squash(text)), "set": {"value_type": kind}}
            for text, kind in table.other_rows.items()
        ]
        document.setdefault("rows", {})["other"] = others
    if _KNOWS_ERA and table.era and any(one.year == "$cell" for one in table.columns):
        document["era"] = table.era
    if table.gap > 1:
        document["gap"] = table.gap
    first, last = table.columns[0], table.rows[-1] + 1
    where = f"{grid.name or 'CSV'} {table.top + 1}～{last}行目（{first.path[-1].address}から）"
    return _Block(document, [comments[at] for at in order], where, grid.name)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two columns differ in nothing but whether they are required."""
    return {**one, "required": 0} == {**other, "required": 0}


def _generality(spec: Mapping[str, Any]) -> tuple[int, int]:
    """Longer paths first: a column is taken by the first header that names it."""
    header = spec["header"]
    return (-header.count("/"), header.endswith("$year"))


def _comment(guess: Guess) -> str:
    reasons = "、".join(one.ja for one in guess.reasons)
    return f"確からしさ {guess.confidence:.2f}: {guess.path[-1].address} {reasons}"


def _unit_of(table: TableGuess) -> str | None:
    """The unit that a line directly above the table states for all of it."""
    if table.of("unit"):
        return None
    for row in range(table.top, max(table.top - 3, -1), -1):
        for cell in own_cells(table.grid, row):
            stated = _UNIT_LINE.search(tidy(cell.shown))
            if stated:
                return stated[1]
    return None


def _spec(table: TableGuess, guess: Guess, unit: str | None) -> tuple[dict[str, Any], Guess]:
    """The column in the layout language; one that feeds nothing is ignored by name."""
    kinds = [one.kind for one in table.of("name")]
    by_kind = len(set(kinds)) > 1
    own = {"kind": guess.kind} if guess.kind and guess.kind in kinds else {}
    levels = [one.role for one in table.columns if one.role in LEVELS]
    lowest = {"level": levels[-1]} if levels else {}
    role = guess.role
    if role == "name":
        more = {**own, **({"unit": unit} if unit else {})}
        spec: dict[str, Any] = {"to": "indicators.name"} | ({"set": more} if more else {})
        if _KNOWS_WORDS and not table.of("unit") and not unit:
            spec = {"split": "unit", "to": ["indicators.name", "indicators.unit"]} | (
                {"set": more} if more else {}
            )
        if table.of("row_kind") and has_blanks(table, guess.column):
            spec["fill"] = "down"
        return spec, guess
    if role in ("unit", "kind", "definition", "data_source"):
        spec = {"to": f"indicators.{role}"} | ({"set": own} if own and by_kind else {})
        if role in ("unit", "kind") and has_blanks(table, guess.column) and table.of("row_kind"):
            spec["fill"] = "down"
        return spec, guess
    if role == "row_kind":
        return {"to": "indicator_values.value_type"} | _words(table, guess), guess
    if role == "year":
        return {"to": "indicator_values.fiscal_year"}, guess
    if role == "crossed":
        given = {"indicators.name": "$header", "indicators.unit": "$unit", "value_type": "actual"}
        return {"to": "indicator_values.value", "set": given}, guess
    if guess.is_value:
        return _value_spec(table, guess, by_kind and guess.kind not in (None, kinds[0]))
    if role in YEARS_OF and any(one.value_type == YEARS_OF[role] for one in table.of("value")):
        spec = {"to": "indicator_values.fiscal_year", "set": {"value_type": YEARS_OF[role]}}
        return spec, guess
    if role in LEVELS:
        spec = {"to": "policy_nodes.title", "set": {"level": role}}
        if is_numbered(tuple(texts_of(table, guess.column))):
            spec = {"split": "number", "to": ["policy_nodes.number", "policy_nodes.title"]} | {
                "set": {"level": role}
            }
        if has_blanks(table, guess.column):
            spec["fill"] = "down"
        return spec, guess
    if role == "number" and not table.of("value"):
        right = [one for one in table.columns if one.column > guess.column and one.role in LEVELS]
        if right:
            return {"to": "policy_nodes.number", "set": {"level": right[0].role}}, guess
    if levels and role in ("department", "stage", "priority"):
        field = "is_priority" if role == "priority" else role
        spec = {"to": f"policy_nodes.{field}", "set": lowest}
        return spec | ({"blank": "×"} if role == "priority" else {}), guess
    if levels and role == "progress":
        year = "$year" if guess.has_year else guess.year or _latest(table)
        return {"to": "progress.rating"} | ({"set": {"fiscal_year": year}} if year else {}), guess
    return {}, replace(guess, role="ignored" if role != "unknown" else "unknown")


def _words(table: TableGuess, guess: Guess) -> dict[str, Any]:
    """What the form's own words for kinds of values mean."""
    if not _KNOWS_WORDS:
        return {}
    texts = dict.fromkeys(texts_of(table, guess.column))
    meant = {text: kind for text in texts if (kind := value_type(text))}
    plain = {"目標", "目標値", "実績", "実績値", "現状値", "基準値", "中間値", "見込"}
    return {"words": meant} if any(text not in plain for text in meant) else {}


def _value_spec(table: TableGuess, guess: Guess, other: bool) -> tuple[dict[str, Any], Guess]:
    constants: dict[str, str] = {}
    if guess.value_type:
        kind = guess.value_type
        constants["value_type"] = _OTHER_WORDS[kind] if other else kind
    elif not table.of("row_kind"):
        constants["value_type"] = "actual"
    paired = [
        one
        for one in table.columns
        if one.role in YEARS_OF and YEARS_OF[one.role] == guess.value_type
    ]
    if guess.has_year:
        constants["fiscal_year"] = "$year"
    elif table.of("year"):
        pass
    elif not paired and _KNOWS_WORDS and _cells_name_years(table, guess):
        constants["fiscal_year"] = "$cell"
        reason = Text("年度は値のセルの中", "the year stands in the value's cell")
        guess = replace(guess, year="$cell", reasons=(*guess.reasons, reason))
    elif not paired:
        year = guess.year or _year_elsewhere(table, guess)
        if year:
            constants["fiscal_year"] = year
            reason = Text(f"年度は見出しの外から（{year}）", f"the year stands elsewhere ({year})")
            guess = replace(guess, year=year, confidence=0.6, reasons=(*guess.reasons, reason))
        else:
            reason = Text("年度がどこにも書かれていない", "no year is written anywhere")
            guess = replace(guess, confidence=0.5, reasons=(*guess.reasons, reason))
    spec: dict[str, Any] = {"to": "indicator_values.value"}
    return spec | ({"set": constants} if constants else {}), guess


def _cells_name_years(table: TableGuess, guess: Guess) -> bool:
    texts = tuple(texts_of(table, guess.column))
    return sum(bool(years_in(text, table.era)) for text in texts) * 2 > len(texts) > 0


def _year_elsewhere(table: TableGuess, guess: Guess) -> str | None:
    """The year that a note gives for a heading (※直近値は平成25年度), or that a title gives."""
    grid = table.grid
    if not any(one.has_year for one in table.of("value")) and guess.value_type != "baseline":
        for row in range(table.top - 1, max(table.top - 4, -1), -1):
            named = {with_era(y) for one in own_cells(grid, row) for y in years_in(one.shown)}
            if len(named) == 1 and "最終" not in guess.words:
                return named.pop()
    outside = [row for row in range(min(grid.height, 400)) if row not in table.rows]
    for row in outside:
        for cell in own_cells(grid, row):
            shown = tidy(cell.shown)
            if table.top <= row <= table.bottom or guess.words not in squash(shown):
                continue
            after = shown[shown.find(guess.words[0]) :]
            years = years_in(after)
            if years and len(guess.words) > 1:
                return with_era(years[0])
    if guess.value_type != "actual":
        return None
    for row in range(table.top - 1, -1, -1):
        for cell in own_cells(grid, row):
            years = years_in(cell.shown)
            if len(years) == 1:
                return with_era(years[0])
    return None


def _latest(table: TableGuess) -> str | None:
    """The year of the last actual values: what a progress label speaks of."""
    for one in reversed(table.of("value")):
        if one.value_type in ("actual", None) and one.has_year:
            era = None
            for column in table.columns:
                for cell in column.path:
                    if found := years_in(cell.shown, era):
                        era = found[0].era or era
                        if column.column == one.column:
                            return with_era(found[0])
    return None


def _row_patterns(table: TableGuess) -> list[str]:
    """The texts that name the rows that are no records, unless a record bears the same."""
    texts = [one for one in dict.fromkeys(table.ignored_rows.values()) if not _is_private(one)]
    records = [
        cell.shown
        for row in table.rows
        if row not in table.ignored_rows
        for cell in own_cells(table.grid, row)
        if isinstance(cell.value, str)
    ]
    found = []
    for text in texts:
        short = bare(text) if says(bare(text), "totals") is not None else ""
        for wanted in (short, _quotable(squash(text))):
            if (
                wanted
                and matches(text, wanted)
                and not any(matches(one, wanted) for one in records)
            ):
                found.append(wanted)
                break
    return list(dict.fromkeys(found))


# --- the whole -----------------------------------------------------------------------------------


def _fitting(
    blocks: list[_Block],
    constants: Mapping[str, str],
    workbook: Workbook,
    package: Package,
    name: str,
) -> list[_Block]:
    """The blocks that the workbook has when it is read with them."""

    def fits(some: Sequence[_Block]) -> bool:
        targets = str([one.document for one in some])
        if not any(one in targets for one in ("policy_nodes.", "indicator_values.")):
            return False
        if not any(
            part.get("required", "table" in one.document)
            for one in some
            for part in (one.document.get("table") or one.document["form"])
        ):
            return False
        layout = read_layout(package, name, _document(some, constants, {}, None, name))
        return extract(workbook, package, [layout]).layout is not None

    if fits(blocks):
        return blocks
    kept: list[_Block] = []
    for one in blocks:
        if "form" in one.document or fits([*kept, one]):
            kept.append(one)
    return kept if fits(kept) else []


def _document(
    blocks: Sequence[_Block],
    constants: Mapping[str, str],
    lines: Mapping[str, Sequence[Cell]],
    title: str | None,
    name: str,
) -> dict[str, Any]:
    document: dict[str, Any] = {"title": title or name}
    if constants:
        document["set"] = dict(constants)
    ignored = list(_titles(lines, title))
    if ignored:
        document["ignore"] = ignored
    document["blocks"] = [one.document for one in blocks]
    return document


def _titles(lines: Mapping[str, Sequence[Cell]], title: str | None) -> Iterator[str]:
    """The lines that are plainly titles, departments or units. The rest stays to be looked at."""
    seen: set[str] = set()
    for found in lines.values():
        for cell in found:
            shown = squash(cell.shown)
            is_title = bool(title) and squash(title or "") in shown
            is_line = re.fullmatch(vocabulary()["department_line"], shown)
            is_line = is_line if says(bare(shown), "labels") is None else None
            numbered = re.match(r"^(表|図表?|\(?単位|【|■|◆|[ⅠⅡⅢⅣⅤ])", tidy(cell.shown))
            if not (is_title or is_line or numbered) or _is_private(shown):
                continue
            wanted = _quotable(shown)
            if wanted not in seen and matches_any(cell.shown, [wanted]):
                seen.add(wanted)
                yield wanted


def _is_private(text: str) -> bool:
    """Whether a text might hold a person's address or number: a layout must not repeat it."""
    return "@" in text or bool(re.search(r"\d[\d-]{5,}\d", squash(text)))


def _taken(
    tables: Sequence[TableGuess], labels: Mapping[str, Sequence[_Label]]
) -> dict[Position, str]:
    """What each cell was taken for."""
    taken: dict[Position, str] = {}
    for table in tables:
        grid = table.grid
        for guess in table.columns:
            role = guess.value_type or "value" if guess.is_value else guess.role
            for cell in guess.path:
                taken[grid.name, cell.row, cell.column] = "header"
            for row in table.rows:
                below = grid.cell(row, guess.column)
                if below is not None and below.column == guess.column:
                    skipped = row in table.ignored_rows or row in grid.sheet.hidden_rows
                    taken[grid.name, below.row, below.column] = "ignored" if skipped else role
    for found in labels.values():
        for one in found:
            taken[one.cell.sheet, one.cell.row, one.cell.column] = "label"
            if one.value is not one.cell:
                role = one.role if one.role in LEVELS else one.role.partition(".")[2] or "ignored"
                taken[one.value.sheet, one.value.row, one.value.column] = role
    return taken
