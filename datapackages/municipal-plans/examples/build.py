"""Write the five example workbooks under inbox/.

Every name, sentence and figure is taken from a plan that the city published; what the
plan does not say stays an empty cell.  The bytes are the same on every run and every
machine: no clock, no compression, XML parts in canonical form.

    python build.py [DIRECTORY]        # DIRECTORY defaults to the folder of this script
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import canonicalize

from openpyxl import Workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

STAMP = datetime.fromisoformat("2024-04-01T09:00:00")

THIN = Side(style="thin", color="FF595959")
HAIR = Side(style="hair", color="FF7F7F7F")
MEDIUM = Side(style="medium", color="FF000000")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


def bounds(where: str) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of `B3` or `B3:D5`."""
    left, top, right, bottom = range_boundaries(where)
    assert left and top and right and bottom, where
    return left, top, right, bottom


class Page:
    """One sheet and the hand that fills it: a font, a colour for headings."""

    def __init__(self, sheet: Worksheet, font: str, size: float, heading: str) -> None:
        self.sheet, self.font, self.size, self.heading = sheet, font, size, heading
        sheet.sheet_view.showGridLines = False

    def put(
        self,
        where: str,
        value: object = None,
        *,
        bold: bool = False,
        size: float | None = None,
        color: str = "FF000000",
        fill: str | None = None,
        h: str = "left",
        v: str = "center",
        wrap: bool = True,
        border: Border | None = BOX,
        number_format: str = "General",
        indent: int = 0,
        shrink: bool = False,
    ) -> None:
        """Write one cell, or one merged block when `where` is a range."""
        left, top, right, bottom = bounds(where)
        if (left, top) != (right, bottom):
            self.sheet.merge_cells(where)
        for row in self.sheet.iter_rows(top, bottom, left, right):
            for cell in row:
                if border is not None:
                    cell.border = border
                if fill is not None:
                    cell.fill = PatternFill("solid", start_color=fill, end_color=fill)
                cell.font = Font(name=self.font, size=size or self.size, bold=bold, color=color)
                cell.alignment = Alignment(
                    horizontal=h,
                    vertical=v,
                    wrap_text=wrap and not shrink,
                    indent=indent,
                    shrink_to_fit=shrink,
                )
        first = self.sheet.cell(top, left)
        assert not isinstance(first, MergedCell), where
        if value is not None:
            first.value = value  # type: ignore[assignment]
        first.number_format = number_format

    def head(self, where: str, text: str | None, **style: object) -> None:
        """A heading or a label of a form."""
        self.put(where, text, **{"fill": self.heading, "h": "center", **style})  # type: ignore[arg-type]

    def plain(self, where: str, text: str | None, **style: object) -> None:
        """Text outside any table."""
        self.put(where, text, **{"border": None, **style})  # type: ignore[arg-type]

    def frame(self, where: str, side: Side = MEDIUM) -> None:
        """A heavier line around a finished table."""
        left, top, right, bottom = bounds(where)
        for row in self.sheet.iter_rows(top, bottom, left, right):
            for cell in row:
                old = cell.border
                cell.border = Border(
                    left=side if cell.column == left else old.left,
                    right=side if cell.column == right else old.right,
                    top=side if cell.row == top else old.top,
                    bottom=side if cell.row == bottom else old.bottom,
                    diagonal=old.diagonal,
                    diagonalUp=old.diagonalUp,
                )

    def slash(self, where: str) -> None:
        """A diagonal: nothing is to be entered here."""
        cell = self.sheet[where]
        cell.border = Border(
            left=THIN, right=THIN, top=THIN, bottom=THIN, diagonal=THIN, diagonalUp=True
        )

    def widths(self, **columns: float) -> None:
        for letter, width in columns.items():
            self.sheet.column_dimensions[letter].width = width

    def heights(self, rows: Mapping[int, float]) -> None:
        for row, height in rows.items():
            self.sheet.row_dimensions[row].height = height

    def paper(
        self,
        area: str,
        *,
        landscape: bool = True,
        titles: str | None = None,
        freeze: str | None = None,
    ) -> None:
        """A4 on one page, the page number at the foot."""
        sheet = self.sheet
        sheet.print_area = area
        sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        sheet.page_setup.paperSize = 9
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 1
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.5
        margins.top, margins.bottom = 0.65, 0.6
        margins.header = margins.footer = 0.3
        footer = sheet.oddFooter
        assert footer is not None
        footer.center.text = "&P / &N"
        if titles:
            sheet.print_title_rows = titles
        if freeze:
            sheet.freeze_panes = freeze


def book(title: str) -> Workbook:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.properties.title = title
    workbook.properties.creator = "opendata"
    workbook.properties.lastModifiedBy = "opendata"
    workbook.properties.created = STAMP
    return workbook


