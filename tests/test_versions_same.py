"""The same inputs make the same releases: on another day, in another process, however many work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import DX, INBOX, SAGAMIHARA, edited

PASSES = """
import sys
from datetime import datetime
from pathlib import Path

from opendata.pipeline import load_settings, run_pass

root, inboxes, workers, *days = sys.argv[1:]
for inbox, day in zip(sorted(Path(inboxes).iterdir()), days, strict=True):
    settings = load_settings(
        inbox=inbox, workspace=f"{root}/workspace", public=f"{root}/public", workers=int(workers)
    )
    run_pass(settings, now=datetime.fromisoformat(day))
"""

PROCESSES = {
    "one": (
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"},
        ("1", "2026-11-20T02:00:00+00:00", "2026-11-21T02:00:00+00:00"),
    ),
    "another": (
        {"PYTHONHASHSEED": "4711", "TZ": "America/Los_Angeles", "LC_ALL": "C", "LANG": "C"},
        # The clock is years off, and goes backwards between the passes.
        ("3", "2031-03-31T23:59:59+09:00", "1999-12-31T00:00:00-08:00"),
    ),
}


def inboxes(root: Path) -> Path:
    """What departments have put there on two days."""
    first, second = root / "1", root / "2"
    shutil.copytree(INBOX, first)
    shutil.copytree(INBOX, second)
    second.joinpath(DX).write_bytes(edited((INBOX / DX).read_bytes(), E4="令和７年度（2025年度）"))
    corrected = edited((INBOX / SAGAMIHARA).read_bytes(), "成果指標", E6=33.5)
    second.joinpath(SAGAMIHARA).write_bytes(corrected)
    return root


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """By process, every file of its versions."""
    root = tmp_path_factory.mktemp("same")
    # Saved once: a workbook that is saved again carries another time, and is another file.
    original = inboxes(root / "inboxes")
    copied = root / "copies"
    for one in sorted(original.rglob("*.xlsx"), reverse=True):
        place = copied / one.relative_to(original)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(one, place)
        os.utime(place, (1e9, 1e9))
    found = {}
    for name, (environment, arguments) in PROCESSES.items():
        inbox = copied if name == "another" else original
        subprocess.run(
            [sys.executable, "-c", PASSES, root / name, inbox, *arguments],
            check=True,
            env={**os.environ, **environment},
        )
        public = root / name / "public"
        found[name] = {
            path.relative_to(public).as_posix(): path.read_bytes()
            for path in public.glob("datasets/*/[0-9]*/*")
        }
    return found


def test_every_file_of_every_version_has_the_same_bytes(
    made: dict[str, dict[str, bytes]],
) -> None:
    one, another = made["one"], made["another"]
    assert one.keys() == another.keys()
    assert {path for path in one if one[path] != another[path]} == set()
    versions = {path.split("/")[2] for path in one}
    assert len(versions) == 2
    names = {path.rpartition("/")[2] for path in one}
    assert {"datapackage.json", "lineage.parquet", "municipal-plans.xlsx", "SHA256SUMS"} <= names


def test_no_file_of_a_version_knows_the_day(made: dict[str, dict[str, bytes]]) -> None:
    for path, content in made["one"].items():
        assert b"2026-11-2" not in content, path
