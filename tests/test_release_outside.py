"""What others say of a published version: frictionless, the Data Package schemas, readers."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pandas as pd
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft7Validator, FormatChecker

from opendata.package import Package
from opendata.release import pointer
from tests.release_samples import libraries, municipal_plans, plans, released, sample


@pytest.fixture(scope="module", params=["municipal-plans", "libraries"])
def published(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a package: the pointer, and version 1.0.0 below it."""
    home = tmp_path_factory.mktemp("datasets")
    if request.param == "libraries":
        package: Package = libraries(home / "contract")
        part = sample(package)
    else:
        package = municipal_plans()
        part = plans(package)
    release = released(package, part)
    folder = home / release.version
    folder.mkdir()
    for name, content in release.files.items():
        folder.joinpath(name).write_bytes(content)
    home.joinpath("datapackage.json").write_bytes(pointer(release.descriptor, release.created))
    return home


@pytest.fixture(params=["datapackage.json", "1.0.0/datapackage.json"])
def descriptor(request: pytest.FixtureRequest, published: Path) -> Path:
    return published.joinpath(str(request.param))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_frictionless_finds_it_valid(descriptor: Path) -> None:
    report = frictionless.validate(str(descriptor))
    assert report.flatten(["type", "note"]) == []
    assert report.valid
    names = [one["name"] for one in json.loads(descriptor.read_bytes())["resources"]]
    assert [task.name for task in report.tasks] == names


def test_the_frictionless_command_finds_it_valid(published: Path) -> None:
    command = [str(Path(sys.executable).with_name("frictionless")), "validate", "datapackage.json"]
    done = subprocess.run(command, cwd=published, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_frictionless_sees_a_flipped_byte(published: Path, tmp_path: Path) -> None:
    for path in published.joinpath("1.0.0").iterdir():
        content = path.read_bytes()
        changed = content.replace(b"true", b"tru ", 1) if path.suffix == ".csv" else content
        tmp_path.joinpath(path.name).write_bytes(changed)
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert not report.valid
    assert "hash-count" in {kind for (kind,) in report.flatten(["type"])}


def profile(shared: Path, name: str) -> Draft7Validator:
    schema: dict[str, Any] = json.loads(
        shared.joinpath(f"standards/datapackage-2.0/{name}.json").read_bytes()
    )
    text = json.dumps(schema)
    if name == "tableschema":  # published with the wrong type, against its own specification
        schema["properties"]["fieldsMatch"].update(type="string")
        text = json.dumps(schema)
    return Draft7Validator(json.loads(text), format_checker=FormatChecker())


def test_the_data_package_profiles_accept_it(descriptor: Path, shared: Path) -> None:
    document = json.loads(descriptor.read_bytes())
    errors = [*profile(shared, "datapackage").iter_errors(document)]
    for resource in document["resources"]:
        errors += profile(shared, "dataresource").iter_errors(resource)
        errors += profile(shared, "tableschema").iter_errors(resource["schema"])
        errors += profile(shared, "tabledialect").iter_errors(resource["dialect"])
    assert [(one.json_path, one.message) for one in errors] == []


PANDAS = {"string": "str", "integer": "Int64", "number": "Float64", "boolean": "boolean"}
DUCKDB = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}


def tables(home: Path) -> list[dict[str, Any]]:
    document = json.loads(home.joinpath("datapackage.json").read_bytes())
    return [one for one in document["resources"] if "alternates" in one]


def test_pandas_reads_both_to_the_same_table(published: Path) -> None:
    for table in tables(published):
        types = {one["name"]: PANDAS[one["type"]] for one in table["schema"]["fields"]}
        csv = pd.read_csv(
            published / table["path"], dtype=types, keep_default_na=False, na_values=[""]
        )
        parquet = pd.read_parquet(published / table["alternates"][0]["path"])
        assert [*parquet.columns] == [*types]
        pd.testing.assert_frame_equal(csv, parquet.astype(types))
        assert len(parquet) == table["rows"]


def test_duckdb_reads_both_to_the_same_table(published: Path) -> None:
    with duckdb.connect() as database:
        for table in tables(published):
            types = {one["name"]: DUCKDB[one["type"]] for one in table["schema"]["fields"]}
            csv = database.read_csv(
                str(published / table["path"]),
                columns=types,
                header=True,
                auto_detect=False,
                delimiter=",",
                quotechar='"',
                escapechar='"',
            )
            parquet = database.read_parquet(str(published / table["alternates"][0]["path"]))
            assert [str(kind) for kind in parquet.types] == [*types.values()]
            assert csv.columns == parquet.columns
            assert csv.fetchall() == parquet.fetchall()


def test_duckdb_needs_no_options_for_csv_without_codes(published: Path) -> None:
    with duckdb.connect() as database:
        for table in tables(published):
            if table["rows"]:
                count = database.read_csv(str(published / table["path"])).fetchall()
                assert len(count) == table["rows"]


def test_parquet_has_no_pandas_or_arrow_metadata(published: Path) -> None:
    for path in published.rglob("*.parquet"):
        names = pq.read_metadata(io.BytesIO(path.read_bytes())).metadata or {}
        assert not {b"pandas", b"ARROW:schema"} & names.keys()
