"""A draft as a picture: every sheet, each cell marked with what it was taken for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from opendata.errors import Text
from opendata.errors.catalogue import Language
from opendata.extract.draft import Draft, Guess
from opendata.review.page import render
from opendata.review.privacy import MASK, Mask, mask_of
from opendata.review.shown import shown
from opendata.validate.personal_data import screen
from opendata.workbook import Sheet, Workbook, address

MOST_SHEETS, MOST_ROWS, MOST_COLUMNS, LONGEST = 20, 150, 40, 80
MOST_REASONS, MOST_PROBLEMS = 500, 50


_NODE = "node"
_KINDS: dict[str, tuple[str, Text]] = {
    "header": ("head", Text("見出し", "heading")),
    "label": ("head", Text("見出し", "heading")),
    "name": ("name", Text("指標名", "indicator")),
    "unit": ("name", Text("単位", "unit")),
    "kind": ("name", Text("種類", "kind")),
    "definition": ("name", Text("定義", "definition")),
    "data_source": ("name", Text("出典", "source")),
    "row_kind": ("name", Text("行の種類", "kind of row")),
    "baseline": ("value", Text("現状値", "baseline")),
    "midterm_target": ("value", Text("中間値", "midterm")),
    "target": ("aim", Text("目標値", "target")),
    "actual": ("value", Text("実績値", "actual")),
    "forecast": ("aim", Text("見込", "forecast")),
    "value": ("value", Text("値", "value")),
    "crossed": ("value", Text("値", "value")),
    "year": ("year", Text("年度", "year")),
    "baseline_year": ("year", Text("年度", "year")),
    "target_year": ("year", Text("年度", "year")),
    "actual_year": ("year", Text("年度", "year")),
    "vision": (_NODE, Text("ビジョン", "vision")),
    "goal": (_NODE, Text("目標", "goal")),
    "policy": (_NODE, Text("方針", "policy")),
    "measure": (_NODE, Text("施策", "measure")),
    "initiative": (_NODE, Text("取組", "initiative")),
    "project": (_NODE, Text("事業", "project")),
    "number": (_NODE, Text("番号", "number")),
    "priority": (_NODE, Text("重点", "priority")),
    "stage": (_NODE, Text("段階", "stage")),
    "progress": ("rating", Text("進捗", "progress")),
    "title": ("plan", Text("計画名", "plan")),
    "period": ("plan", Text("計画期間", "period")),
    "department": ("plan", Text("担当", "department")),
    "plan": ("plan", Text("計画名", "plan")),
    "ignored": ("ignored", Text("読まない", "not read")),
    "unknown": ("unknown", Text("不明", "unknown")),
}
_LEGEND = (
    ("head", Text("見出し", "headings")),
    ("name", Text("指標の名前・単位など", "indicators: name, unit, …")),
    ("value", Text("現状値・実績値", "baseline and actual values")),
    ("aim", Text("目標値・見込", "targets and forecasts")),
    ("year", Text("年度", "years")),
    (_NODE, Text("計画の体系（目標・施策・取組など）", "parts of the plan")),
    ("rating", Text("進捗の評価", "progress")),
    ("plan", Text("計画の名前・期間・担当", "the plan: name, period, office")),
    ("ignored", Text("読まない（合計・注記など）", "not read: totals, notes")),
    ("open", Text("何か分からず、読まない", "not understood, so not read")),
)
_FIELD = ("plan", Text("計画の項目", "plan field"))
_OPEN = ("open", Text("未対応", "not taken"))


@dataclass(frozen=True, slots=True)
class Drawn:
    """One cell of the picture."""

    text: str
    kind: str
    tag: Text | None
    rowspan: int
    colspan: int


@dataclass(frozen=True, slots=True)
class DrawnSheet:
    """One sheet of the picture. `is_cut` where it goes on, `has_hidden` where rows or columns are
    left out because they are hidden."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Drawn, ...]], ...]
    is_cut: bool
    has_hidden: bool


def proposed_layout(draft: Draft, workbook: Workbook) -> bytes:
    """The draft's YAML as it may be kept: without what looks like personal data."""
    return _mask(workbook).text(draft.source).encode()


