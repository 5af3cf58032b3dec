"""The same kind of indicator in several municipalities, side by side."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from opendata.catalogue import addresses, metadata
from opendata.catalogue.api import writing
from opendata.catalogue.api.writing import Links, known, written
from opendata.catalogue.labels import Voice, labels_of
from opendata.catalogue.metadata import schema_org_part
from opendata.catalogue.model import LANGUAGES, Current, Language, Section, Site
from opendata.catalogue.overview import Alike
from opendata.catalogue.places import serialized
from opendata.catalogue.rendering import ENDINGS, made_by, render
from opendata.catalogue.verdict import VERDICTS, Row, is_usable
from opendata.release import Files, licence_of

LISTED = 1500
"""So many comparisons the list of them names; all of them stand in the API."""
_VALUE = ("value", "value_low", "value_high", "comparator", "status", "raw", "fiscal_year")


@dataclass(frozen=True, slots=True)
class Bar:
    """A value as a bar from zero, in percent of the width."""

    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator in a comparison: where its page is, and its newest values."""

    code: str
    page: str
    plan: str
    verdict: str
    rate: float | None
    actual: Row | None
    target: Row | None
    bar: Bar | None


def comparisons(site: Site, package: Current, alike: Alike) -> Iterator[Section]:
    """A section for each kind of indicator that several municipalities have. `package` is the one
    whose words and licence the pages use."""
    labels = labels_of(package.descriptor)
    said = [package.name, package.descriptor.get("licenses"), sorted(map(repr, labels.items()))]
    about = f"{made_by()}\n{site!r}\n{json.dumps(said, sort_keys=True)}"
    for kind in alike.starts:
        rows = alike.of(kind)
        sink = hashlib.sha256(about.encode())
        sink.update(serialized(rows))
        render_own = _renderer(site, package, kind, rows)
        yield Section(addresses.comparison_folder(kind), sink.hexdigest(), render_own)


def _renderer(site: Site, package: Current, kind: str, rows: pa.Table) -> Callable[[], Files]:
    return lambda: render_comparison(site, package, kind, rows.to_pylist())


def render_comparison(site: Site, package: Current, kind: str, rows: Sequence[Row]) -> Files:
    """The page in both languages, and the same in the API."""
    name, unit = common_name(rows)
    lines, labels = _lines(rows), labels_of(package.descriptor)
    places = len({one.code for one in lines})
    voices: Mapping[Language, Voice] = {one: Voice(one, labels, site.places) for one in LANGUAGES}
    page = addresses.comparison_page(kind)
    files = render(
        site,
        page,
        "compare.html",
        _linked(site, package, page, name, unit, places),
        name=name,
        unit=unit,
        lines=lines,
        places=places,
        zero=_zero(rows),
        with_actual=any(one.bar for one in lines),
        ranks={name: -at for at, name in enumerate(VERDICTS)},
        verdicts=Counter(one.verdict for one in lines),
        v=voices.__getitem__,
        document=writing.comparison_path(kind),
    )
    links = Links(site, writing.comparison_path(kind))
    document = written(
        kind=kind,
        name=name,
        unit=unit,
        page=links.to(f"{page}{ENDINGS['ja']}"),
        indicators=[
            _in_json(row, line, voices["ja"], links) for row, line in zip(rows, lines, strict=True)
        ],
    )
    return {**files, links.path: document}


def render_list(site: Site, datasets: Sequence[Current], alike: Alike) -> Files:
    """The list of all comparisons, and the same in the API."""
    links = Links(site, writing.COMPARISONS)
    kinds = sorted(_kinds(alike, links), key=lambda one: (-one["municipalities"], one["name"]))
    files = render(
        site,
        addresses.COMPARISONS,
        "comparisons.html",
        metadata.in_brief(datasets, site),
        kinds=kinds[:LISTED],
        all_kinds=len(kinds),
    )
    return {**files, links.path: written(comparisons=[known(one) for one in kinds])}


def common_name(rows: Sequence[Row]) -> tuple[str, str | None]:
    """The name and the unit as most of them write it."""
    ((name, unit),) = (
        found for found, _ in Counter((one["name"], one["unit"]) for one in rows).most_common(1)
    )
    return name, unit


def _kinds(alike: Alike, links: Links) -> Iterator[dict[str, Any]]:
    table = alike.rows.select([one for one in ("kind", "code", "name", "unit") if alike.starts])
    for kind, (start, count) in alike.starts.items():
        rows = table.slice(start, count).to_pylist()
        name, unit = common_name(rows)
        yield {
            "kind": kind,
            "name": name,
            "unit": unit,
            "municipalities": len({one["code"] for one in rows}),
            "indicators": count,
            "url": links.to(writing.comparison_path(kind)),
            "page": links.to(f"{addresses.comparison_page(kind)}{ENDINGS['ja']}"),
        }


def _lines(rows: Sequence[Row]) -> list[Line]:
    numbers = [_number(one["actual"]) for one in rows]
    drawn = [one for one in numbers if one is not None]
    low, high = min([0.0, *drawn]), max([0.0, *drawn])
    return [
        Line(
            row["code"],
            addresses.indicator_page(row["code"], row["indicator_id"]),
            row["plan"],
            row["verdict"],
            row["rate"],
            row["actual"],
            row["target"],
            _bar(number, low, high),
        )
        for row, number in zip(rows, numbers, strict=True)
    ]


def _number(row: Row | None) -> float | None:
    return float(row["value"]) if row is not None and is_usable(row) else None


def _bar(number: float | None, low: float, high: float) -> Bar | None:
    if number is None or high == low:
        return None
    span = high / 2 - low / 2  # of the largest numbers the whole would be infinite
    left = (min(number, 0.0) / 2 - low / 2) / span * 100
    return Bar(round(left, 1), round(abs(number) / 2 / span * 100, 1))


def _zero(rows: Sequence[Row]) -> float | None:
    """Where zero lies, in percent, where some values lie below it."""
    drawn = [one for row in rows if (one := _number(row["actual"])) is not None]
    low, high = min([0.0, *drawn]), max([0.0, *drawn])
    return round(-low / 2 / (high / 2 - low / 2) * 100, 1) if low < 0 else None


def _in_json(row: Row, line: Line, voice: Voice, links: Links) -> dict[str, Any]:
    told = {
        "municipality_code": line.code,
        "municipality": voice.place(line.code),
        "plan": line.plan,
        "indicator_id": row["indicator_id"],
        "page": links.to(f"{line.page}{ENDINGS['ja']}"),
        "direction": row["direction"],
        "actual": _value(line.actual),
        "target": _value(line.target),
        "achievement_rate": line.rate,
        "judgement": line.verdict,
        "judged_fiscal_year": row["judged_year"],
    }
    return known(told)


def _value(row: Row | None) -> dict[str, Any] | None:
    return None if row is None else known({name: row[name] for name in _VALUE})


def _linked(
    site: Site, package: Current, path: str, name: str, unit: str | None, places: int
) -> Mapping[str, Any]:
    return schema_org_part(
        site,
        of=package.name,
        path=path + ENDINGS["ja"],
        root="../../",
        name=f"{name}の比較",
        about=f"「{name}」を指標とする{places}の自治体の、最新の実績値、目標値、達成率の一覧。",
        licence=licence_of(package.descriptor),
        variables=[(name, unit)],
    )
