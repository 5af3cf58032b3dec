"""All pages and metadata documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from opendata.catalogue import metadata
from opendata.catalogue.api import api_files, place_documents
from opendata.catalogue.assets import assets
from opendata.catalogue.model import Current, Pages, Section, Site
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
        **metadata.documents(datasets, site),
        **api_files(site, datasets),
        **assets(),
    }
    for current in datasets:
        files |= render_dataset(site, current)
    sections = tuple(_sections(site, datasets))
    if base:
        newest = max((one.created for one in datasets), default=None)
        pages = [(path, newest) for path in sorted(files) if path.endswith(".html")]
        maps = [f"{one.folder}/sitemap.xml" for one in sections]
        files |= metadata.sitemap(base, pages, maps)
        sections = tuple(replace(one, render=_mapped(base, one)) for one in sections)
    return Pages(files, sections)


def _mapped(base: str, section: Section) -> Callable[[], Files]:
    """A section's pages with a sitemap of them. It says no dates: a section's do not depend on
    any."""

    def render() -> Files:
        files = section.render()
        pages = ((path, None) for path in sorted(files) if path.endswith(".html"))
        return {**files, f"{section.folder}/sitemap.xml": metadata.urlset(base, pages)}

    return render


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
