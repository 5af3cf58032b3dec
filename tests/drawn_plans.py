"""A small grammar of KPI sheets: each number draws another one, and knows what it says.

What departments vary is drawn at random: which axis runs down, how deep the header is, where units
and years stand and how they are written, how the plan's parts are shown, what else is on the sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from opendata.japanese import squash
from opendata.workbook import Range, Sheet, Workbook, address


class Told(NamedTuple):
    """One value that a sheet tells."""

    indicator: str
    value_type: str
    fiscal_year: int
    value: float | None
    place: str


@dataclass
class Indicator:
    """An indicator, and its figure by kind of value and fiscal year."""

    goal: str
    measure: str
    name: str
    unit: str
    department: str
    figures: dict[tuple[str, int], float]


WORDS: dict[str, tuple[str, ...]] = {
    "name": (
        "指標",
        "指標名",
        "成果指標",
        "評価指標",
        "KPI",
        "重要業績評価指標（KPI）",
        "数値目標項目",
        "項目",
        "管理指標名",
    ),
    "unit": ("単位", "単　位", "単位名"),
    "goal": ("基本目標", "政策", "分野", "施策の柱", "基本方針", "大項目"),
    "measure": ("施策", "施策名", "具体的施策", "取組", "主要施策", "基本施策"),
    "department": ("担当課", "所管課", "所管部署", "担当部署", "主管課"),
    "baseline": (
        "基準値",
        "現状値",
        "計画策定時",
        "策定時の値",
        "当初値",
        "現況値",
        "ベースライン",
    ),
    "target": ("目標値", "最終目標", "数値目標", "目標", "計画目標値", "最終目標値"),
    "actual": ("実績", "実績値", "年度実績", "実績の推移"),
    "yearly": ("目標", "計画", "目標値", "計画値"),
    "kind": ("区分", "種別", "目標・実績", "項目"),
    "rate": ("達成率", "達成度（％）", "対前年度比", "増減"),
    "note": ("備考", "特記事項", "摘要"),
    "rating": ("評価", "進捗状況", "達成状況", "判定"),
}
GOALS = ("健やかに暮らせるまち", "学びあうまち", "活力あるまち", "安全で快適なまち")
MEASURES = (
    "健康づくり",
    "地域福祉",
    "学校教育",
    "生涯学習",
    "商工業の振興",
    "観光の推進",
    "防災対策",
    "環境の保全",
)
NAMES = (
    ("特定健診の受診率", "％"),
    ("健康教室の参加者数", "人"),
    ("図書館の貸出冊数", "冊"),
    ("空き家バンクの成約件数", "件"),
    ("観光入込客数", "千人"),
    ("ごみの排出量", "t"),
    ("自主防災組織の組織率", "％"),
    ("保育所の待機児童数", "人"),
    ("公園の面積", "ha"),
    ("創業支援の件数", "件"),
    ("講座の開催回数", "回"),
    ("認知症サポーターの養成数", "人"),
    ("道路の改良延長", "km"),
    ("市税の収納率", "％"),
    ("ボランティアの登録数", "人"),
    ("温室効果ガスの削減率", "％"),
)
DEPARTMENTS = ("健康課", "福祉課", "学校教育課", "商工観光課", "防災課", "環境課")
PLANS = ("総合計画", "総合戦略", "環境基本計画", "健康増進計画", "観光振興ビジョン", "行政改革大綱")


class Pen:
    """Writes cells onto a sheet, with or without merging those that belong together."""

    def __init__(self, merges: bool, name: str) -> None:
        self.merges, self.name = merges, name
        self.cells: dict[tuple[int, int], Any] = {}
        self.merged: list[Range] = []

    def put(self, row: int, column: int, value: Any, down: int = 1, right: int = 1) -> None:
        self.cells[row, column] = value
        if self.merges and (down > 1 or right > 1):
            self.merged.append(Range(row, column, row + down - 1, column + right - 1))

    def sheet(self) -> Sheet:
        height = max(row for row, _ in self.cells) + 1
        width = max(column for _, column in self.cells) + 1
        rows = [[self.cells.get((row, at)) for at in range(width)] for row in range(height)]
        return Sheet(self.name, rows, merged=tuple(self.merged))


@dataclass
class Drawing:
    """One sheet in the making: what was chosen, what is drawn and what that tells."""

    chance: Random
    pen: Pen = field(init=False)
    told: list[Told] = field(default_factory=list)
    words: dict[str, str] = field(init=False)
    shape: str = ""

    def __post_init__(self) -> None:
        self.pen = Pen(self.one(True, True, False), self.one("指標一覧", "進捗管理", "Sheet1"))
        self.words = {role: self.chance.choice(words) for role, words in WORDS.items()}
        self.top, self.left = self.one(0, 0, 2), self.one(0, 0, 1)
        first = self.one(2018, 2019, 2020, 2021)
        self.years = list(range(first + 1, first + 1 + self.one(2, 3, 4)))
        self.base, self.goal_year = first, self.years[-1] + self.one(1, 2, 3)
        self.notation = self.one("令和", "R", "西暦", "西暦年度", "両方", "引き継ぎ")
        self.unit_place = self.one("column", "column", "name", "cell")
        self.parts = self.one("none", "goal", "both", "lines", "ditto")
        self.indicators = list(self._indicators(first))

    def one(self, *choices: Any) -> Any:
        return self.chance.choice(choices)

    def _indicators(self, first: int) -> Iterator[Indicator]:
        names = self.chance.sample(NAMES, self.one(4, 6, 9))
        for at, (name, unit) in enumerate(names):
            start = self.chance.randint(20, 900)
            every = {("baseline", first): start, ("target", self.goal_year): start + 60}
            for step, year in enumerate(self.years, start=1):
                every["yearly", year] = start + 10 * step
                every["actual", year] = start + self.chance.randint(1, 50)
            part = at * 4 // len(names)
            department = self.chance.choice(DEPARTMENTS)
            yield Indicator(
                GOALS[part // 2],
                MEASURES[part],
                name,
                unit,
                department,
                {k: float(v) for k, v in every.items()},
            )

    # --- how things are written ------------------------------------------------------------------

    def year(self, year: int, before: int | None = None) -> str:
        """A year as a heading; where eras are inherited only the first of a row names one."""
        reiwa = (
            f"令和{'元' if year == 2019 else year - 2018}年度"
            if year > 2018
            else f"平成{year - 1988}年度"
        )
        short = f"R{year - 2018}" if year > 2018 else f"H{year - 1988}"
        if self.notation == "引き継ぎ" and before is not None and before > 2018:
            return f"{year - 2018}年度"
        plain = {
            "R": short,
            "西暦": str(year),
            "西暦年度": f"{year}年度",
            "両方": f"{reiwa}({year})",
        }
        return plain.get(self.notation, reiwa)

    def headings(self, years: Sequence[int]) -> list[str]:
        return [
            self.year(year, before) for year, before in zip(years, [None, *years], strict=False)
        ]

    def figure(self, one: Indicator, kind: str, year: int, row: int, column: int) -> None:
        """Write a value the way a clerk would, and remember it."""
        number = one.figures[kind, year]
        value: float | None = number
        unit = one.unit if self.unit_place == "cell" else ""
        written: Any = f"{number:,.0f}{unit}" if unit else number
        luck = self.chance.random()
        if kind == "actual" and luck < 0.04:
            written, value = self.one("－", "集計中", "未集計"), None
        elif luck < 0.08:
            written = f"約{number:,.0f}{unit}"
        elif kind == "target" and luck < 0.2:
            written = f"{number:,.0f}{unit}以上"
        elif luck < 0.16:
            written = f"{number:,.0f}{unit}"
        self.pen.put(row, column, written)
        known = "target" if kind == "yearly" else kind
        place = f"{self.pen.name}!{address(row, column)}"
        self.told.append(Told(squash(one.name), known, year, value, place))

    def named(self, one: Indicator) -> str:
        return f"{one.name}（{one.unit}）" if self.unit_place == "name" else one.name

    # --- the lines around the table --------------------------------------------------------------

    def title(self) -> int:
        """Draw the title. Returns the next free row."""
        plan = f"第{self.one(2, 3)}次{self.one('桜川', '緑丘', '浜見')}市{self.one(*PLANS)}"
        self.pen.put(
            self.top, self.left, f"{plan}　{self.one('指標一覧', '進捗状況', '数値目標の管理')}"
        )
        row: int = self.top + 1
        if self.one(True, False):
            period = f"{self.base - 2018 if self.base > 2018 else 1}"
            last = self.goal_year - 2018
            self.pen.put(row, self.left, f"計画期間：令和{period}年度～令和{last}年度")
            row += 1
        if self.one(True, False):
            self.pen.put(row, self.left, "企画政策部企画課")
            row += 1
        return row + self.chance.randint(0, 1)

    def note(self, row: int) -> None:
        if self.one(True, False):
            self.pen.put(row + 1, self.left, "※「－」は調査を行っていないもの。")

    def stub(self, row: int, depth: int) -> dict[str, int]:
        """Draw the headings on the left; returns their columns."""
        roles = {"goal": ["goal"], "ditto": ["goal"], "both": ["goal", "measure"]}.get(
            self.parts, []
        )
        roles = [*roles, "name", *(["unit"] if self.unit_place == "column" else [])]
        columns: dict[str, int] = {}
        column = self.left
        if self.one(True, False, False):
            self.pen.put(row, column, self.one("No.", "番号", "№"), depth)
            columns["number"] = column
            column += 1
        for role in roles:
            self.pen.put(row, column, self.words[role], depth)
            columns[role] = column
            column += 1
        return columns

    def stub_cells(self, row: int, columns: dict[str, int], at: int, down: int = 1) -> None:
        """Draw what names the indicator `at` beside its `down` rows of values."""
        one = self.indicators[at]
        before = self.indicators[at - 1] if at else None
        if "number" in columns:
            self.pen.put(row, columns["number"], at + 1, down)
        for role, text, above in (
            ("goal", one.goal, before and before.goal),
            ("measure", one.measure, before and before.measure),
        ):
            if role in columns and text != above:
                count = sum(getattr(other, role) == text for other in self.indicators)
                self.pen.put(
                    row, columns[role], text, down * (count if self.parts != "ditto" else 1)
                )
            elif role in columns and self.parts == "ditto":
                self.pen.put(row, columns[role], "〃")
        self.pen.put(row, columns["name"], self.named(one), down)
        if "unit" in columns:
            self.pen.put(row, columns["unit"], one.unit, down)

    def line(self, row: int, at: int, width: int) -> int:
        """Draw the line of a part of the plan before its first indicator, if that is the way."""
        one = self.indicators[at]
        if self.parts != "lines" or (at and self.indicators[at - 1].goal == one.goal):
            return row
        self.pen.put(row, self.left, one.goal, 1, width)
        return row + 1

    def extras(self, row: int, column: int, depth: int) -> list[tuple[int, str]]:
        """Draw the headings on the right that tell no values."""
        chosen = [
            role for role in ("rate", "rating", "department", "note") if self.one(True, False)
        ]
        for at, role in enumerate(chosen):
            self.pen.put(row, column + at, self.words[role], depth)
        return [(column + at, role) for at, role in enumerate(chosen)]

    def extra_cells(
        self, row: int, extras: Sequence[tuple[int, str]], one: Indicator, down: int = 1
    ) -> None:
        for column, role in extras:
            text = {
                "rate": f"{self.chance.randint(80, 120)}%",
                "rating": self.one("A", "B", "C")
                if self.words["rating"] in ("評価", "判定")
                else self.one("順調", "遅れ"),
                "department": one.department,
                "note": self.one(None, None, "年2回調査"),
            }[role]
            if text is not None:
                self.pen.put(row, column, text, down)


# --- the shapes ----------------------------------------------------------------------------------


def _list(drawing: Drawing) -> None:
    """Indicators down; baseline, years and target across, the years under a band or not."""
    pen, words, top = drawing.pen, drawing.words, drawing.title()
    banded = drawing.one(True, False)
    columns = drawing.stub(top, 1 + banded)
    column = max(columns.values()) + 1
    places: list[tuple[str, int, int]] = []

    def single(kind: str, year: int, at: int) -> None:
        gap = drawing.chance.choice(("\n", ""))
        pen.put(top, at, f"{words[kind]}{gap}({drawing.year(year)})", 1 + banded)
        places.append((kind, year, at))

    single("baseline", drawing.base, column)
    column += 1
    if banded:
        pen.put(top, column, words["actual"], 1, len(drawing.years))
    texts = drawing.headings(drawing.years)
    for text, year in zip(texts, drawing.years, strict=True):
        pen.put(top + banded, column, text if banded else f"{drawing.year(year)}実績")
        places.append(("actual", year, column))
        column += 1
    single("target", drawing.goal_year, column)
    _rows(drawing, top + 1 + banded, columns, places, drawing.extras(top, column + 1, 1 + banded))


def _pairs(drawing: Drawing) -> None:
    """Indicators down; across a band for every year, with its target and its actual value."""
    pen, words, top = drawing.pen, drawing.words, drawing.title()
    columns = drawing.stub(top, 2)
    column = max(columns.values()) + 1
    places: list[tuple[str, int, int]] = []
    with_rate = drawing.one(True, False)
    for text, year in zip(drawing.headings(drawing.years), drawing.years, strict=True):
        pen.put(top, column, text, 1, 2 + with_rate)
        for kind, word in (("yearly", words["yearly"]), ("actual", drawing.one("実績", "実績"))):
            pen.put(top + 1, column, word)
            places.append((kind, year, column))
            column += 1
        if with_rate:
            pen.put(top + 1, column, "達成率")
            column += 1
    if drawing.one(True, False):
        pen.put(top, column, f"{words['target']}({drawing.year(drawing.goal_year)})", 2)
        places.append(("target", drawing.goal_year, column))
        column += 1
    _rows(drawing, top + 2, columns, places, drawing.extras(top, column, 2))


def _rows(
    drawing: Drawing,
    row: int,
    columns: dict[str, int],
    places: Sequence[tuple[str, int, int]],
    extras: Sequence[tuple[int, str]],
) -> None:
    last = max([at for _, _, at in places] + [at for at, _ in extras])
    for at, one in enumerate(drawing.indicators):
        row = drawing.line(row, at, last - drawing.left + 1)
        drawing.stub_cells(row, columns, at)
        for kind, year, column in places:
            drawing.figure(one, kind, year, row, column)
        drawing.extra_cells(row, extras, one)
        row += 1
    drawing.note(row)


def _kinds_down(drawing: Drawing) -> None:
    """Two rows an indicator, one of targets and one of actual values; years across."""
    pen, words, top = drawing.pen, drawing.words, drawing.title()
    columns = drawing.stub(top, 1)
    column = max(columns.values()) + 1
    pen.put(top, column, words["kind"] if words["kind"] != words["name"] else "区分")
    for at, text in enumerate(drawing.headings(drawing.years), start=1):
        pen.put(top, column + at, text)
    extras = drawing.extras(top, column + len(drawing.years) + 1, 1)
    extras = [one for one in extras if one[1] != "rate"]
    last = max([column + len(drawing.years), *(at for at, _ in extras)])
    row = top + 1
    for at, one in enumerate(drawing.indicators):
        row = drawing.line(row, at, last - drawing.left + 1)
        drawing.stub_cells(row, columns, at, 2)
        drawing.extra_cells(row, extras, one, 2)
        for step, (kind, word) in enumerate((("yearly", words["yearly"]), ("actual", "実績"))):
            pen.put(row + step, column, word)
            for year_at, year in enumerate(drawing.years, start=1):
                drawing.figure(one, kind, year, row + step, column + year_at)
        row += 2
    drawing.note(row)


def _long(drawing: Drawing) -> None:
    """A row a value: indicator, year, kind and figure each in a column."""
    pen, words, top = drawing.pen, drawing.words, drawing.title()
    heads = [
        words["name"],
        "年度",
        drawing.one("区分", "種別", "値の種類"),
        drawing.one("値", "数値"),
    ]
    heads += [words["unit"]] if drawing.unit_place == "column" else []
    for at, text in enumerate(heads, start=drawing.left):
        pen.put(top, at, text)
    row = top + 1
    kinds = {"baseline": "基準値", "target": "目標値", "actual": "実績値"}
    for one in drawing.indicators:
        for kind, year in one.figures:
            if kind == "yearly":
                continue
            pen.put(row, drawing.left, drawing.named(one))
            pen.put(row, drawing.left + 1, drawing.year(year))
            pen.put(row, drawing.left + 2, kinds[kind])
            drawing.figure(one, kind, year, row, drawing.left + 3)
            if drawing.unit_place == "column":
                pen.put(row, drawing.left + 4, one.unit)
            row += 1


def _crosstab(drawing: Drawing) -> None:
    """Years down, an indicator a column; targets and actual values in rows of their own or not."""
    pen, top = drawing.pen, drawing.title()
    drawing.unit_place = "name"
    with_kinds = drawing.one(True, False)
    drawing.indicators = drawing.indicators[:5]
    pen.put(top, drawing.left, drawing.one("年度", "年　度"))
    if with_kinds:
        pen.put(top, drawing.left + 1, "区分")
    for at, one in enumerate(drawing.indicators, start=drawing.left + 1 + with_kinds):
        pen.put(top, at, drawing.named(one))
    row = top + 1
    kinds = (("yearly", "計画"), ("actual", "実績")) if with_kinds else (("actual", ""),)
    for text, year in zip(drawing.headings(drawing.years), drawing.years, strict=True):
        pen.put(row, drawing.left, text, len(kinds))
        for step, (kind, word) in enumerate(kinds):
            if word:
                pen.put(row + step, drawing.left + 1, word)
            for at, one in enumerate(drawing.indicators, start=drawing.left + 1 + with_kinds):
                drawing.figure(one, kind, year, row + step, at)
        row += len(kinds)
    if not with_kinds and drawing.one(True, False):
        pen.put(row, drawing.left, f"目標（{drawing.year(drawing.goal_year)}）")
        for at, one in enumerate(drawing.indicators, start=drawing.left + 1):
            drawing.figure(one, "target", drawing.goal_year, row, at)
        row += 1
    drawing.note(row)


def _year_blocks(drawing: Drawing) -> None:
    """A table for every year, one below the other."""
    pen, words, row = drawing.pen, drawing.words, drawing.title()
    drawing.unit_place = "column" if drawing.unit_place == "cell" else drawing.unit_place
    drawing.parts = "none"
    columns: dict[str, int] = {}
    for year in drawing.years:
        pen.put(row, drawing.left, f"{drawing.one('■', '◆', '')}{drawing.year(year)}")
        columns = columns or drawing.stub(row + 1, 1)
        for role, column in columns.items():
            pen.put(row + 1, column, words.get(role, "No."))
        column = max(columns.values()) + 1
        pen.put(row + 1, column, words["yearly"])
        pen.put(row + 1, column + 1, "実績値")
        row += 2
        for at, one in enumerate(drawing.indicators):
            drawing.stub_cells(row, columns, at)
            drawing.figure(one, "yearly", year, row, column)
            drawing.figure(one, "actual", year, row, column + 1)
            row += 1
        row += drawing.one(1, 2)


def _cards(drawing: Drawing) -> None:
    """A card for every indicator: labels above a small table of years."""
    pen, words, row = drawing.pen, drawing.words, drawing.title()
    drawing.unit_place = "column"
    for one in drawing.indicators[:4]:
        pen.put(row, drawing.left, "指標名")
        pen.put(row, drawing.left + 1, one.name, 1, 2)
        pen.put(row, drawing.left + 3, "単位")
        pen.put(row, drawing.left + 4, one.unit)
        pen.put(row + 1, drawing.left, f"{words['baseline']}（{drawing.year(drawing.base)}）")
        drawing.figure(one, "baseline", drawing.base, row + 1, drawing.left + 1)
        pen.put(row + 2, drawing.left, "年度")
        for at, text in enumerate(drawing.headings(drawing.years), start=1):
            pen.put(row + 2, drawing.left + at, text)
        for step, (kind, word) in enumerate(
            (("yearly", words["yearly"]), ("actual", "実績")), start=3
        ):
            pen.put(row + step, drawing.left, word)
            for at, year in enumerate(drawing.years, start=1):
                drawing.figure(one, kind, year, row + step, drawing.left + at)
        row += 6


SHAPES = (_list, _list, _pairs, _pairs, _kinds_down, _long, _crosstab, _year_blocks, _cards)


def drawn(number: int) -> tuple[str, Workbook, set[Told]]:
    """The sheet of a number: the shape's name, the workbook, and all values that it tells."""
    drawing = Drawing(Random(number))
    shape = SHAPES[number % len(SHAPES)]
    shape(drawing)
    book = Workbook("指標.xlsx", "xlsx", (drawing.pen.sheet(),))
    return shape.__name__.strip("_"), book, set(drawing.told)
