"""What an outside developer loads: `opendata.read`, and other readers without options, all of it
over a real web server."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

import opendata
from opendata.errors import OpendataError, ReadError
from opendata.release import Release
from opendata.release.formats import to_parquet
from opendata.store import FolderStore
from tests.release_samples import libraries, municipal_plans, plans, released, sample
from tests.sinks import free_port
from tests.sites import Server, duckdb_over_http, publish_site, served


def edit(descriptor: dict[str, Any]) -> None:
    """Units, and categories in an order."""
    fields = {one["name"]: one for one in descriptor["resources"][0]["schema"]["fields"]}
    fields["seats"]["unit"] = "席"
    names = ["南館", '本館 "中央", 新\n館', "=1+1"]
    fields["name"]["categories"] = [{"value": one, "label": one} for one in names]
    fields["name"]["categoriesOrdered"] = True
    only_one = [{"value": "001", "label": "本館"}]
    fields["code"]["categories"] = only_one  # that is not all there are


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release]:
    package, other = municipal_plans(), libraries(tmp_path_factory.mktemp("contract"), edit)
    return released(package, plans(package)), released(other, sample(other))


@pytest.fixture(scope="module")
def public(
    releases: tuple[Release, Release], tmp_path_factory: pytest.TempPathFactory
) -> FolderStore:
    return publish_site(tmp_path_factory.mktemp("site"), *releases)


@pytest.fixture(scope="module")
def server(
    public: FolderStore, nginx: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with served(public.root, nginx, tmp_path_factory.mktemp("nginx")) as running:
        yield running


# --- opendata.read -------------------------------------------------------------------------------


def test_columns_have_the_types_of_their_fields(server: Server) -> None:
    table = opendata.read(f"{server.url}datasets/libraries/", table="branches")
    assert {name: str(one) for name, one in table.dtypes.items()} == {
        "code": "str",
        "name": "category",
        "seats": "Int64",
        "area": "float64",
        "is_open": "boolean",
    }
    assert table.astype(object).where(table.notna(), None).to_dict("list") == {
        "code": ["001", "002", "003"],
        "name": ['本館 "中央", 新\n館', "南館", "=1+1"],
        "seats": [120, 40, None],
        "area": [1500.0, 0.1, None],
        "is_open": [False, True, None],
    }
    assert table["name"].max() == "=1+1"
    assert table["seats"].sum() == 160


def test_what_a_table_says_of_itself(server: Server) -> None:
    told = opendata.read(f"{server.url}datasets/libraries/")["branches"].attrs
    assert told["titles"]["seats"] == "席数"
    assert told["units"] == {"seats": "席"}
    assert (told["dataset"], told["version"], told["title"]) == ("libraries", "1.0.0", "館")
    assert told["primary_key"] == ["code"]
    assert told["licenses"][0]["name"] == "CC-BY-4.0"
    assert json.loads(json.dumps(told)) == told


def test_values_stand_beside_their_units(server: Server) -> None:
    tables = opendata.read(f"{server.url}datasets/municipal-plans/")
    values = tables["indicator_values"]
    assert values["unit"].tolist() == ["%"] * 4
    assert values["value"].tolist()[:2] == [32.0, 10.5]
    assert values["value_type"].cat.categories.tolist() == [
        "baseline",
        "midterm_target",
        "target",
        "actual",
        "forecast",
    ]
    assert values.attrs["labels"]["value_type"]["actual"] == "実績値"
    assert values.attrs["units"]["value"] == {"column": "unit"}
    assert values.attrs["units"]["fiscal_year"] == "年度"
    assert tables["indicator_progress"]["unit"].tolist() == ["%"]


def test_only_what_is_asked_for_is_loaded(server: Server) -> None:
    before = len(server.requests())
    tables = opendata.read(f"{server.url}datasets/municipal-plans/")
    assert [*tables] == [
        *("plans", "policy_nodes", "indicators", "indicator_values", "progress"),
        *("evaluation_counts", "indicator_progress", "changes", "corrections"),
    ]
    assert "plans" in tables
    assert len(tables["plans"]) == 1
    assert tables["plans"] is tables["plans"]
    asked = [one.path for one in server.requests()[before:]]
    home = "/datasets/municipal-plans/"
    assert asked == [f"{home}datapackage.json", f"{home}1.0.0/plans.parquet"]


@pytest.mark.parametrize(
    "ending",
    ["", "/", "/datapackage.json", "/1.0.0", "/1.0.0/datapackage.json", "/latest/", "/index.html"],
)
@pytest.mark.parametrize("kind", ["http", "file", "text", "path"])
def test_the_addresses_of_a_dataset(
    server: Server, public: FolderStore, kind: str, ending: str
) -> None:
    folder = f"{public.root}/datasets/libraries{ending}"
    place: str | Path = {
        "http": f"{server.url}datasets/libraries{ending}",
        "file": f"file://{folder}",
        "text": folder,
    }.get(kind, Path(folder))
    tables = opendata.read(place)
    assert (tables.name, tables.version) == ("libraries", "1.0.0")
    assert tables["visits"]["count"].tolist() == [0, 1000]


def test_a_dataset_in_a_bucket(
    public: FolderStore, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with monkeypatch.context() as keys:
        keys.setenv("AWS_ACCESS_KEY_ID", "key")
        keys.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        client: Any = boto3.client("s3")
        client.create_bucket(Bucket="open-data", ACL="public-read")
        for path in public.paths("datasets/libraries/"):
            client.put_object(
                Bucket="open-data", Key=f"a b/{path}", Body=public.read(path), ACL="public-read"
            )
        url = "s3://open-data/a b/datasets/libraries/"
        assert len(opendata.read(url, table="branches")) == 3
    assert len(opendata.read(url)["visits"]) == 2  # without keys, as it is public
    with pytest.raises(ReadError, match="404"):
        opendata.read("s3://open-data/none/")
    with pytest.raises(ReadError, match="NoSuchBucket"):
        opendata.read("s3://no-such-bucket-here/none/")


def test_lineage_and_what_changed(public: FolderStore) -> None:
    tables = opendata.read(public.root / "datasets/libraries")
    lineage = tables["lineage"]
    assert lineage.query("table == 'branches' and key == '001' and field == 'seats'")[
        ["sheet", "cell"]
    ].to_numpy().tolist() == [["一覧", "C3"]]
    assert "lineage" not in {*tables}
    assert tables["changes"]["change"].unique().tolist() == ["added"]
    assert_frame_equal(opendata.read(public.root / "datasets/libraries", table="lineage"), lineage)


def test_every_table_of_a_dataset_has_its_columns(
    public: FolderStore, releases: tuple[Release, Release]
) -> None:
    for release in releases:
        tables = opendata.read(public.root / "datasets" / release.package)
        for resource in release.descriptor["resources"]:
            names = [one["name"] for one in resource["schema"]["fields"]]
            assert [*tables[resource["name"]]][: len(names)] == names
            assert len(tables[resource["name"]]) == resource["rows"]


def code_of(url: str | Path, table: str | None = "branches") -> str:
    with pytest.raises(OpendataError) as raised:
        opendata.read(url, table=table) if table else opendata.read(url)
    assert isinstance(raised.value, ReadError)
    assert raised.value.sentence().ja
    return raised.value.code


def test_what_cannot_be_read_is_said(server: Server, tmp_path: Path) -> None:
    home = f"{server.url}datasets/libraries/"
    assert code_of(f"{server.url}datasets/none/", None) == "cannot-read"
    assert code_of(f"http://127.0.0.1:{free_port()}/") == "cannot-read"
    assert code_of("http://[broken/") == "cannot-read-from"
    assert code_of("ftp://data.example.jp/x/") == "cannot-read-from"
    assert code_of("https:///x/") == "cannot-read-from"
    assert code_of(tmp_path / "none") == "cannot-read"
    assert code_of(home, "branch") == "no-such-table"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html>", "not-a-dataset"),
        (b"[]", "not-a-dataset"),
        (b"{}", "not-a-dataset"),
        (b'{"name": "a", "version": "1", "resources": [{"name": "branches"}]}', "not-a-dataset"),
        (b'{"name": "a", "version": "1", "resources": 3}', "not-a-dataset"),
    ],
)
def test_what_is_no_dataset_of_ours_is_said(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "datapackage.json").write_bytes(content)
    assert code_of(tmp_path) == code


@pytest.mark.parametrize(
    "path", ["../x.parquet", "/etc/hostname", "https://else.where/x", "a/../../x"]
)
def test_a_descriptor_leads_nowhere_else(public: FolderStore, tmp_path: Path, path: str) -> None:
    shutil.copytree(public.root / "datasets/libraries/1.0.0", tmp_path / "copy")
    found = json.loads((tmp_path / "copy/datapackage.json").read_bytes())
    found["resources"][0]["alternates"][0]["path"] = path
    (tmp_path / "copy/datapackage.json").write_text(json.dumps(found))
    assert code_of(tmp_path / "copy") == "not-a-dataset"


@pytest.mark.parametrize("content", [None, b"", b"PAR1"])
def test_a_file_that_is_not_the_published_one_is_said(
    public: FolderStore, tmp_path: Path, content: bytes | None
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(public.root / "datasets/libraries/1.0.0", folder)
    damaged = folder / "branches.parquet"
    damaged.unlink() if content is None else damaged.write_bytes(content)
    assert code_of(folder) == ("cannot-read" if content is None else "read-changed")


def test_the_package_itself_loads_nothing() -> None:
    told = "import sys, opendata; print(sorted({*sys.modules} & {'pandas', 'pyarrow', 'yaml'}))"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    with pytest.raises(AttributeError):
        opendata.nothing  # noqa: B018


def test_the_examples_of_the_documentation_run(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(__file__).parents[1] / "docs/read.md").read_text(encoding="utf-8")
    codes = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len(codes) == 3
    scope: dict[str, Any] = {}
    for code in codes:
        exec(code.replace("https://data.example.jp/", server.url), scope)
    assert "32.0" in capsys.readouterr().out


# --- other readers, without options --------------------------------------------------------------


def test_pandas_reads_both_forms(server: Server, releases: tuple[Release, Release]) -> None:
    home = f"{server.url}datasets/municipal-plans/latest/"
    for name, table in releases[0].tables.items():
        whole, plain = pd.read_parquet(f"{home}{name}.parquet"), pd.read_csv(f"{home}{name}.csv")
        assert whole.shape == plain.shape == (table.num_rows, table.num_columns)
        for read in (whole, plain):
            assert [*read.columns] == table.column_names
    rates = pd.read_csv(f"{home}indicator_progress.csv")["achievement_rate"]
    assert rates.tolist() == [0.544]


@pytest.fixture(scope="module")
def large(public: FolderStore) -> str:
    """The path of a Parquet file of a megabyte, of which a column is a small part."""
    count = 100_000
    figures = np.random.default_rng(7).random((4, count))
    columns = {f"f{at}": pa.array(one) for at, one in enumerate(figures)}
    table = pa.table({"key": pa.array(range(count)), **columns})
    path = "datasets/municipal-plans/large.parquet"
    (public.root / path).write_bytes(to_parquet(table, ["key"], {}))
    return path


def test_readers_ask_for_the_parts_they_need(
    server: Server, public: FolderStore, large: str
) -> None:
    whole = (public.root / large).stat().st_size
    url = f"{server.url}{large}"
    readers: dict[str, Callable[[], float]] = {
        "polars": lambda: pl.scan_parquet(url).select("f2").collect().sum().item(),
        "duckdb": lambda: duckdb_over_http(f"SELECT sum(f2) FROM read_parquet('{url}')")[0][0],
    }
    expected = pq.read_table(public.root / large, columns=["f2"]).column("f2").to_numpy().sum()
    for name, read in readers.items():
        before = len(server.requests())
        assert read() == pytest.approx(expected), name
        asked = server.requests()[before:]
        assert sum(one.bytes for one in asked if one.method == "GET") < whole / 2, name
        assert {one.status for one in asked if one.part != "-"} == {206}, name


def test_duckdb_reads_both_forms_over_http(
    server: Server, releases: tuple[Release, Release]
) -> None:
    home = f"{server.url}datasets/municipal-plans/latest/"
    counts = [
        f"SELECT '{name}.{form}' AS file, count(*) FROM '{home}{name}.{form}'"
        for name in releases[0].tables
        for form in ("parquet", "csv")
    ]
    found = dict(map(tuple, duckdb_over_http(" UNION ALL ".join(counts))))
    assert found == {
        f"{name}.{form}": table.num_rows
        for name, table in releases[0].tables.items()
        for form in ("parquet", "csv")
    }
    title = duckdb_over_http(f"SELECT title FROM '{home}plans.csv'")
    assert title == [["例示市 <情報化> 計画"]]


def test_polars_reads_both_forms(server: Server, releases: tuple[Release, Release]) -> None:
    home = f"{server.url}datasets/municipal-plans/latest/"
    for name, table in releases[0].tables.items():
        whole, plain = pl.read_parquet(f"{home}{name}.parquet"), pl.read_csv(f"{home}{name}.csv")
        assert whole.shape == plain.shape == (table.num_rows, table.num_columns)
        assert whole.to_dicts() == table.to_pylist()
    assert pl.scan_parquet(f"{home}plans.parquet").select("title").collect().rows() == [
        ("例示市 <情報化> 計画",)
    ]


def converted(soffice: str, path: Path, folder: Path, *options: str) -> list[Path]:
    """What LibreOffice sees in a file: a CSV in UTF-8 for every sheet."""
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", *options, "--convert-to", every_sheet]
    subprocess.run(
        [*command, "--outdir", folder, path],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    return sorted(folder.glob("*.csv"))


def rows_of(path: Path) -> list[list[str]]:
    return [*csv.reader(path.read_text(encoding="utf-8").splitlines(keepends=True))]


def test_libreoffice_opens_the_excel_edition(
    soffice: str, public: FolderStore, tmp_path: Path
) -> None:
    edition = public.root / "datasets/libraries/latest/libraries.xlsx"
    sheets = {one.stem: rows_of(one) for one in converted(soffice, edition, tmp_path)}
    assert sheets["libraries-館"] == [
        ["館コード", "館名", "席数", "面積", "開館"],
        ["001", '本館 "中央", 新\n館', "120", "1500", "FALSE"],
        ["002", "南館", "40", "0.1", "TRUE"],
        ["003", "=1+1", "", "", ""],
    ]


def test_libreoffice_reads_the_csv_as_utf8(
    soffice: str, public: FolderStore, tmp_path: Path
) -> None:
    """Its dialog asks a person for the encoding; a command must be told."""
    path = public.root / "datasets/libraries/latest/branches.csv"
    (read,) = converted(soffice, path, tmp_path, "--infilter=CSV:44,34,76,1")
    assert [one[1] for one in rows_of(read)][:3] == ["name", '本館 "中央", 新\n館', "南館"]
