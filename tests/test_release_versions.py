"""What changed, and what number that makes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.release import Previous, build, diff, gather
from opendata.release.changes import Level, bump
from opendata.release.tables import schema
from tests.release_samples import (
    BRANCHES,
    CREATED,
    PUBLISHER,
    VISITS,
    Rows,
    libraries,
    maybe_released,
    part,
    released,
    sample,
)

Descriptor = dict[str, Any]


def changes(before: Rows, after: Rows, folder: Path) -> tuple[str | None, list[str]]:
    """The number and the lines of `changes.csv` that new branches make."""
    package = libraries(folder)
    first = released(package, part(package, branches=before))
    second = maybe_released(package, part(package, branches=after), previous=first)
    if second is None:
        return None, []
    return second.version, second.files["changes.csv"].decode().splitlines()[1:]


def branch(code: str, **values: Any) -> dict[str, Any]:
    return {"code": code, **values}


def test_every_row_of_the_first_version_is_an_added_one(tmp_path: Path) -> None:
    package = libraries(tmp_path)
    assert released(package, sample(package)).files["changes.csv"].decode() == (
        "table,key,field,before,after,change\n"
        "branches,001,,,,added\n"
        "branches,002,,,,added\n"
        "branches,003,,,,added\n"
        "visits,001|2009,,,,added\n"
        "visits,001|2010,,,,added\n"
    )


def test_nothing_changed_makes_no_version(tmp_path: Path) -> None:
    package = libraries(tmp_path)
    first = released(package, sample(package))
    renamed = part(package, "moved.xlsx", branches=[*BRANCHES][::-1], visits=VISITS)
    assert maybe_released(package, renamed, previous=first) is None


def test_a_corrected_value_is_a_patch(tmp_path: Path) -> None:
    before = [branch("a", seats=1, area=2.0, name="x"), branch("b", is_open=True)]
    after = [branch("a", seats=2, area=2.5), branch("b", is_open=False, name="y,z")]
    assert changes(before, after, tmp_path) == (
        "1.0.1",
        [
            "branches,a,name,x,,changed",
            "branches,a,seats,1,2,changed",
            "branches,a,area,2,2.5,changed",
            'branches,b,name,,"y,z",changed',
            "branches,b,is_open,true,false,changed",
        ],
    )


def test_rows_that_come_or_go_are_minor(tmp_path: Path) -> None:
    before, after = [branch("a"), branch("b", seats=1)], [branch("b", seats=2), branch("c")]
    assert changes(before, after, tmp_path) == (
        "1.1.0",
        ["branches,a,,,,removed", "branches,b,seats,1,2,changed", "branches,c,,,,added"],
    )


def test_lines_stand_in_the_order_of_the_key_and_not_of_its_text(tmp_path: Path) -> None:
    package = libraries(tmp_path)
    years: Rows = [{"code": "a", "fiscal_year": year} for year in (10000, 2009, 999)]
    release = released(package, part(package, visits=years))
    lines = release.files["changes.csv"].decode().splitlines()[1:]
    assert [line.split(",")[1] for line in lines] == ["a|999", "a|2009", "a|10000"]


def test_versions_count_on(tmp_path: Path) -> None:
    package = libraries(tmp_path)
    release = released(package, part(package, branches=[branch("a", seats=1)]))
    numbers = []
    for rows in (
        [branch("a", seats=2)],
        [branch("a", seats=3)],
        [branch("b")],
        [branch("b", seats=1)],
    ):
        release = released(package, part(package, branches=rows), previous=release)
        numbers.append((release.version, release.previous))
    assert numbers == [
        ("1.0.1", "1.0.0"),
        ("1.0.2", "1.0.1"),
        ("1.1.0", "1.0.2"),
        ("1.1.1", "1.1.0"),
    ]


@pytest.mark.parametrize(
    ("level", "version"),
    [(Level.MAJOR, "10.0.0"), (Level.MINOR, "9.12.0"), (Level.PATCH, "9.11.8")],
)
def test_bump(level: Level, version: str) -> None:
    assert bump("9.11.7", level) == version


def fields(descriptor: Descriptor) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = descriptor["resources"][0]["schema"]["fields"]
    return found


def set_constraint(name: str, value: object) -> Callable[[Descriptor], object]:
    return lambda one: fields(one)[2].setdefault("constraints", {}).update({name: value})


MAJOR: dict[str, Callable[[Descriptor], object]] = {
    "field renamed": lambda one: fields(one)[4].update(name="is_closed"),
    "field removed": lambda one: fields(one).pop(),
    "fields reordered": lambda one: fields(one).insert(1, fields(one).pop(2)),
    "field put between": lambda one: fields(one).insert(1, {"name": "new", "type": "string"}),
    "resource removed": lambda one: one["resources"].pop(),
    "resources reordered": lambda one: one["resources"].reverse(),
    "type changed": lambda one: fields(one)[2].update(type="number"),
    "required": set_constraint("required", True),
    "higher minimum": set_constraint("minimum", 1),
    "new maximum": set_constraint("maximum", 10_000),
    "new enum": set_constraint("enum", [40, 120]),
    "new pattern": set_constraint("pattern", ".*"),
    "new foreign key": lambda one: one["resources"][0]["schema"].update(
        foreignKeys=[{"fields": ["code"], "reference": {"resource": "", "fields": ["code"]}}]
    ),
    "another primary key": lambda one: one["resources"][1]["schema"].update(
        primaryKey=["code", "fiscal_year", "count"]
    ),
}
MINOR: dict[str, Callable[[Descriptor], object]] = {
    "field added": lambda one: fields(one).append({"name": "new", "type": "string"}),
    "resource added": lambda one: one["resources"].insert(
        1, copy.deepcopy(one["resources"][0]) | {"name": "former"}
    ),
    "lower minimum": set_constraint("minimum", -1),
    "foreign key removed": lambda one: one["resources"][1]["schema"].pop("foreignKeys"),
}
PATCH: dict[str, Callable[[Descriptor], object]] = {
    "title": lambda one: fields(one)[1].update(title="名前"),
    "description of the package": lambda one: one.update(description="別の説明"),
    "licence": lambda one: one["licenses"].append({"name": "PDL-1.0"}),
}
NONE: dict[str, Callable[[Descriptor], object]] = {
    "private": lambda one: fields(one)[1].update({"opendata:read": "number"}),
    "checked only": lambda one: one["resources"][0].pop("opendata:checked"),
}


@pytest.mark.parametrize(
    ("edit", "version"),
    [
        pytest.param(edit, version, id=f"{version} {name}")
        for version, edits in (("2.0.0", MAJOR), ("1.1.0", MINOR), ("1.0.1", PATCH), (None, NONE))
        for name, edit in edits.items()
    ],
)
def test_a_changed_contract(
    edit: Callable[[Descriptor], object], version: str | None, tmp_path: Path
) -> None:
    before, after = libraries(tmp_path / "a"), libraries(tmp_path / "b", edit)
    first = released(before, sample(before))
    second = maybe_released(after, sample(after), previous=first)
    assert (second.version if second else None) == version


def test_an_enum_is_tightened_only_by_what_it_loses(tmp_path: Path) -> None:
    packages = [
        libraries(tmp_path / str(number), set_constraint("enum", values))
        for number, values in enumerate(([40, 120], [40, 120, 200], [120, 200]))
    ]
    release = None
    numbers = []
    for package in packages:
        release = released(package, part(package), previous=release)
        numbers.append(release.version)
    assert numbers == ["1.0.0", "1.1.0", "2.0.0"]


def test_schema_changes_are_lines_without_a_key(tmp_path: Path) -> None:
    def edit(descriptor: Descriptor) -> None:
        fields(descriptor).append({"name": "phone", "type": "string"})
        fields(descriptor)[2]["constraints"] = {"minimum": 1}
        descriptor["resources"].pop()

    before, after = libraries(tmp_path / "a"), libraries(tmp_path / "b", edit)
    first = released(before, sample(before))
    second = released(after, sample(after), previous=first)
    assert second.files["changes.csv"].decode().splitlines()[1:] == [
        "visits,,,,,schema-removed",
        'branches,,seats,"{""constraints"":{""minimum"":0}}","{""constraints"":{""minimum"":1}}",schema-changed',
        "branches,,phone,,,schema-added",
    ]
    assert (second.changes, second.changed_rows) == (3, 0)


def test_another_publisher_is_a_patch(tmp_path: Path) -> None:
    package = libraries(tmp_path)
    first = released(package, sample(package))
    second = build(
        gather(package, [sample(package)]),
        previous=Previous.read(first.files),
        created=CREATED,
        publisher=replace(PUBLISHER, name="別の市"),
    )
    assert second is not None
    assert (second.version, second.changes) == ("1.0.1", 0)


rows = st.dictionaries(
    st.tuples(st.text("a|0", max_size=2), st.integers(1, 3)),
    st.none() | st.integers(0, 3),
    max_size=6,
)


@given(before=rows, after=rows)
def test_a_diff_turns_the_old_table_into_the_new(
    before: dict[tuple[str, int], int | None],
    after: dict[tuple[str, int], int | None],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    package = libraries(tmp_path_factory.getbasetemp() / "diff")
    wanted = schema(package.resource("visits"))

    def table(rows: dict[tuple[str, int], int | None]) -> dict[str, pa.Table]:
        listed = [{"code": key[0], "fiscal_year": key[1], "count": rows[key]} for key in rows]
        return {
            "branches": schema(package.resource("branches")).empty_table(),
            "visits": pa.Table.from_pylist(listed, schema=wanted),
        }

    lines = diff(table(before), table(after), package).to_pylist()
    patched = {f"{code}|{year}": value for (code, year), value in before.items()}
    for line in lines:
        if line["change"] == "removed":
            del patched[line["key"]]
        else:
            number = None if line["after"] is None else int(line["after"])
            assert line["change"] == ("changed" if line["key"] in patched else "added")
            patched[line["key"]] = number
    assert patched.keys() == {f"{code}|{year}" for code, year in after}
    for (code, year), value in after.items():
        if (code, year) in before:
            assert patched[f"{code}|{year}"] == value
