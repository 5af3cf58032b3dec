"""schema.org, for search engines: what stands inside a page as JSON-LD."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opendata.catalogue.metadata.described import Area, Described, Table, Years
from opendata.catalogue.model import Language, Site
from opendata.errors import Text
from opendata.release import Licence

Node = dict[str, Any]
SHORTEST, LONGEST = 50, 5000
"""Characters of a description."""
CONTEXT = "https://schema.org/"
_LONG = ("@context", "distribution", "variableMeasured", "includedInDataCatalog", "creditText")


def dataset(one: Described, site: Site, root: str, language: Language = "ja") -> Node:
    """A package's Dataset. `root` leads from the page to the site's root ("../../"); where the
    site's base is known, addresses are absolute."""
    at = site.base or root
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "@id": f"{at}{one.page}#dataset",
        "name": one.title.in_(language),
        "alternateName": one.title.in_("en" if language == "ja" else "ja"),
        "description": _long_enough(_about(one, language)),
        "identifier": f"{at}{one.home}datapackage.json",
        "url": f"{at}{one.page}",
        "version": one.version,
        "datePublished": one.first,
        "dateModified": one.created,
        "inLanguage": "ja",
        "keywords": list(one.keywords),
        **_rights(one.licence, one.attribution(site.base), language),
        **_coverage(one.areas, one.years),
        **({"creativeWorkStatus": one.end.in_(language)} if one.ended else {}),
        "creator": _publisher(site),
        "publisher": _publisher(site),
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": site.publisher.name,
            "url": f"{at}index.html",
        },
        "variableMeasured": _measured(
            dict.fromkeys(field for table in _data(one) for field in table.fields)
        ),
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file.title.in_(language),
                "encodingFormat": file.mediatype,
                "contentUrl": f"{at}{file.path}",
                "contentSize": f"{file.size} B",
                "sha256": file.sha256,
            }
            for file in (*one.files, *(file for table in one.tables for file in table.files))
        ],
    }


def catalogue(
    datasets: Sequence[Described],
    site: Site,
    root: str,
    language: Language = "ja",
    *,
    is_brief: bool = False,
) -> Node:
    """The DataCatalog with every package's Dataset: for the start page all that is known of it, for
    pages about all of them (`is_brief`) what it is."""
    at = site.base or root
    found = [dataset(one, site, root, language) for one in datasets]
    left_out = _LONG if is_brief else ("@context",)
    return {
        "@context": CONTEXT,
        "@type": "DataCatalog",
        "@id": f"{at}catalog.jsonld",
        "name": Text(
            f"{site.publisher.name} オープンデータカタログ",
            f"Open data catalogue of {site.publisher.name}",
        ).in_(language),
        "url": f"{at}index.html",
        "inLanguage": ["ja", "en"],
        "publisher": _publisher(site),
        "dataset": [
            {name: value for name, value in one.items() if name not in left_out} for one in found
        ],
    }


def part(
    site: Site,
    *,
    of: str,
    path: str,
    root: str,
    name: str,
    about: str,
    licence: Licence | None,
    area: Area | None = None,
    years: Years | None = None,
    variables: Iterable[tuple[str, str | None]] = (),
) -> Node:
    """The Dataset of a page that shows a part of a package: a municipality's, a plan's or an
    indicator's figures. It says nothing that is of one version.

    `of` is the package's name, `path` the page's own; `variables` are what was measured, each with
    its unit.
    """
    at = site.base or root
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "name": name,
        "description": _long_enough(f"{about} {site.publisher.name}が公開するオープンデータ。"),
        "url": f"{at}{path}",
        "inLanguage": "ja",
        **({"license": licence.iri} if licence and licence.iri else {}),
        **_coverage((area,) if area else (), years),
        "creator": _publisher(site),
        "isAccessibleForFree": True,
        "isPartOf": {"@type": "Dataset", "@id": f"{at}datasets/{of}/index.html#dataset"},
        "variableMeasured": _measured(variables),
    }


def _about(one: Described, language: Language) -> str:
    """What a dataset is, what it holds and what it was made from."""
    tables = Text(
        "収録する表：" + "、".join(table.title.ja for table in _data(one)) + "。",
        "Tables: " + ", ".join(table.title.en for table in _data(one)) + ".",
    )
    said = (one.description, tables, one.provenance)
    return (" " if language == "en" else "").join(text.in_(language) for text in said)


def _data(one: Described) -> tuple[Table, ...]:
    """The tables that are data, not records about them."""
    return tuple(table for table in one.tables if table.name not in ("changes", "corrections"))


def _long_enough(text: str) -> str:
    if len(text) < SHORTEST:
        text += " 誰でも自由に利用できるオープンデータとして、"
        text += "CSV、Parquet、Excelの形式で公開しています。"
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _rights(licence: Licence | None, attribution: Text, language: Language) -> Node:
    found: Node = {"isAccessibleForFree": True, "creditText": attribution.in_(language)}
    return found | ({"license": licence.iri} if licence and licence.iri else {})


def _coverage(areas: Sequence[Area], years: Years | None) -> Node:
    found: Node = {}
    if years:
        found["temporalCoverage"] = f"{years[0]}-04-01/{years[1] + 1}-03-31"
    if areas:
        found["spatialCoverage"] = [_place(area) for area in areas]
    return found


def _measured(variables: Iterable[tuple[str, str | None]]) -> list[Node]:
    """Each with its unit, where it has one."""
    return [
        {"@type": "PropertyValue", "name": name, **({"unitText": unit} if unit else {})}
        for name, unit in variables
    ]


def _place(area: Area) -> Mapping[str, str]:
    named = {"@type": "AdministrativeArea", "name": area.name, "identifier": area.code}
    return named | ({"sameAs": area.iri} if area.iri else {})


def _publisher(site: Site) -> Mapping[str, str]:
    who = site.publisher
    found = {"@type": "GovernmentOrganization", "name": who.name}
    found |= {"url": who.homepage} if who.homepage else {}
    return found | ({"email": who.email} if who.email else {})
