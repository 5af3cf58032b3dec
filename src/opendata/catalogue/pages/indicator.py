"""The page of an indicator: whether its target is reached, and how anybody can see that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.catalogue import addresses
from opendata.catalogue.chart import chart
from opendata.catalogue.labels import Voice
from opendata.catalogue.model import Language
from opendata.catalogue.municipality import Indicator, Plan
from opendata.catalogue.pages.setting import Setting
from opendata.catalogue.pages.values import kinds_of, types_of, year_lines
from opendata.catalogue.rendering import render
from opendata.catalogue.texts import say
from opendata.catalogue.verdict import (
    JUDGEMENTS,
    VERDICTS,
    Formula,
    Row,
    achievement,
    expectation,
    has_figure,
    is_reached,
)
from opendata.catalogue.words import percent
from opendata.release import Files

TOLD = 4
"""How many values of one type the picture's description tells one by one."""


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of the way is `gone`, and where one should be by then, in percent of it."""

    rate: str
    gone: float
    expected: float | None


def indicator_page(
    setting: Setting, plan: Plan, indicator: Indicator, above: Sequence[Row]
) -> Files:
    """The page in both languages. `above` are the nodes it belongs to, the topmost first."""
    kind = addresses.kind_of(indicator.name, indicator.unit)
    voices, with_path = setting.voices, indicator.row["direction"] != "maintain"
    return render(
        setting.site,
        addresses.indicator_page(setting.code, indicator.id),
        "indicator.html",
        _linked(setting, plan, indicator),
        code=setting.code,
        plan=plan,
        indicator=indicator,
        above=above,
        department=_department(plan, above),
        place_page=addresses.place_page(setting.code),
        plan_page=addresses.plan_page(setting.code, plan.id),
        comparison=addresses.comparison_page(kind) if kind in setting.compared else None,
        v=voices.__getitem__,
        meter=_meter(indicator),
        of_year=_target_of_year(indicator),
        drawn=lambda language: chart(indicator.values, language, with_path=with_path),
        told=lambda language: _told(indicator, voices[language]),
        kinds=kinds_of(indicator.values),
        years=year_lines(indicator.values),
        computed=_computed(indicator),
        known=VERDICTS,
        origins=[(one, indicator.cell(one)) for one in indicator.values],
        corrections=_corrections(indicator.corrections),
        has_notes=any(one["note"] for one in indicator.values),
    )


def _linked(setting: Setting, plan: Plan, indicator: Indicator) -> Mapping[str, Any]:
    years = [int(one["fiscal_year"]) for one in indicator.values]
    about = f"{setting.place}「{plan.title}」の指標「{indicator.name}」の目標値と実績値。"
    return setting.linked(
        addresses.indicator_page(setting.code, indicator.id),
        f"{indicator.name}（{setting.place}）",
        about + (indicator.row["definition"] or ""),
        [(indicator.name, indicator.unit)],
        (min(years), max(years)) if years else None,
    )


def _department(plan: Plan, above: Sequence[Row]) -> str | None:
    """Who answers for it: the nearest that is named."""
    named = [one["department"] for one in above if one["department"]]
    department: str | None = named[-1] if named else plan.row["department"]
    return department


def _meter(indicator: Indicator) -> Meter | None:
    row = indicator.verdict.row
    if row is None or row["achievement_rate"] is None:
        return None
    rate, expected = float(row["achievement_rate"]), None
    baseline, target = row["baseline"], row["target"]
    is_on_a_way = None not in (row["expected"], baseline, target) and target != baseline
    if is_on_a_way and indicator.row["direction"] != "maintain":
        expected = _share((row["expected"] - baseline) / (target - baseline))
    return Meter(percent(rate), _share(rate), expected)


def _target_of_year(indicator: Indicator) -> tuple[Row, bool | None] | None:
    """The target that the plan has for the very year that was judged, before the last one, and
    whether it is reached where that can be said."""
    row = indicator.verdict.row
    if row is None or indicator.target is None or indicator.verdict.judgement not in JUDGEMENTS:
        return None
    year, last = int(row["fiscal_year"]), int(indicator.target["fiscal_year"])
    own = {one["value_type"]: one for one in indicator.values if int(one["fiscal_year"]) == year}
    target = own.get("target") or own.get("midterm_target")
    if target is None or "actual" not in own or year >= last or not has_figure(target):
        return None
    return target, is_reached(own["actual"], target, indicator.row["direction"])


def _share(ratio: float) -> float:
    """In percent of the bar, which cannot be more than full nor less than empty."""
    return round(min(max(ratio, 0.0), 1.0) * 100, 2)


def _computed(indicator: Indicator) -> list[tuple[Row, Formula | None, Formula | None]]:
    """Every year's achievement with its calculation, the newest first."""
    if indicator.row["direction"] not in ("up", "down", "maintain"):
        return []
    return [
        (row, achievement(indicator.row, row), expectation(indicator.values, row))
        for row in reversed(indicator.progress)
        if row["achievement_rate"] is not None
    ]


def _corrections(lines: Sequence[Row]) -> list[Row]:
    """The lines of the register, the newest first; what was written is told by the value where that
    was corrected, too."""
    told = {_about(one) for one in lines if one["field"] == "value"}
    return [one for one in reversed(lines) if one["field"] != "raw" or _about(one) not in told]


def _about(line: Row) -> tuple[str, str, str]:
    return (line["version"], line["value_type"], line["fiscal_year"])


def _told(indicator: Indicator, voice: Voice) -> str:
    """The picture in words: a few values of a type one by one, of many the first and the last."""
    language: Language = voice.language
    parts = []
    for kind in types_of(indicator.values):
        own = [one for one in indicator.values if one["value_type"] == kind]
        chosen = own if len(own) <= TOLD else [own[0], own[-1]]
        said = [
            f"{voice.plain_year(int(one['fiscal_year']))} {voice.quantity(one, indicator.unit)}"
            for one in chosen
        ]
        between = " 〜 " if language == "ja" else " to "
        joint = voice.joined(said) if chosen is own else between.join(said)
        parts.append(f"{voice.label('indicator_values', 'value_type', kind)}: {joint}")
    told = say(language)("indicator.told", name=indicator.name).unescape()
    return told + "".join(f"{one}{'。' if language == 'ja' else '. '}" for one in parts)
