"""report.html as a clerk meets it: in a browser, on a phone, by keyboard, on paper."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from opendata.errors import Place, problem
from opendata.extract.draft import draft
from opendata.review import Proposal, Reviewed, build
from opendata.validate.machine_readability import judge
from opendata.workbook.types import Range, Sheet, Value, Workbook
from tests.builders import package
from tests.conftest import CHROMIUM_ARGS

FILE = "municipal-plans/132012/計画の取組一覧（令和７年度版・最終・提出用）.xlsx"
RECEIVED = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)


HEADS = ["取組番号", "取組", "担当課", "内容"]
ROWS: list[list[Value]] = [
    ["計画の取組一覧（令和７年度版）"] + [None] * 11,
    [None] * 12,
    [*HEADS, *(f"令和{year}年度" for year in range(1, 9))],
]
ROWS += [[f"{row}行{column}列の少し長い内容" for column in range(12)] for row in range(3, 500)]
SHEET = Sheet("取組一覧", ROWS, merged=(Range(0, 0, 0, 11), Range(4, 1, 5, 3)))
FORM = Sheet(
    "指標",
    [
        ["取組", "指標", "単位", "令和5年度", "令和6年度"],
        ["窓口", "来庁者", "人", 1200, 1250],
        ["窓口", "満足度", "%", 42, 45.5],
    ],
)
KINDS = ("refused", "accepted", "asked", "same", "scattered", "unreadable", "waiting")
"""The reviews there are: refused for many causes; accepted with nothing to say; accepted, with
questions; 400 cells of one cause told alike, and told each with its own value; a file that cannot
be read; one whose form nobody knows yet."""


def at(cell: str | None) -> Place:
    return Place(file=FILE, sheet=SHEET.name, cell=cell)


def review(kind: str) -> Reviewed:
    """A review of that kind, of a wide sheet with long words."""
    blank = Reviewed(
        file=FILE,
        status="accepted",
        problems=(),
        content=b"",
        received=RECEIVED,
        workbook=Workbook(FILE, "xls", (SHEET,)),
        records={"plans": 1},
        last_good="1.2.0",
        workspace="workspace",
        readability=judge(Workbook(FILE, "xls", (SHEET,))),
    )
    if kind == "refused":
        found = [
            problem("not-a-number", at(f"F{row}"), value="x" * row * 20, suggestion="1")
            for row in range(3, 33)
        ]
        found += [
            problem("missing-value", at("C5"), field="担当課"),
            problem("personal-data", at("D9"), value="***", kind="電話番号"),
            problem("unmapped-text", at("B3"), value="※"),
        ]
        return replace(blank, status="rejected", problems=tuple(found))
    if kind == "asked":
        asked = [
            problem(
                "value-year-mismatch",
                at(f"G{row}"),
                value="8",
                asked=[row],
                written=2024,
                year=2025,
            )
            for row in (6, 9)
        ]
        return replace(blank, problems=tuple(asked))
    if kind in ("same", "scattered"):
        found = [
            problem("missing-value", at(f"C{row}"), field="担当課")
            if kind == "same"
            else problem("not-a-number", at(f"F{row}"), value=f"約{row}", suggestion=str(row))
            for row in range(4, 404)
        ]
        return replace(blank, status="rejected", problems=tuple(found), last_good=None)
    if kind == "unreadable":
        found = [problem("password-protected", Place(file=FILE))]
        return replace(blank, status="unreadable", problems=tuple(found), workbook=None, records={})
    if kind == "waiting":
        book = Workbook("指標.xlsx", "xls", (FORM,))
        made = Proposal(
            draft=draft(book, package(), "指標"), records={"indicators": 2}, problems=()
        )
        found = [problem("draftable-layout", Place(file=FILE))]
        return replace(
            blank, status="rejected", workbook=book, proposal=made, problems=tuple(found)
        )
    return blank


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of every kind of review, `<kind>.html`, and what lies beside them."""
    made = tmp_path_factory.mktemp("review")
    for kind in KINDS:
        for name, content in build(review(kind)).items():
            name = f"{kind}.html" if name == "report.html" else name
            made.joinpath(name).write_bytes(content)
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
    page.goto(folder.joinpath("refused.html").as_uri())
    page.wait_for_load_state("networkidle")

    assert [url for url in asked if not url.startswith("data:")] == [page.url]
    assert said == []


