"""The help pages are those of the catalogue and the packages' rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from opendata.errors import messages
from opendata.package import available, load
from opendata.review.help import INDEX, pages, repaired, write

ROOT = Path(__file__).parents[1]
PACKAGES = ROOT / "datapackages"


def test_the_pages_in_docs_are_up_to_date(tmp_path: Path) -> None:
    folder = ROOT / "docs" / "problems"
    there = {one.name: one.read_text(encoding="utf-8") for one in folder.glob("*.md")}
    assert there == pages(PACKAGES), (
        "run: python -m opendata.review.help docs/problems datapackages"
    )


def test_every_code_has_its_page_and_its_line() -> None:
    made = pages(PACKAGES)
    rules = {rule.code for name in available(PACKAGES) for rule in load(PACKAGES / name).rules}
    codes = {*messages(), *rules}

    assert set(made) == {f"{code}.md" for code in codes} | {INDEX}
    assert all(f"({code}.md)" in made[INDEX] for code in codes)


def test_pages_of_codes_that_are_gone_are_removed(tmp_path: Path) -> None:
    tmp_path.joinpath("long-gone.md").write_text("old", encoding="utf-8")
    write(tmp_path, PACKAGES)
    assert {one.name for one in tmp_path.iterdir()} == set(pages(PACKAGES))


def test_every_code_has_an_example_before_and_after() -> None:
    """In both languages; none is left of a code that is gone, or of one that its message shows."""
    made = pages(PACKAGES)
    for name, page in made.items():
        if name != INDEX:
            rows = re.findall(r"(?m)^\| --- \| --- \|\n\| (.+) \| (.+) \|$", page)
            assert len(rows) == 2 and all(before != after for before, after in rows), name
    source = ROOT / "src" / "opendata" / "errors" / "examples.yaml"
    examples = yaml.safe_load(source.read_text(encoding="utf-8"))
    assert {len(one) for one in examples.values()} == {2, 4}
    assert {f"{code}.md" for code in examples} <= set(made)


def test_a_code_without_an_example_is_told() -> None:
    with pytest.raises(KeyError, match="no-such-code"):
        repaired("no-such-code", {})
