"""What the site tells programs, judged by others: SHACL, JSON Schemas, csvw, feedparser."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

import csvw
import feedparser
import pandas as pd
import pyshacl
import pytest
import rdflib
from hypothesis import given
from hypothesis import settings as sized
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from rdflib import DCTERMS, RDF, RDFS, URIRef
from rdflib.compare import isomorphic
from referencing import Registry, Resource

from opendata import catalogue
from opendata.catalogue import Current, metadata
from opendata.catalogue.metadata.described import described
from opendata.catalogue.metadata.linked import Node, json_ld, literal, reference, turtle, words
from opendata.catalogue.metadata.schema_org import part as part_of
from opendata.catalogue.metadata.sitemap import MOST
from opendata.catalogue.metadata.vocabulary import FREQUENCIES, THEMES
from opendata.catalogue.model import Site
from opendata.errors import PackageError, Text
from opendata.package import Package, contract
from opendata.release import LICENCES, Files, LicenceName, Publisher, Release, licence_of
from tests import plan_samples
from tests.release_samples import (
    BRANCHES,
    PUBLISHER,
    VISITS,
    dataset,
    libraries,
    maybe_released,
    municipal_plans,
    part,
    plans,
    released,
    sample,
)

# rdflib's own reader of JSON-LD still uses it.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

BASE = "https://data.city.example.jp/open/"
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")  # rdflib's own knows version 2 only
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
ADMS = rdflib.Namespace("http://www.w3.org/ns/adms#")
Judge = Callable[[rdflib.Graph], str]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, ...]:
    """Plans in one version; libraries in two, the second with a field more and a branch less."""
    contract = municipal_plans()
    folder = tmp_path_factory.mktemp("contracts")

    def widened(descriptor: dict[str, Any]) -> None:
        fields = descriptor["resources"][0]["schema"]["fields"]
        fields.append({"name": "phone", "title": "電話", "type": "string"})

    first = libraries(folder / "first")
    second = libraries(folder / "second", widened)
    before = released(first, sample(first))
    fewer = part(second, branches=BRANCHES[:2], visits=VISITS)
    after = replace(released(second, fewer, previous=before), created="2026-11-21T15:30:00Z")
    return (released(contract, plans(contract)), before, after)


@pytest.fixture(scope="module")
def datasets(kept: tuple[Release, ...]) -> list[Current]:
    first, before, after = kept
    return [
        Current(first.descriptor, [first.entry], first.tables),
        Current(after.descriptor, [before.entry, after.entry], after.tables),
    ]


SITE = Site(PUBLISHER, BASE, {"132012": "八王子市"})
NOWHERE = replace(SITE, base=None)


@pytest.fixture(scope="module")
def documents(datasets: list[Current]) -> Files:
    return metadata.documents(datasets, SITE)


def test_what_there_is(datasets: list[Current], documents: Files) -> None:
    feeds = {"feed.atom", "feed.en.atom", "schema-changes.atom", "schema-changes.en.atom"}
    others = {"catalog.jsonld", "catalog.ttl", "opendata-list.csv", "robots.txt"}
    assert documents.keys() == feeds | others | {"data.json"}
    assert metadata.documents(datasets, NOWHERE).keys() == feeds | others
    assert metadata.documents([], SITE).keys() == documents.keys()
    assert not feedparser.parse(metadata.documents([], SITE)["feed.atom"]).bozo
    assert metadata.documents(datasets, SITE) == documents


# --- DCAT-AP -------------------------------------------------------------------------------------


def parsed(files: Files, name: str = "catalog.jsonld") -> rdflib.Graph:
    """A document's graph; what is relative in it is so to a place of its own."""
    kind = {"jsonld": "json-ld", "ttl": "turtle"}[name.rpartition(".")[2]]
    return rdflib.Graph().parse(data=files[name], format=kind, publicID="http://local/catalog")


