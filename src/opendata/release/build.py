"""One version of a package, from the parts of its submissions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pyarrow as pa

from opendata.errors import OpendataError, PackageError, StoreError
from opendata.package import Package, Resource, described
from opendata.reader.csv import read_csv
from opendata.release.changes import (
    Level,
    SchemaChange,
    bump,
    counted,
    diff,
    row_level,
    schema_changes,
    schema_lines,
)
from opendata.release.corrections import Reason, corrections
from opendata.release.csvw import GROUP, SUFFIX, group_document, table_document
from opendata.release.descriptor import (
    OURS,
    RECORDS,
    checksums,
    contract,
    describe,
    document,
    ordered,
    sha256,
    sources,
    without_data,
)
from opendata.release.excel import to_excel
from opendata.release.formats import lineage_to_parquet, read_parquet, to_csv, to_parquet
from opendata.release.gathered import Gathered
from opendata.release.model import QUALITY, Files, Judged, Part, Previous, Publisher, Release
from opendata.release.parts import split
from opendata.release.quality import details, judged, of_sources, summary
from opendata.release.tables import LINEAGE, by_field, fitted, key_text, lineage, merge, pc, schema

FIRST = "1.0.0"


def keys(package: Package, part: Part) -> list[tuple[str, str]]:
    """Every row of a part as its table and key (`("plans", "092169-ict")`), in no stated order.

    Two parts of one release must not share any of them.
    """
    return [
        (resource.name, key)
        for resource in package
        if (table := part.dataset.tables.get(resource.name)) is not None
        for key in key_text(table, resource.primary_key).to_pylist()
    ]


def _refuse_doubles(resource: Resource, gathered: Gathered) -> None:
    """Raise where two rows have one key: which of them to publish is not ours to choose."""
    rows = gathered.rows[resource.name]
    keys = pa.table({"key": key_text(rows.table, resource.primary_key), "part": rows.part})
    counted = keys.group_by("key").aggregate([("part", "count"), ("part", "min"), ("part", "max")])
    doubled = counted.filter(pc.greater(counted.column("part_count"), 1))
    if doubled.num_rows:
        (first,) = doubled.sort_by("key").slice(0, 1).to_pylist()
        raise OpendataError(
            "conflicting-submission",
            table=resource.name,
            value=first["key"],
            file=gathered.parts[first["part_max"]].file,
            other=gathered.parts[first["part_min"]].file,
        )


def build(
    gathered: Gathered,
    *,
    previous: Previous | None,
    created: datetime,
    publisher: Publisher,
    base_url: str | None = None,
    withdrawn: Mapping[str, str] | None = None,
) -> Release | None:
    """The version that these parts make, or None where it would say what the previous one says.

    Parts must not share a row (see `keys`). `created` is aware. `withdrawn` says of files that were
    withdrawn for good why, which is published.
    Raises OpendataError for parts that conflict and PackageError for a reserved resource name.
    """
    package = gathered.package
    for resource in package:
        if resource.name in OURS:
            reason = f"the resource name {resource.name} is reserved"
            raise PackageError("broken-package", path=package.name, reason=reason)
        _refuse_doubles(resource, gathered)
    content = Content(
        package,
        contract(package, publisher, base_url),
        _tables(gathered),
        sources(gathered.parts),
        partial(lineage, gathered),
        judged=judged(gathered.parts, previous),
    )
    reasons = _reasons(withdrawn or {}, gathered, previous)
    return _released(content, previous, created, reason=reasons or None)


def _reasons(
    withdrawn: Mapping[str, str], gathered: Gathered, previous: Previous | None
) -> dict[str, str]:
    """Of the withdrawn files that the previous version was read from, and this is not: why."""
    before = {one["title"] for one in previous.descriptor.get("sources", ())} if previous else set()
    gone = before - {one.file for one in gathered.parts}
    return {file: why for file, why in sorted(withdrawn.items()) if file in gone}


def compare(before: Previous, after: Previous) -> Difference:
    """What the one version says otherwise than the other."""
    return _compare(Content.of(after.descriptor, after.tables), before)


def restore(target: Files, *, previous: Previous, created: datetime, reason: str) -> Release | None:
    """A new version with the content of an old one: its values, schema, sources and lineage.

    `target` are all files of the old version, `reason` says why. None where the previous version
    says the same already. Raises StoreError where the files are not those of a version.
    """
    content = Content.read(target)
    return _released(content, previous, created, restores=content.version, reason=reason)


def rebuild(
    descriptor: Mapping[str, Any],
    tables: Mapping[str, pa.Table],
    cells: pa.Table | None,
    previous: Previous | None,
    reason: Reason,
    judged: Sequence[Judged] = (),
) -> Files:
    """All files of a version once more, from its descriptor, tables and lineage and the version
    before it, as far as they are known, and what is known of the form of its sources. They are
    those that were published only if their checksums are."""
    content = Content.of(descriptor, tables, cells, judged)
    shaped = {one.name: fitted(tables.get(one.name), schema(one)) for one in content.package}
    content = replace(content, tables=shaped)
    version = str(descriptor["version"])
    return _files(content, version, _compare(content, previous), previous, reason)


def read_again(
    descriptor: Mapping[str, Any], files: Files
) -> tuple[dict[str, pa.Table], pa.Table | None]:
    """The tables and the lineage of a version, as far as these of its files tell them: a table
    by its Parquet or its CSV."""
    package = described(without_data(descriptor) | {"resources": _data_resources(descriptor)})
    tables = {}
    for resource in package:
        if f"{resource.name}.parquet" in files:
            tables[resource.name] = read_parquet(files[f"{resource.name}.parquet"])
        elif f"{resource.name}.csv" in files:
            tables[resource.name] = read_csv(files[f"{resource.name}.csv"], schema(resource))
    cells = files.get("lineage.parquet")
    return tables, None if cells is None else read_parquet(cells)


def merged(gathered: Gathered) -> tuple[dict[str, pa.Table], pa.Table, list[Judged]]:
    """The tables that parts make, their lineage, and how machine-readable the parts' files are."""
    cells = pa.concat_tables([LINEAGE.empty_table(), *lineage(gathered)])
    return _tables(gathered), cells, judged(gathered.parts, None)


