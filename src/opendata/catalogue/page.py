"""The start page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from opendata.catalogue.metadata import schema_org
from opendata.catalogue.model import Current, Site
from opendata.catalogue.plans import Overview, overview
from opendata.catalogue.words import day, size
from opendata.release import Publisher, reasons_of

FORMATS = {"csv": "CSV", "parquet": "Parquet", "xlsx": "Excel"}


@dataclass(frozen=True, slots=True)
class Download:
    """A file to download: `url` is that of the version shown, which never changes."""

    label: str
    url: str
    size: str
    sha256: str

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a dataset."""

    name: str
    title: str
    about: str
    rows: int
    columns: int
    downloads: tuple[Download, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One line of the history."""

    version: str
    day: str
    changed_rows: int
    changes_url: str
    descriptor_url: str
    restores: str | None
    """The version whose content this one restored."""
    reasons: tuple[str, ...]
    """Why it did, or why files were withdrawn."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One package as the page shows it."""

    name: str
    title: str
    description: str
    title_en: str
    description_en: str
    version: str
    created: str
    day: str
    licences: Sequence[Mapping[str, str]]
    tables: tuple[Table, ...]
    whole: tuple[Download, ...]
    corrections: Table | None
    lineage: Download
    descriptor_url: str
    sums_url: str
    sources: int
    versions: tuple[Version, ...]
    latest: str
    """Where the plain copies of the current version lie, with a slash at the end."""
    example: str
    """The table that the snippets load."""
    codes: tuple[str, ...]
    """Its text fields that look like numbers: a CSV reader must be told."""
    plans: Overview | None

    @property
    def dtype(self) -> str:
        return ", ".join(f'"{name}": "string"' for name in self.codes)


def page(
    datasets: Sequence[Current], publisher: Publisher, base: str | None, places: Mapping[str, str]
) -> bytes:
    """index.html. `base` is the site's URL with a slash at its end, None where it is not known."""
    if publisher.code:
        places = {publisher.code: publisher.name, **places}
    shown = [_dataset(one, base, places) for one in datasets]
    site = Site(publisher, base, places)
    linked = [schema_org(one, site, "") for one in datasets]
    text = (
        _environment()
        .get_template("index.html")
        .render(
            publisher=publisher,
            datasets=shown,
            base=base,
            newest=max((one.created for one in shown), default=None),
            linked=[_script(one) for one in linked],
        )
    )
    return text.encode()


def assets() -> dict[str, bytes]:
    """What the page needs beside it: path to content."""
    folder = files("opendata.catalogue").joinpath("templates")
    return {name: folder.joinpath(name).read_bytes() for name in ("site.css", "icon.svg")}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("opendata.catalogue"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["day"] = day
    environment.filters["count"] = lambda number: f"{number:,}"
    return environment


def _script(document: Any) -> Markup:
    # Inside <script> only "<" can do harm, and JSON may write it otherwise.
    return Markup(json.dumps(document, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704


def _dataset(current: Current, base: str | None, places: Mapping[str, str]) -> Dataset:
    descriptor = current.descriptor
    name, version = str(descriptor["name"]), str(descriptor["version"])
    home = f"datasets/{name}/"
    english = descriptor.get("translations", {}).get("en", {})
    tables = [_table(one, f"{home}{version}/") for one in descriptor["resources"]]
    with_rows = (one.name for one in tables if one.rows and one.name in current.tables)
    example = next(with_rows, tables[0].name)
    return Dataset(
        name=name,
        title=str(descriptor.get("title", name)),
        description=str(descriptor.get("description", "")),
        title_en=str(english.get("title", name)),
        description_en=str(english.get("description", "")),
        version=version,
        created=current.created,
        day=day(current.created),
        licences=descriptor.get("licenses", ()),
        tables=tuple(one for one in tables if one.name not in ("changes", "corrections")),
        whole=tuple(_download(one, f"{home}{version}/") for one in descriptor["alternates"]),
        corrections=next((one for one in tables if one.name == "corrections"), None),
        lineage=_download(descriptor["lineage"], f"{home}{version}/"),
        descriptor_url=f"{home}datapackage.json",
        sums_url=f"{home}{version}/SHA256SUMS",
        sources=len(descriptor.get("sources", ())),
        versions=tuple(_version(one, home) for one in reversed(current.history)),
        latest=f"{base or ''}{home}latest/",
        example=example,
        codes=_codes(current.tables[example]),
        plans=overview(current, places),
    )


def _table(resource: Mapping[str, Any], folder: str) -> Table:
    return Table(
        name=str(resource["name"]),
        title=str(resource.get("title", resource["name"])),
        about=str(resource.get("description", "")),
        rows=int(resource["rows"]),
        columns=len(resource["schema"]["fields"]),
        downloads=tuple(
            _download(one, folder) for one in (resource, *resource.get("alternates", ()))
        ),
    )


def _download(described: Mapping[str, Any], folder: str) -> Download:
    return Download(
        label=FORMATS[described["format"]],
        url=f"{folder}{described['path']}",
        size=size(int(described["bytes"])),
        sha256=str(described["hash"]).removeprefix("sha256:"),
    )


def _version(entry: Mapping[str, Any], home: str) -> Version:
    version = str(entry["version"])
    return Version(
        version=version,
        day=day(str(entry["created"])),
        changed_rows=int(entry.get("changed_rows", entry.get("changes", 0))),
        changes_url=f"{home}{version}/changes.csv",
        descriptor_url=f"{home}{version}/datapackage.json",
        restores=entry.get("restores"),
        reasons=reasons_of(entry),
    )


def _codes(table: pa.Table) -> tuple[str, ...]:
    """Text columns of digits only: read as numbers they would lose their leading zeros."""
    found = []
    for field in table.schema:
        if pa.types.is_string(field.type):
            values = [one for one in table.column(field.name).to_pylist() if one is not None]
            if values and all(one.isascii() and one.isdigit() for one in values):
                found.append(field.name)
    return tuple(found)
