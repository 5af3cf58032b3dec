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

from playwright.sync_api import sync_playwright

from opendata import catalogue
from opendata.pipeline import load_settings, run_pass
from tests.plan_samples import FAR, NEAR, PLAN, current
from tests.release_samples import PUBLISHER

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
INBOX = ROOT / "datapackages" / "municipal-plans" / "examples" / "inbox"
PLACE = "municipal-plans/132012/八王子市DX推進計画_取組一覧.xlsx"
PAGES = {
    "site.png": ("site/index.html", "ja", 1000, 1320, 0),
    "site-phone.png": ("site/index.html", "ja", 390, 1040, 0),
    "dataset.png": ("site/datasets/municipal-plans/index.html", "ja", 1000, 1180, 0),
    "plan.png": (f"site/places/{NEAR}/plans/{PLAN}.html", "ja", 1000, 1400, 0),
    "indicator.png": (f"site/places/{NEAR}/indicators/up.html", "ja", 1000, 1340, 0),
    "overview.png": ("workspace/reviews/index.html", "ja", 1180, 1060, 0),
    "review.png": (f"workspace/reviews/{PLACE}/report.html", "ja", 900, 1240, 0),
    "review-en.png": (f"workspace/reviews/{PLACE}/report.html", "en", 900, 1180, 0),
    "review-phone.png": (f"workspace/reviews/{PLACE}/report.html", "ja", 390, 1130, 960),
}
"""Of a page: its language, the width and the height in pixels, and how far it is scrolled."""

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
        build_site(desk / "site")
        review = desk / "workspace" / "reviews" / PLACE
        photograph(desk)
        print_out(review / (Path(PLACE).stem + ".checked.xlsx"), desk)


def build_site(folder: Path) -> None:
    """The site of a city that does not exist."""
    places = {NEAR: PUBLISHER.name, FAR: "見本市"}
    pages = catalogue.build([current()], publisher=PUBLISHER, places=places)
    made = [pages.files, *(one.render() for one in pages.sections)]
    for path, content in (item for files in made for item in files.items()):
        folder.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
        folder.joinpath(path).write_bytes(content)


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
        browser.close()


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