@pytest.fixture(scope="module")
def judge(shared: Path) -> Judge:
    """What the SHACL shapes of DCAT-AP find wrong in a graph."""
    shapes = rdflib.Graph().parse(shared / "standards/dcat-ap-3.0.1/dcat-ap-SHACL.ttl")
    background = rdflib.Graph().parse(shared / "standards/vocab_background.ttl")

    def judged(graph: rdflib.Graph) -> str:
        conforms, _, told = pyshacl.validate(graph + background, shacl_graph=shapes)
        return "" if conforms else str(told)

    return judged


@pytest.mark.parametrize("site", [SITE, NOWHERE], ids=["based", "relative"])
def test_both_forms_of_the_catalogue_are_one_graph(datasets: list[Current], site: Site) -> None:
    files = metadata.documents(datasets, site)
    one, other = parsed(files), parsed(files, "catalog.ttl")
    assert len(one) > 1000
    assert isomorphic(one, other)


SITES = {
    "based": SITE,
    "relative": NOWHERE,
    "nobody": Site(Publisher("例示市")),
    "public-data-licence": replace(SITE, publisher=replace(PUBLISHER, licence="PDL-1.0")),
}


@pytest.mark.parametrize("name", SITES)
def test_the_shapes_find_nothing(datasets: list[Current], judge: Judge, name: str) -> None:
    assert judge(parsed(metadata.documents(datasets, SITES[name]))) == ""
    assert judge(parsed(metadata.documents([], SITES[name]))) == ""


def test_the_shapes_find_nothing_in_what_has_ended(kept: tuple[Release, ...], judge: Judge) -> None:
    _, before, after = kept
    last = {**after.entry, "rows": 0, "reason": {"libraries/092169/館.xlsx": "終了"}}
    gone = Current({**after.descriptor, "sources": []}, [before.entry, last], after.tables)
    graph = parsed(metadata.documents([gone], SITE))
    assert judge(graph) == ""
    assert len([*graph.subjects(ADMS.status)]) > 3


def without(subject: URIRef, predicate: URIRef) -> Callable[[rdflib.Graph], object]:
    return lambda graph: graph.remove((subject, predicate, None))


PACKAGE = URIRef(f"{BASE}datasets/libraries/index.html#dataset")
SERIES = URIRef(f"{BASE}datasets/libraries/index.html#series")
CSV = URIRef(f"{BASE}datasets/libraries/1.1.0/branches.csv#distribution")


def _is_no_number(graph: rdflib.Graph) -> None:
    graph.set((CSV, DCAT.byteSize, rdflib.Literal("-1", datatype=rdflib.XSD.integer)))


def _in_something_else(graph: rdflib.Graph) -> None:
    graph.remove((SERIES, RDF.type, None))


def _two_licences(graph: rdflib.Graph) -> None:
    graph.add((CSV, DCTERMS.license, URIRef(str(LICENCES["PDL-1.0"].iri))))


def _odd_checksum(graph: rdflib.Graph) -> None:
    (checksum,) = graph.objects(CSV, SPDX.checksum)
    graph.set((checksum, SPDX.checksumValue, rdflib.Literal("abc")))


@pytest.mark.parametrize(
    "spoil",
    [
        without(PACKAGE, DCTERMS.title),
        without(SERIES, DCTERMS.description),
        without(CSV, DCAT.accessURL),
        _is_no_number,
        _in_something_else,
        _two_licences,
        _odd_checksum,
    ],
)
def test_the_shapes_find_what_is_planted(
    documents: Files, judge: Judge, spoil: Callable[[rdflib.Graph], object]
) -> None:
    graph = parsed(documents)
    spoil(graph)
    assert "Violation" in judge(graph)


def test_every_distribution_says_in_both_languages_what_it_is(documents: Files) -> None:
    graph = parsed(documents)
    found = {
        (one, title.language): str(title)
        for one in graph.subjects(RDF.type, DCAT.Distribution)
        for title in graph.objects(one, DCTERMS.title)
        if isinstance(title, rdflib.Literal)
    }
    assert {language for _, language in found} == {"ja", "en"}
    for (_, language), title in found.items():
        assert title.endswith("）" if language == "ja" else ")"), title


