"""Document properties: who wrote a file, and what its author said of it.

Nothing depends on them but the screening for personal data, so damaged ones are passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from opendata.errors import UnreadableWorkbook
from opendata.workbook.markup import parse_xml
from opendata.workbook.ole import Container
from opendata.workbook.zipped import Parts

_PARTS = ("docprops/core.xml", "docprops/app.xml", "docprops/custom.xml", "meta.xml")
_NAMES = {
    "creator": "creator",
    "initial-creator": "creator",
    "lastModifiedBy": "lastModifiedBy",
    "title": "title",
    "subject": "subject",
    "description": "description",
    "keywords": "keywords",
    "keyword": "keywords",
    "category": "category",
    "Manager": "manager",
    "Company": "company",
}
_STREAMS = {
    "\x05summaryinformation": {
        2: "title",
        3: "subject",
        4: "creator",
        5: "keywords",
        6: "description",
        8: "lastModifiedBy",
    },
    "\x05documentsummaryinformation": {2: "category", 14: "manager", 15: "company"},
}
_CODE_PAGES = {932: "cp932", 1200: "utf-16-le", 1252: "cp1252", 65001: "utf-8"}
_CODE_PAGE, _TEXT, _WIDE_TEXT = 1, 30, 31
_MOST = 1_000


class Properties(Mapping[str, str]):
    """Properties that are looked for when somebody asks: most readers of a workbook do not."""

    def __init__(self, find: Callable[[], dict[str, str]]) -> None:
        self._find = find

    @cached_property
    def _found(self) -> dict[str, str]:
        return self._find()

    def __getitem__(self, name: str) -> str:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def of_archive(parts: Parts) -> Properties:
    """The properties of an xlsx, xlsm or ods file; own ones under the names they were given."""
    return Properties(lambda: _of_archive(parts))


def _of_archive(parts: Parts) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _PARTS:
        if part not in parts:
            continue
        try:
            root = parse_xml(parts.read(part))
        except UnreadableWorkbook:
            continue
        for element in root.iter():
            tag = str(element.tag).rpartition("}")[2]
            name = element.get("name") if tag in ("property", "user-defined") else _NAMES.get(tag)
            text = "".join(element.itertext()).strip()
            if name and text and len(found) < _MOST:
                found.setdefault(name, text)
    return found


def of_container(container: Container) -> dict[str, str]:
    """The properties of an xls file."""
    found: dict[str, str] = {}
    for stream, names in _STREAMS.items():
        if stream not in container:
            continue
        try:
            values = dict(_values(container.read(stream)))
        except (struct.error, UnreadableWorkbook, UnicodeDecodeError):
            continue
        found |= {name: text for key, name in names.items() if (text := values.get(key))}
    return found


def _values(data: bytes) -> Iterator[tuple[int, str]]:
    """The texts of a property set by their numbers, as [MS-OLEPS] lays it out."""
    (start,) = struct.unpack_from("<I", data, 44)
    (count,) = struct.unpack_from("<I", data, start + 4)
    entries = [
        struct.unpack_from("<II", data, start + 8 + 8 * at) for at in range(min(count, _MOST))
    ]
    encoding = "cp1252"
    for key, offset in entries:
        if key == _CODE_PAGE:
            (page,) = struct.unpack_from("<H", data, start + offset + 4)
            encoding = _CODE_PAGES.get(page, encoding)
    for key, offset in entries:
        kind, length = struct.unpack_from("<II", data, start + offset)
        at = start + offset + 8
        if kind == _TEXT:
            yield key, data[at : at + length].decode(encoding).rstrip("\0").strip()
        elif kind == _WIDE_TEXT:
            yield key, data[at : at + 2 * length].decode("utf-16-le").rstrip("\0").strip()
