"""Find the tables of a sheet nobody has described, and say what each column is taken for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from opendata.errors import Text
from opendata.extract.draft.headings import (
    LEVELS,
    VALUES,
    YEARS_OF,
    Heading,
    bare,
    heading,
    says,
    value_type,
    years_in,
)
from opendata.extract.grid import Cell, Grid, matches
from opendata.extract.parts import with_era
from opendata.japanese import FiscalYear, read_quantity, split_number, squash, tidy

MOST_ROWS, MOST_COLUMNS = 3000, 200
"""How far down and across headers are looked for."""
FARTHEST = 300
"""How many rows below the last table the next one may begin."""
SAMPLE = 60
"""How many rows of a table are looked at to tell what its columns hold."""
HEADER_ROWS = 5
DITTO = frozenset({"〃", "同上", "〟", '"', "仝", "々"})
_NARROW_BRACKETS = re.compile(r"[（(][^（()）]*[）)]")
_BARE_NUMBER = re.compile(r"[0-9A-Z.,()-]{1,8}")
NOTE_STARTS = ("※", "注", "(注", "資料", "出典", "〈資料", "<資料", "(備考", "*")


@dataclass(frozen=True)
class Guess:
    """What one column is taken for: `role` of the vocabulary, its year, how sure, and why."""

    sheet: str
    column: int
    path: tuple[Cell, ...]
    role: str
    words: str
    value_type: str | None = None
    kind: str | None = None
    has_year: bool = False
    year: str | None = None
    """A fiscal year that stands elsewhere on the sheet, or whose era does."""
    parts: tuple[str, ...] = ()
    """The header's path in the layout's words."""
    confidence: float = 0.0
    reasons: tuple[Text, ...] = ()

    @property
    def is_value(self) -> bool:
        return self.role == "value"


@dataclass
class TableGuess:
    """A table: its rows, its columns, and the rows that are no records."""

    grid: Grid
    top: int
    bottom: int
    rows: list[int]
    columns: list[Guess]
    gap: int = 1
    ignored_rows: dict[int, str] = field(default_factory=dict)
    """Row and the text that names it."""
    era: str | None = None
    """The era of years written without one, where the lines above the table name it."""
    other_rows: dict[str, str] = field(default_factory=dict)
    """Where years stand one below the other: the rows that are no actuals, and what they are."""
    has_name: bool = False
    """Whether a heading says in so many words that here stand indicators."""

    def of(self, *roles: str) -> list[Guess]:
        return [one for one in self.columns if one.role in roles]

    @property
    def is_strong(self) -> bool:
        """Whether the table is one of indicators or of a plan's parts without asking the sheet."""
        values = {one.value_type for one in self.of("value")}
        if self.of("crossed"):
            return False
        if self.has_name and values:
            return True
        if self.of("name", "row_kind") and values & {"target", "baseline", "midterm_target"}:
            return True
        levels = [one for one in self.columns if one.role in LEVELS]
        of_plan = any(re.search("施策|取り?組|目標|方針|政策|戦略", one.words) for one in levels)
        return len({one.role for one in levels}) >= 2 and of_plan


def find_tables(grid: Grid, *, of_plan: bool = False) -> list[TableGuess]:
    """The tables of a sheet from top to bottom. `of_plan` where the sheet is known to be a plan's:
    one column of its parts then makes a table.
    """
    found: list[TableGuess] = []
    row = 0
    last = 0
    while row < min(grid.height, last + FARTHEST, MOST_ROWS):
        table = None if row in grid.sheet.hidden_rows else _table_at(grid, row, of_plan)
        if table is None:
            row += 1
            continue
        found.append(table)
        last = row = max([table.bottom, *table.rows]) + 1
    return found


def own_cells(grid: Grid, row: int) -> list[Cell]:
    """The visible cells that begin in a row."""
    if row >= grid.height:
        return []
    values = grid.sheet.rows[row][:MOST_COLUMNS]
    filled = (at for at, value in enumerate(values) if value is not None)
    found = (grid.cell(row, at) for at in filled if at not in grid.sheet.hidden_columns)
    cells = {(one.row, one.column): one for one in found if one is not None}
    return [one for (top, _), one in cells.items() if top == row]


