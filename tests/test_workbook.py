"""Workbooks are read as they are: every cell at its place, and what the values do not say."""

from __future__ import annotations

import pickle
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font

from opendata.errors import UnreadableWorkbook
from opendata.workbook import Limits, Range, Sheet, address, read

NO_ZONE = datetime(2024, 4, 1, 9, 30)  # noqa: DTZ001 - spreadsheets know no zone


def xlsx(fill: Callable[[Any], object]) -> bytes:
    """The bytes of a workbook whose first sheet (openpyxl) was filled by a function."""
    book = openpyxl.Workbook()
    fill(book.active)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def written(fill: Callable[[Any, Any], object]) -> bytes:
    """The bytes of a workbook whose one sheet (XlsxWriter) was filled by a function."""
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        fill(book, book.add_worksheet("表"))
    return out.getvalue()


def rewritten(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one part changed."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == part else data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def only(content: bytes, name: str = "表.xlsx", limits: Limits | None = None) -> Sheet:
    """The one sheet of a workbook."""
    (sheet,) = read(name, content, limits).sheets
    return sheet


def grid(*rows: tuple[Any, ...]) -> bytes:
    def fill(sheet: Any) -> None:
        for row in rows:
            sheet.append(row)

    return xlsx(fill)


SHEET = "xl/worksheets/sheet1.xml"


# --- cells --------------------------------------------------------------------------------------


def test_cells_stand_at_their_own_addresses() -> None:
    def fill(sheet: Any) -> None:
        sheet["B3"] = "施策"
        sheet["C3"] = 12
        sheet["D4"] = 0.5
        sheet["C5"] = True
        sheet["D5"] = date(2024, 4, 1)
        sheet["B6"] = NO_ZONE

    sheet = only(xlsx(fill))
    assert [list(row) for row in sheet.rows] == [
        [None, None, None, None],
        [None, None, None, None],
        [None, "施策", 12.0, None],
        [None, None, None, 0.5],
        [None, None, True, date(2024, 4, 1)],
        [None, NO_ZONE, None, None],
    ]


def test_a_workbook_knows_its_name_format_and_sheets() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = 1
    book.create_sheet("旧計画値").sheet_state = "hidden"
    book.create_sheet("作業").sheet_state = "veryHidden"
    out = BytesIO()
    book.save(out)
    found = read("計画/表.XLSX", out.getvalue())
    assert (found.name, found.format) == ("計画/表.XLSX", "xlsx")
    assert [(sheet.name, sheet.visibility) for sheet in found.sheets] == [
        ("Sheet", "visible"),
        ("旧計画値", "hidden"),
        ("作業", "very_hidden"),
    ]


def test_a_macro_workbook_is_told_apart() -> None:
    content = rewritten(
        grid((1,)),
        "[Content_Types].xml",
        lambda data: data.replace(
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main",
            b"application/vnd.ms-excel.sheet.macroEnabled.main",
        ),
    )
    assert read("表.xlsm", content).format == "xlsm"


def test_merged_ranges() -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"] = "目標"
        sheet["D9"] = 1
        sheet.merge_cells("A1:B3")

    assert only(xlsx(fill)).merged == (Range(0, 0, 2, 1),)


def test_hidden_rows_and_columns_within_the_table() -> None:
    def fill(sheet: Any) -> None:
        for row in range(1, 6):
            sheet.append([row] * 4)
        sheet.row_dimensions[2].hidden = True
        sheet.row_dimensions[60].hidden = True
        sheet.column_dimensions["C"].hidden = True
        sheet.column_dimensions["H"].hidden = True

    sheet = only(xlsx(fill))
    assert sheet.hidden_rows == {1}
    assert sheet.hidden_columns == {2}


def test_an_error_keeps_its_name() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "率")
        sheet.write_formula(0, 1, "=1/0", None, "#DIV/0!")

    assert list(only(written(fill)).rows[0]) == ["率", "#DIV/0!"]


