"""Plans of two cities with every kind of value, made by hand, for the tests of their pages."""

from __future__ import annotations

from typing import Any

from opendata.catalogue import ORIGINS, Current
from opendata.package import Package
from opendata.release import Previous, Release
from opendata.validate.progress import indicator_progress
from tests.release_samples import Rows, dataset, municipal_plans, part, released

NEAR, FAR = "092169", "132012"
PLAN = f"{NEAR}-johoka"
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>&amp;'
Row = dict[str, Any]


def value(indicator: str, kind: str, year: int, number: float | None, **more: Any) -> Row:
    raw = "-" if number is None else f"{number:g}"
    known = {"status": "missing" if number is None else "normal", "raw": raw}
    if number is not None:
        known["comparator"] = "eq"
    return {
        "indicator_id": indicator,
        "value_type": kind,
        "fiscal_year": year,
        "value": number,
        **known,
        **more,
    }


def indicator(id_: str, name: str, direction: str | None, **more: Any) -> Row:
    known = {"plan_id": PLAN, "node_id": "m1", "unit": "%", "kind": "outcome"}
    return {"indicator_id": id_, "name": name, "direction": direction, **known, **more}


PLANS: list[Row] = [
    {
        "plan_id": f"{NEAR}-old",
        "municipality_code": NEAR,
        "title": "第１期情報化計画",
        "start_fiscal_year": 2013,
        "end_fiscal_year": 2017,
    },
    {
        "plan_id": PLAN,
        "municipality_code": NEAR,
        "title": "第2期情報化計画",
        "plan_type": "sector_plan",
        "parent_plan": "総合計画",
        "predecessor_plan": "第1期情報化計画",
        "start_fiscal_year": 2018,
        "end_fiscal_year": 2024,
        "original_end_fiscal_year": 2022,
        "department": "情報課",
        "adopted": "2018-03",
        "landing_page": "javascript:alert(1)",
        "note": "期間を2年延ばした。",
    },
]
NODES: list[Row] = [
    {"node_id": "g1", "plan_id": PLAN, "level": "goal", "number": "1", "title": "便利なまち"},
    {
        "node_id": "m1",
        "plan_id": PLAN,
        "parent_node_id": "g1",
        "level": "measure",
        "number": "1-1",
        "title": "電子申請",
        "is_priority": True,
        "department": "市民課",
    },
]
INDICATORS: list[Row] = [
    indicator("up", "電子申請の割合", "up", definition="申請のうち電子申請の割合"),
    indicator("down", "窓口の待ち時間", "down", unit="分"),
    indicator("keep", "満足度", "maintain"),
    indicator("open", "範囲で書かれた目標", None, node_id=None),
    indicator("gap", "値のない年度がある指標", "up", unit="件", is_cumulative=True),
    indicator("bare", "値のない指標", "up", unit=None),
    indicator("weird/../id", EVIL, "up", unit=EVIL[:40], definition=EVIL),
]
CORRECTED = value("up", "actual", 2020, 32, status="provisional", note="速報")
VALUES: list[Row] = [
    value("up", "baseline", 2018, 10.5),
    value("up", "midterm_target", 2020, 30),
    value("up", "actual", 2019, 20),
    CORRECTED,
    value("up", "target", 2022, 50),
    value("down", "baseline", 2018, 60),
    value("down", "actual", 2020, 62.5),
    value("down", "target", 2022, -0.5),
    value("keep", "actual", 2020, 95),
    value("keep", "target", 2022, 90),
    value("open", "baseline", 2018, 5, comparator="approx", raw="約5"),
    value("open", "actual", 2020, 26),
    value("open", "target", 2022, 25, comparator="ge", raw="25以上"),
    value("open", "forecast", 2023, None, value_low=20, value_high=30, comparator="range",
          status="normal", raw="20〜30"),
    value("gap", "baseline", 2018, 100),
    value("gap", "actual", 2019, None, status="suppressed", raw="x"),
    value("gap", "actual", 2020, None, status="not_yet", raw="集計中"),
    value("gap", "actual", 2021, 250000),
    value("gap", "target", 2022, 250000),
    value("weird/../id", "baseline", 2018, 1, note=EVIL),
    value("weird/../id", "actual", 2020, None, status="normal", raw=EVIL),
]  # fmt: skip
PROGRESS: list[Row] = [
    {"node_id": "m1", "fiscal_year": 2019, "rating": "△", "rating_class": "delayed"},
    {
        "node_id": "m1",
        "fiscal_year": 2020,
        "rating": "◎",
        "rating_class": "on_track",
        "note": "試行",
    },
]
COUNTS: list[Row] = [
    {"plan_id": PLAN, "goal": "便利なまち", "rating": "完了", "item_count": 3},
    {"plan_id": PLAN, "goal": "便利なまち", "rating": "未着手", "item_count": 1},
]
OTHER: dict[str, Rows] = {
    "plans": [{"plan_id": f"{FAR}-x", "municipality_code": FAR, "title": "デジタル計画"}],
    "indicators": [
        indicator("far", "電子申請の割合", "up", plan_id=f"{FAR}-x", node_id=None, unit="％")
    ],
    "indicator_values": [
        value("far", "baseline", 2018, 10),
        value("far", "actual", 2021, 5),
        value("far", "target", 2022, 40),
    ],
}


def tables(package: Package, values: Rows = VALUES) -> dict[str, Rows]:
    """The near city's rows, with what is derived from them."""
    known: dict[str, Rows] = {
        "plans": PLANS,
        "policy_nodes": NODES,
        "indicators": INDICATORS,
        "indicator_values": values,
        "progress": PROGRESS,
        "evaluation_counts": COUNTS,
    }
    return known | {"indicator_progress": derived(package, known)}


def derived(package: Package, known: dict[str, Rows]) -> Rows:
    found: list[Row] = indicator_progress(dataset(package, "一覧", known).tables).to_pylist()
    return found


def current() -> Current:
    """Two cities in a second version, which corrects a value of the first."""
    package = municipal_plans()
    first = [{**one, "value": 31.0, "raw": "31"} if one is CORRECTED else one for one in VALUES]
    other = OTHER | {"indicator_progress": derived(package, OTHER)}

    def parts(values: Rows) -> list[Any]:
        near = part(package, f"municipal-plans/{NEAR}/計画.xlsx", **tables(package, values))
        return [near, part(package, f"municipal-plans/{FAR}/計画.xlsx", **other)]

    before = released(package, *parts(first))
    release = released(package, *parts(VALUES), previous=before)
    return shown(release, before)


def without_far() -> tuple[Current, Release]:
    """The version in which the only file of the far city is withdrawn, and the near city's new file
    leaves out an indicator; and the version before."""
    package = municipal_plans()
    near, far = (f"municipal-plans/{one}/計画.xlsx" for one in (NEAR, FAR))
    other = OTHER | {"indicator_progress": derived(package, OTHER)}
    known = tables(package)
    before = released(package, part(package, near, **known), part(package, far, **other))
    kept = {
        table: [row for row in rows if row.get("indicator_id") != "down"]
        for table, rows in known.items()
    }
    why = {far: "二重に公開していた<b>ため</b>"}
    release = released(package, part(package, near, **kept), previous=before, withdrawn=why)
    return shown(release, before), before


def shown(*releases: Release) -> Current:
    """A package's current version, the first of `releases`, with all that pages are made of."""
    newest = Previous.read(releases[0].files)
    return Current(
        newest.descriptor,
        [one.entry for one in reversed(releases)],
        newest.tables,
        newest.origins(ORIGINS),
        newest.corrections,
        newest.changes,
    )
