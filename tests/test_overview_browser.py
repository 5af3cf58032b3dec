"""The lists of submissions as a clerk meets them: in a browser, on a phone, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from opendata.errors import Place, problem
from opendata.review import Judgement, Reviewed, as_earlier, as_present, build
from opendata.review.department import Entry, Names, Pass, departments
from opendata.review.overview import department_pages, index_pages
from tests.test_pipeline import START

FOLDER = "municipal-plans/132012/企画課"
INDEX, LIST = "reviews/index.html", f"reviews/{FOLDER}/index.html"
GONE, EARLIER = "gone.html", "history/earlier/report.html"
PAGES = (INDEX, LIST, GONE, EARLIER)


def entries() -> Iterator[Entry]:
    states: list[tuple[str, dict[str, Any]]] = [
        ("計画（令和7年度・長い名前の最終版）.xlsx", {"state": "refused", "errors": 40}),
        ("<script>.xlsx", {"state": "refused", "errors": 1, "is_waiting": True}),
        ("c.xlsx", {"state": "asked", "questions": 2, "warnings": 2}),
        ("d.xlsx", {"state": "withdrawn"}),
        ("e.xlsx", {"state": "withdrawn", "is_ended": True}),
        ("f.xlsx", {"state": "received", "errors": 1}),
        ("g.xlsx", {"state": "accepted", "warnings": 9, "causes": {"unmapped-text": 9}}),
        ("h.xlsx", {"state": "refused", "errors": 3, "causes": {"missing-value": 3}}),
    ]  # fmt: skip
    for days, (name, known) in enumerate(states):
        received = START - timedelta(days=days)
        yield Entry(file=f"{FOLDER}/{name}", received=received, **known)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lists of eight submissions, a review whose file is gone and an earlier one."""
    made = tmp_path_factory.mktemp("overview")
    passes = [
        Pass((START + timedelta(days=n)).isoformat(), 8, 3, errors, 2)
        for n, errors in enumerate((61, 12, 45))
    ]
    found = departments(entries())
    names = Names({"municipal-plans": "計画"}, {"132012": "八王子市"})
    pages = dict(index_pages(found, passes, names))
    pages |= dict(department_pages(found[0], passes, names))
    wrong = problem("empty-file", Place(file=f"{FOLDER}/d.xlsx"))
    report = build(
        Reviewed(
            file=f"{FOLDER}/d.xlsx",
            status="rejected",
            problems=(wrong,),
            content=b"",
            received=START,
            workspace="s3://workspace",
        )
    )["report.html"]
    day = START.strftime("%Y-%m-%dT%H:%M:%SZ")
    first = Judgement(judged=day, received=day, sha256="a" * 64, state="accepted", version="1.0.0")
    gone = Judgement(judged=day, received=day, sha256="a" * 64, state="withdrawn")
    pages[GONE] = as_present(report, [first, gone], f"{FOLDER}/d.xlsx", "s3://workspace/a/b")
    pages[EARLIER] = as_earlier(report, first)
    for path, content in pages.items():
        made.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
        made.joinpath(path).write_bytes(content)
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    yield context.new_page()
    context.close()


def names_shown(page: Page) -> str:
    shown = page.locator("tr[data-state]:visible a").all_inner_texts()
    return "".join(one.removesuffix(".xlsx")[-1] for one in shown)


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    browser: Browser, folder: Path, name: str
) -> None:
    for width, scheme in ((375, "dark"), (1200, "light")):
        # The page's own policy forbids scripts that are not its own, so axe needs to pass by it.
        context = browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light",
            bypass_csp=True,
            viewport={"width": width, "height": 800},
        )
        page = context.new_page()
        page.goto((folder / name).as_uri())
        for language in ("ja", "en"):
            page.locator(f"#to-{language}").check(force=True)
            results = Axe().run(page)
            assert results.violations_count == 0, results.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        context.close()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_asked_of_any_network_and_nothing_complains(
    page: Page, folder: Path, name: str
) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((folder / name).as_uri())
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith("data:")] == [page.url]
    assert said == []


@pytest.mark.parametrize("scripts", [True, False])
def test_the_states_filter_by_keyboard_with_scripts_and_without(
    browser: Browser, folder: Path, *, scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.goto((folder / LIST).as_uri())
    assert page.locator("tr[data-state]:visible").count() == 8
    page.locator("#show-all").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("tr[data-state]:visible").count() == 2
    assert page.locator(".filter :checked + span").inner_text() == "修正のお願い 2"
    if scripts:
        assert page.get_by_role("status").inner_text() == "2件を表示しています"
        assert page.locator(".age").first.inner_text() != ""
    else:
        assert page.locator("thead button").count() == 0
        assert page.locator("tr time:visible").count() == 2, "the day stands there in any case"
    context.close()


def test_columns_sort_and_say_so(page: Page, folder: Path) -> None:
    page.goto((folder / LIST).as_uri())
    urgent = names_shown(page)
    assert urgent[1:] == "hcd>fge"
    errors = page.get_by_role("columnheader", name="修正")
    errors.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert errors.get_attribute("aria-sort") == "descending"
    counts = page.locator("tr[data-state] td:nth-child(4)").all_inner_texts()
    assert counts == ["40", "3", "1", "1", "0", "0", "0", "0"]
    page.get_by_role("button", name="受け付けた日").click()
    assert names_shown(page)[:-1] == "hgfedc>"
    assert errors.get_attribute("aria-sort") is None
    page.get_by_role("button", name="状態").click()
    assert names_shown(page) == urgent


def test_names_and_causes_are_found(page: Page, folder: Path) -> None:
    page.goto((folder / INDEX).as_uri())
    search = page.get_by_label("ファイル名や内容で探す")
    search.fill("Ｇ.XLSX")
    assert names_shown(page) == "g"
    search.fill("必要な値がありません")
    assert names_shown(page) == "h"
    assert page.get_by_role("status").inner_text() == "1件を表示しています"
    search.fill("")
    assert page.locator("tr[data-state]:visible").count() == 8


def test_the_drawing_is_told_to_who_cannot_see_it(page: Page, folder: Path) -> None:
    page.goto((folder / INDEX).as_uri())
    drawing = page.get_by_role("img", name="修正が必要な点の移り変わり")
    assert drawing.locator("circle").count() == 3
    told = page.locator("#trend-told").inner_text()
    assert told == "修正が必要な点は、61件から45件になりました（何かが変わった確認3回分）。"
    page.locator("summary").click()
    rows = page.locator("details tbody tr").all_inner_texts()
    assert [one.split("\t")[3] for one in rows] == ["45", "12", "61"]


def test_a_list_leads_to_its_reviews_and_back(page: Page, folder: Path) -> None:
    page.goto((folder / INDEX).as_uri())
    page.get_by_role("link", name="八王子市（132012） 企画課").click()
    assert page.url == (folder / LIST).as_uri()
    href = page.get_by_role("link", name="c.xlsx").evaluate("one => one.href")
    assert href == (folder / f"reviews/{FOLDER}/c.xlsx/report.html").as_uri()
    page.get_by_role("link", name="提出ファイルの一覧へ").click()
    assert page.url == (folder / INDEX).as_uri()
