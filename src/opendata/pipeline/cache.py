"""Datasets as bytes: what was read from a file is kept beside it, and can be made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from opendata.package import Package
from opendata.validate import Answer, Dataset
from opendata.validate.machine_readability import Readability
from opendata.validate.typed import ARROW

_READABILITY = b"readability"


def fingerprint(package: Package) -> str:
    """What a dataset depends on beside its file: the program and the contract."""
    return f"{_version()}:{package.fingerprint}"


@cache
def _version() -> str:
    return version("opendata")


def cache_path(
    sha256: str, municipality_code: str, package: Package, answers: Mapping[str, Answer]
) -> str:
    """Where in the workspace the dataset of a file lies: by all that it is read with."""
    key = f"{sha256}:{municipality_code}:{fingerprint(package)}"
    if answers:
        key += repr(
            sorted((one.subject, one.is_right, one.reason, one.was) for one in answers.values())
        )
    return f"extracts/{hashlib.sha256(key.encode()).hexdigest()}.arrow"


def pack(dataset: Dataset) -> bytes:
    """A dataset as one Arrow file behind its own SHA-256: a flipped byte must not be published."""
    names = sorted(dataset.tables)
    held = {name: dataset.held.get(name, pa.table({})) for name in names}
    table = pa.table(
        {
            "name": pa.array(names, pa.string()),
            "table": pa.array([_bytes(dataset.tables[name]) for name in names], pa.binary()),
            "cells": pa.array([_bytes(dataset.cells[name]) for name in names], pa.binary()),
            "held": pa.array([_bytes(held[name]) for name in names], pa.binary()),
        }
    )
    if dataset.readability is not None:
        table = table.replace_schema_metadata({_READABILITY: _json(dataset.readability)})
    content = _bytes(table)
    return hashlib.sha256(content).digest() + content


def fitted(dataset: Dataset, package: Package) -> Dataset:
    """A dataset that was read under an earlier contract, in the shape of the present one.

    What the contract no longer has is dropped, what it did not have is null.
    """
    tables, cells, held = {}, {}, {}
    for resource in package:
        known = dataset.tables.get(resource.name, pa.table({}))
        places = dataset.cells.get(resource.name, pa.table({}))
        tables[resource.name] = pa.table(
            {one.name: _column(known, one.name, ARROW[one.type]) for one in resource.published}
        )
        cells[resource.name] = pa.table(
            {one.name: _column(places, one.name, pa.string()) for one in resource.published}
        )
        waiting = dataset.held.get(resource.name)
        if waiting is not None and set(resource.primary_key) <= set(waiting.column_names):
            held[resource.name] = waiting
    return Dataset(tables, cells, held, dataset.readability)


def _column(table: pa.Table, name: str, of_type: pa.DataType) -> Any:
    if name not in table.column_names:
        return pa.array([None] * table.num_rows, of_type)
    return table.column(name).cast(of_type)


def unpack(content: bytes) -> Dataset | None:
    """The dataset; None where the bytes are not one (it is then made again)."""
    size = hashlib.sha256().digest_size
    digest, content = content[:size], content[size:]
    if hashlib.sha256(content).digest() != digest:
        return None
    try:
        table = _table(content)
        rows = table.to_pylist()
        tables: Mapping[str, pa.Table] = {row["name"]: _table(row["table"]) for row in rows}
        cells = {row["name"]: _table(row["cells"]) for row in rows}
        held = {row["name"]: _table(row["held"]) for row in rows}
        held = {name: one for name, one in held.items() if one.num_rows}
        return Dataset(tables, cells, held, _readability(table.schema.metadata))
    except (pa.ArrowException, KeyError, OSError):
        return None


def _json(readability: Readability) -> bytes:
    return json.dumps(readability.to_json(), ensure_ascii=False).encode()


def _readability(metadata: Mapping[bytes, bytes] | None) -> Readability | None:
    """What was found out about the workbook; None for what was read before that was judged."""
    kept = (metadata or {}).get(_READABILITY)
    try:
        return None if kept is None else Readability.from_json(json.loads(kept))
    except (KeyError, TypeError, ValueError):
        return None


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _table(content: bytes) -> pa.Table:
    with pa.ipc.open_file(pa.BufferReader(content)) as reader:
        return reader.read_all()
