"""All pages and metadata documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from opendata.catalogue.api import api_files, place_documents
from opendata.catalogue.assets import assets
from opendata.catalogue.dcat import catalogue_document
from opendata.catalogue.model import Current, Pages, Section, Site
from opendata.catalogue.pages import place as place_pages
from opendata.catalogue.pages.accessibility import render_accessibility
from opendata.catalogue.pages.changes import render_changes
from opendata.catalogue.pages.dataset import render_dataset
from opendata.catalogue.pages.search import render_search
from opendata.catalogue.pages.start import render_start
from opendata.catalogue.places import Place, has_plans, places
from opendata.catalogue.rendering import made_by
from opendata.release import Publisher


def build(
    datasets: Sequence[Current],
    *,
    publisher: Publisher,
    base_url: str | None = None,
    places: Mapping[str, str] | None = None,
) -> Pages:
    """The site and its metadata.

    `places` gives municipalities' names by their codes; one that it does not name is shown by its
    prefecture and code. Nothing depends on the day it is built: dates are those of the releases.
    """
    base = base_url.rstrip("/") + "/" if base_url else None
    named = {publisher.code: publisher.name} if publisher.code else {}
    site = Site(
        publisher, base, {**named, **(places or {})}, has_plans=any(map(has_plans, datasets))
    )
    files = {
        **render_start(site, datasets),
        **render_search(site, datasets),
        **render_changes(site, datasets),
        **render_accessibility(site),
        "catalog.jsonld": catalogue_document(datasets, publisher, base),
        "robots.txt": _robots(base),
        **api_files(site, datasets),
        **assets(),
    }
    if base:
        files["sitemap.xml"] = _sitemap(base, datasets)
    for current in datasets:
        files |= render_dataset(site, current)
    return Pages(files, tuple(_sections(site, datasets)))


def _sections(site: Site, datasets: Sequence[Current]) -> Iterator[Section]:
    for current in datasets:
        if has_plans(current):
            about = _about(site, current)
            for one in places(current):
                yield _section(site, current, one, about)


def _about(site: Site, current: Current) -> str:
    """What the pages of every municipality depend on beside its own rows."""
    schemas = [one["schema"] for one in current.descriptor["resources"]]
    known = (made_by(), repr(site), json.dumps(schemas, sort_keys=True))
    return hashlib.sha256("\n".join(known).encode()).hexdigest()


def _section(site: Site, current: Current, one: Place, about: str) -> Section:
    """The pages of one municipality."""
    return Section(
        f"places/{one.code}",
        hashlib.sha256(f"{about}\n{one.digest}".encode()).hexdigest(),
        lambda: {
            **place_pages.render_place(site, current, one),
            **place_documents(site, one),
        },
    )


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
