"""How good the data of a version are: how machine-readable their sources, how complete the tables.

The descriptor tells it in short; the file `quality.json` names the cells. Nothing here is compared
with the version before: what is found out about the same files in another way makes no version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from opendata.package import Package, Resource
from opendata.release.model import Judged, Previous, Source
from opendata.validate.machine_readability import LEVELS, STANDARD


def judged(parts: Sequence[Source], previous: Previous | None) -> list[Judged]:
    """What is known of the form of every source, sorted by its name. What the version before tells
    of the same file stands where nothing is known now."""
    known = {(one["title"], one["hash"]): one for one in previous.judged} if previous else {}
    found: dict[tuple[str, str], Judged] = {}
    for file, source, readability in parts:
        key = (file, f"sha256:{source}")
        if readability is not None:
            found[key] = {"title": key[0], "hash": key[1], **readability.to_json()}
        elif key not in found:
            found[key] = known.get(key, _unjudged(*key))
    return [found[key] for key in sorted(found)]


def of_sources(sources: Sequence[Mapping[str, str]], known: Iterable[Judged]) -> list[Judged]:
    """The same for the sources of a version that is there already."""
    by_key = {(one["title"], one["hash"]): one for one in known}
    keys = [(str(one["title"]), str(one["hash"])) for one in sources]
    return [by_key.get(key, _unjudged(*key)) for key in keys]


def _unjudged(title: str, digest: str) -> Judged:
    return {"title": title, "hash": digest, "scores": None}


def details(found: Sequence[Judged]) -> dict[str, Any]:
    """The content of `quality.json`."""
    return {"standard": STANDARD, "sources": list(found)}


def summary(
    package: Package, tables: Mapping[str, pa.Table], found: Sequence[Judged]
) -> dict[str, Any]:
    """What the descriptor says under `quality`, but for the file."""
    return {
        "machineReadability": {
            "standard": STANDARD,
            "mean": _by_level(found, _mean),
            "worst": _by_level(found, min),
            "sources": [*map(_short, found)],
        },
        "completeness": [_completeness(one, tables[one.name]) for one in package],
    }


def _by_level(found: Sequence[Judged], of: Any) -> dict[str, Any]:
    levels = {str(level): [*_scores(found, level)] for level in LEVELS}
    return {level: of(scores) if scores else None for level, scores in levels.items()}


def _scores(found: Sequence[Judged], level: int) -> Iterator[int]:
    for one in found:
        score = (one["scores"] or {}).get(str(level))
        if score is not None:
            yield score


def _mean(scores: Sequence[int]) -> float:
    return round(sum(scores) / len(scores), 1)


def _short(one: Judged) -> dict[str, Any]:
    """A source with its scores, and how many places break which rule."""
    broken: dict[str, int] = {}
    for violation in one.get("violations", ()):
        broken[violation["rule"]] = broken.get(violation["rule"], 0) + violation["count"]
    short = {"title": one["title"], "hash": one["hash"], "scores": one["scores"]}
    return short if one["scores"] is None else {**short, "violations": dict(sorted(broken.items()))}


def _completeness(resource: Resource, table: pa.Table) -> dict[str, Any]:
    """Which share of a table's rows has a value, by field, and over required and other fields."""
    rows = table.num_rows
    filled = {one.name: rows - table.column(one.name).null_count for one in resource.published}
    key = resource.primary_key
    required = [name for name in filled if name in key or resource.requires(name)]
    optional = [name for name in filled if name not in required]
    return {
        "resource": resource.name,
        "rows": rows,
        "required": _share([filled[name] for name in required], rows),
        "optional": _share([filled[name] for name in optional], rows),
        "fields": {name: _share([count], rows) for name, count in filled.items()},
    }


def _share(filled: Sequence[int], rows: int) -> float | None:
    """To four places, and 1 only where nothing is missing; None where there is nothing to fill."""
    whole = rows * len(filled)
    if not whole:
        return None
    share = round(sum(filled) / whole, 4)
    return share if share < 1 or sum(filled) == whole else 0.9999