# ---------------------------------------------------------------- 相模原市 141500

SAGAMIHARA = "相模原市情報マネジメント推進計画"
SAGAMIHARA_TREE: list[tuple[str, str, list[tuple[str, str, list[tuple[int, str, bool]]]]]] = [
    (
        "基本目標1",
        "市民が利便性を実感できる行政サービスを目指します",
        [
            (
                "施策1-1",
                "簡単で便利な行政サービスの提供",
                [
                    (1, "時間と場所にとらわれない行政サービス提供の充実", True),
                    (2, "行政サービスを簡単に提供できる仕組みの充実", False),
                    (3, "官民が連携するワンストップサービスの実現に向けた研究", False),
                ],
            ),
            (
                "施策1-2",
                "行政の透明性拡大と市民ニーズに対応した情報提供の充実",
                [
                    (4, "行政の透明性を高める積極的な情報提供の推進", True),
                    (5, "多様化する市民ニーズに対応した情報提供方法の充実", True),
                    (6, "誰もが情報を得られるためのバリアフリー化の充実", False),
                ],
            ),
        ],
    ),
    (
        "基本目標2",
        "ICTの活用により、住みやすく、活力あるまちづくりを目指します",
        [
            (
                "施策2-1",
                "地域を活性化するコミュニケーション充実の支援",
                [
                    (7, "地域情報の利活用の充実", True),
                    (8, "市民相互の交流を支援するコミュニティの創出", False),
                ],
            ),
            (
                "施策2-2",
                "安全・安心に暮らせるまちづくりの支援",
                [
                    (9, "安全・安心を高める情報共有の充実", False),
                    (10, "緊急時における情報の双方向発信の充実", True),
                ],
            ),
        ],
    ),
    (
        "基本目標3",
        "ICTの的確な利活用を図り、行政の効率化を目指します",
        [
            (
                "施策3-1",
                "業務と情報システムの見直しによる行政の効率化の実現",
                [(11, "「業務・システムの全体最適化」の推進", True)],
            ),
            (
                "施策3-2",
                "情報システムを的確に利活用できるマネジメント体制の強化",
                [
                    (12, "「市民の声」を施策に反映するための情報活用", False),
                    (13, "行政の生産性を向上するナレッジ（知識・情報）マネジメントの推進", False),
                    (14, "情報システムの調達制度の確立", True),
                ],
            ),
        ],
    ),
]
SAGAMIHARA_INDICATORS: list[tuple[str, list[float | str]]] = [
    ("行政サービス提供にかかる時間の緩和が図られていると思う市民の割合", [43.8, 49.8, 53.8]),
    ("生活に必要な情報を取得しやすいと思う市民の割合", [39.9, 45.9, 50.0]),
    (
        "地域に密着した情報（子育て、飲食店、イベントなど）の発信・共有ができていると思う市民の割合",
        [37.2, 44.8, 50.0],
    ),
    (
        "安全・安心を確保するための地域の防犯・防災情報の発信や共有ができていると思う市民の割合",
        [35.3, 44.1, 50.0],
    ),
    ("情報システムの運用経費の節減率", ["-", 10.0, 20.0]),
    ("情報システムの機能の充実度", [86.5, 88.6, 90.0]),
]


