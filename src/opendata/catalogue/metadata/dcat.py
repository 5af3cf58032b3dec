"""DCAT in its European profile (DCAT-AP 3.0.1): catalog.jsonld and catalog.ttl, the same graph.

A package is a dataset that can be had whole, as one workbook or as a Data Package, and has
versions. Each of its tables is a dataset too, as CSV and Parquet, and the tables of one package
make a series. The terms of other vocabularies that are used stand in the graph with their types
and labels, so that it can be judged, and read, by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from opendata.catalogue.metadata.described import Area, Described, Download, Table, Years
from opendata.catalogue.metadata.linked import Node, literal, reference, safe, words
from opendata.catalogue.metadata.news import changes_of
from opendata.catalogue.metadata.vocabulary import EU, FILE_TYPES
from opendata.catalogue.model import Site
from opendata.errors import Text
from opendata.release import Licence

IANA = "https://www.iana.org/assignments/media-types/"
DATA_PACKAGE = "https://datapackage.org/profiles/2.0/datapackage.json"
JAPANESE, ENGLISH = f"{EU}language/JPN", f"{EU}language/ENG"
PUBLIC, STABLE = f"{EU}access-right/PUBLIC", f"{EU}planned-availability/STABLE"
WITHDRAWN = f"{EU}distribution-status/WITHDRAWN"
THEMES = f"{EU}data-theme"
SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
VERSIONS = 100
"""So many versions of a dataset are described, the newest: a new one may come every night."""
LOCAL_AUTHORITY = "http://purl.org/adms/publishertype/LocalAuthority"


def graph(datasets: Sequence[Described], site: Site) -> list[Node]:
    """The whole catalogue; without the site's base its addresses are relative to its root."""
    return list(_Graph(site).nodes(datasets))


