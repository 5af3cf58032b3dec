"""All pages and metadata documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opendata.catalogue.dcat import catalogue_document
from opendata.catalogue.model import Current
from opendata.catalogue.page import assets, page
from opendata.release import Files, Publisher


def build(
    datasets: Sequence[Current],
    *,
    publisher: Publisher,
    base_url: str | None = None,
    places: Mapping[str, str] | None = None,
) -> Files:
    """The site and its metadata: path to content.

    `places` gives municipalities' names by their codes; one that it does not name is shown by its
    prefecture and code. Nothing depends on the day it is built: dates are those of the releases.
    """
    base = base_url.rstrip("/") + "/" if base_url else None
    files = {
        "index.html": page(datasets, publisher, base, places or {}),
        "catalog.jsonld": catalogue_document(datasets, publisher, base),
        "robots.txt": _robots(base),
        **assets(),
    }
    if base:
        files["sitemap.xml"] = _sitemap(base, datasets)
    return files


def _robots(base: str | None) -> bytes:
    lines = ["User-agent: *", "Allow: /"]
    if base:
        lines += ["", f"Sitemap: {base}sitemap.xml"]
    return ("\n".join(lines) + "\n").encode()


def _sitemap(base: str, datasets: Sequence[Current]) -> bytes:
    newest = max((one.created for one in datasets), default=None)
    modified = f"<lastmod>{newest}</lastmod>" if newest else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"  <url><loc>{_xml(base)}</loc>{modified}</url>\n"
        "</urlset>\n"
    ).encode()


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
