"""What a file really is, told from its first bytes and only then from its name."""

from __future__ import annotations

from typing import Literal

from opendata.errors import UnreadableWorkbook
from opendata.workbook.ole import Container
from opendata.workbook.zipped import Parts

Kind = Literal["zip", "ole", "text"]

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
    (b"{\\rtf", "RTF"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"\x1f\x8b", "gzip"),
    (b"MSCF", "CAB"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"PAR1", "Parquet"),
    (b"\x00\x00\x00\x1cftyp", "MP4"),
)
_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
_TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_TABLE_SUFFIXES = (*_TEXT_SUFFIXES, ".xlsx", ".xlsm", ".xls", ".ods", ".tab")


def kind_of(name: str, content: bytes) -> Kind:
    """zip, ole or text. Raises UnreadableWorkbook for anything that is no table at all."""
    if not content.strip(b" \t\r\n\x00\x1a\xef\xbb\xbf\xfe\xff"):
        raise UnreadableWorkbook("empty-file")
    if content.startswith(_ZIP):
        return "zip"
    if content.startswith(_OLE):
        return "ole"
    if content.startswith(_BIFF[:3]) or (
        content.startswith(_BIFF[3]) and content[2:4] == b"\x10\0"
    ):
        raise UnreadableWorkbook("unsupported-format", kind="Excel 95")
    for magic, found in _MAGIC:
        if content.startswith(magic) and (len(magic) > 2 or b"\0" in content[:64]):
            raise UnreadableWorkbook("not-a-spreadsheet", kind=found)
    _refuse_markup(content)
    lower = name.lower()
    if not lower.endswith(_TABLE_SUFFIXES):
        raise UnreadableWorkbook("not-a-spreadsheet", kind="—")
    return "text"


def is_named_as_text(name: str) -> bool:
    """Whether a name says that the file is delimited text."""
    return name.lower().endswith((*_TEXT_SUFFIXES, ".tab"))


def _refuse_markup(content: bytes) -> None:
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b'progid="excel.sheet"' in head:
        raise UnreadableWorkbook("unsupported-format", kind="Excel 2003 XML")
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")):
        raise UnreadableWorkbook("not-a-spreadsheet", kind="HTML")
    if head.startswith(b"<?xml"):
        raise UnreadableWorkbook("not-a-spreadsheet", kind="HTML" if b"<html" in head else "XML")
    if head.startswith((b"mime-version:", b"from:")):
        raise UnreadableWorkbook("not-a-spreadsheet", kind="MIME")


def zip_format(parts: Parts, folder: str) -> Literal["xlsx", "xlsm", "ods"]:
    """The format of an archive by its main folder. UnreadableWorkbook where it is another one."""
    if f"{folder}workbook.xml" in parts:
        types = parts.read("[Content_Types].xml")
        return "xlsm" if b"ms-excel.sheet.macroEnabled" in types else "xlsx"
    mimetype = parts.read("mimetype").strip()
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        if b"manifest:encryption-data" in parts.read("META-INF/manifest.xml"):
            raise UnreadableWorkbook("password-protected")
        return "ods"
    if "xl/workbook.bin" in parts:
        raise UnreadableWorkbook("unsupported-format", kind="xlsb")
    for found, sign in (("Word", "word/document.xml"), ("PowerPoint", "ppt/presentation.xml")):
        if sign in parts:
            raise UnreadableWorkbook("not-a-spreadsheet", kind=found)
    if mimetype:
        raise UnreadableWorkbook("not-a-spreadsheet", kind=mimetype.decode("ascii", "replace")[:80])
    if "[Content_Types].xml" in parts or not parts.names():
        raise UnreadableWorkbook("damaged-file", reason="no workbook inside")
    raise UnreadableWorkbook("not-a-spreadsheet", kind="ZIP")


def xls_streams(container: Container) -> list[bytes]:
    """The workbook streams of a compound file, the newer first. UnreadableWorkbook if none."""
    if "encryptedpackage" in container:
        raise UnreadableWorkbook("password-protected")
    streams = [container.read(name) for name in ("workbook", "book") if name in container]
    if streams:
        return streams
    for found, sign in (("Word", "worddocument"), ("PowerPoint", "powerpoint document")):
        if sign in container:
            raise UnreadableWorkbook("not-a-spreadsheet", kind=found)
    if container.names():
        raise UnreadableWorkbook("not-a-spreadsheet", kind="OLE")
    raise UnreadableWorkbook("damaged-file", reason="an empty compound file")