def test_every_download_is_described_once(kept: tuple[Release, ...], documents: Files) -> None:
    graph = parsed(documents)
    found = {}
    for one, url in graph.subject_objects(DCAT.downloadURL):
        (checksum,) = graph.objects(one, SPDX.checksum)
        size = graph.value(one, DCAT.byteSize)
        found[str(url)] = (str(graph.value(checksum, SPDX.checksumValue)), str(size))
    listed = {
        f"{BASE}datasets/{release.package}/{release.version}/{file['path']}": (
            file["hash"].removeprefix("sha256:"),
            str(file["bytes"]),
        )
        for release in (kept[0], kept[2])
        for resource in [*release.descriptor["resources"], {"alternates": ()}]
        for file in [*([resource] if "path" in resource else ()), *resource.get("alternates", ())]
    }
    whole = {url for url in found if url.endswith(".xlsx")}
    assert len(whole) == 2
    assert {url: said for url, said in found.items() if url not in whole} == listed


def tongues(graph: rdflib.Graph, subject: Any, predicate: Any) -> Mapping[Any, str]:
    """The words of a statement by their language."""
    found = graph.objects(subject, predicate)
    return {one.language: str(one) for one in found if isinstance(one, rdflib.Literal)}


def test_tables_are_datasets_of_a_series_and_versions_a_chain(documents: Files) -> None:
    graph = parsed(documents)
    members = set(graph.subjects(DCAT.inSeries, SERIES))
    assert {str(one).rpartition("#")[2] for one in members} == {
        *("table-branches", "table-visits", "table-changes", "table-corrections")
    }
    assert list(graph.objects(SERIES, DCAT.distribution)) == []
    catalogue = URIRef(f"{BASE}catalog.jsonld")
    assert members | {PACKAGE} <= set(graph.objects(catalogue, DCAT.dataset))
    (newest,) = graph.objects(PACKAGE, DCAT.hasCurrentVersion)
    (oldest,) = graph.objects(newest, DCAT.previousVersion)
    assert set(graph.objects(PACKAGE, DCAT.hasVersion)) == {newest, oldest}
    assert str(graph.value(newest, DCAT.version)) == "1.1.0"
    assert graph.value(oldest, DCAT.isVersionOf) == PACKAGE
    assert (
        tongues(graph, newest, ADMS.versionNotes)["en"]
        == "1 row removed, 1 correction, 1 change of the schema"
    )


def test_where_and_when(documents: Files) -> None:
    graph = parsed(documents)
    page = URIRef(f"{BASE}datasets/municipal-plans/index.html#dataset")
    (area,) = graph.objects(page, DCTERMS.spatial)
    assert str(area) == "http://data.e-stat.go.jp/lod/sac/C09216"
    assert str(graph.value(area, DCTERMS.identifier)) == "092169"
    (period,) = graph.objects(page, DCTERMS.temporal)
    assert str(graph.value(period, DCAT.startDate)) == "2018-04-01"
    assert str(graph.value(period, DCAT.endDate)) == "2025-03-31"
    assert tongues(graph, page, DCTERMS.title).keys() == {"ja", "en"}


def nationwide(package: Package, count: int) -> Current:
    """Plans of as many municipalities, in the prefectures by turns."""
    rows = [
        {
            "plan_id": f"{code}-a",
            "municipality_code": code,
            "title": f"計画{code}",
            "start_fiscal_year": 2020,
        }
        for code in (f"{number % 47 + 1:02d}{number:03d}0" for number in range(count))
    ]
    made = released(
        package, replace(part(package), dataset=dataset(package, "表", {"plans": rows}))
    )
    return Current(made.descriptor, [made.entry], made.tables)


def test_of_many_municipalities_their_prefectures_are_named() -> None:
    contract = municipal_plans()
    few = described(nationwide(contract, 50), NOWHERE).areas
    assert (len(few), few[0].code, few[0].name) == (50, "010000", "北海道 010000")
    many = described(nationwide(contract, 60), NOWHERE).areas
    assert len(many) == 47
    assert (many[12].name, many[12].iri) == ("東京都", "http://data.e-stat.go.jp/lod/sac/C13000")


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