def _table_at(grid: Grid, top: int, of_plan: bool = False) -> TableGuess | None:
    if not any(isinstance(value, str) for value in grid.sheet.rows[top][:MOST_COLUMNS]):
        return None
    cells = own_cells(grid, top)
    if len(cells) > 1 and (table := _years_down(grid, top, cells)) is not None:
        return table
    if len(cells) < 2 or not (_is_header_row(cells) or (of_plan and _is_plan_row(grid, cells))):
        return None
    bottom = _header_end(grid, top, cells)
    columns = _columns(grid, top, bottom)
    rows, gap = _data_rows(grid, bottom, [one.column for one in columns])
    if not rows:
        return None
    table = TableGuess(grid, top, bottom, rows, columns, gap, era=_era_above(grid, top))
    _settle(table)
    useful = table.of("value") and table.of("name")
    levels = {one.role for one in table.columns if one.role in LEVELS}
    if not useful and len(levels) < 2 - of_plan:
        return None
    return table


_YEAR_HEADINGS = frozenset({"年度", "年", "年次", "年別", "年度別", "西暦", "和暦"})


def _years_down(grid: Grid, top: int, cells: Sequence[Cell]) -> TableGuess | None:
    """A table with a year a row and an indicator a column."""
    first_words = bare(cells[0].shown)
    if first_words not in _YEAR_HEADINGS | {"区分", "項目", "種別"}:
        return None
    roles = {heading(one.shown).role for one in cells[1:]}
    if roles & {"name", *LEVELS} or sum(heading(one.shown).is_year for one in cells[1:]) > 1:
        return None
    bottom = _header_end(grid, top, cells)
    first = cells[0].column
    rows, gap = _data_rows(grid, bottom, [one.column for one in _columns(grid, top, bottom)])
    table = TableGuess(grid, top, bottom, rows, [], gap, era=_era_above(grid, top))
    era: str | None = None
    years = 0
    for row in rows:
        cell = grid.cell(row, first)
        if cell is None:
            continue
        found = years_in(cell.shown, era)
        era = found[0].era or era if found else era
        said = heading(cell.shown, era)
        kind = value_type(said.words) if said.words else "actual"
        if not found or (kind is None and not said.is_year):
            table.ignored_rows[row] = tidy(cell.shown)
            continue
        years += 1
        if kind not in (None, "actual"):
            table.other_rows[tidy(cell.shown)] = str(kind)
    if years < 2 or years * 2 < len(rows) or (first_words not in _YEAR_HEADINGS and years < 3):
        return None
    for guess in _columns(grid, top, bottom):
        content = _content(table, guess.column)
        named = next((one for one in reversed(guess.path) if bare(one.shown)), guess.path[-1])
        words = tidy(_NARROW_BRACKETS.sub("", named.shown)).replace(" ", "")
        if guess.column == first:
            reason = Text("年度が縦に並ぶ", "years stand one below the other")
            guess = replace(guess, role="year", confidence=0.9, reasons=(reason,))
        elif guess.role in ("money", "derived", "note") or not content.is_figures:
            guess = replace(guess, confidence=0.7)
        else:
            reason = Text("年度ごとの数値の列", "a column of figures, one a year")
            guess = replace(guess, role="crossed", words=words, confidence=0.7, reasons=(reason,))
            above = [one for one in guess.parts[:-1] if one != "$year"]
            guess = replace(guess, parts=(*above, words.replace("/", "*")))
        table.columns.append(guess)
    return table if table.of("crossed") else None


def _is_header_row(cells: Sequence[Cell]) -> bool:
    """Whether a row of cells reads like headings: known words or years, and hardly a figure."""
    era: str | None = None
    known = figures = texts = 0
    roles: set[str] = set()
    for cell in cells:
        one = heading(cell.shown, era)
        if one.has_year:
            era = years_in(cell.shown, era)[0].era or era
        if one.is_year:
            known += 1
            roles.add("year")
        elif one.role:
            known += 1
            roles.add(one.role)
        elif isinstance(cell.value, (int, float)) or read_figure(cell.shown):
            figures += 1
        else:
            texts += 1
    if figures * 5 > len(cells) or len(roles) + (known > 2) < 2:
        return False
    others = roles - {"money", "derived", "note", "department", "unit", "number"}
    return bool(others) and known * 2 >= known + texts


