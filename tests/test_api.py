"""The API: found by following addresses, as it is described, over a real web server."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from urllib.request import urlopen

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from playwright.sync_api import Browser

from opendata import catalogue
from opendata.catalogue import ORIGINS, Current
from opendata.release import Files, Previous, Release
from opendata.store import FolderStore
from tests.release_samples import (
    PLANS,
    PUBLISHER,
    libraries,
    municipal_plans,
    part,
    released,
    sample,
)
from tests.sites import Server, publish_site, served

Json = Any
ADDRESSES = frozenset(
    {"url", "latest", "page", "descriptor", "checksums", "changes", "indicators_url"}
    | {
        "datasets",
        "places",
        "comparisons",
        "openapi",
        "documentation",
        "catalog",
        "versions",
        "details",
    }
)
"""Properties that are addresses wherever they are text."""


def city(code: str, note: str | None = None) -> dict[str, Any]:
    """The rows of the sample as those of another municipality."""
    text = json.dumps(PLANS).replace("092169", code)
    rows = json.loads(re.sub(r'"([gmk]1)"', rf'"{code}-\1"', text))
    rows["indicator_values"] = [{**one, "note": note} for one in rows["indicator_values"]]
    found: dict[str, Any] = rows
    return found


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release]:
    """A dataset of two cities' plans in its second version, and one without plans."""
    package = municipal_plans()
    files = {code: f"municipal-plans/{code}/計画.xlsx" for code in ("092169", "132012")}
    first = released(package, *(part(package, file, **city(one)) for one, file in files.items()))
    again = [part(package, file, **city(one, "訂正")) for one, file in files.items()]
    other = libraries(tmp_path_factory.mktemp("contract"))
    return released(package, *again, previous=first), released(other, sample(other))


@dataclass(frozen=True)
class Published:
    server: Server
    public: FolderStore


@pytest.fixture(scope="module")
def published(
    nginx: str, releases: tuple[Release, Release], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Published]:
    root = tmp_path_factory.mktemp("site")
    (root / "public").mkdir()
    with served(root / "public", nginx, tmp_path_factory.mktemp("nginx")) as server:
        yield Published(server, publish_site(root, *releases, base_url=server.url))


def current(release: Release) -> Current:
    """As it is read back from a store."""
    read = Previous.read(release.files)
    return Current(
        read.descriptor,
        [release.entry],
        read.tables,
        read.origins(ORIGINS),
        read.corrections,
        read.changes,
    )


def built(*found: Current, base_url: str | None = None) -> dict[str, bytes]:
    site = catalogue.build(found, publisher=PUBLISHER, base_url=base_url)
    files = dict(site.files)
    for section in site.sections:
        files |= section.render()
    return files


def documents(files: Files) -> dict[str, Json]:
    return {
        path: json.loads(content)
        for path, content in files.items()
        if path.startswith("api/") and path.endswith(".json")
    }


def get(url: str) -> Json:
    with urlopen(url) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers.get_content_type() == "application/json"
        return json.load(answer)


# --- as it is described --------------------------------------------------------------------------


def described(openapi: Json, path: str) -> Json:
    """The schema of the document at a path below api/; fails unless just one path matches."""
    found = [
        one["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        for form, one in openapi["paths"].items()
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(form)), f"/{path}")
    ]
    (schema,) = found
    return schema


