"""DCAT-US 1.1: data.json."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from opendata.catalogue.metadata.described import Described, Download, Table, Years
from opendata.catalogue.model import Site

SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"
CSVW_TYPE = "application/csvm+json"
RIGHTS_CHARACTERS = 255


def data_json(datasets: Sequence[Described], site: Site) -> bytes | None:
    """data.json; None where the site's base or the publisher's mail address is not known: the
    standard demands absolute addresses and an address to write to."""
    if site.base is None or site.publisher.email is None:
        return None
    document = {
        "@context": f"{SCHEMA}/catalog.jsonld",
        "@id": f"{site.base}data.json",
        "@type": "dcat:Catalog",
        "conformsTo": SCHEMA,
        "describedBy": f"{SCHEMA}/catalog.json",
        "dataset": [node for one in datasets for node in _datasets(one, site)],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _datasets(one: Described, site: Site) -> Iterator[Mapping[str, Any]]:
    """A package, then its tables as parts of it."""
    identifier = f"{site.base}{one.home}datapackage.json"
    common = _common(one, site)
    yield {
        **common,
        "identifier": identifier,
        "title": one.title.ja,
        "description": f"{one.description.ja} {one.description.en}",
        **_temporal(one.years),
        "distribution": [_distribution(file, site) for file in one.files],
    }
    for table in one.tables:
        yield {
            **common,
            "identifier": f"{identifier}#{quote(table.name)}",
            "isPartOf": identifier,
            "title": f"{one.title.ja}：{table.title.ja}",
            "description": f"{table.description.ja} {table.description.en}",
            **_temporal(table.years),
            **_columns(table, site),
            "distribution": [_distribution(file, site) for file in table.files],
        }


def _common(one: Described, site: Site) -> dict[str, Any]:
    who = one.publisher
    found: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "accessLevel": "public",
        "publisher": {"@type": "org:Organization", "name": who.name},
        "contactPoint": {
            "@type": "vcard:Contact",
            "fn": who.name,
            "hasEmail": f"mailto:{who.email}",
        },
        "keyword": list(one.keywords),
        "theme": [theme.words.en for theme in one.themes],
        "language": ["ja"],
        "issued": one.first,
        "modified": one.created,
        "accrualPeriodicity": one.frequency.interval or "irregular",
        "landingPage": f"{site.base}{one.page}",
        "references": [f"{site.base}{one.home}{one.version}/datapackage.json"],
    }
    if one.licence and one.licence.iri:
        found["license"] = one.licence.iri
    rights = f"{one.provenance.ja}{one.attribution(site.base).ja}"
    found["rights"] = rights if len(rights) <= RIGHTS_CHARACTERS else one.provenance.ja
    if one.areas:
        found["spatial"] = "、".join(area.name for area in one.areas)
    return found


def _temporal(years: Years | None) -> Mapping[str, str]:
    return {"temporal": f"{years[0]}-04-01/{years[1] + 1}-03-31"} if years else {}


def _columns(table: Table, site: Site) -> Mapping[str, str]:
    """Where the columns of a table are described."""
    path = next((file.columns for file in table.files if file.columns), None)
    return {"describedBy": f"{site.base}{path}", "describedByType": CSVW_TYPE} if path else {}


def _distribution(file: Download, site: Site) -> Mapping[str, Any]:
    return {
        "@type": "dcat:Distribution",
        "title": file.title.ja,
        "description": file.description.ja,
        "format": file.format,
        "mediaType": file.mediatype,
        "downloadURL": f"{site.base}{file.path}",
    }
