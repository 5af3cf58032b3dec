"""A lock in a store that has none: one object, swapped to take it, to keep it and to give it back.

No clock of any machine is compared with another's. Who holds the lock changes the object every so
often; who waits takes it over when it has not changed for the whole of a lease, by the waiter's own
monotonic clock. A holder that slept through its lease may go on beside the next one: what it may
not do then, `commit` refuses.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from opendata.errors import ConflictError, StoreError

FREE = b"free\n"
POLL_SECONDS = 0.2


class Cell(Protocol):
    """One object with compare-and-swap; tokens as those of `Store.swap_state`."""

    def read(self) -> tuple[bytes | None, str | None]: ...

    def swap(self, content: bytes, token: str | None) -> str: ...


@contextmanager
def leased(cell: Cell, lease_seconds: float, wait_seconds: float) -> Iterator[None]:
    """Hold the lock. Raises ConflictError where another holds it for `wait_seconds`."""
    lease = _Lease(cell, lease_seconds)
    lease.take(wait_seconds)
    beat = threading.Thread(target=lease.keep, daemon=True)
    beat.start()
    try:
        yield
    finally:
        lease.over.set()
        beat.join()
        lease.give_back()


class _Lease:
    def __init__(self, cell: Cell, seconds: float) -> None:
        self.cell, self.seconds = cell, seconds
        self.owner = secrets.token_hex(8)
        self.token: str | None = None
        self.over = threading.Event()
        self.beats = 0

    def take(self, wait_seconds: float) -> None:
        deadline = time.monotonic() + wait_seconds
        seen, since = self.cell.read(), time.monotonic()
        while True:
            if seen[0] in (None, FREE) or time.monotonic() - since >= self.seconds:
                try:
                    self.token = self.cell.swap(self._content(), seen[1])
                    return
                except ConflictError:  # somebody was faster, or is alive
                    pass
            elif time.monotonic() >= deadline:
                raise ConflictError("run-conflict")
            else:
                time.sleep(POLL_SECONDS)
            now = self.cell.read()
            if now[1] != seen[1]:
                seen, since = now, time.monotonic()

    def keep(self) -> None:
        """Show a sign of life until it is over or the lock is lost."""
        while not self.over.wait(self.seconds / 5):
            self.beats += 1
            try:
                self.token = self.cell.swap(self._content(), self.token)
            except ConflictError:
                return
            except StoreError:  # the next sign may come through
                continue

    def give_back(self) -> None:
        try:
            self.cell.swap(FREE, self.token)
        except StoreError:  # it runs out by itself
            return

    def _content(self) -> bytes:
        return f"{self.owner} {self.beats}\n".encode()