@sized(max_examples=60)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=3))
def test_any_words_are_the_same_in_both_forms(said: list[tuple[str, str, str]]) -> None:
    """Quotes, line ends, control characters and what no address may hold."""
    nodes: list[Node] = [
        {
            "@id": f"https://example.org/{number}",
            "@type": "dcat:Dataset",
            "dct:title": words(Text(ja, en)),
            "dct:identifier": plain,
            "dcat:contactPoint": {"@type": "vcard:Kind", "vcard:fn": plain},
            "dcat:version": literal(ja, "xsd:token"),
            "dct:relation": reference(f"https://example.org/{plain}"),
        }
        for number, (ja, en, plain) in enumerate(said)
    ]
    both = {"catalog.jsonld": json_ld(nodes), "catalog.ttl": turtle(nodes)}
    assert isomorphic(parsed(both), parsed(both, "catalog.ttl"))


# --- licences ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["CC-BY-4.0", "PDL-1.0"])
def test_a_licence_is_named_in_every_document(name: LicenceName) -> None:
    contract = municipal_plans()
    publisher = replace(PUBLISHER, licence=name)
    made = maybe_released(contract, plans(contract), publisher=publisher)
    assert made is not None
    site = replace(SITE, publisher=publisher)
    current = Current(made.descriptor, [made.entry], made.tables)
    files = metadata.documents([current], site)
    iri = str(LICENCES[name].iri)
    assert made.descriptor["licenses"][0]["path"] == iri
    assert set(parsed(files).objects(None, DCTERMS.license)) == {URIRef(iri)}
    american = json.loads(files["data.json"])["dataset"]
    assert {one["license"] for one in american} == {iri}
    page = metadata.schema_org(current, site, "../../")
    assert page["license"] == iri
    assert "加工して作成" in page["creditText"]
    row = next(csv.DictReader(io.StringIO(files["opendata-list.csv"].decode())))
    assert row["ファイル_利用規約"] == iri
    called = {"CC-BY-4.0": "CC BY 4.0", "PDL-1.0": "公共データ利用規約（第1.0版）"}
    assert row["ファイル_ライセンス"] == called[name]
    assert "加工して作成" in row["ファイル_著作権表記"]
    assert all("加工して作成" in one["rights"] for one in american)
    assert json.loads(made.files["plans.csv-metadata.json"])["dc:license"] == {"@id": iri}
    assert f'href="{iri}"' in files["feed.atom"].decode()
    unnamed = licence_of({"licenses": [{"path": iri}]})
    assert unnamed == LICENCES[name]
    rights = [str(one) for one in parsed(files).objects(None, RDFS.label)]
    assert any("加工して作成" in one and "出典：例示市" in one for one in rights)


# --- DCAT-US -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def american(shared: Path) -> Draft202012Validator:
    """The schema of a catalogue, with that of the datasets in it."""
    folder = shared / "standards/dcat-us-1.1"
    catalogue = json.loads(folder.joinpath("catalog.json").read_bytes())
    one = json.loads(folder.joinpath("non-federal_dataset.json").read_bytes())
    address = "https://project-open-data.cio.gov/v1.1/schema/dataset.json"
    registry: Registry[Any] = Registry().with_resource(address, Resource.from_contents(one))
    return Draft202012Validator(catalogue, registry=registry, format_checker=FormatChecker())


def test_data_json_is_valid(american: Draft202012Validator, documents: Files) -> None:
    document = json.loads(documents["data.json"])
    assert [(one.json_path, one.message) for one in american.iter_errors(document)] == []
    titles = [one["title"] for one in document["dataset"]]
    assert titles[0] == "自治体の計画とKPI"
    assert "図書館：館" in titles
    identifiers = [one["identifier"] for one in document["dataset"]]
    assert len(identifiers) == len(set(identifiers))
    assert {one["isPartOf"] for one in document["dataset"] if "isPartOf" in one} <= {*identifiers}


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", None), ("accessLevel", "open"), ("keyword", []), ("temporal", "2018年から")],
)
def test_the_schema_finds_what_is_planted(
    american: Draft202012Validator, documents: Files, field: str, value: Any
) -> None:
    document = json.loads(documents["data.json"])
    document["dataset"][0][field] = value
    assert list(american.iter_errors(document))