def test_formulas_without_a_stored_result_are_named() -> None:
    """openpyxl stores no results; a formula whose result is an empty text has one."""

    def fill(sheet: Any) -> None:
        sheet.append([1, 2, "=A1+B1"])
        sheet.append(["a", "=IF(1,,)", 3])

    sheet = only(xlsx(fill))
    assert sheet.uncalculated == {(0, 2), (1, 1)}
    assert sheet.rows[0][2] is None

    def calculated(_book: Any, sheet: Any) -> None:
        sheet.write(0, 0, 1)
        sheet.write_formula(0, 1, '=""&A2', None, "x")
        sheet.write_formula(0, 2, "=A1", None, 1)

    stored = rewritten(
        written(calculated), SHEET, lambda data: data.replace(b"<v>x</v>", b"<v></v>")
    )
    assert only(stored).uncalculated == frozenset()


def test_comments() -> None:
    def fill(sheet: Any) -> None:
        sheet["B2"] = 1
        sheet["B2"].comment = Comment("照会先：情報 太郎", "情報政策課")

    assert only(xlsx(fill)).comments == {(1, 1): "照会先：情報 太郎"}


def test_struck_out_texts_are_no_longer_shown() -> None:
    def fill(sheet: Any) -> None:
        old = TextBlock(InlineFont(strike=True), "2,800\n")
        sheet["A1"] = CellRichText(old, TextBlock(InlineFont(), "2,500"))
        sheet["A2"] = "（案）"
        sheet["A2"].font = Font(strike=True)
        sheet["A3"] = CellRichText(TextBlock(InlineFont(b=True), "太"), "字")

    sheet = only(xlsx(fill))
    assert [row[0] for row in sheet.rows] == ["2,800\n2,500", "（案）", "太字"]
    assert sheet.texts == {(0, 0): "2,500"}
    assert sheet.struck == {(1, 0)}


def test_texts_indented_by_their_alignment() -> None:
    def fill(sheet: Any) -> None:
        for row, (text, indent, side) in enumerate(
            [
                ("目標", 0, None),
                ("施策", 1, "left"),
                ("取組", 2, None),
                ("右", 1, "right"),
                (5, 1, "left"),
            ],
            start=1,
        ):
            sheet.cell(row, 1, text).alignment = Alignment(horizontal=side, indent=indent)

    assert only(xlsx(fill)).indents == {(1, 0): 1, (2, 0): 2}


def test_number_formats_that_change_what_a_figure_says() -> None:
    formats = {
        "A1": (0.125, "0.0%", "12.5%"),
        "B1": (23, "0000", "0023"),
        "C1": (12, '#,##0"人"', "12人"),
        "D1": (41730, '[$-411]ggge"年度"', "平成26年度"),
        "E1": (1234.5, "#,##0.0", None),
        "F1": (5, '"令和"0"年度"', "令和5年度"),
        "G1": (-3, '#,##0;"△ "#,##0', None),
    }

    def fill(sheet: Any) -> None:
        for place, (value, code, _) in formats.items():
            sheet[place] = value
            sheet[place].number_format = code

    sheet = only(xlsx(fill))
    assert {address(*place): text for place, text in sheet.texts.items()} == {
        place: text for place, (_, _, text) in formats.items() if text is not None
    }
    assert sheet.rows[0][3] == date(2014, 4, 1), "a day number shown as an era is a date"


