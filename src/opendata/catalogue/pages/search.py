"""The page of the search, which also lists what there is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Kind:
    """Indicators that measure the same: `rows` say of each its municipality, id and plan."""

    name: str
    unit: str | None
    rows: list[Mapping[str, Any]]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(str(one["municipality_code"]) for one in self.rows)


def kinds(datasets: Sequence[Current]) -> list[Kind]:
    """Every kind of indicator, the most common first. Datasets without plans have none."""
    found: dict[str, Kind] = {}
    for one in _owned(datasets, "indicators", ("indicator_id", "name", "unit")):
        kind = kind_of(one["name"], one["unit"])
        found.setdefault(kind, Kind(one["name"], one["unit"], [])).rows.append(one)
    return sorted(found.values(), key=lambda one: (-len(one.codes), len(one.name), one.name))


def _owned(
    datasets: Sequence[Current], table: str, fields: Sequence[str]
) -> Iterator[Mapping[str, Any]]:
    """These fields of the rows of a table, the first of them its key, with municipality and plan,
    by that key."""
    for current in filter(has_plans, datasets):
        plans = current.tables["plans"].select(["plan_id", "municipality_code", "title"])
        plans = plans.rename_columns(["plan_id", "municipality_code", "plan"])
        rows = completed(table, shown_tables(current).get(table)).select([*fields, "plan_id"])
        yield from rows.join(plans, "plan_id", join_type="inner").sort_by(fields[0]).to_pylist()


def _indicators(site: Site, datasets: Sequence[Current]) -> Iterator[Document]:
    """A kind of indicator that several municipalities have: once, to their comparison; all others
    one by one, with their plans where one city has it in several."""
    for kind in kinds(datasets):
        held = [_indicator(one) for one in kind.rows]
        if len(kind.codes) > 1:
            about = f"{len(kind.codes)}自治体で比較"
            page = comparison_page(kind_of(kind.name, kind.unit))
            yield Document("indicator", kind.name, about, page, held=held)
            continue
        where = place(next(iter(kind.codes)), site.places)
        for at in held:
            about = f"{where} {at.about}" if len(held) > 1 else where
            yield Document("indicator", kind.name, about, at.path)


def _indicator(row: Mapping[str, Any]) -> Held:
    code = str(row["municipality_code"])
    page = indicator_page(code, str(row["indicator_id"]))
    return Held(place_page(code), page, about=str(row["plan"]))


def _nodes(site: Site, datasets: Sequence[Current]) -> Iterator[Document]:
    """Goals and measures by their titles: of several municipalities one, to the first of them."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in _owned(datasets, "policy_nodes", ("node_id", "title")):
        if one["title"]:
            found.setdefault(squash(one["title"]).casefold(), []).append(one)
    for same in found.values():
        held, codes = [_node(one) for one in same], {one["municipality_code"] for one in same}
        is_shared = len(codes) > 1
        for row, at in zip(same[:1] if is_shared else same, held, strict=False):
            about = f"{place(str(row['municipality_code']), site.places)} {at.about}"
            about += f" ほか{len(codes) - 1}自治体" if is_shared else ""
            yield Document(
                *("node", str(row["title"]), about, at.path, at.part),
                held=held if is_shared else (),
            )


def _node(row: Mapping[str, Any]) -> Held:
    code = str(row["municipality_code"])
    part = f"n-{file_name(row['node_id'])}"
    return Held(place_page(code), plan_page(code, str(row["plan_id"])), part, str(row["plan"]))


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
