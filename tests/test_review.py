"""What a steward gets back, made from real workbooks."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Literal

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from opendata.errors import Place, Problem, problem
from opendata.review import RESULTS, Reviewed, build
from opendata.review.answers import YES, Unclear, filled_in, read_answers, unclear
from opendata.validate import Answer
from opendata.validate.machine_readability import judge
from opendata.workbook import read
from opendata.workbook.types import Range, Sheet, Value, Workbook

FILE = "municipal-plans/132012/情報課/取組一覧.xlsx"
PHONE = "042-620-1234"
HOSTILE = """<img src=x onerror=alert(1)>"'`{{7*7}}</script>"""


def rows() -> list[list[Value]]:
    """A small sheet as a department keeps it.

    |   | A        | B                     | C     | D                |
    | 1 | 取組一覧 (merged A1:D1)                                 |
    | 2 | 取組     | 完了年度              | 目標  | 連絡先           |
    | 3 | 窓口改革 | 令和７年度（2026年度）| 約3割 | 山田 042-620-1234|
    | 4 | (A3:A4)  | 令和８年度            | 12.5  |                  |
    | 5 | 地図     | 令和８年度            | =C4*2 | 042-620-1234     |
    """
    return [
        ["取組一覧", None, None, None],
        ["取組", "完了年度", "目標", "連絡先"],
        ["窓口改革", "令和７年度（2026年度）", "約3割", f"山田 {PHONE}"],
        [None, "令和８年度", 12.5, None],
        ["地図", "令和８年度", 25.0, PHONE],
    ]


def book() -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.title = "取組 一覧"
    for row in rows():
        sheet.append(row)
    sheet["C5"] = "=C4*2"
    sheet["B3"].comment = Comment("課長の確認待ち", "鈴木")
    sheet["A2"].fill = PatternFill("solid", fgColor="FF00FF00")
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("A3:A4")
    sheet.column_dimensions["B"].width = 33
    return made


def saved(made: openpyxl.Workbook) -> bytes:
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def cells(name: str = FILE, **changes: Any) -> Workbook:
    sheet = Sheet("取組 一覧", rows(), merged=(Range(0, 0, 0, 3), Range(2, 0, 3, 0)))
    return Workbook(name, "xlsx", (replace(sheet, **changes),))


def at(cell: str | None) -> Place:
    return Place(file=FILE, sheet="取組 一覧", cell=cell, table="plans", field="end_fiscal_year")


def mismatch(cell: str = "B3") -> Problem:
    return problem(
        "era-year-mismatch",
        at(cell),
        value="令和７年度（2026年度）",
        suggestion="令和７年度（2025年度）",
        written="令和７年度（2026年度）",
        era_year=2025,
        western_year=2026,
    )


def reviewed(*problems: Problem, **changes: Any) -> Reviewed:
    return replace(
        Reviewed(
            file=FILE,
            status="rejected",
            problems=problems,
            content=saved(book()),
            received=datetime(2026, 11, 20, 13, 5, tzinfo=UTC),
            workbook=cells(),
            layout="action-list",
            package="municipal-plans",
            municipality_code="132012",
            records={"plans": 1, "policy_nodes": 41},
            titles={"plans": "計画"},
            last_good="1.2.0",
            workspace="workspace",
        ),
        **changes,
    )


def page(files: Mapping[str, bytes]) -> str:
    return files["report.html"].decode()


def words(html: str, language: str = "ja") -> str:
    """The text of a page in one language, without tags."""
    other = "en" if language == "ja" else "ja"
    body = re.sub(r"(?s)<(style|script).*?</\1>", "", html)
    body = re.sub(rf'(?s)<span lang="{other}">.*?</span>', "", body)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body))


def checked(files: Mapping[str, bytes], name: str = "取組一覧.checked.xlsx") -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(files[name]))


