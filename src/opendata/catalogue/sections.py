"""The pages of plans: what looks across all municipalities, and a section for each of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import groupby

from opendata.catalogue.addresses import place_folder
from opendata.catalogue.api import place_documents
from opendata.catalogue.model import Current, Section, Site
from opendata.catalogue.overview import Alike, alike, place_lines
from opendata.catalogue.pages import compare, progress
from opendata.catalogue.pages.place import render_place
from opendata.catalogue.pages.setting import MAIN
from opendata.catalogue.places import Place, places, together
from opendata.catalogue.rendering import made_by
from opendata.release import Files


def plan_pages(site: Site, datasets: Sequence[Current]) -> tuple[Files, tuple[Section, ...]]:
    """The pages of plans and indicators, and what looks across them."""
    if not datasets:
        return {}, ()
    lines, same = place_lines(datasets), alike(datasets)
    files = {
        **progress.render_overview(site, datasets, lines, bool(same.starts)),
        **compare.render_list(site, datasets, same),
    }
    sections = (
        *_places(site, datasets, same),
        *progress.prefectures(site, datasets[0], lines),
        *compare.comparisons(site, datasets[0], same),
    )
    return files, sections


def _places(site: Site, datasets: Sequence[Current], same: Alike) -> Iterator[Section]:
    """A section for each municipality, whichever packages its plans are in."""
    about = {one.name: _about(site, one) for one in datasets}
    found = merge(*(_with(one) for one in datasets), key=lambda pair: pair[1].code)
    for code, pairs in groupby(found, key=lambda pair: pair[1].code):
        packages, parts = zip(*pairs, strict=True)
        compared = same.kinds_of.get(code, frozenset())
        known = "".join(about[one.name] for one in packages)
        yield _section(site, packages[0], together(parts), known, compared)


def _with(current: Current) -> Iterator[tuple[Current, Place]]:
    return ((current, one) for one in places(current))


def _about(site: Site, current: Current) -> str:
    """What the pages of every municipality depend on beside its own rows."""
    said = [one["schema"] for one in current.descriptor["resources"]]
    said += [current.descriptor.get(name) for name in MAIN]
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
            **render_place(site, current, one, compared),
            **place_documents(site, one),
        },
    )
