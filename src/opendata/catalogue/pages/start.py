"""The start page."""

from __future__ import annotations

from collections.abc import Sequence

from opendata.catalogue import metadata
from opendata.catalogue.model import Current, Site
from opendata.catalogue.releases import ended, newest, said, titles
from opendata.catalogue.rendering import render
from opendata.catalogue.standing import standing
from opendata.release import Files

VERSIONS = 5
"""How many of the newest versions are shown."""


def render_start(site: Site, datasets: Sequence[Current]) -> Files:
    """What this is, the search, the datasets, the state of the plans, and what changed last."""
    shown = [
        {
            "name": one.name,
            "titles": titles(one.descriptor),
            "abouts": said(one.descriptor, "description"),
            "version": one.version,
            "created": one.created,
            "tables": len(one.tables),
            "rows": sum(table.num_rows for table in one.tables.values()),
            "licences": one.descriptor.get("licenses", ()),
            "ended": ended(one.descriptor, one.history),
        }
        for one in datasets
    ]
    states = [(one, found) for one in datasets if (found := standing(one)) is not None]
    return render(
        site,
        "index",
        "start.html",
        linked=lambda language: metadata.schema_org_catalogue(datasets, site, "", language),
        datasets=shown,
        states=states,
        versions=newest(datasets, VERSIONS),
        updated=max((one.created for one in datasets), default=None),
    )
