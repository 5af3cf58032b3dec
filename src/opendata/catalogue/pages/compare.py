"""The same kind of indicator in several municipalities, side by side."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from opendata.catalogue import addresses
from opendata.catalogue.labels import Labels, Voice
from opendata.catalogue.model import LANGUAGES, Language, Section, Site
from opendata.catalogue.overview import Alike
from opendata.catalogue.places import serialized
from opendata.catalogue.rendering import ENDINGS, made_by, render
from opendata.catalogue.verdict import Row, is_usable
from opendata.release import Files

LISTED = 1500
"""So many comparisons the list of them names; all of them stand in the JSON beside it."""
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


def comparisons(site: Site, alike: Alike, labels: Labels) -> Iterator[Section]:
    """A section for each kind of indicator that several municipalities have."""
    for kind in alike.starts:
        yield _section(site, alike, kind, labels)


def _section(site: Site, alike: Alike, kind: str, labels: Labels) -> Section:
    rows = alike.of(kind)
    known = (made_by(), repr(site), json.dumps(sorted(map(repr, labels.items()))))
    sink = hashlib.sha256("\n".join(known).encode())
    sink.update(serialized(rows))
    return Section(
        addresses.comparison_folder(kind), sink.hexdigest(), _renderer(site, kind, rows, labels)
    )


def _renderer(site: Site, kind: str, rows: pa.Table, labels: Labels) -> Callable[[], Files]:
    return lambda: render_comparison(site, kind, rows.to_pylist(), labels)


def render_comparison(site: Site, kind: str, rows: Sequence[Row], labels: Labels) -> Files:
    """The page in both languages, and `index.json` beside it."""
    name, unit = common_name(rows)
    lines = _lines(rows)
    voices: Mapping[Language, Voice] = {one: Voice(one, labels, site.places) for one in LANGUAGES}
    page = addresses.comparison_page(kind)
    files = render(
        site,
        page,
        "compare.html",
        _linked(site, name, unit, len({one.code for one in lines})),
        name=name,
        unit=unit,
        lines=lines,
        places=len({one.code for one in lines}),
        zero=_zero(rows),
        with_actual=sum(1 for one in lines if one.actual),
        verdicts=Counter(one.verdict for one in lines),
        v=voices.__getitem__,
    )
    document = {
        "kind": kind,
        "name": name,
        "unit": unit,
        "indicators": [
            _in_json(one, line, voices["ja"]) for one, line in zip(rows, lines, strict=True)
        ],
    }
    return {**files, f"{page}.json": _json(document)}


def render_list(site: Site, alike: Alike) -> Files:
    """The list of all comparisons, and `index.json` beside it."""
    kinds = sorted(_kinds(alike), key=lambda one: (-one["municipalities"], one["name"]))
    files = render(
        site,
        addresses.COMPARISONS,
        "comparisons.html",
        kinds=kinds[:LISTED],
        all_kinds=len(kinds),
    )
    return {**files, f"{addresses.COMPARISONS}.json": _json({"comparisons": kinds})}


def common_name(rows: Sequence[Row]) -> tuple[str, str | None]:
    """The name and the unit as most of them write it."""
    ((name, unit),) = (
        found for found, _ in Counter((one["name"], one["unit"]) for one in rows).most_common(1)
    )
    return name, unit


def _kinds(alike: Alike) -> Iterator[dict[str, Any]]:
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
            "url": f"{kind}/index.json",
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


def _in_json(row: Row, line: Line, voice: Voice) -> dict[str, Any]:
    return {
        "municipality_code": line.code,
        "municipality": voice.place(line.code),
        "plan": line.plan,
        "indicator_id": row["indicator_id"],
        "page": f"../../{line.page}{ENDINGS['ja']}",
        "direction": row["direction"],
        "actual": _value(line.actual),
        "target": _value(line.target),
        "achievement_rate": line.rate,
        "judgement": line.verdict,
        "judged_fiscal_year": row["judged_year"],
    }


def _value(row: Row | None) -> dict[str, Any] | None:
    return None if row is None else {name: row[name] for name in _VALUE}


def _linked(site: Site, name: str, unit: str | None, places: int) -> Mapping[str, Any]:
    measured = {"@type": "PropertyValue", "name": name, "unitText": unit}
    about = f"「{name}」を指標とする{places}の自治体の、最新の実績値、目標値、達成率の一覧。"
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": f"{name}の比較",
        "description": about,
        "inLanguage": "ja",
        "isAccessibleForFree": True,
        "creator": {"@type": "GovernmentOrganization", "name": site.publisher.name},
        "variableMeasured": {key: value for key, value in measured.items() if value},
    }


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
