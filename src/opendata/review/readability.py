"""How machine-readable the file is, as the page and the record tell it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from opendata.errors import Text
from opendata.review.causes import Cells
from opendata.validate.machine_readability import (
    LEVEL_NAMES,
    LEVELS,
    Readability,
    Rule,
    Violation,
    rules,
)


@dataclass(frozen=True, slots=True)
class ShownFind:
    """One way in which a rule is broken."""

    found: Text
    remedy: Text
    count: int
    places: tuple[Cells, ...]
    untold: int
    """On how many more sheets."""


@dataclass(frozen=True, slots=True)
class ShownRule:
    """A broken rule; `costs` is what it takes from the level, None for all of it."""

    rule: Rule
    costs: int | None
    finds: tuple[ShownFind, ...]

    @property
    def count(self) -> int:
        return sum(one.count for one in self.finds)


@dataclass(frozen=True, slots=True)
class ShownLevel:
    """A level with its score, None where nothing of it was judged."""

    level: int
    name: Text
    score: int | None
    judged: int
    broken: tuple[ShownRule, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The section of the page: `unjudged` are the rules that no program decides."""

    levels: tuple[ShownLevel, ...]
    unjudged: tuple[Rule, ...]


def shown(readability: Readability | None) -> Shown | None:
    """What the page says of it; None where it was not judged."""
    if readability is None:
        return None
    levels = tuple(
        ShownLevel(
            level,
            LEVEL_NAMES[level],
            readability.score(level),
            sum(rules()[one].level == level for one in readability.judged),
            tuple(_broken(readability, level)),
        )
        for level in LEVELS
    )
    return Shown(levels, tuple(one for one in rules().values() if one.unjudged))


def _broken(readability: Readability, level: int) -> Iterator[ShownRule]:
    by_rule: dict[str, list[Violation]] = {}
    for one in readability.violations:
        if one.about.rule.level == level:
            by_rule.setdefault(one.rule, []).append(one)
    for name, same in by_rule.items():
        yield ShownRule(rules()[name], readability.costs(name), tuple(map(_find, same)))


def _find(one: Violation) -> ShownFind:
    places = tuple(Cells(place.sheet or None, place.ranges) for place in one.places)
    about = one.about
    return ShownFind(about.found, about.remedy, one.count, places, one.sheets - len(places))