def test_a_refused_file_comes_back_as_page_record_and_workbook() -> None:
    files = build(reviewed(mismatch()))

    assert sorted(files) == [
        "report.html",
        "report.json",
        "取組一覧.checked.xlsx",
        "取組一覧.proposed.xlsx",
    ]
    told = words(page(files))
    assert "このままでは公開できません。1件の修正をお願いします。" in told
    assert "前回までに公開したデータ（1.2.0）は、そのまま公開されています" in told
    assert "municipal-plans/132012/情報課" in told
    assert "シート 取組 一覧 セル B3" in told
    assert "和暦では2025年度、西暦では2026年度と読め" in told
    assert "提案する値令和７年度（2025年度）" in told
    assert "読み取った件数計画 1、policy_nodes 41" in told
    assert "This cannot be published yet: 1 thing to correct." in words(page(files), "en")


def test_the_record_is_the_contract_of_the_command_line() -> None:
    review = reviewed(mismatch())
    document = json.loads(build(review)["report.json"])

    one = document.pop("problems")[0]
    steps = [one["ja"] for one in document.pop("next_steps")]
    assert steps[0].startswith("「取組一覧.checked.xlsx」を開くと")
    assert document.pop("verdict") == {
        "ja": "このままでは公開できません。1件の修正をお願いします。",
        "en": "This cannot be published yet: 1 thing to correct.",
    }
    assert "（1.2.0）は、そのまま公開されています。" in document.pop("reassurance")["ja"]
    assert document == {
        "file": FILE,
        "package": "municipal-plans",
        "municipality_code": "132012",
        "layout": "action-list",
        "status": "rejected",
        "sha256": review.sha256,
        "received": "2026-11-20T13:05:00+00:00",
        "published": "1.2.0",
        "records": {"plans": 1, "policy_nodes": 41},
    }
    english = one.pop("message_en")
    assert one.pop("is_question") is False
    assert one == mismatch().to_json("ja")
    assert english == mismatch().to_json("en")["message"]


def test_the_sheet_is_drawn_around_the_cell() -> None:
    html = page(build(reviewed(mismatch())))
    drawing = re.search(r"(?s)<figure.*?</figure>", html)

    assert drawing is not None
    heads = re.findall(r'<th scope="(\w+)"( class="here")?>(\w+)', drawing[0])
    assert [(label, bool(here)) for _, here, label in heads] == [
        ("A", False), ("B", True), ("C", False), ("D", False),
        ("1", False), ("2", False), ("3", True), ("4", False), ("5", False),
    ]  # fmt: skip
    assert 'colspan="4"' in drawing[0]  # A1:D1
    assert 'rowspan="2"' in drawing[0]  # A3:A4
    assert re.search(r'<td class="here error">.*▶.*令和７年度（2026年度）', drawing[0])
    assert re.search(r'<td class="figure ">\s*<bdi>12.5', drawing[0])


def labels(html: str) -> tuple[list[str], list[str]]:
    """The letters of the drawn columns, the numbers of the rows; `|` where some are left out."""
    drawing = html.split("<figure")[1].split("</figure")[0]
    head, body = drawing.split("<tbody>")
    columns = re.findall(r'<th scope="col"(?: class="(\w+)")?>(\w+)', head)
    numbers = re.findall(r'<tr( class="apart")?><th scope="row"[^>]*>(\w+)', body)
    return (
        ["|" * (how == "apart") + label for how, label in columns],
        ["|" * bool(how) + label for how, label in numbers],
    )


def test_far_from_the_headings_they_are_drawn_above_and_beside() -> None:
    """The head of the column down to its own cell, and the column that names the rows.

    | 1 | 計画の取組 |          |      |      |        |        |
    | 2 |            |          |      |      |        |        |
    | 3 | 番号       | 指標の名 | 単位 | 実績 | <      | <      |
    | 4 | ^          | ^        | ^    | R4   | R5     | R6     |
    | 5 | 1          | 指標5    | 件   | 5    | 5      | 5      |  …
    """
    heads = [["計画の取組"] + [None] * 6, [None] * 7]
    heads += [["番号", "指標の名", "単位", "実績", None, None, None],
              [None, None, None, "R4", "R5", "R6", "R7"]]  # fmt: skip
    body = [[row, f"指標{row}", "件", *[f"{row}件"] * 4] for row in range(5, 30)]
    merged = (Range(2, 0, 3, 0), Range(2, 1, 3, 1), Range(2, 2, 3, 2), Range(2, 3, 2, 6))
    sheet = cells(rows=[*heads, *body], merged=merged)

    def drawn(cell: str, **changes: Any) -> tuple[list[str], list[str]]:
        changed = replace(sheet, sheets=(replace(sheet.sheets[0], **changes),))
        return labels(page(build(reviewed(mismatch(cell), workbook=changed))))

    assert drawn("G20") == (["B", "|E", "F", "G"], ["3", "4", "|17", "18", "19", "20", "21", "22"])
    assert drawn("C20")[1] == ["3", "|17", "18", "19", "20", "21", "22"], "単位 is all in row 3"
    assert drawn("D6") == (["B", "C", "D", "E", "F"], ["3", "4", "5", "6", "7", "8"])
    assert drawn("G20", hidden_rows=frozenset({2}))[1][:2] == ["4", "|17"]
    assert drawn("G20", hidden_columns=frozenset({1}))[0][0] == "C"


