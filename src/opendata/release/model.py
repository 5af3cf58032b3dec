"""What goes into a release and what comes out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from opendata.errors import StoreError

if TYPE_CHECKING:  # who only names a version needs no Arrow
    import pyarrow as pa

    from opendata.release.corrections import Reason
    from opendata.release.licences import LicenceName
    from opendata.validate.dataset import Dataset
    from opendata.validate.machine_readability import Readability

Files = Mapping[str, bytes]
"""Path (posix, relative) to content: everything that leaves the building has this form."""


QUALITY = "quality.json"
"""The file of a version that tells where its sources are hard to read for programs."""
Judged = Mapping[str, Any]
"""One source: `title`, `hash`, and what `Readability.to_json` says of it; `scores` is None where it
was not judged."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one accepted submission contributes: `source` is the sha256 of its bytes (hex), `file`
    its place in the inbox (`municipal-plans/141500/x.xlsx`)."""

    source: str
    file: str
    dataset: Dataset


class Source(NamedTuple):
    """One part without its rows: the file's place in the inbox, the SHA-256 of its bytes (hex), and
    how machine-readable it is."""

    file: str
    source: str
    readability: Readability | None


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes. `code` is the municipality code, `homepage` an http(s) URL; `licence`, where
    it is set, holds for every package, whatever that says itself."""

    name: str
    code: str | None = None
    email: str | None = None
    homepage: str | None = None
    licence: LicenceName | None = None


@dataclass(frozen=True, slots=True)
class Previous:
    """The version before, as published: the next one is compared with it."""

    version: str
    descriptor: Mapping[str, Any]
    tables: Mapping[str, pa.Table]
    corrections: pa.Table
    lineage: bytes | None = None
    """Its `lineage.parquet`: see `origins`."""
    changes: pa.Table | None = None
    """What the version changed: the lines of its changes.csv."""
    judged: tuple[Judged, ...] = ()
    """What its `quality.json` says of every source."""

    @classmethod
    def read(cls, files: Files) -> Previous:
        """Read a version's `datapackage.json`, Parquet files and register of corrections.

        Raises StoreError.
        """
        import pyarrow as pa

        from opendata.release.changes import CHANGES
        from opendata.release.corrections import read_corrections
        from opendata.release.formats import read_csv, read_parquet

        try:
            descriptor = json.loads(files["datapackage.json"])
            tables = {
                str(resource["name"]): read_parquet(files[one["path"]])
                for resource in descriptor["resources"]
                for one in resource.get("alternates", ())
                if one["format"] == "parquet"
            }
            corrected = read_corrections(files.get("corrections.csv"))
            changed = files.get("changes.csv")
            changes = None if changed is None else read_csv(changed, CHANGES)
            judged = read_judged(files.get(QUALITY))
            version = str(descriptor["version"])
            lineage = files.get("lineage.parquet")
            return cls(version, descriptor, tables, corrected, lineage, changes, judged)
        except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
            raise StoreError(
                "damaged-release", path="datapackage.json", reason=repr(error)
            ) from error

    def origins(self, where: Mapping[str, Sequence[str]]) -> pa.Table | None:
        """The cells behind its values, as `release.tables.lineage` gives them: the lines `where`
        every column named has one of the values given, for all of them take gigabytes where there
        are millions of values. None where it has no lineage. Raises StoreError."""
        import pyarrow as pa

        from opendata.release.formats import read_parquet

        try:
            return None if self.lineage is None else read_parquet(self.lineage, where)
        except pa.ArrowException as error:
            reason = repr(error)
            raise StoreError("damaged-release", path="lineage.parquet", reason=reason) from error


def read_judged(content: bytes | None) -> tuple[Judged, ...]:
    """The sources of a `quality.json`; none where there is no such file or it cannot be read."""
    try:
        sources = json.loads(content or b"")["sources"]
        return tuple(one for one in sources if {"title", "hash", "scores"} <= one.keys())
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return ()


@dataclass(frozen=True, slots=True)
class Release:
    """One immutable version. `files` are named as in its folder (`plans.csv`, `SHA256SUMS`).

    `created` is no part of the files: they are the same bytes on whatever day they are made.
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
    counts: Mapping[str, int]
    """How many rows there are and were added, removed and changed, and how many corrections and
    changes of the schema there are."""
    restores: str | None = None
    """The version whose content this one restores."""
    reason: Reason = None
    """Why it restores it, or why files were withdrawn."""

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
            **self.counts,
            **({"restores": self.restores} if self.restores else {}),
            **({"reason": self.reason} if self.reason else {}),
        }
