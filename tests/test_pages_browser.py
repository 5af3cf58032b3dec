"""The pages as readers meet them: in a browser, on a phone, in the dark, on paper, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from opendata.catalogue.assets import has_reader
from opendata.release.formats import to_parquet
from tests.sites import Server, served
from tests.test_pages import DATASETS, OWN, published

KINDS = (*OWN, DATASETS[1], "api/index")
QUERY = {"search/index": "?q=計画"}
Scheme = Literal["light", "dark"]
ASKED: dict[str, Any] = {"preload": False, "resultTypes": ["violations"]}
COLOURS = ASKED | {"runOnly": ["color-contrast"]}
LOOKS: tuple[tuple[str, int, Scheme, dict[str, Any]], ...] = (
    (".html", 1280, "light", ASKED),
    (".html", 360, "dark", COLOURS),
    (".en.html", 360, "light", ASKED),
    (".en.html", 1280, "dark", COLOURS),
)
"""Both languages, phone and desk, each in light and dark; in the dark only the colours differ."""
ROWS = 100_000
needs_reader = pytest.mark.skipif(
    not has_reader(), reason="the reader of Parquet is not installed (scripts/preview.sh run)"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("site")).root


@pytest.fixture(scope="module")
def server(folder: Path, nginx: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(folder, nginx, tmp_path_factory.mktemp("nginx")) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    opened.set_default_timeout(15_000)
    yield opened
    opened.close()


@pytest.mark.parametrize(("ending", "width", "scheme", "asked"), LOOKS)
def test_axe_finds_nothing_and_nothing_leaves_the_site(
    browser: Browser,
    server: Server,
    ending: str,
    width: int,
    scheme: Scheme,
    asked: dict[str, Any],
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = context.new_page()
    requested: list[str] = []
    said: list[str] = []
    opened.on("request", lambda one: requested.append(one.url))
    opened.on("console", lambda one: said.append(one.text))
    opened.on("pageerror", lambda one: said.append(str(one)))
    for kind in KINDS:
        opened.goto(f"{server.url}{kind}{ending}{QUERY.get(kind, '')}")
        if kind in QUERY:
            opened.locator(".found li").first.wait_for()
        opened.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        if has_reader() and kind in DATASETS:
            opened.locator(".preview button").first.click()
            opened.locator(".preview tbody tr").first.wait_for()
        result = Axe().run(opened, options=asked)
        assert result.violations_count == 0, f"{kind}: {result.generate_report()}"
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth"), kind
    assert [url for url in requested if not url.startswith(server.url)] == []
    assert said == []
    context.close()


@pytest.mark.parametrize("ending", [".html", ".en.html"])
def test_at_400_percent_pages_do_not_scroll_sideways(
    browser: Browser, server: Server, ending: str
) -> None:
    opened = browser.new_page(viewport={"width": 320, "height": 256})
    for kind in KINDS:
        opened.goto(f"{server.url}{kind}{ending}{QUERY.get(kind, '')}")
        opened.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth"), kind
    opened.close()


def test_text_follows_the_size_that_the_reader_has_set(page: Page, server: Server) -> None:
    page.goto(server.url)
    before = page.locator("h1").bounding_box()
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    after = page.locator("h1").bounding_box()
    assert before is not None
    assert after is not None
    assert after["height"] > before["height"] * 1.4
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_targets_are_large_enough(browser: Browser, server: Server) -> None:
    """WCAG 2.2, 2.5.8: links and buttons that do not stand in a sentence."""
    opened = browser.new_page(viewport={"width": 360, "height": 900})
    small = """all => all.filter(one => one.offsetParent && !one.closest('p, dd, .prose, .skip'))
        .map(one => [one.textContent.trim(), one.getBoundingClientRect()])
        .filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"""
    for kind in KINDS:
        opened.goto(f"{server.url}{kind}.html")
        found = opened.eval_on_selector_all("a, button, summary, input", small)
        assert found == [], kind
    opened.close()


def test_paper_shows_what_is_folded(page: Page, server: Server) -> None:
    page.goto(f"{server.url}{DATASETS[1]}.html")
    page.emulate_media(media="print")
    box = page.locator(".fields").last.bounding_box()
    assert box is not None
    assert box["height"] > 0
    assert not page.locator("nav").first.is_visible()


def test_the_keyboard_skips_to_the_content(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "本文へ移動"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"


def test_the_search_works_by_keyboard_and_says_what_it_found(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.locator("#q").focus()
    page.keyboard.type("ﾃﾞﾝｼ申請")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/index\.html\?q="))
    status = page.get_by_role("status")
    expect(status).to_contain_text("見つかりませんでした")
    page.locator("#q").fill("例示 情報化")
    expect(status).to_contain_text("3 件見つかりました")
    found = page.locator(".found a").all_inner_texts()
    assert found == ["例示市 <情報化> 計画", "便利", "電子申請"], "the plan, its goal, its measure"
    assert page.locator(".found li").first.locator("mark").all_inner_texts() == [
        *("例示", "情報化", "例示")
    ]
    page.locator("#q").fill("ｼﾞﾁﾀｲの計画とｋｐｉ")
    expect(status).to_contain_text("見つかりませんでした")
    page.locator("#q").fill("計画とｋｐｉ")
    expect(page.locator(".found a").first).to_have_text("自治体の計画とKPI")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/datasets/municipal-plans/index\.html"))


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("館", "図書館"),
        ("LIBRARIES", "図書館"),
        ("seats", "席数"),
        ("092169", "例示市"),
        ("電子申請 割合", "電子申請の割合"),
        ("例示市情報化", "例示市 <情報化> 計画"),
    ],
)
def test_words_are_found(page: Page, server: Server, query: str, first: str) -> None:
    page.goto(f"{server.url}search/index.html?q={query}")
    expect(page.locator(".found a").first).to_have_text(first)


def test_pages_in_a_folder_can_be_searched_too(page: Page, folder: Path) -> None:
    page.goto(f"{(folder / 'search/index.en.html').as_uri()}?q=図書館")
    expect(page.locator(".found a").first).to_have_text("Libraries")
    expect(page.get_by_role("status")).to_contain_text("found for")


def test_an_index_that_does_not_load_is_told(page: Page, server: Server) -> None:
    page.route("**/letters-*.js*", lambda route: route.abort())
    page.goto(f"{server.url}search/index.html?q=計画")
    expect(page.get_by_role("status")).to_contain_text("索引を読み込めませんでした")


def test_without_programs_the_pages_say_where_to_look(browser: Browser, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(f"{server.url}search/index.html")
    assert "検索には JavaScript が必要です" in opened.locator("noscript").inner_text()
    assert opened.get_by_role("link", name="例示市", exact=True).is_visible()
    opened.goto(f"{server.url}{DATASETS[1]}.html")
    if has_reader():
        told = opened.locator(".preview noscript").first.inner_text()
        assert "表示するには JavaScript が必要です" in told
    context.close()


# Rows straight from the Parquet file


@pytest.fixture(scope="module")
def large(folder: Path) -> str:
    """A page with a table of many rows."""
    table = pa.table(
        {
            "code": [f"{number:06d}" for number in range(ROWS)],
            "name": [f"館{number * 7919 % 104729}" for number in range(ROWS)],
            "seats": pa.array(range(ROWS), pa.int64()),
            "area": [None if number % 3 else number / 10 for number in range(ROWS)],
            "is_open": [number % 2 == 0 for number in range(ROWS)],
        }
    )
    content = to_parquet(table, ["code"], {})
    folder.joinpath("large.parquet").write_bytes(content)
    page = folder.joinpath("datasets/libraries/index.html").read_text(encoding="utf-8")
    for name, size in (("large", len(content)), ("huge", 9_000_000)):
        text, made = re.subn(
            r'data-url="[^"]*branches\.parquet" data-bytes="\d+" data-rows="\d+"',
            f'data-url="../../large.parquet" data-bytes="{size}" data-rows="{ROWS}"',
            page,
        )
        assert made == 1
        folder.joinpath(f"datasets/libraries/{name}.html").write_text(text, encoding="utf-8")
    return "datasets/libraries/large.html"


def opened_preview(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="中身を見る (館)").press("Enter")


@needs_reader
def test_any_rows_are_shown_and_only_what_they_need_is_loaded(
    page: Page, server: Server, folder: Path, large: str
) -> None:
    opened_preview(page, f"{server.url}{large}")
    preview = page.locator(".preview").first
    status = preview.get_by_role("status")
    expect(status).to_have_text("1〜50 行（全 100,000 行）、1／2,000 ページ")
    assert preview.locator("tbody tr").first.all_inner_texts() == ["1\t000000\t館0\t0\t0\tはい"]
    field = preview.get_by_role("spinbutton", name="ページ")
    field.fill("1501")
    field.press("Enter")
    expect(status).to_have_text("75,001〜75,050 行（全 100,000 行）、1,501／2,000 ページ")
    cells = preview.locator("tbody tr").first.locator("th, td").all_inner_texts()
    assert cells == ["75,001", "075000", f"館{75000 * 7919 % 104729}", "75000", "7500", "はい"]
    preview.get_by_role("button", name="最後").press("Enter")
    expect(status).to_contain_text("99,951〜100,000 行")
    assert preview.get_by_role("button", name="次へ").is_disabled()
    preview.get_by_role("button", name="前へ").press("Enter")
    expect(status).to_contain_text("1,999／2,000 ページ")
    field.fill("99999")
    field.press("Enter")
    assert field.evaluate("one => !one.validity.valid")
    asked = [one for one in server.requests() if one.path.startswith("/large.parquet")]
    size = folder.joinpath("large.parquet").stat().st_size
    assert {one.status for one in asked} == {206}
    assert max(one.bytes for one in asked) < size / 3


@needs_reader
def test_missing_values_say_so(page: Page, server: Server) -> None:
    opened_preview(page, f"{server.url}datasets/libraries/index.html")
    row = page.locator(".preview").first.locator("tbody tr").last
    expect(row).to_contain_text("003")
    assert row.locator(".none .out").all_inner_texts() == ["値なし"] * 3


def whole(route: Route) -> None:
    """As a server answers that cannot give parts."""
    request = {**route.request.headers}
    request.pop("range", None)
    route.fulfill(response=route.fetch(headers=request), status=200)


@needs_reader
def test_a_server_that_cannot_give_parts_gives_a_small_file(page: Page, server: Server) -> None:
    page.route("**/*.parquet", whole)
    opened_preview(page, f"{server.url}datasets/libraries/index.html")
    expect(page.locator(".preview").first.get_by_role("status")).to_contain_text("1〜3 行")


@needs_reader
def test_why_there_are_no_rows_is_told(page: Page, server: Server, large: str) -> None:
    status = page.locator(".preview").first.get_by_role("status")
    page.route("**/*.parquet", whole)
    opened_preview(page, f"{server.url}{large}".replace("large", "huge"))
    expect(status).to_contain_text("全体は大きすぎる（9 MB）")
    page.unroute("**/*.parquet")
    page.route("**/*.parquet", lambda route: route.abort())
    opened_preview(page, f"{server.url}{large}")
    expect(status).to_contain_text("読み込めませんでした")
    page.unroute("**/*.parquet")
    page.route("**/*.parquet", lambda route: route.fulfill(status=206, body=b"x" * 65_536))
    opened_preview(page, f"{server.url}{large}")
    expect(status).to_contain_text("このブラウザーでは読めませんでした")


@needs_reader
def test_a_page_in_a_folder_says_why_it_shows_no_rows(page: Page, folder: Path) -> None:
    opened_preview(page, (folder / "datasets/libraries/index.html").as_uri())
    status = page.locator(".preview").first.get_by_role("status")
    expect(status).to_contain_text("ファイルとして開いたページからは")
