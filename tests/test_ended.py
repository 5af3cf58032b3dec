"""A dataset of which everything was withdrawn, and versions of which a part was."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from opendata import catalogue
from opendata.catalogue import Current, metadata
from opendata.catalogue.freshness import freshness
from opendata.catalogue.metadata.described import described
from opendata.catalogue.model import Site
from opendata.catalogue.releases import ended, versions
from opendata.package import Package
from opendata.release import Part, Previous, Publisher, Release, build, gather
from tests.plan_samples import shown
from tests.release_samples import BRANCHES, libraries, part
from tests.test_pages import text_of

BASE = "https://data.example.jp/"
WHO = Publisher("例市 情報政策課", "132012", "data@example.jp")
NEAR, FAR = "libraries/132012/館.xlsx", "libraries/021008/教育/館.xlsx"
WHY = "県の一覧に移ったため"


def made(
    package: Package, day: int, before: Release | None, withdrawn: Mapping[str, str], *parts: Part
) -> Release:
    found = build(
        gather(package, parts),
        previous=Previous.read(before.files) if before else None,
        created=datetime(2026, 11, day, 20, tzinfo=UTC),
        publisher=WHO,
        withdrawn=withdrawn,
    )
    assert found is not None
    return found


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, ...]:
    """Two files; then one value corrected and the other file withdrawn; then nothing any more; and
    once more nothing, in other words."""

    def annual(descriptor: dict[str, Any]) -> None:
        descriptor["accrualPeriodicity"] = "annual"

    package = libraries(tmp_path_factory.mktemp("contract"), annual)
    first = made(
        package, 1, None, {}, part(package, NEAR, branches=BRANCHES[:2]),
        part(package, FAR, branches=BRANCHES[2:]),
    )  # fmt: skip
    corrected = [{**BRANCHES[0], "seats": 41}, BRANCHES[1]]
    second = made(package, 2, first, {FAR: "廃館"}, part(package, NEAR, branches=corrected))
    third = made(package, 3, second, {NEAR: WHY})
    return third, second, first


@pytest.fixture(scope="module")
def gone(released: tuple[Release, ...]) -> Current:
    return shown(*released)


@pytest.fixture(scope="module")
def partly(released: tuple[Release, ...]) -> Current:
    return shown(*released[1:])


@pytest.fixture(scope="module")
def site(gone: Current) -> Mapping[str, bytes]:
    return catalogue.build([gone], publisher=WHO, base_url=BASE).files


def test_the_end_has_a_day_and_a_reason(gone: Current, partly: Current) -> None:
    found = ended(gone.descriptor, gone.history)
    assert found is not None
    assert (found.version, found.created[:10], found.reasons) == (
        gone.version,
        "2026-11-03",
        (WHY,),
    )
    assert ended(partly.descriptor, partly.history) is None
    assert ended({"resources": []}, gone.history[-1:]) is None, "it never had a row"
    later = {**gone.history[-1], "version": "9.9.9", "created": "2027-01-01T00:00:00Z"}
    assert ended(gone.descriptor, [*gone.history, later]) == found


def test_a_withdrawal_is_no_submission(gone: Current, partly: Current) -> None:
    """In Japan it is the next day already."""
    found = freshness(gone.descriptor, gone.history)
    assert (found.last, found.next, found.end) == ("2026-11-03", None, "2026-11-04")
    assert "公開を終えました" in found.words.ja and "No longer published" in found.words.en
    assert freshness(partly.descriptor, partly.history).next == "2027-11-03"


def test_the_pages_say_that_it_ended(site: Mapping[str, bytes]) -> None:
    html = site["datasets/libraries/index.html"].decode()
    page = text_of(html[html.index("<main") :])
    before = page[: page.index("ダウンロード")]
    assert "このデータセットは公開を終えました。 2026年11月4日" in before
    assert f"理由: {WHY}" in before
    assert "公開の終了 2026年11月4日" in page
    for word in ("次の提出の予定", "まだ行がない", "0 ファイルのうち"):
        assert word not in page
    assert "公開終了" in text_of(site["index.html"].decode())
    english = text_of(site["datasets/libraries/index.en.html"].decode())
    assert "This dataset is no longer published: 4 November 2026" in english


def test_programs_are_told_that_it_ended(site: Mapping[str, bytes], gone: Current) -> None:
    api = json.loads(site["api/datasets/libraries.json"])
    assert api["ended"] == {
        "version": gone.version, "created": gone.created, "reasons": [WHY],
    }  # fmt: skip
    versions_ = json.loads(site["api/datasets/libraries/versions.json"])["versions"]
    assert [one.get("withdrawn") for one in versions_] == [
        [{"file": NEAR, "reason": WHY}],
        [{"file": FAR, "reason": "廃館"}],
        None,
    ]
    (row,) = {
        (one["地方公共団体名"], one["ファイル_ステータス"], one["データセット_更新頻度"],
         one["データセット_備考"])
        for one in csv.DictReader(io.StringIO(site["opendata-list.csv"].decode()))
    }  # fmt: skip
    assert row == (
        "例市", "配信終了", "更新なし（公開終了）", f"2026-11-04に公開を終えました。理由：{WHY}。"
    )  # fmt: skip
    graph = site["catalog.jsonld"].decode()
    assert "frequency/NEVER" in graph and "distribution-status/WITHDRAWN" in graph
    for path in ("catalog.jsonld", "index.en.html", "datasets/libraries/index.en.html"):
        assert "0 files" not in site[path].decode()


def test_what_goes_on_has_not_ended(partly: Current) -> None:
    files = catalogue.build([partly], publisher=WHO, base_url=BASE).files
    assert "ended" not in json.loads(files["api/datasets/libraries.json"])
    assert "WITHDRAWN" not in files["catalog.jsonld"].decode()
    assert "公開を終えました" not in files["datasets/libraries/index.html"].decode()
    table = csv.DictReader(io.StringIO(files["opendata-list.csv"].decode()))
    assert {one["ファイル_ステータス"] for one in table} == {"配信中"}


def test_a_reason_is_of_the_withdrawn_file_only(partly: Current) -> None:
    version = versions(partly)[0]
    assert (version.withdrawn, version.reasons) == ({"廃館": (FAR,)}, ())
    files = catalogue.build([partly], publisher=WHO).files
    page = text_of(files["changes/index.html"].decode())
    assert "ファイル 1 件とその行を取り下げました ( 021008/教育/館.xlsx )。 理由: 廃館" in page
    assert "南館 002 変更 席数 40 41 記載なし" in page
    assert "003 削除 廃館" in page
    feed = files["feed.atom"].decode()
    assert "ファイル1件を取り下げ（理由：廃館）" in feed


def test_the_folders_tell_the_municipalities(released: tuple[Release, ...]) -> None:
    site = Site(WHO, BASE, {"021008": "例村"})
    both = described(shown(*released[2:]), site)
    assert [(one.code, one.name) for one in both.areas] == [("021008", "例村"), ("132012", "例市")]
    assert [one.code for one in described(shown(*released), site).areas] == ["132012"]


@pytest.mark.parametrize(
    ("name", "municipality"),
    [
        ("例市 情報政策課", "例市"),
        ("例市　総務部　情報課", "例市"),
        ("例市", "例市"),
        ("例県庁 統計課", "例県庁 統計課"),
        ("データ 室", "データ 室"),
    ],
)
def test_the_municipality_of_a_publisher(name: str, municipality: str) -> None:
    assert Site(Publisher(name)).municipality == municipality
    assert Site(Publisher(name, "132012"), places={"132012": "八王子市"}).municipality == "八王子市"


def test_many_rows_that_went_together_are_one_line(tmp_path: Path) -> None:
    package = libraries(tmp_path)
    rows = [{"code": f"{number:03}", "name": f"第{number}館"} for number in range(40)]
    first = made(package, 1, None, {}, part(package, NEAR, branches=rows))
    second = made(package, 2, first, {}, part(package, NEAR, branches=rows[:3]))
    page = text_of(
        catalogue.build([shown(second, first)], publisher=WHO).files["changes/index.html"].decode()
    )
    assert "館 003 004 005 ほか 34 行 削除" in page
    assert "006" not in page
    assert metadata.documents([shown(second, first)], Site(WHO))
