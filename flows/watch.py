"""Watching an inbox: when has what changed come to rest, and who is to be woken."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

from watchfiles import awatch

from opendata.errors import OpendataError
from opendata.pipeline.inbox import scan

_AGAIN = (5.0, 10.0, 20.0, 40.0, 60.0)  # seconds to the next look while work is left
_PATIENCE = 10.0  # seconds that a settled file waits for the rest of its burst

_log = logging.getLogger(__name__)

Seen = Mapping[str, tuple[int, int]]
"""Every place that holds a file, with the file's size and time of change (ns)."""


def look(inbox: Path) -> Seen:
    """What lies in the inbox now. Raises OpendataError where there is none."""
    return {one.place: (one.size, one.modified_ns) for one in scan(inbox)}


class Settling:
    """Tells when files that came, changed or went have not changed again for `settle` seconds.

    A burst is told once, when all of it has settled, but what has settled never waits longer
    than `patience` seconds for a file still being written.
    """

    def __init__(self, known: Seen, *, settle: float, patience: float) -> None:
        self._known = dict(known)
        self._last = known
        self._since: dict[str, float] = {}
        self._settle = settle
        self._patience = patience

    @property
    def busy(self) -> bool:
        """Whether something changed that has not been told."""
        return bool(self._since)

    def settled(self, now: float, seen: Seen) -> bool:
        """Take in what is seen at `now` (seconds); True when it is time to tell."""
        for path in seen.keys() | self._last.keys():
            if seen.get(path) != self._last.get(path):
                self._since[path] = now
        self._last = seen
        for path in [one for one in self._since if seen.get(one) == self._known.get(one)]:
            del self._since[path]  # it came and went, or is as it was
        rest = [path for path, since in self._since.items() if now - since >= self._settle]
        if not rest:
            return False
        longest = max(now - self._since[path] for path in rest)
        if len(rest) < len(self._since) and longest < self._settle + self._patience:
            return False
        for path in rest:
            del self._since[path]
            if path in seen:
                self._known[path] = seen[path]
            else:
                del self._known[path]
        return True


async def watch(
    inbox: Path,
    *,
    settle: float,
    poll: bool,
    pending: Callable[[], bool],
    wake: Callable[[bool], Awaitable[None]],
) -> None:
    """Call `wake(True)` when something settled, and `wake(False)`, ever less often, as long as
    `pending()`, which is asked once a minute even if nothing is reported to change.
    """
    stirred = asyncio.Event()
    settling = Settling(await asyncio.to_thread(look, inbox), settle=settle, patience=_PATIENCE)
    listening = asyncio.create_task(_listen(inbox, stirred, poll=poll))
    again, next_look = 0, time.monotonic()
    try:
        while True:
            if settling.busy:
                await asyncio.sleep(settle / 8)
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stirred.wait(), max(0, next_look - time.monotonic()))
            stirred.clear()
            now = time.monotonic()
            try:
                fresh = settling.settled(now, await asyncio.to_thread(look, inbox))
                due = now >= next_look and not settling.busy
                left = fresh or (due and await asyncio.to_thread(pending))
            except (OpendataError, OSError):
                _log.exception("The inbox or the workspace cannot be read; trying again")
                await asyncio.sleep(_AGAIN[0])
                continue
            if left:
                await wake(fresh)
            if fresh or due:
                again = 0 if fresh else again
                next_look = now + (_AGAIN[min(again, len(_AGAIN) - 1)] if left else _AGAIN[-1])
                again = again + 1 if left else 0
    finally:
        listening.cancel()


async def _listen(inbox: Path, stirred: asyncio.Event, *, poll: bool) -> None:
    """Set the event whenever something changes.

    `poll` is for network shares: the system does not report what other machines write there.
    """
    while True:
        try:
            async for _ in awatch(
                inbox,
                watch_filter=None,
                debounce=200,
                rust_timeout=1000,
                force_polling=poll or None,
                poll_delay_ms=1000,
                ignore_permission_denied=True,
            ):
                stirred.set()
        except (OSError, RuntimeError):  # no watches left, or the folder is gone
            _log.exception("The inbox cannot be watched; polling it instead")
            poll = True
            await asyncio.sleep(_AGAIN[-1])
