"""Personal data is seen wherever it stands, and what is seen is never repeated."""

from __future__ import annotations

import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.errors import Text
from opendata.errors.problem import subject
from opendata.validate import Answer
from opendata.validate.personal_data import (
    ACCOUNT,
    INSURED,
    MAIL,
    NAME,
    NUMBER,
    PHONE,
    is_individual_number,
    personal_data,
    screen,
)
from opendata.workbook import Sheet, read
from tests.builders import found, sheet, validated, workbook


def check_digit(first: str) -> str:
    """The last digit of a 個人番号, as the ordinance says: from the right, n = 1 to 11."""
    weights = [n + 1 if n <= 6 else n - 5 for n in range(1, 12)]
    rest = sum(int(p) * q for p, q in zip(reversed(first), weights, strict=True)) % 11
    return "0" if rest <= 1 else str(11 - rest)


@given(st.from_regex(r"[0-9]{11}", fullmatch=True))
def test_of_ten_last_digits_one_makes_an_individual_number(first: str) -> None:
    right = [last for last in "0123456789" if is_individual_number(first + last)]
    assert right == [check_digit(first)]


@pytest.mark.parametrize(
    "text", ["", "12345678901", "1234567890123", "１２３４５６７８９０１８", "a" * 12]
)
def test_no_individual_number(text: str) -> None:
    assert not is_individual_number(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("joho@city.example.jp", MAIL),
        ("連絡先：ｊｏｈｏ＠ｃｉｔｙ．ｅｘａｍｐｌｅ．ｊｐ まで", MAIL),
        ("042-620-7444", PHONE),
        ("電話０４２－６２０－７４４４（内線12）", PHONE),
        ("TEL 042(620)7444", PHONE),
        ("090-0000-0000", PHONE),
        ("担当課 09000000000", PHONE),
        ("0120-000-000", PHONE),
        ("03ー0000ー0000", PHONE),
        ("123456789018", NUMBER),
        ("1234-5678-9018", NUMBER),
        ("１２３４　５６７８　９０１８", NUMBER),
        ("番号は123456789018です", NUMBER),
        ("(042) 620-7444", PHONE),
        ("+81 42-620-7444", PHONE),
        ("042 620 7444", PHONE),
        ("窓口 (042)460-9871", PHONE),
        ("（０４２）４６０－９８７１", PHONE),
        ("(03)1234-5678", PHONE),
        ("(+81)90-1234-5678", PHONE),
        ("042―460―9871", PHONE),
        ("042.460.9871", PHONE),
        ("TEL:0424609871", PHONE),
        ("電話番号：0424609871", PHONE),
        ("電話0424609871", PHONE),
        ("連絡先 0424609876", PHONE),
        ("担当者　加藤　清正", NAME),
        ("担当 加藤 清正", NAME),
        ("担当:佐藤花子", NAME),
        ("氏名 山田太郎", NAME),
        ("担当者　鈴木", NAME),
        ("佐藤課長", NAME),
        ("佐藤花子課長", NAME),
        ("口座番号7654321", ACCOUNT),
        ("普通 1234567", ACCOUNT),
        ("○○銀行　本店　普通預金　口座番号：１２３４５６７", ACCOUNT),
        ("ゆうちょ銀行 記号 12345 番号 12345671", ACCOUNT),
        ("被保険者番号：0000123456", INSURED),
        ("被保険者証の記号・番号 12345678", INSURED),
        ("氏名：試験 太郎", NAME),
        ("（担当者名：灘　みなと）", NAME),
        ("健康増進課　主任　浜名 ひかり（内線1234）", NAME),
    ],
)
def test_personal_data(text: str, kind: Text) -> None:
    assert personal_data(text) == (kind,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "令和4年度（2022年度）から令和7年度（2025年度）まで",
        "2019-2020-2021",
        "2019年4月1日～2024年3月31日",
        "132012",
        "1,234,567,890",
        "123456789012",  # twelve digits whose last is no check digit
        "12.345678901234",
        "〒192-8501",
        "P0023637",
        "0.123456789012",
        "1234567890187654",
        "@city",
        "前年度比@10円",
        "施策1-1 簡単で便利な行政サービスの提供",
        "978-4-00-000000-0",
        "01-02-003",  # the number of a project
        "氏名：非公表",
        "担当 各課",
        "担当：総務課、財政課",
        "担当 施策の担当課が行う",
        "担当課長 会議",
        "所管課長会議",
        "0.123.4567",
        "2024.04.01 2025.03.31",
        "担当者：情報課",
        "責任者：各所属長",
        "普通教室1234567",
        "定員 1234567人",
        "主任 児童委員",
        "窓口の担当者が氏名を確認する",
    ],
)
def test_no_personal_data(text: str) -> None:
    assert personal_data(text) == ()


def test_a_number_typed_as_a_number_is_seen_and_an_ordinary_sum_is_not() -> None:
    drawn = sheet("| 番号 | 予算 |\n| 0 | 0 |")
    drawn.rows[1][0] = 123456789018  # type: ignore[index]
    drawn.rows[1][1] = 123456789012.0  # type: ignore[index]

    assert found(screen(workbook(drawn), ())) == [("personal-data", "表!A2")]


def test_all_that_a_cell_holds_is_told() -> None:
    """Who answers that the number is the office's own has been asked about the name as well."""
    assert personal_data("問合せ 山田 太郎 042-620-7400") == (PHONE, NAME)
    assert personal_data("joho@city.example.jp 042-620-7400") == (MAIL, PHONE)


