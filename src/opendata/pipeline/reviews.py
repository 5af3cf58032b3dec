"""Reviews in the workspace, where stewards find them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast

from opendata.pipeline.accounts import Accounts
from opendata.pipeline.submission import Outcome
from opendata.review import Entry, Status, overview
from opendata.store import Store


def write_reviews(
    workspace: Store, told: Mapping[str, Outcome], gone: Collection[str], accounts: Accounts
) -> None:
    """Put every changed submission's review in its place, take away those of files that are gone,
    and renew the overview."""
    for place in (*told, *gone):
        review = told[place].review if place in told else {}
        for path in workspace.paths(f"reviews/{place}/"):
            if path.removeprefix(f"reviews/{place}/") not in review:
                workspace.delete(path)
        for name, content in review.items():
            workspace.replace(f"reviews/{place}/{name}", content)
    entries = [
        Entry(
            file=place,
            status=cast("Status", account.status),
            received=datetime.fromisoformat(account.received),
            errors=account.errors,
            warnings=account.warnings,
            is_waiting=account.proposal is not None,
        )
        for place, account in accounts.submissions.items()
    ]
    index = overview(entries)
    if workspace.read("reviews/index.html") != index:
        workspace.replace("reviews/index.html", index)