def strict(schema: Json) -> Json:
    """The same, allowing nothing that is not described; rows stand in other schemas, too."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    inner = {name: one if name.endswith("_row") else strict(one) for name, one in schema.items()}
    is_closed = "properties" in schema and "x-open" not in schema
    return {**inner, "unevaluatedProperties": False} if is_closed else inner


@pytest.mark.parametrize("base_url", [None, "https://data.example.jp/open"])
def test_every_document_is_as_it_is_described(
    releases: tuple[Release, Release], base_url: str | None
) -> None:
    found = documents(built(*map(current, releases), base_url=base_url))
    openapi = found.pop("api/openapi.json")
    assert [*OpenAPIV31SpecValidator(openapi).iter_errors()] == []
    schemas = strict(openapi["components"]["schemas"])
    for path, document in found.items():
        schema = described(openapi, path.removeprefix("api/"))
        whole = {**schema, "components": {"schemas": schemas}}
        judge = Draft202012Validator(whole, format_checker=FormatChecker())
        assert [
            f"{path}: {one.json_path}: {one.message}" for one in judge.iter_errors(document)
        ] == []
        assert document["api"] == 1
    asked = {re.sub(r"\{\w+\}", "x", one) for one in openapi["paths"]}
    assert len(asked) == len(
        {re.sub("092169|132012|[0-9a-f]{12}|municipal-plans|libraries", "x", one) for one in found}
    )


def test_the_judge_would_see_what_is_not_described(releases: tuple[Release, Release]) -> None:
    found = documents(built(*map(current, releases)))
    openapi = found["api/openapi.json"]
    document = found["api/places/092169/indicators.json"]
    schema = described(openapi, "places/092169/indicators.json")
    whole = {**schema, "components": {"schemas": strict(openapi["components"]["schemas"])}}
    document["indicators"][0]["values"][0]["surprise"] = 1
    assert [*Draft202012Validator(whole).iter_errors(document)]


def test_nothing_published_yet() -> None:
    found = documents(built())
    assert [*OpenAPIV31SpecValidator(found["api/openapi.json"]).iter_errors()] == []
    assert found["api/datasets.json"]["datasets"] == found["api/places.json"]["places"] == []


# --- by following addresses ----------------------------------------------------------------------


def addresses(document: Json) -> Iterator[str]:
    if isinstance(document, Mapping):
        for name, value in document.items():
            if name in ADDRESSES and isinstance(value, str):
                yield value
            else:
                yield from addresses(value)
    elif isinstance(document, list):
        for one in document:
            yield from addresses(one)


def test_a_program_finds_datasets_versions_indicators_and_values(
    published: Published, releases: tuple[Release, Release]
) -> None:
    start = f"{published.server.url}api/index.json"
    index = get(start)
    listed = get(urljoin(start, index["datasets"]))["datasets"]
    assert [(one["name"], one["version"]) for one in listed] == [
        ("libraries", "1.0.0"),
        ("municipal-plans", releases[0].version),
    ]
    versions = get(urljoin(start, listed[1]["versions"]))["versions"]
    assert [one["version"] for one in versions] == [releases[0].version]
    dataset = get(urljoin(start, listed[1]["url"]))
    rows = {one["name"]: one["rows"] for one in dataset["resources"]}
    assert rows["indicator_values"] == 8
    place, other = get(urljoin(start, index["places"]))["places"]
    assert (other["code"], other["name"]) == ("132012", "東京都 132012")
    assert (place["code"], place["plans"], place["indicators"]) == ("092169", 1, 1)
    (plan,) = get(urljoin(start, place["url"]))["plans"]
    assert [one["title"] for one in plan["nodes"]] == ["便利", "電子申請"]
    (indicator,) = get(urljoin(start, place["indicators_url"]))["indicators"]
    assert (indicator["name"], indicator["unit"]) == ("電子申請の割合", "%")
    assert [
        (
            one["value_type"],
            one["fiscal_year"],
            one.get("value"),
            [cell["cell"] for cell in one["cells"]],
        )
        for one in indicator["values"]
    ] == [
        ("actual", 2020, 32.0, ["D3"]),
        ("baseline", 2018, 10.5, ["D2"]),
        ("forecast", 2024, None, ["I5"]),
        ("target", 2022, 50.0, ["D4"]),
    ]
    assert indicator["progress"][0]["judgement"] == "on_track"
    kinds = urljoin(start, index["comparisons"])
    (kind,) = get(kinds)["comparisons"]
    assert (kind["name"], kind["municipalities"]) == ("電子申請の割合", 2)
    compared = get(urljoin(kinds, kind["url"]))["indicators"]
    assert [(one["municipality_code"], one["actual"]["value"]) for one in compared] == [
        ("092169", 32.0),
        ("132012", 32.0),
    ]


@pytest.mark.parametrize("base_url", [None, "https://data.example.jp/open/"])
def test_every_address_leads_somewhere(
    releases: tuple[Release, Release], base_url: str | None, tmp_path: Path
) -> None:
    public = publish_site(tmp_path, *releases, base_url=base_url)
    root = base_url or "https://nowhere.example/"
    files = {path: public.read(path) or b"" for path in public.paths()}
    lost = []
    for path, document in documents(files).items():
        if path == "api/openapi.json":
            continue
        for address in addresses(document):
            assert ("://" in address) is (base_url is not None), address
            target = urljoin(root + path, address).removeprefix(root)
            if target not in files:
                lost.append(f"{path}: {address}")
    assert lost == []


# --- what a section may depend on ----------------------------------------------------------------


def test_documents_of_a_place_say_nothing_of_versions(releases: tuple[Release, Release]) -> None:
    one = current(releases[0])
    later = replace(
        one,
        descriptor={**one.descriptor, "version": "9.9.9"},
        history=[{**one.history[-1], "version": "9.9.9", "created": "2031-01-01T00:00:00Z"}],
    )
    before, after = built(one), built(later)
    assert before["api/datasets.json"] != after["api/datasets.json"]
    for path, content in before.items():
        if path.startswith("api/places/"):
            assert after[path] == content


# --- the page ------------------------------------------------------------------------------------


def examples(published: Published, language: str = "python") -> list[str]:
    page = (published.public.read("api/index.html") or b"").decode()
    found = re.findall(rf'<code class="{language}"[^>]*>(.*?)</code>', page, re.S)
    return [html.unescape(one) for one in found]


def test_the_examples_run_in_python(
    published: Published, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = examples(published)
    assert len(codes) == 2
    for code in codes:
        exec(compile(code, "example", "exec"), {"__name__": "example"})
    told = capsys.readouterr().out.splitlines()
    assert "例示市\t電子申請の割合\tactual\t2020\t32.0\t%" in told
    assert len(told) == 8 + len(
        get(f"{published.server.url}api/datasets/libraries.json")["resources"]
    )


def test_the_example_runs_in_a_browser_on_a_page_of_another_site(
    published: Published, browser: Browser
) -> None:
    (code,) = examples(published, "javascript")
    page = browser.new_page(bypass_csp=True)  # the other site has a policy of its own
    told: list[str] = []
    page.on("console", lambda one: told.append(one.text) if one.type == "log" else None)
    page.goto(published.server.url.replace("127.0.0.1", "localhost") + "robots.txt")
    page.evaluate(f"async () => {{ {code} }}")
    page.close()
    assert "例示市 電子申請の割合 actual 2020 32 %" in told
    assert len(told) == 8


def test_the_page_says_where_a_site_without_an_address_can_be_tried(
    releases: tuple[Release, Release],
) -> None:
    files = built(current(releases[0]))
    assert "python -m http.server" in files["api/index.html"].decode()
    assert "http://localhost:8000/api/" in files["api/index.en.html"].decode()
