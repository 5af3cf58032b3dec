"""The steward's own workbook comes back with marks, and with nothing else changed."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as ET

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.cell import coordinate_to_tuple

from opendata.errors import Place, Problem, UnreadableWorkbook, problem
from opendata.review import RESULTS, Reviewed, build
from opendata.review.answers import read_answers
from opendata.workbook import Sheet, Workbook, address, read
from tests.builders import INBOX

FILE = "municipal-plans/132012/取組.xlsx"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET_ORDER = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection "
    "protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells "
    "phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins "
    "pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors "
    "smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls "
    "webPublishItems tableParts extLst"
)
BOOK_ORDER = (
    "fileVersion fileSharing workbookPr AlternateContent revisionPtr absPath workbookProtection "
    "bookViews sheets functionGroups externalReferences definedNames calcPr oleSize "
    "customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing fileRecoveryPr "
    "webPublishObjects extLst"
)
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def wrong(cell: str, value: str, suggestion: str | None = None, sheet: str = "表") -> Problem:
    place = Place(file=FILE, sheet=sheet, cell=cell, table="indicator_values", field="value")
    return problem("not-a-number", place, value=value, suggestion=suggestion)


def missing(cell: str, sheet: str = "表") -> Problem:
    return problem("missing-value", Place(file=FILE, sheet=sheet, cell=cell), field="単位")


def returned(
    content: bytes, problems: Iterable[Problem], name: str = FILE, workbook: Workbook | None = None
) -> Mapping[str, bytes]:
    """The files of a review, by what follows the stem of the submission's name."""
    files = build(
        Reviewed(
            file=name,
            status="rejected",
            problems=tuple(problems),
            content=content,
            received=datetime(2026, 11, 20, tzinfo=UTC),
            workbook=workbook or read(Path(name).name, content),
            numeric=frozenset({("indicator_values", "value")}),
        )
    )
    return {one.removeprefix(Path(name).stem): data for one, data in files.items()}


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {one: archive.read(one) for one in archive.namelist() if not one.endswith("/")}


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def told(content: bytes) -> str:
    sheet = opened(content)[RESULTS]
    return "\n".join(str(row[0].value) for row in sheet.iter_rows())


def rich(*, macros: bool = False) -> bytes:
    """A workbook with all that openpyxl loses or rewrites.

    | 表 | A      | B     | C      |      shape, picture, chart, choices, conditional colours
    | 1  | 取組   | 目標  | 計     |
    | 2  | 窓口   | 1OO   | =B2*2  |      B2 has a comment
    | 3  | (blue) | 約3割 |        |
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, other = book.add_worksheet("表"), book.add_worksheet("ほか")
    for at, row in enumerate([["取組", "目標", "計"], ["窓口", "1OO"], [None, "約3割"]]):
        sheet.write_row(at, 0, row, book.add_format({"bold": True}) if at == 0 else None)
    sheet.write_formula("C2", "=B2*2", None, 200)
    sheet.write_blank("A3", None, book.add_format({"bg_color": "#0000FF", "num_format": "0.0"}))
    sheet.write_comment("B2", "課長の確認待ち", {"author": "鈴木"})
    sheet.insert_textbox("E2", "注：速報値")
    sheet.insert_image("E9", "点.png", {"image_data": io.BytesIO(PIXEL)})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=表!$B$2:$B$3"})
    sheet.insert_chart("G2", chart)
    sheet.insert_button("J2", {"caption": "集計"})
    sheet.conditional_format("B2:B9", {"type": "data_bar"})
    sheet.data_validation("A2:A9", {"validate": "list", "source": ["窓口", "地図"]})
    sheet.repeat_rows(0)
    sheet.print_area("A1:C9")
    sheet.set_column("B:B", 33, book.add_format({"italic": True}))
    sheet.set_header("&L&G", {"image_left": "点.png", "image_data_left": io.BytesIO(PIXEL)})
    sheet.protect("x")
    other.write_row(0, 0, ["年度", "値"])
    other.write_row(1, 0, [2025, 3])
    other.add_table("A1:B2", {"columns": [{"header": "年度"}, {"header": "値"}]})
    book.define_name("ほか!範囲", "=ほか!$A$1")
    other.activate()
    book.close()
    return with_macros(out.getvalue()) if macros else out.getvalue()


BIN = b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'


def with_macros(content: bytes) -> bytes:
    """The same as a workbook with macros: another type and one part more."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts(content).items():
            if name == "[Content_Types].xml":
                data = data.replace(
                    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                    b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
                )
                data = data.replace(b"<Override", BIN + b"<Override", 1)
            archive.writestr(name, data)
        archive.writestr("xl/vbaProject.bin", bytes(range(256)))
    return out.getvalue()


