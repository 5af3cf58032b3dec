"""Compound files (OLE2), as far as finding and reading a named stream goes."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from opendata.errors import UnreadableWorkbook

_FREE_FROM = 0xFFFFFFFA
"""Sector numbers from here on are marks, not sectors."""


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


_MOST_MINI_FAT = 2048
"""More would be 16 MB of streams below 4 KB each."""


class Container:
    """A compound file. Raises UnreadableWorkbook (damaged-file) where its chains are broken."""

    def __init__(self, content: bytes) -> None:
        if len(content) < 512:
            raise UnreadableWorkbook("damaged-file", reason="shorter than its header")
        self._content = content
        sector_shift, mini_shift = struct.unpack_from("<HH", content, 30)
        if sector_shift not in (9, 12) or mini_shift != 6:
            raise UnreadableWorkbook("damaged-file", reason="unknown sector size")
        self._size = 1 << sector_shift
        self._count = (len(content) - 1) // self._size
        first_directory, cutoff = struct.unpack_from("<I4xI", content, 48)
        first_mini_fat, mini_fat_count, first_difat = struct.unpack_from("<III", content, 60)
        if mini_fat_count > _MOST_MINI_FAT:
            raise UnreadableWorkbook("damaged-file", reason="an impossible table of small streams")
        self._cutoff = cutoff
        self._fat = self._read_fat(first_difat)
        self._entries = self._read_directory(first_directory)
        self._mini_fat = _numbers(self._chain(first_mini_fat))
        root = next((entry for entry in self._entries.values() if entry.kind == 5), None)
        self._mini = self._chain(root.start) if root else b""

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def names(self) -> tuple[str, ...]:
        """The names of all streams, in lower case."""
        return tuple(name for name, entry in self._entries.items() if entry.kind == 2)

    def read(self, name: str) -> bytes:
        """The bytes of a stream."""
        entry = self._entries[name]
        if entry.size > len(self._content):
            raise UnreadableWorkbook("damaged-file", reason="a stream longer than the file")
        if entry.size >= self._cutoff:
            return self._chain(entry.start)[: entry.size]
        pieces: list[bytes] = []
        sector, left = entry.start, len(self._mini_fat)
        while sector < _FREE_FROM and len(pieces) * 64 < entry.size:
            if sector >= len(self._mini_fat) or not left:
                raise UnreadableWorkbook("damaged-file", reason="a broken chain of small sectors")
            pieces.append(self._mini[sector * 64 : sector * 64 + 64])
            sector, left = self._mini_fat[sector], left - 1
        return b"".join(pieces)[: entry.size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._content[start : start + self._size]

    def _chain(self, sector: int) -> bytes:
        pieces = []
        left = self._count + 1
        while sector < _FREE_FROM:
            if sector >= len(self._fat) or not left:
                raise UnreadableWorkbook("damaged-file", reason="a broken chain of sectors")
            pieces.append(self._sector(sector))
            sector, left = self._fat[sector], left - 1
        return b"".join(pieces)

    def _read_fat(self, difat: int) -> tuple[int, ...]:
        sectors = list(struct.unpack_from("<109I", self._content, 76))
        left = self._count + 1
        while difat < _FREE_FROM:
            numbers = _numbers(self._sector(difat))
            if not numbers or not left:
                raise UnreadableWorkbook("damaged-file", reason="a broken table of sectors")
            sectors += numbers[:-1]
            difat, left = numbers[-1], left - 1
        used = [number for number in sectors if number < min(_FREE_FROM, self._count + 1)]
        if len(used) > self._count:
            raise UnreadableWorkbook("damaged-file", reason="an impossible sector table")
        return _numbers(b"".join(self._sector(number) for number in used))

    def _read_directory(self, start: int) -> dict[str, _Entry]:
        entries: dict[str, _Entry] = {}
        directory = self._chain(start)
        for at in range(0, len(directory) - 127, 128):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            if kind not in (1, 2, 5) or not 2 <= length <= 64:
                continue
            name = directory[at : at + length - 2].decode("utf-16-le", "replace").lower()
            first, size = struct.unpack_from("<II", directory, at + 116)
            if kind == 1:
                continue
            if name in entries and name in ("workbook", "book"):
                raise UnreadableWorkbook("damaged-file", reason="two workbooks in one file")
            entries.setdefault(name, _Entry(name, kind, first, size))
        return entries


def _numbers(block: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])
