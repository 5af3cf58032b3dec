"""The site and its metadata, made from what is published."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from opendata import catalogue
from opendata.catalogue import Current, words
from opendata.catalogue.drawing import Bar, bar, course
from opendata.catalogue.plans import overview
from opendata.package import Package
from opendata.release import Files, Publisher, Release
from opendata.store import FolderStore, commit, refresh, stage, verify
from tests.release_samples import (
    PLAN_ID,
    PUBLISHER,
    dataset,
    libraries,
    municipal_plans,
    part,
    plans,
    released,
    sample,
)

BASE = "https://data.city.example.jp/open"


def shown(release: Release) -> Current:
    return Current(release.descriptor, [release.entry], release.tables)


def build(*releases: Release, base_url: str | None = None) -> Files:
    found = [shown(one) for one in releases]
    return catalogue.build(found, publisher=PUBLISHER, base_url=base_url).files


@pytest.fixture(scope="module")
def package() -> Package:
    return municipal_plans()


@pytest.fixture(scope="module")
def release(package: Package) -> Release:
    return released(package, plans(package))


def publish_site(root: Path, *releases: Release, base_url: str | None = None) -> FolderStore:
    """A public folder with these releases, each of its own package, and the site."""
    public, workspace = FolderStore(root / "public"), FolderStore(root / "workspace")
    for one in releases:
        stage(workspace, public, {}, one)
    commit(workspace, None, {"releases": {one.package: [one.entry] for one in releases}})
    refresh(
        workspace,
        public,
        lambda found: catalogue.build(found, publisher=PUBLISHER, base_url=base_url),
    )
    return public


class Page(HTMLParser):
    """What a page links to, and whether its elements are closed in order."""

    EMPTY = frozenset({"meta", "link", "br", "img", "input", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.attributes |= values.keys()
        self.links += [value for name in ("href", "src") if (value := values.get(name))]
        if identifier := values.get("id"):
            self.ids.append(identifier)
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.EMPTY:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.open)


def text_of(page: bytes) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode())))


def test_the_files(release: Release) -> None:
    assert {"catalog.jsonld", "icon.svg", "index.html", "site.css"} <= build(release).keys()
    files = build(release, base_url=BASE)
    assert files["robots.txt"].decode().splitlines()[-1] == f"Sitemap: {BASE}/sitemap.xml"
    assert f"<loc>{BASE}/sitemap-1.xml</loc>" in files["sitemap.xml"].decode()
    assert f"<loc>{BASE}/places/092169/sitemap.xml</loc>" in files["sitemap.xml"].decode()
    assert f"<loc>{BASE}/</loc><lastmod>2026-11-20T01:02:03Z</lastmod>" in (
        files["sitemap-1.xml"].decode()
    )


@pytest.mark.parametrize("base_url", [None, BASE, BASE + "/"])
def test_the_same_releases_give_the_same_bytes(release: Release, base_url: str | None) -> None:
    assert build(release, base_url=base_url) == build(release, base_url=base_url)


def test_the_page_is_whole_and_every_link_leads_somewhere(release: Release, tmp_path: Path) -> None:
    other = libraries(tmp_path / "contract")
    public = publish_site(tmp_path, release, released(other, sample(other)))
    page = Page((public.read("index.html") or b"").decode())
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    outside = {link for link in page.links if "://" in link or link.startswith("mailto:")}
    assert outside == {
        "https://creativecommons.org/licenses/by/4.0/",
        "https://city.example.jp/",
        "mailto:data@city.example.jp",
    }
    for link in {*page.links} - outside:
        if link.startswith("#"):
            assert link[1:] in page.ids
        else:
            assert public.exists(link), link
    assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
    assert verify(public) == []


def test_what_a_reader_finds(release: Release) -> None:
    text = text_of(build(release)["index.html"])
    for words_ in (
        "自治体の計画とKPI",
        "1行が1つの計画。",
        "indicator_values",
        "クリエイティブ・コモンズ 表示 4.0 国際",
        "例示市 <情報化> 計画",
        "2018〜2024年度（平成30〜令和6年度）（当初は2022年度（令和4年度）まで）",
        "個別計画",
        "目標 1",
        "施策 1",
        "1-1 電子申請 重点",
        "電子申請の割合",
        "現状値 目標値 実績値 見込",
        "10.5%",
        "値なし",
        "順調 達成率 54%",
        "評価の集計を見る（4件）",
        "最終更新 2026年11月20日",
        "Municipal plans and KPIs",
    ):
        assert words_ in text, words_


def test_checksums_and_sizes_are_those_of_the_files(release: Release) -> None:
    page = build(release)["index.html"].decode()
    for resource in release.descriptor["resources"][:-1]:
        assert resource["hash"].removeprefix("sha256:") in page
    assert words.size(len(release.files["plans.csv"])) in page


def test_values_cannot_become_markup(package: Package) -> None:
    evil = '"><script>alert(1)</script>'
    plan = {"plan_id": "132012-x", "municipality_code": "132012", "title": evil, "department": evil}
    made = released(package, part(package, plans=[plan]))
    page = build(made)["index.html"].decode()
    assert "<script>alert" not in page
    for script in re.findall(r"<script[^>]*>(.*?)</script>", page, re.S):
        json.loads(script)
    named = replace(PUBLISHER, name="</script><b>市")
    page = catalogue.build([shown(made)], publisher=named).files["index.html"].decode()
    assert "</script><b>" not in page


def test_nothing_published_yet() -> None:
    files = catalogue.build([], publisher=Publisher("例示市"), base_url=BASE).files
    assert "公開されたデータは、まだありません。" in text_of(files["index.html"])
    assert Page(files["index.html"].decode()).open == []


def test_a_package_of_another_kind_has_no_plans(tmp_path: Path) -> None:
    package = libraries(tmp_path)
    page = build(released(package, sample(package)))["index.html"].decode()
    assert "計画を見る" not in page
    assert "席数" not in text_of(page.partition("<main")[2].encode())


def test_an_empty_package_is_shown(package: Package) -> None:
    text = text_of(build(released(package, part(package)))["index.html"])
    assert "計画を見る" not in text
    assert "施策体系 policy_nodes" in text


def snippets(page: bytes, kind: str) -> list[str]:
    found = re.findall(rf'<code class="{kind}">(.*?)</code>', page.decode(), re.S)
    return [html.unescape(one) for one in found]


def test_the_snippets_run(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = libraries(tmp_path / "contract")
    public = publish_site(tmp_path, release, released(other, sample(other)))
    monkeypatch.chdir(public.root)
    page = public.read("index.html") or b""
    frames: list[pd.DataFrame] = []
    for snippet in snippets(page, "pandas"):
        scope: dict[str, Any] = {}
        exec(snippet, scope)
        frames += [one for one in scope.values() if isinstance(one, pd.DataFrame)]
    assert [len(frame) for frame in frames] == [3, 1]
    assert frames[0]["code"].tolist() == ["001", "002", "003"]
    assert frames[1]["municipality_code"].tolist() == ["092169"]
    with duckdb.connect() as database:
        counts = [len(database.sql(one).fetchall()) for one in snippets(page, "duckdb")]
    assert counts == [3, 1]


def test_the_snippets_name_the_site_where_it_is_known(release: Release) -> None:
    page = build(release, base_url=BASE)["index.html"]
    (snippet,) = snippets(page, "duckdb")
    assert f"'{BASE}/datasets/municipal-plans/latest/plans.parquet'" in snippet


def test_search_engines_get_a_dataset(release: Release) -> None:
    page = build(release, base_url=BASE)["index.html"].decode()
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    document = json.loads(script)
    assert document["@type"] == "Dataset"
    assert 50 <= len(document["description"]) <= 5000
    assert document["temporalCoverage"] == "2018-04-01/2025-03-31"
    assert None not in document.values()


@pytest.mark.parametrize(
    ("code", "name"),
    [("092169", "下野市"), ("132012", "東京都 132012"), ("990001", "990001"), ("x", "x")],
)
def test_a_municipality_has_a_name_or_a_prefecture(code: str, name: str) -> None:
    assert words.place(code, {"092169": "下野市"}) == name


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (2010, 2016, "2010〜2016年度（平成22〜28年度）"),
        (2018, 2022, "2018〜2022年度（平成30〜令和4年度）"),
        (2019, 2019, "2019年度（令和元年度）"),
        (2019, None, "2019年度（令和元年度）から"),
        (None, 1988, "1988年度（昭和63年度）まで"),
        (None, None, "期間の記載なし"),
    ],
)
def test_a_period_in_words(start: int | None, end: int | None, said: str) -> None:
    assert words.period(start, end) == said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"value": 1234.5}, "1,234.5件"),
        ({"value": 0.0}, "0件"),
        ({"value": 50.0, "comparator": "ge"}, "50件以上"),
        ({"value": 50.0, "comparator": "le"}, "50件以下"),
        ({"value": 50.0, "comparator": "approx"}, "約50件"),
        ({"value_low": 1.0, "value_high": 2.5, "comparator": "range"}, "1〜2.5件"),
        ({"status": "missing", "raw": "-"}, "値なし"),
        ({"status": "suppressed", "raw": "x"}, "秘匿"),
        ({"raw": "検討中"}, "検討中"),
        ({}, "値なし"),
    ],
)
def test_a_value_in_words(values: dict[str, Any], said: str) -> None:
    row = dict.fromkeys(("value", "value_low", "value_high", "comparator", "raw")) | {
        "status": "normal"
    }
    assert words.quantity({**row, **values}, "件") == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (12_345, "12.3 kB"),
        (10**7, "10 MB"),
        (10**13, "10000 GB"),
    ],
)
def test_sizes(count: int, said: str) -> None:
    assert words.size(count) == said


def test_the_day_is_japans() -> None:
    assert words.day("2026-11-20T14:59:59Z") == "2026年11月20日"
    assert words.day("2026-11-20T15:00:00Z") == "2026年11月21日"


def test_bars_on_the_axis() -> None:
    assert bar(2010, 2019, 2010, 2014, None) == Bar(0, 50, None)
    assert bar(2010, 2019, 2015, 2019, 2017) == Bar(50, 50, 80)
    assert bar(2010, 2019, 2015, 2019, 2019) == Bar(50, 50, None)
    assert bar(2010, 2019, None, 2019, None) is None
    assert bar(2010, 2019, 2015, 2014, None) is None


def test_the_course_of_an_indicator() -> None:
    drawn = course([("target", 2014, 50.0), ("baseline", 2010, 10.0), ("actual", 2012, 30.0)])
    assert drawn is not None
    assert [one.kind for one in drawn.marks] == ["baseline", "actual", "target"]
    assert drawn.planned == "10,50 158,10"
    assert drawn.actual == "10,50 84,30"
    assert course([("target", 2014, 50.0)]) is None
    flat = course([("target", 2014, 5.0), ("baseline", 2014, 5.0)])
    assert flat is not None
    assert {one.y for one in flat.marks} == {30.0}


def test_odd_plans_do_not_break_the_page(package: Package) -> None:
    """No years, a node that is its own parent, parents in a circle, values without numbers."""

    def node(node_id: str, parent: str | None) -> dict[str, Any]:
        return {
            "node_id": node_id,
            "plan_id": PLAN_ID,
            "parent_node_id": parent,
            "level": "goal",
            "title": node_id,
        }

    odd = dataset(
        package,
        "表",
        {
            "plans": [{"plan_id": PLAN_ID, "municipality_code": "092169", "title": "計画"}],
            "policy_nodes": [node("own", "own"), node("a", "b"), node("b", "a"), node("c", "gone")],
            "indicators": [{"indicator_id": "k", "plan_id": PLAN_ID, "name": "指標"}],
        },
    )
    made = released(package, replace(part(package), dataset=odd))
    found = overview(shown(made), {})
    assert found is not None
    (plan,) = found.places[0].plans
    assert plan.period == "期間の記載なし"
    assert plan.bar is None
    assert found.ticks == ()
    assert [one.title for one in plan.nodes] == ["a", "b", "c", "own"]
    assert Page(build(made)["index.html"].decode()).open == []
