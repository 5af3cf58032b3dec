"""Every type that a contract may name, from the workbook to whoever reads what is published."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

import opendata
from opendata.errors import PackageError
from opendata.package import load
from opendata.package.contract import TYPES
from opendata.pipeline import Summary
from tests.builders import sheet, xlsx
from tests.test_pipeline import Desk, statuses

CONTRACT = """
name: halls
title: 公共施設
licenses: [{name: CC0-1.0, title: CC0, path: "https://creativecommons.org/publicdomain/zero/1.0/"}]
resources:
  - name: halls
    title: 施設
    schema:
      primaryKey: [name, opened]
      fields:
        - {name: name, title: 施設名, type: string, constraints: {required: true}}
        - {name: opened, title: 開設日, type: date,
           constraints: {required: true, minimum: 1900-01-01, maximum: 2100-12-31}}
        - {name: built, title: 建築年, type: year, constraints: {minimum: 1868}}
        - {name: seats, title: 定員, type: integer}
        - {name: area, title: 面積, type: number}
        - {name: is_free, title: 無料, type: boolean}
  - name: closures
    title: 休館
    schema:
      primaryKey: [hall, opened, closed]
      foreignKeys:
        - {fields: [hall], reference: {resource: halls, fields: [name]}}
      fields:
        - {name: hall, title: 館, type: string, constraints: {required: true}}
        - {name: opened, title: 館の開設日, type: date, constraints: {required: true}}
        - {name: closed, title: 休館日, type: date, constraints: {required: true}}
"""
LAYOUT = """
title: 施設の一覧
blocks:
  - table:
      - {header: 施設名, to: halls.name, required: true}
      - {header: 開設日, to: halls.opened, required: true}
      - {header: 建築年, to: halls.built}
      - {header: 定員, to: halls.seats}
      - {header: 面積, to: halls.area}
      - {header: 無料, to: halls.is_free}
