"""The corridor: one submission through the rooms, from bytes to a verdict and its review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import pyarrow as pa

from opendata.errors import OpendataError, Place, Problem, UnreadableWorkbook, has_errors, problem
from opendata.extract import extract, read_layouts
from opendata.extract.draft import draft
from opendata.package import Package
from opendata.review import Reviewed, masked
from opendata.review import build as build_review
from opendata.validate import Dataset, rated, validate
from opendata.workbook import Limits, Workbook
from opendata.workbook import read as read_workbook

Status = Literal["accepted", "rejected", "unreadable"]


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
    reads_drafts: bool = False
    """Whether it is read with a drafted layout where no written one fits: to be told, never to be
    published."""


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

    def count(self, severity: str) -> int:
        """How many problems of that severity there are."""
        return sum(one.severity == severity for one in self.problems)


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
    workbook: Workbook | None = None
    problems = list(received.problems)
    dataset: Dataset | None = None
    layout: str | None = None
    drafted = False
    if package is not None:
        try:
            workbook = read_workbook(received.place.rpartition("/")[2], received.content, limits)
        except UnreadableWorkbook as error:
            problems.append(error.problem(Place()))
        else:
            constants = {"plans.municipality_code": received.municipality_code}
            extracted = extract(workbook, package, read_layouts(package), constants)
            problems.extend(extracted.problems)
            if extracted.layout is None and (proposal := draft(workbook, package)).layout:
                drafted = received.reads_drafts
                code = "drafted-layout" if drafted else "draftable-layout"
                problems.append(problem(code, extracted.problems[0].place))
                if drafted:
                    extracted = extract(workbook, package, [proposal.layout], constants)
                    problems.extend(extracted.problems)
            if extracted.layout is not None:
                layout = extracted.layout.name
                validation = validate(extracted, workbook, package, last)
                problems.extend(validation.problems)
                dataset = validation.dataset
        problems = rated(problems, package)
    status: Status = "accepted"
    if has_errors(problems):
        status = "unreadable" if workbook is None and package is not None else "rejected"
    titles = {one.name: one.title for one in package} if package else {}
    outcome = _outcome(received, status, problems, workbook, dataset, layout, titles)
    return replace(outcome, drafted=drafted)


def refuse_unopened(received: Received, error: OpendataError) -> Outcome:
    """The verdict on a file that could not be opened, or not be examined to its end."""
    problems = [*received.problems, error.problem(Place())]
    return _outcome(received, "unreadable", problems, None, None, None, {})


def _outcome(
    received: Received,
    status: Status,
    problems: list[Problem],
    workbook: Workbook | None,
    dataset: Dataset | None,
    layout: str | None,
    titles: Mapping[str, str],
) -> Outcome:
    told = masked(_sorted(problems), workbook)
    located = tuple(_in_file(one, received.place) for one in told)
    outcome = Outcome(
        place=received.place,
        sha256=received.sha256,
        package=received.package,
        status=status,
        problems=located,
        layout=layout,
        records=_counts(dataset),
        dataset=dataset,
        review={},
        received=received.received,
    )
    return replace(outcome, review=build_review(_reviewed(outcome, received, workbook, titles)))


def _reviewed(
    outcome: Outcome, received: Received, workbook: Workbook | None, titles: Mapping[str, str]
) -> Reviewed:
    return Reviewed(
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
        titles=titles,
        last_good=received.last_good,
    )


def _counts(dataset: Dataset | None) -> dict[str, int]:
    if dataset is None:
        return {}
    return {name: table.num_rows for name, table in dataset.tables.items()}


_ORDER = {"error": 0, "warning": 1, "notice": 2}


def _sorted(problems: list[Problem]) -> list[Problem]:
    return sorted(dict.fromkeys(problems), key=lambda one: _ORDER[one.severity])


def _in_file(found: Problem, file: str) -> Problem:
    return replace(found, place=replace(found.place, file=file))
