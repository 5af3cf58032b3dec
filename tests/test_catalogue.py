"""The site and its metadata, made from what is published."""

from __future__ import annotations

from typing import Any

import pytest

from opendata import catalogue
from opendata.catalogue import Current, words
from opendata.package import Package
from opendata.release import Files, Release
from tests.release_samples import (
    PUBLISHER,
    municipal_plans,
    plans,
    released,
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


def test_the_files(release: Release) -> None:
    assert {"catalog.jsonld", "index.html", "robots.txt"} <= {*build(release)}
    assert "sitemap.xml" not in build(release)
    files = build(release, base_url=BASE)
    assert files["robots.txt"].decode().splitlines()[-1] == f"Sitemap: {BASE}/sitemap.xml"
    assert f"<loc>{BASE}/places/092169/sitemap.xml</loc>" in files["sitemap.xml"].decode()
    assert f"<loc>{BASE}/</loc><lastmod>2026-11-20T01:02:03Z</lastmod>" in (
        files["sitemap-1.xml"].decode()
    )


@pytest.mark.parametrize("base_url", [None, BASE, BASE + "/"])
def test_the_same_releases_give_the_same_bytes(release: Release, base_url: str | None) -> None:
    assert build(release, base_url=base_url) == build(release, base_url=base_url)


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
    ("start", "end", "said"),
    [
        (2010, 2016, "FY2010–2016 (Heisei 22 – 28)"),
        (2018, 2022, "FY2018–2022 (Heisei 30 – Reiwa 4)"),
        (2019, 2019, "FY2019 (Reiwa 1)"),
        (2019, None, "from FY2019 (Reiwa 1)"),
        (None, 1988, "until FY1988 (Showa 63)"),
        (None, None, "no period stated"),
    ],
)
def test_a_period_in_english(start: int | None, end: int | None, said: str) -> None:
    assert words.period(start, end, "en") == said


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        (250_000, "25万", "250k"),
        (150_000_000, "1.5億", "150M"),
        (99_999, "99,999", "99,999"),
        (-1e13, "-10兆", "-10tn"),
        (0, "0", "0"),
    ],
)
def test_a_number_on_an_axis(value: float, ja: str, en: str) -> None:
    assert (words.short(value), words.short(value, "en")) == (ja, en)


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
