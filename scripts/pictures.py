"""Take the pictures that the documentation shows: of a city's site (its figures are invented), of
the lists of reviews, and of the review of the refused example.

`make pictures`. Needs Chromium, LibreOffice and poppler (Debian: chromium, libreoffice-calc-nogui,
poppler-utils, fonts-noto-cjk).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import example_plan
from playwright.sync_api import Browser, sync_playwright

from opendata.pipeline import load_settings, run_pass

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
INBOX = ROOT / "datapackages" / "municipal-plans" / "examples" / "inbox"
PLACE = "municipal-plans/132012/八王子市DX推進計画_取組一覧.xlsx"
PAGES = {
    "site.png": ("city/public/index.html", "ja", 1000, 1080, 0),
    "site-phone.png": ("city/public/index.html", "ja", 390, 1040, 0),
    "dataset.png": ("city/public/datasets/municipal-plans/index.html", "ja", 1000, 1180, 0),
    "overview.png": ("workspace/reviews/index.html", "ja", 1180, 1060, 0),
    "review.png": (f"workspace/reviews/{PLACE}/report.html", "ja", 900, 1240, 0),
    "review-en.png": (f"workspace/reviews/{PLACE}/report.html", "en", 900, 1180, 0),
    "review-phone.png": (f"workspace/reviews/{PLACE}/report.html", "ja", 390, 1130, 960),
}
"""Of a page: its language, the width and the height in pixels, and how far it is scrolled."""

CITY = {
    "plan.png": ("plans", example_plan.TITLE, "light", 1080, 1320),
    "indicator.png": ("indicators", "オンライン申請の割合", "light", 1080, 1360),
    "indicator-phone.png": ("indicators", "窓口での待ち時間", "dark", 390, 1360),
}
"""Of the invented city's pages: the folder, the heading, the colours, width and height (pixels)."""

PAPER = {
    "checked-results.png": (1, 140, 60, 68, 1240, 140),
    "checked.png": (2, 80, 25, 45, 610, 360),
}
"""Of the marked workbook on paper: the page, dots per inch, and of it left, top, width, height."""

SCALE = 0.75
"""How much smaller the page is pictured than it is."""


def main() -> None:
    for tool in ("chromium", "soffice", "pdftoppm"):
        if shutil.which(tool) is None:
            sys.exit(f"not installed: {tool}")
    with tempfile.TemporaryDirectory() as folder:
        desk = Path(folder)
        stores = {name: str(desk / name) for name in ("workspace", "public")}
        run_pass(load_settings(inbox=INBOX, **stores))
        publish_city(desk / "city")
        review = desk / "workspace" / "reviews" / PLACE
        photograph(desk)
        print_out(review / (Path(PLACE).stem + ".checked.xlsx"), desk)


def publish_city(desk: Path) -> None:
    """The site of a city that does not exist."""
    inbox = desk / "inbox" / "municipal-plans" / example_plan.CODE
    inbox.mkdir(parents=True)
    stores = {name: str(desk / name) for name in ("inbox", "workspace", "public")}
    publisher = {"name": example_plan.NAME, "code": example_plan.CODE}
    settings = load_settings(**stores, publisher=publisher)
    example_plan.write(settings, inbox / "計画.xlsx")
    run_pass(settings)


def photograph(desk: Path) -> None:
    """The pages in a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, (page, language, width, height, top) in PAGES.items():
            sheet = browser.new_page(
                viewport={"width": width, "height": height}, device_scale_factor=SCALE
            )
            sheet.goto(f"{(desk / page).as_uri()}#{language}")
            sheet.evaluate(f"scrollTo(0, {top})")
            sheet.screenshot(path=IMAGES / name)
        photograph_city(browser, desk / "city" / "public" / "places" / example_plan.CODE)
        browser.close()


def photograph_city(browser: Browser, home: Path) -> None:
    """The pages of the city's plan and its indicators, which are known by their headings."""
    for name, (folder, heading, scheme, width, height) in CITY.items():
        page = next(one for one in (home / folder).iterdir() if is_headed(one, heading))
        sheet = browser.new_page(
            viewport={"width": width, "height": height},
            device_scale_factor=SCALE,
            color_scheme="dark" if scheme == "dark" else "light",
        )
        sheet.goto(page.as_uri())
        sheet.screenshot(path=IMAGES / name)


def is_headed(page: Path, heading: str) -> bool:
    """Whether a page is the Japanese one with that heading."""
    return f"<h1>{heading}</h1>" in page.read_text(encoding="utf-8")


def print_out(book: Path, desk: Path) -> None:
    """The workbook on paper, as LibreOffice prints it."""
    profile = f"-env:UserInstallation={(desk / 'profile').as_uri()}"
    run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", desk, book)
    for name, (page, dots, left, top, width, height) in PAPER.items():
        area = ["-x", left, "-y", top, "-W", width, "-H", height]
        kind = ["-png", "-singlefile", "-r", dots, "-f", page, "-l", page]
        run("pdftoppm", *kind, *area, desk / f"{book.stem}.pdf", IMAGES / Path(name).stem)


def run(tool: str, *words: object) -> None:
    """Run a program, and keep what it says to itself unless it fails."""
    known = shutil.which(tool) or tool
    subprocess.run([known, *map(str, words)], check=True, capture_output=True)  # noqa: S603


if __name__ == "__main__":
    main()
