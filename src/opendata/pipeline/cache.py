"""Datasets as bytes: what was read from a file is kept beside it, and can be made again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from opendata.package import Package
from opendata.validate import Dataset
from opendata.validate.typed import ARROW


def fingerprint(package: Package) -> str:
    """What a dataset depends on beside its file: the program and the contract."""
    return f"{version('opendata')}:{package.fingerprint}"


def cache_path(sha256: str, municipality_code: str, package: Package) -> str:
    """Where in the workspace the dataset of a file lies: by all that it depends on."""
    key = hashlib.sha256(
        f"{sha256}:{municipality_code}:{fingerprint(package)}".encode()
    ).hexdigest()
    return f"extracts/{key}.arrow"


def pack(dataset: Dataset) -> bytes:
    """A dataset as one Arrow file."""
    names = sorted(dataset.tables)
    table = pa.table(
        {
            "name": pa.array(names, pa.string()),
            "table": pa.array([_bytes(dataset.tables[name]) for name in names], pa.binary()),
            "cells": pa.array([_bytes(dataset.cells[name]) for name in names], pa.binary()),
        }
    )
    return _bytes(table)


def fitted(dataset: Dataset, package: Package) -> Dataset:
    """A dataset that was read under an earlier contract, in the shape of the present one.

    What the contract no longer has is dropped, what it did not have is null.
    """
    tables, cells = {}, {}
    for resource in package:
        known = dataset.tables.get(resource.name, pa.table({}))
        places = dataset.cells.get(resource.name, pa.table({}))
        tables[resource.name] = pa.table(
            {one.name: _column(known, one.name, ARROW[one.type]) for one in resource.published}
        )
        cells[resource.name] = pa.table(
            {one.name: _column(places, one.name, pa.string()) for one in resource.published}
        )
    return Dataset(tables, cells)


def _column(table: pa.Table, name: str, of_type: pa.DataType) -> Any:
    if name not in table.column_names:
        return pa.array([None] * table.num_rows, of_type)
    return table.column(name).cast(of_type)


def unpack(content: bytes) -> Dataset | None:
    """The dataset; None where the bytes are not one (it is then made again)."""
    try:
        rows = _table(content).to_pylist()
        tables: Mapping[str, pa.Table] = {row["name"]: _table(row["table"]) for row in rows}
        return Dataset(tables, {row["name"]: _table(row["cells"]) for row in rows})
    except (pa.ArrowException, KeyError, OSError):
        return None


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _table(content: bytes) -> pa.Table:
    with pa.ipc.open_file(pa.BufferReader(content)) as reader:
        return reader.read_all()
