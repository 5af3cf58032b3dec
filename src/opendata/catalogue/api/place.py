"""The documents of one municipality: its plans with all that belongs to them, its indicators with
every value and the cell it was read from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from opendata.catalogue import words
from opendata.catalogue.addresses import indicator_page, place_page, plan_page
from opendata.catalogue.api import writing
from opendata.catalogue.api.writing import Links, known, written
from opendata.catalogue.model import Site
from opendata.catalogue.places import Place
from opendata.release import Files

Row = dict[str, Any]


def place_documents(site: Site, place: Place) -> Files:
    """`api/places/<code>.json` and `api/places/<code>/indicators.json`: of nothing but what is in
    the place and the site."""
    return {
        writing.place_path(place.code): _plans(site, place),
        writing.indicators_path(place.code): _indicators(site, place),
    }


def _plans(site: Site, place: Place) -> bytes:
    links = Links(site, writing.place_path(place.code))
    progress = _by(place, "progress", "node_id")
    nodes = _by(place, "policy_nodes", "plan_id")
    counts = _by(place, "evaluation_counts", "plan_id")
    return written(
        **_about(site, place, links),
        plans=[
            {
                **plan,
                "page": links.to(plan_page(place.code, plan["plan_id"]) + ".html"),
                "nodes": [
                    {**node, "progress": progress[node["node_id"]]}
                    for node in nodes[plan["plan_id"]]
                ],
                "evaluation_counts": counts[plan["plan_id"]],
            }
            for plan in _rows(place.tables["plans"])
        ],
        ended=_ended(place, "plans", links),
    )


def _indicators(site: Site, place: Place) -> bytes:
    links = Links(site, writing.indicators_path(place.code))
    values = _by(place, "indicator_values", "indicator_id")
    progress = _by(place, "indicator_progress", "indicator_id")
    cells = _cells(place.cells)
    return written(
        **_about(site, place, links),
        indicators=[
            {
                **one,
                "page": links.to(indicator_page(place.code, one["indicator_id"]) + ".html"),
                "values": [
                    {
                        **value,
                        "cells": cells[
                            one["indicator_id"], value["value_type"], str(value["fiscal_year"])
                        ],
                    }
                    for value in values[one["indicator_id"]]
                ],
                "progress": progress[one["indicator_id"]],
            }
            for one in _rows(place.tables["indicators"])
        ],
        ended=_ended(place, "indicators", links),
    )


def _about(site: Site, place: Place, links: Links) -> Row:
    return {
        "dataset": place.package,
        "code": place.code,
        "name": words.place(place.code, site.places),
        "page": links.to(place_page(place.code) + ".html"),
        "url": links.to(writing.place_path(place.code)),
        "indicators_url": links.to(writing.indicators_path(place.code)),
    }


def _ended(place: Place, table: str, links: Links) -> list[Row]:
    page = plan_page if table == "plans" else indicator_page
    return [
        known(
            {
                "id": one.key,
                "title": one.title,
                "version": one.version,
                "last_version": one.last,
                "reason": one.reason,
                "page": links.to(page(place.code, one.key) + ".html"),
            }
        )
        for one in place.ended
        if one.table == table
    ]


def _rows(table: pa.Table) -> list[Row]:
    return [known(one) for one in table.to_pylist()]


def _by(place: Place, name: str, key: str) -> Mapping[str, Sequence[Row]]:
    """The rows of a table by what they belong to, which they need not say again."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    if name in place.tables:
        for row in _rows(place.tables[name]):
            found[row.pop(key)].append(row)
    return found


def _cells(table: pa.Table) -> Mapping[tuple[str, str, str], Sequence[Row]]:
    """By value (indicator, type, year) where it comes from."""
    found: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in table.to_pylist():
        key = row.pop("indicator_id"), row.pop("value_type"), row.pop("fiscal_year")
        found[key].append(known(row))
    return found