def test_the_language_switches_by_keyboard(page: Page, folder: Path) -> None:
    page.goto(folder.joinpath("refused.html").as_uri())
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
    page.goto(folder.joinpath("refused.html").as_uri())
    assert page.locator("main [lang=en]:visible").count() == 0
    page.get_by_label("English").check(force=True)
    assert page.locator("main [lang=ja]:visible").count() == 0
    context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_the_page_never_scrolls_sideways(
    browser: Browser, folder: Path, kind: str
) -> None:
    """On a phone and a desk, in both languages, light and dark."""
    # The page's own policy forbids scripts that are not its own, so axe needs to pass by it.
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(folder.joinpath(f"{kind}.html").as_uri())
    page.evaluate(
        "document.querySelectorAll('.readability details').forEach(one => one.open = true)"
    )
    for width in (360, 390, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        for language in ("ja", "en"):
            page.locator(f"#to-{language}").check(force=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            for scheme in ("light", "dark") if width != 390 else ():
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                results = Axe().run(page)
                told = f"{width} {language} {scheme}\n{results.generate_report()}"
                assert results.violations_count == 0, told
    context.close()


def test_the_cell_is_in_sight_on_a_phone(page: Page, folder: Path) -> None:
    """The drawn sheet is wider than the phone: it is scrolled to the cell that is told of."""
    page.goto(folder.joinpath("refused.html").as_uri())
    drawn = page.locator(".scroll").first
    seen, cell = drawn.bounding_box(), drawn.locator("td.here").bounding_box()
    assert seen is not None and cell is not None
    assert drawn.evaluate("one => one.scrollWidth > one.clientWidth")
    assert seen["x"] <= cell["x"] and cell["x"] + cell["width"] <= seen["x"] + seen["width"] + 1


def test_the_place_of_a_cell_is_copied_for_excel(browser: Browser, folder: Path) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(folder.joinpath("scattered.html").as_uri())
    button = page.get_by_role("button", name="場所をコピー 取組一覧 F4")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".copied")
    assert page.get_by_role("status").inner_text() == "コピーしました：'取組一覧'!F4"
    assert page.evaluate("navigator.clipboard.readText()") == "'取組一覧'!F4"
    context.close()


def test_every_cause_leads_to_the_next_and_back(page: Page, folder: Path) -> None:
    page.goto(folder.joinpath("refused.html").as_uri())
    onward = page.locator(".onward a:visible")
    targets = [one.get_attribute("href") for one in onward.all()]
    count = page.locator("section.cause").count()
    assert count == 4
    assert [one for one in targets if one != "#causes"] == [f"#cause-{n}" for n in (2, 3, 4)]
    assert targets.count("#causes") == count
    onward.nth(1).focus()
    page.keyboard.press("Enter")
    assert page.locator("#cause-2 h2").is_visible() and page.url.endswith("#cause-2")


@pytest.mark.parametrize("kind", KINDS)
def test_it_prints_on_a4_with_nothing_cut_off(page: Page, folder: Path, kind: str) -> None:
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 without its margins
    page.emulate_media(media="print")
    page.goto(folder.joinpath(f"{kind}.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    assert page.locator(".switch:visible, button:visible, .onward:visible").count() == 0
    sizes = page.evaluate(
        "[...document.querySelectorAll('.scroll')].map((one) => [one.scrollWidth, one.clientWidth])"
    )
    assert all(whole <= seen for whole, seen in sizes)


def test_the_paper_is_a4(chromium: str, folder: Path, tmp_path: Path) -> None:
    """Really printed, as from the menu: every sheet of paper is 210 by 297 mm."""
    paper = tmp_path / "report.pdf"
    subprocess.run(
        [chromium, *CHROMIUM_ARGS, f"--print-to-pdf={paper}", "--no-pdf-header-footer",
         f"--user-data-dir={tmp_path / 'profile'}", folder.joinpath("scattered.html").as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    boxes = set(re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", paper.read_bytes()))
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {(595, 842)}
