"""Worker processes and what they are told."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pyarrow as pa
import pytest

from opendata.pipeline import guard
from opendata.pipeline.guard import Worker
from opendata.pipeline.jobs import Job, send
from opendata.pipeline.submission import Received
from opendata.workbook import Limits
from tests.builders import INBOX, PACKAGE, SAGAMIHARA, codes, edited

CONTENT = (INBOX / SAGAMIHARA).read_bytes()


def job(content: bytes, last: dict[str, pa.Table] | None) -> Job:
    received = Received(
        place=SAGAMIHARA,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        package="municipal-plans",
        municipality_code="141500",
        received=datetime(2026, 4, 1, tzinfo=UTC),
    )
    return Job(received, PACKAGE, last, Limits())


def test_the_last_release_is_sent_once_and_known_to_every_job_that_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []

    def noted(stream: IO[bytes], message: object) -> None:
        if isinstance(message, Job):
            sent.append(message.last)
        send(stream, message)

    monkeypatch.setattr(guard, "send", noted)
    worker = Worker(tmp_path / "worker.log")
    try:
        dataset = worker.examine(job(CONTENT, {})).dataset
        assert dataset is not None
        last = dict(dataset.tables)
        renamed = edited(CONTENT, "成果指標", C6="情報を手軽に取得できると感じる人の割合")
        told = [codes(worker.examine(job(renamed, last)).problems) for _ in range(2)]
        assert told[0] == told[1]
        assert "indicator-renamed" in told[0]
        worker.end()  # its successor has to be told again
        assert codes(worker.examine(job(renamed, last)).problems) == told[0]
        assert "indicator-renamed" not in codes(worker.examine(job(renamed, {})).problems)
    finally:
        worker.end()
    assert [one if one is None else sorted(one) for one in sent] == [
        [],
        sorted(last),
        None,
        sorted(last),
        [],
    ]