def sagamihara() -> Workbook:
    workbook = book(f"{SAGAMIHARA} 進捗管理")
    font, blue = "ＭＳ Ｐゴシック", "FFDDEBF7"
    office = "企画市民局企画部情報政策課"

    # 計画概要: a form
    page = Page(workbook.create_sheet("計画概要"), font, 11, blue)
    page.widths(A=2, B=20, C=34, D=20, E=34)
    page.plain("B2:E2", f"{SAGAMIHARA}　進捗管理", bold=True, size=16, h="center")
    page.plain("E3", office, h="right")
    page.plain("B4", "◆計画の概要", bold=True, size=12, wrap=False)
    wide = [
        (5, "計画名", SAGAMIHARA),
        (7, "上位計画", "新・相模原市総合計画"),
        (9, "計画期間（策定時）", "平成22年度から平成26年度（5年間）"),
        (10, "計画期間の変更", "計画期間を2年間延長して平成28年度まで"),
        (11, "延長後の終期", "平成28年度"),
        (13, "基本理念", "市民の視点に立った「利便・活力・効率」の向上"),
    ]
    for row, label, value in wide:
        page.head(f"B{row}", label)
        page.put(f"C{row}:E{row}", value, indent=1, bold=row == 5)
    pairs = [
        (6, "計画種別", "個別計画", "策定年月", "平成22年3月"),
        (8, "前計画", "情報化推進基本計画", "前計画の計画期間", "平成17年度～平成22年度"),
        (12, "所管課", office, "計画書の編集", "企画財政局企画部情報政策担当"),
    ]
    for row, label, value, label2, value2 in pairs:
        page.head(f"B{row}", label)
        page.put(f"C{row}", value, indent=1)
        page.head(f"D{row}", label2)
        page.put(f"E{row}", value2, indent=1)
    page.frame("B5:E13")
    page.plain(
        "B15:E15",
        "※策定年月は計画書【概要版】の発行日による。所管課は平成22年4月以降の組織名。",
        size=10,
    )
    page.plain(
        "B16:E16",
        "※施策・取組は「施策体系」、指標は「成果指標」、前計画の評価は「現計画の評価」の各シートによる。",
        size=10,
    )
    page.heights({2: 30, 4: 22, 5: 30, **dict.fromkeys(range(6, 13), 27), 13: 34, 15: 18, 16: 18})
    page.paper("A1:E16")

    # 施策体系: three levels, merged
    page = Page(workbook.create_sheet("施策体系"), font, 11, blue)
    page.widths(A=30, B=38, C=6, D=62, E=9)
    page.plain("A1:E1", f"{SAGAMIHARA}　施策体系（取組一覧）", bold=True, size=14, h="center")
    page.plain("D2:E2", office, h="right")
    for column, text in zip(
        "ABCDE", ("基本目標", "施策", "番号", "取組", "重点\n取組"), strict=True
    ):
        page.head(f"{column}4", text, bold=True)
    row = 5
    goals: list[tuple[int, str]] = []
    measures: list[tuple[str, str]] = []
    for goal, aim, children in SAGAMIHARA_TREE:
        goal_top = row
        for number, name, initiatives in children:
            top = row
            page.heights(dict.fromkeys(range(row, row + len(initiatives)), 27))
            for index, title, priority in initiatives:
                page.put(f"C{row}", index, h="center")
                page.put(f"D{row}", title, indent=1)
                page.put(f"E{row}", "○" if priority else None, h="center")
                row += 1
            page.put(span("B", top, row - 1), f"{number}　{name}", indent=1)
            if row - top == 1:
                page.heights({top: 36})
            measures.append((number, name))
        page.put(span("A", goal_top, row - 1), f"{goal}\n{aim}", bold=True, indent=1)
        page.frame(f"A{goal_top}:E{row - 1}")
        goals.append((len(children), f"{goal}\n{aim}"))
    page.frame("A4:E4")
    page.plain(
        f"A{row + 1}:E{row + 1}",
        "※○＝重点取組（施策を達成するために、より効果が高いものを位置付けたもの）",
        size=10,
    )
    page.heights({1: 28, 3: 8, 4: 36, row: 6, row + 1: 18})
    page.paper(f"A1:E{row + 1}", titles="4:4", freeze="A5")

    # 成果指標: two header rows
    page = Page(workbook.create_sheet("成果指標"), font, 11, blue)
    page.widths(A=30, B=38, C=50, D=7, E=11, F=11, G=11)
    page.plain("A1:G1", f"{SAGAMIHARA}　成果指標一覧", bold=True, size=14, h="center")
    page.plain(
        "A2:C2", "計画期間：平成22年度から平成26年度（5年間）　→　2年間延長して平成28年度まで"
    )
    page.plain("D2:G2", office, h="right")
    for column, text in zip("ABCD", ("基本目標", "施策", "指標", "単位"), strict=True):
        page.head(f"{column}4:{column}5", text, bold=True)
    page.head("E4:G4", "成果指標の推移", bold=True)
    for column, text in zip(
        "EFG", ("現状値\n(H21)", "中間値\n(H24)", "目標値\n(H26)"), strict=True
    ):
        page.head(f"{column}5", text, bold=True)
    row = 6
    for count, text in goals:
        page.put(span("A", row, row + count - 1), text, bold=True, indent=1)
        row += count
    for row, ((number, name), (indicator, values)) in enumerate(
        zip(measures, SAGAMIHARA_INDICATORS, strict=True), start=6
    ):
        page.put(f"B{row}", f"{number}　{name}", indent=1)
        page.put(f"C{row}", indicator, indent=1)
        page.put(f"D{row}", "%", h="center")
        for column, figure in zip("EFG", values, strict=True):
            dash = isinstance(figure, str)
            page.put(
                f"{column}{row}",
                figure,
                h="center" if dash else "right",
                number_format="General" if dash else "0.0_ ",
            )
    for top in (6, 8, 10):
        page.frame(f"A{top}:G{top + 1}")
    page.frame("A4:G5")
    page.plain("A13:G13", "※指標は、施策の実施により得られる成果を測るために設定したもの", size=10)
    page.plain(
        "A14:G14",
        "※「-」は計画書の表記のまま。目標値の年度は策定時の計画期間の終期（H26）",
        size=10,
    )
    page.heights({1: 28, 2: 20, 3: 8, 4: 20, 5: 32, **dict.fromkeys(range(6, 12), 42), 12: 6})
    page.paper("A1:G14", titles="4:5", freeze="D6")

    # 現計画の評価 (図表1)
    page = Page(workbook.create_sheet("現計画の評価"), font, 11, blue)
    page.widths(A=44, B=12, C=12, D=12, E=12, F=12)
    page.plain(
        "A1:F1", "現行計画（情報化推進基本計画）の評価・検証", bold=True, size=14, h="center"
    )
    page.plain("A3:F3", "図表1　現計画の取組状況（全体）", bold=True)
    page.plain("F4", "（単位：件）", h="right", size=10, wrap=False)
    page.head("A5:A6", "現行計画の目標", bold=True)
    page.head("B5:B6", "取組件数", bold=True)
    page.head("C5:F5", "取組状況", bold=True)
    for column, text in zip("CDEF", ("完了\n拡大", "構築中", "検討中", "未着手"), strict=True):
        page.head(f"{column}6", text, bold=True)
    counts: list[tuple[str, list[float | None]]] = [
        ("市民の利便性を向上させるサービスの充実", [21, 19, 0, 1, 1]),
        ("市民と行政とのコミュニケーション", [2, 0, 0, 0, 2]),
        ("行政事務の効率化", [11, 10, 0, 0, 1]),
        ("合計", [34, 29, 0, 1, 4]),
        ("取組状況の割合(%)", [None, 85.3, 0.0, 2.9, 11.8]),
    ]
    for row, (label, figures) in enumerate(counts, start=7):
        foot = row >= 10
        fill = "FFF2F2F2" if foot else None
        page.put(
            f"A{row}",
            label,
            bold=foot,
            fill=fill,
            h="center" if foot else "left",
            indent=0 if foot else 1,
        )
        for column, count_ in zip("BCDEF", figures, strict=True):
            page.put(
                f"{column}{row}",
                count_,
                h="right",
                bold=foot,
                fill=fill,
                number_format="0.0_ " if row == 11 else "0_ ",
            )
    page.slash("B11")
    page.frame("A5:F6")
    page.frame("A7:F9")
    page.frame("A10:F11")
    page.plain(
        "A13:F13",
        "※現行計画（情報化推進基本計画）の主な取組34事業について評価・検証を行ったもの",
        size=10,
    )
    page.heights({1: 28, 3: 20, 5: 22, 6: 34, **dict.fromkeys(range(7, 12), 28), 12: 6, 13: 18})
    page.paper("A1:F13")
    return workbook


