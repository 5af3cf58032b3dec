"""What the site says of a dataset's quality: how machine-readable its sources are, how complete its
tables, how fresh it is.

Versions that were made before any of it was told say nothing: then it is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.catalogue.freshness import Freshness, freshness
from opendata.catalogue.model import Current
from opendata.errors import Text
from opendata.validate.machine_readability import LEVEL_NAMES, LEVELS, kinds, rules


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the rules: the mean score of the sources and the lowest, 0 to 100; None where
    nothing was judged."""

    level: int
    name: Text
    mean: float | None
    worst: int | None


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that sources break: `title` is the official one, `name` ours; at how many `places` of
    how many `files`; `remedies` say what to do about it, one for every way of breaking it."""

    rule: str
    level: int
    title: str
    name: Text
    places: int
    files: int
    remedies: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """One source: its scores by level, None where it was not judged, and the rules that it breaks
    with the number of places."""

    file: str
    scores: Mapping[int, int | None] | None
    broken: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class FieldCompleteness:
    """Which share of the rows, 0 to 1, has a value; None where there are no rows."""

    name: str
    title: str
    is_required: bool
    filled: float | None


@dataclass(frozen=True, slots=True)
class TableCompleteness:
    """The same over all required fields of a table and over the others."""

    table: str
    title: str
    rows: int
    required: float | None
    optional: float | None
    fields: tuple[FieldCompleteness, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """All of it. `judged` of the `sources` have scores. `details_url` is the file that names the
    cells, relative to `datasets/<package>/`; None where there is none."""

    levels: tuple[Level, ...]
    judged: int
    sources: int
    broken: tuple[Broken, ...]
    files: tuple[SourceQuality, ...]
    completeness: tuple[TableCompleteness, ...]
    freshness: Freshness
    details_url: str | None


def quality_of(current: Current) -> Quality:
    """What there is to say of a package's current version."""
    descriptor = current.descriptor
    told: Mapping[str, Any] = descriptor.get("quality", {})
    readable: Mapping[str, Any] = told.get("machineReadability", {})
    sources: Sequence[Mapping[str, Any]] = readable.get("sources", ())
    return Quality(
        tuple(_level(level, readable) for level in LEVELS),
        sum(one["scores"] is not None for one in sources),
        len(descriptor.get("sources", ())),
        tuple(sorted(_broken(sources), key=lambda one: (-one.files, -one.places, one.rule))),
        tuple(map(_source, sources)),
        tuple(_completeness(told.get("completeness", ()), descriptor)),
        freshness(descriptor, current.history),
        f"{current.version}/{told['path']}" if "path" in told else None,
    )


def _level(level: int, readable: Mapping[str, Any]) -> Level:
    means, worsts = readable.get("mean", {}), readable.get("worst", {})
    return Level(level, LEVEL_NAMES[level], means.get(str(level)), worsts.get(str(level)))


def _broken(sources: Sequence[Mapping[str, Any]]) -> Iterator[Broken]:
    found: dict[str, list[int]] = {}
    for one in sources:
        for rule, count in one.get("violations", {}).items():
            found.setdefault(rule, []).append(count)
    for name, counts in found.items():
        if rule := rules().get(name):
            remedies = (kind.remedy for kind in kinds().values() if kind.rule.id == name)
            yield Broken(
                name,
                rule.level,
                rule.title,
                rule.name,
                sum(counts),
                len(counts),
                tuple(dict.fromkeys(remedies)),
            )


def _source(one: Mapping[str, Any]) -> SourceQuality:
    scores = one["scores"]
    return SourceQuality(
        str(one["title"]),
        None if scores is None else {int(level): score for level, score in scores.items()},
        tuple(one.get("violations", {}).items()),
    )


def _completeness(
    told: Sequence[Mapping[str, Any]], descriptor: Mapping[str, Any]
) -> Iterator[TableCompleteness]:
    resources = {one["name"]: one for one in descriptor["resources"]}
    for one in told:
        resource = resources.get(one["resource"], {})
        schema = resource.get("schema", {})
        key = schema.get("primaryKey", ())
        described = {field["name"]: field for field in schema.get("fields", ())}
        fields = tuple(
            FieldCompleteness(
                name,
                str(described.get(name, {}).get("title", name)),
                name in key or bool(described.get(name, {}).get("constraints", {}).get("required")),
                share,
            )
            for name, share in one["fields"].items()
        )
        title = str(resource.get("title", one["resource"]))
        yield TableCompleteness(
            str(one["resource"]), title, one["rows"], one["required"], one["optional"], fields
        )
