"""Where a published number comes from: for every value its file, sheet and cell."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from opendata.release import Part, Release
from opendata.release.tables import key_text
from opendata.validate import Dataset
from opendata.validate.progress import indicator_progress
from tests.release_samples import PLANS, municipal_plans, plans, released


def lines_of(release: Release) -> list[dict[str, Any]]:
    return pq.read_table(io.BytesIO(release.files["lineage.parquet"])).to_pylist()


def untold(release: Release) -> list[tuple[str, str, str]]:
    """Table, key and field of every published value of which nothing says where it comes from."""
    told = {(one["table"], one["key"], one["field"]) for one in lines_of(release)}
    missing = []
    for resource in release.descriptor["resources"]:
        table = release.tables.get(resource["name"])
        if table is not None:
            keys = key_text(table, resource["schema"]["primaryKey"]).to_pylist()
            for name in table.column_names:
                for key, value in zip(keys, table.column(name).to_pylist(), strict=True):
                    if value is not None and (resource["name"], key, name) not in told:
                        missing.append((resource["name"], key, name))
    return missing


def real(part: Part) -> Part:
    """The part with nothing read where the pipeline computes."""
    tables, cells = dict(part.dataset.tables), dict(part.dataset.cells)
    tables["indicator_progress"] = indicator_progress(tables)
    cells["indicator_progress"] = pa.table(
        {
            name: pa.nulls(tables["indicator_progress"].num_rows, pa.string())
            for name in tables["indicator_progress"].column_names
        }
    )
    return replace(part, dataset=Dataset(tables, cells))


def test_every_published_value_has_its_origin() -> None:
    package = municipal_plans()
    release = released(package, real(plans(package)))
    assert untold(release) == []
    for one in lines_of(release):
        assert one["sha256"] and one["file"], one
        assert (one["cell"] is None) == (one["how"] == "folder"), one


def test_what_was_made_and_what_the_folder_tells() -> None:
    package = municipal_plans()
    part = plans(package)
    cells = part.dataset.cells["plans"]
    at = cells.column_names.index("municipality_code")
    cells = cells.set_column(at, "municipality_code", pa.nulls(1, pa.string()))
    dataset = Dataset(part.dataset.tables, {**part.dataset.cells, "plans": cells})
    lines = lines_of(released(package, replace(part, dataset=dataset)))
    found = {(one["field"], one["how"], one["cell"]) for one in lines if one["table"] == "plans"}
    assert ("municipality_code", "folder", None) in found
    assert ("plan_id", "made", "C2") in found, "of the plan that stands there: its first cell"
    assert ("title", "read", "C2") in found


def test_a_computed_value_has_all_the_cells_it_was_computed_from() -> None:
    package = municipal_plans()
    part = real(plans(package))
    values = PLANS["indicator_values"]
    at = {row["value_type"]: f"D{number}" for number, row in enumerate(values, start=2)}
    found: dict[str, list[str]] = {}
    for one in lines_of(released(package, part)):
        if one["table"] == "indicator_progress":
            assert one["how"] == "computed" and one["key"] == "k1|2020"
            found.setdefault(one["field"], []).append(one["cell"])
    every = [at["baseline"], at["target"], at["actual"]]
    assert found == {
        "indicator_id": [at["actual"]],
        "fiscal_year": [at["actual"]],
        "baseline": [at["baseline"]],
        "target": [at["target"]],
        "actual": [at["actual"]],
        "achievement_rate": every,
        "expected": every,
        "judgement": every,
    }


def test_a_computed_value_of_two_files_names_both() -> None:
    """What was kept from an earlier file counts as much as what the newer one says."""
    package = municipal_plans()
    whole = real(plans(package))
    values = whole.dataset.tables["indicator_values"]
    cells = whole.dataset.cells["indicator_values"]
    newer = {**whole.dataset.tables, "indicator_values": values.slice(1)}
    newer_cells = {**whole.dataset.cells, "indicator_values": cells.slice(1)}
    nothing = {name: table.slice(0, 0) for name, table in whole.dataset.tables.items()}
    no_cells = {name: table.slice(0, 0) for name, table in whole.dataset.cells.items()}
    older = Part(
        "0" * 64,
        "municipal-plans/092169/前年度.xlsx",
        Dataset(
            {**nothing, "indicator_values": values.slice(0, 1)},
            {**no_cells, "indicator_values": cells.slice(0, 1)},
        ),
    )
    release = released(package, replace(whole, dataset=Dataset(newer, newer_cells)), older)
    assert untold(release) == []
    judged = [
        (one["file"], one["cell"])
        for one in lines_of(release)
        if (one["table"], one["field"]) == ("indicator_progress", "judgement")
    ]
    assert [file for file, _ in judged] == [older.file, whole.file, whole.file]
