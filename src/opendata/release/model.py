"""What goes into a release and what comes out."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from opendata.errors import StoreError
from opendata.validate.dataset import Dataset

Files = Mapping[str, bytes]
"""Path (posix, relative) to content: everything that leaves the building has this form."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one accepted submission contributes: `source` is the sha256 of its bytes (hex), `file`
    its place in the inbox (`municipal-plans/141500/x.xlsx`)."""

    source: str
    file: str
    dataset: Dataset


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes. `code` is the municipality code, `homepage` an http(s) URL."""

    name: str
    code: str | None = None
    email: str | None = None
    homepage: str | None = None


@dataclass(frozen=True, slots=True)
class Previous:
    """The version before, as published: the next one is compared with it."""

    version: str
    descriptor: Mapping[str, Any]
    tables: Mapping[str, pa.Table]
    lineage: pa.Table | None = None
    """The cell behind every value, as `release.tables.lineage` gives it."""

    @classmethod
    def read(cls, files: Files) -> Previous:
        """Read a version's `datapackage.json` and Parquet files. Raises StoreError."""
        try:
            descriptor = json.loads(files["datapackage.json"])
            tables = {
                str(resource["name"]): _table(files[one["path"]])
                for resource in descriptor["resources"]
                for one in resource.get("alternates", ())
                if one["format"] == "parquet"
            }
            cells = files.get("lineage.parquet")
            lineage = None if cells is None else _table(cells)
            return cls(str(descriptor["version"]), descriptor, tables, lineage)
        except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
            raise StoreError(
                "damaged-release", path="datapackage.json", reason=repr(error)
            ) from error


def _table(content: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(content)).replace_schema_metadata(None)


@dataclass(frozen=True, slots=True)
class Release:
    """One immutable version. `files` are named as in its folder (`plans.csv`, `SHA256SUMS`).

    `changes` counts the lines of `changes.csv`, `changed_rows` the rows that were added, removed or
    corrected.
    """

    package: str
    version: str
    previous: str | None
    created: str
    files: Files
    tables: Mapping[str, pa.Table]
    descriptor: Mapping[str, Any]
    sums: str
    changes: int
    changed_rows: int

    @property
    def entry(self) -> dict[str, Any]:
        """What the state keeps of this release, under `releases[package]`, oldest first.

        `sums` is the sha256 of its SHA256SUMS, which in turn names every other file.
        """
        return {
            "version": self.version,
            "previous": self.previous,
            "created": self.created,
            "sums": self.sums,
            "changes": self.changes,
            "changed_rows": self.changed_rows,
        }