"""
DRAWN = """
| 施設名 | 開設日        | 建築年  | 定員  | 面積    | 無料 |
| 中央館 | {opened}      | 1965    | 1,200 | 1,200.5 | ○    |
| 北館   | 令和3年10月1日 | 平成2年 |       |         | ×    |
"""
PLACE = "halls/132012/一覧.xlsx"


def contract(folder: Path, text: str = CONTRACT) -> Path:
    root = folder / "datapackages" / "halls"
    (root / "layouts").mkdir(parents=True, exist_ok=True)
    (root / "datapackage.yaml").write_text(text, encoding="utf-8")
    (root / "layouts/list.yaml").write_text(LAYOUT, encoding="utf-8")
    return root


def drawn(opened: str = "昭和40年4月1日") -> bytes:
    return xlsx(sheet(DRAWN.format(opened=opened)))


def dated() -> bytes:
    """A day as Excel keeps it: a number with a format."""
    book = openpyxl.load_workbook(io.BytesIO(drawn()))
    book.worksheets[0]["B2"] = datetime(1966, 5, 2)  # noqa: DTZ001 - a cell has no zone
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, list[Summary]]:
    """Two versions of a package that has every type: of one row the day was put right."""
    desk = Desk(tmp_path_factory.mktemp("types"))
    packages = contract(desk.root).parent
    passes = []
    for content in (drawn(), dated()):
        desk.put(PLACE, content)
        passes.append(desk.run(packages_folder=packages))
    return desk, passes


def test_every_type_is_published(published: tuple[Desk, list[Summary]]) -> None:
    desk, passes = published
    assert [statuses(one) for one in passes] == [{PLACE: "accepted"}] * 2
    assert {one["type"] for one in _schema(desk)["fields"]} == set(TYPES)
    folder = desk.root / "public/datasets/halls/latest"
    rows = list(csv.DictReader(io.StringIO((folder / "halls.csv").read_text("utf-8"))))
    assert rows == [
        {"name": "中央館", "opened": "1966-05-02", "built": "1965", "seats": "1200",
         "area": "1200.5", "is_free": "true"},
        {"name": "北館", "opened": "2021-10-01", "built": "1990", "seats": "", "area": "",
         "is_free": "false"},
    ]  # fmt: skip
    table = pq.read_table(folder / "halls.parquet")
    assert table.schema.types == [
        pa.string(), pa.date32(), pa.int64(), pa.int64(), pa.float64(), pa.bool_(),
    ]  # fmt: skip
    book = openpyxl.load_workbook(folder / "halls.xlsx")
    cells = [one.value for one in book["施設"][2]]
    assert cells == ["中央館", datetime(1966, 5, 2), 1965, 1200, 1200.5, True]  # noqa: DTZ001
    meanings = {row[2].value: row[3].value for row in book["説明"].iter_rows(min_row=1)}
    assert (meanings["opened"], meanings["built"]) == ("日付", "年")


def test_every_type_is_described(published: tuple[Desk, list[Summary]]) -> None:
    desk, _ = published
    (opened,) = (one for one in _schema(desk)["fields"] if one["name"] == "opened")
    assert opened["constraints"]["minimum"] == "1900-01-01"
    home = desk.root / "public/datasets/halls"
    csvw = json.loads((home / "latest/halls.csv-metadata.json").read_bytes())
    types = {one["name"]: one["datatype"] for one in csvw["tableSchema"]["columns"]}
    assert types["opened"] == {"base": "date", "minimum": "1900-01-01", "maximum": "2100-12-31"}
    assert types["built"] == {"base": "gYear", "minimum": 1868}
    assert {types["seats"], types["area"], types["is_free"]} == {"integer", "double", "boolean"}
    page = (home / "index.html").read_text("utf-8")
    assert "日付" in page
    assert "1900-01-01" in page


def test_every_type_is_read_again(published: tuple[Desk, list[Summary]]) -> None:
    desk, _ = published
    tables = opendata.read(desk.root / "public/datasets/halls")
    kinds = {name: str(kind) for name, kind in tables["halls"].dtypes.items()}
    assert kinds["opened"].startswith("datetime64")
    assert (kinds["built"], kinds["seats"], kinds["is_free"]) == ("Int64", "Int64", "boolean")
    assert tables["halls"]["opened"][1] == pd.Timestamp(2021, 10, 1)
    keys = tables["changes"]["key"].tolist()
    assert "中央館|1966-05-02" in keys


def test_a_month_is_no_day(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.put(PLACE, drawn(opened="昭和40年4月"))
    desk.run(packages_folder=contract(tmp_path).parent)
    (found,) = desk.review(PLACE)["problems"]
    assert (found["code"], found["cell"], found["severity"]) == ("day-missing", "B2", "error")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"type": "datetime"}, ("'datetime'", *TYPES)),
        ({"type": "geopoint"}, ("'geopoint'", *TYPES)),
        ({"type": "date", "opendata:read": "fiscal_year"}, ("opendata:read", "it can be date.")),
        ({"type": "year", "opendata:read": "flag"}, ("date, fiscal_year, integer",)),
        ({"type": "string", "opendata:read": "guess"}, ("'guess'", "fiscal_year")),
        ({"type": "date", "format": "%Y/%m/%d"}, ("format", "default")),
    ],
)
def test_what_cannot_be_a_field_is_said(
    tmp_path: Path, given: dict[str, Any], named: tuple[str, ...]
) -> None:
    descriptor = yaml.safe_load(CONTRACT)
    field = descriptor["resources"][0]["schema"]["fields"][2]
    field.clear()
    field.update({"name": "built", **given})
    root = contract(tmp_path, yaml.safe_dump(descriptor))
    with pytest.raises(PackageError) as caught:
        load(root)
    said = caught.value.sentence()
    for text in (said.ja, said.en):
        assert "halls/datapackage.yaml" in text
        assert "halls.built" in text
    assert all(one in said.en for one in named)


def test_a_day_in_a_contract_stays_as_it_is_written(tmp_path: Path) -> None:
    """YAML would make a date of it, which is no JSON."""
    (field,) = (one for one in load(contract(tmp_path)).resource("halls").fields if one.is_day)
    assert field.constraints["minimum"] == date(1900, 1, 1).isoformat()


def _schema(desk: Desk) -> dict[str, Any]:
    path = desk.root / "public/datasets/halls/datapackage.json"
    schema: dict[str, Any] = json.loads(path.read_bytes())["resources"][0]["schema"]
    return schema
