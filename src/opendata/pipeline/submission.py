"""The corridor: one submission through the rooms, from bytes to a verdict and its review."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Literal

import pyarrow as pa

from opendata.errors import OpendataError, Place, Problem, UnreadableWorkbook, has_errors, problem
from opendata.extract import HeaderRows, Layout, extract, known_layouts
from opendata.extract.draft import draft
from opendata.extract.standard import FROM_OUTSIDE
from opendata.package import Package
from opendata.review import Proposal, Reviewed, masked
from opendata.review import build as build_review
from opendata.review.answers import Unclear, filled_in, read_answers, unclear
from opendata.validate import Answer, Dataset, rated, validate
from opendata.validate.machine_readability import Readability, judge
from opendata.workbook import Limits, Workbook
from opendata.workbook import read as read_workbook

Status = Literal["accepted", "rejected", "unreadable"]
Drafting = Literal["never", "propose", "read"]
"""What becomes of a file that no layout fits: nothing more; its review proposes a drafted layout;
it is read with that layout, too, to be told and never to be published."""
_UNKNOWN = frozenset({"unknown-layout", "nearly-known-layout"})


@dataclass(frozen=True)
class Received:
    """A file as it came in, with what is known from outside of it."""

    place: str
    content: bytes
    sha256: str
    package: str
    municipality_code: str
    received: datetime
    problems: tuple[Problem, ...] = ()
    """What is wrong before the file is opened (its place, another file)."""
    last_good: str | None = None
    """The version that publishes an earlier state of this file."""
    drafting: Drafting = "propose"
    workspace: str | None = None
    """Where its review will lie."""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """What was said of earlier questions, by their subjects."""
    unclear: tuple[Unclear, ...] = ()
    """What its sheet of results says that is no answer yet."""
    is_known: bool = False
    """Whether the answers of this very file are among them: what was said later stands."""


@dataclass(frozen=True)
class Outcome:
    """The verdict on one submission. `dataset` is there when it is accepted."""

    place: str
    sha256: str
    package: str
    status: Status
    problems: tuple[Problem, ...]
    layout: str | None
    records: Mapping[str, int]
    dataset: Dataset | None
    review: Mapping[str, bytes]
    received: datetime
    drafted: bool = False
    """Whether it was read with a drafted layout."""
    proposal: str | None = None
    """The file of the review that holds a drafted layout for the operator to accept."""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """What was said of questions so far, in this file or before it."""
    readability: Readability | None = None
    """How machine-readable the file is; None where it could not be opened or judged."""

    @property
    def has_no_layout(self) -> bool:
        """Whether no written layout fits."""
        return any(one.code in _UNKNOWN for one in self.problems)

    def count(self, severity: str) -> int:
        """How many problems of that severity there are."""
        return sum(one.severity == severity for one in self.problems)

    @property
    def questions(self) -> int:
        """How many questions are open: nobody has said yet that what they ask about is right."""
        return len({one.subject for one in self.problems if one.subject is not None})

    @property
    def held(self) -> int:
        """How many records are published as before, or not at all, until somebody answers."""
        return sum(one.holds is not None for one in self.problems)


@dataclass(frozen=True)
class _Reading:
    """What one set of layouts makes of a workbook."""

    layout: str | None
    dataset: Dataset | None
    problems: tuple[Problem, ...]
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """What was said of questions, and what it was found to mean."""
    headers: tuple[HeaderRows, ...] = ()
    """The header rows that its layout found."""
    ignored_sheets: tuple[str, ...] = ()
    readability: Readability | None = None


def examine_submission(
    received: Received,
    package: Package | None,
    last: Mapping[str, pa.Table],
    limits: Limits,
) -> Outcome:
    """Read, extract, validate and review one file. Pure: nothing is written.

    `package` is None where the file's place names none. Errors of the file become problems of its
    review; an error of the package (a broken layout or rule) is raised as PackageError.
    """
    if package is None:
        return _outcome(received, None, _Reading(None, None, received.problems))
    try:
        workbook = read_workbook(received.place.rpartition("/")[2], received.content, limits)
    except UnreadableWorkbook as error:
        return refuse_unopened(received, error)
    given, others = read_answers(workbook)
    said = {one.subject: one for one in given}
    known = received.answers
    received = replace(
        received,
        unclear=tuple(others),
        answers={**said, **known} if received.is_known else {**known, **said},
    )
    reading = _read(received, workbook, package, known_layouts(package), last)
    proposal = None
    if received.drafting != "never" and any(one.code in _UNKNOWN for one in reading.problems):
        reading, proposal = _proposed(received, workbook, package, reading, last)
    reading = _judged(reading, workbook)
    return _outcome(received, workbook, reading, proposal, package)


def _judged(reading: _Reading, workbook: Workbook) -> _Reading:
    """The reading with what was found out about the workbook's form."""
    try:
        readability = judge(workbook, reading.headers, reading.ignored_sheets)
    except Exception as error:  # noqa: BLE001 - a file's form never keeps its data out
        sys.stderr.write(f"machine readability: {type(error).__name__}\n")
        return reading
    dataset = reading.dataset and replace(reading.dataset, readability=readability)
    return replace(reading, dataset=dataset, readability=readability)