def _is_plan_row(grid: Grid, cells: Sequence[Cell]) -> bool:
    """Whether the few short words of a row head columns of a plan's parts: 区分, 基本方針."""
    if not all(isinstance(one.value, str) and len(bare(one.shown)) <= 8 for one in cells):
        return False
    below = own_cells(grid, max(grid.span(one).bottom for one in cells) + 1)
    longer = any(len(one.shown) > 8 for one in below)
    return longer and any(heading(one.shown).role in LEVELS for one in cells)


def read_figure(text: str) -> bool:
    """Whether a text holds a figure, a sign for a missing one, or a bound."""
    shown = tidy(text)
    quantity = read_quantity(shown) if len(shown) < 30 else None
    if quantity is None or quantity.value is None:
        return quantity is not None
    words = bare(shown)
    return sum(one.isdigit() for one in words) * 3 >= len(words)


def _header_end(grid: Grid, top: int, cells: Sequence[Cell]) -> int:
    bottom = max(grid.span(one).bottom for one in cells)
    limit = min(top + HEADER_ROWS, grid.height) - 1
    bottom = min(bottom, limit)
    while bottom < limit and (below := own_cells(grid, bottom + 1)):
        if not all(_is_sub_heading(one) for one in below) or _repeats(cells, below):
            break
        bottom = max(bottom + 1, *(min(grid.span(one).bottom, limit) for one in below))
    return bottom


def _repeats(cells: Sequence[Cell], below: Sequence[Cell]) -> bool:
    return len(below) > 1 and [one.shown for one in cells] == [one.shown for one in below]


def _is_sub_heading(cell: Cell) -> bool:
    """Whether a cell below a header belongs to it: a year, a kind of value, a unit in brackets."""
    shown = squash(cell.shown)
    if shown.startswith("(") and shown.endswith(")"):
        return True
    if isinstance(cell.value, (int, float)) and not 1900 < float(cell.value) < 2100:
        return False
    one = heading(cell.shown)
    wanted = VALUES | {"name", "unit", "derived", "target_year", "baseline_year", "actual_year"}
    return one.is_year or one.role in wanted


def _path(grid: Grid, top: int, bottom: int, column: int) -> tuple[Cell, ...]:
    path: list[Cell] = []
    for row in range(top, bottom + 1):
        cell = grid.cell(row, column) or _band(grid, row, bottom, column)
        if cell is not None and (
            not path or (path[-1].row, path[-1].column) != (cell.row, cell.column)
        ):
            path.append(cell)
    return tuple(path)


def _band(grid: Grid, row: int, bottom: int, column: int) -> Cell | None:
    """The band over a column where merged cells were lost: the text to the left in its row."""
    below = range(row + 1, bottom + 1)
    if grid.sheet.merged or not any(grid.cell(one, column) for one in below):
        return None
    for left in range(column - 1, -1, -1):
        if not any(grid.cell(one, left) for one in below):
            return None
        if (cell := grid.cell(row, left)) is not None:
            return cell
    return None


def _columns(grid: Grid, top: int, bottom: int) -> list[Guess]:
    found: list[Guess] = []
    era: str | None = None
    elsewhere = _era_above(grid, top)
    for column in range(min(grid.width, MOST_COLUMNS)):
        path = _path(grid, top, bottom, column)
        if not path:
            continue
        year_cell = next((one for one in reversed(path) if years_in(one.shown, era)), None)
        if year_cell is not None:
            era = years_in(year_cell.shown, era)[0].era or era
        if column in grid.sheet.hidden_columns or (path[-1].column != column):
            continue
        found.append(_guess(grid, column, path, year_cell, era or elsewhere))
    return found


