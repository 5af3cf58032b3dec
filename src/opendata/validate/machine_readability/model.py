"""How machine-readable a workbook is: the rules it breaks, with their cells, and its scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from opendata.validate.machine_readability.rules import (
    DEDUCTIONS,
    GRAVITY,
    LEVELS,
    Kind,
    Severity,
    kinds,
    rules,
)


class Places(NamedTuple):
    """Where on one sheet: the first places in A1 form, neighbours joined (`B3:B9`, `5:7`, `C:D`),
    none where it is the sheet or the file itself."""

    sheet: str
    ranges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which a workbook breaks a rule, and where: on the first of its `sheets`.

    `count` is how many cells, rows, columns, merged ranges or objects there are in all. What stands
    in the cells is not told.
    """

    kind: str
    count: int
    sheets: int
    places: tuple[Places, ...]

    @property
    def about(self) -> Kind:
        return kinds()[self.kind]

    @property
    def rule(self) -> str:
        return self.about.rule.id


@dataclass(frozen=True, slots=True)
class Readability:
    """What was found out about one workbook: the ids of the rules that were `judged` (they apply to
    it and a program can decide them), and where they are broken."""

    judged: tuple[str, ...]
    violations: tuple[Violation, ...]

    def score(self, level: int) -> int | None:
        """0 to 100; None where no rule of the level was judged.

        Every broken rule counts once, however many cells break it.
        """
        if not any(rules()[one].level == level for one in self.judged):
            return None
        broken = {one.rule for one in self.violations if one.about.rule.level == level}
        costs = [self.costs(one) for one in broken]
        return max(0, 100 - sum(one or 0 for one in costs)) if None not in costs else 0

    def costs(self, rule: str) -> int | None:
        """How many points of its level a broken rule takes; None where it takes all."""
        found = [one.about.severity for one in self.violations if one.rule == rule]
        gravest: Severity = max(found, key=GRAVITY.__getitem__)
        return None if gravest == "fatal" else DEDUCTIONS[gravest][rules()[rule].level - 1]

    @property
    def scores(self) -> dict[str, int | None]:
        """The score of every level, by its number as text."""
        return {str(level): self.score(level) for level in LEVELS}

    @property
    def counts(self) -> dict[str, int]:
        """How many places break each rule that is broken."""
        found: dict[str, int] = {}
        for one in self.violations:
            found[one.rule] = found.get(one.rule, 0) + one.count
        return dict(sorted(found.items()))

    def to_json(self) -> dict[str, Any]:
        """The form in which it is kept and published."""
        return {
            "scores": self.scores,
            "judged": list(self.judged),
            "violations": [
                {
                    "rule": one.rule,
                    "kind": one.kind,
                    "count": one.count,
                    "sheets": one.sheets,
                    "places": [
                        {"sheet": place.sheet, "ranges": list(place.ranges)} for place in one.places
                    ],
                }
                for one in self.violations
            ],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Readability:
        """What `to_json` gave. Raises KeyError, TypeError, ValueError."""
        found = (_violation(one) for one in document["violations"])
        known = (one for one in found if one.kind in kinds())
        return cls(tuple(one for one in document["judged"] if one in rules()), tuple(known))


def _violation(told: Mapping[str, Any]) -> Violation:
    places = (Places(str(one["sheet"]), tuple(map(str, one["ranges"]))) for one in told["places"])
    return Violation(str(told["kind"]), int(told["count"]), int(told["sheets"]), tuple(places))


def mean(found: Iterable[Readability], level: int) -> float | None:
    """The mean score of a level, to one decimal; None where none has one."""
    scores = [score for one in found if (score := one.score(level)) is not None]
    return round(sum(scores) / len(scores), 1) if scores else None


def worst(found: Iterable[Readability], level: int) -> int | None:
    """The lowest score of a level; None where none has one."""
    scores = (score for one in found if (score := one.score(level)) is not None)
    return min(scores, default=None)
