"""Japanese as offices write it: a table of spellings, and what must hold for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from opendata.japanese import (
    Quantity,
    find_fiscal_years,
    is_municipality_code,
    read_date,
    read_duration,
    read_fiscal_year,
    read_flag,
    read_period,
    read_quantity,
    read_signs,
    split_number,
    squash,
    suggest_number,
    tidy,
)

TABLE: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("data").joinpath("japanese.yaml").read_text(encoding="utf-8")
)


def rows(section: str) -> list[Any]:
    """The pairs of a mapping or the entries of a list, as parameters."""
    found = TABLE[section]
    return list(found.items()) if isinstance(found, dict) else list(found)


# --- years --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "year"), rows("fiscal_years"))
def test_a_cell_that_is_one_fiscal_year(text: str, year: int) -> None:
    found = read_fiscal_year(text)
    assert found is not None
    assert (found.year, found.text, found.suggestion) == (year, text, None)
    assert not found.disagrees
    assert not found.never_existed


@pytest.mark.parametrize("text", rows("not_fiscal_years"))
def test_a_cell_that_is_no_fiscal_year(text: str) -> None:
    assert read_fiscal_year(text) is None


@pytest.mark.parametrize(("text", "era", "year"), rows("inherited_fiscal_years"))
def test_a_year_inherits_the_era_of_its_table(text: str, era: str, year: int) -> None:
    found = read_fiscal_year(text, era)
    assert found is not None
    assert found.year == year


@pytest.mark.parametrize(("text", "corrected"), rows("wrong_fiscal_years"))
def test_a_wrong_year_is_corrected_as_it_was_written(text: str, corrected: str) -> None:
    found = read_fiscal_year(text)
    assert found is not None
    assert found.disagrees or found.never_existed
    assert found.suggestion == corrected
    again = read_fiscal_year(corrected)
    assert again is not None
    assert again.year == found.year, "the era is believed"
    assert again.suggestion is None


@pytest.mark.parametrize(("text", "years"), rows("running_texts"))
def test_years_in_a_running_text(text: str, years: list[int]) -> None:
    assert [found.year for found in find_fiscal_years(text)] == years


def test_readings_are_named_apart() -> None:
    found = read_fiscal_year("令和７年度（2026年度）")
    assert found is not None
    assert (found.era, found.era_reading, found.western_reading) == ("令和", 2025, 2026)


@pytest.mark.parametrize(
    ("value", "year"),
    [
        (2022, 2022),
        (2022.0, 2022),
        (date(2018, 7, 30), 2018),
        (date(2018, 3, 31), 2017),
        (datetime(2014, 4, 1, 0, 0), 2014),  # noqa: DTZ001 - spreadsheets know no zone
        (43.8, None),
        (5, None),
        (45017, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        (None, None),
    ],
)
def test_values_that_are_no_text(value: float | date | None, year: int | None) -> None:
    found = read_fiscal_year(value)
    assert (found.year if found else None) == year


def test_a_number_inherits_an_era() -> None:
    found = read_fiscal_year(5.0, "令和")
    assert found is not None
    assert found.year == 2023


ERAS = {"昭和": (1925, 63), "平成": (1988, 31), "令和": (2018, 60)}


@st.composite
def written_years(draw: st.DrawFn) -> tuple[str, int]:
    """A fiscal year in one of the usual spellings, and which it is."""
    era = draw(st.sampled_from(sorted(ERAS)))
    base, last = ERAS[era]
    number = draw(st.integers(1, last))
    letter = {"昭和": "S", "平成": "H", "令和": "R"}[era]
    numeral = "元" if number == 1 and draw(st.booleans()) else str(number)
    year = base + number
    text = draw(
        st.sampled_from(
            [
                f"{era}{numeral}年度",
                f"{letter}{numeral}",
                f"{letter}{numeral}年度",
                f"{era}{numeral}年度（{year}年度）",
                f"{era}{numeral}({year})年度",
                f"{year}（{era}{numeral}）年度",
                f"{year}({letter}{numeral})",
                f"{year}年度",
            ]
        )
    )
    if draw(st.booleans()):
        text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    return text, year


@given(written_years())
def test_every_spelling_reads_as_its_year(written: tuple[str, int]) -> None:
    text, year = written
    found = read_fiscal_year(text)
    assert found is not None
    assert (found.year, found.suggestion) == (year, None)


@given(written_years(), written_years(), st.sampled_from(["～", "〜", "から", "-", "→"]))
def test_a_period_of_two_spellings(start: tuple[str, int], end: tuple[str, int], link: str) -> None:
    period = read_period(f"計画期間：{start[0]}{link}{end[0]}")
    assert period is not None
    assert (period.start.year, period.end.year) == (start[1], end[1])


@given(st.text(alphabet="令和平成昭HRS0123456789元年度月日（）()~～.-/' \n２か第", max_size=14))
def test_reading_never_fails_and_a_suggestion_is_right(text: str) -> None:
    found = read_fiscal_year(text)
    read_period(text)
    read_date(text)
    read_duration(text)
    read_quantity(text)
    if found is not None and found.suggestion is not None:
        again = read_fiscal_year(found.suggestion)
        assert again is not None
        assert (again.year, again.suggestion) == (found.year, None)


# --- periods and dates --------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "expected"), rows("periods"))
def test_periods(text: str, expected: list[int | None]) -> None:
    period = read_period(text)
    assert period is not None
    assert [period.start.year, period.end.year, period.years] == expected


@pytest.mark.parametrize("text", rows("not_periods"))
def test_texts_without_a_period(text: str) -> None:
    assert read_period(text) is None


def test_a_period_with_a_wrong_year_is_corrected() -> None:
    period = read_period("計画期間：令和４年度（2022年度）から令和７年度（2026年度）までの４年間")
    assert period is not None
    assert period.text == "令和４年度（2022年度）から令和７年度（2026年度）"
    assert period.suggestion == "令和４年度（2022年度）から令和７年度（2025年度）"
    assert not period.disagrees


def test_a_stated_duration_that_is_wrong() -> None:
    period = read_period("令和4年度から令和8年度までの4年間")
    assert period is not None
    assert period.disagrees
    assert period.length == 5


@pytest.mark.parametrize(("text", "years"), rows("durations"))
def test_durations(text: str, years: int | None) -> None:
    assert read_duration(text) == years


@pytest.mark.parametrize(("text", "iso"), rows("dates"))
def test_dates(text: str, iso: str | date | None) -> None:
    assert read_date(text) == (iso.isoformat() if isinstance(iso, date) else iso)


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_dates_round_trip(day: date) -> None:
    assert read_date(day) == day.isoformat()
    assert read_date(f"{day.year}年{day.month}月{day.day}日") == day.isoformat()
    assert read_date(f"{day.year}/{day.month}/{day.day}") == day.isoformat()
    found = read_fiscal_year(day.isoformat())
    assert found is not None
    assert found.year == day.year - (day.month < 4)


# --- figures ------------------------------------------------------------------------------------


def quantities() -> Iterator[tuple[str, Quantity]]:
    for text, (value, comparator, status, unit) in TABLE["quantities"].items():
        low, high = value if isinstance(value, list) else (None, None)
        yield (
            text,
            Quantity(
                None if value is None or isinstance(value, list) else Decimal(value),
                comparator,
                None if low is None else Decimal(low),
                None if high is None else Decimal(high),
                status,
                unit,
            ),
        )


@pytest.mark.parametrize(("text", "expected"), list(quantities()))
def test_quantities(text: str, expected: Quantity) -> None:
    found = read_quantity(text)
    assert found is not None
    assert (found.value, found.comparator, found.low, found.high, found.status, found.unit) == (
        expected.value,
        expected.comparator,
        expected.low,
        expected.high,
        expected.status,
        expected.unit,
    )


@pytest.mark.parametrize("text", rows("not_quantities"))
def test_texts_that_state_no_quantity(text: str) -> None:
    assert read_quantity(text) is None


def test_beyond_and_at_least_are_told_apart() -> None:
    for text, strict in (("5超", True), ("5以上", False), ("5未満", True), ("5以下", False)):
        found = read_quantity(text)
        assert found is not None
        assert found.strict is strict


def test_what_stands_around_a_figure_is_kept() -> None:
    found = read_quantity("94,148\n(改修休館)")
    assert found is not None
    assert found.note == "(改修休館)"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.6409999999999999, "0.641"),
        (43.8, "43.8"),
        (100.0, "100"),
        (1e21, "1000000000000000000000"),
        (-3, "-3"),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        (None, None),
    ],
)
def test_numbers_have_the_digits_a_spreadsheet_shows(
    value: float | None, expected: str | None
) -> None:
    found = read_quantity(value)
    assert (str(found.value) if found else None) == expected


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("98万人", "人", "980000"),
        ("670万人", "万人", "670"),
        ("1,200千円", "円", "1200000"),
        ("1200", "人", "1200"),
        ("75.8%", "％", "75.8"),
        ("5件", "人", "5"),
    ],
)
def test_a_figure_in_the_unit_of_its_column(text: str, unit: str, value: str) -> None:
    found = read_quantity(text)
    assert found is not None
    assert found.in_unit(unit).value == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value", "comparator"),
    [
        ("50より大きい", "50", "ge"),
        ("50％超", "50", "ge"),
        ("50人を超える", "50", "ge"),
        ("50より小さい", "50", "le"),
        ("50未満", "50", "le"),
        ("50人に増加", "50", "eq"),
        ("80％まで向上", "80", "eq"),
        ("80％以上に向上", "80", "ge"),
        ("50%に抑制", "50", "eq"),
        ("基準年度比▲15%", "-15", "eq"),
        ("1,250(前年度比5%増)", "1250", "eq"),
        ("1,250\n前年度比5%増", "1250", "eq"),
    ],
)
def test_a_level_that_is_compared(text: str, value: str, comparator: str) -> None:
    found = read_quantity(text)
    assert found is not None
    assert (found.value, found.comparator) == (Decimal(value), comparator)


@given(
    st.decimals(-1_000_000, 1_000_000, places=2), st.sampled_from(["", "人", "％", "t-CO2", "か所"])
)
def test_figures_round_trip(number: Decimal, unit: str) -> None:
    for text in (f"{number:f}", f"{number:,f}", f"{number:f}".replace("-", "△")):
        for written in (
            text,
            "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
        ):
            found = read_quantity(written + unit)
            assert found is not None
            assert found.value == number
            assert (found.unit or "") == unit


@pytest.mark.parametrize(("text", "number"), rows("repaired"))
def test_typing_errors_are_repaired_only_when_sure(text: str, number: str | None) -> None:
    assert suggest_number(text) == number


@pytest.mark.parametrize(
    ("note", "signs"),
    [
        ("「…」は不詳、「▲」は事業中止を示す。", {"...": "missing", "▲": "not_applicable"}),
        ("※「ー」は算定対象外。「－」は目標値を設定しない指標。", {"-": "not_applicable"}),
        ("※Ｘは少数のため秘匿", {"X": "suppressed"}),
        ("「－」は、調査を実施していない年度", {"-": "missing"}),
        (
            "注１）「…」は数値不詳、「x」は統計数値を公表していないことを示す。",
            {"...": "missing", "x": "suppressed"},
        ),
        ("「ｐ」は速報値、「ｒ」は改定値", {"p": "provisional", "r": "revised"}),
        ("評価対象外は「－」と表示", {"-": "not_applicable"}),
        ("※Ａ：目標より進んでいる　Ｄ：評価できない", {}),
        ("○：達成　×：未達成", {}),
        ("－　該当なし", {"-": "not_applicable"}),
        ("（注）▲はマイナスを示す", {}),
        ("・ 令和２年度は、感染症対策のため全ての講座を休止した", {}),
        ("Member 休止", {}),
        ("令和２年度のＡＶ利用は感染症対策のため休止", {}),
    ],
)
def test_a_note_explains_its_signs(note: str, signs: dict[str, str]) -> None:
    assert read_signs(note) == signs


def test_explained_signs_go_before_the_usual_ones() -> None:
    found = read_quantity("－", read_signs("「－」は目標値を設定しない指標"))
    assert found is not None
    assert found.status == "not_applicable"


# --- texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("meaning", [True, False, None])
def test_flags(meaning: bool | None) -> None:
    for text in TABLE["flags"][meaning]:
        assert read_flag(text) is meaning, text
    assert read_flag(None) is False
    assert read_flag(1.0) is True


@pytest.mark.parametrize(("text", "expected"), rows("headings"))
def test_numbered_headings(text: str, expected: list[str | None]) -> None:
    assert list(split_number(text)) == expected


@pytest.mark.parametrize(("text", "expected"), rows("squashed"))
def test_squash(text: str, expected: str) -> None:
    assert squash(text) == expected


@given(st.text(max_size=30))
def test_squash_changes_nothing_twice(text: str) -> None:
    assert squash(squash(text)) == squash(text)


@pytest.mark.parametrize(("text", "expected"), rows("tidied"))
def test_tidy(text: str, expected: str) -> None:
    assert tidy(text) == expected


@given(st.text(alphabet="あ漢ａA1 　\n\r\t_x000D_ー〜", max_size=30))
def test_tidy_keeps_every_word(text: str) -> None:
    tidied = tidy(text)
    assert tidy(tidied) == tidied
    assert "\n" not in tidied


@pytest.mark.parametrize("code", ["132012", "132292", "141500", "092169"])
def test_municipality_codes(code: str) -> None:
    assert is_municipality_code(code)
    wrong = code[:5] + str((int(code[5]) + 1) % 10)
    assert not is_municipality_code(wrong)


@pytest.mark.parametrize(
    "code", ["", "13201", "1320123", "１３２０１２", "48000A", "990000", "13201２"]
)
def test_texts_that_are_no_municipality_code(code: str) -> None:
    assert not is_municipality_code(code)
