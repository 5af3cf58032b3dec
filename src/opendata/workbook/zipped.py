"""Zip archives opened with suspicion: everything is really decompressed and counted first."""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from io import BytesIO

from opendata.errors import Text, UnreadableWorkbook
from opendata.workbook.types import Limits

CHUNK = 1 << 20
KEPT = 256 << 20
"""Parts are kept in memory up to this many bytes together; others are decompressed again."""
RATIO_FROM = 32 << 20
"""The expansion ratio says nothing about an archive that stays this small."""
_DEFLATE_MOST = 1032
"""No deflated byte can become more bytes than this."""


@dataclass
class Parts:
    """The parts of an archive, whose sizes have been proven to stay within the limits."""

    content: bytes
    infos: dict[str, zipfile.ZipInfo]
    _kept: dict[str, bytes] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.infos

    def names(self) -> tuple[str, ...]:
        """The names of all parts, in lower case."""
        return tuple(self.infos)

    def read(self, name: str) -> bytes:
        """The bytes of a part, looked up without regard to case; empty where there is none."""
        key = name.lower()
        if key in self._kept:
            return self._kept[key]
        return _inflated(self.content, self.infos[key]) if key in self.infos else b""

    def forget(self, name: str) -> None:
        """Free a part that is not needed any more."""
        self._kept.pop(name.lower(), None)


def open_parts(content: bytes, limits: Limits) -> Parts:
    """Open an archive. Raises UnreadableWorkbook: damaged-file, password-protected, zip-bomb."""
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableWorkbook("damaged-file", reason=str(error)) from error
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise UnreadableWorkbook(
            "zip-bomb",
            found=Text(f" {len(entries):,} 個の部品が", f"{len(entries):,} parts"),
            limit=Text(f" {limits.entries:,} 個", f"{limits.entries:,} parts"),
        )
    parts = Parts(content, {info.filename.lower(): info for info in entries})
    if len(parts.infos) < len(entries):
        raise UnreadableWorkbook("damaged-file", reason="two parts of the same name")
    if any(info.flag_bits & 0x1 for info in entries):
        raise UnreadableWorkbook("password-protected")
    if any(
        info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in entries
    ):
        raise UnreadableWorkbook("damaged-file", reason="unknown compression")
    _measure(parts, archive, limits)
    return parts


def _measure(parts: Parts, archive: zipfile.ZipFile, limits: Limits) -> None:
    """Decompress parts, the largest first, until the rest cannot pass the limit."""
    packed = len(parts.content)
    most = limits.expanded_bytes
    if packed * limits.expansion > RATIO_FROM:
        most = min(most, packed * limits.expansion)
    else:
        most = min(most, RATIO_FROM)
    total = kept = 0
    left = sum(info.compress_size for info in parts.infos.values())
    for name, info in sorted(parts.infos.items(), key=lambda one: -one[1].compress_size):
        if total + left * _DEFLATE_MOST <= most:
            return
        left -= info.compress_size
        pieces: list[bytes] = []
        keep = name.endswith((".xml", ".rels")) or name == "mimetype"
        with archive.open(info) as stream:
            while piece := stream.read(CHUNK):
                total += len(piece)
                if total > most:
                    raise _too_far(parts, packed, most, limits)
                if keep and kept < KEPT:
                    kept += len(piece)
                    pieces.append(piece)
                else:
                    keep = False
        if keep:
            parts._kept[name] = b"".join(pieces)


def _inflated(content: bytes, info: zipfile.ZipInfo) -> bytes:
    """The bytes of one part. Raises UnreadableWorkbook (damaged-file)."""
    at = info.header_offset
    if content[at : at + 4] != b"PK\3\4":
        raise UnreadableWorkbook("damaged-file", reason="a part that is not where it should be")
    at += 30 + sum(struct.unpack_from("<HH", content, at + 26))
    data = content[at : at + info.compress_size] if info.file_size else b""
    if data and info.compress_type != zipfile.ZIP_STORED:
        try:
            data = zlib.decompressobj(-15).decompress(data, info.file_size)
        except zlib.error as error:
            raise UnreadableWorkbook("damaged-file", reason=str(error)) from error
    if zlib.crc32(data) != info.CRC:
        raise UnreadableWorkbook("damaged-file", reason="a part whose checksum is wrong")
    return data


def _too_far(parts: Parts, packed: int, most: int, limits: Limits) -> UnreadableWorkbook:
    """Tells how much there is: zipfile never gives more of a part than the archive declares."""
    allowed, whole = _size(most), _size(sum(info.file_size for info in parts.infos.values()))
    found = Text(f" {whole} ", whole)
    if whole == allowed:  # a difference too small to be seen
        found = Text(f" {whole} を超える大きさが", f"more than {whole}")
    if most < limits.expanded_bytes and most > RATIO_FROM:
        times = limits.expansion
        limit = Text(
            f" {allowed}（ファイルの大きさ {_size(packed)} の{times:,}倍）",
            f"{allowed} ({times:,} times the size of the file, {_size(packed)})",
        )
    else:
        limit = Text(f" {allowed} ", allowed)
    return UnreadableWorkbook("zip-bomb", found=found, limit=limit)


def _size(count: int) -> str:
    return f"{count / 2**20:,.1f} MB"
