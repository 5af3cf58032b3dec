"""What a review is made from: one submission and all that was found out about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Literal

from opendata.errors import Problem, Text
from opendata.extract.draft import Draft
from opendata.review.answers import NO
from opendata.review.command import accept_command
from opendata.validate.machine_readability import Readability
from opendata.workbook.types import Workbook

Status = Literal["accepted", "rejected", "unreadable"]
LONGEST_NAME = 255
"""How many bytes a file's name may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A layout drafted for a file that no written one fits, and what it makes of the file:
    `records` per table, `problems` of the reading."""

    draft: Draft
    records: Mapping[str, int]
    problems: tuple[Problem, ...]

    def count(self, severity: str) -> int:
        """How many problems of a severity there are."""
        return sum(one.severity == severity for one in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One submission after its check.

    `file` is its place in the inbox, with slashes. `workbook` is None where the content could not
    be read. `records` counts the records per table, `titles` names tables in Japanese. `last_good`
    is the version that is published at this moment, None where there is none.
    """

    file: str
    status: Status
    problems: tuple[Problem, ...]
    content: bytes
    received: datetime
    workbook: Workbook | None = None
    layout: str | None = None
    package: str | None = None
    municipality_code: str | None = None
    records: Mapping[str, int] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    last_good: str | None = None
    numeric: frozenset[tuple[str, str]] = frozenset()
    """The fields that hold numbers, as (table, field)."""
    proposal: Proposal | None = None
    workspace: str | None = None
    """Where the review will lie, for the operator's command; None for a file that was no
    submission."""
    filled_in: Mapping[str, tuple[Text | None, str]] = field(default_factory=dict)
    """What somebody wrote beside questions, word and reason by subject: it stays there while they
    are asked."""
    readability: Readability | None = None
    """How machine-readable the file is."""

    @property
    def name(self) -> str:
        """The file's own name."""
        return PurePosixPath(self.file).name

    @property
    def folder(self) -> str:
        """The inbox folder it lies in."""
        return str(PurePosixPath(self.file).parent)

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()

    @property
    def layout_name(self) -> str:
        """The name of the proposed layout."""
        return self.beside(".layout.yaml")

    @property
    def picture_name(self) -> str:
        """The name of the page that shows what each cell was taken for."""
        return self.beside(".layout.html")

    @property
    def is_check(self) -> bool:
        """Whether it was only looked at: `opendata check` receives and publishes nothing."""
        return self.workspace is None

    @property
    def is_waiting(self) -> bool:
        """Whether an operator has to look at it, rather than the steward."""
        return self.proposal is not None and self.status != "accepted"

    @property
    def is_no_plan(self) -> bool:
        """Whether no layout is known for it, nor could be proposed."""
        return any(one.code == "not-a-plan" for one in self.problems)

    @property
    def accept_command(self) -> str:
        """What the operator types to accept the proposed layout."""
        return accept_command(self.file, self.workspace)

    def beside(self, ending: str) -> str:
        """The file's own name with another ending, no longer than a file system takes."""
        stem = PurePosixPath(self.file).stem.encode()[: LONGEST_NAME - len(ending)]
        return stem.decode("utf-8", "ignore") + ending

    def count(self, severity: str) -> int:
        """How many problems of a severity there are."""
        return sum(one.severity == severity for one in self.problems)

    @property
    def asks(self) -> bool:
        """Whether there is a question open."""
        return any(one.subject is not None for one in self.problems)

    @property
    def denied(self) -> int:
        """Of how many records that wait somebody has said that they are wrong."""
        return sum(
            one.holds is not None and self.filled_in.get(one.subject or "", (None,))[0] == NO
            for one in self.problems
        )

    @property
    def held(self) -> int:
        """How many records are published as they were before, until somebody answers."""
        return sum(one.holds == "last" for one in self.problems)

    @property
    def held_back(self) -> int:
        """How many records are not published until somebody answers."""
        return sum(one.holds == "nothing" for one in self.problems)


def plural(count: int, noun: str) -> str:
    """An English count: `1 cell`, `2,000 cells`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
