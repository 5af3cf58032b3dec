"""A published dataset: its tables, each loaded when it is asked for."""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import pandas as pd
import pyarrow as pa

from opendata.errors import ReadError
from opendata.reader.frames import frame, labels
from opendata.reader.source import Source, source

DESCRIPTOR = "datapackage.json"
LINEAGE = "lineage"
FORMATS = ("parquet", "csv")
"""The one that is read first."""


class Tables(Mapping[str, pd.DataFrame]):
    """The tables of one version of a dataset by their names, in the descriptor's order.

    A table is loaded, and its file held against its checksum, when it is asked for the first time.
    `tables["lineage"]` says for every value which cell it comes from; as it is larger than all the
    rest, it is not among the tables that are gone through. Raises KeyError for a table that is not
    there, and ReadError where its file cannot be read.
    """

    def __init__(self, place: Source, descriptor: Mapping[str, Any]) -> None:
        self._source = place
        self._frames: dict[str, pd.DataFrame] = {}
        self.descriptor = descriptor
        """As published: `datapackage.json`."""

    @property
    def name(self) -> str:
        return str(self.descriptor["name"])

    @property
    def title(self) -> str:
        return str(self.descriptor.get("title", self.name))

    @property
    def version(self) -> str:
        return str(self.descriptor["version"])

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._frames:
            resource = self._resource(name)
            try:
                loaded = self._loaded(resource)
                units = self._with_units(loaded, resource)
                loaded.attrs.update(self._about(resource, units))
            except (KeyError, TypeError, AttributeError) as error:
                raise self._unlike_ours(f"{name}: {error!r}") from error
            self._frames[name] = loaded
        return self._frames[name]

    def __iter__(self) -> Iterator[str]:
        return (str(one["name"]) for one in self.descriptor["resources"])

    def __len__(self) -> int:
        return len(self.descriptor["resources"])

    def __contains__(self, name: object) -> bool:
        return name in {*self}

    def __repr__(self) -> str:
        return f"<{self.name} {self.version}: {', '.join(self)}>"

    def _resource(self, name: str) -> Mapping[str, Any]:
        for one in self.descriptor["resources"]:
            if one["name"] == name:
                found: Mapping[str, Any] = one
                return found
        if name == LINEAGE and LINEAGE in self.descriptor:
            return {"name": LINEAGE, **self.descriptor[LINEAGE]}
        raise KeyError(name)

    def _loaded(self, resource: Mapping[str, Any]) -> pd.DataFrame:
        files = {one["format"]: one for one in (resource, *resource.get("alternates", ()))}
        described = next((files[one] for one in FORMATS if one in files), None)
        path = _inside(described["path"]) if described else None
        if described is None or path is None:
            raise self._unlike_ours(f"{resource['name']}: path")
        content = self._source.read(path)
        address = self._source.at(path)
        if content is None:
            raise ReadError("cannot-read", url=address, reason="404 Not Found")
        digest = str(described.get("hash", "")).removeprefix("sha256:")
        if hashlib.sha256(content).hexdigest() != digest:
            raise ReadError("read-changed", url=address)
        try:
            return frame(content, described["format"], resource["schema"])
        except (pa.ArrowException, ValueError) as error:
            raise ReadError("cannot-read", url=address, reason=str(error)) from error

    def _with_units(
        self, loaded: pd.DataFrame, resource: Mapping[str, Any]
    ) -> dict[str, str | dict[str, str]]:
        """The units of fields; where each row has its own it stands in a column, which comes from
        the table that the rows refer to."""
        units: dict[str, str | dict[str, str]] = {}
        for field in resource["schema"]["fields"]:
            unit = field.get("unit")
            if isinstance(unit, str):
                units[field["name"]] = unit
            elif isinstance(unit, Mapping):
                name = str(unit["field"])
                key = _key_to(resource["schema"], unit["resource"])
                if key and name not in loaded:
                    other = self[unit["resource"]].set_index(key[1])[name]
                    loaded[name] = loaded[key[0]].map(other)
                if name in loaded:
                    units[field["name"]] = {"column": name}
        return units

    def _about(self, resource: Mapping[str, Any], units: Mapping[str, Any]) -> dict[str, Any]:
        """What stands in a frame's `attrs`: plain values, which pandas keeps in files, too."""
        fields = resource["schema"]["fields"]
        key = resource["schema"].get("primaryKey", [])
        return {
            "dataset": self.name,
            "version": self.version,
            "table": resource["name"],
            "title": resource.get("title", resource["name"]),
            "description": resource.get("description"),
            "primary_key": [key] if isinstance(key, str) else [*key],
            "titles": {one["name"]: one.get("title", one["name"]) for one in fields},
            "descriptions": {
                one["name"]: one["description"] for one in fields if "description" in one
            },
            "units": {**units},
            "labels": {one["name"]: found for one in fields if (found := labels(one))},
            "licenses": [dict(one) for one in self.descriptor.get("licenses", ())],
            "source": self._source.at(DESCRIPTOR),
        }

    def _unlike_ours(self, reason: str) -> ReadError:
        return ReadError("not-a-dataset", url=self._source.at(DESCRIPTOR), reason=reason)


@overload
def read(url: str | Path) -> Tables: ...
@overload
def read(url: str | Path, table: str) -> pd.DataFrame: ...


def read(url: str | Path, table: str | None = None) -> Tables | pd.DataFrame:
    """The tables of a published dataset as DataFrames with types, titles and units.

    `url` is the address (http, https, s3, file) or the path of the dataset's folder, which gives
    the current version; of a version's folder; or of the page or `datapackage.json` in one of them.
    Without `table`, all of its tables by name, each loaded when it is asked for; with it, that one.

    Raises ReadError (an OpendataError): nothing there, unreachable, not a dataset of ours, no such
    table, or a file that is not the one that was published.
    """
    found = _found(source(url))
    if table is None:
        return found
    if table not in {*found, LINEAGE}:
        raise ReadError("no-such-table", name=table, known=[*found])
    return found[table]


def _found(place: Source) -> Tables:
    content = place.read(DESCRIPTOR)
    if content is None:
        above = place.parent()  # `latest` holds copies of the current version's files only
        is_latest = place.url.rstrip("/").endswith("latest")
        content = above.read(DESCRIPTOR) if is_latest else None
        if content is None:
            raise ReadError("cannot-read", url=place.at(DESCRIPTOR), reason="404 Not Found")
        place = above
    try:
        descriptor = json.loads(content)
        tables = Tables(place, descriptor)
        _ = tables.name, tables.version, [*tables]
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        url = place.at(DESCRIPTOR)
        raise ReadError("not-a-dataset", url=url, reason=repr(error)) from error
    return tables


def _inside(path: object) -> str | None:
    """A path that stays in the folder; None for any other."""
    if not isinstance(path, str) or "://" in path or "\\" in path or path.startswith("/"):
        return None
    return path if path == posixpath.normpath(path) and not path.startswith("..") else None


def _key_to(schema: Mapping[str, Any], name: str) -> tuple[str, str] | None:
    """The field that refers to a table, and the field there."""
    for key in schema.get("foreignKeys", ()):
        reference = key["reference"]
        ours, theirs = _listed(key["fields"]), _listed(reference["fields"])
        if reference.get("resource") == name and len(ours) == len(theirs) == 1:
            return ours[0], theirs[0]
    return None


def _listed(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else [*names]