def _read(
    received: Received,
    workbook: Workbook,
    package: Package,
    layouts: Sequence[Layout],
    last: Mapping[str, pa.Table],
) -> _Reading:
    constants = {
        f"{one.name}.{FROM_OUTSIDE}": received.municipality_code
        for one in package.read
        if one.has(FROM_OUTSIDE)
    }
    extracted = extract(workbook, package, layouts, constants)
    problems = rated([*received.problems, *extracted.problems], package)
    if extracted.layout is None:
        return _Reading(None, None, tuple(problems), received.answers, extracted.headers)
    validation = validate(extracted, workbook, package, last, received.answers)
    problems.extend(validation.problems)
    problems += rated(list(unclear(received.unclear, problems)), package)
    name = extracted.layout.name
    found = (tuple(problems), validation.answers, extracted.headers, extracted.ignored_sheets)
    return _Reading(name, validation.dataset, *found)


def _proposed(
    received: Received,
    workbook: Workbook,
    package: Package,
    unknown: _Reading,
    last: Mapping[str, pa.Table],
) -> tuple[_Reading, Proposal | None]:
    """A drafted layout for a file that no written one fits, and what the file says with it.

    What is no plan and no table of indicators gets none, and is told so.
    """
    proposed = draft(workbook, package, PurePosixPath(received.place).stem)
    if proposed.layout is None:
        refused = (replace(one, severity="notice") for one in proposed.problems)
        return replace(unknown, problems=(*unknown.problems, *refused)), None
    trial = _read(received, workbook, package, [proposed.layout], last)
    proposal = Proposal(draft=proposed, records=_counts(trial.dataset), problems=trial.problems)
    reads = received.drafting == "read"
    place = next(one.place for one in unknown.problems if one.code in _UNKNOWN)
    told = problem("drafted-layout" if reads else "draftable-layout", place)
    problems = (*unknown.problems, told)
    if reads:
        return replace(trial, problems=(*problems, *trial.problems)), proposal
    return replace(unknown, problems=problems), proposal


def refuse_unopened(received: Received, error: OpendataError) -> Outcome:
    """The verdict on a file that could not be opened, or not be examined to its end."""
    problems = (*received.problems, error.problem(Place()))
    return _outcome(received, None, _Reading(None, None, problems), is_readable=False)


def _outcome(
    received: Received,
    workbook: Workbook | None,
    reading: _Reading,
    proposal: Proposal | None = None,
    package: Package | None = None,
    *,
    is_readable: bool = True,
) -> Outcome:
    problems = _sorted(reading.problems)
    status: Status = "accepted"
    if has_errors(problems):
        status = "rejected" if is_readable else "unreadable"
    outcome = Outcome(
        place=received.place,
        sha256=received.sha256,
        package=received.package,
        status=status,
        problems=tuple(_in_file(one, received.place) for one in masked(problems, workbook)),
        layout=reading.layout,
        records=_counts(reading.dataset),
        dataset=reading.dataset,
        review={},
        received=received.received,
        drafted=proposal is not None and reading.layout is not None,
        answers=reading.answers or received.answers,
        readability=reading.readability,
    )
    reviewed = Reviewed(
        file=outcome.place,
        status=outcome.status,
        problems=outcome.problems,
        workbook=workbook,
        content=received.content,
        layout=outcome.layout,
        package=received.package,
        municipality_code=received.municipality_code,
        received=received.received,
        records={name: count for name, count in outcome.records.items() if count},
        titles={one.name: one.title for one in package or ()},
        numeric=frozenset(_numeric(package)) if package else frozenset(),
        last_good=received.last_good,
        proposal=proposal,
        workspace=received.workspace,
        filled_in=filled_in(outcome.answers.values(), received.unclear),
        readability=reading.readability,
    )
    return replace(
        outcome,
        review=build_review(reviewed),
        proposal=reviewed.layout_name if proposal else None,
    )


def _counts(dataset: Dataset | None) -> dict[str, int]:
    if dataset is None:
        return {}
    return {name: table.num_rows for name, table in dataset.tables.items()}


def _numeric(package: Package) -> Iterator[tuple[str, str]]:
    """The fields that hold figures."""
    for resource in package:
        for one in resource.fields:
            if one.is_figure:
                yield resource.name, one.name


_ORDER = {"error": 0, "warning": 1, "notice": 2}


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(dict.fromkeys(problems), key=lambda one: _ORDER[one.severity])


def _in_file(found: Problem, file: str) -> Problem:
    return replace(found, place=replace(found.place, file=file))