def changed(before: bytes, after: bytes) -> set[str]:
    """The parts that differ. All there were stand in their order, added ones behind."""
    old, new = parts(before), parts(after)
    assert list(new)[: len(old)] == list(old)
    return {name for name in old if old[name] != new[name]}


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def sound(content: bytes) -> None:
    """Hold a package to what Excel holds it to before it offers to repair it."""
    files = parts(content)
    types = ET.fromstring(files["[Content_Types].xml"])
    named = [one.get("PartName", "").lstrip("/").lower() for one in types]
    extensions = {one.get("Extension", "").lower() for one in types}
    known = {name.lower() for name in files}
    assert len([name for name in named if name]) == len({name for name in named if name})
    for name in known - {"[content_types].xml"}:
        assert name in named or name.rpartition(".")[2] in extensions, name
    for name, data in files.items():
        if name.endswith((".xml", ".rels")):
            root = ET.fromstring(data)
            if name.endswith(".rels"):
                ids = [one.get("Id") for one in root]
                assert len(ids) == len(set(ids))
            if local(root) in ("worksheet", "workbook"):
                order = (SHEET_ORDER if local(root) == "worksheet" else BOOK_ORDER).split()
                found = [order.index(local(one)) for one in root if local(one) in order]
                found = [one for one in found if order[one] != "AlternateContent"]
                assert found == sorted(found), name
            if local(root) == "worksheet":
                well_ordered(root)
            if local(root) == "styleSheet":
                counted(root)
            if local(root) == "workbook":
                sheets = [one for one in root.iter() if local(one) == "sheet"]
                assert len({one.get("sheetId") for one in sheets}) == len(sheets)
                for one in root.iter():
                    if (number := one.get("localSheetId")) is not None:
                        assert int(number) < len(sheets)


def well_ordered(sheet: ET.Element) -> None:
    last = 0
    for row in (one for one in sheet.iter() if local(one) == "row"):
        number = int(row.get("r") or last + 1)
        assert number > last
        last = number
        columns = [coordinate_to_tuple(one.get("r") or "A1")[1] for one in row if one.get("r")]
        assert columns == sorted(set(columns))


def counted(styles: ET.Element) -> None:
    sizes = {local(one): len(one) for one in styles}
    for section in styles:
        if section.get("count") and local(section) in ("fonts", "fills", "borders", "cellXfs"):
            assert int(section.get("count", 0)) == len(section)
        for one in section if local(section) == "cellXfs" else ():
            assert int(one.get("fillId", 0)) < sizes["fills"]
            assert int(one.get("fontId", 0)) < sizes["fonts"]
            assert int(one.get("borderId", 0)) < sizes["borders"]


# --- nothing else changed -------------------------------------------------------------------------


def test_only_what_is_marked_differs() -> None:
    """Pictures, shapes, charts, tables and the other sheet are the same bytes."""
    before = rich()
    after = returned(before, [wrong("B2", "1OO", "100"), missing("A3")])[".checked.xlsx"]

    assert changed(before, after) == {
        "[Content_Types].xml",
        "docProps/app.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
    }
    assert set(parts(after)) - set(parts(before)) == {"xl/worksheets/sheet3.xml"}
    sound(after)