# ---------------------------------------------------------------- 西東京市 132292


def nishitokyo() -> Workbook:
    workbook = book("西東京市地域情報化方針《基本》 KPI管理シート")
    page = Page(workbook.create_sheet("KPI管理シート"), "游ゴシック", 10.5, "FFE2EFDA")
    page.widths(A=5.5, B=15, C=36, D=12, E=30, F=8, G=10)
    page.widths(H=10.5, I=10.5, J=10.5, K=10.5, L=10.5)
    page.plain(
        "A1:L1", "西東京市地域情報化方針《基本》　KPI管理シート", bold=True, size=16, h="center"
    )
    page.plain("I2:L2", "企画部情報推進課", h="right")

    pairs = [
        (4, "名称", "西東京市地域情報化方針《基本》", "計画の種別", "方針"),
        (
            5,
            "対象期間",
            "2019（令和元）年度～2023（令和5）年度",
            "対象期間の年数",
            "5年",
        ),
        (6, "上位計画", "西東京市第2次総合計画", "前計画", "第3期地域情報化基本計画"),
        (7, "策定年月", "2020年2月", "担当課", "企画部情報推進課"),
    ]
    for row, label, value, label2, value2 in pairs:
        page.head(f"A{row}:B{row}", label)
        page.put(f"C{row}:E{row}", value, indent=1)
        page.head(f"F{row}:G{row}", label2)
        page.put(f"H{row}:L{row}", value2, indent=1)
    page.head("A8:B8", "基本理念")
    page.put("C8:L8", "『新しいかたちのコミュニケーション』の創出", indent=1, bold=True)
    page.head("A9:B11", "地域情報化の\n3つの視点")
    for row, view in enumerate(("暮らしの情報化", "地域経済の情報化", "行政の情報化"), start=9):
        page.put(f"C{row}:L{row}", view, indent=1)
    page.frame("A4:L11")

    page.plain("A13:L13", "■重点取組の目標（KPI）と推進状況", bold=True, size=12)
    heads = ("No.", "重点取組の\n段階", "重点取組", "指標の種類", "指標", "単位", "現状値")
    for column, text in zip("ABCDEFG", heads, strict=True):
        page.head(f"{column}14:{column}15", text, bold=True)
    page.head("H14:L14", "実績値（毎年度調査）", bold=True)
    years = ("2019\n（R1）", "2020\n（R2）", "2021\n（R3）", "2022\n（R4）", "2023\n（R5）")
    for column, text in zip("HIJKL", years, strict=True):
        page.head(f"{column}15", text, bold=True)
    rows = [
        ("導入・適用", "成果指標", "その結果の成果は何か"),
        ("適用検討", "活動指標", "いつまでに何をするのか"),
        ("調査・研究", "活動指標", "いつまでに何をするのか"),
    ]
    for row, (stage, kind, wording) in enumerate(rows, start=16):
        page.put(f"A{row}", row - 15, h="center")
        page.put(f"B{row}", stage, h="center")
        page.put(f"C{row}", f"{stage}の段階にある重点取組", indent=1)
        page.put(f"D{row}", kind, h="center")
        page.put(f"E{row}", wording, indent=1)
        for column in "FGHIJKL":
            page.put(f"{column}{row}", None, h="center" if column == "F" else "right")
    page.frame("A14:L15")
    page.frame("A16:L18")

    notes = [
        "※段階の区分：導入・適用／適用検討／調査・研究",
        "※活動指標＝「いつまでに何をするのか」　　成果指標＝「その結果の成果は何か」",
        (
            "※導入・適用の段階にある重点取組については、原則として、目標を成果指標で定める。"
            "適用検討の段階と調査・研究の段階にある重点取組については、目標を活動指標で定める。"
        ),
        (
            "※重点取組とその目標は「西東京市地域情報化方針《重点》」（対象期間：1年）で定める。"
            "単位、現状値及び実績値は、《基本》に記載がないため空欄。"
        ),
        "※目標（KPI）の達成状況は毎年度調査し、情報化推進本部に報告の上、《重点》に掲載して公開する。",
    ]
    for row, note in enumerate(notes, start=20):
        page.plain(f"A{row}:L{row}", note, size=9.5)
    page.heights({1: 32, 3: 6, **dict.fromkeys(range(4, 8), 22), 8: 26, 9: 20, 10: 20, 11: 20})
    page.heights({12: 10, 13: 22, 14: 21, 15: 36, 16: 34, 17: 34, 18: 34, 19: 8})
    page.heights(dict.fromkeys(range(20, 25), 17))
    page.paper("A1:L24", freeze="D16")
    return workbook


