"""What the site tells programs: one descriptor, said in every standard that harvesters read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from opendata.catalogue.metadata import schema_org as _schema_org
from opendata.catalogue.metadata.atom import feeds
from opendata.catalogue.metadata.dcat import graph
from opendata.catalogue.metadata.dcat_us import data_json
from opendata.catalogue.metadata.described import Area, described
from opendata.catalogue.metadata.linked import json_ld, turtle
from opendata.catalogue.metadata.open_data_list import open_data_list
from opendata.catalogue.metadata.schema_org import part as schema_org_part
from opendata.catalogue.metadata.sitemap import robots, sitemap, urlset
from opendata.catalogue.model import Current, Language, Site
from opendata.release import Files

__all__ = [
    "Area",
    "documents",
    "in_brief",
    "schema_org",
    "schema_org_catalogue",
    "schema_org_part",
    "sitemap",
    "urlset",
]


def documents(datasets: Sequence[Current], site: Site) -> Files:
    """The documents at the site's root, but for its sitemap: catalog.jsonld and catalog.ttl,
    data.json where it can be made, the Atom feeds, opendata-list.csv, robots.txt."""
    known = [described(one, site) for one in datasets]
    nodes = graph(known, site)
    american = data_json(known, site)
    return {
        "catalog.jsonld": json_ld(nodes),
        "catalog.ttl": turtle(nodes),
        **({"data.json": american} if american else {}),
        **feeds(known, site),
        "opendata-list.csv": open_data_list(known, site),
        "robots.txt": robots(site.base),
    }


def schema_org(
    current: Current, site: Site, root: str, language: Language = "ja"
) -> dict[str, Any]:
    """The Dataset that a package's page tells search engines; `root` leads from the page to the
    site's root ("../../")."""
    return _schema_org.dataset(described(current, site), site, root, language)


def schema_org_catalogue(
    datasets: Sequence[Current],
    site: Site,
    root: str,
    language: Language = "ja",
    *,
    is_brief: bool = False,
) -> dict[str, Any]:
    """The DataCatalog that the start page tells search engines, with every Dataset; briefly, for
    other pages about all of them."""
    known = [described(one, site) for one in datasets]
    return _schema_org.catalogue(known, site, root, language, is_brief=is_brief)


def in_brief(datasets: Sequence[Current], site: Site) -> Callable[[Language], dict[str, Any]]:
    """The brief DataCatalog for a page one folder below the site's root, by language."""
    return lambda language: schema_org_catalogue(datasets, site, "../", language, is_brief=True)