def test_a_marked_cell_gains_a_colour_and_keeps_the_rest_of_its_format() -> None:
    content = returned(rich(), [wrong("B3", "約3割"), missing("A3"), missing("B9")])
    sheet = opened(content[".checked.xlsx"])["表"]

    assert sheet["B3"].fill.fgColor.rgb == sheet["A3"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["A3"].number_format == "0.0"
    assert sheet["B9"].font.i and sheet["B9"].fill.fgColor.rgb == "FFFFC7CE", "as its column"
    assert sheet["A1"].font.b and sheet["A1"].fill.fill_type is None
    assert [[cell.value for cell in row] for row in sheet["A1:C3"]] == [
        ["取組", "目標", "計"],
        ["窓口", "1OO", "=B2*2"],
        [None, "約3割", None],
    ]
    assert sheet.protection.sheet and sheet.print_title_rows == "$1:$1"
    assert sheet.column_dimensions["B"].width == pytest.approx(33, abs=1)


def test_the_sheet_part_is_edited_and_not_written_anew() -> None:
    """Taking our edits out of the part again gives the part as it was."""
    before = rich()
    after = parts(returned(before, [wrong("B3", "約3割")])[".checked.xlsx"])
    mine, theirs = after["xl/worksheets/sheet1.xml"], parts(before)["xl/worksheets/sheet1.xml"]

    cell = re.search(rb'<c r="B3"( s="\d+")?', mine)
    was = re.search(rb'<c r="B3"( s="\d+")?', theirs)
    assert cell is not None and was is not None
    assert mine.replace(cell[0], was[0]) == theirs


def test_comments_are_kept_and_added_to() -> None:
    content = returned(rich(), [wrong("B2", "1OO", "100"), wrong("B3", "約3割")])
    sheet = opened(content[".checked.xlsx"])["表"]

    kept, new = sheet["B2"].comment, sheet["B3"].comment
    assert kept is not None and new is not None
    assert kept.author == "鈴木" and new.author == RESULTS
    assert kept.text.startswith("課長の確認待ち\n")
    assert "提案する値：100" in kept.text and "「約3割」" in new.text
    drawn = parts(content[".checked.xlsx"])["xl/drawings/vmlDrawing1.vml"]
    assert drawn.count(b'ObjectType="Note"') == 2 and drawn.count(b'ObjectType="Button"') == 1
    ids = re.findall(rb'<v:shape id="(\w+)"', drawn)
    assert len(ids) == len(set(ids)) == 3


def test_the_same_sheet_is_shown_and_names_stay_with_their_sheets() -> None:
    """The other sheet, which is shown when the file is opened, is not touched for it."""
    book = opened(returned(rich(), [wrong("B3", "約3割")])[".checked.xlsx"])

    assert book.sheetnames == [RESULTS, "表", "ほか"]
    assert book.active is not None and book.active.title == "ほか"
    assert [bool(one.sheet_view.tabSelected) for one in book.worksheets] == [False, False, True]
    assert book["ほか"].defined_names["範囲"].attr_text == "ほか!$A$1"
    assert book["表"].print_area == "'表'!$A$1:$C$9"
    assert book[RESULTS].print_title_rows is not None
    assert book[RESULTS].auto_filter.ref is not None


def test_macros_stay_and_the_name_says_so() -> None:
    """Excel opens a workbook with macros only under the name of one."""
    before = rich(macros=True)
    files = returned(before, [wrong("B3", "約3割")], name="municipal-plans/132012/取組.xlsm")

    after = files[".checked.xlsm"]
    assert parts(after)["xl/vbaProject.bin"] == bytes(range(256))
    assert b"macroEnabled.main+xml" in parts(after)["[Content_Types].xml"]
    assert ".checked.xlsx" not in files
    assert "取組.checked.xlsm" in files["report.html"].decode()
    assert opened(after).sheetnames == ["表", "ほか", RESULTS], "macros may count sheets"
    sound(after)


# --- proposals ------------------------------------------------------------------------------------


def test_certain_proposals_are_written_into_a_second_file() -> None:
    files = returned(rich(), [wrong("B2", "1OO", "100"), wrong("B3", "約3割", "3割")])
    checked, proposed = (opened(files[f".{one}.xlsx"])["表"] for one in ("checked", "proposed"))

    assert (checked["B2"].value, proposed["B2"].value) == ("1OO", 100)
    assert proposed["B3"].value == "3割"
    assert proposed["C2"].value == "=B2*2"
    assert proposed["B2"].fill.fgColor.rgb == "FFBDD7EE"
    comment = proposed["B2"].comment
    assert comment is not None and "（前の値：1OO）" in comment.text
    assert "2個のセル（青色）" in told(files[".proposed.xlsx"])
    assert 'fullCalcOnLoad="1"' in parts(files[".proposed.xlsx"])["xl/workbook.xml"].decode()
    sound(files[".proposed.xlsx"])
    html = files["report.html"].decode()
    assert "取組.proposed.xlsx" in html and "has the proposed values written in" in html
    assert "取組.proposed.xlsx" in told(files[".checked.xlsx"])


def test_proposals_that_are_not_all_are_offered_as_a_part() -> None:
    """Whoever put the file back as it is would only be refused again."""
    some = [wrong("B2", "1OO", "100"), wrong("B3", "約3割"), missing("A3")]
    files = returned(rich(), some)
    html = files["report.html"].decode()
    for words in (html, told(files[".checked.xlsx"]), told(files[".proposed.xlsx"])):
        assert "1件が直ります。残り2件" in words and "直す代わりに" not in words
    assert "残り2件はまだ直っていません" in told(files[".proposed.xlsx"])
    assert "1件が直ります。残り2件" in files["report.json"].decode()

    every = returned(rich(), some[:1])
    assert "直す代わりに" in every["report.html"].decode() and "残り" not in told(
        every[".proposed.xlsx"]
    )


@pytest.mark.parametrize(
    ("problems", "why"),
    [
        ([wrong("B3", "約3割")], "nothing is proposed"),
        ([replace(wrong("B3", "約3割", "3"), severity="warning")], "a question"),
        ([wrong("B3", "約3割", "3"), wrong("B3", "約3割", "30")], "two of one cell"),
        ([wrong("B3", "3割", "3")], "only a part of what stands there"),
        ([wrong("C2", "200", "100")], "a formula"),
        ([wrong("A1", "年度", "年", sheet="ほか")], "a table holds the same name"),
        ([replace(wrong("B3", "約3割", "3"), code="total-mismatch")], "other cells may be wrong"),
    ],
)
def test_what_is_not_certain_is_not_written(problems: list[Problem], why: str) -> None:
    assert ".proposed.xlsx" not in returned(rich(), problems), why


def test_a_number_is_written_only_where_a_number_is_meant() -> None:
    text = Place(file=FILE, sheet="表", cell="B3", table="plans", field="number")
    code = problem("not-a-number", text, value="約3割", suggestion="0123")
    name = problem("unknown-label", replace(text, cell="B2"), value="1OO", suggestion="7")
    sheet = opened(returned(rich(), [code, name])[".proposed.xlsx"])["表"]

    assert [sheet[cell].value for cell in ("B2", "B3")] == ["7", "0123"]


def test_line_breaks_stay_where_they_are() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "表"
    book["表"]["A1"] = "令和6年度\n(2025)"
    out = io.BytesIO()
    book.save(out)
    place = Place(file=FILE, sheet="表", cell="A1", table="plans", field="end_fiscal_year")
    found, proposed = "令和6年度 (2025)", "令和6年度 (2024)"
    one = replace(wrong("A1", found, proposed), place=place, code="era-year-mismatch")

    files = returned(out.getvalue(), [one])
    assert opened(files[".proposed.xlsx"])["表"]["A1"].value == "令和6年度\n(2024)"


def test_both_files_are_read_as_the_submission_they_came_from() -> None:
    before = read("取組.xlsx", rich())
    files = returned(rich(), [wrong("B2", "1OO", "100"), missing("A9")])
    for ending, value in ((".checked.xlsx", "1OO"), (".proposed.xlsx", 100)):
        again = read("取組.xlsx", files[ending])
        assert [one.name for one in again.sheets] == [RESULTS, *(s.name for s in before.sheets)]
        assert again.sheets[1].rows[1][:2] == ["窓口", value]
        assert again.sheets[2].rows == before.sheets[1].rows


# --- again and again ------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["\n", "&#10;", "\r\n", "_x000D_\n"])
def test_our_part_is_known_however_its_text_was_divided(ending: str) -> None:
    """Programs give every script its own font, and write the ends of lines in their own ways."""
    first = returned(rich(), [wrong("B2", "1OO"), wrong("B3", "約3割")])[".checked.xlsx"]
    rules = "<r><t>課長の確認待ち{0}{0}―</t></r><r><t>― 確認</t></r><r><t>結果  ――{0}1OO</t></r>"
    runs = rules.format(ending).encode()
    inside = dict(parts(first))
    name = "xl/comments1.xml"
    inside[name] = re.sub(
        rb'(<comment ref="B2".*?<text>).*?(</text>)',
        rb"\1" + runs + rb"\2",
        inside[name],
        flags=re.S,
    )
    assert runs in inside[name]
    second = returned(packed(inside), [wrong("B2", "1OO")])[".checked.xlsx"]

    kept = opened(second)["表"]["B2"].comment
    assert kept is not None and kept.text.count("確認結果 ――") == 1
    assert kept.text.partition("\n\n―― 確認結果 ――\n")[0] == "課長の確認待ち"
    sound(second)


def test_what_an_earlier_check_left_makes_way() -> None:
    first = returned(rich(), [wrong("B2", "1OO"), wrong("B3", "約3割")])[".checked.xlsx"]
    second = returned(first, [wrong("B2", "1OO")])[".checked.xlsx"]

    book = opened(second)
    assert book.sheetnames == [RESULTS, "表", "ほか"]
    kept = book["表"]["B2"].comment
    assert kept is not None and kept.text.count("―― 確認結果 ――") == 1
    assert kept.text.startswith("課長の確認待ち")
    assert book["表"]["B3"].comment is None
    assert book["表"]["B3"].fill.fill_type is None, "it is right by now"
    assert book["表"]["B2"].fill.fgColor.rgb == "FFFFC7CE"
    assert parts(second)["xl/drawings/vmlDrawing1.vml"].count(b'ObjectType="Note"') == 1
    listed = [row[2].value for row in book[RESULTS].iter_rows()]
    assert "表 B2" in listed and "表 B3" not in listed
    names = re.findall(rb'<definedName name="([^"]+)"', parts(second)["xl/workbook.xml"])
    assert names.count(b"_xlnm.Print_Titles") == 2
    sound(second)


def test_answers_survive_a_program_that_saves_anew() -> None:
    """As Excel does, openpyxl writes the sheet's texts elsewhere; the next check finds them."""
    asked = replace(wrong("B3", "約3割"), severity="warning", subject="aa")
    book = opened(returned(rich(), [asked])[".checked.xlsx"])
    sheet = book[RESULTS]
    row = next(
        cell.row for (cell,) in sheet.iter_rows(min_col=10, max_col=10) if cell.value == "aa"
    )
    sheet.cell(row, 8, "はい")
    sheet.cell(row, 9, "議会で修正した")
    out = io.BytesIO()
    book.save(out)

    answers, problems = read_answers(read("取組.xlsx", out.getvalue()))
    assert [(one.subject, one.is_right) for one in answers] == [("aa", True)] and not problems
    again = opened(returned(out.getvalue(), [asked])[".checked.xlsx"])
    assert again.sheetnames == [RESULTS, "表", "ほか"]


def test_the_same_review_gives_the_same_bytes() -> None:
    problems = [wrong("B2", "1OO", "100"), missing("A3"), missing("Z99")]
    content = rich()
    assert returned(content, problems) == returned(content, problems)


RICH = rich()


@settings(max_examples=25)
@given(
    st.sets(
        st.tuples(st.sampled_from(["表", "ほか"]), st.integers(0, 12), st.integers(0, 27)),
        min_size=1,
    )
)
def test_wherever_marks_fall_the_file_stays_sound(spots: set[tuple[str, int, int]]) -> None:
    """Every mark is there, every value is as it was, and the next check takes the marks off."""
    problems = [missing(address(row, column), sheet) for sheet, row, column in sorted(spots)]
    before, after = opened(RICH), returned(RICH, problems)[".checked.xlsx"]
    sound(after)
    marked = opened(after)
    for sheet in before.worksheets:
        for row in marked[sheet.title].iter_rows():
            assert [cell.value for cell in row] == [sheet[c.coordinate].value for c in row]
    assert marks_in(marked) == spots
    again = returned(after, problems[:1])[".checked.xlsx"]
    sound(again)
    assert marks_in(opened(again)) == {min(spots)}


def marks_in(book: openpyxl.Workbook) -> set[tuple[str, int, int]]:
    return {
        (name, at[0] - 1, at[1] - 1)
        for name in ("表", "ほか")
        for row in book[name].iter_rows()
        for cell in row
        for at in [coordinate_to_tuple(cell.coordinate)]
        if cell.comment and RESULTS in cell.comment.text and cell.fill.fgColor.rgb == "FFFFC7CE"
    }


# --- packages as others write them ----------------------------------------------------------------

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>{}</Types>'
)
OVERRIDE = (
    '<Override PartName="/{}" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{}+xml"/>'
)


