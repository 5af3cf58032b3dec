"""The 30 rules for machine readability (令和8年), and the ways in which we see them broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from opendata.errors import Text
from opendata.package.document import parse

Severity = Literal["fatal", "critical", "major", "minor"]
LEVELS = (1, 2, 3)
LEVEL_NAMES: Mapping[int, Text] = {
    1: Text("表として読み取れる", "Tables can be taken apart"),
    2: Text("値をそのまま使える", "Values can be used as they are"),
    3: Text("ほかのデータとつなげられる", "Data can be put together with others"),
}
"""What each level is about, in our words."""
STANDARD = "機械可読性ルール（令和8年3月31日 各府省庁DX推進連絡会議）"
DEDUCTIONS: Mapping[Severity, tuple[int, int, int]] = {
    "critical": (10, 40, 15),
    "major": (5, 30, 10),
    "minor": (2, 10, 5),
}
"""What a broken rule takes from the 100 points of level 1, 2, 3; a fatal one takes all."""
GRAVITY: Mapping[Severity, int] = {"minor": 0, "major": 1, "critical": 2, "fatal": 3}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `title` is the official one; `unjudged` says why no program can decide it."""

    id: str
    severity: Severity
    title: str
    name: Text
    formats: frozenset[str] | None
    """The formats it is about; None for all."""
    unjudged: Text | None

    @property
    def level(self) -> int:
        return int(self.id[1])


@dataclass(frozen=True, slots=True)
class Kind:
    """One way of breaking a rule."""

    name: str
    rule: Rule
    severity: Severity
    found: Text
    remedy: Text


@cache
def rules() -> Mapping[str, Rule]:
    """The rules by id, in order."""
    return {one.id: one for one in (_rule(*item) for item in _document().items())}


@cache
def kinds() -> Mapping[str, Kind]:
    """The ways of breaking them by name."""
    return {
        name: Kind(
            name,
            rules()[rule],
            said.get("severity", told["severity"]),
            Text(**said["found"]),
            Text(**said["remedy"]),
        )
        for rule, told in _document().items()
        for name, said in told.get("finds", {}).items()
    }


def _rule(name: str, told: Mapping[str, Any]) -> Rule:
    formats, unjudged = told.get("formats"), told.get("unjudged")
    return Rule(
        name,
        told["severity"],
        told["title"],
        Text(**told["name"]),
        frozenset(formats) if formats else None,
        Text(**unjudged) if unjudged else None,
    )


@cache
def _document() -> Mapping[str, Mapping[str, Any]]:
    source = files("opendata.validate.machine_readability").joinpath("rules.yaml")
    document: Mapping[str, Mapping[str, Any]] = parse(source.read_bytes())
    return document
