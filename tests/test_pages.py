"""The site's pages as files: whole, valid, light, and every link leads somewhere."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata import catalogue
from opendata.catalogue import Current
from opendata.catalogue.fields import fields
from opendata.catalogue.model import LANGUAGES
from opendata.catalogue.search import HOLDERS, Document, Held, Index, bucket, normalized
from opendata.catalogue.standing import standing
from opendata.catalogue.texts import say, texts
from opendata.package import Package
from opendata.release import Publisher
from opendata.store import FolderStore, commit, refresh, stage, verify
from tests.conftest import ROOT
from tests.release_samples import (
    BRANCHES,
    PLANS,
    PUBLISHER,
    dataset,
    libraries,
    municipal_plans,
    part,
    plans,
    released,
    sample,
)

BASE = "https://data.city.example.jp/open/"
BROWSER = ROOT / ".venv/browser/node_modules"
OWN = ("index", "search/index", "changes/index", "accessibility/index")
DATASETS = ("datasets/libraries/index", "datasets/municipal-plans/index")
ALLOWED = {"https://creativecommons.org/licenses/by/4.0/", PUBLISHER.homepage}


def published(root: Path, base_url: str | None = None) -> FolderStore:
    """A public folder with two packages; of one there is a second version, which corrects."""
    public, workspace = FolderStore(root / "public"), FolderStore(root / "workspace")
    package, other = municipal_plans(), libraries(root / "contract")
    first = released(package, plans(package))
    values = [
        {**row, "value": 33.0, "raw": "33", "note": "集計を改めた"} if row["value"] == 32 else row
        for row in PLANS["indicator_values"]
    ]
    tables = {**PLANS, "indicator_values": values}
    second = released(
        package, replace(part(package), dataset=dataset(package, "表", tables)), previous=first
    )
    third = released(other, sample(other))
    for one in (first, second, third):
        stage(workspace, public, {}, one)
    entries = {package.name: [first.entry, second.entry], other.name: [third.entry]}
    commit(workspace, None, {"releases": entries})
    refresh(
        workspace,
        public,
        lambda found: catalogue.build(found, publisher=PUBLISHER, base_url=base_url),
    )
    return public


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> FolderStore:
    return published(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def pages(public: FolderStore) -> Mapping[str, str]:
    """Every page by its path."""
    return {
        path: (public.read(path) or b"").decode()
        for path in public.paths("")
        if path.endswith(".html")
    }


@pytest.fixture(scope="module")
def package() -> Package:
    return municipal_plans()


class Links(HTMLParser):
    """What a page leads to, what it loads, and its ids."""

    LOADED = frozenset({"img", "script", "iframe", "source", "embed", "object", "video", "audio"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.ids: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.attributes |= values.keys()
        if "id" in values:
            self.ids.append(values["id"])
        is_loaded = tag in self.LOADED or (
            tag == "link" and values.get("rel") in ("stylesheet", "icon", "preload")
        )
        for name in ("href", "src", "action", "data-url"):
            if name in values:
                (self.loaded if is_loaded else self.links).add(values[name])


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def broken(public: FolderStore, pages: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """The links of a site that lead nowhere, and what it loads from elsewhere."""
    found = {path: Links(text) for path, text in pages.items()}
    paths = {*public.paths("")}
    for path, page in found.items():
        for link in sorted(page.links | page.loaded):
            target, part = urldefrag(urljoin(f"http://site/{path}", link))
            parsed = urlparse(target)
            name = unquote(parsed.path).lstrip("/")
            if parsed.scheme == "mailto" or (link in ALLOWED and link not in page.loaded):
                continue
            if parsed.netloc != "site":
                yield path, link, "leads outside"
            elif name not in paths:
                yield path, link, "is not there"
            elif part and name in found and part not in found[name].ids:
                yield path, link, "has no such part"


def test_every_page_is_there_in_both_languages(pages: Mapping[str, str]) -> None:
    for path in (*OWN, *DATASETS):
        assert '<html lang="ja">' in pages[f"{path}.html"]
        assert '<html lang="en">' in pages[f"{path}.en.html"]


def test_every_link_leads_somewhere(public: FolderStore, pages: Mapping[str, str]) -> None:
    assert list(broken(public, pages)) == []
    assert verify(public) == []


def test_the_link_checker_sees_what_is_broken(public: FolderStore) -> None:
    page = (
        '<a href="gone.html">x</a><a href="index.html#gone">x</a><img src="https://x.example/a">'
        '<script src="https://creativecommons.org/licenses/by/4.0/"></script>'
    )
    start = (public.read("index.html") or b"").decode()
    said = {why for _, _, why in broken(public, {"x.html": page, "index.html": start})}
    assert said == {"is not there", "has no such part", "leads outside"}


def test_style_sheet_and_programs_load_nothing_from_elsewhere(public: FolderStore) -> None:
    for name in ("site.css", "search.js", "preview.js"):
        content = (public.read(name) or b"").decode()
        assert content
        assert not re.search(r"https?:|//[a-z]+\.[a-z]|url\(", content), name


def test_ids_are_unique_and_nothing_is_inline(pages: Mapping[str, str]) -> None:
    for path, text in pages.items():
        page = Links(text)
        assert len(page.ids) == len({*page.ids}), path
        assert not {one for one in page.attributes if one.startswith("on") or one == "style"}, path


@pytest.fixture(scope="module")
def validator() -> list[str]:
    """The command that judges HTML files; scripts/preview.sh brings it."""
    node, program = shutil.which("node"), BROWSER / ".bin/html-validate"
    if node is None or not program.exists():
        pytest.skip("html-validate is not installed (scripts/preview.sh dev)")
    config = ROOT / "tests/data/htmlvalidate.json"
    return [node, str(program), "--config", str(config), "--formatter", "json"]


def test_a_validator_finds_nothing(public: FolderStore, validator: list[str]) -> None:
    files = [str(one) for one in public.root.rglob("*.html")]
    made = subprocess.run([*validator, *files], capture_output=True, text=True, check=False)
    found = [
        (Path(one["filePath"]).relative_to(public.root).as_posix(), said["line"], said["message"])
        for one in json.loads(made.stdout)
        for said in one["messages"]
    ]
    assert found == []
    assert len(files) >= 2 * len((*OWN, *DATASETS))


def test_the_validator_does_judge(tmp_path: Path, validator: list[str]) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text('<!doctype html><html lang="ja"><title>x</title><p><div></p><a id="a" id="b">')
    made = subprocess.run([*validator, str(bad)], capture_output=True, text=True, check=False)
    assert made.returncode == 1


def test_pages_are_light(public: FolderStore) -> None:
    import gzip

    for path in public.paths(""):
        if path.endswith((".html", ".css", ".js")):
            assert len(gzip.compress(public.read(path) or b"")) < 100_000, path
    needed = ("index.html", "site.css", "icon.svg")
    assert sum(len(gzip.compress(public.read(one) or b"")) for one in needed) < 15_000


def test_the_start_page_says_how_the_plans_stand(pages: Mapping[str, str]) -> None:
    text = text_of(pages["index.html"])
    for words in ("2 データセット", "1 計画", "1 指標", "3 指標の値", "順調 1", "第 1.0.1 版"):
        assert words in text, words
    assert "達成 0" not in text
    assert "On track 1" in text_of(pages["index.en.html"])


def test_each_indicator_counts_once_as_its_newest_year_was_judged(package: Package) -> None:
    def judged(key: str, year: int, judgement: str) -> dict[str, Any]:
        return {"indicator_id": key, "fiscal_year": year, "judgement": judgement}

    def indicator(key: str) -> dict[str, Any]:
        return {"indicator_id": key, "plan_id": "092169-rei", "name": key}

    made = dataset(
        package,
        "表",
        {
            "plans": PLANS["plans"],
            "indicators": [indicator(key) for key in "abcde"],
            "indicator_progress": [
                judged("a", 2019, "behind"),
                judged("a", 2021, "achieved"),
                judged("b", 2020, "reversed"),
                judged("b", 2019, "achieved"),
                judged("c", 2020, "unknown"),
                judged("d", 2020, "achieved"),
            ],
        },
    )
    found = standing(Current({"name": "x"}, [], made.tables))
    assert found is not None
    counts = {one.judgement: one.count for one in found.shares if one.count}
    assert counts == {"achieved": 2, "reversed": 1, "unknown": 1, "none": 1}
    assert found.shares[-1].left + found.shares[-1].width == pytest.approx(100)


def test_a_dataset_says_what_its_fields_are(pages: Mapping[str, str]) -> None:
    text = text_of(pages["datasets/libraries/index.html"])
    for words in (
        "1行が1つの館。",
        "code 館コード 文字 行を見分ける主キー 必ず値がある",
        "seats 席数 整数 0 以上",
        "is_open 開館 はい・いいえ",
        "表 branches の行を指す",
        "この表は CSV だけで公開しているため",
        "この版のこの表には行がないため",
    ):
        assert words in text, words
    english = text_of(pages["datasets/libraries/index.en.html"])
    assert "Libraries Public libraries and their use." in english
    assert "code 館コード Text Part of the primary key Always has a value" in english


def test_a_dataset_says_how_good_and_how_fresh_it_is(pages: Mapping[str, str]) -> None:
    text = text_of(pages["datasets/libraries/index.html"])
    assert "最後の提出 2026年11月20日 更新の頻度 決められていません" in text
    assert "館 branches" in text[text.index("値のそろい具合") :]
    assert "1 ファイルのうち 0 を判定" in text
    plans = text_of(pages["datasets/municipal-plans/index.en.html"])
    assert "Last submitted 20 November 2026 How often every year Next expected by 20" in plans


def test_without_the_reader_of_parquet_the_page_says_so(
    package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opendata.catalogue.pages.dataset.has_reader", lambda: False)
    made = released(package, plans(package))
    current = Current(made.descriptor, [made.entry], made.tables)
    files = catalogue.build([current], publisher=PUBLISHER).files
    page = files["datasets/municipal-plans/index.html"].decode()
    assert "Parquet を読むプログラムが置かれていないため" in page
    assert "preview.js" not in page


def test_what_a_field_is_held_to_is_said_in_both_languages() -> None:
    field = {
        "name": "a",
        "type": "number",
        "unit": "人",
        "constraints": {"minimum": 1, "maximum": 9, "unique": True, "enum": [1, 9], "pattern": "<"},
    }
    (found,) = fields({"fields": [field], "primaryKey": "a"}, "ja")
    assert found.unit == "単位: 人"
    assert [str(one) for one in found.rules] == [
        "行を見分ける主キー",
        "同じ値は二度出ない",
        "1 以上",
        "9 以下",
        "形: <code>&lt;</code>",
        "次のどれか: 1、9",
    ]
    of_each = {**field, "unit": {"resource": "indicators", "field": "unit"}}
    assert fields({"fields": [of_each]}, "en")[0].unit == "unit: unit of indicators"
    (other,) = fields({"fields": [{"name": "a", "type": "geopoint"}]}, "en")
    assert (other.title, other.kind, other.rules) == ("a", "geopoint", ())


def test_downloads_stand_with_size_and_checksum(
    public: FolderStore, pages: Mapping[str, str]
) -> None:
    page = pages["datasets/municipal-plans/index.html"]
    descriptor = json.loads(public.read("datasets/municipal-plans/datapackage.json") or b"")
    for resource in descriptor["resources"]:
        for one in (resource, *resource.get("alternates", ())):
            assert one["hash"].removeprefix("sha256:") in page
            assert f'href="../../datasets/municipal-plans/{one["path"]}" download' in page


def test_what_changed_is_told_with_reasons(pages: Mapping[str, str]) -> None:
    text = text_of(pages["changes/index.html"])
    for words in (
        "1 行を変更、公開した値を 2 か所訂正。",
        "指標の値 電子申請の割合 実績値 2020年度 変更 値 32 33",
        "1.0.1 指標の値 電子申請の割合 実績値 2020年度 変更 値 32 33 集計を改めた",
        "公開を始めました（5 行）。",
    ):
        assert words in text, words
    english = text_of(pages["changes/index.en.html"])
    assert "1 row changed, 2 published values corrected." in english
    assert 'href="../places/092169/indicators/k1.html"' in pages["changes/index.html"]
    assert "k1|" not in text
    assert "原文" not in text, "a value and how it is written are one change"


def test_the_statement_names_the_publisher_and_claims_no_conformance(
    pages: Mapping[str, str],
) -> None:
    text = text_of(pages["accessibility/index.html"])
    for words in (
        "例示市",
        "JIS X 8341-3:2016",
        "配慮",
        "data@city.example.jp",
        "まだしていません",
    ):
        assert words in text, words
    assert "準拠しています" not in text


def test_search_engines_get_the_datasets(pages: Mapping[str, str]) -> None:
    for path in ("index.html", "datasets/libraries/index.html"):
        (script,) = re.findall(
            r'<script type="application/ld\+json">(.*?)</script>', pages[path], re.S
        )
        assert "Dataset" in json.dumps(json.loads(script))


def test_every_page_says_where_it_stands_if_that_is_known(package: Package) -> None:
    made = released(package, plans(package))
    current = Current(made.descriptor, [made.entry], made.tables)
    files = catalogue.build([current], publisher=PUBLISHER, base_url=BASE).files
    page = files["datasets/municipal-plans/index.en.html"].decode()
    home = f"{BASE}datasets/municipal-plans/index"
    assert f'<link rel="canonical" href="{home}.en.html">' in page
    assert f'<link rel="alternate" hreflang="ja" href="{home}.html">' in page
    assert f"'{BASE}datasets/municipal-plans/latest/plans.parquet'" in html.unescape(page)


def snippets(page: str, kind: str) -> list[str]:
    return [
        html.unescape(one) for one in re.findall(rf'<code class="{kind}">(.*?)</code>', page, re.S)
    ]


def test_a_snippet_calls_a_table_what_a_program_can(tmp_path: Path) -> None:
    def rename(descriptor: dict[str, Any]) -> None:
        descriptor["resources"] = descriptor["resources"][:1]
        descriptor["resources"][0]["name"] = "all-branches"

    package = libraries(tmp_path, rename)
    rows = dataset(package, "表", {"all-branches": BRANCHES})
    made = released(package, replace(part(package), dataset=rows))
    current = Current(made.descriptor, [made.entry], made.tables)
    files = catalogue.build([current], publisher=PUBLISHER).files
    (snippet,) = snippets(files["datasets/libraries/index.html"].decode(), "polars")
    assert 'table = pl.read_parquet(folder + "all-branches.parquet")' in snippet


@pytest.mark.parametrize("language", ["", ".en"])
def test_the_snippets_run(
    public: FolderStore,
    pages: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.chdir(public.root)
    frames: dict[str, list[Any]] = {"pandas": [], "polars": [], "duckdb": []}
    for path in DATASETS:
        page = pages[f"{path}{language}.html"]
        for kind in ("pandas", "polars"):
            (snippet,) = snippets(page, kind)
            scope: dict[str, Any] = {}
            exec(snippet, scope)
            frames[kind] += [
                v for v in scope.values() if isinstance(v, pd.DataFrame | pl.DataFrame)
            ]
        (query,) = snippets(page, "duckdb")
        with duckdb.connect() as database:
            frames["duckdb"].append(database.sql(query).fetchall())
    for kind, found in frames.items():
        assert [len(one) for one in found] == [3, 1], kind
    assert frames["pandas"][0]["code"].tolist() == ["001", "002", "003"]
    assert frames["pandas"][1]["municipality_code"].tolist() == ["092169"]


def test_the_snippet_for_r_runs(public: FolderStore, pages: Mapping[str, str]) -> None:
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("no R (Debian: apt-get install r-base-core)")
    told = []
    for path in DATASETS:
        (snippet,) = snippets(pages[f"{path}.html"], "r")
        table = snippet.rpartition(" <- read.csv")[0].rpartition("\n")[2]
        told.append(f"{snippet}\ncat(nrow({table}), {table}[1, 1], {table}[1, 2], '\\n')")
    made = subprocess.run(
        [program, "-e", "\n".join(told)],
        cwd=public.root,
        capture_output=True,
        text=True,
        check=True,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    assert made.stdout.splitlines() == [
        '3 001 本館 "中央", 新',
        "館 ",
        "1 092169-rei 092169 ",
    ]


def test_values_cannot_become_markup(package: Package) -> None:
    evil = '"><script>alert(1)</script>'
    plan = {"plan_id": "132012-x", "municipality_code": "132012", "title": evil, "department": evil}
    made = released(package, part(package, plans=[plan]))
    current = Current(
        {**made.descriptor, "title": evil, "description": evil},
        [{**made.entry, "reason": evil}],
        made.tables,
    )
    named = replace(PUBLISHER, name="</script><b>市")
    for path, content in catalogue.build([current], publisher=named).files.items():
        if path.endswith(".html"):
            page = content.decode()
            assert "<script>alert" not in page, path
            assert "</script><b>" not in page, path
            for script in re.findall(r'<script[^>]*json">(.*?)</script>', page, re.S):
                json.loads(script)


def test_nothing_published_yet() -> None:
    files = catalogue.build([], publisher=Publisher("例示市"), base_url=BASE).files
    for path in OWN:
        assert "例示市" in text_of(files[f"{path}.html"].decode())
    assert "公開されたデータは、まだありません。" in text_of(files["index.html"].decode())


def test_every_text_is_said_in_both_languages() -> None:
    for name, said in texts().items():
        assert {*said} == {*LANGUAGES}, name
        holes = [{*re.findall(r"{(\w*)(?::[^}]*)?}", one)} for one in said.values()]
        is_told_apart = "{n:-" in said["en"]  # a word that stands beside its number
        leads = ("start.lead", "accessibility.lead")
        assert name in leads or is_told_apart or holes[0] == holes[1], name


@pytest.mark.parametrize(
    ("n", "told"), [("0", "0 tables"), ("1", "1 table"), ("1,000", "1,000 tables"), (1, "1 table")]
)
def test_one_is_one_and_two_are_several(n: str | int, told: str) -> None:
    assert say("en")("start.tables", n=n) == told
    assert say("en")("start.figure_datasets", n=n) == f"dataset{'' if told[:2] == '1 ' else 's'}"
    assert say("en")("dataset.of", table="<1>") == " (&lt;1&gt;)"


# The search's index


@given(st.text(max_size=20))
def test_what_is_compared_is_plain(text: str) -> None:
    assert all(unicodedata.category(one)[0] in "LNM" for one in normalized(text))


@pytest.mark.parametrize(
    ("written", "alike"),
    [
        ("ＫＰＩ", "kpi"),
        ("ｻｰﾋﾞｽ", "さーびす"),
        ("電子・申請（率）", "電子申請率"),
        ("㈱１２３", "株123"),
        ("Ｄ Ｘ 推進", "dx推進"),
    ],
)
def test_widths_case_and_kana_are_alike(written: str, alike: str) -> None:
    assert normalized(written) == alike


def unpacked(content: bytes) -> tuple[str, Any]:
    name, found = json.loads(f"[{content.decode().strip()[len('opendataFound(') : -1]}]")
    return name, found


def test_the_index_tells_where_pairs_of_letters_stand() -> None:
    documents = [Document("plan", f"計画{number}", "東京都", "x") for number in range(250)]
    found = Index.of([*documents, Document("place", "京都府", "", "y", more="260002")])
    files = found.files()
    assert sum(path.startswith("search/words/pages-") for path in files) == 3
    name, pages = unpacked(files["search/words/pages-2.js"])
    assert (name, pages[-1][:2], len(pages)) == ("pages-2", ["place", "京都府"], 51)

    def at(letters: str) -> list[int]:
        file = files[f"search/words/letters-{bucket(letters, found.letters)}.js"]
        numbers, last = [], 0
        for step in unpacked(file)[1].get(letters, []):
            last += step
            numbers.append(last)
        return numbers

    assert at("京都") == [*range(251)]
    assert at("都府") == [250]
    assert at("26") == [26, 126, 226, 250]
    assert at("府") == [250]
    assert at("無い") == []


def test_what_several_places_have_is_one_document_that_each_of_them_holds() -> None:
    places = [Document("place", f"市{number}", "", f"p{number}") for number in range(45)]
    held = [Held(one.path, f"{one.path}/x", "n-1") for one in places if one.path != "p2"]
    found = Index.of(
        [Document("dataset", "", "", ""), *places, Document("node", "窓口", "", "p0/x", held=held)]
    )
    assert found.places == (1, 45)
    files = found.files()
    name, first = unpacked(files["search/words/held-0.js"])
    assert (name, len(first)) == ("held-0", HOLDERS)
    assert first[:4] == [[[46, "p0/x", "n-1"]], [[46, "p1/x", "n-1"]], [], [[46, "p3/x", "n-1"]]]
    held_files = [unpacked(one)[1] for path, one in files.items() if "/held-" in path]
    assert [len(one) for one in held_files] == [HOLDERS] * (45 // HOLDERS)


def test_a_large_index_is_cut_into_small_files() -> None:
    documents = [
        Document("plan", f"第{number}次総合計画（{number * 7919 % 9973}）", f"市{number}", "x")
        for number in range(5000)
    ]
    found = Index.of(documents)
    assert found.letters > 5
    assert max(len(content) for content in found.files().values()) < 150_000
    assert Index.of(documents[:-1]).mark != found.mark
    assert Index.of(documents) == found


def test_what_one_city_has_twice_is_found_twice(package: Package) -> None:
    twice = [
        {"plan_id": f"092169-{name}", "municipality_code": "092169", "title": f"{name}計画"}
        for name in ("a", "b")
    ]
    rows: dict[str, Any] = {
        "plans": twice,
        "policy_nodes": [
            {"node_id": f"{one['plan_id']}-1", "plan_id": one["plan_id"], "level": "measure",
             "title": "窓口"}
            for one in twice
        ],
        "indicators": [
            {"indicator_id": f"{one['plan_id']}-k", "plan_id": one["plan_id"], "name": "待ち時間"}
            for one in twice
        ],
    }  # fmt: skip
    made = released(package, part(package, **rows))
    files = catalogue.build(
        [Current(made.descriptor, [made.entry], made.tables)], publisher=PUBLISHER
    )
    index = files.sections[0].render()
    _, shown = unpacked(index["search/words/pages-0.js"])
    found = {(one[0], one[1], one[2]) for one in shown if one[0] in ("indicator", "node")}
    assert found == {
        (kind, title, f"例示市 {name}計画")
        for kind, title in (("indicator", "待ち時間"), ("node", "窓口"))
        for name in ("a", "b")
    }
