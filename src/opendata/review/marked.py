"""The steward's own workbook, its wrong cells marked, and a first sheet that lists them."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from itertools import groupby, islice
from unicodedata import east_asian_width

from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from opendata.errors import Place, Problem, Text
from opendata.errors.catalogue import Language
from opendata.review.answers import ANSWER, NO, QUESTION, REASON, YES
from opendata.review.causes import causes, position
from opendata.review.reviewed import Reviewed, next_steps, plural, verdict
from opendata.review.shown import sheet_of
from opendata.workbook import RESULTS_SHEET, Workbook, address

RESULTS = RESULTS_SHEET
"""The added sheet. Whoever reads a workbook again passes over a sheet of this name."""

MARKABLE_CELLS = 400_000
"""Beyond this openpyxl would take minutes: such a workbook gets the list alone."""

_MERGE = 40  # what a merged range costs openpyxl, in cells
_BYTES = 30  # the least that a written cell takes in a sheet's XML: `<c r="A1" s="1"/>` and change
_LINKS = 60_000  # Excel takes 65,530 links on one sheet
_LISTED = 200_000
_COMMENT = 3_000
_CELL = 32_000
_RULE = "―― 確認結果 ――"
_FILL = {
    "error": PatternFill("solid", fgColor="FFFFC7CE"),
    "warning": PatternFill("solid", fgColor="FFFFEB9C"),
}
_KIND = {
    "error": Text("修正が必要", "To correct"),
    "warning": Text("ご確認を", "Please check"),
    "notice": Text("お知らせ", "Notice"),
}


@dataclass(frozen=True, slots=True)
class _Opened:
    """A workbook to mark. `names` leads from the submission's sheets to those of `book`."""

    book: Book
    names: Mapping[str, str]
    remarks: tuple[Text, ...]


def mark(reviewed: Reviewed, language: Language = "ja") -> bytes | None:
    """The workbook as xlsx with marks, comments and the sheet of results; None without cells.

    xlsx and xlsm are the steward's own file, everything else (and what openpyxl cannot open or
    save again) is a rendering of its cells; the sheet of results says so.
    """
    workbook = reviewed.workbook
    if workbook is None:
        return None
    for opening in (_own, _rendering):
        # openpyxl fails in many ways on files that Excel opens; a rendering is still of use.
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # "… is not supported and will be removed"
                opened = opening(reviewed, workbook)
                if opened is not None:
                    return _finished(opened, reviewed, language)
        except Exception:  # noqa: BLE001, S112
            continue
    return _finished(_list_alone(), reviewed, language)


def _cells(workbook: Workbook) -> int:
    return sum(sum(map(len, sheet.rows)) + _MERGE * len(sheet.merged) for sheet in workbook.sheets)


def _written_cells(content: bytes) -> int:
    """An upper guess of the cells openpyxl will make, empty but formatted ones among them."""
    with zipfile.ZipFile(BytesIO(content)) as parts:
        return sum(o.file_size for o in parts.infolist() if o.filename.endswith(".xml")) // _BYTES


def _own(reviewed: Reviewed, workbook: Workbook) -> _Opened | None:
    if workbook.format not in ("xlsx", "xlsm"):
        return None
    if max(_cells(workbook), _written_cells(reviewed.content)) > MARKABLE_CELLS:
        return None
    book = load_workbook(BytesIO(reviewed.content), rich_text=True)
    remarks = []
    if workbook.format == "xlsm":
        remarks.append(
            Text(
                "この確認用ファイルには、元のファイルのマクロは入っていません。",
                "This copy is without the macros of your file.",
            )
        )
    with zipfile.ZipFile(BytesIO(reviewed.content)) as parts:
        if any(name.startswith(("xl/drawings/drawing", "xl/media/")) for name in parts.namelist()):
            remarks.append(
                Text(
                    "この確認用ファイルでは、図や画像が省かれることがあります。",
                    "Drawings and pictures may be missing from this copy.",
                )
            )
    return _Opened(book, {one.title: one.title for one in book.worksheets}, tuple(remarks))


