"""Metadata for harvesters: DCAT (in its European profile) as JSON-LD, and schema.org."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from opendata.catalogue.model import Current
from opendata.release import Publisher

EU = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
FILE_TYPES = {"csv": "CSV", "parquet": "PARQUET", "xlsx": "XLSX"}
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "adms": "http://www.w3.org/ns/adms#",
    "dcatap": "http://data.europa.eu/r5r/",
}
Node = dict[str, Any]


def catalogue_document(
    datasets: Sequence[Current], publisher: Publisher, base: str | None
) -> bytes:
    """catalog.jsonld; without a `base` its addresses are relative to itself."""
    root = base or ""
    agent = _agent(publisher, root)
    catalogue: Node = {
        "@context": CONTEXT,
        "@id": f"{root}catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": [_ja(f"{publisher.name} オープンデータカタログ")],
        "dct:description": [_ja(f"{publisher.name}が公開しているオープンデータの一覧。")],
        "dct:publisher": agent,
        "dct:language": {"@id": f"{EU}language/JPN"},
        "foaf:homepage": {"@id": f"{root}index.html", "@type": "foaf:Document"},
        "dcat:dataset": [_dataset(one, publisher, root) for one in datasets],
    }
    created = sorted(str(entry["created"]) for one in datasets for entry in one.history)
    if created:
        catalogue["dct:issued"] = _moment(created[0])
        catalogue["dct:modified"] = _moment(created[-1])
    return (json.dumps(catalogue, ensure_ascii=False, indent=1) + "\n").encode()


def _agent(publisher: Publisher, root: str) -> Node:
    agent: Node = {
        "@id": f"{root}catalog.jsonld#publisher",
        "@type": "foaf:Agent",
        "foaf:name": _ja(publisher.name),
    }
    if publisher.homepage:
        agent["foaf:homepage"] = {"@id": publisher.homepage}
    if publisher.email:
        agent["foaf:mbox"] = {"@id": f"mailto:{publisher.email}"}
    return agent


def _dataset(current: Current, publisher: Publisher, root: str) -> Node:
    descriptor = current.descriptor
    name = str(descriptor["name"])
    home = f"{root}datasets/{name}/"
    versions = [_version(entry, current, home) for entry in reversed(current.history)]
    node: Node = {
        "@id": f"{home}datapackage.json",
        "@type": "dcat:Dataset",
        "dct:identifier": name,
        "dct:title": _both(descriptor, "title"),
        "dct:description": _both(descriptor, "description"),
        "dct:publisher": {"@id": f"{root}catalog.jsonld#publisher"},
        "dct:issued": _moment(str(current.history[0]["created"])),
        "dct:modified": _moment(current.created),
        "dct:language": {"@id": f"{EU}language/JPN"},
        "dct:accessRights": {"@id": f"{EU}access-right/PUBLIC"},
        "dcat:theme": {"@id": f"{EU}data-theme/GOVE"},
        "dcat:keyword": [_ja(str(word)) for word in descriptor.get("keywords", ())],
        "dcat:version": str(descriptor["version"]),
        "dcat:landingPage": {"@id": f"{root}index.html#{name}", "@type": "foaf:Document"},
        "dcat:hasVersion": versions,
        "dcat:distribution": list(_distributions(current, home)),
    }
    if publisher.email:
        node["dcat:contactPoint"] = {
            "@id": f"{root}catalog.jsonld#contact",
            "@type": "vcard:Kind",
            "vcard:fn": _ja(publisher.name),
            "vcard:hasEmail": {"@id": f"mailto:{publisher.email}"},
        }
    years = covered_years(current)
    if years:
        node["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@type": "xsd:date", "@value": f"{years[0]}-04-01"},
            "dcat:endDate": {"@type": "xsd:date", "@value": f"{years[1] + 1}-03-31"},
        }
    return node


def _version(entry: Mapping[str, Any], current: Current, home: str) -> Node:
    """An older or the current version; what is in it stands in its own descriptor."""
    version, descriptor = str(entry["version"]), current.descriptor
    node: Node = {
        "@id": f"{home}{version}/datapackage.json",
        "@type": "dcat:Dataset",
        "dct:title": [
            {**one, "@value": f"{one['@value']} {version}"} for one in _both(descriptor, "title")
        ],
        "dct:description": _both(descriptor, "description"),
        "dct:issued": _moment(str(entry["created"])),
        "dcat:version": version,
        "dcat:isVersionOf": {"@id": f"{home}datapackage.json"},
    }
    if entry.get("previous"):
        node["dcat:previousVersion"] = {"@id": f"{home}{entry['previous']}/datapackage.json"}
    return node


def _distributions(current: Current, home: str) -> list[Node]:
    descriptor = current.descriptor
    folder = f"{home}{descriptor['version']}/"
    licences = [one["path"] for one in descriptor.get("licenses", ()) if "path" in one]
    found: list[Node] = []
    for resource in descriptor["resources"]:
        for one in (resource, *resource.get("alternates", ())):
            words = f"{resource.get('title', resource['name'])}（{one['format']}）"
            found.append(_distribution(one, words, resource.get("description"), folder))
    whole = f"{descriptor.get('title', descriptor['name'])}（xlsx）"
    found += [_distribution(one, whole, None, folder) for one in descriptor["alternates"]]
    for one in found:
        one["dct:issued"] = _moment(current.created)
        if licences:
            one["dct:license"] = {"@id": licences[0], "@type": "dct:LicenseDocument"}
    return found


def _distribution(
    described: Mapping[str, Any], title: str, description: str | None, folder: str
) -> Node:
    url = {"@id": f"{folder}{described['path']}"}
    node: Node = {
        "@id": f"{folder}{described['path']}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": [_ja(title)],
        "dcat:accessURL": url,
        "dcat:downloadURL": url,
        "dct:format": {"@id": f"{EU}file-type/{FILE_TYPES[described['format']]}"},
        "dcat:mediaType": {"@id": f"{IANA}{described['mediatype']}"},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(described["bytes"])},
        "dcatap:availability": {"@id": f"{EU}planned-availability/STABLE"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"},
            "spdx:checksumValue": {
                "@type": "xsd:hexBinary",
                "@value": str(described["hash"]).removeprefix("sha256:"),
            },
        },
    }
    if description:
        node["dct:description"] = [_ja(description)]
    return node


def covered_years(current: Current) -> tuple[int, int] | None:
    """The first and last fiscal year that the data speak of."""
    years = [
        year
        for table in current.tables.values()
        for name in table.column_names
        if name == "fiscal_year" or name.endswith("_fiscal_year")
        for year in table.column(name).to_pylist()
        if year is not None
    ]
    return (min(years), max(years)) if years else None


def schema_org(datasets: Sequence[Current], publisher: Publisher, base: str | None) -> list[Node]:
    """schema.org Dataset for search engines, one per package."""
    found = []
    for current in datasets:
        descriptor = current.descriptor
        home = f"{base or ''}datasets/{descriptor['name']}/"
        english = descriptor.get("translations", {}).get("en", {})
        years = covered_years(current)
        node: Node = {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "name": descriptor.get("title", descriptor["name"]),
            "alternateName": english.get("title"),
            "description": " ".join(
                str(one["description"]) for one in (descriptor, english) if "description" in one
            ),
            "identifier": f"{home}datapackage.json",
            "url": base,
            "version": descriptor["version"],
            "dateModified": current.created,
            "inLanguage": "ja",
            "isAccessibleForFree": True,
            "keywords": list(descriptor.get("keywords", ())),
            "license": next(
                (x["path"] for x in descriptor.get("licenses", ()) if "path" in x), None
            ),
            "creator": {
                "@type": "GovernmentOrganization",
                "name": publisher.name,
                "url": publisher.homepage,
            },
            "temporalCoverage": f"{years[0]}-04-01/{years[1] + 1}-03-31" if years else None,
            "variableMeasured": sorted(
                {
                    str(field.get("title", field["name"]))
                    for resource in descriptor["resources"]
                    for field in resource["schema"]["fields"]
                    if resource["name"] != "changes"
                }
            ),
            "distribution": [
                {
                    "@type": "DataDownload",
                    "name": f"{resource.get('title', resource['name'])} ({one['format']})",
                    "encodingFormat": one["mediatype"],
                    "contentUrl": f"{home}{descriptor['version']}/{one['path']}",
                    "contentSize": f"{one['bytes']} B",
                    "sha256": str(one["hash"]).removeprefix("sha256:"),
                }
                for resource in descriptor["resources"]
                for one in (resource, *resource.get("alternates", ()))
            ],
        }
        found.append(_known(node))
    return found


def _known(node: Node) -> Node:
    return {
        name: _known(value) if isinstance(value, dict) else value
        for name, value in node.items()
        if value is not None
    }


def _ja(text: str) -> Node:
    return {"@language": "ja", "@value": text}


def _both(descriptor: Mapping[str, Any], part: str) -> list[Node]:
    """A descriptor's words in Japanese and, where it has them, English."""
    words = [_ja(str(descriptor.get(part, descriptor["name"])))]
    english = descriptor.get("translations", {}).get("en", {})
    if part in english:
        words.append({"@language": "en", "@value": str(english[part])})
    return words


def _moment(stamp: str) -> Node:
    return {"@type": "xsd:dateTime", "@value": stamp}
