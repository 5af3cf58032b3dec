from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from opendata.pipeline.spool import Spool


def test_what_is_kept_is_what_was_given() -> None:
    spool = Spool()
    given = [
        {f"{one}-{name}": os.urandom(one * 1000 + name) for name in range(3)} for one in range(20)
    ]
    with ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(spool.keep, given))
    assert [dict(one) for one in kept] == given
    assert dict(kept[0]) == given[0], "a second time as well"
    assert dict(spool.keep({})) == {}


def test_nothing_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = Spool()
    kept = spool.keep({"report.html": b"x" * 100_000})
    assert list(tmp_path.iterdir()) == []
    assert len(kept["report.html"]) == 100_000