def test_dates_counted_from_1904() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_datetime(0, 0, NO_ZONE, book.add_format({"num_format": '[$-411]ge"."m"."d'}))

    out = BytesIO()
    with xlsxwriter.Workbook(out, {"date_1904": True}) as book:
        fill(book, book.add_worksheet())
    sheet = only(out.getvalue())
    assert sheet.rows[0][0] == NO_ZONE
    assert sheet.texts == {(0, 0): "R6.4.1"}


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        pytest.param(b"", None, id="prefixed"),
        pytest.param(rb"<c r=", rb"<c\n  r=", id="line breaks"),
        pytest.param(rb'<c r="(\w+)"', rb"<c r='\1'", id="quotes"),
        pytest.param(rb'<c r="[AB]1"', rb"<c", id="no addresses"),
        pytest.param(rb'<row r="\d"', rb"<row", id="no row numbers"),
    ],
)
def test_sheets_that_other_programs_write(pattern: bytes, replacement: bytes | None) -> None:
    def change(data: bytes) -> bytes:
        if replacement is None:
            return re.sub(rb"<(/?)(?=\w)", rb"<\1x:", data).replace(b"xmlns=", b"xmlns:x=")
        return re.sub(pattern, replacement, data)

    def fill(book: Any, sheet: Any) -> None:
        percent = book.add_format({"num_format": "0%"})
        sheet.write(0, 0, 0.5, percent)
        sheet.write(0, 1, "x", percent)
        sheet.write(1, 1, 0.25, percent)
        sheet.write_formula(2, 1, "=1/0", percent, "#DIV/0!")
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column(0, 0, None, None, {"hidden": True})

    usual = written(fill)
    expected = only(usual)
    assert expected.texts == {(0, 0): "50%", (1, 1): "25%"}
    assert expected.hidden_rows == {1}
    assert expected.hidden_columns == {0}
    assert only(rewritten(usual, SHEET, change)) == expected


def test_formats_far_beyond_the_table_cost_nothing() -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"] = 1
        for row in (500_000, 1_048_576):
            sheet.cell(row, 16_384).font = Font(bold=True)

    assert [list(row) for row in only(xlsx(fill)).rows] == [[1.0]]


def test_attributes_in_the_order_of_other_programs_and_cells_without_a_row_number() -> None:
    def fill(book: Any, sheet: Any) -> None:
        percent = book.add_format({"num_format": "0%"})
        sheet.write(4, 2, "率", percent)
        sheet.write(4, 3, 0.5, percent)
        sheet.set_row(4, None, None, {"hidden": True})

    usual = written(fill)
    swapped = rewritten(usual, SHEET, lambda data: re.sub(rb' (s="\d+") (t="s")', rb" \2 \1", data))
    assert only(swapped) == only(usual)
    assert only(usual).texts == {(4, 3): "50%"}
    assert only(usual).formats == {(4, 2): "0%", (4, 3): "0%"}
    assert only(usual).hidden_rows == {4}


def test_rows_hidden_by_default_are_those_that_are_not_listed() -> None:
    content = rewritten(
        grid((1,), (2,)),
        SHEET,
        lambda data: (
            data.replace(b"<sheetFormatPr ", b'<sheetFormatPr zeroHeight="1" ')
            .replace(b'<row r="2"', b'<row r="4"')
            .replace(b'r="A2"', b'r="A4"')
        ),
    )
    assert only(content).hidden_rows == {1, 2}


def test_a_number_that_is_no_date_does_not_refuse_its_book() -> None:
    def fill(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "yyyy/m/d"})
        for row, value in enumerate((45383, 1e9, -1, 0.5)):
            sheet.write_number(row, 0, value, day)

    assert [row[0] for row in only(written(fill)).rows] == [
        date(2024, 4, 1),
        1e9,
        -1.0,
        time(12),
    ]


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(-1e12, 1e12).map(lambda number: float(format(number, ".15g"))),
    st.text(alphabet="計画１２％ abc\n&<>\"'", min_size=1, max_size=8).filter(
        lambda text: not text.startswith("=") and text == text.strip()
    ),
    st.dates(date(1950, 1, 1), date(2090, 1, 1)),
)