def _era_above(grid: Grid, top: int) -> str | None:
    """The era of the first year that is named above the header."""
    years = (years_in(one.shown) for row in range(top) for one in own_cells(grid, row))
    return next((found[0].era for found in years if found and found[0].era), None)


def _guess(
    grid: Grid, column: int, path: tuple[Cell, ...], year_cell: Cell | None, era: str | None
) -> Guess:
    """What the header alone says of a column."""
    headings = [heading(one.shown, era) for one in path]
    parts: list[str] = []
    for cell, one in zip(path, headings, strict=True):
        if one.is_year and cell is year_cell:
            parts.append("$year")
        elif one.words and not one.is_year:
            parts.append(_pattern(cell, one))
    roles = [one.role for one in headings]
    kind = next((one.words for one in headings[:-1] if says(one.words, "kinds") is not None), None)
    role, kind_of_value, reason = _role(headings)
    year = None
    written = [years[0] for one in path if (years := years_in(one.shown, era))]
    if len({one.year for one in written}) > 1 and (first := _in_era(written)) is not None:
        # The era is the office's own word; the western year beside it is a slip.
        at = next(one for one in path if first in years_in(one.shown, era))
        above = [one for one in parts if one != "$year"]
        parts = above or [squash(at.shown).replace("/", "*")]
        year, year_cell = with_era(first), None
        reason = Text(
            f"{reason.ja}（元号と西暦が合わないため元号の{year}）",
            f"{reason.en} (era and western year disagree: {year} is taken)",
        )
    elif year_cell is None:
        found = next((years for one in reversed(path) if (years := years_in(one.shown, era))), ())
        year = with_era(found[0]) if found else None
    return Guess(
        grid.name,
        column,
        path,
        role,
        next((one.words for one in reversed(headings) if one.words), ""),
        kind_of_value,
        kind,
        year_cell is not None,
        year,
        tuple(parts) or (squash(path[-1].shown).replace("/", "*"),),
        0.9 if any(roles) or year_cell else 0.3,
        (reason,),
    )


def _in_era(years: Sequence[FiscalYear]) -> FiscalYear | None:
    return next((one for one in years if one.era), None)


def _pattern(cell: Cell, one: Heading) -> str:
    """The heading as a layout names it; a slash would part a path."""
    whole = squash(cell.shown)
    tried = (text.replace("/", "*") for text in (one.words, bare(cell.shown), whole))
    return next((text for text in tried if text and matches(cell.shown, text)), "*")


def _role(headings: Sequence[Heading]) -> tuple[str, str | None, Text]:
    """The role of a column, the kind of its values, and the reason."""
    leaf = headings[-1]
    roles = [one.role for one in headings]
    words = "／".join(one.words for one in headings if one.words)
    said = Text(f"見出し「{words}」", f'the heading "{words}"')
    for role in ("money", "derived", "note"):
        if role in roles:
            return role, None, said
    if leaf.is_year or leaf.has_year or not leaf.words:
        year = Text("見出しが年度", "the heading names a year")
        named = next((one for one in reversed(roles) if one), None)
        if named in VALUES:
            return "value", named, Text(f"{said.ja}と{year.ja}", f"{said.en}; {year.en}")
        if named == "progress":
            return "progress", None, said
        if leaf.is_year or (not leaf.words and any(one.is_year for one in headings)):
            return "value", "actual", year
    found = leaf.role or next((one for one in reversed(roles) if one), None)
    if found in VALUES:
        return "value", found, said
    return found or "unknown", None, said


def _data_rows(grid: Grid, bottom: int, columns: Sequence[int]) -> tuple[list[int], int]:
    """The rows of the table and the number of blank rows that does not end it."""
    rows: list[int] = []
    gap, blank = 1, 0
    for row in range(bottom + 1, grid.height):
        cells = [one for at in columns if (one := grid.cell(row, at)) is not None]
        if not cells:
            blank += 1
            if blank > 2:
                break
            continue
        first = squash(cells[0].shown)
        if first.startswith(NOTE_STARTS) and cells[0].row == row:
            break
        if blank:
            own = own_cells(grid, row)
            known = sum(read_figure(one.shown) for one in own)
            if known < 2 or known * 3 < len(own) or _is_header_row(own):
                break
            gap = max(gap, blank + 1)
        elif rows and len(own := own_cells(grid, row)) > 1 and _is_header_row(own):
            break
        blank = 0
        rows.append(row)
    return rows, gap


