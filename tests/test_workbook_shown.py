"""Number formats: what a clerk sees, where it differs from the value."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.workbook import Value, figure_told
from opendata.workbook.shown import BUILT_IN, from_serial, looker, moment_of, shower

DAY = date(2014, 4, 1)
MOMENT = datetime(2019, 5, 1, 9, 5, 7)  # noqa: DTZ001 - spreadsheets know no zone


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        # percent
        ("0%", 0.125, "13%"),
        ("0.0%", 0.125, "12.5%"),
        ("0.0%", 0.6409999999999999, "64.1%"),
        ("0.00%", -0.125, "-12.50%"),
        ("0.0%;[Red]▲0.0%", -0.125, "▲12.5%"),
        ("#,##0.0%", 12.345, "1,234.5%"),
        ('0.0"％"', 43.8, "43.8％"),
        # leading zeros
        ("0000", 23.0, "0023"),
        ("00", 5, "05"),
        ("00-00", 1234, "12-34"),
        # words
        ('0"人"', 12.0, "12人"),
        ('#,##0"人"', 12345, "12,345人"),
        ("#,##0人", 12345, "12,345人"),
        ("#,##0\\人", 12345, "12,345人"),
        ('"約"#,##0', 300, "約300"),
        ('0"以上"', 80, "80以上"),
        ('"令和"0"年度"', 5.0, "令和5年度"),
        ('"R"0', 5.0, "R5"),
        ('General"件"', 1.5, "1.5件"),
        ('G/標準"件"', 3.0, "3件"),
        ('0.0##"km"', 12.3, "12.3km"),
        ('#,##0"人";"△"#,##0"人"', -5, "△5人"),
        ('#,##0"人";"△"#,##0"人";"該当なし"', 0, None),
        ('[=1]"有";[=0]"無";General', 1.0, None),
        ('[<10]"少数";0"人"', 12.0, "12人"),
        # thousands left out
        ("#,##0,", 12345678, "12,346"),
        ('#,##0,"千円"', 12345678, "12,346千円"),
        # what does not matter
        ("General", 12.5, None),
        ("0", 12.4, None),
        ("0.0", 12.34, None),
        ("#,##0", 12345, None),
        ("#,##0_ ;[Red]\\-#,##0\\ ", -5, None),
        ('_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ ', 0.0, None),
        ('#,##0;"△ "#,##0', -5, None),
        ("\\¥#,##0", 1200, None),
        ("# ?/?", 0.5, None),
        ("0.00E+00", 12345.0, None),
        ("@", 5, None),
        ("", 5, None),
        ("[h]:mm", 1.5, None),
        # dates
        ('[$-411]ggge"年度"', DAY, "平成26年度"),
        ('[$-1030411]ggge"年度"', DAY, "平成26年度"),
        ('[$-ja-JP-x-gannen]ggge"年"m"月"d"日";@', DAY, "平成26年4月1日"),
        ("[$-411]ge.m.d;@", DAY, "H26.4.1"),
        ('ggge"年"', MOMENT, "令和元年"),
        ("gge", MOMENT, "令1"),
        ("[$-411]ee", MOMENT, "01"),
        ("e", DAY, "2014"),
        ('yyyy"年度"', DAY, "2014年度"),
        ('yyyy"年"m"月"', DAY, "2014年4月"),
        ('m"月"d"日"(aaa)', DAY, "4月1日(火)"),
        ("aaaa", DAY, "火曜日"),
        ('h"時"mm"分"ss"秒"', MOMENT, "9時05分07秒"),
        ('h"時"mm"分"', time(9, 5), "9時05分"),
        ('午前/午後h"時"', MOMENT, "午前9時"),
        ("yyyy/mm/dd", DAY, None),
        ("mmm-yy", DAY, None),
        (BUILT_IN[58], DAY, "平成26年4月1日"),
        # a text stays a text, a number in a date format that is no date too
        ('ggge"年"', 3.5, None),
        ("0%", DAY, None),
    ],
)
def test_formats(code: str, value: float | date | time, text: str | None) -> None:
    show = shower(code)
    assert (show(value) if show else None) == text


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("#,##0", 12345, "12,345"),
        ("0.0", 50.0, "50.0"),
        ('#,##0;"▲ "#,##0', -376, "▲ 376"),
        ("#,##0_ ;[Red]\\-#,##0\\ ", -5, "-5"),
        ('_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ ', 1234.0, "1,234"),
        ("\\¥#,##0", 1200, "¥1,200"),
        ("0.00", 0.125, "0.13"),
        ("yyyy/m/d", DAY, "2014/4/1"),
        ("General", 12.5, None),
        ("@", 5, None),
    ],
)
def test_looks(code: str, value: float | date, text: str | None) -> None:
    look = looker(code)
    assert (look(value) if look else None) == text


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ('[DBNum3][$-411]ggge"年"m"月"d"日"', DAY, "平成２６年４月１日"),
        ('[DBNum1][$-411]ggge"年"m"月"d"日"', DAY, "平成二十六年四月一日"),
        ("[DBNum3]#,##0.0", 1234.5, "１,２３４.５"),
        ("YYYY/MM/DD", DAY, "2014/04/01"),
        ("[$-411]e.m.d", DAY, "26.4.1"),
        ("h:mm AM/PM", datetime(2024, 4, 1, 13, 5), "1:05 PM"),  # noqa: DTZ001
        ("h:mm AM/PM", time(0, 5), "12:05 AM"),
        ("mm:ss.0", MOMENT, "05:07.0"),
        ("[h]:mm", timedelta(hours=30, minutes=5), "30:05"),
        ("[mm]:ss", timedelta(minutes=90, seconds=5), "90:05"),
        ('#,##0;"△ "#,##0;"-"', 0, "-"),
        ('_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', 0, "-"),
        ('[=0]"－";0', 0, "－"),
        ('[Red][<0]"▲"0;0', -5, "▲5"),
        ("0-00", 123, "1-23"),
        ("000-0000", 1234567, "123-4567"),
        ("000-0000", 34567, "003-4567"),
        ('@"様"', "市長", "市長様"),
        ('0;0;0;"("@")"', "未定", "(未定)"),
        ("@", "市長", None),
        ("0.0?", 1.5, "1.5"),
        ('#,##0,"千円"', -1234567, "-1,235千円"),
        ('#,##0.0,,"百万円"', 1234567, "1.2百万円"),
        ("#,##0,.0", 1234567, "1,234.6"),
        ("0!.0,", 1234567, "123.5"),
        ("#,##0\\.0,", -12345678, "-1,234.6"),
        ("#,##0,;(#,##0,)", -1234567, "(1,235)"),
        ("# ?/?", 0.5, "1/2"),
        ("# ?/?", -1.5, "-1 1/2"),
        ("# ?/?", 0, "0"),
        ("?/?", 1.5, "3/2"),
        ("# ?/8", 0.5, "4/8"),
        ("0.00E+00", 1234567, "1.23E+06"),
        ("0.00E+00", 0.000999999, "1.00E-03"),
        ("0.0E-0", -0.0, "0.0E0"),
        ("mmmmm", DAY, "A"),
    ],
)
def test_what_the_clerk_sees(code: str, value: Value, text: str | None) -> None:
    show, look = shower(code), looker(code)
    assert ((show and show(value)) or (look and look(value))) == text


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("M/D/YY", "date"),
        ("[$-411]ge.m.d", "date"),
        ("mm:ss.0", "date"),
        ("[h]:mm", "elapsed"),
        ("0.0", None),
        ('0"日"', None),
        ("[Red]0.00E+00", None),
        ("General", None),
        *((BUILT_IN[number], "date") for number in (14, 15, 16, 17, 18, 19, 20, 22, 30, 45, 47)),
        (BUILT_IN[46], "elapsed"),
    ],
)
def test_which_formats_make_a_date_of_a_number(code: str, meant: str | None) -> None:
    assert moment_of(code) == meant


@pytest.mark.parametrize(
    ("serial", "from_1904", "expected"),
    [
        (41730, False, date(2014, 4, 1)),
        (41730.5, False, datetime(2014, 4, 1, 12)),  # noqa: DTZ001
        (1, False, date(1900, 1, 1)),
        (59, False, date(1900, 2, 28)),
        (61, False, date(1900, 3, 1)),
        (40268, True, date(2014, 4, 1)),
        (-1, False, None),
        (1e9, False, None),
    ],
)
def test_day_numbers(serial: float, from_1904: bool, expected: date | None) -> None:
    assert from_serial(serial, from_1904=from_1904) == expected


@pytest.mark.parametrize(
    ("value", "shown", "told"),
    [
        (1234567, "1,235", "1,235"),
        (1234567890, "1,235百万円", "1,235百万円"),
        (12345678, "1,234.6", "1,234.6"),
        (-1234567, "△ 1,235", "-1,235"),
        (-1234567, "(1,235)千円", "-1,235千円"),
        (-1234567, "1,235", "-1,235"),
        (1234567, "¥1,235", "1,235"),
        (1234567, "約1,235", "約1,235"),
        (1234567, "1,235m2", "1,235m2"),
        (300, "0", "0"),
        (-300, "-0", "0"),
        (1234567000, "1.23E+06千円", "1230000千円"),
        (0.125, "12.5%", "12.5%"),
        (-0.125, "(12.5%)", "-12.5%"),
        (0.8, "80.0%以上", "80.0%以上"),
        (0.004, "0%", "0%"),
        (43.8, "43.8％", "43.8％"),
        # the value itself, rounded or not, or no figure
        (1234567, "1,234,567", None),
        (1234567, "1.23E+06", None),
        (0.3, "0", None),
        (2.5, "3", None),
        (0, "0", None),
        (1 / 3, "0.333333333333333", None),
        (5, "令和5年度", None),
        (12, "12m2", None),
        (1234, "12-34", None),
        (0.5, "1/2", None),
        (1, "有", None),
        (0, "-", None),
    ],
)
def test_the_figure_that_a_shown_text_tells(value: float, shown: str, told: str | None) -> None:
    assert figure_told(value, shown) == told


@given(st.integers(-(10**12), 10**12), st.integers(1, 3), st.integers(0, 2))
def test_what_is_scaled_is_told_as_it_is_shown(value: int, thousands: int, places: int) -> None:
    code = "#,##0" + ("." + "0" * places if places else "") + "," * thousands
    show = shower(code)
    assert show is not None
    shown = show(value)
    assert shown is not None
    told = figure_told(value, shown)
    assert (told is None) == (abs(value) <= 0.5 * 10**-places)
    figure = float((told or "0").replace(",", ""))
    assert abs(figure - value / 1000**thousands) <= 0.5000001 * 10**-places


@given(
    st.text(alphabet='gGe年ymd0#?/,.%;"\\[]$-411<>=@_*hs元 人E+', max_size=20), st.floats(-1e9, 1e9)
)
def test_no_format_breaks(code: str, value: float) -> None:
    moment_of(code)
    for show in (shower(code), looker(code)):
        if show is not None:
            figure_told(value, show(value) or "")
            show(DAY)


@given(st.floats(0, 10, allow_nan=False), st.integers(0, 3))
def test_a_percentage_is_a_hundredfold(value: float, places: int) -> None:
    show = shower("0." + "0" * places + "%" if places else "0%")
    assert show is not None
    text = show(value)
    assert text is not None
    assert abs(float(text.rstrip("%")) - value * 100) <= 0.5000001 * 10**-places
