"""A small contract and datasets made by hand, for the tests of releases, stores and catalogue."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from opendata.package import Package, load
from opendata.release import Part, Previous, Publisher, Release, build, gather
from opendata.release.tables import schema
from opendata.validate import Dataset

ROOT = Path(__file__).parents[1]
CREATED = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
PUBLISHER = Publisher("例示市", "092169", "data@city.example.jp", "https://city.example.jp/")
Rows = Sequence[Mapping[str, Any]]

LIBRARIES: dict[str, Any] = yaml.safe_load("""
name: libraries
title: 図書館
description: 市立図書館とその利用。
opendata:title_en: Libraries
opendata:description_en: Public libraries and their use.
keywords: [図書館]
licenses: [{name: CC-BY-4.0, title: CC BY 4.0, path: https://creativecommons.org/licenses/by/4.0/}]
resources:
  - name: branches
    title: 館
    description: 1行が1つの館。
    schema:
      primaryKey: [code]
      missingValues: [""]
      fields:
        - {name: code, title: 館コード, type: string, constraints: {required: true}}
        - {name: name, title: 館名, type: string, opendata:read: text}
        - {name: seats, title: 席数, type: integer, constraints: {minimum: 0}}
        - {name: area, title: 面積, type: number}
        - {name: is_open, title: 開館, type: boolean}
    opendata:checked:
      - {name: remark, title: 覚え書き, type: string}
  - name: visits
    title: 利用
    description: 1行が1つの館の1年度。
    schema:
      primaryKey: [code, fiscal_year]
      missingValues: [""]
      foreignKeys:
        - {fields: [code], reference: {resource: branches, fields: [code]}}
      fields:
        - {name: code, title: 館コード, type: string, constraints: {required: true}}
        - {name: fiscal_year, title: 年度, type: integer, constraints: {required: true}}
        - {name: count, title: 人数, type: integer}
""")

BRANCHES: Rows = (
    {"code": "002", "name": "南館", "seats": 40, "area": 0.1, "is_open": True},
    {"code": "001", "name": '本館 "中央", 新\n館', "seats": 120, "area": 1500.0, "is_open": False},
    {"code": "003", "name": "=1+1", "seats": None, "area": None, "is_open": None},
)
VISITS: Rows = (
    {"code": "001", "fiscal_year": 2010, "count": 1000},
    {"code": "001", "fiscal_year": 2009, "count": 0},
)


def libraries(folder: Path, edit: Any = None) -> Package:
    """The contract, after `edit` (a function) has changed its descriptor."""
    descriptor = copy.deepcopy(LIBRARIES)
    if edit is not None:
        edit(descriptor)
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("datapackage.yaml").write_text(yaml.safe_dump(descriptor, allow_unicode=True))
    return load(folder)


def municipal_plans() -> Package:
    """The real contract."""
    return load(ROOT / "datapackages/municipal-plans")


def dataset(package: Package, sheet: str, tables: Mapping[str, Rows]) -> Dataset:
    """Typed tables of rows; every value that is no key remembers the cell it would stand in."""
    typed, cells = {}, {}
    for resource in package:
        wanted, rows = schema(resource), tables.get(resource.name, ())
        typed[resource.name] = pa.Table.from_pylist([*rows], schema=wanted)
        read = [
            {
                name: f"{sheet}!{chr(65 + column)}{number}"
                for column, name in enumerate(wanted.names)
                if row.get(name) is not None and name not in resource.primary_key
            }
            for number, row in enumerate(rows, start=2)
        ]
        texts = pa.schema([(name, pa.string()) for name in wanted.names])
        cells[resource.name] = pa.Table.from_pylist(read, schema=texts)
    return Dataset(typed, cells)


def part(package: Package, file: str = "libraries/092169/館.xlsx", **tables: Rows) -> Part:
    """What one submission contributes."""
    source = sha256(file.encode()).hexdigest()
    return Part(source, file, dataset(package, "一覧", tables))


def sample(package: Package) -> Part:
    """Three branches and two years of visits."""
    return part(package, branches=BRANCHES, visits=VISITS)


def released(
    package: Package,
    *parts: Part,
    previous: Release | None = None,
    withdrawn: Mapping[str, str] | None = None,
) -> Release:
    """The version that the parts make; fails where they make none."""
    made = maybe_released(package, *parts, previous=previous, withdrawn=withdrawn)
    assert made is not None
    return made


def maybe_released(
    package: Package,
    *parts: Part,
    previous: Release | None = None,
    publisher: Publisher = PUBLISHER,
    withdrawn: Mapping[str, str] | None = None,
) -> Release | None:
    before = Previous.read(previous.files) if previous else None
    return build(
        gather(package, parts),
        previous=before,
        created=CREATED,
        publisher=publisher,
        withdrawn=withdrawn,
    )


PLAN_ID = "092169-rei"
PLANS: dict[str, Rows] = {
    "plans": [
        {
            "plan_id": PLAN_ID,
            "municipality_code": "092169",
            "title": "例示市 <情報化> 計画",
            "plan_type": "sector_plan",
            "parent_plan": "総合計画",
            "start_fiscal_year": 2018,
            "end_fiscal_year": 2024,
            "original_end_fiscal_year": 2022,
            "department": "情報課",
        }
    ],
    "policy_nodes": [
        {"node_id": "g1", "plan_id": PLAN_ID, "level": "goal", "number": "1", "title": "便利"},
        {
            "node_id": "m1",
            "plan_id": PLAN_ID,
            "parent_node_id": "g1",
            "level": "measure",
            "number": "1-1",
            "title": "電子申請",
            "is_priority": True,
            "position": 1,
        },
    ],
    "indicators": [
        {
            "indicator_id": "k1",
            "plan_id": PLAN_ID,
            "node_id": "m1",
            "name": "電子申請の割合",
            "kind": "outcome",
            "unit": "%",
            "direction": "up",
        }
    ],
    "indicator_values": [
        {
            "indicator_id": "k1",
            "value_type": kind,
            "fiscal_year": year,
            "value": value,
            "status": "missing" if value is None else "normal",
            "raw": "-" if value is None else str(value),
        }
        for kind, year, value in (
            ("baseline", 2018, 10.5),
            ("actual", 2020, 32.0),
            ("target", 2022, 50.0),
            ("forecast", 2024, None),
        )
    ],
    "evaluation_counts": [
        {"plan_id": PLAN_ID, "goal": "便利", "rating": "完了", "item_count": 3},
        {"plan_id": PLAN_ID, "goal": "便利", "rating": "未着手", "item_count": 1},
    ],
    "indicator_progress": [
        {
            "indicator_id": "k1",
            "fiscal_year": 2020,
            "baseline": 10.5,
            "target": 50.0,
            "actual": 32.0,
            "achievement_rate": 0.544,
            "expected": 30.25,
            "judgement": "on_track",
        }
    ],
}


def plans(package: Package) -> Part:
    """A small plan with every kind of row, in the real contract."""
    return part(package, "municipal-plans/092169/計画.xlsx", **PLANS)