# --- what the columns hold -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Content:
    filled: int
    figures: int
    texts: tuple[str, ...]

    @property
    def is_figures(self) -> bool:
        return self.filled > 0 and self.figures * 2 >= self.filled


def _content(table: TableGuess, column: int) -> _Content:
    texts: list[str] = []
    figures = 0
    for row in table.rows[:SAMPLE]:
        cell = table.grid.cell(row, column)
        if cell is None or cell.column != column or row in table.grid.sheet.hidden_rows:
            continue
        if cell.row != row and texts:
            continue
        texts.append(tidy(cell.shown))
        figures += isinstance(cell.value, (int, float)) or read_figure(cell.shown)
    return _Content(len(texts), figures, tuple(texts))


def _settle(table: TableGuess) -> None:
    """Hold the headings' roles against what stands below them."""
    contents = {one.column: _content(table, one.column) for one in table.columns}
    table.columns = [_held(one, contents[one.column]) for one in table.columns]
    _row_kinds(table, contents)
    table.has_name = any(re.search("指標|KPI|目標", one.words) for one in table.of("name"))
    _names(table, contents)
    _one_each(table, contents)
    _ignored(table)


def _held(one: Guess, content: _Content) -> Guess:
    figures = Text(
        f"値の{content.figures}／{content.filled}が数値",
        f"{content.figures} of {content.filled} values are figures",
    )
    if one.is_value:
        if content.is_figures or not content.filled:
            sure = one.confidence if content.filled else 0.6
            return replace(one, confidence=sure, reasons=(*one.reasons, figures))
        words = Text("中身が文章", "it holds words")
        if one.words and one.value_type == "target" and not one.has_year:
            return replace(one, role="goal", value_type=None, reasons=(*one.reasons, words))
        return replace(one, role="unknown", confidence=0.4, reasons=(*one.reasons, words))
    if one.role == "goal" and content.is_figures and one.words in ("目標", "目標値"):
        return replace(one, role="value", value_type="target", reasons=(*one.reasons, figures))
    numbers = [text for text in content.texts if _BARE_NUMBER.fullmatch(squash(text))]
    if one.role in (*LEVELS, "name") and numbers and len(numbers) * 2 > content.filled:
        return replace(one, role="number", confidence=0.5, reasons=(*one.reasons, figures))
    if one.role == "priority" and not _is_flags(content):
        return replace(one, role="initiative")
    if bare(one.path[-1].shown) in _YEAR_HEADINGS and one.role == "unknown":
        right = sum(
            bool(years_in(text) or re.fullmatch("[0-9]{1,4}", text)) for text in content.texts
        )
        if content.filled and right * 2 >= content.filled:
            reason = Text("行ごとの年度", "the year of each row")
            return replace(one, role="year", confidence=0.8, reasons=(*one.reasons, reason))
    if one.role in YEARS_OF:
        right = sum(bool(years_in(text) or text.isdigit()) for text in content.texts)
        if right * 2 < content.filled:
            return replace(one, role="unknown", confidence=0.4)
    return one


def _is_flags(content: _Content) -> bool:
    return all(len(text) <= 2 for text in content.texts)