class _Graph:
    """Makes the nodes and remembers which terms they use."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.root = site.base or ""
        self.terms: dict[str, Node] = {}
        """The terms of other vocabularies, places and licences, by their address."""

    def nodes(self, datasets: Sequence[Described]) -> Iterator[Node]:
        yield self._catalogue(datasets)
        yield self._publisher()
        yield self._contact()
        for one in datasets:
            yield from self._package(one)
        yield from self.terms.values()

    def at(self, path: str) -> str:
        """An address on the site."""
        return safe(f"{self.root}{path}")

    def _term(
        self, iri: str, kind: str, label: Text | None = None, said: Node | None = None
    ) -> Node:
        """A reference to a term, which gets a node of its own."""
        iri = safe(iri)
        if iri not in self.terms:
            name = "skos:prefLabel" if kind == "skos:Concept" else "rdfs:label"
            labels = {name: words(label)} if label else {}
            self.terms[iri] = {"@id": iri, "@type": kind, **labels, **(said or {})}
        return reference(iri)

    def _document(self, iri: str) -> Node:
        return self._term(iri, "foaf:Document")

    def _languages(self, *iris: str) -> list[Node]:
        return [self._term(one, "dct:LinguisticSystem") for one in iris]

    def _catalogue(self, datasets: Sequence[Described]) -> Node:
        who = self.site.publisher
        node: Node = {
            "@id": self.at("catalog.jsonld"),
            "@type": "dcat:Catalog",
            "dct:title": words(
                Text(f"{who.name} オープンデータカタログ", f"Open data catalogue of {who.name}")
            ),
            "dct:description": words(
                Text(
                    f"{who.name}が公開しているオープンデータの一覧。",
                    f"The open data that {who.name} publishes.",
                )
            ),
            "dct:publisher": reference(self.at("catalog.jsonld#publisher")),
            "dct:language": self._languages(JAPANESE, ENGLISH),
            "foaf:homepage": self._document(self.at("index.html")),
            "dcat:themeTaxonomy": self._term(
                THEMES,
                "skos:ConceptScheme",
                said={"dct:title": words(Text("データのテーマ", "Data theme"))},
            ),
            "dcat:dataset": [
                reference(iri)
                for one in datasets
                for iri in (self._of(one), *(self._of(one, table) for table in one.tables))
            ],
        }
        if who.code:
            area = Area(who.code, self.site.municipality)
            node["dct:spatial"] = self._area(area)
        if datasets:
            node["dct:issued"] = _moment(min(one.first for one in datasets))
            node["dct:modified"] = _moment(max(one.created for one in datasets))
        return node

    def _publisher(self) -> Node:
        who = self.site.publisher
        node: Node = {
            "@id": self.at("catalog.jsonld#publisher"),
            "@type": "foaf:Agent",
            "foaf:name": {"@language": "ja", "@value": who.name},
        }
        if who.code:
            label = Text("地方公共団体", "Local authority")
            node["dct:type"] = self._term(LOCAL_AUTHORITY, "skos:Concept", label)
            node["dct:identifier"] = who.code
        if who.homepage:
            node["foaf:homepage"] = self._document(who.homepage)
        if who.email:
            node["foaf:mbox"] = reference(f"mailto:{who.email}")
        return node

    def _contact(self) -> Node:
        who = self.site.publisher
        node: Node = {
            "@id": self.at("catalog.jsonld#contact"),
            "@type": "vcard:Kind",
            "vcard:fn": {"@language": "ja", "@value": who.name},
        }
        if who.email:
            node["vcard:hasEmail"] = reference(f"mailto:{who.email}")
        if who.homepage:
            node["vcard:hasURL"] = reference(who.homepage)
        return node

    def _of(self, one: Described, table: Table | None = None) -> str:
        """The address of a dataset: a package's, or that of one of its tables."""
        return self.at(f"{one.page}#{f'table-{quote(table.name)}' if table else 'dataset'}")

    def _series_of(self, one: Described) -> str:
        return self.at(f"{one.page}#series")

    def _version_of(self, one: Described, version: object) -> str:
        return self.at(f"{one.home}{version}/datapackage.json#dataset")

    def _package(self, one: Described) -> Iterator[Node]:
        package = reference(self.at(f"{one.home}datapackage.json#distribution"))
        whole = [reference(self.at(f"{file.path}#distribution")) for file in one.files]
        yield {
            **self._dataset(one),
            "@id": self._of(one),
            "dct:identifier": one.name,
            "dct:title": words(one.title),
            "dct:description": words(one.description),
            "dct:conformsTo": self._term(
                DATA_PACKAGE, "dct:Standard", Text("Data Package 2.0", "Data Package 2.0")
            ),
            "dct:hasPart": [reference(self._of(one, table)) for table in one.tables],
            "dcat:hasVersion": [
                reference(self._version_of(one, entry["version"])) for entry in _newest(one)
            ],
            "dcat:hasCurrentVersion": reference(self._version_of(one, one.version)),
            "dcat:distribution": [*whole, package],
            **self._period(one.years),
        }
        yield self._series(one)
        for table in one.tables:
            yield {
                **self._dataset(one),
                "@id": self._of(one, table),
                "dct:identifier": f"{one.name}/{table.name}",
                "dct:title": words(_title(one, table)),
                "dct:description": words(table.description),
                "dct:isPartOf": reference(self._of(one)),
                "dcat:inSeries": reference(self._series_of(one)),
                "dcat:distribution": [
                    reference(self.at(f"{file.path}#distribution")) for file in table.files
                ],
                **self._period(table.years),
            }
        yield self._descriptor(one, one.version, f"{one.home}datapackage.json")
        for file in one.files:
            yield self._distribution(one, file)
        for table in one.tables:
            for file in table.files:
                yield self._distribution(one, file)
        for entry in _newest(one):
            yield from self._version(one, entry, whole)

    def _dataset(self, one: Described) -> Node:
        """What a package and its tables have in common."""
        node: Node = {
            "@type": "dcat:Dataset",
            **self._common(one),
            "dct:language": self._languages(JAPANESE),
            "dct:accessRights": self._term(PUBLIC, "dct:RightsStatement", Text("公開", "Public")),
            "dct:provenance": {
                "@type": "dct:ProvenanceStatement",
                "rdfs:label": words(one.provenance),
            },
            "dcat:theme": [
                self._term(theme.iri, "skos:Concept", theme.words) for theme in one.themes
            ],
            "dcat:keyword": [{"@language": _tongue(x), "@value": x} for x in one.keywords],
            "dcat:version": one.version,
            "dcat:landingPage": self._document(self.at(one.page)),
            "foaf:page": self._document(self.at("api/index.html")),
        }
        return node

    def _common(self, one: Described) -> Node:
        """What datasets and series have in common."""
        node: Node = {
            "dct:publisher": reference(self.at("catalog.jsonld#publisher")),
            "dcat:contactPoint": reference(self.at("catalog.jsonld#contact")),
            "dct:issued": _moment(one.first),
            "dct:modified": _moment(one.created),
            "dct:accrualPeriodicity": self._term(
                one.frequency.iri, "dct:Frequency", one.frequency.words
            ),
        }
        if one.areas:
            node["dct:spatial"] = [self._area(area) for area in one.areas]
        return node

    def _series(self, one: Described) -> Node:
        return {
            "@id": self._series_of(one),
            "@type": "dcat:DatasetSeries",
            "dct:title": words(
                Text(f"{one.title.ja}（表ごと）", f"{one.title.en} (table by table)")
            ),
            "dct:description": words(one.description),
            **self._common(one),
            **self._period(one.years),
        }

    def _version(
        self, one: Described, entry: Mapping[str, Any], whole: Sequence[Node]
    ) -> Iterator[Node]:
        """A version; what is in an old one stands in its own descriptor."""
        version = str(entry["version"])
        path = f"{one.home}{version}/datapackage.json"
        is_current = version == one.version
        node: Node = {
            "@id": self._version_of(one, version),
            "@type": "dcat:Dataset",
            "dct:identifier": f"{one.name}/{version}",
            "dct:title": words(Text(f"{one.title.ja} {version}", f"{one.title.en} {version}")),
            "dct:description": words(one.description),
            "dct:publisher": reference(self.at("catalog.jsonld#publisher")),
            "dct:issued": _moment(str(entry["created"])),
            "dcat:version": version,
            "adms:versionNotes": words(changes_of(entry)),
            "dcat:isVersionOf": reference(self._of(one)),
            "dcat:distribution": [
                reference(self.at(f"{path}#distribution")),
                *(whole if is_current else ()),
            ],
        }
        if entry.get("previous"):
            node["dcat:previousVersion"] = reference(self._version_of(one, entry["previous"]))
        yield node
        yield self._descriptor(one, version, path)

    def _descriptor(self, one: Described, version: str, path: str) -> Node:
        """A Data Package, which leads to all files of a version."""
        words_ = Text(
            f"{one.title.ja} {version}（Data Package）", f"{one.title.en} {version} (Data Package)"
        )
        return {
            "@id": self.at(f"{path}#distribution"),
            "@type": "dcat:Distribution",
            "dct:title": words(words_),
            "dcat:accessURL": reference(self.at(path)),
            **self._format("json", "application/json"),
            **self._terms_of_use(one),
        }

    def _distribution(self, one: Described, file: Download) -> Node:
        url = reference(self.at(file.path))
        return {
            "@id": self.at(f"{file.path}#distribution"),
            "@type": "dcat:Distribution",
            "dct:title": words(file.title),
            "dct:description": words(file.description),
            "dcat:accessURL": url,
            "dcat:downloadURL": url,
            **self._format(file.format, file.mediatype),
            "dcat:byteSize": literal(file.size, "xsd:nonNegativeInteger"),
            "dct:issued": _moment(one.created),
            "spdx:checksum": {
                "@type": "spdx:Checksum",
                "spdx:algorithm": self._term(SHA256, "spdx:ChecksumAlgorithm"),
                "spdx:checksumValue": literal(file.sha256, "xsd:hexBinary"),
            },
            **self._terms_of_use(one),
            **self._status(one),
        }

    def _status(self, one: Described) -> Node:
        """That what can be had is of a dataset which has ended."""
        if one.ended is None:
            return {}
        label = Text("取下げ", "withdrawn")
        return {"adms:status": self._term(WITHDRAWN, "skos:Concept", label)}

    def _format(self, format_: str, mediatype: str) -> Node:
        return {
            "dct:format": self._term(
                f"{EU}file-type/{FILE_TYPES[format_]}", "dct:MediaTypeOrExtent"
            ),
            "dcat:mediaType": self._term(f"{IANA}{mediatype}", "dct:MediaType"),
            "dcatap:availability": self._term(STABLE, "skos:Concept", Text("安定", "Stable")),
        }

    def _terms_of_use(self, one: Described) -> Node:
        node: Node = {}
        if one.licence and one.licence.iri:
            node["dct:license"] = self._licence(one.licence)
        node["dct:rights"] = self._term(
            self.at(f"{one.page}#rights"), "dct:RightsStatement", one.attribution(self.site.base)
        )
        return node

    def _licence(self, licence: Licence) -> Node:
        return self._term(str(licence.iri), "dct:LicenseDocument", licence.title)

    def _area(self, area: Area) -> Node:
        iri = area.iri or self.at(f"catalog.jsonld#area-{area.code}")
        label = {"@language": "ja", "@value": area.name}
        said = {"rdfs:label": label, "skos:prefLabel": label, "dct:identifier": area.code}
        return self._term(iri, "dct:Location", said=said)

    def _period(self, years: Years | None) -> Node:
        if years is None:
            return {}
        return {
            "dct:temporal": {
                "@type": "dct:PeriodOfTime",
                "dcat:startDate": literal(f"{years[0]}-04-01", "xsd:date"),
                "dcat:endDate": literal(f"{years[1] + 1}-03-31", "xsd:date"),
            }
        }


def _newest(one: Described) -> Sequence[Mapping[str, Any]]:
    return one.history[-VERSIONS:]


def _title(one: Described, table: Table) -> Text:
    return Text(f"{one.title.ja}：{table.title.ja}", f"{one.title.en}: {table.title.en}")


def _tongue(word: str) -> str:
    return "en" if word.isascii() else "ja"


def _moment(stamp: str) -> Node:
    return literal(stamp, "xsd:dateTime")