# ---------------------------------------------------------------- 八王子市 132012

HACHIOJI_VISION = (
    "みんなで紡ぐ幸せ 八王子ビジョン2022 活力ある魅力あふれるまちへ(2018基本計画改訂版)"
)


def hachioji_register() -> Workbook:
    workbook = book("八王子市情報化計画 登録票")
    page = Page(workbook.create_sheet("登録票"), "ＭＳ 明朝", 11, "FFEDEDED")
    page.widths(A=5, B=13, C=20, D=20, E=13, F=13, G=20)
    page.plain("A1:G1", "市の計画　登録票", bold=True, size=18, h="center")
    page.plain("A2:G2", "（協働・コミュニティ・市民サービス・行財政運営）", h="center", size=10)

    def pair(row: int, label: str, value: str | None, label2: str, value2: str | None) -> None:
        page.head(f"A{row}:B{row}", label)
        page.put(f"C{row}:D{row}", value, indent=1)
        page.head(f"E{row}", label2)
        page.put(f"F{row}:G{row}", value2, indent=1)

    def line(row: int, label: str, value: str | None, **style: object) -> None:
        page.head(f"A{row}:B{row}", label)
        page.put(f"C{row}:G{row}", value, **{"indent": 1, **style})  # type: ignore[arg-type]

    pair(4, "ページID", "P0023637", "更新日", "平成30年7月30日")
    line(5, "計画名", "八王子市情報化計画", bold=True, size=14)
    pair(6, "計画種別", "個別計画", "策定年月", None)
    page.head("A7:B7", "計画期間")
    page.put("C7:E7", "平成30年度(2018年度)から平成34年度(2022年度)まで", indent=1)
    page.head("F7", "年数")
    page.put("G7", "5年間", h="center")
    line(8, "上位計画", HACHIOJI_VISION)
    line(9, "前計画", "八王子市地域情報化計画")
    pair(10, "前計画の策定", "平成25年6月", "前計画の満了", "平成30年3月")
    pair(11, "所管", "行財政改革部情報管理課", "担当", "企画推進担当")
    line(
        12,
        "策定の経過",
        "策定にあたり、3回の「八王子市情報化計画(仮)策定に関する懇談会」を開催",
    )
    line(13, "アクションプラン", "策定し次第公開")
    line(
        14,
        "改定",
        "技術革新が著しい分野であるため、見直しの必要が生じた場合には、計画期間内であっても改定",
    )
    page.frame("A4:G14")

    page.plain("A16:G16", "【基本方針】", bold=True)
    page.head("A17:B17", "区分")
    page.head("C17:G17", "基本方針")
    policies = (
        "ICTを活用した行政サービスの向上",
        "ICTを活用した行政運営の効果・効率性の向上",
        "情報セキュリティ対策の強化",
    )
    for row, policy in enumerate(policies, start=18):
        page.put(f"A{row}:B{row}", f"基本方針{row - 17}", h="center")
        page.put(f"C{row}:G{row}", policy, indent=1)
    page.frame("A17:G20")
    page.plain(
        "A22:G22", "※計画期間の終期は「八王子ビジョン2022」の最終年度と合わせている。", size=10
    )
    page.plain("A23:G23", "※策定年月は、公表資料に記載がないため空欄。", size=10)
    page.heights({1: 36, 2: 18, 3: 10, 5: 42, 8: 42, 12: 40, 14: 40, 15: 14})
    page.heights(dict.fromkeys((4, 6, 7, 9, 10, 11, 13, 18, 19, 20), 32))
    page.heights({16: 22, 17: 26, 21: 8})
    page.paper("A1:G23", landscape=False)
    return workbook


