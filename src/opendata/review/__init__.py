"""What a steward gets back: the page, the marked workbook, and the same for programs."""

from typing import TYPE_CHECKING

from opendata import opened

if TYPE_CHECKING:
    from opendata.review.build import build, masked
    from opendata.review.command import accept_command
    from opendata.review.folder import HISTORY, review_folder
    from opendata.review.history import Judgement, as_earlier, as_present
    from opendata.review.letter import (
        Digest,
        Envelope,
        Item,
        News,
        Version,
        failure_letter,
        one_line,
        operator_letter,
        steward_letter,
    )
    from opendata.review.marked import RESULTS
    from opendata.review.pictures import picture, proposed_layout
    from opendata.review.reviewed import Proposal, Reviewed, Status
    from opendata.review.state import STANDINGS, State

__all__ = [
    "HISTORY",
    "RESULTS",
    "STANDINGS",
    "Digest",
    "Envelope",
    "Item",
    "Judgement",
    "News",
    "Proposal",
    "Reviewed",
    "State",
    "Status",
    "Version",
    "accept_command",
    "as_earlier",
    "as_present",
    "build",
    "failure_letter",
    "masked",
    "one_line",
    "operator_letter",
    "picture",
    "proposed_layout",
    "review_folder",
    "steward_letter",
]

__getattr__ = opened(
    __name__,
    {
        "build": "build masked",
        "command": "accept_command",
        "folder": "HISTORY review_folder",
        "history": "Judgement as_earlier as_present",
        "letter": "Digest Envelope Item News Version failure_letter one_line operator_letter "
        "steward_letter",
        "marked": "RESULTS",
        "pictures": "picture proposed_layout",
        "reviewed": "Proposal Reviewed Status",
        "state": "STANDINGS State",
    },
)