def _rendering(_: Reviewed, workbook: Workbook) -> _Opened | None:
    if _cells(workbook) > MARKABLE_CELLS:
        return None
    book = Book()
    book.remove(book.worksheets[0])
    names: dict[str, str] = {}
    for sheet in workbook.sheets:
        made: Worksheet = book.create_sheet(_title(sheet.name, set(names.values())))
        names[sheet.name] = made.title
        for row, values in enumerate(sheet.rows, 1):
            for column, value in enumerate(values, 1):
                if value is None:
                    continue
                if isinstance(value, str):
                    _write(made, row, column, value)
                else:
                    naive = value.replace(tzinfo=None) if isinstance(value, datetime) else value
                    made.cell(row, column, naive)
        for merge in sheet.merged:
            first, last = address(merge.top, merge.left), address(merge.bottom, merge.right)
            made.merge_cells(f"{first}:{last}")
        for hidden in sheet.hidden_rows:
            made.row_dimensions[hidden + 1].hidden = True
        for hidden in sheet.hidden_columns:
            made.column_dimensions[get_column_letter(hidden + 1)].hidden = True
        if sheet.visibility != "visible":
            made.sheet_state = "hidden"
    return _Opened(
        book,
        names,
        (
            Text(
                "この確認用ファイルは、元のファイルの値を Excel の表に写したものです。"
                "書式や数式は写していません。直すのは元のファイルです。",
                "This is a copy of the values of your file as an Excel workbook, without its "
                "formats and formulas. Correct your own file.",
            ),
        ),
    )


def _list_alone() -> _Opened:
    book = Book()
    book.remove(book.worksheets[0])
    return _Opened(
        book,
        {},
        (
            Text(
                "元のファイルが大きいため、このファイルには確認結果の一覧だけを載せています。",
                "Your file is large, so this one holds the list of results alone.",
            ),
        ),
    )


def _finished(opened: _Opened, reviewed: Reviewed, language: Language) -> bytes:
    told: dict[tuple[str, str], list[Problem]] = {}
    for one in reviewed.problems:
        target = _target(opened, reviewed.workbook, one.place)
        if target is not None and one.severity in _FILL:
            told.setdefault(target, []).append(one)
    for (name, cell), problems in told.items():
        _mark(opened.book[name], cell, problems, language)
    _results(opened, reviewed, language)
    return _same_every_time(opened.book, reviewed.received)


def _target(opened: _Opened, workbook: Workbook | None, place: Place) -> tuple[str, str] | None:
    """The sheet of the book and the cell a place means; of merged cells the first."""
    at, sheet = position(place.cell), sheet_of(workbook, place)
    if at is None or sheet is None or sheet.name not in opened.names:
        return None
    row, column = at
    for merge in sheet.merged:
        if merge.top <= row <= merge.bottom and merge.left <= column <= merge.right:
            row, column = merge.top, merge.left
    return opened.names[sheet.name], address(row, column)


def _mark(sheet: Worksheet, cell: str, problems: list[Problem], language: Language) -> None:
    marked = sheet[cell]
    gravest = "error" if any(one.severity == "error" for one in problems) else "warning"
    marked.fill = _FILL[gravest]
    told = dict.fromkeys(_comment(one, language) for one in problems)
    text = _RULE + "\n" + "\n\n".join(told)
    size = 320, 180
    if marked.comment is not None:
        theirs = str(marked.comment.text).split(_RULE)[0].rstrip()
        text = f"{theirs}\n\n{text}" if theirs else text
        size = max(size[0], marked.comment.width or 0), size[1] + (marked.comment.height or 0)
    author = marked.comment.author if marked.comment is not None else RESULTS
    comment = Comment(_legal(text, _CELL), author or RESULTS)
    comment.width, comment.height = size
    marked.comment = comment


def _comment(problem: Problem, language: Language) -> str:
    lines = [
        f"【{_KIND[problem.severity].in_(language)}】{problem.title.in_(language)}",
        problem.message.in_(language),
        problem.remedy.in_(language),
    ]
    if problem.suggestion:
        proposed = Text("提案する値：", "Proposed: ").in_(language)
        lines.append(f"{proposed}{problem.suggestion}")
    return _legal("\n".join(lines), _COMMENT)


