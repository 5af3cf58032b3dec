"""All pages and metadata documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from opendata.catalogue.addresses import place_folder
from opendata.catalogue.api import api_files, place_documents
from opendata.catalogue.assets import assets
from opendata.catalogue.dcat import catalogue_document
from opendata.catalogue.labels import labels_of
from opendata.catalogue.model import Current, Pages, Section, Site
from opendata.catalogue.overview import Alike, alike, place_lines
from opendata.catalogue.pages import compare, progress
from opendata.catalogue.pages import place as place_pages
from opendata.catalogue.pages.accessibility import render_accessibility
from opendata.catalogue.pages.changes import render_changes
from opendata.catalogue.pages.dataset import render_dataset
from opendata.catalogue.pages.search import render_search
from opendata.catalogue.pages.start import render_start
from opendata.catalogue.places import Place, has_plans, places
from opendata.catalogue.rendering import made_by
from opendata.release import Files, Publisher


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
    overviews, sections = _plans(site, [one for one in datasets if has_plans(one)])
    return Pages({**files, **overviews}, sections)


def _plans(site: Site, datasets: Sequence[Current]) -> tuple[Files, tuple[Section, ...]]:
    """The pages of plans and indicators, and what looks across them."""
    if not datasets:
        return {}, ()
    lines, same = place_lines(datasets), alike(datasets)
    files = {
        **progress.render_overview(site, lines, bool(same.starts)),
        **compare.render_list(site, same),
    }
    labels = {key: words for one in datasets for key, words in labels_of(one.descriptor).items()}
    sections = (
        *(one for current in datasets for one in _places(site, current, same)),
        *progress.prefectures(site, lines),
        *compare.comparisons(site, same, labels),
    )
    return files, sections


def _places(site: Site, current: Current, same: Alike) -> Iterator[Section]:
    about = _about(site, current)
    for one in places(current):
        yield _section(site, current, one, about, same.kinds_of.get(one.code, frozenset()))


def _about(site: Site, current: Current) -> str:
    """What the pages of every municipality depend on beside its own rows."""
    said = [one["schema"] for one in current.descriptor["resources"]]
    said += [current.descriptor.get(name) for name in place_pages.MAIN]
    known = (made_by(), repr(site), json.dumps(said, sort_keys=True))
    return hashlib.sha256("\n".join(known).encode()).hexdigest()


def _section(
    site: Site, current: Current, one: Place, about: str, compared: frozenset[str]
) -> Section:
    """The pages of one municipality; `compared` are the kinds of its indicators that others have,
    too."""
    known = (about, json.dumps(sorted(compared)), one.digest)
    return Section(
        place_folder(one.code),
        hashlib.sha256("\n".join(known).encode()).hexdigest(),
        lambda: {
            **place_pages.render_place(site, current, one, compared),
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