def test_no_data_json_without_an_address_to_write_to(datasets: list[Current]) -> None:
    site = replace(SITE, publisher=replace(PUBLISHER, email=None))
    assert "data.json" not in metadata.documents(datasets, site)


# --- schema.org ----------------------------------------------------------------------------------


def linked(node: Mapping[str, Any]) -> rdflib.Graph:
    """A node as triples; schema.org's own context, which lies elsewhere, makes the same."""
    told = {**node, "@context": {"@vocab": "https://schema.org/"}}
    return rdflib.Graph().parse(data=json.dumps(told), format="json-ld", publicID=f"{BASE}page")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_search_engines_get_what_they_ask(datasets: list[Current], language: Any) -> None:
    for current in datasets:
        node = metadata.schema_org(current, SITE, "../../", language)
        assert 50 <= len(node["description"]) <= 5000
        wanted = "name description license identifier keywords temporalCoverage spatialCoverage"
        wanted += " distribution isAccessibleForFree version variableMeasured creator"
        assert {one for one in wanted.split() if not node.get(one)} == set()
        for file in node["distribution"]:
            assert file["contentUrl"].startswith(f"{BASE}datasets/{current.name}/")
    graph = linked(metadata.schema_org_catalogue(datasets, SITE, "", language))
    kinds = [str(one) for one in graph.objects(None, RDF.type)]
    assert kinds.count("https://schema.org/Dataset") == 2
    assert "https://schema.org/DataDownload" in kinds


def test_without_a_base_addresses_lead_from_the_page(datasets: list[Current]) -> None:
    node = metadata.schema_org(datasets[1], NOWHERE, "../../")
    assert node["url"] == "../../datasets/libraries/index.html"
    assert node["distribution"][0]["contentUrl"] == "../../datasets/libraries/1.1.0/libraries.xlsx"


def test_short_and_long_descriptions_are_what_is_wanted(datasets: list[Current]) -> None:
    described_ = {**datasets[1].descriptor, "description": "本" * 6000}
    node = metadata.schema_org(replace(datasets[1], descriptor=described_), SITE, "")
    assert len(node["description"]) == 5000
    small = part_of(
        SITE, of="x", path="places/1/index.html", root="../", name="a", about="b", licence=None
    )
    assert len(small["description"]) >= 50
    assert (small["isPartOf"]["@id"], small["url"]) == (
        f"{BASE}datasets/x/index.html#dataset",
        f"{BASE}places/1/index.html",
    )


