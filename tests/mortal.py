"""Passes that die. A program of its own (`python -m tests.mortal`): a thread of the tests must not
be forked. Every order, a line of JSON, is a pass in a fresh child; the answer says how it ended.

    {"settings": {…}, "now": "2026-…", "fatal": 17}      killed before its 17th effect
    {"settings": {…}, "now": "2026-…", "seconds": 0.8}   killed after that time, wherever it is
    {"settings": {…}, "now": "2026-…", "refusing": [17, 28]}
                                                          no writing succeeds from its 17th effect
                                                          on; the system's error is 28 (disk full)
    {"settings": {…}, "now": "2026-…"}                   left alone
    {"race": [{"settings": {…}, "now": "2026-…", "files": [[from, to], …]}, …]}
                                                          as many children at once; each moves its
                                                          files into the inbox, and makes a pass
                                                          after each

An effect is whatever a pass does to its stores: opening a file to write, fsync, rename, link,
remove, making and removing folders; every call to S3 that is no reading. What a pass leaves after
an effect is what it leaves before the next one. A file killed before its fsync is cut in half, as
a crash may leave it; nothing is really synced, for who is killed loses nothing that was written.
Files are examined in the pass's own process: starting workers takes longer than all the rest, and
they write to no store.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb  # noqa: F401 - what passes load late is loaded once, before children are forked
import pandas as pd  # noqa: F401
import pyarrow as pa
import pyarrow.dataset
import xlsxwriter  # noqa: F401
from botocore.client import BaseClient

import opendata.store.s3  # noqa: F401
from opendata.errors import OpendataError
from opendata.package import load
from opendata.pipeline import contracts, guard, load_settings, packages, run_pass, worker
from opendata.pipeline.jobs import Job
from opendata.pipeline.submission import Outcome

_CHANGES = ("os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir")
_GROWING = ("open", "fsync", "mkdir", "link", "rename")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_READING = ("Get", "Head", "List")


class Effects:
    """Counts and names the effects of this process, and kills it before the fatal one."""

    def __init__(self, roots: tuple[str, ...], order: Mapping[str, Any]) -> None:
        self.roots, self.fatal = roots, order.get("fatal")
        self.refusing, self.error = order.get("refusing", (None, 0))
        self.names: list[str] = []
        self.counting = threading.Lock()

    def happens(self, kind: str, place: str, last_words: Callable[[], None] | None = None) -> None:
        with self.counting:  # pages are written to S3 several at once
            self.names.append(f"{kind} {place}")
            if len(self.names) == self.fatal:
                if last_words is not None:
                    last_words()
                os.kill(os.getpid(), signal.SIGKILL)
        if self.refusing and len(self.names) >= self.refusing and kind in _GROWING:
            raise OSError(self.error, os.strerror(self.error), place)

    def watch(self) -> None:
        """From now on, see what happens to folders and on S3."""
        call = BaseClient._make_api_call

        def fsync(handle: Any) -> None:
            place = str(Path(f"/proc/self/fd/{handle}").readlink())
            if place.startswith(self.roots):
                self.happens("fsync", place, lambda: _cut(handle))

        def make_api_call(client: Any, operation: str, arguments: Mapping[str, Any]) -> Any:
            if not operation.startswith(_READING):
                place = f"s3://{arguments['Bucket']}/{arguments.get('Key', '')}"
                self.happens(operation, place)
            return call(client, operation, arguments)

        os.fsync = fsync  # type: ignore[assignment]
        BaseClient._make_api_call = make_api_call
        sys.addaudithook(self._audited)

    def _audited(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CHANGES or (event == "open" and arguments[2] & _WRITING):
            with suppress(TypeError):  # an open file has a number for a name
                place = os.fsdecode(arguments[0])
                if place.startswith(self.roots):
                    self.happens(event.removeprefix("os."), place)


def _cut(handle: int) -> None:
    with suppress(OSError):  # a folder
        os.ftruncate(handle, os.fstat(handle).st_size // 2)


class Inside(guard.Worker):
    """A worker that is no process of its own."""

    def _answer(self, job: Job) -> Outcome | OpendataError:
        if job.last is not None:
            self._told = job.last
        last: Mapping[str, pa.Table] = self._told or {}
        return worker._work(job, last)


def live(order: Mapping[str, Any]) -> dict[str, Any]:
    """One pass, or one after each file that is dropped, in this process."""
    settings = load_settings(**order["settings"])
    stores = (settings.workspace, settings.public)
    effects = Effects(tuple(f"{Path(one).absolute()}" for one in stores), order)
    effects.watch()
    try:
        for drop in order.get("files", [None]):
            if drop is not None:
                Path(drop[0]).rename(drop[1])
            run_pass(settings, now=datetime.fromisoformat(order["now"]))
    except OpendataError as error:
        return {"error": error.code, "says": str(error), "effects": effects.names}
    except Exception:  # noqa: BLE001 - for the test to show
        return {"error": traceback.format_exc(), "effects": effects.names}
    return {"error": None, "effects": effects.names}


class Child:
    """A process that obeys one order."""

    def __init__(self, order: Mapping[str, Any]) -> None:
        self.begun = time.monotonic()
        self.answers, answer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.answers)
            told = json.dumps(live(order)).encode()
            with os.fdopen(answer, "wb") as out:
                out.write(told)
            os._exit(0)
        os.close(answer)

    def ended(self) -> dict[str, Any]:
        """What it told. `killed` says whether it was, `seconds` how long it took."""
        with os.fdopen(self.answers, "rb") as out:
            told = out.read()
        _, status = os.waitpid(self.pid, 0)
        result = {"killed": os.WIFSIGNALED(status), "seconds": time.monotonic() - self.begun}
        # Told in time, it had ended before it was killed.
        return result if result["killed"] else {**result, **json.loads(told)}


def obey(order: Mapping[str, Any]) -> Any:
    """What the child told, or the children."""
    if "race" in order:
        return [one.ended() for one in [Child(mine) for mine in order["race"]]]
    child = Child(order)
    if "seconds" in order:
        time.sleep(order["seconds"])
        os.kill(child.pid, signal.SIGKILL)
    return child.ended()


if __name__ == "__main__":
    guard.Worker = Inside  # type: ignore[misc]
    contracts.load = worker._package = cache(load)  # type: ignore[attr-defined]
    packages(load_settings())
    for line in sys.stdin:
        print(json.dumps(obey(json.loads(line))), flush=True)
