"""What a version says of its own quality, and what the site makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opendata.catalogue import Current
from opendata.catalogue.freshness import freshness
from opendata.catalogue.model import Site
from opendata.catalogue.pages.dataset import render_dataset
from opendata.catalogue.quality import quality_of
from opendata.package import Package
from opendata.pipeline.cache import pack, unpack
from opendata.release import Part, Previous, Publisher, Release, restore
from opendata.release.descriptor import document
from opendata.validate.machine_readability import Places, Readability, Violation
from tests.release_samples import (
    BRANCHES,
    CREATED,
    VISITS,
    libraries,
    maybe_released,
    part,
    released,
    sample,
)

MERGED = Readability(
    ("L1-12", "L2-01"), (Violation("merged", 3, 1, (Places("一覧", ("A1:B1", "C2:C3")),)),)
)
GOOD = Readability(("L1-12", "L2-01"), ())


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return libraries(tmp_path_factory.mktemp("libraries"))


def judged(one: Part, readability: Readability | None) -> Part:
    return replace(one, dataset=replace(one.dataset, readability=readability))


def two(package: Package) -> tuple[Part, Part]:
    """Two sources, one of them with merged cells."""
    first = judged(part(package, "libraries/092169/館.xlsx", branches=BRANCHES), MERGED)
    return first, judged(part(package, "libraries/092169/利用.xlsx", visits=VISITS), GOOD)


def another(package: Package) -> Part:
    """One year of visits that no other sample has."""
    return part(package, "libraries/092169/別.xlsx", visits=[{**VISITS[0], "fiscal_year": 1999}])


def told(release: Release) -> Mapping[str, Any]:
    quality: Mapping[str, Any] = release.descriptor["quality"]
    return quality


def current(release: Release) -> Current:
    return Current(release.descriptor, [release.entry], release.tables)


def test_a_version_says_how_machine_readable_its_sources_are(package: Package) -> None:
    release = released(package, *two(package))
    readable = told(release)["machineReadability"]
    assert readable["mean"] == {"1": 95.0, "2": 100.0, "3": None}
    assert readable["worst"] == {"1": 90, "2": 100, "3": None}
    assert [(one["title"], one["violations"]) for one in readable["sources"]] == [
        ("libraries/092169/利用.xlsx", {}),
        ("libraries/092169/館.xlsx", {"L1-12": 3}),
    ]
    assert [one["hash"] for one in readable["sources"]] == [
        one["hash"] for one in release.descriptor["sources"]
    ]
    (_, details) = json.loads(release.files["quality.json"])["sources"]
    assert details["violations"] == MERGED.to_json()["violations"]
    assert b"quality.json" in release.files["SHA256SUMS"]


def test_the_same_sources_give_the_same_bytes_in_any_order(package: Package) -> None:
    parts = two(package)
    assert released(package, *parts).files == released(package, *reversed(parts)).files


def test_a_source_that_was_not_judged_is_said_to_be_so(package: Package) -> None:
    release = released(package, sample(package))
    (source,) = told(release)["machineReadability"]["sources"]
    assert source["scores"] is None and "violations" not in source
    assert told(release)["machineReadability"]["mean"] == {"1": None, "2": None, "3": None}


def test_what_is_found_out_anew_makes_no_version(package: Package) -> None:
    first = released(package, *two(package))
    again = [judged(one, GOOD) for one in two(package)]
    assert maybe_released(package, *again, previous=first) is None


def test_what_the_version_before_knew_of_a_file_stands(package: Package) -> None:
    first = released(package, *two(package))
    branches = judged(two(package)[0], None)
    parts = (branches, two(package)[1], another(package))
    second = released(package, *parts, previous=first)
    scores = {
        one["title"].rpartition("/")[2]: one["scores"]
        for one in told(second)["machineReadability"]["sources"]
    }
    assert scores == {
        "利用.xlsx": GOOD.scores,
        "別.xlsx": None,
        "館.xlsx": MERGED.scores,
    }


def test_going_back_brings_the_old_quality_back(package: Package) -> None:
    first = released(package, *two(package))
    second = released(package, sample(package), another(package), previous=first)
    before = Previous.read(second.files)
    back = restore(first.files, previous=before, created=CREATED, reason="誤り")
    assert back is not None
    assert back.files["quality.json"] == first.files["quality.json"]


def test_versions_from_before_say_nothing_and_can_be_read(package: Package) -> None:
    release = released(package, *two(package))
    old = {name: value for name, value in release.descriptor.items() if name != "quality"}
    files = {name: one for name, one in release.files.items() if name != "quality.json"}
    files |= {"datapackage.json": document(old)}
    before = Previous.read(files)
    assert before.judged == ()
    found = quality_of(Current(old, [release.entry], release.tables))
    assert [one.mean for one in found.levels] == [None, None, None]
    assert (found.judged, found.sources, found.details_url) == (0, 2, None)
    newer = Previous.read(released(package, sample(package), another(package)).files)
    back = restore(files, previous=newer, created=CREATED, reason="誤り")
    assert back is not None
    sources = told(back)["machineReadability"]["sources"]
    assert [one["scores"] for one in sources] == [None, None]


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"sources": [1]}', b'{"sources": [{}]}'])
def test_a_file_of_details_that_says_nothing_does_no_harm(package: Package, content: bytes) -> None:
    release = released(package, *two(package))
    assert Previous.read({**release.files, "quality.json": content}).judged == ()


def test_completeness_is_told_by_table_and_field(package: Package) -> None:
    branches, visits = told(released(package, sample(package)))["completeness"]
    assert branches == {
        "resource": "branches",
        "rows": 3,
        "required": 1.0,
        "optional": 0.75,
        "fields": {"code": 1.0, "name": 1.0, "seats": 0.6667, "area": 0.6667, "is_open": 0.6667},
    }
    assert (visits["required"], visits["optional"]) == (1.0, 1.0)
    empty = told(released(package, part(package, branches=BRANCHES)))["completeness"][1]
    assert (empty["rows"], empty["required"], empty["fields"]["count"]) == (0, None, None)


def test_a_table_is_complete_only_where_nothing_is_missing(package: Package) -> None:
    rows = [{"code": f"{at:06}", "name": None if at == 1 else "館"} for at in range(40_000)]
    (branches, _) = told(released(package, part(package, branches=rows)))["completeness"]
    assert branches["fields"]["name"] == 0.9999


def test_the_site_has_it_in_words(package: Package) -> None:
    found = quality_of(current(released(package, *two(package))))
    assert [(one.level, one.mean, one.worst) for one in found.levels] == [
        (1, 95.0, 90),
        (2, 100.0, 100),
        (3, None, None),
    ]
    (broken,) = found.broken
    assert (broken.rule, broken.places, broken.files, broken.level) == ("L1-12", 3, 1, 1)
    assert (broken.name.ja, broken.name.en) == ("セルの結合", "Merged cells")
    assert [(one.file, one.scores) for one in found.files] == [
        ("libraries/092169/利用.xlsx", {1: 100, 2: 100, 3: None}),
        ("libraries/092169/館.xlsx", {1: 90, 2: 100, 3: None}),
    ]
    fields = found.completeness[0].fields
    assert [(one.title, one.is_required, one.filled) for one in fields[:2]] == [
        ("館コード", True, 1.0),
        ("館名", False, 1.0),
    ]
    assert found.details_url == "1.0.0/quality.json"


def test_the_page_of_the_dataset_tells_it_with_the_cells(package: Package) -> None:
    release = released(package, *two(package))
    judged = tuple(json.loads(release.files["quality.json"])["sources"])
    shown = replace(current(release), judged=judged)
    (find,) = quality_of(shown).broken[0].finds
    assert [(one.file, one.sheet, one.ranges) for one in find.examples] == [
        ("libraries/092169/館.xlsx", "一覧", ("A1:B1", "C2:C3"))
    ]
    pages = render_dataset(Site(Publisher("例示市")), shown)
    page = pages["datasets/libraries/index.html"].decode()
    assert "セルの結合" in page and "<code>A1:B1 C2:C3</code>" in page
    assert "未判定" in page  # level 3
    assert "66.7%" in page
    english = pages["datasets/libraries/index.en.html"].decode()
    assert "Merged cells" in english and "not declared" in english


HISTORY = [
    {"created": "2024-02-28T16:00:00Z", "changes": 9, "changed_rows": 9},
    {"created": "2025-06-01T01:00:00Z", "changes": 0, "changed_rows": 0},
    {"created": "2026-06-01T01:00:00Z", "changed_rows": 3, "restores": "1.0.0"},
]


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("daily", "2024-03-01"),
        ("weekly", "2024-03-07"),
        ("monthly", "2024-03-29"),
        ("quarterly", "2024-05-29"),
        ("annual", "2025-02-28"),
        ("irregular", None),
        ("sometimes", None),
        (None, None),
    ],
)
def test_the_next_submission_is_to_be_expected(declared: str | None, expected: str | None) -> None:
    """Of the last version with data of its own, by the day in Japan: the 29th of February."""
    found = freshness({"accrualPeriodicity": declared} if declared else {}, HISTORY)
    assert (found.last, found.next) == ("2024-02-29", expected)
    assert found.frequency == (declared if declared != "sometimes" else None)
    assert "2024-02-29" in found.words.ja and "2024-02-29" in found.words.en
    assert (expected or "予定") in found.words.ja or expected is None


def test_nothing_is_known_without_versions() -> None:
    found = freshness({"accrualPeriodicity": "annual"}, [])
    assert (found.last, found.next) == (None, None)
    assert found.words.ja and found.words.en


def test_it_is_kept_with_the_dataset(package: Package) -> None:
    kept = unpack(pack(judged(sample(package), MERGED).dataset))
    assert kept is not None and kept.readability == MERGED
    before = unpack(pack(sample(package).dataset))
    assert before is not None and before.readability is None


def test_the_contract_declares_how_often_it_is_submitted() -> None:
    root = Path(__file__).parents[1]
    source = (root / "datapackages/municipal-plans/datapackage.yaml").read_text("utf-8")
    assert "\naccrualPeriodicity: annual\n" in source