@pytest.mark.parametrize("base_url", [None, BASE])
def test_every_page_says_of_which_dataset_it_is(
    datasets: list[Current], base_url: str | None
) -> None:
    pages = catalogue.build(
        [plan_samples.current(), datasets[1]], publisher=PUBLISHER, base_url=base_url
    )
    files = {**pages.files}
    for section in pages.sections:
        files |= section.render()
    found = {path: content.decode() for path, content in files.items() if path.endswith(".html")}
    assert {"index.html", "api/index.en.html", "accessibility/index.html"} <= found.keys()
    assert {path.partition("/")[0] for path in found} >= {"places", "compare", "progress"}
    for path, page in found.items():
        (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
        told = json.loads(script)
        nodes = told.get("dataset", [told])
        assert [one["@type"] for one in nodes] == ["Dataset"] * len(nodes) != [], path
        for node in nodes:
            assert 50 <= len(node["description"]) <= 5000, path
            assert node["name"] and node["license"], path
        for node in (told, *nodes):
            address = urljoin(f"{BASE}{path}", node["url"])
            assert address.removeprefix(BASE) in found, (path, address)
    if base_url:
        listed = set(locations(files["sitemap-1.xml"])) | {
            one for path in files if path.endswith("/sitemap.xml") for one in locations(files[path])
        }
        assert listed - {BASE} == {f"{BASE}{path}" for path in found} - {f"{BASE}index.html"}


# --- CSVW ----------------------------------------------------------------------------------------


def judged(path: Path) -> list[str]:
    """What the reader of CSVW finds wrong with a metadata document and the tables it describes."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            read = csvw.CSVW(str(path), validate=True)
            is_valid = read.is_valid
        except ValueError as error:
            return [str(error)]
    return [] if is_valid else [str(one.message) for one in [*told, *read.warnings]] or ["invalid"]


@pytest.fixture
def written(kept: tuple[Release, ...], tmp_path: Path) -> Path:
    for release in kept:
        folder = tmp_path / f"{release.package}-{release.version}"
        folder.mkdir()
        for name, content in release.files.items():
            if name.endswith((".csv", ".json")):
                folder.joinpath(name).write_bytes(content)
    return tmp_path


def test_the_columns_of_every_csv_are_described(written: Path) -> None:
    tables = sorted(written.glob("*/*.csv"))
    assert len(tables) == 9 + 4 + 4
    for table in tables:
        assert judged(table.with_name(f"{table.name}-metadata.json")) == [], table
    for folder in written.iterdir():
        assert judged(folder / "csv-metadata.json") == [], folder


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1.0.0/branches.csv: 40", "forty"),
        ("1.0.0/branches.csv: 40", "-40"),
        ("1.0.0/branches.csv: true", "yes"),
        ("1.0.0/branches.csv: 002,", "001,"),
        ("1.0.0/branches.csv: 002,", ","),
        ("1.0.0/branches.csv: seats", "chairs"),
        ("1.0.0/visits.csv: 001,2009", "009,2009"),
    ],
)
def test_the_reader_finds_what_is_planted(written: Path, old: str, new: str) -> None:
    place, _, text = old.partition(": ")
    path = written / f"libraries-{place}"
    path.write_text(path.read_text().replace(text, new, 1))
    assert judged(path.with_name("csv-metadata.json"))


def test_enumerations_and_patterns_are_held_to(tmp_path: Path) -> None:
    contract = municipal_plans()
    made = released(contract, plans(contract))
    for name in ("plans.csv", "plans.csv-metadata.json"):
        tmp_path.joinpath(name).write_bytes(made.files[name])
    table, about = tmp_path / "plans.csv", tmp_path / "plans.csv-metadata.json"
    for old, new in (("sector_plan", "sector.plan"), (",092169,", ",92169,")):
        text = made.files["plans.csv"].decode()
        assert old in text
        table.write_text(text.replace(old, new))
        assert judged(about), new


def test_a_version_without_csvw_reads_and_compares_as_ever(kept: tuple[Release, ...]) -> None:
    """Versions made before had no such files: by itself that they come makes no new version."""
    contract = municipal_plans()
    before = kept[0]
    plain = json.loads(before.files["datapackage.json"])
    plain.pop("csvw")
    for one in plain["resources"]:
        one.pop("csvw")
    old = {name: x for name, x in before.files.items() if not name.endswith("-metadata.json")}
    old["datapackage.json"] = json.dumps(plain).encode()
    assert maybe_released(contract, plans(contract), previous=replace(before, files=old)) is None
    current = Current(plain, [before.entry], before.tables)
    files = metadata.documents([current], SITE)
    assert 'describedBy": "https://data' not in files["data.json"].decode()


# --- the list of open data -----------------------------------------------------------------------


def listed(files: Files) -> pd.DataFrame:
    content = io.BytesIO(files["opendata-list.csv"])
    return pd.read_csv(content, dtype=str, keep_default_na=False)


def test_the_list_has_a_row_for_every_file(documents: Files) -> None:
    table = pd.read_csv(
        io.BytesIO(documents["opendata-list.csv"]), dtype=str, keep_default_na=False
    )
    assert len(table.columns) == 45
    assert table.columns[:4].tolist() == [
        *("データセット_ID", "全国地方公共団体コード", "地方公共団体名", "データセット_タイトル")
    ]
    assert table.columns[-1] == "ファイル_著作権表記"
    assert table["ファイル_ID"].is_unique
    libraries_ = table[table["データセット_ID"] == "libraries"]
    assert sorted(libraries_["ファイル_形式"]) == ["CSV"] * 4 + ["PARQUET"] * 2 + ["XLSX"]
    assert set(libraries_["データセット_公開日"]) == {"2026-11-20"}
    assert set(libraries_["データセット_最終更新日"]) == {"2026-11-22"}
    assert set(table["全国地方公共団体コード"]) == {"092169"}
    assert table["ファイル_ダウンロードURL"].str.startswith(f"{BASE}datasets/").all()


def test_the_list_names_no_address_that_it_does_not_know(datasets: list[Current]) -> None:
    files = metadata.documents(datasets, NOWHERE)
    table = listed(files)
    assert set(table["ファイル_ダウンロードURL"]) == {""}


# --- Atom ----------------------------------------------------------------------------------------

ATOM = "{http://www.w3.org/2005/Atom}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
FEEDS = ["feed.atom", "feed.en.atom", "schema-changes.atom", "schema-changes.en.atom"]


def faults(content: bytes) -> list[str]:
    """What feedparser, or RFC 4287 beyond it, has to say against a feed."""
    read = feedparser.parse(content)
    if read.bozo or read.version != "atom10":
        return [str(read.get("bozo_exception", read.version))]
    feed = ET.fromstring(content)
    entries = feed.findall(f"{ATOM}entry")
    found = []
    for element in (feed, *entries):
        parts = ("id", "title", "updated")
        found += [f"not one {x}" for x in parts if len(element.findall(f"{ATOM}{x}")) != 1]
        if not MOMENT.fullmatch(element.findtext(f"{ATOM}updated") or ""):
            found.append("no moment")
        links = element.findall(f"{ATOM}link")
        if sum(one.get("rel") == "alternate" for one in links) != 1:
            found.append("not one page")
        if not all(one.get("href") for one in links):
            found.append("a link that leads nowhere")
    if not feed.findtext(f"{ATOM}author/{ATOM}name"):
        found.append("no author")
    identifiers = [one.text for one in feed.iter(f"{ATOM}id")]
    if len(identifiers) != len(set(identifiers)):
        found.append("an id that is not one thing's")
    moments = [one.findtext(f"{ATOM}updated") for one in entries]
    if moments != sorted(moments, key=str, reverse=True):
        found.append("not the newest first")
    if moments and feed.findtext(f"{ATOM}updated") != moments[0]:
        found.append("changed at another moment")
    return found


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_is_as_the_standard_demands(datasets: list[Current], name: str) -> None:
    for site in (SITE, NOWHERE, SITES["nobody"]):
        content = metadata.documents(datasets, site)[name]
        assert faults(content) == []
        assert content.count(b"<entry>") == (3 if name.startswith("feed") else 1)
    assert faults(metadata.documents([], SITE)[name]) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</title>", ""),
        ("<name>例示市</name>", ""),
        ("T15:30:00Z", " 15:30"),
        ("2026-11-20T01", "2026-11-22T01"),
        ("<id>.*?</id>", "<id>urn:x</id>"),
        ('rel="alternate"', 'rel="related"'),
    ],
)
def test_a_feed_is_refused_for_what_is_planted(documents: Files, old: str, new: str) -> None:
    content = documents["feed.atom"].decode()
    spoilt = re.sub(old, new, content)
    assert spoilt != content
    assert faults(spoilt.encode())


def test_ids_stay_when_the_site_moves(datasets: list[Current]) -> None:
    def ids(site: Site, name: str) -> list[str]:
        read = feedparser.parse(metadata.documents(datasets, site)[name])
        return [read.feed.id, *(one.id for one in read.entries)]

    everywhere = [one for name in FEEDS for one in ids(SITE, name)]
    assert everywhere == [one for name in FEEDS for one in ids(NOWHERE, name)]
    assert len(everywhere) == len(set(everywhere))


def test_changes_of_the_schema_are_told_in_words(
    datasets: list[Current], documents: Files, kept: tuple[Release, ...]
) -> None:
    (entry,) = feedparser.parse(documents["schema-changes.en.atom"]).entries
    assert entry.title == "Libraries 1.1.0: changes of the schema"
    assert "field phone added" in entry.content[0].value
    later = replace(kept[2], version="1.1.1", previous="1.1.0", created="2026-12-01T00:00:00Z")
    entries = [*datasets[1].history, later.entry | {"schema_changes": 0}]
    newer = replace(
        datasets[1],
        descriptor={**kept[2].descriptor, "version": "1.1.1", "schemaChanges": []},
        history=entries,
        schema_changes={"1.1.0": kept[2].descriptor["schemaChanges"]},
    )
    again = metadata.documents([newer], SITE)["schema-changes.en.atom"]
    assert feedparser.parse(again).entries[0].content[0].value == entry.content[0].value


def test_a_reason_may_hold_any_character(datasets: list[Current]) -> None:
    entry = {**datasets[1].history[1], "reason": "a\x0b\ufffe<&>]]>"}
    one = replace(datasets[1], history=[datasets[1].history[0], entry])
    read = feedparser.parse(metadata.documents([one], SITE)["feed.en.atom"])
    assert not read.bozo
    assert read.entries[0].summary.endswith("reason: a<&>]]>")


# --- sitemap -------------------------------------------------------------------------------------

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(content: bytes) -> list[str]:
    return [str(one.text) for one in ET.fromstring(content).iter(f"{SITEMAP}loc")]


def test_a_small_sitemap_is_one_file() -> None:
    pages = [("index.html", "2026-11-20T01:02:03Z"), ("datasets/計画&/index.html", None)]
    (content,) = metadata.sitemap(BASE, pages).values()
    assert locations(content) == [BASE, f"{BASE}datasets/%E8%A8%88%E7%94%BB%26/index.html"]
    assert content.count(b"<lastmod>") == 1


def test_more_than_a_sitemap_holds_are_an_index() -> None:
    def pages() -> Iterator[tuple[str, None]]:
        yield from ((f"p/{number}.html", None) for number in range(MOST + 1))

    files = metadata.sitemap(BASE, pages(), ["places/132012/sitemap.xml"])
    assert locations(files["sitemap.xml"]) == [
        f"{BASE}{one}" for one in ("sitemap-1.xml", "sitemap-2.xml", "places/132012/sitemap.xml")
    ]
    assert len(locations(files["sitemap-1.xml"])) == MOST
    assert locations(files["sitemap-2.xml"]) == [f"{BASE}p/{MOST}.html"]


def test_robots_are_shown_the_way(documents: Files, datasets: list[Current]) -> None:
    assert documents["robots.txt"].decode().splitlines() == [
        *("User-agent: *", "Allow: /", "", f"Sitemap: {BASE}sitemap.xml")
    ]
    assert b"Sitemap" not in metadata.documents(datasets, NOWHERE)["robots.txt"]


# --- words of the standards ----------------------------------------------------------------------


def test_terms_are_named_once() -> None:
    assert len({one.iri for one in FREQUENCIES.values()}) == len(FREQUENCIES)
    assert {one.term for one in THEMES.values()} == {*THEMES} == {*contract.THEMES}
    assert {*FREQUENCIES} == {*contract.FREQUENCIES}


@pytest.mark.parametrize(
    ("said", "value"), [("themes", ["EDUC", "BOOKS"]), ("accrualPeriodicity", "BOOKS")]
)
def test_a_term_that_there_is_not_is_told(tmp_path: Path, said: str, value: Any) -> None:
    with pytest.raises(PackageError, match="BOOKS"):
        libraries(tmp_path, lambda descriptor: descriptor.update({said: value}))