HACHIOJI_DX = "八王子市デジタル・トランスフォーメーション（ＤＸ）推進計画"
HACHIOJI_DX_LIST: list[tuple[str, str, list[tuple[str, list[str]]]]] = [
    (
        "１　市民視点の変革",
        "～人にやさしいDX～",
        [
            (
                "マイナンバーカードの利活用推進",
                ["カードを活用したサービスの拡充", "カードの取得促進"],
            ),
            ("行政手続きのオンライン化", ["オンライン申請の拡充", "相談業務のオンライン化"]),
            (
                "AI等最新デジタル技術の利用促進",
                ["チャットボットを利用した問合せに対する自動応答"],
            ),
            ("デジタルデバイド対策推進", ["誰もが使いやすいデザイン", "スマホ教室等の実施"]),
            (
                "データの蓄積・共有と政策の実現",
                ["データの収集・分析を行うシステムの導入", "データに基づいた政策立案"],
            ),
            ("窓口改革", ["申請書作成の負担軽減", "キャッシュレス化"]),
        ],
    ),
    (
        "２　地域課題の解消",
        "～DXによる安心で活力あるまちづくり～",
        [
            ("防犯・災害対策", ["避難所の通信環境の整備", "ドローン等の活用"]),
            ("オープンデータの促進", ["ニーズのあるオープンデータの公表", "東京都との連携"]),
            ("インバウンド対策", ["デジタル技術を活用した観光体験", "キャッシュレス化"]),
            ("多様な主体による地域課題の解決", ["SNSを活用した市民からの情報提供"]),
            (
                "産学公連携ネットワークの構築",
                ["市内企業や大学とのデジタル化に関する情報・意見交換の場の構築"],
            ),
            (
                "地域のデジタル化",
                ["デジタル技術を活用した教育の充実", "農産物など八王子ブランドの発信"],
            ),
        ],
    ),
    (
        "３　行政の業務刷新",
        "～地域・現場から考える組織に～",
        [
            (
                "情報システムの標準化・共通化",
                ["１７業務システムの円滑な標準化対応", "ガバメントクラウドの活用の検討"],
            ),
            (
                "AI・RPAの利用促進",
                ["AI-OCR及びRPA導入業務の拡充", "職員向けチャットボットの導入"],
            ),
            (
                "デジタル人財の育成",
                ["人財育成におけるサービスデザイン思考の導入・展開", "デジタルリーダーの活用"],
            ),
            (
                "セキュリティ対策の徹底",
                [
                    "情報セキュリティ内部監査・外部監査・研修の実施",
                    "セキュリティポリシーの適切な運用",
                ],
            ),
            ("プライバシーの保護", ["安全管理措置の徹底", "信頼性の向上"]),
            (
                "職場環境の最適化",
                ["テレワークの実施", "フリーアドレス環境の導入", "オンライン会議の推進"],
            ),
        ],
    ),
]


