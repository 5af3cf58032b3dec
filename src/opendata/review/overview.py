"""The pages about many submissions: all of them, and a department's."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

from opendata.errors import Text
from opendata.errors.catalogue import Language
from opendata.review.chart import HEIGHT, WIDTH, chart
from opendata.review.department import Department, Entry, Names, Pass, urgency
from opendata.review.folder import REVIEWS, department_folder, inside, page_name
from opendata.review.page import cut, render, templates
from opendata.review.state import STANDINGS, Standing

ROWS = 500
"""Rows of one page; the others follow on the next."""
WORST = 200
"""Files that the first page lists, those that wait for somebody first."""
CAUSES = 4
"""Causes told of one file."""
TEMPLATES = templates()
"""A digest of what the pages look like."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Row:
    """A submission as a page lists it; `more` causes are not told."""

    entry: Entry
    name: str
    href: str
    causes: tuple[tuple[Text, int], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Link:
    """A department as the first page lists it."""

    department: Department
    title: Text
    package: str
    href: str


def department_pages(
    it: Department, passes: Sequence[Pass], names: Names, *, language: Language = "ja"
) -> Iterator[tuple[str, bytes]]:
    """Every page about a department, by its path in the workspace."""
    folder, title = department_folder(it.folder), cut(it.title(names), 200)
    pages = _parts(it.entries)
    for number, part in enumerate(pages, 1):
        content = render(
            "department.html",
            language,
            title,
            it=it,
            heading=title,
            package=it.package(names) if it.folder else "",
            home=_href(f"{REVIEWS}/{page_name(1)}", folder),
            rows=[_row(one, it.folder, folder, names) for one in part],
            **_common(it.entries, passes, number, len(pages)),
        )
        yield f"{folder}/{page_name(number)}", content


def index_pages(
    found: Sequence[Department],
    passes: Sequence[Pass],
    names: Names,
    *,
    language: Language = "ja",
) -> Iterator[tuple[str, bytes]]:
    """The pages about everything, by their paths in the workspace: on the first the files that wait
    for somebody, then the departments."""
    entries = sorted((one for part in found for one in part.entries), key=urgency)
    several = len({one.folder.partition("/")[0] for one in found if one.folder}) > 1
    title = Text("提出ファイルの一覧", "All submissions")
    pages = _parts(found)
    for number, part in enumerate(pages, 1):
        content = render(
            "overview.html",
            language,
            title,
            departments=[_link(one, names, several=several) for one in part],
            department_count=len(found),
            rows=[_row(one, "", REVIEWS, names) for one in entries[:WORST]],
            **_common(entries, passes, number, len(pages)),
        )
        yield f"{REVIEWS}/{page_name(number)}", content


def _common(
    entries: Sequence[Entry], passes: Sequence[Pass], number: int, pages: int
) -> dict[str, object]:
    """What both kinds of pages tell."""
    counts: Counter[Standing] = Counter(one.standing for one in entries)
    return {
        "total": len(entries),
        "counts": {one: counts[one] for one in STANDINGS if counts[one]},
        "chart": chart(passes),
        "size": (WIDTH, HEIGHT),
        "number": number,
        "pages": [page_name(one) for one in range(1, pages + 1)],
    }


def _row(entry: Entry, below: str, folder: str, names: Names) -> Row:
    most = sorted(entry.causes.items(), key=lambda one: (-one[1], one[0]))
    return Row(
        entry,
        entry.file.removeprefix(f"{below}/"),
        _href(f"{REVIEWS}/{inside(entry.file)}/report.html", folder),
        tuple((names.cause(code), count) for code, count in most[:CAUSES]),
        max(0, len(most) - CAUSES),
    )


def _link(one: Department, names: Names, *, several: bool) -> Link:
    href = _href(f"{department_folder(one.folder)}/{page_name(1)}", REVIEWS)
    return Link(one, cut(one.title(names), 200), one.package(names) if several else "", href)


def _href(path: str, folder: str) -> str:
    return quote(posixpath.relpath(f"/{path}", f"/{folder}"))


def _parts(rows: Sequence[_T]) -> list[Sequence[_T]]:
    return [rows[start : start + ROWS] for start in range(0, len(rows), ROWS)] or [()]
