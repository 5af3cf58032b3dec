"""report.html as a clerk meets it: in a browser, on a phone, by keyboard, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from opendata.errors import Place, problem
from opendata.review import Entry, Reviewed, build, overview
from opendata.workbook.types import Range, Sheet, Workbook

FILE = "municipal-plans/132012/計画の取組一覧（令和７年度版・最終・提出用）.xlsx"
RECEIVED = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review with errors, warnings, notices, a wide sheet and long words; and the overview."""
    rows = [[f"{row}行{column}列の少し長い内容" for column in range(12)] for row in range(40)]
    sheet = Sheet("取組一覧", rows, merged=(Range(0, 0, 0, 11), Range(4, 1, 5, 3)))

    def at(cell: str | None) -> Place:
        return Place(file=FILE, sheet=sheet.name, cell=cell)

    problems = [
        problem("not-a-number", at(f"F{row}"), value="x" * row * 20, suggestion="1")
        for row in range(3, 33)
    ]
    problems += [
        problem("missing-value", at("C5"), field="担当課"),
        problem("personal-data", at("D9"), value="***", kind="電話番号"),
        problem("unmapped-text", at("B3"), value="※"),
    ]
    reviewed = Reviewed(
        file=FILE,
        status="rejected",
        problems=tuple(problems),
        content=b"",
        received=RECEIVED,
        workbook=Workbook(FILE, "xls", (sheet,)),
        records={"plans": 1},
    )
    made = tmp_path_factory.mktemp("review")
    for name, content in build(reviewed).items():
        made.joinpath(name).write_bytes(content)
    entries = [
        Entry(file=FILE, status="rejected", received=RECEIVED, errors=31, warnings=1),
        Entry(file="municipal-plans/141500/a.xlsx", status="accepted", received=RECEIVED),
        Entry(file="municipal-plans/141500/b.xlsx", status="unreadable", received=RECEIVED),
    ]
    made.joinpath("index.html").write_bytes(overview(entries))
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 375, "height": 740})
    yield context.new_page()
    context.close()


def test_nothing_is_asked_of_any_network_and_nothing_complains(page: Page, folder: Path) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(folder.joinpath("report.html").as_uri())
    page.wait_for_load_state("networkidle")

    assert [url for url in asked if not url.startswith("data:")] == [page.url]
    assert said == []


def test_the_language_switches_by_keyboard(page: Page, folder: Path) -> None:
    page.goto(folder.joinpath("report.html").as_uri())
    heading = page.locator("h1")
    assert heading.inner_text() == "このままでは公開できません。31件の修正をお願いします。"

    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert heading.inner_text() == "This cannot be published yet: 31 things to correct."
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title().startswith("Review: ")
    visible = page.locator("main [lang=ja]:visible")
    assert visible.count() == 0

    page.keyboard.press("ArrowLeft")
    assert heading.inner_text().startswith("このまま")
    assert page.locator("main [lang=en]:visible").count() == 0


def test_the_language_switches_without_scripts(browser: Browser, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(folder.joinpath("report.html").as_uri())
    assert page.locator("main [lang=en]:visible").count() == 0
    page.get_by_label("English").check(force=True)
    assert page.locator("main [lang=ja]:visible").count() == 0
    context.close()


@pytest.mark.parametrize("name", ["report.html", "index.html"])
@pytest.mark.parametrize("width", [320, 375, 1200])
def test_the_page_itself_never_scrolls_sideways(
    page: Page, folder: Path, name: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(folder.joinpath(name).as_uri())
    for language in ("#to-ja", "#to-en"):
        page.locator(language).check(force=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["report.html", "index.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_axe_finds_nothing(
    browser: Browser, folder: Path, name: str, scheme: str, language: str
) -> None:
    dark = scheme == "dark"
    # The page's own policy forbids scripts that are not its own, so axe needs to pass by it.
    context = browser.new_context(color_scheme="dark" if dark else "light", bypass_csp=True)
    page = context.new_page()
    page.goto(folder.joinpath(name).as_uri())
    page.locator(f"#to-{language}").check(force=True)
    results = Axe().run(page)
    context.close()
    assert results.violations_count == 0, results.generate_report()


def test_it_prints_on_a4_with_nothing_cut_off(page: Page, folder: Path) -> None:
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 without its margins
    page.emulate_media(media="print")
    page.goto(folder.joinpath("report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    assert not page.locator(".switch").is_visible()