@settings(max_examples=40)
@given(st.lists(st.lists(scalars, min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_is_written_is_read(rows: list[list[Any]]) -> None:
    content = grid(*map(tuple, rows))
    expected = {
        (r, c): value
        for r, row in enumerate(rows)
        for c, value in enumerate(row)
        if value is not None
    }
    if not expected:
        return
    sheet = only(content)
    found = {
        (r, c): value
        for r, row in enumerate(sheet.rows)
        for c, value in enumerate(row)
        if value is not None
    }
    assert found == expected
    assert len({len(row) for row in sheet.rows}) == 1


# --- older and other formats --------------------------------------------------------------------


def test_xls() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("進捗")
    percent = xlwt.easyxf(num_format_str="0.0%")
    era = xlwt.easyxf(num_format_str='[$-411]ggge"年度"')
    sheet.write_merge(1, 2, 0, 1, "目標")
    sheet.write(1, 2, 0.125, percent)
    sheet.write(1, 3, 41730, era)
    sheet.write(3, 2, "削除", xlwt.easyxf("font: struck_out on"))
    sheet.write(3, 0, "施策", xlwt.easyxf("align: indent 2"))
    sheet.row(3).set_cell_error(3, 0x07)
    sheet.row(2).hidden = True
    sheet.col(3).hidden = True
    out = BytesIO()
    book.save(out)
    found = only(out.getvalue(), "進捗.xls")
    assert read("進捗.xls", out.getvalue()).format == "xls"
    assert [list(row) for row in found.rows] == [
        [None, None, None, None],
        ["目標", None, 0.125, date(2014, 4, 1)],
        [None, None, None, None],
        ["施策", None, "削除", "#DIV/0!"],
    ]
    assert found.merged == (Range(1, 0, 2, 1),)
    assert found.texts == {(1, 2): "12.5%", (1, 3): "平成26年度"}
    assert found.hidden_rows == {2}
    assert found.hidden_columns == {3}
    assert found.struck == {(3, 2)}
    assert found.indents == {(3, 0): 2}


def test_a_very_hidden_sheet_of_an_xls() -> None:
    book = xlwt.Workbook()
    for name, visibility in (("表", 0), ("旧", 1), ("作業", 2)):
        sheet = book.add_sheet(name)
        sheet.write(0, 0, 1)
        sheet.visibility = visibility
    out = BytesIO()
    book.save(out)
    assert [one.visibility for one in read("表.xls", out.getvalue()).sheets] == [
        "visible",
        "hidden",
        "very_hidden",
    ]


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
  xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"""


def ods(tables: str) -> bytes:
    """A minimal ods document."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(re.sub(r">\s+<", "><", tables)))
        archive.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return out.getvalue()


def test_ods() -> None:
    content = ods(
        """<table:table table:name="表">
        <table:table-column/><table:table-column table:visibility="collapse"/>
        <table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
        <table:table-row table:visibility="collapse"><table:table-cell/>
          <table:table-cell table:number-columns-spanned="2" office:value-type="string">
            <office:annotation><text:p>メモ</text:p></office:annotation><text:p>目標</text:p>
          </table:table-cell><table:covered-table-cell/></table:table-row>
        <table:table-row>
          <table:table-cell office:value-type="percentage" office:value="0.125">
            <text:p>12.5%</text:p></table:table-cell>
          <table:table-cell office:value-type="float" office:value="12"><text:p>12</text:p>
          </table:table-cell>
          <table:table-cell office:value-type="date" office:date-value="2014-04-01">
            <text:p>平成26年度</text:p></table:table-cell></table:table-row>
        <table:table-row table:number-rows-repeated="1048570"><table:table-cell
          table:number-columns-repeated="16384"/></table:table-row></table:table>"""
    )
    sheet = only(content, "表.ods")
    assert sheet.rows[2][1] == "目標"
    assert sheet.rows[3][0] == 0.125
    assert sheet.rows[3][1] == 12.0
    assert sheet.texts == {(3, 0): "12.5%", (3, 2): "平成26年度"}
    assert sheet.comments == {(2, 1): "メモ"}
    assert sheet.merged == (Range(2, 1, 2, 2),)
    assert sheet.hidden_rows == {2}
    assert sheet.hidden_columns == {1}


def test_ods_tells_truths_and_scaled_figures_as_excel_does() -> None:
    content = ods(
        """<table:table table:name="表"><table:table-row>
        <table:table-cell office:value-type="boolean" office:boolean-value="true">
          <text:p>TRUE</text:p></table:table-cell>
        <table:table-cell office:value-type="float" office:value="0"><text:p>FALSE</text:p>
          </table:table-cell>
        <table:table-cell office:value-type="float" office:value="1234567"><text:p>1,235</text:p>
          </table:table-cell>
        <table:table-cell office:value-type="float" office:value="1234.5"><text:p>1,235</text:p>
          </table:table-cell></table:table-row></table:table>"""
    )
    sheet = only(content, "表.ods")
    assert sheet.rows == [[True, False, 1234567.0, 1234.5]]
    assert [type(one) for one in sheet.rows[0][:2]] == [bool, bool]
    assert sheet.texts == {(0, 2): "1,235"}
    assert sheet.looks == {(0, 3): "1,235"}


# --- delimited text -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        pytest.param("指標,値\r\nあ,12\r\n".encode(), [["指標", "値"], ["あ", "12"]], id="utf-8"),
        pytest.param(
            "指標,値\r\nあ,12\r\n".encode("utf-8-sig"), [["指標", "値"], ["あ", "12"]], id="mark"
        ),
        pytest.param(
            "指標,値\r\n①～,▲5\r\n".encode("cp932"), [["指標", "値"], ["①～", "▲5"]], id="cp932"
        ),
        pytest.param(
            "指標\t値\r\nあ\t12\r\n".encode("utf-16"), [["指標", "値"], ["あ", "12"]], id="utf-16"
        ),
        pytest.param(
            "指標,値\r\nあ,12\r\n".encode("utf-16-le"),
            [["指標", "値"], ["あ", "12"]],
            id="utf-16 without its mark",
        ),
        pytest.param(
            "指標,値\nあ,12\n".encode("utf-16-be"),
            [["指標", "値"], ["あ", "12"]],
            id="utf-16, the other order",
        ),
        pytest.param(
            "指標,目標値\r\nあ,12\r\n".encode("euc_jp"),
            [["指標", "目標値"], ["あ", "12"]],
            id="euc",
        ),
        pytest.param(
            "指標,値\r\nあ,12\r\n".encode("iso2022_jp"),
            [["指標", "値"], ["あ", "12"]],
            id="iso-2022",
        ),
        pytest.param(
            "ｼｾﾂ,ﾒｲ\r\nｱ,ｲ\r\n".encode("cp932"), [["ｼｾﾂ", "ﾒｲ"], ["ｱ", "ｲ"]], id="half-width cp932"
        ),
        pytest.param(b"a,b\n1,2", [["a", "b"], ["1", "2"]], id="lf, no end"),
        pytest.param(b"a,b\r1,2\r", [["a", "b"], ["1", "2"]], id="cr"),
        pytest.param(b"a;b\n1,5;2,5\n", [["a", "b"], ["1,5", "2,5"]], id="semicolon"),
        pytest.param(b"a\tb\n1,5\t2\n", [["a", "b"], ["1,5", "2"]], id="tab"),
        pytest.param(
            b'a,b\n"1,234","x\r\ny"\n3,4\n',
            [["a", "b"], ["1,234", "x\r\ny"], ["3", "4"]],
            id="quotes",
        ),
        pytest.param(
            "題名\n\na,b,c\n1,2\n".encode(),
            [["題名", None, None], [None] * 3, ["a", "b", "c"], ["1", "2", None]],
            id="ragged",
        ),
        pytest.param(b'a,b\n5" pipe,2\n', [["a", "b"], ['5" pipe', "2"]], id="inch mark"),
        pytest.param(b"a,b\n1,2\n,\n,,,\n\n", [["a", "b"], ["1", "2"]], id="empty records behind"),
        pytest.param(b"a\nb\n", [["a"], ["b"]], id="one column"),
    ],
)
def test_delimited_text(content: bytes, rows: list[list[str | None]]) -> None:
    book = read("表.csv", content)
    (sheet,) = book.sheets
    assert (book.format, sheet.name) == ("csv", "")
    assert [list(row) for row in sheet.rows] == rows


@settings(max_examples=60)
@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(
                st.text(alphabet='計画a1,;\t"\n ', max_size=6), min_size=width, max_size=width
            ).map(lambda row: ["x" + row[0], *row[1:]]),
            min_size=2,
            max_size=5,
        )
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "cp932", "utf-16"]),
)
def test_quoted_text_round_trips(rows: list[list[str]], encoding: str) -> None:
    text = "".join(
        ",".join('"' + field.replace('"', '""') + '"' for field in row) + "\r\n" for row in rows
    )
    (sheet,) = read("表.csv", text.encode(encoding)).sheets
    assert [[value or "" for value in row] for row in sheet.rows] == rows


