"""The page of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

import pyarrow as pa
import pyarrow.compute
from markupsafe import Markup

from opendata.catalogue import metadata
from opendata.catalogue.assets import has_reader
from opendata.catalogue.fields import fields
from opendata.catalogue.model import Current, Language, Site
from opendata.catalogue.quality import quality_of
from opendata.catalogue.releases import ended, said, titles, versions
from opendata.catalogue.rendering import render, script
from opendata.catalogue.texts import say
from opendata.catalogue.words import size
from opendata.release import Files

pc: Any = pyarrow.compute
"""Untyped: its stubs refuse much of what it takes."""

FORMATS = {"csv": "CSV", "parquet": "Parquet", "xlsx": "Excel"}
CSVW = "CSVW"
VERSIONS = 20
"""How many of the newest versions stand on the page; all are in the list of changes."""
_DIGITS = r"^[0-9]+$"


@dataclass(frozen=True, slots=True)
class Download:
    """A file to download, by its address from the site's root: that of the version, which never
    changes."""

    label: str
    url: str
    bytes: int
    sha256: str

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]

    @property
    def size(self) -> str:
        return size(self.bytes)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row of it is (`about`), its `schema`, its files."""

    name: str
    title: str
    about: str
    rows: int
    schema: Mapping[str, Any]
    downloads: tuple[Download, ...]

    @property
    def parquet(self) -> Download | None:
        return next((one for one in self.downloads if one.label == "Parquet"), None)


@dataclass(frozen=True, slots=True)
class Example:
    """What the snippets load: a table, from the `folder` of the newest version's plain copies.
    `codes` are its text fields that look like numbers: a CSV reader must be told."""

    folder: str
    table: str
    codes: tuple[str, ...]

    @property
    def variable(self) -> str:
        """What the table is called in a program: its name where that can be one."""
        is_name = self.table.isascii() and self.table.isidentifier()
        return self.table if is_name and not iskeyword(self.table) else "table"


def render_dataset(site: Site, current: Current) -> Files:
    """What a row is, the files, the fields, the versions, how to load it, and its rows to look
    at."""
    descriptor = current.descriptor
    home = f"datasets/{current.name}/"
    folder = f"{home}{current.version}/"
    tables = [_table(one, folder) for one in descriptor["resources"]]

    def fields_of(language: Language) -> Mapping[str, Any]:
        return {one.name: fields(one.schema, language) for one in tables}

    return render(
        site,
        f"{home}index",
        "dataset.html",
        linked=lambda language: metadata.schema_org(current, site, "../../", language),
        name=current.name,
        titles=titles(descriptor),
        abouts=said(descriptor, "description"),
        version=current.version,
        created=current.created,
        ended=ended(descriptor, current.history),
        licences=descriptor.get("licenses", ()),
        sources=len(descriptor.get("sources", ())),
        tables=tables,
        fields=fields_of,
        whole=[_download(one, folder) for one in descriptor.get("alternates", ())],
        lineage=_download(descriptor["lineage"], folder) if "lineage" in descriptor else None,
        folder=folder,
        home=home,
        example=_example(site, current, tables),
        quality=quality_of(current),
        versions=versions(current)[:VERSIONS],
        count=len(current.history),
        has_reader=has_reader(),
        words=_preview_words,
    )


def _table(resource: Mapping[str, Any], folder: str) -> Table:
    return Table(
        name=str(resource["name"]),
        title=str(resource.get("title", resource["name"])),
        about=str(resource.get("description", "")),
        rows=int(resource["rows"]),
        schema=resource["schema"],
        downloads=(
            *(_download(one, folder) for one in (resource, *resource.get("alternates", ()))),
            *((_download(resource["csvw"], folder, CSVW),) if "csvw" in resource else ()),
        ),
    )


def _download(described: Mapping[str, Any], folder: str, label: str | None = None) -> Download:
    return Download(
        label=label or FORMATS.get(described["format"], str(described["format"])),
        url=f"{folder}{described['path']}",
        bytes=int(described["bytes"]),
        sha256=str(described["hash"]).removeprefix("sha256:"),
    )


def _example(site: Site, current: Current, tables: Sequence[Table]) -> Example:
    with_rows = (one.name for one in tables if one.rows and one.name in current.tables)
    table = next(with_rows, tables[0].name)
    folder = f"{site.base or ''}datasets/{current.name}/latest/"
    return Example(folder, table, _codes(current.tables[table]))


def _codes(table: pa.Table) -> tuple[str, ...]:
    """Text columns of digits only: read as numbers they would lose their leading zeros."""
    return tuple(
        field.name
        for field in table.schema
        if pa.types.is_string(field.type) and _is_code(table.column(field.name).drop_null())
    )


def _is_code(values: Any) -> bool:
    return len(values) > 0 and bool(pc.all(pc.match_substring_regex(values, _DIGITS)).as_py())


_WORDS = ("show", "hide", "first", "back", "next", "last", "page", "go", "rows", "of", "loading")
_REASONS = ("file", "offline", "large", "broken")


def _preview_words(language: Language) -> Markup:
    """What the program that shows rows says, as JSON."""
    names = [*_WORDS, *(f"no_{one}" for one in _REASONS), "none", "yes", "no"]
    return script({one: str(say(language)(f"dataset.preview_{one}")) for one in names})
