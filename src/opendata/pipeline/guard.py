"""Running workers: as many as there are cores, each ended when a file takes it too long or down."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import IO

import pyarrow as pa

from opendata.errors import OpendataError, PackageError, Place, UnreadableWorkbook, problem
from opendata.pipeline.jobs import Job, receive, send
from opendata.pipeline.submission import Outcome, refuse_unopened

Examine = Callable[[Sequence[Callable[[], Job | Outcome]]], Iterator[Outcome]]
"""Takes what makes jobs, gives their verdicts in the same order."""


class Worker:
    """One worker process, started when first needed and again after it was ended."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._told: Mapping[str, pa.Table] | None = None
        """The last release's tables as the process knows them."""

    def examine(self, job: Job) -> Outcome:
        """The verdict on one file. Raises PackageError where the package itself is broken.

        A layout is drafted only once the verdict stands, within limits of its own: what drafting
        costs must not cost the file its verdict.
        """
        plain = job.with_(drafting="never")
        outcome = self._examine(plain)
        if job.received.drafting == "never" or not outcome.has_no_layout:
            return outcome
        answer = self._answer(job)
        if isinstance(answer, Outcome):
            return answer
        undrafted = problem("undrafted-layout", Place())
        return self._examine(plain.with_(problems=(*job.received.problems, undrafted)))

    def _examine(self, job: Job) -> Outcome:
        answer = self._answer(job)
        if isinstance(answer, PackageError):
            raise answer
        return answer if isinstance(answer, Outcome) else refuse_unopened(job.received, answer)

    def _answer(self, job: Job) -> Outcome | OpendataError:
        """What the worker says, or why it says nothing."""
        process = self._started()
        if process.stdin is None or process.stdout is None:
            return self._silent(job, process)
        timer = threading.Timer(job.limits.seconds, process.kill)
        try:
            send(process.stdin, replace(job, last=None) if job.last is self._told else job)
            self._told = job.last
            timer.start()
            answer = receive(process.stdout)
        except (EOFError, OSError):
            return self._silent(job, process)
        finally:
            timer.cancel()
        if isinstance(answer, (Outcome, OpendataError)):
            return answer
        return self._silent(job, process)

    def _silent(self, job: Job, process: subprocess.Popen[bytes]) -> OpendataError:
        """A worker that was killed had too much to do; one that stopped is our own mistake."""
        self.end()
        if (process.returncode or 0) < 0:
            megabytes = job.limits.memory_bytes // 2**20
            return UnreadableWorkbook(
                "too-costly", memory=f"{megabytes} MB", seconds=f"{job.limits.seconds:g}"
            )
        return OpendataError("unexpected-error", reference=job.received.sha256[:12])

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.end()  # it died between two jobs
        if self._process is None:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "opendata.pipeline.worker"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    start_new_session=True,
                    env={**os.environ, "OMP_NUM_THREADS": "1", "ARROW_IO_THREADS": "1"},
                )
        return self._process

    def kill(self) -> None:
        """Stop the process at once, whatever it is doing."""
        if self._process is not None:
            self._process.kill()

    def end(self) -> None:
        """End the process; the next job starts a new one."""
        process, self._process, self._told = self._process, None, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:
        return


@contextmanager
def workers(count: int, log: Path) -> Iterator[Examine]:
    """Workers that examine jobs side by side; jobs are made when a worker is free to take them.

    What is made may be a verdict already. A worker's process is started by its first job.
    """
    idle: SimpleQueue[Worker] = SimpleQueue()
    started = [Worker(log) for _ in range(count)]
    for worker in started:
        idle.put(worker)

    def one(make: Callable[[], Job | Outcome]) -> Outcome:
        worker = idle.get()
        try:
            made = make()
            return made if isinstance(made, Outcome) else worker.examine(made)
        finally:
            idle.put(worker)

    with ThreadPoolExecutor(count) as threads:
        try:
            yield lambda jobs: threads.map(one, jobs)
        except BaseException:
            for worker in started:
                worker.kill()
            raise
        finally:
            threads.shutdown(wait=True, cancel_futures=True)
            for worker in started:
                worker.end()