def made(
    sheet: str, *, styles: str | None = None, book: str | None = None, main: str = MAIN
) -> bytes:
    """A package with one sheet 表, as spare as a package can be."""
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = (
        RELATIONS if main == MAIN else "http://purl.oclc.org/ooxml/officeDocument/relationships"
    )

    def relations(*targets: tuple[str, str]) -> str:
        listed = "".join(
            f'<Relationship Id="r{at}" Type="{office}/{kind}" Target="{target}"/>'
            for at, (kind, target) in enumerate(targets)
        )
        return f'<Relationships xmlns="{links}">{listed}</Relationships>'

    types = OVERRIDE.format("xl/workbook.xml", "sheet.main")
    types += OVERRIDE.format("xl/sheet.xml", "worksheet")
    targets = [("worksheet", "sheet.xml")]
    files = {
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": book
        or f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="表" sheetId="7" r:id="r0"/></sheets></workbook>',
        "xl/sheet.xml": sheet,
    }
    if styles is not None:
        types += OVERRIDE.format("xl/styles.xml", "styles")
        targets.append(("styles", "styles.xml"))
        files["xl/styles.xml"] = styles
    files["xl/_rels/workbook.xml.rels"] = relations(*targets)
    files = {"[Content_Types].xml": TYPES.format(types), **files}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return out.getvalue()


