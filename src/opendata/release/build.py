"""One version of a package, from the parts of its submissions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from opendata.errors import OpendataError, PackageError
from opendata.package import Package, Resource
from opendata.release.changes import (
    Level,
    bump,
    changed_rows,
    diff,
    row_level,
    schema_changes,
    schema_lines,
)
from opendata.release.descriptor import (
    checksums,
    contract,
    describe,
    document,
    sha256,
    sources,
    without_data,
)
from opendata.release.excel import to_excel
from opendata.release.formats import to_csv, to_parquet
from opendata.release.model import Files, Part, Previous, Publisher, Release
from opendata.release.tables import key_text, lineage, merge, pc

FIRST = "1.0.0"
RESERVED = {"changes", "lineage"}


def keys(package: Package, part: Part) -> list[tuple[str, str]]:
    """Every row of a part as its table and key (`("plans", "092169-ict")`), in no stated order.

    Two parts of one release must not share any of them.
    """
    return [(resource.name, key) for resource in package for key in _keys(resource, part)]


def _keys(resource: Resource, part: Part) -> list[str]:
    table = part.dataset.tables.get(resource.name)
    found: list[str] = [] if table is None else key_text(table, resource.primary_key).to_pylist()
    return found


def _refuse_doubles(resource: Resource, table: pa.Table, parts: Sequence[Part]) -> None:
    """Raise where two rows have one key: which of them to publish is not ours to choose."""
    doubled = (
        pa.table({"key": key_text(table, resource.primary_key)})
        .group_by("key")
        .aggregate([("key", "count")])
    )
    doubled = doubled.filter(pc.greater(doubled.column("key_count"), 1))
    if doubled.num_rows:
        key = min(str(one) for one in doubled.column("key").to_pylist())
        files = [part.file for part in parts if key in _keys(resource, part)]
        raise OpendataError(
            "conflicting-submission",
            table=resource.name,
            value=key,
            file=files[-1],
            other=files[0],
        )


def build(
    package: Package,
    parts: Sequence[Part],
    *,
    previous: Previous | None,
    created: datetime,
    publisher: Publisher,
    base_url: str | None = None,
) -> Release | None:
    """The version that these parts make, or None where it would say what the previous one says.

    Parts must not share a row (see `keys`). Their order does not matter. `created` is aware.
    Raises OpendataError for parts that conflict and PackageError for a reserved resource name.
    """
    for resource in package:
        if resource.name in RESERVED:
            reason = f"the resource name {resource.name} is reserved"
            raise PackageError("broken-package", path=package.name, reason=reason)
    parts = sorted(parts, key=lambda part: (part.file, part.source))
    tables = {resource.name: merge(resource, parts) for resource in package}
    for resource in package:
        _refuse_doubles(resource, tables[resource.name], parts)
    plain = contract(package, publisher, base_url)
    found_changes = _compare(package, plain, tables, previous)
    if found_changes is None:
        return None
    version, changes = found_changes
    stamp = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    dated = {**plain, "version": version, "created": stamp, "sources": sources(parts)}
    data = _data(package, tables, dated, changes, lineage(package, parts), created.astimezone(UTC))
    rows = {name: table.num_rows for name, table in tables.items()} | {"changes": changes.num_rows}
    descriptor = _ordered(describe(dated, data, rows))
    files: Files = {**data, "datapackage.json": document(descriptor)}
    sums = checksums({path: sha256(content) for path, content in files.items()})
    return Release(
        package=package.name,
        version=version,
        previous=previous.version if previous else None,
        created=stamp,
        files={**files, "SHA256SUMS": sums},
        tables=tables,
        descriptor=descriptor,
        sums=sha256(sums),
        changes=changes.num_rows,
        changed_rows=changed_rows(changes),
    )


def _compare(
    package: Package,
    plain: Mapping[str, Any],
    tables: Mapping[str, pa.Table],
    previous: Previous | None,
) -> tuple[str, pa.Table] | None:
    """The version's number and its changes; None where nothing changed."""
    if previous is None:
        return FIRST, diff({}, tables, package)
    rows = diff(previous.tables, tables, package)
    before = without_data(previous.descriptor)
    schema = schema_changes(before, plain)
    level = max([row_level(rows), *(one.level for one in schema)])
    if before != plain:
        level = max(level, Level.PATCH)
    if level is Level.NONE:
        return None
    return bump(previous.version, level), pa.concat_tables([schema_lines(schema), rows])


def _data(
    package: Package,
    tables: Mapping[str, pa.Table],
    descriptor: Mapping[str, Any],
    changes: pa.Table,
    cells: pa.Table,
    created: datetime,
) -> dict[str, bytes]:
    """Every file but the descriptor and the checksums."""
    about = {
        "package": package.name,
        "version": str(descriptor["version"]),
        "created": str(descriptor["created"]),
        "publisher": str(descriptor["contributors"][0]["title"]),
        "license": json.dumps(descriptor.get("licenses", []), ensure_ascii=False),
    }
    files = {}
    for resource, described in zip(package, descriptor["resources"], strict=False):
        table = tables[resource.name]
        schema = json.dumps(described["schema"], ensure_ascii=False)
        metadata = about | {"table_schema": schema, "title": resource.title}
        files[f"{resource.name}.csv"] = to_csv(table)
        files[f"{resource.name}.parquet"] = to_parquet(table, resource.primary_key, metadata)
    files["changes.csv"] = to_csv(changes)
    files["lineage.parquet"] = to_parquet(cells, (), about)
    files[f"{package.name}.xlsx"] = to_excel(package, tables, descriptor, created)
    return files


def _ordered(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader looks for first, first."""
    first = ("$schema", "name", "title", "description", "version", "created", "homepage")
    last = ("sources", "resources", "alternates", "lineage")
    middle = [name for name in descriptor if name not in (*first, *last)]
    return {name: descriptor[name] for name in (*first, *middle, *last) if name in descriptor}
