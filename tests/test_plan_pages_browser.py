"""The pages of plans and indicators as a citizen meets them: in a browser, on a phone, by key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from opendata import catalogue
from opendata.catalogue.addresses import kind_of
from opendata.catalogue.rendering import file_name
from tests.plan_samples import FAR, NEAR, PLAN, current
from tests.release_samples import PUBLISHER

COMPARISON = f"compare/{kind_of('電子申請の割合', '%')}/index"
UP = f"places/{NEAR}/indicators/up"
PAGES = (
    "progress/index",
    "compare/index",
    COMPARISON,
    f"places/{NEAR}/index",
    f"places/{NEAR}/plans/{PLAN}",
    UP,
    f"places/{NEAR}/indicators/gap",
    f"places/{NEAR}/indicators/{file_name('weird/../id')}",
)
"""Every kind of page; of indicators some with what is hard to show."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("plans")
    pages = catalogue.build(
        [current()], publisher=PUBLISHER, places={NEAR: "下野市", FAR: "八王子市"}
    )
    files = dict(pages.files)
    for section in pages.sections:
        files |= section.render()
    for path, content in files.items():
        root.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
        root.joinpath(path).write_bytes(content)
    return root


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


ASKED: dict[str, Any] = {"preload": False, "resultTypes": ["violations"]}
COLOURS = ASKED | {"runOnly": ["color-contrast"]}
ALL = (".html", ".en.html")


@pytest.mark.parametrize(
    ("width", "scheme", "options", "endings"),
    [
        (360, "dark", ASKED, ALL),
        (1280, "light", ASKED, ALL[:1]),
        (320, "light", COLOURS, ALL),
        (1280, "dark", COLOURS, ALL[1:]),
    ],
)
def test_axe_finds_nothing_and_nothing_leaves_the_window(
    page: Page,
    folder: Path,
    width: int,
    scheme: Any,
    options: dict[str, Any],
    endings: Sequence[str],
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text))
    found = []
    for path in (path + ending for path in PAGES for ending in endings):
        page.goto((folder / path).as_uri())
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        result = Axe().run(page, options=options)
        if result.violations_count:
            found.append((path, result.generate_report()))
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((path, "wider than the window"))
    assert found == []
    assert said == []


def test_the_picture_and_its_table_are_seen(page: Page, folder: Path) -> None:
    page.goto((folder / f"{UP}.html").as_uri())
    picture = page.get_by_role("img", name="電子申請の割合")
    told = picture.get_attribute("aria-label") or ""
    for said in ("2018年度 10.5%", "2020年度 32%", "2022年度 50%"):
        assert said in told
    box = picture.bounding_box()
    assert box is not None
    assert box["height"] > 200
    drawn = page.evaluate(
        """() => [...document.querySelectorAll('.chart .mark[x]')].map((one) => {
            const box = one.firstElementChild.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        })"""
    )
    # baseline 10.5 in 2018, actual 20 in 2019, midterm 30 and actual 32 in 2020, target 50 in 2022
    across = [round(one[0]) for one in drawn]
    assert across[0] < across[1] < across[2] == across[3] < across[4]
    heights = [one[1] for one in drawn]
    rise = (heights[0] - heights[4]) / (50 - 10.5)
    for height, value in zip(heights, (10.5, 20, 30, 32, 50), strict=True):
        assert abs(heights[0] - height - (value - 10.5) * rise) < 1
    cells = page.locator("table.years tbody tr").all_inner_texts()
    assert ["2022年度" in cells[0], "50" in cells[0], "10.5" in cells[-1]] == [True, True, True]
    assert "単位：%" in page.locator("table.years caption").inner_text()


