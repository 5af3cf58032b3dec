"""Everything that a steward gets back of one submission, as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from opendata.errors import Problem
from opendata.errors.catalogue import Language
from opendata.review.marked import mark
from opendata.review.page import report
from opendata.review.pictures import picture, proposed_layout
from opendata.review.privacy import mask_of
from opendata.review.record import record
from opendata.review.reviewed import Reviewed
from opendata.workbook import Workbook


def masked(problems: Iterable[Problem], workbook: Workbook | None) -> tuple[Problem, ...]:
    """The problems as they may be told: none repeats what a cell with personal data holds."""
    found = tuple(problems)
    mask = mask_of(workbook, found)
    return tuple(mask.problem(one, workbook) for one in found)


def build(reviewed: Reviewed, *, language: Language = "ja") -> Mapping[str, bytes]:
    """Make the files of one review: `report.html`, `report.json`, `<stem>.checked.xlsx`, where
    something can be proposed for certain `<stem>.proposed.xlsx`, and where a layout is proposed
    `<stem>.layout.yaml` and its picture, `<stem>.layout.html`.

    The marked workbooks are absent where the file could not be read, and end in `.xlsm` where it
    has macros: Excel opens such a workbook under no other name. Values of cells that a
    `personal-data` problem names stand in none of them but the steward's own cells.
    """
    mask = mask_of(reviewed.workbook, reviewed.problems)
    told = replace(
        reviewed,
        problems=tuple(mask.problem(one, reviewed.workbook) for one in reviewed.problems),
    )
    files = {}
    marked = mark(told, language)
    names = None
    if marked is not None:
        names = marked.names
        files[names.checked] = marked.checked
        if names.proposed is not None and marked.proposed is not None:
            files[names.proposed] = marked.proposed
    if reviewed.proposal is not None and reviewed.workbook is not None:
        proposed, book = reviewed.proposal.draft, reviewed.workbook
        files[told.layout_name] = proposed_layout(proposed, book)
        files[told.picture_name] = picture(proposed, book, language, report="report.html")
    files["report.html"] = report(told, mask, names, language=language)
    files["report.json"] = record(
        told, *(names.checked, names.proposed, names.repaired) if names else ()
    )
    return files
