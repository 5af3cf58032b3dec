"""Submissions by the inbox folder they lie in, and what is wrong with them altogether."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from opendata.errors import Text, messages
from opendata.review.folder import department_of
from opendata.review.state import Standing, State

OPEN: tuple[Standing, ...] = ("refused", "asked", "withdrawn", "waiting", "received")
"""Where somebody has something to do; first what is the steward's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One submission in a list. `file` is its place in the inbox, `causes` counts by code."""

    file: str
    state: State
    received: datetime
    errors: int = 0
    warnings: int = 0
    questions: int = 0
    causes: Mapping[str, int] = field(default_factory=dict)
    is_waiting: bool = False
    """Whether it waits for the operator to accept a layout."""
    is_ended: bool = False
    """Whether it is withdrawn for good."""

    @property
    def standing(self) -> Standing:
        """Its state; what it waits for, where that says more."""
        if self.is_ended:
            return "ended"
        return "waiting" if self.is_waiting else self.state

    @property
    def is_open(self) -> bool:
        """Whether somebody has something to do."""
        return self.standing in OPEN


class Pass(NamedTuple):
    """What was wrong after a pass that changed something; `at` is its time in ISO form."""

    at: str
    files: int
    refused: int
    errors: int
    questions: int

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def counts(self) -> tuple[int, ...]:
        """Everything but the time."""
        return self[1:]


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called: packages by name, municipalities by code, and by code the causes
    that packages name themselves."""

    packages: Mapping[str, str] = field(default_factory=dict)
    municipalities: Mapping[str, str] = field(default_factory=dict)
    causes: Mapping[str, Text] = field(default_factory=dict)

    def cause(self, code: str) -> Text:
        """The title of a code; the code itself where nobody knows it any more."""
        known = messages().get(code)
        return self.causes.get(code) or (known.title if known else Text(code, code))


@dataclass(frozen=True, slots=True)
class Department:
    """The submissions of one inbox folder, `package/municipality[/department]`; `folder` is empty
    for those that lie in none."""

    folder: str
    entries: tuple[Entry, ...]

    def title(self, names: Names) -> Text:
        """What people call it."""
        if not self.folder:
            return Text("置き場所が違うファイル", "Files in the wrong place")
        _, code, *below = self.folder.split("/")
        town = names.municipalities.get(code, "")
        ja, en = (f"{town}（{code}）", f"{town} ({code})") if town else (code, code)
        own = Text(*below, *below) if below else Text("部署フォルダーなし", "(no department)")
        return Text(f"{ja} {own.ja}", f"{en} {own.en}")

    def package(self, names: Names) -> str:
        """What people call the kind of data."""
        name = self.folder.partition("/")[0]
        return names.packages.get(name, name)

    def counts(self, *standings: Standing) -> int:
        """How many files stand so."""
        return sum(one.standing in standings for one in self.entries)

    @property
    def now(self) -> Pass:
        """What is wrong in it, at no time in particular."""
        return now(self.entries)

    @property
    def oldest(self) -> datetime | None:
        """Since when the longest has been waiting for somebody."""
        return min((one.received for one in self.entries if one.is_open), default=None)


def departments(entries: Iterable[Entry]) -> tuple[Department, ...]:
    """The submissions by department, those with most to do first."""
    ordered = sorted(entries, key=lambda one: (department_of(one.file), one.file))
    grouped = groupby(ordered, key=lambda one: department_of(one.file))
    found = [Department(folder, tuple(sorted(part, key=urgency))) for folder, part in grouped]
    return tuple(sorted(found, key=_to_do))


def now(entries: Iterable[Entry], at: str = "") -> Pass:
    """What is wrong in the submissions that lie in the inbox."""
    present = [one for one in entries if one.state != "withdrawn"]
    return Pass(
        at,
        len(present),
        sum(one.state == "refused" for one in present),
        sum(one.errors for one in present),
        sum(one.questions for one in present),
    )


def urgency(one: Entry) -> tuple[int, int, int, datetime, str]:
    """What a list puts first: what waits for its steward, with most to do, for longest."""
    rank = OPEN.index(one.standing) if one.standing in OPEN else len(OPEN)
    return (rank, -one.errors, -one.questions, one.received, one.file)


def _to_do(one: Department) -> tuple[int, int, str]:
    known = Counter(entry.standing for entry in one.entries)
    return (-known["refused"], -sum(known[open_] for open_ in OPEN), one.folder)
