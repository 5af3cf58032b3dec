"""The page of the search, which also lists what there is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute
from markupsafe import Markup

from opendata.catalogue import metadata
from opendata.catalogue.addresses import (
    comparison_page,
    indicator_page,
    kind_of,
    place_page,
    plan_page,
)
from opendata.catalogue.model import Current, Language, Section, Site
from opendata.catalogue.places import has_plans
from opendata.catalogue.releases import said, titles
from opendata.catalogue.rendering import made_by, render, script
from opendata.catalogue.search import PAGES, Document, Index
from opendata.catalogue.tables import completed
from opendata.catalogue.texts import say
from opendata.catalogue.words import place, prefecture
from opendata.release import Files

pc: Any = pyarrow.compute
"""Untyped: its stubs refuse much of what it takes."""

WORDS = ("found", "about", "none", "empty", "more", "loading", "failed")
KINDS = ("dataset", "place", "indicator", "plan", "field")


def render_search(site: Site, datasets: Sequence[Current]) -> tuple[Files, Section]:
    """The page, and as a section its index, which takes long to make where there is much."""
    found = Index.of(_documents(site, datasets))
    pages = render(
        site,
        "search/index",
        "search.html",
        linked=metadata.in_brief(datasets, site),
        datasets=[(one.name, titles(one.descriptor)) for one in datasets],
        prefectures=_prefectures(site, datasets),
        letters=found.letters,
        mark=found.mark,
        pages=PAGES,
        words=_words,
    )
    known = hashlib.sha256(f"{made_by()}\n{found.mark}".encode()).hexdigest()
    return pages, Section("search/words", known, found.files)


def _words(language: Language) -> Markup:
    """What the program of the search says, as JSON."""
    t = say(language)
    names = [*WORDS, *(f"kind_{one}" for one in KINDS)]
    return script({one: str(t(f"search.{one}")) for one in names})


def _prefectures(site: Site, datasets: Sequence[Current]) -> Mapping[str, Mapping[str, str]]:
    """By prefecture the municipalities with plans: code to name."""
    found: dict[str, dict[str, str]] = {}
    for code in _codes(datasets):
        found.setdefault(prefecture(code) or "—", {})[code] = place(code, site.places)
    return found


def _codes(datasets: Sequence[Current]) -> list[str]:
    return sorted(
        {
            str(code)
            for one in datasets
            if has_plans(one)
            for code in pc.unique(one.tables["plans"].column("municipality_code")).to_pylist()
        }
    )


def _documents(site: Site, datasets: Sequence[Current]) -> Iterator[Document]:
    """Everything that can be found, what is sought most often first."""
    for one in datasets:
        named, about = titles(one.descriptor), said(one.descriptor, "description")
        keywords = " ".join(map(str, one.descriptor.get("keywords", ())))
        english = (named["en"], about["en"]) if named["en"] != named["ja"] else ("", "")
        home = f"datasets/{one.name}/index"
        yield Document("dataset", named["ja"], about["ja"], home, "", english, keywords)
    for code in _codes(datasets):
        name = place(code, site.places)
        yield Document("place", name, prefecture(code) or code, place_page(code), more=code)
    yield from _indicators(site, [one for one in datasets if has_plans(one)])
    for one in datasets:
        if has_plans(one):
            yield from _plans(site, one.tables["plans"])
    for one in datasets:
        yield from _fields(one)


def _indicators(site: Site, datasets: Sequence[Current]) -> Iterator[Document]:
    """Each kind of indicator once: to the comparison of those who have it, or to the only one."""
    for name, unit, codes, key in _kinds(datasets):
        if len(codes) > 1:
            about, page = f"{len(codes)}自治体で比較", comparison_page(kind_of(name, unit))
        else:
            about, page = place(codes[0], site.places), indicator_page(codes[0], key)
        yield Document("indicator", name, about, page)


def _kinds(datasets: Sequence[Current]) -> list[tuple[str, str | None, list[str], str]]:
    """Name, unit, municipalities and one id of each kind of indicator, the most common first."""
    found: dict[str, tuple[str, str | None, list[str], str]] = {}
    for current in datasets:
        plans = current.tables["plans"].select(["plan_id", "municipality_code"])
        indicators = completed("indicators", current.tables["indicators"])
        owned = indicators.join(plans, "plan_id", join_type="inner")
        same = owned.group_by(["name", "unit"], use_threads=False).aggregate(
            [("municipality_code", "distinct"), ("indicator_id", "min")]
        )
        for one in same.sort_by("indicator_id_min").to_pylist():
            kind = kind_of(one["name"], one["unit"])
            name, unit, codes, key = found.get(kind, (one["name"], one["unit"], [], ""))
            codes = sorted({*codes, *one["municipality_code_distinct"]})
            found[kind] = (name, unit, codes, key or one["indicator_id_min"])
    return sorted(found.values(), key=lambda one: (-len(one[2]), len(one[0]), one[0]))


def _plans(site: Site, plans: pa.Table) -> Iterator[Document]:
    shown = plans.select(["plan_id", "title", "municipality_code"]).to_pylist()
    for one in sorted(shown, key=lambda row: (len(row["title"]), row["plan_id"])):
        code = str(one["municipality_code"])
        yield Document(
            "plan",
            str(one["title"]),
            place(code, site.places),
            plan_page(code, str(one["plan_id"])),
        )


def _fields(current: Current) -> Iterator[Document]:
    """Tables and their fields, on the page of their dataset."""
    home = f"datasets/{current.name}/index"
    for resource in current.descriptor["resources"]:
        table = str(resource.get("title", resource["name"]))
        part = f"table-{resource['name']}"
        about = str(resource.get("description", ""))
        yield Document("field", table, about, home, part, more=resource["name"])
        for field in resource["schema"]["fields"]:
            name = str(field.get("title", field["name"]))
            about = f"{table} {field.get('description', '')}".rstrip()
            yield Document("field", name, about, home, part, more=str(field["name"]))
