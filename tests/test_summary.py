"""What a pass tells people: all of what is news, and never a list that nobody reads."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from opendata.errors import Text
from opendata.pipeline.accounts import Account, Reason
from opendata.pipeline.summary import NAMED, Line, Status, Summary
from opendata.pipeline.told import Mailed

WHERE = "w/reviews/index.html"


def line(number: int, standing: Status, *, is_news: bool = False, **account: object) -> Line:
    told = Account("0" * 64, standing, standing, "p", "132012", "", **account)  # type: ignore[arg-type]
    return Line(f"f{number:05}.xlsx", standing if is_news else "unchanged", standing, told)


def summary(lines: Iterable[Line], **more: object) -> Summary:
    blank: dict[str, object] = {
        "releases": (), "current": {"p": "1.0.0"}, "withdrawn": (), "kept_out": (),
        "passed_over": {}, "workspace": "w", "public": "o",
    }  # fmt: skip
    return Summary(submissions=tuple(lines), **{**blank, **more})  # type: ignore[arg-type]


def named(told: list[str]) -> list[str]:
    """The files that are named, by their numbers."""
    return [one.split("f", 1)[1][:5] for one in told if "  ○ f" in one or "  × f" in one]


def test_a_night_on_which_nothing_changed_counts_and_names_nothing_that_is_well() -> None:
    told = summary(line(n, "accepted") for n in range(10_000)).sentences()

    assert told[:3] == [
        "提出ファイル 10000 件（うち今回新しく確認したもの 0 件）",
        "受理 10000 件",
        "差し戻し 0 件",
    ]
    assert len(told) < 10


def test_what_is_news_is_named_and_what_is_still_asked() -> None:
    asked = line(7, "accepted", warnings=2, questions=1, held=1)
    told = summary([line(1, "accepted"), line(2, "accepted", is_news=True), asked]).sentences()

    assert named(told) == ["00002", "00007"]
    assert "      確認結果: w/reviews/f00007.xlsx/report.html" in told


@pytest.mark.parametrize("standing", ["accepted", "rejected"])
def test_of_many_some_are_named_the_news_first(standing: Status) -> None:
    fresh = [line(n, standing, is_news=True, questions=1) for n in range(900, 903)]
    stale = [line(n, standing, questions=1) for n in range(100, 400)]
    told = summary([*stale, *fresh])

    assert named(told.sentences())[:4] == ["00900", "00901", "00902", "00100"]
    assert len(named(told.sentences())) == NAMED
    assert f"  ほか {303 - NAMED} 件（一覧: {WHERE}）" in told.sentences()
    assert f"  and {303 - NAMED} more (all of them: {WHERE})" in told.sentences("en")


def test_every_other_list_is_as_short() -> None:
    lines = [line(n, "rejected", proposal="f.layout.yaml") for n in range(100)]
    gone = tuple(f"gone{n}.xlsx" for n in range(100))
    lost = {f"a{n}@example.jp": Text("届きません", "lost") for n in range(100)}
    told = summary(
        lines, withdrawn=gone, kept_out=gone, mailed=Mailed(undelivered=lost)
    ).sentences()

    assert len(told) < 6 * NAMED + 20
    assert told.count(f"  ほか {100 - NAMED} 件（一覧: {WHERE}）") == 3
    assert f"届けられなかったメール ほか {100 - NAMED} 通" in told


def test_no_more_are_counted_than_there_are() -> None:
    reason = Reason("表 A1", "空です。", "It is empty.")
    told = summary(line(n, "rejected", reason=reason) for n in range(NAMED)).sentences()
    assert len(named(told)) == NAMED
    assert not [one for one in told if "ほか" in one]
    assert told.count("      ［表 A1］空です。") == NAMED
