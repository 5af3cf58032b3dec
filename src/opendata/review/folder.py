"""Where the reviews of submissions lie, and where the pages about many of them.

Places in the inbox are named by anybody. A part of one that is called as a file of ours is, gets an
underscore more, so that no department and no file takes the place of a page.
"""

from __future__ import annotations

import re

REVIEWS = "reviews"
HISTORY = "history"
MISPLACED = "misplaced"
"""The folder of the page about files that lie in no municipality's folder."""
_OURS = re.compile(
    r"(?:index\.html|page-[0-9]+\.html|report\.html|report\.json|overview\.json|history\.json"
    rf"|{HISTORY}|{MISPLACED})_*",
    re.IGNORECASE,
)


def inside(place: str) -> str:
    """A place in the inbox as a path below the folder of the reviews; no two places share one."""
    return "/".join(part + "_" * bool(_OURS.fullmatch(part)) for part in place.split("/"))


def review_folder(place: str) -> str:
    """The folder in the workspace in which a submission's review lies."""
    return f"{REVIEWS}/{inside(place)}"


def department_of(place: str) -> str:
    """The inbox folder by which a submission is listed, `package/municipality[/department]`,
    however deep below it lies; empty where it lies in no municipality's folder."""
    folders = place.split("/")[:-1]
    return "/".join(folders[:3]) if len(folders) > 1 else ""


def department_folder(name: str) -> str:
    """The folder in the workspace in which a department's page lies."""
    return f"{REVIEWS}/{inside(name) if name else MISPLACED}"


def page_name(number: int) -> str:
    """The name of the first, the second … page of a list."""
    return "index.html" if number == 1 else f"page-{number}.html"