def hachioji_dx() -> Workbook:
    workbook = book(f"{HACHIOJI_DX} 取組一覧")
    page = Page(workbook.create_sheet("取組一覧"), "ＭＳ Ｐゴシック", 10.5, "FFFFF2CC")
    page.widths(A=25, B=13, C=23, D=17, E=19, F=25)
    page.plain("A1:F1", f"{HACHIOJI_DX}　取組一覧", bold=True, size=14, h="center")
    page.head("A3", "計画名")
    page.put("B3:F3", HACHIOJI_DX, indent=1)
    page.head("A4", "計画期間（始期）", shrink=True)
    page.put("B4:C4", "令和４年度（2022年度）", h="center")
    page.head("D4", "計画期間（終期）", shrink=True)
    page.put("E4:F4", "令和７年度（2026年度）", h="center")
    page.head("A5", "期間")
    page.put("B5:C5", "４年間", h="center")
    page.head("D5", "計画種別")
    page.put("E5:F5", "個別計画", h="center")
    page.head("A6", "上位計画")
    page.put("B6:F6", HACHIOJI_VISION, indent=1)
    page.head("A7", "前計画")
    page.put("B7:C7", "八王子市情報化計画", indent=1)
    page.head("D7", "所管課")
    page.put("E7:F7", None, indent=1)
    page.head("A8", "ビジョン\n～目指す姿～")
    page.put(
        "B8:F8",
        "デジタル技術の活用により人と人のつながりを深め、地域共生社会を実現する",
        indent=1,
        bold=True,
    )
    page.frame("A3:F8")

    page.head("A10", "基本方針", bold=True)
    page.head("B10:C10", "取組", bold=True)
    page.head("D10:F10", "具体的な内容", bold=True)
    row = 11
    for policy, subtitle, initiatives in HACHIOJI_DX_LIST:
        top = row
        for initiative, contents in initiatives:
            first = row
            for content in contents:
                page.put(f"D{row}:F{row}", content, indent=1)
                row += 1
            page.put(f"B{first}:C{row - 1}", initiative, indent=1)
        page.put(span("A", top, row - 1), f"{policy}\n{subtitle}", bold=True, indent=1)
        page.frame(f"A{top}:F{row - 1}")
    page.frame("A10:F10")
    notes = [
        "※具体的な事業や評価指標等は、計画策定後に策定するアクションプランで示す。",
        "※１は「市民のQOLの向上」、２は「産学公連携による推進」、３は「デジタル技術で刷新」に係る取組",
    ]
    for offset, note in enumerate(notes, start=1):
        page.plain(f"A{row + offset}:F{row + offset}", note, size=9.5)
    page.heights({1: 32, 2: 8, 6: 32, 8: 36, 9: 12, 10: 27, row: 6})
    page.heights(dict.fromkeys((3, 4, 5, 7), 26))
    page.heights(dict.fromkeys(range(11, row), 23))
    page.paper(f"A1:F{row + 2}", landscape=False, titles="10:10", freeze="A11")
    return workbook


# ---------------------------------------------------------------- 下野市 092169

SHIMOTSUKE_LIST: list[tuple[str, str, list[str]]] = [
    (
        "誰もが情報化の恩恵を享受できる情報化推進基盤の整備",
        (
            "全ての市民がICTの利活用による恩恵を享受できるよう、官民一体となって市内全域への"
            "ブロードバンド整備に努めるほか、小中学校のネットワーク基盤整備、公共情報端末の設置"
            "などにより、地域格差のない安定した情報通信基盤の整備を推進します。"
        ),
        ["市内情報通信ネットワーク基盤の強化", "市民向けICT講習会の充実"],
    ),
    (
        "電子市役所の推進による便利さを実感できる市民サービスの実現",
        (
            "市民が必要とする情報を迅速・確実に届けられるよう、下野市ホームページの内容充実・"
            "多機能化や電子メールによる情報提供などを推進します。"
        ),
        ["ホームページの充実", "かんたん申請・申込の拡充", "施設予約システムの導入"],
    ),
    (
        "安全・安心な市民生活の実現",
        (
            "市民がより安全な生活を営むことができるよう、防災情報（防災マップ、防災無線システムに"
            "よる情報提供）、保健医療情報の提供、独居高齢者見守りシステムなどのサービスを検討・推進します。"
        ),
        ["電子メールによる防犯情報の提供", "高齢者の見守りシステム等の整備"],
    ),
    (
        "行政事務の高度化・効率化",
        (
            "業務の効率化・高度化、高水準な住民サービス提供を目指し、職員間での情報共有、"
            "地理情報システム、電子決裁システムなど業務の効率化に繋がるシステムの導入を推進します。"
        ),
        ["庁内情報共有化の強化", "個人情報保護対策の徹底", "全庁的推進体制の強化"],
    ),
    (
        "地域の一体感の醸成と豊かで活力あるまちづくりの推進",
        (
            "事業者がICTの利活用による恩恵を享受できるよう、インターネット利用支援、"
            "産業に関する情報提供を推進します。"
        ),
        [
            "電子アンケートの実施",
            "自治会・NPO・ボランティア活動情報の提供",
            "市民ポータルサイトの整備",
        ],
    ),
]