def picture(
    draft: Draft, workbook: Workbook, language: Language = "ja", *, report: str | None = None
) -> bytes:
    """The picture of a draft, one self-contained page; personal data is masked in it, and hidden
    sheets, rows and columns, which a draft does not read, are left out.

    `report` names the review's page, where it lies beside one.
    """
    mask = _mask(workbook)
    visible = [one for one in workbook.sheets if one.visibility == "visible"]
    return render(
        "picture.html",
        language,
        Text(f"様式の案：{workbook.name}", f"Drafted layout: {workbook.name}"),
        file=mask.text(workbook.name),
        is_drafted=draft.layout is not None,
        confidence=f"{draft.confidence:.2f}",
        report=report,
        legend=_LEGEND,
        hidden_sheets=len(workbook.sheets) - len(visible),
        problems=[mask.problem(one, workbook) for one in draft.problems[:MOST_PROBLEMS]],
        problem_count=len(draft.problems),
        sheets=[_drawn(one, draft, mask) for one in visible[:MOST_SHEETS]],
        columns=_columns(draft.guesses, mask)[:MOST_REASONS],
    )


def _columns(guesses: Sequence[Guess], mask: Mask) -> list[dict[str, object]]:
    """What the columns were taken for and why, the least certain first; what is the same for
    several (on sheets of one form) is told once."""
    same: dict[tuple[object, ...], list[Guess]] = {}
    for one in sorted(guesses, key=lambda guess: guess.confidence):
        told = (one.path[-1].shown, one.value_type or one.role, one.year, one.confidence)
        same.setdefault((*told, *one.reasons), []).append(one)
    return [
        {
            "place": f"{one.sheet} {one.path[-1].address}".strip(),
            "others": len(found) - 1,
            "heading": mask.text(one.path[-1].shown),
            "tag": _kind_of(one.value_type or one.role)[1],
            "kind": _kind_of(one.value_type or one.role)[0],
            "year": one.year or "",
            "confidence": f"{one.confidence:.2f}",
            "reasons": [mask.both(reason) for reason in one.reasons],
        }
        for found in same.values()
        for one in found[:1]
    ]


def _mask(workbook: Workbook) -> Mask:
    return mask_of(workbook, screen(workbook, frozenset()))


def _kind_of(role: str) -> tuple[str, Text]:
    return _KINDS.get(role, _FIELD)


def _drawn(sheet: Sheet, draft: Draft, mask: Mask) -> DrawnSheet:
    filled = [
        (row, column)
        for row, cells in enumerate(sheet.rows)
        if row not in sheet.hidden_rows
        for column, value in enumerate(cells)
        if value not in (None, "") and column not in sheet.hidden_columns
    ]
    rows = [one for one in _upto(filled, 0) if one not in sheet.hidden_rows]
    columns = [one for one in _upto(filled, 1) if one not in sheet.hidden_columns]
    is_cut = len(rows) > MOST_ROWS or len(columns) > MOST_COLUMNS
    rows, columns = rows[:MOST_ROWS], columns[:MOST_COLUMNS]
    spans, covered = _spans(sheet, rows, columns)

    def drawn(row: int, column: int) -> Drawn:
        top, left, rowspan, colspan = spans.get((row, column), (row, column, 1, 1))
        text = shown(sheet, top, left).strip()
        is_hidden = mask.hides(sheet.name, top, left) or mask.hides(sheet.name, row, column)
        role = draft.taken.get((sheet.name, top, left))
        kind, tag = ("blank", None) if not text else _kind_of(role) if role else _OPEN
        told = MASK if is_hidden and text else mask.text(text)[:LONGEST]
        return Drawn(told, kind, tag, rowspan, colspan)

    return DrawnSheet(
        sheet.name,
        tuple(address(0, column).rstrip("1") for column in columns),
        tuple(
            (str(row + 1), tuple(drawn(row, one) for one in columns if (row, one) not in covered))
            for row in rows
        ),
        is_cut,
        bool(sheet.hidden_rows or sheet.hidden_columns),
    )


def _upto(filled: Sequence[tuple[int, int]], axis: int) -> range:
    return range(max((cell[axis] for cell in filled), default=-1) + 1)


def _spans(
    sheet: Sheet, rows: Sequence[int], columns: Sequence[int]
) -> tuple[dict[tuple[int, int], tuple[int, int, int, int]], set[tuple[int, int]]]:
    """The merged ranges among some rows and columns: by the first cell of each that is drawn, where
    its text stands and how many of these rows and columns it takes; and the cells under them.
    """
    spans: dict[tuple[int, int], tuple[int, int, int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for one in sheet.merged:
        down = rows[bisect_left(rows, one.top) : bisect_right(rows, one.bottom)]
        across = columns[bisect_left(columns, one.left) : bisect_right(columns, one.right)]
        if down and across:
            spans[down[0], across[0]] = (one.top, one.left, len(down), len(across))
            covered.update((row, column) for row in down for column in across)
            covered.discard((down[0], across[0]))
    return spans, covered
