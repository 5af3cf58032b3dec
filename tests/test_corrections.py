"""The register of corrections: every published value that was changed or taken back, and why."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from opendata.package import Package
from opendata.release import Part, Previous, Release, build, gather, restore
from tests.release_samples import CREATED, PUBLISHER, libraries, maybe_released, part, released

Line = tuple[str, ...]


@pytest.fixture
def package(tmp_path: Path) -> Package:
    def with_notes(descriptor: dict[str, Any]) -> None:
        descriptor["resources"][0]["schema"]["fields"].append({"name": "note", "type": "string"})

    return libraries(tmp_path, with_notes)


def register(release: Release) -> list[Line]:
    rows = csv.reader(io.StringIO(release.files["corrections.csv"].decode()))
    header, *lines = [tuple(row) for row in rows]
    names = ("version", "table", "key", "field", "before", "after", "change", "reason")
    assert header == names
    return lines


def branch(code: str, **values: Any) -> dict[str, Any]:
    return {"code": code, **values}


def test_the_first_version_corrects_nothing(package: Package) -> None:
    assert register(released(package, part(package, branches=[branch("a", seats=1)]))) == []


def test_what_was_published_and_is_no_more_is_a_correction(package: Package) -> None:
    first = released(
        package, part(package, branches=[branch("a", seats=1), branch("b"), branch("c", name="x")])
    )
    rows = [branch("a", seats=2), branch("b", seats=5), branch("d", seats=7)]
    second = released(package, part(package, branches=rows), previous=first)
    assert register(second) == [
        ("1.1.0", "branches", "a", "seats", "1", "2", "changed", ""),
        ("1.1.0", "branches", "c", "", "", "", "removed", ""),
    ], "a value that was missing and has come, and a row that is new, correct nothing"
    assert second.entry["corrections"] == 2


def test_only_the_rows_of_a_withdrawn_file_carry_its_reason(package: Package) -> None:
    def of(file: str, *rows: dict[str, Any]) -> Part:
        return part(package, file, branches=list(rows))

    first = released(
        package,
        of("a.xlsx", branch("a", seats=1), branch("b")),
        of("c.xlsx", branch("c"), branch("d")),
    )
    kept = of("a.xlsx", branch("a", seats=3))
    previous = Previous.read(first.files)
    given = {"c.xlsx": "廃止", "a.xlsx": "still here", "gone-before.xlsx": "last year"}
    second = build(
        gather(package, [kept]),
        previous=previous,
        created=CREATED,
        publisher=PUBLISHER,
        withdrawn=given,
    )
    assert second is not None
    assert {line[2]: (line[6], line[7]) for line in register(second)} == {
        "a": ("changed", ""),
        "b": ("removed", ""),
        "c": ("removed", "廃止"),
        "d": ("removed", "廃止"),
    }
    assert second.entry["reason"] == {"c.xlsx": "廃止"}


def test_a_note_that_comes_with_a_correction_is_its_reason(package: Package) -> None:
    first = released(
        package,
        part(package, branches=[branch("a", seats=1, area=1.0), branch("b", seats=1, note="旧")]),
    )
    rows = [
        branch("a", seats=2, area=2.5, note='集計の誤り, "改修"\nを除く'),
        branch("b", seats=2, note="旧"),
    ]
    second = released(package, part(package, branches=rows), previous=first)
    reason = '集計の誤り, "改修"\nを除く'
    assert register(second) == [
        ("1.0.1", "branches", "a", "seats", "1", "2", "changed", reason),
        ("1.0.1", "branches", "a", "area", "1", "2.5", "changed", reason),
        ("1.0.1", "branches", "b", "seats", "1", "2", "changed", ""),
    ], "a note that stood there before explains nothing new"


def test_the_register_is_cumulative(package: Package) -> None:
    release = None
    for seats, note in ((1, None), (2, "甲"), (3, "乙\n丙")):
        rows = [branch("a", seats=seats, note=note)]
        release = released(package, part(package, branches=rows), previous=release)
    assert release is not None
    assert register(release) == [
        ("1.0.1", "branches", "a", "seats", "1", "2", "changed", "甲"),
        ("1.0.2", "branches", "a", "seats", "2", "3", "changed", "乙\n丙"),
        ("1.0.2", "branches", "a", "note", "甲", "乙\n丙", "changed", "乙\n丙"),
    ]
    assert release.entry["corrections"] == 2
    unchanged = part(package, branches=[branch("a", seats=3, note="乙\n丙")])
    assert maybe_released(package, unchanged, previous=release) is None


def test_going_back_gives_its_own_reason(package: Package) -> None:
    first = released(package, part(package, branches=[branch("a", seats=1)]))
    rows = [branch("a", seats=2, note="増席"), branch("b")]
    second = released(package, part(package, branches=rows), previous=first)
    third = restore(
        first.files, previous=Previous.read(second.files), created=CREATED, reason="誤りだった"
    )
    assert third is not None
    assert register(third)[1:] == [
        ("1.2.0", "branches", "a", "seats", "2", "1", "changed", "誤りだった"),
        ("1.2.0", "branches", "a", "note", "増席", "", "changed", "誤りだった"),
        ("1.2.0", "branches", "b", "", "", "", "removed", "誤りだった"),
    ]
    assert third.entry["restores"] == "1.0.0" and third.entry["reason"] == "誤りだった"
    for name in ("branches.csv", "visits.csv"):
        assert third.files[name] == first.files[name]
