"""The start page as a reader meets it: in a browser, on a phone, in the dark, on paper."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.release_samples import libraries, municipal_plans, plans, released, sample
from tests.test_catalogue import publish_site


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base names it
        """Say nothing of each request."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A public folder with two packages."""
    root = tmp_path_factory.mktemp("site")
    package, other = municipal_plans(), libraries(root / "contract")
    public = publish_site(root, released(package, plans(package)), released(other, sample(other)))
    return public.root


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    """The folder over HTTP, as readers meet it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(
    params=[(1280, "light"), (390, "light"), (1280, "dark"), (320, "dark")],
    ids=lambda param: f"{param[0]}-{param[1]}",
)
def page(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = context.new_page()
    requested: list[str] = []
    said: list[str] = []
    opened.on("request", lambda one: requested.append(one.url))
    opened.on("console", lambda one: said.append(one.text))
    opened.goto(site)
    opened.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    yield opened
    assert [url for url in requested if not url.startswith(site)] == []
    assert said == []
    context.close()


def test_axe_finds_nothing(page: Page) -> None:
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()


def test_nothing_leaves_the_window_sideways(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_downloads_plans_and_pictures_are_visible(page: Page) -> None:
    assert page.get_by_role("link", name="CSV").first.is_visible()
    assert page.get_by_role("img", name="電子申請の割合").is_visible()
    assert page.get_by_text("値なし").first.is_visible()
    bar = page.locator(".bar").first.bounding_box()
    assert bar is not None
    assert bar["width"] > 20
    assert bar["height"] > 10


def test_the_keyboard_reaches_the_content(browser: Browser, site: str) -> None:
    opened = browser.new_page()
    opened.goto(site)
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.textContent") == "本文へ移動"
    opened.keyboard.press("Enter")
    assert opened.evaluate("location.hash") == "#main"
    opened.close()


def test_paper_shows_what_is_folded(browser: Browser, site: str) -> None:
    opened = browser.new_page()
    opened.goto(site)
    opened.emulate_media(media="print")
    box = opened.locator(".tree").first.bounding_box()
    assert box is not None
    assert box["height"] > 0
    opened.close()


def test_the_page_is_light(folder: Path) -> None:
    assert sum(folder.joinpath(name).stat().st_size for name in ("index.html", "site.css")) < 60_000
