"""What stands for records that wait for an answer, when a release is put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from opendata.package import Package, dependents
from opendata.pipeline.cache import fitted, pack, unpack
from opendata.release import Part, Previous, Release, narrowed, with_last
from opendata.release.tables import schema
from tests.release_samples import Rows, libraries, maybe_released, part, released, sample

OLD = "libraries/092169/昨年.xlsx"
NAMES: Rows = ({"code": "001", "name": "本館"}, {"code": "002", "name": "南館"})
COUNTED: Rows = (
    {"code": "001", "fiscal_year": 2010, "count": 1000},
    {"code": "001", "fiscal_year": 2011, "count": 1100},
    {"code": "002", "fiscal_year": 2010, "count": 50},
)


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return libraries(tmp_path / "libraries")


@pytest.fixture
def published(package: Package) -> Release:
    return released(package, part(package, OLD, branches=NAMES, visits=COUNTED))


@pytest.fixture
def before(published: Release) -> Previous:
    return Previous.read(published.files)


def holding(package: Package, one: Part, **keys: Rows) -> Part:
    """The part, with records of these keys that wait."""
    held = {}
    for name, rows in keys.items():
        resource = package.resource(name)
        wanted = pa.schema([schema(resource).field(field) for field in resource.primary_key])
        held[name] = pa.Table.from_pylist([*rows], schema=wanted)
    return replace(one, dataset=replace(one.dataset, held=held))


def standing(
    package: Package,
    one: Part,
    before: Previous | None,
    others: Callable[[tuple[str, str]], bool] = lambda key: False,
) -> list[Part]:
    """The part as it is published; the same by as much of the last release as it needs."""
    parts = with_last(package, one, before, others)
    assert with_last(package, one, narrowed(package, [one], before), others) == parts
    return parts


def said(parts: list[Part], name: str) -> list[tuple[str, tuple[Any, ...]]]:
    """Every row and the file that it comes from."""
    return sorted(
        (one.file, tuple(row.values()))
        for one in parts
        for row in one.dataset.tables[name].to_pylist()
    )


def test_a_held_row_is_that_of_the_last_release(package: Package, before: Previous) -> None:
    new = part(
        package,
        branches=NAMES,
        visits=[{"code": "001", "fiscal_year": 2010, "count": 9999},
                {"code": "002", "fiscal_year": 2010, "count": 51},
                {"code": "002", "fiscal_year": 2011, "count": 9999}],
    )  # fmt: skip
    waiting = holding(
        package,
        new,
        visits=[{"code": "001", "fiscal_year": 2010}, {"code": "002", "fiscal_year": 2011}],
    )

    parts = standing(package, waiting, before)

    assert said(parts, "visits") == [
        (OLD, ("001", 2010, 1000)),
        (new.file, ("002", 2010, 51)),
    ]
    (older,) = (one for one in parts if one.file == OLD)
    assert older.dataset.cells["visits"].to_pylist() == [
        {"code": None, "fiscal_year": None, "count": "一覧!C2"}
    ]
    assert older.source != new.source


def test_what_refers_to_a_held_record_is_held_with_it(package: Package, before: Previous) -> None:
    new = part(
        package,
        branches=[{"code": "009", "name": "中央館"}, NAMES[1]],
        visits=[{"code": "009", "fiscal_year": 2010, "count": 1000},
                {"code": "002", "fiscal_year": 2010, "count": 51}],
    )  # fmt: skip
    waiting = holding(package, new, branches=[{"code": "009"}, {"code": "001"}])

    parts = standing(package, waiting, before)

    assert [row[1][0] for row in said(parts, "branches")] == ["001", "002"]
    assert [row[1] for row in said(parts, "visits")] == [
        ("001", 2010, 1000), ("001", 2011, 1100), ("002", 2010, 51)]  # fmt: skip


def test_what_a_row_that_stays_refers_to_stays(package: Package, before: Previous) -> None:
    new = part(package, branches=NAMES[1:], visits=())
    waiting = holding(package, new, visits=[{"code": "001", "fiscal_year": 2011}])

    parts = standing(package, waiting, before)

    assert said(parts, "branches") == [
        (OLD, ("001", "本館", None, None, None)),
        (new.file, ("002", "南館", None, None, None)),
    ]
    assert [row[1] for row in said(parts, "visits")] == [("001", 2011, 1100)]


def test_nothing_is_published_twice(package: Package, before: Previous) -> None:
    new = part(package, branches=NAMES[1:], visits=())
    waiting = holding(package, new, branches=[{"code": "001"}])

    others = {("branches", "001"), ("visits", "001|2010")}
    parts = standing(package, waiting, before, others.__contains__)

    assert [row[1][0] for row in said(parts, "branches")] == ["002"]
    assert [row[1] for row in said(parts, "visits")] == [("001", 2011, 1100)]


def test_before_the_first_release_nothing_stands_for_it(package: Package) -> None:
    waiting = holding(package, sample(package), branches=[{"code": "001"}])

    (only,) = standing(package, waiting, None)

    assert [row[1][0] for row in said([only], "branches")] == ["002", "003"]
    assert said([only], "visits") == []


def test_the_same_question_makes_the_same_release(package: Package, published: Release) -> None:
    asked: Rows = [{"code": "001", "fiscal_year": 2010}]
    changed = [{**COUNTED[0], "count": 9999}, *COUNTED[1:]]
    more = [*changed, {**COUNTED[2], "fiscal_year": 2011}]

    def made(visits: Rows, last: Release) -> tuple[Release | None, set[str]]:
        new = holding(package, part(package, branches=NAMES, visits=visits), visits=asked)
        parts = standing(package, new, Previous.read(last.files))
        return maybe_released(package, *parts, previous=last), {one.source for one in parts}

    assert made(changed, published)[0] is None, "nothing but the question is new"
    first, sources = made(more, published)
    assert first and len(sources) == 2 and made(more, published)[0] == first
    again, carried = made(more, first)
    assert again is None and carried == sources, "from version to version with its source"


def test_a_last_release_of_another_contract_says_nothing(
    package: Package, before: Previous
) -> None:
    new = holding(package, part(package, branches=NAMES), branches=[{"code": "001"}])
    texts = pa.table({"code": ["001"], "name": ["本館"], "seats": ["多数"]})
    other = replace(before, tables={"branches": texts})

    (only,) = standing(package, new, other)

    assert [row[1][0] for row in said([only], "branches")] == ["002"]


def test_what_waits_is_kept_with_the_dataset(package: Package) -> None:
    waiting = holding(package, sample(package), visits=[{"code": "001", "fiscal_year": 2010}])

    found = unpack(pack(waiting.dataset))

    assert found is not None
    for one in (found, fitted(found, package)):
        assert one.held["visits"].to_pylist() == [{"code": "001", "fiscal_year": 2010}]
    none = unpack(pack(sample(package).dataset))
    assert none is not None and not none.held


def test_dependents_are_followed_however_far(package: Package) -> None:
    tables = {"branches": {"code": ["a", "b", None]}, "visits": {"code": ["b", None, "a", "b"]}}

    found = dependents(package, lambda table, field: tables[table][field], {"branches": {1, 2}})

    assert found == {"branches": {1, 2}, "visits": {0, 3}}