SPARE = (
    f'<worksheet xmlns="{MAIN}"><sheetData>'
    '<row><c t="inlineStr"><is><t>取組</t></is></c><c><v>3</v></c></row>'
    '<row r="4"><c r="B4" s=""><v>4</v></c></row><row r="6"/>'
    "</sheetData><legacyDrawingX/></worksheet>"
).replace("<legacyDrawingX/>", '<mergeCells count="1"><mergeCell ref="C8:D9"/></mergeCells>')


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(made(SPARE), id="no styles, no addresses"),
        pytest.param(made(SPARE, styles=f'<styleSheet xmlns="{MAIN}"/>'), id="empty styles"),
        pytest.param(
            made(
                SPARE.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x="),
                styles=f'<s:styleSheet xmlns:s="{MAIN}"><s:fills count="1"><s:fill/></s:fills>'
                "</s:styleSheet>",
            ),
            id="prefixes",
        ),
        pytest.param(
            made(
                SPARE.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"),
                main="http://purl.oclc.org/ooxml/spreadsheetml/main",
            ),
            id="strict",
        ),
    ],
)
def test_spare_and_unusual_packages(content: bytes) -> None:
    """Cells, rows and formats that are not there are put where they belong."""
    cells = ["A1", "B1", "C1", "B2", "A4", "C4", "B6", "D9", "E9"]
    after = returned(content, [missing(cell) for cell in cells])[".checked.xlsx"]

    assert "写したもの" not in told_texts(after), "it is the file itself"
    marked = {
        cell.get("r") or "?"
        for name, data in parts(after).items()
        if name == "xl/sheet.xml"
        for cell in ET.fromstring(data).iter()
        if local(cell) == "c" and int(cell.get("s") or 0) > 0
    }
    assert marked - {"?"} == {"C1", "B2", "A4", "C4", "B6", "C8", "E9"}, "D9 lies under C8"
    again = read("取組.xlsx", after)
    assert [row[:2] for row in again.sheets[1].rows if any(row)] == [["取組", 3.0], [None, 4.0]]
    sound(after)


