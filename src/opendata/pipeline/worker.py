"""A process of its own for opening files that nobody has vetted.

Run as `python -m opendata.pipeline.worker`. It reads jobs from its standard input and writes
answers to its standard output, both pickled behind their length; its memory is limited by the
system. What it was given to read may stop it or take it down: `guard` then ends it and says so.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pyarrow as pa

from opendata.errors import OpendataError, UnreadableWorkbook
from opendata.package import Package, load
from opendata.pipeline.jobs import Job, receive, send
from opendata.pipeline.memory import limit_memory
from opendata.pipeline.submission import Outcome, examine_submission


@cache
def _package(folder: Path) -> Package:
    return load(folder)


def _work(job: Job, last: Mapping[str, pa.Table]) -> Outcome | OpendataError:
    """The verdict on a file, or why there is none."""
    package = _package(job.package) if job.package else None
    try:
        return examine_submission(job.received, package, last, job.limits)
    except OpendataError as error:
        return error
    except MemoryError:
        megabytes = job.limits.memory_bytes // 2**20
        return UnreadableWorkbook(
            "too-costly", memory=f"{megabytes} MB", seconds=f"{job.limits.seconds:g}"
        )
    except Exception as error:  # noqa: BLE001 - the pass goes on, whatever a file does
        # The error's message may hold what stands in a cell: only its kind and place are kept.
        frames = "".join(traceback.format_tb(error.__traceback__))
        sys.stderr.write(f"{job.received.sha256} {type(error).__name__}\n{frames}\n")
        return OpendataError("unexpected-error", reference=job.received.sha256[:12])


def main() -> None:
    """Answer jobs until the input ends."""
    jobs = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limited = False
    last: Mapping[str, pa.Table] = {}
    while True:
        try:
            job = receive(jobs)
        except EOFError:
            return
        if not isinstance(job, Job):
            return
        if not limited:
            limit_memory(job.limits.memory_bytes)
            limited = True
        last = last if job.last is None else job.last
        send(answers, _work(job, last))


if __name__ == "__main__":
    main()