# --- what a file is -----------------------------------------------------------------------------


def test_the_content_decides_before_the_name_does() -> None:
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, 1)
    out = BytesIO()
    book.save(out)
    assert read("表.xlsx", out.getvalue()).format == "xls"
    assert read("表.csv", grid((1,))).format == "xlsx"
    assert read("表.xls", grid((1,))).format == "xlsx"
    assert read("表.xlsx", "指標,値\nあ,12\n".encode()).format == "csv"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("表.xlsx", b"", "empty-file"),
        ("表.csv", b"\xef\xbb\xbf\r\n  \r\n", "empty-file"),
        ("表.xlsx", b"\0" * 4096, "empty-file"),
        ("表.xlsx", b"%PDF-1.7\n", "not-a-spreadsheet"),
        ("表.xlsx", b"\x89PNG\r\n\x1a\n\0\0", "not-a-spreadsheet"),
        ("表.xls", b"<html><table><tr><td>1</td></tr></table></html>", "not-a-spreadsheet"),
        ("表.csv", b"<!DOCTYPE html><html></html>", "not-a-spreadsheet"),
        (
            "表.xls",
            b"<?xml version='1.0'?><?mso-application progid=\"Excel.Sheet\"?>",
            "unsupported-format",
        ),
        ("表.xlsx", "これは表ではありません。".encode(), "not-a-spreadsheet"),
        ("表.docx", b"a,b\n1,2\n", "not-a-spreadsheet"),
        ("表.csv", b"a,b\n\0\1,2\n", "not-a-spreadsheet"),
        ("表.xlsx", grid((1,))[:900], "damaged-file"),
        ("表.xlsx", grid((1,))[:-30], "damaged-file"),
        ("表.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged-file"),
        ("表.xlsx", grid(), "no-cells"),
        ("表.xlsx", grid((" ", "　")), "no-cells"),
        ("表.csv", b",,\n,,\n", "no-cells"),
        ("表.csv", "指標,値\n".encode() + b"\xff\xfe\xfd\n", "undecodable-text"),
        ("表.csv", "指標,目標値\n".encode("iso2022_jp") + b"\xff\n", "undecodable-text"),
        ("表.csv", b'a,b\n1,"2\n3,4\n', "unclosed-quote"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, content: bytes, code: str) -> None:
    with pytest.raises(UnreadableWorkbook) as caught:
        read(name, content)
    assert caught.value.code == code
    sentence = caught.value.sentence()
    assert sentence.ja.endswith("。")
    assert "{" not in sentence.ja + sentence.en


def test_the_line_of_an_unclosed_quote_and_of_a_strange_byte_is_told() -> None:
    with pytest.raises(UnreadableWorkbook) as caught:
        read("表.csv", b'a,b\n1,2\n3,"4\n5,6\n')
    assert caught.value.details["line"] == 3
    with pytest.raises(UnreadableWorkbook) as caught:
        read("表.csv", "指標\nあ\n".encode() + b"\xff\n")
    assert caught.value.details["line"] == 3


def test_an_error_crosses_process_borders() -> None:
    with pytest.raises(UnreadableWorkbook) as caught:
        read("表.csv", b'a,"b')
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.code, again.details) == (caught.value.code, caught.value.details)


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [(0, 0, "A1"), (8, 25, "Z9"), (0, 26, "AA1"), (1048575, 16383, "XFD1048576")],
)
def test_addresses(row: int, column: int, expected: str) -> None:
    assert address(row, column) == expected
