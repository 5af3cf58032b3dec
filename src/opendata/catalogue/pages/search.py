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
from opendata.catalogue.places import has_plans, shown_tables
from opendata.catalogue.releases import said, titles
from opendata.catalogue.rendering import file_name, made_by, render, script
from opendata.catalogue.search import HOLDERS, PAGES, PLACE, Document, Held, Index
from opendata.catalogue.tables import completed
from opendata.catalogue.texts import say
from opendata.catalogue.words import place, prefecture
from opendata.japanese import squash
from opendata.release import Files

pc: Any = pyarrow.compute
"""Untyped: its stubs refuse much of what it takes."""

WORDS = ("found", "about", "none", "signs", "more", "loading", "failed")
KINDS = ("dataset", PLACE, "indicator", "plan", "node", "field")


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
        places=found.places,
        holders=HOLDERS,
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
        yield Document(PLACE, name, prefecture(code) or code, place_page(code), more=code)
    yield from _indicators(site, [one for one in datasets if has_plans(one)])
    for one in datasets:
        if has_plans(one):
            yield from _plans(site, one.tables["plans"])
    yield from _nodes(site, [one for one in datasets if has_plans(one)])
    for one in datasets:
        yield from _fields(one)


def _indicators(site: Site, datasets: Sequence[Current]) -> Iterator[Document]:
    """Each kind of indicator once: to the comparison of those who have it, or to the only one."""
    for name, unit, ids in kinds(datasets):
        held = [Held(place_page(code), indicator_page(code, ids[code])) for code in sorted(ids)]
        if len(held) > 1:
            about, page = f"{len(held)}自治体で比較", comparison_page(kind_of(name, unit))
            yield Document("indicator", name, about, page, held=held)
        else:
            yield Document("indicator", name, place(next(iter(ids)), site.places), held[0].path)


def kinds(datasets: Sequence[Current]) -> list[tuple[str, str | None, dict[str, str]]]:
    """Name and unit of each kind of indicator, and by municipality the first id, the most common
    kind first. Datasets without plans have none."""
    found: dict[str, tuple[str, str | None, dict[str, str]]] = {}
    for current in filter(has_plans, datasets):
        plans = current.tables["plans"].select(["plan_id", "municipality_code"])
        indicators = completed("indicators", current.tables["indicators"])
        owned = indicators.join(plans, "plan_id", join_type="inner")
        same = owned.group_by(["name", "unit", "municipality_code"], use_threads=False).aggregate(
            [("indicator_id", "min")]
        )
        for one in same.sort_by("indicator_id_min").to_pylist():
            name, unit = one["name"], one["unit"]
            _, _, ids = found.setdefault(kind_of(name, unit), (name, unit, {}))
            ids.setdefault(str(one["municipality_code"]), one["indicator_id_min"])
    return sorted(found.values(), key=lambda one: (-len(one[2]), len(one[0]), one[0]))


def _nodes(site: Site, datasets: Sequence[Current]) -> Iterator[Document]:
    """Goals and measures by their titles, each title once: to its place in the (first) plan."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for current in datasets:
        plans = current.tables["plans"].select(["plan_id", "municipality_code", "title"])
        plans = plans.rename_columns(["plan_id", "municipality_code", "plan"])
        nodes = completed("policy_nodes", shown_tables(current).get("policy_nodes"))
        owned = nodes.select(["node_id", "plan_id", "title"]).join(
            plans, "plan_id", join_type="inner"
        )
        for one in owned.sort_by("node_id").to_pylist():
            if one["title"]:
                found.setdefault(squash(one["title"]).casefold(), []).append(one)
    for same in found.values():
        held = [_node(one) for one in same]
        first, others = same[0], len({one.place for one in held}) - 1
        about = f"{place(str(first['municipality_code']), site.places)} {first['plan']}"
        about += f" ほか{others}自治体" if others else ""
        yield Document(
            *("node", str(first["title"]), about, held[0].path, held[0].part),
            held=held if len(held) > 1 else (),
        )


def _node(row: Mapping[str, Any]) -> Held:
    code = str(row["municipality_code"])
    part = f"n-{file_name(row['node_id'])}"
    return Held(place_page(code), plan_page(code, str(row["plan_id"])), part)


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
