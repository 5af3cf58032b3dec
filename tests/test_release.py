"""A release: its files, to the byte."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from opendata.errors import OpendataError, PackageError, StoreError
from opendata.package import Package
from opendata.release import Part, Previous, gathered, keys, pointer, read_checksums, to_csv
from opendata.validate import Dataset
from tests.release_samples import (
    BRANCHES,
    ROOT,
    VISITS,
    libraries,
    maybe_released,
    municipal_plans,
    part,
    plans,
    released,
    sample,
)


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return libraries(tmp_path / "libraries")


def read_parquet(content: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(content))


def test_the_files_of_a_version(package: Package) -> None:
    release = released(package, sample(package))
    assert sorted(release.files) == [
        "SHA256SUMS",
        "branches.csv",
        "branches.csv-metadata.json",
        "branches.parquet",
        "changes.csv",
        "changes.csv-metadata.json",
        "corrections.csv",
        "corrections.csv-metadata.json",
        "csv-metadata.json",
        "datapackage.json",
        "libraries.xlsx",
        "lineage.parquet",
        "quality.json",
        "visits.csv",
        "visits.csv-metadata.json",
        "visits.parquet",
    ]
    assert release.version == "1.0.0"
    assert release.previous is None
    assert release.entry == {
        "version": "1.0.0",
        "previous": None,
        "created": "2026-11-20T01:02:03Z",
        "sums": hashlib.sha256(release.files["SHA256SUMS"]).hexdigest(),
        "changes": 5,
        "changed_rows": 5,
        "rows": 5,
        "added": 5,
        "removed": 0,
        "changed": 0,
        "corrections": 0,
        "schema_changes": 0,
    }


def test_csv_is_sorted_plain_and_quoted_only_where_needed(package: Package) -> None:
    release = released(package, sample(package))
    assert release.files["branches.csv"].decode() == (
        "code,name,seats,area,is_open\n"
        '001,"本館 ""中央"", 新\n館",120,1500,false\n'
        "002,南館,40,0.1,true\n"
        "003,=1+1,,,\n"
    )
    assert release.files["visits.csv"] == b"code,fiscal_year,count\n001,2009,0\n001,2010,1000\n"


def test_parquet_says_the_same_and_carries_schema_and_licence(package: Package) -> None:
    content = released(package, sample(package)).files["branches.parquet"]
    assert read_parquet(content).to_pylist() == sorted(BRANCHES, key=lambda row: row["code"])
    metadata = pq.read_metadata(io.BytesIO(content))
    about = {name.decode(): value.decode() for name, value in (metadata.metadata or {}).items()}
    assert sorted(about) == [
        "license",
        "package",
        "publisher",
        "table_schema",
        "title",
        "version",
    ]
    assert json.loads(about["table_schema"])["primaryKey"] == ["code"]
    assert json.loads(about["license"])[0]["name"] == "CC-BY-4.0"
    group = metadata.row_group(0)
    assert group.column(0).compression == "ZSTD"
    assert [one.column_index for one in group.sorting_columns] == [0]


def test_empty_text_and_nan_are_missing_everywhere(package: Package) -> None:
    row = {"code": "9", "name": "", "area": float("nan")}
    release = released(package, part(package, branches=[row]))
    assert release.files["branches.csv"].endswith(b"\n9,,,,\n")
    (written,) = read_parquet(release.files["branches.parquet"]).to_pylist()
    assert written == {"code": "9", "name": None, "seats": None, "area": None, "is_open": None}


def test_lineage_names_the_cell_of_every_value_that_was_read(package: Package) -> None:
    ours = part(package, "libraries/092169/a!b.xlsx", visits=VISITS)
    cells = {**ours.dataset.cells} | {
        "visits": pa.table(
            {"code": ["!A2", "x!y!A3"], "fiscal_year": [None, None], "count": VISITS_AT}
        )
    }
    release = released(package, Part(ours.source, ours.file, Dataset(ours.dataset.tables, cells)))
    lines = read_parquet(release.files["lineage.parquet"]).to_pylist()
    places = ("key", "field", "how", "sheet", "cell")
    assert [tuple(one[name] for name in places) for one in lines] == [
        ("001|2009", "code", "read", "x!y", "A3"),
        ("001|2010", "code", "read", "", "A2"),
        ("001|2009", "fiscal_year", "made", "x!y", "A3"),
        ("001|2010", "fiscal_year", "made", "", "A2"),
        ("001|2009", "count", "read", "一覧", "C3"),
        ("001|2010", "count", "made", "", "A2"),
    ]
    assert {(one["table"], one["sha256"], one["file"]) for one in lines} == {
        ("visits", ours.source, ours.file)
    }


VISITS_AT = [None, "一覧!C3"]


def test_the_excel_edition_has_japanese_headings_and_no_surprises(package: Package) -> None:
    release = released(package, sample(package))
    book = openpyxl.load_workbook(io.BytesIO(release.files["libraries.xlsx"]))
    assert book.sheetnames == ["説明", "館", "利用"]
    sheet = book["館"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [
        ["館コード", "館名", "席数", "面積", "開館"],
        ["001", '本館 "中央", 新\n館', 120, 1500, False],
        ["002", "南館", 40, 0.1, True],
        ["003", "=1+1", None, None, None],
    ]
    assert sheet["B4"].data_type == "s", "text that looks like a formula stays text"
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:E4"
    about = " ".join(str(c.value) for row in book["説明"].iter_rows() for c in row if c.value)
    for word in ("CC BY 4.0", "1.0.0", "例示市", "libraries/092169/館.xlsx", "席数", "branches"):
        assert word in about
    assert book.properties.created.isoformat() == "1980-01-01T00:00:00", "no clock"


def test_the_descriptor_measures_every_file(package: Package) -> None:
    release = released(package, sample(package))
    descriptor = json.loads(release.files["datapackage.json"])
    assert descriptor["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert descriptor["contributors"] == [
        {
            "title": "例示市",
            "roles": ["publisher"],
            "path": "https://city.example.jp/",
            "email": "data@city.example.jp",
        }
    ]
    assert [one["title"] for one in descriptor["sources"]] == ["libraries/092169/館.xlsx"]
    assert "opendata:" not in release.files["datapackage.json"].decode()
    assert "remark" not in release.files["datapackage.json"].decode()
    assert [(one["name"], one["rows"]) for one in descriptor["resources"]] == [
        ("branches", 3),
        ("visits", 2),
        ("changes", 5),
        ("corrections", 0),
    ]
    assert "created" not in descriptor, "the pointer says it: a version is the same on any day"
    described = [
        one
        for resource in descriptor["resources"]
        for one in (resource, resource["csvw"], *resource.get("alternates", ()))
    ]
    described += [*descriptor["alternates"], descriptor["lineage"], descriptor["csvw"]]
    described += [descriptor["quality"]]
    assert {one["path"] for one in described} == release.files.keys() - {
        "SHA256SUMS",
        "datapackage.json",
    }
    for one in described:
        content = release.files[one["path"]]
        assert one["bytes"] == len(content)
        assert one["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_the_pointer_moves_every_path_and_nothing_else(package: Package) -> None:
    release = released(package, sample(package))
    before, after = (
        json.loads(release.files["datapackage.json"]),
        json.loads(pointer(release.descriptor, release.created)),
    )
    assert [one["path"] for one in after["resources"]] == [
        "1.0.0/branches.csv",
        "1.0.0/visits.csv",
        "1.0.0/changes.csv",
        "1.0.0/corrections.csv",
    ]
    assert after["created"] == "2026-11-20T01:02:03Z"
    assert after["resources"][0]["alternates"][0]["path"] == "1.0.0/branches.parquet"
    assert after["alternates"][0]["path"] == "1.0.0/libraries.xlsx"
    assert after["lineage"]["path"] == "1.0.0/lineage.parquet"
    for name in ("licenses", "contributors", "sources", "translations"):
        assert after[name] == before[name]


def test_checksums_are_those_of_sha256sum(package: Package, tmp_path: Path) -> None:
    release = released(package, sample(package))
    for name, content in release.files.items():
        tmp_path.joinpath(name).write_bytes(content)
    subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=tmp_path, check=True)
    sums = read_checksums(release.files["SHA256SUMS"])
    assert sums is not None
    assert sums.keys() == release.files.keys() - {"SHA256SUMS"}


@pytest.mark.parametrize("content", [b"\xff", b"abc  x\n", b"0" * 64 + b"  x", b"\n"])
def test_what_is_no_list_of_checksums(content: bytes) -> None:
    assert read_checksums(content) is None


def test_the_same_input_gives_the_same_bytes_in_another_process() -> None:
    """Also under another hash seed, another time zone, and with the parts in another order."""
    program = """