def test_a_comparison_is_sorted_by_keyboard(page: Page, folder: Path) -> None:
    page.goto((folder / f"{COMPARISON}.html").as_uri())

    def order() -> list[str]:
        return [one.split("\n")[0] for one in page.locator("tbody th").all_inner_texts()]

    assert order() == ["下野市", "八王子市"]
    page.get_by_role("button", name="最新の実績").focus()
    page.keyboard.press("Enter")
    assert order() == ["下野市", "八王子市"]
    assert page.locator("th[aria-sort=descending]").count() == 1
    page.keyboard.press("Enter")
    assert order() == ["八王子市", "下野市"]
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("最新の実績")
    page.get_by_role("button", name="判定").click()
    assert page.locator("tbody td.judged").all_inner_texts() == ["順調", "後退"]
    page.get_by_role("button", name="判定").click()
    assert page.locator("tbody td.judged").all_inner_texts() == ["後退", "順調"]


def test_the_overview_is_filtered(
    page: Page, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is for many municipalities: prefectures folded, opened by what is sought."""
    monkeypatch.setattr("opendata.catalogue.pages.progress.ROOM", 0)
    pages = catalogue.build([current()], publisher=PUBLISHER)
    for name in ("site.css", "plans.css", "plans.js", "icon.svg"):
        tmp_path.joinpath(name).write_bytes(pages.files[name])
    made = {one.folder: one for one in pages.sections}
    shown = {**pages.files, **made["progress/09"].render()}
    for path in ("progress/09/index.html", "progress/index.html"):
        tmp_path.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
        tmp_path.joinpath(path).write_bytes(shown[path])
        page.goto((tmp_path / path).as_uri())
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        result = Axe().run(page, options=ASKED)
        assert result.violations_count == 0, result.generate_report()
    page.reload()
    field = page.get_by_label("自治体や計画の名前でしぼる")
    field.fill(f"東京都 {FAR[:4]}")
    assert page.locator("details.group:not([hidden])").count() == 1
    assert page.locator("tr[data-name]:visible").count() == 1
    assert page.locator("output").inner_text() == "1件あります"
    field.fill("どこにもない町")
    assert page.locator("output").inner_text() == "あてはまるものはありません"
    field.fill("")
    assert page.locator("details.group:not([hidden])").count() == 2


def test_without_a_script_everything_is_there(browser: Browser, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    for path, said in ((COMPARISON, "下野市"), ("progress/index", "第2期情報化計画")):
        opened.goto((folder / f"{path}.html").as_uri())
        assert opened.get_by_role("link", name=said).first.is_visible()
        assert opened.locator(".with-script:visible").count() == 0
    context.close()


def test_paper_shows_picture_and_tree(page: Page, folder: Path) -> None:
    page.emulate_media(media="print")
    for path, part in ((UP, ".chart .mark[x]"), (f"places/{NEAR}/plans/{PLAN}", ".indicator")):
        page.goto((folder / f"{path}.html").as_uri())
        box = page.locator(part).first.bounding_box()
        assert box is not None
        assert box["height"] > 0


@pytest.mark.parametrize(
    ("query", "first", "leads"),
    [
        ("電子申請の割合 八王子", "電子申請の割合", f"places/{FAR}/indicators/far.html"),
        ("092169 電子申請 割合", "電子申請の割合", f"places/{NEAR}/indicators/up.html"),
        ("電子申請の割合", "電子申請の割合", f"{COMPARISON}.html"),
        ("便利なまち", "便利なまち", f"places/{NEAR}/plans/{PLAN}.html#n-g1"),
    ],
)
def test_what_several_have_is_found_beside_the_name_of_one(
    page: Page, folder: Path, query: str, first: str, leads: str
) -> None:
    page.goto(f"{(folder / 'search/index.html').as_uri()}?q={query}")
    found = page.locator(".found a").first
    found.wait_for()
    assert found.inner_text() == first
    assert str(found.get_attribute("href")) == f"../{leads}"


@pytest.mark.parametrize("query", ["%25", '"', "。、"])
def test_signs_alone_are_said_to_find_nothing(page: Page, folder: Path, query: str) -> None:
    page.goto(f"{(folder / 'search/index.html').as_uri()}?q={query}")
    page.get_by_text("記号だけではさがせません").wait_for()