def test_a_figure_looks_as_it_does_on_the_sheet() -> None:
    sheet = cells(looks={(3, 2): "5,000"})
    assert "<bdi>5,000</bdi>" in page(build(reviewed(mismatch("C3"), workbook=sheet)))


def test_every_one_of_400_cells_stands_in_the_list() -> None:
    """Each with a value of its own: some in full, some in a line, the rest by their cells."""
    wrong = [problem("not-a-number", at(f"D{row}"), value=f"約{row}") for row in range(2, 402)]
    html = page(build(reviewed(*wrong)))
    told = words(html)

    assert html.count("<figure") == 3
    assert "同じ理由のほかのセル（397件）" in told
    assert "このほかのセル（297件）取組 一覧： D105:D401" in told


def test_hidden_neighbours_are_passed_over_and_a_hidden_cell_says_so() -> None:
    hidden = cells(hidden_rows=frozenset({1, 2}), hidden_columns=frozenset({2}))
    html = page(build(reviewed(mismatch(), workbook=hidden)))

    labels = re.findall(r'<th scope="\w+"(?: class="here")?>(\w+)', html.split("<figure")[1])
    assert labels == ["A", "B", "D", "1", "3", "4", "5"]
    assert "3 （非表示）" in words(html)


def test_the_same_cause_in_many_cells_is_told_once() -> None:
    empty = [problem("missing-value", at(f"D{row}"), field="担当課") for row in range(2, 402)]
    files = build(reviewed(*empty, problem("missing-value", at("A9"), field="担当課")))
    told = words(page(files))

    assert told.count("「担当課」は必ず書いていただく欄ですが") == 1
    assert "取組 一覧： A9、D2:D401" in told
    assert "全部で401か所" in told


def test_ten_thousand_problems_make_a_small_page_and_a_full_record() -> None:
    many = [
        problem("not-a-number", at(f"C{row}"), value=f"約{row}割", suggestion=str(row))
        for row in range(3, 10_003)
    ]
    files = build(reviewed(*many))

    assert len(files["report.html"]) < 150_000
    told = words(page(files))
    assert "このほかのセル（9,897件）取組 一覧： C106:C10002" in told
    assert "値と提案は、report.jsonと、印を付けたファイルのシート「確認結果」にあります。" in told
    assert len(json.loads(files["report.json"])["problems"]) == 10_000
    with zipfile.ZipFile(BytesIO(files["取組一覧.checked.xlsx"])) as archive:
        (results,) = (
            part for one in archive.namelist() if b"C10002<" in (part := archive.read(one))
        )
    assert results.count(b"<row ") > 10_000, "read as text: openpyxl takes its time"


def test_hostile_text_stays_text() -> None:
    sheet = replace(cells().sheets[0], rows=[[HOSTILE, "\u202eabc\x00\ud800", "=1+1"]], merged=())
    workbook = Workbook(FILE, "xlsx", (sheet,))
    one = problem("not-a-number", at("A1"), value=HOSTILE, suggestion=HOSTILE)
    files = build(
        reviewed(one, workbook=workbook, file=f"municipal-plans/132012/{HOSTILE[:8]}.xlsx")
    )

    html = page(files)
    assert "<img" not in html
    assert html.count("<script>") == html.count("</script>") == 1
    assert "{{7*7}}" in html
    assert "\u202e" not in html and "\x00" not in html
    assert "onerror" not in page(build(reviewed(mismatch())))


