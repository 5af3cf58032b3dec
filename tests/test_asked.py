"""What a rule asks is held until somebody answers: real workbooks, pass after pass."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from openpyxl.comments import Comment

from opendata.pipeline import Summary, answer, guard
from opendata.pipeline.guard import Worker
from opendata.review.answers import read_answers
from opendata.workbook import RESULTS_SHEET, read
from tests.builders import INBOX, NISHITOKYO, edited
from tests.test_pipeline import Desk, statuses

VISITS, SEATS, GOAL = "来館者数", "座席数", "その結果の成果は何か"
KEPT: Mapping[str, object] = {
    "E16": VISITS,
    "F16": "人",
    "H16": 41,
    "I16": 43,
    "J16": 44,
    "E17": SEATS,
    "F17": "席",
    "H17": 210,
    "I17": 205,
    "J17": 220,
}
"""What a city publishes first: two indicators, 2019 to 2021."""


def book(**cells: object) -> bytes:
    return edited((INBOX / NISHITOKYO).read_bytes(), **{**KEPT, **cells})


FIRST = book()
JUMPED = book(K16=438, K17=230, J17=221)
"""A year later: one value with a digit too many, one new, one corrected."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk on the day after the first file; look, do not touch."""
    root = tmp_path_factory.mktemp("first")
    dropped(Desk(root), FIRST)
    return root


