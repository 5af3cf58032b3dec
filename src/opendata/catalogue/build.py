"""All pages and metadata documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from opendata.catalogue import metadata
from opendata.catalogue.api import api_files
from opendata.catalogue.assets import assets
from opendata.catalogue.model import Current, Pages, Section, Site, municipality_of
from opendata.catalogue.pages.accessibility import render_accessibility
from opendata.catalogue.pages.changes import render_changes
from opendata.catalogue.pages.dataset import render_dataset
from opendata.catalogue.pages.search import render_search
from opendata.catalogue.pages.start import render_start
from opendata.catalogue.places import has_plans
from opendata.catalogue.sections import plan_pages
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
    named = {publisher.code: municipality_of(publisher.name)} if publisher.code else {}
    site = Site(
        publisher, base, {**named, **(places or {})}, has_plans=any(map(has_plans, datasets))
    )
    search, index = render_search(site, datasets)
    files = {
        **render_start(site, datasets),
        **search,
        **render_changes(site, datasets),
        **render_accessibility(site, datasets),
        **metadata.documents(datasets, site),
        **api_files(site, datasets),
        **assets(),
    }
    for current in datasets:
        files |= render_dataset(site, current)
    overviews, sections = plan_pages(site, [one for one in datasets if has_plans(one)])
    files |= overviews
    if base:
        newest = max((one.created for one in datasets), default=None)
        pages = [(path, newest) for path in sorted(files) if path.endswith(".html")]
        maps = [f"{one.folder}/sitemap.xml" for one in sections]
        files |= metadata.sitemap(base, pages, maps)
        sections = tuple(replace(one, render=_mapped(base, one)) for one in sections)
    return Pages(files, (index, *sections))


def _mapped(base: str, section: Section) -> Callable[[], Files]:
    """A section's pages with a sitemap of them. It says no dates: a section's do not depend on
    any."""

    def render() -> Files:
        files = section.render()
        pages = ((path, None) for path in sorted(files) if path.endswith(".html"))
        return {**files, f"{section.folder}/sitemap.xml": metadata.urlset(base, pages)}

    return render
