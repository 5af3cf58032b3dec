"""Nights on which little or nothing changed: what they read, and what they must not miss."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opendata.errors import StoreError
from opendata.pipeline import Summary, guard, inbox, load_settings, publication, run_pass
from opendata.pipeline.archive import Archive
from opendata.pipeline.guard import Worker
from opendata.store import FolderStore
from tests.builders import INBOX, SAGAMIHARA, edited

LATER = timedelta(minutes=1)
POINTER = "datasets/municipal-plans/datapackage.json"


class House:
    """An inbox with one plan, looked at a minute after everything was written."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "inbox" / SAGAMIHARA

    def run(self, ahead: timedelta = LATER, **more: Any) -> Summary:
        stores = {name: str(self.root / name) for name in ("workspace", "public")}
        settings = load_settings(**{"inbox": self.root / "inbox", "workers": 1, **stores, **more})
        return run_pass(settings, now=datetime.now(UTC) + ahead)

    @property
    def public(self) -> FolderStore:
        return FolderStore(self.root / "public")


@pytest.fixture
def house(tmp_path: Path, lasting: Worker, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(guard, "Worker", lambda log: lasting)
    made = House(tmp_path)
    made.file.parent.mkdir(parents=True)
    shutil.copyfile(INBOX / SAGAMIHARA, made.file)
    assert made.run().releases
    return made


def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The places of all files that are read for their hash from now on."""
    found: list[str] = []
    sha256 = inbox.Submission.sha256

    def noted(one: inbox.Submission) -> str:
        found.append(one.place)
        return sha256(one)

    monkeypatch.setattr(inbox.Submission, "sha256", noted)
    return found


def test_an_unchanged_night_reads_no_file_no_dataset_and_builds_no_page(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Archive, "dataset", never)
    monkeypatch.setattr(publication, "refresh", never)
    read = hashed(monkeypatch)
    state = (house.root / "workspace/state.json").read_bytes()
    summary = house.run()
    assert not summary.has_news
    assert [one.status for one in summary.submissions] == ["unchanged"]
    assert read == []
    assert (house.root / "workspace/state.json").read_bytes() == state


AT_REST = {
    *("boto3", "duckdb", "jinja2", "numpy", "openpyxl", "pandas", "pyarrow", "rich", "smtplib"),
    *("opendata.extract", "opendata.catalogue.build", "opendata.package.folder"),
    *("opendata.pipeline.closing", "opendata.pipeline.examination", "opendata.pipeline.mail"),
    *("opendata.release.build", "opendata.review.page", "opendata.validate.validation"),
    *("opendata.store.s3", "opendata.workbook.reading", "python_calamine", "xlsxwriter"),
}
LOADED = """
import sys
from opendata.cli import main
sys.argv = sys.argv[1:]
try:
    main()
finally:
    sys.stderr.write(" ".join(sys.modules))
"""


def test_an_unchanged_night_loads_nothing_that_reads_checks_or_publishes(house: House) -> None:
    """What is loaded is most of what such a night costs."""
    command = ["opendata", "run", "--json", "--inbox", str(house.root / "inbox")]
    for store in ("workspace", "public"):
        command += [f"--{store}", str(house.root / store)]
    told = subprocess.run(
        [sys.executable, "-c", LOADED, *command], capture_output=True, text=True, check=True
    )
    (one,) = json.loads(told.stdout)["submissions"]
    assert one["status"] == "unchanged"
    loaded = set(told.stderr.split())
    assert {"opendata.pipeline.conclusion", "opendata.store.led"} <= loaded
    assert loaded & AT_REST == set()


def test_other_content_of_the_same_size_and_time_is_seen(house: House) -> None:
    before = house.file.stat()
    content = house.file.read_bytes()
    other = bytearray(edited(content, "成果指標", G11=91))
    # A comment at the end of a zip file may hold anything: it makes up for the size.
    padding = len(content) - len(other)
    if padding < 0:
        pytest.fail("the edited file is larger than the original")
    other[-2:] = padding.to_bytes(2, "little")
    house.file.write_bytes(bytes(other) + b" " * padding)
    os.utime(house.file, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = house.file.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)

    (published,) = house.run().releases
    assert published.version == "1.0.1"


def test_what_was_written_just_before_it_was_looked_at_is_read_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.file.write_bytes(edited(house.file.read_bytes(), "成果指標", G11=91))
    assert house.run(ahead=timedelta()).releases
    read = hashed(monkeypatch)
    assert not house.run().has_news
    assert read == [SAGAMIHARA]


def test_a_pass_that_dies_before_readers_are_led_leaves_that_to_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = house.public.read(POINTER)
    house.file.write_bytes(edited(house.file.read_bytes(), "成果指標", G11=91))

    def broken(*_: object) -> None:
        raise StoreError("store-error", path="", reason="full")

    with monkeypatch.context() as patch:
        patch.setattr(publication, "refresh", broken)
        with pytest.raises(StoreError):
            house.run()
    assert house.public.read(POINTER) == before
    assert not house.run().releases
    assert b'"version": "1.0.1"' in (house.public.read(POINTER) or b"")


@pytest.mark.parametrize(
    "lost", [POINTER, "index.html", "datasets/municipal-plans/latest/plans.csv"]
)
def test_what_readers_follow_is_written_again_where_it_is_gone(house: House, lost: str) -> None:
    before = house.public.read(lost)
    house.public.delete(lost)
    assert not house.run().has_news
    assert house.public.read(lost) == before


def test_a_pointer_that_was_changed_is_written_again(house: House) -> None:
    before = house.public.read(POINTER)
    house.public.replace(POINTER, b"{}")
    house.run()
    assert house.public.read(POINTER) == before


def test_another_publisher_is_news(house: House) -> None:
    (published,) = house.run(publisher={"name": "例示市"}).releases
    assert published.version == "1.0.1"
    assert not house.run(publisher={"name": "例示市"}).has_news


def test_another_name_of_a_municipality_is_shown_on_the_pages(house: House) -> None:
    before = house.public.read("index.html")
    house.run(municipalities={"141500": "例示市"})
    assert house.public.read("index.html") != before


def test_a_copy_of_the_inbox_is_read_and_is_no_news(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = house.root / "copy"
    shutil.copytree(house.root / "inbox", copy)
    read = hashed(monkeypatch)
    assert not house.run(inbox=copy).has_news
    assert read == [SAGAMIHARA]


def test_the_stamp_tells_files_apart() -> None:
    numbers = ((1, 2, 3, 4), (9, 2, 3, 4), (1, 9, 3, 4), (1, 2, 9, 4), (1, 2, 3, 9))
    assert len({inbox.Submission("a", "/a", *four).stamp for four in numbers}) == len(numbers)
