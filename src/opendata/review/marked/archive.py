"""A package as a zip archive, most of whose entries are copied as they are packed."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

from opendata.review.marked.markup import Unpatchable

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UTF8 = 0x800


class Archive:
    """The entries of a package, and what becomes of them. Names are found in any case."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._zip = zipfile.ZipFile(BytesIO(content))
        self._infos = {one.filename.lower(): one for one in self._zip.infolist()}
        self._new: dict[str, bytes] = {}
        self._dropped: set[str] = set()

    def __contains__(self, name: str) -> bool:
        key = name.lower()
        return key in self._new or (key in self._infos and key not in self._dropped)

    def read(self, name: str) -> bytes:
        """A part as it is by now. Raises Unpatchable where there is none."""
        key = name.lower()
        if key in self._new:
            return self._new[key]
        if key not in self._infos or key in self._dropped:
            raise Unpatchable(f"no part {name}")
        return self._zip.read(self._infos[key])

    def write(self, name: str, data: bytes) -> None:
        """Change a part, or add one."""
        key = name.lower()
        if key not in self._infos:
            self._infos[key] = zipfile.ZipInfo(name, _EPOCH)
            self._infos[key].flag_bits = 0 if name.isascii() else _UTF8
        self._dropped.discard(key)
        self._new[key] = data

    def drop(self, name: str) -> None:
        """Take a part out."""
        self._dropped.add(name.lower())
        self._new.pop(name.lower(), None)

    def free(self, pattern: str) -> str:
        """The first name that no part has, of a pattern with one place for a number."""
        number = 1
        while pattern.format(number) in self:
            number += 1
        return pattern.format(number)

    def changed(self) -> Mapping[str, bytes]:
        """The parts that were written, by their names in lower case."""
        return self._new

    def packed(self) -> bytes:
        """The archive: entries in their order, added ones behind; untouched ones bit by bit."""
        out, central = BytesIO(), BytesIO()
        kept = [(key, one) for key, one in self._infos.items() if key not in self._dropped]
        for key, info in kept:
            if key in self._new:
                method, crc, size, body = _deflated(self._new[key])
            else:
                method, crc, size = info.compress_type, info.CRC, info.file_size
                body = self._raw(info)
            name, flags = _name(info)
            year, month, day, hour, minute, second = info.date_time
            stamp = (hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day)
            what = (20, flags, method, *stamp, crc, len(body), size, len(name))
            central.write(
                _CENTRAL.pack(
                    b"PK\1\2", 20, *what, 0, 0, 0, info.internal_attr, info.external_attr,
                    out.tell(),
                )
            )  # fmt: skip
            central.write(name)
            out.write(_LOCAL.pack(b"PK\3\4", *what, 0))
            out.write(name)
            out.write(body)
        at = out.tell()
        out.write(central.getbuffer())
        out.write(_END.pack(b"PK\5\6", 0, 0, len(kept), len(kept), out.tell() - at, at, 0))
        return out.getvalue()

    def _raw(self, info: zipfile.ZipInfo) -> memoryview:
        """An entry's bytes as they are packed."""
        header = _LOCAL.unpack_from(self._content, info.header_offset)
        start = info.header_offset + _LOCAL.size + header[-2] + header[-1]
        return memoryview(self._content)[start : start + info.compress_size]


def _deflated(data: bytes) -> tuple[int, int, int, memoryview]:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    return zipfile.ZIP_DEFLATED, zlib.crc32(data), len(data), memoryview(body)


def _name(info: zipfile.ZipInfo) -> tuple[bytes, int]:
    """An entry's name in bytes, and the flag that says how it is written."""
    is_utf8 = info.flag_bits & _UTF8
    return info.orig_filename.encode("utf-8" if is_utf8 else "cp437"), is_utf8
