"""The keys of all rows as 64-bit numbers, to find those that may stand twice."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from typing import IO

import numpy as np

from opendata.validate.table.hashes import Hashes

_IN_MEMORY = 1 << 22
"""How many numbers are kept, and sorted, at once: 32 MiB. Beyond it they wait in a file."""


class Keys:
    """Numbers in the order in which they came, batch by batch."""

    def __init__(self) -> None:
        self._batches: list[Hashes] = []
        self._sizes: list[int] = []
        self._waiting = 0
        self._file: IO[bytes] | None = None

    def add(self, numbers: Hashes) -> None:
        self._batches.append(numbers)
        self._sizes.append(len(numbers))
        self._waiting += len(numbers)
        if self._waiting > _IN_MEMORY:
            self._spill()

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="opendata-keys-")  # noqa: SIM115
            weakref.finalize(self, self._file.close)
        for numbers in self._batches:
            self._file.write(numbers.tobytes())
        self._batches.clear()
        self._waiting = 0

    def batches(self) -> Iterator[Hashes]:
        """All numbers, batch by batch."""
        if self._file is None:
            yield from self._batches
            return
        self._spill()
        self._file.seek(0)
        for size in self._sizes:
            yield np.frombuffer(self._file.read(size * 8), np.uint64)

    def repeated(self) -> Hashes:
        """The numbers that came more than once, sorted. Those with the same leading bits are
        sorted at a time."""
        parts = 1 << max(0, (sum(self._sizes) // _IN_MEMORY).bit_length())
        found = [_repeated(self._part(part, parts)) for part in range(parts)]
        return np.concatenate(found)

    def _part(self, part: int, parts: int) -> Hashes:
        if parts == 1:
            return np.concatenate([*self._batches, np.zeros(0, np.uint64)])
        shift = np.uint64(64 - (parts - 1).bit_length())
        return np.concatenate([one[(one >> shift) == part] for one in self.batches()])


def _repeated(numbers: Hashes) -> Hashes:
    numbers.sort()
    again: Hashes = numbers[1:][numbers[1:] == numbers[:-1]]
    is_first = np.ones(len(again), bool)
    is_first[1:] = again[1:] != again[:-1]
    return again[is_first]