def test_that_an_individual_number_may_be_published_is_no_question() -> None:
    asked = [
        hit.subject is not None
        for text in ("042-620-7400", "123456789018")
        for hit in screen(workbook(sheet(f"| {text} |")), ())
    ]
    assert asked == [True, False]


def test_a_sum_that_happens_to_pass_the_check_is_a_sum() -> None:
    """One figure of twelve digits in ten carries the check digit by chance."""
    drawn = sheet("| 予算 |\n| 0 |", looks={(1, 0): "123,456,789,018"})
    drawn.rows[1][0] = 123456789018  # type: ignore[index]

    assert not screen(workbook(drawn), ())


def hits(drawn: Sheet) -> list[str | None]:
    return [hit.place.cell for hit in screen(workbook(drawn), ())]


def test_headings_tell_names_and_bare_numbers() -> None:
    roster = sheet(
        """
        | 担当者    | 電話       | 振込口座 | 被保険者番号 | 個人番号     | 所管課 |
        | 山田      | 0426207444 | 1234567  | 0000123456   | 123456789012 | 山田   |
        | 灘 みなと |            |          |              |              | 灘     |
        | 情報課    | 42         | 未定     | －           | なし         | 情報課 |
        """
    )

    assert hits(roster) == ["A2", "B2", "C2", "D2", "E2", "A3"]


def test_a_heading_to_the_left_tells_the_next_cell() -> None:
    form = sheet(
        """
        | 施策 | 防災 | 記入者   | 佐藤係長 |
        | 目標 | 80   | 個人番号 | 1        |
        """
    )

    assert hits(form) == ["D1"]


def test_a_number_typed_as_a_figure_has_lost_its_leading_zero() -> None:
    drawn = sheet("| 連絡先 |\n| 0 |")
    drawn.rows[1][0] = 9012345678  # type: ignore[index]

    assert hits(drawn) == ["A2"]


def test_names_in_the_properties_of_the_file_are_told_without_the_name() -> None:
    made = openpyxl.Workbook()
    made.active["A1"] = "計画"  # type: ignore[index]
    made.properties.creator = "佐藤 花子"
    made.properties.lastModifiedBy = "情報政策課"
    made.properties.description = "問合せ joho@city.example.jp"
    content = io.BytesIO()
    made.save(content)

    told = screen(read("計画.xlsx", content.getvalue()), ())
    assert [hit.code for hit in told] == ["personal-data-in-properties"] * 2
    words = str([hit.to_json("ja") for hit in told])
    assert "作成者" in words
    assert "佐藤" not in words
    assert "example" not in words


def test_published_personal_data_is_an_error_and_other_is_a_warning() -> None:
    read = validated(
        sheet(
            """
            | 計画名 | 情報計画           |
            | 所管課 | 情報課042-620-7444 |
            | 担当者 | 山田042-620-7444   |
            """
        ),
        """
        blocks:
          - form:
              - {label: 計画名, to: plans.title, required: true}
              - {label: 所管課, to: plans.department}
              - {label: 担当者}
        """,
    )

    hits = [each for each in read.problems if each.code == "personal-data"]
    assert [(each.place.cell, each.severity) for each in hits] == [
        ("B2", "error"),
        ("B3", "warning"),
    ]
    assert read.dataset.tables["plans"].column("department").to_pylist() == ["●●●"]
    for each in hits:
        assert "620" not in str(each.to_json("ja")) + str(each.to_json("en"))
        assert "電話番号" in each.message.ja


def test_hidden_sheets_are_screened_too() -> None:
    hidden = sheet("| 090-0000-0000 |", "名簿", visibility="very_hidden")
    book = workbook(sheet("| 計画 |"), hidden)

    assert found(screen(book, ())) == [("personal-data", "名簿!A1")]


def test_comments_are_screened_too() -> None:
    """They stay in the archive, but a steward should know that they are there."""
    drawn = sheet("| 計画 |", comments={(0, 0): "鈴木：090-0000-0000に電話"})

    (hit,) = screen(workbook(drawn), ())
    assert (hit.code, hit.place.cell, hit.severity) == ("personal-data", "A1", "warning")
    assert "0000" not in str(hit.to_json("ja"))


@pytest.mark.parametrize(
    "said",
    [
        "電話 03-1234-5678",
        "電話 03-1234-5678（代表）",
        "担当：山田太郎 電話 03-1234-5678",
        "連絡先 yamada@example.jp",
        "担当 山田太郎（内線123）03-1234-5678\n",
        "担当：山田太郎\r\n電話 03-1234-5678",
    ],
)
def test_a_comment_asks_the_same_with_our_part_beneath_it(said: str) -> None:
    """And whatever the programs that saved it since have made of its lines."""
    again = said.rstrip() + "\n\n―― 確認結果 ――\n【ご確認を】電話番号（●●●）"
    ways = (said, again, again.replace("\n", "\r\n"), again.replace("\n\n", "\r\n \n"))
    asked = set()
    for way in ways:
        (hit,) = screen(workbook(sheet("| 計画 |", comments={(0, 0): way})), ())
        asked.add((hit.subject, hit.message.ja))

    assert len(asked) == 1
    (other,) = screen(workbook(sheet("| 計画 |", comments={(0, 0): f"{said}（内線9）"})), ())
    assert (other.subject, other.message.ja) not in asked


@given(st.text())
def test_what_a_question_is_known_by_is_no_number_of_anybody(asked: str) -> None:
    assert subject("value-jump", asked).isalpha()


def test_a_reason_that_holds_personal_data_is_not_kept() -> None:
    assert Answer.given("a", "佐藤 花子 090-0000-0000 に確認", "steward").reason == "●●●"
    assert Answer.given("a", "代表番号のため", "operator").reason == "代表番号のため"
