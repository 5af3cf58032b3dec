"""What every standard asks about a dataset, taken once from its descriptor, tables and history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute

from opendata.catalogue.metadata.vocabulary import (
    FREQUENCIES,
    GOVERNMENT,
    IRREGULAR,
    NEVER,
    THEMES,
    Frequency,
    Theme,
)
from opendata.catalogue.model import Current, Site
from opendata.catalogue.releases import Ended, ended
from opendata.catalogue.words import date_in_japan, place, prefecture
from opendata.errors import Text
from opendata.japanese import is_municipality_code
from opendata.release import Licence, Publisher, licence_of

pc: Any = pyarrow.compute
"""Untyped: its stubs refuse much of what it takes."""

AREA = "http://data.e-stat.go.jp/lod/sac/C"
"""The standard area codes as the government publishes them as linked data: five digits follow."""
LARGE = 50
"""So many municipalities are named one by one; of more, their prefectures."""
CODE = "municipality_code"

Years = tuple[int, int]
"""The first and the last fiscal year."""


@dataclass(frozen=True, slots=True)
class Area:
    """A municipality (its code has six digits) or a prefecture (two)."""

    code: str
    name: str

    @property
    def iri(self) -> str | None:
        """None for what has no standard area code."""
        if not (self.code.isascii() and self.code.isdecimal()):
            return None
        return f"{AREA}{self.code[:5].ljust(5, '0')}" if len(self.code) in (2, 5, 6) else None


@dataclass(frozen=True, slots=True)
class Download:
    """One file: `path` from the site's root as addresses write it, `size` in bytes, `sha256` in
    hex; `columns` is the path of what tells its columns (CSVW)."""

    path: str
    title: Text
    description: Text
    format: str
    mediatype: str
    size: int
    sha256: str
    columns: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table, in all formats that it can be had in."""

    name: str
    title: Text
    description: Text
    fields: tuple[tuple[str, str | None], ...]
    """What its columns are called in Japanese, and their units."""
    files: tuple[Download, ...]
    years: Years | None


@dataclass(frozen=True, slots=True)
class Described:
    """A package's current version; `files` are those that hold all of it, `sources` counts the
    files it was read from."""

    name: str
    version: str
    title: Text
    description: Text
    keywords: tuple[str, ...]
    licence: Licence | None
    frequency: Frequency
    themes: tuple[Theme, ...]
    years: Years | None
    areas: tuple[Area, ...]
    sources: int
    tables: tuple[Table, ...]
    files: tuple[Download, ...]
    history: Sequence[Mapping[str, Any]]
    schema_changes: Mapping[str, Sequence[Mapping[str, Any]]]
    """By version what it changed in the schema, as far as that is known."""
    publisher: Publisher
    municipality: str
    """The publisher's."""
    ended: Ended | None = None

    @property
    def home(self) -> str:
        """The path of its folder, as addresses write it."""
        return f"datasets/{quote(self.name)}/"

    @property
    def page(self) -> str:
        return f"{self.home}index.html"

    @property
    def created(self) -> str:
        return str(self.history[-1]["created"])

    @property
    def first(self) -> str:
        """When the first version was committed."""
        return str(self.history[0]["created"])

    @property
    def provenance(self) -> Text:
        """What it was made from: whoever edits data says so. Or that there is nothing any more."""
        if self.ended is not None:
            return self.end
        files = "file" if self.sources == 1 else "files"
        return Text(
            f"各部署の表計算ファイル（{self.sources:,}件）を加工して作成。",
            f"Made by editing the departments' own spreadsheets ({self.sources:,} {files}).",
        )

    @property
    def end(self) -> Text:
        """When it ended and why, in sentences; empty where it goes on."""
        if self.ended is None:
            return Text("", "")
        day, why = date_in_japan(self.ended.created), "、".join(self.ended.reasons)
        return Text(
            f"{day}に公開を終えました。" + (f"理由：{why}。" if why else ""),
            f"No longer published since {day}." + (f" Reason: {why}." if why else ""),
        )

    def attribution(self, base: str | None) -> Text:
        """How to name the source, as it is and where it has been edited."""
        at = f"{base}{self.page}" if base else ""
        ja = f"{self.publisher.name}「{self.title.ja}」" + (f"（{at}）" if at else "")
        en = f"{self.publisher.name}, “{self.title.en}”" + (f" ({at})" if at else "")
        return Text(
            f"出典：{ja}。編集・加工した場合は「{ja}を加工して作成」と記載してください。",
            f"Source: {en}. If you have edited the data, say “made by editing {en}”.",
        )


def described(current: Current, site: Site) -> Described:
    """Everything that the standards ask about a package's current version."""
    descriptor = current.descriptor
    title, description = title_of(descriptor), description_of(descriptor)
    tables = tuple(_tables(current))
    end = ended(descriptor, current.history)
    declared = FREQUENCIES.get(str(descriptor.get("accrualPeriodicity")), IRREGULAR)
    return Described(
        name=current.name,
        version=current.version,
        title=title,
        description=description,
        keywords=tuple(str(one) for one in descriptor.get("keywords", ())) or (title.ja, title.en),
        licence=licence_of(descriptor),
        frequency=NEVER if end else declared,
        themes=_themes(descriptor),
        years=covering(one.years for one in tables),
        areas=_areas(current, site),
        sources=len(descriptor.get("sources", ())),
        tables=tables,
        files=tuple(
            _download(
                one,
                current,
                Text(f"{title.ja}（全体）", f"{title.en} (all of it)"),
                description,
            )
            for one in descriptor.get("alternates", ())
        ),
        history=current.history,
        schema_changes={
            **current.schema_changes,
            current.version: descriptor.get("schemaChanges", ()),
        },
        publisher=site.publisher,
        municipality=site.municipality,
        ended=end,
    )