def test_values_of_personal_data_stand_nowhere_but_in_the_steward_s_own_cells() -> None:
    person = problem("personal-data", at("D3"), value="山田 ***-***-1234", kind="電話番号")
    same_cell = problem("type-error", at("D3"), value=f"山田 {PHONE}", field="連絡先")
    a_part = problem("type-error", at("D3"), value=PHONE, suggestion=PHONE, field="連絡先")
    other_cell = problem(
        "conflicting-value",
        at("C3"),
        value="約3割",
        other_cell="D3",
        other_value=f"山田 {PHONE}",
    )
    number = problem("personal-data", at("D5"), value="***", kind="電話番号")
    files = build(reviewed(person, same_cell, a_part, other_cell, number))

    assert PHONE not in page(files)
    assert PHONE.encode() not in files["report.json"]
    assert "山田" not in page(files).replace("山田 ***-***-1234", "")
    assert "●●●" in page(files)
    assert "山田 ***-***-1234" in words(page(files))
    own = checked(files)
    assert own["取組 一覧"]["D3"].value == f"山田 {PHONE}"
    listed = [str(cell.value) for row in own[RESULTS].iter_rows() for cell in row]
    comments = [
        cell.comment.text for row in own["取組 一覧"].iter_rows() for cell in row if cell.comment
    ]
    assert not [text for text in listed + comments if PHONE in text]


def test_personal_data_somewhere_on_a_sheet_hides_the_whole_sheet() -> None:
    person = problem("personal-data", at(None), value="***", kind="氏名")
    html = page(build(reviewed(person, mismatch())))

    assert "窓口改革" not in html
    assert "令和８年度" not in html