import hashlib
from tests.release_samples import municipal_plans, part, plans, released
package = municipal_plans()
plan = {"plan_id": "132012-a", "municipality_code": "132012", "title": "計画"}
other = part(package, "b.xlsx", plans=[plan])
parts = [plans(package), other]
parts.reverse() if REVERSE else None
for name, content in sorted(released(package, *parts).files.items()):
    print(name, hashlib.sha256(content).hexdigest())
"""
    found = {
        subprocess.run(
            [sys.executable, "-c", program.replace("REVERSE", str(bool(number)))],
            cwd=ROOT,
            env={"PYTHONHASHSEED": str(number), "TZ": zone, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for number, zone in ((0, "Asia/Tokyo"), (1, "UTC"))
    }
    assert len(found) == 1
    named = {line.split()[0] for line in found.pop().splitlines()}
    assert named == set(released(municipal_plans(), plans(municipal_plans())).files)


def test_it_does_not_matter_in_what_order_many_parts_come(
    package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [
        part(package, f"libraries/092169/{number}.xlsx", branches=[{"code": str(number)}])
        for number in range(7)
    ]
    whole = released(package, *parts)
    assert whole.tables["branches"].column("code").to_pylist() == [*"0123456"]
    monkeypatch.setattr(gathered, "BATCH", 2)
    assert released(package, *reversed(parts)).files == whole.files


def test_parts_are_merged(package: Package) -> None:
    first = part(package, "a.xlsx", branches=BRANCHES[:1])
    second = part(package, "b.xlsx", branches=BRANCHES[1:], visits=VISITS)
    together = released(package, first, second)
    assert (
        together.files["branches.csv"] == released(package, sample(package)).files["branches.csv"]
    )


def test_two_parts_with_one_row_make_no_release(package: Package) -> None:
    first, second = (
        part(package, "a.xlsx", visits=VISITS),
        part(package, "b.xlsx", visits=VISITS[:1]),
    )
    assert set(keys(package, second)) == {("visits", "001|2010")}
    assert set(keys(package, second)) & set(keys(package, first))
    with pytest.raises(OpendataError) as raised:
        released(package, second, first)
    assert raised.value.code == "conflicting-submission"
    assert raised.value.details["file"] == "b.xlsx"
    assert raised.value.details["other"] == "a.xlsx"


def test_a_resource_may_not_take_the_name_of_our_own_tables(tmp_path: Path) -> None:
    def rename(descriptor: Any) -> None:
        descriptor["resources"][1]["name"] = "changes"

    package = libraries(tmp_path, rename)
    with pytest.raises(PackageError):
        released(package, part(package))


@pytest.mark.parametrize("name", ["datapackage.json", "branches.parquet"])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"null", b"\x00" * 99])
def test_a_damaged_previous_version_is_an_error_of_the_store(
    package: Package, name: str, content: bytes | None
) -> None:
    files = {**released(package, sample(package)).files}
    del files[name]
    if content is not None:
        files[name] = content
    with pytest.raises(StoreError) as raised:
        Previous.read(files)
    assert raised.value.code == "damaged-release"


def test_the_real_contract_makes_a_release() -> None:
    package = municipal_plans()
    release = released(package, plans(package))
    assert maybe_released(package, plans(package), previous=release) is None
    assert release.files["indicator_values.csv"].decode().splitlines()[1:3] == [
        "k1,actual,2020,32,,,,normal,32.0,",
        "k1,baseline,2018,10.5,,,,normal,10.5,",
    ]


def test_large_and_small_figures_are_written_in_full() -> None:
    table = pa.table({"value": [24420760388.0, 1e16, 1e-7, -2.5e20, 0.1, None, 123456.0]})

    assert to_csv(table).decode().splitlines() == [
        "value", "24420760388", "10000000000000000", "0.0000001", "-250000000000000000000", "0.1",
        "", "123456",
    ]  # fmt: skip