def _row_kinds(table: TableGuess, contents: dict[int, _Content]) -> None:
    """A column whose cells name kinds of values (目標, 実績) decides them row by row."""
    for at, one in enumerate(table.columns):
        if one.role in VALUES or one.is_value or one.role in ("unit", "number"):
            continue
        texts = contents[one.column].texts
        named = [value_type(text) for text in texts]
        kinds = {kind for kind in named if kind}
        if says(bare(texts[0]), "kinds") is not None if texts else False:
            reason = Text("活動指標か成果指標かが書かれている", "it tells activity from outcome")
            table.columns[at] = replace(one, role="kind", reasons=(reason,), confidence=0.9)
        elif len(kinds) >= 2 and sum(map(bool, named)) * 2 > len(named):
            reason = Text("目標・実績などの行の種類", "its cells tell targets from actuals")
            table.columns[at] = replace(one, role="row_kind", reasons=(reason,), confidence=0.9)
    if table.of("row_kind"):
        table.columns = [
            replace(one, value_type=None)
            if one.is_value and one.value_type == "actual" and one.has_year
            else one
            for one in table.columns
        ]


def _names(table: TableGuess, contents: dict[int, _Content]) -> None:
    """Where no heading says 指標, the column that names the rows does."""
    if table.of("name") or not table.of("value"):
        return
    first = min(one.column for one in table.of("value"))
    candidates = [
        one
        for one in table.columns
        if one.column < first
        and one.role in ("unknown", *LEVELS)
        and contents[one.column].filled
        and not contents[one.column].is_figures
        and len(set(contents[one.column].texts)) * 3 >= contents[one.column].filled * 2
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


def _one_each(table: TableGuess, contents: dict[int, _Content]) -> None:
    """Of columns that may stand once, keep the likeliest; the others are not read."""
    by_kind = len({one.kind for one in table.of("name")}) > 1
    names = table.of("name")
    if len(names) > 1 and not by_kind:

        def likely(one: Guess) -> tuple[bool, int]:
            texts = contents[one.column].texts
            return ("指標" in one.words or "KPI" in one.words, len(set(texts)))

        best = max(names, key=likely)
        _demote(table, [one for one in names if one is not best])
    for role in (*LEVELS, "unit", "department", "progress", "definition", "data_source", "kind"):
        same = table.of(role)
        if role in ("unit", "kind") and by_kind:
            continue
        if role == "progress" and any(one.has_year for one in same):
            same = [one for one in same if not one.has_year]
            keep = 0
        else:
            keep = 1
        _demote(table, same[keep:])


def _demote(table: TableGuess, some: Sequence[Guess]) -> None:
    for one in some:
        reason = Text("同じ種類の欄がほかにある", "another column is taken for the same")
        at = table.columns.index(one)
        table.columns[at] = replace(
            one, role="unknown", confidence=0.4, reasons=(*one.reasons, reason)
        )


def _ignored(table: TableGuess) -> None:
    """The rows that are no records: totals and averages, headings between rows, legends."""
    grid = table.grid
    values = {one.column for one in table.columns if one.is_value}
    names = [one.column for one in table.of("name", *LEVELS, "row_kind")]
    for row in table.rows:
        own = own_cells(grid, row)
        for cell in own:
            if cell.column in names and says(bare(cell.shown), "totals") is not None:
                table.ignored_rows[row] = tidy(cell.shown)
        first = own[0] if own else None
        leading = first is not None and says(bare(first.shown), "totals") is not None
        if first is not None and leading and not isinstance(first.value, (int, float)):
            table.ignored_rows[row] = tidy(first.shown)
        if not values or row in table.ignored_rows or first is None:
            continue
        covering = [one for one in own if grid.span(one).right - one.column >= 2]
        if not any(one.column in values for one in own) and (len(own) == 1 or covering):
            longest = max(own, key=lambda one: len(one.shown))
            if longest.column <= min(values):
                table.ignored_rows[row] = tidy(longest.shown)


def texts_of(table: TableGuess, column: int) -> Iterator[str]:
    """What stands in a column, row by row."""
    yield from _content(table, column).texts


def has_blanks(table: TableGuess, column: int) -> bool:
    """Whether cells of a column are blank in rows that are records."""
    return any(
        table.grid.cell(row, column) is None
        for row in table.rows
        if row not in table.ignored_rows and row not in table.grid.sheet.hidden_rows
    )


def is_numbered(texts: Sequence[str]) -> bool:
    """Whether most texts begin with a number of their own."""
    counted = Counter(split_number(text)[0] is not None for text in texts)
    return counted[True] > counted[False]
