"""A draft as a picture: every sheet, each cell marked with what it was taken for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from opendata.errors import Text
from opendata.errors.catalogue import Language
from opendata.extract.draft import Draft
from opendata.review.page import render
from opendata.review.privacy import MASK, Mask, mask_of
from opendata.review.shown import shown
from opendata.validate.personal_data import screen
from opendata.workbook import Sheet, Workbook, address

MOST_SHEETS, MOST_ROWS, MOST_COLUMNS, LONGEST = 20, 150, 40, 80


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
    """One sheet of the picture. `is_cut` where it goes on."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Drawn, ...]], ...]
    is_cut: bool


def picture(draft: Draft, workbook: Workbook, language: Language = "ja") -> bytes:
    """The picture of a draft, one self-contained page; personal data is masked in it."""
    mask = mask_of(workbook, screen(workbook, frozenset()))
    visible = [one for one in workbook.sheets if one.visibility == "visible"]
    return render(
        "picture.html",
        language,
        Text(f"様式の案：{workbook.name}", f"Drafted layout: {workbook.name}"),
        file=mask.text(workbook.name),
        is_drafted=draft.layout is not None,
        confidence=f"{draft.confidence:.2f}",
        problems=[mask.problem(one, workbook) for one in draft.problems[:50]],
        sheets=[_drawn(one, draft, mask) for one in visible[:MOST_SHEETS]],
        columns=[
            {
                "place": f"{one.sheet} {one.path[-1].address}".strip(),
                "heading": mask.text(one.path[-1].shown),
                "tag": _kind_of(one.value_type or one.role)[1],
                "kind": _kind_of(one.value_type or one.role)[0],
                "year": one.year or "",
                "confidence": f"{one.confidence:.2f}",
                "reasons": [mask.both(reason) for reason in one.reasons],
            }
            for one in draft.guesses[:500]
        ],
    )


def _kind_of(role: str) -> tuple[str, Text]:
    return _KINDS.get(role, _FIELD)


def _drawn(sheet: Sheet, draft: Draft, mask: Mask) -> DrawnSheet:
    height = min(len(sheet.rows), MOST_ROWS)
    width = min(max((len(row) for row in sheet.rows), default=0), MOST_COLUMNS)
    rows = tuple(
        (str(row + 1), tuple(_cells(sheet, row, width, draft, mask))) for row in range(height)
    )
    columns = tuple(address(0, column).rstrip("1") for column in range(width))
    is_cut = len(sheet.rows) > height or any(len(row) > width for row in sheet.rows)
    return DrawnSheet(sheet.name, columns, rows, is_cut)


def _cells(sheet: Sheet, row: int, width: int, draft: Draft, mask: Mask) -> Iterator[Drawn]:
    covered = {
        (at, column): (one.top, one.left)
        for one in sheet.merged
        if one.top <= row <= one.bottom
        for at in (row,)
        for column in range(one.left, min(one.right, width - 1) + 1)
    }
    spans = {(one.top, one.left): one for one in sheet.merged if one.top == row}
    for column in range(width):
        if covered.get((row, column), (row, column)) != (row, column):
            continue
        span = spans.get((row, column))
        text = shown(sheet, row, column).strip()
        hidden = mask.hides(sheet.name, row, column)
        role = draft.taken.get((sheet.name, row, column))
        kind, tag = ("blank", None) if not text else _kind_of(role) if role else _OPEN
        yield Drawn(
            MASK if hidden and text else mask.text(text)[:LONGEST],
            kind,
            tag,
            min(span.bottom, MOST_ROWS - 1) - row + 1 if span else 1,
            min(span.right, width - 1) - column + 1 if span else 1,
        )
