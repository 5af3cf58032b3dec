"""Reviews between the verdict and the commit: on disk, since of ten thousand files they are more
than memory should hold."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryFile, gettempdir

from opendata.errors import StoreError


class Spool:
    """One file without a name: whatever ends the process, nothing of it stays behind."""

    def __init__(self) -> None:
        with _reported(), TemporaryFile(prefix="opendata-") as file:
            self._file = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._file)
        self._end = 0
        self._lock = threading.Lock()

    def keep(self, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """The same files, read from disk each time they are asked for. Raises
        StoreError."""
        places = {}
        with self._lock, _reported():
            for name, content in files.items():
                places[name] = (self._end, len(content))
                self._append(content)
        return _Kept(self, places)

    def _append(self, content: bytes) -> None:
        left = memoryview(content)
        while left:
            written = os.pwrite(self._file, left, self._end)
            self._end += written
            left = left[written:]

    def read(self, offset: int, size: int) -> bytes:
        """Some bytes of the file."""
        with _reported():
            return os.pread(self._file, size, offset)


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError("store-error", path=gettempdir(), reason=reason) from error


class _Kept(Mapping[str, bytes]):
    def __init__(self, spool: Spool, places: Mapping[str, tuple[int, int]]) -> None:
        self._spool, self._places = spool, places

    def __getitem__(self, name: str) -> bytes:
        return self._spool.read(*self._places[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
