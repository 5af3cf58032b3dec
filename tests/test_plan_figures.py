"""The figures that pages of plans show: exact, as fine as they are known, true of what is drawn."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.catalogue.addresses import kind_of
from opendata.catalogue.chart import Chart, Line, chart
from opendata.catalogue.labels import Voice
from opendata.catalogue.model import Current
from opendata.catalogue.municipality import Municipality, Node, Plan
from opendata.catalogue.overview import alike, counted, place_lines
from opendata.catalogue.pages.plan import _evaluation as evaluation
from opendata.catalogue.pages.values import year_lines
from opendata.catalogue.places import places
from opendata.catalogue.series import left_out
from opendata.catalogue.tables import FIELDS
from opendata.catalogue.texts import texts
from opendata.catalogue.verdict import CAUSES, against_target, is_reached, shares, verdict_of
from opendata.catalogue.words import computed, figure, no_value, percent, quantity
from tests.plan_samples import FAR, NEAR, derived, indicator, shown, value
from tests.release_samples import municipal_plans, part, released

Row = dict[str, Any]
ENDS = {"value_low": None, "value_high": None}
JA = Voice("ja", {}, {})


@given(
    st.decimals(-(10**6), 10**6, places=3),
    st.decimals(-(10**6), 10**6, places=2),
)
def test_a_difference_is_exact(actual: Decimal, target: Decimal) -> None:
    rows = [
        value("i", kind, 2020, float(number)) | ENDS
        for kind, number in (("actual", actual), ("target", target))
    ]
    found = against_target(*rows)
    assert found is not None
    assert Decimal(figure(found[1]).replace(",", "")) == abs(actual - target)


def test_a_difference_of_percentages_has_the_digits_of_both() -> None:
    rows = [value("i", "actual", 2020, 82.6) | ENDS, value("i", "target", 2020, 90) | ENDS]
    found = against_target(*rows)
    assert found is not None
    assert JA.difference(found[1], "％") == "7.4ポイント"


@pytest.mark.parametrize(
    ("number", "known", "said"),
    [
        (53.857143, (38.5, 60.0, 55.2), "53.86"),
        (25.714286, (10.0, 60.0, 18.0), "25.7"),
        (30.0, (10.0, 60.0), "30"),
        (25.04, (25.0, 26.0), "25.04"),  # 25.0 would be the baseline itself
        (0.142857, (0.0, 1.0), "0.1"),
        (1234567.5, (1e6, 2e6), "1,234,567.5"),
    ],
)
def test_what_is_computed_is_as_fine_as_what_it_is_computed_from(
    number: float, known: tuple[float, ...], said: str
) -> None:
    assert computed(number, known) == said


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(-0.0, "0%"), (-0.0001, "0%"), (0.9996, "99.9%"), (1.0, "100%"), (-0.5, "-50%")],
)
def test_a_share_is_neither_less_than_nothing_nor_whole_before_it_is(
    ratio: float, said: str
) -> None:
    assert percent(ratio) == said


@pytest.mark.parametrize(
    ("status", "raw", "said"),
    [
        ("not_applicable", "上昇", "「上昇」"),
        ("not_applicable", "休止", "「休止」"),
        ("not_applicable", "－", "対象外"),
        ("not_applicable", "ー", "対象外"),
        ("not_applicable", None, "対象外"),
        ("not_yet", "R6.12月公表予定", "未公表"),
        ("suppressed", "X", "秘匿"),
        ("missing", "不明", "値なし"),
    ],
)
def test_words_in_the_place_of_a_number_are_shown(status: str, raw: str | None, said: str) -> None:
    row = value("i", "target", 2025, None, status=status, raw=raw, comparator=None) | ENDS
    assert no_value(row) == said
    assert quantity(row, "件") == said


def words(kind: str, year: int, raw: str) -> Row:
    return value("i", kind, year, None, status="not_applicable", raw=raw)


def about(kind: str, year: int, number: float) -> Row:
    return value("i", kind, year, number, comparator="approx", raw=f"約{number:g}")


CASES: dict[str, tuple[str | None, list[Row], str, str]] = {
    "no direction": (
        None,
        [value("i", "actual", 2020, 3), value("i", "target", 2025, 5)],
        "no_direction",
        "direction",
    ),
    "target in words": (
        "up",
        [value("i", "actual", 2020, 3), words("target", 2025, "上昇")],
        "target_is_in_words",
        "target",
    ),
    "target a sign": (
        "up",
        [value("i", "actual", 2020, 3), words("target", 2025, "－")],
        "no_target",
        "target",
    ),
    "target about": (
        None,
        [value("i", "actual", 2020, 3), about("target", 2025, 5)],
        "target_is_not_one_number",
        "target",
    ),
    "no baseline": (
        "up",
        [value("i", "actual", 2020, 3), value("i", "target", 2025, 5)],
        "no_baseline",
        "baseline",
    ),
    "actual about": (
        "up",
        [
            value("i", "baseline", 2018, 1),
            about("actual", 2020, 4),
            value("i", "target", 2025, 5),
        ],
        "actual_is_not_one_number",
        "actual",
    ),
    "target is baseline": (
        "up",
        [
            value("i", "baseline", 2018, 5),
            value("i", "actual", 2020, 4),
            value("i", "target", 2025, 5),
        ],
        "target_is_baseline",
        "other",
    ),
}


@pytest.fixture(scope="module")
def unjudged() -> Current:
    """A plan of which no indicator can be judged, each for another reason."""
    package = municipal_plans()
    known: dict[str, Any] = {
        "plans": [{"plan_id": f"{NEAR}-p", "municipality_code": NEAR, "title": "計画"}],
        "indicators": [
            indicator(name, name, direction, plan_id=f"{NEAR}-p", node_id=None)
            for name, direction in [
                *((name, case[0]) for name, case in CASES.items()),
                ("none", "up"),
            ]
        ],
        "indicator_values": [
            {**row, "indicator_id": name} for name, (_, rows, *_) in CASES.items() for row in rows
        ],
    }
    known["indicator_progress"] = derived(package, known)
    return shown(released(package, part(package, f"municipal-plans/{NEAR}/計画.xlsx", **known)))


def test_reasons_are_true_and_counted_alike_everywhere(unjudged: Current) -> None:
    (place,) = places(unjudged)
    found = {one.name: one.verdict for one in Municipality.of(place).plans[0].indicators}
    for name, (_, _, reason, cause) in CASES.items():
        assert (found[name].reason, found[name].cause) == (reason, cause), name
    assert found["none"].judgement == "none"
    counts, causes = counted(unjudged)
    assert counts == Counter(one.judgement for one in found.values())
    assert causes == Counter(one.cause for one in found.values() if one.cause)
    (line,) = place_lines([unjudged])
    assert (line.counts, line.causes) == (counts, causes)


def test_a_comparison_has_the_target_as_it_is_written() -> None:
    package = municipal_plans()
    parts = []
    for code in (NEAR, FAR):
        known: dict[str, Any] = {
            "plans": [{"plan_id": f"{code}-p", "municipality_code": code, "title": "計画"}],
            "indicators": [
                indicator(f"{code}-i", "満足度", "up", plan_id=f"{code}-p", node_id=None)
            ],
            "indicator_values": [
                {**one, "indicator_id": f"{code}-i"}
                for one in (
                    value("i", "actual", 2020, 3),
                    value("i", "target", 2022, 4),
                    words("target", 2025, "上昇"),
                )
                if code == FAR or one["fiscal_year"] != 2022
            ],
        }
        known["indicator_progress"] = derived(package, known)
        parts.append(part(package, f"municipal-plans/{code}/計画.xlsx", **known))
    found = alike([shown(released(package, *parts))])
    rows = found.of(kind_of("満足度", "%")).to_pylist()
    told = {row["code"]: (row["target"]["value"], row["target"]["raw"]) for row in rows}
    assert told == {NEAR: (None, "上昇"), FAR: (4.0, "4")}


def test_every_reason_and_cause_has_its_words() -> None:
    reasons = {reason for _, _, reason, _ in CASES.values()}
    assert {f"indicator.why_{one}" for one in reasons} <= texts().keys()
    assert {f"base.cause_{one}" for one in CAUSES} == {
        one for one in texts() if one.startswith("base.cause_")
    }


def test_the_most_frequent_cause_comes_first() -> None:
    found = {one.judgement: one for one in shares({"unknown": 5}, {"target": 2, "direction": 3})}
    assert found["unknown"].causes == (("direction", 3), ("target", 2))
    assert found["none"].causes == ()


def test_without_computed_progress_nothing_is_said_to_be_no_number() -> None:
    rows = [value("i", "actual", 2020, 3, comparator=None) | ENDS]
    assert verdict_of({"direction": "up"}, rows, []).reason == "not_computed"


def rows_of(*told: tuple[str, int, float | None]) -> list[Row]:
    return [value("i", *one) | ENDS for one in sorted(told, key=lambda one: one[1])]


@pytest.mark.parametrize(
    ("years", "out"),
    [
        ((2019, 2020, 2022), [(2021, 2021)]),
        ((2018, 2019, 2023, 2024), [(2020, 2022)]),
        ((2015, 2018, 2021, 2024), []),
        ((2015, 2018, 2024, 2027), [(2021, 2021)]),
        ((2019, 2021), []),
        ((2013, 2016, 2021), []),
        ((2020,), []),
        ((), []),
    ],
)
def test_which_years_are_left_out(years: tuple[int, ...], out: list[tuple[int, int]]) -> None:
    assert left_out(rows_of(*(("actual", year, 1) for year in years))) == out


def drawn(rows: list[Row], *, with_path: bool = True) -> Chart:
    found = chart(rows, "ja", with_path=with_path)
    assert found is not None
    return found


def lines(picture: Chart, kind: str) -> list[Line]:
    return [one for one in picture.lines if one.kind == kind]


def test_a_year_left_out_breaks_the_line_and_stands_in_the_table() -> None:
    rows = rows_of(
        ("baseline", 2018, 1),
        ("actual", 2019, 2),
        ("actual", 2021, 3),
        ("midterm_target", 2020, 2),
        ("actual", 2024, 4),
        ("actual", 2025, 5),
    )
    picture = drawn(rows)
    at = {one.year: one.x for one in picture.marks}
    assert [(one.x1, one.x2) for one in lines(picture, "done")] == [
        (at[2018], at[2019]),
        (at[2024], at[2025]),
    ]
    assert [one.text for one in picture.labels if one.kind == "gap"] == ["記載なし"] * 2
    table = [(one.first, one.last, one.is_blank) for one in year_lines(rows)]
    assert table == [
        (2025, 2025, False),
        (2024, 2024, False),
        (2022, 2023, True),
        (2021, 2021, False),
        (2020, 2020, True),
        (2019, 2019, False),
        (2018, 2018, False),
    ]


def test_the_path_that_is_drawn_is_the_one_that_is_computed() -> None:
    rows = rows_of(
        ("baseline", 2018, 10),
        ("actual", 2019, 12),
        ("midterm_target", 2020, 50),
        ("target", 2022, 20),
        ("target", 2024, 30),
    )
    picture = drawn(rows)
    marks = {(one.kind, one.year): one for one in picture.marks}
    start, end = marks["baseline", 2018], marks["target", 2024]
    assert lines(picture, "planned") == [Line("planned", start.x, start.y, end.x, end.y)]
    assert picture.has_targets_between
    assert lines(drawn(rows, with_path=False), "planned") == []


def test_where_nothing_is_computed_no_path_is_drawn() -> None:
    bound = value("i", "target", 2024, 30, comparator="le", raw="30以下") | ENDS
    picture = drawn([*rows_of(("baseline", 2018, 50), ("midterm_target", 2020, 40)), bound])
    assert lines(picture, "planned") == []
    assert not picture.has_targets_between
    assert picture.foot > 0  # its arrow points to where the years would stand


def test_the_newest_values_are_written_before_why_others_are_missing() -> None:
    rows = [
        *rows_of(("baseline", 2018, 3.2), ("actual", 2021, 3), ("actual", 2024, 2.9)),
        words("target", 2025, "上昇") | ENDS,
    ]
    picture = drawn(rows)
    said = {one.text: one for one in picture.labels}
    assert said.keys() >= {"3.2", "3", "2.9", "「上昇」"}
    assert said["2.9"].only == ""
    assert {one.text for one in picture.years} >= {"2024", "2025"}


@given(
    st.lists(
        st.tuples(st.sampled_from(["actual", "target", "forecast"]), st.integers(2000, 2040)),
        min_size=1,
        max_size=20,
        unique=True,
    ),
    st.randoms(),
)
def test_years_do_not_crowd_on_a_phone(keys: list[tuple[str, int]], random: Any) -> None:
    picture = drawn(rows_of(*((kind, year, random.randrange(1000)) for kind, year in keys)))
    places_ = [one.at for one in picture.years if one.only != "wide"]
    assert all(right - left >= 12 for left, right in pairwise(places_))
    assert str(max(year for _, year in keys)) in {one.text for one in picture.years}


@pytest.mark.parametrize(
    ("direction", "target", "reached"),
    [
        ("up", {"value": 30}, False),
        ("up", {"value": 18}, True),
        ("down", {"value": 30}, True),
        ("down", {"value": 10}, False),
        (None, {"value": 30}, None),
        (None, {"value": 30, "comparator": "le"}, True),
        ("up", {"value": 15, "comparator": "ge"}, True),
    ],
)
def test_whether_the_target_of_a_year_is_reached(
    direction: str | None, target: Row, reached: bool | None
) -> None:
    actual = value("i", "actual", 2023, 18) | ENDS
    told = value("i", "midterm_target", 2023, 0) | ENDS | target
    assert is_reached(actual, told, direction) is reached


def plan(id_: str, title: str, named: str | None, start: int) -> Plan:
    row = dict.fromkeys(FIELDS["plans"].names) | {
        "plan_id": id_,
        "title": title,
        "predecessor_plan": named,
        "start_fiscal_year": start,
    }
    return Plan(row, (), (), ())


def test_nothing_comes_from_itself() -> None:
    plans = [
        plan("a", "甲計画", "乙計画", 2010),
        plan("b", "乙計画", "甲計画", 2015),
        plan("c", "丙計画", "丙計画", 2015),
        plan("d", "丁計画", "戊計画", 2015),
        plan("e", "戊計画", None, 2018),
    ]
    everything = Municipality(NEAR, plans)
    found = [everything.lineage(one).predecessor for one in plans]
    assert found == [None, ("甲計画", plans[0]), None, ("戊計画", plans[4]), None]
    assert [*everything.lineage(plans[0]).successors] == [plans[1]]
    assert [*everything.lineage(plans[1]).successors] == []


def test_counted_evaluations_stand_in_the_order_of_the_plan() -> None:
    nodes = [
        Node({"title": title, "number": number}, (), (), ())
        for title, number in (("安全なまち", "1"), ("健やかなまち", "2"))
    ]
    rows = [
        {"goal": goal, "rating": "A", "item_count": 1}
        for goal in ("そのほか", "2 健やかなまち", "安全なまち")
    ]
    found = evaluation(rows, nodes)
    assert found is not None
    assert [one.goal for one in found.rows] == ["安全なまち", "2 健やかなまち", "そのほか"]