_WIDTHS = (26, 12, 28, 26, 26, 60, 60, 16, 40, 18)
_HEADINGS = (
    Text("内容", "Cause"),
    Text("区分", "Kind"),
    Text("セル", "Cell"),
    Text("見つかった値", "Found"),
    Text("提案する値", "Proposed"),
    Text("説明", "Why"),
    Text("直し方", "What to do"),
    ANSWER,
    REASON,
    QUESTION,
)
ANSWERED = (8, 9)
"""The columns that a steward fills in, counted from 1."""
_ASKING = Text(
    "黄色い欄のある行は、正しければ「はい」を選び、理由を書いて、このファイルを元のファイル名で"
    "受付フォルダーに入れ直してください。同じことは、次からはお尋ねしません。",
    "Where a row has yellow cells and the value is right, choose Yes, write the reason, and put "
    "this file back into the inbox under its original name. The same is not asked again.",
)
_TO_FILL_IN = PatternFill("solid", fgColor="FFFFFFE0")
_WRAP = Alignment(vertical="top", wrap_text=True)
_LINE = Border(bottom=Side("thin", color="FFBFBFBF"))
_BLUE = Font(color="FF14558F", underline="single")


class _Styles:
    """Styles of the list's cells, each made once: openpyxl compares every one with all others."""

    def __init__(self) -> None:
        self._made: dict[tuple[str | None, bool, bool], StyleArray] = {}

    def put(self, cell: Cell, fill: PatternFill | None, *, is_link: bool) -> None:
        """Give a cell its lines, and where asked the colour of its kind or of a link."""
        key = (fill.fgColor.rgb if fill else None, is_link, cell.quotePrefix)
        if key in self._made:
            cell._style = copy(self._made[key])  # type: ignore[attr-defined]  # untyped
            return
        cell.alignment, cell.border = _WRAP, _LINE
        if fill:
            cell.fill = fill
        if is_link:
            cell.font = _BLUE
        self._made[key] = copy(cell._style)  # type: ignore[attr-defined]  # untyped


