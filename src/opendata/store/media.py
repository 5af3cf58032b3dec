"""How an object is served: its media type and how long it may be kept."""

from __future__ import annotations

from opendata.store.layout import DATASETS, VERSION

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "ttl": "text/turtle; charset=utf-8",
    "yaml": "application/yaml; charset=utf-8",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "webmanifest": "application/manifest+json",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.file",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsm": "application/vnd.ms-excel.sheet.macroenabled.12",
    "xls": "application/vnd.ms-excel",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "ico": "image/vnd.microsoft.icon",
    "woff2": "font/woff2",
    "wasm": "application/wasm",
}
_CHECKSUMS = "SHA256SUMS"
_CSVW = "csv-metadata.json"
"""How the names of CSV on the Web's metadata end."""

FOR_EVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=60"
NEVER = "private, no-store"


def media_type(path: str) -> str:
    """By the ending of the name; all our texts are UTF-8."""
    name = path.rpartition("/")[2]
    if name == _CHECKSUMS:
        return _TYPES["txt"]
    if name.endswith(_CSVW):
        return "application/csvm+json"
    return _TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def cache_control(path: str, *, is_private: bool) -> str:
    """A version's files never change; what readers follow does, and what is private is not kept."""
    if is_private:
        return NEVER
    return FOR_EVER if path.startswith(f"{DATASETS}/") and VERSION.fullmatch(path) else SHORTLY