def test_the_workbook_keeps_what_was_typed_and_gains_marks() -> None:
    warning = problem(
        "era-year-never-existed", at("A4"), value="平成34年度", year=2022, proper="令和4年度"
    )
    notice = problem("unmapped-text", at("D4"), value="※")
    files = build(reviewed(mismatch(), warning, notice))
    mine, theirs = checked(files), openpyxl.load_workbook(BytesIO(reviewed().content))

    assert mine.sheetnames == [RESULTS, "取組 一覧"]
    sheet = mine["取組 一覧"]
    before = [[cell.value for cell in row] for row in theirs["取組 一覧"].iter_rows()]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == before
    assert sheet["C5"].value == "=C4*2"
    assert sheet.column_dimensions["B"].width == 33
    assert {str(one) for one in sheet.merged_cells.ranges} == {"A1:D1", "A3:A4"}

    assert sheet["B3"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["A3"].fill.fgColor.rgb == "FFFFEB9C"  # A4 lies under the merged A3
    assert sheet["A2"].fill.fgColor.rgb == "FF00FF00"
    assert sheet["D4"].fill.fgColor.rgb == "00000000" and sheet["D4"].comment is None
    comment = sheet["B3"].comment
    assert comment is not None
    assert comment.text.startswith("課長の確認待ち\n")
    assert "提案する値：令和７年度（2025年度）" in comment.text


def test_the_sheet_of_results_lists_every_problem_with_a_link() -> None:
    files = build(reviewed(mismatch(), problem("unmapped-sheet", Place(file=FILE, sheet="作業用"))))
    sheet = checked(files)[RESULTS]

    assert sheet["A1"].value == RESULTS
    assert sheet["A2"].value == "このままでは公開できません。1件の修正をお願いします。"
    head = next(row[0].row for row in sheet.iter_rows() if row[0].value == "内容")
    listed = [[cell.value for cell in row[:5]] for row in sheet.iter_rows(min_row=head)]
    assert listed == [
        ["内容", "区分", "セル", "見つかった値", "提案する値"],
        [
            "和暦と西暦が食い違っています",
            "修正が必要",
            "取組 一覧 B3",
            "令和７年度（2026年度）",
            "令和７年度（2025年度）",
        ],
        ["読み取っていないシートがあります", "お知らせ", "作業用", None, None],
    ]
    link = sheet.cell(head + 1, 3).hyperlink
    assert link is not None and link.location == "'取組 一覧'!B3"
    shown = [bool(one.sheet_view.tabSelected) for one in checked(files).worksheets]
    assert shown == [True, False]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_found_values_are_never_formulas_of_ours(text: str) -> None:
    files = build(reviewed(problem("not-a-number", at("C3"), value=text, suggestion=text)))

    found = [
        cell for row in checked(files)[RESULTS].iter_rows() for cell in row if cell.value == text
    ]
    assert [cell.data_type for cell in found] == ["s", "s"]
    assert all(cell.quotePrefix for cell in found)


def test_the_marks_of_an_earlier_check_make_way() -> None:
    first = build(reviewed(mismatch()))["取組一覧.checked.xlsx"]
    again = checked(build(reviewed(mismatch(), content=first)))

    assert again.sheetnames == [RESULTS, "取組 一覧"]
    comment = again["取組 一覧"]["B3"].comment
    assert comment is not None
    assert comment.text.count("―― 確認結果 ――") == 1
    assert comment.text.startswith("課長の確認待ち")


def test_a_sheet_of_the_steward_s_with_our_name_stays() -> None:
    made = book()
    made.create_sheet(RESULTS)["A1"] = "課内の確認結果"
    sheets = checked(build(reviewed(mismatch(), content=saved(made))))

    assert sheets.sheetnames == [f"{RESULTS} (2)", "取組 一覧", RESULTS]
    assert sheets[RESULTS]["A1"].value == "課内の確認結果"


def test_a_csv_comes_back_as_a_rendering_that_says_so() -> None:
    plain = [["取組", "目標"], ["窓口改革", "=1+1"], ["地図\x01", "007"]]
    workbook = Workbook("取組.csv", "csv", (Sheet("", plain),))
    one = problem("not-a-number", Place(file="a/132012/取組.csv", cell="B2"), value="=1+1")
    files = build(
        reviewed(one, workbook=workbook, file="a/132012/取組.csv", content="取組".encode())
    )

    made = checked(files, "取組.checked.xlsx")
    assert made.sheetnames == [RESULTS, "データ"]
    assert made["データ"]["B2"].value == "=1+1"
    assert made["データ"]["B2"].data_type == "s"
    assert made["データ"]["B3"].value == "007"
    assert made["データ"]["B2"].fill.fgColor.rgb == "FFFFC7CE"
    told = [str(row[0].value) for row in made[RESULTS].iter_rows()]
    assert [text for text in told if "元のファイルの値を Excel の表に写したもの" in text]
    assert "窓口改革" in page(files).split("<figure")[1]


def test_a_workbook_that_cannot_be_changed_is_rendered() -> None:
    made = checked(build(reviewed(mismatch(), content=b"PK\x03\x04 not really")))

    assert made["取組 一覧"]["B4"].value == "令和８年度"
    assert made["取組 一覧"]["B3"].comment is not None


def test_a_file_too_large_to_copy_gets_the_list_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opendata.review.marked.returned.RENDERED_CELLS", 10)
    made = checked(build(reviewed(mismatch(), workbook=replace(cells(), format="xls"))))

    assert made.sheetnames == [RESULTS, "データ"]
    assert made["データ"].max_row == 1
    assert [row for row in made[RESULTS].iter_rows() if row[2].value == "取組 一覧 B3"]


def test_an_unreadable_file_gets_page_and_record() -> None:
    one = problem("unexpected-error", Place(file=FILE), reference="7f3a91c2")
    files = build(
        reviewed(one, status="unreadable", workbook=None, content=b"", records={}, last_good=None)
    )

    assert sorted(files) == ["report.html", "report.json"]
    told = words(page(files))
    assert "ファイルを読み取れませんでした。" in told
    assert "受付番号「7f3a91c2」" in told
    assert "ファイルを直す必要はありません。" in told
    assert "checked.xlsx" not in told


def test_an_accepted_file_is_told_so() -> None:
    assert "公開されました。直していただくところはありません。" in words(
        page(build(reviewed(status="accepted")))
    )
    warning = problem("stale-hidden-data", at("C3"), what="3行")
    told = words(page(build(reviewed(warning, status="accepted"))))
    assert "公開されました。1件、念のためご確認ください。" in told
    assert "次にしていただくこと" not in told


@pytest.mark.parametrize(
    ("problems", "status", "said", "step"),
    [
        ((), "accepted", "このまま公開できます。直していただくところは", "公開されます。"),
        (("hidden",), "accepted", "このまま公開できます。1件、念のため", "公開されます。"),
        (("question",), "accepted", "ご回答をいただくまで、1件は前回の値のまま", "黄色い欄"),
        (("mismatch",), "rejected", "このままでは公開できません。1件の修正を", "保存して"),
        (("not-a-plan",), "rejected", "計画や指標の表ではないようなので", "取り除いて"),
    ],
)  # fmt: skip
def test_a_check_says_what_a_run_would_do(
    problems: tuple[str, ...], status: str, said: str, step: str
) -> None:
    known = {
        "hidden": problem("stale-hidden-data", at("C3"), what="3行"),
        "question": replace(mismatch(), severity="warning", subject="of this", holds="nothing"),
        "mismatch": mismatch(),
        "not-a-plan": problem("not-a-plan", at(None)),
    }
    found = [known[one] for one in problems]
    files = build(reviewed(*found, status=status, workspace=None, last_good=None))

    document = json.loads(files["report.json"])
    assert said in document["verdict"]["ja"]
    assert any(step in one["ja"] for one in document["next_steps"])
    told = words(page(files))
    assert said in told
    assert step in told
    assert "事前の確認です。ファイルの受け付けも公開もしていません。" in told
    for untrue in ("公開されました", "公開済み", "お預かりした", "受け付けた日時", "入れ直して"):
        assert untrue not in told
    assert "published." not in document["verdict"]["en"].lower()
    if found:
        sheet = checked(files)[RESULTS]
        assert said in str(sheet["A2"].value)
        assert "事前の確認です" in str(sheet["A3"].value)


@pytest.mark.parametrize("holds", [None, "last"])
def test_a_file_with_a_question_says_so_and_what_to_do(holds: Literal["last"] | None) -> None:
    """What the overview calls it, also where nothing waits for the answer."""
    asked = replace(mismatch(), severity="warning", subject="of this", holds=holds)
    files = build(reviewed(asked, status="accepted"))

    told = words(page(files))
    assert "？ 確認のお願い" in told and "✓ 公開済み" not in told
    first, then = (one["ja"] for one in json.loads(files["report.json"])["next_steps"])
    assert "黄色い欄" in first and "入れ直してください" in then
    assert ("次の確認のときに公開します" in then) == (holds is not None)


def test_after_a_no_a_corrected_cell_is_awaited() -> None:
    asked = [
        replace(mismatch(cell), severity="warning", subject=subject, holds="last")
        for cell, subject in (("B3", "aa"), ("B4", "bb"))
    ]
    said = {one: Answer.given(one, "", "steward", is_right=False) for one in ("aa", "bb")}
    untold, some, every = (
        replace(reviewed(*asked, status="accepted"), filled_in=filled_in(given, ()))
        for given in ((), [said["aa"]], said.values())
    )
    told = [json.loads(build(one)["report.json"]) for one in (untold, some, every)]

    verdicts = [one["verdict"]["ja"] for one in told]
    assert "確認のご回答をいただくまで" in verdicts[0]
    assert "確認のご回答か、「いいえ」とご回答のセルの修正をいただくまで" in verdicts[1]
    assert "「いいえ」とご回答のセルを直していただくまで" in verdicts[2]
    assert ["黄色い欄" in one["next_steps"][0]["ja"] for one in told] == [True, True, False]


def test_a_place_that_is_not_in_the_workbook_is_told_without_a_drawing() -> None:
    elsewhere = problem("missing-value", Place(file=FILE, sheet="無い", cell="B2"), field="単位")
    far = problem("missing-value", at("XFD1048576"), field="方向")
    odd = problem("missing-value", at("B2:C9"), field="種別")
    files = build(reviewed(elsewhere, far, odd))

    assert "シート 無い セル B2" in words(page(files))
    assert "シート 取組 一覧 セル XFD1048576" in words(page(files))
    assert checked(files).sheetnames == [RESULTS, "取組 一覧"]


def test_the_same_review_twice_is_the_same_bytes() -> None:
    one = reviewed(mismatch(), problem("not-a-number", at("C3"), value="約3割"))
    assert build(one) == build(one)


def test_the_page_can_open_in_english() -> None:
    html = page(build(reviewed(mismatch()), language="en"))
    assert '<html lang="en"' in html
    assert re.search(r'id="to-en" checked', html)


def test_times_are_those_of_a_clock_in_japan_and_say_so() -> None:
    late = datetime(2026, 11, 20, 15, 5, tzinfo=UTC)
    files = build(reviewed(mismatch(), received=late))

    assert "2026-11-21 00:05（日本時間）" in words(page(files))
    assert "2026-11-21 00:05 (Japan time)" in words(page(files), "en")
    assert 'datetime="2026-11-21T00:05+09:00"' in page(files)
    assert json.loads(files["report.json"])["received"] == "2026-11-20T15:05:00+00:00"


def test_a_question_is_answered_on_the_sheet_of_results() -> None:
    """はい with a reason counts; without one, and any other word, the steward is told."""
    asked = [
        replace(mismatch(cell), severity="warning", subject=subject)
        for cell, subject in (("B3", "aa"), ("B4", "bb"), ("B5", "cc"), ("D3", "dd"))
    ]
    given = checked(build(reviewed(*asked, status="accepted")))
    sheet = given["確認結果"]
    rows = {sheet.cell(row, 10).value: row for row in range(1, sheet.max_row + 1)}
    assert sheet.column_dimensions["J"].hidden
    assert str(sheet.data_validations.dataValidation[0].sqref) == f"H{rows['aa']}:H{rows['dd']}"
    for subject, said, why in (("aa", "はい", "議会で修正した"), ("bb", "はい", None),
                               ("cc", "いいえ", None), ("dd", "？", "x")):  # fmt: skip
        sheet.cell(rows[subject], 8, said)
        sheet.cell(rows[subject], 9, why)

    answers, others = read_answers(read("取組一覧.xlsx", saved(given)))

    assert [(one.subject, one.is_right, one.reason) for one in answers] == [
        ("aa", True, "議会で修正した"),
        ("cc", False, ""),
    ]
    told = list(unclear(others, asked))
    assert [(one.code, one.place.cell) for one in told] == [
        ("answer-without-reason", "B4"),
        ("unknown-answer", "D3"),
    ]
    assert not list(unclear(others, [replace(asked[1], subject="other")])), "asked no longer"


def test_what_was_written_beside_a_question_stays_while_it_is_asked() -> None:
    """Wherever its row now is; a word that is none is to be chosen again."""
    subjects = {"B3": "aa", "B4": "bb", "B5": "cc", "D3": "dd"}
    asked = [
        replace(mismatch(cell), severity="warning", subject=subject)
        for cell, subject in subjects.items()
    ]
    given = (Answer.given("cc", "桁の誤り", "steward", is_right=False),)
    others = (Unclear("bb", "はい。", YES, ""), Unclear("dd", "？", None, "議会で修正した"))
    again = reviewed(mismatch("C9"), *reversed(asked), status="rejected")
    sheet = checked(build(replace(again, filled_in=filled_in(given, others))))["確認結果"]

    written = {
        str(sheet.cell(row, 10).value): (sheet.cell(row, 8).value, sheet.cell(row, 9).value)
        for row in range(1, sheet.max_row + 1)
    }
    assert {one: written[one] for one in subjects.values()} == {
        "aa": (None, None),
        "bb": ("はい", None),
        "cc": ("いいえ", "桁の誤り"),
        "dd": (None, "議会で修正した"),
    }


def test_what_is_not_asked_has_no_place_for_an_answer() -> None:
    given = checked(build(reviewed(mismatch())))

    assert not given["確認結果"].data_validations.dataValidation
    assert read_answers(read("取組一覧.xlsx", saved(given))) == ([], [])


def test_the_page_and_the_record_tell_how_machine_readable_the_file_is() -> None:
    found = judge(cells())
    assert found is not None
    files = build(reviewed(readability=found))
    said = words(page(files))
    assert "L1-12 セルの結合 2か所、10点減点" in said
    assert "A1:D1、A3:A4" in said
    assert "Merged cells" in words(page(files), "en")
    assert json.loads(files["report.json"])["machine_readability"] == found.to_json()
    assert found.to_json()["scores"]["1"] == found.score(1)
    assert "機械可読性" not in words(page(build(reviewed())))