def title_of(described: Mapping[str, Any]) -> Text:
    """What a package or a resource is called; in English after its name where it says nothing."""
    name = str(described["name"])
    english = described.get("translations", {}).get("en", {})
    plain = name.replace("-", " ").replace("_", " ")
    return Text(str(described.get("title", name)), str(english.get("title", plain.capitalize())))


def description_of(descriptor: Mapping[str, Any]) -> Text:
    """What a package is, and what it holds where it does not say."""
    resources = [one for one in descriptor["resources"] if one["name"] not in ("changes",)]
    titles = [title_of(one) for one in resources]
    english = descriptor.get("translations", {}).get("en", {})
    holds = Text(
        "、".join(dict.fromkeys(one.ja for one in titles)) + "の表。",
        "Tables: " + ", ".join(one.en for one in titles) + ".",
    )
    return Text(
        str(descriptor.get("description") or holds.ja),
        str(english.get("description") or holds.en),
    )


def covering(periods: Iterable[Years | None]) -> Years | None:
    """The years from the first to the last of all."""
    known = [one for one in periods if one]
    return (min(one[0] for one in known), max(one[1] for one in known)) if known else None


def covered_years(table: pa.Table) -> Years | None:
    """The first and last fiscal year that a table's rows speak of."""
    found = []
    for name in table.column_names:
        if name == "fiscal_year" or name.endswith("_fiscal_year"):
            ends = pc.min_max(table.column(name)).as_py()
            if ends["min"] is not None:
                found.append((int(ends["min"]), int(ends["max"])))
    return covering(found)


def _themes(descriptor: Mapping[str, Any]) -> tuple[Theme, ...]:
    named = [str(one) for one in descriptor.get("themes", ())]
    return tuple(THEMES[one] for one in named if one in THEMES) or (GOVERNMENT,)


def _areas(current: Current, site: Site) -> tuple[Area, ...]:
    """The municipalities that the rows are of: as they say, or else as the folders of their files
    do; or the publisher's own."""
    codes = {
        str(code)
        for table in current.tables.values()
        if CODE in table.column_names
        for code in pc.unique(table.column(CODE)).to_pylist()
        if code is not None
    }
    codes = codes or _folders(current.descriptor.get("sources", ()))
    names = dict(site.places)
    if site.publisher.code:
        names = {site.publisher.code: site.municipality, **names}
        codes = codes or {site.publisher.code}
    if len(codes) <= LARGE:
        return tuple(Area(code, place(code, names)) for code in sorted(codes))
    return tuple(_prefectures(codes))


def _folders(sources: Iterable[Mapping[str, Any]]) -> set[str]:
    """The municipalities in whose folders the files lie: halls/132012/…/x.xlsx."""
    folders = (str(one["title"]).split("/")[1:2] for one in sources)
    return {code for found in folders for code in found if is_municipality_code(code)}


def _prefectures(codes: Iterable[str]) -> Iterator[Area]:
    for code in sorted({code[:2] for code in codes}):
        if name := prefecture(code):
            yield Area(code, name)


def _tables(current: Current) -> Iterator[Table]:
    for resource in current.descriptor["resources"]:
        name, title = str(resource["name"]), title_of(resource)
        fields = resource["schema"]["fields"]
        description = Text(
            str(resource.get("description") or title.ja),
            f"{title.en}: " + ", ".join(str(one["name"]) for one in fields) + ".",
        )
        table = current.tables.get(name)
        yield Table(
            name=name,
            title=title,
            description=description,
            fields=tuple((str(one.get("title", one["name"])), _unit(one)) for one in fields),
            files=tuple(
                _download(one, current, title, description, resource.get("csvw"))
                for one in (resource, *resource.get("alternates", ()))
            ),
            years=None if table is None else covered_years(table),
        )


def _unit(field: Mapping[str, Any]) -> str | None:
    """None as well where another table's field tells it."""
    unit = field.get("unit")
    return unit if isinstance(unit, str) else None


def _download(
    file: Mapping[str, Any],
    current: Current,
    title: Text,
    description: Text,
    columns: Mapping[str, Any] | None = None,
) -> Download:
    folder = f"datasets/{quote(current.name)}/{current.version}/"
    kind = str(file["format"])
    return Download(
        path=f"{folder}{quote(str(file['path']))}",
        title=Text(f"{title.ja}（{kind}）", f"{title.en} ({kind})"),
        description=description,
        format=kind,
        mediatype=str(file["mediatype"]),
        size=int(file["bytes"]),
        sha256=str(file["hash"]).removeprefix("sha256:"),
        columns=f"{folder}{quote(columns['path'])}" if columns and kind == "csv" else None,
    )
