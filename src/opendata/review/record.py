"""The review as JSON, for programs."""

from __future__ import annotations

import json

from opendata.errors import Text
from opendata.review.reviewed import Proposal, Reviewed
from opendata.review.verdict import next_steps, reassurance, verdict


def record(
    reviewed: Reviewed,
    checked: str | None = None,
    proposed: str | None = None,
    repaired: int = 0,
) -> bytes:
    """Everything the page says, without its limits.

    `checked` and `proposed` name the marked workbook and the one with the proposals written in,
    which puts `repaired` of the errors right.
    """
    document: dict[str, object] = {
        "file": reviewed.file,
        "package": reviewed.package,
        "municipality_code": reviewed.municipality_code,
        "layout": reviewed.layout,
        "status": reviewed.status,
        "sha256": reviewed.sha256,
        "received": reviewed.received.isoformat(),
        "published": reviewed.last_good,
        "records": dict(reviewed.records),
        "verdict": _words(verdict(reviewed)),
        "reassurance": _words(reassurance(reviewed)),
        "next_steps": [_words(one) for one in next_steps(reviewed, checked, proposed, repaired)],
        "problems": [
            {
                **one.to_json("ja"),
                "message_en": one.to_json("en")["message"],
                "is_question": one.subject is not None,
            }
            for one in reviewed.problems
        ],
    }
    if reviewed.readability is not None:
        document["machine_readability"] = reviewed.readability.to_json()
    if reviewed.proposal is not None:
        document["proposal"] = _proposed(reviewed, reviewed.proposal)
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return text.encode("utf-8", "replace")


def _words(text: Text | None) -> dict[str, str] | None:
    return None if text is None else text._asdict()


def _proposed(reviewed: Reviewed, proposal: Proposal) -> dict[str, object]:
    """The layout that was drafted for the file, and what it would read."""
    return {
        "layout": reviewed.layout_name,
        "picture": reviewed.picture_name,
        "accept": reviewed.accept_command,
        "confidence": proposal.draft.confidence,
        "records": dict(proposal.records),
        "errors": proposal.count("error"),
        "warnings": proposal.count("warning"),
    }