def shimotsuke() -> Workbook:
    workbook = book("下野市地域情報化計画 施策一覧")
    page = Page(workbook.create_sheet("施策一覧"), "メイリオ", 10, "FFFCE4D6")
    page.widths(A=5, B=35, C=41, D=68)
    page.plain("A1:D1", "下野市地域情報化計画　施策一覧", bold=True, size=16, h="center")
    page.plain("D2", "掲載日　平成28年12月26日", h="right", size=9)
    page.plain("D3", "総合政策部総合政策課", h="right", size=9)
    page.plain(
        "A4:D4",
        "ビジョン：誰もがICTを利用し、共に安心して暮らすことができる活力ある下野市の創造",
        bold=True,
        size=12,
        h="center",
        fill="FFFFF8F3",
    )
    page.head("A6:B6", "計画名")
    page.put("C6:D6", "下野市地域情報化計画", indent=1)
    page.head("A7:B7", "計画種別")
    page.put("C7:D7", "個別計画", indent=1)
    page.head("A8:B8", "計画期間")
    page.put("C8:D8", "平成20年度から23年度", indent=1)
    page.head("A9:B9", "年数")
    page.put("C9:D9", "4年間", indent=1)
    page.head("A10:B10", "所管")
    page.put("C10:D10", "総合政策部総合政策課", indent=1)

    page.head("A12", "No.", bold=True)
    page.head("B12", "基本方針", bold=True)
    page.head("C12", "施　策", bold=True)
    page.head("D12", "方　向　性", bold=True)
    row = 13
    dotted = Border(left=THIN, right=THIN, top=HAIR, bottom=HAIR)
    for number, (policy, direction, measures) in enumerate(SHIMOTSUKE_LIST, start=1):
        top = row
        for measure in measures:
            page.put(f"C{row}", measure, indent=1, border=dotted)
            page.heights({row: 24 if len(measures) > 2 else 33})
            row += 1
        page.put(span("A", top, row - 1), number, h="center")
        page.put(span("B", top, row - 1), policy, bold=True, indent=1)
        page.put(span("D", top, row - 1), direction, size=9.5, indent=1)
        page.frame(f"A{top}:D{row - 1}", THIN)
    notes = [
        "※施策は、計画に例示されたもの。方向性は、各基本方針の冒頭の一文。",
        (
            "※進捗管理は市情報化推進本部及び市地域情報化推進協議会（仮称）で行い、"
            "その結果は広報紙やホームページで公表する。"
        ),
    ]
    for offset, note in enumerate(notes, start=1):
        page.plain(f"A{row + offset}:D{row + offset}", note, size=9)
    page.heights({1: 32, 4: 30, 5: 8, 11: 10, 12: 26, row: 6, row + 1: 17, row + 2: 17})
    page.heights(dict.fromkeys(range(6, 11), 22))
    page.paper(f"A1:D{row + 2}", titles="12:12", freeze="A13")
    return workbook


# ---------------------------------------------------------------- bytes


def span(column: str, top: int, bottom: int) -> str:
    """`B3:B5`, or `B3` when there is nothing to merge."""
    return f"{column}{top}" if top == bottom else f"{column}{top}:{column}{bottom}"


DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def to_bytes(workbook: Workbook) -> bytes:
    """The workbook as a file whose bytes depend on its content only.

    openpyxl stamps the time of saving and writes XML through lxml when it finds it, and
    deflate differs between zlib builds; so the parts are put in canonical form and stored.
    """
    raw = io.BytesIO()
    workbook.save(raw)
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            part = canonicalize(source.read(name).decode("utf-8"))
            if name == "docProps/core.xml":
                part = re.sub(
                    r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{STAMP:%Y-%m-%dT%H:%M:%SZ}", part
                )
            entry = zipfile.ZipInfo(name, date_time=STAMP.timetuple()[:6])
            entry.create_system = 0
            entry.external_attr = 0
            target.writestr(entry, DECLARATION + part)
    return out.getvalue()


BOOKS: dict[str, Callable[[], Workbook]] = {
    "141500/情報マネジメント推進計画_進捗管理.xlsx": sagamihara,
    "132292/地域情報化方針_KPI管理シート.xlsx": nishitokyo,
    "132012/八王子市情報化計画_登録票.xlsx": hachioji_register,
    "132012/八王子市DX推進計画_取組一覧.xlsx": hachioji_dx,
    "092169/地域情報化計画_施策一覧.xlsx": shimotsuke,
}


def build() -> dict[str, bytes]:
    """Path below this folder -> file."""
    return {f"inbox/municipal-plans/{path}": to_bytes(make()) for path, make in BOOKS.items()}


def main(arguments: Sequence[str]) -> None:
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    for path, data in build().items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


if __name__ == "__main__":
    main(sys.argv[1:])
