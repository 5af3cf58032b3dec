"""The pages of one municipality: its plans, each plan, each indicator."""

from __future__ import annotations

from opendata.catalogue import words
from opendata.catalogue.model import Current, Site
from opendata.catalogue.places import Place
from opendata.catalogue.rendering import render
from opendata.release import Files


def render_place(site: Site, current: Current, place: Place) -> Files:
    """Everything in `places/<code>/`.

    Nothing here may depend on more than the place, the site and the package's schemas: pages of
    places where nothing changed are not made anew. So no version and no date of a release.
    """
    home = f"places/{place.code}/"
    name = words.place(place.code, site.places)
    plans = place.tables["plans"].select(["plan_id", "title"]).to_pylist()
    return render(site, f"{home}index", "place.html", place=place, name=name, plans=plans)
