"""sitemap.xml and robots.txt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from urllib.parse import quote
from xml.sax.saxutils import escape

from opendata.release import Files

MOST = 50_000
"""So many addresses a sitemap may hold, and so many sitemaps an index of them."""
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

Entry = tuple[str, str | None]
"""A page's path and when it last changed (ISO 8601), where that is known."""


def robots(base: str | None) -> bytes:
    """robots.txt: everybody may read everything."""
    lines = ["User-agent: *", "Allow: /"]
    if base:
        lines += ["", f"Sitemap: {base}sitemap.xml"]
    return ("\n".join(lines) + "\n").encode()


def sitemap(base: str, entries: Iterable[Entry], sections: Sequence[str] = ()) -> Files:
    """sitemap.xml of these pages. Where they are more than a sitemap may hold, or `sections` have
    sitemaps of their own (their paths), it is an index, and the pages stand in sitemap-1.xml and so
    on. What an index cannot hold any more is left out."""
    rest = iter(entries)
    files: dict[str, bytes] = {}
    while part := list(islice(rest, MOST)):
        files[f"sitemap-{len(files) + 1}.xml"] = urlset(base, part)
    if len(files) <= 1 and not sections:
        return {"sitemap.xml": next(iter(files.values()), urlset(base, ()))}
    named = "".join(
        f"  <sitemap><loc>{_at(base, path)}</loc></sitemap>\n"
        for path in (*files, *sections)[:MOST]
    )
    return {**files, "sitemap.xml": _document("sitemapindex", named)}


def urlset(base: str, entries: Iterable[Entry]) -> bytes:
    """One sitemap; at most `MOST` entries."""
    lines = []
    for path, modified in entries:
        address = _at(base, "" if path == "index.html" else path)
        said = f"<lastmod>{escape(modified)}</lastmod>" if modified else ""
        lines.append(f"  <url><loc>{address}</loc>{said}</url>\n")
    return _document("urlset", "".join(lines))


def _document(element: str, content: str) -> bytes:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{element} xmlns="{NAMESPACE}">\n'
    return f"{head}{content}</{element}>\n".encode()


def _at(base: str, path: str) -> str:
    return escape(base + quote(path))