def _results(opened: _Opened, reviewed: Reviewed, language: Language) -> None:
    book = opened.book
    sheet = _results_sheet(book)
    for letter, width in zip("ABCDEFGHIJ", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    row = _preamble(sheet, opened, reviewed, language)
    heading = row
    for column, title in enumerate(_HEADINGS, 1):
        cell = _write(sheet, row, column, title.in_(language))
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFE7E9EC")
        cell.border = Border(bottom=Side("medium", color="FF555C64"))
    listed = (
        (cause, one)
        for cause in causes(reviewed.problems)
        for finding in cause.findings
        for one in finding.problems
    )
    styles = _Styles()
    asked = []
    for number, (cause, one) in enumerate(islice(listed, _LISTED)):
        row += 1
        place = one.place
        texts = (
            cause.title.in_(language),
            _KIND[one.severity].in_(language),
            " ".join(filter(None, (place.sheet, place.cell))) or "―",
            one.value or "",
            one.suggestion or "",
            one.message.in_(language),
            one.remedy.in_(language),
            "",
            "",
            one.subject or "",
        )
        if one.subject:
            asked.append(row)
        target = _target(opened, reviewed.workbook, place) if number < _LINKS else None
        for column, text in enumerate(texts, 1):
            cell = _write(sheet, row, column, text)
            if column == 3 and target is not None:
                _link(cell, *target)
            fill = _FILL.get(one.severity) if column == 2 else None
            if column in ANSWERED and one.subject:
                fill = _TO_FILL_IN
            styles.put(cell, fill, is_link=column == 3 and target is not None)
        sheet.row_dimensions[row].height = _height(texts)
    if row > heading:
        sheet.auto_filter.ref = f"A{heading}:I{row}"
    sheet.column_dimensions["J"].hidden = True
    _offer_answers(sheet, asked, language)
    sheet.print_title_rows = f"{heading}:{heading}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _offer_answers(sheet: Worksheet, rows: Iterable[int], language: Language) -> None:
    """A choice of answers beside every question."""
    offered = ",".join(word.in_(language) for word in (YES, NO))
    choice = DataValidation("list", formula1=f'"{offered}"', allow_blank=True)
    choice.showErrorMessage = True
    column = get_column_letter(ANSWERED[0])
    for first, last in _runs(rows):
        choice.add(f"{column}{first}:{column}{last}")
    if choice.sqref:
        sheet.add_data_validation(choice)


def _runs(rows: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Rows that follow one another, as first and last."""
    for _, run in groupby(enumerate(rows), key=lambda at: at[1] - at[0]):
        together = [row for _, row in run]
        yield together[0], together[-1]


def _height(texts: Iterable[str]) -> float:
    """The height of a row of wrapped texts, in points; not every program works it out itself."""
    lines = 1
    for text, width in zip(texts, _WIDTHS, strict=True):
        units = sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in text[:2_000])
        lines = max(lines, -(-units // (width - 2)) + text.count("\n"))
    return min(lines * 15 + 3, 400)


def _results_sheet(book: Book) -> Worksheet:
    """Add our sheet in front; one of an earlier check makes way, one of the steward's stays."""
    if RESULTS in book.sheetnames and book[RESULTS]["A1"].value == RESULTS:
        del book[RESULTS]
    sheet: Worksheet = book.create_sheet(_title(RESULTS, set(book.sheetnames)), 0)
    # Two selected sheets are one group: what is typed into one would go into the other, too.
    for one in book.worksheets:
        one.sheet_view.tabSelected = one is sheet
    book.active = 0
    for view in book.views:
        view.firstSheet = 0
    return sheet


def _preamble(sheet: Worksheet, opened: _Opened, reviewed: Reviewed, language: Language) -> int:
    """Write the verdict and what to do; returns the row of the list's headings."""
    _write(sheet, 1, 1, RESULTS).font = Font(bold=True, size=16)
    lines = [verdict(reviewed).in_(language)]
    lines += [
        f"{number}. {step.in_(language)}" for number, step in enumerate(next_steps(reviewed), 1)
    ]
    lines += [f"※ {remark.in_(language)}" for remark in opened.remarks]
    if any(one.subject for one in reviewed.problems):
        lines.append(f"※ {_ASKING.in_(language)}")
    listed = len(reviewed.problems)
    if listed > _LISTED:
        lines.append(
            Text(
                f"※ 全{listed:,}件のうち、はじめの{_LISTED:,}件を載せています。",
                f"* The first {_LISTED:,} of {plural(listed, 'problem')}.",
            ).in_(language)
        )
    for row, line in enumerate(lines, 2):
        _write(sheet, row, 1, line)
    sheet["A2"].font = Font(bold=True, size=12)
    return len(lines) + 3


def _link(cell: Cell, name: str, target: str) -> None:
    cell.hyperlink = Hyperlink(
        ref=cell.coordinate, location=f"{quote_sheetname(name)}!{target}", display=str(cell.value)
    )


def _write(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Put text into a cell as text, never as a formula, now or when it is edited."""
    cell: Cell = sheet.cell(row, column, _legal(text, _CELL))
    cell.data_type = "s"
    if text[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True
    return cell


def _legal(text: str, limit: int) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("\ufffd", text[:limit])


def _title(name: str, taken: set[str]) -> str:
    """A sheet name that Excel takes and that is still free."""
    base = re.sub(r"[\\*?:/\[\]]", "_", name).strip("'")[:31] or "データ"
    title, number = base, 1
    while title.casefold() in {one.casefold() for one in taken}:
        number += 1
        title = f"{base[:27]} ({number})"
    return title


def _same_every_time(book: Book, time: datetime) -> bytes:
    """Save without the hour of saving, which openpyxl writes into the properties and the zip."""
    saved, fixed = BytesIO(), BytesIO()
    book.save(saved)
    stamp = time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as out:
        for name in parts.namelist():
            part = parts.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
