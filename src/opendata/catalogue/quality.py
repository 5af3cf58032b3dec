"""What the site says of a dataset's quality: how machine-readable its sources are, how complete its
tables, how fresh it is.

Versions that were made before any of it was told say nothing: then it is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from opendata.catalogue.freshness import Freshness, freshness
from opendata.catalogue.model import Current
from opendata.errors import Text
from opendata.release import Judged
from opendata.validate.machine_readability import LEVEL_NAMES, LEVELS, kinds, rules

EXAMPLES, RANGES = 3, 5
"""So many files are named for each way of breaking a rule, and so many places in each."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the rules: the mean score of the sources and the lowest, 0 to 100; None where
    nothing was judged."""

    level: int
    name: Text
    mean: float | None
    worst: int | None


@dataclass(frozen=True, slots=True)
class Example:
    """The first cells in which a source breaks a rule: A1 ranges of one sheet, whose name is empty
    in a CSV file; no ranges where it is the sheet or the file itself."""

    file: str
    sheet: str
    ranges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Find:
    """One way of breaking a rule: what is found, what to do, where for instance."""

    found: Text
    remedy: Text
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that sources break: `title` is the official one, `name` ours; at how many `places` of
    how many `files`; `finds` are the ways in which it is broken, with what to do about them."""

    rule: str
    level: int
    title: str
    name: Text
    places: int
    files: int
    finds: tuple[Find, ...]


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
    broken = _broken(sources, current.judged)
    return Quality(
        tuple(_level(level, readable) for level in LEVELS),
        sum(one["scores"] is not None for one in sources),
        len(descriptor.get("sources", ())),
        tuple(sorted(broken, key=lambda one: (-one.files, -one.places, one.rule))),
        tuple(map(_source, sources)),
        tuple(_completeness(told.get("completeness", ()), descriptor)),
        freshness(descriptor, current.history),
        f"{current.version}/{told['path']}" if "path" in told else None,
    )


def _level(level: int, readable: Mapping[str, Any]) -> Level:
    means, worsts = readable.get("mean", {}), readable.get("worst", {})
    return Level(level, LEVEL_NAMES[level], means.get(str(level)), worsts.get(str(level)))


def _broken(sources: Sequence[Mapping[str, Any]], details: Sequence[Judged]) -> Iterator[Broken]:
    counts: dict[str, list[int]] = {}
    for one in sources:
        for rule, count in one.get("violations", {}).items():
            counts.setdefault(rule, []).append(count)
    finds = _finds(details)
    for name, found in counts.items():
        if rule := rules().get(name):
            told = tuple(finds.get(name, {}).values())
            yield Broken(name, rule.level, rule.title, rule.name, sum(found), len(found), told)


def _finds(details: Sequence[Judged]) -> Mapping[str, Mapping[str, Find]]:
    """By rule and kind, with the first examples."""
    found: dict[str, dict[str, Find]] = {}
    for source in details:
        for one in source.get("violations", ()):
            kind = kinds().get(one["kind"])
            if kind is None:
                continue
            finds = found.setdefault(kind.rule.id, {})
            known = finds.setdefault(kind.name, Find(kind.found, kind.remedy, ()))
            if len(known.examples) < EXAMPLES:
                examples = (*known.examples, _example(source, one))
                finds[kind.name] = replace(known, examples=examples)
    return found


def _example(source: Judged, violation: Mapping[str, Any]) -> Example:
    place = violation["places"][0]
    ranges = tuple(map(str, place["ranges"][:RANGES]))
    return Example(str(source["title"]), str(place["sheet"]), ranges)


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