def told_texts(content: bytes) -> str:
    return "\n".join(
        str(value) for row in read("a.xlsx", content).sheets[0].rows for value in row if value
    )


def test_a_sheet_without_cells_gets_them() -> None:
    two = f'<worksheet xmlns="{MAIN}"><sheetData/><pageMargins left="1" right="1"/></worksheet>'
    content = made(two)
    place = Place(file=FILE, sheet="表", cell="B2")
    workbook = read("取組.xlsx", made(SPARE))
    after = returned(content, [problem("missing-value", place, field="単位")], workbook=workbook)

    sheet = parts(after[".checked.xlsx"])["xl/sheet.xml"]
    assert re.search(rb'<sheetData><row r="2"><c r="B2" s="\d+"/></row></sheetData>', sheet)
    sound(after[".checked.xlsx"])


def test_a_sheet_of_the_steward_s_with_our_name_stays() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "表"
    book["表"].append(["取組", "1OO"])
    book.create_sheet(RESULTS)["A1"] = "課内の確認結果"
    out = io.BytesIO()
    book.save(out)
    after = opened(returned(out.getvalue(), [wrong("B1", "1OO")])[".checked.xlsx"])

    assert after.sheetnames == [f"{RESULTS} (2)", "表", RESULTS]
    assert after[RESULTS]["A1"].value == "課内の確認結果"


