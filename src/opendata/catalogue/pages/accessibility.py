"""The accessibility statement."""

from __future__ import annotations

from collections.abc import Sequence

from opendata.catalogue import metadata
from opendata.catalogue.model import Current, Site
from opendata.catalogue.rendering import render
from opendata.release import Files

TESTED = ("machine", "sizes", "keyboard", "colour", "paper", "html")
GAPS = ("people", "data", "excel", "preview", "readings")


def render_accessibility(site: Site, datasets: Sequence[Current]) -> Files:
    """What the site is held to, how that was tested, and what is known to be missing."""
    return render(
        site,
        "accessibility/index",
        "accessibility.html",
        linked=metadata.in_brief(datasets, site),
        tested=TESTED,
        gaps=GAPS,
    )