def _tables(gathered: Gathered) -> dict[str, pa.Table]:
    return {one.name: merge(one, gathered.rows[one.name]) for one in gathered.package}


def _data_resources(descriptor: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in descriptor["resources"] if one["name"] not in OURS]


def parts_of(files: Files) -> list[Part]:
    """What each source file contributed to a published version: its rows, each value with the cell
    it was read in. Raises StoreError where the files are not those of a version."""
    content = Content.read(files)
    cells = pa.concat_tables([LINEAGE.empty_table(), *content.cells()])
    return split(content.package, content.tables, cells)


@dataclass(frozen=True, slots=True)
class Content:
    """What a version says, whatever its number: `plain` is its contract as published, `cells` gives
    its lineage field by field; `version` where it has one already."""

    package: Package
    plain: Mapping[str, Any]
    tables: Mapping[str, pa.Table]
    sources: Sequence[Mapping[str, str]]
    cells: Callable[[], Iterable[pa.Table]]
    version: str | None = None
    judged: Sequence[Judged] = ()
    """How machine-readable its sources are."""

    @classmethod
    def read(cls, files: Files) -> Content:
        """That of a published version. Raises StoreError."""
        known = Previous.read(files)
        try:
            cells = read_parquet(files["lineage.parquet"])
        except (KeyError, pa.ArrowException) as error:
            raise StoreError(
                "damaged-release", path="lineage.parquet", reason=repr(error)
            ) from error
        return cls.of(known.descriptor, known.tables, cells, known.judged)

    @classmethod
    def of(
        cls,
        descriptor: Mapping[str, Any],
        tables: Mapping[str, pa.Table],
        cells: pa.Table | None = None,
        judged: Sequence[Judged] = (),
    ) -> Content:
        plain = without_data(descriptor)
        plain["resources"] = [*_data_resources(plain), *json.loads(document(RECORDS))]
        version = str(descriptor["version"])
        files = descriptor.get("sources", ())
        found = of_sources(files, judged)
        lines = partial(by_field, LINEAGE.empty_table() if cells is None else cells)
        return cls(described(plain), plain, tables, files, lines, version, found)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a version changes: rows, schema, and the part of its number that this moves."""

    rows: pa.Table
    schema: tuple[SchemaChange, ...]
    level: Level

    @property
    def lines(self) -> pa.Table:
        """The lines of `changes.csv`."""
        return pa.concat_tables([schema_lines(self.schema), self.rows])


def _compare(content: Content, previous: Previous | None) -> Difference:
    if previous is None:
        return Difference(diff({}, content.tables, content.package), (), Level.MINOR)
    rows = diff(previous.tables, content.tables, content.package)
    before = without_data(previous.descriptor)
    schema = schema_changes(before, content.plain)
    level = max([row_level(rows), *(one.level for one in schema)])
    if before != content.plain:
        level = max(level, Level.PATCH)
    return Difference(rows, schema, level)


def _released(
    content: Content,
    previous: Previous | None,
    created: datetime,
    restores: str | None = None,
    reason: Reason = None,
) -> Release | None:
    difference = _compare(content, previous)
    if difference.level is Level.NONE:
        return None
    version = bump(previous.version, difference.level) if previous else FIRST
    files = _files(content, version, difference, previous, reason)
    counts = counted(difference.rows)
    changed = {
        kind: sum(one[kind] for one in counts.values()) for kind in ("added", "removed", "changed")
    }
    descriptor = json.loads(files["datapackage.json"])
    listed = {one["name"]: one["rows"] for one in descriptor["resources"]}
    corrected = previous.corrections.num_rows if previous else 0
    return Release(
        package=content.package.name,
        version=version,
        previous=previous.version if previous else None,
        created=created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        files=files,
        tables=content.tables,
        descriptor=descriptor,
        sums=sha256(files["SHA256SUMS"]),
        changes=difference.lines.num_rows,
        changed_rows=sum(changed.values()),
        counts={
            "rows": sum(table.num_rows for table in content.tables.values()),
            **changed,
            "corrections": listed["corrections"] - corrected,
            "schema_changes": len(difference.schema),
        },
        restores=restores,
        reason=reason,
    )


def _files(
    content: Content,
    version: str,
    difference: Difference,
    previous: Previous | None,
    reason: Reason,
) -> Files:
    """Every file of a version. No clock: whoever makes it again gets the same bytes."""
    dated = {
        **content.plain,
        "version": version,
        "sources": content.sources,
        "schemaChanges": [one.to_json() for one in difference.schema],
    }
    changes = difference.lines
    register = corrections(
        previous.corrections if previous else None,
        difference.rows,
        version,
        reason,
        previous.origins({"file": [*reason]}) if previous and isinstance(reason, dict) else None,
    )
    records = {"changes": changes, "corrections": register}
    data = _data(content, dated, records)
    rows = {name: table.num_rows for name, table in {**content.tables, **records}.items()}
    quality = summary(content.package, content.tables, content.judged)
    descriptor = ordered(describe(dated, data, rows, quality))
    files: Files = {**data, "datapackage.json": document(descriptor)}
    sums = checksums({path: sha256(content) for path, content in files.items()})
    return {**files, "SHA256SUMS": sums}


def _data(
    content: Content, descriptor: Mapping[str, Any], records: Mapping[str, pa.Table]
) -> dict[str, bytes]:
    """Every file but the descriptor and the checksums."""
    package, tables = content.package, content.tables
    about = {
        "package": package.name,
        "version": str(descriptor["version"]),
        "publisher": str(descriptor["contributors"][0]["title"]),
        "license": json.dumps(descriptor.get("licenses", []), ensure_ascii=False),
    }
    files = {}
    for resource, published in zip(package, descriptor["resources"], strict=False):
        table = tables[resource.name]
        schema = json.dumps(published["schema"], ensure_ascii=False)
        metadata = about | {"table_schema": schema, "title": resource.title}
        files[f"{resource.name}.csv"] = to_csv(table)
        files[f"{resource.name}.parquet"] = to_parquet(table, resource.primary_key, metadata)
    files |= {f"{name}.csv": to_csv(table) for name, table in records.items()}
    files["lineage.parquet"] = lineage_to_parquet(content.cells(), about)
    files[f"{package.name}.xlsx"] = to_excel(package, tables, descriptor)
    files[QUALITY] = document(details(content.judged))
    return files | _csvw(descriptor)


def _csvw(descriptor: Mapping[str, Any]) -> dict[str, bytes]:
    """What CSV on the Web tells of every CSV, and of all of them."""
    resources = descriptor["resources"]
    described = {
        f"{one['path']}{SUFFIX}": document(table_document(descriptor, one)) for one in resources
    }
    return described | {GROUP: document(group_document(descriptor, resources))}