def test_what_cannot_be_changed_safely_is_rendered() -> None:
    """Here cells stand in comments, which no edit by offsets should have to tell apart."""
    hidden = SPARE.replace("<sheetData>", "<sheetData><!-- <row r='1'><c/></row> -->")
    after = returned(made(hidden), [missing("B4")])[".checked.xlsx"]

    assert "元のファイルの値を Excel の表に写したもの" in told(after)
    assert opened(after)["表"]["B4"].value == 4
    sound(after)


@pytest.mark.parametrize("kind", ["csv", "xls"])
def test_other_files_are_rendered_and_that_is_said(kind: Literal["csv", "xls"]) -> None:
    workbook = replace(read("取組.xlsx", rich()), format=kind)
    files = returned(b"", [wrong("B2", "1OO", "100")], f"p/132012/取組.{kind}", workbook)

    book = opened(files[".checked.xlsx"])
    assert "元のファイルの値を Excel の表に写したもの" in told(files[".checked.xlsx"])
    assert book["表"]["B2"].fill.fgColor.rgb == "FFFFC7CE"
    assert opened(files[".proposed.xlsx"])["表"]["B2"].value == 100
    sound(files[".checked.xlsx"])


def test_many_marks_in_a_large_sheet() -> None:
    """20,000 rows, a mark in every tenth: boxes have numbers of their own, all announced."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("表")
    for row in range(20_000):
        sheet.append([f"取組{row}", row, "1OO"])
    out = io.BytesIO()
    book.save(out)
    problems = [wrong(f"C{row}", "1OO", "100") for row in range(10, 20_001, 10)]
    after = parts(returned(out.getvalue(), problems)[".proposed.xlsx"])

    cells = after["xl/worksheets/sheet1.xml"]
    assert cells.count(b"<v>100</v>") == 2_000 + 1, "one of them was there"
    drawn = after["xl/drawings/vmlDrawing1.vml"]
    assert len(set(re.findall(rb'id="_x0000_s(\d+)"', drawn))) == 2_000
    assert b'data="1,2"' in drawn or b'data="1,2,3"' in drawn


# --- what is in use -------------------------------------------------------------------------------


def test_every_part_that_is_not_touched_is_byte_identical(shared: Path) -> None:
    books = [
        one for one in sorted(shared.glob("workbooks/*/*")) if one.suffix in (".xlsx", ".xlsm")
    ]
    held = [is_identical(path) for path in books]

    assert held.count("checked") + held.count("proposed") >= 55
    assert held.count("proposed") >= 40


def is_identical(path: Path) -> str:
    """Mark every other sheet of a workbook in use, propose a value, and hold what comes back to the
    original: which files did; empty where it cannot be read."""
    content = path.read_bytes()
    try:
        book = read(path.name, content)
    except UnreadableWorkbook:
        return ""
    marked = book.sheets[::2]
    problems = []
    for sheet in marked:
        filled = [
            (row, column)
            for row, values in enumerate(sheet.rows[:50])
            for column, value in enumerate(values)
            if value is not None
        ]
        cells = [*filled[:3], (len(sheet.rows) + 1, 1)]
        problems += [missing(address(*cell), sheet.name) for cell in cells]
    place = f"municipal-plans/132012/{path.name}"
    problems += proposable(marked[0])
    files = returned(content, problems, place, book)
    after = files[".checked.xlsx"]
    if ".proposed.xlsx" in files:
        touched = changed(content, after)
        assert changed(content, files[".proposed.xlsx"]) - touched <= {"xl/calcChain.xml"}

    touched = changed(content, after)
    sheets = {one for one in touched if "worksheets/sheet" in one and "_rels" not in one}
    assert len(sheets) == len(marked), "the marked sheets and no others"
    beside = ("comment", "vmlDrawing", "worksheets/_rels/", "[Content_Types].xml", "docProps/app")
    book_parts = ("xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels")
    others = {
        one for one in touched - sheets if not any(word in one for word in beside + book_parts)
    }
    assert not others, path.name
    again = read(path.name, after)
    assert again.sheets[0].name == RESULTS
    for old, new in zip(book.sheets, again.sheets[1:], strict=True):
        assert filled_cells(old.rows) == filled_cells(new.rows)
        assert (old.merged, old.visibility, old.texts) == (new.merged, new.visibility, new.texts)
    return "proposed" if ".proposed.xlsx" in files else "checked"


def proposable(sheet: Sheet) -> list[Problem]:
    """A slip in the first cell with a text that is short and its own."""
    for row, values in enumerate(sheet.rows[:50]):
        for column, value in enumerate(values):
            if isinstance(value, str) and len(value) < 20 and (row, column) not in sheet.texts:
                return [wrong(address(row, column), value, "100", sheet.name)]
    return []


def filled_cells(rows: Iterable[Iterable[object]]) -> dict[tuple[int, int], object]:
    return {
        (at, column): value
        for at, row in enumerate(rows)
        for column, value in enumerate(row)
        if value is not None
    }


# --- another program opens it --------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning:openpyxl")
def test_libreoffice_reads_what_comes_back(soffice: str, tmp_path: Path) -> None:
    """A program that is not ours opens it, saves it anew, and all that stood there still does:
    values, marks, comments, the added sheet and its links."""
    given = tmp_path / "given"
    given.mkdir()
    problems = [wrong("B2", "1OO", "100"), wrong("B3", "約3割", "3割"), missing("A9")]
    books = {"book": rich(), "macros": rich(macros=True)}
    for path in sorted(INBOX.rglob("*.xlsx"))[:3]:
        books[f"example{len(books)}"] = path.read_bytes()
    made: dict[str, bytes] = {}
    for stem, content in books.items():
        kind = "xlsm" if stem == "macros" else "xlsx"
        book = read(f"{stem}.{kind}", content)
        found = problems if "example" not in stem else [missing("B2", book.sheets[0].name)]
        files = returned(content, found, f"municipal-plans/132012/{stem}.{kind}", book)
        for ending in (f".checked.{kind}", f".proposed.{kind}"):
            if ending in files:
                made[stem + ending] = files[ending]
                (given / (stem + ending)).write_bytes(files[ending])
    subprocess.run(
        [soffice, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path / "saved",
         *sorted(given.iterdir())],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip

    assert len(made) == 7
    for name, content in made.items():
        before, saved = (
            opened(content),
            opened((tmp_path / "saved" / f"{Path(name).stem}.xlsx").read_bytes()),
        )
        assert saved.sheetnames == before.sheetnames
        for sheet in before.worksheets:
            again = saved[sheet.title]
            for row in sheet.iter_rows():
                for cell in row:
                    other = again[cell.coordinate]
                    assert spelled(other.value) == spelled(cell.value), (name, cell.coordinate)
                    assert bool(other.comment) == bool(cell.comment), (name, cell.coordinate)
                    if cell.comment:
                        assert other.fill.fgColor.rgb == cell.fill.fgColor.rgb
        links = [cell.hyperlink for row in saved[RESULTS].iter_rows() for cell in row]
        assert any(links)


def spelled(value: object) -> str:
    """A value as text: formulas and breaks as any program may write them."""
    return re.sub(r"\s+", "", str("" if value is None else value)).lstrip("=")