@pytest.fixture(scope="module")
def asked(first: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after the second one; look, do not touch."""
    root = tmp_path_factory.mktemp("asked") / "desk"
    shutil.copytree(first, root)
    dropped(Desk(root, day=1), JUMPED)
    return root


@pytest.fixture
def empty(tmp_path: Path, lasting: Worker, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Nothing was submitted yet; the passes share a worker."""
    monkeypatch.setattr(guard, "Worker", lambda log: lasting)
    return Desk(tmp_path / "desk")


@pytest.fixture
def desk(first: Path, empty: Desk) -> Desk:
    """One file was published."""
    shutil.copytree(first, empty.root)
    return Desk(empty.root, day=1)


@pytest.fixture
def waiting(asked: Path, empty: Desk) -> Desk:
    """A second file has a value that is asked about."""
    shutil.copytree(asked, empty.root)
    return Desk(empty.root, day=2)


def dropped(desk: Desk, content: bytes, place: str = NISHITOKYO) -> Summary:
    desk.put(place, content)
    return desk.run()


def values(desk: Desk, name: str) -> dict[str, str]:
    """The published actual values of an indicator, by year."""
    (known,) = (
        one["indicator_id"] for one in desk.published("indicators.csv") if one["name"] == name
    )
    return {
        one["fiscal_year"]: one["value"]
        for one in desk.published("indicator_values.csv")
        if one["indicator_id"] == known and one["value_type"] == "actual"
    }


def notes(desk: Desk, **like: str) -> set[str]:
    rows = desk.published("indicator_values.csv")
    return {one["note"] for one in rows if like.items() <= one.items()}


def lines(desk: Desk, **like: str) -> list[tuple[str, str, str]]:
    """The lineage of what the latest version says: field, source and cell."""
    path = desk.root / "public/datasets/municipal-plans/latest/lineage.parquet"
    rows = pq.read_table(path).to_pylist()
    return [(r["field"], r["sha256"], r["cell"]) for r in rows if like.items() <= r.items()]


def checked(desk: Desk, place: str = NISHITOKYO) -> bytes:
    (path,) = (desk.root / "workspace/reviews" / place).glob("*.checked.xlsx")
    return path.read_bytes()


def questions(content: bytes) -> dict[str, int]:
    """The rows of the sheet of results that ask, by their cell."""
    page = openpyxl.load_workbook(BytesIO(content))[RESULTS_SHEET]
    rows = range(1, page.max_row + 1)
    return {
        str(page.cell(row, 3).value).rpartition(" ")[2]: row
        for row in rows
        if page.cell(row, 10).value and page.cell(row, 10).value != "番号"
    }


def answered(content: bytes, cell: str, said: str, why: str | None = None) -> bytes:
    row = questions(content)[cell]
    return edited(content, RESULTS_SHEET, **{f"H{row}": said, f"I{row}": why})


def problem(desk: Desk, code: str, place: str = NISHITOKYO) -> dict[str, Any]:
    (found,) = (one for one in desk.review(place)["problems"] if one["code"] == code)
    return dict(found)


def verdict(desk: Desk) -> str:
    page = (desk.root / "workspace/reviews" / NISHITOKYO / "report.html").read_text("utf-8")
    return page.partition('<h1 id="verdict">')[2].partition("</h1>")[0]


# --- a value that jumps ---------------------------------------------------------------------------


def test_a_value_that_jumps_waits_and_everything_else_is_published(desk: Desk) -> None:
    assert values(desk, VISITS) == {"2019": "41", "2020": "43", "2021": "44"}

    summary = dropped(desk, JUMPED)

    assert statuses(summary)[NISHITOKYO] == "accepted"
    assert values(desk, VISITS) == {"2019": "41", "2020": "43", "2021": "44"}
    assert values(desk, SEATS) == {"2019": "210", "2020": "205", "2021": "221", "2022": "230"}
    assert {(one["after"], one["change"]) for one in desk.published("changes.csv")} >= {
        ("221", "changed"), ("", "added")}  # fmt: skip
    assert "438" not in str(desk.published("indicator_progress.csv"))
    asked = problem(desk, "value-jump")
    assert asked["severity"] == "warning" and "公開しません" in asked["message"]
    assert "1件は未公開のまま" in verdict(desk)
    assert any("1 件は、確認の回答があるまで" in one for one in summary.sentences("ja"))
    assert any("until somebody answers" in one for one in summary.sentences("en"))

    before = desk.public()
    assert statuses(desk.run())[NISHITOKYO] == "unchanged"
    assert desk.public() == before


def test_a_published_value_stays_with_its_cell_until_the_new_one_is_confirmed(desk: Desk) -> None:
    (source,) = {sha for _, sha, _ in lines(desk, table="indicator_values")}

    dropped(desk, book(J16=438, I16=45, J17=222))

    assert values(desk, VISITS) == {"2019": "41", "2020": "45", "2021": "44"}
    (held,) = (one for one in lines(desk) if one[0] == "value" and one[2] == "J16")
    assert held[1] == source, "the cell of the file that said it"
    (new,) = (one for one in lines(desk) if one[0] == "value" and one[2] == "J17")
    assert new[1] != source
    assert "「44」のままです" in problem(desk, "value-jump")["message"]
    assert "1件は前回の値のまま" in verdict(desk)
    (progress,) = (
        one["actual"]
        for one in desk.published("indicator_progress.csv")
        if one["fiscal_year"] == "2021" and one["actual"] in ("44", "438")
    )
    assert progress == "44"

    before = desk.public()
    desk.put(NISHITOKYO, book(J16=438, I16=45, J17=222, A24="※追記"))
    assert not desk.run().releases, "the same question, the same release"
    assert values(desk, VISITS)["2021"] == "44" and desk.public().keys() == before.keys()


def test_a_yes_with_its_reason_publishes_the_value_and_its_note(waiting: Desk) -> None:
    (release,) = dropped(
        waiting, answered(checked(waiting), "K16", " はい ", "新館を開いた\nため")
    ).releases

    assert release.changed_rows == 2, "the value and what is computed from it"
    assert values(waiting, VISITS)["2022"] == "438"
    assert notes(waiting, value="438") == {"新館を開いた ため"} and notes(waiting, value="44") == {
        ""
    }
    (added,) = (
        one for one in waiting.published("changes.csv") if one["table"] == "indicator_values"
    )
    assert (added["change"], added["key"].rpartition("|")[2]) == ("added", "2022")
    assert lines(waiting, table="indicator_values", field="note", how="made")
    assert not lines(waiting, table="indicator_values", field="note", how="read")
    assert "value-jump" not in waiting.codes(NISHITOKYO)

    before = waiting.public()
    for content in (JUMPED, checked(waiting), JUMPED):
        assert not dropped(waiting, content).releases
    shutil.rmtree(waiting.root / "workspace/extracts")
    assert not waiting.run().releases
    assert waiting.public() == before


def test_another_value_is_another_question(waiting: Desk) -> None:
    dropped(waiting, answered(checked(waiting), "K16", "はい", "新館"))

    dropped(waiting, book(K16=4380, K17=230, J17=221))

    assert values(waiting, VISITS)["2022"] == "438", "the last good value"
    assert notes(waiting, value="438") == {"新館"}, "as it was published"
    assert "「438」のまま" in problem(waiting, "value-jump")["message"]


@pytest.mark.parametrize("said", ["いいえ", "×"])
def test_a_no_asks_for_another_value(waiting: Desk, said: str) -> None:
    assert not dropped(waiting, answered(checked(waiting), "K16", said)).releases
    asked = problem(waiting, "value-jump")
    assert "「いいえ」とご回答" in asked["message"] and "公開しません" in asked["message"]
    assert "2022" not in values(waiting, VISITS)

    dropped(waiting, book(K16=45, K17=230, J17=221))
    assert values(waiting, VISITS)["2022"] == "45"
    assert "value-jump" not in waiting.codes(NISHITOKYO)


def test_an_operator_answers_after_the_steward_has_said_no(waiting: Desk) -> None:
    dropped(waiting, answered(checked(waiting), "K16", "いいえ"))

    answer(waiting.settings(), NISHITOKYO, "担当課に確認した", cell="K16")
    waiting.run()

    assert values(waiting, VISITS)["2022"] == "438"
    assert notes(waiting, value="438") == {"担当課に確認した"}


def test_one_of_two_questions_answered(desk: Desk) -> None:
    dropped(desk, book(K16=438, K17=23))
    assert set(questions(checked(desk))) == {"K16", "K17"}
    assert "2件は未公開のまま" in verdict(desk)

    dropped(desk, answered(checked(desk), "K17", "ＯＫ", "改修中"))

    assert "2022" not in values(desk, VISITS) and values(desk, SEATS)["2022"] == "23"
    assert set(questions(checked(desk))) == {"K16"}


def test_a_yes_without_a_reason_publishes_nothing(waiting: Desk) -> None:
    assert not dropped(waiting, answered(checked(waiting), "K16", "はい")).releases
    assert {"value-jump", "answer-without-reason"} <= set(waiting.codes(NISHITOKYO))
    told = problem(waiting, "answer-without-reason")
    assert told["cell"] == "K16" and "これまでの値から大きく離れています" in told["message"]
    back = checked(waiting)
    page = openpyxl.load_workbook(BytesIO(back))[RESULTS_SHEET]
    assert page.cell(questions(back)["K16"], 8).value == "はい"
    edits = {f"I{questions(back)['K16']}": "再集計した"}
    assert dropped(waiting, edited(back, RESULTS_SHEET, **edits)).releases


@pytest.mark.parametrize(
    ("why", "note"),
    [
        ("=HYPERLINK(1)", "理由：=HYPERLINK(1)"),
        ("担当 佐藤 花子 090-0000-0000 に確認", ""),
    ],
)
def test_no_reason_is_published_that_should_not_be(waiting: Desk, why: str, note: str) -> None:
    answer(waiting.settings(), NISHITOKYO, why, code="value-jump")
    waiting.run()

    assert values(waiting, VISITS)["2022"] == "438"
    assert notes(waiting, value="438") == {note}


def test_a_first_file_with_a_jump_in_its_own_history(empty: Desk) -> None:
    desk = empty
    dropped(desk, JUMPED)

    assert values(desk, VISITS) == {"2019": "41", "2020": "43", "2021": "44"}
    assert not desk.run().releases
    dropped(desk, answered(checked(desk), "K16", "はい", "新館"))
    assert values(desk, VISITS)["2022"] == "438"


def test_a_withdrawn_file_keeps_what_it_held(desk: Desk) -> None:
    dropped(desk, book(J16=438))
    (desk.inbox / NISHITOKYO).unlink()

    assert not desk.run().releases
    assert values(desk, VISITS)["2021"] == "44"

    dropped(desk, book(J16=438), NISHITOKYO.replace(".xlsx", "_R5.xlsx"))
    assert values(desk, VISITS)["2021"] == "44", "under another name, too"


def test_a_sheet_of_results_with_its_rows_sorted_and_columns_added(desk: Desk) -> None:
    dropped(desk, book(K16=438, K17=23))
    told = openpyxl.load_workbook(
        BytesIO(answered(answered(checked(desk), "K16", "はい", "新館"), "K17", "はい", "改修"))
    )
    page = told[RESULTS_SHEET]
    last = page.max_row
    upper, lower = ([page.cell(row, n).value for n in range(1, 11)] for row in (last - 1, last))
    for row, texts in ((last, upper), (last - 1, lower)):
        for column, text in enumerate(texts, start=1):
            page.cell(row, column).value = text
    page.insert_cols(1, 2)
    out = BytesIO()
    told.save(out)

    answers, problems = read_answers(read("計画.xlsx", out.getvalue()))

    assert not problems and {one.reason for one in answers} == {"新館", "改修"}
    dropped(desk, out.getvalue())
    assert values(desk, VISITS)["2022"] == "438" and notes(desk, value="23") == {"改修"}


# --- an indicator that looks renamed --------------------------------------------------------------

RENAMED = book(E16="来館者数（延べ）", K16=46, K17=230)


def test_a_renamed_indicator_waits_with_all_its_values(desk: Desk) -> None:
    dropped(desk, RENAMED)

    assert values(desk, VISITS) == {"2019": "41", "2020": "43", "2021": "44"}
    assert values(desk, SEATS)["2022"] == "230"
    assert "来館者数（延べ）" not in {one["name"] for one in desk.published("indicators.csv")}
    assert "「来館者数」のままです" in problem(desk, "indicator-renamed")["message"]
    assert "46" not in {one["value"] for one in desk.published("indicator_values.csv")}
    assert not desk.run().releases


def test_every_question_says_what_a_yes_means(desk: Desk) -> None:
    """A yes to a renamed indicator is no "this is right"."""
    dropped(desk, book(E16="図書館の来館者数", K17=2300))
    back = checked(desk)
    page = openpyxl.load_workbook(BytesIO(back))[RESULTS_SHEET]
    rows = questions(back)
    last = {cell: str(page.cell(row, 7).value).rpartition("\n")[2] for cell, row in rows.items()}

    assert last["E16"] == "お尋ね：これまでとは別の指標ですか（名前だけ変えた場合は「いいえ」）"
    assert last["K17"] == "お尋ね：セルに書かれている値で正しいですか"
    (heading,) = (row for row in page.iter_rows(min_col=8, max_col=10) if row[2].value == "番号")
    assert [cell.value for cell in heading[:2]] == ["ご回答", "理由"]


def test_another_indicator_is_published_beside_what_it_looked_like(desk: Desk) -> None:
    dropped(desk, RENAMED)

    dropped(desk, answered(checked(desk), "E16", "はい", "数え方を改めた"))

    names = {one["name"]: one["indicator_id"] for one in desk.published("indicators.csv")}
    assert VISITS not in names
    new = names["来館者数（延べ）"]
    assert notes(desk, indicator_id=new) == {"数え方を改めた"}
    assert not dropped(desk, RENAMED).releases


def test_a_renamed_indicator_keeps_its_id(desk: Desk) -> None:
    ids = {one["name"]: one["indicator_id"] for one in desk.published("indicators.csv")}
    dropped(desk, RENAMED)

    dropped(desk, answered(checked(desk), "E16", "いいえ"))

    assert values(desk, "来館者数（延べ）") == {
        "2019": "41", "2020": "43", "2021": "44", "2022": "46"}  # fmt: skip
    now = {one["name"]: one["indicator_id"] for one in desk.published("indicators.csv")}
    assert now["来館者数（延べ）"] == ids[VISITS] and VISITS not in now
    assert {
        one["change"] for one in desk.published("changes.csv") if one["table"] == "indicators"
    } == {"changed"}
    assert "indicator-renamed" not in desk.codes(NISHITOKYO)
    before = desk.public()
    assert not dropped(desk, RENAMED).releases and not desk.run().releases
    assert desk.public().keys() == before.keys()

    (desk.inbox / NISHITOKYO).unlink()
    dropped(
        desk,
        book(E16="来館者数（延べ）", H16=51, I16=53, J16=54, K16=56, K17=230),
        NISHITOKYO.replace(".xlsx", "（令和6年度）.xlsx"),
    )
    later = {one["name"]: one["indicator_id"] for one in desk.published("indicators.csv")}
    assert later == now, "also when no value tells that it is the same, in a file of another name"


def test_a_rename_and_a_jump_of_its_value_are_answered_at_once(desk: Desk) -> None:
    dropped(desk, book(E16="来館者数（延べ）", K16=438))
    came_back = checked(desk)
    assert set(questions(came_back)) == {"E16", "K16"}

    dropped(desk, answered(answered(came_back, "E16", "いいえ"), "K16", "はい", "新館"))

    assert values(desk, "来館者数（延べ）")["2022"] == "438"
    assert notes(desk, value="438") == {"新館"}
    assert not desk.run().releases


# --- a comment ------------------------------------------------------------------------------------


def test_a_comment_with_personal_data_is_answered_once(desk: Desk) -> None:
    """The file that comes back has our own part beneath theirs, saved anew by another program."""
    said = {"K16": "電話 03-1234-5678", "K17": "担当：山田太郎\n連絡先 yamada@example.jp\n"}
    own = openpyxl.load_workbook(BytesIO(FIRST))
    for cell, text in said.items():
        own.worksheets[0][cell].comment = Comment(text, "担当")
    saved = BytesIO()
    own.save(saved)
    dropped(desk, saved.getvalue())
    back = checked(desk)
    assert set(said) <= set(questions(back))
    for cell in said:
        back = answered(back, cell, "はい", "公開している代表の連絡先")
    dropped(desk, back)

    codes = [one["code"] for one in desk.review(NISHITOKYO)["problems"]]
    assert "personal-data" not in codes and "answered-before" in codes
